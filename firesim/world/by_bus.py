"""What people do about buses: they wait at a stop, get on, get off in a refuge, or give up waiting and walk on.

Nobody waits for ever: who feels heat or thick smoke at the stop, has waited too long, or knows that no bus comes any
more walks on, if a refuge can be reached on foot.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from firesim.world.decisions import Decisions
from firesim.world.hearing import Heard, Hearing
from firesim.world.households import BUS, FOOT
from firesim.world.senses import Senses
from firesim.world.setting_out import SettingOut
from firesim.world.standing import FOR_NOTHING, NO_WAIT, NONE, SAFE, SHELTERING, TRAPPED, TRAVELLING, Standing
from firesim.world.stops import Stops
from firesim.world.traffic import Traffic

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]


class ByBus:
    """People at bus stops and in buses.

    Attributes
    ----------
    stops : who waits where, and who sits in a bus
    """

    def __init__(
        self, stops: Stops, standing: Standing, hearing: Hearing, decisions: Decisions, setting_out: SettingOut,
        senses: Senses, first_target: int,
    ) -> None:  # fmt: skip
        self.stops, self._standing, self._hearing, self._decisions = stops, standing, hearing, decisions
        self._setting_out, self._senses = setting_out, senses
        self._first_target = first_target  # number of the first stop among what can be walked to
        self._told_by: dict[int, int] = {}  # party at a stop -> event by which it knows that none comes

    # --- who hears of a bus ------------------------------------------------------------------------------------

    def hear(self, heard: Heard, is_anew: Claims) -> None:
        """Some of those who hear other advice than before wait at a stop, or stay because all is too far on foot."""
        if not self.stops.stops:
            return
        anew = is_anew.nonzero()[0]
        standing, who, because = self._standing, heard.who[anew], heard.because[anew]
        waits = self.stops.waits[who]
        stays = (standing.state[who] == SHELTERING) & (standing.waits[who] == FOR_NOTHING)
        if not (np.count_nonzero(waits) or np.count_nonzero(stays)):
            return
        stop = self._hearing.stop_of(heard.advice[anew])
        gone = waits & (stop != self.stops.place_of[who] + self._first_target)
        self._know_none(who[gone], because[gone])
        comes = stays & (stop != NONE)
        self._decisions.leaves_s[who[comes]] = heard.at_s[anew[comes]]
        self._decisions.because[who[comes]] = because[comes]

    def tell_none(self, stop: int, because: int) -> None:
        """The driver of the last bus has told those who are left at a stop that none comes any more."""
        who = self.stops.queue(stop)
        self._know_none(who, np.full(len(who), because))

    def _know_none(self, who: Integers, because: Integers) -> None:
        self.stops.knows_none[who] = True
        self._told_by |= dict(zip(who.tolist(), because.tolist(), strict=True))

    # --- who does not wait any longer ----------------------------------------------------------------------------

    def look(self, now_s: float, traffic: Traffic, wait_limit_s: float, fire_event: int) -> None:
        """Those who wait at stops look about them, and some walk on."""
        if not self.stops.n_waiting:
            return
        stops = self.stops
        who = np.flatnonzero(stops.waits)
        flees = self._are_unbearable(stops.cell)[stops.place_of[who]]
        tired = now_s - stops.since_s[who] >= wait_limit_s
        for k in np.flatnonzero(flees | tired | stops.knows_none[who]).tolist():
            party, stop = int(who[k]), int(stops.place_of[who[k]])
            told = self._told_by.get(party, NONE) if stops.knows_none[party] else NONE
            because = fire_event if flees[k] else max(told, int(self._standing.cause_id[party]))
            node = traffic.roads.node_index[stops.stops[stop].node]
            self._walk_on(party, node, now_s, because, bool(flees[k]), traffic, self._first_target + stop)

    def is_unbearable(self, stop: int) -> bool:
        """Whether it is hot, or full of harmful smoke, at a stop."""
        cell, air = int(self.stops.cell[stop]), self._senses.air
        return self._senses.is_hot_at(cell) or (air is not None and air.is_harmful_at(cell))

    def _are_unbearable(self, cells: Integers) -> Claims:
        air = self._senses.air
        is_hot = self._senses.is_hot(cells)
        return is_hot if air is None else is_hot | air.is_harmful(cells)

    def _walk_on(
        self, party: int, node: int, now_s: float, because: int, flees: bool, traffic: Traffic, but: int
    ) -> bool:
        """Leave the stop on foot, if there is anywhere to go; who flees goes any distance."""
        way = self._setting_out.way_on_foot(party, node, traffic, but, np.inf if flees else None)
        if way is None:
            return False
        who, standing = np.array([party]), self._standing
        event = int(standing.note(who, now_s, "gave_up_bus", because, traffic.refuges[way[0]].refuge)[0])
        self.stops.walk_on(who)
        standing.state[who], standing.waits[who], standing.waits_at[who] = TRAVELLING, NO_WAIT, NONE
        self._setting_out.go_on(party, node, way, now_s, event, traffic)
        return True

    # --- who rides -----------------------------------------------------------------------------------------------

    def board(self, who: Integers, at_s: Floats, because: int, bus: str, place: tuple[float, float]) -> None:
        """Parties that wait at a stop get on a bus that stands at a place, because of what it did last."""
        standing = self._standing
        self.stops.board(who, at_s, standing.note(who, at_s, "got_on", because, bus))
        self.stops.carry(who, *place)
        standing.waits_at[who], standing.state[who], standing.waits[who] = NONE, TRAVELLING, NO_WAIT
        standing.left_by[who] = BUS

    def alight(self, who: Integers, at_s: Floats, refuge: int, name: str) -> None:
        """Parties get off in a refuge, where they are safe as everybody is there."""
        standing = self._standing
        self.stops.land(who, at_s)
        # Whatever they heard on the way, the bus is what brought them here.
        standing.note(who, at_s, "safe", self.stops.boarded_by[who], name)
        standing.refuge_in[who], standing.safe_s[who], standing.state[who] = refuge, at_s, SAFE

    def get_out(
        self, who: Integers, at_s: float, node: int, because: int, traffic: Traffic, cut: Collection[int]
    ) -> Integers:
        """Parties whose bus can go no further get out at a node; returns those who cannot walk on from there.

        `cut`: the edges that their driver has found closed.
        """
        left = []
        for party in who.tolist():
            stop = self._first_target + int(self.stops.place_of[party])
            way = self._setting_out.way_on_foot(party, node, traffic, stop, np.inf, cut)
            if way is None:
                left.append(party)
                continue
            one = np.array([party])
            event = int(self._standing.note(one, at_s, "got_out", because, traffic.refuges[way[0]].refuge)[0])
            self.stops.land(one, np.array([at_s]))
            self._standing.left_by[one] = FOOT
            self._setting_out.go_on(party, node, way, at_s, event, traffic)
        return np.array(left, dtype=np.int64)

    def strand(self, who: Integers, at_s: float, because: int) -> None:
        """Parties sit in a bus that can go nowhere any more."""
        standing = self._standing
        is_news = np.isinf(standing.trapped_s[who])
        standing.note(who[is_news], at_s, "trapped", because)
        standing.note(who[~is_news], at_s, "stranded", because)
        standing.trapped_s[who[is_news]], standing.state[who] = at_s, TRAPPED

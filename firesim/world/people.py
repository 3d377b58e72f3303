"""The people: who hears, sees, decides, leaves and comes through, party by party, as arrays.

What moves a party is an alert for its zone, an alert for others, smoke, flames, and heat. What becomes of it on
the road is `world/traffic.py`'s. Each change of a party is an event whose cause is the one that brought it about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.place.grid import Grid
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.coming_through import ComingThrough
from firesim.world.decisions import Decisions
from firesim.world.exposure import AT_HOME, AT_SEA, ON_BEACH, Exposure
from firesim.world.hearing import ELSEWHERE, LEVEL_WORDS, NOTHING, Heard, Hearing
from firesim.world.households import FOOT, KINDS, MODES, SHORE, Parties, make_parties
from firesim.world.people_parameters import PeopleParameters
from firesim.world.senses import FireInSight, Senses
from firesim.world.setting_out import SettingOut
from firesim.world.standing import FATES, HOME, NONE, SAFE, SHELTERING, TRAVELLING, Standing
from firesim.world.traffic import Traffic

if TYPE_CHECKING:
    from firesim.place.load import Place

__all__ = ["FATES", "Parties", "People", "PeopleParameters"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class People:
    """Everybody of one run.

    Parameters
    ----------
    parties
        Who is there.
    zones, is_beach : [zones]
        Ids of the zones in the order of `parties.zone_index`, and whether each is a beach.
    refuges : [refuges]
        Ids in the order in which `Traffic` has them.
    grid
        Of the fire.
    journal
        Receives `warned, overheard, redirected, saw, decided, departed, safe, sheltering, trapped, stranded,
        exposed, refuge_lost, stood_down`.
    """

    def __init__(
        self,
        parties: Parties,
        zones: Sequence[str],
        is_beach: Sequence[bool],
        refuges: Sequence[str],
        grid: Grid,
        parameters: PeopleParameters,
        luck: Luck,
        journal: Journal,
    ) -> None:
        self.parties, self.parameters, self.zones = parties, parameters, list(zones)
        on_beach = np.asarray(is_beach, dtype=bool)[parties.zone_index]
        stays_at = np.where(parties.mode == SHORE, AT_SEA, np.where(on_beach, ON_BEACH, AT_HOME))
        self._standing = Standing(parties.household_id, stays_at, journal)
        self._hearing = Hearing(parties.zone_index, zones, refuges)
        self._decisions = Decisions(parties, parameters, luck)
        self._senses = Senses(parties, grid, parameters, self._standing, self._decisions)
        self._setting_out = SettingOut(parties, parameters, self._standing, self._hearing, self._decisions)
        self._coming_through = ComingThrough(parties, parameters, self._standing)

    @classmethod
    def build(cls, place: Place, parameters: PeopleParameters, luck: Luck, hour: float, journal: Journal) -> People:
        """The people of a place at an hour of the local day."""
        settlement = place.settlement
        zones = [zone.zone for zone in settlement.zones]
        is_beach = [zone.kind == "beach" for zone in settlement.zones]
        refuges = [refuge.refuge for refuge in settlement.refuges]
        parties = make_parties(place, parameters, luck, hour)
        return cls(parties, zones, is_beach, refuges, place.grid, parameters, luck, journal)

    # --- what happens to them ----------------------------------------------------------------------------------

    def hear(
        self,
        parties: ArrayLike,
        at_s: ArrayLike,
        channel: str,
        level: str,
        cause_ids: ArrayLike,
        advice: Mapping[str, tuple[str, Sequence[str]]],
    ) -> None:
        """Parties hear an alert, now or later.

        Parameters
        ----------
        parties : [n]
            Numbers of the parties, each once.
        at_s : [n] or scalar
            When. [s]
        channel : str
            By what: app, cell_broadcast, knock.
        level : str
            warning, order or all-clear.
        cause_ids : [n] or scalar
            Event of the alert's delivery, not later than `at_s`.
        advice : mapping
            Zone to (refuge, route as node ids): who is meant, and where they should go; an empty refuge gives
            no advice. A party of another zone hears an alert for others.
        """
        self._hearing.hear(parties, at_s, channel, level, cause_ids, advice)

    def advance(self, now_s: float, traffic: Traffic, fire: FireInSight) -> None:
        """Let everybody hear, look, decide and leave until `now_s`, and learn how those on the road fared.

        To be called every step, once the fire and the traffic stand at `now_s`.
        """
        self._coming_through.learn(traffic)
        self._coming_through.lose_refuges(now_s, traffic)
        home_until_s = np.minimum(self.departed_s, self._decisions.leaves_s)
        for heard in self._hearing.until(now_s, home_until_s, self.safe_s):
            self._react(heard, traffic)
        self._senses.take_in(now_s, traffic, fire)
        self._setting_out.decide(now_s)
        self._setting_out.leave(now_s, traffic)
        self._coming_through.learn(traffic)
        self._coming_through.note_cut_off(traffic)

    def _react(self, heard: Heard, traffic: Traffic) -> None:
        who, standing = heard.who, self._standing
        stays_calm = np.flatnonzero((heard.level == NOTHING) & (standing.state[who] == HOME))
        gave_up = stays_calm[np.isin(who[stays_calm], self._decisions.stand_down(who[stays_calm]))]
        standing.note(who[gave_up], heard.at_s[gave_up], "stood_down", heard.because[gave_up])
        events = heard.because.copy()
        for kind, is_of_kind in (("overheard", heard.level == ELSEWHERE), ("warned", heard.level > ELSEWHERE)):
            part = np.flatnonzero(heard.is_raised & is_of_kind)
            words = [
                f"{LEVEL_WORDS[level]} by {self._hearing.channels[by]}"
                for level, by in zip(heard.level[part].tolist(), heard.channel[part].tolist(), strict=True)
            ]
            events[part] = standing.note(who[part], heard.at_s[part], kind, heard.because[part], words)
        p = self.parameters
        heeded = np.array([0.0, p.elsewhere_heeded, p.warning_heeded, p.order_heeded])[heard.level]
        is_moved = heard.is_raised & (standing.state[who] == HOME)
        heeds = is_moved & self._decisions.would_heed(who, heeded, heard.at_s)
        self._decisions.convince(who[heeds], heard.at_s[heeds], events[heeds])
        for k in np.flatnonzero(heard.is_advised_anew & (standing.state[who] == TRAVELLING)).tolist():
            self._setting_out.redirect(who[k : k + 1], heard.at_s[k : k + 1], events[k : k + 1], traffic)

    def finish(self, traffic: Traffic) -> None:
        """The run is over: who is still in place, and cut off from every refuge with room, stays trapped."""
        self._coming_through.finish(traffic)

    # --- what they are -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.parties)

    @property
    def warned_s(self) -> Floats:
        """The first alert that each party heard; own sight does not count. [parties], inf: none"""
        return self._hearing.warned_s

    @property
    def decided_s(self) -> Floats:
        """When they made up their minds to leave. [parties], s from the scenario's start, inf: not yet"""
        return self._standing.decided_s

    @property
    def departed_s(self) -> Floats:
        """When they left home. [parties], s, inf: not yet"""
        return self._standing.departed_s

    @property
    def safe_s(self) -> Floats:
        """When they came to a refuge; `inf` again once the fire comes to it. [parties], s, inf: not yet"""
        return self._standing.safe_s

    @property
    def saw_flame_s(self) -> Floats:
        """When flames came into their sight at home. [parties], s, inf: not yet"""
        return self._standing.saw_flame_s

    @property
    def saw_smoke_s(self) -> Floats:
        """When they noticed the smoke. [parties], s, inf: not yet"""
        return self._standing.saw_smoke_s

    @property
    def place_reached_s(self) -> Floats:
        """When the fire came to the cell that they were in at the start. [parties], s, inf: not yet"""
        return self._standing.place_reached_s

    @property
    def trapped_s(self) -> Floats:
        """When no way to a refuge with room was left to them, or the fire caught them. [parties], s, inf: never

        It stays, whatever becomes of them.
        """
        return self._standing.trapped_s

    @property
    def exposure(self) -> Exposure:
        """Time within `heat_within_m` of flames so far; being caught on a burning road counts as one dose more."""
        return self._standing.exposure

    @property
    def exposed_s(self) -> Floats:
        """Time in the heat so far, wherever that was. [parties], s"""
        return self.exposure.total_s

    @property
    def cause_id(self) -> Integers:
        """Event of the last change, -1 where nothing has changed. [parties]"""
        return self._standing.cause_id

    @property
    def trip(self) -> Integers:
        """Number of the trip in `Traffic`, -1 before setting out. [parties]"""
        return self._standing.trip

    @property
    def fate(self) -> Integers:
        """Index into FATES. Whoever came through is safe, whatever they went through. [parties]"""
        return self._standing.fate

    def columns(self) -> dict[str, list[Any] | NDArray[Any]]:
        """The parties as columns of `people.parquet`, but for what only a comparison with the twin can say."""
        p = self.parties
        return {
            "household_id": list(p.household_id),
            "zone_id": [self.zones[zone] for zone in p.zone_index],
            "people": p.people,
            "kind": [KINDS[kind] for kind in p.kind],
            "mode": [MODES[mode] for mode in p.mode],
            "warned_s": self.warned_s,
            "warned_by": self._hearing.warned_by,
            "decided_s": self.decided_s,
            "departed_s": self.departed_s,
            "safe_s": self.safe_s,
            "place_reached_s": self.place_reached_s,
            "trapped_s": self.trapped_s,
            **self.exposure.columns(),
            "fate": [FATES[fate] for fate in self.fate],
            "cause_id": [None if cause == NONE else int(cause) for cause in self.cause_id],
            "x_m": p.x_m,
            "y_m": p.y_m,
        }

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the people, in words."""
        p, standing, said = self.parties, self._standing, []
        on_shore = int(p.people[p.mode == SHORE].sum())
        if on_shore:
            said.append(f"{on_shore} people of zones without a road wait on the shore: boats are not modelled")
        no_walk = int(p.people[(standing.state == SHELTERING) & (p.mode == FOOT)].sum())
        if no_walk:
            far_km = self.parameters.longest_walk_m / 1000.0
            said.append(f"{no_walk} people on foot stayed: no refuge within {far_km:g} km")
        trapped = int(p.people[np.isfinite(self.trapped_s) & (standing.state != SAFE)].sum())
        if trapped:
            said.append(f"{trapped} people are trapped: caught, or no open way to a refuge with room")
        overrun = int(p.people[standing.lost_cell != NONE].sum())
        if overrun:
            said.append(f"{overrun} people were in a refuge when the fire came to it: they count as exposed, not safe")
        return said

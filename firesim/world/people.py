"""The people: who hears, sees, decides, leaves and comes through, party by party, as arrays.

What moves a party is an alert for its zone, an alert for others, smoke, flames, and heat. What becomes of it on
the road is `world/traffic.py`'s. Each change of a party is an event whose cause is the one that brought it about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.physics.queues import ARRIVED, CAUGHT
from firesim.place.grid import Grid
from firesim.place.landings import Landing, targets_on_foot
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.decisions import Decisions
from firesim.world.exposure import AT_HOME, AT_SEA, ON_BEACH, ON_ROAD, Exposure
from firesim.world.hearing import ELSEWHERE, LEVEL_WORDS, NOTHING, TO_THE_SHORE, Heard, Hearing
from firesim.world.households import FOOT, KINDS, MODES, SHORE, Parties, make_parties
from firesim.world.nearness import Nearness
from firesim.world.noticing import Noticing
from firesim.world.people_parameters import PeopleParameters
from firesim.world.shore import Shore
from firesim.world.smoke import Smoke
from firesim.world.traffic import Departures, Traffic

if TYPE_CHECKING:
    from firesim.place.load import Place

__all__ = ["FATES", "Parties", "People", "PeopleParameters"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FATES = ("home", "travelling", "safe", "sheltering", "trapped", "exposed")
HOME, TRAVELLING, SAFE, SHELTERING, TRAPPED, EXPOSED = range(6)
_NONE = -1


class FireInSight(Protocol):
    """What people can see and feel of the true fire; see `world/fire.py`."""

    @property
    def has_ignited(self) -> bool: ...
    @property
    def cause_of_fire(self) -> int: ...
    @property
    def ignition_xy_m(self) -> tuple[float, float]: ...
    @property
    def arrival_time_s(self) -> Floats: ...
    def area_m2(self, now_s: float) -> float: ...
    def flaming_cells(self, now_s: float) -> Integers: ...


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
    landings
        Where boats come; none: nobody waits for any.
    journal
        Receives `warned, overheard, redirected, saw, decided, departed, safe, sheltering, trapped, stranded,
        exposed, refuge_lost, stood_down, boarded, ashore`.

    Attributes
    ----------
    decided_s, departed_s, safe_s, saw_flame_s, saw_smoke_s, place_reached_s : [parties]
        Seconds from the scenario's start, `inf` until it happens. Places are reached when the fire arrives in
        their cell. Who is in a refuge when it is lost is not safe any more: `safe_s` is `inf` again. Who comes to a
        last resort never was.
    trapped_s : [parties]
        When no way to a refuge with room was left to them, in place or on the road, or the fire caught them;
        `inf`: never. It stays, whatever becomes of them. [s]
    exposure
        Time within `heat_within_m` of flames or in thick smoke so far; being caught on a burning road counts as one
        dose of heat more.
    air : Smoke, optional
        What they breathe; None: clear air.
    cause_id : [parties]
        Event of the last change, -1 where nothing has changed.
    trip : [parties]
        Number of the trip in `Traffic`, -1 before setting out.
    shore : who waits for boats where, and who is afloat
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
        landings: Sequence[Landing] = (),
    ) -> None:
        n = len(parties)
        self.parties, self.parameters, self.zones = parties, parameters, list(zones)
        self._journal = journal
        walked_to = targets_on_foot(landings)
        self._hearing = Hearing(parties.zone_index, zones, [*refuges, *(one.refuge for one in walked_to)])
        self.shore = Shore(landings, parties.people, grid)
        self._n_refuges = len(refuges)
        self._beside: Integers | None = None  # the landing at each refuge, once they are known
        self._decisions = Decisions(parties, parameters, luck)
        self._nearness = Nearness(grid, parameters.heat_within_m, parameters.flame_seen_within_m)
        self._home_cell = self._nearness.cells_of(parties.x_m, parties.y_m)
        on_beach = np.asarray(is_beach, dtype=bool)[parties.zone_index]
        self._stays_at = np.where(parties.mode == SHORE, AT_SEA, np.where(on_beach, ON_BEACH, AT_HOME))
        self._lost_cell = np.full(n, _NONE, dtype=np.int64)  # of the refuge in which the fire found them
        self._waits_at = np.full(n, _NONE, dtype=np.int64)  # the last resort or landing that they came to
        self._refuge_in = np.full(n, _NONE, dtype=np.int64)  # in which each is safe, or was until it was lost
        self._there_since_s = np.zeros(n)  # not safe where they are: from the start, come to wait, refuge lost
        self.decided_s, self.departed_s, self.safe_s = (np.full(n, np.inf) for _ in range(3))
        self.saw_flame_s, self.saw_smoke_s, self.place_reached_s = (np.full(n, np.inf) for _ in range(3))
        self.trapped_s = np.full(n, np.inf)
        self.exposure = Exposure(n)
        self.air: Smoke | None = None
        self.cause_id = np.full(n, _NONE, dtype=np.int64)
        self.trip = np.full(n, _NONE, dtype=np.int64)
        self._state = np.full(n, HOME, dtype=np.int64)
        self._is_exposed = np.zeros(n, np.bool_)
        self._route_of: dict[int, int] = {}  # advice -> route in Traffic
        self._smoke: Noticing | None = None  # when each party notices the smoke, once it stands out
        self._looked_s = -np.inf
        self._cuts_known = 0
        self._lost: list[int] = []  # refuges

    @classmethod
    def build(
        cls, place: Place, parameters: PeopleParameters, luck: Luck, hour: float, journal: Journal,
        landings: Sequence[Landing] = (),
    ) -> People:  # fmt: skip
        """The people of a place at an hour of the local day; `landings`: where boats come."""
        settlement = place.settlement
        zones = [zone.zone for zone in settlement.zones]
        is_beach = [zone.kind == "beach" for zone in settlement.zones]
        refuges = [refuge.refuge for refuge in settlement.refuges]
        parties = make_parties(place, parameters, luck, hour)
        return cls(parties, zones, is_beach, refuges, place.grid, parameters, luck, journal, landings)

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
        self._learn_fates(traffic)
        self._lose_refuges(now_s, traffic)
        for heard in self._hearing.until(now_s, self.departed_s, self._decisions.leaves_s, self.safe_s):
            self._react(heard, traffic)
        if fire.has_ignited and now_s - self._looked_s >= self.parameters.look_s:
            self._look(now_s, traffic, fire)
        if self._smoke is not None:
            self._notice_smoke(self._smoke, now_s, fire.cause_of_fire)
        self._decide(now_s)
        self._leave(now_s, traffic)
        self._learn_fates(traffic)
        self._note_cut_off(traffic)

    def finish(self, traffic: Traffic) -> None:
        """The run is over: who is still in place, and cut off from every refuge with room, stays trapped.

        Who waits at a last resort or a landing stays sheltering; `trapped_s` says whether they could have gone on.
        """
        self._note_cut_off(traffic)
        in_place = np.isin(self._state, (HOME, SHELTERING)) & (self._waits_at == _NONE)
        self._state[in_place & np.isfinite(self.trapped_s)] = TRAPPED

    # --- what they are -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.parties)

    @property
    def warned_s(self) -> Floats:
        """The first alert that each party heard; own sight does not count. [parties], inf: none"""
        return self._hearing.warned_s

    @property
    def exposed_s(self) -> Floats:
        """Time in the heat or in thick smoke so far, wherever that was. [parties], s"""
        return self.exposure.total_s

    @property
    def fate(self) -> Integers:
        """Index into FATES. Whoever came through is safe, whatever they went through. [parties]"""
        return np.where(self._is_exposed & (self._state != SAFE), EXPOSED, self._state)

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
            **self.shore.columns(),
            "fate": [FATES[fate] for fate in self.fate],
            "cause_id": [None if cause == _NONE else int(cause) for cause in self.cause_id],
            "x_m": p.x_m,
            "y_m": p.y_m,
        }

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the people, in words."""
        p, said = self.parties, []
        on_shore = int(p.people[p.mode == SHORE].sum())
        if on_shore and not self.shore.landings:
            said.append(f"{on_shore} people of zones without a road can leave by boat alone: no boats sail here")
        stays = (self._state == SHELTERING) & (p.mode == FOOT) & (self._waits_at == _NONE) & (self.trip == _NONE)
        no_walk = int(p.people[stays & ~self.shore.waits].sum())
        if no_walk:
            far_km = self.parameters.longest_walk_m / 1000.0
            said.append(f"{no_walk} people on foot stayed: no refuge within {far_km:g} km")
        trapped = int(p.people[np.isfinite(self.trapped_s) & (self._state != SAFE)].sum())
        if trapped:
            said.append(f"{trapped} people are trapped: caught, or no open way to a refuge with room")
        at_last_resort = (self._waits_at != _NONE) & (self._waits_at < self._n_refuges)
        waiting = int(p.people[(self._state == SHELTERING) & at_last_resort].sum())
        if waiting:
            said.append(f"{waiting} people wait at last resorts, too near to fuel to be safe: they count as sheltering")
        overrun = int(p.people[(self._lost_cell != _NONE) & (self._state != SAFE)].sum())
        if overrun:
            said.append(f"{overrun} people were in a refuge when it was lost to fire or smoke: they are not safe")
        return said

    # --- hearing and seeing --------------------------------------------------------------------------------------

    def _react(self, heard: Heard, traffic: Traffic) -> None:
        who = heard.who
        if (heard.level == NOTHING).any():
            self._stand_down(heard)
        events = heard.because.copy()
        for kind, is_of_kind in (("overheard", heard.level == ELSEWHERE), ("warned", heard.level > ELSEWHERE)):
            part = np.flatnonzero(heard.is_raised & is_of_kind)
            if len(part) == 0:
                continue
            words = [
                f"{LEVEL_WORDS[level]} by {self._hearing.channels[by]}"
                for level, by in zip(heard.level[part].tolist(), heard.channel[part].tolist(), strict=True)
            ]
            events[part] = self._note(who[part], heard.at_s[part], kind, heard.because[part], words)
        p = self.parameters
        heeded = np.array([0.0, p.elsewhere_heeded, p.warning_heeded, p.order_heeded])[heard.level]
        is_moved = heard.is_raised & (self._state[who] == HOME)
        heeds = is_moved & self._decisions.would_heed(who, heeded, heard.at_s)
        self._decisions.convince(who[heeds], heard.at_s[heeds], events[heeds])
        is_on_road = (self._state[who] == TRAVELLING) & ~self.shore.is_afloat[who]
        for k in np.flatnonzero(heard.is_advised_anew & is_on_road).tolist():
            self._redirect(who[k : k + 1], heard.at_s[k : k + 1], events[k : k + 1], traffic)

    def _stand_down(self, heard: Heard) -> None:
        """Who hears an all-clear before having left gives it up."""
        who = heard.who
        stays_calm = np.flatnonzero((heard.level == NOTHING) & (self._state[who] == HOME))
        gave_up = stays_calm[np.isin(who[stays_calm], self._decisions.stand_down(who[stays_calm]))]
        self._note(who[gave_up], heard.at_s[gave_up], "stood_down", heard.because[gave_up])

    def _redirect(self, party: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """A party on the way hears other advice than before, and follows it from its next node on.

        Who is told that no road is safe goes on to whatever refuge it reaches soonest, as does a walker for whom
        the advised one is too far.
        """
        trip = int(self.trip[party[0]])
        refuge, route = self._advised(int(party[0]), traffic)
        walks = not traffic.flow.drives(trip)
        landing = refuge if refuge >= self._n_refuges else _NONE
        if landing != _NONE:
            refuge = _NONE  # who is under way does not turn round for a boat while any refuge can be reached
        too_far = walks and refuge != _NONE
        too_far = too_far and traffic.way_left_on_foot_m(trip, refuge) > self.parameters.longest_walk_m
        if refuge == _NONE or too_far:
            refuge, route = traffic.nearest_of_any_kind(trip), _NONE
        if refuge == _NONE:
            refuge = landing
        if refuge != _NONE:
            words = traffic.refuges[refuge].refuge
            traffic.redirect([trip], [refuge], [route], self._note(party, at_s, "redirected", because, words))

    def _look(self, now_s: float, traffic: Traffic, fire: FireInSight) -> None:
        """Everybody looks for the fire, and feels it."""
        since_s = now_s - self._looked_s if np.isfinite(self._looked_s) else 0.0
        self._looked_s = now_s
        if fire.area_m2(now_s) >= self.parameters.flame_from_area_m2:
            self._nearness.look(fire.flaming_cells(now_s))
        reached_s = np.where(self._home_cell >= 0, fire.arrival_time_s.ravel()[self._home_cell], np.inf)
        self.place_reached_s = np.where(reached_s <= now_s, reached_s, np.inf)
        if self._smoke is None and fire.area_m2(now_s) >= self.parameters.smoke_from_area_m2:
            x_m, y_m = fire.ignition_xy_m
            distance_m = np.hypot(self.parties.x_m - x_m, self.parties.y_m - y_m)
            near = distance_m <= self.parameters.smoke_seen_within_m
            self._smoke = Noticing(np.where(near, now_s + self._decisions.smoke_lag_s, np.inf))
        self._see_flames(now_s, fire.cause_of_fire)
        self._feel_heat(now_s, since_s, traffic, fire.cause_of_fire)

    def _see_flames(self, now_s: float, fire_event: int) -> None:
        sees = self._nearness.has_seen_flames(self._home_cell) & np.isinf(self.saw_flame_s) & (self._state == HOME)
        who = np.flatnonzero(sees)
        self.saw_flame_s[who] = now_s
        self._decisions.hurry(who, self.parameters.hurry)
        self._may_go(who, np.full(len(who), now_s), self.parameters.flame_heeded, fire_event, "flames")

    def _notice_smoke(self, smoke: Noticing, now_s: float, fire_event: int) -> None:
        who = smoke.due(now_s)
        if len(who) == 0:
            return
        self.saw_smoke_s[who] = smoke.at_s[who]
        at_home = who[self._state[who] == HOME]
        self._may_go(at_home, smoke.at_s[at_home], self.parameters.smoke_heeded, fire_event, "smoke")

    def _may_go(self, who: Integers, at_s: Floats, heeded: float, fire_event: int, what: str) -> None:
        """Parties have seen something of the fire; those whom it convinces will decide."""
        heeds = self._decisions.would_heed(who, heeded, at_s)
        events = self._note(who[heeds], at_s[heeds], "saw", fire_event, what)
        self._decisions.convince(who[heeds], at_s[heeds], events)

    def _feel_heat(self, now_s: float, since_s: float, traffic: Traffic, fire_event: int) -> None:
        cells = self._home_cell.copy()
        away = np.flatnonzero((self.trip >= 0) & (self._state != SAFE))
        if len(away):
            cells[away] = self._nearness.cells_of(*traffic.position_m(self.trip[away]))
        is_overrun = self._lost_cell != _NONE
        cells[is_overrun] = self._lost_cell[is_overrun]
        waits = self._waits_at != _NONE
        cells[waits] = traffic.refuge_cell[self._waits_at[waits]]
        cells = self.shore.cells_of(cells)
        in_heat = self._nearness.is_hot(cells)
        in_smoke = np.zeros(len(self), np.bool_) if self.air is None else self.air.is_harmful(cells)
        who = np.flatnonzero((in_heat | in_smoke) & (self._state != SAFE))
        on_road = (self.trip[who] >= 0) & ~is_overrun[who] & ~waits[who] & ~self.shore.waits[who]
        place = np.where(on_road, ON_ROAD, self._stays_at[who])
        self.exposure.add(who, place, since_s, in_heat[who], in_smoke[who])
        hot, has_dose = who[in_heat[who]], self.exposure.heat_s[who] >= self.parameters.dose_s
        if self.air is not None:
            has_dose |= self.exposure.smoke_s[who] >= self.air.parameters.dose_s
        dosed = who[has_dose & ~self._is_exposed[who]]
        # On the road they would not be there but for their last turn; in place the fire came to them.
        self._expose(dosed, now_s, np.where(self.trip[dosed] >= 0, self._last_event(dosed, traffic), fire_event))
        at_home = hot[self._state[hot] == HOME]
        willing = at_home[self._decisions.willingness[at_home] < self.parameters.heat_heeded]
        undecided = self._decisions.flee(willing, now_s)
        events = self._note(undecided, now_s, "saw", fire_event, "heat")
        self._decisions.because[undecided] = events

    def _last_event(self, who: Integers, traffic: Traffic) -> Integers:
        """The last event of each party, on the road or before. [n]"""
        if traffic.flow.n == 0:
            return self.cause_id[who]
        return np.where(self.trip[who] >= 0, traffic.cause_id[self.trip[who]], self.cause_id[who])

    def _expose(self, who: Integers, now_s: Floats | float, because: Integers) -> None:
        self._note(who, now_s, "exposed", because)
        self._is_exposed[who] = True

    # --- deciding, leaving, coming through -----------------------------------------------------------------------

    def _decide(self, now_s: float) -> None:
        who = self._decisions.due(now_s)
        if len(who) == 0:
            return
        at_s = self._decisions.decides_s[who]
        events = self._note(who, at_s, "decided", self._decisions.because[who])
        self.decided_s[who] = at_s
        self._decisions.decide(who, events)
        on_shore = who[self.parties.mode[who] == SHORE]
        self._shelter(on_shore, self.decided_s[on_shore])
        nearest = self.shore.nearest(self.parties.x_m[on_shore], self.parties.y_m[on_shore])
        self.shore.wait(on_shore, nearest, self.decided_s[on_shore])

    def _shelter(self, who: Integers, at_s: Floats) -> None:
        """They would leave, but cannot: by boat alone, or too far on foot."""
        self._note(who, at_s, "sheltering", self._decisions.because[who])
        self._decisions.leaves_s[who] = np.inf
        self._state[who] = SHELTERING

    def _leave(self, now_s: float, traffic: Traffic) -> None:
        who = self._decisions.ready(now_s)
        if len(who) == 0:
            return
        advised = [self._way_of(party, traffic) for party in who.tolist()]
        goes = np.array([way is not None for way in advised], dtype=bool)
        self._shelter(who[~goes], self._decisions.leaves_s[who[~goes]])
        who, ways = who[goes], [way for way in advised if way is not None]
        p, at_s = self.parties, self._decisions.leaves_s[who].copy()
        walks = (p.mode[who] == FOOT) | self._goes_to_the_shore(who)
        to_road_m_s = np.where(walks, p.walking_speed_m_s[who], self.parameters.access_speed_m_s)
        events = self._note(who, at_s, "departed", self._decisions.because[who])
        self.departed_s[who] = at_s
        self._state[who] = TRAVELLING
        self._decisions.leaves_s[who] = np.inf
        self.trip[who] = traffic.enter(
            Departures(
                party=who,
                people=p.people[who],
                node=p.node[who],
                refuge=np.array([refuge for refuge, _ in ways], dtype=np.int64),
                route=np.array([route for _, route in ways], dtype=np.int64),
                speed_m_s=np.where(walks, p.walking_speed_m_s[who], 0.0),
                at_s=at_s + p.walk_m[who] / to_road_m_s,
                cause_id=events,
            )
        )

    def _goes_to_the_shore(self, who: Integers) -> NDArray[np.bool_]:
        """Whether each was told last to go to the water on foot, to a landing or not."""
        advice, n_refuges = self._hearing.advice, self._n_refuges
        told = self._hearing.advice_of[who].tolist()
        return np.array([k == TO_THE_SHORE or (k >= 0 and advice[k][0] >= n_refuges) for k in told], dtype=np.bool_)

    def _advised(self, party: int, traffic: Traffic) -> tuple[int, int]:
        """Refuge and route that a party was told of; -1, -1: it was told of none."""
        number = int(self._hearing.advice_of[party])
        if number in (_NONE, TO_THE_SHORE):
            return _NONE, _NONE
        refuge, route = self._hearing.advice[number]
        if number not in self._route_of:
            self._route_of[number] = traffic.add_route(route) if len(route) > 1 else _NONE
        return refuge, self._route_of[number]

    def _way_of(self, party: int, traffic: Traffic) -> tuple[int, int] | None:
        """Refuge and route of a party that sets out; None: it cannot go.

        By car as advised, else to the nearest usual refuge. On foot as advised unless that is too far, else to
        the nearest refuge of any kind that is not. Who was told that no road is safe leaves the car and walks.
        """
        refuge, route = self._advised(party, traffic)
        drives = self.parties.mode[party] != FOOT and not self._goes_to_the_shore(np.array([party]))[0]
        if drives:
            return refuge, route
        node, furthest_m = int(self.parties.node[party]), self.parameters.longest_walk_m
        if refuge != _NONE and traffic.way_on_foot_m(node, refuge) <= furthest_m:
            return refuge, route
        refuge = traffic.nearest_on_foot(node)
        if refuge == _NONE or traffic.way_on_foot_m(node, refuge) > furthest_m:
            return None
        return refuge, _NONE

    def _learn_fates(self, traffic: Traffic) -> None:
        ended = traffic.changes()
        if len(ended.trip) == 0:
            return
        arrived, caught = ended.status == ARRIVED, ended.status == CAUGHT
        self._arrive(ended.trip[arrived], ended.party[arrived], ended.at_s[arrived], ended.cause_id[arrived], traffic)
        who = ended.party[caught]
        self.exposure.add(who, ON_ROAD, self.parameters.dose_s)
        self._state[who] = TRAPPED
        self._expose(who, ended.at_s[caught], ended.cause_id[caught])
        self.trapped_s[who] = np.minimum(self.trapped_s[who], ended.at_s[caught])
        for is_news, kind in ((True, "trapped"), (False, "stranded")):  # some were cut off before they left
            stuck = ~arrived & ~caught & (np.isinf(self.trapped_s[ended.party]) == is_news)
            who = ended.party[stuck]
            self._note(who, ended.at_s[stuck], kind, ended.cause_id[stuck])
            self._state[who] = TRAPPED
            if is_news:
                self.trapped_s[who] = ended.at_s[stuck]

    def _arrive(self, trips: Integers, who: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """In a refuge they are safe; at a last resort or a landing they wait, in the heat like anybody in place."""
        came_to = traffic.refuge_of(trips)
        refuge = came_to.copy()
        for k in np.flatnonzero(came_to >= self._n_refuges).tolist():
            landing = self.shore.index[traffic.refuges[came_to[k]].refuge]
            self.shore.wait(who[k : k + 1], np.array([landing]), at_s[k])
            refuge[k] = traffic.shelter_beside(int(trips[k]))
        is_in = np.isin(refuge, traffic.safe_ones)
        self._refuge_in[who[is_in]] = refuge[is_in]
        self._note(who[is_in], at_s[is_in], "safe", because[is_in])
        self.safe_s[who[is_in]], self._state[who[is_in]] = at_s[is_in], SAFE
        self._wait(who[~is_in], came_to[~is_in], at_s[~is_in], because[~is_in], traffic)
        in_place = came_to < self._n_refuges
        if self.shore.landings and in_place.any():
            if self._beside is None:
                self._beside = self.shore.beside(traffic.refuges[: self._n_refuges])
            self.shore.wait(who[in_place], self._beside[came_to[in_place]], at_s[in_place])

    def _wait(self, who: Integers, where: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """They have come to where they are not safe by itself, and wait there."""
        places = [traffic.refuges[place] for place in where.tolist()]
        self._note(who, at_s, "sheltering", because, [place.refuge for place in places])
        self._state[who], self._waits_at[who], self._there_since_s[who] = SHELTERING, where, at_s
        on_beach = np.array([place.kind == "beach" for place in places], dtype=bool)
        ashore = np.where(on_beach, ON_BEACH, AT_HOME)
        self._stays_at[who] = np.where(where >= self._n_refuges, AT_SEA, ashore)
        if len(who):
            self._cuts_known = _NONE  # where they are now may be cut off already

    # --- by sea ----------------------------------------------------------------------------------------------------

    def board(self, who: Integers, at_s: Floats, because: int, boat: str) -> None:
        """Parties that wait at a landing go aboard a boat, because of what it did last."""
        self.shore.board(who, at_s, self._note(who, at_s, "boarded", because, boat))
        self._refuge_in[who] = self._waits_at[who] = _NONE
        moved = self._state[who] != SAFE  # who comes from a refuge that stands was safe and stays so
        self.departed_s[who] = np.minimum(self.departed_s[who], at_s)
        self._state[who[moved]] = TRAVELLING

    def land(self, who: Integers, at_s: Floats, port: str) -> None:
        """Parties come ashore in a port out of the fire's reach."""
        self.shore.land(who, at_s)
        new = self._state[who] != SAFE
        boarded = self.shore.boarded_by[who]  # whatever they heard on the way, that is what brought them here
        self._note(who[new], at_s[new], "safe", boarded[new], port)
        self._note(who[~new], at_s[~new], "ashore", boarded[~new], port)
        self.safe_s[who[new]], self._state[who[new]] = at_s[new], SAFE

    def feels_heat(self, cells: Integers) -> NDArray[np.bool_]:
        """Whether cells (flat, -1: off the grid) lie in the heat of flames."""
        return self._nearness.is_hot(cells)

    def _note_cut_off(self, traffic: Traffic) -> None:
        """Who is in place when the last way out of it is cut is trapped from then on, known or not.

        They may still set out: nobody has told them.
        """
        if traffic.cut_off.n_noted == self._cuts_known:
            return
        self._cuts_known = traffic.cut_off.n_noted
        # Who waits somewhere is there, and so is whoever sits in a refuge that was lost.
        place = np.where(self._lost_cell != _NONE, self._refuge_in, self._waits_at)
        node, is_there = self.parties.node.copy(), place != _NONE
        node[is_there] = traffic.refuge_nodes[place[is_there]]
        # Who waits at the water is cut off like anybody else: no boat need come. Once ashore in a port they are safe.
        free = np.isin(self._state, (HOME, SHELTERING)) & (node >= 0) & np.isinf(self.trapped_s)
        who = np.flatnonzero(free & (traffic.cut_off.by_event[node] != _NONE))
        self.trapped_s[who] = np.maximum(traffic.cut_off.since_s[node[who]], self._there_since_s[who])
        self._note(who, self.trapped_s[who], "trapped", traffic.cut_off.by_event[node[who]])

    def _lose_refuges(self, now_s: float, traffic: Traffic) -> None:
        """Whom the fire finds in a refuge did not come through: they stay, in the heat like anybody in place.

        Whom smoke finds there is sheltering again: not safe, and not in the heat.
        """
        for refuge, event in traffic.lost_event.items():
            if refuge in self._lost:
                continue
            self._lost.append(refuge)
            inside = np.flatnonzero((self._state == SAFE) & (self._refuge_in == refuge))
            self._note(inside, now_s, "refuge_lost", event, traffic.refuges[refuge].refuge)
            in_smoke = self._journal.kind_of(event) == "refuge_smoked"
            self.safe_s[inside], self._state[inside] = np.inf, SHELTERING if in_smoke else EXPOSED
            self._lost_cell[inside], self._there_since_s[inside] = traffic.refuge_cell[refuge], now_s
            self._cuts_known = _NONE
            self._stays_at[inside] = ON_BEACH if traffic.refuges[refuge].kind == "beach" else AT_HOME

    def _note(
        self, who: Integers, at_s: Floats | float, kind: str, because: Integers | int, detail: str | list[str] = ""
    ) -> Integers:
        """Write an event of each party; returns them."""
        if len(who) == 0:
            return np.empty(0, np.int64)
        names = [self.parties.household_id[party] for party in who.tolist()]
        self.cause_id[who] = self._journal.add_many(at_s, names, kind, because, detail)
        return self.cause_id[who]

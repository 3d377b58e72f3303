"""What people see and feel of the fire, and what it makes them do."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.place.grid import Grid
from firesim.world.decisions import Decisions
from firesim.world.exposure import AT_SEA, ON_BEACH, ON_ROAD
from firesim.world.hearing import Hearing
from firesim.world.households import Parties
from firesim.world.nearness import Nearness
from firesim.world.patients import Patients
from firesim.world.people_parameters import PeopleParameters
from firesim.world.shore import Shore
from firesim.world.sleeping import Sleep
from firesim.world.smoke import Smoke
from firesim.world.standing import HOME, NONE, SAFE, Standing
from firesim.world.stops import Stops
from firesim.world.traffic import Traffic
from firesim.world.wading import Wading

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]


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


class Senses:
    """The eyes and the skin of all parties.

    Flames within sight, smoke in the sky and heat each convince some; sleepers see nothing. Heat is felt, and
    counted, wherever a party is, as is thick smoke; at the water either drives people in.
    """

    def __init__(
        self,
        parties: Parties,
        grid: Grid,
        parameters: PeopleParameters,
        standing: Standing,
        hearing: Hearing,
        decisions: Decisions,
        sleep: Sleep,
        shore: Shore,
        stops: Stops,
    ) -> None:
        self._parties, self._parameters, self._shore, self._stops = parties, parameters, shore, stops
        self.patients = Patients(len(parties), grid)
        self.air: Smoke | None = None  # what they breathe; None: clear air
        self._standing, self._hearing, self._decisions, self._sleep = standing, hearing, decisions, sleep
        self._nearness = Nearness(grid, parameters.heat_within_m, parameters.flame_seen_within_m)
        self._home_cell = self._nearness.cells_of(parties.x_m, parties.y_m)
        self._arrival_time_s: Floats = np.full(grid.shape, np.inf)  # of the fire; it goes on with it
        self.wading = Wading(standing, parameters)
        self._smoke_s: Floats | None = None  # when each party notices the smoke, once it stands out
        self._unaware: Integers = np.empty(0, np.int64)  # of the smoke, in the order in which they will look up
        self._unaware_s = np.empty(0)
        self._overslept: Integers = np.empty(0, np.int64)  # who was asleep then, and still is
        self._is_high = False  # whether flames have been high enough to be seen: what has burnt never shrinks
        self._looked_s = -np.inf

    @property
    def place_reached_s(self) -> Floats:
        """When the fire came to the cell that they were in at the start, as of the last look. [parties], s

        What has burnt until then is as it was: fire comes to a cell once.
        """
        reached_s = self._arrival_time_s.ravel()[self._home_cell]
        return np.where((reached_s <= self._looked_s) & (self._home_cell >= 0), reached_s, np.inf)

    def take_in(self, now_s: float, traffic: Traffic, fire: FireInSight) -> None:
        """Everybody looks for the fire every `look_s`, and notices its smoke in due time."""
        if fire.has_ignited and now_s - self._looked_s >= self._parameters.look_s:
            self._look(now_s, traffic, fire)
        if self._smoke_s is not None:
            self._notice_smoke(self._smoke_s, now_s, fire.cause_of_fire)

    def _look(self, now_s: float, traffic: Traffic, fire: FireInSight) -> None:
        """Everybody looks for the fire, and feels it."""
        since_s = now_s - self._looked_s if np.isfinite(self._looked_s) else 0.0
        self._looked_s = now_s
        self._is_high = self._is_high or fire.area_m2(now_s) >= self._parameters.flame_from_area_m2
        if self._is_high:
            self._nearness.look(fire.flaming_cells(now_s))
        self._arrival_time_s = fire.arrival_time_s
        if self._smoke_s is None and fire.area_m2(now_s) >= self._parameters.smoke_from_area_m2:
            x_m, y_m = fire.ignition_xy_m
            distance_m = np.hypot(self._parties.x_m - x_m, self._parties.y_m - y_m)
            near = distance_m <= self._parameters.smoke_seen_within_m
            self._smoke_s = np.where(near, now_s + self._decisions.smoke_lag_s, np.inf)
            self._unaware = np.argsort(self._smoke_s, kind="stable")[: np.count_nonzero(near)]
            self._unaware_s = self._smoke_s[self._unaware]
        self._see_flames(now_s, fire.cause_of_fire)
        felt_by = self._feel(now_s, since_s, traffic, fire.cause_of_fire)
        # Those at the water go in from heat and from smoke; whoever was about to leave stays there.
        self._decisions.stand_down(self.wading.feel(felt_by, now_s, fire.cause_of_fire))

    def _see_flames(self, now_s: float, fire_event: int) -> None:
        standing = self._standing
        sees = self._nearness.has_seen_flames
        who = self._awake(newly_in_sight(self._home_cell, sees, standing.saw_flame_s, standing.state), now_s)
        if len(who) == 0:
            return
        standing.saw_flame_s[who] = now_s
        self._decisions.hurry(who, self._parameters.hurry)
        self._may_go(who, np.full(len(who), now_s), self._parameters.flame_heeded, fire_event, "flames")

    def _awake(self, who: Integers, now_s: float) -> Integers:
        """Of these, who is not asleep."""
        return who[~self._sleep.are_asleep(who, now_s)] if len(who) and self._sleep.is_night(now_s) else who

    def _notice_smoke(self, smoke_s: Floats, now_s: float, fire_event: int) -> None:
        due = int(self._unaware_s.searchsorted(now_s, side="right"))
        if due == 0 and len(self._overslept) == 0:
            return
        standing, overslept = self._standing, self._overslept
        looks_up = np.sort(np.concatenate([overslept, self._unaware[:due]]))
        self._unaware, self._unaware_s = self._unaware[due:], self._unaware_s[due:]
        who = self._awake(looks_up, now_s)
        standing.saw_smoke_s[who] = smoke_s[who]
        # Whoever slept through the moment at which they would have looked up sees it on waking.
        if len(overslept):
            standing.saw_smoke_s[np.intersect1d(who, overslept)] = now_s
        self._overslept = np.setdiff1d(looks_up, who) if len(who) < len(looks_up) else who[:0]
        at_home = who[standing.state[who] == HOME]
        self._may_go(at_home, standing.saw_smoke_s[at_home], self._parameters.smoke_heeded, fire_event, "smoke")

    def _may_go(self, who: Integers, at_s: Floats, heeded: float, fire_event: int, what: str) -> None:
        """Parties have seen something of the fire; those whom it convinces will decide."""
        heeds = self._decisions.would_heed(who, heeded, at_s, is_strong=what == "flames")
        if np.count_nonzero(heeds) == 0:
            return
        who, at_s = who[heeds], at_s[heeds]
        events = self._standing.note(who, at_s, "saw", fire_event, what)
        self._decisions.convince(who, at_s, events)
        self._hearing.see(who, events)

    def is_hot(self, cells: Integers) -> NDArray[np.bool_]:
        """Whether cells (flat, -1: off the grid) lie in the heat of flames."""
        return self._nearness.is_hot(cells)

    def is_hot_at(self, cell: int) -> bool:
        """The same of one cell, without arrays."""
        return self._nearness.is_hot_at(cell)

    def _where_they_are(self, traffic: Traffic) -> tuple[Integers, Integers]:
        """All who are not safe, and the flat cell in which each is now, -1 off the grid or afloat. [n]"""
        standing, shore, stops = self._standing, self._shore, self._stops
        who, cells, moving = whereabouts(
            standing.state, self._home_cell, standing.trip, standing.lost_cell, standing.waits_at, traffic.refuge_cell,
            shore.waits, shore.place_of, shore.cell, shore.is_aboard, stops.is_aboard, stops.bus_cell,
        )  # fmt: skip
        if len(moving):
            cells[moving] = traffic.cell_of(standing.trip[who[moving]])
        return who, self.patients.cells_of(who, cells)

    def _feel(self, now_s: float, since_s: float, traffic: Traffic, fire_event: int) -> Integers:
        """Count heat and smoke, and let those at home flee from heat; returns who is in either."""
        standing = self._standing
        might, cells = self._where_they_are(traffic)  # nobody asks how thick the smoke is over empty homes
        in_heat = self._nearness.is_hot(cells)
        in_smoke = np.zeros(len(cells), np.bool_) if self.air is None else self.air.is_harmful(cells)
        felt = (in_heat | in_smoke).nonzero()[0]
        who = might[felt]
        if len(who) == 0 and len(self.wading.who) == 0:
            return who
        in_heat, in_smoke = in_heat[felt], in_smoke[felt]
        hot = who[in_heat]
        is_in_place = (standing.lost_cell[who] != NONE) | (standing.waits_at[who] != NONE) | self._shore.waits[who]
        place = np.where((standing.trip[who] >= 0) & ~is_in_place, ON_ROAD, standing.stays_at[who])
        dry, had_more = who, who
        if len(self.wading.who):  # the sea has its own risk, hot or not
            is_dry = ~self.wading.is_in_sea[who]
            dry, place, in_heat, in_smoke = who[is_dry], place[is_dry], in_heat[is_dry], in_smoke[is_dry]
            standing.exposure.add(self.wading.who, AT_SEA, since_s, False, False)
            had_more = np.sort(np.concatenate([dry, self.wading.who]))
        standing.exposure.add(dry, place, since_s, in_heat, in_smoke)
        self._note_doses(had_more, now_s, traffic, fire_event)
        self._flee(hot, now_s, fire_event)
        return who

    def _note_doses(self, had_more: Integers, now_s: float, traffic: Traffic, fire_event: int) -> None:
        """Of those whose time in heat, smoke or the sea has grown, some have had their dose now."""
        standing = self._standing
        had_less = had_more[~standing.is_exposed[had_more]]
        dosed = had_less[self._has_dose(had_less)]
        if len(dosed) == 0:
            return
        # On the road they would not be there but for their last turn; in place the fire came to them.
        last = self._last_event(dosed, traffic)
        is_moving = (standing.trip[dosed] >= 0) | self.patients.is_aboard[dosed]
        standing.expose(dosed, now_s, np.where(is_moving, last, fire_event))

    def _flee(self, hot: Integers, now_s: float, fire_event: int) -> None:
        """Of those in the heat, who is at home goes at once, if it goes at all."""
        standing = self._standing
        at_home = hot[(standing.state[hot] == HOME) & (standing.stays_at[hot] != ON_BEACH)]
        if len(at_home) == 0:
            return
        willing = at_home[self._decisions.willingness[at_home] < self._parameters.heat_heeded]
        undecided = self._decisions.flee(willing, now_s)
        events = standing.note(undecided, now_s, "saw", fire_event, "heat")
        self._decisions.because[undecided] = events
        self._hearing.see(undecided, events)

    def _has_dose(self, who: Integers) -> NDArray[np.bool_]:
        """Whether each of these had a dose of heat, of smoke, or stood in the sea as long as a dose of heat. [n]"""
        exposure, dose_s = self._standing.exposure, self._parameters.dose_s
        has_dose = (exposure.heat_s[who] >= dose_s) | (exposure.by_place_s[who, AT_SEA] >= dose_s)
        if self.air is not None:
            has_dose |= exposure.smoke_s[who] >= self.air.parameters.dose_s
        return np.asarray(has_dose)

    def _last_event(self, who: Integers, traffic: Traffic) -> Integers:
        """The last event of each party, on the road or before. [n]"""
        trip, cause_id = self._standing.trip[who], self._standing.cause_id[who]
        if traffic.flow.n == 0:
            return cause_id
        last = np.where(trip >= 0, traffic.cause_id[trip], cause_id)
        return np.maximum(last, self._stops.boarded_by[who])  # in a bus, that they got on


@kernel
def newly_in_sight(home_cell: Integers, sees: Claims, saw_flame_s: Floats, state: Integers) -> Integers:
    """Who is at home and has flames in sight, having seen none before. `sees` [cells], the others [parties]"""
    who, n = np.empty(state.size, np.int64), 0
    for party in range(state.size):
        cell = home_cell[party]
        if state[party] == HOME and cell >= 0 and sees[cell] and saw_flame_s[party] == np.inf:
            who[n] = party
            n += 1
    return who[:n].copy()


@kernel
def whereabouts(
    state: Integers, home_cell: Integers, trip: Integers, lost_cell: Integers, waits_at: Integers,
    refuge_cell: Integers, waits_ashore: Claims, landing_of: Integers, landing_cell: Integers, is_afloat: Claims,
    is_in_bus: Claims, bus_cell: Integers,
) -> tuple[Integers, Integers, Integers]:  # fmt: skip
    """All who are not safe, the cell of each, and which of them (places in the first) move on the roads by themselves.

    Arrays over [parties], but for `refuge_cell` [refuges] and `landing_cell` [landings]; see `Standing`, `Shore` and
    `Stops`. Cells are flat, -1 off the grid and afloat; that of whoever moves is left to the caller.
    """
    who, cells, moving = np.empty(state.size, np.int64), np.empty(state.size, np.int64), np.empty(state.size, np.int64)
    n, n_moving = 0, 0
    for party in range(state.size):
        if state[party] == SAFE:
            continue
        if state[party] == HOME:  # most are, and nowhere else
            cell = home_cell[party]
        elif is_in_bus[party]:
            cell = bus_cell[party]
        elif is_afloat[party]:
            cell = -1
        elif waits_ashore[party]:
            cell = landing_cell[landing_of[party]]
        elif waits_at[party] >= 0:
            cell = refuge_cell[waits_at[party]]
        elif lost_cell[party] >= 0:
            cell = lost_cell[party]
        else:
            cell = home_cell[party]
            if trip[party] >= 0:
                moving[n_moving] = n
                n_moving += 1
        who[n], cells[n] = party, cell
        n += 1
    return who[:n], cells[:n], moving[:n_moving]

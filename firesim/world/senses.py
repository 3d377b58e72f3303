"""What people see and feel of the fire, and what it makes them do."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.world.decisions import Decisions
from firesim.world.exposure import ON_ROAD
from firesim.world.households import Parties
from firesim.world.nearness import Nearness
from firesim.world.people_parameters import PeopleParameters
from firesim.world.standing import HOME, NONE, SAFE, Standing
from firesim.world.traffic import Traffic

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


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

    Flames within sight, smoke in the sky and heat each convince some; heat is felt and counted wherever a party is.
    """

    def __init__(
        self, parties: Parties, grid: Grid, parameters: PeopleParameters, standing: Standing, decisions: Decisions
    ) -> None:
        self._parties, self._parameters = parties, parameters
        self._standing, self._decisions = standing, decisions
        self._nearness = Nearness(grid, parameters.heat_within_m, parameters.flame_seen_within_m)
        self._home_cell = self._nearness.cells_of(parties.x_m, parties.y_m)
        self._smoke_s: Floats | None = None  # when each party notices the smoke, once it stands out
        self._looked_s = -np.inf

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
        if fire.area_m2(now_s) >= self._parameters.flame_from_area_m2:
            self._nearness.look(fire.flaming_cells(now_s))
        reached_s = np.where(self._home_cell >= 0, fire.arrival_time_s.ravel()[self._home_cell], np.inf)
        self._standing.place_reached_s = np.where(reached_s <= now_s, reached_s, np.inf)
        if self._smoke_s is None and fire.area_m2(now_s) >= self._parameters.smoke_from_area_m2:
            x_m, y_m = fire.ignition_xy_m
            distance_m = np.hypot(self._parties.x_m - x_m, self._parties.y_m - y_m)
            near = distance_m <= self._parameters.smoke_seen_within_m
            self._smoke_s = np.where(near, now_s + self._decisions.smoke_lag_s, np.inf)
        self._see_flames(now_s, fire.cause_of_fire)
        self._feel_heat(now_s, since_s, traffic, fire.cause_of_fire)

    def _see_flames(self, now_s: float, fire_event: int) -> None:
        standing = self._standing
        in_sight = self._nearness.has_seen_flames(self._home_cell)
        who = np.flatnonzero(in_sight & np.isinf(standing.saw_flame_s) & (standing.state == HOME))
        standing.saw_flame_s[who] = now_s
        self._decisions.hurry(who, self._parameters.hurry)
        self._may_go(who, np.full(len(who), now_s), self._parameters.flame_heeded, fire_event, "flames")

    def _notice_smoke(self, smoke_s: Floats, now_s: float, fire_event: int) -> None:
        standing = self._standing
        who = np.flatnonzero((smoke_s <= now_s) & np.isinf(standing.saw_smoke_s))
        standing.saw_smoke_s[who] = smoke_s[who]
        at_home = who[standing.state[who] == HOME]
        self._may_go(at_home, smoke_s[at_home], self._parameters.smoke_heeded, fire_event, "smoke")

    def _may_go(self, who: Integers, at_s: Floats, heeded: float, fire_event: int, what: str) -> None:
        """Parties have seen something of the fire; those whom it convinces will decide."""
        heeds = self._decisions.would_heed(who, heeded, at_s)
        events = self._standing.note(who[heeds], at_s[heeds], "saw", fire_event, what)
        self._decisions.convince(who[heeds], at_s[heeds], events)

    def _feel_heat(self, now_s: float, since_s: float, traffic: Traffic, fire_event: int) -> None:
        standing = self._standing
        cells = self._home_cell.copy()
        away = np.flatnonzero((standing.trip >= 0) & (standing.state != SAFE))
        if len(away):
            cells[away] = self._nearness.cells_of(*traffic.position_m(standing.trip[away]))
        is_overrun = standing.lost_cell != NONE
        cells[is_overrun] = standing.lost_cell[is_overrun]
        hot = np.flatnonzero(self._nearness.is_hot(cells) & (standing.state != SAFE))
        on_road = (standing.trip[hot] >= 0) & ~is_overrun[hot]
        standing.exposure.add(hot, np.where(on_road, ON_ROAD, standing.stays_at[hot]), since_s)
        dosed = hot[(standing.exposure.total_s[hot] >= self._parameters.dose_s) & ~standing.is_exposed[hot]]
        # On the road they would not be there but for their last turn; in place the fire came to them.
        last = self._last_event(dosed, traffic)
        standing.expose(dosed, now_s, np.where(standing.trip[dosed] >= 0, last, fire_event))
        at_home = hot[standing.state[hot] == HOME]
        willing = at_home[self._decisions.willingness[at_home] < self._parameters.heat_heeded]
        undecided = self._decisions.flee(willing, now_s)
        events = standing.note(undecided, now_s, "saw", fire_event, "heat")
        self._decisions.because[undecided] = events

    def _last_event(self, who: Integers, traffic: Traffic) -> Integers:
        """The last event of each party, on the road or before. [n]"""
        trip, cause_id = self._standing.trip[who], self._standing.cause_id[who]
        if traffic.flow.n == 0:
            return cause_id
        return np.where(trip >= 0, traffic.cause_id[trip], cause_id)

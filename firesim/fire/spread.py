"""One fire from its ignition on: first an accelerating ellipse, then a front through the cells.

    fire = SpreadingFire(landscape)
    fire.set_weather(0.0, weather)
    fire.ignite_point(column=120.5, row=80.5, at_s=600.0)
    fire.advance(4200.0)
    fire.arrival_time_s, fire.area_m2(4200.0)

A point fire is the analytic ellipse of `growth.py`, under the spread of the cell it started in, until its head is
five cells long; then the front takes over with the same arrivals, and goes on accelerating: since all rates scale
alike, the front simply runs on a slower clock. Its ellipses narrow in a few steps. Without acceleration it is the
steady ellipse for as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from math import ceil, floor, inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.acceleration import OPEN_FUEL_PER_MIN, acceleration_factor
from firesim.fire.arrival import EXACT, Tolerance
from firesim.fire.coverage import Told, index_of
from firesim.fire.front import Coming, Front, Where
from firesim.fire.growth import PointFire
from firesim.fire.landscape import FireWeather, Landscape, LandscapeSpread, SpreadField, spread_field
from firesim.fire.laterfires import LaterFires
from firesim.fire.slope import SlopePlane
from firesim.fire.surface import flame_length_m
from firesim.fire.tiles import Spread, SpreadOfKinds, SpreadSource
from firesim.fire.youngfire import CellsReached, YoungFire

__all__ = ["FireWeather", "Landscape", "LandscapeSpread", "SpreadField", "SpreadingFire", "spread_field"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Mask = NDArray[np.bool_]

# The cells can carry on an ellipse whose head is five cells from the ignition and which is three cells wide: a
# thinner one falls between their centres (measured: area then within 2 % of the law from the hand-over on).
HANDED_OVER_AT_CELLS = 5.0
HANDED_OVER_AT_HALF_WIDTH_CELLS = 2.0

# A fire that meets a line, water or another fuel is handed over when it does, but not below this size.
EARLIEST_HANDED_OVER_AT_CELLS = 1.0

# How far beyond the hand-over the ellipse says when it comes to the cells beside it. [s]  A day: its back is slow.
FORESEEN_S = 86_400.0

# A point fire counts as steady from this share of its steady rate on.
STEADY_FROM_FACTOR = 0.99

# Fuel in which the head is faster or slower than at the ignition by this factor is another fuel (judgement).
ANOTHER_FUEL_FACTOR = 2.0


class SpreadingFire:
    """A fire on a landscape that is told the weather, the lines and the water, and tells where it is when.

    acceleration_per_min: `a` of `acceleration.py` in open fuels, for points; None: steady from the start. Where one is
    lit under crowns that burn, the canopy slows it (`crown.py`), for good. Lines and polygons are always steady.
    tolerance: `EXACT` or `FAST` of `arrival.py`.
    What is lit later goes at its own pace (`laterfires.py`). Times in seconds; what is asked for lies at or before the
    last `advance`; what is told lies at or after it.
    """

    def __init__(
        self,
        landscape: Landscape,
        acceleration_per_min: float | None = OPEN_FUEL_PER_MIN,
        tolerance: Tolerance = EXACT,
    ) -> None:
        self.landscape = landscape
        self.acceleration_per_min = acceleration_per_min
        self.now_s = -inf
        self._front = Front(
            landscape.shape,
            landscape.cell_size_m,
            rise=None if landscape.is_level else landscape.rise,
            is_burnable=landscape.is_burnable,
            rows_per_step_north=landscape.rows_per_step_north,
            tolerance=tolerance,
        )
        self._law: LandscapeSpread | None = None
        self._young: YoungFire | None = None  # kept after the hand-over, for its clock and the times before
        self._origin: tuple[float, float] | None = None  # column, row
        self._handed_over_s = -inf  # inf while the fire is an ellipse
        self._hand_over_due_s = inf  # while the fire is an ellipse: when it will end if nothing changes
        self._missing_cells = 0.0  # area of the ellipse that the cells could not hold when they took over
        self._slowing_of_origin = 1.0
        self._is_near_obstacle = np.zeros(landscape.shape, np.bool_)
        self._tolerance = tolerance
        self._later = LaterFires()

    # -- what it is told -----------------------------------------------------------------------------------------

    def set_weather(self, now_s: float, weather: FireWeather, rate_multiplier: ArrayLike = 1.0) -> None:
        """From now on this weather holds; rate_multiplier, a number or [y, x], on all rates."""
        self.set_law(now_s, LandscapeSpread(self.landscape, weather, rate_multiplier))

    def set_law(self, now_s: float, law: LandscapeSpread) -> None:
        """From now on fire spreads so over its landscape; several fires on one may share what a law has worked out."""
        if law.landscape is not self.landscape:
            raise ValueError("this spread is worked out for another landscape")
        self.advance(now_s)
        if self._law is not None and law.is_as(self._law):
            return
        self._law = law
        self._front.set_spread(self._clock(now_s), self._spread_at(now_s))
        self._drive_ellipse(now_s)
        for fire in self._later.fires:
            fire.set_law(now_s, law)

    def ignite_point(self, column: float, row: float, at_s: float) -> None:
        """Light a point, in cells from the north-west corner: cell (r, c) spans c to c + 1, r to r + 1."""
        if self._law is None:
            raise ValueError("a fire is lit only after it was told the weather")
        if at_s < self.now_s:
            raise ValueError(f"the fire is at {self.now_s} s: it cannot be lit at {at_s} s")
        if self._origin is not None and self.acceleration_per_min is not None:
            spot = self._fire_apart(at_s, self.acceleration_per_min)
            spot.ignite_point(column, row, at_s)
            self._later.add(spot, unless_burnt=(self, floor(row), floor(column)))
            return
        if self._origin is not None:
            self._leave_to_cells(at_s)
            self._front.ignite_point(column, row, self._clock(at_s))
            return
        r, c = floor(row), floor(column)
        if not (0 <= r < self.landscape.shape[0] and 0 <= c < self.landscape.shape[1]):
            raise ValueError(f"ignition at column {column}, row {row} is off the grid of {self.landscape.shape}")
        if not self.landscape.is_burnable[r, c]:
            raise ValueError(f"nothing can burn in the cell of the ignition, row {r}, column {c}")
        self._origin = (column, row)
        self._young = YoungFire(
            column,
            row,
            self.landscape.cell_size_m,
            self._plane_of(r, c),
            self.landscape.rows_per_step_north,
            PointFire(at_s, self._acceleration_per_min(r, c)),
        )
        self._handed_over_s = inf
        self._drive_ellipse(at_s)

    def ignite_cells(self, mask: Mask, at_s: float, *, joins: bool = False) -> None:
        """Light whole cells [y, x]: a line, a polygon, a perimeter. Steady from the start.

        joins: they are parts of the fire that burns already, found later, and go on at its pace.
        """
        if self._is_building_up(at_s) and not joins:
            line = self._fire_apart(at_s, None)
            line.ignite_cells(mask, at_s)
            self._later.add(line)
            return
        if self.acceleration_per_min is None:
            self._leave_to_cells(at_s)
        if self._origin is None and mask.any():
            rows, columns = np.nonzero(mask)
            self._origin = (float(columns.mean()) + 0.5, float(rows.mean()) + 0.5)
        self._front.ignite_cells(mask, self._clock(at_s))

    def block(self, where: Where, now_s: float) -> None:
        """From now on these cells never burn, unless they have burnt: a mask [y, x], or rows and columns."""
        self.advance(now_s)
        self._front.block(where, self._clock(now_s))
        self._meet(where, 0.0, now_s)
        self._later.tell("block", where, now_s=now_s)

    def unblock(self, where: Where, now_s: float) -> None:
        """Undo `block`."""
        self.advance(now_s)
        self._front.unblock(where, self._clock(now_s))
        self._meet(where, None, now_s)
        self._later.tell("unblock", where, now_s=now_s)

    def slow(self, where: Where, factor: float, now_s: float) -> None:
        """From now on multiply the rate in these cells (wetting); 1 / factor undoes it.

        where: a mask [y, x], or rows and columns of some cells.
        """
        self.advance(now_s)
        self._front.slow(where, factor, self._clock(now_s))
        self._meet(where, factor, now_s)
        self._later.tell("slow", where, factor, now_s=now_s)

    def bar(self, line: Sequence[tuple[float, float]], now_s: float) -> None:
        """From now on fire does not cross this line of points (column, row): a fireline thinner than a cell."""
        self.advance(now_s)
        self._is_near_obstacle |= self._front.bar(line, self._clock(now_s))
        self._drive_ellipse(now_s)
        self.advance(now_s)
        self._later.tell("bar", line, now_s=now_s)

    def advance(self, until_s: float) -> None:
        """Burn on until this time. The past is an error."""
        if until_s < self.now_s:
            raise ValueError(f"the fire is at {self.now_s} s and cannot go back to {until_s} s")
        if self._is_ellipse and self._hand_over_due_s <= until_s:
            self._hand_over(max(self._hand_over_due_s, self.now_s))
        if self._young is not None and not self._is_ellipse:
            for step_s in self._young.point.shape_steps_s(max(self.now_s, self._handed_over_s), until_s):
                self._front.set_spread(self._clock(step_s), self._spread_at(step_s))
        self._front.advance(self._clock(until_s))
        self.now_s = until_s
        for fire in self._later.fires:
            fire.advance(until_s)

    def copy(self) -> SpreadingFire:
        """A fire that goes on by itself from here; costs one copy of the front's arrays."""
        twin = copy(self)
        twin._front = self._front.copy()
        twin._is_near_obstacle = self._is_near_obstacle.copy()
        twin._later = self._later.copy()
        return twin

    # -- what it tells -------------------------------------------------------------------------------------------

    @property
    def arrival_time_s(self) -> Floats:
        """First arrival at cell centres. [y, x], s; inf where it has not burnt by now.

        The cell of a point ignition burns from the ignition on, wherever in it the point is.
        """
        if self._later.fires:
            return self._later.field(self, "arrival_time_s")
        if self._young is None:
            return self._front.arrival_time_s
        if self._is_ellipse:
            cells = self._reached(self.now_s)
            arrival = np.full(self.landscape.shape, inf)
            arrival[cells.rows, cells.columns] = cells.arrival_s
        else:
            arrival = self._front.arrival_time_s
            near = arrival[self._front.window]
            burnt = np.isfinite(near)
            near[burnt] = self._young.point.time_s(near[burnt])
        if np.isfinite(arrival[self._home]):
            arrival[self._home] = self._young.point.ignited_s
        return arrival

    @property
    def rate_of_spread_m_s(self) -> Floats:
        """Speed of the front along its normal, along the ground, at arrival. [y, x]; 0 where it has not burnt."""
        if self._later.fires:
            return self._later.field(self, "rate_of_spread_m_s")
        if self._is_ellipse:
            cells = self._reached(self.now_s)
            rate = np.zeros(self.landscape.shape)
            rate[cells.rows, cells.columns] = cells.rate_m_s
            return rate
        rate = self._front.rate_of_spread_m_s
        if self._young is not None:
            burnt = rate > 0.0
            _, rate[burnt] = self._young.point.lived_by(self._front.expected_arrival_s[burnt], rate[burnt])
        return rate

    def burnt_since(
        self, after_s: float, told: Told | None = None
    ) -> tuple[NDArray[np.integer], NDArray[np.integer], Floats, Floats]:
        """Rows, columns, arrival [s] and Byram intensity [kW/m] of the cells that burnt after a time. [cells]

        At the cost of these cells, for who keeps a record of a fire.
        told: of who asks again and again; cells of which nothing has changed since may be left out.
        """
        if self._later.fires:
            return self._later.cells(self, lambda fire: fire.burnt_since(after_s))
        if self._is_ellipse:
            cells = self._reached(self.now_s)
            cells = cells.only(cells.arrival_s > after_s)
            heat = np.asarray(self._spread_of_origin().heat_per_area_kj_m2, dtype=np.float64)
            arrival_s = self._lit_at_once(cells.rows, cells.columns, cells.arrival_s)
            return cells.rows, cells.columns, arrival_s, cells.rate_m_s * heat
        span_s = self._clock(after_s), self._clock(self.now_s)
        if told is not None:
            rows, columns, arrival_s, rate, burns = self._front.told_anew(*span_s, told)
        else:
            rows, columns = self._front.burnt_between(*span_s)
            arrival_s, rate, burns = self._front.told_of(rows, columns)
        arrival_s, _, intensity = self._lived(rows, columns, arrival_s, rate, burns)
        return rows, columns, arrival_s, intensity

    def burnt_in_rows(
        self, top: int, bottom: int
    ) -> tuple[NDArray[np.integer], NDArray[np.integer], Floats, Floats, Floats]:
        """Rows, columns, arrival [s], rate [m/s] and Byram intensity [kW/m] of the burnt cells of a strip. [cells]

        For who writes a large fire down piece by piece.
        """
        if self._later.fires:
            return self._later.cells(self, lambda fire: fire.burnt_in_rows(top, bottom))
        if self._is_ellipse:
            cells = self._reached(self.now_s)
            cells = cells.only((cells.rows >= top) & (cells.rows < bottom))
            heat = np.asarray(self._spread_of_origin().heat_per_area_kj_m2, dtype=np.float64)
            arrival_s = self._lit_at_once(cells.rows, cells.columns, cells.arrival_s)
            return cells.rows, cells.columns, arrival_s, cells.rate_m_s, np.asarray(cells.rate_m_s * heat)
        clock_s = self._front.expected_arrival_s[top:bottom]
        # Of the strip in one dimension: to find the two of each cell takes numpy three times as long.
        rows, columns = np.divmod(np.flatnonzero(clock_s <= self._clock(self.now_s)), self.landscape.shape[1])
        rows += top
        return rows, columns, *self._lived(rows, columns, *self._front.told_of(rows, columns))

    def _lived(
        self,
        rows: NDArray[np.integer],
        columns: NDArray[np.integer],
        arrival_s: Floats,
        rate_m_s: Floats,
        heat_kj_m2: Singles,
    ) -> tuple[Floats, Floats, Floats]:
        """Arrival [s], rate [m/s] and Byram intensity [kW/m] of cells of which the front tells this, by its clock."""
        if self._young is not None:
            return self._young.lived_in(rows, columns, arrival_s, rate_m_s, heat_kj_m2)
        return arrival_s, rate_m_s, np.asarray(rate_m_s * heat_kj_m2)

    @property
    def fireline_intensity_kw_m(self) -> Floats:
        """Byram intensity of the part of the front that burnt the cell. [y, x]; 0 where it has not burnt."""
        if self._later.fires:
            return self._later.field(self, "fireline_intensity_kw_m")
        if self._is_ellipse:
            return np.asarray(self.rate_of_spread_m_s * np.asarray(self._spread_of_origin().heat_per_area_kj_m2))
        return self.rate_of_spread_m_s * self._front.heat_per_area_kj_m2

    @property
    def flame_length_m(self) -> Floats:
        """Flame length of the part of the front that burnt the cell. [y, x]; 0 where it has not burnt."""
        return flame_length_m(self.fireline_intensity_kw_m)

    def area_m2(self, at_s: float) -> float:
        """Burnt area on the map, parts of cells counted. [m2]"""
        if self._later.fires:
            return self._later.area_m2(self, at_s)
        if self._young is not None and at_s < self._handed_over_s:
            return self._young.area_m2(at_s, self.landscape.shape) if at_s > self._young.point.ignited_s else 0.0
        return (self._front.burnt_cells(self._clock(at_s)) + self._missing_cells) * self.landscape.cell_size_m**2

    def growth_m2(self, from_s: float, to_s: float) -> float:
        """Area burnt on the map between two times. [m2]"""
        if self._later.fires or (self._young is not None and from_s < self._handed_over_s):
            return self.area_m2(to_s) - self.area_m2(from_s)
        return self._front.grown_cells(self._clock(from_s), self._clock(to_s)) * self.landscape.cell_size_m**2

    def head_distance_m(self, at_s: float) -> float:
        """Greatest distance on the map from the first ignition to the front of its own fire. [m]"""
        if self._young is not None and at_s < self._handed_over_s:
            return self._young.head_distance_m(at_s) if at_s > self._young.point.ignited_s else 0.0
        if self._origin is None:
            return 0.0
        return self._front.farthest_cells(*self._origin, self._clock(at_s)) * self.landscape.cell_size_m

    def ellipse_outline(self, at_s: float) -> tuple[Floats, Floats] | None:
        """Outline (columns, rows) of the young fire, or None before it starts and once it is cells."""
        return self._young.outline(at_s) if self._young is not None and self.is_ellipse(at_s) else None

    def is_ellipse(self, at_s: float) -> bool:
        """Whether there is an outline of the young fire at a time, without drawing it."""
        return self._young is not None and self._young.point.ignited_s < at_s < self._handed_over_s

    @property
    def burns_in_several_places(self) -> bool:
        """Whether other fires, lit later or beside it, burn by themselves: `ellipse_outline` is of the first alone."""
        return bool(self._later.fires)

    @property
    def young_fire(self) -> YoungFire | None:
        """The ellipse of a point fire, for as long as its weather is the last told to it; None for other fires."""
        return self._young

    @property
    def is_out(self) -> bool:
        """Whether nothing will burn any more unless something changes."""
        if not all(fire.is_out for fire in self._later.fires):
            return False
        if self._is_ellipse and float(self._spread_of_origin().head_rate_m_s) > 0.0:  # type: ignore[arg-type]
            return False
        return self._front.is_out

    # -- inside --------------------------------------------------------------------------------------------------

    @property
    def _is_ellipse(self) -> bool:
        return self._handed_over_s == inf

    def _is_building_up(self, at_s: float) -> bool:
        """Whether the front runs on the clock of a point fire that is not yet at its steady rate."""
        if self._young is None:
            return False
        point = self._young.point
        return float(acceleration_factor(at_s - point.ignited_s, point.per_min)) < STEADY_FROM_FACTOR

    def _acceleration_per_min(self, row: int, column: int) -> float:
        """Acceleration of a fire from a point of a cell; inf: steady from the start."""
        assert self._law is not None
        return (
            inf
            if self.acceleration_per_min is None
            else self._law.acceleration_per_min(row, column, self.acceleration_per_min)
        )

    def _leave_to_cells(self, at_s: float) -> None:
        """Give a steady ellipse to the cells, for more is lit that burns there with it."""
        if not self._is_ellipse:
            return
        assert self._young is not None
        assert self._origin is not None
        if at_s > self._young.point.ignited_s:
            self.advance(at_s)
            if self._is_ellipse:
                self._hand_over(at_s)
        else:
            self._young, self._handed_over_s, self._hand_over_due_s = None, -inf, inf
            self._front.ignite_point(*self._origin, at_s)

    def _fire_apart(self, at_s: float, acceleration_per_min: float | None) -> SpreadingFire:
        """A fire beside this one, under the same weather, lines and water; neither lit nor one of its own yet."""
        if self._law is None:
            raise ValueError("a fire is lit only after it was told the weather")
        self.advance(at_s)
        fire = SpreadingFire(self.landscape, acceleration_per_min, self._tolerance)
        fire.set_law(at_s, self._law)
        self._later.acquaint(fire, at_s)
        return fire

    def _clock(self, at_s: float) -> float:
        """The front's time: that of a steady fire that has burnt as much."""
        return self._young.point.clock_at(at_s) if self._young is not None else at_s

    def _spread_at(self, now_s: float) -> Spread | SpreadOfKinds | SpreadSource:
        """Spread of the front from now on; while it is young its ellipses have the shape of its age."""
        if self._law is None:
            return Spread(0.0, 0.0, 0.0)
        if self._young is None or self._is_ellipse or self._young.point.per_min == inf:
            return self._law.source
        return YoungSpread(self._law, self._young.point, now_s).source

    @property
    def _home(self) -> tuple[int, int]:
        assert self._origin is not None
        return floor(self._origin[1]), floor(self._origin[0])

    def _plane_of(self, row: int, column: int) -> SlopePlane:
        """The ground of one cell."""
        if self.landscape.is_level:
            return SlopePlane()
        rise = self.landscape.rise(slice(row, row + 1), slice(column, column + 1))
        return SlopePlane(*(float(part.item()) for part in rise))

    def _spread_of_origin(self) -> Spread:
        """Steady spread of the cell of ignition; numbers."""
        assert self._law is not None
        r, c = self._home
        spread = self._law.over(slice(r, r + 1), slice(c, c + 1))
        rate, toward, eccentricity, heat = (
            float(np.asarray(part).item())
            for part in (spread.head_rate_m_s, spread.toward_deg, spread.eccentricity, spread.heat_per_area_kj_m2)
        )
        return Spread(rate * self._slowing_of_origin, toward, eccentricity, heat)

    def _lit_at_once(self, rows: NDArray[np.integer], columns: NDArray[np.integer], arrival_s: Floats) -> Floats:
        """Arrivals of cells, that of the cell of a point ignition being the ignition."""
        assert self._young is not None
        home = index_of(*self._home, rows, columns)
        if home >= 0:
            arrival_s = arrival_s.copy()
            arrival_s[home] = self._young.point.ignited_s
        return arrival_s

    def _drive_ellipse(self, now_s: float) -> None:
        if not self._is_ellipse:
            return
        assert self._young is not None
        spread = self._spread_of_origin()
        self._young = self._young.under(now_s, spread.head_rate_m_s, spread.toward_deg, spread.eccentricity)  # type: ignore[arg-type]
        self._hand_over_due_s = self._foreseen_hand_over_s()

    def _meet(self, where: Where, factor: float | None, now_s: float) -> None:
        """Let the ellipse know of lines and water; factor 0: blocked, None: no longer blocked."""
        if not self._is_ellipse:
            return
        mask = np.zeros(self.landscape.shape, np.bool_)
        mask[where] = True
        self._is_near_obstacle |= mask
        if mask[self._home]:
            self._slowing_of_origin = 1.0 if factor is None else self._slowing_of_origin * factor
        self._drive_ellipse(now_s)
        self.advance(now_s)

    def _foreseen_hand_over_s(self) -> float:
        """When the cells take over if nothing changes; inf: never."""
        assert self._young is not None
        size_m, point = self.landscape.cell_size_m, self._young.point
        earliest_s = point.when_as_large_as(EARLIEST_HANDED_OVER_AT_CELLS * size_m, 0.0)
        large_s = point.when_as_large_as(HANDED_OVER_AT_CELLS * size_m, HANDED_OVER_AT_HALF_WIDTH_CELLS * size_m)
        if large_s == inf:
            return inf
        # A narrow ellipse is longer than five cells before it is wide enough.
        reach = ceil(self._young.head_distance_m(large_s) / size_m) + 1
        return min(large_s, max(self._young.touches_s(self._obstacles(reach), large_s), earliest_s))

    def _obstacles(self, reach: int) -> Mask:
        """Cells up to so many from the ignition where fire does not spread as it does there. [y, x]"""
        assert self._law is not None
        near = tuple(slice(max(at - reach, 0), at + reach + 1) for at in self._home)
        here = np.asarray(self._spread_of_origin().head_rate_m_s)
        rate = np.broadcast_to(self._law.over(*near).head_rate_m_s, self.landscape.is_burnable[near].shape)
        other = (rate < here / ANOTHER_FUEL_FACTOR) | (rate > here * ANOTHER_FUEL_FACTOR)
        obstacles = self._is_near_obstacle.copy()
        obstacles[near] |= other
        obstacles[self._home] = False
        return obstacles

    def _reached(self, at_s: float) -> CellsReached:
        """Cells of the ellipse that can burn and that fire reaches without crossing those that cannot, or a line."""
        assert self._young is not None
        cells = self._young.reached(self.landscape.shape, at_s)
        if at_s <= self._young.point.ignited_s:
            return cells.only(np.zeros(cells.rows.size, np.bool_))
        return cells.only(cells.joined_to(*self._home, self._front.can_burn_in, self._front.shut_ways))

    def _hand_over(self, now_s: float) -> None:
        """Give the fire to the cells: same arrivals, same area."""
        assert self._young is not None
        cells = self._reached(now_s)
        self._handed_over_s = now_s
        clock_s = self._clock(now_s)
        self._front.set_spread(clock_s, self._spread_at(now_s))
        arrival = np.minimum(self._young.point.clock_s(cells.arrival_s), clock_s)
        self._front.adopt(cells.rows, cells.columns, arrival, cells.gradient, clock_s, self._coming_to)
        area_m2 = self._young.area_m2(now_s, self.landscape.shape)
        self._missing_cells = area_m2 / self.landscape.cell_size_m**2 - self._front.burnt_cells(clock_s)

    def _coming_to(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> Coming:
        """When the ellipse would come to cells beside it, away from all that cannot burn; clock and its gradient."""
        assert self._young is not None
        open_around = np.pad(self._front.can_burn & ~self._is_near_obstacle, 1)
        is_clear = np.ones(rows.size, np.bool_)
        for down in range(3):
            for right in range(3):
                is_clear &= open_around[rows + down, columns + right]
        cells = self._young.coming_to(
            rows[is_clear].astype(np.int64), columns[is_clear].astype(np.int64), self._handed_over_s + FORESEEN_S
        )
        return cells.rows, cells.columns, self._young.point.clock_s(cells.arrival_s), cells.gradient


@dataclass(frozen=True)
class YoungSpread:
    """Spread whose ellipses are those of a fire's age, from `now_s` to its next step of shape."""

    law: LandscapeSpread
    point: PointFire
    now_s: float

    @property
    def source(self) -> SpreadOfKinds | SpreadSource:
        """As a front takes it."""
        steady = self.law.source
        if not isinstance(steady, SpreadOfKinds):
            return self.over
        return replace(steady, spread=self._young(steady.spread))

    def over(self, rows: slice, columns: slice) -> Spread:
        """Spread of a part of the grid."""
        return self._young(self.law.over(rows, columns))

    def _young(self, steady: Spread) -> Spread:
        shape = self.point.shape_from(steady.eccentricity, self.now_s)
        return Spread(steady.head_rate_m_s, steady.toward_deg, shape, steady.heat_per_area_kj_m2, steady.step)

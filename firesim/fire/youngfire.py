"""A point fire before the cells can hold it: the ellipse of `growth.py` laid on the ground and on the grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, cos, floor, inf, radians, sin

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.fire.acceleration import acceleration_factor, lived_by
from firesim.fire.cells import RING_X, RING_Y
from firesim.fire.coverage import index_of
from firesim.fire.growth import PointFire
from firesim.fire.slope import SlopePlane

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class CellsReached:
    """Cells whose centres the ellipse has passed, in one dimension.

    gradient: of arrival on the clock of a steady fire, along columns and rows [s/cell]; 0 where it began.
    rate_m_s: along the ground, of the part of the front that passed, at its age; the head's where it was lit.
    """

    rows: Indices
    columns: Indices
    arrival_s: Floats
    gradient: tuple[Floats, Floats]
    rate_m_s: Floats

    def only(self, keep: Mask) -> CellsReached:
        """The cells at these places."""
        gradient = (self.gradient[0][keep], self.gradient[1][keep])
        return CellsReached(self.rows[keep], self.columns[keep], self.arrival_s[keep], gradient, self.rate_m_s[keep])

    def joined_to(
        self,
        row: int,
        column: int,
        can_burn_in: Callable[[slice, slice], Mask],
        shut: NDArray[np.uint8] | None = None,
    ) -> Mask:
        """Which cells hang together with one cell, which burns, through others that can burn.

        By sides and by corners, as the front goes (`arrival.py`): between two cells that cannot burn nothing passes.
        Where nothing stands in the way all do, however thin the ellipse: it may fall between the centres of cells.
        can_burn_in: which cells of these rows and columns can burn, a new array [y, x].
        shut: [y, x] of the grid, bit k: no way to neighbour k (`cells.py`); None: all ways are open.
        """
        box = tuple(
            slice(max(int(part.min(initial=at)) - 1, 0), int(part.max(initial=at)) + 2)
            for part, at in ((self.rows, row), (self.columns, column))
        )
        is_open = can_burn_in(*box)
        top, left = box[0].start, box[1].start
        is_open[row - top, column - left] = True
        closed = np.zeros(is_open.shape, np.uint8) if shut is None else shut[box]
        if is_open.all() and not closed.any():
            return np.ones(self.rows.size, np.bool_)
        return _joined(self.rows - top, self.columns - left, row - top, column - left, is_open, closed)


@kernel
def _joined(rows: Indices, columns: Indices, row: int, column: int, is_open: Mask, closed: NDArray[np.uint8]) -> Mask:
    """`CellsReached.joined_to` one cell, all of them within a part of the grid."""
    which = np.full(is_open.shape, -1)
    for n in range(rows.size):
        which[rows[n], columns[n]] = n
    joined = np.zeros(rows.size, np.bool_)
    waiting = np.empty(8 * rows.size + 1, np.int64)
    count = 0
    if which[row, column] >= 0:
        waiting[0], count = which[row, column], 1
    while count:
        count -= 1
        n = waiting[count]
        r, c = rows[n], columns[n]
        if not is_open[r, c] or joined[n]:
            continue
        joined[n] = True
        for k in range(8):
            y, x = r + RING_Y[k], c + RING_X[k]
            is_inside = 0 <= y < is_open.shape[0] and 0 <= x < is_open.shape[1]
            if closed[r, c] >> k & 1 or not is_inside or which[y, x] < 0:
                continue
            if k % 2 == 0 or is_open[y, c] or is_open[r, x]:
                waiting[count] = which[y, x]
                count += 1
    return joined


@kernel
def _lived_in(
    rows: NDArray[np.integer], columns: NDArray[np.integer], home_row: int, home_column: int,
    clock_s: Floats, steady_rate_m_s: Floats, heat_kj_m2: Singles, ignited_s: float, a: float,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """`YoungFire.lived_in`; a: acceleration. [1/s]"""
    lived_s, rate_m_s = lived_by(clock_s, steady_rate_m_s, ignited_s, a)
    home = index_of(home_row, home_column, rows, columns)
    if home >= 0:
        lived_s[home] = ignited_s
    return lived_s, rate_m_s, rate_m_s * heat_kj_m2


def polygon_area(x: Floats, y: Floats) -> float:
    """Area of a polygon, in the square of its unit."""
    return 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))


def cut_off(columns: Floats, rows: Floats, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """The part of a convex polygon that lies on a grid of (rows, columns), edge by edge (Sutherland & Hodgman 1974)."""
    points = np.column_stack([columns, rows])
    for axis, sign, limit in ((0, 1.0, 0.0), (0, -1.0, -shape[1]), (1, 1.0, 0.0), (1, -1.0, -shape[0])):
        within = sign * points[:, axis] - limit
        kept = []
        for here, there, a, b in zip(points, np.roll(points, -1, axis=0), within, np.roll(within, -1), strict=True):
            if a >= 0.0:
                kept.append(here)
            if (a >= 0.0) != (b >= 0.0):
                kept.append(here + a / (a - b) * (there - here))
        points = np.array(kept).reshape(-1, 2)
    return points[:, 0], points[:, 1]


@dataclass(frozen=True)
class YoungFire:
    """The ellipse of `point` on the plane of the ground around (column, row), in cells from the grid's corner."""

    column: float
    row: float
    cell_size_m: float
    plane: SlopePlane
    rows_per_step_north: int
    point: PointFire

    def under(self, now_s: float, head_rate_m_s: float, toward_deg: float, eccentricity: float) -> YoungFire:
        """The same fire, driven from now on by this steady spread (direction on the map, clockwise from north)."""
        angle = radians(toward_deg)
        toward = self.plane.unit_on_ground(sin(angle), self.rows_per_step_north * cos(angle))
        return replace(self, point=self.point.under(now_s, head_rate_m_s, toward, eccentricity))

    def area_m2(self, at_s: float, shape: tuple[int, int] | None = None) -> float:
        """Area on the map, of a grid of (rows, columns) what lies on it. [m2]"""
        ellipse = self.point.ellipse(at_s)
        area_m2 = float(ellipse.area_m2) * self.plane.foreshortening
        if shape is None or self._is_inside(shape, float(ellipse.head_distance_m)):
            return area_m2
        columns, rows = self.outline(at_s)
        if columns.min() >= 0.0 and rows.min() >= 0.0 and columns.max() <= shape[1] and rows.max() <= shape[0]:
            return area_m2
        return area_m2 * polygon_area(*cut_off(columns, rows, shape)) / polygon_area(columns, rows)

    def outline(self, at_s: float) -> tuple[Floats, Floats]:
        """Columns and rows of points around the ellipse."""
        x, y = self.plane.to_map(*self.point.ellipse(at_s).outline())
        return self.column + x / self.cell_size_m, self.row + y / self.cell_size_m

    def head_distance_m(self, at_s: float) -> float:
        """From the ignition to the farthest point of the ellipse, on the map. [m]"""
        columns, rows = self.outline(at_s)
        return float(np.hypot(columns - self.column, rows - self.row).max()) * self.cell_size_m

    def touches_s(self, cells: Mask, latest_s: float) -> float:
        """When the ellipse first touches any of these cells [y, x], judged at their corners and centres; or inf."""
        rows, columns = np.nonzero(cells)
        if rows.size == 0:
            return inf
        offsets = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5)])
        x, y = np.add.outer(columns, offsets[:, 0]).ravel(), np.add.outer(rows, offsets[:, 1]).ravel()
        return self.point.first_arrival_s(*self._ground(x, y), latest_s)

    def reached(self, shape: tuple[int, int], at_s: float) -> CellsReached:
        """The cells whose centres have burnt. The cell of the ignition is always among them, once it is lit."""
        return self._reached_of(*self._window(shape, at_s), at_s)

    def coming_to(self, rows: Indices, columns: Indices, latest_s: float) -> CellsReached:
        """Those of some cells that the ellipse will reach by a time if its weather stays."""
        return self._reached_of(rows, columns, latest_s)

    def lived_in(
        self,
        rows: NDArray[np.integer],
        columns: NDArray[np.integer],
        clock_s: Floats,
        steady_rate_m_s: Floats,
        heat_kj_m2: Singles,
    ) -> tuple[Floats, Floats, Floats]:
        """Arrival [s], rate [m/s] and Byram intensity [kW/m] under this fire, of cells that a steady front reached.

        clock_s: when, by its own clock; steady_rate_m_s, heat_kj_m2: its rate there and heat per area. [cells] The
        cell of the ignition burns from the ignition on.
        """
        home, point = (floor(self.row), floor(self.column)), self.point
        law = float(point.ignited_s), point.per_min / 60.0
        return _lived_in(rows, columns, *home, clock_s, steady_rate_m_s, heat_kj_m2, *law)

    def _reached_of(self, rows: Indices, columns: Indices, at_s: float) -> CellsReached:
        x, y = self._ground(columns + 0.5, rows + 0.5)
        arrival = self.point.arrival_s(x, y, at_s)
        at_home = (rows == floor(self.row)) & (columns == floor(self.column))
        # Fire is in this cell, wherever its centre: without it there would be none in the grid.
        arrival[at_home & ~np.isfinite(arrival)] = at_s
        burnt = np.isfinite(arrival)
        rows, columns, arrival, x, y = rows[burnt], columns[burnt], arrival[burnt], x[burnt], y[burnt]
        up, across = self.point.gradient_s_m(x, y, arrival, 1e-6 * self.cell_size_m)
        steepness = np.hypot(up, across)
        rate = np.divide(1.0, steepness, out=np.zeros_like(steepness), where=steepness > 0.0)
        rate[steepness == 0.0] = self.point.head_rate_m_s(self.point.ignited_s)  # lit, not reached
        pace = acceleration_factor(arrival - self.point.ignited_s, self.point.per_min) * self.cell_size_m
        gradient = self.plane.gradient_on_map(up * pace, across * pace)
        return CellsReached(rows, columns, arrival, gradient, rate)

    def _ground(self, columns: NDArray[np.floating], rows: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Ground components of points of the grid, from the ignition. [m]"""
        return self.plane.to_ground((columns - self.column) * self.cell_size_m, (rows - self.row) * self.cell_size_m)

    def _is_inside(self, shape: tuple[int, int], reach_m: float) -> bool:
        """Whether all within a distance of the ignition, which on the map is never more, lies on a grid."""
        reach = 1.001 * reach_m / self.cell_size_m  # a thousandth to spare, for rounding
        return reach <= self.column <= shape[1] - reach and reach <= self.row <= shape[0] - reach

    def _window(self, shape: tuple[int, int], at_s: float) -> tuple[Indices, Indices]:
        """Rows and columns of the cells around the ignition that the ellipse may have reached."""
        # No part of the ellipse is farther from the ignition than its head.
        reach = self.point.head_distance_m(at_s) / self.cell_size_m
        rows = range(max(floor(self.row - reach), 0), min(ceil(self.row + reach) + 1, shape[0]))
        columns = range(max(floor(self.column - reach), 0), min(ceil(self.column + reach) + 1, shape[1]))
        down, right = np.divmod(np.arange(len(rows) * len(columns)), len(columns))
        return rows.start + down, columns.start + right

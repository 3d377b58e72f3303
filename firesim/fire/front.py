"""The moving front: when fire first arrives in each cell, in pieces of time, while spread, fuel and lines change.

    front = Front(shape=(400, 400), cell_size_m=30.0)
    front.set_spread(0.0, Spread(head_rate_m_s=0.34, toward_deg=90.0, eccentricity=0.79))
    front.ignite_point(column=40.5, row=200.5, at_s=0.0)
    front.advance(3600.0)
    front.set_spread(3600.0, another)          # only what has not burnt is solved again
    front.advance(7200.0)
    front.arrival_time_s                       # [y, x], inf where it has not burnt by now

Rates are along the ground; on a slope the map advances less, by the cosine along the direction of travel: the
ellipse is exact in the plane of the ground (`crossing.py`). Arrival does not depend on how the time was cut into
calls of `advance`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf, isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.arrival import (
    BARE,
    BLOCKED,
    DONE,
    HEAP_FULL,
    OPEN,
    SETTLED,
    SOURCE,
    TILE_BITS,
    TOUCHED_FULL,
    Cells,
    solve,
)
from firesim.fire.barrier import shut_ways
from firesim.fire.coverage import burnt_cells, farthest, is_enclosed
from firesim.fire.crossing import arrival_gradient, crossing_time
from firesim.fire.heap import push
from firesim.fire.interruption import forget_inner, forget_unburnt, no_history, remember, start_again, unburnt_rim
from firesim.fire.tiles import write_spread

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Spread:
    """How fire spreads in some cells. Floats, or arrays of the cells' shape.

    head_rate_m_s along the ground; 0 or NaN: nothing spreads. toward_deg: where the head goes on the map,
    clockwise from north. eccentricity of the ellipse in the plane of the ground, 0 to below 1.
    heat_per_area_kj_m2: what burns off behind the front; only carried along, for `fireline_intensity_kw_m`.
    """

    head_rate_m_s: ArrayLike
    toward_deg: ArrayLike
    eccentricity: ArrayLike
    heat_per_area_kj_m2: ArrayLike = 0.0

    def within(self, rows: slice, columns: slice) -> Spread:
        """The same for a part of the grid."""
        parts = (self.head_rate_m_s, self.toward_deg, self.eccentricity, self.heat_per_area_kj_m2)
        return Spread(*(part if np.ndim(part) == 0 else np.asarray(part)[rows, columns] for part in parts))


# Around a lit point arrival is straight and exact as far as all cells are alike, at most this far: the curvature of
# the first few cells is what interpolation along a ring holds worst.
EXACT_AROUND_CELLS = 5

# Spread of a part of the grid, asked for when the front comes near: (rows, columns) -> Spread of that shape.
SpreadSource = Callable[[slice, slice], Spread]


class Front:
    """First arrival over elliptical spread, cell by cell; advances, pauses, reacts.

    Parameters
    ----------
    shape : (rows, columns)
    cell_size_m : float
    rise : two arrays [y, x] or None
        Rise of the ground per metre along a step of one column and along a step of one row. [-] None: level.
    is_burnable : bool array [y, x] or None
        False where nothing will ever spread (sea, rock); None: everywhere.
    rows_per_step_north : -1 or 1
        -1 where row 0 is the north edge.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        cell_size_m: float,
        *,
        rise: tuple[ArrayLike, ArrayLike] | None = None,
        is_burnable: Mask | None = None,
        rows_per_step_north: int = -1,
    ) -> None:
        self.shape = shape
        self.cell_size_m = cell_size_m
        self.rows_per_step_north = rows_per_step_north
        self.now_s = -inf
        self._stride = shape[1] + 2
        count = (shape[0] + 2) * self._stride
        level = np.zeros(1, np.float32)
        self._cells = Cells(
            arrival_s=np.full(count, inf),
            gradient_x=np.zeros(count, np.float32),
            gradient_y=np.zeros(count, np.float32),
            slowness=np.full(count, inf, np.float32),
            drift_x=np.zeros(count, np.float32),
            drift_y=np.zeros(count, np.float32),
            rise_x=self._framed(rise[0]) if rise else level,
            rise_y=self._framed(rise[1]) if rise else level,
            mark=np.full(count, BARE, np.uint8),
            shut=np.zeros(1, np.uint8),
        )
        self._inside(self._cells.mark)[...] = 0 if is_burnable is None else np.where(is_burnable, 0, BARE)
        self._heat = np.zeros(count, np.float32)
        self._slowing = np.ones(1, np.float32)  # one element until some cells are slowed
        self._history = no_history()
        self._heap_s, self._heap_cell, self._heap_size = np.empty(1024), np.empty(1024, np.int32), 0
        self._touched, self._n_touched = np.empty(1024, np.int32), 0
        self._source: SpreadSource = Spread(0.0, 0.0, 0.0).within
        self._tiles_across = ((self._stride - 1) >> TILE_BITS) + 1
        self._tile_age = np.full(self._tiles_across * (((shape[0] + 1) >> TILE_BITS) + 1), -1, np.int32)
        self._age = 0
        self._least_s = -inf
        self._expected_s = np.zeros(0)  # arrival in the cells of the history, at the last pause
        self._to_come: list[tuple[float, Indices]] = []

    # -- what happened -------------------------------------------------------------------------------------------

    @property
    def arrival_time_s(self) -> Floats:
        """First arrival. [y, x], s; inf where it has not burnt by now."""
        arrival = self._inside(self._cells.arrival_s)
        return np.where(arrival <= self.now_s, arrival, inf)

    @property
    def expected_arrival_s(self) -> Floats:
        """Arrival as far as it is known, cells beside the front included, if nothing changes. [y, x], a view."""
        return self._inside(self._cells.arrival_s)

    @property
    def arrival_gradient_s(self) -> tuple[Singles, Singles]:
        """Change of arrival from cell to cell along columns and rows. [y, x], s a cell; views; 0 where it began."""
        return self._inside(self._cells.gradient_x), self._inside(self._cells.gradient_y)

    @property
    def heat_per_area_kj_m2(self) -> Singles:
        """Heat per area of `Spread` at arrival. [y, x], a view."""
        return self._inside(self._heat)

    @property
    def rate_of_spread_m_s(self) -> Floats:
        """Speed of the front along its own normal, along the ground, at arrival. [y, x]; 0 where it has not burnt.

        Where fire was lit rather than arrived it is the head's rate.
        """
        rows, columns = np.nonzero(self._inside(self._cells.arrival_s) <= self.now_s)
        rate = np.zeros(self.shape)
        rate[rows, columns] = self.rate_of_spread_of(rows, columns)
        return rate

    def rate_of_spread_of(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> Floats:
        """The same of some burnt cells alone, at their cost. [cells]"""
        cells = self._cells
        flat = (rows + 1) * self._stride + columns + 1
        gx, gy = (part[flat].astype(np.float64) for part in (cells.gradient_x, cells.gradient_y))
        square = gx * gx + gy * gy
        if cells.rise_x.size > 1:
            zx, zy = cells.rise_x[flat], cells.rise_y[flat]
            square -= (zx * gx + zy * gy) ** 2 / (1.0 + zx * zx + zy * zy)
        rate = np.zeros(flat.size)
        arrived = square > 0.0
        rate[arrived] = self.cell_size_m / np.sqrt(square[arrived])
        if not arrived.all():
            rate[~arrived] = self.head_rate_m_s[rows[~arrived], columns[~arrived]]
        return rate

    @property
    def head_rate_m_s(self) -> Floats:
        """Head rate that holds in each cell, or held when it burnt; 0 where nothing spreads. [y, x]"""
        cells = self._cells
        fx, fy = self._inside(cells.drift_x).astype(np.float64), self._inside(cells.drift_y).astype(np.float64)
        square = fx * fx + fy * fy
        if cells.rise_x.size > 1:
            zx, zy = self._inside(cells.rise_x), self._inside(cells.rise_y)
            square = square - (zx * fx + zy * fy) ** 2 / (1.0 + zx * zx + zy * zy)
        return self.cell_size_m / (self._inside(cells.slowness) * (1.0 - np.sqrt(square)))

    @property
    def can_burn(self) -> Mask:
        """Where fire may ever spread as things are: burnable and not blocked. [y, x]"""
        return (self._inside(self._cells.mark) & (BARE | BLOCKED)) == 0

    @property
    def is_out(self) -> bool:
        """Whether nothing will burn any more unless something changes."""
        return is_enclosed(self._cells, self._stride, self._heap_s, self._heap_cell, self._heap_size)

    def burnt_cells(self, at_s: float) -> float:
        """Area burnt by a time at or before now, in cells; parts of cells count."""
        return float(burnt_cells(self._cells, self._stride, at_s))

    def farthest_cells(self, column: float, row: float, at_s: float) -> float:
        """Greatest distance from a point (in cells from the corner) that the front had reached by a time. [cells]"""
        return float(farthest(self._cells, self._stride, at_s, column, row))

    # -- what happens next ---------------------------------------------------------------------------------------

    def advance(self, until_s: float) -> None:
        """Find all arrivals until this time. [s] The past is an error."""
        if until_s < self.now_s:
            raise ValueError(f"the front is at {self.now_s} s and cannot go back to {until_s} s")
        self._solve(until_s)
        self.now_s = until_s

    def set_spread(self, now_s: float, spread: Spread | SpreadSource) -> None:
        """Change the spread of all unburnt cells from now on; progress inside half-crossed cells is kept.

        A `Spread` of the whole grid, whose arrays are not copied and must not change, or a function that gives
        it for a part of the grid, called when the front comes near; it must always give the same.
        """
        self._pause(now_s)
        self._source = spread.within if isinstance(spread, Spread) else spread
        self._age += 1
        self._resume()

    def ignite_point(self, column: float, row: float, at_s: float) -> None:
        """Light one point, in cells from the grid's corner (cell (r, c) spans c to c + 1, r to r + 1), now or later."""
        r, c = floor(row), floor(column)
        if not (0 <= r < self.shape[0] and 0 <= c < self.shape[1]):
            raise ValueError(f"ignition at column {column}, row {row} is off the grid of {self.shape}")
        cell = (r + 1) * self._stride + c + 1
        if self._cells.mark[cell] & BARE:
            raise ValueError(f"nothing can burn in the cell of the ignition, row {r}, column {c}")
        self._light(np.array([cell], np.int32), at_s)
        if at_s < self._cells.arrival_s[cell]:
            return
        self._light_around(column, row, at_s)

    def ignite_cells(self, mask: Mask, at_s: float) -> None:
        """Light the centres of cells, now or later: a line, a polygon, a whole perimeter. [y, x]"""
        rows, columns = np.nonzero(mask)
        cells = ((rows + 1) * self._stride + columns + 1).astype(np.int32)
        self._light(cells[(self._cells.mark[cells] & BARE) == 0], at_s)

    def adopt(
        self, rows: ArrayLike, columns: ArrayLike, arrival_s: Floats, gradient: tuple[Floats, Floats], now_s: float
    ) -> None:
        """Take over a fire that another law has grown until now: cells, their arrivals and gradients. [s, s/cell]

        Arrivals at or before now. A gradient of zero says that fire was lit there.
        """
        if np.any(arrival_s > now_s):
            raise ValueError("a fire taken over has burnt already: its arrivals are not after now")
        self._pause(now_s)
        cells = ((np.asarray(rows) + 1) * self._stride + np.asarray(columns) + 1).astype(np.int32)
        new = arrival_s < self._cells.arrival_s[cells]
        cells, arrival_s = cells[new], arrival_s[new]
        self._cells.gradient_x[cells], self._cells.gradient_y[cells] = (part[new] for part in gradient)
        lit = (gradient[0][new] == 0.0) & (gradient[1][new] == 0.0)
        self._cells.mark[cells] |= SETTLED
        self._cells.mark[cells[lit]] |= SOURCE
        # The crossings begun around these cells were begun under the spread that holds now.
        around = np.array([y * self._stride + x for y in (-1, 0, 1) for x in (-1, 0, 1)], np.int32)
        self._evaluate(np.unique(np.add.outer(cells, around)))
        self._cells.arrival_s[cells] = arrival_s
        self._touch(cells)
        self._pause(now_s)
        self._resume()

    def block(self, mask: Mask, now_s: float) -> None:
        """From now on nothing spreads into these cells; those that have burnt stay burnt. [y, x]"""
        self._change_cells(mask, now_s, BLOCKED, is_on=True)

    def unblock(self, mask: Mask, now_s: float) -> None:
        """Undo `block`. [y, x]"""
        self._change_cells(mask, now_s, BLOCKED, is_on=False)

    def slow(self, mask: Mask, factor: float, now_s: float) -> None:
        """From now on multiply the rate in these cells, on top of earlier factors (1 / factor undoes it). [y, x]"""
        if not factor >= 0.0:
            raise ValueError(f"a rate is multiplied by at least 0, not {factor}")
        self._pause(now_s)
        if self._slowing.size == 1:
            self._slowing = np.ones(self._cells.mark.size, np.float32)
        self._inside(self._slowing)[mask] *= factor
        self._forget_rates(mask)
        self._resume()

    def bar(self, line: Sequence[tuple[float, float]], now_s: float) -> Mask:
        """From now on nothing crosses this line of points (column, row), in cells from the corner.

        A fireline or a road thinner than a cell: it shuts the ways between cell centres that it cuts. Returns the
        cells beside it. [y, x]
        """
        self._pause(now_s)
        shut = self._cells.shut.copy() if self._cells.shut.size > 1 else np.zeros(self._cells.mark.size, np.uint8)
        inside = self._inside(shut)
        before = inside.copy()
        for start, end in pairwise(line):
            shut_ways(start, end, self.shape, inside)
        self._cells = self._cells._replace(shut=shut)
        # What was expected in the cells beside the line may have come across it.
        beside = inside != before
        rows, columns = np.divmod(self._history.cell, self._stride)
        self._expected_s[beside[rows - 1, columns - 1]] = inf
        self._resume()
        return beside

    def copy(self) -> Front:
        """A front that goes on by itself from here; costs one copy of the arrays."""
        twin = copy(self)
        own = ("arrival_s", "gradient_x", "gradient_y", "slowness", "drift_x", "drift_y", "mark")
        twin._cells = self._cells._replace(**{name: getattr(self._cells, name).copy() for name in own})
        twin._heap_s, twin._heap_cell = self._heap_s.copy(), self._heap_cell.copy()
        twin._touched, twin._tile_age = self._touched.copy(), self._tile_age.copy()
        twin._heat, twin._slowing = self._heat.copy(), self._slowing.copy()
        twin._to_come = list(self._to_come)
        return twin

    # -- inside --------------------------------------------------------------------------------------------------

    def _inside(self, flat: NDArray) -> NDArray:  # type: ignore[type-arg]
        return flat.reshape(self.shape[0] + 2, self._stride)[1:-1, 1:-1]

    def _framed(self, values: ArrayLike) -> Singles:
        framed = np.zeros((self.shape[0] + 2) * self._stride, np.float32)
        self._inside(framed)[...] = values
        return framed

    def _solve(self, until_s: float, *, to_the_rim: bool = False) -> None:
        while True:
            why, self._heap_size, self._n_touched, tile = solve(
                self._cells,
                self._history,
                self._heap_s,
                self._heap_cell,
                self._heap_size,
                self._touched,
                self._n_touched,
                self._tile_age,
                self._age,
                self._stride,
                until_s,
                self._least_s,
                to_the_rim,
            )
            if why == DONE:
                return
            if why == HEAP_FULL:
                self._reserve_heap(2 * self._heap_s.size)
            elif why == TOUCHED_FULL:
                if not to_the_rim:
                    self._n_touched = forget_inner(
                        self._cells, self._touched, self._n_touched, self._stride, self._heap_s[0]
                    )
                if 2 * self._n_touched > self._touched.size or to_the_rim:
                    self._reserve_touched(2 * self._touched.size)
            else:
                self._evaluate_tile(tile)

    def _pause(self, now_s: float) -> None:
        """Go to now_s and take back all that lies beyond it."""
        self.advance(now_s)
        self._solve(now_s, to_the_rim=True)
        self._heap_size = 0
        rim = np.empty(8 * self._n_touched, np.int32)
        rim = np.sort(rim[: unburnt_rim(self._cells, self._touched, self._n_touched, self._stride, now_s, rim)])
        self._expected_s = self._cells.arrival_s[rim]
        self._n_touched = forget_unburnt(self._cells, self._touched, self._n_touched, self._stride, now_s)
        self._reserve_touched(self._n_touched + rim.size + 16)
        room = self._history.until_s.size + rim.size
        first, until_s = np.empty(rim.size + 1, np.int32), np.empty(room)
        records = [np.empty(room, np.float32) for _ in range(3)]
        n = remember(self._cells, self._history, rim, now_s, first, until_s, *records)
        self._history = type(self._history)(rim, first, until_s[:n], *(part[:n] for part in records))
        self._least_s = now_s

    def _resume(self) -> None:
        """Find the arrivals in the cells beside the burnt ones, and light again what is to be lit later."""
        rim = self._history.cell
        self._evaluate(rim)
        self._reserve_heap(2 * rim.size + 16)
        self._heap_size, self._n_touched = start_again(
            self._cells,
            self._history,
            self._heap_s,
            self._heap_cell,
            self._touched,
            self._n_touched,
            rim,
            self._expected_s,
            self._stride,
            self._least_s,
        )
        waiting, self._to_come = self._to_come, []
        for at_s, cells in waiting:
            if at_s > self._least_s:
                self._light(cells, at_s)

    def _change_cells(self, mask: Mask, now_s: float, bit: int, *, is_on: bool) -> None:
        self._pause(now_s)
        marks = self._inside(self._cells.mark)
        marks[mask] = marks[mask] | bit if is_on else marks[mask] & (0xFF ^ bit)
        self._forget_rates(mask)
        self._resume()

    def _forget_rates(self, mask: Mask) -> None:
        """Have the spread of these cells written anew: their tiles are no longer of this age."""
        rows, columns = np.nonzero(mask)
        self._tile_age[np.unique(self._tile_of((rows + 1) * self._stride + columns + 1))] = -1

    def _tile_of(self, cells: NDArray[np.integer]) -> NDArray[np.integer]:
        row, column = np.divmod(cells, self._stride)
        return (row >> TILE_BITS) * self._tiles_across + (column >> TILE_BITS)

    def _evaluate(self, cells: Indices) -> None:
        tiles = np.unique(self._tile_of(cells))
        for tile in tiles[self._tile_age[tiles] != self._age]:
            self._evaluate_tile(int(tile))

    def _evaluate_tile(self, tile: int) -> None:
        row, column = (part << TILE_BITS for part in divmod(tile, self._tiles_across))
        rows = slice(max(row - 1, 0), min(row - 1 + (1 << TILE_BITS), self.shape[0]))
        columns = slice(max(column - 1, 0), min(column - 1 + (1 << TILE_BITS), self.shape[1]))
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        if min(shape) > 0:
            spread = self._source(rows, columns)
            parts = (spread.head_rate_m_s, spread.toward_deg, spread.eccentricity, spread.heat_per_area_kj_m2)
            write_spread(
                self._cells,
                self._heat,
                self._slowing,
                self._least_s,
                self._stride,
                rows.start,
                columns.start,
                self.cell_size_m,
                self.rows_per_step_north,
                *(np.ascontiguousarray(np.broadcast_to(part, shape), dtype=np.float64) for part in parts),
            )
        self._tile_age[tile] = self._age

    def _reserve_heap(self, room: int) -> None:
        if room > self._heap_s.size:
            extra = room - self._heap_s.size
            self._heap_s = np.concatenate([self._heap_s, np.empty(extra)])
            self._heap_cell = np.concatenate([self._heap_cell, np.empty(extra, np.int32)])

    def _reserve_touched(self, room: int) -> None:
        if room > self._touched.size:
            self._touched = np.concatenate([self._touched, np.empty(room - self._touched.size, np.int32)])

    def _touch(self, cells: Indices) -> None:
        self._reserve_touched(self._n_touched + 9 * cells.size + 16)
        self._touched[self._n_touched : self._n_touched + cells.size] = cells
        self._n_touched += cells.size

    def _light(self, cells: Indices, at_s: float) -> None:
        if not (isfinite(at_s) and at_s >= self.now_s):
            raise ValueError(f"the front is at {self.now_s} s: fire cannot be lit at {at_s} s")
        self._to_come.append((at_s, cells))
        self._evaluate(cells)  # once burnt, a cell keeps the spread it burnt with
        cells = cells[self._cells.arrival_s[cells] > at_s]
        self._cells.arrival_s[cells] = at_s
        self._cells.gradient_x[cells] = self._cells.gradient_y[cells] = 0.0
        self._cells.mark[cells] = self._cells.mark[cells] & (0xFF ^ SETTLED) | SOURCE
        self._touch(cells)
        self._open(cells, np.full(cells.size, at_s))

    def _open(self, cells: Indices, at_s: Floats) -> None:
        self._reserve_heap(self._heap_size + cells.size)
        self._cells.mark[cells] |= OPEN
        for cell, time in zip(cells, at_s, strict=True):
            self._heap_size = push(self._heap_s, self._heap_cell, self._heap_size, time, cell)

    def _light_around(self, column: float, row: float, at_s: float) -> None:
        """Crossings straight from a lit point, exact where all cells around are alike; else into its neighbours."""
        column_0, row_0 = floor(column), floor(row)
        for reach in (EXACT_AROUND_CELLS, 1):
            rows = np.arange(max(row_0 - reach, 0), min(row_0 + reach + 1, self.shape[0]))
            columns = np.arange(max(column_0 - reach, 0), min(column_0 + reach + 1, self.shape[1]))
            around = np.add.outer((rows + 1) * self._stride, columns + 1).astype(np.int32).ravel()
            self._evaluate(around)
            if reach == 1 or self._are_alike(around):
                break
        dx, dy = (part.ravel() for part in np.meshgrid(columns + 0.5 - column, rows + 0.5 - row))
        home = (row_0 + 1) * self._stride + column_0 + 1
        for n in np.nonzero((around != home) & np.isfinite(self._cells.slowness[around]))[0]:
            self._light_straight(int(around[n]), at_s, float(dx[n]), float(dy[n]))

    def _are_alike(self, cells: Indices) -> bool:
        """Whether fire spreads in all these cells in one way, and has not come to any yet."""
        c = self._cells
        same = (c.slowness, c.drift_x, c.drift_y, *((c.rise_x, c.rise_y) if c.rise_x.size > 1 else ()))
        return (
            bool(np.isfinite(c.slowness[cells[0]]))
            and all(np.ptp(part[cells]) == 0.0 for part in same)
            and int(np.isfinite(c.arrival_s[cells]).sum()) <= 1
            and (c.shut.size == 1 or not c.shut[cells].any())
        )

    def _light_straight(self, x: int, at_s: float, dx: float, dy: float) -> None:
        c = self._cells
        spread = [float(part[x]) for part in (c.slowness, c.drift_x, c.drift_y)]
        rise = (float(c.rise_x[x]), float(c.rise_y[x])) if c.rise_x.size > 1 else (0.0, 0.0)
        time = at_s + crossing_time(dx, dy, *spread, *rise)
        if time >= c.arrival_s[x]:
            return
        if not isfinite(c.arrival_s[x]):
            self._touch(np.array([x], np.int32))
        c.arrival_s[x] = time
        c.gradient_x[x], c.gradient_y[x] = arrival_gradient(dx, dy, *spread, *rise)
        self._open(np.array([x], np.int32), np.array([time]))

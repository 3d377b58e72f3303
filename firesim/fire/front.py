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
from itertools import pairwise
from math import floor, hypot, inf, isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.arrival import DONE, EXACT, QUEUE_FULL, TILE_MISSING, Tolerance, is_open_way, solve
from firesim.fire.barrier import around, shut_ways
from firesim.fire.cells import (
    BARE,
    BLOCKED,
    LINED,
    OPEN,
    RING_X,
    RING_Y,
    SETTLED,
    SOURCE,
    Cells,
    Floats,
    History,
    Indices,
    Singles,
)
from firesim.fire.coverage import (
    OVER_FOR_S,
    Squares,
    Told,
    burnt_anew,
    burnt_between,
    farthest,
    front_at,
    grown_cells,
    is_any_waiting,
    old_squares,
)
from firesim.fire.crossing import front_slowness
from firesim.fire.interruption import (
    forget_inner,
    forget_unburnt,
    leans_far,
    no_history,
    remember,
    start_again,
    unburnt_rim,
)
from firesim.fire.lighting import EXACT_AROUND_CELLS, are_alike, cells_around, straight_crossings
from firesim.fire.queue import (
    LATER,
    NEAR,
    NEXT_S,
    SLAB_END_S,
    SLAB_S,
    TOUCHED,
    copied,
    lean_as,
    new_queue,
    put_all,
    touch_all,
    waiting,
    with_room,
)
from firesim.fire.tiles import RiseSource, Spread, SpreadOfKinds, SpreadSource, SpreadTiles

Mask = NDArray[np.bool_]
Where = Mask | tuple[NDArray[np.integer], NDArray[np.integer]]  # of the grid, or rows and columns of some cells

# Rows, columns, arrivals [s] and gradients of arrival along columns and rows [s/cell] of cells that fire comes to.
Coming = tuple[NDArray[np.integer], NDArray[np.integer], Floats, tuple[Floats, Floats]]


class Front:
    """First arrival over elliptical spread, cell by cell; advances, pauses, reacts.

    Parameters
    ----------
    shape : (rows, columns)
    cell_size_m : float
    rise : two arrays [y, x], a function or None
        Rise of the ground per metre along a step of one column and along a step of one row. [-] None: level. A
        function (rows, columns) gives it for a part of the grid, called when the front first comes near.
    is_burnable : bool array [y, x] or None
        False where nothing will ever spread (sea, rock); None: everywhere.
    rows_per_step_north : -1 or 1
        -1 where row 0 is the north edge.
    tolerance : `EXACT` or `FAST` of `arrival.py`
    """

    def __init__(
        self,
        shape: tuple[int, int],
        cell_size_m: float,
        *,
        rise: tuple[ArrayLike, ArrayLike] | RiseSource | None = None,
        is_burnable: Mask | None = None,
        rows_per_step_north: int = -1,
        tolerance: Tolerance = EXACT,
    ) -> None:
        self.shape = shape
        self.cell_size_m = cell_size_m
        self.now_s = -inf
        self._stride = shape[1] + 2
        count = (shape[0] + 2) * self._stride
        rises = [np.zeros(1 if rise is None else count, np.float32) for _ in range(2)]
        if isinstance(rise, tuple):
            rises = [self._framed(part) for part in rise]
        self._cells = Cells(
            arrival_s=np.full(count, inf),
            gradient_x=np.zeros(count, np.float32),
            gradient_y=np.zeros(count, np.float32),
            slowness=np.full(count, inf, np.float32),
            drift_x=np.zeros(count, np.float32),
            drift_y=np.zeros(count, np.float32),
            rise_x=rises[0],
            rise_y=rises[1],
            mark=np.full(count, BARE, np.uint8),
            shut=np.zeros(1, np.uint8),
        )
        bare = np.uint8(BARE)
        self._inside(self._cells.mark)[...] = 0 if is_burnable is None else np.where(is_burnable, np.uint8(0), bare)
        self._history = no_history()
        self._queue = new_queue()
        self._tolerance = tolerance
        asked = None if isinstance(rise, tuple) else rise
        self._tiles = SpreadTiles(shape, cell_size_m, rows_per_step_north, asked)
        self._is_old, self._old_s = np.zeros(self._tiles.age_of.size, np.bool_), -inf  # `old_squares`, by when
        self._least_s = -inf
        self._expected_s = np.zeros(0)  # arrival in the cells of the history, at the last pause
        self._to_come: list[tuple[float, Indices]] = []

    # -- what happened -------------------------------------------------------------------------------------------

    @property
    def arrival_time_s(self) -> Floats:
        """First arrival. [y, x], s; inf where it has not burnt by now."""
        arrival_s, here = np.full(self.shape, inf), self.window
        known_s = self.expected_arrival_s[here]
        arrival_s[here] = np.where(known_s <= self.now_s, known_s, inf)
        return arrival_s

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns outside of which fire has not come near."""
        top, bottom, left, right = self._tiles.window()
        return slice(top, bottom), slice(left, right)

    @property
    def expected_arrival_s(self) -> Floats:
        """Arrival as far as it is known, cells beside the front included, if nothing changes. [y, x], a view."""
        return self._inside(self._cells.arrival_s)

    @property
    def heat_per_area_kj_m2(self) -> Singles:
        """Heat per area of `Spread` at arrival. [y, x], a view."""
        return self._inside(self._tiles.heat)

    @property
    def rate_of_spread_m_s(self) -> Floats:
        """Speed of the front along its own normal, along the ground, at arrival. [y, x]; 0 where it has not burnt.

        Where fire was lit rather than arrived it is the head's rate.
        """
        rows, columns = self.burnt_between(-inf, self.now_s)
        rate = np.zeros(self.shape)
        rate[rows, columns] = self.told_of(rows, columns)[1]
        return rate

    def burnt_between(self, after_s: float, until_s: float) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
        """Rows and columns of the cells that burn after one time and by another at or before now. [cells]"""
        cells = self._cells
        return burnt_between(cells.arrival_s, cells.mark, self._stride, self._tiles.age_of, after_s, until_s)

    def told_anew(
        self, after_s: float, until_s: float, told: Told
    ) -> tuple[NDArray[np.integer], NDArray[np.integer], Floats, Floats, Singles]:
        """Rows and columns of those of `burnt_between` of which something else has been told, or nothing; `told_of`.

        `told` is brought up to date.
        """
        rows, columns, arrival_s, rate, heat, n_lit = burnt_anew(
            *self._coverage, after_s, until_s, self._old_by(after_s), *told, *self._ground, self.cell_size_m
        )
        if n_lit:
            self._rate_where_lit(rows, columns, rate)
        return rows, columns, arrival_s, rate, heat

    def told_of(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> tuple[Floats, Floats, Singles]:
        """Arrival, `rate_of_spread_m_s` and `heat_per_area_kj_m2` of some burnt cells alone, at their cost. [cells]"""
        c = self._cells
        arrival_s, rate, heat, n_lit = front_at(
            rows, columns, self._stride, c.arrival_s, c.gradient_x, c.gradient_y, *self._ground, self.cell_size_m
        )
        if n_lit:
            self._rate_where_lit(rows, columns, rate)
        return arrival_s, rate, heat

    def _rate_where_lit(self, rows: NDArray[np.integer], columns: NDArray[np.integer], rate: Floats) -> None:
        """Put the head's rate where `front_at` knows none."""
        lit = np.flatnonzero(rate == 0.0)
        rate[lit] = self._head_rates((rows[lit] + 1) * self._stride + columns[lit] + 1)

    @property
    def head_rate_m_s(self) -> Floats:
        """Head rate that holds in each cell, or held when it burnt; 0 where nothing spreads. [y, x]"""
        return self._inside(self._head_rates(slice(None)))

    def _head_rates(self, flat: NDArray[np.integer] | slice) -> Floats:
        cells = self._cells
        fx, fy = cells.drift_x[flat].astype(np.float64), cells.drift_y[flat].astype(np.float64)
        square = fx * fx + fy * fy
        if cells.rise_x.size > 1:
            zx, zy = cells.rise_x[flat], cells.rise_y[flat]
            square = square - (zx * fx + zy * fy) ** 2 / (1.0 + zx * zx + zy * zy)
        return np.asarray(self.cell_size_m / (cells.slowness[flat] * (1.0 - np.sqrt(square))))

    @property
    def can_burn(self) -> Mask:
        """Where fire may ever spread as things are: burnable and not blocked. [y, x]"""
        return self.can_burn_in(slice(None), slice(None))

    def can_burn_in(self, rows: slice, columns: slice) -> Mask:
        """`can_burn` of a part of the grid, at its cost. [y, x]"""
        return np.asarray((self._inside(self._cells.mark)[rows, columns] & (BARE | BLOCKED)) == 0)

    @property
    def shut_ways(self) -> NDArray[np.uint8] | None:
        """Bit k of a cell: nothing goes to its neighbour k (`cells.py`). [y, x], a view; None: no line was drawn."""
        return self._inside(self._cells.shut) if self._cells.shut.size > 1 else None

    @property
    def is_out(self) -> bool:
        """Whether nothing will burn any more unless something changes."""
        cells, queue = self._cells, self._queue
        if queue.counts[NEAR]:
            return False
        return not is_any_waiting(cells.arrival_s, cells.mark, queue.later_s, queue.later_cell, queue.counts[LATER])

    def burnt_cells(self, at_s: float) -> float:
        """Area burnt by a time at or before now, in cells; parts of cells count."""
        return self.grown_cells(-inf, at_s)

    def grown_cells(self, from_s: float, to_s: float) -> float:
        """Area burnt between two times at or before now, in cells."""
        return float(grown_cells(*self._coverage, from_s, to_s, self._old_by(from_s)))

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

    def set_spread(self, now_s: float, spread: Spread | SpreadOfKinds | SpreadSource) -> None:
        """Change the spread of all unburnt cells from now on; progress inside half-crossed cells is kept.

        A `Spread` of the whole grid or by kinds of cells, whose arrays are not copied and must not change, or a
        function that gives it for a part of the grid, called when the front comes near; it must always give the same.
        """
        self._pause(now_s)
        self._tiles.change(spread)
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
        cells = self._numbers(mask)
        self._light(cells[(self._cells.mark[cells] & BARE) == 0], at_s)

    def adopt(
        self,
        rows: ArrayLike,
        columns: ArrayLike,
        arrival_s: Floats,
        gradient: tuple[Floats, Floats],
        now_s: float,
        coming_to: Callable[[NDArray[np.integer], NDArray[np.integer]], Coming] | None = None,
    ) -> None:
        """Take over a fire that another law has grown until now: cells, their arrivals and gradients. [s, s/cell]

        Arrivals at or before now. A gradient of zero says that fire was lit there. coming_to: what the other law
        expects in cells beside these, given their rows and columns: some of them, arrivals and gradients.
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
        if coming_to is not None:
            rows, columns = np.divmod(self._history.cell.astype(np.int64), self._stride)
            self._expect(*coming_to(rows - 1, columns - 1), now_s)
        self._resume()

    def block(self, where: Where, now_s: float) -> None:
        """From now on nothing spreads into these cells; those that have burnt stay burnt."""
        self._change_cells(where, now_s, BLOCKED, is_on=True)

    def unblock(self, where: Where, now_s: float) -> None:
        """Undo `block`."""
        self._change_cells(where, now_s, BLOCKED, is_on=False)

    def slow(self, where: Where, factor: float, now_s: float) -> None:
        """From now on multiply the rate in these cells, on top of earlier factors (1 / factor undoes it)."""
        if not factor >= 0.0:
            raise ValueError(f"a rate is multiplied by at least 0, not {factor}")
        self.advance(now_s)
        cells = self._numbers(where)
        # Cells that fire has not yet come near, or has left, take no part in what is solved beyond now.
        cells = cells[self._cells.arrival_s[cells] > now_s]
        if cells.size == 0:
            return
        is_apart = factor > 0.0 and not np.isfinite(self._cells.arrival_s[cells]).any()
        if not is_apart:
            self._pause(now_s)
        self._tiles.slow(cells, factor)
        if not is_apart:
            self._resume()

    def bar(self, line: Sequence[tuple[float, float]], now_s: float) -> Mask:
        """From now on nothing crosses this line of points (column, row), in cells from the corner.

        A fireline or a road thinner than a cell: it shuts the ways between cell centres that it cuts. Returns the
        cells beside it. [y, x]
        """
        self._pause(now_s)
        shut = self._cells.shut.copy() if self._cells.shut.size > 1 else np.zeros(self._cells.mark.size, np.uint8)
        inside, here = self._inside(shut), around(line, self.shape)
        before = inside[here].copy()
        for start, end in pairwise(line):
            shut_ways(start, end, self.shape, inside)
        self._cells = self._cells._replace(shut=shut)
        self._inside(self._cells.mark)[here][inside[here] != 0] |= LINED
        beside = np.zeros(self.shape, np.bool_)
        beside[here] = inside[here] != before
        # What was expected in the cells beside the line may have come across it.
        rows, columns = np.divmod(self._history.cell, self._stride)
        self._expected_s[beside[rows - 1, columns - 1]] = inf
        self._resume()
        return beside

    def copy(self) -> Front:
        """A front that goes on by itself from here; costs one copy of the arrays where fire has come."""
        twin, c = copy(self), self._cells
        arrival_s, slowness = self._tiles.copied([c.arrival_s, c.slowness], inf)
        changes = self._tiles.copied([c.gradient_x, c.gradient_y, c.drift_x, c.drift_y], 0.0)
        gradient_x, gradient_y, drift_x, drift_y = changes
        twin._cells = c._replace(
            arrival_s=arrival_s, gradient_x=gradient_x, gradient_y=gradient_y, slowness=slowness,
            drift_x=drift_x, drift_y=drift_y, mark=c.mark.copy(),
        )  # fmt: skip
        twin._queue = copied(self._queue)
        twin._tiles = self._tiles.copy()
        twin._to_come = list(self._to_come)
        return twin

    # -- inside --------------------------------------------------------------------------------------------------

    @property
    def _coverage(self) -> tuple[Floats, Singles, Singles, NDArray[np.uint8], int, Indices]:
        """What tells how much of each cell has burnt, as the kernels of `coverage.py` take it."""
        c = self._cells
        return c.arrival_s, c.gradient_x, c.gradient_y, c.mark, self._stride, self._tiles.age_of

    @property
    def _ground(self) -> tuple[Singles, Singles, Singles]:
        """Rise and heat of each cell, as the kernels of `coverage.py` take them."""
        return self._cells.rise_x, self._cells.rise_y, self._tiles.heat

    def _old_by(self, at_s: float) -> Squares:
        """Squares in which all was over by a time, as far as is known: they are looked for once in a while."""
        if self.now_s - self._old_s >= 2.0 * OVER_FOR_S:
            by_s = self.now_s - OVER_FOR_S
            self._is_old, self._old_s = old_squares(*self._coverage, by_s, self._is_old), by_s
        return self._is_old if self._old_s <= at_s else np.zeros_like(self._is_old)

    def _inside(self, flat: NDArray) -> NDArray:  # type: ignore[type-arg]
        return flat.reshape(self.shape[0] + 2, self._stride)[1:-1, 1:-1]

    def _framed(self, values: ArrayLike) -> Singles:
        framed = np.zeros((self.shape[0] + 2) * self._stride, np.float32)
        self._inside(framed)[...] = values
        return framed

    def _solve(self, until_s: float, *, to_the_rim: bool = False) -> None:
        counts, bounds = self._queue.counts, self._queue.bounds
        if not to_the_rim and counts[NEAR] == 0 and (counts[LATER] == 0 or bounds[NEXT_S] > until_s):
            return
        while True:
            why, tile = solve(
                self._tiles.age,
                self._stride,
                self.cell_size_m,
                self._tiles.rows_per_step_north,
                until_s,
                self._least_s,
                to_the_rim,
                *self._cells,
                *self._history,
                *self._queue,
                *self._tolerance,
                *self._tiles.parts(),
            )
            if why == DONE:
                return
            if why == TILE_MISSING:
                self._tiles.evaluate_tile(self._cells, tile, self._least_s)
            elif why == QUEUE_FULL:
                self._reserve(entries=2 * self._queue.near_key.size)
            else:
                if not to_the_rim:
                    # Nothing can be told to change before the slab that is being solved.
                    slab_start_s = self._queue.bounds[SLAB_END_S] - self._queue.bounds[SLAB_S]
                    forget_inner(self._cells, self._queue, self._stride, slab_start_s)
                if 2 * self._queue.counts[TOUCHED] > self._queue.touched.size:
                    self._reserve(touched=2 * self._queue.touched.size)

    def _pause(self, now_s: float) -> None:
        """Go to now_s and take back all that lies beyond it."""
        self.advance(now_s)
        c, queue = self._cells, self._queue
        if leans_far(c.drift_x, c.drift_y, queue.touched, queue.counts[TOUCHED]):
            self._solve(now_s, to_the_rim=True)
            queue = self._queue
        n_touched = queue.counts[TOUCHED]
        room = np.empty(8 * n_touched, np.int32)
        count, kept = unburnt_rim(c.arrival_s, c.mark, queue.touched, n_touched, self._stride, now_s, room)
        rim = np.sort(room[:count])
        self._expected_s = np.empty(count)
        forget_unburnt(c.arrival_s, c.mark, queue.touched, queue.counts, now_s, kept, rim, self._expected_s)
        self._reserve(entries=2 * rim.size, touched=int(self._queue.counts[TOUCHED]) + rim.size + 16)
        most = self._history.until_s.size + rim.size
        first, until_s = np.empty(rim.size + 1, np.int32), np.empty(most)
        records = [np.empty(most, np.float32) for _ in range(3)]
        n = remember(rim, now_s, first, until_s, *records, *self._cells, *self._history)
        self._history = History(rim, first, until_s[:n], *(part[:n] for part in records))
        self._least_s = now_s

    def _resume(self) -> None:
        """Find the arrivals in the cells beside the burnt ones, and light again what is to be lit later."""
        rim = self._history.cell
        self._evaluate(rim)
        lean_as(self._queue, self._cells, rim)
        parts = (*self._cells, *self._history, *self._queue)
        start_again(rim, self._expected_s, self._stride, self._least_s, *parts)
        to_come, self._to_come = self._to_come, []
        for at_s, cells in to_come:
            if at_s > self._least_s:
                self._light(cells, at_s)

    def _expect(
        self,
        rows: NDArray[np.integer],
        columns: NDArray[np.integer],
        arrival_s: Floats,
        gradient: tuple[Floats, Floats],
        now_s: float,
    ) -> None:
        """Let cells of the rim expect a front with these gradients, at the pace of their own spread."""
        c = self._cells
        for n, x in enumerate(((rows + 1) * self._stride + columns + 1).tolist()):
            gx, gy = float(gradient[0][n]), float(gradient[1][n])
            steepness = hypot(gx, gy)
            if steepness == 0.0 or not isfinite(c.slowness[x]):
                continue
            z = (c.rise_x[x], c.rise_y[x]) if c.rise_x.size > 1 else (0.0, 0.0)
            own = front_slowness(gx / steepness, gy / steepness, c.slowness[x], c.drift_x[x], c.drift_y[x], *z)
            c.gradient_x[x], c.gradient_y[x] = gx * own / steepness, gy * own / steepness
            self._expected_s[np.searchsorted(self._history.cell, x)] = now_s + (arrival_s[n] - now_s) * own / steepness

    def _change_cells(self, where: Where, now_s: float, bit: int, *, is_on: bool) -> None:
        self._pause(now_s)
        cells, mark = self._numbers(where), self._cells.mark
        mark[cells] = mark[cells] | bit if is_on else mark[cells] & (0xFF ^ bit)
        self._tiles.outdate(cells)
        self._resume()

    def _numbers(self, where: Where) -> Indices:
        # Of a mask in one dimension: to find the two of each cell takes numpy three times as long.
        rows, columns = where if isinstance(where, tuple) else np.divmod(np.flatnonzero(where), self.shape[1])
        return ((rows + 1) * self._stride + columns + 1).astype(np.int32)

    def _evaluate(self, which: Indices) -> None:
        self._tiles.evaluate(self._cells, which, self._least_s)

    def _reserve(self, *, entries: int = 0, touched: int = 0) -> None:
        self._queue = with_room(self._queue, entries, touched)

    def _touch(self, cells: Indices) -> None:
        self._reserve(touched=int(self._queue.counts[TOUCHED]) + cells.size + 16)
        touch_all(self._queue, cells)

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
        self._cells.mark[cells] |= OPEN
        if not waiting(self._queue):
            lean_as(self._queue, self._cells, cells)
        self._reserve(entries=waiting(self._queue) + cells.size + 16)
        put_all(self._queue, self._stride, at_s, cells)

    def _open_from(self, cell: int) -> list[int]:
        """A cell and those of its neighbours that fire can go to: no line and no squeezing between."""
        ways = (k for k in range(8) if is_open_way(self._cells, cell, k, self._stride))
        return [cell, *(cell + int(RING_X[k]) + self._stride * int(RING_Y[k]) for k in ways)]

    def _light_around(self, column: float, row: float, at_s: float) -> None:
        """Crossings straight from a lit point, exact where all cells around are alike; else into its neighbours."""
        for reach in (EXACT_AROUND_CELLS, 1):
            which, dx, dy = cells_around(self.shape, column, row, reach)
            self._evaluate(which)
            if reach == 1 or are_alike(self._cells, which):
                break
        c = self._cells
        if reach == 1:
            is_open = np.isin(which, self._open_from((floor(row) + 1) * self._stride + floor(column) + 1))
            which, dx, dy = which[is_open], dx[is_open], dy[is_open]
        crossing, gradient_x, gradient_y = straight_crossings(c, which, dx, dy)
        sooner = at_s + crossing < c.arrival_s[which]
        self._touch(which[sooner & ~np.isfinite(c.arrival_s[which])])
        which = which[sooner]
        c.arrival_s[which] = at_s + crossing[sooner]
        c.gradient_x[which], c.gradient_y[which] = gradient_x[sooner], gradient_y[sooner]
        self._open(which, c.arrival_s[which])

"""How much of each cell has burnt, and how far the front has come, between the arrivals at cell centres.

What is asked at every step takes the arrays of `Cells` one by one: a tuple of them takes longer to hand to a kernel
than some of these kernels do.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel, kernel_in_place
from firesim.fire.cells import BARE, OPEN, RING_X, RING_Y, SETTLED, SOURCE, TILE_BITS, Cells, Floats, Indices, Singles
from firesim.fire.tiles import window_of

Marks = NDArray[np.uint8]
Squares = NDArray[np.bool_]  # of the grid, as in `tiles.py`

# A front this much of a cell's crossing away from its centre, as the sum of both components of its gradient, leaves
# the cell whole: a straight one is out of it at 0.5.
CROSSED_BY = 1.0

# A square is old once all in it has been over for so long. [s] In strong wind a better way into a cell may be found
# when the front is already past it: 35 s after it was the most that was seen.
OVER_FOR_S = 600.0

# Fire has come near: the others' arrival is inf, and their marks are read from an eighth of the memory.
_NOT_FAR = OPEN | SETTLED

# Arrival in a neighbour later or earlier by more than this share of a crossing than both gradients say came another
# way (judgement).
MOST_ROUGHNESS = 0.5


@kernel_in_place
def burnt_share(ahead_s: float, gradient_x: float, gradient_y: float) -> float:
    """Share of a unit square behind a straight front that passed its centre `ahead_s` ago. [0-1]

    Exact for a plane front: the share is the distribution of the sum of two uniform variables.
    """
    p, q = abs(gradient_x), abs(gradient_y)
    if p < q:
        p, q = q, p
    reach = abs(ahead_s)
    if 2.0 * reach >= p + q:
        share = 0.0
    elif 2.0 * reach <= p - q:
        share = 0.5 - reach / p
    else:
        corner = 0.5 * (p + q) - reach
        share = corner * corner / (2.0 * p * q)
    return 1.0 - share if ahead_s >= 0.0 else share


@kernel_in_place
def grown_cells(
    arrival_s: Floats, gradient_x: Singles, gradient_y: Singles, mark: Marks, stride: int, age_of: Indices,
    from_s: float, to_s: float, is_old: Squares,
) -> float:  # fmt: skip
    """Area burnt between two times, in cells, parts of cells counted. Those not yet reached count by what they expect.

    age_of: of the squares of the grid (`SpreadTiles`), for where fire has come. is_old: `old_squares` by the first of
    the times or sooner.
    """
    total, window = 0.0, window_of(age_of, stride, mark.size)
    for row in range(window[0], window[1]):
        end = window[2]
        while end < window[3]:
            begin = end
            square, end = _square_from(row, begin, stride, window[3])
            if is_old[square]:
                continue
            for c in range((row + 1) * stride + 1 + begin, (row + 1) * stride + 1 + end):
                if not mark[c] & _NOT_FAR:
                    continue
                here_s = arrival_s[c]
                crossed_by_s = CROSSED_BY * (abs(gradient_x[c]) + abs(gradient_y[c]))
                # Nearly all cells are whole at both times, or not reached at either.
                if from_s - here_s >= crossed_by_s or here_s - to_s >= crossed_by_s:
                    continue
                if to_s - here_s >= crossed_by_s and here_s - from_s >= crossed_by_s:
                    total += 1.0
                else:
                    total += _share_grown(arrival_s, gradient_x, gradient_y, mark, c, stride, from_s, to_s)
    return total


@kernel
def old_squares(
    arrival_s: Floats, gradient_x: Singles, gradient_y: Singles, mark: Marks, stride: int, age_of: Indices,
    by_s: float, were_old: Squares,
) -> Squares:  # fmt: skip
    """Squares of the grid with nothing left to tell: each cell burnt and crossed by a time, or never to burn.

    were_old: those that were known to be so, sooner.
    """
    is_old, window = were_old.copy(), window_of(age_of, stride, mark.size)
    is_left = np.zeros(age_of.size, np.bool_)
    for row in range(window[0], window[1]):
        end = window[2]
        while end < window[3]:
            begin = end
            square, end = _square_from(row, begin, stride, window[3])
            if is_old[square] or is_left[square]:
                continue
            for c in range((row + 1) * stride + 1 + begin, (row + 1) * stride + 1 + end):
                crossed_by_s = CROSSED_BY * (abs(gradient_x[c]) + abs(gradient_y[c]))
                if not (mark[c] & BARE or by_s - arrival_s[c] >= crossed_by_s):
                    is_left[square] = True
                    break
    for square in range(age_of.size):
        is_old[square] |= age_of[square] >= 0 and not is_left[square]
    return is_old


@kernel_in_place
def _square_from(row: int, column: int, stride: int, last: int) -> tuple[int, int]:
    """The square that a cell lies in, and the column after the last of the cell's row there, up to `last`.

    Squares count the rim of one cell around the grid.
    """
    across = ((stride - 1) >> TILE_BITS) + 1
    right = (column + 1) >> TILE_BITS
    return ((row + 1) >> TILE_BITS) * across + right, min(((right + 1) << TILE_BITS) - 1, last)


@kernel_in_place
def _share_grown(
    arrival_s: Floats,
    gradient_x: Singles,
    gradient_y: Singles,
    mark: Marks,
    c: int,
    stride: int,
    from_s: float,
    to_s: float,
) -> float:
    """Share of one cell that burns between two times. [0-1] The arrays are those of `Cells`.

    The cell is cut into eight triangles around its centre, with arrival linear on each. Arrival in the middle of a
    side is that of the cubic between both centres, at a corner the mean of what four cells say of it, exact where it
    is quadratic. (A straight front through each cell counts the tip of a narrow ellipse too wide: 3 % of the area of
    a fire 4 cells wide and 3 times as long.)
    """
    here = arrival_s[c]
    if mark[c] & SOURCE:
        gx, gy = gradient_x[c], gradient_y[c]
        return burnt_share(to_s - here, gx, gy) - burnt_share(from_s - here, gx, gy)
    # Each neighbour by name, not in a loop: so compiled, its place is a constant and the cell takes half the time.
    on = (
        _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 0, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 1, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 2, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 3, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 4, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 5, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 6, stride)
        | _goes_on(arrival_s, gradient_x, gradient_y, mark, c, 7, stride)
    )
    east = _beside(arrival_s, gradient_x, gradient_y, c, 0, stride, on)
    north_east = _beside(arrival_s, gradient_x, gradient_y, c, 1, stride, on)
    north = _beside(arrival_s, gradient_x, gradient_y, c, 2, stride, on)
    north_west = _beside(arrival_s, gradient_x, gradient_y, c, 3, stride, on)
    west = _beside(arrival_s, gradient_x, gradient_y, c, 4, stride, on)
    south_west = _beside(arrival_s, gradient_x, gradient_y, c, 5, stride, on)
    south = _beside(arrival_s, gradient_x, gradient_y, c, 6, stride, on)
    south_east = _beside(arrival_s, gradient_x, gradient_y, c, 7, stride, on)
    total = _triangle_grown(here, south_east, east, from_s, to_s)
    total += _triangle_grown(here, east, north_east, from_s, to_s)
    total += _triangle_grown(here, north_east, north, from_s, to_s)
    total += _triangle_grown(here, north, north_west, from_s, to_s)
    total += _triangle_grown(here, north_west, west, from_s, to_s)
    total += _triangle_grown(here, west, south_west, from_s, to_s)
    total += _triangle_grown(here, south_west, south, from_s, to_s)
    total += _triangle_grown(here, south, south_east, from_s, to_s)
    return total / 8.0


@kernel_in_place
def _beside(
    arrival_s: Floats, gradient_x: Singles, gradient_y: Singles, c: int, k: int, stride: int, goes_on: int
) -> float:
    """Arrival half way from cell c to its neighbour k: the middle of a side or a corner. [s]

    Where the neighbours do not continue what is known here (fire came to them another way) it is this cell's alone.
    `goes_on`: the bits of `_goes_on`.
    """
    here, gx, gy = float(arrival_s[c]), float(gradient_x[c]), float(gradient_y[c])
    alone = float(here + 0.5 * (gx * RING_X[k] + gy * RING_Y[k]))
    if k & 1 == 0:
        if not goes_on & (1 << k):
            return alone
        n = c + RING_X[k] + stride * RING_Y[k]
        bend = (gx - gradient_x[n]) * RING_X[k] + (gy - gradient_y[n]) * RING_Y[k]
        return float(0.5 * (here + arrival_s[n]) + 0.125 * bend)
    total = here + 0.25 * (gx * RING_X[k] + gy * RING_Y[k])
    for turn in range(-1, 2):
        j = (k + turn) & 7
        if not goes_on & (1 << j):
            return alone
        n = c + RING_X[j] + stride * RING_Y[j]
        # From n to the corner, in halves of a cell.
        dx, dy = RING_X[k] - 2 * RING_X[j], RING_Y[k] - 2 * RING_Y[j]
        total += arrival_s[n] + 0.25 * (gradient_x[n] * dx + gradient_y[n] * dy)
    return float(total / 4.0)


@kernel_in_place
def _goes_on(
    arrival_s: Floats, gradient_x: Singles, gradient_y: Singles, mark: Marks, c: int, k: int, stride: int
) -> int:
    """Bit k if arrival runs on from cell c into neighbour k as the gradients of both say, within half a crossing."""
    n = c + RING_X[k] + stride * RING_Y[k]
    gx, gy = gradient_x[c], gradient_y[c]
    change = 0.5 * ((gx + gradient_x[n]) * RING_X[k] + (gy + gradient_y[n]) * RING_Y[k])
    # Never of a neighbour that fire is not expected in: its arrival is infinite.
    is_as_told = abs(arrival_s[n] - arrival_s[c] - change) <= MOST_ROUGHNESS * (abs(gx) + abs(gy))
    return 1 << k if is_as_told & (mark[n] & SOURCE == 0) else 0


@kernel_in_place
def _triangle_grown(a: float, b: float, c: float, from_s: float, to_s: float) -> float:
    """Share of a triangle, arrival linear between that at its corners, that burns between two times. [0-1]"""
    low, high = min(a, b, c), max(a, b, c)
    if high < from_s or low >= to_s:
        return 0.0
    if low >= from_s and high < to_s:
        return 1.0
    middle = a + b + c - low - high
    return _triangle_share(low, middle, high, to_s) - _triangle_share(low, middle, high, from_s)


@kernel_in_place
def _triangle_share(low: float, middle: float, high: float, at_s: float) -> float:
    """Share of a triangle that has burnt by a time, from arrival at its three corners in order. [0-1]"""
    if at_s <= low:
        return 0.0
    if at_s >= high:
        return 1.0
    if at_s <= middle:
        return (at_s - low) ** 2 / ((middle - low) * (high - low))
    return 1.0 - (high - at_s) ** 2 / ((high - middle) * (high - low))


@kernel
def burnt_between(
    arrival_s: Floats, mark: Marks, stride: int, age_of: Indices, after_s: float, until_s: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the cells that burn after one time and by another, row by row; age_of: of `grown_cells`."""
    window = window_of(age_of, stride, mark.size)
    most = (window[1] - window[0]) * (window[3] - window[2])
    rows, columns = np.empty(most, np.int64), np.empty(most, np.int64)
    n = 0
    for row in range(window[0], window[1]):
        first = (row + 1) * stride + 1
        for column in range(window[2], window[3]):
            if mark[first + column] & _NOT_FAR and after_s < arrival_s[first + column] <= until_s:
                rows[n], columns[n] = row, column
                n += 1
    return rows[:n].copy(), columns[:n].copy()


class Told(NamedTuple):
    """What somebody who asks again and again has been told of each cell: its arrival and the gradient. [y, x]

    Arrival on the front's clock. Whatever else is told of a burnt cell changes only with these.
    """

    arrival_s: Floats
    gradient_x: Singles
    gradient_y: Singles


def nothing_told(shape: tuple[int, int]) -> Told:
    """Of a grid of rows and columns."""
    return Told(np.full(shape, inf), np.zeros(shape, np.float32), np.zeros(shape, np.float32))


@kernel
def burnt_anew(
    arrival_s: Floats, gradient_x: Singles, gradient_y: Singles, mark: Marks, stride: int, age_of: Indices,
    after_s: float, until_s: float, is_old: Squares, told_s: Floats, told_x: Singles, told_y: Singles,
    rise_x: Singles, rise_y: Singles, heat: Singles, cell_size_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, Singles, int]:  # fmt: skip
    """Those of `burnt_between` of which something else has been told, or nothing, and `front_at` them.

    `Told` is brought up to date. is_old: `old_squares` by the first of the times or sooner.
    """
    window = window_of(age_of, stride, mark.size)
    most = (window[1] - window[0]) * (window[3] - window[2])
    rows, columns = np.empty(most, np.int64), np.empty(most, np.int64)
    n = 0
    for row in range(window[0], window[1]):
        end = window[2]
        while end < window[3]:
            begin = end
            square, end = _square_from(row, begin, stride, window[3])
            if is_old[square]:
                continue
            for column in range(begin, end):
                c, here = (row + 1) * stride + 1 + column, (row, column)
                if not (mark[c] & _NOT_FAR and after_s < arrival_s[c] <= until_s):
                    continue
                if arrival_s[c] != told_s[here] or gradient_x[c] != told_x[here] or gradient_y[c] != told_y[here]:
                    told_s[here], told_x[here], told_y[here] = arrival_s[c], gradient_x[c], gradient_y[c]
                    rows[n], columns[n] = row, column
                    n += 1
    rows, columns = rows[:n].copy(), columns[:n].copy()
    arrivals_s, rates, heats, n_lit = front_at(
        rows, columns, stride, arrival_s, gradient_x, gradient_y, rise_x, rise_y, heat, cell_size_m
    )
    return rows, columns, arrivals_s, rates, heats, n_lit


@kernel_in_place
def index_of(row: int, column: int, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> int:
    """Which of some cells is the one in this row and column; -1: none."""
    for n in range(rows.size):
        if rows[n] == row and columns[n] == column:
            return n
    return -1


@kernel
def front_at(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    stride: int,
    arrival_s: Floats,
    gradient_x: Singles,
    gradient_y: Singles,
    rise_x: Singles,
    rise_y: Singles,
    heat: Singles,
    cell_size_m: float,
) -> tuple[Floats, Floats, Singles, int]:
    """The front in some cells: arrival [s], speed along its normal, along the ground [m/s], and heat.

    And in how many it has no speed, for fire was lit there. The arrays are those of `Cells` and `Tiles`.
    """
    one, n_lit = np.float32(1.0), 0
    arrivals_s, rates, heats = np.empty(rows.size), np.zeros(rows.size), np.empty(rows.size, np.float32)
    for n in range(rows.size):
        c = (rows[n] + 1) * stride + columns[n] + 1
        arrivals_s[n], heats[n] = arrival_s[c], heat[c]
        gx, gy = np.float64(gradient_x[c]), np.float64(gradient_y[c])
        square = gx * gx + gy * gy
        if rise_x.size > 1:
            zx, zy = rise_x[c], rise_y[c]
            along = zx * gx + zy * gy
            square -= along * along / (one + zx * zx + zy * zy)
        if square > 0.0:
            rates[n] = cell_size_m / sqrt(square)
        n_lit += rates[n] == 0.0
    return arrivals_s, rates, heats, n_lit


@kernel_in_place
def farthest(cells: Cells, stride: int, at_s: float, from_x: float, from_y: float) -> float:
    """Greatest distance of the front from a point at a time. [cells]; the point in columns and rows from the corner.

    Each burnt cell reaches on from its centre along its ray, by the time since, no farther than the next cell, and
    only to its own edge where that one cannot burn.
    """
    greatest = 0.0
    for c in range(stride, cells.mark.size - stride):
        since = at_s - cells.arrival_s[c]
        if not since >= 0.0:
            continue
        dx = (c % stride) - 0.5 - from_x
        dy = (c // stride) - 0.5 - from_y
        gx, gy, w = cells.gradient_x[c], cells.gradient_y[c], cells.slowness[c]
        if not cells.mark[c] & SOURCE and isfinite(w):
            zx, zy = 0.0, 0.0
            if cells.rise_x.size > 1:
                zx, zy = cells.rise_x[c], cells.rise_y[c]
            # The ray solves gradient = w ((d + z (z.d)) / |d| - f) for the direction d.
            ux, uy = gx / w + cells.drift_x[c], gy / w + cells.drift_y[c]
            along = (zx * ux + zy * uy) / (1.0 + zx * zx + zy * zy)
            ux, uy = ux - zx * along, uy - zy * along
            length = sqrt(ux * ux + uy * uy)
            pace = gx * ux + gy * uy
            if length > 0.0 and pace > 0.0:
                reach = min(since * length / pace, 1.0)
                ahead = c + round(ux / length) + stride * round(uy / length)
                if not isfinite(cells.slowness[ahead]):
                    reach = min(reach, 0.5)
                dx += reach * ux / length
                dy += reach * uy / length
        greatest = max(greatest, sqrt(dx * dx + dy * dy))
    return greatest


@kernel_in_place
def is_any_waiting(arrival_s: Floats, mark: Marks, waiting_s: Floats, waiting_cell: Indices, count: int) -> bool:
    """Whether any of the first entries of a queue is of a cell that is yet to burn then, not out of date."""
    for n in range(count):
        cell = waiting_cell[n]
        if arrival_s[cell] == waiting_s[n] and mark[cell] & OPEN:
            return True
    return False

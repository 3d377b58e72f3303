"""The compiled loop that finds when fire first arrives in each cell.

Cells leave a heap in the order of arrival. Each one that leaves tries, in its eight neighbours, whether the two
pieces of front between it and the next cells of the neighbour's ring bring fire sooner than known so far
(`crossing.py`). A neighbour that improves goes (back) into the heap: in strong wind the front reaches a cell by
way of cells that come later in time order, so one pass in that order would be wrong by up to a third (head and
back of an ellipse differ by (1 + e) / (1 - e), 44 to 1 at a length of 3.4 widths). Between two cells that are
both settled arrival is a cubic with their gradients; where it is not convex, or one is still open, it is linear.

The arrays are flat, with a rim of one unburnable cell around the grid, so that every cell has eight neighbours.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.fire.crossing import (
    arrival_gradient,
    crossing_time,
    is_convex,
    on_curve,
    start_on_curve,
    start_on_line,
)
from firesim.fire.heap import pop, push

# Marks of a cell, bits of one byte. Far: neither open nor settled.
OPEN, SETTLED, SOURCE, HISTORY, BARE, BLOCKED, RIM = 1, 2, 4, 8, 16, 32, 64

# What the loop came back for.
DONE, HEAP_FULL, TOUCHED_FULL, TILE_MISSING = 0, 1, 2, 3

TILE_BITS = 5  # rates are asked for in squares of 32 cells

# A settled cell opens again only for a gain of more than this share of the time from cell to cell there: smaller
# gains are far below the error of the scheme and would run through the grid as ripples.
LEAST_GAIN = 1e-3

# Arrival in a neighbour later by more than this share than the gradients of both cells say is worth trying.
LEAST_ROUGHNESS = 1e-3


class Cells(NamedTuple):
    """What is known of each cell; flat, rim included. Lengths in cells."""

    arrival_s: NDArray[np.float64]
    gradient_x: NDArray[np.float32]  # of arrival [s/cell]
    gradient_y: NDArray[np.float32]
    slowness: NDArray[np.float32]  # w of crossing.py [s/cell]; inf where nothing spreads
    drift_x: NDArray[np.float32]  # f of crossing.py
    drift_y: NDArray[np.float32]
    rise_x: NDArray[np.float32]  # z of crossing.py; one element where the ground is level
    rise_y: NDArray[np.float32]
    mark: NDArray[np.uint8]
    shut: NDArray[np.uint8]  # bit k: no way to neighbour k; one element where there is none


class History(NamedTuple):
    """What spread was earlier in the cells at the front: the crossings that a change interrupted.

    Records of cell[i] are first[i] to first[i + 1] - 1, oldest first; each held until its time.
    """

    cell: NDArray[np.int32]
    first: NDArray[np.int32]
    until_s: NDArray[np.float64]
    slowness: NDArray[np.float32]
    drift_x: NDArray[np.float32]
    drift_y: NDArray[np.float32]


# The ring around a cell: neighbour k lies at (RING_X[k], RING_Y[k]); k + 4 is opposite.
RING_X = np.array([1, 1, 0, -1, -1, -1, 0, 1])
RING_Y = np.array([0, -1, -1, -1, 0, 1, 1, 1])


@kernel
def records_of(history, cell):  # type: ignore[no-untyped-def]
    """First and past-the-last record of a cell that has some."""
    low, high = 0, history.cell.size
    while low < high:
        middle = (low + high) >> 1
        if history.cell[middle] < cell:
            low = middle + 1
        else:
            high = middle
    return history.first[low], history.first[low + 1]


@kernel
def interrupted_crossing(cells, history, x, start_s, dx, dy):  # type: ignore[no-untyped-def]
    """Arrival in cell x over the displacement d begun at start_s, under all that spread was meanwhile; its gradient.

    Each record brings the share of the crossing that its time allowed: progress in a half-crossed cell is kept.
    """
    zx, zy = 0.0, 0.0
    if cells.rise_x.size > 1:
        zx, zy = cells.rise_x[x], cells.rise_y[x]
    first, last = records_of(history, x)
    left, now_s, gx, gy = 1.0, start_s, 0.0, 0.0
    for k in range(first, last):
        if history.until_s[k] <= now_s:
            continue
        w, fx, fy = history.slowness[k], history.drift_x[k], history.drift_y[k]
        if isfinite(w):
            cost = crossing_time(dx, dy, w, fx, fy, zx, zy)
            share = (history.until_s[k] - now_s) / cost
            cx, cy = arrival_gradient(dx, dy, w, fx, fy, zx, zy)
            part = min(share, left) / cost
            gx += part * cx
            gy += part * cy
            left -= part * cost
            if left <= 0.0:
                return history.until_s[last - 1], cost * gx, cost * gy
        now_s = history.until_s[k]
    w, fx, fy = cells.slowness[x], cells.drift_x[x], cells.drift_y[x]
    cost = crossing_time(dx, dy, w, fx, fy, zx, zy)
    cx, cy = arrival_gradient(dx, dy, w, fx, fy, zx, zy)
    return now_s + left * cost, left * cx + cost * gx, left * cy + cost * gy


@kernel
def _interrupted_from_line(cells, history, x, a, b, ax, ay, bx, by, curved, slope_a, slope_b):  # type: ignore[no-untyped-def]
    """Least arrival in x from the piece A to B, by trial: a sum over records has no closed form."""
    time_a = cells.arrival_s[a]
    change = cells.arrival_s[b] - time_a
    best, best_x, best_y = inf, 0.0, 0.0
    at, step = 0.5, 0.25
    for trial in range(19):
        if trial < 5:
            s = 0.25 * trial
        else:
            if trial % 2 == 1:
                step *= 0.5
            s = at + (step if trial % 2 == 1 else -step)
            if s < 0.0 or s > 1.0:
                continue
        start = time_a + (on_curve(s, change, slope_a, slope_b) if curved else s * change)
        time, gx, gy = interrupted_crossing(cells, history, x, start, ax - s * bx, ay - s * by)
        if time < best:
            best, best_x, best_y = time, gx, gy
            at = s
    return best, best_x, best_y


@kernel
def from_line(cells, history, x, a, b, ax, ay, bx, by, w, fx, fy, zx, zy):  # type: ignore[no-untyped-def]
    """Least arrival in x from the piece of front between cells a and b: arrival, and the displacement it came by.

    (ax, ay) from a to x, (bx, by) from a to b; w, f, z those of x. A piece without length (b = a) is a cell.
    Where the crossing was interrupted by a change, the gradient comes in place of the displacement.
    """
    time_a = cells.arrival_s[a]
    change = cells.arrival_s[b] - time_a
    curved = False
    slope_a, slope_b = 0.0, 0.0
    both = cells.mark[a] & cells.mark[b] & SETTLED
    if both and not (cells.mark[a] | cells.mark[b]) & SOURCE:
        slope_a = cells.gradient_x[a] * bx + cells.gradient_y[a] * by
        slope_b = cells.gradient_x[b] * bx + cells.gradient_y[b] * by
        curved = is_convex(change, slope_a, slope_b)
    if cells.mark[x] & HISTORY:
        return _interrupted_from_line(cells, history, x, a, b, ax, ay, bx, by, curved, slope_a, slope_b)
    s = start_on_line(change, ax, ay, bx, by, w, fx, fy, zx, zy)
    start = time_a + s * change
    if curved:
        s = start_on_curve(s, change, slope_a, slope_b, ax, ay, bx, by, w, fx, fy, zx, zy)
        start = time_a + on_curve(s, change, slope_a, slope_b)
    dx, dy = ax - s * bx, ay - s * by
    return start + crossing_time(dx, dy, w, fx, fy, zx, zy), dx, dy


@kernel
def is_open_way(cells, a, k, stride):  # type: ignore[no-untyped-def]
    """Whether fire can go from cell a to its neighbour k: no barrier, and no squeezing between two bare corners."""
    if cells.shut.size > 1 and cells.shut[a] >> k & 1:
        return False
    if k & 1:
        before, after = (k + 7) & 7, (k + 1) & 7
        side = a + RING_X[before] + stride * RING_Y[before]
        other = a + RING_X[after] + stride * RING_Y[after]
        return isfinite(cells.slowness[side]) or isfinite(cells.slowness[other])
    return True


@kernel
def best_through(cells, history, x, k, stride):  # type: ignore[no-untyped-def]
    """Least arrival in x by way of its ring neighbour k and the two pieces of ring beside it; gradient."""
    ax, ay = -RING_X[k], -RING_Y[k]
    a = x - ax - stride * ay
    w, fx, fy = cells.slowness[x], cells.drift_x[x], cells.drift_y[x]
    zx, zy = 0.0, 0.0
    if cells.rise_x.size > 1:
        zx, zy = cells.rise_x[x], cells.rise_y[x]
    best, dx, dy = inf, 0.0, 0.0
    for turn in range(2):
        j = (k + 1 + 6 * turn) & 7
        b = x + RING_X[j] + stride * RING_Y[j]
        if not isfinite(cells.arrival_s[b]):
            continue
        if cells.shut.size > 1 and not _is_joined(cells, x, k, j, a):
            continue
        bx, by = RING_X[j] - RING_X[k], RING_Y[j] - RING_Y[k]
        time, new_x, new_y = from_line(cells, history, x, a, b, ax, ay, bx, by, w, fx, fy, zx, zy)
        if time < best:
            best, dx, dy = time, new_x, new_y
    if cells.mark[x] & HISTORY:
        if best == inf:
            return interrupted_crossing(cells, history, x, cells.arrival_s[a], ax, ay)
        return best, dx, dy
    if best == inf:
        best, dx, dy = cells.arrival_s[a] + crossing_time(ax, ay, w, fx, fy, zx, zy), ax, ay
    gx, gy = arrival_gradient(dx, dy, w, fx, fy, zx, zy)
    return best, gx, gy


@kernel
def _is_joined(cells, x, k, j, a):  # type: ignore[no-untyped-def]
    """Whether no barrier runs between x and its neighbour j, nor between the ring neighbours k and j."""
    if cells.shut[x] >> j & 1:
        return False
    bx, by = RING_X[j] - RING_X[k], RING_Y[j] - RING_Y[k]
    for side in range(0, 8, 2):
        if RING_X[side] == bx and RING_Y[side] == by:
            return not cells.shut[a] >> side & 1
    return True


@kernel
def _agrees(cells, a, x, k, pace):  # type: ignore[no-untyped-def]
    """Whether arrival runs smoothly from cell a to its neighbour k, x: then a cannot better x.

    Along a smooth field the mean of both gradients gives the change from cell to cell up to the third order.
    """
    if (cells.mark[a] | cells.mark[x]) & SOURCE:
        return False
    half_x = 0.5 * (cells.gradient_x[a] + cells.gradient_x[x])
    half_y = 0.5 * (cells.gradient_y[a] + cells.gradient_y[x])
    smooth = cells.arrival_s[a] + half_x * RING_X[k] + half_y * RING_Y[k]
    return cells.arrival_s[x] < smooth + LEAST_ROUGHNESS * pace


@kernel
def spread_from(cells, history, heap_s, heap_cell, size, touched, n_touched, a, stride, least_s):  # type: ignore[no-untyped-def]
    """Try what the settled cell `a` brings to its neighbours; returns the sizes of the heap and the touched list."""
    for k in range(8):
        x = a + RING_X[k] + stride * RING_Y[k]
        w = cells.slowness[x]
        if not isfinite(w):
            continue
        known = cells.arrival_s[x]
        if known <= least_s:
            continue
        is_settled = cells.mark[x] & SETTLED
        pace = abs(cells.gradient_x[x]) + abs(cells.gradient_y[x])
        if isfinite(known) and _agrees(cells, a, x, k, pace):
            continue
        if not is_open_way(cells, a, k, stride):
            continue
        time, gx, gy = best_through(cells, history, x, (k + 4) & 7, stride)
        if time < known - (LEAST_GAIN * pace if is_settled else 0.0):
            if not isfinite(known):
                touched[n_touched] = x
                n_touched += 1
            cells.arrival_s[x] = time if time > least_s else np.nextafter(least_s, inf)
            cells.gradient_x[x] = gx
            cells.gradient_y[x] = gy
            cells.mark[x] = cells.mark[x] & ~(SETTLED | SOURCE) | OPEN
            size = push(heap_s, heap_cell, size, cells.arrival_s[x], x)
    return size, n_touched


@kernel
def _missing_tile(tile_age, age, a, stride, tiles_across):  # type: ignore[no-untyped-def]
    """A tile around cell a whose rates are of an earlier age, or -1."""
    row, column = a // stride, a % stride
    for y in range((row - 1) >> TILE_BITS, ((row + 1) >> TILE_BITS) + 1):
        for x in range((column - 1) >> TILE_BITS, ((column + 1) >> TILE_BITS) + 1):
            tile = y * tiles_across + x
            if tile_age[tile] != age:
                return tile
    return -1


@kernel
def _touches_burnt(cells, a, stride, now_s):  # type: ignore[no-untyped-def]
    for k in range(8):
        if cells.arrival_s[a + RING_X[k] + stride * RING_Y[k]] <= now_s:
            return True
    return False


@kernel
def solve(  # type: ignore[no-untyped-def]
    cells, history, heap_s, heap_cell, size, touched, n_touched, tile_age, age, stride, until_s, least_s, to_the_rim
):
    """Take cells out of the heap until the next one comes after until_s.

    to_the_rim: go on with the cells beside burnt ones, which may still better those; the rest is dropped, for
    the caller is about to change the spread and to start again from the burnt cells.
    least_s: no cell burns before; those known to have burnt by then are history and stay.

    Returns why it stopped, the sizes of heap and touched list, and the tile whose rates are missing.
    """
    tiles_across = ((stride - 1) >> TILE_BITS) + 1
    while size > 0:
        time, a = heap_s[0], heap_cell[0]
        if time > until_s and not to_the_rim:
            return DONE, size, n_touched, -1
        if not cells.mark[a] & OPEN or cells.arrival_s[a] != time:
            size = pop(heap_s, heap_cell, size)
            continue
        if time > until_s and not _touches_burnt(cells, a, stride, until_s):
            size = pop(heap_s, heap_cell, size)
            continue
        if size + 8 > heap_s.size:
            return HEAP_FULL, size, n_touched, -1
        if n_touched + 8 > touched.size:
            return TOUCHED_FULL, size, n_touched, -1
        tile = _missing_tile(tile_age, age, a, stride, tiles_across)
        if tile >= 0:
            return TILE_MISSING, size, n_touched, tile
        size = pop(heap_s, heap_cell, size)
        cells.mark[a] = cells.mark[a] & ~OPEN | SETTLED
        size, n_touched = spread_from(
            cells, history, heap_s, heap_cell, size, touched, n_touched, a, stride, least_s
        )
    return DONE, size, n_touched, -1

"""The compiled loop that finds when fire first arrives in each cell.

Each cell that leaves the queue tries, in its eight neighbours, whether the two pieces of front between it and the
next cells of the neighbour's ring bring fire sooner than known so far (`crossing.py`). A neighbour that improves
goes (back) into the queue: in strong wind the front reaches a cell by way of cells that come later in time order,
so one pass in that order would be wrong by up to a third (head and back of an ellipse differ by (1 + e) / (1 - e),
44 to 1 at a length of 3.4 widths). Between two cells that are both settled arrival is a cubic with their
gradients as far as that is convex; where one is still open it is linear. The order of the queue (`queue.py`) makes
openings rare; what a cell brings while it is not yet final can leave its neighbours too early for good.
"""

from __future__ import annotations

from itertools import accumulate
from math import inf, isfinite
from typing import Any, NamedTuple

import numpy as np

from firesim.compiled import kernel_in_place, kernel_part
from firesim.fire.cells import (
    HISTORY,
    LINED,
    OPEN,
    RING_X,
    RING_Y,
    SETTLED,
    SOURCE,
    TILE_BITS,
    Cells,
    History,
    Indices,
    place_of,
)
from firesim.fire.crossing import (
    arrival_gradient,
    convex_slopes,
    crossing_time,
    on_curve,
    start_on_curve,
    start_on_line,
)
from firesim.fire.queue import (
    LATER,
    NEAR,
    SLAB_END_S,
    TOUCHED,
    Queue,
    has_room,
    is_of,
    open_slab,
    put,
    take,
    touch,
)
from firesim.fire.tiles import Tiles, write_kinds

# What the loop came back for.
DONE, QUEUE_FULL, TOUCHED_FULL, TILE_MISSING = 0, 1, 2, 3


class Tolerance(NamedTuple):
    """What is too small to work on, as shares of the time from cell to cell.

    least_gain: a settled cell opens again only for more; smaller gains are far below the error of the scheme and
    would run through the grid as ripples. least_roughness: arrival in a neighbour later by more than this than the
    gradients of both cells say is worth trying. least_break: so is one whose gradient falls short by more than this.
    """

    least_gain: float
    least_roughness: float
    least_break: float


EXACT = Tolerance(1e-3, 1e-3, 0.03)

# A quarter quicker, with errors of half a percent to a few (`benchmarks/front.py` prints both).
FAST = Tolerance(1e-2, 5e-2, inf)


@kernel_in_place
def records_of(history: History, cell: int) -> tuple[int, int]:
    """First and past-the-last record of a cell that has some."""
    low, high = 0, history.cell.size
    while low < high:
        middle = (low + high) >> 1
        if history.cell[middle] < cell:
            low = middle + 1
        else:
            high = middle
    return history.first[low], history.first[low + 1]


@kernel_in_place
def last_change_s(history: History) -> float:
    """When the spread last changed: the last record of each of its cells holds until then. [s]"""
    return float(history.until_s[history.until_s.size - 1])


@kernel_in_place
def _interrupted_time(
    cells: Cells, history: History, x: int, first: int, last: int, start_s: float, dx: float, dy: float
) -> float:
    """Arrival of `interrupted_crossing` alone, the records of x being first to last - 1: for many trials. [s]"""
    zx, zy = 0.0, 0.0
    if cells.rise_x.size > 1:
        zx, zy = cells.rise_x[x], cells.rise_y[x]
    left, now_s = 1.0, start_s
    for k in range(first, last):
        if history.until_s[k] <= now_s:
            continue
        w = history.slowness[k]
        if isfinite(w):
            cost = crossing_time(dx, dy, w, history.drift_x[k], history.drift_y[k], zx, zy)
            left -= min((history.until_s[k] - now_s) / cost, left) / cost * cost
            if left <= 0.0:
                return float(history.until_s[last - 1])
        now_s = history.until_s[k]
    return float(now_s + left * crossing_time(dx, dy, cells.slowness[x], cells.drift_x[x], cells.drift_y[x], zx, zy))


@kernel_in_place
def interrupted_crossing(
    cells: Cells, history: History, x: int, start_s: float, dx: float, dy: float
) -> tuple[float, float, float]:
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


@kernel_in_place
def _least_uninterrupted(
    cells: Cells, history: History, x: int, time_a: float, change: float, ax: float, ay: float, bx: float, by: float
) -> float:
    """Arrival in x from a straight piece of front if the quickest of all spreads there had held: none comes sooner. [s]

    A crossing is made of shares of crossings under each of them, so that it takes at least as long as the quickest.
    """
    zx, zy = 0.0, 0.0
    if cells.rise_x.size > 1:
        zx, zy = cells.rise_x[x], cells.rise_y[x]
    least_s = inf
    first, last = records_of(history, x)
    for k in range(first, last + 1):
        w, fx, fy = cells.slowness[x], cells.drift_x[x], cells.drift_y[x]
        if k < last:
            w, fx, fy = history.slowness[k], history.drift_x[k], history.drift_y[k]
        if not isfinite(w) or (k < last and history.until_s[k] <= min(time_a, time_a + change)):
            continue
        s = start_on_line(change, ax, ay, bx, by, w, fx, fy, zx, zy)
        cost = crossing_time(ax - s * bx, ay - s * by, w, fx, fy, zx, zy)
        least_s = min(least_s, time_a + s * change + cost)
    return least_s


@kernel_in_place
def _interrupted_from_line(
    cells: Cells,
    history: History,
    x: int,
    a: int,
    b: int,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    curved: bool,
    slope_a: float,
    slope_b: float,
    sooner_than_s: float,
) -> tuple[float, float, float]:
    """Least arrival in x from the piece A to B, by trial: a sum over records has no closed form. inf: not so soon."""
    time_a = cells.arrival_s[a]
    change = cells.arrival_s[b] - time_a
    # A convex cubic lies below its chord by a quarter of its greater bend at most.
    sag = 0.25 * max(change - slope_a, slope_b - change) if curved else 0.0
    if _least_uninterrupted(cells, history, x, time_a, change, ax, ay, bx, by) - sag >= sooner_than_s:
        return inf, 0.0, 0.0
    first, last = records_of(history, x)
    best, at, step = inf, 0.5, 0.25
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
        time = _interrupted_time(cells, history, x, first, last, start, ax - s * bx, ay - s * by)
        if time < best:
            best, at = time, s
    if best >= sooner_than_s:
        return inf, 0.0, 0.0
    start = time_a + (on_curve(at, change, slope_a, slope_b) if curved else at * change)
    return interrupted_crossing(cells, history, x, start, ax - at * bx, ay - at * by)


@kernel_part
def from_line(
    cells: Cells,
    history: History,
    x: int,
    a: int,
    b: int,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    w: float,
    fx: float,
    fy: float,
    zx: float,
    zy: float,
    sooner_than_s: float,
) -> tuple[float, float, float]:
    """Least arrival in x from the piece of front between cells a and b, and its gradient there; inf if not soon enough.

    (ax, ay) from a to x, (bx, by) from a to b; w, f, z those of x.
    """
    time_a = cells.arrival_s[a]
    change = cells.arrival_s[b] - time_a
    curved = False
    slope_a, slope_b = 0.0, 0.0
    both = cells.mark[a] & cells.mark[b] & SETTLED
    if both and not (cells.mark[a] | cells.mark[b]) & SOURCE:
        slope_a = cells.gradient_x[a] * bx + cells.gradient_y[a] * by
        slope_b = cells.gradient_x[b] * bx + cells.gradient_y[b] * by
        slope_a, slope_b = convex_slopes(change, slope_a, slope_b)
        curved = slope_a < slope_b
    if cells.mark[x] & HISTORY and min(time_a, cells.arrival_s[b]) < last_change_s(history):
        return _interrupted_from_line(cells, history, x, a, b, ax, ay, bx, by, curved, slope_a, slope_b, sooner_than_s)
    s = start_on_line(change, ax, ay, bx, by, w, fx, fy, zx, zy)
    start = time_a + s * change
    if curved:
        # A convex cubic lies below its chord by a quarter of its greater bend at most; the rest is for rounding.
        sag = 0.25 * max(change - slope_a, slope_b - change) + 1e-6 * w
        if start + crossing_time(ax - s * bx, ay - s * by, w, fx, fy, zx, zy) - sag >= sooner_than_s:
            return inf, 0.0, 0.0
        s = start_on_curve(s, change, slope_a, slope_b, ax, ay, bx, by, w, fx, fy, zx, zy)
        start = time_a + on_curve(s, change, slope_a, slope_b)
    dx, dy = ax - s * bx, ay - s * by
    # The gradient of a crossing that is not the quickest is never asked for.
    cost = crossing_time(dx, dy, w, fx, fy, zx, zy)
    if start + cost >= sooner_than_s:
        return inf, 0.0, 0.0
    gx, gy = arrival_gradient(dx, dy, w, fx, fy, zx, zy)
    return start + cost, gx, gy


@kernel_part
def is_open_way(cells: Cells, a: int, k: int, stride: int) -> bool:
    """Whether fire can go from cell a to its neighbour k: no barrier, and no squeezing between two bare corners."""
    if cells.mark[a] & LINED and cells.shut[a] >> k & 1:
        return False
    if k & 1:
        before, after = (k + 7) & 7, (k + 1) & 7
        side = a + RING_X[before] + stride * RING_Y[before]
        other = a + RING_X[after] + stride * RING_Y[after]
        return isfinite(cells.slowness[side]) or isfinite(cells.slowness[other])
    return True


@kernel_part
def best_through(
    cells: Cells, history: History, x: int, k: int, stride: int, sooner_than_s: float
) -> tuple[float, float, float]:
    """Least arrival in x by way of its ring neighbour k and the two pieces of ring beside it; gradient."""
    ax, ay = -RING_X[k], -RING_Y[k]
    a = x - ax - stride * ay
    w, fx, fy = cells.slowness[x], cells.drift_x[x], cells.drift_y[x]
    zx, zy = 0.0, 0.0
    if cells.rise_x.size > 1:
        zx, zy = cells.rise_x[x], cells.rise_y[x]
    best, gx, gy = inf, 0.0, 0.0
    alone = True
    beside_line = (cells.mark[x] | cells.mark[a]) & LINED
    for turn in range(2):
        j = (k + 1 + 6 * turn) & 7
        b = x + RING_X[j] + stride * RING_Y[j]
        if not isfinite(cells.arrival_s[b]):
            continue
        if beside_line and not _is_joined(cells, x, k, j, a):
            continue
        alone = False
        bx, by = RING_X[j] - RING_X[k], RING_Y[j] - RING_Y[k]
        time, new_x, new_y = from_line(
            cells, history, x, a, b, ax, ay, bx, by, w, fx, fy, zx, zy, min(best, sooner_than_s)
        )
        if time < best:
            best, gx, gy = time, new_x, new_y
    if alone:
        if cells.mark[x] & HISTORY:
            return interrupted_crossing(cells, history, x, cells.arrival_s[a], ax, ay)
        gx, gy = arrival_gradient(ax, ay, w, fx, fy, zx, zy)
        best = cells.arrival_s[a] + crossing_time(ax, ay, w, fx, fy, zx, zy)
    return best, gx, gy


@kernel_part
def _is_joined(cells: Cells, x: int, k: int, j: int, a: int) -> bool:
    """Whether no barrier runs between x and its neighbour j, nor between the ring neighbours k and j."""
    if cells.shut[x] >> j & 1:
        return False
    bx, by = RING_X[j] - RING_X[k], RING_Y[j] - RING_Y[k]
    for side in range(0, 8, 2):
        if RING_X[side] == bx and RING_Y[side] == by:
            return not cells.shut[a] >> side & 1
    return True


@kernel_part
def _agrees(cells: Cells, a: int, x: int, k: int, least_s: float, most_break_s: float) -> bool:
    """Whether arrival runs smoothly from cell a to its neighbour k, x: then a cannot better x.

    Along a smooth field the mean of both gradients gives the change from cell to cell up to the third order; what is
    later by less than least_s counts as smooth. Where the gradient breaks off by more than most_break_s from a to x the
    field is not smooth: fire came to x another way, or into another fuel. (In winds that oppose each other from patch
    to patch a sixth of the cells came up to 1 % late without this; the other break, upward, is told by its lateness.)
    """
    if (cells.mark[a] | cells.mark[x]) & SOURCE:
        return False
    from_a = cells.gradient_x[a] * RING_X[k] + cells.gradient_y[a] * RING_Y[k]
    from_x = cells.gradient_x[x] * RING_X[k] + cells.gradient_y[x] * RING_Y[k]
    if from_a - from_x > most_break_s:
        return False
    return bool(cells.arrival_s[x] < cells.arrival_s[a] + 0.5 * (from_a + from_x) + least_s)


@kernel_part
def _spread_from(
    cells: Cells,
    history: History,
    queue: Queue,
    tolerance: Tolerance,
    a: int,
    stride: int,
    least_s: float,
    beside_s: float,
) -> None:
    """Try what the settled cell `a` brings to its neighbours, new ones only beside cells that burn by `beside_s`."""
    for k in range(8):
        x = a + RING_X[k] + stride * RING_Y[k]
        known = cells.arrival_s[x]
        if not isfinite(cells.slowness[x]) or known <= least_s:
            continue
        pace = abs(cells.gradient_x[x]) + abs(cells.gradient_y[x])
        if isfinite(known) and _agrees(cells, a, x, k, tolerance.least_roughness * pace, tolerance.least_break * pace):
            continue
        if not is_open_way(cells, a, k, stride):
            continue
        if not isfinite(known) and beside_s < inf and not _touches_burnt(cells, x, stride, beside_s):
            continue
        enough = known - (tolerance.least_gain * pace if cells.mark[x] & SETTLED else 0.0)
        time, gx, gy = best_through(cells, history, x, (k + 4) & 7, stride, enough)
        if time < enough:
            if not isfinite(known):
                touch(queue, x)
            cells.arrival_s[x] = time if time > least_s else np.nextafter(least_s, inf)
            cells.gradient_x[x] = gx
            cells.gradient_y[x] = gy
            cells.mark[x] = cells.mark[x] & ~(SETTLED | SOURCE) | OPEN
            put(queue, stride, cells.arrival_s[x], x)


@kernel_part
def _missing_tile(age_of: Indices, age: int, a: int, stride: int, tiles_across: int) -> int:
    """A tile around cell a whose rates are of an earlier age, or -1."""
    row, column = place_of(a, stride)
    for y in range((row - 1) >> TILE_BITS, ((row + 1) >> TILE_BITS) + 1):
        for x in range((column - 1) >> TILE_BITS, ((column + 1) >> TILE_BITS) + 1):
            tile = y * tiles_across + x
            if age_of[tile] != age:
                return tile
    return -1


@kernel_in_place
def _touches_burnt(cells: Cells, a: int, stride: int, now_s: float) -> bool:
    earliest = inf
    for k in range(8):
        earliest = min(earliest, cells.arrival_s[a + RING_X[k] + stride * RING_Y[k]])
    return earliest <= now_s


@kernel_in_place
def _open_rim(cells: Cells, queue: Queue, stride: int, now_s: float) -> None:
    """Begin the last slab, which has no end: all waiting cells that burnt or touch burnt ones; the rest is dropped."""
    queue.bounds[SLAB_END_S] = inf
    for n in range(queue.counts[LATER]):
        time, a = queue.later_s[n], queue.later_cell[n]
        if cells.arrival_s[a] == time and (time <= now_s or _touches_burnt(cells, a, stride, now_s)):
            put(queue, stride, time, a)
    queue.counts[LATER] = 0


# Where history, queue, tolerance and tiles begin among the parts of `solve`.
_H, _Q, _E, _T = accumulate(len(state._fields) for state in (Cells, History, Queue, Tolerance))


@kernel_in_place
def solve(
    age: int,
    stride: int,
    cell_size_m: float,
    rows_per_step_north: int,
    until_s: float,
    least_s: float,
    to_the_rim: bool,
    *parts: Any,
) -> tuple[int, int]:
    """Take cells out of the queue until all that burn by until_s are settled.

    to_the_rim: go on with the cells beside burnt ones, which may still better those; the rest is dropped, for
    the caller is about to change the spread and to start again from the burnt cells.
    least_s: no cell burns before; those known to have burnt by then are history and stay.
    parts: of cells, history, queue, tolerance and tiles, one after the other (`compiled.py`).

    Returns why it stopped, and the tile whose spread is missing and cannot be looked up.
    """
    cells, history, queue = Cells(*parts[:_H]), History(*parts[_H:_Q]), Queue(*parts[_Q:_E])
    tolerance, tiles = Tolerance(*parts[_E:_T]), Tiles(*parts[_T:])
    tiles_across = ((stride - 1) >> TILE_BITS) + 1
    while True:
        if not has_room(queue):
            return QUEUE_FULL, -1
        if queue.touched.size < queue.counts[TOUCHED] + 8:
            return TOUCHED_FULL, -1
        if queue.counts[NEAR] == 0:
            if to_the_rim and queue.counts[LATER] > 0:
                _open_rim(cells, queue, stride, until_s)
                continue
            if not open_slab(queue, cells.arrival_s, stride, until_s):
                return DONE, -1
        a = queue.near_cell[0]
        is_current = cells.mark[a] & OPEN and is_of(queue, stride, cells.arrival_s[a], a)
        if not is_current or (
            to_the_rim and cells.arrival_s[a] > until_s and not _touches_burnt(cells, a, stride, until_s)
        ):
            take(queue)
            continue
        tile = _missing_tile(tiles.age_of, age, a, stride, tiles_across)
        if tile >= 0:
            if tiles.kind.size == 0:
                return TILE_MISSING, tile
            write_kinds(cells, tiles, tile, age, least_s, stride, cell_size_m, rows_per_step_north)
            continue
        take(queue)
        cells.mark[a] = cells.mark[a] & ~OPEN | SETTLED
        _spread_from(cells, history, queue, tolerance, a, stride, least_s, until_s if to_the_rim else inf)

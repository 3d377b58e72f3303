"""The cells that wait to be settled, in an order that follows the fire's rays.

In the order of arrival a wind-driven front settles cells wrongly and must come back to them: its back is slow, so
a cell beside the head is first reached by detours. Travel costs w (|d| - f.d), and on the sum of arrival and w f.x
it would cost w |d|: in that order rays never run backward. One such lean holds for the whole front, taken from the
cells at its rim; it need not be exact, since cells may open again.

The order of arrival must hold in the large, or `advance` would never be done. So time is cut into slabs: cells of
the slab wait in the near heap, by arrival plus lean; later ones in a list without order, which is gone through when a
slab begins. Where the slabs begin depends on the fire alone, not on the calls
of `advance`.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel_in_place, kernel_part
from firesim.fire.cells import Cells, Floats, Indices, place_of
from firesim.fire.heap import pop, push

# Indices of `Queue.counts` and of `Queue.bounds`.
NEAR, LATER, TOUCHED = 0, 1, 2
SLAB_END_S, SLAB_S, LEAN_X, LEAN_Y, NEXT_S = 0, 1, 2, 3, 4

# A slab lasts as long as the head needs for this many cells times the square of length to width, but for 2 to 10 cells.
# Rays lean far in strong wind, and a short slab cuts the order that follows them: at a length of 5 widths 10 cells
# instead of 5 halve the 95th percentile of the error and spare a fifth of the work. What was solved beyond a change of
# weather is lost, so weak wind, which needs little, gets little.
SLAB_CELLS = 0.75
LEAST_SLAB_CELLS, MOST_SLAB_CELLS = 2.0, 10.0

# The queue leans as the quickest tenth of the cells at the rim (judgement; see `lean_as`).
QUICK_SHARE = 0.1


class Queue(NamedTuple):
    """Cells of the slab, later ones, and those that fire has touched since the last pause; counts and bounds in place.

    NEXT_S of the bounds: no later cell burns sooner.
    """

    near_key: NDArray[np.float64]
    near_cell: NDArray[np.int32]
    later_s: NDArray[np.float64]
    later_cell: NDArray[np.int32]
    touched: NDArray[np.int32]
    counts: NDArray[np.int64]
    bounds: NDArray[np.float64]


def new_queue() -> Queue:
    """A queue with nothing in it."""
    cells = [np.empty(1024, np.int32) for _ in range(3)]
    bounds = np.array([-inf, 0.0, 0.0, 0.0, inf])
    return Queue(np.empty(1024), cells[0], np.empty(1024), cells[1], cells[2], np.zeros(3, np.int64), bounds)


def copied(queue: Queue) -> Queue:
    """An equal queue that shares nothing."""
    return Queue(*(part.copy() for part in queue))  # type: ignore[arg-type]


def with_room(queue: Queue, entries: int, touched: int) -> Queue:
    """The same queue with room for so many entries in the slab, as many later, and so many touched cells in all.

    What is too short becomes twice as long at least: a front that grows asks at every change.
    """
    if entries <= queue.near_key.size and touched <= queue.touched.size:
        return queue
    return queue._replace(
        near_key=_longer(queue.near_key, entries),
        near_cell=_longer(queue.near_cell, entries),
        later_s=_longer(queue.later_s, entries),
        later_cell=_longer(queue.later_cell, entries),
        touched=_longer(queue.touched, touched),
    )


def lean_as(queue: Queue, cells: Cells, which: Indices) -> None:
    """Order the queue by the rays of these cells. Nothing may be waiting.

    The lean of the quickest cells is safe in the slower ones, whose rays lean at least as much.
    """
    leans, slabs = np.empty(which.size), np.empty(which.size)
    n, is_one, e, fx, fy = _leans(cells, which, leans, slabs)
    queue.bounds[:] = (-inf, 0.0, 0.0, 0.0, inf)
    if n == 0:
        return
    known = 1 if is_one else n
    lean = _of_the_quick(leans[:known]) / max(e, 1e-9)
    queue.bounds[SLAB_S] = _of_the_quick(slabs[:known])
    queue.bounds[LEAN_X], queue.bounds[LEAN_Y] = lean * fx, lean * fy


@kernel_in_place
def _leans(cells: Cells, which: Indices, leans: Floats, slabs: Floats) -> tuple[int, bool, float, float, float]:
    """Lean [s/cell] and slab [s] of each of these cells that burn, into arrays.

    Returns how many, whether fire spreads alike in all, and sums of e, f_x and f_y.
    """
    n, kinds, sum_e, sum_x, sum_y = 0, 0, 0.0, 0.0, 0.0
    last_w, last_x, last_y, e, slab = inf, 0.0, 0.0, 0.0, 0.0
    for c in which:
        w, fx, fy = float(cells.slowness[c]), float(cells.drift_x[c]), float(cells.drift_y[c])
        if not isfinite(w):
            continue
        if w != last_w or fx != last_x or fy != last_y:  # fire spreads alike in most
            last_w, last_x, last_y, kinds = w, fx, fy, kinds + 1
            e = sqrt(fx * fx + fy * fy)
            cells_long = min(max(SLAB_CELLS / max(1.0 - e * e, 1e-3), LEAST_SLAB_CELLS), MOST_SLAB_CELLS)
            slab = cells_long * w * max(1.0 - e, 1e-3)
        leans[n], slabs[n] = w * e, slab
        sum_e, sum_x, sum_y, n = sum_e + e, sum_x + fx, sum_y + fy, n + 1
    return n, kinds == 1, sum_e, sum_x, sum_y


def _of_the_quick(values: Floats) -> float:
    """The value that `QUICK_SHARE` of them do not exceed, linear between two: numpy's quantile at a tenth of its cost.

    At least one value.
    """
    at = QUICK_SHARE * (values.size - 1)
    k = int(at)
    if k + 1 == values.size:
        return float(values[0])
    low, high = np.partition(values, (k, k + 1))[k : k + 2].tolist()
    share = at - k
    return float(low + (high - low) * share if share < 0.5 else high - (high - low) * (1.0 - share))


def waiting(queue: Queue) -> int:
    """How many entries wait, outdated ones included."""
    return int(queue.counts[NEAR] + queue.counts[LATER])


def _longer(array: NDArray, size: int) -> NDArray:  # type: ignore[type-arg]
    if size <= array.size:
        return array
    longer = np.empty(max(size, 2 * array.size), array.dtype)
    longer[: array.size] = array
    return longer


@kernel_part
def has_room(queue: Queue) -> bool:
    """Whether eight more entries fit, wherever they go, and the near heap can take over all later ones."""
    return bool(queue.counts[NEAR] + queue.counts[LATER] + 8 <= queue.near_key.size)


@kernel_part
def _key(queue: Queue, stride: int, time: float, cell: int) -> float:
    row, column = place_of(cell, stride)
    return float(time + queue.bounds[LEAN_X] * column + queue.bounds[LEAN_Y] * row)


@kernel_part
def _put_later(queue: Queue, time: float, cell: int) -> None:
    n = queue.counts[LATER]
    queue.later_s[n], queue.later_cell[n] = time, cell
    queue.counts[LATER] = n + 1
    queue.bounds[NEXT_S] = min(queue.bounds[NEXT_S], time)


@kernel_part
def put(queue: Queue, stride: int, time: float, cell: int) -> None:
    """Let a cell wait; an earlier entry of it becomes outdated by itself."""
    if time <= queue.bounds[SLAB_END_S]:
        key = _key(queue, stride, time, cell)
        queue.counts[NEAR] = push(queue.near_key, queue.near_cell, queue.counts[NEAR], key, cell)
    else:
        _put_later(queue, time, cell)


@kernel_in_place
def put_all(queue: Queue, stride: int, times: Floats, cells: Indices) -> None:
    """`put` of each of some cells, in their order."""
    for n in range(cells.size):
        put(queue, stride, times[n], cells[n])


@kernel_part
def is_of(queue: Queue, stride: int, time: float, cell: int) -> bool:
    """Whether the first entry of the near heap was made for this arrival of its cell."""
    return bool(queue.near_key[0] == _key(queue, stride, time, cell))


@kernel_part
def take(queue: Queue) -> None:
    """Take the first entry out of the near heap."""
    queue.counts[NEAR] = pop(queue.near_key, queue.near_cell, queue.counts[NEAR])


@kernel_part
def touch(queue: Queue, cell: int) -> None:
    """Put a cell on the list of those that fire has touched."""
    queue.touched[queue.counts[TOUCHED]] = cell
    queue.counts[TOUCHED] += 1


def touch_all(queue: Queue, cells: Indices) -> None:
    """The same of each of some cells; there is room for them."""
    n = int(queue.counts[TOUCHED])
    queue.touched[n : n + cells.size] = cells
    queue.counts[TOUCHED] = n + cells.size


@kernel_in_place
def open_slab(queue: Queue, arrival_s: Floats, stride: int, until_s: float) -> bool:
    """Begin the slab of the next cell to burn: its cells move to the near heap. False: none burns by until_s."""
    if queue.counts[LATER] == 0 or queue.bounds[NEXT_S] > until_s:
        return False
    _drop_outdated(queue, arrival_s)
    if queue.bounds[NEXT_S] > until_s:
        return False
    queue.bounds[SLAB_END_S] = queue.bounds[NEXT_S] + queue.bounds[SLAB_S]
    count, queue.counts[LATER], queue.bounds[NEXT_S] = queue.counts[LATER], 0, inf
    for n in range(count):
        put(queue, stride, queue.later_s[n], queue.later_cell[n])
    return True


@kernel_in_place
def _drop_outdated(queue: Queue, arrival_s: Floats) -> None:
    """Drop later entries whose cell has another arrival by now; NEXT_S becomes the first of the others."""
    count, queue.counts[LATER], queue.bounds[NEXT_S] = queue.counts[LATER], 0, inf
    for n in range(count):
        if arrival_s[queue.later_cell[n]] == queue.later_s[n]:
            _put_later(queue, queue.later_s[n], queue.later_cell[n])

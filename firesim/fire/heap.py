"""Cells in the order of their arrival: a binary heap in two arrays, for compiled loops.

Entries are (time, cell), least time first, equal times by the smaller cell number, so that the order never
depends on how the heap was filled. An entry may be out of date: whoever takes it out compares its time with the
cell's.
"""

from __future__ import annotations

from firesim.compiled import kernel_part
from firesim.fire.cells import Floats, Indices


@kernel_part
def push(times: Floats, cells: Indices, size: int, time: float, cell: int) -> int:
    """Put one entry in; returns the new size. The arrays must have room."""
    here = size
    while here > 0:
        above = (here - 1) >> 1
        if times[above] < time or (times[above] == time and cells[above] <= cell):
            break
        times[here] = times[above]
        cells[here] = cells[above]
        here = above
    times[here] = time
    cells[here] = cell
    return size + 1


@kernel_part
def pop(times: Floats, cells: Indices, size: int) -> int:
    """Take the first entry, at index 0, out; read it before. Returns the new size."""
    size -= 1
    time, cell = times[size], cells[size]
    here = 0
    while True:
        below = 2 * here + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            times[other] < times[below] or (times[other] == times[below] and cells[other] < cells[below])
        ):
            below = other
        if time < times[below] or (time == times[below] and cell <= cells[below]):
            break
        times[here] = times[below]
        cells[here] = cells[below]
        here = below
    times[here] = time
    cells[here] = cell
    return size

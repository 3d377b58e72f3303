"""Lines thinner than a cell, as the ways between neighbouring cell centres that they cut."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from firesim.fire.cells import RING_X, RING_Y

Numbers = NDArray[np.floating]
Point = tuple[float, float]

# East, south-east, south, south-west: with their opposites every way between neighbours, each once.
_WAYS = (0, 7, 6, 5)


def shut_ways(start: Point, end: Point, shape: tuple[int, int], shut: NDArray[np.uint8]) -> None:
    """Shut the ways that a straight line cuts or touches: sets bits of `shut` [y, x], bit k the way to neighbour k.

    start, end: (column, row) in cells from the grid's corner; they may lie off the grid.
    """
    columns = np.arange(max(floor(min(start[0], end[0])) - 1, 0), min(ceil(max(start[0], end[0])) + 1, shape[1]))
    rows = np.arange(max(floor(min(start[1], end[1])) - 1, 0), min(ceil(max(start[1], end[1])) + 1, shape[0]))
    if not columns.size or not rows.size:
        return
    column, row = np.meshgrid(columns, rows)
    for k in _WAYS:
        step_x, step_y = int(RING_X[k]), int(RING_Y[k])
        cut = _meets(column + 0.5, row + 0.5, step_x, step_y, start, end)
        inside = (column + step_x >= 0) & (column + step_x < shape[1]) & (row + step_y < shape[0])
        r, c = row[cut & inside], column[cut & inside]
        shut[r, c] |= 1 << k
        shut[r + step_y, c + step_x] |= 1 << (k + 4 & 7)


def _meets(x: Numbers, y: Numbers, step_x: int, step_y: int, start: Point, end: Point) -> NDArray[np.bool_]:
    """Whether the way from (x, y) by one step meets the line; touching counts."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    side_here = along_x * (y - start[1]) - along_y * (x - start[0])
    side_there = side_here + along_x * step_y - along_y * step_x
    side_start = step_x * (start[1] - y) - step_y * (start[0] - x)
    side_end = step_x * (end[1] - y) - step_y * (end[0] - x)
    overlaps = (
        (np.maximum(x, x + step_x) >= min(start[0], end[0]))
        & (np.minimum(x, x + step_x) <= max(start[0], end[0]))
        & (np.maximum(y, y + step_y) >= min(start[1], end[1]))
        & (np.minimum(y, y + step_y) <= max(start[1], end[1]))
    )
    return (side_here * side_there <= 0.0) & (side_start * side_end <= 0.0) & overlaps

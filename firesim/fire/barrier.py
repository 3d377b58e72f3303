"""Lines thinner than a cell, as the ways between neighbouring cell centres that they cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from firesim.fire.cells import RING_X, RING_Y

Floats = NDArray[np.floating]
Indices = NDArray[np.int64]
Point = tuple[float, float]

# East, south-east, south, south-west: with their opposites every way between neighbours, each once.
_WAYS = (0, 7, 6, 5)

# What passes a line this close touches it. [cells]  Far above rounding, far below anything drawn: a line through
# centres, or two that meet on a way, leaves no gap whatever its numbers round to.
_TOUCHES = 1e-7

_PIECE_CELLS = 64.0  # a line is looked at in pieces of this length: its surroundings, not all within its corners


def shut_ways(start: Point, end: Point, shape: tuple[int, int], shut: NDArray[np.uint8]) -> None:
    """Shut the ways that a straight line cuts or touches: sets bits of `shut` [y, x], bit k the way to neighbour k.

    start, end: (column, row) in cells from the grid's corner; they may lie off the grid.
    """
    for rows, columns in _surroundings(start, end, shape):
        column, row = np.meshgrid(columns, rows)
        for k in _WAYS:
            step_x, step_y = int(RING_X[k]), int(RING_Y[k])
            cut = _meets(column + 0.5, row + 0.5, step_x, step_y, start, end)
            inside = (column + step_x >= 0) & (column + step_x < shape[1]) & (row + step_y < shape[0])
            r, c = row[cut & inside], column[cut & inside]
            shut[r, c] |= 1 << k
            shut[r + step_y, c + step_x] |= 1 << (k + 4 & 7)


def around(line: Sequence[Point], shape: tuple[int, int]) -> tuple[slice, slice]:
    """The rows and columns within which all cells lie whose ways a line may shut."""
    by_axis = ([row for _, row in line], [column for column, _ in line])
    rows, columns = (
        slice(
            min(max(floor(min(at, default=0.0)) - 2, 0), size),
            min(max(ceil(max(at, default=0.0)) + 2, 0), size),
        )
        for at, size in zip(by_axis, shape, strict=True)
    )
    return rows, columns


def _surroundings(start: Point, end: Point, shape: tuple[int, int]) -> Iterator[tuple[Indices, Indices]]:
    """Rows and columns around each piece of the line's part on the grid; they overlap."""
    begins, ends = _on_the_grid(start, end, shape)
    if begins > ends:
        return
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1])) * (ends - begins)
    shares = np.linspace(begins, ends, 1 + max(ceil(length / _PIECE_CELLS), 1))
    at = [start[k] + shares * (end[k] - start[k]) for k in (0, 1)]
    for n in range(len(shares) - 1):
        columns, rows = (_between(at[k][n], at[k][n + 1], shape[1 - k]) for k in (0, 1))
        if columns.size and rows.size:
            yield rows, columns


def _on_the_grid(start: Point, end: Point, shape: tuple[int, int]) -> tuple[float, float]:
    """Where along the line, as shares of it, its part within a cell of the grid begins and ends; reversed: nowhere."""
    begins, ends = 0.0, 1.0
    for k, size in ((0, shape[1]), (1, shape[0])):
        along = end[k] - start[k]
        if along == 0.0:
            if not -1.0 <= start[k] <= size + 1.0:
                return 1.0, 0.0
            continue
        first, last = sorted(((-1.0 - start[k]) / along, (size + 1.0 - start[k]) / along))
        begins, ends = max(begins, first), min(ends, last)
    return begins, ends


def _between(first: float, last: float, size: int) -> Indices:
    """The cells of one axis around a stretch of it."""
    return np.arange(max(floor(min(first, last)) - 2, 0), min(ceil(max(first, last)) + 2, size))


def _meets(x: Floats, y: Floats, step_x: int, step_y: int, start: Point, end: Point) -> NDArray[np.bool_]:
    """Whether the way from (x, y) by one step meets the line; touching counts.

    Each centre lies on one side of the line, or on it, whichever way asks.
    """
    overlaps = (
        (np.maximum(x, x + step_x) >= min(start[0], end[0]) - _TOUCHES)
        & (np.minimum(x, x + step_x) <= max(start[0], end[0]) + _TOUCHES)
        & (np.maximum(y, y + step_y) >= min(start[1], end[1]) - _TOUCHES)
        & (np.minimum(y, y + step_y) <= max(start[1], end[1]) + _TOUCHES)
    )
    is_cut = _side(x, y, start, end) * _side(x + step_x, y + step_y, start, end) <= 0.0
    way = np.hypot(step_x, step_y)
    from_start = _off_way(start, x, y, step_x, step_y) / way
    from_end = _off_way(end, x, y, step_x, step_y) / way
    reaches = (np.minimum(from_start, from_end) <= _TOUCHES) & (np.maximum(from_start, from_end) >= -_TOUCHES)
    return np.asarray(is_cut & reaches & overlaps)


def _side(x: Floats, y: Floats, start: Point, end: Point) -> Floats:
    """Distance of points to the right of the line (negative: to the left), 0 on it. [cells]"""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = float(np.hypot(along_x, along_y))
    if length == 0.0:
        return np.zeros(x.shape)
    off = (along_x * (y - start[1]) - along_y * (x - start[0])) / length
    return np.asarray(np.where(np.abs(off) <= _TOUCHES, 0.0, off))


def _off_way(point: Point, x: Floats, y: Floats, step_x: int, step_y: int) -> Floats:
    """Side of the way from (x, y) on which a point lies, times the way's length. [cells2]"""
    return np.asarray(step_x * (point[1] - y) - step_y * (point[0] - x))

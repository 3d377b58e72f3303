"""Lines thinner than a cell, as the ways between neighbouring cell centres that they cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, hypot

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel_in_place, kernel_part
from firesim.fire.cells import RING_X, RING_Y

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
    for top, bottom, left, right in _surroundings(start, end, shape):
        _shut_within(top, bottom, left, right, start[0], start[1], end[0], end[1], shut)


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


def _surroundings(start: Point, end: Point, shape: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """First and past-the-last row and column around each piece of the line's part on the grid; they overlap."""
    begins, ends = _on_the_grid(start, end, shape)
    if begins > ends:
        return
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1])) * (ends - begins)
    shares = np.linspace(begins, ends, 1 + max(ceil(length / _PIECE_CELLS), 1))
    at = [start[k] + shares * (end[k] - start[k]) for k in (0, 1)]
    for n in range(len(shares) - 1):
        columns, rows = (_between(at[k][n], at[k][n + 1], shape[1 - k]) for k in (0, 1))
        yield *rows, *columns


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


def _between(first: float, last: float, size: int) -> tuple[int, int]:
    """The first and past-the-last cell of one axis around a stretch of it."""
    return max(floor(min(first, last)) - 2, 0), min(ceil(max(first, last)) + 2, size)


@kernel_in_place
def _shut_within(
    top: int,
    bottom: int,
    left: int,
    right: int,
    start_x: float,
    start_y: float,
    end_x: float,
    end_y: float,
    shut: NDArray[np.uint8],
) -> None:
    """`shut_ways` from the cells of some rows and columns."""
    for row in range(top, bottom):
        for column in range(left, right):
            for k in _WAYS:
                r, c = row + RING_Y[k], column + RING_X[k]
                is_on_grid = r < shut.shape[0] and 0 <= c < shut.shape[1]
                if is_on_grid and _meets(column + 0.5, row + 0.5, c + 0.5, r + 0.5, start_x, start_y, end_x, end_y):
                    shut[row, column] |= np.uint8(1 << k)
                    shut[r, c] |= np.uint8(1 << (k + 4 & 7))


@kernel_part
def _meets(
    x: float, y: float, to_x: float, to_y: float, start_x: float, start_y: float, end_x: float, end_y: float
) -> bool:
    """Whether the way from one point to another meets the line; touching counts.

    Each centre lies on one side of the line, or on it, whichever way asks.
    """
    overlaps = (
        max(x, to_x) >= min(start_x, end_x) - _TOUCHES
        and min(x, to_x) <= max(start_x, end_x) + _TOUCHES
        and max(y, to_y) >= min(start_y, end_y) - _TOUCHES
        and min(y, to_y) <= max(start_y, end_y) + _TOUCHES
    )
    if not overlaps:
        return False
    if _side(x, y, start_x, start_y, end_x, end_y) * _side(to_x, to_y, start_x, start_y, end_x, end_y) > 0.0:
        return False
    way = hypot(to_x - x, to_y - y)
    from_start = ((to_x - x) * (start_y - y) - (to_y - y) * (start_x - x)) / way
    from_end = ((to_x - x) * (end_y - y) - (to_y - y) * (end_x - x)) / way
    return min(from_start, from_end) <= _TOUCHES and max(from_start, from_end) >= -_TOUCHES


@kernel_part
def _side(x: float, y: float, start_x: float, start_y: float, end_x: float, end_y: float) -> float:
    """Distance of a point to the right of the line (negative: to the left), 0 on it. [cells]"""
    along_x, along_y = end_x - start_x, end_y - start_y
    length = hypot(along_x, along_y)
    if length == 0.0:
        return 0.0
    off = (along_x * (y - start_y) - along_y * (x - start_x)) / length
    return 0.0 if abs(off) <= _TOUCHES else off

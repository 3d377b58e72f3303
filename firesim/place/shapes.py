"""From fields to outlines and back: contours at sub-cell accuracy, rasterising, coast points.

A ring is a closed list of (x, y) in metres of the map whose last point repeats the first. Outer rings run
counterclockwise, holes clockwise: what is inside lies on the left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.place.grid import Grid

Point = tuple[float, float]
Ring = list[Point]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]

# A contour keeps this share of the way between two cell centres free at either end, so that every centre
# lies clearly inside or outside and `rasterise` is the exact inverse of `rings_of`.
CLEARANCE = 1e-3


def rasterise(rings: Iterable[Sequence[Point] | Floats], grid: Grid) -> Mask:
    """Cells whose centre lies inside the rings, by the even-odd rule: a ring inside a ring is a hole.

    Returns a bool array [y, x]. A centre exactly on an edge belongs to the side east of it. Parts beyond the
    grid are cut off.
    """
    inside = np.zeros(grid.shape, dtype=bool)
    shapes = [np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in rings]
    crossings = [_cells_east_of(points, grid) for points in shapes if len(points) > 2]
    if not any(row.size for row, _ in crossings):
        return inside
    row, column = (np.concatenate(parts) for parts in zip(*crossings, strict=True))
    # Outside the rows and columns that the rings span there is nothing to count.
    top, left = int(row.min()), int(column.min())
    shape = (int(row.max()) - top + 1, int(column.max()) - left + 1)
    flips = np.bincount((row - top) * shape[1] + column - left, minlength=shape[0] * shape[1]).reshape(shape)
    inside[top : top + shape[0], left : left + shape[1] - 1] = np.cumsum(flips[:, :-1], axis=1) & 1
    return inside


def _cells_east_of(points: Floats, grid: Grid) -> tuple[Integers, Integers]:
    """Where each row of centres crosses the ring: row, and column of the first centre east of it. [crossings]"""
    ends = np.vstack([points[1:], points[:1]])
    # Rows as fractions of the grid, so that row r's centres lie at r exactly.
    row_a = (grid.y_north_m - points[:, 1]) / grid.cell_size_m - 0.5
    row_b = (grid.y_north_m - ends[:, 1]) / grid.cell_size_m - 0.5
    column_a = (points[:, 0] - grid.x_west_m) / grid.cell_size_m - 0.5
    column_b = (ends[:, 0] - grid.x_west_m) / grid.cell_size_m - 0.5
    first = np.maximum(np.ceil(np.minimum(row_a, row_b)), 0).astype(np.int64)
    beyond = np.minimum(np.ceil(np.maximum(row_a, row_b)), grid.rows).astype(np.int64)
    counts = np.maximum(beyond - first, 0)
    edge = np.repeat(np.arange(len(points)), counts)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (row - row_a[edge]) / (row_b[edge] - row_a[edge])
    crossing = column_a[edge] + share * (column_b[edge] - column_a[edge])
    return row, np.clip(np.ceil(crossing), 0, grid.columns).astype(np.int64)


def cells_along(line: Sequence[Point] | Floats, grid: Grid) -> Mask:
    """Cells that a line of points [m] runs through, sampled every quarter of a cell. [y, x]"""
    points = np.asarray(line, dtype=np.float64).reshape(-1, 2)
    pieces = [points[:1]]
    for start, end in pairwise(points):
        count = max(int(np.ceil(4.0 * np.hypot(*(end - start)) / grid.cell_size_m)), 1)
        pieces.append(start + np.arange(1, count + 1)[:, None] / count * (end - start))
    row, column = grid.cell_at(*np.vstack(pieces).T)
    on_grid = grid.holds(row, column)
    mask = np.zeros(grid.shape, dtype=bool)
    mask[row[on_grid], column[on_grid]] = True
    return mask


def rings_of(arrival_time_s: ArrayLike, at_s: float, grid: Grid, corner: tuple[int, int] = (0, 0)) -> list[Ring]:
    """Outlines of where a field of arrival times is at or below `at_s`.

    Parameters
    ----------
    arrival_time_s : [y, x]
        Any field on the grid; `inf` means never or not yet known. [s]
    at_s : float
        The level. [s]
    grid : Grid
        Where the field lies on the map.
    corner : row and column
        Of the grid, where the field begins: it may be a part of the grid beyond which nothing has burnt.

    Returns
    -------
    list of closed rings in metres of the map
        What has burnt lies on the left: outer rings run counterclockwise, holes clockwise. Cells that touch
        by a corner alone are not joined. Empty when nothing has burnt.

    Notes
    -----
    Marching squares over cell centres with linear interpolation along each side. Toward a neighbour whose
    time is not known (`inf`) the front is carried on at the pace of the last cell behind; where it should
    have reached the neighbour by then and has not, and at the edge of the grid, it stands at the cell's side.
    """
    field = np.asarray(arrival_time_s)
    burnt = field <= at_s
    if not burnt.any():
        return []
    rows, columns = np.flatnonzero(burnt.any(axis=1)), np.flatnonzero(burnt.any(axis=0))
    # One cell of margin around what has burnt, for the squares of four centres that the outline runs through.
    top, left = int(rows[0]) - 1, int(columns[0]) - 1
    inside = np.zeros((int(rows[-1]) - top + 2, int(columns[-1]) - left + 2), np.bool_)
    inside[1:-1, 1:-1] = burnt[top + 1 : rows[-1] + 1, left + 1 : columns[-1] + 1]
    del burnt
    starts, ends = _pieces(inside)
    sides = np.sort(starts)  # outlines are closed: every crossing begins one piece and ends one
    down, across = _crossings(sides, inside.shape, field, (top, left), corner, at_s)
    x_m = grid.x_west_m + np.clip(across + 0.5, 0, grid.columns) * grid.cell_size_m
    y_m = grid.y_north_m - np.clip(down + 0.5, 0, grid.rows) * grid.cell_size_m
    chain = dict(zip(np.searchsorted(sides, starts).tolist(), np.searchsorted(sides, ends).tolist(), strict=True))
    return _linked(chain, x_m, y_m)


def rings_of_cells(mask: Mask, grid: Grid) -> list[Ring]:
    """Outlines of a set of cells, cutting corners at 45 degrees; `rasterise` gives the same cells back."""
    return rings_of(np.where(mask, 0.0, np.inf), 0.0, grid)


def _crossings(
    sides: Integers,
    shape: tuple[int, int],
    field: Floats,
    first: tuple[int, int],
    corner: tuple[int, int],
    level: float,
) -> tuple[Floats, Floats]:
    """Where the level crosses between two neighbouring centres: row and column of the grid. [sides]

    Sides are numbered as in `_pieces`, in a window of `shape` whose first cell is `first` of the field, which begins
    at `corner` of the grid.
    """
    rows, columns = shape
    step_right: Integers = (sides < rows * (columns - 1)).astype(np.int64)  # 0 for the sides in a column
    step_down: Integers = 1 - step_right
    number, across = sides - rows * (columns - 1) * step_down, columns - step_right
    row: Integers = number // across
    row, column = row + first[0], number - row * across + first[1]
    # One end of a side has burnt, so only along it may one look beyond the field.
    along, length = row * step_down + column * step_right, field.shape[0] * step_down + field.shape[1] * step_right
    cell, step = row * field.shape[1] + column, field.shape[1] * step_down + step_right
    flat = field.ravel()

    def after(steps: int) -> Floats:
        values: Floats = flat.take(cell + steps * step, mode="clip").astype(np.float64)
        values[(along + steps < 0) | (along + steps >= length)] = np.inf
        return values

    behind, here, next_, beyond = (after(steps) for steps in (-1, 0, 1, 2))
    forward, backward = _share(here, next_, behind, level), 1.0 - _share(next_, here, beyond, level)
    share = np.where(here <= level, forward, backward)
    return row + corner[0] + share * step_down, column + corner[1] + share * step_right


def _share(burnt: Floats, unburnt: Floats, behind: Floats, level: float) -> Floats:
    """Share of the way from a burnt centre to an unburnt one that the level has covered."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        between = (level - burnt) / (unburnt - burnt)
        carried = (level - burnt) / (burnt - behind)
    carried = np.where((burnt > behind) & (carried < 1.0), carried, 0.5)
    share = np.where(np.isfinite(unburnt), between, carried)
    share[np.isnan(share)] = 0.5
    shares: Floats = np.minimum(np.maximum(share, CLEARANCE), 1.0 - CLEARANCE)
    return shares


# For each square of four centres (bits: 1 north-west, 2 north-east, 4 south-east, 8 south-west are inside)
# the one or two pieces of outline as (from side, to side), inside on the left; -1: there is none.
# Sides: 0 north, 1 east, 2 south, 3 west.
_PIECES: Integers = np.full((16, 2, 2), -1, np.int64)
_PIECES[1:15, 0] = [
    (3, 0), (0, 1), (3, 1), (1, 2), (3, 0), (0, 2), (3, 2), (2, 3), (2, 0), (0, 1), (2, 1), (1, 3), (1, 0), (0, 3),
]  # fmt: skip
_PIECES[[5, 10], 1] = (1, 2), (2, 3)


def _pieces(inside: Mask) -> tuple[Integers, Integers]:
    """The outline in pieces: the side of a square that each begins at, and the one that it ends at.

    Sides are pairs of neighbouring centres: first those in a row, (row, column) with (row, column + 1), row by row,
    then those in a column, (row, column) with (row + 1, column), row by row.
    """
    rows, columns = inside.shape
    bits = inside.view(np.uint8)
    code = bits[:-1, :-1] + 2 * bits[:-1, 1:] + 4 * bits[1:, 1:] + 8 * bits[1:, :-1]
    row, column = np.nonzero((code > 0) & (code < 15))
    in_rows = rows * (columns - 1)
    side = np.stack([
        row * (columns - 1) + column,
        in_rows + row * columns + column + 1,
        (row + 1) * (columns - 1) + column,
        in_rows + row * columns + column,
    ])  # fmt: skip
    pieces = _PIECES[code[row, column]]  # [square, piece, end]
    square, piece = np.nonzero(pieces[:, :, 0] >= 0)
    return side[pieces[square, piece, 0], square], side[pieces[square, piece, 1], square]


def _linked(chain: dict[int, int], x_m: Floats, y_m: Floats) -> list[Ring]:
    """Closed rings from a chain of crossings."""
    rings: list[Ring] = []
    while chain:
        start, following = next(iter(chain.items()))
        numbers = [start]
        while following != start:
            numbers.append(following)
            following = chain[following]
        for number in numbers:
            del chain[number]
        numbers.append(start)
        rings.append(list(zip(x_m[numbers].tolist(), y_m[numbers].tolist(), strict=True)))
    return rings


def ring_area_m2(ring: Sequence[Point] | Floats) -> float:
    """Signed area of a ring: positive counterclockwise. [m2]"""
    x_m, y_m = np.asarray(ring, dtype=np.float64).T
    # Taken about the first point: metres of a national grid are large and would cost digits.
    x_m, y_m = x_m - x_m[0], y_m - y_m[0]
    return 0.5 * float(np.sum(x_m * np.roll(y_m, -1) - np.roll(x_m, -1) * y_m))


def points_along(ring: Floats, spacing_m: float) -> Floats:
    """Points at equal steps of at most `spacing_m` along a closed ring, starting at its first point. [n, 2] m"""
    closed = ring if np.array_equal(ring[0], ring[-1]) else np.vstack([ring, ring[:1]])
    along_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = max(int(np.ceil(along_m[-1] / spacing_m)), 3)
    at_m = np.arange(count) * along_m[-1] / count
    return np.column_stack([np.interp(at_m, along_m, closed[:, 0]), np.interp(at_m, along_m, closed[:, 1])])


def are_within(places: Floats, points: Floats, within_m: float) -> Mask:
    """Which of some places [place, 2] lie within a distance of any of some points [point, 2]. [place]"""
    # A metre to spare, for rounding: what is near is decided by distance alone.
    low, high = points.min(axis=0) - within_m - 1.0, points.max(axis=0) + within_m + 1.0
    around = np.flatnonzero(((places >= low) & (places <= high)).all(axis=1))
    x_m, y_m = places[around].T
    apart_m = np.hypot(x_m[:, None] - points[:, 0], y_m[:, None] - points[:, 1])
    is_within = np.zeros(len(places), np.bool_)
    is_within[around] = apart_m.min(axis=1) <= within_m
    return is_within

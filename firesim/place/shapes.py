"""From fields to outlines and back: contours at sub-cell accuracy, rasterising, coast points.

A ring is a closed list of (x, y) in metres of the map whose last point repeats the first. Outer rings run
counterclockwise, holes clockwise: what is inside lies on the left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.place.grid import Grid

Point = tuple[float, float]
Ring = list[Point]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]

# A contour keeps this share of the way between two cell centres free at either end, so that every centre
# lies clearly inside or outside and `rasterise` is the exact inverse of `rings_of`.
CLEARANCE = 1e-3


def points_of(rings: Iterable[Sequence[Point]]) -> Floats:
    """Every point of some rings, in order. [point, 2]"""
    # Number by number: over a list of pairs numpy takes twice as long.
    return np.fromiter(chain.from_iterable(chain.from_iterable(rings)), np.float64).reshape(-1, 2)


def rasterise(rings: Iterable[Sequence[Point] | Floats], grid: Grid) -> Mask:
    """Cells whose centre lies inside the rings, by the even-odd rule: a ring inside a ring is a hole.

    Returns a bool array [y, x]. A centre exactly on an edge belongs to the side east of it. Parts beyond the
    grid are cut off.
    """
    inside = np.zeros(grid.shape, dtype=bool)
    shapes = [np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in rings]
    row, column = _cells_east_of([points for points in shapes if len(points) > 2], grid)
    if row.size == 0:
        return inside
    # Outside the rows and columns that the rings span there is nothing to count.
    top, left = int(row.min()), int(column.min())
    shape = (int(row.max()) - top + 1, int(column.max()) - left + 1)
    flips = np.bincount((row - top) * shape[1] + column - left, minlength=shape[0] * shape[1]).reshape(shape)
    inside[top : top + shape[0], left : left + shape[1] - 1] = np.cumsum(flips[:, :-1], axis=1) & 1
    return inside


def _cells_east_of(rings: Sequence[Floats], grid: Grid) -> tuple[Integers, Integers]:
    """Where each row of centres crosses the rings: row, and column of the first centre east of it. [crossings]"""
    nowhere = np.empty((0, 2))
    points = np.concatenate([nowhere, *rings])
    ends = np.concatenate([nowhere, *(part for ring in rings for part in (ring[1:], ring[:1]))])
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
    if field.dtype not in (np.float32, np.float64):
        field = field.astype(np.float64)
    level = float(np.asarray(at_s, dtype=field.dtype))  # to its precision
    place = (grid.x_west_m, grid.y_north_m, grid.cell_size_m)
    x_m, y_m, ends = _outlines_m(field, level, corner[0], corner[1], place, grid.rows, grid.columns)
    points, cuts = list(zip(x_m.tolist(), y_m.tolist(), strict=True)), [0, *ends.tolist()]
    return [points[begin:end] for begin, end in pairwise(cuts)]


def rings_of_cells(mask: Mask, grid: Grid) -> list[Ring]:
    """Outlines of a set of cells, cutting corners at 45 degrees; `rasterise` gives the same cells back."""
    return rings_of(np.where(mask, 0.0, np.inf), 0.0, grid)


# For each square of four centres (bits: 1 north-west, 2 north-east, 4 south-east, 8 south-west are inside)
# the one or two pieces of outline as (from side, to side), inside on the left; -1: there is none.
# Sides: 0 north, 1 east, 2 south, 3 west.
_PIECES: Integers = np.full((16, 2, 2), -1, np.int64)
_PIECES[1:15, 0] = [
    (3, 0), (0, 1), (3, 1), (1, 2), (3, 0), (0, 2), (3, 2), (2, 3), (2, 0), (0, 1), (2, 1), (1, 3), (1, 0), (0, 3),
]  # fmt: skip
_PIECES[[5, 10], 1] = (1, 2), (2, 3)
_BEYOND: Integers = np.array([(-1, 0), (0, 1), (1, 0), (0, -1)])  # the square there: rows down, columns right


@kernel
def _outlines_m(
    field: NDArray[np.floating], level: float, top: int, left: int, place: tuple[float, float, float],
    rows: int, columns: int,
) -> tuple[Floats, Floats, Integers]:  # fmt: skip
    """Easting and northing [m] of the points of closed outlines, and where each outline ends; see `rings_of`.

    The field begins at row `top` and column `left` of a grid of so many rows and columns; `place`: its western and
    northern edge and the size of its cells. [m]
    """
    around, first_row, first_column = _surroundings(field, level)
    y_m, x_m, ends = _outlines(around, level, top + first_row, left + first_column)
    for k in range(x_m.size):
        x_m[k] = place[0] + min(max(x_m[k] + 0.5, 0.0), float(columns)) * place[2]
        y_m[k] = place[1] - min(max(y_m[k] + 0.5, 0.0), float(rows)) * place[2]
    return x_m, y_m, ends


@kernel
def _surroundings(field: NDArray[np.floating], level: float) -> tuple[Floats, int, int]:
    """What is at or below a level and two cells all around it, and the row and column of the field where that begins.

    The outline runs as far as the first of them, and looks as far as the second; `inf` beyond the field.
    """
    rows, columns = field.shape
    top, bottom, left, right = rows, -1, columns, -1
    for r in range(rows):
        for c in range(columns):
            if field[r, c] <= level:
                top, bottom, left, right = min(top, r), r, min(left, c), max(right, c)
    if bottom < 0:
        return np.full((2, 2), np.inf), 0, 0
    top, left = top - 2, left - 2
    around = np.full((bottom + 3 - top, right + 3 - left), np.inf)
    for r in range(max(top, 0), min(bottom + 3, rows)):
        for c in range(max(left, 0), min(right + 3, columns)):
            around[r - top, c - left] = field[r, c]
    return around, top, left


@kernel
def _outlines(field: Floats, level: float, top: int, left: int) -> tuple[Floats, Floats, Integers]:
    """Closed outlines of what is at or below a level: row and column of each point, and where each outline ends.

    All that is at or below it lies two cells and more from the edge of the field, which begins at row `top` and column
    `left` of the grid. An outline begins in the first square, row by row, of which no other has taken that piece.
    """
    rows, columns = field.shape
    codes, most = np.zeros((rows, columns), np.uint8), 0
    for r in range(rows - 1):
        for c in range(columns - 1):
            code = codes[r, c] = _code(field, r, c, level)
            most += (_PIECES[code, 0, 0] >= 0) + (_PIECES[code, 1, 0] >= 0)
    down, across, ends = np.empty(2 * most), np.empty(2 * most), np.empty(most, np.int64)
    is_taken = np.zeros((rows, columns, 2), np.bool_)
    k, outlines = 0, 0
    for r in range(rows - 1):
        for c in range(columns - 1):
            for p in range(2):
                if _PIECES[codes[r, c], p, 0] < 0 or is_taken[r, c, p]:
                    continue
                row, column, piece, first = r, c, p, k
                while not is_taken[row, column, piece]:
                    is_taken[row, column, piece] = True
                    side, leads_to = _PIECES[codes[row, column], piece]
                    down[k], across[k] = _crossing(field, row, column, side, level, top, left)
                    k += 1
                    row, column = row + _BEYOND[leads_to, 0], column + _BEYOND[leads_to, 1]
                    piece = 0 if _PIECES[codes[row, column], 0, 0] == (leads_to + 2) % 4 else 1
                down[k], across[k] = down[first], across[first]
                k += 1
                ends[outlines] = k
                outlines += 1
    return down[:k], across[:k], ends[:outlines]


@kernel
def _code(field: Floats, row: int, column: int, level: float) -> int:
    """Which centres of a square are inside, as `_PIECES` has it; the square is named by its north-west centre."""
    code: int = (field[row, column] <= level) + 2 * (field[row, column + 1] <= level)
    code += 4 * (field[row + 1, column + 1] <= level) + 8 * (field[row + 1, column] <= level)
    return code


@kernel
def _crossing(
    field: Floats, row: int, column: int, side: int, level: float, top: int, left: int
) -> tuple[float, float]:
    """Where the level crosses between the two centres of a square's side: row and column of the grid."""
    row, column, down = row + (side == 2), column + (side == 1), side % 2
    right = 1 - down
    here, after = field[row, column], field[row + down, column + right]
    if here <= level:
        share = _share(here, after, field[row - down, column - right], level)
    else:
        share = 1.0 - _share(after, here, field[row + 2 * down, column + 2 * right], level)
    return top + row + share * down, left + column + share * right


@kernel
def _share(burnt: float, unburnt: float, behind: float, level: float) -> float:
    """Share of the way from a burnt centre to an unburnt one that the level has covered."""
    if np.isfinite(unburnt):
        share = (level - burnt) / (unburnt - burnt)
    else:
        share = (level - burnt) / (burnt - behind)
        if not (burnt > behind and share < 1.0):
            share = 0.5
    if np.isnan(share):
        share = 0.5
    return min(max(share, CLEARANCE), 1.0 - CLEARANCE)


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

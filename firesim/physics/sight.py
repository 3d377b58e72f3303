"""Who can see what over the terrain.

A sight line is straight, from a height above the ground to a height above the ground; it is blocked where the
terrain, taken as the bilinear surface through the cells' centres, rises above it. Trees and houses are not
in it unless they are in the elevations (radar elevations hold part of the canopy).

Positions are fractional columns and rows: cell (row, column) spans column..column+1, row..row+1, so its
centre lies at column + 0.5, row + 0.5. Outside the grid the nearest edge height holds.

The Earth's bulge is taken off with the effective radius usual for radio, 4/3 of the true one (ITU-R P.453
median gradient, recalled). Light bends a little less: over 12 km the two differ by 0.3 m in mid-path, far
below the error of any elevation model, so one radius serves both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Heights = NDArray[np.float32]
Cells = NDArray[np.int64]

EFFECTIVE_EARTH_RADIUS_M = 4.0 / 3.0 * 6_371_000.0
SAMPLES_PER_CELL = 2.0  # half a cell: a one-cell wall keeps at least three quarters of its height
GRAZING_M = 1e-6  # a ray that lies in the ground plane is not blocked by rounding
# Samples of a ray, passed over together where all ground near lies below it: short runs pass closer over ridges. (A
# look from 72 places took a fifth of its time with runs of 8 instead of 32 and the steps of `devices/plume.py`.)
_RUN_SAMPLES = 8
_RUN_CELLS = 4
_CLEAR_M = 1e-3  # far more than rounding


@kernel
def _ground_m(elevation_m: Heights, column: float, row: float) -> float:
    """Bilinear height of the ground at a fractional position. [m]"""
    rows, columns = elevation_m.shape
    x = min(max(column - 0.5, 0.0), columns - 1.0)
    y = min(max(row - 0.5, 0.0), rows - 1.0)
    left, top = min(int(x), max(columns - 2, 0)), min(int(y), max(rows - 2, 0))
    right, bottom = min(left + 1, columns - 1), min(top + 1, rows - 1)
    u, v = x - left, y - top
    upper = elevation_m[top, left] * (1.0 - u) + elevation_m[top, right] * u
    lower = elevation_m[bottom, left] * (1.0 - u) + elevation_m[bottom, right] * u
    height_m: float = upper * (1.0 - v) + lower * v
    return height_m


@kernel
def _samples_between(column_0: float, row_0: float, column_1: float, row_1: float) -> int:
    """How many equal pieces the line is cut into."""
    return max(1, int(np.ceil(max(abs(column_1 - column_0), abs(row_1 - row_0)) * SAMPLES_PER_CELL)))


@kernel
def _full_bulge_m(cell_size_m: float, column_0: float, row_0: float, column_1: float, row_1: float) -> float:
    """Times t (1 - t) this is the Earth's bulge above the chord at the fraction t of the way. [m]"""
    distance_m2 = ((column_1 - column_0) ** 2 + (row_1 - row_0) ** 2) * cell_size_m**2
    return distance_m2 / (2.0 * EFFECTIVE_EARTH_RADIUS_M)


@kernel
def sees(
    elevation_m: Heights, cell_size_m: float, column_0: float, row_0: float, height_0_m: float,
    column_1: float, row_1: float, height_1_m: float,
) -> bool:  # fmt: skip
    """`line_of_sight` of two points, for compiled loops."""
    # One fixed end first, so that swapping the ends gives the same bits.
    if (column_1, row_1, height_1_m) < (column_0, row_0, height_0_m):
        column_0, row_0, height_0_m, column_1, row_1, height_1_m = (
            column_1, row_1, height_1_m, column_0, row_0, height_0_m,
        )  # fmt: skip
    z_0 = _ground_m(elevation_m, column_0, row_0) + height_0_m
    z_1 = _ground_m(elevation_m, column_1, row_1) + height_1_m
    pieces = _samples_between(column_0, row_0, column_1, row_1)
    bulge_m = _full_bulge_m(cell_size_m, column_0, row_0, column_1, row_1)
    for k in range(1, pieces):
        t = k / pieces
        ground_m = _ground_m(elevation_m, column_0 + t * (column_1 - column_0), row_0 + t * (row_1 - row_0))
        if ground_m + bulge_m * t * (1.0 - t) > z_0 + t * (z_1 - z_0) + GRAZING_M:
            return False
    return True


@kernel
def _sees_many(
    elevation_m: Heights, cell_size_m: float, column: Floats, row: Floats, height_m: Floats,
    to_column: Floats, to_row: Floats, to_height_m: Floats,
) -> Booleans:  # fmt: skip
    seen = np.empty(to_column.size, dtype=np.bool_)
    for i in range(to_column.size):
        seen[i] = sees(
            elevation_m, cell_size_m, column[i], row[i], height_m[i], to_column[i], to_row[i], to_height_m[i]
        )
    return seen


@kernel
def cells_in_sight(
    elevation_m: Heights, cell_size_m: float, cells: Cells, column: float, row: float, height_m: float,
    within_m: float, to_height_m: float,
) -> Cells:  # fmt: skip
    """Those of some flat cells whose middle is within a distance of an eye on the map, and in sight of it, in order.

    Arguments as in `line_of_sight`, numbers; the elevation float32.
    """
    found = np.empty(cells.size, np.int64)
    n = 0
    for cell in cells:
        to_row, to_column = cell // elevation_m.shape[1] + 0.5, cell % elevation_m.shape[1] + 0.5
        if np.hypot(to_column - column, to_row - row) * cell_size_m <= within_m and sees(
            elevation_m, cell_size_m, column, row, height_m, to_column, to_row, to_height_m
        ):
            found[n] = cell
            n += 1
    return found[:n].copy()


def tallest_around(elevation_m: Heights) -> Heights:
    """The highest ground near each square of 4 cells: in it or within 3 cells. [y / 4, x / 4], m

    For `hidden_m`, which follows a ray in runs of at most 3.5 cells: half of that from their middle, and the cell
    beyond that the bilinear surface takes in.
    """
    around = _RUN_CELLS // 2 + 1
    for axis in (0, 1):
        starts = range(0, elevation_m.shape[axis], _RUN_CELLS)
        parts = [range(max(at - around, 0), min(at + _RUN_CELLS + around, elevation_m.shape[axis])) for at in starts]
        elevation_m = np.stack([elevation_m.take(part, axis).max(axis) for part in parts], axis)
    return elevation_m


@kernel
def _near_run(tallest_m: Heights, shape: tuple[int, int], column: float, row: float) -> float:
    """Highest ground near a run of samples about a fractional position. [m]"""
    rows, columns = shape
    y, x = int(min(max(row, 0.0), rows - 1.0)), int(min(max(column, 0.0), columns - 1.0))
    height_m: float = tallest_m[y // _RUN_CELLS, x // _RUN_CELLS]
    return height_m


@kernel
def hidden_m(
    elevation_m: Heights, tallest_m: Heights, cell_size_m: float, column: float, row: float, height_m: float,
    to_column: float, to_row: float, least_m: float, enough_m: float,
) -> float:  # fmt: skip
    """How much of a column of smoke the terrain hides from an eye: all of it below this height above its foot. [m]

    Arguments as in `line_of_sight`, numbers, and `tallest_around` the elevation. `least_m` where not even that is
    hidden, and never negative. The ray is followed no further once `enough_m` is. For kernels: may be called from
    Python with a float32 elevation.
    """
    eye_m = _ground_m(elevation_m, column, row) + height_m
    pieces = _samples_between(column, row, to_column, to_row)
    bulge_m = _full_bulge_m(cell_size_m, column, row, to_column, to_row)
    foot_m = _ground_m(elevation_m, to_column, to_row)
    hidden = max(least_m, 0.0)
    for first in range(1, pieces, _RUN_SAMPLES):
        last = min(first + _RUN_SAMPLES, pieces) - 1
        # Where no ground near can reach the ray to what is hidden already, none need be looked at closely.
        middle = 0.5 * (first + last) / pieces
        tallest = _near_run(
            tallest_m, elevation_m.shape, column + middle * (to_column - column), row + middle * (to_row - row)
        )
        rise_m = hidden + foot_m - eye_m
        ray_m = eye_m + min(first * rise_m, last * rise_m) / pieces
        if tallest + 0.25 * bulge_m < ray_m - _CLEAR_M:
            continue
        for k in range(first, last + 1):
            t = k / pieces
            ground_m = _ground_m(elevation_m, column + t * (to_column - column), row + t * (to_row - row))
            # The ray that grazes this piece of ground goes on to this height above the target.
            grazed_m = eye_m + (ground_m + bulge_m * t * (1.0 - t) - eye_m) / t - foot_m
            if grazed_m > hidden:
                hidden = grazed_m
                if hidden >= enough_m:
                    return hidden
    return hidden


def line_of_sight(
    elevation_m: ArrayLike,
    cell_size_m: float,
    column: ArrayLike,
    row: ArrayLike,
    height_m: ArrayLike,
    to_column: ArrayLike,
    to_row: ArrayLike,
    to_height_m: ArrayLike = 0.0,
) -> Booleans:
    """Whether points see others over the terrain: one of them many, or each the one that it is paired with.

    Parameters
    ----------
    elevation_m : ndarray [y, x]
        Height of the ground at the cells' centres. [m]
    cell_size_m : float
        Side of a cell. [m]
    column, row, height_m : arrays that broadcast together, with the next three too
        Where one looks from (fractional cell) and how high above the ground. [-, -, m]
    to_column, to_row, to_height_m : arrays
        Where one looks, and how high above the ground there. [-, -, m]

    Returns
    -------
    ndarray of bool, the broadcast shape
        Exactly symmetric: swapping both ends gives the same answer. A point sees itself.

    Notes
    -----
    The ground is sampled every half cell of the longer axis; obstacles narrower than a cell are not known.
    """
    ends, shape = _flat(column, row, height_m, to_column, to_row, to_height_m)
    ground_m = np.ascontiguousarray(elevation_m, dtype=np.float32)
    return _sees_many(ground_m, float(cell_size_m), *ends).reshape(shape)


def _flat(*values: ArrayLike) -> tuple[list[Floats], tuple[int, ...]]:
    """Values that broadcast together, each in one dimension, and the shape that they have together."""
    arrays = [np.asarray(value, dtype=np.float64) for value in values]
    shape = np.broadcast(*arrays).shape
    return [array.flatten() if array.shape == shape else np.full(shape, array).ravel() for array in arrays], shape


def viewshed(
    elevation_m: ArrayLike, cell_size_m: float, column: float, row: float, height_m: float, to_height_m: float = 1.5
) -> Booleans:
    """Every cell whose centre, `to_height_m` above the ground, is seen from one point. [y, x]

    The default 1.5 m is a telephone in a hand (the lowest user height of 3GPP TR 38.901).
    """
    rows, columns = np.shape(elevation_m)
    to_row, to_column = np.mgrid[0:rows, 0:columns] + 0.5
    return line_of_sight(elevation_m, cell_size_m, column, row, height_m, to_column, to_row, to_height_m)

"""Fire from a lit point to the centres of the cells around it."""

from __future__ import annotations

from math import floor

import numpy as np
from numpy.typing import NDArray

from firesim.fire.cells import Cells, Floats, Indices
from firesim.fire.crossing import arrival_gradient, crossing_time

# Around a lit point arrival is straight and exact as far as all cells are alike, at most this far: the curvature of
# the first few cells is what interpolation along a ring holds worst.
EXACT_AROUND_CELLS = 5


def cells_around(shape: tuple[int, int], column: float, row: float, reach: int) -> tuple[Indices, Floats, Floats]:
    """Numbers of the cells within `reach` of a point's cell, and the way to their centres (columns, rows)."""
    rows = np.arange(max(floor(row) - reach, 0), min(floor(row) + reach + 1, shape[0]))
    columns = np.arange(max(floor(column) - reach, 0), min(floor(column) + reach + 1, shape[1]))
    numbers = np.add.outer((rows + 1) * (shape[1] + 2), columns + 1).astype(np.int32).ravel()
    dx, dy = np.meshgrid(columns + 0.5 - column, rows + 0.5 - row)
    return numbers, dx.ravel(), dy.ravel()


def are_alike(cells: Cells, which: Indices) -> bool:
    """Whether fire spreads in all these cells in one way, and has come to one at most."""
    same = (cells.slowness, cells.drift_x, cells.drift_y)
    if cells.rise_x.size > 1:
        same = (*same, cells.rise_x, cells.rise_y)  # type: ignore[assignment]
    return (
        bool(np.isfinite(cells.slowness[which[0]]))
        and all(float(np.ptp(part[which])) == 0.0 for part in same)
        and int(np.isfinite(cells.arrival_s[which]).sum()) <= 1
        and (cells.shut.size == 1 or not cells.shut[which].any())
    )


def straight_crossings(
    cells: Cells, which: Indices, dx: Floats, dy: Floats
) -> tuple[Floats, NDArray[np.float64], NDArray[np.float64]]:
    """Time straight to each cell under its own spread [s], and the gradient of arrival there [s/cell]."""
    out = np.empty((3, which.size))
    for n, x in enumerate(which):
        w, fx, fy = float(cells.slowness[x]), float(cells.drift_x[x]), float(cells.drift_y[x])
        zx, zy = (float(cells.rise_x[x]), float(cells.rise_y[x])) if cells.rise_x.size > 1 else (0.0, 0.0)
        out[0, n] = crossing_time(dx[n], dy[n], w, fx, fy, zx, zy)
        out[1:, n] = arrival_gradient(dx[n], dy[n], w, fx, fy, zx, zy)
    return out[0], out[1], out[2]

"""How near the flames are: which cells are in the heat, and from which flames have been in sight."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel_in_place
from firesim.place.grid import Grid

Integers = NDArray[np.int64]
Claims = NDArray[np.bool_]


class Nearness:
    """Cells near flames, kept up to date from the cells that flame.

    Distances are between centres of cells. Terrain in between is ignored: within a kilometre flames and the
    column above them are taken as visible over it.
    """

    def __init__(self, grid: Grid, heat_within_m: float, flame_seen_within_m: float) -> None:
        self._grid = grid
        self._heat_disc = _disc(heat_within_m / grid.cell_size_m)
        self._sight_disc = _disc(flame_seen_within_m / grid.cell_size_m)
        self._hot: Claims = np.zeros(grid.rows * grid.columns, np.bool_)
        self._sees: Claims = np.zeros(grid.rows * grid.columns, np.bool_)
        self._flaming: Integers = np.empty(0, np.int64)
        self._has_flamed: Claims = np.zeros(grid.rows * grid.columns, np.bool_)

    def look(self, flaming_cells: Integers) -> None:
        """Take note of the cells that flame now (flat indices), all of them high enough to be seen."""
        _paint(self._hot, self._grid.rows, self._grid.columns, self._flaming, self._heat_disc, False)
        _paint(self._hot, self._grid.rows, self._grid.columns, flaming_cells, self._heat_disc, True)
        fresh = flaming_cells[~self._has_flamed[flaming_cells]]
        _paint(self._sees, self._grid.rows, self._grid.columns, fresh, self._sight_disc, True)
        self._has_flamed[fresh] = True
        self._flaming = flaming_cells.copy()

    def cells_of(self, x_m: ArrayLike, y_m: ArrayLike) -> Integers:
        """Flat cell of each point, -1 off the grid."""
        row, column = self._grid.cell_at(x_m, y_m)
        return np.where(self._grid.holds(row, column), row * self._grid.columns + column, -1)

    def is_hot(self, cells: Integers) -> Claims:
        """Whether cells (flat, -1: off the grid) lie in the heat of flames now."""
        return self._hot[cells] & (cells >= 0)

    def has_seen_flames(self, cells: Integers) -> Claims:
        """Whether flames have been in sight from cells (flat, -1: off the grid) so far."""
        return self._sees[cells] & (cells >= 0)


def _disc(radius_cells: float) -> Integers:
    """Row and column steps to every cell within a radius. [cells, 2]"""
    reach = int(np.floor(radius_cells))
    steps = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1)] * 2, indexing="ij"), axis=-1).reshape(-1, 2)
    near = (steps**2).sum(axis=1) <= radius_cells**2
    return np.ascontiguousarray(steps[near], dtype=np.int64)


@kernel_in_place
def _paint(mask: Claims, rows: int, columns: int, cells: Integers, disc: Integers, value: bool) -> None:
    for k in range(cells.size):
        row, column = cells[k] // columns, cells[k] % columns
        for step in range(disc.shape[0]):
            there_row, there_column = row + disc[step, 0], column + disc[step, 1]
            if 0 <= there_row < rows and 0 <= there_column < columns:
                mask[there_row * columns + there_column] = value

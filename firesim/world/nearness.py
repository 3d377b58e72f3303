"""How near the flames are: which cells are in the heat, and from which flames have been in sight."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel, kernel_in_place
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
        return _on(self._hot, cells)

    def is_hot_at(self, cell: int) -> bool:
        """The same of one cell, without arrays."""
        return cell >= 0 and bool(self._hot[cell])

    @property
    def has_seen_flames(self) -> Claims:
        """Whether flames have been in sight from each cell (flat) so far. [cells], read only"""
        return self._sees


def _disc(radius_cells: float) -> Integers:
    """How many cells to either side lie within a radius, from the row that far up to the row that far down. [rows]"""
    reach = int(np.floor(radius_cells))
    steps = np.arange(-reach, reach + 1)
    is_near = steps[:, None] ** 2 + steps**2 <= radius_cells**2
    return np.asarray((is_near.sum(axis=1) - 1) // 2)


@kernel
def _on(mask: Claims, cells: Integers) -> Claims:
    """The mask at some cells (flat, -1: off the grid, where it is not set). [n]"""
    is_set = np.zeros(cells.size, np.bool_)
    for k in range(cells.size):
        is_set[k] = cells[k] >= 0 and mask[cells[k]]
    return is_set


@kernel_in_place
def _paint(mask: Claims, rows: int, columns: int, cells: Integers, disc: Integers, value: bool) -> None:
    """Write a value to the discs around some cells: row by row, as far as the disc reaches to either side."""
    reach = disc.size // 2
    for k in range(cells.size):
        row, column = cells[k] // columns, cells[k] % columns
        for there in range(max(row - reach, 0), min(row + reach + 1, rows)):
            beside = disc[there - row + reach]
            # A slice: written as one run of memory, twenty times as fast as cell by cell.
            first, end = max(column - beside, 0), min(column + beside + 1, columns)
            mask[there * columns + first : there * columns + end] = value

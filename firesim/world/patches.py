"""Burning cells gathered into a few patches that smoke as one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@kernel
def patches_of(
    row: Integers, column: Integers, x_m: Floats, y_m: Floats, most: int
) -> tuple[Floats, Floats, Floats, int]:
    """Squares of cells, of the smallest size 1, 2, 4, ... at which at most so many of them hold a given cell.

    row, column, x_m, y_m : ndarray [cells], at least one
        The cells and their centres. [-, -, m, m]

    Returns
    -------
    x_m, y_m, share : ndarray [patches]
        Mean easting and northing of the cells in each square [m], and its share of all cells; the squares row by row.
    size : int
        Cells along a side of a square.
    """
    top, bottom, left, right = row.min(), row.max(), column.min(), column.max()
    bits = 0  # of the size: to divide by shifting takes half the time
    while True:
        # Squares are counted from the grid's corner, wherever the cells begin.
        first_row, first_column = top >> bits, left >> bits
        rows, columns = (bottom >> bits) - first_row + 1, (right >> bits) - first_column + 1
        count, of_cell = np.zeros(rows * columns, np.int64), np.empty(row.size, np.int64)
        n = 0
        for k in range(row.size):
            of_cell[k] = ((row[k] >> bits) - first_row) * columns + (column[k] >> bits) - first_column
            n += count[of_cell[k]] == 0
            count[of_cell[k]] += 1
        if n <= most:
            break
        bits += 1
    sum_x, sum_y = np.zeros(count.size), np.zeros(count.size)
    for k in range(row.size):
        sum_x[of_cell[k]] += x_m[k]
        sum_y[of_cell[k]] += y_m[k]
    held = np.flatnonzero(count)
    return sum_x[held] / count[held], sum_y[held] / count[held], count[held] / row.size, 1 << bits

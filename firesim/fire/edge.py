"""The edge of a fire on the grid: unburnt cells beside those that have burnt lately."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@kernel
def edge_cells(
    arrival_s: Floats, can_burn: Mask, is_held: Mask, intensity_kw_m: Singles, flame_m: Singles,
    window: tuple[int, int, int, int], after_s: float, now_s: float,
) -> tuple[Indices, Indices, Floats, Floats]:  # fmt: skip
    """Cells of a window that fire may enter next, and how hot it is beside them.

    Parameters
    ----------
    arrival_s, can_burn, is_held, intensity_kw_m, flame_m : ndarray [y, x]
        Arrival of the front [s], whether there is fuel, whether crews hold the cell, fireline intensity [kW/m] and
        flame length [m] at arrival.
    window
        First row, row after the last, first column, column after the last; within the grid.
    after_s, now_s
        A cell is active if the front came to it after the one and by the other. [s]

    Returns
    -------
    rows, columns, intensity, flame length : ndarray [cells]
        Cells with fuel that nobody holds and that have not burnt by now, with an active cell among the eight around
        them *inside the window*, row by row, and the means over those active ones. [-, -, kW/m, m]
    """
    top, bottom, left, right = window
    room = max(bottom - top, 0) * max(right - left, 0)
    rows, columns = np.empty(room, np.int64), np.empty(room, np.int64)
    intensity, flame = np.empty(room, np.float64), np.empty(room, np.float64)
    n = 0
    for row in range(top, bottom):
        for column in range(left, right):
            if arrival_s[row, column] <= now_s or is_held[row, column] or not can_burn[row, column]:
                continue
            active, kw_m, metres = 0, 0.0, 0.0
            for y in range(max(row - 1, top), min(row + 2, bottom)):
                for x in range(max(column - 1, left), min(column + 2, right)):
                    if after_s < arrival_s[y, x] <= now_s:
                        active += 1
                        kw_m += intensity_kw_m[y, x]
                        metres += flame_m[y, x]
            if active > 0:
                rows[n], columns[n] = row, column
                intensity[n], flame[n] = kw_m / active, metres / active
                n += 1
    return rows[:n].copy(), columns[:n].copy(), intensity[:n].copy(), flame[:n].copy()

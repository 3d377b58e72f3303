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
    height, width = max(bottom - top, 0), max(right - left, 0)
    room = height * width
    rows, columns = np.empty(room, np.int64), np.empty(room, np.int64)
    intensity, flame = np.empty(room, np.float64), np.empty(room, np.float64)
    # Few cells lie at the edge: the others are sorted out first, by flags of whole rows.
    is_active = np.zeros((height + 2, width + 2), np.bool_)  # with a rim around the window
    for y in range(height):
        for x in range(width):
            arrived_s = arrival_s[top + y, left + x]
            is_active[y + 1, x + 1] = (after_s < arrived_s) & (arrived_s <= now_s)
    above_or_below = np.empty(width + 2, np.bool_)
    n = 0
    for y in range(height):
        for x in range(width + 2):
            above_or_below[x] = is_active[y, x] | is_active[y + 1, x] | is_active[y + 2, x]
        for x in range(width):
            if not (above_or_below[x] | above_or_below[x + 1] | above_or_below[x + 2]):
                continue
            row, column = top + y, left + x
            if arrival_s[row, column] <= now_s or is_held[row, column] or not can_burn[row, column]:
                continue
            active, kw_m, metres = 0, 0.0, 0.0
            for dy in range(3):
                for dx in range(3):
                    if is_active[y + dy, x + dx]:
                        active += 1
                        kw_m += intensity_kw_m[row + dy - 1, column + dx - 1]
                        metres += flame_m[row + dy - 1, column + dx - 1]
            rows[n], columns[n] = row, column
            intensity[n], flame[n] = kw_m / active, metres / active
            n += 1
    return rows[:n].copy(), columns[:n].copy(), intensity[:n].copy(), flame[:n].copy()

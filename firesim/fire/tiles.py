"""Spread laws' answers into the form that the front works with, for one square of cells at a time."""

from __future__ import annotations

from math import cos, inf, radians, sin, sqrt

from firesim.compiled import kernel
from firesim.fire.arrival import BARE, BLOCKED

# Fire whose head would need longer than this to cross a cell stands still. [s]  Three years: beyond any run, and
# far inside the range of single precision.
LONGEST_CROSSING_S = 1e8

# An ellipse thinner than this (22 times as long as wide) stands still at its back in single precision.
MOST_ECCENTRICITY = 0.999


@kernel
def write_spread(  # type: ignore[no-untyped-def]
    cells, heat, slowing, now_s, stride, row, column, cell_size_m, rows_per_step_north, head_rate, toward, eccentric, burns
):
    """Slowness and drift of the unburnt cells of a square whose north-west cell is at (row, column) of the grid.

    head_rate [m/s], toward [degrees clockwise from north], eccentric [-], burns [kJ/m2]: arrays of the square.
    """
    for i in range(head_rate.shape[0]):
        for j in range(head_rate.shape[1]):
            c = (row + i + 1) * stride + column + j + 1
            if cells.arrival_s[c] <= now_s:
                continue
            rate = head_rate[i, j] * (slowing[c] if slowing.size > 1 else 1.0)
            if cells.mark[c] & (BARE | BLOCKED) or not rate * LONGEST_CROSSING_S > cell_size_m:
                cells.slowness[c] = inf
                continue
            e = min(eccentric[i, j], MOST_ECCENTRICITY)
            angle = radians(toward[i, j])
            step_x, step_y = sin(angle), rows_per_step_north * cos(angle)
            zx, zy = 0.0, 0.0
            if cells.rise_x.size > 1:
                zx, zy = cells.rise_x[c], cells.rise_y[c]
            rise = zx * step_x + zy * step_y
            part = e / sqrt(1.0 + rise * rise)
            cells.slowness[c] = cell_size_m / (rate * (1.0 - e))
            cells.drift_x[c] = part * (step_x + zx * rise)
            cells.drift_y[c] = part * (step_y + zy * rise)
            heat[c] = burns[i, j]

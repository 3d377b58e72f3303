"""How much of each cell has burnt, and how far the front has come, between the arrivals at cell centres."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from firesim.compiled import kernel
from firesim.fire.cells import OPEN, SOURCE, Cells, Indices
from firesim.fire.queue import LATER, NEAR, Queue

Window = tuple[int, int, int, int]


@kernel
def burnt_share(ahead_s: float, gradient_x: float, gradient_y: float) -> float:
    """Share of a unit square behind a straight front that passed its centre `ahead_s` ago. [0-1]

    Exact for a plane front: the share is the distribution of the sum of two uniform variables.
    """
    p, q = abs(gradient_x), abs(gradient_y)
    if p < q:
        p, q = q, p
    reach = abs(ahead_s)
    if 2.0 * reach >= p + q:
        share = 0.0
    elif 2.0 * reach <= p - q:
        share = 0.5 - reach / p
    else:
        corner = 0.5 * (p + q) - reach
        share = corner * corner / (2.0 * p * q)
    return 1.0 - share if ahead_s >= 0.0 else share


@kernel
def burnt_cells(cells: Cells, stride: int, window: Window, at_s: float) -> float:
    """Area burnt by a time, in cells, parts of cells counted.  Cells not yet reached count by what they expect.

    window: first and past-the-last row, first and past-the-last column of where fire has come, rim not counted.
    """
    total = 0.0
    for row in range(window[0], window[1]):
        for c in range((row + 1) * stride + window[2] + 1, (row + 1) * stride + window[3] + 1):
            if isfinite(cells.arrival_s[c]):
                total += burnt_share(at_s - cells.arrival_s[c], cells.gradient_x[c], cells.gradient_y[c])
    return total


@kernel
def burnt_between(cells: Cells, stride: int, window: Window, after_s: float, until_s: float) -> Indices:
    """Numbers of the cells that burn after one time and by another, row by row; window: as in `burnt_cells`."""
    arrival_s = cells.arrival_s  # taken out once: the reference is counted at each use of an array out of a tuple
    found = np.empty((window[1] - window[0]) * (window[3] - window[2]), np.int32)
    n = 0
    for row in range(window[0], window[1]):
        for c in range((row + 1) * stride + window[2] + 1, (row + 1) * stride + window[3] + 1):
            if after_s < arrival_s[c] <= until_s:
                found[n] = c
                n += 1
    return found[:n].copy()


@kernel
def farthest(cells: Cells, stride: int, at_s: float, from_x: float, from_y: float) -> float:
    """Greatest distance of the front from a point at a time. [cells]; the point in columns and rows from the corner.

    Each burnt cell reaches on from its centre along its ray, by the time since, no farther than the next cell, and
    only to its own edge where that one cannot burn.
    """
    greatest = 0.0
    for c in range(stride, cells.mark.size - stride):
        since = at_s - cells.arrival_s[c]
        if not since >= 0.0:
            continue
        dx = (c % stride) - 0.5 - from_x
        dy = (c // stride) - 0.5 - from_y
        gx, gy, w = cells.gradient_x[c], cells.gradient_y[c], cells.slowness[c]
        if not cells.mark[c] & SOURCE and isfinite(w):
            zx, zy = 0.0, 0.0
            if cells.rise_x.size > 1:
                zx, zy = cells.rise_x[c], cells.rise_y[c]
            # The ray solves gradient = w ((d + z (z.d)) / |d| - f) for the direction d.
            ux, uy = gx / w + cells.drift_x[c], gy / w + cells.drift_y[c]
            along = (zx * ux + zy * uy) / (1.0 + zx * zx + zy * zy)
            ux, uy = ux - zx * along, uy - zy * along
            length = sqrt(ux * ux + uy * uy)
            pace = gx * ux + gy * uy
            if length > 0.0 and pace > 0.0:
                reach = min(since * length / pace, 1.0)
                ahead = c + round(ux / length) + stride * round(uy / length)
                if not isfinite(cells.slowness[ahead]):
                    reach = min(reach, 0.5)
                dx += reach * ux / length
                dy += reach * uy / length
        greatest = max(greatest, sqrt(dx * dx + dy * dy))
    return greatest


@kernel
def is_enclosed(cells: Cells, queue: Queue) -> bool:
    """Whether no cell is waiting to burn: every entry of the queue is out of date."""
    for n in range(queue.counts[LATER]):
        cell = queue.later_cell[n]
        if cells.arrival_s[cell] == queue.later_s[n] and cells.mark[cell] & OPEN:
            return False
    return bool(queue.counts[NEAR] == 0)

"""What the front knows of each cell, in flat arrays for compiled loops.

The arrays have a rim of one unburnable cell around the grid, so that every cell has eight neighbours: cell (r, c)
of the grid is number (r + 1) stride + c + 1, with a stride of the grid's columns and two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.int32]

# Marks of a cell, bits of one byte. Far: neither open nor settled.
OPEN, SETTLED, SOURCE, HISTORY, BARE, BLOCKED, RIM, LINED = 1, 2, 4, 8, 16, 32, 64, 128

TILE_BITS = 4  # whether the spread of a cell is up to date is known by squares of 16 x 16 cells


class Cells(NamedTuple):
    """What is known of each cell; flat, rim included. Lengths in cells."""

    arrival_s: NDArray[np.float64]
    gradient_x: NDArray[np.float32]  # of arrival [s/cell]
    gradient_y: NDArray[np.float32]
    slowness: NDArray[np.float32]  # w of crossing.py [s/cell]; inf where nothing spreads
    drift_x: NDArray[np.float32]  # f of crossing.py
    drift_y: NDArray[np.float32]
    rise_x: NDArray[np.float32]  # z of crossing.py; one element where the ground is level
    rise_y: NDArray[np.float32]
    mark: NDArray[np.uint8]
    shut: NDArray[np.uint8]  # bit k: no way to neighbour k; 0 but for cells marked LINED; one element: there is none


class History(NamedTuple):
    """What spread was earlier in the cells at the front: the crossings that a change interrupted.

    Records of cell[i] are first[i] to first[i + 1] - 1, oldest first; each held until its time.
    """

    cell: NDArray[np.int32]
    first: NDArray[np.int32]
    until_s: NDArray[np.float64]
    slowness: NDArray[np.float32]
    drift_x: NDArray[np.float32]
    drift_y: NDArray[np.float32]


# The ring around a cell: neighbour k lies at (RING_X[k], RING_Y[k]); k + 4 is opposite.
RING_X = np.array([1, 1, 0, -1, -1, -1, 0, 1])
RING_Y = np.array([0, -1, -1, -1, 0, 1, 1, 1])


@kernel
def place_of(cell: int, stride: int) -> tuple[int, int]:
    """Row and column of a cell, rim included. Unsigned division of 32 bits takes a third of the time of Python's."""
    row = np.uint32(cell) // np.uint32(stride)
    return int(row), cell - int(row) * stride

"""The fire as one observer draws it: what they have seen burn from where they were, with the error of their hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.physics.sight import cells_in_sight
from firesim.place.grid import Grid
from firesim.place.shapes import points_of, rings_of

if TYPE_CHECKING:
    from firesim.place.terrain import Terrain
    from firesim.world.fire import TrueFire

Point = tuple[float, float]
Ring = list[Point]

_FLAME_M = 2.0  # a flame is looked for this high above its ground; a judgement
_MOST_POINTS = 200  # of a drawn ring; a hand or a machine draws no more, and the message stays short


class FireSketch:
    """What one observer knows of the outline of the fire. It only grows: what has burnt stays burnt."""

    def __init__(self, fire: TrueFire, terrain: Terrain, grid: Grid) -> None:
        self._fire = fire
        self._elevation_m = np.ascontiguousarray(terrain.elevation_m, dtype=np.float32)
        self._grid = grid
        self._known: NDArray[np.bool_] = np.zeros(grid.shape, dtype=bool)
        self._is_whole: tuple[float, bool] | None = None  # when it was last asked, and the answer

    def look(self, x_m: float, y_m: float, height_m: float, sight_m: float, now_s: float) -> bool:
        """Look around once; returns whether flames are in sight now.

        Easting, northing, height of the eye above the ground, how far one makes out flames. [m]
        """
        burning = self._seen(self._fire.flaming_cells(now_s), x_m, y_m, height_m, sight_m)
        if burning.size == 0:
            return False
        self._is_whole = None
        unknown = self._unknown_around(x_m, y_m, sight_m, now_s)
        self._known.ravel()[self._seen(unknown, x_m, y_m, height_m, sight_m)] = True
        self._known.ravel()[burning] = True
        return True

    def nearest_flame(self, x_m: float, y_m: float, height_m: float, sight_m: float, now_s: float) -> Point | None:
        """The nearest flame in sight of a point, to a cell; None: none is. Nothing is remembered of it. [m]"""
        burning = self._seen(self._fire.flaming_cells(now_s), x_m, y_m, height_m, sight_m)
        if burning.size == 0:
            return None
        cell_x_m, cell_y_m = self._centres(burning)
        nearest = int(np.argmin(np.hypot(cell_x_m - x_m, cell_y_m - y_m)))
        return float(cell_x_m[nearest]), float(cell_y_m[nearest])

    def outline(self, now_s: float) -> list[Ring]:
        """Closed rings of what is known to have burnt; empty when nothing has been seen. [m]

        Who has seen all of it draws it as it is, down to parts of a cell; who has seen a part draws that part.
        """
        if not self._known.any():
            return []
        if self.is_whole(now_s):
            return self._fire.rings(now_s)
        burnt = self._fire.burnt_window
        seen_s = np.where(self._known[burnt], self._fire.arrival_time_s[burnt], np.inf)
        return rings_of(seen_s, now_s, self._grid, (burnt[0].start, burnt[1].start))

    def is_whole(self, now_s: float) -> bool:
        """Whether all that has burnt by now has been seen, so that the edge closes all round."""
        if self._is_whole is None or self._is_whole[0] != now_s:
            window = self._fire.burnt_window
            is_unknown = (self._fire.arrival_time_s[window] <= now_s) & ~self._known[window]
            self._is_whole = (now_s, bool(self._known.any()) and not is_unknown.any())
        return self._is_whole[1]

    def _unknown_around(self, x_m: float, y_m: float, within_m: float, now_s: float) -> NDArray[np.int64]:
        """Flat cells that have burnt and that the observer has not seen, in a square about a point."""
        row, column = self._grid.cell_holding(x_m, y_m)
        span = int(within_m / self._grid.cell_size_m) + 2
        top, left = max(row - span, 0), max(column - span, 0)
        square = np.s_[top : max(row + span + 1, 0), left : max(column + span + 1, 0)]
        is_new = (np.asarray(self._fire.arrival_time_s)[square] <= now_s) & ~self._known[square]
        rows, columns = np.nonzero(is_new)
        return (rows + top) * self._grid.columns + columns + left

    def _seen(
        self, cells: NDArray[np.int64], x_m: float, y_m: float, height_m: float, sight_m: float
    ) -> NDArray[np.int64]:
        """Those of the flat cells within sight of a point, terrain between taken into account."""
        row, column = self._grid.position_of(x_m, y_m)
        return cells_in_sight(
            self._elevation_m, self._grid.cell_size_m, cells, column, row, height_m, sight_m, _FLAME_M
        )

    def _centres(self, cells: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._grid.centre_of(*self._grid.place_of(cells))


def drawn(rings: list[Ring], shift_x_m: float = 0.0, shift_y_m: float = 0.0) -> list[Ring]:
    """Rings as they are drawn: all shifted by the error of one's own position, with no more points than needed. [m]"""
    thinned = []
    for ring in rings:
        keep = ring[:: max(1, -(-len(ring) // _MOST_POINTS))]
        if keep[-1] != ring[-1]:
            keep = [*keep, ring[-1]]
        thinned.append([(x + shift_x_m, y + shift_y_m) for x, y in keep])
    return thinned


def middle_of(rings: list[Ring]) -> Point:
    """Mean of the points of the longest ring. [m]"""
    x_m, y_m = points_of([max(rings, key=len)])[:-1].mean(axis=0)
    return float(x_m), float(y_m)

"""Which mast is heard where, over the terrain.

Signals are worked out for the places that somebody asks about and remembered by cell, so a run pays for the
cells where people and devices are and not for the sea. What a cell is told never depends on what was asked
before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.link.masts import Mast
from firesim.link.parameters import LinkParameters
from firesim.physics.radio import PATH_LOSS_LAWS, SHADOWING_SD_LOS_DB, SHADOWING_SD_NLOS_DB, received_power_dbm
from firesim.physics.sight import line_of_sight
from firesim.place.grid import ROWS_PER_STEP_NORTH, Grid
from firesim.streams import Luck

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _MastColumns:
    """Masts as columns [mast, 1]: where, how high above the ground, how strong; fractional cell, ground below. [m]"""

    x_m: Floats
    y_m: Floats
    height_m: Floats
    eirp_dbm: Floats
    column: Floats
    row: Floats
    ground_m: Floats


@dataclass(frozen=True)
class _Points:
    """Places: where, how high above the ground [m], and in which cell. Arrays of one shape, or numbers: one place."""

    x_m: Floats | float
    y_m: Floats | float
    height_m: Floats | float
    row: Integers | int
    column: Integers | int


class Coverage:
    """Received power of every mast, kind of radio and place."""

    def __init__(
        self,
        masts: Sequence[Mast],
        grid: Grid,
        elevation_m: NDArray[np.floating],
        parameters: LinkParameters,
        luck: Luck,
    ) -> None:
        self._masts = list(masts)
        self._grid = grid
        self._elevation_m = np.ascontiguousarray(elevation_m, dtype=np.float32)
        self._parameters = parameters
        self._luck = luck
        self._by_cell_dbm: dict[str, NDArray[np.float32]] = {}

    def at_points_dbm(self, kind: str, x_m: ArrayLike, y_m: ArrayLike, height_m: ArrayLike) -> Floats:
        """Power of each mast at points above the ground; -inf off the map. [mast, point], dBm"""
        x, y, height = np.broadcast_arrays(
            np.atleast_1d(np.asarray(x_m, dtype=np.float64)), np.asarray(y_m, dtype=np.float64), np.asarray(height_m)
        )
        row, column = self._grid.cell_at(x, y)
        on_map = self._grid.holds(row, column)
        power_dbm = np.full((len(self._masts), x.size), -np.inf)
        if self._masts:
            points = _Points(x[on_map], y[on_map], height[on_map], row[on_map], column[on_map])
            power_dbm[:, on_map] = self._power_dbm(kind, points)
        return power_dbm

    def at_point_dbm(self, kind: str, x_m: float, y_m: float, height_m: float) -> Floats:
        """The same at one point. [mast], dBm"""
        row, column = self._grid.cell_holding(x_m, y_m)
        if not self._masts or not (0 <= row < self._grid.rows and 0 <= column < self._grid.columns):
            return np.full(len(self._masts), -np.inf)
        return self._power_dbm(kind, _Points(x_m, y_m, height_m, row, column))[:, 0]

    def at_cells_dbm(self, kind: str, x_m: ArrayLike, y_m: ArrayLike) -> Floats:
        """The same for a telephone in a hand at the centre of each point's cell, remembered. [mast, point], dBm"""
        known_dbm, cells = self._known(kind, x_m, y_m)
        return np.where(cells >= 0, known_dbm[:, cells], -np.inf).astype(np.float64)

    def strongest(
        self, kind: str, x_m: ArrayLike, y_m: ArrayLike, is_dark: NDArray[np.bool_], threshold_dbm: float
    ) -> NDArray[np.int64]:
        """The mast that is heard best there of those not dark, the first of equals; -1: none so well. [point]"""
        if not self._masts:
            return np.full(np.atleast_1d(x_m).size, -1, dtype=np.int64)
        return _strongest(*self._known(kind, x_m, y_m), is_dark, threshold_dbm)

    def _known(self, kind: str, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Power of each mast by cell, [mast, cell], known in the cells of these points; and those, -1: off the map."""
        row, column = self._grid.cell_at(np.atleast_1d(x_m), np.atleast_1d(y_m))
        on_map = self._grid.holds(row, column)
        cells = np.where(on_map, row * self._grid.columns + column, -1)
        known_dbm = self._by_cell_dbm.get(kind)
        if known_dbm is None:
            known_dbm = np.full((len(self._masts), self._grid.rows * self._grid.columns), np.nan, dtype=np.float32)
            self._by_cell_dbm[kind] = known_dbm
        if self._masts:
            wanted = cells[on_map]
            new = np.unique(wanted[np.isnan(known_dbm[0, wanted])])
            if new.size:
                centre_x_m, centre_y_m = self._grid.centre_of(*np.divmod(new, self._grid.columns))
                height_m = self._parameters.phone_height_m
                known_dbm[:, new] = self.at_points_dbm(kind, centre_x_m, centre_y_m, height_m)
        return known_dbm, cells

    def _power_dbm(self, kind: str, points: _Points) -> Floats:
        """Power of each mast at points on the map. [mast, point], dBm"""
        radio, masts, height_m = self._parameters.radios()[kind], self._at_masts, points.height_m
        to_column, to_row = self._position(points)
        sees = line_of_sight(
            self._elevation_m, self._grid.cell_size_m,
            masts.column, masts.row, masts.height_m, to_column, to_row, height_m,
        )  # fmt: skip
        rise_m = masts.ground_m + masts.height_m - self._ground_m(points) - height_m
        law = PATH_LOSS_LAWS[self._parameters.path_loss]
        distance_m = np.hypot(points.x_m - masts.x_m, points.y_m - masts.y_m)
        loss_db = law(distance_m, radio.frequency_ghz, sees, masts.height_m, height_m, rise_m)
        eirp_dbm = masts.eirp_dbm if radio.eirp_dbm is None else radio.eirp_dbm
        return received_power_dbm(eirp_dbm, loss_db, self._shadowing_db(points, sees))

    @cached_property
    def _at_masts(self) -> _MastColumns:
        """The masts as columns that broadcast against points. [mast, 1]"""
        x_m, y_m, height_m, eirp_dbm = (
            np.array([[getattr(mast, name)] for mast in self._masts], dtype=np.float64)
            for name in ("x_m", "y_m", "height_m", "eirp_dbm")
        )
        points = _Points(x_m, y_m, height_m, *self._grid.cell_at(x_m, y_m))
        column, row = self._position(points)
        return _MastColumns(x_m, y_m, height_m, eirp_dbm, column, row, self._ground_m(points))

    def _shadowing_db(self, points: _Points, sees: NDArray[np.bool_]) -> Floats:
        """How much better than the median each cell is, by luck of its own. [mast, point]

        One draw a cell: shadowing is alike over some 40 m (37 and 50 m in TR 38.901 table 7.5-6), about a cell.
        """
        if not self._parameters.shadowing or sees.size == 0:
            return np.zeros(sees.shape)
        sd_db = np.where(sees, SHADOWING_SD_LOS_DB, SHADOWING_SD_NLOS_DB)
        cell = points.row * self._grid.columns + points.column
        better: Floats = np.array([self._luck.normal(f"shadowing/{mast.mast}", cell) for mast in self._masts])
        return sd_db * better.reshape(sees.shape)

    def _position(self, points: _Points) -> tuple[Floats, Floats]:
        """Fractional column and row of points: the cell's centre, plus what lies between it and the point."""
        centre_x_m, centre_y_m = self._grid.centre_of(points.row, points.column)
        cell_size_m = self._grid.cell_size_m
        east, north = (points.x_m - centre_x_m) / cell_size_m, (points.y_m - centre_y_m) / cell_size_m
        return points.column + 0.5 + east, points.row + 0.5 + ROWS_PER_STEP_NORTH * north

    def _ground_m(self, points: _Points) -> Floats:
        """Height of the cell under each point. [m]"""
        ground_m: Floats = self._elevation_m[points.row, points.column].astype(np.float64)
        return ground_m


@kernel
def _strongest(
    known_dbm: NDArray[np.float32], cells: NDArray[np.int64], is_dark: NDArray[np.bool_], threshold_dbm: float
) -> NDArray[np.int64]:
    """`Coverage.strongest` of cells, by the power of each mast in every cell. [mast, cell]"""
    found = np.full(cells.size, -1, np.int64)
    for n in range(cells.size):
        best_dbm = -np.inf
        for mast in range(known_dbm.shape[0]):
            if cells[n] >= 0 and not is_dark[mast] and known_dbm[mast, cells[n]] > best_dbm:
                best_dbm, found[n] = known_dbm[mast, cells[n]], mast
        if best_dbm < threshold_dbm:
            found[n] = -1
    return found

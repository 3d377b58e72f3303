"""Which mast is heard where, over the terrain.

Signals are worked out for the places that somebody asks about and remembered by cell, so a run pays for the
cells where people and devices are and not for the sea. What a cell is told never depends on what was asked
before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.link.masts import Mast
from firesim.link.parameters import LinkParameters
from firesim.physics.radio import SHADOWING_SD_LOS_DB, SHADOWING_SD_NLOS_DB, path_loss_db, received_power_dbm
from firesim.physics.sight import sees
from firesim.place.grid import Grid, position_on
from firesim.streams import Luck

Floats = NDArray[np.float64]


class _MastColumns(NamedTuple):
    """The masts, a column each: where, how high above the ground [m], how strong [dBm]. [mast]"""

    x_m: Floats
    y_m: Floats
    height_m: Floats
    eirp_dbm: Floats


class Coverage:
    """Received power of every mast, kind of radio and place. All masts stand on the map."""

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
            np.atleast_1d(np.asarray(x_m, dtype=np.float64)),
            np.asarray(y_m, dtype=np.float64),
            np.asarray(height_m, dtype=np.float64),
        )
        row, column = self._grid.cell_at(x, y)
        on_map = self._grid.holds(row, column)
        power_dbm = np.full((len(self._masts), x.size), -np.inf)
        if self._masts:
            cells = (row * self._grid.columns + column)[on_map]
            power_dbm[:, on_map] = self._power_dbm(kind, x[on_map], y[on_map], height[on_map], cells)
        return power_dbm

    def at_point_dbm(self, kind: str, x_m: float, y_m: float, height_m: float) -> Floats:
        """The same at one point. [mast], dBm"""
        row, column = self._grid.cell_holding(x_m, y_m)
        if not self._masts or not (0 <= row < self._grid.rows and 0 <= column < self._grid.columns):
            return np.full(len(self._masts), -np.inf)
        here = (np.array([x_m]), np.array([y_m]), np.array([height_m]))
        return self._power_dbm(kind, *here, row * self._grid.columns + column)[:, 0]

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

    def _power_dbm(
        self, kind: str, x_m: Floats, y_m: Floats, height_m: Floats, cells: NDArray[np.integer] | int
    ) -> Floats:
        """Power of each mast at points on the map: where, how high above the ground [m], in which flat cells. [point]

        A single cell stands for the only point. [mast, point], dBm
        """
        radio, masts, grid = self._parameters.radios()[kind], self._columns, self._grid
        corner, is_rural = (grid.x_west_m, grid.y_north_m, grid.cell_size_m), self._parameters.path_loss == "rma"
        sees_it, loss_db = _from_masts(
            self._elevation_m, corner, masts.x_m, masts.y_m, masts.height_m, x_m, y_m, height_m,
            is_rural, radio.frequency_ghz,
        )  # fmt: skip
        eirp_dbm = masts.eirp_dbm[:, None] if radio.eirp_dbm is None else radio.eirp_dbm
        return received_power_dbm(eirp_dbm, loss_db, self._shadowing_db(cells, sees_it))

    @cached_property
    def _columns(self) -> _MastColumns:
        return _MastColumns(
            *(
                np.array([getattr(mast, name) for mast in self._masts], dtype=np.float64)
                for name in _MastColumns._fields
            )
        )

    def _shadowing_db(self, cells: NDArray[np.integer] | int, sees_it: NDArray[np.bool_]) -> Floats:
        """How much better than the median each cell is, by luck of its own. [mast, point]

        One draw a cell: shadowing is alike over some 40 m (37 and 50 m in TR 38.901 table 7.5-6), about a cell.
        """
        if not self._parameters.shadowing or sees_it.size == 0:
            return np.zeros(sees_it.shape)
        sd_db = np.where(sees_it, SHADOWING_SD_LOS_DB, SHADOWING_SD_NLOS_DB)
        better: Floats = np.array([self._luck.normal(f"shadowing/{mast.mast}", cells) for mast in self._masts])
        return sd_db * better.reshape(sees_it.shape)


@kernel
def _from_masts(
    elevation_m: NDArray[np.float32], corner: tuple[float, float, float],
    mast_x_m: Floats, mast_y_m: Floats, mast_height_m: Floats, x_m: Floats, y_m: Floats, height_m: Floats,
    is_rural: bool, frequency_ghz: float,
) -> tuple[NDArray[np.bool_], Floats]:  # fmt: skip
    """Whether each mast sees each point, and the path loss between them. [mast, point], dB

    corner: western and northern edge of the grid and size of its cells; all heights above the ground of the cell.
    """
    sees_it, loss_db = np.empty((mast_x_m.size, x_m.size), np.bool_), np.empty((mast_x_m.size, x_m.size))
    for i in range(mast_x_m.size):
        mast_row, mast_column = position_on(*corner, mast_x_m[i], mast_y_m[i])
        top_m = elevation_m[int(mast_row), int(mast_column)] + mast_height_m[i]
        for k in range(x_m.size):
            row, column = position_on(*corner, x_m[k], y_m[k])
            sees_it[i, k] = sees(
                elevation_m, corner[2], mast_column, mast_row, mast_height_m[i], column, row, height_m[k]
            )
            distance_m = np.hypot(x_m[k] - mast_x_m[i], y_m[k] - mast_y_m[i])
            rise_m = top_m - elevation_m[int(row), int(column)] - height_m[k]
            loss_db[i, k] = path_loss_db(
                is_rural, distance_m, frequency_ghz, sees_it[i, k], mast_height_m[i], height_m[k], rise_m
            )
    return sees_it, loss_db


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

"""Where the rows of a table lie on the map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.tables import Table
from firesim.place.grid import Grid

Floats = NDArray[np.float64]

OFF_GRID_REMEDY = "Correct longitude and latitude (WGS84 degrees), or widen place.extent."
_FAR_M = 1e18  # where a place without finite coordinates is put: off every grid


def positions(table: Table, grid: Grid, on_grid: bool = True) -> tuple[Floats, Floats]:
    """Columns `lon` and `lat` as metres of the map; a point off the grid is a problem if `on_grid`. [row]"""
    longitude = table.numbers("lon", -180.0, 180.0, meaning="degrees east, WGS84")
    latitude = table.numbers("lat", -90.0, 90.0, meaning="degrees north, WGS84")
    x_m, y_m = grid.from_lon_lat(longitude, latitude)
    if on_grid:
        known = np.isfinite(longitude) & np.isfinite(latitude)
        for index in np.flatnonzero(known & ~grid.holds(*grid.cell_at(_finite(x_m), _finite(y_m)))):
            value = [float(longitude[index]), float(latitude[index])]
            table.note(int(index), "lon, lat", value, "The point lies off the grid.", OFF_GRID_REMEDY)
    return x_m, y_m


def _finite(metres: Floats) -> Floats:
    return np.nan_to_num(metres, nan=-_FAR_M, posinf=-_FAR_M, neginf=-_FAR_M)

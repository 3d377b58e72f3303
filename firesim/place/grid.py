"""Cells, metres, longitude and latitude; the one place that knows that row 0 is the north edge.

Arrays over the grid are [y, x]. Metres are those of the projected CRS: x (easting) grows toward the east,
y (northing) toward the north. Elsewhere in firesim a direction is an angle clockwise from north, and only
this file turns it into rows and columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ROWS_PER_STEP_NORTH = -1  # row 0 is north, so one cell to the north is one row less


@dataclass(frozen=True)
class Grid:
    """Square cells over a rectangle of a projected map.

    `x_west_m`, `y_south_m` are the outer corner of the south-west cell; `crs` is an authority code such as
    "EPSG:2100", or None for a plain without a place on Earth.
    """

    rows: int
    columns: int
    cell_size_m: float
    x_west_m: float
    y_south_m: float
    crs: str | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.rows, self.columns)

    @cached_property
    def x_east_m(self) -> float:
        """Easting of the eastern edge. [m]"""
        return self.x_west_m + self.columns * self.cell_size_m

    @cached_property
    def y_north_m(self) -> float:
        """Northing of the northern edge. [m]"""
        return self.y_south_m + self.rows * self.cell_size_m

    @property
    def cell_area_m2(self) -> float:
        """Area of a cell. [m2]"""
        return self.cell_size_m**2

    @cached_property
    def x_centres_m(self) -> Floats:
        """Easting of each column's centre, west to east. [columns]"""
        return self.x_west_m + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell_size_m

    @cached_property
    def y_centres_m(self) -> Floats:
        """Northing of each row's centre, north to south as the rows are. [rows]"""
        return self.y_north_m - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_size_m

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return (self.x_west_m, self.y_south_m, self.x_east_m, self.y_north_m)

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """The six numbers of the affine transform from (column, row) to metres, as GeoTIFF writes them."""
        return (self.cell_size_m, 0.0, self.x_west_m, 0.0, -self.cell_size_m, self.y_north_m)

    def cell_at(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[Integers, Integers]:
        """Row and column of the cell that holds each point; off the grid they fall outside `shape`."""
        column = np.floor((np.asarray(x_m, dtype=float) - self.x_west_m) / self.cell_size_m)
        row = np.floor((self.y_north_m - np.asarray(y_m, dtype=float)) / self.cell_size_m)
        return row.astype(np.int64), column.astype(np.int64)

    def cell_holding(self, x_m: float, y_m: float) -> tuple[int, int]:
        """The same of one point, without arrays."""
        return floor((self.y_north_m - y_m) / self.cell_size_m), floor((x_m - self.x_west_m) / self.cell_size_m)

    def position_at(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[Floats, Floats]:
        """Fractional row and column of points: cell (r, c) spans r to r + 1 from north, c to c + 1 from west."""
        column = (np.asarray(x_m, dtype=float) - self.x_west_m) / self.cell_size_m
        row = (self.y_north_m - np.asarray(y_m, dtype=float)) / self.cell_size_m
        return row, column

    def position_of(self, x_m: float, y_m: float) -> tuple[float, float]:
        """The same of one point, without arrays."""
        return (self.y_north_m - y_m) / self.cell_size_m, (x_m - self.x_west_m) / self.cell_size_m

    def place_of(self, flat_cell: Integers) -> tuple[Integers, Integers]:
        """Row and column of cells of the grid from their flat index, row * columns + column."""
        row = flat_cell // self.columns  # quick, as numpy's divmod is not
        return row, flat_cell - row * self.columns

    def centre_of(self, row: ArrayLike, column: ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing of cell centres. [m]"""
        x_m = self.x_west_m + (np.asarray(column) + 0.5) * self.cell_size_m
        y_m = self.y_north_m - (np.asarray(row) + 0.5) * self.cell_size_m
        return x_m, y_m

    def middle_of(self, row: int, column: int) -> tuple[float, float]:
        """The same of one cell, without arrays."""
        return self.x_west_m + (column + 0.5) * self.cell_size_m, self.y_north_m - (row + 0.5) * self.cell_size_m

    def holds(self, row: ArrayLike, column: ArrayLike) -> NDArray[np.bool_]:
        """Whether each cell lies on the grid."""
        row, column = np.asarray(row), np.asarray(column)
        return (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)

    def to_lon_lat(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude (WGS84) of points on the map. [degrees]

        A grid without a CRS is a plain: its metres come back unchanged.
        """
        if self.crs is None:
            return np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float)
        longitude, latitude = _transformer(self.crs, "EPSG:4326").transform(x_m, y_m)
        return np.asarray(longitude), np.asarray(latitude)

    def from_lon_lat(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing of points given in longitude and latitude (WGS84). [m]"""
        if self.crs is None:
            return np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
        x_m, y_m = _transformer("EPSG:4326", self.crs).transform(longitude, latitude)
        return np.asarray(x_m), np.asarray(y_m)

    def coarser(self, factor: int) -> Grid:
        """The grid whose cells are `factor` by `factor` of these, from the same north-west corner.

        Rows and columns that do not fill a whole coarse cell at the south and east edges are left off.
        """
        rows, columns, size_m = self.rows // factor, self.columns // factor, self.cell_size_m * factor
        return Grid(rows, columns, size_m, self.x_west_m, self.y_north_m - rows * size_m, self.crs)


@kernel
def position_on(x_west_m: float, y_north_m: float, cell_size_m: float, x_m: float, y_m: float) -> tuple[float, float]:
    """`Grid.position_of` for compiled loops."""
    return (y_north_m - y_m) / cell_size_m, (x_m - x_west_m) / cell_size_m


def _transformer(source: str, target: str):  # type: ignore[no-untyped-def]
    from pyproj import Transformer

    key = (source, target)
    if key not in _TRANSFORMERS:
        _TRANSFORMERS[key] = Transformer.from_crs(source, target, always_xy=True)
    return _TRANSFORMERS[key]


_TRANSFORMERS: dict[tuple[str, str], object] = {}


def direction_deg(east: ArrayLike, north: ArrayLike) -> Floats:
    """Direction of a vector, clockwise from north, in [0, 360). [degrees]"""
    return np.degrees(np.arctan2(east, north)) % 360.0


def east_north(toward_deg: ArrayLike) -> tuple[Floats, Floats]:
    """Unit vector (east, north) that points toward a direction clockwise from north."""
    angle = np.radians(np.asarray(toward_deg, dtype=float))
    return np.sin(angle), np.cos(angle)


@lru_cache(maxsize=1024)
def heading(toward_deg: float) -> tuple[float, float]:
    """The same of one direction, kept: everybody asks for the few directions of one day's wind."""
    east, north = east_north(toward_deg)
    return float(east), float(north)


def column_row(toward_deg: ArrayLike) -> tuple[Floats, Floats]:
    """Unit step (columns, rows) on any grid toward a direction clockwise from north."""
    east, north = east_north(toward_deg)
    return east, ROWS_PER_STEP_NORTH * north

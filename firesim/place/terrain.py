"""The shape of the ground: elevation, slope, aspect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.inputs.problems import Problems
from firesim.inputs.tables import read_table
from firesim.place.grid import Grid, direction_deg
from firesim.place.positions import positions
from firesim.place.rasters import read_raster
from firesim.place.shapes import points_along

if TYPE_CHECKING:
    from shapely import Polygon

Floats = NDArray[np.float64]
Layer = NDArray[np.float32]

COAST_SPACING_M = 120.0  # the spacing at which the spot heights of Skiathos were chosen and checked
LOWEST_M, HIGHEST_M = -450.0, 8_900.0  # the Dead Sea shore and Everest, with a margin


@dataclass(frozen=True)
class Terrain:
    """Elevation and its slope. Arrays [y, x], float32.

    `slope_deg` is the angle from level [degrees]; `aspect_deg` is where the slope faces downhill, clockwise
    from north [degrees], 0 on level ground.
    """

    elevation_m: Layer
    slope_deg: Layer
    aspect_deg: Layer


def terrain_of(elevation_m: ArrayLike, cell_size_m: float) -> Terrain:
    """The terrain of an elevation field [y, x], row 0 north. [m]"""
    elevation = np.asarray(elevation_m, dtype=np.float64)
    slope_deg, aspect_deg = slope_and_aspect(elevation, cell_size_m)
    return Terrain(*(layer.astype(np.float32) for layer in (elevation, slope_deg, aspect_deg)))


def slope_and_aspect(elevation_m: Floats, cell_size_m: float) -> tuple[Floats, Floats]:
    """How steep each cell is and where it faces.

    Parameters
    ----------
    elevation_m : [y, x]
        Row 0 is north. [m]
    cell_size_m : float
        Side of a cell. [m]

    Returns
    -------
    slope_deg, aspect_deg : [y, x]
        Angle from level, and direction of steepest descent clockwise from north, in [0, 360). [degrees]
        Level ground has aspect 0.

    Notes
    -----
    Differences over the eight neighbours, the nearer ones counted twice: Horn 1981, "Hill shading and the
    reflectance map", Proc. IEEE 69(1), third-order weights. At the edge of the grid the outermost cells are
    carried on at their own gradient, so a plane keeps its slope up to the edge.
    """
    return facing(*rise_of(elevation_m, cell_size_m))


def rise_of(elevation_m: Floats, cell_size_m: float) -> tuple[Floats, Floats]:
    """Rise per metre toward the east and toward the north, see `slope_and_aspect`. [y, x], -"""
    padded = np.pad(elevation_m, 1, mode="reflect", reflect_type="odd")
    north, middle, south = padded[:-2], padded[1:-1], padded[2:]
    weights = 8.0 * cell_size_m
    across = north + 2.0 * middle + south
    rise_east = (across[:, 2:] - across[:, :-2]) / weights
    along = padded[:, :-2] + 2.0 * padded[:, 1:-1] + padded[:, 2:]
    rise_north = (along[:-2] - along[2:]) / weights
    return rise_east, rise_north


def facing(rise_east: Floats, rise_north: Floats) -> tuple[Floats, Floats]:
    """Slope and aspect, see `slope_and_aspect`, of ground that rises so. [degrees]"""
    slope_deg = np.degrees(np.arctan(np.hypot(rise_east, rise_north)))
    # The added zero turns -0 into 0, so that level ground faces 0 and not 180.
    return slope_deg, direction_deg(0.0 - rise_east, 0.0 - rise_north)


def read_spot_heights(path: Path, grid: Grid, problems: Problems, field: str = "elevation") -> Floats | None:
    """Spot heights from a table `lon, lat, elevation_m`: easting, northing, elevation. [n, 3] m"""
    table = read_table(field, path, ("lon", "lat", "elevation_m"), problems)
    if table is None:
        return None
    x_m, y_m = positions(table, grid, on_grid=False)  # a height just beyond the edge still shapes the surface
    spots = np.column_stack([x_m, y_m, table.numbers("elevation_m", LOWEST_M, HIGHEST_M)])
    _, first, count = np.unique(spots[:, :2], axis=0, return_index=True, return_counts=True)
    for row in first[count > 1]:
        table.note(int(row), "lon, lat", spots[row, :2].tolist(), "Two spot heights share a place.", "Keep one.")
    return spots


def terrain_from_spot_heights(
    grid: Grid, coast: Sequence[Polygon], spot_xyz: Floats, is_land: NDArray[np.bool_]
) -> Terrain:
    """A smooth surface through spot heights and the coast at 0 m.

    Parameters
    ----------
    grid : Grid
        Where to work the surface out.
    coast : sequence of polygons
        The land, in metres of the map.
    spot_xyz : [n, 3]
        Easting, northing, elevation. [m]
    is_land : bool [y, x]
        The surface is worked out here; everywhere else is sea at 0 m.

    Notes
    -----
    Clough & Tocher's piecewise cubic on a Delaunay triangulation, gradients chosen for least curvature
    (Nielson 1983; Renka & Cline 1984), as scipy does it. It is smooth across triangles and honours every
    height. It may dip below 0 just inside the coast: such cells are put at 0. Land outside the hull of all
    points (a corner of an islet between two coast points) is at 0 too.
    """
    from scipy.interpolate import CloughTocher2DInterpolator

    rings = [np.asarray(ring.coords)[:, :2] for shape in coast for ring in (shape.exterior, *shape.interiors)]
    shore = np.vstack([points_along(ring, COAST_SPACING_M) for ring in rings] or [np.empty((0, 2))])
    places = np.vstack([spot_xyz[:, :2], shore])
    heights = np.concatenate([spot_xyz[:, 2], np.zeros(len(shore))])
    # About the middle of the grid and in kilometres: the triangulation keeps more digits.
    middle = np.array([grid.x_west_m + grid.x_east_m, grid.y_south_m + grid.y_north_m]) / 2.0
    surface = CloughTocher2DInterpolator((places - middle) / 1e3, heights)
    row, column = np.nonzero(is_land)
    centres = np.column_stack(grid.centre_of(row, column))
    elevation_m = np.zeros(grid.shape)
    elevation_m[row, column] = np.maximum(np.nan_to_num(surface((centres - middle) / 1e3), nan=0.0), 0.0)
    return terrain_of(elevation_m, grid.cell_size_m)


def terrain_from_raster(
    grid: Grid, path: Path, is_land: NDArray[np.bool_], problems: Problems, field: str = "elevation"
) -> Terrain | None:
    """The terrain of a user's elevation raster on the same grid; None with problems noted.

    Sea cells are put at 0 m whatever the raster holds there; a land cell without data is a problem.
    """
    elevation_m = read_raster(field, path, grid, problems)
    if elevation_m is None:
        return None
    missing = is_land & ~np.isfinite(elevation_m)
    if missing.any():
        row, column = (int(index[0]) for index in np.nonzero(missing))
        message = f"{int(missing.sum())} land cells have no data, the first in row {row}, column {column}."
        problems.add(field, "nodata", message, "Fill them: gdal_fillnodata.py IN.tif OUT.tif", str(path))
        return None
    used = elevation_m[is_land]
    if used.size and not (used.min() >= LOWEST_M and used.max() <= HIGHEST_M):
        value = [float(used.min()), float(used.max())]
        message = f"Elevations must lie between {LOWEST_M:g} and {HIGHEST_M:g} m."
        problems.add(field, value, message, "Give metres, and mark missing cells as nodata.", str(path))
        return None
    return terrain_of(np.where(is_land, elevation_m, 0.0), grid.cell_size_m)

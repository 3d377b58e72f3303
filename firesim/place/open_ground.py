"""The ground as outlines: where people could wait because nothing burns there, and where fuel stands.

Cells of 30 m say little of a beach that is 25 m deep, so the polygons of the land cover are used as they were drawn.
A raster has none: there a cell is a square, and ground is known to half a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.landcover import SEA, FuelTable, LandCover

if TYPE_CHECKING:
    from shapely import Polygon

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
HeightOf = Callable[[int, float], float]  # fuel model and canopy height [m] -> vegetation height [m], 0: burns not


@dataclass(frozen=True)
class Cover:
    """Ground of one cover, and what of it matters to people who wait and to fire.

    `shape` is a shapely geometry in metres of the map; `room_m2` the ground that one person takes up, `inf` where
    nobody can wait; `fuel_height_m` the height of its vegetation, 0 where nothing burns.
    """

    code: int
    shape: Any
    room_m2: float
    fuel_height_m: float
    is_built: bool


def covers_of(landcover: LandCover, grid: Grid, coast: Sequence[Polygon], height_of: HeightOf) -> list[Cover]:
    """The ground in outlines: open covers, on which people can wait, and fuels; anything else is left out.

    Notes
    -----
    From polygons: inside the coast, a later one covering those before it. Slivers that no polygon holds belong to
    none. From a raster: squares, a code's cells joined.
    """
    meaning = landcover.meaning
    if meaning is None:
        return []
    shapes = _drawn(landcover, coast) if landcover.drawn else _of_cells(landcover, grid)
    covers = [_cover(code, shape, meaning, height_of) for code, shape in shapes if not shape.is_empty]
    return [cover for cover in covers if np.isfinite(cover.room_m2) or cover.fuel_height_m > 0.0]


def _cover(code: int, shape: Any, meaning: FuelTable, height_of: HeightOf) -> Cover:
    canopy_m = float(meaning.canopy["canopy_height_m"][code])
    height_m = height_of(int(meaning.fuel_model[code]), canopy_m)
    is_open = height_m == 0.0 and bool(meaning.is_dry[code])
    room_m2 = float(meaning.room_m2[code]) if is_open else np.inf
    return Cover(code, shape, room_m2, height_m, bool(meaning.is_built[code]))


def _drawn(landcover: LandCover, coast: Sequence[Polygon]) -> list[tuple[int, Any]]:
    """Polygons as drawn, clipped to the coast, each without what later ones cover."""
    import shapely

    codes = [code for code, _ in landcover.drawn]
    shapes = np.array([shapely.Polygon(rings[0], rings[1:]) for _, rings in landcover.drawn], dtype=object)
    wrong = ~shapely.is_valid(shapes)
    # A ring that crosses itself is read by the even-odd rule, as the cells were.
    shapes[wrong] = shapely.make_valid(shapes[wrong])
    land = shapely.union_all(list(coast))
    shapely.prepare(land)
    outside = ~shapely.contains(land, shapes)
    shapes[outside] = shapely.intersection(shapes[outside], land)
    lower, upper = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    over = lower < upper
    overlaps = np.zeros(len(lower), bool)
    overlaps[over] = ~shapely.touches(shapes[lower[over]], shapes[upper[over]])
    result = []
    for index, code in enumerate(codes):
        above = upper[overlaps & (lower == index)]
        shape = shapes[index]
        result.append((code, shapely.difference(shape, shapely.union_all(shapes[above])) if len(above) else shape))
    return result


def _of_cells(landcover: LandCover, grid: Grid) -> list[tuple[int, Any]]:
    """Every code's cells as squares, joined."""
    import shapely

    result = []
    for code in np.unique(landcover.corine[landcover.is_land]).tolist():
        if code == SEA:
            continue
        west, east, row = _runs(landcover.is_land & (landcover.corine == code))
        x_m, y_m, size_m = grid.x_west_m, grid.y_north_m, grid.cell_size_m
        boxes = shapely.box(
            x_m + west * size_m, y_m - (row + 1) * size_m, x_m + east * size_m, y_m - row * size_m
        )  # fmt: skip
        result.append((int(code), shapely.union_all(boxes)))
    return result


def _runs(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Runs of cells along each row: first column, column after the last, row."""
    edge = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, west = np.nonzero(edge == 1)
    _, east = np.nonzero(edge == -1)
    return west, east, row


def rings_in(shape: Any) -> list[list[tuple[float, float]]]:
    """Closed rings of a polygon or several: outer ones counterclockwise, holes clockwise."""
    import shapely

    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    oriented = [shapely.geometry.polygon.orient(part) for part in polygons]
    return [
        [(float(x), float(y)) for x, y, *_ in ring.coords]
        for part in oriented
        for ring in (part.exterior, *part.interiors)
    ]


def polygon_of(rings: Sequence[Sequence[tuple[float, float]]]) -> Any:
    """The shape of such rings: the outer ones without the holes."""
    import shapely

    polygons = [shapely.Polygon(ring) for ring in rings]
    outer = [polygon for polygon in polygons if shapely.is_ccw(polygon.exterior)]
    holes = [polygon for polygon in polygons if not shapely.is_ccw(polygon.exterior)]
    return shapely.difference(shapely.union_all(outer), shapely.union_all(holes))


def points_in(shape: Any, about: int) -> Floats:
    """Some `about` points spread evenly over a polygon or several, at least one. [n, 2] m

    The middles of squares whose corners lie on a lattice through the middle of the shape's box, so that turning the
    map by a right angle turns the points with it.
    """
    import shapely

    west, south, east, north = shape.bounds
    step_m = max(float(np.sqrt(shape.area / about)), 1.0)
    x, y = (_lattice(low, high, step_m) for low, high in ((west, east), (south, north)))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    shapely.prepare(shape)
    inside: Floats = points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]
    if len(inside):
        return inside
    middle = shapely.point_on_surface(shape)
    return np.array([[middle.x, middle.y]])


def _lattice(low: float, high: float, step_m: float) -> Floats:
    half = int(np.ceil((high - low) / 2.0 / step_m))
    return np.asarray((low + high) / 2.0 + (np.arange(-half, half) + 0.5) * step_m, dtype=np.float64)

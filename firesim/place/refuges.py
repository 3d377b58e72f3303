"""Refuges worked out from the land cover: ground that does not burn, far enough from what does.

A refuge is a connected patch of ground beyond the distance that every fuel around it demands. How far that is, is a
law of fire (8 x vegetation height x slope-wind factor) and comes from outside: the map knows no fire. Ground that is
open but nearer to fuel is a last resort. The table of refuges names and places what is found; it decides nothing
unless it says `override`.

Errors: distances between outlines are exact up to the outlines themselves (a hand-drawn land cover is off by 50 m
and more) and 0.2 % where a distance goes round a corner; on a raster of the user's own, half a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from firesim.parameters import NotNegative, Parameters
from firesim.place.grid import Grid
from firesim.place.landcover import SAND, LandCover
from firesim.place.open_ground import Cover, covers_of, points_in, polygon_of, rings_in
from firesim.place.roads import Roads
from firesim.place.settlement import NamedPlace, Refuge
from firesim.place.terrain import Terrain

Floats = NDArray[np.float64]

NAMED_WITHIN_M = 100.0  # a row of the table means the ground within so far of its point: what its places are good to
ROAD_WITHIN_M = 500.0  # ground further than this from every road node is not reached in time; as for the table's rows
QUADRANT = 16  # chords in a quarter of a circle: a rounded corner is too near by 0.12 %
POINTS = 200  # looked at in each patch before its best points are looked at more finely
LEADING = 8  # of them: ridges of equal value have many
PORT, AIRPORT = 123, 124  # CORINE


class RefugeParameters(Parameters):
    """What makes ground a refuge."""

    rule: Literal["computed", "named"] = Field(
        default="computed", description="computed from land cover and terrain, or as the table names them; study factor"
    )
    burning_condition: Literal["low", "moderate", "extreme"] = Field(
        default="extreme", description="of the slope-wind factor: what summer days on which people flee are; judgement"
    )
    wind_class: Literal["day", "light", "moderate", "high"] = Field(
        default="day", description="of the slope-wind factor; day: that of the strongest hour of the scenario's day"
    )
    least_people: int = Field(default=50, ge=1, description="ground with less room is no refuge; judgement")
    least_width_m: NotNegative = Field(default=5.0, description="narrower ground is no refuge; judgement [m]")


class SeparationLaw(Protocol):
    """How far from fuel people have to stand; see `scenario/separation.py`."""

    def vegetation_height_m(self, fuel_model: int, canopy_height_m: float) -> float:
        """Height of what burns; 0 where nothing does. [m]"""

    def per_vegetation_height(self, slope_deg: float) -> float:
        """Distance that fuel demands, in heights of its vegetation."""

    def per_flame_length(self, slope_deg: float) -> float:
        """Distance that flames demand, in their lengths."""


@dataclass(frozen=True)
class Ground:
    """Open ground that belongs together, with a row of the table that names it, if one does."""

    shape: Any
    covers: list[Cover]
    row: Refuge | None

    def room(self, shape: Any) -> int:
        """People who find room on a part of it."""
        import shapely

        # Whole people; the thousandth is what coordinates lose on their way through longitude and latitude.
        return int(sum(shapely.intersection(shape, cover.shape).area / cover.room_m2 for cover in self.covers) + 1e-3)


def find_refuges(
    landcover: LandCover,
    terrain: Terrain,
    grid: Grid,
    coast: Sequence[Any],
    roads: Roads,
    rows: Sequence[Refuge],
    overrides: Sequence[str],
    names: Sequence[NamedPlace],
    law: SeparationLaw,
    parameters: RefugeParameters,
) -> list[Refuge]:
    """The refuges and last resorts of a map: first those that the table names, in its order.

    Parameters
    ----------
    landcover, terrain, grid, coast, roads
        The map; outlines from `landcover.drawn`, else from its cells.
    rows
        As the table has them: name, kind, place, node, and a capacity that holds under `override` or where the land
        cover is too coarse to show the ground (then as that of a last resort).
    overrides
        Names of the rows whose capacity stands whatever the ground is.
    names
        Places after which ground is called that no row names.
    law, parameters
        What separation fuel demands, and what else makes a refuge.
    """
    covers = covers_of(landcover, grid, coast, law.vegetation_height_m)
    fuels = [cover for cover in covers if cover.fuel_height_m > 0.0]
    found: list[Refuge] = []
    for ground in _grounds([cover for cover in covers if np.isfinite(cover.room_m2)], rows):
        found += _refuges_on(ground, fuels, _slope_deg(ground.shape, terrain, grid), law, parameters, len(rows) > 0)
    result = []
    for row in rows:
        mine = next((one for one in found if one.refuge == row.refuge), None)
        if mine is None:
            mine = replace(row, is_last_resort=True, basis="unmapped", distance_per_flame=law.per_flame_length(0.0))
        if row.refuge in overrides:
            mine = replace(mine, capacity_people=row.capacity_people, is_last_resort=False, basis="override")
        result.append(mine)
    return result + _called([one for one in found if not one.refuge], {row.refuge for row in rows}, names, roads)


# --- which ground --------------------------------------------------------------------------------------------


def _grounds(covers: Sequence[Cover], rows: Sequence[Refuge]) -> list[Ground]:
    """Open covers that touch, joined; where several rows name one patch each has what is nearest to it."""
    import shapely

    if not covers:
        return []
    patches = [part for part in shapely.get_parts(shapely.union_all([c.shape for c in covers])) if part.area > 0.0]
    claims: list[list[Refuge]] = [[] for _ in patches]
    for row in rows:
        apart_m = shapely.distance(patches, shapely.Point(row.x_m, row.y_m))
        if apart_m.min() <= NAMED_WITHIN_M:
            claims[int(apart_m.argmin())].append(row)
    result = []
    for patch, claimed in zip(patches, claims, strict=True):
        on_it = [cover for cover in covers if shapely.intersects(cover.shape, patch)]
        if not claimed:
            result.append(Ground(patch, on_it, None))
        for row in claimed:
            share = shapely.intersection(patch, _nearest_to(row, claimed, patch)) if len(claimed) > 1 else patch
            result.append(Ground(share, on_it, row))
    return result


def _nearest_to(row: Refuge, rows: Sequence[Refuge], patch: Any) -> Any:
    """The half planes around a row's point that are nearer to it than to the others, as far as the patch goes."""
    import shapely

    west, south, east, north = patch.bounds
    reach_m = 2.0 * (east - west + north - south) + max(np.hypot(o.x_m - row.x_m, o.y_m - row.y_m) for o in rows)
    here = np.array([row.x_m, row.y_m])
    nearer = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    for other in rows:
        step = np.array([other.x_m, other.y_m]) - here
        length_m = float(np.hypot(*step))
        if length_m == 0.0:
            continue
        ahead, aside = step / length_m, np.array([-step[1], step[0]]) / length_m
        middle, far = here + 0.5 * step, 4.0 * reach_m
        beyond = [middle + far * aside, middle - far * aside, middle - far * aside + far * ahead]
        nearer = nearer.difference(shapely.Polygon([*beyond, middle + far * aside + far * ahead]))
    return nearer


def _slope_deg(shape: Any, terrain: Terrain, grid: Grid) -> float:
    """Mean slope of some ground. [degrees]

    The ground's own: what tips flames over people is wind and the slope that they themselves stand on. A beach at the
    foot of a hill has the flames above it.
    """
    points = points_in(shape, POINTS)
    row, column = grid.cell_at(points[:, 0], points[:, 1])
    inside = grid.holds(row, column)
    return float(terrain.slope_deg[row[inside], column[inside]].mean()) if inside.any() else 0.0


# --- how far from fuel ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fuel:
    """Fuel of one height near some ground, and the distance that it demands there."""

    shape: Any
    needed_m: float


def _refuges_on(
    ground: Ground,
    fuels: Sequence[Cover],
    slope_deg: float,
    law: SeparationLaw,
    parameters: RefugeParameters,
    is_told: bool,
) -> list[Refuge]:
    """The refuges on a patch of open ground, the largest first; one last resort where there is none.

    `is_told`: a table says where people go to wait, so that ground which it does not name is no last resort.
    """
    import shapely

    near = _fuel_near(ground.shape, fuels, law.per_vegetation_height(slope_deg))
    safe = ground.shape
    for fuel in near:
        safe = shapely.difference(safe, shapely.buffer(fuel.shape, fuel.needed_m, quad_segs=QUADRANT))
    parts = sorted(
        (part for part in shapely.get_parts(safe) if part.geom_type == "Polygon"), key=lambda part: (-part.area,)
    )
    whole = [part for part in parts if ground.room(part) >= parameters.least_people]
    whole = [part for part in whole if _width_m(part) >= parameters.least_width_m]
    kind = _kind(ground)
    per_flame = law.per_flame_length(slope_deg)
    if whole:
        rows = [ground.row, *[None] * (len(whole) - 1)]
        return [
            _refuge(ground, part, near, row, kind, per_flame, is_last_resort=False)
            for part, row in zip(whole, rows, strict=True)
        ]
    if ground.row is None and (is_told or ground.room(ground.shape) < parameters.least_people):
        return []
    return [_refuge(ground, ground.shape, near, ground.row, kind, per_flame, is_last_resort=True)]


def _fuel_near(shape: Any, fuels: Sequence[Cover], per_height: float) -> list[_Fuel]:
    """The fuels that may be nearer to the ground than they demand, cut off where they are further than that."""
    import shapely

    west, south, east, north = shape.bounds
    heights = sorted({fuel.fuel_height_m for fuel in fuels})
    result = []
    for height_m in heights:
        reach_m = per_height * height_m
        shapes = np.array([fuel.shape for fuel in fuels if fuel.fuel_height_m == height_m], dtype=object)
        shapes = shapely.clip_by_rect(shapes, west - reach_m, south - reach_m, east + reach_m, north + reach_m)
        shapes = shapes[~shapely.is_empty(shapes)]
        if len(shapes):
            result.append(_Fuel(shapely.union_all(shapes), reach_m))
    return result


def _refuge(
    ground: Ground, shape: Any, near: Sequence[_Fuel], row: Refuge | None, kind: str, per_flame: float,
    is_last_resort: bool,
) -> Refuge:  # fmt: skip
    """What is known of a part of open ground; without a row it has neither name nor node yet."""
    x_m, y_m, needed_m, had_m = _best_point(shape, near)
    named = row or Refuge("", "", kind, x_m, y_m, "", 0)
    return replace(
        named,
        capacity_people=ground.room(shape),
        is_last_resort=is_last_resort,
        basis="computed",
        needed_m=needed_m,
        had_m=had_m,
        width_m=_width_m(shape),
        area_m2=float(shape.area),
        outline_xy_m=rings_in(shape),
        distance_per_flame=per_flame,
    )


def _best_point(shape: Any, near: Sequence[_Fuel]) -> tuple[float, float, float, float]:
    """The point with most to spare: easting, northing, the distance that fuel demands of it and the one it has. [m]"""
    import shapely

    if not near:
        x_m, y_m, _ = _highest(shape, _depth_in(shape))
        return x_m, y_m, 0.0, np.inf
    needed_m = np.array([fuel.needed_m for fuel in near])

    def had_m(points: Floats) -> Floats:
        places = shapely.points(points)
        return np.stack([shapely.distance(places, fuel.shape) for fuel in near])

    x_m, y_m, _ = _highest(shape, lambda points: (had_m(points) - needed_m[:, None]).min(axis=0))
    there_m = had_m(np.array([[x_m, y_m]]))[:, 0]
    fuel = int((there_m - needed_m).argmin())
    return x_m, y_m, near[fuel].needed_m, float(there_m[fuel])


def _width_m(shape: Any) -> float:
    """Across the widest circle that lies on the ground: how deep a beach is, not how long. [m]"""
    return 2.0 * _highest(shape, _depth_in(shape))[2]


def _depth_in(shape: Any) -> Callable[[Floats], Floats]:
    """The distance of points from the edge of some ground, as a function. [m]"""
    import shapely

    edge = shapely.boundary(shape)
    return lambda points: np.asarray(shapely.distance(shapely.points(points), edge))


def _highest(shape: Any, value_of: Callable[[Floats], Floats]) -> tuple[float, float, float]:
    """Where on some ground a value is highest: easting, northing, value.

    From the best of some hundred points on, in four steps, each three times as fine as the one before: to a
    hundred-and-sixtieth of the square root of the area, if the value has no narrower peak than those points see.
    """
    import shapely

    shapely.prepare(shape)
    points, step_m = points_in(shape, POINTS), float(np.sqrt(shape.area / POINTS))
    value, middle = value_of(points), np.array([shape.centroid.x, shape.centroid.y])
    for _ in range(4):
        step_m /= 3.0
        # Of points as good as one another the one nearest to the middle leads: a beach is its middle, not an end.
        leading = points[np.lexsort((np.hypot(*(points - middle).T), -np.round(value, 1)))[:LEADING]]
        about = np.stack(np.meshgrid(*[np.arange(-2, 3) * step_m] * 2), axis=-1).reshape(-1, 2)
        finer = (leading[:, None, :] + about).reshape(-1, 2)
        points = np.concatenate([leading, finer[shapely.contains_xy(shape, finer[:, 0], finer[:, 1])]])
        value = value_of(points)
    best = int(value.argmax())
    return float(points[best, 0]), float(points[best, 1]), float(value[best])


# --- what it is called ---------------------------------------------------------------------------------------


def _kind(ground: Ground) -> str:
    """What sort of place it is, by the cover that gives most room."""
    import shapely

    largest = max(ground.covers, key=lambda c: shapely.intersection(ground.shape, c.shape).area / c.room_m2)
    by_code = {PORT: "port", AIRPORT: "airport", SAND: "beach"}
    return by_code.get(largest.code, "town" if largest.is_built else "field")


def _called(found: Sequence[Refuge], taken: set[str], names: Sequence[NamedPlace], roads: Roads) -> list[Refuge]:
    """Ground that no row names, called after the nearest place, at the nearest node of a road; far from roads: none."""
    import shapely

    reached = np.unique(roads.head[roads.is_public])
    result, used = [], set(taken)
    for one in found:
        apart_m = shapely.distance(shapely.points(roads.x_m[reached], roads.y_m[reached]), polygon_of(one.outline_xy_m))
        if not len(reached) or apart_m.min() > ROAD_WITHIN_M:
            continue
        node = roads.node_ids[int(reached[apart_m.argmin()])]
        nearest = min(names, key=lambda place: np.hypot(place.x_m - one.x_m, place.y_m - one.y_m), default=None)
        name, name_el = (nearest.name, nearest.name_el) if nearest else (node, "")
        stem = re.sub(r"[^a-z0-9]+", "-", f"{name} {one.kind}".lower()).strip("-") or one.kind
        refuge, number = stem, 2
        while refuge in used:
            refuge, number = f"{stem}-{number}", number + 1
        used.add(refuge)
        result.append(replace(one, refuge=refuge, name=name, name_el=name_el, node=node))
    return result

"""The map of a run as shapes: roads, zones, refuges, masts, sensors, in longitude and latitude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from firesim.place.grid import Grid

if TYPE_CHECKING:
    from firesim.simulate.result import Run

Point = tuple[float, float]
DECIMALS = 6  # of a degree: 0.1 m


def lon_lat(grid: Grid, points: Sequence[Point]) -> list[list[float]]:
    """Points of the map as [longitude, latitude]."""
    longitude, latitude = grid.to_lon_lat([x for x, _ in points], [y for _, y in points])
    pairs = zip(longitude.tolist(), latitude.tolist(), strict=True)
    return [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in pairs]


def feature(grid: Grid, kind: str, parts: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature of a Point, LineString (points) or Polygon (rings) given in metres of the map."""
    if kind == "Point":
        coordinates: Any = lon_lat(grid, [parts])[0]
    elif kind == "LineString":
        coordinates = lon_lat(grid, parts)
    else:
        coordinates = [lon_lat(grid, ring) for ring in parts]
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def map_shapes(run: Run) -> list[dict[str, Any]]:
    """Everything of the map that a figure shows, so that a run folder can be drawn by itself."""
    place, edge = run.scenario.place, run.clockwork.edge
    grid, result = place.grid, list[dict[str, Any]]()
    properties: dict[str, Any]
    for index, road in enumerate(place.roads.edges):
        if place.roads.opposite[index] < 0 or place.roads.opposite[index] > index:
            properties = {"kind": "road", "edge": road.edge, "road_class": road.road_class}
            result.append(feature(grid, "LineString", road.path_xy_m, properties))
    for zone in place.settlement.zones:
        properties = {"kind": "zone", "zone": zone.zone, "name": zone.name, "access": zone.access}
        result.append(feature(grid, "Point", (zone.x_m, zone.y_m), properties))
    for refuge in place.settlement.refuges:
        properties = {"kind": "refuge", "refuge": refuge.refuge, "name": refuge.name, "room": refuge.capacity_people}
        result.append(feature(grid, "Point", (refuge.x_m, refuge.y_m), properties))
    for mast in run.clockwork.truth.masts:
        dark = mast.mast in run.clockwork.truth.mast_power.dark_event
        properties = {"kind": "mast", "mast": mast.mast, "is_dark": dark}
        result.append(feature(grid, "Point", (mast.x_m, mast.y_m), properties))
    for info in edge.infos:
        result.append(feature(grid, "Point", (info.x_m, info.y_m), {"kind": info.kind, "sensor": info.sensor}))
    for sensor in edge.sensors:
        if sensor.name == "fire watch":
            result += [
                feature(grid, "Point", (site.x_m, site.y_m), {"kind": "lookout", "sensor": site.name})
                for site in sensor.sites
            ]
    return result

"""The map of a run as shapes: roads, zones, refuges, landings, masts, sensors, in longitude and latitude."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firesim.place.geojson import feature

if TYPE_CHECKING:
    from firesim.simulate.result import Run


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
        kind = "last_resort" if refuge.is_last_resort else "refuge"
        properties = {"kind": kind, "refuge": refuge.refuge, "name": refuge.name, "room": refuge.capacity_people}
        result.append(feature(grid, "Point", (refuge.x_m, refuge.y_m), properties))
    for landing in place.landings if edge.boats is not None else ():
        properties = {"kind": "landing", "landing": landing.landing, "name": landing.name, "is_port": landing.is_port}
        result.append(feature(grid, "Point", (landing.x_m, landing.y_m), properties))
    for track in boat_tracks(run):
        result.append(feature(grid, "LineString", track, {"kind": "boat_track"}))
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


def boat_tracks(run: Run) -> list[list[tuple[float, float]]]:
    """The ways over water that were sailed with people aboard, each once."""
    boats, chart = run.clockwork.edge.boats, run.scenario.place.chart
    if boats is None or chart is None:
        return []
    at = {one.landing: (one.x_m, one.y_m) for one in run.scenario.place.landings}
    tracks = []
    for start, end in dict.fromkeys((voyage.start, voyage.end) for voyage in boats.voyages):
        way = chart.way(at[start], at[end])
        if way is not None:
            tracks.append([(float(x), float(y)) for x, y in way.xy_m])
    return tracks

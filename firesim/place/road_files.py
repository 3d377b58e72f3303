"""Reading a road network: GeoJSON nodes and stretches, and what a stretch of each class can carry."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from firesim.inputs.problems import Problems
from firesim.parameters import NotNegative, Parameters, Positive
from firesim.place.geojson import Feature, read_features
from firesim.place.grid import Grid
from firesim.place.positions import OFF_GRID_REMEDY
from firesim.place.roads import Point, RoadEdge, RoadNode, Roads

NODES_FIELD, EDGES_FIELD = "roads_nodes", "roads_edges"
SECONDS_PER_HOUR, METRES_PER_KM = 3600.0, 1000.0

# A line may miss its node by a cell, and its stated length by this much: rounding, and digitising.
NODE_MISS_M = 30.0
LENGTH_MISS_M, LENGTH_MISS_FRACTION = 20.0, 0.1


class RoadParameters(Parameters):
    """What a lane of each class of road carries.

    Capacity: the Highway Capacity Manual gives at most 1,700 passenger cars an hour and direction on a
    two-lane road in ideal conditions; 900 to 1,400 for a narrow coast road, and all smaller classes, are
    judgement; below 500 in stop-and-go evacuation traffic (Y.-C. Chiu), used for town streets. Jam density:
    75, 60 and 50 vehicles per km and lane for through roads, collectors and residential streets (WUI-NITY
    RoadTypeData); tracks and pedestrian streets as the last, a judgement.
    """

    capacity_veh_h_lane: dict[str, NotNegative] = Field(
        default={
            "main": 1200.0, "secondary": 1000.0, "minor": 600.0, "town": 500.0, "pedestrian": 300.0, "track": 200.0,
            "path": 0.0,
        },
        description="vehicles an hour on one lane, by class of road",
    )  # fmt: skip
    jam_density_veh_km_lane: dict[str, NotNegative] = Field(
        default={
            "main": 75.0, "secondary": 75.0, "minor": 60.0, "town": 50.0, "pedestrian": 50.0, "track": 50.0,
            "path": 0.0,
        },
        description="vehicles on a kilometre of one lane at a standstill, by class of road",
    )  # fmt: skip
    capacity_factor: Positive = Field(default=1.0, description="multiplies every capacity; a study factor")


def read_roads(
    nodes_path: Path, edges_path: Path, grid: Grid, parameters: RoadParameters, problems: Problems
) -> Roads | None:
    """Read a road network; None with problems noted.

    Nodes are points with the properties `id` and `name`. Stretches are lines from `source` to `target` with
    `id, class, lanes, surface, speed_kmh, length_m`; `lanes` counts both directions together and speed 0 is a
    footpath. Each stretch gives both directions, unless its property `oneway` is true.
    """
    before = len(problems)
    nodes = _read_nodes(nodes_path, grid, problems)
    edges = _read_edges(edges_path, nodes, grid, parameters, problems)
    if len(problems) > before:
        return None
    return Roads(list(nodes.values()), edges)


def _read_nodes(path: Path, grid: Grid, problems: Problems) -> dict[str, RoadNode]:
    nodes: dict[str, RoadNode] = {}
    features = read_features(NODES_FIELD, path, ("Point",), problems)
    if not features:
        return nodes
    places = np.array([feature.coordinates[:2] for feature in features], dtype=np.float64)
    x_m, y_m = grid.from_lon_lat(places[:, 0], places[:, 1])
    on_grid = grid.holds(*grid.cell_at(x_m, y_m))
    for index, feature in enumerate(features):
        where = f"{NODES_FIELD}.features[{feature.number}]"
        name = str(feature.properties.get("id") or "")
        if not name:
            problems.add(f"{where}.id", name, "The node has no id.", "Give it a property id of its own.", str(path))
        elif name in nodes:
            problems.add(f"{where}.id", name, "Two nodes have this id.", "Rename one of them.", str(path))
        if not on_grid[index]:
            problems.add(where, feature.coordinates, f"Node {name} lies off the grid.", OFF_GRID_REMEDY, str(path))
        label = str(feature.properties.get("name") or "")
        nodes[name] = RoadNode(name, float(x_m[index]), float(y_m[index]), label)
    return nodes


@dataclass
class _Stretch:
    """The properties of one stretch as written; reading one that is wrong notes it."""

    feature: Feature
    file: str
    problems: Problems

    @property
    def name(self) -> str:
        return str(self.feature.properties.get("id") or f"features[{self.feature.number}]")

    def note(self, key: str, value: Any, message: str, remedy: str) -> None:
        self.problems.add(f"{EDGES_FIELD}.{self.name}.{key}", value, message, remedy, self.file)

    def number(self, key: str, minimum: float, above: bool = False) -> float:
        """A number of at least `minimum`, or more than it if `above`."""
        value = self.feature.properties.get(key)
        bound = f"{'above' if above else 'at least'} {minimum:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.note(key, value, f"{key} must be a number {bound}.", f"Write {key} as a number in the stretch.")
        elif not (value > minimum if above else value >= minimum):
            self.note(key, value, f"{key} must be {bound}.", "Correct the value or its unit.")
        else:
            return float(value)
        return float("nan")

    def text(self, key: str) -> str:
        return str(self.feature.properties.get(key) or "")


def _read_edges(
    path: Path, nodes: dict[str, RoadNode], grid: Grid, parameters: RoadParameters, problems: Problems
) -> list[RoadEdge]:
    edges: list[RoadEdge] = []
    seen: set[str] = set()
    features = read_features(EDGES_FIELD, path, ("LineString",), problems)
    paths = _paths_on_map(features, grid)
    for feature, path_xy_m in zip(features, paths, strict=True):
        stretch = _Stretch(feature, str(path), problems)
        before = len(problems)
        if not feature.properties.get("id"):
            stretch.note("id", None, "The stretch has no id.", "Give it a property id of its own.")
        elif stretch.name in seen:
            stretch.note("id", stretch.name, "Two stretches have this id.", "Rename one of them.")
        seen.add(stretch.name)
        _check_ends(stretch, nodes, path_xy_m)
        built = _both_directions(stretch, path_xy_m, parameters)
        if len(problems) == before:
            edges.extend(built)
    return edges


def _paths_on_map(features: list[Feature], grid: Grid) -> list[list[Point]]:
    """All lines in metres of the map, projected at one go."""
    if not features:
        return []
    lines = [[point[:2] for point in feature.coordinates] for feature in features]
    points = np.array([point for line in lines for point in line], dtype=np.float64)
    places = np.column_stack(grid.from_lon_lat(points[:, 0], points[:, 1])).tolist()
    starts = np.cumsum([0] + [len(line) for line in lines])
    return [[(x, y) for x, y in places[a:b]] for a, b in itertools.pairwise(starts)]


def _check_ends(stretch: _Stretch, nodes: dict[str, RoadNode], path_xy_m: list[Point]) -> None:
    """Note ends that name no node, or a line that does not run from its source to its target."""
    ends = {"source": path_xy_m[0], "target": path_xy_m[-1]}
    for key, (x_m, y_m) in ends.items():
        name = stretch.text(key)
        node = nodes.get(name)
        if node is None:
            remedy = f"Add node {name!r} to the nodes file, or correct {key}."
            stretch.note(key, name, "There is no such node.", remedy)
            continue
        miss_m = hypot(node.x_m - x_m, node.y_m - y_m)
        if miss_m > NODE_MISS_M:
            message = f"The line {'starts' if key == 'source' else 'ends'} {miss_m:.0f} m from this node."
            stretch.note(key, name, message, "Draw the line from source to target, or exchange the two names.")
    if stretch.text("source") == stretch.text("target"):
        stretch.note("target", stretch.text("target"), "The stretch ends where it starts.", "Split the loop at a node.")


def _both_directions(stretch: _Stretch, path_xy_m: list[Point], parameters: RoadParameters) -> list[RoadEdge]:
    """The directed edges of a stretch; only meaningful when nothing was noted."""
    road_class = stretch.text("class")
    known = {"capacity": parameters.capacity_veh_h_lane, "jam density": parameters.jam_density_veh_km_lane}
    for name, rates in known.items():
        if road_class not in rates:
            message = f"No {name} is known for this class; known are {', '.join(rates)}."
            stretch.note("class", road_class, message, "Use one of them, or add the class to place.road_rules.")
            return []
    speed_m_s = stretch.number("speed_kmh", 0.0) * METRES_PER_KM / SECONDS_PER_HOUR
    lanes_both = stretch.number("lanes", 0.0, above=speed_m_s > 0.0)
    length_m = stretch.number("length_m", 0.0, above=True)
    drawn_m = sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(path_xy_m))
    if abs(length_m - drawn_m) > LENGTH_MISS_M + LENGTH_MISS_FRACTION * drawn_m:
        stretch.note("length_m", length_m, f"Its line is {drawn_m:.0f} m long.", "Give metres along the road.")
    one_way = stretch.feature.properties.get("oneway", False)
    if not isinstance(one_way, bool):
        stretch.note("oneway", one_way, "oneway must be true or false.", "Write it as a JSON boolean.")
    lanes = lanes_both if one_way is True else lanes_both / 2.0
    capacity = parameters.capacity_veh_h_lane[road_class] * parameters.capacity_factor * lanes / SECONDS_PER_HOUR
    jam_density = parameters.jam_density_veh_km_lane[road_class] * lanes / METRES_PER_KM

    def edge(u: str, v: str, path: list[Point]) -> RoadEdge:
        shared = one_way is False and lanes_both == 1.0
        return RoadEdge(
            u, v, stretch.name, length_m, speed_m_s, capacity, lanes, jam_density, shared, road_class,
            stretch.text("surface"), path,
        )  # fmt: skip

    source, target = stretch.text("source"), stretch.text("target")
    there = edge(source, target, path_xy_m)
    return [there] if one_way is True else [there, edge(target, source, path_xy_m[::-1])]

"""The road network of an evacuation, from a GraphML file: flat arrays for the kernels, names for the reports."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.graphml import Element, GraphFile, read_graphml
from firesim.evacuation.lonlat import ToLonLat, is_known_crs
from firesim.evacuation.roadbook import OSM, OWN, Road, RoadBook
from firesim.inputs.problems import Problems, nearest
from firesim.inputs.tables import number_of

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]
Point = tuple[float, float]

# Cars on a metre of one lane at a standstill: a car of 5 m and a gap of 2.5 m, the default of SUMO and of MATSim's
# queues (recalled). WUI-NITY has 0.05 to 0.075, at which its traffic still moves at 5 km/h.
JAM_VEH_M = 1.0 / 7.5


@dataclass(frozen=True)
class RoadNetwork:
    """A directed road network.

    Attributes
    ----------
    node_ids : names of the nodes as the file writes them
    tail, head : [edges] node indices
    length_m, free_s, capacity_veh_s, lanes : [edges] of one direction
    storage : [edges] vehicles that find room
    is_shared : [edges] one lane for both directions
    opposite : [edges] the same track the other way, -1: it is not shared
    keys : [edges] the key that tells parallel edges apart, or empty
    paths : [edges] points of the road in the network's own coordinates; empty where nothing is known of them
    crs : of these coordinates, None: plain metres
    warnings : what a reader of the result must be told of the network
    """

    file: str
    node_ids: list[str]
    tail: Integers
    head: Integers
    length_m: Floats
    free_s: Floats
    capacity_veh_s: Floats
    lanes: Floats
    storage: Integers
    is_shared: Claims
    opposite: Integers
    keys: list[str]
    paths: list[list[Point]]
    crs: str | None
    warnings: list[str]

    @cached_property
    def node_index(self) -> dict[str, int]:
        """Number of each node by its id."""
        return {name: index for index, name in enumerate(self.node_ids)}

    @cached_property
    def edges_between(self) -> dict[tuple[int, int], list[int]]:
        """All parallel edges from one node to another."""
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for edge, ends in enumerate(zip(self.tail.tolist(), self.head.tolist(), strict=True)):
            found[ends].append(edge)
        return dict(found)

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_ids)

    @property
    def n_edges(self) -> int:
        """How many directed edges there are."""
        return len(self.tail)


def read_network(path: Path, problems: Problems) -> RoadNetwork | None:
    """Read a network in firesim's own attributes or OSMnx's; None with every problem noted."""
    before = len(problems)
    graph = read_graphml(path, {*OWN, *OSM, "x", "y"}, problems)
    if graph is None:
        return None
    if not graph.is_directed:
        message = "The network is undirected."
        problems.add("NETWORK", None, message, "Export a directed graph: an edge for each direction.", graph.file, 1)
        return None
    index = _node_index(graph, problems)
    crs = _crs(graph, problems)
    places = _places(graph, crs, problems)
    is_osm = "length_m" not in graph.edge_keys and "length" in graph.edge_keys
    book = RoadBook(graph.file, is_osm, problems)
    roads = [(edge, book.road(edge)) for edge in graph.edges if _ends_are_known(edge, index, graph.file, problems)]
    if not graph.edges:
        problems.add("NETWORK", None, "The network has no edges.", "Export its roads too.", graph.file, 1)
    sound = [(edge, road) for edge, road in roads if road is not None]
    opposite = _opposites(sound, book)
    if len(problems) > before:
        return None
    roads_read = _network(graph, index, sound, opposite, places, crs, book)
    _check_on_earth(roads_read, [edge for edge, _ in sound], problems)
    return roads_read if len(problems) == before else None


def _node_index(graph: GraphFile, problems: Problems) -> dict[str, int]:
    index: dict[str, int] = {}
    for node in graph.nodes:
        if not node.name:
            problems.add(node.field, None, "The node has no id.", "Give every node an id.", graph.file, node.line)
        elif node.name in index:
            problems.add(node.field, node.name, "Two nodes have this id.", "Rename one of them.", graph.file, node.line)
        if node.name:
            index.setdefault(node.name, len(index))
    return index


def _ends_are_known(edge: Element, index: dict[str, int], file: str, problems: Problems) -> bool:
    before = len(problems)
    for name, end in (("source", edge.source), ("target", edge.target)):
        if not end:
            problems.add(edge.field, None, f"The edge has no {name}.", "Name the nodes at both ends.", file, edge.line)
        elif end not in index:
            message = "The edge ends at a node that does not exist."
            problems.add(edge.field, end, message, nearest(end, index), file, edge.line)
    if not edge.is_directed:
        message = "The edge is undirected in a directed network."
        problems.add(edge.field, None, message, "Write an edge for each direction.", file, edge.line)
    return len(problems) == before


def _crs(graph: GraphFile, problems: Problems) -> str | None:
    """The CRS that the file names, if any."""
    text = graph.graph.get("crs") or None
    if text is not None and not is_known_crs(text):
        problems.add("NETWORK.crs", text, "is not a known CRS.", "Write an authority code: EPSG:4326.", graph.file)
        return None
    return text


def _places(graph: GraphFile, crs: str | None, problems: Problems) -> list[Point] | None:
    """Coordinates of the nodes, or None where some have none; with a CRS they are needed to draw the routes."""
    places = []
    for node in graph.nodes:
        told = [node.attributes.get(name) for name in ("x", "y")]
        numbers = [None if text is None else number_of(text.text) for text in told]
        for text, value in zip(told, numbers, strict=True):
            if text is not None and (value is None or not isfinite(value)):
                message, remedy = "x and y must be numbers.", "Write them in digits."
                problems.add(node.field, text.text, message, remedy, graph.file, text.line)
        if crs is not None and None in told:
            message = "The node has no x and y, but the network has a CRS."
            problems.add(node.field, None, message, "Give every node x and y.", graph.file, node.line)
        places.append((numbers[0], numbers[1]))
    return [(x, y) for x, y in places if x is not None and y is not None] if _have_all(places) else None


def _have_all(places: list[tuple[float | None, float | None]]) -> bool:
    return all(None not in place for place in places)


def _opposites(roads: list[tuple[Element, Road]], book: RoadBook) -> list[int]:
    """For each edge of a shared track the edge the other way: of the same length where there are several."""
    between: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (edge, _) in enumerate(roads):
        between[edge.source, edge.target].append(number)
    opposite = [-1] * len(roads)
    for number, (edge, road) in enumerate(roads):
        if not road.is_shared or opposite[number] >= 0 or edge.source == edge.target:
            continue
        there = between.get((edge.target, edge.source), [])
        free = [k for k in there if roads[k][1].is_shared and opposite[k] < 0]
        if free:
            other = min(free, key=lambda k: (abs(roads[k][1].length_m - road.length_m), k))
            opposite[number], opposite[other] = other, number
        elif there and not book.is_osm and not any(roads[k][1].is_shared for k in there):
            message = f"is true here, but not on edge {edge.target} -> {edge.source}."
            book.note(edge, "shared_lane", message, "A track used both ways says true on both edges.")
    return opposite


def _network(
    graph: GraphFile, index: dict[str, int], roads: list[tuple[Element, Road]], opposite: list[int],
    places: list[Point] | None, crs: str | None, book: RoadBook,
) -> RoadNetwork:  # fmt: skip
    length_m, speed_m_s, lanes, capacity = (
        np.array([getattr(road, name) for _, road in roads], dtype=np.float64)
        for name in ("length_m", "speed_m_s", "lanes", "capacity_veh_s")
    )
    tail = np.array([index[edge.source] for edge, _ in roads], dtype=np.int64)
    head = np.array([index[edge.target] for edge, _ in roads], dtype=np.int64)
    storage = np.maximum(np.floor(length_m * lanes * JAM_VEH_M + 1e-9), 1.0).astype(np.int64)
    paths = [_path(edge, places, index) if crs is not None else [] for edge, _ in roads]
    is_shared = np.array(opposite, dtype=np.int64) >= 0
    return RoadNetwork(
        graph.file, [node.name for node in graph.nodes], tail, head, length_m, length_m / speed_m_s, capacity, lanes,
        storage, is_shared, np.array(opposite, dtype=np.int64), [edge.name for edge, _ in roads], paths, crs,
        _warnings(tail, head, places, book),
    )  # fmt: skip


def _path(edge: Element, places: list[Point] | None, index: dict[str, int]) -> list[Point]:
    """The road's points from its tail on: its geometry, or a straight line."""
    if places is None:
        return []
    ends = [places[index[edge.source]], places[index[edge.target]]]
    known = edge.attributes.get("geometry")
    if known is None or not known.text.upper().startswith("LINESTRING"):
        return ends
    inside = known.text[known.text.find("(") + 1 : known.text.rfind(")")]
    try:
        points = [(float(x), float(y)) for x, y, *_ in (part.split() for part in inside.split(","))]
    except ValueError:
        return ends
    if len(points) < 2 or not np.isfinite(points).all():
        return ends
    (x, y), first, last = ends[0], points[0], points[-1]
    runs_back = (last[0] - x) ** 2 + (last[1] - y) ** 2 < (first[0] - x) ** 2 + (first[1] - y) ** 2
    return points[::-1] if runs_back else points


def _check_on_earth(roads: RoadNetwork, edges: list[Element], problems: Problems) -> None:
    """Every point of a road must have a longitude and latitude, or its routes could not be drawn."""
    if roads.crs is None:
        return
    lonlat = ToLonLat(roads.crs)([point for path in roads.paths for point in path])
    is_on_earth = (np.abs(lonlat[:, 0]) <= 360.0) & (np.abs(lonlat[:, 1]) <= 90.0)  # neither is inf or NaN
    first = 0
    for edge, path in zip(edges, roads.paths, strict=True):
        off = np.flatnonzero(~is_on_earth[first : first + len(path)])
        first += len(path)
        if off.size:
            x, y = path[off[0]]
            message = f"The point lies outside the network's CRS, {roads.crs}."
            problems.add(edge.field, f"{x:g}, {y:g}", message, "Correct x and y, or the CRS.", roads.file, edge.line)


def _warnings(tail: Integers, head: Integers, places: list[Point] | None, book: RoadBook) -> list[str]:
    said = [] if places is not None else ["some nodes have no x and y; they count only where routes are drawn"]
    loops = int((tail == head).sum())
    if loops:
        said.append(f"{loops} edges lead from a node to itself; nobody has a reason to take them")
    for what, count in book.taken_as_usual.items():
        usual = {"lanes": "one lane each way", "maxspeed": "the usual speed of their class of road"}[what]
        said.append(f"{count} edges tell no {what}: {usual} was taken")
    if book.unread_speeds:
        words = ", ".join(repr(text) for text in list(book.unread_speeds)[:3])
        count = sum(book.unread_speeds.values())
        usual = "the usual speed of their class of road was taken"
        said.append(f"{count} edges tell a maxspeed that cannot be read ({words}): {usual}")
    return said

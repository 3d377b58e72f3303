"""Reading everything that an evacuation needs, with all that is wrong told at once."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.network import RoadNetwork, read_network
from firesim.inputs.problems import Problems, nearest
from firesim.inputs.tables import read_table
from firesim.physics.search import quickest_to

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Assignment = Literal["nearest", "fastest", "safest", "capacity"]
Gridlock = Literal["none", "push", "remove"]
ASSIGNMENTS: tuple[Assignment, ...] = ("nearest", "fastest", "safest", "capacity")
LATEST_S = 1e7  # 115 days: what is later is a date, not seconds from the start
GRIDLOCK_RULES: tuple[Gridlock, ...] = ("none", "push", "remove")


@dataclass(frozen=True)
class Evacuation:
    """An evacuation that has been read and found sound.

    Attributes
    ----------
    network : the roads
    exits : [exits] node indices, in the order in which they were named
    node, departure_s : [vehicles] where each starts, and when it is ready to
    closes_s : [edges] from then on nobody enters, inf: never
    """

    network: RoadNetwork
    exits: Integers
    node: Integers
    departure_s: Floats
    closes_s: Floats
    warnings: tuple[str, ...] = ()


def load_evacuation(network: Path, demand: Path, exits: str, closures: Path | None = None) -> Evacuation:
    """Read an evacuation; raises BadInput with every problem found."""
    problems = Problems()
    roads = read_network(network, problems)
    places, departure_s, lines = _read_demand(demand, roads, problems)
    named = _read_exits(exits, roads, problems)
    closed = _read_closures(closures, roads, problems)
    if roads is not None and closed is not None:
        _check_exits(named, roads, closed, set(places), problems)
        _check_ways(demand, roads, named, places, lines, problems)
    problems.raise_if_any()
    assert roads is not None
    assert closed is not None
    said = _unreached(roads, named, places)
    return Evacuation(
        roads,
        np.array(named, np.int64),
        np.array(places, np.int64),
        departure_s,
        closed.closes_s,
        (*roads.warnings, *said),
    )


def _read_demand(path: Path, roads: RoadNetwork | None, problems: Problems) -> tuple[list[int], Floats, list[int]]:
    """Nodes, departures, and the line of each row; without rows whose node is unknown."""
    table = read_table("DEMAND", path, ("node", "departure_s"), problems)
    if table is None:
        return [], np.empty(0), []
    names = table.texts("node")
    departure_s = table.numbers("departure_s", 0.0, LATEST_S, meaning="seconds from the start")
    if roads is None:
        return [], departure_s, []
    places, lines = [], []
    for row, name in enumerate(names):
        index = roads.node_index.get(name)
        if index is not None:
            places.append(index)
            lines.append(table.lines[row])
        elif name:
            message = f"{name} is not a node of the network."
            table.note(row, "node", name, message, nearest(name, roads.node_ids))
    return places, departure_s, lines


def _read_exits(text: str, roads: RoadNetwork | None, problems: Problems) -> list[int]:
    tidy = re.sub(r'"\s+(?=,|$)', '"', text)  # blanks between a quote and its comma
    try:
        cells = next(csv.reader([tidy], skipinitialspace=True, strict=True), [])
    except csv.Error:
        problems.add("--exits", text, "The quotes do not match.", 'Put quotes around a whole id: A,"B, or C".')
        return []
    names = [name for name in (cell.strip() for cell in cells) if name]
    if not names:
        problems.add("--exits", text, "No exit is named.", "Name one node or more, with commas: A,B.")
    for name in {name for name in names if names.count(name) > 1}:
        problems.add("--exits", name, "This exit is named twice.", "Name it once.")
    if roads is None:
        return []
    for name in names:
        if name not in roads.node_index:
            problems.add("--exits", name, "is not a node of the network.", nearest(name, roads.node_ids))
    return [roads.node_index[name] for name in dict.fromkeys(names) if name in roads.node_index]


@dataclass(frozen=True)
class _Closures:
    """When each edge closes [s]; inf: never. And the line of the file that says so. [edge]"""

    closes_s: Floats
    line: Integers
    file: str | None

    def close(self, edges: list[int], at_s: float, line: int) -> None:
        """A row of the file; of several rows for one edge the earliest time counts, of equal ones the first."""
        for edge in edges:
            if at_s < self.closes_s[edge]:
                self.closes_s[edge], self.line[edge] = at_s, line


def _read_closures(path: Path | None, roads: RoadNetwork | None, problems: Problems) -> _Closures | None:
    n_edges = 0 if roads is None else roads.n_edges
    never = np.full(n_edges, inf), np.zeros(n_edges, np.int64)
    closures = None if roads is None else _Closures(*never, None if path is None else str(path))
    if path is None:
        return closures
    table = read_table("--closures", path, ("u", "v", "closes_at_s"), problems, may_be_empty=True)
    if table is None:
        return closures
    u, v = table.texts("u"), table.texts("v")
    at_s = table.numbers("closes_at_s", 0.0, LATEST_S, meaning="seconds from the start")
    if roads is None or closures is None:
        return None
    for row, (tail, head) in enumerate(zip(u, v, strict=True)):
        ends = roads.node_index.get(tail, -1), roads.node_index.get(head, -1)
        edges = roads.edges_between.get(ends, [])
        unknown = [(name, column) for name, column in ((tail, "u"), (head, "v")) if name not in roads.node_index]
        for name, column in unknown:
            if name:
                table.note(row, column, name, f"{name} is not a node of the network.", nearest(name, roads.node_ids))
        if not edges and not unknown:
            table.note(row, "v", head, f"No edge leads from {tail} to {head}.", "Correct u and v; the order matters.")
        closures.close(edges, at_s[row], table.lines[row])
    return closures


def _check_exits(
    exits: list[int], roads: RoadNetwork, closures: _Closures, starts: set[int], problems: Problems
) -> None:
    """An exit must have a road that leads in and is not closed from the start."""
    for node in exits:
        into = np.flatnonzero((roads.head == node) & (roads.tail != node))
        name = roads.node_ids[node]
        if into.size == 0 and node not in starts:
            message = "No road of the network leads to this exit."
            problems.add("--exits", name, message, "Name another node, or add the road.")
        elif into.size and (closures.closes_s[into] <= 0.0).all():
            lines = sorted(set(closures.line[into].tolist()))
            by = "" if len(lines) == 1 else f" (lines {', '.join(map(str, lines))})"
            message = f"Every road to this exit is closed from the start{by}: nobody can ever reach it."
            remedy = "Leave it out, or let one of its roads close later."
            problems.add("--exits", name, message, remedy, closures.file, lines[0])


def _check_ways(
    demand: Path, roads: RoadNetwork, exits: list[int], places: list[int], lines: list[int], problems: Problems
) -> None:
    """From every node where somebody starts a way must lead to an exit, closures aside."""
    if not exits:
        return
    time_s, _, _ = quickest_to(roads.tail, roads.head, roads.free_s, np.ones(roads.n_edges, bool), exits, roads.n_nodes)
    told: set[int] = set()
    for node, line in zip(places, lines, strict=True):
        if np.isinf(time_s[node]) and node not in told:
            told.add(node)
            message = f"No way leads from {roads.node_ids[node]} to any exit: the network is not connected there."
            remedy = "Add the missing road to the network, name another exit, or leave these vehicles out."
            problems.add("DEMAND.node", roads.node_ids[node], message, remedy, str(demand), line)


def _unreached(roads: RoadNetwork, exits: list[int], places: list[int]) -> list[str]:
    """Parts of the network that have no way to an exit, and exits that nobody could come to."""
    is_open = np.ones(roads.n_edges, bool)
    time_s, _, _ = quickest_to(roads.tail, roads.head, roads.free_s, is_open, exits, roads.n_nodes)
    cut = int(np.isinf(time_s).sum())
    said = [f"{cut} nodes have no way to any exit; nobody starts there"] if cut else []
    back_s, _, _ = quickest_to(roads.head, roads.tail, roads.free_s, is_open, sorted(set(places)), roads.n_nodes)
    for node in exits:
        if np.isinf(back_s[node]):
            said.append(f"no way leads from any vehicle to exit {roads.node_ids[node]}")
    return said

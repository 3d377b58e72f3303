"""The way that each traveller takes: at setting out, when told, and whenever it has to think anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from firesim.physics.queues import STRANDED, Ways
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge
from firesim.world.flow import Flow
from firesim.world.wayfinding import NOWHERE, Knowledge, Wayfinder

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Steering:
    """Gives travellers of a flow their rows and routes.

    Parameters
    ----------
    usual : sequence of str
        Kinds of refuge that drivers make for who were told of none.

    Attributes
    ----------
    told : what everybody knows
    usual : the refuges of those kinds, or all
    """

    def __init__(
        self, roads: Roads, refuges: Sequence[Refuge], flow: Flow, finder: Wayfinder, usual: Sequence[str]
    ) -> None:
        self._roads, self._flow, self._finder = roads, flow, finder
        self.usual = tuple(k for k in finder.safe_ones if refuges[k].kind in usual) or finder.safe_ones
        self._route_edges: Integers = np.empty(0, np.int64)
        self._routes: list[tuple[int, list[int]]] = []  # where each starts in _route_edges, and its nodes
        self._edges_at: dict[int, list[int]] = {}
        for edge, tail in enumerate(roads.tail.tolist()):
            self._edges_at.setdefault(tail, []).append(edge)
        self.told = Knowledge()

    def ways(self, room: Integers) -> Ways:
        """The ways as the queue kernel reads them, with the room of each refuge."""
        finder = self._finder
        return Ways(finder.next_edge, finder.refuge, finder.node, room, self._route_edges)

    def edges_at(self, node: int) -> list[int]:
        """The edges that lead away from a node."""
        return self._edges_at.get(node, [])

    def both_ways(self, edges: Sequence[int]) -> list[int]:
        """Edges and those of the same stretches the other way."""
        others = [int(self._roads.opposite[edge]) for edge in edges]
        return [*edges, *(edge for edge in others if edge >= 0)]

    def knowledge_of(self, trip: int) -> Knowledge:
        """What a traveller knows."""
        return self._finder.knowledge(int(self._flow.travellers.row[trip]))

    def add_route(self, nodes: Sequence[str]) -> int:
        """Note advice to follow these nodes; returns its number. Stops where no road joins two of them."""
        known = [self._roads.node_index[node] for node in nodes if node in self._roads.node_index]
        edges = self.edges_along(known)
        self._routes.append((len(self._route_edges), known[: len(edges) + 1]))
        self._route_edges = np.concatenate([self._route_edges, np.array(edges, dtype=np.int64)])
        return len(self._routes) - 1

    def edges_along(self, known: Sequence[int]) -> list[int]:
        """The quickest roads from node to node, until no road joins two of them."""
        edges: list[int] = []
        for tail, head in pairwise(known):
            between = [edge for edge in self.edges_at(tail) if self._roads.head[edge] == head]
            if not between:
                break
            edges.append(min(between, key=lambda edge: (self._finder.drive_s[edge], self._roads.length_m[edge], edge)))
        return edges

    def send(self, trip: int, node: int, refuge: int, route: int) -> None:
        """A traveller who knows what everybody knows sets out from a node, for a refuge or -1: the nearest usual."""
        drives = self._flow.drives(trip)
        if refuge == NOWHERE:
            refuge = self._finder.nearest(drives, node, self.told, self.usual if drives else None)
        if refuge == NOWHERE:
            refuge = self._finder.nearest(drives, node, self.told)
        if refuge == NOWHERE:
            self._flow.travellers.row[trip] = self._finder.row(drives, 0, self.told)
            self._flow.mark(trip, STRANDED, float(self._flow.travellers.ready_s[trip]))
        else:
            self.set_way(trip, node, refuge, route, self.told)

    def set_way(self, trip: int, node: int, refuge: int, route: int, knowledge: Knowledge) -> None:
        """A traveller makes for a refuge, by a route if it stands on it, else the quickest way it knows."""
        t, drives = self._flow.travellers, self._flow.drives(trip)
        t.row[trip] = self._finder.row(drives, refuge, knowledge)
        t.route_at[trip] = t.route_end[trip] = 0
        if route == NOWHERE:
            return
        start, nodes = self._routes[route]
        edges = self._route_edges[start : start + len(nodes) - 1]
        if node in nodes and not (drives and np.isinf(self._finder.drive_s[edges]).any()):
            t.route_at[trip], t.route_end[trip] = start + nodes.index(node), start + len(nodes) - 1

    def go_on(self, trip: int, node: int, knowledge: Knowledge) -> bool:
        """A traveller who knows this now makes for the nearest refuge left; False: it knows of none.

        Rather than nowhere it goes through the smoke.
        """
        drives = self._flow.drives(trip)
        for known in (knowledge, Knowledge(knowledge.cut, knowledge.full)):
            refuge = self._finder.nearest(drives, node, known)
            if refuge != NOWHERE:
                self._flow.travellers.braves[trip] |= known != knowledge
                self.set_way(trip, node, refuge, NOWHERE, known)
                return True
        return False

    def learn(self, trip: int, knowledge: Knowledge, now_s: float) -> None:
        """A traveller under way knows this from now on: it keeps to its refuge if a way is left, but to no route."""
        node, t = self._flow.node_of(trip), self._flow.travellers
        refuge, drives = int(self._finder.refuge[t.row[trip]]), self._flow.drives(trip)
        ahead = self._route_edges[t.route_at[trip] : t.route_end[trip]].tolist()
        if not set(ahead).isdisjoint(knowledge.cut):
            t.route_at[trip] = t.route_end[trip] = 0
        # Who knows of no way left from the next node finds that out there.
        keeps = np.isfinite(self._finder.cost_from(drives, refuge, knowledge, node))
        if keeps or not self.go_on(trip, node, knowledge):
            t.row[trip] = self._finder.row(drives, refuge, knowledge)
        self._flow.let_think(trip, now_s)

    def next_edge(self, trip: int, node: int) -> int:
        """The edge that a traveller takes from a node; -1: none."""
        t = self._flow.travellers
        if t.route_at[trip] < t.route_end[trip]:
            return int(self._route_edges[t.route_at[trip]])
        return int(self._finder.next_edge[t.row[trip], node])

    def tell_of_cut(self, edges: Iterable[int]) -> None:
        """Everybody, on the road and later, knows that these edges are cut."""
        cut = [int(edge) for edge in edges]
        self.told = self.told.with_also(cut=cut)
        rows = self._flow.travellers.row[: self._flow.n]
        for row in np.unique(rows).tolist():
            known = self._finder.knowledge(row).with_also(cut=cut)
            rows[rows == row] = self._finder.row_knowing(row, known)

"""Ways through the roads as the centre believes them, for evacuees and for units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.forecast import Forecast
from firesim.command.picture import Picture
from firesim.physics.search import RoadGraph

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Way:
    """A way through the road network.

    `leave_by_s` is the latest departure at which every edge is still left its margin before it closes.
    """

    edges: tuple[int, ...]
    nodes: tuple[str, ...]
    travel_s: float
    leave_by_s: float


class Network:
    """The roads as believed, for one kind of traveller.

    Parameters
    ----------
    picture
        Which roads there are and which are believed open.
    closes_s : [edge]
        When each edge closes; inf if never. [s]
    margin_s
        Each edge is left this long before it closes. [s]
    travel_time_factor
        Travel time over free-flow time.
    is_public
        Whether pedestrian streets are barred, as they are to all but emergency vehicles.

    Attributes
    ----------
    capacity_veh_s : [edge]
        Of one direction, of both lanes where they lead one way by what the police were told; there is no road against
        them. [veh/s]

    Notes
    -----
    What has been searched for is kept: who asks again gets the same arrays, and may not alter them.
    """

    def __init__(
        self, picture: Picture, closes_s: Floats, margin_s: float, travel_time_factor: float, is_public: bool
    ) -> None:
        roads = picture.ground.roads
        self.roads = roads
        self.refuge_node = picture.ground.refuge_node
        self.made_of = _as_believed(picture)
        self.n_nodes = len(roads.node_ids)
        usable = picture.is_open & (roads.is_public if is_public else roads.is_drivable)
        usable[picture.against_lanes] = False
        speed_m_s = np.where(usable, roads.speed_m_s, 1.0)
        self.travel_s: Floats = np.where(usable, roads.length_m / speed_m_s * travel_time_factor, inf)
        self.closes_s = closes_s
        self.margin_s = margin_s
        self.capacity_veh_s = both_lanes(picture, picture.lanes.edges)
        self._graph = RoadGraph(roads.tail, roads.head, self.travel_s, self.n_nodes)
        self._edges_between = picture.ground.edges_between
        self._travel_of_edge_s: list[float] = self.travel_s.tolist()
        self._head_of_edge: list[int] = roads.head.tolist()
        self._members: tuple[Forecast, Floats] | None = None
        self._forget()

    def _forget(self) -> None:
        self._closing: Network | None = None
        self._closing_of_edge_s: list[float] = self.closes_s.tolist()
        self._reached: dict[tuple[int, float], tuple[Floats, Integers]] = {}
        self._latest: dict[tuple[int, ...], tuple[Floats, Integers]] = {}

    def closing(self, closes_s: Floats) -> Network:
        """The same roads, closing at other times. [edge, s] Kept for the array that was last given: do not alter it."""
        if self._closing is None or self._closing.closes_s is not closes_s:
            self._closing = self._closing_at(closes_s)
        return self._closing

    def _closing_at(self, closes_s: Floats) -> Network:
        twin = copy(self)
        twin.closes_s = closes_s
        twin._forget()
        return twin

    def reach(self, node: int, start_s: float) -> tuple[Floats, Integers]:
        """Earliest arrival at every node for somebody who leaves `node` at a time, and the way there. [s]"""
        if (node, start_s) not in self._reached:
            found = self._graph.earliest_arrival(self.closes_s, node, start_s, self.margin_s)
            self._reached[node, start_s] = found
        return self._reached[node, start_s]

    def leave_by(self, targets: Sequence[int]) -> Floats:
        """Latest safe departure from every node to the best of some targets; -inf: no way. [node, s]"""
        return self.latest(targets)[0]

    def latest(self, targets: Sequence[int]) -> tuple[Floats, Integers]:
        """The same, and the edge to take first."""
        known = tuple(targets)
        if known not in self._latest:
            self._latest[known] = self._graph.latest_departure(self.closes_s, known, self.margin_s)
        return self._latest[known]

    def leave_by_of_members(self, forecasted: Forecast) -> Floats:
        """The same as each member closes the roads, to the best refuge that its fire does not reach. [member, node, s]

        Kept for the forecast that was last asked about.
        """
        if self._members is None or self._members[0] is not forecasted:
            leave_by_s = np.empty((len(forecasted.edge_closes_s), self.n_nodes))
            for member, closes_s in enumerate(forecasted.edge_closes_s):
                holds = ~np.isfinite(forecasted.refuge_reached_s[member]) & (self.refuge_node >= 0)
                leave_by_s[member] = self._closing_at(closes_s).leave_by(sorted(set(self.refuge_node[holds].tolist())))
            self._members = forecasted, leave_by_s
        return self._members[1]

    def quickest(self, targets: Sequence[int], avoid: NDArray[np.bool_] | None = None) -> tuple[Floats, Integers]:
        """Time to the nearest of some targets from every node, whatever burns; and the edge to take first."""
        is_open = np.isfinite(self.travel_s) if avoid is None else np.isfinite(self.travel_s) & ~avoid
        time_s, next_edge, _ = self._graph.quickest_to(is_open, targets)
        return time_s, next_edge

    def way(self, edges: Sequence[int], start: int) -> Way:
        """The way along some edges, beginning at a node."""
        leave_by_s, travelled_s = inf, 0.0
        for edge in edges:
            travelled_s += self._travel_of_edge_s[edge]
            leave_by_s = min(leave_by_s, self._closing_of_edge_s[edge] - self.margin_s - travelled_s)
        nodes = [start, *(self._head_of_edge[edge] for edge in edges)]
        return Way(tuple(edges), tuple(self.roads.node_ids[node] for node in nodes), travelled_s, leave_by_s)

    def along(self, nodes: Sequence[str]) -> Way | None:
        """The way through named nodes, over the quickest of parallel edges; None where a stretch is shut."""
        edges: list[int] = []
        index, travel_s = self.roads.node_index, self._travel_of_edge_s
        for u, v in pairwise(nodes):
            open_joins = [e for e in self._edges_between.get((index[u], index[v]), ()) if travel_s[e] < inf]
            if not open_joins:
                return None
            edges.append(min(open_joins, key=travel_s.__getitem__))
        return self.way(edges, index[nodes[0]]) if nodes else None


def both_lanes(picture: Picture, edges: Collection[int]) -> Floats:
    """What each edge carries if both lanes lead along some of them. [edge, veh/s]"""
    roads = picture.ground.roads
    capacity_veh_s: Floats = roads.capacity_veh_s
    if edges:
        along = np.array(sorted(edges))
        capacity_veh_s = capacity_veh_s.copy()
        capacity_veh_s[along] += picture.parameters.contraflow_gain * roads.capacity_veh_s[roads.opposite[along]]
    return capacity_veh_s


def public_network(picture: Picture, forecasted: Forecast | None) -> Network:
    """The roads for evacuees."""
    return open_roads(picture, is_public=True).closing(closing_times(picture, forecasted))


def unit_network(picture: Picture, forecasted: Forecast | None) -> Network:
    """The roads for units, who see where they drive and go closer."""
    return open_roads(picture, is_public=False).closing(closing_times(picture, forecasted))


def open_roads(picture: Picture, is_public: bool) -> Network:
    """The roads for evacuees or for units, as if none closed; kept until another is believed open or shut."""
    known = picture.networks.get(is_public)
    if known is None or known.made_of != _as_believed(picture):
        p, never_s = picture.parameters, closing_times(picture, None)
        margin_s, factor = (p.route_margin_s, p.travel_time_factor) if is_public else (p.unit_margin_s, 1.0)
        known = picture.networks[is_public] = Network(picture, never_s, margin_s, factor, is_public)
    return known


def _as_believed(picture: Picture) -> tuple[object, ...]:
    """All of a picture that a network is made of."""
    return picture.parameters, picture.lanes.edges, picture.is_open.tobytes()


def closing_times(picture: Picture, forecasted: Forecast | None) -> Floats:
    if forecasted is None:
        return np.full(len(picture.ground.roads.tail), inf)
    return forecasted.edge_closes_early_s

"""Ways through the roads as the centre believes them, for evacuees and for units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.forecast import Forecast
from firesim.command.picture import Picture
from firesim.physics.search import earliest_arrival, latest_departure, quickest_to

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
    """

    def __init__(
        self, picture: Picture, closes_s: Floats, margin_s: float, travel_time_factor: float, is_public: bool
    ) -> None:
        roads = picture.ground.roads
        self.roads = roads
        self.n_nodes = len(roads.node_ids)
        usable = picture.is_open & (roads.is_public if is_public else roads.is_drivable)
        usable[picture.against_lanes] = False
        speed_m_s = np.where(usable, roads.speed_m_s, 1.0)
        self.travel_s: Floats = np.where(usable, roads.length_m / speed_m_s * travel_time_factor, inf)
        self.closes_s = closes_s
        self.margin_s = margin_s
        self.capacity_veh_s = both_lanes(picture, picture.lanes.edges)

    def reach(self, node: int, start_s: float) -> tuple[Floats, Integers]:
        """Earliest arrival at every node for somebody who leaves `node` at a time, and the way there. [s]"""
        roads = self.roads
        return earliest_arrival(
            roads.tail, roads.head, self.travel_s, self.closes_s, node, start_s, self.n_nodes, self.margin_s
        )

    def leave_by(self, targets: Sequence[int]) -> Floats:
        """Latest safe departure from every node to the best of some targets; -inf: no way. [node, s]"""
        return self.latest(targets)[0]

    def latest(self, targets: Sequence[int]) -> tuple[Floats, Integers]:
        """The same, and the edge to take first."""
        roads = self.roads
        return latest_departure(
            roads.tail, roads.head, self.travel_s, self.closes_s, targets, self.n_nodes, self.margin_s
        )

    def quickest(self, targets: Sequence[int], avoid: NDArray[np.bool_] | None = None) -> tuple[Floats, Integers]:
        """Time to the nearest of some targets from every node, whatever burns; and the edge to take first."""
        roads = self.roads
        is_open = np.isfinite(self.travel_s) if avoid is None else np.isfinite(self.travel_s) & ~avoid
        time_s, next_edge, _ = quickest_to(roads.tail, roads.head, self.travel_s, is_open, targets, self.n_nodes)
        return time_s, next_edge

    def way(self, edges: Sequence[int], start: int) -> Way:
        """The way along some edges, beginning at a node."""
        leave_by_s, travelled_s = inf, 0.0
        for edge in edges:
            travelled_s += float(self.travel_s[edge])
            leave_by_s = min(leave_by_s, float(self.closes_s[edge]) - self.margin_s - travelled_s)
        nodes = [start, *(int(self.roads.head[edge]) for edge in edges)]
        return Way(tuple(edges), tuple(self.roads.node_ids[node] for node in nodes), travelled_s, leave_by_s)

    def along(self, nodes: Sequence[str]) -> Way | None:
        """The way through named nodes, over the quickest of parallel edges; None where a stretch is shut."""
        edges: list[int] = []
        index = self.roads.node_index
        for u, v in pairwise(nodes):
            joins = np.flatnonzero((self.roads.tail == index[u]) & (self.roads.head == index[v]))
            open_joins = joins[np.isfinite(self.travel_s[joins])]
            if len(open_joins) == 0:
                return None
            edges.append(int(open_joins[np.argmin(self.travel_s[open_joins])]))
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
    p = picture.parameters
    closes_s = closing_times(picture, forecasted)
    return Network(picture, closes_s, p.route_margin_s, p.travel_time_factor, is_public=True)


def unit_network(picture: Picture, forecasted: Forecast | None) -> Network:
    """The roads for units, who see where they drive and go closer."""
    closes_s = closing_times(picture, forecasted)
    return Network(picture, closes_s, picture.parameters.unit_margin_s, 1.0, is_public=False)


def closing_times(picture: Picture, forecasted: Forecast | None) -> Floats:
    if forecasted is None:
        return np.full(len(picture.ground.roads.tail), inf)
    return forecasted.edge_closes_early_s

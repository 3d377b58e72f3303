"""Finding ways through a road network whose roads close one after another.

Three searches on flat arrays, each one Dijkstra run with a binary heap: when can I be where (`earliest_arrival`),
how late may I leave (`latest_departure`), and which way is quickest (`quickest_to`); where one network is searched
often, the same as methods of `RoadGraph`. A road network is given by its directed edges: `tail` and `head` node of
each [edge, int], `travel_s` to cross it [edge, s]. Ties fall to the lower node and the lower edge, so that the same
network always gives the same ways.

Roads only close, they never re-open within one search. An early arrival is then never worse than a late one,
waiting never helps, and Dijkstra's label-setting search stays exact although the network depends on time
(Kaufman & Smith 1993, "Fastest paths in time-dependent networks", recalled).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.physics.heap import drop_top, push

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

NO_EDGE = -1


class RoadGraph:
    """A road network that has been checked once, for many searches.

    Parameters
    ----------
    tail, head : [edge]
        Node indices, 0 to `n_nodes` - 1.
    travel_s : [edge]
        Time to cross; `inf` where nobody can. [s]
    n_nodes : int
        How many nodes there are.
    """

    def __init__(self, tail: ArrayLike, head: ArrayLike, travel_s: ArrayLike, n_nodes: int) -> None:
        self.n_nodes = int(n_nodes)
        self._edges = _edges(tail, head, travel_s, n_nodes)

    def earliest_arrival(
        self, closes_s: ArrayLike, source: int, start_s: float, margin_s: float = 0.0
    ) -> tuple[Floats, Integers]:
        """See `earliest_arrival`."""
        _node("source", source, self.n_nodes)
        closing_s = self._per_edge("closes_s", closes_s) - float(margin_s)
        return _earliest(*self._edges, closing_s, int(source), float(start_s), self.n_nodes)

    def latest_departure(
        self, closes_s: ArrayLike, targets: ArrayLike, margin_s: float = 0.0
    ) -> tuple[Floats, Integers]:
        """See `latest_departure`."""
        closing_s = self._per_edge("closes_s", closes_s) - float(margin_s)
        return _latest(*self._edges, closing_s, _nodes("targets", targets, self.n_nodes), self.n_nodes)

    def quickest_to(self, is_open: ArrayLike, targets: ArrayLike) -> tuple[Floats, Integers, Integers]:
        """See `quickest_to`."""
        is_open_b = np.ascontiguousarray(is_open, dtype=np.bool_)
        if is_open_b.shape != self._edges[0].shape:
            raise ValueError(f"is_open has shape {is_open_b.shape}, but there are {self._edges[0].size} edges")
        return _quickest(*self._edges, is_open_b, _nodes("targets", targets, self.n_nodes), self.n_nodes)

    def _per_edge(self, name: str, values: ArrayLike) -> Floats:
        return _per_edge(name, values, self._edges[0].size)


def earliest_arrival(
    tail: ArrayLike,
    head: ArrayLike,
    travel_s: ArrayLike,
    closes_s: ArrayLike,
    source: int,
    start_s: float,
    n_nodes: int,
    margin_s: float = 0.0,
) -> tuple[Floats, Integers]:
    """When each node can be reached by someone who leaves `source` at `start_s`, on roads that close.

    Parameters
    ----------
    tail, head, travel_s, n_nodes
        As in `RoadGraph`.
    closes_s : [edge]
        When the road closes; `inf` if never. An edge is taken only if its far end is reached at `closes_s`
        minus `margin_s` at the latest: nobody is sent onto a road that closes around them. [s]
    source, start_s
        Where and when the way starts. [s]
    margin_s : float
        Safety margin, at least 0. [s]

    Returns
    -------
    arrive_s, via_edge : [n_nodes]
        Arrival [s], `inf` where no way is left; the last edge of the way there, -1 at the source and where
        no way is left. `edges_to` turns `via_edge` into a way.
    """
    return RoadGraph(tail, head, travel_s, n_nodes).earliest_arrival(closes_s, source, start_s, margin_s)


def latest_departure(
    tail: ArrayLike,
    head: ArrayLike,
    travel_s: ArrayLike,
    closes_s: ArrayLike,
    targets: ArrayLike,
    n_nodes: int,
    margin_s: float = 0.0,
) -> tuple[Floats, Integers]:
    """How late one may leave each node and still reach one of `targets` before the roads close.

    Arguments as in `earliest_arrival`; `targets` [k] are node indices.

    Returns
    -------
    leave_by_s, next_edge : [n_nodes]
        Latest safe departure [s]: `inf` at the targets and where a way exists that never closes, `-inf` where
        no way exists at all (it may also lie before the start: too late already). The first edge of that way,
        -1 at the targets and where there is none. Among ways that never close the quickest is taken.
    """
    return RoadGraph(tail, head, travel_s, n_nodes).latest_departure(closes_s, targets, margin_s)


def quickest_to(
    tail: ArrayLike, head: ArrayLike, travel_s: ArrayLike, is_open: ArrayLike, targets: ArrayLike, n_nodes: int
) -> tuple[Floats, Integers, Integers]:
    """The quickest way from every node to whichever of `targets` is nearest in time.

    `is_open` [edge, bool] says which edges may be used; the rest as above.

    Returns
    -------
    time_s, next_edge, target : [n_nodes]
        Travel time [s], `inf` where no way exists; first edge of the way, -1 at the targets and where there is
        none; which target it leads to, as an index into `targets` (the first of several on one node), or -1.
    """
    return RoadGraph(tail, head, travel_s, n_nodes).quickest_to(is_open, targets)


def edges_to(via_edge: Integers, tail: Integers, node: int) -> list[int]:
    """The edges from the source to `node`, in order of travel; empty at the source and where no way is left."""
    way = []
    while via_edge[node] != NO_EDGE:
        way.append(int(via_edge[node]))
        node = int(tail[way[-1]])
    return way[::-1]


def edges_from(next_edge: Integers, head: Integers, node: int) -> list[int]:
    """The edges from `node` to its target, in order of travel; empty at a target and where there is no way."""
    way = []
    while next_edge[node] != NO_EDGE:
        way.append(int(next_edge[node]))
        node = int(head[way[-1]])
    return way


# --- checks ----------------------------------------------------------------------------------------------


def _edges(tail: ArrayLike, head: ArrayLike, travel_s: ArrayLike, n_nodes: int) -> tuple[Integers, Integers, Floats]:
    tails, heads = _nodes("tail", tail, n_nodes), _nodes("head", head, n_nodes)
    travel = _per_edge("travel_s", travel_s, tails.size)
    if heads.size != tails.size:
        raise ValueError(f"tail names {tails.size} edges and head {heads.size}")
    if travel.size and travel.min() < 0.0:
        raise ValueError(f"travel_s must not be negative; the least is {travel.min()}")
    return tails, heads, travel


def _per_edge(name: str, values: ArrayLike, n_edges: int) -> Floats:
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.shape != (n_edges,):
        raise ValueError(f"{name} has shape {array.shape}, but there are {n_edges} edges")
    if np.count_nonzero(np.isnan(array)):
        raise ValueError(f"{name} holds NaN; never is inf")
    return array


def _nodes(name: str, values: ArrayLike, n_nodes: int) -> Integers:
    array = np.ascontiguousarray(values, dtype=np.int64)
    if array.size and (array.min() < 0 or array.max() >= n_nodes):
        raise ValueError(f"{name} names a node outside 0 to {n_nodes - 1}")
    return array


def _node(name: str, value: int, n_nodes: int) -> None:
    if not 0 <= value < n_nodes:
        raise ValueError(f"{name} is {value}, which is not a node: there are {n_nodes}")


# --- kernels ---------------------------------------------------------------------------------------------


@kernel
def _grouped(node_of: Integers, n_nodes: int) -> tuple[Integers, Integers]:
    """Edges grouped by one of their ends: `order[start[n]:start[n + 1]]` are those of node n, lowest first."""
    start = np.zeros(n_nodes + 1, np.int64)
    for edge in range(node_of.size):
        start[node_of[edge] + 1] += 1
    for node in range(n_nodes):
        start[node + 1] += start[node]
    filled = start[:-1].copy()
    order = np.empty(node_of.size, np.int64)
    for edge in range(node_of.size):
        order[filled[node_of[edge]]] = edge
        filled[node_of[edge]] += 1
    return start, order


@kernel
def _earliest(
    tail: Integers, head: Integers, travel_s: Floats, closing_s: Floats, source: int, start_s: float, n_nodes: int
) -> tuple[Floats, Integers]:
    start, order = _grouped(tail, n_nodes)
    keys, ties = np.empty(tail.size + 1), np.zeros(tail.size + 1)
    nodes = np.empty(tail.size + 1, np.int64)
    arrive_s, via_edge = np.full(n_nodes, np.inf), np.full(n_nodes, NO_EDGE, np.int64)
    arrive_s[source] = start_s
    size = push(keys, ties, nodes, 0, start_s, 0.0, source)
    while size > 0:
        now_s, node = keys[0], nodes[0]
        size = drop_top(keys, ties, nodes, size)
        if now_s > arrive_s[node]:
            continue  # an older, later arrival of a node already done
        for k in range(start[node], start[node + 1]):
            edge = order[k]
            there_s = now_s + travel_s[edge]
            if there_s <= closing_s[edge] and there_s < arrive_s[head[edge]]:
                arrive_s[head[edge]] = there_s
                via_edge[head[edge]] = edge
                size = push(keys, ties, nodes, size, there_s, 0.0, head[edge])
    return arrive_s, via_edge


@kernel
def _latest(
    tail: Integers, head: Integers, travel_s: Floats, closing_s: Floats, targets: Integers, n_nodes: int
) -> tuple[Floats, Integers]:
    start, order = _grouped(head, n_nodes)
    room = tail.size + targets.size
    keys, ties, nodes = np.empty(room), np.empty(room), np.empty(room, np.int64)
    leave_by_s, next_edge = np.full(n_nodes, -np.inf), np.full(n_nodes, NO_EDGE, np.int64)
    remaining_s = np.full(n_nodes, np.inf)
    size = 0
    for k in range(targets.size):
        leave_by_s[targets[k]], remaining_s[targets[k]] = np.inf, 0.0
        size = push(keys, ties, nodes, size, -np.inf, 0.0, targets[k])
    while size > 0:
        late_s, to_go_s, node = -keys[0], ties[0], nodes[0]
        size = drop_top(keys, ties, nodes, size)
        if late_s != leave_by_s[node] or to_go_s != remaining_s[node]:
            continue
        for k in range(start[node], start[node + 1]):
            edge = order[k]
            if travel_s[edge] == np.inf:
                continue  # inf - inf would be no number
            before = tail[edge]
            leave_s = min(late_s, closing_s[edge]) - travel_s[edge]
            way_s = to_go_s + travel_s[edge]
            is_later = leave_s > leave_by_s[before]
            if is_later or (leave_s == leave_by_s[before] and way_s < remaining_s[before] and leave_s > -np.inf):
                leave_by_s[before], remaining_s[before], next_edge[before] = leave_s, way_s, edge
                size = push(keys, ties, nodes, size, -leave_s, way_s, before)
    return leave_by_s, next_edge


@kernel
def _quickest(
    tail: Integers, head: Integers, travel_s: Floats, is_open: Claims, targets: Integers, n_nodes: int
) -> tuple[Floats, Integers, Integers]:
    start, order = _grouped(head, n_nodes)
    room = tail.size + targets.size
    keys, ties, nodes = np.empty(room), np.zeros(room), np.empty(room, np.int64)
    time_s, next_edge = np.full(n_nodes, np.inf), np.full(n_nodes, NO_EDGE, np.int64)
    target = np.full(n_nodes, -1, np.int64)
    size = 0
    for k in range(targets.size):
        if target[targets[k]] == -1:
            time_s[targets[k]], target[targets[k]] = 0.0, k
            size = push(keys, ties, nodes, size, 0.0, 0.0, targets[k])
    while size > 0:
        to_go_s, node = keys[0], nodes[0]
        size = drop_top(keys, ties, nodes, size)
        if to_go_s > time_s[node]:
            continue
        for k in range(start[node], start[node + 1]):
            edge = order[k]
            before = tail[edge]
            way_s = to_go_s + travel_s[edge]
            if is_open[edge] and way_s < time_s[before]:
                time_s[before], next_edge[before], target[before] = way_s, edge, target[node]
                size = push(keys, ties, nodes, size, way_s, 0.0, before)
    return time_s, next_edge, target

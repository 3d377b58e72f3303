"""The largest steady flow through a network, and the narrowest cut that holds it there."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

_LEAST = 1e-9  # of the largest capacity: less counts as nothing


def largest_flow(
    tail: ArrayLike, head: ArrayLike, capacity: ArrayLike, source: int, sink: int, n_nodes: int
) -> tuple[float, Claims]:
    """The largest flow from `source` to `sink`, and the source's side of a narrowest cut.

    Parameters
    ----------
    tail, head : [edge]
        Node indices.
    capacity : [edge]
        Not negative, `inf` for no limit; the source must not be joined to the sink by unlimited edges alone.
    source, sink, n_nodes

    Returns
    -------
    flow : float
    is_on_source_side : bool [n_nodes]
        The capacities of the edges that lead out of this side add up to the flow.

    Notes
    -----
    Shortest augmenting paths (Edmonds & Karp 1972).
    """
    tails, heads = np.asarray(tail, np.int64), np.asarray(head, np.int64)
    limits = np.asarray(capacity, np.float64)
    return _largest_flow(tails, heads, limits, int(source), int(sink), int(n_nodes))


@kernel
def _largest_flow(
    tail: Integers, head: Integers, capacity: Floats, source: int, sink: int, n_nodes: int
) -> tuple[float, Claims]:
    n_edges = tail.size
    # Arc k < n_edges goes along edge k, arc k + n_edges against it.
    left = np.concatenate((capacity, np.zeros(n_edges)))
    start = np.zeros(n_nodes + 1, np.int64)
    for edge in range(n_edges):
        start[tail[edge] + 1] += 1
        start[head[edge] + 1] += 1
    for node in range(n_nodes):
        start[node + 1] += start[node]
    filled, arcs = start[:-1].copy(), np.empty(2 * n_edges, np.int64)
    largest = 0.0
    for edge in range(n_edges):
        arcs[filled[tail[edge]]] = edge
        filled[tail[edge]] += 1
        arcs[filled[head[edge]]] = edge + n_edges
        filled[head[edge]] += 1
        if capacity[edge] != np.inf:
            largest = max(largest, capacity[edge])
    via, todo = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    total = 0.0
    while True:
        via[:] = -1
        via[source] = 2 * n_edges
        todo[0], first, last = source, 0, 1
        while first < last and via[sink] == -1:
            node = todo[first]
            first += 1
            for k in range(start[node], start[node + 1]):
                arc = arcs[k]
                to = head[arc] if arc < n_edges else tail[arc - n_edges]
                if via[to] == -1 and left[arc] > _LEAST * largest:
                    via[to] = arc
                    todo[last] = to
                    last += 1
        if via[sink] == -1:
            return total, via != -1
        push, node = np.inf, sink
        while node != source:
            arc = via[node]
            push = min(push, left[arc])
            node = tail[arc] if arc < n_edges else head[arc - n_edges]
        node = sink
        while node != source:
            arc = via[node]
            left[arc] -= push
            left[arc - n_edges if arc >= n_edges else arc + n_edges] += push
            node = tail[arc] if arc < n_edges else head[arc - n_edges]
        total += push

"""A time before which no evacuation of this demand can end, whatever the assignment.

Every vehicle of a part of the network without an exit must drive over one of the roads that lead out of that part.
Over each they come no earlier than its free-flow time from the nearest start allows, and one headway apart. From how
many vehicles there are follows a time before which the last cannot be out: max-flow min-cut over time, for a few cuts
that are likely to bind (around the exits, the narrowest for the demand, and each node by itself). Queues, spillback,
closures and the choice of ways can only make it later, so this is a true lower bound, though not always a tight one.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.case import Evacuation
from firesim.physics.max_flow import largest_flow
from firesim.physics.search import earliest_arrival, quickest_to

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

_MOST_CUTS = 12  # rounds of the search for the narrowest cut
_MOST_LATE = 100  # how many subsets of late vehicles are looked at in each cut
_SLACK_S = 1e-6  # off the bound, for the last bits of sums of times


def capacity_bound_s(case: Evacuation) -> float:
    """No run of this case has its last vehicle out before this. [s]"""
    roads = case.network
    is_open = np.ones(roads.n_edges, bool)
    to_exit_s, _, _ = quickest_to(roads.tail, roads.head, roads.free_s, is_open, case.exits, roads.n_nodes)
    alone_s = case.departure_s + to_exit_s[case.node]
    is_exit = np.zeros(roads.n_nodes, bool)
    is_exit[case.exits] = True
    goes = ~is_exit[case.node]
    bound_s = float(alone_s.max(initial=0.0))
    if not goes.any():
        return bound_s
    reach_s = _soonest_at_nodes(case, goes)
    inner = ~is_exit & np.isfinite(to_exit_s)
    for inside in (inner, *_narrow_cuts(case, goes, is_exit), *_lone_nodes(case, goes)):
        bound_s = max(bound_s, _cut_bound_s(case, inside, is_exit, goes, reach_s, to_exit_s))
    return max(bound_s - _SLACK_S, 0.0)


def _soonest_at_nodes(case: Evacuation, goes: Claims) -> Floats:
    """When the first vehicle could be at each node. [nodes] s"""
    roads = case.network
    nodes = np.unique(case.node[goes])
    first_s = np.full(roads.n_nodes, np.inf)
    np.minimum.at(first_s, case.node[goes], case.departure_s[goes])
    # One more node, from which each start is as far as its first departure is late.
    tail = np.concatenate([roads.tail, np.full(len(nodes), roads.n_nodes)])
    head, travel_s = np.concatenate([roads.head, nodes]), np.concatenate([roads.free_s, first_s[nodes]])
    never = np.full(len(tail), np.inf)
    arrive_s, _ = earliest_arrival(tail, head, travel_s, never, roads.n_nodes, 0.0, roads.n_nodes + 1)
    return arrive_s[:-1]


def _narrow_cuts(case: Evacuation, goes: Claims, is_exit: Claims) -> list[Claims]:
    """Sides of the cuts with ever more vehicles for their capacity, by Newton's method on their ratio.

    A steady flow that empties the network in T exists if all vehicles / T fit through it. Where they do not, the cut
    that stops them gives a longer T (Dinkelbach 1967).
    """
    roads, n = case.network, case.network.n_nodes
    count = np.bincount(case.node[goes], minlength=n).astype(np.float64)
    nodes, exits = np.flatnonzero(count), np.flatnonzero(is_exit)
    source, sink = n, n + 1
    tail = np.concatenate([roads.tail, np.full(len(nodes), source), exits])
    head = np.concatenate([roads.head, nodes, np.full(len(exits), sink)])
    clear_s, cuts = 1.0, []
    for _ in range(_MOST_CUTS):
        limits = np.concatenate([roads.capacity_veh_s, count[nodes] / clear_s, np.full(len(exits), np.inf)])
        flow, is_inside = largest_flow(tail, head, limits, source, sink, n + 2)
        inside = is_inside[:n]
        crossing = inside[roads.tail] & ~inside[roads.head]
        held = float(count[inside].sum())
        if flow >= count.sum() / clear_s * (1.0 - 1e-6) or not crossing.any() or held == 0.0:
            break
        cuts.append(inside)
        longer_s = held / float(roads.capacity_veh_s[crossing].sum())
        if longer_s <= clear_s * (1.0 + 1e-6):
            break
        clear_s = longer_s
    return cuts


def _lone_nodes(case: Evacuation, goes: Claims) -> list[Claims]:
    """The busiest starts by themselves: a village at the end of one road."""
    n = case.network.n_nodes
    count = np.bincount(case.node[goes], minlength=n)
    busiest = np.argsort(-count, kind="stable")[:_MOST_CUTS]
    return [np.arange(n) == node for node in busiest.tolist() if count[node] > 0]


def _cut_bound_s(
    case: Evacuation, inside: Claims, is_exit: Claims, goes: Claims, reach_s: Floats, to_exit_s: Floats
) -> float:
    """When the last of those who start inside can be at an exit, after crossing the edge of `inside`."""
    roads = case.network
    crossing = np.flatnonzero(inside[roads.tail] & ~inside[roads.head])
    crossing = crossing[np.isfinite(to_exit_s[roads.head[crossing]])]
    held = goes & inside[case.node]
    if crossing.size == 0 or not held.any() or (inside & is_exit).any():
        return 0.0
    headway_s = 1.0 / roads.capacity_veh_s[crossing]
    rest_s = to_exit_s[roads.head[crossing]]
    first_s = reach_s[roads.tail[crossing]] + roads.free_s[crossing] + rest_s
    # Nobody is out before the time that they would need alone; the later ones bind when departures are spread.
    alone_s = np.sort(case.departure_s[held] + to_exit_s[case.node[held]])
    best_s = 0.0
    for k in np.unique(np.linspace(0, len(alone_s) - 1, _MOST_LATE).astype(np.int64)).tolist():
        from_s = np.maximum(first_s, alone_s[k])
        best_s = max(best_s, _passed_s(len(alone_s) - k, from_s, headway_s))
    return best_s


def _passed_s(vehicles: int, first_s: Floats, headway_s: Floats) -> float:
    """The soonest that so many can have passed, over roads that open at `first_s` and let one through a headway."""
    low_s, high_s = float(first_s.min()), float((first_s + vehicles * headway_s).min())
    for _ in range(ceil(np.log2(max(high_s - low_s, 1.0))) + 24):
        middle_s = 0.5 * (low_s + high_s)
        passed = np.maximum(np.floor((middle_s - first_s) / headway_s + 1e-9) + 1.0, 0.0)
        if passed.sum() >= vehicles:
            high_s = middle_s
        else:
            low_s = middle_s
    return low_s

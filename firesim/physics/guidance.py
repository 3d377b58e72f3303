"""What drivers who look at the traffic do: how long each road takes now, and the way that is quickest then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel, kernel_in_place
from firesim.physics.queues import NOBODY, Events, Network, Queues, Travellers, Ways, schedule
from firesim.physics.traffic import NO_WAY, advance

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

ROUTES_FULL = 5  # besides the reasons of `traffic.advance`
_SWEEPS = 50  # a chain of full roads longer than this is told shorter than it is


class Outlook(NamedTuple):
    """What who sets out goes by: the ways of the last look at all queues, and the roads before them as they stand."""

    to_exit_s: Floats  # [node] at the last look
    next_edge: Integers  # [node] of the quickest way then
    exit_of: Integers  # [node] the row of `Ways` that it leads to, -1: none
    leaving_s: Floats  # [edge] how far apart cars leave it, at the last look
    out_start: Integers  # [node + 1]: `out[out_start[k]:out_start[k + 1]]` are the roads out of node k
    out: Integers  # [edge]


@kernel_in_place
def _crossing_s(network: Network, queues: Queues, edge: int, leaving_s: float, in_line: int, now_s: float) -> float:
    """How long one road takes now, with so many in line for it."""
    crossing_s = max(network.free_s[edge], max(queues.next_out_s[edge] - now_s, 0.0) + queues.cars[edge] * leaving_s)
    if queues.cars[edge] >= network.storage[edge]:
        crossing_s += in_line * leaving_s
    other = network.opposite[edge]
    if network.is_shared[edge] and other != NOBODY and queues.cars[other] > 0:
        crossing_s += network.free_s[other]
    return float(crossing_s)


@kernel_in_place
def _cross_all(
    network: Network, queues: Queues, leaving_s: Floats, in_line: Integers, now_s: float, crossing_s: Floats
) -> None:
    for edge in range(crossing_s.size):
        crossing_s[edge] = _crossing_s(network, queues, edge, leaving_s[edge], in_line[edge], now_s)


@kernel
def crossing_time_s(network: Network, queues: Queues, n_edges: int, now_s: float, stuck_s: float) -> Floats:
    """How long who drives up to each road now would need to its far end, if the queues went on as they stand.

    Parameters
    ----------
    network, queues
        See `physics/queues.py`.
    n_edges : int
        Roads; driveways beyond are left out.
    now_s : float
        The time. [s]
    stuck_s : float
        The longest that one car is taken to need to leave its road: what a gridlock lets through. [s]

    Returns
    -------
    [n_edges]
        Free-flow time, or until all cars on the road have left if that is longer; and the wait for room before a
        full one; and until the other side has cleared a shared lane. Closures are not looked at. [s]

    Notes
    -----
    Cars leave a road one headway apart. Where the first of them waits for a full road they leave as fast as that
    one drains, shared evenly among those in line, as the line's rule has it. Cars that have not got there yet are
    not foreseen.
    """
    return crossing_and_leaving_s(network, queues, n_edges, now_s, stuck_s)[0]


@kernel
def crossing_and_leaving_s(
    network: Network, queues: Queues, n_edges: int, now_s: float, stuck_s: float
) -> tuple[Floats, Floats]:
    """As `crossing_time_s`; and how far apart cars leave each road, driveways included. [n_edges], [all] s"""
    n = network.head.size
    in_line = np.zeros(n, np.int64)
    for edge in range(n):
        if queues.waits_for[edge] != NOBODY:
            in_line[queues.waits_for[edge]] += 1
    each_s = network.headway_s.copy()
    for _ in range(_SWEEPS):
        is_settled = True
        for edge in range(n_edges):
            wanted = queues.waits_for[edge]
            if wanted == NOBODY or queues.cars[wanted] < network.storage[wanted]:
                continue
            slower_s = min(max(network.headway_s[edge], in_line[wanted] * each_s[wanted]), stuck_s)
            if slower_s > each_s[edge]:
                each_s[edge], is_settled = slower_s, False
        if is_settled:
            break
    crossing_s = np.empty(n_edges)
    _cross_all(network, queues, each_s, in_line, now_s, crossing_s)
    return crossing_s, each_s


@kernel_in_place
def _leads_past(network: Network, next_edge: Integers, node: int, place: int) -> bool:
    """Whether the way from a node passes a place."""
    while node != place and next_edge[node] != NOBODY:
        node = network.head[next_edge[node]]
    return bool(node == place)


@kernel_in_place
def _first_road(network: Network, queues: Queues, outlook: Outlook, node: int, now_s: float) -> int:
    """The road out of a node by which the exit is reached soonest, with the queues before one's eyes as they are now.

    Further on they are those of the last look. Of equals the road of that look; -1 at an exit.
    """
    best, best_s = NOBODY, np.inf
    for k in range(outlook.out_start[node] - 1, outlook.out_start[node + 1]):
        edge = outlook.next_edge[node] if k < outlook.out_start[node] else outlook.out[k]
        if edge == NOBODY:
            return NOBODY
        there = network.head[edge]
        if outlook.exit_of[there] == NOBODY or _leads_past(network, outlook.next_edge, there, node):
            continue
        in_line, waits = 0, queues.first_in_line[edge]
        while waits != NOBODY:
            in_line += 1
            waits = queues.next_in_line[waits]
        way_s = _crossing_s(network, queues, edge, outlook.leaving_s[edge], in_line, now_s) + outlook.to_exit_s[there]
        if way_s < best_s:
            best, best_s = edge, way_s
    return best


@kernel_in_place
def _take_way(
    network: Network, travellers: Travellers, ways: Ways, who: int, node: int, first: int, next_edge: Integers,
    exit_of: Integers, n_route_edges: Integers,
) -> bool:  # fmt: skip
    """Give a traveller the way from a node by the road `first`; False: there is no room for one more."""
    start = n_route_edges[0]
    if start + next_edge.size + 1 > ways.route_edges.size:
        return False
    here = start
    if first != NOBODY:
        ways.route_edges[here], node = first, network.head[first]
        here += 1
    travellers.row[who] = exit_of[node]
    while next_edge[node] != NOBODY:
        ways.route_edges[here] = next_edge[node]
        node = network.head[next_edge[node]]
        here += 1
    travellers.route_at[who], travellers.route_end[who], n_route_edges[0] = start, here, here
    return True


@kernel_in_place
def advance_looking(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events,
    until_s: float, turn_s: float, outlook: Outlook, n_route_edges: Integers,
) -> tuple[int, int, float]:  # fmt: skip
    """As `traffic.advance`; who has not chosen a way yet takes the quickest by its outlook when it is their turn.

    Ways taken are added to `ways.route_edges` from `n_route_edges[0]` on; `ROUTES_FULL` when there is no room for one
    more.
    """
    while True:
        reason, who, now_s = advance(network, queues, travellers, ways, events, until_s, turn_s)
        if reason != NO_WAY or travellers.route_end[who] != 0:
            return reason, who, now_s
        node = network.head[travellers.edge[who]]
        if outlook.exit_of[node] == NOBODY:
            return reason, who, now_s
        first = _first_road(network, queues, outlook, node, now_s)
        if not _take_way(
            network, travellers, ways, who, node, first, outlook.next_edge, outlook.exit_of, n_route_edges
        ):
            return ROUTES_FULL, who, now_s


@kernel_in_place
def turn_off(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events, who: Integers,
    crossing_s: Floats, to_exit_s: Floats, next_edge: Integers, exit_of: Integers, tolerance: float,
    n_route_edges: Integers, now_s: float,
) -> int:  # fmt: skip
    """Drivers on their way look again: who would need much longer than by the best way takes that one.

    Parameters
    ----------
    who : [n]
        Drivers who look.
    crossing_s : [edge]
        How long each road takes now; see `crossing_time_s`. [s]
    to_exit_s, next_edge, exit_of : [node]
        The quickest ways as of now; see `search.quickest_to`. [s]
    tolerance : float
        They turn off if their own way takes more than (1 + `tolerance`) times the best, from their next node on.

    Returns
    -------
    How many of `who` have looked: fewer than all when there is no room for one more way.
    """
    for k in range(who.size):
        edge = travellers.edge[who[k]]
        node = network.head[edge]
        own_s = 0.0
        for j in range(travellers.route_at[who[k]], travellers.route_end[who[k]]):
            own_s += crossing_s[ways.route_edges[j]]
        if exit_of[node] == NOBODY or own_s <= (1.0 + tolerance) * to_exit_s[node]:
            continue
        if not _take_way(network, travellers, ways, who[k], node, next_edge[node], next_edge, exit_of, n_route_edges):
            return k
        if queues.first[edge] == who[k] and queues.waits_for[edge] != NOBODY:
            schedule(queues, events, edge, now_s)  # it waits for that road no longer
    return int(who.size)

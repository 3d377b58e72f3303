"""Gridlock: roads that block one another in a ring, and how one car squeezes through or pulls aside.

A road is held up when the road that its first car wants is full, when the other side is on a shared lane or that lane
must first run empty for the other side, or by who is before it in the line for that road. When such roads form a ring
none of them can ever move. That is found exactly, by following who waits for whom; a queue that is long but moves is
never mistaken for it.

A car can squeeze into a full road, never past one that comes the other way on a single lane. Where a ring holds none
but cars that face such a lane, one of them pulls aside at the junction: on to its driveway, from where it goes on
when the lane is free. Each forced move brings a car further or takes it off a road, so a ring is opened in the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel, kernel_part
from firesim.physics.queues import NOBODY, Events, Network, Queues, Travellers, append, enter, schedule, take_first

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@kernel_part
def _held_by(network: Network, queues: Queues, edge: int) -> int:
    """The road that must move before the first car of `edge` can; -1: it is not held up by a road."""
    wanted = queues.waits_for[edge]
    if wanted == NOBODY or queues.is_closed[wanted]:  # who waits for a road that has closed thinks again
        return NOBODY
    if queues.cars[wanted] >= network.storage[wanted]:
        return int(wanted)
    other = network.opposite[wanted]
    is_track = network.is_shared[wanted] and other != NOBODY
    if is_track and queues.cars[other] > 0:
        return int(other)
    if queues.first_in_line[wanted] != edge:
        return int(queues.first_in_line[wanted])
    # Its side's turn on the track is over: what is on it must leave before the other side, and then this one, may go.
    has_to_run_empty = is_track and queues.first_in_line[other] != NOBODY and queues.cars[wanted] > 0
    if has_to_run_empty and not queues.is_scheduled[edge]:
        return int(wanted)
    return NOBODY


@kernel_part
def _faces_oncoming(network: Network, queues: Queues, edge: int) -> bool:
    """Whether the first car of `edge` waits for a single lane on which somebody comes the other way."""
    wanted = queues.waits_for[edge]
    other = network.opposite[wanted]
    return bool(network.is_shared[wanted] and other != NOBODY and queues.cars[other] > 0)


@kernel_part
def _n_roads(network: Network) -> int:
    return int(network.head.size - 1 - network.head[network.head.size - 1])  # the last driveway is the last node's


@kernel_part
def _rank(network: Network, queues: Queues, edge: int) -> tuple[int, float, int]:
    """Who of a ring is forced to move, the least first: who can squeeze in before who can only pull aside."""
    way = 0
    if _faces_oncoming(network, queues, edge):
        way = 1 if edge < _n_roads(network) else 2
    return way, queues.waits_since_s[edge], edge


@kernel
def standing_rings(network: Network, queues: Queues) -> tuple[Integers, Floats]:
    """Rings of roads of which each waits for the next and none can ever move.

    Returns the road of each ring whose first car is to move by `force`: of those that can squeeze into the road ahead,
    or else can pull aside, the one that has waited longest (the lowest of equals); and since when the ring stands. [s]
    """
    n = network.head.size
    seen = np.full(n, NOBODY, np.int64)
    found, since_s = np.empty(n, np.int64), np.empty(n)
    rings = 0
    for start in range(n):
        if queues.waits_for[start] == NOBODY:
            continue  # most roads, most of the time: nobody there is held up
        here = start
        while here != NOBODY and seen[here] == NOBODY:
            seen[here] = start
            here = _held_by(network, queues, here)
        if here == NOBODY or seen[here] != start:
            continue
        moves, newest_s = here, queues.waits_since_s[here]
        there = _held_by(network, queues, here)
        while there != here:
            newest_s = max(newest_s, queues.waits_since_s[there])
            if _rank(network, queues, there) < _rank(network, queues, moves):
                moves = there
            there = _held_by(network, queues, there)
        found[rings], since_s[rings] = moves, newest_s
        rings += 1
    return found[:rings], since_s[:rings]


@kernel
def gridlocks(network: Network, queues: Queues, now_s: float, patience_s: float) -> Integers:
    """The road to be forced of each ring that has stood for at least `patience_s`; see `standing_rings`. [rings]"""
    found, since_s = standing_rings(network, queues)
    return found[now_s - since_s >= patience_s]


@kernel
def force(network: Network, queues: Queues, travellers: Travellers, events: Events, edge: int, now_s: float) -> int:
    """The first car of `edge` squeezes into the road that it waits for, room or no room, or pulls aside before it.

    It pulls aside where somebody comes the other way on a single lane: on to the driveway of its junction. Returns
    the car; NOBODY when it waits no longer, or for a road that has closed, or has nowhere to pull aside to.
    """
    wanted = queues.waits_for[edge]
    if wanted == NOBODY or queues.is_closed[wanted]:
        return NOBODY
    if _faces_oncoming(network, queues, edge):
        if edge >= _n_roads(network):
            return NOBODY
        aside = _n_roads(network) + network.head[edge]
        who = take_first(network, queues, travellers, events, edge, now_s)
        append(queues, travellers, aside, who, now_s, now_s)
        if queues.waits_for[aside] == NOBODY:
            schedule(queues, events, aside, now_s)
        return who
    who = take_first(network, queues, travellers, events, edge, now_s)
    if travellers.route_at[who] < travellers.route_end[who]:
        travellers.route_at[who] += 1
    enter(network, queues, travellers, events, wanted, who, now_s)
    if queues.cars[wanted] == 1:
        schedule(queues, events, wanted, max(travellers.ready_s[who], queues.next_out_s[wanted]))
    return who

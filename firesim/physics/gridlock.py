"""Gridlock: roads that block one another in a ring, and how one car squeezes through.

A road is held up when the road that its first car wants is full, when the other side is on a shared lane or that lane
must first run empty for the other side, or by who is before it in the line for that road. When such roads form a ring
none of them can ever move. That is found exactly, by following who waits for whom; a queue that is long but moves is
never mistaken for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.queues import NOBODY, Events, Network, Queues, Travellers, enter, schedule, take_first

Integers = NDArray[np.int64]


@kernel
def _held_by(network: Network, queues: Queues, edge: int) -> int:
    """The road that must move before the first car of `edge` can; -1: it is not held up by a road."""
    wanted = queues.waits_for[edge]
    if wanted == NOBODY:
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


@kernel
def gridlocks(network: Network, queues: Queues, now_s: float, patience_s: float) -> Integers:
    """Rings of roads of which each waits for the next and none can ever move: one road of each ring.

    Returns the road of each ring that has waited longest (the lowest of equals), for rings in which all have
    waited at least `patience_s`. [rings]
    """
    n = network.head.size
    seen = np.full(n, NOBODY, np.int64)
    found = np.empty(n, np.int64)
    rings = 0
    for start in range(n):
        here = start
        while here != NOBODY and seen[here] == NOBODY:
            seen[here] = start
            here = _held_by(network, queues, here)
        if here == NOBODY or seen[here] != start:
            continue
        longest, newest_s = here, queues.waits_since_s[here]
        there = _held_by(network, queues, here)
        while there != here:
            newest_s = max(newest_s, queues.waits_since_s[there])
            if (queues.waits_since_s[there], there) < (queues.waits_since_s[longest], longest):
                longest = there
            there = _held_by(network, queues, there)
        if now_s - newest_s >= patience_s:
            found[rings] = longest
            rings += 1
    return found[:rings]


@kernel
def force(network: Network, queues: Queues, travellers: Travellers, events: Events, edge: int, now_s: float) -> int:
    """The first car of `edge` squeezes into the road that it waits for, room or no room. Returns the car."""
    wanted = queues.waits_for[edge]
    who = take_first(network, queues, travellers, events, edge, now_s)
    if travellers.route_at[who] < travellers.route_end[who]:
        travellers.route_at[who] += 1
    enter(network, queues, travellers, events, wanted, who, now_s)
    if queues.cars[wanted] == 1:
        schedule(queues, events, wanted, max(travellers.ready_s[who], queues.next_out_s[wanted]))
    return who

"""Roads that change while people are on them: slower in smoke, wider where a lane is turned round.

Arrays changed in place, at the caller's `now_s`; everybody must have been moved until then first. Nobody is added,
lost or put before another: only times change, those of cars on their way in proportion to what is left of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.heap import restore
from firesim.physics.queues import NOBODY, Events, Network, Queues, Travellers, has_blue_light, wake

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@kernel
def set_free_time(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edges: Integers, free_s: Floats,
    now_s: float,
) -> None:  # fmt: skip
    """From now on `edges` take `free_s` to cross at free flow; cars under way have the same share of it left.

    Parameters
    ----------
    edges : [n]
        Roads whose speed changes, each once; one that carries no cars (`free_s` inf) stays so.
    free_s : [n]
        Length over the speed from now on: for smoke the clear-air time over `speed_factor_in_smoke`. Above 0 and
        finite: a road that nobody may enter is closed (`Queues.is_closed`), not infinitely slow. [s]
    now_s : float
        The time. [s]

    Notes
    -----
    A car that entered at 0 s a road of 100 s, halved in speed at 60 s, is at its end at 60 + 40 x 2 = 140 s. Capacity
    stays (people keep their distance in smoke: Rohaert et al. 2025, abstract; at a lower speed that alone would let
    fewer through: pass a larger headway to `set_room` for that). Walkers keep their own speed.
    """
    for k in range(edges.size):
        edge = edges[k]
        before_s = network.free_s[edge]
        if not 0.0 < before_s < np.inf:
            continue
        network.free_s[edge] = free_s[k]
        who = queues.first[edge]
        while who != NOBODY:
            left_s = travellers.ready_s[who] - now_s
            if left_s > 0.0:
                travellers.ready_s[who] = now_s + left_s * (free_s[k] / before_s)
            who = travellers.behind[who]
    _bring_forward(network, queues, travellers, events, edges, now_s)


@kernel
def set_room(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edges: Integers, headway_s: Floats,
    storage: Integers, now_s: float,
) -> None:  # fmt: skip
    """From now on cars leave `edges` `headway_s` apart, and no more than `storage` find room on each.

    Parameters
    ----------
    edges : [n]
        Roads whose lanes change, each once.
    headway_s : [n]
        1 / capacity; of the headway that the next car still has to wait the same share is left. [s]
    storage : [n]
        Cars, at least 1. Those on a road that now holds fewer stay; nobody enters until they are fewer.
    """
    for k in range(edges.size):
        edge = edges[k]
        left_s = queues.next_out_s[edge] - now_s
        if left_s > 0.0:
            queues.next_out_s[edge] = now_s + left_s * (headway_s[k] / network.headway_s[edge])
        network.headway_s[edge], network.storage[edge] = headway_s[k], storage[k]
    _bring_forward(network, queues, travellers, events, edges, now_s)
    for k in range(edges.size):
        wake(queues, events, edges[k], now_s)


@kernel
def hand_lanes_over(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edges: Integers, now_s: float,
    gain: float = 1.0,
) -> Integers:  # fmt: skip
    """Contraflow: the lanes of those of `edges` that have run empty now serve the other direction.

    Bar or close `edges` first, and call this again (each step) with those that are not empty yet: so nobody meets
    anybody. To end it, `set_room` of both directions to what they had, the barred one last.

    Parameters
    ----------
    gain : float
        What a lane carries against its direction, over what it carries in it. It holds as many cars. (0, 1]

    Returns
    -------
    [handed over]
        Which of `edges` were empty and had an opposite direction: their capacity and room were added to it, and they
        hold nobody any more.
    """
    handed = np.empty(edges.size, np.int64)
    n = 0
    for k in range(edges.size):
        edge = edges[k]
        to = network.opposite[edge]
        is_two_way = to != NOBODY and not network.is_shared[edge]
        may_take_over = queues.is_closed[edge] or queues.is_barred[edge]
        if not is_two_way or not may_take_over or queues.cars[edge] > 0 or network.storage[edge] == 0:
            continue
        handed[n] = edge
        n += 1
        both_s = 1.0 / (1.0 / network.headway_s[to] + gain / network.headway_s[edge])
        both = network.storage[to] + network.storage[edge]
        network.storage[edge] = 0
        one, times, rooms = np.empty(1, np.int64), np.empty(1), np.empty(1, np.int64)
        one[0], times[0], rooms[0] = to, both_s, both
        set_room(network, queues, travellers, events, one, times, rooms, now_s)
    return handed[:n]


@kernel
def _bring_forward(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edges: Integers, now_s: float
) -> None:
    """Let the first car of each of `edges` be looked at as early as it may now leave, if it is to be later."""
    due_s = np.full(network.head.size, np.inf)
    for k in range(edges.size):
        edge = edges[k]
        who = queues.first[edge]
        if who != NOBODY and queues.is_scheduled[edge]:
            due_s[edge] = max(now_s, travellers.ready_s[who], queues.next_out_s[edge])
    has_changed = False
    for k in range(events.size[0]):
        label = events.labels[k]
        if label < network.head.size:
            key_s = min(events.keys[k], due_s[label])
        else:
            # Who has blue light is also looked at by itself, when it comes to the end of its road.
            who = label - network.head.size
            key_s = travellers.ready_s[who] if has_blue_light(travellers, who) else events.keys[k]
        if key_s != events.keys[k]:
            events.keys[k] = key_s
            has_changed = True
    if has_changed:
        restore(events.keys, events.ties, events.labels, events.size[0])

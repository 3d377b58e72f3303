"""How travellers move through a road network: queues at the end of each road, walkers beside them.

Each directed edge is a queue, first in, first out (Gawron 1998, "An iterative algorithm to determine the dynamic
user equilibrium in a traffic simulation model", recalled). A car needs the free-flow time to reach the far end;
there cars leave one headway (1 / capacity) apart, and only into a road that has room. A full road blocks those
behind it: the queue spills back. Roads hold length times jam density; room at the entrance is free as soon as
the first car leaves at the far end, without the time that a gap needs to travel back, so long queues dissolve
somewhat too fast at their tails but never faster than capacity.

Nothing moves in fixed steps: every move happens at its own moment, earliest first, so how often the caller looks
(its step) changes only how soon closures and departures are heard of. A bottleneck of capacity c passes n cars in
exactly (n - 1) / c after the first.

* Junctions: who waits longest for a road enters it first; two full approaches alternate.
* A single lane shared by both directions carries one direction at a time. While the other side waits, a side
  keeps the lane for `turn_s` at most and then lets it run empty.
* Closed roads: nobody enters. Those on it drive on; whom the fire has caught is the caller's to say. A road may also
  be barred to cars, because its lanes serve the other direction: people on foot go on.
* Roads in thick smoke: whoever does not brave it asks before entering. Walkers are slower in it from the next road on.
* Who has blue light passes those who stand before it, waits neither for its turn nor for room, and takes one place in
  the flow. On a one-lane track nobody can make way: there it follows, but the other side yields at once.
* Roads may change while people are on them: `physics/road_changes.py`.
* Walkers use the same edges at their own speed and neither need room nor take it.
* Every node has a driveway (edge number `n_edges + node`) without length or limit where cars wait for room on
  their first road.

`advance` stops and asks (`CUT`, `SMOKE`, `FULL`, `NO_WAY`) whenever a traveller has to think anew; the caller answers
by changing that traveller's row or route, or by taking it off the road, and calls again. The state is in
`physics/queues.py`, roads that block one another in a ring in `physics/gridlock.py`.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from firesim.compiled import kernel_in_place
from firesim.physics.heap import drop_top
from firesim.physics.queues import (
    ARRIVED,
    NOBODY,
    TRAVELLING,
    Events,
    Network,
    Queues,
    Travellers,
    Ways,
    add_event,
    append,
    enter,
    has_blue_light,
    is_in_queue,
    join_line,
    join_line_first,
    leave_line,
    make_way,
    schedule,
    take_first,
    wake,
)

# Why `advance` comes back.
DONE, CUT, FULL, NO_WAY, LOG_FULL, SMOKE = 0, 1, 2, 3, 4, 5
# What a traveller wants at a node, besides an edge.
_STAYS, _IS_TURNED_AWAY, _KNOWS_NO_WAY = -2, -3, -4

# Where queues, travellers, ways and events begin among the parts of `advance_parts`.
_Q, _T, _W, _E = accumulate(len(state._fields) for state in (Network, Queues, Travellers, Ways))


@kernel_in_place
def _may_enter(network: Network, queues: Queues, edge: int, wanted: int, now_s: float, turn_s: float) -> bool:
    first = queues.first_in_line[wanted]
    if first != NOBODY and first != edge:
        return False
    if queues.cars[wanted] >= network.storage[wanted]:
        return False
    other = network.opposite[wanted]
    if network.is_shared[wanted] and other != NOBODY:
        if queues.cars[other] > 0:
            return False
        is_over = queues.has_turn[wanted] and now_s - queues.turn_since_s[wanted] > turn_s
        return not (is_over and queues.first_in_line[other] != NOBODY)
    return True


@kernel_in_place
def _may_enter_at_once(network: Network, queues: Queues, wanted: int) -> bool:
    """Whether who has blue light may enter: only oncoming cars on one lane are in its way."""
    other = network.opposite[wanted]
    return bool(not network.is_shared[wanted] or other == NOBODY or queues.cars[other] == 0)


@kernel_in_place
def _wait_at_track(network: Network, queues: Queues, edge: int, wanted: int, now_s: float) -> None:
    """Who has blue light is first in line, and the other side's turn is over."""
    join_line_first(queues, edge, wanted, now_s)
    other = network.opposite[wanted]
    if queues.has_turn[other]:
        queues.turn_since_s[other] = -np.inf


@kernel_in_place
def _wanted(travellers: Travellers, ways: Ways, who: int, node: int) -> int:
    """The next edge of a traveller at a node, or what it wants instead."""
    row = travellers.row[who]
    if node == ways.node[row]:
        return _STAYS if ways.room[ways.refuge[row]] >= travellers.people[who] else _IS_TURNED_AWAY
    if travellers.route_at[who] < travellers.route_end[who]:
        return int(ways.route_edges[travellers.route_at[who]])
    edge = ways.next_edge[row, node]
    return int(edge) if edge != NOBODY else _KNOWS_NO_WAY


@kernel_in_place
def _arrive(travellers: Travellers, ways: Ways, who: int, now_s: float) -> None:
    ways.room[ways.refuge[travellers.row[who]]] -= travellers.people[who]
    travellers.status[who], travellers.done_s[who] = ARRIVED, now_s


@kernel_in_place
def _question(wanted: int, queues: Queues, travellers: Travellers, who: int) -> int:
    if wanted == _IS_TURNED_AWAY:
        return FULL
    if wanted == _KNOWS_NO_WAY:
        return NO_WAY
    if wanted < 0:
        return DONE
    if queues.is_closed[wanted] or (queues.is_barred[wanted] and travellers.speed_m_s[who] <= 0.0):
        return CUT
    return SMOKE if queues.is_thick[wanted] and not travellers.braves[who] else DONE


@kernel_in_place
def _serve(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events,
    edge: int, now_s: float, turn_s: float,
) -> int:  # fmt: skip
    """Let the first car of `edge` leave if it can. Returns DONE or a question."""
    who = queues.first[edge]
    if who == NOBODY:
        return DONE
    is_first_of_all = has_blue_light(travellers, who)
    soonest_s = travellers.ready_s[who] if is_first_of_all else max(travellers.ready_s[who], queues.next_out_s[edge])
    if soonest_s > now_s:
        schedule(queues, events, edge, soonest_s)
        return DONE
    wanted = _wanted(travellers, ways, who, network.head[edge])
    question = _question(wanted, queues, travellers, who)
    if question != DONE:
        return question
    if wanted == _STAYS:
        _arrive(travellers, ways, take_first(network, queues, travellers, events, edge, now_s), now_s)
        return DONE
    if queues.waits_for[edge] != wanted:
        leave_line(network, queues, events, edge, now_s)
    if is_first_of_all:
        may_enter = _may_enter_at_once(network, queues, wanted)
    else:
        may_enter = _may_enter(network, queues, edge, wanted, now_s, turn_s)
    if not may_enter:
        if queues.waits_for[edge] == NOBODY and is_first_of_all:
            _wait_at_track(network, queues, edge, wanted, now_s)
        elif queues.waits_for[edge] == NOBODY:
            join_line(queues, edge, wanted, now_s)
        return DONE
    take_first(network, queues, travellers, events, edge, now_s)
    if travellers.route_at[who] < travellers.route_end[who]:
        travellers.route_at[who] += 1
    enter(network, queues, travellers, events, wanted, who, now_s)
    if queues.cars[wanted] == 1:
        schedule(queues, events, wanted, max(travellers.ready_s[who], queues.next_out_s[wanted]))
    wake(queues, events, wanted, now_s)
    return DONE


@kernel_in_place
def _come_past(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events,
    who: int, now_s: float, turn_s: float,
) -> int:  # fmt: skip
    """Who has blue light comes to the end of its road, or sets out: all others make way. Returns DONE or a question."""
    edge = travellers.edge[who]
    if not is_in_queue(queues, travellers, edge, who):
        append(queues, travellers, edge, who, now_s, now_s)
    make_way(network, queues, travellers, events, edge, who, now_s)
    return _serve(network, queues, travellers, ways, events, edge, now_s, turn_s)


@kernel_in_place
def _set_out_or_walk_on(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events,
    who: int, now_s: float, turn_s: float,
) -> int:  # fmt: skip
    """A car joins its driveway; a walker goes on from a node. Returns DONE or a question."""
    if has_blue_light(travellers, who):
        return _come_past(network, queues, travellers, ways, events, who, now_s, turn_s)
    edge = travellers.edge[who]
    if travellers.speed_m_s[who] <= 0.0:
        append(queues, travellers, edge, who, now_s, now_s)
        if queues.waits_for[edge] == NOBODY:
            schedule(queues, events, edge, now_s)
        return DONE
    wanted = _wanted(travellers, ways, who, network.head[edge])
    question = _question(wanted, queues, travellers, who)
    if question != DONE:
        return question
    travellers.distance_m[who] += network.length_m[edge]
    if wanted == _STAYS:
        _arrive(travellers, ways, who, now_s)
        return DONE
    if travellers.route_at[who] < travellers.route_end[who]:
        travellers.route_at[who] += 1
    travellers.edge[who], travellers.entered_s[who] = wanted, now_s
    speed_m_s = travellers.speed_m_s[who] * queues.foot_factor[wanted]
    travellers.ready_s[who] = now_s + network.length_m[wanted] / speed_m_s
    add_event(events, travellers.ready_s[who], network.head.size + who)
    return DONE


@kernel_in_place
def advance(
    network: Network, queues: Queues, travellers: Travellers, ways: Ways, events: Events,
    until_s: float, turn_s: float,
) -> tuple[int, int, float]:  # fmt: skip
    """Let everything before `until_s` happen, or stop where a traveller has a question.

    `turn_s` is how long one side keeps a shared lane while the other waits. [s]

    Returns (reason, traveller, now_s): `DONE`, NOBODY, `until_s`; or `CUT` (the next road is closed or barred),
    `SMOKE` (it lies in thick smoke), `FULL` (the refuge is full) or `NO_WAY` (none is known), who asks, and when. The
    traveller stands at the head node of its edge and asks again, first of all, at the next call. `LOG_FULL`, NOBODY,
    when: the log of entries must be taken first.
    """
    n_edges = network.head.size
    while events.size[0] > 0 and events.keys[0] < until_s:
        if queues.log.shape[0] > 0 and queues.n_logged[0] == queues.log.shape[0]:
            return LOG_FULL, NOBODY, events.keys[0]
        now_s, label = events.keys[0], events.labels[0]
        events.size[0] = drop_top(events.keys, events.ties, events.labels, events.size[0])
        if label < n_edges:
            queues.is_scheduled[label] = False
            question = _serve(network, queues, travellers, ways, events, label, now_s, turn_s)
            if question != DONE:
                schedule(queues, events, label, now_s)
                return question, queues.first[label], now_s
            continue
        who = label - n_edges
        if travellers.status[who] != TRAVELLING or travellers.ready_s[who] != now_s:
            continue  # turned back or taken off the road since this was foreseen
        question = _set_out_or_walk_on(network, queues, travellers, ways, events, who, now_s, turn_s)
        if question != DONE:
            add_event(events, now_s, label)
            return question, who, now_s
    return DONE, NOBODY, until_s


@kernel_in_place
def advance_parts(until_s: float, turn_s: float, *parts: Any) -> tuple[int, int, float]:
    """`advance`, for who calls it every few seconds: parts of its five tuples, one after the other (`compiled.py`)."""
    return advance(
        Network(*parts[:_Q]), Queues(*parts[_Q:_T]), Travellers(*parts[_T:_W]), Ways(*parts[_W:_E]),
        Events(*parts[_E:]), until_s, turn_s,
    )  # fmt: skip

"""The state of the roads: who stands where, who waits for what, and the small moves that change it.

Arrays in, changed in place; `physics/traffic.py` says when each move is made. Every road keeps the line of those
roads whose first car waits to enter it, so that who waits longest goes first and nobody is asked twice. A road
that is not empty is always either scheduled (its first car will be looked at) or waiting in a line.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel_in_place
from firesim.physics.heap import push

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

NOBODY = -1
BLUE_LIGHT = -1.0  # in place of a walker's speed: a vehicle that others make way for

# What became of a traveller.
TRAVELLING, ARRIVED, STRANDED, CAUGHT, REMOVED = 0, 1, 2, 3, 4


class Network(NamedTuple):
    """Roads, then one driveway a node. Arrays over [n_edges + n_nodes]; a driveway's head is its node."""

    head: Integers
    length_m: Floats
    free_s: Floats  # inf: not for cars
    headway_s: Floats  # 1 / capacity
    storage: Integers  # cars that find room
    opposite: Integers  # the same stretch the other way; -1: none
    is_shared: Claims  # one lane for both directions


class Queues(NamedTuple):
    """The state of each road and driveway. Arrays over [n_edges + n_nodes]."""

    first: Integers  # traveller at the far end, NOBODY if empty
    last: Integers
    cars: Integers  # how many are on it
    next_out_s: Floats  # no car leaves before
    is_closed: Claims
    is_barred: Claims  # to cars: its lanes serve the other direction, or are about to
    is_thick: Claims  # so smoky that some turn back before it
    foot_factor: Floats  # share of their speed in clear air at which people walk there
    waits_for: Integers  # the road that the first car waits to enter
    waits_since_s: Floats
    first_in_line: Integers  # of the roads whose first car waits to enter this one
    last_in_line: Integers
    next_in_line: Integers
    is_scheduled: Claims
    has_turn: Claims  # of a shared lane: this direction used it last
    turn_since_s: Floats
    log: Floats  # [room, 3] every entry onto a road: road, traveller, when; no room: nothing is noted
    n_logged: Integers  # [1]


class Travellers(NamedTuple):
    """The state of each traveller. Arrays over [travellers]."""

    edge: Integers
    behind: Integers  # who follows in the queue
    entered_s: Floats  # onto this edge
    ready_s: Floats  # at its far end, or when the next thing happens
    speed_m_s: Floats  # of a walker; 0: in a car; BLUE_LIGHT
    braves: Claims  # goes on into thick smoke
    row: Integers  # of `Ways`: where to, and what is known
    route_at: Integers  # own route: position in `Ways.route_edges`
    route_end: Integers
    people: Integers
    distance_m: Floats
    status: Integers
    done_s: Floats


class Ways(NamedTuple):
    """Where to go next. A row is a destination together with what is known of cut roads."""

    next_edge: Integers  # [row, node], -1: no way known
    refuge: Integers  # [row]
    node: Integers  # [row] of that refuge
    room: Integers  # [refuge] people who still find room
    route_edges: Integers  # own routes, one after another


class Events(NamedTuple):
    """What happens next: a heap of edges (below n_edges + n_nodes) and travellers (from there on).

    There is at most one entry of each edge and each traveller.
    """

    keys: Floats
    ties: Floats
    labels: Integers
    size: Integers  # [1]


def new_queues(n_edges_and_nodes: int, log_room: int = 0) -> Queues:
    """Empty roads, all open; with `log_room` every entry onto a road is noted, up to so many between two looks."""
    n = n_edges_and_nodes
    nobody = [np.full(n, NOBODY, np.int64) for _ in range(6)]
    return Queues(
        first=nobody[0],
        last=nobody[1],
        cars=np.zeros(n, np.int64),
        next_out_s=np.full(n, -np.inf),
        is_closed=np.zeros(n, np.bool_),
        is_barred=np.zeros(n, np.bool_),
        is_thick=np.zeros(n, np.bool_),
        foot_factor=np.ones(n),
        waits_for=nobody[2],
        waits_since_s=np.full(n, np.inf),
        first_in_line=nobody[3],
        last_in_line=nobody[4],
        next_in_line=nobody[5],
        is_scheduled=np.zeros(n, np.bool_),
        has_turn=np.zeros(n, np.bool_),
        turn_since_s=np.full(n, -np.inf),
        log=np.empty((log_room, 3)),
        n_logged=np.zeros(1, np.int64),
    )


def new_events(room: int) -> Events:
    """An empty heap."""
    return Events(np.empty(room), np.zeros(room), np.empty(room, np.int64), np.zeros(1, np.int64))


@kernel_in_place
def add_event(events: Events, at_s: float, label: int) -> None:
    """Let something happen at `at_s`."""
    events.size[0] = push(events.keys, events.ties, events.labels, events.size[0], at_s, 0.0, label)


@kernel_in_place
def add_events(events: Events, at_s: Floats, labels: Integers) -> None:
    """Let several things happen, each at its time."""
    for k in range(labels.size):
        add_event(events, at_s[k], labels[k])


@kernel_in_place
def schedule(queues: Queues, events: Events, edge: int, at_s: float) -> None:
    """Let an edge be served at `at_s`, unless it will be served anyhow."""
    if not queues.is_scheduled[edge]:
        queues.is_scheduled[edge] = True
        add_event(events, at_s, edge)


@kernel_in_place
def wake(queues: Queues, events: Events, edge: int, now_s: float) -> None:
    """Let whoever waits longest for this road try again."""
    if queues.first_in_line[edge] != NOBODY:
        schedule(queues, events, queues.first_in_line[edge], now_s)


@kernel_in_place
def join_line(queues: Queues, edge: int, wanted: int, now_s: float) -> None:
    """The first car of an edge waits, behind others, for room on the edge that it wants."""
    queues.waits_for[edge], queues.waits_since_s[edge], queues.next_in_line[edge] = wanted, now_s, NOBODY
    if queues.first_in_line[wanted] == NOBODY:
        queues.first_in_line[wanted] = edge
    else:
        queues.next_in_line[queues.last_in_line[wanted]] = edge
    queues.last_in_line[wanted] = edge


@kernel_in_place
def join_line_first(queues: Queues, edge: int, wanted: int, now_s: float) -> None:
    """The same, before all others."""
    queues.waits_for[edge], queues.waits_since_s[edge] = wanted, now_s
    queues.next_in_line[edge] = queues.first_in_line[wanted]
    if queues.first_in_line[wanted] == NOBODY:
        queues.last_in_line[wanted] = edge
    queues.first_in_line[wanted] = edge


@kernel_in_place
def leave_line(network: Network, queues: Queues, events: Events, edge: int, now_s: float) -> None:
    """The first car of `edge` waits no longer for the road it wanted; the others in line may try."""
    wanted = queues.waits_for[edge]
    if wanted == NOBODY:
        return
    before, here = NOBODY, queues.first_in_line[wanted]
    while here != edge:
        before, here = here, queues.next_in_line[here]
    after = queues.next_in_line[edge]
    if before == NOBODY:
        queues.first_in_line[wanted] = after
    else:
        queues.next_in_line[before] = after
    if after == NOBODY:
        queues.last_in_line[wanted] = before
    queues.waits_for[edge], queues.waits_since_s[edge], queues.next_in_line[edge] = NOBODY, np.inf, NOBODY
    wake(queues, events, wanted, now_s)
    if network.is_shared[wanted] and network.opposite[wanted] != NOBODY:
        wake(queues, events, network.opposite[wanted], now_s)


@kernel_in_place
def append(queues: Queues, travellers: Travellers, edge: int, who: int, now_s: float, ready_s: float) -> None:
    """Put a car at the end of the queue of `edge`."""
    travellers.edge[who], travellers.behind[who] = edge, NOBODY
    travellers.entered_s[who], travellers.ready_s[who] = now_s, ready_s
    if queues.first[edge] == NOBODY:
        queues.first[edge] = who
    else:
        travellers.behind[queues.last[edge]] = who
    queues.last[edge] = who
    queues.cars[edge] += 1


@kernel_in_place
def take_first(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edge: int, now_s: float
) -> int:
    """The first car leaves the queue of `edge`; the room that it frees is offered on. Returns the car."""
    leave_line(network, queues, events, edge, now_s)
    who = queues.first[edge]
    queues.first[edge] = travellers.behind[who]
    queues.cars[edge] -= 1
    queues.next_out_s[edge] = now_s + network.headway_s[edge]
    if queues.first[edge] == NOBODY:
        queues.last[edge] = NOBODY
    else:
        next_s = max(now_s, travellers.ready_s[queues.first[edge]], queues.next_out_s[edge])
        schedule(queues, events, edge, next_s)
    wake(queues, events, edge, now_s)
    if network.is_shared[edge] and queues.cars[edge] == 0 and network.opposite[edge] != NOBODY:
        wake(queues, events, network.opposite[edge], now_s)
    travellers.distance_m[who] += network.length_m[edge]
    return int(who)


@kernel_in_place
def has_blue_light(travellers: Travellers, who: int) -> bool:
    """Whether a vehicle passes queues."""
    return bool(travellers.speed_m_s[who] < 0.0)


@kernel_in_place
def is_in_queue(queues: Queues, travellers: Travellers, edge: int, who: int) -> bool:
    """Whether a car is on `edge`; one that has not set out yet is not on its driveway."""
    here = queues.first[edge]
    while here != NOBODY and here != who:
        here = travellers.behind[here]
    return bool(here == who)


@kernel_in_place
def make_way(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edge: int, who: int, now_s: float
) -> None:
    """Those before `who` on `edge` pull aside: it is first. They keep their order."""
    if queues.first[edge] == who:
        return
    leave_line(network, queues, events, edge, now_s)
    before = queues.first[edge]
    while travellers.behind[before] != who:
        before = travellers.behind[before]
    travellers.behind[before] = travellers.behind[who]
    if queues.last[edge] == who:
        queues.last[edge] = before
    travellers.behind[who], queues.first[edge] = queues.first[edge], who


@kernel_in_place
def enter(
    network: Network, queues: Queues, travellers: Travellers, events: Events, wanted: int, who: int, now_s: float
) -> None:
    """A car enters the road `wanted`, whether or not there is room."""
    if network.is_shared[wanted] and network.opposite[wanted] != NOBODY:
        other = network.opposite[wanted]
        is_unopposed = queues.cars[wanted] == 0 and queues.first_in_line[other] == NOBODY
        if not queues.has_turn[wanted] or is_unopposed:
            queues.has_turn[wanted], queues.has_turn[other] = True, False
            queues.turn_since_s[wanted] = now_s
    append(queues, travellers, wanted, who, now_s, now_s + network.free_s[wanted])
    if has_blue_light(travellers, who) and not network.is_shared[wanted]:
        add_event(events, travellers.ready_s[who], network.head.size + who)
    row = queues.n_logged[0]
    if row < queues.log.shape[0]:
        queues.log[row, 0], queues.log[row, 1], queues.log[row, 2] = wanted, who, now_s
        queues.n_logged[0] += 1


@kernel_in_place
def keep_only(
    network: Network, queues: Queues, travellers: Travellers, events: Events, edge: int, kept: Integers, now_s: float
) -> None:
    """The queue of `edge` becomes `kept` (in order); the room freed is offered on."""
    leave_line(network, queues, events, edge, now_s)
    queues.first[edge], queues.last[edge], queues.cars[edge] = NOBODY, NOBODY, 0
    for k in range(kept.size):
        who = kept[k]
        append(queues, travellers, edge, who, travellers.entered_s[who], travellers.ready_s[who])
    schedule(queues, events, edge, now_s)
    wake(queues, events, edge, now_s)
    if network.is_shared[edge] and network.opposite[edge] != NOBODY:
        wake(queues, events, network.opposite[edge], now_s)


@kernel_in_place
def wake_all_in_line(queues: Queues, events: Events, edge: int, now_s: float) -> None:
    """Everybody who waits to enter this road thinks again (it has just closed)."""
    here = queues.first_in_line[edge]
    while here != NOBODY:
        schedule(queues, events, here, now_s)
        here = queues.next_in_line[here]

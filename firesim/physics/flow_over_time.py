"""The system-optimal evacuation: an earliest-arrival flow through a network with capacities, in steps of time.

Every vehicle leaves its node at its step or later, may wait at any node, needs a whole number of steps for each
road, and no more enter a road in a step than it carries. The flow found has the most vehicles out by *every* step
at once (Gale 1959, "Transient flows in networks"; such flows exist for one sink however many the sources), so it
has both the least sum of arrival times and the earliest clearance. It is of the family of the capacity-constrained
route planner (Lu, George & Shekhar 2005), which reserves the earliest way for one vehicle after another and never
takes a reservation back; here reservations are taken back where that helps (arcs of the residual network), so the
result is exact, not greedy: `tests/physics/test_flow_over_time.py` holds it against the network simplex.

How. The steps t = 0, 1, ... are taken in order; for each, ways are sought backwards from the exits at t through the
time-expanded residual network until some vehicle still to go is met, and no flow to an earlier step is ever given up
(lexicographic maximum flow: Minieka 1973, Megiddo 1974). Since one may wait, all times at a node from which the exit
can be reached at t are those up to one latest time: one number a node instead of a network over time. Where a search
meets nobody, what it has reached is dead for good and is never searched again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.physics.flow_search import (
    ALL_PLANNED,
    NEEDS_STEPS,
    NEVER,
    NOBODY,
    WORD,
    Arcs,
    Search,
    Supply,
    Timetable,
    fill_room,
    has_lasting_way,
    plan_ways,
)
from firesim.physics.flow_ways import follow_flow

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]


_LONG_STEPS = 512  # without anybody getting ready: what is before and after may be planned apart
MOST_MEMORY_MB = 2000.0  # of the timetable; judgement


class TooManySteps(ValueError):  # noqa: N818 (says what is wrong, as its siblings do)
    """The timetable would not fit into memory: larger steps are needed."""


class Plan(NamedTuple):
    """A way for each vehicle, in the order in which they were given.

    `leaves_step` [vehicles]: when it enters its first road, -1: no way out was left; `arrives_step` likewise.
    `route_start` [vehicles + 1], `route_edges`: the roads of vehicle k are `route_edges[start[k]:start[k + 1]]`.
    """

    leaves_step: Integers
    arrives_step: Integers
    route_start: Integers
    route_edges: Integers


def earliest_arrival_plan(
    tail: ArrayLike,
    head: ArrayLike,
    steps: ArrayLike,
    per_step: ArrayLike,
    closes_step: ArrayLike,
    exits: ArrayLike,
    node: ArrayLike,
    ready_step: ArrayLike,
    n_nodes: int,
) -> Plan:
    """Ways and departures that bring the most vehicles out by every step at once.

    Parameters
    ----------
    tail, head : [edge]
        Node indices.
    steps : [edge]
        Steps to cross, 0 or more.
    per_step : [edge]
        Vehicles that may enter in a step, not a whole number in general: by the end of step k, ceil((k + 1) c). After
        a long time in which nobody gets ready and the roads are empty it is counted anew.
    closes_step : [edge]
        First step in which nobody may enter any more; -1: never closes.
    exits : [exits]
        Nodes where vehicles are safe; nothing leaves them.
    node, ready_step : [vehicles]
        Where each starts, and from which step on.
    n_nodes : int

    Returns
    -------
    Plan
        Vehicles at an exit have no roads and arrive when they are ready. Raises `TooManySteps` when roads times steps
        need more than `MOST_MEMORY_MB`.
    """
    tails, heads = np.asarray(tail, np.int64), np.asarray(head, np.int64)
    arcs = _arcs(tails, heads, np.asarray(steps, np.int64), n_nodes)
    is_exit = np.zeros(n_nodes, np.bool_)
    is_exit[np.asarray(exits, np.int64)] = True
    nodes, ready = np.asarray(node, np.int64), np.asarray(ready_step, np.int64)
    closes = np.where(np.asarray(closes_step) < 0, NEVER, closes_step).astype(np.int64)
    rates = np.where(is_exit[tails], 0.0, np.asarray(per_step, np.float64))
    parts = _apart(ready)
    plans: list[tuple[Integers, Plan]] = []
    while parts:
        who = parts.pop(0)
        first = int(ready[who].min()) if plans or parts else 0
        later = np.where(closes == NEVER, NEVER, np.maximum(closes - first, 0))
        plan = _plan_from(arcs, rates, later, is_exit, nodes[who], ready[who] - first)
        if parts and plan.arrives_step.max() + first > ready[parts[0]].min():
            parts[0] = np.concatenate([who, parts[0]])  # the roads are not empty again by then
            continue
        plans.append((who, _later(plan, first)))
    return plans[0][1] if len(plans) == 1 else _together(plans)


def _apart(ready: Integers) -> list[Integers]:
    """Vehicles parted where nobody gets ready for long, so that years without a car take no room in the timetable."""
    order = np.argsort(ready, kind="stable")
    cuts = np.flatnonzero(np.diff(ready[order]) > _LONG_STEPS) + 1
    return [np.sort(part) for part in np.split(order, cuts)]


def _later(plan: Plan, steps: int) -> Plan:
    leaves, arrives = (np.where(at < 0, at, at + steps) for at in (plan.leaves_step, plan.arrives_step))
    return plan._replace(leaves_step=leaves, arrives_step=arrives)


def _together(plans: list[tuple[Integers, Plan]]) -> Plan:
    """One plan of several, each for some of the vehicles."""
    who = np.concatenate([part for part, _ in plans])
    leaves, arrives, count = (np.empty(len(who), np.int64) for _ in range(3))
    leaves[who] = np.concatenate([plan.leaves_step for _, plan in plans])
    arrives[who] = np.concatenate([plan.arrives_step for _, plan in plans])
    lengths = np.concatenate([np.diff(plan.route_start) for _, plan in plans])
    count[who] = lengths
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    edges = np.concatenate([plan.route_edges for _, plan in plans])
    ranks = np.arange(len(edges)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    route_edges = np.empty(len(edges), np.int64)
    route_edges[np.repeat(start[who], lengths) + ranks] = edges
    return Plan(leaves, arrives, start, route_edges)


def _plan_from(
    arcs: Arcs, rates: Floats, closes: Integers, is_exit: Claims, nodes: Integers, ready: Integers
) -> Plan:  # fmt: skip
    """The plan of vehicles of which each may leave its node from its step on."""
    n_nodes = is_exit.size
    order = np.lexsort((ready, nodes))
    order = order[~is_exit[nodes[order]]]
    start = np.searchsorted(nodes[order], np.arange(n_nodes + 1)).astype(np.int64)
    supply = Supply(start, ready[order], np.zeros(n_nodes, np.int64))
    table = _solve(arcs, rates, closes, is_exit, supply)
    leaves, arrives, n_edges, moves = follow_flow(arcs, table.flow, is_exit, supply)
    return _in_given_order(order, leaves, arrives, n_edges, moves, is_exit[nodes], ready)


def _solve(arcs: Arcs, rates: Floats, closes: Integers, is_exit: Claims, supply: Supply) -> Timetable:
    """Run the kernel, with more steps and more records whenever it asks for them."""
    n_nodes, n_steps = is_exit.size, 512
    table = _timetable(arcs.tail.size, n_nodes, 0)
    table = _longer(table, rates, closes, n_steps)
    search = _search(n_nodes, 8 * n_nodes + 4096)
    lasting = has_lasting_way(arcs, closes, rates, is_exit)
    finite = closes[closes != NEVER]
    settled = int(finite.max() + arcs.steps.max()) if finite.size else 0
    step = 0
    while True:
        why, step = plan_ways(arcs, table, search, supply, is_exit, lasting, settled, step)
        if why == ALL_PLANNED:
            return table
        if why == NEEDS_STEPS:
            n_steps *= 2
            table = _longer(table, rates, closes, n_steps)
        else:
            search = _wider(search)


def _arcs(tail: Integers, head: Integers, steps: Integers, n_nodes: int) -> Arcs:
    out, into = np.argsort(tail, kind="stable"), np.argsort(head, kind="stable")
    nodes = np.arange(n_nodes + 1)
    return Arcs(
        tail, head, steps,
        np.searchsorted(tail[out], nodes).astype(np.int64), out.astype(np.int64),
        np.searchsorted(head[into], nodes).astype(np.int64), into.astype(np.int64),
    )  # fmt: skip


def _timetable(n_edges: int, n_nodes: int, n_steps: int) -> Timetable:
    words = n_steps // WORD
    # Two short integers and two bits a road and step, one integer and a bit a node and step.
    if n_steps * (n_edges * 4.25 + n_nodes * 4.125) > MOST_MEMORY_MB * 1e6:
        raise TooManySteps(f"{n_steps} steps of {n_edges} roads need more than {MOST_MEMORY_MB:g} MB")
    short = [np.zeros((n_edges, n_steps), np.int16) for _ in range(2)]
    bits = [np.zeros((n_edges, words), np.uint64) for _ in range(2)]
    waiting, waited = np.zeros((n_nodes, n_steps), np.int32), np.zeros((n_nodes, words), np.uint64)
    return Timetable(short[0], short[1], bits[0], bits[1], waiting, waited)


def _longer(old: Timetable, rates: Floats, closes: Integers, n_steps: int) -> Timetable:
    """The same timetable with room for `n_steps`, a multiple of 64."""
    new = _timetable(rates.size, old.waiting.shape[0], n_steps)
    known, words = old.flow.shape[1], old.is_used.shape[1]
    new.flow[:, :known], new.room[:, :known], new.waiting[:, :known] = old.flow, old.room, old.waiting
    new.has_room[:, :words], new.is_used[:, :words], new.is_waited[:, :words] = (
        old.has_room, old.is_used, old.is_waited,
    )  # fmt: skip
    fill_room(new, rates, closes, known)
    return new


def _search(n_nodes: int, n_records: int) -> Search:
    label = [np.full(n_nodes, NOBODY, np.int64) for _ in range(3)]
    record = [np.zeros(n_records, np.int64) for _ in range(6)]
    return Search(
        latest=label[0], dead=label[1], current=label[2], node=record[0], until=record[1], at=record[2], arc=record[3],
        is_forward=np.zeros(n_records, np.bool_), parent=record[4], keys=np.zeros(n_records), ties=np.zeros(n_records),
        labels=record[5],
    )  # fmt: skip


def _wider(old: Search) -> Search:
    new = _search(old.latest.size, 2 * old.node.size)
    new.latest[:], new.dead[:] = old.dead, old.dead
    return new


def _in_given_order(
    order: Integers, leaves: Integers, arrives: Integers, n_edges: Integers, moves: Integers,
    is_there: Claims, ready: Integers,
) -> Plan:  # fmt: skip
    """Put the vehicles back into the order in which they came, those at exits among them."""
    n = is_there.size
    leaves_step, arrives_step = np.full(n, NOBODY, np.int64), np.full(n, NOBODY, np.int64)
    leaves_step[order], arrives_step[order] = leaves, arrives
    leaves_step[is_there], arrives_step[is_there] = ready[is_there], ready[is_there]
    count = np.zeros(n, np.int64)
    count[order] = n_edges
    route_start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    route_edges = np.empty(int(route_start[-1]), np.int64)
    # `moves`: vehicle (in the planner's order) and road, in order of time.
    place = np.empty(len(moves), np.int64)
    by_vehicle = np.argsort(moves[:, 0], kind="stable")
    first = np.concatenate([[0], np.cumsum(n_edges)]).astype(np.int64)[:-1]
    ranks = np.arange(len(moves)) - first[moves[by_vehicle, 0]]
    place[by_vehicle] = route_start[order[moves[by_vehicle, 0]]] + ranks
    route_edges[place] = moves[:, 1]
    return Plan(leaves_step, arrives_step, route_start, route_edges)

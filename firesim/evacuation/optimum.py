"""The system-optimal plan of an evacuation: the flow of `physics/flow_over_time.py` on roads that take seconds.

A step is longer than many a road. Were each road's time rounded by itself, a chain of short ones would take no time at
all; so times are rounded where they add up, at the nodes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.case import Evacuation
from firesim.evacuation.choices import NONE_KNOWN, NOWHERE, Assigned, Guide
from firesim.inputs.problems import BadInput, Problem
from firesim.physics.flow_over_time import Plan, TooManySteps, earliest_arrival_plan
from firesim.physics.search import quickest_to

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def whole_steps(case: Evacuation, step_s: float) -> Integers:
    """Steps to cross each road, so that the times of whole ways are right to a step. [edges]

    Each node is given the whole number of steps nearest to its free-flow time from the exits; a road of a quickest way
    takes the difference between its ends, so along such a way no error adds up. A road that leads astray takes as many
    steps more as its detour is long, rounded by itself.
    """
    roads, is_open = case.network, np.ones(case.network.n_edges, bool)
    to_exit_s, _, _ = quickest_to(roads.tail, roads.head, roads.free_s, is_open, case.exits, roads.n_nodes)
    to_exit_s[np.isinf(to_exit_s)] = 0.0  # nobody drives there
    whole = np.rint(to_exit_s / step_s)
    detour_s = np.maximum(roads.free_s + to_exit_s[roads.head] - to_exit_s[roads.tail], 0.0)
    steps = whole[roads.tail] - whole[roads.head] + np.rint(detour_s / step_s)
    told: Integers = np.maximum(steps, 0.0).astype(np.int64)
    return told


def planned(guide: Guide, step_s: float) -> Assigned:
    """Ways and departures of the system optimum at this step."""
    case, roads = guide.case, guide.case.network
    plan = _plan(case, step_s)
    start, end = plan.route_start[:-1].copy(), plan.route_start[1:].copy()
    exit_index = np.full(roads.n_nodes, NOWHERE, np.int64)
    exit_index[case.exits] = np.arange(len(case.exits))
    exit_ = exit_index[case.node]
    has_way = end > start
    exit_[has_way] = exit_index[roads.head[plan.route_edges[end[has_way] - 1]]]
    # Who stands at an exit is out when it is ready, and waits for nobody.
    starts_s = case.departure_s.copy()
    shared_s = _within_step(plan.leaves_step[has_way], plan.route_edges[start[has_way]], step_s)
    starts_s[has_way] = np.maximum(starts_s[has_way], shared_s)
    more: list[int] = []
    # Steps are coarse: whom the plan leaves behind may still get through.
    for who in np.flatnonzero(plan.arrives_step < 0).tolist():
        way = guide.safest(int(case.node[who]), float(case.departure_s[who]), NONE_KNOWN)
        if way is not None:
            first = len(plan.route_edges) + len(more)
            exit_[who], start[who], end[who] = way[0], first, first + len(way[1])
            more += way[1]
    return Assigned(exit_, starts_s, start, end, np.append(plan.route_edges, np.array(more, np.int64)))


def at_once(case: Evacuation, plan: Assigned) -> Assigned:
    """The ways of a plan for who does not wait at home: queues then stand on the road, where room is left for them."""
    return replace(plan, starts_s=case.departure_s)


def _plan(case: Evacuation, step_s: float) -> Plan:
    roads = case.network
    closes_step = np.where(np.isinf(case.closes_s), -1.0, np.floor(case.closes_s / step_s)).astype(np.int64)
    try:
        return earliest_arrival_plan(
            roads.tail, roads.head, whole_steps(case, step_s), roads.capacity_veh_s * step_s, closes_step, case.exits,
            case.node, np.floor(case.departure_s / step_s), roads.n_nodes,
        )  # fmt: skip
    except TooManySteps as why:
        message = f"A plan at a step of {step_s:g} s does not fit into memory: {why}."
        remedy = "Take a larger step; half of it is planned too, to tell how much the step matters."
        raise BadInput([Problem("--step-s", step_s, message, remedy)]) from None


def _within_step(leaves_step: Integers, first_edge: Integers, step_s: float) -> Floats:
    """When each who has a way sets out: those who enter one road in one step share the step evenly. [s]"""
    order = np.lexsort((np.arange(len(first_edge)), leaves_step, first_edge))
    same = np.flatnonzero(
        np.diff(first_edge[order], prepend=-9) | np.diff(leaves_step[order], prepend=-9)
    )  # where a new group begins
    size = np.diff(np.append(same, len(order)))
    share = np.empty(len(order))
    share[order] = (np.arange(len(order)) - np.repeat(same, size)) / np.repeat(size, size)
    within_s: Floats = (leaves_step + share) * step_s
    return within_s

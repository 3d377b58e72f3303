"""The system-optimal plan: held against the network simplex, and its laws."""

from __future__ import annotations

from collections import defaultdict
from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics.flow_over_time import earliest_arrival_plan

LAST_STEP = 120


@st.composite
def cases(draw, closes=True):
    n = draw(st.integers(2, 6))
    nodes = st.integers(0, n - 1)
    edges = []
    for _ in range(draw(st.integers(1, 14))):
        tail, head = draw(nodes), draw(nodes)
        if tail != head:
            close = draw(st.integers(0, 15)) if closes and draw(st.integers(0, 3)) == 0 else -1
            edges.append((tail, head, draw(st.integers(0, 3)), draw(st.sampled_from([0.3, 0.5, 1.0, 1.7, 2.0])), close))
    vehicles = draw(st.lists(st.tuples(nodes, st.integers(0, 10)), min_size=1, max_size=25))
    return n, edges, sorted({draw(nodes), draw(nodes)}), vehicles


def planned(n, edges, exits, vehicles):
    tail, head, steps, rate, close = (list(column) for column in zip(*edges, strict=True)) if edges else ([],) * 5
    node, ready = (list(column) for column in zip(*vehicles, strict=True))
    return earliest_arrival_plan(tail, head, steps, rate, close, exits, node, ready, n)


def room(rate, step):
    return int(np.ceil(rate * (step + 1) - 1e-9) - np.ceil(rate * step - 1e-9))


def exact(n, edges, exits, vehicles):
    """(vehicles left behind, sum of arrival steps of the others) by networkx on the network drawn out over time."""
    graph, room_on = nx.DiGraph(), defaultdict(int)
    for tail, head, steps, rate, close in edges:
        for step in range(LAST_STEP - steps):
            if tail not in exits and not 0 <= close <= step:
                room_on[(tail, step), (head, step + steps)] += room(rate, step)
    for (a, b), limit in room_on.items():
        graph.add_edge(a, b, capacity=limit, weight=0)
    for node in range(n):
        for step in range(LAST_STEP):
            if node in exits:
                graph.add_edge((node, step), "out", capacity=len(vehicles), weight=step)
            elif step < LAST_STEP - 1:
                graph.add_edge((node, step), (node, step + 1), capacity=len(vehicles), weight=0)
    going = [(node, ready) for node, ready in vehicles if node not in exits]
    for start in set(going):
        graph.add_edge("in", start, capacity=going.count(start), weight=0)
    graph.add_edge("in", "out", capacity=len(vehicles), weight=10 * LAST_STEP)
    graph.add_node("in", demand=-len(going))
    graph.add_node("out", demand=len(going))
    cost, flow = nx.network_simplex(graph)
    left = flow["in"]["out"]
    return left, cost - 10 * LAST_STEP * left


@given(cases())
@settings(max_examples=60)
def test_the_plan_is_as_good_as_the_network_simplex(case):
    n, edges, exits, vehicles = case
    plan = planned(*case)
    goes = np.array([node not in exits for node, _ in vehicles])
    arrives = plan.arrives_step[goes]
    assert (int((arrives < 0).sum()), int(arrives[arrives >= 0].sum())) == exact(n, edges, exits, vehicles)


@given(cases())
@settings(max_examples=60)
def test_every_way_hangs_together_and_no_road_takes_more_than_it_carries(case):
    _, edges, exits, vehicles = case
    plan = planned(*case)
    for k, (node, ready) in enumerate(vehicles):
        way = plan.route_edges[plan.route_start[k] : plan.route_start[k + 1]].tolist()
        here = node
        for edge in way:
            assert edges[edge][0] == here
            here = edges[edge][1]
        if plan.arrives_step[k] >= 0:
            assert here in exits
            assert plan.leaves_step[k] >= ready
            assert plan.arrives_step[k] >= plan.leaves_step[k] + sum(edges[edge][2] for edge in way)
        else:
            assert way == []
    first = defaultdict(int)
    for k in range(len(vehicles)):
        if plan.route_start[k + 1] > plan.route_start[k]:
            first[plan.route_edges[plan.route_start[k]], plan.leaves_step[k]] += 1
    for (edge, step), count in first.items():
        assert count <= room(edges[edge][3], step)
        assert not 0 <= edges[edge][4] <= step


@given(cases(closes=False), st.sampled_from([0.3, 0.7, 1.0]))
@settings(max_examples=40)
def test_more_capacity_never_plans_a_later_clearance_and_more_demand_never_a_sooner_one(case, more):
    n, edges, exits, vehicles = case
    # A whole number of vehicles a step, so that more never comes in another rhythm.
    edges = [(a, b, steps, 1.0, close) for a, b, steps, _, close in edges]
    plan = planned(n, edges, exits, vehicles)
    arrives = np.where(plan.arrives_step < 0, 10_000, plan.arrives_step)
    wider = [(a, b, steps, 1.0 + round(more), close) for a, b, steps, _, close in edges]
    assert _last(planned(n, wider, exits, vehicles)) <= arrives.max()
    assert _last(planned(n, edges, exits, [*vehicles, (n - 1, 4)])) >= arrives.max()


def _last(plan):
    return np.where(plan.arrives_step < 0, 10_000, plan.arrives_step).max()


ROUND = [(0, 2, 1), (1, 2, 1), (0, 3, 1), (2, 4, 1), (3, 4, 1)]


@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_a_way_reserved_first_is_taken_back_for_who_has_no_other(order):
    """Two vehicles, one from 0 by way of 2 or 3, one from 1 by way of 2 alone: both are out at step 2.

    Whoever reserves the way through 2 for the first and keeps it has the second wait, in some order of the roads.
    """
    edges = [(*ROUND[k], 1.0, -1) for k in order]
    assert planned(5, edges, [4], [(0, 0), (1, 0)]).arrives_step.tolist() == [2, 2]


@st.composite
def crowded(draw):
    """Starts that share narrow ways in two layers: where reserving one after the other goes wrong most."""
    links = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=12, unique=True)
    steps = st.integers(0, 2)
    edges = [(a, 4 + b, draw(steps), draw(st.sampled_from([0.5, 1.0])), -1) for a, b in draw(links)]
    edges += [
        (4 + k, 8, draw(steps), draw(st.sampled_from([0.5, 1.0])), draw(st.sampled_from([-1, 4]))) for k in range(4)
    ]
    vehicles = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=16))
    return 9, edges, [8], vehicles


@given(crowded())
@settings(max_examples=60)
def test_where_ways_are_contested_the_plan_is_as_good_as_the_network_simplex(case):
    plan = planned(*case)
    arrives = plan.arrives_step
    assert (int((arrives < 0).sum()), int(arrives[arrives >= 0].sum())) == exact(*case)


def test_a_bottleneck_is_planned_in_demand_over_capacity():
    plan = planned(2, [(0, 1, 3, 2.5, -1)], [1], [(0, 0)] * 1000)
    assert plan.arrives_step.max() == 3 + 1000 / 2.5 - 1
    assert np.diff(np.sort(plan.arrives_step)).max() == 1


def test_those_who_cannot_pass_before_a_closing_are_left_behind_and_the_most_pass():
    plan = planned(3, [(0, 1, 2, 1.0, -1), (1, 2, 1, 1.0, 9)], [2], [(0, 0)] * 20)
    assert (plan.arrives_step >= 0).sum() == 7  # they enter the road that closes in steps 2 to 8
    assert (plan.leaves_step >= 0).sum() == 7


@pytest.mark.parametrize("ready", [0, 5000])
def test_the_plan_grows_as_long_as_it_must(ready):
    plan = planned(2, [(0, 1, 1, 0.1, -1)], [1], [(0, ready)] * 300)
    assert plan.arrives_step.max() == pytest.approx(ready + 1 + 2990, abs=1)


def test_years_without_a_car_take_no_room_and_no_time():
    road = ([0, 1], [1, 2], [3, 3], [0.5, 0.5], [-1, 1_000_010], [2])
    plan = earliest_arrival_plan(*road, [0, 0, 0, 0], [0, 1_000_000, 0, 1_000_008], 3)
    assert plan.arrives_step.tolist()[:3] == [7, 1_000_007, 9]  # every other step carries a car
    assert plan.arrives_step[3] == -1  # the second road closes before it gets there
    assert plan.leaves_step.tolist() == [0, 1_000_000, 2, -1]
    assert plan.route_start.tolist() == [0, 2, 4, 6, 6]
    assert plan.route_edges.tolist() == [0, 1] * 3


def test_who_gets_ready_late_waits_for_those_still_on_the_road_after_a_long_time():
    # 1,000 cars need 2,000 steps for the road, and one more gets ready after 900 of them.
    plan = earliest_arrival_plan([0], [1], [1], [0.5], [-1], [1], [0] * 1001, [0] * 1000 + [900], 2)
    assert plan.arrives_step.max() == 1 + 2000
    assert len(set(plan.arrives_step.tolist())) == 1001

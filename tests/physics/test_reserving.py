"""Convoys take room on the roads one after another: nobody is lost, and no road takes more than it can."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics.reserving import Passages, choose_in_order, cost_of_all, exchange, take_room


def passages(*ways):
    """Ways of (edges, begins, steps, arrives_s, goal)."""
    longest = max(len(way[0]) for way in ways)
    filled = [np.array([[*way[k], *[0] * (longest - len(way[k]))] for way in ways], dtype=np.int64) for k in (0, 1)]
    return Passages(
        *filled,
        np.array([len(way[0]) for way in ways], dtype=np.int64),
        np.array([way[2] for way in ways], dtype=np.int64),
        np.array([way[3] for way in ways], dtype=np.float64),
        np.array([way[4] for way in ways], dtype=np.int64),
    )


def test_the_narrowest_edge_sets_the_flow_at_the_step_in_which_it_is_reached():
    left = np.array([[5.0, 5.0, 5.0, 5.0], [9.0, 2.0, 3.0, 9.0]])
    flow = take_room(left, passages(([0, 1], [0, 1], 3, 0.0, 0)), 0, 8.0)
    assert flow.tolist() == [2.0, 3.0, 3.0]
    assert left.tolist() == [[3.0, 2.0, 2.0, 5.0], [9.0, 0.0, 0.0, 6.0]]


def test_the_next_convoy_waits_for_the_one_before():
    left = np.full((1, 10), 4.0)
    one_road = passages(([0], [0], 10, 60.0, 0))
    assert take_room(left, one_road, 0, 10.0).tolist()[:4] == [4.0, 4.0, 2.0, 0.0]
    assert take_room(left, one_road, 0, 6.0).tolist()[:5] == [0.0, 0.0, 2.0, 4.0, 0.0]


def test_the_sum_of_arrivals_is_that_of_the_flows_and_whom_nothing_has_room_for_come_at_the_stated_time():
    two_steps = passages(([0], [0], 2, 100.0, 0), ([], [], 5, 30.0, 1))
    left, places = np.full((1, 5), 4.0), np.array([5, 100])
    cost = cost_of_all(left, two_steps, np.array([0, 0]), np.array([6.0, 5.0]), np.array([4, 3]), places, 60.0, 1e4)
    # 4 at 100 s, 2 + 2 at 160 s, 3 never; of 7 people 5 find a place.
    assert cost == (2.0, 4 * 100.0 + 4 * 160.0 + 3 * 1e4)
    assert places.tolist() == [-2, 100]
    at_the_goal = cost_of_all(left, two_steps, np.array([1]), np.array([50.0]), np.array([1]), places, 60.0, 1e4)
    assert at_the_goal == (0.0, 50 * 30.0)  # a way without a road has room for all at once


@st.composite
def demands(draw):
    """Room on four roads over twelve steps, some ways over them, and convoys that take these ways."""
    room = draw(st.lists(st.lists(st.floats(0.0, 9.0), min_size=12, max_size=12), min_size=4, max_size=4))
    ways = []
    for _ in range(draw(st.integers(1, 4))):
        edges = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
        begins = sorted(draw(st.lists(st.integers(0, 6), min_size=len(edges), max_size=len(edges))))
        ways.append((edges, begins, draw(st.integers(0, 12 - begins[-1])), draw(st.floats(0.0, 600.0)), 0))
    taken = draw(st.lists(st.integers(0, len(ways) - 1), min_size=1, max_size=6))
    vehicles = draw(st.lists(st.floats(0.0, 60.0), min_size=len(taken), max_size=len(taken)))
    return np.array(room), ways, taken, vehicles


@settings(max_examples=150, deadline=None)
@given(demands())
def test_what_is_taken_from_the_roads_is_what_left_and_never_more_than_there_was(case):
    room, ways, taken, vehicles = case
    left, rows = room.copy(), passages(*ways)
    expected_cost, used = 0.0, np.zeros_like(room)
    for way, count in zip(taken, vehicles, strict=True):
        flow = take_room(left, rows, way, count)
        assert (flow >= 0.0).all()
        assert flow.sum() <= count + 1e-9
        edges, begins, steps, arrives_s, _ = ways[way]
        for edge, begin in zip(edges, begins, strict=True):
            used[edge, begin : begin + steps] += flow
        expected_cost += float((flow * (arrives_s + 60.0 * np.arange(steps))).sum()) + (count - flow.sum()) * 5000.0
        if flow.sum() < count - 1e-9:  # who does not fit has used up some edge in every step
            spare = np.min([left[e, b : b + steps] for e, b in zip(edges, begins, strict=True)], axis=0)
            assert (spare <= 1e-9).all()
    np.testing.assert_allclose(room - left, used, atol=1e-9)
    assert left.min(initial=0.0) >= -1e-9
    people, places = np.zeros(len(taken), dtype=np.int64), np.array([0])
    _, cost = cost_of_all(room.copy(), rows, np.array(taken), np.array(vehicles), people, places, 60.0, 5000.0)
    assert cost == pytest.approx(expected_cost, rel=1e-9, abs=1e-6)


# --- choosing and exchanging, against the same written out slowly --------------------------------------------------

STEP_S, UNFIT_S = 60.0, 9000.0


@st.composite
def cases(draw):
    """Two to four convoys with one to three ways each over four roads of twelve steps, to two places."""
    whole = st.integers(0, 3)
    ways, first, end = [], [], []
    for _ in range(draw(st.integers(2, 4))):
        first.append(len(ways))
        for _ in range(draw(st.integers(1, 3))):
            edges = draw(st.lists(whole, min_size=1, max_size=3, unique=True))
            arrives_s = float(draw(st.integers(1, 20)) * 30)
            ways.append((edges, list(range(len(edges))), draw(st.integers(1, 9)), arrives_s, draw(st.integers(0, 1))))
        end.append(len(ways))
    n = len(first)
    left = np.array(draw(st.lists(st.integers(0, 12), min_size=48, max_size=48)), dtype=float).reshape(4, 12)
    vehicles = np.array(draw(st.lists(st.integers(1, 40), min_size=n, max_size=n)), dtype=float)
    people = np.array(draw(st.lists(st.integers(1, 90), min_size=n, max_size=n)))
    places = np.array(draw(st.lists(st.integers(0, 150), min_size=2, max_size=2)))
    return left, passages(*ways), np.array(first), np.array(end), vehicles, people, places


def total(case, rows, convoys):
    left, ways, _, _, vehicles, people, places = case
    who = np.array(convoys)
    return cost_of_all(
        left.copy(), ways, np.array(rows), vehicles[who], people[who], places.copy(), STEP_S, UNFIT_S
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(case=cases(), backwards=st.booleans())
def test_each_chooses_its_best_beside_those_before_it(case, backwards):
    left, ways, first, end, vehicles, people, places = case
    order = list(range(len(first)))[:: -1 if backwards else 1]
    chosen = choose_in_order(left, ways, first, end, np.array(order), vehicles, people, places, STEP_S, UNFIT_S)
    rows, known = [], []
    for k in order:
        known.append(k)
        rows.append(min(range(first[k], end[k]), key=lambda row: total(case, [*rows, row], known)))
    assert chosen[order].tolist() == rows


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_an_exchange_ends_where_no_single_change_helps_and_is_what_it_says(case):
    left, ways, first, end, vehicles, people, places = case
    everybody = list(range(len(first)))
    before = left.copy(), places.copy()
    taken, without, cost = exchange(left, ways, first, end, first, vehicles, people, places, STEP_S, UNFIT_S, 50)
    assert (left == before[0]).all()
    assert (places == before[1]).all()
    assert total(case, taken, everybody) == (without, cost)
    assert (without, cost) <= total(case, first, everybody)
    for k in everybody:
        for row in range(first[k], end[k]):
            tried = taken.copy()
            tried[k] = row
            assert total(case, tried, everybody) >= (without, cost)

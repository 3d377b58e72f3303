"""Ways through a network whose roads close."""

from __future__ import annotations

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics.search import earliest_arrival, edges_from, edges_to, latest_departure, quickest_to

INF = np.inf


@st.composite
def networks(draw, most_nodes=6, most_edges=14):
    """Small random networks: nodes, tail, head, travel_s, closes_s; loops and parallel edges included."""
    n = draw(st.integers(2, most_nodes))
    m = draw(st.integers(1, most_edges))
    node = st.integers(0, n - 1)
    tail = draw(st.lists(node, min_size=m, max_size=m))
    head = draw(st.lists(node, min_size=m, max_size=m))
    travel_s = draw(st.lists(st.integers(1, 20), min_size=m, max_size=m))
    closes_s = draw(st.lists(st.one_of(st.just(INF), st.integers(0, 60)), min_size=m, max_size=m))
    return n, np.array(tail), np.array(head), np.array(travel_s, float), np.array(closes_s, float)


def simple_ways(n, tail, head, source, target):
    """Every way without a repeated node, as lists of edges: slow, and right."""
    ways = []

    def go(node, seen, way):
        if node == target:
            ways.append(list(way))
            return
        for edge in range(tail.size):
            if tail[edge] == node and head[edge] not in seen:
                go(head[edge], seen | {head[edge]}, [*way, edge])

    go(source, {source}, [])
    return ways


def test_a_road_that_closes_before_it_can_be_left_is_not_taken():
    # 0 -> 1 quickly but closing, 0 -> 2 -> 1 slowly and always open
    tail, head, travel_s = [0, 0, 2], [1, 2, 1], [10.0, 10.0, 10.0]
    late, via = earliest_arrival(tail, head, travel_s, [9.0, INF, INF], 0, 0.0, 3)
    assert late.tolist() == [0.0, 20.0, 10.0]
    assert edges_to(via, np.array(tail), 1) == [1, 2]
    just, via = earliest_arrival(tail, head, travel_s, [10.0, INF, INF], 0, 0.0, 3)
    assert just[1] == 10.0
    assert via[1] == 0
    with_margin, _ = earliest_arrival(tail, head, travel_s, [10.0, INF, INF], 0, 0.0, 3, margin_s=1.0)
    assert with_margin[1] == 20.0


def test_the_latest_departure_over_two_closing_roads_is_the_tighter_one():
    tail, head, travel_s, closes_s = [0, 1], [1, 2], [10.0, 20.0], [100.0, 105.0]
    leave_by_s, next_edge = latest_departure(tail, head, travel_s, closes_s, [2], 3)
    assert leave_by_s.tolist() == [75.0, 85.0, INF]  # 105 - 20 - 10, although the first road alone would allow 90
    assert next_edge.tolist() == [0, 1, -1]


def test_where_a_way_never_closes_one_may_leave_at_any_time_by_the_quickest_of_them():
    tail, head, travel_s = [0, 0, 0], [1, 1, 1], [30.0, 20.0, 5.0]
    leave_by_s, next_edge = latest_departure(tail, head, travel_s, [INF, INF, 50.0], [1], 2)
    assert leave_by_s[0] == INF
    assert next_edge[0] == 1


def test_a_node_without_a_way_is_said_to_have_none():
    time_s, next_edge, target = quickest_to([0], [1], [5.0], [True], [1], 3)
    assert time_s.tolist() == [5.0, 0.0, INF]
    assert next_edge.tolist() == [0, -1, -1]
    assert target.tolist() == [0, 0, -1]
    leave_by_s, _ = latest_departure([0], [1], [INF], [INF], [1], 3)
    assert leave_by_s.tolist() == [-INF, INF, -INF]


@given(networks(), st.integers(0, 20), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_earliest_arrival_is_the_best_of_all_ways(network, start_s, margin_s):
    n, tail, head, travel_s, closes_s = network
    arrive_s, via = earliest_arrival(tail, head, travel_s, closes_s, 0, start_s, n, margin_s)
    for target in range(1, n):
        best = INF
        for way in simple_ways(n, tail, head, 0, target):
            now_s = float(start_s)
            for edge in way:
                now_s += travel_s[edge]
                if now_s > closes_s[edge] - margin_s:
                    now_s = INF
            best = min(best, now_s)
        assert arrive_s[target] == best
        if best < INF:
            assert start_s + travel_s[edges_to(via, tail, target)].sum() == best


@given(networks(), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_leaving_at_the_latest_departure_arrives_and_a_second_later_does_not(network, margin_s):
    n, tail, head, travel_s, closes_s = network
    leave_by_s, next_edge = latest_departure(tail, head, travel_s, closes_s, [n - 1], n, margin_s)
    for node in range(n - 1):
        if np.isfinite(leave_by_s[node]):
            at_s, _ = earliest_arrival(tail, head, travel_s, closes_s, node, leave_by_s[node], n, margin_s)
            after_s, _ = earliest_arrival(tail, head, travel_s, closes_s, node, leave_by_s[node] + 1.0, n, margin_s)
            assert np.isfinite(at_s[n - 1])
            assert np.isinf(after_s[n - 1])
            assert head[edges_from(next_edge, head, node)[-1]] == n - 1
        else:
            arrive_s, _ = earliest_arrival(tail, head, travel_s, closes_s, node, 1e6, n, margin_s)
            assert np.isfinite(arrive_s[n - 1]) == (leave_by_s[node] == INF)


@given(networks(most_nodes=8, most_edges=25), st.integers(0, 2**30))
@settings(max_examples=100, deadline=None)
def test_quickest_ways_are_those_of_networkx(network, bits):
    n, tail, head, travel_s, _ = network
    is_open = np.array([bits >> k & 1 for k in range(tail.size)], dtype=bool)
    targets = [0, n - 1]
    time_s, next_edge, target = quickest_to(tail, head, travel_s, is_open, targets, n)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(
        (head[e], tail[e], travel_s[e]) for e in range(tail.size) if is_open[e]
    )  # reversed: networkx searches from the targets
    expected = nx.multi_source_dijkstra_path_length(graph, set(targets))
    assert {node: time_s[node] for node in range(n) if np.isfinite(time_s[node])} == expected
    for node in expected:
        way = edges_from(next_edge, head, node)
        assert travel_s[way].sum() == time_s[node]
        assert is_open[way].all()
        assert (head[way[-1]] if way else node) == targets[target[node]]


def test_ties_fall_the_same_way_whatever_the_order_of_the_targets():
    tail, head = np.array([0, 0]), np.array([1, 2])
    nearest = {
        targets[quickest_to(tail, head, [5.0, 5.0], [True, True], targets, 3)[2][0]] for targets in permutations([1, 2])
    }
    assert nearest == {1}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"head": [7]}, "outside 0 to 1"),
        ({"travel_s": [-1.0]}, "must not be negative"),
        ({"closes_s": [np.nan]}, "NaN"),
        ({"source": 5}, "not a node"),
    ],
)
def test_a_network_that_makes_no_sense_is_refused_by_name(changed, said):
    arguments = {"tail": [0], "head": [1], "travel_s": [1.0], "closes_s": [INF], "source": 0} | changed
    with pytest.raises(ValueError, match=said):
        earliest_arrival(**arguments, start_s=0.0, n_nodes=2)

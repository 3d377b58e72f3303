"""The largest steady flow, held against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics.max_flow import largest_flow


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 20)), min_size=1, max_size=30))
@settings(max_examples=60)
def test_the_flow_is_that_of_networkx_and_its_cut_carries_just_so_much(edges):
    tail, head, capacity = (np.array(column) for column in zip(*edges, strict=True))
    flow, inside = largest_flow(tail, head, capacity, 0, 6, 7)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(7))
    for a, b, limit in edges:
        if a != b:
            before = graph[a][b]["capacity"] if graph.has_edge(a, b) else 0
            graph.add_edge(a, b, capacity=before + limit)
    assert flow == pytest.approx(nx.maximum_flow_value(graph, 0, 6))
    assert inside[0]
    assert not inside[6]
    assert capacity[inside[tail] & ~inside[head]].sum() == pytest.approx(flow)

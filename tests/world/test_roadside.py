"""Where the fire cuts a road is the same whether all of the map is looked through or only what flames."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.world.roadside import Roadside
from tests.world.test_traffic import GRID, roads

FLAMING_S = 180.0


@settings(max_examples=40)
@given(
    st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.05, 2.0), st.integers(0, 600),
)  # fmt: skip
def test_a_road_is_cut_when_flames_first_come_to_it_and_where_they_do(across, down, spread_m_s, small_until_s):
    network = roads()
    row, column = np.indices(GRID.shape)
    at_row, at_column = down * (GRID.rows - 1), across * (GRID.columns - 1)
    arrival_s = np.hypot(row - at_row, column - at_column) * GRID.cell_size_m / spread_m_s
    ways = [Roadside(network, GRID) for _ in range(2)]
    n_cut = 0
    for now_s in range(small_until_s, 3600, 50):  # what burnt before is flaming no more, nor was it looked at
        flaming = np.flatnonzero((arrival_s.ravel() <= now_s) & (arrival_s.ravel() > now_s - FLAMING_S))
        known_s = np.where(arrival_s <= now_s, arrival_s, np.inf)
        through_all, of_flames = ways[0].newly_cut(known_s, now_s), ways[1].newly_cut(known_s, now_s, None, flaming)
        assert through_all[0].tolist() == of_flames[0].tolist()
        assert through_all[1].tolist() == of_flames[1].tolist()
        n_cut += len(of_flames[0])
    ever = ways[1].newly_cut(np.where(arrival_s <= now_s, arrival_s, np.inf), now_s)
    assert len(ever[0]) == 0
    assert n_cut <= len(network.edges)

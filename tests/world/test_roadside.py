"""Where the fire cuts a road is the same whether all of the map is looked through or only what flames."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.world.fire import FLAMING_S
from firesim.world.roadside import FLAMES_SEEN_WITHIN_S, Roadside
from tests.world.test_traffic import GRID, roads


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


def test_a_road_behind_a_small_fire_is_cut_once_cells_can_show_it():
    """At the very moment of ignition nothing flames; then the fire is an ellipse that need not come near the road."""
    network, ways = roads(), Roadside(roads(), GRID)
    x_m, y_m = float(network.x_m[0]), float(network.y_m[0])
    row, column = (int(index) for index in GRID.cell_at(x_m, y_m))
    arrival_s = np.full(GRID.shape, np.inf)
    none, far_off = np.empty(0, np.int64), [[(x_m + 9e5, y_m), (x_m + 9e5 + 9.0, y_m), (x_m + 9e5, y_m + 9.0)]]
    assert len(ways.newly_cut(arrival_s, 0.0, None, none)[0]) == 0
    arrival_s[row, column] = 0.0
    for now_s in range(10, 600, 10):
        assert len(ways.newly_cut(arrival_s, float(now_s), far_off)[0]) == 0
    assert len(ways.newly_cut(arrival_s, 600.0, None, none)[0]) > 0


def test_looks_far_apart_miss_no_road():
    assert FLAMES_SEEN_WITHIN_S < FLAMING_S - 35.0  # by as much as arrivals have been seen to be corrected
    ways, arrival_s = Roadside(roads(), GRID), np.full(GRID.shape, np.inf)
    none = np.empty(0, np.int64)
    ways.newly_cut(arrival_s, 0.0, None, none)
    arrival_s[:] = 10.0  # all of it burns, and flames no more when somebody looks again
    assert len(ways.newly_cut(arrival_s, 300.0, None, none)[0]) == len(roads().edges)


def test_a_place_beyond_the_map_is_in_no_cell():
    network = roads()
    for k, path in enumerate(network.paths_xy_m):
        network.paths_xy_m[k] = [(x_m - 1e6, y_m) for x_m, y_m in path]
    edge = np.arange(len(network.edges))
    assert (Roadside(network, GRID).cell_of(edge, np.full(len(edge), 0.5)) == -1).all()


def test_a_second_run_finds_the_roads_as_the_first_did():
    network, arrival_s = roads(), np.full(GRID.shape, 10.0)
    cuts = []
    for _ in range(2):
        ways = Roadside(network, GRID)
        assert len(ways.newly_heated(arrival_s, 20.0)[0]) == len(network.edges)
        cuts.append(ways.newly_cut(arrival_s, 20.0))
        assert len(ways.newly_cut(arrival_s, 30.0)[0]) == 0
    assert cuts[0][0].tolist() == cuts[1][0].tolist() == list(range(len(network.edges)))
    assert cuts[0][1].tolist() == cuts[1][1].tolist()


def test_who_is_on_a_road_is_in_the_cell_that_holds_the_place():
    network = roads()
    ways = Roadside(network, GRID)
    driveways = len(network.edges) + np.arange(len(network.node_ids))
    edge = np.concatenate([np.repeat(np.arange(len(network.edges)), 9), driveways])
    fraction = np.concatenate([np.tile(np.linspace(0.0, 1.0, 9), len(network.edges)), np.zeros(len(driveways))])
    for one, at, cell in zip(edge, fraction, ways.cell_of(edge, fraction).tolist(), strict=True):
        row, column = GRID.cell_holding(*ways.position_m(one, at))
        assert cell == (row * GRID.columns + column if GRID.holds(row, column) else -1)
    assert len(set(ways.cell_of(edge, fraction).tolist())) > len(driveways)

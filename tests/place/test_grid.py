from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firesim.place.grid import ROWS_PER_STEP_NORTH, Grid, column_row, direction_deg, east_north, position_on

SKIATHOS = Grid(459, 531, 30.0, 444750.0, 4328010.0, "EPSG:2100")

grids = st.builds(
    Grid,
    st.integers(1, 500),
    st.integers(1, 500),
    st.floats(1.0, 500.0),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 5e6),
    st.none(),
)


@given(grids, st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0, exclude_max=True))
def test_the_centre_of_a_cell_lies_in_that_cell(grid: Grid, down: float, across: float) -> None:
    row, column = int(down * grid.rows), int(across * grid.columns)
    assert grid.cell_at(*grid.centre_of(row, column)) == (row, column)
    assert grid.x_centres_m[column] == grid.centre_of(row, column)[0]
    assert np.isclose(grid.y_centres_m[row], grid.centre_of(row, column)[1])


@given(grids)
def test_row_0_is_the_north_edge_and_column_0_the_west_edge(grid: Grid) -> None:
    row, column = grid.cell_at(grid.x_west_m + 0.4 * grid.cell_size_m, grid.y_north_m - 0.4 * grid.cell_size_m)
    assert (row, column) == (0, 0)
    row, column = grid.cell_at(grid.x_east_m - 0.4 * grid.cell_size_m, grid.y_south_m + 0.4 * grid.cell_size_m)
    assert (row, column) == (grid.rows - 1, grid.columns - 1)


def test_points_outside_are_not_on_the_grid() -> None:
    west, south, east, north = SKIATHOS.bounds_m
    x_m = np.array([west - 1, east + 1, west + 1, west + 1, west + 1])
    y_m = np.array([south + 1, south + 1, south - 1, north + 1, north - 1])
    assert SKIATHOS.holds(*SKIATHOS.cell_at(x_m, y_m)).tolist() == [False, False, False, False, True]


@given(st.floats(445000.0, 460000.0), st.floats(4328100.0, 4341700.0))
def test_metres_come_back_from_longitude_and_latitude_within_a_millimetre(x_m: float, y_m: float) -> None:
    back = SKIATHOS.from_lon_lat(*SKIATHOS.to_lon_lat(x_m, y_m))
    assert np.allclose(back, (x_m, y_m), atol=1e-3)


def test_the_port_lies_where_the_greek_grid_puts_it() -> None:
    # The new port; its longitude grows east of the landfill's and both lie on the grid.
    port = SKIATHOS.from_lon_lat(23.492099, 39.165587)
    landfill = SKIATHOS.from_lon_lat(23.436, 39.1668)
    assert 4800.0 < port[0] - landfill[0] < 4900.0  # 0.0561 degrees at 39.17 N, 86.4 km a degree
    assert abs(port[1] - landfill[1]) < 250.0


@given(st.floats(0.0, 359.9))
def test_a_direction_survives_the_way_to_a_vector_and_back(toward_deg: float) -> None:
    apart = (direction_deg(*east_north(toward_deg)) - toward_deg + 180.0) % 360.0 - 180.0
    assert abs(apart) < 1e-9


def test_compass_points_step_the_right_way() -> None:
    assert np.allclose(east_north([0, 90, 180, 270]), [[0, 1, 0, -1], [1, 0, -1, 0]], atol=1e-12)
    columns, rows = column_row([0, 90, 180, 270])
    assert np.allclose(columns, [0, 1, 0, -1], atol=1e-12)
    assert np.allclose(rows, [ROWS_PER_STEP_NORTH, 0, -ROWS_PER_STEP_NORTH, 0], atol=1e-12)


def test_a_coarser_grid_keeps_the_north_west_corner() -> None:
    coarse = SKIATHOS.coarser(4)
    assert coarse.shape == (114, 132)
    assert coarse.cell_size_m == 120.0
    assert (coarse.x_west_m, coarse.y_north_m) == (SKIATHOS.x_west_m, SKIATHOS.y_north_m)


@given(grids, st.floats(-1e6, 1e6), st.floats(-1e6, 5e6))
def test_compiled_loops_find_a_point_where_everybody_does(grid: Grid, x_m: float, y_m: float) -> None:
    assert position_on(grid.x_west_m, grid.y_north_m, grid.cell_size_m, x_m, y_m) == grid.position_of(x_m, y_m)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firesim.place.grid import Grid
from firesim.place.shapes import points_along, rasterise, ring_area_m2, rings_of, rings_of_cells

GRID = Grid(80, 90, 30.0, 444750.0, 4328010.0)


def circular(grid: Grid, x_m: float, y_m: float, speed_m_s: float = 0.5) -> np.ndarray:
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    return np.hypot(x - x_m, y - y_m) / speed_m_s


CENTRE = (444750.0 + 45.3 * 30, 4328010.0 + 41.7 * 30)


@pytest.mark.parametrize("radius_m", [200.0, 500.0, 1000.0])
@pytest.mark.parametrize("known_until_now", [False, True])
def test_the_ring_of_a_circular_fire_encloses_pi_r_squared_within_one_percent(
    radius_m: float, known_until_now: bool
) -> None:
    arrival_time_s = circular(GRID, *CENTRE)
    at_s = radius_m / 0.5
    if known_until_now:  # later arrivals are not shown: the outline must be carried on from what is known
        arrival_time_s = np.where(arrival_time_s <= at_s, arrival_time_s, np.inf)
    (ring,) = rings_of(arrival_time_s, at_s, GRID)
    assert ring_area_m2(ring) == pytest.approx(np.pi * radius_m**2, rel=0.01)
    away_m = np.hypot(*(np.array(ring) - CENTRE).T)
    # A tenth of a cell; half where the outline runs along the rows and is carried on from one cell behind.
    assert np.abs(away_m - radius_m).max() < (15.0 if known_until_now else 3.0)


def test_outer_rings_run_counterclockwise_and_holes_clockwise() -> None:
    arrival_time_s = np.abs(circular(GRID, *CENTRE) - 1000.0)  # a band about a circle of 500 m
    areas = sorted(ring_area_m2(ring) for ring in rings_of(arrival_time_s, 400.0, GRID))
    assert areas == pytest.approx([-np.pi * 300.0**2, np.pi * 700.0**2], rel=0.01)


@pytest.mark.parametrize("kind", ["<f4", ">f4", ">f8", "<i4", "<f2"])
def test_fields_of_any_kind_of_number_have_rings(kind: str) -> None:
    field = np.minimum(np.rint(circular(GRID, *CENTRE) / 10.0), 2000.0).astype(kind)
    assert rings_of(field, 100.0, GRID) == rings_of(field.astype(np.float64), 100.0, GRID)


def test_a_fire_that_nobody_has_lit_has_no_ring() -> None:
    assert rings_of(np.full(GRID.shape, np.inf), 1e9, GRID) == []


def test_a_front_held_at_a_road_stands_at_the_sides_of_its_cells() -> None:
    arrival_time_s = circular(GRID, *CENTRE)
    arrival_time_s[:, 60:] = np.inf
    (ring,) = rings_of(arrival_time_s, 2400.0, GRID)
    held = [x for x, y in ring if x > CENTRE[0] and abs(y - CENTRE[1]) < 1000.0]
    assert held == pytest.approx([GRID.x_west_m + 60 * 30.0] * len(held))
    assert len(held) > 60


def test_a_cell_that_burnt_at_the_very_time_lies_within_also_in_single_precision() -> None:
    grid = Grid(10, 10, 30.0, 0.0, 0.0)
    for at_s in np.random.default_rng(1).uniform(0.0, 1e5, 50).tolist():
        arrival_s = np.full((10, 10), np.inf, np.float32)
        arrival_s[4:6, 4:6] = at_s
        (ring,) = rings_of(arrival_s, at_s, grid)
        assert ring_area_m2(ring) > 0.0


def test_an_outline_never_leaves_the_grid() -> None:
    (ring,) = rings_of(np.zeros(GRID.shape), 0.0, GRID)
    west, south, east, north = GRID.bounds_m
    assert ring_area_m2(ring) == pytest.approx((east - west) * (north - south), rel=0.001)
    assert all(west <= x <= east and south <= y <= north for x, y in ring)


masks = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(masks)
def test_rasterising_the_outline_of_cells_gives_the_cells_back(mask: np.ndarray) -> None:
    grid = Grid(*mask.shape, 30.0, 1000.0, 2000.0)
    rings = rings_of_cells(mask, grid)
    assert np.array_equal(rasterise(rings, grid), mask)
    assert all(ring[0] == ring[-1] for ring in rings)


@given(arrays(np.float64, (9, 11), elements=st.floats(0.0, 100.0) | st.just(np.inf)), st.floats(0.0, 100.0))
@settings(max_examples=200)
def test_rasterising_a_contour_gives_back_what_lies_below_it(field: np.ndarray, level: float) -> None:
    grid = Grid(9, 11, 30.0, 1000.0, 2000.0)
    assert np.array_equal(rasterise(rings_of(field, level, grid), grid), field <= level)


def test_rasterising_agrees_with_rasterio_on_a_polygon_with_a_hole() -> None:
    from affine import Affine
    from rasterio.features import rasterize

    angle = np.linspace(0.0, 2.0 * np.pi, 37)
    star = 900.0 + 300.0 * np.sin(5 * angle)
    outer = np.column_stack([CENTRE[0] + star * np.cos(angle), CENTRE[1] + star * np.sin(angle)])
    hole = CENTRE + (outer - CENTRE) * 0.3
    ours = rasterise([outer, hole], GRID)
    polygon = {"type": "Polygon", "coordinates": [outer.tolist(), hole.tolist()]}
    theirs = rasterize([polygon], out_shape=GRID.shape, transform=Affine(*GRID.transform)).astype(bool)
    assert ours.sum() > 1000
    assert np.array_equal(ours, theirs)


def test_parts_of_a_polygon_beyond_the_grid_are_cut_off() -> None:
    west, south, east, north = GRID.bounds_m
    everything = [(west - 99, south - 99), (east + 99, south - 99), (east + 99, north + 99), (west - 99, north + 99)]
    assert rasterise([everything], GRID).all()
    assert not rasterise([[(x + 1e5, y) for x, y in everything]], GRID).any()


def test_points_along_a_square_are_evenly_spaced_and_go_all_round() -> None:
    square = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0], [0.0, 0.0]])
    points = points_along(square, 30.0)
    assert len(points) == 14  # 400 m at no more than 30 m
    steps = np.hypot(*np.diff(np.vstack([points, points[:1]]), axis=0).T)
    assert steps.max() <= 30.0
    assert points[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_the_part_of_a_field_that_holds_all_that_has_burnt_has_its_outlines(seed):
    rng, arrival_s = np.random.default_rng(seed), np.full(GRID.shape, np.inf)
    burnt = np.s_[0:9, 4:15]  # up to the northern edge of the grid
    arrival_s[burnt] = rng.uniform(0.0, 100.0, arrival_s[burnt].shape)
    rings = rings_of(arrival_s, 50.0, GRID)
    assert len(rings) > 5
    assert rings_of(arrival_s[burnt], 50.0, GRID, (0, 4)) == rings

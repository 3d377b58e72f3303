import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics.sight import EFFECTIVE_EARTH_RADIUS_M, hidden_m, line_of_sight, tallest_around, viewshed

CELL_M = 30.0


def plain(rows: int = 41, columns: int = 61) -> np.ndarray:
    return np.zeros((rows, columns), dtype=np.float32)


def plain_with_wall(height_m: float, at_column: int = 30) -> np.ndarray:
    elevation_m = plain()
    elevation_m[:, at_column] = height_m
    return elevation_m


def hills(seed: int) -> np.ndarray:
    rng = np.random.Generator(np.random.Philox(seed))
    coarse = rng.uniform(0.0, 300.0, (6, 6))
    return np.kron(coarse, np.ones((8, 8))).astype(np.float32)


def test_a_flat_plain_hides_nothing() -> None:
    assert viewshed(plain(), CELL_M, 5.5, 7.5, 2.0, to_height_m=0.0).all()


def test_a_wall_hides_what_lies_behind_it_and_nothing_before_it() -> None:
    seen = viewshed(plain_with_wall(50.0), CELL_M, 10.5, 20.5, 2.0)
    assert seen[20, :31].all()
    assert not seen[20, 31:].any()


def test_one_looks_over_a_wall_from_just_above_its_sight_line() -> None:
    # Wall of 50 m half-way between two points: a ray from 20 m needs 80 m at the other end, plus the Earth's bulge.
    elevation_m = plain_with_wall(50.0)
    bulge_m = (40 * CELL_M) ** 2 / (8.0 * EFFECTIVE_EARTH_RADIUS_M)
    needed_m = 80.0 + 2.0 * bulge_m
    heights_m = np.array([needed_m - 0.01, needed_m + 0.01])
    seen = line_of_sight(elevation_m, CELL_M, 10.5, 20.5, 20.0, 50.5, 20.5, heights_m)
    assert seen.tolist() == [False, True]


def test_what_a_wall_hides_is_as_high_as_similar_triangles_say() -> None:
    # The eye at 10 m, the wall of 40 m at 20 cells, the foot at 30 cells: 10 + 30 * 30 / 20 = 55 m.
    wall = plain_with_wall(40.0)
    hidden = hidden_m(wall, tallest_around(wall), CELL_M, 10.5, 20.5, 10.0, 40.5, 20.5, 0.0, np.inf)
    assert hidden == pytest.approx(55.0, abs=0.05)


def test_nothing_is_hidden_where_the_foot_is_seen() -> None:
    for column, row in ((12.5, 3.5), (60.5, 40.5)):
        level = plain()
        assert hidden_m(level, tallest_around(level), CELL_M, 10.5, 20.5, 10.0, column, row, 0.0, np.inf) == 0.0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    ends=st.tuples(*[st.floats(0.0, 48.0) for _ in range(4)]),
    heights_m=st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 60.0)),
)
def test_sight_is_mutual(seed: int, ends: tuple[float, ...], heights_m: tuple[float, float]) -> None:
    elevation_m = hills(seed)
    there = line_of_sight(elevation_m, CELL_M, ends[0], ends[1], heights_m[0], ends[2], ends[3], heights_m[1])
    back = line_of_sight(elevation_m, CELL_M, ends[2], ends[3], heights_m[1], ends[0], ends[1], heights_m[0])
    assert bool(there) == bool(back)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1_000), ends=st.tuples(*[st.floats(0.0, 48.0) for _ in range(4)]))
def test_smoke_shows_exactly_above_its_hidden_height(seed: int, ends: tuple[float, ...]) -> None:
    elevation_m = hills(seed)
    ground, ray = (elevation_m, tallest_around(elevation_m), CELL_M), (ends[0], ends[1], 3.0, ends[2], ends[3])
    hidden = hidden_m(*ground, *ray, 0.0, np.inf)
    around_m = np.array([hidden - 0.01, hidden + 0.01])
    seen = line_of_sight(elevation_m, CELL_M, ends[0], ends[1], 3.0, ends[2], ends[3], around_m)
    assert seen[1]
    assert not seen[0] or hidden == 0.0
    # Who cares for less learns at least that so much is hidden; who cares for more, all of that.
    assert min(hidden, 5.0) <= hidden_m(*ground, *ray, 0.0, 5.0) <= hidden
    assert hidden_m(*ground, *ray, 5.0, np.inf) == max(hidden, 5.0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), height_m=st.floats(1.0, 50.0))
def test_a_higher_mast_sees_all_that_a_lower_one_sees(seed: int, height_m: float) -> None:
    low = viewshed(hills(seed), CELL_M, 20.5, 20.5, height_m)
    high = viewshed(hills(seed), CELL_M, 20.5, 20.5, height_m + 20.0)
    assert (high | ~low).all()


def test_sight_does_not_depend_on_which_way_the_map_is_turned() -> None:
    elevation_m = hills(3)
    seen = viewshed(elevation_m, CELL_M, 10.5, 30.5, 15.0)
    turned = viewshed(np.rot90(elevation_m).copy(), CELL_M, 30.5, 48.0 - 10.5, 15.0)
    assert (np.rot90(seen) == turned).mean() > 0.999  # equal but for rays that graze


def test_ground_near_a_run_of_samples_is_never_taken_for_lower_than_it_is() -> None:
    elevation_m = hills(5)
    tallest_m = tallest_around(elevation_m)
    for row, column in itertools.product(range(48), repeat=2):
        near = elevation_m[max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4]
        assert tallest_m[row // 4, column // 4] >= near.max()

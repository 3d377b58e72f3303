"""Boats go round the land, never over it, and know what water lies to windward."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from firesim.place.grid import Grid
from firesim.place.sea import DIRECTIONS, SeaChart

GRID = Grid(200, 200, 30.0, 0.0, 0.0)
NORTH, EAST, SOUTH, WEST = 0, 9, 18, 27


def chart(is_land: np.ndarray | None = None, beyond_km: tuple[float, ...] = (0.0,) * 8) -> SeaChart:
    land = np.zeros(GRID.shape, bool) if is_land is None else is_land
    return SeaChart(~land, GRID, tuple(1000.0 * km for km in beyond_km))


def cape() -> np.ndarray:
    """Land from the north edge down the middle, 3 km long and 600 m wide."""
    land = np.zeros(GRID.shape, bool)
    land[:100, 90:110] = True
    return land


def test_over_open_water_the_way_is_the_straight_line():
    way = chart().way((300.0, 300.0), (5100.0, 4500.0))
    assert way is not None
    # Both ends stand in the middle of a cell of the chart, at most 85 m from where they were asked for.
    assert way.length_m == pytest.approx(np.hypot(4800.0, 4200.0), abs=170.0)


def test_a_cape_is_rounded_and_the_way_there_is_as_long_as_the_way_back():
    sea = chart(cape())
    there, back = sea.way((1500.0, 4500.0), (4500.0, 4500.0)), sea.way((4500.0, 4500.0), (1500.0, 4500.0))
    assert there is not None
    assert back is not None
    # Taut round the two corners at (2700, 3000) and (3300, 3000), kept one cell of 120 m off.
    exact = 2 * np.hypot(1200.0, 1500.0) + 600.0
    assert exact <= there.length_m <= 1.08 * exact
    assert there.length_m == pytest.approx(back.length_m, rel=0.01)
    row, column = GRID.cell_at(there.xy_m[:, 0], there.xy_m[:, 1])
    assert not cape()[row, column].any()


def test_a_way_does_not_hang_on_who_asked_first_and_in_which_direction():
    """A chart is kept from run to run: runs may not be told apart by those before them."""
    rng = np.random.default_rng(3)
    islands = np.kron(rng.random((25, 25)) < 0.3, np.ones((8, 8))).astype(bool)
    there_first, back_first = chart(islands), chart(islands)
    for start_x, start_y, end_x, end_y in rng.uniform(0.0, 6000.0, (60, 4)):
        start, end = (start_x, start_y), (end_x, end_y)
        there_first.way(start, end)
        back_first.way(end, start)
        for one, other in ((start, end), (end, start)):
            way, same = there_first.way(one, other), back_first.way(one, other)
            assert way is not None
            assert same is not None
            for part in ("xy_m", "along_m", "fetch_m"):
                np.testing.assert_array_equal(getattr(way, part), getattr(same, part))


def test_waters_that_do_not_meet_are_joined_by_no_way_and_the_largest_is_the_sea():
    land = np.zeros(GRID.shape, bool)
    land[:, 40:60] = True  # a wall; the smaller water lies west of it
    sea = chart(land)
    cell, away_m = sea.water_near(300.0, 3000.0)
    assert away_m > 1200.0
    assert sea.way((300.0, 3000.0), (4500.0, 3000.0)).xy_m[:, 0].min() > 1800.0  # type: ignore[union-attr]
    assert chart(np.ones(GRID.shape, bool)).way((300.0, 300.0), (900.0, 300.0)) is None
    assert cell >= 0


def test_open_water_ends_at_land_and_goes_on_beyond_the_map_as_it_is_told():
    sea = chart(cape(), beyond_km=(80.0, 0.0, 8.0, 0.0, 15.0, 0.0, 5.0, 0.0))
    (fetch_m,) = sea.fetch_m(np.array([[1500.0, 4500.0]]))
    assert len(fetch_m) == DIRECTIONS
    assert fetch_m[EAST] == pytest.approx(2700.0 - 1500.0, abs=150.0)
    assert fetch_m[NORTH] == pytest.approx(80_000.0 + 1500.0, abs=150.0)
    assert fetch_m[WEST] == pytest.approx(5_000.0 + 1500.0, abs=150.0)
    assert fetch_m[SOUTH] == pytest.approx(15_000.0 + 4500.0, abs=150.0)


def test_on_skiathos_the_north_coast_is_open_to_a_north_wind_and_the_south_coast_is_not(skiathos: Any):
    from firesim.physics.waves import effective_fetch_m

    sea = SeaChart(~skiathos.landcover.is_land, skiathos.grid, (80e3, 150e3, 8e3, 60e3, 15e3, 15e3, 5e3, 30e3))
    lalaria, troulos = ((452500.0, 4339800.0), (449700.0, 4331900.0))
    north, south = (float(effective_fetch_m(sea.fetch_m(np.array([at])), 10.0)[0]) for at in (lalaria, troulos))
    assert north > 50_000.0
    assert south < 1_000.0

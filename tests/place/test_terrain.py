from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from firesim.place.grid import Grid, direction_deg, east_north
from firesim.place.load import Place
from firesim.place.terrain import slope_and_aspect, terrain_from_spot_heights

GRID = Grid(20, 25, 30.0, 0.0, 0.0)


def tilted(grid: Grid, slope_deg: float, faces_deg: float) -> np.ndarray:
    """A plane that falls toward `faces_deg`."""
    east, north = east_north(faces_deg)
    x_m, y_m = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    return 500.0 - np.tan(np.radians(slope_deg)) * (east * x_m + north * y_m)


@given(st.floats(0.1, 60.0), st.floats(0.0, 359.9))
def test_a_tilted_plane_has_its_own_slope_and_aspect_up_to_the_edge(slope_deg: float, faces_deg: float) -> None:
    slope, aspect = slope_and_aspect(tilted(GRID, slope_deg, faces_deg), GRID.cell_size_m)
    assert np.allclose(slope, slope_deg, atol=1e-6)
    assert np.allclose((aspect - faces_deg + 180.0) % 360.0, 180.0, atol=1e-5)


@pytest.mark.parametrize(("east", "north"), [(1, 1), (1, -1), (-1, -1), (-1, 1)])
def test_aspect_points_downhill_in_every_quadrant(east: int, north: int) -> None:
    faces_deg = float(direction_deg(east, north))
    elevation_m = tilted(GRID, 20.0, faces_deg)
    _, aspect = slope_and_aspect(elevation_m, GRID.cell_size_m)
    assert np.allclose(aspect, faces_deg)
    # One step that way on the map (row 0 is north) leads to lower ground.
    assert elevation_m[10 - north, 10 + east] < elevation_m[10, 10]


def test_level_ground_has_no_slope_and_faces_north_by_convention() -> None:
    slope, aspect = slope_and_aspect(np.full((5, 5), 7.0), 30.0)
    assert not slope.any()
    assert not aspect.any()


def test_the_surface_goes_through_its_spot_heights_and_meets_the_sea_at_zero() -> None:
    grid = Grid(60, 60, 30.0, 0.0, 0.0)
    is_land = np.zeros(grid.shape, dtype=bool)
    is_land[10:50, 10:50] = True
    row, column = np.array([20, 30, 39]), np.array([22, 31, 17])
    heights = np.array([80.0, 120.0, 40.0])
    spots = np.column_stack([*grid.centre_of(row, column), heights])
    terrain = terrain_from_spot_heights(grid, [box(300, 300, 1500, 1500)], spots, is_land)
    assert np.allclose(terrain.elevation_m[row, column], heights, atol=1e-3)
    assert not terrain.elevation_m[~is_land].any()
    assert terrain.elevation_m[10:50, 10].max() < 10.0  # half a cell from the shore
    assert terrain.elevation_m.min() == 0.0


def test_the_surface_agrees_with_srtm_within_15_metres_root_mean_square_on_land(skiathos: Place, pack: Path) -> None:
    import rasterio

    with rasterio.open(pack / "dem_30m_egsa87.tif") as raster:
        srtm_m = raster.read(1).astype(float)
    land = skiathos.landcover.is_land
    apart_m = (skiathos.terrain.elevation_m - srtm_m)[land]
    assert 5.0 < np.sqrt(np.mean(apart_m**2)) < 15.0  # below 5 m it would not be made from 425 spot heights
    assert abs(np.median(apart_m)) < 3.0


def test_the_island_has_its_summit_and_its_slopes(skiathos: Place) -> None:
    land = skiathos.landcover.is_land
    assert 420.0 < skiathos.terrain.elevation_m.max() < 435.0  # published 433 m
    assert 12.5 < skiathos.terrain.slope_deg[land].mean() < 15.0  # 13.7 degrees in SRTM
    assert not skiathos.terrain.elevation_m[~land].any()

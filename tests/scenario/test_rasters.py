"""Rasters of the user can take the terrain's and the land cover's place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firesim.scenario import Scenario, load_scenario

PACK = Path(__file__).parents[2] / ".." / "shared" / "skiathos"


@pytest.fixture(scope="module")
def skiathos() -> Scenario:
    return load_scenario("skiathos")


@pytest.fixture(scope="module")
def on_rasters(skiathos: Scenario) -> Scenario:
    """The shipped scenario, half an hour of it, on the SRTM terrain and the land cover raster."""
    if not PACK.is_dir():
        pytest.skip("the data pack with the SRTM rasters is not beside this repository")
    rasters = {"elevation": "dem_30m_egsa87.tif", "landcover": "landcover_30m_egsa87.tif"}
    return skiathos.with_changes(
        place={field: str((PACK / name).resolve()) for field, name in rasters.items()}, horizon_h=0.5
    )


def test_the_shipped_terrain_lies_within_15_metres_of_the_raster_on_land(
    skiathos: Scenario, on_rasters: Scenario
) -> None:
    land = skiathos.place.landcover.is_land & on_rasters.place.landcover.is_land
    assert land.sum() > 0.99 * skiathos.place.landcover.is_land.sum()
    apart_m = (skiathos.place.terrain.elevation_m - on_rasters.place.terrain.elevation_m)[land]
    assert 5.0 < np.sqrt(np.mean(apart_m.astype(float) ** 2)) < 15.0


def test_the_same_scenario_runs_on_the_rasters_with_a_like_fire(skiathos: Scenario, on_rasters: Scenario) -> None:
    from firesim.simulate import simulate

    still = {"spread_multiplier_sd": 0.0, "wind_bias_sd_deg": 0.0, "gust_sd": 0.0, "fuel_error_fraction": 0.0}
    burnt_ha = [
        simulate(scenario.with_changes(discrepancy=still, horizon_h=0.5), "no-alert").outcomes["area_burnt_ha"]
        for scenario in (skiathos, on_rasters)
    ]
    assert min(burnt_ha) > 1.0
    # Same fuel, slopes a few degrees apart: the same fire within a factor, not another one.
    assert 0.5 < burnt_ha[1] / burnt_ha[0] < 2.0

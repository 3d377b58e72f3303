"""How far embers are carried, and whether they light."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.fire import embers
from firesim.fire.ignition import fuel_temperature_c, ignition_probability

FLAT = embers.EmberGround(cover_height_m=10.0, is_open_canopy=False)
HILL = {"ridge_to_valley_distance_m": 3000.0, "ridge_to_valley_elevation_m": 500.0}


@given(st.floats(0.5, 20.0), st.floats(0.1, 5.0), st.floats(0.2, 12.0))
def test_embers_of_a_pile_fly_farther_in_stronger_wind_and_from_higher_flames(
    wind: float, more: float, flame: float
) -> None:
    by_wind = embers.spot_from_pile(flame, [wind, wind + more], FLAT).flat_distance_m
    by_flame = embers.spot_from_pile([flame, flame + more], wind, FLAT).flat_distance_m
    assert by_wind[1] >= by_wind[0] >= 0.0
    assert by_flame[1] >= by_flame[0]


def test_more_torching_trees_throw_farther() -> None:
    flight, flame_m, _ = embers.spot_from_torching("ponderosa_pine", [1, 5, 20], 30.0, 20.0, 8.0, FLAT)
    assert (np.diff(flight.flat_distance_m) > 0.0).all()
    assert (np.diff(flame_m) > 0.0).all()


def test_a_lone_ten_inch_ponderosa_flames_to_thirty_seven_feet() -> None:
    _, flame_m, duration = embers.spot_from_torching("ponderosa_pine", 1, 25.4, 15.0, 8.0, FLAT)
    assert float(flame_m) / 0.3048 == pytest.approx(12.9 * 10.0**0.453)
    assert float(duration) == pytest.approx(12.6 * 10.0**-0.256)


def test_nothing_flies_without_wind_or_flame() -> None:
    for flight in (
        embers.spot_from_pile(5.0, 0.0, FLAT),
        embers.spot_from_surface_fire(5.0, 0.0, FLAT),
        embers.spot_from_surface_fire(0.0, 5.0, FLAT),
        embers.spot_from_pile(0.0, 5.0, FLAT),
    ):
        assert flight.flat_distance_m == flight.terrain_distance_m == flight.firebrand_height_m == 0.0


def test_embers_that_rise_below_the_treetops_go_nowhere_backwards() -> None:
    flight = embers.spot_from_pile(0.05, 5.0, embers.EmberGround(25.0, False))
    assert flight.flat_distance_m >= 0.0


def test_an_open_canopy_counts_half_its_height() -> None:
    open_ground = embers.EmberGround(cover_height_m=20.0, is_open_canopy=True)
    ours = embers.spot_from_pile(4.0, 8.0, open_ground)
    assert ours.flat_distance_m == embers.spot_from_pile(4.0, 8.0, FLAT).flat_distance_m


def test_a_hill_matters_by_where_the_ember_leaves_and_a_plain_does_not() -> None:
    reach = {}
    for location in embers.LOCATIONS:
        ground = embers.EmberGround(10.0, False, location, **HILL)
        reach[location] = float(embers.spot_from_pile(8.0, 12.0, ground).terrain_distance_m)
    flat = float(embers.spot_from_pile(8.0, 12.0, embers.EmberGround(10.0, False, "flat", **HILL)).terrain_distance_m)
    assert reach["ridge_top"] > flat > reach["valley_bottom"]
    assert flat == float(embers.spot_from_pile(8.0, 12.0, FLAT).flat_distance_m)


def test_unknown_trees_and_places_are_refused() -> None:
    with pytest.raises(ValueError, match="'olive'"):
        embers.spot_from_torching("olive", 1, 20.0, 10.0, 5.0, FLAT)
    with pytest.raises(ValueError, match="'cliff'"):
        embers.spot_from_pile(4.0, 8.0, embers.EmberGround(10.0, False, "cliff"))


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.2), st.floats(-10.0, 60.0))
def test_wetter_fuel_is_less_likely_to_light(moisture: float, more: float, temperature: float) -> None:
    chances = ignition_probability(temperature, [moisture, moisture + more])
    assert 0.0 <= chances[1] <= chances[0] <= 1.0


def test_the_sun_warms_fuel_by_25_degrees_fahrenheit() -> None:
    assert fuel_temperature_c(30.0, [0.0, 1.0]) == pytest.approx([30.0 + 25.0 / 1.8, 30.0 + 5.0 / 1.8])

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.physics import smoke
from firesim.physics.smoke import GroundSmoke, SmokeWind, ground_smoke_g_m3, plume_rise_m, plume_top_m, smoke_index

SOUTHWARD = SmokeWind(5.0, 0.0, -1.0)


def test_final_rise_is_the_published_closed_form() -> None:
    # ISC3 user guide: 21.425 F^(3/4) / u below F = 55, 38.71 F^(3/5) / u above.
    for heat_mw in (2.0, 8.0, 50.0, 500.0):
        flux = float(smoke.buoyancy_flux_m4_s3(heat_mw))
        expected_m = 21.425 * flux**0.75 / 8.0 if flux < 55.0 else 38.71 * flux**0.6 / 8.0
        assert plume_rise_m(heat_mw, 8.0) == pytest.approx(expected_m, rel=1e-3)


def test_one_megawatt_has_the_textbook_buoyancy() -> None:
    # 8.9 m4/s3 per MW of convective heat (Briggs 1969: 3.7e-5 m4/s3 per cal/s = 8.8 per MW).
    assert float(smoke.buoyancy_flux_m4_s3(1.0 / smoke.CONVECTIVE_FRACTION)) == pytest.approx(8.85, rel=0.01)


@given(heat_mw=st.floats(0.01, 1_000.0), wind_m_s=st.floats(1.0, 20.0), age_s=st.floats(1.0, 7_200.0))
def test_plumes_rise_with_heat_and_age_and_are_held_down_by_wind(heat_mw: float, wind_m_s: float, age_s: float) -> None:
    top_m = plume_top_m(heat_mw, wind_m_s, age_s)
    assert plume_top_m(2.0 * heat_mw, wind_m_s, age_s) >= top_m
    assert plume_top_m(heat_mw, wind_m_s, 2.0 * age_s) >= top_m
    assert plume_top_m(heat_mw, 2.0 * wind_m_s) <= plume_top_m(heat_mw, wind_m_s)
    assert 0.0 < top_m <= smoke.MIXING_HEIGHT_M


def test_without_heat_or_time_there_is_no_plume() -> None:
    assert plume_top_m(0.0, 5.0) == 0.0
    assert plume_top_m(5.0, 5.0, 0.0) == 0.0


def test_smoke_goes_where_the_wind_goes() -> None:
    assert [smoke.drift_toward_deg(from_deg) for from_deg in (0.0, 10.0, 270.0)] == [180.0, 190.0, 90.0]


def test_the_smoke_that_passes_any_distance_is_all_the_smoke_given_off() -> None:
    # Flux through a plane across the wind: wind times concentration, summed over a wide, high window.
    heat_mw, x_m, z_m = 3.0, np.arange(-400.0, 400.0, 4.0), np.arange(0.0, 400.0, 4.0) + 2.0
    passing_g_s = sum(
        ground_smoke_g_m3(x_m, -800.0, 0.0, 0.0, heat_mw, SOUTHWARD, height_m=float(z)).sum() for z in z_m
    ) * (4.0 * 4.0 * SOUTHWARD.speed_m_s)
    assert passing_g_s == pytest.approx(float(smoke.smoke_emission_g_s(heat_mw)), rel=0.01)


def test_there_is_no_smoke_upwind_and_most_on_the_axis() -> None:
    assert not ground_smoke_g_m3(0.0, np.array([1.0, 10.0, 200.0]), 0.0, 0.0, 2.0, SOUTHWARD).any()
    axis, east, west = ground_smoke_g_m3(np.array([0.0, 60.0, -60.0]), -200.0, 0.0, 0.0, 2.0, SOUTHWARD)
    assert axis > 5.0 * east > 0.0
    assert east == pytest.approx(west)


@given(toward_deg=st.floats(0.0, 360.0))
def test_smoke_turns_with_the_wind(toward_deg: float) -> None:
    east, north = np.sin(np.radians(toward_deg)), np.cos(np.radians(toward_deg))
    here = ground_smoke_g_m3(150.0 * east, 150.0 * north, 0.0, 0.0, 2.0, SmokeWind(5.0, float(east), float(north)))
    assert here == pytest.approx(float(ground_smoke_g_m3(0.0, -150.0, 0.0, 0.0, 2.0, SOUTHWARD)), rel=1e-6)


def test_two_half_fires_at_one_place_smoke_like_one_fire() -> None:
    whole = ground_smoke_g_m3(0.0, -300.0, 0.0, 0.0, 4.0, SOUTHWARD)
    halves = ground_smoke_g_m3(0.0, -300.0, [0.0, 0.0], [0.0, 0.0], [2.0, 2.0], SOUTHWARD)
    assert halves == pytest.approx(float(whole), rel=1e-9)


def test_the_reference_fire_alarms_a_node_within_the_documented_reach() -> None:
    wind = SmokeWind(smoke.REFERENCE_WIND_M_S, 0.0, 1.0)
    at_m = np.array([80.0, 100.0])
    low = ground_smoke_g_m3(0.0, at_m, 0.0, 0.0, smoke.REFERENCE_HEAT_MW, wind, source_width_m=0.0, low_share=1.0)
    index = smoke_index(low)
    assert index[0] > 1.0 > index[1]


def test_a_hot_fire_lifts_its_smoke_over_the_nodes() -> None:
    risen = ground_smoke_g_m3(0.0, -300.0, 0.0, 0.0, 200.0, SOUTHWARD, low_share=0.0)
    low = ground_smoke_g_m3(0.0, -300.0, 0.0, 0.0, 200.0, SOUTHWARD, low_share=1.0)
    assert risen < 0.05 * low


@given(
    downwind_m=st.floats(5.0, 10_000.0),
    off_m=st.floats(-6_000.0, 6_000.0),
    heat_mw=st.floats(0.01, 1_000.0),
    wind_m_s=st.floats(1.0, 20.0),
    width_m=st.floats(0.0, 500.0),
)
def test_smoke_is_none_beyond_six_half_widths_and_all_of_the_formula_within(
    downwind_m: float, off_m: float, heat_mw: float, wind_m_s: float, width_m: float
) -> None:
    here = ground_smoke_g_m3(
        off_m, -downwind_m, 0.0, 0.0, heat_mw, SmokeWind(wind_m_s, 0.0, -1.0), 3.0, width_m, low_share=0.5
    )
    away_m = max(downwind_m, width_m / 2.0)
    up_2 = (0.06 * away_m / np.sqrt(1.0 + 0.0015 * away_m)) ** 2
    across_2 = (0.08 * away_m / np.sqrt(1.0 + 0.0001 * away_m)) ** 2 + (width_m / 4.3) ** 2
    expected_g_m3 = 0.0
    for axis_m in (0.0, plume_rise_m(heat_mw, wind_m_s, away_m)):
        wide_2, deep_2 = across_2 + (axis_m / 3.5) ** 2, up_2 + (axis_m / 3.5) ** 2
        if off_m**2 / wide_2 <= 36.0:
            both = sum(np.exp(-0.5 * (3.0 + sign * axis_m) ** 2 / deep_2) for sign in (-1.0, 1.0))
            per_g_s = both * np.exp(-0.5 * off_m**2 / wide_2) / (2.0 * np.pi * wind_m_s * np.sqrt(wide_2 * deep_2))
            expected_g_m3 += 0.5 * float(smoke.smoke_emission_g_s(heat_mw)) * per_g_s
    assert here == pytest.approx(expected_g_m3, rel=1e-6, abs=1e-30)


@given(toward_deg=st.floats(0.0, 360.0), heat_mw=st.floats(1.0, 1_000.0), seed=st.integers(0, 1000))
def test_the_smoke_of_many_patches_is_that_of_each_added_up(toward_deg: float, heat_mw: float, seed: int) -> None:
    # Places among the patches too: what is passed over as too far off for all of them must be so for each.
    rng = np.random.default_rng(seed)
    from_x_m, from_y_m = rng.uniform(-1_500.0, 1_500.0, (2, 12))
    x_m, y_m = rng.uniform(-4_000.0, 4_000.0, (2, 40))
    wind = SmokeWind(3.0, float(np.sin(np.radians(toward_deg))), float(np.cos(np.radians(toward_deg))))
    air = GroundSmoke.of(from_x_m, from_y_m, heat_mw * rng.uniform(0.0, 1.0, 12), wind, source_width_m=60.0)
    of_each = [
        replace(air, **{part: getattr(air, part)[k : k + 1] for part in ("x_m", "y_m", "low_g_s", "high_g_s")})
        for k in range(12)
    ]
    added_up = sum(one.at_g_m3(x_m, y_m) for one in of_each)
    assert air.at_g_m3(x_m, y_m) == pytest.approx(added_up, rel=1e-9, abs=1e-30)


def test_optical_density_is_extinction_over_ln_ten() -> None:
    # D = 0.05 per metre is K = 0.115: the step at which drivers have lost a third of their speed.
    assert smoke.optical_density_per_m(0.1151) == pytest.approx(0.05, abs=1e-4)


def test_visibility_is_three_over_extinction_and_endless_in_clean_air() -> None:
    assert smoke.visibility_m([0.1, 0.0]).tolist() == pytest.approx([30.0, np.inf])
    assert smoke.visibility_m(0.1, lit=True) == pytest.approx(80.0)

"""Moisture scenarios, curing, and fuels that follow the weather."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.fire import drying
from firesim.fire.moisture import cured_fraction, published_scenarios

celsius = st.floats(-5.0, 45.0)
percent = st.floats(0.0, 100.0)


def test_published_scenarios_are_known_by_name() -> None:
    scenario = published_scenarios()["D2L2"]
    assert scenario.as_tuple() == (0.06, 0.07, 0.08, 0.60, 0.90)
    assert published_scenarios()["GR_M2"].as_tuple() == (0.04, 0.05, 0.06, 0.50, 0.80)
    assert len([name for name in published_scenarios() if name.startswith("D")]) == 16


def test_herbs_are_dead_at_thirty_per_cent_and_green_at_a_hundred_and_twenty() -> None:
    moisture = np.array([0.1, 0.30, 0.75, 1.20, 1.21, 2.0])
    assert cured_fraction(moisture) == pytest.approx([1.0, 1.0, 1.333 - 1.11 * 0.75, 0.001, 0.0, 0.0])
    assert cured_fraction(moisture, "linear") == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match="behave or linear"):
        cured_fraction(0.5, "square")


@given(celsius, st.floats(0.0, 99.0))
def test_damper_air_never_dries_the_fuel(temperature: float, humidity: float) -> None:
    now, damper = drying.equilibrium_moisture(temperature, [humidity, humidity + 1.0])
    # Simard's three pieces do not quite meet at 10 and 50 %: a step of at most 0.6 % of moisture.
    assert damper >= now - 0.006


@given(celsius, percent)
def test_equilibrium_stays_between_bone_dry_and_fibre_saturation(temperature: float, humidity: float) -> None:
    assert 0.0 <= float(drying.equilibrium_moisture(temperature, humidity)) <= 0.31


def test_warm_dry_afternoon_air_brings_fine_fuel_to_five_per_cent() -> None:
    # Simard 1968 at 86 F and 25 %: 2.22749 + 0.160107 x 25 - 0.014784 x 86 = 4.959 %.
    assert float(drying.equilibrium_moisture(30.0, 25.0)) == pytest.approx(0.0495875, rel=1e-4)


def test_fuel_closes_63_per_cent_of_its_distance_in_one_time_lag() -> None:
    moisture = drying.lagged_moisture(np.full(11, 0.05), 1.0, 10.0, start=0.25)
    assert moisture[0] == 0.25
    assert (moisture[10] - 0.05) / 0.20 == pytest.approx(np.exp(-1.0))


def test_a_day_that_repeats_ends_where_it_began_and_keeps_its_mean() -> None:
    hours = np.arange(24)
    temperature = 27.0 + 6.0 * np.sin((hours - 9.0) / 24.0 * 2.0 * np.pi)
    humidity = 50.0 - 20.0 * np.sin((hours - 9.0) / 24.0 * 2.0 * np.pi)
    equilibrium = drying.equilibrium_moisture(temperature, humidity)
    classes = drying.dead_moisture_of_day(temperature, humidity)
    for moisture, lag in zip(classes, drying.TIME_LAGS_H, strict=True):
        after = drying.lagged_moisture(np.append(equilibrium, equilibrium[0]), 1.0, lag, start=float(moisture[0]))
        assert after[-1] == pytest.approx(moisture[0])
        assert moisture.mean() == pytest.approx(equilibrium.mean())
    swings = [np.ptp(moisture) for moisture in classes]
    assert swings[0] > 2.0 * swings[1] > 4.0 * swings[2] > 0.0
    assert np.argmin(classes[0]) > np.argmin(equilibrium)  # the driest hour comes late


def test_the_table_tool_by_values_finds_the_classes_by_name() -> None:
    # 86 F, 27 %, August, 14:00-15:59, south slope above 30 %, exposed, level: reference 4 % and correction 1 %.
    moisture = drying.fine_dead_moisture(30.0, 27.0, 8, 15.0, aspect_deg=180.0, slope_deg=20.0, shade=0.2)
    assert float(moisture) == pytest.approx(0.05)
    shaded = drying.fine_dead_moisture(30.0, 27.0, 8, 15.0, aspect_deg=180.0, slope_deg=20.0, shade=0.5)
    assert float(shaded) == pytest.approx(0.08)
    north = drying.fine_dead_moisture(30.0, 27.0, 8, 15.0, aspect_deg=[315.0, 44.9], slope_deg=20.0, shade=0.2)
    assert north == pytest.approx([0.07, 0.07])


@given(percent, st.integers(1, 12), st.floats(8.0, 20.0), st.floats(0.0, 359.9), st.floats(0.0, 40.0))
def test_shade_never_dries_fine_fuel_in_the_table(
    humidity: float, month: int, hour: float, aspect: float, slope: float
) -> None:
    exposed, shaded = drying.fine_dead_moisture(25.0, humidity, month, hour, aspect, slope, [0.0, 1.0])
    assert shaded >= exposed - 0.010001  # the published table has cells where shade is 1 % drier late in the day


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((30.0, 27.0, 8, 22.0, 0.0, 0.0, 0.0), "8 to sunset"),
        ((-20.0, 27.0, 8, 12.0, 0.0, 0.0, 0.0), "10 F"),
        ((30.0, 101.0, 8, 12.0, 0.0, 0.0, 0.0), "between 0 and 100"),
        ((30.0, 27.0, 8, 12.0, 0.0, 0.0, 0.0, 700.0), "610 m"),
    ],
)
def test_the_table_tool_refuses_what_it_was_not_made_for(arguments: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        drying.fine_dead_moisture(*arguments)  # type: ignore[arg-type]


def test_the_table_ends_at_sunset_which_comes_early_in_winter() -> None:
    # At 39.2 N, without refraction, the longest day has 14.7 h and the shortest 9.3 h: cos w = -tan 39.2 tan 23.45.
    summer, winter = drying.sunset_solar_h(39.2, [172, 355])
    half_day_h = np.degrees(np.arccos(-np.tan(np.radians(39.2)) * np.tan(np.radians(23.45)))) / 15.0
    assert summer == pytest.approx(12.0 + half_day_h, abs=0.01)
    assert winter == pytest.approx(24.0 - half_day_h, abs=0.01)
    assert half_day_h == pytest.approx(14.74 / 2.0, abs=0.05)
    assert drying.sunset_solar_h(39.2, 81) == pytest.approx(18.0, abs=0.05)
    assert drying.sunset_solar_h([70.0, -70.0], 172) == pytest.approx([24.0, 12.0])
    day = (25.0, 40.0, 12, 17.5, 180.0, 10.0, 0.0)
    assert drying.fine_dead_moisture(*day) > 0.0
    with pytest.raises(ValueError, match=r"to sunset, not at 17\.5 h"):
        drying.fine_dead_moisture(*day, sunset_h=float(winter))

"""Scorch, safety zones, separation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.fire import safety

KW_M = 3.461469  # a Btu/ft/s
FT = 0.3048


def test_scorch_height_meets_the_published_cases() -> None:
    warm = safety.scorch_height_m(50.0 * KW_M, 5.0 * 0.44704, (80.0 - 32.0) / 1.8)
    assert float(warm) / FT == pytest.approx(7.617325, rel=1e-5)
    mild = safety.scorch_height_m(55.0 * KW_M, 300.0 * FT / 60.0, (70.0 - 32.0) / 1.8)
    assert float(mild) / FT == pytest.approx(9.92372, rel=1e-5)


@given(st.floats(1.0, 1e4), st.floats(0.0, 10.0), st.floats(-10.0, 55.0))
def test_hotter_air_and_fire_scorch_higher_and_wind_lower(intensity: float, wind: float, air: float) -> None:
    height = float(safety.scorch_height_m(intensity, wind, air))
    assert float(safety.scorch_height_m(intensity, wind, air + 2.0)) > height
    assert float(safety.scorch_height_m(2.0 * intensity, wind, air)) > height
    assert float(safety.scorch_height_m(intensity, wind + 1.0, air)) < height


def test_no_fire_scorches_nothing_and_lethal_air_everything() -> None:
    assert safety.scorch_height_m(0.0, 0.0, 30.0) == 0.0
    assert safety.scorch_height_m(10.0, 0.0, 60.0) == np.inf


def test_the_safety_zone_meets_the_published_case() -> None:
    separation, radius, area = safety.safety_zone(5 * FT, 6, 1, 50 * FT**2, 300 * FT**2)
    assert float(separation) / FT == pytest.approx(20.0)
    assert float(radius) / FT == pytest.approx(33.819766, rel=1e-7)
    assert float(area) / FT**2 / 43560.0 == pytest.approx(0.082490356, rel=1e-6)


def test_fifteen_metre_pines_ask_for_120_m_at_least() -> None:
    distance, area, _ = safety.safe_separation("low", "flat", "light", 15.0)
    assert float(distance) == 120.0
    assert float(area) == pytest.approx(np.pi * 120.0**2)


def test_wind_and_burning_never_bring_the_safe_distance_nearer() -> None:
    def factor(b: str, s: str, w: str) -> float:
        return float(safety.safe_separation(b, s, w, 1.0)[0])

    for burning in safety.BURNING_CONDITIONS:
        for slope in safety.SLOPE_CLASSES:
            row = [factor(burning, slope, wind) for wind in safety.WIND_CLASSES]
            assert row == sorted(row)
    for slope in safety.SLOPE_CLASSES:
        for wind in safety.WIND_CLASSES:
            column = [factor(burning, slope, wind) for burning in safety.BURNING_CONDITIONS]
            assert column == sorted(column)


def test_classes_outside_the_guide_are_refused() -> None:
    with pytest.raises(ValueError, match="slope class 'vertical'"):
        safety.safe_separation("low", "vertical", "light", 1.0)

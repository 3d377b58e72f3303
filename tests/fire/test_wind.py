"""Wind from ten metres down to the flames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.fire import wind


def test_ten_metre_and_twenty_foot_winds_are_inverses() -> None:
    assert float(wind.wind_20ft_m_s(11.5)) == pytest.approx(10.0)
    assert float(wind.wind_10m_m_s(wind.wind_20ft_m_s(7.3))) == pytest.approx(7.3)


def test_a_six_foot_bed_in_the_open_feels_more_than_half_of_the_wind() -> None:
    # Albini & Baughman: 1.83 / ln((20 + 0.36 x 6) / (0.13 x 6)).
    assert float(wind.wind_adjustment_factor(0.0, 0.0, 1.8288)) == pytest.approx(1.83 / np.log(22.16 / 0.78))


def test_under_dense_tall_trees_a_seventh_to_a_tenth_of_the_wind_is_left() -> None:
    assert 0.08 < float(wind.wind_adjustment_factor(0.8, 20.0, 0.3, 0.5)) < 0.15


def test_crowns_shelter_from_a_twentieth_of_the_space_and_six_feet_on() -> None:
    assert wind.is_sheltered([0.149, 0.151], 10.0, 1.0).tolist() == [False, True]
    assert wind.is_sheltered(1.0, [1.82, 1.83], 1.0).tolist() == [False, True]
    assert wind.is_sheltered([0.19, 0.192], 10.0).tolist() == [False, True]


@given(st.floats(0.0, 1.0), st.floats(0.0, 40.0), st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_the_factor_is_a_share_and_trees_never_add_wind(
    cover: float, height: float, depth: float, ratio: float
) -> None:
    factor = wind.wind_adjustment_factor(cover, height, depth, ratio)
    assert 0.0 < float(factor) <= 1.0
    denser = wind.wind_adjustment_factor(1.0, height, depth, ratio)
    if wind.is_sheltered(cover, height, ratio):
        assert float(denser) <= float(factor)


def test_ground_without_fuel_keeps_the_wind() -> None:
    assert float(wind.wind_adjustment_factor(0.0, 0.0, 0.0)) == 1.0


def test_midflame_wind_is_both_steps() -> None:
    factor = float(wind.wind_adjustment_factor(0.0, 0.0, 1.8288))
    assert float(wind.midflame_wind_m_s(10.0, 0.0, 0.0, 1.8288)) == pytest.approx(10.0 / 1.15 * factor)

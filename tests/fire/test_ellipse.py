"""The ellipse of a fire from a point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ellipe

from firesim.fire import ellipse

ratios = st.floats(1.0, 8.0)


def test_a_fire_in_calm_air_is_a_circle() -> None:
    assert float(ellipse.length_to_width(0.0)) == 1.0
    assert float(ellipse.area_m2(100.0, 1.0)) == pytest.approx(np.pi * 100.0**2)
    assert float(ellipse.perimeter_m(100.0, 1.0)) == pytest.approx(2.0 * np.pi * 100.0)


def test_length_to_width_grows_to_its_cap_and_stays() -> None:
    wind = np.linspace(0.0, 60.0, 400)
    ratio = ellipse.length_to_width(wind)
    assert (np.diff(ratio) >= 0.0).all()
    assert ratio[-1] == 8.0
    assert float(ellipse.length_to_width(3.62 * 0.44704)) == pytest.approx(1.380, abs=5e-4)


def test_the_published_ellipse_of_one_to_six_hours_is_met() -> None:
    # ELMFIRE verification case 01 with the usual ratio 1.380: head 843.99 m in an hour.
    ratio = float(ellipse.length_to_width(3.62 * 0.44704))
    e = ellipse.eccentricity(ratio)
    for hours, back_m, half_width_m, area_ha in ((1, 155.33, 362.07, 56.835), (6, 931.97, 2172.43, 2046.076)):
        head_m = 843.99 * hours
        assert float(ellipse.backing_rate(head_m, e)) == pytest.approx(back_m, rel=1e-3)
        assert float(ellipse.flanking_rate(head_m, e)) == pytest.approx(half_width_m, rel=1e-3)
        assert float(ellipse.area_m2(head_m, ratio)) / 1e4 == pytest.approx(area_ha, rel=1e-3)


@given(ratios)
def test_the_outline_is_as_long_as_the_elliptic_integral_says(ratio: float) -> None:
    half_length, _ = ellipse.semi_axes_m(1000.0, ratio)
    exact = 4.0 * float(half_length) * ellipe(float(ellipse.eccentricity(ratio)) ** 2)
    assert float(ellipse.perimeter_m(1000.0, ratio)) == pytest.approx(exact, rel=6e-4)


@given(ratios, st.floats(0.0, 180.0))
def test_rates_around_the_front_lie_between_back_and_head(ratio: float, angle: float) -> None:
    e = ellipse.eccentricity(ratio)
    back = float(ellipse.backing_rate(1.0, e))
    assert back - 1e-12 <= float(ellipse.rate_toward(1.0, e, angle)) <= 1.0 + 1e-12
    assert back - 1e-12 <= float(ellipse.normal_rate(1.0, e, angle)) <= 1.0 + 1e-12


@given(ratios)
def test_the_widest_point_moves_out_at_the_flanking_rate(ratio: float) -> None:
    e = ellipse.eccentricity(ratio)
    assert float(ellipse.normal_rate(1.0, e, 90.0)) == pytest.approx(float(ellipse.flanking_rate(1.0, e)))
    assert float(ellipse.normal_rate(1.0, e, 0.0)) == pytest.approx(1.0)
    assert float(ellipse.normal_rate(1.0, e, 180.0)) == pytest.approx(float(ellipse.backing_rate(1.0, e)))


@given(st.floats(1.0, 5.0), st.floats(1.0, 179.0))
def test_the_front_seen_along_its_normal_and_along_rays_is_one_ellipse(ratio: float, angle: float) -> None:
    # The support function of the ellipse from its focus is the largest projection of its rays on the normal.
    e = ellipse.eccentricity(ratio)
    rays = np.arange(0.0, 360.0, 0.02)
    reach = ellipse.rate_toward(1.0, e, rays) * np.cos(np.deg2rad(rays - angle))
    assert float(reach.max()) == pytest.approx(float(ellipse.normal_rate(1.0, e, angle)), rel=1e-5)

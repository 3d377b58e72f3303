"""The accelerating ellipse against the Canadian figures and its own laws."""

from __future__ import annotations

from itertools import pairwise
from math import inf, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.fire.acceleration import acceleration_factor, age_s, eccentricity_between, steady_age_s, width_ratio
from firesim.fire.growth import PointFire

RATE_M_S, ECCENTRICITY = 0.3436, sqrt(1.0 - 1.645**-2)


def steady_fire(per_min: float = 0.115) -> PointFire:
    return PointFire(0.0, per_min).under(0.0, RATE_M_S, (1.0, 0.0), ECCENTRICITY)


@pytest.mark.parametrize(("minutes", "share"), [(2.5, 0.13), (5.0, 0.24), (15.0, 0.52)])
def test_the_head_has_gone_the_published_share_of_the_steady_distance(minutes: float, share: float) -> None:
    # Canadian FBP system, eq. 70 and 71 with a = 0.115 a minute; the shares are given to two digits.
    head_m = float(steady_fire().ellipse(60.0 * minutes).head_distance_m)
    assert head_m / (RATE_M_S * 60.0 * minutes) == pytest.approx(share, abs=0.006)


def test_the_lag_behind_the_steady_fire_ends_at_eight_point_seven_minutes() -> None:
    assert (7200.0 - float(steady_age_s(7200.0))) / 60.0 == pytest.approx(8.7, abs=0.01)


def test_ninety_percent_of_the_steady_rate_after_twenty_minutes() -> None:
    assert float(acceleration_factor(1200.0)) == pytest.approx(0.90, abs=0.002)
    assert float(acceleration_factor(-5.0)) == 0.0


@settings(deadline=None)  # the first example may compile
@given(age=st.floats(0.0, 1e6), per_min=st.floats(0.01, 2.0))
def test_age_and_steady_age_are_inverse(age: float, per_min: float) -> None:
    steady = float(steady_age_s(age, per_min))
    assert 0.0 <= steady <= age
    assert float(age_s(steady, per_min)) == pytest.approx(age, rel=1e-6, abs=1e-3)


def test_never_stays_never_and_before_stays_before() -> None:
    np.testing.assert_array_equal(age_s(np.array([inf, -7.0, 0.0])), [inf, -7.0, 0.0])


@pytest.mark.parametrize("per_min", [0.115, inf])
def test_times_and_rates_lived_are_those_of_the_clock_and_the_acceleration(per_min: float) -> None:
    fire, clock_s, steady = PointFire(50.0, per_min), np.array([50.0, 51.0, 600.0, 9000.0]), np.full(4, RATE_M_S)
    lived_s, rate = fire.lived_by(clock_s, steady)
    assert np.array_equal(lived_s, fire.time_s(clock_s))
    np.testing.assert_allclose(rate, RATE_M_S * acceleration_factor(lived_s - 50.0, per_min), rtol=1e-14)


def test_length_to_width_grows_from_a_circle_to_the_winds() -> None:
    fire = steady_fire()
    for minutes in (0.5, 5.0, 20.0, 90.0):
        ellipse = fire.ellipse(60.0 * minutes)
        expected = 1.0 + 0.645 * float(acceleration_factor(60.0 * minutes))
        assert float(ellipse.half_length_m / ellipse.half_width_m) == pytest.approx(expected, rel=1e-9)
    assert float(width_ratio(ECCENTRICITY, inf)) == pytest.approx(sqrt((1 - ECCENTRICITY) / (1 + ECCENTRICITY)))


def test_area_is_that_of_the_ellipse_with_the_ignition_at_its_rear_focus() -> None:
    ellipse = steady_fire().ellipse(900.0)
    head, e = float(ellipse.head_distance_m), float(ellipse.eccentricity)
    back = head * (1.0 - e) / (1.0 + e)
    a, b = 0.5 * (head + back), float(ellipse.half_width_m)
    assert float(ellipse.area_m2) == pytest.approx(pi * a * b)
    assert b == pytest.approx(a * sqrt(1.0 - e * e))
    x, y = ellipse.outline(400)
    shoelace = 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
    assert shoelace == pytest.approx(float(ellipse.area_m2), rel=1e-3)
    length = np.hypot(np.diff(x, append=x[0]), np.diff(y, append=y[0])).sum()
    assert length == pytest.approx(float(ellipse.perimeter_m), rel=1e-3)
    assert x.max() == pytest.approx(head)
    np.testing.assert_allclose(ellipse.excess_m(x, y), 0.0, atol=1e-9 * head)


def test_a_point_burns_when_the_ellipse_reaches_it() -> None:
    fire = steady_fire()
    x, y = fire.ellipse(700.0).outline(24)
    np.testing.assert_allclose(fire.arrival_s(x, y, 3600.0), 700.0, rtol=1e-6)
    assert fire.arrival_s(np.array([1e4]), np.array([0.0]), 3600.0)[0] == inf


def test_the_gradient_at_a_point_is_how_much_later_fire_comes_to_the_points_beside_it() -> None:
    fire, x, y = steady_fire(), np.array([80.0, 40.0, -3.0, 0.0]), np.array([5.0, -20.0, 2.0, 0.0])
    along_x, along_y = fire.gradient_s_m(x, y, fire.arrival_s(x, y, 7200.0), 1e-4)
    far, step_m = slice(3), 0.01
    later_x, sooner_x = fire.arrival_s(x + step_m, y, 7200.0), fire.arrival_s(x - step_m, y, 7200.0)
    later_y, sooner_y = fire.arrival_s(x, y + step_m, 7200.0), fire.arrival_s(x, y - step_m, 7200.0)
    np.testing.assert_allclose(along_x[far], ((later_x - sooner_x) / (2.0 * step_m))[far], rtol=1e-4)
    np.testing.assert_allclose(along_y[far], ((later_y - sooner_y) / (2.0 * step_m))[far], rtol=1e-4)
    assert along_x[3] == along_y[3] == 0.0  # it began there


def test_under_a_changed_wind_head_width_and_area_go_on_without_a_jump() -> None:
    fire = steady_fire().under(600.0, 3 * RATE_M_S, (0.0, 1.0), 0.95)
    before, after = fire.ellipse(599.999), fire.ellipse(600.001)
    assert float(after.area_m2) == pytest.approx(float(before.area_m2), rel=1e-4)
    assert float(after.head_x_m) == pytest.approx(float(before.head_x_m), rel=1e-4)
    added_m = 3 * RATE_M_S * (float(steady_age_s(900.0)) - float(steady_age_s(600.0)))
    assert float(fire.ellipse(900.0).head_y_m) == pytest.approx(added_m)
    assert float(fire.ellipse(900.0).head_x_m) == pytest.approx(float(before.head_x_m), rel=1e-4)


def test_how_far_the_head_is_at_one_time_is_what_the_ellipse_says() -> None:
    turned_round = steady_fire().under(600.0, RATE_M_S, (-1.0, 0.0), ECCENTRICITY)
    for at_s in (-10.0, 0.0, 60.0, 599.0, 700.0, 1400.0):
        assert turned_round.head_distance_m(at_s) == pytest.approx(float(turned_round.ellipse(at_s).head_distance_m))


def test_telling_the_same_wind_again_changes_nothing() -> None:
    told_again = steady_fire()
    for now_s in (60.0, 130.0, 700.0):
        told_again = told_again.under(now_s, RATE_M_S, (1.0, 0.0), ECCENTRICITY)
    at_s = np.array([30.0, 100.0, 500.0, 2000.0])
    np.testing.assert_allclose(told_again.ellipse(at_s).area_m2, steady_fire().ellipse(at_s).area_m2, rtol=1e-9)


@settings(deadline=None)
@given(rate=st.floats(0.001, 3.0), e=st.floats(0.0, 0.98), per_min=st.floats(0.02, 0.5), minutes=st.floats(0.1, 200.0))
def test_the_ellipse_only_grows(rate: float, e: float, per_min: float, minutes: float) -> None:
    fire = PointFire(0.0, per_min).under(0.0, rate, (0.6, 0.8), e)
    now, later = fire.ellipse(60.0 * minutes), fire.ellipse(60.0 * minutes * 1.05)
    x, y = now.outline(36)
    assert (later.excess_m(x, y) <= 1e-9 * float(later.head_distance_m)).all()


def test_steps_of_constant_shape_widen_the_fire_as_the_law_does() -> None:
    fire = steady_fire()
    steps = [0.0, *fire.shape_steps_s(0.0, inf)]
    width = 0.0
    for start_s, end_s in pairwise(steps):
        e = float(eccentricity_between(ECCENTRICITY, start_s, end_s, 0.115)) if start_s > 0 else None
        if e is None:
            width = float(fire.ellipse(end_s).half_width_m)
            continue
        gone = RATE_M_S * float(steady_age_s(end_s) - steady_age_s(start_s))
        width += gone * sqrt((1.0 - e) / (1.0 + e))
        assert width == pytest.approx(float(fire.ellipse(end_s).half_width_m), rel=1e-9)
    assert float(eccentricity_between(ECCENTRICITY, 9000.0, inf, 0.115)) == ECCENTRICITY


def test_when_as_large_as_finds_the_moment() -> None:
    fire = steady_fire()
    at_s = fire.when_as_large_as(150.0, 0.0)
    assert float(fire.ellipse(at_s).head_distance_m) == pytest.approx(150.0, rel=1e-6)
    assert PointFire(0.0).under(0.0, 0.0, (1.0, 0.0), 0.5).when_as_large_as(150.0, 0.0) == inf

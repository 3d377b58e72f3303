"""Spots and lines lit while a fire burns: points build up from their own lighting, lines are steady at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from firesim.fire.acceleration import steady_age_s
from firesim.fire.moisture import Moisture
from firesim.fire.spread import FireWeather, Landscape, SpreadingFire

SH5, BARE = 145, 98
MOISTURE = Moisture(0.06, 0.07, 0.08, 0.60, 0.90)
WEST = FireWeather(5.0, 270.0, MOISTURE)
SPOT_S = 1800.0


def plain(rows: int = 120, columns: int = 200) -> Landscape:
    level = np.zeros((rows, columns), np.float32)
    return Landscape(30.0, np.full((rows, columns), SH5, np.int16), level, level)


def front(landscape: Landscape) -> np.ndarray:
    """A line from north to south near the western edge."""
    mask = np.zeros(landscape.shape, np.bool_)
    mask[:, 5] = True
    return mask


def begun(landscape: Landscape, a: float | None = 0.115) -> SpreadingFire:
    fire = SpreadingFire(landscape, acceleration_per_min=a)
    fire.set_weather(0.0, WEST)
    return fire


def alone(landscape: Landscape, light: Callable[[SpreadingFire], None], until_s: float) -> SpreadingFire:
    fire = begun(landscape)
    light(fire)
    fire.advance(until_s)
    return fire


def test_a_spot_ahead_of_a_front_builds_up_as_a_fire_of_its_own_and_the_front_stays_steady() -> None:
    ground, until_s = plain(), SPOT_S + 2400.0

    def line(fire: SpreadingFire) -> None:
        fire.ignite_cells(front(ground), 0.0)

    def spot(fire: SpreadingFire) -> None:
        fire.ignite_point(100.5, 60.5, SPOT_S)

    both = begun(ground)
    line(both)
    both.advance(SPOT_S)
    spot(both)
    both.advance(until_s)
    only_line, only_spot = alone(ground, line, until_s), alone(ground, spot, until_s)
    # Far apart still: each burns as if the other were not there.
    expected = np.minimum(only_line.arrival_time_s, only_spot.arrival_time_s)
    assert np.array_equal(both.arrival_time_s, expected)
    assert both.area_m2(until_s) == pytest.approx(only_line.area_m2(until_s) + only_spot.area_m2(until_s))
    # The line runs at its steady rate from the start, the spot as far as a steady fire of a smaller age.
    rate = 0.3436
    assert only_line.arrival_time_s[60, 25] == pytest.approx(20 * 30.0 / rate, rel=0.01)
    reached = np.flatnonzero(np.isfinite(both.arrival_time_s[60, 100:]))[-1]
    assert reached == pytest.approx(rate * float(steady_age_s(2400.0)) / 30.0, abs=1.0)
    assert reached < rate * 2400.0 / 30.0 - 4.0
    # Steady where acceleration is off: the same spot then comes sooner everywhere.
    steady = begun(ground, a=None)
    line(steady)
    steady.advance(SPOT_S)
    spot(steady)
    steady.advance(until_s)
    burnt = np.isfinite(both.arrival_time_s[:, 101:])
    assert (steady.arrival_time_s[:, 101:][burnt] < both.arrival_time_s[:, 101:][burnt]).all()


def test_a_spot_lit_later_than_a_point_fire_has_its_own_age() -> None:
    ground, until_s = plain(), SPOT_S + 1500.0
    fire = begun(ground)
    fire.ignite_point(20.5, 60.5, 0.0)
    fire.advance(SPOT_S)
    fire.ignite_point(120.5, 60.5, SPOT_S)
    fire.advance(until_s)
    spot = alone(ground, lambda f: f.ignite_point(120.5, 60.5, SPOT_S), until_s)
    first = alone(ground, lambda f: f.ignite_point(20.5, 60.5, 0.0), until_s)
    assert np.array_equal(fire.arrival_time_s[:, 100:], spot.arrival_time_s[:, 100:])
    assert np.array_equal(fire.arrival_time_s[:, :100], first.arrival_time_s[:, :100])
    assert np.array_equal(fire.rate_of_spread_m_s[:, 100:], spot.rate_of_spread_m_s[:, 100:])
    assert fire.head_distance_m(until_s) == first.head_distance_m(until_s)


def test_a_line_lit_beside_a_young_fire_does_not_wait_for_it() -> None:
    ground, until_s = plain(), 900.0
    fire = begun(ground)
    fire.ignite_point(150.5, 60.5, 0.0)
    fire.ignite_cells(front(ground), 0.0)
    fire.advance(until_s)
    line = alone(ground, lambda f: f.ignite_cells(front(ground), 0.0), until_s)
    assert np.array_equal(fire.arrival_time_s[:, :100], line.arrival_time_s[:, :100])
    assert np.isfinite(line.arrival_time_s[60, 5 + int(0.34 * until_s / 30.0)])


def test_a_spot_meets_lines_and_water_from_before_and_after_it_and_new_weather() -> None:
    ground = plain(80, 120)

    def told(fire: SpreadingFire, with_front: bool) -> SpreadingFire:
        if with_front:
            fire.ignite_cells(front(ground), 0.0)
        wet, shut = np.zeros((2, 80, 120), np.bool_)
        wet[:, 75:78], shut[:30, 70:74] = True, True
        fire.slow(wet, 0.5, 100.0)
        fire.block(shut, 200.0)
        fire.bar([(64.2, 44.0), (84.2, 44.0)], 300.0)
        fire.advance(600.0)
        fire.ignite_point(68.5, 40.5, 600.0)
        fire.bar([(88.2, 20.0), (88.2, 60.0)], 900.0)
        fire.set_weather(1500.0, FireWeather(6.0, 240.0, MOISTURE))
        fire.advance(3000.0)
        return fire

    alone_there, beside_front = told(begun(ground), False), told(begun(ground), True)
    assert np.array_equal(alone_there.arrival_time_s[:, 60:], beside_front.arrival_time_s[:, 60:])
    assert np.isfinite(alone_there.arrival_time_s[:, 60:]).sum() > 150


def test_what_both_fires_reach_belongs_to_the_first_and_is_counted_once() -> None:
    ground, until_s = plain(80, 120), 7200.0
    fire = begun(ground)
    fire.ignite_cells(front(ground), 0.0)
    fire.advance(600.0)
    fire.ignite_point(30.5, 40.5, 600.0)
    fire.advance(until_s)
    arrival = fire.arrival_time_s
    burnt = np.isfinite(arrival)
    assert fire.area_m2(until_s) == pytest.approx(burnt.sum() * 900.0, rel=0.02)
    rows, columns, arrival_s, intensity = fire.burnt_since(0.0)
    assert np.unique(rows * 120 + columns).size == rows.size == (burnt & (arrival > 0.0)).sum()
    assert np.array_equal(arrival_s, arrival[rows, columns])
    assert np.allclose(intensity, fire.fireline_intensity_kw_m[rows, columns])
    late = fire.burnt_since(5000.0)
    assert late[0].size == (burnt & (arrival > 5000.0)).sum()
    strips = [fire.burnt_in_rows(top, top + 20) for top in range(0, 80, 20)]
    assert sum(strip[0].size for strip in strips) == burnt.sum()
    assert all(np.array_equal(s[3], fire.rate_of_spread_m_s[s[0], s[1]]) for s in strips)


def test_a_spot_on_burnt_ground_does_nothing_and_one_that_cannot_burn_is_refused() -> None:
    ground = plain(40, 60)
    ground.fuel_model[20, 50] = BARE
    fire = begun(ground)
    fire.ignite_cells(front(ground), 0.0)
    fire.advance(1800.0)
    before = fire.copy()
    fire.ignite_point(6.5, 20.5, 1800.0)
    with pytest.raises(ValueError, match="nothing can burn"):
        fire.ignite_point(50.5, 20.5, 1800.0)
    with pytest.raises(ValueError, match="off the grid"):
        fire.ignite_point(60.5, 20.5, 1800.0)
    fire.ignite_point(45.5, 20.5, 1800.0)
    twin = fire.copy()
    for one in (before, fire):
        one.advance(3000.0)
    assert np.array_equal(fire.arrival_time_s[:, :40], before.arrival_time_s[:, :40])
    assert np.isfinite(fire.arrival_time_s[20, 46])
    assert not np.isfinite(before.arrival_time_s[20, 46])
    assert not np.isfinite(twin.arrival_time_s[20, 46])
    assert not fire.is_out

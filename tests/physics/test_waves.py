"""Waves grow with the wind and the water it has before it, and hardly exist in the lee."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.waves import G_M_S2, effective_fetch_m, wave_height_m

OPEN = np.full(36, 50_000.0)


def test_ten_metres_a_second_over_a_hundred_kilometres_raise_waves_of_a_metre_and_a_half():
    # By hand: gF/U2 = 9810, to the power 0.42 is 47.43; 0.0125 of it 0.5929; tanh 0.5320; times 0.283 * 10.194 m.
    assert wave_height_m(10.0, 100_000.0) == pytest.approx(1.535, abs=0.005)


def test_waves_grow_with_wind_and_fetch_up_to_those_of_a_boundless_sea():
    fetch_m = np.geomspace(10.0, 1e7, 40)
    over_fetch = wave_height_m(10.0, fetch_m)
    over_wind = wave_height_m(np.linspace(0.0, 30.0, 31), 20_000.0)
    assert (np.diff(over_fetch) > 0.0).all()
    assert (np.diff(over_wind) > 0.0).all()
    assert over_fetch[-1] == pytest.approx(0.283 * 100.0 / G_M_S2, rel=1e-3)
    assert wave_height_m(0.0, 100_000.0) < 1e-6
    assert wave_height_m(10.0, 0.0) == 0.0


def test_water_of_one_length_all_round_counts_alike_whatever_the_wind_and_for_a_little_less():
    ways = [float(effective_fetch_m(OPEN, deg)) for deg in (0.0, 10.0, 200.0, 350.0)]
    assert ways == pytest.approx([ways[0]] * 4)
    cosines = np.cos(np.radians([-40, -30, -20, -10, 0, 10, 20, 30, 40]))
    assert ways[0] == pytest.approx(50_000.0 * (cosines**2).sum() / cosines.sum())


def test_only_water_to_windward_counts():
    north = np.where(np.abs((np.arange(36) * 10 + 180) % 360 - 180) <= 90, 50_000.0, 0.0)
    assert effective_fetch_m(north, 0.0) == pytest.approx(effective_fetch_m(OPEN, 0.0))
    assert effective_fetch_m(north, 180.0) == 0.0
    assert 0.0 < effective_fetch_m(north, 80.0) < effective_fetch_m(north, 40.0)
    assert effective_fetch_m(np.stack([north, OPEN]), 180.0).tolist() == pytest.approx([0.0, ways_open()])


def ways_open() -> float:
    return float(effective_fetch_m(OPEN, 180.0))

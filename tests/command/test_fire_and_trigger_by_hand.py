"""Wildfire spread and trigger buffers on uniform ground, against figures by hand from Rothermel's equations.

Cases by which a version of WUI-NITY (`nick-cloudfire/wuinity`, folder `Verification`, cases 1 and 2) checks its fire
model (ELMFIRE) and its trigger buffers (k-PERIL): Anderson's fuel model 1 at 6 % moisture, calm or 6 m/s of wind at
10 m, level or a plane of 20 degrees. Buffers reach 480 m upwind and 600 m down the slope (k-PERIL itself gives 480
and 640).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firesim.command.ground import Ground
from tests.command.burning_ground import alike, buffer_around, burnt_by, ground_of, weather_row

FM1 = 1
CELL_M = 10.0
MINUTE_S = 60.0
LEVEL_CALM_M_MIN, WIND_M_MIN, SLOPE_M_MIN, BOTH_M_MIN = 1.404, 22.726, 9.055, 30.377
BACKING_IN_WIND_M_MIN, BACKING_ON_SLOPE_M_MIN = 3.513, 2.281
LENGTH_TO_WIDTH_IN_WIND = 1.468
SLOPE_DEG = 20.0


def plain(small: Any, rows: int, columns: int, wind_m_s: float, from_deg: float, slope_deg: float = 0.0) -> Ground:
    """Uniform ground that rises northward, as the centre knows it."""
    height_m = np.tan(np.radians(slope_deg)) * CELL_M * np.arange(rows)[::-1, None]
    row = weather_row(0.0, wind_m_s, from_deg, (0.06, 0.07, 0.08, 0.6, 0.9))
    return ground_of(small, CELL_M, np.full((rows, columns), FM1), height_m, [row])


def spread_in_the_middle(ground: Ground) -> tuple[float, float]:
    """Rate of the head along the ground [m/min], and where it runs to, clockwise from north [degrees]."""
    row, column = (size // 2 for size in ground.coarse.shape)
    spread = ground.spread_at(0.0).over(slice(row, row + 1), slice(column, column + 1))
    rate_m_s, toward_deg = (float(np.asarray(part).item()) for part in (spread.head_rate_m_s, spread.toward_deg))
    return rate_m_s * MINUTE_S, toward_deg


def m_min(arrival_s: NDArray[np.float64]) -> float:
    """Rate along a line of cells that fire runs through, on the map: the slope of distance over arrival. [m/min]"""
    distance_m = CELL_M * np.arange(arrival_s.size)
    return abs(float(np.polyfit(arrival_s / MINUTE_S, distance_m, 1)[0]))


def test_wildfire_spread_on_level_ground_without_wind_is_round(small):
    ground = plain(small, 61, 61, 0.0, 0.0)
    assert spread_in_the_middle(ground)[0] == pytest.approx(LEVEL_CALM_M_MIN, rel=0.001)
    arrival_s = burnt_by(ground, 30.5, 30.5, 6000.0)
    ways = [arrival_s[30, 31:42], arrival_s[30, 29:18:-1], arrival_s[31:42, 30], arrival_s[29:18:-1, 30]]
    assert [m_min(one) for one in ways] == pytest.approx([LEVEL_CALM_M_MIN] * 4, rel=0.005)
    burns = arrival_s <= 6000.0
    assert burns.sum() * CELL_M**2 == pytest.approx(np.pi * (LEVEL_CALM_M_MIN * 100.0) ** 2, rel=0.03)


def test_wildfire_spread_in_wind_runs_downwind_in_an_ellipse(small):
    ground = plain(small, 241, 380, 6.0, 270.0)
    # Behave's wind at the flames, which firesim takes, is 0.2 % less than that of the tables.
    assert spread_in_the_middle(ground) == pytest.approx((WIND_M_MIN, 90.0), rel=0.005)
    arrival_s = burnt_by(ground, 60.5, 120.5, 6000.0)
    assert m_min(arrival_s[120, 110:210]) == pytest.approx(WIND_M_MIN, rel=0.005)
    assert m_min(arrival_s[120, 55:35:-1]) == pytest.approx(BACKING_IN_WIND_M_MIN, rel=0.005)
    burns = arrival_s <= 6000.0
    assert alike(burns, burns[::-1]) > 0.999
    long = burns.any(axis=0).sum()
    wide = burns.any(axis=1).sum()
    assert long / wide == pytest.approx(LENGTH_TO_WIDTH_IN_WIND, rel=0.02)
    # The ellipse by hand: the fire at its rear focus, from the two rates and the length to width.
    head_m, back_m = 100.0 * WIND_M_MIN, 100.0 * BACKING_IN_WIND_M_MIN
    y_m, x_m = CELL_M * (np.mgrid[:241, :380] - np.array([120, 60])[:, None, None])
    half_m = 0.5 * (head_m + back_m)
    inside = ((x_m - 0.5 * (head_m - back_m)) / half_m) ** 2 + (y_m * LENGTH_TO_WIDTH_IN_WIND / half_m) ** 2 <= 1.0
    assert alike(burns, inside) > 0.98


@pytest.mark.parametrize(("wind_m_s", "head_m_min"), [(0.0, SLOPE_M_MIN), (6.0, BOTH_M_MIN)])
def test_wildfire_spread_up_a_slope_adds_wind_and_slope_and_is_shorter_on_the_map(small, wind_m_s, head_m_min):
    ground = plain(small, 200, 101, wind_m_s, 180.0, SLOPE_DEG)
    rate_m_min, toward_deg = spread_in_the_middle(ground)
    assert rate_m_min == pytest.approx(head_m_min, rel=0.005)
    assert (toward_deg + 180.0) % 360.0 == pytest.approx(180.0, abs=0.1)  # uphill, to the north
    arrival_s = burnt_by(ground, 50.5, 160.5, 1500.0 * MINUTE_S / head_m_min)
    on_map = np.cos(np.radians(SLOPE_DEG))
    assert m_min(arrival_s[140:40:-1, 50]) == pytest.approx(head_m_min * on_map, rel=0.005)
    if wind_m_s == 0.0:
        assert m_min(arrival_s[163:171, 50]) == pytest.approx(BACKING_ON_SLOPE_M_MIN * on_map, rel=0.02)
    burns = np.isfinite(arrival_s)
    assert alike(burns, burns[:, ::-1]) > 0.995


def test_trigger_buffer_in_wind_reaches_as_far_upwind_as_the_head_runs_meanwhile(small):
    needed_s = 21.15 * MINUTE_S
    box = (slice(85, 116), slice(100, 130))
    held = buffer_around(plain(small, 201, 180, 6.0, 270.0), box, needed_s)
    upwind, downwind = held[100, :100].sum(), held[100, 130:].sum()
    assert upwind * CELL_M == pytest.approx(480.0, abs=CELL_M)
    assert downwind == pytest.approx(needed_s / MINUTE_S * BACKING_IN_WIND_M_MIN / CELL_M, abs=1.0)
    assert alike(held, held[::-1]) > 0.99
    outside = held.copy()
    outside[box] = False
    rows, columns = np.nonzero(outside)
    bearing_deg = np.degrees(np.arctan2(columns.mean() - 114.5, 100.0 - rows.mean())) % 360.0
    assert bearing_deg == pytest.approx(270.0, abs=1.0)


def test_trigger_buffer_below_a_slope_is_as_long_as_the_fires_way_on_the_map(small):
    needed_s = 21.1 * MINUTE_S
    box = (slice(20, 41), slice(50, 71))
    held = buffer_around(plain(small, 140, 121, 6.0, 180.0, SLOPE_DEG), box, needed_s)
    below_m = held[41:, 60].sum() * CELL_M
    assert below_m == pytest.approx(600.0, abs=CELL_M)
    assert alike(held, held[:, ::-1]) > 0.99
    assert held[:20, 60].sum() * CELL_M < 0.2 * below_m

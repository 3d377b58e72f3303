"""The hidden ground is as the parameters say, and its luck is nobody else's."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.streams import Luck
from firesim.world.discrepancy import (
    DiscrepancyParameters,
    correlated_normal_field,
    spread_multiplier,
    true_fuel_model,
)

SHAPE, CELL_M = (150, 200), 30.0


def fields(length_m: float, n: int = 40) -> np.ndarray:
    return np.stack([correlated_normal_field(SHAPE, CELL_M, length_m, Luck(seed), "test") for seed in range(n)])


def test_the_log_multiplier_has_the_stated_deviation_and_median_one():
    logs = np.stack([
        np.log(spread_multiplier(SHAPE, CELL_M, DiscrepancyParameters(correlation_length_m=300.0), Luck(seed)))
        for seed in range(40)
    ])  # fmt: skip
    # Some 300 independent patches a field and 40 fields: the deviation is known to about 1 %.
    assert np.sqrt((logs**2).mean()) == pytest.approx(0.35, rel=0.03)
    assert np.median(np.exp(logs)) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("length_m", [150.0, 300.0])
def test_correlation_falls_to_one_over_e_at_the_correlation_length(length_m):
    field = fields(length_m)
    step = round(length_m / CELL_M)
    along_x = (field[:, :, :-step] * field[:, :, step:]).mean()
    along_y = (field[:, :-step, :] * field[:, step:, :]).mean()
    far = (field[:, :, : -4 * step] * field[:, :, 4 * step :]).mean()
    assert along_x == pytest.approx(np.exp(-1.0), abs=0.05)
    assert along_y == pytest.approx(np.exp(-1.0), abs=0.05)
    assert far == pytest.approx(0.0, abs=0.05)


def test_opposite_edges_of_the_field_are_independent():
    field = fields(300.0)
    assert abs((field[:, :, 0] * field[:, :, -1]).mean()) < 0.1
    assert abs((field[:, 0, :] * field[:, -1, :]).mean()) < 0.1


def test_every_place_on_the_grid_varies_alike():
    sd = fields(300.0, 120).std(axis=0)
    # 120 fields know a deviation to 6.5 %; among some 400 patches the extremes lie 4 such errors off.
    assert sd.min() > 0.65
    assert sd.max() < 1.35


def test_the_same_luck_gives_the_same_field_and_other_luck_another():
    parameters = DiscrepancyParameters()
    first = spread_multiplier(SHAPE, CELL_M, parameters, Luck(3))
    assert np.array_equal(first, spread_multiplier(SHAPE, CELL_M, parameters, Luck(3)))
    assert not np.array_equal(first, spread_multiplier(SHAPE, CELL_M, parameters, Luck(3, 1)))


def test_zero_switches_each_part_off():
    none = DiscrepancyParameters.none()
    fuel = np.full(SHAPE, 145, np.int16)
    assert spread_multiplier(SHAPE, CELL_M, none, Luck(1)) == 1.0
    assert true_fuel_model(fuel, fuel > 0, None, CELL_M, none, Luck(1)) is fuel


def test_the_other_reading_of_the_land_cover_holds_on_the_stated_share_of_ground():
    fuel, other = np.full(SHAPE, 145, np.int16), np.full(SHAPE, 122, np.int16)
    parameters = DiscrepancyParameters(fuel_error_fraction=0.2, fuel_patch_m=150.0)
    shares = [
        (true_fuel_model(fuel, fuel > 0, other, CELL_M, parameters, Luck(seed)) == 122).mean() for seed in range(20)
    ]
    assert np.mean(shares) == pytest.approx(0.2, abs=0.02)


def test_what_does_not_burn_is_never_mistaken():
    fuel = np.full(SHAPE, 145, np.int16)
    fuel[:, 80:] = 98
    other = np.full(SHAPE, 122, np.int16)
    parameters = DiscrepancyParameters(fuel_error_fraction=0.5)
    true = true_fuel_model(fuel, fuel != 98, other, CELL_M, parameters, Luck(1))
    assert np.array_equal(true == 98, fuel == 98)


def test_where_both_readings_agree_a_wrong_patch_has_a_fuel_from_nearby():
    fuel = np.full(SHAPE, 145, np.int16)
    fuel[:, ::2] = 102
    parameters = DiscrepancyParameters(fuel_error_fraction=0.3)
    true = true_fuel_model(fuel, fuel > 0, None, CELL_M, parameters, Luck(2))
    assert set(np.unique(true)) == {102, 145}

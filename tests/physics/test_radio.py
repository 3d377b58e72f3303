import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.physics.radio import (
    received_power_dbm,
    rma_path_loss_db,
    uma_line_of_sight_probability,
    uma_path_loss_db,
)

LAWS = [uma_path_loss_db, rma_path_loss_db]


def test_urban_law_agrees_with_the_hand_computed_vector_at_100_m() -> None:
    assert uma_path_loss_db(100.0, 3.5, [True, False]) == pytest.approx([83.138, 103.038], abs=1e-3)


@pytest.mark.parametrize(
    ("law", "in_sight", "distances_m", "losses_db"),
    [
        (uma_path_loss_db, True, [10, 100, 1000, 5000], [72.9380, 86.2362, 109.7252, 137.6794]),
        (uma_path_loss_db, False, [10, 100, 1000, 5000], [82.5131, 106.1356, 144.7641, 172.0753]),
        (rma_path_loss_db, True, [10, 100, 1000, 10000], [77.3784, 87.2965, 108.5577, 140.3896]),
        (rma_path_loss_db, False, [10, 100, 5000], [77.3784, 95.7718, 160.5169]),
    ],
)  # the test vectors of the ns-3 network simulator: 5 GHz, users at 1.5 m, masts of 25 m (urban) and 35 m (rural)
def test_laws_agree_with_another_implementation(law, in_sight, distances_m, losses_db) -> None:  # type: ignore[no-untyped-def]
    assert law(distances_m, 5.0, in_sight) == pytest.approx(losses_db, abs=1e-3)


@pytest.mark.parametrize("law", LAWS)
@given(
    distance_m=st.floats(10.0, 10_000.0),
    further=st.floats(1.0, 3.0),
    in_sight=st.booleans(),
    user_m=st.floats(1.5, 20.0),
    frequency_ghz=st.sampled_from([0.7, 0.868, 3.5, 26.0]),
)
def test_signals_fade_with_distance_and_behind_hills(law, distance_m, further, in_sight, user_m, frequency_ghz) -> None:  # type: ignore[no-untyped-def]
    near_db = law(distance_m, frequency_ghz, in_sight, user_height_m=user_m)
    far_db = law(distance_m * further, frequency_ghz, in_sight, user_height_m=user_m)
    assert far_db >= near_db - 0.05  # the published pieces meet at the break point within a few hundredths
    assert law(distance_m, frequency_ghz, False) >= law(distance_m, frequency_ghz, True)


def test_in_sight_each_doubling_of_a_short_distance_costs_six_and_a_half_decibel() -> None:
    # 22 log10 2 = 6.62 dB, from a mast as high as the user so that map and space distance agree.
    twice_db = uma_path_loss_db(400.0, 3.5, True, height_difference_m=0.0)
    once_db = uma_path_loss_db(200.0, 3.5, True, height_difference_m=0.0)
    assert twice_db - once_db == pytest.approx(6.62, abs=0.01)


def test_chance_of_sight_is_sure_at_hand_and_fades() -> None:
    chance = uma_line_of_sight_probability(np.array([0.0, 18.0, 100.0, 5_000.0]))
    assert chance[:2] == pytest.approx([1.0, 1.0])
    assert chance[2] == pytest.approx(0.18 * (1 - np.exp(-100 / 63)) + np.exp(-100 / 63), rel=1e-9)
    assert 0.0 < chance[3] < 0.01


def test_received_power_is_what_left_less_what_was_lost() -> None:
    assert received_power_dbm(30.0, 120.0, 4.0) == -86.0

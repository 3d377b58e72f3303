"""How fast people walk."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.physics.walking import party_walking_speed_m_s


def test_one_walker_is_anywhere_between_the_bounds_alike():
    luck = np.linspace(0.0005, 0.9995, 1000)
    speed = party_walking_speed_m_s(luck, 1)
    assert speed.min() == pytest.approx(0.7, abs=1e-3)
    assert speed.max() == pytest.approx(1.0, abs=1e-3)
    assert speed.mean() == pytest.approx(0.85, abs=1e-4)


def test_a_party_of_four_walks_like_the_slowest_of_four():
    rng = np.random.Generator(np.random.Philox(1))
    slowest = (0.7 + 0.3 * rng.uniform(size=(40_000, 4))).min(axis=1)
    speed = party_walking_speed_m_s(rng.uniform(size=40_000), np.full(40_000, 4))
    assert speed.mean() == pytest.approx(0.7 + 0.3 / 5, abs=0.001)  # least of four uniforms has mean 1/5
    assert np.quantile(speed, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(slowest, [0.1, 0.5, 0.9]), abs=0.003)


@given(st.floats(0.001, 0.999), st.integers(1, 20))
def test_a_larger_party_is_never_faster(luck, people):
    assert party_walking_speed_m_s(luck, people + 1) <= party_walking_speed_m_s(luck, people) <= 1.0

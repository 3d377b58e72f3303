"""How much slower people drive in smoke."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.physics.smoke_on_roads import optical_density_per_m, speed_factor_in_smoke, walking_factor_in_smoke


def test_the_speed_factor_is_that_of_the_published_law():
    # Intini et al. 2022; the four densities of the authors' own verification test T5, worked out by hand.
    density = [0.0, 0.05, 0.10, 0.15, 0.20]
    wanted = [1.0, 0.64710, 0.46518, 0.37805, 0.30954]
    assert speed_factor_in_smoke(density) == pytest.approx(wanted, abs=2e-5)


def test_smoke_denser_than_was_driven_in_slows_no_further_and_clear_air_not_at_all():
    assert speed_factor_in_smoke([-0.1, 0.0]).tolist() == [1.0, 1.0]
    assert speed_factor_in_smoke([0.2, 0.3, np.inf]) == pytest.approx([0.30954] * 3, abs=1e-5)
    assert np.isnan(speed_factor_in_smoke(np.nan))


@given(st.floats(0.0, 0.3), st.floats(0.0, 0.3))
def test_denser_smoke_is_never_driven_in_faster(one, other):
    thin, dense = sorted((one, other))
    assert 0.3 < speed_factor_in_smoke(dense) <= speed_factor_in_smoke(thin) <= 1.0


def test_the_walking_factor_is_that_of_the_published_law():
    # Purser 2003: F = 1.236 - 1.738 D between D = 0.13 and 0.55; clear-air speed below, as in the dark above.
    assert walking_factor_in_smoke([0.0, 0.13, 0.2, 0.4, 0.55, 3.0]) == pytest.approx(
        [1.0, 1.0, 0.8884, 0.5408, 0.2801, 0.2801]
    )


@given(st.floats(0.0, 0.7), st.floats(0.0, 0.7))
def test_denser_smoke_is_never_walked_in_faster(one, other):
    thin, dense = sorted((one, other))
    assert 0.28 < walking_factor_in_smoke(dense) <= walking_factor_in_smoke(thin) <= 1.0


def test_optical_density_counts_tenfold_losses_and_extinction_e_fold_ones():
    # Both say that light falls to 37 % over 10 m.
    assert optical_density_per_m(0.1) == pytest.approx(0.043429, abs=1e-6)
    assert 10.0 ** (-10.0 * optical_density_per_m(0.1)) == pytest.approx(np.exp(-1.0))

"""Where fire may go next, against a count of neighbours done with shifted arrays."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.fire.edge import edge_cells


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_edge_is_the_unburnt_fuel_beside_what_burnt_lately_and_as_hot_as_its_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (9, 11)
    arrival = np.where(rng.random(shape) < 0.5, rng.uniform(0.0, 200.0, shape), np.inf)
    can_burn, is_held = rng.random(shape) < 0.8, rng.random(shape) < 0.2
    hot, flame = (rng.uniform(0.0, 5000.0, shape).astype(np.float32) for _ in range(2))
    rows, columns, intensity, length = edge_cells(arrival, can_burn, is_held, hot, flame, (1, 8, 2, 10), 50.0, 100.0)

    inside = np.zeros(shape, bool)
    inside[1:8, 2:10] = True
    active = inside & (arrival > 50.0) & (arrival <= 100.0)

    def around(values: np.ndarray) -> np.ndarray:
        framed = np.zeros((shape[0] + 2, shape[1] + 2))
        framed[1:-1, 1:-1] = values
        shifts = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
        return sum(framed[y : y + shape[0], x : x + shape[1]] for y, x in shifts)

    count = around(active)
    expected = inside & (arrival > 100.0) & can_burn & ~is_held & (count > 0)
    assert list(zip(rows, columns, strict=True)) == list(zip(*np.nonzero(expected), strict=True))
    at = (rows, columns)
    np.testing.assert_allclose(intensity, (around(np.where(active, hot, 0.0))[at] / count[at]), rtol=1e-6)
    np.testing.assert_allclose(length, (around(np.where(active, flame, 0.0))[at] / count[at]), rtol=1e-6)

"""Kernels that work on the arrays they are given, and nothing else."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from firesim.compiled import kernel_in_place


def test_a_kernel_in_place_writes_into_its_arrays() -> None:
    @kernel_in_place
    def doubled(values: np.ndarray) -> int:
        for n in range(values.size):
            values[n] *= 2.0
        return int(values.size)

    values = np.arange(3.0)
    assert doubled(values) == 3
    np.testing.assert_array_equal(values, [0.0, 2.0, 4.0])


def test_a_kernel_in_place_that_makes_an_array_is_refused() -> None:
    @kernel_in_place
    def total_of_a_copy(values: np.ndarray) -> float:
        return float(values.copy().sum())

    with pytest.raises(numba.core.errors.NumbaError):
        total_of_a_copy(np.arange(3.0))

"""Whether an ember that lands starts a fire."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def fuel_temperature_c(air_temperature_c: ArrayLike, shade: ArrayLike) -> Floats:
    """Temperature of fine dead fuel on the ground: air + (25 - 20 shade) F, shade 0 to 1. [C]

    A straight line through Rothermel's (1983, INT-143) 25, 19, 12 and 5 F for clear to fully shaded.
    """
    warming_f = 25.0 - 20.0 * np.asarray(shade, dtype=np.float64)
    return np.asarray(air_temperature_c, dtype=np.float64) + warming_f / 1.8


def ignition_probability(fuel_temperature_c: ArrayLike, moisture_1h: ArrayLike) -> Floats:
    """Chance that a firebrand lights fine dead fuel. [0-1], any shapes that broadcast.

    Schroeder 1969 (US Weather Bureau), from the heat that brings the fuel to ignition [cal/g]:
    Q = 144.51 - 0.266 T - 0.00058 T^2 - T M + 18.54 (1 - exp(-15.1 M)) + 640 M, P = 0.000048 (0.1 (400 - Q))^4.3 / 50.
    """
    T = np.asarray(fuel_temperature_c, dtype=np.float64)
    M = np.asarray(moisture_1h, dtype=np.float64)
    heat = 144.51 - 0.266 * T - 0.00058 * T * T - T * M + 18.54 * (1.0 - np.exp(-15.1 * M)) + 640.0 * M
    x = 0.1 * (400.0 - np.minimum(heat, 400.0))
    return np.clip(0.000048 * x**4.3 / 50.0, 0.0, 1.0)

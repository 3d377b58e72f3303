"""How a fire from a point speeds up and narrows until its rate and shape are those of the wind.

Acceleration after the Canadian Fire Behavior Prediction System (Forestry Canada 1992, ST-X-3, eqs. 70, 71, 81;
Alexander 1985 and McAlpine & Wakimoto 1991 for the laws' origin), t since ignition:

    rate(t) = steady (1 - exp(-a t))                          a = 0.115 a minute in open fuels
    distance(t) = steady (t - (1 - exp(-a t)) / a)
    length to width(t) = 1 + (steady - 1) (1 - exp(-a t))

All rates scale alike, so acceleration is a slower clock: a fire of age t has gone as far as a steady one of age
`steady_age_s(t)`. With a = inf a fire is steady from its ignition on.
"""

from __future__ import annotations

from math import expm1, inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]

# FBP eq. 70, open fuel types (C-1, O-1a/b, S-1, S-2, S-3): 90 % of the steady rate 20 minutes after ignition.
OPEN_FUEL_PER_MIN = 0.115


def acceleration_factor(age_s: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """Rate of a fire of this age over its steady rate. [0 to 1]; 0 before ignition."""
    if per_min == inf:
        return np.where(np.asarray(age_s) >= 0.0, 1.0, 0.0)
    return np.asarray(-np.expm1(-per_min / 60.0 * np.maximum(np.asarray(age_s, dtype=np.float64), 0.0)))


@kernel
def steady_age_of(age: float, a: float) -> float:
    """`steady_age_s` of one age; a in 1 / the unit of the age."""
    if age < 0.0 or a == inf:
        return age
    x = a * age
    if x < 1e-3:
        # The difference loses its digits at small ages; there the series is exact to 1e-12.
        return x * x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x / 120.0))) / a
    return (x + expm1(-x)) / a


@kernel
def age_of(steady_age: float, a: float) -> float:
    """Inverse of `steady_age_of`."""
    if not isfinite(steady_age) or steady_age <= 0.0 or a == inf:
        return steady_age
    x = a * steady_age
    # Both bound the answer from above, and Newton's steps on a convex function then never overshoot.
    y = min(x + 1.0, sqrt(2.0 * x) + x)
    for _ in range(12):
        factor = -expm1(-y)
        if factor == 0.0:
            return 0.0
        gone = steady_age_of(y, 1.0) if y < 1e-3 else y - factor  # the same: one exponential for both
        nearer = y - (gone - x) / factor
        if nearer == y:
            break
        y = nearer
    return y / a


@kernel
def _factor_of(age_s: float, a: float) -> float:
    """`acceleration_factor` of one age; a in 1/s."""
    return 1.0 if a == inf else -expm1(-a * max(age_s, 0.0))


@kernel
def width_ratio_of(eccentricity: float, age_s: float, a: float) -> float:
    """`width_ratio` of one eccentricity; a in 1/s."""
    return _width_ratio(eccentricity, _factor_of(age_s, a))


@kernel
def _width_ratio(eccentricity: float, factor: float) -> float:
    """The same at an age of this `acceleration_factor`."""
    steady = 1.0 / sqrt(1.0 - eccentricity * eccentricity)
    ratio = 1.0 + (steady - 1.0) * factor
    # (1 - e) / (1 + e) with e = sqrt(r^2 - 1) / r
    return 1.0 / (ratio + sqrt(max(ratio * ratio - 1.0, 0.0)))


@kernel
def _steady_ages(ages_s: Floats, a: float) -> Floats:
    return np.array([steady_age_of(age, a) for age in ages_s])


@kernel
def _ages(steady_ages_s: Floats, a: float) -> Floats:
    return np.array([age_of(steady_age, a) for steady_age in steady_ages_s])


@kernel
def lived_by(clock_s: Floats, steady_rate: Floats, ignited_s: float, a: float) -> tuple[Floats, Floats]:
    """Times and rates of a fire lit at a time: those of a steady fire, lit then, by its clock. a in 1/s."""
    lived_s, rate = np.empty(clock_s.size), np.empty(clock_s.size)
    for n in range(clock_s.size):
        lived_s[n] = ignited_s + age_of(clock_s[n] - ignited_s, a)
        rate[n] = steady_rate[n] * _factor_of(lived_s[n] - ignited_s, a)
    return lived_s, rate


@kernel
def _width_ratios(eccentricities: Floats, age_s: float, a: float) -> Floats:
    factor = _factor_of(age_s, a)
    return np.array([_width_ratio(e, factor) for e in eccentricities])


@kernel
def _eccentricities_between(eccentricities: Floats, age_1: float, age_2: float, a: float) -> Floats:
    """`eccentricity_between` of each; a in 1/s."""
    steady_1, steady_2 = steady_age_of(age_1, a), steady_age_of(age_2, a)
    factor_1, factor_2 = _factor_of(age_1, a), _factor_of(age_2, a)
    between = np.empty(eccentricities.size)
    for n in range(eccentricities.size):
        wide_1, wide_2 = _width_ratio(eccentricities[n], factor_1), _width_ratio(eccentricities[n], factor_2)
        ratio = (steady_2 * wide_2 - steady_1 * wide_1) / (steady_2 - steady_1)
        if ratio > 1.0:
            ratio = 1.0
        between[n] = (1.0 - ratio * ratio) / (1.0 + ratio * ratio)
    return between


def steady_age_s(age_s: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """How long a steady fire needs for what this one did by its age. [s] Negative ages stay as they are."""
    age = np.asarray(age_s, dtype=np.float64)
    return _steady_ages(age.ravel(), per_min / 60.0).reshape(age.shape)


def age_s(steady_age: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """Inverse of `steady_age_s`. [s]; inf stays inf, negative ages stay as they are."""
    steady = np.asarray(steady_age, dtype=np.float64)
    return _ages(steady.ravel(), per_min / 60.0).reshape(steady.shape)


def width_ratio(eccentricity: ArrayLike, age: float, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """Half width over head distance at an age, sqrt((1 - e) / (1 + e)), for a steady eccentricity. [-]"""
    e = np.asarray(eccentricity, dtype=np.float64)
    return _width_ratios(e.ravel(), float(age), per_min / 60.0).reshape(e.shape)


def eccentricity_between(eccentricity: ArrayLike, age_1: float, age_2: float, per_min: float) -> Floats:
    """Constant eccentricity under which the ellipse widens between two ages as much as the law says. [-]

    With age_2 = inf: the steady one.
    """
    e = np.asarray(eccentricity, dtype=np.float64)
    if age_2 == inf:
        return e
    return _eccentricities_between(e.ravel(), float(age_1), float(age_2), per_min / 60.0).reshape(e.shape)

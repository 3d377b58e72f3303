"""The first minutes of a fire from a point: it speeds up, and its ellipse narrows, until they are those of the wind.

Acceleration after the Canadian Fire Behavior Prediction System (Forestry Canada 1992, ST-X-3, eqs. 70, 71, 81;
Alexander 1985 and McAlpine & Wakimoto 1991 for the laws' origin), t since ignition:

    rate(t) = steady (1 - exp(-a t))                          a = 0.115 a minute in open fuels
    distance(t) = steady (t - (1 - exp(-a t)) / a)
    length to width(t) = 1 + (steady - 1) (1 - exp(-a t))

All rates scale alike, so acceleration is a slower clock: a fire of age t has gone as far as a steady one of age
`steady_age_s(t)`. The fire is an ellipse with the ignition at its rear focus, as the steady one is. Everything
here is in metres along the ground, in the plane of the slope; x and y are any two axes at right angles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# FBP eq. 70, open fuel types (C-1, O-1a/b, S-1, S-2, S-3): 90 % of the steady rate 20 minutes after ignition.
OPEN_FUEL_PER_MIN = 0.115

# Ages, in units of 1/a, at which a front takes over the ellipse's new shape: the width at these ages is exact,
# between them within 0.3 %. At the last the fire has 99.5 % of its steady length to width.
SHAPE_STEPS = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.15, 1.4, 1.7, 2.1, 2.6, 3.3, 4.2, 5.3)

# A fire that is not large after this long never will be. [s]  Three years.
LONGEST_GROWTH_S = 1e8


def acceleration_factor(age_s: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """Rate of a fire of this age over its steady rate. [0 to below 1]; 0 before ignition."""
    return np.asarray(-np.expm1(-per_min / 60.0 * np.maximum(np.asarray(age_s, dtype=np.float64), 0.0)))


def steady_age_s(age_s: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """How long a steady fire needs for what this one did by its age. [s] Negative ages stay as they are."""
    a = per_min / 60.0
    age = np.asarray(age_s, dtype=np.float64)
    x = a * np.maximum(age, 0.0)
    # The difference loses its digits at small ages; there the series is exact to 1e-12.
    series = x * x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x / 120.0)))
    return np.where(age < 0.0, age, np.where(x < 1e-3, series, x + np.expm1(-x)) / a)


def age_s(steady_age: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """Inverse of `steady_age_s`. [s]; inf stays inf, negative ages stay as they are."""
    a = per_min / 60.0
    steady = np.asarray(steady_age, dtype=np.float64)
    x = a * np.where(np.isfinite(steady), np.maximum(steady, 0.0), 1.0)
    # Both bound the answer from above, and Newton's steps on a convex function then never overshoot.
    y = np.minimum(x + 1.0, np.sqrt(2.0 * x) + x)
    for _ in range(12):
        factor = -np.expm1(-y)
        y = np.where(factor > 0.0, y - (steady_age_s(60.0 * y, 1.0) / 60.0 - x) / np.maximum(factor, 1e-300), 0.0)
    return np.where(np.isfinite(steady), np.where(steady < 0.0, steady, y / a), steady)


def width_ratio(eccentricity: ArrayLike, age: ArrayLike, per_min: float = OPEN_FUEL_PER_MIN) -> Floats:
    """Half width over head distance at an age, sqrt((1 - e) / (1 + e)), for a steady eccentricity. [-]"""
    e = np.asarray(eccentricity, dtype=np.float64)
    steady = 1.0 / np.sqrt(1.0 - e * e)
    ratio = 1.0 + (steady - 1.0) * acceleration_factor(age, per_min)
    # (1 - e) / (1 + e) with e = sqrt(r^2 - 1) / r
    return 1.0 / (ratio + np.sqrt(np.maximum(ratio * ratio - 1.0, 0.0)))


def eccentricity_between(eccentricity: ArrayLike, age_1: float, age_2: float, per_min: float) -> Floats:
    """Constant eccentricity under which the ellipse widens between two ages as much as the law says. [-]

    With age_2 = inf: the steady one.
    """
    if age_2 == inf:
        return np.asarray(eccentricity, dtype=np.float64)
    steady_1, steady_2 = (float(steady_age_s(age, per_min)) for age in (age_1, age_2))
    wide_1, wide_2 = (width_ratio(eccentricity, age, per_min) for age in (age_1, age_2))
    ratio = np.minimum((steady_2 * wide_2 - steady_1 * wide_1) / (steady_2 - steady_1), 1.0)
    return (1.0 - ratio**2) / (1.0 + ratio**2)


@dataclass(frozen=True)
class Ellipse:
    """A fire ellipse: its head from the ignition [m] and half its width [m]; the ignition is the rear focus."""

    head_x_m: Floats
    head_y_m: Floats
    half_width_m: Floats

    @property
    def head_distance_m(self) -> Floats:
        # Never thinner ahead than wide: after a reversal of the wind the fire is at least the circle of its width.
        return np.maximum(np.hypot(self.head_x_m, self.head_y_m), self.half_width_m)

    @property
    def eccentricity(self) -> Floats:
        # With the ignition at a focus the back lies width^2 / head behind it.
        square = self.head_distance_m**2
        total = square + self.half_width_m**2
        return np.divide(square - self.half_width_m**2, total, out=np.zeros_like(total), where=total > 0.0)

    @property
    def half_length_m(self) -> Floats:
        return self.head_distance_m / (1.0 + self.eccentricity)

    @property
    def area_m2(self) -> Floats:
        return np.pi * self.half_length_m * self.half_width_m

    @property
    def perimeter_m(self) -> Floats:
        """Ramanujan's first formula (1914), within 0.01 % up to 8 to 1."""
        a, b = self.half_length_m, self.half_width_m
        return np.pi * (3.0 * (a + b) - np.sqrt((3.0 * a + b) * (a + 3.0 * b)))

    @property
    def ahead(self) -> tuple[Floats, Floats]:
        distance = np.hypot(self.head_x_m, self.head_y_m)
        safe = np.where(distance > 0.0, distance, 1.0)
        return self.head_x_m / safe, np.where(distance > 0.0, self.head_y_m / safe, 1.0)

    def outline(self, count: int = 64) -> tuple[Floats, Floats]:
        """Points around the ellipse, the first at the head. [m] from the ignition; for one ellipse."""
        turn = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
        along = self.half_length_m * (self.eccentricity + np.cos(turn))
        across = self.half_width_m * np.sin(turn)
        ahead_x, ahead_y = self.ahead
        return along * ahead_x - across * ahead_y, along * ahead_y + across * ahead_x

    def excess_m(self, x_m: Floats, y_m: Floats) -> Floats:
        """Above 0 outside, below 0 inside: r - e x' - head (1 - e), x' along the axis, r from the ignition. [m]"""
        e = self.eccentricity
        ahead_x, ahead_y = self.ahead
        return np.hypot(x_m, y_m) - e * (x_m * ahead_x + y_m * ahead_y) - self.head_distance_m * (1.0 - e)


@dataclass(frozen=True)
class _Wind:
    """A stretch of constant spread: since when, the ellipse then, and what drives it."""

    since_s: float
    ellipse: Ellipse
    head_rate_m_s: float
    toward_x: float
    toward_y: float
    eccentricity: float


@dataclass(frozen=True)
class PointFire:
    """An accelerating fire from a point, under spread that may change; a value, never altered.

    After a change of wind the head goes on from where it is in the new direction, and the width grows by what the
    law adds under the new wind: head, width and area are continuous.
    per_min: acceleration a. [1/min]
    """

    ignited_s: float
    per_min: float = OPEN_FUEL_PER_MIN
    winds: tuple[_Wind, ...] = ()

    def under(self, now_s: float, head_rate_m_s: float, toward: tuple[float, float], eccentricity: float) -> PointFire:
        """The same fire, driven from now on by this steady spread; `toward` a unit vector (x, y) on the ground."""
        since_s = max(now_s, self.ignited_s)
        wind = _Wind(since_s, self._ellipse_of(since_s), head_rate_m_s, *toward, eccentricity)
        earlier = tuple(w for w in self.winds if w.since_s < since_s)
        return replace(self, winds=(*earlier, wind))

    def ellipse(self, at_s: ArrayLike) -> Ellipse:
        """Where the fire is at these times. Arrays of the shape of at_s."""
        times = np.asarray(at_s, dtype=np.float64)
        which = np.searchsorted([w.since_s for w in self.winds], times, side="right") - 1
        parts = [np.zeros(times.shape) for _ in range(3)]
        for k in range(len(self.winds)):
            here = which == k
            if np.any(here):
                there = self._grown(self.winds[k], times[here])
                for part, value in zip(parts, (there.head_x_m, there.head_y_m, there.half_width_m), strict=True):
                    part[here] = value
        return Ellipse(*parts)

    def arrival_s(self, x_m: Floats, y_m: Floats, latest_s: float) -> Floats:
        """When the ellipse reaches points [m from the ignition]. [s], their shape; inf if not by latest_s."""
        low = np.full(np.shape(x_m), self.ignited_s)
        high = np.full(np.shape(x_m), float(latest_s))
        out = self.ellipse(high).excess_m(x_m, y_m) > 0.0
        # 40 halvings of an hour are a few nanoseconds.
        for _ in range(40):
            middle = 0.5 * (low + high)
            is_outside = self.ellipse(middle).excess_m(x_m, y_m) > 0.0
            low = np.where(is_outside, middle, low)
            high = np.where(is_outside, high, middle)
        return np.where(out, inf, high)

    def when_as_large_as(self, head_distance_m: float, half_width_m: float) -> float:
        """First time at which the head is this far and the fire this wide, if nothing changes. [s]; inf: never."""

        def is_as_large(at_s: float) -> bool:
            ellipse = self.ellipse(at_s)
            return bool(ellipse.head_distance_m >= head_distance_m and ellipse.half_width_m >= half_width_m)

        low, high = self.ignited_s, self.ignited_s + 60.0
        while not is_as_large(high):
            low, high = high, high + 2.0 * (high - self.ignited_s)
            if high - self.ignited_s > LONGEST_GROWTH_S:
                return inf
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if is_as_large(middle) else (middle, high)
        return high

    def clock_s(self, at_s: ArrayLike) -> Floats:
        """Time of a steady fire, lit at the same moment, that has burnt as much. [s]; before ignition, time itself."""
        return self.ignited_s + steady_age_s(np.asarray(at_s, dtype=np.float64) - self.ignited_s, self.per_min)

    def time_s(self, clock_s: ArrayLike) -> Floats:
        """Inverse of `clock_s`."""
        return self.ignited_s + age_s(np.asarray(clock_s, dtype=np.float64) - self.ignited_s, self.per_min)

    def shape_steps_s(self, after_s: float, until_s: float) -> list[float]:
        """Times after the first, up to the second, at which a front should take over the ellipse's new shape."""
        steps = (self.ignited_s + 60.0 * step / self.per_min for step in SHAPE_STEPS)
        return [at_s for at_s in steps if after_s < at_s <= until_s]

    def shape_from(self, eccentricity: ArrayLike, now_s: float) -> Floats:
        """Eccentricity of the front's ellipses from now until the next step, for steady ones. [-]"""
        later_s = min(self.shape_steps_s(now_s, inf), default=inf)
        return eccentricity_between(eccentricity, now_s - self.ignited_s, later_s - self.ignited_s, self.per_min)

    def _ellipse_of(self, at_s: float) -> Ellipse:
        if not self.winds:
            nothing = np.zeros(())
            return Ellipse(nothing, nothing, nothing)
        return self.ellipse(at_s)

    def _grown(self, wind: _Wind, at_s: Floats) -> Ellipse:
        before, after = wind.since_s - self.ignited_s, at_s - self.ignited_s
        steady_before, steady_after = steady_age_s(before, self.per_min), steady_age_s(after, self.per_min)
        gone = wind.head_rate_m_s * (steady_after - steady_before)
        wide = wind.head_rate_m_s * (
            steady_after * width_ratio(wind.eccentricity, after, self.per_min)
            - steady_before * width_ratio(wind.eccentricity, before, self.per_min)
        )
        start = wind.ellipse
        return Ellipse(
            start.head_x_m + gone * wind.toward_x,
            start.head_y_m + gone * wind.toward_y,
            start.half_width_m + np.maximum(wide, 0.0),
        )

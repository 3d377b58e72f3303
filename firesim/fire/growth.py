"""The first minutes of a fire from a point: it speeds up, and its ellipse narrows, until they are those of the wind.

Rate and length to width grow after `acceleration.py`. The fire is an ellipse with the ignition at its rear focus, as
the steady one is. Everything here is in metres along the ground, in the plane of the slope; x and y are any two axes
at right angles.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from math import hypot, inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.fire.acceleration import (
    OPEN_FUEL_PER_MIN,
    acceleration_factor,
    age_s,
    eccentricity_between,
    lived_by,
    steady_age_of,
    steady_age_s,
    width_ratio_of,
)

Floats = NDArray[np.float64]

# Ages, in units of 1/a, at which a front takes over the ellipse's new shape: the width at these ages is exact,
# between them within 0.3 %. At the last the fire has 99.5 % of its steady length to width.
SHAPE_STEPS = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.15, 1.4, 1.7, 2.1, 2.6, 3.3, 4.2, 5.3)

# A fire that is not large after this long never will be. [s]  Three years.
LONGEST_GROWTH_S = 1e8


@dataclass(frozen=True)
class Ellipse:
    """A fire ellipse: its head from the ignition [m] and half its width [m]; the ignition is the rear focus."""

    head_x_m: Floats
    head_y_m: Floats
    half_width_m: Floats

    @cached_property
    def head_distance_m(self) -> Floats:
        """From the ignition to the head. [m]"""
        # Never thinner ahead than wide: after a reversal of the wind the fire is at least the circle of its width.
        return np.maximum(np.hypot(self.head_x_m, self.head_y_m), self.half_width_m)

    @cached_property
    def eccentricity(self) -> Floats:
        """Of the ellipse. [0-1)"""
        # With the ignition at a focus the back lies width^2 / head behind it.
        square = self.head_distance_m**2
        total = square + self.half_width_m**2
        return np.divide(square - self.half_width_m**2, total, out=np.zeros_like(total), where=total > 0.0)

    @property
    def half_length_m(self) -> Floats:
        """Half the long axis. [m]"""
        return self.head_distance_m / (1.0 + self.eccentricity)

    @property
    def area_m2(self) -> Floats:
        """Of the whole ellipse. [m2]"""
        return np.pi * self.half_length_m * self.half_width_m

    @property
    def perimeter_m(self) -> Floats:
        """Ramanujan's first formula (1914), within 0.01 % up to 8 to 1."""
        a, b = self.half_length_m, self.half_width_m
        return np.pi * (3.0 * (a + b) - np.sqrt((3.0 * a + b) * (a + 3.0 * b)))

    @cached_property
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


class _Wind(NamedTuple):
    """A stretch of constant spread: since when, the ellipse then, what drives it; how far a steady fire was by then."""

    since_s: float
    head_x_m: float
    head_y_m: float
    half_width_m: float
    head_rate_m_s: float
    toward_x: float
    toward_y: float
    eccentricity: float
    steady_age_s: float  # of the fire when the stretch begins
    steady_width: float  # that age times `width_ratio` under this wind


@kernel
def _grown(winds: Floats, ignited_s: float, a: float, at_s: float) -> tuple[float, float, float]:
    """The fire at a time: its head from the ignition, x and y, and half its width. [m]

    winds: a row for each `_Wind`, in order of time. a: acceleration. [1/s]
    """
    k = winds.shape[0] - 1
    while k >= 0 and winds[k, 0] > at_s:
        k -= 1
    if k < 0:
        return 0.0, 0.0, 0.0
    _, head_x, head_y, half_width, rate, toward_x, toward_y, eccentricity, steady_before, wide_before = winds[k]
    age = at_s - ignited_s
    steady = steady_age_of(age, a)
    gone = rate * (steady - steady_before)
    wide = rate * (steady * width_ratio_of(eccentricity, age, a) - wide_before)
    return head_x + gone * toward_x, head_y + gone * toward_y, half_width + max(wide, 0.0)


@kernel
def _head_distance(head_x: float, head_y: float, half_width: float) -> float:
    return max(sqrt(head_x * head_x + head_y * head_y), half_width)


@kernel
def _is_outside(x: float, y: float, head_x: float, head_y: float, half_width: float) -> bool:
    """Whether a point lies beyond the ellipse: `Ellipse.excess_m` of one point of one ellipse, above 0."""
    head = _head_distance(head_x, head_y, half_width)
    square, wide = head * head, half_width * half_width
    e = (square - wide) / (square + wide) if square > 0.0 else 0.0
    distance = sqrt(head_x * head_x + head_y * head_y)
    along = (x * head_x + y * head_y) / distance if distance > 0.0 else y
    return sqrt(x * x + y * y) - e * along - head * (1.0 - e) > 0.0


@kernel
def _shape(head_x: float, head_y: float, half_width: float) -> tuple[float, float, float, float]:
    """Of one ellipse what `Ellipse` says: `head_distance_m`, `eccentricity` and `ahead`."""
    distance = hypot(head_x, head_y)
    head = max(distance, half_width)
    square, wide = head * head, half_width * half_width
    e = (square - wide) / (square + wide) if square + wide > 0.0 else 0.0
    if distance > 0.0:
        return head, e, head_x / distance, head_y / distance
    return head, e, head_x, 1.0


@kernel
def _excess(winds: Floats, ignited_s: float, a: float, x: float, y: float, at_s: float) -> float:
    """`Ellipse.excess_m` of one point at one time."""
    head, e, ahead_x, ahead_y = _shape(*_grown(winds, ignited_s, a, at_s))
    return hypot(x, y) - e * (x * ahead_x + y * ahead_y) - head * (1.0 - e)


@kernel
def _gradients(
    winds: Floats, ignited_s: float, a: float, x: Floats, y: Floats, arrival_s: Floats, origin_m: float
) -> tuple[Floats, Floats]:
    """`PointFire.gradient_s_m`. [points]"""
    along_x, along_y = np.zeros(x.size), np.zeros(x.size)
    for n in range(x.size):
        distance, at_s = hypot(x[n], y[n]), arrival_s[n]
        step_s = 1e-3 * max(at_s - ignited_s, 1e-3)
        later = _excess(winds, ignited_s, a, x[n], y[n], at_s + step_s)
        sooner = _excess(winds, ignited_s, a, x[n], y[n], at_s - step_s)
        speed = (sooner - later) / (2.0 * step_s)
        if distance > origin_m and speed > 0.0:
            _, e, ahead_x, ahead_y = _shape(*_grown(winds, ignited_s, a, at_s))
            along_x[n] = 1.0 / speed * (x[n] / distance - e * ahead_x)
            along_y[n] = 1.0 / speed * (y[n] / distance - e * ahead_y)
    return along_x, along_y


@kernel
def _ellipses(winds: Floats, ignited_s: float, a: float, at_s: Floats) -> Floats:
    """Of the fire at each time: `_grown`. [3, time]"""
    parts = np.empty((3, at_s.size))
    for n in range(at_s.size):
        parts[0, n], parts[1, n], parts[2, n] = _grown(winds, ignited_s, a, at_s[n])
    return parts


@kernel
def _reached_s(winds: Floats, ignited_s: float, a: float, x: float, y: float, latest_s: float) -> float:
    """When the ellipse reaches one point that it has reached by latest_s. [s]"""
    low, high = ignited_s, latest_s
    # 40 halvings of an hour are a few nanoseconds.
    for _ in range(40):
        middle = 0.5 * (low + high)
        head_x, head_y, half_width = _grown(winds, ignited_s, a, middle)
        if _is_outside(x, y, head_x, head_y, half_width):
            low = middle
        else:
            high = middle
    return high


@kernel
def _arrivals(winds: Floats, ignited_s: float, a: float, x: Floats, y: Floats, latest_s: float) -> Floats:
    head_x, head_y, half_width = _grown(winds, ignited_s, a, latest_s)
    arrival_s = np.full(x.size, inf)
    for n in range(x.size):
        if not _is_outside(x[n], y[n], head_x, head_y, half_width):
            arrival_s[n] = _reached_s(winds, ignited_s, a, x[n], y[n], latest_s)
    return arrival_s


@kernel
def _first_arrival(winds: Floats, ignited_s: float, a: float, x: Floats, y: Floats, latest_s: float) -> float:
    """The least of `_arrivals`: a point that is outside when another has been reached cannot be the first."""
    first_s = inf
    head_x, head_y, half_width = _grown(winds, ignited_s, a, latest_s)
    for n in range(x.size):
        if not _is_outside(x[n], y[n], head_x, head_y, half_width):
            at_s = _reached_s(winds, ignited_s, a, x[n], y[n], latest_s)
            if at_s < first_s:
                first_s = at_s
                head_x, head_y, half_width = _grown(winds, ignited_s, a, first_s)
    return first_s


@kernel
def _when_as_large(
    winds: Floats, ignited_s: float, a: float, head_distance_m: float, half_width_m: float, longest_s: float
) -> float:
    low, high = ignited_s, ignited_s + 60.0
    while True:
        head_x, head_y, half_width = _grown(winds, ignited_s, a, high)
        if _head_distance(head_x, head_y, half_width) >= head_distance_m and half_width >= half_width_m:
            break
        low, high = high, high + 2.0 * (high - ignited_s)
        if high - ignited_s > longest_s:
            return inf
    for _ in range(50):
        middle = 0.5 * (low + high)
        head_x, head_y, half_width = _grown(winds, ignited_s, a, middle)
        if _head_distance(head_x, head_y, half_width) >= head_distance_m and half_width >= half_width_m:
            high = middle
        else:
            low = middle
    return high


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
        before = _grown(*self._law, since_s)
        age, a = since_s - self.ignited_s, self.per_min / 60.0
        steady_s = steady_age_of(age, a)
        width = steady_s * width_ratio_of(float(eccentricity), age, a)
        wind = _Wind(since_s, *before, head_rate_m_s, *toward, eccentricity, steady_s, width)
        earlier = tuple(w for w in self.winds if w.since_s < since_s)
        return replace(self, winds=(*earlier, wind))

    def ellipse(self, at_s: ArrayLike) -> Ellipse:
        """Where the fire is at these times. Arrays of the shape of at_s."""
        times = np.asarray(at_s, dtype=np.float64)
        return Ellipse(*(part.reshape(times.shape) for part in _ellipses(*self._law, times.ravel())))

    def head_distance_m(self, at_s: float) -> float:
        """From the ignition to the head at a time, without arrays. [m]"""
        return float(_head_distance(*_grown(*self._law, float(at_s))))

    def arrival_s(self, x_m: Floats, y_m: Floats, latest_s: float) -> Floats:
        """When the ellipse reaches points [m from the ignition]. [s], their shape; inf if not by latest_s."""
        return _arrivals(*self._law, np.ravel(x_m), np.ravel(y_m), float(latest_s)).reshape(np.shape(x_m))

    def first_arrival_s(self, x_m: Floats, y_m: Floats, latest_s: float) -> float:
        """When the ellipse reaches the first of these points [m from the ignition]. [s]; inf if not by latest_s."""
        return float(_first_arrival(*self._law, np.ravel(x_m), np.ravel(y_m), float(latest_s)))

    def gradient_s_m(self, x_m: Floats, y_m: Floats, arrival_s: Floats, origin_m: float) -> tuple[Floats, Floats]:
        """Gradient of arrival at points [m from the ignition] and their arrivals; 0 within `origin_m` of the ignition.

        The ellipse is where its excess is 0: the gradient is the excess's in space over its change in time.
        """
        return _gradients(*self._law, x_m, y_m, arrival_s, origin_m)

    def when_as_large_as(self, head_distance_m: float, half_width_m: float) -> float:
        """First time at which the head is this far and the fire this wide, if nothing changes. [s]; inf: never."""
        return float(_when_as_large(*self._law, head_distance_m, half_width_m, LONGEST_GROWTH_S))

    def head_rate_m_s(self, at_s: float) -> float:
        """How fast the head runs at a time, at its age then. [m/s]"""
        steady_m_s = next((w.head_rate_m_s for w in reversed(self.winds) if w.since_s <= at_s), 0.0)
        return float(steady_m_s * acceleration_factor(at_s - self.ignited_s, self.per_min))

    def clock_s(self, at_s: ArrayLike) -> Floats:
        """Time of a steady fire, lit at the same moment, that has burnt as much. [s]; before ignition, time itself."""
        return self.ignited_s + steady_age_s(np.asarray(at_s, dtype=np.float64) - self.ignited_s, self.per_min)

    def clock_at(self, at_s: float) -> float:
        """The same of one time, without arrays."""
        return float(self.ignited_s + steady_age_of(float(at_s - self.ignited_s), self.per_min / 60.0))

    def time_s(self, clock_s: ArrayLike) -> Floats:
        """Inverse of `clock_s`."""
        return self.ignited_s + age_s(np.asarray(clock_s, dtype=np.float64) - self.ignited_s, self.per_min)

    def lived_by(self, clock_s: Floats, steady_rate: Floats) -> tuple[Floats, Floats]:
        """Times at which this fire does what the steady one does at these, and its rates then. One dimension."""
        return lived_by(clock_s, steady_rate, float(self.ignited_s), self.per_min / 60.0)

    def shape_steps_s(self, after_s: float, until_s: float) -> list[float]:
        """Times after the first, up to the second, at which a front should take over the ellipse's new shape."""
        steps_s = self._steps_s
        return steps_s[bisect_right(steps_s, after_s) : bisect_right(steps_s, until_s)]

    def shape_from(self, eccentricity: ArrayLike, now_s: float) -> Floats:
        """Eccentricity of the front's ellipses from now until the next step, for steady ones. [-]"""
        later_s = next(iter(self.shape_steps_s(now_s, inf)), inf)
        return eccentricity_between(eccentricity, now_s - self.ignited_s, later_s - self.ignited_s, self.per_min)

    @cached_property
    def _steps_s(self) -> list[float]:
        """Times of all steps of shape. [s]"""
        return [self.ignited_s + 60.0 * step / self.per_min for step in SHAPE_STEPS]

    @cached_property
    def _law(self) -> tuple[Floats, float, float]:
        """Winds [wind, field of `_Wind`], time of ignition [s] and acceleration [1/s], as the kernels take them."""
        table = np.array(self.winds, dtype=np.float64).reshape(-1, len(_Wind._fields))
        return table, float(self.ignited_s), self.per_min / 60.0

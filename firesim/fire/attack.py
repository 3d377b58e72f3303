"""Initial attack: a line built around a growing elliptical fire, until the ends meet or the crews run out.

Fried & Fried 1996 (Forest Science 42:267-281). The fire's free-burning head moves on steadily; the line's end moves
along the fire's edge, or along a curve at a fixed distance outside it, as fast as the crews build. One flank is
followed and mirrored, so each resource gives half its rate to it. What the paper leaves open follows the US Forest
Service's use of it: steps of at most a minute, halved until a contained fire took 250 of them; no more than a thousand
of them, after which the attack goes on undecided; nothing is decided in the last minute of the 18 hours or after it;
and line that cannot keep up with the fire is carried along with it rather than lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.fire.imperial import ACRE_M2

Floats = NDArray[np.float64]

STATUSES = ("contained", "exhausted", "size_limit_exceeded", "time_limit_exceeded", "attacked")
_RUNNING, _CONTAINED, _EXHAUSTED, _TOO_LARGE, _TOO_LATE, _UNDECIDED = -1, 0, 1, 2, 3, 4

TACTICS = ("head", "rear")

GREATEST_AREA_M2 = 1000.0 * ACRE_M2  # an initial attack has failed beyond it
GREATEST_TIME_S = 1080.0 * 60.0  # from the report
LONGEST_STEP_S = 60.0
FEWEST_STEPS = 250
MOST_STEPS = 1000  # of a minute: an attack of 16 h 40 min
LAST_MINUTE_S = 60.0  # of the greatest time: an attack that runs into it has taken too long, however it ends
_ARRIVAL_SLACK_S = 0.06  # a crew due in this step is there


@dataclass(frozen=True)
class ReportedFire:
    """A fire as it is when it is reported; it keeps its shape and its head's rate."""

    area_m2: float
    head_rate_m_s: float
    length_to_width: float


@dataclass(frozen=True)
class Crew:
    """Builds `line_m_s` metres of held line a second, both flanks together, from arrival for `duration_s`.

    Times from the report. [s]
    """

    arrival_s: float
    duration_s: float
    line_m_s: float


@dataclass(frozen=True)
class Attack:
    """How an initial attack ended.

    `line_m` is the length of the line of both flanks, which is the perimeter of a contained fire; `area_m2` what the
    line encloses. Both are None unless contained. `attacked`: still undecided after a thousand minutes of work.
    """

    status: str  # one of STATUSES
    time_s: float  # from the report
    line_m: float | None
    area_m2: float | None
    last_gap_m: float | None = None  # from the axis to the line's end before the step that closed it


@kernel
def _line_rate(now_s: float, arrival_s: Floats, leaves_s: Floats, line_m_s: Floats) -> float:
    """Line on one flank from all who are there."""
    rate = 0.0
    for n in range(arrival_s.size):
        if arrival_s[n] <= now_s + _ARRIVAL_SLACK_S and now_s <= leaves_s[n]:
            rate += 0.5 * line_m_s[n]
    return rate


@kernel
def _turning(ratio: float, head_m: float, angle: float, e: float, offset_m: float, is_head: bool) -> float:
    """Change of the line end's eccentric angle per metre of free head growth (Fried & Fried 1996, eqs. 9 and 14).

    ratio: line rate of the flank over the head's rate. Angles from the head, 0 to pi.
    """
    cosine = cos(angle)
    near = 1.0 - e * cosine
    # Along the edge the crew has what its speed leaves after following the edge outward; less than nothing is none.
    spare = ratio * ratio * near / (1.0 + e * cosine) - (1.0 - e) / (1.0 + e)
    progress = (1.0 + e) * sqrt(spare) if spare > 1e-10 else 0.0
    reach = head_m
    if offset_m > 0.0:
        bend = 1.0 - e * e * cosine * cosine
        reach += (1.0 - e) * offset_m * sqrt(1.0 - e * e) / (bend * sqrt(bend))
    swing = e * sin(angle)
    return (swing + progress if is_head else swing - progress) / (near * reach)


@kernel
def _line_end(angle: float, head_m: float, e: float, offset_m: float) -> tuple[float, float]:
    """Where the line ends: along the fire's axis from the ignition, and out from it. [m]"""
    squash = sqrt(1.0 - e * e)
    half_length = head_m / (1.0 + e)
    x, y = half_length * (cos(angle) + e), half_length * squash * sin(angle)
    if offset_m > 0.0:
        normal = atan2(sin(angle), squash * cos(angle))
        x += offset_m * cos(normal)
        y += offset_m * sin(normal)
    return x, y


@kernel
def _unlined_area(x: float, y: float, head_m: float, e: float, is_head: bool) -> float:
    """Area of one flank's half of the free ellipse that has no line yet. [m2]

    Ahead of the line's end, seen from the ellipse's centre: a sector less the triangle under the end.
    """
    half_length = head_m / (1.0 + e)
    half_width = half_length * sqrt(1.0 - e * e)
    along = x / half_length - e
    across = y / half_width
    if abs(along) > 1.0:  # the line has passed the fire's end
        along, across = min(max(along, -1.0), 1.0), 0.0
    ahead = 0.5 * half_length * half_width * (atan2(across, along) - along * across)
    return max(0.5 * pi * half_length * half_width - ahead if is_head else ahead, 0.0)


@kernel
def _race(
    report_head_m: float,
    rate_m_s: float,
    e: float,
    is_head: bool,
    offset_m: float,
    step_s: float,
    arrival_s: Floats,
    leaves_s: Floats,
    line_m_s: Floats,
    limits: Floats,
) -> tuple[int, int, float, float, float, float]:
    """One pass at a fixed step: status, steps, time, line of both flanks, area of both flanks, last gap."""
    now_s = arrival_s.min()
    last_s = leaves_s.max()
    head_m = report_head_m + rate_m_s * now_s
    angle = 0.0 if is_head else pi
    x, y = _line_end(angle, head_m, e, offset_m)
    line_m, swept_m2, area_m2, gap_m = 0.0, 0.0, 0.0, 0.0
    step_m = rate_m_s * step_s
    steps = 0
    status = _RUNNING
    while status == _RUNNING:
        if now_s >= last_s:
            return _EXHAUSTED, steps, now_s, 2.0 * line_m, area_m2, gap_m
        if area_m2 >= limits[0]:
            return _TOO_LARGE, steps, now_s, 2.0 * line_m, area_m2, gap_m
        if now_s >= limits[1]:
            return _TOO_LATE, steps, limits[1], 2.0 * line_m, area_m2, gap_m
        if steps >= MOST_STEPS:
            return _UNDECIDED, steps, now_s, 2.0 * line_m, area_m2, gap_m
        ratio0 = _line_rate(now_s, arrival_s, leaves_s, line_m_s) / rate_m_s
        # A crew that comes during a step counts from its end; only the first step looks into its middle.
        ratio1 = _line_rate(now_s + 0.5 * step_s, arrival_s, leaves_s, line_m_s) / rate_m_s if steps == 0 else ratio0
        ratio2 = _line_rate(now_s + step_s, arrival_s, leaves_s, line_m_s) / rate_m_s
        # Fourth order Runge-Kutta, with the free head's distance as the independent variable.
        k0 = _turning(ratio0, head_m, angle, e, offset_m, is_head)
        k1 = _turning(ratio1, head_m + 0.5 * step_m, angle + 0.5 * step_m * k0, e, offset_m, is_head)
        k2 = _turning(ratio1, head_m + 0.5 * step_m, angle + 0.5 * step_m * k1, e, offset_m, is_head)
        k3 = _turning(ratio2, head_m + step_m, angle + step_m * k2, e, offset_m, is_head)
        angle += step_m * (k0 + 2.0 * k1 + 2.0 * k2 + k3) / 6.0
        head_m += step_m
        now_s += step_s
        steps += 1
        if (is_head and angle >= pi) or (not is_head and angle <= 0.0):
            status = _CONTAINED
            angle = pi if is_head else 0.0
        last_x, last_y = x, y
        gap_m = y
        x, y = _line_end(angle, head_m, e, offset_m)
        line_m += hypot(x - last_x, y - last_y)
        swept_m2 += 0.5 * (x - last_x) * (y + last_y)
        area_m2 = 2.0 * (abs(swept_m2) + _unlined_area(x, y, head_m, e, is_head))
    # Crews that end in the same step as the line closes have not closed it.
    if now_s >= last_s:
        status = _EXHAUSTED
    return status, steps, now_s, 2.0 * line_m, area_m2, gap_m


def initial_attack(
    fire: ReportedFire,
    crews: list[Crew],
    tactic: str = "head",
    offset_m: float = 0.0,
    greatest_area_m2: float = GREATEST_AREA_M2,
    greatest_time_s: float = GREATEST_TIME_S,
) -> Attack:
    """Whether, when and at what size crews close a line around a fire.

    Parameters
    ----------
    fire : ReportedFire
        Area above 0 [m2], rate of the head above 0 [m/s], length to width from 1 on.
    crews : list of Crew
        At least one. The attack begins with the first arrival.
    tactic : "head" or "rear"
        Where both flanks' lines begin.
    offset_m : float
        Distance of the line outside the fire's edge (indirect attack); 0 is direct attack. [m]
    greatest_area_m2, greatest_time_s : float
        Beyond either the attack has failed.

    Returns
    -------
    Attack
    """
    if tactic not in TACTICS:
        raise ValueError(f"unknown tactic {tactic!r}: head or rear")
    if not crews:
        raise ValueError("an attack needs at least one crew")
    ratio = max(fire.length_to_width, 1.0)
    e = sqrt(ratio * ratio - 1.0) / ratio
    half_length_m = sqrt(fire.area_m2 * ratio / pi)
    arrival = np.array([crew.arrival_s for crew in crews])
    leaves = np.array([crew.arrival_s + crew.duration_s for crew in crews])
    line = np.array([crew.line_m_s for crew in crews])
    limits = np.array([greatest_area_m2, greatest_time_s])
    step_s = LONGEST_STEP_S
    while True:
        status, steps, time_s, line_m, area_m2, gap_m = _race(
            half_length_m * (1.0 + e),
            fire.head_rate_m_s,
            e,
            tactic == "head",
            offset_m,
            step_s,
            arrival,
            leaves,
            line,
            limits,
        )
        if status != _CONTAINED or steps >= FEWEST_STEPS:
            break
        step_s *= 0.5
    if time_s > greatest_time_s - LAST_MINUTE_S:
        status, time_s = _TOO_LATE, greatest_time_s
    if status != _CONTAINED:
        return Attack(STATUSES[status], time_s, None, None)
    return Attack(STATUSES[status], time_s, line_m, area_m2, gap_m)


@dataclass(frozen=True)
class Attacks:
    """How many initial attacks ended. Arrays of one shape; line and area are NaN unless contained."""

    status: NDArray[np.int64]  # index into STATUSES
    time_s: Floats
    line_m: Floats
    area_m2: Floats


def initial_attacks(
    area_m2: ArrayLike,
    head_rate_m_s: ArrayLike,
    length_to_width: ArrayLike,
    crews: list[Crew],
    tactic: str = "head",
    offset_m: ArrayLike = 0.0,
) -> Attacks:
    """`initial_attack` of the same crews on many fires: arrays of any shapes that broadcast, or scalars."""
    fires = np.broadcast(
        *(np.asarray(v, dtype=np.float64) for v in (area_m2, head_rate_m_s, length_to_width, offset_m))
    )
    ends = [initial_attack(ReportedFire(*fire[:3]), crews, tactic, fire[3]) for fire in fires]
    status = np.array([STATUSES.index(end.status) for end in ends], dtype=np.int64)
    values = np.array([(end.time_s, end.line_m, end.area_m2) for end in ends], dtype=np.float64).reshape(-1, 3)
    return Attacks(status.reshape(fires.shape), *(column.reshape(fires.shape) for column in values.T))

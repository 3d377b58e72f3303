"""The public: people who see smoke and telephone.

They are there without any installation, so the fair baseline hangs on them; so does it on `lookouts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from firesim.devices.plume import Plume
from firesim.devices.sites import Site
from firesim.link.briefings import SensorInfo
from firesim.link.messages import CallReport
from firesim.link.ports import Observation
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.place.grid import east_north
from firesim.place.settlement import Zone
from firesim.streams import Luck

Floats = NDArray[np.float64]
Point = tuple[float, float]

DAY_S = 86_400.0
_VANTAGES = 3  # points of a zone from which its people look: its own, and two toward its outline
_LEAST_HAZARD = 1e-12  # calls a second below which a zone's clock stands still
_MISTAKEN_WITHIN_M = 3000.0  # how far off people place what they mistake for a fire. Judgement


@dataclass(frozen=True)
class _Call:
    """A call under way: when the fire service has it, from which zone, what is said, and whether it is of a fire."""

    due_s: float
    zone: int
    body: CallReport
    is_true: bool


class CallerParameters(Parameters):
    """When people telephone. Marks: [Q] quoted, [R] recalled, [J] judgement.

    The rate rests on one published delay: at Mati in 2018 the first call came 8 min after flames were seen.
    How many people had them in sight then is a judgement; the public's 15 min after ignition elsewhere
    (HPWREN 2021) holds the time until anything shows besides, so it is an outcome to compare with.
    """

    first_call_s: Positive = Field(default=480.0, description="mean, with the reference crowd in sight; Mati 2018 [Q]")
    reference_observers: Positive = Field(default=3000.0, description="people in sight of the flames at Mati; [J]")
    half_noticed_deg: Positive = Field(
        default=1.0, description="height of smoke that half as many report as a great one: half a thumb's width; [J]"
    )
    attention_by_hour: list[tuple[float, Fraction]] = Field(
        default=[(0.0, 0.2), (3.0, 0.02), (6.0, 0.1), (9.0, 1.0), (20.0, 1.0), (23.0, 0.4), (24.0, 0.2)],
        description="share of people awake and out of doors, against midday: (hour, share), straight between; [J]",
    )
    eye_m: Positive = Field(default=1.7, description="of a standing person above the ground [m]")
    cadence_s: Positive = Field(default=15.0, description="step at which calls come through [s]; numerical")
    look_s: Positive = Field(default=60.0, description="step at which the hazard is added up [s]; numerical")
    handling_s: NotNegative = Field(
        default=90.0, description="dialling, 112 asking, passing on to the fire service [s]; [J]"
    )
    place_error: Positive = Field(default=0.25, description="sd of the guessed place over its distance; [J]")
    least_place_sd_m: Positive = Field(default=150.0, description="even close by; [J] [m]")
    calls_per_zone: int = Field(default=5, ge=0, description="after these the centre hears nothing new; [J]")
    mistaken_per_day: NotNegative = Field(default=0.2, description="hoax or mistaken calls in all zones together; [J]")

    @field_validator("attention_by_hour")
    @classmethod
    def _covers_the_day(cls, table: list[tuple[float, float]]) -> list[tuple[float, float]]:
        hours = [hour for hour, _ in table]
        if len(hours) < 2 or hours[0] != 0.0 or hours[-1] != 24.0 or any(b <= a for a, b in pairwise(hours)):
            raise ValueError("attention_by_hour must rise from hour 0 to hour 24")
        return table

    def attention(self, hour: float) -> float:
        """Share of people awake and out of doors at a local hour, against midday."""
        hours, shares = zip(*self.attention_by_hour, strict=True)
        return float(np.interp(hour % 24.0, hours, shares))


class Callers:
    """The public of all zones.

    Parameters
    ----------
    zones
        Where people are; each zone telephones for itself.
    present
        People in each zone at a local hour. [zone]
    plume
        What of the fire shows from where they stand.

    Notes
    -----
    In each zone calls come as a Poisson process whose hazard is people in sight, times a rate per person,
    times how much of the smoke shows, times the hour's attention. The time of the k-th call is when the
    hazard added up since the last one passes a threshold drawn for that zone and ordinal, so strategies share
    the callers' luck. Callers do not know of one another, and go on until `calls_per_zone`.

    Mistaken calls are a Poisson process of their own, drawn by ordinal too. In what travels nothing tells them
    from the others: a zone's calls are numbered as they come in.
    """

    sees_only_smoke = True

    def __init__(
        self,
        zones: Sequence[Zone],
        present: Callable[[float], Floats],
        plume: Plume,
        parameters: CallerParameters,
        luck: Luck,
        name: str = "callers",
    ) -> None:
        self.name = name
        self.cadence_s = parameters.cadence_s
        self.infos: list[SensorInfo] = []
        self._zones, self._present, self._plume = list(zones), present, plume
        self._parameters, self._luck = parameters, luck
        vantages = [_vantages(zone) for zone in zones]
        self._x_m = np.array([x for points in vantages for x, _ in points], dtype=np.float64)
        self._y_m = np.array([y for points in vantages for _, y in points], dtype=np.float64)
        self._eyes = plume.eyes_at(self._x_m, self._y_m, parameters.eye_m)
        self._hazard = np.zeros(len(zones))
        self._calls = [0] * len(zones)
        self._threshold = [self._patience(zone.zone, 0) for zone in zones]
        self._looked_s = 0.0
        self._last_hazard = np.zeros(len(zones))
        self._mistakes = 0
        self._mistaken_s = self._next_mistake_s(0.0)
        self._waiting: list[_Call] = []
        self._received = [0] * len(zones)

    @property
    def sites(self) -> list[Site]:
        """Each zone speaks from its own place, by mobile telephone."""
        return [Site(_caller(zone), zone.x_m, zone.y_m, self._parameters.eye_m, "5g") for zone in self._zones]

    def observe(self, now_s: float) -> list[Observation]:
        """The calls that have reached the fire service by now, in the order in which they were made."""
        if self._zones:
            self._add_up(now_s)
        if not self._waiting:
            return []
        ready = sorted((call for call in self._waiting if call.due_s <= now_s), key=lambda call: call.due_s)
        self._waiting = [call for call in self._waiting if call.due_s > now_s]
        return [self._received_from(call) for call in ready]

    def detectable(self, now_s: float) -> bool:
        """Whether anybody is where smoke shows a tenth of the height that half of them would report."""
        if not self._zones:
            return False
        angle_deg = self._plume.angle_seen_by(self._eyes, now_s)
        people = np.repeat(np.asarray(self._present(self._plume.hour(now_s))), _VANTAGES)
        return bool(((angle_deg >= 0.1 * self._parameters.half_noticed_deg) & (people > 0)).any())

    def hazard_per_s(self, now_s: float) -> Floats:
        """Calls a second to be expected of each zone now; 0 where all calls have been made. [zone]"""
        p = self._parameters
        hour = self._plume.hour(now_s)
        people = np.asarray(self._present(hour), dtype=np.float64) * p.attention(hour)
        people[np.array(self._calls) >= p.calls_per_zone] = 0.0
        looking = np.flatnonzero(np.repeat(people > 0.0, _VANTAGES))
        noticed = np.zeros(len(self._x_m))
        angle_deg = self._plume.angle_seen_by(self._eyes.take(looking, axis=1), now_s)
        noticed[looking] = angle_deg**2 / (angle_deg**2 + p.half_noticed_deg**2)
        rate_per_s = 1.0 / (p.first_call_s * p.reference_observers)
        hazard: Floats = people * rate_per_s * noticed.reshape(-1, _VANTAGES).mean(axis=1)
        return hazard

    def _add_up(self, now_s: float) -> None:
        """Let the hazard since the last look work, and make the calls that come of it."""
        step_s = now_s - self._looked_s
        if step_s < self._parameters.look_s - 1e-9:
            return
        hazard = self.hazard_per_s(now_s)
        mean = (self._last_hazard + hazard) / 2.0
        self._looked_s, self._last_hazard = now_s, hazard
        self._hazard += step_s * mean
        for i in np.flatnonzero(mean > _LEAST_HAZARD):
            zone = self._zones[i]
            while self._hazard[i] >= self._threshold[i] and self._calls[i] < self._parameters.calls_per_zone:
                self._hazard[i] -= self._threshold[i]
                self._call(zone, int(i), now_s, now_s - min(float(self._hazard[i] / mean[i]), step_s))
                self._calls[i] += 1
                self._threshold[i] = self._patience(zone.zone, self._calls[i])
        while self._mistaken_s <= now_s:
            self._be_mistaken(now_s, self._mistaken_s)
            self._mistakes += 1
            self._mistaken_s = self._next_mistake_s(self._mistaken_s)

    def _patience(self, zone: str, ordinal: int) -> float:
        """Hazard to be added up before the zone's next call: exponential with mean 1."""
        return -log(self._luck.uniform("call", zone, ordinal))

    def _call(self, zone: Zone, index: int, now_s: float, dialled_s: float) -> None:
        """Somebody at the zone's best vantage point telephones; they tell what shows at the end of the step."""
        p, first = self._parameters, index * _VANTAGES
        view = self._plume.seen_by(self._eyes.take(range(first, first + _VANTAGES), axis=1), now_s)
        best = int(np.argmax(view.angle_deg))
        eye = (float(self._x_m[first + best]), float(self._y_m[first + best]))
        foot = (float(view.foot_x_m[best]), float(view.foot_y_m[best]))
        body = self._told(("call place", f"{zone.zone}-{self._calls[index]}"), eye, foot, now_s)
        self._waiting.append(_Call(dialled_s + p.handling_s, index, body, True))

    def _next_mistake_s(self, after_s: float) -> float:
        """When somebody next calls without a fire; inf: never."""
        per_s = self._parameters.mistaken_per_day / DAY_S
        wait = -log(self._luck.uniform("mistaken call", "callers", self._mistakes))
        return after_s + wait / per_s if per_s > 0.0 else inf

    def _be_mistaken(self, now_s: float, dialled_s: float) -> None:
        """Somebody reports a barbecue, dust, or nothing at all, somewhere near their zone."""

        def share(of: str) -> float:
            return self._luck.uniform(f"mistaken {of}", "callers", self._mistakes)

        index = int(len(self._zones) * share("zone"))
        vantage = index * _VANTAGES + int(_VANTAGES * share("vantage"))
        eye = (float(self._x_m[vantage]), float(self._y_m[vantage]))
        east, north = east_north(360.0 * share("direction"))
        distance_m = _MISTAKEN_WITHIN_M * share("distance")
        place = (eye[0] + distance_m * float(east), eye[1] + distance_m * float(north))
        body = self._told(("mistaken place", str(self._mistakes)), eye, place, now_s)
        self._waiting.append(_Call(dialled_s + self._parameters.handling_s, index, body, False))

    def _told(self, luck: tuple[str, str], eye: Point, foot: Point, now_s: float) -> CallReport:
        """What somebody says who looks from one place to another; `luck` keys the error of their guess."""
        p, (purpose, who) = self._parameters, luck
        distance_m = float(np.hypot(foot[0] - eye[0], foot[1] - eye[1]))
        sd_m = max(p.least_place_sd_m, p.place_error * distance_m)
        x_m = foot[0] + sd_m * self._luck.normal(purpose, who, 0)
        y_m = foot[1] + sd_m * self._luck.normal(purpose, who, 1)
        return CallReport(caller="", seen_s=now_s, from_xy_m=eye, place_xy_m=(x_m, y_m), place_sd_m=sd_m)

    def _received_from(self, call: _Call) -> Observation:
        """A call that comes in, under the next number of its zone."""
        zone = self._zones[call.zone]
        body = msgspec.structs.replace(call.body, caller=f"{zone.zone}-call-{self._received[call.zone]}")
        self._received[call.zone] += 1
        return Observation(_caller(zone), body, call.is_true)


def _caller(zone: Zone) -> str:
    return f"callers:{zone.zone}"


def _vantages(zone: Zone) -> list[Point]:
    """The zone's own point, and points half way from it to opposite places of its outline."""
    ring = max(zone.polygon_xy_m, key=len, default=[])
    if len(ring) < 2:
        return [(zone.x_m, zone.y_m)] * _VANTAGES
    corners = [ring[k * (len(ring) - 1) // (_VANTAGES - 1)] for k in range(_VANTAGES - 1)]
    return [(zone.x_m, zone.y_m), *(((zone.x_m + x) / 2.0, (zone.y_m + y) / 2.0) for x, y in corners)]

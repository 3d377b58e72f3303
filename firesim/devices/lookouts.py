"""Volunteer lookouts on days of risk: they watch from posts with a view, and telephone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from firesim.devices.plume import InSight, Plume
from firesim.devices.sites import SensorSite, Site
from firesim.link.briefings import SensorInfo
from firesim.link.messages import CallReport
from firesim.link.ports import Observation
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.place.grid import direction_deg, east_north
from firesim.streams import Luck

Floats = NDArray[np.float64]

DAY_S = 86_400.0
_STEP_S = 15.0  # at which rounds and calls come due; numerical
_ROUNDING_S = 1e-3  # far more than that of any time of a run


class FireWatchParameters(Parameters):
    """Volunteer lookouts. Marks: [Q] quoted, [R] recalled, [J] judgement."""

    is_risk_day: bool = Field(default=True, description="whether they are out today")
    from_hour: float = Field(default=9.0, ge=0.0, le=24.0, description="[J]")
    to_hour: float = Field(default=21.0, ge=0.0, le=24.0, description="[J]")
    cadence_s: Positive = Field(
        default=300.0, description="once round [s]; the FireWatch machine takes 4-8 min [Q], people alike [J]"
    )
    reach_m: Positive = Field(
        default=13_400.0, description="effective in poor conditions; 20.6 km in good ones: Rego & Catry 2006 [Q] [m]"
    )
    half_noticed_deg: Positive = Field(default=0.15, description="height of smoke noticed in half of the rounds; [J]")
    steepness: Positive = Field(default=3.0, description="how sharply that falls with size; [J]")
    best_probability: Fraction = Field(default=0.9, description="of noticing a great plume in one round; [J]")
    handling_s: NotNegative = Field(default=60.0, description="looking again, telephoning the fire service [s]; [J]")
    bearing_sd_deg: Positive = Field(default=3.0, description="with a map and a compass; [J] [degrees]")
    distance_error: Positive = Field(default=0.3, description="sd of the guessed distance over the distance; [J]")
    false_reports_per_day: NotNegative = Field(default=0.05, description="of one post; [J]")


class FireWatch:
    """Volunteers at posts with a view, on days of risk, in daytime.

    Each post looks round at a steady pace, from a moment of its own on; a round's luck is keyed by the post and
    the round. They telephone at every round in which they notice smoke.
    """

    sees_only_smoke = True

    def __init__(
        self,
        posts: Sequence[SensorSite],
        plume: Plume,
        parameters: FireWatchParameters,
        luck: Luck,
        name: str = "fire watch",
    ) -> None:
        self.name = name
        self.cadence_s = min(parameters.cadence_s, _STEP_S)
        self.infos: list[SensorInfo] = []
        self._posts, self._plume = list(posts), plume
        self._parameters, self._luck = parameters, luck
        x_m, y_m = [post.x_m for post in posts], [post.y_m for post in posts]
        self._eyes = plume.eyes_at(x_m, y_m, [post.height_m for post in posts])
        self._phase_s = np.array([parameters.cadence_s * luck.uniform("lookout phase", p.sensor) for p in posts])
        self._last_round = np.full(len(posts), -1)
        self._next_round_s = -np.inf
        self._waiting: list[tuple[float, Observation]] = []

    @property
    def sites(self) -> list[Site]:
        return [Site(post.sensor, post.x_m, post.y_m, post.height_m, "5g") for post in self._posts]

    def observe(self, now_s: float) -> list[Observation]:
        """The reports that have been telephoned by now."""
        if now_s >= self._next_round_s:
            due = self._rounds_due(now_s)
            if len(due) and self.is_on_duty(now_s):
                self._look_round(due, now_s)
        ready = [call for due_s, call in self._waiting if due_s <= now_s]
        self._waiting = [(due_s, call) for due_s, call in self._waiting if due_s > now_s]
        return ready

    def _rounds_due(self, now_s: float) -> NDArray[np.intp]:
        """The posts that begin another round now; notes it, and when the next of all will."""
        cadence_s = self._parameters.cadence_s
        rounds = np.floor((now_s - self._phase_s) / cadence_s).astype(np.int64)
        due = np.flatnonzero(rounds > self._last_round)
        self._last_round[due] = rounds[due]
        next_s = self._phase_s + (self._last_round + 1) * cadence_s
        self._next_round_s = float(next_s.min(initial=np.inf)) - _ROUNDING_S
        return due

    def is_on_duty(self, now_s: float) -> bool:
        p = self._parameters
        return p.is_risk_day and p.from_hour <= self._plume.hour(now_s) < p.to_hour

    def detectable(self, now_s: float) -> bool:
        """Whether any post on duty has smoke in sight that it would notice in one round of ten."""
        if not self._posts or not self.is_on_duty(now_s):
            return False
        view = self._plume.seen_by(self._eyes, now_s)
        return bool((self._chances(view) >= 0.1 * self._parameters.best_probability).any())

    def _chances(self, view: InSight) -> Floats:
        """Chance of each post to notice in one round what it has in view. [post]"""
        p = self._parameters
        odds = (view.angle_deg / p.half_noticed_deg) ** p.steepness
        return np.where(view.distance_m <= p.reach_m, p.best_probability * odds / (1.0 + odds), 0.0)

    def _look_round(self, due: NDArray[np.intp], now_s: float) -> None:
        """Those posts look whose round is due."""
        p = self._parameters
        view = self._plume.seen_by(self._eyes.take(due, axis=1), now_s)
        for k, (i, chance) in enumerate(zip(due.tolist(), self._chances(view).tolist(), strict=True)):
            post, number = self._posts[i], int(self._last_round[i])
            if self._luck.uniform("lookout sees", post.sensor, number) < chance:
                east_m, north_m = view.foot_x_m[k] - post.x_m, view.foot_y_m[k] - post.y_m
                distance_m = float(np.hypot(east_m, north_m))
                self._report(post, float(direction_deg(east_m, north_m)), distance_m, number, now_s, True)
            false_chance = p.false_reports_per_day * p.cadence_s / DAY_S
            if self._luck.uniform("lookout false report", post.sensor, number) < false_chance:
                bearing_deg = 360.0 * self._luck.uniform("lookout false bearing", post.sensor, number)
                distance_m = p.reach_m * self._luck.uniform("lookout false distance", post.sensor, number)
                self._report(post, bearing_deg, distance_m, number, now_s, False)

    def _report(
        self, post: SensorSite, bearing_deg: float, distance_m: float, number: int, now_s: float, is_true: bool
    ) -> None:
        """A bearing and a guessed distance become a place on the map, and an honest word on how sure it is."""
        p = self._parameters
        toward_deg = bearing_deg + p.bearing_sd_deg * self._luck.normal("lookout bearing", post.sensor, number)
        factor = 1.0 + p.distance_error * self._luck.normal("lookout distance", post.sensor, number)
        guess_m = distance_m * max(factor, 0.1)
        east, north = east_north(toward_deg)
        place = (post.x_m + guess_m * float(east), post.y_m + guess_m * float(north))
        across_m, along_m = np.radians(p.bearing_sd_deg) * guess_m, p.distance_error * guess_m
        sd_m = max(float(np.hypot(across_m, along_m)) / 2.0**0.5, 50.0)
        body = CallReport(
            caller=f"{post.sensor}-{number}",
            seen_s=now_s,
            from_xy_m=(post.x_m, post.y_m),
            place_xy_m=place,
            place_sd_m=sd_m,
        )
        self._waiting.append((now_s + p.handling_s, Observation(post.sensor, body, is_true)))

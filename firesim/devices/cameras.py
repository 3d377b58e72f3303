"""Cameras on masts whose software looks for smoke in every frame."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
from pydantic import Field

from firesim.devices.plume import InSight, Plume
from firesim.devices.sites import SensorSite, Site
from firesim.link.briefings import SensorInfo
from firesim.link.messages import CameraReport
from firesim.link.ports import Observation
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.place.grid import direction_deg
from firesim.streams import InTurn, Luck

DAY_S = 86_400.0


class CameraParameters(Parameters):
    """A smoke camera and its software. Marks: [Q] quoted, [R] recalled, [J] judgement."""

    cadence_s: Positive = Field(default=30.0, description="a frame about every 30 s [Q] Pyronear [s]")
    reach_m: Positive = Field(default=35_000.0, description="fires seen at 35 km [Q] Pyronear; vendors claim 24 km [m]")
    visibility_m: Positive = Field(
        default=30_000.0, description="meteorological visibility of the day, dry north wind; [J] [m]"
    )
    pixel_deg: Positive = Field(
        default=0.03, description="of one pixel: 90 degrees over 3,072, fixed cameras of HPWREN [R] [degrees]"
    )
    half_detected_pixels: Positive = Field(
        default=15.0, description="height of smoke that is marked half as often as a large one; [J] [pixels]"
    )
    steepness: Positive = Field(default=3.0, description="how sharply that falls with size; [J]")
    best_probability: Fraction = Field(
        default=0.7, description="of marking a large clear plume in one frame: F1 about 0.70 [Q] Pyronear"
    )
    bearing_sd_deg: Positive = Field(default=1.0, description="error of the camera's aim and mounting; [J] [degrees]")
    false_alarms_per_day: NotNegative = Field(
        default=0.1, description="after filtering: over 100 cameras, under 10 a day [Q] Open Climate Tech"
    )
    repeat_s: NotNegative = Field(default=120.0, description="the same smoke is reported again after this [s]; [J]")
    video_bit_s: NotNegative = Field(default=4e6, description="sent all day: one 1080p stream [R] [bit/s]")
    same_smoke_deg: NotNegative = Field(default=10.0, description="bearings this close are the same smoke; [J]")


class Camera:
    """One camera that looks all around.

    Parameters
    ----------
    site
        Its mast; `height_m` is that of the lens above the ground.
    plume
        What of the fire shows from where it stands.

    Notes
    -----
    A frame's luck is keyed by the camera and the frame's number, so it is the same in every strategy; the first
    frame is taken at `first_look_s`, a moment of its own within the cadence. The
    software marks the foot of the smoke that it sees; if a ridge hides the true foot, it marks smoke that has
    drifted. The wider the smoke lies across the picture, the less its foot says about the bearing of the
    fire, so a quarter of that width counts as error.
    """

    sees_only_smoke = True

    def __init__(self, site: SensorSite, plume: Plume, parameters: CameraParameters, luck: Luck) -> None:
        self.name = site.sensor
        self.cadence_s = parameters.cadence_s
        # No two cameras take their frames in step, nor one camera in two runs.
        self.first_look_s = parameters.cadence_s * luck.uniform("camera phase", site.sensor)
        self._site, self._plume = site, plume
        self._eye = plume.eyes_at(site.x_m, site.y_m, site.height_m)
        self._parameters, self._luck = parameters, luck
        self._sees = InTurn(luck.uniform, "camera sees", site.sensor)
        self._errs = InTurn(luck.normal, "camera bearing", site.sensor)
        self._scores = InTurn(luck.uniform, "camera score", site.sensor)
        self._mistakes = InTurn(luck.uniform, "camera false alarm", site.sensor)
        self._reported: list[tuple[float, float]] = []  # (when, bearing) of what was reported lately
        self._column_marked_s = -np.inf  # when the fire's smoke was, last

    @property
    def sites(self) -> list[Site]:
        site = self._site
        return [Site(self.name, site.x_m, site.y_m, site.height_m, "5g", self._parameters.video_bit_s)]

    @property
    def infos(self) -> list[SensorInfo]:
        site = self._site
        return [SensorInfo(sensor=self.name, kind="camera", x_m=site.x_m, y_m=site.y_m, height_m=site.height_m)]

    def observe(self, now_s: float) -> Sequence[Observation]:
        """What the software marks in this frame: smoke, something else, or nothing."""
        frame = int(now_s // self.cadence_s)
        p = self._parameters
        marks: list[Observation] = []
        # Above the best chance no smoke is marked, whatever there is to see: then it need not be worked out.
        draw, is_followed = self._sees(frame), now_s - self._column_marked_s < p.repeat_s
        may_mark = draw < p.best_probability and not is_followed
        if may_mark and draw < self.frame_probability(view := self._view(now_s)):
            bearing_deg = (self._foot_deg(view) + p.bearing_sd_deg * self._errs(frame)) % 360.0
            if self._is_new(bearing_deg, now_s):
                self._column_marked_s = now_s
                sd_deg = float(np.hypot(p.bearing_sd_deg, float(view.width_deg[0]) / 4.0))
                # A score whose square is evenly spread: high scores are likelier for smoke, low ones for what is not.
                marks.append(self._observation(now_s, bearing_deg, sd_deg, self._scores(frame) ** 0.5, True))
        if self._mistakes(frame) < p.false_alarms_per_day * self.cadence_s / DAY_S:
            bearing_deg = 360.0 * self._luck.uniform("camera false bearing", self.name, frame)
            if self._is_new(bearing_deg, now_s):
                score = 1.0 - self._luck.uniform("camera false score", self.name, frame) ** 0.5
                marks.append(self._observation(now_s, bearing_deg, p.bearing_sd_deg, score, False))
        return marks

    def detectable(self, now_s: float) -> bool:
        """Whether the smoke in sight is large enough for one frame in ten to be marked."""
        return self.frame_probability(self._view(now_s)) >= 0.1 * self._parameters.best_probability

    def frame_probability(self, view: InSight) -> float:
        """Chance that smoke seen so is marked in one frame. [0, 1]

        Best chance times a logistic in the log of its height in pixels. Haze makes smoke count as smaller, by
        the contrast that it leaves over the distance: exp(-3.912 d / V), Koschmieder 1924. 0 beyond the reach,
        and where nothing shows.
        """
        p = self._parameters
        distance_m = float(view.distance_m[0])
        if view.angle_deg[0] <= 0.0 or distance_m > p.reach_m:
            return 0.0
        pixels = float(view.angle_deg[0]) / p.pixel_deg * exp(-3.912 * distance_m / p.visibility_m)
        odds: float = (pixels / p.half_detected_pixels) ** p.steepness
        return p.best_probability * odds / (1.0 + odds)

    def _view(self, now_s: float) -> InSight:
        return self._plume.seen_by(self._eye, now_s)

    def _foot_deg(self, view: InSight) -> float:
        east_m, north_m = view.foot_x_m[0] - self._site.x_m, view.foot_y_m[0] - self._site.y_m
        return float(direction_deg(east_m, north_m))

    def _is_new(self, bearing_deg: float, now_s: float) -> bool:
        """Whether this smoke has not been reported lately; notes it if so."""
        p = self._parameters
        self._reported = [(when_s, deg) for when_s, deg in self._reported if now_s - when_s < p.repeat_s]
        apart = (abs((bearing_deg - deg + 180.0) % 360.0 - 180.0) for _, deg in self._reported)
        if any(deg <= p.same_smoke_deg for deg in apart):
            return False
        self._reported.append((now_s, bearing_deg))
        return True

    def _observation(
        self, now_s: float, bearing_deg: float, bearing_sd_deg: float, confidence: float, is_true: bool
    ) -> Observation:
        body = CameraReport(
            sensor=self.name,
            seen_s=now_s,
            bearing_deg=bearing_deg,
            bearing_sd_deg=bearing_sd_deg,
            confidence=confidence,
        )
        return Observation(self.name, body, is_true)

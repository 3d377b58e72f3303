"""One suspected fire: how far it is believed, where, and since when.

Belief is added up in log-odds from sources that are taken to err independently of one another; a source that
speaks twice counts once, and a little more for insisting. Place is a probability over the centre's grid, so
that a bearing, a smell and a guess can be laid over one another, and a search that found nothing can be
taken away (Koopman 1980, "Search and screening", recalled).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray

from firesim.command.ground import Ground
from firesim.command.parameters import RATE_OVER_WIND, BeliefParameters
from firesim.link.messages import CallReport, CameraReport, FireMapReport, GasReport
from firesim.place.grid import Grid, direction_deg
from firesim.place.shapes import are_within, points_of, rasterise

Floats = NDArray[np.float64]
Point = tuple[float, float]
Outline = list[list[Point]]
Sighting = GasReport | CameraReport | CallReport

STAGES = ("suspected", "alarm", "acknowledged", "confirmed", "located", "forecast", "plan")
_RANK = {stage: rank for rank, stage in enumerate(STAGES)}

# One report in so many is simply wrong about the place: without this a single stray bearing would veto all others.
_STRAY_SHARE = 0.02
_CORE_SHARE = 0.95
_LEAST_OF_CORE = 0.04  # times the mean weight: all cells below it hold less than 4 % together, so none is of the core
# Variance within the densest 95 % of a normal distribution in the plane, over all of it: 1 + q ln(q) / (1 - q).
_CORE_VARIANCE = 1.0 + 0.05 * log(0.05) / 0.95
_FAR_OFF_THE_MAP = 1e-12  # a place beyond the map says nothing about the cells on it, and must not divide by zero
_OUT_OF_FUEL = 1e-3  # weight of ground that the map shows without fuel: the map may err


def log_odds(probability: float) -> float:
    """log(p / (1 - p)); infinite at 0 and 1."""
    if probability <= 0.0 or probability >= 1.0:
        return -inf if probability <= 0.0 else inf
    return log(probability / (1.0 - probability))


@dataclass
class Evidence:
    """What one source has said about a fire. `weight` is a log ratio, last renewed at `heard_s`."""

    weight: float
    heard_s: float
    times_said: int = 1


@dataclass(frozen=True)
class Drawing:
    """An outline as one observer drew it. A whole one closes all round the fire; a part says nothing of the rest."""

    rings: Outline
    seen_s: float
    is_whole: bool

    def cells(self, grid: Grid) -> NDArray[np.bool_]:
        """Cells of a grid inside it: worked out once, not to be altered. [y, x]"""
        if grid not in self._cells:
            self._cells[grid] = rasterise(self.rings, grid)
        return self._cells[grid]

    def nodes_within(self, ground: Ground, within_m: float) -> NDArray[np.bool_]:
        """Nodes of the roads within a distance of its corners: worked out once, not to be altered. [node]"""
        return self._near(("nodes", ground, within_m), ground.road_nodes_xy_m, within_m)

    def bends_within(self, ground: Ground, within_m: float) -> NDArray[np.bool_]:
        """The same of the bends of the roads. [bend]"""
        return self._near(("bends", ground, within_m), ground.road_bends[0], within_m)

    def _near(self, key: tuple[str, Ground, float], places: Floats, within_m: float) -> NDArray[np.bool_]:
        if key not in self._within:
            self._within[key] = are_within(places, self.corners, within_m)
        return self._within[key]

    @cached_property
    def _cells(self) -> dict[Grid, NDArray[np.bool_]]:
        return {}

    @cached_property
    def _within(self) -> dict[tuple[str, Ground, float], NDArray[np.bool_]]:
        return {}

    @cached_property
    def corners(self) -> Floats:
        """Every point of it. [corner, 2]"""
        return points_of(self.rings)


class PlacePrior:
    """Where on the centre's grid a fire may be, before anybody says anything; and how a report narrows it."""

    def __init__(self, ground: Ground, parameters: BeliefParameters) -> None:
        x_m, y_m = np.meshgrid(ground.coarse.x_centres_m, ground.coarse.y_centres_m)
        self.x_m: Floats = x_m
        self.y_m: Floats = y_m
        self.log_weight: Floats = np.where(ground.is_burnable, 0.0, log(_OUT_OF_FUEL))
        self.cell_size_m = ground.coarse.cell_size_m
        self.sensor_xy = {sensor.sensor: (sensor.x_m, sensor.y_m) for sensor in ground.briefing.sensors}
        self.parameters = parameters

    def log_likelihood(self, report: Sighting) -> Floats:
        """Log chance of this report for a fire in each cell, up to a constant. [y, x]

        A report of a sensor that the briefing does not know says that there is smoke, but not where: zeros.
        """
        if isinstance(report, CallReport):
            squares = self._squares_about(report.place_xy_m, report.place_sd_m)
        elif report.sensor not in self.sensor_xy:
            return np.zeros_like(self.x_m)
        elif isinstance(report, GasReport):
            squares = self._squares_about(self.sensor_xy[report.sensor], self.parameters.gas_sd_m)
        else:
            squares = self._squares_off_bearing(self.sensor_xy[report.sensor], report)
        by_place = np.exp(-0.5 * squares)
        # The chance of a stray report: the same everywhere, in all as likely as a true one.
        stray = max(float(by_place.mean()), _FAR_OFF_THE_MAP)
        likelihood: Floats = (1.0 - _STRAY_SHARE) * by_place + _STRAY_SHARE * stray
        return np.asarray(np.log(likelihood))

    def _squares_about(self, place: Point, sd_m: float) -> Floats:
        # A cell is no point: its own width is part of the error, or a sharp report would fall between centres.
        variance_m2 = max(sd_m, 1.0) ** 2 + self.cell_size_m**2 / 12.0
        return ((self.x_m - place[0]) ** 2 + (self.y_m - place[1]) ** 2) / variance_m2

    def _squares_off_bearing(self, camera: Point, report: CameraReport) -> Floats:
        east, north = self.x_m - camera[0], self.y_m - camera[1]
        off_deg = (direction_deg(east, north) - report.bearing_deg + 180.0) % 360.0 - 180.0
        distance_m = np.maximum(np.hypot(east, north), self.cell_size_m)
        cell_deg = np.degrees(self.cell_size_m / distance_m) / np.sqrt(12.0)
        return np.asarray(off_deg**2 / (report.bearing_sd_deg**2 + cell_deg**2))


@dataclass(frozen=True)
class _Moments:
    """Where the origin is believed to be: mean easting and northing [m] and covariance [2, 2, m2]."""

    x_m: float
    y_m: float
    covariance: Floats

    @cached_property
    def sd_m(self) -> float:
        """In the worst direction. [m]"""
        sd_m: float = float(np.linalg.eigvalsh(self.covariance)[-1]) ** 0.5
        return sd_m

    @cached_property
    def factor(self) -> Floats:
        """Lower triangular, its square the covariance. [2, 2, m]"""
        return np.asarray(np.linalg.cholesky(self.covariance), dtype=np.float64)


@dataclass
class Incident:
    """A suspected fire and everything said about it.

    `stage` only ever moves on; `because` keeps, for each stage, the message that brought it about;
    `placed_by` names whose reports have narrowed the place, each once; `searched` who looked where in vain, and
    when; `outlines` the newest drawing of each observer: a crew draws only the part of the fire that it sees.
    """

    name: str
    prior: PlacePrior
    parameters: BeliefParameters
    first_seen_s: float
    evidence: dict[str, Evidence] = field(default_factory=dict)
    placed_by: list[str] = field(default_factory=list)
    searched: list[tuple[str, Point, float]] = field(default_factory=list)
    outlines: dict[str, Drawing] = field(default_factory=dict)
    outline_seen_s: float = -inf
    outline_sd_m: float = 0.0
    stage: str = "suspected"
    last_message_id: str = ""
    last_seen_s: float = -inf
    because: dict[str, str] = field(default_factory=dict)
    log_place: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.log_place = self.prior.log_weight.copy()
        self._moments: _Moments | None = None
        self._middle: Point | None = None  # of what has been drawn
        self._held: float | None = None  # the belief, if confirmed, until somebody says more

    # --- is it there -------------------------------------------------------------------------------------

    def probability(self, now_s: float) -> float:
        """Belief that there is a fire, given what was said and how long ago. [0, 1]

        Silence wears a suspicion down; a fire once confirmed is let go only when somebody has looked.
        """
        if not self.reached("confirmed"):
            half_life_s = self.parameters.evidence_half_life_s
            return self._believed(
                said.weight * 0.5 ** (max(now_s - said.heard_s, 0.0) / half_life_s) for said in self.evidence.values()
            )
        if self._held is None:
            self._held = self._believed(said.weight for said in self.evidence.values())
        return self._held

    def _believed(self, weights: Iterable[float]) -> float:
        """The belief that follows from what each source has said."""
        total = log_odds(self.parameters.prior_probability)
        for weight in weights:
            total += weight
        if self.has_outline:
            total += log(self.parameters.outline_ratio)
        return 1.0 / (1.0 + exp(-min(max(total, -500.0), 500.0)))

    def add(self, source: str, ratio: float, now_s: float) -> None:
        """A source speaks for (ratio above 1) or against the fire.

        Said again it is renewed; insisting adds the stated ratio once, however often.
        """
        known = self.evidence.setdefault(source, Evidence(log(ratio), now_s, 0))
        known.times_said += 1
        known.heard_s = now_s
        insisting = log(self.parameters.repeat_ratio) if known.times_said > 1 and ratio > 1.0 else 0.0
        weight = max(known.weight, log(ratio) + insisting)
        if known.times_said == 1 or weight != known.weight:  # what is only renewed tells a confirmed fire nothing new
            known.weight, self._held = weight, None

    def search(self, observer: str, log_ratio: float, now_s: float) -> None:
        """Somebody looked and found nothing; looks at several places add up."""
        self._held = None
        known = self.evidence.setdefault(f"search by {observer}", Evidence(0.0, now_s, 0))
        known.weight += log_ratio
        known.heard_s = now_s
        known.times_said += 1

    def lose_sight(self, now_s: float) -> None:
        """Nothing burns any more where it was drawn: whatever was said before was of the fire that was there."""
        away = self.outline_corners - np.array(self.centre_xy_m)
        radius_m = max(float(np.hypot(away[:, 0], away[:, 1]).max()), self.prior.cell_size_m)
        x_m, y_m = self.centre_xy_m
        inside = np.hypot(self.prior.x_m - x_m, self.prior.y_m - y_m) <= radius_m
        self.log_place = np.where(inside, 0.0, log(_FAR_OFF_THE_MAP))
        self._moments = self._middle = self._held = None
        self.outlines = {}
        self.evidence = {"drawn before": Evidence(log(self.parameters.outline_ratio), now_s)}

    def unsearch(self, observer: str) -> None:
        """The searcher has found the fire after all."""
        if self.evidence.pop(f"search by {observer}", None) is not None:
            self._held = None

    def take_over(self, other: Incident) -> None:
        """The other suspicion has turned out to be this same fire."""
        self._held = None
        self.first_seen_s = min(self.first_seen_s, other.first_seen_s)
        for source, said in other.evidence.items():
            self.evidence.setdefault(source, said)
        self.placed_by += other.placed_by
        if _RANK[other.stage] > _RANK[self.stage]:
            self.stage, self.because = other.stage, other.because

    @property
    def has_outline(self) -> bool:
        return bool(self.outlines)

    def reached(self, stage: str) -> bool:
        """Whether this stage has been reached, or a later one."""
        return _RANK[self.stage] >= _RANK[stage]

    # --- where is it -------------------------------------------------------------------------------------

    def narrow(self, log_likelihood: Floats) -> None:
        """Take one more independent report of the place into account."""
        self.log_place = self.log_place + log_likelihood
        self._moments = None

    def weights(self) -> Floats:
        """Probability of each cell of the centre's grid to hold the origin. [y, x], sums to 1"""
        raised = np.exp(self.log_place - self.log_place.max())
        return np.asarray(raised / raised.sum())

    def chance_within(self, place: Point, radius_m: float) -> float:
        """Probability that the origin lies within a distance of a place."""
        near = (self.prior.x_m - place[0]) ** 2 + (self.prior.y_m - place[1]) ** 2 <= radius_m**2
        return float(self.weights()[near].sum())

    def chance_of(self, report: Sighting) -> float:
        """How well a report agrees with the place believed so far, 0 to 1: its mean likelihood."""
        return float((self.weights() * np.exp(self.prior.log_likelihood(report))).sum())

    def _place_moments(self) -> _Moments:
        """Of the origin.

        Taken over the likeliest cells that hold 95 % of the belief: the rest is the thin chance, all over the
        map, that the reports are astray, and would drown the spread of those that are not.
        """
        if self._moments is None:
            weights, p = self.weights().ravel(), self.prior
            likely = np.flatnonzero(weights >= _LEAST_OF_CORE / weights.size)
            order = likely[np.argsort(-weights[likely], kind="stable")]
            core = order[: int(np.searchsorted(np.cumsum(weights[order]), _CORE_SHARE)) + 1]
            share = weights[core] / weights[core].sum()
            x_m, y_m = p.x_m.flat[core], p.y_m.flat[core]
            middle_x_m, middle_y_m = float(share @ x_m), float(share @ y_m)
            away = np.stack([x_m - middle_x_m, y_m - middle_y_m])
            covariance = (away * share) @ away.T / _CORE_VARIANCE + np.eye(2) * p.cell_size_m**2 / 12.0
            self._moments = _Moments(middle_x_m, middle_y_m, covariance)
        return self._moments

    @property
    def place(self) -> tuple[float, float, float]:
        """Easting and northing of the origin as believed, and the sd in the worst direction. [m]"""
        believed = self._place_moments()
        return believed.x_m, believed.y_m, believed.sd_m

    def place_at(self, east_sd: float, north_sd: float) -> Point:
        """The origin that lies two standard normal steps off the mean, along the principal factors. [m]"""
        believed = self._place_moments()
        step = believed.factor @ np.array([east_sd, north_sd])
        return believed.x_m + float(step[0]), believed.y_m + float(step[1])

    @property
    def centre_xy_m(self) -> Point:
        """Middle of what has been drawn; without any, where the origin is believed to be."""
        if not self.has_outline:
            believed = self._place_moments()
            return believed.x_m, believed.y_m
        if self._middle is None:
            x_m, y_m = self.outline_corners.T
            self._middle = float(x_m.mean()), float(y_m.mean())
        return self._middle

    @property
    def outline_corners(self) -> Floats:
        """Every point of every drawing. [corner, 2]"""
        return np.concatenate([drawing.corners for drawing in self.outlines.values()])

    @property
    def sd_m(self) -> float:
        """How uncertain the place is: of the outline, if there is one. [m]"""
        return self.outline_sd_m if self.has_outline else self.place[2]

    def growth_m(self, now_s: float, wind_m_s: float) -> float:
        """How far a real fire may have run since it was first seen, by the rule of a tenth of the wind. [m]"""
        return max(now_s - self.first_seen_s, 0.0) * wind_m_s * RATE_OVER_WIND

    def is_all_within(self, place: Point, radius_m: float, seen_s: float, wind_m_s: float) -> bool:
        """Whether a look around a place at a time takes in all of a fire that has been drawn.

        Of one that is known only in part the rest may burn where nobody has seen it; and since it was last drawn it
        may have run on.
        """
        if self.last_whole is None:
            return False
        away = self.outline_corners - np.array(place)
        run_m = max(seen_s - self.outline_seen_s, 0.0) * wind_m_s * RATE_OVER_WIND
        return float(np.hypot(away[:, 0], away[:, 1]).max()) + run_m <= radius_m

    def draw(self, report: FireMapReport) -> bool:
        """Take over an outline; says whether it is the newest heard of. What has burnt stays burnt."""
        if report.seen_s <= self.outline_seen_s:
            return False
        # Rings are kept open: a corner that stands twice would draw the middle toward itself.
        rings = [list(ring[:-1] if ring[0] == ring[-1] else ring) for ring in report.outline_xy_m if ring]
        if not self.has_outline:  # that it is drawn again says no more of whether it is there
            self._held = None
        self.outlines[report.observer] = Drawing(rings, report.seen_s, report.is_whole)
        self._middle = None
        self.outline_seen_s = report.seen_s
        self.outline_sd_m = report.outline_sd_m
        return True

    def drawn_cells(self, grid: Grid) -> NDArray[np.bool_]:
        """Cells of a grid inside any of the outlines. [y, x]"""
        cells = np.zeros(grid.shape, dtype=bool)
        for drawing in self.outlines.values():
            cells |= drawing.cells(grid)
        return cells

    @property
    def last_whole(self) -> Drawing | None:
        """The newest drawing that closes all round the fire; None: only parts of it have been seen."""
        whole = [drawing for drawing in self.outlines.values() if drawing.is_whole]
        return max(whole, key=lambda drawing: drawing.seen_s, default=None)

    def note_vain_look(self, report: FireMapReport, within_s: float) -> bool:
        """Note a look that found nothing; says whether it is new: elsewhere than this observer's others, or later."""
        for observer, place, seen_s in self.searched:
            apart_m = float(np.hypot(place[0] - report.place_xy_m[0], place[1] - report.place_xy_m[1]))
            is_same = observer == report.observer and apart_m < report.searched_radius_m / 2.0
            if is_same and report.seen_s - seen_s < within_s:
                return False
        self.searched.append((report.observer, report.place_xy_m, report.seen_s))
        return True

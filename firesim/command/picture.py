"""The picture: what the centre believes now, put together from what it was told.

Fires, roads, units, drones, masts, and what has been said to whom. Nothing here was seen by the centre
itself; each belief carries the time at which somebody else saw it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.command.busline import Coach
from firesim.command.cases import Case, hear_call, hear_report
from firesim.command.crews import Advised, Crew, crew_of_drone, crew_of_unit
from firesim.command.ground import Ground
from firesim.command.incident import Incident, PlacePrior, Sighting
from firesim.command.parameters import CommandParameters
from firesim.command.seamap import Vessel
from firesim.link.body import Body
from firesim.link.messages import (
    Ack,
    BoatStatus,
    BusStatus,
    CallReport,
    CameraReport,
    DroneStatus,
    Envelope,
    FetchReport,
    FireMapReport,
    GasReport,
    HelpCall,
    MastStatus,
    RoadReport,
    UnitPlace,
    UnitStatus,
)
from firesim.place.grid import direction_deg
from firesim.place.shapes import points_of

if TYPE_CHECKING:
    from firesim.command.forecast import Forecast
    from firesim.command.ways import Network
    from firesim.physics.search import RoadGraph

Point = tuple[float, float]

_CHANCE_TO_BELONG = 1e-3  # mean likelihood below which a report is of another fire: about 3.5 sd for two points
_BELONGS_WITHIN_SD = 3.0


@dataclass(frozen=True)
class Lanes:
    """The edges along which both lanes lead by the last order to the police, which it was, and since when."""

    edges: frozenset[int] = frozenset()
    order_id: str = ""
    ordered_s: float = -inf


@dataclass(frozen=True)
class Heard:
    """What a message did to the picture."""

    what: str  # sighting, outline, nothing_found, road, unit, boat, bus, help, drone, mast, or nothing new: ""
    incident: Incident | None = None


@dataclass
class Picture:
    """All that the centre believes. Policies read it; only the dispatcher changes it."""

    ground: Ground
    parameters: CommandParameters
    incidents: list[Incident] = field(default_factory=list)
    units: dict[str, Crew] = field(default_factory=dict)
    drones: dict[str, Crew] = field(default_factory=dict)
    vessels: dict[str, Vessel] = field(default_factory=dict)
    coaches: dict[str, Coach] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    dark_masts: dict[str, float] = field(default_factory=dict)
    advised: dict[str, Advised] = field(default_factory=dict)
    forecast: Forecast | None = None
    is_planned: bool = False
    lanes: Lanes = field(default_factory=Lanes)
    networks: dict[bool, Network] = field(default_factory=dict)  # of the public and of units, kept by `ways.py`
    paths: tuple[bytes, RoadGraph] | None = None  # for who walks, and of which open roads; kept by `walking.py`

    def __post_init__(self) -> None:
        self._prior: PlacePrior | None = None
        self._named = 0
        briefing, roads = self.ground.briefing, self.ground.roads
        self.units = {unit.unit: crew_of_unit(unit) for unit in briefing.units}
        self.drones = {s.sensor: crew_of_drone(s) for s in briefing.sensors if s.kind == "drone"}
        if briefing.sea is not None:
            self.vessels = {boat.boat: Vessel(boat) for boat in briefing.sea.boats}
        if briefing.line is not None:
            self.coaches = {bus.bus: Coach(bus) for bus in briefing.line.buses}
        self.is_open: NDArray[np.bool_] = np.ones(len(roads.tail), dtype=bool)
        self._road_seen_s = np.full(len(roads.tail), -inf)
        self._node_near: dict[Point, int] = {}

    @property
    def channels(self) -> list[str]:
        """The alert channels that the centre may ask for."""
        return self.ground.briefing.channels

    @property
    def against_lanes(self) -> list[int]:
        """The edges that nobody may drive along because both lanes lead the other way."""
        return [int(self.ground.roads.opposite[edge]) for edge in sorted(self.lanes.edges)]

    def road_node_near(self, x_m: float, y_m: float) -> int:
        """The node nearest to a place from which the public can drive away; kept, for most units stand still."""
        if (x_m, y_m) not in self._node_near:
            self._node_near[x_m, y_m] = int(self.ground.roads.nearest_node(x_m, y_m))
        return self._node_near[x_m, y_m]

    @property
    def prior(self) -> PlacePrior:
        if self._prior is None:
            self._prior = PlacePrior(self.ground, self.parameters)
        return self._prior

    # --- fires -------------------------------------------------------------------------------------------

    def fires(self) -> list[Incident]:
        """Suspected fires that count as real, in the order in which they were first told of."""
        return [incident for incident in self.incidents if incident.reached("confirmed")]

    def fire(self, now_s: float) -> Incident | None:
        """The fire that matters most: the furthest along, then the most believed, then the first told of."""
        if not self.incidents:
            return None
        return max(self.incidents, key=lambda i: (i.reached("confirmed"), i.has_outline, i.probability(now_s)))

    def forget(self, now_s: float) -> list[Incident]:
        """Drop the suspicions that have died out; returns them."""
        below = self.parameters.dismiss_probability
        gone = [incident for incident in self.incidents if incident.probability(now_s) < below]
        if gone:
            self.incidents = [incident for incident in self.incidents if incident not in gone]
        return gone

    # --- hearing -----------------------------------------------------------------------------------------

    def hear(self, envelope: Envelope, now_s: float) -> Heard:
        """Take one delivered message into the picture, and say what it changed."""
        body: Body = envelope.body
        if isinstance(body, GasReport | CameraReport | CallReport):
            return self._hear_sighting(body, envelope.message_id, now_s)
        if isinstance(body, FireMapReport):
            return self._hear_map(body, envelope.message_id, now_s)
        if isinstance(body, UnitStatus):
            return self._hear_unit(body, now_s)
        if isinstance(body, BoatStatus):
            return self._hear_boat(body, now_s)
        if isinstance(body, BusStatus):
            return self._hear_bus(body, now_s)
        if isinstance(body, HelpCall):
            return Heard("help" if hear_call(self, body, envelope.message_id) else "")
        if isinstance(body, FetchReport):
            return Heard("help" if hear_report(self, body, now_s) else "")
        if isinstance(body, UnitPlace):
            return self._hear_place(body)
        if isinstance(body, DroneStatus):
            return self._hear_drone(body, now_s)
        if isinstance(body, RoadReport):
            return self._hear_road(body)
        if isinstance(body, MastStatus):
            return self._hear_mast(body)
        if isinstance(body, Ack) and body.by in self.units:
            self.units[body.by].confirmed = body.order
        return Heard("")

    def _hear_sighting(self, report: Sighting, message_id: str, now_s: float) -> Heard:
        incident = self._belongs_to(report, now_s) or self._new_incident(report.seen_s)
        voice = report.caller if isinstance(report, CallReport) else report.sensor
        is_new_voice = voice not in incident.placed_by
        incident.add(_stands_at(report), self._ratio(report), now_s)
        incident.first_seen_s = min(incident.first_seen_s, report.seen_s)
        # Errors of one source repeat themselves, and late reports show where the fire has gone.
        is_early = report.seen_s - incident.first_seen_s <= self.parameters.origin_window_s
        if is_new_voice and (is_early or not incident.reached("located")):
            incident.placed_by.append(voice)
            incident.narrow(self.prior.log_likelihood(report))
        _note(incident, message_id, report.seen_s)
        return Heard("sighting", incident)

    def _ratio(self, report: Sighting) -> float:
        p = self.parameters
        if isinstance(report, GasReport):
            return 1.0 + (p.gas_ratio - 1.0) * min(max(report.smoke_index, 0.0), 1.0)
        if isinstance(report, CameraReport):
            return 1.0 + (p.camera_ratio - 1.0) * min(max(report.confidence, 0.0), 1.0)
        return p.call_ratio

    def _hear_map(self, report: FireMapReport, message_id: str, now_s: float) -> Heard:
        if not any(report.outline_xy_m):
            return self._hear_nothing_found(report, message_id, now_s)
        incident = self._drawn_in(report, now_s) or self._new_incident(report.seen_s)
        incident.unsearch(report.observer)
        is_newer = incident.draw(report)
        _note(incident, message_id, report.seen_s)
        self._absorb(incident, now_s)
        return Heard("outline" if is_newer else "sighting", incident)

    def _hear_nothing_found(self, report: FireMapReport, message_id: str, now_s: float) -> Heard:
        """Somebody looked and saw no fire: belief falls by the chance that it would have been seen there."""
        miss, touched = self.parameters.search_miss_probability, None
        wind_m_s = self.ground.bulletin_at(now_s).wind_speed_10m_m_s
        for incident in self.incidents:
            if incident.has_outline:
                where = (report.place_xy_m, report.searched_radius_m)
                sees_all = incident.is_all_within(*where, report.seen_s, wind_m_s)
                if not sees_all or report.seen_s <= incident.outline_seen_s:
                    continue  # that a fire does not burn in one corner is no sign that it is out
                incident.lose_sight(now_s)
            if not incident.note_vain_look(report, self.parameters.evidence_half_life_s):
                continue
            covered = incident.chance_within(report.place_xy_m, report.searched_radius_m)
            incident.search(report.observer, log(1.0 - covered * (1.0 - miss)), now_s)
            near = _distance_squared(self.prior, report.place_xy_m) <= report.searched_radius_m**2
            incident.narrow(np.where(near, log(max(miss, 1e-9)), 0.0))
            if covered > 0.5:
                touched = incident
                _note(incident, message_id, report.seen_s)
        return Heard("nothing_found", touched)

    def _hear_unit(self, report: UnitStatus, now_s: float) -> Heard:
        crew = self.units.get(report.unit)
        if crew is None or report.seen_s < crew.seen_s:
            return Heard("")
        changed = crew.state != report.state
        crew.state, crew.reason = report.state, report.reason
        crew.be_at(report.x_m, report.y_m, report.seen_s)
        crew.seen_s, crew.heard_s, crew.water_litres = report.seen_s, now_s, report.water_litres
        return Heard("unit" if changed and (crew.is_stuck or crew.is_free) else "")

    def _hear_boat(self, report: BoatStatus, now_s: float) -> Heard:
        vessel = self.vessels.get(report.boat)
        if vessel is None or report.seen_s < vessel.seen_s:
            return Heard("")
        is_new = vessel.hear(report, now_s)
        if report.state == "cannot_land":
            vessel.refused[vessel.landing] = (report.seen_s, report.reason)
        elif report.state == "weather_bound":
            vessel.bound_s = report.seen_s
        return Heard("boat" if is_new and report.state in ("cannot_land", "weather_bound", "nobody_there") else "")

    def _hear_bus(self, report: BusStatus, now_s: float) -> Heard:
        coach = self.coaches.get(report.bus)
        if coach is None or report.seen_s < coach.seen_s:
            return Heard("")
        is_new = coach.hear(report, now_s)
        coach.place_xy_m = (report.x_m, report.y_m)
        calls_for_orders = report.state in ("cannot_stop", "too_late", "blocked")
        return Heard("bus" if is_new and calls_for_orders else "")

    def _hear_place(self, report: UnitPlace) -> Heard:
        if report.unit in self.units:
            self.units[report.unit].be_at(report.x_m, report.y_m, report.seen_s)
        return Heard("")

    def _hear_drone(self, report: DroneStatus, now_s: float) -> Heard:
        crew = self.drones.get(report.drone)
        if crew is None or report.seen_s < crew.seen_s:
            return Heard("")
        changed = crew.state != report.state
        crew.state, crew.reason, crew.seen_s, crew.heard_s = report.state, report.reason, report.seen_s, now_s
        return Heard("drone" if changed and crew.is_free else "")

    def _hear_road(self, report: RoadReport) -> Heard:
        roads = self.ground.roads
        known = roads.node_index
        if report.u not in known or report.v not in known:
            return Heard("")
        u, v = known[report.u], known[report.v]
        # Whoever sees a road cut from one end speaks for both directions.
        told = ((roads.tail == u) & (roads.head == v)) | ((roads.tail == v) & (roads.head == u))
        told &= self._road_seen_s <= report.seen_s
        changed = bool(np.any(self.is_open[told] != report.is_open))
        self.is_open[told] = report.is_open
        crew = self.units.get(report.observer)
        if crew is not None and report.seen_s >= crew.placed_s and report.u not in crew.cut_at:
            crew.cut_at = () if report.is_open else (*crew.cut_at, report.u)
        self._road_seen_s[told] = report.seen_s
        return Heard("road" if changed else "")

    def _hear_mast(self, report: MastStatus) -> Heard:
        if report.is_dark:
            self.dark_masts.setdefault(report.mast, report.seen_s)
        else:
            self.dark_masts.pop(report.mast, None)
        return Heard("mast")

    # --- which fire is meant -----------------------------------------------------------------------------

    def _new_incident(self, seen_s: float) -> Incident:
        self._named += 1
        incident = Incident(f"fire {self._named}", self.prior, self.parameters, seen_s)
        self.incidents.append(incident)
        return incident

    def _belongs_to(self, report: Sighting, now_s: float) -> Incident | None:
        """The fire that a sighting is of: the one it fits best, none when it fits none."""
        fits = [(self._fit(incident, report, now_s), -k) for k, incident in enumerate(self.incidents)]
        best, k = max(fits, default=(0.0, 0))
        return self.incidents[-k] if best >= _CHANCE_TO_BELONG else None

    def _fit(self, incident: Incident, report: Sighting, now_s: float) -> float:
        if incident.reached("confirmed") and self._is_of_the_grown_fire(incident, report, now_s):
            return 1.0
        return incident.chance_of(report)

    def _reach_m(self, incident: Incident, now_s: float) -> float:
        """How far from its believed middle a fire may by now show itself. [m]"""
        wind_m_s = self.ground.bulletin_at(now_s).wind_speed_10m_m_s
        return incident.growth_m(now_s, wind_m_s) + _BELONGS_WITHIN_SD * incident.sd_m

    def _is_of_the_grown_fire(self, incident: Incident, report: Sighting, now_s: float) -> bool:
        x_m, y_m = incident.centre_xy_m
        reach_m = self._reach_m(incident, now_s)
        if isinstance(report, CallReport):
            return _distance(report.place_xy_m, (x_m, y_m)) <= reach_m + _BELONGS_WITHIN_SD * report.place_sd_m
        from_xy_m = self.prior.sensor_xy.get(report.sensor)
        if from_xy_m is None:
            return True  # smoke from a sensor unknown to the briefing, while a fire is known
        away_m = _distance(from_xy_m, (x_m, y_m))
        if isinstance(report, GasReport):
            return away_m <= reach_m + _BELONGS_WITHIN_SD * self.parameters.gas_sd_m
        bearing_deg = float(direction_deg(x_m - from_xy_m[0], y_m - from_xy_m[1]))
        off_deg = abs((bearing_deg - report.bearing_deg + 180.0) % 360.0 - 180.0)
        half_width_deg = float(np.degrees(np.arctan2(reach_m, max(away_m, 1.0))))
        return off_deg <= half_width_deg + _BELONGS_WITHIN_SD * report.bearing_sd_deg

    def _drawn_in(self, report: FireMapReport, now_s: float) -> Incident | None:
        """The fire that an outline shows: the nearest of those that may reach it by now."""
        corners = points_of(report.outline_xy_m)
        middle = (float(corners[:, 0].mean()), float(corners[:, 1].mean()))
        radius_m = float(np.hypot(corners[:, 0] - middle[0], corners[:, 1] - middle[1]).max())
        near = [
            (_distance(incident.centre_xy_m, middle), k)
            for k, incident in enumerate(self.incidents)
            if _distance(incident.centre_xy_m, middle) <= radius_m + self._reach_m(incident, now_s)
            or incident.chance_within(middle, radius_m + report.searched_radius_m) > _CHANCE_TO_BELONG
        ]
        return self.incidents[min(near)[1]] if near else None

    def _absorb(self, drawn: Incident, now_s: float) -> None:
        """Suspicions that lie where an outline has been drawn are that same fire."""
        reach_m = self._reach_m(drawn, now_s)
        kept = []
        for other in self.incidents:
            apart_m = _distance(other.centre_xy_m, drawn.centre_xy_m)
            if other is drawn or other.has_outline or apart_m > reach_m + other.sd_m:
                kept.append(other)
            else:
                drawn.take_over(other)
        self.incidents = kept


def _stands_at(report: Sighting) -> str:
    """Who speaks, as far as belief goes: people side by side see the same smoke, and mistake the same dust."""
    if isinstance(report, CallReport):
        return f"people at {report.from_xy_m[0]:.0f}, {report.from_xy_m[1]:.0f}"
    return report.sensor


def _note(incident: Incident, message_id: str, seen_s: float) -> None:
    incident.last_message_id = message_id
    incident.last_seen_s = max(incident.last_seen_s, seen_s)


def _distance(a: Point, b: Point) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _distance_squared(prior: PlacePrior, place: Point) -> NDArray[np.float64]:
    return np.asarray((prior.x_m - place[0]) ** 2 + (prior.y_m - place[1]) ** 2)

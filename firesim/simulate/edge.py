"""The edge of a run: the devices and channels that the strategy has, on the network and on the clock."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import simpy

from firesim.devices.boat_radios import BoatRadios
from firesim.devices.bus_radios import BusRadios
from firesim.devices.callers import Callers
from firesim.devices.cameras import Camera
from firesim.devices.drones import DroneInABox
from firesim.devices.lookouts import FireWatch
from firesim.devices.phones import AppPush, CellBroadcast, Knock, Listeners
from firesim.devices.plume import Plume
from firesim.devices.radios import Radios
from firesim.devices.sensors import AllSeeing, GasNodes
from firesim.devices.sirens import Siren, siren_sites
from firesim.devices.sites import Site, gas_lattice, of_kind, read_sites
from firesim.devices.traffic_police import TrafficPolice
from firesim.link.body import Body
from firesim.link.briefings import SensorInfo
from firesim.link.messages import (
    IN_PLACE,
    TO_THE_SHORE,
    TRAFFIC_POLICE,
    Alert,
    BoatOrder,
    BusOrder,
    ContraflowOrder,
    DroneOrder,
    FetchOrder,
    FireMapReport,
    MastStatus,
    UnitOrder,
    ZoneAdvice,
    decode,
)
from firesim.link.ports import Alerter, Observation, Reach
from firesim.link.post import Post
from firesim.physics.smoke import visibility_m
from firesim.scenario import Scenario, Strategy
from firesim.simulate.fetch import errand_of, fetch_scene, put_on_the_phone
from firesim.simulate.truth import Truth
from firesim.world.boats import Boats, SeaScene
from firesim.world.buses import Buses, BusScene
from firesim.world.hearing import STAY_INSIDE
from firesim.world.households import GUEST
from firesim.world.people import People
from firesim.world.responders import Responders, Scene

Point = tuple[float, float]

BY_MAST = ("app", "cell_broadcast")  # channels whose alerts go out as one message a mast
KNOCKERS = "police-and-hotels"
OPERATOR = "network-operator"


@dataclass
class Edge:
    """All that touches both the world and messages in one run."""

    truth: Truth
    post: Post
    sensors: list[Any] = field(default_factory=list)
    drones: list[DroneInABox] = field(default_factory=list)
    infos: list[SensorInfo] = field(default_factory=list)
    alerters: dict[str, Alerter] = field(default_factory=dict)
    sirens: list[Site] = field(default_factory=list)
    responders: Responders = field(init=False)
    radios: Radios = field(init=False)
    boats: Boats | None = None
    boat_radios: BoatRadios | None = None
    buses: Buses | None = None
    bus_radios: BusRadios | None = None
    traffic_police: TrafficPolice = field(init=False)
    detectable_event: int | None = None
    _obeyed: set[tuple[str, str]] = field(default_factory=set)

    # --- from the world to messages -----------------------------------------------------------------------

    def say(self, source: str, destination: str, body: Body, cause_id: int | None) -> None:
        """A device speaks by itself, because of an event or else because the scenario put it there."""
        self.post.send(source, destination, body, self.truth.start_event if cause_id is None else cause_id)

    def report(self, observations: Iterable[Observation]) -> None:
        """Journal what a sensor has noticed and send it to the centre."""
        now_s, journal = float(self.truth.env.now), self.truth.journal
        for seen in observations:
            what = type(seen.body).__name__
            if isinstance(seen.body, FireMapReport) and not seen.body.outline_xy_m:
                cause = self.responders.crews[seen.source].cause  # a crew looks because it was sent there
                event = journal.add(now_s, seen.source, "nothing_seen", cause, what)
            elif seen.is_true:
                event = journal.add(now_s, seen.source, "observation", self.truth.fire.cause_of_fire, what)
            else:
                event = journal.add(now_s, seen.source, "false_alarm", None, what)
            self.post.send(seen.source, "centre", seen.body, event)

    def watch(self, sensor: Any) -> Generator[simpy.Event, Any, None]:
        """The story of one sensor: look, report, wait for its next look.

        Whatever sees the fire itself sees it as it is now; who sees its smoke alone, as it was when the smoke rose.
        """
        env, fire = self.truth.env, self.truth.fire
        first_s = float(getattr(sensor, "first_look_s", 0.0))
        sees_the_fire = not getattr(sensor, "sees_only_smoke", False)
        if first_s > 0.0:
            yield env.timeout(first_s)
        while True:
            now_s = float(env.now)
            if sees_the_fire:
                fire.advance(now_s)
            self.report(sensor.observe(now_s))
            yield env.timeout(sensor.cadence_s)

    def note_detectable(self, now_s: float) -> None:
        """Journal the moment from which anything that this strategy has could notice the fire."""
        fire = self.truth.fire
        if self.detectable_event is not None or not fire.has_ignited:
            return
        if any(device.detectable(now_s) for device in (*self.sensors, *self.drones)):
            self.detectable_event = self.truth.journal.add(now_s, "fire", "detectable", fire.cause_of_fire)

    def tell_of_dark_mast(self, mast: str, now_s: float, event_id: int) -> None:
        """The operator's own supervision notices a mast that no longer answers, and tells the centre."""
        self.post.send(OPERATOR, "centre", MastStatus(mast=mast, seen_s=now_s, is_dark=True), event_id)

    # --- from messages to the world -----------------------------------------------------------------------

    def obey(self, order: UnitOrder | FetchOrder, cause_id: int | None) -> None:
        """A crew carries out what its radio has told it."""
        if (order.unit, order.order) in self._obeyed:
            return  # said again because the first acknowledgement was lost
        self._obeyed.add((order.unit, order.order))
        cause = self.truth.start_event if cause_id is None else cause_id
        if isinstance(order, FetchOrder):
            self.responders.fetch(order.unit, errand_of(order, cause))
        else:
            self.responders.order(order.unit, order.task, order.place_xy_m, order.route, cause, order.order)

    def steer(self, order: BoatOrder, cause_id: int) -> None:
        """A skipper carries out what the radio has told."""
        if self.boats is None or (order.boat, order.order) in self._obeyed:
            return  # said again because the first acknowledgement was lost
        self._obeyed.add((order.boat, order.order))
        self.boats.order(order.boat, order.task, order.landing, order.port, cause_id, order.order)

    def drive(self, order: BusOrder, cause_id: int) -> None:
        """A bus driver carries out what the radio has told."""
        if self.buses is None or (order.bus, order.order) in self._obeyed:
            return  # said again because the first acknowledgement was lost
        self._obeyed.add((order.bus, order.order))
        self.buses.order(
            order.bus, order.task, order.stop, order.refuge, order.route, order.way, order.leave_by_s, cause_id,
            order.order,
        )  # fmt: skip

    def has_vehicle(self, road: int) -> bool:
        """Whether a vehicle that is not part of the flow is on a directed edge of the roads."""
        return self.responders.is_on(road) or (self.buses is not None and self.buses.is_on(road))

    def set_lanes(self, stretches: list[tuple[str, str]], cause_id: int) -> None:
        """The police stand at these roads and no others, so that both lanes lead from one node to the other."""
        traffic, now_s = self.truth.traffic, float(self.truth.env.now)
        ways = [traffic.way_along(stretch) for stretch in stretches]
        traffic.order_contraflow([edge for way in ways for edge in way], now_s, cause_id)

    def hear_order(self, now_s: float, payload: bytes, event_id: int) -> None:
        """An order for a unit, a boat, a drone or the police has been delivered."""
        body = decode(payload).body
        if isinstance(body, UnitOrder | FetchOrder):
            self.radios.receive(body, now_s, event_id)
        elif isinstance(body, BoatOrder) and self.boat_radios is not None:
            self.boat_radios.receive(body, now_s, event_id)
        elif isinstance(body, BusOrder) and self.bus_radios is not None:
            self.bus_radios.receive(body, now_s, event_id)
        elif isinstance(body, ContraflowOrder):
            self.traffic_police.receive(body, now_s, event_id)
        elif isinstance(body, DroneOrder):
            next(drone for drone in self.drones if drone.name == body.drone).fly(body, now_s, event_id)

    def hear_alert(self, now_s: float, payload: bytes, event_id: int) -> None:
        """An alert has come to a mast, or to those who knock: whoever is reached hears it in due time."""
        envelope = decode(payload)
        alert = envelope.body
        if not isinstance(alert, Alert):
            return
        alerter = self.alerters[alert.channel]
        mast = "" if envelope.destination == KNOCKERS else envelope.destination
        reach = alerter.reach(alert, mast, now_s)
        detail = f"{alert.order}: {alert.channel}, {len(reach.parties)} parties"
        event = self.truth.journal.add(now_s, envelope.destination, "alert_delivered", event_id, detail)
        tell(self.truth.people, alert, reach, event, envelope.sent_s)

    def destinations(self, order_destination: str) -> list[str]:
        """Who on the network is meant by the destination of an order."""
        channel = order_destination.removeprefix("channel:")
        if channel == order_destination:
            return [order_destination]
        if channel not in self.alerters:
            return []
        if channel == Siren.channel:
            return [site.name for site in self.sirens]
        return [mast.mast for mast in self.truth.masts] if channel in BY_MAST else [KNOCKERS]


def tell(people: People, alert: Alert, reach: Reach, event_id: int, issued_s: float) -> None:
    """Hand an alert with its advice to the parties that hear it; a siren says neither what nor whom it means."""
    advice = {one.zone: (_place_told(one), tuple(one.route)) for one in alert.advice}
    parties, names_zones = np.asarray(reach.parties, dtype=np.int64), alert.channel != Siren.channel
    stops = {one.zone: one.stop for one in alert.advice if one.stop}
    people.hear(parties, reach.at_s, alert.channel, alert.level, event_id, advice, names_zones, stops, issued_s)


def _place_told(advice: ZoneAdvice) -> str:
    """Where people are to go, as they understand it: a refuge, a landing, to the water anywhere (empty), or inside."""
    if advice.refuge == TO_THE_SHORE:
        return advice.landing
    return STAY_INSIDE if advice.refuge == IN_PLACE else advice.refuge


def build_edge(scenario: Scenario, strategy: Strategy, truth: Truth, post: Post) -> Edge:
    """Put the strategy's devices and channels, and everybody's radios, on the network and on the clock."""
    edge = Edge(truth, post)
    _put_on_network(truth, scenario)
    plume = Plume(truth.fire, truth.weather, truth.place.terrain, truth.place.grid, scenario.fields.devices.sight)
    _add_sensors(edge, scenario, strategy, plume)
    _add_alerters(edge, scenario, strategy)
    _add_units(edge, scenario, plume)
    edge.traffic_police = TrafficPolice(truth.env, scenario.fields.devices.traffic_police, edge.say, edge.set_lanes)
    post.receive_at(TRAFFIC_POLICE, edge.hear_order)
    if truth.boat_specs:
        _add_boats(edge, scenario)
    if truth.bus_specs:
        _add_buses(edge, scenario)
    for device in (*edge.sensors, *edge.drones):
        edge.infos += device.infos
        _register(truth, device.sites)
    for drone in edge.drones:
        post.receive_at(drone.name, edge.hear_order)
    for sensor in edge.sensors:
        truth.env.process(edge.watch(sensor))
    return edge


def _put_on_network(truth: Truth, scenario: Scenario) -> None:
    command = next((f for f in truth.place.settlement.facilities if f.kind == "command"), None)
    x_m, y_m = (command.x_m, command.y_m) if command else scenario.ignition_xy_m
    for name in ("scenario", "centre", "authority", KNOCKERS, TRAFFIC_POLICE, OPERATOR):
        truth.network.register(name, x_m, y_m, 0.0, "wired")


def _register(truth: Truth, sites: Iterable[Site]) -> None:
    for site in sites:
        truth.network.register(site.name, site.x_m, site.y_m, site.height_m, site.link, site.stream_bit_s)


def _add_sensors(edge: Edge, scenario: Scenario, strategy: Strategy, plume: Plume) -> None:
    truth, devices, luck = edge.truth, scenario.fields.devices, edge.truth.luck
    place, grid = truth.place, truth.place.grid
    sites = read_sites(Path(scenario.folder) / devices.sites, grid)
    if "gas" in strategy.devices:
        lattice = gas_lattice(grid, place.landcover.corine, devices.gas.spacing_m, devices.gas.height_m)
        nodes = of_kind(sites, "gas") + lattice
        edge.sensors.append(GasNodes(nodes, truth.fire, truth.weather, grid, devices.gas, luck))
    if "cameras" in strategy.devices:
        edge.sensors += [Camera(site, plume, devices.cameras, luck) for site in of_kind(sites, "camera")]
    if "callers" in strategy.devices:
        zones = place.settlement.zones_at(scenario.start_hour)

        def present(hour: float) -> np.ndarray[Any, np.dtype[np.float64]]:
            return place.settlement.present(hour).astype(np.float64)

        edge.sensors.append(Callers(zones, present, plume, devices.callers, luck))
    if "fire_watch" in strategy.devices:
        edge.sensors.append(FireWatch(of_kind(sites, "lookout"), plume, devices.fire_watch, luck))
    if "all_seeing" in strategy.devices:
        edge.sensors.append(AllSeeing(truth.fire, place.roads, lambda: truth.traffic.closing_events < 0))
    if "drone" in strategy.devices:
        for site in of_kind(sites, "drone"):
            edge.drones.append(
                DroneInABox(
                    truth.env, site, truth.fire, truth.weather, place.terrain, grid, devices.drone, luck, edge.say,
                    truth.journal, truth.network.move,
                )
            )  # fmt: skip


def _add_alerters(edge: Edge, scenario: Scenario, strategy: Strategy) -> None:
    truth, phones = edge.truth, scenario.fields.devices.phones
    listeners = listeners_of(truth)
    masts = [mast.mast for mast in truth.masts]

    sleep = truth.people.sleep
    known: dict[str, Callable[[], Alerter]] = {
        "app": lambda: AppPush(listeners, truth.network, masts, sleep, phones, truth.luck),
        "cell_broadcast": lambda: CellBroadcast(listeners, truth.network, masts, sleep, phones, truth.luck),
        "knock": lambda: Knock(listeners, phones, truth.luck, sleep),
    }
    if Siren.channel in strategy.channels:
        rows = read_sites(Path(scenario.folder) / scenario.fields.devices.sites, truth.place.grid)
        sirens = scenario.fields.devices.sirens
        edge.sirens = siren_sites(of_kind(rows, "siren"), truth.place.settlement.facilities, sirens)
        _register(truth, edge.sirens)
        known[Siren.channel] = lambda: Siren(listeners, edge.sirens, sleep, sirens, truth.luck)
    edge.alerters = {channel: known[channel]() for channel in strategy.channels}
    for place in (*masts, *(site.name for site in edge.sirens), KNOCKERS):
        edge.post.receive_at(place, edge.hear_alert)


def listeners_of(truth: Truth) -> Listeners:
    """Who might hear an alert, and on what."""
    parties, zones = truth.people.parties, truth.place.settlement.zones
    return Listeners(
        household_id=parties.household_id,
        zone_index=parties.zone_index,
        x_m=parties.x_m,
        y_m=parties.y_m,
        is_guest=parties.kind == GUEST,
        has_phone=parties.has_phone,
        has_app=parties.has_app,
        zones=[zone.zone for zone in zones],
        is_beach=[zone.kind == "beach" for zone in zones],
        reads_greek=parties.members.reads_greek,
        reads_english=parties.members.reads_english,
        entity=parties.entity,
    )


def _add_units(edge: Edge, scenario: Scenario, plume: Plume) -> None:
    truth, fields = edge.truth, scenario.fields
    edge.radios = Radios(
        truth.unit_specs, edge.obey, truth.fire, truth.place.terrain, truth.place.grid, plume, fields.devices.radios,
        truth.luck, edge.say, truth.network.move, lambda unit: edge.responders.crews[unit].place,
    )  # fmt: skip
    _register(truth, edge.radios.sites)
    scene = Scene(
        truth.env, truth.place.roads, truth.traffic, truth.fire, truth.place.settlement.facilities, truth.journal,
        fetch_scene(scenario, truth),
    )  # fmt: skip
    edge.responders = Responders(scene, truth.unit_specs, fields.responders, truth.luck, edge.radios.on_status)
    for unit in truth.unit_specs:
        edge.post.receive_at(unit.unit, edge.hear_order)
    truth.traffic.contraflow.has_vehicle = edge.has_vehicle
    truth.env.process(edge.watch(edge.radios))
    if scene.fetch is not None:
        put_on_the_phone(scenario, truth, edge.say, lambda site: _register(truth, [site]))


def _visibility(truth: Truth) -> Callable[[float, float], float]:
    """How far one sees at a place, through the smoke as of its last renewal. [m]"""
    seen_m: dict[Point, float] = {}  # through the smoke of that renewal
    renewed_s = -np.inf

    def visibility(x_m: float, y_m: float) -> float:
        nonlocal renewed_s
        if renewed_s != truth.smoke.renewed_s:
            seen_m.clear()
            renewed_s = truth.smoke.renewed_s
        if (x_m, y_m) not in seen_m:
            density_per_m = float(truth.smoke.optical_density_per_m(x_m, y_m))
            seen_m[x_m, y_m] = float(visibility_m(density_per_m * np.log(10.0)))
        return seen_m[x_m, y_m]

    return visibility


def _add_boats(edge: Edge, scenario: Scenario) -> None:
    truth, parameters = edge.truth, scenario.fields.boats
    assert truth.place.chart is not None
    radios = BoatRadios(truth.boat_specs, edge.steer, parameters.antenna_m, edge.say, truth.network.move)
    _register(truth, radios.sites)
    scene = SeaScene(
        truth.env, truth.place.chart, truth.people, truth.weather.at, _visibility(truth),
        lambda: truth.fire.cause_of_fire, truth.journal,
    )  # fmt: skip
    edge.boat_radios = radios
    edge.boats = Boats(scene, truth.boat_specs, parameters, truth.luck, radios.on_status)
    for boat in truth.boat_specs:
        edge.post.receive_at(boat.boat, edge.hear_order)


def _add_buses(edge: Edge, scenario: Scenario) -> None:
    truth, parameters = edge.truth, scenario.fields.buses
    radios = BusRadios(truth.bus_specs, edge.drive, parameters.antenna_m, edge.say, truth.network.move)
    _register(truth, radios.sites)
    scene = BusScene(
        truth.env, truth.place.roads, truth.traffic, truth.fire, truth.people.by_bus, truth.journal
    )  # fmt: skip
    edge.bus_radios = radios
    edge.buses = Buses(scene, truth.bus_specs, parameters, truth.luck, radios.on_status)
    for bus in truth.bus_specs:
        edge.post.receive_at(bus.bus, edge.hear_order)

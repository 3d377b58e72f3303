"""Boats on their day: called, under way, loading at a landing, putting people ashore, and back again.

Each boat is one process on the simulation's clock that reads as the story of its day. A skipper knows the waters, and
of waves, smoke, fire and people what there is to see. Waves are those of the true wind over the open water to
windward (`physics/waves.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from firesim.physics.waves import effective_fetch_m, wave_height_m
from firesim.place.landings import Landing
from firesim.place.sea import SeaChart, SeaWay
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.boat import Boat, BoatOrders, OnBoatStatus
from firesim.world.carrier import Boarding, Voyage, load, voyage_columns
from firesim.world.fleet import TASKS, BoatParameters, BoatSpec
from firesim.world.shore import Shore
from firesim.world.units import leg_columns

__all__ = ["BoatParameters", "Boats", "SeaScene"]

Point = tuple[float, float]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Story = Generator[simpy.Event, object, None]

WIND_LOOK_S = 600.0  # the wind that raises waves is a ten-minute mean


class Passengers(Protocol):
    """What boats need of the people; see `world/people.py`."""

    shore: Shore

    def board(self, who: Integers, at_s: Floats, because: int, boat: str) -> None: ...
    def land(self, who: Integers, at_s: Floats, port: str) -> None: ...
    def feels_heat(self, cell: int) -> bool: ...


class Wind(Protocol):
    @property
    def wind_speed_10m_m_s(self) -> float: ...
    @property
    def wind_from_deg(self) -> float: ...


@dataclass(frozen=True)
class SeaScene:
    """Where boats sail: the clock, the chart, the wind, the people, and what the fire does to a landing.

    `wind_at` gives the true wind of a time; `visibility_m` how far one sees at a place; `cause_of_fire` the event that
    smoke and heat are put down to.
    """

    env: simpy.Environment
    chart: SeaChart
    people: Passengers
    wind_at: Callable[[float], Wind]
    visibility_m: Callable[[float, float], float]
    cause_of_fire: Callable[[], int]
    journal: Journal


class Boats:
    """All boats of a scenario.

    Parameters
    ----------
    scene, specs, parameters
    luck
        For how long each takes to get under way.
    on_status
        Called with (BoatState, now_s, cause_id) whenever a boat has something to tell.

    Attributes
    ----------
    boats : by name, in the order of `specs`
    voyages : passages with people aboard, in order of departure
    """

    def __init__(
        self,
        scene: SeaScene,
        specs: Sequence[BoatSpec],
        parameters: BoatParameters,
        luck: Luck,
        on_status: OnBoatStatus,
    ) -> None:
        self._scene, self._env, self._parameters, self._luck = scene, scene.env, parameters, luck
        self._shore, self._people = scene.people.shore, scene.people
        self.landings: list[Landing] = self._shore.landings
        xy_m = np.array([(one.x_m, one.y_m) for one in self.landings], dtype=float).reshape(-1, 2)
        self._fetch_m = scene.chart.fetch_m(xy_m)
        # One boat at a time at a landing's gangway: together they load as many a minute as the landing allows.
        self._gangways = [simpy.Resource(self._env) for _ in self.landings]
        self.boats = {spec.boat: Boat(spec, self._env, scene.journal, on_status) for spec in specs}
        self.voyages: list[Voyage] = []
        self._waves: dict[tuple[int | SeaWay, float, float], Floats] = {}  # at a landing or on a way, by the wind [m]
        # When boats of a speed and a wave limit pass the points of a way, by the wind. [s]
        self._passed_s: dict[tuple[SeaWay, float, float, float, float], Floats] = {}
        self._could_not: dict[tuple[str, str], float] = {}  # (landing, why) -> when first
        for boat in self.boats.values():
            self._env.process(self._duty(boat))

    def order(self, boat: str, task: str, landing: str, port: str, cause_id: int, order_id: str = "") -> None:
        """Tell a boat what to do, by the event of the message that reached it. Replaces what it was told before."""
        if task not in TASKS:
            raise ValueError(f"{boat} was told to {task!r}: one of {', '.join(TASKS)}")
        index = self._shore.index
        orders = BoatOrders(task, index[landing], index[port], order_id, cause_id)
        self.boats[boat].take_orders(orders)

    def columns(self, until_s: float) -> dict[str, list[Any]]:
        """Rows of `units.parquet`: a leg a row, by boat, then in time; legs still open end at `until_s`."""
        return leg_columns([leg for boat in self.boats.values() for leg in boat.log(until_s)])

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the boats, in words."""
        return [
            f"no boat landed at {landing} from {at_s / 60:.0f} min on for a while: {why}"
            for (landing, why), at_s in self._could_not.items()
        ]

    def wave_height_m(self, landing: int) -> float:
        """The waves before a landing now. [m]"""
        return float(self._waves_m(landing, self._fetch_m[landing]))

    # --- the story of a boat ------------------------------------------------------------------------------------

    def _duty(self, boat: Boat) -> Story:
        while True:
            if not boat.was_called:
                yield boat.wait()
            if boat.was_called:
                yield from self._mission(boat, boat.heed())

    def _mission(self, boat: Boat, orders: BoatOrders) -> Story:
        if boat.people_aboard:
            yield from self._bring_in(boat, orders)
        if not boat.is_under_way and orders.task != "return":
            yield from boat.turn_out(self._luck)
        if orders.task == "stand_by" and not boat.was_called:
            boat.begin("stand_by")
            boat.tell("ready")
            return
        while not boat.was_called:
            if orders.task == "return":
                yield from self._go_home(boat)
                return
            yield from self._sail_to_land(boat, orders)
            if not boat.was_called:
                yield from self._load(boat, orders)
            if boat.people_aboard and not boat.was_called:
                yield from self._bring_in(boat, orders)

    def _sail_to_land(self, boat: Boat, orders: BoatOrders) -> Story:
        """To the landing, once the sea allows it."""
        landing, is_bound = self.landings[orders.landing], False
        if boat.place == (landing.x_m, landing.y_m):
            return
        while not boat.was_called:
            way = self._scene.chart.way(boat.place, (landing.x_m, landing.y_m))
            if way is not None and float(self._waves_m(way, way.fetch_m).max()) <= boat.spec.wave_limit_m:
                break
            if not is_bound:
                boat.note("boat_weather_bound", f"to {landing.landing}")
                boat.begin("weather_bound")
                boat.tell("weather_bound", "sea on the way")
                is_bound = True
            yield boat.pause(WIND_LOOK_S)
        if boat.was_called:
            return
        boat.note("boat_under_way", f"to {landing.landing}")
        boat.tell("under_way")
        yield from self._sail(boat, orders.landing, "sail")

    def _load(self, boat: Boat, orders: BoatOrders) -> Story:
        """Take turns at the gangway, and take people on board until it is full or nobody is left."""
        yield from self._wait_until_fit(boat, orders)
        if boat.was_called:
            return
        with self._gangways[orders.landing].request() as turn:
            boat.begin("queue")
            has_turn = yield from boat.wait_for(turn)
            if has_turn:
                boat.begin("load")
                yield from self._at_gangway(boat, orders.landing)

    def _at_gangway(self, boat: Boat, landing: int) -> Story:
        name = self.landings[landing].landing
        boat.note("boat_at_landing", f"{name}, {self._shore.count(landing)} people wait")
        p = self._parameters
        how = Boarding(
            self._shore, landing, self._people_s(landing), p.linger_s, p.look_s,
            lambda: not self._why_not_land(boat, landing),
            lambda who, at_s, because: self._people.board(who, at_s, because, boat.spec.boat),
        )  # fmt: skip
        yield from load(self._env, boat, how)
        if boat.people_aboard:
            boat.note("boat_left", f"{name} with {boat.people_aboard} people")

    def _wait_until_fit(self, boat: Boat, orders: BoatOrders) -> Story:
        """Lie off while sea, smoke or heat keep it from the landing."""
        told = ""
        while not boat.was_called and (why := self._why_not_land(boat, orders.landing)):
            boat.begin("stand_off")
            told = self._say_why_not(boat, orders, why, told)
            yield boat.pause(self._parameters.look_s)

    def _bring_in(self, boat: Boat, orders: BoatOrders) -> Story:
        """To the port and ashore; who has people aboard does not turn round for new orders."""
        port, left_s, start = orders.port, float(self._env.now), boat.place
        boat.tell("laden")
        number = len(self.voyages)
        self.voyages.append(self._voyage(boat, orders, left_s, np.inf, start))
        yield from self._sail(boat, port, "carry", is_laden=True)
        self.voyages[number] = self._voyage(boat, orders, left_s, float(self._env.now), start)
        with self._gangways[port].request() as turn:
            boat.begin("unload")
            yield turn
            began_s, who = float(self._env.now), boat.aboard
            after_s = np.cumsum(self._shore.people_of(who)) / self._people_s(port)
            yield self._env.timeout(float(after_s[-1]))
            self._people.land(who, began_s + after_s, self.landings[port].landing)
        boat.note("boat_unloaded", f"{boat.people_aboard} people at {self.landings[port].landing}")
        boat.let_off()
        boat.tell("landed")
        boat.begin("turn_round")
        yield boat.pause(self._parameters.turn_round_s)

    def _go_home(self, boat: Boat) -> Story:
        """Back to the berth, where the crew is let go."""
        if boat.is_under_way:
            boat.note("boat_under_way", f"to {boat.spec.berth}")
            boat.tell("under_way")
            yield from self._sail(boat, self._shore.index[boat.spec.berth], "sail")
        if not boat.was_called:
            boat.dismiss()

    # --- the way over water ---------------------------------------------------------------------------------------

    def _sail(self, boat: Boat, to: int, leg: str, is_laden: bool = False) -> Story:
        """Sail to a landing as fast as the waves let it; new orders stop it where it is unless people are aboard."""
        landing = self.landings[to]
        way = self._scene.chart.way(boat.place, (landing.x_m, landing.y_m))
        boat.begin(leg)
        metres = 0.0
        while way is not None and metres < way.length_m - 1e-6:
            at_m, after_s = self._times_along(boat.spec, way, metres)
            span_s = min(float(after_s[-1]), WIND_LOOK_S)
            began_s = float(self._env.now)
            yield self._env.timeout(span_s) if is_laden else boat.pause(span_s)
            gone_s = float(self._env.now) - began_s
            metres = float(np.interp(gone_s, after_s, at_m))
            boat.be_at(way.place_at(metres))
            if boat.was_called and not is_laden:
                return
        boat.be_at((landing.x_m, landing.y_m))

    def _times_along(self, spec: BoatSpec, way: SeaWay, from_m: float) -> tuple[Floats, Floats]:
        """Metres of a way from `from_m` on, and how long after now the boat is there by the waves of now. [s]"""
        along_m, at_s = way.along_m, self._passing_s(spec, way)
        now_s = float(np.interp(from_m, along_m, at_s))
        last = int(along_m.searchsorted(from_m, side="right")) - 1  # the last point passed
        metres, after_s = along_m[last:].copy(), at_s[last:] - now_s
        metres[0], after_s[0] = from_m, 0.0
        return metres, after_s

    def _passing_s(self, spec: BoatSpec, way: SeaWay) -> Floats:
        """When each point of a way is passed after its start, by the waves of now. [points], s"""
        asked = (way, *self._wind(), spec.speed_m_s, spec.wave_limit_m)
        if asked not in self._passed_s:
            waves_m = self._waves_m(way, way.fetch_m)
            middle_m = (waves_m[1:] + waves_m[:-1]) / 2.0
            share = np.minimum(middle_m / spec.wave_limit_m, 1.0)
            speed_m_s = spec.speed_m_s * (1.0 - (1.0 - self._parameters.slowest_factor) * share)
            self._passed_s[asked] = np.concatenate([[0.0], np.cumsum(np.diff(way.along_m) / speed_m_s)])
        return self._passed_s[asked]

    def _wind(self) -> tuple[float, float]:
        """Speed of the wind of now, and where it comes from. [m/s, degrees from north]"""
        wind = self._scene.wind_at(float(self._env.now))
        return wind.wind_speed_10m_m_s, wind.wind_from_deg

    def _waves_m(self, where: int | SeaWay, fetch_m: Floats) -> Floats:
        """The waves at a landing, or at each point of a way, in the wind of now."""
        speed_m_s, from_deg = self._wind()
        if (where, speed_m_s, from_deg) not in self._waves:  # boats of one wind sail the same few ways
            self._waves[where, speed_m_s, from_deg] = wave_height_m(speed_m_s, effective_fetch_m(fetch_m, from_deg))
        return self._waves[where, speed_m_s, from_deg]

    # --- at a landing ---------------------------------------------------------------------------------------------

    def _people_s(self, landing: int) -> float:
        """People a second over the gangway of a landing."""
        return self.landings[landing].people_min * self._parameters.loading_factor / 60.0

    def _why_not_land(self, boat: Boat, landing: int) -> str:
        """What keeps a boat from a landing: sea, smoke, heat or shallows; empty: nothing."""
        p, place = self._parameters, self.landings[landing]
        if boat.spec.needs_jetty and place.kind != "jetty":
            return "draught"
        limit_m = p.jetty_wave_limit_m if place.kind == "jetty" else p.beach_wave_limit_m
        if self.wave_height_m(landing) > limit_m:
            return "sea"
        if self._scene.visibility_m(place.x_m, place.y_m) < p.least_visibility_m:
            return "smoke"
        return "heat" if self._people.feels_heat(int(self._shore.cell[landing])) else ""

    def _say_why_not(self, boat: Boat, orders: BoatOrders, why: str, told: str) -> str:
        """Report what keeps a boat away, once for each reason; returns what has been told by now."""
        if why == told:
            return told
        now_s, name = float(self._env.now), self.landings[orders.landing].landing
        detail = f"{name}: {why}"
        if why == "sea":
            detail += f", waves of {self.wave_height_m(orders.landing):.1f} m at the landing"
        because = self._scene.cause_of_fire() if why in ("smoke", "heat") else -1
        boat.note("boat_cannot_land", detail, because)
        is_there = boat.place == (self.landings[orders.landing].x_m, self.landings[orders.landing].y_m)
        boat.tell("cannot_land", why, self._shore.count(orders.landing) if is_there else -1)
        self._could_not.setdefault((name, why), now_s)
        return why

    # --- the table of voyages -------------------------------------------------------------------------------------

    def _voyage(self, boat: Boat, orders: BoatOrders, left_s: float, arrived_s: float, start: Point) -> Voyage:
        port = self.landings[orders.port]
        way = self._scene.chart.way(start, (port.x_m, port.y_m))
        length_m = 0.0 if way is None else way.length_m
        taken_at = self.landings[int(self._shore.place_of[boat.aboard[0]])].landing
        assert boat.cause is not None
        return Voyage(
            boat.spec.boat, taken_at, port.landing, boat.people_aboard, left_s, arrived_s, length_m, boat.cause
        )

    def voyage_columns(self) -> dict[str, list[Any]]:
        """Rows of `vehicles.parquet`: a voyage a row, of no one household."""
        return voyage_columns(self.voyages, "boat")

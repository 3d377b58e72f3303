"""Buses on their day: called, under way, loading at a stop, letting people off in a refuge, and back again.

Each bus is one process on the simulation's clock that reads as the story of its day. A driver knows the island's
roads, and of traffic, fire and people what there is to see. Buses drive where the public may, by the driving of
`journey.py`: at the traffic's speed, never onto a road that is closed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from firesim.place.roads import Roads
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.bus import Bus, BusOrders, OnBusStatus
from firesim.world.busfleet import BUS_TASKS, BusParameters, BusSpec
from firesim.world.by_bus import ByBus
from firesim.world.carrier import Boarding, Voyage, load, voyage_columns
from firesim.world.driving import Ways
from firesim.world.fire import TrueFire
from firesim.world.havens import Havens, bring_in
from firesim.world.journey import drive_to
from firesim.world.traffic import Traffic
from firesim.world.units import leg_columns

__all__ = ["BusParameters", "BusScene", "Buses"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Story = Generator[simpy.Event, object, None]

_NOWHERE = -1
_LEAST_STOP_S = 60.0  # nobody drives to a stop to stand there for less; judgement


@dataclass(frozen=True)
class BusScene:
    """Where buses drive: the clock, the roads with their traffic, the fire, the people, the journal."""

    env: simpy.Environment
    roads: Roads
    traffic: Traffic
    fire: TrueFire
    people: ByBus
    journal: Journal


class PublicRoads:
    """The roads as a bus meets them: closed to it is what is closed to the public, by flames beside them too."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def travel_time_s(self, edge: int) -> float:
        return self._traffic.travel_time_s(edge)

    def is_closed(self, edge: int) -> bool:
        return bool(self._traffic.closing_events[edge] >= 0)

    def passing_time_s(self, edge: int) -> float:
        return self._traffic.travel_time_s(edge)  # nobody makes way for a bus

    def barring_event(self, edge: int) -> int:
        return self._traffic.barring_event(edge)

    @property
    def barred(self) -> list[int]:
        return self._traffic.barred

    @property
    def closing_events(self) -> Integers:
        return self._traffic.closing_events


class Buses:
    """All buses of a scenario.

    Parameters
    ----------
    scene, specs, parameters
    luck
        For how long each takes to be free.
    on_status
        Called with (BusState, now_s, cause_id) whenever a driver has something to tell.

    Attributes
    ----------
    buses : by name, in the order of `specs`
    voyages : drives with people aboard, in order of departure
    """

    def __init__(
        self, scene: BusScene, specs: Sequence[BusSpec], parameters: BusParameters, luck: Luck, on_status: OnBusStatus
    ) -> None:
        self._scene, self._env, self._traffic = scene, scene.env, scene.traffic
        self._parameters, self._luck, self._people = parameters, luck, scene.people
        self._stops = scene.people.stops
        self._ways = Ways(scene.roads, PublicRoads(scene.traffic), scene.fire, parameters.speed_factor, is_public=True)
        self._havens = Havens(scene.traffic)
        self._refuge_index = {one.refuge: k for k, one in enumerate(self._traffic.refuges)}
        # One bus at a time loads at a stop, the others stand behind it.
        self._kerbs = [simpy.Resource(self._env) for _ in self._stops.stops]
        self.voyages: list[Voyage] = []
        self.buses = {
            spec.bus: Bus(spec, self._env, self._ways, self._stops, scene.journal, on_status) for spec in specs
        }
        for bus in self.buses.values():
            self._env.process(self._duty(bus))
        self._env.process(self._those_who_wait())

    def order(
        self, bus: str, task: str, stop: str, refuge: str, route: Sequence[str], way: Sequence[str], leave_by_s: float,
        cause_id: int, order_id: str = "",
    ) -> None:  # fmt: skip
        """Tell a bus what to do, by the event of the message that reached it. Replaces what it was told before."""
        if task not in BUS_TASKS:
            raise ValueError(f"{bus} was told to {task!r}: one of {', '.join(BUS_TASKS)}")
        at, to = self._stops.index.get(stop, _NOWHERE), self._refuge_index.get(refuge, _NOWHERE)
        orders = BusOrders(task, at, to, tuple(route), tuple(way), leave_by_s, order_id, cause_id)
        self.buses[bus].take_orders(orders)

    def is_on(self, edge: int) -> bool:
        """Whether some bus drives or stands on an edge."""
        return any(edge in (bus.entering, bus.standing.edge) for bus in self.buses.values())

    def columns(self, until_s: float) -> dict[str, list[Any]]:
        """Rows of `units.parquet`: a leg a row, by bus, then in time; legs still open end at `until_s`."""
        return leg_columns([leg for bus in self.buses.values() for leg in bus.log(until_s)])

    def voyage_columns(self) -> dict[str, list[Any]]:
        """Rows of `vehicles.parquet`: a drive with people aboard a row, of no one household."""
        return voyage_columns(self.voyages, "bus")

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the buses, in words."""
        return [
            f"{bus.name} could go no further with {bus.people_aboard} people in it"
            for bus in self.buses.values() if bus.is_bound and bus.state == "blocked"
        ]  # fmt: skip

    def _those_who_wait(self) -> Story:
        while True:
            yield self._env.timeout(self._parameters.look_s)
            now_s, limit_s = float(self._env.now), self._parameters.wait_limit_s
            self._people.look(now_s, self._traffic, limit_s, self._scene.fire.cause_of_fire)

    # --- the story of a bus -------------------------------------------------------------------------------------

    def _duty(self, bus: Bus) -> Story:
        while True:
            if not bus.was_called:
                yield bus.wait()
            if bus.was_called:
                yield from self._mission(bus, bus.heed())

    def _mission(self, bus: Bus, orders: BusOrders) -> Story:
        if bus.people_aboard:
            yield from self._bring_in(bus, orders)
        if not bus.is_under_way and orders.task != "return":
            yield from bus.turn_out(self._luck)
        route = orders.route
        while not bus.was_called:
            if orders.task == "return":
                yield from self._go_aside(bus, orders)
                return
            if orders.task == "stand_by":
                self._stand_by(bus, "ready")
                return
            if not self._is_in_time(bus, orders, route):
                bus.note("bus_too_late", f"for another drive to {self._stop_name(orders)}")
                self._stand_by(bus, "too_late")
                return
            is_there = yield from self._drive_to_stop(bus, orders, route)
            if bus.was_called or not is_there:
                return
            yield from self._load(bus, orders)
            if not bus.was_called:
                yield from self._bring_in(bus, orders)
            if bus.state == "blocked":
                return
            route = tuple(reversed(orders.way))

    def _stop_name(self, orders: BusOrders) -> str:
        return self._stops.stops[orders.stop].stop

    def _stand_by(self, bus: Bus, state: str) -> None:
        bus.begin("stand_by")
        bus.tell(state)

    def _drive_to_stop(self, bus: Bus, orders: BusOrders, route: Sequence[str]) -> Generator[simpy.Event, object, bool]:
        node = self._node_of(orders.stop)
        if bus.standing.edge < 0 and bus.standing.node == node:
            return True
        bus.note("bus_under_way", f"to {self._stop_name(orders)}")
        bus.tell("under_way")
        is_there = yield from self._go(bus, [node], route, "drive")
        if not is_there and not bus.was_called:
            bus.begin("blocked")
            bus.tell("blocked", "no road that this driver knows of leads there")
        return is_there

    def _load(self, bus: Bus, orders: BusOrders) -> Story:
        """Stand behind the bus that loads, then take people on until it is full, nobody is left, or it has to go."""
        name, p = self._stop_name(orders), self._parameters
        with self._kerbs[orders.stop].request() as turn:
            bus.begin("queue")
            while not turn.triggered and not bus.was_called and self._may_stay(orders):
                yield self._env.any_of([turn, bus.pause(p.look_s)])
            if turn.triggered and not bus.was_called:
                bus.begin("load")
                bus.note("bus_at_stop", f"{name}, {self._stops.count(orders.stop)} people wait")
                how = Boarding(
                    self._stops, orders.stop, 1.0 / p.boarding_s, p.linger_s, p.look_s, lambda: self._may_stay(orders),
                    lambda who, at_s, because: self._people.board(who, at_s, because, bus.name, bus.place),
                )  # fmt: skip
                yield from load(self._env, bus, how)
        if not bus.was_called and self._people.is_unbearable(orders.stop):
            bus.note("bus_cannot_stop", name, self._scene.fire.cause_of_fire)
            bus.tell("cannot_stop", "heat or smoke", self._stops.count(orders.stop))
        elif not bus.was_called and bus.people_aboard:
            bus.note("bus_left", f"{name} with {bus.people_aboard} people")
        if not bus.was_called and self._stops.count(orders.stop) and self._is_last(bus, orders):
            self._people.tell_none(orders.stop, bus.note("bus_last", f"no more from {name}"))

    def _may_stay(self, orders: BusOrders) -> bool:
        return float(self._env.now) < orders.leave_by_s and not self._people.is_unbearable(orders.stop)

    def _bring_in(self, bus: Bus, orders: BusOrders) -> Story:
        """To a refuge, and off; who has people aboard does not turn round for new orders. An empty bus drives there."""
        bus.is_bound = bus.people_aboard > 0
        bus.tell("laden" if bus.is_bound else "under_way")
        if not bus.is_bound:
            yield from self._carry(bus, orders)
        while bus.people_aboard:
            refuge = yield from self._drive_laden(bus, orders)
            if refuge == _NOWHERE:
                yield from self._give_up(bus)
            else:
                yield from self._unload(bus, refuge)
        bus.is_bound = False
        if bus.state == "blocked":
            bus.begin("blocked")
        else:
            bus.begin("turn_round")
            yield bus.pause(self._parameters.turn_round_s)

    def _drive_laden(self, bus: Bus, orders: BusOrders) -> Generator[simpy.Event, object, int]:
        """One voyage, put on record; returns the refuge that it came to, -1: none."""
        now_s, from_m, number = float(self._env.now), bus.driven_m, len(self.voyages)
        stop = self._stops.stops[int(self._stops.place_of[bus.aboard[0]])].node
        assert bus.cause is not None
        voyage = Voyage(bus.name, stop, self._name_of(orders.refuge), bus.people_aboard, now_s, np.inf, 0.0, bus.cause)
        self.voyages.append(voyage)
        refuge = yield from self._carry(bus, orders)
        is_there = refuge != _NOWHERE
        self.voyages[number] = replace(
            voyage,
            end=self._name_of(refuge) if is_there else voyage.end,
            arrived_s=float(self._env.now) if is_there else np.inf,
            distance_m=bus.driven_m - from_m,
            is_stranded=not is_there,
        )
        return refuge

    def _name_of(self, refuge: int) -> str:
        return self._traffic.refuges[refuge].refuge if refuge >= 0 else ""

    def _carry(self, bus: Bus, orders: BusOrders) -> Generator[simpy.Event, object, int]:
        """Drive to the refuge of the orders or, where that cannot be, to the nearest that takes all; -1: to none."""
        first = None if orders.refuge == _NOWHERE else self._havens.of_refuge(orders.refuge)
        haven = yield from bring_in(
            bus, self._havens, bus.people_aboard, first, orders.way,
            lambda nodes, way: self._go(bus, nodes, way, self._leg(bus)),
        )  # fmt: skip
        return _NOWHERE if haven is None else haven.refuge

    def _leg(self, bus: Bus) -> str:
        return "carry" if bus.people_aboard else "drive"

    def _unload(self, bus: Bus, refuge: int) -> Story:
        """Let all off; but nobody where the refuge is lost before the last is out."""
        name = self._name_of(refuge)
        bus.begin("unload")
        began_s, who = float(self._env.now), bus.aboard
        after_s: Floats = self._parameters.alighting_s * np.cumsum(self._stops.people_of(who)).astype(np.float64)
        self._traffic.take_places(refuge, bus.people_aboard, began_s, bus.note("bus_at_refuge", name))
        yield self._env.timeout(float(after_s[-1]))
        if refuge in self._traffic.lost_event:
            return
        self._people.alight(who, began_s + after_s, refuge, name)
        bus.note("bus_unloaded", f"{bus.people_aboard} people at {name}")
        bus.let_off()
        bus.tell("landed")

    def _give_up(self, bus: Bus) -> Story:
        """No road leads to any refuge: people get out and walk where they can; the others stay in it, for good."""
        event = bus.note("bus_cut_off", f"with {bus.people_aboard} people")
        bus.begin("blocked")
        who, now_s = bus.aboard, float(self._env.now)
        if bus.standing.edge < 0:
            who = self._people.get_out(who, now_s, bus.standing.node, event, self._traffic, bus.closed)
        bus.aboard, bus.people_aboard = who, self._stops.people_in(who)
        bus.tell("blocked", "no road that this driver knows of leads to a refuge")
        if bus.people_aboard:
            self._people.strand(who, now_s, event)
            yield self._env.event()

    def _go_aside(self, bus: Bus, orders: BusOrders) -> Story:
        """Out of the way, to the refuge of the orders, where the driver is let go; the road home may lead into fire."""
        if bus.is_under_way:
            bus.note("bus_under_way", f"to {self._name_of(orders.refuge) or 'a refuge'}")
            bus.tell("under_way")
            refuge = yield from self._carry(bus, orders)
            if refuge == _NOWHERE and not bus.was_called:
                self._stand_by(bus, "blocked")
                return
        if not bus.was_called:
            bus.dismiss()

    # --- the road -------------------------------------------------------------------------------------------------

    def _node_of(self, stop: int) -> int:
        return self._ways.roads.node_index[self._stops.stops[stop].node]

    def _is_in_time(self, bus: Bus, orders: BusOrders, route: Sequence[str]) -> bool:
        """Whether it can be at the stop before it has to have left it."""
        way = self._ways.ordered_way(bus.standing, route) if route else None
        if way is None:
            way = self._ways.own_way(bus.standing, [self._node_of(orders.stop)], bus.closed) or []
        seconds = sum((one.to_m - one.from_m) / max(self._ways.speed_m_s(one.edge), 0.1) for one in way)
        return float(self._env.now) + seconds + _LEAST_STOP_S <= orders.leave_by_s

    def _is_last(self, bus: Bus, orders: BusOrders) -> bool:
        """Whether neither this bus nor another can be back at the stop in time."""
        others = [
            one for one in self.buses.values()
            if one is not bus and one.orders is not None and one.orders.task == "lift"
            and one.orders.stop == orders.stop and one.state not in ("too_late", "blocked")
        ]  # fmt: skip
        if self._people.is_unbearable(orders.stop):
            return True
        back = self._ways.ordered_way(bus.standing, orders.way) or []
        seconds = sum((one.to_m - one.from_m) / max(self._ways.speed_m_s(one.edge), 0.1) for one in back)
        off_s = bus.people_aboard * self._parameters.alighting_s + self._parameters.turn_round_s
        return not others and float(self._env.now) + 2.0 * seconds + off_s + _LEAST_STOP_S > orders.leave_by_s

    def _go(
        self, bus: Bus, nodes: Sequence[int], route: Sequence[str], leg: str
    ) -> Generator[simpy.Event, object, bool]:
        """Drive to one of some nodes by a given road, or by the driver's own when that is closed; True: there."""
        at_closure = partial(self._meet_closure, bus)
        return (yield from drive_to(self._env, bus, nodes, route, leg, at_closure))

    def _meet_closure(self, bus: Bus, edge: int, nodes: Sequence[int]) -> Story:
        """Stand before a closed stretch, say so, and look for another way; before one in contraflow, wait for it."""
        bus.find_closed(edge)
        u, v = self._ways.name_of(edge)
        if self._traffic.barring_event(edge) >= 0:
            bus.note("bus_blocked", f"{u} to {v}: both lanes lead the other way", self._traffic.barring_event(edge))
            bus.begin("blocked")
            way = self._ways.own_way(bus.standing, nodes, bus.closed) or []
            while any(one.edge in self._traffic.barred for one in way) and not bus.was_called:
                yield bus.pause(self._parameters.patience_s)
            return
        bus.note("bus_blocked", f"{u} to {v}", int(self._traffic.closing_events[edge]))
        bus.begin("blocked")
        bus.tell("blocked", f"the road from {u} to {v} is closed", road=(u, v))
        yield bus.pause(self._parameters.patience_s)

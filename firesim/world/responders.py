"""Engines, tankers and ambulances on their missions: turn out, drive, stand, fight, refill, withdraw.

Each unit is one process on the simulation's clock that reads as the story of its day. It knows the island's
roads by heart, and of fire and traffic what it meets. Ambulances stand by and fetch people (`fetching.py`); they never
fight, and what is done for patients is not modelled.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from firesim.place.roads import Roads
from firesim.place.settlement import Facility
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.crew import Crew, OnStatus
from firesim.world.danger import watch_over
from firesim.world.driving import RoadState, Stretch, Ways
from firesim.world.engagement import Engagement
from firesim.world.fetching import Fetching, FetchOrders, FetchScene
from firesim.world.fire import TrueFire
from firesim.world.journey import End, drive
from firesim.world.suppression import Suppression
from firesim.world.units import TASKS, ResponderParameters, UnitOrders, UnitSpec, leg_columns

__all__ = ["ResponderParameters", "Responders", "Scene"]

Point = tuple[float, float]
Story = Generator[simpy.Event, object, None]

_ROUNDING_S = 1e-6  # a wait shorter than this is none
_AT_THE_FIRE = ("verify", "attack", "protect")


@dataclass(frozen=True)
class Scene:
    """Where units work: the clock, the roads and their traffic, the fire, the journal.

    `fetch`: whom ambulances fetch, and where to; None: they are only staged.
    """

    env: simpy.Environment
    roads: Roads
    traffic: RoadState
    fire: TrueFire
    facilities: Sequence[Facility]
    journal: Journal
    fetch: FetchScene | None = None


class Responders:
    """All units of a scenario.

    Parameters
    ----------
    scene, specs, parameters
    luck
        For the recall of crews that are not on shift.
    on_status
        Called with (UnitState, now_s, cause_id) whenever a unit has something to tell.

    Attributes
    ----------
    crews : by unit name, in the order of `specs`
    suppression : what they have done to the fire
    fetching : the errands of ambulances, None: they have none
    """

    def __init__(
        self, scene: Scene, specs: Sequence[UnitSpec], parameters: ResponderParameters, luck: Luck, on_status: OnStatus
    ) -> None:
        self._env, self._parameters, self._luck = scene.env, parameters, luck
        blue_light = parameters.blue_light_factor, parameters.passes_queues
        self._ways = Ways(scene.roads, scene.traffic, scene.fire, *blue_light)
        self.suppression = Suppression(scene.fire, parameters.water_factor)
        self.crews: dict[str, Crew] = {}
        for spec in specs:
            home = self._ways.node_near(spec.x_m, spec.y_m, np.inf)
            self.crews[spec.unit] = Crew(spec, home, scene.env, self._ways, scene.journal, on_status)
        self._first_order_s = np.inf
        water = self._water_nodes(scene.facilities)
        self._engagement = Engagement(
            scene.env, self._ways, scene.fire, self.suppression, self.crews, water, parameters
        )
        self.fetching: Fetching | None = None
        if scene.fetch is not None:
            self.fetching = Fetching(scene.fetch, self._engagement, parameters, self._meet)
        stories = {unit: scene.env.process(self._duty(crew)) for unit, crew in self.crews.items()}
        scene.env.process(watch_over(self._engagement, stories))

    def _water_nodes(self, facilities: Sequence[Facility]) -> tuple[int, ...]:
        reach_m, kinds = self._parameters.water_point_reach_m, self._parameters.water_kinds
        nodes = [self._ways.node_near(f.x_m, f.y_m, reach_m) for f in facilities if f.kind in kinds]
        return tuple(dict.fromkeys(node for node in nodes if node >= 0))

    def order(
        self, unit: str, task: str, place_xy_m: Point, route: Sequence[str], cause_id: int, order_id: str = ""
    ) -> None:
        """Tell a unit what to do, by the event of the message that reached it. Replaces what it was told before."""
        if task not in TASKS:
            raise ValueError(f"{unit} was told to {task!r}: one of {', '.join(TASKS)}")
        self._first_order_s = min(self._first_order_s, float(self._env.now))
        self.crews[unit].take_orders(UnitOrders(task, place_xy_m, tuple(route), order_id, cause_id))

    def fetch(self, unit: str, orders: FetchOrders) -> None:
        """Tell an ambulance whom to fetch. Replaces what it was told before."""
        if self.fetching is None or self.crews[unit].spec.kind != "ambulance":
            raise ValueError(f"{unit} was told to fetch {orders.household}: it is no ambulance, or none fetches here")
        self._first_order_s = min(self._first_order_s, float(self._env.now))
        self.crews[unit].take_orders(orders)

    def is_on(self, edge: int) -> bool:
        """Whether some unit drives or stands on an edge."""
        return any(edge in (crew.entering, crew.standing.edge) for crew in self.crews.values())

    def columns(self, until_s: float) -> dict[str, list[Any]]:
        """`units.parquet`: a leg a row, by unit, then in time; legs still open end at `until_s`."""
        return leg_columns([leg for crew in self.crews.values() for leg in crew.log(until_s)])

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the units, in words."""
        said = []
        if len(self._engagement.water_nodes) == 0:
            said.append("no water that a tank could be filled at lies by a road: each tank is used once")
        for crew in self.crews.values():
            if any(leg.leg == "withdraw" for leg in crew.legs):
                said.append(f"{crew.spec.unit} had to withdraw from a front that hoses do not hold")
            if crew.state == "lost":
                said.append(f"{crew.spec.unit} was burnt over where it stood")
        return said

    # --- the story of a unit -----------------------------------------------------------------------------------

    def _duty(self, crew: Crew) -> Story:
        try:
            while True:
                if not crew.was_called:
                    yield crew.wait()
                danger = None if crew.was_called else self._engagement.danger_to(crew)
                if danger is not None:
                    yield from self._engagement.withdraw(crew, danger)
                elif crew.was_called:
                    yield from self._mission(crew, crew.heed())
        except simpy.Interrupt:
            self._engagement.lose(crew)
            if self.fetching is not None:
                self.fetching.lose(crew)

    def _mission(self, crew: Crew, orders: UnitOrders) -> Story:
        if not crew.has_turned_out:
            yield from self._turn_out(crew)
            if crew.was_called:
                return
        crew.is_on_scene = False
        if isinstance(orders, FetchOrders) and self.fetching is not None:
            yield from self.fetching.run(crew, orders, self._target_node(crew, orders))
            return
        crew.note("unit_rolling", orders.task)
        crew.begin("drive")
        crew.tell("rolling")
        has_arrived = yield from self._go(crew, orders)
        if not has_arrived:
            return
        if orders.task == "return":
            self._stand_down(crew)
            return
        crew.note("unit_in_place", orders.task)
        if orders.task in _AT_THE_FIRE and crew.spec.kind != "ambulance":
            self._engagement.note_on_scene(crew)
        crew.begin("stage")
        crew.tell("on_scene")
        if orders.task not in _AT_THE_FIRE or crew.spec.kind == "ambulance":
            return
        crew.begin("setup")
        yield crew.pause(self._parameters.setup_s)
        if not crew.was_called:
            yield from self._engagement.fight(crew)

    def _turn_out(self, crew: Crew) -> Story:
        """Dress; a crew off shift first comes in from home, called by the first order to anyone."""
        parameters, unit = self._parameters, crew.spec.unit
        dress_s = parameters.ambulance_turnout_s if crew.spec.kind == "ambulance" else parameters.engine_turnout_s
        now_s = float(self._env.now)
        if crew.ready_s is None:
            at_base_s = now_s
            if not crew.spec.is_on_shift:
                span_s = parameters.recall_most_s - parameters.recall_least_s
                recall_s = parameters.recall_least_s + span_s * self._luck.uniform("recall", unit)
                at_base_s = max(now_s, self._first_order_s + recall_s)
            crew.ready_s = at_base_s + dress_s
        home_s = crew.ready_s - dress_s - now_s
        if home_s > _ROUNDING_S:
            crew.begin("recall")
            yield crew.pause(home_s)
        if not crew.was_called:
            crew.begin("turnout")
            yield crew.pause(max(crew.ready_s - float(self._env.now), 0.0))
        crew.has_turned_out = not crew.was_called

    def _stand_down(self, crew: Crew) -> None:
        crew.water_taken_litres += crew.spec.tank_litres - crew.water_litres
        crew.water_litres = crew.spec.tank_litres
        crew.has_turned_out, crew.ready_s = False, None
        crew.begin("available")
        crew.tell("available")

    # --- the way there ------------------------------------------------------------------------------------------

    def _go(self, crew: Crew, orders: UnitOrders) -> Generator[simpy.Event, object, bool]:
        """Drive to the place of the orders by their road, or by the crew's own when that is closed; True: there."""
        fights = orders.task in _AT_THE_FIRE
        target = self._target_node(crew, orders)
        way = self._ways.ordered_way(crew.standing, orders.route)
        if way is None:
            way = self._ways.own_way(crew.standing, [target], crew.closed)
        while way is not None:
            if fights:
                way = self._ways.stopping_short(way, crew.standing, orders.place_xy_m, crew.closed)
            journey = yield from drive(self._env, crew, way, may_stop_short=fights)
            if journey.end is not End.BLOCKED:
                return journey.end is End.ARRIVED
            yield from self._meet(crew, journey.edge, [target])
            if crew.was_called:
                return False
            way = self._ways.own_way(crew.standing, [target], crew.closed)
            if way is None and fights and crew.standing.edge < 0:
                way = self._up_to_the_fire(journey.edge)
                if way is not None:
                    journey = yield from drive(self._env, crew, way, may_stop_short=True)
                    return journey.end is End.ARRIVED
            elif way is None and fights:
                return True  # it stands before the flames, on a stretch that leads nowhere else
        crew.begin("blocked")
        crew.tell("blocked", "no road that this crew knows of leads there")
        yield crew.wait()
        return False

    def _target_node(self, crew: Crew, orders: UnitOrders) -> int:
        """Where the road of the orders ends; the road node nearest to their place when they name none."""
        if orders.route and orders.route[-1] in self._ways.roads.node_index:
            return self._ways.roads.node_index[orders.route[-1]]
        if orders.task == "return":
            return crew.home
        return self._ways.node_near(*orders.place_xy_m, np.inf)

    def _meet(self, crew: Crew, edge: int, nodes: Sequence[int]) -> Story:
        """Stand before a stretch that cannot be entered, making for one of some nodes."""
        if self._ways.traffic.barring_event(edge) >= 0:
            yield from self._meet_contraflow(crew, edge, nodes)
        else:
            yield from self._meet_closure(crew, edge)

    def _meet_closure(self, crew: Crew, edge: int) -> Story:
        """Stand before a closed stretch, say so, and wait a little for orders."""
        crew.find_closed(edge)
        u, v = self._ways.name_of(edge)
        crew.note("unit_blocked", f"{u} to {v}", int(self._ways.traffic.closing_events[edge]))
        crew.begin("blocked")
        crew.tell("blocked", f"the road from {u} to {v} is closed", (u, v))
        yield crew.pause(self._parameters.patience_s)

    def _meet_contraflow(self, crew: Crew, edge: int, nodes: Sequence[int]) -> Story:
        """Stand before both lanes full of those who leave: go round, or else wait until the lane is given back."""
        traffic, (u, v) = self._ways.traffic, self._ways.name_of(edge)
        crew.note("unit_blocked", f"{u} to {v}: both lanes lead the other way", traffic.barring_event(edge))
        way = self._ways.own_way(crew.standing, nodes, crew.closed)
        if way is not None and not any(stretch.edge in traffic.barred for stretch in way):
            return
        crew.begin("blocked")
        crew.tell("blocked", f"both lanes lead from {v} to {u}")
        while not crew.was_called and traffic.barring_event(edge) >= 0:
            yield crew.pause(self._parameters.patience_s)

    def _up_to_the_fire(self, edge: int) -> list[Stretch] | None:
        """Into a stretch that burns further along, as far as it is safe."""
        before_m = self._ways.metres_before_fire(edge)
        if not 0.0 < before_m < np.inf:
            return None
        return [Stretch(edge, 0.0, min(before_m, float(self._ways.roads.length_m[edge])))]

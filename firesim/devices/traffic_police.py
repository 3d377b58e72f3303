"""The police who bar a lane at both ends of a road, so that both lanes lead one way."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy
from pydantic import Field

from firesim.link.body import Body
from firesim.link.messages import TRAFFIC_POLICE, Ack, ContraflowOrder
from firesim.parameters import NotNegative, Parameters

Say = Callable[[str, str, Body, int | None], None]  # source, destination, what, caused by which event
Stretch = tuple[str, str]  # both lanes from one node to the other
SetLanes = Callable[[list[Stretch], int], None]  # the roads on which they stand from now on, and by which event


class TrafficPoliceParameters(Parameters):
    """How soon they can be there. Marks: [J] judgement."""

    # Freeways take two to three hours (A. Polus, Technion, told to the press in 2005) [Q]. A road of two lanes on an
    # island needs a car and some cones at each junction: half as long again as until police knock at the first door.
    mobilise_s: NotNegative = Field(default=900.0, description="order to a lane barred at both ends [s]; [J]")


class TrafficPolice:
    """They confirm an order, go to the ends of the roads, and bar the lanes. Roads no longer named are opened at once.

    Parameters
    ----------
    say
        Speaks to the centre: (source, destination, body, cause).
    set_lanes
        Bars and opens lanes in the world: (all roads on which they stand, the event of the order's delivery).
    """

    def __init__(self, env: simpy.Environment, parameters: TrafficPoliceParameters, say: Say, set_lanes: SetLanes):
        self._env, self._parameters, self._say, self._set_lanes = env, parameters, say, set_lanes
        self._heard: list[str] = []  # orders, the newest last
        self._standing: list[Stretch] = []

    def receive(self, order: ContraflowOrder, now_s: float, cause_id: int) -> None:
        """An order has been delivered."""
        self._say(TRAFFIC_POLICE, "centre", Ack(order=order.order, by=TRAFFIC_POLICE, at_s=now_s), cause_id)
        if order.order in self._heard:
            return  # said again because the first acknowledgement was lost
        self._heard.append(order.order)
        self._stand_at([one for one in self._standing if one in order.stretches], cause_id)
        if len(self._standing) < len(order.stretches):
            self._env.process(self._go(order, cause_id))

    def _go(self, order: ContraflowOrder, cause_id: int) -> Generator[simpy.Event, Any, None]:
        yield self._env.timeout(self._parameters.mobilise_s)
        if self._heard[-1] == order.order:
            self._stand_at(order.stretches, cause_id)

    def _stand_at(self, stretches: list[Stretch], cause_id: int) -> None:
        if stretches != self._standing:
            self._standing = stretches
            self._set_lanes(stretches, cause_id)

"""Units, drones and zones as the centre has dealt with them: last heard of, last told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from firesim.command.orders import Order
from firesim.link.briefings import SensorInfo, UnitInfo
from firesim.link.messages import (
    Ack,
    BoatStatus,
    BusStatus,
    DroneOrder,
    DroneStatus,
    Envelope,
    FetchOrder,
    FetchReport,
    FireMapReport,
    UnitOrder,
    UnitStatus,
    ZoneAdvice,
)

Point = tuple[float, float]

FREE_STATES = ("", "available", "home")  # of units and drones; "": nothing heard of it yet
STUCK_STATES = ("blocked", "withdrawn")
_STANDS_WITHIN_M = 1.0  # it has not moved: places are told to the metre and better


@dataclass
class Crew:
    """A unit or a drone as believed: where it was last heard of, and what it was last told."""

    name: str
    kind: str
    x_m: float
    y_m: float
    is_on_shift: bool = True
    state: str = ""
    reason: str = ""
    placed_s: float = -inf  # when it was at its place
    seen_s: float = -inf
    heard_s: float = -inf
    water_litres: float = 0.0
    task: str = ""
    target_xy_m: Point | None = None
    route: tuple[str, ...] = ()
    order_id: str = ""
    ordered_s: float = -inf
    confirmed: str = ""  # the last order that it has said to have received
    household: str = ""  # whom an ambulance fetches by its orders
    haven: str = ""  # where it is to bring them
    way: tuple[str, ...] = ()  # the road from their door to there
    at_it_s: float = -inf  # when it was heard to load or carry them, if that is the last that it said of them
    cut_at: tuple[str, ...] = ()  # ends of closed roads that it has told of since it last moved, those on its own side

    def be_at(self, x_m: float, y_m: float, seen_s: float) -> None:
        """It was seen at a place; what is older than the last such word changes nothing."""
        if seen_s >= self.placed_s:
            if abs(x_m - self.x_m) + abs(y_m - self.y_m) > _STANDS_WITHIN_M:
                self.cut_at = ()
            self.x_m, self.y_m, self.placed_s = x_m, y_m, seen_s

    @property
    def is_free(self) -> bool:
        return not self.task or (self.state in FREE_STATES and self.heard_s > self.ordered_s)

    def is_silent(self, now_s: float, for_s: float) -> bool:
        """Whether it has kept silent so long since its last order. [s]"""
        has_spoken = self.confirmed == self.order_id or self.seen_s > self.ordered_s
        return not has_spoken and now_s - self.ordered_s >= for_s

    @property
    def is_lost(self) -> bool:
        """Whether it has been heard to be out of action for good."""
        return self.state == "lost"

    @property
    def is_shut_in(self) -> bool:
        """Whether it stands on a road and has found both ways closed."""
        return len(self.cut_at) > 1

    @property
    def is_stuck(self) -> bool:
        return self.state in STUCK_STATES and self.heard_s > self.ordered_s


@dataclass
class Advised:
    """What a zone has been recommended, and what the authority said to it; `answered_s`: when that was heard. [s]

    `said`: the order that its people were given last, None: none so far; `said_s`: since when they know of that refuge
    and road [s]; `stop_given_up_s`: when they were last told of no bus any more, or of another stop than before [s];
    `was_warned`: an alert to them has gone out.
    """

    level: str
    advice: ZoneAdvice
    order_id: str
    at_s: float
    answer: str = "asked"  # asked, authorised or refused
    authorised_by: str = ""
    answered_s: float = inf
    said: ZoneAdvice | None = None
    said_s: float = -inf
    stop_given_up_s: float = -inf
    was_warned: bool = False

    def say(self, advice: ZoneAdvice, now_s: float) -> None:
        """Its people are given this order now."""
        if self.said is not None and self.said.stop and self.said.stop != advice.stop and advice.route:
            self.stop_given_up_s = now_s  # who is to leave by a road no more heard nothing of buses
        if self.said is None or (self.said.refuge, self.said.route) != (advice.refuge, advice.route):
            self.said_s = now_s
        self.advice = self.said = advice

    def may_hear_of(self, stop: str, now_s: float, after_s: float) -> bool:
        """Whether its people may be told to go to a bus stop.

        That no bus comes any more is said at once, so that nobody waits in vain, with another stop if there is one. But
        who has just heard that is named no new stop for a while [s]: a bus that comes and goes on the centre's map
        would send people to and fro.
        """
        is_the_same = self.said is not None and self.said.stop == stop
        return is_the_same or now_s - self.stop_given_up_s >= after_s

    def asked_anew(self, level: str, advice: ZoneAdvice, order_id: str, now_s: float) -> Advised:
        """The authority is asked about it once more; what its people have been told stays so."""
        return replace(
            self, level=level, advice=advice, order_id=order_id, at_s=now_s, answer="asked", authorised_by="",
            answered_s=inf,
        )  # fmt: skip

    def told_s(self, now_s: float) -> float:
        """When its people were told; not before now while the authority has not said yes. [s]"""
        return self.answered_s if self.answer == "authorised" else max(now_s, self.at_s)


def crew_of_unit(unit: UnitInfo) -> Crew:
    return Crew(unit.unit, unit.kind, unit.x_m, unit.y_m, unit.is_on_shift, water_litres=unit.tank_litres)


def crew_of_drone(drone: SensorInfo) -> Crew:
    return Crew(drone.sensor, drone.kind, drone.x_m, drone.y_m)


def answers(message: Envelope, order: Order) -> bool:
    """Whether a message shows that an order was heard; what a crew sees of the fire shows nothing of an errand."""
    body, speaker = message.body, message.source
    if isinstance(body, Ack):
        return body.order == order.order_id
    if isinstance(body, UnitStatus | FetchReport):
        speaker = body.unit
    elif isinstance(body, FireMapReport):
        return speaker == order.destination and not isinstance(order.body, FetchOrder)
    elif not isinstance(body, DroneStatus | BoatStatus | BusStatus):
        return False
    return speaker == order.destination


def note_order(crew: Crew, order: Order, body: UnitOrder | FetchOrder | DroneOrder, now_s: float) -> None:
    """It is told this now."""
    crew.household, crew.haven, crew.way = "", "", ()
    if isinstance(body, FetchOrder):
        crew.household, crew.haven, crew.way = body.household, body.haven, tuple(body.way)
    crew.task = "look" if isinstance(body, DroneOrder) else body.task
    crew.target_xy_m = body.place_xy_m
    crew.route = order.route
    crew.order_id = order.order_id
    crew.ordered_s = now_s

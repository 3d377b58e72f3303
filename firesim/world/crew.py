"""One unit in mid-mission: where it is, what it carries, what it was told, and what it writes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import simpy

from firesim.record import Journal
from firesim.world.driving import Standing, Ways
from firesim.world.units import UnitLeg, UnitOrders, UnitSpec, UnitState

Point = tuple[float, float]
OnStatus = Callable[[UnitState, float, int | None], None]


@dataclass(frozen=True)
class _OpenLeg:
    """A leg of the log that has begun."""

    leg: str
    start_s: float
    place: Point
    water_moved_litres: float
    order_id: str
    cause: int | None


class Crew:
    """A unit's state and its log. Missions (`responders.py`) change it; nothing else does.

    Attributes
    ----------
    standing : where the vehicle is
    water_litres : in its tank
    water_spent_litres, water_taken_litres : put on the fire, and filled in, since the start
    hose_m : how far its hose reaches from the vehicle as laid out now
    cell, line_m : the flat cell of the front that it works on (-1: none), and the line built along it
    orders : what it was told last; None before
    is_on_scene : whether it has stood, on this mission, where its hoses reach the fire
    ready_s : when its crew, recalled and dressed, can leave its base; None before the first orders
    closed : stretches that this crew has found closed, and when [s]
    cause : `event_id` of what this unit did or heard last
    """

    def __init__(
        self, spec: UnitSpec, node: int, env: simpy.Environment, ways: Ways, journal: Journal, on_status: OnStatus
    ) -> None:
        self.spec, self.home = spec, node
        self.ways = ways
        self.standing = Standing(node)
        self.water_litres = spec.tank_litres
        self.water_spent_litres = 0.0
        self.water_taken_litres = 0.0
        self.hose_m = 0.0
        self.orders: UnitOrders | None = None
        self._heeded: UnitOrders | None = None
        self.has_turned_out = False
        self.is_on_scene = False
        self.ready_s: float | None = None
        self.line_m = 0.0
        self.cell = -1
        self.closed: dict[int, float] = {}
        self.cause: int | None = None
        self.state = "available"
        self.legs: list[UnitLeg] = []
        self._called: simpy.Event = env.event()
        self._env, self._journal, self._on_status = env, journal, on_status
        self._open = _OpenLeg("available", float(env.now), self.place, 0.0, "", None)

    @property
    def place(self) -> Point:
        """Where the vehicle is. [m of the map]"""
        return self.ways.place_of(self.standing)

    @property
    def leg(self) -> str:
        return self._open.leg

    @property
    def water_moved_litres(self) -> float:
        return self.water_spent_litres + self.water_taken_litres

    @property
    def was_called(self) -> bool:
        """Whether orders have come that this crew does not act on yet."""
        return self.orders is not self._heeded

    def take_orders(self, orders: UnitOrders) -> None:
        """Hear new orders; whatever the crew is waiting for is interrupted."""
        self.orders = orders
        if not self._called.triggered:
            self._called.succeed()

    def warn(self) -> None:
        """See the fire come: whatever the crew is waiting for is interrupted, so that it looks up."""
        if not self._called.triggered:
            self._called.succeed()

    def heed(self) -> UnitOrders:
        """Act on the last orders from now on; what follows is caused by them."""
        if self.orders is None:
            raise RuntimeError(f"{self.spec.unit} has no orders to act on")
        self._heeded = self.orders
        self.cause = self.orders.cause_id
        return self.orders

    def pause(self, seconds: float) -> simpy.Event:
        """Time passes, or new orders come, or danger, whichever is first."""
        if self.was_called:
            return self._env.timeout(0.0)
        return self._env.any_of([self._env.timeout(seconds), self.wait()])

    def wait(self) -> simpy.Event:
        """Until new orders come, or danger."""
        if self._called.triggered:
            self._called = self._env.event()
        return self._called

    def find_closed(self, edge: int) -> None:
        """Learn that a stretch is closed, in both directions."""
        self.closed[edge] = float(self._env.now)
        back = int(self.ways.roads.opposite[edge])
        if back >= 0:
            self.closed[back] = float(self._env.now)

    def note(self, kind: str, detail: str = "", because: int = -1) -> int:
        """Write an event, caused by the last one of this unit or, if later, by `because`; it causes the next."""
        cause = because if self.cause is None else max(self.cause, because)
        self.cause = self._journal.add(float(self._env.now), self.spec.unit, kind, cause, detail)
        return self.cause

    def tell(self, state: str, reason: str = "", road: tuple[str, str] | None = None) -> None:
        """Change state and let the radio know."""
        self.state = state
        x_m, y_m = self.place
        spec = self.spec
        status = UnitState(spec.unit, spec.kind, state, x_m, y_m, self.water_litres, reason, road)
        self._on_status(status, float(self._env.now), self.cause)

    def begin(self, leg: str) -> None:
        """End the leg of the log that is open and start another; the same leg goes on."""
        if leg == self._open.leg:
            return
        self.legs.extend(self._closed_leg(float(self._env.now)))
        order_id = "" if self.orders is None else self.orders.order_id
        self._open = _OpenLeg(leg, float(self._env.now), self.place, self.water_moved_litres, order_id, self.cause)

    def _closed_leg(self, now_s: float) -> list[UnitLeg]:
        leg, spec = self._open, self.spec
        if now_s <= leg.start_s:
            return []
        moved_litres = self.water_moved_litres - leg.water_moved_litres
        ends = (*leg.place, *self.place, leg.start_s, now_s)
        return [UnitLeg(spec.unit, spec.kind, leg.leg, *ends, moved_litres, leg.order_id, leg.cause)]

    def log(self, now_s: float) -> list[UnitLeg]:
        """All legs up to now, the open one cut off here."""
        return self.legs + self._closed_leg(now_s)

"""What every unit on a mission has in common, on wheels or afloat: it hears orders, waits, and keeps a log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import simpy

from firesim.record import Journal
from firesim.world.units import UnitLeg

Point = tuple[float, float]


class Told(Protocol):
    """Orders as far as any unit needs them."""

    @property
    def order_id(self) -> str: ...
    @property
    def cause_id(self) -> int: ...


Orders = TypeVar("Orders", bound=Told)


@dataclass(frozen=True)
class _OpenLeg:
    """A leg of the log that has begun."""

    leg: str
    start_s: float
    place: Point
    water_moved_litres: float
    order_id: str
    cause: int | None


class _Pause(simpy.Event):
    """A time passes or a call comes, whichever is first: as simpy's `any_of`, in a quarter of its time."""

    def __init__(self, env: simpy.Environment, seconds: float, called: simpy.Event) -> None:
        super().__init__(env)
        self._time, self._called, end = env.timeout(seconds), called, self._end
        assert self._time.callbacks is not None
        assert called.callbacks is not None  # both lie ahead
        self._time.callbacks.append(end)
        called.callbacks.append(end)

    def _end(self, first: simpy.Event) -> None:
        self.succeed()
        other = self._called if first is self._time else self._time
        assert other.callbacks is not None
        other.callbacks.remove(self._end)  # it may not come for long: a call, after many a pause


class Duty(ABC, Generic[Orders]):
    """Orders, waiting and the log of one unit. Who derives from it says where the unit is (`place`).

    Attributes
    ----------
    orders : what it was told last; None before
    cause : `event_id` of what this unit did or heard last
    state : what it said last of itself
    is_bound : it carries people, and hears new orders only when they are out
    """

    def __init__(self, name: str, kind: str, env: simpy.Environment, journal: Journal) -> None:
        self._name, self._kind = name, kind
        self._env, self._journal = env, journal
        self.orders: Orders | None = None
        self.is_bound = False
        self._heeded: Orders | None = None
        self.cause: int | None = None
        self.state = "available"
        self.legs: list[UnitLeg] = []
        self._called: simpy.Event = env.event()
        self._open = _OpenLeg("available", float(env.now), self.place, 0.0, "", None)

    @property
    @abstractmethod
    def place(self) -> Point:
        """Where it is. [m of the map]"""

    @property
    def water_moved_litres(self) -> float:
        """Water put on the fire and taken on so far."""
        return 0.0

    @property
    def leg(self) -> str:
        return self._open.leg

    @property
    def was_called(self) -> bool:
        """Whether orders have come that it hears and does not act on yet."""
        return not self.is_bound and self.orders is not self._heeded

    def take_orders(self, orders: Orders) -> None:
        """Hear new orders; whatever the unit is waiting for is interrupted."""
        self.orders = orders
        self.warn()

    def warn(self) -> None:
        """Look up: whatever the unit is waiting for is interrupted."""
        if not self._called.triggered:
            self._called.succeed()

    def heed(self) -> Orders:
        """Act on the last orders from now on; what follows is caused by them."""
        if self.orders is None:
            raise RuntimeError(f"{self._name} has no orders to act on")
        self._heeded = self.orders
        self.cause = self.orders.cause_id
        return self.orders

    def pause(self, seconds: float) -> simpy.Event:
        """Time passes, or new orders come, or danger, whichever is first."""
        if self.was_called:
            return self._env.timeout(0.0)
        return _Pause(self._env, seconds, self.wait())

    def wait(self) -> simpy.Event:
        """Until new orders come, or danger."""
        if self._called.triggered:
            self._called = self._env.event()
        return self._called

    def note(self, kind: str, detail: str = "", because: int = -1) -> int:
        """Write an event, caused by the last one of this unit or, if later, by `because`; it causes the next."""
        cause = because if self.cause is None else max(self.cause, because)
        self.cause = self._journal.add(float(self._env.now), self._name, kind, cause, detail)
        return self.cause

    def begin(self, leg: str) -> None:
        """End the leg of the log that is open and start another; the same leg goes on."""
        if leg == self._open.leg:
            return
        self.legs.extend(self._closed_leg(float(self._env.now)))
        order_id = "" if self.orders is None else self.orders.order_id
        self._open = _OpenLeg(leg, float(self._env.now), self.place, self.water_moved_litres, order_id, self.cause)

    def _closed_leg(self, now_s: float) -> list[UnitLeg]:
        leg = self._open
        if now_s <= leg.start_s:
            return []
        moved_litres = self.water_moved_litres - leg.water_moved_litres
        ends = (*leg.place, *self.place, leg.start_s, now_s)
        return [UnitLeg(self._name, self._kind, leg.leg, *ends, moved_litres, leg.order_id, leg.cause)]

    def log(self, now_s: float) -> list[UnitLeg]:
        """All legs up to now, the open one cut off here."""
        return self.legs + self._closed_leg(now_s)

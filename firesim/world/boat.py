"""One boat in mid-mission: where it is, whom it carries, what it was told, and what it writes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import simpy

from firesim.record import Journal
from firesim.world.carrier import Carrier
from firesim.world.fleet import BoatSpec, BoatState

Point = tuple[float, float]
OnBoatStatus = Callable[[BoatState, float, int | None], None]


@dataclass(frozen=True)
class BoatOrders:
    """What a boat was told: make ready, take people off at one landing and put them ashore at another, or come home."""

    task: str
    landing: int
    port: int
    order_id: str
    cause_id: int


class Boat(Carrier[BoatOrders]):
    """One boat's state and its log; see `Carrier`."""

    def __init__(self, spec: BoatSpec, env: simpy.Environment, journal: Journal, on_status: OnBoatStatus) -> None:
        self.spec = spec
        self._at: Point = (spec.x_m, spec.y_m)
        self._on_status = on_status
        super().__init__(spec.boat, "boat", spec.seats, spec.notice_s, env, journal)

    @property
    def place(self) -> Point:
        return self._at

    def be_at(self, place: Point) -> None:
        self._at = place

    def tell(self, state: str, reason: str = "", waiting: int = -1) -> None:
        self.state = state
        report = BoatState(self.spec.boat, state, *self._at, self.people_aboard, self.landed, waiting, reason)
        self._on_status(report, float(self._env.now), self.cause)

"""One bus in mid-mission: where it is, whom it carries, what it was told, and what it writes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import simpy

from firesim.record import Journal
from firesim.world.busfleet import BusSpec, BusState
from firesim.world.carrier import Carrier
from firesim.world.driving import Standing, Ways
from firesim.world.stops import Stops

Point = tuple[float, float]
OnBusStatus = Callable[[BusState, float, int | None], None]


@dataclass(frozen=True)
class BusOrders:
    """What a bus was told: make ready, bring people from a stop to a refuge again and again, or go out of the way.

    `route` is the road to the stop, `way` the one from there to the refuge; `leave_by_s`: by then it has to have left
    the stop for the last time.
    """

    task: str
    stop: int
    refuge: int
    route: tuple[str, ...]
    way: tuple[str, ...]
    leave_by_s: float
    order_id: str
    cause_id: int


class Bus(Carrier[BusOrders]):
    """One bus's state and its log; see `Carrier` and `journey.Driver`."""

    def __init__(
        self, spec: BusSpec, env: simpy.Environment, ways: Ways, stops: Stops, journal: Journal, on_status: OnBusStatus
    ) -> None:
        self.spec, self.ways, self._stops = spec, ways, stops
        self.home = ways.roads.node_index[spec.node]
        self._standing = Standing(self.home)
        self._place: Point | None = None  # worked out when asked for
        self.closed: dict[int, float] = {}
        self.driven_m, self.entering = 0.0, -1
        self._on_status = on_status
        super().__init__(spec.bus, "bus", spec.seats, spec.notice_s, env, journal)

    @property
    def standing(self) -> Standing:
        """Where it is on the roads; those in it go with it."""
        return self._standing

    @standing.setter
    def standing(self, standing: Standing) -> None:
        self._standing, self._place = standing, None
        if len(self.aboard):
            self._stops.carry(self.aboard, *self.place)

    @property
    def place(self) -> Point:
        if self._place is None:
            self._place = self.ways.place_of(self._standing)
        return self._place

    def find_closed(self, edge: int) -> None:
        """Learn that a stretch is closed, in both directions. One in contraflow is not: it will be open again."""
        if self.ways.traffic.barring_event(edge) < 0:
            self.closed |= dict.fromkeys(self.ways.both_ways(edge), float(self._env.now))

    def tell(self, state: str, reason: str = "", waiting: int = -1, road: tuple[str, str] | None = None) -> None:
        self.state = state
        report = BusState(
            self.spec.bus, state, *self.place, self.people_aboard, self.landed, waiting, reason, road
        )  # fmt: skip
        self._on_status(report, float(self._env.now), self.cause)

"""One boat in mid-mission: where it is, whom it carries, what it was told, and what it writes down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from firesim.record import Journal
from firesim.world.duty import Duty
from firesim.world.fleet import BoatSpec, BoatState

Point = tuple[float, float]
Integers = NDArray[np.int64]
OnBoatStatus = Callable[[BoatState, float, int | None], None]


@dataclass(frozen=True)
class BoatOrders:
    """What a boat was told: make ready, take people off at one landing and put them ashore at another, or come home."""

    task: str
    landing: int
    port: int
    order_id: str
    cause_id: int


@dataclass(frozen=True)
class Voyage:
    """One passage with people aboard; `arrived_s` is `inf` while under way."""

    boat: str
    landing: str
    port: str
    people: int
    departed_s: float
    arrived_s: float
    distance_m: float
    cause_id: int


class Boat(Duty[BoatOrders]):
    """One boat's state and its log. Its story (`Boats`) changes it; nothing else does.

    `aboard` are parties; `landed` counts people put ashore; `is_under_way`: its crew is there and it need not be
    called out again.
    """

    def __init__(self, spec: BoatSpec, env: simpy.Environment, journal: Journal, on_status: OnBoatStatus) -> None:
        self.spec = spec
        self._at: Point = (spec.x_m, spec.y_m)
        self.aboard: Integers = np.empty(0, np.int64)
        self.people_aboard = self.landed = 0
        self.is_under_way = False
        self.ready_s: float | None = None
        self._on_status = on_status
        super().__init__(spec.boat, "boat", env, journal)

    @property
    def place(self) -> Point:
        return self._at

    def be_at(self, place: Point) -> None:
        self._at = place

    @property
    def seats_left(self) -> int:
        return self.spec.seats - self.people_aboard

    def tell(self, state: str, reason: str = "", waiting: int = -1) -> None:
        """Change state and let the radio know."""
        self.state = state
        report = BoatState(self.spec.boat, state, *self._at, self.people_aboard, self.landed, waiting, reason)
        self._on_status(report, float(self._env.now), self.cause)


def voyage_columns(voyages: Sequence[Voyage]) -> dict[str, list[Any]]:
    """Voyages as the columns of `vehicles.parquet`: trips of no household."""
    n = len(voyages)
    return {
        "trip_id": [f"{v.boat}/{k}" for k, v in enumerate(voyages)],
        "household_id": [""] * n,
        "zone_id": [""] * n,
        "people": [v.people for v in voyages],
        "mode": ["boat"] * n,
        "from_node": [v.landing for v in voyages],
        "refuge": [v.port for v in voyages],
        "departed_s": [v.departed_s for v in voyages],
        "arrived_s": [v.arrived_s for v in voyages],
        "distance_m": [v.distance_m for v in voyages],
        "status": ["arrived" if np.isfinite(v.arrived_s) else "travelling" for v in voyages],
        "cause_id": [v.cause_id for v in voyages],
    }

"""What fetches people, on wheels or afloat: called under a notice, it takes them from a line until it is full.

Boats (`boats.py`) and buses (`buses.py`) tell the rest of their day.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.duty import Duty, Orders
from firesim.world.lines import Lines

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Story = Generator[simpy.Event, object, None]


class Carrier(Duty[Orders]):
    """One boat or bus: who sits in it, and whether its crew is there. Its story changes it; nothing else does.

    Attributes
    ----------
    aboard : parties
    people_aboard, landed : people in it now, and let off in safety so far
    is_under_way : its crew is there and it need not be called out again
    ready_s : when its crew is there after a call; None: it has not been called [s]
    """

    def __init__(
        self, name: str, kind: str, seats: int, notice_s: tuple[float, float], env: simpy.Environment, journal: Journal
    ) -> None:
        self.name, self.seats, self._notice_s = name, seats, notice_s
        self.aboard: Integers = np.empty(0, np.int64)
        self.people_aboard = self.landed = 0
        self.is_under_way = False
        self.ready_s: float | None = None
        self._what = kind
        super().__init__(name, kind, env, journal)

    @property
    def seats_left(self) -> int:
        return self.seats - self.people_aboard

    @abstractmethod
    def tell(self, state: str, reason: str = "", waiting: int = -1) -> None:
        """Change state and let the radio know. `waiting`: people seen to wait, -1: it is not there."""

    def turn_out(self, luck: Luck) -> Story:
        """The crew is found and leaves what it is at; from the first call on."""
        now_s = float(self._env.now)
        if self.ready_s is None:
            least_s, most_s = self._notice_s
            drawn = float(luck.uniform(f"{self._what} notice", self.name))
            self.ready_s = now_s + least_s + (most_s - least_s) * drawn
        self.begin("recall")
        yield self.pause(max(self.ready_s - now_s, 0.0))
        self.is_under_way = not self.was_called

    def wait_for(self, turn: simpy.Event) -> Generator[simpy.Event, object, bool]:
        """Until its turn comes (True) or other orders do."""
        while not turn.triggered and not self.was_called:
            yield self._env.any_of([turn, self.wait()])
        return not self.was_called

    def let_off(self) -> None:
        """All are out."""
        self.landed += self.people_aboard
        self.aboard, self.people_aboard = np.empty(0, np.int64), 0

    def dismiss(self) -> None:
        """Back where it belongs, the crew is let go."""
        self.is_under_way, self.ready_s = False, None
        self.begin("available")
        self.tell("available")


@dataclass(frozen=True)
class Boarding:
    """How a line gets aboard.

    `people_s`: people a second; `may_stay`: whether the carrier may stand there still; `board` puts parties aboard at
    times [s], by an event.
    """

    lines: Lines
    place: int
    people_s: float
    linger_s: float
    look_s: float
    may_stay: Callable[[], bool]
    board: Callable[[Integers, Floats, int], None]


def load(env: simpy.Environment, carrier: Carrier[Any], how: Boarding) -> Story:
    """Take people from a line until the next party has no room, or nobody has come for `linger_s`.

    One that is empty stays as long as it may.
    """
    lines, place = how.lines, how.place
    waiting = lines.count(place)
    carrier.tell("loading" if waiting else "nobody_there", waiting=waiting)
    alone_s = float(env.now)
    while carrier.seats_left and not carrier.was_called and how.may_stay():
        who, after_s = lines.next_aboard(place, carrier.seats_left, how.people_s, how.look_s)
        if len(who):
            if carrier.state == "nobody_there":
                carrier.tell("loading", waiting=lines.count(place))
            yield from _take_aboard(env, carrier, how, who, after_s)
            alone_s = float(env.now)
        elif carrier.people_aboard and (lines.count(place) or env.now - alone_s >= how.linger_s):
            break
        else:
            yield carrier.pause(how.look_s)


def _take_aboard(env: simpy.Environment, carrier: Carrier[Any], how: Boarding, who: Integers, after_s: Floats) -> Story:
    began_s = float(env.now)
    yield carrier.pause(float(after_s[-1]))
    # Orders may have cut it short, and some may have given up waiting.
    on_board = (after_s <= float(env.now) - began_s + 1e-6) & how.lines.waits[who]
    who, at_s = who[on_board], began_s + after_s[on_board]
    if len(who) == 0:
        return
    assert carrier.cause is not None
    how.board(who, at_s, carrier.cause)
    carrier.aboard = np.concatenate([carrier.aboard, who])
    carrier.people_aboard = how.lines.people_in(carrier.aboard)


@dataclass(frozen=True)
class Voyage:
    """One passage with people aboard; `arrived_s` is `inf` while under way."""

    carrier: str
    start: str  # a landing or a bus stop
    end: str  # a port or a refuge
    people: int
    departed_s: float
    arrived_s: float
    distance_m: float
    cause_id: int
    is_stranded: bool = False

    @property
    def status(self) -> str:
        if np.isfinite(self.arrived_s):
            return "arrived"
        return "stranded" if self.is_stranded else "travelling"


def voyage_columns(voyages: Sequence[Voyage], mode: str) -> dict[str, list[Any]]:
    """Voyages as the columns of `vehicles.parquet`: trips of no household."""
    n = len(voyages)
    return {
        "trip_id": [f"{v.carrier}/{k}" for k, v in enumerate(voyages)],
        "household_id": [""] * n,
        "zone_id": [""] * n,
        "people": [v.people for v in voyages],
        "mode": [mode] * n,
        "from_node": [v.start for v in voyages],
        "refuge": [v.end for v in voyages],
        "departed_s": [v.departed_s for v in voyages],
        "arrived_s": [v.arrived_s for v in voyages],
        "distance_m": [v.distance_m for v in voyages],
        "status": [v.status for v in voyages],
        "cause_id": [v.cause_id for v in voyages],
    }

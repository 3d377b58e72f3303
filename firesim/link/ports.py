"""The Protocols behind which real things can take the simulated ones' place.

Each is one or two methods wide. A real camera, drone, broker or siren that offers the same methods can be
plugged into `simulate` instead of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from firesim.link.body import Body
from firesim.link.messages import Alert, DroneOrder


@dataclass(frozen=True)
class Observation:
    """Something a device has to tell: what, and whether a fire was behind it.

    `is_true` is for the journal (a false alarm has no cause in the fire); it never travels.
    """

    source: str
    body: Body
    is_true: bool = True


@dataclass(frozen=True)
class Delivery:
    """What became of a payload: when it arrives, or why it never does."""

    delivered_s: float  # inf: never
    lost_because: str = ""
    lost_cause: str = ""  # the name of what caused the loss (a dark mast), empty for plain bad luck

    @property
    def arrives(self) -> bool:
        return isfinite(self.delivered_s)


NEVER = Delivery(inf)


@runtime_checkable
class Sensor(Protocol):
    """Looks at the world at its own cadence."""

    name: str
    cadence_s: float

    def observe(self, now_s: float) -> Sequence[Observation]: ...


@runtime_checkable
class Drone(Protocol):
    """Flies where it is told, looks, comes back."""

    name: str

    def fly(self, order: DroneOrder, now_s: float) -> None: ...


@runtime_checkable
class Channel(Protocol):
    """Carries bytes from one place to another: late, or never."""

    def carry(self, payload: bytes, message_id: str, source: str, destination: str, sent_s: float) -> Delivery: ...


@dataclass(frozen=True)
class Reach:
    """Which parties an alert reaches on a channel, and when: indices and seconds of equal length."""

    parties: Sequence[int] | NDArray[np.int64]
    at_s: Sequence[float] | NDArray[np.float64]


@runtime_checkable
class Alerter(Protocol):
    """Turns a delivered alert into people who have heard it."""

    channel: str

    def reach(self, alert: Alert, mast: str, delivered_s: float) -> Reach: ...


@runtime_checkable
class Clock(Protocol):
    """Something that says how late it is. [s from the scenario's start]"""

    @property
    def now(self) -> float: ...

"""What command decides: orders to others, milestones of its own, and what it believed then."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.link.body import Body

Point = tuple[float, float]


@dataclass(frozen=True)
class Order:
    """Something to be said to somebody, and why.

    A policy returns orders without `order_id` and `because`; the dispatcher fills in both, and the `order`
    field of the body. `because` is the id of the message without which the order would not have been given.
    """

    kind: str  # unit, ambulance, answer (to a caller), drone, boat, bus, contraflow, recommendation, alert or decision
    destination: str
    body: Body
    why: str
    order_id: str = ""
    because: str = ""
    route: tuple[str, ...] = ()
    deadline_s: float = inf
    authorised_by: str = ""


@dataclass(frozen=True)
class Belief:
    """The fire as the centre holds it to be at one moment, on the grid of the map.

    `arrival_time_s` is the middle one of the forecast ensemble, `early_` and `late_` the stated quantiles:
    what is past is believed history, what is to come is forecast. Without a forecast all three show the last
    outline heard of. Times from the scenario's start, inf: not within the forecast. [y, x] float32
    """

    believed_at_s: float
    seen_s: float  # when the newest report in it was seen; age = believed_at_s - seen_s
    probability: float  # that there is a fire
    place_xy_m: Point  # where it is believed to have started, or the middle of the last outline
    place_sd_m: float
    arrival_time_s: NDArray[np.float32]
    early_arrival_time_s: NDArray[np.float32]
    late_arrival_time_s: NDArray[np.float32]
    is_forecast: bool


@dataclass(frozen=True)
class Trigger:
    """How late one zone may still be left, as forecast at one moment.

    Attributes
    ----------
    made_s : float
        When it was worked out. [s]
    leave_by_s : (early, middle, late)
        Latest safe departure, over the members of the forecast. [s], inf: none foreseen, -inf: no way out at all
    mobilise_s : float
        From being told to setting out; the zone has to be told this much earlier. [s]
    limited_by : str
        What sets the early time: the `road` that closes, or the `fire` at the zone; empty where nothing does.
    too_late_share : float
        Share of the members in which it is too late already. [0, 1]
    """

    made_s: float
    zone: str
    people: int
    leave_by_s: tuple[float, float, float]
    mobilise_s: float
    limited_by: str
    too_late_share: float

    @property
    def tell_by_s(self) -> tuple[float, float, float]:
        """The trigger time: when the zone has to have been told. (early, middle, late) [s]"""
        early, middle, late = (leave_s - self.mobilise_s for leave_s in self.leave_by_s)
        return early, middle, late


@dataclass(frozen=True)
class Clearance:
    """When those who were told to leave by road will be out, as the centre works it out at one moment.

    Attributes
    ----------
    made_s : float
        When it was worked out. [s]
    compliance : float
        Share of those told to leave who do. (0, 1]
    zone : str
        Whose vehicles; empty: of all zones that were told to leave.
    vehicles, shadow_vehicles : int
        Those of the zone; and of all others that leave without having been told (in the row of all zones alone).
    clear_s : (half, nine tenths, all)
        When so many of the vehicles have arrived. [s], inf: never
    least_margin_s : float
        Forecast closing of a road less the time at which a vehicle has left it, the least of all. [s], inf: none closes
    late_share : float
        Share of the vehicles that are still before the end of a road when it is forecast to close. [0, 1]
    """

    made_s: float
    compliance: float
    zone: str
    vehicles: int
    shadow_vehicles: int
    clear_s: tuple[float, float, float]
    least_margin_s: float
    late_share: float


@dataclass(frozen=True)
class Milestone:
    """A stage that the centre has reached with one suspected fire.

    `kind` is alarm, acknowledged, confirmed, located, forecast, plan, cleared_by, recommended, authorised, refused or
    all_clear; `because` the id of the message without which it would not have been reached. A plan against a
    forecast carries the `triggers` of all zones; `cleared_by`, which follows it, the estimates of `clearance.py`.
    """

    kind: str
    because: str
    incident: str
    detail: str = ""
    belief: Belief | None = None
    triggers: tuple[Trigger, ...] = ()
    clearance: tuple[Clearance, ...] = ()

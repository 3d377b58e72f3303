"""What command decides: orders to others, milestones of its own, and what it believed then."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.link.messages import Body

Point = tuple[float, float]


@dataclass(frozen=True)
class Order:
    """Something to be said to somebody, and why.

    A policy returns orders without `order_id` and `because`; the dispatcher fills in both, and the `order`
    field of the body. `because` is the id of the message without which the order would not have been given.
    """

    kind: str  # unit, drone, recommendation, alert or decision
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
class Milestone:
    """A stage that the centre has reached with one suspected fire.

    `kind` is alarm, acknowledged, confirmed, located, forecast, plan, recommended, authorised, refused or
    all_clear; `because` the id of the message without which it would not have been reached.
    """

    kind: str
    because: str
    incident: str
    detail: str = ""
    belief: Belief | None = None

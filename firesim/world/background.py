"""Vehicles that are on the roads anyway, with people of nobody's counting in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firesim.place.roads import Roads
from firesim.streams import Luck
from firesim.world.trips import BACKGROUND, Departures


def background_traffic(
    roads: Roads, targets: Sequence[int], vehicles_h: float, for_h: float, luck: Luck, cause_id: int
) -> Departures:
    """Trips of ordinary traffic over the first hours of a run.

    Parameters
    ----------
    targets : list of int
        Refuges (town, port) that they drive to, each as often.
    vehicles_h, for_h : float
        How many set out in an hour, and for how long. [1/h, h]
    cause_id : int
        The event that lets them set out.

    Notes
    -----
    Each vehicle has a moment, a junction to start from and a target, drawn evenly and by its own luck, so one more
    changes no other's. They take up room and capacity like any car, carry nobody who is counted, and take no room in
    refuges.
    """
    vehicle = np.arange(round(vehicles_h * for_h))
    n = len(vehicle)
    starts = np.unique(roads.tail[roads.is_public])
    start = starts[(luck.uniform("background start", vehicle) * len(starts)).astype(np.int64)]
    target = np.array(targets)[(luck.uniform("background target", vehicle) * len(targets)).astype(np.int64)]
    return Departures(
        party=np.full(n, BACKGROUND, dtype=np.int64),
        people=np.zeros(n, np.int64),
        node=start,
        refuge=target,
        route=np.full(n, -1, dtype=np.int64),
        speed_m_s=np.zeros(n),
        at_s=luck.uniform("background moment", vehicle) * for_h * 3600.0,
        cause_id=np.full(n, cause_id, dtype=np.int64),
    )

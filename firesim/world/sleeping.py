"""Who is asleep, and how long it takes to wake and be ready to listen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.streams import Luck
from firesim.world.response_parameters import SleepParameters

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

HOUR_S, MINUTE_S, DAY_H = 3600.0, 60.0, 24.0
_FURTHEST = 5.0  # standard deviations beyond which nobody is looked for


class Sleep:
    """The nights of all parties.

    Parameters
    ----------
    entity : [parties]
        Whose luck it is: bed time and getting up hang on the party alone.
    start_hour : float
        Local hour at the scenario's start.

    Attributes
    ----------
    waking_s : [parties]
        How long a party that is woken needs until it understands. [s]
    """

    def __init__(self, entity: Integers, parameters: SleepParameters, luck: Luck, start_hour: float) -> None:
        p = parameters
        self._start_hour, self._n = start_hour, len(entity)
        later_h = p.sleep_spread_h * luck.normal("bed time", entity)
        longer_h = p.sleep_spread_h * luck.normal("getting up", entity) - later_h
        length_h = (p.sleep_to_hour - p.sleep_from_hour) % DAY_H
        self._from_h, self._length_h = p.sleep_from_hour + later_h, np.clip(length_h + longer_h, 0.0, DAY_H)
        self._middle_h, slack_h = p.sleep_from_hour + 0.5 * length_h, _FURTHEST * p.sleep_spread_h
        self._within_h = 0.5 * length_h + slack_h
        waking_min = p.waking_median_min * np.exp(p.waking_log_sd * luck.normal("waking", entity))
        self.waking_s: Floats = MINUTE_S * waking_min

    def is_night(self, now_s: float) -> bool:
        """Whether anybody may be asleep."""
        from_middle_h = (self._start_hour + now_s / HOUR_S - self._middle_h + 0.5 * DAY_H) % DAY_H - 0.5 * DAY_H
        return abs(from_middle_h) <= self._within_h

    def is_asleep(self, now_s: float | Floats) -> Claims:
        """Who is asleep, at one moment for all or at one for each. [parties]"""
        if isinstance(now_s, float) and not self.is_night(now_s):
            return np.zeros(self._n, np.bool_)
        return self._sleeps(now_s, slice(None))

    def are_asleep(self, who: Integers, now_s: float) -> Claims:
        """Which of these are asleep, at their cost alone. [n]"""
        return self._sleeps(now_s, who) if self.is_night(now_s) else np.zeros(len(who), np.bool_)

    def _sleeps(self, now_s: float | Floats, who: Integers | slice) -> Claims:
        sleeps: Claims = (self._start_hour + now_s / HOUR_S - self._from_h[who]) % DAY_H < self._length_h[who]
        return sleeps

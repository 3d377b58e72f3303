"""Drivers of `fastest` who look at the queues again on their way. Not the default: see docs/evacuation.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.physics.queues import TRAVELLING, Travellers

if TYPE_CHECKING:
    from firesim.streams import Luck

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class LookAgain:
    """How drivers react to queues on their way.

    Attributes
    ----------
    every_s : how long after setting out, and after each look, a driver looks again; looks fall on steps [s]
    tolerance : who would need more than this share longer than by the best way is ready to turn off [-]
    acts : chance that a driver who looks acts on it [-]
    seed : names the luck of who acts

    Notes
    -----
    180 s, 33 % and 0.4 are the congestion reaction of EES, the Emergency Evacuation Simulator [quoted]. Here a driver
    who looks sees all queues as they stand, which is more than anybody can know.
    """

    every_s: float = 180.0
    tolerance: float = 0.33
    acts: float = 0.4
    seed: int = 0


class SecondLooks:
    """When each vehicle looks again."""

    def __init__(self, how: LookAgain, vehicles: int) -> None:
        from firesim.streams import Luck  # scipy comes with it, which nobody else needs here

        self.how = how
        self._luck: Luck = Luck(how.seed)
        self._at_s = np.full(vehicles, np.inf)
        self._count = np.zeros(vehicles, np.int64)

    def who_acts(self, travellers: Travellers, now_s: float) -> Integers:
        """Those who look now and would act on what they see."""
        has_set_out = (travellers.route_end > 0) & (travellers.status == TRAVELLING)
        self._at_s[has_set_out & np.isinf(self._at_s)] = now_s + self.how.every_s
        looks = np.flatnonzero(has_set_out & (self._at_s <= now_s))
        luck = self._luck.uniform("look again", looks, self._count[looks])
        self._at_s[looks] = now_s + self.how.every_s
        self._count[looks] += 1
        return looks[luck < self.how.acts]

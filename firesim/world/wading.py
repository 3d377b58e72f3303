"""Standing in the sea: who goes into the water when it gets hot on the shore, and for how long.

The rule: whoever is on a beach or at the shore, and not on the road, walks into the water at the look at which heat
is first felt there, or smoke too thick to breathe, and comes out once neither has been felt for a while. At Mati in
2018 some 700 people were taken off the coast, and 26 died about 30 m from the sea (press).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.world.exposure import ON_BEACH
from firesim.world.response_parameters import SeaParameters
from firesim.world.standing import EXPOSED, FOR_BOAT, HOME, SHELTERING, Standing

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

MINUTE_S = 60.0


class Wading:
    """Who stands in the sea.

    Attributes
    ----------
    is_in_sea : [parties]
    who : [n]
        The same as numbers, rising.
    entered_s : [parties]
        When they first went in. [s], inf: never
    """

    def __init__(self, standing: Standing, parameters: SeaParameters) -> None:
        n = len(standing.state)
        self._standing, self._parameters = standing, parameters
        self.is_in_sea: Claims = np.zeros(n, np.bool_)
        self.entered_s = np.full(n, np.inf)
        self.who: Integers = np.empty(0, np.int64)
        self._last_felt_s = np.full(n, -np.inf)
        self._event = np.full(n, -1, dtype=np.int64)  # of going in

    def feel(self, felt_by: Integers, now_s: float, fire_event: int) -> Integers:
        """Of those who feel heat or smoke, who is at the water goes in; the others come out in time.

        Returns who goes in.
        """
        felt_by = felt_by[self._is_at_water(felt_by)]
        self._last_felt_s[felt_by] = now_s
        enter = felt_by[~self.is_in_sea[felt_by]]
        standing, inside = self._standing, self.who
        if len(enter):
            self._event[enter] = standing.note(enter, now_s, "entered_sea", fire_event)
            self.is_in_sea[enter] = True
            self.entered_s[enter] = np.minimum(self.entered_s[enter], now_s)
            at_home = enter[standing.state[enter] == HOME]
            standing.state[at_home], standing.waits[at_home] = SHELTERING, FOR_BOAT
        if len(inside):
            cool = now_s - self._last_felt_s[inside] >= MINUTE_S * self._parameters.sea_until_min
            fetched = ~self._is_at_water(inside)
            out = inside[cool & ~fetched]
            standing.note(out, now_s, "left_sea", self._event[out])
            self.is_in_sea[inside[cool | fetched]] = False
        if len(enter) or len(inside):
            self.who = np.flatnonzero(self.is_in_sea)
        return enter

    def _is_at_water(self, who: Integers) -> Claims:
        state = self._standing.state[who]
        here = (state == HOME) | (state == SHELTERING) | (state == EXPOSED)
        at_water: Claims = here & (self._standing.stays_at[who] == ON_BEACH)
        return at_water

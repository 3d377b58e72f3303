"""Something that every party notices once, each at its own time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Noticing:
    """Who notices it when; told step by step, at the cost of those who do and not of all.

    Attributes
    ----------
    at_s : [parties]
        When, [s] `inf`: never.
    """

    def __init__(self, at_s: Floats) -> None:
        self.at_s = at_s
        self._order: Integers = np.argsort(at_s, kind="stable")
        self._in_order_s = at_s[self._order]
        self._told = 0

    def due(self, now_s: float) -> Integers:
        """Those who have noticed it by now and were not told of before, by number."""
        first = self._told
        self._told = int(np.searchsorted(self._in_order_s, now_s, side="right"))
        return np.sort(self._order[first : self._told])

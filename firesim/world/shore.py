"""Who waits at which landing since when, and who has gone aboard a boat.

People come to a landing because they were told that boats come there, because they are on a shore without a road, or
because the beach on which they took refuge lies beside it. How they board is said in `lines.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.landings import Landing
from firesim.place.settlement import Refuge
from firesim.world.lines import NOWHERE, Lines

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Shore(Lines):
    """The lines at all landings, in the order of their numbers; none: nobody waits anywhere."""

    def __init__(self, landings: Sequence[Landing], people: Integers, grid: Grid) -> None:
        self.landings = list(landings)
        super().__init__(self.landings, [one.landing for one in landings], people, grid)

    def nearest(self, x_m: Floats, y_m: Floats) -> Integers:
        """The landing nearest to each of some places, straight; -1 where there are none at all. [places]"""
        if not self.landings:
            return np.full(len(x_m), NOWHERE, dtype=np.int64)
        apart_m = np.hypot(x_m[:, None] - self._x_m, y_m[:, None] - self._y_m)
        return np.asarray(np.argmin(apart_m, axis=1), dtype=np.int64)

    def beside(self, refuges: Sequence[Refuge]) -> Integers:
        """The landing at each beach refuge, at the same node of the roads; -1: none. [refuges]"""
        at_node = {one.node: k for k, one in reversed(list(enumerate(self.landings))) if one.node is not None}
        found = [at_node.get(refuge.node, NOWHERE) if refuge.kind == "beach" else NOWHERE for refuge in refuges]
        return np.array(found, dtype=np.int64)

    def columns(self) -> dict[str, list[str] | Floats]:
        """Columns of `people.parquet`."""
        return {
            "landing": self.named,
            "shore_s": self.since_s,
            "boarded_s": self.boarded_s,
            "landed_s": self.landed_s,
        }

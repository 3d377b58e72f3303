"""Fires lit while another burns on the same ground: spots, and lines drawn beside a young fire.

Each keeps a pace of its own, a point building up from its own lighting, a line steady at once. A cell belongs to the
fire that comes first, which is exact for fires that burn the same fuel: what a fire finds burnt it could not have
passed sooner than the other did.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from firesim.fire.spread import SpreadingFire

Floats = NDArray[np.float64]
Indices = NDArray[np.integer]


class LaterFires:
    """Fires beside a first one, and what they must be told when they start: every line and all water until then."""

    def __init__(self) -> None:
        self.fires: list[SpreadingFire] = []
        self._told: list[tuple[str, Any, tuple[Any, ...]]] = []

    def tell(self, what: str, where: Any, *how: Any, now_s: float) -> None:
        """Tell all fires, and those that are still to come, of a line or of water: a method of SpreadingFire."""
        self._told.append((what, where.copy() if isinstance(where, np.ndarray) else where, how))
        for fire in self.fires:
            getattr(fire, what)(where, *how, now_s)

    def acquaint(self, fire: SpreadingFire, at_s: float) -> None:
        """Tell a fire that is to come of everything until now but the weather."""
        for what, where, how in self._told:
            getattr(fire, what)(where, *how, at_s)

    def add(self, fire: SpreadingFire, unless_burnt: tuple[SpreadingFire, int, int] | None = None) -> None:
        """One more fire, unless the cell (row, column) in which it was lit has burnt already in that other fire."""
        if unless_burnt is None or not np.isfinite(unless_burnt[0].arrival_time_s[unless_burnt[1:]]):
            self.fires.append(fire)

    def copy(self) -> LaterFires:
        """The same fires, which may go another way from now on."""
        twin = LaterFires()
        twin.fires = [fire.copy() for fire in self.fires]
        twin._told = list(self._told)
        return twin

    def field(self, first: SpreadingFire, name: str) -> Floats:
        """A field [y, x] of SpreadingFire, in each cell that of the fire that came first."""
        fires = self._with(first)
        arrival = fires[0].arrival_time_s
        values = np.asarray(getattr(fires[0], name))
        for fire in fires[1:]:
            theirs = fire.arrival_time_s
            values = np.where(theirs < arrival, getattr(fire, name), values)
            arrival = np.minimum(arrival, theirs)
        return values

    def cells(
        self, first: SpreadingFire, ask: Callable[[SpreadingFire], tuple[Indices, Indices, Floats, *tuple[Floats, ...]]]
    ) -> tuple[Any, ...]:
        """Lists of cells, their rows, columns and arrivals first, each told by the fire that came first to it."""
        arrival = self.field(first, "arrival_time_s")
        told = [np.concatenate(part) for part in zip(*map(ask, self._with(first)), strict=True)]
        rows, columns, arrival_s = told[:3]
        is_first = arrival_s <= arrival[rows, columns]
        # Two that come at one moment: the first of them tells.
        _, once = np.unique((rows * arrival.shape[1] + columns)[is_first], return_index=True)
        keep = np.flatnonzero(is_first)[once]
        return tuple(part[keep] for part in told)

    def area_m2(self, first: SpreadingFire, at_s: float) -> float:
        """Area of all fires on the map; where they have met, to whole cells. [m2]"""
        fires = self._with(first)
        burnt = sum((fire.arrival_time_s <= at_s).astype(np.int64) for fire in fires)
        shared = int(np.maximum(np.asarray(burnt) - 1, 0).sum()) * first.landscape.cell_size_m**2
        return sum(fire.area_m2(at_s) for fire in fires) - shared

    def _with(self, first: SpreadingFire) -> list[SpreadingFire]:
        alone = copy(first)
        alone._later = LaterFires()
        return [alone, *self.fires]

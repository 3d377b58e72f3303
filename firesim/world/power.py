"""Which masts still have power: fire that reaches a mast takes its supply or its fibre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firesim.record import Journal
from firesim.world.fire import TrueFire


class MastPower:
    """Watches the cells of the masts and says which ones have just gone dark.

    Parameters
    ----------
    masts, x_m, y_m
        Names and places. A mast off the grid is never reached.
    fire, journal
        The true fire; receives a `mast_dark` for each mast, caused by the ignition.
    """

    def __init__(
        self, masts: Sequence[str], x_m: Sequence[float], y_m: Sequence[float], fire: TrueFire, journal: Journal
    ) -> None:
        row, column = fire.grid.cell_at(np.asarray(x_m), np.asarray(y_m))
        lit = np.flatnonzero(fire.grid.holds(row, column))
        self._lit = [masts[k] for k in lit.tolist()]  # those that the fire may still reach
        self._cell: NDArray[np.int64] = (row * fire.grid.columns + column)[lit]
        self._fire, self._journal = fire, journal
        self.dark_event: dict[str, int] = {}

    def gone_dark(self, now_s: float) -> list[tuple[str, float, int]]:
        """Masts that the fire has reached since the last call: (mast, when, its `mast_dark` event)."""
        arrival = self._fire.arrival_time_s.ravel()
        is_reached = arrival[self._cell] <= now_s
        if not np.count_nonzero(is_reached):
            return []
        new = []
        for k in np.flatnonzero(is_reached).tolist():
            mast, when_s = self._lit[k], float(arrival[self._cell[k]])
            event = self._journal.add(when_s, mast, "mast_dark", self._fire.cause_of_fire, "the fire reached it")
            self.dark_event[mast] = event
            new.append((mast, when_s, event))
        self._lit = [mast for mast in self._lit if mast not in self.dark_event]
        self._cell = self._cell[~is_reached]
        return new

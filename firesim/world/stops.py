"""Who waits at which bus stop since when, who sits in which bus, and who has given up waiting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.stops import BusStop
from firesim.world.lines import NOWHERE, Lines

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]


class Stops(Lines):
    """The lines at all bus stops; see `lines.py` for how people board.

    Attributes
    ----------
    bus_cell : [parties] flat cell in which the bus is that each sits in; -1: in none, or off the grid
    knows_none : [parties] whether each knows that no bus comes to its stop any more
    """

    def __init__(self, stops: Sequence[BusStop], people: Integers, grid: Grid) -> None:
        self.stops = list(stops)
        super().__init__(self.stops, [one.stop for one in stops], people, grid)
        self.bus_cell: Integers = np.full(len(people), NOWHERE, dtype=np.int64)
        self.knows_none: Claims = np.zeros(len(people), np.bool_)
        self._has_left: Claims = np.zeros(len(people), np.bool_)
        self.n_waiting = self.n_aboard = 0  # parties; so that a step without any costs nothing
        self._grid = grid

    def wait(self, who: Integers, place: Integers, at_s: Floats | float) -> None:
        again = who[self._has_left[who]]  # they walked on from a stop, and were told of one anew
        if len(again):
            self.place_of[again], self._has_left[again], self.knows_none[again] = NOWHERE, False, False
        super().wait(who, place, at_s)
        self._count()

    def walk_on(self, who: Integers) -> None:
        """These have given up waiting and gone; where they waited stays on record."""
        self._has_left[who], self.waits[who] = True, False
        self._forget_lines_of(who)
        self._count()

    def board(self, who: Integers, at_s: Floats, events: Integers) -> None:
        super().board(who, at_s, events)
        self._count()

    def land(self, who: Integers, at_s: Floats) -> None:
        super().land(who, at_s)
        self.bus_cell[who] = NOWHERE
        self._count()

    def _count(self) -> None:
        self.n_waiting, self.n_aboard = int(np.count_nonzero(self.waits)), int(np.count_nonzero(self.is_aboard))

    def carry(self, who: Integers, x_m: float, y_m: float) -> None:
        """The bus in which these sit has come to a place."""
        row, column = self._grid.cell_holding(x_m, y_m)
        self.bus_cell[who] = row * self._grid.columns + column if self._grid.holds(row, column) else NOWHERE

    def columns(self) -> dict[str, list[str] | Floats]:
        """Columns of `people.parquet`."""
        return {
            "bus_stop": self.named,
            "at_stop_s": self.since_s,
            "got_on_s": self.boarded_s,
            "got_off_s": self.landed_s,
        }

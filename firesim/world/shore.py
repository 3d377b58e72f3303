"""Who waits at which landing since when, and who has gone aboard: parties as arrays.

People come to a landing because they were told that boats come there, because they are on a shore without a road, or
because the beach on which they took refuge lies beside it. They board in the order in which they came; a party is not
split, and nobody is let past a party that has no room: it goes with the next boat.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.landings import Landing
from firesim.place.settlement import Refuge

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

_NONE = -1


class Shore:
    """The queues at all landings.

    Parameters
    ----------
    landings
        In the order of their numbers; none: nobody waits anywhere.
    people : [parties]
        How many each party is.
    grid
        Of the fire, for the heat at a landing.

    Attributes
    ----------
    landing_of : [parties] where each waits or went aboard, -1: nowhere
    boarded_by : [parties] the event of going aboard, -1: not so far
    since_s, boarded_s, landed_s : [parties] come to the water, gone aboard, ashore in port; `inf` until then [s]
    cell : [landings] flat cell of the fire's grid, -1: off it
    """

    def __init__(self, landings: Sequence[Landing], people: Integers, grid: Grid) -> None:
        n = len(people)
        self.landings, self._people = list(landings), people
        self.index = {one.landing: k for k, one in enumerate(self.landings)}
        self.landing_of: Integers = np.full(n, _NONE, dtype=np.int64)
        self.boarded_by: Integers = np.full(n, _NONE, dtype=np.int64)
        self.since_s, self.boarded_s, self.landed_s = (np.full(n, np.inf) for _ in range(3))
        x_m, y_m = (np.array([getattr(one, axis) for one in self.landings], dtype=float) for axis in ("x_m", "y_m"))
        row, column = grid.cell_at(x_m, y_m)
        self.cell: Integers = np.where(grid.holds(row, column), row * grid.columns + column, _NONE).astype(np.int64)
        self._x_m, self._y_m = x_m, y_m

    def nearest(self, x_m: Floats, y_m: Floats) -> Integers:
        """The landing nearest to each of some places, straight; -1 where there are none at all. [places]"""
        if not self.landings:
            return np.full(len(x_m), _NONE, dtype=np.int64)
        apart_m = np.hypot(x_m[:, None] - self._x_m, y_m[:, None] - self._y_m)
        return np.asarray(np.argmin(apart_m, axis=1), dtype=np.int64)

    def beside(self, refuges: Sequence[Refuge]) -> Integers:
        """The landing at each beach refuge, at the same node of the roads; -1: none. [refuges]"""
        at_node = {one.node: k for k, one in reversed(list(enumerate(self.landings))) if one.node is not None}
        found = [at_node.get(refuge.node, _NONE) if refuge.kind == "beach" else _NONE for refuge in refuges]
        return np.array(found, dtype=np.int64)

    def wait(self, who: Integers, landing: Integers, at_s: Floats | float) -> None:
        """These parties wait at a landing each (-1: at none) from a time on; who waits already keeps its place."""
        new = (landing != _NONE) & (self.landing_of[who] == _NONE)
        self.landing_of[who[new]] = landing[new]
        self.since_s[who[new]] = np.broadcast_to(at_s, len(who))[new]

    @property
    def waits(self) -> Claims:
        """Whether each party waits at the water now. [parties]"""
        return np.asarray((self.landing_of != _NONE) & np.isinf(self.boarded_s))

    @property
    def is_afloat(self) -> Claims:
        """Whether each party is on a boat now. [parties]"""
        return np.asarray(np.isfinite(self.boarded_s) & np.isinf(self.landed_s))

    def queue(self, landing: int) -> Integers:
        """Who waits at a landing, in order of arrival (then of number)."""
        there = np.flatnonzero((self.landing_of == landing) & np.isinf(self.boarded_s))
        return there[np.argsort(self.since_s[there], kind="stable")]

    def count(self, landing: int) -> int:
        """How many people wait at a landing."""
        return self.people_in(self.queue(landing))

    def people_of(self, who: Integers) -> Integers:
        """How many each of some parties is."""
        return self._people[who]

    def people_in(self, who: Integers) -> int:
        """How many some parties are together."""
        return int(self._people[who].sum())

    def next_aboard(self, landing: int, seats: int, people_s: float, within_s: float) -> tuple[Integers, Floats]:
        """The parties that can board next, and how long after now each is aboard.

        Parameters
        ----------
        seats : int
            Room on the boat.
        people_s : float
            How many people board a second.
        within_s : float
            No more than what boards in this time, but at least one party if it has room. [s]
        """
        queue = self.queue(landing)
        so_far = np.cumsum(self._people[queue])
        after_s = so_far / people_s
        fits = (so_far <= seats) & ((after_s <= within_s) | (np.arange(len(queue)) == 0))
        n = int(np.argmin(np.append(fits, False)))  # the first that has to wait
        return queue[:n], after_s[:n]

    def board(self, who: Integers, at_s: Floats, events: Integers) -> None:
        """These parties are aboard, by these events."""
        self.boarded_s[who], self.boarded_by[who] = at_s, events

    def land(self, who: Integers, at_s: Floats) -> None:
        """These parties are ashore."""
        self.landed_s[who] = at_s

    def cells_of(self, home_cells: Integers) -> Integers:
        """Where each party can feel heat: who waits, at the landing; who is afloat, nowhere (-1). [parties]"""
        at = self.landing_of
        waits = self.waits
        cells = home_cells.copy()
        cells[waits] = self.cell[at[waits]]
        cells[self.is_afloat] = _NONE
        return cells

    def columns(self) -> dict[str, list[str] | Floats]:
        """Columns of `people.parquet`."""
        names = np.array([*(one.landing for one in self.landings), ""])
        return {
            "landing": names[self.landing_of].tolist(),
            "shore_s": self.since_s,
            "boarded_s": self.boarded_s,
            "landed_s": self.landed_s,
        }

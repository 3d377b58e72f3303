"""People who stand in line for something that fetches them: who came where and when, and who has gone aboard.

They board in the order in which they came; a party is not split, and nobody is let past a party that has no room: it
goes with the next. Parties are arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

NOWHERE = -1


class Spot(Protocol):
    """Where a line forms."""

    @property
    def x_m(self) -> float: ...
    @property
    def y_m(self) -> float: ...


class Lines:
    """The lines at some places.

    Parameters
    ----------
    spots
        In the order of their numbers; none: nobody waits anywhere.
    names
        Their names.
    people : [parties]
        How many each party is.
    grid
        Of the fire, for the heat at a place.

    Attributes
    ----------
    place_of : [parties] where each waits or went aboard, -1: nowhere
    boarded_by : [parties] the event of going aboard, -1: not so far
    waits, is_aboard : [parties] whether each waits in some line now, or is being carried; read only
    since_s, boarded_s, landed_s : [parties] come there, gone aboard, let off again; `inf` until then [s]
    index : number of each place by its name
    cell : [places] flat cell of the fire's grid, -1: off it
    """

    def __init__(self, spots: Sequence[Spot], names: Sequence[str], people: Integers, grid: Grid) -> None:
        n = len(people)
        self._people, self._names = people, list(names)
        self.index = {name: k for k, name in enumerate(names)}
        self.place_of: Integers = np.full(n, NOWHERE, dtype=np.int64)
        self.boarded_by: Integers = np.full(n, NOWHERE, dtype=np.int64)
        self.since_s, self.boarded_s, self.landed_s = (np.full(n, np.inf) for _ in range(3))
        self.waits: Claims = np.zeros(n, np.bool_)
        self.is_aboard: Claims = np.zeros(n, np.bool_)
        self._queues: dict[int, Integers] = {}  # as worked out since the last change of each line
        x_m, y_m = (np.array([getattr(one, axis) for one in spots], dtype=float) for axis in ("x_m", "y_m"))
        row, column = grid.cell_at(x_m, y_m)
        self.cell: Integers = np.where(grid.holds(row, column), row * grid.columns + column, NOWHERE).astype(np.int64)
        self._x_m, self._y_m = x_m, y_m

    def _forget_lines_of(self, who: Integers) -> None:
        """These have come or gone: what was worked out of the lines at their places does not hold any more."""
        for place in set(self.place_of[who].tolist()):
            self._queues.pop(place, None)

    def wait(self, who: Integers, place: Integers, at_s: Floats | float) -> None:
        """These parties wait at a place each (-1: at none) from a time on; who waits already keeps its place."""
        new = ((place != NOWHERE) & (self.place_of[who] == NOWHERE)).nonzero()[0]
        if len(new) == 0:
            return
        comes = who[new]
        self.place_of[comes] = place[new]
        self.since_s[comes] = at_s[new] if isinstance(at_s, np.ndarray) else at_s
        self.waits[comes] = True
        self._forget_lines_of(comes)

    def queue(self, place: int) -> Integers:
        """Who waits at a place, in order of arrival (then of number). Read only."""
        if place not in self._queues:
            there = ((self.place_of == place) & self.waits).nonzero()[0]
            self._queues[place] = there[np.argsort(self.since_s[there], kind="stable")]
        return self._queues[place]

    def count(self, place: int) -> int:
        """How many people wait at a place."""
        return self.people_in(self.queue(place))

    def people_of(self, who: Integers) -> Integers:
        """How many each of some parties is."""
        return self._people[who]

    def people_in(self, who: Integers) -> int:
        """How many some parties are together."""
        return int(self._people[who].sum())

    def next_aboard(self, place: int, seats: int, people_s: float, within_s: float) -> tuple[Integers, Floats]:
        """The parties that can board next, and how long after now each is aboard.

        Parameters
        ----------
        seats : int
            Room on board.
        people_s : float
            How many people board a second.
        within_s : float
            No more than what boards in this time, but at least one party if it has room. [s]
        """
        queue = self.queue(place)
        if len(queue) == 0:
            return queue, np.empty(0)
        so_far = np.cumsum(self._people[queue])
        after_s = so_far / people_s
        fits = (so_far <= seats) & (after_s <= within_s)
        fits[0] = so_far[0] <= seats
        n = len(queue) if fits.all() else int(fits.argmin())  # the first that has to wait
        return queue[:n], after_s[:n]

    def board(self, who: Integers, at_s: Floats, events: Integers) -> None:
        """These parties are aboard, by these events."""
        self.boarded_s[who], self.boarded_by[who] = at_s, events
        self.waits[who], self.is_aboard[who] = False, True
        self._forget_lines_of(who)

    def land(self, who: Integers, at_s: Floats) -> None:
        """These parties have been let off."""
        self.landed_s[who], self.is_aboard[who] = at_s, False

    @property
    def named(self) -> list[str]:
        """Where each party waits or went aboard; empty: nowhere. [parties]"""
        names: list[str] = np.array([*self._names, ""])[self.place_of].tolist()
        return names

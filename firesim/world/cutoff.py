"""Which nodes of the roads are cut off from every refuge with room, since when, and by which event."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from firesim.world.wayfinding import NOWHERE, Knowledge, Wayfinder

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class CutOff:
    """Nodes cut off, kept up to date closure by closure, so that each is blamed on the one that did it.

    A way counts if it can be walked, however far. Roads do not open again and refuges do not empty, so a node
    once cut off stays so. A node from which no refuge could be reached to begin with is cut off by nothing.

    Attributes
    ----------
    by_event : [nodes]
        The road's closing, or the filling or the loss of a refuge, after which nothing was left; -1: none.
    since_s : [nodes]
        When that was, `inf`: not cut off. [s]
    n_noted : how many closures have been noted
    """

    def __init__(self, finder: Wayfinder, without_room: Iterable[int] = ()) -> None:
        self._finder = finder
        self._known = Knowledge().with_also(full=without_room)
        self._has_way = finder.reaches_any_on_foot(self._known)
        self.by_event: Integers = np.full(finder.n_nodes, NOWHERE, dtype=np.int64)
        self.since_s: Floats = np.full(finder.n_nodes, np.inf)
        self.n_noted = 0

    def note(self, event: int, at_s: float, cut: Iterable[int] = (), full: Iterable[int] = ()) -> None:
        """These edges are closed, or these refuges take nobody any more, by this event; in order of time."""
        self.n_noted += 1
        self._known = self._known.with_also(cut=cut, full=full)
        has_way = self._finder.reaches_any_on_foot(self._known)
        lost = self._has_way & ~has_way
        self.by_event[lost], self.since_s[lost] = event, at_s
        self._has_way = has_way

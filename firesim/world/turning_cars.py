"""What drivers learn from those who come back: that the road ahead is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.physics.queues import TRAVELLING
from firesim.place.roads import Roads
from firesim.streams import Luck
from firesim.world.flow import Flow
from firesim.world.steering import Steering
from firesim.world.trips import Trips
from firesim.world.wayfinding import Wayfinder

Integers = NDArray[np.int64]


class TurningCars:
    """Word of cut roads, from car to car (and walker) on the two directions of one stretch.

    Whoever knows of a cut that not everybody knows of tells all whom it meets on the same stretch coming the other
    way; they heed it or not, and tell others in turn. Who is told thinks anew at once, and turns at the next node.

    Parameters
    ----------
    heeded : float
        Share of travellers who heed it: a judgement, each by its own luck. 0 switches it off.
    """

    def __init__(
        self, roads: Roads, flow: Flow, trips: Trips, steering: Steering, finder: Wayfinder, luck: Luck, heeded: float
    ) -> None:
        self._roads, self._flow, self._trips, self._steering, self._finder = roads, flow, trips, steering, finder
        self._luck, self._heeded = luck, heeded
        self._knows_more: list[bool] = []  # [rows] than everybody
        self._told = steering.told

    def meet(self, now_s: float) -> None:
        """Whoever passes one another now talks."""
        knows_more = self._rows_that_know_more()
        if self._heeded <= 0.0 or not knows_more.any():
            return
        t, n, n_edges = self._flow.travellers, self._flow.n, len(self._roads.edges)
        on_road = (t.status[:n] == TRAVELLING) & (t.edge[:n] < n_edges) & (t.entered_s[:n] <= now_s)
        tellers = np.flatnonzero(on_road & knows_more[t.row[:n]])
        heard_on = self._roads.opposite[t.edge[tellers]]
        news = np.full(n_edges + 1, -1, dtype=np.int64)
        news[heard_on] = tellers  # of several on one stretch the last is heard; the last entry is for roads one way
        news[-1] = -1
        listeners = np.flatnonzero(on_road)
        listeners = listeners[news[t.edge[listeners]] >= 0]
        for trip in listeners.tolist():
            self._tell(trip, int(news[t.edge[trip]]), now_s)

    def _tell(self, trip: int, teller: int, now_s: float) -> None:
        known, cut = self._steering.knowledge_of(trip), self._steering.knowledge_of(teller).cut
        if set(cut) <= set(known.cut) or not self._heeds(trip):
            return
        self._trips.note(trip, now_s, "heard_of_cut", int(self._trips.cause_id[teller]), self._trips.name_of(teller))
        self._steering.learn(trip, known.with_also(cut=cut), now_s)

    def _heeds(self, trip: int) -> bool:
        return float(self._luck.uniform("heeds turning cars", self._trips.name_of(trip))) < self._heeded

    def _rows_that_know_more(self) -> NDArray[np.bool_]:
        """Rows whose travellers know of a cut that not everybody knows of. [rows]"""
        if self._told is not self._steering.told:
            self._told, self._knows_more = self._steering.told, []
        common = set(self._told.cut)
        for row in range(len(self._knows_more), self._finder.n_rows):
            self._knows_more.append(not set(self._finder.knowledge(row).cut) <= common)
        return np.array(self._knows_more, dtype=np.bool_)

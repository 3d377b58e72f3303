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
        self._cuts: list[frozenset[int]] = []  # [rows] that its travellers know of and not everybody does
        self._is_news: NDArray[np.bool_] = np.zeros((0, 0), np.bool_)  # [row told, row telling]
        self._knows_more: NDArray[np.bool_] = np.zeros(0, np.bool_)  # [rows] than everybody
        self._told = steering.told

    def meet(self, now_s: float) -> None:
        """Whoever passes one another now talks."""
        if self._heeded <= 0.0:
            return
        self._compare_rows()
        t, n_edges = self._flow.travellers, len(self._roads.edges)
        trips = np.flatnonzero(t.status[: self._flow.n] == TRAVELLING)
        trips = trips[t.edge[trips] < n_edges]
        row, edge = t.row[trips], t.edge[trips]
        tellers = np.flatnonzero(self._knows_more[row])
        if len(tellers) == 0:
            return
        # Of several on one stretch the last is heard; the last entry is for roads that lead one way only.
        news = np.full(n_edges + 1, -1, dtype=np.int64)
        news[self._roads.opposite[edge[tellers]]] = tellers
        news[-1] = -1
        listeners = np.flatnonzero(news[edge] >= 0)
        teller = news[edge[listeners]]
        hears = self._is_news[row[listeners], row[teller]]
        for trip, by in zip(trips[listeners[hears]].tolist(), trips[teller[hears]].tolist(), strict=True):
            if self._heeds(trip):
                self._tell(trip, by, now_s)

    def _tell(self, trip: int, teller: int, now_s: float) -> None:
        cut = self._steering.knowledge_of(teller).cut
        self._trips.note(trip, now_s, "heard_of_cut", int(self._trips.cause_id[teller]), self._trips.name_of(teller))
        self._steering.learn(trip, self._steering.knowledge_of(trip).with_also(cut=cut), now_s)

    def _heeds(self, trip: int) -> bool:
        return float(self._luck.uniform("heeds turning cars", self._trips.name_of(trip))) < self._heeded

    def _compare_rows(self) -> None:
        """Work out who could tell whom something new, for rows made since the last time."""
        if self._told is not self._steering.told:
            self._told, self._cuts, self._is_news = self._steering.told, [], np.zeros((0, 0), np.bool_)
        common, had, rows = set(self._told.cut), len(self._cuts), self._finder.n_rows
        if rows == had:
            return
        self._cuts += [frozenset(self._finder.knowledge(row).cut) - common for row in range(had, rows)]
        known = {cut: k for k, cut in enumerate(dict.fromkeys(self._cuts))}
        kind = np.array([known[cut] for cut in self._cuts])
        is_news = np.array([[not telling <= told for telling in known] for told in known])
        self._is_news = is_news[np.ix_(kind, kind)]
        self._knows_more = np.array([bool(cut) for cut in self._cuts])

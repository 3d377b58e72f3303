"""What drivers learn from those who come back: that the road ahead is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.queues import TRAVELLING
from firesim.place.roads import Roads
from firesim.streams import Luck
from firesim.world.flow import Flow
from firesim.world.steering import Steering
from firesim.world.trips import Trips
from firesim.world.wayfinding import Wayfinder

Integers = NDArray[np.int64]
Claims = NDArray[np.bool_]


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
        self._cuts: dict[frozenset[int], int] = {}  # that some know of and not everybody does, numbered
        self._cuts_of: Integers = np.empty(0, np.int64)  # [rows] which of these its travellers know of
        self._is_news: Claims = np.zeros((0, 0), np.bool_)  # [cuts told, cuts telling]
        self._knows_more: Claims = np.zeros(0, np.bool_)  # [cuts] than everybody
        self._somebody_knows_more = False
        self._heeds_it: dict[int, bool] = {}  # by trip, of those who were told so far
        self._told = steering.told

    def meet(self, now_s: float) -> None:
        """Whoever passes one another now talks."""
        if self._heeded <= 0.0:
            return
        self._compare_rows()
        if not self._somebody_knows_more:
            return
        t = self._flow.travellers
        listeners, tellers = _meetings(
            self._trips.open, t.status, t.edge, t.row, self._cuts_of, self._roads.opposite, self._knows_more,
            self._is_news,
        )  # fmt: skip
        for trip, by in zip(listeners.tolist(), tellers.tolist(), strict=True):
            if self._heeds(trip):
                self._tell(trip, by, now_s)

    def _tell(self, trip: int, teller: int, now_s: float) -> None:
        cut = self._steering.knowledge_of(teller).cut
        self._trips.note(trip, now_s, "heard_of_cut", int(self._trips.cause_id[teller]), self._trips.name_of(teller))
        self._steering.learn(trip, self._steering.knowledge_of(trip).with_also(cut=cut), now_s)

    def _heeds(self, trip: int) -> bool:
        if trip not in self._heeds_it:  # who does not is told again for as long as they meet
            share = float(self._luck.uniform("heeds turning cars", self._trips.name_of(trip)))
            self._heeds_it[trip] = share < self._heeded
        return self._heeds_it[trip]

    def _compare_rows(self) -> None:
        """Work out who could tell whom something new, for rows made since the last time."""
        if self._told is not self._steering.told:
            self._told, self._cuts, self._cuts_of = self._steering.told, {}, np.empty(0, np.int64)
            self._knows_more = np.zeros(0, np.bool_)
        had, rows = len(self._cuts_of), self._finder.n_rows
        if rows == had:
            return
        common = set(self._told.cut)
        new = [frozenset(self._finder.knowledge(row).cut) - common for row in range(had, rows)]
        numbers = [self._cuts.setdefault(cut, len(self._cuts)) for cut in new]
        self._cuts_of = np.concatenate([self._cuts_of, np.array(numbers, dtype=np.int64)])
        if len(self._cuts) > len(self._knows_more):
            self._is_news = np.array([[not telling <= told for telling in self._cuts] for told in self._cuts])
            self._knows_more = np.array([bool(cut) for cut in self._cuts])
            self._somebody_knows_more = bool(self._knows_more.any())


@kernel
def _meetings(
    trips: Integers, status: Integers, edge: Integers, row: Integers, cuts_of: Integers, opposite: Integers,
    knows_more: Claims, is_news: Claims,
) -> tuple[Integers, Integers]:  # fmt: skip
    """Who hears something new from whom, who comes the other way on the same stretch. Of several the last is heard.

    trips : all that go on, rising; status, edge, row : by trip; cuts_of : [rows] what travellers know;
    opposite : [edges]; knows_more : [cuts]; is_news : [cuts told, cuts telling]
    """
    n_edges = opposite.size
    teller_on = np.full(n_edges, -1, np.int64)
    n_telling = 0
    for trip in trips:
        on_road = status[trip] == TRAVELLING and edge[trip] < n_edges
        if on_road and knows_more[cuts_of[row[trip]]] and opposite[edge[trip]] >= 0:
            teller_on[opposite[edge[trip]]] = trip
            n_telling += 1
    most = trips.size if n_telling > 0 else 0
    listeners, tellers = np.empty(most, np.int64), np.empty(most, np.int64)
    n = 0
    for trip in trips[:most]:
        if status[trip] != TRAVELLING or edge[trip] >= n_edges:
            continue
        teller = teller_on[edge[trip]]
        if teller >= 0 and is_news[cuts_of[row[trip]], cuts_of[row[teller]]]:
            listeners[n], tellers[n] = trip, teller
            n += 1
    return listeners[:n].copy(), tellers[:n].copy()

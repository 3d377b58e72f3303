"""Roads that the fire closes, and what becomes of those who are on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.physics.queues import CAUGHT, STRANDED, wake_all_in_line
from firesim.place.roads import Roads
from firesim.record import Journal
from firesim.world.cutoff import CutOff
from firesim.world.flow import Flow
from firesim.world.steering import Steering
from firesim.world.trips import Trips

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Closing:
    """Which roads are closed, by which event.

    Attributes
    ----------
    event : [edges]
        The `road_closed` event of each edge, -1 while open; one for both directions of a stretch.
    """

    def __init__(
        self,
        roads: Roads,
        flow: Flow,
        trips: Trips,
        steering: Steering,
        cut_off: CutOff,
        journal: Journal,
        caught_within_m: float,
    ) -> None:
        self._roads, self._flow, self._trips, self._steering = roads, flow, trips, steering
        self._cut_off, self._journal, self._caught_within_m = cut_off, journal, caught_within_m
        self.event: Integers = np.full(len(roads.edges), -1, dtype=np.int64)

    def close(self, edges: Integers, now_s: float, cause_id: int, cut_fraction: ArrayLike | None = None) -> None:
        """The fire stands on these directed edges; see `Traffic.close_edges`. Everybody has been moved until now."""
        fractions = np.broadcast_to(0.5 if cut_fraction is None else np.asarray(cut_fraction, dtype=float), edges.shape)
        is_closed = self._flow.queues.is_closed
        closing = [(int(e), float(f)) for e, f in zip(edges, fractions, strict=True) if not is_closed[e]]
        for edge, _ in closing:
            is_closed[edge] = True
            other = int(self._roads.opposite[edge])
            event = int(self.event[other]) if other >= 0 else -1
            if event < 0:
                event = self._journal.add(now_s, self._roads.edge_names[edge], "road_closed", cause_id)
            self.event[edge] = event
            self._cut_off.note(event, now_s, cut=[edge])
        for edge, fraction in closing:
            wake_all_in_line(self._flow.queues, self._flow.events, edge, now_s)
            self._clear(edge, fraction, now_s)

    def _clear(self, edge: int, cut_fraction: float, now_s: float) -> None:
        """Sort those on a road that closes into past the cut, caught and turned back."""
        length_m = float(self._roads.length_m[edge])
        there = self._flow.who_is_where(edge, cut_fraction, length_m, self._caught_within_m, now_s)
        if not there.caught and not there.before:
            return
        self._flow.keep_only(edge, there.past, now_s)
        for trip in there.caught:
            self._flow.mark(trip, CAUGHT, now_s)
            self._trips.cause_id[trip] = max(int(self.event[edge]), int(self._trips.cause_id[trip]))
        self._turn_back(there.before, edge, now_s)

    def _turn_back(self, before: Sequence[tuple[int, float]], edge: int, now_s: float) -> None:
        """These turn on the road, each after so many metres of it."""
        tail = int(self._roads.tail[edge])
        for trip, gone_m in before:
            self._trips.turn(trip, now_s, int(self.event[edge]), "the road is cut ahead")
            known = self._steering.knowledge_of(trip).with_also(cut=self._steering.both_ways([edge]))
            self._flow.return_to_tail(trip, tail, gone_m, now_s)
            if self._steering.go_on(trip, tail, known):
                self._flow.set_out(np.array([trip]))
            else:
                self._flow.mark(trip, STRANDED, now_s)

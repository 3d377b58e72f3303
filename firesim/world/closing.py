"""Roads that the fire closes, and what becomes of those who are on them.

A road closes when flames come so near that their radiation keeps people off it, at the latest when they stand on
it. It stays closed: burning trunks, smouldering verges and the next flank follow the front, and nobody says in the
first hours that a road is clear again (judgement).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.fire.safety import heat, reach_cells
from firesim.physics.queues import CAUGHT, STRANDED
from firesim.place.grid import Grid
from firesim.place.roads import Roads
from firesim.record import Journal
from firesim.world.cutoff import CutOff
from firesim.world.flow import Flow
from firesim.world.steering import Steering
from firesim.world.trips import Trips

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FLAMES, RADIATION = "flames on the road", "flames beside the road"


@dataclass(frozen=True)
class Flames:
    """What flames now: flat cells of the grid, and flame lengths over the whole of it. [y, x], m"""

    cells: Integers
    length_m: NDArray[np.float32]


@kernel
def new_among(cells: Integers, is_known: NDArray[np.bool_]) -> Integers:
    """Those of some cells (flat) that were not known before; from now on all are. [n]"""
    new, n = np.empty(cells.size, np.int64), 0
    for cell in cells:
        if not is_known[cell]:
            is_known[cell] = True
            new[n] = cell
            n += 1
    return new[:n].copy()


@kernel
def _heat_around(
    since_s: Floats, cells: Integers, length_m: NDArray[np.float32], now_s: float, cell_size_m: float,
    flame_heights: float,
) -> bool:  # fmt: skip
    """Note that flames so long stand in some cells from now on; whether any reach beyond their own cell."""
    reach = reach_cells(length_m, cells, cell_size_m, flame_heights)
    heat(since_s, cells, np.full(cells.size, now_s), reach)
    return bool((reach >= 1.0).any())


class Heated:
    """Where flames have come too near for people in the open or in a car, kept up as the fire goes on.

    The law is `fire.safety.radiation_from_s`; `Traffic` asks of each flaming cell once.

    Attributes
    ----------
    since_s : [y, x], inf: not yet
    """

    def __init__(self, grid: Grid, flame_heights: float) -> None:
        self._cell_size_m, self._flame_heights = grid.cell_size_m, flame_heights
        self.since_s: Floats = np.full(grid.shape, np.inf)

    def meet(self, flames: Flames, now_s: float) -> bool:
        """Take note of what flames newly; whether these flames reach beyond their own cells."""
        if self._flame_heights <= 0.0 or len(flames.cells) == 0:
            return False
        return _heat_around(self.since_s, flames.cells, flames.length_m, now_s, self._cell_size_m, self._flame_heights)


class Closing:
    """Which roads are closed, and by which event.

    Attributes
    ----------
    event : [edges]
        The `road_closed` event of each edge, -1 while open; one for both directions of a stretch.
    burns : [edges]
        Flames have come onto the edge itself: not even engines pass.
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
        self.burns: NDArray[np.bool_] = np.zeros(len(roads.edges), np.bool_)
        self._fire_event: Integers = np.full(len(roads.edges), -1, dtype=np.int64)

    def burn(self, edges: Integers, now_s: float, cause_id: int, cut_fraction: ArrayLike | None = None) -> None:
        """The fire stands on these directed edges; see `Traffic.close_edges`. Everybody has been moved until now."""
        fractions = np.broadcast_to(0.5 if cut_fraction is None else np.asarray(cut_fraction, dtype=float), edges.shape)
        places = zip(edges.tolist(), fractions.tolist(), strict=True)
        burning = [(edge, fraction) for edge, fraction in places if not self.burns[edge]]
        for edge, _ in burning:
            self.burns[edge] = True
            if self.event[edge] < 0:
                self._close(edge, now_s, cause_id, FLAMES)
                self._fire_event[edge] = self.event[edge]
            else:
                event = self._of_other_way(self._fire_event, edge)
                if event < 0:
                    event = self._journal.add(now_s, self._roads.edge_names[edge], "fire_on_road", cause_id)
                self._fire_event[edge] = event
        for edge, fraction in burning:
            self._clear(edge, fraction, now_s, int(self._fire_event[edge]), catches=True)

    def heat(self, edges: Integers, now_s: float, cause_id: int, at_fraction: Floats) -> Integers:
        """Flames have come too near to these edges: nobody enters them any more. Returns those that it closed.

        Who is on one and not yet near the place turns back; who is near it or past it drives on.
        """
        closing = [
            (edge, fraction)
            for edge, fraction in zip(edges.tolist(), at_fraction.tolist(), strict=True)
            if self.event[edge] < 0
        ]
        for edge, _ in closing:
            self._close(edge, now_s, cause_id, RADIATION)
        for edge, fraction in closing:
            self._clear(edge, fraction, now_s, int(self.event[edge]), catches=False)
        return np.array([edge for edge, _ in closing], dtype=np.int64)

    def _close(self, edge: int, now_s: float, cause_id: int, why: str) -> None:
        self._flow.queues.is_closed[edge] = True
        event = self._of_other_way(self.event, edge)
        if event < 0:
            event = self._journal.add(now_s, self._roads.edge_names[edge], "road_closed", cause_id, why)
        self.event[edge] = event
        self._cut_off.note(event, now_s, cut=[edge])

    def _of_other_way(self, events: Integers, edge: int) -> int:
        other = int(self._roads.opposite[edge])
        return int(events[other]) if other >= 0 else -1

    def _clear(self, edge: int, cut_fraction: float, now_s: float, event: int, catches: bool) -> None:
        """Sort those on a road into past the cut, close to it (caught, if it `catches`) and turned back."""
        self._flow.let_line_think(edge, now_s)
        length_m = float(self._roads.length_m[edge])
        there = self._flow.who_is_where(edge, cut_fraction, length_m, self._caught_within_m, now_s)
        caught = there.caught if catches else []
        leaving = {*caught, *(trip for trip, _ in there.before)}
        if not leaving:
            return
        staying = [trip for trip in self._flow.queue_of(edge) if trip not in leaving]
        self._flow.keep_only(edge, staying, now_s)
        for trip in caught:
            self._flow.mark(trip, CAUGHT, now_s)
            self._trips.cause_id[trip] = max(event, int(self._trips.cause_id[trip]))
        self._turn_back(there.before, edge, now_s, event)

    def _turn_back(self, before: Sequence[tuple[int, float]], edge: int, now_s: float, event: int) -> None:
        """These turn on the road, each after so many metres of it."""
        tail = int(self._roads.tail[edge])
        for trip, gone_m in before:
            self._trips.turn(trip, now_s, event, "the road is cut ahead")
            known = self._steering.knowledge_of(trip).with_also(cut=self._steering.both_ways([edge]))
            self._flow.return_to_tail(trip, tail, gone_m, now_s)
            if self._steering.go_on(trip, tail, known):
                self._flow.set_out(np.array([trip]))
            else:
                self._flow.mark(trip, STRANDED, now_s)

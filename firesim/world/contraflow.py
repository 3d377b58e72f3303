"""Roads on which both lanes lead one way: barred by the police, run empty, given over, and given back.

Nobody meets anybody. First no car enters the direction that is to go; when nobody is left on it, its lane serves the
other one. At the end the other way round: the lane is given back at once, and its own direction opens when all who
were on the road have left it. Cars that would go against it take another way, or wait at the roadside where there is
none. People walk in both directions as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.physics.queues import STRANDED, TRAVELLING
from firesim.place.roads import Roads
from firesim.record import Journal
from firesim.world.flow import Flow
from firesim.world.steering import Steering
from firesim.world.trips import Trips
from firesim.world.wayfinding import NOWHERE, Knowledge, Wayfinder

Integers = NDArray[np.int64]

NONE = -1
WAITS, TURNS = "waits: both lanes lead the other way", "both lanes lead the other way"


@dataclass
class Stretch:
    """A road in contraflow: along `edge`, against `against`; and what both carried before."""

    edge: int
    against: int
    event: int  # the last of its own
    headway_s: tuple[float, float]  # of `edge` and of `against`
    storage: tuple[int, int]
    stands_s: float = np.inf
    leaving: list[int] | None = None  # at its end: who was on it


class Contraflow:
    """Which roads the police have turned into one-way roads, and who waits for them.

    Parameters
    ----------
    gain : float
        What a lane carries against its direction, over what it carries in it.
    closing_events : [edges]
        By which the fire closed each edge, kept up by the caller.

    Attributes
    ----------
    has_vehicle : whether some vehicle that is not part of the flow (a fire engine) is on an edge
    stood_m : length of all roads on which it has stood so far [m]
    waited : how often a car had to wait at the roadside
    turned : how often one took another way
    """

    def __init__(
        self, roads: Roads, flow: Flow, trips: Trips, steering: Steering, finder: Wayfinder, journal: Journal,
        gain: float, closing_events: Integers,
    ) -> None:  # fmt: skip
        self._closing_events = closing_events
        self._roads, self._flow, self._trips, self._steering = roads, flow, trips, steering
        self._finder, self._journal, self._gain = finder, journal, gain
        self._wanted: dict[int, int] = {}  # edge: the event of the order
        self._stretches: dict[int, Stretch] = {}
        self._waiting: dict[int, int] = {}  # trip: at which node
        self.has_vehicle: Callable[[int], bool] = lambda edge: False
        self.first_s, self.stood_m, self.waited, self.turned = np.inf, 0.0, 0, 0

    # --- orders and time -----------------------------------------------------------------------------------------

    def order(self, edges: Iterable[int], now_s: float, cause_id: int) -> None:
        """The police are at these roads and no others from now on, by this event: both lanes are to lead along them."""
        wanted = {edge: self._wanted.get(edge, cause_id) for edge in edges if self._has_two_lanes(edge)}
        for edge in [edge for edge in self._wanted if edge not in wanted]:
            if edge in self._stretches and self._stretches[edge].leaving is None:
                self._end(self._stretches[edge], now_s, cause_id, "no longer ordered")
        self._wanted = wanted
        self.advance(now_s)

    def advance(self, now_s: float) -> None:
        """Hand lanes over, and back, on the roads that have run empty; everybody has been moved until now."""
        if not self._wanted and not self._stretches:
            return
        for stretch in list(self._stretches.values()):
            if stretch.leaving is not None:
                self._give_back(stretch, now_s)
            elif self._flow.queues.is_closed[stretch.edge]:
                self._end(stretch, now_s, int(self._closing_events[stretch.edge]), "the road is closed")
        for edge, cause in self._wanted.items():
            self._bar(edge, now_s, cause)
        self._hand_over(now_s)

    def _has_two_lanes(self, edge: int) -> bool:
        return bool(self._roads.opposite[edge] >= 0 and not self._roads.shared_lane[edge])

    def _bar(self, edge: int, now_s: float, cause_id: int) -> None:
        against, flow = int(self._roads.opposite[edge]), self._flow
        if edge in self._stretches or against in self._stretches or flow.queues.is_closed[edge]:
            return
        network = flow.network
        event = self._journal.add(now_s, self._name(edge), "contraflow_barred", cause_id, self._toward(edge))
        self._stretches[edge] = Stretch(
            edge, against, event,
            (float(network.headway_s[edge]), float(network.headway_s[against])),
            (int(network.storage[edge]), int(network.storage[against])),
        )  # fmt: skip
        flow.queues.is_barred[against] = True
        flow.let_line_think(against, now_s)

    def _hand_over(self, now_s: float) -> None:
        """The lanes that have run empty now lead the other way."""
        draining = [s for s in self._stretches.values() if s.leaving is None and np.isinf(s.stands_s)]
        empty = {s.against: s for s in draining if not self.has_vehicle(s.against)}
        if not empty:
            return
        for against in self._flow.hand_lanes_over(np.array(list(empty), dtype=np.int64), now_s, self._gain):
            stretch = empty[against]
            stretch.stands_s = now_s
            name, toward = self._name(stretch.edge), self._toward(stretch.edge)
            stretch.event = self._journal.add(now_s, name, "contraflow_stands", stretch.event, toward)
            self.first_s = min(self.first_s, now_s)
            self.stood_m += float(self._roads.length_m[stretch.edge])

    def _end(self, stretch: Stretch, now_s: float, cause_id: int, why: str) -> None:
        """From now on nobody comes into the other direction's lane; who is in it drives on."""
        detail = f"{self._toward(stretch.edge)}: {why}"
        cause = max(cause_id, stretch.event)
        stretch.event = self._journal.add(now_s, self._name(stretch.edge), "contraflow_ended", cause, detail)
        stretch.leaving = []
        if np.isfinite(stretch.stands_s):
            self._flow.set_room(stretch.edge, stretch.headway_s[0], stretch.storage[0], now_s)
            stretch.leaving = self._flow.queue_of(stretch.edge)
        self._wanted.pop(stretch.edge, None)
        self._give_back(stretch, now_s)

    def _give_back(self, stretch: Stretch, now_s: float) -> None:
        """Open the barred direction once all who were on the road at the end have left it."""
        flow, against = self._flow, stretch.against
        leaving = np.array(stretch.leaving, dtype=np.int64)
        t = flow.travellers
        if ((t.edge[leaving] == stretch.edge) & (t.status[leaving] == TRAVELLING)).any():
            return
        flow.queues.is_barred[against] = False
        flow.set_room(against, stretch.headway_s[1], stretch.storage[1], now_s)
        del self._stretches[stretch.edge]
        for trip in [trip for trip in self._waiting if against in self._steering.knowledge_of(trip).cut]:
            self._go_on(trip, against, now_s)

    # --- who comes against it --------------------------------------------------------------------------------------

    def barred_at(self, node: int) -> list[int]:
        """The edges that no car may take from a node because both lanes lead toward it."""
        if not self._stretches:
            return []
        return [edge for edge in self._steering.edges_at(node) if self._flow.queues.is_barred[edge]]

    @property
    def barred(self) -> list[int]:
        """The edges that no vehicle may enter, since both lanes lead the other way."""
        return [stretch.against for stretch in self._stretches.values()]

    def barring_event(self, edge: int) -> int:
        """The event by which no vehicle may enter an edge, since both lanes lead the other way; -1: it may."""
        if not self._stretches:
            return NONE
        stretch = self._stretches.get(int(self._roads.opposite[edge]))
        return NONE if stretch is None else stretch.event

    def turn(self, trip: int, barred: Iterable[int], now_s: float) -> None:
        """Note that a driver has been turned away by the police."""
        self.turned += 1
        self._trips.turn(trip, now_s, max(self.barring_event(edge) for edge in barred), TURNS)

    def makes_wait(self, trip: int, node: int, knowledge: Knowledge, now_s: float) -> bool:
        """Whether only the contraflow leaves a driver no way: then it waits at the roadside."""
        barred = [edge for edge in knowledge.cut if self._flow.queues.is_barred[edge]]
        if not barred or not self._flow.drives(trip):
            return False
        if self._finder.nearest(True, node, self._without_bars(knowledge)) == NOWHERE:
            return False
        self._flow.pull_over(trip, now_s)
        self._flow.travellers.row[trip] = self._finder.row_knowing(int(self._flow.travellers.row[trip]), knowledge)
        self._waiting[trip] = node
        self.waited += 1
        self._trips.note(trip, now_s, "waits_for_contraflow", max(self.barring_event(edge) for edge in barred), WAITS)
        return True

    def wake(self, trip: int, now_s: float) -> None:
        """Somebody who waits has been told something else: it sets out again, and asks again."""
        if self._waiting.pop(trip, None) is not None:
            self._flow.set_out_again(trip, now_s)

    def _go_on(self, trip: int, opened: int, now_s: float) -> None:
        node, known = self._waiting.pop(trip), self._steering.knowledge_of(trip)
        if self._flow.travellers.status[trip] != TRAVELLING:
            return
        known = Knowledge(tuple(edge for edge in known.cut if edge != opened), known.full, known.smoky)
        if self._steering.go_on(trip, node, known):
            self._flow.set_out_again(trip, now_s)
        elif not self.makes_wait(trip, node, known, now_s):
            self._flow.mark(trip, STRANDED, now_s)

    def _without_bars(self, known: Knowledge) -> Knowledge:
        barred = self._flow.queues.is_barred
        return Knowledge(tuple(edge for edge in known.cut if not barred[edge]), known.full, known.smoky)

    # --- words -----------------------------------------------------------------------------------------------------

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of it, in words."""
        if np.isinf(self.first_s):
            return []
        where = f"{self.stood_m / 1000.0:.1f} km of road, from {self.first_s / 60.0:.0f} min on"
        return [f"both lanes led one way on {where}: {self.turned} cars turned before it, {self.waited} waited"]

    def _name(self, edge: int) -> str:
        return self._roads.edge_names[edge]

    def _toward(self, edge: int) -> str:
        names = self._roads.node_ids
        return f"{names[self._roads.tail[edge]]} to {names[self._roads.head[edge]]}"

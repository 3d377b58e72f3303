"""One plan for all zones that share the roads: zones by time steps, edge by edge of their capacity.

After the capacity-constrained route planner (Lu, George & Shekhar 2005, "Capacity constrained routing algorithms for
evacuation planning", recalled): the vehicles of a zone reserve room on every edge of their way, at the time at which
they come there, and leave as soon as there is room all along it. Here a zone goes by one way to one refuge, because
it is told one thing; ways and refuges are exchanged as long as that helps. Of small random networks 96 % come out as
the best of all choices, a few far from it (tests/command/test_sharing.py). Vehicles are a fluid, held back at the zone
and not on the road; queues, crossing streams and other traffic are not planned for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.assignment import Accepts, Choice
from firesim.command.ways import Network, Way
from firesim.physics.reserving import Passages, choose_in_order, exchange, take_room
from firesim.physics.search import earliest_arrival, edges_from, edges_to

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STEP_S = 60.0  # a road at 1,300 veh/h takes 22 vehicles in it: fine beside half an hour of mobilisation
_NOTHING = 1e-6  # vehicles; less is what rounding leaves
_MOST_SWEEPS = 4  # exchanges settle in one or two where that was looked at (tests/command/test_sharing.py)


@dataclass(frozen=True)
class Convoy:
    """The people of one zone who have to be brought out: from a node, not before a time, as so many vehicles."""

    zone: int
    node: int
    start_s: float
    vehicles: float
    people: int


@dataclass(frozen=True)
class Slot:
    """When a convoy has the road: its way, first and last departure [s], and what fits in.

    `flow` [step] are the vehicles that leave in each step. `unfit` vehicles find no room before a road on the way
    closes.
    """

    refuge: int
    way: Way
    first_s: float
    last_s: float
    vehicles: float
    unfit: float
    flow: Floats

    def choice(self, has_room: bool) -> Choice:
        words = f"its share of the roads, {self.vehicles:.0f} vehicles in {(self.last_s - self.first_s) / 60.0:.0f} min"
        if self.unfit >= 1.0:
            words = f"its share of the roads, which {self.unfit:.0f} vehicles find no room on in time"
        return Choice(self.refuge, self.way, has_room, words)


class RoadRoom:
    """Vehicles that each edge can still take in each step. [edge, step]"""

    def __init__(self, network: Network, from_s: float, until_s: float) -> None:
        self.network, self.from_s = network, from_s
        self.steps = max(int(np.ceil((until_s - from_s) / STEP_S)), 1) + 1
        self.capacity: Floats = network.capacity_veh_s * STEP_S
        self.left: Floats = np.repeat(self.capacity[:, None], self.steps, axis=1)
        self.unfit_s = 2.0 * (from_s + self.steps * STEP_S)  # far beyond any arrival: to fit comes first

    def passages(self, picks: Sequence[tuple[int, Way]], start_s: Sequence[float]) -> Passages:
        """Refuges and ways as the kernel takes them, each begun at its time."""
        longest = max((len(way.edges) for _, way in picks), default=0)
        edges, begins = (np.zeros((len(picks), longest), dtype=np.int64) for _ in range(2))
        length, steps = (np.zeros(len(picks), dtype=np.int64) for _ in range(2))
        arrives_s = np.zeros(len(picks))
        for k, ((_, way), at_s) in enumerate(zip(picks, start_s, strict=True)):
            n = length[k] = len(way.edges)
            edges[k, :n] = way.edges
            begins[k, :n], steps[k], arrives_s[k] = self._timed(np.array(way.edges, dtype=np.int64), at_s)
        return Passages(edges, begins, length, steps, arrives_s, np.array([k for k, _ in picks], dtype=np.int64))

    def _timed(self, edges: Integers, start_s: float) -> tuple[Integers, int, float]:
        """Step of entry of each edge, steps in which to leave, and first arrival [s]."""
        network = self.network
        leaves_s = start_s + np.cumsum(network.travel_s[edges])
        enters_s = np.concatenate([[start_s], leaves_s[:-1]])[: len(edges)]
        begins = np.floor((enters_s - self.from_s) / STEP_S).astype(np.int64)
        n = self.steps - int(begins.max(initial=0))
        # The last of a step leaves at its end, and has to be through in time.
        spare_s = network.closes_s[edges] - network.margin_s - leaves_s - STEP_S
        least_s = float(spare_s.min(initial=inf))
        if least_s < inf:
            n = min(n, int(np.floor(least_s / STEP_S)) + 1)
        return begins, max(n, 0), float(leaves_s[-1]) if len(edges) else start_s

    def reserve(self, refuge: int, way: Way, start_s: float, vehicles: float) -> Slot:
        """Take the room that a convoy needs, as far as there is any."""
        passages = self.passages([(refuge, way)], [start_s])
        flow = take_room(self.left, passages, 0, vehicles)
        unfit = vehicles - float(flow.sum())
        leaves = start_s + np.flatnonzero(flow > _NOTHING) * STEP_S
        first_s, last_s = (float(leaves[0]), float(leaves[-1])) if len(leaves) else (inf, inf)
        return Slot(refuge, way, first_s, last_s, vehicles, unfit if unfit > _NOTHING else 0.0, flow)

    def backlog_s(self) -> Floats:
        """How long each edge would need for all that is reserved on it. [edge]"""
        reserved = (self.capacity[:, None] - self.left).sum(axis=1)
        flows = self.network.capacity_veh_s
        needed_s: Floats = np.divide(reserved, flows, out=np.zeros(len(reserved)), where=flows > 0.0)
        return needed_s


def share(
    room: RoadRoom,
    convoys: Sequence[Convoy],
    refuges: Sequence[int],
    refuge_node: Integers,
    places: Sequence[int],
    accepts: Mapping[int, Accepts],
) -> dict[int, tuple[Slot, bool]]:
    """A slot for each convoy, reserved, and whether its refuge has room for all. Who has no safe way is left out.

    Convoys reserve in the order given, the most urgent first. Ways and refuges are chosen such that as few people as
    possible go where there is no place, and then that the sum of all arrival times is small: from three beginnings,
    each convoy in turn takes the one of its ways that is best for the whole, until none changes. `places`: room in
    each refuge [people].
    """
    offers = _Offers(room, refuges, refuge_node)
    able = [one for one in convoys if offers.add(one, accepts[one.zone])]
    if not able:
        return {}
    offers.add_ways_round(able, accepts)
    taken = _Exchange(room, able, offers.of, places).best()
    result, left = {}, list(places)
    for convoy, (refuge, way) in zip(able, taken, strict=True):
        slot = room.reserve(refuge, way, convoy.start_s, convoy.vehicles)
        result[convoy.zone] = (slot, left[refuge] >= convoy.people)
        left[refuge] -= convoy.people
    return result


_Pick = tuple[int, Way]  # refuge and way


class _Offers:
    """What each convoy can choose from, the quickest first; `of` [convoys].

    To each refuge: the quickest safe way, the one with the widest margin, and the quickest round the roads that would
    be crowded if all took their quickest.
    """

    def __init__(self, room: RoadRoom, refuges: Sequence[int], refuge_node: Integers) -> None:
        self.network, self.refuges, self.refuge_node = room.network, refuges, refuge_node
        self.of: list[list[_Pick]] = []
        self._crowded = copy(room)
        self._crowded.left = room.left.copy()
        self._widest = {k: room.network.latest([int(refuge_node[k])]) for k in refuges}

    def add(self, convoy: Convoy, accepts: Accepts) -> bool:
        """Whether a convoy has any safe way; if so, they are noted."""
        offered = dict.fromkeys([*self._quickest(convoy, 0.0), *self._with_margin(convoy)])
        picks = [pick for pick in offered if accepts(*pick)]
        if not picks:
            return False
        self.of.append(picks)
        self._crowded.reserve(*picks[0], convoy.start_s, convoy.vehicles)
        return True

    def add_ways_round(self, convoys: Sequence[Convoy], accepts: Mapping[int, Accepts]) -> None:
        """Once all have been added."""
        crowded_s = self._crowded.backlog_s()
        for convoy, picks in zip(convoys, self.of, strict=True):
            round_it = self._quickest(convoy, crowded_s)
            picks += [pick for pick in round_it if pick not in picks and accepts[convoy.zone](*pick)]

    def _quickest(self, convoy: Convoy, extra_s: Floats | float) -> list[_Pick]:
        """The safe way to each refuge that takes least, each road taking so much longer; least first."""
        network = self.network
        roads = network.roads
        arrive_s, via_edge = earliest_arrival(
            roads.tail, roads.head, network.travel_s + extra_s, network.closes_s, convoy.node, convoy.start_s,
            network.n_nodes, network.margin_s,
        )  # fmt: skip
        reached = sorted((float(arrive_s[self.refuge_node[k]]), k) for k in self.refuges)
        return [
            (k, network.way(edges_to(via_edge, roads.tail, int(self.refuge_node[k])), convoy.node))
            for at_s, k in reached if at_s < inf
        ]  # fmt: skip

    def _with_margin(self, convoy: Convoy) -> list[_Pick]:
        network = self.network
        return [
            (k, network.way(edges_from(next_edge, network.roads.head, convoy.node), convoy.node))
            for k, (leave_by_s, next_edge) in self._widest.items() if leave_by_s[convoy.node] >= convoy.start_s
        ]  # fmt: skip


class _Exchange:
    """The ways of all convoys while they are being exchanged: rows of `passages`, one a convoy."""

    def __init__(
        self, room: RoadRoom, convoys: Sequence[Convoy], offers: Sequence[Sequence[_Pick]], places: Sequence[int]
    ) -> None:
        self.picks = [pick for picks in offers for pick in picks]
        self.end_row = np.cumsum([len(picks) for picks in offers]).astype(np.int64)
        self.first_row = self.end_row - np.array([len(picks) for picks in offers], dtype=np.int64)
        starts_s = [convoy.start_s for convoy, picks in zip(convoys, offers, strict=True) for _ in picks]
        passages = room.passages(self.picks, starts_s)
        # Only the roads that somebody may take count: less to look at and to copy.
        used = np.unique(passages.edges)
        self.left = np.ascontiguousarray(room.left[used])
        self.passages = passages._replace(edges=np.searchsorted(used, passages.edges))
        self.vehicles = np.array([convoy.vehicles for convoy in convoys], dtype=np.float64)
        self.people = np.array([convoy.people for convoy in convoys], dtype=np.int64)
        self.places = np.array(places, dtype=np.int64)
        self.unfit_s = room.unfit_s

    def best(self) -> list[_Pick]:
        """The best of three exchanges.

        Begun with each by its quickest way; with each by its best after those before it; and the same with the most
        vehicles choosing first (a small convoy may take the road that a large one needs more).
        """
        in_order = np.arange(len(self.vehicles))
        largest_first = np.argsort(-self.vehicles, kind="stable")
        begun = [self.first_row, self._chosen(in_order), self._chosen(largest_first)]
        ended = [self._exchanged(taken) for taken in begun]
        taken, _, _ = min(ended, key=lambda one: one[1:])
        return [self.picks[row] for row in taken]

    def _chosen(self, order: Integers) -> Integers:
        return choose_in_order(
            self.left, self.passages, self.first_row, self.end_row, order, self.vehicles, self.people, self.places,
            STEP_S, self.unfit_s,
        )  # fmt: skip

    def _exchanged(self, taken: Integers) -> tuple[Integers, float, float]:
        return exchange(
            self.left, self.passages, self.first_row, self.end_row, taken, self.vehicles, self.people, self.places,
            STEP_S, self.unfit_s, _MOST_SWEEPS,
        )  # fmt: skip

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
from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.assignment import Accepts, Choice
from firesim.command.ways import Network, Way
from firesim.physics.search import earliest_arrival, edges_from, edges_to

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STEP_S = 60.0  # a road at 1,300 veh/h takes 22 vehicles in it: fine beside half an hour of mobilisation
_NOTHING = 1e-6  # vehicles; less is what rounding leaves
_MOST_SWEEPS = 4  # exchanges settle in one or two where that was looked at (tests/command/test_sharing.py)
_MOST_TRIED = 4  # ways of a zone in one sweep; of more, the later ones were never taken there


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
    """When a convoy has the road: its way, first and last departure, and the sum of its arrival times [vehicle s].

    `unfit` vehicles find no room before a road on the way closes; they count as arriving at twice the plan's end.
    """

    refuge: int
    way: Way
    first_s: float
    last_s: float
    vehicles: float
    cost: float
    unfit: float
    edges: Integers
    begins: Integers  # step at which the first departure step enters each edge
    flow: Floats  # vehicles by departure step

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
        self.capacity: Floats = network.roads.capacity_veh_s * STEP_S
        self.left: Floats = np.repeat(self.capacity[:, None], self.steps, axis=1)
        self.ends_s = from_s + self.steps * STEP_S

    def slot(self, refuge: int, way: Way, start_s: float, vehicles: float) -> Slot:
        """When a convoy would get through by a way, the others' reservations standing. Reserves nothing."""
        network, edges = self.network, np.array(way.edges, dtype=np.int64)
        if len(edges) == 0:
            nothing = np.empty(0)
            return Slot(refuge, way, start_s, start_s, vehicles, start_s * vehicles, 0.0, edges, edges, nothing)
        leaves_s = np.cumsum(network.travel_s[edges])
        enters_s = start_s + np.concatenate([[0.0], leaves_s[:-1]])
        begins = np.floor((enters_s - self.from_s) / STEP_S).astype(np.int64)
        n = self.steps - int(begins.max())
        # The last of a step leaves at its end, and has to be through in time.
        closing_s = network.closes_s[edges] - network.margin_s - leaves_s - start_s - STEP_S
        if np.isfinite(closing_s).any():
            n = min(n, int(np.floor(float(closing_s.min()) / STEP_S)) + 1)
        n = max(n, 0)
        steps = begins[:, None] + np.arange(n)
        room = np.clip(self.left[edges[:, None], steps].min(axis=0), 0.0, None) if n else np.empty(0)
        flow = np.clip(vehicles - (np.cumsum(room) - room), 0.0, room)
        unfit = vehicles - float(flow.sum())
        unfit = unfit if unfit > _NOTHING else 0.0
        leaves = start_s + np.arange(n) * STEP_S
        used = np.flatnonzero(flow > _NOTHING)
        first_s, last_s = (float(leaves[used[0]]), float(leaves[used[-1]])) if len(used) else (inf, inf)
        cost = float((flow * (leaves + leaves_s[-1])).sum()) + unfit * 2.0 * self.ends_s
        return Slot(refuge, way, first_s, last_s, vehicles, cost, unfit, edges, begins, flow)

    def reserve(self, slot: Slot, sign: float = -1.0) -> None:
        """Take the room of a slot; `sign` 1 gives it back."""
        for edge, begin in zip(slot.edges.tolist(), slot.begins.tolist(), strict=True):
            self.left[edge, begin : begin + len(slot.flow)] += sign * slot.flow

    def backlog_s(self) -> Floats:
        """How long each edge would need for all that is reserved on it. [edge]"""
        reserved = (self.capacity[:, None] - self.left).sum(axis=1)
        flows = self.network.roads.capacity_veh_s
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

    Convoys reserve in the order given, the most urgent first, each the way by which its vehicles arrive soonest. Then
    each in turn tries its other ways, all later ones reserving anew, and keeps what makes the sum of arrival times of
    all least; first of all, nobody goes where there is no place while another way would do. `places`: room in each
    refuge [people].
    """
    exchange = _Exchange(room, convoys, refuge_node, places)
    exchange.offer_ways(refuges, accepts)
    exchange.improve()
    return exchange.reserved()


_Pick = tuple[int, Way]  # refuge and way


class _Exchange:
    """The ways of all convoys while they are being exchanged."""

    def __init__(self, room: RoadRoom, convoys: Sequence[Convoy], refuge_node: Integers, places: Sequence[int]) -> None:
        self.room, self.refuge_node, self.places = room, refuge_node, list(places)
        self.convoys = list(convoys)
        self.ways: list[list[_Pick]] = []
        self.taken: list[_Pick] = []
        self.before: Floats = room.left.copy()
        self.places_left = list(places)

    def offer_ways(self, refuges: Sequence[int], accepts: Mapping[int, Accepts]) -> None:
        """What each convoy can choose from, the quickest first; convoys without any are dropped.

        To each refuge: the quickest safe way, the one with the widest margin, and the quickest round the roads that
        would be crowded if all took their quickest.
        """
        network = self.room.network
        widest = {k: network.latest([int(self.refuge_node[k])]) for k in refuges}
        able = []
        for convoy in self.convoys:
            offered = dict.fromkeys([*self._quickest(convoy, refuges, 0.0), *self._widest(convoy, widest)])
            picks = [pick for pick in offered if accepts[convoy.zone](*pick)]
            if picks:
                able.append(convoy)
                self.ways.append(picks)
                self._take(convoy, picks[0])
        self.convoys = able
        crowded_s = self.room.backlog_s()
        for convoy, picks in zip(able, self.ways, strict=True):
            round_it = self._quickest(convoy, refuges, crowded_s)
            picks += [pick for pick in round_it if pick not in picks and accepts[convoy.zone](*pick)]

    def improve(self) -> None:
        """From three beginnings, exchange ways until no single exchange makes the whole better; the best stands.

        Each by its quickest way; each by its best after those before it; the same with the most vehicles choosing
        first (a small convoy may have taken the road that a large one needs more).
        """
        in_order = range(len(self.convoys))
        largest_first = sorted(in_order, key=lambda k: (-self.convoys[k].vehicles, k))
        begun = [[picks[0] for picks in self.ways], self._chosen(in_order), self._chosen(largest_first)]
        self.taken = min((self._exchanged(taken) for taken in begun), key=self._total)

    def _chosen(self, order: Sequence[int]) -> list[_Pick]:
        """Ways as convoys choose them one after another, each the best of what is left."""
        self._restore()
        chosen: dict[int, _Pick] = {}
        for k in order:
            chosen[k] = min(self.ways[k], key=partial(self._key, self.convoys[k]))
            self._take(self.convoys[k], chosen[k])
        return [chosen[k] for k in range(len(self.convoys))]

    def _exchanged(self, taken: list[_Pick]) -> list[_Pick]:
        best = self._total(taken)
        for _ in range(_MOST_SWEEPS):
            before = best
            for k, picks in enumerate(self.ways):
                for pick in self._likely(k, picks, taken):
                    tried = [*taken[:k], pick, *taken[k + 1 :]]
                    total = self._total(tried)
                    if total < best:
                        taken, best = tried, total
            if best == before:
                break
        return taken

    def reserved(self) -> dict[int, tuple[Slot, bool]]:
        """The slots as they came out, reserved in the order of the convoys."""
        self._restore()
        result = {}
        for convoy, pick in zip(self.convoys, self.taken, strict=True):
            has_room = self.places_left[pick[0]] >= convoy.people
            result[convoy.zone] = (self._take(convoy, pick), has_room)
        return result

    def _quickest(self, convoy: Convoy, refuges: Sequence[int], extra_s: Floats | float) -> list[_Pick]:
        """The safe way to each refuge that takes least, each road taking so much longer; least first."""
        network = self.room.network
        roads = network.roads
        arrive_s, via_edge = earliest_arrival(
            roads.tail, roads.head, network.travel_s + extra_s, network.closes_s, convoy.node, convoy.start_s,
            network.n_nodes, network.margin_s,
        )  # fmt: skip
        reached = sorted((float(arrive_s[self.refuge_node[k]]), k) for k in refuges)
        return [
            (k, network.way(edges_to(via_edge, roads.tail, int(self.refuge_node[k])), convoy.node))
            for at_s, k in reached if at_s < inf
        ]  # fmt: skip

    def _widest(self, convoy: Convoy, widest: Mapping[int, tuple[Floats, Integers]]) -> list[_Pick]:
        network = self.room.network
        return [
            (k, network.way(edges_from(next_edge, network.roads.head, convoy.node), convoy.node))
            for k, (leave_by_s, next_edge) in widest.items() if leave_by_s[convoy.node] >= convoy.start_s
        ]  # fmt: skip

    def _key(self, convoy: Convoy, pick: _Pick) -> tuple[float, float]:
        """How good a way is as things stand: people without a place, then the sum of arrival times."""
        refuge, way = pick
        without = max(convoy.people - max(self.places_left[refuge], 0), 0)
        return float(without), self.room.slot(refuge, way, convoy.start_s, convoy.vehicles).cost

    def _likely(self, k: int, picks: Sequence[_Pick], taken: Sequence[_Pick]) -> list[_Pick]:
        """The few ways that would be best for a convoy after those before it."""
        self._restore()
        for convoy, pick in zip(self.convoys[:k], taken[:k], strict=True):
            self._take(convoy, pick)
        return sorted(picks, key=partial(self._key, self.convoys[k]))[:_MOST_TRIED]

    def _total(self, picks: Sequence[_Pick]) -> tuple[float, float]:
        """People without a place and the sum of arrival times, if convoys took these ways in their order."""
        self._restore()
        without, cost = 0.0, 0.0
        for convoy, pick in zip(self.convoys, picks, strict=True):
            without += max(convoy.people - max(self.places_left[pick[0]], 0), 0)
            cost += self._take(convoy, pick).cost
        return without, cost

    def _take(self, convoy: Convoy, pick: _Pick) -> Slot:
        slot = self.room.slot(*pick, convoy.start_s, convoy.vehicles)
        self.room.reserve(slot)
        self.places_left[pick[0]] -= convoy.people
        return slot

    def _restore(self) -> None:
        self.room.left[:] = self.before
        self.places_left = list(self.places)

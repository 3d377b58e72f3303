"""Which refuge, by which road: four rules that differ in what they hold to be best.

    nearest   the refuge of least free-flow time, whatever burns on the way
    fastest   earliest arrival on roads that close
    safest    the widest margin before the first road on the way closes, then the least time
    capacity  fastest for all zones together, who share the roads (`sharing.py`)

Each offers only ways whose every edge is left its margin before it closes: what differs is which of them it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firesim.command.ways import Network, Way
from firesim.physics.search import edges_from, edges_to

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

Accepts = Callable[[int, Way], bool]

_ROUNDING_S = 1.0  # far more than that of any way


@dataclass(frozen=True)
class Choice:
    """The way that a zone is given: to which refuge, whether that has room for all, and in a word why this one."""

    refuge: int
    way: Way
    has_room: bool
    because: str


@dataclass(frozen=True)
class Offer:
    """A safe way to one refuge. The least `key` is the best; the way is worked out when asked for."""

    key: tuple[float, ...]
    refuge: int
    way: Callable[[], Way]


class Rule(Protocol):
    """One of the four, made anew for each plan."""

    because: str

    def offers(self, node: int, leave_s: float) -> list[Offer]:
        """Safe ways from a node for who leaves at a time, one a refuge at most, in no order."""
        ...


class Fastest:
    """Earliest arrival on roads that close."""

    because = "earliest arrival"

    def __init__(self, network: Network, refuges: Sequence[int], refuge_node: Integers) -> None:
        self.network, self.refuges, self.refuge_node = network, refuges, refuge_node
        self._leave_by_s = network.leave_by([int(refuge_node[k]) for k in refuges]) if refuges else None

    def offers(self, node: int, leave_s: float) -> list[Offer]:
        """What each refuge offers who leaves a node at a time. [s]"""
        # Who is cut off is asked for at every plan: of them no ways need be searched.
        if self._leave_by_s is None or self._leave_by_s[node] < leave_s - _ROUNDING_S:
            return []
        arrive_s, via_edge = self.network.reach(node, leave_s)
        return [
            Offer((at_s,), k, lambda k=k: self._way(via_edge, node, k))  # type: ignore[misc]
            for k in self.refuges
            if isfinite(at_s := float(arrive_s[self.refuge_node[k]]))
        ]

    def _way(self, via_edge: Integers, node: int, refuge: int) -> Way:
        edges = edges_to(via_edge, self.network.roads.tail, int(self.refuge_node[refuge]))
        return self.network.way(edges, node)


class Nearest(Fastest):
    """The refuge of least free-flow time on open roads; the way there is the quickest that is safe."""

    because = "nearest refuge"

    def __init__(self, network: Network, refuges: Sequence[int], refuge_node: Integers) -> None:
        super().__init__(network, refuges, refuge_node)
        self._away_s = {k: network.quickest([int(refuge_node[k])])[0] for k in refuges}

    def offers(self, node: int, leave_s: float) -> list[Offer]:
        """What each refuge offers who leaves a node at a time. [s]"""
        safe = super().offers(node, leave_s)
        return [Offer((float(self._away_s[one.refuge][node]),), one.refuge, one.way) for one in safe]


class Safest:
    """The widest margin before the first road on the way closes, then the least time."""

    because = "widest margin"

    def __init__(self, network: Network, refuges: Sequence[int], refuge_node: Integers) -> None:
        self.network = network
        self._to = {k: network.latest([int(refuge_node[k])]) for k in refuges}

    def offers(self, node: int, leave_s: float) -> list[Offer]:
        """What each refuge offers who leaves a node at a time. [s]"""
        result = []
        for k, (leave_by_s, next_edge) in self._to.items():
            if float(leave_by_s[node]) >= leave_s:
                way = self.network.way(edges_from(next_edge, self.network.roads.head, node), node)
                result.append(Offer((-float(leave_by_s[node]), way.travel_s), k, lambda way=way: way))  # type: ignore[misc]
        return result


RULES: dict[str, Callable[[Network, Sequence[int], Integers], Rule]] = {
    "nearest": Nearest,
    "fastest": Fastest,
    "safest": Safest,
}


def choose(
    rule: Rule, node: int, leave_s: Sequence[float], people: int, room: Sequence[int], accepts: Accepts
) -> Choice | None:
    """The best offer of a rule that is accepted and has room; without room for all, the one with the most room.

    `leave_s`: departures to be tried one after another, until one has an acceptable way. None: no way is left.
    """
    for at_s in leave_s:
        offers = sorted(rule.offers(node, at_s), key=lambda one: (*one.key, one.refuge))
        roomy = [one for one in offers if room[one.refuge] >= people]
        # Where no refuge has room for all, the one with the most room is the least bad.
        full = sorted((one for one in offers if room[one.refuge] < people), key=lambda one: -room[one.refuge])
        for one in [*roomy, *full]:
            way = one.way()
            if accepts(one.refuge, way):
                return Choice(one.refuge, way, room[one.refuge] >= people, rule.because)
    return None


def turns_back(network: Network, told: Sequence[str], to_node: int, way: Way, now_s: float) -> bool:
    """Whether somebody who set out by what was told before would now turn back into a closing road.

    They may be at any node of that route from which it is still safe. From there they take the rest of the new way
    if they stand on it, else the quickest road to the new refuge, as drivers do who are told of a place.
    """
    quickest: Integers | None = None
    index = network.roads.node_index
    for k in range(1, len(told) - 1):
        onward = network.along(told[k:])
        if onward is None or onward.leave_by_s < now_s:
            continue  # they have to turn in any case
        if told[k] in way.nodes:
            other = network.way(way.edges[way.nodes.index(told[k]) :], index[told[k]])
        else:
            quickest = network.quickest([to_node])[1] if quickest is None else quickest
            other = network.way(edges_from(quickest, network.roads.head, index[told[k]]), index[told[k]])
            if other.nodes[-1] != network.roads.node_ids[to_node]:
                return True
        if other.leave_by_s < now_s:
            return True
    return False

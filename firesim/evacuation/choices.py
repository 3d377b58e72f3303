"""Which way each vehicle takes: the four assignments, and the best way left at a closed road.

* `nearest`: the way of least free-flow time to the exit of least free-flow time; queues do not count, and the exit is
  kept as long as a way to it is left.
* `fastest`: the way of earliest arrival if the queues stayed as they stand when the vehicle's turn to leave comes;
  those at its node it sees as they are, all others once a step.
* `safest`: the way with the largest margin between entering a road and its closing, of those the quickest.
* `capacity`: the system-optimal flow of `evacuation/optimum.py`: ways and departures.

The first two know of no closure until they stand before one; the others know all from the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.case import Assignment, Evacuation
from firesim.physics.search import earliest_arrival, edges_from, edges_to, latest_departure, quickest_to

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

NOT_YET, NOWHERE = -1, -2  # no exit chosen yet; none can be reached
_BEFORE_S = 1e-6  # a road is entered this much before it closes, at the latest
Tree = tuple[Floats, Integers, Integers]  # [nodes] seconds to the exit, next road, and which exit
Way = tuple[int, list[int]]  # index of the exit, and the roads to it
Known = frozenset[int]  # edges known to be closed
NONE_KNOWN: Known = frozenset()


@dataclass(frozen=True)
class Assigned:
    """What everybody sets out to do. Arrays over [vehicles].

    `exit`: index into the exits, NOT_YET or NOWHERE; the way is `edges[start:end]`; `starts_s`: when it sets out.
    """

    exit: Integers
    starts_s: Floats
    start: Integers
    end: Integers
    edges: Integers


class Guide:
    """Finds ways through one network for one assignment."""

    def __init__(self, case: Evacuation, assignment: Assignment) -> None:
        self.case, self.assignment = case, assignment
        roads = case.network
        self._ends = roads.tail, roads.head
        self._nearest: dict[Known, Tree] = {}
        self._to_one: dict[tuple[Known, int], Tree] = {}
        self._pictures: dict[Known, Tree] = {}
        self.picture_s: Floats = roads.free_s
        # `search` lets a road be used if its far end is reached in time; here it must be entered in time.
        self._far_end_s: Floats = case.closes_s + roads.free_s
        self._leave_by_s: Floats = np.empty(0)
        if assignment in ("safest", "capacity"):
            self._leave_by_s, _ = latest_departure(
                *self._ends, roads.free_s, self._far_end_s, case.exits, roads.n_nodes
            )

    def assign(self) -> Assigned:
        """The first way of every vehicle; those of `capacity` are planned in `evacuation/optimum.py`."""
        if self.assignment == "fastest":
            n = len(self.case.node)
            none = np.zeros(n, np.int64)
            return Assigned(np.full(n, NOT_YET), self.case.departure_s, none, none, np.empty(0, np.int64))
        return self._by_node()

    def look(self, crossing_s: Floats) -> Tree:
        """Take a new picture of the queues; the quickest ways by it."""
        self.picture_s = crossing_s
        self._pictures.clear()
        return self.picture(NONE_KNOWN)

    def way_left(self, node: int, known: Known, now_s: float, bound_for: int = NOT_YET) -> Way | None:
        """The best way from a node for who knows these edges to be closed; None: there is none.

        `bound_for`: the exit that it makes for, which `nearest` keeps if it can.
        """
        if self.assignment == "nearest":
            _, next_edge, exit_of = self._to_exit(known, bound_for)
            if exit_of[node] < 0:
                _, next_edge, exit_of = self._to_exit(known, NOT_YET)
        elif self.assignment == "fastest":
            _, next_edge, exit_of = self.picture(known)
        elif self.assignment == "safest":
            return self.safest(node, now_s, known)
        else:
            return self._earliest(node, now_s, _BEFORE_S, known)
        if exit_of[node] < 0:
            return None
        return int(exit_of[node]), edges_from(next_edge, self._ends[1], node)

    # --- by trees ------------------------------------------------------------------------------------------------

    def picture(self, known: Known) -> Tree:
        """The quickest ways by the last look, for who knows these edges to be closed."""
        return self._tree(self._pictures, known, self.picture_s)

    def _to_exit(self, known: Known, exit_: int) -> Tree:
        """The quickest ways to one exit past all others, for who is at another is out; NOT_YET: to the nearest."""
        roads, exits = self.case.network, self.case.exits
        if exit_ == NOT_YET:
            return self._tree(self._nearest, known, roads.free_s)
        if (known, exit_) not in self._to_one:
            is_open = ~np.isin(roads.tail, exits)
            is_open[list(known)] = False
            time_s, next_edge, found = quickest_to(
                *self._ends, roads.free_s, is_open, exits[exit_ : exit_ + 1], roads.n_nodes
            )
            self._to_one[known, exit_] = time_s, next_edge, np.where(found < 0, NOWHERE, exit_)
        return self._to_one[known, exit_]

    def _tree(self, kept: dict[Known, Tree], known: Known, travel_s: Floats) -> Tree:
        if known not in kept:
            roads, is_open = self.case.network, np.ones(self.case.network.n_edges, bool)
            is_open[list(known)] = False
            kept[known] = quickest_to(*self._ends, travel_s, is_open, self.case.exits, roads.n_nodes)
        return kept[known]

    def _by_node(self) -> Assigned:
        """`nearest` and `safest`: one way from each node."""
        case = self.case
        edges: list[int] = []
        places: dict[int, tuple[int, int, int]] = {}
        for node in np.unique(case.node).tolist():
            # The best way is the same whenever one leaves, as long as one leaves in time.
            way = self.way_left(node, NONE_KNOWN, -np.inf)
            if way is None:
                places[node] = NOWHERE, 0, 0
            else:
                places[node] = way[0], len(edges), len(edges) + len(way[1])
                edges += way[1]
        exit_, start, end = (np.array([places[node][k] for node in case.node.tolist()], np.int64) for k in range(3))
        if self.assignment == "safest":
            exit_[case.departure_s > self._leave_by_s[case.node] - _BEFORE_S] = NOWHERE
        return Assigned(exit_, case.departure_s, start, end, np.array(edges, np.int64))

    # --- with closing times ----------------------------------------------------------------------------------------

    def safest(self, node: int, now_s: float, known: Known) -> Way | None:
        """Leaving at t, the margin of a way is the latest that one may leave by it, less t."""
        leave_by_s = float(self._leave_by_s[node])
        if leave_by_s - _BEFORE_S < now_s:
            return None  # with less than that to spare a sum of times may be off by its last bits
        if np.isinf(leave_by_s):
            closed = frozenset(np.flatnonzero(np.isfinite(self.case.closes_s)).tolist())
            _, next_edge, exit_of = self._tree(self._nearest, closed, self.case.network.free_s)
            return int(exit_of[node]), edges_from(next_edge, self._ends[1], node)
        return self._earliest(node, 0.0, leave_by_s - _BEFORE_S, known)

    def _earliest(self, node: int, now_s: float, margin_s: float, known: Known) -> Way | None:
        """The quickest way on which every road is entered `margin_s` before it closes, and none is known as closed."""
        roads, exits = self.case.network, self.case.exits
        far_end_s = self._far_end_s
        if known:
            far_end_s = far_end_s.copy()
            far_end_s[list(known)] = -np.inf
        arrive_s, via_edge = earliest_arrival(
            *self._ends, roads.free_s, far_end_s, node, now_s, roads.n_nodes, margin_s
        )
        first = int(np.argmin(arrive_s[exits]))
        if np.isinf(arrive_s[exits[first]]):
            return None
        return first, edges_to(via_edge, self._ends[0], int(exits[first]))

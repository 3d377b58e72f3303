"""What people on the roads know of them, and the way they take.

Everybody knows the map. What else a traveller knows is which roads are cut or smoky and which refuges are full,
learnt at the spot or by being told. A *row* is a refuge together with such knowledge and the way of moving (by car
or on foot), and carries the next road from every node; travellers who know the same share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.physics.search import RoadGraph
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

NOWHERE = -1


@dataclass(frozen=True)
class Knowledge:
    """Edges known to be cut, refuges known to be full or lost to the fire, and edges shunned for their smoke.

    As sorted indices.
    """

    cut: tuple[int, ...] = ()
    full: tuple[int, ...] = ()
    smoky: tuple[int, ...] = ()

    def with_also(self, cut: Iterable[int] = (), full: Iterable[int] = (), smoky: Iterable[int] = ()) -> Knowledge:
        """Knowing these too."""
        if not (cut or full or smoky):
            return self
        return Knowledge(_with_also(self.cut, cut), _with_also(self.full, full), _with_also(self.smoky, smoky))


def _with_also(old: tuple[int, ...], new: Iterable[int]) -> tuple[int, ...]:
    known = {*old, *new}
    return tuple(sorted(known)) if len(known) > len(old) else old


class Wayfinder:
    """Quickest ways at free-flow speed among the roads not known to be cut; queues ahead are not foreseen.

    Attributes
    ----------
    next_edge : int64 [rows, nodes]
        Road to take from each node, -1 where none leads on; rows beyond `n_rows` are unused room.
    cost : float64 [rows, nodes]
        What the whole way takes: seconds by car, metres on foot.
    refuge, node : int64 [rows]
        Where a row leads.
    safe_ones : refuges that are no last resorts
    """

    def __init__(self, roads: Roads, refuges: Sequence[Refuge], n_by_advice: int = 0) -> None:
        self.roads = roads
        self.of_themselves = range(len(refuges) - n_by_advice)  # without advice nobody goes to the last `n_by_advice`
        self.n_nodes = len(roads.node_ids)
        self.safe_ones = tuple(k for k in self.of_themselves if not refuges[k].is_last_resort)
        self.refuge_nodes: Integers = np.array([roads.node_index[r.node] for r in refuges], dtype=np.int64)
        self.drive_s: Floats = np.full(len(roads.edges), np.inf)
        public = roads.is_public
        self.drive_s[public] = roads.length_m[public] / roads.speed_m_s[public]
        self._by_car, self._on_foot = (
            RoadGraph(roads.tail, roads.head, travel, self.n_nodes) for travel in (self.drive_s, roads.length_m)
        )
        self.next_edge: Integers = np.full((16, self.n_nodes), NOWHERE, dtype=np.int64)
        self.refuge: Integers = np.full(16, NOWHERE, dtype=np.int64)
        self.node: Integers = np.full(16, NOWHERE, dtype=np.int64)
        self.cost: Floats = np.full((16, self.n_nodes), np.inf)
        self.n_rows = 0
        self._of_row: list[tuple[bool, int, Knowledge]] = []
        self._rows: dict[tuple[bool, int, Knowledge], int] = {}
        self._nearest: dict[tuple[bool, Knowledge, tuple[int, ...] | None], list[int]] = {}  # by node

    def knowledge(self, row: int) -> Knowledge:
        """What travellers with this row know."""
        return self._of_row[row][2]

    def row(self, drives: bool, refuge: int, knowledge: Knowledge) -> int:
        """The row that leads to a refuge by car or on foot, made when first asked for."""
        key = (drives, refuge, knowledge)
        row = self._rows.get(key)
        if row is None:
            cost, next_edge, _ = self._search(drives, knowledge, self.refuge_nodes[refuge : refuge + 1])
            self._append(next_edge, cost, refuge)
            row = self._rows[key] = self.n_rows - 1
            self._of_row.append(key)
        return row

    def cost_from(self, drives: bool, refuge: int, knowledge: Knowledge, node: int) -> float:
        """Cost of the way from a node to a refuge: seconds by car, metres on foot; inf: no way."""
        row = self.row(drives, refuge, knowledge)  # may make the table longer, so it comes first
        return float(self.cost[row, node])

    def row_knowing(self, row: int, knowledge: Knowledge) -> int:
        """The same way of moving to the same refuge with other knowledge."""
        drives, refuge, _ = self._of_row[row]
        return self.row(drives, refuge, knowledge)

    def nearest(self, drives: bool, node: int, knowledge: Knowledge, among: tuple[int, ...] | None = None) -> int:
        """The refuge reached soonest from a node among those not known to be full; -1: none can be reached.

        `among`: only these refuges; None: any. By car that is no last resort while another can be reached; on foot
        people make for the nearest open place, the beach before them, whatever it is.
        """
        if among is None and drives and len(self.safe_ones) < len(self.of_themselves):
            safe = self.nearest(drives, node, knowledge, self.safe_ones)
            if safe != NOWHERE:
                return safe
        key = (drives, knowledge, among)
        nearest = self._nearest.get(key)
        if nearest is None:
            wanted = self.of_themselves if among is None else among
            nearest = self._nearest[key] = self._nearest_of(drives, knowledge, wanted)
        return nearest[node]

    def _nearest_of(self, drives: bool, knowledge: Knowledge, wanted: Sequence[int]) -> list[int]:
        """The refuge reached soonest from each node, of these but for those known to be full; -1: none. [nodes]"""
        candidates = [refuge for refuge in wanted if refuge not in knowledge.full]
        _, _, which = self._search(drives, knowledge, self.refuge_nodes[candidates])
        nearest: list[int] = np.array([*candidates, NOWHERE], dtype=np.int64)[which].tolist()
        return nearest

    def reaches_any_on_foot(self, knowledge: Knowledge) -> NDArray[np.bool_]:
        """Nodes from which a refuge, no last resort, not known to be full can be walked to. [nodes]"""
        open_ones = [k for k in self.safe_ones if k not in knowledge.full]
        cost, _, _ = self._search(False, knowledge, self.refuge_nodes[open_ones])
        return np.isfinite(cost)

    def _search(self, drives: bool, knowledge: Knowledge, targets: Integers) -> tuple[Floats, Integers, Integers]:
        # Walkers' times are in metres: all walk alike, so the shortest way is the quickest.
        graph, travel = (self._by_car, self.drive_s) if drives else (self._on_foot, self.roads.length_m)
        is_open = np.isfinite(travel)
        is_open[[*knowledge.cut, *knowledge.smoky]] = False
        return graph.quickest_to(is_open, targets)

    def _append(self, next_edge: Integers, cost: Floats, refuge: int) -> None:
        if self.n_rows == len(self.refuge):
            self.next_edge = np.concatenate([self.next_edge, np.full_like(self.next_edge, NOWHERE)])
            self.cost = np.concatenate([self.cost, np.full_like(self.cost, np.inf)])
            self.refuge = np.concatenate([self.refuge, np.full_like(self.refuge, NOWHERE)])
            self.node = np.concatenate([self.node, np.full_like(self.node, NOWHERE)])
        self.next_edge[self.n_rows], self.cost[self.n_rows] = next_edge, cost
        self.refuge[self.n_rows], self.node[self.n_rows] = refuge, self.refuge_nodes[refuge]
        self.n_rows += 1

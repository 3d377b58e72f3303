"""Roads that block one another in a ring: counted, told, and resolved by rule."""

from __future__ import annotations

from firesim.physics.queues import REMOVED
from firesim.place.roads import Roads
from firesim.record import Journal
from firesim.world.flow import Flow
from firesim.world.trips import Trips

_DONE = {"push": "a car squeezed through or pulled aside", "remove": "a car was taken off", "none": "nobody moved"}


class Gridlocks:
    """Looks for rings and applies the rule: `push`, `remove` or `none`.

    Attributes
    ----------
    count, forced_moves : since the start
    """

    def __init__(self, roads: Roads, flow: Flow, trips: Trips, journal: Journal, rule: str, patience_s: float) -> None:
        self._roads, self._flow, self._trips, self._journal = roads, flow, trips, journal
        self._rule, self._patience_s = rule, patience_s
        self._locked: list[int] = []
        self.count = self.forced_moves = 0

    def resolve(self, now_s: float) -> None:
        """One move for each ring that has stood longer than people have patience; under `none` it is told once."""
        rings = self._flow.rings(now_s, self._patience_s)
        for edge in rings:
            if edge in self._locked:
                continue
            trip = int(self._flow.queues.first[edge])
            self.count += 1
            self._journal.add(now_s, self._place(edge), "gridlock", int(self._trips.cause_id[trip]), self._rule)
            if self._rule == "push":
                self._flow.force(edge, now_s)
                self.forced_moves += 1
            elif self._rule == "remove":
                self._flow.end(trip, REMOVED, now_s)
        self._locked = rings if self._rule == "none" else []

    def _place(self, edge: int) -> str:
        n_edges = self._flow.n_edges
        return self._roads.edge_names[edge] if edge < n_edges else self._roads.node_ids[edge - n_edges]

    def warnings(self) -> list[str]:
        """How often, in words."""
        return [f"gridlock {self.count} times: {_DONE[self._rule]} each time"] if self.count else []

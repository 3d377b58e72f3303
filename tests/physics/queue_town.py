"""A small network with one destination, straight from the arrays of the queue kernel."""

from __future__ import annotations

import numpy as np

from firesim.physics import traffic
from firesim.physics.queues import NOBODY, Network, Travellers, Ways, add_events, new_events, new_queues
from firesim.physics.search import quickest_to

ROOM_FOR_ALL = 10**9


class Town:
    """A network with one destination node and everybody's state, straight from the arrays."""

    def __init__(self, n_nodes, edges, destination, n_cars, turn_s=60.0):
        """`edges`: (tail, head, free_s, headway_s, storage, opposite, is_shared) each."""
        tail, head, free_s, headway_s, storage, opposite, shared = (list(column) for column in zip(*edges, strict=True))
        nodes = list(range(n_nodes))
        self.n_edges, self.n_nodes, self.turn_s = len(edges), n_nodes, turn_s
        self.network = Network(
            head=np.array(head + nodes),
            length_m=np.array([10.0 * s for s in free_s] + [0.0] * n_nodes),
            free_s=np.array(free_s + [0.0] * n_nodes, float),
            headway_s=np.array(headway_s + [0.0] * n_nodes, float),
            storage=np.array(storage + [ROOM_FOR_ALL] * n_nodes),
            opposite=np.array(opposite + [-1] * n_nodes),
            is_shared=np.array(shared + [False] * n_nodes),
        )
        self.queues = new_queues(self.n_edges + n_nodes)
        whole, real = [np.zeros(n_cars, np.int64) for _ in range(7)], [np.zeros(n_cars) for _ in range(5)]
        self.cars = Travellers(
            edge=whole[0], behind=np.full(n_cars, NOBODY), entered_s=real[0], ready_s=real[1], speed_m_s=real[2],
            braves=np.zeros(n_cars, bool), row=whole[2], route_at=whole[3], route_end=whole[4], people=whole[5] + 1,
            distance_m=real[3], status=whole[6], done_s=real[4] + np.inf,
        )  # fmt: skip
        is_open = np.ones(self.n_edges, bool)
        _, next_edge, _ = quickest_to(tail, head, np.array(free_s) + 1e-3, is_open, [destination], n_nodes)
        self.ways = Ways(
            next_edge[None, :], np.zeros(1, np.int64), np.array([destination]), np.array([ROOM_FOR_ALL]),
            np.empty(0, np.int64),
        )  # fmt: skip
        self.events = new_events(4 * (self.n_edges + n_nodes + n_cars) + 16)
        self.tail, self.head = np.array(tail), np.array(head)

    def depart(self, cars, node, at_s):
        cars = np.asarray(cars)
        self.cars.edge[cars] = self.n_edges + np.asarray(node)
        self.cars.ready_s[cars] = at_s
        self.cars.entered_s[cars] = at_s
        add_events(self.events, self.cars.ready_s[cars], self.network.head.size + cars)

    def run(self, until_s):
        return traffic.advance(
            self.network, self.queues, self.cars, self.ways, self.events, float(until_s), float(self.turn_s)
        )

    def on_roads(self):
        """Cars found by following every queue."""
        found = []
        for edge in range(self.n_edges + self.n_nodes):
            here = self.queues.first[edge]
            queue = []
            while here != NOBODY:
                queue.append(int(here))
                here = self.cars.behind[here]
            assert len(queue) == self.queues.cars[edge]
            found += queue
        return found


def one_way(tail, head, free_s=10.0, headway_s=2.0, storage=ROOM_FOR_ALL):
    return (tail, head, free_s, headway_s, storage, -1, False)

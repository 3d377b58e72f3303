"""All trips of a run as flat arrays, and the few ways in which the world changes them.

A thin cover of `physics/traffic.py`: it makes the arrays from the roads, lets them grow, and takes travellers off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics import gridlock
from firesim.physics import traffic as moves
from firesim.physics.queues import (
    NOBODY,
    TRAVELLING,
    Network,
    Travellers,
    Ways,
    add_events,
    keep_only,
    new_events,
    new_queues,
    schedule,
    take_first,
    wake_all_in_line,
)
from firesim.physics.road_changes import hand_lanes_over, set_free_time, set_room
from firesim.place.roads import Roads

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_LEAST_STORAGE = 1  # the shortest road still holds a car
_FIRST_ROOM = 256  # trips; grows by doubling


@dataclass(frozen=True)
class OnClosedRoad:
    """Who is on a road when the fire cuts it: trips past the cut, close to it, and before it with how far they came."""

    past: list[int]
    caught: list[int]
    before: list[tuple[int, float]]


class Flow:
    """The state of every road and every trip.

    Attributes
    ----------
    network, queues, travellers, events : see `physics/queues.py`
    n_edges : roads; the driveway of a node is edge `n_edges + node`
    n : trips so far
    may_have_ended : whether any trip may have since `Trips.changes` looked, who clears it
    """

    def __init__(self, roads: Roads, drive_s: Floats) -> None:
        self.n_edges, n_nodes = len(roads.edges), len(roads.node_ids)
        self.network = _network_of(roads, drive_s)
        self.queues = new_queues(self.n_edges + n_nodes)
        self.travellers = _travellers(_FIRST_ROOM)
        self.events = new_events(self.n_edges + n_nodes + _FIRST_ROOM)
        self.n = 0
        self.may_have_ended = False
        self._waits_since_s = -np.inf  # no road that waits has done so for longer

    def add(self, n: int) -> Integers:
        """Make `n` new trips; returns their numbers."""
        trips = np.arange(self.n, self.n + n)
        size = len(self.travellers.edge)
        while size < self.n + n:
            size *= 2
        grown = size - len(self.travellers.edge)
        if grown:
            both = zip(self.travellers, _travellers(grown), strict=True)
            self.travellers = Travellers(*(np.concatenate(pair) for pair in both))
        self.n += n
        return trips

    def set_out(self, trips: Integers) -> None:
        """Let trips start from their driveway at their `ready_s`."""
        # Every road may be scheduled once besides what is on the heap now.
        needed = int(self.events.size[0]) + len(self.network.head) + len(trips)
        if needed > len(self.events.keys):
            old, self.events = self.events, new_events(2 * needed)
            size = int(old.size[0])
            self.events.keys[:size], self.events.labels[:size] = old.keys[:size], old.labels[:size]
            self.events.size[0] = size
        add_events(self.events, self.travellers.ready_s[trips], self.network.head.size + trips)

    def advance(self, ways: Ways, until_s: float, turn_s: float) -> tuple[int, int, float]:
        """Move everybody until `until_s`, or until somebody asks; see `physics.traffic.advance`."""
        if self.events.size[0] == 0 or self.events.keys[0] >= until_s:
            return moves.DONE, NOBODY, until_s
        self.may_have_ended = True
        question, who, now_s = moves.advance_parts(
            until_s, turn_s, *self.network, *self.queues, *self.travellers, *ways, *self.events
        )
        return int(question), int(who), float(now_s)

    def drives(self, trip: int) -> bool:
        """Whether a trip is by car; else on foot."""
        return bool(self.travellers.speed_m_s[trip] <= 0.0)

    def node_of(self, trip: int) -> int:
        """The node that a traveller heads for, or stands at."""
        return int(self.network.head[self.travellers.edge[trip]])

    def end(self, trip: int, status: int, now_s: float) -> None:
        """A trip is over; a car that stands first at the end of its road makes way for the next."""
        edge = int(self.travellers.edge[trip])
        if self.drives(trip) and self.queues.first[edge] == trip:
            take_first(self.network, self.queues, self.travellers, self.events, edge, now_s)
        self.mark(trip, status, now_s)

    def mark(self, trip: int, status: int, now_s: float) -> None:
        """Note that a trip is over, without touching any queue."""
        self.travellers.status[trip], self.travellers.done_s[trip] = status, now_s
        self.may_have_ended = True

    def return_to_tail(self, trip: int, tail: int, gone_m: float, now_s: float) -> None:
        """A traveller turns on the road and is back at its start after the time it took to get there."""
        t = self.travellers
        t.distance_m[trip] += 2.0 * gone_m
        back_s = 2.0 * now_s - t.entered_s[trip]
        t.edge[trip], t.entered_s[trip], t.ready_s[trip] = self.n_edges + tail, now_s, back_s

    def moved(self, trips: Integers, at_s: float) -> Floats:
        """The fraction of its edge that each trip has done at free flow, or on foot. [trips], 0 to 1

        Trips that are over stay where they ended.
        """
        t = self.travellers
        return _moved(trips, t.status, t.entered_s, t.ready_s, t.done_s, at_s)

    def who_is_where(
        self, edge: int, cut_fraction: float, length_m: float, caught_within_m: float, now_s: float
    ) -> OnClosedRoad:
        """Sort those on an edge by where the fire cuts it. A car is no further than its place in the queue."""
        cars = self.queue_of(edge)
        holds = max(int(self.network.storage[edge]), len(cars), 1)
        in_queue = 1.0 - (np.arange(len(cars)) + 0.5) / holds
        t, n = self.travellers, self.n
        walks = (t.speed_m_s[:n] > 0.0) & (t.status[:n] == TRAVELLING) & (t.edge[:n] == edge)
        walkers = np.flatnonzero(walks)
        trips = np.concatenate([np.array(cars, dtype=np.int64), walkers])
        at = self.moved(trips, now_s)
        at[: len(cars)] = np.minimum(at[: len(cars)], in_queue)
        sorted_trips = OnClosedRoad([], [], [])
        for trip, fraction in zip(trips.tolist(), at.tolist(), strict=True):
            if abs(fraction - cut_fraction) * length_m <= caught_within_m:
                sorted_trips.caught.append(trip)
            elif fraction > cut_fraction:
                sorted_trips.past.append(trip)
            else:
                sorted_trips.before.append((trip, fraction * length_m))
        return sorted_trips

    def queue_of(self, edge: int) -> list[int]:
        """The cars on an edge, first to leave first."""
        queue, here = [], int(self.queues.first[edge])
        while here != NOBODY:
            queue.append(here)
            here = int(self.travellers.behind[here])
        return queue

    def keep_only(self, edge: int, trips: list[int], now_s: float) -> None:
        """Only these cars, in this order, remain on an edge."""
        cars = np.array([trip for trip in trips if self.drives(trip)], dtype=np.int64)
        keep_only(self.network, self.queues, self.travellers, self.events, edge, cars, now_s)

    def slow(self, edges: Integers, free_s: Floats, now_s: float) -> None:
        """From now on these edges take so long at free flow; see `physics.road_changes.set_free_time`."""
        set_free_time(self.network, self.queues, self.travellers, self.events, edges, free_s, now_s)

    def hand_lanes_over(self, edges: Integers, now_s: float, gain: float) -> list[int]:
        """Contraflow: see `physics.road_changes.hand_lanes_over`. Returns those of `edges` whose lanes were empty."""
        state = (self.network, self.queues, self.travellers, self.events)
        handed: list[int] = hand_lanes_over(*state, edges, now_s, gain).tolist()
        return handed

    def set_room(self, edge: int, headway_s: float, storage: int, now_s: float) -> None:
        """From now on cars leave an edge so far apart, and so many find room; see `physics.road_changes.set_room`."""
        edges, headways_s, rooms = np.array([edge]), np.array([headway_s]), np.array([storage])
        set_room(self.network, self.queues, self.travellers, self.events, edges, headways_s, rooms, now_s)

    def pull_over(self, trip: int, now_s: float) -> None:
        """A car that stands first at the end of its road waits beside the node, in nobody's way."""
        edge, node = int(self.travellers.edge[trip]), self.node_of(trip)
        if self.queues.first[edge] == trip:
            take_first(self.network, self.queues, self.travellers, self.events, edge, now_s)
        t = self.travellers
        t.edge[trip], t.entered_s[trip], t.ready_s[trip] = self.n_edges + node, now_s, np.inf

    def set_out_again(self, trip: int, now_s: float) -> None:
        """A car that has pulled over goes on."""
        self.travellers.entered_s[trip] = self.travellers.ready_s[trip] = now_s
        self.set_out(np.array([trip]))

    def let_think(self, trip: int, now_s: float) -> None:
        """A traveller whose way has changed need not go on waiting for the road that it wanted before."""
        edge = int(self.travellers.edge[trip])
        if self.queues.first[edge] == trip and self.queues.waits_for[edge] != NOBODY:
            schedule(self.queues, self.events, edge, now_s)

    def let_line_think(self, edge: int, now_s: float) -> None:
        """Everybody who waits to enter this road thinks again."""
        wake_all_in_line(self.queues, self.events, edge, now_s)

    def rings(self, now_s: float, patience_s: float) -> list[int]:
        """One road of each ring of roads that block one another; see `physics.gridlock.gridlocks`."""
        # All roads of a ring have waited at least so long; and whoever comes to wait later waits since later.
        if now_s - self._waits_since_s < patience_s:
            return []
        self._waits_since_s = min(float(self.queues.waits_since_s.min()), now_s)
        if now_s - self._waits_since_s < patience_s:
            return []
        found: list[int] = gridlock.gridlocks(self.network, self.queues, now_s, patience_s).tolist()
        return found

    def force(self, edge: int, now_s: float) -> None:
        """The first car of `edge` squeezes into the road it waits for, or pulls aside; see `physics.gridlock.force`."""
        self.may_have_ended = True
        gridlock.force(self.network, self.queues, self.travellers, self.events, edge, now_s)


@kernel
def _moved(
    trips: Integers, status: Integers, entered_s: Floats, ready_s: Floats, done_s: Floats, at_s: float
) -> Floats:  # fmt: skip
    """See `Flow.moved`. [trips]"""
    fraction = np.empty(trips.size)
    for k, trip in enumerate(trips):
        now_s = at_s if status[trip] == TRAVELLING else done_s[trip]
        span_s = max(ready_s[trip] - entered_s[trip], 1e-9)
        fraction[k] = min(max((now_s - entered_s[trip]) / span_s, 0.0), 1.0)
    return fraction


def _network_of(roads: Roads, drive_s: Floats) -> Network:
    n_nodes = len(roads.node_ids)
    nodes = np.arange(n_nodes)
    none = np.full(n_nodes, -1, dtype=np.int64)
    storage = np.floor(roads.length_m * roads.jam_density_veh_m + 1e-9).astype(np.int64)
    headway_s = 1.0 / np.maximum(roads.capacity_veh_s, 1e-9)  # a footpath carries no car at all
    return Network(
        head=np.concatenate([roads.head, nodes]),
        length_m=np.concatenate([roads.length_m, np.zeros(n_nodes)]),
        free_s=np.concatenate([drive_s, np.zeros(n_nodes)]),
        headway_s=np.concatenate([headway_s, np.zeros(n_nodes)]),
        storage=np.concatenate([np.maximum(storage, _LEAST_STORAGE), np.full(n_nodes, np.iinfo(np.int64).max)]),
        opposite=np.concatenate([roads.opposite, none]),
        is_shared=np.concatenate([roads.shared_lane, np.zeros(n_nodes, np.bool_)]),
    )


def _travellers(n: int) -> Travellers:
    whole = [np.zeros(n, np.int64) for _ in range(7)]
    real = [np.zeros(n) for _ in range(5)]
    return Travellers(
        edge=whole[0], behind=whole[1], entered_s=real[0], ready_s=real[1], speed_m_s=real[2],
        braves=np.zeros(n, np.bool_), row=np.full(n, -1, np.int64), route_at=whole[2], route_end=whole[3],
        people=whole[4], distance_m=real[3], status=whole[5], done_s=real[4],
    )  # fmt: skip

"""The roads run until they are empty: rings are opened, and nobody is left standing."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.clearing import run_until_clear
from firesim.physics.queues import (
    ARRIVED,
    NOBODY,
    TRAVELLING,
    Network,
    Travellers,
    Ways,
    add_events,
    new_events,
    new_queues,
)

ROOM_FOR_ALL = 1 << 40


def ring(cars):
    """Three one-way roads of 10 s that hold one car each, in a ring; every car goes two roads on."""
    n = len(cars)
    nodes = np.arange(3)
    network = Network(
        head=np.array([1, 2, 0, 0, 1, 2]), length_m=np.array([100.0] * 3 + [0.0] * 3),
        free_s=np.array([10.0] * 3 + [0.0] * 3), headway_s=np.array([2.0] * 3 + [0.0] * 3),
        storage=np.array([1, 1, 1] + [ROOM_FOR_ALL] * 3), opposite=np.full(6, NOBODY), is_shared=np.zeros(6, bool),
    )  # fmt: skip
    start = np.array(cars)
    ways = Ways(
        next_edge=np.full((3, 3), NOBODY), refuge=nodes, node=(nodes + 2) % 3, room=np.full(3, ROOM_FOR_ALL),
        route_edges=np.array([0, 1, 1, 2, 2, 0]),
    )  # fmt: skip
    travellers = Travellers(
        edge=3 + start, behind=np.full(n, NOBODY), entered_s=np.zeros(n), ready_s=np.zeros(n), speed_m_s=np.zeros(n),
        braves=np.zeros(n, bool),
        row=start.copy(), route_at=2 * start, route_end=2 * start + 2, people=np.ones(n, np.int64),
        distance_m=np.zeros(n), status=np.full(n, TRAVELLING), done_s=np.full(n, np.inf),
    )  # fmt: skip
    queues, events = new_queues(6, 2 * n + 1), new_events(6 + n + 1)
    add_events(events, np.zeros(n), 6 + np.arange(n))
    return network, queues, travellers, ways, events


def test_a_ring_that_blocks_itself_is_opened_after_its_patience():
    state = ring([0, 1, 2])
    forced = run_until_clear(*state, 0.0, 10_000.0, 60.0, 60.0)
    _, queues, travellers, _, _ = state
    assert forced >= 1
    assert (travellers.status == ARRIVED).all()
    assert travellers.done_s.min() > 10.0 + 60.0  # all three stood first
    assert queues.n_logged[0] == 6  # each has entered two roads


def test_without_a_ring_nobody_squeezes_through():
    state = ring([0])
    assert run_until_clear(*state, 0.0, 10_000.0, 60.0, 60.0) == 0
    assert state[2].done_s.tolist() == [20.0]


def test_it_gives_up_at_its_limit():
    state = ring([0])
    assert run_until_clear(*state, 0.0, 15.0, 60.0, 60.0) == 0
    assert state[2].status[0] == TRAVELLING


@pytest.mark.parametrize("what", ["closed", "full"])
def test_a_question_ends_it(what):
    state = ring([0])
    if what == "closed":
        state[1].is_closed[1] = True
    else:
        state[3].room[:] = 0
    assert run_until_clear(*state, 0.0, 10_000.0, 60.0, 60.0) == -1

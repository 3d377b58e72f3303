"""Queues on roads: exact cases on paper, and laws on random networks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics import gridlock, traffic
from firesim.physics.queues import ARRIVED, NOBODY, REMOVED, TRAVELLING, Ways, add_events, new_queues, take_first
from firesim.physics.search import quickest_to
from tests.physics.queue_town import ROOM_FOR_ALL, Town, one_way


@pytest.mark.parametrize("step_s", [1.0, 10.0, 1000.0])
def test_a_bottleneck_clears_in_exactly_demand_over_capacity(step_s):
    town = Town(2, [one_way(0, 1, free_s=30.0, headway_s=3.6)], 1, 500)
    town.depart(range(500), 0, 0.0)
    for now_s in np.arange(step_s, 4001.0, step_s):
        town.run(now_s)
    assert (town.cars.status == ARRIVED).all()
    np.testing.assert_allclose(np.sort(town.cars.done_s), 30.0 + 3.6 * np.arange(500), rtol=0, atol=1e-9)


def test_the_bottleneck_decides_wherever_it_lies_along_the_way():
    for headways in ([2.0, 5.0, 2.0], [5.0, 2.0, 2.0], [2.0, 2.0, 5.0]):
        town = Town(4, [one_way(k, k + 1, 10.0, h) for k, h in enumerate(headways)], 3, 100)
        town.depart(range(100), 0, 0.0)
        town.run(10_000.0)
        assert town.cars.done_s.max() == pytest.approx(30.0 + 99 * 5.0, abs=1e-9)


def test_nobody_overtakes_on_a_road():
    town = Town(2, [one_way(0, 1)], 1, 50)
    town.depart(range(50), 0, np.arange(50) * 0.5)
    town.run(1000.0)
    assert (np.diff(town.cars.done_s) > 0.0).all()


def test_a_queue_spills_back_over_the_junction_and_holds_others_up():
    # 0 -> 1 -> 2 -> 3, the last road slow and short; cars from 4 join at 1 and stand too, though bound the same way
    edges = [one_way(0, 1, storage=20), one_way(1, 2, storage=10), one_way(2, 3, headway_s=20.0, storage=5)]
    edges.append(one_way(4, 1, storage=20))
    town = Town(5, edges, 3, 60)
    town.depart(range(40), 0, 0.0)
    town.depart(range(40, 60), 4, 0.0)
    town.run(200.0)
    assert town.queues.cars[2] == 5
    assert town.queues.cars[1] == 10
    assert town.queues.cars[0] == 20
    assert town.queues.cars[3] > 0
    assert town.queues.waits_for[0] == 1
    assert town.queues.waits_for[3] == 1
    town.run(1e5)
    assert town.cars.done_s.max() == pytest.approx(30.0 + 59 * 20.0, abs=1e-9)  # and no capacity was lost


def test_two_full_approaches_take_turns():
    edges = [one_way(0, 2, 10.0, 1.0), one_way(1, 2, 10.0, 1.0), one_way(2, 3, 10.0, 4.0, storage=4)]
    town = Town(4, edges, 3, 200)
    town.depart(range(100), 0, 0.0)
    town.depart(range(100, 200), 1, 0.0)
    town.run(400.0)
    came = [int((town.cars.status[:100] == ARRIVED).sum()), int((town.cars.status[100:] == ARRIVED).sum())]
    assert sum(came) > 80
    assert abs(came[0] - came[1]) <= 1


def track(turn_s):
    """0 - 1 = 2 - 3: a one-lane track between 1 and 2, used both ways; 3 is the destination and so is 0's side."""
    edges = [
        (0, 1, 5.0, 2.0, ROOM_FOR_ALL, -1, False),
        (1, 2, 20.0, 2.0, 8, 2, True),
        (2, 1, 20.0, 2.0, 8, 1, True),
        (2, 3, 5.0, 2.0, ROOM_FOR_ALL, -1, False),
        (3, 2, 5.0, 2.0, ROOM_FOR_ALL, -1, False),
        (1, 0, 5.0, 2.0, ROOM_FOR_ALL, -1, False),
    ]
    town = Town(4, edges, 3, 120, turn_s)
    _, back, _ = quickest_to(town.tail, town.head, town.network.free_s[:6], np.ones(6, bool), [0], 4)
    rows = np.vstack([town.ways.next_edge, back])
    town.ways = Ways(rows, np.zeros(2, np.int64), np.array([3, 0]), town.ways.room, town.ways.route_edges)
    town.cars.row[60:] = 1
    town.depart(range(60), 0, np.arange(60) * 3.0)
    town.depart(range(60, 120), 3, np.arange(60) * 3.0)
    return town


@pytest.mark.parametrize("turn_s", [0.0, 30.0, 1e9])
def test_two_opposing_streams_on_a_one_lane_track_never_overlap(turn_s):
    town, used = track(turn_s), set()
    for now_s in np.arange(0.5, 4000.0, 0.5):
        town.run(now_s)
        eastward, westward = town.queues.cars[1] > 0, town.queues.cars[2] > 0
        assert not (eastward and westward), f"both ways at {now_s} s"
        used |= {"east"} if eastward else set()
        used |= {"west"} if westward else set()
    assert used == {"east", "west"}
    assert (town.cars.status == ARRIVED).all()


def test_a_one_lane_track_lets_the_other_side_through_after_a_turn():
    patient, hasty = track(1e9), track(30.0)
    for town in (patient, hasty):
        town.run(1e5)
    assert patient.cars.done_s[60:].min() > patient.cars.done_s[:60].max()  # the first side never yields
    assert hasty.cars.done_s[60:].min() < 120.0


def test_a_closed_road_is_entered_by_nobody():
    town = Town(3, [one_way(0, 1), one_way(1, 2)], 2, 5)
    town.depart(range(5), 0, [0.0, 1.0, 2.0, 3.0, 50.0])
    town.run(15.0)
    on_it = int(town.queues.cars[1])
    town.queues.is_closed[1] = True
    reason, who, now_s = town.run(1000.0)
    assert reason == traffic.CUT
    assert town.cars.edge[who] == 0
    assert 15.0 <= now_s < 20.0
    assert town.queues.cars[1] <= on_it
    assert (town.cars.status != ARRIVED).sum() >= 3
    assert town.run(1000.0)[0] == traffic.CUT  # asked again until it is answered


def test_a_full_refuge_asks_before_it_takes_anybody_more():
    town = Town(2, [one_way(0, 1)], 1, 3)
    town.ways.room[0] = 2
    town.depart(range(3), 0, 0.0)
    reason, who, _ = town.run(1000.0)
    assert reason == traffic.FULL
    assert town.ways.room[0] == 0
    assert town.cars.status[who] == TRAVELLING
    assert (town.cars.status == ARRIVED).sum() == 2


def test_walkers_need_no_room_and_pass_a_standing_queue():
    town = Town(2, [one_way(0, 1, free_s=10.0, headway_s=100.0, storage=1)], 1, 12)
    town.cars.speed_m_s[10:] = 1.0  # the road is 100 m long
    town.depart(range(12), 0, 0.0)
    town.run(150.0)
    assert town.cars.done_s[10:].tolist() == [100.0, 100.0]
    assert (town.cars.status[:10] == ARRIVED).sum() == 2  # at 10 and 110 s


def ring(n_each=3):
    """Three short roads in a ring, each full of cars that want the one after next; the way out leads off node 2."""
    edges = [one_way(0, 1, storage=n_each), one_way(1, 2, storage=n_each), one_way(2, 0, storage=n_each)]
    edges.append(one_way(2, 3))
    town = Town(4, edges, 3, 3 * n_each)
    town.ways.next_edge[0, :] = [0, 1, 2, -1]  # everybody goes round for ever
    for edge in range(3):
        for k in range(n_each):
            who = edge * n_each + k
            town.cars.edge[who] = edge
            if k == 0:
                town.queues.first[edge] = who
            else:
                town.cars.behind[who - 1] = who
            town.queues.last[edge] = who
        town.queues.cars[edge] = n_each
        town.queues.is_scheduled[edge] = True
    add_events(town.events, np.zeros(3), np.arange(3))
    return town


def test_a_ring_of_full_roads_is_found_and_a_forced_move_turns_it():
    town = ring()
    town.run(10.0)
    assert gridlock.gridlocks(town.network, town.queues, 10.0, 5.0).tolist() == [0]
    assert gridlock.gridlocks(town.network, town.queues, 10.0, 11.0).size == 0  # not for long enough yet
    gridlock.force(town.network, town.queues, town.cars, town.events, 0, 10.0)
    town.run(11.0)
    assert sorted(town.on_roads()) == list(range(9))
    assert town.queues.cars[:3].tolist() == [3, 3, 3]  # all moved on by one


def test_a_car_taken_off_a_ring_lets_the_rest_move():
    town = ring()
    town.run(10.0)
    who = take_first(town.network, town.queues, town.cars, town.events, 0, 10.0)
    town.cars.status[who] = REMOVED
    town.run(11.0)
    assert sorted([*town.on_roads(), who]) == list(range(9))
    assert gridlock.gridlocks(town.network, town.queues, 11.0, 0.0).size == 0


def test_a_long_queue_that_moves_is_no_gridlock():
    town = Town(3, [one_way(0, 1, storage=30), one_way(1, 2, headway_s=60.0, storage=3)], 2, 40)
    town.depart(range(40), 0, 0.0)
    for now_s in range(10, 2000, 10):
        town.run(now_s)
        assert gridlock.gridlocks(town.network, town.queues, float(now_s), 0.0).size == 0


def test_a_ring_through_a_track_that_must_first_run_empty_is_found():
    # Round 1 -> 2 -> 3 -> 1 by way of a track whose turn is over: its own side may not enter it though there is room.
    edges = [
        (1, 2, 5.0, 2.0, 3, 1, True),  # 0: the track
        (2, 1, 5.0, 2.0, 3, 0, True),  # 1: the other side, which waits
        one_way(2, 3, storage=2),
        one_way(3, 1, storage=2),
        one_way(0, 2, storage=2),
    ]
    town = Town(4, edges, 0, 9, turn_s=20.0)
    town.ways.next_edge[0, :] = [4, 0, 2, 3]  # all but one go round for ever
    for edge, cars in ((0, [0]), (2, [1, 2]), (3, [3, 4]), (4, [5])):
        for k, who in enumerate(cars):
            town.cars.edge[who] = edge
            town.cars.behind[who] = cars[k + 1] if k + 1 < len(cars) else NOBODY
        town.queues.first[edge], town.queues.last[edge], town.queues.cars[edge] = cars[0], cars[-1], len(cars)
        town.queues.is_scheduled[edge] = True
        add_events(town.events, np.array([30.0]), np.array([edge]))
    town.ways = Ways(
        np.vstack([town.ways.next_edge, [4, 0, 1, 3]]), np.zeros(2, np.int64), np.array([NOBODY, NOBODY]),
        town.ways.room, town.ways.route_edges,
    )  # fmt: skip
    town.cars.row[5] = 1  # who wants the track the other way
    town.queues.has_turn[0], town.queues.turn_since_s[0] = True, 0.0
    town.run(100.0)
    assert town.queues.waits_for[3] == 0
    assert town.queues.cars[0] < town.network.storage[0]
    assert town.events.size[0] == 0
    assert gridlock.gridlocks(town.network, town.queues, 100.0, 60.0).size == 1


def test_every_entry_onto_a_road_is_noted_when_there_is_room_for_notes():
    town = Town(3, [one_way(0, 1), one_way(1, 2)], 2, 10)
    town.queues = new_queues(5, 8)
    town.depart(range(10), 0, 0.0)
    noted = []
    while True:
        reason, _, _ = town.run(1000.0)
        noted += town.queues.log[: town.queues.n_logged[0]].tolist()
        town.queues.n_logged[0] = 0
        if reason != traffic.LOG_FULL:
            break
    assert len(noted) == 20
    assert [at_s for _, _, at_s in noted] == sorted(at_s for _, _, at_s in noted)
    for who in range(10):
        mine = [(edge, at_s) for edge, car, at_s in noted if car == who]
        assert mine == [(0.0, 0.0), (1.0, 10.0 + 2.0 * who)]


@st.composite
def towns(draw):
    """Random networks with two-way and one-lane stretches, every node joined to the destination."""
    n = draw(st.integers(2, 6))
    edges = []
    for node in range(1, n):
        to = draw(st.integers(0, node - 1))
        shared, storage = draw(st.booleans()), draw(st.integers(1, 6))
        free_s, headway_s = draw(st.integers(1, 20)), draw(st.integers(1, 8))
        here = len(edges)
        edges.append((node, to, float(free_s), float(headway_s), storage, here + 1, shared))
        edges.append((to, node, float(free_s), float(headway_s), storage, here, shared))
    cars = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, 100)), min_size=1, max_size=30))
    return n, edges, cars


def run_town(n, edges, cars, step_s=10.0, until_s=3000.0):
    town = Town(n, edges, 0, len(cars))
    for who, (node, at_s) in enumerate(cars):
        town.depart([who], node, float(at_s))
    for now_s in np.arange(step_s, until_s, step_s):
        town.run(now_s)
        standing = town.on_roads()
        gone = np.flatnonzero(town.cars.status == ARRIVED).tolist()
        waiting = [w for w in range(len(cars)) if cars[w][1] >= now_s]
        assert sorted(standing + gone + waiting) == list(range(len(cars)))
        assert (town.queues.cars[: town.n_edges] <= town.network.storage[: town.n_edges]).all()
        for edge in range(0, town.n_edges, 2):
            assert not town.network.is_shared[edge] or 0 in town.queues.cars[edge : edge + 2]
    return town


@given(towns())
@settings(max_examples=40, deadline=None)
def test_vehicles_in_are_vehicles_out_and_those_on_the_road(town):
    done = run_town(*town)
    assert (done.cars.status == ARRIVED).all()  # a tree has no ring to lock


@given(towns())
@settings(max_examples=30, deadline=None)
def test_the_step_of_the_caller_changes_nothing(town):
    fine, coarse = run_town(*town, step_s=3.0), run_town(*town, step_s=500.0)
    assert fine.cars.done_s.tolist() == coarse.cars.done_s.tolist()


@given(st.integers(1, 60), st.integers(1, 10), st.integers(1, 10), st.integers(2, 9))
@settings(max_examples=50, deadline=None)
def test_more_capacity_never_clears_a_corridor_later(n_cars, headway_s, other_s, storage):
    def clearance_s(headway):
        edges = [one_way(0, 1, 7.0, other_s, storage), one_way(1, 2, 9.0, headway, storage), one_way(2, 3, 5.0, 1.0)]
        town = Town(4, edges, 3, n_cars)
        town.depart(range(n_cars), 0, np.arange(n_cars) * 1.0)
        town.run(1e6)
        return town.cars.done_s.max()

    assert clearance_s(headway_s) <= clearance_s(headway_s + 0.5)


def test_the_kernels_stay_within_their_arrays():
    here = Path(__file__)
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": "", "PYTHONPATH": str(here.parents[2])}
    environment.pop("NUMBA_CACHE_DIR")
    code = (
        "import importlib.util, sys, tempfile, os\n"
        "os.environ['NUMBA_CACHE_DIR'] = tempfile.mkdtemp()\n"
        f"spec = importlib.util.spec_from_file_location('claims', {str(here)!r})\n"
        "claims = importlib.util.module_from_spec(spec); spec.loader.exec_module(claims)\n"
        "claims.test_a_queue_spills_back_over_the_junction_and_holds_others_up()\n"
        "claims.test_a_one_lane_track_lets_the_other_side_through_after_a_turn()\n"
        "claims.test_a_ring_of_full_roads_is_found_and_a_forced_move_turns_it()\n"
        "from tests.physics import test_blue_light, test_road_changes\n"
        "test_blue_light.test_an_engine_enters_a_full_road_and_leaves_its_driveway_before_those_who_wait()\n"
        "test_blue_light.test_an_engine_does_not_pass_on_a_track_but_the_other_side_yields_at_once()\n"
        "test_road_changes.test_contraflow_doubles_a_direction_once_the_other_has_run_empty()\n"
        "test_road_changes.test_the_order_on_the_road_stays()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

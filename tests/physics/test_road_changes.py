"""Roads that change while people are on them: exact cases on paper, and what stays conserved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics import road_changes, traffic
from firesim.physics.queues import ARRIVED, BLUE_LIGHT
from tests.physics.queue_town import ROOM_FOR_ALL, Town, one_way
from tests.physics.test_traffic import towns


def slow_down(town, edge, free_s, now_s):
    town.run(now_s)
    road_changes.set_free_time(
        town.network, town.queues, town.cars, town.events, np.array([edge]), np.array([float(free_s)]), float(now_s)
    )


def give_room(town, edge, headway_s, storage, now_s):
    town.run(now_s)
    road_changes.set_room(
        town.network, town.queues, town.cars, town.events, np.array([edge]), np.array([float(headway_s)]),
        np.array([storage]), float(now_s),
    )  # fmt: skip


# --- speed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "arrives_s"),
    [
        ([], 100.0),
        ([(60.0, 200.0)], 140.0),  # 60 % done, the rest at half speed
        ([(60.0, 50.0)], 80.0),  # and at double speed: looked at earlier than foreseen
        ([(20.0, 200.0), (60.0, 50.0)], 90.0),  # 20 %, 20 %, and 60 % of 50 s
        ([(20.0, 200.0), (60.0, 100.0)], 120.0),
        ([(100.0, 500.0)], 100.0),  # at its end already
    ],
)
def test_a_car_under_way_has_the_same_share_of_its_road_left(changes, arrives_s):
    town = Town(2, [one_way(0, 1, free_s=100.0)], 1, 1)
    town.depart([0], 0, 0.0)
    for at_s, free_s in changes:
        slow_down(town, 0, free_s, at_s)
    town.run(1e4)
    assert town.cars.done_s[0] == pytest.approx(arrives_s, abs=1e-9)


def test_those_who_come_after_the_change_take_the_new_time():
    town = Town(2, [one_way(0, 1, free_s=100.0)], 1, 2)
    town.depart([0, 1], 0, [0.0, 300.0])
    slow_down(town, 0, 250.0, 200.0)
    town.run(1e4)
    assert town.cars.done_s.tolist() == [100.0, 550.0]


def test_a_queue_leaves_at_the_capacity_that_the_road_keeps():
    # All are queued at the far end at 30 s: slower air before it changes nothing for them.
    town = Town(2, [one_way(0, 1, free_s=10.0, headway_s=3.0)], 1, 50)
    town.depart(range(50), 0, 0.0)
    slow_down(town, 0, 40.0, 30.0)
    town.run(1e4)
    np.testing.assert_allclose(np.sort(town.cars.done_s), 10.0 + 3.0 * np.arange(50), rtol=0, atol=1e-9)


def test_the_order_on_the_road_stays():
    town = Town(2, [one_way(0, 1, free_s=100.0, headway_s=0.5)], 1, 30)
    town.depart(range(30), 0, 3.0 * np.arange(30))
    for now_s, free_s in ((40.0, 200.0), (70.0, 30.0), (90.0, 110.0)):
        slow_down(town, 0, free_s, now_s)
    town.run(1e4)
    assert (np.diff(town.cars.done_s) > 0.0).all()


# --- lanes ----------------------------------------------------------------------------------------------------------


def test_a_bottleneck_with_a_lane_more_from_a_time_on_clears_on_paper():
    # At 10 + 4 k until 100 s: 23 are out by 98 s. Of the next headway half a second of four has gone; it ends at
    # 100 + 2 / 2, and from there they leave every 2 s.
    town = Town(2, [one_way(0, 1, free_s=10.0, headway_s=4.0)], 1, 100)
    town.depart(range(100), 0, 0.0)
    give_room(town, 0, 2.0, ROOM_FOR_ALL, 100.0)
    town.run(1e4)
    wanted_s = np.concatenate([10.0 + 4.0 * np.arange(23), 101.0 + 2.0 * np.arange(77)])
    np.testing.assert_allclose(np.sort(town.cars.done_s), wanted_s, rtol=0, atol=1e-9)


def test_a_road_that_holds_fewer_takes_nobody_until_it_is_emptier():
    town = Town(3, [one_way(0, 1, storage=10), one_way(1, 2, headway_s=5.0, storage=8)], 2, 30)
    town.depart(range(30), 0, 0.0)
    town.run(40.0)
    assert town.queues.cars[1] == 8
    give_room(town, 1, 5.0, 3, 40.0)
    most = []
    for now_s in range(41, 300):
        town.run(float(now_s))
        most.append(int(town.queues.cars[1]))
    assert most[0] > 3  # nobody vanished
    assert max(most[most.index(3) :]) == 3
    town.run(1e4)
    assert (town.cars.status == ARRIVED).all()


def test_a_road_that_holds_more_is_entered_at_once():
    town = Town(3, [one_way(0, 1, storage=10), one_way(1, 2, free_s=100.0, headway_s=0.1, storage=4)], 2, 10)
    town.depart(range(10), 0, 0.0)
    town.run(50.0)
    assert town.queues.cars[1] == 4
    give_room(town, 1, 0.1, 8, 50.0)
    town.run(50.0 + 10.0)
    assert town.queues.cars[1] == 8


def two_way_road():
    """0 = 1, one lane each way, 20 s, 4 s apart; those at 0 make for 1, one car comes the other way."""
    edges = [(0, 1, 20.0, 4.0, 30, 1, False), (1, 0, 20.0, 4.0, 30, 0, False), one_way(1, 2, 5.0, 0.1)]
    town = Town(3, edges, 2, 101)
    town.depart(range(100), 0, 0.0)
    town.cars.edge[100], town.cars.ready_s[100], town.cars.entered_s[100] = 1, 65.0, 45.0  # on its way to 0 at 60 s
    return town


def test_contraflow_doubles_a_direction_once_the_other_has_run_empty():
    town = two_way_road()
    town.run(60.0)
    town.queues.first[1] = town.queues.last[1] = 100
    town.queues.cars[1] = 1
    town.queues.is_closed[1] = True
    closing = np.array([1])
    args = (town.network, town.queues, town.cars, town.events)
    assert road_changes.hand_lanes_over(*args, closing, 60.0).size == 0  # somebody is still coming
    town.run(70.0)
    town.queues.first[1] = town.queues.last[1] = -1
    town.queues.cars[1] = 0
    assert road_changes.hand_lanes_over(*args, closing, 70.0).tolist() == [1]
    assert road_changes.hand_lanes_over(*args, closing, 70.0).size == 0  # handed over once only
    assert town.network.headway_s[0] == pytest.approx(2.0)
    assert town.network.storage[:2].tolist() == [60, 0]
    town.run(1e4)
    # 13 left by 68 s (20 + 4 k); half of the running headway is left at 70 s: 71 s, then every 2 s, and 5 s to the end.
    wanted_s = 5.0 + np.concatenate([20.0 + 4.0 * np.arange(13), 71.0 + 2.0 * np.arange(87)])
    np.testing.assert_allclose(np.sort(town.cars.done_s[:100]), wanted_s, rtol=0, atol=1e-6)


# --- laws -----------------------------------------------------------------------------------------------------------

changes = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 60), st.integers(1, 12), st.integers(1, 6)), min_size=1, max_size=25
)


@given(towns(), changes, st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_whatever_changes_vehicles_in_are_vehicles_out_and_lanes_are_never_shared_by_both(town, changed, n_blue):
    n, edges, cars = town
    town = Town(n, edges, 0, len(cars))
    town.cars.speed_m_s[:n_blue] = BLUE_LIGHT
    for who, (node, at_s) in enumerate(cars):
        town.depart([who], node, float(at_s))
    for k, (edge, free_s, headway_s, storage) in enumerate(changed):
        now_s = 7.0 * (k + 1)
        slow_down(town, edge % town.n_edges, free_s, now_s)
        give_room(town, edge % town.n_edges, headway_s, storage, now_s)
        standing = town.on_roads()
        gone = np.flatnonzero(town.cars.status == ARRIVED).tolist()
        waiting = [w for w in range(len(cars)) if cars[w][1] >= now_s]
        assert sorted(standing + gone + waiting) == list(range(len(cars)))
        for pair in range(0, town.n_edges, 2):
            assert not town.network.is_shared[pair] or 0 in town.queues.cars[pair : pair + 2]
    town.run(1e5)
    assert (town.cars.status == ARRIVED).all()
    assert town.events.size[0] == 0


def test_a_barred_road_takes_no_car_and_lets_walkers_on():
    town = Town(3, [one_way(0, 1, free_s=10.0), one_way(1, 2, free_s=10.0)], 2, 3)
    town.queues.is_barred[1] = True
    town.network.length_m[:2] = 10.0
    town.cars.speed_m_s[1] = 1.0
    town.cars.speed_m_s[2] = BLUE_LIGHT
    town.depart([0, 2], 0, [5.0, 0.0])
    town.depart([1], 0, 0.0)
    reason, who, now_s = town.run(100.0)
    assert (reason, who, now_s) == (traffic.CUT, 2, 10.0)  # nobody makes room for it in the wrong lane
    assert town.queues.cars[1] == 0
    town.queues.is_barred[1] = False
    town.run(100.0)
    assert (town.cars.status == ARRIVED).all()
    assert town.cars.done_s[1] == pytest.approx(20.0)


def test_a_lane_against_its_direction_carries_the_share_that_is_said():
    town = two_way_road()
    town.queues.is_barred[1] = True
    args = (town.network, town.queues, town.cars, town.events)
    assert road_changes.hand_lanes_over(*args, np.array([1]), 0.0, 0.65).tolist() == [1]
    assert 1.0 / town.network.headway_s[0] == pytest.approx(1.65 / 4.0)
    assert town.network.storage[:2].tolist() == [60, 0]

"""The verification tests for evacuation models of the wildland-urban interface that apply here.

Ronchi et al. 2023, "The verification of wildland-urban interface fire evacuation models", Natural Hazards 117,
1493-1519: 4 tests of people (P), 15 of traffic (T), 5 of layers that act on one another (WT, PT), and 5 of fire and
trigger buffers, whose names are not known here. Those of people stand in tests/world/test_people_verification.py.
Numbers and layouts follow the authors' own implementation (WUI-NITY, classes MacroTrafficVerification and
MacroHumanVerification). docs/evacuation.md tells which are done, which are not, and why.
"""

from __future__ import annotations

import numpy as np
import pytest

from firesim.evacuation.case import ASSIGNMENTS
from firesim.evacuation.choices import Assigned, Guide
from firesim.evacuation.drive import drive
from firesim.evacuation.solve import clearance_s
from firesim.physics import road_changes, traffic
from firesim.physics.queues import ARRIVED, STRANDED, Ways
from firesim.physics.search import latest_departure
from firesim.physics.smoke_on_roads import speed_factor_in_smoke
from tests.evacuation.towns import Town, roads_driven
from tests.physics import queue_town

KM_H = 1.0 / 3.6
HEADWAY_S = 3600.0 / 1300.0


def test_p1_everybody_of_the_population_is_in_the_run(town):
    town.road("A", "X", 1000.0)
    town.leave("A", 1000)
    driven = town.drive()
    assert len(driven.status) == 1000
    assert (driven.status == ARRIVED).sum() == 1000


@pytest.mark.parametrize("last_s", [500.0, 1000.0, 2000.0])
def test_p3_vehicles_leave_when_demand_says(town, last_s):
    """A curve is DEMAND's matter here; people who leave by one stand in tests/world/test_people_verification.py."""
    town.road("A", "X", 1000.0, lanes=100)
    curve_s = np.linspace(0.0, last_s, 201) ** 1.5 / last_s**0.5
    for at_s in curve_s.tolist():
        town.leave("A", at_s=at_s)
    assert town.drive().departed_s == pytest.approx(curve_s, abs=1e-9)


@pytest.mark.parametrize("limit_km_h", [30.0, 50.0, 70.0, 90.0, 110.0])
def test_t1a_a_car_alone_drives_at_the_speed_of_the_road(town, limit_km_h):
    town.road("2", "4", 1000.0, limit_km_h * KM_H)
    town.leave("2")
    assert town.drive(exits="4").done_s[0] == pytest.approx(3600.0 / limit_km_h)


def test_t1b_a_car_alone_takes_the_speed_of_each_road_on_its_way(town):
    town.road("2", "4", 1000.0, 30.0 * KM_H)
    town.road("4", "5", 1000.0, 90.0 * KM_H)
    town.leave("2")
    assert town.drive(exits="5").done_s[0] == pytest.approx(120.0 + 40.0)


@pytest.mark.parametrize("cars", [0, 38, 75])
def test_t2_background_traffic_delays_a_car_by_what_is_before_it(town, cars):
    """Half and all of 75 cars on a kilometre that have entered just before: rows of DEMAND like any other."""
    town.road("4", "5", 1000.0, 90.0 * KM_H)
    town.leave("4", cars)
    town.leave("4", 1, at_s=0.5)
    alone_s = 40.5
    wanted_s = alone_s if cars == 0 else 40.0 + cars * HEADWAY_S
    assert town.drive(exits="5").done_s[-1] == pytest.approx(wanted_s, abs=1e-6)


@pytest.mark.parametrize("cars", [1, 12, 25, 50])
def test_t3_where_lanes_end_the_narrower_road_decides(town, cars):
    town.road("2", "4", 1000.0, 25.0, lanes=2)
    town.road("4", "5", 1000.0, 25.0, lanes=1)
    town.leave("2", cars)
    first_two_lanes_s = 40.0
    wanted_s = first_two_lanes_s + 40.0 + (cars - 1) * HEADWAY_S
    assert clearance_s(town.drive(exits="5"), 1.0) == pytest.approx(wanted_s, abs=1e-6)


@pytest.mark.parametrize("cars", [1, 19, 38, 56, 75])
def test_t4_cars_that_join_along_a_road_share_its_capacity(town, cars):
    for u, v in (("4", "5"), ("5", "6"), ("6", "7")):
        town.road(u, v, 1000.0, 70.0 * KM_H)
    for node in "456":
        town.leave(node, cars)
    driven = town.drive(exits="7")
    free_s = 3600.0 / 70.0
    last_s = clearance_s(driven, 1.0)
    assert last_s >= 3.0 * free_s + (cars - 1) * HEADWAY_S - 1e-9
    assert last_s >= free_s + (3 * cars - 1) * HEADWAY_S - 1e-9
    assert last_s <= 3.0 * free_s + (3 * cars - 1) * HEADWAY_S + 1e-9


FREE_S = 3600.0 / 70.0  # a kilometre at 70 km/h


def one_road(cars: int) -> queue_town.Town:
    """A kilometre at 70 km/h in the kernel itself, with all cars at its start; the way back beside it."""
    edges = [(0, 1, FREE_S, HEADWAY_S, 75, 1, False), (1, 0, FREE_S, HEADWAY_S, 75, 0, False)]
    road = queue_town.Town(2, edges, 1, cars)
    road.depart(range(cars), 0, 0.0)
    return road


@pytest.mark.parametrize("cars", [1, 19, 38, 56, 75])
@pytest.mark.parametrize("optical_density_per_m", [0.0, 0.05, 0.10, 0.15, 0.20])
def test_t5_smoke_slows_by_the_published_law_and_leaves_the_capacity(cars, optical_density_per_m):
    """In the kernel: `firesim evacuate` has no smoke, whole runs have."""
    road, factor = one_road(cars), float(speed_factor_in_smoke(optical_density_per_m))
    state = road.network, road.queues, road.cars, road.events
    road_changes.set_free_time(*state, np.array([0]), np.array([FREE_S / factor]), 0.0)
    road.run(1e4)
    wanted_s = FREE_S / factor + HEADWAY_S * np.arange(cars)
    assert np.sort(road.cars.done_s) == pytest.approx(wanted_s, abs=1e-6)


@pytest.mark.parametrize("cars", [1, 19, 38, 56, 75])
def test_t6_the_more_cars_on_a_road_the_slower_they_are(town, cars):
    town.road("4", "5", 1000.0, 70.0 * KM_H)
    town.leave("4", cars)
    mean_s = town.drive(exits="5").done_s.mean()
    assert mean_s == pytest.approx(3600.0 / 70.0 + 0.5 * (cars - 1) * HEADWAY_S, abs=1e-6)


def test_t7_groups_go_each_to_its_own_destination(town):
    """Told in Python: an option of the command names assignments, not groups."""
    town.road("4", "8", 500.0, 25.0)
    town.road("4", "9", 1500.0, 25.0)
    town.leave("4", 6)
    case = town.load("8,9")
    group = np.array([0, 1, 0, 1, 1, 0])
    told = Assigned(group, np.zeros(6), group, group + 1, np.array([0, 1]))
    driven = drive(case, Guide(case, "nearest"), told, 10.0, "push")
    assert driven.exit.tolist() == group.tolist()
    assert [roads_driven(driven, vehicle) for vehicle in range(6)] == [[k] for k in group.tolist()]


def test_t8_nobody_overtakes(town):
    town.road("4", "5", 1000.0, 25.0)
    town.leave("4", 40, every_s=1.0)
    driven = town.drive(exits="5")
    assert (np.diff(driven.done_s) > 0.0).all()


def test_t9_no_time_is_lost_to_acceleration_which_the_capacity_stands_for(town):
    """A car that has stood for an hour crosses the next road in its free-flow time."""
    town.road("4", "5", 100.0, 25.0, capacity_veh_h=1)
    town.road("5", "6", 1000.0, 25.0)
    town.leave("4", 2)
    driven = town.drive(exits="6")
    entered_s = driven.log[(driven.log[:, 1] == 1) & (driven.log[:, 0] == 1), 2]
    assert entered_s == pytest.approx([3604.0])
    assert driven.done_s[1] == pytest.approx(3644.0)


def test_t10_behind_an_accident_everybody_takes_another_way_or_stands(town):
    """An accident is a closure here: who is on the road already drives on; it does not open again."""
    town.road("4", "5", 1000.0, 25.0)
    town.road("5", "X", 1000.0, 25.0)
    town.road("5", "6", 2000.0, 25.0)
    town.road("6", "X", 2000.0, 25.0)
    town.closures = [("5", "X", 100.0)]
    town.leave("4", 50, every_s=3.0)
    driven = town.drive("nearest")
    assert (driven.status == ARRIVED).all()
    before = 40.0 + 3.0 * np.arange(50) < 100.0
    ways = [roads_driven(driven, vehicle) for vehicle in range(50)]
    assert [way == [0, 1] for way in ways] == before.tolist()
    town.edges = town.edges[:2]
    driven = town.drive("nearest")
    assert (driven.status == np.where(before, ARRIVED, STRANDED)).all()


def test_t11_at_an_intersection_approaches_take_turns_and_none_of_the_capacity_is_lost(town):
    for node in "ABC":
        town.road(node, "4", 200.0, 10.0)
        town.leave(node, 60)
    town.road("4", "5", 300.0, 10.0)
    driven = town.drive(exits="5")
    assert clearance_s(driven, 1.0) == pytest.approx(50.0 + 179 * HEADWAY_S, abs=HEADWAY_S)
    order = np.argsort(driven.done_s, kind="stable") // 60
    # Once the road after it is full (40 cars), no approach goes twice before the others went.
    assert all(len(set(order[k : k + 3].tolist())) == 3 for k in range(60, 150, 3))


def test_t12_who_is_told_where_to_go_goes_there_though_it_is_further(town):
    town.road("5", "4", 500.0)
    town.road("5", "7", 2000.0)
    town.leave("5", 3)
    case = town.load("4,7")
    ones = np.ones(3, np.int64)
    told = Assigned(ones, np.zeros(3), 0 * ones, ones, np.array([1]))
    driven = drive(case, Guide(case, "nearest"), told, 10.0, "push")
    assert driven.exit.tolist() == [1, 1, 1]
    assert driven.done_s[0] == pytest.approx(200.0)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_t13_the_destination_is_that_of_least_time_not_of_least_distance(town, assignment):
    town.road("7", "10", 1000.0, 30.0 * KM_H)
    town.road("7", "13", 1500.0, 90.0 * KM_H)
    town.leave("7")
    driven = town.drive(assignment, exits="10,13")
    assert driven.exit.tolist() == [1]
    assert driven.done_s[0] == pytest.approx(60.0)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_t14_the_route_is_that_of_least_time_not_of_least_distance(town, assignment):
    town.road("7", "10", 1000.0, 30.0 * KM_H)
    town.road("10", "11", 1000.0, 30.0 * KM_H)
    for u, v in (("7", "12"), ("12", "13"), ("13", "11")):
        town.road(u, v, 1000.0, 90.0 * KM_H)
    town.leave("7")
    driven = town.drive(assignment, exits="11")
    assert roads_driven(driven, 0) == [2, 3, 4]
    assert driven.done_s[0] == pytest.approx(120.0)


@pytest.mark.parametrize("cars", [2, 50, 100])
def test_t15_a_road_lets_out_what_its_capacity_allows_and_no_more(town, cars):
    town.road("4", "5", 1000.0, 25.0)
    town.leave("4", cars)
    assert np.sort(town.drive(exits="5").done_s) == pytest.approx(40.0 + HEADWAY_S * np.arange(cars), abs=1e-6)


def cross(town: Town) -> Town:
    """2 - 4, then two ways on to two destinations: 8 the nearer, 9 the further."""
    town.street("2", "4", 1000.0, 25.0)
    town.street("4", "8", 500.0, 25.0)
    town.street("4", "9", 1500.0, 25.0)
    town.street("8", "9", 3000.0, 25.0)
    town.leave("2", 20, every_s=5.0)
    return town


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_wt1_when_a_route_is_lost_everybody_after_that_takes_another(town, assignment):
    cross(town).closures = [("4", "8", 80.0)]
    driven = town.drive(assignment, exits="8")
    assert (driven.status == ARRIVED).all()
    short = (driven.log[:, 0] == 2).sum()
    assert short == (0 if assignment == "safest" else 8)  # at the junction before 80 s: those who left until 35 s
    assert (driven.log[:, 0] == 4).sum() == 20 - short


@pytest.mark.parametrize("cars", [1, 19, 38, 56, 75])
def test_wt2_lanes_reversed_in_mid_run_double_what_gets_through(cars):
    """In the kernel: the way back closes at 30 s, is empty, and its lane serves those who leave."""
    road = one_road(cars)
    road.run(30.0)
    road.queues.is_closed[1] = True
    state = road.network, road.queues, road.cars, road.events
    assert road_changes.hand_lanes_over(*state, np.array([1]), 30.0).tolist() == [1]
    road.run(1e4)
    wanted_s = FREE_S + 0.5 * HEADWAY_S * np.arange(cars)  # the first leaves the road after 30 s
    assert np.sort(road.cars.done_s) == pytest.approx(wanted_s, abs=1e-6)


@pytest.mark.parametrize("assignment", ["nearest", "fastest"])
def test_wt3_when_a_destination_is_lost_everybody_after_that_goes_to_another(town, assignment):
    cross(town).closures = [("4", "8", 60.0), ("9", "8", 60.0)]
    driven = town.drive(assignment, exits="8,9")
    assert (driven.status == ARRIVED).all()
    assert np.bincount(driven.exit).tolist() == [4, 16]  # at the junction before 60 s: those who left until 15 s


def test_wt4_who_finds_a_refuge_full_goes_to_another():
    """In the kernel: exits of `firesim evacuate` have no limit, refuges of whole runs have."""
    edges = [(0, 1, 40.0, 2.0, 75, -1, False), (1, 2, 20.0, 2.0, 75, -1, False), (2, 3, 60.0, 2.0, 75, -1, False)]
    town = queue_town.Town(4, edges, 2, 2)
    onward = np.array([-1, -1, 2, -1])
    room = np.array([1, queue_town.ROOM_FOR_ALL])
    town.ways = Ways(
        np.vstack([town.ways.next_edge, onward]), np.array([0, 1]), np.array([2, 3]), room, np.empty(0, np.int64)
    )
    town.depart([0, 1], 0, 0.0)
    question, who, now_s = town.run(1e4)
    assert (question, who) == (traffic.FULL, 1)
    assert now_s == pytest.approx(62.0)
    town.cars.row[1] = 1
    assert town.run(1e4)[0] == traffic.DONE
    assert town.cars.done_s == pytest.approx([60.0, 122.0])
    assert room.tolist() == [0, queue_town.ROOM_FOR_ALL - 1]


def test_trigger_who_leaves_by_the_latest_departure_comes_through_and_who_leaves_later_does_not(town):
    town.road("A", "B", 1000.0)
    town.road("B", "X", 1000.0)
    town.closures = [("B", "X", 300.0)]
    town.leave("A")
    roads = town.load().network
    far_end_s = np.array([np.inf, 300.0]) + roads.free_s  # entered by 300 s
    leave_by_s, _ = latest_departure(roads.tail, roads.head, roads.free_s, far_end_s, [2], 3)
    assert leave_by_s[0] == pytest.approx(200.0)
    for at_s, status in ((199.9, ARRIVED), (200.1, STRANDED)):
        town.demand = [("A", at_s)]
        assert town.drive("nearest").status.tolist() == [status]

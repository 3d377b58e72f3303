"""Which unit goes where."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.command import response
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import CallReport, Envelope, RoadReport, UnitPlace, UnitStatus


@pytest.fixture
def picture(small):
    """A suspicion that an operator has acknowledged; engine-3 stands in the west, the others in the town."""
    briefing = small.briefing()
    picture = Picture(Ground(briefing, 3, 120.0), CommandParameters())
    picture.units["engine-3"].x_m = 447600.0
    call = CallReport(
        caller="a", seen_s=300.0, from_xy_m=(448000.0, 4332600.0), place_xy_m=(449000.0, 4334600.0), place_sd_m=200.0
    )
    letter = Envelope(message_id="a", source="a", destination="centre", sent_s=300.0, body=call)
    picture.hear(letter, 300.0)
    picture.incidents[0].stage = "acknowledged"
    return picture


def take(picture, order, now_s):
    crew = picture.units[order.destination]
    crew.task, crew.target_xy_m = order.body.task, order.body.place_xy_m
    crew.route, crew.ordered_s = order.route, now_s


def test_the_unit_that_is_there_first_goes_to_look_and_only_one(picture):
    picture.units["engine-3"].x_m = 450000.0  # it stands in the middle, nearest to where one must leave the road
    (order,) = response.verify_orders(picture, 350.0)
    assert (order.destination, order.body.task) == ("engine-3", "verify")
    take(picture, order, 350.0)
    assert response.verify_orders(picture, 400.0) == []


def test_who_is_on_shift_goes_before_who_has_to_be_called_from_home(picture):
    picture.units["engine-1"].is_on_shift = False
    picture.units["engine-3"].is_on_shift = False
    (order,) = response.verify_orders(picture, 350.0)
    assert order.destination == "engine-2"
    orders = response.assign(picture, picture.incidents[0], [0, 1], 400.0)
    assert orders[0].destination == "engine-2"
    assert orders[0].body.task == "attack"


def test_an_ambulance_is_never_sent_to_look(picture):
    for name in ("engine-1", "engine-2", "engine-3"):
        del picture.units[name]
    assert response.verify_orders(picture, 350.0) == []


def test_the_stated_share_attacks_and_the_others_protect_the_most_urgent(picture):
    orders = response.assign(picture, picture.incidents[0], [0, 1], 400.0)
    tasks = {order.destination: order.body for order in orders}
    # 0.6 of three units, rounded up: two.
    assert sorted(body.task for body in tasks.values()) == ["attack", "attack", "protect", "stage"]
    assert tasks["ambulance-1"].place_xy_m == (452400.0, 4332600.0)


def test_all_attack_when_no_zone_is_threatened(picture):
    orders = response.assign(picture, picture.incidents[0], [], 400.0)
    assert [order.body.task for order in orders] == ["attack", "attack", "attack", "stage"]


def test_who_has_a_task_keeps_it_until_something_changes(picture):
    fire = picture.incidents[0]
    for order in response.assign(picture, fire, [0], 400.0):
        take(picture, order, 400.0)
    assert response.assign(picture, fire, [0], 500.0) == []
    crew = picture.units["engine-1"]
    crew.state, crew.seen_s, crew.heard_s = "blocked", 590.0, 600.0
    assert [order.destination for order in response.assign(picture, fire, [0], 600.0)] == ["engine-1"]


def test_a_unit_whose_road_has_been_cut_ahead_of_it_gets_another(picture):
    fire = picture.incidents[0]
    for order in response.assign(picture, fire, [], 400.0):
        take(picture, order, 400.0)
    picture.is_open[:] = False
    again = response.assign(picture, fire, [], 500.0)
    assert {order.destination for order in again} <= {"engine-1", "engine-2", "engine-3"}
    assert all(len(order.route) == 1 for order in again)


def test_a_crew_on_its_way_to_the_fire_is_not_turned_to_another_part_of_it(picture):
    fire = picture.incidents[0]
    for order in response.assign(picture, fire, [], 400.0):
        take(picture, order, 400.0)
    crew = picture.units["engine-1"]
    crew.state, crew.heard_s = "rolling", 410.0
    # It was sent somewhere else than where the attack is best now, but that place burns too.
    near, far = (fire.centre_xy_m[0] + 400.0, fire.centre_xy_m[1]), (fire.centre_xy_m[0] + 900.0, fire.centre_xy_m[1])
    crew.target_xy_m = near
    assert response.assign(picture, fire, [], 500.0) == []
    # Nothing burns there: it is sent on.
    crew.target_xy_m = far
    assert [order.destination for order in response.assign(picture, fire, [], 500.0)] == ["engine-1"]
    # The road before it is cut: it is sent another way, wherever it was going.
    crew.target_xy_m = near
    picture.is_open[:] = False
    assert "engine-1" in [order.destination for order in response.assign(picture, fire, [], 500.0)]


def test_a_crew_whose_hoses_do_not_reach_the_fire_is_sent_elsewhere_and_one_at_work_is_not(picture):
    fire = picture.incidents[0]
    for order in response.assign(picture, fire, [], 400.0):
        take(picture, order, 400.0)
    crew = picture.units["engine-1"]
    crew.target_xy_m = (fire.centre_xy_m[0] + 900.0, fire.centre_xy_m[1])
    crew.state, crew.seen_s, crew.heard_s = "working", 490.0, 500.0
    assert response.assign(picture, fire, [], 500.0) == []
    crew.state = "out_of_reach"
    assert [order.destination for order in response.assign(picture, fire, [], 500.0)] == ["engine-1"]


def test_the_centre_believes_a_vehicle_to_be_where_it_last_showed_itself(picture):
    def hear(body):
        picture.hear(Envelope(message_id="p", source="engine-1", destination="centre", sent_s=0.0, body=body), 700.0)

    hear(UnitPlace(unit="engine-1", seen_s=600.0, x_m=1.0, y_m=2.0))
    hear(UnitPlace(unit="engine-1", seen_s=500.0, x_m=3.0, y_m=4.0))  # said before, come later
    crew = picture.units["engine-1"]
    assert (crew.x_m, crew.y_m) == (1.0, 2.0)
    assert crew.state == ""


def test_units_drive_open_roads_only(picture):
    roads = picture.ground.roads
    picture.is_open[np.array(roads.edge_names) == "coast east"] = False
    for order in response.assign(picture, picture.incidents[0], [], 400.0):
        if order.destination in ("engine-1", "engine-2"):
            assert "M" not in order.route


def says(picture, at_s, *bodies):
    for k, body in enumerate(bodies):
        letter = Envelope(
            message_id=f"{at_s}-{k}", source="engine-3", destination="centre", sent_s=at_s, body=body
        )  # fmt: skip
        picture.hear(letter, at_s)


def stands_before(u, v, at_s, x_m):
    status = UnitStatus(
        unit="engine-3", seen_s=at_s, state="blocked", x_m=x_m, y_m=4332600.0, water_litres=2500.0, reason="closed"
    )  # fmt: skip
    return status, RoadReport(observer="engine-3", seen_s=at_s, u=u, v=v, is_open=False)


@pytest.fixture
def cut_off_in_the_west(picture):
    """engine-3 drives from the west and stands before the fire on the western stretch, nearer to its far end."""
    (order,) = [one for one in response.assign(picture, picture.incidents[0], [], 400.0)
                if one.destination == "engine-3"]  # fmt: skip
    take(picture, order, 400.0)
    says(picture, 700.0, *stands_before("W", "M", 700.0, 449700.0))
    return picture


def to_engine_3(picture, now_s):
    orders = response.assign(picture, picture.incidents[0], [], now_s)
    return [order for order in orders if order.destination == "engine-3"]


def test_a_crew_before_a_closed_road_is_sent_on_from_its_own_side_of_it(cut_off_in_the_west):
    (order,) = to_engine_3(cut_off_in_the_west, 730.0)
    assert order.route[0] == "W"  # though M is nearer, that lies beyond the cut


def test_an_order_that_a_closed_road_has_stopped_is_not_repeated_without_news(cut_off_in_the_west):
    picture = cut_off_in_the_west
    (order,) = to_engine_3(picture, 730.0)
    take(picture, order, 730.0)
    says(picture, 760.0, *stands_before("W", "M", 760.0, 449700.0))
    assert to_engine_3(picture, 790.0) == []
    says(picture, 800.0, RoadReport(observer="somebody", seen_s=800.0, u="W", v="M", is_open=True))
    assert [one.route[-1] for one in to_engine_3(picture, 830.0)] == ["M"]


def test_a_crew_that_has_found_both_ways_closed_is_asked_for_nothing_until_it_moves(cut_off_in_the_west):
    picture = cut_off_in_the_west
    says(picture, 760.0, *stands_before("M", "W", 760.0, 449700.0))
    assert picture.units["engine-3"].is_shut_in
    assert to_engine_3(picture, 790.0) == []
    picture.is_open[:] = True
    says(picture, 900.0, UnitPlace(unit="engine-3", seen_s=900.0, x_m=448500.0, y_m=4332600.0))
    assert not picture.units["engine-3"].is_shut_in
    assert to_engine_3(picture, 930.0)


def test_a_unit_that_was_burnt_over_is_asked_for_nothing_more(picture):
    for name in ("engine-1", "engine-2", "ambulance-1"):
        picture.units[name].state = "lost"
    (looking,) = response.verify_orders(picture, 350.0)
    assert looking.destination == "engine-3"
    assert [order.destination for order in response.assign(picture, picture.incidents[0], [], 400.0)] == ["engine-3"]


def test_a_map_without_units_gets_no_orders(small):
    ground = Ground(small.briefing(units=[]), 3, 120.0)
    assert response.verify_orders(Picture(ground, CommandParameters()), 0.0) == []

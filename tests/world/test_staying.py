"""An order to stay inside, and alerts that do not say whom they mean."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.world.hearing import STAY_INSIDE
from tests.world.village import BEACH, VILLAGE, Day, FakeFire, make_place

BIG = {"residents": 1500, "guests": 1500}


def stay(day, at_s=0.0, **changes):
    day.alert(at_s=at_s, refuge=STAY_INSIDE, route=(), **changes)


def stays(day):
    ids = day.people.parties.household_id
    return np.isin(ids, day.of_kind("stays_inside")["actor"])


def test_about_as_many_heed_an_order_to_stay_as_are_said_to_and_none_of_them_leaves():
    day = Day(make_place(**BIG), stay_heeded=0.46)
    stay(day)
    people = day.run(3600.0)
    village = people.parties.zone_index == VILLAGE
    assert stays(day)[village].mean() == pytest.approx(0.46, abs=0.05)
    assert np.isinf(people.decided_s[village]).all()  # the rest are harder to move than a warning would
    assert (people.warned_s[village] == 0.0).all()
    assert {event.split(" by ")[0] for event in day.of_kind("warned")["detail"]} == {"order to stay"}


def test_who_heeds_it_does_not_leave_on_smoke_or_a_warning_but_on_an_order():
    burning = {(600.0 + 30.0 * k, 3000.0): 300.0 for k in range(4)}  # smoke alone
    day = Day(make_place(**BIG), FakeFire(burning), smoke_heeded=0.9, warning_heeded=0.9)
    stay(day)
    day.run(1800.0)
    inside = stays(day)
    day.alert(at_s=1800.0, level="warning")
    people = day.run(3600.0)
    assert np.isinf(people.decided_s[inside]).all()
    assert np.isfinite(people.decided_s[~inside]).any()
    day.alert(at_s=3600.0, level="order")
    people = day.run(7200.0)
    assert np.isfinite(people.decided_s[inside]).mean() > 0.9  # as willing as those who leave on an order


@pytest.mark.parametrize(("issued_s", "leave"), [(0.0, False), (700.0, True)])
def test_of_two_orders_the_one_issued_later_holds_though_the_other_is_heard_after_it(issued_s, leave):
    day = Day(make_place(**BIG), order_heeded=1.0, stay_heeded=1.0, longest_walk_m=9e9)
    stay(day, issued_s=600.0)
    day.alert(at_s=900.0, issued_s=issued_s, by="cell_broadcast")
    people = day.run(5400.0)
    village = people.parties.zone_index == VILLAGE
    share = np.isfinite(people.decided_s[village]).mean()
    assert share > 0.95 if leave else share == 0.0


def test_an_order_issued_before_the_all_clear_moves_nobody_after_it_and_one_issued_before_a_warning_does():
    for level, leave in (("all-clear", False), ("warning", True)):
        day = Day(make_place(**BIG), order_heeded=1.0, warning_heeded=0.0)
        day.alert(level=level, issued_s=600.0)
        day.alert(at_s=900.0, issued_s=0.0)
        people = day.run(5400.0)
        village = people.parties.zone_index == VILLAGE
        share = np.isfinite(people.decided_s[village]).mean()
        assert share > 0.95 if leave else share == 0.0


def test_an_order_after_the_all_clear_moves_people_as_the_first_one_did():
    day = Day(make_place(**BIG), order_heeded=1.0)
    day.alert(issued_s=0.0)
    day.run(10.0)
    day.alert(at_s=10.0, level="all-clear", issued_s=10.0)
    day.run(600.0)
    village = day.people.parties.zone_index == VILLAGE
    assert np.isfinite(day.people.decided_s[village]).mean() < 0.5  # the quickest
    day.alert(at_s=600.0, issued_s=600.0)
    people = day.run(5400.0)
    assert np.isfinite(people.decided_s[village]).mean() > 0.95


def test_after_the_all_clear_who_stayed_inside_leaves_on_a_warning_too():
    day = Day(make_place(**BIG), stay_heeded=1.0, warning_heeded=1.0)
    stay(day, issued_s=0.0)
    day.run(10.0)
    day.alert(at_s=10.0, level="all-clear", issued_s=10.0)
    day.alert(at_s=600.0, level="warning", issued_s=600.0)
    people = day.run(5400.0)
    village = people.parties.zone_index == VILLAGE
    assert np.isfinite(people.decided_s[village]).mean() > 0.95


@pytest.mark.parametrize(("where", "what"), [((600.0 + 900.0, 600.0), "flames"), ((600.0, 600.0), "heat")])
def test_who_heeds_it_leaves_when_flames_are_in_sight_or_it_gets_hot(where, what):
    heeded = {"flame_heeded": float(what == "flames"), "smoke_heeded": 0.0}
    day = Day(make_place(**BIG), FakeFire({where: 900.0}), heat_within_m=200.0, **heeded)
    stay(day)
    people = day.run(5400.0)  # a lag of a quarter of an hour is nothing rare
    inside = stays(day)
    assert inside.sum() > 400
    assert np.isfinite(people.decided_s[inside]).mean() > 0.95
    assert {what} == set(day.of_kind("saw")["detail"])


def test_an_order_to_stay_takes_back_an_order_to_leave():
    day = Day(make_place(**BIG), resident_preparation_min=60.0, guest_preparation_min=60.0, staff_preparation_min=60.0)
    day.alert()
    day.run(1200.0)
    preparing = np.isfinite(day.people.decided_s) & (day.people.parties.zone_index == VILLAGE)
    assert preparing.sum() > 300
    stay(day, at_s=1200.0)
    people = day.run(2 * 3600.0)
    assert np.isinf(people.departed_s[preparing]).all()
    assert len(day.of_kind("stood_down")) >= preparing.sum()
    day.alert(at_s=7200.0)  # and an order to leave once more is a new one
    people = day.run(4 * 3600.0)
    assert np.isfinite(people.departed_s[preparing]).mean() > 0.9


def test_who_is_on_the_road_goes_on():
    day = Day(make_place(**BIG), order_heeded=1.0)
    day.alert()
    day.run(900.0)
    on_way = day.people.trip >= 0
    assert on_way.sum() > 50
    stay(day, at_s=900.0)
    people = day.run(3 * 3600.0)
    assert np.isfinite(people.safe_s[on_way]).mean() > 0.9
    assert len(day.of_kind("redirected")) == 0


def test_an_alert_that_names_no_zone_warns_all_who_hear_it_and_is_counted_where_it_was_not_meant():
    day = Day(make_place(**BIG), neighbour_rate_per_min=0.0)
    delivered = day.journal.add(0.0, "siren", "alert_delivered", day.ignition)
    everybody = np.arange(len(day.people))
    day.people.hear(everybody, 5.0, "siren", "order", delivered, {"village": ("town", ("V", "B", "T"))}, False)
    people = day.run(600.0)
    assert (people.warned_s == 5.0).all()
    assert set(day.of_kind("warned")["detail"]) == {"warning by siren"}
    outside = people.columns()["reached_outside"]
    assert (outside == (people.parties.zone_index != VILLAGE)).all()


def test_who_overhears_a_broadcast_for_others_is_outside_until_an_alert_is_for_them():
    day = Day(make_place(**BIG))
    day.alert(by="cell_broadcast")
    people = day.run(600.0)
    assert (people.columns()["reached_outside"] == (people.parties.zone_index != VILLAGE)).all()
    day.alert(at_s=600.0, zones=("beach",), by="cell_broadcast")
    people = day.run(1200.0)
    assert not people.columns()["reached_outside"][people.parties.zone_index == BEACH].any()


def test_those_told_by_neighbours_alone_are_not_outside():
    day = Day(make_place(**BIG), neighbour_rate_per_min=1.0)
    day.alert(to=np.flatnonzero(day.people.parties.zone_index == VILLAGE)[:20])
    assert not day.run(3600.0).columns()["reached_outside"].any()

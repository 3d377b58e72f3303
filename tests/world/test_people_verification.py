"""Tests of Ronchi et al. 2023 for evacuation models that are of people; the table is in `docs/evacuation.md`."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.devices.phones import AppPush, CellBroadcast, Listeners, PhoneParameters
from firesim.link.messages import Alert, ZoneAdvice
from firesim.streams import Luck
from firesim.world.households import CAR, FOOT, LIFT, TWO_WHEELER, make_parties, people_by_kind
from firesim.world.people import PeopleParameters
from firesim.world.response_curves import CURVES
from tests.world.village import BEACH, VILLAGE, Day, make_place


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_p2_households_and_cars_are_as_many_as_asked_for(seed: int) -> None:
    place, parameters = make_place(residents=4000, guests=4000), PeopleParameters(vehicles_per_resident=0.3)
    parties = make_parties(place, parameters, Luck(seed), 9.0)
    village = parties.zone_index == VILLAGE
    assert parties.people[village].sum() == people_by_kind(place, 9.0)[VILLAGE].sum()
    residents = village & (parties.kind == 0)
    sizes = np.bincount(parties.people[residents], minlength=6)[1:] / residents.sum()
    assert sizes == pytest.approx(parameters.resident_sizes, abs=0.05)  # some 1,600 parties: four deviations
    with_car = parties.seats == parameters.seats_per_car
    expected = 0.5 * 0.3 * parties.people[residents]  # one vehicle in two is a car; at most one a party
    assert with_car[residents].sum() == pytest.approx(expected.sum(), abs=4.0 * np.sqrt(expected.sum()))
    in_vehicle = np.bincount(
        np.where(parties.driver >= 0, parties.driver, np.arange(len(parties))), weights=parties.people
    )
    drives = np.isin(parties.mode, (CAR, TWO_WHEELER))
    assert (in_vehicle[drives] <= parties.seats[drives]).all()
    assert (parties.driver[drives] == -1).all()
    assert ((parties.driver >= 0) <= (parties.mode == LIFT)).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("curve", CURVES)
def test_p3_people_leave_by_the_response_curve_that_is_asked_for(curve: str, seed: int) -> None:
    """All who are told at one moment and heed it: the share that has left by each time is the curve's."""
    alone = {"lift_offered_fraction": 0.0, "resident_help_fraction": 0.0, "guest_help_fraction": 0.0}
    place = make_place(residents=3000, guests=3000)
    day = Day(place, seed=seed, order_heeded=1.0, response_curve=curve, neighbour_rate_per_min=0.0, **alone)
    day.alert(at_s=5.0)
    at_s, left = np.array([(0.0, 0.0), *CURVES[curve]]).T
    people = day.run(at_s[-1] + 20.0, step_s=20.0)
    leaves = (people.parties.zone_index == VILLAGE) & ~people.parties.members.refuses
    took_s = people.departed_s[leaves] - people.warned_s[leaves]
    assert len(took_s) > 1800
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        by_s = np.interp(share, left, at_s)
        margin = 4.0 * np.sqrt(share * (1.0 - share) / len(took_s))  # four standard deviations of a share
        assert (took_s <= by_s + 1e-6).mean() == pytest.approx(share, abs=margin)


def test_pt1_who_walks_further_takes_longer_in_proportion() -> None:
    """Parties without a vehicle walk to a refuge 250, 500 and 750 m along a road, each at its own speed."""
    took_s = []
    for times in (1, 2, 3):
        place = make_place(residents=300, guests=0, beach_x_m=600.0 + 250.0 * times)
        day = Day(place, order_heeded=1.0, resident_refusal_fraction=0.0, lift_offered_fraction=0.0)
        day.alert(refuge="beach-refuge", route=("V", "B"))
        people, p = day.run(3 * 3600.0, step_s=2.0), day.people.parties
        walks = (p.zone_index == VILLAGE) & (people.left_by == FOOT) & np.isfinite(people.safe_s)
        assert walks.sum() > 50
        walked_s = people.safe_s[walks] - people.departed_s[walks]
        # Who is at the road within a step of leaving joins it at the step's end.
        expected_s = (p.walk_m[walks] + 250.0 * times) / p.walking_speed_m_s[walks]
        assert walked_s == pytest.approx(expected_s, abs=2.0)
        took_s.append(np.full(len(p), np.nan))
        took_s[-1][walks] = walked_s
    first, second, third = took_s
    same = np.isfinite(first) & np.isfinite(second) & np.isfinite(third)
    assert same.sum() > 50
    assert (second - first)[same] == pytest.approx(250.0 / p.walking_speed_m_s[same], abs=4.0)
    assert (third - second)[same] == pytest.approx((second - first)[same], abs=8.0)


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
def test_p4_nobody_is_told_by_a_source_that_does_not_reach_them(kind: type) -> None:
    place = make_place(residents=1500, guests=1500)
    day = Day(place, neighbour_rate_per_min=0.0, app_fraction=0.5, phone_fraction=0.5)
    p = day.people.parties
    listeners = Listeners(
        p.household_id, p.zone_index, p.x_m, p.y_m, p.kind == 1, p.has_phone, p.has_app, ["village", "beach", "cove"],
        [False, True, True], p.members.reads_greek, p.members.reads_english,
    )  # fmt: skip

    class OneMast:
        def serving_mast(self, x_m, y_m, now_s):
            return np.where(np.asarray(x_m) < 1000.0, 0, -1)  # the village alone

        def dark_masts(self, now_s):
            return np.zeros(1, np.bool_)

    alerter = kind(listeners, OneMast(), ["m"], day.people.sleep, PhoneParameters(), Luck(1))
    advice = [
        ZoneAdvice(zone=zone, refuge="town", route=[], deadline_s=np.inf, why="") for zone in ("village", "beach")
    ]
    alert = Alert(
        order="", channel=kind.channel, level="order", advice=advice, text_el="Φωτιά", text_en="", authorised_by=""
    )
    reach = alerter.reach(alert, "m", 10.0)
    delivered = day.journal.add(0.0, "m", "alert_delivered", day.ignition)
    zones = {one.zone: (one.refuge, ()) for one in advice}
    day.people.hear(reach.parties, reach.at_s, kind.channel, "order", delivered, zones)
    people = day.run(3600.0)
    told = np.isfinite(people.warned_s)
    owns = p.has_app if kind is AppPush else p.has_phone
    may = owns & p.members.reads_greek & (p.zone_index == VILLAGE)
    assert told.sum() > 100
    assert not told[~may].any()
    assert not told[p.zone_index == BEACH].any()  # no mast serves them
    assert np.isinf(people.departed_s[~told]).all()


def test_t7_groups_go_each_to_the_destination_that_it_was_told() -> None:
    day = Day(make_place(on_beach=400), order_heeded=1.0, longest_walk_m=1e5, resident_refusal_fraction=0.0)
    p = day.people.parties
    village, beach = p.zone_index == VILLAGE, p.zone_index == BEACH
    day.alert(zones=("village",), refuge="beach-refuge", route=("V", "B"), to=np.flatnonzero(village))
    day.alert(zones=("beach",), refuge="town", route=("B", "T"), to=np.flatnonzero(beach))
    people = day.run(4 * 3600.0)
    refuge = day.traffic.refuge_of(np.maximum(people.trip, 0))
    left = people.trip >= 0
    assert left[village].mean() > 0.9
    assert left[beach].mean() > 0.9
    assert set(refuge[left & village]) == {1}
    assert set(refuge[left & beach]) == {0}
    assert np.isfinite(people.safe_s[left]).all()

"""Who rides with whom, and what becomes of those who ride."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.streams import Luck
from firesim.world.households import CAR, FOOT, LIFT, STAFF, TWO_WHEELER, make_parties
from firesim.world.lifts import match_lifts
from firesim.world.members import AMBULANCE, NO_HELP
from firesim.world.people import FATES, PeopleParameters
from firesim.world.standing import FOR_HELP
from tests.world.village import VILLAGE, Day, FakeFire, make_place

# Everybody decides at once, and nobody fetches anybody: what is left is the lift.
AT_ONCE = {
    "order_heeded": 1.0, "decision_median_min": 1e-3, "preparation_spread": 0.0, "resident_apart_fraction": 0.0,
    "guest_apart_fraction": 0.0, "resident_refusal_fraction": 0.0, "guest_refusal_fraction": 0.0,
    "lift_offered_fraction": 1.0,
}  # fmt: skip


def random_zone(seed: int, n: int, zones: int = 3) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    people = draw.integers(1, 6, n)
    drives = draw.random(n) < 0.4
    return {
        "zone_index": draw.integers(0, zones, n),
        "people": people,
        "free_seats": np.where(drives, draw.integers(0, 5, n), 0),
        "seeks": ~drives,
        "comes_first": draw.random(n) < 0.1,
        "number": draw.random(n),
    }


@given(st.integers(0, 10_000), st.integers(0, 150), st.integers(1, 6))
@settings(max_examples=60)
def test_nobody_gets_a_lift_in_a_full_car_or_from_another_zone(seed: int, n: int, asks: int) -> None:
    zone = random_zone(seed, n)
    driver = match_lifts(**zone, asks=asks)
    rides = np.flatnonzero(driver >= 0)
    taken = np.bincount(driver[rides], weights=zone["people"][rides], minlength=n)
    assert (taken <= np.maximum(zone["free_seats"], 0)).all()
    assert (zone["zone_index"][rides] == zone["zone_index"][driver[rides]]).all()
    assert zone["seeks"][rides].all()


@given(st.integers(0, 10_000), st.integers(2, 150), st.integers(1, 6))
@settings(max_examples=40)
def test_who_rides_hangs_on_the_parties_and_not_on_their_order(seed: int, n: int, asks: int) -> None:
    zone = random_zone(seed, n)
    shuffled = np.random.default_rng(seed + 1).permutation(n)
    driver = match_lifts(**zone, asks=asks)
    other = match_lifts(**{name: values[shuffled] for name, values in zone.items()}, asks=asks)
    back = np.where(other >= 0, shuffled[other], -1)
    assert (driver[shuffled] == back).all()


def test_the_nearest_number_is_asked_first_and_the_ring_closes() -> None:
    number = np.array([0.02, 0.30, 0.95, 0.31])
    driver = match_lifts(
        np.zeros(4, np.int64), np.ones(4, np.int64), np.array([1, 1, 0, 0]), np.array([False, False, True, True]),
        np.zeros(4, np.bool_), number, 1,
    )  # fmt: skip
    assert driver.tolist() == [-1, -1, 0, 1]


def test_those_who_cannot_leave_by_themselves_are_taken_first() -> None:
    number = np.array([0.50, 0.51, 0.60])
    driver = match_lifts(
        np.zeros(3, np.int64), np.ones(3, np.int64), np.array([1, 0, 0]), np.array([False, True, True]),
        np.array([False, False, True]), number, 1,
    )  # fmt: skip
    assert driver.tolist() == [-1, -1, 0]  # though the other's number is nearer


def test_one_more_party_in_a_zone_changes_no_lift_in_another() -> None:
    zone = random_zone(7, 120)
    more = {name: np.append(values, values[:1]) for name, values in zone.items()}
    more["zone_index"][-1], more["number"][-1], more["seeks"][-1], more["free_seats"][-1] = 0, 0.123, True, 0
    before, after = match_lifts(**zone, asks=3), match_lifts(**more, asks=3)[:120]
    elsewhere = zone["zone_index"] != 0
    assert (before[elsewhere] == after[elsewhere]).all()


def test_one_more_household_changes_few_lifts_and_nobodys_luck() -> None:
    changed = []
    for seed in range(1, 13):
        few, many = (make_parties(make_place(residents=n), PeopleParameters(), Luck(seed), 9.0) for n in (1200, 1202))
        of = {name: k for k, name in enumerate(many.household_id)}
        last = max(k for k, name in enumerate(few.household_id) if name.startswith("village-r"))
        same = [k for k in range(len(few)) if k != last]
        there = np.array([of[few.household_id[k]] for k in same])
        for name in ("language", "reads_english", "has_luggage", "has_children", "needs", "refuses"):
            assert (getattr(few.members, name)[same] == getattr(many.members, name)[there]).all(), name
        assert (few.seats[same] == many.seats[there]).all()
        rides, still = few.driver[same], many.driver[there]
        names = [(few.household_id[a] if a >= 0 else "", many.household_id[b] if b >= 0 else "")
                 for a, b in zip(rides.tolist(), still.tolist(), strict=True)]  # fmt: skip
        changed.append(sum(a != b for a, b in names))
    # Those who ask the same three drivers, and whom these turn away: a handful of some 700 parties.
    assert np.mean(changed) < 5.0
    assert max(changed) < 20


def test_a_zone_without_cars_moves_on_foot() -> None:
    none = dict.fromkeys(("vehicles_per_resident", "vehicles_per_guest", "vehicles_per_visitor"), 0.0)
    day = Day(**none, **AT_ONCE, resident_help_fraction=0.0, guest_help_fraction=0.0)
    day.alert()
    people = day.run(3600.0)
    village = people.parties.zone_index == VILLAGE
    assert set(people.parties.mode[village]) == {FOOT}
    assert set(people.left_by[village & np.isfinite(people.departed_s)]) == {FOOT}
    assert (people.departed_s[village] < np.inf).mean() > 0.95


def test_who_rides_leaves_with_its_driver_and_shares_its_trip_and_fate() -> None:
    cut = {(1500.0 + 30.0 * k, 600.0): 700.0 for k in range(3)}  # some are through by then, some turn, some are caught
    day = Day(make_place(residents=600, guests=600), FakeFire(cut), **AT_ONCE, lift_wait_min=60.0)
    day.alert()
    people = day.run(3 * 3600.0)
    people.finish(day.traffic)
    riders = np.flatnonzero(people.left_by == LIFT)
    drivers = people.parties.driver[riders]
    assert len(riders) > 50
    for times in (people.departed_s, people.safe_s, people.trip, people.fate):
        assert (times[riders] == times[drivers]).all()
    assert {FATES[fate] for fate in people.fate[riders]} >= {"safe", "trapped"}
    assert set(people.left_by[drivers]) <= {CAR, TWO_WHEELER}
    ids = people.parties.household_id
    assert [ids[d] for d in drivers] == np.array(people.columns()["driver_id"])[riders].tolist()
    # On the road they are counted as that many people in one vehicle.
    in_vehicle = people.parties.people.copy()
    np.add.at(in_vehicle, drivers, people.parties.people[riders])
    with_trip = np.unique(drivers)
    assert (day.traffic.flow.travellers.people[people.trip[with_trip]] == in_vehicle[with_trip]).all()
    assert (in_vehicle[with_trip] <= people.parties.seats[with_trip]).all()


def test_a_riders_departure_is_caused_by_the_drivers() -> None:
    day = Day(make_place(residents=600, guests=600), **AT_ONCE, lift_wait_min=60.0)
    day.alert()
    people = day.run(3600.0)
    departed = day.of_kind("departed").set_index("actor")
    ids = people.parties.household_id
    for rider in np.flatnonzero(people.left_by == LIFT).tolist():
        driver = ids[people.parties.driver[rider]]
        assert departed.loc[ids[rider], "cause_id"] == departed.loc[driver, "event_id"]


def test_a_party_that_needs_help_never_leaves_alone() -> None:
    day = Day(make_place(residents=800), **AT_ONCE, resident_help_fraction=0.5, guest_help_fraction=0.5)
    day.alert()
    people = day.run(2 * 3600.0)
    helped = (people.parties.members.needs != NO_HELP) & (people.parties.zone_index == VILLAGE)
    left = helped & np.isfinite(people.departed_s)
    assert left.sum() > 20
    assert set(people.left_by[left]) == {LIFT}
    assert (people.trip[left] == people.trip[people.parties.driver[left]]).all()
    waits = helped & ~left
    assert set(people.waits[waits & np.isfinite(people.decided_s)]) == {FOR_HELP}
    assert not left[people.parties.members.needs == AMBULANCE].any()
    assert any("nobody has taken them" in said for said in people.warnings())


def test_who_waited_in_vain_for_a_lift_walks() -> None:
    day = Day(make_place(residents=600, guests=600), **AT_ONCE, lift_wait_min=10.0, neighbour_rate_per_min=0.0)
    hears = np.flatnonzero(day.people.parties.mode == LIFT)
    day.alert(to=hears)  # their drivers hear nothing
    people = day.run(3600.0)
    helpless = people.parties.members.needs[hears] != NO_HELP
    walkers = hears[~helpless & (people.parties.zone_index[hears] == VILLAGE)]
    assert len(walkers) > 50
    assert set(people.left_by[walkers[np.isfinite(people.departed_s[walkers])]]) == {FOOT}
    gone = np.isfinite(people.departed_s[walkers])
    ready_in_10 = walkers[gone & (people.parties.kind[walkers] != STAFF)]
    waited_s = people.departed_s[ready_in_10] - people.decided_s[ready_in_10]
    assert waited_s == pytest.approx(1200.0, abs=1.0)  # ten minutes to prepare and ten for the lift


def test_whose_driver_is_told_to_walk_to_the_shore_walks_too() -> None:
    day = Day(make_place(residents=600, guests=600), **AT_ONCE)
    day.alert(refuge="", route=())
    people = day.run(3600.0)
    village = people.parties.zone_index == VILLAGE
    assert set(people.left_by[village & np.isfinite(people.departed_s)]) == {FOOT}


def test_without_lifts_nobody_rides() -> None:
    parties = make_parties(make_place(), PeopleParameters(lift_offered_fraction=0.0), Luck(1), 9.0)
    assert (parties.driver == -1).all()

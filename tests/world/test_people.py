"""Who hears, sees, decides, leaves and comes through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.streams import Luck
from firesim.world.exposure import ON_ROAD
from firesim.world.households import CAR, FOOT, KINDS, MODES, SHORE, STAFF, make_parties, people_by_kind
from firesim.world.members import LANGUAGES, NEEDS
from firesim.world.people import FATES, PeopleParameters
from firesim.world.smoke import SmokeParameters
from firesim.world.standing import SHELTERING, WAITS
from tests.world.village import BEACH, COVE, GRID, VILLAGE, Day, FakeFire, make_place

# --- who is there -------------------------------------------------------------------------------------------


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 200), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_parties_hold_as_many_people_as_the_place_counts(residents, guests, on_beach, seed):
    place = make_place(residents, guests, on_beach)
    parties = make_parties(place, PeopleParameters(), Luck(seed), 9.0)
    held = np.bincount(parties.zone_index, weights=parties.people, minlength=3)
    assert held.tolist() == place.settlement.present(9.0).tolist()
    assert (parties.people >= 1).all()
    assert (parties.people <= 5).all()
    assert len(set(parties.household_id)) == len(parties)


def test_those_who_are_neither_residents_nor_guests_at_night_are_staff():
    counts = people_by_kind(make_place(residents=200, guests=300), 9.0)
    assert counts[VILLAGE].tolist() == [200, 300, 0, 40]
    assert counts[BEACH].tolist() == [0, 0, 100, 0]


def test_the_share_of_parties_with_a_car_makes_up_the_fleet():
    place = make_place(residents=6000, guests=15000, on_beach=0)
    parties = make_parties(place, PeopleParameters(), Luck(3), 9.0)
    cars = int((parties.mode == CAR).sum())
    expected = 0.5 * (0.45 * 6000 + 0.15 * 15000)
    assert 0.93 * expected < cars < 1.03 * expected  # large parties have at most one car each
    assert not (parties.mode[parties.kind == STAFF] == CAR).any()
    assert (parties.people[parties.mode == 1] <= 2).all()


def test_people_of_a_zone_without_a_road_are_on_the_shore():
    parties = make_parties(make_place(), PeopleParameters(), Luck(1), 9.0)
    assert ((parties.mode == SHORE) == (parties.zone_index == COVE)).all()
    assert ((parties.node == -1) == (parties.mode == SHORE)).all()


def test_one_more_household_changes_no_other_households_luck():
    # Without lifts: who rides with whom hangs on who else is there (below).
    few, many = (Day(make_place(residents=n), lift_offered_fraction=0.0) for n in (200, 208))
    for day in (few, many):
        day.alert(at_s=30.0)
        day.run(3600.0)
    of = {name: k for k, name in enumerate(many.people.parties.household_id)}
    last = max(k for k, name in enumerate(few.people.parties.household_id) if name.startswith("village-r"))
    same = [k for k in range(len(few.people)) if k != last]  # the last party of residents may have grown
    there = [of[few.people.parties.household_id[k]] for k in same]
    for name in ("x_m", "y_m", "people", "mode", "has_app", "has_phone", "walking_speed_m_s"):
        a, b = getattr(few.people.parties, name), getattr(many.people.parties, name)
        assert a[same].tolist() == b[there].tolist(), name
    assert few.people.decided_s[same].tolist() == many.people.decided_s[there].tolist()
    assert few.people.departed_s[same].tolist() == many.people.departed_s[there].tolist()
    assert len(many.people) > len(few.people)


# --- hearing and deciding -----------------------------------------------------------------------------------


def test_nobody_moves_who_has_heard_and_seen_nothing():
    people = Day().run(7200.0)
    assert np.isinf(people.decided_s).all()
    assert np.isinf(people.departed_s).all()
    assert {FATES[fate] for fate in people.fate} == {"home"}


def test_nobody_departs_before_deciding_nor_decides_before_hearing_or_seeing():
    burning = {(x, 900.0): 600.0 + (x - 300.0) for x in np.arange(300.0, 4000.0, 30.0)}
    day = Day(fire=FakeFire(burning))
    day.alert(at_s=np.linspace(700.0, 2000.0, len(day.people)))
    people = day.run(4 * 3600.0)
    known_s = np.minimum.reduce([people.warned_s, people.saw_flame_s, people.saw_smoke_s])
    decided, departed, safe = (np.isfinite(t) for t in (people.decided_s, people.departed_s, people.safe_s))
    assert decided.sum() > 50
    assert departed.sum() > 50
    assert safe.sum() > 50
    assert (people.decided_s[decided] >= known_s[decided]).all()
    assert (decided | ~departed).all()
    assert (people.departed_s[departed] >= people.decided_s[departed]).all()
    assert (departed | ~safe).all()
    assert (people.safe_s[safe] > people.departed_s[safe]).all()


def test_about_as_many_heed_an_order_as_are_said_to():
    day = Day(make_place(residents=3000, guests=3000), order_heeded=0.46)
    day.alert()
    people = day.run(3600.0)
    village = people.parties.zone_index == VILLAGE
    share = np.isfinite(people.decided_s[village]).mean()
    assert 0.42 < share < 0.50  # 2,400 parties: a standard deviation is 0.01
    # Two thirds of those who leave are gone 18 minutes later, as in the drill at Roxborough Park.
    gone = (people.departed_s[village] <= 1080.0).sum() / np.isfinite(people.departed_s[village]).sum()
    assert 0.55 < gone < 0.8


def test_an_order_moves_all_whom_a_warning_moves_and_more():
    moved = {}
    for level in ("warning", "order"):
        day = Day()
        day.alert(level=level)
        moved[level] = np.isfinite(day.run(3600.0).decided_s)
    assert (moved["order"] | ~moved["warning"]).all()
    assert moved["order"].sum() > moved["warning"].sum() > 0


def test_hearing_the_same_again_convinces_nobody_more():
    once, often = Day(), Day()
    once.alert()
    for by in ("app", "cell_broadcast", "knock"):
        often.alert(by=by)
    a, b = once.run(3600.0), often.run(3600.0)
    assert a.decided_s.tolist() == b.decided_s.tolist()
    assert len(often.of_kind("warned")) == len(once.of_kind("warned"))
    village = b.parties.zone_index == VILLAGE
    assert set(np.array(b.columns()["warned_by"])[village]) == {"app"}


def test_an_alert_for_other_zones_moves_few():
    day = Day(elsewhere_heeded=0.05)
    day.alert(zones=("village",))
    people = day.run(3600.0)
    beach = people.parties.zone_index == BEACH
    assert len(day.of_kind("overheard")) == (people.parties.zone_index != VILLAGE).sum()
    assert np.isinf(people.warned_s[beach]).all()  # what is said to others is no warning
    assert np.isfinite(people.decided_s[beach]).mean() < 0.2


def test_a_later_order_reaches_those_whom_the_warning_left_at_home():
    day = Day()
    day.alert(level="warning")
    day.run(1800.0)
    before = np.isfinite(day.people.decided_s)
    day.alert(at_s=1800.0, level="order")
    day.run(5400.0)
    later = np.isfinite(day.people.decided_s) & ~before
    assert later.any()
    assert (day.people.decided_s[later] > 1800.0).all()
    assert (day.people.warned_s[later] == 0.0).all()


def test_an_all_clear_keeps_those_at_home_who_have_not_left():
    day = Day()
    day.alert()
    day.run(900.0)
    day.alert(at_s=900.0, level="all-clear")
    people = day.run(7200.0)
    # The all-clear, like the order, is for the village alone.
    on_the_way = np.isfinite(people.departed_s) & (people.parties.zone_index == VILLAGE)
    assert on_the_way.any()
    assert (people.departed_s[on_the_way] <= 910.0).all()
    assert len(day.of_kind("stood_down")) > 10


def test_who_has_not_been_reached_yet_does_not_know():
    day = Day()
    day.alert(at_s=5000.0)
    assert np.isinf(day.run(4990.0).warned_s).all()
    people = day.run(5000.0)
    assert (people.warned_s[people.parties.zone_index == VILLAGE] == 5000.0).all()


# --- seeing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("distance_m", "seen"), [(900.0, True), (1200.0, False)])
def test_flames_are_seen_within_a_kilometre(distance_m, seen):
    day = Day(make_place(on_beach=0, in_cove=0), FakeFire({(600.0 + distance_m, 600.0): 100.0}))
    people = day.run(1800.0)
    assert np.isfinite(people.saw_flame_s).all() == seen
    assert np.isfinite(people.saw_flame_s).any() == seen
    assert np.isfinite(people.decided_s).any() == seen
    if seen:
        table = day.journal.table()
        saw = table[table["kind"] == "saw"]
        assert (saw["cause_id"] == day.ignition).all()
        assert set(saw["detail"]) == {"flames"}


def test_flames_too_small_to_stand_out_are_neither_seen_nor_felt():
    fire = FakeFire({(630.0, 630.0): 100.0})
    fire.area_m2 = lambda now_s: 99.0 if 100.0 <= now_s < 900.0 else 101.0 * (now_s >= 900.0)
    fire.flaming_cells = lambda now_s: np.flatnonzero(fire.arrival_time_s.ravel() <= now_s)
    day = Day(make_place(on_beach=0, in_cove=0), fire)
    people = day.run(890.0)
    assert np.isinf(people.saw_flame_s).all()
    assert (people.exposed_s == 0.0).all()
    assert np.isfinite(day.run(1000.0).saw_flame_s).all()


def test_smoke_moves_some_who_never_heard_an_alert():
    burning = {(600.0 + 30.0 * k, 3000.0): 300.0 for k in range(4)}  # 2,400 m off: no flame in sight
    day = Day(make_place(residents=2000, guests=2000), FakeFire(burning), smoke_heeded=0.1)
    people = day.run(2 * 3600.0)
    assert np.isinf(people.saw_flame_s).all()
    assert np.isfinite(people.saw_smoke_s).mean() > 0.9
    village = people.parties.zone_index == VILLAGE
    assert 0.07 < np.isfinite(people.decided_s[village]).mean() < 0.13


def test_time_in_the_heat_is_counted_and_makes_a_party_exposed():
    burning = {(600.0, 690.0): 600.0}
    day = Day(fire=FakeFire(burning), heat_heeded=0.0, flame_heeded=0.0, smoke_heeded=0.0, heat_within_m=200.0)
    people = day.run(1800.0)
    village = people.parties.zone_index == VILLAGE
    assert set(people.exposed_s[village]) == {180.0}  # as long as the cell flames
    assert (people.exposed_s[~village] == 0.0).all()
    assert {FATES[fate] for fate in people.fate[village]} == {"exposed"}
    assert set(np.array(people.columns()["exposed_at"])[village]) == {"home"}


def test_a_place_is_reached_when_the_fire_stands_in_its_cell():
    parties = Day().people.parties
    day = Day(fire=FakeFire({(parties.x_m[0], parties.y_m[0]): 1234.0}))
    assert np.isinf(day.run(1230.0).place_reached_s).all()
    assert day.run(1800.0).place_reached_s[0] == 1234.0


def test_a_place_that_burns_after_the_last_look_counts_as_reached_from_the_next_on():
    class GoesOn(FakeFire):
        """Its array is one and the same, and changes as cells burn."""

        arrival_time_s = property(lambda self: self.so_far)

    fire = GoesOn({(600.0, 600.0): 1234.0})
    fire.so_far = np.full(GRID.shape, np.inf)
    day = Day(make_place(residents=1, guests=0, on_beach=0, in_cove=0), fire)
    people = day.run(1230.0)
    fire.so_far[:] = fire._arrival_s
    assert np.isinf(people.place_reached_s).all()
    assert (day.run(1800.0).place_reached_s == 1234.0).any()


# --- leaving ------------------------------------------------------------------------------------------------


def test_walkers_go_to_the_nearest_refuge_when_the_advised_one_is_too_far():
    day = Day(longest_walk_m=3000.0, order_heeded=1.0)
    day.alert()  # the town is 4,800 m from the village, the beach refuge 1,800 m
    people = day.run(3 * 3600.0)
    on_foot = (people.parties.mode == FOOT) & (people.parties.zone_index == VILLAGE)
    by_car = (people.parties.mode == CAR) & (people.parties.zone_index == VILLAGE)
    refuge = day.traffic.refuge_of(people.trip)
    assert set(refuge[on_foot]) == {1}
    assert set(refuge[by_car]) == {0}


def test_those_for_whom_every_refuge_is_too_far_on_foot_stay():
    day = Day(longest_walk_m=500.0, order_heeded=1.0)
    day.alert()
    people = day.run(7200.0)
    on_foot = (people.parties.mode == FOOT) & (people.parties.zone_index == VILLAGE)
    assert {FATES[fate] for fate in people.fate[on_foot]} == {"sheltering"}
    assert np.isinf(people.departed_s[on_foot]).all()
    assert any("on foot stayed" in said for said in people.warnings())


def test_people_on_the_shore_wait_and_are_warned_of():
    day = Day(order_heeded=1.0)
    day.alert(zones=("village", "cove"))
    people = day.run(7200.0)
    cove = people.parties.zone_index == COVE
    assert {FATES[fate] for fate in people.fate[cove]} == {"sheltering"}
    assert np.isinf(people.departed_s[cove]).all()
    assert any("20 people of zones without a road" in said for said in people.warnings())


def test_drivers_without_advice_make_for_the_usual_refuge():
    day = Day(warning_heeded=1.0)
    day.alert(level="warning", refuge="", route=())
    people = day.run(7200.0)
    by_car = (people.parties.mode == CAR) & (people.parties.zone_index == VILLAGE)
    assert set(day.traffic.refuge_of(people.trip[by_car])) == {0}  # the town, though the beach is nearer


def test_who_is_ordered_to_the_shore_leaves_the_car_and_walks_to_the_nearest_refuge():
    day = Day(order_heeded=1.0)
    day.alert(refuge="", route=())
    people = day.run(7200.0)
    had_a_car = np.flatnonzero((people.parties.mode == CAR) & (people.parties.zone_index == VILLAGE))
    trips = people.trip[had_a_car]
    assert (trips >= 0).all()
    assert (day.traffic.flow.travellers.speed_m_s[trips] > 0.0).all()  # on foot; a car has none of its own
    assert set(day.traffic.refuge_of(trips)) == {1}  # the beach is nearer than the town


def test_who_is_cut_off_in_place_is_trapped_at_the_end():
    cut = {(1500.0, 600.0): 60.0}
    day = Day(fire=FakeFire(cut), flame_heeded=0.0, smoke_heeded=0.0, heat_heeded=0.0)
    people = day.run(600.0)
    people.finish(day.traffic)
    village = people.parties.zone_index == VILLAGE
    assert {FATES[fate] for fate in people.fate[village]} == {"trapped"}
    assert "trapped" not in {FATES[fate] for fate in people.fate[~village]}
    trapped = day.of_kind("trapped")
    assert set(day.journal.table().loc[trapped["cause_id"], "kind"]) == {"road_closed"}


def test_who_is_cut_off_is_trapped_from_then_on_by_that_closure_though_another_comes_later():
    cut = {(1500.0, 600.0): 60.0, (4000.0, 600.0): 300.0}  # the second cuts the beach from the town, not from itself
    day = Day(fire=FakeFire(cut), flame_heeded=0.0, smoke_heeded=0.0, heat_heeded=0.0)
    people = day.run(600.0)
    people.finish(day.traffic)
    village = people.parties.zone_index == VILLAGE
    trapped = day.of_kind("trapped")
    closed = day.of_kind("road_closed")
    assert closed["actor"].tolist() == ["VB", "BT"]
    assert set(trapped["cause_id"]) == {closed["event_id"].iloc[0]}
    assert set(trapped["time_s"]) == {60.0}
    assert (people.columns()["trapped_s"][village] == 60.0).all()
    assert np.isinf(people.columns()["trapped_s"][~village]).all()


def test_being_trapped_is_not_hidden_by_being_exposed():
    cut = {(1500.0, 600.0): 60.0, (600.0, 690.0): 600.0}
    day = Day(fire=FakeFire(cut), heat_heeded=0.0, flame_heeded=0.0, smoke_heeded=0.0, heat_within_m=200.0)
    people = day.run(1200.0)
    people.finish(day.traffic)
    village = people.parties.zone_index == VILLAGE
    assert {FATES[fate] for fate in people.fate[village]} == {"exposed"}
    assert (people.trapped_s[village] == 60.0).all()
    assert any(said.startswith("540 people are trapped") for said in people.warnings())


def test_who_cannot_go_on_is_told_of_once():
    """Cars on the way to the town turn at the fire on the road, and find no way from the village any more."""
    day = Day(fire=FakeFire({(1500.0, 600.0): 1500.0}), order_heeded=1.0, heat_within_m=400.0)
    day.alert(refuge="town")
    people = day.run(3 * 3600.0)
    people.finish(day.traffic)
    events = {kind: day.of_kind(kind) for kind in ("trapped", "stranded", "exposed")}
    names = np.array(people.parties.household_id)
    on_the_road = people.exposure.by_place_s[:, ON_ROAD] > 0.0
    failed = np.isfinite(people.departed_s) & np.isfinite(people.trapped_s)
    assert failed.any()
    assert (failed & on_the_road).any()
    assert sorted(events["trapped"]["actor"]) == sorted(names[np.isfinite(people.trapped_s)])
    at_s = dict(zip(names.tolist(), people.trapped_s.tolist(), strict=True))
    assert events["trapped"]["actor"].map(at_s).tolist() == events["trapped"]["time_s"].tolist()
    assert not events["exposed"]["actor"].duplicated().any()
    both = events["stranded"].merge(events["trapped"], on=["actor", "time_s"])
    assert len(both) == 0


def test_a_refuge_that_burns_keeps_nobody_safe():
    day = Day(fire=FakeFire({(2400.0, 600.0): 6000.0}), longest_walk_m=3000.0, order_heeded=1.0)
    day.alert()  # walkers go to the beach, drivers to the town
    before = day.run(5990.0)
    on_beach = np.isfinite(before.safe_s) & (day.traffic.refuge_of(before.trip) == 1)
    assert on_beach.sum() > 50
    people = day.run(6600.0)
    assert np.isinf(people.safe_s[on_beach]).all()
    assert {FATES[fate] for fate in people.fate[on_beach]} == {"exposed"}
    # A minute on the sand until they stand in the water; there for the other two and ten more.
    assert (people.exposure.by_place_s[on_beach] == [0.0, 0.0, 60.0, 540.0]).all()
    lost, reached = day.of_kind("refuge_lost"), day.of_kind("refuge_reached")
    assert len(lost) == on_beach.sum()
    assert set(lost["cause_id"]) == set(reached["event_id"])
    assert reached["actor"].tolist() == ["beach-refuge"]
    in_town = np.isfinite(people.safe_s)
    assert in_town.any()
    assert not (np.isfinite(people.safe_s) & on_beach).any()
    assert any("were in a refuge when it was lost" in said for said in people.warnings())


# --- on the way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("refuge", "route"), [("beach-refuge", ("V", "B")), ("", ())])
def test_who_is_on_the_way_follows_new_advice_of_the_same_level(refuge, route):
    day = Day(order_heeded=1.0)
    day.alert()
    day.run(600.0)
    parties = day.people.parties
    by_car = np.flatnonzero((parties.mode == CAR) & (parties.zone_index == VILLAGE) & (day.people.trip >= 0))
    trips = day.people.trip[by_car]
    on_way = (day.traffic.status[trips] == 0) & (day.traffic.position_m(trips)[0] < 2400.0)
    assert on_way.any()
    day.alert(at_s=600.0, refuge=refuge, route=route)
    people = day.run(3 * 3600.0)
    assert set(day.traffic.refuge_of(trips[on_way])) == {1}  # the beach: as told, or what is nearest
    redirected = day.of_kind("redirected")
    assert set(by_car[on_way]) <= {parties.household_id.index(name) for name in redirected["actor"]}
    assert set(day.journal.table().loc[redirected["cause_id"], "kind"]) == {"alert_delivered"}
    assert np.isfinite(people.safe_s[by_car[on_way]]).all()


def test_the_same_advice_again_turns_nobody():
    day = Day(order_heeded=1.0)
    day.alert()
    day.run(600.0)
    day.alert(at_s=600.0, by="cell_broadcast")
    day.run(1200.0)
    assert len(day.of_kind("redirected")) == 0


def test_nobody_answers_a_knock_who_has_left_and_a_telephone_still_reaches_them():
    day = Day(flame_heeded=1.0, fire=FakeFire({(600.0, 1200.0): 30.0}))
    day.run(1200.0)
    left = np.isfinite(day.people.departed_s) & (day.people.parties.zone_index == VILLAGE)
    came_through = np.isfinite(day.people.safe_s) & left
    assert came_through.any()
    assert (left & ~came_through).any()
    day.alert(at_s=1200.0, by="knock")
    people = day.run(1210.0)
    assert np.isinf(people.warned_s[left & (people.departed_s <= 1200.0)]).all()
    still = (people.parties.zone_index == VILLAGE) & np.isinf(people.departed_s)
    assert (people.warned_s[still] == 1200.0).all()
    day.alert(at_s=1210.0, by="cell_broadcast")
    safe = np.isfinite(people.safe_s) & left
    people = day.run(1220.0)
    assert np.isinf(people.warned_s[safe]).all()  # nothing needs to be said to them
    on_way = left & (people.departed_s <= 1200.0) & ~safe
    assert on_way.any()
    assert (people.warned_s[on_way] == 1210.0).all()


@given(st.integers(1, 10**6))
@settings(max_examples=8, deadline=None)
def test_the_warned_event_is_of_the_moment_in_the_table(seed):
    day = Day(make_place(60, 60, 20, 5))
    luck = np.random.default_rng(seed)
    for by in ("cell_broadcast", "app", "knock"):
        day.alert(at_s=luck.uniform(0.0, 60.0, len(day.people)), by=by)
    people = day.run(120.0)
    warned = day.of_kind("warned").set_index("actor")
    for party in np.flatnonzero(np.isfinite(people.warned_s)).tolist():
        event = warned.loc[people.parties.household_id[party]]
        assert event["time_s"] == people.warned_s[party]
        assert event["detail"] == f"order by {people.columns()['warned_by'][party]}"


def test_the_places_of_exposure_add_up():
    burning = {(x, 660.0): 300.0 + (x - 300.0) / 2 for x in np.arange(300.0, 5000.0, 30.0)}
    day = Day(fire=FakeFire(burning))
    day.alert(at_s=100.0)
    columns = day.run(5400.0).columns()
    places = ("home", "road", "beach", "sea")
    by_place = np.column_stack([columns[f"exposed_{place}_s"] for place in places])
    assert by_place.sum(axis=1) == pytest.approx(columns["exposed_s"])
    at_two = (by_place > 0.0).sum(axis=1) > 1
    assert at_two.any()  # at home and on the road
    for k in np.flatnonzero(at_two).tolist():
        assert columns["exposed_at"][k] == places[int(by_place[k].argmax())]


class Haze:
    """Air that is harmful in the village, whatever its density."""

    def __init__(self, **parameters):
        self.parameters = SmokeParameters(**parameters)

    def is_harmful(self, cells):
        x_m, y_m = GRID.centre_of(*np.divmod(cells, GRID.columns))
        return np.hypot(x_m - 600.0, y_m - 600.0) < 300.0


def test_time_in_thick_smoke_is_counted_apart_and_makes_a_party_exposed_after_its_own_dose():
    day = Day(heat_heeded=0.0, flame_heeded=0.0, smoke_heeded=0.0)
    day.people.air = Haze(dose_s=600.0)
    village = day.people.parties.zone_index == VILLAGE
    people = day.run(590.0)
    assert "exposed" not in {FATES[fate] for fate in people.fate[village]}
    people = day.run(1810.0)
    columns = people.columns()
    assert set(columns["exposed_smoke_s"][village]) == {1800.0}
    assert (columns["exposed_smoke_s"][~village] == 0.0).all()
    assert (columns["exposed_heat_s"] == 0.0).all()
    assert (columns["exposed_s"] == columns["exposed_smoke_s"]).all()
    assert {FATES[fate] for fate in people.fate[village]} == {"exposed"}
    assert set(day.of_kind("exposed")["cause_id"]) == {day.ignition}


def test_who_is_in_heat_and_smoke_at_once_is_exposed_once_and_counted_in_both():
    burning = {(600.0, 690.0): 600.0}
    day = Day(fire=FakeFire(burning), heat_heeded=0.0, flame_heeded=0.0, smoke_heeded=0.0, heat_within_m=200.0)
    day.people.air = Haze()
    columns = day.run(1810.0).columns()
    village = day.people.parties.zone_index == VILLAGE
    assert set(columns["exposed_heat_s"][village]) == {180.0}
    assert set(columns["exposed_smoke_s"][village]) == {1800.0}
    assert set(columns["exposed_s"][village]) == {1800.0}
    assert day.of_kind("exposed")["actor"].is_unique


def test_who_drives_out_of_the_smoke_breathes_it_no_more():
    day = Day(order_heeded=1.0)
    day.people.air = Haze()
    day.alert(at_s=30.0)
    people = day.run(2 * 3600.0)
    left = (people.parties.zone_index == VILLAGE) & np.isfinite(people.safe_s)
    assert left.any()
    in_smoke_s, columns = people.exposure.smoke_s[left], people.columns()
    assert (in_smoke_s < people.safe_s[left]).all()
    assert (columns["exposed_home_s"] + columns["exposed_road_s"])[left] == pytest.approx(in_smoke_s)


def test_every_change_of_a_party_descends_from_the_ignition():
    burning = {(x, 750.0): 600.0 + (x - 300.0) for x in np.arange(300.0, 4000.0, 30.0)}
    day = Day(fire=FakeFire(burning))
    day.alert(at_s=700.0)
    people = day.run(2 * 3600.0)
    people.finish(day.traffic)
    changed = np.flatnonzero(people.cause_id >= 0)
    assert len(changed) > 100
    for event in people.cause_id[changed].tolist():
        assert day.journal.chain(event)[-1] == day.ignition
    fates = {FATES[fate] for fate in people.fate}
    assert {"safe", "exposed"} <= fates


def test_the_same_day_twice_gives_the_same_events():
    tables = []
    for _ in range(2):
        day = Day(fire=FakeFire({(600.0, 900.0): 300.0}))
        day.alert(at_s=400.0)
        day.run(3600.0)
        tables.append(day.journal.table())
    assert tables[0].equals(tables[1])
    assert len(tables[0]) > 100


@given(st.integers(1, 10**6))
@settings(max_examples=10, deadline=None)
def test_people_are_neither_lost_nor_made(seed):
    burning = {(x, 660.0): 300.0 + (x - 300.0) / 2 for x in np.arange(300.0, 5000.0, 30.0)}
    day = Day(make_place(60, 60, 40, 10), FakeFire(burning), seed=seed)
    day.alert(at_s=100.0)
    people = day.run(5400.0, step_s=30.0)
    columns = people.columns()
    assert int(columns["people"].sum()) == 60 + 60 + 40 + 40 + 10
    safe = np.array(columns["fate"]) == "safe"
    filled = 200_000 - int(day.traffic.room.sum())
    assert int(columns["people"][safe].sum()) == filled
    on_road = people.trip >= 0
    assert (np.isfinite(people.departed_s) == on_road).all()


# --- the table ----------------------------------------------------------------------------------------------


def test_the_columns_of_words_and_causes_say_of_each_party_what_is_so_of_it():
    day = Day(make_place(60, 60, 20, 5), resident_help_fraction=0.3, neighbour_rate_per_min=0.0)
    day.alert(zones=("village", "cove"), to=np.flatnonzero(np.arange(len(day.people)) % 4 > 0))
    people = day.run(1200.0)
    parties, members = people.parties, people.parties.members
    assert np.isfinite(people.departed_s).any()
    assert (people.fate == SHELTERING).any()
    assert (np.isinf(people.warned_s) & (people.cause_id == -1)).any()
    index_and_words = {
        "kind": (parties.kind, KINDS),
        "mode": (parties.mode, MODES),
        "language": (members.language, LANGUAGES),
        "needs": (members.needs, NEEDS),
        "left_by": (people.left_by, MODES),
        "waits_for": (people.waits, WAITS),
        "fate": (people.fate, FATES),
        "zone_id": (parties.zone_index, ("village", "beach", "cove")),
    }
    indices = [tuple(index.tolist()) for index, _ in index_and_words.values()]
    assert len(set(indices)) == len(indices)  # no two are alike: one in place of another shows
    assert all(len(set(index)) > 1 for index in indices)
    columns = people.columns()
    for name, (index, words) in index_and_words.items():
        assert columns[name].tolist() == ["" if k == -1 else words[k] for k in index.tolist()], name
    assert columns["cause_id"].tolist() == [None if event == -1 else event for event in people.cause_id.tolist()]

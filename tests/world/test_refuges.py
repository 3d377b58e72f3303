"""A refuge is lost when flames come nearer than they demand, or smoke stays; and who is where is counted so."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from firesim.outcomes.twin import no_response_twin
from firesim.place.grid import Grid
from firesim.place.settlement import Refuge
from firesim.world.exposure import AT_SEA, ON_BEACH
from firesim.world.people import FATES
from firesim.world.refuges import SMOKE_EVERY_S, RefugeWatch
from firesim.world.smoke import SmokeParameters
from tests.outcomes.test_twin import ROADS, parties
from tests.world.village import Day, FakeFire, make_place

GRID = Grid(rows=100, columns=100, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)
PLACE_XY_M = (1515.0, 1515.0)  # the middle of a cell
PER_FLAME = 16.0


def refuge(outline=(), per_flame=PER_FLAME, **other):
    rings = [[*outline, outline[0]]] if outline else []
    return Refuge(
        "field", "Field", "field", *PLACE_XY_M, "n", 100, outline_xy_m=rings, distance_per_flame=per_flame, **other
    )


def burning(x_m, y_m, at_s, flame_m):
    arrival_s, flames_m = np.full(GRID.shape, np.inf), np.zeros(GRID.shape, np.float32)
    where = GRID.cell_at(x_m, y_m)
    arrival_s[where], flames_m[where] = at_s, flame_m
    return arrival_s, flames_m


@pytest.mark.parametrize(("flame_m", "lost"), [(7.4, False), (7.6, True)])
def test_flames_take_a_refuge_within_the_distance_that_they_need_and_not_before(flame_m, lost):
    # 120 m off: 16 flame lengths reach that far from 7.5 m on.
    watch = RefugeWatch([refuge()], GRID)
    arrival_s, flames_m = burning(1515.0 + 120.0, 1515.0, 500.0, flame_m)
    watch.meet_flames(arrival_s, flames_m, 499.0)
    assert watch.newly_lost(499.0) == []
    watch.meet_flames(arrival_s, flames_m, 500.0)
    assert watch.newly_lost(500.0) == ([(0, False)] if lost else [])
    assert watch.lost_s.tolist() == [500.0 if lost else np.inf]
    assert watch.newly_lost(9000.0) == []  # told once


def test_a_refuge_by_name_alone_is_lost_when_its_own_cell_burns():
    watch = RefugeWatch([refuge(per_flame=0.0)], GRID)
    watch.meet_flames(*burning(1515.0 + 30.0, 1515.0, 100.0, 30.0), 100.0)
    assert np.isinf(watch.lost_s).all()
    watch.meet_flames(*burning(1515.0, 1515.0, 100.0, 0.1), 100.0)
    assert watch.lost_s.tolist() == [100.0]


def test_a_fire_at_its_edge_takes_no_large_refuge():
    wide = refuge([(1000.0, 1000.0), (2000.0, 1000.0), (2000.0, 2000.0), (1000.0, 2000.0)])
    watch = RefugeWatch([wide], GRID)
    arrival_s, flames_m = np.full(GRID.shape, np.inf), np.full(GRID.shape, 10.0, np.float32)  # they need 160 m
    column = int(GRID.cell_at(985.0, 1500.0)[1])
    arrival_s[:, column] = 100.0  # along its western edge
    watch.meet_flames(arrival_s, flames_m, 100.0)
    assert np.isinf(watch.lost_s).all()
    arrival_s[:, column : column + 9] = 200.0  # 270 m into it: with 160 m before them not yet half
    watch.meet_flames(arrival_s, flames_m, 200.0)
    assert np.isinf(watch.lost_s).all()
    arrival_s[:, column : column + 16] = 300.0  # 480 m and 160 m: more than half, to a point of 40
    watch.meet_flames(arrival_s, flames_m, 300.0)
    assert watch.lost_s.tolist() == [300.0]


def test_step_by_step_and_all_at_once_the_same_refuges_are_lost_at_the_same_time():
    rng = np.random.default_rng(5)
    refuges = [
        refuge([(x, y), (x + 300.0, y), (x + 300.0, y + 200.0), (x, y + 200.0)])
        for x, y in ((600.0, 700.0), (2200.0, 900.0))
    ]
    row, column = np.indices(GRID.shape)
    arrival_s = 60.0 * np.hypot(row - 60.0, column - 50.0)
    flames_m = rng.uniform(0.5, 4.0, GRID.shape).astype(np.float32)
    steps, at_once = RefugeWatch(refuges, GRID), RefugeWatch(refuges, GRID)
    for now_s in np.arange(0.0, 4000.0, 10.0):
        steps.meet_flames(np.where(arrival_s <= now_s, arrival_s, np.inf), flames_m, float(now_s))
    at_once.meet_flames(np.where(arrival_s <= 3990.0, arrival_s, np.inf), flames_m, 3990.0)
    assert np.isfinite(at_once.lost_s).any()
    assert steps.lost_s.tolist() == at_once.lost_s.tolist()


class Haze:
    """The same smoke everywhere."""

    parameters = SmokeParameters()

    def __init__(self, density_per_m):
        self.density_per_m = density_per_m

    def optical_density_per_m(self, x_m, y_m):
        return np.full(np.shape(x_m), self.density_per_m)


HARMFUL_PER_M, DOSE_S = SmokeParameters().harmful_from_per_m, SmokeParameters().dose_s


@pytest.mark.parametrize(("density_per_m", "lost"), [(0.99 * HARMFUL_PER_M, False), (HARMFUL_PER_M, True)])
def test_harmful_smoke_takes_a_refuge_when_it_stays_and_not_before(density_per_m, lost):
    watch = RefugeWatch([refuge()], GRID)
    smoke, told = Haze(density_per_m), []
    for now_s in np.arange(0.0, DOSE_S + 2.0 * SMOKE_EVERY_S, 60.0):
        watch.meet_smoke(smoke, float(now_s))
        told += [(now_s, *one) for one in watch.newly_lost(float(now_s))]
    # Looked at every five minutes, so 33 minutes are full after 35.
    assert told == ([(2100.0, 0, True)] if lost else [])


# --- who counts as what --------------------------------------------------------------------------------------


def beach_town():
    """The village, beach and town of the people's tests, the beach a last resort."""
    place = make_place()
    town, beach = place.settlement.refuges
    refuges = [town, replace(beach, is_last_resort=True)]
    place.settlement = replace(place.settlement, refuges=refuges)
    return place


def test_people_at_a_last_resort_are_never_counted_safe():
    day = Day(beach_town(), longest_walk_m=3000.0, order_heeded=1.0)
    day.alert(refuge="", route=())
    people = day.run(9000.0)
    came = (people.trip >= 0) & (day.traffic.refuge_of(np.maximum(people.trip, 0)) == 1)
    assert came.sum() > 50  # walkers go to the beach before them
    assert np.isinf(people.safe_s[came]).all()
    assert {FATES[fate] for fate in people.fate[came]} == {"sheltering"}
    assert any("wait at last resorts" in said for said in people.warnings())
    drove = (people.trip >= 0) & ~came
    assert np.isfinite(people.safe_s[drove]).all()  # by car nobody makes for it while the town can be reached
    sheltering = day.of_kind("sheltering")
    causes = {day.journal.kind_of(int(cause)) for cause in sheltering["cause_id"]}
    assert causes <= {"departed", "decided"}
    assert set(sheltering["detail"]) >= {"beach-refuge"}


def test_people_at_a_last_resort_feel_the_heat_there_and_are_trapped_when_the_road_is_cut():
    # Flames 90 m from the beach at 7,000 s; the road to the town is cut by 6,800 s.
    fire = FakeFire({(2490.0, 630.0): 7000.0, (3900.0, 600.0): 6800.0})
    day = Day(beach_town(), fire, longest_walk_m=3000.0, order_heeded=1.0)
    day.alert(refuge="", route=())
    people = day.run(6700.0)
    came = (people.trip >= 0) & (day.traffic.refuge_of(np.maximum(people.trip, 0)) == 1)
    assert np.isinf(people.trapped_s[came]).all()
    people = day.run(7600.0)
    on_beach, at_sea = (people.exposure.by_place_s[came, place] for place in (ON_BEACH, AT_SEA))
    assert (on_beach > 0.0).all()  # at the look at which they feel it; then they go into the water
    assert (at_sea > 0.0).all()
    assert (people.exposure.total_s[came] == on_beach + at_sea).all()
    assert people.trapped_s[came] == pytest.approx(np.full(came.sum(), 6800.0))
    assert {day.journal.kind_of(int(c)) for c in day.of_kind("trapped")["cause_id"]} == {"road_closed"}
    people.finish(day.traffic)
    assert {FATES[fate] for fate in people.fate[came]} == {"exposed"}


def test_a_place_from_which_only_a_last_resort_is_left_is_cut_off():
    fire = FakeFire({(3900.0, 600.0): 100.0})
    day = Day(beach_town(), fire)
    day.run(200.0)
    village, town = (day.place.roads.node_index[node] for node in "VT")
    assert day.journal.kind_of(day.traffic.cut_off_by(village)) == "road_closed"
    assert day.traffic.cut_off_by(town) == -1


def test_whom_smoke_finds_in_a_refuge_is_sheltering_again():
    day = Day(order_heeded=1.0)
    day.alert()
    people = day.run(3600.0)
    in_town = np.isfinite(people.safe_s) & (day.traffic.refuge_of(np.maximum(people.trip, 0)) == 0)
    assert in_town.sum() > 20
    for now_s in (3600.0, 3600.0 + DOSE_S):
        people = day.run(now_s)
        day.traffic.smoke_out(Haze(1.0), now_s, day.ignition)
    people = day.run(now_s + 60.0)
    assert np.isinf(people.safe_s[in_town]).all()
    assert {FATES[fate] for fate in people.fate[in_town]} == {"sheltering"}
    assert set(day.of_kind("refuge_smoked")["actor"]) == {"town", "beach-refuge"}
    assert set(day.of_kind("refuge_lost")["cause_id"]) <= set(day.of_kind("refuge_smoked")["event_id"])
    assert any("smoke lay dense over refuge town" in said for said in day.traffic.warnings())


class HazeOverTown(Haze):
    """Smoke on the town's side of the map alone."""

    def optical_density_per_m(self, x_m, y_m):
        return np.where(np.asarray(x_m) > 3900.0, self.density_per_m, 0.0)


def test_who_sits_in_a_lost_refuge_is_cut_off_there_and_not_at_home():
    # The beach stays a refuge, on the village's side of the road that is cut at 6,500 s.
    day = Day(None, FakeFire({(3900.0, 600.0): 6500.0}), order_heeded=1.0)
    day.alert()
    people = day.run(3600.0)
    in_town = np.isfinite(people.safe_s) & (day.traffic.refuge_of(np.maximum(people.trip, 0)) == 0)
    assert in_town.sum() > 20
    for now_s in (3600.0, 3600.0 + DOSE_S):
        day.run(now_s)
        day.traffic.smoke_out(HazeOverTown(1.0), now_s, day.ignition)
    people = day.run(6400.0)
    assert set(day.of_kind("refuge_smoked")["actor"]) == {"town"}
    assert np.isinf(people.trapped_s[in_town]).all()
    people = day.run(6600.0)
    assert people.trapped_s[in_town] == pytest.approx(np.full(in_town.sum(), 6500.0))


# --- the no-response twin -----------------------------------------------------------------------------------

TWIN_GRID = Grid(rows=21, columns=101, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)


def on_the_road(node, x_m, **other):
    return Refuge(f"at-{node}", node, "field", x_m, 315.0, node, 100, **other)


def twin(refuges, arrival_s, flames_m=None, smoke_s=None):
    who = parties([4], [0], [500.0])
    taken = {"flame_length_m": flames_m, "smoke_s": smoke_s}
    return no_response_twin(arrival_s, TWIN_GRID, ROADS, refuges, who, 0.0, 9000.0, **taken)


def test_in_the_twin_a_last_resort_saves_nobody():
    arrival_s = np.full(TWIN_GRID.shape, np.inf)
    arrival_s[TWIN_GRID.cell_at(2000.0, 315.0)] = 1000.0  # on the road to the far refuge
    near, far = on_the_road("A", 500.0), on_the_road("C", 2500.0)
    assert not twin([near, far], arrival_s).at_risk.any()
    assert twin([replace(near, is_last_resort=True), far], arrival_s).cut_off_s.tolist() == [pytest.approx(800.0)]


def test_the_twin_loses_a_refuge_by_the_rule_of_the_run():
    arrival_s = np.full(TWIN_GRID.shape, np.inf)
    flames_m = np.zeros(TWIN_GRID.shape, np.float32)
    where = TWIN_GRID.cell_at(2505.0, 315.0 + 90.0)
    arrival_s[where], flames_m[where] = 3000.0, 6.0  # 90 m from it, and they need 96
    goal = on_the_road("C", 2505.0, distance_per_flame=16.0)
    watch = RefugeWatch([goal], TWIN_GRID)
    watch.meet_flames(arrival_s, flames_m, 9000.0)
    assert watch.lost_s.tolist() == [3000.0]
    assert twin([goal], arrival_s, flames_m).cut_off_s.tolist() == [pytest.approx(2800.0)]  # 200 s on the way
    assert not twin([goal], arrival_s, 0.5 * flames_m).at_risk.any()
    assert twin([goal], arrival_s, 0.5 * flames_m, np.array([4000.0])).cut_off_s.tolist() == [pytest.approx(3800.0)]


def test_whom_the_fire_leaves_alone_takes_nobodys_room_in_the_twin():
    # Room for five. The party in the east has nothing to fear; the one in the west has to be through by 800 s.
    arrival_s = np.full(TWIN_GRID.shape, np.inf)
    arrival_s[TWIN_GRID.cell_at(1000.0, 315.0)] = 1000.0
    who = parties([4, 4], [0, 2], [500.0, 2500.0])
    goal = replace(on_the_road("C", 2500.0), capacity_people=5)
    fates = no_response_twin(arrival_s, TWIN_GRID, ROADS, [goal], who, 0.0, 9000.0)
    assert fates.cut_off_s.tolist() == [pytest.approx(900.0), np.inf]


def test_without_any_refuge_the_twin_finds_nobody_cut_off_that_was_not_reached():
    # Nothing can be closed to whom nothing was open: only their place counts.
    arrival_s = np.full(TWIN_GRID.shape, np.inf)
    arrival_s[TWIN_GRID.cell_at(2000.0, 315.0)] = 1000.0
    assert not twin([replace(on_the_road("C", 2500.0), is_last_resort=True)], arrival_s).at_risk.any()
    assert not twin([], arrival_s).at_risk.any()


def test_what_one_watch_has_seen_another_of_the_same_refuge_has_not():
    place = refuge([(1000.0, 1000.0), (2000.0, 1000.0), (2000.0, 2000.0), (1000.0, 2000.0)])
    before = msgspec.msgpack.encode(place)
    for _ in range(2):
        watch = RefugeWatch([place], GRID)
        assert np.isinf(watch.lost_s).all()
        watch.meet_flames(np.zeros(GRID.shape), np.full(GRID.shape, 30.0), 10.0)
        assert (watch.lost_s == 0.0).all()
    assert len(place.points(40)) > 1
    assert not place.points(40).flags.writeable
    assert msgspec.msgpack.encode(place) == before

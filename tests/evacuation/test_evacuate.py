"""Evacuation alone: exact cases on paper, laws on random towns, and the folder that the command writes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.evacuation.bound import capacity_bound_s
from firesim.evacuation.case import ASSIGNMENTS, GRIDLOCK_RULES
from firesim.evacuation.choices import Assigned, Guide
from firesim.evacuation.drive import Driven, drive
from firesim.evacuation.folder import warnings_of
from firesim.evacuation.solve import Evacuated, Options, clearance_s, evacuate, run_once
from firesim.physics.queues import ARRIVED, REMOVED, STRANDED
from tests.evacuation.towns import Town, headways_s, roads_driven, town_of, towns

HEADWAY_S = 3600.0 / 1300.0
SUMMARY = (
    "clearance_50_s", "clearance_90_s", "clearance_100_s", "arrived", "stranded", "removed", "forced_moves",
    "plan_cpu_s", "traffic_cpu_s", "peak_rss_mb", "capacity_bound_s", "clearance_90_by_step_s",
)  # fmt: skip


# --- exact cases ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("lanes", [1, 2])
def test_a_bottleneck_clears_in_demand_over_capacity_to_one_headway(town, assignment, lanes):
    town.road("A", "X", 300.0, 10.0, lanes=lanes)
    town.leave("A", 500)
    driven = town.drive(assignment)
    wanted_s = 30.0 + 499.5 * HEADWAY_S / lanes
    assert clearance_s(driven, 1.0) == pytest.approx(wanted_s, abs=HEADWAY_S / lanes)
    if assignment != "capacity":  # there the plan's departures fall on its steps
        assert np.sort(driven.done_s) == pytest.approx(30.0 + HEADWAY_S / lanes * np.arange(500), abs=1e-6)


def test_capacity_of_an_edge_counts_before_that_of_its_lanes(town):
    town.road("A", "X", 300.0, 10.0, lanes=2, capacity_veh_h=600)
    town.leave("A", 100)
    assert clearance_s(town.drive(), 1.0) == pytest.approx(30.0 + 99 * 6.0, abs=1e-6)


def test_the_bound_of_a_bottleneck_is_its_clearance(town):
    town.road("A", "X", 300.0, 10.0)
    town.leave("A", 500)
    assert capacity_bound_s(town.load()) == pytest.approx(clearance_s(town.drive(), 1.0), abs=1e-3)


def test_a_queue_spills_back_over_a_junction_and_holds_up_who_only_passes_it(town):
    # B -> X is narrow and fills; A -> B fills behind it; those from C who want A -> B stand too.
    town.road("C", "A", 75.0)
    town.road("D", "A", 75.0)
    town.road("A", "B", 75.0)
    town.road("B", "X", 75.0, capacity_veh_h=120)
    town.leave("D", 40)
    town.leave("C", 1, at_s=60.0)
    driven = town.drive()
    free_s = 60.0 + 3 * 7.5
    assert driven.done_s[40] > free_s + 200.0  # nobody but the queue of the others is in its way
    entered_s = driven.log[(driven.log[:, 1] == 40) & (driven.log[:, 0] == 2), 2]
    assert 67.5 + 1.0 < entered_s <= 67.5 + 60.0  # it waited before the junction already, two turns at most
    assert clearance_s(driven, 1.0) == pytest.approx(22.5 + 40 * 30.0, abs=1e-6)  # and no capacity was lost


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_two_opposing_streams_on_a_one_lane_track_never_overlap(town, assignment):
    town.road("A", "P", 50.0)
    town.road("B", "Q", 50.0)
    town.street("P", "Q", 150.0, shared_lane="true")
    town.road("Q", "X", 50.0)
    town.road("P", "Y", 2000.0)  # so far that those from B would rather stay on their side
    town.leave("A", 30, every_s=4.0)
    town.leave("B", 30, every_s=4.0)
    town.road("Q", "Z", 30000.0)
    driven = town.drive(assignment, exits="X,Y")
    assert (driven.status == ARRIVED).all()
    assert both_ways_at_once(driven, 2, 3) == 0


def test_the_two_sides_of_a_track_take_turns_and_never_overlap(town):
    # Only the way over the track leads out on either side.
    town.street("P", "Q", 150.0, shared_lane="true")
    town.road("Q", "X", 50.0)
    town.road("P", "Y", 50.0)
    town.closures = [("Q", "X", 4.5), ("P", "Y", 4000.0)]
    town.leave("Q", 40, every_s=1.0)  # the first are out at X; the others must turn to Y
    town.leave("P", 40, at_s=0.0, every_s=3.0)
    driven = town.drive("nearest", exits="X,Y")
    assert both_ways_at_once(driven, 0, 1) == 0
    assert (driven.log[:, 0] == 1).sum() >= 30


def both_ways_at_once(driven: Driven, edge: int, other: int) -> int:
    """How often somebody enters one side while the other is not empty."""
    stays = []
    for vehicle in range(len(driven.status)):
        moves = driven.log[driven.log[:, 1] == vehicle]
        left_s = [*moves[1:, 2], driven.done_s[vehicle]]
        stays += [
            (int(road), entered_s, out_s)
            for (road, _, entered_s), out_s in zip(moves, left_s, strict=True)
            if int(road) in (edge, other)
        ]
    return sum(
        a[0] != b[0] and a[1] < b[2] - 1e-9 and b[1] < a[2] - 1e-9 for k, a in enumerate(stays) for b in stays[:k]
    )


# --- assignments ----------------------------------------------------------------------------------------------------


def two_ways(town: Town) -> Town:
    """A short way to X and one twice as long to Y, of equal capacity."""
    town.road("A", "X", 300.0)
    town.road("A", "Y", 600.0)
    town.leave("A", 400)
    return town


def test_nearest_stays_with_the_exit_of_least_free_flow_time_whatever_the_queue(town):
    assert (two_ways(town).drive("nearest", exits="X,Y").exit == 0).all()


@pytest.mark.parametrize(("assignment", "within"), [("fastest", 0.10), ("capacity", 0.02)])
def test_who_looks_at_queues_uses_both_ways_and_is_out_in_about_half_the_time(town, assignment, within):
    driven = two_ways(town).drive(assignment, exits="X,Y")
    # Both ways empty together when the longer one takes (60 - 30 s) / 2 headways fewer.
    best_s = 45.0 + 200 * HEADWAY_S
    assert np.bincount(driven.exit) == pytest.approx([200.0, 200.0], abs=20.0)
    assert capacity_bound_s(town.load("X,Y")) <= clearance_s(driven, 1.0) <= best_s * (1.0 + within)


def test_fastest_chooses_by_the_queues_that_stand_when_it_leaves(town):
    two_ways(town)
    town.leave("A", 1, at_s=3000.0)  # all are gone by then
    driven = town.drive("fastest", exits="X,Y")
    assert driven.exit[400] == 0
    assert driven.done_s[400] == pytest.approx(3030.0)


def test_safest_takes_the_largest_margin_then_the_least_time(town):
    town.road("A", "X", 100.0)  # quick, closes first
    town.road("A", "B", 100.0)
    town.road("B", "X", 500.0)  # closes later
    town.road("A", "C", 100.0)
    town.road("C", "X", 900.0)  # never closes, and is the longest
    town.closures = [("A", "X", 1000.0), ("B", "X", 1500.0)]
    town.leave("A")
    assert roads_driven(town.drive("safest"), 0) == [3, 4]
    town.closures.append(("C", "X", 1400.0))
    assert roads_driven(town.drive("safest"), 0) == [1, 2]  # 1,490 s is more than 1,390 and 1,000
    town.closures.append(("A", "B", 1000.0))
    town.closures.append(("A", "C", 1000.0))
    assert roads_driven(town.drive("safest"), 0) == [0]  # all margins are 1,000 s: the quickest


def test_the_margin_that_safest_keeps_is_the_largest_there_is(town):
    """Against every simple way through a small town, by free-flow times."""
    rng = np.random.Generator(np.random.Philox(5))
    for k in range(40):
        town.edges, town.closures = [], []
        for u in "ABCD":
            for v in "ABCDX":
                if u != v and rng.uniform() < 0.6:
                    town.road(u, v, float(rng.integers(5, 60)) * 10.0)
                    if rng.uniform() < 0.7:
                        town.closures.append((u, v, float(rng.integers(60, 900))))
        town.road("A", "X", 5000.0)
        # Half of the towns have no way that lasts, so that margins are finite there.
        town.closures += [("A", "X", 30.0), *((u, "X", 950.0) for u in roads_to_exit(town))] if k % 2 else []
        town.demand = [("A", 0.0)]
        case = town.load()
        margins = {}
        for way in simple_ways(case.network, case.network.node_index["A"], case.network.node_index["X"]):
            enters_s = np.concatenate([[0.0], np.cumsum(case.network.free_s[way])])
            margins[tuple(way)] = (-(case.closes_s[way] - enters_s[:-1]).min(), enters_s[-1])
        best = min(margins.values())
        taken = tuple(roads_driven(run_once(case, Options("safest"), 10.0)[0], 0))
        assert margins[taken] == pytest.approx(best, abs=1e-4)


def roads_to_exit(town):
    return {u for u, v, _ in town.edges if v == "X"}


def simple_ways(roads, here, to, before=()):
    if here == to:
        yield []
        return
    for edge in np.flatnonzero(roads.tail == here).tolist():
        if roads.head[edge] not in (*before, here):
            for rest in simple_ways(roads, int(roads.head[edge]), to, (*before, here)):
                yield [edge, *rest]


def test_who_knows_the_closures_never_drives_to_a_closed_road_and_the_others_turn_there(town):
    town.street("A", "B", 1000.0)
    town.road("B", "X", 100.0)
    town.road("A", "Y", 3000.0)
    town.closures = [("B", "X", 50.0)]
    town.leave("A")
    for assignment, way in (("nearest", [0, 1, 3]), ("fastest", [0, 1, 3]), ("safest", [3]), ("capacity", [3])):
        assert roads_driven(town.drive(assignment, exits="X,Y"), 0) == way, assignment


def test_who_has_no_way_left_is_stranded_at_the_closed_road(town):
    town.road("A", "B", 100.0)
    town.road("B", "X", 100.0)
    town.closures = [("B", "X", 15.0)]
    town.leave("A", 1)
    town.leave("A", 1, at_s=20.0)
    for assignment, driven in ((name, town.drive(name)) for name in ASSIGNMENTS):
        assert driven.status.tolist() == [ARRIVED, STRANDED], assignment
        # Who knows stays at home; who does not is stopped at B.
        has_left = np.isfinite(driven.departed_s[1])
        assert has_left == (assignment in ("nearest", "fastest"))


def test_a_road_may_be_entered_until_the_moment_it_closes_and_driven_to_its_end(town):
    town.road("A", "X", 1000.0, 10.0)
    town.closures = [("A", "X", 5.0)]
    town.leave("A", 1, at_s=4.999)
    town.leave("A", 1, at_s=5.0)
    driven = town.drive("nearest")
    assert driven.status.tolist() == [ARRIVED, STRANDED]
    assert driven.done_s[0] == pytest.approx(104.999)


def test_parallel_edges_close_together_and_are_told_apart(town):
    town.road("A", "X", 100.0)
    town.road("A", "X", 200.0)
    town.road("A", "Y", 900.0)
    town.leave("A")
    town.closures = [("A", "X", 0.5)]
    town.leave("A", at_s=1.0)
    driven = town.drive("nearest", exits="X,Y")
    assert [roads_driven(driven, k) for k in (0, 1)] == [[0], [2]]


def test_a_road_to_itself_is_never_driven_and_said(town):
    town.road("A", "A", 10.0)
    town.road("A", "X", 100.0)
    town.leave("A", 5)
    case = town.load()
    assert "itself" in case.warnings[0]
    for assignment in ASSIGNMENTS:
        assert 0 not in run_once(case, Options(assignment), 10.0)[0].log[:, 0]


def test_who_starts_at_an_exit_is_out_at_once_without_driving(town):
    town.street("A", "X", 100.0)
    town.leave("X", 3, at_s=7.0)
    for assignment in ASSIGNMENTS:
        driven = town.drive(assignment)
        assert driven.done_s.tolist() == [7.0] * 3
        assert len(driven.log) == 0


# --- gridlock -------------------------------------------------------------------------------------------------------


def test_gridlock_is_counted_and_its_rule_decides_what_happens(town):
    # A roundabout: who comes from A wants to leave at C, and so on round.
    for u, v in ("AB", "BC", "CA"):
        town.road(u, v, 15.0, capacity_veh_h=3600)
    case = town_round(town)
    told = {rule: run_round(case, rule) for rule in GRIDLOCK_RULES}
    none, push, remove = told["none"], told["push"], told["remove"]
    assert none.rings == 1
    assert (none.status == STRANDED).sum() > 0
    assert none.forced_moves == 0
    assert (push.status == ARRIVED).all()
    assert push.forced_moves >= 1
    assert (remove.status == REMOVED).sum() >= 1
    assert (remove.status != STRANDED).all()
    assert remove.forced_moves == 0


def test_who_stands_in_a_ring_to_the_end_is_not_said_to_have_no_way(town):
    for u, v in ("AB", "BC", "CA"):
        town.road(u, v, 15.0, capacity_veh_h=3600)
    driven = run_round(case := town_round(town), "none")
    told = evacuated_of(case, driven, "none")
    assert any("block one another" in said and "stranded" in said for said in told)
    assert not any("no way was left" in said for said in told)


def evacuated_of(case, driven, rule):
    return warnings_of(case, Evacuated(Options("nearest", rule), driven, 0.0, 0.0, {}))


def town_round(town: Town):
    """Six cars a side, each bound two corners on; the corners themselves are the exits."""
    for node in "ABC":
        town.leave(node, 6)
    return town.load("A,B,C")


def run_round(case, rule):
    n = len(case.node)
    exit_ = (case.node + 2) % 3
    first = case.node
    edges = np.array([k for node in range(3) for k in (node, (node + 1) % 3)])
    ways = Assigned(exit_, np.zeros(n), 2 * first, 2 * first + 2, edges)
    return drive(case, Guide(case, "nearest"), ways, 10.0, rule)


# --- laws -----------------------------------------------------------------------------------------------------------


@given(towns(closures=True))
@settings(max_examples=40)
def test_every_vehicle_is_accounted_for_and_nobody_enters_a_closed_road(rows):
    with tempfile.TemporaryDirectory() as folder:
        town = town_of(Path(folder), rows)
        case = town.load(rows[3])
        for assignment in ASSIGNMENTS:
            for rule in GRIDLOCK_RULES:
                driven = run_once(case, Options(assignment, rule), 10.0)[0]
                assert set(driven.status.tolist()) <= {ARRIVED, STRANDED, REMOVED}
                assert (driven.log[:, 2] < case.closes_s[driven.log[:, 0].astype(int)]).all()
                assert_ways_hang_together(case, driven)


def assert_ways_hang_together(case, driven):
    roads = case.network
    for vehicle in range(len(case.node)):
        way, here = roads_driven(driven, vehicle), case.node[vehicle]
        times_s = driven.log[driven.log[:, 1] == vehicle, 2]
        for edge in way:
            assert roads.tail[edge] == here
            here = roads.head[edge]
        nexts_s = [*times_s[1:], driven.done_s[vehicle]][: len(way)]
        for edge, at_s, next_s in zip(way, times_s, nexts_s, strict=True):
            assert next_s >= at_s + roads.free_s[edge] - 1e-9
        assert not way or times_s[0] >= case.departure_s[vehicle]
        if driven.status[vehicle] == ARRIVED:
            assert here == case.exits[driven.exit[vehicle]]


@given(towns())
@settings(max_examples=40)
def test_without_closures_all_come_out_unless_gridlock_is_left_alone_and_never_before_the_bound(rows):
    with tempfile.TemporaryDirectory() as folder:
        case = town_of(Path(folder), rows).load(rows[3])
        bound_s = capacity_bound_s(case)
        for assignment in ASSIGNMENTS:
            for rule in GRIDLOCK_RULES:
                driven = run_once(case, Options(assignment, rule), 10.0)[0]
                if rule != "none":
                    assert (driven.status != STRANDED).all()
                if (driven.status == ARRIVED).all():
                    assert clearance_s(driven, 1.0) >= bound_s


@given(towns(tracks=False), st.integers(0, 2**32))
@settings(max_examples=60)
def test_no_choice_of_ways_whatever_ends_before_the_bound(rows, seed):
    """Ways and departures that nobody would choose, drawn at random: the bound is one for any assignment."""
    with tempfile.TemporaryDirectory() as folder:
        case = town_of(Path(folder), rows).load(rows[3])
        rng, roads = np.random.Generator(np.random.Philox(seed)), case.network
        edges, exits, start, end = [], [], [], []
        for node in case.node.tolist():
            ways = [(k, way) for k, to in enumerate(case.exits) for way in simple_ways(roads, node, to)]
            exit_, way = ways[rng.integers(len(ways))]
            exits.append(exit_)
            start.append(len(edges))
            edges += way
            end.append(len(edges))
        later_s = case.departure_s + rng.choice([0.0, 0.0, 20.0], len(case.node))
        told = Assigned(*(np.array(column) for column in (exits, later_s, start, end)), np.array(edges, np.int64))
        driven = drive(case, Guide(case, "nearest"), told, 10.0, "push")
        assert (driven.status == ARRIVED).all()
        assert clearance_s(driven, 1.0) >= capacity_bound_s(case)


@given(towns())
@settings(max_examples=25)
def test_no_road_passes_more_than_its_capacity(rows):
    with tempfile.TemporaryDirectory() as folder:
        case = town_of(Path(folder), rows).load(rows[3])
        driven = run_once(case, Options("fastest"), 10.0)[0]
        for edge in range(case.network.n_edges):
            gaps_s = headways_s(driven, edge)
            assert gaps_s.size == 0 or gaps_s.min() >= 1.0 / case.network.capacity_veh_s[edge] - 1e-9


@given(towns(tracks=False))
@settings(max_examples=40)
def test_on_a_tree_with_room_more_capacity_never_clears_later_and_more_demand_never_sooner(rows):
    """Claimed where there is one way for each and nobody lacks room: else more roads can slow all (Braess)."""
    edges, demand, _, _ = rows
    n = len({end for u, v, _ in edges for end in (u, v)})
    tree = [(u, v, {**about, "lanes": 1000}) for u, v, about in edges[: 2 * (n - 1)]]
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), tree, demand)
        less = clearance_s(town.drive("nearest", exits="n0"), 1.0)
        wider = Town(
            Path(folder), [(u, v, {**a, "capacity_veh_h": a["capacity_veh_h"] + 200}) for u, v, a in tree], demand
        )
        assert clearance_s(wider.drive("nearest", exits="n0"), 1.0) <= less + 1e-9
        more = Town(Path(folder), tree, [*demand, ("n0" if n == 1 else f"n{n - 1}", 3.0)])
        assert clearance_s(more.drive("nearest", exits="n0"), 1.0) >= less - 1e-9


@given(towns(closures=True))
@settings(max_examples=20)
def test_the_step_changes_only_who_looks_at_queues_or_plans_by_it(rows):
    with tempfile.TemporaryDirectory() as folder:
        case = town_of(Path(folder), rows).load(rows[3])
        for assignment in ("nearest", "safest"):
            fine, coarse = (run_once(case, Options(assignment, "none"), step_s)[0] for step_s in (5.0, 80.0))
            assert fine.done_s.tolist() == coarse.done_s.tolist()


# --- the folder -----------------------------------------------------------------------------------------------------


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def command(town: Town, out: Path, *more: str, exits: str = "007") -> subprocess.CompletedProcess[str]:
    network, demand, closures = town.write()
    words = [sys.executable, "-m", "firesim", "evacuate", str(network), str(demand), "--exits", exits]
    words += ["--closures", str(closures)] if town.closures else []
    return subprocess.run([*words, "--out", str(out), *more], capture_output=True, text=True, check=False)


def test_the_command_writes_the_whole_folder(town, tmp_path):
    town.crs = "EPSG:32634"
    town.places = {"01": (500_000.0, 4_330_000.0), "B": (501_000.0, 4_330_000.0), "007": (502_000.0, 4_330_000.0)}
    town.street("01", "B", 1000.0)
    town.street("B", "007", 1000.0)
    town.closures = [("B", "007", 400.0)]
    town.leave("01", 20, every_s=3.0)
    town.leave("01", 1, at_s=500.0)
    out = tmp_path / "out"
    ended = command(town, out)
    assert ended.returncode == 0, ended.stderr
    assert "1 vehicles are stranded" in ended.stderr
    facts = json.loads((out / "summary.json").read_text())
    assert tuple(facts) == SUMMARY
    assert (facts["arrived"], facts["stranded"], facts["removed"], facts["forced_moves"]) == (20, 1, 0, 0)
    assert facts["clearance_100_s"] is None
    assert facts["clearance_50_s"] == pytest.approx(200.0 + 30.0)
    assert set(facts["clearance_90_by_step_s"]) == {"5", "10", "20"}
    assert facts["clearance_90_by_step_s"]["10"] == facts["clearance_90_s"]
    assert 0.0 <= facts["plan_cpu_s"] < 5.0
    assert 0.0 < facts["traffic_cpu_s"] < 5.0
    assert facts["peak_rss_mb"] > 50.0

    vehicles = table(out / "vehicles.csv")
    assert list(vehicles[0]) == ["vehicle", "node", "departure_s", "departed_s", "arrived_s", "exit", "status"]
    first, last = vehicles[0], vehicles[-1]
    assert (first["node"], first["exit"], first["status"]) == ("01", "007", "arrived")
    assert float(first["arrived_s"]) == 200.0
    assert (last["status"], last["arrived_s"], last["exit"]) == ("stranded", "", "")
    routes = table(out / "routes.csv")
    mine = [row for row in routes if row["vehicle"] == "0"]
    assert [(row["u"], row["v"]) for row in mine] == [("01", "B"), ("B", "007")]
    assert [float(row["left_s"]) for row in mine] == [100.0, 200.0]
    assert all(float(a["left_s"]) == float(b["entered_s"]) for a, b in pairwise(mine))
    shapes = json.loads((out / "routes.geojson").read_text())["features"]
    assert [shape["properties"]["vehicles"] for shape in shapes] == [20, 1]
    assert shapes[0]["geometry"]["coordinates"][0] == pytest.approx([21.0, 39.12], abs=0.01)
    assert json.loads((out / "run.json").read_text())["assignment"] == "fastest"

    again = command(town, out)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert command(town, out, "--force").returncode == 0
    assert not list(tmp_path.glob("out.*"))


@pytest.mark.parametrize("assignment", ["nearest", "safest"])
def test_where_nobody_drives_the_folder_is_whole_and_holds_no_routes(town, tmp_path, assignment):
    town.crs = "EPSG:32634"
    town.places = {"a": (500_000.0, 4_330_000.0), "007": (501_000.0, 4_330_000.0), "b": (501_000.0, 4_331_000.0)}
    town.road("a", "b", 1000.0)
    town.road("b", "007", 1000.0)
    town.closures = [("a", "b", 0.0)]
    town.leave("a", 3)
    ended = command(town, tmp_path / "out", "--assignment", assignment)
    assert ended.returncode == 0, ended.stderr
    assert "3 vehicles are stranded" in ended.stderr
    assert json.loads((tmp_path / "out" / "routes.geojson").read_text()) == {
        "type": "FeatureCollection",
        "features": [],
    }
    assert table(tmp_path / "out" / "routes.csv") == []
    assert not list(tmp_path.glob("out.*"))


def test_the_same_case_gives_the_same_tables(town):
    town.street("A", "B", 80.0)
    town.street("B", "X", 80.0)
    town.street("A", "X", 120.0)
    town.leave("A", 100, every_s=0.7)
    for assignment in ASSIGNMENTS:
        one, two = (town.drive(assignment) for _ in range(2))
        assert one.log.tobytes() == two.log.tobytes()


def test_half_and_double_the_step_are_runs_of_their_own(town):
    two_ways(town)
    case = town.load("X,Y")
    told = evacuate(case, Options("fastest", step_s=10.0)).clearance_90_by_step_s
    for step_s in (5.0, 10.0, 20.0):
        assert told[step_s] == clearance_s(run_once(case, Options("fastest"), step_s)[0], 0.9)


def test_the_share_of_all_vehicles_counts_not_of_those_that_arrived(town):
    town.road("A", "X", 100.0)
    town.closures = [("A", "X", 100.0)]
    town.leave("A", 8, every_s=10.0)
    town.leave("A", 2, at_s=200.0)
    driven = town.drive("nearest")
    assert clearance_s(driven, 0.5) == 10.0 + 40.0
    assert clearance_s(driven, 0.8) == 10.0 + 70.0
    assert clearance_s(driven, 0.9) == np.inf

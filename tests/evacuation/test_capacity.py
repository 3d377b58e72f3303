"""The system-optimal plan on the road: right where roads are shorter than a step, and never worse than simple ways."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from firesim.evacuation.choices import Guide
from firesim.evacuation.drive import AS_PLANNED, drive
from firesim.evacuation.optimum import planned, whole_steps
from firesim.evacuation.solve import Options, clearance_s, evacuate, run_once
from firesim.physics.queues import ARRIVED
from tests.evacuation.towns import Town, town_of, towns


def chain(town: Town, n: int, length_m: float = 49.0) -> Town:
    """c0 -> c1 -> ... -> cn, each road shorter than half a step."""
    for k in range(n):
        town.road(f"c{k}", f"c{k + 1}", length_m)
    return town


def test_a_chain_of_short_roads_takes_its_time_and_the_quicker_way_round_is_taken(town):
    # 41 roads of 4.9 s are 201 s; round by d it is 101 s.
    chain(town, 40).road("c40", "X", 49.0)
    town.road("c0", "d", 1000.0)
    town.road("d", "X", 10.0)
    town.leave("c0", 20)
    driven = {name: town.drive(name) for name in ("nearest", "capacity")}
    assert clearance_s(driven["capacity"], 1.0) <= clearance_s(driven["nearest"], 1.0)
    assert clearance_s(driven["capacity"], 1.0) < 154.0


def test_nobody_is_sent_over_short_roads_to_one_that_closes_before_they_come(town):
    # 100 roads of 4.9 s: the end of the chain is reached at 490 s, and closes at 300.
    chain(town, 100).road("c100", "X", 100.0)
    town.road("c0", "X", 6000.0)
    town.leave("c0", 20)
    town.closures = [("c100", "X", 300.0)]
    assert (town.drive("capacity").status == ARRIVED).all()


@pytest.mark.parametrize("step_s", [5.0, 10.0, 60.0])
def test_the_time_of_a_quickest_way_is_right_to_a_step_however_short_its_roads(town, step_s):
    rng = np.random.Generator(np.random.Philox(3))
    for k in range(60):
        town.street(f"c{k}", f"c{k + 1}" if k < 59 else "X", float(rng.integers(5, 120)))
    town.leave("c0")
    roads = (case := town.load()).network
    steps = whole_steps(case, step_s)
    assert (steps >= 0).all()
    forth, back = np.arange(0, 120, 2), np.arange(1, 120, 2)
    assert steps[forth].sum() * step_s == pytest.approx(roads.free_s[forth].sum(), abs=step_s)
    # There and back is never planned as quicker than it is by more than a step.
    for first in range(0, 60, 7):
        there_and_back = np.concatenate([back[first:50], forth[first:]])
        told_s = steps[there_and_back].sum() * step_s
        assert told_s >= 0.0
    assert planned(Guide(case, "capacity"), step_s).end.tolist() == [60]


@given(towns(closures=True))
@settings(max_examples=40)
def test_on_the_road_no_simple_assignment_is_better_than_the_optimum(rows):
    with tempfile.TemporaryDirectory() as folder:
        case = town_of(Path(folder), rows).load(rows[3])
        ran = {name: run_once(case, Options(name), 10.0)[0] for name in ("fastest", "safest", "capacity")}
        keys = {}
        for name, driven in ran.items():
            arrived = driven.status == ARRIVED
            keys[name] = -arrived.sum(), driven.done_s[arrived].sum()
        assert keys["capacity"] <= min(keys["fastest"], keys["safest"])


def test_what_was_driven_in_place_of_the_plan_is_said(town):
    town.road("A", "X", 300.0)
    town.leave("A", 5)
    assert evacuate(town.load(), Options("capacity")).driven.ways.startswith(AS_PLANNED)


def merging(town: Town, at_exit: int) -> Town:
    """Two crowds that meet before a narrow road to X and a long one to Y: the plan's waits at home keep them apart."""
    town.road("a", "m", 300.0, capacity_veh_h=3600)
    town.road("b", "m", 300.0, capacity_veh_h=3600)
    town.road("m", "X", 8.0, capacity_veh_h=360)
    town.road("m", "n", 8.0, capacity_veh_h=3600)
    town.road("n", "Y", 900.0, capacity_veh_h=3600)
    town.leave("X", at_exit, at_s=3.0)
    town.leave("a", 40)
    town.leave("b", 40)
    return town


@pytest.mark.parametrize("step_s", [5.0, 10.0, 60.0])
def test_who_stands_at_an_exit_is_out_at_once_whatever_the_plan(town, step_s):
    case = merging(town, 6).load("X,Y")
    plan = planned(Guide(case, "capacity"), step_s)
    assert plan.starts_s[:6].tolist() == [3.0] * 6
    assert (plan.end == plan.start)[:6].all()
    driven = drive(case, Guide(case, "capacity"), plan, step_s, "push")
    assert driven.departed_s[:6].tolist() == driven.done_s[:6].tolist() == [3.0] * 6


def test_cars_that_stand_at_an_exit_do_not_change_what_is_best_for_the_others(town):
    beside = merging(town, 30).drive("capacity", exits="X,Y")
    del town.demand[:30]
    alone = town.drive("capacity", exits="X,Y")
    assert alone.ways == beside.ways == AS_PLANNED
    assert beside.done_s[30:] == pytest.approx(alone.done_s)

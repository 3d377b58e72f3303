"""Where roads block one another a car squeezes in, but never against somebody who comes the other way."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.evacuation.choices import Assigned, Guide
from firesim.evacuation.drive import drive
from firesim.evacuation.solve import Options, run_once
from firesim.physics.queues import ARRIVED, REMOVED, STRANDED
from tests.evacuation.towns import Town, roads_driven, town_of, towns


def overlaps(driven, edge, other):
    """Pairs of cars of which one was on a track while the other was on it the other way."""
    stays = {edge: [], other: []}
    aside_s = {(int(road), int(who)): at_s for road, who, at_s in driven.aside}
    for vehicle in range(len(driven.status)):
        moves = driven.log[driven.log[:, 1] == vehicle]
        left_s = [*moves[1:, 2], driven.done_s[vehicle]][: len(moves)]
        for (road, _, entered_s), out_s in zip(moves, left_s, strict=True):
            if int(road) in stays:
                stays[int(road)].append((entered_s, min(out_s, aside_s.get((int(road), vehicle), np.inf))))
    return sum(a[0] < b[1] - 1e-9 and b[0] < a[1] - 1e-9 for a in stays[edge] for b in stays[other])


def a_track_before_a_closed_road(town: Town):
    """Those who come over the track a -> b find the road to X closed, and must go back over it."""
    town.street("a", "b", 150.0, shared_lane="true")
    town.street("b", "c", 30.0)
    town.road("c", "X", 30.0)
    town.street("a", "Y", 2000.0)
    town.leave("a", 40, every_s=5.0)
    town.closures = [("c", "X", 40.0)]
    return town


@pytest.mark.parametrize("assignment", ["nearest", "fastest"])
@pytest.mark.parametrize("rule", ["push", "none", "remove"])
@pytest.mark.parametrize("step_s", [1.0, 10.0, 60.0])
def test_nobody_drives_through_a_car_that_comes_the_other_way(town, assignment, rule, step_s):
    driven = a_track_before_a_closed_road(town).drive(assignment, "X,Y", rule, step_s)
    assert overlaps(driven, 0, 1) == 0
    if rule == "push":
        assert (driven.status == ARRIVED).all()
    if rule == "remove":
        assert set(driven.status.tolist()) <= {ARRIVED, REMOVED}


def two_tracks_that_meet(town: Town):
    """Cars on both tracks have come to Q, and each side wants to go on over the other's track."""
    town.street("P", "Q", 150.0, shared_lane="true")
    town.street("Q", "R", 150.0, shared_lane="true")
    town.road("P", "Y", 50.0)
    town.road("R", "X", 50.0)
    town.road("Q", "Z", 20_000.0)
    return town


@pytest.mark.parametrize("step_s", [5.0, 40.0])
def test_where_two_tracks_meet_a_car_pulls_aside_and_lets_the_others_pass(town, step_s):
    two_tracks_that_meet(town)
    town.leave("P", 6)
    town.leave("R", 6)
    driven = drive_across(town, step_s)
    assert (driven.status == ARRIVED).all()
    assert overlaps(driven, 0, 1) == 0
    assert overlaps(driven, 2, 3) == 0
    assert len(driven.aside) > 0


def drive_across(town, step_s):
    """Everybody from P to X and everybody from R to Y, whatever is nearer."""
    case = town.load("X,Y,Z")
    n = len(case.node)
    from_p = case.node == case.network.node_index["P"]
    start = np.where(from_p, 0, 3)
    edges = np.array([0, 2, 5, 3, 1, 4])
    ways = Assigned(np.where(from_p, 0, 1), np.zeros(n), start, start + 3, edges)
    return drive(case, Guide(case, "nearest"), ways, step_s, "push")


@pytest.mark.parametrize("closes_at_s", [200.0, 210.0, 211.0, 215.0])
def test_nobody_squeezes_into_a_road_at_the_moment_it_closes(town, closes_at_s):
    a_track_before_a_closed_road(town).closures += [("b", "a", closes_at_s)]
    driven = town.drive("nearest", "X,Y", "push")
    assert (driven.log[driven.log[:, 0] == 1, 2] < closes_at_s).all()
    assert set(driven.status.tolist()) == {ARRIVED, STRANDED}
    assert any(roads_driven(driven, who)[:2] == [0, 2] for who in range(40))


@pytest.mark.parametrize("rule", ["push", "remove"])
def test_how_often_the_caller_looks_does_not_change_when_a_ring_opens(town, rule):
    a_track_before_a_closed_road(town)
    fine, *coarser = (town.drive("nearest", "X,Y", rule, step_s) for step_s in (1.0, 10.0, 60.0, 90.0))
    assert fine.rings > 10
    for coarse in coarser:
        assert coarse.log.tolist() == fine.log.tolist()
        assert coarse.done_s.tolist() == fine.done_s.tolist()


@given(towns(closures=True), st.sampled_from(["push", "remove"]))
@settings(max_examples=40)
def test_tracks_carry_one_direction_at_a_time_whatever_is_forced(rows, rule):
    with tempfile.TemporaryDirectory() as folder:
        case = town_of(Path(folder), rows).load(rows[3])
        for assignment in ("nearest", "fastest"):
            driven = run_once(case, Options(assignment, rule), 10.0)[0]
            assert (driven.log[:, 2] < case.closes_s[driven.log[:, 0].astype(int)]).all()
            for edge, other in enumerate(case.network.opposite.tolist()):
                if other > edge:
                    assert overlaps(driven, edge, other) == 0

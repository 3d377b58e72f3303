"""Drivers who look at the queues again on their way."""

from __future__ import annotations

import pytest

from firesim.evacuation.second_looks import LookAgain
from firesim.evacuation.solve import Options, run_once
from firesim.physics.queues import ARRIVED
from tests.evacuation.towns import Town, roads_driven

OFTEN = LookAgain(every_s=10.0, tolerance=0.0, acts=1.0)


def fork(town: Town) -> Town:
    """A - B, then a short way to X that fills after the car has left, and one three times as long to Y."""
    town.road("A", "B", 1000.0)
    town.road("B", "C", 100.0)
    town.road("C", "X", 100.0, capacity_veh_h=60)
    town.road("B", "Y", 600.0)
    town.leave("A")
    town.leave("C", 10, at_s=30.0)
    return town


def test_who_looks_again_turns_off_before_a_queue_that_was_not_there_when_it_left(town):
    case = fork(town).load("X,Y")
    once = run_once(case, Options("fastest"), 10.0)[0]
    again = run_once(case, Options("fastest", again=OFTEN), 10.0)[0]
    assert roads_driven(once, 0) == [0, 1, 2]
    assert roads_driven(again, 0) == [0, 3]
    assert again.done_s[0] == pytest.approx(160.0)  # as if it were alone
    assert once.done_s[0] > 300.0


@pytest.mark.parametrize(
    "again",
    [
        LookAgain(every_s=200.0, tolerance=0.0, acts=1.0),  # past the fork by then
        LookAgain(every_s=10.0, tolerance=100.0, acts=1.0),
        LookAgain(every_s=10.0, tolerance=0.0, acts=0.0),
    ],
)
def test_who_looks_too_late_or_does_not_mind_or_does_not_act_stays_on_its_way(town, again):
    driven = run_once(fork(town).load("X,Y"), Options("fastest", again=again), 10.0)[0]
    assert roads_driven(driven, 0) == [0, 1, 2]


def test_who_knows_a_road_to_be_closed_does_not_turn_off_to_it(town):
    town.road("A", "B", 500.0)
    town.road("B", "X", 100.0)
    town.street("B", "C", 1000.0)
    town.road("C", "X", 2000.0)
    town.closures = [("B", "X", 10.0)]
    town.leave("A")
    driven = run_once(town.load(), Options("fastest", again=OFTEN), 10.0)[0]
    assert roads_driven(driven, 0) == [0, 2, 4]
    assert driven.status.tolist() == [ARRIVED]


def test_the_same_seed_gives_the_same_run_and_one_more_vehicle_changes_nobodys_luck(town):
    fork(town).leave("A", 200, at_s=5.0, every_s=1.0)
    case, options = town.load("X,Y"), Options("fastest", again=LookAgain(every_s=30.0))
    one, two = (run_once(case, options, 10.0)[0] for _ in range(2))
    assert one.log.tobytes() == two.log.tobytes()
    other = run_once(case, Options("fastest", again=LookAgain(every_s=30.0, seed=1)), 10.0)[0]
    assert other.log.tobytes() != one.log.tobytes()
    town.leave("X", at_s=1.0)  # somebody who is out at once and in nobody's way
    more = run_once(town.load("X,Y"), options, 10.0)[0]
    assert more.log.tobytes() == one.log.tobytes()

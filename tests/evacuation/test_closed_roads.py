"""Drivers before a closed road: they take another way or stay where they are, and nobody asks for ever."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.evacuation.choices import NONE_KNOWN, NOT_YET, Guide
from firesim.evacuation.drive import drive
from firesim.evacuation.solve import Options, run_once
from firesim.physics.queues import ARRIVED, STRANDED
from tests.evacuation.towns import roads_driven


def too_late_by_the_last_bit(town):
    """The way round would have to be left before 0 s: (20 + 300 / 14) - 300 / 14 - 20 is 4e-15, not 0."""
    town.road("a", "X", 100.0, 5.0)
    town.road("a", "b", 100.0, 5.0)
    town.road("b", "X", 300.0, 14.0)
    town.closures = [("a", "X", 0.0), ("b", "X", 20.0)]
    town.leave("a")
    return town.load()


@pytest.mark.parametrize("assignment", ["safest", "capacity"])
def test_who_is_too_late_by_the_last_bit_of_a_sum_stays_at_home(town, assignment):
    case = too_late_by_the_last_bit(town)
    # The old search offered the closed road again, and again.
    assert Guide(case, assignment).way_left(0, frozenset({0}), 0.0) is None
    driven = run_once(case, Options(assignment), 10.0)[0]
    assert driven.status.tolist() == [STRANDED]
    assert len(driven.log) == 0


class Stubborn(Guide):
    """Names the same road again whatever is told of it."""

    def way_left(self, node, known, now_s, bound_for=NOT_YET):
        return 0, [0]


def test_who_is_told_the_closed_road_before_which_it_stands_is_stranded(town):
    town.road("a", "X")
    town.road("a", "b")
    town.road("b", "X")
    town.closures = [("a", "X", 0.0), ("b", "X", 900.0)]
    town.leave("a", 2)
    case = town.load()
    guide = Stubborn(case, "nearest")
    driven = drive(case, guide, guide.assign(), 10.0, "push")
    assert driven.status.tolist() == [STRANDED] * 2


def test_no_assignment_offers_a_road_that_is_known_to_be_closed(town):
    town.road("a", "X", 100.0)
    town.road("a", "b", 100.0)
    town.road("b", "X", 900.0)
    town.closures = [("a", "X", 500.0), ("b", "X", 600.0)]
    town.leave("a")
    case = town.load()
    for assignment in ("nearest", "fastest", "safest", "capacity"):
        assert Guide(case, assignment).way_left(0, frozenset({0}), 0.0) == (0, [1, 2]), assignment
        assert Guide(case, assignment).way_left(0, NONE_KNOWN, 0.0) is not None


def test_who_leaves_just_in_time_is_let_through(town):
    town.road("a", "b", 100.0, 5.0)
    town.road("b", "X", 300.0, 14.0)
    town.closures = [("b", "X", 50.0)]
    for late_s, status in ((29.999, ARRIVED), (30.0, STRANDED)):
        case = load_leaving(town, late_s)
        driven = run_once(case, Options("safest"), 10.0)[0]
        assert driven.status.tolist() == [status]
        assert np.isinf(driven.departed_s[0]) == (status == STRANDED)


def two_exits(town):
    """From a to b, and from there 10 s to X, 50 s to Y, or 100 s by c to X."""
    town.road("a", "b", 100.0)
    town.road("b", "X", 100.0)
    town.road("b", "Y", 500.0)
    town.street("b", "c", 500.0)
    town.road("c", "X", 500.0)
    town.closures = [("b", "X", 1.0)]
    town.leave("a", at_s=5.0)
    return town


def test_nearest_keeps_its_exit_as_long_as_a_way_there_is_left_though_another_is_nearer(town):
    driven = two_exits(town).drive("nearest", exits="X,Y")
    assert driven.exit.tolist() == [0]
    assert driven.done_s.tolist() == pytest.approx([115.0])  # to b, by c to X
    assert roads_driven(driven, 0) == [0, 3, 5]
    assert town.drive("fastest", exits="X,Y").done_s.tolist() == pytest.approx([65.0])  # to b, to Y


def test_nearest_takes_the_best_other_exit_when_it_has_seen_the_last_way_to_its_own_closed(town):
    town = two_exits(town)
    town.closures.append(("c", "X", 1.0))
    town.road("c", "Z", 900.0)
    driven = town.drive("nearest", exits="X,Y,Z")
    # That c -> X is closed is learnt at c; back and to Y it is 100 s, to Z 90 s.
    assert driven.exit.tolist() == [2]
    assert driven.done_s.tolist() == pytest.approx([155.0])
    town.edges[-1][2]["length_m"] = 1100.0
    driven = town.drive("nearest", exits="X,Y,Z")
    assert driven.exit.tolist() == [1]
    assert roads_driven(driven, 0) == [0, 3, 4, 2]


def test_nobody_drives_through_one_exit_to_keep_another(town):
    town = two_exits(town)
    del town.edges[3:]
    town.road("Y", "X", 100.0)
    driven = town.drive("nearest", exits="X,Y")
    assert driven.exit.tolist() == [1]
    assert driven.done_s.tolist() == pytest.approx([65.0])


def test_an_exit_once_taken_for_another_is_kept_in_its_turn(town):
    """X cannot be reached, so Y it is; when its road closes too, Y by the long way and not Z."""
    town.road("a", "X", 100.0)
    town.road("a", "b", 100.0)
    town.road("b", "Y", 100.0)
    town.road("b", "Z", 200.0)
    town.road("b", "c", 500.0)
    town.road("c", "Y", 500.0)
    town.closures = [("a", "X", 1.0), ("b", "Y", 1.0)]
    town.leave("a", at_s=5.0)
    driven = town.drive("nearest", exits="X,Y,Z")
    assert driven.exit.tolist() == [1]
    assert driven.done_s.tolist() == pytest.approx([115.0])


def load_leaving(town, at_s):
    town.demand = []
    town.leave("a", at_s=at_s)
    return town.load()

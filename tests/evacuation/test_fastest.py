"""Who sets out sees the queues before it as they are, whatever the step of the looks at the whole network."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.evacuation.solve import clearance_s
from tests.evacuation.towns import roads_driven


def two_ways_of_equal_capacity(town):
    town.road("a", "b", 100.0, capacity_veh_h=600)  # holds 13 cars
    town.road("b", "X", 100.0)
    town.road("a", "c", 250.0, capacity_veh_h=600)
    town.road("c", "X", 100.0)
    town.leave("a", 40)
    return town


@pytest.mark.parametrize("step_s", [1.0, 10.0, 300.0])
def test_forty_who_leave_at_once_share_two_roads_of_equal_capacity(town, step_s):
    driven = two_ways_of_equal_capacity(town).drive("fastest", step_s=step_s)
    first = [roads_driven(driven, who)[0] for who in range(40)]
    # The longer way takes 15 s more, two or three headways.
    assert np.bincount(first, minlength=3)[[0, 2]] == pytest.approx([21, 19], abs=2)
    assert clearance_s(driven, 1.0) <= 20.0 + 22 * 6.0


def test_nobody_takes_a_full_road_for_an_empty_one_before_a_queue_has_formed(town):
    two_ways_of_equal_capacity(town)
    driven = town.drive("fastest", step_s=10.0)
    on_short = [who for who in range(40) if roads_driven(driven, who)[0] == 0]
    assert on_short[12] > 13  # the thirteenth on the short road came after others had taken the long one
    assert roads_driven(driven, 13)[0] == 2 or roads_driven(driven, 12)[0] == 2


def test_nobody_drives_off_only_to_come_back_past_its_own_door(town):
    town.road("a", "X", 75.0, capacity_veh_h=120)
    town.street("a", "b", 75.0)
    town.leave("a", 30)
    driven = town.drive("fastest", step_s=60.0)
    for who in range(30):
        assert roads_driven(driven, who) == [0]

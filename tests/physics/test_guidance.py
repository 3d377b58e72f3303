"""How long a road takes now, told from its queue, against how long it then takes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from firesim.physics.guidance import crossing_time_s
from firesim.physics.queues import NOBODY

_spec = importlib.util.spec_from_file_location("queue_claims", Path(__file__).with_name("test_traffic.py"))
claims = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(claims)


def test_an_empty_road_takes_its_free_flow_time():
    town = claims.Town(3, [claims.one_way(0, 1, 12.0), claims.one_way(1, 2, 7.0)], 2, 1)
    assert crossing_time_s(town.network, town.queues, 2, 0.0, 60.0).tolist() == [12.0, 7.0]


@pytest.mark.parametrize(("storage", "now_s"), [(claims.ROOM_FOR_ALL, 45.0), (6, 20.0)])
def test_a_queue_that_only_drains_is_foretold_to_three_headways(storage, now_s):
    # The second road is narrow. With room for all it holds the whole queue by 45 s; with room for six it holds up
    # the first as well, which then drains as slowly.
    edges = [claims.one_way(0, 1, 10.0, 1.0, 40), claims.one_way(1, 2, 10.0, 5.0, storage)]
    town = claims.Town(3, edges, 2, 31)
    town.depart(range(30), 0, 0.0)
    town.run(now_s)
    told_s = crossing_time_s(town.network, town.queues, 2, now_s, 60.0)
    town.depart([30], 0, now_s)
    town.run(1e6)
    assert now_s + told_s.sum() == pytest.approx(town.cars.done_s[30], abs=3 * 5.0)


def test_a_road_in_a_gridlock_is_told_as_slow_as_its_rule_makes_it():
    ring = claims.ring()
    ring.run(10.0)
    assert (ring.queues.waits_for[:3] != NOBODY).all()
    told_s = crossing_time_s(ring.network, ring.queues, 4, 10.0, 60.0)
    assert np.isfinite(told_s).all()
    assert told_s[:3] == pytest.approx(np.full(3, told_s[0]))
    assert told_s[0] > 3 * ring.network.headway_s[0]

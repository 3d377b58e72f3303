"""A fire engine among those who leave: others make way, and nobody is lost."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics import traffic
from firesim.physics.queues import ARRIVED, BLUE_LIGHT
from tests.physics.queue_town import Town, one_way
from tests.physics.test_traffic import track

ENGINE = 60


def test_an_engine_passes_a_standing_queue_and_takes_one_place_in_the_flow():
    def arrivals_s(speed):
        town = Town(2, [one_way(0, 1, free_s=10.0, headway_s=4.0)], 1, 61)
        town.cars.speed_m_s[ENGINE] = speed
        town.depart(range(60), 0, 0.0)
        town.depart([ENGINE], 0, 51.0)
        town.run(1e4)
        return town.cars.done_s

    as_a_car, first = arrivals_s(0.0), arrivals_s(BLUE_LIGHT)
    assert as_a_car[ENGINE] == pytest.approx(10.0 + 60 * 4.0)
    assert first[ENGINE] == pytest.approx(61.0)  # as on an empty road
    # Those out before are not touched; the next leaves a headway after the engine, and all behind it in turn.
    np.testing.assert_allclose(first[:13], 10.0 + 4.0 * np.arange(13))
    np.testing.assert_allclose(first[13:60], 65.0 + 4.0 * np.arange(47))


def test_an_engine_enters_a_full_road_and_leaves_its_driveway_before_those_who_wait():
    town = Town(3, [one_way(0, 1, 10.0, 2.0, 5), one_way(1, 2, 10.0, 50.0, 5)], 2, 31)
    town.cars.speed_m_s[30] = BLUE_LIGHT
    town.depart(range(30), 0, 0.0)
    town.depart([30], 0, 60.0)
    town.run(61.0)
    assert town.queues.cars[0] == 6  # it squeezed in
    town.run(1e5)
    assert town.cars.done_s[30] == pytest.approx(80.0)
    assert (town.cars.status == ARRIVED).all()
    assert town.cars.done_s[:30].max() == pytest.approx(20.0 + 50.0 * 29 + 10.0)  # one headway of 50 s began anew at 80


def across_the_track(speed):
    """When somebody from the west comes over a track on which the east goes first and never yields."""
    town = track(1e9)
    town.events.size[0] = 0
    town.cars.speed_m_s[0] = speed
    town.depart(range(60, 120), 3, np.arange(60) * 3.0)
    town.depart([0], 0, 60.0)
    for now_s in np.arange(0.5, 2000.0, 0.5):
        town.run(now_s)
        assert not (town.queues.cars[1] > 0 and town.queues.cars[2] > 0)
    assert (town.cars.status[60:] == ARRIVED).all()
    return town.cars.done_s[0]


def test_an_engine_does_not_pass_on_a_track_but_the_other_side_yields_at_once():
    assert across_the_track(0.0) > 60 * 3.0  # all of the east first
    # It is at the track at 65 s. Who is on it is off it 20 s later; then it needs 20 s over it and 5 s on.
    assert 90.0 < across_the_track(BLUE_LIGHT) <= 65.0 + 20.0 + 20.0 + 5.0


def test_an_engine_before_a_closed_road_asks_like_everybody():
    town = Town(3, [one_way(0, 1, 10.0, 5.0), one_way(1, 2)], 2, 4)
    town.cars.speed_m_s[3] = BLUE_LIGHT
    town.depart(range(3), 0, 1.0)
    town.depart([3], 0, 0.0)
    town.queues.is_closed[1] = True
    reason, who, now_s = town.run(100.0)
    assert (reason, who, now_s) == (traffic.CUT, 3, 10.0)
    assert town.run(100.0)[:2] == (traffic.CUT, 3)

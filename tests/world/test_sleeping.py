"""Nights: who sleeps, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.streams import Luck
from firesim.world.people import PeopleParameters
from firesim.world.sleeping import Sleep
from tests.world.village import VILLAGE, Day, FakeFire, make_place

ENTITY = np.arange(20_000)


def share_asleep(hour: float, **parameters: float) -> float:
    return float(Sleep(ENTITY, PeopleParameters(**parameters), Luck(1), hour).is_asleep(0.0).mean())


def test_all_sleep_in_the_dead_of_night_and_nobody_at_noon():
    assert share_asleep(3.5) > 0.995
    assert share_asleep(12.0) == 0.0
    assert share_asleep(23.5) == pytest.approx(0.5, abs=0.015)
    assert share_asleep(7.5) == pytest.approx(0.5, abs=0.015)


def test_without_a_spread_all_go_to_bed_and_get_up_at_once():
    alike = {"sleep_spread_h": 0.0}
    assert [share_asleep(hour, **alike) for hour in (23.4, 23.6, 7.4, 7.6)] == [0.0, 1.0, 1.0, 0.0]


def test_the_clock_of_the_run_moves_the_night():
    sleep = Sleep(ENTITY, PeopleParameters(), Luck(1), 20.0)
    asleep = [float(sleep.is_asleep(3600.0 * h).mean()) for h in range(24)]
    assert asleep[0] == pytest.approx(0.0, abs=0.001)
    assert asleep[7] > 0.99
    assert asleep[16] == 0.0
    at = np.full(len(ENTITY), 7 * 3600.0)
    assert (sleep.is_asleep(at) == sleep.is_asleep(7 * 3600.0)).all()


def test_a_fire_by_night_is_seen_later_than_one_by_day():
    burning = {(600.0 + 900.0, 600.0): 100.0}
    night, day = (Day(make_place(), FakeFire(burning), hour=hour) for hour in (3.0, 9.0))
    by_night, by_day = night.run(1800.0), day.run(1800.0)
    village = by_day.parties.zone_index == VILLAGE
    assert np.isfinite(by_day.saw_flame_s[village]).all()
    assert np.isinf(by_night.saw_flame_s).all()


def test_who_sleeps_through_the_smoke_sees_it_on_getting_up():
    burning = {(600.0 + 30.0 * k, 3000.0): 300.0 for k in range(4)}
    day = Day(make_place(), FakeFire(burning), hour=7.0)  # they get up at 7:30
    people = day.run(1790.0)
    assert np.isinf(people.saw_smoke_s).all()
    people = day.run(2 * 3600.0)
    seen = np.isfinite(people.saw_smoke_s)
    assert seen.mean() > 0.9
    assert (people.saw_smoke_s[seen] <= 1800.0).any()
    assert (people.saw_smoke_s[seen] > 1790.0).all()  # who would have looked up within the step, does


def test_heat_wakes_everybody():
    day = Day(make_place(), FakeFire({(600.0, 690.0): 600.0}), hour=3.0, heat_within_m=200.0)
    people = day.run(1200.0)
    village = (people.parties.zone_index == VILLAGE) & ~people.parties.members.refuses
    assert np.isfinite(people.decided_s[village]).mean() > 0.9

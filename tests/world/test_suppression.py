"""Where a crew stands the fire does not enter; where it leaves before its line stands, the fire may."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.fire.containment import line_production_m_s
from firesim.world.suppression import Suppression


@pytest.fixture
def burning(make_fire):
    fire = make_fire()
    fire.advance(1500.0)
    assert not fire.is_small
    return fire


def nearest_front(fire, suppression):
    return suppression.front_near(*fire.ignition_xy_m, 1500.0)


def test_the_front_is_the_unburnt_rim_of_the_fire_nearest_first(burning):
    front = nearest_front(burning, Suppression(burning, 2.0))
    arrival = burning.arrival_time_s.ravel()[front.flat_cell]
    assert len(front) > 20
    assert not (arrival <= burning.now_s).any()
    assert (np.diff(front.distance_m) >= 0.0).all()
    # The back is where the ignition was, and burns less than the head.
    assert front.intensity_kw_m[0] < 0.5 * front.intensity_kw_m.max()


@pytest.mark.parametrize("reaches_m", [(600.0, 300.0, 120.0), (120.0, 600.0, 300.0)])
def test_the_front_within_reach_is_the_near_part_of_a_longer_one_whichever_is_asked_first(burning, reaches_m):
    suppression, (x_m, y_m) = Suppression(burning, 2.0), burning.ignition_xy_m
    fronts = {reach_m: suppression.front_near(x_m, y_m, reach_m) for reach_m in reaches_m}
    for reach_m, front in fronts.items():
        alone = Suppression(burning, 2.0).front_near(x_m, y_m, reach_m)
        assert (front.distance_m <= reach_m).all()
        assert front.flat_cell.tolist() == alone.flat_cell.tolist()
        assert front.intensity_kw_m.tolist() == alone.intensity_kw_m.tolist()
    assert 0 < len(fronts[120.0]) < len(fronts[300.0]) < len(fronts[600.0])


def test_the_front_to_the_last_metre_of_a_reach_is_that_of_who_looks_farther(burning):
    (x_m, y_m), apart_m = burning.ignition_xy_m, burning.grid.cell_size_m / 7.0
    farthest = 0.0
    for n in range(60):
        place = x_m + n * apart_m, y_m - 2.0 * n * apart_m  # anywhere within a cell
        for reach_m in (150.0, 161.0, 179.0):
            front = Suppression(burning, 2.0).front_near(*place, reach_m)
            longer = Suppression(burning, 2.0).front_near(*place, 2.0 * reach_m).within(reach_m)
            assert front.flat_cell.tolist() == longer.flat_cell.tolist()
            assert front.flame_length_m.tolist() == longer.flame_length_m.tolist()
            farthest = max(farthest, float(front.distance_m.max(initial=0.0)) / reach_m)
    assert farthest > 0.999


def test_a_guarded_cell_does_not_burn_and_one_given_up_does(burning):
    suppression = Suppression(burning, 2.0)
    front = nearest_front(burning, suppression)
    east = int(np.argmax(front.x_m))
    cell = int(front.flat_cell[east])
    suppression.stand_before("engine-1", cell)
    burning.advance(2400.0)
    assert burning.arrival_time_s.ravel()[cell] == np.inf
    suppression.release("engine-1")
    burning.advance(4800.0)
    assert 2400.0 < burning.arrival_time_s.ravel()[cell] <= 4800.0


def test_a_held_cell_never_burns(burning):
    suppression = Suppression(burning, 2.0)
    front = nearest_front(burning, suppression)
    cell = int(front.flat_cell[int(np.argmax(front.x_m))])
    suppression.stand_before("engine-1", cell)
    suppression.hold("engine-1", 0)
    suppression.release("engine-1")
    burning.advance(4800.0)
    assert burning.arrival_time_s.ravel()[cell] == np.inf


def test_two_crews_never_work_on_one_cell(burning):
    suppression = Suppression(burning, 2.0)
    front = nearest_front(burning, suppression)
    first = suppression.choose("engine-1", front, 1e9)
    second = suppression.choose("engine-2", front, 1e9)
    assert first != second
    assert suppression.choose("engine-1", front, 1e9) == first


def test_nothing_above_the_limit_is_chosen(burning):
    suppression = Suppression(burning, 2.0)
    front = nearest_front(burning, suppression)
    assert suppression.choose("engine-1", front, float(front.intensity_kw_m.min())) == -1


def test_line_and_water_are_those_of_the_law_on_the_true_fuel(burning):
    rate_m_s, litres_m = Suppression(burning, 2.0).line_for(burning.ignition_cell, 3, 2.0)
    once = Suppression(burning, 1.0).line_for(burning.ignition_cell, 3, 2.0)
    assert rate_m_s == line_production_m_s(145, 3)
    assert litres_m == pytest.approx(2.0 * once[1])

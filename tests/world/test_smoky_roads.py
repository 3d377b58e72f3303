"""What smoke does on the roads: slows, drains no faster, and turns some back."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.queues import ARRIVED
from firesim.physics.smoke_on_roads import speed_factor_in_smoke, walking_factor_in_smoke
from tests.world.test_traffic import Run, refuge, roads


class Haze:
    """Smoke of a density east of one place and west of another; clear air elsewhere."""

    def __init__(self, density_per_m, from_x_m=-np.inf, to_x_m=np.inf, south_of_m=np.inf):
        self.density_per_m, self.within, self.south_of_m = density_per_m, (from_x_m, to_x_m), south_of_m

    @property
    def is_any(self):
        return self.density_per_m > 0.0

    def optical_density_per_m(self, x_m, y_m):
        inside = (x_m > self.within[0]) & (x_m < self.within[1]) & (y_m < self.south_of_m)
        return np.where(inside, self.density_per_m, 0.0)


def arrived_s(run):
    return run.traffic.vehicle_columns()["arrived_s"]


@pytest.mark.parametrize("density_per_m", [0.0, 0.05, 0.1, 0.2])
def test_a_kilometre_in_known_smoke_takes_its_length_over_the_speed_there(density_per_m):
    run = Run(roads(("AB",)), [refuge("B")])
    run.traffic.meet_smoke(Haze(density_per_m), 0.0, run.fire)
    run.leave("A")
    run.traffic.advance(5000.0)
    assert arrived_s(run)[0] == pytest.approx(1000.0 / (10.0 * float(speed_factor_in_smoke(density_per_m))), abs=1e-9)


def test_a_road_of_which_half_lies_in_smoke_takes_the_time_of_both_halves():
    run = Run(roads(("AB",)), [refuge("B")])
    run.traffic.meet_smoke(Haze(0.1, from_x_m=600.0), 0.0, run.fire)  # A at 100 m, B at 1,100 m; nine pieces: 5 + 4 lie
    run.leave("A")
    run.traffic.advance(5000.0)
    in_smoke = np.mean(100.0 + (np.arange(9) + 0.5) / 9 * 1000.0 > 600.0)
    slow_m_s = 10.0 * float(speed_factor_in_smoke(0.1))
    assert arrived_s(run)[0] == pytest.approx(1000.0 * (in_smoke / slow_m_s + (1.0 - in_smoke) / 10.0))


def test_who_is_on_the_way_is_slowed_for_what_is_left_and_goes_on_as_before_when_it_clears():
    run = Run(roads(("AB",)), [refuge("B")])
    run.leave("A")
    run.traffic.meet_smoke(Haze(0.1), 50.0, run.fire)  # half-way
    run.traffic.meet_smoke(Haze(0.0), 80.0, run.fire)
    run.traffic.advance(5000.0)
    gone_m = 500.0 + 30.0 * 10.0 * float(speed_factor_in_smoke(0.1))
    assert arrived_s(run)[0] == pytest.approx(80.0 + (1000.0 - gone_m) / 10.0)


def test_a_road_drains_later_in_smoke_and_nobody_is_lost():
    clear, smoky = (Run(roads(("AB", "BC")), [refuge("C")]) for _ in range(2))
    for run, density_per_m in ((clear, 0.0), (smoky, 0.15)):
        run.traffic.meet_smoke(Haze(density_per_m), 0.0, run.fire)
        run.leave("A", n=100)
        run.traffic.advance(10_000.0)
        assert (run.traffic.status == ARRIVED).all()
    factor = float(speed_factor_in_smoke(0.15))
    assert arrived_s(clear).max() == pytest.approx(200.0 + 99 * 2.0)
    assert arrived_s(smoky).max() == pytest.approx(200.0 / factor + 99 * 2.0)  # capacity is as in clear air


def test_walkers_are_slower_in_smoke_that_they_cannot_see_through():
    run = Run(roads(("AB",)), [refuge("B")], smoke_turns_back=0.0)
    run.traffic.meet_smoke(Haze(0.3), 0.0, run.fire)
    run.leave("A", speed_m_s=0.8)
    run.traffic.advance(20_000.0)
    factor = float(walking_factor_in_smoke(0.3))
    assert factor == pytest.approx(1.236 - 1.738 * 0.3)
    assert arrived_s(run)[0] == pytest.approx(1000.0 / 0.8 / factor)


def test_units_find_the_road_slower_too():
    run = Run(roads(), [refuge("C")])
    edge = run.edge("A", "B")
    run.traffic.meet_smoke(Haze(0.05), 0.0, run.fire)
    assert run.traffic.travel_time_s(edge) == pytest.approx(100.0 / float(speed_factor_in_smoke(0.05)))


def test_a_smoky_road_is_told_of_once_with_the_fire_as_its_cause_and_counted():
    run = Run(roads(), [refuge("C")])
    for now_s, density_per_m in ((0.0, 0.15), (60.0, 0.0), (120.0, 0.15)):
        run.traffic.meet_smoke(Haze(density_per_m, from_x_m=1200.0, south_of_m=500.0), now_s, run.fire)
    table = run.journal.table()
    smoky = table[table["kind"] == "road_smoky"]
    assert len(smoky) == 2  # the stretch BC, and the end of DC near C
    assert set(smoky["cause_id"]) == {run.fire}
    assert run.traffic.warnings() == ["2 roads lay in smoke at some time: cars below 47 % of their speed there"]


def test_thin_smoke_is_told_to_nobody():
    run = Run(roads(), [refuge("C")])
    run.traffic.meet_smoke(Haze(0.09), 0.0, run.fire)
    assert "road_smoky" not in run.kinds()
    assert run.traffic.warnings() == []


def test_before_thick_smoke_a_share_takes_another_way_and_the_rest_go_through():
    run = Run(roads(jam_veh_m=1.0), [refuge("C")], smoke_turns_back=0.3)
    run.traffic.meet_smoke(Haze(0.15, from_x_m=1200.0, to_x_m=2000.0, south_of_m=500.0), 0.0, run.fire)
    run.leave("A", n=400)
    run.traffic.advance(20_000.0)
    assert (run.traffic.status == ARRIVED).all()
    table = run.journal.table()
    turned = table[table["kind"] == "turned_back"]
    assert 0.2 < len(turned) / 400 < 0.4
    assert set(turned["detail"]) == {"smoke on the road"}
    went_round = run.traffic.vehicle_columns()["distance_m"] > 4000.0
    assert went_round.sum() == len(turned)
    assert set(table.loc[turned["cause_id"], "kind"]) <= {"road_smoky", "departed"}


def test_where_there_is_no_other_way_everybody_goes_on_slowly():
    run = Run(roads(("AB", "BC")), [refuge("C")], smoke_turns_back=1.0)
    run.traffic.meet_smoke(Haze(0.15, from_x_m=1200.0), 0.0, run.fire)
    run.leave("A", n=20)
    run.traffic.advance(20_000.0)
    assert (run.traffic.status == ARRIVED).all()
    assert "turned_back" not in run.kinds()


def test_who_shunned_the_smoke_goes_through_it_when_the_other_way_is_cut():
    run = Run(roads(), [refuge("C")], smoke_turns_back=1.0)
    run.traffic.meet_smoke(Haze(0.15, from_x_m=1200.0, to_x_m=2000.0, south_of_m=500.0), 0.0, run.fire)
    run.leave("A")
    run.traffic.advance(250.0)  # on its way from B to D
    run.traffic.close_edges([run.edge("D", "C"), run.edge("C", "D")], 250.0, run.fire)
    run.traffic.advance(5000.0)
    assert run.traffic.status.tolist() == [ARRIVED]
    table = run.journal.table()
    assert table.loc[table["kind"] == "turned_back", "detail"].tolist() == ["smoke on the road", "the road is cut"]


def test_a_run_without_smoke_on_its_roads_is_as_if_there_were_none():
    with_it, without = (Run(roads(), [refuge("C")]) for _ in range(2))
    with_it.traffic.meet_smoke(Haze(0.0), 0.0, with_it.fire)
    for run in (with_it, without):
        run.leave("A", n=50)
        run.traffic.advance(5000.0)
    assert with_it.journal.table().equals(without.journal.table())
    assert (arrived_s(with_it) == arrived_s(without)).all()

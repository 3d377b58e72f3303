"""Roads closed by flames beside them before the fire is on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.fire.safety import radiation_from_s
from firesim.physics.queues import ARRIVED, CAUGHT, STRANDED
from firesim.world.closing import Flames, Heated
from tests.world.test_traffic import GRID, Run, arrival_at, refuge, roads

ON_ROAD = (1600.0, 105.0)  # of B-C, which runs along y = 100


def flames_at(x_m, y_m, length_m):
    row, column = (int(index) for index in GRID.cell_at(x_m, y_m))
    lengths = np.zeros(GRID.shape, np.float32)
    lengths[row, column] = length_m
    return Flames(np.array([row * GRID.columns + column]), lengths)


def meet(run, now_s, x_m, y_m, length_m):
    flames = flames_at(x_m, y_m, length_m)
    return run.traffic.meet_fire(arrival_at((x_m, y_m, now_s)), now_s, run.fire, flames=flames)


def test_flames_four_times_their_height_from_a_road_close_it_and_a_little_farther_do_not():
    for length_m, closes in ((14.0, False), (16.0, True)):  # two cells, 60 m, from the road
        run = Run(roads(), [refuge("C")])
        closed = meet(run, 100.0, ON_ROAD[0], ON_ROAD[1] + 60.0, length_m)
        assert (len(closed) == 2) == closes
        assert run.kinds().count("road_closed") == int(closes)
    table = run.journal.table()
    closing = table[table["kind"] == "road_closed"]
    assert closing["detail"].tolist() == ["flames beside the road"]
    assert closing["cause_id"].tolist() == [run.fire]


def test_with_no_separation_asked_for_only_flames_on_the_road_close_it():
    run = Run(roads(), [refuge("C")], separation_flame_heights=0.0)
    assert meet(run, 100.0, ON_ROAD[0], ON_ROAD[1] + 60.0, 40.0).size == 0
    assert meet(run, 110.0, *ON_ROAD, 1.0).size == 2
    table = run.journal.table()
    assert table.loc[table["kind"] == "road_closed", "detail"].tolist() == ["flames on the road"]


def test_nobody_enters_a_road_that_flames_beside_it_close_but_crews_may():
    run = Run(roads(), [refuge("C")])
    run.leave("A")
    meet(run, 50.0, ON_ROAD[0], ON_ROAD[1] + 60.0, 20.0)
    run.traffic.advance(5000.0)
    around_m = 1000.0 + 2000.0 + float(np.hypot(1000.0, 2000.0))
    assert run.traffic.vehicle_columns()["distance_m"][0] == pytest.approx(around_m)
    edge = run.edge("B", "C")
    assert run.traffic.closing_events[edge] >= 0
    assert not run.traffic.is_closed(edge)
    assert run.traffic.travel_time_s(edge) == pytest.approx(100.0)


def on_the_road(run):
    """One each 300, 450 (near the place at 500) and 900 m along B-C, in their order from its start."""
    trips = [run.leave("B", at_s=at_s)[0] for at_s in (0.0, 45.0, 60.0)]
    run.traffic.advance(90.0)
    return trips


def test_who_is_not_yet_near_the_flames_beside_the_road_turns_and_the_others_drive_on():
    run = Run(roads(), [refuge("C")])
    past, near, before = on_the_road(run)
    meet(run, 90.0, ON_ROAD[0], ON_ROAD[1] + 60.0, 20.0)
    run.traffic.advance(5000.0)
    assert run.traffic.status.tolist() == [ARRIVED] * 3
    arrived_s = run.traffic.vehicle_columns()["arrived_s"]
    assert arrived_s[[past, near]] == pytest.approx([100.0, 145.0])
    assert arrived_s[before] > 400.0
    assert run.kinds().count("turned_back") == 1


def test_who_stands_there_when_the_fire_comes_onto_the_road_is_caught_by_that():
    run = Run(roads(), [refuge("C")])
    _, near, _ = on_the_road(run)
    meet(run, 90.0, ON_ROAD[0], ON_ROAD[1] + 60.0, 20.0)
    assert meet(run, 91.0, *ON_ROAD, 20.0).size == 2
    table = run.journal.table()
    assert table["kind"].tolist().count("road_closed") == 1  # once a stretch
    later = table[table["kind"] == "fire_on_road"]
    assert later["cause_id"].tolist() == [run.fire]
    assert run.traffic.status[near] == CAUGHT
    assert run.traffic.cause_id[near] == later["event_id"].iloc[0]
    assert run.traffic.is_closed(run.edge("B", "C"))


def test_who_has_no_other_way_is_stranded_before_the_flames():
    run = Run(roads(("AB", "BC")), [refuge("C")])
    run.leave("A")
    meet(run, 50.0, ON_ROAD[0], ON_ROAD[1] + 60.0, 20.0)
    run.traffic.advance(5000.0)
    assert run.traffic.status.tolist() == [STRANDED]
    assert run.journal.kind_of(run.traffic.cut_off_by(run.roads.node_index["A"])) == "road_closed"


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_true_roads_close_by_the_rule_of_the_twin(seed):
    # Kept up cell by cell as they flame, the field is that worked out in one go from the finished fire.
    rng = np.random.default_rng(seed)
    arrival_time_s = np.where(rng.random(GRID.shape) < 0.05, rng.integers(0, 50, GRID.shape) * 10.0, np.inf)
    lengths = np.where(np.isfinite(arrival_time_s), rng.gamma(2.0, 6.0, GRID.shape), 0.0).astype(np.float32)
    heated = Heated(GRID, 4.0)
    for now_s in np.arange(0.0, 500.0, 10.0):
        flaming = np.flatnonzero((arrival_time_s <= now_s) & (arrival_time_s > now_s - 180.0))
        heated.meet(Flames(flaming, lengths), now_s)
    whole = radiation_from_s(arrival_time_s, lengths, GRID.cell_size_m, 4.0)
    assert (heated.since_s == whole).all()
    assert (whole <= arrival_time_s).all()
    assert (radiation_from_s(arrival_time_s, lengths, GRID.cell_size_m, 0.0) == arrival_time_s).all()

"""Both lanes lead one way: twice the flow, nobody head-on, and whoever comes against it goes round or waits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics.queues import ARRIVED, TRAVELLING
from tests.world.test_traffic import Run, refuge, roads

ONE_ROAD = {"joined": ("AB", "BC")}
STEP_S = 10.0
TO_A, TO_C = 0, 1


def one_road(**about):
    """A - B - C, refuges at both ends; both directions of a road pass 0.25 cars a second."""
    gain = about.pop("gain", 1.0)
    network = roads(joined=("AB", "BC"), capacity_veh_s=0.25, **about)
    return Run(network, [refuge("A"), refuge("C")], contraflow_gain=gain)


def order(run, now_s, *stretches):
    cause = run.journal.add(now_s, "traffic-police", "message_delivered", run.fire)
    run.traffic.order_contraflow([run.edge(*one) for one in stretches], now_s, cause)
    return cause


def drive(run, from_s, until_s):
    for now_s in np.arange(from_s, until_s + 0.1, STEP_S):
        run.traffic.advance(now_s)


def first(run, kind):
    table = run.journal.table()
    return table[table["kind"] == kind].iloc[0]


# --- what it gives --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gain", "headway_s"), [(1.0, 2.0), (0.65, 4.0 / 1.65)])
def test_a_bottleneck_passes_as_many_more_as_the_second_lane_carries(gain, headway_s):
    run = one_road(gain=gain)
    order(run, 0.0, ("A", "B"), ("B", "C"))
    run.leave("A", n=100, refuge=TO_C)
    drive(run, STEP_S, 1000.0)
    last_s = run.traffic.vehicle_columns()["arrived_s"].max()
    assert last_s == pytest.approx(200.0 + 99 * headway_s, abs=1e-6)


def test_a_road_of_one_lane_or_one_way_is_left_as_it_is():
    run = one_road(shared=True)
    order(run, 0.0, ("A", "B"))
    assert run.traffic.barred == []


# --- nobody meets anybody -------------------------------------------------------------------------------------------


def test_the_lane_is_handed_over_when_the_last_one_on_it_has_left():
    run = one_road()
    run.leave("B", n=5, refuge=TO_A)  # at A from 100 s on, 4 s apart
    drive(run, STEP_S, 50.0)
    cause = order(run, 50.0, ("A", "B"))
    run.leave("A", n=50, refuge=TO_C, at_s=50.0)
    drive(run, 60.0, 1000.0)
    stands, barred = first(run, "contraflow_stands"), first(run, "contraflow_barred")
    assert (barred["time_s"], barred["cause_id"]) == (50.0, cause)
    assert stands["time_s"] == 120.0  # the fifth is out at 116 s
    assert stands["cause_id"] == barred["event_id"]
    assert (run.traffic.status == ARRIVED).all()


def test_it_does_not_stand_while_a_fire_engine_is_on_the_lane():
    run, engine_on = one_road(), [True]
    run.traffic.contraflow.has_vehicle = lambda edge: edge == run.edge("B", "A") and engine_on[0]
    order(run, 0.0, ("A", "B"))
    drive(run, STEP_S, 100.0)
    assert "contraflow_stands" not in run.kinds()
    engine_on[0] = False
    drive(run, 110.0, 110.0)
    assert first(run, "contraflow_stands")["time_s"] == 110.0


parties = st.tuples(st.sampled_from("ABC"), st.integers(0, 1), st.integers(0, 80))
orders_at = st.tuples(st.integers(1, 40), st.lists(st.sampled_from(["AB", "BA", "BC", "CB"]), unique=True))


@given(st.lists(parties, min_size=1, max_size=80), st.lists(orders_at, max_size=5))
@settings(max_examples=60, deadline=None)
def test_whatever_is_ordered_and_taken_back_nobody_meets_anybody_and_nobody_is_lost(leaving, orders):
    run = one_road()
    own_lane = run.traffic.flow.network.storage.copy()
    for node, to, at_steps in leaving:
        run.leave(node, refuge=to, at_s=STEP_S * at_steps)
    for step in range(1, 100):
        run.traffic.advance(step * STEP_S)
        for _, edges in (one for one in orders if one[0] == step):
            order(run, step * STEP_S, *edges)
        network, queues = run.traffic.flow.network, run.traffic.flow.queues
        for edge in range(run.traffic.n_edges):
            other = int(run.roads.opposite[edge])
            if network.storage[edge] > own_lane[edge]:  # it has the other's lane
                assert queues.cars[other] == 0
                assert queues.is_barred[other]
            if queues.cars[edge] > own_lane[edge]:
                assert queues.cars[other] == 0
    order(run, 1000.0)
    for step in range(101, 300):
        run.traffic.advance(step * STEP_S)
    assert (run.traffic.status == ARRIVED).all()
    assert len(run.traffic.status) == len(leaving)
    np.testing.assert_array_equal(run.traffic.flow.network.storage, own_lane)
    assert not run.traffic.flow.queues.is_barred.any()


# --- who comes against it -------------------------------------------------------------------------------------------


def test_a_driver_who_comes_against_it_takes_another_way():
    run = Run(roads(), [refuge("C")])
    trip = run.leave("A")
    order(run, 50.0, ("C", "B"))
    drive(run, 60.0, 2000.0)
    assert run.traffic.status[trip[0]] == ARRIVED
    around_m = 1000.0 + 2000.0 + float(np.hypot(1000.0, 2000.0))
    assert run.traffic.vehicle_columns()["distance_m"][0] == pytest.approx(around_m)
    turned = first(run, "turned_back")
    assert run.journal.table().loc[turned["cause_id"], "kind"] == "contraflow_stands"


def test_a_driver_who_has_no_other_way_waits_in_nobodys_way_until_the_lane_is_given_back():
    run = Run(roads(joined=("AB", "BC", "BE")), [refuge("C")])
    order(run, 0.0, ("C", "B"))
    waits = run.leave("A")
    drive(run, STEP_S, 600.0)
    assert run.traffic.status[waits[0]] == TRAVELLING
    assert run.traffic.cars_on.sum() == 0
    assert first(run, "waits_for_contraflow")["time_s"] == pytest.approx(100.0)
    order(run, 600.0)
    drive(run, 610.0, 1000.0)
    assert run.traffic.vehicle_columns()["arrived_s"][waits[0]] == pytest.approx(700.0, abs=1e-6)


def test_a_driver_who_waits_and_is_told_to_go_there_asks_again_and_waits():
    run = Run(roads(joined=("AB", "BC")), [refuge("C")])
    order(run, 0.0, ("C", "B"))
    trip = run.leave("A")
    drive(run, STEP_S, 300.0)
    run.traffic.redirect(trip, np.array([0]), np.array([-1]))
    drive(run, 310.0, 500.0)
    assert run.traffic.contraflow.waited == 2
    order(run, 500.0)
    drive(run, 510.0, 700.0)
    assert run.traffic.vehicle_columns()["arrived_s"][0] == pytest.approx(600.0, abs=1e-6)


def test_people_on_foot_walk_against_it():
    run = one_road()
    order(run, 0.0, ("C", "B"), ("B", "A"))
    trip = run.leave("A", refuge=TO_C, speed_m_s=1.0)
    drive(run, STEP_S, 2100.0)
    assert run.traffic.vehicle_columns()["arrived_s"][trip[0]] == pytest.approx(2000.0)


# --- how it ends ----------------------------------------------------------------------------------------------------


def test_the_direction_is_opened_again_when_all_who_had_both_lanes_have_left():
    run = one_road()
    order(run, 0.0, ("A", "B"))
    run.leave("A", n=60, refuge=TO_C, at_s=0.0)
    drive(run, STEP_S, 50.0)
    assert run.traffic.cars_on[run.edge("A", "B")] > 20
    order(run, 50.0)
    on_it = set(run.traffic.flow.queue_of(run.edge("A", "B")))
    for now_s in np.arange(60.0, 2000.0, STEP_S):
        run.traffic.advance(now_s)
        are_off = on_it.isdisjoint(run.traffic.flow.queue_of(run.edge("A", "B")))
        assert (run.traffic.barred == []) == are_off
    assert (run.traffic.status == ARRIVED).all()


def test_it_ends_where_the_fire_closes_the_road_and_that_is_its_cause():
    run = one_road()
    order(run, 0.0, ("B", "C"))
    drive(run, STEP_S, 50.0)
    run.traffic.close_edges([run.edge("B", "C"), run.edge("C", "B")], 50.0, run.fire)
    drive(run, 60.0, 60.0)
    ended = first(run, "contraflow_ended")
    assert run.journal.table().loc[ended["cause_id"], "kind"] == "road_closed"
    assert run.traffic.barred == []


def test_without_an_order_nothing_is_done_and_nothing_said():
    run = one_road()
    run.leave("A", n=20, refuge=TO_C)
    drive(run, STEP_S, 500.0)
    assert not any("contraflow" in kind for kind in run.kinds())
    assert run.traffic.warnings() == []

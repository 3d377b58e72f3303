"""Word of a cut road, from those who come back to those who still drive there."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.queues import ARRIVED
from tests.world.test_traffic import Run, refuge, roads


def cut_ahead(**parameters):
    """B-C is cut: who leaves A turns at B after 100 s and is back at A after 200 s, to go round by E."""
    run = Run(roads(("AB", "BC", "AE", "EC")), [refuge("C")], **parameters)
    run.traffic.close_edges([run.edge("B", "C"), run.edge("C", "B")], 0.0, run.fire)
    return run


def drive(run, until_s=5000.0):
    for now_s in np.arange(run.traffic.now_s + 10.0, until_s, 10.0):
        run.traffic.advance(float(now_s))


def test_who_meets_a_turning_car_knows_of_the_cut_before_seeing_it():
    run = cut_ahead()
    first, second = run.leave("A")[0], run.leave("A", at_s=60.0)[0]
    drive(run)
    assert (run.traffic.status == ARRIVED).all()
    table = run.journal.table()
    turned, heard = table[table["kind"] == "turned_back"], table[table["kind"] == "heard_of_cut"]
    assert turned["actor"].tolist() == ["party-0000"]  # the second car never comes to B's cut: at B it knows
    assert heard["actor"].tolist() == ["party-0001"]
    assert heard["detail"].tolist() == ["party-0000"]
    assert heard["time_s"].iloc[0] == 110.0  # the first has turned at B at 100 s and meets it on A-B
    assert heard["cause_id"].tolist() == turned["event_id"].tolist()
    assert run.traffic.cause_id[second] == heard["event_id"].iloc[0]
    distance_m = run.traffic.vehicle_columns()["distance_m"]
    assert distance_m[first] == pytest.approx(distance_m[second])  # it still turns at its next node, B


def test_who_is_told_in_time_never_goes_to_the_cut():
    run = cut_ahead()
    run.leave("A")
    advised = run.traffic.add_route(["E", "A", "B", "C"])
    second = run.leave("E", at_s=140.0, refuge=0, route=advised)[0]  # meets the first between E and A
    drive(run)
    assert run.kinds().count("turned_back") == 1
    distance_m = run.traffic.vehicle_columns()["distance_m"][second]
    assert distance_m == pytest.approx(2 * 1000.0 + float(np.hypot(2000.0, 1000.0)))  # to A, back, and E to C


def test_nobody_is_told_where_it_is_switched_off_and_then_each_sees_for_itself():
    run = cut_ahead(turning_cars_heeded=0.0)
    run.leave("A")
    run.leave("A", at_s=60.0)
    drive(run)
    assert run.kinds().count("turned_back") == 2
    assert "heard_of_cut" not in run.kinds()


def test_a_share_heeds_it_and_it_is_the_same_share_whoever_else_is_there():
    heard = {}
    for n in (200, 201):
        run = cut_ahead(turning_cars_heeded=0.4)
        run.leave("A")
        run.leave("A", n=n, at_s=np.full(n, 60.0))
        drive(run, 3000.0)
        table = run.journal.table()
        heard[n] = set(table.loc[table["kind"] == "heard_of_cut", "actor"])
    assert heard[200] <= heard[201] <= heard[200] | {"party-0201"}
    assert len(heard[200]) > 10


def test_word_goes_from_one_to_the_next_and_cannot_strand_anybody_who_has_a_way():
    run = cut_ahead()
    run.leave("A", n=80)
    drive(run, 10_000.0)
    assert (run.traffic.status == ARRIVED).all()
    assert run.kinds().count("heard_of_cut") > 10
    assert run.kinds().count("heard_of_cut") + run.kinds().count("turned_back") <= 2 * 80

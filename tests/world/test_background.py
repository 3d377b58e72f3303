"""Vehicles that are on the roads anyway."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.queues import ARRIVED
from firesim.streams import Luck
from firesim.world.background import background_traffic
from tests.world.test_closing import meet
from tests.world.test_smoky_roads import Haze
from tests.world.test_traffic import Run, refuge, roads


def test_background_vehicles_share_the_road_and_take_no_place_in_a_refuge():
    alone, among = (
        Run(
            roads(("AB", "BC"), capacity_veh_s=0.05),
            [refuge("C", capacity=100)],
            background_veh_h=n,
            background_for_h=0.1,
        )
        for n in (0.0, 1000.0)
    )
    for run in (alone, among):
        run.leave("A", n=20)
        run.traffic.advance(20_000.0)
    mine = among.traffic.party >= 0
    arrived_s = among.traffic.vehicle_columns()["arrived_s"]
    assert mine.sum() == 20
    assert (~mine).sum() == 100
    assert (among.traffic.status == ARRIVED).all()
    assert among.traffic.room.tolist() == alone.traffic.room.tolist() == [60]
    assert arrived_s[mine].max() > alone.traffic.vehicle_columns()["arrived_s"].max() + 100.0
    ended = among.traffic.changes()
    assert (ended.party >= 0).all()
    assert len(ended.trip) == 20


def test_one_more_background_vehicle_changes_no_others_luck():
    few, many = (background_traffic(roads(), [0, 2], n, 2.0, Luck(3), 7) for n in (100.0, 100.5))
    assert len(many.party) == len(few.party) + 1 == 201
    for name in ("node", "refuge", "at_s"):
        assert (getattr(many, name)[:200] == getattr(few, name)).all()
    assert many.at_s.max() < 7200.0
    assert set(many.refuge) == {0, 2}
    assert set(many.cause_id) == {7}


def test_they_too_turn_back_at_a_cut_and_are_named_as_what_they_are():
    run = Run(roads(), [refuge("C")], background_veh_h=60.0, background_for_h=1.0)
    run.traffic.close_edges([run.edge("B", "C"), run.edge("C", "B")], 0.0, run.fire)
    run.traffic.advance(20_000.0)
    assert (run.traffic.status == ARRIVED).all()
    table = run.journal.table()
    turned = table[table["kind"] == "turned_back"]
    assert len(turned) > 5
    assert turned["actor"].str.startswith("background-").all()
    assert np.isfinite(run.traffic.vehicle_columns()["arrived_s"]).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_vehicles_are_conserved_with_closing_smoke_turning_and_background(seed):
    run = Run(
        roads(("AB", "BC", "BD", "DC", "AE"), jam_veh_m=0.02), [refuge("C"), refuge("E", capacity=60)],
        background_veh_h=200.0, background_for_h=0.5, smoke_turns_back=0.5,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    for now_s in np.arange(10.0, 4000.0, 10.0):
        if now_s < 1000.0 and rng.random() < 0.2:
            run.leave(str(rng.choice(list("ABDE"))), n=int(rng.integers(1, 6)), at_s=now_s)
        if now_s % 60.0 == 0.0:
            run.traffic.meet_smoke(
                Haze(float(rng.random() * 0.2), from_x_m=float(rng.random() * 2000.0)), now_s, run.fire
            )
        if now_s == 600.0:
            meet(run, now_s, 1600.0, 165.0, 20.0)
        if now_s == 900.0:
            meet(run, now_s, 1600.0, 105.0, 20.0)
        run.traffic.advance(now_s)
        flow = run.traffic.flow
        queued = [trip for edge in range(len(flow.network.head)) for trip in flow.queue_of(edge)]
        assert len(queued) == len(set(queued)) == int(flow.queues.cars.sum())
        on_way = np.flatnonzero(run.traffic.status == 0)
        at_node = flow.travellers.edge[on_way] >= run.traffic.n_edges
        not_yet = at_node & (flow.travellers.ready_s[on_way] >= now_s)  # on their way to it, or back to it
        assert set(queued) <= set(on_way.tolist())
        assert set(on_way[~not_yet].tolist()) <= set(queued)
    kinds = set(run.kinds())
    assert {"road_smoky", "road_closed", "fire_on_road", "turned_back"} <= kinds

"""Boats in the whole: called by message, heard over masts, and absent where the scenario says so."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.simulate import simulate
from firesim.simulate.clock import Clockwork
from firesim.streams import Luck
from tests.runs import events_of, short_run, short_skiathos


def test_with_boats_that_do_not_sail_the_tables_are_those_of_a_place_without_boats():
    runs = [
        simulate(short_skiathos().with_changes(boats=boats), "pilot") for boats in ({"sail": False}, {"table": None})
    ]
    for name, table in runs[0].tables.items():
        assert table.to_pandas().equals(runs[1].tables[name].to_pandas()), name  # there never is never
    assert runs[0].outcomes["transferred_by_sea_people"] == 0.0
    assert np.isnan(runs[0].outcomes["wait_for_boat_min"])
    assert any("no boats sail" in said for said in runs[0].warnings)


def test_boats_change_nothing_before_the_first_of_them_is_called(pilot_run):
    without = simulate(short_skiathos().with_changes(boats={"sail": False}), "pilot")
    with_boats, alone = (run.tables["events"].to_pandas() for run in (pilot_run, without))
    first = int(with_boats.index[with_boats["kind"] == "boat_ordered"][0])
    assert first > 100
    assert with_boats.iloc[:first].equals(alone.iloc[:first])
    assert not alone["kind"].str.startswith("boat").any()


def test_nobody_is_safe_by_sea_before_a_boat_was_called_and_had_sailed(whole_run):
    people = whole_run.tables["people"].to_pandas()
    landed = people[people["landed_s"].notna()]
    called_s = events_of(whole_run, "boat_ordered")["time_s"].min()
    assert landed["people"].sum() == whole_run.outcomes["transferred_by_sea_people"] > 0
    assert (landed["shore_s"] <= landed["boarded_s"]).all()
    assert (landed["boarded_s"] > called_s).all()
    assert (landed["landed_s"] > landed["boarded_s"]).all()
    assert landed["safe_s"].notna().all()


def test_from_a_landing_in_port_one_can_walk_back_over_the_boat_and_its_order_to_the_ignition(whole_run):
    events = whole_run.tables["events"].to_pylist()
    taken = [one for one in events if one["kind"] in ("safe", "ashore") and one["detail"].startswith("sea-")]
    assert len(taken) > 5
    sailed_there = 0
    for event in taken:
        kinds = [event["kind"]]
        while event["cause_id"] is not None:
            event = events[event["cause_id"]]
            kinds.append(event["kind"])
        order = [kinds.index(kind) for kind in ("boarded", "boat_at_landing", "boat_ordered")]
        assert order == sorted(order)
        assert kinds[-1] == "ignition"
        sailed_there += "boat_under_way" in kinds[order[1] : order[2]]
    assert sailed_there > 5  # some boats lie at the landing itself


def test_people_by_sea_add_up_between_the_tables(whole_run):
    people, trips = (whole_run.tables[name].to_pandas() for name in ("people", "vehicles"))
    voyages = trips[trips["mode"] == "boat"]
    left = people[people["boarded_s"].notna()]
    under_way = voyages["people"].sum()
    # Who boarded has left with a voyage or sits in a boat that still loads.
    assert under_way <= left["people"].sum() <= under_way + 50 * 31
    ashore = people[people["landed_s"].notna()]["people"].sum()
    assert ashore <= voyages[voyages["status"] == "arrived"]["people"].sum()
    assert people["people"].sum() == 24_025


def test_a_boat_hears_nothing_when_every_mast_is_dark():
    clockwork = Clockwork(short_skiathos(), "perfect-knowledge", Luck(1))
    for mast in clockwork.truth.masts:
        clockwork.truth.network.darken(mast.mast, 0.0)
    clockwork.run()
    sent = [one for one in clockwork.centre.issued if one.order.kind == "boat"]
    assert len(sent) > 20
    assert clockwork.edge.boats is not None
    assert all(boat.orders is None for boat in clockwork.edge.boats.boats.values())
    assert clockwork.truth.journal.first("boat_under_way") is None


def test_the_floor_sends_no_boats():
    run = short_run("no-alert")
    assert events_of(run, "boat_ordered").empty
    assert run.outcomes["transferred_by_sea_people"] == 0.0
    assert run.outcomes["boat_hours"] == pytest.approx(0.0)

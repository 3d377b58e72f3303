"""Buses in the whole: called by message, heard over masts, counted once, and absent where the scenario says so."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from firesim.simulate import simulate
from firesim.simulate.clock import Clockwork
from firesim.streams import Luck
from tests.runs import events_of, short_run, short_skiathos, skiathos


def test_with_buses_that_do_not_run_the_tables_are_those_of_a_place_without_buses():
    runs = [
        simulate(short_skiathos().with_changes(buses=buses), "pilot") for buses in ({"run": False}, {"table": None})
    ]
    for name, table in runs[0].tables.items():
        assert table.to_pandas().equals(runs[1].tables[name].to_pandas()), name  # there never is never
    assert runs[0].outcomes["transferred_by_bus_people"] == 0.0
    assert np.isnan(runs[0].outcomes["waited_for_bus_min"])


def test_buses_change_nothing_before_the_first_of_them_is_called(pilot_run):
    without = simulate(short_skiathos().with_changes(buses={"run": False}), "pilot")
    with_buses, alone = (run.tables["events"].to_pandas() for run in (pilot_run, without))
    first = int(with_buses.index[with_buses["kind"] == "bus_ordered"][0])
    assert first > 50
    assert with_buses.iloc[:first].equals(alone.iloc[:first])
    assert not alone["kind"].str.startswith("bus").any()


def test_people_brought_by_bus_came_to_the_stop_got_on_and_were_safe_when_they_got_off(whole_run):
    people = whole_run.tables["people"].to_pandas()
    rode = people[(people["left_by"] == "bus") & people["got_off_s"].notna()]
    assert rode["people"].sum() == whole_run.outcomes["transferred_by_bus_people"] > 0
    called_s = events_of(whole_run, "bus_ordered")["time_s"].min()
    assert (rode["departed_s"] <= rode["at_stop_s"]).all()
    assert (rode["at_stop_s"] <= rode["got_on_s"]).all()
    assert (rode["got_on_s"] > called_s).all()
    assert (rode["got_off_s"] > rode["got_on_s"]).all()
    assert people["people"].sum() == 24_025


def test_riders_add_up_between_the_tables_and_no_bus_is_overfull(whole_run):
    people, trips = (whole_run.tables[name].to_pandas() for name in ("people", "vehicles"))
    drives = trips[trips["mode"] == "bus"]
    assert drives["people"].max() <= 50
    got_on = people[people["got_on_s"].notna()]["people"].sum()
    # Who got on has left with a drive or sits in a bus that still loads.
    assert drives["people"].sum() <= got_on <= drives["people"].sum() + 6 * 50
    in_refuges = people[(people["left_by"] == "bus") & people["got_off_s"].notna()]["people"].sum()
    assert in_refuges <= drives[drives["status"] == "arrived"]["people"].sum()


def test_from_a_refuge_one_can_walk_back_over_the_bus_and_its_order_to_the_ignition(whole_run):
    events = whole_run.tables["events"].to_pylist()
    got_on = {event["event_id"] for event in events if event["kind"] == "got_on"}
    safe = [event for event in events if event["kind"] == "safe" and event["cause_id"] in got_on]
    assert len(safe) > 5
    for event in safe:
        kinds = [event["kind"]]
        while event["cause_id"] is not None:
            event = events[event["cause_id"]]
            kinds.append(event["kind"])
        order = [kinds.index(kind) for kind in ("got_on", "bus_at_stop", "bus_ordered")]
        assert order == sorted(order)
        assert kinds[-1] == "ignition"


def test_no_bus_was_on_a_stretch_that_had_closed_before_it_came(whole_run):
    """Legs of buses that begin after the last road has closed lie where no closed stretch leads."""
    clockwork = whole_run.clockwork
    assert clockwork.edge.buses is not None
    closing = clockwork.truth.traffic.closing_events
    for bus in clockwork.edge.buses.buses.values():
        for edge, found_s in bus.closed.items():
            back = clockwork.truth.place.roads.opposite[edge]
            closed = [int(closing[one]) for one in (edge, back) if one >= 0 and closing[one] >= 0]
            assert closed
            assert min(clockwork.truth.journal.time_of(one) for one in closed) <= found_s


def test_legs_of_each_bus_follow_one_another_without_a_gap(whole_run):
    units = whole_run.tables["units"].to_pandas()
    buses = units[units["kind"] == "bus"]
    assert buses["unit"].nunique() == 6
    for _, legs in buses.groupby("unit"):
        rows = legs.to_dict("records")
        assert rows[0]["start_s"] == 0.0
        assert rows[-1]["end_s"] == pytest.approx(skiathos().horizon_s)
        assert all(a["end_s"] == b["start_s"] for a, b in pairwise(rows))
        assert all((a["to_x_m"], a["to_y_m"]) == (b["from_x_m"], b["from_y_m"]) for a, b in pairwise(rows))


def test_an_alert_that_names_a_stop_was_sent_while_some_bus_had_been_ordered_there(whole_run):
    ordered: dict[str, float] = {}
    for issued in whole_run.clockwork.centre.issued:
        if issued.order.kind == "bus" and issued.order.body.task == "lift":
            ordered.setdefault(issued.order.body.stop, issued.time_s)
    named = [(issued.time_s, one.stop) for issued, alert in whole_run.clockwork.centre.alerts() for one in alert.advice]
    named = [(at_s, stop) for at_s, stop in named if stop]
    assert named
    assert all(ordered[stop] <= at_s for at_s, stop in named)


def test_a_bus_hears_nothing_when_every_mast_is_dark():
    clockwork = Clockwork(short_skiathos(), "perfect-knowledge", Luck(1))
    for mast in clockwork.truth.masts:
        clockwork.truth.network.darken(mast.mast, 0.0)
    clockwork.run()
    assert clockwork.edge.buses is not None
    assert all(bus.orders is None for bus in clockwork.edge.buses.buses.values())
    assert clockwork.truth.journal.first("bus_under_way") is None


def test_the_floor_sends_no_buses():
    run = short_run("no-alert")
    assert events_of(run, "bus_ordered").empty
    assert run.outcomes["transferred_by_bus_people"] == 0.0
    assert run.outcomes["bus_hours"] == pytest.approx(0.0)

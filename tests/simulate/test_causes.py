"""Every effect has a cause, and every chain ends at the ignition or in the scenario."""

from __future__ import annotations

import pytest

from tests.runs import short_run

STARTED_BY_THE_SCENARIO = {"scenario_started", "ignition", "wind_changed", "false_alarm"}


@pytest.mark.parametrize("strategy", ["pilot", "today", "no-alert", "perfect-knowledge"])
def test_only_the_scenario_starts_anything_without_a_cause(strategy):
    events = short_run(strategy).tables["events"].to_pylist()
    for event in events:
        if event["cause_id"] is None:
            assert event["kind"] in STARTED_BY_THE_SCENARIO, event
        else:
            cause = events[event["cause_id"]]
            assert cause["event_id"] < event["event_id"]
            assert cause["time_s"] <= event["time_s"] + 1e-6


@pytest.mark.parametrize("strategy", ["pilot", "today"])
def test_from_a_households_fate_one_can_walk_back_to_the_ignition(strategy):
    run = short_run(strategy)
    events = run.tables["events"].to_pylist()
    changed = [party for party in run.tables["people"].to_pylist() if party["departed_s"] == party["departed_s"]]
    assert len(changed) > 20
    roots = set()
    for party in changed:
        event = events[party["cause_id"]]
        while event["cause_id"] is not None:
            event = events[event["cause_id"]]
        roots.add(event["kind"])
    assert roots == {"ignition"}


def test_causes_in_every_table_are_events_of_that_run(pilot_run):
    n = len(pilot_run.tables["events"])
    for name in ("messages", "people", "vehicles", "units", "orders"):
        causes = [cause for cause in pilot_run.tables[name]["cause_id"].to_pylist() if cause is not None]
        assert all(0 <= cause < n for cause in causes), name
    assert all(order["cause_id"] is not None for order in pilot_run.tables["orders"].to_pylist())


def test_an_order_is_caused_by_the_delivery_of_the_message_it_names(pilot_run):
    events = pilot_run.tables["events"].to_pylist()
    for order in pilot_run.tables["orders"].to_pylist():
        cause = events[order["cause_id"]]
        assert (cause["kind"], cause["detail"]) == ("message_delivered", order["because_message"])

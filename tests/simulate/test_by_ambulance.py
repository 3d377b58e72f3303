"""Ambulances in the whole: sent to who was heard, by message, counted once, and absent where the scenario says so."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from firesim.link.messages import FetchOrder, HelpCall, decode
from firesim.simulate import simulate
from firesim.simulate.clock import Clockwork
from firesim.streams import Luck
from tests.runs import short_run, short_skiathos


def heard_calls(run) -> dict[str, float]:
    """When the centre first heard of each party that called."""
    heard: dict[str, float] = {}
    for row in run.tables["messages"].to_pylist():
        if row["kind"] == "HelpCall" and row["delivered_s"] is not None and row["delivered_s"] == row["delivered_s"]:
            heard.setdefault(row["source"], row["delivered_s"])
    return heard


def fetched(run):
    people = run.tables["people"].to_pandas()
    return people[people["picked_up_s"].notna()]


@pytest.mark.parametrize("strategy", ["pilot", "today"])
def test_only_who_was_heard_is_fetched_and_only_after_that(strategy):
    run = short_run(strategy)
    heard, taken = heard_calls(run), fetched(run)
    assert len(taken) >= 3
    ordered = {}
    for issued in run.clockwork.centre.issued:
        if isinstance(issued.order.body, FetchOrder):
            ordered.setdefault(issued.order.body.household, issued.time_s)
            assert heard[issued.order.body.household] <= issued.time_s
            assert "\n" not in issued.order.why
    for party in taken.to_dict("records"):
        assert party["needs"] != "none"
        times = [party[name] for name in ("decided_s", "called_for_help_s")]
        times += [heard[party["household_id"]], ordered[party["household_id"]], party["picked_up_s"]]
        assert times == sorted(times)
        assert party["left_by"] == "ambulance"
        assert party["departed_s"] == party["picked_up_s"]
        assert party["driver_id"] == ""


@pytest.mark.parametrize("strategy", ["pilot", "today"])
def test_who_was_heard_is_fetched_or_told_why_not(strategy):
    run = short_run(strategy)
    answered = {one.order.body.household for one in run.clockwork.centre.issued
                if one.order.kind in ("ambulance", "answer")}  # fmt: skip
    planned_s = run.scenario.horizon_s - 300.0
    early = {household for household, at_s in heard_calls(run).items() if at_s < planned_s}
    assert early
    assert early <= answered


def test_who_calls_and_is_reached_in_time_is_safe_where_let_off():
    run = short_run("pilot")
    taken = fetched(run)
    out = taken[taken["let_off_s"].notna()]
    assert len(out) >= 3
    assert (out["safe_s"] == out["let_off_s"]).all()
    assert (out["fate"] == "safe").all()
    assert run.outcomes["fetched_by_ambulance_people"] == out["people"].sum()


@pytest.mark.parametrize("strategy", ["pilot", "today"])
def test_each_party_is_in_one_place_at_the_end(strategy):
    """Still there, on the road or brought by it (boat and bus too), in an ambulance, or let off by one."""
    run = short_run(strategy)
    people, trips = (run.tables[name].to_pandas() for name in ("people", "vehicles"))
    set_out = set(trips["household_id"])
    is_there = people["departed_s"].isna()
    by_road = people["household_id"].isin(set_out - {""}) | (people["driver_id"] != "")
    by_road |= people["boarded_s"].notna() | people["got_on_s"].notna()
    is_out = people["let_off_s"].notna()
    is_aboard = people["picked_up_s"].notna() & ~is_out
    assert (is_there.astype(int) + by_road + is_aboard + is_out == 1).all()
    assert not (people["safe_s"].notna() & ~(by_road | is_out)).any()


def test_with_mute_telephones_nobody_is_fetched():
    mute = short_skiathos().with_changes(devices={"help_calls": {"reach_fraction": 0.0}})
    run = simulate(mute, "pilot")
    assert fetched(run).empty
    assert not {"ambulance", "answer"} & set(run.tables["orders"]["kind"].to_pylist())
    assert run.outcomes["called_for_help_people"] == 0.0
    assert any("nobody has taken them" in said for said in run.warnings)


def test_calls_that_the_network_loses_bring_nobody():
    """All masts stand dark from the start: who calls is not heard, while the centre is at work by wire."""
    clockwork = Clockwork(short_skiathos(), "perfect-knowledge", Luck(1))
    for mast in clockwork.truth.masts:
        clockwork.truth.network.darken(mast.mast, 0.0)
    clockwork.run()
    patients = clockwork.truth.people.by_ambulance.patients
    assert np.isfinite(patients.called_s).sum() > 0
    assert not np.isfinite(patients.taken_s).any()
    assert not [one for one in clockwork.centre.issued if one.order.kind in ("ambulance", "answer")]


def test_without_the_switch_nobody_calls_and_the_day_is_the_same_until_somebody_does():
    run, off = short_run("pilot"), simulate(
        short_skiathos().with_changes(responders={"ambulances_fetch": False}), "pilot"
    )  # fmt: skip
    people = off.tables["people"].to_pandas()
    assert people[["called_for_help_s", "picked_up_s", "let_off_s"]].isna().all().all()
    assert (people["fetched_by"] == "").all()
    assert "ambulance" not in off.tables["vehicles"]["mode"].to_pylist()
    assert off.outcomes["fetched_by_ambulance_people"] == 0.0
    assert np.isnan(off.outcomes["waited_for_ambulance_min"])
    with_calls, alone = (one.tables["events"].to_pandas() for one in (run, off))
    first = int(with_calls.index[with_calls["kind"] == "called_for_help"][0])
    assert first > 50
    assert with_calls.iloc[:first].equals(alone.iloc[:first])


def test_from_safety_one_can_walk_back_over_the_order_and_the_call_to_the_ignition():
    events = short_run("pilot").tables["events"].to_pylist()
    picked_up = {event["actor"] for event in events if event["kind"] == "picked_up"}
    safe = [event for event in events if event["kind"] == "safe" and event["actor"] in picked_up]
    assert len(safe) >= 3
    for event in safe:
        kinds = [event["kind"]]
        while event["cause_id"] is not None:
            event = events[event["cause_id"]]
            kinds.append(event["kind"])
        steps = ("picked_up", "ambulance_at_door", "ambulance_ordered", "called_for_help", "sheltering", "decided")
        order = [kinds.index(kind) for kind in steps]
        assert order == sorted(order)
        assert kinds[-1] == "ignition"


def test_those_aboard_add_up_between_the_tables_and_no_ambulance_is_overfull():
    run = short_run("pilot")
    trips = run.tables["vehicles"].to_pandas()
    drives = trips[trips["mode"] == "ambulance"]
    assert drives["people"].sum() == fetched(run)["people"].sum()
    assert drives["people"].max() <= run.scenario.fields.responders.ambulance_seats
    units = run.tables["units"].to_pandas()
    for _, legs in units[units["kind"] == "ambulance"].groupby("unit"):
        rows = legs.to_dict("records")
        assert {"load", "carry"} <= {row["leg"] for row in rows}
        assert all(a["end_s"] == b["start_s"] for a, b in pairwise(rows))
        assert all((a["to_x_m"], a["to_y_m"]) == (b["from_x_m"], b["from_y_m"]) for a, b in pairwise(rows))


def test_a_call_carries_nothing_but_what_a_caller_would_say():
    run = short_run("pilot")
    people = {row["household_id"]: row for row in run.tables["people"].to_pylist()}
    calls = [decode(row["payload"]).body for row in run.tables["messages"].to_pylist() if row["kind"] == "HelpCall"]
    assert calls
    for call in calls:
        assert isinstance(call, HelpCall)
        said = (call.zone, call.people, call.need)
        assert said == tuple(people[call.household][name] for name in ("zone_id", "people", "needs"))

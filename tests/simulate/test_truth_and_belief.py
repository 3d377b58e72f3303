"""Truth and belief are two halves, and nothing leaks across."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from firesim.link.channel import CutWire
from firesim.link.messages import decode
from firesim.record.folder import write_parquet
from firesim.simulate import Run, simulate
from firesim.simulate.clock import Clockwork
from firesim.streams import Luck
from firesim.world.ground import HiddenGround
from tests.runs import short_run


def orders_of(run: Run) -> list[dict]:
    return run.tables["orders"].to_pylist()


def centre_deliveries(run: Run) -> list[dict]:
    """Messages that reached the centre, in the order in which it got them."""
    deliveries = [row for row in run.tables["events"].to_pylist() if row["kind"] == "message_delivered"]
    events = {row["detail"]: row["event_id"] for row in deliveries}
    to_centre = [row for row in run.tables["messages"].to_pylist() if row["destination"] == "centre"]
    rows = [row for row in to_centre if row["message_id"] in events]
    return sorted(rows, key=lambda row: events[row["message_id"]])


@pytest.mark.parametrize("strategy", ["pilot", "today", "perfect-knowledge"])
def test_nobody_acts_on_a_message_before_it_is_delivered(strategy):
    for seed in (1, 2):
        check_that_nobody_acts_early(simulate_short(strategy, seed))


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["pilot", "today", "perfect-knowledge"])
def test_nobody_acts_on_a_message_before_it_is_delivered_over_many_seeds(strategy):
    for seed in range(3, 15):
        check_that_nobody_acts_early(simulate_short(strategy, seed))


def simulate_short(strategy: str, seed: int) -> Run:
    return short_run(strategy, seed)


def check_that_nobody_acts_early(run: Run) -> None:
    messages = {row["message_id"]: row for row in run.tables["messages"].to_pylist()}
    for order in orders_of(run):
        because = messages[order["because_message"]]
        assert because["delivered_s"] <= order["time_s"] + 1e-9, order
        for message_id in order["message_id"].split():
            assert messages[message_id]["sent_s"] >= order["time_s"] - 1e-6
    events = run.tables["events"].to_pylist()
    first_alert = {}
    for event in events:
        if event["kind"] == "alert_delivered":
            first_alert.setdefault(event["detail"].split(": ")[1].split(",")[0], event["time_s"])
    first_alert["neighbour"] = min(first_alert.values())  # neighbours tell what some channel has told them
    for party in run.tables["people"].to_pylist():
        if party["warned_by"]:
            assert party["warned_s"] >= first_alert[party["warned_by"]]
    by_id = {event["event_id"]: event for event in events}
    for event in events:
        if event["kind"] in {"warned", "unit_rolling", "drone_airborne"}:
            chain = [event["kind"]]
            cause = event["cause_id"]
            while cause is not None:
                chain.append(by_id[cause]["kind"])
                assert by_id[cause]["time_s"] <= event["time_s"] + 1e-6
                cause = by_id[cause]["cause_id"]
            assert "message_delivered" in chain, chain


REPLAY = """
import json, sys
import pyarrow.parquet as pq
from firesim.command.dispatcher import Order, replay
deliveries = json.load(open(sys.argv[2]))
payloads = {row["message_id"]: row["payload"] for row in pq.read_table(sys.argv[1]).to_pylist()}
outputs = replay([(at_s, payloads[name]) for name, at_s in deliveries], float(sys.argv[3]))
forbidden = [name for name in sys.modules if name.startswith(("firesim.world", "firesim.devices", "firesim.simulate",
             "firesim.scenario", "firesim.record")) or name.split(".")[0] == "simpy"]
assert not forbidden, forbidden
print(json.dumps([[t, o.kind, o.destination, o.order_id, o.because, o.why, list(o.route), repr(o.body)]
                  for t, o in outputs if isinstance(o, Order)]))
"""


@pytest.mark.parametrize("strategy", ["pilot", "today"])
def test_fed_the_recorded_payloads_the_dispatcher_issues_the_same_orders_where_there_is_no_world(strategy, tmp_path):
    run = simulate_short(strategy, 1)
    write_parquet(tmp_path / "messages.parquet", run.tables["messages"])
    deliveries = [(row["message_id"], row["delivered_s"]) for row in centre_deliveries(run)]
    (tmp_path / "deliveries.json").write_text(json.dumps(deliveries))
    command = [sys.executable, "-c", REPLAY, tmp_path / "messages.parquet", tmp_path / "deliveries.json"]
    done = subprocess.run(
        [*map(str, command), str(run.scenario.horizon_s)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    replayed = [(*row[:6], tuple(row[6]), row[7]) for row in json.loads(done.stdout)]
    issued = [
        (one.time_s, o.kind, o.destination, o.order_id, o.because, o.why, tuple(o.route), repr(o.body))
        for one in run.clockwork.centre.issued
        for o in [one.order]
    ]
    assert len(issued) > 5
    assert replayed == issued


def test_the_centre_believes_nothing_newer_than_what_was_delivered_to_it(pilot_run):
    heard = [
        (row["delivered_s"], getattr(decode(bytes(row["payload"])).body, "seen_s", -np.inf))
        for row in centre_deliveries(pilot_run)
    ]
    assert len(pilot_run.clockwork.centre.beliefs) >= 2
    for _, belief in pilot_run.clockwork.centre.beliefs:
        newest = max(seen_s for delivered_s, seen_s in heard if delivered_s <= belief.believed_at_s)
        assert belief.seen_s <= newest


def test_changing_the_true_fire_where_nobody_looks_changes_no_order_before_a_message_does(short_scenario, monkeypatch):
    """The same fire, but for ground that it reaches only after 25 minutes and that then burns five times slower."""
    one = short_run("pilot")
    unseen = one.arrival_time_s > 1500.0
    draw = HiddenGround.draw.__func__

    def slower_where_nobody_looks(cls, *arguments):
        hidden = draw(cls, *arguments)
        return replace(hidden, multiplier=np.where(unseen, 0.2 * hidden.multiplier, hidden.multiplier))

    monkeypatch.setattr(HiddenGround, "draw", classmethod(slower_where_nobody_looks))
    two = simulate(short_scenario, "pilot", seed=1)
    late = np.isfinite(one.arrival_time_s) & (one.arrival_time_s > 2400.0)
    assert (two.arrival_time_s[late] > one.arrival_time_s[late] + 60.0).mean() > 0.9  # the truth did change

    told = [[(row["delivered_s"], bytes(row["payload"])) for row in centre_deliveries(run)] for run in (one, two)]
    same = next((i for i, (mine, other) in enumerate(zip(*told, strict=False)) if mine != other), min(map(len, told)))
    differs_s = min((told[i][same][0] for i in (0, 1) if same < len(told[i])), default=np.inf)
    orders = [
        [(row["time_s"], row["kind"], row["destination"], row["why"], row["route"]) for row in orders_of(run)]
        for run in (one, two)
    ]
    before = [[order for order in given if order[0] < differs_s] for given in orders]
    assert len(before[0]) >= 5
    assert before[0] == before[1]
    assert orders[0] != orders[1]  # and in the end the difference is heard of


def test_a_fire_seen_by_nobody_is_known_to_nobody(short_scenario):
    mute = short_scenario.with_changes(devices={"help_calls": {"reach_fraction": 0.0}})  # nor told of by telephone
    blind = mute.with_strategy("blind", devices=[], channels=["app", "cell_broadcast", "knock"], policy="Pilot")
    run = simulate(blind, "blind", seed=1)
    assert run.outcomes["area_burnt_ha"] > 1.0
    assert orders_of(run) == []
    assert [row["message_id"] for row in centre_deliveries(run)] == ["scenario>centre#0"]
    assert not any(party["warned_by"] for party in run.tables["people"].to_pylist())
    assert run.budget.to_pylist()[3]["time_s"] != run.budget.to_pylist()[3]["time_s"]  # never: NaN


def test_losing_every_message_leaves_the_centre_without_orders(short_scenario, monkeypatch):
    real = Clockwork.__init__

    def with_cut_wire(self, *arguments, **named):
        real(self, *arguments, **named)
        self.post._channel = CutWire()

    monkeypatch.setattr(Clockwork, "__init__", with_cut_wire)
    run = simulate(short_scenario, "pilot", seed=1)
    assert orders_of(run) == []
    lost = [row for row in run.tables["messages"].to_pylist() if row["lost_because"]]
    assert len(lost) > 0


def test_the_briefing_is_the_same_whatever_is_hidden(short_scenario):
    other = short_scenario.with_changes(discrepancy={"spread_multiplier_sd": 0.0, "fuel_error_fraction": 0.5})
    briefings = []
    for scenario in (short_scenario, other):
        clockwork = Clockwork(scenario, "pilot", Luck(1))
        briefings.append(bytes(clockwork.post.table()["payload"][0].as_py()))
    assert briefings[0] == briefings[1]
    assert type(decode(briefings[0]).body).__name__ == "Briefing"

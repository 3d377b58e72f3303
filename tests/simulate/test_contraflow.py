"""Contraflow in a whole run: ordered after the authority's decision, told to the police, and without it nothing."""

from __future__ import annotations

from functools import lru_cache

from firesim.link.messages import TRAFFIC_POLICE
from firesim.simulate import Run, simulate
from firesim.simulate.plan import plan_text
from firesim.simulate.routes import route_features
from tests.runs import short_run, short_skiathos

# Buses go to and fro on the road by which people leave, so that with them both of its lanes never lead out.
WITHOUT_BUSES = {"run": False}


@lru_cache(maxsize=1)
def run() -> Run:
    asked = {"pilot": {"parameters": {"contraflow": True}}}
    return simulate(short_skiathos().with_changes(strategies=asked, buses=WITHOUT_BUSES), "pilot")


@lru_cache(maxsize=1)
def run_without() -> Run:
    return simulate(short_skiathos().with_changes(buses=WITHOUT_BUSES), "pilot")


def test_the_order_goes_back_to_the_decision_and_reaches_the_police_who_confirm():
    events = run().tables["events"].to_pylist()
    ordered = next(event for event in events if event["kind"] == "contraflow_ordered")
    delivered = events[ordered["cause_id"]]
    assert delivered["detail"].startswith("authority>centre")
    assert any(e["kind"] == "decision_made" and e["event_id"] < ordered["event_id"] for e in events)
    messages = run().tables["messages"].to_pylist()
    told = next(message for message in messages if message["kind"] == "ContraflowOrder")
    assert told["destination"] == TRAFFIC_POLICE
    assert any(m["kind"] == "Ack" and m["source"] == TRAFFIC_POLICE for m in messages)


def test_the_plan_and_the_map_show_it():
    assert "## Contraflow" in plan_text(run())
    lines = [shape for shape in route_features(run()) if shape["properties"]["kind"] == "contraflow"]
    assert lines
    assert all(len(shape["geometry"]["coordinates"]) >= 2 for shape in lines)


def test_without_the_strategys_word_nothing_of_it_is_said_sent_or_done():
    plain = short_run("pilot")
    assert not any("contraflow" in kind for kind in set(plain.tables["events"]["kind"].to_pylist()))
    assert "ContraflowOrder" not in plain.tables["messages"]["kind"].to_pylist()
    assert "Contraflow" not in plan_text(plain)


def test_until_the_first_order_the_run_is_the_one_without_it():
    with_it, without = (one.tables["events"].to_pylist() for one in (run(), run_without()))
    first = next(k for k, event in enumerate(with_it) if event["kind"] == "contraflow_ordered")
    kinds = [
        [(round(e["time_s"], 2), e["actor"], e["kind"]) for e in events[: first - 5]] for events in (with_it, without)
    ]
    assert kinds[0] == kinds[1]

"""The authority takes its time, and its word is its own."""

from __future__ import annotations

from math import inf

import pytest

from firesim.command.authority import Authority
from firesim.command.stepping import step
from firesim.link.briefings import AuthorityBriefing
from firesim.link.messages import Decision, Recommendation


def asked(small, *at_s, refuses=False, delay_s=900.0):
    wire = small.Wire()
    wire.say(0.0, AuthorityBriefing(delay_s=delay_s, refuses=refuses), "scenario", "authority")
    for k, when_s in enumerate(at_s):
        body = Recommendation(order=f"order-{k}", level="order", advice=[], why="")
        wire.say(when_s, body, "centre", "authority")
    return wire.deliveries


def decisions(deliveries, until_s):
    authority, result = Authority(), []
    for delivered_s, payload in deliveries:
        result += step(authority, delivered_s, payload)
    return result + step(authority, until_s)


def test_each_recommendation_is_decided_after_exactly_the_delay(small):
    made = decisions(asked(small, 100.0, 400.0), 5000.0)
    assert [at_s for at_s, _ in made] == [1000.0, 1300.0]
    bodies = [order.body for _, order in made]
    assert all(isinstance(body, Decision) and body.approved for body in bodies)
    assert [body.order for body in bodies] == ["order-0", "order-1"]
    assert [order.because for _, order in made] == ["centre>authority#0", "centre>authority#1"]
    assert {order.destination for _, order in made} == {"centre"}


def test_nothing_is_decided_that_was_not_asked(small):
    assert decisions(asked(small), 1e6) == []
    assert decisions(asked(small, 100.0), 999.0) == []


def test_one_that_refuses_says_so_with_the_same_delay(small):
    ((at_s, order),) = decisions(asked(small, 100.0, refuses=True), 5000.0)
    assert at_s == 1000.0
    assert not order.body.approved


def test_it_sleeps_until_it_is_asked(small):
    authority = Authority()
    assert authority.next_wake_s == inf
    for delivered_s, payload in asked(small, 100.0):
        authority.handle(delivered_s, payload)
    assert authority.next_wake_s == 1000.0


def test_a_question_before_the_briefing_is_a_fault(small):
    with pytest.raises(RuntimeError, match="briefed"):
        decisions(asked(small, 100.0)[1:], 200.0)

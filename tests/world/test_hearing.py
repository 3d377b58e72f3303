"""Which of several alerts people go by, and what is still said to whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.devices.phones import Knock, PhoneParameters
from firesim.link.messages import Alert, ZoneAdvice
from firesim.streams import Luck
from firesim.world.hearing import STAY_INSIDE, Hearing
from firesim.world.known import NOTHING, ORDER, STAY, WARNING
from tests.devices.test_phones import Nights, parties

TOWN, PORT, INSIDE = ("town", ("V", "T")), ("port", ("V", "P")), (STAY_INSIDE, ())
NEVER = np.inf


class Ears:
    """A few parties of one village who are at home all day."""

    def __init__(self, n=2):
        self.n = n
        self.hearing = Hearing(np.zeros(n, np.int64), ["village"], ["town", "port"])

    def told(self, level, advice, issued_s, at_s, to=0, by="app", because=0):
        self.hearing.hear([to], at_s, by, level, because, {"village": advice}, issued_s=issued_s)

    def until(self, now_s):
        nobody = np.full(self.n, NEVER)
        heard = self.hearing.until(now_s, nobody, nobody, nobody)
        assert all(len(set(one.who.tolist())) == len(one.who) for one in heard)  # each once a round
        return [(who, at_s) for one in heard for who, at_s in zip(one.who.tolist(), one.at_s.tolist(), strict=True)]

    def knows(self, party=0):
        advice = int(self.hearing.advice_of[party])
        refuge = ("town", "port")[self.hearing.advice[advice][0]] if advice >= 0 else ""
        return int(self.hearing.level[party]), refuge


def test_the_road_of_the_alert_issued_later_holds_at_the_highest_level_that_was_said():
    for first in ("warning", "order"):
        for second in ("warning", "order"):
            ears = Ears()
            ears.told(first, PORT, issued_s=500.0, at_s=600.0)
            ears.told(second, TOWN, issued_s=0.0, at_s=900.0)
            ears.until(1000.0)
            assert ears.knows() == (ORDER if "order" in (first, second) else WARNING, "port")


def test_an_all_clear_makes_void_what_was_issued_before_it_and_nothing_after():
    ears = Ears()
    ears.told("order", TOWN, issued_s=0.0, at_s=10.0)
    ears.told("all-clear", ("", ()), issued_s=100.0, at_s=110.0)
    ears.told("order", TOWN, issued_s=50.0, at_s=120.0)
    ears.until(200.0)
    assert ears.knows()[0] == NOTHING
    ears.told("warning", PORT, issued_s=300.0, at_s=310.0)
    ears.until(400.0)
    assert ears.knows() == (WARNING, "port")


def test_a_neighbour_talks_nobody_out_of_what_was_issued_later_and_brings_what_is_new():
    for teller, listener, level in (
        (("order", TOWN, 0.0), ("order", INSIDE, 10.0), STAY),
        (("order", TOWN, 10.0), ("order", INSIDE, 0.0), ORDER),
        (("warning", TOWN, 10.0), ("all-clear", ("", ()), 0.0), WARNING),
        (("order", TOWN, 0.0), ("all-clear", ("", ()), 10.0), NOTHING),
    ):
        ears = Ears()
        ears.told(*teller, at_s=20.0, to=0)
        ears.told(*listener, at_s=20.0, to=1)
        ears.until(20.0)
        ears.hearing.pass_on(np.array([1]), np.array([30.0]), np.array([0]))
        ears.until(30.0)
        assert ears.knows(1)[0] == level


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_people_know_does_not_hang_on_how_often_they_are_asked(seed):
    rng = np.random.default_rng(seed)
    at_once, step_by_step = Ears(n=3), Ears(n=3)
    for _ in range(12):
        level = str(rng.choice(["warning", "order", "all-clear"]))
        advice = [TOWN, PORT, INSIDE, ("", ())][rng.integers(4)]
        issued_s, at_s = (float(100.0 * rng.integers(8)) for _ in range(2))
        to, by = int(rng.integers(3)), str(rng.choice(["app", "siren"]))
        for ears in (at_once, step_by_step):
            ears.told(level, advice, issued_s, at_s, to, by)
    heard = at_once.until(1000.0)
    assert sorted(heard) == sorted(each for now_s in range(0, 1001, 50) for each in step_by_step.until(float(now_s)))
    assert [at_once.knows(party) for party in range(3)] == [step_by_step.knows(party) for party in range(3)]
    assert at_once.hearing.warned_s.tolist() == step_by_step.hearing.warned_s.tolist()
    assert at_once.hearing.warned_by == step_by_step.hearing.warned_by


def test_what_is_heard_in_one_step_comes_in_rounds_each_in_order_of_time_with_all_that_belongs_to_it():
    ears = Ears(4)
    advice = {TOWN: 6, PORT: 7}  # its numbers; none is a party, a channel or a level, as no cause is either
    ears.hearing.advice = [(0, ("V", str(k)), -1) for k in range(6)]
    ears.told("warning", TOWN, 5.0, 30.0, to=0, because=11)
    ears.told("order", PORT, 6.0, 10.0, to=1, by="siren", because=12)
    ears.told("warning", TOWN, 7.0, 40.0, to=1, because=13)
    ears.told("order", TOWN, 4.0, 50.0, to=1, because=14)  # issued before the order that party 1 knows: not heard
    ears.told("order", PORT, 8.0, 60.0, to=0, because=15)
    ears.told("warning", PORT, 9.0, 20.0, to=2, because=16)
    ears.told("warning", TOWN, 9.0, 25.0, to=3, because=17)
    safe_s = np.array([NEVER, NEVER, NEVER, 25.0])  # nothing needs to be said to party 3 any more
    nobody = np.full(4, NEVER)
    rounds = [
        [(*row, ears.hearing.channels[by]) for *row, by in zip(*(part.tolist() for part in parts), strict=True)]
        for parts in (
            (one.at_s, one.who, one.because, one.level, one.advice, one.is_raised, one.is_advised_anew, one.channel)
            for one in ears.hearing.until(100.0, nobody, nobody, safe_s)
        )
    ]
    first = [
        (10.0, 1, 12, ORDER, advice[PORT], True, True, "siren"),
        (20.0, 2, 16, WARNING, advice[PORT], True, True, "app"),
        (30.0, 0, 11, WARNING, advice[TOWN], True, True, "app"),
    ]
    second = [
        (40.0, 1, 13, WARNING, advice[TOWN], False, True, "app"),
        (60.0, 0, 15, ORDER, advice[PORT], True, True, "app"),
    ]
    assert rounds == [first, second]


def test_at_doors_still_to_come_nothing_is_said_but_the_newest():
    ears = Ears()
    ears.told("order", TOWN, issued_s=0.0, at_s=1000.0, by="knock")
    ears.told("order", INSIDE, issued_s=500.0, at_s=1000.0, by="knock")
    assert ears.until(2000.0) == [(0, 1000.0)]
    assert ears.knows()[0] == STAY


def test_a_warning_does_not_take_the_place_of_an_order_at_the_door():
    ears = Ears()
    ears.told("order", TOWN, issued_s=0.0, at_s=1000.0, by="knock")
    ears.told("warning", TOWN, issued_s=500.0, at_s=1000.0, by="knock")
    ears.until(2000.0)
    assert ears.knows()[0] == ORDER


@pytest.mark.parametrize("asleep", [False, True])
def test_a_door_that_was_knocked_at_is_not_robbed_of_what_was_said_there(asleep):
    """A second alert comes half way through the round, between two steps; sleepers are still waking then."""
    listeners = parties()
    n = len(listeners.zone_index)
    knock = Knock(listeners, PhoneParameters(), Luck(1), Nights(n, np.full(n, asleep)))
    ears = Ears(n)
    advice = [ZoneAdvice(zone="west", refuge="town", route=["V", "T"], deadline_s=NEVER, why="")]
    alert = Alert(order="", channel="knock", level="order", advice=advice, text_el="", text_en="", authorised_by="")

    def say(now_s):
        reach = knock.reach(alert, "", now_s)
        ears.hearing.hear(reach.parties, reach.at_s, "knock", "order", 0, {"village": TOWN}, issued_s=now_s)
        return dict(zip(reach.parties, reach.at_s, strict=True))

    first = say(0.0)
    half_s = float(np.median(list(first.values())))
    heard = ears.until(10.0 * (half_s // 10.0))
    second = say(half_s)
    heard += ears.until(1e9)
    assert {who for who, at_s in heard if at_s == first[who]} == set(first)
    gone_to_again = {who for who in first if second[who] != first[who]}
    assert gone_to_again
    assert {who for who, at_s in heard if at_s == second[who]} == set(first)

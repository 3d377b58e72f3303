"""Who cannot leave telephones for help, if they can, and again; the centre hears of nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from firesim.devices.help_calls import HelpCallParameters, HelpCalls
from firesim.link.messages import HelpCall
from firesim.streams import Luck
from firesim.world.by_ambulance import InNeed


def in_need(name: str, has_phone: bool = True) -> InNeed:
    return InNeed(0, name, 0, 2, "help", 100.0, 200.0, has_phone)


@dataclass
class Helpless:
    """Who is stuck, as a test wants it."""

    who: list[InNeed]
    called: list[tuple[int, float]] = field(default_factory=list)

    def stuck(self, now_s: float, lift_wait_s: float) -> list[InNeed]:
        return self.who

    def call(self, party: int, at_s: float) -> int:
        self.called.append((party, at_s))
        return len(self.called) - 1


def calls_of(
    people: Helpless, until_s: float, seed: int = 1, **parameters: object
) -> list[tuple[float, HelpCall, int]]:
    """What is said to the centre until a time: when, what, and by which event."""
    said, now = [], [0.0]
    registered: list[str] = []

    def say(source, destination, body, cause):  # type: ignore[no-untyped-def]
        assert (destination, source) == ("centre", body.household)
        assert source in registered
        said.append((now[0], body, cause))

    calls = HelpCalls(
        people, ["west"], HelpCallParameters(**parameters), 600.0, Luck(seed), say,  # type: ignore[arg-type]
        lambda site: registered.append(site.name),
    )  # fmt: skip
    while now[0] <= until_s:
        calls.look(now[0])
        now[0] += 15.0
    assert len(set(registered)) == len(registered)
    return said


def test_mute_telephones_tell_nobody():
    people = Helpless([in_need(f"a-{k}") for k in range(50)])
    assert calls_of(people, 7200.0, reach_fraction=0.0) == []
    assert calls_of(Helpless([in_need("a", has_phone=False)]), 7200.0, reach_fraction=1.0) == []
    assert people.called == []


def test_a_call_says_who_where_how_many_and_what_they_need_once_it_has_been_handled():
    people = Helpless([in_need("a")])
    (at_s, body, event), *_ = calls_of(people, 3000.0, reach_fraction=1.0, delay_s=0.0, handling_s=90.0, times=1)
    assert at_s == 90.0
    assert event == 0
    assert (body.household, body.zone, body.people, body.need) == ("a", "west", 2, "help")
    assert body.place_xy_m == (100.0, 200.0)
    assert body.seen_s == people.called[0][1] == 0.0


def test_the_stated_share_calls_after_a_delay_of_the_stated_mean():
    people = Helpless([in_need(f"a-{k}") for k in range(2000)])
    said = calls_of(people, 3600.0, reach_fraction=0.7, delay_s=180.0, handling_s=0.0, times=1)
    assert len(said) / 2000 == pytest.approx(0.7, abs=0.03)  # three standard deviations
    delays_s = [at_s for at_s, _, _ in said]
    assert sum(delays_s) / len(delays_s) == pytest.approx(180.0 + 7.5, abs=16.0)


def test_who_still_waits_calls_again_but_not_for_ever():
    said = calls_of(Helpless([in_need("a")]), 30_000.0, reach_fraction=1.0, delay_s=0.0, again_min=15.0, times=3)
    assert [at_s for at_s, _, _ in said] == [90.0, 990.0, 1890.0]
    people = Helpless([in_need("a")])
    assert len(calls_of(people, 600.0, reach_fraction=1.0, delay_s=0.0, times=3)) == 1


def test_one_more_party_changes_no_other_partys_calls():
    few = calls_of(Helpless([in_need(f"a-{k}") for k in range(20)]), 3600.0)
    many = calls_of(Helpless([in_need("new"), *(in_need(f"a-{k}") for k in range(20))]), 3600.0)
    assert [(at_s, body) for at_s, body, _ in few] == [
        (at_s, body) for at_s, body, _ in many if body.household != "new"
    ]
    assert few != calls_of(Helpless([in_need(f"a-{k}") for k in range(20)]), 3600.0, seed=2)

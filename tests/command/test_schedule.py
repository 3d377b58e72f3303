"""Dues come in the order of their times, those of one instant in the order in which they arose."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from firesim.command.schedule import Schedule


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=20), st.integers(0, 5))
def test_dues_are_taken_by_time_and_then_in_the_order_in_which_they_arose(added, now_s):
    schedule = Schedule()
    for what, at_s in added:
        schedule.add(what, float(at_s), "message")
    schedule.put_off("c")
    left = [(float(at_s), n + 1, what) for n, (what, at_s) in enumerate(added) if what != "c"]
    assert schedule.next_s == min((at_s for at_s, *_ in left), default=inf)
    taken = []
    while (due := schedule.take(float(now_s))) is not None:
        taken.append((due.at_s, due.number, due.what))
    assert taken == sorted(one for one in left if one[0] <= now_s)
    assert schedule.next_s == min((at_s for at_s, *_ in left if at_s > now_s), default=inf)


def test_one_of_a_kind_waits_at_a_time():
    schedule = Schedule()
    schedule.add_once("plan", 60.0, "first")
    schedule.add_once("plan", 30.0, "second")
    due = schedule.take(60.0)
    assert due is not None
    assert due.because == "first"
    assert schedule.take(inf) is None

"""Every effect has a cause, and the cause comes first."""

import numpy as np
import pytest

from firesim.record import Journal
from firesim.record.journal import BrokenCause


def test_a_cause_that_has_not_happened_is_refused():
    journal = Journal()
    with pytest.raises(BrokenCause, match="has not happened"):
        journal.add(10.0, "centre", "alarm", 0)


def test_a_cause_later_in_time_than_its_effect_is_refused():
    journal = Journal()
    journal.add(50.0, "fire", "ignition", None)
    with pytest.raises(BrokenCause, match="later"):
        journal.add(49.0, "camera", "observation", 0)


def test_a_chain_of_causes_ends_at_what_the_scenario_starts():
    journal = Journal()
    ignition = journal.add(0.0, "fire", "ignition", None)
    journal.add(5.0, "wind", "wind_changed", None)
    seen = journal.add(60.0, "camera", "observation", ignition)
    alarm = journal.add(70.0, "centre", "alarm", seen)
    assert journal.chain(alarm) == [alarm, seen, ignition]
    assert journal.first("alarm") == alarm
    assert journal.first("authorised") is None


def test_many_events_at_once_are_the_same_as_one_by_one():
    one, many = Journal(), Journal()
    for journal in (one, many):
        journal.add(0.0, "fire", "ignition", None)
    ids = many.add_many(np.array([3.0, 2.0]), ["b", "a"], "warned", 0, "by app")
    assert ids.tolist() == [one.add(3.0, "b", "warned", 0, "by app"), one.add(2.0, "a", "warned", 0, "by app")]
    assert many.table().equals(one.table())
    assert len(many.add_many(np.array([]), [], "warned", np.array([], dtype=int))) == 0


def test_of_many_events_one_may_cause_another_and_a_broken_cause_among_them_is_refused():
    journal = Journal()
    journal.add(0.0, "fire", "ignition", None)
    journal.add_many([1.0, 2.0], ["a", "b"], "told", [0, 1])
    assert journal.chain(2) == [2, 1, 0]
    with pytest.raises(BrokenCause, match="later"):
        journal.add_many([3.0, 1.5], ["a", "b"], "told", [0, 2])
    with pytest.raises(BrokenCause, match="has not happened"):
        journal.add_many(9.0, ["a", "b"], "told", [0, 99])


def test_lists_for_many_events_are_of_one_length():
    journal = Journal()
    with pytest.raises(ValueError, match="2 and 3"):
        journal.add_many([1.0, 2.0, 3.0], ["a", "b"], "told", None)
    assert len(journal) == 0


def test_what_the_scenario_starts_has_an_empty_cause_in_the_table():
    journal = Journal()
    journal.add(0.0, "fire", "ignition", None)
    journal.add(1.0, "camera", "observation", 0)
    assert journal.table()["cause_id"].isna().tolist() == [True, False]


def test_events_of_a_kind_come_by_time_however_they_were_written():
    journal = Journal()
    journal.add(0.0, "fire", "ignition", None)
    journal.add(30.0, "a", "warned", 0)
    journal.add_many([20.0, 30.0], ["b", "a"], "warned", 0)
    journal.add_many([25.0, 26.0], ["c", "d"], "warned", [0, 4])  # the one causes the other: written one by one
    assert journal.of_kind("warned") == [2, 4, 5, 1, 3]
    assert journal.first("warned") == 2
    assert journal.count("warned") == 5
    assert journal.first_by_actor("warned") == {"a": 1, "b": 2, "c": 4, "d": 5}
    assert journal.of_kind("safe") == []


def test_what_comes_of_an_event_is_what_has_it_in_its_chain_of_causes():
    journal, rng = Journal(), np.random.default_rng(1)
    for event_id in range(400):  # each cause is two back, and at random in between
        cause = event_id - 2 if event_id % 40 > 1 else int(rng.integers(-1, max(event_id, 1)))
        kind = "warned" if event_id in (7, 90) else "else"
        journal.add(float(event_id), "someone", kind, cause if 0 <= cause < event_id else None)
    chains = [journal.chain(event_id) for event_id in range(400)]
    assert max(map(len, chains)) > 20
    assert journal.follows("warned").tolist() == [7 in chain or 90 in chain for chain in chains]
    assert journal.descends_from(7).tolist() == [7 in chain for chain in chains]
    assert not journal.follows("never").any()
    assert not journal.descends_from(None).any()
    assert len(Journal().follows("warned")) == 0

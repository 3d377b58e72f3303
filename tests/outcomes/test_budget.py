"""The budget: every row, always, in order; only this fire's own chain of causes counts."""

import numpy as np
import pytest

from firesim.outcomes.budget import OWNERS, PartyTimes, budget_table, stage_events, time_of_share
from firesim.record import Journal

NOBODY = PartyTimes(
    people=np.array([], dtype=np.int64),
    warned_s=np.array([]),
    decided_s=np.array([]),
    safe_s=np.array([]),
    warned_event=np.array([], dtype=np.int64),
    decided_event=np.array([], dtype=np.int64),
    safe_event=np.array([], dtype=np.int64),
)


def journal_with_detection_at(detected_s: float) -> Journal:
    journal = Journal()
    ignition = journal.add(0.0, "fire", "ignition", None)
    seen = journal.add(detected_s - 5.0, "camera", "observation", ignition)
    sent = journal.add(detected_s - 5.0, "camera", "message_sent", seen)
    journal.add(detected_s, "centre", "message_delivered", sent)
    return journal


def test_every_stage_has_a_row_even_when_nothing_happens():
    journal = Journal()
    journal.add(60.0, "fire", "ignition", None)
    rows = budget_table(stage_events(journal, NOBODY), {}).to_pylist()
    assert [row["stage"] for row in rows] == list(OWNERS)
    assert [row["stage"] for row in rows if not np.isnan(row["time_s"])] == ["ignition"]
    assert not any(row["inside_window"] for row in rows)


def test_a_false_alarm_does_not_open_the_window():
    journal = Journal()
    journal.add(0.0, "fire", "ignition", None)
    nothing = journal.add(10.0, "camera", "false_alarm", None)
    sent = journal.add(10.0, "camera", "message_sent", nothing)
    heard = journal.add(11.0, "centre", "message_delivered", sent)
    journal.add(12.0, "centre", "alarm", heard)
    stages = stage_events(journal, NOBODY)
    assert np.isinf(stages["first_report_delivered"][0])
    assert np.isinf(stages["alarm"][0])


def test_the_window_is_the_fifteen_minutes_after_the_first_true_report_is_delivered():
    journal = journal_with_detection_at(200.0)
    delivered = 3
    journal.add(200.0 + 900.0, "centre", "alarm", delivered)
    journal.add(200.0 + 900.1, "centre", "confirmed", delivered)
    rows = {row["stage"]: row for row in budget_table(stage_events(journal, NOBODY), {}).to_pylist()}
    assert rows["first_report_delivered"]["since_detection_s"] == 0.0
    assert rows["alarm"]["inside_window"]
    assert not rows["confirmed"]["inside_window"]
    assert not rows["first_observation"]["inside_window"]
    assert rows["confirmed"]["since_previous_s"] == pytest.approx(0.1)


def test_a_message_that_is_not_a_report_is_not_detection():
    journal = Journal()
    ignition = journal.add(0.0, "fire", "ignition", None)
    dark = journal.add(5.0, "mast", "mast_dark", ignition)
    sent = journal.add(5.0, "unit", "message_sent", dark)
    journal.add(6.0, "centre", "message_delivered", sent)
    assert np.isinf(stage_events(journal, NOBODY)["first_report_delivered"][0])


def test_half_of_the_people_counts_people_and_not_parties():
    times = np.array([10.0, 20.0, 30.0, np.inf])
    assert time_of_share(times, np.array([1, 1, 6, 2]), 0.5) == (30.0, 2)
    assert time_of_share(times, np.array([6, 1, 1, 2]), 0.5) == (10.0, 0)
    assert time_of_share(times, np.array([1, 1, 1, 1]), 0.9) == (np.inf, -1)
    assert time_of_share(np.array([]), np.array([], dtype=int), 0.5) == (np.inf, -1)

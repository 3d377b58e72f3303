"""The fifteen-minute budget: when each stage between ignition and safety was reached, and who owns the time.

Detection is the first true report of this fire that is delivered to the centre; the window is the fifteen
minutes after it. A stage counts only when its chain of causes goes back to the ignition, so a false alarm
never opens the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firesim.record import Journal, table_of

WINDOW_S = 15 * 60.0

# Each stage with the one who owns the time up to it.
OWNERS: dict[str, str] = {
    "ignition": "fire",
    "detectable": "fire",
    "first_observation": "sensing",
    "first_report_delivered": "network",
    "alarm": "centre",
    "acknowledged": "operator",
    "confirmed": "operator",
    "located": "centre",
    "forecast": "centre",
    "plan": "centre",
    "units_ordered": "dispatcher",
    "first_unit_rolling": "fire service",
    "recommended": "dispatcher",
    "authorised": "authority",
    "first_alert_delivered": "network",
    "alerted_50": "channels",
    "alerted_90": "channels",
    "decided_50": "people",
    "first_departure": "people",
    "first_unit_on_scene": "fire service",
    "first_water": "fire service",
    "last_person_safe": "people",
}

# The stage that each one waits for: the time between the two is the owner's. Where that one was never reached,
# the stage before it counts (a plan on paper has no forecast).
FOLLOWS: dict[str, str] = {
    "detectable": "ignition",
    "first_observation": "detectable",
    "first_report_delivered": "first_observation",
    "alarm": "first_report_delivered",
    "acknowledged": "alarm",
    "confirmed": "acknowledged",
    "located": "confirmed",
    "forecast": "located",
    "plan": "forecast",
    "units_ordered": "acknowledged",
    "first_unit_rolling": "units_ordered",
    "recommended": "plan",
    "authorised": "recommended",
    "first_alert_delivered": "authorised",
    "alerted_50": "first_alert_delivered",
    "alerted_90": "alerted_50",
    "decided_50": "alerted_50",
    "first_departure": "ignition",
    "first_unit_on_scene": "first_unit_rolling",
    "first_water": "first_unit_on_scene",
    "last_person_safe": "decided_50",
}

# Stages that are the first event of one kind, a message being a report at the centre; the others are shares of people.
_EVENT_OF_STAGE = {
    "ignition": "ignition",
    "detectable": "detectable",
    "first_observation": "observation",
    "first_report_delivered": "message_delivered",
    "alarm": "alarm",
    "acknowledged": "acknowledged",
    "confirmed": "confirmed",
    "located": "located",
    "forecast": "forecast",
    "plan": "plan",
    "units_ordered": "unit_ordered",
    "first_unit_rolling": "unit_rolling",
    "recommended": "recommended",
    "authorised": "authorised",
    "first_alert_delivered": "alert_delivered",
    "first_departure": "departed",
    "first_unit_on_scene": "unit_on_scene",
    "first_water": "water_on",
}


@dataclass(frozen=True)
class PartyTimes:
    """What the budget asks of the parties at risk: arrays of one length. Times in seconds, inf: never."""

    people: NDArray[np.int64]
    warned_s: NDArray[np.float64]
    decided_s: NDArray[np.float64]
    safe_s: NDArray[np.float64]
    warned_event: NDArray[np.int64]  # event ids; -1: none
    decided_event: NDArray[np.int64]
    safe_event: NDArray[np.int64]


def time_of_share(times_s: NDArray[np.float64], people: NDArray[np.int64], share: float) -> tuple[float, int]:
    """When a share of all people has reached a state, and the index of the party that completes it.

    (inf, -1) when it never happens or nobody is there.
    """
    total = people.sum()
    if total == 0:
        return inf, -1
    order = np.argsort(times_s, kind="stable")
    reached = np.cumsum(people[order]) >= share * total - 1e-9
    party = int(order[np.argmax(reached)])
    return (float(times_s[party]), party) if isfinite(times_s[party]) else (inf, -1)


def stage_events(journal: Journal, at_risk: PartyTimes) -> dict[str, tuple[float, int]]:
    """Time and event of every stage, in the budget's order; (inf, -1) for one that was never reached."""
    of_this_fire = journal.descends_from(journal.first("ignition"))
    stages: dict[str, tuple[float, int]] = {}
    for stage in OWNERS:
        if stage not in _EVENT_OF_STAGE:
            stages[stage] = _share_stage(stage, at_risk)
            continue
        events = (event for event in journal.of_kind(_EVENT_OF_STAGE[stage]) if of_this_fire[event])
        if stage == "first_report_delivered":
            events = (event for event in events if _is_report(journal, event))
        event_id = next(events, -1)
        stages[stage] = (journal.time_of(event_id) if event_id >= 0 else inf, event_id)
    return stages


def _is_report(journal: Journal, delivery: int) -> bool:
    """Whether what has been delivered told the centre of something seen."""
    return journal.actor_of(delivery) == "centre" and "observation" in map(journal.kind_of, journal.chain(delivery))


def _share_stage(stage: str, at_risk: PartyTimes) -> tuple[float, int]:
    times_s, events, share = {
        "alerted_50": (at_risk.warned_s, at_risk.warned_event, 0.5),
        "alerted_90": (at_risk.warned_s, at_risk.warned_event, 0.9),
        "decided_50": (at_risk.decided_s, at_risk.decided_event, 0.5),
        "last_person_safe": (at_risk.safe_s, at_risk.safe_event, 1.0),
    }[stage]
    time_s, party = time_of_share(times_s, at_risk.people, share)
    return time_s, int(events[party]) if party >= 0 else -1


def started_s(stage: str, times_s: Mapping[str, float]) -> float:
    """When the stage's owner took over: the time of the stage that it follows; NaN for the first."""
    before = FOLLOWS.get(stage)
    while before is not None and not isfinite(times_s[before]):
        before = FOLLOWS.get(before)
    return nan if before is None else times_s[before]


def budget_table(stages: Mapping[str, tuple[float, int]], earliest_possible_s: Mapping[str, float]) -> pa.Table:
    """`budget.csv`: every stage, always, in order; times empty where a stage was never reached."""
    ignition_s = stages["ignition"][0]
    detection_s = stages["first_report_delivered"][0]
    times = {stage: time_s for stage, (time_s, _) in stages.items()}
    rows: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for stage, owner in OWNERS.items():
        time_s, event_id = stages[stage]
        reached = isfinite(time_s)
        since_detection_s = time_s - detection_s if reached and isfinite(detection_s) else nan
        rows["stage"].append(stage)
        rows["time_s"].append(time_s)
        rows["since_ignition_s"].append(time_s - ignition_s if reached else nan)
        rows["since_previous_s"].append(time_s - started_s(stage, times) if reached else nan)
        rows["since_detection_s"].append(since_detection_s)
        rows["earliest_possible_s"].append(earliest_possible_s.get(stage, nan))
        rows["owner"].append(owner)
        rows["inside_window"].append(bool(0.0 <= since_detection_s <= WINDOW_S))
        rows["event_id"].append(event_id if event_id >= 0 else None)
    return table_of("budget", rows)


_COLUMNS = (
    "stage", "time_s", "since_ignition_s", "since_previous_s", "since_detection_s",
    "earliest_possible_s", "owner", "inside_window", "event_id",
)  # fmt: skip

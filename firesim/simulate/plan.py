"""`plan.md`: what the centre knew and ordered, as a chief would read it."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING

from firesim.command.evacuation import ALL_CLEAR
from firesim.command.ground import Ground
from firesim.link.messages import AT_ONCE, IN_PLACE, Alert, ContraflowOrder, FetchOrder, Recommendation, UnitOrder
from firesim.simulate.advised import Told, advised, ground_of

if TYPE_CHECKING:
    from firesim.simulate.result import Run

MILESTONES = (
    "alarm", "acknowledged", "confirmed", "located", "forecast", "plan", "recommended", "authorised", "refused",
    "all_clear",
)  # fmt: skip


def plan_text(run: Run) -> str:
    """The plan: when what was known, which zones leave by which road before when, which unit goes where."""
    lines = [
        f"# Response plan: {run.scenario.name}, strategy {run.strategy}",
        "",
        f"Seed {run.seed}, replicate {run.replicate}. Simulated; surface fire only. All alerts are drafts.",
        "",
        "## What the centre knew, and when",
        "",
        *_known(run),
        "",
        "## Who leaves",
        "",
        *_zones(run),
        "",
        "## When zones have to be told",
        "",
        *_triggers(run),
        "",
        "## When the roads will be clear",
        "",
        *_clearance(run),
        "",
        *_contraflow(run),
        "## Units",
        "",
        *_units(run),
    ]
    return "\n".join(lines) + "\n"


def _clock(run: Run, time_s: float) -> str:
    if time_s == AT_ONCE:
        return "at once"
    if not isfinite(time_s):
        return "no limit foreseen"
    return (run.scenario.fields.start + timedelta(seconds=round(time_s))).strftime("%H:%M:%S")


def _known(run: Run) -> list[str]:
    events = run.tables["events"].to_pylist()
    rows = [
        f"| {_clock(run, event['time_s'])} | {event['kind'].replace('_', ' ')} | {event['detail']} |"
        for event in events
        if event["actor"] == "centre" and event["kind"] in MILESTONES
    ]
    return ["| time | stage | detail |", "|---|---|---|", *rows] if rows else ["Nothing reached the centre."]


def _zones(run: Run) -> list[str]:
    """Every change of what was recommended for a zone and of what it was told: its last alert held at the end."""
    told = sorted(advised(run, Recommendation) + advised(run, Alert), key=lambda one: one.issued.event_id)
    head = [
        "| time | said | zone | go to | where boats or buses come | by (nodes) | leave before | why |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return head + [_zone_row(run, one) for one in told] if told else ["No evacuation was recommended."]


def _zone_row(run: Run, told: Told) -> str:
    ground, one = ground_of(run), told.advice
    zone = ground.zones[ground.zone_index[one.zone]].name
    said = "recommended" if isinstance(told.issued.order.body, Recommendation) else "alert"
    landing, stop = ground.landing_names.get(one.landing), ground.stop_names.get(one.stop)
    pick_up = ", ".join(
        f"{what} {names[0]}" for what, names in (("landing", landing), ("bus stop", stop)) if names is not None
    )
    road = " ".join(one.route) if told.has_road else ""
    before = _clock(run, one.deadline_s) if told.has_road else ""
    return (
        f"| {_clock(run, told.issued.time_s)} | {said}: {told.level} | {zone} | {_goal(ground, told)} | {pick_up} | "
        f"{road} | {before} | {one.why} |"
    )


def _goal(ground: Ground, told: Told) -> str:
    if told.level == ALL_CLEAR:
        return ""
    if told.advice.refuge in ground.refuge_index:
        return ground.refuges[ground.refuge_index[told.advice.refuge]].name
    if told.level == "warning":
        return ""
    return "stay inside" if told.advice.refuge == IN_PLACE else "the shore"


def _triggers(run: Run) -> list[str]:
    """The first plan's trigger times, the most urgent first; all plans are in `triggers.csv`."""
    plans = run.clockwork.centre.triggers
    rows = [one for one in plans[0] if one.limited_by] if plans else []
    if not rows:
        return ["No forecast sets a time."]
    names = {zone.zone: zone.name for zone in run.scenario.place.settlement.zones}
    made, notice_min = _clock(run, plans[0][0].made_s), plans[0][0].mobilise_s / 60
    lines = [
        f"As forecast at {made}; people are taken to set out {notice_min:.0f} min after they are told.",
        "",
        "| zone | people | leave before: early | middle | late | tell before: middle | because of |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in sorted(rows, key=lambda one: one.leave_by_s):
        times = " | ".join(_trigger(run, at_s) for at_s in (*one.leave_by_s, one.tell_by_s[1]))
        lines.append(f"| {names.get(one.zone, one.zone)} | {one.people} | {times} | {one.limited_by} |")
    return lines


def _clearance(run: Run) -> list[str]:
    """The first plan's own estimate of when people are out; those of all plans are in `clearance.csv`."""
    plans = run.clockwork.centre.clearance
    if not plans:
        return ["Nobody was told to leave by road, or no forecast was made."]
    names = {zone.zone: zone.name for zone in run.scenario.place.settlement.zones} | {"": "all of these"}
    whole = next(one for one in plans[0] if not one.zone)
    said = (
        f"As the centre worked it out at {_clock(run, whole.made_s)}, with queues, on the roads it believed open; "
        f"beside them {whole.shadow_vehicles} vehicles of zones that were not told. The margin is to the forecast "
        "closing of a road on the way."
    )
    lines = [
        said,
        "",
        "| those told who leave | zone | vehicles | 50 % out | 90 % out | all out | least margin [min] | late |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in plans[0]:
        times = " | ".join(_clock(run, at_s) if isfinite(at_s) else "never" for at_s in one.clear_s)
        margin = f"{one.least_margin_s / 60:.0f}" if isfinite(one.least_margin_s) else "no road closes"
        if one.least_margin_s == float("-inf"):
            margin = "never through"
        lines.append(
            f"| {one.compliance:.0%} | {names.get(one.zone, one.zone)} | {one.vehicles} | {times} | {margin} | "
            f"{one.late_share:.0%} |"
        )
    return lines


def _contraflow(run: Run) -> list[str]:
    """What the police at the roads were told; no section where they were told nothing."""
    rows = [
        f"| {_clock(run, issued.time_s)} | {', '.join(f'{u} to {v}' for u, v in body.stretches) or 'none'} | "
        f"{issued.order.why} | {issued.order.authorised_by} |"
        for issued in run.clockwork.centre.issued
        if isinstance(body := issued.order.body, ContraflowOrder)
    ]
    head = ["| time | both lanes from node to node | why | authorised by |", "|---|---|---|---|"]
    return ["## Contraflow", "", *head, *rows, ""] if rows else []


def _trigger(run: Run, time_s: float) -> str:
    return "no way out" if time_s < 0.0 and not isfinite(time_s) else _clock(run, time_s)


def _units(run: Run) -> list[str]:
    rows = [
        f"| {_clock(run, issued.time_s)} | {body.unit} | {body.task} | {' '.join(body.route)} | {issued.order.why} |"
        for issued in run.clockwork.centre.issued
        if isinstance(body := issued.order.body, UnitOrder | FetchOrder)
    ]
    return ["| time | unit | task | road (nodes) | why |", "|---|---|---|---|---|", *rows] if rows else ["None sent."]

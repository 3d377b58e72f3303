"""`plan.md`: what the centre knew and ordered, as a chief would read it."""

from __future__ import annotations

from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING

from firesim.link.messages import Alert, Recommendation, UnitOrder, ZoneAdvice

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
        "## Units",
        "",
        *_units(run),
    ]
    return "\n".join(lines) + "\n"


def _clock(run: Run, time_s: float) -> str:
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
    names = {zone.zone: zone.name for zone in run.scenario.place.settlement.zones}
    refuges = {refuge.refuge: refuge.name for refuge in run.scenario.place.settlement.refuges}
    rows, seen = [], set()
    for issued in run.clockwork.centre.issued:
        body = issued.order.body
        if not isinstance(body, Recommendation | Alert):
            continue
        kind = "recommended" if isinstance(body, Recommendation) else "alert"
        for one in body.advice:
            key = (kind, body.level, one.zone, one.refuge, tuple(one.route))
            if key not in seen:
                seen.add(key)
                rows.append(_zone_row(run, issued.time_s, kind, body.level, one, names, refuges))
    head = ["| time | said | zone | go to | by (nodes) | leave before | why |", "|---|---|---|---|---|---|---|"]
    return head + rows if rows else ["No evacuation was recommended."]


def _zone_row(
    run: Run, time_s: float, kind: str, level: str, one: ZoneAdvice, names: dict[str, str], refuges: dict[str, str]
) -> str:
    to = refuges.get(one.refuge, "the shore" if level == "order" else "")
    road = " ".join(one.route) if len(one.route) > 1 else ""
    return (
        f"| {_clock(run, time_s)} | {kind}: {level} | {names.get(one.zone, one.zone)} | {to} | {road} | "
        f"{_clock(run, one.deadline_s)} | {one.why} |"
    )


def _units(run: Run) -> list[str]:
    rows = [
        f"| {_clock(run, issued.time_s)} | {issued.order.body.unit} | {issued.order.body.task} | "
        f"{' '.join(issued.order.body.route)} | {issued.order.why} |"
        for issued in run.clockwork.centre.issued
        if isinstance(issued.order.body, UnitOrder)
    ]
    return ["| time | unit | task | road (nodes) | why |", "|---|---|---|---|---|", *rows] if rows else ["None sent."]

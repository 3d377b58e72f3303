"""Those who called for help, as the centre knows of them: by their calls, and by what crews said at their doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from firesim.link.messages import CallAnswer, FetchReport, HelpCall

if TYPE_CHECKING:
    from firesim.command.picture import Picture

# What becomes of a case. Gone: a crew found nobody; out of reach: a crew could not get them away.
WAITS, ABOARD, SAFE, GONE, OUT_OF_REACH = "waits", "aboard", "safe", "gone", "out of reach"
_AFTER = {"laden": ABOARD, "nobody_there": GONE, "cannot_reach": OUT_OF_REACH}


@dataclass
class Case:
    """One party that called.

    `message_id`: its last call; `settled_s`: when a crew saw what `state` says [s]; `crew_said`: why it came away
    without them; `told`: why nobody comes, each reason that was answered once, the last one last.
    """

    call: HelpCall
    message_id: str
    state: str = WAITS
    settled_s: float = -inf
    crew_said: str = ""
    told: list[str] = field(default_factory=list)

    @property
    def household(self) -> str:
        return self.call.household


def hear_call(picture: Picture, call: HelpCall, message_id: str) -> bool:
    """Take a call into the picture; whether it is of somebody who is to be fetched, as far as was known not so far."""
    case = picture.cases.get(call.household)
    if case is None:
        picture.cases[call.household] = Case(call, message_id)
        return True
    if case.state not in (WAITS, GONE, OUT_OF_REACH) or call.seen_s <= case.settled_s:
        return False
    is_news = case.state != WAITS
    case.call, case.message_id, case.state = call, message_id, WAITS
    return is_news


def hear_report(picture: Picture, report: FetchReport, now_s: float) -> bool:
    """Take over what an ambulance says; whether it is free for somebody else by that."""
    crew = picture.units.get(report.unit)
    if crew is None or report.seen_s < crew.seen_s:
        return False
    crew.state, crew.reason = report.state, report.reason
    crew.be_at(report.x_m, report.y_m, report.seen_s)
    crew.seen_s, crew.heard_s = report.seen_s, now_s
    crew.at_it_s = now_s if report.state in ("loading", "laden") and report.household == crew.household else -inf
    case = picture.cases.get(report.household)
    if case is not None:
        after = _AFTER.get(report.state, "")
        if report.state == "let_off" and report.people > 0:
            after = SAFE  # whether or not it was heard that they were aboard
        if after:
            case.state, case.settled_s, case.crew_said = after, report.seen_s, f"the crew came away: {report.reason}"
    if report.state not in ("let_off", "nobody_there", "cannot_reach") or crew.household not in ("", report.household):
        return False
    crew.task, crew.household = "", ""
    return True


def note_answer(picture: Picture, answer: CallAnswer) -> None:
    """Remember what a caller was told."""
    if answer.household in picture.cases:
        picture.cases[answer.household].told.append(answer.why)


def warnings_of(picture: Picture) -> list[str]:
    """What a reader of a run must be told of those who called and were not fetched, as the centre saw it."""
    reasons: dict[str, int] = {}
    for case in picture.cases.values():
        if case.state in (WAITS, OUT_OF_REACH, ABOARD):
            last = case.told[-1] if case.told else "waited when the run ended"
            why = "aboard when the run ended" if case.state == ABOARD else last
            reasons[why] = reasons.get(why, 0) + case.call.people
    said = "; ".join(f"{people}: {why}" for why, people in sorted(reasons.items()))
    return [f"{sum(reasons.values())} people called for help and were not fetched ({said})"] if reasons else []

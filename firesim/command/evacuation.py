"""From what a policy wants people to be told to what is asked of the authority and what goes out as alerts.

The authority decides whether a zone is warned or ordered to leave. By which road is a matter of the service:
a road that changes before the decision changes the pending advice, and one that changes after it goes out at
once under the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import msgspec

from firesim.command import alerts, boats, buses, contraflow, routes
from firesim.command.crews import Advised
from firesim.command.happening import what_happens
from firesim.command.orders import Order
from firesim.command.picture import Picture
from firesim.link.messages import Alert, Recommendation, ZoneAdvice

ALL_CLEAR = "all-clear"


@dataclass
class Sorted:
    """A policy's recommendation, zone by zone: to be asked, or already decided and to be told at once."""

    to_ask: list[ZoneAdvice] = field(default_factory=list)
    to_tell: dict[str, list[ZoneAdvice]] = field(default_factory=dict)  # by who authorised it


def sort_out(picture: Picture, body: Recommendation, now_s: float) -> Sorted:
    """Which zones of a recommendation need a decision, and which changed advice is covered by one.

    Advice on which a decision is pending is changed in the picture, so that what goes out is the newest.
    """
    result = Sorted()
    for advice in body.advice:
        told = picture.advised.get(advice.zone)
        is_stale = told is not None and now_s - told.at_s >= picture.parameters.decision_patience_s
        if told is None or told.level != body.level or (told.answer != "authorised" and is_stale):
            result.to_ask.append(advice)
        elif told.answer == "authorised":
            result.to_tell.setdefault(told.authorised_by, []).append(advice)
        elif told.answer == "asked":
            told.advice = advice
    return result


def ask(picture: Picture, order_id: str, body: Recommendation, now_s: float) -> None:
    """Note what the authority has been asked."""
    for advice in body.advice:
        before = picture.advised.get(advice.zone)
        asked = Advised if before is None else before.asked_anew
        picture.advised[advice.zone] = asked(body.level, advice, order_id, now_s)


def answered(picture: Picture, order_id: str, approved: bool, by: str, now_s: float) -> list[Advised]:
    """Note the authority's answer; returns the zones that it settles."""
    settled = [told for told in picture.advised.values() if told.order_id == order_id]
    for told in settled:
        told.answer = "authorised" if approved else "refused"
        told.authorised_by = by if approved else ""
        told.answered_s = now_s
    return settled


def alert_orders(picture: Picture, level: str, settled: Sequence[ZoneAdvice], by: str, now_s: float) -> list[Order]:
    """One alert a channel and text; orders without id and cause.

    Each zone is told what holds now, however long ago it was asked for: nobody is given a deadline that has
    passed. What they are told is noted in the picture.
    """
    if level == ALL_CLEAR:
        advice = [msgspec.structs.replace(one, deadline_s=inf) for one in settled]
    else:
        advice = [
            boats.with_landing(picture, routes.as_of_now(picture, one, now_s, boats.landing_for), now_s)
            for one in settled
        ]
        advice = [buses.while_served(picture, one, now_s) for one in advice]
        advice = [contraflow.with_lanes(picture, one, picture.lanes.edges) for one in advice]
        for one in advice:
            zone = picture.advised[one.zone]
            zone.advice, zone.was_warned = one, True
            if level == "order":
                zone.say(one, now_s)
    orders = []
    for draft in alerts.drafts(picture.ground, level, advice):
        happens_el, happens_en = what_happens(picture, level, draft.advice, now_s)
        for channel in picture.channels:
            body = Alert(
                order="",
                channel=channel,
                level=level,
                advice=list(draft.advice),
                text_el=draft.text_el,
                text_en=draft.text_en,
                authorised_by=by,
                happens_el=happens_el,
                happens_en=happens_en,
            )
            orders.append(_alert_order(picture, channel, body))
    return orders


def _alert_order(picture: Picture, channel: str, body: Alert) -> Order:
    deadline_s = min(one.deadline_s for one in body.advice)
    dark = ", ".join(picture.dark_masts)
    why = f"{body.level}: " + "; ".join(f"{one.zone}: {one.why}" for one in body.advice)
    if dark and channel != "knock":
        why += f" (masts reported dark: {dark}; phones near them hear nothing)"
    routes_given = {tuple(one.route) for one in body.advice}
    route = tuple(body.advice[0].route) if len(routes_given) == 1 else ()
    return Order(
        "alert", f"channel:{channel}", body, why, route=route, deadline_s=deadline_s, authorised_by=body.authorised_by
    )

"""What people have been told already, and what it takes to tell them something else.

Forecasts come and go, and each draws its line elsewhere. Who was told one thing and a minute later the other believes
neither. So advice that is in force is weighed otherwise than new advice: notice counts from when people were told, not
from each plan anew; and who was told to stay, or to go to the shore, is told otherwise only if that is clearly better,
or bad in no forecast. Danger to those who leave is no matter of this: a road is taken back when the forecast has it
safe no longer, or as soon after as a loss that was not foreseen is known and a new plan is made.
"""

from __future__ import annotations

from firesim.command.picture import Picture
from firesim.link.messages import TO_THE_SHORE, ZoneAdvice


def lasts_until_s(picture: Picture, advice: ZoneAdvice, now_s: float) -> float:
    """How late a road has to be safe to be left by, for its zone to be told of it, or told still. [s]

    Its people need `least_notice_s` from when they were first told of that road; by then, and never before now.
    """
    told = picture.advised.get(advice.zone)
    is_known = told is not None and told.said is not None and told.said.route == advice.route
    since_s = told.said_s if told is not None and is_known else now_s
    return max(now_s, since_s + picture.parameters.least_notice_s)


def told_to_stay(picture: Picture, zone: int) -> ZoneAdvice | None:
    """The advice in force in a zone, if it is not to leave by road: stay inside, or go to the shore; else None."""
    told = picture.advised.get(picture.ground.zones[zone].zone)
    said = None if told is None else told.said
    return None if said is None or said.refuge in picture.ground.refuge_index else said


def in_words(said: ZoneAdvice) -> str:
    """What those who are not to leave by road were told."""
    return "told to go to the shore" if said.refuge == TO_THE_SHORE else "told to stay inside"


def shore_told_s(picture: Picture, zone: int, now_s: float) -> float:
    """Since when a zone's people know that they are to go to the shore; now, if they do not. [s]"""
    said = told_to_stay(picture, zone)
    if said is None or said.refuge != TO_THE_SHORE:
        return now_s
    return picture.advised[said.zone].said_s


def clear_share(picture: Picture, zone: int) -> float:
    """By what share of the forecasts leaving has to end better than staying; 0 for who was not told to stay. [0, 1]"""
    return 0.0 if told_to_stay(picture, zone) is None else picture.parameters.change_share


def may_leave(picture: Picture, zone: int, leaving: float, staying: float) -> bool:
    """Whether a zone is to leave by a road, by the shares of forecasts in which leaving and staying end badly. [0, 1]

    Who was told to stay leaves if it is better by `change_share`, or ends badly in no forecast. But who waits where
    boats come is being fetched: at equal numbers nobody is turned back from there to the road.
    """
    said = told_to_stay(picture, zone)
    if said is None:
        return leaving <= staying
    return leaving <= staying - clear_share(picture, zone) or (leaving == 0.0 and not said.landing)


def departures_s(picture: Picture, zone: int, now_s: float) -> tuple[float, ...]:
    """When those set out for whom a way has to be safe, to be tried one after another. [s]

    Most leave `mobilise_s` after the plan; a way that only the quickest could use is the second choice, and none for
    who was told to stay and has settled down to that.
    """
    p = picture.parameters
    most_s, quickest_s = now_s + p.mobilise_s, now_s + p.least_notice_s
    return (most_s, quickest_s) if told_to_stay(picture, zone) is None else (most_s,)

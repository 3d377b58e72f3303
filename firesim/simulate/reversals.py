"""How often people were told the opposite of what they had just been told, or lost the bus stop that they knew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from firesim.command.ground import Ground
from firesim.link.messages import IN_PLACE, TO_THE_SHORE, Alert, ZoneAdvice
from firesim.simulate.machines import IssuedOrder

JUST_TOLD_S = 900.0  # within a quarter of an hour people are still about what they were told before; judgement
BY_ROAD = "leave by road"
_KINDS = {TO_THE_SHORE: "go to the shore", IN_PLACE: "stay inside"}


def reversal_warnings(issued: Sequence[IssuedOrder], ground: Ground) -> list[str]:
    """Lines on zones that were told otherwise again and again: where to go, and at which bus stop."""
    reversed_in, stops_in = _counts(issued)
    said = []
    if reversed_in:
        times, most = _times_and_most(reversed_in, ground)
        said.append(
            f"{times} a zone was told otherwise ({', '.join((BY_ROAD, *_KINDS.values()))}) "
            f"less than {JUST_TOLD_S / 60:.0f} min after it was told: {most}"
        )
    if stops_in:
        times, most = _times_and_most(stops_in, ground)
        said.append(f"{times} the bus stop of a zone was taken back or another named: {most}")
    return said


def _counts(issued: Sequence[IssuedOrder]) -> tuple[Counter[str], Counter[str]]:
    """How often each zone was told the opposite of what it had just been told, and lost the bus stop that it knew."""
    reversed_in, stops_in = Counter[str](), Counter[str]()
    last: dict[str, tuple[float, ZoneAdvice]] = {}
    for one in issued:
        body = one.order.body
        if not isinstance(body, Alert) or body.level != "order":
            continue
        for advice in body.advice:
            at_s, before = last.get(advice.zone, (one.time_s, advice))
            if _kind(before) != _kind(advice) and one.time_s - at_s <= JUST_TOLD_S:
                reversed_in[advice.zone] += 1
            if before.stop and before.stop != advice.stop:
                stops_in[advice.zone] += 1
            last[advice.zone] = (one.time_s, advice)  # the other channels say the same at the same moment
    return reversed_in, stops_in


def _kind(advice: ZoneAdvice) -> str:
    """What people are to do; the refuge and the road may change without being the opposite."""
    return _KINDS.get(advice.refuge, BY_ROAD)


def _times_and_most(counts: Counter[str], ground: Ground) -> tuple[str, str]:
    """How often it happened to any zone, one alert to several zones counted for each, and to which zone most."""
    total = sum(counts.values())
    zone, most = min(counts.items(), key=lambda one: (-one[1], one[0]))
    name = ground.zones[ground.zone_index[zone]].name
    return ("once", name) if total == 1 else (f"{total} times", f"most often {name} ({most})")

"""What each zone was told, from when until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import TYPE_CHECKING

import msgspec

from firesim.command.dispatcher import Dispatcher
from firesim.command.evacuation import ALL_CLEAR
from firesim.command.ground import Ground
from firesim.link.messages import Alert, Recommendation, ZoneAdvice

if TYPE_CHECKING:
    from firesim.simulate.machines import IssuedOrder
    from firesim.simulate.result import Run


@dataclass(frozen=True)
class Told:
    """One piece of advice to one zone: the order that gave it, and until when it was the last word.

    `until_s`: when its zone was told anything else, be it a nearer deadline; inf: it stood at the end. [s]
    """

    issued: IssuedOrder
    level: str
    advice: ZoneAdvice
    until_s: float = inf

    @property
    def has_road(self) -> bool:
        """Whether it names a road to leave by, now or later."""
        return self.level != ALL_CLEAR and len(self.advice.route) > 1

    def goes_as(self, other: Told) -> bool:
        """Whether both send people to the same place by the same road; who has none, to the same landing."""
        mine, theirs = self.advice, other.advice
        if (self.level == ALL_CLEAR) != (other.level == ALL_CLEAR):
            return False
        same_landing = self.has_road or mine.landing == theirs.landing
        return (mine.refuge, mine.route) == (theirs.refuge, theirs.route) and same_landing


@dataclass(frozen=True)
class Way:
    """Where one zone was to go, and by which road, for as long as it was told of no other.

    Its deadline, its bus stop and its level may change meanwhile: `first` gave the way, `last` is what was said of it
    last.
    """

    first: Told
    last: Told

    @property
    def withdrawn_s(self) -> float:
        """When its zone was told another road, another place, no road, or the all-clear; inf: it stood. [s]"""
        return self.last.until_s

    @property
    def is_in_force(self) -> bool:
        """Whether it stood at the end of the run."""
        return not isfinite(self.withdrawn_s)


def advised(run: Run, kind: type[Alert | Recommendation] = Alert) -> list[Told]:
    """All that zones were told by alerts, or that was recommended for them, in order."""
    bodies = [(one, one.order.body) for one in run.clockwork.centre.issued]
    return in_turn(
        (one, body.level, advice) for one, body in bodies if isinstance(body, kind) for advice in body.advice
    )


def in_turn(given: Iterable[tuple[IssuedOrder, str, ZoneAdvice]]) -> list[Told]:
    """Advice that is new to its zone, in order: an alert goes out on several channels with the same words.

    New is what differs from the last that the zone was told, in anything but the reason: advice that returns to
    earlier advice is new too.
    """
    result: list[Told] = []
    last: dict[str, int] = {}
    for issued, level, advice in given:
        k = last.get(advice.zone)
        if k is not None:
            if _same(result[k], level, advice):
                continue
            result[k] = replace(result[k], until_s=issued.time_s)
        last[advice.zone] = len(result)
        result.append(Told(issued, level, advice))
    return result


def ways(told: Iterable[Told]) -> list[Way]:
    """The ways that zones were told of, by when each was first told: words that change about a road keep the road."""
    result: list[Way] = []
    newest: dict[str, int] = {}
    for one in told:
        k = newest.get(one.advice.zone)
        if k is not None and one.goes_as(result[k].last):
            result[k] = replace(result[k], last=one)
            continue
        newest[one.advice.zone] = len(result)
        result.append(Way(one, one))
    return result


def _same(told: Told, level: str, advice: ZoneAdvice) -> bool:
    return told.level == level and told.advice == msgspec.structs.replace(advice, why=told.advice.why)


def ground_of(run: Run) -> Ground:
    """The ground as the centre was briefed of it."""
    machine = run.clockwork.centre.machine
    assert isinstance(machine, Dispatcher)
    return machine.picture.ground

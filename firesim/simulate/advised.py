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
    """One piece of advice to one zone: the order that gave it, and until when it held.

    `withdrawn_s`: when its zone was told something else; inf: it stood at the end. [s]
    """

    issued: IssuedOrder
    level: str
    advice: ZoneAdvice
    withdrawn_s: float = inf

    @property
    def is_in_force(self) -> bool:
        """Whether it stood at the end of the run."""
        return not isfinite(self.withdrawn_s)

    @property
    def has_road(self) -> bool:
        """Whether it names a road to leave by, now or later."""
        return self.level != ALL_CLEAR and len(self.advice.route) > 1


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
            result[k] = replace(result[k], withdrawn_s=issued.time_s)
        last[advice.zone] = len(result)
        result.append(Told(issued, level, advice))
    return result


def _same(told: Told, level: str, advice: ZoneAdvice) -> bool:
    return told.level == level and told.advice == msgspec.structs.replace(advice, why=told.advice.why)


def ground_of(run: Run) -> Ground:
    """The ground as the centre was briefed of it."""
    machine = run.clockwork.centre.machine
    assert isinstance(machine, Dispatcher)
    return machine.picture.ground

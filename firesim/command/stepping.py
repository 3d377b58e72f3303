"""How a state machine is brought up to a moment: the one stepping that runs and replays share."""

from __future__ import annotations

from typing import Protocol

from firesim.command.orders import Milestone, Order

Output = Order | Milestone


class Machine(Protocol):
    """A state machine that is fed bytes: the dispatcher, or the authority."""

    @property
    def next_wake_s(self) -> float: ...

    def handle(self, now_s: float, payload: bytes | None) -> list[Output]: ...


def step(machine: Machine, now_s: float, payload: bytes | None = None) -> list[tuple[float, Output]]:
    """Bring a machine up to now: the wake-ups that are due, then the delivery, if there is one.

    The convention of every run and replay: a delivery and a wake-up of one instant are handled in this order,
    delivery first. Without a payload, wake-ups at `now_s` itself are handled too. Returns what came of it, each
    with its time.
    """
    result: list[tuple[float, Output]] = []
    while machine.next_wake_s < now_s or (payload is None and machine.next_wake_s <= now_s):
        wake_s = machine.next_wake_s
        result += [(wake_s, output) for output in machine.handle(wake_s, None)]
    if payload is not None:
        result += [(now_s, output) for output in machine.handle(now_s, payload)]
    return result

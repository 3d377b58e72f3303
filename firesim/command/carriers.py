"""A boat or a bus as the centre believes it to be: last heard of, last told."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from firesim.link.messages import BoatStatus, BusStatus


@dataclass(kw_only=True)
class Carrier:
    """What it was last heard to be about, and what it was last told."""

    state: str = ""
    reason: str = ""
    aboard: int = 0
    landed: int = 0  # people let off in safety so far
    waiting: int = -1
    seen_s: float = -inf
    heard_s: float = -inf
    task: str = ""
    order_id: str = ""
    ordered_s: float = -inf

    @property
    def is_busy(self) -> bool:
        """Whether it fetches people by its orders, as far as is known."""
        return self.task == "lift"

    def has_said(self, *states: str) -> bool:
        """Whether one of these is what it has said last, since its orders."""
        return self.state in states and self.heard_s > self.ordered_s

    @property
    def is_idle_there(self) -> bool:
        """Whether it is where it was sent and has said that nobody waits."""
        return self.is_busy and self.has_said("nobody_there")

    def hear(self, report: BoatStatus | BusStatus, now_s: float) -> bool:
        """Take over what it says; whether that is something new."""
        is_new = self.state != report.state or self.reason != report.reason
        self.state, self.reason, self.waiting = report.state, report.reason, report.waiting
        self.aboard, self.landed = report.aboard, report.landed
        self.seen_s, self.heard_s = report.seen_s, now_s
        return is_new

"""What a state machine means to do later, and the messages that it goes back to."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf


@dataclass(frozen=True)
class Due:
    """Something to be done at a later moment, and the message that it goes back to."""

    at_s: float
    number: int  # dues of one instant are done in the order in which they arose
    what: str  # acknowledge, forecast, plan, review, task, fetch, or repeat
    because: str
    name: str = ""  # of the incident, or of the order to repeat


class Schedule:
    """The dues of one machine."""

    def __init__(self) -> None:
        self._dues: list[tuple[float, int, Due]] = []  # a heap by time and number
        self._count = 0

    @property
    def next_s(self) -> float:
        """When the next is due; inf: none."""
        return self._dues[0][0] if self._dues else inf

    def add(self, what: str, at_s: float, because: str, name: str = "") -> None:
        self._count += 1
        heappush(self._dues, (at_s, self._count, Due(at_s, self._count, what, because, name)))

    def add_once(self, what: str, at_s: float, because: str) -> None:
        """The same, unless one of its kind is waiting: it will see the newest picture anyway."""
        if not self.awaits(what):
            self.add(what, at_s, because)

    def awaits(self, what: str) -> bool:
        """Whether one of a kind is waiting."""
        return any(due.what == what for *_, due in self._dues)

    def put_off(self, what: str) -> None:
        """Drop all of a kind."""
        self._dues = [one for one in self._dues if one[2].what != what]
        heapify(self._dues)

    def take(self, now_s: float) -> Due | None:
        """The first that is due by now, no longer waiting; None when there is none."""
        return heappop(self._dues)[2] if self._dues and self.next_s <= now_s else None

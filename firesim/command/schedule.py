"""What a state machine means to do later, and the messages that it goes back to."""

from __future__ import annotations

from dataclasses import dataclass
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
        self._dues: list[Due] = []
        self._count = 0

    @property
    def next_s(self) -> float:
        """When the next is due; inf: none."""
        return min((due.at_s for due in self._dues), default=inf)

    def add(self, what: str, at_s: float, because: str, name: str = "") -> None:
        self._count += 1
        self._dues.append(Due(at_s, self._count, what, because, name))

    def add_once(self, what: str, at_s: float, because: str) -> None:
        """The same, unless one of its kind is waiting: it will see the newest picture anyway."""
        if not any(due.what == what for due in self._dues):
            self.add(what, at_s, because)

    def put_off(self, what: str) -> None:
        """Drop all of a kind."""
        self._dues = [due for due in self._dues if due.what != what]

    def take(self, now_s: float) -> Due | None:
        """The first that is due by now, no longer waiting; None when there is none."""
        if self.next_s > now_s:
            return None
        due = min(self._dues, key=lambda one: (one.at_s, one.number))
        self._dues.remove(due)
        return due

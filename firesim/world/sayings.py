"""What is still to be said to people: alerts on their way to ears, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

_GATHERED_S = 300.0  # what is heard so soon is put together, so that few alerts have to be asked at every step


class Rows(NamedTuple):
    """What is said to whom, a column each, before anybody has heard it: in order of time, of equals the one sent first.

    s : [2, n] when it is heard, and when it was issued [s]
    what : [5, n] who, because, level, channel and advice of `hearing.Heard`
    """

    s: Floats
    what: Integers

    @property
    def at_s(self) -> Floats:
        """When it is heard. [n], s"""
        heard_s: Floats = self.s[0]
        return heard_s

    def some(self, which: Integers) -> Rows:
        """These columns of it."""
        return Rows(self.s.take(which, axis=1), self.what.take(which, axis=1))

    def between(self, first: int, last: int) -> Rows:
        """The columns from one to before another."""
        return Rows(self.s[:, first:last], self.what[:, first:last])


_NO_ROWS = Rows(np.empty((2, 0)), np.empty((5, 0), np.int64))


def _together(parts: list[Rows]) -> Rows:
    rows = Rows(*(np.concatenate(part, axis=1) for part in zip(*parts, strict=True)))
    return rows.some(rows.at_s.argsort(kind="stable"))


@dataclass
class _Sent:
    """An alert that some parties have heard and others will hear."""

    rows: Rows
    said: int  # how many have heard it
    next_s: float  # when the next one does

    def until(self, now_s: float) -> Rows:
        """What has been heard of it since it was last asked for."""
        at_s, first = self.rows.at_s, self.said
        self.said = int(at_s.searchsorted(now_s, side="right"))
        self.next_s = float(at_s[self.said]) if self.said < len(at_s) else np.inf
        return self.rows.between(first, self.said)

    def keep(self, which: Claims) -> None:
        """Forget the other columns, but for what has been said. [n]"""
        which[: self.said] = True
        if not which.all():
            self.rows = self.rows.some(which.nonzero()[0])
            self.next_s = float(self.rows.at_s[self.said]) if self.said < len(self.rows.at_s) else np.inf


class Sayings:
    """All that has been sent and not been heard yet."""

    def __init__(self) -> None:
        self._sent: list[_Sent] = []  # in order of time, and of equals in that of sending
        self._gathered_until_s = -np.inf

    def add(self, rows: Rows) -> None:
        """Somebody will hear this, in due time."""
        if len(rows.at_s):
            self._sent.append(_Sent(rows, 0, float(rows.at_s[0])))

    def until(self, now_s: float) -> Rows:
        """What is heard until now and was not asked for before."""
        if now_s > self._gathered_until_s:
            self._gathered_until_s = now_s + _GATHERED_S
            soon = self._said_until(self._gathered_until_s)
            if len(soon.at_s):  # before the rest of each alert and whatever is sent from now on
                self._sent.insert(0, _Sent(soon, 0, float(soon.at_s[0])))
        return self._said_until(now_s)

    def take_back(self, who: Integers, at_s: Floats, channel: int, levels: tuple[int, ...]) -> None:
        """These parties [n] do not hear what they were to hear at these times [n] by a channel, if of these levels."""
        if not self._sent or len(who) == 0:
            return
        of_each = np.full(int(who.max()) + 1, np.nan)
        of_each[who] = at_s
        for sent in self._sent:
            whom, _, level, by, _ = sent.rows.what
            those = ((by == channel) & (whom < len(of_each))).nonzero()[0]
            if len(those) == 0:
                continue
            those = those[np.isin(level[those], levels)]
            kept = np.ones(len(whom), np.bool_)
            kept[those] = sent.rows.at_s[those] != of_each[whom[those]]
            sent.keep(kept)
        self._sent = [sent for sent in self._sent if sent.next_s < np.inf]

    def _said_until(self, now_s: float) -> Rows:
        said = [sent.until(now_s) for sent in self._sent if sent.next_s <= now_s]
        if not said:
            return _NO_ROWS
        self._sent = [sent for sent in self._sent if sent.next_s < np.inf]
        return said[0] if len(said) == 1 else _together(said)

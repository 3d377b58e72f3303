"""What each party has heard of the alerts, and where they told it to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

NOTHING, ELSEWHERE, WARNING, ORDER = range(4)  # how far an alert concerns a party
LEVEL_WORDS = ("nothing", "alert for other zones", "warning", "order")
ALL_CLEAR = "all-clear"
_LEVELS = {"warning": WARNING, "order": ORDER, ALL_CLEAR: NOTHING}
_NONE = -1
TO_THE_SHORE = -2  # advice in itself: no road is safe any more


@dataclass(frozen=True)
class Heard:
    """Parties that have just heard something new, in order of time. Arrays of one length.

    `level` is what it means to them: higher than all they had heard before, or NOTHING for an all-clear.
    """

    who: Integers
    at_s: Floats
    because: Integers
    level: Integers
    channel: str


class Hearing:
    """The ears of all parties.

    Attributes
    ----------
    warned_s : [parties] first alert heard that was meant for their zone, `inf` if none [s]
    advice_of : [parties] number of the last advice heard, -1: none, -2: to the shore; `advice` holds (refuge
        index, route)
    """

    def __init__(self, zone_index: Integers, zones: Sequence[str], refuges: Sequence[str]) -> None:
        n = len(zone_index)
        self._zone_index, self._zones = zone_index, list(zones)
        self._refuge_index = {refuge: index for index, refuge in enumerate(refuges)}
        self.warned_s = np.full(n, np.inf)
        self.advice_of = np.full(n, _NONE, dtype=np.int64)
        self.advice: list[tuple[int, tuple[str, ...]]] = []
        self._level = np.full(n, NOTHING, dtype=np.int64)
        self._warned_by = np.full(n, _NONE, dtype=np.int64)
        self._channels: list[str] = []
        self._pending: list[tuple[Heard, Integers]] = []  # what will be heard, and the advice in it

    def hear(
        self,
        parties: ArrayLike,
        at_s: ArrayLike,
        channel: str,
        level: str,
        cause_ids: ArrayLike,
        advice: Mapping[str, tuple[str, Sequence[str]]],
    ) -> None:
        """Parties will hear an alert at `at_s`; see `People.hear`."""
        if level not in _LEVELS:
            raise ValueError(f"an alert is a warning, an order or an all-clear, not {level!r}")
        who = np.atleast_1d(np.asarray(parties, dtype=np.int64))
        when = np.broadcast_to(np.asarray(at_s, dtype=float), who.shape)
        order = np.argsort(when, kind="stable")
        levels, advised = self._meaning_for_zones(level, advice)
        if level == ALL_CLEAR:  # for other zones it says nothing
            order = order[levels[self._zone_index[who[order]]] == NOTHING]
        zone = self._zone_index[who[order]]
        because = np.broadcast_to(np.asarray(cause_ids, dtype=np.int64), who.shape)[order]
        self._pending.append((Heard(who[order], when[order], because, levels[zone], channel), advised[zone]))

    def until(self, now_s: float) -> list[Heard]:
        """What is new to parties of all that is heard until now, alert by alert as they were sent."""
        news, left = [], []
        for heard, advised in self._pending:
            n = int(np.searchsorted(heard.at_s, now_s, side="right"))
            if n:
                news.append(self._take_in(_part(heard, slice(0, n)), advised[:n]))
            if n < len(heard.who):
                left.append((_part(heard, slice(n, None)), advised[n:]))
        self._pending = left
        return [heard for heard in news if len(heard.who)]

    @property
    def warned_by(self) -> list[str]:
        """The channel of the first alert heard that was meant for their zone, empty if none. [parties]"""
        return ["" if by == _NONE else self._channels[by] for by in self._warned_by.tolist()]

    def _take_in(self, heard: Heard, advised: Integers) -> Heard:
        who = heard.who
        if (heard.level == NOTHING).all():
            return heard
        if heard.channel not in self._channels:
            self._channels.append(heard.channel)
        # Alerts are taken in as they were sent, so an earlier moment may turn up later: the earliest counts.
        # Who overhears what is said to others has not been warned.
        sooner = (heard.level > ELSEWHERE) & (heard.at_s < self.warned_s[who])
        self.warned_s[who[sooner]] = heard.at_s[sooner]
        self._warned_by[who[sooner]] = self._channels.index(heard.channel)
        self.advice_of[who] = np.where(advised == _NONE, self.advice_of[who], advised)
        raised = np.flatnonzero(heard.level > self._level[who])
        self._level[who[raised]] = heard.level[raised]
        return _part(heard, raised)

    def _meaning_for_zones(
        self, level: str, advice: Mapping[str, tuple[str, Sequence[str]]]
    ) -> tuple[Integers, Integers]:
        """What an alert means to each zone: its level there, and the number of the advice. [zones]"""
        levels = np.full(len(self._zones), ELSEWHERE, dtype=np.int64)
        advised = np.full(len(self._zones), _NONE, dtype=np.int64)
        for index, zone in enumerate(self._zones):
            if zone not in advice:
                continue
            levels[index] = _LEVELS[level]
            refuge, route = advice[zone]
            if refuge:
                advised[index] = len(self.advice)
                self.advice.append((self._refuge_index[refuge], tuple(route)))
            elif level == "order":
                advised[index] = TO_THE_SHORE
        return levels, advised


def _part(heard: Heard, which: slice | Integers) -> Heard:
    return Heard(heard.who[which], heard.at_s[which], heard.because[which], heard.level[which], heard.channel)

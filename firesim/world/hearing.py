"""What each party has heard of the alerts, and where they told it to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

NOTHING, ELSEWHERE, WARNING, ORDER = range(4)  # how far an alert concerns a party
LEVEL_WORDS = ("nothing", "alert for other zones", "warning", "order")
ALL_CLEAR = "all-clear"
_LEVELS = {"warning": WARNING, "order": ORDER, ALL_CLEAR: NOTHING}
_NONE = -1
TO_THE_SHORE = -2  # advice in itself: no road is safe any more
KNOCK = "knock"  # the channel that only those at home hear


@dataclass(frozen=True)
class Heard:
    """Parties that have just heard something, each once, in order of time. Arrays of one length.

    `level` is what it means to them, NOTHING for an all-clear; `channel` an index into `Hearing.channels`;
    `advice` the number of the advice in it, -1: none. `is_raised`: the level is higher than all they had heard
    before; `is_advised_anew`: the advice is not what they had been told last.
    """

    who: Integers
    at_s: Floats
    because: Integers
    level: Integers
    channel: Integers
    advice: Integers
    is_raised: Claims
    is_advised_anew: Claims


_FIELDS = tuple(field.name for field in fields(Heard))


class Hearing:
    """The ears of all parties.

    Attributes
    ----------
    warned_s : [parties] first alert heard that was meant for their zone, `inf` if none [s]
    advice_of : [parties] number of the last advice heard, -1: none, -2: to the shore; `advice` holds (refuge
        index, route)
    channels : names of the channels by which anything was sent
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
        self.channels: list[str] = []
        self._to_come = _nobody()  # in order of time, of one moment in the order in which it was sent
        self._said = 0  # how much of that has been heard
        self._new: list[Heard] = []  # sent since that was put in order

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
        levels, advised = self._meaning_for_zones(level, advice)
        because = np.broadcast_to(np.asarray(cause_ids, dtype=np.int64), who.shape)
        if level == ALL_CLEAR:  # for other zones it says nothing
            here = levels[self._zone_index[who]] == NOTHING
            who, when, because = who[here], when[here], because[here]
        if channel not in self.channels:
            self.channels.append(channel)
        by, no = np.full(len(who), self.channels.index(channel)), np.zeros(len(who), np.bool_)
        zone = self._zone_index[who]
        if len(who):
            self._new.append(Heard(who, when, because, levels[zone], by, advised[zone], no, no))

    def until(self, now_s: float, departed_s: Floats, leaves_s: Floats, safe_s: Floats) -> list[Heard]:
        """All that is heard until now, in rounds: the first thing that each party hears, the second, and so on.

        Parameters
        ----------
        now_s : float
            Later alerts wait. [s]
        departed_s, leaves_s, safe_s : [parties]
            From when nobody opens to a knock: they have gone, or are about to. From when nothing needs to be said
            any more. [s], inf: never
        """
        due = self._due(now_s)
        if len(due.who) == 0:
            return []
        is_heard = due.at_s < safe_s[due.who]
        if KNOCK in self.channels:
            home_until_s = np.minimum(departed_s[due.who], leaves_s[due.who])
            is_heard &= (due.channel != self.channels.index(KNOCK)) | (due.at_s < home_until_s)
        heard = due if is_heard.all() else _part(due, np.flatnonzero(is_heard))
        return [self._take_in(turn) for turn in _in_turns(heard)]

    def _due(self, now_s: float) -> Heard:
        """What is heard until now and was not yet, in order of time."""
        if self._new:
            every = [_part(self._to_come, slice(self._said, None)), *self._new]
            self._to_come, self._said, self._new = _in_time(_joined(every)), 0, []
        first = self._said
        self._said = int(np.searchsorted(self._to_come.at_s, now_s, side="right"))
        return _part(self._to_come, slice(first, self._said))

    @property
    def warned_by(self) -> list[str]:
        """The channel of the first alert heard that was meant for their zone, empty if none. [parties]"""
        return ["" if by == _NONE else self.channels[by] for by in self._warned_by.tolist()]

    def _take_in(self, heard: Heard) -> Heard:
        who = heard.who
        # Who overhears what is said to others has not been warned.
        first = (heard.level > ELSEWHERE) & np.isinf(self.warned_s[who])
        self.warned_s[who[first]] = heard.at_s[first]
        self._warned_by[who[first]] = heard.channel[first]
        is_anew = (heard.advice != _NONE) & (heard.advice != self.advice_of[who])
        self.advice_of[who[is_anew]] = heard.advice[is_anew]
        is_raised = heard.level > self._level[who]
        self._level[who[is_raised]] = heard.level[is_raised]
        return Heard(who, heard.at_s, heard.because, heard.level, heard.channel, heard.advice, is_raised, is_anew)

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
                told = (self._refuge_index[refuge], tuple(route))
                if told not in self.advice:
                    self.advice.append(told)
                advised[index] = self.advice.index(told)
            elif level == "order":
                advised[index] = TO_THE_SHORE
        return levels, advised


def _nobody() -> Heard:
    whole, claims = np.empty(0, np.int64), np.empty(0, np.bool_)
    return Heard(whole, np.empty(0), whole, whole, whole, whole, claims, claims)


def _part(heard: Heard, which: slice | Integers) -> Heard:
    return Heard(*(getattr(heard, name)[which] for name in _FIELDS))


def _joined(parts: Sequence[Heard]) -> Heard:
    return Heard(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


def _in_time(heard: Heard) -> Heard:
    """In order of time; of one moment, in the order given."""
    return _part(heard, np.argsort(heard.at_s, kind="stable"))


def _in_turns(heard: Heard) -> list[Heard]:
    """Split what is in order of time into rounds in which each party hears one thing."""
    n = len(heard.who)
    if len(set(heard.who.tolist())) == n:
        return [heard] if n else []
    by_party = np.argsort(heard.who, kind="stable")
    who = heard.who[by_party]
    is_first = np.ones(n, np.bool_)
    is_first[1:] = who[1:] != who[:-1]
    starts = np.flatnonzero(is_first)
    turn = np.empty(n, dtype=np.int64)
    turn[by_party] = np.arange(n) - np.repeat(starts, np.diff(np.append(starts, n)))
    return [_part(heard, np.flatnonzero(turn == k)) for k in range(int(turn.max()) + 1)]

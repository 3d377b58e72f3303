"""What each party has heard of the alerts, and where they told it to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

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


@dataclass
class _Sent:
    """An alert that some parties have heard and others will hear: they are in order of time."""

    heard: Heard
    said: int  # how many have heard it
    next_s: float  # when the next one does


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
        self._pending: list[_Sent] = []

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
        because = np.broadcast_to(np.asarray(cause_ids, dtype=np.int64), who.shape)[order]
        who, when = who[order], when[order]
        if channel not in self.channels:
            self.channels.append(channel)
        by, no = np.full(len(who), self.channels.index(channel)), np.zeros(len(who), np.bool_)
        zone = self._zone_index[who]
        if len(who):
            heard = Heard(who, when, because, levels[zone], by, advised[zone], no, no)
            self._pending.append(_Sent(heard, 0, float(when[0])))

    def until(self, now_s: float, home_until_s: Floats, safe_s: Floats) -> list[Heard]:
        """All that is heard until now, in rounds: the first thing that each party hears, the second, and so on.

        Parameters
        ----------
        now_s : float
            Later alerts wait. [s]
        home_until_s, safe_s : [parties]
            From when nobody opens to a knock, and from when nothing needs to be said any more. [s], inf: never
        """
        due_now = [sent for sent in self._pending if sent.next_s <= now_s]
        if not due_now:
            return []
        parts = [_said_by(sent, now_s) for sent in due_now]
        self._pending = [sent for sent in self._pending if np.isfinite(sent.next_s)]
        due = Heard(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))
        is_knock = np.array([channel == KNOCK for channel in self.channels])[due.channel]
        is_heard = (due.at_s < safe_s[due.who]) & (~is_knock | (due.at_s < home_until_s[due.who]))
        return [self._take_in(turn) for turn in _in_turns(_part(due, np.flatnonzero(is_heard)))]

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
        return replace(heard, is_raised=is_raised, is_advised_anew=is_anew)

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


def _said_by(sent: _Sent, now_s: float) -> Heard:
    """What has been heard of an alert since it was last asked for."""
    heard, first = sent.heard, sent.said
    sent.said = int(np.searchsorted(heard.at_s, now_s, side="right"))
    sent.next_s = float(heard.at_s[sent.said]) if sent.said < len(heard.who) else np.inf
    return _part(heard, slice(first, sent.said))


def _part(heard: Heard, which: slice | Integers) -> Heard:
    return Heard(*(getattr(heard, name)[which] for name in _FIELDS))


def _in_turns(heard: Heard) -> list[Heard]:
    """Split into rounds in which each party hears one thing, in order of time."""
    n = len(heard.who)
    by_party = np.lexsort((heard.at_s, heard.who))  # stable: of two at one moment the one sent first
    who = heard.who[by_party]
    is_first = np.ones(n, np.bool_)
    is_first[1:] = who[1:] != who[:-1]
    in_time = np.argsort(heard.at_s, kind="stable")
    if is_first.all():
        return [_part(heard, in_time)] if n else []
    starts = np.flatnonzero(is_first)
    turn = np.empty(n, dtype=np.int64)
    turn[by_party] = np.arange(n) - np.repeat(starts, np.diff(np.append(starts, n)))
    return [_part(heard, in_time[turn[in_time] == k]) for k in range(int(turn.max()) + 1)]

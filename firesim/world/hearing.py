"""What each party has heard of the alerts, and where they told it to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.world.known import ELSEWHERE, NONE, NOTHING, ORDER, SEEN, STAY, WARNING, Known, in_rounds
from firesim.world.sayings import Rows, Sayings

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

ALL_CLEAR = "all-clear"
_LEVELS = {"warning": WARNING, "order": ORDER, ALL_CLEAR: NOTHING}
TO_THE_SHORE, INSIDE = -2, -3  # advice in itself: no road is safe any more; stay where you are
STAY_INSIDE = "stay inside"  # in place of a refuge in an alert's advice
KNOCK, NEIGHBOUR = "knock", "neighbour"
AT_HOME_ONLY = (KNOCK, NEIGHBOUR)  # channels that reach nobody who has left


class Heard(NamedTuple):
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


class Hearing:
    """The ears of all parties.

    Of two alerts the one issued later holds, whichever is heard first: they say when they were issued. A warning does
    not make an order void, though the road that it names, if it names one, is the newer. After an all-clear they know
    nothing, until they hear something issued later.

    Attributes
    ----------
    warned_s : [parties] first alert heard that was meant for their zone, `inf` if none [s]
    level : [parties] the most that they have heard; an order to stay takes back one to leave
    advice_of : [parties] number of the last advice heard, -1: none, -2: to the shore, -3: to stay inside; `advice`
        holds (refuge index, route, index of the bus stop for who has no vehicle, -1: none)
    known_by : [parties] event by which they know the most that they know, -1: they know nothing
    is_outside : [parties] whether an alert reached them though their zone has been in none
    channels : names of the channels by which anything was sent
    """

    def __init__(self, zone_index: Integers, zones: Sequence[str], refuges: Sequence[str]) -> None:
        n = len(zone_index)
        self._zone_index, self._zones = zone_index, list(zones)
        self._refuge_index = {refuge: index for index, refuge in enumerate(refuges)}
        never, none = np.full(n, -np.inf), np.full(n, NONE, dtype=np.int64)
        self._known = Known(
            level=np.full(n, NOTHING, dtype=np.int64), advice_of=none.copy(), warned_s=np.full(n, np.inf),
            warned_by=none.copy(), is_reached=np.zeros(n, np.bool_), directed_s=never.copy(), issued_s=never.copy(),
            advice_issued_s=never.copy(), turns=np.zeros(n, np.int64),
        )  # fmt: skip
        self.level, self.advice_of, self.warned_s = self._known.level, self._known.advice_of, self._known.warned_s
        self.advice: list[tuple[int, tuple[str, ...], int]] = []
        self.known_by = none.copy()
        self._is_named: Claims = np.zeros(len(zones), np.bool_)  # zones that an alert was for
        self.channels: list[str] = []
        self._is_at_home_only, self._is_from_afar = np.zeros(0, np.bool_), np.zeros(0, np.bool_)  # [channels]
        self._to_be_said = Sayings()

    def hear(
        self,
        parties: ArrayLike,
        at_s: ArrayLike,
        channel: str,
        level: str,
        cause_ids: ArrayLike,
        advice: Mapping[str, tuple[str, Sequence[str]]],
        names_zones: bool = True,
        stops: Mapping[str, str] | None = None,
        issued_s: float = -np.inf,
    ) -> None:
        """Parties will hear an alert at `at_s`; see `People.hear`."""
        if level not in _LEVELS:
            raise ValueError(f"an alert is a warning, an order or an all-clear, not {level!r}")
        who = np.atleast_1d(np.asarray(parties, dtype=np.int64))
        when = np.broadcast_to(np.asarray(at_s, dtype=float), who.shape)
        order = np.argsort(when, kind="stable")
        levels, advised = self._meaning_for_zones(level, advice, stops or {})
        if not names_zones:
            levels[:], advised[:] = WARNING, NONE
        if level == ALL_CLEAR:  # for other zones it says nothing
            order = order[levels[self._zone_index[who[order]]] == NOTHING]
        because = np.broadcast_to(np.asarray(cause_ids, dtype=np.int64), who.shape)[order]
        who, when = who[order], when[order]
        zone = self._zone_index[who]
        if channel == KNOCK and KNOCK in self.channels:  # who knocks says the newest at doors that are still to come
            void = (WARNING,) if level == "warning" else (NOTHING, WARNING, STAY, ORDER)
            self._to_be_said.take_back(who, when, self.channels.index(KNOCK), void)
        self._send(who, when, np.full(len(who), issued_s), channel, levels[zone], because, advised[zone])

    def pass_on(self, who: Integers, at_s: Floats, teller: Integers) -> None:
        """Parties will be told at `at_s` [n] what these others [n] know now, who knew it before."""
        order = np.argsort(at_s, kind="stable")
        who, at_s, teller = who[order], at_s[order], teller[order]
        level, issued_s = self.level[teller], self._known.issued_s[teller]
        advice = np.where(level > SEEN, self.advice_of[teller], NONE)  # what an all-clear made void is not told
        self._send(who, at_s, issued_s, NEIGHBOUR, level, self.known_by[teller], advice)

    def see(self, who: Integers, events: Integers) -> None:
        """These have seen the fire themselves, by these events."""
        news = self.level[who] < SEEN
        self.level[who[news]] = SEEN
        self.known_by[who[news]] = events[news]

    def _send(
        self,
        who: Integers,
        at_s: Floats,
        issued_s: Floats,
        channel: str,
        level: Integers,
        because: Integers,
        advice: Integers,
    ) -> None:
        if channel not in self.channels:
            self.channels.append(channel)
            self._is_at_home_only = np.array([name in AT_HOME_ONLY for name in self.channels])
            self._is_from_afar = np.array([name != NEIGHBOUR for name in self.channels])
        by = np.full(len(who), self.channels.index(channel))
        rows = np.array([who, because, level, by, advice], dtype=np.int64)
        self._to_be_said.add(Rows(np.array([at_s, issued_s]), rows))

    def until(self, now_s: float, departed_s: Floats, leaves_s: Floats, safe_s: Floats) -> list[Heard]:
        """All that is heard until now, in rounds: the first thing that each party hears, the second, and so on.

        Parameters
        ----------
        now_s : float
            Later alerts wait. [s]
        departed_s, leaves_s, safe_s : [parties]
            When they left, or are ready to: from then on nobody opens to a knock or talks to a neighbour; and from
            when nothing needs to be said any more. [s], inf: never
        """
        rows = self._to_be_said.until(now_s)
        n = len(rows.at_s)
        if n == 0:
            return []
        turn, of_row = np.empty(n, np.int64), np.empty((2, n), np.bool_)
        at_s, what, claims = np.empty(n), np.empty((5, n), np.int64), np.empty((2, n), np.bool_)
        end = np.empty(n, np.int64)
        n_rounds = in_rounds(
            *rows.s, *rows.what, self._is_at_home_only, self._is_from_afar, departed_s, leaves_s, safe_s,
            turn, of_row, at_s, what, claims, end, *self._known,
        )  # fmt: skip
        return [_heard(at_s, what, claims, *these) for these in pairwise([0, *end[:n_rounds].tolist()])]

    def stop_of(self, advice: Integers) -> Integers:
        """The bus stop that each of some advice names, as what can be walked to; -1: none. [n]"""
        return np.array([self.advice[k][2] if k >= 0 else NONE for k in advice.tolist()], dtype=np.int64)

    @property
    def warned_by(self) -> list[str]:
        """The channel of the first alert heard that was meant for their zone, empty if none. [parties]"""
        return ["" if by == NONE else self.channels[by] for by in self._known.warned_by.tolist()]

    @property
    def is_outside(self) -> Claims:
        """Who was reached by an alert though their zone has been in none: overshoot. [parties]"""
        return self._known.is_reached & ~self._is_named[self._zone_index]

    def _meaning_for_zones(
        self, level: str, advice: Mapping[str, tuple[str, Sequence[str]]], stops: Mapping[str, str]
    ) -> tuple[Integers, Integers]:
        """What an alert means to each zone: its level there, and the number of the advice. [zones]"""
        levels = np.full(len(self._zones), ELSEWHERE, dtype=np.int64)
        advised = np.full(len(self._zones), NONE, dtype=np.int64)
        for index, zone in enumerate(self._zones):
            if zone not in advice:
                continue
            levels[index] = _LEVELS[level]
            self._is_named[index] |= level != ALL_CLEAR
            refuge, route = advice[zone]
            if refuge == STAY_INSIDE:
                levels[index], advised[index] = (STAY, INSIDE) if level == "order" else (levels[index], NONE)
            elif refuge:
                stop = self._refuge_index[stops[zone]] if stops.get(zone) else NONE
                told = (self._refuge_index[refuge], tuple(route), stop)
                if told not in self.advice:
                    self.advice.append(told)
                advised[index] = self.advice.index(told)
            elif level == "order":
                advised[index] = TO_THE_SHORE
        return levels, advised


def _heard(at_s: Floats, what: Integers, claims: Claims, first: int, last: int) -> Heard:
    """From one to before another of all that `in_rounds` has written."""
    who, because, level, channel, advice = what[:, first:last]
    is_raised, is_anew = claims[:, first:last]
    return Heard(who, at_s[first:last], because, level, channel, advice, is_raised, is_anew)

"""Neighbours: who knows of the fire tells others of the zone, as an illness spreads.

The law is the contagion part of Rogers & Sorensen 1991 (recalled), dn/dt = k a1 (N - n) + (1 - k) a2 n (N - n), of
N parties of which n know; the broadcast part is what channels do. Written with the share x = n / N and one rate:
dx/dt = r x (1 - x).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.streams import Luck
from firesim.world.hearing import Hearing
from firesim.world.households import Parties
from firesim.world.known import N_LEVELS, NOTHING, SEEN, WARNING
from firesim.world.response_parameters import NeighbourParameters
from firesim.world.sleeping import Sleep

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

MINUTE_S = 60.0
_BEYOND = 64.0  # more than any -log of a uniform number in a double


class Contagion:
    """One piece of news that spreads in each zone by itself.

    Whom it reaches is luck of the party's own: party i is told once its zone's hazard, the integral of r n / N,
    passes -log(u_i). So a party more changes no other's luck; it shifts the hazard of its zone by one part in N,
    and with it, a little, when all others of that zone are told. Zones do not touch.

    Parameters
    ----------
    zone_index, threshold : [parties]
        Where they are; the hazard at which they are told, inf: never.
    n_zones
        How many there are.
    """

    def __init__(self, zone_index: Integers, threshold: Floats, n_zones: int) -> None:
        self._size = np.bincount(zone_index, minlength=n_zones)
        # Zone after zone on one scale, so that one search finds all whom the news has come to.
        at: Floats = np.add(zone_index * (2.0 * _BEYOND), np.minimum(threshold, _BEYOND))
        self._order: Integers = np.argsort(at, kind="stable")
        self._at = at[self._order]
        self._start: Floats = np.arange(n_zones, dtype=np.float64) * 2.0 * _BEYOND
        self._hazard: Floats = np.zeros(n_zones)
        self._next = self._at.searchsorted(self._start, side="right")  # [zones] the first whom it has not come to

    def spread(self, knows: Integers, rate_per_s: Floats | float, span_s: float) -> tuple[Integers, Floats]:
        """Let the news spread for a while; returns whom it comes to (they may know already), and when.

        Parameters
        ----------
        knows : [zones]
            Parties that know at the start of the span.
        rate_per_s
            r of the law. [1/s]
        span_s
            How long. [s]

        Returns
        -------
        parties, after_s : [n]
            After the start of the span. [s]

        Notes
        -----
        Within the span those who are told tell others in turn: the logistic curve gives a hazard of
        log(1 + x (e^(r span) - 1)), so that steps of any length follow it.
        """
        share = knows / np.maximum(self._size, 1)
        grown: Floats = np.log1p(share * np.expm1(rate_per_s * span_s))
        before = self._hazard
        after: Floats = np.minimum(before + grown, 0.999 * _BEYOND)
        first, last = self._next, self._at.searchsorted(self._start + after, side="right")
        self._hazard, self._next = after, last
        return _come_to(self._order, self._at, self._start, before, after, first, last, span_s)


class Neighbours:
    """The talk of all zones: of an alert that somebody heard, and of the fire that somebody saw.

    Each told party is told by one other of its zone, picked by the told one's luck among those who knew at the
    last round; it learns all that that one knew, and the event is caused by that one's. Whoever has left no longer
    listens, but is still counted among those who know and tell: they have telephones. After an all-clear in a zone
    nothing is passed on there until somebody hears an alert again.
    """

    def __init__(
        self,
        parties: Parties,
        n_zones: int,
        parameters: NeighbourParameters,
        luck: Luck,
        hearing: Hearing,
        sleep: Sleep,
    ) -> None:
        self._parameters, self._hearing, self._sleep = parameters, hearing, sleep
        self._zone_index, self._n_zones = parties.zone_index, n_zones
        self._by_zone: Integers = np.argsort(parties.zone_index, kind="stable")
        self._first: Integers = np.searchsorted(parties.zone_index[self._by_zone], np.arange(n_zones + 1))
        self._is_calm: Claims = np.zeros(n_zones, np.bool_)
        self.is_anywhere_calm = False
        is_reached = luck.uniform("neighbour reach", parties.entity) < parameters.neighbour_reach_fraction
        self._news: dict[int, tuple[Contagion, Floats]] = {}
        for level, what in ((SEEN, "fire seen"), (WARNING, "alert")):
            patience = -np.log(luck.uniform(f"told of {what}", parties.entity))
            contagion = Contagion(parties.zone_index, np.where(is_reached, patience, np.inf), n_zones)
            self._news[level] = contagion, luck.uniform(f"told of {what} by", parties.entity)

    def talk(self, now_s: float, until_s: float) -> None:
        """Let word spread from now on until then; `Hearing` brings it to those who are told, in due time."""
        if self._parameters.neighbour_rate_per_min == 0.0:
            return
        level = self._hearing.level
        count = _by_level(self._zone_index, level, self._n_zones)
        if count[:, SEEN:].sum() == 0:
            return
        asleep = self._sleep.is_asleep(now_s)
        slowed = 1.0 - (1.0 - self._parameters.neighbour_night_factor) * np.count_nonzero(asleep) / len(asleep)
        rate_per_s = np.where(self._is_calm, 0.0, slowed * self._parameters.neighbour_rate_per_min / MINUTE_S)
        # Who has heard an alert passes on that, not what can be seen besides: no news spreads twice.
        for news, until in ((SEEN, WARNING), (WARNING, N_LEVELS)):
            contagion, luck_of_teller = self._news[news]
            told, after_s = contagion.spread(count[:, news:until].sum(axis=1), rate_per_s, until_s - now_s)
            is_news = level[told] < news
            if np.count_nonzero(is_news):
                told, after_s = told[is_news], after_s[is_news]
                at_s = now_s + after_s + np.where(asleep[told], self._sleep.waking_s[told], 0.0)
                knows = (level, news, until)
                tellers = tellers_of(self._by_zone, self._first, self._zone_index, *knows, told, luck_of_teller[told])
                self._hearing.pass_on(told, at_s, tellers)

    def note(self, parties: Integers, level: Integers) -> None:
        """These have heard something of that level: after an all-clear their zones are calm, until another alert."""
        self._is_calm[self._zone_index[parties[level == NOTHING]]] = True
        self._is_calm[self._zone_index[parties[level > SEEN]]] = False
        self.is_anywhere_calm = bool(self._is_calm.any())


@kernel
def _come_to(
    order: Integers, at: Floats, start: Floats, before: Floats, after: Floats, first: Integers, last: Integers,
    span_s: float,
) -> tuple[Integers, Floats]:  # fmt: skip
    """Whom the news comes to as the hazard of each zone grows from `before` to `after`, and when; see `spread`.

    Of all in `order`, those of a zone that it comes to stand from its `first` to before its `last`.
    """
    n = (last - first).sum()
    parties, after_s = np.empty(n, np.int64), np.empty(n)
    k = 0
    for zone in range(first.size):
        for rank in range(first[zone], last[zone]):
            passed = at[rank] - start[zone] - before[zone]
            parties[k], after_s[k] = order[rank], span_s * passed / max(after[zone] - before[zone], 1e-300)
            k += 1
    return parties, after_s


@kernel
def _by_level(zone_index: Integers, level: Integers, n_zones: int) -> Integers:
    """How many parties of each zone have heard something of each level at most. [zones, levels]"""
    count = np.zeros((n_zones, N_LEVELS), np.int64)
    for party in range(level.size):
        count[zone_index[party], level[party]] += 1
    return count


@kernel
def tellers_of(
    by_zone: Integers, first: Integers, zone_index: Integers, level: Integers, news: int, until: int, told: Integers,
    luck: Floats,
) -> Integers:  # fmt: skip
    """Of those of its zone who know, the one who tells each party: it is picked by the told one's luck. [told]

    Who knows has heard something of a `level` from `news` on, but not from `until` on. [parties] `by_zone` are the
    parties zone by zone, `first` the place of each zone's first there, and at its end how many there are. [zones + 1]
    """
    is_asked = np.zeros(first.size, np.bool_)  # zones
    for one in told:
        is_asked[zone_index[one]] = True
    who_knows, n = np.empty(by_zone.size, np.int64), 0  # zone by zone, with the place of each zone's first
    first_knows = np.zeros(first.size, np.int64)
    for zone in range(first.size - 1):
        if is_asked[zone]:
            for one in by_zone[first[zone] : first[zone + 1]]:
                if news <= level[one] < until:
                    who_knows[n] = one
                    n += 1
        first_knows[zone + 1] = n
    tellers = np.empty(told.size, np.int64)
    for k in range(told.size):
        zone = zone_index[told[k]]
        n_know = first_knows[zone + 1] - first_knows[zone]
        tellers[k] = who_knows[first_knows[zone] + min(int(luck[k] * n_know), n_know - 1)]
    return tellers

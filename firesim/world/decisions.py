"""When parties make up their minds, and when they are ready to go.

A party decides some time after something convinced it, and leaves when it has prepared and its members are
together. A stronger or later reason can only bring that forward. All luck is drawn once, at the start, so whatever
is heard, and however often, the same party stays as willing, as slow and as well prepared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.streams import Luck
from firesim.world.households import Parties
from firesim.world.people_parameters import PeopleParameters
from firesim.world.response_curves import time_to_leave_s

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

MINUTE_S = 60.0
_LEAST_SPREAD = 0.3  # nobody prepares in less than this part of the usual time


class Decisions:
    """The minds of all parties.

    `is_asleep` at the start says whose members are all at home, so that nobody has to be fetched.

    Attributes
    ----------
    willingness : [parties]
        A reason that convinces a share of people above this convinces this party; `inf`: it refuses.
    decision_lag_s, preparation_s, gathering_s, smoke_lag_s : [parties]
        From a reason to the decision; from the decision to being ready, and besides until all members are there;
        from smoke in the sky to noticing it. With a published response curve the first two are the parts of one
        time drawn from it, and nobody gathers: the curve holds that.
    decides_s, leaves_s : [parties]
        When that will be, `inf`: not foreseen, or done.
    because : [parties]
        The event that convinced them, then that of their decision.
    stays_inside : [parties]
        Whether they heed an order to stay where they are.
    flees : [parties]
        Whether they drop everything and go.
    """

    def __init__(self, parties: Parties, parameters: PeopleParameters, luck: Luck, is_asleep: Claims) -> None:
        n, who, p = len(parties), parties.entity, parameters
        self.willingness = np.where(parties.members.refuses, np.inf, luck.uniform("willingness", who))
        self.decision_lag_s = (
            MINUTE_S * p.decision_median_min * np.exp(p.decision_log_sd * luck.normal("decision lag", who))
        )
        by_kind_min = np.array([
            p.resident_preparation_min,
            p.guest_preparation_min,
            p.visitor_preparation_min,
            p.staff_preparation_min,
        ])  # fmt: skip
        spread = 1.0 + p.preparation_spread * luck.normal("preparation", who)
        self.preparation_s = MINUTE_S * by_kind_min[parties.kind] * np.maximum(spread, _LEAST_SPREAD)
        self.gathering_s = np.where(is_asleep, 0.0, _gathering_s(parties, p, luck))
        if p.response_curve != "sum":
            self._take_from_curve(time_to_leave_s(luck.uniform("response curve", who), p.response_curve))
        self.smoke_lag_s = (
            MINUTE_S * p.smoke_noticed_median_min * np.exp(p.smoke_noticed_log_sd * luck.normal("smoke noticed", who))
        )
        self.decides_s = np.full(n, np.inf)
        self.leaves_s = np.full(n, np.inf)
        self.because = np.full(n, -1, dtype=np.int64)
        self.stays_inside: Claims = np.zeros(n, np.bool_)
        self.flees: Claims = np.zeros(n, np.bool_)
        self._has_decided = np.zeros(n, np.bool_)
        self._haste = np.ones(n)  # part of the preparation time that is taken

    def _take_from_curve(self, whole_s: Floats) -> None:
        """Let lag and preparation add up to a time that holds both, in the proportion that they had."""
        lag_share = self.decision_lag_s / (self.decision_lag_s + self.preparation_s)
        self.decision_lag_s = lag_share * whole_s
        self.preparation_s = whole_s - self.decision_lag_s
        self.gathering_s = np.zeros(len(whole_s))

    def has_decided(self, parties: Integers) -> Claims:
        """Whether they have made up their minds to leave. [n]"""
        return self._has_decided[parties]

    def would_heed(
        self, parties: Integers, heeded: Floats | float, at_s: Floats | float, is_strong: Claims | bool = False
    ) -> Claims:
        """Whether a reason convinces each party and brings its decision forward. [parties]

        Those who stay inside by order leave for a strong one only: flames in sight, or an order to leave.
        """
        decides_s = at_s + self.decision_lag_s[parties]
        is_sooner: Claims = ~self._has_decided[parties] & (decides_s < self.decides_s[parties])
        may = ~self.stays_inside[parties] | is_strong
        return is_sooner & (self.willingness[parties] < heeded) & may

    def convince(self, parties: Integers, at_s: Floats | float, because: Integers) -> None:
        """These will decide, their lag after `at_s`, because of these events."""
        self.decides_s[parties] = at_s + self.decision_lag_s[parties]
        self.because[parties] = because
        self.stays_inside[parties] = False

    def hurry(self, parties: Integers, haste: float) -> None:
        """Those who have not prepared yet will take only this part of the time."""
        waiting = parties[~self._has_decided[parties]]
        self._haste[waiting] = np.minimum(self._haste[waiting], haste)

    def flee(self, parties: Integers, now_s: float) -> Integers:
        """These go at once. Returns those who only now decide; those who were preparing just leave."""
        undecided = parties[~self._has_decided[parties]]
        preparing = parties[self._has_decided[parties] & np.isfinite(self.leaves_s[parties])]
        self.decides_s[undecided] = now_s
        self._haste[undecided] = 0.0
        self.flees[parties] = True
        self.stays_inside[parties] = False
        self.leaves_s[preparing] = np.minimum(self.leaves_s[preparing], now_s)
        return undecided

    def due(self, now_s: float) -> Integers:
        """Parties whose decision falls due by now, in order of time (then of number)."""
        parties = (self.decides_s <= now_s).nonzero()[0]
        return parties if len(parties) < 2 else parties[self.decides_s[parties].argsort(kind="stable")]

    def decide(self, parties: Integers, events: Integers) -> None:
        """They have decided: these are the events of it. They will leave when they are prepared."""
        self._has_decided[parties] = True
        self.because[parties] = events
        gathering_s = np.where(self.flees[parties], 0.0, self.gathering_s[parties])
        ready_s = self.decides_s[parties] + self._haste[parties] * self.preparation_s[parties]
        self.leaves_s[parties] = ready_s + gathering_s
        self.decides_s[parties] = np.inf

    def ready(self, now_s: float) -> Integers:
        """Parties ready to leave by now, in order of time (then of number)."""
        parties = (self.leaves_s <= now_s).nonzero()[0]
        return parties if len(parties) < 2 else parties[self.leaves_s[parties].argsort(kind="stable")]

    def stand_down(self, parties: Integers) -> Claims:
        """An all-clear, or an order to stay: those who have not left give it up. Returns who had meant to go. [n]"""
        meant = np.isfinite(np.where(self._has_decided[parties], self.leaves_s[parties], self.decides_s[parties]))
        those = parties[meant]
        self.decides_s[those] = self.leaves_s[those] = np.inf
        self._has_decided[those] = self.flees[those] = False
        return meant


def _gathering_s(parties: Parties, parameters: PeopleParameters, luck: Luck) -> Floats:
    """How long it takes each party to fetch members who are elsewhere; 0 where all are there. [parties]"""
    p, who = parameters, parties.entity
    apart = np.array([
        p.resident_apart_fraction,
        p.guest_apart_fraction,
        p.visitor_apart_fraction,
        0.0,
    ])[parties.kind]  # fmt: skip
    has_to = (luck.uniform("apart", who) < apart) & (parties.people > 1)
    spread = np.maximum(1.0 + p.preparation_spread * luck.normal("gathering", who), _LEAST_SPREAD)
    return np.where(has_to, MINUTE_S * p.gathering_min * spread, 0.0)

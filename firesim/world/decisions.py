"""When parties make up their minds, and when they are ready to go.

A party decides some time after something convinced it, and leaves when it has prepared. A stronger or later
reason can only bring that forward. All luck is drawn once, at the start, so whatever is heard, and however
often, the same party stays as willing, as slow and as well prepared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.streams import Luck
from firesim.world.households import Parties
from firesim.world.people_parameters import PeopleParameters

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

MINUTE_S = 60.0
_LEAST_SPREAD = 0.3  # nobody prepares in less than this part of the usual time


class Decisions:
    """The minds of all parties.

    Attributes
    ----------
    willingness : [parties]
        A reason that convinces a share of people above this convinces this party.
    decision_lag_s, preparation_s, smoke_lag_s : [parties]
        From a reason to the decision; from the decision to leaving; from smoke in the sky to noticing it.
    decides_s, leaves_s : [parties]
        When that will be, `inf`: not foreseen.
    because : [parties]
        The event that convinced them, then that of their decision.
    """

    def __init__(self, parties: Parties, parameters: PeopleParameters, luck: Luck) -> None:
        n, who = len(parties), parties.entity
        self.willingness = luck.uniform("willingness", who)
        self.decision_lag_s = (
            MINUTE_S
            * parameters.decision_median_min
            * np.exp(parameters.decision_log_sd * luck.normal("decision lag", who))
        )
        by_kind_min = np.array([
            parameters.resident_preparation_min,
            parameters.guest_preparation_min,
            parameters.visitor_preparation_min,
            parameters.staff_preparation_min,
        ])  # fmt: skip
        spread = 1.0 + parameters.preparation_spread * luck.normal("preparation", who)
        self.preparation_s = MINUTE_S * by_kind_min[parties.kind] * np.maximum(spread, _LEAST_SPREAD)
        self.smoke_lag_s = (
            MINUTE_S
            * parameters.smoke_noticed_median_min
            * np.exp(parameters.smoke_noticed_log_sd * luck.normal("smoke noticed", who))
        )
        self.decides_s = np.full(n, np.inf)
        self.leaves_s = np.full(n, np.inf)
        self.because = np.full(n, -1, dtype=np.int64)
        self._has_decided = np.zeros(n, np.bool_)
        self._haste = np.ones(n)  # part of the preparation time that is taken

    def would_heed(self, parties: Integers, heeded: Floats | float, at_s: Floats | float) -> Claims:
        """Whether a reason convinces each party and brings its decision forward. [parties]"""
        decides_s = np.asarray(at_s) + self.decision_lag_s[parties]
        is_sooner: Claims = ~self._has_decided[parties] & (decides_s < self.decides_s[parties])
        return is_sooner & (self.willingness[parties] < heeded)

    def convince(self, parties: Integers, at_s: Floats | float, because: Integers) -> None:
        """These will decide, their lag after `at_s`, because of these events."""
        self.decides_s[parties] = at_s + self.decision_lag_s[parties]
        self.because[parties] = because

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
        self.leaves_s[preparing] = np.minimum(self.leaves_s[preparing], now_s)
        return undecided

    def due(self, now_s: float) -> Integers:
        """Parties whose decision falls due by now, in order of time (then of number)."""
        parties = np.flatnonzero((self.decides_s <= now_s) & ~self._has_decided)
        return parties if len(parties) < 2 else parties[np.argsort(self.decides_s[parties], kind="stable")]

    def decide(self, parties: Integers, events: Integers) -> None:
        """They have decided: these are the events of it. They will leave when they are prepared."""
        self._has_decided[parties] = True
        self.because[parties] = events
        self.leaves_s[parties] = self.decides_s[parties] + self._haste[parties] * self.preparation_s[parties]

    def ready(self, now_s: float) -> Integers:
        """Parties ready to leave by now, in order of time (then of number)."""
        parties = np.flatnonzero(self.leaves_s <= now_s)
        return parties if len(parties) < 2 else parties[np.argsort(self.leaves_s[parties], kind="stable")]

    def stand_down(self, parties: Integers) -> Integers:
        """An all-clear: those who have not left give it up. Returns who had meant to go."""
        waits = np.where(self._has_decided[parties], self.leaves_s[parties], self.decides_s[parties])
        meant = parties[np.isfinite(waits)]
        self.decides_s[meant] = self.leaves_s[meant] = np.inf
        self._has_decided[meant] = False
        return meant

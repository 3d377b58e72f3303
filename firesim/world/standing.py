"""How every party stands: at home, on the way, safe or not, since when, and because of which event."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.record import Journal
from firesim.world.exposure import Exposure

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

FATES = ("home", "travelling", "safe", "sheltering", "trapped", "exposed")
HOME, TRAVELLING, SAFE, SHELTERING, TRAPPED, EXPOSED = range(6)
# What those who shelter wait for: a boat at the shore, a bus at its stop, somebody who takes them; or nothing comes:
# every refuge is too far on foot.
WAITS = ("", "boat", "bus", "help", "nothing")
NO_WAIT, FOR_BOAT, FOR_BUS, FOR_HELP, FOR_NOTHING = range(5)
NONE = -1


class Standing:
    """The state of all parties, which the parts of `people.py` share: arrays over [parties].

    Attributes
    ----------
    state
        Index into FATES: what they are up to, whatever the heat has done to them.
    decided_s, departed_s, safe_s, saw_flame_s, saw_smoke_s, trapped_s
        See `People`. [s], `inf`: not yet
    exposure
        Time in the heat so far.
    is_exposed
        Whether that was a dose or more.
    stays_at
        Where they are while they are not on the road: index into `exposure.PLACES`.
    lost_cell
        Flat cell of the refuge that was lost with them in it, -1: none.
    waits_at, refuge_in
        The last resort or landing at which they wait, the refuge in which they are safe: index into
        `Traffic.refuges`, -1: none.
    trip
        Number in `Traffic`, -1 before setting out.
    left_by
        How they left, an index into `households.MODES`, -1 before: who finds no lift walks.
    rides_with
        The driver in whose vehicle they are, -1: in their own, or on foot. `riders` is the other way round.
    waits
        Index into WAITS.
    cause_id
        Event of the last change, -1 where nothing has changed.
    """

    def __init__(self, household_id: list[str], stays_at: Integers, journal: Journal) -> None:
        n = len(household_id)
        self._names, self._journal = household_id, journal
        self.state = np.full(n, HOME, dtype=np.int64)
        self.decided_s, self.departed_s, self.safe_s, self.trapped_s = (np.full(n, np.inf) for _ in range(4))
        self.saw_flame_s, self.saw_smoke_s = np.full(n, np.inf), np.full(n, np.inf)
        self.exposure = Exposure(n)
        self.is_exposed: Claims = np.zeros(n, np.bool_)
        self.stays_at = stays_at
        self.waits_at, self.refuge_in = (np.full(n, NONE, dtype=np.int64) for _ in range(2))
        self.lost_cell, self.trip, self.cause_id = (np.full(n, NONE, dtype=np.int64) for _ in range(3))
        self.left_by, self.rides_with = (np.full(n, NONE, dtype=np.int64) for _ in range(2))
        self.riders: dict[int, Integers] = {}
        self.waits = np.full(n, NO_WAIT, dtype=np.int64)

    @property
    def fate(self) -> Integers:
        """Index into FATES. Whoever came through is safe, whatever they went through. [parties]"""
        return np.where(self.is_exposed & (self.state != SAFE), EXPOSED, self.state)

    def note(
        self, who: Integers, at_s: Floats | float, kind: str, because: Integers | int, detail: str | list[str] = ""
    ) -> Integers:
        """Write an event of each party, each once; returns them."""
        if len(who) == 0:
            return np.empty(0, np.int64)
        if len(who) == 1:  # every second time, at half the cost
            name = self._names[int(who[0])]
            events = np.array([self._journal.add(_only(at_s), name, kind, _only(because), _only(detail))])
        else:
            names = [self._names[party] for party in who.tolist()]
            events = self._journal.add_many(at_s, names, kind, because, detail)
        self.cause_id[who] = events
        return events

    def expose(self, who: Integers, now_s: Floats | float, because: Integers) -> None:
        """These have had their dose."""
        self.note(who, now_s, "exposed", because)
        self.is_exposed[who] = True

    def shelter(self, who: Integers, at_s: Floats, because: Integers, waits: Integers | int) -> None:
        """They would leave, but cannot by themselves; `waits`: index into WAITS."""
        self.note(who, at_s, "sheltering", because)
        self.state[who], self.waits[who] = SHELTERING, waits


def _only(values: Any) -> Any:
    """The one value of an array or list, or the value itself; raises ValueError where there are several."""
    if isinstance(values, np.ndarray):
        return values.item()
    if isinstance(values, list):
        (value,) = values
        return value
    return values

"""Who makes each trip on the roads, since when, and the last event that changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.queues import TRAVELLING
from firesim.record import Journal
from firesim.world.flow import Flow

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

BACKGROUND = -1  # the party of vehicles that are on the roads anyway: nobody's
STATUS_WORDS = ("travelling", "arrived", "stranded", "caught", "removed")


@dataclass(frozen=True)
class Departures:
    """Parties that set out on the roads. Arrays of one length.

    `refuge` -1: the nearest usual one; `route` -1: no advice, else a number from `Traffic.add_route`;
    `speed_m_s` of a walker, 0 in a car; `at_s` when they join the road at `node`, not in the past; `cause_id` is
    the event of their departure.
    """

    party: Integers
    people: Integers
    node: Integers
    refuge: Integers
    route: Integers
    speed_m_s: Floats
    at_s: Floats
    cause_id: Integers


@dataclass(frozen=True)
class Changes:
    """Trips that ended: arrays of one length. `status` is one of ARRIVED, STRANDED, CAUGHT, REMOVED."""

    trip: Integers
    party: Integers
    status: Integers
    at_s: Floats
    cause_id: Integers


_NONE = np.empty(0, np.int64)
_NO_CHANGES = Changes(_NONE, _NONE, _NONE, np.empty(0), _NONE)


class Trips:
    """The parties' side of the flow: arrays [trips] beside those of `Flow`.

    Attributes
    ----------
    party, from_node, departed_s
        As they set out. [s]
    cause_id
        The event of the trip's last change.
    open : [n]
        All trips that go on, rising; with them those that have ended since `changes` was last asked for.
    """

    def __init__(self, flow: Flow, journal: Journal, names: Sequence[str]) -> None:
        self._flow, self._journal, self._names = flow, journal, names
        self._party, self._from_node, self._cause_id = (np.empty(0, np.int64) for _ in range(3))
        self._departed_s = np.empty(0)  # all four with as much room as the flow has
        self.open: Integers = np.empty(0, np.int64)

    def add(self, who: Departures, starts_s: Floats) -> Integers:
        """Parties set out at `starts_s`; returns their trips."""
        trips, t = self._flow.add(len(who.party)), self._flow.travellers
        t.people[trips], t.speed_m_s[trips] = who.people, who.speed_m_s
        t.edge[trips], t.entered_s[trips], t.ready_s[trips] = self._flow.n_edges + who.node, starts_s, starts_s
        self._make_room(len(t.edge))
        self._party[trips], self._from_node[trips] = who.party, who.node
        self._cause_id[trips], self._departed_s[trips] = who.cause_id, starts_s
        self.open = np.concatenate([self.open, trips])
        return trips

    def _make_room(self, size: int) -> None:
        if len(self._party) == size:
            return
        self._party, self._from_node = np.resize(self._party, size), np.resize(self._from_node, size)
        self._cause_id, self._departed_s = np.resize(self._cause_id, size), np.resize(self._departed_s, size)

    @property
    def party(self) -> Integers:
        """Who makes each trip. [trips]"""
        return self._party[: self._flow.n]

    @property
    def from_node(self) -> Integers:
        """Where each set out. [trips]"""
        return self._from_node[: self._flow.n]

    @property
    def departed_s(self) -> Floats:
        """When each set out. [trips], s"""
        return self._departed_s[: self._flow.n]

    @property
    def cause_id(self) -> Integers:
        """The event of each trip's last change. [trips]"""
        return self._cause_id[: self._flow.n]

    def name_of(self, trip: int) -> str:
        """Who makes a trip, for the journal."""
        party = int(self._party[trip])
        if party == BACKGROUND:
            return f"background-{trip}"
        return self._names[party] if party < len(self._names) else str(party)

    def note(self, trip: int, now_s: float, kind: str, cause_id: int, detail: str) -> None:
        """Write an event of a traveller, by this event on the road.

        Of what happened on the road and what set them going, the later one is that without which this would not
        be happening here.
        """
        cause = max(cause_id, int(self._cause_id[trip]))
        self._cause_id[trip] = self._journal.add(now_s, self.name_of(trip), kind, cause, detail)

    def turn(self, trip: int, now_s: float, cause_id: int, detail: str) -> None:
        """Note that a traveller turns back, by this event on the road."""
        self.note(trip, now_s, "turned_back", cause_id, detail)

    def changes(self) -> Changes:
        """The parties' trips that have ended since the last call, in order of trips."""
        t = self._flow.travellers
        if not self._flow.may_have_ended:
            return _NO_CHANGES
        self._flow.may_have_ended = False
        trips, self.open = _sorted_out(self.open, t.status)
        if len(trips) == 0:
            return _NO_CHANGES
        party = self._party[trips]
        is_somebody = party != BACKGROUND
        if np.count_nonzero(is_somebody) < len(trips):
            trips, party = trips[is_somebody], party[is_somebody]
        return Changes(trips, party, t.status[trips], t.done_s[trips], self._cause_id[trips])

    @property
    def status(self) -> Integers:
        """TRAVELLING, ARRIVED, STRANDED, CAUGHT or REMOVED. [trips]"""
        return self._flow.travellers.status[: self._flow.n]


@kernel
def _sorted_out(trips: Integers, status: Integers) -> tuple[Integers, Integers]:
    """Of some trips, those that have ended and those that go on, in their order; `status` of all there are."""
    n_ended = 0
    for trip in trips:
        n_ended += status[trip] != TRAVELLING
    ended = np.empty(n_ended, np.int64)
    if n_ended == 0:
        return ended, trips
    going, n_ended, n_going = np.empty(trips.size - n_ended, np.int64), 0, 0
    for trip in trips:
        if status[trip] == TRAVELLING:
            going[n_going] = trip
            n_going += 1
        else:
            ended[n_ended] = trip
            n_ended += 1
    return ended, going

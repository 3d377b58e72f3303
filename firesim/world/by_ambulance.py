"""What people who cannot leave by themselves do about it: they call for help, are fetched, and are safe where let off.

Who waits for help is taken by whoever comes first, the driver who promised a lift or an ambulance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.world.exposure import AT_HOME, ON_ROAD
from firesim.world.havens import Haven
from firesim.world.households import FETCHED, Parties
from firesim.world.members import NEEDS
from firesim.world.patients import PlaceOf
from firesim.world.people_parameters import PeopleParameters
from firesim.world.senses import Senses
from firesim.world.standing import (
    EXPOSED,
    FOR_HELP,
    HOME,
    NO_WAIT,
    NONE,
    SAFE,
    SHELTERING,
    TRAPPED,
    TRAVELLING,
    Standing,
)

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class InNeed:
    """A party that waits for somebody who takes it along, as it would tell of itself."""

    party: int
    household: str
    zone: int
    people: int
    need: str  # help or ambulance
    x_m: float
    y_m: float
    has_phone: bool


class ByAmbulance:
    """Parties that cannot leave by themselves, at home and in ambulances.

    Attributes
    ----------
    patients : who has called, and who sits in which ambulance
    """

    def __init__(self, parties: Parties, standing: Standing, senses: Senses, p: PeopleParameters) -> None:
        self.patients = senses.patients
        self._parties, self._standing, self._senses = parties, standing, senses
        self._dose_s, self._access_m_s = p.dose_s, p.access_speed_m_s
        self._number = {name: k for k, name in enumerate(parties.household_id)}
        self._helped = np.flatnonzero(parties.members.needs > 0)
        self._driver_of: dict[int, int] = dict(
            zip(self._helped.tolist(), parties.driver[self._helped].tolist(), strict=True)
        )
        self._since_s: dict[int, float] = {}  # seen to wait
        self._told: dict[int, InNeed] = {}  # by those who have given up on a lift
        self._at: dict[str, list[int]] = {}  # let off at facilities that are no refuges

    # --- who calls ---------------------------------------------------------------------------------------------

    def stuck(self, now_s: float, lift_wait_s: float) -> list[InNeed]:
        """Those who wait for somebody to take them, and for no lift any more.

        Whose driver has not left yet waits for it so long first. Times count from the first call of this that found
        them waiting. Who has given up on a lift once does not hope for one again.
        """
        told = self._told
        found = [told.get(party) or self._if_given_up(party, now_s, lift_wait_s) for party in self._who_wait()]
        return [one for one in found if one is not None]

    def _if_given_up(self, party: int, now_s: float, lift_wait_s: float) -> InNeed | None:
        """One that waits and has told nothing yet: what it tells from now on, unless it still waits for a lift."""
        waited_s = now_s - self._since_s.setdefault(party, now_s)
        if waited_s < lift_wait_s and self._is_promised(party):
            return None
        return self._keep_what_it_tells(party)

    def _who_wait(self) -> list[int]:
        """Those who wait for somebody to take them, rising."""
        waiting: list[int] = _waiting(self._helped, self._standing.waits, self._standing.state).tolist()
        return waiting

    def _is_promised(self, party: int) -> bool:
        """Whether somebody who promised a lift has not left yet."""
        driver = self._driver_of[party]
        return driver != NONE and bool(self._standing.state[driver] == HOME)

    def _keep_what_it_tells(self, party: int) -> InNeed:
        """What a party tells of itself, the same whenever it is asked from now on."""
        p = self._parties
        self._told[party] = InNeed(
            party, p.household_id[party], int(p.zone_index[party]), int(p.people[party]),
            NEEDS[int(p.members.needs[party])], float(p.x_m[party]), float(p.y_m[party]), bool(p.has_phone[party]),
        )  # fmt: skip
        return self._told[party]

    def call(self, party: int, at_s: float) -> int:
        """A party telephones for help, because it cannot leave; returns the event."""
        self.patients.called_s[party] = min(self.patients.called_s[party], at_s)
        last = int(self._standing.cause_id[party])
        return int(self._standing.note(np.array([party]), at_s, "called_for_help", last)[0])

    # --- who is fetched ------------------------------------------------------------------------------------------

    def party_of(self, household: str) -> int:
        """The number of a party by its name; raises KeyError for an unknown one."""
        return self._number[household]

    def people_of(self, party: int) -> int:
        """How many they are."""
        return int(self._parties.people[party])

    def needs_stretcher(self, party: int) -> bool:
        """Whether one of them has to be carried lying down."""
        return NEEDS[int(self._parties.members.needs[party])] == "ambulance"

    def access_s(self, party: int) -> float:
        """How long a vehicle takes from the road to their door, on streets and drives that the map lacks. [s]"""
        return float(self._parties.walk_m[party]) / self._access_m_s

    def place_of(self, party: int) -> tuple[float, float]:
        """Where they wait. [m of the map]"""
        return float(self._parties.x_m[party]), float(self._parties.y_m[party])

    def waits(self, party: int) -> bool:
        """Whether they are still there and wait for somebody who takes them."""
        return bool(self._standing.state[party] == SHELTERING and self._standing.waits[party] == FOR_HELP)

    def is_hot_at(self, x_m: float, y_m: float) -> bool:
        """Whether the heat of flames is felt at a place."""
        return self._senses.is_hot_at(self.patients.cell_of(x_m, y_m))

    def is_hot(self, cell: int) -> bool:
        """The same for a flat cell."""
        return self._senses.is_hot_at(cell)

    def take(self, party: int, at_s: float, because: int, unit: str, place_of: PlaceOf) -> int:
        """A party is taken aboard an ambulance, by what that did last; returns the event."""
        standing, who = self._standing, np.array([party])
        self.patients.take(party, at_s, unit, place_of)
        event = int(standing.note(who, at_s, "picked_up", because, unit)[0])
        standing.departed_s[who], standing.left_by[who] = at_s, FETCHED
        standing.state[who], standing.waits[who], standing.stays_at[who] = TRAVELLING, NO_WAIT, ON_ROAD
        return event

    def let_off(self, party: int, at_s: float, because: int, haven: Haven) -> None:
        """A party is let off where it is safe, as everybody is there."""
        standing, who = self._standing, np.array([party])
        self.patients.let_off(party, at_s)
        standing.note(who, at_s, "safe", because, haven.name)
        standing.safe_s[who], standing.state[who], standing.refuge_in[who] = at_s, SAFE, haven.refuge
        if haven.refuge == NONE:
            self._at.setdefault(haven.name, []).append(party)

    def strand(self, party: int, at_s: float, because: int) -> None:
        """A party sits in an ambulance that can go nowhere any more."""
        standing, who = self._standing, np.array([party])
        is_news = bool(np.isinf(standing.trapped_s[party]))
        standing.note(who, at_s, "trapped" if is_news else "stranded", because)
        standing.trapped_s[who] = np.minimum(standing.trapped_s[who], at_s)
        standing.state[who] = TRAPPED

    def burn(self, party: int, at_s: float, because: int) -> None:
        """The fire goes over the ambulance in which a party sits: they are caught, as on a burning road."""
        standing, who = self._standing, np.array([party])
        standing.exposure.add(who, ON_ROAD, self._dose_s)
        standing.expose(who, at_s, np.array([because]))
        standing.trapped_s[who] = np.minimum(standing.trapped_s[who], at_s)
        standing.state[who] = TRAPPED

    def lose(self, haven: Haven, at_s: float, because: int) -> None:
        """The fire has come to a facility: who was let off there is not safe any more."""
        standing, who = self._standing, np.array(self._at.pop(haven.name, []), dtype=np.int64)
        standing.note(who, at_s, "refuge_lost", because, haven.name)
        standing.safe_s[who], standing.state[who] = np.inf, EXPOSED
        standing.lost_cell[who], standing.stays_at[who] = haven.cell, AT_HOME


@kernel
def _waiting(among: Integers, waits: Integers, state: Integers) -> Integers:
    """Of these, who waits for somebody who takes them; `waits` and `state` of all parties. [n]"""
    who, n = np.empty(among.size, np.int64), 0
    for party in among:
        if waits[party] == FOR_HELP and state[party] == SHELTERING:
            who[n] = party
            n += 1
    return who[:n]

"""Who decides, who leaves, by which way; and who is sent another way while travelling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.world.decisions import Decisions
from firesim.world.hearing import TO_THE_SHORE, Hearing
from firesim.world.households import FOOT, SHORE, Parties
from firesim.world.people_parameters import PeopleParameters
from firesim.world.standing import NONE, TRAVELLING, Standing
from firesim.world.traffic import Departures, Traffic

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class SettingOut:
    """From the decision to the road."""

    def __init__(
        self, parties: Parties, parameters: PeopleParameters, standing: Standing, hearing: Hearing, decisions: Decisions
    ) -> None:
        self._parties, self._parameters = parties, parameters
        self._standing, self._hearing, self._decisions = standing, hearing, decisions
        self._route_of: dict[int, int] = {}  # advice -> route in Traffic

    def decide(self, now_s: float) -> None:
        """Those whose decision is due decide; who is on the shore can only wait there."""
        who = self._decisions.due(now_s)
        if len(who) == 0:
            return
        at_s = self._decisions.decides_s[who]
        events = self._standing.note(who, at_s, "decided", self._decisions.because[who])
        self._standing.decided_s[who] = at_s
        self._decisions.decide(who, events)
        on_shore = self._parties.mode[who] == SHORE
        self._shelter(who[on_shore], at_s[on_shore])

    def leave(self, now_s: float, traffic: Traffic) -> None:
        """Those who are ready set out; who has no way to go shelters."""
        who = self._decisions.ready(now_s)
        if len(who) == 0:
            return
        advised = [self._way_of(party, traffic) for party in who.tolist()]
        goes = np.array([way is not None for way in advised], dtype=bool)
        self._shelter(who[~goes], self._decisions.leaves_s[who[~goes]])
        who, ways = who[goes], [way for way in advised if way is not None]
        p, standing, at_s = self._parties, self._standing, self._decisions.leaves_s[who].copy()
        walks = (p.mode[who] == FOOT) | (self._hearing.advice_of[who] == TO_THE_SHORE)
        to_road_m_s = np.where(walks, p.walking_speed_m_s[who], self._parameters.access_speed_m_s)
        events = standing.note(who, at_s, "departed", self._decisions.because[who])
        standing.departed_s[who] = at_s
        standing.state[who] = TRAVELLING
        self._decisions.leaves_s[who] = np.inf
        standing.trip[who] = traffic.enter(
            Departures(
                party=who,
                people=p.people[who],
                node=p.node[who],
                refuge=np.array([refuge for refuge, _ in ways], dtype=np.int64),
                route=np.array([route for _, route in ways], dtype=np.int64),
                speed_m_s=np.where(walks, p.walking_speed_m_s[who], 0.0),
                at_s=at_s + p.walk_m[who] / to_road_m_s,
                cause_id=events,
            )
        )

    def redirect(self, party: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """A party on the way hears other advice than before, and follows it from its next node on.

        Who is told that no road is safe goes on to whatever refuge it reaches soonest, as does a walker for whom
        the advised one is too far.
        """
        trip = int(self._standing.trip[party[0]])
        refuge, route = self._advised(int(party[0]), traffic)
        walks = not traffic.flow.drives(trip)
        too_far = walks and refuge != NONE
        too_far = too_far and traffic.way_left_on_foot_m(trip, refuge) > self._parameters.longest_walk_m
        if refuge == NONE or too_far:
            refuge, route = traffic.nearest_of_any_kind(trip), NONE
        if refuge != NONE:
            words = traffic.refuges[refuge].refuge
            told = self._standing.note(party, at_s, "redirected", because, words)
            traffic.redirect([trip], [refuge], [route], told)

    def _shelter(self, who: Integers, at_s: Floats) -> None:
        self._standing.shelter(who, at_s, self._decisions.because[who])
        self._decisions.leaves_s[who] = np.inf

    def _advised(self, party: int, traffic: Traffic) -> tuple[int, int]:
        """Refuge and route that a party was told of; -1, -1: it was told of none."""
        number = int(self._hearing.advice_of[party])
        if number in (NONE, TO_THE_SHORE):
            return NONE, NONE
        refuge, route = self._hearing.advice[number]
        if number not in self._route_of:
            self._route_of[number] = traffic.add_route(route) if len(route) > 1 else NONE
        return refuge, self._route_of[number]

    def _way_of(self, party: int, traffic: Traffic) -> tuple[int, int] | None:
        """Refuge and route of a party that sets out; None: it cannot go.

        By car as advised, else to the nearest usual refuge. On foot as advised unless that is too far, else to
        the nearest refuge of any kind that is not. Who was told that no road is safe leaves the car and walks.
        """
        refuge, route = self._advised(party, traffic)
        drives = self._parties.mode[party] != FOOT and self._hearing.advice_of[party] != TO_THE_SHORE
        if drives:
            return refuge, route
        node, furthest_m = int(self._parties.node[party]), self._parameters.longest_walk_m
        if refuge != NONE and traffic.way_on_foot_m(node, refuge) <= furthest_m:
            return refuge, route
        refuge = traffic.nearest_on_foot(node)
        if refuge == NONE or traffic.way_on_foot_m(node, refuge) > furthest_m:
            return None
        return refuge, NONE

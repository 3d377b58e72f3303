"""Who decides, who leaves, with whom and by which way; and who is sent another way while travelling."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from firesim.world.decisions import Decisions
from firesim.world.hearing import INSIDE, TO_THE_SHORE, Hearing
from firesim.world.households import BOAT, BUS, FOOT, LIFT, SHORE, Parties
from firesim.world.members import NO_HELP
from firesim.world.people_parameters import PeopleParameters
from firesim.world.shore import Shore
from firesim.world.standing import FOR_BOAT, FOR_BUS, FOR_HELP, FOR_NOTHING, HOME, NO_WAIT, NONE, TRAVELLING, Standing
from firesim.world.traffic import Departures, Traffic

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

MINUTE_S = 60.0


class SettingOut:
    """From the decision to the road."""

    def __init__(
        self, parties: Parties, parameters: PeopleParameters, standing: Standing, hearing: Hearing,
        decisions: Decisions, shore: Shore, n_refuges: int,
    ) -> None:  # fmt: skip
        self._parties, self._parameters, self._shore, self._n_refuges = parties, parameters, shore, n_refuges
        self._standing, self._hearing, self._decisions = standing, hearing, decisions
        self._route_of: dict[int, int] = {}  # advice -> route in Traffic
        self._drives = parties.drives
        by_boat = (parties.mode == SHORE) | (parties.mode == BOAT)
        self._fetched: Integers = np.where(by_boat, FOR_BOAT, np.where(parties.mode == BUS, FOR_BUS, NO_WAIT))
        passengers = np.flatnonzero(parties.driver != NONE)
        drivers = parties.driver[passengers]
        self._passengers = {int(one): passengers[drivers == one] for one in np.unique(drivers)}
        self._has_waited: Claims = np.zeros(len(parties), np.bool_)  # for a lift

    def decide(self, now_s: float) -> None:
        """Those whose decision is due decide; who can only be fetched, by boat or bus, waits for it."""
        who = self._decisions.due(now_s)
        if len(who) == 0:
            return
        at_s = self._decisions.decides_s[who]
        events = self._standing.note(who, at_s, "decided", self._decisions.because[who])
        self._standing.decided_s[who] = at_s
        self._decisions.decide(who, events)
        fetched = self._fetched[who]
        for waits in (FOR_BOAT, FOR_BUS) if np.count_nonzero(fetched) else ():
            those = fetched == waits
            self._shelter(who[those], at_s[those], waits)
            if waits == FOR_BOAT:
                self._wait_at_the_shore(who[those], at_s[those])

    def _wait_at_the_shore(self, who: Integers, at_s: Floats) -> None:
        nearest = self._shore.nearest(self._parties.x_m[who], self._parties.y_m[who])
        self._shore.wait(who, nearest, at_s)

    def leave(self, now_s: float, traffic: Traffic) -> None:
        """Those who are ready set out, drivers with those whom they take along; who has no way to go shelters."""
        who = self._decisions.ready(now_s)
        if len(who) == 0:
            return
        takes_car = self._drives[who] & ~self._goes_to_the_shore(who)
        riders = self._riders_of(who[takes_car])
        who, takes_car = self._without_lift_seekers(who, takes_car, riders)
        ways = [self._way_of(party, car, traffic) for party, car in zip(who.tolist(), takes_car.tolist(), strict=True)]
        if None in ways:
            goes = np.array([way is not None for way in ways], dtype=bool)
            self._shelter(who[~goes], self._decisions.leaves_s[who[~goes]], FOR_NOTHING)
            who, takes_car = who[goes], takes_car[goes]
        if len(who) == 0:
            return
        refuge, route = np.array([way for way in ways if way is not None], dtype=np.int64).T
        p, at_s = self._parties, self._decisions.leaves_s[who]
        events = self._standing.note(who, at_s, "departed", self._decisions.because[who])
        self._set_out(who, at_s, np.where(takes_car, p.mode[who], FOOT))
        on_foot_m_s = p.walking_speed_m_s[who]
        to_road_m_s = np.where(takes_car, self._parameters.access_speed_m_s, on_foot_m_s)
        people = p.people[who]
        for driver, others in riders.items():
            people[who == driver] += p.people[others].sum()
        self._standing.trip[who] = traffic.enter(
            Departures(
                party=who,
                people=people,
                node=p.node[who],
                refuge=refuge,
                route=route,
                speed_m_s=np.where(takes_car, 0.0, on_foot_m_s),
                at_s=at_s + p.walk_m[who] / to_road_m_s,
                cause_id=events,
            )
        )
        for k, driver in enumerate(who.tolist()):
            if driver in riders:
                self._take_along(riders[driver], driver, float(at_s[k]), int(events[k]))

    def _set_out(self, who: Integers, at_s: Floats | float, mode: Integers | int) -> None:
        self._standing.departed_s[who], self._standing.left_by[who] = at_s, mode
        self._standing.state[who], self._standing.waits[who] = TRAVELLING, NO_WAIT
        self._decisions.leaves_s[who] = np.inf

    # --- lifts -----------------------------------------------------------------------------------------------------

    def _riders_of(self, drivers: Integers) -> dict[int, Integers]:
        """Whom each driver that is about to leave takes along: those of its passengers who have decided by then.

        They need not be ready: nobody waits for them, so they come as they are.
        """
        riders = {}
        for one in drivers.tolist():
            if one in self._passengers:
                comes = self._passengers[one]
                comes = comes[self._may_ride(comes, float(self._decisions.leaves_s[one]))]
                if len(comes):
                    riders[one] = comes
        return riders

    def _may_ride(self, passengers: Integers, at_s: float) -> Claims:
        """Whether they are there and have decided when their driver leaves. [n]"""
        standing = self._standing
        waits = (standing.state[passengers] == HOME) | (standing.waits[passengers] == FOR_HELP)
        may: Claims = waits & self._decisions.has_decided(passengers) & (standing.decided_s[passengers] <= at_s)
        return may

    def _without_lift_seekers(
        self, who: Integers, takes_car: Claims, riders: dict[int, Integers]
    ) -> tuple[Integers, Claims]:
        """Of those who are ready, who leaves by its own means: not who rides, waits for a lift, or cannot walk.

        Whose driver has not left waits for it, `lift_wait_min` or until the driver goes if it has decided to; but
        nobody in need of help gives up, and nobody who flees waits. Then they walk.
        """
        seeks = (self._parties.mode[who] == LIFT).nonzero()[0].tolist()  # few: asked one by one
        if not seeks:
            return who, takes_car
        on_board = {rider for others in riders.values() for rider in others.tolist()}
        leaves, helpless = np.ones(len(who), np.bool_), []
        for k in seeks:
            party = int(who[k])
            if party in on_board:
                leaves[k] = False
            elif self._parties.members.needs[party] != NO_HELP:
                leaves[k] = False
                helpless.append(party)
            elif self._awaits_driver(party):
                leaves[k] = False
        self._shelter(np.array(helpless, dtype=np.int64), self._decisions.leaves_s[helpless], FOR_HELP)
        return who[leaves], takes_car[leaves]

    def _awaits_driver(self, party: int) -> bool:
        """Whether a party that is ready puts off leaving, which it does once, for the driver who promised a lift."""
        driver, leaves_s = int(self._parties.driver[party]), self._decisions.leaves_s
        comes = driver != NONE and self._standing.state[driver] == HOME
        if not comes or self._has_waited[party] or self._decisions.flees[party]:
            return False
        until_s = leaves_s[party] + MINUTE_S * self._parameters.lift_wait_min
        leaves_s[party] = max(until_s, leaves_s[driver]) if np.isfinite(leaves_s[driver]) else until_s
        self._has_waited[party] = True
        return True

    def _take_along(self, riders: Integers, driver: int, at_s: float, because: int) -> None:
        """These leave in another party's vehicle, whose trip and fate they share."""
        name = self._parties.household_id[driver]
        self._standing.note(riders, at_s, "departed", because, f"with {name}")
        self._set_out(riders, at_s, LIFT)
        self._standing.trip[riders], self._standing.rides_with[riders] = self._standing.trip[driver], driver
        self._standing.riders[driver] = riders

    # --- the way ---------------------------------------------------------------------------------------------------

    def redirect(self, party: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """A party on the way hears other advice than before, and follows it from its next node on.

        Who is told that no road is safe goes on to whatever refuge it reaches soonest, as does a walker for whom
        the advised one is too far. A walker who is told of a bus stop nearer than that goes there.
        """
        trip = int(self._standing.trip[party[0]])
        refuge, route = self._advised(int(party[0]), traffic)
        walks = not traffic.flow.drives(trip)
        landing = refuge if refuge >= self._n_refuges else NONE
        if landing != NONE:
            refuge = NONE  # who is under way does not turn round for a boat while any refuge can be reached
        too_far = walks and refuge != NONE
        too_far = too_far and traffic.way_left_on_foot_m(trip, refuge) > self._parameters.longest_walk_m
        if refuge == NONE or too_far:
            refuge, route = traffic.nearest_of_any_kind(trip), NONE
        if refuge == NONE:
            refuge = landing
        stop = self._stop_of(int(party[0])) if walks else NONE
        if stop != NONE:
            away_m = traffic.way_left_on_foot_m(trip, refuge) if refuge != NONE else np.inf
            if traffic.way_left_on_foot_m(trip, stop) <= min(away_m, self._parameters.longest_walk_m):
                refuge, route = stop, NONE
        if refuge != NONE:
            words = traffic.refuges[refuge].refuge
            told = self._standing.note(party, at_s, "redirected", because, words)
            traffic.redirect([trip], [refuge], [route], told)

    def _shelter(self, who: Integers, at_s: Floats, waits: int) -> None:
        if len(who) == 0:
            return
        self._standing.shelter(who, at_s, self._decisions.because[who], waits)
        self._decisions.leaves_s[who] = np.inf

    def _goes_to_the_shore(self, who: Integers) -> Claims:
        """Whether each was told last to go to the water on foot, to a landing or not."""
        advice, n_refuges = self._hearing.advice, self._n_refuges
        told = self._hearing.advice_of[who].tolist()
        return np.array([k == TO_THE_SHORE or (k >= 0 and advice[k][0] >= n_refuges) for k in told], dtype=np.bool_)

    def _advised(self, party: int, traffic: Traffic) -> tuple[int, int]:
        """Refuge and route that a party was told of; -1, -1: it was told of none."""
        number = int(self._hearing.advice_of[party])
        if number in (NONE, TO_THE_SHORE, INSIDE):
            return NONE, NONE
        refuge, route, _ = self._hearing.advice[number]
        if number not in self._route_of:
            self._route_of[number] = traffic.add_route(route) if len(route) > 1 else NONE
        return refuge, self._route_of[number]

    def _way_of(self, party: int, takes_car: bool, traffic: Traffic) -> tuple[int, int] | None:
        """Refuge and route of a party that sets out; None: it cannot go.

        By car as advised, else to the nearest usual refuge. Who was told that no road is safe leaves the car and walks.
        """
        return (
            self._advised(party, traffic)
            if takes_car
            else self.way_on_foot(party, int(self._parties.node[party]), traffic)
        )

    def way_on_foot(
        self,
        party: int,
        node: int,
        traffic: Traffic,
        but: int = NONE,
        furthest_m: float | None = None,
        cut: Collection[int] = (),
    ) -> tuple[int, int] | None:
        """Where a party at a node walks to, and by which route; None: nothing is near enough.

        To the bus stop that it was told of if that is nearer than the refuge, else as advised unless that is too far,
        else to the nearest refuge of any kind that is not. `but`: not to this stop; `furthest_m`: instead of the
        walk that people set out for at all; `cut`: edges that it has found closed.
        """
        refuge, route = self._advised(party, traffic)
        if furthest_m is None:
            furthest_m = self._parameters.longest_walk_m
        away_m = traffic.way_on_foot_m(node, refuge, cut) if refuge != NONE else np.inf
        stop = self._stop_of(party)
        if stop not in (NONE, but) and traffic.way_on_foot_m(node, stop, cut) <= min(away_m, furthest_m):
            return stop, NONE
        if away_m <= furthest_m and np.isfinite(away_m):
            return refuge, route
        refuge = traffic.nearest_on_foot(node, cut)
        if refuge == NONE or traffic.way_on_foot_m(node, refuge, cut) > furthest_m:
            return None
        return refuge, NONE

    def _stop_of(self, party: int) -> int:
        """The bus stop that a party was told of, as what can be walked to; -1: none."""
        number = int(self._hearing.advice_of[party])
        return self._hearing.advice[number][2] if number >= 0 else NONE

    def go_on(self, party: int, node: int, way: tuple[int, int], at_s: float, because: int, traffic: Traffic) -> None:
        """A party that was under way goes on on foot from a node, by this event."""
        one = np.ones(1, np.int64)
        self._standing.trip[party] = traffic.enter(
            Departures(
                party=party * one,
                people=self._parties.people[party] * one,
                node=node * one,
                refuge=way[0] * one,
                route=way[1] * one,
                speed_m_s=self._parties.walking_speed_m_s[party] * np.ones(1),
                at_s=np.array([at_s]),
                cause_id=because * one,
            )
        )[0]

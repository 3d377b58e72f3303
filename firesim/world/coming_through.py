"""What becomes of people on the way: they come through, wait, are cut off or caught, or find that a refuge is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.queues import ARRIVED, CAUGHT
from firesim.world.exposure import AT_HOME, ON_BEACH, ON_ROAD
from firesim.world.households import Parties
from firesim.world.people_parameters import PeopleParameters
from firesim.world.shore import Shore
from firesim.world.standing import (
    EXPOSED,
    FOR_BOAT,
    FOR_BUS,
    HOME,
    NO_WAIT,
    NONE,
    SAFE,
    SHELTERING,
    TRAPPED,
    TRAVELLING,
    Standing,
)
from firesim.world.stops import Stops
from firesim.world.traffic import Changes, Traffic

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

# By the kind of place: where one is there, as to heat and smoke (elsewhere as at home), and what one waits for.
_STAYS_AT = {"beach": ON_BEACH, "landing": ON_BEACH, "stop": ON_ROAD}
_FETCHED_FROM = {"landing": FOR_BOAT, "stop": FOR_BUS}


class ComingThrough:
    """From the road to a fate."""

    def __init__(
        self, parties: Parties, parameters: PeopleParameters, standing: Standing, shore: Shore, stops: Stops,
        n_refuges: int,
    ) -> None:  # fmt: skip
        self._parties, self._parameters, self._standing = parties, parameters, standing
        self._shore, self._stops, self._n_refuges = shore, stops, n_refuges
        self._beside: Integers | None = None  # the landing beside each of what can be made for, once they are known
        self._there_since_s = np.zeros(len(parties))  # not safe where they are: from the start, come to wait, lost
        self._cuts_known = 0
        self._just_came: list[Integers] = []  # to where they wait, or are in a refuge that was lost, since then
        self._lost: list[int] = []  # refuges

    def learn(self, traffic: Traffic) -> None:
        """What became of those whose trip has ended since the last call."""
        ended = traffic.changes()
        if len(ended.trip) == 0:
            return
        ended = self._with_riders(ended)
        arrived = ended.status == ARRIVED
        if np.count_nonzero(arrived) == len(arrived):
            self._arrive(ended.trip, ended.party, ended.at_s, ended.cause_id, traffic)
            return
        which = arrived.nonzero()[0]
        self._arrive(ended.trip[which], ended.party[which], ended.at_s[which], ended.cause_id[which], traffic)
        self._fail(ended, arrived)

    def _fail(self, ended: Changes, arrived: Claims) -> None:
        """Of these, those who did not arrive have been caught, or know of no way left."""
        standing, failed = self._standing, (~arrived).nonzero()[0]
        who, at_s, because = ended.party[failed], ended.at_s[failed], ended.cause_id[failed]
        caught = ended.status[failed] == CAUGHT
        was_cut_off = np.isfinite(standing.trapped_s[who])  # before they left
        for which, kind in ((~was_cut_off, "trapped"), (was_cut_off & ~caught, "stranded")):
            standing.note(who[which], at_s[which], kind, because[which])
        standing.state[who] = TRAPPED
        standing.trapped_s[who] = np.minimum(standing.trapped_s[who], at_s)
        standing.exposure.add(who[caught], ON_ROAD, self._parameters.dose_s)
        newly = caught & ~standing.is_exposed[who]
        standing.expose(who[newly], at_s[newly], because[newly])

    def _arrive(self, trips: Integers, who: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """In a refuge they are safe; at a last resort, landing or stop they wait, in the heat like anybody there."""
        came_to = traffic.refuge_of(trips)
        refuge = came_to.copy()
        for k in [k for k, place in enumerate(came_to.tolist()) if place >= self._n_refuges]:
            name = traffic.refuges[came_to[k]].refuge
            if name in self._stops.index:
                self._stops.wait(who[k : k + 1], np.array([self._stops.index[name]]), at_s[k])
                continue
            self._shore.wait(who[k : k + 1], np.array([self._shore.index[name]]), at_s[k])
            refuge[k] = traffic.shelter_beside(int(trips[k]))
        safe_ones = traffic.safe_ones
        is_in = np.array([place in safe_ones for place in refuge.tolist()], dtype=bool)
        n_in = np.count_nonzero(is_in)
        if n_in == len(who):
            self._be_safe(who, refuge, at_s, because)
        elif n_in == 0:
            self._wait(who, came_to, at_s, because, traffic)
        else:
            self._be_safe(who[is_in], refuge[is_in], at_s[is_in], because[is_in])
            self._wait(who[~is_in], came_to[~is_in], at_s[~is_in], because[~is_in], traffic)
        if self._shore.landings:
            if self._beside is None:
                self._beside = self._shore.beside(traffic.refuges)
            self._shore.wait(who, self._beside[came_to], at_s)

    def _be_safe(self, who: Integers, refuge: Integers, at_s: Floats, because: Integers) -> None:
        standing = self._standing
        standing.refuge_in[who] = refuge
        standing.note(who, at_s, "safe", because)
        standing.safe_s[who], standing.state[who] = at_s, SAFE

    def _wait(self, who: Integers, where: Integers, at_s: Floats, because: Integers, traffic: Traffic) -> None:
        """They have come to where they are not safe by itself, and wait there."""
        places, standing = [traffic.refuges[place] for place in where.tolist()], self._standing
        standing.note(who, at_s, "sheltering", because, [place.refuge for place in places])
        standing.state[who], standing.waits_at[who], self._there_since_s[who] = SHELTERING, where, at_s
        for party, place in zip(who.tolist(), places, strict=True):
            standing.stays_at[party] = _STAYS_AT.get(place.kind, AT_HOME)
            if place.kind in _FETCHED_FROM:
                standing.waits[party] = _FETCHED_FROM[place.kind]
        self._just_came.append(who)  # where they are now may be cut off already

    def board(self, who: Integers, at_s: Floats, because: int, boat: str) -> None:
        """Parties that wait at a landing go aboard a boat, because of what it did last."""
        standing = self._standing
        self._shore.board(who, at_s, standing.note(who, at_s, "boarded", because, boat))
        standing.refuge_in[who] = standing.waits_at[who] = NONE
        moved = standing.state[who] != SAFE  # who comes from a refuge that stands was safe and stays so
        standing.departed_s[who] = np.minimum(standing.departed_s[who], at_s)
        standing.state[who[moved]], standing.waits[who] = TRAVELLING, NO_WAIT

    def land(self, who: Integers, at_s: Floats, port: str) -> None:
        """Parties come ashore in a port out of the fire's reach."""
        standing = self._standing
        self._shore.land(who, at_s)
        new = standing.state[who] != SAFE
        boarded = self._shore.boarded_by[who]  # whatever they heard on the way, that is what brought them here
        standing.note(who[new], at_s[new], "safe", boarded[new], port)
        standing.note(who[~new], at_s[~new], "ashore", boarded[~new], port)
        standing.safe_s[who[new]], standing.state[who[new]] = at_s[new], SAFE

    def _with_riders(self, ended: Changes) -> Changes:
        """The same with a row more for each party that rode with another."""
        riders = [self._standing.riders.get(party) for party in ended.party.tolist()]
        if not any(others is not None for others in riders):
            return ended
        count = np.array([1 if others is None else 1 + len(others) for others in riders])
        rows = np.repeat(np.arange(len(riders)), count)
        together = [
            [party] if others is None else [party, *others.tolist()]
            for party, others in zip(ended.party.tolist(), riders, strict=True)
        ]
        party = np.array([member for members in together for member in members], dtype=np.int64)
        return Changes(ended.trip[rows], party, ended.status[rows], ended.at_s[rows], ended.cause_id[rows])

    def note_cut_off(self, traffic: Traffic) -> None:
        """Who is in place when the last way out of it is cut is trapped from then on, known or not.

        They may still set out: nobody has told them.
        """
        if traffic.cut_off.n_noted != self._cuts_known:
            self._cuts_known = traffic.cut_off.n_noted
            self._note_cut_off_of(np.arange(len(self._parties)), traffic)
        elif self._just_came:
            self._note_cut_off_of(np.concatenate(self._just_came), traffic)
        self._just_came = []

    def _note_cut_off_of(self, who: Integers, traffic: Traffic) -> None:
        standing, cut_off = self._standing, traffic.cut_off
        who, node = _in_place_and_cut_off(
            who, standing.state, standing.trapped_s, standing.lost_cell, standing.refuge_in, standing.waits_at,
            self._parties.node, traffic.refuge_nodes, cut_off.by_event,
        )  # fmt: skip
        if len(who) == 0:
            return
        standing.trapped_s[who] = np.maximum(cut_off.since_s[node], self._there_since_s[who])
        standing.note(who, standing.trapped_s[who], "trapped", cut_off.by_event[node])

    def lose_refuges(self, now_s: float, traffic: Traffic) -> None:
        """Who is in a refuge when it is lost did not come through: they stay, in the heat like anybody in place."""
        standing = self._standing
        for refuge, event in traffic.lost_event.items():
            if refuge in self._lost:
                continue
            self._lost.append(refuge)
            inside = np.flatnonzero((standing.state == SAFE) & (standing.refuge_in == refuge))
            standing.note(inside, now_s, "refuge_lost", event, traffic.refuges[refuge].refuge)
            in_smoke = traffic.is_lost_to_smoke(refuge)
            standing.safe_s[inside], standing.state[inside] = np.inf, SHELTERING if in_smoke else EXPOSED
            standing.lost_cell[inside], self._there_since_s[inside] = traffic.refuge_cell[refuge], now_s
            self._just_came.append(inside)
            standing.stays_at[inside] = ON_BEACH if traffic.refuges[refuge].kind == "beach" else AT_HOME

    def finish(self, traffic: Traffic) -> None:
        """The run is over: who is still in place, and cut off from every refuge with room, stays trapped.

        Who waits at a last resort or landing stays sheltering; `trapped_s` says whether they could have gone on.
        """
        self.note_cut_off(traffic)
        standing = self._standing
        in_place = np.isin(standing.state, (HOME, SHELTERING)) & (standing.waits_at == NONE)
        standing.state[in_place & np.isfinite(standing.trapped_s)] = TRAPPED


@kernel
def _in_place_and_cut_off(
    among: Integers, state: Integers, trapped_s: Floats, lost_cell: Integers, refuge_in: Integers, waits_at: Integers,
    home_node: Integers, refuge_nodes: Integers, cut_off_by: Integers,
) -> tuple[Integers, Integers]:  # fmt: skip
    """Of some parties, those in place that are cut off and were not noted as trapped before; and the node of each.

    `refuge_nodes` of all that `Traffic.refuges` holds; `cut_off_by` [nodes] is what cut off each, -1: nothing; the
    others [parties], see `Standing`. Who waits at the water is cut off like anybody else: no boat need come. Once
    ashore in a port they are safe.
    """
    who, at_node, n = np.empty(among.size, np.int64), np.empty(among.size, np.int64), 0
    for party in among:
        if (state[party] != HOME and state[party] != SHELTERING) or trapped_s[party] < np.inf:
            continue
        # Who waits somewhere is there, and so is whoever sits in a refuge that was lost.
        place = refuge_in[party] if lost_cell[party] != NONE else waits_at[party]
        node = refuge_nodes[place] if place != NONE else home_node[party]
        if node >= 0 and cut_off_by[node] != NONE:
            who[n], at_node[n] = party, node
            n += 1
    return who[:n], at_node[:n]

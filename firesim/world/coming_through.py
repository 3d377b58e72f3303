"""What becomes of people on the way: they come through, are cut off or caught, or find that a refuge burns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.physics.queues import ARRIVED, CAUGHT
from firesim.world.exposure import AT_HOME, ON_BEACH, ON_ROAD
from firesim.world.households import Parties
from firesim.world.people_parameters import PeopleParameters
from firesim.world.standing import EXPOSED, HOME, NONE, SAFE, SHELTERING, TRAPPED, Standing
from firesim.world.traffic import Changes, Traffic

Integers = NDArray[np.int64]


class ComingThrough:
    """From the road to a fate."""

    def __init__(self, parties: Parties, parameters: PeopleParameters, standing: Standing) -> None:
        self._parties, self._parameters, self._standing = parties, parameters, standing
        self._cuts_known = 0
        self._lost: list[int] = []  # refuges

    def learn(self, traffic: Traffic) -> None:
        """What became of those whose trip has ended since the last call."""
        ended = traffic.changes()
        if len(ended.trip) == 0:
            return
        standing, ended = self._standing, self._with_riders(ended)
        arrived, caught = ended.status == ARRIVED, ended.status == CAUGHT
        who = ended.party[arrived]
        standing.note(who, ended.at_s[arrived], "safe", ended.cause_id[arrived])
        standing.safe_s[who], standing.state[who] = ended.at_s[arrived], SAFE
        who = ended.party[caught]
        standing.exposure.add(who, ON_ROAD, self._parameters.dose_s)
        standing.state[who] = TRAPPED
        standing.expose(who, ended.at_s[caught], ended.cause_id[caught])
        standing.trapped_s[who] = np.minimum(standing.trapped_s[who], ended.at_s[caught])
        for is_news, kind in ((True, "trapped"), (False, "stranded")):  # some were cut off before they left
            stuck = ~arrived & ~caught & (np.isinf(standing.trapped_s[ended.party]) == is_news)
            who = ended.party[stuck]
            standing.note(who, ended.at_s[stuck], kind, ended.cause_id[stuck])
            standing.state[who] = TRAPPED
            if is_news:
                standing.trapped_s[who] = ended.at_s[stuck]

    def _with_riders(self, ended: Changes) -> Changes:
        """The same with a row more for each party that rode with another."""
        riders = [self._standing.riders.get(party) for party in ended.party.tolist()]
        count = np.array([1 if others is None else 1 + len(others) for others in riders])
        if count.sum() == len(riders):
            return ended
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
        if traffic.cut_off.n_noted == self._cuts_known:
            return
        self._cuts_known = traffic.cut_off.n_noted
        node, standing = self._parties.node, self._standing
        free = np.isin(standing.state, (HOME, SHELTERING)) & (node >= 0) & np.isinf(standing.trapped_s)
        who = np.flatnonzero(free & (traffic.cut_off.by_event[node] != NONE))
        standing.trapped_s[who] = traffic.cut_off.since_s[node[who]]
        standing.note(who, standing.trapped_s[who], "trapped", traffic.cut_off.by_event[node[who]])

    def lose_refuges(self, now_s: float, traffic: Traffic) -> None:
        """Whom the fire finds in a refuge did not come through: they stay, in the heat like anybody in place."""
        standing = self._standing
        for refuge, event in traffic.lost_event.items():
            if refuge in self._lost:
                continue
            self._lost.append(refuge)
            inside = np.flatnonzero(standing.state == SAFE)
            inside = inside[traffic.refuge_of(standing.trip[inside]) == refuge]
            standing.note(inside, now_s, "refuge_lost", event, traffic.refuges[refuge].refuge)
            standing.safe_s[inside], standing.state[inside] = np.inf, EXPOSED
            standing.lost_cell[inside] = traffic.refuge_cell[refuge]
            standing.stays_at[inside] = ON_BEACH if traffic.refuges[refuge].kind == "beach" else AT_HOME

    def finish(self, traffic: Traffic) -> None:
        """The run is over: who is still in place, and cut off from every refuge with room, stays trapped."""
        self.note_cut_off(traffic)
        standing = self._standing
        in_place = np.isin(standing.state, (HOME, SHELTERING))
        standing.state[in_place & np.isfinite(standing.trapped_s)] = TRAPPED

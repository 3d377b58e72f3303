"""Ambulances fetch people who cannot leave by themselves: to the door, aboard, to a haven, off.

The story of one such errand, told for a crew of `responders.py`, whose vehicle, blue light, radio and dangers are those
of every unit. One party at a time, whole, if the vehicle holds it. With people aboard a crew hears no new orders.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import simpy

from firesim.record import Journal
from firesim.world.by_ambulance import ByAmbulance
from firesim.world.carrier import Voyage, voyage_columns
from firesim.world.crew import Crew
from firesim.world.engagement import Engagement
from firesim.world.havens import Haven, Havens, bring_in
from firesim.world.journey import Arriving, drive_to
from firesim.world.units import ResponderParameters, UnitOrders

Story = Generator[simpy.Event, object, None]
Meet = Callable[[Crew, int, Sequence[int]], Story]  # a crew stands before a stretch, making for some nodes

LOOK_S = 60.0  # how often a crew at a door looks at fire and people; judgement
_CUT_OFF = "no road that this crew knows of leads to a haven"


@dataclass(frozen=True)
class FetchOrders(UnitOrders):
    """Whom a crew was told to fetch: `route` leads to the door, `way` from there to the haven."""

    household: str
    haven: str
    way: tuple[str, ...]


@dataclass(frozen=True)
class FetchScene:
    """Whom ambulances fetch and where to, by which event the fire is known, and the journal."""

    people: ByAmbulance
    havens: Havens
    fire_event: Callable[[], int]
    journal: Journal


class Fetching:
    """The errands of all ambulances.

    Attributes
    ----------
    voyages : drives with people aboard, in order of departure
    """

    def __init__(self, scene: FetchScene, engagement: Engagement, parameters: ResponderParameters, meet: Meet) -> None:
        self._env, self._people, self._havens = engagement.env, scene.people, scene.havens
        self._scene, self._engagement, self._parameters, self._meet = scene, engagement, parameters, meet
        self._party: dict[str, int] = {}  # aboard each crew's vehicle
        self.voyages: list[Voyage] = []
        if scene.havens.medical:
            self._env.process(self._watch_facilities())

    def voyage_columns(self) -> dict[str, list[Any]]:
        """Rows of `vehicles.parquet`: a drive with people aboard a row, of no one household."""
        return voyage_columns(self.voyages, "ambulance")

    def run(self, crew: Crew, orders: FetchOrders, door: int) -> Story:
        """One errand, to the node nearest to the door first."""
        crew.note("ambulance_under_way", f"to {orders.household}")
        crew.tell("rolling")
        is_there = yield from self._drive(crew, [door], orders.route)
        if crew.was_called:
            return
        if not is_there:
            crew.begin("blocked")
            crew.tell("blocked", "no road that this crew knows of leads there")
            return
        yield from self._load(crew, orders)
        if not crew.was_called:
            yield from self._bring_in(crew, orders)

    def lose(self, crew: Crew) -> None:
        """The fire has gone over the vehicle; whoever sits in it is caught."""
        if crew.name in self._party:
            assert crew.cause is not None
            self._people.burn(self._party[crew.name], float(self._env.now), crew.cause)

    # --- at the door ---------------------------------------------------------------------------------------------

    def _load(self, crew: Crew, orders: FetchOrders) -> Story:
        """Fetch them from the door, if they still wait, fit in, and no flames are near; orders may cut it short."""
        household, party = orders.household, self._people.party_of(orders.household)
        crew.note("ambulance_at_door", household)
        until_s = float(self._env.now) + self._load_s(party)
        while self._may_load(crew, household, party):
            left_s = until_s - float(self._env.now)
            if left_s <= 1e-6:
                self._take(crew, household, party)
                return
            if crew.leg != "load":
                crew.begin("load")
                crew.tell("loading", household=household)
            yield crew.pause(min(left_s, LOOK_S))
            if crew.was_called:
                return

    def _load_s(self, party: int) -> float:
        """From the road to the door, at work there, and back to the road. [s]"""
        p, people = self._parameters, self._people
        at_door_s = p.stretcher_load_s if people.needs_stretcher(party) else p.helped_load_s
        return at_door_s + 2.0 * people.access_s(party)

    def _may_load(self, crew: Crew, household: str, party: int) -> bool:
        """Whether they can be taken; if not, the crew says why."""
        hot = self._people.is_hot_at(*self._people.place_of(party)) or self._people.is_hot_at(*crew.place)
        if hot or self._engagement.danger_to(crew) is not None:
            crew.note("ambulance_cannot_reach", household, self._scene.fire_event())
            crew.tell("cannot_reach", "flames too near", household=household)
        elif not self._people.waits(party):
            crew.note("ambulance_found_nobody", household)
            crew.tell("nobody_there", household=household)
        elif self._people.people_of(party) > self._parameters.ambulance_seats:
            crew.note("ambulance_cannot_reach", f"{household}: more than it holds")
            crew.tell("cannot_reach", "more people than it holds", household=household)
        else:
            return True
        return False

    def _take(self, crew: Crew, household: str, party: int) -> None:
        assert crew.cause is not None
        event = self._people.take(party, float(self._env.now), crew.cause, crew.name, lambda: crew.place)
        self._party[crew.name] = party
        crew.cause, crew.people_aboard, crew.is_bound = event, self._people.people_of(party), True
        crew.tell("laden", household=household)

    # --- to safety -----------------------------------------------------------------------------------------------

    def _bring_in(self, crew: Crew, orders: FetchOrders) -> Story:
        """To a haven and off; an empty ambulance drives there too, out of the way and into coverage."""
        if not crew.people_aboard:
            haven = yield from self._carry(crew, orders)
            if haven is None and not crew.was_called:
                crew.begin("blocked")
                crew.tell("blocked", _CUT_OFF)
            elif haven is not None:
                self._stand(crew, orders.household, 0)
        while crew.people_aboard:
            haven = yield from self._drive_laden(crew, orders)
            if haven is None:
                yield from self._give_up(crew)
            else:
                yield from self._unload(crew, orders.household, haven)

    def _drive_laden(self, crew: Crew, orders: FetchOrders) -> Generator[simpy.Event, object, Haven | None]:
        """One voyage, put on record; returns the haven that it came to, None: none."""
        now_s, from_m, number = float(self._env.now), crew.driven_m, len(self.voyages)
        start = crew.ways.roads.node_ids[crew.standing.node]
        assert crew.cause is not None
        voyage = Voyage(crew.name, start, orders.haven, crew.people_aboard, now_s, np.inf, 0.0, crew.cause)
        self.voyages.append(voyage)
        haven = yield from self._carry(crew, orders)
        self.voyages[number] = replace(
            voyage,
            end=voyage.end if haven is None else haven.name,
            arrived_s=np.inf if haven is None else float(self._env.now),
            distance_m=crew.driven_m - from_m,
            is_stranded=haven is None,
        )
        return haven

    def _carry(self, crew: Crew, orders: FetchOrders) -> Generator[simpy.Event, object, Haven | None]:
        first = self._havens.named(orders.haven)
        go = partial(self._drive, crew)
        return (yield from bring_in(crew, self._havens, crew.people_aboard, first, orders.way, go))

    def _unload(self, crew: Crew, household: str, haven: Haven) -> Story:
        """Let them off; but not where the haven is lost before they are out."""
        crew.begin("unload")
        arrived = crew.note("ambulance_at_haven", haven.name)
        self._havens.admit(haven, crew.people_aboard, float(self._env.now), arrived)
        yield self._env.timeout(self._parameters.ambulance_unload_s)
        if not self._havens.stands(haven):
            return
        self._people.let_off(self._party.pop(crew.name), float(self._env.now), arrived, haven)
        crew.note("ambulance_unloaded", f"{crew.people_aboard} people at {haven.name}")
        people, crew.people_aboard, crew.is_bound = crew.people_aboard, 0, False
        self._stand(crew, household, people)

    def _stand(self, crew: Crew, household: str, people: int) -> None:
        """Free again, where it stands; other orders may have come meanwhile. `people`: how many it has let off."""
        if not crew.was_called:
            crew.begin("stage")
        crew.tell("let_off", household=household, people=people)

    def _give_up(self, crew: Crew) -> Story:
        """No road leads to any haven: they stay in the vehicle for good, and flee in it from what comes near."""
        event = crew.note("ambulance_cut_off", f"with {crew.people_aboard} people")
        crew.begin("blocked")
        crew.tell("blocked", _CUT_OFF)
        self._people.strand(self._party[crew.name], float(self._env.now), event)
        while True:
            yield crew.wait()
            danger = self._engagement.danger_to(crew)
            if danger is not None:
                yield from self._engagement.withdraw(crew, danger)

    # --- the road, and what becomes of havens ----------------------------------------------------------------------

    def _drive(self, crew: Crew, nodes: Sequence[int], route: Sequence[str]) -> Arriving:
        leg = "carry" if crew.people_aboard else "drive"
        return (yield from drive_to(self._env, crew, nodes, route, leg, partial(self._meet, crew)))

    def _watch_facilities(self) -> Story:
        while True:
            yield self._env.timeout(LOOK_S)
            now_s = float(self._env.now)
            for haven in self._havens.newly_lost():
                event = self._scene.journal.add(now_s, haven.name, "refuge_reached", self._scene.fire_event())
                self._people.lose(haven, now_s, event)

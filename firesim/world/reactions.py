"""What people do about what they have just heard: they pass it on, decide, stay, give up, or go another way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.world.by_ambulance import ByAmbulance
from firesim.world.by_bus import ByBus
from firesim.world.decisions import Decisions
from firesim.world.hearing import INSIDE, Heard, Hearing
from firesim.world.known import ELSEWHERE, LEVEL_WORDS, NOTHING, ORDER, SEEN, STAY
from firesim.world.neighbours import Neighbours
from firesim.world.people_parameters import PeopleParameters
from firesim.world.setting_out import SettingOut
from firesim.world.shore import Shore
from firesim.world.standing import HOME, NONE, TRAVELLING, Standing
from firesim.world.traffic import Traffic

Integers = NDArray[np.int64]
Claims = NDArray[np.bool_]


class Reactions:
    """What all parties do about what they hear, each by its own willingness."""

    def __init__(
        self, parameters: PeopleParameters, standing: Standing, hearing: Hearing, neighbours: Neighbours,
        decisions: Decisions, setting_out: SettingOut, shore: Shore, by_bus: ByBus, by_ambulance: ByAmbulance,
    ) -> None:  # fmt: skip
        p = parameters
        self._stay_heeded = p.stay_heeded
        self._heeded = np.array([  # by level: the share of people whom it convinces to leave
            0.0, p.elsewhere_heeded, p.told_of_fire_heeded, p.warning_heeded, p.warning_heeded, p.order_heeded,
        ])  # fmt: skip
        self._standing, self._hearing, self._neighbours, self._decisions = standing, hearing, neighbours, decisions
        self._setting_out, self._shore, self._by_bus, self._by_ambulance = setting_out, shore, by_bus, by_ambulance

    def to(self, heard: Heard, traffic: Traffic) -> None:
        """These have just heard something; some of them write it down as news to them, and act on it."""
        who, standing = heard.who, self._standing
        levels = set(heard.level.tolist())
        if NOTHING in levels:
            calm = np.flatnonzero((heard.level == NOTHING) & (standing.state[who] == HOME))
            self._give_up(heard, calm)
            self._decisions.stays_inside[who[calm]] = False
        if NOTHING in levels or self._neighbours.is_anywhere_calm:
            self._neighbours.note(who, heard.level)
        events = heard.because
        if np.count_nonzero(heard.is_raised):
            events = self._note_heard(heard)
            self._be_convinced(heard, events, levels)
        told_anew = heard.is_advised_anew & (heard.advice != INSIDE)
        if np.count_nonzero(told_anew):
            self._go_elsewhere(heard, told_anew, events, traffic)

    def _be_convinced(self, heard: Heard, events: Integers, levels: set[int]) -> None:
        """Of those who have heard more than before, by these events, some stay inside and some will leave."""
        who = heard.who
        self._hearing.known_by[who[heard.is_raised]] = events[heard.is_raised]
        if STAY in levels:
            self._stay_inside(heard, events)
        moved = (heard.is_raised & (self._standing.state[who] == HOME)).nonzero()[0]
        if len(moved) == 0:
            return
        level, at_s = heard.level[moved], heard.at_s[moved]
        heeds = self._decisions.would_heed(who[moved], self._heeded[level], at_s, level == ORDER)
        self._decisions.convince(who[moved[heeds]], at_s[heeds], events[moved[heeds]])

    def _go_elsewhere(self, heard: Heard, told_anew: Claims, events: Integers, traffic: Traffic) -> None:
        """Those told anew where to go who wait for a bus, or are on their way by themselves, may change their mind."""
        self._by_bus.hear(heard, told_anew)
        standing, those = self._standing, told_anew.nonzero()[0]
        who = heard.who[those]
        own_way = (standing.state[who] == TRAVELLING) & (standing.rides_with[who] == NONE)
        if np.count_nonzero(own_way) == 0:
            return
        is_carried = self._shore.is_aboard[who] | self._by_bus.stops.is_aboard[who]
        own_way &= ~(is_carried | self._by_ambulance.patients.is_aboard[who])
        for k in those[own_way].tolist():
            self._setting_out.redirect(heard.who[k : k + 1], heard.at_s[k : k + 1], events[k : k + 1], traffic)

    def _note_heard(self, heard: Heard) -> Integers:
        """Write down who has heard more than before; the event of each, or what it heard by. [heard]"""
        events = heard.because.copy()
        raised = heard.is_raised.nonzero()[0]
        level = heard.level[raised]
        kinds = (("overheard", level == ELSEWHERE), ("told_of_fire", level == SEEN), ("warned", level > SEEN))
        for kind, is_of_kind in kinds:
            part = raised[is_of_kind]
            if len(part) == 0:
                continue
            words = [
                f"{LEVEL_WORDS[level]} by {self._hearing.channels[by]}"
                for level, by in zip(heard.level[part].tolist(), heard.channel[part].tolist(), strict=True)
            ]
            events[part] = self._standing.note(heard.who[part], heard.at_s[part], kind, heard.because[part], words)
        return events

    def _give_up(self, heard: Heard, those: Integers) -> None:
        """Of those who heard something, these stay where they are after all, if they meant to go."""
        if len(those) == 0:
            return
        gave_up = those[self._decisions.stand_down(heard.who[those])]
        self._standing.note(heard.who[gave_up], heard.at_s[gave_up], "stood_down", heard.because[gave_up])

    def _stay_inside(self, heard: Heard, events: Integers) -> None:
        """Who heeds an order to stay inside gives up leaving, until flames are in sight or an order to leave comes.

        To the others it is a warning.
        """
        at_home = heard.is_raised & (heard.level == STAY) & (self._standing.state[heard.who] == HOME)
        heeds = (at_home & (self._decisions.willingness[heard.who] < self._stay_heeded)).nonzero()[0]
        if len(heeds) == 0:
            return
        self._give_up(heard, heeds)
        who = heard.who[heeds]
        self._decisions.stays_inside[who] = True
        self._standing.note(who, heard.at_s[heeds], "stays_inside", events[heeds])

"""The people: who hears, sees, decides, leaves and comes through, party by party, as arrays.

What moves a party is an alert for its zone, an alert for others, smoke, flames, and heat. What becomes of it on
the road is `world/traffic.py`'s. Each change of a party is an event whose cause is the one that brought it about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.place.grid import Grid
from firesim.place.landings import Landing, targets_on_foot
from firesim.place.stops import BusStop
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.by_ambulance import ByAmbulance
from firesim.world.by_bus import ByBus
from firesim.world.coming_through import ComingThrough
from firesim.world.decisions import Decisions
from firesim.world.exposure import AT_HOME, ON_BEACH, Exposure
from firesim.world.hearing import Hearing
from firesim.world.households import KINDS, MODES, SHORE, Parties, make_parties
from firesim.world.members import LANGUAGES, NEEDS
from firesim.world.neighbours import Neighbours
from firesim.world.people_parameters import PeopleParameters
from firesim.world.people_words import warnings_of
from firesim.world.reactions import Reactions
from firesim.world.senses import FireInSight, Senses
from firesim.world.setting_out import SettingOut
from firesim.world.shore import Shore
from firesim.world.sleeping import Sleep
from firesim.world.smoke import Smoke
from firesim.world.standing import FATES, NONE, WAITS, Standing
from firesim.world.stops import Stops
from firesim.world.traffic import Traffic

if TYPE_CHECKING:
    from firesim.place.load import Place

__all__ = ["FATES", "Parties", "People", "PeopleParameters"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class People:
    """Everybody of one run.

    Parameters
    ----------
    parties
        Who is there.
    zones, is_beach : [zones]
        Ids of the zones in the order of `parties.zone_index`, and whether each is a beach.
    refuges : [refuges]
        Ids in the order in which `Traffic` has them.
    grid
        Of the fire.
    landings
        Where boats come; none: nobody waits for any.
    stops
        Where buses come; likewise.
    journal
        Receives `warned, overheard, told_of_fire, stays_inside, redirected, saw, decided, departed, safe, sheltering,
        entered_sea, left_sea, trapped, stranded, exposed, refuge_lost, stood_down, boarded, ashore,
        got_on, gave_up_bus, got_out, called_for_help, picked_up`.
    hour
        Local hour at the scenario's start.

    Attributes
    ----------
    sleep
        Who is asleep when.
    shore
        Who waits for boats where, and who is afloat.
    by_bus, by_ambulance
        Who waits for buses where, and who sits in one; who calls for help, and who sits in an ambulance.
    """

    def __init__(
        self,
        parties: Parties,
        zones: Sequence[str],
        is_beach: Sequence[bool],
        refuges: Sequence[str],
        grid: Grid,
        parameters: PeopleParameters,
        luck: Luck,
        journal: Journal,
        hour: float,
        landings: Sequence[Landing] = (),
        stops: Sequence[BusStop] = (),
    ) -> None:
        self.parties, self.parameters, self.zones = parties, parameters, list(zones)
        on_beach = np.asarray(is_beach, dtype=bool)[parties.zone_index] | (parties.mode == SHORE)
        self._standing = Standing(parties.household_id, np.where(on_beach, ON_BEACH, AT_HOME), journal)
        self.sleep = Sleep(parties.entity, parameters, luck, hour)
        self._n_refuges = len(refuges)
        self.shore = Shore(landings, parties.people, grid)
        walked_to = [one.refuge for one in targets_on_foot(landings)]
        at_stops = Stops(stops, parties.people, grid)
        self._hearing = Hearing(parties.zone_index, zones, [*refuges, *walked_to, *(one.stop for one in stops)])
        self._neighbours = Neighbours(parties, len(zones), parameters, luck, self._hearing, self.sleep)
        self._decisions = Decisions(parties, parameters, luck, self.sleep.is_asleep(0.0))
        self._senses = Senses(
            parties, grid, parameters, self._standing, self._hearing, self._decisions, self.sleep, self.shore, at_stops
        )
        self._setting_out = SettingOut(
            parties, parameters, self._standing, self._hearing, self._decisions, self.shore, len(refuges)
        )
        self._coming_through = ComingThrough(parties, parameters, self._standing, self.shore, at_stops, len(refuges))
        self.by_bus = ByBus(
            at_stops, self._standing, self._hearing, self._decisions, self._setting_out, self._senses,
            len(refuges) + len(walked_to),
        )  # fmt: skip
        self.by_ambulance = ByAmbulance(parties, self._standing, self._senses, parameters)
        self._reactions = Reactions(
            parameters, self._standing, self._hearing, self._neighbours, self._decisions, self._setting_out, self.shore,
            self.by_bus, self.by_ambulance,
        )  # fmt: skip
        self._talk_s = 0.0  # when neighbours talk next

    @classmethod
    def build(
        cls, place: Place, parameters: PeopleParameters, luck: Luck, hour: float, journal: Journal,
        landings: Sequence[Landing] = (), stops: Sequence[BusStop] = (),
    ) -> People:  # fmt: skip
        """The people of a place at an hour of the local day; `landings`: where boats come, `stops`: where buses do."""
        settlement = place.settlement
        zones = [zone.zone for zone in settlement.zones]
        is_beach = [zone.kind == "beach" for zone in settlement.zones]
        refuges = [refuge.refuge for refuge in settlement.refuges]
        parties = make_parties(place, parameters, luck, hour)
        return cls(parties, zones, is_beach, refuges, place.grid, parameters, luck, journal, hour, landings, stops)

    # --- what happens to them ----------------------------------------------------------------------------------

    def hear(
        self,
        parties: ArrayLike,
        at_s: ArrayLike,
        channel: str,
        level: str,
        cause_ids: ArrayLike,
        advice: Mapping[str, tuple[str, Sequence[str]]],
        names_zones: bool = True,
        stops: Mapping[str, str] | None = None,
        issued_s: float = -np.inf,
    ) -> None:
        """Parties hear an alert, now or later.

        Parameters
        ----------
        parties : [n]
            Numbers of the parties, each once.
        at_s : [n] or scalar
            When. [s]
        channel : str
            By what: app, cell_broadcast, knock, siren.
        level : str
            warning, order or all-clear.
        cause_ids : [n] or scalar
            Event of the alert's delivery, not later than `at_s`.
        advice : mapping
            Zone to (refuge, route as node ids): who is meant, and where they should go; an empty refuge gives
            no advice, `hearing.STAY_INSIDE` says to stay. A party of another zone hears an alert for others.
        names_zones : bool
            Whether it says whom it means. If not, as a siren, it is a warning to all who hear it, without advice.
        stops : mapping, optional
            Zone to the bus stop at which those without a vehicle are fetched.
        issued_s : float
            When it was issued: who knows an order or all-clear issued later does not heed it. [s]
        """
        self._hearing.hear(parties, at_s, channel, level, cause_ids, advice, names_zones, stops, issued_s)

    def advance(self, now_s: float, traffic: Traffic, fire: FireInSight) -> None:
        """Let everybody hear, look, decide and leave until `now_s`, and learn how those on the road fared.

        To be called every step, once the fire and the traffic stand at `now_s`.
        """
        self._coming_through.learn(traffic)
        self._coming_through.lose_refuges(now_s, traffic)
        for heard in self._hearing.until(now_s, self.departed_s, self._decisions.leaves_s, self.safe_s):
            self._reactions.to(heard, traffic)
        self._senses.take_in(now_s, traffic, fire)
        if now_s >= self._talk_s:
            self._talk_s = now_s + self.parameters.look_s
            self._neighbours.talk(now_s, self._talk_s)
        self._setting_out.decide(now_s)
        self._setting_out.leave(now_s, traffic)
        self._coming_through.learn(traffic)
        self._coming_through.note_cut_off(traffic)

    def finish(self, traffic: Traffic) -> None:
        """The run is over: who is still in place, and cut off from every refuge with room, stays trapped."""
        self._coming_through.finish(traffic)

    # --- by sea ----------------------------------------------------------------------------------------------------

    def board(self, who: Integers, at_s: Floats, because: int, boat: str) -> None:
        """Parties that wait at a landing go aboard a boat, because of what it did last."""
        self._coming_through.board(who, at_s, because, boat)

    def land(self, who: Integers, at_s: Floats, port: str) -> None:
        """Parties come ashore in a port out of the fire's reach."""
        self._coming_through.land(who, at_s, port)

    def feels_heat(self, cell: int) -> bool:
        """Whether a cell (flat, -1: off the grid) lies in the heat of flames."""
        return self._senses.is_hot_at(cell)

    # --- what they are -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.parties)

    @property
    def air(self) -> Smoke | None:
        """What they breathe; None: clear air."""
        return self._senses.air

    @air.setter
    def air(self, smoke: Smoke | None) -> None:
        self._senses.air = smoke

    @property
    def warned_s(self) -> Floats:
        """The first alert that each party heard; own sight does not count. [parties], inf: none"""
        return self._hearing.warned_s

    @property
    def decided_s(self) -> Floats:
        """When they made up their minds to leave. [parties], s from the scenario's start, inf: not yet"""
        return self._standing.decided_s

    @property
    def departed_s(self) -> Floats:
        """When they left home. [parties], s, inf: not yet"""
        return self._standing.departed_s

    @property
    def safe_s(self) -> Floats:
        """When they came to a refuge, no last resort; `inf` again once it is lost. [parties], s, inf: not yet"""
        return self._standing.safe_s

    @property
    def saw_flame_s(self) -> Floats:
        """When flames came into their sight at home. [parties], s, inf: not yet"""
        return self._standing.saw_flame_s

    @property
    def saw_smoke_s(self) -> Floats:
        """When they noticed the smoke. [parties], s, inf: not yet"""
        return self._standing.saw_smoke_s

    @property
    def place_reached_s(self) -> Floats:
        """When the fire came to the cell that they were in at the start. [parties], s, inf: not yet"""
        return self._senses.place_reached_s

    @property
    def trapped_s(self) -> Floats:
        """When no way to a refuge with room was left to them, or the fire caught them. [parties], s, inf: never

        It stays, whatever becomes of them.
        """
        return self._standing.trapped_s

    @property
    def exposure(self) -> Exposure:
        """Time in heat, thick smoke or the sea so far; being caught on a burning road counts as one dose more."""
        return self._standing.exposure

    @property
    def exposed_s(self) -> Floats:
        """Time in heat, thick smoke or the sea so far, wherever that was. [parties], s"""
        return self.exposure.total_s

    @property
    def cause_id(self) -> Integers:
        """Event of the last change, -1 where nothing has changed. [parties]"""
        return self._standing.cause_id

    @property
    def trip(self) -> Integers:
        """Number of the trip in `Traffic`, -1 before setting out. [parties]"""
        return self._standing.trip

    @property
    def left_by(self) -> Integers:
        """How they left: index into `households.MODES`, -1 before. [parties]"""
        return self._standing.left_by

    @property
    def waits(self) -> Integers:
        """What those who shelter wait for: index into `standing.WAITS`, 0 for nothing or not sheltering. [parties]"""
        return self._standing.waits

    @property
    def fate(self) -> Integers:
        """Index into FATES. Whoever came through is safe, whatever they went through. [parties]"""
        return self._standing.fate

    def columns(self) -> dict[str, Any]:
        """The parties as columns of `people.parquet`, but for what only a comparison with the twin can say.

        Each is a list, an array (masked where a party has none) or an Arrow column of words. [parties]
        """
        from firesim.record import words_at  # brings pyarrow, which moving people does without

        p = self.parties
        return {
            "household_id": list(p.household_id),
            "zone_id": words_at(p.zone_index, self.zones),
            "people": p.people,
            "kind": words_at(p.kind, KINDS),
            "mode": words_at(p.mode, MODES),
            "warned_s": self.warned_s,
            "warned_by": self._hearing.warned_by,
            "decided_s": self.decided_s,
            "departed_s": self.departed_s,
            "safe_s": self.safe_s,
            "place_reached_s": self.place_reached_s,
            "trapped_s": self.trapped_s,
            **self.exposure.columns(),
            **self.shore.columns(),
            **self.by_bus.stops.columns(),
            **self.by_ambulance.patients.columns(),
            "fate": words_at(self.fate, FATES),
            "cause_id": np.ma.array(self.cause_id, mask=self.cause_id == NONE),
            "x_m": p.x_m,
            "y_m": p.y_m,
            "language": words_at(p.members.language, LANGUAGES),
            "luggage": p.members.has_luggage,
            "small_children": p.members.has_children,
            "needs": words_at(p.members.needs, NEEDS),
            "left_by": words_at(self.left_by, MODES),
            "driver_id": ["" if d == NONE else p.household_id[d] for d in self._standing.rides_with.tolist()],
            "waits_for": words_at(self.waits, WAITS),
            "entered_sea_s": self._senses.wading.entered_s,
            "reached_outside": self._hearing.is_outside,
        }

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the people, in words."""
        return warnings_of(
            self.parties, self._standing, self.shore, self._senses.wading, self.parameters.longest_walk_m,
            self._n_refuges,
        )  # fmt: skip

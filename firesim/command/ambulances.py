"""Which ambulance fetches whom, where to, and what callers are told for whom none can be sent.

The centre knows of those who called, and of nobody else. The most urgent come first: by the forecast those whose last
way out closes, or whose place is reached, soonest; without a forecast those nearest to the believed fire. To each goes
the ambulance that is there soonest, on roads believed open, of those that can be out again, with people aboard, before
any stretch of the way there or back is forecast to close, less the margin of units. Nobody has to sign for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from firesim.command.cases import ABOARD, OUT_OF_REACH, WAITS, Case
from firesim.command.crews import Crew
from firesim.command.orders import Order
from firesim.command.picture import Picture
from firesim.command.response import stand_by
from firesim.command.ways import Network, Way, unit_network
from firesim.link.briefings import AmbulanceInfo
from firesim.link.messages import CallAnswer, FetchOrder
from firesim.physics.search import edges_to

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

AMBULANCE = "ambulance"
NONE_FREE = "no ambulance is free"
NONE_LEFT = "no ambulance is left that can drive"
NO_ROAD = "no road there and back stays open long enough"
TOO_MANY = "more people than an ambulance holds"


@dataclass(frozen=True)
class Haven:
    """Where people can be brought, as believed."""

    name: str
    node: int
    is_medical: bool


@dataclass(frozen=True)
class Errand:
    """One ambulance to one caller and on: `there_s` is when it is at the door, `out` the way from there."""

    crew: Crew
    there_s: float
    there: Way
    out: Way
    haven: Haven


@dataclass
class FetchPlan:
    """Orders to ambulances and answers to callers, each because of the call.

    `called_off`: ambulances whose errand cannot be done any more and that are sent on no other, and by which call;
    each is ordered to stand by.
    """

    orders: list[Order] = field(default_factory=list)
    called_off: dict[str, str] = field(default_factory=dict)


def plan(picture: Picture, now_s: float) -> FetchPlan:
    """Who is to be fetched by which ambulance, as things are believed now. Orders only where something is new."""
    info = picture.ground.briefing.ambulances
    if info is None or not picture.cases:
        return FetchPlan()
    desk, result = _Desk(picture, info, now_s), FetchPlan()
    usable = [crew for crew in picture.units.values() if crew.kind == AMBULANCE and not crew.is_lost]
    kept = [crew for crew in usable if _keeps(desk, crew)]
    served = {crew.household for crew in kept}
    free = [crew for crew in usable if crew not in kept]
    for case in desk.by_urgency():
        if case.household in served:
            continue
        errand = desk.errand(case, free)
        if errand is not None:
            free.remove(errand.crew)
            result.orders.append(_order(picture, case, errand, now_s))
        elif (why_not := desk.why_not(case, usable)) not in case.told:
            result.orders.append(_answer(case, why_not))
    given_up = [case for case in picture.cases.values() if case.state == OUT_OF_REACH]
    result.orders += [_answer(case, case.crew_said) for case in given_up if case.crew_said not in case.told]
    for crew in free:
        if crew.household:
            because = result.called_off[crew.name] = picture.cases[crew.household].message_id
            order = stand_by(picture, crew, f"called off from {crew.household}", now_s)
            result.orders.append(replace(order, because=because))
    return result


def _keeps(desk: _Desk, crew: Crew) -> bool:
    """Whether an ambulance goes on with its errand: people are aboard or loading, or it is well on its way."""
    if crew.task != "fetch" or not crew.household:
        return False
    case = desk.picture.cases[crew.household]
    if case.state == ABOARD or crew.at_it_s > crew.ordered_s:
        return True
    if case.state != WAITS or crew.is_stuck or desk.is_silent(crew):
        return False
    errand = desk.errand(case, [crew])
    return errand is not None and desk.is_passable(crew) and desk.can_get_out(errand, case)


class _Desk:
    """What planning looks up again and again: the roads, the havens, how far each ambulance is from everywhere."""

    def __init__(self, picture: Picture, info: AmbulanceInfo, now_s: float) -> None:
        self.picture, self.info, self.now_s = picture, info, now_s
        self.network: Network = unit_network(picture, picture.forecast)
        self._reach: dict[str, tuple[int, Floats, Integers]] = {}
        self._node: dict[str, int] = {}

    def node_of(self, case: Case) -> int:
        """The road node nearest to the door."""
        if case.household not in self._node:
            self._node[case.household] = self.picture.road_node_near(*case.call.place_xy_m)
        return self._node[case.household]

    @cached_property
    def havens(self) -> list[Haven]:
        """Where nobody is in the fire's way, as believed."""
        ground, roads = self.picture.ground, self.network.roads
        found = [
            Haven(one.refuge, int(ground.refuge_node[k]), False)
            for k, one in enumerate(ground.refuges)
            if ground.refuge_node[k] >= 0 and not self._in_the_way(one.x_m, one.y_m, k)
        ]
        return found + [
            Haven(one.facility, roads.node_index[one.node], True)
            for one in self.info.medical
            if not self._in_the_way(one.x_m, one.y_m)
        ]

    def _in_the_way(self, x_m: float, y_m: float, refuge: int = -1) -> bool:
        """Whether the forecast has fire come to a place at all; without one, whether it is near the believed fire."""
        forecast = self.picture.forecast
        if forecast is None:
            return float(self._from_fire_m(np.array([[x_m, y_m]]))[0]) <= self.picture.parameters.paper_radius_m
        if refuge >= 0 and isfinite(float(forecast.refuge_reached_early_s[refuge])):
            return True
        return isfinite(self._reached_s(x_m, y_m))

    def _reached_s(self, x_m: float, y_m: float) -> float:
        """When fire comes to a place at the earliest, as forecast. [s]"""
        coarse, forecast = self.picture.ground.coarse, self.picture.forecast
        row, column = coarse.cell_holding(x_m, y_m)
        if forecast is None or not (0 <= row < coarse.rows and 0 <= column < coarse.columns):
            return inf
        return float(forecast.band_s[0][row, column])

    def _from_fire_m(self, places: Floats) -> Floats:
        """How far places [place, 2] are from the nearest believed fire. [place, m], inf: none is believed"""
        x_m, y_m = places[:, :1], places[:, 1:]
        away_m = [np.hypot(at[:, 0] - x_m, at[:, 1] - y_m).min(axis=1) for at in self._fires_xy_m]
        return np.min(away_m, axis=0) if away_m else np.full(len(places), inf)

    @cached_property
    def _fires_xy_m(self) -> list[Floats]:
        """Where each believed fire was drawn, or is believed to be. [fire][corner, 2]"""
        fires = self.picture.fires()
        return [fire.outline_corners if fire.has_outline else np.array([fire.centre_xy_m]) for fire in fires]

    def by_urgency(self) -> list[Case]:
        """Callers who wait, the most urgent first; at the same urgency in the order of their calls."""
        waiting = [case for case in self.picture.cases.values() if case.state == WAITS]
        if not waiting:
            return []
        leave_by_s = self.network.leave_by([one.node for one in self.havens]) if self.havens else None
        from_fire_m = self._from_fire_m(np.array([case.call.place_xy_m for case in waiting])).tolist()

        def urgency(k: int) -> tuple[float, float, float]:
            call, node = waiting[k].call, self.node_of(waiting[k])
            out_s = inf if leave_by_s is None else float(leave_by_s[node])
            return min(out_s, self._reached_s(*call.place_xy_m)), from_fire_m[k], call.seen_s

        return [waiting[k] for k in sorted(range(len(waiting)), key=urgency)]

    def errand(self, case: Case, crews: Sequence[Crew]) -> Errand | None:
        """The best of some ambulances for a caller; None: none of them can be sent."""
        if case.call.people > self.info.seats:
            return None
        able = [one for crew in crews if (one := self._errand_of(crew, case)) is not None]
        return min(able, key=lambda one: (self.is_silent(one.crew), one.there_s, one.crew.name), default=None)

    def is_silent(self, crew: Crew) -> bool:
        """Whether an ambulance has not answered its last order, nor that order said again."""
        return crew.is_silent(self.now_s, 2.0 * self.picture.parameters.resend_after_s)

    def why_not(self, case: Case, ambulances: Sequence[Crew]) -> str:
        """Why none can be sent, whatever the others are about."""
        if case.call.people > self.info.seats:
            return TOO_MANY
        if all(crew.is_shut_in for crew in ambulances):
            return NONE_LEFT
        return NO_ROAD if self.errand(case, ambulances) is None else NONE_FREE

    def _errand_of(self, crew: Crew, case: Case) -> Errand | None:
        if crew.is_shut_in:
            return None
        start, arrive_s, via_edge = self._reach_of(crew)
        door = self.node_of(case)
        there_s = float(arrive_s[door])
        if not isfinite(there_s):
            return None
        home = self._way_out(door, there_s + self._loads_s(case, door), case.call.need == AMBULANCE)
        if home is None:
            return None
        there = self.network.way(edges_to(via_edge, self.network.roads.tail, door), start)
        if crew.state == "blocked" and (crew.target_xy_m, crew.route) == (case.call.place_xy_m, there.nodes):
            return None  # it has said that it cannot: said again it is no news
        return Errand(crew, there_s, there, home[0], home[1])

    def _loads_s(self, case: Case, door: int) -> float:
        """How long an ambulance is off the road for them. [s]"""
        roads, (x_m, y_m) = self.network.roads, case.call.place_xy_m
        off_m = float(np.hypot(roads.x_m[door] - x_m, roads.y_m[door] - y_m))
        at_door_s = self.info.stretcher_load_s if case.call.need == AMBULANCE else self.info.helped_load_s
        return at_door_s + 2.0 * off_m / self.info.access_m_s

    def _way_out(self, door: int, leaves_s: float, wants_medical: bool) -> tuple[Way, Haven] | None:
        """The quickest way from a door to a haven: to a medical one, or not, if that can be."""
        arrive_s, via_edge = self.network.reach(door, leaves_s)
        reachable = [one for one in self.havens if isfinite(float(arrive_s[one.node]))]
        fitting = [one for one in reachable if one.is_medical == wants_medical]
        if not reachable:
            return None
        haven = min(fitting or reachable, key=lambda one: (float(arrive_s[one.node]), one.name))
        return self.network.way(edges_to(via_edge, self.network.roads.tail, haven.node), door), haven

    def _reach_of(self, crew: Crew) -> tuple[int, Floats, Integers]:
        """From which node, when an ambulance can be at each, and by which stretch it comes there."""
        if crew.name not in self._reach:
            roads = self.network.roads
            near = self.picture.road_node_near
            start = roads.node_index[crew.cut_at[0]] if crew.cut_at else near(crew.x_m, crew.y_m)
            from_s = self.now_s
            if crew.state in ("", "available"):
                from_s += self.info.turnout_s + (0.0 if crew.is_on_shift else self.info.recall_s)
            self._reach[crew.name] = (start, *self.network.reach(start, from_s))
        return self._reach[crew.name]

    def can_get_out(self, errand: Errand, case: Case) -> bool:
        """Whether, from the door on, the road that its crew was given still leads in time to a haven that is one."""
        crew = errand.crew
        if (crew.haven, crew.way) == (errand.haven.name, errand.out.nodes):
            return True
        out, door = self.network.along(crew.way), self.node_of(case)
        if out is None or crew.haven not in [haven.name for haven in self.havens]:
            return False
        return errand.there_s + self._loads_s(case, door) <= out.leave_by_s

    def is_passable(self, crew: Crew) -> bool:
        """Whether the rest of the road that an ambulance was given is still believed open."""
        if len(crew.route) < 2:
            return True
        roads = self.network.roads
        at = [roads.node_index[node] for node in crew.route]
        nearest = int(np.argmin(np.hypot(roads.x_m[at] - crew.x_m, roads.y_m[at] - crew.y_m)))
        rest = self.network.along(crew.route[nearest:])
        return rest is not None and rest.leave_by_s >= self.now_s


def _order(picture: Picture, case: Case, errand: Errand, now_s: float) -> Order:
    call, crew = case.call, errand.crew
    what = "an ambulance" if call.need == AMBULANCE else "help"
    leave_by_s = errand.out.leave_by_s
    limit = f"; to be away by {picture.ground.clock(leave_by_s)}" if isfinite(leave_by_s) else ""
    why = (
        f"{call.household} in {call.zone}: {call.people} people, one needs {what}; nearest free, "
        f"{(errand.there_s - now_s) / 60.0:.0f} min away, {errand.out.travel_s / 60.0:.0f} min on to "
        f"{errand.haven.name}{limit}"
    )
    body = FetchOrder(
        order="", unit=crew.name, household=call.household, place_xy_m=call.place_xy_m, people=call.people,
        need=call.need, haven=errand.haven.name, route=list(errand.there.nodes), way=list(errand.out.nodes), why=why,
    )  # fmt: skip
    return Order(
        "ambulance", crew.name, body, why, because=case.message_id, route=errand.there.nodes, deadline_s=leave_by_s
    )


def _answer(case: Case, why: str) -> Order:
    body = CallAnswer(order="", household=case.household, why=why)
    return Order("answer", case.household, body, why, because=case.message_id)

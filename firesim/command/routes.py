"""Who should go where, by which road, before when.

Searches run over the roads that the centre believes open. Each road closes at the forecast's early closing time; a
way is used only if its every edge is left a margin before that. Which of the safe ways a zone is given is the rule
of `assignment.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite

import msgspec

from firesim.command import contraflow
from firesim.command.assignment import RULES, Accepts, Choice, choose, turns_back
from firesim.command.forecast import Forecast
from firesim.command.inforce import departures_s, in_words, lasts_until_s, may_leave, told_to_stay
from firesim.command.picture import Picture
from firesim.command.sharing import Convoy, RoadRoom, share
from firesim.command.staying import LandingFor, chances, cut_off, no_boats, without_a_way
from firesim.command.ways import Network, Way, both_lanes, public_network
from firesim.link.messages import AT_ONCE, TO_THE_SHORE, ZoneAdvice

_LEAST_SAID_S = 60.0  # clock times are told in whole minutes: one nearer than this would read as past
_NO_ROOM = "; no refuge has room for all"


# --- the plan against the fire ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What each zone is told (keys: zone indices), and for how long its turn on the roads is still to come. [s]"""

    advice: dict[int, ZoneAdvice]
    turn_in_s: dict[int, float]


@dataclass(frozen=True)
class _Choosing:
    """What zones choose from: safe refuges, places left in each refuge, roads beside those that are kept on theirs."""

    picture: Picture
    network: Network
    safe: Sequence[int]
    room: Sequence[int]
    kept: Mapping[int, Way]
    now_s: float


def advise(picture: Picture, forecasted: Forecast, zones: Sequence[int], now_s: float) -> dict[int, ZoneAdvice]:
    """What each zone is told; see `plan`."""
    return plan(picture, forecasted, zones, now_s).advice


def plan(
    picture: Picture,
    forecasted: Forecast,
    zones: Sequence[int],
    now_s: float,
    landing_for: LandingFor = no_boats,
    anew: Collection[int] = (),
) -> Plan:
    """A refuge and a road for each zone, against the forecast's closing times.

    A zone keeps the road that it was told as long as that is safe, and its places in the refuge; what it takes to tell
    who stays to leave is said in `inforce.py`. The others choose in the order given, the most urgent first, by the rule
    of `parameters.assignment`, among the refuges that the forecast does not reach and that have room. No change of a
    way turns those on the road back into one that closes. Who has no safe way, or for whom leaving is worse than
    staying, is told what `staying.py` says. anew: zones that do not keep their road.
    """
    network = public_network(picture, forecasted)
    ground = picture.ground
    safe = [
        k for k in range(len(ground.refuges))
        if ground.refuge_node[k] >= 0 and not isfinite(float(forecasted.refuge_reached_early_s[k]))
    ]  # fmt: skip
    keeping = [zone for zone in zones if zone not in anew]
    kept = {zone: way for zone in keeping if (way := _told_and_safe(picture, network, safe, zone, now_s)) is not None}
    room = _room_left(picture, [zone for zone in zones if zone not in kept])
    to_choose = [zone for zone in zones if zone not in kept and ground.zone_node[zone] >= 0]
    choosing = _Choosing(picture, network, safe, room, kept, now_s)
    chosen, turn_in_s = _chosen(choosing, to_choose)
    worse: dict[int, str] = {}
    while stay := _why_stay(picture, forecasted, network, chosen, now_s):
        worse |= stay
        going = [zone for zone in to_choose if zone not in worse]  # who stays takes no place and no room on the road
        chosen, turn_in_s = _chosen(choosing, going)
    advice = {}
    for zone in zones:
        if zone in kept:
            told = picture.advised[ground.zones[zone].zone].advice
            advice[zone] = _as_told(picture, told, kept[zone], forecasted, now_s)
        elif zone in chosen:
            advice[zone] = _advice(picture, forecasted, zone, chosen[zone], now_s)
        elif zone in worse:
            advice[zone] = cut_off(picture, forecasted, zone, worse[zone], now_s, landing_for)
        else:
            node = int(ground.zone_node[zone])
            because = _why_cut_off(choosing, zone) if node >= 0 else ""
            advice[zone] = without_a_way(picture, forecasted, zone, because, now_s, landing_for)
    return Plan(advice, turn_in_s)


def _chosen(choosing: _Choosing, zones: Sequence[int]) -> tuple[dict[int, Choice], dict[int, float]]:
    """Ways of the zones that have one, by the rule of the assignment, and how long until the turn of each. [s]"""
    if choosing.picture.parameters.assignment == "capacity":
        return _chosen_together(choosing, zones)
    chosen = _chosen_in_turn(choosing, zones)
    return chosen, _turns(choosing, chosen) if choosing.picture.parameters.staged_departure else {}


def _why_stay(
    picture: Picture, forecasted: Forecast, network: Network, chosen: Mapping[int, Choice], now_s: float
) -> dict[int, str]:
    """The zones for which the way that they would be given is worse than staying, and why."""
    worse = {}
    for zone, choice in chosen.items():
        leaving, staying = chances(picture, forecasted, zone, choice.refuge, choice.way, network, now_s)
        if not may_leave(picture, zone, leaving, staying):
            n, said = len(forecasted.edge_closes_s), told_to_stay(picture, zone)
            is_worse, otherwise = "leaving is worse", "it comes here"
            if said is not None and leaving <= staying:
                is_worse = f"{in_words(said)}, and leaving is not clearly better"
            if said is not None and said.refuge == TO_THE_SHORE:
                otherwise = "it comes before one is at the shore"
            worse[zone] = (
                f"{is_worse}: in {round(leaving * n)} of {n} forecasts the fire comes to the road or the refuge "
                f"first, in {round(staying * n)} {otherwise}"
            )
    return worse


def _room_left(picture: Picture, choosing: Sequence[int]) -> list[int]:
    """Places left in each refuge after those who were sent there already, apart from the zones that choose anew."""
    ground = picture.ground
    room = [refuge.capacity_people for refuge in ground.refuges]
    anew = {ground.zones[zone].zone for zone in choosing}
    for name, told in picture.advised.items():
        if name not in anew and told.answer != "refused" and told.advice.refuge in ground.refuge_index:
            room[ground.refuge_index[told.advice.refuge]] -= ground.zones[ground.zone_index[name]].people_expected
    return room


def _told_and_safe(picture: Picture, network: Network, safe: Sequence[int], zone: int, now_s: float) -> Way | None:
    """The way that the zone was told before, if it and its refuge are still believed safe: nobody is turned round."""
    ground = picture.ground
    told = picture.advised.get(ground.zones[zone].zone)
    if told is None or ground.refuge_index.get(told.advice.refuge, -1) not in safe:
        return None
    way = network.along(told.advice.route)
    if way is None or way.leave_by_s < lasts_until_s(picture, told.advice, now_s):
        return None
    return way


def _accepts(picture: Picture, network: Network, zone: int, now_s: float) -> Accepts:
    """Which ways a zone may be given: none that turns back those who are on the road by what it was told before."""
    ground = picture.ground
    told = picture.advised.get(ground.zones[zone].zone)
    if told is None or told.answer != "authorised" or len(told.advice.route) < 3:
        return lambda refuge, way: True
    route = told.advice.route
    return lambda refuge, way: not turns_back(network, route, int(ground.refuge_node[refuge]), way, now_s)


def _chosen_in_turn(choosing: _Choosing, zones: Sequence[int]) -> dict[int, Choice]:
    """One zone after another takes its best way, and its places in the refuge."""
    picture, network, now_s, room = choosing.picture, choosing.network, choosing.now_s, list(choosing.room)
    ground, p = picture.ground, picture.parameters
    if not zones:
        return {}
    rule = RULES[p.assignment](network, choosing.safe, ground.refuge_node)
    chosen = {}
    for zone in zones:
        people = ground.zones[zone].people_expected
        accepts = _accepts(picture, network, zone, now_s)
        leave_s = departures_s(picture, zone, now_s)
        choice = choose(rule, int(ground.zone_node[zone]), leave_s, people, room, accepts)
        if choice is not None:
            chosen[zone] = choice
            room[choice.refuge] -= people
    return chosen


def _roads_as_taken(choosing: _Choosing) -> RoadRoom:
    """The roads with the room that is left beside those who are on their way by what they were told before."""
    picture, kept, now_s = choosing.picture, choosing.kept, choosing.now_s
    ground, p = picture.ground, picture.parameters
    told_s = {zone: picture.advised[ground.zones[zone].zone].told_s(now_s) for zone in kept}
    roads = RoadRoom(choosing.network, min([now_s, *told_s.values()]), now_s + p.forecast_ahead_s)
    for zone, way in kept.items():
        vehicles = ground.zones[zone].people_expected * p.vehicles_per_person
        roads.reserve(-1, way, told_s[zone] + p.mobilise_s, vehicles)
    return roads


def _turns(choosing: _Choosing, chosen: Mapping[int, Choice]) -> dict[int, float]:
    """How long until the roads of each zone have room for it, if all before it in order take theirs. [s]"""
    p, turn_in_s = choosing.picture.parameters, {}
    roads, leave_s = _roads_as_taken(choosing), choosing.now_s + p.mobilise_s
    for zone, choice in chosen.items():
        vehicles = choosing.picture.ground.zones[zone].people_expected * p.vehicles_per_person
        slot = roads.reserve(choice.refuge, choice.way, leave_s, vehicles)
        if isfinite(slot.first_s) and slot.unfit < 1.0:
            turn_in_s[zone] = slot.first_s - leave_s
    return turn_in_s


def _chosen_together(choosing: _Choosing, zones: Sequence[int]) -> tuple[dict[int, Choice], dict[int, float]]:
    """Ways for all zones that share the roads with those on their way already; and when the turn of each comes.

    With contraflow they are shared out twice: the second time with both lanes of the roads on which the first time
    allows it, if that still holds of the ways that are then taken.
    """
    picture, network = choosing.picture, choosing.network
    first = _shared_out(choosing, zones)
    lanes = _lanes_for(choosing, first[0])
    if not lanes - picture.lanes.edges:
        return first
    network.capacity_veh_s = both_lanes(picture, lanes | picture.lanes.edges)
    second = _shared_out(choosing, zones)
    holds = lanes <= _lanes_for(choosing, second[0])
    network.capacity_veh_s = both_lanes(picture, picture.lanes.edges)
    return second if holds else first


def _lanes_for(choosing: _Choosing, chosen: Mapping[int, Choice]) -> frozenset[int]:
    """Where both lanes could lead out if all zones left by these ways."""
    if not choosing.picture.parameters.contraflow:
        return contraflow.NOWHERE
    out = [*(choice.way.edges for choice in chosen.values()), *(way.edges for way in choosing.kept.values())]
    return contraflow.possible(choosing.picture, out)


def _shared_out(choosing: _Choosing, zones: Sequence[int]) -> tuple[dict[int, Choice], dict[int, float]]:
    """The same on the network's capacities as they are."""
    picture, now_s, room = choosing.picture, choosing.now_s, list(choosing.room)
    ground, p = picture.ground, picture.parameters
    roads = _roads_as_taken(choosing)
    chosen: dict[int, Choice] = {}
    turn_in_s: dict[int, float] = {}
    for start_s in (now_s + p.mobilise_s, now_s + p.least_notice_s):
        convoys = [
            Convoy(
                zone, int(ground.zone_node[zone]), start_s,
                ground.zones[zone].people_expected * p.vehicles_per_person, ground.zones[zone].people_expected,
            )
            for zone in zones if zone not in chosen and start_s in departures_s(picture, zone, now_s)
        ]  # fmt: skip
        accepts = {one.zone: _accepts(picture, choosing.network, one.zone, now_s) for one in convoys}
        for zone, (slot, has_room) in share(roads, convoys, choosing.safe, ground.refuge_node, room, accepts).items():
            chosen[zone] = slot.choice(has_room)
            room[slot.refuge] -= ground.zones[zone].people_expected
            if isfinite(slot.first_s) and slot.unfit < 1.0:
                turn_in_s[zone] = slot.first_s - start_s
    return chosen, turn_in_s


def _advice(picture: Picture, forecasted: Forecast, zone: int, choice: Choice, now_s: float) -> ZoneAdvice:
    ground, way = picture.ground, choice.way
    deadline_s, until = _time_left(picture, forecasted, zone, way, now_s)
    room = "" if choice.has_room else _NO_ROOM
    refuge = ground.refuges[choice.refuge]
    why = f"{refuge.name}: {choice.because}, {way.travel_s / 60:.0f} min, {until}{room}"
    return ZoneAdvice(
        zone=ground.zones[zone].zone,
        refuge=refuge.refuge,
        route=list(way.nodes),
        deadline_s=deadline_s,
        why=why,
    )


def _time_left(picture: Picture, forecasted: Forecast, zone: int, way: Way, now_s: float) -> tuple[float, str]:
    """The latest safe departure by a way, and its reason in words; AT_ONCE: it has passed, inf: none is foreseen."""
    fire_at_door_s = float(forecasted.zone_reached_early_s[zone]) - picture.parameters.route_margin_s
    deadline_s = min(way.leave_by_s, fire_at_door_s)
    clock = picture.ground.clock
    if deadline_s < now_s + _LEAST_SAID_S:
        return AT_ONCE, "the forecast time to leave has passed: leave at once"
    if fire_at_door_s < way.leave_by_s:
        return deadline_s, f"the fire is forecast here so soon that one has to leave by {clock(deadline_s)}"
    if isfinite(way.leave_by_s):
        return deadline_s, f"its first road to close leaves time until {clock(deadline_s)}"
    return inf, "no road on it is forecast to close"


def next_loss_s(picture: Picture, now_s: float) -> float:
    """When the next of the roads by which people were told to leave is safe no longer, as forecast; inf: never. [s]"""
    network = public_network(picture, picture.forecast)
    ways = [network.along(told.said.route) for told in picture.advised.values() if told.said and told.said.route]
    return min((way.leave_by_s for way in ways if way is not None and way.leave_by_s > now_s), default=inf)


def as_of_now(picture: Picture, advice: ZoneAdvice, now_s: float, landing_for: LandingFor = no_boats) -> ZoneAdvice:
    """Advice given earlier, with its deadline and reason as the newest roads and forecast have them.

    A zone that cannot be told in time to leave by that road before it closes is planned for anew, as one that has not
    been given it unless its people have; whose time to leave has passed otherwise, to leave at once. A deadline that
    has passed is never said again.
    """
    zone = picture.ground.zone_index[advice.zone]
    if advice.refuge not in picture.ground.refuge_index or not advice.route:
        return msgspec.structs.replace(advice, deadline_s=inf)
    way = public_network(picture, picture.forecast).along(advice.route)
    if way is not None and way.leave_by_s >= now_s + picture.parameters.least_notice_s:  # who hears it first, now
        return _as_told(picture, advice, way, picture.forecast, now_s)
    if picture.forecast is not None:
        return _chosen_anew(picture, picture.forecast, zone, now_s, landing_for)
    return cut_off(picture, None, zone, "cut off: its road closed before the decision came", now_s, landing_for)


def _chosen_anew(
    picture: Picture, forecasted: Forecast, zone: int, now_s: float, landing_for: LandingFor
) -> ZoneAdvice:
    """What a zone is told whose road will not do any more.

    If its people have heard of none yet it is planned for as if it had been asked nothing; else what they know counts:
    some of them are on that road.
    """
    advised, name = picture.advised, picture.ground.zones[zone].zone
    if name in advised and advised[name].said is not None:
        return plan(picture, forecasted, [zone], now_s, landing_for, anew=(zone,)).advice[zone]
    picture.advised = {other: told for other, told in advised.items() if other != name}
    try:
        return plan(picture, forecasted, [zone], now_s, landing_for).advice[zone]
    finally:
        picture.advised = advised


def _as_told(picture: Picture, advice: ZoneAdvice, way: Way, forecasted: Forecast | None, now_s: float) -> ZoneAdvice:
    """The same refuge and road, with the time that is left now."""
    ground = picture.ground
    if forecasted is not None:
        left = _time_left(picture, forecasted, ground.zone_index[advice.zone], way, now_s)
    elif advice.deadline_s < now_s + _LEAST_SAID_S:
        left = (AT_ONCE, "the time to leave has passed: leave at once")
    else:
        return advice
    name = ground.refuges[ground.refuge_index[advice.refuge]].name
    room = _NO_ROOM if advice.why.endswith(_NO_ROOM) else ""
    why = f"{name}: {way.travel_s / 60:.0f} min, {left[1]}{room}"
    return msgspec.structs.replace(advice, deadline_s=left[0], why=why)


def _why_cut_off(choosing: _Choosing, zone: int) -> str:
    if not choosing.safe:
        return "every refuge is forecast to be reached"
    picture, now_s = choosing.picture, choosing.now_s
    ground = picture.ground
    refuges = [int(ground.refuge_node[k]) for k in choosing.safe]
    leave_by_s = float(choosing.network.leave_by(refuges)[int(ground.zone_node[zone])])
    if leave_by_s == -inf:
        return "cut off: the roads to every refuge are reported closed"
    if leave_by_s >= departures_s(picture, zone, now_s)[-1]:
        return "cut off: its road closes, and another would turn those on it back to where it closes"
    clock = ground.clock
    if leave_by_s >= now_s + picture.parameters.least_notice_s:
        said = told_to_stay(picture, zone)
        told = "" if said is None else f"{in_words(said)}, and "
        return f"{told}leaving by road is safe no longer than until {clock(leave_by_s)}"
    if leave_by_s < now_s:
        return f"cut off: leaving by road was safe until {clock(leave_by_s)}"
    left = f"less than {ceil(picture.parameters.least_notice_s / 60.0)} min ahead"
    return f"cut off: at {clock(now_s)} leaving by road was safe only until {clock(leave_by_s)}, {left}"

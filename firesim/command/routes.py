"""Who should go where, by which road, before when.

Searches run over the roads that the centre believes open. The pilot's plan closes each road at the forecast's
early closing time; a way is used only if its every edge is left a margin before that. The plan on paper takes
the quickest way to the usual refuge and knows of no forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

import msgspec
import numpy as np
from numpy.typing import NDArray

from firesim.command.forecast import Forecast
from firesim.command.picture import Picture
from firesim.command.ways import Network, Way, public_network
from firesim.link.messages import ZoneAdvice
from firesim.physics.search import edges_from, edges_to

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TO_THE_SHORE = ""  # the refuge of those who cannot leave by road

_LEAST_SAID_S = 60.0  # clock times are told in whole minutes: one nearer than this would read as past
_NO_ROOM = "; no refuge has room for all"


# --- the plan against the fire ---------------------------------------------------------------------------


def advise(picture: Picture, forecasted: Forecast, zones: Sequence[int], now_s: float) -> dict[int, ZoneAdvice]:
    """A refuge and a road for each zone, against the forecast's closing times.

    Zones choose in the order given, the most urgent first; each takes the refuge that it reaches first among
    those that the forecast does not reach and that have room for it, and keeps what it was told before as
    long as that is safe. A zone without a safe way is told to go to the shore. Keys are zone indices.
    """
    network = public_network(picture, forecasted)
    ground = picture.ground
    safe = [
        k for k in range(len(ground.refuges))
        if ground.refuge_node[k] >= 0 and not isfinite(float(forecasted.refuge_reached_early_s[k]))
    ]  # fmt: skip
    room = _room_left(picture, zones)
    result: dict[int, ZoneAdvice] = {}
    for zone in zones:
        told = _told_and_safe(picture, forecasted, network, safe, zone, now_s)
        advice = told or _best_way(picture, forecasted, network, safe, room, zone, now_s)
        if advice.refuge in ground.refuge_index:
            room[ground.refuge_index[advice.refuge]] -= ground.zones[zone].people_expected
        result[zone] = advice
    return result


def _room_left(picture: Picture, zones: Sequence[int]) -> list[int]:
    """Places left in each refuge after those who were sent there already, apart from the zones to be planned."""
    ground = picture.ground
    room = [refuge.capacity_people for refuge in ground.refuges]
    planned = {ground.zones[zone].zone for zone in zones}
    for name, told in picture.advised.items():
        if name not in planned and told.answer != "refused" and told.advice.refuge in ground.refuge_index:
            room[ground.refuge_index[told.advice.refuge]] -= ground.zones[ground.zone_index[name]].people_expected
    return room


def _told_and_safe(
    picture: Picture, forecasted: Forecast, network: Network, safe: Sequence[int], zone: int, now_s: float
) -> ZoneAdvice | None:
    """The way that the zone was told before, if it and its refuge are still believed safe: nobody is turned round.

    Its deadline is the newest.
    """
    ground = picture.ground
    told = picture.advised.get(ground.zones[zone].zone)
    if told is None or ground.refuge_index.get(told.advice.refuge, -1) not in safe:
        return None
    way = network.along(told.advice.route)
    if way is None or way.leave_by_s < now_s + picture.parameters.least_notice_s:
        return None
    return _as_told(picture, told.advice, way, forecasted, now_s)


def _best_way(
    picture: Picture,
    forecasted: Forecast,
    network: Network,
    safe: Sequence[int],
    room: Sequence[int],
    zone: int,
    now_s: float,
) -> ZoneAdvice:
    ground, p = picture.ground, picture.parameters
    node = int(ground.zone_node[zone])
    if node < 0:
        return to_the_shore(picture, zone, "no road leads there")
    people = ground.zones[zone].people_expected
    # Most leave half an hour after the plan; a way that only the quickest could use is the second choice.
    for leaves_in_s in (p.mobilise_s, p.least_notice_s):
        arrive_s, via_edge = network.reach(node, now_s + leaves_in_s)
        ways = [(float(arrive_s[ground.refuge_node[k]]), k) for k in safe]
        ways = [(at_s, k) for at_s, k in ways if isfinite(at_s)]
        roomy = [(at_s, k) for at_s, k in ways if room[k] >= people]
        if ways:
            # Where no refuge has room for all, the one with the most room is the least bad.
            k = min(roomy)[1] if roomy else max(ways, key=lambda way: (room[way[1]], -way[0]))[1]
            way = network.way(edges_to(via_edge, ground.roads.tail, int(ground.refuge_node[k])), node)
            return _advice(picture, forecasted, zone, k, way, bool(roomy), now_s)
    return to_the_shore(picture, zone, _why_cut_off(picture, network, safe, node))


def _advice(
    picture: Picture, forecasted: Forecast, zone: int, refuge: int, way: Way, has_room: bool, now_s: float
) -> ZoneAdvice:
    ground = picture.ground
    deadline_s, until = _time_left(picture, forecasted, zone, way, now_s)
    room = "" if has_room else _NO_ROOM
    why = f"{ground.refuges[refuge].name}: earliest arrival, {way.travel_s / 60:.0f} min, {until}{room}"
    return ZoneAdvice(
        zone=ground.zones[zone].zone,
        refuge=ground.refuges[refuge].refuge,
        route=list(way.nodes),
        deadline_s=deadline_s,
        why=why,
    )


def _time_left(picture: Picture, forecasted: Forecast, zone: int, way: Way, now_s: float) -> tuple[float, str]:
    """The latest safe departure by a way, and its reason in words; inf where none is foreseen or it has passed."""
    fire_at_door_s = float(forecasted.zone_reached_early_s[zone]) - picture.parameters.route_margin_s
    deadline_s = min(way.leave_by_s, fire_at_door_s)
    clock = picture.ground.clock
    if deadline_s < now_s + _LEAST_SAID_S:
        return inf, "the forecast time to leave has passed: leave at once"
    if fire_at_door_s < way.leave_by_s:
        return deadline_s, f"the fire is forecast here so soon that one has to leave by {clock(deadline_s)}"
    if isfinite(way.leave_by_s):
        return deadline_s, f"its first road to close leaves time until {clock(deadline_s)}"
    return inf, "no road on it is forecast to close"


def as_of_now(picture: Picture, advice: ZoneAdvice, now_s: float) -> ZoneAdvice:
    """Advice given earlier, with its deadline and reason as the newest roads and forecast have them.

    Who can no longer leave by that road before it closes is told to go to the shore; whose time to leave has
    passed otherwise, to leave at once. A deadline that has passed is never said again.
    """
    zone = picture.ground.zone_index[advice.zone]
    if advice.refuge not in picture.ground.refuge_index or not advice.route:
        return msgspec.structs.replace(advice, deadline_s=inf)
    network = public_network(picture, picture.forecast)
    way = network.along(advice.route)
    if way is None:
        return to_the_shore(picture, zone, "cut off: its road closed before the decision came")
    if way.leave_by_s < now_s:
        return to_the_shore(picture, zone, "cut off: its road is forecast to close before one could be through")
    return _as_told(picture, advice, way, picture.forecast, now_s)


def _as_told(picture: Picture, advice: ZoneAdvice, way: Way, forecasted: Forecast | None, now_s: float) -> ZoneAdvice:
    """The same refuge and road, with the time that is left now."""
    ground = picture.ground
    if forecasted is not None:
        left = _time_left(picture, forecasted, ground.zone_index[advice.zone], way, now_s)
    elif advice.deadline_s < now_s + _LEAST_SAID_S:
        left = (inf, "the time to leave has passed: leave at once")
    else:
        return advice
    name = ground.refuges[ground.refuge_index[advice.refuge]].name
    room = _NO_ROOM if advice.why.endswith(_NO_ROOM) else ""
    why = f"{name}: {way.travel_s / 60:.0f} min, {left[1]}{room}"
    return msgspec.structs.replace(advice, deadline_s=left[0], why=why)


def _why_cut_off(picture: Picture, network: Network, safe: Sequence[int], node: int) -> str:
    if not safe:
        return "every refuge is forecast to be reached"
    leave_by_s = float(network.leave_by([int(picture.ground.refuge_node[k]) for k in safe])[node])
    if leave_by_s == -inf:
        return "cut off: the roads to every refuge are reported closed"
    return f"cut off: leaving by road was safe until {picture.ground.clock(leave_by_s)}"


def to_the_shore(picture: Picture, zone: int, because: str) -> ZoneAdvice:
    """The advice to a zone that cannot leave by road."""
    place = picture.ground.zones[zone]
    do = "stay at the water's edge" if place.kind == "beach" else "go on foot to the shore, away from trees"
    return ZoneAdvice(
        zone=place.zone, refuge=TO_THE_SHORE, route=[], deadline_s=inf, why=f"{because}; {do} and wait for boats"
    )


# --- the plan on paper -----------------------------------------------------------------------------------


def advise_on_paper(
    picture: Picture, zones: Sequence[int], in_danger: NDArray[np.bool_], now_s: float
) -> dict[int, ZoneAdvice]:
    """The usual refuge by the usual road: the town, else the nearest big beach where that road is in danger.

    `in_danger` [edge] marks roads that lead through the fire or are reported cut: the only ones that the plan
    on paper avoids. Keys are zone indices.
    """
    ground = picture.ground
    network = public_network(picture, None)
    kinds = [("town", "port"), ("beach", "field", "airport")]
    result = {}
    for zone in zones:
        node = int(ground.zone_node[zone])
        advice = None if node >= 0 else to_the_shore(picture, zone, "no road leads there")
        for kind in kinds:
            advice = advice or _nearest(picture, network, kind, zone, in_danger)
        result[zone] = advice or to_the_shore(picture, zone, "cut off: every known road leads through the fire")
    return result


def usual_way(picture: Picture, zone: int) -> Way | None:
    """The way that a zone's people take to the town on any day; None where there is none."""
    ground = picture.ground
    targets = _of_kind(picture, ("town", "port")) or _of_kind(picture, ())
    node = int(ground.zone_node[zone])
    if node < 0 or not targets:
        return None
    network = public_network(picture, None)
    time_s, next_edge = network.quickest([int(ground.refuge_node[k]) for k in targets])
    if not isfinite(float(time_s[node])):
        return None
    return network.way(edges_from(next_edge, ground.roads.head, node), node)


def _of_kind(picture: Picture, kinds: tuple[str, ...]) -> list[int]:
    """Refuges of some kinds (of any, if none are named) that a road leads to."""
    ground = picture.ground
    return [
        k for k, refuge in enumerate(ground.refuges)
        if ground.refuge_node[k] >= 0 and (not kinds or refuge.kind in kinds)
    ]  # fmt: skip


def _nearest(
    picture: Picture, network: Network, kinds: tuple[str, ...], zone: int, avoid: NDArray[np.bool_]
) -> ZoneAdvice | None:
    ground = picture.ground
    of_kind = _of_kind(picture, kinds)
    node = int(ground.zone_node[zone])
    if not of_kind:
        return None
    time_s, next_edge = network.quickest([int(ground.refuge_node[k]) for k in of_kind], avoid)
    if not isfinite(float(time_s[node])):
        return None
    way = network.way(edges_from(next_edge, ground.roads.head, node), node)
    at = ground.roads.node_index[way.nodes[-1]]
    refuge = ground.refuges[next(k for k in of_kind if ground.refuge_node[k] == at)]
    return ZoneAdvice(
        zone=ground.zones[zone].zone,
        refuge=refuge.refuge,
        route=list(way.nodes),
        deadline_s=inf,
        why=f"{refuge.name}: the usual refuge, {way.travel_s / 60:.0f} min by the usual road",
    )

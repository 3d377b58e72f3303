"""Which boats take people off where: called early, without a signature, to where people were told to wait.

The centre calls boats as soon as its plan sends anybody to the water: that moves no citizen, only means of the coast
guard and of skippers who have agreed to come, so it waits for no mayor, as a fire engine does not. Whether people are
told to leave remains the authority's; boats only wait for those who come.

Boats go where people without a road are to leave, where people were told to go to a landing, and to beaches where
people were sent for refuge and which the fire is expected to reach. How many people will really come is not known:
all who were told are reckoned with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf, isfinite

import msgspec

from firesim.command.orders import Order
from firesim.command.picture import Picture
from firesim.command.seamap import ROUGH_FOR_S, SeaMap, Vessel
from firesim.command.walking import WALKS_M_S, walks_s
from firesim.link.messages import TO_THE_SHORE, BoatOrder, ZoneAdvice


@dataclass
class Need:
    """People to be taken off at a landing, and until when."""

    landing: str
    people: float
    by_s: float
    why: str


# --- where people are to wait ------------------------------------------------------------------------------------


def landing_for(picture: Picture, zone: int, now_s: float) -> str:
    """The landing for a zone told to go to the water: the nearest safely on foot that boats can use; empty: none.

    A zone without a road has its own landings; see `walks_s` for the others.
    """
    sea = picture.ground.sea
    if sea is None:
        return ""
    place, node = picture.ground.zones[zone], int(picture.ground.zone_node[zone])
    if node < 0:
        own = [one.landing for one in sea.landings.values() if one.zone == place.zone]
        return next((name for name in own if is_usable(picture, sea, name, now_s)), "")
    known, walk_s = picture.ground.roads.node_index, walks_s(picture, node, now_s).tolist()
    away = ((walk_s[known[one.node]], one.landing) for one in sea.landings.values() if one.node in known)
    furthest_s = picture.parameters.landing_within_m / WALKS_M_S
    near = sorted((away_s, name) for away_s, name in away if away_s <= furthest_s)
    return next((name for _, name in near if is_usable(picture, sea, name, now_s)), "")


def with_landings(picture: Picture, advice: Mapping[int, ZoneAdvice], now_s: float) -> dict[int, ZoneAdvice]:
    """The same advice, where it sends people to the water with the landing at which boats come."""
    return {zone: with_landing(picture, one, now_s) for zone, one in advice.items()}


def with_landing(picture: Picture, advice: ZoneAdvice, now_s: float) -> ZoneAdvice:
    """The same advice with its landing.

    One that people were told stays as long as boats can use it, and while no other can be walked to in safety.
    """
    sea = picture.ground.sea
    if sea is None or advice.refuge != TO_THE_SHORE:
        return advice
    told = picture.advised.get(advice.zone)
    kept = advice.landing or (told.advice.landing if told is not None else "")
    if not kept or not is_usable(picture, sea, kept, now_s):
        kept = landing_for(picture, picture.ground.zone_index[advice.zone], now_s) or kept
    return msgspec.structs.replace(advice, landing=kept)


def is_usable(picture: Picture, sea: SeaMap, landing: str, now_s: float) -> bool:
    """Whether some boat can land there by the bulletin's waves, and no skipper has lately found the sea too rough."""
    if "sea" in _refusals(picture, landing, now_s):
        return False
    return _waves_m(picture, sea, landing, now_s) <= sea.limit_m[landing]


def _refusals(picture: Picture, landing: str, now_s: float) -> set[str]:
    """What kept skippers from a landing lately: sea, smoke, heat."""
    told = [vessel.refused[landing] for vessel in picture.vessels.values() if landing in vessel.refused]
    return {why for at_s, why in told if now_s - at_s < ROUGH_FOR_S}


def _waves_m(picture: Picture, sea: SeaMap, landing: str, now_s: float) -> float:
    wind = picture.ground.bulletin_at(now_s)
    return sea.wave_height_m(landing, wind.wind_speed_10m_m_s, wind.wind_from_deg)


# --- how many people wait where --------------------------------------------------------------------------------------


def needs(picture: Picture, advice: Mapping[int, ZoneAdvice], threatened: Sequence[int], now_s: float) -> list[Need]:
    """Landings from which people have to be taken off, the most urgent first.

    `advice` is what zones are to be told now, beside what they have been told; `threatened` are refuges that the
    fire is expected to reach.
    """
    sea, ground = picture.ground.sea, picture.ground
    if sea is None:
        return []
    told = {name: known.advice for name, known in picture.advised.items() if known.answer != "refused"}
    told |= {ground.zones[zone].zone: one for zone, one in advice.items()}
    found: dict[str, Need] = {}
    beach = {ground.refuges[k].refuge: k for k in threatened if ground.refuges[k].kind == "beach"}
    at_node = {one.node: one.landing for one in reversed(list(sea.landings.values())) if one.node is not None}
    for name, one in told.items():
        zone = ground.zone_index[name]
        place = ground.zones[zone]
        own = [landing.landing for landing in sea.landings.values() if landing.zone == name]
        if one.refuge == TO_THE_SHORE and own:
            for landing in own:
                _add(found, landing, place.people_expected / len(own), _by_s(picture, zone), f"{name} has no road")
        elif one.refuge == TO_THE_SHORE and one.landing:
            _add(found, one.landing, place.people_expected, _by_s(picture, zone), f"{name} was told to wait there")
        elif one.refuge in beach and (landing_there := at_node.get(ground.refuges[beach[one.refuge]].node)):
            by_s = (
                inf if picture.forecast is None else float(picture.forecast.refuge_reached_early_s[beach[one.refuge]])
            )
            _add(found, landing_there, place.people_expected, by_s, f"{one.refuge} is threatened")
    landed: dict[str, int] = {}
    for vessel in picture.vessels.values():
        landed[vessel.landing] = landed.get(vessel.landing, 0) + vessel.landed
    for need in found.values():
        need.people = max(need.people - landed.get(need.landing, 0), 0.0)
    return sorted(found.values(), key=lambda need: (need.by_s, -need.people, need.landing))


def _add(found: dict[str, Need], landing: str, people: float, by_s: float, why: str) -> None:
    need = found.setdefault(landing, Need(landing, 0.0, inf, why))
    need.people += people
    need.by_s = min(need.by_s, by_s)


def _by_s(picture: Picture, zone: int) -> float:
    """When fire is forecast in a zone at the earliest; inf: not, or not known. [s]"""
    return inf if picture.forecast is None else float(picture.forecast.zone_reached_early_s[zone])


# --- which boat goes where ------------------------------------------------------------------------------------------


def boat_orders(
    picture: Picture, advice: Mapping[int, ZoneAdvice], threatened: Sequence[int], now_s: float
) -> list[Order]:
    """Orders to boats, as far as they change what each is about.

    Once anybody is to leave, all boats make ready, since that takes most of the time until they are there. Then,
    landing after landing, the most urgent first, the boats that get there soonest are sent until what they can carry
    within the time left is enough. A boat stays where it was sent as long as it is needed there: what another skipper
    says of smoke turns nobody round. One that finds nobody, or is kept off itself, is sent on if it is needed
    elsewhere; home once nobody waits there.
    """
    sea = picture.ground.sea
    if sea is None:
        return []
    wanted = [need for need in needs(picture, advice, threatened, now_s) if need.people > 0.0]
    is_anybody_leaving = bool(advice) or bool(picture.advised)
    waited_at = {need.landing for need in wanted if is_usable(picture, sea, need.landing, now_s)}
    clear = {name for name in waited_at if not _refusals(picture, name, now_s)}
    free = [
        v for v in picture.vessels.values()
        if not v.is_busy or v.is_idle_there or v.is_kept_off or v.landing not in waited_at
    ]  # fmt: skip
    orders: list[Order] = []
    for need in wanted:
        if need.landing not in clear:
            continue
        left = need.people
        for vessel in picture.vessels.values():
            if left > 0.0 and vessel.landing == need.landing and vessel not in free and not vessel.is_bound:
                left -= _lifts(picture, sea, vessel, need, now_s)
        if left <= 0.0:
            continue  # those that are sent there are enough
        waves_m = _waves_m(picture, sea, need.landing, now_s)
        able = [
            v for v in free
            if sea.can_use(v.info, need.landing, waves_m) and now_s - v.bound_s >= ROUGH_FOR_S
        ]  # fmt: skip
        for vessel in sorted(able, key=lambda v: (_there_s(sea, v, need.landing), -v.info.seats, v.name)):
            if left <= 0.0:
                break
            if vessel.is_idle_there and vessel.landing == need.landing:
                continue  # it lies there already, and sees nobody
            lifts = _lifts(picture, sea, vessel, need, now_s)
            if lifts > 0:
                left -= lifts
                free.remove(vessel)
                orders.append(_order(sea, vessel, need, now_s))
    for vessel in free:
        if vessel.is_busy and vessel.landing not in waited_at:
            orders.append(_home(vessel))
        elif not vessel.task and is_anybody_leaving:
            orders.append(_make_ready(sea, vessel))
    return orders


def _there_s(sea: SeaMap, vessel: Vessel, landing: str) -> float:
    """How long until a boat is at a landing: notice if it still lies at its berth, and the way in calm water. [s]"""
    lies_there = vessel.state in ("", "available")
    start = vessel.port if vessel.is_busy and not lies_there else vessel.info.berth
    return (vessel.info.notice_s if lies_there else 0.0) + sea.way_m(start, landing) / vessel.info.speed_m_s


def _lifts(picture: Picture, sea: SeaMap, vessel: Vessel, need: Need, now_s: float) -> int:
    """How many people a boat can take off a landing within the time left; at least one load where that has passed."""
    landing, port = sea.landings[need.landing], sea.port_for(need.landing)
    sail_s = sea.way_m(port, need.landing) / vessel.info.speed_m_s
    if not isfinite(sail_s):
        return 0
    load_s = 60.0 * vessel.info.seats * (1.0 / landing.people_min + 1.0 / sea.landings[port].people_min)
    left_s = min(need.by_s - now_s, picture.parameters.lift_within_s) - _there_s(sea, vessel, need.landing)
    rounds = 1 + floor(max(left_s - load_s, 0.0) / (2.0 * sail_s + load_s))
    return vessel.info.seats * rounds


def _order(sea: SeaMap, vessel: Vessel, need: Need, now_s: float) -> Order:
    why = (
        f"{need.landing}: {need.people:.0f} people to be taken off, {need.why}; {_minutes(sea, vessel, need)} min away"
    )
    port = sea.port_for(need.landing)
    body = BoatOrder(order="", boat=vessel.name, task="lift", landing=need.landing, port=port, why=why)
    return Order("boat", vessel.name, body, why, deadline_s=need.by_s)


def _make_ready(sea: SeaMap, vessel: Vessel) -> Order:
    why = "people leave: crews on board, engine warm, wait at the berth"
    berth = vessel.info.berth
    body = BoatOrder(order="", boat=vessel.name, task="stand_by", landing=berth, port=sea.port_for(berth), why=why)
    return Order("boat", vessel.name, body, why)


def _minutes(sea: SeaMap, vessel: Vessel, need: Need) -> str:
    return f"{_there_s(sea, vessel, need.landing) / 60.0:.0f}"


def _home(vessel: Vessel) -> Order:
    why = "nobody is to be taken off where it was sent"
    body = BoatOrder(order="", boat=vessel.name, task="return", landing=vessel.landing, port=vessel.port, why=why)
    return Order("boat", vessel.name, body, why)

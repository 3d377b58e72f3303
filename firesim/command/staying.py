"""Where leaving by road is worse than staying: who stays inside, and who goes to the water.

A zone without a safe way by road stays inside where no fire is forecast. Where one is, people go to the shore, if in
most forecasts of that fire they are there first, and if it is not far or boats can come for them. Where there is a
way, leaving is weighed against staying, forecast by forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from firesim.command.forecast import Forecast
from firesim.command.inforce import clear_share, shore_told_s, told_to_stay
from firesim.command.picture import Picture
from firesim.command.ways import Network, Way
from firesim.link.messages import IN_PLACE, TO_THE_SHORE, ZoneAdvice
from firesim.physics.walking import SLOW_M_S

# Picture, zone and time to the landing where boats can come for the zone's people; empty: none can.
LandingFor = Callable[[Picture, int, float], str]

_DETOUR = 1.4  # a path on foot over the straight line; judgement, that of a street grid


def no_boats(picture: Picture, zone: int, now_s: float) -> str:
    """The landing for a zone where no boats are planned with: none."""
    return ""


def chances(
    picture: Picture, forecasted: Forecast, zone: int, refuge: int, way: Way, network: Network, now_s: float
) -> tuple[float, float]:
    """Share of the forecast's members in which leaving by a way ends in the fire, and in which staying does. [0, 1]

    Leaving: who sets out `mobilise_s` from now, or at the latest that is called safe if that is sooner, is still on
    some road of the way when it closes, or finds the refuge reached by fire some time within the forecast. Staying:
    fire comes to the zone within the forecast; or, of who was told to go to the shore, before they are there.
    """
    edges = np.array(way.edges, dtype=np.int64)
    leave_s = min(now_s + picture.parameters.mobilise_s, way.leave_by_s)
    left_s = leave_s + np.cumsum(network.travel_s[edges])
    is_caught = (forecasted.edge_closes_s[:, edges] < left_s).any(axis=1)
    is_lost = np.isfinite(forecasted.refuge_reached_s[:, refuge])
    return float((is_caught | is_lost).mean()), float(_stays_badly(picture, forecasted, zone, now_s).mean())


def _stays_badly(picture: Picture, forecasted: Forecast, zone: int, now_s: float) -> NDArray[np.bool_]:
    """In which members those who do not leave by road are in the fire. [member]"""
    said = told_to_stay(picture, zone)
    if said is not None and said.refuge == TO_THE_SHORE:
        return _is_caught_on_foot(picture, forecasted, zone, now_s)
    return np.isfinite(forecasted.zone_reached_s[:, zone])


def without_a_way(
    picture: Picture, forecasted: Forecast, zone: int, because: str, now_s: float, landing_for: LandingFor
) -> ZoneAdvice:
    """What a zone is told that nobody can safely leave by road, and why."""
    place = picture.ground.zones[zone]
    if place.access == "shelter":
        return in_place(picture, zone, "people here stay where they are")
    if picture.ground.zone_node[zone] < 0:
        return to_the_shore(picture, zone, "no road leads there", landing_for(picture, zone, now_s))
    return cut_off(picture, forecasted, zone, because, now_s, landing_for)


def cut_off(
    picture: Picture, forecasted: Forecast | None, zone: int, because: str, now_s: float, landing_for: LandingFor
) -> ZoneAdvice:
    """Inside or to the water, for a zone that has lost its road; without a forecast the water is the safer guess."""
    ground, p = picture.ground, picture.parameters
    is_beach = ground.zones[zone].kind == "beach"  # the water is at hand there
    if forecasted is None or is_beach:
        return to_the_shore(picture, zone, because, landing_for(picture, zone, now_s))
    said = told_to_stay(picture, zone)
    is_inside = said is None or said.refuge == IN_PLACE
    if is_inside and not isfinite(float(forecasted.zone_reached_early_s[zone])):
        until = ground.clock(forecasted.until_s)
        return in_place(picture, zone, f"{because}; no fire is forecast here until {until}")
    walk_m = _walk_m(picture, zone)
    if is_inside and walk_m > p.shore_within_m and not landing_for(picture, zone, now_s):
        return in_place(picture, zone, f"{because}; the shore is {walk_m:.0f} m on foot, and no boat can come")
    why_inside = _why_inside(picture, forecasted, zone, said, now_s)
    if why_inside:
        return in_place(picture, zone, f"{because}; {why_inside}")
    return to_the_shore(picture, zone, because, landing_for(picture, zone, now_s))


def _why_inside(picture: Picture, forecasted: Forecast, zone: int, said: ZoneAdvice | None, now_s: float) -> str:
    """Why people on foot had better stay inside than go to the shore; empty: they had not.

    Walking is worse where the fire comes before one is there, better where it comes after: one member, one vote. Who
    was told one of the two is told the other only by a clear vote.
    """
    is_reached = np.isfinite(forecasted.zone_reached_s[:, zone])
    is_caught = _is_caught_on_foot(picture, forecasted, zone, now_s)
    n, caught, there_first = len(is_caught), int(is_caught.sum()), int((is_reached & ~is_caught).sum())
    clearly = clear_share(picture, zone) * n
    where = "" if said is None else said.refuge
    if caught - there_first >= (0.0 if where == IN_PLACE else clearly):
        return f"in {caught} of {n} forecasts the fire comes before one could be at the shore"
    if where == IN_PLACE and there_first - caught < clearly:
        return f"told to stay inside, and only in {there_first} of {n} forecasts is one at the shore before the fire"
    return ""


def _is_caught_on_foot(picture: Picture, forecasted: Forecast, zone: int, now_s: float) -> NDArray[np.bool_]:
    """In which members the fire comes before people are at the shore, counted from when they were told to. [member]"""
    if picture.ground.zones[zone].kind == "beach":
        return np.zeros(len(forecasted.zone_reached_s), dtype=bool)
    there_s = shore_told_s(picture, zone, now_s) + picture.parameters.least_notice_s + _walk_m(picture, zone) / SLOW_M_S
    return np.asarray(forecasted.zone_reached_s[:, zone] < there_s)


def _walk_m(picture: Picture, zone: int) -> float:
    """How far it is on foot to the shore. [m]"""
    return _DETOUR * float(picture.ground.shore_m[zone])


def in_place(picture: Picture, zone: int, because: str) -> ZoneAdvice:
    """The advice to a zone where leaving is worse than staying."""
    name = picture.ground.zones[zone].zone
    return ZoneAdvice(
        zone=name, refuge=IN_PLACE, route=[], deadline_s=inf, why=f"{because}; stay inside, doors and windows shut"
    )


def to_the_shore(picture: Picture, zone: int, because: str, landing: str = "") -> ZoneAdvice:
    """The advice to a zone that cannot leave by road; `landing`: where boats come for its people."""
    place = picture.ground.zones[zone]
    do = "stay at the water's edge" if place.kind == "beach" else "go on foot to the shore, away from trees"
    return ZoneAdvice(
        zone=place.zone, refuge=TO_THE_SHORE, route=[], deadline_s=inf, landing=landing,
        why=f"{because}; {do} and wait for boats",
    )  # fmt: skip

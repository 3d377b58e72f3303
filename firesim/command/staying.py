"""Where leaving by road is worse than staying: who stays inside, and who goes to the water.

A zone without a safe way by road stays inside where no fire is forecast. Where one is, people go to the shore, if in
most forecasts of that fire they are there first, and if it is not far or boats can come for them. Where there is a
way, leaving is weighed against staying, forecast by forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite

import numpy as np

from firesim.command.forecast import Forecast
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
    fire comes to the zone within the forecast.
    """
    edges = np.array(way.edges, dtype=np.int64)
    leave_s = min(now_s + picture.parameters.mobilise_s, way.leave_by_s)
    left_s = leave_s + np.cumsum(network.travel_s[edges])
    is_caught = (forecasted.edge_closes_s[:, edges] < left_s).any(axis=1)
    is_lost = np.isfinite(forecasted.refuge_reached_s[:, refuge])
    leaving = float((is_caught | is_lost).mean())
    return leaving, float(np.isfinite(forecasted.zone_reached_s[:, zone]).mean())


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
    fire_s = float(forecasted.zone_reached_early_s[zone])
    if not isfinite(fire_s):
        return in_place(picture, zone, f"{because}; no fire is forecast here until {ground.clock(forecasted.until_s)}")
    landing, walk_m = landing_for(picture, zone, now_s), _DETOUR * float(ground.shore_m[zone])
    if not landing and walk_m > p.shore_within_m:
        return in_place(picture, zone, f"{because}; the shore is {walk_m:.0f} m on foot, and no boat can come")
    reached_s = forecasted.zone_reached_s[:, zone]
    is_caught = reached_s < now_s + p.least_notice_s + walk_m / SLOW_M_S
    # Walking is worse where the fire comes before one is there, better where it comes after: one member, one vote.
    if 2 * int(is_caught.sum()) >= int(np.isfinite(reached_s).sum()):
        often = f"{int(is_caught.sum())} of {len(reached_s)}"
        return in_place(
            picture, zone, f"{because}; in {often} forecasts the fire comes before one could be at the shore"
        )
    return to_the_shore(picture, zone, because, landing)


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

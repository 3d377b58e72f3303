"""Policies: from the picture to orders. The three shipped ones, and how a researcher's own is found.

A policy is a class with `decide(picture, now_s) -> orders`. It keeps no state: all that it may know is in the
picture, which the dispatcher keeps. It is asked when a suspicion becomes an alarm, when the operator has
acknowledged it, when a plan is due, and when a unit or drone is stuck or free again. Orders that it returns
leave `order_id` and `because` empty.

    class Cautious(Pilot):
        def level_of(self, chance_order, chance_warn, parameters):
            return "order" if chance_warn > 0.05 else ""

is used as `policy: mymodule:Cautious` in a scenario with mymodule.py beside it, or after
`register("Cautious", Cautious)` by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import ClassVar, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from firesim.command import boats, buses, contraflow, paper, response, routes
from firesim.command.flights import drone_orders
from firesim.command.forecast import quantile
from firesim.command.incident import Incident
from firesim.command.orders import Order
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.triggers import deadlines
from firesim.link.messages import Recommendation, ZoneAdvice
from firesim.place.shapes import are_within

Floats = NDArray[np.float64]

_LEVELS = {"": 0, "warning": 1, "order": 2}
_SOONER_BY_S = 600.0  # people are told again when their deadline has come this much nearer than they know; judgement


@runtime_checkable
class Policy(Protocol):
    """What a strategy's policy has to offer.

    `Parameters` are read from the briefing; `forecasts` says whether the dispatcher runs the fire forecast. One with
    `fetches = False` sends no ambulances to who calls for help; to all others the dispatcher does.
    """

    Parameters: ClassVar[type[CommandParameters]]
    forecasts: ClassVar[bool]

    def decide(self, picture: Picture, now_s: float) -> Sequence[Order]: ...


class NoAlert:
    """The floor: units go where the fire is reported, nobody is told to leave, nobody is fetched."""

    Parameters: ClassVar[type[CommandParameters]] = CommandParameters
    forecasts: ClassVar[bool] = False
    fetches: ClassVar[bool] = False

    def decide(self, picture: Picture, now_s: float) -> list[Order]:
        """The orders that follow from the picture at a moment; see `Strategy`. [s]"""
        fire = located_fire(picture, now_s)
        orders = response.verify_orders(picture, now_s)
        if fire is None or not picture.is_planned:
            return orders
        return merged(orders, response.assign(picture, fire, [], now_s))


class Today:
    """The fair baseline: the plan on paper, in the hands of competent people.

    Zones near the fire leave, and those downwind within the reach of a rule of thumb (a tenth of the wind for
    the same lead time as the pilot's), and those whose only usual road runs through that area: that the west
    hangs on one road is known without a forecast. People are sent to the town, or to the nearest big beach
    where the road to town leads through the fire itself. Units drive by the quickest open road.
    """

    Parameters: ClassVar[type[CommandParameters]] = CommandParameters
    forecasts: ClassVar[bool] = False

    def decide(self, picture: Picture, now_s: float) -> list[Order]:
        """The orders that follow from the picture at a moment; see `Strategy`. [s]"""
        fire = located_fire(picture, now_s)
        orders = response.verify_orders(picture, now_s)
        if fire is None or not picture.is_planned:
            return orders
        zones = self.zones_to_leave(picture, fire, now_s)
        in_danger = self._roads_through_the_fire(picture, fire)
        advice = boats.with_landings(picture, paper.advise_on_paper(picture, zones, in_danger, now_s), now_s)
        orders = merged(orders, response.assign(picture, fire, zones, now_s, receiving(picture, advice)))
        orders += boats.boat_orders(picture, advice, self._refuges_in_danger(picture, fire, now_s), now_s)
        by_bus = buses.plan_buses(picture, advice, now_s)
        orders, advice = orders + by_bus.orders, by_bus.with_stops(advice)
        advice = contraflow.mentioned(picture, advice, dict.fromkeys(advice, "order"))
        why = "near the fire, downwind of it, or behind it on the only road"
        return orders + recommendation(picture, "order", advice, why, now_s)

    def zones_to_leave(self, picture: Picture, fire: Incident, now_s: float) -> list[int]:
        """Indices of the zones that the plan on paper clears, the nearest to the fire first."""
        ground = picture.ground
        x_m, y_m = np.array([z.x_m for z in ground.zones]), np.array([z.y_m for z in ground.zones])
        away_m = np.hypot(x_m - fire.centre_xy_m[0], y_m - fire.centre_xy_m[1])
        is_near = self._in_danger_area(picture, fire, x_m, y_m, now_s)
        bends, of_edge = ground.road_bends
        road_in_area = np.zeros(len(ground.roads.edges), dtype=bool)
        road_in_area[of_edge[self._in_danger_area(picture, fire, bends[:, 0], bends[:, 1], now_s)]] = True
        for zone, way in enumerate(paper.usual_ways(picture)):
            if way is not None and any(road_in_area[list(way.edges)]):
                is_near[zone] = True
        ordered = [zone for zone in np.argsort(away_m, kind="stable").tolist() if is_near[zone]]
        told = [ground.zone_index[name] for name in picture.advised if name in ground.zone_index]
        return ordered + [zone for zone in told if zone not in ordered]

    def _refuges_in_danger(self, picture: Picture, fire: Incident, now_s: float) -> list[int]:
        """Indices of the refuges that lie in the area which the plan on paper clears."""
        x_m, y_m = (np.array([getattr(one, axis) for one in picture.ground.refuges]) for axis in ("x_m", "y_m"))
        return np.flatnonzero(self._in_danger_area(picture, fire, x_m, y_m, now_s)).tolist()

    def _in_danger_area(
        self, picture: Picture, fire: Incident, x_m: Floats, y_m: Floats, now_s: float
    ) -> NDArray[np.bool_]:
        p = picture.parameters
        away_m, off_deg = picture.ground.downwind(*fire.centre_xy_m, x_m, y_m, now_s)
        wind_m_s = picture.ground.bulletin_at(now_s).wind_speed_10m_m_s
        reach_m = p.paper_rate_over_wind * wind_m_s * p.order_lead_s
        return np.asarray((away_m <= p.paper_radius_m) | ((off_deg <= p.paper_half_angle_deg) & (away_m <= reach_m)))

    def _roads_through_the_fire(self, picture: Picture, fire: Incident) -> NDArray[np.bool_]:
        """Directed edges that come within the buffer of the believed fire. [edge]"""
        ground, reach_m = picture.ground, picture.parameters.zone_buffer_m
        bends, of_edge = ground.road_bends
        if fire.has_outline:
            near = np.any([drawing.bends_within(ground, reach_m) for drawing in fire.outlines.values()], axis=0)
        else:
            near = are_within(bends, np.array([fire.centre_xy_m]), max(reach_m, fire.sd_m))
        in_danger = np.zeros(len(ground.roads.edges), dtype=bool)
        in_danger[of_edge[near]] = True
        return in_danger


class Pilot:
    """Forecast-based: who leaves, by which road, and where units go follows from where the fire will be."""

    Parameters: ClassVar[type[CommandParameters]] = CommandParameters
    forecasts: ClassVar[bool] = True

    def decide(self, picture: Picture, now_s: float) -> list[Order]:
        """The orders that follow from the picture at a moment; see `Strategy`. [s]"""
        orders = drone_orders(picture, now_s) + response.verify_orders(picture, now_s)
        fire = located_fire(picture, now_s)
        if fire is None or not picture.is_planned or picture.forecast is None:
            return orders
        levels = self.levels(picture, now_s)
        plan = routes.plan(picture, picture.forecast, list(levels), now_s, boats.landing_for)
        advice = boats.with_landings(picture, plan.advice, now_s)
        levels = {zone: self.staged(picture, zone, level, plan) for zone, level in levels.items()}
        to_leave = [zone for zone, level in levels.items() if level == "order"]
        leaving = {zone: advice[zone] for zone in to_leave}
        orders = merged(orders, response.assign(picture, fire, to_leave, now_s, receiving(picture, leaving)))
        reached = np.flatnonzero(np.isfinite(picture.forecast.refuge_reached_early_s)).tolist()
        orders += boats.boat_orders(picture, leaving, reached, now_s)
        by_bus = buses.plan_buses(picture, leaving, now_s)
        orders, advice = orders + by_bus.orders, by_bus.with_stops(advice)
        advice = contraflow.mentioned(picture, advice, levels)
        for level, why in (("order", "fire or a cut road is likely in time"), ("warning", "possible later on")):
            chosen = {zone: one for zone, one in advice.items() if levels[zone] == level}
            orders += recommendation(picture, level, chosen, f"forecast: {why}", now_s)
        return orders

    def levels(self, picture: Picture, now_s: float) -> dict[int, str]:
        """Zones to order or warn, the most urgent first; nobody is told less than before. Keys: zone indices."""
        assert picture.forecast is not None
        p, ground = picture.parameters, picture.ground
        too_late_s = deadlines(picture, picture.forecast)
        chance_order = (too_late_s <= now_s + p.order_lead_s).mean(axis=0)
        chance_warn = (too_late_s <= now_s + p.warn_lead_s).mean(axis=0)
        urgency_s = quantile(too_late_s, picture.forecast.early)
        levels = {}
        for zone in np.argsort(urgency_s, kind="stable").tolist():
            level = self.level_of(float(chance_order[zone]), float(chance_warn[zone]), p)
            told = picture.advised.get(ground.zones[zone].zone)
            if told is not None and _LEVELS.get(told.level, 0) > _LEVELS[level]:
                level = told.level
            if level:
                levels[zone] = level
        return dict(sorted(levels.items(), key=lambda one: -_LEVELS[one[1]]))

    def staged(self, picture: Picture, zone: int, level: str, plan: routes.Plan) -> str:
        """An order waits, as a warning, while the zone's turn on the roads is further off than the next review.

        Only where turns are given (`assignment: capacity`); who has been ordered stays so.
        """
        told = picture.advised.get(picture.ground.zones[zone].zone)
        waits = plan.turn_in_s.get(zone, 0.0) > picture.parameters.review_every_s
        return "warning" if level == "order" and waits and (told is None or told.level != "order") else level

    def level_of(self, chance_order: float, chance_warn: float, parameters: CommandParameters) -> str:
        """order, warning or nothing, by the chance of being too late within the two lead times."""
        if chance_order >= parameters.order_probability:
            return "order"
        return "warning" if chance_warn >= parameters.order_probability else ""


# --- what policies are made of ---------------------------------------------------------------------------


def located_fire(picture: Picture, now_s: float) -> Incident | None:
    """The fire that matters most, once its place is known well enough to plan on."""
    fire = picture.fire(now_s)
    return fire if fire is not None and fire.reached("located") else None


def merged(first: Sequence[Order], then: Sequence[Order]) -> list[Order]:
    """Both lists of orders; where both speak to one unit, the later list holds."""
    spoken_to = [order.destination for order in then]
    return [order for order in first if order.destination not in spoken_to] + list(then)


def recommendation(
    picture: Picture, level: str, advice: Mapping[int, ZoneAdvice], why: str, now_s: float
) -> list[Order]:
    """What has to be asked of the authority: only zones for which something is new."""
    new = [one for one in advice.values() if _is_news(picture, level, one, now_s)]
    if not new:
        return []
    body = Recommendation(order="", level=level, advice=new, why=why)
    return [Order("recommendation", "authority", body, why, deadline_s=min(one.deadline_s for one in new))]


def receiving(picture: Picture, advice: Mapping[int, ZoneAdvice]) -> list[int]:
    """Refuges to which people are sent, the one with the most people first."""
    ground = picture.ground
    people = [0] * len(ground.refuges)
    for zone, one in advice.items():
        if one.refuge in ground.refuge_index:
            people[ground.refuge_index[one.refuge]] += ground.zones[zone].people_expected
    return sorted((k for k, count in enumerate(people) if count), key=lambda k: (-people[k], k))


def _is_news(picture: Picture, level: str, advice: ZoneAdvice, now_s: float) -> bool:
    told = picture.advised.get(advice.zone)
    if told is None or _LEVELS.get(told.level, 0) < _LEVELS[level]:
        return True
    if told.answer != "authorised" and now_s - told.at_s >= picture.parameters.decision_patience_s:
        return True
    same = told.advice.refuge == advice.refuge and told.advice.route == advice.route
    same = same and told.advice.landing == advice.landing and told.advice.stop == advice.stop
    # At once is now: that a deadline which was told has passed meanwhile is no news.
    now_by_s, told_by_s = max(advice.deadline_s, now_s), max(told.advice.deadline_s, now_s)
    is_sooner = now_by_s < told_by_s - _SOONER_BY_S  # False where neither has a deadline
    return (not same or (is_sooner and level == "order")) and told.answer != "refused"


# --- how a policy is found -------------------------------------------------------------------------------

_POLICIES: dict[str, type[Policy]] = {
    "Today": cast("type[Policy]", Today),
    "Pilot": cast("type[Policy]", Pilot),
    "NoAlert": cast("type[Policy]", NoAlert),
}


def register(name: str, policy: type[Policy]) -> None:
    """Make a policy known by a name of its own, as a notebook does."""
    _POLICIES[name] = policy


def policy_named(name: str) -> type[Policy]:
    """The policy of that name: a registered one, or `module:Class`. Raises ValueError when there is none."""
    if name in _POLICIES:
        return _POLICIES[name]
    module, _, attribute = name.partition(":")
    if not attribute:
        known = ", ".join(sorted(_POLICIES))
        raise ValueError(f"no policy is called {name!r}; known are {known}, or write module:Class")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"policy {name!r} cannot be found: {error}") from error
    if not callable(getattr(found, "decide", None)):
        raise ValueError(f"policy {name!r} has no decide(picture, now_s)")
    return cast("type[Policy]", found)

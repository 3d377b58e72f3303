"""Which buses fetch people at which stops: called early, without a signature, and never onto a road that closes.

The centre makes the buses ready as soon as its plan has anybody leave: that moves no citizen, only means that the
municipality can call on, so it waits for no mayor; see `boats.py`. They are sent to stops of zones that are told to
leave by road and for whose people the refuge is far on foot, as long as the way by road stays open until a full bus
is through to the refuge: by the forecast's early closing times less a margin; without a forecast, not along roads near
the believed fire. A stop is named in advice only while some bus is sent there.

How many of a zone's people have no vehicle is not known: a share of all is reckoned with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, inf, isfinite

import msgspec
import numpy as np
from numpy.typing import NDArray

from firesim.command.busline import BusLine, Coach
from firesim.command.orders import Order
from firesim.command.picture import Picture
from firesim.command.walking import WALKS_M_S, believed_closings_s, walks_s
from firesim.command.ways import Network, Way, open_roads
from firesim.link.messages import BusOrder, ZoneAdvice
from firesim.physics.search import edges_to

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A driver is told anew when the road is forecast to close so much sooner, or later. Judgement.
_SOONER_BY_S, _LATER_BY_S = 120.0, 900.0
_IDLE_S = 600.0  # a bus that finds nobody stays so long once people could be there; judgement


@dataclass
class Fetch:
    """People to be fetched at one stop.

    `way` leads from the stop to the refuge: its `leave_by_s` is when the last bus has to be gone. `ready_s`: when
    the first of them are there. [s]
    """

    stop: str
    node: int
    refuge: str
    way: Way
    ready_s: float
    zones: list[str] = field(default_factory=list)
    people: float = 0.0


@dataclass(frozen=True)
class BusPlan:
    """Orders to buses, and the stop of each zone whose people are fetched (keys: zone indices)."""

    orders: list[Order]
    stops: dict[int, str]

    def with_stops(self, advice: Mapping[int, ZoneAdvice]) -> dict[int, ZoneAdvice]:
        """The same advice, naming the stop where one is served."""
        return {zone: msgspec.structs.replace(one, stop=self.stops.get(zone, "")) for zone, one in advice.items()}


def plan_buses(picture: Picture, advice: Mapping[int, ZoneAdvice], now_s: float) -> BusPlan:
    """Orders to buses as far as they change what each is about, and who is told of a bus.

    `advice` is what zones are to be told to do now, beside what they have been told. The stop whose road closes
    first comes first; to each the buses that are there soonest, until what they can carry is enough. A bus stays
    with its stop while that can be served.
    """
    line = picture.ground.line
    if line is None:
        return BusPlan([], {})
    network = open_roads(picture, is_public=True).closing(believed_closings_s(picture))
    wanted = fetches(picture, line, network, advice, now_s)
    orders, served = _sent(picture, line, network, wanted, now_s)
    busy = {order.destination for order in orders}
    is_anybody_leaving = bool(advice) or bool(picture.advised)
    for coach in picture.coaches.values():
        if coach.name in busy or coach.is_held:
            continue
        if coach.is_busy and coach.stop not in served:
            orders.append(_home(coach))
        elif not coach.task and is_anybody_leaving:
            orders.append(_make_ready(coach))
    known = picture.ground.zone_index
    return BusPlan(orders, {known[zone]: one.stop for one in wanted if one.stop in served for zone in one.zones})


# --- who is to be fetched where ----------------------------------------------------------------------------------


def fetches(
    picture: Picture, line: BusLine, network: Network, advice: Mapping[int, ZoneAdvice], now_s: float
) -> list[Fetch]:
    """The stops at which people of zones told to leave can be fetched, those whose road closes first first."""
    ground = picture.ground
    told = {
        name: known.advice for name, known in picture.advised.items()
        if known.answer != "refused" and known.level == "order"
    }  # fmt: skip
    told |= {ground.zones[zone].zone: one for zone, one in advice.items()}
    found: dict[str, Fetch] = {}
    for name, one in told.items():
        zone = ground.zone_index.get(name, -1)
        if zone < 0 or ground.zone_node[zone] < 0 or one.refuge not in ground.refuge_index:
            continue
        fetch = _fetch_for(picture, line, network, zone, one, found, now_s)
        if fetch is not None:
            found[fetch.stop] = fetch
            fetch.zones.append(name)
            fetch.people += picture.parameters.bus_share * ground.zones[zone].people_expected
    brought: dict[str, int] = {}
    for coach in picture.coaches.values():
        brought[coach.stop] = brought.get(coach.stop, 0) + coach.landed
    for fetch in found.values():
        fetch.people = max(fetch.people - brought.get(fetch.stop, 0), 0.0)
    return sorted(found.values(), key=lambda fetch: (fetch.way.leave_by_s, -fetch.people, fetch.stop))


def _fetch_for(
    picture: Picture, line: BusLine, network: Network, zone: int, advice: ZoneAdvice, found: Mapping[str, Fetch],
    now_s: float,
) -> Fetch | None:  # fmt: skip
    """Where a zone's people can be fetched: at the stop that they were told, else the nearest on foot; None: nowhere.

    Not where the refuge itself is near; and all who are fetched at one stop are brought to one refuge.
    """
    ground, p = picture.ground, picture.parameters
    walk_s = walks_s(picture, int(ground.zone_node[zone]), now_s)
    target = int(ground.refuge_node[ground.refuge_index[advice.refuge]])
    if target < 0 or walk_s[target] * WALKS_M_S <= p.bus_from_walk_m:
        return None
    told = picture.advised.get(advice.zone)
    before = told.advice.stop if told is not None else ""
    known = ground.roads.node_index
    near = sorted((float(walk_s[known[s.node]]), s.stop) for s in line.stops.values() if s.node in known)
    near.sort(key=lambda one: one[1] != before)
    for away_s, stop in near:
        if away_s * WALKS_M_S > p.stop_within_m or not isfinite(away_s):
            continue
        if told is not None and not told.may_hear_of(stop, now_s, p.stop_anew_after_s):
            continue
        if stop in found:
            if found[stop].refuge == advice.refuge:
                return found[stop]
            continue
        node = known[line.stops[stop].node]
        heard_s = now_s if told is None else told.told_s(now_s)
        ready_s = max(now_s, min(heard_s, now_s) + p.mobilise_s + away_s)
        # A stop that people were told is served as long as a full bus gets through from there.
        loads_s = now_s if stop == before else ready_s
        way = way_of(network, node, target, loads_s + line.load_s(_largest(picture)))
        if way is not None and node != target:
            return Fetch(stop, node, advice.refuge, way, ready_s)
    return None


def _largest(picture: Picture) -> int:
    """Seats of the largest bus."""
    return max(coach.info.seats for coach in picture.coaches.values())


def way_of(network: Network, start: int, target: int, leaves_s: float) -> Way | None:
    """The quickest way for who leaves a node at a time, every stretch left its margin before it closes; None: none."""
    arrive_s, via_edge = network.reach(start, leaves_s)
    if not isfinite(float(arrive_s[target])):
        return None
    return network.way(edges_to(via_edge, network.roads.tail, target), start)


# --- which bus goes where ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reach:
    """When a free bus can be at each node, and by which stretch it comes there."""

    start: int
    arrive_s: Floats
    via_edge: Integers


def _sent(
    picture: Picture, line: BusLine, network: Network, wanted: Sequence[Fetch], now_s: float
) -> tuple[list[Order], set[str]]:
    """Orders to fetch people, and the stops that are served."""
    at = {fetch.stop: fetch for fetch in wanted}
    coaches = list(picture.coaches.values())
    at_work = [
        coach for coach in coaches
        if coach.serves and coach.stop in at and not _is_idle(coach, at[coach.stop], now_s)
    ]  # fmt: skip
    free = {
        coach.name: (coach, _reach_of(picture, network, coach, now_s))
        for coach in coaches if wanted and coach not in at_work and not coach.is_held
    }  # fmt: skip
    orders = [_anew(coach, at[coach.stop]) for coach in at_work if _is_news(coach, at[coach.stop])]
    for fetch in wanted:
        there = [coach for coach in at_work if coach.stop == fetch.stop]
        left = fetch.people - sum(_carries(picture, line, one, fetch, max(now_s, fetch.ready_s)) for one in there)
        for there_s, name in _soonest(line, free, fetch):
            if left <= 0.0:
                break
            coach, reach = free.pop(name)
            left -= _carries(picture, line, coach, fetch, max(there_s, fetch.ready_s))
            to_stop = network.way(edges_to(reach.via_edge, network.roads.tail, fetch.node), reach.start)
            orders.append(_order(coach, fetch, to_stop, f"{(there_s - now_s) / 60.0:.0f} min away"))
    stay = [coach.stop for coach in coaches if coach.serves and coach.stop in at and coach.name in free]
    sent = [order.body.stop for order in orders if isinstance(order.body, BusOrder)]
    return orders, {*sent, *stay, *(coach.stop for coach in at_work)}


def _reach_of(picture: Picture, network: Network, coach: Coach, now_s: float) -> _Reach:
    start = _node_of(picture, coach)
    return _Reach(start, *network.reach(start, now_s if coach.is_out else now_s + coach.info.notice_s))


def _soonest(line: BusLine, free: Mapping[str, tuple[Coach, _Reach]], fetch: Fetch) -> list[tuple[float, str]]:
    """The free buses that can be at a stop in time to load in full, soonest first: when, and which.

    None that stands there already, and sees nobody.
    """
    able = []
    for name, (coach, reach) in free.items():
        there_s = float(reach.arrive_s[fetch.node])
        in_time = isfinite(there_s) and there_s + line.load_s(coach.info.seats) <= fetch.way.leave_by_s
        if in_time and not (coach.serves and coach.stop == fetch.stop):
            able.append((there_s, -coach.info.seats, name))
    return [(there_s, name) for there_s, _, name in sorted(able)]


def _is_idle(coach: Coach, fetch: Fetch, now_s: float) -> bool:
    """Whether a bus has seen nobody at its stop for a while, though people could be there by now."""
    return coach.is_idle_there and now_s >= max(coach.heard_s, fetch.ready_s) + _IDLE_S


def _node_of(picture: Picture, coach: Coach) -> int:
    """Where on the roads a bus is taken to be: where it was heard of last, or stood when the day began."""
    ground = picture.ground
    if coach.place_xy_m is None:
        return ground.roads.node_index[coach.info.node]
    return picture.road_node_near(*coach.place_xy_m)


def _carries(picture: Picture, line: BusLine, coach: Coach, fetch: Fetch, from_s: float) -> int:
    """How many people a bus can bring from a stop at which it begins to load at a time, to and fro."""
    until_s = min(fetch.way.leave_by_s, from_s + picture.parameters.lift_within_s)
    left_s = until_s - from_s - line.load_s(coach.info.seats)
    rounds = 1 + floor(max(left_s, 0.0) / line.round_s(coach.info, fetch.way.travel_s))
    return coach.info.seats * rounds


def _is_news(coach: Coach, fetch: Fetch) -> bool:
    sooner = fetch.way.leave_by_s < coach.leave_by_s - _SOONER_BY_S
    later = fetch.way.leave_by_s > coach.leave_by_s + _LATER_BY_S
    return fetch.refuge != coach.refuge or sooner or later


def _order(coach: Coach, fetch: Fetch, to_stop: Way, how_far: str) -> Order:
    why = f"{fetch.stop}: {fetch.people:.0f} people of {', '.join(fetch.zones)} to {fetch.refuge}; {how_far}"
    body = BusOrder(
        order="", bus=coach.name, task="lift", stop=fetch.stop, refuge=fetch.refuge, route=list(to_stop.nodes),
        way=list(fetch.way.nodes), leave_by_s=fetch.way.leave_by_s, why=why,
    )  # fmt: skip
    return Order("bus", coach.name, body, why, route=to_stop.nodes, deadline_s=fetch.way.leave_by_s)


def _anew(coach: Coach, fetch: Fetch) -> Order:
    """The same stop, as the newest forecast has the road from there."""
    here = Way((), (), 0.0, inf)
    return _order(coach, fetch, here, "told anew: the forecast or the refuge has changed")


def _make_ready(coach: Coach) -> Order:
    return _plain(coach, "stand_by", "", "people leave: driver aboard, passengers off, wait where it stands")


def _home(coach: Coach) -> Order:
    return _plain(coach, "return", coach.refuge, "no road from its stop stays open long enough, or nobody is to come")


def _plain(coach: Coach, task: str, refuge: str, why: str) -> Order:
    body = BusOrder(
        order="", bus=coach.name, task=task, stop=coach.stop, refuge=refuge, route=[], way=[], leave_by_s=inf, why=why
    )  # fmt: skip
    return Order("bus", coach.name, body, why)


# --- what people are told of it ------------------------------------------------------------------------------------


def while_served(picture: Picture, advice: ZoneAdvice, now_s: float) -> ZoneAdvice:
    """The same advice, without its bus stop where no bus is sent there, or too late for people to be there first."""
    line = picture.ground.line
    if not advice.stop or line is None or advice.refuge not in picture.ground.refuge_index:
        return msgspec.structs.replace(advice, stop="") if advice.stop else advice
    zone = picture.ground.zone_index[advice.zone]
    node = picture.ground.roads.node_index[line.stops[advice.stop].node]
    there_s = (
        now_s
        + picture.parameters.least_notice_s
        + float(walks_s(picture, int(picture.ground.zone_node[zone]), now_s)[node])
    )
    is_served = any(
        coach.serves and coach.stop == advice.stop and coach.leave_by_s >= there_s for coach in picture.coaches.values()
    )
    return advice if is_served else msgspec.structs.replace(advice, stop="")

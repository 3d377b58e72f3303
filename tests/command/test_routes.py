"""Nobody is sent along a road that is forecast to close around them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command import evacuation, paper, routes
from firesim.command.crews import Advised
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import IN_PLACE, Recommendation
from firesim.place.roads import RoadNode
from firesim.place.settlement import Refuge, Zone

P = CommandParameters()
NOW_S = 600.0
FACTOR, MARGIN_S = P.travel_time_factor, P.route_margin_s


def a_forecast(ground: Ground, closes_s, zone_reached_s=None, refuge_reached_s=None) -> Forecast:
    """A forecast whose members all say the same; given for the edges, never for the rest unless said."""
    members = 3

    def same(values, count):
        return np.tile(np.full(count, np.inf) if values is None else np.asarray(values, dtype=float), (members, 1))

    nothing = np.full((members, *ground.coarse.shape), np.inf, dtype=np.float32)
    return Forecast(
        made_s=NOW_S,
        seen_s=NOW_S,
        until_s=14400.0,
        from_outline=True,
        early=0.15,
        arrival_s=nothing,
        edge_closes_s=same(closes_s, len(ground.roads.edges)),
        zone_reached_s=same(zone_reached_s, len(ground.zones)),
        refuge_reached_s=same(refuge_reached_s, len(ground.refuges)),
        intensity_kw_m=nothing[0],
    )


@pytest.fixture
def picture(small):
    return Picture(Ground(small.briefing(), 3, 120.0), P)


def closing(picture, **by_name):
    """Closing time of every edge by the name of its stretch; inf unless named."""
    return [by_name.get(name.replace(" ", "_"), np.inf) for name in picture.ground.roads.edge_names]


# --- exact cases: two stretches of 2,400 m at 12 m/s, 300 s each at the evacuees' factor of 1.5 -------------


def test_the_deadline_is_the_closing_time_less_margin_less_the_way_there(picture):
    forecasted = a_forecast(picture.ground, closing(picture, coast_east=5000.0))
    advice = routes.advise(picture, forecasted, [0, 1], NOW_S)
    assert advice[0].route == ["W", "M", "E"]
    assert advice[0].deadline_s == pytest.approx(5000.0 - 600.0 - 600.0)
    assert advice[1].route == ["M", "E"]
    assert advice[1].deadline_s == pytest.approx(5000.0 - 600.0 - 300.0)


def test_fire_at_the_door_sets_the_deadline_when_it_comes_before_the_road_is_cut(picture):
    forecasted = a_forecast(picture.ground, closing(picture), zone_reached_s=[4000.0, np.inf, np.inf])
    assert routes.advise(picture, forecasted, [0], NOW_S)[0].deadline_s == 4000.0 - 600.0


def test_a_zone_behind_a_road_that_closes_too_soon_is_told_to_go_to_the_shore(picture):
    # Latest departure 1,499 s; the least notice from now (600 s) is 900 s.
    # Fire comes to the zone itself later on, so staying is no choice.
    closes_s = closing(picture, coast_east=600.0 + 600.0 + 1499.0)
    forecasted = a_forecast(picture.ground, closes_s, zone_reached_s=[9000.0, np.inf, np.inf])
    advice = routes.advise(picture, forecasted, [0, 1], NOW_S)
    assert (advice[0].refuge, advice[0].route) == ("", [])
    assert "cut off" in advice[0].why
    assert "shore" in advice[0].why
    assert advice[1].refuge == "town"  # 300 s nearer, so it still has time


def test_a_zone_that_is_cut_off_and_not_reached_stays_where_it_is(picture):
    forecasted = a_forecast(picture.ground, closing(picture, coast_east=600.0 + 600.0 + 1499.0))
    told = routes.advise(picture, forecasted, [0], NOW_S)[0]
    assert (told.refuge, told.route, told.deadline_s) == (IN_PLACE, [], np.inf)
    assert "cut off" in told.why
    assert "no fire is forecast here" in told.why
    picture.forecast = forecasted
    asked = routes.advise(picture, a_forecast(picture.ground, None), [0], NOW_S)[0]
    assert routes.as_of_now(picture, asked, NOW_S + 900.0).refuge == IN_PLACE


def test_on_a_beach_the_water_is_nearer_than_any_house(small):
    zones = [replace(zone, kind="beach") for zone in small.briefing().zones]
    picture = Picture(Ground(small.briefing(zones=zones), 3, 120.0), P)
    picture.is_open[:] = False
    told = routes.advise(picture, a_forecast(picture.ground, None), [0], NOW_S)[0]
    assert told.refuge == ""
    assert "water's edge" in told.why


def test_a_zone_where_people_stay_by_rule_is_told_to_stay(small):
    zones = [replace(zone, node=None, access="shelter") for zone in small.briefing().zones]
    picture = Picture(Ground(small.briefing(zones=zones), 3, 120.0), P)
    assert routes.advise(picture, a_forecast(picture.ground, None), [0], NOW_S)[0].refuge == IN_PLACE


def test_advice_asked_for_earlier_goes_out_with_the_deadline_of_the_newest_forecast(picture):
    picture.forecast = a_forecast(picture.ground, closing(picture, coast_east=9000.0))
    asked = routes.advise(picture, picture.forecast, [0], NOW_S)[0]
    picture.forecast = a_forecast(picture.ground, closing(picture, coast_east=5000.0))
    said = routes.as_of_now(picture, asked, NOW_S + 600.0)
    assert said.deadline_s == 5000.0 - 600.0 - 600.0
    assert picture.ground.clock(said.deadline_s) in said.why
    assert picture.ground.clock(asked.deadline_s) not in said.why


def test_a_deadline_that_has_passed_is_not_said_but_to_leave_at_once(picture):
    fire_at_door = a_forecast(picture.ground, closing(picture), zone_reached_s=[4000.0, np.inf, np.inf])
    picture.forecast = fire_at_door
    asked = routes.advise(picture, fire_at_door, [0], NOW_S)[0]
    for now_s, is_said in ((3300.0, True), (3399.0, False), (3460.0, False)):
        said = routes.as_of_now(picture, asked, now_s)
        assert said.route == asked.route
        assert np.isfinite(said.deadline_s) == is_said
        assert ("has passed: leave at once" in said.why) != is_said


def test_who_is_told_too_late_to_get_through_before_the_road_closes_is_sent_to_the_shore(picture):
    reached_s = [9000.0, np.inf, np.inf]
    picture.forecast = a_forecast(picture.ground, closing(picture, coast_east=5000.0), zone_reached_s=reached_s)
    asked = routes.advise(picture, picture.forecast, [0], NOW_S)[0]
    last_s = asked.deadline_s - P.least_notice_s
    assert routes.as_of_now(picture, asked, last_s - 1.0).deadline_s == asked.deadline_s
    for now_s in (last_s + 1.0, asked.deadline_s - 5.0, asked.deadline_s + 1.0):
        late = routes.as_of_now(picture, asked, now_s)
        assert (late.refuge, late.route, late.deadline_s) == ("", [], np.inf)
        assert "shore" in late.why


@pytest.mark.parametrize("assignment", ["fastest", "safest", "capacity"])
def test_who_is_told_to_stay_leaves_its_places_to_the_others(small, monkeypatch, assignment):
    """The west would take 600 of the town's 700 places; it stays, so there is room for the 300 of the middle."""
    refuges = [replace(small.briefing().refuges[0], capacity_people=700)]
    parameters = P.model_copy(update={"assignment": assignment})
    picture = Picture(Ground(small.briefing(refuges=refuges), 3, 120.0), parameters)
    chosen_for = []

    def the_west_stays(_, __, ___, chosen, ____):
        chosen_for.append(sorted(chosen))
        return {0: "leaving is worse"} if 0 in chosen else {}

    forecasted = a_forecast(picture.ground, None)
    assert "no refuge has room" in routes.advise(picture, forecasted, [0, 1], NOW_S)[1].why
    monkeypatch.setattr(routes, "_why_stay", the_west_stays)
    advice = routes.advise(picture, forecasted, [0, 1], NOW_S)
    assert chosen_for == [[0, 1], [1]]
    assert advice[0].refuge == IN_PLACE
    assert advice[1].refuge == "town"
    assert "no refuge has room" not in advice[1].why


def test_a_zone_without_a_road_stays_at_the_shore(picture):
    advice = routes.advise(picture, a_forecast(picture.ground, None), [2], NOW_S)
    assert advice[2].refuge == ""
    assert "no road" in advice[2].why


def test_a_refuge_that_the_forecast_reaches_is_no_refuge(picture):
    lost = a_forecast(picture.ground, None, zone_reached_s=[9500.0, np.inf, np.inf], refuge_reached_s=[9000.0])
    assert routes.advise(picture, lost, [0], NOW_S)[0].refuge == ""
    assert routes.advise(picture, lost, [1], NOW_S)[1].refuge == IN_PLACE


def test_what_was_told_before_holds_as_long_as_it_is_safe(picture):
    safe = a_forecast(picture.ground, closing(picture, coast_east=9000.0))
    first = routes.advise(picture, safe, [0], NOW_S)[0]
    picture.advised["west"] = Advised("order", first, "order-1", NOW_S, "authorised", "", NOW_S)
    sooner = a_forecast(picture.ground, closing(picture, coast_east=8000.0))
    again = routes.advise(picture, sooner, [0], NOW_S + 600.0)[0]
    assert (again.refuge, again.route) == (first.refuge, first.route)
    assert again.deadline_s == 8000.0 - 600.0 - 600.0 < first.deadline_s  # the newest, and so is the reason
    assert picture.ground.clock(again.deadline_s) in again.why
    closes_s = closing(picture, coast_east=2000.0)
    too_soon = a_forecast(picture.ground, closes_s, zone_reached_s=[9000.0, np.inf, np.inf])
    assert routes.advise(picture, too_soon, [0], NOW_S + 600.0)[0].refuge == ""


def test_a_full_refuge_sends_the_next_zone_further(small):
    town, west = small.briefing().refuges[0], Refuge("field", "Field", "field", 447600.0, 4332600.0, "W", 5000)
    ground = Ground(small.briefing(refuges=[replace(town, capacity_people=500), west]), 3, 120.0)
    advice = routes.advise(Picture(ground, P), a_forecast(ground, None), [1, 0], NOW_S)
    assert advice[1].refuge == "town"  # 300 people into 500 places
    assert advice[0].refuge == "field"  # 600 people where they are
    advice = routes.advise(Picture(ground, P), a_forecast(ground, None), [1], NOW_S)
    assert advice[1].refuge == "town"


# --- the plan on paper --------------------------------------------------------------------------------------


def test_the_plan_on_paper_sends_to_the_town_or_to_the_beach_if_the_fire_stands_on_the_road(small):
    beach = Refuge("beach", "Big beach", "beach", 447600.0, 4332600.0, "W", 5000)
    ground = Ground(small.briefing(refuges=[*small.briefing().refuges, beach]), 3, 120.0)
    picture = Picture(ground, P)
    clear = np.zeros(len(ground.roads.edges), dtype=bool)
    assert paper.advise_on_paper(picture, [0], clear, NOW_S)[0].refuge == "town"
    burning = np.array([name == "coast east" for name in ground.roads.edge_names])
    assert paper.advise_on_paper(picture, [0], burning, NOW_S)[0].refuge == "beach"
    everything = np.ones(len(ground.roads.edges), dtype=bool)
    told = paper.advise_on_paper(picture, [1], everything, NOW_S)[1]
    assert told.refuge == ""
    assert "cut off" in told.why


# --- any network, any fire ----------------------------------------------------------------------------------

N_NODES = 7
LINKS = [(u, v) for u in range(N_NODES) for v in range(u)]


@st.composite
def networks(draw):
    """Nodes on a plain, some of the possible stretches between them, and when each direction closes."""
    links = draw(st.lists(st.sampled_from(LINKS), min_size=3, max_size=14, unique=True))
    closes_s = draw(
        st.lists(
            st.one_of(st.just(float("inf")), st.floats(0.0, 9000.0)), min_size=2 * len(links), max_size=2 * len(links)
        )
    )
    places = draw(
        st.lists(st.tuples(st.floats(0.0, 5000.0), st.floats(0.0, 3000.0)), min_size=N_NODES, max_size=N_NODES)
    )
    is_open = draw(st.lists(st.booleans(), min_size=len(links), max_size=len(links)))
    return links, closes_s, places, is_open


ASSIGNMENTS = ("nearest", "fastest", "safest", "capacity")


def planned(small, network, assignment, zone_reached_s=None, capacity=250):
    """A picture of a random network, five zones of 100 people and two refuges, and what is forecast for it."""
    links, closes_s, places, is_open = network
    nodes = [RoadNode(f"n{k}", 447000.0 + x, 4332000.0 + y) for k, (x, y) in enumerate(places)]
    edges = [edge for k, (u, v) in enumerate(links) for edge in small.road(nodes[u], nodes[v], f"e{k}")]
    zones = [
        Zone(f"z{k}", f"Zone {k}", "settlement", nodes[k].x_m, nodes[k].y_m, f"n{k}", 100, [])
        for k in range(N_NODES - 2)
    ]
    refuges = [
        Refuge(f"r{k}", f"Refuge {k}", "town", nodes[k].x_m, nodes[k].y_m, f"n{k}", capacity)
        for k in (N_NODES - 2, N_NODES - 1)
    ]
    ground = Ground(small.briefing(nodes=nodes, edges=edges, zones=zones, refuges=refuges), 3, 120.0)
    picture = Picture(ground, P.model_copy(update={"assignment": assignment}))
    picture.is_open[:] = np.repeat(is_open, 2)
    return picture, a_forecast(ground, closes_s, zone_reached_s)


def stretches_of(picture, route):
    """Edge numbers along a route: the quickest open one of each stretch."""
    roads = picture.ground.roads
    for u, v in pairwise(route):
        joins = [i for i, e in enumerate(roads.edges) if (e.u, e.v) == (u, v) and picture.is_open[i]]
        yield min(joins, key=lambda i: roads.edges[i].length_m)


def is_left_in_time(picture, forecasted, route, leave_s):
    """Whether who leaves then by a route has left each of its edges a margin before it closes."""
    at_s = leave_s
    for k in stretches_of(picture, route):
        edge = picture.ground.roads.edges[k]
        at_s += edge.length_m / edge.free_flow_speed_m_s * FACTOR
        if at_s > forecasted.edge_closes_s[0, k] - MARGIN_S + 1e-6:
            return False
    return True


def routes_between(picture, start, goal, seen=()):
    """Every way without a repeated node over open roads, as node names: slow, and right."""
    if start == goal:
        yield [start]
        return
    for i, edge in enumerate(picture.ground.roads.edges):
        if edge.u == start and picture.is_open[i] and edge.v not in (*seen, start):
            for rest in routes_between(picture, edge.v, goal, (*seen, start)):
                yield [start, *rest]


zone_fires = st.lists(st.one_of(st.just(float("inf")), st.floats(0.0, 9000.0)), min_size=5, max_size=5)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@settings(max_examples=60, deadline=None)
@given(network=networks(), zone_reached_s=zone_fires)
def test_no_route_uses_an_edge_past_its_forecast_closing_less_the_margin(small, assignment, network, zone_reached_s):
    picture, forecasted = planned(small, network, assignment, zone_reached_s)
    ground = picture.ground
    advice = routes.advise(picture, forecasted, list(range(len(ground.zones))), NOW_S)
    assert set(advice) == set(range(len(ground.zones)))
    for zone, told in advice.items():
        assert told.why.strip()
        assert len(told.why.splitlines()) == 1
        if told.refuge in ("", IN_PLACE):
            assert told.route == []
            assert ("stay inside" if told.refuge else "shore") in told.why
            continue
        assert told.route[0] == ground.zones[zone].node
        assert told.route[-1] == next(r.node for r in ground.refuges if r.refuge == told.refuge)
        assert told.deadline_s >= NOW_S + 60.0
        # Whoever leaves at the deadline, and with the least notice in any case, gets through.
        latest_s = min(told.deadline_s, 1e9) if np.isfinite(told.deadline_s) else NOW_S + P.least_notice_s
        assert is_left_in_time(picture, forecasted, told.route, latest_s)
        assert is_left_in_time(picture, forecasted, told.route, NOW_S + P.least_notice_s)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@settings(max_examples=40, deadline=None)
@given(network=networks(), zone_reached_s=zone_fires)
def test_just_the_zones_without_a_safe_way_stay_or_go_to_the_shore(small, assignment, network, zone_reached_s):
    picture, forecasted = planned(small, network, assignment, zone_reached_s)
    ground = picture.ground
    for zone, told in routes.advise(picture, forecasted, list(range(len(ground.zones))), NOW_S).items():
        has_way = any(
            is_left_in_time(picture, forecasted, way, NOW_S + P.least_notice_s)
            for refuge in ground.refuges
            for way in routes_between(picture, ground.zones[zone].node, refuge.node)
        )
        assert has_way == (told.refuge not in ("", IN_PLACE))
        if not has_way:
            assert "cut off" in told.why
            # Inside where no fire is forecast, where the shore is far, and where it cannot be reached before the fire.
            walk_m = 1.4 * ground.shore_m[zone]
            is_too_late = NOW_S + P.least_notice_s + walk_m / 0.7 > zone_reached_s[zone]
            stays = np.isinf(zone_reached_s[zone]) or walk_m > P.shore_within_m or is_too_late
            assert (told.refuge == IN_PLACE) == stays


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@settings(max_examples=40, deadline=None)
@given(network=networks(), told_first=st.lists(st.integers(0, 4), max_size=3, unique=True))
def test_no_refuge_is_given_more_people_than_it_has_room_for_unless_that_is_said(
    small, assignment, network, told_first
):
    picture, forecasted = planned(small, network, assignment, capacity=200)
    ground = picture.ground
    for zone, one in routes.advise(picture, forecasted, told_first, NOW_S).items():
        picture.advised[ground.zones[zone].zone] = Advised("order", one, "order-1", NOW_S, "authorised", "", NOW_S)
    advice = routes.advise(picture, forecasted, list(range(len(ground.zones))), NOW_S)
    for refuge in ground.refuges:
        sent = [one for one in advice.values() if one.refuge == refuge.refuge]
        assert 100 * sum("no refuge has room" not in one.why for one in sent) <= refuge.capacity_people


@pytest.mark.parametrize("assignment", ["fastest", "capacity"])
@settings(max_examples=120, deadline=None)
@given(
    network=networks(),
    closes_in_s=st.lists(st.one_of(st.just(float("inf")), st.floats(0.0, 2500.0)), min_size=28, max_size=28),
)
def test_a_new_plan_turns_nobody_on_the_road_back_into_one_that_closes(small, assignment, network, closes_in_s):
    links, _, places, _ = network
    both_ways = np.repeat(closes_in_s[: len(links)], 2)  # a road closes to both directions
    picture, at_first = planned(
        small, (links, np.full(len(both_ways), np.inf), places, [True] * len(links)), assignment
    )
    ground, now_s = picture.ground, NOW_S + 900.0
    zones = list(range(len(ground.zones)))
    first = routes.advise(picture, at_first, zones, NOW_S)
    for zone, one in first.items():
        picture.advised[ground.zones[zone].zone] = Advised("order", one, "order-1", NOW_S, "authorised", "", NOW_S)
    later = a_forecast(ground, now_s + both_ways)
    for zone, told in routes.advise(picture, later, zones, now_s).items():
        before = first[zone].route
        if told.route == before or len(told.route) < 2:
            continue  # who is told of no road goes on as seems best
        for k in range(1, len(before) - 1):
            if not is_left_in_time(picture, later, before[k:], now_s):
                continue  # has to turn in any case
            onward = told.route[told.route.index(before[k]) :] if before[k] in told.route else None
            ways = [onward] if onward else list(routes_between(picture, before[k], told.route[-1]))
            assert any(is_left_in_time(picture, later, way, now_s) for way in ways)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@settings(max_examples=30, deadline=None)
@given(network=networks(), at_s=st.floats(0.0, 5000.0), later_s=st.floats(0.0, 3000.0))
def test_planned_again_from_the_same_forecast_a_zone_keeps_a_way_that_is_safe(
    small, assignment, network, at_s, later_s
):
    picture, forecasted = planned(small, network, assignment)
    ground = picture.ground
    zones = list(range(len(ground.zones)))
    first = routes.advise(picture, forecasted, zones, at_s)
    for zone, one in first.items():
        picture.advised[ground.zones[zone].zone] = Advised("order", one, "order-1", at_s, "authorised", "", at_s)
    now_s = at_s + later_s
    for zone, one in routes.advise(picture, forecasted, zones, now_s).items():
        before = first[zone]
        if len(before.route) and is_left_in_time(picture, forecasted, before.route, now_s + P.least_notice_s + 1e-3):
            assert (one.refuge, one.route) == (before.refuge, before.route)
        elif one.route:
            assert is_left_in_time(picture, forecasted, one.route, now_s + P.least_notice_s)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@settings(max_examples=60, deadline=None)
@given(
    network=networks(),
    closes_in_s=st.lists(
        st.lists(st.one_of(st.just(float("inf")), st.floats(-600.0, 5000.0)), min_size=28, max_size=28),
        min_size=2, max_size=4,
    ),
    delays_s=st.lists(st.floats(0.0, 2400.0), min_size=4, max_size=4),
)  # fmt: skip
def test_no_alert_that_goes_out_names_a_road_past_its_closing_whatever_the_news_meanwhile(
    small, assignment, network, closes_in_s, delays_s
):
    """Plan, wait for the authority, hear a new forecast, tell; again and again: as told, everybody gets through."""
    links, _, places, is_open = network
    never = np.full(2 * len(links), np.inf)
    picture, _ = planned(small, (links, never, places, is_open), assignment)
    ground, now_s = picture.ground, NOW_S
    zones = list(range(len(ground.zones)))
    for closes, delay_s in zip(closes_in_s, delays_s, strict=False):
        plan = routes.plan(picture, picture.forecast or a_forecast(ground, never), zones, now_s)
        body = Recommendation(order="", level="order", advice=list(plan.advice.values()), why="")
        sorted_out = evacuation.sort_out(picture, body, now_s)
        evacuation.ask(
            picture, "order-1", Recommendation(order="", level="order", advice=sorted_out.to_ask, why=""), now_s
        )
        now_s += delay_s
        picture.forecast = a_forecast(ground, now_s + np.repeat(closes[: len(links)], 2))
        settled = evacuation.answered(picture, "order-1", True, "authority", NOW_S)
        to_tell = [told.advice for told in settled]
        for order in evacuation.alert_orders(picture, "order", to_tell, "authority", now_s):
            for told in order.body.advice:
                assert told.why.strip()
                assert len(told.why.splitlines()) == 1
                if told.refuge in ("", IN_PLACE):
                    assert told.route == []
                    continue
                assert is_left_in_time(picture, picture.forecast, told.route, now_s + P.least_notice_s)
                if np.isfinite(told.deadline_s):
                    assert told.deadline_s >= now_s + 60.0
                    assert is_left_in_time(picture, picture.forecast, told.route, told.deadline_s)


@pytest.fixture
def fork(small):
    """Zone Z between two towns: by A to the one at B, by C to the one at D; A and C are joined by a lane, or not."""

    def picture_of(lane: bool):
        places = {"Z": (0.0, 0.0), "A": (1200.0, 0.0), "B": (2400.0, 0.0), "C": (0.0, -1200.0), "D": (0.0, -2600.0)}
        nodes = {name: RoadNode(name, 449000.0 + x, 4334600.0 + y) for name, (x, y) in places.items()}
        pairs = ["ZA", "AB", "ZC", "CD", *(["AC"] if lane else [])]
        edges = [edge for u, v in pairs for edge in small.road(nodes[u], nodes[v], u + v)]
        zone = Zone("z", "Zone", "settlement", nodes["Z"].x_m, nodes["Z"].y_m, "Z", 100, [])
        refuges = [Refuge(name, name, "town", nodes[name].x_m, nodes[name].y_m, name, 500) for name in ("B", "D")]
        briefing = small.briefing(nodes=list(nodes.values()), edges=edges, zones=[zone], refuges=refuges)
        return Picture(Ground(briefing, 3, 120.0), P)

    return picture_of


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize(("lane", "refuge"), [(False, IN_PLACE), (True, "D")])
def test_who_has_passed_a_road_that_closes_is_not_called_back_over_it(fork, assignment, lane, refuge):
    picture = fork(lane)
    picture.parameters = P.model_copy(update={"assignment": assignment})
    told = routes.advise(picture, a_forecast(picture.ground, None), [0], NOW_S)[0]
    assert told.route == ["Z", "A", "B"]
    picture.advised["z"] = Advised("order", told, "order-1", NOW_S, "authorised", "", NOW_S)
    # From Z to A it closes too soon for the next to leave, both ways; who is at A can still go on to B.
    soon = a_forecast(picture.ground, closing(picture, ZA=NOW_S + 700.0))
    again = routes.advise(picture, soon, [0], NOW_S)[0]
    # By the lane those at A can turn off in time, and so the zone can still come to A: the nearest stays the nearest.
    by_lane = lane and assignment == "nearest"
    assert again.refuge == ("B" if by_lane else refuge)
    if not lane:
        assert "turn those on it back" in again.why
    picture.advised.clear()
    nobody_on_the_road = routes.advise(picture, soon, [0], NOW_S)[0]
    assert nobody_on_the_road.refuge == ("B" if by_lane else "D")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_who_is_told_too_late_for_one_road_is_told_of_another_that_is_safe(fork, assignment):
    picture = fork(False)
    picture.parameters = P.model_copy(update={"assignment": assignment})
    picture.forecast = a_forecast(picture.ground, closing(picture, AB=NOW_S + 2700.0, CD=NOW_S + 9000.0))
    asked = routes.advise(picture, a_forecast(picture.ground, closing(picture, CD=NOW_S + 9000.0)), [0], NOW_S)[0]
    assert asked.route == ["Z", "A", "B"]
    way = routes.public_network(picture, picture.forecast).along(asked.route)
    answered_s = way.leave_by_s - 0.5 * P.least_notice_s
    picture.advised["z"] = Advised("order", asked, "order-1", NOW_S, "authorised", "authority", answered_s)
    assert routes.as_of_now(picture, asked, answered_s).route == ["Z", "C", "D"]
    assert picture.advised["z"].advice is asked


# --- which of the safe ways -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assignment", "refuge", "because"),
    [
        ("nearest", "B", "nearest refuge"),
        ("fastest", "B", "earliest arrival"),
        ("safest", "D", "widest margin"),
        ("capacity", "B", "share of the roads"),
    ],
)
def test_each_assignment_takes_the_way_that_it_stands_for(fork, assignment, refuge, because):
    picture = fork(False)  # B is nearer, but its road closes some time
    picture.parameters = P.model_copy(update={"assignment": assignment})
    told = routes.advise(picture, a_forecast(picture.ground, closing(picture, AB=12000.0)), [0], NOW_S)[0]
    assert told.refuge == refuge
    assert because in told.why


def test_nearest_and_fastest_differ_where_the_nearest_has_to_be_reached_by_a_detour(fork):
    picture = fork(True)
    # From Z to A it is closed: to B the way leads by C and the lane, 4,100 m, to D it is 2,600 m.
    forecasted = a_forecast(picture.ground, closing(picture, ZA=0.0))
    for assignment, route in (("nearest", ["Z", "C", "A", "B"]), ("fastest", ["Z", "C", "D"])):
        picture.parameters = P.model_copy(update={"assignment": assignment})
        assert routes.advise(picture, forecasted, [0], NOW_S)[0].route == route

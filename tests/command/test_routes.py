"""Nobody is sent along a road that is forecast to close around them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command import routes
from firesim.command.crews import Advised
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
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
    forecasted = a_forecast(picture.ground, closing(picture, coast_east=600.0 + 600.0 + 1499.0))
    advice = routes.advise(picture, forecasted, [0, 1], NOW_S)
    assert (advice[0].refuge, advice[0].route) == ("", [])
    assert "cut off" in advice[0].why
    assert "shore" in advice[0].why
    assert advice[1].refuge == "town"  # 300 s nearer, so it still has time


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


def test_who_would_not_get_through_before_the_road_closes_is_sent_to_the_shore(picture):
    picture.forecast = a_forecast(picture.ground, closing(picture, coast_east=5000.0))
    asked = routes.advise(picture, picture.forecast, [0], NOW_S)[0]
    assert routes.as_of_now(picture, asked, asked.deadline_s - 61.0).deadline_s == asked.deadline_s
    late = routes.as_of_now(picture, asked, asked.deadline_s + 1.0)
    assert (late.refuge, late.route, late.deadline_s) == ("", [], np.inf)
    assert "shore" in late.why


def test_a_zone_without_a_road_stays_at_the_shore(picture):
    advice = routes.advise(picture, a_forecast(picture.ground, None), [2], NOW_S)
    assert advice[2].refuge == ""
    assert "no road" in advice[2].why


def test_a_refuge_that_the_forecast_reaches_is_no_refuge(picture):
    forecasted = a_forecast(picture.ground, None, refuge_reached_s=[9000.0])
    assert routes.advise(picture, forecasted, [0], NOW_S)[0].refuge == ""


def test_what_was_told_before_holds_as_long_as_it_is_safe(picture):
    safe = a_forecast(picture.ground, closing(picture, coast_east=9000.0))
    first = routes.advise(picture, safe, [0], NOW_S)[0]
    picture.advised["west"] = Advised("order", first, "order-1", NOW_S, "authorised")
    sooner = a_forecast(picture.ground, closing(picture, coast_east=8000.0))
    again = routes.advise(picture, sooner, [0], NOW_S + 600.0)[0]
    assert (again.refuge, again.route) == (first.refuge, first.route)
    assert again.deadline_s == 8000.0 - 600.0 - 600.0 < first.deadline_s  # the newest, and so is the reason
    assert picture.ground.clock(again.deadline_s) in again.why
    too_soon = a_forecast(picture.ground, closing(picture, coast_east=2000.0))
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
    assert routes.advise_on_paper(picture, [0], clear, NOW_S)[0].refuge == "town"
    burning = np.array([name == "coast east" for name in ground.roads.edge_names])
    assert routes.advise_on_paper(picture, [0], burning, NOW_S)[0].refuge == "beach"
    everything = np.ones(len(ground.roads.edges), dtype=bool)
    told = routes.advise_on_paper(picture, [1], everything, NOW_S)[1]
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


@settings(max_examples=80, deadline=None)
@given(networks())
def test_no_route_uses_an_edge_past_its_forecast_closing_less_the_margin(small, network):
    links, closes_s, places, is_open = network
    nodes = [RoadNode(f"n{k}", 447000.0 + x, 4332000.0 + y) for k, (x, y) in enumerate(places)]
    edges = [edge for k, (u, v) in enumerate(links) for edge in small.road(nodes[u], nodes[v], f"e{k}")]
    zones = [
        Zone(f"z{k}", f"Zone {k}", "settlement", nodes[k].x_m, nodes[k].y_m, f"n{k}", 100, [])
        for k in range(N_NODES - 2)
    ]
    refuges = [
        Refuge(f"r{k}", f"Refuge {k}", "town", nodes[k].x_m, nodes[k].y_m, f"n{k}", 250)
        for k in (N_NODES - 2, N_NODES - 1)
    ]
    ground = Ground(small.briefing(nodes=nodes, edges=edges, zones=zones, refuges=refuges), 3, 120.0)
    picture = Picture(ground, P)
    picture.is_open[:] = np.repeat(is_open, 2)
    forecasted = a_forecast(ground, closes_s)
    advice = routes.advise(picture, forecasted, list(range(len(zones))), NOW_S)
    assert set(advice) == set(range(len(zones)))
    for zone, told in advice.items():
        if not told.refuge:
            assert told.route == []
            assert "shore" in told.why
            continue
        assert told.route[0] == zones[zone].node
        assert told.route[-1] == next(r.node for r in refuges if r.refuge == told.refuge)
        assert told.deadline_s >= NOW_S + P.least_notice_s - 1e-6
        # Whoever leaves at the deadline has left every edge of the route a margin before it closes.
        at_s = min(told.deadline_s, 1e9)
        for u, v in zip(told.route, told.route[1:], strict=False):
            k = next(i for i, e in enumerate(edges) if (e.u, e.v) == (u, v) and picture.is_open[i])
            at_s += edges[k].length_m / edges[k].free_flow_speed_m_s * FACTOR
            assert at_s <= closes_s[k] - MARGIN_S + 1e-6

"""What people were told holds until something else is clearly better, and not a moment longer than it is safe."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from firesim.command import evacuation, routes
from firesim.command.crews import Advised
from firesim.command.dispatcher import Dispatcher, step
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import IN_PLACE, TO_THE_SHORE, ZoneAdvice
from firesim.place.roads import RoadNode
from firesim.place.settlement import Refuge, Zone

P = CommandParameters()
DRIVE_S = 2.0 * 2400.0 / 12.0 * P.travel_time_factor  # from the west bay to the town
NOW_S = 3600.0
NEVER = (np.inf,) * 7
WEST = 0


def a_forecast(ground: Ground, roads_close_s=NEVER, west_s=NEVER) -> Forecast:
    """Seven members: when all roads close, and when fire reaches the west bay."""
    closes_s = np.repeat(np.array(roads_close_s)[:, None], len(ground.roads.edges), axis=1)
    zones_s, refuges_s = np.full((7, len(ground.zones)), np.inf), np.full((7, len(ground.refuges)), np.inf)
    zones_s[:, WEST] = west_s
    nothing = np.full((7, *ground.coarse.shape), np.inf, dtype=np.float32)
    return Forecast(NOW_S, NOW_S, 14400.0, True, 0.15, nothing, closes_s, zones_s, refuges_s, nothing[0])


@pytest.fixture
def picture(small) -> Picture:
    return Picture(Ground(small.briefing(), 3, 120.0), P)


def told(picture: Picture, refuge: str, at_s: float) -> None:
    """The west bay's people have been told this."""
    route = ["W", "M", "E"] if refuge == "town" else []
    advice = ZoneAdvice(zone="west", refuge=refuge, route=route, deadline_s=np.inf, why="")
    picture.advised["west"] = Advised("order", advice, "order-1", at_s, "authorised", "authority", at_s)
    picture.advised["west"].say(advice, at_s)


def advised(picture: Picture, forecasted: Forecast, now_s: float = NOW_S) -> ZoneAdvice:
    return routes.advise(picture, forecasted, [WEST], now_s)[WEST]


def safe_until(leave_by_s: float) -> tuple[float, ...]:
    """When all roads close, if the last have to leave the west bay by then."""
    return (leave_by_s + DRIVE_S + P.route_margin_s,) * 7


# --- who was told to leave -----------------------------------------------------------------------------------------


def test_who_was_told_to_leave_is_not_told_to_stay_because_the_clock_has_come_near_the_time_they_know(picture):
    told(picture, "town", NOW_S)
    forecasted = a_forecast(picture.ground, safe_until(NOW_S + 1800.0))
    for after_s in (0.0, 600.0, 1200.0, 1790.0):
        assert advised(picture, forecasted, NOW_S + after_s).refuge == "town"
    assert advised(picture, forecasted, NOW_S + 1810.0).refuge == IN_PLACE


@pytest.mark.parametrize("told_ago_s", [0.0, 60.0, 7000.0])
def test_an_order_to_leave_by_a_road_that_closes_is_taken_back_at_once(picture, told_ago_s):
    told(picture, "town", NOW_S - told_ago_s)
    assert advised(picture, a_forecast(picture.ground, safe_until(NOW_S - 1.0))).refuge == IN_PLACE


def test_who_was_told_a_minute_ago_cannot_be_on_the_road_in_five(picture):
    told(picture, "town", NOW_S - 60.0)
    assert advised(picture, a_forecast(picture.ground, safe_until(NOW_S + 300.0))).refuge == IN_PLACE
    told(picture, "town", NOW_S - 900.0)  # they have had the least notice
    assert advised(picture, a_forecast(picture.ground, safe_until(NOW_S + 300.0))).refuge == "town"


def test_the_centre_looks_again_when_the_road_that_it_told_is_safe_no_longer(picture):
    told(picture, "town", NOW_S)
    picture.forecast = a_forecast(picture.ground, safe_until(NOW_S + 500.0))
    assert routes.next_loss_s(picture, NOW_S) == pytest.approx(NOW_S + 500.0)
    assert routes.next_loss_s(picture, NOW_S + 501.0) == np.inf


def a_centre_that_has_told_the_west(small, wire, forecasted) -> Dispatcher:
    wire.say(0.0, small.briefing(), "scenario")
    dispatcher = Dispatcher()
    step(dispatcher, *wire.deliveries[0])
    told(dispatcher.picture, "town", NOW_S)
    dispatcher.picture.forecast, dispatcher._planned_s = forecasted, NOW_S
    return dispatcher


@pytest.mark.parametrize(
    ("lost_s", "begins_s"),
    [
        (500.0, 500.0 - P.forecast_s - P.plan_s),  # so that the plan is there when the road is lost
        (30.0, 0.0),  # sooner than a forecast and a plan take: at once
        (9000.0, P.review_every_s),
        (np.inf, P.review_every_s),
    ],
)
def test_a_new_plan_is_begun_so_that_it_is_there_when_a_road_that_was_told_is_lost(
    picture, small, wire, lost_s, begins_s
):
    centre = a_centre_that_has_told_the_west(small, wire, a_forecast(picture.ground, safe_until(NOW_S + lost_s)))
    centre._review_in_time("m", NOW_S)
    assert centre.next_wake_s == pytest.approx(NOW_S + begins_s, abs=1.5)
    assert centre.next_wake_s >= NOW_S + min(begins_s, P.review_every_s)  # not before the road is lost


def test_while_a_plan_is_being_made_no_second_one_is_begun(picture, small, wire):
    centre = a_centre_that_has_told_the_west(small, wire, a_forecast(picture.ground, safe_until(NOW_S + 100.0)))
    centre._plan_anew("m", NOW_S)
    centre._review_in_time("m", NOW_S)
    assert centre.next_wake_s == NOW_S + P.forecast_s


# --- who was told to stay ------------------------------------------------------------------------------------------


def west_reached_in(members: int, at_s: float = 9000.0) -> tuple[float, ...]:
    return (at_s,) * members + (np.inf,) * (7 - members)


def roads_lost_in(members: int) -> tuple[float, ...]:
    return (NOW_S + 60.0,) * members + (np.inf,) * (7 - members)


@pytest.mark.parametrize(("members", "leaves"), [(1, False), (2, False), (3, True), (7, True)])
def test_who_was_told_to_stay_inside_is_told_to_leave_if_two_of_seven_forecasts_more_are_for_it(
    picture, members, leaves
):
    """In one forecast of seven the road is lost at once, so the early time, which plans go by, is not yet there."""
    forecasted = a_forecast(picture.ground, roads_lost_in(1), west_reached_in(members))
    assert advised(picture, forecasted).refuge == "town"  # who has been told nothing
    told(picture, IN_PLACE, NOW_S - 60.0)
    assert (advised(picture, forecasted).refuge == "town") == leaves


@pytest.mark.parametrize("said", [IN_PLACE, TO_THE_SHORE])
def test_a_road_that_no_forecast_has_lost_leads_out_whoever_was_told_to_stay(picture, said):
    told(picture, said, NOW_S - 60.0)
    assert advised(picture, a_forecast(picture.ground)).refuge == "town"


def test_who_waits_where_boats_come_is_not_turned_back_to_the_road(picture):
    told(picture, TO_THE_SHORE, NOW_S - 60.0)
    picture.advised["west"].say(structs.replace(picture.advised["west"].advice, landing="pier"), NOW_S - 60.0)
    advice = advised(picture, a_forecast(picture.ground))
    assert advice.refuge == TO_THE_SHORE
    assert "told to go to the shore, and leaving is not clearly better: in 0 of 7 forecasts" in advice.why


def test_the_reason_says_what_people_were_told_and_what_the_forecasts_count(picture):
    forecasted = a_forecast(picture.ground, roads_lost_in(1), west_reached_in(7))
    told(picture, TO_THE_SHORE, NOW_S - 1800.0)
    why = advised(picture, forecasted).why
    assert "leaving is worse: in 1 of 7 forecasts the fire comes to the road or the refuge first" in why
    assert "in 0 it comes before one is at the shore" in why


def test_who_was_told_to_stay_is_not_sent_on_a_road_that_only_the_quickest_could_use(picture):
    forecasted = a_forecast(picture.ground, safe_until(NOW_S + 1200.0), west_reached_in(7))
    assert advised(picture, forecasted).refuge == "town"
    told(picture, IN_PLACE, NOW_S - 60.0)
    advice = advised(picture, forecasted)
    assert advice.refuge != "town"
    assert "told to stay inside, and leaving by road is safe no longer than until 13:20" in advice.why


def test_who_was_told_to_go_to_the_shore_is_there_by_now_and_stays_though_the_fire_is_near(picture):
    """Fire comes in half an hour: too soon for who sets out now, late enough for who was told half an hour ago."""
    soon = a_forecast(picture.ground, safe_until(0.0), west_reached_in(7, NOW_S + 1000.0))
    assert advised(picture, soon).refuge == IN_PLACE
    told(picture, TO_THE_SHORE, NOW_S - 1800.0)
    assert advised(picture, soon).refuge == TO_THE_SHORE


def test_one_forecast_of_seven_turns_nobody_from_the_shore_to_the_house_or_back(picture):
    early_s, late_s = NOW_S + 100.0, NOW_S + 7000.0
    for caught, new, at_shore, inside in (
        (3, TO_THE_SHORE, TO_THE_SHORE, IN_PLACE),  # 4 forecasts for the shore, 3 against it
        (4, IN_PLACE, TO_THE_SHORE, IN_PLACE),
        (0, TO_THE_SHORE, TO_THE_SHORE, TO_THE_SHORE),
        (7, IN_PLACE, IN_PLACE, IN_PLACE),
    ):
        reached = (early_s,) * caught + (late_s,) * (7 - caught)
        forecasted = a_forecast(picture.ground, safe_until(0.0), reached)
        picture.advised = {}
        assert advised(picture, forecasted).refuge == new
        told(picture, TO_THE_SHORE, NOW_S)
        assert advised(picture, forecasted).refuge == at_shore
        told(picture, IN_PLACE, NOW_S)
        assert advised(picture, forecasted).refuge == inside


def test_what_is_said_again_is_said_only_if_who_hears_it_first_now_has_the_least_notice(picture):
    told(picture, "town", 0.0)
    for left_s, refuge in ((1000.0, "town"), (300.0, IN_PLACE)):
        picture.forecast = a_forecast(picture.ground, safe_until(NOW_S + left_s))
        orders = evacuation.alert_orders(picture, "order", [picture.advised["west"].advice], "authority", NOW_S)
        assert [one.refuge for one in orders[0].body.advice] == [refuge]


def test_an_alert_turns_nobody_on_the_road_back_into_one_that_closes(small):
    """Z was told of B, beyond A and F. The road Z-A closes; D, beyond C, can be reached from Z alone."""
    places = {"Z": (0.0, 0.0), "A": (1200.0, 0.0), "F": (5600.0, 0.0), "B": (6800.0, 0.0)}
    places |= {"C": (0.0, -1200.0), "D": (0.0, -9000.0)}
    nodes = {name: RoadNode(name, 447_200.0 + x_m, 4_341_600.0 + y_m) for name, (x_m, y_m) in places.items()}
    edges = [one for u, v in ("ZA", "AF", "FB", "ZC", "CD") for one in small.road(nodes[u], nodes[v], u + v)]
    zone = Zone("z", "Zone", "settlement", nodes["Z"].x_m, nodes["Z"].y_m, "Z", 100, [])
    refuges = [Refuge(name, name, "town", nodes[name].x_m, nodes[name].y_m, name, 500) for name in "BD"]
    said = small.briefing(nodes=list(nodes.values()), edges=edges, zones=[zone], refuges=refuges, sensors=[], units=[])
    picture = Picture(Ground(said, 3, 120.0), P)
    first = routes.advise(picture, a_forecast(picture.ground), [0], 0.0)[0]
    assert first.route == ["Z", "A", "F", "B"]
    picture.advised["z"] = Advised("order", first, "order-1", 0.0, "authorised", "authority", 0.0)
    picture.advised["z"].say(first, 0.0)
    closing = a_forecast(picture.ground)
    for edge, name in enumerate(picture.ground.roads.edge_names):
        if name == "ZA":
            closing.edge_closes_s[:, edge] = NOW_S + 1050.0  # the last have to leave Z in 5 min
    picture.forecast = closing
    (kept,) = routes.advise(picture, closing, [0], NOW_S).values()
    assert kept.route == first.route
    assert kept.deadline_s < NOW_S + P.least_notice_s
    order = evacuation.alert_orders(picture, "order", [kept], "authority", NOW_S)[0]
    assert order.body.advice[0].refuge == IN_PLACE  # not D, by way of Z
    assert "turn those on it back" in order.body.advice[0].why


def test_a_stop_is_given_up_by_who_says_that_no_bus_comes_and_not_by_who_speaks_of_the_shore(picture):
    by_road = ZoneAdvice(zone="west", refuge="town", route=["W", "M", "E"], deadline_s=np.inf, why="", stop="s1")
    for other, may_hear in ((structs.replace(by_road, stop=""), False), (shore(by_road), True)):
        zone = Advised("order", by_road, "order-1", 0.0)
        zone.say(by_road, 0.0)
        zone.say(other, 600.0)
        assert zone.may_hear_of("s1", 1200.0, P.stop_anew_after_s) == may_hear


def shore(advice: ZoneAdvice) -> ZoneAdvice:
    return structs.replace(advice, refuge=TO_THE_SHORE, route=[], stop="")

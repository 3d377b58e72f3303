"""What people were told holds until something else is clearly better, and not a moment longer than it is safe."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.command import evacuation, routes
from firesim.command.crews import Advised
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import IN_PLACE, TO_THE_SHORE, ZoneAdvice

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


# --- who was told to stay ------------------------------------------------------------------------------------------


def west_reached_in(members: int, at_s: float = 9000.0) -> tuple[float, ...]:
    return (at_s,) * members + (np.inf,) * (7 - members)


@pytest.mark.parametrize(("members", "refuge"), [(0, IN_PLACE), (1, IN_PLACE), (2, "town"), (7, "town")])
def test_who_was_told_to_stay_inside_is_told_to_leave_if_two_of_seven_forecasts_are_for_it(picture, members, refuge):
    forecasted = a_forecast(picture.ground, west_s=west_reached_in(members))
    assert advised(picture, forecasted).refuge == "town"  # who has been told nothing
    told(picture, IN_PLACE, NOW_S - 60.0)
    assert advised(picture, forecasted).refuge == refuge


def test_who_was_told_to_stay_is_not_sent_on_a_road_that_only_the_quickest_could_use(picture):
    forecasted = a_forecast(picture.ground, safe_until(NOW_S + 1200.0), west_reached_in(7))
    assert advised(picture, forecasted).refuge == "town"
    told(picture, IN_PLACE, NOW_S - 60.0)
    advice = advised(picture, forecasted)
    assert advice.refuge != "town"
    assert "told to stay, and leaving by road is safe no longer than until 13:20" in advice.why


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

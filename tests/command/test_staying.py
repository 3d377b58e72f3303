"""Leaving is weighed against staying, and those who cannot drive go where they can be before the fire."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command import routes, staying
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.ways import public_network
from firesim.link.messages import IN_PLACE, TO_THE_SHORE
from firesim.physics.walking import SLOW_M_S
from firesim.place.settlement import Zone

P = CommandParameters()
NOW_S = 600.0
DRIVE_S = 2400.0 / 12.0 * P.travel_time_factor  # each of the two stretches of the coast road
INF = float("inf")
WEST, MIDDLE = 0, 1


def a_forecast(ground, coast_east_s=(INF,), west_s=(INF,), town_s=(INF,)) -> Forecast:
    """A forecast with a member a value: when the road into town closes, when fire reaches the west, and the town."""
    members = max(len(coast_east_s), len(west_s), len(town_s))

    def of(values):
        return np.resize(np.asarray(values, dtype=float), members)

    closes_s = np.full((members, len(ground.roads.edges)), np.inf)
    is_east = np.array([name == "coast east" for name in ground.roads.edge_names])
    closes_s[:, is_east] = of(coast_east_s)[:, None]
    reached_s = np.full((members, len(ground.zones)), np.inf)
    reached_s[:, WEST] = of(west_s)
    nothing = np.full((members, *ground.coarse.shape), np.inf, dtype=np.float32)
    return Forecast(
        NOW_S, NOW_S, 14400.0, True, 0.15, nothing, closes_s, reached_s, of(town_s)[:, None], nothing[0]
    )  # fmt: skip


@pytest.fixture
def picture(small):
    return Picture(Ground(small.briefing(), 3, 120.0), P)


# --- leaving against staying -----------------------------------------------------------------------------------

SOON_S = NOW_S + P.mobilise_s + DRIVE_S + 100.0  # closed to who leaves then: they need twice that drive
SEVEN = (SOON_S, *([9000.0] * 6))  # the early quantile is the second of seven, so the way is offered


def test_who_would_be_caught_on_the_road_more_often_than_at_home_stays(picture):
    told = routes.advise(picture, a_forecast(picture.ground, SEVEN), [WEST], NOW_S)[WEST]
    assert (told.refuge, told.route) == (IN_PLACE, [])
    assert "leaving is worse: in 1 of 7 forecasts the fire comes to the road or the refuge first, in 0" in told.why


@pytest.mark.parametrize("reached", [1, 2, 7])
def test_who_is_caught_at_home_as_often_as_on_the_road_leaves(picture, reached):
    west_s = (*([8000.0] * reached), *([INF] * (7 - reached)))
    told = routes.advise(picture, a_forecast(picture.ground, SEVEN, west_s), [WEST], NOW_S)[WEST]
    assert told.refuge == "town"


def test_a_refuge_that_may_be_lost_counts_against_leaving(picture):
    town_s = (12000.0, *([INF] * 6))
    assert routes.advise(picture, a_forecast(picture.ground, (INF,), (INF,), town_s), [WEST], NOW_S)[WEST].refuge == (
        IN_PLACE
    )
    both = a_forecast(picture.ground, (INF,), (9000.0, *([INF] * 6)), town_s)
    assert routes.advise(picture, both, [WEST], NOW_S)[WEST].refuge == "town"


def test_on_a_beach_those_for_whom_leaving_is_worse_stay_at_the_water(small):
    zones = [replace(zone, kind="beach") for zone in small.briefing().zones]
    picture = Picture(Ground(small.briefing(zones=zones), 3, 120.0), P)
    told = routes.advise(picture, a_forecast(picture.ground, SEVEN), [WEST], NOW_S)[WEST]
    assert told.refuge == TO_THE_SHORE
    assert "leaving is worse" in told.why


member_times = st.lists(st.one_of(st.just(INF), st.floats(0.0, 9000.0)), min_size=7, max_size=7)


@pytest.mark.parametrize("assignment", ["nearest", "fastest", "safest", "capacity"])
@settings(max_examples=60, deadline=None)
@given(coast_east_s=member_times, west_s=member_times, town_s=member_times)
def test_nobody_is_sent_where_more_forecasts_end_in_the_fire_than_at_home(
    small, assignment, coast_east_s, west_s, town_s
):
    picture = Picture(Ground(small.briefing(), 3, 120.0), P.model_copy(update={"assignment": assignment}))
    forecasted = a_forecast(picture.ground, coast_east_s, west_s, town_s)
    told = routes.advise(picture, forecasted, [WEST], NOW_S)[WEST]
    if told.refuge != "town":
        return
    network = public_network(picture, forecasted)
    way = network.along(told.route)
    leave_s = min(NOW_S + P.mobilise_s, way.leave_by_s)
    ends_in_fire = [
        east_s < leave_s + 2 * DRIVE_S - 1e-6 or town < INF for east_s, town in zip(coast_east_s, town_s, strict=True)
    ]
    assert sum(ends_in_fire) <= sum(at_s < INF for at_s in west_s)


# --- inside or to the water ------------------------------------------------------------------------------------


def inland(small, north_m, access="road"):
    """A picture whose western zone lies so far north of the coast road, its roads all shut."""
    zone = small.briefing().zones[0]
    moved = Zone("west", "West", "settlement", zone.x_m, zone.y_m + north_m, "W", 600, [], access=access)
    picture = Picture(Ground(small.briefing(zones=[moved, *small.briefing().zones[1:]]), 3, 120.0), P)
    picture.is_open[:] = False
    return picture


def boats_come(picture, zone, now_s):
    return "jetty"


def test_the_shore_is_as_far_as_the_sea_on_the_map_is(small):
    for north_m in (0.0, 500.0, 1500.0):
        # The sea begins 100 m south of the coast road; cells are 90 m.
        assert inland(small, north_m).ground.shore_m[0] == pytest.approx(100.0 + north_m, abs=70.0)


@pytest.mark.parametrize(
    ("north_m", "fire_s", "comes", "refuge", "words"),
    [
        (0.0, INF, False, IN_PLACE, "no fire is forecast here"),
        (0.0, INF, True, IN_PLACE, "no fire is forecast here"),
        (0.0, 9000.0, False, TO_THE_SHORE, "wait for boats"),
        (2000.0, 9000.0, False, IN_PLACE, "no boat can come"),
        (2000.0, 9000.0, True, TO_THE_SHORE, "wait for boats"),
        (2000.0, 4000.0, True, IN_PLACE, "in 1 of 1 forecasts the fire comes before one could be at the shore"),
        (0.0, 1400.0, False, IN_PLACE, "in 1 of 1 forecasts the fire comes before one could be at the shore"),
    ],
)
def test_a_zone_that_is_cut_off_goes_to_the_water_only_if_it_can_be_there_first(
    small, north_m, fire_s, comes, refuge, words
):
    picture = inland(small, north_m)
    forecasted = a_forecast(picture.ground, west_s=(fire_s,))
    landing_for = boats_come if comes else staying.no_boats
    told = routes.plan(picture, forecasted, [WEST], NOW_S, landing_for).advice[WEST]
    assert told.refuge == refuge
    assert told.landing == ("jetty" if comes and refuge == TO_THE_SHORE else "")
    assert "cut off" in told.why
    assert words in told.why
    picture.forecast = forecasted
    walk_s = 1.4 * picture.ground.shore_m[0] / SLOW_M_S
    if refuge == TO_THE_SHORE:
        assert NOW_S + P.least_notice_s + walk_s <= fire_s


@pytest.mark.parametrize(("early", "late", "refuge"), [(3, 4, TO_THE_SHORE), (3, 3, IN_PLACE), (4, 3, IN_PLACE)])
def test_people_walk_to_the_water_if_in_more_forecasts_they_are_there_before_the_fire(small, early, late, refuge):
    picture = inland(small, 0.0)
    west_s = [1000.0] * early + [9000.0] * late + [INF] * (7 - early - late)
    told = routes.advise(picture, a_forecast(picture.ground, west_s=west_s), [WEST], NOW_S)[WEST]
    assert told.refuge == refuge


def test_advice_that_went_stale_names_the_landing_too(small):
    picture = inland(small, 0.0)
    picture.is_open[:] = True
    picture.forecast = a_forecast(picture.ground, west_s=(9000.0,))
    asked = routes.advise(picture, picture.forecast, [WEST], NOW_S)[WEST]
    assert asked.refuge == "town"
    picture.is_open[:] = False
    said = routes.as_of_now(picture, asked, NOW_S, boats_come)
    assert (said.refuge, said.landing) == (TO_THE_SHORE, "jetty")


def test_a_place_without_a_road_has_a_landing_when_boats_come(small):
    picture = Picture(Ground(small.briefing(), 3, 120.0), P)
    told = routes.plan(picture, a_forecast(picture.ground), [2], NOW_S, boats_come).advice[2]
    assert (told.refuge, told.landing) == (TO_THE_SHORE, "jetty")

"""The centre calls boats from what it was told: to where people wait, the nearest first, no more than are needed."""

from __future__ import annotations

from math import inf

import msgspec
import numpy as np
import pytest

from firesim.command.boats import boat_orders, is_usable, landing_for, needs, with_landings
from firesim.command.crews import Advised
from firesim.command.dispatcher import Dispatcher, replay, step
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.orders import Order
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.briefings import BoatInfo, LandingInfo, SeaInfo, SeaWayInfo
from firesim.link.messages import TO_THE_SHORE, Ack, BoatOrder, BoatStatus, Envelope, ZoneAdvice
from firesim.place.settlement import Refuge

OPEN_SOUTH = [100_000.0 if 90 <= deg <= 270 else 0.0 for deg in range(0, 360, 10)]
OPEN_NORTH = [0.0 if 90 <= deg <= 270 else 100_000.0 for deg in range(0, 360, 10)]
WEST, MIDDLE, COVE = 0, 1, 2


def landing(name: str, x_m: float, node: str | None, **fields: object) -> LandingInfo:
    values: dict[str, object] = {
        "name": name, "name_el": "", "kind": "beach", "y_m": 4332500.0, "people_min": 10.0, "is_port": False,
        "zone": "", "fetch_m": OPEN_SOUTH,
    }  # fmt: skip
    return LandingInfo(landing=name, x_m=x_m, node=node, **{**values, **fields})  # type: ignore[arg-type]


def boat(name: str, berth: str = "port", **fields: object) -> BoatInfo:
    values: dict[str, object] = {
        "kind": "excursion boat", "seats": 50, "speed_m_s": 5.0, "notice_s": 1200.0, "wave_limit_m": 1.2,
        "needs_jetty": False,
    }  # fmt: skip
    return BoatInfo(boat=name, berth=berth, **{**values, **fields})  # type: ignore[arg-type]


def sea(boats: list[BoatInfo] | None = None) -> SeaInfo:
    """Landings along the coast road and one in the cove; the port lies in the east."""
    landings = [
        landing("sea-west", 447600.0, "W"),
        landing("sea-middle", 450000.0, "M"),
        landing("sea-cove", 447050.0, None, y_m=4334000.0, zone="cove"),
        landing("port", 452400.0, "E", kind="jetty", is_port=True, people_min=60.0),
    ]
    ways = [
        SeaWayInfo(start=start, end=one.landing, length_m=abs(one.x_m - x_m))
        for start, x_m in (("port", 452400.0), ("sea-west", 447600.0)) for one in landings
    ]  # fmt: skip
    fleet = [boat("boat-1"), boat("boat-2")] if boats is None else boats
    return SeaInfo(landings=landings, boats=fleet, ways=ways, beach_wave_limit_m=0.5, jetty_wave_limit_m=1.0)


def picture_of(small, **changes: object) -> Picture:
    changes = {"sea": sea(), "wind_m_s": 4.0} | changes
    wind_m_s = changes.pop("wind_m_s")
    return Picture(Ground(small.briefing(wind_m_s=wind_m_s, **changes), 3, 120.0), CommandParameters())


def shore(zone: str, landing: str = "") -> ZoneAdvice:
    return ZoneAdvice(zone=zone, refuge=TO_THE_SHORE, route=[], deadline_s=inf, why="", landing=landing)


def status(name: str, seen_s: float, state: str, **fields: object) -> Envelope:
    values: dict[str, object] = {"x_m": 0.0, "y_m": 0.0, "aboard": 0, "landed": 0, "waiting": -1}
    body = BoatStatus(boat=name, seen_s=seen_s, state=state, **{**values, **fields})  # type: ignore[arg-type]
    return Envelope(message_id=f"{name}>centre#0", source=name, destination="centre", sent_s=seen_s, body=body)


def given_out(picture: Picture, orders: list[Order], now_s: float) -> list[Order]:
    """Note the orders in the picture, as the dispatcher does."""
    for order in orders:
        vessel, body = picture.vessels[order.destination], order.body
        assert isinstance(body, BoatOrder)
        vessel.task, vessel.landing, vessel.port, vessel.ordered_s = body.task, body.landing, body.port, now_s
    return orders


def lifts(orders: list[Order]) -> list[tuple[str, str]]:
    return [(o.destination, o.body.landing) for o in orders if o.body.task == "lift"]  # type: ignore[attr-defined]


# --- where people are told to wait -----------------------------------------------------------------------------


def test_a_zone_is_given_the_landing_that_is_nearest_on_foot_or_its_own(small):
    picture = picture_of(small)
    assert landing_for(picture, WEST, 0.0) == "sea-west"
    assert landing_for(picture, MIDDLE, 0.0) == "sea-middle"
    assert landing_for(picture, COVE, 0.0) == "sea-cove"


def test_roads_believed_cut_are_not_walked(small):
    picture = picture_of(small)
    picture.is_open[:] = False
    assert landing_for(picture, WEST, 0.0) == "sea-west"  # it lies at the zone's own node
    picture.vessels["boat-1"].refused["sea-west"] = (0.0, "sea")
    assert landing_for(picture, WEST, 100.0) == ""
    picture.is_open[:] = True
    assert landing_for(picture, WEST, 100.0) == "sea-middle"  # told open again, it is walked again
    picture.is_open[:] = False
    assert landing_for(picture, WEST, 100.0) == ""


def test_nobody_is_sent_to_a_landing_along_a_road_that_is_forecast_to_close(small):
    picture = picture_of(small)
    picture.vessels["boat-1"].refused["sea-west"] = (0.0, "sea")
    edges, zones, refuges = len(picture.ground.roads.edges), 3, 1
    nothing = np.full((1, *picture.ground.coarse.shape), inf, dtype=np.float32)
    for closes_s, named in ((inf, "sea-middle"), (9000.0, "sea-middle"), (5000.0, "")):
        # They set out half an hour on and walk 2,400 m at 0.7 m/s: through at 5,229 s, ten minutes before 5,829 s.
        closing = np.full((1, edges), closes_s)
        never = [np.full((1, n), inf) for n in (zones, refuges)]
        picture.forecast = Forecast(0.0, 0.0, 14400.0, True, 0.15, nothing, closing, *never, nothing[0])
        assert landing_for(picture, WEST, 10.0) == named


def test_without_a_forecast_roads_near_the_believed_fire_are_not_walked(small, wire):
    small.tell_of_a_fire(wire, "Today", sea=sea())
    machine = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(machine, at_s, payload)
    picture = machine.picture
    picture.vessels["boat-1"].refused["sea-west"] = (900.0, "sea")
    picture.parameters = picture.parameters.model_copy(update={"paper_radius_m": 1000.0})
    assert landing_for(picture, WEST, 910.0) == "sea-middle"  # the fire burns 2 km north of it
    picture.parameters = picture.parameters.model_copy(update={"paper_radius_m": 3000.0})
    assert landing_for(picture, WEST, 910.0) == ""


def test_nobody_is_told_to_walk_further_than_is_set(small):
    picture = picture_of(small)
    for vessel in picture.vessels.values():
        vessel.refused = {"sea-west": (0.0, "sea")}
    assert landing_for(picture, WEST, 10.0) == "sea-middle"  # 2,400 m on
    picture.parameters = CommandParameters(landing_within_m=2000.0)
    assert landing_for(picture, WEST, 10.0) == ""


def test_by_a_bulletin_of_rough_sea_no_landing_is_named_and_in_the_lee_it_is(small):
    north, calm = picture_of(small, wind_m_s=10.0), picture_of(small, wind_m_s=1.0)
    assert landing_for(north, WEST, 0.0) == "sea-west"  # the wind blows off the land
    exposed = sea()
    turned = [msgspec.structs.replace(one, fetch_m=OPEN_NORTH) for one in exposed.landings]
    rough = picture_of(small, wind_m_s=10.0, sea=msgspec.structs.replace(exposed, landings=turned))
    assert landing_for(rough, WEST, 0.0) == ""
    assert landing_for(calm, WEST, 0.0) == "sea-west"


def test_advice_to_go_to_the_water_names_the_landing_and_keeps_it_while_it_is_usable(small):
    picture = picture_of(small)
    town = ZoneAdvice(zone="west", refuge="town", route=["W", "M", "E"], deadline_s=inf, why="")
    advice = with_landings(picture, {WEST: town, MIDDLE: shore("middle")}, 0.0)
    assert (advice[WEST], advice[MIDDLE].landing) == (town, "sea-middle")
    picture.advised["middle"] = Advised("order", shore("middle", "sea-west"), "order-1", 0.0)
    assert with_landings(picture, {MIDDLE: shore("middle")}, 0.0)[MIDDLE].landing == "sea-west"


def test_without_boats_no_landing_is_named_and_nobody_is_called(small):
    picture = picture_of(small, sea=None)
    assert with_landings(picture, {MIDDLE: shore("middle")}, 0.0)[MIDDLE].landing == ""
    assert boat_orders(picture, {MIDDLE: shore("middle")}, [0], 0.0) == []


# --- how many wait where ------------------------------------------------------------------------------------------


def test_people_told_to_wait_and_people_without_a_road_are_to_be_taken_off(small):
    picture = picture_of(small)
    found = needs(picture, {MIDDLE: shore("middle", "sea-middle"), COVE: shore("cove", "sea-cove")}, [], 0.0)
    assert {(need.landing, need.people) for need in found} == {("sea-middle", 300.0), ("sea-cove", 40.0)}
    assert needs(picture, {}, [], 0.0) == []


def test_people_sent_to_a_beach_count_once_it_is_threatened(small):
    refuges = [
        Refuge("town", "Town", "town", 452400.0, 4332600.0, "E", 20000, "Χώρα"),
        Refuge("sand", "Sand", "beach", 450000.0, 4332600.0, "M", 500, "Άμμος"),
    ]
    picture = picture_of(small, refuges=refuges)
    told = {WEST: ZoneAdvice(zone="west", refuge="sand", route=["W", "M"], deadline_s=inf, why="")}
    assert needs(picture, told, [], 0.0) == []
    (need,) = needs(picture, told, [1], 0.0)
    assert (need.landing, need.people) == ("sea-middle", 600.0)


def test_people_put_ashore_are_taken_off_the_count(small):
    picture = picture_of(small)
    given_out(picture, boat_orders(picture, {MIDDLE: shore("middle", "sea-middle")}, [], 0.0), 0.0)
    picture.hear(status("boat-1", 3000.0, "landed", landed=50), 3001.0)
    (need,) = needs(picture, {MIDDLE: shore("middle", "sea-middle")}, [], 3001.0)
    assert need.people == 250.0


def test_those_to_whom_leaving_was_refused_are_not_waited_for(small):
    picture = picture_of(small)
    picture.advised["middle"] = Advised("order", shore("middle", "sea-middle"), "order-1", 0.0, answer="refused")
    assert needs(picture, {}, [], 0.0) == []


# --- which boat goes where ----------------------------------------------------------------------------------------


def test_once_anybody_is_to_leave_all_boats_make_ready(small):
    picture = picture_of(small)
    town = ZoneAdvice(zone="west", refuge="town", route=["W", "M", "E"], deadline_s=inf, why="")
    assert boat_orders(picture, {}, [], 0.0) == []
    orders = boat_orders(picture, {WEST: town}, [], 0.0)
    assert [(o.destination, o.body.task) for o in orders] == [("boat-1", "stand_by"), ("boat-2", "stand_by")]
    given_out(picture, orders, 0.0)
    assert boat_orders(picture, {WEST: town}, [], 60.0) == []


def test_the_boat_that_is_there_soonest_goes_first_and_no_more_go_than_are_needed(small):
    fleet = [boat("slow", speed_m_s=3.0), boat("fast", speed_m_s=9.0), boat("near", "sea-west", speed_m_s=3.0)]
    picture = picture_of(small, sea=sea(fleet))
    orders = boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 0.0)
    assert lifts(orders) == [("near", "sea-cove")]  # forty people, fifty seats
    assert [o.body.task for o in orders] == ["lift", "stand_by", "stand_by"]
    assert orders[0].body.port == "port"


def test_small_boats_are_counted_with_the_rounds_that_they_can_make_in_time(small):
    fleet = [boat(f"boat-{k}", seats=10, notice_s=0.0, speed_m_s=10.0) for k in range(40)]
    picture = picture_of(small, sea=sea(fleet))
    hour = lifts(boat_orders(picture, {MIDDLE: shore("middle", "sea-middle")}, [], 0.0))
    picture.parameters = CommandParameters(lift_within_s=300.0)
    minutes = lifts(boat_orders(picture, {MIDDLE: shore("middle", "sea-middle")}, [], 0.0))
    # There in 240 s; a load takes 70 s to board and land, a round 480 s of sailing besides: six rounds in an hour.
    assert len(hour) == 5
    assert len(minutes) == 30


def test_a_boat_at_work_is_left_at_it_and_one_that_finds_nobody_is_sent_on(small):
    picture = picture_of(small)
    first = given_out(picture, boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 0.0), 0.0)
    assert lifts(first) == [("boat-1", "sea-cove")]
    both = {COVE: shore("cove", "sea-cove"), MIDDLE: shore("middle", "sea-middle")}
    picture.hear(status("boat-1", 2000.0, "loading", waiting=40), 2001.0)
    assert lifts(given_out(picture, boat_orders(picture, both, [], 2001.0), 2001.0)) == [("boat-2", "sea-middle")]
    picture.hear(status("boat-1", 3000.0, "nobody_there", waiting=0), 3001.0)
    assert lifts(boat_orders(picture, both, [], 3001.0)) == [("boat-1", "sea-middle")]


def test_where_a_skipper_could_not_land_nobody_is_sent_for_half_an_hour(small):
    picture = picture_of(small)
    given_out(picture, boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 0.0), 0.0)
    picture.hear(status("boat-1", 2000.0, "cannot_land", reason="sea"), 2001.0)
    sea_map = picture.ground.sea
    assert not is_usable(picture, sea_map, "sea-cove", 2100.0)
    assert is_usable(picture, sea_map, "sea-cove", 4000.0)
    orders = boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 2100.0)
    assert [(o.destination, o.body.task) for o in orders] == [("boat-1", "return")]


def test_smoke_at_a_landing_moves_boats_on_but_not_the_people_who_wait_there(small):
    picture = picture_of(small, sea=sea([boat("boat-1")]))
    given_out(picture, boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 0.0), 0.0)
    picture.hear(status("boat-1", 2000.0, "cannot_land", reason="smoke"), 2001.0)
    assert is_usable(picture, picture.ground.sea, "sea-cove", 2100.0)
    assert boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 2100.0) == []  # it lies off and waits
    both = {COVE: shore("cove", "sea-cove"), MIDDLE: shore("middle", "sea-middle")}
    assert lifts(boat_orders(picture, both, [], 2100.0)) == [("boat-1", "sea-middle")]


def test_what_one_skipper_says_of_smoke_turns_no_other_round(small):
    picture = picture_of(small)
    told = {MIDDLE: shore("middle", "sea-middle")}
    assert len(lifts(given_out(picture, boat_orders(picture, told, [], 0.0), 0.0))) == 2
    picture.hear(status("boat-1", 2000.0, "cannot_land", reason="smoke"), 2001.0)
    both = told | {WEST: shore("west", "sea-west")}
    assert lifts(given_out(picture, boat_orders(picture, both, [], 2100.0), 2100.0)) == [("boat-1", "sea-west")]
    assert boat_orders(picture, both, [], 2200.0) == []


def test_a_boat_bound_by_the_sea_is_not_reckoned_with(small):
    picture = picture_of(small)
    told = {COVE: shore("cove", "sea-cove")}
    assert lifts(given_out(picture, boat_orders(picture, told, [], 0.0), 0.0)) == [("boat-1", "sea-cove")]
    picture.hear(status("boat-1", 1300.0, "weather_bound", reason="sea on the way"), 1301.0)
    assert lifts(boat_orders(picture, told, [], 1400.0)) == [("boat-2", "sea-cove")]


def test_a_boat_that_cannot_get_there_says_nothing_of_the_landing(small):
    picture = picture_of(small)
    given_out(picture, boat_orders(picture, {COVE: shore("cove", "sea-cove")}, [], 0.0), 0.0)
    picture.hear(status("boat-1", 2000.0, "weather_bound", reason="sea on the way"), 2001.0)
    assert is_usable(picture, picture.ground.sea, "sea-cove", 2100.0)


def test_boats_of_deep_draught_are_not_sent_to_a_beach(small):
    picture = picture_of(small, sea=sea([boat("ferry", needs_jetty=True)]))
    assert lifts(boat_orders(picture, {MIDDLE: shore("middle", "sea-middle")}, [], 0.0)) == []


# --- the dispatcher ---------------------------------------------------------------------------------------------------


def boat_orders_of(deliveries, until_s: float = 5000.0) -> list[tuple[float, Order]]:
    return [(at_s, o) for at_s, o in replay(deliveries, until_s) if isinstance(o, Order) and o.kind == "boat"]


@pytest.mark.parametrize("policy", ["Pilot", "Today"])
def test_boats_are_called_without_waiting_for_the_authority(small, wire, policy):
    small.tell_of_a_fire(wire, policy, sea=sea())
    orders = boat_orders_of(wire.deliveries)
    assert {o.destination for _, o in orders} == {"boat-1", "boat-2"}
    asked = [at_s for at_s, o in replay(wire.deliveries, 5000.0) if isinstance(o, Order) and o.kind == "recommendation"]
    assert orders[0][0] == asked[0]
    assert all(o.authorised_by == "" for _, o in orders)


def test_the_floor_calls_no_boats(small, wire):
    small.tell_of_a_fire(wire, "NoAlert", sea=sea())
    assert boat_orders_of(wire.deliveries) == []


@pytest.mark.parametrize("policy", ["Pilot", "Today"])
def test_the_same_bytes_give_the_same_orders_to_boats(small, wire, policy):
    small.tell_of_a_fire(wire, policy, sea=sea())
    wire.say(2000.0, BoatStatus(boat="boat-1", seen_s=1999.0, state="ready", x_m=0.0, y_m=0.0, aboard=0, landed=0,
                                waiting=-1), "boat-1")  # fmt: skip
    assert boat_orders_of(wire.deliveries) == boat_orders_of(wire.deliveries)


def test_a_boat_that_keeps_silent_is_called_again_and_one_that_answers_is_not(small, wire):
    small.tell_of_a_fire(wire, "Today", sea=sea())
    first = boat_orders_of(wire.deliveries, 1000.0)
    ack = Ack(order=next(o.order_id for _, o in first if o.destination == "boat-1"), by="boat-1", at_s=first[0][0] + 5)
    wire.say(first[0][0] + 6.0, ack, "boat-1")
    wire.deliveries.sort(key=lambda one: one[0])
    machine, said = Dispatcher(), []
    for at_s, payload in wire.deliveries:
        said += step(machine, at_s, payload)
    said += step(machine, first[0][0] + 400.0)
    again = [o.destination for _, o in said if isinstance(o, Order) and o.kind == "boat" and "said again" in o.why]
    assert again
    assert set(again) == {"boat-2"}


def test_waves_are_believed_by_the_bulletin_and_the_landings_open_water(small):
    picture = picture_of(small, wind_m_s=10.0)
    sea_map = picture.ground.sea
    assert sea_map.wave_height_m("sea-west", 10.0, 0.0) == 0.0
    # By hand: 0.9095 of 100 km count; gF/U2 = 8922, 0.0125 of its power 0.42 is 0.5703; 2.885 m times its tanh.
    assert sea_map.wave_height_m("sea-west", 10.0, 180.0) == pytest.approx(1.487, abs=0.002)
    assert np.isinf(sea_map.way_m("sea-middle", "sea-cove"))  # no chart tells of it

"""The centre calls buses from what it was told: where the road stays open until they are through, and no others."""

from __future__ import annotations

from math import inf, isfinite

import msgspec
import numpy as np
import pytest

from firesim.command import alerts, evacuation, letters
from firesim.command.buses import BusPlan, plan_buses, while_served
from firesim.command.cap import cap_xml
from firesim.command.crews import Advised
from firesim.command.dispatcher import Dispatcher, replay, step
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.orders import Order
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.strategies import recommendation
from firesim.link.briefings import BusInfo, LineInfo, StopInfo
from firesim.link.messages import (
    IN_PLACE,
    TO_THE_SHORE,
    Alert,
    BusOrder,
    BusStatus,
    Envelope,
    Recommendation,
    ZoneAdvice,
)

WEST, MIDDLE, COVE = 0, 1, 2
ROUTE = ["W", "M", "E"]


def line(buses: list[BusInfo] | None = None, stop_at: str = "W") -> LineInfo:
    """A stop in the west bay, 4.8 km from the town, and one in the middle; buses stand in the town."""
    fleet = [BusInfo(bus=f"bus-{k}", node="E", seats=50, notice_s=600.0) for k in (1, 2)] if buses is None else buses
    stops = [
        StopInfo(stop="stop-1", name="West bay", name_el="Δυτικός όρμος", node=stop_at),
        StopInfo(stop="stop-2", name="Middle", name_el="", node="M"),
    ]
    return LineInfo(stops=stops, buses=fleet, boarding_s=4.0, alighting_s=3.0)


def picture_of(small, **changes: object) -> Picture:
    return Picture(Ground(small.briefing(**({"line": line()} | changes)), 3, 120.0), CommandParameters())


def leave(zone: str = "west", refuge: str = "town", stop: str = "") -> ZoneAdvice:
    return ZoneAdvice(zone=zone, refuge=refuge, route=ROUTE, deadline_s=inf, why="", stop=stop)


def forecast_of(picture: Picture, closes_s: float, edges: slice = slice(None)) -> Forecast:
    """Some stretches close at a time; nothing else is reached."""
    closing = np.full((1, len(picture.ground.roads.edges)), inf)
    closing[0, edges] = closes_s
    nothing = np.full((1, *picture.ground.coarse.shape), inf, dtype=np.float32)
    never = [np.full((1, n), inf) for n in (len(picture.ground.zones), len(picture.ground.refuges))]
    return Forecast(0.0, 0.0, 14400.0, True, 0.15, nothing, closing, *never, nothing[0])


def lifts(plan: BusPlan) -> list[tuple[str, str]]:
    return [(o.destination, o.body.stop) for o in plan.orders if isinstance(o.body, BusOrder) and o.body.task == "lift"]


def tasks(orders: list[Order]) -> dict[str, str]:
    return {o.destination: o.body.task for o in orders if isinstance(o.body, BusOrder)}


def given_out(picture: Picture, plan: BusPlan, now_s: float) -> BusPlan:
    """Note the orders in the picture, as the dispatcher does."""
    for order in plan.orders:
        coach, body = picture.coaches[order.destination], order.body
        assert isinstance(body, BusOrder)
        coach.task, coach.stop, coach.refuge, coach.leave_by_s = body.task, body.stop, body.refuge, body.leave_by_s
        coach.ordered_s = now_s
    return plan


def said(name: str, seen_s: float, state: str, x_m: float = 452400.0, **fields: object) -> Envelope:
    values: dict[str, object] = {"x_m": x_m, "y_m": 4332600.0, "aboard": 0, "landed": 0, "waiting": -1}
    body = BusStatus(bus=name, seen_s=seen_s, state=state, **{**values, **fields})  # type: ignore[arg-type]
    return Envelope(message_id=f"{name}>centre#0", source=name, destination="centre", sent_s=seen_s, body=body)


# --- who is fetched ----------------------------------------------------------------------------------------------


def test_buses_go_to_the_stop_of_a_zone_whose_refuge_is_far_on_foot(small):
    picture = picture_of(small)
    plan = plan_buses(picture, {WEST: leave()}, 0.0)
    assert lifts(plan) == [("bus-1", "stop-1"), ("bus-2", "stop-1")]
    assert plan.stops == {WEST: "stop-1"}
    order = plan.orders[0].body
    assert (order.route, order.way, order.refuge) == (["E", "M", "W"], ["W", "M", "E"], "town")
    assert plan.with_stops({WEST: leave()})[WEST].stop == "stop-1"


@pytest.mark.parametrize("refuge", [TO_THE_SHORE, IN_PLACE])
def test_no_bus_is_sent_to_people_who_are_not_told_to_leave_by_road(small, refuge):
    plan = plan_buses(picture_of(small), {WEST: leave(refuge=refuge)}, 0.0)
    assert lifts(plan) == []
    assert plan.stops == {}
    assert tasks(plan.orders) == {"bus-1": "stand_by", "bus-2": "stand_by"}


def test_no_bus_is_sent_for_who_has_not_far_to_walk(small):
    picture = picture_of(small)
    picture.parameters = picture.parameters.model_copy(update={"bus_from_walk_m": 5000.0})
    assert lifts(plan_buses(picture, {WEST: leave()}, 0.0)) == []


def test_nobody_is_told_of_a_stop_that_is_far_on_foot(small):
    picture = picture_of(small, line=line(stop_at="M"))  # 2,400 m away
    assert plan_buses(picture, {WEST: leave()}, 0.0).stops == {}


def test_buses_make_ready_once_anybody_is_to_leave_and_not_before(small):
    picture = picture_of(small)
    assert plan_buses(picture, {}, 0.0).orders == []
    first = given_out(picture, plan_buses(picture, {COVE: leave("cove", TO_THE_SHORE)}, 0.0), 0.0)
    assert tasks(first.orders) == {"bus-1": "stand_by", "bus-2": "stand_by"}
    assert plan_buses(picture, {COVE: leave("cove", TO_THE_SHORE)}, 60.0).orders == []


def test_a_place_without_buses_gets_none(small):
    plan = plan_buses(picture_of(small, line=None), {WEST: leave()}, 0.0)
    assert (plan.orders, plan.stops) == ([], {})


def test_who_was_refused_is_not_fetched(small):
    picture = picture_of(small)
    picture.advised["west"] = Advised("order", leave(), "order-1", 0.0, answer="refused")
    assert lifts(plan_buses(picture, {}, 0.0)) == []


# --- roads that close -----------------------------------------------------------------------------------------------


def test_no_bus_is_sent_where_the_road_closes_before_a_full_one_is_through(small):
    picture = picture_of(small)
    # People are there half an hour on, 200 s to load, ten minutes at 12 m/s and a factor of 1.5, ten minutes to spare.
    through_s = 1800.0 + 200.0 + 4800.0 / 12.0 * 1.5 + 600.0
    for closes_s, is_sent in ((through_s + 30.0, True), (through_s - 30.0, False)):
        picture.forecast = forecast_of(picture, closes_s)
        plan = plan_buses(picture, {WEST: leave()}, 0.0)
        assert bool(lifts(plan)) == is_sent
        assert plan.stops == ({WEST: "stop-1"} if is_sent else {})


def test_a_bus_that_cannot_be_there_in_time_is_not_named(small):
    slow = [BusInfo(bus="bus-1", node="E", seats=50, notice_s=7200.0)]
    picture = picture_of(small, line=line(slow))
    picture.forecast = forecast_of(picture, 5000.0)
    plan = plan_buses(picture, {WEST: leave()}, 0.0)
    assert lifts(plan) == []
    assert plan.stops == {}


def test_orders_say_when_the_last_bus_has_to_be_gone_by_the_forecast(small):
    picture = picture_of(small)
    picture.forecast = forecast_of(picture, 6000.0)
    order = plan_buses(picture, {WEST: leave()}, 0.0).orders[0]
    # The second of two stretches closes at 6,000 s as well: 600 s on the road, 600 s to spare.
    assert order.body.leave_by_s == pytest.approx(6000.0 - 600.0 - 600.0)
    assert order.deadline_s == order.body.leave_by_s


def test_a_driver_is_told_anew_when_the_road_is_to_close_sooner(small):
    picture = picture_of(small)
    picture.forecast = forecast_of(picture, 8000.0)
    given_out(picture, plan_buses(picture, {WEST: leave()}, 0.0), 0.0)
    picture.advised["west"] = Advised("order", leave(stop="stop-1"), "order-1", 0.0, "authorised", "authority", 60.0)
    assert plan_buses(picture, {WEST: leave()}, 300.0).orders == []
    picture.forecast = forecast_of(picture, 6000.0)
    again = plan_buses(picture, {WEST: leave()}, 300.0)
    assert [order.body.leave_by_s for order in again.orders] == [pytest.approx(4800.0)] * 2
    picture.forecast = forecast_of(picture, 1500.0)  # too late for all
    called_off = plan_buses(picture, {WEST: leave()}, 600.0)
    assert tasks(called_off.orders) == {"bus-1": "return", "bus-2": "return"}
    assert called_off.stops == {}


def test_roads_reported_closed_are_not_driven(small):
    picture = picture_of(small)
    picture.is_open[:] = False
    assert lifts(plan_buses(picture, {WEST: leave()}, 0.0)) == []


def test_without_a_forecast_no_bus_is_sent_along_roads_near_the_believed_fire(small, wire):
    small.tell_of_a_fire(wire, "Today", line=line())
    machine = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(machine, at_s, payload)
    picture = machine.picture
    for radius_m, is_sent in ((1000.0, True), (3000.0, False)):  # it burns 2 km north of the middle of the road
        picture.parameters = picture.parameters.model_copy(update={"paper_radius_m": radius_m})
        assert bool(plan_buses(picture, {WEST: leave()}, 910.0).stops) == is_sent


# --- how many, and for how long ----------------------------------------------------------------------------------


def test_no_more_buses_are_sent_than_can_carry_those_who_are_reckoned_to_come(small):
    picture = picture_of(small)
    picture.parameters = picture.parameters.model_copy(update={"bus_share": 0.05})  # 30 of 600
    assert lifts(plan_buses(picture, {WEST: leave()}, 0.0)) == [("bus-1", "stop-1")]


def test_a_bus_stays_with_its_stop_though_nobody_is_there_yet(small):
    picture = picture_of(small)
    picture.parameters = picture.parameters.model_copy(update={"bus_share": 0.05})
    given_out(picture, plan_buses(picture, {WEST: leave()}, 0.0), 0.0)
    picture.hear(said("bus-1", 1300.0, "nobody_there", x_m=447600.0, waiting=0), 1300.0)
    both = {WEST: leave(), MIDDLE: leave("middle")}
    assert ("bus-1", "stop-2") not in lifts(plan_buses(picture, both, 1310.0))


def test_a_blocked_bus_serves_nobody_and_its_stop_is_not_named(small):
    picture = picture_of(small, line=line([BusInfo(bus="bus-1", node="E", seats=50, notice_s=600.0)]))
    given_out(picture, plan_buses(picture, {WEST: leave()}, 0.0), 0.0)
    picture.is_open[:] = False
    picture.hear(said("bus-1", 900.0, "blocked"), 900.0)
    assert plan_buses(picture, {WEST: leave()}, 910.0).stops == {}


def everybody_is_told() -> dict[int, ZoneAdvice]:
    """West bay and Middle are told to leave for the town, each with a stop of its own."""
    return {WEST: leave(), MIDDLE: leave("middle")}


def test_a_bus_that_stands_before_a_closed_road_with_people_in_it_is_sent_nowhere_until_they_are_out(small):
    """The roads are open as the centre believes: a driver who cannot go on knows better."""
    picture = picture_of(small, line=line([BusInfo(bus="bus-1", node="E", seats=50, notice_s=600.0)]))
    both = everybody_is_told()
    given_out(picture, plan_buses(picture, both, 0.0), 0.0)
    stop = picture.coaches["bus-1"].stop
    for at_s in range(3000, 6000, 60):
        picture.hear(said("bus-1", at_s, "blocked", x_m=450000.0, aboard=49), float(at_s))
        plan = given_out(picture, plan_buses(picture, both, at_s + 30.0), at_s + 30.0)
        assert (plan.orders, plan.stops) == ([], {})
        assert while_served(picture, leave(stop=stop), at_s + 30.0).stop == ""
    picture.hear(said("bus-1", 6000.0, "landed", landed=49), 6000.0)
    assert set(plan_buses(picture, both, 6030.0).stops.values()) == {stop}


def test_another_bus_is_sent_in_place_of_one_that_is_held_on_the_road(small):
    picture = picture_of(small)
    picture.parameters = picture.parameters.model_copy(update={"bus_share": 0.05})  # one bus is enough
    given_out(picture, plan_buses(picture, {WEST: leave()}, 0.0), 0.0)
    picture.hear(said("bus-1", 3000.0, "blocked", x_m=450000.0, aboard=30), 3000.0)
    plan = plan_buses(picture, {WEST: leave()}, 3030.0)
    assert lifts(plan) == [("bus-2", "stop-1")]
    assert plan.stops == {WEST: "stop-1"}


# --- what people are told ---------------------------------------------------------------------------------------------


def test_who_was_told_that_no_bus_comes_is_not_sent_to_a_stop_again_for_half_an_hour(small):
    picture = picture_of(small)
    told(small, picture)
    picture.coaches["bus-1"].task = picture.coaches["bus-2"].task = "return"
    evacuation.alert_orders(picture, "order", [leave(stop="stop-1")], "authority", 600.0)
    assert picture.advised["west"].said.stop == ""
    for now_s, is_fetched in ((630.0, False), (2300.0, False), (2430.0, True)):
        plan = plan_buses(picture, {}, now_s)
        assert bool(plan.stops) == bool(lifts(plan)) == is_fetched


def test_what_people_were_told_is_remembered_when_the_authority_is_asked_once_more(small):
    picture = picture_of(small)
    told(small, picture)
    evacuation.alert_orders(picture, "order", [leave()], "authority", 600.0)
    again = Recommendation(order="", level="order", advice=[leave()], why="")
    evacuation.ask(picture, "order-9", again, 700.0)
    assert plan_buses(picture, {}, 730.0).stops == {}


def test_however_often_a_bus_is_held_and_goes_on_people_hear_of_it_three_times_in_half_an_hour_at_most(small):
    picture = picture_of(small, line=line([BusInfo(bus="bus-1", node="E", seats=50, notice_s=600.0)]))
    heard = [one.stop for order in told(small, picture)[:1] for one in order.body.advice]
    for at_s in range(600, 1800, 60):
        state, aboard = ("blocked", 49) if at_s % 120 else ("landed", 0)
        picture.hear(said("bus-1", at_s, state, x_m=450000.0, aboard=aboard), float(at_s))
        plan = given_out(picture, plan_buses(picture, {}, at_s + 30.0), at_s + 30.0)
        advice = plan.with_stops({WEST: leave()})
        for order in recommendation(picture, "order", advice, "", at_s + 30.0):
            evacuation.alert_orders(picture, "order", order.body.advice, "authority", at_s + 30.0)
            heard.append(picture.advised["west"].said.stop)
    assert heard[0] == "stop-1"  # they were told of it, ...
    assert heard[1] == ""  # at once that it does not come, ...
    assert len(heard) <= 3  # and then left in peace


def told(small, picture: Picture, now_s: float = 0.0) -> list[Order]:
    given_out(picture, plan_buses(picture, {WEST: leave()}, now_s), now_s)
    picture.advised["west"] = Advised("order", leave(stop="stop-1"), "order-1", now_s)
    settled = evacuation.answered(picture, "order-1", True, "authority", now_s)
    return evacuation.alert_orders(picture, "order", [one.advice for one in settled], "authority", now_s)


def test_an_alert_names_the_stop_and_the_refuge_in_both_languages(small):
    body = told(small, picture_of(small))[0].body
    assert isinstance(body, Alert)
    assert "bus stop West bay: buses take you to Town" in body.text_en
    assert "στάση: Δυτικός όρμος. Λεωφορεία σας πάνε προς Χώρα" in body.text_el
    assert letters.gsm7_length(body.text_en) <= alerts.ENGLISH_LIMIT
    assert letters.ucs2_length(body.text_el) <= alerts.GREEK_LIMIT
    assert body.advice[0].stop == "stop-1"


def test_a_cap_document_carries_the_stop_in_its_instruction(small):
    picture = picture_of(small)
    body = msgspec.structs.replace(told(small, picture)[0].body, order="order-2")
    document = cap_xml(body, picture.ground, 0.0)
    instructions = [part.split("</instruction>")[0] for part in document.split("<instruction>")[1:]]
    assert "στάση: Δυτικός όρμος" in instructions[0]
    assert "bus stop West bay" in instructions[1]


def test_when_the_decision_comes_a_bus_that_is_no_longer_sent_is_not_named(small):
    picture = picture_of(small)
    assert while_served(picture, leave(stop="stop-1"), 0.0).stop == ""
    given_out(picture, plan_buses(picture, {WEST: leave()}, 0.0), 0.0)
    assert while_served(picture, leave(stop="stop-1"), 0.0).stop == "stop-1"
    picture.coaches["bus-1"].leave_by_s = picture.coaches["bus-2"].leave_by_s = 1000.0
    assert while_served(picture, leave(stop="stop-1"), 600.0).stop == ""


# --- the whole centre ---------------------------------------------------------------------------------------------


def test_the_centre_sends_the_same_orders_when_fed_the_same_bytes(small, wire):
    small.tell_of_a_fire(wire, "Pilot", line=line())
    runs = [replay(wire.deliveries, 3000.0) for _ in range(2)]
    sent = [[one for _, one in run if isinstance(one, Order) and one.kind == "bus"] for run in runs]
    assert sent[0] == sent[1]
    assert sent[0]
    assert all(isfinite(order.deadline_s) or order.deadline_s == inf for order in sent[0])


def test_the_floor_calls_no_bus(small, wire):
    small.tell_of_a_fire(wire, "NoAlert", line=line())
    orders = [one for _, one in replay(wire.deliveries, 3000.0) if isinstance(one, Order)]
    assert orders
    assert not any(order.kind == "bus" for order in orders)

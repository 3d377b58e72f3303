"""The centre sends ambulances to who called, the most urgent first, by roads open until they are out again."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.command.ambulances import NO_ROAD, NONE_FREE, NONE_LEFT, TOO_MANY, FetchPlan, plan
from firesim.command.cases import note_answer, warnings_of
from firesim.command.crews import note_order
from firesim.command.dispatcher import Dispatcher, replay, step
from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.briefings import AmbulanceInfo, MedicalInfo, UnitInfo
from firesim.link.messages import (
    Ack,
    CallAnswer,
    Envelope,
    FetchOrder,
    FetchReport,
    FireMapReport,
    HelpCall,
    UnitOrder,
    UnitStatus,
)

COAST_Y_M = 4332600.0
EASTING = {"W": 447600.0, "M": 450000.0, "E": 452400.0}  # of the coast road, 12 m/s
STRETCH_S = 2400.0 / 12.0
LOAD_S, TURNOUT_S, MARGIN_S = 240.0, 60.0, 120.0
CLINIC = MedicalInfo(facility="clinic", name="Clinic", node="E", x_m=EASTING["E"], y_m=COAST_Y_M)


def info(**changes: object) -> AmbulanceInfo:
    known = {
        "seats": 4, "stretcher_load_s": 600.0, "helped_load_s": LOAD_S, "access_m_s": 4.0, "turnout_s": TURNOUT_S,
        "recall_s": 1500.0, "medical": [CLINIC],
    }  # fmt: skip
    return AmbulanceInfo(**{**known, **changes})  # type: ignore[arg-type]


def units(*at: str) -> list[UnitInfo]:
    return [
        UnitInfo(
            unit=f"ambulance-{k + 1}", kind="ambulance", node=node, x_m=EASTING[node], y_m=COAST_Y_M, tank_litres=0.0,
            crew=2,
        )
        for k, node in enumerate(at)
    ]  # fmt: skip


def picture_of(small, *at: str, **changes: object) -> Picture:
    facts = {"units": units(*(at or ("E",))), "ambulances": info()} | changes
    return Picture(Ground(small.briefing(**facts), 3, 120.0), CommandParameters())


def call(picture: Picture, household: str, at: str, now_s: float = 0.0, people: int = 2, need: str = "help") -> None:
    body = HelpCall(
        household=household, seen_s=now_s, zone="west", place_xy_m=(EASTING[at], COAST_Y_M), people=people, need=need
    )
    letter = Envelope(
        message_id=f"{household}#{now_s:g}", source=household, destination="centre", sent_s=now_s, body=body
    )
    picture.hear(letter, now_s)


def report(
    picture: Picture, state: str, household: str, now_s: float, unit: str = "ambulance-1", at: str = "E",
    people: int = 0,
) -> str:  # fmt: skip
    body = FetchReport(
        unit=unit, seen_s=now_s, household=household, state=state, x_m=EASTING[at], y_m=COAST_Y_M, reason="because",
        people=people,
    )  # fmt: skip
    letter = Envelope(message_id=f"{unit}#{now_s:g}", source=unit, destination="centre", sent_s=now_s, body=body)
    return picture.hear(letter, now_s).what


def say_blocked(picture: Picture, now_s: float, at: str, unit: str = "ambulance-1") -> None:
    body = UnitStatus(unit=unit, seen_s=now_s, state="blocked", x_m=EASTING[at], y_m=COAST_Y_M, water_litres=0.0)
    picture.hear(Envelope(message_id="s", source=unit, destination="centre", sent_s=now_s, body=body), now_s)


def given_out(picture: Picture, done: FetchPlan, now_s: float) -> FetchPlan:
    """Note orders and answers in the picture, as the dispatcher does."""
    for order in done.orders:
        if isinstance(order.body, CallAnswer):
            note_answer(picture, order.body)
        elif isinstance(order.body, FetchOrder | UnitOrder):
            note_order(picture.units[order.destination], order, order.body, now_s)
    return done


def sent(done: FetchPlan) -> dict[str, str]:
    return {o.destination: o.body.household for o in done.orders if isinstance(o.body, FetchOrder)}


def told(done: FetchPlan) -> dict[str, str]:
    return {o.destination: o.why for o in done.orders if isinstance(o.body, CallAnswer)}


def forecast_of(picture: Picture, west_s: float = inf, east_s: float = inf, clinic_s: float = inf) -> Forecast:
    """When the western and the eastern half of the coast road close, and fire comes to the clinic."""
    names = picture.ground.roads.edge_names
    closing = np.array([[west_s if name == "coast west" else east_s for name in names]])
    arrival = np.full((1, *picture.ground.coarse.shape), inf, dtype=np.float32)
    row, column = picture.ground.coarse.cell_at(EASTING["E"], COAST_Y_M)
    arrival[0, int(row), int(column)] = clinic_s
    never = [np.full((1, n), inf) for n in (len(picture.ground.zones), len(picture.ground.refuges))]
    return Forecast(0.0, 0.0, 14400.0, True, 0.15, arrival, closing, *never, arrival[0])


# --- who is fetched ----------------------------------------------------------------------------------------------


def test_nobody_is_fetched_who_did_not_call(small):
    picture = picture_of(small)
    assert plan(picture, 100.0) == FetchPlan()
    call(picture, "a", "W")
    assert sent(plan(picture, 100.0)) == {"ambulance-1": "a"}


def test_nobody_is_fetched_where_ambulances_are_only_staged(small):
    picture = picture_of(small, ambulances=None)
    call(picture, "a", "W")
    assert plan(picture, 100.0) == FetchPlan()


def test_the_ambulance_that_is_there_soonest_goes(small):
    picture = picture_of(small, "E", "M")
    call(picture, "a", "W")
    assert sent(plan(picture, 100.0)) == {"ambulance-2": "a"}
    picture.units["ambulance-2"].is_on_shift = False  # its crew comes from home first
    assert sent(plan(picture, 100.0)) == {"ambulance-1": "a"}


def test_by_the_forecast_whose_road_closes_first_comes_first_and_else_who_called_first(small):
    picture = picture_of(small)
    call(picture, "middle", "M", 10.0)
    call(picture, "west", "W", 20.0)
    assert sent(plan(picture, 100.0)) == {"ambulance-1": "middle"}
    picture.forecast = forecast_of(picture, west_s=5000.0)
    assert sent(plan(picture, 100.0)) == {"ambulance-1": "west"}


def test_without_a_forecast_who_is_nearest_to_the_believed_fire_comes_first(small):
    wire = small.Wire()
    small.tell_of_a_fire(wire, policy="Today", units=units("E"), ambulances=info())
    for household, at in (("far", "W"), ("near", "M")):
        place = (EASTING[at], COAST_Y_M)
        body = HelpCall(household=household, seen_s=1e3, zone="z", place_xy_m=place, people=2, need="help")
        wire.say(1000.0, body, household)
    outputs = [one for _, one in replay(wire.deliveries, 1100.0)]
    orders = [one for one in outputs if getattr(one, "kind", "") == "ambulance"]
    assert [order.body.household for order in orders] == ["near"]


def test_the_reason_is_one_line_and_names_who_from_where_and_to_where(small):
    picture = picture_of(small)
    call(picture, "a", "W", need="ambulance")
    (order,) = plan(picture, 100.0).orders
    assert "\n" not in order.why
    assert all(word in order.why for word in ("a in west", "2 people", "ambulance", "8 min away", "clinic"))
    assert order.because == "a#0"
    assert order.body.route == ["E", "M", "W"]
    assert order.body.way == ["W", "M", "E"]


# --- roads that close --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", ["west_s", "east_s"])
def test_it_goes_only_if_it_is_out_again_before_the_road_closes_less_the_margin(small, half):
    """It leaves the western stretch for good after 3 stretches and the loading, the eastern one after 4."""
    stretches = 3.0 if half == "west_s" else 4.0
    out_s = 100.0 + TURNOUT_S + stretches * STRETCH_S + LOAD_S + MARGIN_S
    for closes_s, goes in ((out_s + 1.0, True), (out_s - 1.0, False)):
        picture = picture_of(small)
        call(picture, "a", "W")
        picture.forecast = forecast_of(picture, **{half: closes_s})
        done = plan(picture, 100.0)
        assert sent(done) == ({"ambulance-1": "a"} if goes else {})
        assert told(done) == ({} if goes else {"a": NO_ROAD})


@given(west_s=st.floats(0.0, 4000.0), east_s=st.floats(0.0, 4000.0), now_s=st.floats(0.0, 2000.0))
def test_no_ambulance_is_sent_along_a_road_that_it_would_not_have_left_in_time(small, west_s, east_s, now_s):
    picture = picture_of(small)
    call(picture, "a", "W")
    picture.forecast = forecast_of(picture, west_s, east_s)
    done = plan(picture, now_s)
    assert len(done.orders) == 1  # one order or one answer: never silence
    if sent(done):
        (order,) = done.orders
        at_s, closes_s = now_s + TURNOUT_S, {"EM": east_s, "ME": east_s, "MW": west_s, "WM": west_s}
        for k, stretch in enumerate(("EM", "MW", "WM", "ME")):
            at_s += STRETCH_S + (LOAD_S if k == 2 else 0.0)
            assert at_s + MARGIN_S <= closes_s[stretch] + 1e-6
        assert order.deadline_s == pytest.approx(min(west_s - STRETCH_S, east_s - 2.0 * STRETCH_S) - MARGIN_S)


def test_who_needs_an_ambulance_is_brought_to_the_clinic_unless_fire_is_forecast_there(small):
    for clinic_s, haven in ((inf, "clinic"), (9000.0, "town")):
        picture = picture_of(small)
        call(picture, "a", "W", need="ambulance")
        picture.forecast = forecast_of(picture, clinic_s=clinic_s)
        if clinic_s < inf:  # the refuge stands a kilometre from the clinic, out of its way
            refuge = picture.ground.refuges[0]
            object.__setattr__(refuge, "x_m", refuge.x_m + 1000.0)
        (order,) = plan(picture, 100.0).orders
        assert order.body.haven == haven
    picture = picture_of(small)
    call(picture, "a", "W", need="help")
    assert plan(picture, 100.0).orders[0].body.haven == "town"


# --- when none can be sent -----------------------------------------------------------------------------------------


def test_who_cannot_be_fetched_is_told_why_once_and_a_reader_of_the_run_too(small):
    picture = picture_of(small)
    for household, people in (("a", 2), ("b", 2), ("c", 5)):
        call(picture, household, "W", people=people)
    done = given_out(picture, plan(picture, 100.0), 100.0)
    assert sent(done) == {"ambulance-1": "a"}
    assert told(done) == {"b": NONE_FREE, "c": TOO_MANY}
    assert plan(picture, 130.0).orders == []
    (said,) = warnings_of(picture)
    assert said.startswith("9 people called for help and were not fetched")
    assert f"2: {NONE_FREE}" in said
    assert f"5: {TOO_MANY}" in said


def test_a_caller_for_whom_reasons_alternate_is_told_each_once(small):
    picture, answers = picture_of(small), []
    for household in ("a", "b"):
        call(picture, household, "W")
    given_out(picture, plan(picture, 100.0), 100.0)
    for now_s, closes_s in ((100.0, inf), (130.0, 200.0), (160.0, inf), (190.0, 200.0)):
        picture.forecast = forecast_of(picture, west_s=closes_s)
        report(picture, "loading", "a", now_s)  # whom it fetches is not in question
        answers += [one.why for one in given_out(picture, plan(picture, now_s), now_s).orders]
    assert answers == [NO_ROAD]  # that none is free was said at first


def test_with_all_ambulances_lost_or_shut_in_callers_are_told_so(small):
    for change in ({"state": "lost"}, {"cut_at": ("E", "M")}):
        picture = picture_of(small)
        for name, value in change.items():
            setattr(picture.units["ambulance-1"], name, value)
        call(picture, "a", "W")
        assert told(plan(picture, 100.0)) == {"a": NONE_LEFT}


# --- what happens on the way ---------------------------------------------------------------------------------------


def test_an_ambulance_keeps_on_its_errand_and_is_not_staged_meanwhile(small):
    picture = picture_of(small)
    call(picture, "a", "W")
    given_out(picture, plan(picture, 100.0), 100.0)
    for now_s, state in ((700.0, "loading"), (950.0, "laden")):
        assert report(picture, state, "a", now_s) == ""
        done = plan(picture, now_s)
        assert done == FetchPlan()


def test_one_that_has_let_people_off_is_sent_to_the_next(small):
    picture = picture_of(small)
    for household in ("a", "b"):
        call(picture, household, "W")
    given_out(picture, plan(picture, 100.0), 100.0)
    report(picture, "laden", "a", 900.0)
    assert report(picture, "let_off", "a", 1500.0, people=2) == "help"
    assert sent(plan(picture, 1530.0)) == {"ambulance-1": "b"}
    assert picture.cases["a"].state == "safe"


def test_who_was_let_off_is_safe_though_no_word_was_heard_that_they_were_aboard(small):
    for people, state in ((2, "safe"), (0, "waits")):
        picture = picture_of(small)
        call(picture, "a", "W")
        given_out(picture, plan(picture, 100.0), 100.0)
        assert report(picture, "let_off", "a", 1500.0, people=people) == "help"
        assert picture.cases["a"].state == state
        assert bool(sent(plan(picture, 1530.0))) == (state == "waits")


def test_one_that_loaded_is_left_alone_even_where_it_stands_before_a_closed_road(small):
    picture = picture_of(small, "E", "W")
    call(picture, "a", "W")
    picture.units["ambulance-2"].state = "lost"
    given_out(picture, plan(picture, 100.0), 100.0)
    report(picture, "loading", "a", 700.0, at="W")  # that they are aboard is never heard
    say_blocked(picture, 1000.0, at="M")
    picture.is_open[:] = False
    assert plan(picture, 1030.0) == FetchPlan()


def test_one_that_found_nobody_goes_on_to_the_next_and_never_back_there(small):
    picture = picture_of(small)
    call(picture, "a", "W")
    given_out(picture, plan(picture, 100.0), 100.0)
    assert report(picture, "nobody_there", "a", 700.0, at="W") == "help"
    assert plan(picture, 730.0) == FetchPlan()
    call(picture, "b", "W", 800.0)
    assert sent(plan(picture, 830.0)) == {"ambulance-1": "b"}


def test_who_could_not_be_got_away_is_told_so_and_tried_again_when_they_call_again(small):
    picture = picture_of(small)
    call(picture, "a", "W")
    given_out(picture, plan(picture, 100.0), 100.0)
    report(picture, "cannot_reach", "a", 700.0, at="M")
    done = given_out(picture, plan(picture, 730.0), 730.0)
    assert sent(done) == {}
    assert told(done) == {"a": "the crew came away: because"}
    assert plan(picture, 760.0).orders == []
    call(picture, "a", "W", 690.0)  # dialled before the crew was there
    assert sent(plan(picture, 800.0)) == {}
    call(picture, "a", "W", 1500.0)
    assert sent(plan(picture, 1530.0)) == {"ambulance-1": "a"}


def test_when_one_stands_before_a_closed_road_another_is_sent(small):
    picture = picture_of(small, "M", "W")
    call(picture, "a", "W")
    picture.units["ambulance-2"].is_on_shift = False
    given_out(picture, plan(picture, 100.0), 100.0)
    assert picture.units["ambulance-1"].household == "a"
    say_blocked(picture, 400.0, at="M")
    roads = picture.ground.roads
    picture.is_open[[k for k, name in enumerate(roads.edge_names) if name == "coast west"]] = False
    picture.cases["a"].call = HelpCall(
        household="a", seen_s=0.0, zone="west", place_xy_m=(EASTING["W"], COAST_Y_M), people=2, need="help"
    )
    assert told(plan(picture, 430.0)) == {"a": NO_ROAD}  # the other could come, but not get out again
    picture.is_open[:] = True  # whatever stopped it, it was no road that the centre knows to be cut
    assert sent(plan(picture, 430.0)) == {"ambulance-2": "a"}


def test_when_the_forecast_brings_the_closing_nearer_one_under_way_is_called_off_and_staged(small):
    picture = picture_of(small)
    call(picture, "a", "W")
    picture.forecast = forecast_of(picture, west_s=4000.0)
    given_out(picture, plan(picture, 100.0), 100.0)
    picture.forecast = forecast_of(picture, west_s=500.0)
    done = plan(picture, 300.0)
    assert done.called_off == {"ambulance-1": "a#0"}
    (order,) = (one for one in done.orders if isinstance(one.body, UnitOrder))
    assert (order.destination, order.body.task, order.because) == ("ambulance-1", "stage", "a#0")
    assert "called off from a" in order.why
    given_out(picture, done, 300.0)
    assert picture.units["ambulance-1"].household == ""
    assert plan(picture, 330.0) == FetchPlan()
    assert told(done) == {"a": NO_ROAD}


@pytest.mark.parametrize("fails", ["haven", "way"])
def test_one_under_way_is_ordered_anew_where_its_haven_or_its_way_out_is_none_any_more(small, fails):
    """Fire is forecast at the clinic; or the order had a way out that is shut now, while another is open."""
    picture = picture_of(small)
    call(picture, "a", "W", need="ambulance")
    (first,) = given_out(picture, plan(picture, 100.0), 100.0).orders
    assert first.body.haven == "clinic"
    assert plan(picture, 130.0) == FetchPlan()
    crew = picture.units["ambulance-1"]
    if fails == "haven":
        refuge = picture.ground.refuges[0]
        object.__setattr__(refuge, "x_m", refuge.x_m + 1000.0)
        picture.forecast = forecast_of(picture, clinic_s=9000.0)
    else:
        crew.way = ("W", "E")  # no such road is open
    (order,) = plan(picture, 160.0).orders
    assert (order.destination, order.body.household) == ("ambulance-1", "a")
    assert order.body.haven == ("town" if fails == "haven" else "clinic")
    assert order.body.way == ["W", "M", "E"]


def test_only_ambulances_that_fetch_nobody_are_staged(small):
    wire = small.Wire()
    small.tell_of_a_fire(wire, units=units("E", "E"), ambulances=info())
    body = HelpCall(household="a", seen_s=1e3, zone="west", place_xy_m=(EASTING["W"], COAST_Y_M), people=2, need="help")
    wire.say(345.0, body, "a")
    rolls = UnitStatus(
        unit="ambulance-1", seen_s=500.0, state="rolling", x_m=EASTING["E"], y_m=COAST_Y_M, water_litres=0.0
    )
    wire.say(500.0, rolls, "ambulance-1")
    wire.deliveries.sort(key=lambda delivery: delivery[0])
    orders = [one for _, one in replay(wire.deliveries, 890.0) if getattr(one, "kind", "") in ("ambulance", "unit")]
    fetching = {one.destination for one in orders if isinstance(one.body, FetchOrder)}
    staged = {one.destination for one in orders if isinstance(one.body, UnitOrder) and one.body.task == "stage"}
    assert (fetching, staged) == ({"ambulance-1"}, {"ambulance-2"})


def test_one_that_is_called_off_gets_other_orders_at_once(small):
    """Somebody else's call has the centre look again: the road to the first is forecast to close meanwhile."""
    wire = small.Wire()
    small.tell_of_a_fire(wire, units=units("E"), ambulances=info())
    for at_s, household, people in ((650.0, "a", 2), (720.0, "b", 9)):
        place = (EASTING["W"], COAST_Y_M)
        body = HelpCall(household=household, seen_s=at_s, zone="w", place_xy_m=place, people=people, need="help")
        wire.say(at_s, body, household)
    dispatcher, outputs = Dispatcher(), []
    closes_s = {650.0: 1e5, 720.0: 800.0}  # as forecast when each call comes
    for at_s, payload in sorted(wire.deliveries, key=lambda delivery: delivery[0]):
        if at_s < 900.0:
            outputs += step(dispatcher, at_s, payload)
        if at_s in closes_s:
            dispatcher.picture.forecast = forecast_of(dispatcher.picture, west_s=closes_s[at_s])
    outputs += step(dispatcher, 760.0)
    orders = [(at_s, one.body.task) for at_s, one in outputs if getattr(one, "destination", "") == "ambulance-1"]
    assert [task for _, task in orders[-2:]] == ["fetch", "stage"]
    assert orders[-1][0] == 750.0


# --- in the dispatcher ---------------------------------------------------------------------------------------------


def test_an_order_to_fetch_goes_back_to_the_call_and_is_said_again_to_who_keeps_silent(small):
    wire = small.Wire()
    wire.say(0.0, small.briefing(units=units("E"), ambulances=info()), "scenario")
    body = HelpCall(
        household="a", seen_s=80.0, zone="west", place_xy_m=(EASTING["W"], COAST_Y_M), people=2, need="help"
    )
    message = wire.say(100.0, body, "a")
    outputs = [(at_s, one) for at_s, one in replay(wire.deliveries, 1000.0) if getattr(one, "kind", "") == "ambulance"]
    assert {order.because for _, order in outputs} == {message}
    assert len(outputs) > 1
    wire.say(200.0, Ack(order=outputs[0][1].order_id, by="ambulance-1", at_s=190.0), "ambulance-1")
    answered = [one for _, one in replay(wire.deliveries, 1000.0) if getattr(one, "kind", "") == "ambulance"]
    assert len(answered) == 1


@pytest.mark.parametrize("word", ["none", "a map", "an ack"])
def test_when_one_never_answers_another_is_sent(small, word):
    """What it sees of the fire is no answer: it may have been seen before the order came, or without it."""
    wire = small.Wire()
    wire.say(0.0, small.briefing(units=units("M", "E"), ambulances=info()), "scenario")
    place = (EASTING["W"], COAST_Y_M)
    wire.say(100.0, HelpCall(household="a", seen_s=80.0, zone="west", place_xy_m=place, people=2, need="help"), "a")
    first = next(one for _, one in replay(wire.deliveries, 200.0) if getattr(one, "kind", "") == "ambulance")
    seen = FireMapReport(
        observer="ambulance-1", seen_s=190.0, place_xy_m=(EASTING["M"], COAST_Y_M), outline_xy_m=[], outline_sd_m=30.0
    )
    ack = Ack(order=first.order_id, by="ambulance-1", at_s=190.0)
    if word != "none":
        wire.say(200.0, seen if word == "a map" else ack, "ambulance-1")
    sent_to = [one.destination for _, one in replay(wire.deliveries, 600.0) if getattr(one, "kind", "") == "ambulance"]
    assert sent_to == (["ambulance-1"] if word == "an ack" else ["ambulance-1", "ambulance-1", "ambulance-2"])


def test_a_call_of_somebody_on_whom_an_ambulance_is_under_way_changes_nothing(small):
    picture = picture_of(small)
    call(picture, "a", "W")
    given_out(picture, plan(picture, 100.0), 100.0)
    call(picture, "a", "W", 900.0)
    assert plan(picture, 300.0).orders == []


def test_the_floor_sends_no_ambulance_to_anybody_and_the_others_do(small):
    for policy, kinds in (("NoAlert", set()), ("Today", {"ambulance"}), ("Pilot", {"ambulance"})):
        wire = small.Wire()
        wire.say(0.0, small.briefing(policy=policy, units=units("E"), ambulances=info()), "scenario")
        place = (EASTING["W"], COAST_Y_M)
        wire.say(100.0, HelpCall(household="a", seen_s=80.0, zone="west", place_xy_m=place, people=2, need="help"), "a")
        assert {getattr(one, "kind", "") for _, one in replay(wire.deliveries, 1000.0)} == kinds

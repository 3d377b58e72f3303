"""The dispatcher depends on what it was told, when, and on nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command.dispatcher import Dispatcher, Milestone, Order, replay, step
from firesim.link.messages import (
    AT_ONCE,
    IN_PLACE,
    Ack,
    Alert,
    CallReport,
    Decision,
    FireMapReport,
    GasReport,
    RoadReport,
    UnitOrder,
    UnitStatus,
    decode,
)
from firesim.place.settlement import Zone

END_S = 5400.0
STAGES = ["alarm", "acknowledged", "confirmed", "located", "forecast", "plan", "recommended", "authorised"]


def milestones(outputs):
    return [(at_s, output) for at_s, output in outputs if isinstance(output, Milestone)]


def orders(outputs, kind=None):
    return [(at_s, o) for at_s, o in outputs if isinstance(o, Order) and (kind is None or o.kind == kind)]


def first_time(outputs, kind):
    return next(at_s for at_s, milestone in milestones(outputs) if milestone.kind == kind)


def with_decision(small, wire, approved=True, policy="Pilot", delay_s=600.0, **changes):
    """A fire told of, and an authority that answers every recommendation after a delay."""
    small.tell_of_a_fire(wire, policy, **changes)
    asked = orders(replay(wire.deliveries, 899.0), "recommendation")
    for at_s, order in asked:
        body = Decision(order=order.order_id, decided_s=at_s + delay_s, approved=approved, reason="")
        wire.say(at_s + delay_s, body, "authority")
    wire.deliveries.sort(key=lambda delivery: delivery[0])
    return asked


@pytest.mark.parametrize("policy", ["Pilot", "Today", "NoAlert"])
def test_two_fresh_dispatchers_fed_the_same_bytes_do_the_same(small, wire, policy):
    with_decision(small, wire, policy=policy)
    first, second = replay(wire.deliveries, END_S), replay(wire.deliveries, END_S)
    assert orders(first) == orders(second)
    assert len(orders(first)) > 3
    assert [(t, m.kind, m.because, m.detail) for t, m in milestones(first)] == [
        (t, m.kind, m.because, m.detail) for t, m in milestones(second)
    ]


@pytest.mark.parametrize("policy", ["Pilot", "Today", "NoAlert"])
def test_without_a_message_nothing_is_ordered(small, wire, policy):
    wire.say(0.0, small.briefing(policy), "scenario")
    assert replay(wire.deliveries, 14400.0) == []


def test_nothing_is_done_before_the_message_that_caused_it(small, wire):
    with_decision(small, wire)
    delivered_s = {decode(payload).message_id: at_s for at_s, payload in wire.deliveries}
    outputs = replay(wire.deliveries, END_S)
    assert outputs
    for at_s, output in outputs:
        assert output.because in delivered_s, f"{output} has no cause"
        assert delivered_s[output.because] <= at_s


def test_the_stages_of_a_fire_come_in_their_order(small, wire):
    with_decision(small, wire)
    reached = [milestone.kind for _, milestone in milestones(replay(wire.deliveries, END_S))]
    firsts = [reached.index(stage) for stage in STAGES]
    assert firsts == sorted(firsts)


def test_planning_takes_the_modelled_seconds(small, wire):
    with_decision(small, wire)
    outputs = replay(wire.deliveries, END_S)
    assert first_time(outputs, "alarm") == 300.0
    assert first_time(outputs, "acknowledged") == 345.0  # 45 s to an operator's hand
    assert first_time(outputs, "forecast") == first_time(outputs, "located") + 60.0
    assert first_time(outputs, "plan") == first_time(outputs, "forecast") + 30.0


def call(caller, seen_s, from_x_m=450000.0):
    return CallReport(
        caller=caller,
        seen_s=seen_s,
        from_xy_m=(from_x_m, 4332600.0),
        place_xy_m=(450000.0, 4334600.0),
        place_sd_m=300.0,
    )


WEAK = [
    GasReport(sensor="gas-1", seen_s=300.0, smoke_index=1.5),
    call("a", 300.0),
    "camera",
]  # fmt: skip


@pytest.mark.parametrize("policy", ["Pilot", "Today"])
@pytest.mark.parametrize("report", WEAK, ids=["gas", "call", "camera"])
def test_one_weak_report_alone_orders_no_evacuation_but_somebody_to_look(small, wire, policy, report):
    wire.say(0.0, small.briefing(policy), "scenario")
    wire.say(300.0, small.camera_report("cam-east", 298.0) if report == "camera" else report, "somebody")
    outputs = replay(wire.deliveries, 14400.0)
    assert not orders(outputs, "recommendation")
    assert not orders(outputs, "alert")
    looking = [o.body.task for _, o in orders(outputs, "unit") if isinstance(o.body, UnitOrder)]
    assert looking
    assert set(looking) == {"verify"}


def test_a_source_that_insists_is_still_one_source(small, wire):
    wire.say(0.0, small.briefing(), "scenario")
    for k in range(40):
        wire.say(300.0 + 120.0 * k, small.camera_report("cam-east", 300.0 + 120.0 * k), "cam-east")
    outputs = replay(wire.deliveries, 6000.0)
    assert not [m for _, m in milestones(outputs) if m.kind == "confirmed"]


def test_a_false_alarm_dies_out_when_nobody_says_so_again(small, wire):
    wire.say(0.0, small.briefing(), "scenario")
    wire.say(300.0, small.camera_report("cam-east", 298.0), "cam-east")
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(dispatcher, at_s, payload)
    assert len(dispatcher.picture.incidents) == 1
    (incident,) = dispatcher.picture.incidents
    assert incident.probability(300.0) > 0.25
    step(dispatcher, 3900.0)
    assert incident.probability(3900.0) < 0.1
    dispatcher.picture.forget(3900.0)
    assert dispatcher.picture.incidents == []


def test_a_drone_that_finds_nothing_there_ends_the_suspicion(small, wire):
    wire.say(0.0, small.briefing(), "scenario")
    wire.say(300.0, GasReport(sensor="gas-1", seen_s=298.0, smoke_index=1.5), "gas-1")
    body = FireMapReport(
        observer="drone-1", seen_s=500.0, place_xy_m=(450050.0, 4334500.0), outline_xy_m=[], outline_sd_m=20.0,
        searched_radius_m=600.0,
    )  # fmt: skip
    wire.say(502.0, body, "drone-1")
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(dispatcher, at_s, payload)
    assert dispatcher.picture.incidents == []


def test_alerts_go_out_only_after_the_authority_has_decided(small, wire):
    with_decision(small, wire, delay_s=600.0)
    outputs = replay(wire.deliveries, END_S)
    authorised_s = first_time(outputs, "authorised")
    alerts = orders(outputs, "alert")
    assert alerts
    assert authorised_s == first_time(outputs, "recommended") + 600.0
    assert all(at_s >= authorised_s and order.authorised_by == "authority" for at_s, order in alerts)
    assert {order.destination for _, order in alerts} == {"channel:app", "channel:cell_broadcast", "channel:knock"}


def test_no_alert_goes_out_without_an_answer_or_after_a_refusal(small, wire):
    small.tell_of_a_fire(wire)
    assert not orders(replay(wire.deliveries, END_S), "alert")
    other = small.Wire()
    with_decision(small, other, approved=False)
    outputs = replay(other.deliveries, 1500.0)
    assert [m.kind for _, m in milestones(outputs) if m.kind in ("authorised", "refused")] == ["refused"]
    assert not orders(outputs, "alert")


def test_a_zone_whose_road_is_reported_cut_is_told_so(small, wire):
    wire.say(0.0, small.briefing(wind_m_s=5.0), "scenario")
    wire.say(200.0, RoadReport(observer="police", seen_s=190.0, u="M", v="E", is_open=False), "police")
    wire.say(300.0, small.camera_report("cam-east", 298.0), "cam-east")
    wire.say(340.0, small.camera_report("cam-west", 338.0), "cam-west")
    (_, asked), *_ = orders(replay(wire.deliveries, 890.0), "recommendation")
    by_zone = {one.zone: one for one in asked.body.advice}
    assert {"west", "middle"} <= set(by_zone)
    # The fire is forecast at the middle: to the water. It is not in the west: there leaving would be worse.
    for zone, refuge, do in (("middle", "", "shore"), ("west", IN_PLACE, "stay inside")):
        assert by_zone[zone].refuge == refuge
        assert by_zone[zone].route == []
        assert "cut off" in by_zone[zone].why
        assert do in by_zone[zone].why


def test_a_road_that_closes_between_question_and_answer_sends_nobody_onto_it(small, wire):
    (at_s, asked), *_ = with_decision(small, wire, policy="Today")
    assert any(one.route for one in asked.body.advice)
    # Ten seconds before the answer: too late for a new plan, in time for a last look at the road.
    wire.say(at_s + 590.0, RoadReport(observer="police", seen_s=at_s + 580.0, u="M", v="E", is_open=False), "police")
    wire.deliveries.sort(key=lambda delivery: delivery[0])
    sent = [order.body for _, order in orders(replay(wire.deliveries, END_S), "alert")]
    assert sent
    assert all(not one.route for body in sent if isinstance(body, Alert) for one in body.advice)


@pytest.mark.parametrize("delay_s", [150.0, 300.0, 900.0, 1500.0, 2100.0])
@pytest.mark.parametrize("y_m", [4332600.0, 4333300.0, 4333900.0])
def test_no_alert_goes_out_after_its_own_deadline(small, wire, delay_s, y_m):
    """A farm on the way from the fire to the coast road: the fire is at its door before the road is cut."""
    farm = Zone("farm", "Farm", "settlement", 450000.0, y_m, "M", 20, [small.square(450000.0, y_m, 60.0)])
    with_decision(small, wire, delay_s=delay_s, zones=[farm])
    sent = orders(replay(wire.deliveries, END_S), "alert")
    assert sent
    for at_s, order in sent:
        assert all(one.deadline_s >= at_s or one.deadline_s == AT_ONCE for one in order.body.advice)
        assert order.deadline_s == min(one.deadline_s for one in order.body.advice)


def until_it_is_out(small, wire) -> None:
    """The authority lets people be told to leave; an hour later crews find no fire any more."""
    with_decision(small, wire)
    outline = [small.square(small.FIRE_XY_M[0], small.FIRE_XY_M[1] - 100.0, 200.0)]
    last = FireMapReport(
        observer="drone-1", seen_s=3880.0, place_xy_m=small.FIRE_XY_M, outline_xy_m=outline, outline_sd_m=20.0,
        is_whole=True,
    )  # fmt: skip
    wire.say(3890.0, last, "drone-1")
    for k, observer in enumerate(("engine-1", "engine-2", "drone-1")):
        gone = FireMapReport(
            observer=observer, seen_s=3900.0 + k, place_xy_m=small.FIRE_XY_M, outline_xy_m=[], outline_sd_m=20.0,
            searched_radius_m=900.0,
        )  # fmt: skip
        wire.say(3999.0 + k, gone, observer)
    wire.deliveries.sort(key=lambda delivery: delivery[0])


def test_when_the_fire_is_seen_to_be_out_those_who_were_told_to_leave_are_told_so(small, wire):
    until_it_is_out(small, wire)
    outputs = replay(wire.deliveries, END_S)
    assert first_time(outputs, "all_clear") == 4001.0
    last_asked = orders(outputs, "recommendation")[-1][1]
    assert last_asked.body.level == "all-clear"
    assert not [o for t, o in orders(outputs, "alert") if o.body.level == "all-clear"]  # the authority has not answered
    told = {one.zone for _, o in orders(outputs, "alert") for one in o.body.advice}
    wire.say(4600.0, Decision(order=last_asked.order_id, decided_s=4600.0, approved=True, reason=""), "authority")
    cleared = [o.body for t, o in orders(replay(wire.deliveries, END_S), "alert") if t == 4600.0]
    assert cleared
    assert {body.level for body in cleared} == {"all-clear"}
    assert {one.zone for body in cleared for one in body.advice} == told


def test_who_was_warned_is_told_that_it_is_over_though_an_order_was_being_asked_for(small, wire):
    until_it_is_out(small, wire)
    dispatcher, outputs = Dispatcher(), []
    for at_s, payload in wire.deliveries:
        if at_s >= 3999.0:
            advised = dispatcher.picture.advised
            for zone, told in advised.items():
                advised[zone] = told.asked_anew("order", told.advice, "order-99", 3990.0)
            warned = {zone for zone, told in advised.items() if told.was_warned}
        outputs += step(dispatcher, at_s, payload)
    outputs += step(dispatcher, END_S)
    cleared = [o.body for _, o in orders(outputs, "recommendation") if o.body.level == "all-clear"]
    assert warned
    assert {one.zone for one in cleared[0].advice} == warned


def test_an_order_is_repeated_to_the_silent_and_not_to_those_who_confirmed(small, wire):
    wire.say(0.0, small.briefing("Today"), "scenario")
    wire.say(300.0, small.camera_report("cam-east", 298.0), "cam-east")
    silent = orders(replay(wire.deliveries, 3000.0), "unit")
    assert len(silent) == 4  # once, and three repetitions
    assert len({order.order_id for _, order in silent}) == 1
    wire.say(350.0, Ack(order=silent[0][1].order_id, by="engine-1", at_s=349.0), "engine-1")
    assert len(orders(replay(wire.deliveries, 3000.0), "unit")) == 1


def test_a_blocked_unit_gets_another_task_or_road(small, wire):
    small.tell_of_a_fire(wire)
    wire.say(700.0, RoadReport(observer="engine-1", seen_s=698.0, u="E", v="M", is_open=False), "engine-1")
    status = UnitStatus(
        unit="engine-1", seen_s=698.0, state="blocked", x_m=452400.0, y_m=4332600.0, water_litres=2500.0
    )
    wire.say(700.0, status, "engine-1")
    wire.deliveries.sort(key=lambda delivery: delivery[0])
    after = [
        (t, o) for t, o in orders(replay(wire.deliveries, 800.0), "unit") if t > 700.0 and o.destination == "engine-1"
    ]
    assert after
    assert all(list(o.route) == ["E"] for _, o in after)


def test_delivery_comes_before_wake_up_at_one_instant(small, wire):
    """An acknowledgement due at 345 s already knows what is delivered at 345 s: that nothing burns there."""
    for found_s, kinds in ((345.0, ["alarm"]), (345.5, ["alarm", "acknowledged"])):
        told = small.Wire()
        told.say(0.0, small.briefing("Today"), "scenario")
        told.say(300.0, GasReport(sensor="gas-1", seen_s=298.0, smoke_index=1.5), "gas-1")
        nothing = FireMapReport(
            observer="u", seen_s=344.0, place_xy_m=(450050.0, 4334500.0), outline_xy_m=[], outline_sd_m=20.0,
            searched_radius_m=600.0,
        )  # fmt: skip
        told.say(found_s, nothing, "u")
        assert [m.kind for _, m in milestones(replay(told.deliveries, 400.0))] == kinds


def test_stepping_in_pieces_and_replaying_at_once_are_the_same(small, wire):
    with_decision(small, wire)
    at_once = replay(wire.deliveries, END_S)
    dispatcher, piecewise, waiting = Dispatcher(), [], list(wire.deliveries)
    for now_s in range(0, int(END_S) + 1, 7):
        while waiting and waiting[0][0] <= now_s:
            piecewise += step(dispatcher, *waiting.pop(0))
        piecewise += step(dispatcher, float(now_s))
    piecewise += step(dispatcher, END_S)
    assert orders(piecewise) == orders(at_once)


def test_a_message_before_the_briefing_is_a_fault(small, wire):
    wire.say(0.0, small.camera_report("cam-east", 0.0), "cam-east")
    with pytest.raises(RuntimeError, match="briefed"):
        replay(wire.deliveries, 10.0)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(1.0, 3000.0), st.sampled_from(["cam-east", "cam-west", "gas", "call", "empty", "road"])),
        max_size=12,
    )
)
def test_whatever_is_heard_every_output_has_a_cause_and_no_alert_goes_unauthorised(small, told):
    wire = small.Wire()
    wire.say(0.0, small.briefing("Today"), "scenario")
    for at_s, what in sorted(told):
        nothing = FireMapReport(
            observer="u", seen_s=at_s, place_xy_m=small.FIRE_XY_M, outline_xy_m=[], outline_sd_m=30.0
        )
        bodies = {
            "gas": GasReport(sensor="gas-1", seen_s=at_s, smoke_index=1.0),
            "call": call(f"{at_s}", at_s, 450000.0 + at_s),
            "empty": nothing,
            "road": RoadReport(observer="u", seen_s=at_s, u="W", v="M", is_open=False),
        }
        wire.say(at_s, bodies[what] if what in bodies else small.camera_report(what, at_s), "somebody")
    known = {decode(payload).message_id for _, payload in wire.deliveries}
    outputs = replay(wire.deliveries, 6000.0)
    assert all(output.because in known for _, output in outputs)
    assert not orders(outputs, "alert")
    times = [at_s for at_s, _ in outputs]
    assert times == sorted(times)


def test_command_is_loaded_without_world_devices_record_or_clock():
    code = (
        "import sys, firesim.command.dispatcher, firesim.command.authority\n"
        "barred = ['simpy', *('firesim.' + p for p in ('world', 'devices', 'record', 'scenario', 'simulate'))]\n"
        "bad = [m for m in sys.modules if m.startswith(tuple(barred))]\n"
        "print(bad); sys.exit(bool(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

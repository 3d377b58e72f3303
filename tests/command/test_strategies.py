"""Shipped strategies differ in what they know; a researcher's own is found by name."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import permutations
from types import ModuleType

import msgspec
import numpy as np
import pytest

from firesim.command import routes
from firesim.command.crews import Advised
from firesim.command.dispatcher import Dispatcher, Order, replay, step
from firesim.command.forecast import Forecast, quantile
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.strategies import NoAlert, Pilot, Policy, Today, policy_named, recommendation, register
from firesim.command.triggers import deadlines
from firesim.link.messages import AT_ONCE, Alert, Decision, DroneOrder, DroneStatus, UnitOrder, ZoneAdvice


def no_fire(ground):
    """A forecast of one member in which nothing burns."""
    nothing = np.full((1, *ground.coarse.shape), np.inf, dtype=np.float32)
    never = [np.full((1, n), np.inf) for n in (len(ground.roads.edges), len(ground.zones), len(ground.refuges))]
    return Forecast(600.0, 600.0, 14400.0, True, 0.15, nothing, *never, nothing[0])


def ordered(deliveries, kind, until_s=3000.0):
    return [(at_s, o) for at_s, o in replay(deliveries, until_s) if isinstance(o, Order) and o.kind == kind]


def test_the_shipped_policies_are_found_by_name_and_by_place():
    assert policy_named("Pilot") is Pilot
    assert policy_named("firesim.command.strategies:Today") is Today
    assert all(isinstance(policy(), Policy) for policy in (Pilot, Today, NoAlert))


@pytest.mark.parametrize("name", ["Nobody", "no_such_module:Policy", "firesim.command.strategies:Nobody", "json:dumps"])
def test_a_policy_that_does_not_exist_is_named_in_the_error(name):
    with pytest.raises(ValueError, match="polic"):
        policy_named(name)


def test_a_researchers_own_policy_decides(small, wire):
    class OnlyTheWest(Pilot):
        def level_of(self, chance_order, chance_warn, parameters):
            return ""

    register("OnlyTheWest", OnlyTheWest)
    small.tell_of_a_fire(wire, "OnlyTheWest")
    assert not ordered(wire.deliveries, "recommendation")
    assert ordered(wire.deliveries, "unit")


def test_a_policy_with_parameters_of_its_own_gets_them_from_the_briefing(small, wire):
    module = ModuleType("a_notebook")
    seen = []

    class Patient(Today):
        class Parameters(Today.Parameters):
            patience_s: float = 10.0

        def decide(self, picture, now_s):
            seen.append(picture.parameters.patience_s)
            return []

    module.Patient = Patient
    sys.modules["a_notebook"] = module
    small.tell_of_a_fire(wire, "a_notebook:Patient", parameters={"patience_s": 99.0})
    replay(wire.deliveries, 1000.0)
    assert set(seen) == {99.0}


def test_an_unknown_parameter_is_refused(small, wire):
    small.tell_of_a_fire(wire, parameters={"plan_minutes": 3})
    with pytest.raises(ValueError, match="plan_minutes"):
        replay(wire.deliveries, 10.0)


def test_today_has_no_forecast_and_no_drone_and_still_clears_what_the_fire_will_cut_off(small, wire):
    small.tell_of_a_fire(wire, "Today")
    (_, asked), *_ = ordered(wire.deliveries, "recommendation")
    # The middle lies downwind; the west's only road runs through there.
    assert {one.zone for one in asked.body.advice} == {"middle", "west"}
    assert {one.refuge for one in asked.body.advice} == {"town"}
    assert not ordered(wire.deliveries, "drone")


def test_no_alert_sends_units_and_warns_nobody(small, wire):
    small.tell_of_a_fire(wire, "NoAlert")
    assert not ordered(wire.deliveries, "recommendation")
    assert {o.body.task for _, o in ordered(wire.deliveries, "unit")} >= {"verify", "attack"}


def test_the_pilot_leaves_alone_those_whom_the_fire_does_not_threaten(small, wire):
    """Wind away from the coast: nobody there is reached or cut off in time."""
    bulletin = [type(row)(**{**{f: getattr(row, f) for f in row.__struct_fields__}, "wind_from_deg": 180.0})
                for row in small.briefing(wind_m_s=10.0).bulletin]  # fmt: skip
    small.tell_of_a_fire(wire, "Pilot", bulletin=bulletin)
    assert not [o for _, o in ordered(wire.deliveries, "recommendation") if o.body.level == "order"]


def test_the_pilots_drone_flies_at_the_alarm_and_looks_where_the_fire_most_likely_is(small, wire):
    small.tell_of_a_fire(wire)
    (at_s, order), *_ = ordered(wire.deliveries, "drone")
    assert at_s == 300.0
    assert isinstance(order.body, DroneOrder)
    assert abs(small.bearing("cam-east", order.body.place_xy_m) - small.bearing("cam-east")) < 2.0


def test_a_drone_kept_down_is_not_asked_again_at_once(small, wire):
    small.tell_of_a_fire(wire)
    status = DroneStatus(drone="drone-1", seen_s=301.0, state="grounded", battery_fraction=1.0, reason="gusts")
    wire.say(302.0, status, "drone-1")
    wire.deliveries.sort(key=lambda delivery: delivery[0])
    times = [at_s for at_s, _ in ordered(wire.deliveries, "drone", 1190.0)]
    assert times == [300.0]


@pytest.mark.parametrize(
    ("known_s", "now_s", "is_told_again"),
    [
        (7000.0, 7000.0, False),
        (7000.0, 6700.0, False),
        (7000.0, 5800.0, True),
        (7000.0, 9000.0, False),
        (float("inf"), float("inf"), False),
        (float("inf"), 5800.0, True),
        (7000.0, float("inf"), False),
        (7000.0, AT_ONCE, True),
        (float("inf"), AT_ONCE, True),
        (1000.0, AT_ONCE, False),  # it has passed meanwhile, as they were told it would
        (AT_ONCE, 5800.0, False),
        (AT_ONCE, AT_ONCE, False),
    ],
)
def test_people_are_told_again_when_their_deadline_has_come_much_nearer(small, known_s, now_s, is_told_again):
    picture = Picture(Ground(small.briefing(), 3, 120.0), CommandParameters())
    told = ZoneAdvice(zone="west", refuge="town", route=["W", "M", "E"], deadline_s=known_s, why="")
    picture.advised["west"] = Advised("order", told, "order-1", 600.0, "authorised", "authority", 600.0)
    now = msgspec.structs.replace(told, deadline_s=now_s)
    assert bool(recommendation(picture, "order", {0: now}, "", 900.0)) == is_told_again


def test_units_are_not_sent_to_and_fro_by_every_new_plan(small, wire):
    small.tell_of_a_fire(wire)
    by_unit: dict[str, list[str]] = {}
    for _, order in ordered(wire.deliveries, "unit", 1000.0):
        assert isinstance(order.body, UnitOrder)
        if "said again" not in order.why:
            by_unit.setdefault(order.destination, []).append(order.body.task)
    assert by_unit["engine-1"][:2] == ["verify", "attack"]
    assert by_unit["ambulance-1"] == ["stage"]
    assert all(len(tasks) <= 3 for tasks in by_unit.values())


ASSIGNMENTS = ("nearest", "fastest", "safest", "capacity")


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_orders_go_out_in_the_order_of_the_triggers(small, wire, assignment, staged):
    """The zones of a recommendation stand in the order in which it becomes too late to leave them."""
    small.tell_of_a_fire(wire, parameters={"assignment": assignment, "staged_departure": staged})
    dispatcher, asked, waiting = Dispatcher(), 0, list(wire.deliveries)
    for now_s in range(0, 1500, 5):
        said = []
        while waiting and waiting[0][0] <= now_s:
            said += step(dispatcher, *waiting.pop(0))
        for _, order in said + step(dispatcher, float(now_s)):
            if isinstance(order, Order) and order.kind == "recommendation":
                picture = dispatcher.picture
                too_late_s = quantile(deadlines(picture, picture.forecast), picture.forecast.early)
                by_zone_s = [too_late_s[picture.ground.zone_index[one.zone]] for one in order.body.advice]
                assert by_zone_s == sorted(by_zone_s)
                asked = max(asked, len(by_zone_s))
    assert asked >= 2


def test_with_turns_on_the_road_an_order_waits_for_its_turn_and_only_there(small):
    """Three thousand people behind one road: it is theirs for half an hour and more before the next are told."""
    briefing = small.briefing()
    zones = [replace(zone, people_expected=3000) for zone in briefing.zones]
    by_rule = [(rule, staged, staged or rule == "capacity") for rule in ASSIGNMENTS for staged in (False, True)]
    for assignment, staged, waits in by_rule:
        parameters = CommandParameters(assignment=assignment, staged_departure=staged, route_margin_s=0.0)
        picture = Picture(Ground(small.briefing(zones=zones), 3, 120.0), parameters)
        plan = routes.plan(picture, no_fire(picture.ground), [1, 0], 600.0)
        turns = [plan.turn_in_s.get(zone, 0.0) for zone in (1, 0)]
        assert turns[0] == 0.0  # the most urgent first
        # 750 vehicles at 0.36 a second need 2,083 s; the west comes to that road 300 s later than it leaves.
        assert (turns[1] == pytest.approx(750 / 0.36 - 300.0, abs=120.0)) == waits
        levels = [Pilot().staged(picture, zone, "order", plan) for zone in (1, 0)]
        assert levels == ["order", "warning" if waits else "order"]
        told = ZoneAdvice(zone="west", refuge="town", route=["W", "M", "E"], deadline_s=float("inf"), why="")
        picture.advised["west"] = Advised("order", told, "order-1", 600.0, "authorised", "authority", 600.0)
        assert Pilot().staged(picture, 0, "order", plan) == "order"  # who has been ordered stays so


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_turns_on_the_road_are_taken_in_the_order_of_the_triggers(small, assignment):
    """Three zones at one end of a road, asked for in every order: each waits until those before it have set out."""
    west = small.briefing().zones[0]
    zones = [replace(west, zone=name, name=name, people_expected=3000) for name in ("west", "west-2", "west-3")]
    for order in permutations(range(3)):
        parameters = CommandParameters(assignment=assignment, staged_departure=True, route_margin_s=0.0)
        picture = Picture(Ground(small.briefing(zones=zones), 3, 120.0), parameters)
        turn_in_s = routes.plan(picture, no_fire(picture.ground), list(order), 600.0).turn_in_s
        turns = [turn_in_s.get(zone, 0.0) for zone in order]
        assert turns == pytest.approx([0.0, 750 / 0.36, 2 * 750 / 0.36], abs=60.0)


def test_people_are_told_in_two_stages_to_be_ready_and_then_to_leave_toward_a_named_place(small, wire):
    """As 112 does it: first where it burns and to be ready, later by which place to leave toward which."""
    small.tell_of_a_fire(wire, wind_m_s=3.0)
    dispatcher, said = Dispatcher(), []
    waiting = list(wire.deliveries)
    for now_s in range(0, 9000, 10):
        out = []
        while waiting and waiting[0][0] <= now_s:
            out += step(dispatcher, *waiting.pop(0))
        for at_s, order in out + step(dispatcher, float(now_s)):
            if isinstance(order, Order) and order.kind == "recommendation":
                wire.say(
                    now_s + 60.0, Decision(order=order.order_id, decided_s=at_s, approved=True, reason=""), "authority"
                )
                waiting.append(wire.deliveries[-1])
            elif isinstance(order, Order) and isinstance(order.body, Alert) and order.body.channel == "cell_broadcast":
                said += [(one.zone, order.body) for one in order.body.advice]
    to_middle = [alert for zone, alert in said if zone == "middle"]
    levels = [alert.level for alert in to_middle]
    assert levels[0] == "warning"
    assert "order" in levels
    assert "warning" not in levels[levels.index("order") :]  # nobody is told less than before
    first, then = to_middle[0], to_middle[levels.index("order")]
    assert "Be ready to leave" in first.text_en
    assert "Να είστε σε ετοιμότητα" in first.text_el
    assert "leave now toward Town" in then.text_en
    assert "απομακρυνθείτε τώρα προς Χώρα" in then.text_el
    for alert in to_middle:
        assert "Middle" in alert.text_en
        assert "north of Middle" in alert.happens_en

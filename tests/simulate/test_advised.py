"""What a zone was told last is what holds, also when it was told the same once before."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from math import inf

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.command.orders import Order
from firesim.link.messages import (
    AT_ONCE,
    IN_PLACE,
    TO_THE_SHORE,
    TRAFFIC_POLICE,
    Alert,
    ContraflowOrder,
    Recommendation,
    UnitOrder,
    ZoneAdvice,
)
from firesim.simulate import Run
from firesim.simulate.advised import advised, ground_of, in_turn, ways
from firesim.simulate.machines import IssuedOrder
from firesim.simulate.plan import plan_text
from firesim.simulate.routes import route_features, route_files

STAY = ("platanias", IN_PLACE)
SHORE = ("platanias", TO_THE_SHORE)


def given_to(zone: str, refuge: str, *, at_s: float = 0.0, level: str = "order", **about: object) -> ZoneAdvice:
    whole = {"route": [], "deadline_s": inf, "why": f"as at {at_s:.0f} s"} | about
    return ZoneAdvice(zone=zone, refuge=refuge, **whole)  # type: ignore[arg-type]


def alert_of(at_s: float, *advice: ZoneAdvice, level: str = "order", channel: str = "app", number: int = 0):
    body = Alert(
        order=f"order-{number}", channel=channel, level=level, advice=list(advice), text_el="", text_en="",
        authorised_by="authority",
    )  # fmt: skip
    order = Order("alert", f"channel:{channel}", body, "", order_id=f"order-{number}")
    return IssuedOrder(order, at_s, 10**6 + number, (), 0)


def with_orders(run: Run, issued: list[IssuedOrder]) -> Run:
    """The same run, in which the centre had ordered nothing but these."""
    clockwork, centre = copy.copy(run.clockwork), copy.copy(run.clockwork.centre)
    centre.issued, clockwork.centre = issued, centre
    return replace(run, clockwork=clockwork)


def rows_of_zones(run: Run) -> list[list[str]]:
    """The table of who leaves, cell by cell."""
    part = plan_text(run).split("## Who leaves")[1].split("##")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def a_route(run: Run) -> tuple[str, str, list[str]]:
    """A zone, a refuge and a road between them as the run's own centre advised it."""
    told = next(one.advice for one in advised(run) if one.has_road)
    return told.zone, told.refuge, told.route


def test_the_plan_tells_of_an_order_that_returns_to_an_earlier_one(pilot_run):
    zone, refuge, route = a_route(pilot_run)
    stay, leave = given_to(zone, IN_PLACE), given_to(zone, refuge, route=route, deadline_s=9000.0)
    issued = [alert_of(600.0 * k, one, number=k) for k, one in enumerate((stay, leave, stay))]
    rows = rows_of_zones(with_orders(pilot_run, issued))
    assert [row[3] == "stay inside" for row in rows] == [True, False, True]


def test_the_last_row_of_a_zone_in_the_plan_is_what_it_was_told_last(pilot_run):
    last = {one.zone: one for _, alert in pilot_run.clockwork.centre.alerts() for one in alert.advice}
    names = {zone.zone: zone.name for zone in pilot_run.scenario.place.settlement.zones}
    shown = {row[2]: row for row in rows_of_zones(pilot_run) if row[1].startswith("alert")}
    assert set(shown) == {names[zone] for zone in last}
    for zone, one in last.items():
        row = shown[names[zone]]
        assert row[5] == " ".join(one.route)
        assert (row[3] == "stay inside") == (one.refuge == IN_PLACE)
        assert (row[3] == "the shore") == (one.refuge == TO_THE_SHORE)


def test_the_plan_names_the_landing_and_the_bus_stop_and_says_at_once_where_the_time_has_passed(pilot_run):
    zone, refuge, route = a_route(pilot_run)
    ground = pilot_run.clockwork.centre.machine.picture.ground
    (landing, landing_names), (stop, stop_names) = (
        next(iter(names.items())) for names in (ground.landing_names, ground.stop_names)
    )
    issued = [
        alert_of(0.0, given_to(zone, TO_THE_SHORE, landing=landing), number=1),
        alert_of(60.0, given_to(zone, refuge, route=route, stop=stop, deadline_s=AT_ONCE), number=2),
        alert_of(120.0, given_to(zone, refuge, route=route, stop=stop), number=3),
    ]
    shore, late, early = rows_of_zones(with_orders(pilot_run, issued))
    assert shore[3:7] == ["the shore", f"landing {landing_names[0]}", "", ""]
    assert (late[4], late[6]) == (f"bus stop {stop_names[0]}", "at once")
    assert (early[4], early[6]) == (f"bus stop {stop_names[0]}", "no limit foreseen")


CHANGES = {"landing": "sea-1", "stop": "stop-1", "deadline_s": 5000.0, "refuge": IN_PLACE, "route": ["a", "b"]}


@pytest.mark.parametrize(("name", "value"), CHANGES.items())
def test_advice_is_new_where_anything_but_its_reason_differs(name, value):
    first = given_to(*SHORE)
    other = msgspec.structs.replace(first, **{name: value})
    same = msgspec.structs.replace(first, why="another reason")
    kept = in_turn([(alert_of(at_s, one), "order", one) for at_s, one in ((0.0, first), (1.0, same), (2.0, other))])
    assert [(told.issued.time_s, told.until_s) for told in kept] == [(0.0, 2.0), (2.0, inf)]


choices = st.sampled_from([(refuge, deadline_s) for refuge in ("", IN_PLACE, "town") for deadline_s in (AT_ONCE, inf)])
alerts = st.lists(st.dictionaries(st.sampled_from("abc"), choices, min_size=1), max_size=12)


@given(alerts)
def test_what_holds_of_a_zone_at_any_time_is_what_it_was_told_last_and_nothing_else(drawn):
    issued, given = [], []
    for k, told in enumerate(drawn):
        body = [given_to(zone, refuge, deadline_s=by_s) for zone, (refuge, by_s) in sorted(told.items())]
        for channel in ("app", "knock"):
            issued.append(alert_of(float(k), *body, channel=channel))
            given += [(issued[-1], "order", one) for one in body]
    kept = in_turn(given)
    last = {}
    for k, told in enumerate(drawn):
        last |= told
        held = [one for one in kept if one.issued.time_s <= k < one.until_s]
        assert {one.advice.zone: (one.advice.refuge, one.advice.deadline_s) for one in held} == last
        assert len(held) == len(last)


def test_no_route_that_was_withdrawn_lies_beside_those_in_force(pilot_run):
    """Told to leave, 70 s later to stay: the road is kept, in a folder and under a name that say what it is."""
    zone, refuge, route = a_route(pilot_run)
    leave, stay = given_to(zone, refuge, route=route, deadline_s=9000.0), given_to(zone, IN_PLACE)
    files = route_files(with_orders(pilot_run, [alert_of(600.0, leave, number=1)]))
    assert list(files) == [f"routes/{zone}.gpx"]
    assert "WITHDRAWN" not in files[f"routes/{zone}.gpx"]
    assert "<time>2025-08-06T09:10:00Z<" in files[f"routes/{zone}.gpx"]
    for second in (alert_of(670.0, stay, number=2), alert_of(670.0, leave, level="all-clear", number=2)):
        run = with_orders(pilot_run, [alert_of(600.0, leave, number=1), second])
        ((path, text),) = route_files(run).items()
        assert path == f"routes/withdrawn/{zone}-order-1.gpx"
        assert re.search(r"<name>WITHDRAWN [^<]+</name>", text)
        assert re.search(r"<desc>WITHDRAWN at \d\d:\d\d:10, do not use: order of \d\d:\d\d:00\.", text)


def test_the_shapes_of_what_was_advised_tell_from_when_until_when(pilot_run):
    zone, refuge, route = a_route(pilot_run)
    leave, late = (given_to(zone, refuge, route=route, deadline_s=by_s) for by_s in (inf, AT_ONCE))
    issued = [alert_of(60.0 * k, one, number=k) for k, one in enumerate((leave, late, given_to(zone, IN_PLACE)))]
    shapes = route_features(with_orders(pilot_run, issued))
    said = [one["properties"] for one in shapes]
    assert [(one["kind"], one["time_s"], one["withdrawn_s"]) for one in said] == [
        ("evacuation", 0.0, 120.0), ("shelter", 120.0, None),
    ]  # fmt: skip
    assert [(one["deadline_s"], one["at_once"]) for one in said] == [(None, True), (None, False)]
    assert [one["geometry"]["type"] for one in shapes] == ["LineString", "Point"]


def reworded(zone: str, refuge: str, route: list[str]) -> list[IssuedOrder]:
    """A road told in a warning, then ordered, with a nearer deadline, then with a bus stop: always the same road."""
    steps = (("warning", inf, ""), ("order", inf, ""), ("order", 9000.0, ""), ("order", 9000.0, "stop-13"))
    return [
        alert_of(60.0 * k, given_to(zone, refuge, route=route, deadline_s=by_s, stop=stop), level=level, number=k)
        for k, (level, by_s, stop) in enumerate(steps)
    ]


def test_a_road_of_which_only_the_words_change_is_not_called_withdrawn(pilot_run):
    zone, refuge, route = a_route(pilot_run)
    run = with_orders(pilot_run, reworded(zone, refuge, route))
    ((path, text),) = route_files(run).items()
    assert path == f"routes/{zone}.gpx"
    assert "WITHDRAWN" not in text
    assert "order of 12:03:00, by this road since 12:00:00." in text
    (shape,) = (one["properties"] for one in route_features(run))
    assert (shape["order_id"], shape["time_s"], shape["withdrawn_s"]) == ("order-0", 0.0, None)
    assert (shape["last_order_id"], shape["last_told_s"], shape["level"]) == ("order-3", 180.0, "order")
    assert (shape["deadline_s"], shape["stop"]) == (9000.0, "stop-13")
    assert len(rows_of_zones(run)) == 4  # the plan lists every change


ENDINGS = {"another road": "order", "another refuge": "order", "no road": "order", "all-clear": "all-clear"}


@pytest.mark.parametrize(("ending", "level"), ENDINGS.items())
def test_a_road_is_withdrawn_by_another_road_or_place_or_none_or_the_all_clear(pilot_run, ending, level):
    zone, refuge, route = a_route(pilot_run)
    other = next(one.refuge for one in ground_of(pilot_run).refuges if one.refuge != refuge)
    last = {
        "another road": given_to(zone, refuge, route=route[:-1]), "another refuge": given_to(zone, other, route=route),
        "no road": given_to(zone, IN_PLACE), "all-clear": given_to(zone, refuge, route=route),
    }[ending]  # fmt: skip
    run = with_orders(pilot_run, [*reworded(zone, refuge, route), alert_of(600.0, last, level=level, number=9)])
    withdrawn = route_files(run)[f"routes/withdrawn/{zone}-order-0.gpx"]
    assert "WITHDRAWN at 12:10:00, do not use: order of 12:03:00, by this road since 12:00:00." in withdrawn
    assert [one["properties"]["withdrawn_s"] for one in route_features(run)] == [600.0, None]


def test_who_waits_at_another_landing_goes_another_way_and_who_returns_to_a_road_is_told_it_anew():
    landings = [given_to("platanias", TO_THE_SHORE, landing=name) for name in ("sea-1", "sea-2")]
    road, stay = given_to("platanias", "town", route=["a", "b"]), given_to(*STAY)
    words = [*landings, road, stay, road]
    told = in_turn((alert_of(float(k), one, number=k), "order", one) for k, one in enumerate(words))
    assert [(way.first.issued.time_s, way.withdrawn_s) for way in ways(told)] == [
        (0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, inf),
    ]  # fmt: skip


def test_no_zone_is_told_of_the_end_of_a_road_that_it_is_told_of_again_at_that_moment(pilot_run):
    shapes = [one for one in route_features(pilot_run) if one["properties"]["kind"] == "evacuation"]
    begun, ended = (
        {
            (about["zone"], about["refuge"], str(one["geometry"]), about[at])
            for one in shapes
            if (about := one["properties"])
        }
        for at in ("time_s", "withdrawn_s")
    )
    assert begun
    assert not begun & ended


def test_in_a_whole_run_each_zone_has_one_shape_in_force_and_it_is_what_it_was_told_last(pilot_run):
    last = {one.zone: one for _, alert in pilot_run.clockwork.centre.alerts() for one in alert.advice}
    shapes = [one["properties"] for one in route_features(pilot_run) if "zone" in one["properties"]]
    in_force = [one for one in shapes if one["withdrawn_s"] is None]
    assert {one["zone"]: (one["refuge"], one["landing"], one["stop"]) for one in in_force} == {
        zone: (one.refuge, one.landing, one.stop) for zone, one in last.items()
    }
    assert len(in_force) == len(last)
    assert {path for path in route_files(pilot_run) if "withdrawn" not in path} == {
        f"routes/{one['zone']}.gpx" for one in in_force if one["kind"] == "evacuation"
    }


def test_a_unit_has_one_road_in_force_at_the_most(pilot_run):
    units = [one["properties"] for one in route_features(pilot_run) if one["properties"]["kind"] == "unit"]
    in_force = [one["unit"] for one in units if one["withdrawn_s"] is None]
    assert len(in_force) == len(set(in_force)) > 0
    assert all(one["withdrawn_s"] is None or one["withdrawn_s"] >= one["time_s"] for one in units)


def to_unit(at_s: float, number: int, route: list[str]) -> IssuedOrder:
    name = f"order-{number}"
    body = UnitOrder(order=name, unit="engine-2", task="attack", place_xy_m=(0.0, 0.0), route=route, why="")
    return IssuedOrder(Order("unit", "engine-2", body, "", order_id=name), at_s, 10**6 + number, (), 0)


def to_police(at_s: float, number: int, route: list[str]) -> IssuedOrder:
    name = f"order-{number}"
    body = ContraflowOrder(order=name, stretches=[(route[0], route[1])], why="")
    return IssuedOrder(Order("contraflow", TRAFFIC_POLICE, body, "", order_id=name), at_s, 10**6 + number, (), 0)


@pytest.mark.parametrize("order_to", [to_unit, to_police])
def test_an_order_that_is_said_again_is_one_shape_and_is_withdrawn_by_the_next_order_alone(pilot_run, order_to):
    _, _, route = a_route(pilot_run)
    issued = [order_to(at_s, number, route) for at_s, number in ((1845.0, 51), (2025.0, 51), (3000.0, 60))]
    for given_orders, expected in ((issued[:2], [None]), (issued, [3000.0, None])):
        said = [one["properties"] for one in route_features(with_orders(pilot_run, given_orders))]
        assert [one["withdrawn_s"] for one in said] == expected
        assert [one["time_s"] for one in said] == [1845.0, 3000.0][: len(expected)]


def test_in_a_whole_run_every_order_has_one_shape(pilot_run):
    units = [one["properties"] for one in route_features(pilot_run) if one["properties"]["kind"] == "unit"]
    ids = [one["order_id"] for one in units]
    assert len(ids) == len(set(ids)) > 0


def test_what_was_recommended_is_told_beside_what_was_ordered(pilot_run):
    said = [row[1] for row in rows_of_zones(pilot_run)]
    assert any(one.startswith("recommended: ") for one in said)
    assert len(said) == len(advised(pilot_run)) + len(advised(pilot_run, Recommendation))

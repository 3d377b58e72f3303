"""Where both lanes are to lead out: on ways of those who leave, against nobody, and not before the authority agrees."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command import contraflow
from firesim.command.busline import Coach
from firesim.command.clearance import ClearanceEstimate
from firesim.command.dispatcher import replay
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Lanes, Picture
from firesim.command.ways import public_network, unit_network
from firesim.link.briefings import BusInfo
from firesim.link.messages import TRAFFIC_POLICE, Ack, ContraflowOrder, UnitOrder
from firesim.place.roads import RoadNode
from firesim.place.settlement import Refuge, Zone
from tests.command.test_clearance import tell
from tests.command.test_dispatcher import END_S, orders, with_decision
from tests.command.test_sharing import network_of, shared

ON = {"contraflow": True}
OUT = ["W", "M", "E"]
CALM = {"units": [], "parameters": ON, "wind_m_s": 5.0, "delay_s": 400.0}  # time enough to leave by road


def picture_of(small, **changes):
    changes = {"units": [], "parameters": ON, **changes}
    parameters = CommandParameters(**changes["parameters"])
    return Picture(Ground(small.briefing(**changes), 3, 120.0), parameters)


def names(picture, edges):
    roads = picture.ground.roads
    return {roads.node_ids[roads.tail[edge]] + roads.node_ids[roads.head[edge]] for edge in edges}


def send_in(picture, unit, route, state=""):
    crew = picture.units[unit]
    crew.task, crew.route, crew.state, crew.ordered_s = "attack", tuple(route), state, 0.0
    crew.heard_s = 1.0 if state else -1.0


# --- where ----------------------------------------------------------------------------------------------------------


def test_both_lanes_lead_out_on_the_way_of_a_zone_that_leaves(small):
    picture = picture_of(small)
    tell(picture, "west", OUT)
    assert names(picture, contraflow.planned(picture)) == {"WM", "ME"}
    tell(picture, "west", OUT, level="warning")
    assert not contraflow.planned(picture)


def test_without_the_strategys_word_there_is_none(small):
    picture = picture_of(small, parameters={})
    tell(picture, "west", OUT)
    assert not contraflow.planned(picture)
    assert contraflow.order(picture, 0.0) == []


def test_a_road_stays_as_it_is_where_a_unit_has_to_come_in_as_long_as_it_has_its_task(small):
    units = small.briefing().units
    picture = picture_of(small, units=units)
    tell(picture, "west", OUT)
    send_in(picture, "engine-1", ["E", "M"])
    assert names(picture, contraflow.planned(picture)) == {"WM"}
    send_in(picture, "engine-1", ["E", "M"], "working")
    assert names(picture, contraflow.planned(picture)) == {"WM"}
    behind = picture_of(small, units=units, parameters={**ON, "contraflow_behind_units": True})
    tell(behind, "west", OUT)
    send_in(behind, "engine-1", ["E", "M"], "rolling")
    assert names(behind, contraflow.planned(behind)) == {"WM"}
    send_in(behind, "engine-1", ["E", "M"], "working")
    assert names(behind, contraflow.planned(behind)) == {"WM", "ME"}


def test_a_road_stays_as_it_is_while_a_bus_goes_to_and_fro_on_it(small):
    picture = picture_of(small)
    tell(picture, "west", OUT)
    info = BusInfo(bus="bus-1", node="E", seats=50, notice_s=0.0)
    coach = Coach(info, task="lift", stop="s", route=("E", "M"), way=("M", "E"))
    picture.coaches["bus-1"] = coach
    assert names(picture, contraflow.planned(picture)) == {"WM"}
    coach.task = "return"
    assert names(picture, contraflow.planned(picture)) == {"WM", "ME"}


def test_a_road_of_one_lane_is_never_turned_round(small):
    nodes = [RoadNode(name, 448000.0 + 1000.0 * k, 4333000.0) for k, name in enumerate("ABC")]
    track = [replace(edge, shared_lane=True) for edge in small.road(nodes[0], nodes[1], "track")]
    edges = [*track, *small.road(nodes[1], nodes[2], "road")]
    zone = Zone("z", "Zone", "settlement", nodes[0].x_m, nodes[0].y_m, "A", 100, [])
    refuge = Refuge("town", "Town", "town", nodes[2].x_m, nodes[2].y_m, "C", 1000)
    picture = picture_of(small, nodes=nodes, edges=edges, zones=[zone], refuges=[refuge])
    tell(picture, "z", ["A", "B", "C"])
    assert names(picture, contraflow.planned(picture)) == {"BC"}


ways = st.lists(st.sampled_from("WME"), min_size=2, max_size=4).filter(
    lambda way: all({u, v} in ({"W", "M"}, {"M", "E"}) for u, v in pairwise(way))
)


@given(st.lists(ways, max_size=3), st.lists(ways, max_size=2), st.lists(ways, max_size=2))
@settings(max_examples=100, deadline=None)
def test_whoever_is_told_what_nobody_is_told_to_drive_against_it(small, leave, warned, units):
    picture = picture_of(small, units=small.briefing().units)
    for number, (level, way) in enumerate([("order", w) for w in leave] + [("warning", w) for w in warned]):
        tell(picture, f"zone {number}", way, level=level)
    for number, way in enumerate(units):
        send_in(picture, f"engine-{number + 1}", way)
    against = {name[::-1] for name in names(picture, contraflow.planned(picture))}
    for way in (*leave, *warned, *units):
        assert against.isdisjoint(u + v for u, v in pairwise(way))


# --- what it means for plans ----------------------------------------------------------------------------------------


def test_neither_people_nor_units_are_sent_against_it(small):
    picture = picture_of(small)
    index = picture.ground.roads.node_index
    lanes = [k for k, e in enumerate(picture.ground.roads.edges) if (e.u, e.v) in (("W", "M"), ("M", "E"))]
    picture.lanes = Lanes(frozenset(lanes), "order-9", 0.0)
    for network in (public_network(picture, None), unit_network(picture, None)):
        assert network.along(["E", "M"]) is None
        assert not np.isfinite(network.reach(index["E"], 0.0)[0][index["W"]])
        assert network.along(OUT) is not None


def test_the_plan_for_all_zones_reckons_with_both_lanes(small):
    places = {"A": (0.0, 0.0), "B": (1200.0, 0.0)}
    one, both = (network_of(small, places, ["AB"]) for _ in range(2))
    both.capacity_veh_s = 1.65 * both.capacity_veh_s
    (alone, _), (wide, _) = (shared(network, [("A", 432.0)], ["B"], [10_000])[0][0] for network in (one, both))
    last_s = [432.0 / rate for rate in (0.36, 1.65 * 0.36)]
    assert [alone.last_s, wide.last_s] == pytest.approx(last_s, abs=60.0)


def test_a_road_with_both_lanes_clears_at_the_pace_of_both(small):
    quick = {"mobilise_s": 1e-3}
    last_s = []
    for parameters in (quick, {**quick, **ON}):
        picture = picture_of(small, parameters=parameters)
        tell(picture, "west", OUT)
        estimate = {(one.compliance, one.zone): one for one in ClearanceEstimate().of(picture, 600.0)}
        last_s.append(estimate[(1.0, "west")].clear_s[2] - 600.0 - 400.0)
    assert last_s == pytest.approx([149 / 0.36, 149 / (1.65 * 0.36)], abs=1.0 / 0.36)


# --- when -----------------------------------------------------------------------------------------------------------


def test_it_is_ordered_when_the_authority_agrees_and_not_before(small, wire):
    with_decision(small, wire, **CALM)
    outputs = replay(wire.deliveries, END_S)
    told = orders(outputs, "contraflow")
    assert told
    assert told[0][0] == min(at_s for at_s, order in orders(outputs, "alert") if order.body.level == "order")
    assert told[0][1].destination == TRAFFIC_POLICE
    assert told[0][1].authorised_by == "authority"
    assert told[0][1].because.startswith("authority>")
    why = [order.why for _, order in orders(outputs, "recommendation")]
    advice = [one for _, order in orders(outputs, "recommendation") for one in order.body.advice if one.route]
    assert why
    assert any(one.why.startswith("both lanes lead out on") for one in advice)


def test_a_refusal_leaves_the_roads_as_they_are(small, wire):
    with_decision(small, wire, approved=False, **CALM)
    assert orders(replay(wire.deliveries, END_S), "contraflow") == []


def test_police_who_keep_silent_are_told_again_and_those_who_confirm_are_not(small, wire):
    with_decision(small, wire, **CALM)
    silent = orders(replay(wire.deliveries, END_S), "contraflow")
    order_id = silent[0][1].order_id
    assert [order.order_id for _, order in silent].count(order_id) == 4
    heard_s = silent[0][0] + 1.0
    wire.say(heard_s, Ack(order=order_id, by=TRAFFIC_POLICE, at_s=heard_s), TRAFFIC_POLICE)
    wire.deliveries.sort(key=lambda delivery: delivery[0])
    again = orders(replay(wire.deliveries, END_S), "contraflow")
    assert [order.order_id for _, order in again].count(order_id) == 1


def test_no_unit_is_ordered_against_it_while_it_stands(small, wire):
    with_decision(small, wire, **{**CALM, "units": small.briefing().units})
    lanes: set[tuple[str, str]] = set()
    for _, order in orders(replay(wire.deliveries, END_S)):
        if isinstance(order.body, ContraflowOrder):
            lanes = {tuple(one) for one in order.body.stretches}
        elif isinstance(order.body, UnitOrder):
            way = order.body.route
            assert not any((v, u) in lanes for u, v in pairwise(way))

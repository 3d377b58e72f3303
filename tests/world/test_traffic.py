"""Who is on which road, who learns of a cut, and who comes through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.physics import gridlock
from firesim.physics.queues import ARRIVED, CAUGHT, REMOVED, STRANDED, TRAVELLING
from firesim.place.grid import Grid
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Refuge
from firesim.record import Journal
from firesim.world.traffic import Departures, Traffic, TrafficParameters
from firesim.world.wayfinding import Knowledge

GRID = Grid(rows=100, columns=100, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)
NAMES = [f"party-{k:04d}" for k in range(500)]


def stretch(u, v, xy_u, xy_v, *, speed_m_s=10.0, capacity_veh_s=0.5, jam_veh_m=0.1, shared=False, kind="main"):
    """Both directions of a straight road."""
    length_m = float(np.hypot(xy_v[0] - xy_u[0], xy_v[1] - xy_u[1]))
    both = []
    for a, b, path in ((u, v, [xy_u, xy_v]), (v, u, [xy_v, xy_u])):
        carries = (length_m, speed_m_s, capacity_veh_s, 1.0, jam_veh_m, shared)
        both.append(RoadEdge(a, b, f"{u}{v}", *carries, kind, "asphalt", path))
    return both


PLACES = {"A": (100.0, 100.0), "B": (1100.0, 100.0), "C": (2100.0, 100.0), "D": (1100.0, 2100.0), "E": (100.0, 1100.0)}


def roads(joined=("AB", "BC", "BD", "DC"), places=PLACES, **about):
    """A-B-C along the south, with a long way round from B by D to C."""
    nodes = [RoadNode(name, *xy) for name, xy in places.items()]
    edges = [edge for u, v in joined for edge in stretch(u, v, places[u], places[v], **about)]
    return Roads(nodes, edges)


def refuge(node, capacity=10_000, kind="town"):
    return Refuge(f"refuge-{node}", node, kind, *PLACES[node], node, capacity)


class Run:
    """A traffic with a journal that has an ignition to blame."""

    def __init__(self, network, refuges, **parameters):
        self.journal = Journal()
        self.fire = self.journal.add(0.0, "fire", "ignition", None)
        self.roads = network
        self.traffic = Traffic(network, refuges, TrafficParameters(**parameters), self.journal, GRID, NAMES)
        self.parties = 0

    def leave(self, node, n=1, at_s=0.0, people=2, refuge=-1, route=-1, speed_m_s=0.0):
        who = np.arange(self.parties, self.parties + n)
        self.parties += n
        left_s = np.full(n, min(np.min(at_s), self.traffic.now_s))
        causes = self.journal.add_many(left_s, [NAMES[k] for k in who], "departed", self.fire)
        whole = [np.full(n, value, dtype=np.int64) for value in (people, self.roads.node_index[node], refuge, route)]
        return self.traffic.enter(
            Departures(who, *whole, np.full(n, float(speed_m_s)), np.broadcast_to(at_s, (n,)).astype(float), causes)
        )

    def edge(self, u, v):
        return self.roads.graph[u][v][next(iter(self.roads.graph[u][v]))]["index"]

    def kinds(self):
        return self.journal.table()["kind"].tolist()


def test_a_free_road_is_driven_in_free_flow_time():
    run = Run(roads(), [refuge("C")])
    trip = run.leave("A")
    run.traffic.advance(1000.0)
    assert run.traffic.status[trip[0]] == ARRIVED
    columns = run.traffic.vehicle_columns()
    assert columns["arrived_s"][0] == pytest.approx(200.0, abs=1e-9)
    assert columns["distance_m"][0] == pytest.approx(2000.0)
    assert columns["refuge"] == ["refuge-C"]
    assert columns["from_node"] == ["A"]
    assert columns["status"] == ["arrived"]


def test_a_road_drains_at_its_capacity():
    run = Run(roads(capacity_veh_s=0.25), [refuge("C")])
    run.leave("A", n=100)
    for now_s in np.arange(10.0, 2000.0, 10.0):
        run.traffic.advance(now_s)
    assert run.traffic.vehicle_columns()["arrived_s"].max() == pytest.approx(200.0 + 99 * 4.0, abs=1e-6)


def test_a_driver_who_meets_a_closed_road_turns_and_takes_the_way_round():
    run = Run(roads(), [refuge("C")])
    trip = run.leave("A")
    run.traffic.advance(50.0)
    run.traffic.close_edges([run.edge("B", "C"), run.edge("C", "B")], 50.0, run.fire)
    run.traffic.advance(5000.0)
    around_m = 1000.0 + 2000.0 + float(np.hypot(1000.0, 2000.0))
    assert run.traffic.vehicle_columns()["distance_m"][0] == pytest.approx(around_m)
    assert run.traffic.status[trip[0]] == ARRIVED
    table = run.journal.table()
    turned = table[table["kind"] == "turned_back"].iloc[0]
    assert turned["time_s"] == pytest.approx(100.0)  # at B, not before: nobody had told
    assert table.loc[turned["cause_id"], "kind"] == "road_closed"
    assert run.traffic.cause_id[0] == turned["event_id"]


def test_one_who_has_been_told_of_the_cut_does_not_try_it():
    run = Run(roads(("AB", "BC", "AE", "EC"), PLACES), [refuge("C")])
    run.traffic.close_edges([run.edge("B", "C")], 0.0, run.fire)
    ignorant = run.leave("A")
    run.traffic.tell_of_cut([run.edge("B", "C")])
    told = run.leave("A")
    run.traffic.advance(5000.0)
    assert run.kinds().count("turned_back") == 0  # the first heard of it as well before leaving
    assert (run.traffic.status[[ignorant[0], told[0]]] == ARRIVED).all()


def test_a_closed_road_is_entered_by_nobody():
    run = Run(roads(), [refuge("C")])
    run.leave("A", n=60, at_s=np.arange(60) * 5.0)
    for now_s in np.arange(10.0, 3000.0, 10.0):
        run.traffic.advance(now_s)
        if now_s == 150.0:
            run.traffic.close_edges([run.edge("B", "C")], now_s, run.fire)
            on_it = int(run.traffic.cars_on[run.edge("B", "C")])
        if now_s > 150.0:
            left = int(run.traffic.cars_on[run.edge("B", "C")])
            assert left <= on_it
            on_it = left
    assert on_it == 0
    assert (run.traffic.status != TRAVELLING).all()


def test_whom_the_fire_cuts_on_the_road_is_caught_past_it_or_turned_back():
    run = Run(roads(), [refuge("C")], caught_within_m=120.0)
    near, past, before = run.leave("A", n=3, at_s=[50.0, 0.0, 90.0])
    run.traffic.advance(150.0)  # 1000, 1500 and 600 m from A
    run.traffic.close_edges([run.edge("A", "B")], 150.0, run.fire, cut_fraction=[0.95])
    run.traffic.advance(5000.0)
    status = run.traffic.status
    # The first is on B-C; the second is at the end of A-B, 50 m past the cut; the last 350 m before it.
    assert status[past] == ARRIVED
    assert status[near] == CAUGHT
    assert status[before] == STRANDED  # A has no other way out
    run = Run(roads(), [refuge("C")], caught_within_m=120.0)
    run.leave("A", n=1, at_s=0.0)
    run.traffic.close_edges([run.edge("A", "B")], 60.0, run.fire, cut_fraction=[0.65])  # at 600 m, fire at 650 m
    changes = run.traffic.changes()
    assert changes.status.tolist() == [CAUGHT]
    assert changes.at_s.tolist() == [60.0]
    assert run.journal.kind_of(int(changes.cause_id[0])) == "road_closed"
    x_m, y_m = run.traffic.position_m(np.array([0]))
    run.traffic.advance(500.0)
    assert x_m[0] == pytest.approx(700.0, abs=6.0)
    assert y_m[0] == 100.0
    assert run.traffic.position_m(np.array([0]))[0][0] == x_m[0]  # stays where it stopped


def test_the_back_of_a_standing_queue_is_not_where_its_head_is():
    run = Run(roads(capacity_veh_s=0.01), [refuge("C")], caught_within_m=120.0)
    run.leave("A", n=50)
    run.traffic.advance(200.0)  # all but one stand at B, ten metres apart
    run.traffic.close_edges([run.edge("A", "B")], 200.0, run.fire, cut_fraction=[0.9])
    columns = run.traffic.vehicle_columns()
    assert columns["status"].count("caught") == 22  # from 780 m to the end of the road
    assert run.kinds().count("turned_back") == 27
    assert columns["status"].count("stranded") == 27  # A has no other way out


def test_a_car_that_turns_before_the_cut_is_back_after_as_long_as_it_came():
    run = Run(roads(("AB", "BC", "AE", "EC"), PLACES), [refuge("C")], caught_within_m=50.0)
    run.leave("A")
    run.traffic.close_edges([run.edge("A", "B")], 30.0, run.fire, cut_fraction=[0.9])
    run.traffic.advance(60.0)
    assert run.traffic.cars_on[run.edge("A", "E")] == 0
    run.traffic.advance(61.0)
    assert run.traffic.cars_on[run.edge("A", "E")] == 1
    run.traffic.advance(5000.0)
    assert run.traffic.vehicle_columns()["distance_m"][0] == pytest.approx(600.0 + 1000.0 + np.hypot(2000.0, 1000.0))


def test_who_has_no_way_left_is_stranded_where_they_stand():
    run = Run(roads(("AB", "BC")), [refuge("C")])
    run.leave("A")
    run.traffic.close_edges([run.edge("B", "C")], 10.0, run.fire)
    run.traffic.advance(1000.0)
    changes = run.traffic.changes()
    assert changes.status.tolist() == [STRANDED]
    assert changes.at_s[0] == pytest.approx(100.0)
    assert run.traffic.changes().trip.size == 0  # told once
    assert run.traffic.cut_off_by(run.roads.node_index["A"]) >= 0
    assert run.traffic.cut_off_by(run.roads.node_index["C"]) == -1


def test_a_full_refuge_sends_on_to_the_next():
    run = Run(roads(), [refuge("C", capacity=5), refuge("D", kind="field")])
    run.leave("A", n=4, people=2)
    run.traffic.advance(5000.0)
    arrived_at = [run.traffic.refuges[k].refuge for k in run.traffic.refuge_of(np.arange(4))]
    assert arrived_at == ["refuge-C", "refuge-C", "refuge-D", "refuge-D"]
    assert run.traffic.room.tolist() == [1, 9996]
    assert run.kinds().count("refuge_full") == 1
    assert "refuge refuge-C was full" in run.traffic.warnings()


def test_advice_by_another_road_is_followed_and_left_when_it_is_cut():
    for closes, length_m in ((False, 1000.0 + 2000.0 + np.hypot(1000.0, 2000.0)), (True, 2000.0)):
        run = Run(roads(), [refuge("C")])
        route = run.traffic.add_route(["A", "B", "D", "C"])
        if closes:
            run.traffic.close_edges([run.edge("B", "D")], 0.0, run.fire)
        run.leave("A", refuge=0, route=route)
        run.traffic.advance(5000.0)
        assert run.traffic.vehicle_columns()["distance_m"][0] == pytest.approx(length_m)


def test_travellers_who_are_told_of_another_refuge_turn_at_the_next_node():
    run = Run(roads(), [refuge("C"), refuge("D")])
    trip = run.leave("A", refuge=0)
    run.traffic.advance(50.0)
    run.traffic.redirect(trip, [1], [-1])
    run.traffic.advance(1000.0)
    assert run.traffic.vehicle_columns()["refuge"] == ["refuge-D"]


def test_walkers_take_footpaths_and_cars_do_not():
    network = Roads(
        [RoadNode(name, *xy) for name, xy in PLACES.items()],
        [
            *stretch("A", "C", PLACES["A"], PLACES["C"], speed_m_s=0.0, capacity_veh_s=0.0, kind="path"),
            *stretch("A", "D", PLACES["A"], PLACES["D"]),
            *stretch("D", "C", PLACES["D"], PLACES["C"]),
        ],
    )
    run = Run(network, [refuge("C")])
    run.leave("A", speed_m_s=0.0)
    run.leave("A", speed_m_s=1.0)
    run.traffic.advance(5000.0)
    columns = run.traffic.vehicle_columns()
    assert columns["distance_m"][1] == pytest.approx(2000.0)
    assert columns["arrived_s"][1] == pytest.approx(2000.0)
    assert columns["distance_m"][0] > 4000.0
    assert run.traffic.travel_time_s(run.edge("A", "C")) == np.inf
    assert run.traffic.way_on_foot_m(network.node_index["A"], 0) == pytest.approx(2000.0)


def test_ways_are_found_however_many_pieces_of_news_there_have_been():
    run = Run(roads(("AB", "BC")), [refuge("C")])
    start = run.traffic.roads.node_index["A"]
    # Each piece of news makes a table of its own; there is room for sixteen before it has to grow.
    news = [Knowledge(cut=tuple(e for e in range(4) if k >> e & 1), full=(1,) * (k > 15)) for k in range(1, 24)]
    lengths = []
    for known in news:
        run.traffic._steering.told = known
        lengths.append(run.traffic.way_on_foot_m(start, 0))
    assert len(set(news)) > 16
    assert {length for length in lengths if np.isfinite(length)} == {2000.0}


def test_who_is_told_another_way_does_not_wait_on_for_the_road_it_wanted():
    run = Run(roads(("AB", "BC", "BD", "DC"), jam_veh_m=0.001, capacity_veh_s=0.001), [refuge("C"), refuge("D")])
    run.leave("B", n=2, refuge=0)  # B-C holds one car and lets one out in a thousand seconds
    waiting = run.leave("A", refuge=0)[0]
    run.traffic.advance(150.0)
    assert run.traffic.flow.queues.waits_for[run.edge("A", "B")] == run.edge("B", "C")
    run.traffic.redirect([waiting], [1], [run.traffic.add_route(["A", "B", "D"])])
    run.traffic.advance(160.0)
    assert run.traffic.flow.travellers.edge[waiting] == run.edge("B", "D")


def test_a_queue_is_felt_in_the_travel_time():
    run = Run(roads(("AB", "BC"), jam_veh_m=0.2), [refuge("C")])
    edge = run.edge("A", "B")
    assert run.traffic.travel_time_s(edge) == pytest.approx(100.0)
    run.leave("A", n=100)
    run.traffic.advance(1.0)
    assert run.traffic.travel_time_s(edge) == pytest.approx(200.0)  # a hundred cars, two seconds apart
    run.traffic.close_edges([edge], 2.0, run.fire)
    assert run.traffic.travel_time_s(edge) == np.inf
    assert run.traffic.is_closed(edge)


def test_the_fire_closes_the_roads_that_it_stands_on_once():
    run = Run(roads(), [refuge("C")])
    arrival_time_s = np.full(GRID.shape, np.inf)
    row, column = GRID.cell_at(1600.0, 100.0)
    arrival_time_s[row, column] = 500.0
    assert run.traffic.meet_fire(arrival_time_s, 490.0, run.fire).size == 0
    closed = run.traffic.meet_fire(arrival_time_s, 500.0, run.fire)
    assert closed.tolist() == sorted([run.edge("B", "C"), run.edge("C", "B")])
    assert run.traffic.meet_fire(arrival_time_s, 510.0, run.fire).size == 0
    assert run.kinds().count("road_closed") == 1  # one stretch, both directions


def arrival_at(*points):
    """Fire in the cells of these points (x, y, time)."""
    arrival_time_s = np.full(GRID.shape, np.inf)
    for x_m, y_m, at_s in points:
        arrival_time_s[GRID.cell_at(x_m, y_m)] = at_s
    return arrival_time_s


def test_a_refuge_in_whose_cell_the_fire_is_takes_nobody_any_more():
    field = Refuge("field", "Field", "field", 1100.0, 2400.0, "D", 10_000)  # 300 m off its node
    run = Run(roads(), [refuge("C"), field])
    run.leave("A")
    run.traffic.advance(250.0)
    assert run.traffic.meet_fire(arrival_at((1100.0, 2400.0, 251.0)), 250.0, run.fire).size == 0
    assert run.traffic.lost_event == {}
    run.traffic.meet_fire(arrival_at((1100.0, 2400.0, 251.0)), 260.0, run.fire)
    assert list(run.traffic.lost_event) == [1]
    late = run.leave("A", at_s=260.0, refuge=1)
    run.traffic.advance(5000.0)
    table = run.journal.table()
    reached = table[table["kind"] == "refuge_reached"]
    assert reached["actor"].tolist() == ["field"]
    assert reached["cause_id"].tolist() == [run.fire]
    turned = table[table["kind"] == "turned_back"]
    assert turned["detail"].tolist() == ["field is lost"]
    assert set(turned["cause_id"]) <= {*reached["event_id"], *table.loc[table["kind"] == "departed", "event_id"]}
    assert run.traffic.room.tolist() == [9996, 0]
    assert run.traffic.refuge_of(late).tolist() == [0]
    assert any("came to refuge field" in said for said in run.traffic.warnings())
    assert "refuge field was full" not in run.traffic.warnings()


def test_a_cut_off_node_is_blamed_on_the_closure_that_cut_it_off_and_dated_then():
    run = Run(roads(("AB", "BC", "BD", "DC", "AE")), [refuge("C")])
    nodes = run.roads.node_index
    for (u, v), at_s in (("BD", 100.0), ("BC", 200.0), ("AE", 300.0)):
        run.traffic.close_edges([run.edge(u, v), run.edge(v, u)], at_s, run.fire)
    events = {run.roads.edge_names[e]: int(run.traffic.closing_events[e]) for e in range(len(run.roads.edges))}
    assert run.traffic.cut_off_by(nodes["A"]) == events["BC"]  # not the last closure, nor the first
    assert run.traffic.cut_off_by(nodes["E"]) == events["BC"]
    assert run.traffic.cut_off_by(nodes["D"]) == -1
    assert run.traffic.cut_off.since_s[nodes["A"]] == 200.0


def test_who_is_cut_off_by_a_full_or_a_lost_refuge_is_so_by_that():
    run = Run(roads(("AB", "BC")), [refuge("C", capacity=2)])
    run.leave("A", n=1)
    run.traffic.advance(500.0)
    full = run.traffic.cut_off_by(run.roads.node_index["A"])
    assert run.journal.kind_of(full) == "refuge_full"
    assert run.traffic.cut_off.since_s[run.roads.node_index["A"]] == pytest.approx(200.0)
    run = Run(roads(("AB", "BC")), [refuge("C")])
    run.traffic.meet_fire(arrival_at((PLACES["C"][0], PLACES["C"][1], 50.0)), 60.0, run.fire)
    by = run.traffic.cut_off_by(run.roads.node_index["C"])
    assert run.journal.kind_of(by) == "refuge_reached"


def test_a_small_fire_cuts_only_the_road_that_it_has_come_to():
    run = Run(roads(), [refuge("C")])
    row, column = GRID.cell_at(1600.0, 100.0)  # the road runs at y = 100, its cell from 90 to 120
    arrival_time_s = np.full(GRID.shape, np.inf)
    arrival_time_s[row, column] = 0.0

    def disc(radius_m):
        around = np.linspace(0.0, 2.0 * np.pi, 33)
        return [[(1600.0 + radius_m * np.cos(a), 118.0 + radius_m * np.sin(a)) for a in around]]

    assert run.traffic.meet_fire(arrival_time_s, 10.0, run.fire, disc(1.0)).size == 0
    assert run.traffic.meet_fire(arrival_time_s, 20.0, run.fire, []).size == 0
    assert run.traffic.meet_fire(arrival_time_s, 30.0, run.fire, disc(4.0)).size == 2  # 14 m off: half a cell is 15
    assert run.traffic.meet_fire(arrival_time_s, 40.0, run.fire, disc(40.0)).size == 0  # already cut
    assert run.traffic.meet_fire(arrival_time_s, 50.0, run.fire).size == 0
    assert run.kinds().count("road_closed") == 1
    other = Run(roads(), [refuge("C")])
    assert other.traffic.meet_fire(arrival_time_s, 10.0, other.fire).size == 2  # as cells it burns at once


def ring_roads():
    """Three short roads in a ring, one way round."""
    places = {"A": (0.0, 0.0), "B": (50.0, 0.0), "C": (0.0, 50.0), "D": (500.0, 500.0)}
    nodes = [RoadNode(name, *xy) for name, xy in places.items()]
    edges = []
    for u, v in ("AB", "BC", "CA"):
        path = [places[u], places[v]]
        edges.append(RoadEdge(u, v, u + v, 50.0, 10.0, 0.5, 1.0, 0.06, False, "town", "asphalt", path))
    for u in "ABC":
        edges += stretch(u, "D", places[u], places["D"], capacity_veh_s=0.001, jam_veh_m=0.001)
    return Roads(nodes, edges)


@pytest.mark.parametrize("rule", ["none", "push", "remove"])
def test_gridlock_is_counted_and_its_rule_kept(rule):
    network = ring_roads()
    run = Run(network, [Refuge("r", "r", "town", 500.0, 500.0, "D", 10_000)], gridlock=rule, gridlock_patience_s=30.0)
    rounds = [run.traffic.add_route([*nodes, *(nodes[1:] * 5), "D"]) for nodes in map(list, ("ABCA", "BCAB", "CABC"))]
    for start, route in zip("ABC", rounds, strict=True):
        run.leave(start, n=10, refuge=0, route=route)
    for now_s in np.arange(10.0, 600.0, 10.0):
        run.traffic.advance(now_s)
    assert run.traffic.gridlock_count > 0
    assert "gridlock" in run.kinds()
    assert (run.traffic.forced_moves > 0) == (rule == "push")
    assert ((run.traffic.status == REMOVED).any()) == (rule == "remove")
    if rule == "none":
        assert run.traffic.gridlock_count == 1
        assert (run.traffic.status == TRAVELLING).all()


def test_a_ring_is_found_once_it_has_stood_for_long_however_often_none_was_found_before():
    patience_s = 30.0
    places = [Refuge("r", "r", "town", 500.0, 500.0, "D", 10_000)]
    run = Run(ring_roads(), places, gridlock="none", gridlock_patience_s=patience_s)
    ways = [run.traffic.add_route([*nodes, *(nodes[1:] * 5), "D"]) for nodes in map(list, ("ABCA", "BCAB", "CABC"))]
    flow, found = run.traffic.flow, []
    for now_s in np.arange(10.0, 600.0, 10.0):
        if now_s == 100.0:
            for start, way in zip("ABC", ways, strict=True):
                run.leave(start, n=10, refuge=0, route=way, at_s=now_s)
        run.traffic.advance(now_s)
        rings = gridlock.gridlocks(flow.network, flow.queues, now_s, patience_s).tolist()
        assert flow.rings(now_s, patience_s) == rings
        found.append(bool(rings))
    assert any(found)


@st.composite
def evacuations(draw):
    """A grid town of two-way streets and one-lane tracks, cars and walkers, roads that close."""
    size = draw(st.integers(2, 4))
    places = {f"{r}{c}": (100.0 + 300.0 * c, 100.0 + 300.0 * r) for r in range(size) for c in range(size)}
    joined = [(f"{r}{c}", f"{r}{c + 1}") for r in range(size) for c in range(size - 1)]
    joined += [(f"{r}{c}", f"{r + 1}{c}") for r in range(size - 1) for c in range(size)]
    shared = draw(st.lists(st.booleans(), min_size=len(joined), max_size=len(joined)))
    trips = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(places)), st.integers(0, 600), st.booleans()), min_size=1, max_size=40
        )
    )
    closings = draw(st.lists(st.tuples(st.integers(0, 2 * len(joined) - 1), st.integers(1, 60)), max_size=6))
    capacity = draw(st.integers(1, 60))
    return places, joined, shared, trips, closings, capacity


@given(evacuations())
@settings(max_examples=40, deadline=None)
def test_everybody_is_on_the_road_or_accounted_for_and_no_two_streams_meet_on_a_track(case):
    places, joined, shared, trips, closings, capacity = case
    nodes = [RoadNode(name, *xy) for name, xy in places.items()]
    edges = [e for (u, v), s in zip(joined, shared, strict=True) for e in stretch(u, v, places[u], places[v], shared=s)]
    network = Roads(nodes, edges)
    last = sorted(places)[-1]
    refuges = [
        Refuge("first", "first", "town", *places["00"], "00", capacity),
        Refuge("last", "last", "field", *places[last], last, capacity),
    ]
    run = Run(network, refuges, caught_within_m=60.0)
    for node, at_s, walks in trips:
        run.leave(node, at_s=float(at_s), speed_m_s=1.0 if walks else 0.0)
    steps = dict.fromkeys(range(1, 700))
    for edge, step in closings:
        steps[step] = [*(steps[step] or []), edge, int(network.opposite[edge])]
    for step, closing in steps.items():
        now_s = 10.0 * step
        run.traffic.advance(now_s)
        if closing:
            run.traffic.close_edges(closing, now_s, run.fire)
        flow, status = run.traffic.flow, run.traffic.status
        queued = [trip for edge in range(len(flow.network.head)) for trip in flow.queue_of(edge)]
        assert len(set(queued)) == len(queued)
        assert (status[queued] == TRAVELLING).all()
        driving = (status == TRAVELLING) & (flow.travellers.speed_m_s[: flow.n] == 0.0)
        setting_out = np.flatnonzero(driving & (flow.travellers.ready_s[: flow.n] >= now_s)).tolist()
        assert set(np.flatnonzero(driving)) <= {*queued, *setting_out}
        for edge in np.flatnonzero(network.shared_lane):
            opposed = run.traffic.cars_on[edge] > 0 and run.traffic.cars_on[network.opposite[edge]] > 0
            assert not opposed or run.traffic.forced_moves > 0
    people_in = sum(2 for s in run.traffic.status if s == ARRIVED)
    assert people_in == 2 * capacity - int(run.traffic.room.sum())
    assert (run.traffic.room >= 0).all()
    assert (run.traffic.status != TRAVELLING).all()  # two hours are enough: a walker may be turned back twice
    table = run.journal.table()
    causes = table["cause_id"].dropna().astype(int)
    assert (table["time_s"].to_numpy()[causes] <= table.loc[causes.index, "time_s"] + 1e-6).all()


def test_who_only_heard_of_the_cut_ahead_and_knows_no_other_way_is_stranded_at_its_next_node():
    run = Run(roads(("AB", "BD", "DC")), [refuge("C")])
    cut = [run.edge("D", "C"), run.edge("C", "D")]
    run.traffic.close_edges(cut, 10.0, run.fire)
    trip = int(run.leave("A", at_s=10.0)[0])
    run.traffic.advance(50.0)
    run.traffic._steering.learn(trip, run.traffic._steering.knowledge_of(trip).with_also(cut=cut), 50.0)
    run.traffic.advance(500.0)  # no road at B is closed: only what it heard keeps it there
    assert run.traffic.status[trip] == STRANDED
    assert run.traffic.vehicle_columns()["distance_m"][trip] == pytest.approx(1000.0)

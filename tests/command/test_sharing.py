"""Zones that share a road take turns on it, and together arrive no later than if each chose for itself."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.sharing import STEP_S, Convoy, RoadRoom, share
from firesim.command.ways import Network
from firesim.physics.search import edges_to
from firesim.place.roads import RoadNode
from firesim.place.settlement import Refuge, Zone

P = CommandParameters()
FLOW_VEH_S = 0.36  # of every road of the small place: 1,296 vehicles an hour
INF = np.inf


def network_of(small, places, pairs, closes=None, margin_s=0.0):
    """A network with roads of 0.36 veh/s at 12 m/s; `closes`: closing time by stretch, e.g. {"ZA": 900.0}."""
    nodes = [RoadNode(name, 448000.0 + x, 4333000.0 + y) for name, (x, y) in places.items()]
    by_name = {node.node: node for node in nodes}
    edges = [edge for u, v in pairs for edge in small.road(by_name[u], by_name[v], u + v)]
    anywhere = nodes[0]
    zone = Zone("z", "Zone", "settlement", anywhere.x_m, anywhere.y_m, anywhere.node, 1, [])
    refuge = Refuge("r", "Refuge", "town", anywhere.x_m, anywhere.y_m, anywhere.node, 1)
    ground = Ground(small.briefing(nodes=nodes, edges=edges, zones=[zone], refuges=[refuge]), 3, 120.0)
    closes_s = np.array([(closes or {}).get(edge.edge, INF) for edge in edges])
    return Network(Picture(ground, P), closes_s, margin_s, 1.0, is_public=True)


def shared(network, convoys, refuges, places, until_s=7200.0):
    """Slots by zone. Convoys: (node, vehicles); one person a vehicle; all start at 0."""
    index = network.roads.node_index
    room = RoadRoom(network, 0.0, until_s)
    asked = [Convoy(k, index[node], 0.0, vehicles, int(vehicles)) for k, (node, vehicles) in enumerate(convoys)]
    refuge_node = np.array([index[node] for node in refuges])
    anything = dict.fromkeys(range(len(asked)), lambda refuge, way: True)
    slots = share(room, asked, range(len(refuges)), refuge_node, places, anything)
    assert room.left.min() >= -1e-9
    return slots, room


ONE_ROAD = {"A": (0.0, 0.0), "B": (1200.0, 0.0), "C": (2400.0, 0.0)}


def test_a_zone_needs_its_vehicles_over_the_capacity_of_its_road_to_one_step(small):
    slots, _ = shared(network_of(small, ONE_ROAD, ["AB", "BC"]), [("A", 432.0)], ["C"], [10_000])
    slot, has_room = slots[0]
    assert has_room
    assert slot.unfit == 0.0
    assert slot.flow.sum() == pytest.approx(432.0)
    assert slot.last_s - slot.first_s == pytest.approx(432.0 / FLOW_VEH_S - STEP_S, abs=STEP_S)


def test_two_zones_on_one_road_take_turns_in_the_order_given(small):
    network = network_of(small, ONE_ROAD, ["AB", "BC"])
    slots, room = shared(network, [("B", 216.0), ("A", 216.0)], ["C"], [10_000])
    first, then = slots[0][0], slots[1][0]
    assert first.last_s < 216.0 / FLOW_VEH_S  # as if it were alone
    # The second comes to the shared road 100 s later, and leaves so that it finds it free.
    assert then.first_s >= first.last_s - 100.0 - STEP_S
    assert then.last_s == pytest.approx(2 * 216.0 / FLOW_VEH_S - 100.0, abs=2 * STEP_S)
    edge = next(k for k, e in enumerate(network.roads.edges) if (e.u, e.v) == ("B", "C"))
    taken = room.capacity[edge] - room.left[edge]
    assert taken.max() <= FLOW_VEH_S * STEP_S + 1e-9
    assert taken.sum() == pytest.approx(432.0)


def test_nobody_is_given_a_departure_that_comes_to_a_closed_road(small):
    network = network_of(small, ONE_ROAD, ["AB", "BC"], {"BC": 1000.0}, margin_s=200.0)
    slots, _ = shared(network, [("A", 432.0)], ["C"], [10_000])
    slot = slots[0][0]
    # 200 s on the way, closing less margin at 800 s: departures until 600 s, a minute's worth at a time.
    assert slot.last_s + STEP_S + 200.0 <= 800.0
    assert slot.flow.sum() == pytest.approx(600.0 * FLOW_VEH_S)
    assert slot.unfit == pytest.approx(432.0 - 216.0)
    assert "216 vehicles find no room" in slot.choice(True).because


def test_a_second_road_is_used_when_the_first_is_full(small):
    """Two equal roads to one town: the second zone takes the other, although each alone would take the first."""
    places = {"A": (0.0, 0.0), "N": (1200.0, 400.0), "S": (1200.0, -410.0), "T": (2400.0, 0.0)}
    network = network_of(small, places, ["AN", "NT", "AS", "ST"])
    slots, _ = shared(network, [("A", 400.0), ("A", 400.0)], ["T"], [10_000])
    assert {slot.way.nodes for slot, _ in slots.values()} == {("A", "N", "T"), ("A", "S", "T")}


def test_a_refuge_takes_no_more_than_it_has_room_for_while_another_has(small):
    places = {"L": (-1200.0, 0.0), "A": (0.0, 0.0), "B": (200.0, 0.0), "R": (4000.0, 0.0)}
    network = network_of(small, places, ["LA", "AB", "BR"])
    slots, _ = shared(network, [("A", 60.0), ("B", 60.0)], ["L", "R"], [100, 100])
    assert sorted(slot.refuge for slot, _ in slots.values()) == [0, 1]
    assert all(has_room for _, has_room in slots.values())


def a_case(number):
    """Five nodes of which two are refuges, some roads between them, some of which close, one to three zones."""
    rng = np.random.Generator(np.random.Philox(number))
    pairs = [u + v for i, u in enumerate("ABCDE") for v in "ABCDE"[:i]]
    links = sorted(rng.choice(pairs, int(rng.integers(4, 9)), replace=False).tolist())
    places = {name: (300.0 * float(rng.integers(0, 13)), k * 500.0) for k, name in enumerate("ABCDE")}
    closes = {link: float(rng.uniform(300.0, 2400.0)) if rng.uniform() < 0.5 else INF for link in links}
    convoys = [(str(rng.choice(list("ABC"))), float(rng.integers(10, 400))) for _ in range(int(rng.integers(1, 4)))]
    return places, links, closes, convoys


def cost_of(room, slot):
    """Sum of a convoy's arrival times, those who find no room arriving at twice the end of the plan."""
    leaves_s = np.arange(len(slot.flow)) * STEP_S
    return float((slot.flow * (leaves_s + slot.way.travel_s)).sum()) + slot.unfit * room.unfit_s


def best_of_all(network, convoys, refuges):
    """Least sum of arrival times over every choice of ways, reserved in the order given: slow, and right."""
    index = network.roads.node_index

    def ways(node, goal, seen=()):
        if node == goal:
            yield []
            return
        for k in np.flatnonzero(network.roads.tail == node).tolist():
            after = int(network.roads.head[k])
            if after not in (*seen, node):
                for rest in ways(after, goal, (*seen, node)):
                    yield [k, *rest]

    options = []
    for node, _ in convoys:
        mine = [(r, edges) for r, goal in enumerate(refuges) for edges in ways(index[node], index[goal])]
        options.append([(r, network.way(edges, index[node])) for r, edges in mine])
    best = INF
    for chosen in product(*options):
        room, cost = RoadRoom(network, 0.0, 3600.0), 0.0
        for pick, (_, vehicles) in zip(chosen, convoys, strict=True):
            cost += cost_of(room, room.reserve(*pick, 0.0, vehicles))
        best = min(best, cost)
    return best


def each_for_itself(network, convoys, refuges):
    """Sum of arrival times if each convoy takes the way by which its first vehicle arrives soonest; None: no way."""
    index, room, cost = network.roads.node_index, RoadRoom(network, 0.0, 3600.0), 0.0
    for node, vehicles in convoys:
        arrive_s, via_edge = network.reach(index[node], 0.0)
        goal = min(refuges, key=lambda name: arrive_s[index[name]])
        if np.isinf(arrive_s[index[goal]]):
            return None
        way = network.way(edges_to(via_edge, network.roads.tail, index[goal]), index[node])
        cost += cost_of(room, room.reserve(refuges.index(goal), way, 0.0, vehicles))
    return cost


def test_the_shared_plan_is_never_worse_than_each_for_itself_and_mostly_the_best_of_all(small):
    ratios = []
    for number in range(150):
        places, links, closes, convoys = a_case(number)
        network = network_of(small, places, links, closes)
        slots, room = shared(network, convoys, ["D", "E"], [10_000, 10_000], until_s=3600.0)
        selfish = each_for_itself(network, convoys, ["D", "E"])
        if selfish is None:
            assert len(slots) < len(convoys)
            continue
        cost = sum(cost_of(room, slot) for slot, _ in slots.values())
        assert cost <= selfish + 1e-6
        best = best_of_all(network, convoys, ["D", "E"])
        assert cost >= best - 1e-6
        ratios.append(cost / best)
    ratio = np.array(ratios)
    assert len(ratio) > 100
    assert (ratio <= 1.02).mean() >= 0.9  # a single exchange cannot leave every dead end: the worst is far off
    assert ratio.mean() <= 1.05

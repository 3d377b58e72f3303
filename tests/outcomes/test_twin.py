"""Who is at risk is fixed by the fire and the roads, before any strategy acts."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.outcomes.twin import PartiesInPlace, no_response_twin
from firesim.place.grid import Grid
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Refuge

# A straight road of three nodes from west to east, 1,000 m apart, with the refuge at its east end.
GRID = Grid(rows=21, columns=101, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)
Y_M = 315.0
SPEED_M_S = 10.0


def road(u: str, v: str, x_from: float, x_to: float) -> RoadEdge:
    return RoadEdge(
        u=u, v=v, edge=f"{min(u, v)}{max(u, v)}", length_m=1000.0, free_flow_speed_m_s=SPEED_M_S, capacity_veh_s=0.3,
        lanes=1.0, jam_density_veh_m=0.1, shared_lane=False, road_class="main", surface="asphalt",
        path_xy_m=[(x_from, Y_M), (x_to, Y_M)],
    )  # fmt: skip


ROADS = Roads(
    [RoadNode("A", 500.0, Y_M), RoadNode("B", 1500.0, Y_M), RoadNode("C", 2500.0, Y_M)],
    [
        road("A", "B", 500.0, 1500.0),
        road("B", "A", 1500.0, 500.0),
        road("B", "C", 1500.0, 2500.0),
        road("C", "B", 2500.0, 1500.0),
    ],
)


def refuge(room: int, name: str = "town", node: str = "C", x_m: float = 2500.0) -> Refuge:
    return Refuge(name, name, "town", x_m, Y_M, node, room)


def parties(
    people: list[int], node: list[int], x_m: list[float], walk_s: float = 0.0, drives: bool = True
) -> PartiesInPlace:
    n = len(people)
    return PartiesInPlace(
        people=np.array(people),
        x_m=np.array(x_m),
        y_m=np.full(n, Y_M),
        node=np.array(node),
        walk_to_node_s=np.full(n, walk_s),
        drives=np.full(n, drives),
        walking_speed_m_s=1.0,
    )


def fire_at(x_m: float, at_s: float) -> np.ndarray:
    arrival = np.full(GRID.shape, np.inf)
    row, column = GRID.cell_at(x_m, Y_M)
    arrival[row, column] = at_s
    return arrival


def test_a_party_is_cut_off_when_it_can_no_longer_pass_before_the_fire_stands_on_the_road():
    # The fire stands on B-C at 1,000 s; from A the far end of B-C is 200 s away at 10 m/s.
    twin = no_response_twin(
        fire_at(2000.0, 1000.0), GRID, ROADS, [refuge(100)], parties([4], [0], [500.0]), 0.0, 3600.0
    )
    assert twin.cut_off_s[0] == pytest.approx(1000.0 - 200.0)
    assert np.isinf(twin.place_reached_s[0])
    assert twin.at_risk.tolist() == [True]


def test_whoever_walks_is_cut_off_earlier_than_whoever_drives():
    fire = fire_at(2000.0, 4000.0)
    by_car = no_response_twin(fire, GRID, ROADS, [refuge(100)], parties([4], [0], [500.0]), 0.0, 9000.0)
    on_foot = no_response_twin(fire, GRID, ROADS, [refuge(100)], parties([4], [0], [500.0], drives=False), 0.0, 9000.0)
    assert by_car.cut_off_s[0] == pytest.approx(3800.0)
    assert on_foot.cut_off_s[0] == pytest.approx(2000.0)


def test_a_place_that_the_fire_reaches_is_at_risk_from_then_on():
    twin = no_response_twin(fire_at(500.0, 700.0), GRID, ROADS, [refuge(100)], parties([4], [1], [500.0]), 0.0, 3600.0)
    assert twin.place_reached_s[0] == 700.0
    assert twin.deadline_s[0] == 700.0


def test_what_happens_after_the_horizon_is_no_risk():
    twin = no_response_twin(
        fire_at(2000.0, 5000.0), GRID, ROADS, [refuge(100)], parties([4], [0], [500.0]), 0.0, 3600.0
    )
    assert twin.at_risk.tolist() == [False]


def test_a_refuge_without_room_takes_nobody():
    # Room for four people beside them in the west; five more have to pass the fire.
    near = refuge(4, "beach", "A", 500.0)
    twin = no_response_twin(
        fire_at(2000.0, 1000.0), GRID, ROADS, [refuge(100), near], parties([4, 5], [0, 0], [510.0, 600.0]), 0.0, 3600.0
    )
    assert np.isinf(twin.cut_off_s[0])
    assert twin.cut_off_s[1] == pytest.approx(800.0)
    assert twin.at_risk.tolist() == [False, True]


def test_nobody_is_at_risk_without_a_fire():
    never = np.full(GRID.shape, np.inf)
    twin = no_response_twin(never, GRID, ROADS, [refuge(100)], parties([1, 2], [0, 2], [500.0, 2500.0]), 0.0, 3600.0)
    assert not twin.at_risk.any()


def test_on_the_shore_only_the_place_itself_counts():
    twin = no_response_twin(fire_at(2000.0, 1000.0), GRID, ROADS, [refuge(9)], parties([3], [-1], [500.0]), 0.0, 3600.0)
    assert not twin.at_risk.any()


def test_nobody_is_cut_off_before_there_is_a_fire():
    # The way out takes 200 s; the road is cut 50 s after an ignition at 600 s.
    twin = no_response_twin(
        fire_at(2000.0, 650.0), GRID, ROADS, [refuge(100)], parties([4], [0], [500.0]), 600.0, 3600.0
    )
    assert twin.cut_off_s.tolist() == [600.0]

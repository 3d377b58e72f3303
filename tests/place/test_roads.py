from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.place.grid import Grid
from firesim.place.load import Place
from firesim.place.roads import RoadEdge, RoadNode, Roads

GRID = Grid(40, 40, 30.0, 0.0, 0.0)


def stretch(u: str, v: str, name: str, path: list[tuple[float, float]], speed: float = 10.0) -> RoadEdge:
    return RoadEdge(u, v, name, 100.0, speed, 0.3, 1.0, 0.07, False, "main", "asphalt", path)


def street(path: list[tuple[float, float]], speed: float = 10.0) -> Roads:
    nodes = [RoadNode("A", *path[0]), RoadNode("B", *path[-1])]
    return Roads(nodes, [stretch("A", "B", "AB", path, speed), stretch("B", "A", "AB", path[::-1], speed)])


def test_both_directions_of_every_stretch_are_there_and_know_each_other(skiathos: Place) -> None:
    roads = skiathos.roads
    assert len(roads.edges) == 2 * 93
    assert len(roads.nodes) == 81
    back = roads.opposite
    assert (back[back] == np.arange(len(back))).all()
    assert (roads.tail[back] == roads.head).all()
    assert (roads.head[back] == roads.tail).all()
    for name in ("length_m", "capacity_veh_s", "lanes", "speed_m_s", "jam_density_veh_m"):
        assert np.array_equal(getattr(roads, name)[back], getattr(roads, name))
    for index in range(len(roads.edges)):
        assert roads.paths_xy_m[index] == roads.paths_xy_m[back[index]][::-1]
        assert roads.edge_names[index] == roads.edge_names[back[index]]


def test_the_graph_carries_the_arrays(skiathos: Place) -> None:
    roads = skiathos.roads
    assert roads.graph.number_of_nodes() == 81
    assert roads.graph.number_of_edges() == 186
    for u, v, name, data in roads.graph.edges(keys=True, data=True):
        index = data["index"]
        assert (roads.node_ids[roads.tail[index]], roads.node_ids[roads.head[index]]) == (u, v)
        assert data["length_m"] == roads.length_m[index]
        assert roads.edge_names[index] == name
    assert nx.is_strongly_connected(roads.graph)


def test_the_coast_road_has_a_lane_each_way_and_a_track_half_of_one(skiathos: Place) -> None:
    roads = skiathos.roads
    coast = roads.edge_names.index("E010")
    assert roads.lanes[coast] == 1.0
    assert not roads.shared_lane[coast]
    assert roads.capacity_veh_s[coast] == pytest.approx(1200 / 3600)
    assert roads.speed_m_s[coast] == pytest.approx(12.5)
    assert roads.jam_density_veh_m[coast] == pytest.approx(0.075)
    track = roads.edge_names.index("E065")
    assert roads.lanes[track] == 0.5
    assert roads.shared_lane[track]
    assert roads.capacity_veh_s[track] == pytest.approx(100 / 3600)


def test_the_stairs_to_kastro_are_for_feet_alone(skiathos: Place) -> None:
    roads = skiathos.roads
    assert [name for name, drivable in zip(roads.edge_names, roads.is_drivable, strict=True) if not drivable] == (
        ["E044", "E044"]
    )
    kastro = roads.node_index["KAST"]
    here = roads.x_m[kastro], roads.y_m[kastro]
    assert int(roads.nearest_node(*here)) == roads.node_index["KCAR"]
    assert int(roads.nearest_node(*here, drivable=False)) == kastro


def test_the_pedestrian_street_is_for_emergency_vehicles_alone(skiathos: Place) -> None:
    roads = skiathos.roads
    closed = {name for name, public in zip(roads.edge_names, roads.is_public, strict=True) if not public}
    assert closed == {"E029", "E044"}


def test_from_the_port_to_koukounaries_is_12_6_kilometres(skiathos: Place) -> None:
    length_m = nx.shortest_path_length(skiathos.roads.graph, "S0", "S26", weight="length_m")
    assert 12_500.0 < length_m < 12_700.0


def test_a_straight_road_crosses_exactly_the_cells_under_it() -> None:
    roads = street([(15.0, 45.0), (315.0, 45.0)])
    edge_of, flat_cell = roads.cells(GRID)
    expected = [38 * 40 + column for column in range(11)]
    assert flat_cell[edge_of == 0].tolist() == expected
    assert flat_cell[edge_of == 1].tolist() == expected


def test_a_road_beyond_the_grid_has_no_cells_there() -> None:
    edge_of, flat_cell = street([(-300.0, 45.0), (-100.0, 45.0)]).cells(GRID)
    assert len(edge_of) == len(flat_cell) == 0


point = st.tuples(st.floats(1.0, 1199.0), st.floats(1.0, 1199.0))


@given(st.lists(point, min_size=2, max_size=6, unique=True))
def test_the_cells_of_a_road_form_a_chain_from_end_to_end(path: list[tuple[float, float]]) -> None:
    edge_of, flat_cell = street(path).cells(GRID)
    cells = flat_cell[edge_of == 0]
    assert np.array_equal(cells, flat_cell[edge_of == 1])
    row, column = np.divmod(cells, 40)
    touching = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
    assert nx.is_connected(nx.from_numpy_array(touching))
    for x_m, y_m in path:
        at = GRID.cell_at(x_m, y_m)
        assert at[0] * 40 + at[1] in cells


def test_nearest_node_keeps_the_shape_of_what_is_asked() -> None:
    roads = street([(0.0, 0.0), (300.0, 0.0)])
    assert roads.nearest_node(np.array([[10.0, 290.0]]), np.array([[5.0, 5.0]])).tolist() == [[0, 1]]


def test_a_network_with_an_unknown_or_doubled_end_is_refused() -> None:
    nodes = [RoadNode("A", 0.0, 0.0)]
    with pytest.raises(ValueError, match="do not exist: AB"):
        Roads(nodes, [stretch("A", "B", "AB", [(0.0, 0.0), (1.0, 0.0)])])
    with pytest.raises(ValueError, match="twice"):
        Roads(nodes * 2, [])


def test_roads_survive_the_way_through_bytes(skiathos: Place) -> None:
    import msgspec

    packed = msgspec.msgpack.encode(skiathos.roads.edges)
    assert tuple(msgspec.msgpack.decode(packed, type=list[RoadEdge])) == skiathos.roads.edges

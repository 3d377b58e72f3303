"""Networks as networkx and OSMnx write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from firesim.evacuation.case import load_evacuation
from firesim.evacuation.folder import write_folder
from firesim.evacuation.network import RoadNetwork, read_network
from firesim.evacuation.solve import Options, evacuate
from firesim.inputs.problems import BadInput, Problems

LINE = "LINESTRING (23.40 39.10, 23.41 39.11, 23.42 39.10)"


def read(graph: Any, folder: Path) -> RoadNetwork:
    path = folder / "town.graphml"
    nx.write_graphml(graph, path)
    problems = Problems()
    roads = read_network(path, problems)
    problems.raise_if_any()
    assert roads is not None
    return roads


def osm(**about: Any) -> nx.MultiDiGraph:
    """Two nodes and one street, with attributes as OSMnx's `save_graphml` writes them: all text."""
    graph = nx.MultiDiGraph(crs="epsg:4326", created_with="OSMnx")
    graph.add_node("101", y="39.1", x="23.4", street_count="3")
    graph.add_node("102", y="39.1", x="23.42", street_count="1")
    usual = {"osmid": "7", "highway": "residential", "oneway": "False", "reversed": "False", "length": "1730.5"}
    graph.add_edge("101", "102", **{**usual, **about})
    graph.add_edge("102", "101", **{**usual, "reversed": "True", **about})
    return graph


def test_a_network_of_networkx_reads_as_it_was(tmp_path):
    graph = nx.DiGraph()
    graph.add_node("007", x=0.0, y=1.0)
    graph.add_node("B", x=100.0, y=1.0)
    graph.add_edge("007", "B", length_m=100.0, free_flow_speed_m_s=12.5, lanes=2)
    graph.add_edge("B", "007", length_m=100.0, free_flow_speed_m_s=12.5, lanes=1, capacity_veh_h=900.0)
    roads = read(graph, tmp_path)
    assert roads.node_ids == ["007", "B"]
    assert roads.free_s.tolist() == [8.0, 8.0]
    assert (roads.capacity_veh_s * 3600).tolist() == pytest.approx([2600.0, 900.0])
    assert roads.storage.tolist() == [26, 13]
    assert roads.crs is None


def test_a_multigraph_keeps_its_parallel_edges_and_their_keys(tmp_path):
    graph = nx.MultiDiGraph()
    for key in ("old road", "new road"):
        graph.add_edge("A", "B", key=key, length_m=50.0, free_flow_speed_m_s=5.0, lanes=1)
    roads = read(graph, tmp_path)
    assert roads.n_edges == 2
    assert roads.keys == ["old road", "new road"]


@pytest.mark.parametrize(
    ("about", "m_s", "lanes", "is_shared"),
    [
        ({"maxspeed": "50", "lanes": "2"}, 50 / 3.6, 1.0, False),
        ({"maxspeed": "30 mph", "lanes": "4"}, 13.4112, 2.0, False),
        ({"maxspeed": "['50', '30']", "lanes": "['2', '3']"}, 30 / 3.6, 1.0, False),
        ({"maxspeed": "GR:urban", "lanes": "2"}, 30 / 3.6, 1.0, False),  # residential
        ({"lanes": "1", "maxspeed": "20"}, 20 / 3.6, 1.0, True),  # cars cannot pass one another
        ({"lanes": "1", "maxspeed": "20", "oneway": "True"}, 20 / 3.6, 1.0, False),
        ({"lanes": "2", "maxspeed": "90", "oneway": "True"}, 25.0, 2.0, False),
        ({"maxspeed": "none", "speed_kph": "36.0"}, 10.0, 1.0, False),
        ({"highway": "['track', 'service']"}, 20 / 3.6, 1.0, False),
        ({"maxspeed": "['30 mph', '20 mph']", "lanes": "4"}, 8.9408, 2.0, False),
        ({"maxspeed": "50;30", "lanes": "2"}, 30 / 3.6, 1.0, False),
        ({"maxspeed": "50", "lanes": "4", "oneway": "[False, True]"}, 50 / 3.6, 2.0, False),  # so two each way at least
        ({"maxspeed": "50", "lanes": "2", "oneway": "-1"}, 50 / 3.6, 2.0, False),
    ],
)
def test_what_openstreetmap_says_of_a_road(tmp_path, about, m_s, lanes, is_shared):
    roads = read(osm(**about), tmp_path)
    assert roads.length_m.tolist() == [1730.5, 1730.5]
    assert (roads.length_m / roads.free_s)[0] == pytest.approx(m_s)
    assert roads.lanes[0] == lanes
    assert roads.is_shared.tolist() == [is_shared, is_shared]
    assert roads.opposite.tolist() == ([1, 0] if is_shared else [-1, -1])


def test_what_is_taken_as_usual_is_said(tmp_path):
    said = read(osm(), tmp_path).warnings
    assert any("2 edges tell no lanes" in text for text in said)
    assert any("2 edges tell no maxspeed" in text for text in said)


@pytest.mark.parametrize(
    ("speed", "words"),
    [
        ("fifty", "cannot be read ('fifty')"),
        ("['fast', 'none']", "cannot be read ('fast')"),
        ("none", "tell no maxspeed"),
        ("GR:urban", "tell no maxspeed"),
        ("signals", "tell no maxspeed"),
    ],
)
def test_a_speed_that_cannot_be_read_is_told_apart_from_none(tmp_path, speed, words):
    (said,) = [text for text in read(osm(maxspeed=speed), tmp_path).warnings if "maxspeed" in text]
    assert f"2 edges {words}" in said or f"2 edges tell a maxspeed that {words}" in said


def test_of_a_road_whose_maxspeed_cannot_be_read_speed_kph_counts_and_nothing_is_said(tmp_path):
    roads = read(osm(maxspeed="fifty", speed_kph="36"), tmp_path)
    assert (roads.length_m / roads.free_s).tolist() == pytest.approx([10.0, 10.0])
    assert not any("maxspeed" in text for text in roads.warnings)


@pytest.mark.parametrize(
    "about",
    [
        {"maxspeed": "-50"}, {"highway": "ferry"}, {"lanes": "0"}, {"length": "0"}, {"lanes": "many"}, {"lanes": ""},
        {"length": "[10, 20]"}, {"length": "nan"}, {"maxspeed": "5000"}, {"oneway": "perhaps"},
    ],
)  # fmt: skip
def test_what_openstreetmap_cannot_mean_is_refused(tmp_path, about):
    with pytest.raises(BadInput):
        read(osm(**about), tmp_path)


def test_routes_are_drawn_along_the_roads_in_longitude_and_latitude(tmp_path):
    nx.write_graphml(osm(geometry=LINE, lanes="2", maxspeed="50"), tmp_path / "town.graphml")
    (tmp_path / "demand.csv").write_text("node,departure_s\n101,0\n101,3\n")
    case = load_evacuation(tmp_path / "town.graphml", tmp_path / "demand.csv", "102")
    write_folder(case, evacuate(case, Options("nearest")), tmp_path)
    (shape,) = json.loads((tmp_path / "routes.geojson").read_text())["features"]
    assert shape["geometry"]["coordinates"] == [[23.40, 39.10], [23.41, 39.11], [23.42, 39.10]]
    assert shape["properties"]["vehicles"] == 2
    assert shape["properties"]["length_m"] == 1730.5
    backwards = read(osm(geometry=LINE), tmp_path).paths[1]
    assert backwards == [(23.42, 39.10), (23.41, 39.11), (23.40, 39.10)]

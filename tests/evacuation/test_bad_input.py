"""What is wrong with an evacuation is told before anybody leaves, all at once: file, line, field, value and remedy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from firesim.evacuation.case import load_evacuation
from firesim.inputs.problems import BadInput, Problem
from firesim.physics import flow_over_time
from tests.evacuation.towns import Town


@pytest.fixture
def sound(town: Town) -> Town:
    """A - B - X, sound in all."""
    town.street("A", "B")
    town.street("B", "X")
    town.leave("A", 3)
    return town


def faults(town: Town, exits: str = "X") -> dict[str, Problem]:
    with pytest.raises(BadInput) as caught:
        town.load(exits)
    for problem in caught.value:
        assert problem.message.endswith(".")
        assert problem.remedy
        assert problem.file is not None or problem.field.startswith("--")
    return {problem.field: problem for problem in caught.value}


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("length_m", 0, "above 0"),
        ("length_m", -5, "above 0"),
        ("length_m", "long", "a number"),
        ("length_m", "nan", "a number"),
        ("free_flow_speed_m_s", -13.9, "above 0"),
        ("free_flow_speed_m_s", 0, "above 0"),
        ("lanes", 0, "above 0"),
        ("lanes", "inf", "a number"),
        ("capacity_veh_h", 0, "above 0"),
        ("shared_lane", "perhaps", "true or false"),
    ],
)
def test_an_edge_that_cannot_be_driven_is_named_with_its_line(sound, attribute, value, words):
    sound.road("A", "X", **{attribute: value})
    found = faults(sound)
    assert set(found) == {f"edge A -> X.{attribute}"}
    problem = found[f"edge A -> X.{attribute}"]
    assert words in problem.message
    assert problem.value == str(value)
    assert problem.line == line_of(sound.folder / "town.graphml", f'<data key="{attribute}">{value}</data>')


@pytest.mark.parametrize("attribute", ["length_m", "free_flow_speed_m_s", "lanes"])
def test_an_edge_that_lacks_an_attribute_is_named(sound, attribute):
    sound.road("A", "X")
    del sound.edges[-1][2][attribute]
    problem = faults(sound)[f"edge A -> X.{attribute}"]
    assert "missing" in problem.message
    assert problem.line == line_of(sound.folder / "town.graphml", '<edge source="A" target="X">')


def test_demand_on_a_node_that_is_missing_or_has_no_way_out_is_refused_with_its_line(sound):
    sound.leave("b")
    sound.road("X", "Island")
    sound.leave("Island")
    with pytest.raises(BadInput) as caught:
        sound.load()
    problems = list(caught.value)
    assert [(p.value, p.line) for p in problems] == [("b", 5), ("Island", 6)]
    assert "not a node" in problems[0].message
    assert "not connected" in problems[1].message


def test_an_unconnected_part_where_nobody_starts_is_no_error_but_is_said(sound):
    sound.street("P", "Q")
    assert any("2 nodes have no way" in said for said in sound.load().warnings)


@pytest.mark.parametrize(
    ("exits", "words"),
    [("Y", "not a node"), ("X,Y", "not a node"), ("", "No exit"), (" , ", "No exit"), ("X,X", "twice")],
)
def test_exits_must_be_nodes_named_once(sound, exits, words):
    assert words in faults(sound, exits)["--exits"].message


@pytest.mark.parametrize("exits", ['X, "a,b"', '"a,b" , X', 'X,"a,b"'])
def test_blanks_around_commas_do_not_split_a_quoted_exit(sound, exits):
    sound.street("B", "a,b")
    assert len(sound.load(exits).exits) == 2


@pytest.mark.parametrize("exits", ['"X', 'X,"', '"X"Y'])
def test_quotes_that_do_not_match_are_told(sound, exits):
    assert "quotes" in faults(sound, exits)["--exits"].message


def test_blanks_around_an_id_are_no_part_of_it(sound):
    text = sound.graphml().replace('id="B"', 'id=" B "').replace('source="B"', 'source="B "')
    network, demand, _ = sound.write()
    network.write_text(text)
    demand.write_text("node,departure_s\nB,0\n")
    assert load_evacuation(network, demand, "X").network.node_ids == ["A", "B", "X"]


def test_an_exit_that_no_road_leads_to_is_refused(sound):
    sound.road("Y", "A")
    assert "No road" in faults(sound, "X,Y")["--exits"].message


def test_an_exit_closed_from_the_start_is_refused_and_one_that_closes_later_is_none(sound):
    sound.street("A", "Y", 500.0)
    sound.closures = [("A", "Y", 0.0)]
    problem = faults(sound, "X,Y")["--exits"]
    assert problem.value == "Y"
    assert "closed from the start: " in problem.message
    assert (problem.file, problem.line) == (str(sound.folder / "closures.csv"), 2)
    sound.closures = [("A", "Y", 0.5)]
    sound.load("X,Y")
    sound.road("B", "Y")  # another way in, open
    sound.closures = [("A", "Y", 0.0)]
    sound.load("X,Y")
    sound.closures = [("A", "Y", 9.0), ("A", "B", 9.0), ("B", "Y", 0.0), ("A", "Y", 0.0)]
    problem = faults(sound, "X,Y")["--exits"]
    assert problem.line == 4
    assert "closed from the start (lines 4, 5)" in problem.message


def test_closures_must_name_edges_and_times(sound):
    sound.closures = [("A", "X", 5.0), ("A", "C", 5.0), ("A", "B", -1.0)]
    found = faults(sound)
    assert set(found) == {"--closures.v", "--closures.closes_at_s"}
    (sound.folder / "closures.csv").write_text("u,v,closes_at_s\nA,X,5\nA,B,soon\n")
    with pytest.raises(BadInput) as caught:
        load_evacuation(
            *(sound.folder / name for name in ("town.graphml", "demand.csv")), "X", sound.folder / "closures.csv"
        )
    assert [(p.field, p.line) for p in caught.value] == [("--closures.closes_at_s", 3), ("--closures.v", 2)]


def test_a_closure_by_the_clock_of_a_computer_is_refused_as_such_departures_are(sound):
    sound.closures = [("A", "B", 1_756_000_000.0)]
    assert "seconds from the start" in faults(sound)["--closures.closes_at_s"].message


def test_a_file_of_the_command_line_that_is_not_there_is_not_relative_to_another_file(sound):
    network, demand, _ = sound.write()
    with pytest.raises(BadInput) as caught:
        load_evacuation(network, demand, "X", sound.folder / "gone.csv")
    assert [(problem.field, problem.remedy) for problem in caught.value] == [("--closures", "Correct the path.")]


def test_departures_must_be_times_and_the_table_must_hold_some(sound):
    sound.leave("A", at_s=-3.0)
    assert faults(sound)["DEMAND.departure_s"].line == 5
    sound.demand = []
    assert "empty" in faults(sound)["DEMAND"].message


def test_a_track_used_both_ways_must_say_so_on_both_edges(sound):
    sound.road("A", "X", shared_lane="true")
    sound.road("X", "A", shared_lane="false")
    assert "not on edge X -> A" in faults(sound)["edge A -> X.shared_lane"].message
    sound.edges = sound.edges[:-1]
    sound.load()  # one way only: nobody comes the other way


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("<graphml><graph edgedefault='directed'><node id='A'></graph></graphml>", "not XML", 1),
        ("<table/>", "no GraphML", 1),
        ("<graphml><graph edgedefault='undirected'/></graphml>", "undirected", 1),
        ("<graphml><graph edgedefault='directed'><node id='A'/></graph></graphml>", "no edges", 1),
    ],
)
def test_a_file_that_is_no_road_network_is_refused(sound, text, words, line):
    network, demand, _ = sound.write()
    network.write_text(text)
    with pytest.raises(BadInput) as caught:
        load_evacuation(network, demand, "A")
    assert any(words in problem.message and problem.line == line for problem in caught.value)


# Unknown; no encoding of text; of several bytes a letter; of whole words; without ASCII.
@pytest.mark.parametrize("encoding", ["foo", "rot13", "hex", "shift_jis", "gb18030", "idna", "punycode", "cp037"])
def test_a_file_in_an_encoding_that_cannot_be_read_is_to_be_saved_as_utf_8(sound, tmp_path, encoding):
    network, demand, _ = sound.write()
    network.write_text(network.read_text().replace('encoding="utf-8"', f'encoding="{encoding}"'))
    words = [sys.executable, "-m", "firesim", "evacuate", str(network), str(demand), "--exits", "X", "--out"]
    with pytest.raises(BadInput) as caught:
        load_evacuation(network, demand, "X")
    (problem,) = caught.value
    assert (problem.field, problem.file, problem.line) == ("NETWORK", str(network), 1)
    assert encoding in problem.message
    assert problem.remedy == "Save it again as UTF-8."
    if encoding == "foo":
        ended = subprocess.run([*words, str(tmp_path / "out")], capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("encoding", ["iso-8859-7", "windows-1253", "utf-16"])
def test_a_file_in_a_common_encoding_is_read_as_it_declares(sound, encoding):
    network, demand, _ = sound.write()
    text = network.read_text().replace('encoding="utf-8"', f'encoding="{encoding}"').replace('"B"', '"Βόλος"')
    network.write_bytes(text.encode(encoding))
    assert load_evacuation(network, demand, "X").network.node_ids == ["A", "Βόλος", "X"]


def test_a_default_holds_for_the_key_that_it_stands_in_and_nowhere_else(sound):
    network, demand, _ = sound.write()
    text = sound.graphml().replace('  <data key="length_m">100.0</data>\n', "")
    key = '<key id="length_m" for="edge" attr.name="length_m" attr.type="double"/>'
    network.write_text(text.replace(key, key.replace("/>", "><default>70</default></key>")))
    assert load_evacuation(network, demand, "X").network.length_m.tolist() == [70.0] * 4
    astray = ("<graphml", "<key", "<graph ", '<node id="B">', '<data key="lanes">')
    for place in astray:  # before or inside
        at = text.index(place) if place == "<key" else text.index(">", text.index(place)) + 1
        network.write_text(text[:at] + "<default>70</default>" + text[at:])
        with pytest.raises(BadInput, match="length_m"):
            load_evacuation(network, demand, "X")
    after_a_key = text.replace(key, key + "<default>70</default>")
    network.write_text(after_a_key)
    with pytest.raises(BadInput, match="length_m"):
        load_evacuation(network, demand, "X")


@pytest.mark.parametrize(
    "more",
    [
        "</graph><graph edgedefault='directed'></graph></graphml>",
        "<node id='N'><graph edgedefault='directed'></graph></node></graph></graphml>",
    ],
)
def test_a_file_of_several_graphs_is_refused_at_the_second(sound, more):
    network, demand, _ = sound.write()
    network.write_text(network.read_text().replace("</graph>\n</graphml>", more))
    with pytest.raises(BadInput, match="2 GraphML graphs") as caught:
        load_evacuation(network, demand, "X")
    assert caught.value[0].line == line_of(network, more[:20])


def test_edges_must_end_at_nodes_and_nodes_must_differ(sound):
    text = sound.graphml().replace('<node id="B">', '<node id="A">')
    network, demand, _ = sound.write()
    network.write_text(text)
    with pytest.raises(BadInput) as caught:
        load_evacuation(network, demand, "X")
    told = {problem.message for problem in caught.value}
    assert "Two nodes have this id." in told
    assert "The edge ends at a node that does not exist." in told


def test_a_crs_must_be_one(sound):
    sound.crs = "EPSG:99999999"
    assert "not a known CRS" in faults(sound)["NETWORK.crs"].message


def test_everything_is_told_at_once_and_the_command_ends_with_2_and_writes_nothing(sound, tmp_path):
    sound.road("A", "X", length_m=0, speed_m_s=-1)
    sound.leave("Nowhere")
    sound.closures = [("B", "Q", 1.0)]
    network, demand, closures = sound.write()
    out = tmp_path / "out"
    words = [
        sys.executable, "-m", "firesim", "evacuate", str(network), str(demand), "--exits", "X", "--closures",
        str(closures), "--assignment", "quickest", "--gridlock", "shove", "--step-s", "-1", "--out", str(out),
    ]  # fmt: skip
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    for told in ("length_m = '0'", "free_flow_speed_m_s = '-1'", "--assignment", "--gridlock", "--step-s"):
        assert told in ended.stderr, told
    assert not list(tmp_path.glob("out*"))
    missing = subprocess.run(
        [*words[:4], "no.graphml", "no.csv", *words[6:]], capture_output=True, text=True, check=False
    )
    assert missing.returncode == 2
    assert missing.stderr.count("There is no such file") == 2


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("length_m", "1e300", "between"),
        ("length_m", "1_0", "a number"),
        ("free_flow_speed_m_s", "1e-300", "between"),
        ("free_flow_speed_m_s", 90, "between"),  # km/h
        ("lanes", "1e9", "between"),
        ("capacity_veh_h", "1e-9", "between"),
    ],
)
def test_a_number_that_can_only_be_a_slip_of_the_pen_is_refused(sound, attribute, value, words):
    sound.road("A", "X", **{attribute: value})
    assert words in faults(sound)[f"edge A -> X.{attribute}"].message


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_coordinates_that_are_no_numbers_are_refused_with_their_line(sound, crs):
    sound.crs, sound.places = crs, {"B": (float("nan"), 2.0), "X": (float("inf"), 3.0)}
    found = faults(sound)
    assert {name: problem.line for name, problem in found.items()} == {
        f"node {name}": line_of(sound.folder / "town.graphml", f'<node id="{name}">') for name in ("B", "X")
    }


def test_nodes_without_coordinates_are_said_and_refused_where_routes_are_to_be_drawn(sound):
    network, demand, _ = sound.write()
    network.write_text(sound.graphml().replace('<data key="x">0.0</data>', ""))
    assert any("no x and y" in said for said in load_evacuation(network, demand, "X").warnings)
    sound.crs = "EPSG:4326"
    network.write_text(sound.graphml().replace('<data key="x">0.0</data>', ""))
    with pytest.raises(BadInput) as caught:
        load_evacuation(network, demand, "X")
    assert [problem.field for problem in caught.value] == ["node A", "node B", "node X"]


def test_roads_outside_the_networks_crs_are_refused(sound):
    sound.crs, sound.places = "EPSG:32634", {"A": (1e9, 1e9), "B": (5e5, 4.3e6), "X": (5.1e5, 4.3e6)}
    found = faults(sound)
    assert set(found) == {"edge A -> B", "edge B -> A"}
    assert "outside" in found["edge A -> B"].message


def test_nodes_need_ids_and_edges_two_ends_and_a_direction(sound):
    network, demand, _ = sound.write()
    text = sound.graphml()
    for wrong, right, words in (
        ("<node>", '<node id="A">', "no id"),
        ('<edge target="B">', '<edge source="A" target="B">', "no source"),
        ('<edge directed="false" source="A" target="B">', '<edge source="A" target="B">', "undirected"),
    ):
        network.write_text(text.replace(right, wrong))
        with pytest.raises(BadInput) as caught:
            load_evacuation(network, demand, "X")
        assert any(words in problem.message for problem in caught.value), wrong


@pytest.mark.parametrize("at_s", [1.7e9, float("nan"), float("inf"), ""])
def test_departures_that_are_dates_or_no_numbers_are_refused(sound, at_s):
    sound.demand.append(("A", at_s))
    assert faults(sound)["DEMAND.departure_s"].line == 5


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\xff", b"PK\x03\x04\x14\x00\x06\x00", b"", b"node;departure_s\nA;0\n"]
)
def test_a_demand_that_is_no_csv_table_is_refused(sound, content):
    network, demand, _ = sound.write()
    demand.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        load_evacuation(network, demand, "X")
    assert all(problem.field.startswith("DEMAND") for problem in caught.value)


def test_a_plan_too_long_for_memory_names_the_step(sound, monkeypatch):
    monkeypatch.setattr(flow_over_time, "MOST_MEMORY_MB", 0.001)
    with pytest.raises(BadInput) as caught:
        sound.drive("capacity")
    assert [problem.field for problem in caught.value] == ["--step-s"]


def test_a_folder_that_is_there_is_refused_unless_forced_and_what_is_not_firesims_is_kept(sound, tmp_path):
    network, demand, _ = sound.write()
    out = tmp_path / "out"
    words = [sys.executable, "-m", "firesim", "evacuate", str(network), str(demand), "--exits", "X", "--out"]

    def ran(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*words, *more], capture_output=True, text=True, check=False)

    out.mkdir()
    (out / "mine.txt").write_text("keep")
    assert "--force" in ran(str(out)).stderr
    for refused in (ran(str(out)), ran(str(tmp_path), "--force"), ran("/proc/x")):
        assert refused.returncode == 2
        assert "--out" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (out / "mine.txt").read_text() == "keep"
    assert network.is_file()
    forced = ran(str(out), "--force")
    assert forced.returncode == 0
    (kept,) = tmp_path.glob("out.*.kept/out")
    assert str(kept) in forced.stderr
    assert (kept / "mine.txt").read_text() == "keep"
    (out / "old.txt").write_text("of that run")
    assert ran(str(out), "--force").returncode == 0
    assert not (out / "old.txt").exists()
    assert (out / "summary.json").is_file()

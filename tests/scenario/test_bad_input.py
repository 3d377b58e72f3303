"""What the files and the parts of a scenario say against each other is told, all of it, before the clock starts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firesim.inputs.problems import BadInput, Problem
from firesim.scenario import Scenario, find_scenario, load_scenario


def by_field(problems: list[Problem]) -> dict[str, Problem]:
    return {problem.field: problem for problem in problems}


@pytest.fixture(scope="module")
def skiathos() -> Scenario:
    return load_scenario("skiathos")


def test_many_errors_in_many_files_are_told_in_one_go(copy: Any) -> None:
    copy.edit("2025-08-06T12:00+03:00", "2025-08-06T12:00").edit("one_h: 0.05", "one_h: 5")
    copy.edit("elevation: spot_heights.csv", "elevation: dem.tif").edit("[23.436, 39.1668]", "[23.52, 39.21]")
    copy.edit("policy: Today", "policy: Tomorrow").edit("policy: NoAlert", "policy: NoAlert, parameters: {hast: 2}")
    copy.edit("typical_july,0,23.2,71,1.5,2.1,340", "typical_july,0,23.2,0.71,1.5,2.1,400", "weather_days_authored.csv")
    copy.edit("engine-2,engine,fire_station,2500", "engine-1,engin,fire_station,-1", "units.csv")
    copy.edit("mast_troulos,Antenna above Troulos,23.4", "mast_troulos,Antenna above Troulos,223.4", "masts.csv")
    copy.edit("camera-troulos,camera", "camera-troulos,periscope", "sensors.csv")
    copy.edit("S19,road", ",", "zones.csv")
    found = by_field(copy.faults())
    assert set(found) == {
        "start", "weather.moisture.one_h", "place.elevation", "ignition.lon_lat", "strategies.today.policy",
        "strategies.no-alert.parameters.hast", "weather.table.relative_humidity_pct", "weather.table.wind_from_deg",
        "responders.table.unit", "responders.table.kind", "responders.table.tank_litres", "link.masts.lon",
        "devices.sites.kind", "place.zones.access",
    }  # fmt: skip
    assert found["weather.table.wind_from_deg"].line == 2
    assert found["weather.table.wind_from_deg"].value == 400.0
    assert found["place.elevation"].line == copy.line_of("dem.tif")
    assert "sea" in found["ignition.lon_lat"].message
    assert "neither road, boat nor shelter" in found["place.zones.access"].message
    assert found["place.zones.access"].line == copy.line_of("Troulos", "zones.csv")


def test_problems_stand_file_by_file_and_line_by_line(copy: Any) -> None:
    copy.edit("policy: Today", "policy: Tomorrow").edit("turn_deg: -15", "turn_deg: 400").edit("crs: EPSG", "crs: EPGS")
    copy.edit("engine-2,engine", "engine-2,engin", "units.csv").edit("engine-1,engine", "engine-1,engin", "units.csv")
    where = [(problem.file, problem.line) for problem in copy.faults()]
    files = [file for file, _ in where]
    assert files == [str(copy.file)] * 3 + [str(copy.folder / "units.csv")] * 2
    assert [line for _, line in where[:3]] == sorted(line for _, line in where[:3])


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("lon_lat: [23.60, 39.1668]", "off the grid"),
        ("lon_lat: [39.1668, 23.436]", "off the grid"),
        ("lon_lat: [23.52, 39.21]", "in the sea"),
        ("lon_lat: [23.4893, 39.1637]", "does not burn"),
        ("xy_m: [452000, 4338900]", "in the sea"),
    ],
)
def test_an_ignition_where_nothing_burns_is_told_with_the_nearest_place_that_does(
    skiathos: Scenario, place: str, words: str
) -> None:
    name, value = place.split(": ")
    where = [float(number) for number in value.strip("[]").split(",")]
    changed = {"lon_lat": None, "xy_m": None} | {name: where}
    with pytest.raises(BadInput) as caught:
        skiathos.with_changes(ignition=changed)
    (problem,) = caught.value
    assert problem.field == f"ignition.{name}"
    assert problem.value == where
    assert words in problem.message
    x, y = (float(number) for number in problem.remedy.split("[")[1].split("]")[0].split(","))
    skiathos.with_changes(ignition={"lon_lat": None, "xy_m": None} | {name: [x, y]})


def test_an_empty_weather_table_a_missing_one_and_an_unknown_day_are_told(copy: Any) -> None:
    copy.edit("day: meltemi", "day: meltem")
    (problem,) = copy.faults()
    assert (problem.field, problem.value) == ("weather.day", "meltem")
    assert problem.line == copy.line_of("day:")
    assert "`meltemi" in problem.remedy
    table = copy.folder / "weather_days_authored.csv"
    table.write_text(table.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (problem,) = copy.faults()
    assert (problem.field, problem.file) == ("weather.table", str(table))
    assert "empty" in problem.message
    table.unlink()
    (problem,) = copy.faults()
    assert problem.line == copy.line_of("table: weather")
    assert "no such file" in problem.message


def test_a_strategys_unknown_parameter_policy_and_range_are_told(skiathos: Scenario) -> None:
    bad = {
        "a": {"policy": "Pilto"},
        "b": {"policy": "no.such.module:Class"},
        "c": {"policy": "math:pi"},
        "d": {"policy": "Pilot", "parameters": {"alarm_probabilty": 0.2, "prior_probability": 20}},
    }
    with pytest.raises(BadInput) as caught:
        skiathos.with_changes(strategies=bad)
    found = by_field(caught.value.problems)
    assert set(found) == {
        "strategies.a.policy", "strategies.b.policy", "strategies.c.policy",
        "strategies.d.parameters.alarm_probabilty", "strategies.d.parameters.prior_probability",
    }  # fmt: skip
    assert "`alarm_probability`" in found["strategies.d.parameters.alarm_probabilty"].remedy
    assert "20 % as 0.2" in found["strategies.d.parameters.prior_probability"].remedy


def test_a_module_that_fails_when_imported_is_the_users_and_told(
    skiathos: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_policy.py").write_text("class Mine: x = 1 / 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BadInput, match="division by zero"):
        skiathos.with_changes(strategies={"mine": {"policy": "broken_policy:Mine"}})


def test_a_policy_is_found_in_a_module_beside_the_scenario(copy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    module = "from firesim.command.strategies import Pilot\n\nclass Cautious(Pilot):\n    pass\n"
    (copy.folder / "my_cautious_policy.py").write_text(module, encoding="utf-8")
    copy.edit("policy: Today", "policy: my_cautious_policy:Cautious")
    assert load_scenario(copy.file).strategies["today"].policy == "my_cautious_policy:Cautious"


def test_a_wrong_facility_is_told_alone_and_nothing_of_what_stands_on_the_sound_ones(copy: Any) -> None:
    copy.edit("sites: sensors.csv", "sites: sensors.csv, sirens: {facilities: [port]}")
    copy.edit("39.169,23.4868", "9.169,23.4868", "facilities.csv").edit("station,2500,", "station,-1,", "units.csv")
    told = [(problem.field, problem.line) for problem in copy.faults()]
    assert told == [
        ("place.facilities.lon, lat", 2),
        ("responders.table.tank_litres", copy.line_of("station,-1,", "units.csv")),
    ]


def test_two_speakers_of_one_name_are_told(copy: Any) -> None:
    copy.edit("engine-1,engine", "mast_north,engine", "units.csv").edit("camera-north", "centre", "sensors.csv")
    assert {(problem.field, problem.value) for problem in copy.faults()} == {
        ("responders.table", "mast_north"), ("devices.sites", "centre")
    }  # fmt: skip


def test_people_of_an_hour_within_the_run_that_nobody_counted_are_told(copy: Any) -> None:
    copy.edit("h03,h09,h12,h15,h18,h21", "h03,a,h12,b,h18,c", "people_peak_authored.csv")
    (problem,) = copy.edit("2025-08-06T12:00+03:00", "2025-08-06T17:00+03:00").faults()
    assert problem.field == "place.people"
    assert "h19" in problem.remedy


@pytest.mark.parametrize(
    ("file", "field", "old", "new"),
    [
        ("people_peak_authored.csv", "place.people", "h12", "H12"),
        ("people_peak_authored.csv", "place.people", "h12", "h9"),
        ("people_peak_authored.csv", "place.people", "h21", "h24"),
        ("landcover_fuels.csv", "place.landcover_fuels", "fuel_alternative", "fuel_alternate"),
        ("landcover_fuels.csv", "place.landcover_fuels", "refuge_m2_per_person", "refuge_m2_per_persons"),
        ("refuges.csv", "place.refuges", "basis", "overide"),
        ("settlements.csv", "place.settlements", "osm_lat", "osm_latt"),
        ("zones.csv", "place.zones", "name_el", "Name_el"),
        ("landings.csv", "place.landings", "name_el", "name_ell"),
        ("bus_stops.csv", "place.bus_stops", "name_el", "nameel"),
    ],
)
def test_a_column_that_would_be_left_out_for_its_spelling_is_told(
    copy: Any, file: str, field: str, old: str, new: str
) -> None:
    faults = copy.edit(old, new, file).faults()
    assert {(problem.field, problem.line) for problem in faults if problem.field.startswith(field)} == {
        (f"{field}.{new}", 1)
    }  # fmt: skip


def test_a_zone_whose_road_leads_to_no_refuge_is_told(copy: Any) -> None:
    edges, apart = copy.folder / "roads_authored_edges.geojson", {"S19", "S20"}
    collection = json.loads(edges.read_text(encoding="utf-8"))
    for feature in collection["features"]:
        properties = feature["properties"]
        if len(apart & {properties["source"], properties["target"]}) == 1:
            properties |= {"speed_kmh": 0, "class": "path"}  # only the stretch between the two is left to cars
    edges.write_text(json.dumps(collection), encoding="utf-8")
    (told,) = [problem for problem in copy.faults() if problem.value == "S19"]
    assert told.field == "place.zones.node"
    assert told.line == copy.line_of("Troulos", "zones.csv")
    assert "no road leads from this node to any refuge" in told.message


@pytest.mark.parametrize("spoil", ["grid", "crs"])
def test_a_raster_of_another_grid_or_map_is_told_with_the_command_that_mends_it(
    copy: Any, skiathos: Scenario, spoil: str
) -> None:
    import rasterio
    from affine import Affine

    grid = skiathos.place.grid
    a, b, c, d, e, f = grid.transform
    settings: dict[str, Any] = {"crs": grid.crs, "transform": Affine(a, b, c, d, e, f)}
    settings |= {"crs": "EPSG:32634"} if spoil == "crs" else {"transform": Affine(a, b, c + 10.0, d, e, f)}
    settings |= {"height": grid.rows, "width": grid.columns, "count": 1, "dtype": "float32", "driver": "GTiff"}
    with rasterio.open(copy.folder / "dem.tif", "w", **settings) as file:
        file.write(np.zeros(grid.shape, np.float32), 1)
    (problem,) = copy.edit("elevation: spot_heights.csv", "elevation: dem.tif").faults()
    assert (problem.field, problem.file) == ("place.elevation", str(copy.folder / "dem.tif"))
    assert "gdalwarp -t_srs EPSG:2100" in problem.remedy


def test_a_scenario_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    for name, words in ((tmp_path / "none.yaml", "skiathos"), ("skiatos", "`skiathos`"), (tmp_path, "skiathos")):
        with pytest.raises(BadInput) as caught:
            find_scenario(name)
        assert words in caught.value[0].remedy


def test_a_strategy_that_sounds_sirens_needs_one(copy: Any) -> None:
    copy.edit("channels: [cell_broadcast, knock], policy: Today", "channels: [siren, knock], policy: Today")
    (problem,) = copy.faults()
    assert problem.field == "strategies.today.channels"
    assert problem.line == copy.line_of("policy: Today")
    assert "no siren" in problem.message
    assert "devices.sirens.facilities" in problem.remedy


@pytest.mark.parametrize(
    ("row", "sirens"), [("siren-hill,siren,23.4713,39.1500,12,authored\n", ""), ("", ", sirens: {facilities: [port]}")]
)
def test_a_siren_may_stand_in_the_table_or_on_a_facility(copy: Any, row: str, sirens: str) -> None:
    copy.edit("channels: [cell_broadcast, knock], policy: Today", "channels: [siren, knock], policy: Today")
    copy.edit("sites: sensors.csv", "sites: sensors.csv" + sirens)
    if row:
        copy.edit("lookout-summit", row + "lookout-summit", "sensors.csv")
    assert load_scenario(copy.file).strategies["today"].channels == ("siren", "knock")


def test_a_siren_on_a_facility_that_does_not_exist_is_told(copy: Any) -> None:
    copy.edit("sites: sensors.csv", "sites: sensors.csv, sirens: {facilities: [church]}")
    (problem,) = copy.faults()
    assert (problem.field, problem.value) == ("devices.sirens.facilities", "church")
    assert "fire_station" in problem.remedy


@pytest.mark.parametrize("left_out", ["people: people_peak_authored.csv", "elevation: spot_heights.csv"])
def test_a_missing_file_does_not_hide_what_is_wrong_inside_the_others(copy: Any, left_out: str) -> None:
    copy.edit(left_out, "").edit("cell_size_m: 30", "cell_size_m: 30\n  bus_stop: bus_stops.csv")
    copy.edit("(Pyrosvestiko Klimakio),39.169", "(Pyrosvestiko Klimakio),north", "facilities.csv")
    field = f"place.{left_out.split(':')[0]}"
    found = by_field(copy.faults())
    assert {field, "place.bus_stop"} < set(found)
    assert "missing" in found[field].message
    inside = [problem for name, problem in found.items() if name.startswith("place.facilities")]
    assert inside
    assert all(problem.file.endswith("facilities.csv") for problem in inside)
    assert {name for name in found if name.startswith("place.")} == {
        field, "place.bus_stop", *(problem.field for problem in inside),
    }  # fmt: skip

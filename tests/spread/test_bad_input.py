"""What is wrong with a case is told before the fire starts, all of it at once, with file, line, field and remedy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROW = {
    "at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, "moisture_1h": 0.06, "moisture_10h": 0.07,
    "moisture_100h": 0.08, "moisture_live_herb": 0.60, "moisture_live_woody": 0.90,
}  # fmt: skip
SHAPE = (60, 80)


def fuel(number: int = 145) -> np.ndarray:
    return np.full(SHAPE, number, np.int16)


def hill() -> np.ndarray:
    return np.add.outer(np.zeros(60), np.arange(80.0)).astype(np.float32)


@pytest.mark.parametrize(
    ("ignition", "field", "words"),
    [
        ({"cell": [60, 15]}, "ignition.cell", "off the grid"),
        ({"cell": [-1, 15]}, "ignition.cell", "off the grid"),
        ({"xy_m": [2401, 10]}, "ignition.xy_m", "off the grid"),
        ({"lon_lat": [23.4, 39.1]}, "ignition.lon_lat", "without longitude and latitude"),
        ({"cell": [1, 1], "xy_m": [5, 5]}, "ignition", "name the place once"),
        ({"geojson": "nowhere.geojson"}, "ignition.geojson", "no such file"),
        ({"cell": [1, 1], "at_min": 60}, "ignition.at_min", "beyond duration_h"),
    ],
)
def test_an_ignition_that_cannot_be_is_refused(cases: Any, ignition: Any, field: str, words: str) -> None:
    found = cases.faults(ignition=ignition)
    assert set(found) == {field}
    assert words in found[field].message


def test_an_ignition_on_fuel_that_does_not_burn_is_refused(cases: Any) -> None:
    assert "Nothing can burn" in cases.faults(landscape__fuel_model="NB1")["ignition.cell"].message
    line = cases.geojson("line.geojson", ("LineString", [[100, 100], [900, 100]], {}))
    found = cases.faults(landscape__fuel_model=98, ignition={"geojson": line})
    assert "Nothing can burn" in found["ignition.geojson.features[0]"].message
    beyond = cases.geojson("beyond.geojson", ("Polygon", [[[0, 0], [9e9, 0], [9, 90], [0, 0]]], {}))
    found = cases.faults(ignition={"geojson": beyond})
    assert "off the grid" in found["ignition.geojson.features[0]"].message


def test_an_ignition_off_the_grid_is_told_besides_a_fuel_that_is_unknown(cases: Any) -> None:
    drops = [{"polygon_xy_m": [[1, 1], [99, 1], [99, 99]], "litres_m2": 0}]
    found = cases.faults(landscape__fuel_model="SH55", ignition={"cell": [60, 15]}, drops=drops)
    assert set(found) == {"landscape.fuel_model", "ignition.cell", "drops[0].litres_m2"}
    assert set(cases.faults(landscape__fuel_model="SH55")) == {"landscape.fuel_model"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"crs": "EPSG:32634"}, "CRS"),
        ({"north_m": 4_400_030.0}, "corner or cell size"),
        ({"size_m": 25.0}, "corner or cell size"),
    ],
)
def test_rasters_of_another_crs_or_transform_are_refused(cases: Any, changes: dict[str, Any], words: str) -> None:
    landscape = {
        "fuel_model": cases.raster("fuel.tif", fuel()),
        "elevation_m": cases.raster("dem.tif", hill(), **changes),
    }
    found = cases.faults(landscape=landscape)
    assert set(found) == {"landscape.elevation_m"}
    assert words in found["landscape.elevation_m"].message


def test_rasters_of_another_shape_are_refused_and_so_is_a_size_that_is_not_theirs(cases: Any) -> None:
    small = cases.raster("dem.tif", hill()[:50])
    found = cases.faults(
        landscape={"fuel_model": cases.raster("fuel.tif", fuel()), "elevation_m": small, "size": [61, 80]}
    )
    assert set(found) == {"landscape.elevation_m", "landscape.size"}
    assert "50 rows" in found["landscape.elevation_m"].message


def test_a_raster_in_degrees_is_refused(cases: Any) -> None:
    degrees = cases.raster("fuel.tif", fuel(), crs="EPSG:4326", size_m=0.001, north_m=39.0)
    assert "in metres" in cases.faults(landscape={"fuel_model": degrees})["landscape.fuel_model"].message


def test_unknown_fuels_are_refused_with_their_numbers(cases: Any) -> None:
    assert "SH5" in cases.faults(landscape__fuel_model="SH55")["landscape.fuel_model"].remedy
    assert cases.faults(landscape__fuel_model=77)["landscape.fuel_model"].value == 77
    numbers = fuel()
    numbers[3, 4:6] = 77
    found = cases.faults(landscape={"fuel_model": cases.raster("fuel.tif", numbers)})
    assert "77 (2 cells)" in found["landscape.fuel_model"].message


@pytest.mark.parametrize("value", [-9999.0, np.nan])
def test_a_cell_that_is_used_must_have_data(cases: Any, value: float) -> None:
    heights = hill()
    heights[7, 9] = value
    landscape = {
        "fuel_model": cases.raster("fuel.tif", fuel()),
        "elevation_m": cases.raster("dem.tif", heights, nodata=-9999.0),
    }
    found = cases.faults(landscape=landscape)
    assert "row 7, column 9" in found["landscape.elevation_m"].message
    holes = fuel()
    holes[2, 2] = -1
    found = cases.faults(landscape={"fuel_model": cases.raster("fuel.tif", holes, nodata=-1)})
    assert "row 2, column 2" in found["landscape.fuel_model"].message


def test_a_declared_nodata_value_that_no_cell_has_is_no_error_nor_is_one_far_from_fuel(cases: Any) -> None:
    rock, heights = fuel(), hill()
    rock[:5, :5] = 99
    heights[:3, :3] = -9999.0
    case = cases.load(
        landscape={
            "fuel_model": cases.raster("fuel.tif", rock, nodata=-1),
            "elevation_m": cases.raster("dem.tif", heights, nodata=-9999.0),
        }
    )
    assert np.isfinite(case.ground.landscape.slope_deg).all()
    assert case.ground.landscape.slope_deg[30, 40] == pytest.approx(np.degrees(np.arctan(1 / 30)), rel=1e-5)
    assert case.ground.landscape.aspect_deg[30, 40] == pytest.approx(270.0)


@pytest.mark.parametrize(
    ("rows", "field", "words"),
    [
        ([{**ROW, "at_min": 30}], "weather[0].at_min", "gap"),
        ([ROW, {**ROW, "at_min": 60}, {**ROW, "at_min": 60}], "weather[2].at_min", "later than the row before"),
        ([{k: v for k, v in ROW.items() if k != "moisture_10h"}], "weather[0]", "lacks moisture_10h"),
        ([{k: v for k, v in ROW.items() if k != "wind_from_deg"}], "weather[0].wind_from_deg", "missing"),
        ([{**ROW, "wind_speed_10m_m_s": None}], "weather[0].wind_speed_10m_m_s", "number"),
        ([{**ROW, "moisture_1h": 6}], "weather[0].moisture_1h", "at most 1"),
        ([{**ROW, "temperature_c": 30}], "weather[0]", "unused"),
        ([], "weather", "at least 1"),
    ],
)
def test_weather_with_gaps_is_refused(cases: Any, rows: Any, field: str, words: str) -> None:
    found = cases.faults(weather=rows)
    assert set(found) == {field}
    assert words in found[field].message


def test_weather_of_the_air_needs_the_cases_start(cases: Any) -> None:
    row = {"at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, "temperature_c": 32, "relative_humidity_pct": 25}
    assert set(cases.faults(weather=[row])) == {"start"}
    assert set(cases.faults(weather=[row], start="2025-08-06T12:00")) == {"start"}
    cases.load(weather=[row], start="2025-08-06T12:00+03:00")


def test_a_run_that_would_not_fit_in_memory_is_refused_with_the_number(cases: Any) -> None:
    found = cases.faults(landscape__size=[2_000_000, 1_000_000])
    assert "GB" in found["landscape.size"].message
    assert "2,000,000,000,000 cells" in found["landscape.size"].message


def test_canopy_fields_belong_together_and_crown_fire_needs_them_all(cases: Any) -> None:
    assert "shelter" in cases.faults(landscape__canopy_cover=0.5)["landscape"].message
    found = cases.faults(landscape__canopy_cover=50, landscape__canopy_height_m=12, crown="on")
    assert set(found) == {
        "landscape.canopy_cover", "landscape.canopy_base_height_m", "landscape.canopy_bulk_density_kg_m3",
    }  # fmt: skip
    assert "0.6" in found["landscape.canopy_cover"].remedy


def test_crowns_above_their_trees_are_refused(cases: Any) -> None:
    trees = {"canopy_cover": 0.7, "canopy_height_m": 5, "canopy_bulk_density_kg_m3": 0.2}
    land = {"size": [60, 80], "cell_size_m": 30, "fuel_model": "SH5", **trees}
    found = cases.faults(landscape={**land, "canopy_base_height_m": 12})
    assert set(found) == {"landscape.canopy_base_height_m"}
    assert "12 m under tops at 5 m" in found["landscape.canopy_base_height_m"].message
    cases.load(landscape={**land, "canopy_cover": 0, "canopy_base_height_m": 12})


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"barriers": [{"xy_m": [[1, 1], [2, 2]], "at_min": -5}]}, "barriers[0].at_min", "at least 0"),
        ({"barriers": [{"xy_m": [[1, 1]]}]}, "barriers[0].xy_m", "at least 2"),
        ({"drops": [{"polygon_xy_m": [[1, 1], [2, 1], [2, 2]]}]}, "drops[0].litres_m2", "missing"),
        ({"drops": [{"polygon_xy_m": [[1, 1], [2, 1]], "litres_m2": 2}]}, "drops[0].polygon_xy_m", "at least 3"),
        ({"landscape__size": [-3, 80]}, "landscape.size[0]", "at least 1"),
        ({"weather": [{**ROW, "wind_speed_10m_m_s": -1}]}, "weather[0].wind_speed_10m_m_s", "at least 0"),
    ],
)
def test_what_is_wrong_is_named_where_it_is_and_once(cases: Any, changes: Any, field: str, words: str) -> None:
    found = cases.faults(**changes)
    assert set(found) == {field}
    assert words in found[field].message
    assert "rows in time" not in found[field].remedy


def test_shapes_in_files_must_be_drawn_and_say_what_they_need(cases: Any) -> None:
    square = [[[100, 100], [300, 100], [300, 300], [100, 100]]]
    drops = cases.geojson("drops.geojson", ("Polygon", square, {"at_min": 20}), ("Point", [1, 1], {}))
    lines = cases.geojson("lines.geojson", ("LineString", [[0, 0], [9, 9]], {"at_min": "soon"}))
    found = cases.faults(drops=[drops], barriers=lines)
    assert set(found) == {"drops[0].features[0]", "drops[0].features[1]", "barriers.features[0]"}
    assert "litres_m2" in found["drops[0].features[0]"].message


def test_a_duration_in_seconds_is_refused_before_its_hours_are_counted(cases: Any) -> None:
    assert "at most 2000" in cases.faults(duration_h=28_800)["duration_h"].message


def test_everything_that_is_wrong_is_told_at_once_and_the_command_ends_with_2(cases: Any, tmp_path: Path) -> None:
    changes = {
        "landscape__fuel_model": "SH55", "landscape__elevation": 3, "ignition": {"cell": [999, 1]},
        "weather": [{**ROW, "at_min": 5, "wind_from_deg": 400}], "duration_h": 0, "crown": "perhaps",
    }  # fmt: skip
    found = cases.faults(**changes)
    assert {"landscape.fuel_model", "landscape.elevation", "weather[0].wind_from_deg", "duration_h", "crown"} <= set(
        found
    )
    command = [sys.executable, "-m", "firesim", "spread", str(cases.write(**changes)), "--out", str(tmp_path / "out")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "case.yaml:" in ended.stderr
    assert "weather[0].wind_from_deg = 400" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_slips_of_kind_and_unit_are_refused(cases: Any) -> None:
    assert "not true or false" in cases.faults(landscape__fuel_model=True)["landscape.fuel_model"].message
    assert "`SH5`" in cases.faults(landscape__fuel_model="sh5")["landscape.fuel_model"].remedy
    ring = [[0, 0], [300, 0], [300, 300], [0, 0]]
    dry = cases.geojson("dry.geojson", ("Polygon", [ring], {"litres_m2": 0}))
    assert "above 0" in cases.faults(drops=[dry])["drops[0].features[0]"].message
    air = {"at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, "temperature_c": 30}
    found = cases.faults(weather=[{**air, "relative_humidity_pct": 0.2}], start="2025-08-06T12:00+03:00")
    assert "at least 1" in found["weather[0].relative_humidity_pct"].message


def test_many_points_that_would_not_fit_in_memory_are_refused(cases: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    points = cases.geojson("points.geojson", ("MultiPoint", [[15 + 30 * n, 105] for n in range(40)], {}))
    monkeypatch.setattr("firesim.spread.ground.available_bytes", lambda: 2_000_000)
    found = cases.faults(ignition={"geojson": points}, acceleration="on")
    assert "40 points" in found["ignition.geojson"].message
    cases.load(ignition={"geojson": points}, acceleration="off")

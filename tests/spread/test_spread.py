"""A case from file to folder: the fire is the exact one, and the folder says all of it."""

from __future__ import annotations

import json
import subprocess
import sys
from math import cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from firesim.fire.drying import equilibrium_moisture
from firesim.place.shapes import ring_area_m2
from firesim.spread.case import WeatherFields
from firesim.spread.weather import told_weather

RATE_M_S, ECCENTRICITY = 0.34352, 0.79392
ROW = {
    "at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, "moisture_1h": 0.06, "moisture_10h": 0.07,
    "moisture_100h": 0.08, "moisture_live_herb": 0.60, "moisture_live_woody": 0.90,
}  # fmt: skip
FACTS = (
    "burned_cells", "burned_area_ha", "solve_cpu_s", "head_rate_m_s", "eccentricity", "spread_toward_deg",
    "peak_rss_mb", "warnings", "versions",
)  # fmt: skip
TREES = {
    "canopy_cover": 0.7, "canopy_height_m": 15, "canopy_base_height_m": 2, "canopy_bulk_density_kg_m3": 0.2,
}  # fmt: skip


def read(path: Path) -> tuple[np.ndarray, Any]:
    with rasterio.open(path) as raster:
        return raster.read(1), raster


def exact_s(shape: tuple[int, int], row: float, column: float, from_deg: float = 270.0) -> np.ndarray:
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    dx, dy = 30.0 * (columns - column), 30.0 * (row - rows)
    toward = radians(from_deg + 180.0)
    ahead = dx * sin(toward) + dy * cos(toward)
    return (np.hypot(dx, dy) - ECCENTRICITY * ahead) / (RATE_M_S * (1.0 - ECCENTRICITY))


# A kernel that is asked for with new types is compiled, or fetched from disk: both go through here.
TELLS_OF_KERNELS = """
import sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from firesim.spread.load import load_case
from firesim.spread.solve import compile_kernels, solve
compile_kernels()
get_ready, names = Dispatcher.compile, []
Dispatcher.compile = lambda self, types: names.append(self.py_func.__name__) or get_ready(self, types)
solve(load_case(Path(sys.argv[1])))
print(sorted(set(names)))
"""


@pytest.mark.parametrize("solver", ["exact", "fast"])
def test_no_kernel_is_compiled_or_fetched_while_the_work_is_timed(cases: Any, solver: str) -> None:
    # At 400 cells a side fetching three of them took a quarter of the time that was told.
    wind = [ROW, ROW | {"at_min": 120, "wind_from_deg": 250}]
    line = [{"xy_m": [[1500, 1000], [1500, 2000]], "at_min": 60}]
    drop = [{"polygon_xy_m": [[1800, 1200], [1900, 1200], [1900, 1800], [1800, 1800]], "litres_m2": 2, "at_min": 30}]
    case = cases.write(weather=wind, barriers=line, drops=drop, solver=solver, duration_h=4)
    command = [sys.executable, "-c", TELLS_OF_KERNELS, str(case)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "[]", ended.stdout + ended.stderr


def test_the_command_writes_the_whole_folder_of_the_plain_case(cases: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "firesim", "spread", str(cases.write()), "--out", str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "no CRS" in ended.stdout
    facts = json.loads((out / "spread.json").read_text())
    assert set(FACTS) <= set(facts)
    assert facts["warnings"] == []
    assert facts["head_rate_m_s"] == pytest.approx(RATE_M_S, rel=1e-3)
    assert facts["eccentricity"] == pytest.approx(ECCENTRICITY, rel=1e-3)
    assert facts["spread_toward_deg"] == pytest.approx(90.0)
    assert 0.0 < facts["solve_cpu_s"] < 10.0
    assert facts["peak_rss_mb"] > 50.0

    arrival, raster = read(out / "arrival_time.tif")
    assert (arrival.dtype, arrival.shape, raster.crs) == (np.float32, (60, 80), None)
    assert np.isnan(raster.nodata)
    exact = exact_s((60, 80), 30.5, 15.5)
    burnt = exact <= 3600.0
    assert np.isfinite(arrival[burnt]).mean() > 0.99
    assert facts["burned_cells"] == np.isfinite(arrival).sum() == pytest.approx(burnt.sum(), rel=0.01)
    far = np.isfinite(arrival) & (exact > 1000.0)
    np.testing.assert_allclose(arrival[far], exact[far], rtol=0.005)
    half_length_m = 3600.0 * RATE_M_S / (1.0 + ECCENTRICITY)
    area_ha = np.pi * half_length_m**2 * sqrt(1.0 - ECCENTRICITY**2) / 1e4
    assert facts["burned_area_ha"] == pytest.approx(area_ha, rel=0.003)
    for name, least in (("fireline_intensity", 100.0), ("flame_length", 0.5), ("rate_of_spread", 0.01)):
        values, raster = read(out / f"{name}.tif")
        assert values.dtype == np.float32
        assert np.array_equal(np.isfinite(values), np.isfinite(arrival))
        assert np.nanmin(values) > least * 0.1
        assert np.nanmax(values) > least
    assert np.nanmax(read(out / "rate_of_spread.tif")[0]) == pytest.approx(RATE_M_S, rel=0.01)

    shapes = json.loads((out / "perimeters.geojson").read_text())
    assert "metres" in shapes["coordinates"]
    (hourly,) = shapes["features"]
    assert hourly["properties"]["time_h"] == 1.0
    ((ring,),) = hourly["geometry"]["coordinates"]
    assert ring_area_m2([tuple(point) for point in ring]) / 1e4 == pytest.approx(area_ha, rel=0.02)

    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert subprocess.run([*command, "--force"], capture_output=True, check=False).returncode == 0
    assert not list(tmp_path.glob("out.*"))


def test_the_same_place_may_be_told_by_cell_by_metres_or_by_lon_lat(cases: Any) -> None:
    by_cell = cases.solved()[1].fields.arrival_time_s
    by_metres = cases.solved(ignition={"xy_m": [15.5 * 30.0, (60 - 30.5) * 30.0]})[1].fields.arrival_time_s
    np.testing.assert_allclose(by_metres, by_cell, rtol=1e-6)
    raster = cases.raster("fuel.tif", np.full((60, 80), 145, np.int16))
    case, solved = cases.solved(landscape={"fuel_model": raster})
    np.testing.assert_allclose(solved.fields.arrival_time_s, by_cell, rtol=1e-6)
    x_m, y_m = case.ground.grid.centre_of(30, 15)
    lon, lat = (float(value) for value in case.ground.grid.to_lon_lat(x_m, y_m))
    _, by_degrees = cases.solved(landscape={"fuel_model": raster}, ignition={"lon_lat": [lon, lat]})
    np.testing.assert_allclose(by_degrees.fields.arrival_time_s, by_cell, rtol=1e-3, atol=1.0)
    facts = cases.facts(landscape={"fuel_model": raster})
    assert "EPSG:2100" in facts["coordinates"]
    assert read(cases.folder / "arrival_time.tif")[1].crs.to_epsg() == 2100
    shapes = json.loads((cases.folder / "perimeters.geojson").read_text())
    west = min(point[0] for point in shapes["features"][0]["geometry"]["coordinates"][0][0])
    assert west == pytest.approx(lon, abs=0.01)


def test_text_rasters_are_read_and_a_geotiff_beside_them_gives_the_crs(cases: Any) -> None:
    fuel = cases.raster("fuel.asc", np.full((60, 80), 145, np.int32), crs=None)
    case = cases.load(landscape={"fuel_model": fuel})
    assert case.ground.grid.crs is None
    assert case.ground.grid.x_west_m == pytest.approx(500_000.0)
    dem = cases.raster("dem.tif", np.zeros((60, 80), np.float32))
    case = cases.load(landscape={"fuel_model": fuel, "elevation_m": dem})
    assert case.ground.grid.crs == "EPSG:2100"


def test_fire_may_start_along_a_line_or_as_a_whole_perimeter(cases: Any) -> None:
    line = cases.geojson("line.geojson", ("LineString", [[465, 465], [465, 1365]], {}))
    _, solved = cases.solved(ignition={"geojson": line}, acceleration="on")
    lit = solved.fields.arrival_time_s == 0.0
    assert lit.sum() == 31
    assert lit[:, 15].sum() == 31
    # From a long line the fire runs straight, and lines do not accelerate.
    assert solved.fields.arrival_time_s[30, 45] == pytest.approx(30 * 30.0 / RATE_M_S, rel=0.01)
    ring = [[600, 600], [1200, 600], [1200, 1200], [600, 1200], [600, 600]]
    area = cases.geojson("area.geojson", ("Polygon", [ring], {}), ("Point", [100, 100], {}))
    _, solved = cases.solved(ignition={"geojson": area})
    assert (solved.fields.arrival_time_s == 0.0).sum() == 20 * 20 + 1


def test_a_point_fire_accelerates_unless_told_not_to(cases: Any) -> None:
    slow, steady = (cases.solved(acceleration=how)[1] for how in (True, "off"))
    assert 0.5 < slow.area_m2 / steady.area_m2 < 0.8
    default = cases.solved(acceleration=None)[1]
    assert default.area_m2 == slow.area_m2
    assert slow.head == steady.head
    quick = cases.solved(acceleration="on", acceleration_per_min=0.5)[1]
    assert slow.area_m2 < quick.area_m2 < steady.area_m2
    assert set(cases.faults(acceleration_per_min=0)) == {"acceleration_per_min"}


def test_a_point_beside_a_polygon_builds_up_and_the_polygon_does_not(cases: Any) -> None:
    ring = [[300, 300], [600, 300], [600, 1500], [300, 1500], [300, 300]]
    polygon, point = ("Polygon", [ring], {}), ("Point", [1815, 885], {})
    both = cases.geojson("both.geojson", polygon, point)
    area = cases.geojson("area.geojson", polygon)
    _, solved = cases.solved(ignition={"geojson": both}, acceleration="on", duration_h=0.5)
    _, alone = cases.solved(ignition={"geojson": area}, acceleration="on", duration_h=0.5)
    _, spot = cases.solved(ignition={"xy_m": [1815, 885]}, acceleration="on", duration_h=0.5)
    arrival, west, east = (one.fields.arrival_time_s for one in (solved, alone, spot))
    np.testing.assert_array_equal(arrival[:, :50], west[:, :50])
    np.testing.assert_array_equal(arrival[:, 55:], east[:, 55:])
    assert solved.area_m2 == pytest.approx(alone.area_m2 + spot.area_m2)


def test_a_barrier_and_a_drop_hold_from_their_time_on(cases: Any) -> None:
    free = cases.solved(duration_h=2)[1].fields.arrival_time_s
    wall = {"xy_m": [[1000, -10], [1000, 1900]], "at_min": 10}
    held = cases.solved(duration_h=2, barriers=[wall])[1].fields.arrival_time_s
    assert np.isfinite(free[:, 34:]).any()
    assert not np.isfinite(held[:, 34:]).any()
    late = cases.solved(duration_h=2, barriers=[{**wall, "at_min": 100}])[1].fields.arrival_time_s
    np.testing.assert_allclose(late[free < 6000.0], free[free < 6000.0], rtol=1e-6)
    square = [[1000, 0], [1150, 0], [1150, 1800], [1000, 1800]]
    drop = {"polygon_xy_m": square, "litres_m2": 1.22, "at_min": 5, "evaporation_mm_h": 0}
    wet = cases.solved(duration_h=2, drops=[drop])[1].fields.arrival_time_s
    # Half of what stops fire in tall shrub halves the rate over five cells.
    assert wet[30, 45] - free[30, 45] == pytest.approx(5 * 30.0 / RATE_M_S, rel=0.1)
    dries = cases.solved(duration_h=2, drops=[{**drop, "evaporation_mm_h": 1.0}])[1].fields.arrival_time_s
    assert free[30, 45] < dries[30, 45] < wet[30, 45]
    lines = cases.geojson("lines.geojson", ("LineString", wall["xy_m"], {"at_min": 10}))
    water = cases.geojson(
        "water.geojson", ("Polygon", [[*square, square[0]]], {"at_min": 5, "litres_m2": 1.22, "evaporation_mm_h": 0})
    )
    of_files = cases.solved(duration_h=2, barriers=lines, drops=[water])[1].fields.arrival_time_s
    both = cases.solved(duration_h=2, barriers=[wall], drops=[drop])[1].fields.arrival_time_s
    np.testing.assert_array_equal(of_files, both)


def test_weather_rows_hold_from_their_time_on(cases: Any) -> None:
    turned = [ROW, {**ROW, "at_min": 30, "wind_from_deg": 180}]
    _, solved = cases.solved(weather=turned, duration_h=2)
    one_wind = cases.solved(duration_h=2)[1].fields.arrival_time_s
    arrival = solved.fields.arrival_time_s
    np.testing.assert_allclose(arrival[one_wind < 1750.0], one_wind[one_wind < 1750.0], rtol=1e-5)
    assert np.isfinite(arrival[2]).any()  # the north, where the first wind alone never brings fire
    assert not np.isfinite(one_wind[2]).any()


def test_fuel_follows_the_air_with_the_lag_of_its_size() -> None:
    air = {"wind_speed_10m_m_s": 5, "wind_from_deg": 270}
    rows = [
        WeatherFields(at_min=0, temperature_c=25, relative_humidity_pct=60, **air),
        WeatherFields(at_min=60, temperature_c=35, relative_humidity_pct=15, **air),
    ]
    told = told_weather(rows, 6 * 3600.0)
    times = [at_s for at_s, _ in told]
    assert times == sorted(times)
    damp, dry = (float(equilibrium_moisture(t, h)) for t, h in ((25, 60), (35, 15)))
    first, last = told[0][1].moisture, told[-1][1].moisture
    assert first.as_tuple() == pytest.approx((damp, damp, damp, 0.60, 0.90))
    # Five hours: 1-h fuel has gone all but e^-5 of its way, 10-h fuel 39 %, 100-h fuel 5 %.
    for now, lag_h in zip(last.as_tuple(), (1.0, 10.0, 100.0), strict=False):
        gone = (damp - float(now)) / (damp - dry)
        assert gone == pytest.approx(1.0 - np.exp(-5.0 / lag_h), abs=0.02)


def test_crowns_burn_where_they_are_asked_to_and_the_canopy_lets_them(cases: Any) -> None:
    wind = [{**ROW, "wind_speed_10m_m_s": 10}]
    land = {"size": [60, 80], "cell_size_m": 30, "fuel_model": "SH5", **TREES}
    off, on = (cases.solved(landscape=land, weather=wind, crown=how, duration_h=0.5)[1] for how in ("off", "on"))
    # Cruz et al. 2005: 11.02 U^0.9 CBD^0.19 exp(-0.17 M), U in km/h, M in %.
    assert on.head.rate_m_s == pytest.approx(11.02 * 36.0**0.9 * 0.2**0.19 * np.exp(-0.17 * 6) / 60.0, rel=1e-6)
    assert on.head.rate_m_s > 2.0 * off.head.rate_m_s
    assert np.nanmax(on.fields.flame_length_m) > 2.0 * np.nanmax(off.fields.flame_length_m)
    # Thomas 1963 instead of Byram at the head.
    intensity = float(np.nanmax(on.fields.fireline_intensity_kw_m))
    assert float(np.nanmax(on.fields.flame_length_m)) == pytest.approx(0.0266 * intensity ** (2 / 3), rel=0.01)
    bare = np.where(np.arange(80) < 40, 0.7, 0.0).astype(np.float32)
    cover = cases.raster("cover.tif", np.broadcast_to(bare, (60, 80)).copy())
    trees = {**land, "canopy_cover": cover}
    trees.pop("size")
    _, half = cases.solved(landscape=trees, weather=wind, crown="on", duration_h=0.5)
    # Where no trees stand the wind is not sheltered, and only the surface burns.
    under_trees, beyond = half.fields.fireline_intensity_kw_m[:, 20:38], half.fields.flame_length_m[:, 45:]
    assert np.nanmax(under_trees) > 20_000.0
    byram_m = 0.0775 * half.fields.fireline_intensity_kw_m[:, 45:] ** 0.46
    np.testing.assert_allclose(beyond[np.isfinite(beyond)], byram_m[np.isfinite(beyond)], rtol=0.01)


def test_the_fast_solver_stays_within_its_printed_error(cases: Any) -> None:
    land = {"size": [200, 240], "cell_size_m": 30, "fuel_model": "SH5"}
    exact = exact_s((200, 240), 100.5, 30.5)
    far = (exact <= 13_000.0) & (exact > 2000.0)
    worst = {}
    for solver in ("exact", "fast"):
        _, solved = cases.solved(landscape=land, ignition={"cell": [100, 30]}, duration_h=4, solver=solver)
        error = np.abs(solved.fields.arrival_time_s[far] / exact[far] - 1.0)
        worst[solver] = float(error.max())
        assert np.median(error) < (0.002 if solver == "exact" else 0.01)
    assert worst["exact"] < 0.005 < worst["fast"] < 0.05


def test_on_a_slope_the_map_advances_by_the_cosine(cases: Any) -> None:
    rise = np.tan(np.radians(30.0))
    heights = np.add.outer(-np.arange(60) * 30.0 * rise + 2000.0, np.zeros(80)).astype(np.float32)
    still = [{**ROW, "wind_speed_10m_m_s": 0}]
    land = {"fuel_model": cases.raster("f.tif", np.full((60, 80), 145, np.int16)),
            "elevation_m": cases.raster("e.tif", heights)}  # fmt: skip
    _, solved = cases.solved(landscape=land, weather=still, ignition={"cell": [50, 40]}, duration_h=3)
    assert solved.head.toward_deg == pytest.approx(0.0, abs=1e-3) or solved.head.toward_deg == pytest.approx(360.0)
    cells = 15
    exact = cells * 30.0 / np.cos(np.radians(30.0)) / solved.head.rate_m_s
    assert solved.fields.arrival_time_s[50 - cells, 40] == pytest.approx(exact, rel=0.005)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weather": [{**ROW, "moisture_1h": 0.9, "moisture_10h": 0.9, "moisture_100h": 0.9,
                       "moisture_live_herb": 3, "moisture_live_woody": 3}]}, "TOO WET"),
        ({"landscape__cell_size_m": 3000}, "SMALLER THAN A CELL"),
        ({"duration_h": 6}, "EDGE OF THE GRID"),
        ({"weather": [{**ROW, "wind_speed_10m_m_s": 40}], "duration_h": 0.1}, "OUTSIDE THE RANGE"),
        ({"drops": [{"polygon_xy_m": [[1, 1], [2, 1], [2, 2]], "litres_m2": 2}]}, "wets no cell"),
        ({"barriers": [{"xy_m": [[1, 1], [2, 1]], "at_min": 600}]}, "after the end"),
        ({"barriers": [{"xy_m": [[-90, 60], [60, -90]]}]}, "lies off the grid"),  # past its corner
        ({"ignition": {"xy_m": [453, 885]}, "barriers": [{"xy_m": [[460, 0], [460, 1800]]}]}, "RUNS BETWEEN"),
    ],
)  # fmt: skip
def test_what_a_reader_must_know_is_said_loudly_and_ends_with_0(cases: Any, changes: Any, words: str) -> None:
    facts = cases.facts(**changes)
    assert any(words in warning for warning in facts["warnings"]), facts["warnings"]


def test_what_the_crown_law_was_fed_is_told_where_crowns_burnt(cases: Any) -> None:
    dense = np.where(np.arange(80) < 40, 0.2, 0.3).astype(np.float32)
    density = cases.raster("density.tif", np.broadcast_to(dense, (60, 80)).copy())
    land = {"cell_size_m": 30, "fuel_model": "SH5", **TREES, "canopy_bulk_density_kg_m3": density}
    gusty = [{**ROW, "wind_speed_10m_m_s": 10}, {**ROW, "wind_speed_10m_m_s": 20, "at_min": 20}]
    told = {}
    for crown in ("on", "off"):
        facts = cases.facts(landscape=land, weather=gusty, crown=crown, duration_h=0.6)
        told[crown] = [warning for warning in facts["warnings"] if "CROWN FIRE LAW" in warning]
    (said,) = told["on"]
    assert "wind of 36 to 72 km/h" in said
    assert "fuel of 6 % moisture" in said
    assert "under 0.2 to 0.3 kg/m3" in said
    assert not told["off"]
    # The fire is over before the gust and the denser half.
    facts = cases.facts(landscape=land, weather=gusty, crown="on", duration_h=0.1)
    (said,) = [warning for warning in facts["warnings"] if "CROWN FIRE LAW" in warning]
    assert "wind of 36 km/h" in said
    assert "under 0.2 kg/m3" in said


def test_warnings_reach_standard_error_and_the_exit_status_is_0(cases: Any, tmp_path: Path) -> None:
    path = cases.write(duration_h=6)
    command = [sys.executable, "-m", "firesim", "spread", str(path), "--out", str(tmp_path / "o")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "THE FIRE REACHES THE EDGE OF THE GRID" in ended.stderr


def test_cells_that_cannot_burn_keep_nan(cases: Any) -> None:
    fuel = np.full((60, 80), 145, np.int16)
    fuel[20:40, 25:28] = 98
    cases.facts(landscape={"fuel_model": cases.raster("fuel.tif", fuel)}, duration_h=2)
    for name in ("arrival_time", "fireline_intensity", "flame_length", "rate_of_spread"):
        values, _ = read(cases.folder / f"{name}.tif")
        assert np.isnan(values[20:40, 25:28]).all()
        assert np.isfinite(values[30, 40])
    shapes = json.loads((cases.folder / "perimeters.geojson").read_text())
    (polygon,) = shapes["features"][-1]["geometry"]["coordinates"]
    assert len(polygon) == 2  # the outline and the hole


def test_a_case_chooses_how_far_wind_can_drive_its_fire(cases: Any) -> None:
    # Short grass in a gale, where all three differ.
    gale = {
        "at_min": 0, "wind_speed_10m_m_s": 40, "wind_from_deg": 270, "moisture_1h": 0.04, "moisture_10h": 0.05,
        "moisture_100h": 0.06, "moisture_live_herb": 0.6, "moisture_live_woody": 0.9,
    }  # fmt: skip
    rates = {
        limit: cases.solved(landscape__fuel_model=1, weather=[gale], wind_limit=limit)[1].head.rate_m_s
        for limit in ("andrews2013", "rothermel", "none")
    }
    assert rates["none"] > rates["andrews2013"] > 0.0
    assert rates["none"] > rates["rothermel"] > 0.0
    assert rates["andrews2013"] != pytest.approx(rates["rothermel"], rel=0.01)
    assert cases.load(landscape__fuel_model=1, weather=[gale]).fields.wind_limit == "andrews2013"
    assert "andrews2013" in cases.faults(wind_limit="andrews")["wind_limit"].message


def test_toward_the_north_is_0(cases: Any) -> None:
    _, toward_north = cases.solved(weather=[{**ROW, "wind_from_deg": 180}])
    assert toward_north.head.toward_deg == 0.0


def test_every_corner_of_the_grid_is_on_it(cases: Any) -> None:
    for x, y in ((0, 0), (2400, 0), (0, 1800), (2400, 1800)):
        _, solved = cases.solved(ignition={"xy_m": [x, y]})
        assert np.isfinite(solved.fields.arrival_time_s).any()


WET = {**ROW, "moisture_1h": 0.9, "moisture_10h": 0.9, "moisture_100h": 0.9}


def test_fuel_that_is_too_wet_when_lit_or_later_is_told(cases: Any) -> None:
    def warnings(**changes: Any) -> list[str]:
        return list(cases.facts(**changes)["warnings"])

    rows = [ROW, {**WET, "at_min": 20}]
    lit_wet = warnings(weather=rows, ignition={"cell": [30, 15], "at_min": 30})
    assert any(text.startswith("FUEL TOO WET TO SPREAD:") for text in lit_wet)
    stopped = warnings(weather=rows)
    assert any(text.startswith("FUEL TOO WET TO SPREAD from 0.33 h on") for text in stopped)
    assert not any("TOO WET" in text for text in warnings(weather=[WET, {**ROW, "at_min": 20}],
                   ignition={"cell": [30, 15], "at_min": 30}))  # fmt: skip


@pytest.mark.parametrize(("duration_h", "least", "most"), [(0.25, 0.80, 0.87), (0.5, 0.99, 1.01)])
def test_an_outline_through_few_cells_holds_less_than_the_area(
    cases: Any, duration_h: float, least: float, most: float
) -> None:
    """As the page says: a sixth less as the fire leaves the ellipse, 6 cells long; within 1 % at 16 cells."""
    facts = cases.facts(duration_h=duration_h, acceleration="on")
    outline = json.loads((cases.folder / "perimeters.geojson").read_text(encoding="utf-8"))["features"][-1]
    assert least <= outline["properties"]["area_ha"] / facts["burned_area_ha"] <= most


def row_of_weather(at_min: float, wind_speed_10m_m_s: float) -> dict[str, float]:

    return {**ROW, "at_min": at_min, "wind_speed_10m_m_s": wind_speed_10m_m_s}


def test_outlines_of_two_young_fires_hold_both(cases: Any) -> None:
    points = {"type": "MultiPoint", "coordinates": [[400, 900], [1500, 900]]}
    feature = {"type": "Feature", "geometry": points, "properties": {}}
    (cases.folder / "two.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    facts = cases.facts(acceleration="on", duration_h=0.3, ignition={"geojson": "two.geojson"})
    last = json.loads((cases.folder / "perimeters.geojson").read_text())["features"][-1]
    assert len(last["geometry"]["coordinates"]) == 2
    assert last["properties"]["area_ha"] > 0.5 * facts["burned_area_ha"]


def test_laws_are_looked_at_where_and_when_the_fire_burnt(cases: Any) -> None:
    """A storm in the last minute is no matter of what burnt before it; a small fire on a large map counts."""
    facts = cases.facts(duration_h=1.5, weather=[row_of_weather(0, 5), row_of_weather(89, 25)])
    assert not any("100%" in text for text in facts["warnings"])
    for column in (100, 101, 102, 103):
        facts = cases.facts(
            duration_h=0.03,
            weather=[row_of_weather(0, 25)],
            landscape__size=[700, 700],
            ignition={"cell": [300, column]},
        )
        assert any("longer than" in text for text in facts["warnings"])


def test_true_is_no_number_and_a_misspelt_property_is_told(cases: Any) -> None:
    assert "not true or false" in cases.faults(duration_h=True)["duration_h"].message
    assert "not true or false" in cases.faults(ignition={"cell": [True, 3]})["ignition.cell"].message
    line = {"type": "LineString", "coordinates": [[900, 100], [900, 800]]}
    feature = {"type": "Feature", "geometry": line, "properties": {"at_minute": 60}}
    (cases.folder / "line.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    (fault,) = cases.faults(barriers=["line.geojson"]).values()
    assert fault.remedy == "Did you mean `at_min`?"


def test_cells_in_degrees_are_refused(cases: Any) -> None:
    fuel = cases.raster("fuel.asc", np.full((40, 50), 145, np.int16), crs=None, size_m=0.000278)
    fault = cases.faults(landscape__fuel_model=fuel, landscape__size=None, landscape__cell_size_m=None)
    assert "degrees" in fault["landscape.fuel_model"].message

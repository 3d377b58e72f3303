from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firesim.inputs.problems import BadInput
from firesim.place.load import Place, PlaceParameters, load_place

Faults = Callable[..., BadInput]


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_features(path: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    collection = json.loads(path.read_text(encoding="utf-8"))
    change(collection["features"])
    path.write_text(json.dumps(collection), encoding="utf-8")


def raster(path: Path, values: np.ndarray, place: Place, **profile: Any) -> Path:
    import rasterio
    from affine import Affine

    settings = {"crs": place.grid.crs, "transform": Affine(*place.grid.transform), "nodata": -32768} | profile
    settings |= {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", **settings) as file:
        file.write(values, 1)
    return path


# --- what is right ------------------------------------------------------------------------------------------


def test_the_shipped_place_has_the_grid_of_the_greek_map(skiathos: Place) -> None:
    assert skiathos.grid.shape == (459, 531)
    assert (skiathos.grid.x_west_m, skiathos.grid.y_south_m) == (444750.0, 4328010.0)
    assert len(skiathos.coast) == 37
    assert Path(skiathos.sources["people"]).is_file()


def test_the_same_files_give_the_same_place(skiathos: Place, files: dict[str, Any], copy: Path) -> None:
    again = load_place(PlaceParameters(**files), copy)
    assert np.array_equal(again.terrain.elevation_m, skiathos.terrain.elevation_m)
    assert again.roads.edges == skiathos.roads.edges
    assert again.settlement.zones == skiathos.settlement.zones


def test_the_real_srtm_raster_can_take_the_terrains_place(files: dict[str, Any], copy: Path, pack: Path) -> None:
    import rasterio

    with rasterio.open(pack / "dem_30m_egsa87.tif") as file:
        srtm_m = file.read(1)
    for name in ("dem_30m_egsa87.tif", "dem_30m_egsa87.asc"):
        place = load_place(PlaceParameters(**files | {"elevation": str((pack / name).resolve())}), copy)
        land = place.landcover.is_land
        assert np.array_equal(place.terrain.elevation_m[land], srtm_m[land])
        assert not place.terrain.elevation_m[~land].any()


def test_the_land_cover_raster_can_take_the_polygons_place(
    skiathos: Place, files: dict[str, Any], copy: Path, pack: Path
) -> None:
    path = str((pack / "landcover_30m_egsa87.tif").resolve())
    place = load_place(PlaceParameters(**files | {"landcover": path}), copy)
    assert (place.landcover.fuel_model == skiathos.landcover.fuel_model).mean() > 0.999
    assert place.settlement.present(12).sum() == 24_025


def test_what_is_saved_as_a_raster_comes_back_the_same(skiathos: Place, files: dict[str, Any], copy: Path) -> None:
    raster(copy / "lc.tif", skiathos.landcover.corine, skiathos)
    raster(copy / "dem.tif", skiathos.terrain.elevation_m, skiathos)
    place = load_place(PlaceParameters(**files | {"landcover": "lc.tif", "elevation": "dem.tif"}), copy)
    assert np.array_equal(place.landcover.corine, skiathos.landcover.corine)
    assert np.array_equal(place.terrain.elevation_m, skiathos.terrain.elevation_m)
    assert np.array_equal(place.landcover.is_land, skiathos.landcover.is_land)


# --- what is wrong, one thing at a time ---------------------------------------------------------------------

CSV_FAULTS = [
    ("spot_heights.csv", "23.46844,39.19060,427", "23.46844,39.19060,high", "elevation.elevation_m", "high", 2),
    ("spot_heights.csv", "23.46844,39.19060,427", "23.46844,39.19060,42700", "elevation.elevation_m", 42700.0, 2),
    ("spot_heights.csv", "lon,lat,elevation_m", "lon,lat,height", "elevation.elevation_m", None, 1),
    ("landcover_fuels.csv", "NB1,NB1,,,,,yes", "XX9,NB1,,,,,yes", "landcover_fuels.fuel_default", "XX9", 2),
    ("landcover_fuels.csv", ",0.60,10,", ",60,10,", "landcover_fuels.canopy_cover_frac", 60.0, 9),
    ("landcover_fuels.csv", ",10,3.0,", ",10,30.0,", "landcover_fuels.canopy_base_height_m", 30.0, 9),
    ("landcover_fuels.csv", ",,,,,yes,32", ",,,,,perhaps,32", "landcover_fuels.buildings", "perhaps", 2),
    ("landcover_fuels.csv", "523,sea,NB8,NB8,,,,,,", "522,sea,NB8,NB8,,,,,,", "landcover_fuels.corine_code", 523, None),
    ("people_peak_authored.csv", "39.142,23.423,116,1178", "39.142,23.423,116,some", "people.guests", "some", 9),
    ("people_peak_authored.csv", "39.142,23.423,116,1178", "39.142,23.423,-116,1178", "people.residents", -116.0, 9),
    ("people_peak_authored.csv", "39.142,23.423,116,1178", "39.142,23.423,11.6,1178", "people.residents", "11.6", 9),
    ("people_peak_authored.csv", "Troulos,settlement", "Troulos,village", "people.kind", "village", 9),
    ("people_peak_authored.csv", "Troulos,settlement", "Vasilias,settlement", "people.zone", "Vasilias", 9),
    ("people_peak_authored.csv", "39.142,23.423", "23.423,39.142", "people.lon, lat", [39.142, 23.423], 9),
    ("zones.csv", "troulos,Troulos,", "vasilias,Troulos,", "zones.zone", "vasilias", 9),
    ("zones.csv", "S19,road", "S99,road", "zones.node", "S99", 9),
    ("zones.csv", "S19,road", ",road", "zones.node", "", 9),
    ("zones.csv", "S19,road", "KAST,road", "zones.node", "KAST", 9),
    ("zones.csv", "S19,road", "S19,boat", "zones.node", "S19", 9),
    ("zones.csv", "S19,road", "S19,bus", "zones.access", "bus", 9),
    ("zones.csv", "TROB,road,Troulos,", "TROB,road,Trulos,", "zones.around", "Trulos", 18),
    ("refuges.csv", "S0,10000", "S0,0", "refuges.capacity_people", 0.0, 2),
    ("refuges.csv", "S0,10000", "S99,10000", "refuges.node", "S99", 2),
    ("refuges.csv", "S0,10000", "S26,10000", "refuges.node", "S26", 2),
    ("refuges.csv", "town-port,Skiathos", "airport,Skiathos", "refuges.refuge", "airport", 5),
    ("refuges.csv", ",port,23.4914", ",harbour,23.4914", "refuges.kind", "harbour", 2),
    ("facilities.csv", "39.169,23.4868", "39.130,23.40", "facilities.lon, lat", [23.4, 39.13], 2),
    ("facilities.csv", "39.169,23.4868", "39.169", "facilities", None, 2),
    ("beaches.csv", "Troulos,39.140154", "Kolios,39.140154", "beaches.name", "Kolios", 15),
    ("settlements.csv", "name_en", "english", "settlements.name", None, 1),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "field", "value", "line"), CSV_FAULTS)
def test_a_fault_in_a_table_is_told_with_file_line_field_and_value(
    faults: Faults, copy: Path, file: str, old: str, new: str, field: str, value: Any, line: int | None
) -> None:
    replace_in(copy / file, old, new)
    told = [error for error in faults() if error.field == f"place.{field}" and error.line == line]
    assert told, [str(error) for error in faults()]
    assert told[0].file == str(copy / file)
    assert value is None or told[0].value == value


TABLES = (
    "elevation", "landcover_fuels", "people", "zones", "refuges", "facilities", "beaches", "settlements", "bus_stops",
)  # fmt: skip


@pytest.mark.parametrize("field", ["coastline", "landcover", "roads_nodes", "roads_edges", *TABLES])
def test_a_missing_file_is_named(faults: Faults, copy: Path, field: str) -> None:
    errors = faults(**{field: "nowhere.csv" if field == "elevation" else "nowhere.geojson"})
    assert any(error.field == f"place.{field}" and "nowhere" in error.value for error in errors)


@pytest.mark.parametrize("field", TABLES)
def test_an_empty_table_is_named(faults: Faults, copy: Path, files: dict[str, Any], field: str) -> None:
    path = copy / files[field]
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert any(error.field == f"place.{field}" and "empty" in error.message for error in faults())


def test_a_file_that_is_no_geojson_is_named_with_its_line(faults: Faults, copy: Path) -> None:
    (copy / "coastline_osm.geojson").write_text('{"type": "FeatureCollection",\n "features": [}\n', encoding="utf-8")
    (error,) = [error for error in faults() if error.field == "place.coastline"]
    assert error.line == 2


EDGE_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"source": "S99"}, "E010.source"),
    ({"target": None}, "E010.target"),
    ({"length_m": -664}, "E010.length_m"),
    ({"length_m": 0.664}, "E010.length_m"),
    ({"length_m": "664"}, "E010.length_m"),
    ({"speed_kmh": -45}, "E010.speed_kmh"),
    ({"lanes": 0}, "E010.lanes"),
    ({"class": "motorway"}, "E010.class"),
    ({"id": "E009"}, "E009.id"),
    ({"id": None}, "features[10].id"),
    ({"source": "S11", "target": "S10"}, "E010.source"),
    ({"target": "S10"}, "E010.target"),
    ({"oneway": "yes"}, "E010.oneway"),
]


@pytest.mark.parametrize(("change", "field"), EDGE_FAULTS)
def test_a_fault_in_a_stretch_of_road_is_told(faults: Faults, copy: Path, change: dict[str, Any], field: str) -> None:
    path = copy / "roads_authored_edges.geojson"
    edit_features(path, lambda features: features[10]["properties"].update(change))
    errors = [error for error in faults() if error.field == f"place.roads_edges.{field}"]
    assert errors
    assert errors[0].file == str(path)
    assert errors[0].value == next(iter(change.values())) or errors[0].value in ("", "S10")


def test_a_one_way_street_has_one_direction_with_all_its_lanes(files: dict[str, Any], copy: Path) -> None:
    path = copy / "roads_authored_edges.geojson"
    edit_features(path, lambda features: features[26]["properties"].update({"oneway": True}))
    roads = load_place(PlaceParameters(**files), copy).roads
    index = roads.edge_names.index("E026")
    assert roads.edge_names.count("E026") == 1
    assert roads.opposite[index] == -1
    assert roads.lanes[index] == 1.0
    assert not roads.shared_lane[index]


def test_two_nodes_of_one_id_and_a_node_off_the_grid_are_told(faults: Faults, copy: Path) -> None:
    def spoil(features: list[dict[str, Any]]) -> None:
        features[3]["properties"]["id"] = "S2"
        features[5]["geometry"]["coordinates"] = [20.0, 39.0]

    edit_features(copy / "roads_authored_nodes.geojson", spoil)
    fields = [error.field for error in faults()]
    assert "place.roads_nodes.features[3].id" in fields
    assert "place.roads_nodes.features[5]" in fields


@pytest.mark.parametrize("code", ["999", "forest", None, "523"])
def test_a_polygon_of_unknown_cover_is_told(faults: Faults, copy: Path, code: str | None) -> None:
    edit_features(copy / "landcover_authored.geojson", lambda features: features[6]["properties"].update(clc=code))
    (error,) = faults()
    assert (error.field, error.value) == ("place.landcover.features[6].clc", code)


def test_a_polygon_drawn_as_a_line_is_told(faults: Faults, copy: Path) -> None:
    def spoil(features: list[dict[str, Any]]) -> None:
        features[0]["geometry"] = {"type": "LineString", "coordinates": [[23.4, 39.1], [23.5, 39.2]]}
        features[1]["geometry"] = {"type": "Polygon", "coordinates": [[23.4, 39.1], [23.5, 39.2]]}
        features[2]["geometry"] = None

    edit_features(copy / "coastline_osm.geojson", spoil)
    fields = [error.field for error in faults()]
    assert fields[:3] == [f"place.coastline.features[{number}]" for number in range(3)]


def test_land_without_cover_is_told(faults: Faults, copy: Path) -> None:
    edit_features(copy / "landcover_authored.geojson", lambda features: features.pop(0))
    (error,) = faults()
    assert error.field == "place.landcover"
    assert error.value > 15_000


def test_a_zone_with_neither_road_boat_nor_shelter_is_told(faults: Faults, copy: Path) -> None:
    path = copy / "zones.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("troulos,")), encoding="utf-8")
    (error,) = faults()
    assert error.value == "Troulos"
    assert "neither road, boat nor shelter" in error.message


def test_people_of_an_hour_that_nobody_counted_are_told(files: dict[str, Any], faults: Faults, copy: Path) -> None:
    replace_in(copy / "people_peak_authored.csv", "h03,h09,h12,h15,h18,h21", "a,b,h12,c,d,e")
    place = load_place(PlaceParameters(**files), copy)
    with pytest.raises(BadInput) as caught:
        place.settlement.zones_at(20.0)
    (error,) = caught.value
    assert error.field == "place.people"
    assert "h12" in error.message
    assert "h20" in error.remedy
    replace_in(copy / "people_peak_authored.csv", "a,b,h12,c,d,e", "a,b,c,d,e,f")
    assert any("no column of people" in error.message for error in faults())


def test_all_that_is_wrong_is_told_at_once(faults: Faults, copy: Path) -> None:
    replace_in(copy / "spot_heights.csv", "23.46844,39.19060,427", "23.46844,39.19060,high")
    replace_in(copy / "refuges.csv", "S0,10000", "S0,none")
    replace_in(copy / "zones.csv", "S19,road", "S99,road")
    edit_features(copy / "landcover_authored.geojson", lambda features: features[6]["properties"].update(clc="999"))
    fields = {error.field for error in faults(bus_stops="nowhere.csv")}
    assert fields == {
        "place.elevation.elevation_m", "place.refuges.capacity_people", "place.zones.node",
        "place.landcover.features[6].clc", "place.bus_stops",
    }  # fmt: skip


def test_an_error_reads_as_where_what_and_what_to_do(faults: Faults, copy: Path) -> None:
    replace_in(copy / "refuges.csv", "S0,10000", "S0,none")
    text = str(faults())
    assert "refuges.csv:2  place.refuges.capacity_people = 'none'" in text
    assert "must be a whole number" in text
    assert len(text.splitlines()) == 3


# --- extent, map, rasters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"extent": (444750.0, 4328010.0, 460690.0, 4341780.0)}, "extent"),
        ({"extent": (460680.0, 4328010.0, 444750.0, 4341780.0)}, "extent"),
        ({"crs": "EPSG:4326"}, "crs"),
        ({"crs": "EPSG:999999"}, "crs"),
        ({"crs": "EPSG:2263"}, "crs"),  # feet
    ],
)
def test_an_extent_or_map_that_does_not_fit_is_told(faults: Faults, change: dict[str, Any], field: str) -> None:
    (error,) = faults(**change)
    assert error.field == f"place.{field}"


def test_an_extent_elsewhere_is_told(faults: Faults) -> None:
    errors = faults(extent=(144750.0, 4328010.0, 160680.0, 4341780.0))
    assert any(error.field.startswith("place.landcover") for error in errors)
    assert any("off the grid" in error.message for error in errors)


def test_a_raster_of_another_grid_or_map_is_told(skiathos: Place, faults: Faults, copy: Path) -> None:
    from affine import Affine

    heights = np.zeros(skiathos.grid.shape, np.int16)
    a, b, c, d, e, f = skiathos.grid.transform
    spoilt: dict[str, tuple[np.ndarray, dict[str, Any], str]] = {
        "crs": (heights, {"crs": "EPSG:32634"}, "CRS"),
        "none": (heights, {"crs": None}, "no CRS"),
        "shape": (heights[:-1], {}, "458 rows"),
        "corner": (heights, {"transform": Affine(a, b, c + 15.0, d, e, f)}, "15 m"),
        "south_up": (heights, {"transform": Affine(a, b, c, d, -e, skiathos.grid.y_south_m)}, "corner"),
    }
    for name, (values, profile, said) in spoilt.items():
        raster(copy / f"{name}.tif", values, skiathos, **profile)
        errors = [error for error in faults(elevation=f"{name}.tif") if error.field == "place.elevation"]
        assert len(errors) == 1, name
        assert said in errors[0].message, name
        assert "gdal" in errors[0].remedy
        assert errors[0].file == str(copy / f"{name}.tif")


def test_a_land_cell_without_elevation_is_told_and_a_sea_cell_is_not(
    skiathos: Place, files: dict[str, Any], faults: Faults, copy: Path
) -> None:
    heights = skiathos.terrain.elevation_m.copy()
    heights[~skiathos.landcover.is_land] = -32768
    raster(copy / "sea.tif", heights, skiathos)
    load_place(PlaceParameters(**files | {"elevation": "sea.tif"}), copy)
    row, column = np.argwhere(skiathos.landcover.is_land)[100]
    heights[row, column] = -32768
    raster(copy / "hole.tif", heights, skiathos)
    (error,) = faults(elevation="hole.tif")
    assert error.field == "place.elevation"
    assert error.message.startswith("1 land cells")
    assert f"row {row}" in error.message


def test_elevation_in_the_wrong_unit_is_told(skiathos: Place, faults: Faults, copy: Path) -> None:
    raster(copy / "mm.tif", skiathos.terrain.elevation_m * 1000.0, skiathos)
    (error,) = faults(elevation="mm.tif")
    assert error.field == "place.elevation"
    assert error.value[1] > 400_000


def test_unknown_codes_and_gaps_in_a_land_cover_raster_are_told(skiathos: Place, faults: Faults, copy: Path) -> None:
    codes = skiathos.landcover.corine.copy()
    codes[200, 200:203] = [311, 7, 4000]
    raster(copy / "codes.tif", codes, skiathos)
    assert [error.value for error in faults(landcover="codes.tif")] == [[7.0, 311.0, 4000.0]]
    codes[200, 200:203] = -32768
    raster(copy / "gap.tif", codes, skiathos)
    (error,) = faults(landcover="gap.tif")
    assert error.value == "nodata"
    assert "3 cells" in error.message


def test_a_file_that_is_no_raster_is_told(faults: Faults, copy: Path) -> None:
    (copy / "dem.tif").write_text("elevation, please", encoding="utf-8")
    (error,) = faults(elevation="dem.tif")
    assert error.field == "place.elevation"
    assert "cannot be read" in error.message

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firesim.place.fuel_codes import fuel_number
from firesim.place.landcover import SEA
from firesim.place.load import Place, PlaceParameters, load_place


def test_fuel_codes_have_the_numbers_of_scott_and_burgan() -> None:
    codes = {"GR1": 101, "GR9": 109, "GS2": 122, "SH5": 145, "SH7": 147, "TU5": 165, "TL8": 188, "SB2": 202}
    codes |= {"NB1": 91, "NB8": 98, "NB9": 99, "FM4": 4, "FM13": 13}
    assert {code: fuel_number(code) for code in codes} == codes
    for wrong in ("NB4", "GR10", "XX1", "gr1", "", "5", "FM14", "TU6"):
        assert fuel_number(wrong) is None


def test_fuel_numbers_agree_with_the_published_table(pack: Path) -> None:
    import csv

    with (pack.parent / "reference" / "fuel_models.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 50
    assert [fuel_number(row["code"]) for row in rows] == [int(row["number"]) for row in rows]


def test_land_and_its_cover_have_the_published_areas(skiathos: Place) -> None:
    cover = skiathos.landcover
    cell_km2 = skiathos.grid.cell_area_m2 / 1e6
    assert cover.is_land.sum() * cell_km2 == pytest.approx(49.37, abs=0.05)  # 49.36 km2 of polygons
    share = {code: np.mean(cover.corine[cover.is_land] == code) for code in (312, 323, 324, 223)}
    assert share == pytest.approx({312: 0.36, 323: 0.21, 324: 0.14, 223: 0.14}, abs=0.01)


def test_the_sea_neither_burns_nor_bears_buildings(skiathos: Place) -> None:
    cover = skiathos.landcover
    assert (cover.fuel_model[~cover.is_land] == 98).all()
    assert not cover.is_built[~cover.is_land].any()
    assert (cover.corine[~cover.is_land] == SEA).all()
    assert (cover.corine[cover.is_land] != SEA).all()


def test_only_pine_forest_has_a_canopy(skiathos: Place) -> None:
    cover = skiathos.landcover
    forest = cover.corine == 312
    assert np.unique(cover.canopy_cover[forest]) == pytest.approx([0.6])
    assert np.unique(cover.canopy_bulk_density_kg_m3[forest]) == pytest.approx([0.12])
    layers = (cover.canopy_height_m, cover.canopy_base_height_m, cover.canopy_bulk_density_kg_m3)
    for layer in (cover.canopy_cover, *layers):
        assert layer.dtype == np.float32
        assert not layer[~forest].any()


def test_the_alternative_crosswalk_changes_the_regrowth_and_leaves_the_map_alone(
    skiathos: Place, files: dict[str, Any], copy: Path
) -> None:
    other = load_place(PlaceParameters(**files | {"fuel_crosswalk": "alternative"}), copy)
    assert np.array_equal(other.landcover.corine, skiathos.landcover.corine)
    regrowth = skiathos.landcover.corine == 324
    assert (skiathos.landcover.fuel_model[regrowth] == 145).all()
    assert (other.landcover.fuel_model[regrowth] == 122).all()


def test_drawn_land_cover_agrees_with_its_raster(skiathos: Place, pack: Path) -> None:
    import rasterio

    with rasterio.open(pack / "landcover_30m_egsa87.tif") as raster:
        theirs = raster.read(1)
    assert (theirs != skiathos.landcover.corine).mean() < 0.0005

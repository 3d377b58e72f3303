"""The shipped place, loaded once, and a copy of its files that a test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firesim.inputs.problems import BadInput
from firesim.place.load import Place, PlaceParameters, load_place

ROOT = Path(__file__).parents[2]
SKIATHOS = ROOT / "scenarios" / "skiathos"
PACK = ROOT / ".." / "shared" / "skiathos"

FILES: dict[str, Any] = {
    "crs": "EPSG:2100",
    "cell_size_m": 30.0,
    "extent": (444750.0, 4328010.0, 460680.0, 4341780.0),
    "coastline": "coastline_osm.geojson",
    "elevation": "spot_heights.csv",
    "landcover": "landcover_authored.geojson",
    "landcover_fuels": "landcover_fuels.csv",
    "roads_nodes": "roads_authored_nodes.geojson",
    "roads_edges": "roads_authored_edges.geojson",
    "people": "people_peak_authored.csv",
    "zones": "zones.csv",
    "refuges": "refuges.csv",
    "facilities": "facilities.csv",
    "beaches": "beaches.csv",
    "settlements": "settlements.csv",
    "bus_stops": "bus_stops.csv",
}


@pytest.fixture(scope="session")
def files() -> dict[str, Any]:
    return dict(FILES)


@pytest.fixture(scope="session")
def pack() -> Path:
    if not PACK.is_dir():
        pytest.skip("the data pack with the SRTM rasters is not beside this repository")
    return PACK


@pytest.fixture(scope="session")
def skiathos() -> Place:
    return load_place(PlaceParameters(**FILES), SKIATHOS)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for path in SKIATHOS.glob("*.*"):
        if path.name in FILES.values():
            shutil.copy(path, tmp_path / path.name)
    return tmp_path


@pytest.fixture
def faults(copy: Path) -> Callable[..., BadInput]:
    """Load the spoiled copy and return what is said to be wrong."""

    def load(**changes: Any) -> BadInput:
        with pytest.raises(BadInput) as caught:
            load_place(PlaceParameters(**(FILES | changes)), copy)
        for error in caught.value:
            assert error.message
            assert error.remedy
        return caught.value

    return load

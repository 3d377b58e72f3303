"""Cases of fire alone in a folder of their own."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from firesim.inputs.problems import BadInput, Problem
from firesim.spread import load_case, solve, write_folder
from firesim.spread.load import LoadedCase
from firesim.spread.solve import Solved

MOISTURES = {
    "moisture_1h": 0.06, "moisture_10h": 0.07, "moisture_100h": 0.08,
    "moisture_live_herb": 0.60, "moisture_live_woody": 0.90,
}  # fmt: skip
ROW = {"at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, **MOISTURES}
PLAIN = {
    "landscape": {"size": [60, 80], "cell_size_m": 30, "fuel_model": "SH5", "elevation_m": 0},
    "weather": [ROW],
    "ignition": {"cell": [30, 15]},
    "duration_h": 1,
    "acceleration": "off",
}


@dataclass
class Cases:
    """Writes cases and rasters into a folder; JSON is YAML."""

    folder: Path

    def write(self, **changes: Any) -> Path:
        """The plain case with fields changed; a dotted field (`landscape__size`) changes inside a block."""
        content: dict[str, Any] = deepcopy(PLAIN)
        for name, value in changes.items():
            block, _, field = name.partition("__")
            holder, key = (content[block], field) if field else (content, name)
            if value is None:
                holder.pop(key)
            else:
                holder[key] = value
        path = self.folder / "case.yaml"
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return path

    def load(self, **changes: Any) -> LoadedCase:
        return load_case(self.write(**changes))

    def solved(self, **changes: Any) -> tuple[LoadedCase, Solved]:
        case = self.load(**changes)
        return case, solve(case)

    def facts(self, **changes: Any) -> dict[str, Any]:
        case, solved = self.solved(**changes)
        return write_folder(case, solved, self.folder)

    def faults(self, **changes: Any) -> dict[str, Problem]:
        """What is wrong with a case, by field; each with its file, its line, a sentence and a remedy."""
        path = self.write(**changes)
        with pytest.raises(BadInput) as caught:
            load_case(path)
        for problem in caught.value:
            assert problem.file is not None
            is_missing_at_the_top = "missing" in problem.message and "." not in problem.field
            assert problem.file != str(path) or problem.line is not None or is_missing_at_the_top
            assert problem.message.endswith(".")
            assert problem.remedy
        return {problem.field: problem for problem in caught.value}

    def raster(
        self, name: str, values: NDArray[Any], crs: str | None = "EPSG:2100", size_m: float = 30.0, **kwargs: Any
    ) -> str:
        north_m = kwargs.pop("north_m", 4_400_000.0)
        profile = {
            "driver": "AAIGrid" if name.endswith(".asc") else "GTiff", "count": 1, "dtype": values.dtype.name,
            "height": values.shape[0], "width": values.shape[1], "crs": crs,
            "transform": Affine(size_m, 0.0, 500_000.0, 0.0, -size_m, north_m), **kwargs,
        }  # fmt: skip
        with rasterio.open(self.folder / name, "w", **profile) as raster:
            raster.write(values, 1)
        return name

    def geojson(self, name: str, *features: tuple[str, Any, dict[str, Any]]) -> str:
        entries = [
            {"type": "Feature", "geometry": {"type": kind, "coordinates": where}, "properties": properties}
            for kind, where, properties in features
        ]
        text = json.dumps({"type": "FeatureCollection", "features": entries})
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    return Cases(tmp_path)


def fuel(rows: int = 60, columns: int = 80, number: int = 145) -> NDArray[np.int16]:
    return np.full((rows, columns), number, np.int16)

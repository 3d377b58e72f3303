"""The folder of a case: four rasters, the outlines by the hour, and the facts."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.place.geojson import feature
from firesim.place.grid import Grid
from firesim.place.shapes import Ring, ring_area_m2, rings_of
from firesim.record.folder import write_json
from firesim.record.process import peak_rss_mb, versions
from firesim.spread.cautions import warnings_of
from firesim.spread.load import LoadedCase
from firesim.spread.solve import Solved, hours

RASTERS = {
    "arrival_time": "arrival_time_s",
    "fireline_intensity": "fireline_intensity_kw_m",
    "flame_length": "flame_length_m",
    "rate_of_spread": "rate_of_spread_m_s",
}
UNITS = {"arrival_time": "s", "fireline_intensity": "kW/m", "flame_length": "m", "rate_of_spread": "m/s"}

# Largest figures of benchmarks/front.py on 400 x 400 level cells at any wind angle; docs/benchmarks.md has the rest.
SOLVER_ERROR = {
    "exact": "arrival errs by 0.02 % (median) and 0.2 % (largest) at a length of 1.6 widths, 0.02 and 0.5 % at 3.5, "
    "0.1 and 1.3 % at 5",
    "fast": "arrival errs by 0.5 % (median) and 2.7 % (largest) at a length of 1.6 widths, 2.5 and 6.3 % at 3.5, "
    "4.1 and 11 % at 5; burnt area is 0.8, 3.6 and 6.6 % short of fires some "
    "300 cells long, more of smaller ones (2.4 % of one of 50 cells)",
}


def write_folder(case: LoadedCase, solved: Solved, folder: Path) -> dict[str, Any]:
    """Fill a folder; returns the facts (`spread.json`)."""
    grid = case.ground.grid
    for name, field in RASTERS.items():
        _write_raster(folder / f"{name}.tif", getattr(solved.fields, field), grid, UNITS[name])
    collection: dict[str, Any] = {"type": "FeatureCollection", "coordinates": coordinates_of(grid)}
    collection["features"] = list(_perimeters(case, solved))
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False)
    (folder / "perimeters.geojson").write_text(text + "\n", encoding="utf-8")
    (folder / "case.yaml").write_text(case.text, encoding="utf-8")
    facts = facts_of(case, solved)
    write_json(folder / "spread.json", facts)
    return facts


def coordinates_of(grid: Grid) -> str:
    """In words, what the coordinates of the outputs are."""
    if grid.crs is None:
        return "metres of a plain without a CRS, x east and y north; the GeoTIFFs have no CRS"
    return f"GeoJSON in longitude and latitude (WGS84), GeoTIFFs in {grid.crs}"


def facts_of(case: LoadedCase, solved: Solved) -> dict[str, Any]:
    """`spread.json`."""
    fields, grid, head = case.fields, case.ground.grid, solved.head
    accelerates = fields.acceleration and bool(case.lighting.points)
    return {
        "burned_cells": int(np.isfinite(solved.fields.arrival_time_s).sum()),
        "burned_area_ha": solved.area_m2 / 1e4,
        "solve_cpu_s": solved.solve_cpu_s,
        "head_rate_m_s": head.rate_m_s,
        "eccentricity": head.eccentricity,
        "spread_toward_deg": head.toward_deg,
        "peak_rss_mb": peak_rss_mb(),
        "warnings": warnings_of(case, solved),
        "versions": versions("numpy", "numba", "rasterio"),
        "grid": {"rows": grid.rows, "columns": grid.columns, "cell_size_m": grid.cell_size_m, "crs": grid.crs},
        "coordinates": coordinates_of(grid),
        "duration_h": fields.duration_h,
        "start": None if fields.start is None else fields.start.isoformat(),
        "acceleration_per_min": fields.acceleration_per_min if accelerates else None,
        "wind_limit": fields.wind_limit,
        "crown_model": case.ground.landscape.crown_model,
        "solver": fields.solver,
        "solver_error": SOLVER_ERROR[fields.solver],
    }


def _write_raster(path: Path, values: NDArray[np.float32], grid: Grid, unit: str) -> None:
    import warnings

    import rasterio
    from rasterio.transform import Affine

    with warnings.catch_warnings():
        # A plain whose corner is 0, 0 and whose cells are 1 m would be taken for a raster without a place.
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", height=grid.rows, width=grid.columns, count=1, dtype="float32", nodata=np.nan,
            crs=grid.crs, transform=Affine(*grid.transform), compress="deflate", predictor=3, tiled=False,
        ) as raster:  # fmt: skip
            raster.write(values, 1)
            raster.set_band_unit(1, unit)
            raster.set_band_description(1, path.stem)


def _perimeters(case: LoadedCase, solved: Solved) -> list[dict[str, Any]]:
    """The fire's outline at every full hour and at the end, as polygons with their holes."""
    grid, features = case.ground.grid, []
    for at_s in hours(case.fields.duration_s):
        if at_s in solved.outlines:
            rings = [_on_map(*solved.outlines[at_s], grid)]
        else:
            rings = rings_of(solved.fields.arrival_time_s, at_s, grid)
        if not rings:
            continue
        area_ha = sum(ring_area_m2(ring) for ring in rings) / 1e4
        properties: dict[str, Any] = {"time_s": at_s, "time_h": at_s / 3600.0, "area_ha": area_ha}
        if case.fields.start is not None:
            properties["time"] = (case.fields.start + timedelta(seconds=at_s)).isoformat(timespec="seconds")
        features.append(feature(grid, "MultiPolygon", polygons_of(rings), properties))
    return features


def _on_map(columns: NDArray[np.float64], rows: NDArray[np.float64], grid: Grid) -> Ring:
    """A closed ring, counterclockwise, from points of the grid."""
    x_m = grid.x_west_m + columns * grid.cell_size_m
    y_m = grid.y_north_m - rows * grid.cell_size_m
    ring = [*zip(x_m.tolist(), y_m.tolist(), strict=True), (float(x_m[0]), float(y_m[0]))]
    return ring if ring_area_m2(ring) > 0.0 else ring[::-1]


def polygons_of(rings: list[Ring]) -> list[list[Ring]]:
    """Rings as polygons: each outer ring with the holes that lie in it."""
    from shapely import Polygon, STRtree

    outer = [ring for ring in rings if ring_area_m2(ring) > 0.0]
    polygons = [[ring] for ring in outer]
    shapes = [Polygon(ring) for ring in outer]
    tree = STRtree(shapes)
    for hole in rings:
        if ring_area_m2(hole) <= 0.0:
            around = tree.query(Polygon(hole).representative_point(), predicate="within")
            # The smallest ring around a hole is its own: rings lie inside one another or apart.
            if around.size:
                polygons[min(around.tolist(), key=lambda n: shapes[n].area)].append(hole)
    return polygons

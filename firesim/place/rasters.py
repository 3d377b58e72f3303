"""Reading a raster of the user's own: the map's grid, or one that lies exactly on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.problems import Problems
from firesim.place.grid import Grid

Floats = NDArray[np.float64]

RASTER_SUFFIXES = (".tif", ".tiff", ".asc")
ALIGNMENT_TOLERANCE = 1e-3  # of a cell: text files round their corner


def is_raster(path: str) -> bool:
    """Whether a path names a GeoTIFF or an ESRI ASCII grid."""
    return Path(path).suffix.lower() in RASTER_SUFFIXES


def grid_of_raster(field: str, path: Path, problems: Problems) -> Grid | None:
    """The grid of a raster in metres of a projected CRS, or of none (a plain); None with problems noted."""
    with _opened(field, path, problems) as raster:
        if raster is None:
            return None
        size_m, turned, west_m, turned_too, minus_size_m, north_m = (float(part) for part in raster.transform[:6])
        before = len(problems)
        if turned or turned_too or not abs(size_m + minus_size_m) <= ALIGNMENT_TOLERANCE * abs(size_m) or size_m <= 0:
            message = "The raster must have square cells, its rows running east and its first row in the north."
            remedy = "Resample it: gdalwarp -tr SIZE SIZE IN.tif OUT.tif"
            problems.add(field, [size_m, turned, turned_too, minus_size_m], message, remedy, str(path))
        if raster.crs is not None and not (raster.crs.is_projected and raster.crs.linear_units_factor[1] == 1.0):
            message = "The raster must be in metres of a projected CRS."
            remedy = "Project it: gdalwarp -t_srs EPSG:... -tr SIZE SIZE IN.tif OUT.tif"
            problems.add(field, raster.crs.to_string(), message, remedy, str(path))
        if len(problems) > before:
            return None
        rows, columns = raster.shape
        crs = None if raster.crs is None else raster.crs.to_string()
        return Grid(rows, columns, size_m, west_m, north_m - rows * size_m, crs)


@contextmanager
def _opened(field: str, path: Path, problems: Problems) -> Iterator[Any]:
    """The raster, or None with the problem noted."""
    import rasterio
    from rasterio.errors import RasterioError

    if not path.is_file():
        remedy = "Correct the path; it is relative to the file that names it."
        problems.add(field, str(path), "There is no such file.", remedy)
        yield None
        return
    try:
        # A text raster without a CRS, or on cells counted in degrees, is looked at below and needs no warning.
        with catch_warnings():
            simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            raster = rasterio.open(path)
    except RasterioError as error:
        problems.add(field, str(path), f"The raster cannot be read: {error}.", "Write it again as GeoTIFF or .asc.")
        yield None
        return
    with raster:
        yield raster


def read_raster(field: str, path: Path, grid: Grid, problems: Problems) -> Floats | None:
    """The raster's single band, north row first, NaN where it has no data; None with problems noted.

    GeoTIFF or ESRI ASCII (.asc, which carries no CRS and is taken to be on the map). A raster of
    another CRS, shape or corner is refused: resampling is a choice that the user should see and make.
    """
    from rasterio.errors import RasterioError

    with _opened(field, path, problems) as raster:
        if raster is None or not _lies_on_grid(field, str(path), raster, grid, problems):
            return None
        try:
            values = raster.read(1, masked=True)
        except RasterioError as error:
            problems.add(field, str(path), f"The raster cannot be read: {error}.", "Write it again as GeoTIFF or .asc.")
            return None
    filled: Floats = np.ma.filled(values.astype(np.float64), np.nan)
    filled[~np.isfinite(filled)] = np.nan
    return filled


def _lies_on_grid(field: str, file: str, raster: Any, grid: Grid, problems: Problems) -> bool:
    before = len(problems)
    how = _warp_command(grid)
    if raster.count != 1:
        problems.add(field, f"{raster.count} bands", "The raster must have one band.", "Write the band alone.", file)
    if raster.crs is not None and grid.crs is not None and not _is_same_crs(raster.crs, grid.crs):
        message = f"The raster's CRS is {raster.crs.to_string()}, the map's is {grid.crs}."
        problems.add(field, raster.crs.to_string(), message, how, file)
    elif raster.crs is None and grid.crs is not None and not file.lower().endswith(".asc"):
        problems.add(field, None, "The raster has no CRS.", f"Assign it: gdal_edit.py -a_srs {grid.crs} FILE", file)
    if raster.shape != grid.shape:
        has, wanted = (f"{shape[1]} columns and {shape[0]} rows" for shape in (raster.shape, grid.shape))
        message = f"The raster has {has}; the grid has {wanted}."
        problems.add(field, list(raster.shape[::-1]), message, how, file)
    apart = np.abs(np.array(raster.transform[:6]) - np.array(grid.transform)).max()
    if apart > ALIGNMENT_TOLERANCE * grid.cell_size_m:
        message = f"The raster's corner or cell size differs from the grid's by up to {apart:g} m."
        problems.add(field, [float(number) for number in raster.transform[:6]], message, how, file)
    return len(problems) == before


def _is_same_crs(raster_crs: Any, crs: str) -> bool:
    from rasterio.crs import CRS

    return bool(raster_crs == CRS.from_user_input(crs))


def _warp_command(grid: Grid) -> str:
    bounds, size = " ".join(f"{bound:.10g}" for bound in grid.bounds_m), f"{grid.cell_size_m:g}"
    where = "" if grid.crs is None else f"-t_srs {grid.crs} "
    return f"Resample it first: gdalwarp {where}-te {bounds} -tr {size} {size} IN.tif OUT.tif"

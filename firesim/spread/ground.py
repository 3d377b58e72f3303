"""The landscape of a case from numbers and rasters, with all that is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.fire.fuels import FuelCatalogue, standard_fuels
from firesim.fire.landscape import Landscape
from firesim.inputs.problems import Problems, nearest
from firesim.place.fuel_codes import FIRST_OWN_NUMBER
from firesim.place.grid import Grid
from firesim.place.rasters import grid_of_raster, is_raster, read_raster
from firesim.place.terrain import LOWEST_M, slope_and_aspect
from firesim.spread.case import LandscapeFields
from firesim.spread.memory import available_bytes, needed_bytes
from firesim.world.ground import fuel_models

Singles = NDArray[np.float32]
Mask = NDArray[np.bool_]

CANOPY = ("canopy_cover", "canopy_height_m", "canopy_base_height_m", "canopy_bulk_density_kg_m3")
LAYERS = ("fuel_model", "elevation_m", *CANOPY)
GB = 1e9
LEAST_CELL_M = 0.05  # smaller cells of a raster without a CRS are degrees, not metres: judgement
_STRIP_ROWS = 256  # slopes are worked out in strips, so that their scratch arrays stay small


@dataclass(frozen=True)
class _Range:
    """What a layer may hold."""

    least: float
    greatest: float
    remedy: str


HIGHEST_M = 30_000.0  # no mountain, but the far end of a tilted plane; the usual marks of no data lie beyond

_RANGES = {
    "elevation_m": _Range(LOWEST_M, HIGHEST_M, "Give metres, and mark missing cells as nodata."),
    "canopy_cover": _Range(0.0, 1.0, "A fraction is wanted, not a percentage: write 60 % as 0.6."),
    "canopy_height_m": _Range(0.0, 120.0, "Give metres; LANDFIRE's rasters hold tenths of a metre."),
    "canopy_base_height_m": _Range(0.0, 120.0, "Give metres; LANDFIRE's rasters hold tenths of a metre."),
    "canopy_bulk_density_kg_m3": _Range(0.0, 5.0, "Give kg/m3; LANDFIRE's rasters hold hundredths."),
}


@dataclass(frozen=True)
class Ground:
    """A landscape and where it lies."""

    grid: Grid
    landscape: Landscape


def read_grid(fields: LandscapeFields, folder: Path, problems: Problems) -> Grid | None:
    """The one grid of a case's layers, or None with the problems noted (of the block `landscape`)."""
    grid = _grid(fields, _rasters(fields, folder), problems)
    return grid if grid is not None and _fits(grid, problems) else None


def read_ground(
    fields: LandscapeFields,
    grid: Grid | None,
    crown: bool,
    folder: Path,
    problems: Problems,
    wind_limit: str = "andrews2013",
) -> Ground | None:
    """The landscape of a case on its grid, or None with the problems noted. `problems`: as of `read_grid`."""
    rasters = _rasters(fields, folder)
    if crown:
        for name in CANOPY:
            if getattr(fields, name) is None:
                problems.add(name, None, "is missing: crown fire needs it.", "Write a number or a raster.")
    if grid is None:
        _numbers_alone(fields, problems)
        return None
    before = len(problems)
    catalogue = _catalogue(fields)
    fuel = _fuel(fields, grid, rasters, problems)
    used = np.ones(grid.shape, np.bool_) if fuel is None else catalogue.is_burnable[catalogue.row_of(fuel)]
    slopes = _slopes(fields, grid, rasters, used, problems)
    canopy = {name: _layer(fields, name, grid, rasters, used, problems) for name in CANOPY}
    _check_crowns(canopy, problems)
    if len(problems) > before or fuel is None or slopes is None:
        return None
    landscape = Landscape(
        grid.cell_size_m,
        fuel,
        *slopes,
        canopy["canopy_cover"],
        canopy["canopy_height_m"],
        canopy["canopy_base_height_m"],
        fuels=catalogue,
        canopy_bulk_density_kg_m3=canopy["canopy_bulk_density_kg_m3"],
        foliar_moisture=fields.foliar_moisture,
        crown_model="cruz2005" if crown and not len(problems) else None,
        wind_limit=wind_limit,
    )
    return Ground(grid, landscape)


def _check_crowns(canopy: dict[str, Singles | None], problems: Problems) -> None:
    """Crowns begin below the tops of their trees."""
    cover, top, base = (canopy[name] for name in ("canopy_cover", "canopy_height_m", "canopy_base_height_m"))
    if cover is None or top is None or base is None:
        return
    wrong = (cover > 0.0) & (base > top)
    if wrong.any():
        row, column = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        message = (
            f"In {int(wrong.sum())} cells the crowns begin above the tops of the trees, the first in row {row}, column"
            f" {column}: {base[row, column]:g} m under tops at {top[row, column]:g} m."
        )
        remedy = "Both are heights above the ground: the base at most the canopy's height."
        problems.add("canopy_base_height_m", float(base[row, column]), message, remedy)


def _is_raster_field(value: Any) -> bool:
    return isinstance(value, str) and is_raster(value)


def _rasters(fields: LandscapeFields, folder: Path) -> dict[str, Path]:
    """The layers that are rasters, and their files."""
    return {name: folder / getattr(fields, name) for name in LAYERS if _is_raster_field(getattr(fields, name))}


# --- the grid -----------------------------------------------------------------------------------------------


def _grid(fields: LandscapeFields, rasters: dict[str, Path], problems: Problems) -> Grid | None:
    """The one grid of all rasters, or the plain of the numbers."""
    if not rasters:
        for name, value in (("size", fields.size), ("cell_size_m", fields.cell_size_m)):
            if value is None:
                problems.add(name, None, "is missing: no raster says it.", "Write it, or give a layer as a raster.")
        if fields.size is None or fields.cell_size_m is None:
            return None
        return Grid(*fields.size, fields.cell_size_m, 0.0, 0.0)
    grids = [grid_of_raster(name, path, problems) for name, path in rasters.items()]
    known = [grid for grid in grids if grid is not None]
    # A text raster says no CRS: one that does speaks for all.
    grid = next((grid for grid in known if grid.crs is not None), known[0] if known else None)
    if grid is not None:
        if grid.crs is None and grid.cell_size_m < LEAST_CELL_M:
            name, file = next(iter(rasters.items()))
            message = f"The raster's cells are {grid.cell_size_m:g} wide and it names no CRS: degrees, it seems."
            remedy = "Bring it onto a map in metres (gdalwarp -t_srs EPSG:2100)."
            problems.add(name, str(file), message, remedy, str(file))
        if fields.size is not None and fields.size != grid.shape:
            message = f"The raster has {grid.rows} rows and {grid.columns} columns."
            problems.add("size", list(fields.size), message, "Leave size out: the rasters say it.")
        if fields.cell_size_m is not None and abs(fields.cell_size_m - grid.cell_size_m) > 1e-6 * grid.cell_size_m:
            message = f"The raster's cells are {grid.cell_size_m:g} m."
            problems.add("cell_size_m", fields.cell_size_m, message, "Leave cell_size_m out: the rasters say it.")
    return grid


def _fits(grid: Grid, problems: Problems) -> bool:
    needed, available = needed_bytes(*grid.shape), available_bytes()
    # Cells are numbered in 32 bits, rim included.
    if needed <= available and (grid.rows + 2) * (grid.columns + 2) < 2**31:
        return True
    message = (
        f"{grid.rows * grid.columns:,} cells would need {needed / GB:,.1f} GB of memory; "
        f"{available / GB:,.1f} GB can be had."
    )
    problems.add("size", list(grid.shape), message, "Use larger cells or a smaller part of the map.")
    return False


def fits_fires(grid: Grid, points: int, problems: Problems) -> bool:
    """Whether as many fires as there are points, each of which accelerates by itself, fit in memory."""
    needed, available = needed_bytes(*grid.shape, fires=max(points, 1)), available_bytes()
    if needed <= available:
        return True
    message = (
        f"{points} points, each a fire of its own, would need {needed / GB:,.1f} GB; {available / GB:,.1f} can be had."
    )
    problems.add("geojson", points, message, "Light fewer points, a line or a polygon, or write acceleration: off.")
    return False


# --- the layers ---------------------------------------------------------------------------------------------


def _numbers_alone(fields: LandscapeFields, problems: Problems) -> None:
    """What can be said of the layers while no grid is known."""
    nowhere = Grid(1, 1, 1.0, 0.0, 0.0)
    used = np.ones((1, 1), np.bool_)
    if not _is_raster_field(fields.fuel_model):
        _fuel(fields, nowhere, {}, problems)
    for name in ("elevation_m", *CANOPY):
        if not _is_raster_field(getattr(fields, name)):
            _layer(fields, name, nowhere, {}, used, problems)


def _catalogue(fields: LandscapeFields) -> FuelCatalogue:
    """The shipped fuel models and the case's own."""
    shipped = standard_fuels()
    return shipped.with_models(fuel_models(fields.fuel_models)) if fields.fuel_models else shipped


def _fuel(
    fields: LandscapeFields, grid: Grid, rasters: dict[str, Path], problems: Problems
) -> NDArray[np.int16] | None:
    """Numbers of fuel models. [y, x]"""
    catalogue = _catalogue(fields)
    if "fuel_model" not in rasters:
        number = _fuel_number(fields.fuel_model, catalogue, problems)
        return None if number is None else np.broadcast_to(np.int16(number), grid.shape)
    values = read_raster("fuel_model", rasters["fuel_model"], grid, problems)
    if values is None:
        return None
    file = str(rasters["fuel_model"])
    if not _is_whole("fuel_model", values, ~np.isfinite(values), file, problems):
        return None
    numbers, counts = np.unique(values, return_counts=True)
    unknown = [
        (number, count)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)
        if not (number.is_integer() and catalogue.is_known(int(number)))
    ]
    if unknown:
        shown = ", ".join(f"{number:g} ({count} cells)" for number, count in unknown[:8])
        message = f"No fuel models have these numbers: {shown}{' and more' if len(unknown) > 8 else ''}."
        remedy = (
            "Use Anderson's 1-13, Scott & Burgan's 91-204, the Mediterranean ones, 301-334, or describe the models "
            f"under landscape.fuel_models, which are {FIRST_OWN_NUMBER}, {FIRST_OWN_NUMBER + 1}, ... in their order."
        )
        problems.add("fuel_model", [number for number, _ in unknown[:8]], message, remedy, file)
        return None
    return values.astype(np.int16)


def _fuel_number(value: int | str, catalogue: FuelCatalogue, problems: Problems) -> int | None:
    codes = {model.code: model.number for model in catalogue.models}
    number = int(value) if str(value).lstrip("-").isdigit() else codes.get(str(value))
    if number is None or not catalogue.is_known(number):
        remedy = nearest(str(value).upper(), [str(code) for code in codes] if isinstance(value, str) else [])
        if "mean" not in remedy:
            remedy = (
                "Write a code such as SH5, a number such as 145, or a .tif or .asc file, or describe the model under "
                "landscape.fuel_models."
            )
        problems.add("fuel_model", value, "There is no such fuel model.", remedy)
        return None
    return number


def _layer(
    fields: LandscapeFields, name: str, grid: Grid, rasters: dict[str, Path], used: Mask, problems: Problems
) -> Singles | None:
    """A layer as numbers, 0 where it is neither known nor used; None where it is not given, or wrong."""
    value = getattr(fields, name)
    if value is None:
        return None
    if name not in rasters:
        if isinstance(value, str):
            problems.add(name, value, "must be a number or a raster.", "Name a .tif or .asc file.")
            return None
        if not _in_range(name, float(value), float(value), None, problems):
            return None
        return np.broadcast_to(np.float32(value), grid.shape)
    values = read_raster(name, rasters[name], grid, problems)
    if values is None:
        return None
    file = str(rasters[name])
    missing = ~np.isfinite(values)
    if not _is_whole(name, values, missing & used, file, problems):
        return None
    values[missing] = 0.0
    if used.any() and not _in_range(name, float(values[used].min()), float(values[used].max()), file, problems):
        return None
    return values.astype(np.float32)


def _is_whole(name: str, values: NDArray[np.float64], missing: Mask, file: str, problems: Problems) -> bool:
    """Whether no cell that is used lacks data."""
    if not missing.any():
        return True
    row, column = (int(index[0]) for index in np.nonzero(missing))
    message = f"{int(missing.sum())} cells that are used have no data, the first in row {row}, column {column}."
    remedy = "Fill them (gdal_fillnodata.py IN.tif OUT.tif), or give their fuel as not burnable (91)."
    if name == "fuel_model":
        remedy = "Give every cell a fuel model, 91 to 99 where nothing burns."
    problems.add(name, "nodata", message, remedy, file)
    return False


def _in_range(name: str, least: float, greatest: float, file: str | None, problems: Problems) -> bool:
    allowed = _RANGES[name]
    if allowed.least <= least and greatest <= allowed.greatest:
        return True
    value = least if least == greatest else [least, greatest]
    message = f"must lie between {allowed.least:g} and {allowed.greatest:g}."
    problems.add(name, value, message, allowed.remedy, file)
    return False


def _slopes(
    fields: LandscapeFields, grid: Grid, rasters: dict[str, Path], used: Mask, problems: Problems
) -> tuple[Singles, Singles] | None:
    """Slope and aspect [degrees, y, x]; a single elevation is level ground."""
    if "elevation_m" in rasters:
        # Slopes of the cells that burn are taken from their neighbours too.
        used = _with_neighbours(used)
    elevation = _layer(fields, "elevation_m", grid, rasters, used, problems)
    if elevation is None:
        return None
    if "elevation_m" not in rasters:
        level = np.broadcast_to(np.float32(0.0), grid.shape)
        return level, level
    slope, aspect = np.empty(grid.shape, np.float32), np.empty(grid.shape, np.float32)
    for top in range(0, grid.rows, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, grid.rows)
        above, below = min(top, 1), min(grid.rows - bottom, 1)
        strip = elevation[top - above : bottom + below].astype(np.float64)
        inner = slice(above, above + bottom - top)
        for layer, values in zip((slope, aspect), slope_and_aspect(strip, grid.cell_size_m), strict=True):
            layer[top:bottom] = values[inner]
    return slope, aspect


def _with_neighbours(mask: Mask) -> Mask:
    padded = np.pad(mask, 1)
    rows, columns = mask.shape
    parts = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.asarray(np.logical_or.reduce(parts))

"""Where fire starts, where lines are cut, where water falls: from fields and GeoJSON files to the grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite, nextafter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.inputs.problems import Problems, alike
from firesim.place.geojson import Feature, read_features
from firesim.place.grid import Grid
from firesim.place.shapes import cells_along, rasterise
from firesim.spread.case import BarrierFields, DropFields, IgnitionFields

Mask = NDArray[np.bool_]
XY = tuple[float, float]

_PROPERTIES = ("at_min", "litres_m2", "evaporation_mm_h")  # what a feature may say besides its shape
ALIKE = 0.7  # from here on a property is a misspelt one: `at_minute` is, `attribution` is not; a judgement

POINTS, LINES, POLYGONS = ("Point", "MultiPoint"), ("LineString", "MultiLineString"), ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Lighting:
    """Where fire starts at a time: points (column, row, in cells from the north-west corner), and whole cells."""

    at_s: float
    points: list[tuple[float, float]] = field(default_factory=list)
    cells: Mask | None = None

    @property
    def first_cell(self) -> tuple[int, int]:
        """Row and column of the cell that stands for the ignition."""
        if self.points:
            column, row = self.points[0]
            return int(row), int(column)
        assert self.cells is not None
        row, column = np.argwhere(self.cells)[0]
        return int(row), int(column)


@dataclass(frozen=True)
class Barrier:
    """A line of points (column, row) that fire does not cross from a time on."""

    at_s: float
    line: list[tuple[float, float]]


@dataclass(frozen=True)
class Drop:
    """Water on cells (rows and columns) at a time."""

    at_s: float
    cells: tuple[NDArray[np.integer], NDArray[np.integer]]
    litres_m2: float
    evaporation_mm_h: float


def read_ignition(
    fields: IgnitionFields, grid: Grid, is_burnable: Mask, folder: Path, problems: Problems
) -> Lighting | None:
    """Where the fire starts; None with problems noted (of the block `ignition`)."""
    at_s = fields.at_min * 60.0
    if fields.geojson is not None:
        return _ignition_of_file(fields.geojson, at_s, grid, is_burnable, folder, problems)
    if fields.cell is not None:
        name: str = "cell"
        value: list[float] = [*fields.cell]
        row, column = fields.cell[0] + 0.5, fields.cell[1] + 0.5
    else:
        name = "xy_m" if fields.xy_m is not None else "lon_lat"
        value = list(fields.xy_m or fields.lon_lat or ())
        if fields.lon_lat is not None and grid.crs is None:
            remedy = "Give cell or xy_m, or rasters with a CRS."
            problems.add(name, value, "The map is a plain without longitude and latitude.", remedy)
            return None
        x_m, y_m = fields.xy_m or grid.from_lon_lat(*(fields.lon_lat or (0.0, 0.0)))
        row, column = _position(x_m, y_m, grid)
    if not _can_start(row, column, name, value, grid, is_burnable, problems):
        return None
    return Lighting(at_s, [(column, row)])


def _position(x_m: ArrayLike, y_m: ArrayLike, grid: Grid) -> tuple[float, float]:
    """Row and column of a point, fractions of cells; on the south and the east edge of the grid just within it."""
    row, column = (float(part) for part in grid.position_at(x_m, y_m))
    row = nextafter(row, 0.0) if row == grid.rows else row
    return row, nextafter(column, 0.0) if column == grid.columns else column


def _can_start(
    row: float, column: float, name: str, value: Any, grid: Grid, is_burnable: Mask, problems: Problems
) -> bool:
    if not (isfinite(row) and isfinite(column) and grid.holds(int(np.floor(row)), int(np.floor(column)))):
        west, south, east, north = grid.bounds_m
        message = f"The ignition lies off the grid of {grid.rows} rows and {grid.columns} columns."
        remedy = f"The grid reaches from x {west:g} to {east:g} m and from y {south:g} to {north:g} m."
        problems.add(name, value, message, remedy)
        return False
    if not is_burnable[int(row), int(column)]:
        message = f"Nothing can burn in the cell of the ignition, row {int(row)}, column {int(column)}."
        problems.add(name, value, message, "Move it to a cell whose fuel burns.")
        return False
    return True


def _ignition_of_file(
    file: str, at_s: float, grid: Grid, is_burnable: Mask, folder: Path, problems: Problems
) -> Lighting | None:
    before = len(problems)
    lit = Lighting(at_s, [], np.zeros(grid.shape, np.bool_))
    assert lit.cells is not None
    features = read_features(
        "geojson", folder / file, (*POINTS, *LINES, *POLYGONS), problems, in_metres=grid.crs is None
    )
    for one in features:
        name = f"geojson.features[{one.number}]"
        for part in one.parts:
            if one.kind in POINTS:
                row, column = _position(*_on_map([part], grid)[0], grid)
                if _can_start(row, column, name, part[:2], grid, is_burnable, problems):
                    lit.points.append((column, row))
                continue
            rings = [_on_map(ring, grid) for ring in (part if one.kind in POLYGONS else [part])]
            if not all(bool(grid.holds(*grid.cell_at(*point))) for ring in rings for point in ring):
                problems.add(name, one.kind, "The ignition reaches off the grid.", "Cut it at the edge of the grid.")
                continue
            cells = rasterise(rings, grid) if one.kind in POLYGONS else cells_along(rings[0], grid)
            if one.kind in POLYGONS and not cells.any():
                cells = cells_along(rings[0], grid)  # thinner than a cell
            if not (cells & is_burnable).any():
                message = "Nothing can burn where this ignition is."
                problems.add(name, one.kind, message, "Move it to cells whose fuel burns.")
            lit.cells[cells & is_burnable] = True
    if len(problems) > before or not features:
        return None
    return lit if lit.cells.any() else Lighting(at_s, lit.points)


def read_barriers(
    fields: str | Sequence[BarrierFields | str], grid: Grid, folder: Path, problems: Problems
) -> list[Barrier]:
    """The lines of a case, those of its files included."""
    barriers = []
    for name, entry in _entries(fields):
        if isinstance(entry, BarrierFields):
            barriers.append(Barrier(entry.at_min * 60.0, _line(entry.xy_m, grid)))
            continue
        for one in read_features(name, folder / entry, LINES, problems, in_metres=grid.crs is None):
            at_s = 60.0 * _number_of(one, "at_min", name, folder / entry, 0.0, problems)
            barriers += [Barrier(at_s, _line(_on_map(part, grid), grid)) for part in one.parts]
    return barriers


def read_drops(fields: str | Sequence[DropFields | str], grid: Grid, folder: Path, problems: Problems) -> list[Drop]:
    """The drops of a case, those of its files included."""
    drops = []
    for name, entry in _entries(fields):
        if isinstance(entry, DropFields):
            cells = _cells_in([entry.polygon_xy_m], grid)
            drops.append(Drop(entry.at_min * 60.0, cells, entry.litres_m2, entry.evaporation_mm_h))
            continue
        usual = DropFields.model_fields["evaporation_mm_h"].default
        for one in read_features(name, folder / entry, POLYGONS, problems, in_metres=grid.crs is None):
            file = folder / entry
            at_s = 60.0 * _number_of(one, "at_min", name, file, 0.0, problems)
            litres_m2 = _number_of(one, "litres_m2", name, file, None, problems, is_positive=True)
            drying = _number_of(one, "evaporation_mm_h", name, file, usual, problems)
            for part in one.parts:
                cells = _cells_in([_on_map(ring, grid) for ring in part], grid)
                drops.append(Drop(at_s, cells, litres_m2, drying))
    return drops


def _cells_in(rings: Iterable[Sequence[XY]], grid: Grid) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Rows and columns of the cells whose centre lies in the rings."""
    rows, columns = np.nonzero(rasterise(rings, grid))
    return rows, columns


def _entries(fields: str | Sequence[Any]) -> Iterable[tuple[str, Any]]:
    """Each entry with its field below the block: the block's own name is empty."""
    if isinstance(fields, str):
        return [("", fields)]
    return [(f"[{number}]", entry) for number, entry in enumerate(fields)]


def _number_of(
    one: Feature, name: str, field_name: str, file: Path, otherwise: float | None, problems: Problems,
    is_positive: bool = False,
) -> float:  # fmt: skip
    written = "" if name in one.properties else alike(name, [p for p in one.properties if p not in _PROPERTIES], ALIKE)
    if written:
        message = f"The feature has no property {name}, but {written}."
        problems.add(f"{field_name}.features[{one.number}]", written, message, f"Did you mean `{name}`?", str(file))
        return 0.0
    value = one.properties.get(name, otherwise)
    least = nextafter(0.0, 1.0) if is_positive else 0.0
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value) and value >= least:
        return float(value)
    message = f"The feature's property {name} must be a number {'above' if is_positive else 'of at least'} 0."
    remedy = f"Write {name} among its properties."
    problems.add(f"{field_name}.features[{one.number}]", value, message, remedy, str(file))
    return 0.0


def _on_map(points: Sequence[Any], grid: Grid) -> list[XY]:
    """GeoJSON positions in metres of the map."""
    x_m, y_m = grid.from_lon_lat([point[0] for point in points], [point[1] for point in points])
    return list(zip(np.atleast_1d(x_m).tolist(), np.atleast_1d(y_m).tolist(), strict=True))


def _line(points: Sequence[XY], grid: Grid) -> list[tuple[float, float]]:
    row, column = grid.position_at([x for x, _ in points], [y for _, y in points])
    return list(zip(column.tolist(), row.tolist(), strict=True))

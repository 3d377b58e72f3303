"""Reading the CSV and GeoJSON files of a place, and saying exactly what is wrong in them."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.problems import Problems

Floats = NDArray[np.float64]
UNREADABLE = float("nan")  # stands for a value already noted as a problem; no place is built from it


@dataclass
class Table:
    """A CSV file with a header, held as text, that knows the line of each row.

    `field` is the place field that names the file. Readers of a column note every bad value and go on.
    """

    field: str
    file: str
    header: list[str]
    rows: list[dict[str, str]]
    lines: list[int]
    problems: Problems

    def __len__(self) -> int:
        return len(self.rows)

    def note(self, row: int, column: str, value: Any, message: str, remedy: str) -> None:
        """Note a problem in one cell of the table."""
        self.problems.add(f"{self.field}.{column}", value, message, remedy, self.file, self.lines[row])

    def texts(self, column: str, blank: bool = False, unique: bool = False) -> list[str]:
        """The column as text; a blank cell is a problem unless `blank`, a repeated value if `unique`."""
        values = [row.get(column, "").strip() for row in self.rows]
        first: dict[str, int] = {}
        for index, value in enumerate(values):
            if not value and not blank and column in self.header:
                self.note(index, column, value, f"{column} is empty.", f"Write a {column} in this row.")
            if unique and value and value in first:
                message = f"{column} is already used in line {self.lines[first[value]]}."
                self.note(index, column, value, message, f"Give each row a {column} of its own.")
            first.setdefault(value, index)
        return values

    def numbers(
        self, column: str, minimum: float = -inf, maximum: float = inf, blank: float | None = None, whole: bool = False
    ) -> Floats:
        """The column as numbers within [minimum, maximum]; `blank` stands for an empty cell where given."""
        values = np.full(len(self.rows), UNREADABLE)
        if column not in self.header:
            return values
        for index, row in enumerate(self.rows):
            text = row[column].strip()
            if not text and blank is not None:
                values[index] = blank
                continue
            value = _number(text)
            if value is None or (whole and not value.is_integer()):
                kind = "a whole number" if whole else "a number"
                self.note(index, column, text, f"{column} must be {kind}.", "Write it in digits with a decimal point.")
            elif not minimum <= value <= maximum:
                message = _range_message(column, minimum, maximum)
                self.note(index, column, value, message, "Correct the value or its unit.")
            else:
                values[index] = value
        return values

    def places(self, grid: Grid, on_grid: bool = True) -> tuple[Floats, Floats]:
        """Columns `lon` and `lat` as metres of the map; a point off the grid is a problem if `on_grid`."""
        longitude = self.numbers("lon", -180.0, 180.0)
        latitude = self.numbers("lat", -90.0, 90.0)
        x_m, y_m = grid.from_lon_lat(longitude, latitude)
        if on_grid:
            known = np.isfinite(longitude) & np.isfinite(latitude)
            for index in np.flatnonzero(known & ~grid.holds(*grid.cell_at(*_finite(x_m, y_m)))):
                value = [float(longitude[index]), float(latitude[index])]
                self.note(int(index), "lon, lat", value, "The point lies off the grid.", OFF_GRID_REMEDY)
        return x_m, y_m


OFF_GRID_REMEDY = "Correct longitude and latitude (WGS84 degrees), or widen place.extent."


def _finite(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    return np.nan_to_num(x_m, posinf=-1e18, neginf=-1e18), np.nan_to_num(y_m, posinf=-1e18, neginf=-1e18)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _range_message(column: str, minimum: float, maximum: float) -> str:
    if maximum == inf:
        return f"{column} must be at least {minimum:g}."
    return f"{column} must lie between {minimum:g} and {maximum:g}."


def read_text(field: str, path: Path, problems: Problems) -> str | None:
    """The file as text, or None with the problem noted."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.add(field, str(path), "There is no such file.", "Correct the path; it is relative to the scenario.")
    except (OSError, UnicodeDecodeError) as error:
        problems.add(field, str(path), f"The file cannot be read: {error}.", "Make it a readable UTF-8 text file.")
    return None


def read_table(field: str, path: Path, columns: Sequence[str], problems: Problems) -> Table | None:
    """Read a CSV file that must have these columns (others may be there) and at least one row."""
    text = read_text(field, path, problems)
    if text is None:
        return None
    lines = csv.reader(text.splitlines())
    header = [name.strip() for name in next(lines, [])]
    missing = [name for name in columns if name not in header]
    file = str(path)
    if missing:
        remedy = f"Add the column{'s' * (len(missing) > 1)} to the header; it has: {', '.join(header) or 'nothing'}."
        problems.add(field, ", ".join(missing), "The table lacks a column.", remedy, file, 1)
        return None
    table = Table(field, file, header, [], [], problems)
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"The row has {len(cells)} cells, the header {len(header)}."
            problems.add(field, ",".join(cells), message, "Quote texts that hold a comma.", file, lines.line_num)
            continue
        table.rows.append(dict(zip(header, cells, strict=True)))
        table.lines.append(lines.line_num)
    if not table.rows:
        problems.add(field, file, "The table is empty.", "Add at least one row below the header.", file)
        return None
    return table


@dataclass(frozen=True)
class Feature:
    """One GeoJSON feature: its place in the file, its properties, and its coordinates as they are written."""

    number: int  # 0, 1, 2... in the file
    kind: str  # Point, LineString, Polygon or MultiPolygon
    coordinates: Any
    properties: dict[str, Any]


def read_features(field: str, path: Path, kinds: Sequence[str], problems: Problems) -> list[Feature]:
    """Read a GeoJSON FeatureCollection in WGS84 whose features are all of these geometry types."""
    text = read_text(field, path, problems)
    if text is None:
        return []
    file = str(path)
    try:
        collection = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"The file is not JSON: {error.msg}."
        problems.add(field, file, message, "Export it again as GeoJSON.", file, error.lineno)
        return []
    entries = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(entries, list) or not entries:
        remedy = "Export a FeatureCollection with at least one feature."
        problems.add(field, file, "The file holds no GeoJSON features.", remedy, file)
        return []
    features = []
    for number, entry in enumerate(entries):
        geometry = (entry.get("geometry") if isinstance(entry, dict) else None) or {}
        if geometry.get("type") not in kinds or not _is_drawn(geometry["type"], geometry.get("coordinates")):
            message = f"Geometry must be {' or '.join(kinds)} in longitude and latitude."
            problems.add(f"{field}.features[{number}]", geometry.get("type"), message, "Redraw or drop it.", file)
            continue
        features.append(Feature(number, geometry["type"], geometry["coordinates"], entry.get("properties") or {}))
    return features


_DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}
_LEAST_POINTS = {0: 1, 1: 2, 2: 4, 3: 4}  # a line has two points, a closed ring four


def _is_drawn(kind: str, coordinates: Any) -> bool:
    """Whether coordinates are nested as the geometry type asks, of pairs within longitude and latitude."""
    depth = _DEPTH[kind]
    return _is_nested(coordinates, depth, _LEAST_POINTS[depth])


def _is_nested(coordinates: Any, depth: int, least: int) -> bool:
    if not isinstance(coordinates, list) or not coordinates:
        return False
    if depth > 0:
        enough = depth > 1 or len(coordinates) >= least
        return enough and all(_is_nested(part, depth - 1, least) for part in coordinates)
    if len(coordinates) < 2 or not all(isinstance(value, (int, float)) for value in coordinates):
        return False
    return bool(abs(coordinates[0]) <= 180.0 and abs(coordinates[1]) <= 90.0)

"""The masts: what is known of each, and how their table is read.

The table is CSV with a row a mast and the columns of `COLUMNS`; further columns are refused. Wrong rows are
all told at once, with file and line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from firesim.place.grid import Grid

COLUMNS = ("mast", "name", "longitude", "latitude", "height_m", "eirp_dbm", "basis")
_RANGES = {
    "longitude": (-180.0, 180.0, "degrees east, WGS84"),
    "latitude": (-90.0, 90.0, "degrees north, WGS84"),
    "height_m": (2.0, 200.0, "metres of the antenna above the ground"),
    "eirp_dbm": (-20.0, 60.0, "dBm of the reference signal, antenna gain included"),
}


@dataclass(frozen=True)
class Mast:
    """A radio mast: where its antenna is and how strong its 5G reference signal leaves it.

    `height_m` is above the ground. `eirp_dbm` is that of one resource element (what a telephone measures as
    RSRP before the path): carrier power plus antenna gain less 10 log10 of the number of subcarriers.
    """

    mast: str
    x_m: float
    y_m: float
    height_m: float
    eirp_dbm: float
    name: str = ""
    basis: str = ""


class LinkError(ValueError):
    """One thing that is wrong with the link as described.

    `field` is the dotted path below the scenario's `link:` block; `file` and `line` say where the value stands
    when it is not in the scenario itself; `remedy` says what to do.
    """

    def __init__(
        self, field: str, value: Any, message: str, remedy: str, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(field, value, message, remedy, file, line)
        self.field = field
        self.value = value
        self.message = message
        self.remedy = remedy
        self.file = file
        self.line = line

    def __str__(self) -> str:
        where = "" if self.file is None else self.file + ("" if self.line is None else f":{self.line}") + "  "
        return f"{where}link.{self.field} = {self.value!r}\n  {self.message}\n  {self.remedy}"


class LinkErrors(ValueError):  # noqa: N818 (the plural of LinkError)
    """Everything that is wrong with a table of masts, in the order of its lines. Iterates like a list."""

    def __init__(self, errors: Iterable[LinkError]) -> None:
        self.errors = list(errors)
        super().__init__(self.errors)

    def __iter__(self) -> Iterator[LinkError]:
        return iter(self.errors)

    def __len__(self) -> int:
        return len(self.errors)

    def __getitem__(self, index: int) -> LinkError:
        return self.errors[index]

    def __str__(self) -> str:
        return "\n\n".join(str(error) for error in self.errors)


def read_masts(path: Path, grid: Grid) -> list[Mast]:
    """The masts of a table, placed on the map of `grid`, in the order of the table.

    Raises `LinkErrors` with all that is wrong: a missing file or column, an unknown column, an empty name, a
    name used twice, a value that is no number or out of range, a mast off the map. An empty table is allowed:
    a place without any radio.
    """
    if not path.is_file():
        remedy = "Give the path of a table of masts, relative to the scenario file."
        raise LinkErrors([LinkError("masts", str(path), "there is no such file.", remedy)])
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        wrong = _wrong_columns(path, reader.fieldnames or ())
        if wrong:
            raise LinkErrors(wrong)
        numbered = [(reader.line_num, row) for row in reader]
    errors: list[LinkError] = []
    masts: list[Mast] = []
    for line, row in numbered:
        found, mast = _mast_of(row, path, line, grid)
        if mast is not None and any(mast.mast == other.mast for other in masts):
            found.append(LinkError("masts.mast", mast.mast, "is used twice.", "Name each mast once.", str(path), line))
        errors.extend(found)
        if mast is not None:
            masts.append(mast)
    if errors:
        raise LinkErrors(errors)
    return masts


def _wrong_columns(path: Path, found: Iterable[str]) -> list[LinkError]:
    names = list(found)
    remedy = f"The columns are {', '.join(COLUMNS)}."
    missing = [
        LinkError(f"masts.{column}", None, "the column is missing.", remedy, str(path), 1)
        for column in COLUMNS
        if column not in names
    ]
    unknown = [
        LinkError(f"masts.{name}", name, "is not a column of this table.", remedy, str(path), 1)
        for name in names
        if name not in COLUMNS
    ]
    return missing + unknown


def _mast_of(row: dict[str, Any], path: Path, line: int, grid: Grid) -> tuple[list[LinkError], Mast | None]:
    """The mast of a row, or what is wrong with it."""
    if None in row or None in row.values():
        message = f"has {'more' if None in row else 'fewer'} values than the header has columns."
        return [LinkError("masts", row.get("mast"), message, "Quote values with commas.", str(path), line)], None
    errors: list[LinkError] = []
    numbers: dict[str, float] = {}
    for field, (low, high, meaning) in _RANGES.items():
        text = row[field].strip()
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not (isfinite(number) and low <= number <= high):
            message = f"must be a number from {low:g} to {high:g} ({meaning})."
            errors.append(LinkError(f"masts.{field}", text, message, "Correct the table.", str(path), line))
        numbers[field] = number
    name = row["mast"].strip()
    if not name:
        errors.append(LinkError("masts.mast", "", "is empty.", "Give the mast a name.", str(path), line))
    if errors:
        return errors, None
    x_m, y_m = (float(metres) for metres in grid.from_lon_lat(numbers["longitude"], numbers["latitude"]))
    if not bool(grid.holds(*grid.cell_at(x_m, y_m))):
        place = f"{numbers['longitude']:g}, {numbers['latitude']:g}"
        message = f"{name} stands off the map."
        remedy = "Correct longitude and latitude, or widen the place's extent."
        return [LinkError("masts.longitude", place, message, remedy, str(path), line)], None
    mast = Mast(name, x_m, y_m, numbers["height_m"], numbers["eirp_dbm"], row["name"].strip(), row["basis"].strip())
    return [], mast

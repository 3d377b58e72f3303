"""Reading a CSV table of the user's, and saying exactly what is wrong in it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.files import read_text
from firesim.inputs.problems import Problems, alike, below, nearest

Floats = NDArray[np.float64]
ALIKE = 0.86  # from here on a column is a misspelt other one: `overide` is, `name_en` for `name_el` is not; a judgement
UNREADABLE = float("nan")  # stands for a value already noted as a problem; nothing is built from it


@dataclass
class Table:
    """A CSV file with a header, held as text, that knows the line of each row.

    `field` is the scenario's field that names the file. Readers of a column note every bad value and go on.
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
        self.problems.add(below(self.field, column), value, message, remedy, self.file, self.lines[row])

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

    def words(self, column: str, allowed: Sequence[str], blank: bool = False) -> list[str]:
        """The column as words out of `allowed`; a blank cell is a problem unless `blank`."""
        values = self.texts(column, blank)
        for row, value in enumerate(values):
            if value and value not in allowed:
                self.note(row, column, value, f"{column} must be one of {', '.join(allowed)}.", nearest(value, allowed))
        return values

    def numbers(
        self,
        column: str,
        minimum: float = -inf,
        maximum: float = inf,
        *,
        blank: float | None = None,
        whole: bool = False,
        meaning: str = "",
    ) -> Floats:
        """The column as numbers within [minimum, maximum], NaN where that is not so.

        `blank` stands for an empty cell where given; `meaning` tells the user what is counted and its unit.
        """
        values = np.full(len(self.rows), UNREADABLE)
        if column not in self.header:
            return values
        for index, row in enumerate(self.rows):
            text = row[column].strip()
            if not text and blank is not None:
                values[index] = blank
                continue
            value = number_of(text)
            if value is None or not isfinite(value) or (whole and not value.is_integer()):
                kind = "a whole number" if whole else "a number"
                self.note(index, column, text, f"{column} must be {kind}.", "Write it in digits with a decimal point.")
            elif not minimum <= value <= maximum:
                message = _range_message(column, minimum, maximum, meaning)
                self.note(index, column, value, message, "Correct the value or its unit.")
            else:
                values[index] = value
        return values


def number_of(text: str) -> float | None:
    """A number as people write it, which may be nan or inf; None for anything else.

    Python would take 1_0 for 10 and digits of any script: a slip of the pen must not become a number.
    """
    try:
        return float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        return None


def _range_message(column: str, minimum: float, maximum: float, meaning: str) -> str:
    bounds = f"be at least {minimum:g}" if maximum == inf else f"lie between {minimum:g} and {maximum:g}"
    return f"{column} must {bounds}{f' ({meaning})' if meaning else ''}."


def read_table(
    field: str,
    path: Path,
    columns: Sequence[str],
    problems: Problems,
    *,
    optional: Sequence[str] = (),
    others: bool = True,
    may_be_empty: bool = False,
) -> Table | None:
    """Read a CSV file that must have these columns, and rows of as many cells as the header.

    `optional`: columns that may be left out, but not misspelt. `others`: whether further ones may be there.
    None with the problems noted when nothing can be read.
    """
    text = read_text(field, path, problems)
    if text is None:
        return None
    file = str(path)
    lines = csv.reader(StringIO(text, newline=""))
    table = Table(field, file, [], [], [], problems)
    before = len(problems)
    try:
        table.header += (name.strip() for name in next(lines, []))
        if not _has_columns(table, columns, optional, others):
            return None
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _add_row(table, cells, lines.line_num)
    except csv.Error as error:
        problems.add(field, file, f"The file is no CSV table: {error}.", "Export it again.", file, lines.line_num)
        return None
    if not table.rows and not may_be_empty:
        if len(problems) > before:
            return None  # its rows were refused
        problems.add(field, file, "The table is empty.", "Add at least one row below the header.", file)
        return None
    return table


def _has_columns(table: Table, columns: Sequence[str], optional: Sequence[str], others: bool) -> bool:
    """Whether the header is as it should be; if not, the problems are noted."""
    before, header = len(table.problems), table.header
    has = ", ".join(header) or "nothing"
    known = (*columns, *optional)

    def note(column: str, message: str, remedy: str) -> None:
        table.problems.add(below(table.field, column), None, message, remedy, table.file, 1)

    for column in columns:
        if column not in header:
            note(column, "This column is missing.", f"Add it to the header, which has: {has}.{_marks(header)}")
    for column in dict.fromkeys(header):
        # A misspelt optional column would be left out of the run unsaid.
        missing = [] if column in known else [name for name in optional if name not in header]
        meant = alike(column.lower(), missing, ALIKE)
        if column in known and header.count(column) > 1:
            note(column, "This column stands twice.", "Keep one of the two.")
        elif meant:
            note(column, "is not a column of this table.", f"Did you mean `{meant}`?")
        elif column not in known and not others:
            note(column, "is not a column of this table.", nearest(column, known))
    return len(table.problems) == before


def _marks(header: list[str]) -> str:
    """A hint where a table program wrote other marks between columns."""
    mark = next((mark for mark in (";", "\t") if len(header) == 1 and mark in header[0]), "")
    return f" Put commas between columns, not {'tabs' if mark == chr(9) else 'semicolons'}." if mark else ""


def _add_row(table: Table, cells: list[str], line: int) -> None:
    if len(cells) != len(table.header):
        message = f"The row has {len(cells)} cells, the header {len(table.header)}."
        table.problems.add(table.field, ",".join(cells), message, "Quote texts that hold a comma.", table.file, line)
        return
    table.rows.append(dict(zip(table.header, cells, strict=True)))
    table.lines.append(line)

"""CSV in, checked columns, CSV out; every problem with its line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
Parse = Callable[[str], Any]

MOST_PROBLEMS = 20  # a file of another kind would otherwise be told cell by cell


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a table's file; `line` is that of the file, the header being line 1."""

    file: str
    line: int | None
    column: str
    value: Any
    message: str
    remedy: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        what = self.column if self.value is None else f"{self.column} = {self.value}"
        return f"{where}  {what}\n  {self.message}\n  {self.remedy}"


class InputError(ValueError):
    """All that is wrong with a table's file, at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Column:
    """One input column: how a cell is read. `parse` raises ValueError with what is expected."""

    name: str
    parse: Parse
    dtype: Any = np.float64


@dataclass(frozen=True)
class Table:
    """A table of laws: what it reads, what it writes, and the work between. `agree` checks a row as a whole."""

    name: str
    inputs: tuple[Column, ...]
    outputs: tuple[str, ...]
    work: Callable[[Columns], Mapping[str, NDArray[Any]]]
    agree: tuple[Callable[[Mapping[str, Any]], tuple[str, str] | None], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What was read: the cells' own text, for writing them again unchanged, and their values."""

    texts: list[list[str]]
    columns: Columns = field(default_factory=dict)


def number(least: float = -math.inf, greatest: float = math.inf, above: float = -math.inf) -> Parse:
    """A finite decimal number from `least` to `greatest`, greater than `above`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError("must be a number with . as decimal mark") from None
        if not math.isfinite(value):
            raise ValueError("must be a finite number")
        if value < least:
            raise ValueError("must not be negative" if least == 0.0 else f"must be at least {least:g}")
        if value <= above:
            raise ValueError(f"must be above {above:g}")
        if value > greatest:
            raise ValueError(f"must be at most {greatest:g}")
        return value

    return parse


def whole(least: int) -> Parse:
    """A whole number from `least` on."""

    def parse(text: str) -> int:
        value = number()(text)
        if value != math.floor(value):
            raise ValueError("must be a whole number")
        if value < least:
            raise ValueError(f"must be at least {least}")
        return int(value)

    return parse


def word(words: Sequence[str]) -> Parse:
    """One of these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return parse


def read_sheet(table: Table, path: Path) -> Sheet:
    """The table's input columns of a CSV file; all that is wrong with them as one InputError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(str(path), None, table.name, None, f"Cannot be read: {error}.", _REMEDY)]) from None
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    problems = _of_header(table, path, header)
    if problems:
        raise InputError(problems)
    places = [header.index(column.name) for column in table.inputs]
    texts: list[list[str]] = []
    values: list[list[Any]] = []
    for row in reader:
        if not row:
            continue
        cells = [row[place].strip() if place < len(row) else "" for place in places]
        found, wrong = _of_row(table, path, reader.line_num, cells)
        problems += wrong
        if len(problems) >= MOST_PROBLEMS:
            break
        texts.append(cells)
        values.append(found)
    if problems:
        raise InputError(problems[:MOST_PROBLEMS])
    columns = {
        column.name: np.array([row[n] for row in values], dtype=column.dtype) for n, column in enumerate(table.inputs)
    }
    return Sheet(texts, columns)


_REMEDY = "Give a CSV file in UTF-8 with a header row."


def _of_header(table: Table, path: Path, header: list[str]) -> list[Problem]:
    needs = f"Table {table.name} reads {', '.join(column.name for column in table.inputs)}."
    missing = [column.name for column in table.inputs if column.name not in header]
    twice = [column.name for column in table.inputs if header.count(column.name) > 1]
    return [
        *(Problem(str(path), 1, name, None, "This column is missing.", needs) for name in missing),
        *(Problem(str(path), 1, name, None, "This column stands twice.", needs) for name in twice),
    ]


def _of_row(table: Table, path: Path, line: int, cells: list[str]) -> tuple[list[Any], list[Problem]]:
    values: list[Any] = []
    problems = []
    for column, cell in zip(table.inputs, cells, strict=True):
        try:
            values.append(column.parse(cell))
        except ValueError as error:
            message = f"The cell {error}." if cell else "The cell is empty."
            problems.append(Problem(str(path), line, column.name, cell or None, message, "Correct the cell."))
    if not problems:
        named = {column.name: value for column, value in zip(table.inputs, values, strict=True)}
        for rule in table.agree:
            against = rule(named)
            if against:
                name, message = against
                problems.append(Problem(str(path), line, name, named[name], message, "Correct the row."))
    return values, problems


def write_sheet(table: Table, sheet: Sheet, results: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Input cells as they were, then the outputs."""
    shown = [[_cell(value) for value in np.asarray(results[name]).tolist()] for name in table.outputs]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(column.name for column in table.inputs), *table.outputs])
        for n, texts in enumerate(sheet.texts):
            writer.writerow([*texts, *(column[n] for column in shown)])


def _cell(value: Any) -> str:
    """Ten digits of a number; nothing where it is not defined."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return ""
    return f"{value + 0.0:.10g}"  # + 0.0 takes the sign from a zero

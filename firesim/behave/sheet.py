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

from firesim.inputs import tables as inputs
from firesim.inputs.problems import BadInput, Problems
from firesim.inputs.tables import number_of, read_table

Columns = Mapping[str, NDArray[Any]]
Parse = Callable[[str], Any]


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
        value = number_of(text)
        if value is None:
            raise ValueError("must be a number with . as decimal mark")
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
    """The table's input columns of a CSV file; BadInput with all that is wrong with them."""
    problems = Problems()
    rows = read_table("", path, [column.name for column in table.inputs], problems, may_be_empty=True)
    if rows is None:
        raise BadInput(problems)
    texts = [[row[column.name].strip() for column in table.inputs] for row in rows.rows]
    values = [_of_row(table, rows, number, cells) for number, cells in enumerate(texts)]
    problems.raise_if_any()
    columns = {
        column.name: np.array([row[n] for row in values], dtype=column.dtype) for n, column in enumerate(table.inputs)
    }
    return Sheet(texts, columns)


def _of_row(table: Table, rows: inputs.Table, row: int, cells: list[str]) -> list[Any]:
    """The values of a row; what is wrong with it is noted."""
    before = len(rows.problems)
    values: list[Any] = []
    for column, cell in zip(table.inputs, cells, strict=True):
        try:
            values.append(column.parse(cell))
        except ValueError as error:
            message = f"The cell {error}." if cell else "The cell is empty."
            rows.note(row, column.name, cell or None, message, "Correct the cell.")
    if len(rows.problems) == before:
        named = {column.name: value for column, value in zip(table.inputs, values, strict=True)}
        for rule in table.agree:
            against = rule(named)
            if against:
                rows.note(row, against[0], named[against[0]], against[1], "Correct the row.")
    return values


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

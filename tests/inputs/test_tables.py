"""A table is read whole, or everything that is wrong in it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firesim.inputs.problems import Problems
from firesim.inputs.tables import Table, read_table


def read(folder: Path, text: str | bytes, **options: Any) -> tuple[Table | None, Problems]:
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems = Problems("block")
    return read_table("t", path, ("name", "size_m"), problems, **options), problems


def told(problems: Problems) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.field) for problem in problems]


def test_a_table_knows_the_line_of_every_row_past_blank_lines_and_quoted_line_breaks(tmp_path: Path) -> None:
    table, problems = read(tmp_path, 'name,size_m,note\n\na,1,"two\nlines"\nb,2,\n')
    assert table is not None
    assert not len(problems)
    assert table.lines == [4, 5]
    assert table.texts("name") == ["a", "b"]
    assert table.numbers("size_m").tolist() == [1.0, 2.0]


def test_a_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    table, _ = read(tmp_path, b"\xef\xbb\xbfname,size_m\na,1\n")
    assert table is not None
    assert table.header == ["name", "size_m"]


def test_every_bad_cell_is_told_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "name,size_m\na,1\na,wide\n,3.5\nc,999\nd,nan\n")
    assert table is not None
    table.texts("name", unique=True)
    sizes = table.numbers("size_m", 0.0, 100.0, whole=True)
    assert np.array_equal(sizes, [1.0, np.nan, np.nan, np.nan, np.nan], equal_nan=True)
    assert told(problems) == [
        (3, "block.t.name"), (4, "block.t.name"), (3, "block.t.size_m"), (4, "block.t.size_m"), (5, "block.t.size_m"),
        (6, "block.t.size_m"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        ("name,size_m\n", None, "block.t", "empty"),
        ("", 1, "block.t.name", "missing"),
        ("name,size\na,1\n", 1, "block.t.size_m", "missing"),
        ("name,size_m,name\na,1,b\n", 1, "block.t.name", "twice"),
        ("name,size_m\na,1,2\n", 2, "block.t", "3 cells"),
        (b"name,size_m\n\xff\xfe,1\n", None, "block.t", "cannot be read"),
        ("name,size_m\n" + "a" * 200_000 + ",1\n", 2, "block.t", "no CSV table"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, text: str | bytes, line: int, field: str, words: str) -> None:
    _, problems = read(tmp_path, text)
    first = next(iter(problems))
    assert (first.line, first.field) == (line, field)
    assert words in first.message
    assert first.remedy


def test_a_strange_column_is_refused_only_where_the_table_is_closed(tmp_path: Path) -> None:
    text = "name,size_m,sise_m\na,1,2\n"
    assert read(tmp_path, text)[0] is not None
    table, problems = read(tmp_path, text, others=False)
    assert table is None
    (problem,) = problems
    assert problem.field == "block.t.sise_m"
    assert "size_m" in problem.remedy


@pytest.mark.parametrize("column", ["overide", "Override", "overridde", "overrdie"])
def test_a_misspelt_column_that_may_be_left_out_is_told_and_not_left_out(tmp_path: Path, column: str) -> None:
    table, problems = read(tmp_path, f"name,size_m,{column}\na,1,yes\n", optional=("override", "name_el"))
    assert table is None
    (problem,) = problems
    assert (problem.field, problem.line) == (f"block.t.{column}", 1)
    assert problem.message == "is not a column of this table."
    assert problem.remedy == "Did you mean `override`?"


@pytest.mark.parametrize("columns", ["name_en", "basis", "over", "override,overide"])
def test_a_column_of_the_users_own_may_stand_beside_those_that_may_be_left_out(tmp_path: Path, columns: str) -> None:
    text = f"name,size_m,{columns}\na,1{',x' * len(columns.split(','))}\n"
    table, problems = read(tmp_path, text, optional=("override", "name_el"))
    assert table is not None
    assert not len(problems)


def test_a_column_that_may_be_left_out_may_not_stand_twice(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "name,size_m,override,override\na,1,yes,no\n", optional=("override",))
    assert told(problems) == [(1, "block.t.override")]


def test_an_empty_table_is_allowed_where_the_reader_says_so(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "name,size_m\n", may_be_empty=True)
    assert table is not None
    assert len(table) == len(problems) == 0


def test_a_word_out_of_a_list_is_wanted_and_a_near_miss_is_recognised(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "name,size_m\nengin,1\n,2\nengine,3\n")
    assert table is not None
    assert table.words("name", ("engine", "tanker"))[2] == "engine"
    empty, wrong = problems
    assert (empty.line, wrong.line) == (3, 2)
    assert "`engine`" in wrong.remedy

"""`firesim behave` through the command line: each table, and each kind of wrong input."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from firesim.behave import TABLES
from firesim.cli import main

REFERENCE = Path(__file__).parent / "data" / "reference"
Rows = list[dict[str, str]]


@dataclass
class Result:
    status: int
    out: str
    err: str


Behave = Callable[..., Result]


@pytest.fixture
def behave(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Behave:
    """The command, in a folder of its own that holds `in.csv`."""
    monkeypatch.chdir(tmp_path)

    def call(table: str, source: str = "in.csv") -> Result:
        monkeypatch.setattr(sys, "argv", ["firesim", "behave", table, source, "out.csv"])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Result(int(end.value.code or 0), said.out, said.err)

    return call


def reference(table: str) -> tuple[list[str], Rows]:
    """Header and first rows of the table's comparison with the reference program."""
    text = gzip.decompress((REFERENCE / f"{table}.csv.gz").read_bytes()).decode()
    reader = csv.DictReader(io.StringIO(text))
    rows = [row for _, row in zip(range(12), reader, strict=False)]
    assert reader.fieldnames is not None
    return list(reader.fieldnames), rows


def write(header: list[str], rows: Rows, encoding: str = "utf-8", end: str = "\n") -> None:
    lines = [",".join(header), *(",".join(row[name] for name in header) for row in rows)]
    Path("in.csv").write_bytes(end.join([*lines, ""]).encode(encoding))


def inputs_of(table: str) -> list[str]:
    return [column.name for column in TABLES[table].inputs]


def written() -> tuple[list[str], Rows]:
    with Path("out.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert reader.fieldnames is not None
    return list(reader.fieldnames), rows


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_written_in_the_order_of_the_reference_and_its_rows_in_their_own(
    behave: Behave, table: str
) -> None:
    header, rows = reference(table)
    assert header[: len(inputs_of(table))] == inputs_of(table)
    shuffled = [rows[n] for n in (7, 2, 11, 0, 5)]
    # Columns in another order, and others among them that no law asks for.
    others = ["note", *reversed(inputs_of(table)), "year"]
    write(others, [row | {"note": "mine", "year": "2025"} for row in shuffled])
    assert behave(table) == Result(0, "", "")
    names, results = written()
    assert names == header
    for result, row in zip(results, shuffled, strict=True):
        assert [result[name] for name in inputs_of(table)] == [row[name] for name in inputs_of(table)]
        for name in header[len(inputs_of(table)) :]:
            assert (result[name] == "") == (row[name] == ""), name
            assert_near(result[name], row[name])


def assert_near(ours: str, theirs: str) -> None:
    try:
        expected = float(theirs)
    except ValueError:
        assert ours == theirs
    else:
        assert float(ours) == pytest.approx(expected, rel=0.03)  # row by row to the last digit in test_behave.py


@pytest.mark.parametrize("table", TABLES)
def test_files_with_a_byte_order_mark_and_windows_line_ends_are_read(behave: Behave, table: str) -> None:
    _, rows = reference(table)
    write(inputs_of(table), rows)
    assert behave(table).status == 0
    plain = Path("out.csv").read_bytes()
    write(inputs_of(table), rows, "utf-8-sig", "\r\n")
    assert behave(table).status == 0
    assert Path("out.csv").read_bytes() == plain


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_column_of_any_table_ends_with_2_names_it_and_writes_nothing(behave: Behave, table: str) -> None:
    _, rows = reference(table)
    for missing in inputs_of(table):
        write([name for name in inputs_of(table) if name != missing], rows)
        result = behave(table)
        assert (result.status, result.out) == (2, "")
        assert f"in.csv:1  {missing}\n  This column is missing." in result.err
        assert not Path("out.csv").exists()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", ["-1e99", "", "what", "nan"])
def test_a_wrong_cell_in_any_column_ends_with_2_names_line_and_column_and_writes_nothing(
    behave: Behave, table: str, value: str
) -> None:
    _, rows = reference(table)
    angles = {"wind_dir_from_upslope_deg", "psi_from_upslope_deg"}
    for wrong in inputs_of(table):
        if value == "-1e99" and wrong in angles:
            continue  # any angle is an angle
        write(inputs_of(table), [*rows[:2], rows[2] | {wrong: value}, *rows[3:]])
        result = behave(table)
        assert (result.status, result.out) == (2, ""), wrong
        assert f"in.csv:4  {wrong}" in result.err, wrong
        assert "Traceback" not in result.err
        assert not Path("out.csv").exists()


WITH_FUEL = [table for table in TABLES if "fuel_model_number" in inputs_of(table)]
WITH_MOISTURE = [(table, name) for table in TABLES for name in inputs_of(table) if "moisture" in name]


@pytest.mark.parametrize("table", WITH_FUEL)
@pytest.mark.parametrize("number", ["14", "0", "9999", "-1", "101.5", "SH5", "901"])
def test_an_unknown_fuel_is_never_made_up(behave: Behave, table: str, number: str) -> None:
    _, rows = reference(table)
    write(inputs_of(table), [rows[0], rows[1] | {"fuel_model_number": number}])
    result = behave(table)
    assert result.status == 2
    assert f"in.csv:3  fuel_model_number = '{number}'" in result.err
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(("table", "name"), WITH_MOISTURE)
def test_a_negative_moisture_is_refused_in_every_table(behave: Behave, table: str, name: str) -> None:
    _, rows = reference(table)
    write(inputs_of(table), [rows[0] | {name: "-0.01"}, rows[1]])
    result = behave(table)
    assert result.status == 2
    assert f"in.csv:2  {name} = '-0.01'\n  The cell must not be negative." in result.err
    assert not Path("out.csv").exists()


def test_portuguese_and_greek_fuels_are_worked_out_too(behave: Behave) -> None:
    _, rows = reference("surface")
    write(inputs_of("surface"), [rows[0] | {"fuel_model_number": number} for number in ("301", "318", "331", "334")])
    assert behave("surface").status == 0
    _, results = written()
    assert all(float(row["reaction_intensity_kw_m2"]) > 0.0 for row in results)


def test_an_old_result_survives_a_wrong_input(behave: Behave) -> None:
    Path("out.csv").write_text("precious")
    write(["air_temperature_c"], [{"air_temperature_c": "30"}])
    assert behave("scorch_height").status == 2
    assert Path("out.csv").read_text() == "precious"


def test_an_unknown_table_and_a_missing_file_end_with_2(behave: Behave) -> None:
    result = behave("scorch")
    assert result.status == 2
    assert "scorch_height" in result.err
    result = behave("scorch_height", "none.csv")
    assert result.status == 2
    assert "There is no such file." in result.err
    assert not Path("out.csv").exists()


HEADER = "fireline_intensity_kw_m,midflame_wind_m_s,air_temperature_c\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "in.csv:1  air_temperature_c\n  This column is missing.\n  Add it to the header, which has: nothing."),
        ("\n \n", "in.csv:1  air_temperature_c\n  This column is missing."),
        ("\n" + HEADER + "1,2,3\n", "in.csv:1  fireline_intensity_kw_m\n  This column is missing."),
        (HEADER.replace(",", ";") + "1;2;3\n", "Put commas between columns, not semicolons."),
        (HEADER.replace(",", "\t") + "1\t2\t3\n", "Put commas between columns, not tabs."),
        (HEADER + "1,2,3\n\n\n4,5,x\n", "in.csv:5  air_temperature_c = 'x'\n  The cell must be a number"),
        (HEADER + "1,2\n", "in.csv:2   = '1,2'\n  The row has 2 cells, the header 3."),
        (HEADER + "1,2,3,4\n", "in.csv:2   = '1,2,3,4'\n  The row has 4 cells, the header 3."),
        (HEADER + "1,2,inf\n", "in.csv:2  air_temperature_c = 'inf'\n  The cell must be a finite number."),
        (HEADER + "1,2,-inf\n", "in.csv:2  air_temperature_c = '-inf'\n  The cell must be a finite number."),
        (HEADER + "1,1e400,3\n", "in.csv:2  midflame_wind_m_s = '1e400'\n  The cell must be a finite number."),
        (HEADER + "1_0,2,3\n", "in.csv:2  fireline_intensity_kw_m = '1_0'\n  The cell must be a number"),
        (HEADER + "１,2,3\n", "in.csv:2  fireline_intensity_kw_m = '１'\n  The cell must be a number"),
        (HEADER + '1,"2,5",3\n', "in.csv:2  midflame_wind_m_s = '2,5'\n  The cell must be a number with ."),
        ("midflame_wind_m_s," + HEADER + "2,1,2,3\n", "in.csv:1  midflame_wind_m_s\n  This column stands twice."),
    ],
)
def test_a_file_that_is_no_such_table_ends_with_2_says_where_and_writes_nothing(
    behave: Behave, text: str, words: str
) -> None:
    Path("in.csv").write_text(text, encoding="utf-8")
    result = behave("scorch_height")
    assert (result.status, result.out) == (2, "")
    assert words in result.err
    assert "Traceback" not in result.err
    assert not Path("out.csv").exists()


def test_blank_lines_spaces_and_a_last_line_without_an_end_are_read(behave: Behave) -> None:
    Path("in.csv").write_text(HEADER.replace(",", " , ") + "\n 100 , 2,30\n,,\n\n200,2,30", encoding="utf-8")
    assert behave("scorch_height").status == 0
    _, rows = written()
    assert [row["fireline_intensity_kw_m"] for row in rows] == ["100", "200"]


def test_a_result_goes_neither_into_a_folder_nor_over_its_input(
    behave: Behave, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("in.csv").write_text("note," + HEADER + "mine,100,2,30\n", encoding="utf-8")
    Path("out.csv").symlink_to("in.csv")
    result = behave("scorch_height")
    assert result.status == 2
    assert "This is the input file" in result.err
    assert Path("in.csv").read_text("utf-8").startswith("note,")
    Path("out.csv").unlink()
    Path("out.csv").mkdir()
    result = behave("scorch_height")
    assert result.status == 2
    assert "OUT.csv = 'out.csv'\n  This is a folder." in result.err
    Path("out.csv").rmdir()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("firesim.behave.write_sheet", full)
    result = behave("scorch_height")
    assert result.status == 2
    assert "cannot be written: No space left on device." in result.err

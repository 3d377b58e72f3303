"""The tables of `firesim behave`, row by row beside Behave, pyretechnics and pyrothermel."""

from __future__ import annotations

import csv
import gzip
import io
import math
from pathlib import Path

import pytest

from firesim.behave import TABLES, run_table
from firesim.inputs.problems import BadInput

REFERENCE = Path(__file__).parent / "data" / "reference"

# The reference prints seven digits. A wider bound says why it is wider.
PRINTED = 6e-7
WIDER = {
    ("surface", "direction_of_max_spread_deg"): 1e-4,  # degrees
    ("fire_size", "perimeter_m"): 5e-4,  # Behave's two-term series is 0.04 % short at 8 to 1
    ("crown", "sr_crown_fraction_burned"): 2e-5,  # a small difference of near rates
    ("scorch_height", "scorch_height_m"): 4e-6,  # the source's own factors for length and intensity
    ("contain", "final_line_length_m"): 2e-3,  # where in its last step the line closes
    ("contain", "perimeter_at_containment_m"): 2e-3,
    ("contain", "final_fire_size_ha"): 4e-5,
    ("contain", "final_contained_area_ha"): 4e-5,
}
CROWN_DENSITY = 3e-6  # the source's factor from kg/m3 to lb/ft3


def reference(name: str) -> tuple[list[str], list[dict[str, str]]]:
    text = gzip.decompress((REFERENCE / f"{name}.csv.gz").read_bytes()).decode()
    reader = csv.DictReader(io.StringIO(text))
    rows = list(reader)
    assert reader.fieldnames is not None
    return list(reader.fieldnames), rows


def table_of(name: str, tmp_path: Path) -> tuple[list[str], list[dict[str, str]]]:
    source, result = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(gzip.decompress((REFERENCE / f"{name}.csv.gz").read_bytes()))
    run_table(name, source, result)
    with result.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        assert reader.fieldnames is not None
        return list(reader.fieldnames), rows


def bound(table: str, column: str) -> float:
    return WIDER.get((table, column), CROWN_DENSITY if table == "crown" else 8e-7 if table == "crown_cruz" else PRINTED)


def differs(table: str, column: str, ours: str, theirs: str) -> bool:
    try:
        expected = float(theirs)
    except ValueError:
        return ours != theirs
    if ours == "" or not math.isfinite(float(ours)):
        return True
    if column == "direction_of_max_spread_deg":
        return abs((float(ours) - expected + 180.0) % 360.0 - 180.0) > bound(table, column)
    return abs(float(ours) - expected) > bound(table, column) * abs(expected)


@pytest.mark.parametrize("name", list(TABLES))
def test_every_row_of_the_reference_agrees(name: str, tmp_path: Path) -> None:
    header, expected = reference(name)
    columns, rows = table_of(name, tmp_path)
    assert columns == header
    assert len(rows) == len(expected)
    worst = [
        f"row {n} {column}: {row[column]} instead of {other[column]}"
        for n, (row, other) in enumerate(zip(rows, expected, strict=True))
        for column in header
        if differs(name, column, row[column], other[column])
    ]
    assert not worst, f"{len(worst)} cells differ: {worst[:5]}"


def test_there_is_a_table_for_every_reference() -> None:
    names = {path.name.removesuffix(".csv.gz") for path in REFERENCE.glob("*.csv.gz")}
    assert set(TABLES) == {name for name in names if not name.startswith("behaveplus")}


@pytest.fixture
def scorch(tmp_path: Path) -> Path:
    path = tmp_path / "scorch.csv"
    path.write_text("fireline_intensity_kw_m,midflame_wind_m_s,air_temperature_c\n100,2,30\n200,2,30\n", "utf-8")
    return path


def test_other_columns_are_ignored_and_input_cells_come_back_unchanged(tmp_path: Path) -> None:
    source, result = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "note,air_temperature_c,midflame_wind_m_s,fireline_intensity_kw_m\na,30.0,2,1e2\n\nb,70,2,100\nc,30,2,0\n",
        "utf-8",
    )
    assert run_table("scorch_height", source, result) == 3
    lines = result.read_text("utf-8").splitlines()
    assert lines[0] == "fireline_intensity_kw_m,midflame_wind_m_s,air_temperature_c,scorch_height_m"
    assert lines[1].startswith("1e2,2,30.0,1.")
    assert lines[2] == "100,2,70,"  # hotter than foliage survives: no height is defined
    assert lines[3] == "0,2,30,0"


def test_an_empty_table_gives_an_empty_table(tmp_path: Path) -> None:
    for name, table in TABLES.items():
        source, result = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(",".join(column.name for column in table.inputs) + "\n", "utf-8")
        assert run_table(name, source, result) == 0
        assert len(result.read_text("utf-8").splitlines()) == 1


def surface_file(tmp_path: Path, **changes: str) -> Path:
    _, rows = reference("surface")
    names = [column.name for column in TABLES["surface"].inputs]
    first = [rows[0][name] for name in names]
    second = [changes.get(name, rows[1][name]) for name in names]
    path = tmp_path / "surface.csv"
    path.write_text("\n".join(",".join(row) for row in (names, first, second)) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("fuel_model_number", "14", "must be the number of a fuel model"),
        ("fuel_model_number", "SH5", "must be a number"),
        ("fuel_model_number", "101.5", "must be a whole number"),
        ("moisture_1h_frac", "-0.05", "must not be negative"),
        ("moisture_live_woody_frac", "nan", "must be a finite number"),
        ("midflame_wind_m_s", "", "empty"),
        ("slope_deg", "90", "must be at most 89"),
    ],
)
def test_a_wrong_cell_is_told_with_line_and_column_and_nothing_is_written(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    result = tmp_path / "out.csv"
    with pytest.raises(BadInput) as caught:
        run_table("surface", surface_file(tmp_path, **{column: value}), result)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (3, column)
    assert words in str(caught.value)
    assert not result.exists()


def test_a_missing_column_a_missing_file_and_an_unknown_table_are_told(scorch: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="moisture_1h_frac\n  This column is missing"):
        run_table("ignition_probability", scorch, tmp_path / "out.csv")
    with pytest.raises(BadInput, match="no such file"):
        run_table("scorch_height", tmp_path / "none.csv", tmp_path / "out.csv")
    with pytest.raises(BadInput, match="The tables are surface, "):
        run_table("scorch", scorch, tmp_path / "out.csv")


def test_crowns_above_their_top_and_miscounted_crews_are_told(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    names = [column.name for column in TABLES["contain"].inputs]
    source.write_text(",".join(names) + "\n1,2,2,head,0,2,30/100/5\n", "utf-8")
    with pytest.raises(BadInput, match="lists 1 resources"):
        run_table("contain", source, tmp_path / "out.csv")
    source.write_text(",".join(names) + "\n1,2,2,head,0,1,30/100\n", "utf-8")
    with pytest.raises(BadInput, match="arrival/duration/rate"):
        run_table("contain", source, tmp_path / "out.csv")
    names = [column.name for column in TABLES["crown_cruz"].inputs]
    source.write_text(",".join(names) + "\n5,0.1,0.05,10,12,1,500\n", "utf-8")
    with pytest.raises(BadInput, match="base must be below their top"):
        run_table("crown_cruz", source, tmp_path / "out.csv")


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    source = surface_file(tmp_path, moisture_1h_frac="-1", slope_deg="steep")
    with pytest.raises(BadInput) as caught:
        run_table("surface", source, tmp_path / "out.csv")
    assert [problem.field for problem in caught.value.problems] == ["moisture_1h_frac", "slope_deg"]


def test_ground_that_cannot_burn_has_no_spread_and_no_particles(tmp_path: Path) -> None:
    result = tmp_path / "out.csv"
    run_table("surface", surface_file(tmp_path, fuel_model_number="99"), result)
    with result.open(newline="") as file:
        row = list(csv.DictReader(file))[1]
    assert row["spread_rate_m_min"] == "0"
    assert row["effective_wind_m_s"] == row["residence_time_s"] == row["characteristic_sav_1_m"] == ""


def test_only_a_direction_just_clockwise_of_upslope_is_told_as_upslope(tmp_path: Path) -> None:
    """So does the Behave library. The rows of the reference have no wind from the right."""
    told = []
    for toward in ("359.7", "0.3"):
        run_table("surface", surface_file(tmp_path, wind_dir_from_upslope_deg=toward), tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(newline="") as file:
            told.append(float(list(csv.DictReader(file))[1]["direction_of_max_spread_deg"]))
    assert 359.7 <= told[0] < 360.0
    assert told[1] == 0.0

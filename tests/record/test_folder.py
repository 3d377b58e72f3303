"""A folder is whole or it is not there."""

from pathlib import Path

import numpy as np
import pytest

from firesim.inputs.problems import BadInput
from firesim.record import FolderExists, NotARun, read_run, table_of, whole_folder, words_at
from firesim.record.folder import must_be_free, write_fields, write_json, write_parquet


def test_an_interrupted_run_leaves_nothing_that_looks_complete(tmp_path):
    def interrupted():
        with whole_folder(tmp_path / "run") as folder:
            (folder / "half.txt").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not (tmp_path / "run").exists()
    with pytest.raises(NotARun, match=r"run\.json"):
        read_run(tmp_path / "run.partial")


def test_an_existing_folder_is_refused_and_kept(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "precious").write_text("mine")
    with pytest.raises(FolderExists, match="--force"), whole_folder(tmp_path / "run"):
        pass
    assert (tmp_path / "run" / "precious").read_text() == "mine"


def test_force_replaces_a_folder_only_when_the_new_one_is_whole(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "old").write_text("old")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "run", force=True):
        raise RuntimeError
    assert (tmp_path / "run" / "old").exists()
    with whole_folder(tmp_path / "run", force=True) as folder:
        (folder / "new").write_text("new")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["new"]
    assert not (tmp_path / "run.partial").exists()


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("run.json", {"firesim": "0.1.0"}),
        ("run.json", {"versions": {"firesim": "0.1.0"}}),
        ("spread.json", {"versions": {"firesim": "0.1.0"}}),
        ("study.json", {"firesim": "0.1.0"}),
        (None, None),
    ],
)
def test_force_replaces_what_any_command_wrote_and_an_empty_folder(tmp_path, name, facts):
    (tmp_path / "out").mkdir()
    if name is not None:
        write_json(tmp_path / "out" / name, facts)
    with whole_folder(str(tmp_path / "out"), force=True) as folder:  # a notebook names it in text
        (folder / "new").write_text("new")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new"]


@pytest.mark.parametrize("content", [None, "{}", "[1]", "no JSON", '{"versions": "mine"}'])
def test_force_keeps_beside_it_what_firesim_did_not_write(tmp_path, capsys, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("mine")
    if content is not None:
        (tmp_path / "out" / "run.json").write_text(content)
    with whole_folder(tmp_path / "out", force=True) as folder:
        (folder / "new").write_text("new")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new"]
    (kept,) = tmp_path.glob("out.*.kept/out")
    assert (kept / "precious").read_text() == "mine"
    assert str(kept) in capsys.readouterr().err


def test_force_never_replaces_the_folder_that_holds_the_input_or_the_user(tmp_path, monkeypatch):
    write_json(tmp_path / "run.json", {"firesim": "0.1.0"})
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.yaml").write_text("mine")
    with pytest.raises(FolderExists, match=r"case\.yaml lies in"):
        must_be_free(tmp_path, force=True, inputs=[tmp_path / "gone.csv", tmp_path / "case" / "case.yaml"])
    monkeypatch.chdir(tmp_path / "case")
    for here in (Path(), Path(".."), tmp_path):
        with pytest.raises(FolderExists, match="stand in"):
            must_be_free(here, force=True)


def test_a_folder_beside_it_of_a_like_name_is_kept(tmp_path):
    for name in ("out", "out.old"):
        (tmp_path / name).mkdir()
    (tmp_path / "out.old" / "precious").write_text("mine")
    with whole_folder(tmp_path / "out", force=True) as folder:
        (folder / "new").write_text("new")
    assert (tmp_path / "out.old" / "precious").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.old"]


@pytest.mark.parametrize("name", ["/proc/firesim-run", "/dev/null/run", "x" * 300, "nul\0byte"])
def test_where_no_folder_can_be_made_is_told_before_the_work(tmp_path, name):
    with pytest.raises(BadInput) as caught:
        must_be_free(tmp_path / name, force=True)
    assert [problem.field for problem in caught.value] == ["--out"]
    assert list(tmp_path.iterdir()) == []


def test_never_is_empty_on_disk():
    table = table_of(
        "outcomes",
        {"strategy": ["a", "b"], "replicate": [0, 1], "outcome": ["x", "x"], "value": [np.inf, 2.0]},
    )
    assert np.isnan(table["value"][0].as_py())
    assert table["value"][1].as_py() == 2.0


def test_a_column_of_few_words_is_as_if_each_row_had_been_written_out():
    written_out = {"strategy": ["b", "", "a", "b"], "replicate": [0] * 4, "outcome": ["x"] * 4, "value": [1.0] * 4}
    by_index = written_out | {"strategy": words_at(np.array([1, -1, 0, 1]), ("a", "b"))}
    assert table_of("outcomes", by_index).equals(table_of("outcomes", written_out))


def test_what_is_masked_is_empty_of_whole_and_of_real_numbers():
    mask = [False, True]
    columns = {
        "strategy": ["a", "b"], "outcome": ["x", "y"], "replicate": np.ma.array([1, 2], mask=mask),
        "value": np.ma.array([1.0, 2.0], mask=mask),
    }  # fmt: skip
    table = table_of("outcomes", columns)
    assert table["replicate"].to_pylist() == [1, None]
    assert table["value"][0].as_py() == 1.0
    assert np.isnan(table["value"][1].as_py())


def test_a_column_outside_the_schema_is_refused():
    columns = {"strategy": [], "replicate": [], "outcome": [], "value": [], "mood": []}
    with pytest.raises(ValueError, match="mood"):
        table_of("outcomes", columns)


def test_the_same_content_gives_the_same_bytes(tmp_path):
    import xarray as xr

    columns = {"strategy": ["a"], "replicate": [0], "outcome": ["x"], "value": [1.5]}
    field = xr.Dataset({"arrival_time_s": (("y", "x"), np.eye(30))}, coords={"y": np.arange(30), "x": np.arange(30)})
    for name in ("one", "two"):
        write_parquet(tmp_path / f"{name}.parquet", table_of("outcomes", columns))
        write_fields(tmp_path / f"{name}.nc", field)
        write_json(tmp_path / f"{name}.json", {"never": np.inf, "list": [np.float64(1.0), np.nan]})
    for suffix in ("parquet", "nc", "json"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()
    assert '"never": null' in (tmp_path / "one.json").read_text()


def test_a_damaged_folder_is_named_and_gives_no_other_error(tmp_path):
    names = ("run.json", "budget.csv", "fields.nc", "map.geojson", "perimeters.geojson", "routes.geojson")
    tables = ("events", "messages", "people", "vehicles", "units", "orders")
    for name in (*names, *(f"{table}.parquet" for table in tables)):
        (tmp_path / name).write_text("{}")
    with pytest.raises(NotARun, match="cannot be read"):
        read_run(tmp_path)

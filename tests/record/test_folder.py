"""A folder is whole or it is not there."""

import numpy as np
import pytest

from firesim.record import FolderExists, NotARun, read_run, table_of, whole_folder
from firesim.record.folder import write_fields, write_json, write_parquet


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


def test_never_is_empty_on_disk():
    table = table_of(
        "outcomes",
        {"strategy": ["a", "b"], "replicate": [0, 1], "outcome": ["x", "x"], "value": [np.inf, 2.0]},
    )
    assert np.isnan(table["value"][0].as_py())
    assert table["value"][1].as_py() == 2.0


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

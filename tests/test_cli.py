"""The command line: what it prints, where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from firesim.cli import main

ROOT = Path(__file__).parents[1]
SKIATHOS = ROOT / "scenarios" / "skiathos" / "skiathos.yaml"


@dataclass
class Result:
    status: int
    out: str
    err: str


Firesim = Callable[..., Result]


@pytest.fixture
def firesim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Firesim:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["firesim", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Result(int(end.value.code or 0), said.out, said.err)

    return call


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def spoilt(folder: Path, *edits: tuple[str, str]) -> Path:
    """The shipped scenario with its files named by full path, spoilt."""
    text = SKIATHOS.read_text(encoding="utf-8")
    for path in SKIATHOS.parent.iterdir():
        text = text.replace(f": {path.name}", f": {path}")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return folder / "mine.yaml"


def test_check_says_what_the_scenario_means_and_ends_with_0(firesim: Firesim, tmp_path: Path) -> None:
    result = firesim("check", "skiathos")
    assert result.status == 0
    assert result.out.startswith("skiathos: sound.")
    assert "Strategies:" in result.out
    assert result.err == ""
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("command", ["check", "run", "compare"])
def test_wrong_input_ends_with_2_a_list_of_all_and_nothing_written(
    firesim: Firesim, tmp_path: Path, command: str
) -> None:
    file = spoilt(
        tmp_path, ("one_h: 0.05", "one_h: 5"), ("horizon_h", "horizon_hours"), ("day: meltemi", "day: gale"),
        ("[23.436, 39.1668]", "[23.52, 39.21]"),
    )  # fmt: skip
    result = firesim(command, file)
    assert result.status == 2
    assert result.out == ""
    assert "Traceback" not in result.err
    told = result.err.strip().split("\n\n")
    assert len(told) == 4
    for problem, words in zip(told, ("horizon_hours = 4", "weather.day = 'gale'", "one_h = 5", "lon_lat"), strict=True):
        where, message, remedy = problem.splitlines()
        assert words in where
        assert where.startswith(f"{file}:")
        assert message.startswith("  ")
        assert remedy.startswith("  ")
    assert files_in(tmp_path) == ["mine.yaml"]


def test_an_unknown_strategy_and_an_existing_folder_are_told_together(firesim: Firesim, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "precious").write_text("mine")
    result = firesim("run", "skiathos", "--strategy", "pilto", "--out", "there")
    assert result.status == 2
    assert "--strategy = 'pilto'" in result.err
    assert "`pilot`" in result.err
    assert "--out = 'there'" in result.err
    assert "--force" in result.err
    assert files_in(tmp_path) == ["there", "there/precious"]


def test_a_folder_that_cannot_be_made_is_told_before_the_work(firesim: Firesim, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    result = firesim("run", "skiathos", "--out", "file/run")
    assert result.status == 2
    assert "is a file" in result.err


@pytest.mark.parametrize("names", ["today", "today,today", "today,tomorrow"])
def test_a_comparison_needs_two_different_strategies_that_exist(firesim: Firesim, tmp_path: Path, names: str) -> None:
    result = firesim("compare", "skiathos", "--strategies", names)
    assert result.status == 2
    assert "--strategies" in result.err
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ("check", "nowhere.yaml"),
        ("check", "skiatos"),
        ("plot", "nowhere"),
        ("behave", "surfac", "in.csv", "out.csv"),
        ("behave", "surface", "in.csv", "out.csv"),
        ("behave", "surface", "in.csv", "no/such/out.csv"),
        ("run", "skiathos", "--seed", "one"),
        ("run", "skiathos", "--sede", "1"),
        ("run",),
        ("walk",),
    ],
)
def test_what_cannot_be_meant_ends_with_2_and_no_traceback(
    firesim: Firesim, tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = firesim(*words)
    assert result.status == 2
    assert result.err
    assert "Traceback" not in result.err
    assert files_in(tmp_path) == []


def test_an_interrupted_run_says_so_and_leaves_no_folder_that_looks_complete(
    firesim: Firesim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(run: Any, folder: Path) -> None:
        (folder / "run.json").write_text("{}")
        raise KeyboardInterrupt

    simulate = import_module("firesim.simulate")
    monkeypatch.setattr(simulate, "simulate", lambda *args, **named: None)
    monkeypatch.setattr(simulate, "write", write_half)
    result = firesim("run", "skiathos", "--out", "run")
    assert result.status == 130
    assert "no complete folder" in result.err
    assert not (tmp_path / "run").exists()
    assert firesim("plot", "run").status == 2
    assert firesim("plot", "run.partial").status == 2


def test_a_fault_of_ours_is_not_hidden(firesim: Firesim, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **named: Any) -> None:
        raise ValueError("someone was safe before departing")

    monkeypatch.setattr(import_module("firesim.simulate"), "simulate", fail)
    with pytest.raises(ValueError, match="safe before departing"):
        firesim("run", "skiathos", "--out", "run")


def test_schema_prints_a_json_schema(firesim: Firesim) -> None:
    result = firesim("schema")
    schema = json.loads(result.out)
    assert result.status == 0
    assert schema["type"] == "object"
    assert {"name", "start", "place", "weather", "ignition", "strategies"} <= set(schema["required"])
    assert schema["additionalProperties"] is False


def test_behave_writes_a_table_with_the_rows_that_it_read(firesim: Firesim, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "fireline_intensity_kw_m,midflame_wind_m_s,air_temperature_c\n500,2,25\n1000,2,25\n", encoding="utf-8"
    )
    assert firesim("behave", "scorch_height", "in.csv", "out.csv").status == 0
    low, high = (float(row.split(",")[-1]) for row in (tmp_path / "out.csv").read_text().splitlines()[1:])
    assert 1.0 < low < high < 40.0


# --- as a program of its own --------------------------------------------------------------------------------


def python(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_python_m_firesim_is_the_command(tmp_path: Path) -> None:
    done = python("-m", "firesim", "--help", folder=tmp_path)
    assert done.returncode == 0
    for command in ("run", "compare", "check", "plot", "schema", "behave"):
        assert command in done.stdout
    done = python("-m", "firesim", "check", "nowhere.yaml", folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "nowhere.yaml" in done.stderr


HEAVY = ("xarray", "pandas", "matplotlib", "scipy.stats", "numba", "numpy", "pyarrow", "shapely", "rasterio", "simpy")


def test_importing_firesim_takes_no_heavy_library_and_under_half_a_second(tmp_path: Path) -> None:
    script = (
        "import sys, time; began = time.process_time(); import firesim; took = time.process_time() - began\n"
        f"print(took, *[name for name in {HEAVY} if name in sys.modules])"
    )
    done = python("-c", script, folder=tmp_path)
    took_s, *heavy = done.stdout.split()
    assert heavy == []
    assert float(took_s) < 0.5  # of this process's own time, so that a busy machine does not decide


def test_help_and_a_wrong_word_need_no_heavy_library(tmp_path: Path) -> None:
    script = f"import sys, firesim.cli\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    assert python("-c", script, folder=tmp_path).stdout.split() == []

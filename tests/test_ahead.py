"""Kernels compiled ahead of time: the same results, without numba in the process."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firesim import ahead, compiled
from firesim.record.process import peak_rss_mb
from tests.evacuation.towns import Town

JOB = "firesim.evacuation.solve:compile_kernels"


@pytest.fixture(scope="module")
def library() -> str:
    """The job whose library is there; skips where there is no C compiler."""
    try:
        ahead.check_tools()
    except ahead.CannotCompile as why:
        pytest.skip(str(why))
    ahead.compile_library(JOB)
    return JOB


def python(code: str, *words: str | Path) -> str:
    done = subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def random_town(folder: Path, seed: int) -> str:
    """A small connected network with tracks, closures and queues, in files; its exits."""
    rng = np.random.Generator(np.random.Philox(seed))
    folder.mkdir()
    town, n = Town(folder), int(rng.integers(3, 12))
    pairs = [(a, int(rng.integers(a))) for a in range(1, n)] + [tuple(rng.integers(n, size=2)) for _ in range(n // 2)]
    for a, b in pairs:
        shared = str(bool(rng.random() < 0.3)).lower()
        town.street(f"n{a}", f"n{b}", float(rng.choice([8, 50, 200])), float(rng.choice([4, 16])), shared_lane=shared)
    town.demand = [(f"n{rng.integers(n)}", float(rng.integers(100))) for _ in range(int(rng.integers(1, 150)))]
    town.closures = [(*town.edges[k][:2], float(rng.integers(1, 300))) for k in rng.integers(len(town.edges), size=3)]
    town.write()
    return ",".join(f"n{k}" for k in sorted(set(rng.integers(n, size=2).tolist())))


DRIVE = """
import sys
from pathlib import Path
from firesim import ahead
if sys.argv[1] != "numba":
    ahead.use_library(sys.argv[1])
from firesim.evacuation import ASSIGNMENTS, GRIDLOCK_RULES, Options, load_evacuation
from firesim.evacuation.bound import capacity_bound_s
from firesim.evacuation.solve import run_once
for folder, exits in zip(sys.argv[2::2], sys.argv[3::2]):
    paths = [Path(folder) / name for name in ("town.graphml", "demand.csv")]
    case = load_evacuation(*paths, exits, Path(folder) / "closures.csv")
    print(folder, capacity_bound_s(case))
    for assignment in ASSIGNMENTS:
        for rule in GRIDLOCK_RULES:
            short = run_once(case, Options(assignment, rule), 5.0, keeps_log=False)[0]
            print(short.done_s.tolist())
            driven = run_once(case, Options(assignment, rule), 10.0)[0]
            print(assignment, rule, driven.rings, driven.forced_moves, driven.ways, driven.end_s)
            print(driven.log.tolist(), driven.done_s.tolist(), driven.status.tolist(), driven.exit.tolist())
assert ("numba" in sys.modules) == (sys.argv[1] == "numba")
"""


def test_random_towns_are_driven_to_the_last_bit_as_with_numba(tmp_path, library):
    words: list[str | Path] = []
    for seed in range(40):
        words += [tmp_path / f"{seed}", random_town(tmp_path / f"{seed}", seed)]
    told = python(DRIVE, library, *words)
    assert told == python(DRIVE, "numba", *words)
    assert "remove" in told
    assert len(told) > 100_000


def test_the_command_runs_without_numba_and_under_100_mb(tmp_path, library):
    town = Town(tmp_path)
    town.street("A", "B", 500.0)
    town.road("B", "X", 500.0)
    town.leave("A", 5000)
    network, demand, _ = town.write()
    code = """
import sys
from firesim.cli import main
try:
    main()
finally:
    print("numba" in sys.modules)
"""
    said = python(code, "evacuate", network, demand, "--exits", "X", "--out", tmp_path / "out")
    assert said.splitlines()[-1] == "False"
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["peak_rss_mb"] < 100.0
    with (tmp_path / "out" / "vehicles.csv").open() as file:
        assert {row["status"] for row in csv.DictReader(file)} == {"arrived"}


def test_a_kernel_refuses_arguments_for_which_it_was_not_compiled():
    entries = {("<f8 1d C to write", "int"): lambda values, n: values[n]}
    kernel = ahead._kernel("third", "a:job", entries)
    assert kernel((np.arange(3.0),), 2) == 2.0
    for wrong in (np.arange(3), np.arange(6.0)[::2], np.zeros((3, 1)), np.arange(3.0).astype(">f8")):
        with pytest.raises(TypeError, match=r"third was not compiled ahead of time for .* can do a:job alone"):
            kernel((wrong,), 2)
    with pytest.raises(TypeError, match="float"):
        kernel((np.arange(3.0),), 2.0)


def test_once_kernels_are_made_no_other_source_is_taken():
    assert compiled.are_made()
    assert not ahead.is_wanted()
    with pytest.raises(RuntimeError, match="already"):
        compiled.make_by(lambda function, **_: function)


def test_who_looks_into_kernels_with_numba_gets_numba(monkeypatch):
    monkeypatch.setattr(compiled, "are_made", lambda: False)
    assert ahead.is_wanted()
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    assert not ahead.is_wanted()


def test_without_a_compiler_the_debian_packages_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ahead.CannotCompile, match="Debian packages gcc"):
        ahead.compile_library(JOB)
    assert not ahead.is_compiled(JOB)


@pytest.mark.usefixtures("library")
def test_a_library_that_cannot_be_made_leaves_nothing_behind_and_says_why(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ahead.CannotCompile, match="no_such_job"):
        ahead.compile_library("firesim.evacuation.solve:no_such_job")
    left = sorted(path.suffix for path in (tmp_path / "firesim").iterdir())
    assert left == [".failed", ".lock"]
    with pytest.raises(ahead.CannotCompile, match=r"no_such_job.*to try again, remove .*\.failed"):
        ahead.compile_library("firesim.evacuation.solve:no_such_job")
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    with pytest.raises(ahead.CannotCompile, match="cannot be kept"):
        ahead.compile_library(JOB)


def test_a_library_that_cannot_be_loaded_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ahead.CannotCompile, match=f"cannot be loaded .*; remove {tmp_path}"):
        ahead.use_library(JOB)


def test_a_command_run_within_another_program_leaves_kernels_to_numba(tmp_path, library):
    town = Town(tmp_path)
    town.road("A", "X")
    town.leave("A", 3)
    network, demand, _ = town.write()
    code = """
import sys
from firesim.cli import app
app(sys.argv[1:], standalone_mode=False)
from firesim.physics.sight import tallest_around  # not of the job
import numpy as np
tallest_around(np.zeros((9, 9), np.float32))
"""
    python(code, "evacuate", network, demand, "--exits", "X", "--out", tmp_path / "out")


def test_where_the_system_does_not_tell_the_peak_it_is_asked_for_otherwise(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "VmRSS:\t  9 kB\n")
    assert peak_rss_mb() > 9.0


def test_a_process_tells_its_own_memory_not_that_of_who_started_it():
    held = np.ones(40_000_000)  # 320 MB
    told = float(python("from firesim.record.process import peak_rss_mb; print(peak_rss_mb())"))
    assert told < 100.0 < held.nbytes / 1e6 < peak_rss_mb()


@pytest.mark.slow
def test_without_a_compiler_the_command_runs_all_the_same_and_says_what_it_costs(monkeypatch, tmp_path):
    town = Town(tmp_path)
    town.road("A", "X")
    town.leave("A", 3)
    network, demand, _ = town.write()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CC", "no-such-compiler")
    words = [sys.executable, "-m", "firesim", "evacuate", str(network), str(demand), "--exits", "X", "--out"]
    done = subprocess.run([*words, str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Debian packages gcc; this run takes some 130 MB more, the first 330" in done.stderr
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["arrived"] == 3

"""The built wheel works from another folder, and finds the shipped scenarios there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_finds_its_scenarios_from_another_folder(tmp_path):
    wheels, site, elsewhere = tmp_path / "wheels", tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(ROOT)], tmp_path)
    wheel = next(wheels.glob("firesim-*.whl"))
    run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)], tmp_path)
    where = run([sys.executable, "-c", "import firesim; print(firesim.__file__)"], elsewhere, PYTHONPATH=str(site))
    assert where.startswith(str(site)), "the editable checkout was imported instead of the wheel"
    shipped = "from firesim.scenario import shipped_scenarios as s; print(s()['skiathos'])"
    found = run([sys.executable, "-c", shipped], elsewhere, PYTHONPATH=str(site))
    assert found.startswith(str(site))
    words = run([sys.executable, "-m", "firesim", "check", "skiathos"], elsewhere, PYTHONPATH=str(site))
    assert "skiathos: sound." in words
    assert list(elsewhere.iterdir()) == []

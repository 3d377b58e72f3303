"""Every command and every line of Python in the README works as written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_readme_links_to_files_that_exist():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) > 10
    missing = [link for link in links if not (Path(__file__).parents[1] / link).exists()]
    assert missing == []


@pytest.mark.slow
def test_the_commands_of_the_readme_run_in_their_order(tmp_path):
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.strip()]
    assert len(commands) >= 5
    for command in commands:
        program, *arguments = command.split()
        assert program == ".venv/bin/firesim"
        done = subprocess.run(
            [sys.executable, "-m", "firesim", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "runs" / "skiathos-today-1" / "figures" / "map.png").is_file()


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path):
    for block in blocks("python"):
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "of the people at risk are safe" in done.stdout


@pytest.mark.slow
def test_the_numbers_of_the_readme_are_those_of_a_run(tmp_path):
    (block,) = re.findall(r"<!-- budget:begin -->(.*?)<!-- budget:end -->", README, flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-m", "firesim", "run", "skiathos", "--seed", "1", "--no-figures", "--out", "run"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = " ".join(done.stdout.split())
    stages = [line.split() for line in block.splitlines()[2:] if line.strip() and ":" in line]
    assert len(stages) > 10
    for stage in stages:
        assert " ".join(stage) in told, stage
    outcome = " ".join(block[block.index("People at risk") :].split())
    assert outcome.rstrip(".").replace(" Surface fire only", "") in told

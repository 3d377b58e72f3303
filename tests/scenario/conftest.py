"""A copy of the shipped scenario that a test may spoil."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from firesim.inputs.fields import read_fields
from firesim.inputs.problems import BadInput, Problem
from firesim.inputs.text import read_fields_text
from firesim.scenario import ScenarioFields, load_scenario

SKIATHOS = Path(__file__).parents[2] / "scenarios" / "skiathos"


@dataclass
class Copy:
    """The scenario and its files in a folder of their own."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "skiathos.yaml"

    def edit(self, old: str, new: str, file: str = "skiathos.yaml") -> Copy:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def line_of(self, words: str, file: str = "skiathos.yaml") -> int:
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if words in line)

    def faults(self) -> list[Problem]:
        """What is said to be wrong with the scenario and all its files."""
        with pytest.raises(BadInput) as caught:
            load_scenario(self.file)
        return self._sound(list(caught.value))

    def faults_of_fields(self) -> list[Problem]:
        """What is said to be wrong with the scenario's own fields, without its files."""
        fields, _, problems = read_fields(read_fields_text(self.file), ScenarioFields)
        assert fields is None
        return self._sound(problems)

    def _sound(self, problems: list[Problem]) -> list[Problem]:
        for problem in problems:
            assert problem.file is not None
            assert Path(problem.file).parent == self.folder
            assert problem.message.endswith(".")
            assert problem.remedy
        return problems


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(Path(shutil.copytree(SKIATHOS, tmp_path / "place")))

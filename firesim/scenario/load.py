"""Loading a scenario: its fields, its place, its weather, and all that is wrong with them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from firesim.inputs.fields import Readable, read_fields
from firesim.inputs.problems import BadInput, Problem, Problems, nearest
from firesim.inputs.text import FieldsText, read_fields_text
from firesim.place.load import FILE_FIELDS, Place, PlaceParameters, PlaceParts, read_place
from firesim.scenario.check import problems_of_parts
from firesim.scenario.model import ScenarioFields, Strategy, hour_of
from firesim.scenario.separation import separation_of

REPOSITORY_SCENARIOS = Path(__file__).parents[2] / "scenarios"
STAND_IN = "no file.none"  # in the place of a file that the scenario does not name


@dataclass(frozen=True)
class Scenario:
    """A scenario that has been read and found sound.

    Its fields are those of the file (`scenario.people`, `scenario.weather`, ... through `fields`); `place` is
    the map it plays on. `with_strategy` and `with_changes` give variants; the file is never changed.
    """

    fields: ScenarioFields
    place: Place
    text: str
    folder: Path  # the scenario's own files are relative to it

    @property
    def name(self) -> str:
        """As the file says."""
        return self.fields.name

    @property
    def strategies(self) -> dict[str, Strategy]:
        """Bundles by their names."""
        return self.fields.strategies

    @property
    def horizon_s(self) -> float:
        """How long a run is. [s]"""
        return self.fields.horizon_h * 3600.0

    @property
    def ignited_s(self) -> float:
        """When the fire starts, from the start of the run. [s]"""
        return self.fields.ignition.at_min * 60.0

    @property
    def start_hour(self) -> float:
        """Local hour of the day at the start, 12.5 for 12:30."""
        return hour_of(self.fields.start)

    @cached_property
    def ignition_xy_m(self) -> tuple[float, float]:
        """Where the fire starts, in metres of the map."""
        return self.fields.ignition.place_on(self.place.grid)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the scenario as used, its data files included: it ties figures to runs."""
        digest = hashlib.blake2b(self.fields.model_dump_json().encode(), digest_size=12)
        for path in sorted(self._data_files()):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _data_files(self) -> set[Path]:
        def named(value: Any) -> Iterable[Path]:
            if isinstance(value, Mapping):
                for item in value.values():
                    yield from named(item)
            elif isinstance(value, str) and (self.folder / value).is_file():
                yield self.folder / value

        return set(named(self.fields.model_dump(mode="json")))

    def with_strategy(self, name: str, **bundle: Any) -> Scenario:
        """The same scenario with one more strategy: `with_strategy("mine", policy="Mine", channels=["app"])`."""
        strategies = self.strategies | {name: Strategy(**bundle)}
        fields = self.fields.model_copy(update={"strategies": strategies})
        return replace(self, fields=fields, text=_as_yaml(fields.model_dump(mode="json", exclude_unset=True)))

    def with_changes(self, **changes: Any) -> Scenario:
        """The same scenario with named differences: `with_changes(discrepancy={"spread_multiplier_sd": 0})`.

        A mapping changes the named fields of a block and leaves the others. The place is built anew when its
        block changes, or the weather that refuges are measured by. Raises BadInput when the result is not sound.
        """
        merged = _merged(self.fields.model_dump(mode="json", exclude_unset=True), changes)
        text = FieldsText(self.folder / f"{self.name} (changed)", _as_yaml(merged), merged, {})
        return _scenario(text, self.folder, None if "place" in changes else self)


def _merged(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(fields)
    for name, value in changes.items():
        old = result.get(name)
        result[name] = _merged(old, value) if isinstance(value, Mapping) and isinstance(old, Mapping) else value
    return result


def _as_yaml(content: Mapping[str, Any]) -> str:
    from io import StringIO

    from ruamel.yaml import YAML

    stream = StringIO()
    YAML(typ="safe", pure=True).dump(dict(content), stream)
    return stream.getvalue()


def shipped_scenarios() -> dict[str, Path]:
    """The shipped scenarios by name, in the repository or in the installed package."""
    installed = Path(str(files("firesim"))) / "scenarios"
    home = installed if installed.is_dir() else REPOSITORY_SCENARIOS
    return {path.stem: path for path in sorted(home.glob("*/*.yaml")) if path.stem == path.parent.name}


def find_scenario(name_or_path: str | Path) -> Path:
    """The file of a scenario given as a path or as the name of a shipped one; raises BadInput."""
    path, shipped = Path(name_or_path), shipped_scenarios()
    if path.is_file():
        return path
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    known = f"{', '.join(shipped) or 'none'}"
    if path.suffix in {".yaml", ".yml", ".json"}:
        message, remedy = "There is no such file.", f"Correct the path, or name a shipped scenario: {known}."
    else:
        message, remedy = "This is neither a file nor a shipped scenario.", nearest(str(name_or_path), shipped)
    raise BadInput([Problem("SCENARIO", str(name_or_path), message, remedy)])


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a scenario and everything it names.

    Raises BadInput with every problem found, each with file, line, field, value and remedy.
    """
    text = read_fields_text(find_scenario(name_or_path))
    return _scenario(text, text.path.parent, None)


def _scenario(text: FieldsText, folder: Path, before: Scenario | None) -> Scenario:
    """The scenario of a text; its place is that of the scenario `before`, unless refuges lie elsewhere on its day."""
    fields, readable, problems = read_fields(text, ScenarioFields)
    stood_in: set[str] = set()
    if "place" not in readable:
        readable, stood_in = _with_stand_ins(readable, text, problems)
    wrong = {problem.field for problem in problems}  # left out when the rest was read: a default says nothing
    law = (
        separation_of(readable["place"], readable["weather"], folder) if {"place", "weather"} <= set(readable) else None
    )
    place = None
    if before is not None and law == separation_of(before.fields.place, before.fields.weather, folder):
        place = before.place
    parts = PlaceParts() if place is None else place.parts()
    if place is None and "place" in readable:
        found = Problems("place")
        parts = read_place(readable["place"], folder, found, law)
        problems += (text.located(p) for p in found if p.field.split(".")[1] not in stood_in)
    told = {(p.file, p.line, p.field) for p in problems}  # bus stops are read as names and as places to stop
    problems += (
        p for p in problems_of_parts(readable, parts, text, folder)
        if p.field not in wrong and (p.file, p.line, p.field) not in told
    )  # fmt: skip
    if problems or fields is None:
        raise BadInput(_in_order(problems))
    return Scenario(fields, place or parts.whole(), text.text, folder)


def _with_stand_ins(readable: Readable, text: FieldsText, problems: Sequence[Problem]) -> tuple[Readable, set[str]]:
    """The blocks with a place whose missing and wrong files are stood in for, and those; as they were if that fails.

    So what is wrong inside the files that are there is told in the same breath. A stand-in is no file: what would be
    said of it is left unsaid, for that its field is missing or wrong has been said already.
    """
    written = text.content.get("place")
    if not isinstance(written, Mapping):
        return readable, set()
    wrong = {problem.field.split(".")[1] for problem in problems if problem.field.startswith("place.")}
    needed = {name for name in FILE_FIELDS if PlaceParameters.model_fields[name].is_required()}
    stood_in = wrong & needed
    kept = {name: value for name, value in written.items() if name not in wrong}
    try:
        place = PlaceParameters.model_validate(kept | dict.fromkeys(stood_in, STAND_IN))
    except ValidationError:
        return readable, set()  # without its extent nothing can be placed
    return {**readable, "place": place}, stood_in


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    """File by file in the order in which they were met, then by line."""
    files: dict[str | None, list[Problem]] = {}
    for problem in problems:
        files.setdefault(problem.file, []).append(problem)
    return [problem for found in files.values() for problem in sorted(found, key=lambda p: p.line or 0)]

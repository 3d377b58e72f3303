"""Loading a scenario: its fields, its place, its weather, and all that is wrong with them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from firesim.place.load import Place, load_place
from firesim.place.problems import PlaceErrors
from firesim.scenario.model import ScenarioFields, Strategy
from firesim.scenario.text import BadInput, Path_, Problem, ScenarioText, dotted, read_text

REPOSITORY_SCENARIOS = Path(__file__).parents[2] / "scenarios"


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
        return self.fields.name

    @property
    def strategies(self) -> dict[str, Strategy]:
        return self.fields.strategies

    @property
    def horizon_s(self) -> float:
        return self.fields.horizon_h * 3600.0

    @property
    def ignited_s(self) -> float:
        return self.fields.ignition.at_min * 60.0

    @property
    def start_hour(self) -> float:
        """Local hour of the day at the start, 12.5 for 12:30."""
        start = self.fields.start
        return start.hour + start.minute / 60.0 + start.second / 3600.0

    @cached_property
    def ignition_xy_m(self) -> tuple[float, float]:
        """Where the fire starts, in metres of the map."""
        ignition = self.fields.ignition
        if ignition.xy_m is not None:
            return ignition.xy_m
        assert ignition.lon_lat is not None
        x_m, y_m = self.place.grid.from_lon_lat(*ignition.lon_lat)
        return float(x_m), float(y_m)

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
        return replace(self, fields=self.fields.model_copy(update={"strategies": strategies}))

    def with_changes(self, **changes: Any) -> Scenario:
        """The same scenario with named differences: `with_changes(discrepancy={"spread_multiplier_sd": 0})`.

        A mapping changes the named fields of a block and leaves the others. The place is built anew when its
        block changes. Raises BadInput when the result is not sound.
        """
        merged = _merged(self.fields.model_dump(mode="json", exclude_unset=True), changes)
        text = ScenarioText(self.folder / f"{self.name} (changed)", _as_yaml(merged), merged, {})
        return _scenario(text, self.folder, None if "place" in changes else self.place)


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
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml", ".json"} or path.is_file():
        return path
    shipped = shipped_scenarios()
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    raise BadInput(
        [
            Problem(
                str(name_or_path),
                None,
                "scenario",
                None,
                "is neither a file nor a shipped scenario.",
                f"Give a .yaml file or one of: {', '.join(shipped) or 'none is shipped'}.",
            )
        ]
    )


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a scenario and everything it names.

    Raises BadInput with every problem found, each with file, line, field, value and remedy.
    """
    text = read_text(find_scenario(name_or_path))
    return _scenario(text, text.path.parent, None)


def _scenario(text: ScenarioText, folder: Path, place: Place | None) -> Scenario:
    from firesim.scenario.check import problems_of_parts, problems_of_the_whole

    fields, problems = _fields(text)
    if fields is None:
        # The place may be wrong as well: say so in the same breath, if its own block can be read.
        problems += _place_alone(text, folder) if place is None else []
        raise BadInput(problems)
    if place is None:
        place, found = _place(fields, text, folder)
        problems += found
    problems += problems_of_parts(fields, place, text, folder)
    if place is None or problems:
        raise BadInput(problems)
    scenario = Scenario(fields, place, text.text, folder)
    problems += problems_of_the_whole(scenario, text)
    if problems:
        raise BadInput(problems)
    return scenario


def _fields(text: ScenarioText) -> tuple[ScenarioFields | None, list[Problem]]:
    try:
        return ScenarioFields.model_validate(text.content), []
    except ValidationError as error:
        return None, _problems(error, text, ())


def _problems(error: ValidationError, text: ScenarioText, above: Path_) -> list[Problem]:
    problems = []
    for item in error.errors():
        way: Path_ = (*above, *item["loc"])
        message, remedy = _in_words(item, way)
        problems.append(text.problem(way, message, remedy))
    return problems


def _in_words(item: Mapping[str, Any], way: Path_) -> tuple[str, str]:
    """What pydantic found, as a person would say it, and what to do."""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        return "is not a field of this block.", _nearest_field(way)
    if kind == "missing":
        return "is missing.", "Write it; `firesim schema` lists every field."
    words: dict[str, Callable[[], str]] = {
        "greater_than": lambda: f"must be above {context['gt']:g}.",
        "greater_than_equal": lambda: f"must be at least {context['ge']:g}.",
        "less_than": lambda: f"must be below {context['lt']:g}.",
        "less_than_equal": lambda: f"must be at most {context['le']:g}.",
        "literal_error": lambda: f"must be one of {context['expected']}.",
        "value_error": lambda: f"{context['error']}.",
    }
    message = words[kind]() if kind in words else item["msg"][0].lower() + item["msg"][1:] + "."
    return message, "Units stand in the names of fields; a fraction is written 0.05, not 5 (%)."


def _nearest_field(way: Path_) -> str:
    from difflib import get_close_matches

    known = _field_names(way[:-1])
    near = get_close_matches(str(way[-1]), known, n=1)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Fields here: {', '.join(known)}." if known else "Remove it; `firesim schema` lists every field."


def _field_names(way: Path_) -> list[str]:
    """Names of the fields of the block at `way`."""
    model: Any = ScenarioFields
    for step in way:
        fields = getattr(model, "model_fields", None)
        if fields is not None and step in fields:
            model = fields[step].annotation
        elif model == dict[str, Strategy]:
            model = Strategy
        else:
            return []
        model = next((kind for kind in getattr(model, "__args__", ()) if hasattr(kind, "model_fields")), model) \
            if model != dict[str, Strategy] else model  # fmt: skip
    return list(getattr(model, "model_fields", {}))


def _place(fields: ScenarioFields, text: ScenarioText, folder: Path) -> tuple[Place | None, list[Problem]]:
    try:
        return load_place(fields.place, folder), []
    except PlaceErrors as errors:
        return None, [
            Problem(
                error.file or str(text.path),
                error.line if error.file else text.line_of(_way(f"place.{error.field}")),
                f"place.{error.field}",
                error.value,
                error.message,
                error.remedy,
            )
            for error in errors
        ]


def _place_alone(text: ScenarioText, folder: Path) -> list[Problem]:
    annotation = ScenarioFields.model_fields["place"].annotation
    assert annotation is not None
    try:
        block = annotation.model_validate(text.content.get("place"))
    except ValidationError:
        return []
    return _place(ScenarioFields.model_construct(place=block), text, folder)[1]


def _way(field: str) -> Path_:
    return tuple(field.split("."))


__all__ = ["Scenario", "dotted", "find_scenario", "load_scenario", "shipped_scenarios"]

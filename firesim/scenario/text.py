"""A scenario's text: YAML with the line of every field, and the problems found in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Path_ = tuple[str | int, ...]  # the way to a field: ("weather", "moisture", "one_h")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input, as a person should read it."""

    file: str
    line: int | None
    field: str
    value: Any
    message: str
    remedy: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        what = self.field if self.value is None else f"{self.field} = {_shown(self.value)}"
        return f"{where}  {what}\n  {self.message}\n  {self.remedy}"


class BadInput(ValueError):
    """Everything that is wrong with the user's input, at once. Iterates over `Problem`s."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n\n".join(str(problem) for problem in self.problems))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)


def _shown(value: Any, limit: int = 60) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


@dataclass(frozen=True)
class ScenarioText:
    """The text of a scenario file, its content, and where each field stands."""

    path: Path
    text: str
    content: Mapping[str, Any]
    lines: Mapping[Path_, int]

    def line_of(self, way: Path_) -> int | None:
        """Line of a field; of the nearest block above it when the field itself is not written."""
        for length in range(len(way), 0, -1):
            if way[:length] in self.lines:
                return self.lines[way[:length]]
        return None

    def value_of(self, way: Path_) -> Any:
        """What the user wrote there; None where nothing is written."""
        value: Any = self.content
        for step in way:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def problem(self, way: Path_, message: str, remedy: str, value: Any = None) -> Problem:
        """A problem with the field at `way`."""
        written = self.value_of(way) if value is None else value
        shown = None if isinstance(written, Mapping | list) else written
        return Problem(str(self.path), self.line_of(way), dotted(way), shown, message, remedy)


def dotted(way: Path_) -> str:
    """`people.zones[2]` for ("people", "zones", 2)."""
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_text(path: Path) -> ScenarioText:
    """Read a YAML 1.2 file (`NO` and `12:30` stay text); JSON is read too, being YAML.

    Raises BadInput when the file is missing, is not YAML, names a key twice, or is not a set of fields.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput([Problem(str(path), None, "file", None, "does not exist.", "Check the path.")]) from None
    except (IsADirectoryError, UnicodeDecodeError, PermissionError) as error:
        raise BadInput(
            [Problem(str(path), None, "file", None, f"cannot be read: {error}.", "Give a YAML file in UTF-8.")]
        ) from None
    yaml = YAML(typ="rt", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    try:
        tree = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else None
        raise BadInput(
            [Problem(str(path), line, "file", None, f"is not YAML: {error.problem}.", "Correct this line.")]
        ) from None
    if not isinstance(tree, Mapping):
        raise BadInput([Problem(str(path), 1, "file", None, "holds no fields.", "Begin with `name: ...`.")])
    lines: dict[Path_, int] = {}
    _note_lines(tree, (), lines)
    return ScenarioText(Path(path), text, _plain(tree), lines)


def _note_lines(node: Any, way: Path_, lines: dict[Path_, int]) -> None:
    if isinstance(node, Mapping):
        for key, value in node.items():
            lines[(*way, key)] = node.lc.key(key)[0] + 1  # type: ignore[attr-defined]
            _note_lines(value, (*way, key), lines)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            lines[(*way, index)] = node.lc.item(index)[0] + 1  # type: ignore[attr-defined]
            _note_lines(value, (*way, index), lines)


def _plain(node: Any) -> Any:
    """The tree without YAML's own kinds of text and number."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)

"""A file of fields that a researcher writes: YAML with the line of every field, and the problems found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from firesim.inputs.files import read_text
from firesim.inputs.problems import BadInput, Problem, Problems

Way = tuple[str | int, ...]  # to a field: ("weather", "moisture", "one_h")


@dataclass(frozen=True)
class FieldsText:
    """The text of such a file, its content, and where each field stands."""

    path: Path
    text: str
    content: Mapping[str, Any]
    lines: Mapping[Way, int]

    def line_of(self, way: Way) -> int | None:
        """Line of a field; of the nearest block above it when the field itself is not written."""
        for length in range(len(way), 0, -1):
            if way[:length] in self.lines:
                return self.lines[way[:length]]
        return None

    def value_of(self, way: Way, otherwise: Any = None) -> Any:
        """What the user wrote there; `otherwise` where nothing is written."""
        value: Any = self.content
        for step in way:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return otherwise
        return value

    def problem(self, way: Way, message: str, remedy: str, value: Any = None) -> Problem:
        """A problem with the field at `way`."""
        written = self.value_of(way) if value is None else value
        shown = None if isinstance(written, Mapping) else written
        return Problem(dotted(way), shown, message, remedy, str(self.path), self.line_of(way))

    def located(self, problem: Problem) -> Problem:
        """The problem with the line of this file, unless it stands in another file."""
        if problem.file is not None:
            return problem
        way = tuple(problem.field.split("."))
        return replace(problem, file=str(self.path), line=self.line_of(way))


def dotted(way: Way) -> str:
    """`people.zones[2]` for ("people", "zones", 2)."""
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_fields_text(path: Path, option: str = "SCENARIO", first: str = "name: ...") -> FieldsText:
    """Read a YAML 1.2 file (`NO` and `12:30` stay text); JSON is read too, being YAML.

    `option` of the command line names the file, `first` is a field that such a file may begin with.
    Raises BadInput when the file is missing, is not YAML, names a key twice, or is not a set of fields.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    problems = Problems()
    text = read_text(option, path, problems)
    if text is None:
        raise BadInput(problems)
    yaml = YAML(typ="rt", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    try:
        tree = yaml.load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        what = error.problem if isinstance(error, MarkedYAMLError) else str(error).splitlines()[0]
        line = None if mark is None else mark.line + 1
        message = f"The file is not YAML: {what}."
        raise BadInput([Problem(option, None, message, "Correct this line.", str(path), line)]) from None
    if not isinstance(tree, Mapping):
        message = "The file holds no fields."
        raise BadInput([Problem(option, None, message, f"Begin with `{first}`.", str(path), 1)])
    lines: dict[Way, int] = {}
    _note_lines(tree, (), lines)
    return FieldsText(path, text, _plain(tree), lines)


def _note_lines(node: Any, way: Way, lines: dict[Way, int]) -> None:
    marks = getattr(getattr(node, "lc", None), "data", None) or {}
    entries = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        below = (*way, key if isinstance(node, list) else str(key))
        if key in marks:  # a key merged in from an anchor has no line of its own
            lines[below] = marks[key][0] + 1
        _note_lines(value, below, lines)


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

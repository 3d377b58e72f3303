"""Reading a case and everything it names, with all that is wrong told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from firesim.fire.landscape import FireWeather
from firesim.inputs.fields import read_fields
from firesim.inputs.problems import BadInput, Problem, Problems
from firesim.inputs.text import FieldsText, Way, read_fields_text
from firesim.place.grid import Grid
from firesim.spread.case import SpreadCase, WeatherFields
from firesim.spread.ground import Ground, fits_fires, read_grid, read_ground
from firesim.spread.shapes import Barrier, Drop, Lighting, read_barriers, read_drops, read_ignition
from firesim.spread.weather import told_weather


@dataclass(frozen=True)
class LoadedCase:
    """A case that has been read and found sound; times from its start. [s]"""

    fields: SpreadCase
    text: str
    ground: Ground
    weather: list[tuple[float, FireWeather]]
    lighting: Lighting
    barriers: list[Barrier]
    drops: list[Drop]


def load_case(path: Path) -> LoadedCase:
    """Read a case; raises BadInput with every problem found, each with file, line, field, value and remedy."""
    text = read_fields_text(path, "CASE", "landscape: ...")
    fields, readable, found = read_fields(text, SpreadCase)
    wrong = {problem.field for problem in found}  # left out when the rest was read: a default says nothing
    parts = _Parts(text, readable, path.parent)
    found += [problem for problem in parts.problems if not any(_is_within(field, problem.field) for field in wrong)]
    if found or fields is None:
        raise BadInput(sorted(found, key=lambda problem: (problem.file != str(path), problem.line or 0)))
    assert parts.ground is not None
    assert parts.lighting is not None
    return LoadedCase(
        fields,
        text.text,
        parts.ground,
        told_weather(fields.weather, fields.duration_s),
        parts.lighting,
        parts.barriers,
        parts.drops,
    )


class _Parts:
    """What a case names beyond its own fields, as far as it can be read, and what is wrong with it."""

    def __init__(self, text: FieldsText, readable: Mapping[str, Any], folder: Path) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.ground: Ground | None = None
        self.lighting: Lighting | None = None
        self.barriers: list[Barrier] = []
        self.drops: list[Drop] = []
        if "landscape" in readable:
            found = Problems("landscape")
            limit, crown = readable.get("wind_limit", "andrews2013"), readable.get("crown", False)
            grid = read_grid(readable["landscape"], folder, found)
            self.ground = read_ground(readable["landscape"], grid, crown, folder, found, limit)
            self._note(found)
            if grid is not None:
                self._read_shapes(grid, readable, folder)
        self._check_rows(readable)
        self._check_times(readable)

    def _read_shapes(self, grid: Grid, readable: Mapping[str, Any], folder: Path) -> None:
        """Where the shapes lie; while the fuel is not known, whatever they touch is taken to burn."""
        is_burnable = np.ones(grid.shape, np.bool_) if self.ground is None else self.ground.landscape.is_burnable
        if "ignition" in readable:
            found = Problems("ignition")
            self.lighting = read_ignition(readable["ignition"], grid, is_burnable, folder, found)
            if self.lighting is not None and readable.get("acceleration", True):
                fits_fires(grid, len(self.lighting.points), found)
            self._note(found)
        for name, read in (("barriers", read_barriers), ("drops", read_drops)):
            if name in readable:
                found = Problems()
                setattr(self, name, read(readable[name], grid, folder, found))
                self._note(found, name)

    def _check_rows(self, readable: Mapping[str, Any]) -> None:
        """Rows of weather must follow one another from the start, and the air needs a date."""
        rows: tuple[WeatherFields, ...] = readable.get("weather", ())
        if rows and rows[0].at_min > 0.0:
            message = f"The weather has a gap: nothing is known from 0 to {rows[0].at_min:g} min."
            self._add(("weather", 0, "at_min"), message, "Begin with a row at_min: 0.")
        for number in range(1, len(rows)):
            if rows[number].at_min <= rows[number - 1].at_min:
                message = f"must be later than the row before, {rows[number - 1].at_min:g}."
                self._add(("weather", number, "at_min"), message, "Put the rows in order of time.")
        if any(row.tells_the_air for row in rows) and "start" in readable and readable["start"] is None:
            message = "is missing: weather of temperature and humidity belongs to a date and hour."
            self._add(("start",), message, "Write the case's start: 2025-08-06T12:00+03:00.")

    def _check_times(self, readable: Mapping[str, Any]) -> None:
        if "duration_h" not in readable or "ignition" not in readable:
            return
        if readable["ignition"].at_min >= readable["duration_h"] * 60.0:
            message = "The ignition lies beyond duration_h: nothing would happen."
            self._add(("ignition", "at_min"), message, "Ignite earlier, or run longer.")

    def _add(self, way: Way, message: str, remedy: str) -> None:
        self.problems.append(self.text.problem(way, message, remedy))

    def _note(self, found: Problems, block: str = "") -> None:
        """Take the problems over, with the lines of the case's file."""
        for problem in found:
            field = block + problem.field
            way = _way(field)
            known = replace(problem, field=field)
            if problem.file is None:
                known = replace(known, file=str(self.text.path), line=self.text.line_of(way))
            self.problems.append(known)


def _is_within(field: str, block: str) -> bool:
    """Whether a field is a block or a part of it: `landscape.size[0]` is one of `landscape.size`."""
    return field == block or field.startswith((f"{block}.", f"{block}["))


def _way(field: str) -> Way:
    """("barriers", 0, "xy_m") for `barriers[0].xy_m`."""
    return tuple(int(step) if step.isdigit() else step for step in re.split(r"[.\[\]]+", field) if step)

"""One case from start to end: the fire is told what happens when, and what it did is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from time import process_time

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.arrival import EXACT, FAST
from firesim.fire.containment import wetted_rate_factor
from firesim.fire.crown import thomas_flame_length_m
from firesim.fire.landscape import FireWeather, Landscape, LandscapeSpread
from firesim.fire.moisture import Moisture
from firesim.fire.spread import SpreadingFire
from firesim.fire.surface import flame_length_m
from firesim.spread.load import LoadedCase
from firesim.spread.shapes import Drop, Lighting

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

HOUR_S = 3600.0
DRYING_STEP_S = 900.0  # wetted fuel is told to the fire in steps of this as it dries
_SOAKED = 1e-9  # factor of the rate in fuel too wet to burn; not 0, which could not be taken back
_STRIP_ROWS = 128

Happening = tuple[float, Callable[[SpreadingFire, float], None]]


@dataclass(frozen=True)
class Fields:
    """What the fire did in each cell. Float32 [y, x], NaN where it has not burnt by the end."""

    arrival_time_s: Singles
    fireline_intensity_kw_m: Singles
    flame_length_m: Singles
    rate_of_spread_m_s: Singles


@dataclass(frozen=True)
class Head:
    """The head fire of the ignition cell in steady spread, at the case's start."""

    rate_m_s: float
    eccentricity: float
    toward_deg: float
    intensity_kw_m: float


@dataclass(frozen=True)
class Solved:
    """A case that was run to its end."""

    fields: Fields
    area_m2: float
    head: Head
    outlines: dict[float, tuple[Floats, Floats]]  # while the fire is one small ellipse: columns, rows by time [s]
    solve_cpu_s: float  # fire behaviour included, compilation and files not


def solve(case: LoadedCase) -> Solved:
    """Run a case. Kernels are compiled first, so that the time it took is the work's alone."""
    compile_kernels()
    began = process_time()
    fire = burn(case)
    fields = _fields(fire, case)
    area_m2 = fire.area_m2(case.fields.duration_s)
    solve_cpu_s = process_time() - began
    ellipses = [] if fire.burns_in_several_places else hours(case.fields.duration_s)
    outlines = {at_s: outline for at_s in ellipses if (outline := fire.ellipse_outline(at_s))}
    return Solved(fields, area_m2, head_of(case), outlines, solve_cpu_s)


def hours(until_s: float) -> list[float]:
    """Every full hour up to a time, and that time. [s]"""
    full = [HOUR_S * number for number in range(1, int(until_s / HOUR_S + 1e-9) + 1)]
    return full if full and until_s - full[-1] < 1.0 else [*full, until_s]


def burn(case: LoadedCase) -> SpreadingFire:
    """The fire of a case at its end."""
    fields = case.fields
    accelerates = fields.acceleration and bool(case.lighting.points)
    fire = SpreadingFire(
        case.ground.landscape,
        fields.acceleration_per_min if accelerates else None,
        FAST if fields.solver == "fast" else EXACT,
    )
    for at_s, happen in sorted(_happenings(case), key=lambda one: one[0]):
        if at_s < fields.duration_s:
            happen(fire, at_s)
    fire.advance(fields.duration_s)
    return fire


def head_of(case: LoadedCase, weather: FireWeather | None = None) -> Head:
    """The head fire of the ignition cell under some weather; None: that of the start."""
    row, column = case.lighting.first_cell
    law = LandscapeSpread(case.ground.landscape, weather or case.weather[0][1])
    spread = law.over(slice(row, row + 1), slice(column, column + 1))
    rate, eccentricity, toward, heat = (
        float(np.asarray(part).ravel()[0])
        for part in (spread.head_rate_m_s, spread.eccentricity, spread.toward_deg, spread.heat_per_area_kj_m2)
    )
    # Toward north is 0, not 360: rounded, since 359.9999999999999 and 1e-14 are north too.
    return Head(rate, eccentricity, round(toward, 9) % 360.0, rate * heat)


def _happenings(case: LoadedCase) -> Iterator[Happening]:
    """What the fire is told; at one time weather first, then ignition, lines and water."""
    for at_s, weather in case.weather:
        law = LandscapeSpread(case.ground.landscape, weather)
        law.prepare()  # all rows at once, which takes a third of the time that it takes between pieces of fire
        yield at_s, lambda fire, now_s, told=law: fire.set_law(now_s, told)  # type: ignore[misc]
    yield case.lighting.at_s, lambda fire, now_s: _light(fire, case.lighting, now_s)
    for barrier in case.barriers:
        yield barrier.at_s, lambda fire, now_s, line=barrier.line: _bar(fire, line, now_s)  # type: ignore[misc]
    for drop in case.drops:
        yield from _wettings(drop, case.ground.landscape.fuel_model, case.fields.duration_s)


def _light(fire: SpreadingFire, lighting: Lighting, now_s: float) -> None:
    for column, row in lighting.points:
        fire.ignite_point(column, row, now_s)
    if lighting.cells is not None:
        fire.ignite_cells(lighting.cells, now_s)


def _bar(fire: SpreadingFire, line: list[tuple[float, float]], now_s: float) -> None:
    fire.bar(line, now_s)


def _wettings(drop: Drop, fuel_model: NDArray[np.integer], until_s: float) -> Iterator[Happening]:
    """Slows the fire where water falls, by the kind of fuel, and less and less as it dries."""
    rows, columns = drop.cells
    fuel = fuel_model[rows, columns]
    for number in np.unique(fuel).tolist():
        cells = (rows[fuel == number], columns[fuel == number])
        was, at_s = 1.0, drop.at_s
        while at_s < until_s:
            left = drop.litres_m2 - drop.evaporation_mm_h * (at_s - drop.at_s) / HOUR_S
            factor = max(wetted_rate_factor(number, max(left, 0.0)), _SOAKED)
            if factor != was:
                yield at_s, lambda fire, now_s, where=cells, by=factor / was: fire.slow(where, by, now_s)  # type: ignore[misc]
            was = factor
            if left <= 0.0 or drop.evaporation_mm_h == 0.0:
                break
            at_s += DRYING_STEP_S


def _fields(fire: SpreadingFire, case: LoadedCase) -> Fields:
    """The fire's record in strips of rows, so that scratch arrays stay small."""
    rows, columns = case.ground.grid.shape
    fields = Fields(*(np.full((rows, columns), np.nan, np.float32) for _ in range(4)))
    for top in range(0, rows, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, rows)
        row, column, arrival_s, rate, intensity = fire.burnt_in_rows(top, bottom)
        if row.size == 0:
            continue
        here = (row, column)
        fields.arrival_time_s[here] = arrival_s
        fields.rate_of_spread_m_s[here] = rate
        fields.fireline_intensity_kw_m[here] = intensity
        fields.flame_length_m[here] = flame_length_m(intensity)
        if case.ground.landscape.crown_model is not None:
            _crown_flames(fields, case, slice(top, bottom))
    return fields


def _crown_flames(fields: Fields, case: LoadedCase, rows: slice) -> None:
    """Give the cells whose crowns burnt the flames of a crown fire, by the weather at their arrival."""
    arrival = fields.arrival_time_s[rows]
    ends = [at_s for at_s, _ in case.weather[1:]] + [inf]
    for (from_s, weather), to_s in zip(case.weather, ends, strict=True):
        burnt = (arrival >= from_s) & (arrival < to_s)
        if burnt.any():
            # The laws are asked for the part that burnt under this weather, not for the whole strip under each.
            columns = _span(np.any(burnt, axis=0))
            down = _span(np.any(burnt, axis=1))
            here = (slice(rows.start + down.start, rows.start + down.stop), columns)
            crowned = burnt[down, columns] & LandscapeSpread(case.ground.landscape, weather).burns_crowns(*here)
            flames, intensity = fields.flame_length_m[here], fields.fireline_intensity_kw_m[here]
            flames[crowned] = thomas_flame_length_m(intensity[crowned])


def _span(is_there: ArrayLike) -> slice:
    """From the first to the last that is there; there is one."""
    places = np.flatnonzero(is_there)
    return slice(int(places[0]), int(places[-1]) + 1)


def compile_kernels() -> None:
    """A small fire through every kernel that a case may need, from the ellipse to a front that forgets what it left."""
    shape = (64, 64)
    fuel = np.full(shape, 102, np.int16)
    level = np.zeros(shape, np.float32)
    calm = FireWeather(3.0, 250.0, Moisture(0.06, 0.07, 0.08, 0.6, 0.9))
    for slope in (level, level + 5.0):
        fire = SpreadingFire(Landscape(30.0, fuel, slope, level), acceleration_per_min=None)
        fire.set_weather(0.0, calm)
        fire.ignite_point(32.3, 32.6, 0.0)
        fire.advance(200.0)
        fire.burnt_in_rows(0, 64)
        fire.set_weather(300.0, FireWeather(5.0, 230.0, calm.moisture))
        fire.bar([(46.2, 24.0), (46.2, 40.0)], 400.0)
        fire.slow(np.eye(64, dtype=np.bool_), 0.5, 500.0)
        fire.advance(20_000.0)
        fire.area_m2(20_000.0)
        fire.burnt_in_rows(0, 64)

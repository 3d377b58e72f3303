"""What a researcher must hear of a run that ended well: each a sentence, said loudly."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, inf

import numpy as np

from firesim.fire.ellipse import MOST_LENGTH_TO_WIDTH, eccentricity
from firesim.fire.landscape import LandscapeSpread
from firesim.spread.load import LoadedCase
from firesim.spread.solve import Head, Solved, head_of

STEEP_DEG = 45.0  # the slope factor was fitted up to it (Rothermel 1972, INT-115)
HARDLY_LEVEL_DEG = 10.0  # judgement: the slope beyond which a law of level ground is out of its range

# Laws are looked at in at most about this many cells, evenly spread over where the fire burnt.
_LOOKED_AT = 40_000


def warnings_of(case: LoadedCase, solved: Solved) -> list[str]:
    """Every caution about a run, the gravest first."""
    return [*_of_the_fire(case, solved), *_of_shapes(case), *_of_laws(case, solved)]


def _of_the_fire(case: LoadedCase, solved: Solved) -> Iterator[str]:
    arrival, duration_h = solved.fields.arrival_time_s, case.fields.duration_h
    head, cell_m2 = solved.head, case.ground.grid.cell_area_m2
    yield from _where_too_wet(case, head)
    if solved.area_m2 < cell_m2 or np.isfinite(arrival).sum() <= 1:
        yield (
            f"THE FIRE IS SMALLER THAN A CELL after {duration_h:g} h: {solved.area_m2:.1f} m2 of a cell's "
            f"{cell_m2:g} m2. Smaller cells, or a longer run, would show it."
        )
    edge = np.concatenate([arrival[0], arrival[-1], arrival[:, 0], arrival[:, -1]])
    if np.isfinite(edge).any():
        first_h = float(np.nanmin(edge)) / 3600.0
        yield (
            f"THE FIRE REACHES THE EDGE OF THE GRID after {first_h:.2f} h: its area and perimeter are cut off from "
            "then on. A larger map would hold it."
        )


def _where_too_wet(case: LoadedCase, head: Head) -> Iterator[str]:
    """When the ignition cell's fuel does not carry fire: from the ignition on, or from a later row of weather on."""
    lit_s, until_s = case.lighting.at_s, case.fields.duration_s
    rates = [(at_s, head_of(case, weather).rate_m_s) for at_s, weather in case.weather]
    in_force = [n for n, (at_s, _) in enumerate(rates) if at_s <= lit_s][-1:]
    later = [n for n, (at_s, _) in enumerate(rates) if lit_s < at_s < until_s]
    if not (rates[in_force[0]][1] if in_force else head.rate_m_s) > 0.0:
        yield "FUEL TOO WET TO SPREAD: the ignition cell's fuel does not carry fire under the weather at the ignition."
    for n in later:
        if not rates[n][1] > 0.0 and rates[n - 1][1] > 0.0:
            yield (
                f"FUEL TOO WET TO SPREAD from {rates[n][0] / 3600.0:.2f} h on: the ignition cell's fuel does not carry "
                "fire under the weather from then on."
            )
    row, column = case.lighting.first_cell
    for number, drop in enumerate(case.drops):
        if drop.at_s <= lit_s and bool(((drop.cells[0] == row) & (drop.cells[1] == column)).any()):
            yield f"Drop {number} wets the cell of the ignition before it is lit: fire may not spread from it."


def _of_shapes(case: LoadedCase) -> Iterator[str]:
    from shapely import LineString, box

    grid = case.ground.grid
    for number, drop in enumerate(case.drops):
        if drop.cells[0].size == 0:
            yield f"Drop {number} wets no cell: no cell's centre lies in its polygon."
    for number, barrier in enumerate(case.barriers):
        line = LineString(barrier.line)
        if line.length == 0.0:
            yield f"Barrier {number} has no length: it holds nothing."
        if not line.intersects(box(0.0, 0.0, grid.columns, grid.rows)):
            yield f"Barrier {number} lies off the grid: it holds nothing."
    for number, barrier in enumerate(case.barriers):
        if any(_is_beyond(barrier.line, *point) for point in case.lighting.points):
            yield (
                f"BARRIER {number} RUNS BETWEEN THE IGNITION AND THE CENTRE OF ITS CELL: fire is lit at the centre, on "
                "the other side of the line. Move the ignition, or use smaller cells."
            )
    times = {
        "Barrier": [one.at_s for one in case.barriers],
        "Drop": [one.at_s for one in case.drops],
        "Weather row": [row.at_min * 60.0 for row in case.fields.weather],
    }
    for what, at in times.items():
        for number, at_s in enumerate(at):
            if at_s >= case.fields.duration_s:
                yield f"{what} {number} comes after the end: it changes nothing."


def _is_beyond(line: list[tuple[float, float]], column: float, row: float) -> bool:
    """Whether a line passes between a point and the centre of its cell; all in cells from the corner."""
    from shapely import LineString

    way = LineString([(column, row), (floor(column) + 0.5, floor(row) + 0.5)])
    return way.length > 0.0 and bool(LineString(line).intersects(way))


def _where_it_burnt(solved: Solved) -> tuple[slice, slice]:
    """The rows and columns between which the fire burnt, of many only every so many."""
    burnt = np.isfinite(solved.fields.arrival_time_s)
    spans = []
    for axis in (1, 0):
        at = np.flatnonzero(burnt.any(axis=axis))
        spans.append((int(at[0]), int(at[-1]) + 1) if at.size else (0, 0))
    (top, bottom), (left, right) = spans
    step = max(int(np.sqrt((bottom - top) * (right - left) / _LOOKED_AT)), 1)
    return slice(top, bottom, step), slice(left, right, step)


def _of_laws(case: LoadedCase, solved: Solved) -> Iterator[str]:
    """Laws used outside the range that they were made for, over the burnt cells, a sample of them."""
    here = _where_it_burnt(solved)
    arrival_s = solved.fields.arrival_time_s[here]
    burnt = np.isfinite(arrival_s)
    if not burnt.any():
        return
    limited, narrow, crowns_on_slopes = 0.0, 0.0, 0.0
    steep = np.asarray(case.ground.landscape.slope_deg[here]) > STEEP_DEG
    sloping = np.asarray(case.ground.landscape.slope_deg[here]) > HARDLY_LEVEL_DEG
    most = float(eccentricity(MOST_LENGTH_TO_WIDTH)) - 1e-9
    ends_s = [at_s for at_s, _ in case.weather[1:]] + [inf]
    for (from_s, weather), to_s in zip(case.weather, ends_s, strict=True):
        then = burnt & (arrival_s >= from_s) & (arrival_s < to_s)  # what burnt under this weather
        if not then.any():
            continue
        law = LandscapeSpread(case.ground.landscape, weather)
        share = 1.0 / burnt.sum()
        limited += share * float(law.is_wind_limited(*here)[then].sum())
        spread = law.over(*here)
        ratio = np.broadcast_to(np.asarray(spread.eccentricity), burnt.shape)[then]
        narrow += share * float((ratio >= most).sum())
        if case.fields.crown:
            crowns_on_slopes += share * float((law.burns_crowns(*here) & sloping)[then].sum())
    if limited > 0.0:
        yield (
            f"OUTSIDE THE RANGE OF A LAW: in {limited:.0%} of the burnt cells the spread rate reaches the effective "
            "wind's bound (Andrews, Cruz & Rothermel 2013) and is held there."
        )
    if narrow > 0.0:
        yield (
            f"OUTSIDE THE RANGE OF A LAW: in {narrow:.0%} of the burnt cells the wind asks for an ellipse longer than "
            f"{MOST_LENGTH_TO_WIDTH:g} widths, where the data end; it is held there."
        )
    if bool((steep & burnt).any()):
        share = float((steep & burnt).sum() / burnt.sum())
        yield (
            f"OUTSIDE THE RANGE OF A LAW: {share:.0%} of the burnt cells are steeper than {STEEP_DEG:g} degrees, up to "
            "which the slope factor was fitted."
        )
    if crowns_on_slopes > 0.0:
        yield (
            f"OUTSIDE THE RANGE OF A LAW: crowns burn in {crowns_on_slopes:.0%} of the burnt cells on slopes above "
            f"{HARDLY_LEVEL_DEG:g} degrees; the law of crown fire (Cruz et al. 2005) is for level ground."
        )

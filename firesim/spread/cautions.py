"""What a researcher must hear of a run that ended well: each a sentence, said loudly."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, inf

import numpy as np
from numpy.typing import NDArray

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


def _under_each_weather(
    case: LoadedCase, arrival_s: NDArray[np.floating]
) -> Iterator[tuple[LandscapeSpread, NDArray[np.bool_]]]:
    """The spread of each row of weather under which something burnt, and the cells that did."""
    ends_s = [at_s for at_s, _ in case.weather[1:]] + [inf]
    for (from_s, weather), to_s in zip(case.weather, ends_s, strict=True):
        then = (arrival_s >= from_s) & (arrival_s < to_s)
        if then.any():
            yield LandscapeSpread(case.ground.landscape, weather), then


def _of_laws(case: LoadedCase, solved: Solved) -> Iterator[str]:
    """Laws used outside the range that they were made for, over the burnt cells, a sample of them."""
    here = _where_it_burnt(solved)
    arrival_s = solved.fields.arrival_time_s[here]
    burnt = np.isfinite(arrival_s)
    if not burnt.any():
        return
    limited, narrow = 0, 0
    most = float(eccentricity(MOST_LENGTH_TO_WIDTH)) - 1e-9
    for law, then in _under_each_weather(case, arrival_s):
        limited += law.is_wind_limited(*here)[then].sum()
        narrow += (np.broadcast_to(np.asarray(law.over(*here).eccentricity), burnt.shape)[then] >= most).sum()
    if limited > 0:
        yield (
            f"OUTSIDE THE RANGE OF A LAW: in {limited / burnt.sum():.0%} of the burnt cells the spread rate reaches "
            "the effective wind's bound (Andrews, Cruz & Rothermel 2013) and is held there."
        )
    if narrow > 0:
        yield (
            f"OUTSIDE THE RANGE OF A LAW: in {narrow / burnt.sum():.0%} of the burnt cells the wind asks for an "
            f"ellipse longer than {MOST_LENGTH_TO_WIDTH:g} widths, where the data end; it is held there."
        )
    steep = burnt & (np.asarray(case.ground.landscape.slope_deg[here]) > STEEP_DEG)
    if steep.any():
        yield (
            f"OUTSIDE THE RANGE OF A LAW: {steep.sum() / burnt.sum():.0%} of the burnt cells are steeper than "
            f"{STEEP_DEG:g} degrees, up to which the slope factor was fitted."
        )
    if case.fields.crown:
        yield from _of_crowns(case, here, arrival_s)


def _of_crowns(case: LoadedCase, here: tuple[slice, slice], arrival_s: NDArray[np.floating]) -> Iterator[str]:
    """Where crowns burnt: slopes, of which their law knows nothing, and what it was fed, for who knows its data."""
    land = case.ground.landscape
    sloping = np.asarray(land.slope_deg[here]) > HARDLY_LEVEL_DEG
    assert land.canopy_bulk_density_kg_m3 is not None
    density = np.asarray(land.canopy_bulk_density_kg_m3[here])
    crowned, on_slopes = 0, 0
    fed: dict[str, list[float]] = {"wind": [], "moisture": [], "density": []}
    for law, then in _under_each_weather(case, arrival_s):
        crowns = then & law.burns_crowns(*here)
        if not crowns.any():
            continue
        crowned, on_slopes = crowned + crowns.sum(), on_slopes + (crowns & sloping).sum()
        water = np.asarray(law.weather.moisture.one_h)
        burning = [water] if water.ndim == 0 else water[here][crowns]
        fed["wind"].append(3.6 * law.weather.wind_speed_10m_m_s)
        fed["moisture"] += [100.0 * float(np.min(burning)), 100.0 * float(np.max(burning))]
        fed["density"] += [float(density[crowns].min()), float(density[crowns].max())]
    if not crowned:
        return
    share = 1.0 / np.isfinite(arrival_s).sum()
    if on_slopes > 0:
        yield (
            f"OUTSIDE THE RANGE OF A LAW: crowns burn in {on_slopes * share:.0%} of the burnt cells on slopes above "
            f"{HARDLY_LEVEL_DEG:g} degrees; the law of crown fire (Cruz et al. 2005) is for level ground."
        )
    yield (
        f"THE DATA OF THE CROWN FIRE LAW ARE NOT KNOWN HERE: crowns burn in {crowned * share:.0%} of the burnt cells, "
        f"in a 10-m wind of {_span(fed['wind'])} km/h, with fine dead fuel of {_span(fed['moisture'])} % moisture, "
        f"under {_span(fed['density'])} kg/m3 of canopy. Whether fires like these stand behind the law (Cruz et al. "
        "2005, tables of its experiments) is not checked."
    )


def _span(values: list[float]) -> str:
    """Least and greatest, or the one that both are."""
    least, most = f"{min(values):.3g}", f"{max(values):.3g}"
    return least if least == most else f"{least} to {most}"

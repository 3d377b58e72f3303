"""Which cells make up each zone: what is built, its beaches, else the nearest dry ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.landcover import SAND, LandCover
from firesim.place.settlement import Zone
from firesim.place.settlement_files import PeopleTable, ZonePlan
from firesim.place.shapes import rings_of_cells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

AROUND_M = 150.0  # how far people of a beach, or of a place named by one point, spread; a judgement
SAND_REACH_M = 600.0  # half the length of the longest beach, Koukounaries (about 1.2 km)
NOON = 12.0


def zones_of(
    grid: Grid, landcover: LandCover, people: PeopleTable, plans: list[ZonePlan]
) -> tuple[list[Zone], list[Integers]]:
    """Zones with their polygons, and the flat indices of their cells.

    Notes
    -----
    Cells with buildings belong to the settlement whose point is nearest. Every place in a plan's `around`
    adds the dry cells within 150 m, and sand adds to the zone of the nearest beach within 600 m. A zone that
    has nothing by then takes the dry cells within 150 m of its own point, else the nearest dry cell: no zone
    is empty. Zones may overlap where hotels stand behind a beach. `people_expected` is that of noon, or of
    the counted hour nearest to it.
    """
    owner = _owners(grid, landcover, people, plans)
    nearest_noon = int(np.argmin(np.abs(people.hours - NOON)))
    zones, cells = [], []
    for index, plan in enumerate(plans):
        mask = (owner == index) & landcover.is_built if people.kinds[index] == "settlement" else owner == index
        for x_m, y_m in plan.around:
            mask = mask | _near(grid, landcover.is_dry, x_m, y_m)
        own_x_m, own_y_m = float(people.x_m[index]), float(people.y_m[index])
        if not mask.any():
            mask = _near(grid, landcover.is_dry, own_x_m, own_y_m)
        x_m, y_m = _point_inside(grid, mask, own_x_m, own_y_m)
        expected = int(people.people[index, nearest_noon])
        rings = rings_of_cells(mask, grid)
        kind = people.kinds[index]
        zones.append(Zone(plan.zone, plan.name, kind, x_m, y_m, plan.node, expected, rings, plan.name_el, plan.access))
        cells.append(np.flatnonzero(mask))
    return zones, cells


def _owners(grid: Grid, landcover: LandCover, people: PeopleTable, plans: list[ZonePlan]) -> Integers:
    """Index of the zone that owns each built or sandy cell, -1 for none. [y, x]"""
    owner = np.full(grid.shape, -1, dtype=np.int64)
    settlements = [index for index, kind in enumerate(people.kinds) if kind == "settlement"]
    if settlements:
        row, column = np.nonzero(landcover.is_built)
        apart = _apart_m(grid, row, column, people.x_m[settlements], people.y_m[settlements])
        owner[row, column] = np.array(settlements)[apart.argmin(axis=1)]
    beaches = [
        (index, *place) for index, plan in enumerate(plans) if people.kinds[index] == "beach" for place in plan.around
    ]
    if beaches:
        zone, x_m, y_m = np.array(beaches).T
        row, column = np.nonzero(landcover.corine == SAND)
        apart = _apart_m(grid, row, column, x_m, y_m)
        nearest = zone[apart.argmin(axis=1)].astype(np.int64)
        owner[row, column] = np.where(apart.min(axis=1, initial=np.inf) <= SAND_REACH_M, nearest, -1)
    return owner


def _apart_m(grid: Grid, row: Integers, column: Integers, x_m: Floats, y_m: Floats) -> Floats:
    """Distance of cell centres from points. [cells, points] m"""
    cell_x_m, cell_y_m = grid.centre_of(row, column)
    return np.hypot(cell_x_m[:, None] - x_m, cell_y_m[:, None] - y_m)


def _near(grid: Grid, dry: Mask, x_m: float, y_m: float) -> Mask:
    """Dry cells with their centre within 150 m of a point, or the nearest dry cell where there is none."""
    row, column = np.nonzero(dry)
    apart_m = np.hypot(grid.x_centres_m[column] - x_m, grid.y_centres_m[row] - y_m)
    chosen = apart_m <= AROUND_M
    if not chosen.any():
        chosen[apart_m.argmin()] = True
    near = np.zeros(grid.shape, dtype=bool)
    near[row[chosen], column[chosen]] = True
    return near


def _point_inside(grid: Grid, mask: Mask, x_m: float, y_m: float) -> tuple[float, float]:
    """The zone's own point where it lies in one of its cells, else the centre of the nearest of them."""
    row, column = np.nonzero(mask)
    own_row, own_column = grid.cell_at(x_m, y_m)
    if ((row == own_row) & (column == own_column)).any():
        return x_m, y_m
    nearest = int(_apart_m(grid, row, column, np.array([x_m]), np.array([y_m])).argmin())
    centre_x_m, centre_y_m = grid.centre_of(row[nearest], column[nearest])
    return float(centre_x_m), float(centre_y_m)

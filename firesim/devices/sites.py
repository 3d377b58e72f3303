"""Where devices stand: the table of sites, and the lattice of gas nodes.

The table is CSV with a row a site and the columns of `COLUMNS`. `basis` says why a thing stands where it
does, since no real installation has published its sites.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.problems import BadInput, Problems
from firesim.inputs.tables import read_table
from firesim.place.grid import Grid
from firesim.place.positions import positions

Link = Literal["wired", "5g", "lora", "tetra"]

COLUMNS = ("sensor", "kind", "lon", "lat", "height_m", "basis")
KINDS = ("gas", "camera", "lookout", "drone", "siren")
TALLEST_M = 200.0

# CORINE classes in which nodes hang on trees and shrubs: forest (311-313), maquis and heath (321-323), regrowth (324).
WILDLAND_CLASSES = (311, 312, 313, 321, 322, 323, 324)


@dataclass(frozen=True)
class Site:
    """A place that a device speaks from, as the network needs to know it.

    `height_m` is above the ground. `link` is what it speaks over: wired, 5g, lora or tetra. `stream_bit_s` is
    video that it sends without pause.
    """

    name: str
    x_m: float
    y_m: float
    height_m: float
    link: Link
    stream_bit_s: float = 0.0


@dataclass(frozen=True)
class SensorSite:
    """A row of the table of sites: a device of one kind at a place. `height_m` is above the ground."""

    sensor: str
    kind: str  # one of KINDS
    x_m: float
    y_m: float
    height_m: float
    basis: str = ""


def read_sites(path: Path, grid: Grid) -> list[SensorSite]:
    """The sites of a table, in its order; raises BadInput with everything that is wrong in it."""
    problems = Problems("devices")
    table = read_table("sites", path, COLUMNS, problems)
    if table is None:
        raise BadInput(problems)
    names, kinds = table.texts("sensor", unique=True), table.words("kind", KINDS)
    bases = table.texts("basis")
    height_m = table.numbers("height_m", 0.0, TALLEST_M, meaning="metres above the ground")
    x_m, y_m = positions(table, grid)
    problems.raise_if_any()
    places = zip(names, kinds, x_m.tolist(), y_m.tolist(), height_m.tolist(), bases, strict=True)
    return [SensorSite(*place) for place in places]


def of_kind(sites: Iterable[SensorSite], kind: str) -> list[SensorSite]:
    """The sites of one kind, in the order given."""
    return [site for site in sites if site.kind == kind]


def gas_lattice(
    grid: Grid,
    corine: NDArray[np.integer],
    spacing_m: float,
    height_m: float,
    classes: Sequence[int] = WILDLAND_CLASSES,
) -> list[SensorSite]:
    """Gas nodes at the corners of a square lattice, wherever that falls into wildland.

    Parameters
    ----------
    grid, corine
        The map, and its CORINE class in each cell. [y, x]
    spacing_m : float
        Between neighbours; 0: no nodes. [m]
    height_m : float
        Of each node above the ground. [m]
    classes
        CORINE codes of the land that is watched.

    Notes
    -----
    The lattice hangs on the whole multiples of the spacing in map coordinates, half a spacing off: it knows
    nothing of where a fire may start. Nodes are named by their place in it, `gas-<east>-<north>`, so that a
    change of land cover moves no other node's luck.
    """
    if spacing_m <= 0.0:
        return []
    west, south, east, north = grid.bounds_m
    columns = np.arange(np.floor(west / spacing_m), np.ceil(east / spacing_m)).astype(np.int64)
    rows = np.arange(np.floor(south / spacing_m), np.ceil(north / spacing_m)).astype(np.int64)
    east_number, north_number = (numbers.ravel() for numbers in np.meshgrid(columns, rows))
    x_m, y_m = (east_number + 0.5) * spacing_m, (north_number + 0.5) * spacing_m
    row, column = grid.cell_at(x_m, y_m)
    inside = np.flatnonzero(grid.holds(row, column))
    wild = inside[np.isin(corine[row[inside], column[inside]], classes)]
    return [
        SensorSite(f"gas-{east_number[i]}-{north_number[i]}", "gas", float(x_m[i]), float(y_m[i]), height_m, "lattice")
        for i in wild
    ]

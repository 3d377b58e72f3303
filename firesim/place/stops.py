"""Bus stops at which people can be fetched, each at a node of the roads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firesim.inputs.problems import Problems
from firesim.inputs.tables import read_table
from firesim.place.grid import Grid
from firesim.place.positions import positions
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge

if TYPE_CHECKING:
    from firesim.place.load import Place, PlaceParts

STOP_TO_NODE_M = 150.0  # a stop stands beside the road: further off, another road is meant; a judgement


@dataclass(frozen=True)
class BusStop:
    """A bus stop. `number` is that of its table, `stop` its name in all tables of a run: `stop-NUMBER`.

    `node`: the node nearest to it in a straight line of those that the public can drive away from.
    """

    stop: str
    number: str
    name: str
    name_el: str
    x_m: float
    y_m: float
    node: str


def targets_of(stops: Sequence[BusStop]) -> list[Refuge]:
    """The stops as places on the roads that can be walked to: room without limit."""
    return [Refuge(one.stop, one.name, "stop", one.x_m, one.y_m, one.node, 1_000_000_000, one.name_el) for one in stops]


def read_stops(
    path: Path, grid: Grid, roads: Roads | None, taken: Sequence[str], problems: Problems, field: str = "bus_stops"
) -> list[BusStop]:
    """Read `stop, name, name_el, lon, lat`; `name_el` may be left out.

    Each stop is put at the nearest node of the roads, at most `STOP_TO_NODE_M` away. `taken`: ids of refuges and
    landings, to which people are sent by id as well. Without roads, all that can be said is said of the table alone.
    """
    table = read_table(field, path, ("stop", "name", "lon", "lat"), problems, optional=("name_el",))
    if table is None:
        return []
    before = len(problems)
    numbers, names = table.texts("stop", unique=True), table.texts("name")
    greek = table.texts("name_el", blank=True) if "name_el" in table.header else [""] * len(table)
    x_m, y_m = positions(table, grid)
    for row, number in enumerate(numbers):
        if f"stop-{number}" in taken:
            message = f"A refuge or landing is called stop-{number}, as this stop would be."
            table.note(row, "stop", number, message, "People are sent to either by its id: give it another.")
    if len(problems) > before or roads is None:
        return []
    nodes = roads.nearest_node(x_m, y_m)
    apart_m = np.hypot(roads.x_m[nodes] - x_m, roads.y_m[nodes] - y_m)
    for row in np.flatnonzero(apart_m > STOP_TO_NODE_M).tolist():
        message = f"The nearest node of a road lies {apart_m[row]:.0f} m from the stop."
        table.note(row, "stop", numbers[row], message, f"Add a node within {STOP_TO_NODE_M:g} m, or correct its place.")
    rows = zip(numbers, names, greek, x_m.tolist(), y_m.tolist(), nodes.tolist(), strict=True)
    return [
        BusStop(f"stop-{number}", number, name, name_el, x, y, roads.node_ids[node])
        for number, name, name_el, x, y, node in rows
    ]


def stops_of(place: Place | PlaceParts) -> list[BusStop]:
    """The bus stops that a place's table names; raises BadInput with all that is wrong. None without a table."""
    if "bus_stops" not in place.sources or place.grid is None:
        return []
    problems = Problems("place")
    refuges = place.settlement.refuges if place.settlement else []
    taken = [*(one.refuge for one in refuges), *(one.landing for one in place.landings)]
    stops = read_stops(Path(place.sources["bus_stops"]), place.grid, place.roads, taken, problems)
    problems.raise_if_any()
    return stops

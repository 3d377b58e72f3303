"""Where boats can take people on board or put them ashore: jetties, quays and beaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firesim.inputs.problems import Problems
from firesim.inputs.tables import Table, read_table
from firesim.place.grid import Grid
from firesim.place.positions import positions
from firesim.place.roads import Roads
from firesim.place.sea import SeaChart
from firesim.place.settlement import Refuge, Zone

LANDING_KINDS = ("jetty", "beach")
LANDING_TO_NODE_M = 500.0  # as for refuges: further than a few minutes on foot it is not at that node; a judgement
LANDING_TO_WATER_M = 400.0  # the chart's cells keep off the shore by up to two of them


@dataclass(frozen=True)
class Landing:
    """A place where boats land.

    `node` is the road node from which people walk there, None where no road leads. `people_min` is how many get
    on board, or ashore, a minute, of all boats there together. `is_port`: people put ashore here are out of the
    fire's reach. `zone`: whose people, having no road, wait for boats here.
    """

    landing: str
    name: str
    name_el: str
    kind: str  # jetty or beach
    x_m: float
    y_m: float
    node: str | None
    people_min: float
    is_port: bool = False
    zone: str = ""


def targets_on_foot(landings: Sequence[Landing]) -> list[Refuge]:
    """The landings that can be walked to, as places on the roads: room without limit."""
    return [
        Refuge(one.landing, one.name, "landing", one.x_m, one.y_m, one.node, 1_000_000_000, one.name_el)
        for one in landings if one.node is not None
    ]  # fmt: skip


def read_landings(
    path: Path, grid: Grid, roads: Roads | None, zones: Sequence[Zone] | None, refuges: Sequence[Refuge],
    chart: SeaChart | None, problems: Problems, field: str = "landings",
) -> list[Landing]:  # fmt: skip
    """Read `landing, name, name_el, kind, lon, lat, node, people_min, port, zone`.

    `node` may be empty where only the sea leads; `zone` names a zone without a road whose people wait there. What
    could not be read of roads, zones or sea is not held against the table.
    """
    columns = ("landing", "name", "kind", "lon", "lat", "node", "people_min", "port", "zone")
    table = read_table(field, path, columns, problems, optional=("name_el",))
    if table is None:
        return []
    before = len(problems)
    ids, names = table.texts("landing", unique=True), table.texts("name")
    greek, kinds = table.texts("name_el", blank=True), table.words("kind", LANDING_KINDS)
    nodes, of_zones = table.texts("node", blank=True), table.texts("zone", blank=True)
    ports = table.words("port", ("yes", "no"))
    rates = table.numbers("people_min", 0.1, 1000.0, meaning="people a minute, all boats together")
    x_m, y_m = positions(table, grid)
    taken = {refuge.refuge for refuge in refuges}
    for row, name in enumerate(ids):
        if name in taken:
            message = "A refuge has this id already."
            table.note(row, "landing", name, message, "People are sent to either by its id: give it another.")
    if len(problems) > before:
        return []
    for row in range(len(table)):
        place = (float(x_m[row]), float(y_m[row]))
        if nodes[row] and roads is not None:
            _check_node(table, row, nodes[row], place, roads)
        if of_zones[row] and zones is not None:
            _check_zone(table, row, of_zones[row], zones)
        if chart is not None and (away_m := chart.water_near(*place)[1]) > LANDING_TO_WATER_M:
            message = f"No open water that a boat could come by lies within {LANDING_TO_WATER_M:g} m" + (
                f": the nearest is {away_m:.0f} m away." if np.isfinite(away_m) else "."
            )
            table.note(row, "lon, lat", [table.rows[row]["lon"], table.rows[row]["lat"]], message, "Correct its place.")
    if "yes" not in ports:
        message = "No landing is a port: boats could put nobody ashore in safety."
        problems.add(f"{field}.port", "no", message, "Write yes for at least one landing.", str(path))
    rows = zip(
        ids, names, greek, kinds, x_m.tolist(), y_m.tolist(), nodes, rates.tolist(), ports, of_zones, strict=True
    )
    return [
        Landing(name, text, text_el, kind, x, y, node or None, rate, port == "yes", zone)
        for name, text, text_el, kind, x, y, node, rate, port, zone in rows
    ]


def _check_node(table: Table, row: int, node: str, place: tuple[float, float], roads: Roads) -> None:
    if node not in roads.node_index:
        message = "There is no such road node."
        table.note(row, "node", node, message, "Use the id of a node of roads_nodes, or leave it empty.")
        return
    index = roads.node_index[node]
    apart_m = float(np.hypot(roads.x_m[index] - place[0], roads.y_m[index] - place[1]))
    if apart_m > LANDING_TO_NODE_M:
        message = f"The node lies {apart_m:.0f} m from the landing."
        table.note(row, "node", node, message, f"Name a node within {LANDING_TO_NODE_M:g} m, or leave it empty.")


def _check_zone(table: Table, row: int, name: str, zones: Sequence[Zone]) -> None:
    zone = next((zone for zone in zones if zone.zone == name), None)
    if zone is None:
        table.note(row, "zone", name, "There is no such zone.", "Use the id of a zone of the zones table.")
    elif zone.node is not None:
        message = "This zone has a road; its people are told where to go."
        table.note(row, "zone", name, message, "Leave it empty: it is for zones with access boat.")

"""Reading who is where: people by zone and hour, zones, beaches, refuges, facilities, names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.problems import Problems, below
from firesim.inputs.tables import Table, read_table
from firesim.place.grid import Grid
from firesim.place.landcover import LandCover
from firesim.place.positions import positions
from firesim.place.roads import Roads
from firesim.place.settlement import Facility, NamedPlace, Refuge

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HOURS = tuple(f"h{hour:02d}" for hour in range(24))
ACCESS = ("road", "boat", "shelter")
REFUGE_KINDS = ("town", "port", "airport", "beach", "field")
REFUGE_TO_NODE_M = 500.0  # further than a few minutes on foot a refuge is not at that node; a judgement


@dataclass(frozen=True)
class PeopleTable:
    """People by zone and hour, in the order of the file."""

    names: list[str]
    kinds: list[str]
    x_m: Floats
    y_m: Floats
    residents: Integers
    guests: Integers
    hours: Floats  # rising [h]
    people: Integers  # [zones, hours]


@dataclass(frozen=True)
class ZonePlan:
    """How a zone hangs together: its id, where it joins the roads, and which places it is made of."""

    zone: str
    name: str
    name_el: str
    node: str | None
    access: str
    around: list[tuple[float, float]]  # beaches and road nodes that belong to it, metres of the map


def read_people(path: Path, grid: Grid, problems: Problems, field: str = "people") -> PeopleTable | None:
    """Read `zone, kind, lon, lat, residents, guests` and a column hNN for each hour that was counted."""
    table = read_table(field, path, ("zone", "kind", "lon", "lat", "residents", "guests"), problems, optional=HOURS)
    if table is None:
        return None
    before = len(problems)
    columns = [name for name in HOURS if name in table.header]
    for name in table.header:
        if re.fullmatch(r"[hH]\d+", name) and name not in HOURS:
            remedy = "Hours are h00 to h23, such as h09; call it otherwise if it is none."
            problems.add(below(field, name), None, "is not an hour of the day.", remedy, str(path), 1)
    if not columns:
        remedy = "Add a column for each hour that was counted, such as h12 for noon."
        message = "The table has no column of people at an hour."
        problems.add(field, ", ".join(table.header), message, remedy, str(path), 1)
        return None
    names = table.texts("zone", unique=True)
    kinds = table.words("kind", ("settlement", "beach"))
    x_m, y_m = positions(table, grid)
    residents, guests = (table.numbers(name, 0.0, whole=True) for name in ("residents", "guests"))
    people = np.column_stack([table.numbers(name, 0.0, whole=True) for name in columns])
    if len(problems) > before:
        return None
    if people.sum() == 0:
        problems.add(field, 0, "Nobody is anywhere at any hour.", "Give the people of at least one zone.", str(path))
        return None
    hours = np.array([float(name[1:]) for name in columns])
    homes, beds = residents.astype(np.int64), guests.astype(np.int64)
    return PeopleTable(names, kinds, x_m, y_m, homes, beds, hours, people.astype(np.int64))


def read_names(path: Path, grid: Grid, kind: str, field: str, problems: Problems) -> list[NamedPlace]:
    """Read named points `name, lon, lat`; census tables give `name_en, name_el` and a better `osm_lon, osm_lat`."""
    optional = ("name", "name_en", "name_el", "osm_lon", "osm_lat")
    table = read_table(field, path, ("lon", "lat"), problems, optional=optional)
    if table is None:
        return []
    column = "name" if "name" in table.header else "name_en"
    if column not in table.header:
        remedy = "Name the column of names `name`, or `name_en` and `name_el`."
        problems.add(f"{field}.name", None, "This column is missing.", remedy, str(path), 1)
        return []
    for row in table.rows:
        # Census coordinates of shore villages lie in the sea at times; the second pair is better where given.
        if row.get("osm_lon", "").strip() and row.get("osm_lat", "").strip():
            row["lon"], row["lat"] = row["osm_lon"], row["osm_lat"]
    names = table.texts(column, unique=kind == "beach")
    greek = table.texts("name_el", blank=True)
    x_m, y_m = positions(table, grid)
    rows = zip(names, x_m.tolist(), y_m.tolist(), greek, strict=True)
    return [NamedPlace(name, kind, x, y, name_el) for name, x, y, name_el in rows]


def read_zones(
    path: Path, people: PeopleTable, beaches: list[NamedPlace], refuges: list[Refuge], roads: Roads,
    problems: Problems, field: str = "zones",
) -> list[ZonePlan]:  # fmt: skip
    """Read `zone, name, name_el, node, access, around` and return the plans in the order of the people table.

    `name` is the zone's name in the people table; `access` is road (then `node` names where its people join
    the roads, which must lead to one of the `refuges`), boat or shelter (then `node` is empty); `around`
    lists, with semicolons, the beaches and road nodes that belong to the zone.
    """
    table = read_table(field, path, ("zone", "name", "node", "access", "around"), problems, optional=("name_el",))
    if table is None:
        return []
    ids, names = table.texts("zone", unique=True), table.texts("name", unique=True)
    nodes, greek = table.texts("node", blank=True), table.texts("name_el", blank=True)
    access = table.words("access", ACCESS, blank=True)
    around = [_places_named(table, row, beaches, roads) for row in range(len(table))]
    drivable = {roads.node_ids[index] for index in roads.tail[roads.is_public].tolist()}
    leading = _nodes_leading_to([refuge.node for refuge in refuges], roads)
    for row, (name, node, way) in enumerate(zip(names, nodes, access, strict=True)):
        if name not in people.names:
            table.note(row, "name", name, "The people table has no such zone.", "Correct the name, or drop the row.")
        if not way:
            message = "The zone has neither road, boat nor shelter: access is empty."
            table.note(row, "access", way, message, f"Write one of: {', '.join(ACCESS)}.")
        elif way == "road":
            _check_road(table, row, node, roads, drivable)
            if refuges and node in drivable and node not in leading:
                message = f"{name} has neither road, boat nor shelter: no road leads from this node to any refuge."
                table.note(
                    row, "node", node, message, "Add the missing road or a refuge, or write access boat or shelter."
                )
        elif node:
            message = f"Access is by {way}, yet a road node is named."
            table.note(row, "node", node, message, "Leave node empty, or write access road.")
    for name in people.names:
        if name not in names:
            remedy = "Add a row that names its road node, or says access boat or shelter."
            message = "The zone has neither road, boat nor shelter: it has no row."
            problems.add(f"{field}.name", name, message, remedy, str(path))
    plans = [ZonePlan(*row) for row in zip(ids, names, greek, [n or None for n in nodes], access, around, strict=True)]
    order = {name: index for index, name in enumerate(people.names)}
    return sorted((plan for plan in plans if plan.name in order), key=lambda plan: order[plan.name])


def _check_road(table: Table, row: int, node: str, roads: Roads, drivable: set[str]) -> None:
    if not node:
        message = "The zone has neither road, boat nor shelter: access is road, but no node is named."
        table.note(row, "node", node, message, "Name its road node, or write access boat or shelter.")
    elif node not in roads.node_index:
        table.note(row, "node", node, "There is no such road node.", "Use the id of a node of roads_nodes.")
    elif node not in drivable:
        message = "No car can leave this node: only footpaths or pedestrian streets meet there."
        table.note(row, "node", node, message, "Name the nearest node on a road.")


def _nodes_leading_to(targets: list[str], roads: Roads) -> set[str]:
    """The nodes from which a car can reach one of these."""
    leads = np.isin(roads.node_ids, targets)
    tail, head = roads.tail[roads.is_public], roads.head[roads.is_public]
    while (more := leads[head] & ~leads[tail]).any():
        leads[tail[more]] = True
    return {roads.node_ids[index] for index in np.flatnonzero(leads).tolist()}


def _places_named(table: Table, row: int, beaches: list[NamedPlace], roads: Roads) -> list[tuple[float, float]]:
    places = []
    by_name = {beach.name: (beach.x_m, beach.y_m) for beach in beaches}
    for name in (part.strip() for part in table.rows[row]["around"].split(";")):
        if name in by_name:
            places.append(by_name[name])
        elif name in roads.node_index:
            index = roads.node_index[name]
            places.append((float(roads.x_m[index]), float(roads.y_m[index])))
        elif name:
            remedy = "Separate names with semicolons; use those of the beaches table or ids of road nodes."
            table.note(row, "around", name, "There is no such beach or road node.", remedy)
    return places


def read_refuges(
    path: Path, grid: Grid, roads: Roads, problems: Problems, field: str = "refuges"
) -> tuple[list[Refuge], list[str]]:
    """Read `refuge, name, name_el, kind, lon, lat, node, capacity_people` and, where there is one, `override`.

    Returns the rows as refuges by name alone, and the names of those whose `override` says yes: their capacity stands
    whatever is worked out of the ground.
    """
    columns = ("refuge", "name", "kind", "lon", "lat", "node", "capacity_people")
    table = read_table(field, path, columns, problems, optional=("name_el", "override"))
    if table is None:
        return [], []
    ids, names, nodes = table.texts("refuge", unique=True), table.texts("name"), table.texts("node")
    greek, kinds = table.texts("name_el", blank=True), table.words("kind", REFUGE_KINDS)
    x_m, y_m = positions(table, grid)
    room = table.numbers("capacity_people", 1.0, whole=True)
    stands = table.words("override", ("yes", "no"), blank=True) if "override" in table.header else [""] * len(ids)
    drivable = {roads.node_ids[index] for index in roads.head[roads.is_public].tolist()}
    for row, node in enumerate(nodes):
        if node not in drivable:
            message = "This is not a node that a car can reach."
            table.note(row, "node", node, message, "Use the id of a node of roads_nodes on a road.")
            continue
        index = roads.node_index[node]
        apart_m = float(np.hypot(roads.x_m[index] - x_m[row], roads.y_m[index] - y_m[row]))
        if apart_m > REFUGE_TO_NODE_M:
            message = f"The node lies {apart_m:.0f} m from the refuge."
            table.note(row, "node", node, message, f"Name a node within {REFUGE_TO_NODE_M:g} m.")
    whole = np.nan_to_num(room).astype(np.int64).tolist()
    rows = zip(ids, names, kinds, x_m.tolist(), y_m.tolist(), nodes, whole, greek, strict=True)
    overrides = [name for name, word in zip(ids, stands, strict=True) if word == "yes"]
    return [Refuge(*row) for row in rows], overrides


def read_facilities(
    path: Path, grid: Grid, elevation_m: NDArray[np.float32], landcover: LandCover, problems: Problems,
    field: str = "facilities",
) -> list[Facility]:  # fmt: skip
    """Read `id, kind, name, lon, lat`; the height of the ground comes from the terrain."""
    table = read_table(field, path, ("id", "kind", "name", "lon", "lat"), problems)
    if table is None:
        return []
    before = len(problems)
    ids, kinds, names = table.texts("id", unique=True), table.texts("kind"), table.texts("name")
    x_m, y_m = positions(table, grid)
    if len(problems) > before:
        return []
    row, column = grid.cell_at(x_m, y_m)
    for index in np.flatnonzero(~landcover.is_land[row, column]):
        # Quays and shore posts stand on the shore line: within one cell of land is land enough.
        near = landcover.is_land[max(row[index] - 1, 0) : row[index] + 2, max(column[index] - 1, 0) : column[index] + 2]
        if not near.any():
            value = [float(table.rows[index][axis]) for axis in ("lon", "lat")]
            table.note(int(index), "lon, lat", value, "The facility lies in the sea.", "Correct its position.")
    height_m = elevation_m[row, column].tolist()
    rows = zip(ids, kinds, names, x_m.tolist(), y_m.tolist(), height_m, strict=True)
    return [Facility(*values) for values in rows]

"""The folder of an evacuation: who came out when, by which roads, and the facts."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.case import ASSIGNMENTS, Evacuation
from firesim.evacuation.lonlat import WGS84, ToLonLat
from firesim.evacuation.network import RoadNetwork
from firesim.evacuation.solve import Evacuated, clearance_s
from firesim.physics.queues import ARRIVED, REMOVED, STRANDED
from firesim.record.folder import write_json
from firesim.record.process import peak_rss_mb, versions

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

STATUS_WORDS = {ARRIVED: "arrived", STRANDED: "stranded", REMOVED: "removed"}
VEHICLE_COLUMNS = ("vehicle", "node", "departure_s", "departed_s", "arrived_s", "exit", "status")
ROUTE_COLUMNS = ("vehicle", "ordinal", "u", "v", "key", "entered_s", "left_s")
DECIMALS = 6  # of a degree: 0.1 m
ROWS_AT_ONCE = 10_000


def write_folder(case: Evacuation, evacuated: Evacuated, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Fill a folder; returns the facts (`summary.json`) and the warnings."""
    driven = evacuated.driven
    vehicle, edge, entered_s, left_s = _moves(evacuated)
    _write_vehicles(case, evacuated, folder / "vehicles.csv")
    _write_routes(case.network, vehicle, edge, entered_s, left_s, folder / "routes.csv")
    if case.network.crs is not None:
        collection = _route_shapes(case.network, vehicle, edge, driven.departed_s, driven.done_s)
        text = json.dumps(collection, ensure_ascii=False, allow_nan=False)
        (folder / "routes.geojson").write_text(text + "\n", encoding="utf-8")
    warnings = warnings_of(case, evacuated)
    write_json(folder / "run.json", _circumstances(case, evacuated) | {"warnings": warnings})
    facts = summary_of(evacuated)
    write_json(folder / "summary.json", facts)
    return facts, warnings


def summary_of(evacuated: Evacuated) -> dict[str, Any]:
    """`summary.json`; inf stands for never."""
    driven, by_step = evacuated.driven, evacuated.clearance_90_by_step_s
    return {
        "clearance_50_s": clearance_s(driven, 0.5),
        "clearance_90_s": clearance_s(driven, 0.9),
        "clearance_100_s": clearance_s(driven, 1.0),
        "arrived": int((driven.status == ARRIVED).sum()),
        "stranded": int((driven.status == STRANDED).sum()),
        "removed": int((driven.status == REMOVED).sum()),
        "forced_moves": driven.forced_moves,
        "plan_cpu_s": evacuated.plan_cpu_s,
        "traffic_cpu_s": driven.traffic_cpu_s,
        "peak_rss_mb": peak_rss_mb(),
        "capacity_bound_s": evacuated.capacity_bound_s,
        "clearance_90_by_step_s": {f"{step_s:g}": clear_s for step_s, clear_s in by_step.items()},
    }


def warnings_of(case: Evacuation, evacuated: Evacuated) -> list[str]:
    """What a reader of the result must be told, in words."""
    driven, options = evacuated.driven, evacuated.options
    said = list(case.warnings)
    if driven.rings:
        done = {
            "push": "a car squeezed through or pulled aside",
            "remove": "a car was taken off",
            "none": "nobody moved again",
        }
        said.append(f"gridlock: {driven.rings} times roads blocked one another in a ring; {done[options.gridlock]}")
    is_stranded = driven.status == STRANDED
    stands = is_stranded & np.isinf(driven.done_s)
    if stands.any():
        said.append(f"{stands.sum()} vehicles are stranded: they stand in roads that block one another, or behind them")
    if (is_stranded & ~stands).any():
        said.append(f"{(is_stranded & ~stands).sum()} vehicles are stranded: no way was left to them")
    if options.assignment == "capacity" and driven.ways in ASSIGNMENTS:
        said.append(f"capacity: on the road the plan did worse than {driven.ways}; that was driven instead")
    shared = int(case.network.is_shared.sum())
    if options.assignment == "capacity" and shared:
        said.append(f"{shared} edges share their lane with the other direction, which the plan does not foresee")
    return said


def _circumstances(case: Evacuation, evacuated: Evacuated) -> dict[str, Any]:
    options = evacuated.options
    return {
        "network": {"file": case.network.file, "nodes": case.network.n_nodes, "edges": case.network.n_edges,
                    "crs": case.network.crs},
        "vehicles": len(case.node),
        "exits": [case.network.node_ids[node] for node in case.exits.tolist()],
        "closing_edges": int(np.isfinite(case.closes_s).sum()),
        "assignment": options.assignment, "driven": evacuated.driven.ways,
        "gridlock": options.gridlock, "step_s": options.step_s,
        "gridlock_rings": evacuated.driven.rings, "end_s": evacuated.driven.end_s,
        "versions": versions("numpy", "numba"),
    }  # fmt: skip


# --- tables ------------------------------------------------------------------------------------------------------


def _moves(evacuated: Evacuated) -> tuple[Integers, Integers, Floats, Floats]:
    """Every road driven: vehicle, edge, entered and left (inf: it stands there to the end), by vehicle and time."""
    driven = evacuated.driven
    order = np.lexsort((np.arange(len(driven.log)), driven.log[:, 1]))
    edge, vehicle = driven.log[order, 0].astype(np.int64), driven.log[order, 1].astype(np.int64)
    entered_s = driven.log[order, 2]
    left_s = np.append(entered_s[1:], np.inf)
    is_last = np.append(vehicle[1:] != vehicle[:-1], True) if len(vehicle) else np.empty(0, bool)
    left_s = left_s[: len(vehicle)]
    left_s[is_last] = driven.done_s[vehicle[is_last]]
    for road, who, aside_s in driven.aside:
        # It stood beside the road from then on, until it entered the next.
        left_s[(vehicle == who) & (edge == road) & (entered_s <= aside_s) & (aside_s <= left_s)] = aside_s
    return vehicle, edge, entered_s, left_s


def _told(times_s: Floats) -> list[str]:
    """Times as text, cut to the microsecond so that none comes to lie after what it was before; empty: never."""
    whole = np.floor(np.where(np.isfinite(times_s), times_s, 0.0) * 1e6 + 1e-3) / 1e6
    finite = np.isfinite(times_s).tolist()
    return [
        f"{value:.6f}".rstrip("0").rstrip(".") if is_told else "" for value, is_told in zip(whole, finite, strict=True)
    ]


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _slices(n: int) -> Iterator[slice]:
    """Rows are made into text some thousands at a time: all at once they took more memory than the traffic."""
    return (slice(k, k + ROWS_AT_ONCE) for k in range(0, n, ROWS_AT_ONCE))


def _write_vehicles(case: Evacuation, evacuated: Evacuated, path: Path) -> None:
    driven, names = evacuated.driven, case.network.node_ids
    has_arrived = driven.status == ARRIVED
    arrived_s = np.where(has_arrived, driven.done_s, np.inf)
    exits = [*(names[node] for node in case.exits.tolist()), ""]
    exit_ = np.where(has_arrived, driven.exit, len(exits) - 1)

    def rows() -> Iterator[Sequence[Any]]:
        for part in _slices(len(case.node)):
            yield from zip(
                np.arange(len(case.node))[part].tolist(),
                [names[node] for node in case.node[part].tolist()],
                _told(case.departure_s[part]),
                _told(driven.departed_s[part]),
                _told(arrived_s[part]),
                [exits[k] for k in exit_[part].tolist()],
                [STATUS_WORDS[status] for status in driven.status[part].tolist()],
                strict=True,
            )

    _write_table(path, VEHICLE_COLUMNS, rows())


def _write_routes(
    roads: RoadNetwork, vehicle: Integers, edge: Integers, entered_s: Floats, left_s: Floats, path: Path
) -> None:
    ordinal = np.arange(len(vehicle)) - np.searchsorted(vehicle, vehicle)
    names = roads.node_ids
    u, v = [names[node] for node in roads.tail.tolist()], [names[node] for node in roads.head.tolist()]

    def rows() -> Iterator[Sequence[Any]]:
        for part in _slices(len(vehicle)):
            edges = edge[part].tolist()
            yield from zip(
                vehicle[part].tolist(), ordinal[part].tolist(), [u[e] for e in edges], [v[e] for e in edges],
                [roads.keys[e] for e in edges], _told(entered_s[part]), _told(left_s[part]), strict=True,
            )  # fmt: skip

    _write_table(path, ROUTE_COLUMNS, rows())


# --- shapes ------------------------------------------------------------------------------------------------------


def _route_shapes(
    roads: RoadNetwork, vehicle: Integers, edge: Integers, departed_s: Floats, done_s: Floats
) -> dict[str, Any]:
    """One line for each different way, with who drove it: longitude and latitude."""
    starts = np.flatnonzero(np.diff(vehicle, prepend=-1))
    ways: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for first, last in zip(starts, np.append(starts[1:], len(edge)), strict=False):  # nobody drove: no starts
        ways[tuple(edge[first:last].tolist())].append(int(vehicle[first]))
    to_lonlat = ToLonLat(roads.crs or WGS84)
    features = []
    for roads_driven, who in sorted(ways.items(), key=lambda item: (-len(item[1]), item[0])):
        driven = list(roads_driven)
        points = roads.paths[driven[0]][:1] + [point for k in driven for point in roads.paths[k][1:]]
        last_s = float(done_s[who].max())
        properties = {
            "from": roads.node_ids[roads.tail[driven[0]]], "to": roads.node_ids[roads.head[driven[-1]]],
            "vehicles": len(who), "length_m": float(roads.length_m[driven].sum()),
            "first_departed_s": float(departed_s[who].min()), "last_done_s": last_s if np.isfinite(last_s) else None,
        }  # fmt: skip
        line = {"type": "LineString", "coordinates": np.round(to_lonlat(points), DECIMALS).tolist()}
        features.append({"type": "Feature", "geometry": line, "properties": properties})
    return {"type": "FeatureCollection", "features": features}

"""The earliest that physics and roads allow for each stage of the budget.

A stage of thinking could follow the first sign at once; a vehicle cannot arrive before its crew has dressed
and driven. These are bounds, not expectations: no queue, no delay, no closed road.
"""

from __future__ import annotations

from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from firesim.outcomes.twin import Twin
from firesim.physics.search import quickest_to
from firesim.place.grid import Grid
from firesim.place.roads import Roads
from firesim.simulate.clock import Clockwork

Floats = NDArray[np.float64]

STEP_M = 100.0  # between the points of a road at which a vehicle could stop

AT_ONCE = (
    "first_observation", "first_report_delivered", "alarm", "acknowledged", "confirmed", "located", "forecast",
    "plan", "units_ordered", "recommended", "authorised", "first_alert_delivered", "alerted_50", "alerted_90",
    "decided_50", "first_departure",
)  # fmt: skip


def earliest_possible(clockwork: Clockwork, twin: Twin) -> dict[str, float]:
    """Seconds from the scenario's start by stage; stages that cannot happen at all are left out."""
    scenario, truth = clockwork.scenario, clockwork.truth
    event = clockwork.edge.detectable_event
    result = {"ignition": scenario.ignited_s}
    if event is None:
        return result
    detectable_s = truth.journal.time_of(event)
    result |= dict.fromkeys(("detectable", *AT_ONCE), detectable_s)
    responders = scenario.fields.responders
    result["first_unit_rolling"] = detectable_s + responders.engine_turnout_s
    on_scene_s = _first_on_scene_s(clockwork, twin, result["first_unit_rolling"])
    if isfinite(on_scene_s):
        result["first_unit_on_scene"] = on_scene_s
        result["first_water"] = on_scene_s + responders.setup_s
    last_s = _last_to_a_refuge_s(clockwork, twin)
    if isfinite(last_s):
        result["last_person_safe"] = detectable_s + last_s
    return result


def _travel_s(roads: Roads, factor: float = 1.0) -> Floats:
    return np.where(roads.is_drivable, roads.length_m / np.maximum(roads.speed_m_s * factor, 1e-9), inf)


def _first_on_scene_s(clockwork: Clockwork, twin: Twin, rolling_s: float) -> float:
    """When the nearest fire vehicle could stand where its hoses reach the free-burning fire. [s]

    It drives at free flow to some point of a road, and waits there if it is sooner than the fire.
    """
    truth, roads = clockwork.truth, clockwork.truth.place.roads
    responders = clockwork.scenario.fields.responders
    reach_m = responders.farthest_hose_m
    fire_units = [unit for unit in truth.unit_specs if unit.kind != "ambulance"]
    if not fire_units:
        return inf
    travel_s = _travel_s(roads, max(responders.blue_light_factor, 1.0))
    homes = roads.nearest_node([unit.x_m for unit in fire_units], [unit.y_m for unit in fire_units])
    # Two-way roads: the way from the node back to the stations is as long as the way there.
    everything = np.ones(len(roads.edges), dtype=bool)
    from_station_s, _, _ = quickest_to(roads.head, roads.tail, travel_s, everything, homes, len(roads.nodes))
    points_xy_m, edge, share = roads.points_every(STEP_M)
    there_s = rolling_s + from_station_s[roads.tail[edge]] + share * travel_s[edge]
    return _first_where_fire_is(points_xy_m, there_s, twin, truth.place.grid, reach_m)


def _first_where_fire_is(xy_m: Floats, there_s: Floats, twin: Twin, grid: Grid, reach_m: float) -> float:
    """The first moment at which somebody is at one of the points, and fire within reach of it. [s]

    Easting and northing of the points and when they can be at each: [point, 2] and [point].
    """
    is_near = _is_near_box(twin.arrival_time_s, grid, xy_m, reach_m)
    xy_m, there_s, best_s = xy_m[is_near], there_s[is_near], inf
    for k in np.argsort(there_s, kind="stable"):
        if there_s[k] >= best_s:
            break
        reached_s = _first_within(twin.arrival_time_s, grid, float(xy_m[k, 0]), float(xy_m[k, 1]), reach_m, best_s)
        best_s = min(best_s, max(float(there_s[k]), reached_s))
    return best_s


def _is_near_box(arrival_time_s: Floats, grid: Grid, xy_m: Floats, reach_m: float) -> NDArray[np.bool_]:
    """Whether points lie in the box around all that burns, or so near to it that fire may come within reach. [point]"""
    burns = np.isfinite(arrival_time_s)
    rows, columns = np.flatnonzero(burns.any(axis=1)), np.flatnonzero(burns.any(axis=0))
    if len(rows) == 0:
        return np.zeros(len(xy_m), np.bool_)
    row, column = grid.cell_at(xy_m[:, 0], xy_m[:, 1])
    reach = _reach_cells(grid, reach_m)
    in_rows = (row >= rows[0] - reach) & (row <= rows[-1] + reach)
    return np.asarray(in_rows & (column >= columns[0] - reach) & (column <= columns[-1] + reach))


def _reach_cells(grid: Grid, reach_m: float) -> int:
    return int(np.ceil(reach_m / grid.cell_size_m)) + 1


def _first_within(
    arrival_time_s: Floats, grid: Grid, x_m: float, y_m: float, radius_m: float, before_s: float
) -> float:
    """When fire first comes within a distance of a point; inf: never, or surely not before a time. [s]"""
    row, column = grid.cell_holding(x_m, y_m)
    reach = _reach_cells(grid, radius_m)
    rows = slice(max(row - reach, 0), row + reach + 1)
    columns = slice(max(column - reach, 0), column + reach + 1)
    around_s = arrival_time_s[rows, columns]
    if around_s.min(initial=inf) >= before_s:  # nearly everywhere
        return inf
    centre_x, centre_y = np.meshgrid(grid.x_centres_m[columns], grid.y_centres_m[rows])
    near = np.hypot(centre_x - x_m, centre_y - y_m) <= radius_m + grid.cell_size_m
    return float(np.min(around_s, where=near, initial=inf))


def _last_to_a_refuge_s(clockwork: Clockwork, twin: Twin) -> float:
    """Free-flow time by car from the farthest place at risk to its nearest refuge. [s]"""
    truth, roads = clockwork.truth, clockwork.truth.place.roads
    nodes = truth.people.parties.node[twin.at_risk & (truth.people.parties.node >= 0)]
    if len(nodes) == 0:
        return inf
    targets = np.array([roads.node_index[refuge.node] for refuge in truth.place.settlement.refuges])
    time_s, _, _ = quickest_to(roads.tail, roads.head, _travel_s(roads), roads.is_public, targets, len(roads.nodes))
    reached = time_s[nodes]
    return float(reached[np.isfinite(reached)].max(initial=0.0))

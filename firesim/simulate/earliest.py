"""The earliest that physics and roads allow for each stage of the budget.

A stage of thinking could follow the first sign at once; a vehicle cannot arrive before its crew has dressed
and driven. These are bounds, not expectations: no queue, no delay, no closed road.
"""

from __future__ import annotations

from math import inf, isfinite

import numpy as np

from firesim.outcomes.twin import Twin
from firesim.physics.search import quickest_to
from firesim.place.roads import Roads
from firesim.simulate.clock import Clockwork

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
    drive_s = quickest_drive_s(clockwork)
    if isfinite(drive_s):
        result["first_unit_on_scene"] = result["first_unit_rolling"] + drive_s
        result["first_water"] = result["first_unit_on_scene"] + responders.setup_s
    last_s = _last_to_a_refuge_s(clockwork, twin)
    if isfinite(last_s):
        result["last_person_safe"] = detectable_s + last_s
    return result


def _travel_s(roads: Roads, factor: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.where(roads.is_drivable, roads.length_m / np.maximum(roads.speed_m_s * factor, 1e-9), inf)


def quickest_drive_s(clockwork: Clockwork) -> float:
    """Free-flow time of the nearest fire vehicle to the road node nearest to the ignition. [s]"""
    truth, roads = clockwork.truth, clockwork.truth.place.roads
    factor = max(clockwork.scenario.fields.responders.blue_light_factor, 1.0)
    fire_units = [unit for unit in truth.unit_specs if unit.kind != "ambulance"]
    if not fire_units:
        return inf
    target = roads.nearest_node(*clockwork.scenario.ignition_xy_m)
    everything = np.ones(len(roads.edges), dtype=bool)
    time_s, _, _ = quickest_to(
        roads.tail, roads.head, _travel_s(roads, factor), everything, np.atleast_1d(target), len(roads.nodes)
    )
    homes = roads.nearest_node([unit.x_m for unit in fire_units], [unit.y_m for unit in fire_units])
    return float(np.min(time_s[homes]))


def _last_to_a_refuge_s(clockwork: Clockwork, twin: Twin) -> float:
    """Free-flow time by car from the farthest place at risk to its nearest refuge. [s]"""
    truth, roads = clockwork.truth, clockwork.truth.place.roads
    nodes = truth.people.parties.node[twin.at_risk & (truth.people.parties.node >= 0)]
    if len(nodes) == 0:
        return inf
    targets = np.array([roads.node_index[refuge.node] for refuge in truth.place.settlement.refuges])
    time_s, _, _ = quickest_to(
        roads.tail, roads.head, _travel_s(roads), roads.is_public, targets, len(roads.nodes)
    )
    reached = time_s[nodes]
    return float(reached[np.isfinite(reached)].max(initial=0.0))

"""The replicate's no-response twin, worked out once and shared by its strategies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.outcomes.twin import PartiesInPlace, Twin, no_response_twin
from firesim.scenario import Scenario
from firesim.simulate.truth import Truth

Floats = NDArray[np.float64]

_kept: dict[tuple[str, int, int], Twin] = {}  # the newest only


def twin_of(scenario: Scenario, truth: Truth) -> Twin:
    """What happens to each party's place when nobody responds; the same for all strategies of a replicate."""
    key = (scenario.fingerprint, truth.luck.seed, truth.luck.replicate)
    if key not in _kept:
        _kept.clear()
        _kept[key] = _worked_out(scenario, truth)
    return _kept[key]


def deadlines_of_run(scenario: Scenario, truth: Truth) -> Twin:
    """The same measures under the fire as it burnt in this run, responders included."""
    return _deadlines(scenario, truth, np.array(truth.fire.arrival_time_s))


def _worked_out(scenario: Scenario, truth: Truth) -> Twin:
    return _deadlines(scenario, truth, np.array(truth.fire.free_burning(scenario.horizon_s).arrival_time_s))


def _deadlines(scenario: Scenario, truth: Truth, arrival_time_s: Floats) -> Twin:
    parties, place = truth.people.parties, truth.place
    people = scenario.fields.people
    middle_speed_m_s = 0.5 * (people.walk_slow_m_s + people.walk_fast_m_s)
    in_place = PartiesInPlace(
        people=parties.people,
        x_m=parties.x_m,
        y_m=parties.y_m,
        node=parties.node,
        walk_to_node_s=parties.walk_m / parties.walking_speed_m_s,
        drives=parties.seats > 0,
        walking_speed_m_s=middle_speed_m_s,
    )
    return no_response_twin(
        arrival_time_s,
        place.grid,
        place.roads,
        place.settlement.refuges,
        in_place,
        scenario.ignited_s,
        scenario.horizon_s,
    )

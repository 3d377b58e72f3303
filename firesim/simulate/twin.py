"""The replicate's no-response twin, worked out once and shared by its strategies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.fire.safety import radiation_from_s
from firesim.outcomes.twin import PartiesInPlace, Twin, no_response_twin
from firesim.scenario import Scenario
from firesim.simulate.truth import Truth
from firesim.world.fire import TrueFire
from firesim.world.refuges import SMOKE_EVERY_S, RefugeWatch
from firesim.world.smoke import Smoke

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
    return _deadlines(scenario, truth, truth.fire, truth.traffic.watch.smoke_s)


def _worked_out(scenario: Scenario, truth: Truth) -> Twin:
    free = truth.fire.free_burning(scenario.horizon_s)
    return _deadlines(scenario, truth, free, _smoked_s(scenario, truth, free))


def _smoked_s(scenario: Scenario, truth: Truth, fire: TrueFire) -> Floats:
    """When the smoke of a fire that has burnt to the horizon took each refuge, looked at when a run looks. [refuges]

    What burnt when is read back: the smoke is that of the moment to some thousandths.
    """
    place = truth.place
    watch = RefugeWatch(place.settlement.refuges, place.grid)
    smoke = Smoke(fire, truth.weather, place.grid, scenario.fields.smoke)
    step_s = scenario.fields.traffic.step_s
    first_s = np.ceil(scenario.ignited_s / step_s) * step_s
    renewed_s = np.ceil(scenario.fields.smoke.renewed_every_s / step_s) * step_s
    for now_s in np.arange(first_s, scenario.horizon_s, np.ceil(SMOKE_EVERY_S / renewed_s) * renewed_s).tolist():
        smoke.advance(now_s)
        watch.meet_smoke(smoke, now_s)
    return watch.smoke_s


def _deadlines(scenario: Scenario, truth: Truth, fire: TrueFire, smoke_s: Floats) -> Twin:
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
        np.array(fire.arrival_time_s),
        place.grid,
        place.roads,
        place.settlement.refuges,
        in_place,
        scenario.ignited_s,
        scenario.horizon_s,
        fire.flame_length_m,
        smoke_s,
        _road_closed_from_s(scenario, fire),
    )


def _road_closed_from_s(scenario: Scenario, fire: TrueFire) -> Floats:
    """When a road in each cell closes: by the same rule as the true roads (`world/closing.py`). [y, x], s"""
    length_m = np.array(fire.flame_length_m)
    length_m.ravel()[fire.ignition_cell] = 0.0  # a fire smaller than its cell keeps nobody off a road beside it
    flame_heights = scenario.fields.traffic.separation_flame_heights
    return radiation_from_s(fire.arrival_time_s, length_m, fire.grid.cell_size_m, flame_heights)

"""The ground is worked out once for all who are told the same of it, and what happens on it leaves it as it was."""

from __future__ import annotations

import msgspec
import numpy as np

from firesim.command import ground
from firesim.command.dispatcher import Dispatcher, Milestone, Output, replay, step

END_S = 5400.0


def told(outputs: list[tuple[float, Output]]) -> list[object]:
    """All that came out, beliefs to the bit."""
    said: list[object] = []
    for at_s, one in outputs:
        if not isinstance(one, Milestone):
            said.append((at_s, one))
            continue
        belief = None if one.belief is None else one.belief.arrival_time_s.tobytes()
        said.append((at_s, one.kind, one.because, one.detail, belief, one.clearance))
    return said


def fields_of(thing: object) -> dict[str, object]:
    """Copies of all arrays that it has as its own."""
    return {name: value.copy() for name, value in vars(thing).items() if isinstance(value, np.ndarray)}


def lists_of(of: ground.Ground) -> list[object]:
    """What it was told, and what it has worked out of it cell by cell or in order, in bytes and copies."""
    cells = [[flat.tobytes() for flat in found] for found in (of.zone_cells, of.refuge_cells, of.edge_cells)]
    return [msgspec.msgpack.encode(of.briefing), list(of.zones), list(of.refuges), *cells]


def briefed(small, **changes: object) -> Dispatcher:
    wire, machine = small.Wire(), Dispatcher()
    wire.say(0.0, small.briefing(**changes), "scenario")
    step(machine, *wire.deliveries[0])
    return machine


def test_centres_that_are_told_the_same_share_a_ground_and_others_have_their_own(small):
    known = briefed(small).picture.ground
    assert briefed(small).picture.ground is known
    other = briefed(small, wind_m_s=9.0).picture.ground
    assert other is not known
    assert other.bulletin_at(0.0).wind_speed_10m_m_s == 9.0
    assert known.bulletin_at(0.0).wind_speed_10m_m_s == 8.0
    assert briefed(small).picture is not briefed(small).picture


def test_a_centre_on_the_ground_of_another_does_what_it_would_on_its_own(small):
    one, other = small.Wire(), small.Wire()
    small.tell_of_a_fire(one)
    small.tell_of_a_fire(other)
    del other.deliveries[-1]  # the second fire is drawn by nobody: it is forecast from a point
    ground._ground_of.cache_clear()
    alone = told(replay(one.deliveries, END_S))
    ground._ground_of.cache_clear()
    first = told(replay(other.deliveries, END_S))
    assert told(replay(one.deliveries, END_S)) == alone
    assert first != alone
    assert ground._ground_of.cache_info().hits == 1


def test_a_fire_and_what_is_ordered_leave_the_ground_as_it_was(small, wire):
    small.tell_of_a_fire(wire)
    machine = Dispatcher()
    step(machine, *wire.deliveries[0])
    of = machine.picture.ground
    parts = (of, of.roads, of.landscape, of.landscape.catalogue)
    of.is_burnable, of.shore_m  # noqa: B018  (worked out when first asked for)
    before = [fields_of(part) for part in parts]
    lists = lists_of(ground.Ground(of.briefing, of.factor, of.buffer_m))
    for at_s, payload in wire.deliveries[1:]:
        step(machine, at_s, payload)
    step(machine, END_S)
    assert machine.picture.forecast is not None
    assert lists_of(of) == lists
    for part, was in zip(parts, before, strict=True):
        for name, value in was.items():
            np.testing.assert_array_equal(vars(part)[name], value, err_msg=name)

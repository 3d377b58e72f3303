"""Where people feel the fire."""

from __future__ import annotations

import numpy as np

from firesim.world.senses import newly_in_sight, whereabouts
from firesim.world.standing import HOME, NONE, SAFE, SHELTERING, TRAVELLING

HOME_CELL, REFUGE_CELL, LANDING_CELL, BUS_CELL, LOST_CELL = 7, 21, 33, 44, 55


def where_is(state=HOME, trip=NONE, lost_cell=NONE, waits_at=NONE, landing=NONE, is_afloat=False, in_bus=False):
    """The cell of one party among others at home, and whether it moves by itself; None: it is safe."""

    def among_others(value, other):
        return np.array([other, value, other])

    who, cells, moving = whereabouts(
        among_others(state, HOME), among_others(HOME_CELL, 1), among_others(trip, NONE), among_others(lost_cell, NONE),
        among_others(waits_at, NONE), np.array([20, REFUGE_CELL]), among_others(landing != NONE, False),
        among_others(landing, NONE), np.array([32, LANDING_CELL]), among_others(is_afloat, False),
        among_others(in_bus, False), among_others(BUS_CELL, NONE),
    )  # fmt: skip
    assert who.tolist() == ([0, 2] if state == SAFE else [0, 1, 2])
    assert cells[[0, -1]].tolist() == [1, 1]
    return None if state == SAFE else (int(cells[1]), moving.tolist() == [1])


def assert_who_is_at_home_is_nowhere_else(people):
    """What `whereabouts` takes for granted, of people in the midst of a run."""
    at_home = people.fate == HOME
    shore, stops = people.shore, people.by_bus.stops
    assert (people.trip[at_home] == NONE).all()
    assert not (shore.waits | shore.is_aboard | stops.waits | stops.is_aboard)[at_home].any()


def test_people_feel_the_fire_at_home_and_then_wherever_they_are():
    assert where_is() == (HOME_CELL, False)
    assert where_is(TRAVELLING, trip=3)[1]
    assert where_is(SHELTERING, trip=3, waits_at=1) == (REFUGE_CELL, False)
    assert where_is(TRAVELLING, trip=3, in_bus=True) == (BUS_CELL, False)
    assert where_is(SHELTERING, trip=3, lost_cell=LOST_CELL) == (LOST_CELL, False)


def test_heat_is_felt_at_the_landing_while_waiting_and_nowhere_afloat():
    assert where_is(SHELTERING, landing=1) == (LANDING_CELL, False)
    assert where_is(SHELTERING, trip=3, waits_at=1, landing=1) == (LANDING_CELL, False)
    assert where_is(TRAVELLING, trip=3, is_afloat=True) == (-1, False)


def test_nobody_asks_what_is_felt_by_those_who_are_safe():
    assert where_is(SAFE, trip=3) is None


def test_flames_are_new_to_who_is_at_home_on_the_map_and_has_seen_none():
    sees = np.array([False, True])
    home_cell = np.array([1, 0, -1, 1, 1, 1])
    saw_flame_s = np.array([np.inf, np.inf, np.inf, 60.0, np.inf, np.inf])
    state = np.array([HOME, HOME, HOME, HOME, TRAVELLING, HOME])
    assert newly_in_sight(home_cell, sees, saw_flame_s, state).tolist() == [0, 5]

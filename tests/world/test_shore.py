"""Who comes first boards first, parties stay together, and who waits is where the heat finds them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.place.grid import Grid
from firesim.place.landings import Landing
from firesim.place.settlement import Refuge
from firesim.world.shore import Shore
from firesim.world.stops import Stops

GRID = Grid(100, 100, 30.0, 0.0, 0.0)
WEST = Landing("west", "West", "", "beach", 600.0, 1500.0, "W", 10.0)
EAST = Landing("east", "East", "", "jetty", 2400.0, 1500.0, None, 20.0)
PEOPLE_S = 10.0 / 60.0


def shore(people: list[int]) -> Shore:
    return Shore([WEST, EAST], np.array(people, dtype=np.int64), GRID)


def all_at_west(people: list[int], since_s: list[float]) -> Shore:
    waiting = shore(people)
    waiting.wait(np.arange(len(people)), np.zeros(len(people), np.int64), np.array(since_s))
    return waiting


def test_the_queue_stands_in_order_of_arrival():
    waiting = all_at_west([1, 1, 1, 1], [30.0, 10.0, 20.0, 10.0])
    assert waiting.queue(0).tolist() == [1, 3, 2, 0]
    assert waiting.queue(1).tolist() == []
    assert waiting.count(0) == 4


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30), st.integers(1, 60), st.floats(1.0, 600.0))
def test_first_come_first_aboard_and_nobody_passes_a_party_without_room(people, seats, within_s):
    waiting = all_at_west(people, [float(k) for k in range(len(people))])
    who, after_s = waiting.next_aboard(0, seats, PEOPLE_S, within_s)
    assert who.tolist() == list(range(len(who)))
    assert sum(people[: len(who)]) <= seats
    assert after_s.tolist() == pytest.approx((np.cumsum(people)[: len(who)] / PEOPLE_S).tolist())
    if len(who) < len(people):  # the next has no room, or no time
        total = sum(people[: len(who) + 1])
        assert total > seats or (len(who) > 0 and total / PEOPLE_S > within_s)


def test_who_waits_keeps_its_place_and_who_has_gone_is_not_counted():
    waiting = all_at_west([2, 3], [10.0, 20.0])
    waiting.wait(np.array([0]), np.array([1]), 500.0)
    assert (waiting.place_of[0], waiting.since_s[0]) == (0, 10.0)
    waiting.board(np.array([0]), np.array([60.0]), np.zeros(9, np.int64)[: len(np.array([0]))])
    assert waiting.queue(0).tolist() == [1]
    assert waiting.waits.tolist() == [False, True]
    assert waiting.is_aboard.tolist() == [True, False]
    waiting.land(np.array([0]), np.array([900.0]))
    assert not waiting.is_aboard.any()
    assert waiting.columns()["landing"] == ["west", "west"]


def test_each_place_has_its_nearest_landing_and_a_beach_refuge_the_one_at_its_node():
    waiting = shore([1])
    assert waiting.nearest(np.array([700.0, 2000.0]), np.array([1000.0, 1500.0])).tolist() == [0, 1]
    refuges = [
        Refuge("sand", "Sand", "beach", 600.0, 1600.0, "W", 100),
        Refuge("town", "Town", "town", 600.0, 1600.0, "W", 100),
        Refuge("cape", "Cape", "beach", 900.0, 1600.0, "C", 100),
    ]  # fmt: skip
    assert waiting.beside(refuges).tolist() == [0, -1, -1]


TURNS = st.lists(st.tuples(st.sampled_from(["wait", "board", "land", "walk_on"]), st.integers(0, 5), st.integers(0, 1)))


@given(TURNS)
def test_who_is_where_is_told_of_each_moment_however_often_it_is_asked(turns):
    stops = Stops([], np.ones(6, np.int64), GRID)
    is_in_line = np.zeros(6, np.bool_)
    for now_s, (turn, party, place) in enumerate(turns):
        who, at_s = np.array([party]), np.array([float(now_s)])
        if turn == "wait" and not np.isfinite(stops.boarded_s[party]):
            stops.wait(who, np.array([place]), at_s)
            is_in_line[party] = True
        elif turn == "walk_on" and is_in_line[party]:
            stops.walk_on(who)
            is_in_line[party] = False
        elif turn == "board" and is_in_line[party]:
            stops.board(who, at_s, np.array([now_s]))
            is_in_line[party] = False
        elif turn == "land" and np.isfinite(stops.boarded_s[party]):
            stops.land(who, at_s)
        assert stops.waits.tolist() == is_in_line.tolist()
        assert stops.is_aboard.tolist() == (np.isfinite(stops.boarded_s) & np.isinf(stops.landed_s)).tolist()
        for spot in (0, 1):
            there = np.flatnonzero(is_in_line & (stops.place_of == spot)).tolist()
            assert stops.queue(spot).tolist() == sorted(there, key=lambda one: (stops.since_s[one], one))

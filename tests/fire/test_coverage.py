"""How much has burnt, asked again and again of a fire whose older parts are not looked at any more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from firesim.fire.coverage import nothing_told
from firesim.fire.front import Front
from firesim.fire.tiles import Spread

SHAPE, STEP_S, HOUR_S = (130, 150), 60.0, 3600.0


def turning_front() -> Front:
    """Past a pond, with a cell that a hose keeps from burning for three hours, into wind that turns."""
    ground = np.ones(SHAPE, np.bool_)
    ground[60:66, 40:44] = False
    front = Front(SHAPE, 30.0, is_burnable=ground)
    front.set_spread(0.0, Spread(0.2, 80.0, 0.8))
    front.ignite_point(20.5, 70.5, 1.0)
    front.block((np.array([70]), np.array([50])), 0.0)
    return front


def steps(front: Front) -> Iterator[float]:
    """Let four hours pass in steps; yields the end of each."""
    for now_s in np.arange(STEP_S, 4.0 * HOUR_S + 1.0, STEP_S):
        if now_s == 2.0 * HOUR_S:
            front.set_spread(now_s, Spread(0.3, 130.0, 0.85))
        if now_s == 3.0 * HOUR_S:
            front.unblock((np.array([70]), np.array([50])), now_s)
        front.advance(now_s)
        yield now_s


def test_growth_asked_at_every_step_is_that_of_the_whole_grid() -> None:
    front, grown = turning_front(), []
    for now_s in steps(front):
        grown.append(front.grown_cells(now_s - STEP_S, now_s))
        every_cell = front.burnt_cells(now_s) - front.burnt_cells(now_s - STEP_S)
        assert grown[-1] == pytest.approx(every_cell, rel=1e-6, abs=1e-6)
    assert sum(grown) == pytest.approx(front.burnt_cells(front.now_s), rel=1e-2)


def test_growth_of_long_ago_is_counted_as_well() -> None:
    front = turning_front()
    for now_s in steps(front):
        front.grown_cells(now_s - STEP_S, now_s)
    early = front.grown_cells(0.0, HOUR_S)
    assert early == pytest.approx(front.burnt_cells(HOUR_S) - front.burnt_cells(0.0), rel=1e-9)
    assert early > 100.0


def test_who_asks_at_every_step_is_told_of_every_cell_that_burns() -> None:
    front, told = turning_front(), nothing_told(SHAPE)
    known_s = np.full(SHAPE, np.inf)
    for now_s in steps(front):
        rows, columns, *of_front = front.told_anew(now_s - 300.0, now_s, told)
        known_s[rows, columns] = of_front[0]
        for part, asked in zip(of_front, front.told_of(rows, columns), strict=True):
            assert np.array_equal(part, asked)
    assert known_s[70, 50] > 3.0 * HOUR_S  # it burnt once the hose was gone, far behind the front
    assert np.array_equal(known_s, front.arrival_time_s)
    assert np.isfinite(known_s).sum() > 2000

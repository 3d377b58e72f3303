"""Runs that are over and that nobody holds do not fill the memory, in whatever order they are held and let go."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from firesim.simulate import simulate


@pytest.fixture(autouse=True)
def nothing_lies(monkeypatch):
    """What other tests have left is freed, and forgotten."""
    gc.collect()
    module = sys.modules["firesim.simulate"]
    monkeypatch.setattr(module, "_finished", module._Finished())


def count_of(clockworks):
    return sum(one() is not None for one in clockworks)


def test_a_run_that_nobody_held_is_freed_when_the_next_begins(short_scenario):
    brief, gone = short_scenario.with_changes(horizon_h=0.25), []
    gc.disable()  # runs that follow one another at once
    try:
        for _ in range(4):
            gone.append(weakref.ref(simulate(brief, "no-alert", seed=1).clockwork))
            assert count_of(gone) <= 1
    finally:
        gc.enable()


@pytest.mark.parametrize("grows_old", [False, True])
def test_runs_held_until_the_next_is_made_do_not_pile_up(short_scenario, grows_old):
    brief, alive = short_scenario.with_changes(horizon_h=0.25), []
    for _ in range(9):
        run = simulate(brief, "no-alert", seed=1)
        alive.append(weakref.ref(run.clockwork))
        if grows_old:
            gc.collect()  # as Python itself looks now and then: what is held then is found by a look among all alone
        assert count_of(alive) <= 5  # three may lie, one was held, one is new


def test_neither_do_they_where_others_between_them_are_let_go_at_once(short_scenario):
    brief, alive = short_scenario.with_changes(horizon_h=0.25), []
    for _ in range(7):
        assert simulate(brief, "no-alert", seed=1).outcomes["people"] > 0.0
        run = simulate(brief, "no-alert", seed=2)
        alive.append(weakref.ref(run.clockwork))
        assert count_of(alive) <= 5


def test_clockworks_that_are_held_though_their_runs_are_not_are_looked_for_once(short_scenario, monkeypatch):
    brief, looks, collect = short_scenario.with_changes(horizon_h=0.25), [], gc.collect
    monkeypatch.setattr(gc, "collect", lambda *generation: looks.append(generation) or collect(*generation))
    held = [simulate(brief, "no-alert", seed=1).clockwork for _ in range(4)]
    assert looks.count(()) == 1  # among all objects, once three of them seemed to lie
    held += [simulate(brief, "no-alert", seed=1).clockwork for _ in range(2)]
    assert looks.count(()) == 1
    assert all(one.truth.fire.has_ignited for one in held)

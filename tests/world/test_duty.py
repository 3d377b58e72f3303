"""A unit's pause ends when its time is over or a call comes, whichever is first."""

import simpy

from firesim.record import Journal
from firesim.world.duty import Duty


class Unit(Duty):
    place = (0.0, 0.0)


def pauses_of(called_s):
    """When pauses of 10 s, one after another, end for a unit that is called at some times; and the unit."""
    env = simpy.Environment()
    unit = Unit("unit", "engine", env, Journal())
    ended_s = []

    def story():
        while True:
            yield unit.pause(10.0)
            ended_s.append(float(env.now))

    def caller():
        for at_s in called_s:
            yield env.timeout(at_s - env.now)
            unit.warn()

    env.process(story())
    env.process(caller())
    env.run(until=45.0)
    return ended_s, unit


def test_a_pause_ends_at_its_time_or_at_a_call_whichever_is_first():
    assert pauses_of([])[0] == [10.0, 20.0, 30.0, 40.0]
    assert pauses_of([13.0, 14.0])[0] == [10.0, 13.0, 14.0, 24.0, 34.0, 44.0]


def test_a_call_at_the_very_end_of_a_pause_ends_no_more_than_that():
    assert pauses_of([20.0])[0] == [10.0, 20.0, 30.0, 40.0]


def test_pauses_that_are_over_do_not_wait_for_the_next_call():
    _, unit = pauses_of([])
    assert len(unit.wait().callbacks) == 1  # the one that goes on

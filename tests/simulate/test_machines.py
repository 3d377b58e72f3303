"""When a machine of command is woken."""

import simpy

from firesim.link.channel import PerfectWire
from firesim.link.post import Post
from firesim.record import Journal
from firesim.simulate.machines import Desk


class Sleeper:
    """Has some things to do; each further message is one more thing to do, at the time that it says."""

    def __init__(self, *due_s):
        self.due_s = sorted(due_s)
        self.done_s = []

    @property
    def next_wake_s(self):
        return self.due_s[0] if self.due_s else float("inf")

    def handle(self, now_s, payload):
        if payload is None:
            self.done_s.append((self.due_s.pop(0), now_s))
        else:
            self.due_s = sorted([*self.due_s, float(payload)])
        return []


def _desk(machine):
    env, journal = simpy.Environment(), Journal()
    return env, Desk("centre", machine, env, Post(env, PerfectWire(), journal), journal, lambda name: [name])


def test_whatever_a_machine_means_to_do_is_done_when_it_is_due():
    machine = Sleeper(100.0, 200.0)
    env, desk = _desk(machine)
    for at_s, due_s in ((0.0, b"90"), (10.0, b"50"), (20.0, b"70"), (95.0, b"100"), (150.0, b"200")):
        env.timeout(at_s).callbacks.append(lambda _, due_s=due_s: desk.receive(env.now, due_s, 0))
    env.run(until=300.0)
    assert [due_s for due_s, _ in machine.done_s] == [50.0, 70.0, 90.0, 100.0, 100.0, 200.0, 200.0]
    assert all(now_s == due_s for due_s, now_s in machine.done_s)


def test_an_alarm_is_set_once_for_one_moment():
    machine = Sleeper(1000.0)
    env, desk = _desk(machine)
    # Each of these is nearer than the last, so that after each the alarm at 1000 s is the next again.
    for k in range(20):
        env.timeout(10.0 * k).callbacks.append(lambda _, k=k: desk.receive(env.now, b"%d" % (10 * k + 5), 0))
    env.run(until=500.0)
    assert len(machine.done_s) == 20
    assert [at_s for at_s, *_ in env._queue if at_s > 500.0] == [1000.0]

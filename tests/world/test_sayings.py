"""What people are told comes once, in order of time, and what is taken back is not said."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.world.sayings import Rows, Sayings


def _alert(number, rng, now_s):
    """To some parties, at whole seconds from a few before now to far from now, so that many are heard at one moment."""
    n = int(rng.integers(1, 40))
    at_s = np.sort(now_s + rng.integers(-5, rng.choice([20, 900]), size=n)).astype(float)
    who = rng.permutation(60)[:n]
    what = np.array([who, np.full(n, number), rng.integers(0, 3, n), rng.integers(0, 2, n), np.arange(n)])
    return Rows(np.array([at_s, np.full(n, now_s)]), what)


@pytest.mark.parametrize("seed", range(5))
def test_everything_is_said_once_in_order_of_time_and_of_equals_what_was_sent_first(seed):
    rng, sayings, to_be_said = np.random.default_rng(seed), Sayings(), []
    n_said = n_void = 0
    for now_s in range(0, 3000, 10):
        for _ in range(rng.integers(0, 3) if now_s < 1800 else 0):
            alert = _alert(now_s, rng, now_s)
            sayings.add(alert)
            columns = zip(alert.at_s.tolist(), alert.what.T.tolist(), strict=True)
            to_be_said += [(at_s, tuple(column)) for at_s, column in columns]
        if to_be_said and rng.random() < 0.1:
            void_s = {what[0]: when_s for when_s, what in to_be_said[::3]}
            sayings.take_back(np.array(list(void_s)), np.array(list(void_s.values())), 1, (0, 2))
            n_before = len(to_be_said)
            to_be_said = [
                (when_s, what)
                for when_s, what in to_be_said
                if what[3] != 1 or what[2] == 1 or void_s.get(what[0]) != when_s
            ]
            n_void += n_before - len(to_be_said)
        said = sayings.until(float(now_s))
        expected = sorted((one for one in to_be_said if one[0] <= now_s), key=lambda one: one[0])
        to_be_said = [one for one in to_be_said if one[0] > now_s]
        assert said.at_s.tolist() == [when_s for when_s, _ in expected]
        assert [tuple(column) for column in said.what.T.tolist()] == [what for _, what in expected]
        n_said += len(expected)
    assert not to_be_said
    assert n_said > 1000
    assert n_void > 100

"""People by state: everybody is in one state at each moment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firesim.plots.people import STATES, state_counts


def test_everybody_is_in_one_state_at_each_moment():
    never = np.nan
    people = pd.DataFrame(
        {
            "people": [1, 2, 4, 8],
            "warned_s": [10.0, never, 10.0, never],
            "decided_s": [20.0, 15.0, 20.0, never],
            "departed_s": [30.0, 25.0, 30.0, never],
            "trapped_s": [never, 35.0, 35.0, never],
            "safe_s": [40.0, never, 50.0, never],
        }
    )
    counts = state_counts(people, np.array([0.0, 12.0, 18.0, 28.0, 38.0, 60.0]))
    assert list(counts) == list(STATES)
    assert np.all(sum(counts.values()) == 15.0)
    assert counts["not warned"].tolist() == [15.0, 10.0, 8.0, 8.0, 8.0, 8.0]
    assert counts["trapped or caught"].tolist() == [0.0, 0.0, 0.0, 0.0, 2.0, 2.0]
    assert counts["safe in a refuge"].tolist() == [0.0, 0.0, 0.0, 0.0, 0.0, 5.0]


def test_people_afloat_are_counted_between_the_water_and_the_port():
    never = np.nan
    people = pd.DataFrame(
        {
            "people": [1, 2],
            "warned_s": [10.0, 10.0],
            "decided_s": [20.0, 20.0],
            "departed_s": [30.0, 100.0],  # the second came to no road: it left when it boarded
            "trapped_s": [never, never],
            "shore_s": [60.0, 20.0],
            "boarded_s": [100.0, 100.0],
            "safe_s": [200.0, never],
        }
    )
    counts = state_counts(people, np.array([40.0, 70.0, 150.0, 250.0]))
    assert counts["travelling"].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert counts["waiting at the water"].tolist() == [2.0, 3.0, 0.0, 0.0]
    assert counts["on a boat"].tolist() == [0.0, 0.0, 3.0, 2.0]
    assert counts["safe in a refuge"].tolist() == [0.0, 0.0, 0.0, 1.0]

"""Paired comparison: the difference within a replicate is the effect, with an interval."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from firesim.compare import Study, compare, mean_interval, paired_differences, report, write_study
from firesim.record.study import study_folder
from tests.runs import short_skiathos


def outcomes(values: dict[str, list[float]]) -> pd.DataFrame:
    rows = [
        {"strategy": strategy, "replicate": replicate, "outcome": "burnt", "value": value}
        for strategy, series in values.items()
        for replicate, value in enumerate(series)
    ]
    return pd.DataFrame(rows)


def test_a_constant_effect_is_found_exactly_whatever_the_spread_of_the_days():
    days = np.random.default_rng(1).normal(100.0, 50.0, 30)
    found = paired_differences(outcomes({"a": list(days), "b": list(days - 3.0)}), ["a", "b"]).iloc[0]
    assert found["difference"] == pytest.approx(-3.0)
    assert found["low"] == pytest.approx(-3.0)
    assert found["high"] == pytest.approx(-3.0)
    assert found["share_lower"] == 1.0


def test_pairing_takes_out_what_the_strategies_share():
    rng = np.random.default_rng(2)
    days = rng.normal(0.0, 10.0, 200)
    one, two = days + rng.normal(0.0, 1.0, 200), days + rng.normal(0.0, 1.0, 200)
    found = paired_differences(outcomes({"a": list(one), "b": list(two)}), ["a", "b"]).iloc[0]
    # Unpaired variance 2 (100 + 1), paired 2: the ratio is 101, within a quarter for 200 pairs.
    assert 75.0 < found["variance_ratio"] < 130.0


def test_an_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(60):
        low, high = mean_interval(rng.normal(1.0, 2.0, 25))
        covered += low <= 1.0 <= high
    assert 48 <= covered <= 60  # 95 % of 60 is 57; the bootstrap of 25 falls a little short


def test_a_pair_with_an_undefined_value_is_left_out():
    found = paired_differences(outcomes({"a": [1.0, np.nan, 3.0], "b": [2.0, 5.0, 5.0]}), ["a", "b"]).iloc[0]
    assert found["pairs"] == 2
    assert found["difference"] == pytest.approx(1.5)


def test_two_sums_that_differ_by_rounding_alone_do_not_differ():
    sums = np.array([0.09, 7.2, 3600.0, 0.0])
    found = paired_differences(outcomes({"a": list(sums), "b": list(np.nextafter(sums, np.inf))}), ["a", "b"]).iloc[0]
    assert found["difference"] == found["low"] == found["high"] == found["share_higher"] == 0.0
    found = paired_differences(outcomes({"a": [3600.0, 0.09], "b": [3600.001, 0.0901]}), ["a", "b"]).iloc[0]
    assert found["share_higher"] == 1.0


def test_the_report_says_nothing_of_what_has_no_value():
    table = outcomes({"a": [np.nan, np.nan, 1.0], "b": [1.0, 2.0, np.nan]})
    study = Study(short_skiathos(), ("a", "b"), 1, table, paired_differences(table, ["a", "b"]))
    assert report(study).splitlines()[-1] == "| burnt | - | - | - | - | 0 | - |"


def test_an_unknown_strategy_and_a_single_replicate_are_refused():
    with pytest.raises(ValueError, match="no strategy nowhere"):
        compare(short_skiathos(), ["today", "nowhere"], 2)
    with pytest.raises(ValueError, match="at least 2 replicates"):
        compare(short_skiathos(), ["today", "pilot"], 1)


@pytest.mark.slow
def test_the_tables_are_the_same_for_any_number_of_workers_and_after_a_restart(tmp_path):
    scenario = short_skiathos().with_changes(horizon_h=0.5)
    strategies = ["today", "pilot"]
    facts = {"scenario_hash": scenario.fingerprint, "seed": 4}
    alone = compare(scenario, strategies, 3, seed=4)
    together = compare(scenario, strategies, 3, seed=4, workers=2)

    def interrupted():
        with study_folder(tmp_path / "study", facts, force=False, resume=True) as unfinished:
            compare(scenario, strategies, 2, seed=4, folder=unfinished)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not (tmp_path / "study").exists()
    done = []
    with study_folder(tmp_path / "study", facts, force=False, resume=True) as unfinished:
        again = compare(scenario, strategies, 3, seed=4, folder=unfinished, progress=lambda *count: done.append(count))
        write_study(again, unfinished.partial)
    assert done == [(3, 3)]  # two replicates were kept, one was left to do
    for other in (together, again):
        pd.testing.assert_frame_equal(alone.outcomes, other.outcomes, check_exact=True)
        pd.testing.assert_frame_equal(alone.differences, other.differences, check_exact=True)
    assert json.loads((tmp_path / "study" / "study.json").read_text())["replicates"] == 3
    assert "95 % interval" in report(alone)
    assert not (tmp_path / "study" / "replicates").exists()


@pytest.mark.slow
def test_a_policy_of_ones_own_runs_in_other_processes():
    from firesim.command.strategies import Pilot, register

    class Silent(Pilot):
        """Sees and forecasts as the pilot does, and orders nothing."""

        def decide(self, picture, now_s):
            return []

    register("Silent", Silent)
    bundle = short_skiathos().strategies["pilot"]
    scenario = short_skiathos().with_strategy(
        "silent", devices=bundle.devices, channels=bundle.channels, policy="Silent"
    )
    study = compare(scenario, ["pilot", "silent"], 2, workers=2, policies={"Silent": Silent})
    assert (study.values("silent", "warned_without_need_people") == 0.0).all()
    assert (study.values("pilot", "warned_without_need_people") > 0.0).all()

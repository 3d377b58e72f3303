"""Runs that several tests look at, each made once a process."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from firesim.scenario import Scenario, load_scenario
from firesim.simulate import Run, simulate

SHORT_H = 1.5  # long enough for detection, orders, alerts, departures and the first roads cut


@lru_cache(maxsize=1)
def skiathos() -> Scenario:
    return load_scenario("skiathos")


@lru_cache(maxsize=1)
def short_skiathos() -> Scenario:
    return skiathos().with_changes(horizon_h=SHORT_H)


@lru_cache(maxsize=12)
def short_run(strategy: str, seed: int = 1, replicate: int = 0) -> Run:
    return simulate(short_skiathos(), strategy, seed=seed, replicate=replicate)


def events_of(run: Run, kind: str) -> pd.DataFrame:
    """The events of one kind."""
    table = run.tables["events"].to_pandas()
    return table[table["kind"] == kind]

"""Paired comparison of strategies: the same replicates under each, and the differences with intervals.

Replicate r of every strategy meets the same fire, the same weather, the same households and the same luck on
every message; what differs is what the strategy changed. So the difference within a replicate is the effect,
and its spread over replicates is how far to trust it.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import firesim
from firesim.record.study import StudyFolder
from firesim.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE = 0.95
ROUNDING = 1e-9  # of a value, or of its unit: two sums of the same parts in another order differ by less
RESAMPLES = 9_999  # of the bootstrap; enough that the interval's ends move by less than a tenth of its width

Progress = Callable[[int, int], None]  # replicates done, replicates in all


@dataclass(frozen=True)
class Study:
    """The outcomes of every strategy in every replicate, and what they say pair by pair."""

    scenario: Scenario
    strategies: tuple[str, ...]
    seed: int
    outcomes: pd.DataFrame  # strategy, replicate, outcome, value
    differences: pd.DataFrame

    def values(self, strategy: str, outcome: str) -> pd.Series[float]:
        """One outcome of one strategy, indexed by replicate."""
        rows = self.outcomes[(self.outcomes["strategy"] == strategy) & (self.outcomes["outcome"] == outcome)]
        return rows.set_index("replicate")["value"].sort_index()


def compare(
    scenario: Scenario,
    strategies: Sequence[str],
    replicates: int,
    *,
    seed: int = 1,
    workers: int = 1,
    executor: Executor | None = None,
    policies: Mapping[str, type] | None = None,
    folder: StudyFolder | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run `replicates` replicates of each strategy and compare them pair by pair.

    Parameters
    ----------
    strategies
        Names of the scenario's strategies; differences are against the first.
    workers
        Processes to use; the tables are the same for any number of them.
    executor
        Any `concurrent.futures.Executor` in the place of our own processes (dask: `Client.get_executor()`).
    policies
        Classes of the user's own by the name that the scenario's strategies use, sent along to the workers.
    folder
        Where finished replicates are kept, so that an interrupted study can go on.
    progress
        Called with (done, all) after each replicate.

    Raises ValueError for an unknown strategy, or when fewer than two replicates are asked for.
    """
    unknown = [name for name in strategies if name not in scenario.strategies]
    if unknown:
        raise ValueError(f"the scenario has no strategy {', '.join(unknown)}; it has {', '.join(scenario.strategies)}")
    if replicates < 2:
        raise ValueError("a comparison needs at least 2 replicates: one pair says nothing of chance")
    rows: dict[int, list[dict[str, Any]]] = folder.finished() if folder else {}
    rows = {replicate: found for replicate, found in rows.items() if replicate < replicates}
    left = [replicate for replicate in range(replicates) if replicate not in rows]
    job = _packed(scenario, tuple(strategies), seed, dict(policies or {}))
    for replicate, result in _results(job, left, workers, executor):
        rows[replicate] = result
        if folder:
            folder.keep(replicate, result)
        if progress:
            progress(len(rows), replicates)
    outcomes = pd.DataFrame(
        itertools.chain.from_iterable(rows[replicate] for replicate in sorted(rows)),
        columns=["strategy", "replicate", "outcome", "value"],
    )
    return Study(scenario, tuple(strategies), seed, outcomes, paired_differences(outcomes, strategies))


def _packed(scenario: Scenario, strategies: tuple[str, ...], seed: int, policies: dict[str, type]) -> bytes:
    """The job as bytes; cloudpickle, because a policy may be a class from a notebook."""
    import cloudpickle

    return cloudpickle.dumps((scenario, strategies, seed, policies))  # type: ignore[no-any-return]


def _results(
    job: bytes, replicates: Iterable[int], workers: int, executor: Executor | None
) -> Iterable[tuple[int, list[dict[str, Any]]]]:
    replicates = list(replicates)
    if executor is None and workers <= 1:
        for replicate in replicates:
            yield replicate, _one_replicate(job, replicate)
        return
    pool = executor or _own_executor(workers)
    waiting = {pool.submit(_one_replicate, job, replicate): replicate for replicate in replicates}
    for future in as_completed(waiting):
        yield waiting[future], future.result()


def _own_executor(workers: int) -> Executor:
    """Processes of our own. loky's need no guard around the caller's main module, so a notebook can use them."""
    from loky import get_reusable_executor

    return get_reusable_executor(max_workers=workers)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _unpacked(job: bytes) -> tuple[Scenario, tuple[str, ...], int, dict[str, type]]:
    """The job of this process: unpacked once, so that its replicates share the loaded map."""
    import cloudpickle

    return cloudpickle.loads(job)  # type: ignore[no-any-return]


def _one_replicate(job: bytes, replicate: int) -> list[dict[str, Any]]:
    """The outcomes of every strategy in one replicate, as rows."""
    from firesim.command.strategies import register
    from firesim.simulate import simulate

    scenario, strategies, seed, policies = _unpacked(job)
    for name, policy in policies.items():
        register(name, policy)
    rows = []
    for strategy in strategies:
        run = simulate(scenario, strategy, seed=seed, replicate=replicate)
        rows += [
            {"strategy": strategy, "replicate": replicate, "outcome": outcome, "value": value}
            for outcome, value in run.outcomes.items()
        ]
    # The parts of a run know one another, and by itself Python frees such a ring only after many more of them.
    del run
    gc.collect()
    return rows


def paired_differences(outcomes: pd.DataFrame, strategies: Sequence[str]) -> pd.DataFrame:
    """Each strategy minus the first, outcome by outcome, within replicates.

    Returns
    -------
    DataFrame with columns `outcome, baseline, strategy, pairs, baseline_mean, strategy_mean, difference,
    low, high, median_difference, share_lower, share_higher, variance_ratio`. `low` and `high` bound the mean
    difference with 95 % confidence (percentile bootstrap over replicates; both equal the difference when
    every pair differs alike). `variance_ratio` is the variance that the difference would have if the
    replicates were not paired, over the one it has. Pairs in which either value is undefined are left out; values
    that differ by rounding alone do not differ.
    """
    wide = outcomes.pivot_table(index=["outcome", "replicate"], columns="strategy", values="value", dropna=False)
    baseline = strategies[0]
    rows = []
    for outcome in dict.fromkeys(outcomes["outcome"]):
        for strategy in strategies[1:]:
            pair = wide.loc[outcome][[baseline, strategy]].dropna()
            rows.append(
                {"outcome": outcome, "baseline": baseline, "strategy": strategy}
                | _difference(pair[baseline].to_numpy(), pair[strategy].to_numpy())
            )
    return pd.DataFrame(rows)


def _difference(baseline: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, float]:
    difference = np.where(np.isclose(other, baseline, rtol=ROUNDING, atol=ROUNDING), 0.0, other - baseline)
    low, high = mean_interval(difference)
    paired = float(np.var(difference, ddof=1)) if len(difference) > 1 else np.nan
    unpaired = float(np.var(baseline, ddof=1) + np.var(other, ddof=1)) if len(difference) > 1 else np.nan
    some = len(difference) > 0
    return {
        "pairs": len(difference),
        "baseline_mean": float(baseline.mean()) if some else np.nan,
        "strategy_mean": float(other.mean()) if some else np.nan,
        "difference": float(difference.mean()) if some else np.nan,
        "low": low,
        "high": high,
        "median_difference": float(np.median(difference)) if some else np.nan,
        "share_lower": float(np.mean(difference < 0)) if some else np.nan,
        "share_higher": float(np.mean(difference > 0)) if some else np.nan,
        "variance_ratio": unpaired / paired if paired > 0 else np.nan,
    }


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Bounds of the mean with 95 % confidence, by the percentile bootstrap (Efron 1979).

    NaN for fewer than two values; the same values always give the same bounds.
    """
    if len(values) < 2:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    from scipy.stats import bootstrap

    result = bootstrap(
        (values,),
        np.mean,
        confidence_level=CONFIDENCE,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.Generator(np.random.Philox(key=0)),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def report(study: Study) -> str:
    """The study as a page of Markdown: every outcome, its difference and what the interval says."""
    lines = [
        f"# {study.scenario.name}: {', '.join(study.strategies)}",
        "",
        (
            f"{study.outcomes['replicate'].nunique()} paired replicates, seed {study.seed}, firesim "
            f"{firesim.__version__}. Surface fire only. Differences are strategy minus {study.strategies[0]}, with "
            f"the {CONFIDENCE:.0%} bootstrap interval of the mean. Times count from ignition; one that is never "
            "reached counts as the horizon."
        ),
    ]
    for strategy in study.strategies[1:]:
        lines += ["", f"## {strategy} minus {study.strategies[0]}", "", _markdown(study, strategy)]
    return "\n".join(lines) + "\n"


def _markdown(study: Study, strategy: str) -> str:
    head = f"| outcome | {study.strategies[0]} | {strategy} | difference | 95 % interval | pairs | lower / higher in |"
    rows = [head, "|---|---:|---:|---:|---|---:|---|"]
    for row in study.differences[study.differences["strategy"] == strategy].itertuples():
        low, high = float(row.low), float(row.high)  # type: ignore[arg-type]
        verdict = "" if not low <= 0 <= high else " (includes 0)"
        rows.append(
            f"| {row.outcome} | {_told('{:.4g}', row.baseline_mean)} | {_told('{:.4g}', row.strategy_mean)} | "
            f"{_told('{:+.4g}', row.difference)} | {_told('{:+.4g} to {:+.4g}', low, high)}{verdict} | {row.pairs} | "
            f"{_told('{:.0%} / {:.0%}', row.share_lower, row.share_higher)} |"
        )
    return "\n".join(rows)


def _told(form: str, *values: Any) -> str:
    """Numbers in words; `-` where there are none."""
    return "-" if np.isnan(values).any() else form.format(*values)


def write_study(study: Study, folder: Path) -> None:
    """Write `outcomes.parquet`, `differences.csv`, `report.md` and `scenario.yaml` into `folder`."""
    from firesim.record import table_of
    from firesim.record.folder import write_json, write_parquet

    columns = {name: study.outcomes[name].tolist() for name in study.outcomes.columns}
    write_parquet(folder / "outcomes.parquet", table_of("outcomes", columns))
    study.differences.to_csv(folder / "differences.csv", index=False, lineterminator="\n", float_format="%.6g")
    (folder / "report.md").write_text(report(study), encoding="utf-8")
    (folder / "scenario.yaml").write_text(study.scenario.text, encoding="utf-8")
    write_json(
        folder / "study.json",
        {
            "firesim": firesim.__version__,
            "scenario": study.scenario.name,
            "scenario_hash": study.scenario.fingerprint,
            "seed": study.seed,
            "strategies": list(study.strategies),
            "replicates": int(study.outcomes["replicate"].nunique()),
        },
    )

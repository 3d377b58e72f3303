"""Compare runs with and without boats, buses and ambulances on Skiathos, under today and pilot; print the tables.

    python docs/studies/skiathos_with_without.py [REPLICATES]

The default scenario with everything, and with each of the three alone kept back; seed 1, two processes, paired:
replicate r meets the same fire and the same luck in all of them. Differences are of all three from one kept back.
"""

from __future__ import annotations

import gc
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from firesim.scenario import Scenario

STRATEGIES = ("pilot", "today")
KEPT_BACK: dict[str, dict[str, dict[str, bool]]] = {
    "with all": {},
    "without boats": {"boats": {"sail": False}},
    "without buses": {"buses": {"run": False}},
    "without ambulances": {"responders": {"ambulances_fetch": False}},
}
OUTCOMES = (
    "at_risk_safe_share", "trapped_people", "exposed_person_min", "moved_without_need_people",
    "transferred_by_sea_people", "transferred_by_bus_people", "transferred_by_bus_without_need_people",
    "waited_for_bus_in_vain_people", "waits_for_help_people",
)  # fmt: skip
PROCESSES = 2
DECIMALS = 4  # a reason of another length is a longer message, and microseconds later: that is no difference


@lru_cache(maxsize=len(KEPT_BACK))
def scenario_of(variant: str) -> Scenario:
    import firesim

    return firesim.load_scenario("skiathos").with_changes(**KEPT_BACK[variant])


def rows_of(job: tuple[str, int]) -> list[dict[str, Any]]:
    """The outcomes of one replicate under one strategy in every variant."""
    import firesim

    strategy, replicate = job
    rows = []
    for variant in KEPT_BACK:
        found = firesim.simulate(scenario_of(variant), strategy, seed=1, replicate=replicate).outcomes
        said = {"policy": strategy, "strategy": variant, "replicate": replicate}
        rows += [said | {"outcome": name, "value": round(found[name], DECIMALS)} for name in OUTCOMES]
        gc.collect()
    return rows


def print_tables(outcomes: pd.DataFrame) -> None:
    from firesim.compare import paired_differences

    first, *others = KEPT_BACK
    means = outcomes.pivot_table(index="outcome", columns="strategy", values="value", dropna=False)
    found = paired_differences(outcomes, list(KEPT_BACK))
    print("| outcome (mean) | " + " | ".join(KEPT_BACK) + " |\n|---|" + "---:|" * len(KEPT_BACK))
    for name in OUTCOMES:
        print(f"| `{name}` | " + " | ".join(f"{means.loc[name, variant]:.4g}" for variant in KEPT_BACK) + " |")
    for other in others:
        print(f"\n{first.capitalize()} minus {other}:\n")
        print("| outcome | difference | 95 % interval | higher / lower in |\n|---|---:|---|---|")
        for row in found[found.strategy == other].itertuples():
            # As what the boats, buses or ambulances add: the other way round than paired_differences says it.
            low, high = 0.0 - row.high, 0.0 - row.low
            verdict = " (includes 0)" if low <= 0.0 <= high else ""
            shares = f"{row.share_lower:.0%} / {row.share_higher:.0%}"
            print(f"| `{row.outcome}` | {0.0 - row.difference:+.4g} | {low:+.4g} to {high:+.4g}{verdict} | {shares} |")


def main() -> None:
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    jobs = [(strategy, replicate) for strategy in STRATEGIES for replicate in range(replicates)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        outcomes = pd.DataFrame([row for rows in pool.map(rows_of, jobs) for row in rows])
    print(f"{replicates} paired replicates, seed 1. Surface fire only.")
    for strategy in STRATEGIES:
        print(f"\n### {strategy.capitalize()}\n")
        print_tables(outcomes[outcomes.policy == strategy].drop(columns="policy"))


if __name__ == "__main__":
    main()

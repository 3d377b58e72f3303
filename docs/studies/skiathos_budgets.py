"""Print the fifteen-minute budget of today and pilot over replicates, and how long first units wait for the fire.

    python docs/studies/skiathos_budgets.py [REPLICATES]

The tables of `skiathos_today_pilot.md` that `firesim compare` does not write; seed 1, one process a strategy.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from math import inf, isnan

STRATEGIES = ("today", "pilot")
FIRE_UNITS = "engine|light|tanker"


def told_of(strategy: str, replicates: int) -> list[dict[str, object]]:
    """Minutes after ignition of each stage, stages before their earliest possible time, and of the first fire unit."""
    import firesim

    scenario, told = firesim.load_scenario("skiathos"), []
    for replicate in range(replicates):
        run = firesim.simulate(scenario, strategy, seed=1, replicate=replicate)
        budget, events = run.budget.to_pandas(), run.tables["events"].to_pandas()
        is_in_place = (events.kind == "unit_in_place") & events.actor.str.contains(FIRE_UNITS)
        in_place_s = events.time_s[is_in_place & (events.detail == "attack")].min() - scenario.ignited_s
        minutes = dict(zip(budget.stage, budget.since_ignition_s / 60.0, strict=True))
        told.append({
            "stages": {stage: inf if isnan(minute) else minute for stage, minute in minutes.items()},
            "too_early": int((budget.time_s < budget.earliest_possible_s - 1.0).sum()),
            "in_place": in_place_s / 60.0,
        })  # fmt: skip
    return told


def main() -> None:
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with ProcessPoolExecutor(len(STRATEGIES)) as pool:
        of = dict(zip(STRATEGIES, pool.map(told_of, STRATEGIES, [replicates] * len(STRATEGIES)), strict=True))
    print("| stage | " + " | ".join(STRATEGIES) + " |\n|---|" + "---:|" * len(STRATEGIES))
    tenth = replicates // 10
    for stage in of[STRATEGIES[0]][0]["stages"]:
        cells = []
        for strategy in STRATEGIES:
            ranked = sorted(run["stages"][stage] for run in of[strategy])
            three = (ranked[(replicates - 1) // 2], ranked[tenth], ranked[-1 - tenth])
            cells.append("{} ({} to {})".format(*("never" if value == inf else f"{value:.1f}" for value in three)))
        print(f"| {stage} | " + " | ".join(cells) + " |")
    for strategy, runs in of.items():
        scene = [run["stages"]["first_unit_on_scene"] for run in runs]
        waits = [at for at, run in zip(scene, runs, strict=True) if at - run["in_place"] > 0.5]
        in_place = sorted(run["in_place"] for run in runs)[(replicates - 1) // 2]
        late = sum(at >= 45.0 for at in waits)
        print(f"{strategy}: first unit in place after {in_place:.1f} min (median); in {len(waits)} of {replicates} it")
        print(f"  waits for the fire, in {late} until 45 min or later; {sum(run['too_early'] for run in runs)} stages")
        print("  before their earliest possible time")


if __name__ == "__main__":
    main()

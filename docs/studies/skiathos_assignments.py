"""Compare how zones get refuges and roads on Skiathos, with and without boats; print the tables, draw the figure.

    python docs/studies/skiathos_assignments.py [REPLICATES] [FIGURE.png]

The default scenario's pilot under nearest, fastest, safest and capacity, each with `boats.sail` true and false where
the scenario has boats; seed 1, two processes, paired: replicate r meets the same fire and the same luck in all of them.
Differences are from `fastest` with boats, and among the runs without boats from `fastest` without. A share that is
never reached counts as reached at the horizon.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from firesim.scenario import Scenario
    from firesim.simulate import Run

RULES = ("fastest", "nearest", "safest", "capacity")
WEST = (
    "platanias", "agia-paraskevi-beach", "troulos", "troulos-beach", "koukounaries", "koukounaries-beach",
    "agia-eleni-beach", "banana-beaches", "mandraki-beaches", "aselinos-beaches",
)  # fmt: skip
PROCESSES = 2
DECIMALS = 4

OUTCOMES = {
    "ordered_people": "people ordered to leave by road",
    "ordered_safe_share": "of them in a refuge at the horizon [share]",
    "clear_90_min": "those who come through: 90 % safe after the order [min]",
    "clear_100_min": "the same, all [min]",
    "all_clear_90_min": "all ordered: 90 % safe after the order [min]",
    "estimate_90_min": "centre's own estimate at 70 %: 90 % out [min]",
    "estimate_100_min": "the same, all [min]",
    "potential_margin_min": "potential margin [min]",
    "potential_margin_below_zero_share": "potential margin below zero [share]",
    "realised_margin_min": "realised margin [min]",
    "realised_margin_below_zero_share": "realised margin below zero [share]",
    "trapped_people": "trapped [people]",
    "at_risk_safe_share": "people at risk who are safe [share]",
    "exposed_person_min": "exposed [person-min]",
    "moved_without_need_people": "moved without need [people]",
    "transferred_by_bus_people": "brought by bus [people]",
    "transferred_by_sea_people": "taken off by boat [people]",
}
SHOWN = (
    "clear_90_min", "realised_margin_min", "trapped_people", "at_risk_safe_share", "exposed_person_min",
    "moved_without_need_people",
)  # fmt: skip


# --- what is run -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def scenario_with(boats: str) -> Scenario:
    """The default scenario with a strategy a rule, and boats as said: sailing, in port, or not modelled."""
    import firesim

    scenario = firesim.load_scenario("skiathos")
    if boats != "not modelled":
        scenario = scenario.with_changes(boats={"sail": boats == "with boats"})
    pilot = scenario.strategies["pilot"]
    for rule in RULES:
        bundle = pilot.model_dump() | {"parameters": pilot.parameters | {"assignment": rule}}
        scenario = scenario.with_strategy(rule, **bundle)
    return scenario


def kinds_of_boats() -> tuple[str, ...]:
    import firesim

    fields = firesim.load_scenario("skiathos").fields
    has_boats = hasattr(getattr(fields, "boats", None), "sail")
    return ("with boats", "without boats") if has_boats else ("not modelled",)


def variant(rule: str, boats: str) -> str:
    return rule if boats == "not modelled" else f"{rule}, {boats}"


def replicate_rows(job: tuple[int, tuple[str, ...]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Outcomes of one replicate under every rule and kind of boats, and the trigger times of its first plan."""
    import firesim

    replicate, kinds = job
    outcomes, triggers = [], []
    for boats in kinds:
        for rule in RULES:
            run = firesim.simulate(scenario_with(boats), rule, seed=1, replicate=replicate)
            found = dict(run.outcomes) | clearance_of(run)
            row = {"strategy": variant(rule, boats), "replicate": replicate}
            # A reason of another length is a longer message, and microseconds later: that is no difference.
            outcomes += [row | {"outcome": name, "value": round(found[name], DECIMALS)} for name in OUTCOMES]
            if rule == RULES[0] and boats == kinds[0]:
                triggers = triggers_of(run)
    return outcomes, triggers


# --- what is measured ------------------------------------------------------------------------------------------


def clearance_of(run: Run) -> dict[str, float]:
    """How long after the first order to leave by road people were safe, and the centre's own estimate. [min]"""
    horizon_s, ordered_s = run.scenario.horizon_s, first_ordered_s(run)
    people = run.tables["people"].to_pandas()
    people = people[people.zone_id.isin(list(ordered_s))]
    order_s = people.zone_id.map(ordered_s).to_numpy(dtype=float)
    safe_s = people.safe_s.to_numpy(dtype=float)
    is_safe = ~np.isnan(safe_s)
    took_s = np.where(is_safe, np.maximum(safe_s - order_s, 0.0), horizon_s - order_s)
    count = people.people.to_numpy(dtype=float)
    result = {
        "ordered_people": float(count.sum()),
        "ordered_safe_share": float(count[is_safe].sum() / count.sum()) if len(count) else np.nan,
        "clear_90_min": reached_s(took_s[is_safe], count[is_safe], 0.9) / 60.0,
        "clear_100_min": reached_s(took_s[is_safe], count[is_safe], 1.0) / 60.0,
        "all_clear_90_min": reached_s(took_s, count, 0.9) / 60.0,
    }
    estimates = run.tables["clearance"].to_pandas()
    first = estimates[(estimates.zone_id == "") & np.isclose(estimates.compliance, 0.7)].head(1)
    for share in (90, 100):
        clear_s = first[f"clear_{share}_s"] - first["made_s"]
        result[f"estimate_{share}_min"] = float(clear_s.iloc[0]) / 60.0 if len(first) else np.nan
    return result


def first_ordered_s(run: Run) -> dict[str, float]:
    """When each zone was first told to leave by road: the alert's time. [s]"""
    refuges = {refuge.refuge for refuge in run.scenario.place.settlement.refuges}
    ordered_s: dict[str, float] = {}
    for issued, alert in run.clockwork.centre.alerts():
        for one in alert.advice:
            if alert.level == "order" and one.refuge in refuges:
                ordered_s.setdefault(one.zone, issued.time_s)
    return ordered_s


def reached_s(took_s: np.ndarray[Any, Any], people: np.ndarray[Any, Any], share: float) -> float:
    """The time within which a share of the people are through. [s]"""
    if len(took_s) == 0:
        return np.nan
    order = np.argsort(took_s, kind="stable")
    through = np.cumsum(people[order])
    return float(took_s[order][np.searchsorted(through, share * through[-1] - 1e-9)])


def triggers_of(run: Run) -> list[dict[str, Any]]:
    """Latest safe departure of the western zones by the first plan: early, middle, late; after ignition. [min]"""
    plans = run.clockwork.centre.triggers
    rows = []
    for one in plans[0] if plans else ():
        if one.zone in WEST:
            times = [(at_s - run.scenario.ignited_s) / 60.0 for at_s in one.leave_by_s]
            rows.append({"zone": one.zone, "people": one.people} | dict(zip(("early", "middle", "late"), times)))  # noqa: B905
    return rows


# --- what is printed -------------------------------------------------------------------------------------------


def clock(minutes: float) -> str:
    return f"{minutes:.0f}" if isfinite(minutes) else ("none" if minutes > 0.0 else "no way")


def print_triggers(rows: list[dict[str, Any]], replicates: int) -> None:
    print("| zone | people | early | middle | late | a limit in the middle forecast |\n|---|---:|---:|---:|---:|---:|")
    for zone in WEST:
        mine = [row for row in rows if row["zone"] == zone]
        if not mine:
            continue
        middles = [clock(float(np.sort([row[band] for row in mine])[(len(mine) - 1) // 2]))
                   for band in ("early", "middle", "late")]  # fmt: skip
        limited = sum(row["middle"] < inf for row in mine)
        people = round(float(np.mean([row["people"] for row in mine])))
        print(f"| {zone} | {people} | " + " | ".join(middles) + f" | {limited} of {replicates} |")


def print_outcomes(outcomes: pd.DataFrame, names: list[str]) -> None:
    means = outcomes.pivot_table(index="outcome", columns="strategy", values="value", dropna=False)
    print("| outcome (mean) | " + " | ".join(names) + " |\n|---|" + "---:|" * len(names))
    for outcome, words in OUTCOMES.items():
        print(f"| {words} | " + " | ".join(f"{means.loc[outcome, name]:.4g}" for name in names) + " |")


def print_differences(differences: pd.DataFrame, names: list[str]) -> None:
    for name in names[1:]:
        print(f"\n### {name} minus {names[0]}\n")
        print("| outcome | difference | 95 % interval | lower / higher in |\n|---|---:|---|---|")
        for outcome, words in OUTCOMES.items():
            row = differences[(differences.outcome == outcome) & (differences.strategy == name)].iloc[0]
            verdict = " (includes 0)" if row.low <= 0.0 <= row.high else ""
            print(f"| {words} | {row.difference:+.4g} | {row.low:+.4g} to {row.high:+.4g}{verdict} | "
                  f"{row.share_lower:.0%} / {row.share_higher:.0%} |")  # fmt: skip


# --- what is drawn ---------------------------------------------------------------------------------------------


def draw(outcomes: pd.DataFrame, differences: pd.DataFrame, names: list[str], replicates: int, path: Path) -> None:
    """Every replicate's difference from the first, its mean and interval: a panel an outcome."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from firesim import __version__
    from firesim.plots.style import strategy_colour

    others = names[1:]
    wide = outcomes.pivot_table(index=["outcome", "replicate"], columns="strategy", values="value", dropna=False)
    figure, panels = plt.subplots(2, 3, figsize=(12.0, 6.8), sharey=True, layout="constrained")
    rng = np.random.Generator(np.random.Philox(key=1))  # scatter of the dots, nothing else
    for ax, outcome in zip(panels.flat, SHOWN, strict=True):
        for row, name in enumerate(others):
            colour = strategy_colour(name.split(",")[0], list(RULES))
            apart = (wide.loc[outcome][name] - wide.loc[outcome][names[0]]).dropna().to_numpy()
            ax.plot(apart, row + 0.15 * rng.uniform(-1, 1, len(apart)), ".", color=colour, alpha=0.4, markersize=5)
            found = differences[(differences.outcome == outcome) & (differences.strategy == name)].iloc[0]
            ax.plot([found.low, found.high], [row, row], color=colour, linewidth=4)
            fill = "white" if "without" in name else colour
            ax.plot(found.difference, row, "D", color=fill, markeredgecolor="black")
        ax.axvline(0.0, color="black", linewidth=1)
        ax.set_yticks(range(len(others)), others)
        ax.set_xlabel(OUTCOMES[outcome], fontsize=9)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    panels.flat[0].invert_yaxis()
    figure.suptitle(
        f"Skiathos, pilot: difference from {names[0]}; {replicates} paired replicates (dots), mean and 95 % interval, "
        f"seed 1, firesim {__version__}. Surface fire only.",
        fontsize=9, color="0.35",
    )  # fmt: skip
    figure.savefig(path, dpi=90)


def main() -> None:
    from firesim.compare import paired_differences

    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_suffix(".png")
    kinds = kinds_of_boats()
    with ProcessPoolExecutor(PROCESSES) as pool:
        done = list(pool.map(replicate_rows, [(replicate, kinds) for replicate in range(replicates)]))
    outcomes = pd.DataFrame([row for rows, _ in done for row in rows])
    names = [variant(rule, boats) for boats in kinds for rule in RULES]
    differences = paired_differences(outcomes, names)
    print(f"{replicates} paired replicates, seed 1, boats: {' and '.join(kinds)}. Surface fire only.\n")
    print("## Latest safe departure of the western zones, first plan, minutes after ignition (median)\n")
    print_triggers([row for _, rows in done for row in rows], replicates)
    print("\n## Outcomes\n")
    print_outcomes(outcomes, names)
    print_differences(differences, names)
    for among in (names[k : k + len(RULES)] for k in range(len(RULES), len(names), len(RULES))):
        print_differences(paired_differences(outcomes[outcomes.strategy.isin(among)], among), among)
    draw(outcomes, differences, names, replicates, path)


if __name__ == "__main__":
    main()

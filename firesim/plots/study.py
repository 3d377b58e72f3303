"""Figures of a study: paired differences, every replicate shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firesim.plots.style import strategy_colour

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# What a reader asks first; the other outcomes are in the table.
SHOWN = {
    "first_report_delivered_min": "detection [min]",
    "authorised_min": "evacuation authorised [min]",
    "first_alert_delivered_min": "first alert [min]",
    "first_unit_on_scene_min": "first unit on scene [min]",
    "at_risk_safe_share": "share of people at risk who are safe",
    "realised_margin_min": "realised margin [min]",
    "exposed_person_min": "exposure [person-min]",
    "trapped_people": "trapped [people]",
    "moved_without_need_people": "moved without need [people]",
    "area_burnt_ha": "burnt area [ha]",
}


@dataclass(frozen=True)
class StoredStudy:
    """A study as read back from its folder."""

    facts: dict[str, Any]
    outcomes: pd.DataFrame
    differences: pd.DataFrame


def read_study(folder: Path) -> StoredStudy:
    """Read `outcomes.parquet`, `differences.csv` and `study.json`."""
    import pandas as pd

    return StoredStudy(
        json.loads((folder / "study.json").read_text(encoding="utf-8")),
        pd.read_parquet(folder / "outcomes.parquet"),
        pd.read_csv(folder / "differences.csv"),
    )


def paired_differences_plot(study: StoredStudy, ax: Axes | None = None) -> Axes:
    """Draw, for each outcome, every replicate's difference from the first strategy, its mean and interval.

    Differences of one outcome are divided by the largest of them, so that all share an axis; the numbers at
    the right are in the outcome's own unit.
    """
    import matplotlib.pyplot as plt
    from matplotlib.lines import Line2D

    ax = ax or plt.gca()
    names = list(study.facts["strategies"])
    baseline, others = names[0], names[1:]
    wide = study.outcomes.pivot_table(index=["outcome", "replicate"], columns="strategy", values="value", dropna=False)
    shown = [name for name in SHOWN if name in set(study.outcomes["outcome"])]
    rng = np.random.Generator(np.random.Philox(key=1))  # scatter of the dots, nothing else
    for row, outcome in enumerate(shown):
        pairs = wide.loc[outcome]
        largest = float(np.nanmax(np.abs((pairs[others].sub(pairs[baseline], axis=0)).to_numpy()), initial=0.0)) or 1.0
        for place, strategy in enumerate(others):
            colour = strategy_colour(strategy, names)
            difference = (pairs[strategy] - pairs[baseline]).dropna().to_numpy()
            y = row + 0.28 * (place - (len(others) - 1) / 2)
            dots = y + 0.06 * rng.uniform(-1, 1, len(difference))
            ax.plot(difference / largest, dots, ".", color=colour, alpha=0.45, markersize=6, zorder=2)
            found = study.differences[
                (study.differences["outcome"] == outcome) & (study.differences["strategy"] == strategy)
            ].iloc[0]
            ax.plot([found["low"] / largest, found["high"] / largest], [y, y], color=colour, linewidth=4, zorder=3)
            ax.plot(found["difference"] / largest, y, "D", color=colour, markeredgecolor="black", zorder=4)
            text = f"{found['difference']:+.3g} ({found['low']:+.3g} to {found['high']:+.3g})"
            ax.text(1.12, y, text, va="center", fontsize=8, color="black" if len(others) == 1 else colour)
    ax.axvline(0.0, color="black", linewidth=1)
    ax.set_yticks(range(len(shown)), [SHOWN[name] for name in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(-1.08, 1.08)
    ax.set_xlabel(f"difference from {baseline}, over the largest of its row [-]")
    handles = [
        Line2D([], [], marker="D", color=strategy_colour(name, names), markeredgecolor="black", linewidth=4, label=name)
        for name in others
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.08), ncols=len(others), frameon=False)
    ax.annotate(
        f"{study.facts['scenario']}, {study.facts['replicates']} paired replicates (dots), mean and 95 % interval "
        f"(bar), seed {study.facts['seed']}, firesim {study.facts['firesim']}. Surface fire only.",
        (0.0, 0.0), (0, -38), xycoords="axes fraction", textcoords="offset points", fontsize=8, color="0.35", va="top",
    )  # fmt: skip
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


STUDY_FIGURES: dict[str, tuple[Callable[[StoredStudy, Axes], Axes], tuple[float, float]]] = {
    "paired_differences": (paired_differences_plot, (12.0, 7.0)),
}

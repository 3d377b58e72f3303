"""An evacuation alone: how many are out, minute by minute, and the bound that nobody can beat."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firesim.plots.style import BLACK, BLUE, ORANGE, VERMILION

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class StoredEvacuation:
    """What `firesim evacuate` wrote, as far as a figure needs it."""

    vehicles: pd.DataFrame
    summary: dict[str, Any]
    run: dict[str, Any]


def is_evacuation(folder: Path) -> bool:
    """Whether a folder was written by `firesim evacuate`."""
    return all((folder / name).is_file() for name in ("vehicles.csv", "summary.json", "run.json"))


def read_evacuation(folder: Path) -> StoredEvacuation:
    """Read such a folder."""
    import pandas as pd

    facts = [json.loads((folder / name).read_text(encoding="utf-8")) for name in ("summary.json", "run.json")]
    return StoredEvacuation(pd.read_csv(folder / "vehicles.csv", dtype={"node": str, "exit": str}), *facts)


def clearance_curve(evacuation: StoredEvacuation, ax: Axes | None = None) -> Axes:
    """Draw how many vehicles want to leave, are on the road, and are out, over time since 0 s.

    The vertical line is the time before which nobody could have brought the last one out.
    """
    import matplotlib.pyplot as plt

    ax = ax or plt.gca()
    vehicles, summary, run = evacuation.vehicles, evacuation.summary, evacuation.run
    curves = (
        ("departure_s", "ready to leave", ORANGE, ":"),
        ("departed_s", "departed", BLUE, "--"),
        ("arrived_s", "out", BLACK, "-"),
    )
    for column, label, colour, style in curves:
        times_s = np.sort(vehicles[column].dropna().to_numpy(dtype=float))
        ax.step(times_s / 60.0, np.arange(1, len(times_s) + 1), style, where="post", color=colour, label=label)
    bound_min = summary["capacity_bound_s"] / 60.0
    ax.axvline(bound_min, color=VERMILION, linewidth=1.2, label=f"none can clear before {bound_min:.0f} min")
    ax.set_xlim(left=0.0)
    ax.set_ylim(0, len(vehicles) * 1.02)
    ax.set_xlabel("time from 0 s [min]")
    ax.set_ylabel("vehicles")
    ax.legend(loc="lower right", fontsize=9)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    text = (
        f"{run['assignment']}, step {run['step_s']:g} s, gridlock {run['gridlock']} ({summary['forced_moves']} forced "
        f"moves), {summary['stranded']:,} stranded, {summary['removed']:,} removed, "
        f"firesim {run['versions']['firesim']}."
    )
    ax.annotate(
        text, (0.0, 0.0), (0, -38), xycoords="axes fraction", textcoords="offset points", fontsize=8, color="0.35",
        va="top", annotation_clip=False,
    )  # fmt: skip
    return ax


EVACUATION_FIGURES: dict[str, tuple[Callable[[StoredEvacuation, Axes], Axes], tuple[float, float]]] = {
    "clearance": (clearance_curve, (9.0, 5.5)),
}

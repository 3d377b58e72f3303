"""The budget as a timeline: who owns which minutes, against the fifteen-minute window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firesim.outcomes.budget import started_s
from firesim.plots.style import OWNER_COLOURS, caption

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from firesim.record import StoredRun

WINDOW_MIN = 15.0


def budget_timeline(run: StoredRun, ax: Axes | None = None) -> Axes:
    """Draw every stage of the budget at its time since ignition.

    A bar runs from the stage that it waited for to the stage, in the colour of the owner of that time; the
    window of fifteen minutes after detection is shaded; a tick marks the earliest that physics and roads allow.
    """
    import matplotlib.pyplot as plt
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ax = ax or plt.gca()
    budget = run.budget
    minutes = (budget["since_ignition_s"] / 60.0).to_numpy()
    ignited_s = float(budget["time_s"].iloc[0])
    earliest = ((budget["earliest_possible_s"] - ignited_s) / 60.0).to_numpy()
    reached = np.isfinite(minutes)
    last = max(float(np.nanmax(minutes, initial=0.0)), WINDOW_MIN) * 1.12
    rows = np.arange(len(budget))

    detection = float(minutes[budget["stage"].tolist().index("first_report_delivered")])
    if np.isfinite(detection):
        ax.axvspan(detection, detection + WINDOW_MIN, color="0.93", zorder=0)
        middle = detection + WINDOW_MIN / 2
        ax.text(middle, -1.1, "15 min after detection", ha="center", va="center", fontsize=9, color="0.3")
    times = dict(zip(budget["stage"], np.where(reached, minutes, np.inf), strict=True))
    for row, stage in budget.iterrows():
        colour = OWNER_COLOURS[str(stage["owner"])]
        index = int(row)  # type: ignore[call-overload]
        if not reached[index]:
            ax.text(last * 0.99, index, "never", ha="right", va="center", fontsize=9, color="0.45", style="italic")
            continue
        start = started_s(str(stage["stage"]), times)
        start = minutes[index] if np.isnan(start) else min(start, minutes[index])
        ax.barh(index, minutes[index] - start, left=start, height=0.62, color=colour, edgecolor="black", linewidth=0.4)
        ax.plot(minutes[index], index, marker="D", color=colour, markeredgecolor="black", markersize=5, zorder=5)
        ax.annotate(
            _clock(minutes[index]), (minutes[index], index), (7, 0), textcoords="offset points", va="center", fontsize=8
        )
        if np.isfinite(earliest[index]):
            ax.plot([earliest[index]] * 2, [index - 0.4, index + 0.4], color="black", linewidth=1.4, zorder=6)
    ax.set_yticks(rows, [str(name).replace("_", " ") for name in budget["stage"]])
    ax.set_ylim(len(budget) - 0.4, -1.7)
    ax.set_xlim(0, last)
    ax.set_xlabel("time since ignition [min]")
    owners = dict.fromkeys(str(owner) for owner in budget["owner"])
    handles: list[Artist] = [Patch(facecolor=OWNER_COLOURS[o], edgecolor="black", label=o) for o in owners]
    handles.append(Line2D([], [], color="black", linewidth=1.4, label="earliest possible"))
    ax.legend(handles=handles, title="owner of the time", loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
    ax.grid(axis="x", color="0.85", linewidth=0.6)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    caption(ax, run)
    return ax


def _clock(minutes: float) -> str:
    seconds = round(minutes * 60)
    return f"{seconds // 60}:{seconds % 60:02d}"

"""People by state over time: everyone, and those at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.plots.style import BLACK, BLUE, ORANGE, SKY, caption

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from firesim.record import StoredRun

# Order of the stack, from what is over to what has not begun.
STATES = {
    "safe in a refuge": "#BFE3F2",
    "trapped or caught": "#404040",
    "on a boat": "#4477AA",
    "waiting at the water": "#AADDCC",
    "travelling": SKY,
    "preparing": ORANGE,
    "warned, not decided": "#F7D9A0",
    "not warned": "#D9D9D9",
}


def people_by_state(run: StoredRun, ax: Axes | None = None) -> Axes:
    """Draw how many of the people at risk are in which state, minute by minute since ignition.

    People at risk are those whose place the fire would reach or cut off without any response. Lines mark how
    many of them the true fire has reached at their place, and how many deadlines have passed in the twin.
    """
    import matplotlib.pyplot as plt

    ax = ax or plt.gca()
    people = run.tables["people"]
    risk = people[people["at_risk"].astype(bool)]
    ignited_s, horizon_s = float(run.facts["ignited_s"]), float(run.facts["horizon_s"])
    times_s = np.linspace(ignited_s, horizon_s, 241)
    minutes = (times_s - ignited_s) / 60.0
    stack = state_counts(risk, times_s)
    colours = [STATES[name] for name in stack]
    ax.stackplot(minutes, list(stack.values()), labels=list(stack), colors=colours, linewidth=0)
    passed = _count(risk, "twin_deadline_s", times_s)
    ax.plot(minutes, passed, color=BLACK, linewidth=1.8, linestyle="--", label="deadline passed (no-response twin)")
    reached = _count(risk, "place_reached_s", times_s)
    ax.plot(minutes, reached, color=BLUE, linewidth=1.8, label="place reached by the true fire")
    ax.set_xlim(0, minutes[-1])
    ax.set_ylim(0, max(float(risk["people"].sum()), 1.0))
    ax.set_xlabel("time since ignition [min]")
    ax.set_ylabel("people at risk")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=9)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    trapped = int(people.loc[people["trapped_s"].notna() & people["safe_s"].isna(), "people"].sum())
    at_risk, everybody = int(risk["people"].sum()), int(people["people"].sum())
    caption(ax, run, f"{at_risk:,} of {everybody:,} people at risk; {trapped:,} trapped.")
    return ax


def state_counts(people: pd.DataFrame, times_s: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """People in each state of `STATES` at each time; the states add up to everyone. [times]"""

    def passed(column: str) -> NDArray[np.bool_]:
        return people[column].fillna(np.inf).to_numpy()[:, None] <= times_s

    by_sea = "shore_s" in people  # a run folder of before there were boats has none
    never = np.zeros((len(people), len(times_s)), dtype=bool)
    never_safe = people["safe_s"].isna().to_numpy()[:, None]
    # The first state that fits holds; who leaves on their own account decides without having been warned.
    states = (
        passed("safe_s"),
        passed("trapped_s") & never_safe,
        passed("boarded_s") if by_sea else never,
        passed("shore_s") if by_sea else never,
        passed("departed_s"),
        passed("decided_s"),
        passed("warned_s"),
        np.ones((len(people), len(times_s)), dtype=bool),
    )
    weights = people["people"].to_numpy(dtype=float)
    left, counts = np.ones_like(states[-1]), {}
    for name, holds in zip(STATES, states, strict=True):
        counts[name] = weights @ (left & holds)
        left &= ~holds
    return counts


def _count(people: pd.DataFrame, column: str, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many people have passed the time in `column` at each of `times_s`."""
    known = people[people[column].notna()].sort_values(column, kind="stable")
    totals = np.concatenate([[0.0], np.cumsum(known["people"].to_numpy(dtype=float))])
    return totals[np.searchsorted(known[column].to_numpy(), times_s, side="right")]

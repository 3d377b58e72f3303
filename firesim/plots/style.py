"""One look for all figures: colours that are safe for colour-blind eyes and readable in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from firesim.record import StoredRun

# The eight colours of Okabe & Ito 2008. One strategy, one colour, throughout the project.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip

STRATEGY_COLOURS = {"today": ORANGE, "pilot": BLUE, "no-alert": BLACK, "perfect-knowledge": PURPLE}
SPARE_COLOURS = (SKY, GREEN, VERMILION, YELLOW)

# From harmless to harmful: a light-to-dark order as well as a change of hue, so it reads in grey.
FATE_COLOURS = {
    "safe": "#BFE3F2",
    "travelling": SKY,
    "home": "#D9D9D9",
    "sheltering": YELLOW,
    "exposed": VERMILION,
    "trapped": BLACK,
}

OWNER_COLOURS = {
    "fire": VERMILION,
    "sensing": SKY,
    "network": BLUE,
    "centre": GREEN,
    "operator": "#7FCDBB",
    "dispatcher": YELLOW,
    "authority": PURPLE,
    "channels": "#8DA0CB",
    "people": ORANGE,
    "fire service": BLACK,
}


def strategy_colour(name: str, others: list[str]) -> str:
    """The strategy's colour; a strategy of the user's own takes a spare one by its place in `others`."""
    if name in STRATEGY_COLOURS:
        return STRATEGY_COLOURS[name]
    own = [other for other in others if other not in STRATEGY_COLOURS]
    return SPARE_COLOURS[own.index(name) % len(SPARE_COLOURS)]


def caption(ax: Axes, run: StoredRun, more: str = "") -> None:
    """Scenario, strategy, seed, version, and what the fire model leaves out, beneath the axes."""
    facts = run.facts
    text = (
        f"{facts['scenario']}, strategy {facts['strategy']}, seed {facts['seed']}, replicate {facts['replicate']}, "
        f"firesim {facts['firesim']}. Surface fire only. {more}"
    )
    ax.annotate(
        text.strip(), (0.0, 0.0), (0, -38), xycoords="axes fraction", textcoords="offset points",
        fontsize=8, color="0.35", va="top", annotation_clip=False, wrap=True,
    )  # fmt: skip


def hillshade(elevation_m: NDArray[np.float64], cell_size_m: float) -> NDArray[np.float64]:
    """Brightness of the ground under a sun in the north-west at 45 degrees, 0 to 1. [y, x]"""
    down, right = np.gradient(elevation_m, cell_size_m)
    # Row 0 is north: `down` is the rise toward the south.
    east, north = -right, down
    normal = np.sqrt(east**2 + north**2 + 1.0)
    sun_east, sun_north, sun_up = -0.5, 0.5, np.sqrt(0.5)
    brightness: NDArray[np.float64] = np.clip((east * sun_east + north * sun_north + sun_up) / normal, 0.0, 1.0)
    return brightness


def scale_bar(ax: Axes, length_km: float) -> None:
    """A bar of the given length at the lower right, and an arrow to the north. Axes are in kilometres."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    x, y = east - 0.05 * (east - west) - length_km, south + 0.05 * (north - south)
    ax.plot([x, x + length_km], [y, y], color="black", linewidth=4, solid_capstyle="butt", zorder=20)
    ax.text(x + length_km / 2, y + 0.012 * (north - south), f"{length_km:g} km", ha="center", va="bottom", zorder=20)
    middle, foot, top = x + length_km / 2, y + 0.05 * (north - south), y + 0.12 * (north - south)
    arrow = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.5}
    ax.annotate("", (middle, top), (middle, foot), zorder=20, arrowprops=arrow)
    ax.text(middle, top, "N", ha="center", va="bottom", fontsize=12, zorder=20)

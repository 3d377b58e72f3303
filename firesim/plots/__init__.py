"""Every standard figure of a run, a study or an evacuation alone.

A plotting function takes data and an optional `ax`, draws, and returns the axes; it never saves or shows.
`save_figures` is the one that saves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from firesim.plots.budget import budget_timeline
from firesim.plots.evacuation import EVACUATION_FIGURES, clearance_curve, is_evacuation, read_evacuation
from firesim.plots.island import island_map
from firesim.plots.people import people_by_state
from firesim.plots.study import paired_differences_plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from firesim.record import StoredRun

__all__ = [
    "budget_timeline",
    "clearance_curve",
    "island_map",
    "paired_differences_plot",
    "people_by_state",
    "save_figures",
]

RUN_FIGURES: dict[str, tuple[Callable[[StoredRun, Axes], Axes], tuple[float, float]]] = {
    "map": (island_map, (12.0, 10.5)),
    "budget": (budget_timeline, (11.0, 7.0)),
    "people": (people_by_state, (10.0, 6.0)),
}


def save_figures(folder: Path) -> list[Path]:
    """Draw and save the standard figures of a folder that firesim wrote into its `figures/`; returns the files.

    Raises NotARun when it is none of a run, a study or an evacuation.
    """
    import matplotlib.pyplot as plt

    from firesim.plots.study import STUDY_FIGURES, read_study
    from firesim.record import read_run

    folder = Path(folder)
    jobs: list[tuple[str, Callable[[Axes], Axes], tuple[float, float]]]
    if (folder / "outcomes.parquet").is_file():
        study = read_study(folder)
        jobs = [(name, partial(draw, study), size) for name, (draw, size) in STUDY_FIGURES.items()]
    elif is_evacuation(folder):
        evacuation = read_evacuation(folder)
        jobs = [(name, partial(draw, evacuation), size) for name, (draw, size) in EVACUATION_FIGURES.items()]
    else:
        run = read_run(folder)
        jobs = [(name, partial(draw, run), size) for name, (draw, size) in RUN_FIGURES.items()]
    target = folder / "figures"
    target.mkdir(exist_ok=True)
    saved = []
    for name, draw_on, size in jobs:
        figure, ax = plt.subplots(figsize=size, layout="constrained")
        draw_on(ax)
        path = target / f"{name}.png"
        # No creation date or library version in the file: the same run gives the same picture.
        figure.savefig(path, dpi=130, metadata={"Software": None})
        plt.close(figure)
        saved.append(path)
    return saved

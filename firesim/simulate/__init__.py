"""One run of a scenario under a strategy, on one clock: `simulate(load_scenario("skiathos"), "pilot", seed=1)`."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from firesim.scenario import Scenario
from firesim.simulate.clock import Clockwork, Progress
from firesim.simulate.folder import write_folder
from firesim.simulate.result import Run, result_of
from firesim.streams import Luck

__all__ = ["Run", "simulate", "write"]

# A finished run is a ring of 150 MB whose parts know one another. To look for dead ones takes a tenth of a second, a
# thirtieth of a run: so once in four costs a hundredth, and lets 600 MB lie.
_LOOKED_FOR_EVERY = 4
_begun = itertools.count(1)


def simulate(
    scenario: Scenario, strategy: str = "pilot", seed: int = 1, replicate: int = 0, progress: Progress | None = None
) -> Run:
    """Run a scenario once, from its start to its horizon.

    Parameters
    ----------
    strategy
        One of the scenario's strategies; KeyError for another.
    seed, replicate
        Name the luck. The same scenario, seed, replicate and version give the same tables, byte for byte.
    progress
        Called about once a simulated minute with (simulated seconds, what is going on).
    """
    started = perf_counter()
    with _garbage_left_lying():
        clockwork = Clockwork(scenario, strategy, Luck(seed, replicate), progress)
        built = perf_counter()
        clockwork.run()
        ran = perf_counter()
        wall_s = {"building": built - started, "running": ran - built}
        run = result_of(clockwork, strategy, wall_s)
    wall_s["outcomes"] = perf_counter() - ran
    return run


@contextmanager
def _garbage_left_lying() -> Iterator[None]:
    """Python does not look for rings of dead objects: a run leaves hardly any, and keeps 100,000 objects to search.

    So what earlier runs have left is looked for here, once in a few runs, or a loop of runs would fill the memory.
    """
    if next(_begun) % _LOOKED_FOR_EVERY == 0:
        gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def write(run: Run, folder: Path) -> None:
    """Fill `folder` with everything of a run but its figures; see `firesim.record` for what is in it."""
    write_folder(run, folder)

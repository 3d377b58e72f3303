"""One run of a scenario under a strategy, on one clock: `simulate(load_scenario("skiathos"), "pilot", seed=1)`."""

from __future__ import annotations

import gc
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

# A finished run is a ring of 150 MB, some 10,000 objects that know one another. One that nobody holds any more when the
# next begins is found among Python's younger objects in 10 ms; to look among all takes a tenth of a second.
_LEAST_OF_A_RING = 1000
_LOOKED_AMONG_ALL_AFTER = 4


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


class _DeadRuns:
    """Finished runs that nobody holds any more, which only Python's search for rings of dead objects finds."""

    def __init__(self) -> None:
        self._in_vain = 0

    def clear(self) -> None:
        """Free those that died young; where a few looks for them were in vain, look for those that grew old too."""
        if gc.collect(1) >= _LEAST_OF_A_RING:
            self._in_vain = 0
            return
        self._in_vain += 1
        if self._in_vain == _LOOKED_AMONG_ALL_AFTER:
            gc.collect()
            self._in_vain = 0


_dead_runs = _DeadRuns()


@contextmanager
def _garbage_left_lying() -> Iterator[None]:
    """Python does not look for rings of dead objects: a run leaves hardly any, and keeps 100,000 objects to search.

    What earlier runs have left is looked for at the start, or a loop of runs would fill the memory.
    """
    _dead_runs.clear()
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

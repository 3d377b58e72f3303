"""One run of a scenario under a strategy, on one clock: `simulate(load_scenario("skiathos"), "pilot", seed=1)`."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from weakref import ref

from firesim.scenario import Scenario
from firesim.simulate.clock import Clockwork, Progress
from firesim.simulate.folder import write_folder
from firesim.simulate.result import Run, result_of
from firesim.streams import Luck

__all__ = ["Run", "simulate", "write"]


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
    _finished.note(run)
    wall_s["outcomes"] = perf_counter() - ran
    return run


class _Finished:
    """Runs that are over, and those of them that nobody holds any more.

    The clockwork of a run is a ring of 150 MB, some 10,000 objects that know one another: it outlives the run until
    Python's search for dead rings finds it. Among the younger objects that takes 10 ms, among all a tenth of a second,
    a thirtieth of a run. So a few may lie.
    """

    MOST_DEAD = 3

    def __init__(self) -> None:
        self._made: list[tuple[ref[Run], ref[Clockwork]]] = []

    def note(self, run: Run) -> None:
        """One more is over."""
        self._made.append((ref(run), ref(run.clockwork)))

    def free(self) -> None:
        """Look for those that nobody holds: among the younger objects, and if too many lie, among all."""
        if self._n_dead() > 0:
            gc.collect(1)
        if self._n_dead() >= self.MOST_DEAD:
            gc.collect()
            # What is still there without its run is held by somebody, and not looked for again.
            self._made = [(run, ring) for run, ring in self._made if run() is not None]
        self._made = [(run, ring) for run, ring in self._made if ring() is not None]

    def _n_dead(self) -> int:
        """How many lie."""
        return sum(run() is None and ring() is not None for run, ring in self._made)


_finished = _Finished()


@contextmanager
def _garbage_left_lying() -> Iterator[None]:
    """Python does not look for rings of dead objects: a run leaves hardly any, and keeps 100,000 objects to search.

    What earlier runs have left is looked for at the start, or a loop of runs would fill the memory.
    """
    _finished.free()
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

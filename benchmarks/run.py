"""How long one whole run takes, and one plan within it: the default scenario, warm, on one core, no figures.

Run with `python benchmarks/run.py [strategy]`. The first run compiles what is not compiled yet and is left out; then
each of five replicates is measured in CPU seconds of this process, its no-response twin included, and the median is
told; and the median of what each takes at the pace of the machine of the goals (`benchmarks/pace.py`), measured just
before and after it in another process, for other work on the host comes and goes. The shares are of one more run whose
stages are each timed from the outside; a stage called within another counts for itself alone. Goals on one core: a run
in 5 s, then 3 s, then 1.5 s; a plan (forecast ensemble, routes for all zones, responders assigned) in 0.1 s.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent))
from pace import SIMPLEX_THERE_S, pace

from firesim.command.dispatcher import Dispatcher
from firesim.devices.drones import DroneInABox
from firesim.devices.radios import Radios
from firesim.link.post import Post
from firesim.scenario import load_scenario
from firesim.simulate import simulate
from firesim.simulate.clock import Clockwork
from firesim.simulate.edge import Edge
from firesim.world.fire import TrueFire
from firesim.world.people import People
from firesim.world.responders import Responders
from firesim.world.traffic import Traffic

SCENARIO, SEED, REPLICATES = "skiathos", 1, 5
GOALS_S = "1.5 / 3 / 5"
PLAN_GOAL_S = 0.1
FORECAST, PLAN = "command: forecast", "command: plan"

# Where the stages begin: whatever they call belongs to them, unless it begins another.
STAGES: dict[str, list[tuple[Any, str]]] = {
    "building": [(Clockwork, "__init__")],
    "fire": [(TrueFire, "advance"), (TrueFire, "block"), (TrueFire, "unblock"), (TrueFire, "slow")],
    FORECAST: [(Dispatcher, "_forecast")],
    PLAN: [(Dispatcher, "_plan")],
    "command: the rest": [(Dispatcher, "handle")],
    "devices": [(Edge, "report"), (Edge, "note_detectable"), (Radios, "on_status"), (DroneInABox, "_flame")],
    "messages": [(Post, "send"), (Post, "hand_over")],
    "responders": [(Responders, "order")],
    "traffic and people": [(Traffic, "advance"), (Traffic, "meet_fire"), (People, "advance"), (People, "hear")],
}


class Stopwatch:
    """CPU time by stage, of nested stages only the innermost; and how often each was begun."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = defaultdict(float)
        self.times: dict[str, int] = defaultdict(int)
        self.whole_s: dict[str, float] = defaultdict(float)  # with what was begun within
        self._stack: list[str] = ["the rest"]
        self._since_s = process_time()

    def _switch(self) -> None:
        now_s = process_time()
        self.spent_s[self._stack[-1]] += now_s - self._since_s
        self._since_s = now_s

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Whatever happens within is of this stage."""
        self._switch()
        self._stack.append(name)
        self.times[name] += 1
        began_s = process_time()
        try:
            yield
        finally:
            self._switch()
            self.whole_s[name] += process_time() - began_s
            self._stack.pop()

    def around(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The same function, timed."""

        def timed(*arguments: Any, **named: Any) -> Any:
            with self.stage(name):
                return function(*arguments, **named)

        return timed


def by_stage(strategy: str) -> Stopwatch:
    """One run whose stages are timed."""
    from firesim.simulate.result import result_of

    scenario, watch = load_scenario(SCENARIO), Stopwatch()
    with ExitStack() as patches:
        for name, places in STAGES.items():
            for owner, method in places:
                patches.enter_context(patch.object(owner, method, watch.around(getattr(owner, method), name)))
        patches.enter_context(patch("firesim.simulate.result_of", watch.around(result_of, "outcomes")))
        for sensor in sensors():
            patches.enter_context(patch.object(sensor, "observe", watch.around(sensor.observe, "devices")))
        with watch.stage("the rest"):
            simulate(scenario, strategy, seed=SEED)
    return watch


def sensors() -> list[Any]:
    """The classes of everything that looks."""
    from firesim.devices.callers import Callers
    from firesim.devices.cameras import Camera
    from firesim.devices.lookouts import FireWatch
    from firesim.devices.sensors import AllSeeing, GasNodes

    return [AllSeeing, Callers, Camera, FireWatch, GasNodes, Radios]


def with_spread(times_s: list[float]) -> str:
    """The median, and between which they lie."""
    return f"{median(times_s):.2f} s ({min(times_s):.2f} to {max(times_s):.2f})"


def main() -> None:
    """Measure and print."""
    strategy = sys.argv[1] if len(sys.argv) > 1 else "pilot"
    scenario = load_scenario(SCENARIO)
    simulate(scenario, strategy, seed=SEED, replicate=REPLICATES)
    spent_s = []
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        paces = [apart.submit(pace).result()]
        for replicate in range(REPLICATES):
            began_s = process_time()
            simulate(scenario, strategy, seed=SEED, replicate=replicate)
            spent_s.append(process_time() - began_s)
            paces.append(apart.submit(pace).result())
    factors = [mean(factor for _, factor in around) for around in pairwise(paces)]
    there_s = [here_s / factor for here_s, factor in zip(spent_s, factors, strict=True)]
    watch = by_stage(strategy)
    all_s = sum(watch.spent_s.values())
    simplex_s, factor = median(here_s for here_s, _ in paces), median(factors)
    about = f"median of {REPLICATES} warm runs without figures"
    print(f"{SCENARIO}, {strategy}, seed {SEED}: CPU seconds on one core, {about}\n")
    print("| | here | at the pace of the goals' machine | goal |\n|---|---|---|---|")
    print(f"| network simplex | {simplex_s:.1f} s | {SIMPLEX_THERE_S} s | |")
    print(f"| one run | {with_spread(spent_s)} | {with_spread(there_s)} | {GOALS_S} s |")
    plans = watch.times[PLAN]
    if plans:
        plan_s = (watch.whole_s[FORECAST] + watch.whole_s[PLAN]) / plans
        print(f"| one plan, mean of {plans} | {plan_s:.3f} s | {plan_s / factor:.3f} s | {PLAN_GOAL_S} s |")
    print("\n| stage | share | of the median |\n|---|---|---|")
    for name, stage_s in sorted(watch.spent_s.items(), key=lambda pair: -pair[1]):
        share = stage_s / all_s
        print(f"| {name} | {share:.0%} | {share * median(spent_s):.2f} s |")


if __name__ == "__main__":
    main()

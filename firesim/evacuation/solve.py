"""One evacuation from start to end, and again at half and double the step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, isfinite
from time import process_time

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.bound import capacity_bound_s
from firesim.evacuation.case import ASSIGNMENTS, GRIDLOCK_RULES, Assignment, Evacuation, Gridlock
from firesim.evacuation.choices import Assigned, Guide
from firesim.evacuation.drive import AS_PLANNED, AT_ONCE, Driven, drive
from firesim.evacuation.network import RoadNetwork
from firesim.evacuation.optimum import at_once, planned
from firesim.evacuation.second_looks import LookAgain
from firesim.inputs.problems import Problems, nearest
from firesim.physics.queues import ARRIVED

Floats = NDArray[np.float64]

LEAST_STEP_S = 0.1


@dataclass(frozen=True)
class Options:
    """How an evacuation is run. `again`: drivers of `fastest` look at the queues again on their way; in Python only."""

    assignment: Assignment = "fastest"
    gridlock: Gridlock = "push"
    step_s: float = 10.0
    again: LookAgain | None = None


def read_options(assignment: str, gridlock: str, step_s: float, problems: Problems) -> Options:
    """The options of the command line; what is wrong with them is noted, and the default taken for it."""
    options = Options()
    if assignment in ASSIGNMENTS:
        options = replace(options, assignment=assignment)
    else:
        problems.add("--assignment", assignment, "There is no such assignment.", nearest(assignment, ASSIGNMENTS))
    if gridlock in GRIDLOCK_RULES:
        options = replace(options, gridlock=gridlock)
    else:
        problems.add("--gridlock", gridlock, "There is no such rule.", nearest(gridlock, GRIDLOCK_RULES))
    if isfinite(step_s) and step_s >= LEAST_STEP_S:
        return replace(options, step_s=step_s)
    problems.add("--step-s", step_s, f"must be at least {LEAST_STEP_S:g} s.", "Usual steps are 5 to 60 s.")
    return options


@dataclass(frozen=True)
class Evacuated:
    """An evacuation that was run.

    `plan_cpu_s`: processor time of finding ways, before departure and on the road; `clearance_90_by_step_s`: by step,
    each from a run of its own; inf: never. [s]
    """

    options: Options
    driven: Driven
    plan_cpu_s: float
    capacity_bound_s: float
    clearance_90_by_step_s: dict[float, float]


def evacuate(case: Evacuation, options: Options | None = None) -> Evacuated:
    """Run a case. Kernels are compiled first, so that the times told are the work's alone."""
    options = options or Options()
    compile_kernels()
    driven, plan_cpu_s = run_once(case, options, options.step_s)
    clear_s = {}
    for step_s in (options.step_s / 2.0, options.step_s, options.step_s * 2.0):
        once = driven if step_s == options.step_s else run_once(case, options, step_s, keeps_log=False)[0]
        clear_s[step_s] = clearance_s(once, 0.9)
    return Evacuated(options, driven, plan_cpu_s, capacity_bound_s(case), clear_s)


def run_once(case: Evacuation, options: Options, step_s: float, keeps_log: bool = True) -> tuple[Driven, float]:
    """One run; what came of it, and the processor time of finding ways. [s]

    Without `keeps_log` nothing is known of roads driven and departures, and less memory is needed. What `capacity`
    tries out before one of its plans is taken counts as finding ways.
    """
    began = process_time()
    if options.assignment == "capacity":
        driven = _best_of(case, options, step_s, keeps_log)
    else:
        guide = Guide(case, options.assignment)
        driven = drive(case, guide, guide.assign(), step_s, options.gridlock, keeps_log, options.again)
        driven.ways = options.assignment
    return driven, process_time() - began - driven.traffic_cpu_s


def _best_of(case: Evacuation, options: Options, step_s: float, keeps_log: bool) -> Driven:
    """The plan as driven; or its ways without its waits, or a simple assignment, where that turns out better.

    A plan knows neither room on roads nor the order in which cars come to a junction, and is rounded to steps.
    Better: more arrive; of as many, they need less time in all.
    """
    guide = Guide(case, "capacity")
    plan = planned(guide, step_s)
    fast, safe = Guide(case, "fastest"), Guide(case, "safest")
    best, best_key = None, (0, 0.0)
    for ways, who_guides, assigned in (
        (AS_PLANNED, guide, plan), (AT_ONCE, guide, at_once(case, plan)),
        ("fastest", fast, fast.assign()), ("safest", safe, safe.assign()),
    ):  # fmt: skip
        driven = drive(case, who_guides, assigned, step_s, options.gridlock, keeps_log)
        has_arrived = driven.status == ARRIVED
        key = -int(has_arrived.sum()), float(driven.done_s[has_arrived].sum())
        if best is None or key < best_key:
            driven.ways = ways
            best, best_key = driven, key
    assert best is not None
    return best


def clearance_s(driven: Driven, share: float) -> float:
    """When this share of all vehicles had arrived; inf: never. [s from 0]"""
    arrived_s = np.sort(np.where(driven.status == ARRIVED, driven.done_s, np.inf))
    return float(arrived_s[ceil(share * len(arrived_s) - 1e-9) - 1])


def compile_kernels() -> None:
    """Run small evacuations of each kind, so that nothing is compiled later."""
    for closes_s in (np.inf, 15.0):
        case = _triangle(closes_s)
        capacity_bound_s(case)
        for assignment in ASSIGNMENTS:
            run_once(case, Options(assignment), 10.0)
    # Three cars that go round it, each in the way of the one behind: a ring.
    case = _triangle(np.inf)
    exits, starts = np.array([2, 0, 1]), np.arange(3)
    ways = Assigned(starts, np.zeros(3), 2 * starts, 2 * starts + 2, np.array([0, 1, 1, 2, 2, 0]))
    ring = replace(case, exits=exits, node=starts)
    for rule in GRIDLOCK_RULES:
        drive(ring, Guide(ring, "nearest"), ways, 10.0, rule)


def _triangle(closes_s: float) -> Evacuation:
    """Three one-way roads that hold one car each, with the exit at one corner; the road into it may close."""
    corner, ones = np.arange(3), np.ones(3)
    roads = RoadNetwork(
        "", ["a", "b", "c"], corner, (corner + 1) % 3, 10.0 * ones, 10.0 * ones, 0.5 * ones, ones,
        np.ones(3, np.int64), np.zeros(3, bool), np.full(3, -1), [""] * 3, [[], [], []], None, [],
    )  # fmt: skip
    return Evacuation(roads, np.array([2]), np.array([0, 0, 1]), np.zeros(3), np.array([np.inf, closes_s, np.inf]))

"""How long the parts of one plan take on Skiathos: forecast, triggers, routes of every zone by each rule, responders.

Run with `python benchmarks/plan.py`. The plan is that of the default scenario's pilot as it stands after an hour and a
half, with every zone of the island asked for, not just those in danger. Least of the repetitions, in CPU seconds on one
core, warm. Goals: triggers of every node in 50 ms; one plan (forecast ensemble, routes for all zones, responder
assignment) in 0.1 s.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import process_time

import numpy as np

from firesim.command import response, routes
from firesim.command.dispatcher import Dispatcher
from firesim.command.forecast import forecast
from firesim.command.strategies import receiving
from firesim.command.triggers import TriggerGround, node_deadlines, trigger_boundary, triggers
from firesim.scenario import load_scenario
from firesim.simulate import simulate

AT_H = 1.5
RULES = ("nearest", "fastest", "safest", "capacity")


def least_ms(job: Callable[[], object], times: int = 15) -> float:
    """Least CPU time of a job. [ms]"""
    best = np.inf
    for _ in range(times):
        began_s = process_time()
        job()
        best = min(best, process_time() - began_s)
    return float(best) * 1000.0


def show(what: str, milliseconds: float, goal: str = "") -> None:
    sys.stdout.write(f"{what:44s} {milliseconds:8.2f} ms   {goal}\n")


def main() -> None:
    machine = simulate(load_scenario("skiathos").with_changes(horizon_h=AT_H), "pilot", seed=1).clockwork.centre.machine
    assert isinstance(machine, Dispatcher)
    picture, now_s = machine.picture, AT_H * 3600.0
    known, parameters, ground = picture.forecast, picture.parameters, picture.ground
    assert known is not None
    fires, fire, zones = picture.fires(), picture.fire(now_s), list(range(len(ground.zones)))
    assert fire is not None
    picture.advised = {}  # everybody chooses anew
    sys.stdout.write(f"Skiathos: {len(ground.roads.node_ids)} nodes, {len(ground.roads.edges)} directed edges, ")
    sys.stdout.write(f"{len(zones)} zones, {len(ground.refuges)} refuges, {len(known.arrival_s)} members\n")
    forecast_ms = least_ms(lambda: forecast(ground, fires, now_s, parameters), 5)
    show("forecast ensemble", forecast_ms)
    show("latest departure of every node and member", least_ms(lambda: node_deadlines(picture, known)), "50 ms")
    triggers_ms = least_ms(lambda: triggers(picture, known, now_s))
    show("triggers of every zone, with bands", triggers_ms)
    routes_ms = {}
    for rule in RULES:
        picture.parameters = parameters.model_copy(update={"assignment": rule})
        routes_ms[rule] = least_ms(lambda: routes.plan(picture, known, zones, now_s))
        show(f"routes of all zones, {rule}", routes_ms[rule])
    picture.parameters = parameters
    there = receiving(picture, routes.advise(picture, known, zones, now_s))
    units_ms = least_ms(lambda: response.assign(picture, fire, zones, now_s, there))
    show("responders assigned", units_ms)
    show("one plan, fastest", forecast_ms + triggers_ms + routes_ms["fastest"] + units_ms, "100 ms")
    show("one plan, capacity", forecast_ms + triggers_ms + routes_ms["capacity"] + units_ms, "100 ms")
    on = TriggerGround(ground, now_s)
    advice = routes.advise(picture, known, zones, now_s)
    zone = ground.zone_index["troulos"]
    one = advice[zone]
    show("one trigger boundary (in the run folder)",
         least_ms(lambda: trigger_boundary(on, one.zone, one.route, parameters), 3))  # fmt: skip


if __name__ == "__main__":
    main()

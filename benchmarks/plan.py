"""How long the parts of one plan take on Skiathos: forecast, triggers, routes by each rule, responders, clearance.

Run with `python benchmarks/plan.py`. The plan is that of the default scenario's pilot as it stands after an hour and a
half, with every zone of the island asked for, not just those in danger. Least of the repetitions, in CPU seconds on one
core, warm. Goals: triggers of every node in 50 ms; one plan (forecast ensemble, routes for all zones, responder
assignment) in 0.1 s, here with the centre's own estimate of clearance at three compliances in it: the drives are made
anew only when somebody is told something else. What it costs to let several vehicles drive as one is shown beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from time import process_time

import numpy as np

from firesim.command import response, routes
from firesim.command.clearance import ClearanceEstimate, convoys_of, drive
from firesim.command.crews import Advised
from firesim.command.dispatcher import Dispatcher
from firesim.command.forecast import forecast
from firesim.command.picture import Picture
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


def anew(picture: Picture, job: Callable[[], object]) -> Callable[[], object]:
    """The job with nothing known of the ways through the roads, which a run keeps from one question to the next."""

    def forgetful() -> object:
        picture.networks.clear()
        return job()

    return forgetful


def show(what: str, milliseconds: float, goal: str = "") -> None:
    sys.stdout.write(f"{what:44s} {milliseconds:8.2f} ms   {goal}\n")


def clearance(picture: Picture, rule: str, now_s: float) -> float:
    """CPU time of the estimate for the whole island, all told at once. [ms]"""
    parameters = picture.parameters
    picture.parameters = parameters.model_copy(update={"assignment": rule})
    assert picture.forecast is not None
    zones = list(range(len(picture.ground.zones)))
    for one in routes.advise(picture, picture.forecast, zones, now_s).values():
        picture.advised[one.zone] = Advised("order", one, "", now_s, "authorised", "", now_s)
    milliseconds = least_ms(anew(picture, lambda: ClearanceEstimate().of(picture, now_s)), 5)
    show(f"clearance at 3 compliances, {rule}", milliseconds)
    known = ClearanceEstimate()
    known.of(picture, now_s)
    show("the same, nobody told anything new", least_ms(lambda: known.of(picture, now_s), 5))
    convoys = convoys_of(picture, now_s)
    for most in (10**9, 500):
        driven, took_ms = drive(picture, convoys, 1.0, most), least_ms(partial(drive, picture, convoys, 1.0, most), 3)
        half, most_s, last = (float(np.quantile(driven.done_s, share) - now_s) / 60.0 for share in (0.5, 0.9, 1.0))
        show(f"  {len(driven.done_s)} travellers of {driven.of_each}", took_ms,
             f"50, 90, 100 % out after {half:.0f}, {most_s:.0f}, {last:.0f} min")  # fmt: skip
    picture.advised, picture.parameters = {}, parameters
    return milliseconds


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
    show(
        "latest departure of every node and member",
        least_ms(anew(picture, lambda: node_deadlines(picture, known))),
        "50 ms",
    )
    triggers_ms = least_ms(anew(picture, lambda: triggers(picture, known, now_s)))
    show("triggers of every zone, with bands", triggers_ms)
    routes_ms = {}
    for rule in RULES:
        picture.parameters = parameters.model_copy(update={"assignment": rule})
        routes_ms[rule] = least_ms(anew(picture, lambda: routes.plan(picture, known, zones, now_s)))
        show(f"routes of all zones, {rule}", routes_ms[rule])
    picture.parameters = parameters
    clearance_ms = {rule: clearance(picture, rule, now_s) for rule in ("fastest", "capacity")}
    there = receiving(picture, routes.advise(picture, known, zones, now_s))
    units_ms = least_ms(anew(picture, lambda: response.assign(picture, fire, zones, now_s, there)))
    show("responders assigned", units_ms)
    for rule, cleared_ms in clearance_ms.items():
        show(f"one plan, {rule}", forecast_ms + triggers_ms + routes_ms[rule] + units_ms + cleared_ms, "100 ms")
    on = TriggerGround(ground, now_s)
    advice = routes.advise(picture, known, zones, now_s)
    zone = ground.zone_index["troulos"]
    one = advice[zone]
    show("one trigger boundary (in the run folder)",
         least_ms(lambda: trigger_boundary(on, one.zone, one.route, parameters), 3))  # fmt: skip


if __name__ == "__main__":
    main()

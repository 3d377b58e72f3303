"""One run on one clock: the world's steps, the sensors' looks, the post's deliveries, command's wake-ups."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from firesim.command.authority import Authority
from firesim.command.dispatcher import Dispatcher
from firesim.link.post import Post
from firesim.scenario import Scenario
from firesim.scenario.beside import look_beside
from firesim.simulate.briefing import authority_briefing, centre_briefing
from firesim.simulate.edge import Edge, build_edge
from firesim.simulate.machines import Desk
from firesim.simulate.truth import Truth, build_truth
from firesim.streams import Luck
from firesim.world.traffic import Flames

Progress = Callable[[float, str], None]  # simulated seconds, what is going on
PROGRESS_EVERY_S = 60.0


class Clockwork:
    """Everything of one run, from its first second to its horizon.

    Attributes
    ----------
    truth, edge, post : the world, the devices and channels, the way between
    centre, authority : the two state machines of command, fed by the post alone
    """

    def __init__(self, scenario: Scenario, strategy: str, luck: Luck, progress: Progress | None = None) -> None:
        bundle = scenario.strategies[strategy]
        self.scenario, self.progress = scenario, progress
        look_beside(scenario.folder, bundle.policy)  # a worker of a comparison has not checked the scenario
        self.truth: Truth = build_truth(scenario, luck)
        env, journal = self.truth.env, self.truth.journal
        self.post = Post(env, self.truth.network, journal)
        self.edge: Edge = build_edge(scenario, bundle, self.truth, self.post)
        self.centre = Desk("centre", Dispatcher(), env, self.post, journal, self.edge.destinations)
        self.authority = Desk("authority", Authority(), env, self.post, journal, self.edge.destinations)
        briefing = centre_briefing(
            scenario, bundle, self.truth.weather, self.truth.masts, self.edge.infos, self.truth.unit_specs,
            self.truth.boat_specs, self.truth.stops, self.truth.bus_specs,
        )  # fmt: skip
        start = self.truth.start_event
        self.post.send("scenario", "centre", briefing, start, by_hand=True)
        self.post.send("scenario", "authority", authority_briefing(scenario, luck), start, by_hand=True)
        self.post.hand_over()

    def run(self) -> None:
        """Let the clock run to the horizon."""
        env = self.truth.env
        env.process(self._world())
        env.run(until=self.scenario.horizon_s)
        self._step(self.scenario.horizon_s)
        self.truth.people.finish(self.truth.traffic)

    def _world(self) -> Generator[simpy.Event, Any, None]:
        """Fire, roads and people look at one another every step."""
        step_s = self.scenario.fields.traffic.step_s
        told_s = -PROGRESS_EVERY_S
        while True:
            now_s = float(self.truth.env.now)
            self._step(now_s)
            if self.progress is not None and now_s - told_s >= PROGRESS_EVERY_S:
                told_s = now_s
                self.progress(now_s, f"{self.truth.fire.area_m2(now_s) / 1e4:,.0f} ha")
            yield self.truth.env.timeout(step_s)

    def _step(self, now_s: float) -> None:
        truth = self.truth
        truth.fire.advance(now_s)
        if truth.fire.has_ignited:
            self._burn_what_it_reaches(now_s)
        self.edge.note_detectable(now_s)
        truth.traffic.advance(now_s)
        truth.people.advance(now_s, truth.traffic, truth.fire)

    def _burn_what_it_reaches(self, now_s: float) -> None:
        """Cut the roads and darken the masts that the fire has come to, and let its smoke lie on the roads."""
        truth = self.truth
        fire, cause = truth.fire, truth.fire.cause_of_fire
        if fire.is_small:
            rings, lengths_m = fire.rings(now_s), fire.flame_length_m
            truth.traffic.meet_fire(fire.arrival_time_s, now_s, cause, rings, flame_length_m=lengths_m)
        else:
            flames = Flames(fire.flaming_cells(now_s), fire.flame_length_m)
            lengths_m = flames.length_m
            truth.traffic.meet_fire(fire.arrival_time_s, now_s, cause, flames=flames, flame_length_m=lengths_m)
        if truth.smoke.advance(now_s):
            truth.traffic.meet_smoke(truth.smoke, now_s, cause)
            truth.traffic.smoke_out(truth.smoke, now_s, cause)
        for mast, dark_s, event in truth.mast_power.gone_dark(now_s):
            truth.network.darken(mast, dark_s)
            self.post.blame(mast, event)
            self.edge.tell_of_dark_mast(mast, now_s, event)

"""The dispatcher: messages in, orders out.

A state machine without a clock, without luck, and without sight of the world: what it does depends on the
bytes that it was handed and when, on nothing else. Thinking takes modelled time, by wake-ups that it asks for.
Message 0 is the briefing.

The stages of a suspected fire: alarm, acknowledged, confirmed, located, forecast, plan; then recommended and
authorised (or refused) as the authority is asked and answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import inf

import msgspec

from firesim.command import ambulances, contraflow, evacuation, routes
from firesim.command.busline import Coach
from firesim.command.cases import note_answer
from firesim.command.clearance import ClearanceEstimate, in_words
from firesim.command.crews import Crew, answers, note_order
from firesim.command.forecast import Forecaster, belief_of, outline_cells
from firesim.command.ground import ground_of
from firesim.command.incident import Incident
from firesim.command.orders import Belief, Milestone, Order
from firesim.command.picture import Heard, Lanes, Picture
from firesim.command.schedule import Due, Schedule
from firesim.command.seamap import Vessel
from firesim.command.stepping import Machine, Output, step
from firesim.command.strategies import Policy, policy_named
from firesim.command.triggers import triggers
from firesim.link.briefings import Briefing
from firesim.link.messages import (
    TRAFFIC_POLICE,
    BoatOrder,
    BusOrder,
    CallAnswer,
    ContraflowOrder,
    Decision,
    DroneOrder,
    Envelope,
    FetchOrder,
    Recommendation,
    UnitOrder,
    ZoneAdvice,
    decode,
)

__all__ = ["Belief", "Dispatcher", "Machine", "Milestone", "Order", "replay", "step"]

_JUST_AFTER_S = 1.0  # at the very time a road is safe still
_MISSED_BY = 0.5  # an outline that shares less than half its cells with the forecast calls for a new one; judgement


def replay(deliveries: Iterable[tuple[float, bytes]], until_s: float) -> list[tuple[float, Output]]:
    """All that a fresh dispatcher does when it is handed these payloads at these times, in this order."""
    dispatcher = Dispatcher()
    result: list[tuple[float, Output]] = []
    for delivered_s, payload in deliveries:
        result += step(dispatcher, delivered_s, payload)
    return result + step(dispatcher, until_s)


class Dispatcher:
    """The centre's state machine.

    `handle` takes the bytes of one delivered message, or None for a wake-up at `next_wake_s` (inf: asleep), and
    returns orders and milestones in the order in which they came about. A message before the briefing raises
    RuntimeError; a second briefing too.
    """

    def __init__(self) -> None:
        self._picture: Picture | None = None
        self._policy: Policy
        self._forecaster: Forecaster
        self._schedule = Schedule()
        self._orders = 0
        self._said: dict[str, tuple[Order, int]] = {}  # orders to units and drones: order, times repeated
        self._planned_s = -inf
        self._clearance = ClearanceEstimate()

    @property
    def next_wake_s(self) -> float:
        """When it wants to be woken next; inf: never by itself. [s]"""
        return self._schedule.next_s

    @property
    def picture(self) -> Picture:
        """What is believed now. Raises RuntimeError before the briefing."""
        if self._picture is None:
            raise RuntimeError("the dispatcher has not been briefed")
        return self._picture

    def handle(self, now_s: float, payload: bytes | None) -> list[Output]:
        """Take in a message (None: it has been woken) at `now_s`; returns what it sends, orders and notes down. [s]"""
        out: list[Output] = []
        if payload is not None:
            self._hear(decode(payload), now_s, out)
            return out
        while (due := self._schedule.take(now_s)) is not None:
            self._do(due, now_s, out)
        return out

    # --- hearing -----------------------------------------------------------------------------------------

    def _hear(self, envelope: Envelope, now_s: float, out: list[Output]) -> None:
        body, because = envelope.body, envelope.message_id
        if isinstance(body, Briefing):
            self._be_briefed(body)
            return
        if isinstance(body, Decision):
            self._decided(body, envelope.source, because, now_s, out)
            return
        self._stand_down(now_s, out)
        heard = self.picture.hear(envelope, now_s)
        self._said = {name: said for name, said in self._said.items() if not answers(envelope, said[0])}
        if heard.incident is not None:
            self._progress(heard.incident, because, now_s, out)
        self._react(heard, because, now_s)
        self._stand_down(now_s, out)

    def _be_briefed(self, briefing: Briefing) -> None:
        if self._picture is not None:
            raise RuntimeError("the dispatcher has been briefed already")
        policy = policy_named(briefing.policy)
        parameters = policy.Parameters.model_validate(briefing.parameters)
        ground = ground_of(briefing, parameters.forecast_cell_factor, parameters.zone_buffer_m)
        self._policy = policy()
        self._picture = Picture(ground, parameters)
        self._forecaster = Forecaster(ground, parameters)

    def _react(self, heard: Heard, because: str, now_s: float) -> None:
        """What news that is no new fire sets going."""
        p = self.picture.parameters
        if heard.what == "road" and self.picture.is_planned:
            self._schedule.add_once("plan", now_s + p.plan_s, because)
        elif heard.what == "outline" and heard.incident is not None and heard.incident.reached("plan"):
            if self._is_surprised_by(heard.incident, now_s):
                self._plan_anew(because, now_s)
        elif heard.what in ("unit", "boat", "bus", "drone", "nothing_found"):
            self._schedule.add_once("task", now_s + p.plan_s, because)
        elif heard.what == "help":
            self._schedule.add_once("fetch", now_s + p.plan_s, because)

    def _is_surprised_by(self, incident: Incident, now_s: float) -> bool:
        """Whether an outline differs enough from what was planned on to plan anew."""
        known, ground = self.picture.forecast, self.picture.ground
        if known is not None and not known.from_outline:
            return True
        if now_s - self._planned_s < self.picture.parameters.reforecast_gap_s:
            return False
        if known is None:
            return True
        whole = incident.last_whole
        is_whole = whole is not None and whole.seen_s >= incident.outline_seen_s
        return known.misses(outline_cells(ground, incident), incident.outline_seen_s, is_whole) > _MISSED_BY

    def _stand_down(self, now_s: float, out: list[Output]) -> None:
        """Let suspicions die out; a fire that had been confirmed is declared over."""
        picture = self.picture
        for incident in picture.forget(now_s):
            if not incident.reached("confirmed"):
                continue
            because = incident.last_message_id
            out.append(Milestone("all_clear", because, incident.name, "no fire is believed there any more"))
            if picture.fires():
                continue
            picture.forecast, picture.is_planned = None, False
            told = [one.advice for one in picture.advised.values() if one.was_warned]
            picture.advised = {}
            if told:
                why = "no fire is believed any more"
                body = Recommendation(order="", level=evacuation.ALL_CLEAR, advice=told, why=why)
                self._issue(Order("recommendation", "authority", body, why), because, now_s, out)
            self._set_lanes(because, now_s, out)

    # --- stages ------------------------------------------------------------------------------------------

    def _progress(self, incident: Incident, because: str, now_s: float, out: list[Output]) -> None:
        """Move a suspected fire on through the stages that this message has brought it to."""
        p = self.picture.parameters
        probability = incident.probability(now_s)
        if incident.stage == "suspected" and probability >= p.alarm_probability:
            self._reach(incident, "alarm", because, f"p = {probability:.2f}", now_s, out)
            self._schedule.add("acknowledge", now_s + p.acknowledge_s, because, incident.name)
            self._decide(because, now_s, out)
        if incident.stage == "acknowledged" and probability >= p.confirm_probability:
            self._reach(incident, "confirmed", because, f"p = {probability:.2f}", now_s, out)
        if incident.stage == "confirmed" and incident.sd_m <= p.located_sd_m:
            x_m, y_m = incident.centre_xy_m
            where = f"{x_m:.0f}, {y_m:.0f}, within {incident.sd_m:.0f} m"
            self._reach(incident, "located", because, where, now_s, out)
            self._plan_anew(because, now_s)

    def _reach(
        self, incident: Incident, stage: str, because: str, detail: str, now_s: float, out: list[Output]
    ) -> None:
        incident.stage = stage
        incident.because[stage] = because
        belief, known = None, self.picture.forecast
        if stage in ("forecast", "plan"):
            belief = belief_of(self.picture.ground, incident, known, now_s)
        told = triggers(self.picture, known, now_s) if stage == "plan" and known is not None else ()
        out.append(Milestone(stage, because, incident.name, detail, belief, told))

    def _do(self, due: Due, now_s: float, out: list[Output]) -> None:
        self._stand_down(now_s, out)
        if due.what == "acknowledge":
            self._acknowledge(due, now_s, out)
        elif due.what == "forecast":
            self._forecast(due, now_s, out)
        elif due.what == "plan":
            self._plan(due, now_s, out)
        elif due.what == "review" and self.picture.fires():
            newest = max(self.picture.fires(), key=lambda fire: fire.last_seen_s)
            self._plan_anew(newest.last_message_id, now_s)
        elif due.what == "task":
            self._decide(due.because, now_s, out)
        elif due.what == "fetch":
            self._send_ambulances(now_s, out)
        elif due.what == "repeat":
            self._say_again(due.name, now_s, out)

    def _acknowledge(self, due: Due, now_s: float, out: list[Output]) -> None:
        incident = next((one for one in self.picture.incidents if one.name == due.name), None)
        if incident is None or incident.stage != "alarm":
            return
        self._reach(incident, "acknowledged", due.because, "", now_s, out)
        self._progress(incident, incident.last_message_id, now_s, out)
        self._decide(due.because, now_s, out)

    def _located(self) -> list[Incident]:
        return [incident for incident in self.picture.fires() if incident.reached("located")]

    def _forecast(self, due: Due, now_s: float, out: list[Output]) -> None:
        fires, p = self._located(), self.picture.parameters
        if not fires:
            return
        self.picture.forecast = self._forecaster.forecast(fires, now_s)
        start = "an outline" if self.picture.forecast.from_outline else "a suspected place"
        detail = f"{p.ensemble_members} members from {start}"
        main = self.picture.fire(now_s)
        for fire in fires:
            before = fire.stage
            if fire is main or before == "located":
                self._reach(fire, "forecast", due.because, detail, now_s, out)
                fire.stage = "plan" if before == "plan" else "forecast"
        self._schedule.add_once("plan", now_s + p.plan_s, due.because)

    def _plan(self, due: Due, now_s: float, out: list[Output]) -> None:
        fires = self._located()
        if not fires or (self._policy.forecasts and self.picture.forecast is None):
            return
        self.picture.is_planned = True
        self._planned_s = now_s
        main = self.picture.fire(now_s)
        for fire in fires:
            if fire is main or fire.stage != "plan":
                self._reach(fire, "plan", due.because, "", now_s, out)
        self._review_in_time(due.because, now_s)
        self._decide(due.because, now_s, out)
        if self._policy.forecasts:
            self._estimate_clearance(due.because, now_s, out)

    def _estimate_clearance(self, because: str, now_s: float, out: list[Output]) -> None:
        """When those told to leave will be out."""
        estimates = self._clearance.of(self.picture, now_s)
        if estimates:
            fire = self.picture.fire(now_s)
            name, said = "" if fire is None else fire.name, in_words(estimates, self.picture.ground.clock)
            out.append(Milestone("cleared_by", because, name, said, clearance=estimates))

    def _review_in_time(self, because: str, now_s: float) -> None:
        """Have the plan looked at again after a while, or so that it is made when a road is to be safe no longer.

        Not while one is being made: that will look at the newest roads too.
        """
        p = self.picture.parameters
        if self._schedule.awaits("forecast") or self._schedule.awaits("plan"):
            return
        takes_s = p.plan_s + (p.forecast_s if self._policy.forecasts else 0.0)
        lost_s = routes.next_loss_s(self.picture, now_s) - takes_s + _JUST_AFTER_S
        self._schedule.put_off("review")
        self._schedule.add("review", max(min(self._planned_s + p.review_every_s, lost_s), now_s), because)

    def _plan_anew(self, because: str, now_s: float) -> None:
        p = self.picture.parameters
        if self._policy.forecasts:
            self._schedule.add_once("forecast", now_s + p.forecast_s, because)
        else:
            self._schedule.add_once("plan", now_s + p.plan_s, because)

    # --- orders ------------------------------------------------------------------------------------------

    def _decide(self, because: str, now_s: float, out: list[Output]) -> None:
        self._send_ambulances(now_s, out)
        for order in self._policy.decide(self.picture, now_s):
            if isinstance(order.body, Recommendation):
                self._recommend(order, order.body, because, now_s, out)
            else:
                self._issue(order, because, now_s, out)
        self._set_lanes(because, now_s, out)

    def _send_ambulances(self, now_s: float, out: list[Output]) -> None:
        """Let ambulances fetch who called for help; who is called off on the way gets other orders at once."""
        if not getattr(self._policy, "fetches", True):
            return
        plan = ambulances.plan(self.picture, now_s)
        for because in plan.called_off.values():
            self._schedule.add_once("task", now_s, because)
        for order in plan.orders:
            self._issue(order, order.because, now_s, out)

    def _set_lanes(self, because: str, now_s: float, out: list[Output]) -> None:
        """Tell the police on which roads both lanes are to lead out, if that has changed."""
        for order in contraflow.order(self.picture, now_s):
            self._issue(order, because, now_s, out)

    def _recommend(self, order: Order, body: Recommendation, because: str, now_s: float, out: list[Output]) -> None:
        sorted_out = evacuation.sort_out(self.picture, body, now_s)
        if sorted_out.to_ask:
            asked = msgspec.structs.replace(body, advice=sorted_out.to_ask)
            self._issue(replace(order, body=asked), because, now_s, out)
        for by, advice in sorted_out.to_tell.items():
            self._tell(body.level, advice, by, because, now_s, out)

    def _tell(
        self, level: str, advice: Sequence[ZoneAdvice], by: str, because: str, now_s: float, out: list[Output]
    ) -> None:
        """Let an alert out; the roads that it names are looked at again before they close."""
        for alert in evacuation.alert_orders(self.picture, level, advice, by, now_s):
            self._issue(alert, because, now_s, out)
        if self.picture.is_planned:
            self._review_in_time(because, now_s)

    def _issue(self, order: Order, because: str, now_s: float, out: list[Output]) -> None:
        """Give an order its name and cause, note it, and let it out."""
        self._orders += 1
        order_id = f"order-{self._orders}"
        body = msgspec.structs.replace(order.body, order=order_id)
        order = replace(order, order_id=order_id, because=because, body=body)
        if isinstance(body, UnitOrder | FetchOrder | DroneOrder | BoatOrder | BusOrder | ContraflowOrder):
            self._note(order, body, now_s)
            self._said[order_id] = (order, 0)
            self._schedule.add("repeat", now_s + self.picture.parameters.resend_after_s, because, order_id)
        if isinstance(body, CallAnswer):
            note_answer(self.picture, body)
        if isinstance(body, Recommendation):
            evacuation.ask(self.picture, order_id, body, now_s)
            fire = self.picture.fire(now_s)
            zones = ", ".join(one.zone for one in body.advice)
            name = "" if fire is None else fire.name
            out.append(Milestone("recommended", because, name, f"{body.level}: {zones}"))
        out.append(order)

    def _note(
        self, order: Order, body: UnitOrder | FetchOrder | DroneOrder | BoatOrder | BusOrder | ContraflowOrder,
        now_s: float,
    ) -> None:  # fmt: skip
        if isinstance(body, ContraflowOrder):
            contraflow.noted(self.picture, body, order.order_id, now_s)
            return
        crew = self._crew(order.destination)
        if isinstance(crew, Vessel) and isinstance(body, BoatOrder):
            crew.task, crew.landing, crew.port = body.task, body.landing, body.port
            crew.order_id, crew.ordered_s = order.order_id, now_s
        elif isinstance(crew, Coach) and isinstance(body, BusOrder):
            crew.task, crew.stop, crew.refuge, crew.leave_by_s = body.task, body.stop, body.refuge, body.leave_by_s
            crew.route, crew.way = tuple(body.route), tuple(body.way)
            crew.order_id, crew.ordered_s = order.order_id, now_s
        elif isinstance(crew, Crew) and isinstance(body, UnitOrder | FetchOrder | DroneOrder):
            note_order(crew, order, body, now_s)

    def _crew(self, name: str) -> Crew | Vessel | Coach | Lanes | None:
        picture = self.picture
        if name == TRAFFIC_POLICE:
            return picture.lanes
        on_land = picture.units.get(name) or picture.drones.get(name) or picture.coaches.get(name)
        return on_land or picture.vessels.get(name)

    def _say_again(self, order_id: str, now_s: float, out: list[Output]) -> None:
        """Repeat an order to somebody who has kept silent since, unless there is a newer one."""
        order, times = self._said.pop(order_id, (None, 0))
        p = self.picture.parameters
        if order is not None and isinstance(order.body, FetchOrder):
            self._send_ambulances(now_s, out)  # somebody else, if this one has been silent for long
        if order is None or times >= p.resend_times:
            return
        crew = self._crew(order.destination)
        if crew is not None and crew.order_id != order_id:
            return
        self._said[order_id] = (order, times + 1)
        self._schedule.add("repeat", now_s + p.resend_after_s, order.because, order_id)
        out.append(replace(order, why=f"{order.why} (said again: nothing heard since)"))

    def _decided(self, body: Decision, by: str, because: str, now_s: float, out: list[Output]) -> None:
        """The authority has answered: tell people, or note that it will not."""
        picture = self.picture
        settled = evacuation.answered(picture, body.order, body.approved, by, now_s)
        fire = picture.fire(now_s)
        name = "" if fire is None else fire.name
        zones = ", ".join(told.advice.zone for told in settled)
        kind = "authorised" if body.approved else "refused"
        level = settled[0].level if settled else "overtaken by a newer recommendation"
        out.append(Milestone(kind, because, name, f"{level}: {zones}"))
        if not body.approved or not settled:
            return
        if level == evacuation.ALL_CLEAR:
            picture.advised = {zone: told for zone, told in picture.advised.items() if told not in settled}
        self._set_lanes(because, now_s, out)
        self._tell(level, [told.advice for told in settled], by, because, now_s, out)
        self._set_lanes(because, now_s, out)  # who can no longer leave was told so just now

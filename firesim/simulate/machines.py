"""Where a state machine of command sits in the run: fed by the post, its orders journalled and sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

import simpy

from firesim.command.orders import Belief, Clearance, Milestone, Order, Trigger
from firesim.command.stepping import Machine, step
from firesim.link.messages import Alert
from firesim.link.post import Post
from firesim.record import Journal

# What an order is called in the journal.
ORDER_EVENTS = {
    "unit": "unit_ordered",
    "ambulance": "ambulance_ordered",
    "answer": "call_answered",
    "drone": "drone_ordered",
    "boat": "boat_ordered",
    "bus": "bus_ordered",
    "contraflow": "contraflow_ordered",
    "recommendation": "recommendation_sent",
    "alert": "alert_ordered",
    "decision": "decision_made",
}


@dataclass(frozen=True)
class IssuedOrder:
    """An order as it left: the order, when, its event, and the messages that carried it."""

    order: Order
    time_s: float
    event_id: int
    message_ids: tuple[str, ...]
    cause_id: int


@dataclass
class Desk:
    """One state machine at its place on the network.

    It is handed payloads by the post and nothing else, wakes when it asked to, and says what it decides:
    milestones become events, orders become events and messages. The cause of either is the delivery of the
    message that the machine names.
    """

    name: str
    machine: Machine
    env: simpy.Environment
    post: Post
    journal: Journal
    destinations: Callable[[str], list[str]]  # who is meant by an order's destination
    issued: list[IssuedOrder] = field(default_factory=list)
    beliefs: list[tuple[str, Belief]] = field(default_factory=list)  # (milestone, belief)
    triggers: list[tuple[Trigger, ...]] = field(default_factory=list)  # of all zones, plan by plan
    clearance: list[tuple[Clearance, ...]] = field(default_factory=list)  # plan by plan, where anybody was to leave
    _armed_s: float = inf
    _alarms_s: set[float] = field(default_factory=set)  # all that are still to go off

    def __post_init__(self) -> None:
        self.post.receive_at(self.name, self.receive)

    def receive(self, now_s: float, payload: bytes, event_id: int) -> None:
        """A message has been delivered here."""
        self._act(step(self.machine, now_s, payload))

    def _wake(self, alarm_s: float) -> None:
        self._alarms_s.remove(alarm_s)
        self._armed_s = inf
        self.post.hand_over()  # what is delivered at this very instant is heard first
        self._act(step(self.machine, float(self.env.now)))

    def _act(self, outputs: list[tuple[float, Any]]) -> None:
        for time_s, output in outputs:
            cause_id = self.post.delivered_event(output.because)
            if isinstance(output, Milestone):
                self.journal.add(time_s, self.name, output.kind, cause_id, output.detail)
                if output.belief is not None:
                    self.beliefs.append((output.kind, output.belief))
                if output.triggers:
                    self.triggers.append(output.triggers)
                if output.clearance:
                    self.clearance.append(output.clearance)
            else:
                self._issue(time_s, output, cause_id)
        self._arm()

    def _issue(self, time_s: float, order: Order, cause_id: int) -> None:
        detail = f"{order.order_id} to {order.destination}: {order.why}"
        event_id = self.journal.add(time_s, self.name, ORDER_EVENTS[order.kind], cause_id, detail)
        messages = tuple(
            self.post.send(self.name, place, order.body, event_id) for place in self.destinations(order.destination)
        )
        self.issued.append(IssuedOrder(order, time_s, event_id, messages, cause_id))

    def _arm(self) -> None:
        """Ask the clock to wake the machine when it wants to be."""
        next_s = self.machine.next_wake_s
        if next_s >= self._armed_s or next_s == inf:
            return
        self._armed_s = next_s
        wait_s = max(next_s - float(self.env.now), 0.0)
        goes_off_s = float(self.env.now) + wait_s
        if goes_off_s in self._alarms_s:  # set before one that has gone off earlier
            return
        self._alarms_s.add(goes_off_s)
        alarm = self.env.timeout(wait_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: self._wake(goes_off_s))

    def alerts(self) -> list[tuple[IssuedOrder, Alert]]:
        """The alerts among the orders, in order."""
        return [(issued, issued.order.body) for issued in self.issued if isinstance(issued.order.body, Alert)]

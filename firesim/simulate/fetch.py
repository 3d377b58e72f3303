"""How those who need to be fetched meet those who fetch them: their telephones, and the errands of ambulances."""

from __future__ import annotations

from collections.abc import Callable

from firesim.devices.help_calls import HelpCalls, Say
from firesim.devices.sites import Site
from firesim.link.messages import FetchOrder
from firesim.scenario import Scenario
from firesim.simulate.truth import Truth
from firesim.world.fetching import FetchOrders, FetchScene
from firesim.world.havens import Havens


def fetch_scene(scenario: Scenario, truth: Truth) -> FetchScene | None:
    """Whom ambulances fetch and where to; None: there are none, or the scenario has them staged alone."""
    has_any = any(unit.kind == "ambulance" for unit in truth.unit_specs)
    if not has_any or not scenario.fields.responders.ambulances_fetch:
        return None
    people, place = truth.people.by_ambulance, truth.place
    havens = Havens(truth.traffic, place.settlement.facilities, place.roads, place.grid, people.is_hot)
    return FetchScene(people, havens, lambda: truth.fire.cause_of_fire, truth.journal)


def put_on_the_phone(scenario: Scenario, truth: Truth, say: Say, register: Callable[[Site], None]) -> None:
    """Let those who need to be fetched telephone, from now on."""
    lift_wait_s = 60.0 * scenario.fields.people.lift_wait_min
    calls = HelpCalls(
        truth.people.by_ambulance, truth.people.zones, scenario.fields.devices.help_calls, lift_wait_s, truth.luck,
        say, register,
    )  # fmt: skip
    truth.env.process(calls.story(truth.env))


def errand_of(order: FetchOrder, cause_id: int) -> FetchOrders:
    """An order to an ambulance as its crew reads it, by the event of its delivery."""
    return FetchOrders(
        order.task, order.place_xy_m, tuple(order.route), order.order, cause_id, order.household, order.haven,
        tuple(order.way),
    )  # fmt: skip

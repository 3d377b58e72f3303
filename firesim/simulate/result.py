"""What a run amounts to: its tables, its budget, its outcomes, its warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firesim.command.cases import warnings_of as unfetched_warnings
from firesim.command.dispatcher import Dispatcher
from firesim.command.orders import Belief
from firesim.link.messages import AT_ONCE, Alert, decode
from firesim.outcomes.budget import PartyTimes, budget_table, stage_events
from firesim.outcomes.measures import FireFigures, ForecastScore, outcomes_of
from firesim.outcomes.twin import Twin
from firesim.record import Journal, table_of
from firesim.scenario import Scenario
from firesim.simulate.clock import Clockwork
from firesim.simulate.earliest import earliest_possible
from firesim.simulate.outlines import outline_warnings
from firesim.simulate.reversals import reversal_warnings
from firesim.simulate.triggers import cut_off_warnings
from firesim.simulate.twin import deadlines_of_run, twin_of
from firesim.world.households import CAR, FOOT, MODES

SCORED_AHEAD_S = 1800.0  # a forecast is scored on what it said of the next half hour


@dataclass(frozen=True)
class Run:
    """One finished run. `tables` are those of the run folder by name, `budget` among them."""

    scenario: Scenario
    strategy: str
    seed: int
    replicate: int
    tables: Mapping[str, pa.Table]
    outcomes: Mapping[str, float]
    warnings: list[str]
    arrival_time_s: NDArray[np.float64]
    fireline_intensity_kw_m: NDArray[np.float32]
    flame_length_m: NDArray[np.float32]
    beliefs: list[Belief]
    clockwork: Clockwork
    wall_s: dict[str, float]

    @property
    def budget(self) -> pa.Table:
        """The fifteen-minute budget."""
        return self.tables["budget"]


def result_of(clockwork: Clockwork, strategy: str, wall_s: dict[str, float]) -> Run:
    """Everything that the finished clockwork has to tell."""
    scenario, truth = clockwork.scenario, clockwork.truth
    twin = twin_of(scenario, truth)
    people = _people(clockwork, twin)
    at_risk = _at_risk(truth.journal, people, twin.at_risk)
    budget = budget_table(stage_events(truth.journal, at_risk), earliest_possible(clockwork, twin))
    tables = {
        "events": table_of("events", truth.journal.columns()),
        "messages": clockwork.post.table(),
        "people": people,
        "vehicles": _vehicles(clockwork),
        "units": _units(clockwork),
        "orders": _orders(clockwork),
        "budget": budget,
        "clearance": _clearance(clockwork),
    }
    beliefs = _beliefs(clockwork)
    figures = _fire_figures(clockwork)
    outcomes = outcomes_of(
        tables["people"],
        tables["vehicles"],
        tables["units"],
        budget,
        figures,
        [score for score in (_score(belief, clockwork) for belief in beliefs) if score is not None],
        scenario.ignited_s,
        scenario.horizon_s,
        scenario.fields.people.sea_loss_per_min,
    )
    return Run(
        scenario,
        strategy,
        truth.luck.seed,
        truth.luck.replicate,
        tables,
        outcomes,
        _warnings(clockwork, outcomes),
        np.asarray(truth.fire.arrival_time_s),
        np.asarray(truth.fire.fireline_intensity_kw_m, dtype=np.float32),
        np.asarray(truth.fire.flame_length_m, dtype=np.float32),
        beliefs,
        clockwork,
        wall_s,
    )


def _beliefs(clockwork: Clockwork) -> list[Belief]:
    """What was believed at each forecast; where the plan is on paper, at each plan. One a moment, in order."""
    centre = clockwork.centre.beliefs
    kind = "forecast" if any(kind == "forecast" for kind, _ in centre) else "plan"
    return list({belief.believed_at_s: belief for what, belief in centre if what == kind}.values())


def _people(clockwork: Clockwork, twin: Twin) -> pa.Table:
    """`people.parquet`: what the people went through, beside what the twin says of their place."""
    people = clockwork.truth.people
    columns = dict(people.columns())
    columns["margin_s"] = _realised_margin_s(clockwork)
    columns["at_risk"] = twin.at_risk
    columns["twin_deadline_s"] = np.where(twin.at_risk, twin.deadline_s, inf)
    columns["entered_danger"] = _entered_danger(columns, twin, _sent_by_alert(clockwork))
    return table_of("people", columns)


def _realised_margin_s(clockwork: Clockwork) -> NDArray[np.float64]:
    """Place reached or cut off in this run minus departure; NaN where neither happened. [parties]

    Who never left is taken to leave at the horizon.
    """
    scenario, people = clockwork.scenario, clockwork.truth.people
    deadline_s = deadlines_of_run(scenario, clockwork.truth).deadline_s
    departed_s = np.where(np.isfinite(people.departed_s), people.departed_s, scenario.horizon_s)
    return np.where(deadline_s <= scenario.horizon_s, deadline_s - departed_s, nan)


def _sent_by_alert(clockwork: Clockwork) -> NDArray[np.bool_]:
    """Which parties set out because of an alert: their departure goes back to a `warned` event. [parties]"""
    journal = clockwork.truth.journal
    departed = journal.first_by_actor("picked_up") | journal.first_by_actor("departed")
    warned = journal.follows("warned")
    events = np.array([departed.get(name, -1) for name in clockwork.truth.people.parties.household_id], dtype=np.int64)
    sent: NDArray[np.bool_] = (events >= 0) & warned[events]
    return sent


def _entered_danger(columns: Mapping[str, Any], twin: Twin, sent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Sent by an alert into worse than staying: harmed away from a place that the fire never comes to."""
    left = np.isfinite(columns["departed_s"])
    harmed_away = (np.asarray(columns["exposed_s"]) > 0) & np.isin(columns["exposed_at"], ("road", "sea"))
    stuck = np.isin(columns["fate"], ("trapped", "exposed"))
    entered: NDArray[np.bool_] = sent & left & (harmed_away | stuck) & ~np.isfinite(twin.place_reached_s)
    return entered


def _at_risk(journal: Journal, people: pa.Table, mask: NDArray[np.bool_]) -> PartyTimes:
    """The people at risk as the budget asks for them; the event of each state is found by household."""
    rows = np.flatnonzero(mask)
    names = np.array(people["household_id"].to_pylist(), dtype=object)[rows]

    def times(column: str) -> NDArray[np.float64]:
        values = people[column].to_numpy()[rows]
        return np.where(np.isnan(values), inf, values)

    events = {kind: journal.first_by_actor(kind) for kind in ("warned", "decided", "safe")}

    def ids(kind: str) -> NDArray[np.int64]:
        return np.array([events[kind].get(name, -1) for name in names], dtype=np.int64)

    return PartyTimes(
        people=people["people"].to_numpy()[rows],
        warned_s=times("warned_s"),
        decided_s=times("decided_s"),
        safe_s=times("safe_s"),
        warned_event=ids("warned"),
        decided_event=ids("decided"),
        safe_event=ids("safe"),
    )


def _vehicles(clockwork: Clockwork) -> pa.Table:
    people, traffic = clockwork.truth.people, clockwork.truth.traffic
    columns: dict[str, Any] = dict(traffic.vehicle_columns())
    party = np.asarray(columns.pop("party"), dtype=np.int64)
    # The last entry of each is that of background traffic, party -1: vehicles of no household and no zone.
    ids, zones = [*people.parties.household_id, ""], [*people.zones, ""]
    zone_of, mode_of = np.append(people.parties.zone_index, -1), np.append(people.left_by, CAR)
    columns["trip_id"] = [f"{ids[p] or 'background'}/{trip}" for trip, p in enumerate(party.tolist())]
    columns["household_id"] = [ids[p] for p in party.tolist()]
    columns["zone_id"] = [zones[zone] for zone in zone_of[party].tolist()]
    walks = traffic.flow.travellers.speed_m_s[: traffic.flow.n] > 0.0  # who rides a bus walked to its stop
    columns["mode"] = [MODES[mode] for mode in np.where(walks, FOOT, mode_of[party]).tolist()]
    for fleet in (clockwork.edge.boats, clockwork.edge.buses, clockwork.edge.responders.fetching):
        columns = columns if fleet is None else _below(columns, fleet.voyage_columns())
    return table_of("vehicles", columns)


def _units(clockwork: Clockwork) -> pa.Table:
    """Legs of units on land, then of boats, then of buses."""
    edge, until_s = clockwork.edge, clockwork.scenario.horizon_s
    columns = edge.responders.columns(until_s)
    for fleet in (edge.boats, edge.buses):
        columns = columns if fleet is None else _below(columns, fleet.columns(until_s))
    return table_of("units", columns)


def _below(above: Mapping[str, Any], rows: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Columns of two tables, the rows of one below those of the other."""
    return {name: [*above[name], *rows[name]] for name in above}


def _orders(clockwork: Clockwork) -> pa.Table:
    issued = sorted([*clockwork.centre.issued, *clockwork.authority.issued], key=lambda one: (one.time_s, one.event_id))
    return table_of(
        "orders",
        {
            "order_id": [one.order.order_id for one in issued],
            "time_s": [one.time_s for one in issued],
            "kind": [one.order.kind for one in issued],
            "destination": [one.order.destination for one in issued],
            "why": [one.order.why for one in issued],
            "route": [" ".join(_route(one.order)) for one in issued],
            "deadline_s": [one.time_s if one.order.deadline_s == AT_ONCE else one.order.deadline_s for one in issued],
            "authorised_by": [one.order.authorised_by for one in issued],
            "message_id": [" ".join(one.message_ids) for one in issued],
            "because_message": [one.order.because for one in issued],
            "cause_id": [one.cause_id for one in issued],
        },
    )


def _clearance(clockwork: Clockwork) -> pa.Table:
    """`clearance.csv`: a row a plan, compliance and zone; see `command.orders.Clearance`."""
    rows = [one for plan in clockwork.centre.clearance for one in plan]
    return table_of(
        "clearance",
        {
            "made_s": [one.made_s for one in rows],
            "compliance": [one.compliance for one in rows],
            "zone_id": [one.zone for one in rows],
            "vehicles": [one.vehicles for one in rows],
            "shadow_vehicles": [one.shadow_vehicles for one in rows],
            "clear_50_s": [one.clear_s[0] for one in rows],
            "clear_90_s": [one.clear_s[1] for one in rows],
            "clear_100_s": [one.clear_s[2] for one in rows],
            "least_margin_s": [one.least_margin_s for one in rows],
            "late_share": [one.late_share for one in rows],
        },
    )


def _route(order: Any) -> tuple[str, ...]:
    """The order's own route; of an alert to one zone, that zone's."""
    if order.route or not isinstance(order.body, Alert) or len(order.body.advice) != 1:
        return tuple(order.route)
    return tuple(order.body.advice[0].route)


def _fire_figures(clockwork: Clockwork) -> FireFigures:
    scenario, truth = clockwork.scenario, clockwork.truth
    arrival_s = np.asarray(truth.fire.arrival_time_s)
    built = truth.place.landcover.is_built & np.isfinite(arrival_s)
    at_15_min_s = min(scenario.ignited_s + 900.0, scenario.horizon_s)
    return FireFigures(
        area_burnt_m2=truth.fire.area_m2(scenario.horizon_s),
        area_burnt_at_15_min_m2=truth.fire.area_m2(at_15_min_s),
        built_up_reached_m2=float(built.sum()) * truth.place.grid.cell_area_m2,
        zones_reached=truth.journal.count("fire_reached_zone"),
    )


def _score(belief: Belief, clockwork: Clockwork) -> ForecastScore | None:
    """One forecast against the truth half an hour on; None when the run ends before that."""
    until_s = belief.believed_at_s + SCORED_AHEAD_S
    if until_s > clockwork.scenario.horizon_s or not belief.is_forecast:
        return None
    fire, cell_m2 = clockwork.truth.fire, clockwork.truth.place.grid.cell_area_m2
    here = fire.burnt_window
    predicted, true_s = belief.arrival_time_s <= until_s, fire.arrival_time_s[here]
    true, early_s, late_s = true_s <= until_s, belief.early_arrival_time_s[here], belief.late_arrival_time_s[here]
    new = true & (true_s > belief.believed_at_s)
    inside = new & (early_s <= true_s) & (true_s <= late_s)
    return ForecastScore(
        predicted_m2=np.count_nonzero(predicted) * cell_m2,
        true_m2=np.count_nonzero(true) * cell_m2,
        both_m2=np.count_nonzero(predicted[here] & true) * cell_m2,
        truth_within_band=np.count_nonzero(inside) / np.count_nonzero(new) if new.any() else nan,
    )


def _warnings(clockwork: Clockwork, outcomes: Mapping[str, float]) -> list[str]:
    """What a reader must be told before trusting the figures."""
    truth, edge = clockwork.truth, clockwork.edge
    said: list[str] = []
    said += truth.fire.warnings() + truth.people.warnings() + edge.responders.warnings()
    said += truth.traffic.warnings()
    for fleet in (edge.boats, edge.buses):
        said += [] if fleet is None else fleet.warnings()
    machine = clockwork.centre.machine
    if isinstance(machine, Dispatcher):
        said += cut_off_warnings(clockwork.centre.issued, machine.picture.ground)
        said += unfetched_warnings(machine.picture)
        said += reversal_warnings(clockwork.centre.issued, machine.picture.ground)
        forecasts_s = {belief.believed_at_s for kind, belief in clockwork.centre.beliefs if kind == "forecast"}
        outlines = ((at_s, decode(said).body) for at_s, said in clockwork.post.delivered("FireMapReport", "centre"))
        said += outline_warnings(outlines, sorted(forecasts_s), clockwork.scenario.ignited_s)
    for mast, event in truth.mast_power.dark_event.items():
        said.append(f"mast {mast} went dark at {truth.journal.time_of(event) / 60:.0f} min: the fire reached it")
    grounded = truth.journal.first("drone_grounded")
    if grounded is not None:
        said.append(f"a drone stayed down: {truth.journal.detail_of(grounded)}")
    if outcomes["people_at_risk"] == 0:
        said.append("nobody is at risk in the no-response twin: shares and margins are undefined")
    return said

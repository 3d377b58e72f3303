"""The outcomes of a run: measures that a strategy cannot improve by detecting late or warning few.

All shares, medians and margins of people are over those at risk in the no-response twin, who are the same
whatever the strategy. Times are since ignition. A time that is never reached counts as the horizon in a
restricted mean, and the share that never reached it stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from firesim.outcomes.columns import Arrays, Claims, Columns, Floats, Integers, OfThoseAtRisk, Table, came, or_else
from firesim.outcomes.fetched import by_ambulance, by_bus, by_sea, hours_on_duty
from firesim.outcomes.zones import times_of

EXPOSURE_PLACES = ("home", "road", "beach", "sea")
EXPOSURE_KINDS = ("heat", "smoke")

# Chance of losing one's life per minute in the heat: a judgement with a wide interval,
# because no dose-response for people beside a wildfire front was found. At Mati 26 people died about 30 m from
# the sea and about 700 were taken off the coast (press): 4 %, inside it for exposures of some minutes.
LOSS_PER_EXPOSED_MINUTE = {"low": 0.001, "middle": 0.005, "high": 0.03}

STAGES_SINCE_IGNITION = (
    "first_report_delivered",
    "located",
    "recommended",
    "authorised",
    "first_alert_delivered",
    "alerted_50",
    "decided_50",
    "first_unit_on_scene",
    "first_water",
)


@dataclass(frozen=True)
class FireFigures:
    """What the measures ask of the true fire and of what burnt."""

    area_burnt_m2: float
    area_burnt_at_15_min_m2: float
    built_up_reached_m2: float
    zones_reached: int


@dataclass(frozen=True)
class ForecastScore:
    """One forecast against what happened: areas half an hour after it was made. [m2]"""

    predicted_m2: float
    true_m2: float
    both_m2: float
    truth_within_band: float  # share of cells reached by then whose arrival lies inside the ensemble's band


def outcomes_of(
    people: Table,
    vehicles: Table,
    units: Table,
    budget: Table,
    fire: FireFigures,
    forecasts: list[ForecastScore],
    ignited_s: float,
    horizon_s: float,
    sea_loss_per_min: tuple[float, float, float] = (0.0001, 0.0003, 0.003),
) -> dict[str, float]:
    """Every outcome of one run by name; NaN where there is nothing to measure.

    `people`, `vehicles`, `units` and `budget` are the tables of the run folder (NaN: never). `sea_loss_per_min` is
    the chance, low, middle and high, of losing one's life in a minute of standing in the sea; see `SeaParameters`.
    """
    who, legs = Arrays(people), Arrays(units)
    risk = OfThoseAtRisk(who)
    return {
        **_stages(Arrays(budget), ignited_s, horizon_s),
        **_fates(who, risk),
        **_margins(risk, ignited_s, horizon_s),
        **_exposure(who, dict(zip(LOSS_PER_EXPOSED_MINUTE, sea_loss_per_min, strict=True))),
        **_help(who),
        **_over_warning(who, Arrays(vehicles), horizon_s),
        **by_sea(who, legs),
        **by_bus(who, legs),
        **by_ambulance(who),
        **_fire(fire, legs),
        **_calibration(forecasts),
    }


def _stages(budget: Columns, ignited_s: float, horizon_s: float) -> dict[str, float]:
    """Minutes since ignition of the main stages, never counted as the horizon."""
    restricted = or_else(budget["since_ignition_s"], horizon_s - ignited_s) / 60.0
    of_stage = dict(zip(budget["stage"].tolist(), restricted.tolist(), strict=True))
    return {f"{stage}_min": of_stage[stage] for stage in STAGES_SINCE_IGNITION}


def _share(which: Claims, people: Integers) -> float:
    total = people.sum()
    return float(people[which].sum() / total) if total else nan


def _fates(people: Columns, risk: Columns) -> dict[str, float]:
    """Who of all people, and of those at risk, came through."""
    count, at_risk = people["people"], risk["people"]
    trapped = came(people["trapped_s"]) & ~came(people["safe_s"])
    return {
        "people": float(count.sum()),
        "people_at_risk": float(at_risk.sum()),
        "at_risk_warned_share": _share(came(risk["warned_s"]), at_risk),
        "at_risk_departed_share": _share(came(risk["departed_s"]), at_risk),
        "at_risk_safe_share": _share(came(risk["safe_s"]), at_risk),
        "at_risk_safe_before_deadline_share": _share(risk["safe_s"] <= risk["twin_deadline_s"], at_risk),
        "trapped_people": float(count[trapped].sum()),
        "entered_danger_people": float(count[people["entered_danger"]].sum()),
    }


def _margins(risk: Columns, ignited_s: float, horizon_s: float) -> dict[str, float]:
    """Margins over people at risk; mean available (ASET) against mean required (RSET) time, both since ignition.

    Potential margin: the deadline in the twin (place reached or cut off) minus the time of departure; realised
    margin: the same deadline under the fire as it burnt in this run. Who never departs departs at the horizon;
    whose deadline never comes has it at the horizon, so both means are restricted to it.
    """
    weights = risk["people"].astype(float)
    if weights.sum() == 0:
        return dict.fromkeys(
            ("potential_margin_min", "potential_margin_below_zero_share", "realised_margin_min",
             "realised_margin_below_zero_share", "aset_min", "rset_min", "safety_factor_lowest_zone"), nan
        )  # fmt: skip
    departed = or_else(risk["departed_s"], horizon_s)
    potential = or_else(risk["twin_deadline_s"], horizon_s) - departed
    realised = np.where(np.isnan(risk["margin_s"]), horizon_s - departed, risk["margin_s"])
    safe = or_else(risk["safe_s"], horizon_s) - ignited_s
    available = risk["twin_deadline_s"] - ignited_s
    return {
        "potential_margin_min": float(np.average(potential, weights=weights) / 60.0),
        "potential_margin_below_zero_share": float(np.average(potential < 0, weights=weights)),
        "realised_margin_min": float(np.average(realised, weights=weights) / 60.0),
        "realised_margin_below_zero_share": float(np.average(realised < 0, weights=weights)),
        "aset_min": float(np.average(available, weights=weights) / 60.0),
        "rset_min": float(np.average(safe, weights=weights) / 60.0),
        "safety_factor_lowest_zone": float(times_of(risk, ignited_s, horizon_s)["safety_factor"].min()),
    }


def _exposure(people: Columns, sea_loss_per_min: dict[str, float]) -> dict[str, float]:
    """Person-minutes by place and by what it was, and what they may cost those at risk: in the heat, and in the sea.

    The chance of loss counts heat on land and every minute in the sea, not smoke.
    """
    count, risk = people["people"], people["at_risk"]
    measured = {
        f"exposed_{part}_person_min": float((or_else(people[f"exposed_{part}_s"], 0.0) * count).sum() / 60.0)
        for part in (*EXPOSURE_PLACES, *EXPOSURE_KINDS)
    }
    person_minutes = or_else(people["exposed_s"], 0.0) / 60.0 * count
    at_sea = or_else(people["exposed_sea_s"][risk], 0.0) / 60.0
    on_land = or_else(people["exposed_heat_s"][risk], 0.0) / 60.0
    lost = {
        f"lost_probability_{name}": _mean_loss(rate * on_land + sea_loss_per_min[name] * at_sea, count[risk])
        for name, rate in LOSS_PER_EXPOSED_MINUTE.items()
    }
    lost_at_sea = {
        f"lost_at_sea_probability_{name}": _mean_loss(rate * at_sea, count[risk])
        for name, rate in sea_loss_per_min.items()
    }
    went_in = float(count[came(people["entered_sea_s"])].sum())
    total = {"exposed_person_min": float(person_minutes.sum())}
    return {**total, **measured, **lost, **lost_at_sea, "entered_sea_people": went_in}


def _mean_loss(hazard: Floats, people: Integers) -> float:
    """Mean probability that a person at risk is lost: 1 - exp(-hazard)."""
    if people.sum() == 0:
        return nan
    return float(np.average(-np.expm1(-hazard), weights=people))


def _help(people: Columns) -> dict[str, float]:
    """People whom others told, took along, or left behind; and whom alerts reached outside their zones."""
    count = people["people"]
    return {
        "reached_outside_people": float(count[people["reached_outside"]].sum()),
        "warned_by_neighbour_people": float(count[people["warned_by"] == "neighbour"].sum()),
        "took_lift_people": float(count[people["left_by"] == "lift"].sum()),
        "waits_for_help_people": float(count[people["waits_for"] == "help"].sum()),
    }


def _over_warning(people: Columns, vehicles: Columns, horizon_s: float) -> dict[str, float]:
    """What it cost those who moved without need: they were at no risk in the twin and moved all the same."""
    count, departed_s = people["people"], people["departed_s"]
    needless = (~people["at_risk"] & came(departed_s)).nonzero()[0]
    moved_s = or_else(people["safe_s"][needless], horizon_s) - departed_s[needless]
    by_road = (vehicles["mode"] != "foot") & (vehicles["mode"] != "boat")
    households = set(people["household_id"][needless].tolist())
    is_theirs = np.array([name in households for name in vehicles["household_id"].tolist()], dtype=np.bool_)
    return {
        "moved_without_need_people": float(count[needless].sum()),
        "moved_without_need_person_hours": float((moved_s * count[needless]).sum() / 3600.0),
        "moved_without_need_vehicle_km": float(np.nansum(vehicles["distance_m"][is_theirs & by_road]) / 1000.0),
        "warned_without_need_people": float(count[~people["at_risk"] & came(people["warned_s"])].sum()),
    }


def _fire(fire: FireFigures, units: Columns) -> dict[str, float]:
    kind, leg = units["kind"], units["leg"]
    endangered = (leg == "withdraw") | (leg == "overrun")
    return {
        "area_burnt_ha": fire.area_burnt_m2 / 1e4,
        "area_burnt_at_15_min_ha": fire.area_burnt_at_15_min_m2 / 1e4,
        "built_up_reached_ha": fire.built_up_reached_m2 / 1e4,
        "zones_reached": float(fire.zones_reached),
        "water_m3": float(np.nansum(units["water_litres"][leg == "water"]) / 1000.0),
        "unit_hours": hours_on_duty(units, (kind != "boat") & (kind != "bus")),
        "units_endangered": float(len(set(units["unit"][endangered].tolist()))),
    }


def _calibration(forecasts: list[ForecastScore]) -> dict[str, float]:
    """How well the forecasts did, half an hour ahead; NaN when none was made or none can be scored."""
    scored = [score for score in forecasts if score.true_m2 > 0]
    if not scored:
        return {"forecast_overlap": nan, "forecast_area_ratio": nan, "forecast_band_coverage": nan}
    overlap = [score.both_m2 / (score.predicted_m2 + score.true_m2 - score.both_m2) for score in scored]
    ratio = [score.predicted_m2 / score.true_m2 for score in scored]
    return {
        "forecast_overlap": float(np.mean(overlap)),
        "forecast_area_ratio": float(np.exp(np.mean(np.log(np.maximum(ratio, 1e-9))))),
        "forecast_band_coverage": float(np.mean([score.truth_within_band for score in scored])),
    }

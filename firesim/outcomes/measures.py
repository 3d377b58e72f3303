"""The outcomes of a run: measures that a strategy cannot improve by detecting late or warning few.

All shares, medians and margins of people are over those at risk in the no-response twin, who are the same
whatever the strategy. Times are since ignition. A time that is never reached counts as the horizon in a
restricted mean, and the share that never reached it stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

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
    people: pd.DataFrame,
    vehicles: pd.DataFrame,
    units: pd.DataFrame,
    budget: pd.DataFrame,
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
    risk = people[people["at_risk"]]
    return {
        **_stages(budget, ignited_s, horizon_s),
        **_fates(people, risk),
        **_margins(risk, ignited_s, horizon_s),
        **_exposure(people, dict(zip(LOSS_PER_EXPOSED_MINUTE, sea_loss_per_min, strict=True))),
        **_help(people),
        **_over_warning(people, vehicles, horizon_s),
        **_by_sea(people, units),
        **_by_bus(people, units),
        **_by_ambulance(people),
        **_fire(fire, units),
        **_calibration(forecasts),
    }


def _stages(budget: pd.DataFrame, ignited_s: float, horizon_s: float) -> dict[str, float]:
    """Minutes since ignition of the main stages, never counted as the horizon."""
    since = budget.set_index("stage")["since_ignition_s"]
    restricted = since.fillna(horizon_s - ignited_s) / 60.0
    return {f"{stage}_min": float(restricted[stage]) for stage in STAGES_SINCE_IGNITION}


def _share(mask: pd.Series[bool], people: pd.Series[int]) -> float:
    total = people.sum()
    return float(people[mask].sum() / total) if total else nan


def _fates(people: pd.DataFrame, risk: pd.DataFrame) -> dict[str, float]:
    """Who of all people, and of those at risk, came through."""
    count = risk["people"]
    return {
        "people": float(people["people"].sum()),
        "people_at_risk": float(count.sum()),
        "at_risk_warned_share": _share(risk["warned_s"].notna(), count),
        "at_risk_departed_share": _share(risk["departed_s"].notna(), count),
        "at_risk_safe_share": _share(risk["safe_s"].notna(), count),
        "at_risk_safe_before_deadline_share": _share(risk["safe_s"] <= risk["twin_deadline_s"], count),
        "trapped_people": float(people.loc[people["trapped_s"].notna() & people["safe_s"].isna(), "people"].sum()),
        "entered_danger_people": float(people.loc[people["entered_danger"], "people"].sum()),
    }


def _margins(risk: pd.DataFrame, ignited_s: float, horizon_s: float) -> dict[str, float]:
    """Margins over people at risk; mean available (ASET) against mean required (RSET) time, both since ignition.

    Potential margin: the deadline in the twin (place reached or cut off) minus the time of departure; realised
    margin: the same deadline under the fire as it burnt in this run. Who never departs departs at the horizon;
    whose deadline never comes has it at the horizon, so both means are restricted to it.
    """
    weights = risk["people"].to_numpy(dtype=float)
    if weights.sum() == 0:
        return dict.fromkeys(
            ("potential_margin_min", "potential_margin_below_zero_share", "realised_margin_min",
             "realised_margin_below_zero_share", "aset_min", "rset_min", "safety_factor_lowest_zone"), nan
        )  # fmt: skip
    departed = risk["departed_s"].fillna(horizon_s).to_numpy()
    potential = risk["twin_deadline_s"].fillna(horizon_s).to_numpy() - departed
    realised = risk["margin_s"].to_numpy()
    realised = np.where(np.isnan(realised), horizon_s - departed, realised)
    safe = risk["safe_s"].fillna(horizon_s).to_numpy() - ignited_s
    available = risk["twin_deadline_s"].to_numpy() - ignited_s
    return {
        "potential_margin_min": float(np.average(potential, weights=weights) / 60.0),
        "potential_margin_below_zero_share": float(np.average(potential < 0, weights=weights)),
        "realised_margin_min": float(np.average(realised, weights=weights) / 60.0),
        "realised_margin_below_zero_share": float(np.average(realised < 0, weights=weights)),
        "aset_min": float(np.average(available, weights=weights) / 60.0),
        "rset_min": float(np.average(safe, weights=weights) / 60.0),
        "safety_factor_lowest_zone": float(zone_times(risk, ignited_s, horizon_s)["safety_factor"].min()),
    }


def zone_times(people: pd.DataFrame, ignited_s: float, horizon_s: float) -> pd.DataFrame:
    """Available and required safe time of each zone with people at risk.

    Columns `zone_id, people_at_risk, aset_min` (its first party's deadline in the twin, since ignition),
    `rset_min` (when 90 % of its people at risk are safe; NaN: never), `safety_factor` (their ratio; the
    required time counts as the horizon when it is never reached, so that the ratio is then an upper bound).
    The outcomes `aset_min` and `rset_min` are others: means over all people at risk.
    """
    rows, risk = [], people[people["at_risk"]]
    of_risk = (risk["people"].to_numpy(), risk["safe_s"].fillna(inf).to_numpy(), risk["twin_deadline_s"].to_numpy())
    for zone, party in sorted(risk.groupby("zone_id").indices.items()):
        weights, safe, deadline = (column[party] for column in of_risk)
        order = np.argsort(safe, kind="stable")
        at_90 = safe[order][np.searchsorted(np.cumsum(weights[order]), 0.9 * weights.sum() - 1e-9)]
        aset = (np.fmin.reduce(deadline) - ignited_s) / 60.0
        rset = (at_90 - ignited_s) / 60.0
        factor = aset / (rset if isfinite(rset) else (horizon_s - ignited_s) / 60.0)
        rows.append((zone, int(weights.sum()), aset, rset if isfinite(rset) else nan, factor))
    return pd.DataFrame(rows, columns=["zone_id", "people_at_risk", "aset_min", "rset_min", "safety_factor"])


def _exposure(people: pd.DataFrame, sea_loss_per_min: dict[str, float]) -> dict[str, float]:
    """Person-minutes by place and by what it was, and what they may cost those at risk: in the heat, and in the sea.

    The chance of loss counts heat on land and every minute in the sea, not smoke.
    """
    measured = {
        f"exposed_{part}_person_min": float((people[f"exposed_{part}_s"].fillna(0.0) * people["people"]).sum() / 60.0)
        for part in (*EXPOSURE_PLACES, *EXPOSURE_KINDS)
    }
    person_minutes = people["exposed_s"].fillna(0.0) / 60.0 * people["people"]
    in_sea = people["exposed_sea_s"].fillna(0.0) / 60.0
    on_dry_land = people["exposed_heat_s"].fillna(0.0) / 60.0
    risk = people["at_risk"].to_numpy(dtype=bool)
    on_land, at_sea, count = on_dry_land[risk], in_sea[risk], people.loc[risk, "people"]
    lost = {
        f"lost_probability_{name}": _mean_loss(rate * on_land + sea_loss_per_min[name] * at_sea, count)
        for name, rate in LOSS_PER_EXPOSED_MINUTE.items()
    }
    lost_at_sea = {
        f"lost_at_sea_probability_{name}": _mean_loss(rate * at_sea, count) for name, rate in sea_loss_per_min.items()
    }
    went_in = float(people.loc[people["entered_sea_s"].notna(), "people"].sum())
    total = {"exposed_person_min": float(person_minutes.sum())}
    return {**total, **measured, **lost, **lost_at_sea, "entered_sea_people": went_in}


def _mean_loss(hazard: pd.Series[float], people: pd.Series[int]) -> float:
    """Mean probability that a person at risk is lost: 1 - exp(-hazard)."""
    if people.sum() == 0:
        return nan
    return float(np.average(-np.expm1(-hazard.to_numpy()), weights=people.to_numpy()))


def _help(people: pd.DataFrame) -> dict[str, float]:
    """People whom others told, took along, or left behind; and whom alerts reached outside their zones."""
    count = people["people"]
    return {
        "reached_outside_people": float(count[people["reached_outside"]].sum()),
        "warned_by_neighbour_people": float(count[people["warned_by"] == "neighbour"].sum()),
        "took_lift_people": float(count[people["left_by"] == "lift"].sum()),
        "waits_for_help_people": float(count[people["waits_for"] == "help"].sum()),
    }


def _over_warning(people: pd.DataFrame, vehicles: pd.DataFrame, horizon_s: float) -> dict[str, float]:
    """What it cost those who moved without need: they were at no risk in the twin and moved all the same."""
    columns = ["household_id", "people", "departed_s", "safe_s"]
    needless = people.loc[~people["at_risk"] & people["departed_s"].notna(), columns]
    end = needless["safe_s"].fillna(horizon_s)
    by_road = ~vehicles["mode"].isin(("foot", "boat"))
    households = set(needless["household_id"].tolist())
    is_theirs = np.array([name in households for name in vehicles["household_id"].tolist()], dtype=np.bool_)
    trips = vehicles[is_theirs & by_road]
    return {
        "moved_without_need_people": float(needless["people"].sum()),
        "moved_without_need_person_hours": float(((end - needless["departed_s"]) * needless["people"]).sum() / 3600.0),
        "moved_without_need_vehicle_km": float(trips["distance_m"].sum() / 1000.0),
        "warned_without_need_people": float(
            people.loc[~people["at_risk"] & people["warned_s"].notna(), "people"].sum()
        ),
    }


def _by_sea(people: pd.DataFrame, units: pd.DataFrame) -> dict[str, float]:
    """Who was taken off by boat, without need as well, and who waited for one in vain.

    In vain: come to a landing, neither taken off nor safe otherwise when the run ends. The wait is that of those who
    went aboard, mean over people.
    """
    taken, count = people["landed_s"].notna(), people["people"]
    vain = people["shore_s"].notna() & people["boarded_s"].isna() & people["safe_s"].isna()
    aboard = people.loc[people["boarded_s"].notna(), ["people", "shore_s", "boarded_s"]]
    waits_s = (aboard["boarded_s"] - aboard["shore_s"]) * aboard["people"]
    legs = units[(units["kind"] == "boat") & (units["leg"] != "available")]
    return {
        "transferred_by_sea_people": float(count[taken].sum()),
        "transferred_by_sea_without_need_people": float(count[taken & ~people["at_risk"]].sum()),
        "waited_in_vain_people": float(count[vain].sum()),
        "wait_for_boat_min": float(waits_s.sum() / aboard["people"].sum() / 60.0) if len(aboard) else nan,
        "boat_hours": _hours(legs),
    }


def _by_bus(people: pd.DataFrame, units: pd.DataFrame) -> dict[str, float]:
    """Who was brought to a refuge by bus, without need as well, and who waited for one in vain.

    In vain: came to a stop, got on no bus, and is not safe otherwise when the run ends. The wait is that of those who
    got on, mean over people.
    """
    count, rode = people["people"], people["left_by"] == "bus"
    taken = rode & people["got_off_s"].notna()
    got_on = people.loc[people["got_on_s"].notna(), ["people", "at_stop_s", "got_on_s"]]
    vain = people["at_stop_s"].notna() & people["got_on_s"].isna() & people["safe_s"].isna()
    waits_s = (got_on["got_on_s"] - got_on["at_stop_s"]) * got_on["people"]
    return {
        "transferred_by_bus_people": float(count[taken].sum()),
        "transferred_by_bus_without_need_people": float(count[taken & ~people["at_risk"]].sum()),
        "waited_for_bus_in_vain_people": float(count[vain].sum()),
        "waited_for_bus_min": float(waits_s.sum() / got_on["people"].sum() / 60.0) if len(got_on) else nan,
        "bus_hours": _hours(units[(units["kind"] == "bus") & (units["leg"] != "available")]),
    }


def _by_ambulance(people: pd.DataFrame) -> dict[str, float]:
    """Who called for help, whom ambulances brought to safety, without need as well, and how long these had waited.

    The wait is from the first call to being aboard, mean over people.
    """
    count, called = people["people"], people["called_for_help_s"].notna()
    fetched = people["let_off_s"].notna()
    taken = people.loc[people["picked_up_s"].notna(), ["people", "called_for_help_s", "picked_up_s"]]
    waits_s = (taken["picked_up_s"] - taken["called_for_help_s"]) * taken["people"]
    return {
        "called_for_help_people": float(count[called].sum()),
        "called_for_help_parties": float(called.sum()),
        "fetched_by_ambulance_people": float(count[fetched].sum()),
        "fetched_by_ambulance_without_need_people": float(count[fetched & ~people["at_risk"]].sum()),
        "waited_for_ambulance_min": float(waits_s.sum() / taken["people"].sum() / 60.0) if len(taken) else nan,
    }


def _hours(legs: pd.DataFrame) -> float:
    return float((legs["end_s"] - legs["start_s"]).sum() / 3600.0)


def _fire(fire: FireFigures, units: pd.DataFrame) -> dict[str, float]:
    working = units[units["leg"] == "water"]
    on_duty = units[(units["leg"] != "available") & ~units["kind"].isin(("boat", "bus"))]
    return {
        "area_burnt_ha": fire.area_burnt_m2 / 1e4,
        "area_burnt_at_15_min_ha": fire.area_burnt_at_15_min_m2 / 1e4,
        "built_up_reached_ha": fire.built_up_reached_m2 / 1e4,
        "zones_reached": float(fire.zones_reached),
        "water_m3": float(working["water_litres"].sum() / 1000.0),
        "unit_hours": _hours(on_duty),
        "units_endangered": float(units.loc[units["leg"].isin(("withdraw", "overrun")), "unit"].nunique()),
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

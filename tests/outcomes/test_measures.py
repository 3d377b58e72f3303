"""Outcomes that cannot be gamed: fixed denominators, censored times said, costs beside gains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.outcomes.budget import OWNERS
from firesim.outcomes.measures import FireFigures, ForecastScore, outcomes_of, zone_times

HORIZON_S = 10_000.0
NO_UNITS = pd.DataFrame({name: [] for name in ("unit", "kind", "leg", "start_s", "end_s", "water_litres")})
NO_TRIPS = pd.DataFrame({"household_id": [], "mode": [], "distance_m": []})
FIRE = FireFigures(area_burnt_m2=5e5, area_burnt_at_15_min_m2=1e4, built_up_reached_m2=900.0, zones_reached=1)


def party(**changes: object) -> dict[str, object]:
    base = {
        "household_id": "a", "zone_id": "west", "people": 2, "warned_s": np.nan, "warned_by": "", "decided_s": np.nan,
        "departed_s": np.nan, "safe_s": np.nan, "place_reached_s": np.nan, "margin_s": np.nan, "exposed_s": 0.0,
        "fate": "home", "at_risk": True, "twin_deadline_s": 3600.0, "exposed_at": "", "entered_danger": False,
        "trapped_s": np.nan, "exposed_home_s": 0.0, "exposed_road_s": 0.0, "exposed_beach_s": 0.0, "exposed_sea_s": 0.0,
        "exposed_heat_s": 0.0, "exposed_smoke_s": 0.0, "landing": "", "shore_s": np.nan, "boarded_s": np.nan,
        "landed_s": np.nan, "entered_sea_s": np.nan, "reached_outside": False, "left_by": "", "waits_for": "",
        "bus_stop": "", "at_stop_s": np.nan, "got_on_s": np.nan, "got_off_s": np.nan,
        "called_for_help_s": np.nan, "fetched_by": "", "picked_up_s": np.nan, "let_off_s": np.nan,
    }  # fmt: skip
    return base | changes


def measured(
    *parties: dict[str, object], trips: pd.DataFrame = NO_TRIPS, scores: list[ForecastScore] | None = None
) -> dict[str, float]:
    budget = pd.DataFrame({"stage": list(OWNERS), "since_ignition_s": np.nan})
    people = pd.DataFrame(list(parties))
    return outcomes_of(people, trips, NO_UNITS, budget, FIRE, scores or [], 0.0, HORIZON_S)


def test_warning_fewer_people_does_not_raise_the_share_of_those_warned():
    both = measured(party(warned_s=100.0), party(warned_s=100.0))
    one = measured(party(warned_s=100.0), party())
    assert both["at_risk_warned_share"] == 1.0
    assert one["at_risk_warned_share"] == 0.5


def test_people_at_no_risk_do_not_dilute_the_shares():
    alone = measured(party(safe_s=900.0, departed_s=300.0))
    many = party(at_risk=False, people=10_000, twin_deadline_s=np.nan)
    crowded = measured(party(safe_s=900.0, departed_s=300.0), many)
    assert alone["at_risk_safe_share"] == crowded["at_risk_safe_share"] == 1.0


def test_never_counts_as_the_horizon_and_is_said_beside():
    never = measured(party())
    assert never["first_alert_delivered_min"] == pytest.approx(HORIZON_S / 60.0)
    assert never["rset_min"] == pytest.approx(HORIZON_S / 60.0)
    assert never["at_risk_safe_share"] == 0.0


def test_moving_those_at_no_risk_is_a_cost():
    trips = pd.DataFrame(
        {"household_id": ["b", "b", ""], "mode": ["car", "foot", "boat"], "distance_m": [5000.0, 70.0, 9000.0]}
    )
    needless = party(household_id="b", at_risk=False, people=3, departed_s=100.0, safe_s=3700.0, twin_deadline_s=np.nan)
    cost = measured(party(), needless, trips=trips)
    assert cost["moved_without_need_people"] == 3.0
    assert cost["moved_without_need_person_hours"] == pytest.approx(3.0)
    assert cost["moved_without_need_vehicle_km"] == pytest.approx(5.0)


def test_those_taken_off_by_sea_and_those_who_waited_in_vain_are_told_apart():
    taken = party(people=4, shore_s=600.0, boarded_s=1800.0, landed_s=3000.0, safe_s=3000.0, departed_s=1800.0)
    needless = taken | {"people": 1, "at_risk": False, "boarded_s": 1200.0}
    vain, sheltered = party(people=3, shore_s=900.0), party(people=5, shore_s=900.0, safe_s=900.0, departed_s=300.0)
    found = measured(taken, needless, vain, sheltered)
    assert found["transferred_by_sea_people"] == 5.0
    assert found["transferred_by_sea_without_need_people"] == 1.0
    assert found["waited_in_vain_people"] == 3.0  # who is safe on a beach refuge does not wait in vain
    assert found["wait_for_boat_min"] == pytest.approx((4 * 20.0 + 10.0) / 5)
    assert np.isnan(measured(party())["wait_for_boat_min"])


def test_those_brought_by_bus_and_those_who_waited_for_one_in_vain_are_told_apart():
    rode = {"at_stop_s": 600.0, "got_on_s": 1800.0, "got_off_s": 3000.0, "departed_s": 300.0}
    brought = party(people=4, left_by="bus", safe_s=3000.0, **rode)
    needless = brought | {"people": 1, "at_risk": False, "got_on_s": 1200.0}
    got_out = party(people=2, left_by="foot", safe_s=9000.0, **rode)  # where the bus could go no further
    vain = party(people=3, at_stop_s=900.0, departed_s=300.0)
    walked_on = party(people=5, at_stop_s=900.0, departed_s=300.0, safe_s=6000.0)
    found = measured(brought, needless, got_out, vain, walked_on)
    assert found["transferred_by_bus_people"] == 5.0
    assert found["transferred_by_bus_without_need_people"] == 1.0
    assert found["waited_for_bus_in_vain_people"] == 3.0
    assert found["waited_for_bus_min"] == pytest.approx((4 * 20.0 + 10.0 + 2 * 20.0) / 7)
    assert np.isnan(measured(party())["waited_for_bus_min"])
    assert found["transferred_by_sea_people"] == 0.0


def test_those_who_called_for_help_and_those_whom_ambulances_fetched_are_told_apart():
    calls = {"called_for_help_s": 600.0, "left_by": "ambulance", "departed_s": 1800.0, "picked_up_s": 1800.0}
    fetched = party(people=4, safe_s=3000.0, let_off_s=3000.0, **calls)
    needless = fetched | {"people": 1, "at_risk": False, "picked_up_s": 1200.0}
    aboard = party(people=2, **calls)  # still on the way, or stuck
    in_vain = party(people=3, called_for_help_s=900.0, waits_for="help")
    found = measured(fetched, needless, aboard, in_vain, party(people=9))
    assert found["called_for_help_people"] == 10.0
    assert found["called_for_help_parties"] == 4.0
    assert found["fetched_by_ambulance_people"] == 5.0
    assert found["fetched_by_ambulance_without_need_people"] == 1.0
    assert found["waited_for_ambulance_min"] == pytest.approx((4 * 20.0 + 10.0 + 2 * 20.0) / 7)
    assert found["waits_for_help_people"] == 3.0
    assert np.isnan(measured(party())["waited_for_ambulance_min"])


def test_exposure_is_counted_in_person_minutes_where_it_happens():
    found = measured(party(exposed_s=120.0, exposed_road_s=120.0, people=5), party(exposed_s=60.0, exposed_home_s=60.0))
    assert found["exposed_road_person_min"] == pytest.approx(10.0)
    assert found["exposed_home_person_min"] == pytest.approx(2.0)
    assert found["exposed_person_min"] == pytest.approx(12.0)


def test_heat_and_smoke_are_told_apart_and_smoke_alone_costs_no_life_by_the_rate_of_heat():
    smoked = party(exposed_s=600.0, exposed_home_s=600.0, exposed_smoke_s=600.0)
    both = party(exposed_s=120.0, exposed_road_s=120.0, exposed_heat_s=60.0, exposed_smoke_s=120.0)
    found = measured(smoked, both)
    assert found["exposed_person_min"] == pytest.approx(24.0)
    assert found["exposed_heat_person_min"] == pytest.approx(2.0)
    assert found["exposed_smoke_person_min"] == pytest.approx(24.0)
    assert measured(smoked)["lost_probability_high"] == 0.0
    assert measured(both)["lost_probability_middle"] == pytest.approx(-np.expm1(-0.005))


@given(st.floats(0.0, 5000.0), st.floats(0.0, 5000.0))
def test_more_exposure_to_heat_is_never_a_smaller_loss(one_s, other_s):
    less, more = sorted((one_s, other_s))
    low = measured(party(exposed_s=less, exposed_road_s=less, exposed_heat_s=less))
    high = measured(party(exposed_s=more, exposed_road_s=more, exposed_heat_s=more))
    for name in ("low", "middle", "high"):
        assert low[f"lost_probability_{name}"] <= high[f"lost_probability_{name}"] <= 1.0
    assert high["lost_probability_low"] <= high["lost_probability_middle"] <= high["lost_probability_high"]


def test_a_minute_in_the_sea_is_counted_apart_at_a_risk_of_its_own():
    in_sea = measured(party(exposed_s=600.0, exposed_sea_s=600.0, entered_sea_s=0.0, people=3))
    on_land = measured(party(exposed_s=600.0, exposed_beach_s=600.0, exposed_heat_s=600.0, people=3))
    assert in_sea["lost_probability_middle"] == pytest.approx(1.0 - np.exp(-0.0003 * 10.0))
    assert in_sea["lost_at_sea_probability_middle"] == in_sea["lost_probability_middle"]
    assert on_land["lost_probability_middle"] == pytest.approx(1.0 - np.exp(-0.005 * 10.0))
    assert on_land["lost_at_sea_probability_middle"] == 0.0
    assert (in_sea["entered_sea_people"], on_land["entered_sea_people"]) == (3.0, 0.0)
    assert in_sea["exposed_sea_person_min"] == pytest.approx(30.0)


def test_people_reached_outside_the_zones_and_those_taken_along_are_counted():
    found = measured(
        party(reached_outside=True, people=4), party(left_by="lift", people=3), party(waits_for="help", people=1),
        party(warned_by="neighbour", people=5),
    )  # fmt: skip
    names = ("reached_outside", "took_lift", "waits_for_help", "warned_by_neighbour")
    assert [found[f"{name}_people"] for name in names] == [4.0, 3.0, 1.0, 5.0]


def test_a_later_departure_has_a_smaller_margin():
    early = measured(party(departed_s=600.0, safe_s=1200.0))
    late = measured(party(departed_s=4200.0, safe_s=5000.0))
    assert early["potential_margin_min"] == pytest.approx((3600.0 - 600.0) / 60.0)
    assert late["potential_margin_min"] == pytest.approx(-10.0)
    assert late["potential_margin_below_zero_share"] == 1.0


def test_a_zones_safety_factor_is_available_over_required_time():
    people = pd.DataFrame([party(people=9, safe_s=1800.0, departed_s=60.0), party(people=1)])
    zones = zone_times(people, 0.0, HORIZON_S)
    assert zones["safety_factor"].tolist() == [pytest.approx(2.0)]  # 3,600 s available, 90 % safe at 1,800 s


def test_a_forecast_that_is_right_overlaps_wholly():
    right = measured(party(), scores=[ForecastScore(1e6, 1e6, 1e6, 1.0)])
    half = measured(party(), scores=[ForecastScore(5e5, 1e6, 5e5, 0.4)])
    assert right["forecast_overlap"] == 1.0
    assert half["forecast_overlap"] == pytest.approx(0.5)
    assert half["forecast_area_ratio"] == pytest.approx(0.5)
    assert np.isnan(measured(party())["forecast_overlap"])


def test_who_got_away_after_all_is_not_trapped():
    found = measured(party(trapped_s=900.0, people=4), party(trapped_s=900.0, safe_s=2000.0, fate="safe"))
    assert found["trapped_people"] == 4.0

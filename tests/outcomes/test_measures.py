"""Outcomes that cannot be gamed: fixed denominators, censored times said, costs beside gains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.outcomes.budget import OWNERS
from firesim.outcomes.measures import FireFigures, ForecastScore, outcomes_of
from firesim.outcomes.zones import zone_times
from firesim.record import table_of

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
    *parties: dict[str, object],
    trips: pd.DataFrame = NO_TRIPS,
    units: pd.DataFrame = NO_UNITS,
    scores: list[ForecastScore] | None = None,
) -> dict[str, float]:
    budget = pd.DataFrame({"stage": list(OWNERS), "since_ignition_s": np.nan})
    people = pd.DataFrame(list(parties))
    return outcomes_of(people, trips, units, budget, FIRE, scores or [], 0.0, HORIZON_S)


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


def test_hours_count_on_duty_alone_boats_and_buses_apart_and_water_where_it_was_thrown():
    legs = [
        ("engine-1", "engine", "available", 0.0, 1800.0, np.nan),
        ("engine-1", "engine", "drive", 1800.0, 3600.0, np.nan),
        ("engine-1", "engine", "water", 3600.0, 5400.0, 1500.0),
        ("engine-1", "engine", "refill", 5400.0, 7200.0, 9000.0),
        ("engine-1", "engine", "withdraw", 7200.0, 9000.0, np.nan),
        ("engine-2", "engine", "water", 0.0, 3600.0, 500.0),
        ("engine-2", "engine", "overrun", 3600.0, np.nan, np.nan),  # never ends
        ("engine-3", "engine", "water", 3600.0, np.nan, np.nan),  # nothing thrown yet
        ("boat-1", "boat", "available", 0.0, 900.0, np.nan),
        ("boat-1", "boat", "sail", 900.0, 2700.0, np.nan),
        ("bus-1", "bus", "drive", 0.0, 7200.0, np.nan),
        ("bus-1", "bus", "withdraw", 7200.0, 7200.0, np.nan),
    ]
    names = ("unit", "kind", "leg", "start_s", "end_s", "water_litres")
    found = measured(party(), units=pd.DataFrame(legs, columns=names))
    assert found["unit_hours"] == pytest.approx(4 * 0.5 + 1.0)
    assert found["boat_hours"] == pytest.approx(0.5)
    assert found["bus_hours"] == pytest.approx(2.0)
    assert found["water_m3"] == pytest.approx(2.0)
    assert found["units_endangered"] == 3.0


def mixed() -> list[dict[str, object]]:
    """Parties of two zones: at risk and not, safe in time, late and never, with and without a time the fire comes."""
    return [
        party(household_id="1", zone_id="west", people=6, departed_s=600.0, safe_s=1200.0, margin_s=1800.0),
        party(household_id="2", zone_id="east", people=3, departed_s=4200.0, safe_s=6000.0, margin_s=np.nan),
        party(household_id="3", zone_id="east", people=1, twin_deadline_s=np.nan, entered_danger=True, margin_s=-600.0),
        party(household_id="4", zone_id="north", people=5, at_risk=False, twin_deadline_s=np.nan, departed_s=6400.0),
        party(household_id="5", zone_id="north", people=4, at_risk=False, twin_deadline_s=np.nan, warned_s=60.0),
        party(
            household_id="6",
            zone_id="west",
            people=2,
            warned_s=60.0,
            entered_danger=True,
            exposed_s=np.nan,
            twin_deadline_s=2400.0,
        ),
    ]


def test_margins_are_those_of_people_at_risk_and_a_time_that_never_comes_is_the_horizon():
    found = measured(*mixed())
    potential = [6 * 3000.0, 3 * -600.0, 1 * 0.0, 2 * (2400.0 - HORIZON_S)]  # who has no deadline never left either
    realised = [6 * 1800.0, 3 * (HORIZON_S - 4200.0), 1 * -600.0, 2 * 0.0]
    assert found["potential_margin_min"] == pytest.approx(sum(potential) / 12 / 60.0)
    assert found["potential_margin_below_zero_share"] == pytest.approx(5 / 12)
    assert found["realised_margin_min"] == pytest.approx(sum(realised) / 12 / 60.0)
    assert found["realised_margin_below_zero_share"] == pytest.approx(1 / 12)
    assert found["rset_min"] == pytest.approx((6 * 1200.0 + 3 * 6000.0 + 3 * HORIZON_S) / 12 / 60.0)
    assert found["at_risk_safe_before_deadline_share"] == pytest.approx(6 / 12)
    assert found["safety_factor_lowest_zone"] == pytest.approx(2400.0 / HORIZON_S)


def test_costs_to_those_at_no_risk_and_harm_by_orders_are_counted_of_those_concerned_alone():
    trips = pd.DataFrame({
        "household_id": ["4", "4", "4", "1", "4"], "mode": ["car", "boat", "foot", "car", "car"],
        "distance_m": [3000.0, 500.0, 200.0, 9000.0, np.nan],
    })  # fmt: skip
    found = measured(*mixed(), trips=trips)
    assert found["moved_without_need_people"] == 5.0
    assert found["moved_without_need_person_hours"] == pytest.approx(5 * (HORIZON_S - 6400.0) / 3600.0)
    assert found["moved_without_need_vehicle_km"] == pytest.approx(3.0)
    assert found["warned_without_need_people"] == 4.0
    assert found["entered_danger_people"] == 3.0
    assert found["exposed_person_min"] == 0.0


def test_each_zone_has_its_own_times_in_order_of_names():
    zones = zone_times(pd.DataFrame(mixed()), 600.0, HORIZON_S)
    assert zones["zone_id"].tolist() == ["east", "west"]
    assert zones["people_at_risk"].tolist() == [4, 8]
    assert zones["aset_min"].tolist() == [50.0, 30.0]  # of the first to whom the fire comes
    assert zones["rset_min"].isna().tolist() == [True, True]  # 3 of 4, and 6 of 8, are fewer than nine in ten
    assert zones["safety_factor"].tolist() == pytest.approx(
        [3000.0 / (HORIZON_S - 600.0), 1800.0 / (HORIZON_S - 600.0)]
    )


def test_nobody_at_risk_has_no_margins_and_no_shares():
    found = measured(party(at_risk=False, twin_deadline_s=np.nan))
    names = ("potential_margin_min", "realised_margin_min", "aset_min", "rset_min", "safety_factor_lowest_zone")
    assert all(np.isnan(found[name]) for name in (*names, "at_risk_safe_share", "lost_probability_middle"))
    assert (found["people"], found["people_at_risk"]) == (2.0, 0.0)


def test_tables_of_a_run_tell_the_same_whether_read_as_arrow_or_as_pandas():
    whole = {"kind": "resident", "mode": "car", "cause_id": None, "x_m": 0.0, "y_m": 0.0, "language": "el"}
    more = {"luggage": False, "small_children": False, "needs": "", "driver_id": ""}
    people = table_of("people", dict(pd.DataFrame([one | whole | more for one in mixed()]).to_dict("list")))
    trips, units = NO_TRIPS, NO_UNITS
    budget = pd.DataFrame({"stage": list(OWNERS), "since_ignition_s": np.nan})
    as_arrow, as_pandas = (
        outcomes_of(table, trips, units, budget, FIRE, [], 0.0, HORIZON_S) for table in (people, people.to_pandas())
    )
    assert as_arrow == pytest.approx(as_pandas, rel=0.0, abs=0.0, nan_ok=True)
    assert as_arrow == pytest.approx(measured(*mixed()), rel=0.0, abs=0.0, nan_ok=True)
    assert zone_times(people, 0.0, HORIZON_S).equals(zone_times(people.to_pandas(), 0.0, HORIZON_S))

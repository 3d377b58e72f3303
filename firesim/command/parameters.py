"""What a strategy may set about command; every default with its source.

They travel in the briefing, so the centre knows its own rules and nothing else does. A strategy's own
policy may subclass these (`strategies.py`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from firesim.parameters import Fraction, NotNegative, Parameters, Positive

RATE_OVER_WIND = 0.1  # a wildfire runs at a tenth of the open wind: rule of thumb, Cruz & Alexander 2019, recalled

Assignment = Literal["nearest", "fastest", "safest", "capacity"]


class BeliefParameters(Parameters):
    """How reports become belief.

    A ratio is P(this report | a fire is there) over P(this report | no fire). Camera: a filtered network of
    over 100 cameras gives under 10 notifications a day (Open Climate Tech), about 0.1 false alarms a camera
    and day, against about one true plume in a fortnight of fire weather seen with probability 0.7: the
    product of prior and ratio is that order of magnitude. Gas and calls: judgement.
    """

    prior_probability: Fraction = Field(default=0.05, description="that a first report has a fire behind it; judgement")
    gas_ratio: Positive = Field(default=20.0, description="of a gas node at alarm level; judgement")
    gas_sd_m: Positive = Field(default=150.0, description="fire to node; range 80-100 m (Dryad), widened by drift [m]")
    camera_ratio: Positive = Field(default=20.0, description="of a frame marked with full confidence; see above")
    call_ratio: Positive = Field(default=8.0, description="of one telephone call; judgement")
    repeat_ratio: Positive = Field(
        default=4.0, description="of a source that says so again: a temporal stage cut false alarms 4x (Pyronear)"
    )
    outline_ratio: Positive = Field(default=1000.0, description="of somebody who sees flames from near; judgement")
    search_miss_probability: Fraction = Field(
        default=0.05, description="that a look at the right place misses a fire; judgement"
    )
    evidence_half_life_s: Positive = Field(
        default=600.0, description="a real fire keeps being reported: silence halves the evidence [s]; judgement"
    )
    alarm_probability: Fraction = Field(default=0.25, description="belief at which the centre is alarmed; judgement")
    confirm_probability: Fraction = Field(default=0.9, description="belief at which a fire counts as real; judgement")
    dismiss_probability: Fraction = Field(default=0.1, description="belief below which a suspicion is dropped")
    located_sd_m: Positive = Field(default=500.0, description="a place known to this is good enough to plan on [m]")
    origin_window_s: Positive = Field(
        default=900.0, description="later reports show where the fire has gone, not where it began [s]; judgement"
    )


class ForecastParameters(BeliefParameters):
    """What the forecast varies, and how far it looks."""

    ensemble_members: int = Field(default=7, ge=1, le=64, description="stratified members; judgement, for speed")
    rate_sd: NotNegative = Field(
        default=0.35, description="of the log of the rate multiplier; +-35 % is reasonable (Cruz & Alexander 2013)"
    )
    wind_direction_sd_deg: NotNegative = Field(default=10.0, description="error of the bulletin's direction; judgement")
    detection_lag_s: NotNegative = Field(
        default=300.0, description="mean time from ignition to the first sighting [s]; published 3-15 min, judgement"
    )
    forecast_cell_factor: int = Field(default=3, ge=1, le=10, description="map cells along a forecast cell's side")
    forecast_ahead_s: Positive = Field(default=10800.0, description="how far the forecast looks [s]; judgement")
    early_quantile: Fraction = Field(default=0.15, description="of arrival, used for closing times; judgement")
    zone_buffer_m: NotNegative = Field(
        default=120.0, description="a place is reached when fire is this near: safe separation from 15 m pines (NWCG)"
    )


class PlanParameters(ForecastParameters):
    """How belief becomes orders."""

    acknowledge_s: NotNegative = Field(default=45.0, description="alarm to an operator's hand on it [s]; judgement")
    forecast_s: NotNegative = Field(default=60.0, description="modelled time to make a forecast [s]; judgement")
    plan_s: NotNegative = Field(default=30.0, description="modelled time to make a plan from it [s]; judgement")
    review_every_s: Positive = Field(default=1200.0, description="a plan is looked at again after this [s]; judgement")
    reforecast_gap_s: NotNegative = Field(default=600.0, description="least time between forecasts [s]; judgement")
    route_margin_s: NotNegative = Field(
        default=600.0, description="public roads are left this long before they close [s]; judgement"
    )
    unit_margin_s: NotNegative = Field(default=120.0, description="the same for units [s]; judgement")
    travel_time_factor: Positive = Field(
        default=1.5, description="evacuees' time over free-flow time; judgement (queues are not forecast)"
    )
    mobilise_s: NotNegative = Field(
        default=1800.0, description="recommendation to departure: decision 5-30 min, lag 5-20 min (EES); judgement [s]"
    )
    least_notice_s: NotNegative = Field(
        default=900.0, description="a way that closes sooner than this after a plan is no way [s]; judgement"
    )
    change_share: Fraction = Field(
        default=0.25,
        description="of forecasts that have to end better, for who was told to stay or go to the shore to be told "
        "otherwise: two of seven, so that no single one turns people round; judgement",
    )
    assignment: Assignment = Field(
        default="fastest", description="how zones get refuges and roads: nearest, fastest, safest or capacity"
    )
    staged_departure: bool = Field(
        default=False, description="orders wait for their turn on the road by every rule; by `capacity` they always do"
    )
    contraflow: bool = Field(
        default=False, description="both lanes lead out on ways of zones told to leave, where no unit has to come in"
    )
    contraflow_behind_units: bool = Field(
        default=False, description="also on the way in of units that are there: they come back for water by another"
    )
    contraflow_gain: Fraction = Field(
        default=0.65,
        gt=0.0,
        description="what the second lane is reckoned to carry over the first: +60-70 % (Polus, press 2005, freeways)",
    )
    shore_within_m: Positive = Field(
        default=1500.0,
        description="nobody is sent further on foot to a shore without boats [m]; half an hour, judgement",
    )
    vehicles_per_person: Positive = Field(
        default=0.25,
        description="for clearance and `capacity`; authored for Skiathos 0.15 a guest to 0.45 a resident; judgement",
    )
    order_probability: Fraction = Field(default=0.3, description="of being reached or cut off, to order; judgement")
    order_lead_s: Positive = Field(default=5400.0, description="within this time: order [s]; judgement")
    warn_lead_s: Positive = Field(default=9000.0, description="within this time: warn [s]; judgement")
    decision_patience_s: Positive = Field(
        default=2400.0, description="an unanswered recommendation is repeated after this [s]; decisions take 5-30 min"
    )
    attack_share: Fraction = Field(default=0.6, description="of fire units to the fire, others to zones; judgement")
    head_attack_limit_kw_m: Positive = Field(
        default=1730.0, description="no attack at the head above it (Andrews & Rothermel 1982, 500 BTU/ft/s; recalled)"
    )
    target_moved_m: Positive = Field(default=500.0, description="a unit is sent on when its target moved so far")
    resend_after_s: Positive = Field(default=180.0, description="silence after an order: say it again [s]; judgement")
    resend_times: int = Field(default=3, ge=0, description="how often; judgement")
    landing_within_m: Positive = Field(
        default=3000.0, description="nobody is told to walk further to a landing [m]; judgement, an hour with children"
    )
    lift_within_s: Positive = Field(
        default=3600.0, description="boats are called so as to take everybody off within this [s]; judgement"
    )
    bus_from_walk_m: NotNegative = Field(
        default=1500.0,
        description="no bus is sent for who has less far to walk to the refuge [m]; half an hour, judgement",
    )
    stop_within_m: Positive = Field(
        default=1500.0, description="nobody is told to walk further to a bus stop [m]; half an hour, judgement"
    )
    stop_anew_after_s: NotNegative = Field(
        default=1800.0,
        description="who heard that no bus comes, or of another stop, is named no new one so long [s]; judgement",
    )
    bus_share: Fraction = Field(
        default=0.5, description="of a zone's people who are reckoned to come to the bus; judgement"
    )
    drone_look_every_s: Positive = Field(
        default=900.0, description="an outline older than this is renewed [s]; judgement"
    )


class CommandParameters(PlanParameters):
    """Everything a shipped strategy may set, the plan on paper included.

    The plan on paper has no forecast: it clears what lies near the fire, and downwind of it within the reach
    of a rule of thumb that duty officers know: a wildfire runs at a tenth of the open wind (Cruz & Alexander
    2019, recalled).
    """

    paper_radius_m: Positive = Field(default=1500.0, description="zones this near leave in any case [m]; judgement")
    paper_half_angle_deg: Positive = Field(default=30.0, description="half width of the downwind cone; judgement")
    paper_rate_over_wind: Positive = Field(
        default=RATE_OVER_WIND, description="rule of thumb, Cruz & Alexander 2019, recalled"
    )

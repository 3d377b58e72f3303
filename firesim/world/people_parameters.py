"""What may be set about people: what they have, when they act, how they move."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.physics.walking import FAST_M_S, SLOW_M_S

Sizes = tuple[Fraction, Fraction, Fraction, Fraction, Fraction]
Minutes = Annotated[float, Field(ge=0.0, le=600.0)]


class PartyParameters(Parameters):
    """Who is there and what they have."""

    # Greek households have some 2.5 members (census 2011, recalled); the shares are a judgement around that.
    resident_sizes: Sizes = Field(default=(0.26, 0.29, 0.20, 0.18, 0.07), description="parties of 1 to 5, shares")
    guest_sizes: Sizes = Field(default=(0.10, 0.50, 0.18, 0.17, 0.05), description="parties of 1 to 5; judgement")
    # 2,400 cars and 2,400 two-wheelers: 0.45 vehicles a resident, 0.15 a guest, half of them cars; staff have
    # none of their own in that sum (fleet_authored.csv, judgement). On beaches at noon: what is left of the fleet
    # when those in the settlements have theirs, 1,200 vehicles for 8,300 people.
    vehicles_per_resident: NotNegative = Field(default=0.45, description="cars and two-wheelers a person")
    vehicles_per_guest: NotNegative = 0.15
    vehicles_per_visitor: NotNegative = Field(default=0.145, description="of people on beaches")
    vehicles_per_staff: NotNegative = 0.0
    car_share: Fraction = Field(default=0.5, description="of vehicles; the rest are two-wheelers for at most two")
    # 1-50 % with 10 % as the default: a judgement (8 % of the US public had an emergency app in 2012).
    app_fraction: Fraction = Field(default=0.10, description="parties with the app and a phone that is on")
    # What share of telephones a broadcast reaches (70-85 % of people) is the channel's, not counted twice here.
    phone_fraction: Fraction = Field(default=0.97, description="parties with a telephone about them; judgement")


class ResponseParameters(Parameters):
    """Whether and when a party leaves.

    Each party has one willingness, drawn once; it decides to leave when something tells it to that convinces
    at least that share of people. Hearing the same level twice convinces nobody more.
    """

    # Inside ordered zones 46 % complied (Kincade 2019, Zhao et al. 2021); EES: evacuate now 40 %, emergency
    # warning 30 %, watch and act 5 % [quoted]. The observed figure is taken for the order.
    order_heeded: Fraction = Field(default=0.46, description="share that leaves on an order for their zone")
    warning_heeded: Fraction = Field(default=0.30, description="share that leaves on a warning for their zone")
    elsewhere_heeded: Fraction = Field(default=0.05, description="share that leaves on an alert for other zones")
    # Evacuees see flames from 1,000 m and smoke from 5,000 m (EES) [quoted]. What share then leaves is a
    # judgement; self- and shadow evacuees were more than half of all in the Kincade fire (Zhao et al. 2021).
    flame_seen_within_m: NotNegative = 1000.0
    smoke_seen_within_m: NotNegative = 5000.0
    # A circle of 100 m2 is 11 m across: its flames stand above shrub as high as a house's ground floor, and
    # before that they are hidden in what they burn and heat nobody at the distance of a safety zone.
    flame_from_area_m2: NotNegative = Field(
        default=100.0, description="burnt area whose flames are seen and felt from afar; judgement"
    )
    flame_heeded: Fraction = Field(default=0.60, description="share that leaves on seeing flames; judgement")
    smoke_heeded: Fraction = Field(default=0.10, description="share that leaves on seeing smoke; judgement")
    heat_heeded: Fraction = Field(default=0.95, description="share that leaves when it gets hot; judgement")
    smoke_noticed_median_min: Positive = Field(default=10.0, description="until a party looks up; judgement")
    smoke_noticed_log_sd: NotNegative = 1.0
    smoke_from_area_m2: NotNegative = Field(default=2500.0, description="burnt area whose smoke stands out; judgement")
    # Decision and preparation together put two thirds of those who leave on the road within 18 minutes, as in
    # the Roxborough Park drill (67 % at 1,080 s) [quoted]; the split between the two is a judgement.
    decision_median_min: Positive = Field(default=4.0, description="from hearing or seeing to the decision")
    decision_log_sd: NotNegative = 0.8
    # Lags between decision and leaving by attitude (EES): 5 experienced, 10 considered, 15 community guided, 20
    # waverers, spread +-20 % [quoted]. Which kind of party has which is a judgement.
    resident_preparation_min: Minutes = 10.0
    guest_preparation_min: Minutes = 10.0
    visitor_preparation_min: Minutes = 5.0
    staff_preparation_min: Minutes = 15.0
    preparation_spread: Fraction = 0.2
    hurry: Fraction = Field(default=0.5, description="of the preparation time once flames are in sight; judgement")


class PeopleParameters(PartyParameters, ResponseParameters):
    """Everything that may be set about people."""

    walk_slow_m_s: Positive = Field(default=SLOW_M_S, description="slowest single walker, WUI-NITY [quoted]")
    walk_fast_m_s: Positive = Field(default=FAST_M_S, description="fastest single walker, WUI-NITY [quoted]")
    longest_walk_m: NotNegative = Field(default=5000.0, description="nobody sets out on foot for more; judgement")
    access_speed_m_s: Positive = Field(default=4.0, description="by car from the house to the road; judgement")
    # Safety zones: 8 vegetation heights, 120 m from 15 m pines (NWCG) [quoted].
    heat_within_m: NotNegative = Field(default=120.0, description="from flames: counted as exposed")
    dose_s: NotNegative = Field(default=60.0, description="so long in the heat makes a party exposed; judgement")
    look_s: Positive = Field(default=60.0, description="how often people look for the fire [s]")

    @field_validator("resident_sizes", "guest_sizes")
    @classmethod
    def _add_up(cls, sizes: Sizes) -> Sizes:
        if abs(sum(sizes) - 1.0) > 1e-6:
            raise ValueError(f"the shares of parties of 1 to 5 must add up to 1, not {sum(sizes):g}")
        return sizes

    @field_validator("walk_fast_m_s")
    @classmethod
    def _not_below_the_slowest(cls, fast_m_s: float, info: object) -> float:
        slow_m_s = getattr(info, "data", {}).get("walk_slow_m_s", fast_m_s)
        if fast_m_s < slow_m_s:
            raise ValueError("walk_fast_m_s must be at least walk_slow_m_s")
        return fast_m_s

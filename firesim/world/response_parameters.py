"""What may be set about what people do: whom they heed, how long they take, how they sleep, talk, and wade."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.world.party_parameters import Minutes


class ResponseParameters(Parameters):
    """Whether and when a party leaves.

    Each party has one willingness, drawn once; it decides to leave when something tells it to that convinces
    at least that share of people. Hearing the same level twice convinces nobody more.
    """

    # Inside ordered zones 46 % complied (Kincade 2019, Zhao et al. 2021); EES: evacuate now 40 %, emergency
    # warning 30 %, watch and act 5 % [quoted]. The observed figure is taken for the order.
    order_heeded: Fraction = Field(default=0.46, description="share that leaves on an order for their zone")
    stay_heeded: Fraction = Field(
        default=0.46, description="share that stays inside on an order to, until flames are in sight; as the order"
    )
    warning_heeded: Fraction = Field(default=0.30, description="share that leaves on a warning for their zone")
    # Shadow evacuation: EES's watch and act; NUREG/CR-7002 takes 20 % (recalled).
    elsewhere_heeded: Fraction = Field(default=0.05, description="share that leaves on an alert for other zones")
    told_of_fire_heeded: Fraction = Field(
        default=0.10, description="share that leaves when a neighbour has seen the fire; as for own sight of smoke"
    )
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
    # First errand 15 min +-20 % (EES) [quoted]: members who are elsewhere when the news comes. How many: judgement.
    gathering_min: Minutes = Field(default=15.0, description="to fetch members who are elsewhere")
    resident_apart_fraction: Fraction = Field(default=0.3, description="parties of two or more, by day; judgement")
    guest_apart_fraction: Fraction = Field(default=0.1, description="as above; judgement")
    visitor_apart_fraction: Fraction = Field(default=0.05, description="as above, on beaches; judgement")
    response_curve: Literal["sum", "drill", "reported", "slow"] = Field(
        default="sum",
        description="from warning to leaving: the sum of the times above, or drawn from a published curve of an "
        "announced drill, of a survey's answers, or a slow preset that nobody observed",
    )
    hurry: Fraction = Field(default=0.5, description="of the preparation time once flames are in sight; judgement")


class SleepParameters(Parameters):
    """When people sleep and how they wake. No count for the island was found: judgements all."""

    sleep_from_hour: float = Field(default=23.5, ge=0.0, le=24.0, description="middle party; [J]")
    sleep_to_hour: float = Field(default=7.5, ge=0.0, le=24.0, description="middle party; [J]")
    sleep_spread_h: NotNegative = Field(default=1.0, description="standard deviation of both; 0: all alike; [J]")
    waking_median_min: NotNegative = Field(default=3.0, description="from what wakes them to understanding it; [J]")
    waking_log_sd: NotNegative = 0.5


class NeighbourParameters(Parameters):
    """How word spreads within a zone. No figure for a Greek village or a hotel was found: judgements all."""

    neighbour_rate_per_min: NotNegative = Field(
        default=0.1, description="parties that one tells a minute while few know; 0: nobody tells anybody; [J]"
    )
    neighbour_reach_fraction: Fraction = Field(default=0.8, description="of parties whom others may tell; [J]")
    neighbour_night_factor: Fraction = Field(default=0.5, description="of the rate while all are asleep; [J]")


class SeaParameters(Parameters):
    """Standing in the sea, and what it costs."""

    sea_until_min: NotNegative = Field(default=10.0, description="in the water after the last heat; judgement")
    # At Mati 26 people died about 30 m from the sea and some 700 were taken off the coast (press) [quoted]. If all of
    # them had stood in the water for two hours (recalled), that were 0.0003 a minute; the span is a judgement.
    sea_loss_per_min: tuple[NotNegative, NotNegative, NotNegative] = Field(
        default=(0.0001, 0.0003, 0.003),
        description="chance of losing one's life a minute in the sea: low, middle, high; judgement",
    )

    @field_validator("sea_loss_per_min")
    @classmethod
    def _rises(cls, rates: tuple[float, float, float]) -> tuple[float, float, float]:
        if not rates[0] <= rates[1] <= rates[2]:
            raise ValueError("sea_loss_per_min must rise from low to high")
        return rates

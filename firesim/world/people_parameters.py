"""What may be set about people: who they are, when they act, how they move."""

from __future__ import annotations

from pydantic import Field, field_validator

from firesim.parameters import NotNegative, Positive
from firesim.physics.walking import FAST_M_S, SLOW_M_S
from firesim.world.party_parameters import LanguageParameters, LiftParameters, NeedsParameters, PartyParameters
from firesim.world.response_parameters import (
    NeighbourParameters,
    ResponseParameters,
    SeaParameters,
    SleepParameters,
)


class PeopleParameters(
    PartyParameters, LanguageParameters, NeedsParameters, LiftParameters, ResponseParameters, SleepParameters,
    NeighbourParameters, SeaParameters,
):  # fmt: skip
    """Everything that may be set about people."""

    walk_slow_m_s: Positive = Field(default=SLOW_M_S, description="slowest single walker, WUI-NITY [quoted]")
    walk_fast_m_s: Positive = Field(default=FAST_M_S, description="fastest single walker, WUI-NITY [quoted]")
    longest_walk_m: NotNegative = Field(default=5000.0, description="nobody sets out on foot for more; judgement")
    access_speed_m_s: Positive = Field(default=4.0, description="by car from the house to the road; judgement")
    # Safety zones: 8 vegetation heights, 120 m from 15 m pines (NWCG) [quoted].
    heat_within_m: NotNegative = Field(default=120.0, description="from flames: counted as exposed")
    dose_s: NotNegative = Field(default=60.0, description="so long in the heat makes a party exposed; judgement")
    look_s: Positive = Field(default=60.0, description="how often people look for the fire [s]")

    @field_validator("walk_fast_m_s")
    @classmethod
    def _not_below_the_slowest(cls, fast_m_s: float, info: object) -> float:
        slow_m_s = getattr(info, "data", {}).get("walk_slow_m_s", fast_m_s)
        if fast_m_s < slow_m_s:
            raise ValueError("walk_fast_m_s must be at least walk_slow_m_s")
        return fast_m_s

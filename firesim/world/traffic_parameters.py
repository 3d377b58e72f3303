"""What may be set about the traffic."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from firesim.fire.safety import SEPARATION_PER_FLAME_HEIGHT
from firesim.parameters import Fraction, NotNegative, Parameters, Positive


class TrafficParameters(Parameters):
    """How the roads are used. What each road carries stands with the roads (`place.road_rules`)."""

    step_s: Positive = Field(default=10.0, description="how often traffic, people and fire look at one another [s]")
    gridlock: Literal["none", "push", "remove"] = Field(
        default="push", description="what happens to roads that block one another in a ring"
    )
    # MATSim's `stuckTime` lets a car squeeze in after 10 s of being stuck (recalled); drivers who back up and
    # wave one another through take longer: judgement.
    gridlock_patience_s: NotNegative = Field(default=60.0, description="how long a ring stands before that [s]")
    shared_lane_turn_s: Positive = Field(
        default=60.0, description="one side of a one-lane track yields after this if the other waits; judgement [s]"
    )
    # Safety zones lie 8 vegetation heights, 120 m from 15 m pines, from the flames (NWCG) [quoted].
    caught_within_m: NotNegative = Field(default=120.0, description="from where the fire cuts their road [m]")
    # Butler & Cohen 1998: firefighters stand the radiation from four flame heights on. That nobody drives by nearer
    # than that is a judgement.
    separation_flame_heights: NotNegative = Field(
        default=SEPARATION_PER_FLAME_HEIGHT,
        description="flames so near close a road to all but crews; 0: only flames on it. A study factor",
    )
    # At 0.1 per m people drive at 46 % of their speed (Intini et al. 2022) and see things that reflect light 13 m
    # away (Jin: V = 3 / K).
    smoky_from_per_m: Positive = Field(
        default=0.1, description="optical density from which a road counts as smoky [1/m]; judgement"
    )
    # Of people who met smoke in burning buildings 26 % turned back, most where they saw less than 10 yards (Wood 1972,
    # recalled). That drivers out of doors do as they is a judgement.
    smoke_turns_back: Fraction = Field(
        default=0.26, description="share who turn before a smoky road if there is another way; a study factor"
    )
    turning_cars_heeded: Fraction = Field(
        default=1.0, description="share who heed those who come back from a cut road; judgement, a study factor"
    )
    # NUREG/CR-7002: through traffic goes on until access control stands, some 2 h after the advice (recalled). How much
    # there is on an island in August was not found: none unless the scenario says so.
    background_veh_h: NotNegative = Field(
        default=0.0, description="vehicles an hour that are on the roads anyway and carry nobody who is counted"
    )
    background_for_h: Positive = Field(default=2.0, description="so long after the start such vehicles set out [h]")
    # "That contra-flow will increase a road's capacity 60% to 70%": A. Polus, Technion, told to the press in 2005; of
    # freeways. That a two-lane road does not do better is a judgement.
    contraflow_gain: Fraction = Field(
        default=0.65, gt=0.0, description="what a lane carries against its direction, over what it carries in it"
    )

"""Engines, tankers, light vehicles and ambulances: what they are, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from firesim.fire.containment import HOSES_AND_MACHINES_HOLD_KW_M
from firesim.inputs.problems import Contradiction, Problems
from firesim.inputs.tables import Table, read_table
from firesim.parameters import NotNegative, Parameters, Positive
from firesim.place.settlement import Facility

Point = tuple[float, float]

KINDS = ("engine", "tanker", "light", "ambulance")
TASKS = ("verify", "attack", "protect", "stage", "return")


@dataclass(frozen=True)
class UnitSpec:
    """One vehicle and its crew, as it stands at its facility when the scenario starts."""

    unit: str
    kind: str  # one of KINDS
    facility: str
    x_m: float
    y_m: float
    tank_litres: float
    crew: int
    is_on_shift: bool = True  # False: its crew has to be recalled from home


@dataclass(frozen=True)
class UnitState:
    """What a unit could tell of itself over the radio."""

    unit: str
    kind: str
    state: str  # rolling, on_scene, out_of_reach, working, refilling, blocked, withdrawn, lost, available
    x_m: float
    y_m: float
    water_litres: float
    reason: str = ""
    road: tuple[str, str] | None = None  # the stretch (from node, to node) found closed, when that is the reason
    household: str = ""  # whom an ambulance says it of: loading, laden, let_off, nobody_there, cannot_reach
    people: int = 0  # let off


@dataclass(frozen=True)
class UnitOrders:
    """What a unit was told to do: a task, a place, and the road to it."""

    task: str
    place_xy_m: Point
    route: tuple[str, ...]
    order_id: str
    cause_id: int


@dataclass(frozen=True)
class UnitLeg:
    """One row of `units.parquet`. `water_litres`: put on the fire in a `water` leg, taken on in a `refill` leg."""

    unit: str
    kind: str
    leg: str  # available, recall, turnout, drive, blocked, setup, hose, water, watch, stage, refill, withdraw,
    # load, carry, unload (ambulances), overrun (burnt over where it stood: out of action from then on)
    from_x_m: float
    from_y_m: float
    to_x_m: float
    to_y_m: float
    start_s: float
    end_s: float
    water_litres: float
    order_id: str
    cause_id: int | None


class ResponderParameters(Parameters):
    """How units behave. Those without a source are judgements and study factors."""

    table: str = Field(default="units.csv", description="the units, relative to the scenario file")
    engine_turnout_s: NotNegative = Field(default=80.0, description="NFPA 1710 (quoted): fire")
    ambulance_turnout_s: NotNegative = Field(default=60.0, description="NFPA 1710 (quoted): EMS")
    recall_least_s: NotNegative = Field(default=900.0, description="crews at home, from the first order; judgement")
    recall_most_s: NotNegative = Field(default=2400.0, description="as above; uniform between the two")
    blue_light_factor: Positive = Field(
        default=1.0, description="speed over the class speed: heavy vehicles on narrow roads gain none; judgement"
    )
    # With lights and siren ambulances took 31 % less time in the country (Ho & Lindquist 2001) and 39 % less in a town
    # (Ho & Casey 1998) than a second one that kept to the rules [quoted]. How much of it is the passing of others was
    # not found; that a queue costs nothing is the end of the range: judgement.
    passes_queues: bool = Field(
        default=True, description="blue light: on roads of two lanes others make way; on one-lane tracks nobody can"
    )
    setup_s: NotNegative = Field(default=180.0, description="from standstill to water; judgement")
    hose_reach_m: Positive = Field(default=300.0, description="from the vehicle; judgement")
    farthest_hose_m: Positive = Field(default=600.0, description="with hose carried on by the crew; judgement")
    crew_pace_m_s: Positive = Field(default=0.5, description="laying hose over rough ground; judgement")
    water_factor: Positive = Field(
        default=2.0, description="water used over water on the strip: beside it, knock-down, mop-up; judgement"
    )
    hold_limit_kw_m: Positive = Field(
        default=HOSES_AND_MACHINES_HOLD_KW_M, description="front that hoses hold; Andrews & Rothermel 1982"
    )
    safety_distance_m: NotNegative = Field(
        default=120.0, description="from a front beyond the limit: 8 x the height of 15 m pines, NWCG (quoted)"
    )
    fill_litres_s: Positive = Field(default=16.7, description="hydrant or pump at open water; judgement")
    water_kinds: tuple[str, ...] = Field(
        default=("fire", "port", "water"), description="facility kinds at which a tank is filled; judgement"
    )
    water_point_reach_m: Positive = Field(default=200.0, description="from road to water; judgement")
    tanker_reach_m: Positive = Field(default=300.0, description="a tanker this near feeds an engine; judgement")
    patience_s: NotNegative = Field(default=120.0, description="at a closed road before finding an own way; judgement")
    ambulances_fetch: bool = Field(
        default=True, description="ambulances fetch who calls for help; false: they are only staged; a study factor"
    )
    # A stretcher, a seat or two beside it and one in front, with a crew of two: judgement.
    ambulance_seats: int = Field(
        default=4, ge=1, le=9, description="people whom an ambulance takes, the patient among them; parties whole; [J]"
    )
    # On scene 13.4 min in towns, 14.6 in the country (Carr et al. 2006, abstract, 30 years of American trauma) [Q].
    # Here nobody is treated before they are away: judgement.
    stretcher_load_s: NotNegative = Field(default=600.0, description="at the door with who needs an ambulance [s]; [J]")
    helped_load_s: NotNegative = Field(default=240.0, description="the same with who walks with help [s]; [J]")
    ambulance_unload_s: NotNegative = Field(default=300.0, description="from arrival to being free again [s]; [J]")

    @model_validator(mode="after")
    def _ranges_are_ordered(self) -> ResponderParameters:
        if self.recall_least_s > self.recall_most_s:
            message = f"is above recall_most_s = {self.recall_most_s:g}"
            raise Contradiction(message, "recall_least_s", "Exchange the two.")
        if self.hose_reach_m > self.farthest_hose_m:
            message = f"is above farthest_hose_m = {self.farthest_hose_m:g}"
            raise Contradiction(message, "hose_reach_m", "Exchange the two.")
        return self


_COLUMNS = ("unit", "kind", "facility", "tank_litres", "crew", "on_shift")


def read_units(parameters: ResponderParameters, folder: Path, facilities: Sequence[Facility]) -> list[UnitSpec]:
    """The units of the scenario at their facilities; raises BadInput with all that is wrong."""
    problems = Problems("responders")
    table = read_table("table", folder / parameters.table, _COLUMNS, problems)
    specs = [] if table is None else _specs(table, {facility.facility: facility for facility in facilities})
    problems.raise_if_any()
    return specs


def _specs(table: Table, facilities: dict[str, Facility]) -> list[UnitSpec]:
    units = table.texts("unit", unique=True)
    kinds = table.words("kind", KINDS)
    homes = table.words("facility", tuple(facilities))
    shifts = table.words("on_shift", ("yes", "no"))
    tanks = table.numbers("tank_litres", 0.0, 50_000.0)
    crews = table.numbers("crew", 1, 30, whole=True)
    if len(table.problems):
        return []
    return [
        UnitSpec(unit, kind, home, facilities[home].x_m, facilities[home].y_m, float(tank), int(crew), shift == "yes")
        for unit, kind, home, tank, crew, shift in zip(units, kinds, homes, tanks, crews, shifts, strict=True)
    ]


def leg_columns(legs: Sequence[UnitLeg]) -> dict[str, list[Any]]:
    """Legs as the columns of `units.parquet`, by unit as listed, then in time."""
    return {name: [getattr(leg, name) for leg in legs] for name in UnitLeg.__dataclass_fields__}

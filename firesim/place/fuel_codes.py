"""Fuel models by their code: the shipped ones, and those that a scenario brings along.

What a shipped model is made of stands in `fire/fuels.py`; a map needs its code and number alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from firesim.parameters import NotNegative, Parameters, Positive

# Numbers of the standard fuel models: Anderson 1982 (1-13) and Scott & Burgan 2005, table 4.
_FIRST_NUMBER = {"FM": 0, "NB": 90, "GR": 100, "GS": 120, "SH": 140, "TU": 160, "TL": 180, "SB": 200}
_MEMBERS = {
    "FM": range(1, 14), "NB": (1, 2, 3, 8, 9), "GR": range(1, 10), "GS": range(1, 5), "SH": range(1, 10),
    "TU": range(1, 6), "TL": range(1, 10), "SB": range(1, 5),
}  # fmt: skip

# Fernandes' models for Portugal and those of Palaiologou et al. 2020 for Greek conifers, in firesim's own numbers.
_PORTUGAL = (
    "V-Hb", "V-Ha", "V-MH", "V-MMb", "V-MAb", "V-MMa", "V-MAa", "M-EUCd", "M-H", "M-F", "M-CAD", "M-ESC", "M-PIN",
    "M-EUC", "F-RAC", "F-FOL", "F-PIN", "F-EUC",
)  # fmt: skip
_GREECE = ("GR-FM01", "GR-FM02", "GR-FM03", "GR-FM04")
_MEDITERRANEAN = dict(zip(_PORTUGAL, range(301, 319), strict=True)) | dict(zip(_GREECE, range(331, 335), strict=True))

FIRST_OWN_NUMBER = 901  # a scenario's own models are 901, 902, ... in the order in which it writes them
MOST_OWN_FUELS = 99

# Defaults of Rothermel's model, which nearly every published fuel model keeps: 109 and 30 1/ft for 10-h and 100-h
# fuel (Albini 1976, INT-30), 8000 Btu/lb of heat (Scott & Burgan 2005).
_SAV_10H_1_M, _SAV_100H_1_M, _HEAT_KJ_KG = 357.612, 98.4252, 18608.0


class OwnFuel(Parameters):
    """A fuel model of the scenario's own, in the terms of the published tables.

    Dead fuel in three size classes, live fuel in two. A class with load needs a surface-to-volume ratio.
    """

    name: str = Field(default="", description="in words")
    is_dynamic: bool = Field(default=False, description="live herbs cure into dead fuel as they dry")
    load_1h_kg_m2: NotNegative = Field(default=0.0, description="oven-dry load of dead fuel below 6 mm [kg/m2]")
    load_10h_kg_m2: NotNegative = Field(default=0.0, description="oven-dry load of dead fuel of 6-25 mm [kg/m2]")
    load_100h_kg_m2: NotNegative = Field(default=0.0, description="oven-dry load of dead fuel of 25-75 mm [kg/m2]")
    load_herb_kg_m2: NotNegative = Field(default=0.0, description="oven-dry load of live herbs [kg/m2]")
    load_woody_kg_m2: NotNegative = Field(default=0.0, description="oven-dry load of live twigs and leaves [kg/m2]")
    sav_1h_1_m: NotNegative = Field(default=0.0, description="surface over volume of 1-h fuel [1/m]")
    sav_10h_1_m: NotNegative = Field(default=_SAV_10H_1_M, description="surface over volume of 10-h fuel [1/m]")
    sav_100h_1_m: NotNegative = Field(default=_SAV_100H_1_M, description="surface over volume of 100-h fuel [1/m]")
    sav_herb_1_m: NotNegative = Field(default=0.0, description="surface over volume of live herbs [1/m]")
    sav_woody_1_m: NotNegative = Field(default=0.0, description="surface over volume of live woody fuel [1/m]")
    depth_m: Positive = Field(description="depth of the fuel bed [m]")
    dead_extinction_moisture_frac: Annotated[float, Field(gt=0.0, le=1.0)] = Field(
        description="dead moisture at which it no longer burns [kg/kg]"
    )
    heat_dead_kj_kg: Positive = Field(default=_HEAT_KJ_KG, description="heat content of dead fuel [kJ/kg]")
    heat_live_kj_kg: Positive = Field(default=_HEAT_KJ_KG, description="heat content of live fuel [kJ/kg]")

    @property
    def load_kg_m2(self) -> tuple[float, float, float, float, float]:
        """Over 1-h, 10-h, 100-h dead, live herbaceous, live woody fuel."""
        return (
            self.load_1h_kg_m2,
            self.load_10h_kg_m2,
            self.load_100h_kg_m2,
            self.load_herb_kg_m2,
            self.load_woody_kg_m2,
        )

    @property
    def sav_1_m(self) -> tuple[float, float, float, float, float]:
        """Surface over volume of the same classes."""
        return self.sav_1h_1_m, self.sav_10h_1_m, self.sav_100h_1_m, self.sav_herb_1_m, self.sav_woody_1_m

    @model_validator(mode="after")
    def _can_burn(self) -> OwnFuel:
        if not any(self.load_kg_m2):
            raise ValueError("has no load in any class; for ground that does not burn use NB1 to NB9")
        for kind, load, sav in zip(("1h", "10h", "100h", "herb", "woody"), self.load_kg_m2, self.sav_1_m, strict=True):
            if load > 0.0 and sav == 0.0:
                raise ValueError(f"has load_{kind}_kg_m2 but no sav_{kind}_1_m")
        return self


OwnFuels = Mapping[str, OwnFuel]


def fuel_number(code: str, own: OwnFuels | None = None) -> int | None:
    """Number of a fuel model from its code: "GR1" is 101, "NB9" 99, "V-Hb" 301; None for no such code.

    `own` are the scenario's models by their codes, numbered from 901 on in their order.
    """
    if own and code in own:
        return FIRST_OWN_NUMBER + list(own).index(code)
    if code in _MEDITERRANEAN:
        return _MEDITERRANEAN[code]
    match = re.fullmatch(r"([A-Z]{2})(\d{1,2})", code)
    if match is None or match[1] not in _MEMBERS or int(match[2]) not in _MEMBERS[match[1]]:
        return None
    return _FIRST_NUMBER[match[1]] + int(match[2])


def _with_new_codes(models: dict[str, OwnFuel]) -> dict[str, OwnFuel]:
    for code in models:
        if fuel_number(code) is not None:
            raise ValueError(f"{code} is the code of a shipped fuel model; give yours another")
    return models


# The field `fuel_models` of a place and of a case of fire alone.
NewFuels = Annotated[dict[str, OwnFuel], Field(max_length=MOST_OWN_FUELS), AfterValidator(_with_new_codes)]

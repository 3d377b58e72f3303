"""What can hold a fire: how hot a front people can stand against, how fast they build line, how much water it takes.

The race of a line against a growing fire as a whole is in `fire/attack.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.imperial import BTU_FT_S_KW_M, CHAIN_M

Floats = NDArray[np.float64]

# Fireline interpretations of Andrews & Rothermel 1982 (INT-131, figure 1): 100, 500 and 1000 Btu/ft/s, flames of
# about 4, 8 and 11 ft. [kW/m]
HAND_TOOLS_HOLD_KW_M = 100.0 * BTU_FT_S_KW_M  # 346: people with hand tools at the head
HOSES_AND_MACHINES_HOLD_KW_M = 500.0 * BTU_FT_S_KW_M  # 1730: engines with hoses, dozers, aircraft
NOTHING_HOLDS_HEAD_KW_M = 1000.0 * BTU_FT_S_KW_M  # 3459: crowning, spotting, major runs; no effort at the head works

INTERPRETATIONS = ("hand tools hold the head", "hoses hold the head", "head probably not held", "head not held")

# Engine crews' sustained line production by crew size, chains an hour. NWCG Fireline Handbook (PMS 410-1, 2004),
# recalled, not re-read: rates vary by a factor of three between studies (Haven et al. 1982), so it is a study factor.
CREW_SIZES = (1, 2, 3, 4, 5)
ENGINE_LINE_CHAINS_H = {
    "grass": (6.0, 12.0, 24.0, 35.0, 40.0),
    "tall_grass": (2.0, 5.0, 10.0, 14.0, 16.0),
    "grass_shrub": (3.0, 7.0, 15.0, 21.0, 25.0),
    "brush": (3.0, 6.0, 12.0, 16.0, 20.0),
    "tall_shrub": (2.0, 3.0, 8.0, 15.0, 20.0),
    "litter": (3.0, 8.0, 15.0, 20.0, 24.0),
    "understory": (3.0, 6.0, 12.0, 16.0, 20.0),
    "slash": (2.0, 5.0, 8.0, 12.0, 16.0),
}

# Water on the strip that is to stop the fire, by the coverage levels of aerial retardant (1 gal/100 ft2 = 0.407 l/m2):
# level 1 grass, 2 grass with brush or litter, 3-4 timber and understory, 6 chaparral and slash. Recalled. [l/m2]
COVERAGE_L_M2 = {
    "grass": 0.41,
    "tall_grass": 0.81,
    "grass_shrub": 1.22,
    "brush": 1.63,
    "tall_shrub": 2.44,
    "litter": 0.81,
    "understory": 1.63,
    "slash": 2.44,
}

# A line is as wide as one and a half flame lengths (a rule of thumb of fire crews, recalled), and not under 2 m.
STRIP_WIDTH_PER_FLAME_LENGTH = 1.5
LEAST_STRIP_WIDTH_M = 2.0

# Water left on the fuel goes at this pace. [mm/h = l/m2/h]  Judgement: open water on a hot, windy summer afternoon
# loses 0.5 to 1 mm an hour; droplets on leaves lose no less.
EVAPORATION_MM_H = 1.0

_GROUP_OF_NUMBER = {
    "grass": (1, 101, 102, 104, 301),
    "tall_grass": (3, 103, 105, 106, 107, 108, 109, 302),
    "grass_shrub": (2, 121, 122, 123, 124, 303),
    "brush": (5, 6, 7, 141, 142, 144, 146, 304, 305),
    "tall_shrub": (4, 143, 145, 147, 148, 149, 306, 307),
    "litter": (8, 9, *range(181, 190), *range(315, 319)),
    "understory": (10, *range(161, 166), *range(308, 315), *range(331, 335)),
    "slash": (11, 12, 13, 201, 202, 203, 204),
}
_TO_GROUP = {number: group for group, numbers in _GROUP_OF_NUMBER.items() for number in numbers}


def fuel_group(fuel_number: int) -> str:
    """The kind of fuel in which line is built, a key of the tables above.

    Which model counts as which kind is a judgement; a scenario's own model counts as brush.
    """
    return _TO_GROUP.get(int(fuel_number), "brush")


def interpretation(fireline_intensity_kw_m: ArrayLike) -> NDArray[np.int64]:
    """What can be done at a front of this intensity: an index into `INTERPRETATIONS`. Any shape."""
    limits = [HAND_TOOLS_HOLD_KW_M, HOSES_AND_MACHINES_HOLD_KW_M, NOTHING_HOLDS_HEAD_KW_M]
    return np.asarray(np.searchsorted(limits, np.asarray(fireline_intensity_kw_m, dtype=np.float64), side="right"))


def can_hold(fireline_intensity_kw_m: ArrayLike, with_hoses: bool = True) -> NDArray[np.bool_]:
    """Whether people at this part of the front can hold it by direct attack. Any shape.

    With hoses up to 1730 kW/m, with hand tools up to 346 kW/m (Andrews & Rothermel 1982). The limit is of the
    place: a flank may be held where the head may not.
    """
    limit = HOSES_AND_MACHINES_HOLD_KW_M if with_hoses else HAND_TOOLS_HOLD_KW_M
    return np.asarray(fireline_intensity_kw_m, dtype=np.float64) < limit


def line_production_m_s(fuel_number: int, crew: int, slope_deg: float = 0.0) -> float:
    """How fast one engine's crew builds held line with a hose, measured on the map. [m/s]

    The handbook's rate for the crew (five or more as five) times cos(slope), since rates hold along the ground
    (FARSITE; Haven et al. 1982). A crew of nobody builds nothing.
    """
    if crew <= 0:
        return 0.0
    chains_h = ENGINE_LINE_CHAINS_H[fuel_group(fuel_number)][min(crew, CREW_SIZES[-1]) - 1]
    return float(chains_h * CHAIN_M / 3600.0 * np.cos(np.deg2rad(slope_deg)))


def strip_width_m(flame_length_m: ArrayLike) -> Floats:
    """Width of the wet or bare strip that stops flames of this length. [m], any shape."""
    flame = np.asarray(flame_length_m, dtype=np.float64)
    return np.maximum(STRIP_WIDTH_PER_FLAME_LENGTH * flame, LEAST_STRIP_WIDTH_M)


def water_per_metre_litres(fuel_number: int, flame_length_m: ArrayLike) -> Floats:
    """Water for one metre of held front. [l/m], any shape of flame lengths.

    Strip width x coverage of the fuel's kind. Losses of the hose (drops beside the strip, refuelling) are not in
    it. A judgement built from two recalled rules; order of 1 l/m in grass, 7 l/m in tall shrub with 2 m flames.
    """
    return strip_width_m(flame_length_m) * COVERAGE_L_M2[fuel_group(fuel_number)]


def wetted_rate_factor(fuel_number: int, water_litres_m2: float) -> float:
    """Rate of a fire in wetted fuel over its rate in dry fuel. [0-1]

    0 from the coverage on that stops fire in this kind of fuel, 1 for none, straight between: a judgement, for want of
    a published law of partial wetting.
    """
    return float(np.clip(1.0 - water_litres_m2 / COVERAGE_L_M2[fuel_group(fuel_number)], 0.0, 1.0))

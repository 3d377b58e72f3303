"""How far burning embers are carried: the greatest distance, not the usual one.

Albini 1979 (INT-56, torching trees), 1981 (INT-309, piles), 1983 (INT-309 and INT-320 for wind-driven surface
fires), with the terrain of Chase 1984 (INT-363). Each result is a maximum: the distance of the farthest ember that
could still start a fire, from one cause, over one kind of ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.imperial import BTU_FT_S_KW_M, FT_M, MI_H_M_S, MILE_M
from firesim.fire.surface import fireline_intensity_of_flame_kw_m

Floats = NDArray[np.float64]

# Steady flame above torching trees, height [ft] = a DBH[in]^b n^0.4, duration [-] = c DBH^d n^-0.2. Albini 1979,
# table 2 with the southern pines of Albini's appendix, as in BehavePlus.
SPECIES = {
    "engelmann_spruce": (15.7, 0.451, 12.6, -0.256),
    "douglas_fir": (15.7, 0.451, 10.7, -0.278),
    "subalpine_fir": (15.7, 0.451, 10.7, -0.278),
    "western_hemlock": (15.7, 0.451, 6.30, -0.249),
    "ponderosa_pine": (12.9, 0.453, 12.6, -0.256),
    "lodgepole_pine": (12.9, 0.453, 12.6, -0.256),
    "western_white_pine": (12.9, 0.453, 10.7, -0.278),
    "grand_fir": (16.5, 0.515, 10.7, -0.278),
    "balsam_fir": (16.5, 0.515, 10.7, -0.278),
    "slash_pine": (2.71, 1.000, 11.9, -0.389),
    "longleaf_pine": (2.71, 1.000, 11.9, -0.389),
    "pond_pine": (2.71, 1.000, 7.91, -0.344),
    "shortleaf_pine": (2.71, 1.000, 7.91, -0.344),
    "loblolly_pine": (2.71, 1.000, 13.5, -0.544),
}

# Quarter turns of the cosine hillside of Chase 1984 at which the embers leave.
LOCATIONS = {"midslope_windward": 0.0, "valley_bottom": 1.0, "midslope_leeward": 2.0, "ridge_top": 3.0}

INCH_M = FT_M / 12.0


@dataclass(frozen=True)
class EmberGround:
    """Where embers leave and land. Arrays that broadcast.

    `cover_height_m` of what stands downwind; half of it counts where its canopy is open. `location` names a key of
    LOCATIONS, or "flat"; the ridge-to-valley distance (across) and elevation describe the hillside, 0 on the flat.
    """

    cover_height_m: ArrayLike
    is_open_canopy: ArrayLike
    location: ArrayLike = "flat"
    ridge_to_valley_distance_m: ArrayLike = 0.0
    ridge_to_valley_elevation_m: ArrayLike = 0.0


@dataclass(frozen=True)
class EmberFlight:
    """The farthest ember. Arrays of one shape; zeros where nothing rises (no wind, no flame)."""

    firebrand_height_m: Floats
    cover_height_used_m: Floats
    flat_distance_m: Floats
    terrain_distance_m: Floats


def spot_from_torching(
    species: ArrayLike,
    torching_trees: ArrayLike,
    diameter_cm: ArrayLike,
    tree_height_m: ArrayLike,
    wind_speed_20ft_m_s: ArrayLike,
    ground: EmberGround,
    least_m: float = 0.0,
) -> tuple[EmberFlight, Floats, Floats]:
    """Farthest ember from a group of torching trees; also the steady flame's height [m] and duration [-].

    Albini 1979. species: keys of SPECIES; torching_trees: number burning together; diameter at breast height [cm].
    least_m: least distance on the flat. The formula falls a few metres below 0 where brands rise to about a seventh of
    the cover's height; -inf leaves that as it is. [m]
    """
    names = np.asarray(species)
    unknown = set(names.ravel().tolist()) - set(SPECIES)
    if unknown:
        raise ValueError(f"unknown tree species {sorted(unknown)[0]!r}: one of {', '.join(SPECIES)}")
    laws = np.stack([np.vectorize(lambda name, i=i: SPECIES[name][i], otypes=[np.float64])(names) for i in range(4)])
    diameter_in = np.asarray(diameter_cm, dtype=np.float64) / 100.0 / INCH_M
    trees = np.asarray(torching_trees, dtype=np.float64)
    height_ft = np.asarray(tree_height_m, dtype=np.float64) / FT_M
    flame_ft = laws[0] * diameter_in ** laws[1] * trees**0.4
    duration = laws[2] * diameter_in ** laws[3] * trees**-0.2
    ratio = height_ft / flame_ft
    # Lofting over flame height: the tall flame over short trees needs to burn long to throw high (Albini 1979, fig. 7).
    lofted = np.select(
        [ratio >= 1.0, ratio >= 0.5, duration < 3.5],
        [4.24 * duration**0.332, 3.64 * duration**0.391, 2.78 * duration**0.418],
        default=4.70,
    )
    brand_ft = np.asarray(lofted * flame_ft + height_ft / 2.0)
    flight = _flight(brand_ft, wind_speed_20ft_m_s, ground, drifts=False, least_m=least_m)
    return flight, flame_ft * FT_M, duration


def spot_from_surface_fire(
    flame_length_m: ArrayLike, wind_speed_20ft_m_s: ArrayLike, ground: EmberGround
) -> EmberFlight:
    """Farthest ember from a wind-driven surface fire in open ground, from its flame length. Albini 1983."""
    intensity_btu = fireline_intensity_of_flame_kw_m(flame_length_m) / BTU_FT_S_KW_M
    wind_mi_h = np.asarray(wind_speed_20ft_m_s, dtype=np.float64) / MI_H_M_S
    blowing = wind_mi_h > 0.0
    thermal = 322.0 * (0.474 * np.where(blowing, wind_mi_h, 1.0)) ** -1.01
    brand_ft = np.where(blowing, 1.055 * np.sqrt(thermal * intensity_btu), 0.0)
    return _flight(brand_ft, wind_speed_20ft_m_s, ground, drifts=True)


def spot_from_pile(
    flame_height_m: ArrayLike, wind_speed_20ft_m_s: ArrayLike, ground: EmberGround, least_m: float = 0.0
) -> EmberFlight:
    """Farthest ember from a burning pile, from its flame height: brands rise 12.2 flame heights. Albini 1981.

    least_m as for torching trees.
    """
    brand_ft = 12.2 * np.asarray(flame_height_m, dtype=np.float64) / FT_M
    return _flight(brand_ft, wind_speed_20ft_m_s, ground, drifts=False, least_m=least_m)


def _flight(
    brand_ft: Floats, wind_speed_20ft_m_s: ArrayLike, ground: EmberGround, drifts: bool, least_m: float = 0.0
) -> EmberFlight:
    """From the greatest height of a viable ember to where it lands; a line fire's ember drifts while it rises too."""
    wind_mi_h = np.asarray(wind_speed_20ft_m_s, dtype=np.float64) / MI_H_M_S
    rises = (brand_ft > 0.0) & (wind_mi_h > 0.0)
    brand = np.where(rises, brand_ft, 0.0)
    open_share = np.where(np.asarray(ground.is_open_canopy, dtype=np.bool_), 0.5, 1.0)
    cover_ft = np.asarray(ground.cover_height_m, dtype=np.float64) / FT_M * open_share
    # Below this cover the wind's logarithmic profile would not hold (Albini 1979).
    least_cover_ft = np.where(rises, 2.2 * np.where(rises, brand, 1.0) ** 0.337 - 4.0, 0.0)
    cover = np.maximum(cover_ft, least_cover_ft)
    flies = rises & (cover > 0.0)
    height_ratio = np.where(flies, brand / np.where(flies, cover, 1.0), 1.0)
    reach = 0.362 + np.sqrt(height_ratio) / 2.0 * np.log(height_ratio)
    flat_mi = np.where(flies, 0.000718 * wind_mi_h * np.sqrt(np.maximum(cover, 0.0)) * reach, 0.0)
    if drifts:
        flat_mi = flat_mi + np.where(flies, 0.000278 * wind_mi_h * brand**0.643, 0.0)
    flat_mi = np.maximum(flat_mi, least_m / MILE_M)
    return EmberFlight(
        firebrand_height_m=brand * FT_M,
        cover_height_used_m=np.where(rises, np.maximum(cover, 0.0), 0.0) * FT_M,
        flat_distance_m=flat_mi * MILE_M,
        terrain_distance_m=_over_terrain(flat_mi, ground) * MILE_M,
    )


def _over_terrain(flat_mi: Floats, ground: EmberGround) -> Floats:
    """Where an ember lands on a hillside shaped as a cosine (Chase 1984): six rounds of its fixed-point equation."""
    across_mi = np.asarray(ground.ridge_to_valley_distance_m, dtype=np.float64) / MILE_M
    elevation_ft = np.asarray(ground.ridge_to_valley_elevation_m, dtype=np.float64) / FT_M
    names = np.asarray(ground.location)
    unknown = set(names.ravel().tolist()) - set(LOCATIONS) - {"flat"}
    if unknown:
        raise ValueError(f"unknown source location {sorted(unknown)[0]!r}: flat or one of {', '.join(LOCATIONS)}")
    hilly = (names != "flat") & (across_mi > 0.0) & (elevation_ft > 0.0)
    turn = np.vectorize(lambda name: LOCATIONS.get(name, 0.0), otypes=[np.float64])(names) * np.pi / 2.0
    width = np.where(hilly, across_mi, 1.0)
    flat_share = flat_mi / width
    relief = elevation_ft / (10.0 * np.pi) / 1000.0
    share = flat_share
    for _ in range(6):
        share = flat_share - relief * (np.cos(np.pi * share - turn) - np.cos(turn))
    return np.where(hilly, share * width, flat_mi)

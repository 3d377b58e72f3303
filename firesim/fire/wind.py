"""From the wind of the weather report to the wind that the flames feel.

10 m above open ground -> 20 ft above the vegetation -> midflame height, under the open sky or under trees.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.imperial import FT_M

Floats = NDArray[np.float64]

# Wind at 10 m over wind at 20 ft in the open. Turner & Lawson 1978 (Canadian Forestry Service BC-X-177).
WIND_10M_OVER_20FT = 1.15

# Shelter begins when tree crowns fill this fraction of the space under the canopy's top, and trees stand at
# least this tall. Andrews 2012, RMRS-GTR-266, after Albini & Baughman 1979.
SHELTERING_CROWN_FILL = 0.05
SHELTERING_HEIGHT_FT = 6.0
LEAST_BED_DEPTH_FT = 1.0e-7  # below it there is no bed


def wind_20ft_m_s(wind_speed_10m_m_s: ArrayLike) -> Floats:
    """Wind 20 ft (6.1 m) above the vegetation from the wind at 10 m. [m/s], any shape."""
    return np.asarray(wind_speed_10m_m_s, dtype=np.float64) / WIND_10M_OVER_20FT


def wind_10m_m_s(wind_speed_20ft_m_s: ArrayLike) -> Floats:
    """Wind 10 m above open ground from the wind at 20 ft. [m/s], any shape."""
    return np.asarray(wind_speed_20ft_m_s, dtype=np.float64) * WIND_10M_OVER_20FT


def crown_fill(canopy_cover: ArrayLike, crown_ratio: ArrayLike | None = None) -> Floats:
    """Share of the space under the canopy's top that tree crowns fill. [0-1]

    With the crown ratio (crown length over tree height): ratio x cover / 3, crowns as cones (Albini & Baughman
    1979). Without: cover x pi / 12, crowns as cones as long as the tree (Finney 1998, FARSITE).
    """
    cover = np.asarray(canopy_cover, dtype=np.float64)
    if crown_ratio is None:
        return cover * np.pi / 12.0
    return np.asarray(crown_ratio, dtype=np.float64) * cover / 3.0


def is_sheltered(
    canopy_cover: ArrayLike, canopy_height_m: ArrayLike, crown_ratio: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Whether the flames burn under a canopy that breaks the wind. Any shapes that broadcast."""
    fill = crown_fill(canopy_cover, crown_ratio)
    height_ft = np.asarray(canopy_height_m, dtype=np.float64) / FT_M
    return (fill >= SHELTERING_CROWN_FILL) & (height_ft >= SHELTERING_HEIGHT_FT)


def wind_adjustment_factor(
    canopy_cover: ArrayLike,
    canopy_height_m: ArrayLike,
    fuel_bed_depth_m: ArrayLike,
    crown_ratio: ArrayLike | None = None,
) -> Floats:
    """Midflame wind over the wind at 20 ft.

    Parameters
    ----------
    canopy_cover : array, any shape
        Share of the ground under crowns. [0-1]; 0 for no trees.
    canopy_height_m : array
        Top of the canopy above ground. [m]; 0 for no trees.
    fuel_bed_depth_m : array
        Depth of the surface fuel bed: the flame height of the unsheltered law. [m]
    crown_ratio : array or None
        Crown length over tree height. [0-1]; None: unknown (see `crown_fill`).

    Returns
    -------
    array, the shapes broadcast
        [-]; at most 1. A bed without depth (nothing to burn) gives 1.

    Notes
    -----
    Unsheltered: Albini & Baughman 1979 (INT-221) averaged from the top of the bed to one bed depth above it,
    1.83 / ln((20 + 0.36 H) / (0.13 H)), H in ft (Baughman & Albini 1980; Andrews 2012, eq. 7).
    Sheltered: 0.555 / (sqrt(f H) ln((20 + 0.36 H) / (0.13 H))), H the canopy height in ft, f the crown fill
    (Andrews 2012, eq. 8).
    """
    height_ft = np.asarray(canopy_height_m, dtype=np.float64) / FT_M
    depth_ft = np.asarray(fuel_bed_depth_m, dtype=np.float64) / FT_M
    fill = crown_fill(canopy_cover, crown_ratio)
    sheltered = is_sheltered(canopy_cover, canopy_height_m, crown_ratio)
    has_bed = depth_ft > LEAST_BED_DEPTH_FT
    log_profile_open = _log_profile(np.where(has_bed, depth_ft, 1.0))
    unsheltered = np.where(has_bed, 1.83 / log_profile_open, 1.0)
    height_or_one = np.where(sheltered, height_ft, 1.0)
    fill_or_one = np.where(sheltered, fill, 1.0)
    under_trees = 0.555 / (np.sqrt(fill_or_one * height_or_one) * _log_profile(height_or_one))
    return np.minimum(np.where(sheltered, under_trees, unsheltered), 1.0)


def _log_profile(height_ft: Floats) -> Floats:
    """Logarithm of the wind profile above vegetation of this height, between its top and 20 ft above it."""
    return np.asarray(np.log((20.0 + 0.36 * height_ft) / (0.13 * height_ft)))


def midflame_wind_m_s(
    wind_speed_10m_m_s: ArrayLike,
    canopy_cover: ArrayLike,
    canopy_height_m: ArrayLike,
    fuel_bed_depth_m: ArrayLike,
    crown_ratio: ArrayLike | None = None,
) -> Floats:
    """Wind at the height of the flames from the wind at 10 m above open ground. [m/s], any shapes that broadcast."""
    factor = wind_adjustment_factor(canopy_cover, canopy_height_m, fuel_bed_depth_m, crown_ratio)
    return wind_20ft_m_s(wind_speed_10m_m_s) * factor

"""How fast a surface fire runs, where to, and how hot: Rothermel's model with wind and slope in any directions.

Rothermel 1972 (INT-115), Albini 1976 (INT-30); wind and slope as vectors after Rothermel 1983 (INT-143), as the
Behave library adds them; wind is not projected on the slope. Angles are clockwise from straight up the slope.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from math import atan2, cos, exp, radians, sin, sqrt, tan, tau
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel, kernel_in_place
from firesim.fire import ellipse
from firesim.fire.ellipse import MOST_LENGTH_TO_WIDTH
from firesim.fire.fuelbed import FuelBed, fuel_bed
from firesim.fire.fuels import FuelCatalogue, standard_fuels
from firesim.fire.imperial import BTU_FT2_MIN_KW_M2, BTU_FT_S_KW_M, FT_M, FT_MIN_M_S, MI_H_M_S
from firesim.fire.moisture import Moisture

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WIND_LIMITS = ("none", "rothermel", "andrews2013")

# Andrews, Cruz & Rothermel 2013 bound the spread rate by the effective wind. In near-calm air a fire outruns the
# wind by its own radiation, so the bound begins at one mile an hour, as in the Behave library.
LEAST_LIMITING_WIND_M_S = MI_H_M_S

# Byram 1959: flame length [ft] = 0.45 I^0.46, I in Btu/ft/s.
BYRAM_SCALE, BYRAM_EXPONENT = 0.45, 0.46
_FLAME_SCALE = BYRAM_SCALE * FT_M * BTU_FT_S_KW_M**-BYRAM_EXPONENT  # for kW/m and m
_LIMIT_SCALE = 0.9 / BTU_FT2_MIN_KW_M2 * FT_MIN_M_S  # Rothermel's wind limit from kW/m2 to m/s


def flame_length_m(fireline_intensity_kw_m: ArrayLike) -> Floats:
    """Length of the flames of a surface fire. [m], any shape.  Byram 1959, 0.45 I^0.46 (ft, Btu/ft/s)."""
    return np.asarray(_FLAME_SCALE * np.asarray(fireline_intensity_kw_m, dtype=np.float64) ** BYRAM_EXPONENT)


def fireline_intensity_of_flame_kw_m(flame_length: ArrayLike) -> Floats:
    """Fireline intensity that has surface flames of this length. [kW/m] from [m]: Byram 1959, inverted."""
    return np.asarray((np.asarray(flame_length, dtype=np.float64) / _FLAME_SCALE) ** (1.0 / BYRAM_EXPONENT))


@dataclass(frozen=True)
class SurfaceSpread:
    """A surface fire in each cell. Arrays of the cells' shape; all zero (length to width 1) where nothing burns.

    `direction_from_upslope_deg`: toward where the head runs, clockwise from upslope, 0 to below 360.
    `effective_wind_m_s`: the midflame wind that alone, without slope, would drive the head as fast; capped where
    Rothermel's limit is chosen. Rates and intensities are the head's, along the ground in the horizontal plane.
    """

    rate_of_spread_m_s: Floats
    direction_from_upslope_deg: Floats
    effective_wind_m_s: Floats
    length_to_width: Floats
    eccentricity: Floats
    fireline_intensity_kw_m: Floats
    beds: FuelBed  # the distinct beds, in one dimension
    bed_of_cell: Integers  # cells' shape

    @cached_property
    def flame_length_m(self) -> Floats:
        """Length of the head's flames: worked out for who asks, a power of a number for each cell. [m]"""
        intensity_kw_m = self.fireline_intensity_kw_m
        length_m: Floats = _flame_lengths(intensity_kw_m.ravel()).reshape(intensity_kw_m.shape)[()]  # a number of one
        return length_m

    @cached_property
    def bed(self) -> FuelBed:
        """Reaction intensity, heat per area and the rest, cell by cell."""
        return self.beds.take(self.bed_of_cell)

    @property
    def reaction_intensity_kw_m2(self) -> Floats:
        """Of each cell. [kW/m2]"""
        return self.beds.reaction_intensity_kw_m2[self.bed_of_cell]

    @property
    def heat_per_unit_area_kj_m2(self) -> Floats:
        """Heat released under the flaming front: reaction intensity x residence time."""
        return self.beds.heat_per_unit_area_kj_m2.take(self.bed_of_cell)

    @property
    def backing_rate_m_s(self) -> Floats:
        """Against the direction of spread. [m/s]"""
        return ellipse.backing_rate(self.rate_of_spread_m_s, self.eccentricity)

    @property
    def flanking_rate_m_s(self) -> Floats:
        """Across it, of the widest part of the ellipse. [m/s]"""
        return ellipse.flanking_rate(self.rate_of_spread_m_s, self.eccentricity)

    def rate_toward_m_s(self, from_upslope_deg: ArrayLike) -> Floats:
        """Rate from the ignition point along a ray at this angle clockwise from upslope. [m/s]"""
        from_head = np.asarray(from_upslope_deg, dtype=np.float64) - self.direction_from_upslope_deg
        return ellipse.rate_toward(self.rate_of_spread_m_s, self.eccentricity, from_head)

    def fireline_intensity_at_rate_kw_m(self, rate_m_s: ArrayLike) -> Floats:
        """Intensity of a part of the front that moves at this rate: the head's, in proportion."""
        return self.heat_per_unit_area_kj_m2 * np.asarray(rate_m_s, dtype=np.float64)


# Rows of the kernel's output: the array fields of SurfaceSpread.
_QUANTITIES = len(fields(SurfaceSpread)) - 2
_CALM = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0)  # what they are where nothing burns


@kernel
def _driving_factor(wind_factor: float, slope_factor: float, toward_deg: float) -> tuple[float, float]:
    """Sum of the wind and slope factors as vectors, and its direction clockwise from upslope. [-, deg]"""
    toward = radians(toward_deg)
    upslope = slope_factor + wind_factor * cos(toward)
    across = wind_factor * sin(toward)
    direction = atan2(across, upslope) * (360.0 / tau)
    return sqrt(upslope * upslope + across * across), direction % 360.0


@kernel
def _heads(
    rate0: Floats,
    wind_scale: Floats,
    wind_exponent: Floats,
    slope_scale: Floats,
    reaction: Floats,
    area_heat: Floats,
    bed_of_cell: Integers,
    wind: Floats,
    toward_deg: Floats,
    slope_deg: Floats,
    limit: int,
    out: Floats,
) -> None:
    """Head fire of each cell over its bed, in the order of SurfaceSpread's fields.

    Arrays of one value stand for all cells.
    """
    one_wind, one_direction, one_slope = wind.size == 1, toward_deg.size == 1, slope_deg.size == 1
    for n in range(bed_of_cell.size):
        k = bed_of_cell[n]
        if rate0[k] <= 0.0:
            for quantity in range(len(_CALM)):
                out[quantity, n] = _CALM[quantity]
            continue
        scale, exponent = wind_scale[k], wind_exponent[k]
        here_wind = wind[0 if one_wind else n]
        steepness = tan(radians(slope_deg[0 if one_slope else n]))
        slope_factor = slope_scale[k] * steepness * steepness
        wind_factor = scale * here_wind**exponent if here_wind > 0.0 else 0.0
        factor, direction = _driving_factor(wind_factor, slope_factor, toward_deg[0 if one_direction else n])

        effective_wind = (factor / scale) ** (1.0 / exponent) if factor > 0.0 else 0.0
        if limit == 1 and effective_wind > _LIMIT_SCALE * reaction[k]:
            effective_wind = _LIMIT_SCALE * reaction[k]
            factor = scale * effective_wind**exponent
        rate = rate0[k] * (1.0 + factor)
        if limit == 2:
            rate = min(rate, max(effective_wind, LEAST_LIMITING_WIND_M_S))

        # The length to width of fire/ellipse.py, here for one cell. Above 30 mi/h it is past its cap.
        wind_mi_h = min(effective_wind / MI_H_M_S, 30.0)
        ratio = 0.936 * exp(0.1147 * wind_mi_h) + 0.461 * exp(-0.0692 * wind_mi_h) - 0.397
        ratio = min(max(ratio, 1.0), MOST_LENGTH_TO_WIDTH)
        out[0, n] = rate
        out[1, n] = direction
        out[2, n] = effective_wind
        out[3, n] = ratio
        out[4, n] = sqrt(ratio * ratio - 1.0) / ratio
        out[5, n] = area_heat[k] * rate


@kernel_in_place
def flame_length_of(intensity_kw_m: float) -> float:
    """`flame_length_m` of one fire."""
    return float(_FLAME_SCALE * intensity_kw_m**BYRAM_EXPONENT)


@kernel
def _flame_lengths(intensity: Floats) -> Floats:
    """`flame_length_m` of each cell. [cells]"""
    length_m = np.empty(intensity.size)
    for n in range(intensity.size):
        length_m[n] = flame_length_of(intensity[n])
    return length_m


def _as_shape(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    return values if values.shape == shape else np.broadcast_to(values, shape)


def head_fire(
    beds: FuelBed,
    bed_of_cell: NDArray[np.integer],
    midflame_wind_m_s: ArrayLike,
    wind_toward_from_upslope_deg: ArrayLike,
    slope_deg: ArrayLike,
    wind_limit: str = "andrews2013",
) -> SurfaceSpread:
    """Wind and slope over known fuel beds: the bulk form of `surface_spread`, for many cells and few beds.

    beds in one dimension; bed_of_cell an index into them, of the cells' shape, against which the rest
    broadcasts. See `surface_spread`.
    """
    if wind_limit not in WIND_LIMITS:
        raise ValueError(f"unknown wind limit {wind_limit!r}: one of {', '.join(WIND_LIMITS)}")
    driving = [np.asarray(v, dtype=np.float64) for v in (midflame_wind_m_s, wind_toward_from_upslope_deg, slope_deg)]
    if driving[0].size and not driving[0].min() >= 0.0:
        raise ValueError("a midflame wind is negative or not a number")
    if driving[2].size and not (driving[2].min() >= 0.0 and driving[2].max() < 90.0):
        raise ValueError("a slope must be at least 0 and below 90 degrees")
    shape = np.broadcast(bed_of_cell, *driving).shape
    index = np.ascontiguousarray(_as_shape(bed_of_cell, shape), dtype=np.int64)
    flat = [v.reshape(1) if v.size == 1 else _as_shape(v, shape).ravel() for v in driving]
    out = np.empty((_QUANTITIES, index.size))
    wind, toward, slope = flat
    _heads(
        beds.no_wind_rate_m_s,
        beds.wind_scale,
        beds.wind_exponent,
        beds.slope_scale,
        beds.reaction_intensity_kw_m2,
        beds.heat_per_unit_area_kj_m2,
        index.ravel(),
        wind,
        toward,
        slope,
        WIND_LIMITS.index(wind_limit),
        out,
    )
    rate, direction, effective, ratio, eccentric, intensity = out.reshape(_QUANTITIES, *shape)
    return SurfaceSpread(rate, direction, effective, ratio, eccentric, intensity, beds, index.reshape(shape))


def surface_spread(
    fuel_number: ArrayLike,
    moisture: Moisture,
    midflame_wind_m_s: ArrayLike,
    wind_toward_from_upslope_deg: ArrayLike,
    slope_deg: ArrayLike,
    wind_limit: str = "andrews2013",
    *,
    fuels: FuelCatalogue | None = None,
    curing: str = "behave",
) -> SurfaceSpread:
    """The head of a surface fire in each cell, from fuel, moisture, wind and slope.

    Parameters
    ----------
    fuel_number : array of whole numbers, any shape
        Fuel model numbers (`fire/fuels.py`); unknown: ValueError; non-burnable: everything 0.
    moisture : Moisture
        [kg/kg]; scalars (fast: each fuel is worked out once) or arrays that broadcast.
    midflame_wind_m_s : array
        Wind at the height of the flames. [m/s], not negative.
    wind_toward_from_upslope_deg : array
        Toward where the wind blows, clockwise from straight upslope. [deg]
    slope_deg : array
        Steepness. [deg], 0 to below 90; the law was fitted to slopes up to 45.
    wind_limit : "andrews2013", "rothermel" or "none"
        "andrews2013": the head runs no faster than the effective midflame wind (Andrews, Cruz & Rothermel 2013),
        above one mile an hour; "rothermel": effective wind at most 0.9 x reaction intensity (1972, eq. 87).
    fuels : FuelCatalogue
        Where the numbers are looked up; the shipped models by default.
    curing : "behave" or "linear"
        How herbaceous load of dynamic models dies (`moisture.cured_fraction`).

    Returns
    -------
    SurfaceSpread of the broadcast shape
    """
    catalogue = fuels or standard_fuels()
    if moisture.is_uniform:
        beds = fuel_bed([model.number for model in catalogue.models], moisture, catalogue, curing)
        bed_of_cell = catalogue.row_of(fuel_number)
    else:
        cells = fuel_bed(fuel_number, moisture, catalogue, curing)
        bed_of_cell = np.arange(cells.no_wind_rate_m_s.size).reshape(cells.shape)
        beds = FuelBed(*(getattr(cells, field.name).ravel() for field in fields(cells)))
    return head_fire(beds, bed_of_cell, midflame_wind_m_s, wind_toward_from_upslope_deg, slope_deg, wind_limit)

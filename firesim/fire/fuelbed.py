"""The fuel bed of Rothermel's model: everything that depends on the fuel and its moisture, and not on wind or slope.

Rothermel 1972 (INT-115) with the changes of Albini 1976 (INT-30); equation numbers are Rothermel's, collected
in Andrews 2018 (RMRS-GTR-371). Worked out once for each distinct fuel and moisture; wind and slope follow for
each cell in `fire/surface.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.fire.fuels import FuelCatalogue, standard_fuels
from firesim.fire.imperial import (
    BTU_FT2_KJ_M2,
    BTU_FT2_MIN_KW_M2,
    BTU_LB_KJ_KG,
    FT_M,
    FT_MIN_M_S,
    LB_FT2_KG_M2,
)
from firesim.fire.moisture import Moisture, cured_fraction

Floats = NDArray[np.float64]

PARTICLE_DENSITY_LB_FT3 = 32.0  # oven-dry, Rothermel 1972, all models
TOTAL_MINERALS = 0.0555
EFFECTIVE_MINERALS = 0.010
MINERAL_DAMPING = 0.174 * EFFECTIVE_MINERALS**-0.19  # eq. 30


@dataclass(frozen=True)
class FuelBed:
    """What wind and slope act upon. Arrays of one shape; a bed that cannot burn has a no-wind rate of 0.

    With U the midflame wind [m/s] and s the slope: wind factor = wind_scale U ** wind_exponent, slope factor =
    slope_scale tan(s)^2, rate = no_wind_rate_m_s (1 + factors) where wind and slope point the same way.
    """

    no_wind_rate_m_s: Floats
    wind_scale: Floats
    wind_exponent: Floats
    slope_scale: Floats
    reaction_intensity_kw_m2: Floats
    heat_per_unit_area_kj_m2: Floats
    residence_time_s: Floats
    characteristic_sav_1_m: Floats
    packing_ratio: Floats
    relative_packing_ratio: Floats
    live_extinction_moisture: Floats  # 0 where nothing lives
    dead_moisture: Floats  # of the characteristic dead particle
    live_moisture: Floats
    herb_load_cured_kg_m2: Floats

    @property
    def wind_limit_m_s(self) -> Floats:
        """Rothermel's limit of the effective wind: 0.9 x reaction intensity, Btu/ft2/min as ft/min (eq. 87)."""
        return 0.9 * self.reaction_intensity_kw_m2 / BTU_FT2_MIN_KW_M2 * FT_MIN_M_S

    @property
    def shape(self) -> tuple[int, ...]:
        return self.no_wind_rate_m_s.shape

    def take(self, index: NDArray[np.integer]) -> FuelBed:
        """The beds at these places, in the shape of `index` (beds in one dimension)."""
        return FuelBed(*(getattr(self, field.name)[index] for field in fields(self)))


# Rows of the kernel's output, in the order of FuelBed's fields.
_QUANTITIES = len(fields(FuelBed))


@kernel
def _size_class(sav_1_ft: float) -> int:
    """Albini's size groups for weighting loads (Andrews 2018, section 3.3); -1: too coarse to count."""
    if sav_1_ft >= 1200.0:
        return 0
    if sav_1_ft >= 192.0:
        return 1
    if sav_1_ft >= 96.0:
        return 2
    if sav_1_ft >= 48.0:
        return 3
    if sav_1_ft >= 16.0:
        return 4
    return -1


@kernel
def _category(load: Floats, sav: Floats, moisture: Floats, first: int, last: int, groups: Floats, out: Floats) -> None:
    """Weighted means over the particles first..last-1 of one life category (eqs. 53-59, 66, 67, 77).

    out: area, SAV, moisture, net load, heat sink per unit of area share. Zeros where the category is empty.
    """
    out[:] = 0.0
    groups[:] = 0.0
    area = 0.0
    for j in range(first, last):
        surface = load[j] * sav[j] / PARTICLE_DENSITY_LB_FT3
        area += surface
        group = _size_class(sav[j])
        if group >= 0:
            groups[group] += surface
    if area <= 0.0:
        return
    out[0] = area
    for j in range(first, last):
        share = load[j] * sav[j] / PARTICLE_DENSITY_LB_FT3 / area
        group = _size_class(sav[j])
        if share > 0.0:
            out[1] += share * sav[j]
            out[2] += share * moisture[j]
            out[4] += share * exp(-138.0 / sav[j]) * (250.0 + 1116.0 * moisture[j])  # eqs. 12, 14
            if group >= 0:
                out[3] += groups[group] / area * load[j] * (1.0 - TOTAL_MINERALS)


@kernel
def _live_extinction(load: Floats, sav: Floats, moisture: Floats, dead_extinction: float) -> float:
    """Moisture above which live fuel stops adding heat (Albini 1976 p. 89; eq. 88). Never below the dead one's."""
    fine_dead, fine_dead_water, fine_live = 0.0, 0.0, 0.0
    for j in range(4):
        if load[j] > 0.0:
            weight = load[j] * exp(-138.0 / sav[j])
            fine_dead += weight
            fine_dead_water += weight * moisture[j]
    for j in range(4, 6):
        if load[j] > 0.0:
            fine_live += load[j] * exp(-500.0 / sav[j])
    if fine_live <= 0.0:
        return 0.0
    fine_moisture = fine_dead_water / fine_dead if fine_dead > 0.0 else 0.0
    ratio = fine_dead / fine_live
    return max(2.9 * ratio * (1.0 - fine_moisture / dead_extinction) - 0.226, dead_extinction)


@kernel
def _moisture_damping(moisture: float, extinction: float) -> float:
    """Eq. 29: 1 when dry, 0 at extinction and above."""
    if extinction <= 0.0:
        return 0.0
    r = moisture / extinction
    if r >= 1.0:
        return 0.0
    return max(1.0 - r * (2.59 - r * (5.11 - 3.52 * r)), 0.0)


@kernel
def _bed(
    load: Floats,
    sav: Floats,
    moisture: Floats,
    depth: float,
    extinction: float,
    heat_dead: float,
    heat_live: float,
    scratch: Floats,
    out: Floats,
) -> None:
    """One fuel bed in lb, ft, min, Btu; particles 1-h, 10-h, 100-h, cured herb | herb, woody. Fills `out` in SI."""
    out[:] = 0.0
    dead, live, groups = scratch[0, :5], scratch[1, :5], scratch[2, :5]
    _category(load, sav, moisture, 0, 4, groups, dead)
    _category(load, sav, moisture, 4, 6, groups, live)
    area = dead[0] + live[0]
    if area <= 0.0 or depth <= 0.0:
        return
    dead_share, live_share = dead[0] / area, live[0] / area
    sigma = dead_share * dead[1] + live_share * live[1]  # eq. 71
    bulk_density = (load[0] + load[1] + load[2] + load[3] + load[4] + load[5]) / depth  # eq. 40
    beta = bulk_density / PARTICLE_DENSITY_LB_FT3  # eq. 31
    relative_beta = beta / (3.348 * sigma**-0.8189)  # eq. 37

    live_extinction = _live_extinction(load, sav, moisture, extinction)
    A = 133.0 * sigma**-0.7913  # Albini 1976, for eq. 39
    sigma_15 = sigma * sqrt(sigma)
    greatest_velocity = sigma_15 / (495.0 + 0.0594 * sigma_15)  # eq. 36
    velocity = greatest_velocity * relative_beta**A * exp(A * (1.0 - relative_beta))  # eq. 38
    burning = dead[3] * heat_dead * _moisture_damping(dead[2], extinction)
    burning += live[3] * heat_live * _moisture_damping(live[2], live_extinction)
    reaction_intensity = velocity * burning * MINERAL_DAMPING  # eq. 58

    flux_ratio = exp((0.792 + 0.681 * sqrt(sigma)) * (beta + 0.1)) / (192.0 + 0.2595 * sigma)  # eq. 42
    heat_sink = bulk_density * (dead_share * dead[4] + live_share * live[4])  # eq. 77
    B = 0.02526 * sigma**0.54  # eq. 49
    C = 7.47 * exp(-0.133 * sigma**0.55)  # eq. 48
    E = 0.715 * exp(-3.59e-4 * sigma)  # eq. 50
    residence_min = 384.0 / sigma  # Anderson 1969, INT-69

    out[0] = reaction_intensity * flux_ratio / heat_sink * FT_MIN_M_S  # eq. 52 without wind and slope
    out[1] = C * relative_beta**-E * FT_MIN_M_S**-B  # eq. 47, for wind in m/s
    out[2] = B
    out[3] = 5.275 * beta**-0.3  # eq. 51
    out[4] = reaction_intensity * BTU_FT2_MIN_KW_M2
    out[5] = reaction_intensity * residence_min * BTU_FT2_KJ_M2
    out[6] = residence_min * 60.0
    out[7] = sigma / FT_M
    out[8] = beta
    out[9] = relative_beta
    out[10] = live_extinction
    out[11] = dead[2]
    out[12] = live[2]
    out[13] = load[3] * LB_FT2_KG_M2


@kernel
def _beds(
    row: NDArray[np.int64],
    loads: Floats,
    savs: Floats,
    depths: Floats,
    extinctions: Floats,
    heats_dead: Floats,
    heats_live: Floats,
    cured: Floats,
    moisture: Floats,
    out: Floats,
) -> None:
    """Fuel beds of many cells: row[n] of the catalogue, cured[n] share of herb, moisture[5, n] -> out[quantity, n]."""
    load, sav, water = np.zeros(6), np.ones(6), np.zeros(6)
    scratch = np.zeros((3, 5))
    for n in range(row.size):
        k = row[n]
        for j in range(3):
            load[j], sav[j], water[j] = loads[k, j] / LB_FT2_KG_M2, savs[k, j] * FT_M, moisture[j, n]
        herb = loads[k, 3] / LB_FT2_KG_M2
        # Cured herbs keep their own fineness and dry like 1-h fuel.
        load[3], sav[3], water[3] = herb * cured[n], savs[k, 3] * FT_M, moisture[0, n]
        load[4], sav[4], water[4] = herb * (1.0 - cured[n]), savs[k, 3] * FT_M, moisture[3, n]
        load[5], sav[5], water[5] = loads[k, 4] / LB_FT2_KG_M2, savs[k, 4] * FT_M, moisture[4, n]
        heat_dead, heat_live = heats_dead[k] / BTU_LB_KJ_KG, heats_live[k] / BTU_LB_KJ_KG
        _bed(load, sav, water, depths[k] / FT_M, extinctions[k], heat_dead, heat_live, scratch, out[:, n])


def fuel_bed(
    fuel_number: ArrayLike,
    moisture: Moisture,
    fuels: FuelCatalogue | None = None,
    curing: str = "behave",
) -> FuelBed:
    """What the fuel and its moisture say about a fire, before wind and slope.

    Parameters
    ----------
    fuel_number : array of whole numbers, any shape
        Fuel model numbers of the catalogue; an unknown one is a ValueError.
    moisture : Moisture
        Scalars, or arrays that broadcast against `fuel_number`. [kg/kg], not negative.
    fuels : FuelCatalogue
        Where the numbers are looked up; the shipped models by default.
    curing : "behave" or "linear"
        How herbaceous load of dynamic models dies (`moisture.cured_fraction`).

    Returns
    -------
    FuelBed of the broadcast shape
    """
    catalogue = fuels or standard_fuels()
    values = [np.asarray(value, dtype=np.float64) for value in moisture.as_tuple()]
    for value in values:
        if value.size and not value.min() >= 0.0:
            raise ValueError("a fuel moisture is negative or not a number")
    cells = np.broadcast(np.asarray(fuel_number), *values)
    row = np.broadcast_to(catalogue.row_of(fuel_number), cells.shape).ravel()
    waters = np.stack([np.broadcast_to(value, cells.shape).ravel() for value in values])
    cured = np.where(catalogue.is_dynamic[row], cured_fraction(waters[3], curing), 0.0)
    out = np.empty((_QUANTITIES, row.size))
    _beds(
        row,
        catalogue.load_kg_m2,
        catalogue.sav_1_m,
        catalogue.depth_m,
        catalogue.dead_extinction_moisture,
        catalogue.heat_dead_kj_kg,
        catalogue.heat_live_kj_kg,
        cured,
        waters,
        out,
    )
    return FuelBed(*(quantity.reshape(cells.shape) for quantity in out))

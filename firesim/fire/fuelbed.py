"""The fuel bed of Rothermel's model: everything that depends on the fuel and its moisture, and not on wind or slope.

Rothermel 1972 (INT-115) with the changes of Albini 1976 (INT-30); equation numbers are Rothermel's, collected
in Andrews 2018 (RMRS-GTR-371). Worked out once for each distinct fuel and moisture; wind and slope follow for
each cell in `fire/surface.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import exp, sqrt
from typing import NamedTuple

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
        """Shape of the cells."""
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


class _Particles(NamedTuple):
    """The fuel models of a catalogue as the kernels take them, in lb and ft; [model, class] or [model].

    heating, live_heating: the share of a particle that has to be heated to ignition, exp(-138 / SAV) (eq. 14), and
    its weight among live fuel, exp(-500 / SAV) (eq. 88). dry: what neither moisture nor curing changes, rows of
    `_DRY`: cured herb keeps its fineness, so the bed's mean fineness and packing stay as they are.
    """

    load: Floats
    sav: Floats
    heating: Floats
    live_heating: Floats
    extinction: Floats
    heat_dead: Floats
    heat_live: Floats
    dry: Floats


_DRY = 10  # sigma, bulk density, packing ratio, relative one, reaction velocity, flux ratio, residence, wind, slope


@kernel
def _dry_beds(load: Floats, sav: Floats, depth: Floats, out: Floats) -> None:
    """Fineness, packing and all that follows from them alone, of each model. [model, class] -> out[model, _DRY]"""
    for k in range(load.shape[0]):
        area, weighted, total = 0.0, 0.0, 0.0
        for j in range(load.shape[1]):
            area += load[k, j] * sav[k, j]
            weighted += load[k, j] * sav[k, j] * sav[k, j]
            total += load[k, j]
        if area <= 0.0 or depth[k] <= 0.0:
            continue
        sigma = weighted / area  # eqs. 71, 72
        bulk_density = total / depth[k]  # eq. 40
        beta = bulk_density / PARTICLE_DENSITY_LB_FT3  # eq. 31
        relative_beta = beta / (3.348 * sigma**-0.8189)  # eq. 37
        A = 133.0 * sigma**-0.7913  # Albini 1976, for eq. 39
        sigma_15 = sigma * sqrt(sigma)
        greatest_velocity = sigma_15 / (495.0 + 0.0594 * sigma_15)  # eq. 36
        B = 0.02526 * sigma**0.54  # eq. 49
        C = 7.47 * exp(-0.133 * sigma**0.55)  # eq. 48
        E = 0.715 * exp(-3.59e-4 * sigma)  # eq. 50
        out[k, 0] = sigma
        out[k, 1] = bulk_density
        out[k, 2] = beta
        out[k, 3] = relative_beta
        out[k, 4] = greatest_velocity * relative_beta**A * exp(A * (1.0 - relative_beta))  # eq. 38
        out[k, 5] = exp((0.792 + 0.681 * sqrt(sigma)) * (beta + 0.1)) / (192.0 + 0.2595 * sigma)  # eq. 42
        out[k, 6] = 384.0 / sigma  # residence in minutes, Anderson 1969, INT-69
        out[k, 7] = C * relative_beta**-E * FT_MIN_M_S**-B  # eq. 47, for wind in m/s
        out[k, 8] = B
        out[k, 9] = 5.275 * beta**-0.3  # eq. 51


def _particles(catalogue: FuelCatalogue) -> _Particles:
    load, sav = catalogue.load_kg_m2 / LB_FT2_KG_M2, catalogue.sav_1_m * FT_M
    dry = np.zeros((len(catalogue.models), _DRY))
    _dry_beds(load, sav, catalogue.depth_m / FT_M, dry)
    fine = np.where(sav > 0.0, sav, np.inf)
    return _Particles(
        load,
        sav,
        np.exp(-138.0 / fine),
        np.exp(-500.0 / fine),
        catalogue.dead_extinction_moisture,
        catalogue.heat_dead_kj_kg / BTU_LB_KJ_KG,
        catalogue.heat_live_kj_kg / BTU_LB_KJ_KG,
        dry,
    )


@kernel
def _category(
    load: Floats, sav: Floats, heating: Floats, moisture: Floats, first: int, last: int, groups: Floats, out: Floats
) -> None:
    """Weighted means over the particles first..last-1 of one life category (eqs. 53-59, 66, 67, 77).

    out: area, moisture, net load, heat sink per unit of area share. Zeros where the category is empty.
    """
    out[:] = 0.0
    groups[:] = 0.0
    area = 0.0
    for j in range(first, last):
        surface = load[j] * sav[j]
        area += surface
        group = _size_class(sav[j])
        if group >= 0:
            groups[group] += surface
    if area <= 0.0:
        return
    out[0] = area
    for j in range(first, last):
        share = load[j] * sav[j] / area
        group = _size_class(sav[j])
        if share > 0.0:
            out[1] += share * moisture[j]
            out[3] += share * heating[j] * (250.0 + 1116.0 * moisture[j])  # eqs. 12, 14
            if group >= 0:
                out[2] += groups[group] / area * load[j] * (1.0 - TOTAL_MINERALS)


@kernel
def _live_extinction(
    load: Floats, heating: Floats, live_heating: Floats, moisture: Floats, dead_extinction: float
) -> float:
    """Moisture above which live fuel stops adding heat (Albini 1976 p. 89; eq. 88). Never below the dead one's."""
    fine_dead, fine_dead_water, fine_live = 0.0, 0.0, 0.0
    for j in range(4):
        weight = load[j] * heating[j]
        fine_dead += weight
        fine_dead_water += weight * moisture[j]
    for j in range(4, 6):
        fine_live += load[j] * live_heating[j]
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


# The model's classes behind the six particles of a bed: 1-h, 10-h, 100-h, cured herb | herb, woody.
_CLASS_OF_PARTICLE = (0, 1, 2, 3, 3, 4)


@kernel
def _beds(row: NDArray[np.int64], fuels: _Particles, cured: Floats, moisture: Floats, out: Floats) -> None:
    """Fuel beds of many cells: row[n] of the catalogue, cured[n] share of herb, moisture[5, n] -> out[quantity, n]."""
    load, sav, water = np.zeros(6), np.zeros(6), np.zeros(6)
    heating, live_heating = np.zeros(6), np.zeros(6)
    dead, live, groups = np.zeros(4), np.zeros(4), np.zeros(5)
    for n in range(row.size):
        k = row[n]
        sigma, bulk_density = fuels.dry[k, 0], fuels.dry[k, 1]
        if sigma <= 0.0:
            out[:, n] = 0.0
            continue
        for j in range(6):
            part = _CLASS_OF_PARTICLE[j]
            load[j], sav[j], water[j] = fuels.load[k, part], fuels.sav[k, part], moisture[part, n]
            heating[j], live_heating[j] = fuels.heating[k, part], fuels.live_heating[k, part]
        # Cured herbs keep their own fineness and dry like 1-h fuel.
        load[3] *= cured[n]
        load[4] *= 1.0 - cured[n]
        water[3] = moisture[0, n]
        _category(load, sav, heating, water, 0, 4, groups, dead)
        _category(load, sav, heating, water, 4, 6, groups, live)
        area = dead[0] + live[0]
        heat_sink = bulk_density * (dead[0] * dead[3] + live[0] * live[3]) / area  # eq. 77
        extinction = fuels.extinction[k]
        live_extinction = _live_extinction(load, heating, live_heating, water, extinction)
        burning = dead[2] * fuels.heat_dead[k] * _moisture_damping(dead[1], extinction)
        burning += live[2] * fuels.heat_live[k] * _moisture_damping(live[1], live_extinction)
        reaction_intensity = fuels.dry[k, 4] * burning * MINERAL_DAMPING  # eq. 58

        out[0, n] = reaction_intensity * fuels.dry[k, 5] / heat_sink * FT_MIN_M_S  # eq. 52 without wind and slope
        out[1, n] = fuels.dry[k, 7]
        out[2, n] = fuels.dry[k, 8]
        out[3, n] = fuels.dry[k, 9]
        out[4, n] = reaction_intensity * BTU_FT2_MIN_KW_M2
        out[5, n] = reaction_intensity * fuels.dry[k, 6] * BTU_FT2_KJ_M2
        out[6, n] = fuels.dry[k, 6] * 60.0
        out[7, n] = sigma / FT_M
        out[8, n] = fuels.dry[k, 2]
        out[9, n] = fuels.dry[k, 3]
        out[10, n] = live_extinction
        out[11, n] = dead[1]
        out[12, n] = live[1]
        out[13, n] = load[3] * LB_FT2_KG_M2


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
    _beds(row, _particles(catalogue), cured, waters, out)
    return FuelBed(*(quantity.reshape(cells.shape) for quantity in out))

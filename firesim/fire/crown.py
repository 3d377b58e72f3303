"""Fire in the crowns of trees: when it starts, how fast it runs, what it releases.

Initiation after Van Wagner 1977 (Can. J. For. Res. 7:23-34). Three models of spread, chosen by name:

"cruz2005"            Cruz, Alexander & Wakimoto 2005 (Can. J. For. Res. 35:1626-1639), the default
"rothermel1991"       Rothermel 1991 (INT-438): 3.34 x fuel model 10 under 0.4 of the 20-ft wind, no slope
"scott_reinhardt2001" Scott & Reinhardt 2001 (RMRS-RP-29): Rothermel's rate, blended by the crown fraction burned
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire import ellipse
from firesim.fire.fuelbed import FuelBed, fuel_bed
from firesim.fire.imperial import BTU_FT_S_KW_M, BTU_LB_KJ_KG, FT_M
from firesim.fire.moisture import Moisture
from firesim.fire.surface import flame_length_m, head_fire
from firesim.fire.wind import wind_10m_m_s

Floats = NDArray[np.float64]

CROWN_MODELS = ("cruz2005", "rothermel1991", "scott_reinhardt2001")
FIRE_TYPES = ("surface", "conditional", "torching", "crowning")  # conditional: crowns would carry fire if it got there

CROWN_HEAT_KJ_KG = 8000.0 * BTU_LB_KJ_KG  # 18608; Behave and pyretechnics
ACTIVE_FLOW_KG_M2_MIN = 3.0  # least mass flow of an active crown fire, Van Wagner 1977: rate >= 3 / bulk density
LEAST_BASE_HEIGHT_M = 0.1  # Behave's floors, which keep the criterion above zero
LEAST_FOLIAR_MOISTURE = 0.30
LEAST_COVER_CRUZ = 0.40  # pyretechnics: below it crowns stand too far apart to carry fire

_THOMAS_SCALE = 0.2 * FT_M * BTU_FT_S_KW_M ** (-2.0 / 3.0)


@dataclass(frozen=True)
class Canopy:
    """The trees above a surface fire. Floats or arrays that broadcast to the cells; zero cover or density: no trees."""

    cover: ArrayLike
    height_m: ArrayLike
    base_height_m: ArrayLike
    bulk_density_kg_m3: ArrayLike
    foliar_moisture: ArrayLike = 1.0  # [kg/kg]

    @property
    def load_kg_m2(self) -> Floats:
        """Canopy fuel that a crown fire takes: bulk density over the crowns' length."""
        length_m = np.asarray(self.height_m, dtype=np.float64) - np.asarray(self.base_height_m, dtype=np.float64)
        return np.asarray(self.bulk_density_kg_m3, dtype=np.float64) * np.maximum(length_m, 0.0)


# Aleppo pine (Pinus halepensis) in Greece: base height 2.0-6.5 m, bulk density 0.07-0.22 kg/m3, canopy fuel load
# 0.63-1.82 kg/m2 (quoted, Greek canopy fuel study, pubag record 238667). Middles of the first two; the height of
# 12 m gives 1.13 kg/m2, the cover and the foliar moisture of dry summer needles are judgements.
GREEK_ALEPPO_PINE = Canopy(cover=0.6, height_m=12.0, base_height_m=4.25, bulk_density_kg_m3=0.145, foliar_moisture=1.0)


@dataclass(frozen=True)
class CrownFire:
    """What burns in each cell once crowns are looked at. Arrays of one shape."""

    fire_type: NDArray[np.int64]  # index into FIRE_TYPES
    rate_of_spread_m_s: Floats  # of the fire as a whole
    fireline_intensity_kw_m: Floats
    flame_length_m: Floats
    heat_per_unit_area_kj_m2: Floats
    crown_fraction_burned: Floats  # 0 surface, 1 crowning
    length_to_width: Floats  # of the crown fire; that of the surface fire belongs to the surface law


def thomas_flame_length_m(fireline_intensity_kw_m: ArrayLike) -> Floats:
    """Flame length of a crown fire. [m]  Thomas 1963: 0.2 I^(2/3), ft and Btu/ft/s."""
    return np.asarray(_THOMAS_SCALE * np.asarray(fireline_intensity_kw_m, dtype=np.float64) ** (2.0 / 3.0))


def critical_surface_intensity_kw_m(
    base_height_m: ArrayLike,
    foliar_moisture: ArrayLike,
    per_percent: float = 25.9,
    least_base_height_m: float = LEAST_BASE_HEIGHT_M,
    least_foliar_moisture: float = LEAST_FOLIAR_MOISTURE,
) -> Floats:
    """Fireline intensity of a surface fire that sets the crowns alight. [kW/m]

    (0.01 CBH (460 + 25.9 FMC%))^1.5, Van Wagner 1977 with Alexander's 1988 constants; pyretechnics has 26 and no least
    base height or moisture.
    """
    height = np.maximum(np.asarray(base_height_m, dtype=np.float64), least_base_height_m)
    moisture_pct = 100.0 * np.maximum(np.asarray(foliar_moisture, dtype=np.float64), least_foliar_moisture)
    return np.asarray((0.01 * height * (460.0 + per_percent * moisture_pct)) ** 1.5)


def critical_crown_rate_m_s(bulk_density_kg_m3: ArrayLike) -> Floats:
    """Least rate of an active crown fire, 3 / CBD in m/min (Van Wagner 1977). [m/s]; inf where there are no crowns."""
    density = np.asarray(bulk_density_kg_m3, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(density > 0.0, ACTIVE_FLOW_KG_M2_MIN / density, np.inf) / 60.0)


def rothermel_crown_bed(moisture: Moisture) -> FuelBed:
    """Fuel model 10 with these moistures, the bed behind Rothermel's crown rate."""
    return fuel_bed(10, moisture)


def rothermel_crown_rate_m_s(moisture: Moisture, wind_20ft_m_s: ArrayLike) -> Floats:
    """Average rate of a crown fire, 3.34 x model 10 at 0.4 of the 20-ft wind, level ground (Rothermel 1991). [m/s]"""
    bed = rothermel_crown_bed(moisture)
    beds = FuelBed(*(np.atleast_1d(value).ravel() for value in vars(bed).values()))
    index = np.arange(beds.no_wind_rate_m_s.size).reshape(bed.shape)
    midflame = 0.4 * np.asarray(wind_20ft_m_s, dtype=np.float64)
    return 3.34 * head_fire(beds, index, midflame, 0.0, 0.0, "none").rate_of_spread_m_s


def active_wind_20ft_m_s(moisture: Moisture, bulk_density_kg_m3: ArrayLike) -> Floats:
    """20-ft wind at which Rothermel's crown rate reaches the active criterion. [m/s]  Scott & Reinhardt 2001 eq. 20.

    0 where crowns carry fire without wind, inf where no wind would do (no crowns, or too wet for model 10).
    """
    bed = rothermel_crown_bed(moisture)
    burns = bed.no_wind_rate_m_s > 0.0
    needed = critical_crown_rate_m_s(bulk_density_kg_m3) / 3.34 / np.where(burns, bed.no_wind_rate_m_s, 1.0)
    needed = np.where(burns, needed, np.inf)
    midflame = (np.maximum(needed - 1.0, 0.0) / bed.wind_scale) ** (1.0 / bed.wind_exponent)
    return np.asarray(midflame / 0.4)


def cruz_active_rate_m_s(
    wind_speed_10m_m_s: ArrayLike, bulk_density_kg_m3: ArrayLike, moisture_1h: ArrayLike
) -> Floats:
    """Rate of an active crown fire, 11.02 U10^0.9 CBD^0.19 exp(-0.17 M) m/min, U10 in km/h, M in % (2005). [m/s]"""
    wind_km_h = 3.6 * np.asarray(wind_speed_10m_m_s, dtype=np.float64)
    density = np.asarray(bulk_density_kg_m3, dtype=np.float64)
    drying = np.exp(-17.0 * np.asarray(moisture_1h, dtype=np.float64))
    return np.asarray(11.02 * wind_km_h**0.9 * density**0.19 * drying / 60.0)


def cruz_rate_m_s(
    wind_speed_10m_m_s: ArrayLike, bulk_density_kg_m3: ArrayLike, moisture_1h: ArrayLike
) -> tuple[Floats, NDArray[np.bool_]]:
    """Rate of a crown fire on level ground, and whether it is active. [m/s]

    Passive below the critical rate: the active rate x exp(-active / critical) (Cruz et al. 2005, eq. 3).
    """
    active_rate = cruz_active_rate_m_s(wind_speed_10m_m_s, bulk_density_kg_m3, moisture_1h)
    critical = critical_crown_rate_m_s(bulk_density_kg_m3)
    is_active = active_rate >= critical
    return np.where(is_active, active_rate, active_rate * np.exp(-active_rate / critical)), is_active


def fire_type(transition_ratio: ArrayLike, active_ratio: ArrayLike) -> NDArray[np.int64]:
    """Index into FIRE_TYPES from surface over critical intensity, and crown over critical rate (Behave's classes)."""
    starts = np.asarray(transition_ratio, dtype=np.float64) >= 1.0
    carries = np.asarray(active_ratio, dtype=np.float64) >= 1.0
    return np.asarray(np.where(starts, np.where(carries, 3, 2), np.where(carries, 1, 0)))


def crown_fraction_burned(surface_rate: ArrayLike, initiation_rate: ArrayLike, full_rate: ArrayLike) -> Floats:
    """Share of the crowns that burns: how far the surface rate is from initiation to full crowning. [0-1]

    Scott & Reinhardt 2001, eq. 28. All rates in one unit.
    """
    rate, start, full = (np.asarray(v, dtype=np.float64) for v in (surface_rate, initiation_rate, full_rate))
    with np.errstate(invalid="ignore"):  # inf - inf where there is nothing to ignite
        span = full - start
        return np.where(span > 0.0, np.clip((rate - start) / np.where(span > 0.0, span, 1.0), 0.0, 1.0), 0.0)


def van_wagner_fraction_burned(surface_rate: ArrayLike, initiation_rate: ArrayLike, critical_rate: ArrayLike) -> Floats:
    """Share of the crowns that burns in a passive fire: 90 % where the rate is 0.9 of the way to the critical one.

    1 - exp(-a (R - R0)), a = -ln(0.1) / (0.9 (Rc - R0)), Van Wagner 1993 (Can. J. For. Res. 23:442-449). [0-1]
    """
    rate, start, critical = (np.asarray(v, dtype=np.float64) for v in (surface_rate, initiation_rate, critical_rate))
    with np.errstate(invalid="ignore"):  # inf - inf where there is nothing to ignite
        span = 0.9 * (critical - start)
        steepness = np.where(span > 0.0, -np.log(0.1) / np.where(span > 0.0, span, 1.0), np.inf)
        beyond = rate - start
        return np.where(beyond > 0.0, 1.0 - np.exp(-steepness * np.maximum(beyond, 0.0)), 0.0)


def closed_canopy_acceleration_per_min(crown_fraction_burned: ArrayLike) -> Floats:
    """Acceleration of a point fire under a closed canopy, a = 0.115 - 18.8 CFB^2.5 exp(-8 CFB). [1/min]

    Canadian FBP System (Forestry Canada 1992, ST-X-3), eq. 72; 0.115 for a surface fire, nearly that for full crowning.
    """
    burned = np.asarray(crown_fraction_burned, dtype=np.float64)
    return np.asarray(0.115 - 18.8 * burned**2.5 * np.exp(-8.0 * burned))


@dataclass(frozen=True)
class SurfaceHead:
    """What the crown laws ask of the surface fire below. Arrays that broadcast."""

    rate_of_spread_m_s: ArrayLike
    fireline_intensity_kw_m: ArrayLike
    heat_per_unit_area_kj_m2: ArrayLike


def crown_fire(
    surface: SurfaceHead,
    canopy: Canopy,
    moisture: Moisture,
    wind_speed_20ft_m_s: ArrayLike,
    model: str = "cruz2005",
    rate_at_active_wind_m_s: ArrayLike | None = None,
) -> CrownFire:
    """Surface, torching or crowning fire in each cell, and what the fire as a whole does.

    Parameters
    ----------
    surface : SurfaceHead
        The surface fire under these trees, its wind sheltered by them.
    canopy : Canopy
        Of the trees above it.
    moisture : Moisture
        Of the surface fuel. [kg/kg]
    wind_speed_20ft_m_s : array
        [m/s]
    model : "cruz2005", "rothermel1991" or "scott_reinhardt2001"
        Cruz is for level ground and cover above 40 %; the other two ignore cover.
    rate_at_active_wind_m_s : array, for "scott_reinhardt2001" alone
        Rate of the surface fire under the wind of `active_wind_20ft_m_s` (their R'SA). [m/s]

    Returns
    -------
    CrownFire of the broadcast shape; a conditional crown fire behaves as the surface fire. Rothermel's torching
    keeps the surface rate with the crown fire's intensity, as the Behave library does.
    """
    if model not in CROWN_MODELS:
        raise ValueError(f"unknown crown model {model!r}: one of {', '.join(CROWN_MODELS)}")
    rate = np.asarray(surface.rate_of_spread_m_s, dtype=np.float64)
    area_heat = np.asarray(surface.heat_per_unit_area_kj_m2, dtype=np.float64)
    intensity = np.asarray(surface.fireline_intensity_kw_m, dtype=np.float64)
    needed = critical_surface_intensity_kw_m(canopy.base_height_m, canopy.foliar_moisture)
    critical = critical_crown_rate_m_s(canopy.bulk_density_kg_m3)
    with np.errstate(divide="ignore", invalid="ignore"):
        start_rate = np.where(area_heat > 0.0, needed / area_heat, np.inf)

    if model == "cruz2005":
        wind_10m = wind_10m_m_s(wind_speed_20ft_m_s)
        crown_rate, active = cruz_rate_m_s(wind_10m, canopy.bulk_density_kg_m3, moisture.one_h)
        covered = np.asarray(canopy.cover, dtype=np.float64) > LEAST_COVER_CRUZ
        kind = fire_type(np.where(covered, intensity / needed, 0.0), np.where(covered & active, 1.0, 0.0))
        fraction = van_wagner_fraction_burned(rate, start_rate, critical)
        # A torching fire is no slower than the surface fire that lights it.
        torching_rate = np.maximum(rate, crown_rate)
    else:
        crown_rate = rothermel_crown_rate_m_s(moisture, wind_speed_20ft_m_s)
        kind = fire_type(intensity / needed, crown_rate / critical)
        if model == "rothermel1991":
            fraction, torching_rate = np.zeros_like(rate), rate
        else:
            if rate_at_active_wind_m_s is None:
                raise ValueError("scott_reinhardt2001 needs the surface rate at the active wind")
            fraction = crown_fraction_burned(rate, start_rate, rate_at_active_wind_m_s)
            torching_rate = rate + fraction * (crown_rate - rate)

    fraction = np.where(kind == 3, 1.0, np.where(kind == 2, fraction, 0.0))
    canopy_heat = CROWN_HEAT_KJ_KG * canopy.load_kg_m2
    final_rate = np.where(kind == 3, crown_rate, np.where(kind == 2, torching_rate, rate))
    final_heat = area_heat + fraction * canopy_heat
    final_intensity = np.where(kind >= 2, final_heat * final_rate, intensity)
    if model == "rothermel1991":
        final_heat = np.where(kind == 2, area_heat + canopy_heat, final_heat)
        final_intensity = np.where(kind == 2, (area_heat + canopy_heat) * crown_rate, final_intensity)
    flames = np.where(kind >= 2, thomas_flame_length_m(final_intensity), flame_length_m(final_intensity))
    ratio = np.broadcast_to(ellipse.crown_length_to_width(wind_speed_20ft_m_s), final_rate.shape)
    return CrownFire(kind, final_rate, final_intensity, flames, final_heat, fraction, ratio)

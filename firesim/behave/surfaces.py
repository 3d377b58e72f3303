"""Tables of the surface fire: spread, growth, and the wind that reaches the flames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.behave.sheet import Column, Columns, Table, number, whole, word
from firesim.fire import ellipse
from firesim.fire.fuels import standard_fuels
from firesim.fire.moisture import Moisture
from firesim.fire.surface import flame_length_m, head_fire, surface_spread
from firesim.fire.wind import is_sheltered, wind_adjustment_factor

Floats = NDArray[np.float64]

MIN_S = 60.0
HOUR_S = 3600.0
HA_M2 = 10000.0

# Behave reports a direction that lies so little clockwise of upslope as upslope, and measures its angles from there;
# one as little anticlockwise it leaves.
UPSLOPE_WITHIN_DEG = 0.5


def known_fuel(text: str) -> int:
    """Number of a fuel model as a table writes it; ValueError for one that is not in the catalogue."""
    number_ = int(whole(0)(text))
    if not standard_fuels().is_known(number_):
        raise ValueError("must be the number of a fuel model (Anderson 1-13, Scott & Burgan 101-204, ...)")
    return number_


not_negative = number(least=0.0)
fraction = number(least=0.0, greatest=1.0)
positive = number(above=0.0)
slope = number(least=0.0, greatest=89.0)
angle = number()

FUEL_AND_MOISTURE = (
    Column("fuel_model_number", known_fuel, np.int64),
    Column("moisture_1h_frac", not_negative),
    Column("moisture_10h_frac", not_negative),
    Column("moisture_100h_frac", not_negative),
    Column("moisture_live_herb_frac", not_negative),
    Column("moisture_live_woody_frac", not_negative),
)


def moisture_of(columns: Columns) -> Moisture:
    """Moisture of the five classes from the columns of a table. [kg/kg]"""
    return Moisture(*(columns[column.name] for column in FUEL_AND_MOISTURE[1:]))


def _surface(columns: Columns) -> dict[str, Floats]:
    slope_deg, wind = columns["slope_deg"], columns["midflame_wind_m_s"]
    toward = columns["wind_dir_from_upslope_deg"]
    head = surface_spread(columns["fuel_model_number"], moisture_of(columns), wind, toward, slope_deg, "none")
    limited = head_fire(head.beds, head.bed_of_cell, wind, toward, slope_deg, "rothermel")
    bed, rate, e = head.bed, head.rate_of_spread_m_s, head.eccentricity
    direction = head.direction_from_upslope_deg
    direction = np.where(direction < UPSLOPE_WITHIN_DEG, 0.0, direction)
    at_psi = ellipse.rate_toward(rate, e, columns["psi_from_upslope_deg"] - direction)
    backing, flanking = head.backing_rate_m_s, head.flanking_rate_m_s
    return {
        "spread_rate_m_min": rate * MIN_S,
        "direction_of_max_spread_deg": direction,
        "flame_length_m": head.flame_length_m,
        "fireline_intensity_kw_m": head.fireline_intensity_kw_m,
        "reaction_intensity_kw_m2": bed.reaction_intensity_kw_m2,
        "heat_per_unit_area_kj_m2": bed.heat_per_unit_area_kj_m2,
        "effective_wind_m_s": np.where(rate > 0.0, head.effective_wind_m_s, np.nan),
        "length_to_width": head.length_to_width,
        "eccentricity": e,
        "backing_spread_rate_m_min": backing * MIN_S,
        "flanking_spread_rate_m_min": flanking * MIN_S,
        "spread_rate_at_psi_m_min": at_psi * MIN_S,
        "wind_limit_m_s": bed.wind_limit_m_s,
        "residence_time_s": _where_burnable(columns, bed.residence_time_s),
        "slope_factor": _where_burnable(columns, bed.slope_scale * np.tan(np.deg2rad(slope_deg)) ** 2),
        "characteristic_sav_1_m": _where_burnable(columns, bed.characteristic_sav_1_m),
        "live_extinction_moisture_frac": bed.live_extinction_moisture,
        "packing_ratio": bed.packing_ratio,
        "relative_packing_ratio": _where_burnable(columns, bed.relative_packing_ratio),
        "herb_load_transferred_to_dead_kg_m2": bed.herb_load_cured_kg_m2,
        "backing_flame_length_m": flame_length_m(head.fireline_intensity_at_rate_kw_m(backing)),
        "flanking_flame_length_m": flame_length_m(head.fireline_intensity_at_rate_kw_m(flanking)),
        "limited_spread_rate_m_min": limited.rate_of_spread_m_s * MIN_S,
        "limited_fireline_intensity_kw_m": limited.fireline_intensity_kw_m,
        "limited_flame_length_m": limited.flame_length_m,
    }


def _where_burnable(columns: Columns, values: Floats) -> Floats:
    """A bed without fuel has no particles to describe."""
    catalogue = standard_fuels()
    return np.where(catalogue.is_burnable[catalogue.row_of(columns["fuel_model_number"])], values, np.nan)


def _wind_adjustment(columns: Columns) -> dict[str, NDArray[np.generic]]:
    cover, height = columns["canopy_cover_frac"], columns["canopy_height_m"]
    depth, ratio = columns["fuel_bed_depth_m"], columns["crown_ratio_frac"]
    words = np.array(["unsheltered", "sheltered"])
    return {
        "waf_with_crown_ratio": wind_adjustment_factor(cover, height, depth, ratio),
        "shelter_with_crown_ratio": words[is_sheltered(cover, height, ratio).astype(np.int64)],
        "waf_without_crown_ratio": wind_adjustment_factor(cover, height, depth),
        "shelter_without_crown_ratio": words[is_sheltered(cover, height).astype(np.int64)],
    }


def crown_size(distance_m: Floats, length_to_width: Floats) -> tuple[Floats, Floats]:
    """Area [m2] and perimeter [m] of a crown fire whose back stands still. Rothermel 1991, eqs. 11 and 13."""
    area = np.pi * distance_m**2 / (4.0 * length_to_width)
    return area, 0.5 * np.pi * distance_m * (1.0 + 1.0 / length_to_width)


def _fire_size(columns: Columns) -> dict[str, Floats]:
    crowns = columns["kind"] == "crown"
    wind, rate = columns["wind_m_s"], columns["forward_spread_rate_m_min"] / MIN_S
    elapsed_s = columns["elapsed_h"] * HOUR_S
    ratio = np.where(crowns, ellipse.crown_length_to_width(wind), ellipse.length_to_width(wind))
    e = ellipse.eccentricity(ratio)
    half_length, half_width = ellipse.semi_axes_m(rate * elapsed_s, ratio)
    crown_area, crown_perimeter = crown_size(rate * elapsed_s, ratio)
    return {
        "length_to_width": ratio,
        "eccentricity": e,
        "backing_spread_rate_m_min": ellipse.backing_rate(rate, e) * MIN_S,
        "flanking_spread_rate_m_min": ellipse.flanking_rate(rate, e) * MIN_S,
        "ellipse_length_m": 2.0 * half_length,
        "ellipse_max_width_m": 2.0 * half_width,
        "area_ha": np.where(crowns, crown_area, ellipse.area_m2(rate * elapsed_s, ratio)) / HA_M2,
        "perimeter_m": np.where(crowns, crown_perimeter, ellipse.perimeter_m(rate * elapsed_s, ratio)),
        "heading_to_backing_ratio": (1.0 + e) / (1.0 - e),
    }


SURFACES = (
    Table(
        "surface",
        (
            *FUEL_AND_MOISTURE,
            Column("midflame_wind_m_s", not_negative),
            Column("slope_deg", slope),
            Column("wind_dir_from_upslope_deg", angle),
            Column("psi_from_upslope_deg", angle),
        ),
        (
            "spread_rate_m_min",
            "direction_of_max_spread_deg",
            "flame_length_m",
            "fireline_intensity_kw_m",
            "reaction_intensity_kw_m2",
            "heat_per_unit_area_kj_m2",
            "effective_wind_m_s",
            "length_to_width",
            "eccentricity",
            "backing_spread_rate_m_min",
            "flanking_spread_rate_m_min",
            "spread_rate_at_psi_m_min",
            "wind_limit_m_s",
            "residence_time_s",
            "slope_factor",
            "characteristic_sav_1_m",
            "live_extinction_moisture_frac",
            "packing_ratio",
            "relative_packing_ratio",
            "herb_load_transferred_to_dead_kg_m2",
            "backing_flame_length_m",
            "flanking_flame_length_m",
            "limited_spread_rate_m_min",
            "limited_fireline_intensity_kw_m",
            "limited_flame_length_m",
        ),
        _surface,
    ),
    Table(
        "wind_adjustment",
        (
            Column("canopy_cover_frac", fraction),
            Column("canopy_height_m", not_negative),
            Column("crown_ratio_frac", fraction),
            Column("fuel_bed_depth_m", not_negative),
        ),
        (
            "waf_with_crown_ratio",
            "shelter_with_crown_ratio",
            "waf_without_crown_ratio",
            "shelter_without_crown_ratio",
        ),
        _wind_adjustment,
    ),
    Table(
        "fire_size",
        (
            Column("kind", word(("surface", "crown")), object),
            Column("wind_m_s", not_negative),
            Column("forward_spread_rate_m_min", not_negative),
            Column("elapsed_h", not_negative),
        ),
        (
            "length_to_width",
            "eccentricity",
            "backing_spread_rate_m_min",
            "flanking_spread_rate_m_min",
            "ellipse_length_m",
            "ellipse_max_width_m",
            "area_ha",
            "perimeter_m",
            "heading_to_backing_ratio",
        ),
        _fire_size,
    ),
)

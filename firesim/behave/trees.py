"""Tables of fire in trees: crown fire and spotting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.behave.sheet import Column, Columns, Table, number, word
from firesim.behave.surfaces import (
    FUEL_AND_MOISTURE,
    HA_M2,
    MIN_S,
    angle,
    crown_size,
    fraction,
    moisture_of,
    not_negative,
    positive,
    slope,
)
from firesim.fire import crown, ellipse, embers
from firesim.fire.fuels import standard_fuels
from firesim.fire.imperial import BTU_FT_S_KW_M
from firesim.fire.surface import SurfaceSpread, flame_length_m, head_fire, surface_spread
from firesim.fire.wind import is_sheltered, wind_adjustment_factor

Floats = NDArray[np.float64]

# The Behave library turns the critical intensity from kW/m into its own Btu/ft/s with this factor instead of 3.461469;
# near the threshold the crown fraction burned feels it.
BEHAVE_KW_M = 3.46414

# That library tells the spotting formula's values a little below 0 too.
_AS_THE_FORMULA_SAYS_M = -np.inf


def _crown(columns: Columns) -> dict[str, NDArray[Any]]:
    fuel, moisture = columns["fuel_model_number"], moisture_of(columns)
    wind = columns["wind_20ft_m_s"]
    canopy = crown.Canopy(
        columns["canopy_cover_frac"],
        columns["canopy_height_m"],
        columns["canopy_base_height_m"],
        columns["canopy_bulk_density_kg_m3"],
        columns["foliar_moisture_frac"],
    )
    height = columns["canopy_height_m"]
    ratio = (height - columns["canopy_base_height_m"]) / height
    catalogue = standard_fuels()
    depth = catalogue.depth_m[catalogue.row_of(fuel)]
    factor = wind_adjustment_factor(columns["canopy_cover_frac"], height, depth, ratio)
    toward, slope_deg = columns["wind_dir_from_upslope_deg"], columns["slope_deg"]
    surface = surface_spread(fuel, moisture, factor * wind, toward, slope_deg, "none")

    needed = crown.critical_surface_intensity_kw_m(canopy.base_height_m, canopy.foliar_moisture)
    crown_rate = crown.rothermel_crown_rate_m_s(moisture, wind)
    critical = crown.critical_crown_rate_m_s(canopy.bulk_density_kg_m3)
    area_heat = surface.heat_per_unit_area_kj_m2
    canopy_heat = crown.CROWN_HEAT_KJ_KG * canopy.load_kg_m2
    intensity = surface.fireline_intensity_kw_m
    crown_intensity = crown_rate * (area_heat + canopy_heat)
    crown_ratio = ellipse.crown_length_to_width(wind)
    area, perimeter = crown_size(crown_rate * 3600.0, crown_ratio)
    below = crown.SurfaceHead(surface.rate_of_spread_m_s, intensity, area_heat)
    final = crown.crown_fire(below, canopy, moisture, wind, "rothermel1991")
    return {
        "midflame_wind_m_s": factor * wind,
        "surface_spread_rate_m_min": surface.rate_of_spread_m_s * MIN_S,
        "surface_fireline_intensity_kw_m": intensity,
        "critical_surface_intensity_kw_m": needed,
        "transition_ratio": intensity / needed * (BEHAVE_KW_M / BTU_FT_S_KW_M),
        "r91_crown_spread_rate_m_min": crown_rate * MIN_S,
        "critical_crown_spread_rate_m_min": critical * MIN_S,
        "active_ratio": crown_rate / critical,
        "fire_type": np.array(crown.FIRE_TYPES)[final.fire_type],
        "crown_heat_per_unit_area_kj_m2": area_heat + canopy_heat,
        "canopy_heat_per_unit_area_kj_m2": canopy_heat,
        "r91_crown_fireline_intensity_kw_m": crown_intensity,
        "r91_crown_flame_length_m": crown.thomas_flame_length_m(crown_intensity),
        "crown_length_to_width": crown_ratio,
        "r91_crown_area_1h_ha": area / HA_M2,
        "r91_crown_perimeter_1h_km": perimeter / 1000.0,
        "r91_final_spread_rate_m_min": final.rate_of_spread_m_s * MIN_S,
        "r91_final_fireline_intensity_kw_m": final.fireline_intensity_kw_m,
        "r91_final_flame_length_m": final.flame_length_m,
        **_scott_reinhardt(columns, surface, canopy, factor, ratio),
    }


def _scott_reinhardt(
    columns: Columns, surface: SurfaceSpread, canopy: crown.Canopy, factor: Floats, ratio: Floats
) -> dict[str, NDArray[Any]]:
    """The linked models as the Behave library runs them.

    Its run of Scott & Reinhardt loses the wind where trees give no shelter: surface and crown fire of that run then
    burn in calm air. A fault of that program, kept here alone so that the table agrees; `crown.crown_fire` has it not.
    """
    moisture = moisture_of(columns)
    toward, slope_deg = columns["wind_dir_from_upslope_deg"], columns["slope_deg"]
    sheltered = is_sheltered(columns["canopy_cover_frac"], columns["canopy_height_m"], ratio)
    wind = np.where(sheltered, columns["wind_20ft_m_s"], 0.0)
    run = head_fire(surface.beds, surface.bed_of_cell, factor * wind, toward, slope_deg, "none")
    active_wind = crown.active_wind_20ft_m_s(moisture, canopy.bulk_density_kg_m3)
    reachable = np.isfinite(active_wind)
    strong = factor * np.where(reachable, active_wind, 0.0)
    at_active = head_fire(surface.beds, surface.bed_of_cell, strong, toward, slope_deg, "none")

    needed = crown.critical_surface_intensity_kw_m(canopy.base_height_m, canopy.foliar_moisture)
    needed = needed * BTU_FT_S_KW_M / BEHAVE_KW_M
    area_heat = run.heat_per_unit_area_kj_m2
    with np.errstate(divide="ignore"):
        start_rate = np.where(area_heat > 0.0, needed / area_heat, np.inf)
    crown_rate = crown.rothermel_crown_rate_m_s(moisture, wind)
    active_ratio = crown_rate / crown.critical_crown_rate_m_s(canopy.bulk_density_kg_m3)
    kind = crown.fire_type(run.fireline_intensity_kw_m / needed, active_ratio)
    rate, full_rate = run.rate_of_spread_m_s, np.where(reachable, at_active.rate_of_spread_m_s, np.inf)
    burned = crown.crown_fraction_burned(rate, start_rate, full_rate)
    share = np.where(kind == 3, 1.0, np.where(kind == 2, burned, 0.0))
    final_rate = np.where(kind == 3, crown_rate, rate + share * (crown_rate - rate))
    final_heat = area_heat + share * crown.CROWN_HEAT_KJ_KG * canopy.load_kg_m2
    intensity = final_rate * final_heat
    crown_flames = crown.thomas_flame_length_m(intensity)
    return {
        "sr_fire_type": np.array(crown.FIRE_TYPES)[kind],
        "sr_initiation_surface_spread_rate_m_min": start_rate * MIN_S,
        "sr_active_wind_20ft_m_s": active_wind,
        "sr_surface_spread_rate_at_active_wind_m_min": full_rate * MIN_S,
        "sr_crown_fraction_burned": burned,
        "sr_final_spread_rate_m_min": final_rate * MIN_S,
        "sr_final_heat_per_unit_area_kj_m2": final_heat,
        "sr_final_fireline_intensity_kw_m": intensity,
        "sr_final_flame_length_m": np.where(kind >= 2, crown_flames, flame_length_m(intensity)),
    }


def _crown_cruz(columns: Columns) -> dict[str, NDArray[Any]]:
    wind, density = columns["wind_10m_m_s"], columns["canopy_bulk_density_kg_m3"]
    base, height = columns["canopy_base_height_m"], columns["canopy_height_m"]
    # The constant 26 of pyretechnics, from which this table comes, instead of 25.9, and no least height or moisture.
    foliar, intensity = columns["foliar_moisture_frac"], columns["surface_fireline_intensity_kw_m"]
    needed = crown.critical_surface_intensity_kw_m(base, foliar, 26.0, 0.0, 0.0)
    rate, is_active = crown.cruz_rate_m_s(wind, density, columns["moisture_1h_frac"])
    canopy_heat = crown.CROWN_HEAT_KJ_KG * density * (height - base)
    return {
        "crown_initiates": np.where((intensity > 0.0) & (intensity >= needed), "yes", "no"),
        "crown_type_if_initiated": np.where(is_active, "active", "passive"),
        "crown_spread_rate_m_min": rate * MIN_S,
        "critical_spread_rate_m_min": crown.critical_crown_rate_m_s(density) * MIN_S,
        "crown_fireline_intensity_kw_m": rate * canopy_heat,
        "crown_length_to_width": ellipse.crown_length_to_width(wind / 1.15),
    }


def _ground(columns: Columns) -> embers.EmberGround:
    return embers.EmberGround(
        columns["downwind_cover_height_m"],
        columns["downwind_canopy"] == "open",
        columns["source_location"],
        columns["ridge_to_valley_distance_m"],
        columns["ridge_to_valley_elevation_m"],
    )


def _flight(flight: embers.EmberFlight) -> dict[str, Floats]:
    return {
        "firebrand_height_m": flight.firebrand_height_m,
        "cover_height_used_m": flight.cover_height_used_m,
        "spot_distance_flat_m": flight.flat_distance_m,
        "spot_distance_terrain_m": flight.terrain_distance_m,
    }


def _spot_torching(columns: Columns) -> dict[str, Floats]:
    flight, flame_m, duration = embers.spot_from_torching(
        columns["tree_species"],
        columns["torching_trees"],
        columns["dbh_cm"],
        columns["tree_height_m"],
        columns["wind_20ft_m_s"],
        _ground(columns),
        least_m=_AS_THE_FORMULA_SAYS_M,
    )
    # In calm air the Behave library works nothing out, the flame neither.
    blows = columns["wind_20ft_m_s"] > 0.0
    return {
        "steady_flame_height_m": np.where(blows, flame_m, 0.0),
        "tree_height_to_flame_height": np.where(blows, columns["tree_height_m"] / flame_m, 0.0),
        "flame_duration_dimensionless": np.where(blows, duration, 0.0),
        **_flight(flight),
    }


def _spot_surface(columns: Columns) -> dict[str, Floats]:
    wind = columns["wind_20ft_m_s"]
    return _flight(embers.spot_from_surface_fire(columns["flame_length_m"], wind, _ground(columns)))


def _spot_pile(columns: Columns) -> dict[str, Floats]:
    flame, wind = columns["pile_flame_height_m"], columns["wind_20ft_m_s"]
    return _flight(embers.spot_from_pile(flame, wind, _ground(columns), least_m=_AS_THE_FORMULA_SAYS_M))


def _base_below_top(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if row["canopy_base_height_m"] < row["canopy_height_m"]:
        return None
    return "canopy_base_height_m", f"The crowns' base must be below their top, {row['canopy_height_m']:g} m."


_CANOPY = (
    Column("canopy_height_m", positive),
    Column("canopy_base_height_m", not_negative),
)
_LANDING = (
    Column("downwind_cover_height_m", not_negative),
    Column("downwind_canopy", word(("open", "closed")), object),
    Column("wind_20ft_m_s", not_negative),
    Column("source_location", word(("flat", *embers.LOCATIONS)), object),
    Column("ridge_to_valley_distance_m", not_negative),
    Column("ridge_to_valley_elevation_m", not_negative),
)
_FLIGHT = ("firebrand_height_m", "cover_height_used_m", "spot_distance_flat_m", "spot_distance_terrain_m")

TREES = (
    Table(
        "crown",
        (
            *FUEL_AND_MOISTURE,
            Column("foliar_moisture_frac", not_negative),
            Column("wind_20ft_m_s", not_negative),
            Column("slope_deg", slope),
            Column("wind_dir_from_upslope_deg", angle),
            Column("canopy_cover_frac", fraction),
            *_CANOPY,
            Column("canopy_bulk_density_kg_m3", positive),
        ),
        (
            "midflame_wind_m_s",
            "surface_spread_rate_m_min",
            "surface_fireline_intensity_kw_m",
            "critical_surface_intensity_kw_m",
            "transition_ratio",
            "r91_crown_spread_rate_m_min",
            "critical_crown_spread_rate_m_min",
            "active_ratio",
            "fire_type",
            "crown_heat_per_unit_area_kj_m2",
            "canopy_heat_per_unit_area_kj_m2",
            "r91_crown_fireline_intensity_kw_m",
            "r91_crown_flame_length_m",
            "crown_length_to_width",
            "r91_crown_area_1h_ha",
            "r91_crown_perimeter_1h_km",
            "r91_final_spread_rate_m_min",
            "r91_final_fireline_intensity_kw_m",
            "r91_final_flame_length_m",
            "sr_fire_type",
            "sr_initiation_surface_spread_rate_m_min",
            "sr_active_wind_20ft_m_s",
            "sr_surface_spread_rate_at_active_wind_m_min",
            "sr_crown_fraction_burned",
            "sr_final_spread_rate_m_min",
            "sr_final_heat_per_unit_area_kj_m2",
            "sr_final_fireline_intensity_kw_m",
            "sr_final_flame_length_m",
        ),
        _crown,
        (_base_below_top,),
    ),
    Table(
        "crown_cruz",
        (
            Column("wind_10m_m_s", not_negative),
            Column("canopy_bulk_density_kg_m3", positive),
            Column("moisture_1h_frac", not_negative),
            *_CANOPY,
            Column("foliar_moisture_frac", not_negative),
            Column("surface_fireline_intensity_kw_m", not_negative),
        ),
        (
            "crown_initiates",
            "crown_type_if_initiated",
            "crown_spread_rate_m_min",
            "critical_spread_rate_m_min",
            "crown_fireline_intensity_kw_m",
            "crown_length_to_width",
        ),
        _crown_cruz,
        (_base_below_top,),
    ),
    Table(
        "spot_torching",
        (
            Column("tree_species", word(tuple(embers.SPECIES)), object),
            Column("torching_trees", number(least=1.0)),
            Column("dbh_cm", positive),
            Column("tree_height_m", positive),
            *_LANDING,
        ),
        ("steady_flame_height_m", "tree_height_to_flame_height", "flame_duration_dimensionless", *_FLIGHT),
        _spot_torching,
    ),
    Table("spot_surface", (Column("flame_length_m", not_negative), *_LANDING), _FLIGHT, _spot_surface),
    Table("spot_pile", (Column("pile_flame_height_m", not_negative), *_LANDING), _FLIGHT, _spot_pile),
)

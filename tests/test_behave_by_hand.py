"""Tables of `firesim behave` beside the published formulas, worked out one number at a time in their own units.

Nothing of the package's laws is used here. Ranges are far wider than the reference's, edges included. Where a formula
can be put another way (an outline walked point by point, an equation solved by trial), it is.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from firesim.behave import TABLES, run_table

Row = dict[str, float | str]
Tabulate = Callable[[str, list[Row]], list[dict[str, str]]]

FOOT, MILE, MI_H, HECTARE = 0.3048, 1609.344, 0.44704, 1e4
BTU_FT_S = 1055.05585262 / 0.3048 / 1000.0  # kW/m in a Btu/ft/s


@pytest.fixture
def tabulate(tmp_path: Path) -> Tabulate:
    def call(table: str, rows: list[Row]) -> list[dict[str, str]]:
        source, result = tmp_path / "in.csv", tmp_path / "out.csv"
        names = [column.name for column in TABLES[table].inputs]
        with source.open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        assert run_table(table, source, result) == len(rows)
        with result.open(newline="") as file:
            return list(csv.DictReader(file))

    return call


def luck(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def near(told: str, expected: float, rel: float, least: float = 1e-9) -> bool:
    return told != "" and math.isclose(float(told), expected, rel_tol=rel, abs_tol=least)


def agree(rows: Iterable[tuple[dict[str, str], dict[str, float]]], rel: float = 2e-6) -> None:
    wrong = [
        (row, name, value) for row, hand in rows for name, value in hand.items() if not near(row[name], value, rel)
    ]
    assert not wrong, f"{len(wrong)} differ, first {wrong[0][1]} = {wrong[0][2]} in {wrong[0][0]}"


# --- embers -------------------------------------------------------------------------------------------------

LOCATIONS = ("midslope_windward", "valley_bottom", "midslope_leeward", "ridge_top")


def landing(rng: np.random.Generator) -> Iterator[Row]:
    while True:
        yield {
            "downwind_cover_height_m": float(rng.choice([0.0, 0.01, rng.uniform(0.0, 3.0), rng.uniform(0.0, 60.0)])),
            "downwind_canopy": str(rng.choice(["open", "closed"])),
            "wind_20ft_m_s": float(rng.choice([0.0, 0.01, rng.uniform(0.0, 5.0), rng.uniform(0.0, 45.0)])),
            "source_location": str(rng.choice(["flat", *LOCATIONS])),
            "ridge_to_valley_distance_m": float(rng.choice([0.0, 10.0, rng.uniform(50.0, 20_000.0)])),
            "ridge_to_valley_elevation_m": float(rng.choice([0.0, 1.0, rng.uniform(1.0, 3000.0)])),
        }


def flown(row: Row, brand_ft: float, drift_mi: float = 0.0) -> dict[str, float]:
    """Albini 1979 in feet, miles and mi/h: an ember falls through a logarithmic wind over what stands downwind."""
    wind = float(row["wind_20ft_m_s"]) / MI_H
    cover = float(row["downwind_cover_height_m"]) / FOOT * (0.5 if row["downwind_canopy"] == "open" else 1.0)
    if wind == 0.0 or brand_ft == 0.0:
        return dict.fromkeys(("firebrand_height_m", "cover_height_used_m", *DISTANCES), 0.0)
    cover = max(cover, 2.2 * math.exp(0.337 * math.log(brand_ft)) - 4.0)
    flat = 0.0
    if cover > 0.0:
        # sqrt(h) (0.362 + sqrt(z/h) ln(z/h) / 2), multiplied out.
        fall = 0.362 * math.sqrt(cover) + 0.5 * math.sqrt(brand_ft) * (math.log(brand_ft) - math.log(cover))
        flat = 7.18e-4 * wind * fall + drift_mi
    across, up = float(row["ridge_to_valley_distance_m"]), float(row["ridge_to_valley_elevation_m"])
    there = flat
    if row["source_location"] != "flat" and across > 0.0 and up > 0.0:
        # Chase 1984: height of the hillside at the landing place against that at the source, six times over.
        quarter = LOCATIONS.index(str(row["source_location"]))
        hillside = {0: math.cos, 1: math.sin, 2: lambda t: -math.cos(t), 3: lambda t: -math.sin(t)}[quarter]
        for _ in range(6):
            rise = hillside(math.pi * there / (across / MILE)) - hillside(0.0)
            there = flat - across / MILE * up / FOOT / (math.pi * 1e4) * rise
    return {
        "firebrand_height_m": brand_ft * FOOT,
        "cover_height_used_m": max(cover, 0.0) * FOOT,
        "spot_distance_flat_m": flat * MILE,
        "spot_distance_terrain_m": there * MILE,
    }


DISTANCES = ("spot_distance_flat_m", "spot_distance_terrain_m")


def test_embers_of_piles_fly_as_albini_says(tabulate: Tabulate) -> None:
    rng = luck(1)
    flames = [float(rng.choice([0.0, 0.02, rng.uniform(0.05, 1.0), rng.uniform(0.0, 40.0)])) for _ in range(600)]
    rows: list[Row] = [
        {"pile_flame_height_m": flame, **land} for flame, land in zip(flames, landing(rng), strict=False)
    ]
    # Brands that rise to a seventh of the cover: the formula's least, a little below nothing.
    low: Row = {"downwind_cover_height_m": 27.0, "downwind_canopy": "closed", "source_location": "flat"}
    rows += [{**rows[0], **low, "pile_flame_height_m": 0.3, "wind_20ft_m_s": 20.0}]
    told = tabulate("spot_pile", rows)
    agree(
        (out, flown(row, 12.2 * float(row["pile_flame_height_m"]) / FOOT)) for out, row in zip(told, rows, strict=True)
    )
    assert -3.0 < float(told[-1]["spot_distance_flat_m"]) < 0.0


def test_embers_of_surface_fires_fly_as_albini_says(tabulate: Tabulate) -> None:
    rng = luck(2)
    flames = [float(rng.choice([0.0, 0.05, rng.uniform(0.0, 2.0), rng.uniform(0.0, 40.0)])) for _ in range(600)]
    rows: list[Row] = [{"flame_length_m": flame, **land} for flame, land in zip(flames, landing(rng), strict=False)]

    def hand(row: Row) -> dict[str, float]:
        wind, flame = float(row["wind_20ft_m_s"]) / MI_H, float(row["flame_length_m"]) / FOOT
        if wind == 0.0 or flame == 0.0:
            return flown(row, 0.0)
        byram = 10.0 ** (math.log10(flame / 0.45) / 0.46)
        brand = 1.055 * math.sqrt(322.0 * byram * (0.474 * wind) ** -1.01)
        return flown(row, brand, 2.78e-4 * wind * brand**0.643)

    agree((out, hand(row)) for out, row in zip(tabulate("spot_surface", rows), rows, strict=True))


# Albini 1979, table 2: flame of one tree of one inch and its exponent, duration and its exponent.
TALL = {"spruce_fir": (15.7, 0.451), "pine": (12.9, 0.453), "grand": (16.5, 0.515), "southern": (2.71, 1.0)}
LONG = {"long": (12.6, -0.256), "fir": (10.7, -0.278), "hemlock": (6.3, -0.249), "slash": (11.9, -0.389)}
LONG |= {"pond": (7.91, -0.344), "loblolly": (13.5, -0.544)}
TREES = {
    "engelmann_spruce": ("spruce_fir", "long"), "douglas_fir": ("spruce_fir", "fir"),
    "subalpine_fir": ("spruce_fir", "fir"), "western_hemlock": ("spruce_fir", "hemlock"),
    "ponderosa_pine": ("pine", "long"), "lodgepole_pine": ("pine", "long"),
    "western_white_pine": ("pine", "fir"), "grand_fir": ("grand", "fir"), "balsam_fir": ("grand", "fir"),
    "slash_pine": ("southern", "slash"), "longleaf_pine": ("southern", "slash"), "pond_pine": ("southern", "pond"),
    "shortleaf_pine": ("southern", "pond"), "loblolly_pine": ("southern", "loblolly"),
}  # fmt: skip


def test_embers_of_torching_trees_fly_as_albini_says(tabulate: Tabulate) -> None:
    rng = luck(3)
    rows: list[Row] = [
        {
            "tree_species": species,
            "torching_trees": int(rng.integers(1, 60)),
            "dbh_cm": float(rng.choice([0.5, 2.54, 25.4, rng.uniform(1.0, 150.0)])),
            "tree_height_m": float(rng.choice([0.3, rng.uniform(1.0, 10.0), rng.uniform(1.0, 80.0)])),
            **land,
        }
        for species, land in zip(itertools.islice(itertools.cycle(TREES), 700), landing(rng), strict=False)
    ]

    def hand(row: Row) -> dict[str, float]:
        names = ("steady_flame_height_m", "tree_height_to_flame_height", "flame_duration_dimensionless")
        if row["wind_20ft_m_s"] == 0.0:
            return dict.fromkeys(names, 0.0) | flown(row, 0.0)
        tall, long = TREES[str(row["tree_species"])]
        inches, trees = float(row["dbh_cm"]) / 2.54, float(row["torching_trees"])
        flame = TALL[tall][0] * inches ** TALL[tall][1] * trees**0.4
        lasts = LONG[long][0] * inches ** LONG[long][1] / trees**0.2
        height = float(row["tree_height_m"]) / FOOT
        if height >= flame:
            lofts = 4.24 * lasts**0.332
        elif 2.0 * height >= flame:
            lofts = 3.64 * lasts**0.391
        else:
            lofts = 2.78 * lasts**0.418 if lasts < 3.5 else 4.7
        told = dict(zip(names, (flame * FOOT, height / flame, lasts), strict=True))
        return told | flown(row, lofts * flame + 0.5 * height)

    agree((out, hand(row)) for out, row in zip(tabulate("spot_torching", rows), rows, strict=True))


# --- the fire's size ----------------------------------------------------------------------------------------


def outlined(rate: float, ratio: float) -> tuple[float, float, float, float]:
    """Area, perimeter, length and width of an ellipse from its rear focus, its outline walked in small steps."""
    e = math.sqrt(1.0 - 1.0 / ratio**2)
    # Equal steps of the eccentric angle, so that the narrow ends are walked as finely as the flanks.
    t = np.linspace(0.0, 2.0 * np.pi, 100_001)
    half = rate / (1.0 + e)
    x, y = half * (e + np.cos(t)), half / ratio * np.sin(t)
    area = 0.5 * abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])))
    return area, float(np.sum(np.hypot(np.diff(x), np.diff(y)))), float(np.ptp(x)), float(np.ptp(y))


def test_fires_are_as_large_as_their_outline_walked_around(tabulate: Tabulate) -> None:
    rng = luck(4)
    rows: list[Row] = [
        {
            "kind": kind,
            "wind_m_s": float(rng.choice([0.0, 1e-4, rng.uniform(0.0, 4.0), rng.uniform(0.0, 40.0)])),
            "forward_spread_rate_m_min": float(
                rng.choice([0.0, 1e-3, rng.uniform(0.0, 20.0), rng.uniform(0.0, 400.0)])
            ),
            "elapsed_h": float(rng.choice([0.0, rng.uniform(0.0, 1.0), rng.uniform(0.0, 72.0)])),
        }
        for kind in ("surface", "crown") * 120
    ]

    def hand(row: Row) -> dict[str, float]:
        wind, rate = float(row["wind_m_s"]) / MI_H, float(row["forward_spread_rate_m_min"])
        crown = row["kind"] == "crown"
        anderson = 0.936 * math.exp(0.1147 * min(wind, 40.0)) + 0.461 * math.exp(-0.0692 * min(wind, 40.0)) - 0.397
        ratio = 1.0 + wind / 8.0 if crown else min(anderson, 8.0)
        e = math.sqrt(1.0 - 1.0 / ratio**2) if ratio > 1.0 else 0.0
        distance = rate * 60.0 * float(row["elapsed_h"])
        area, around, length, width = outlined(distance, ratio)
        if crown:  # Rothermel 1991: an ellipse whose rear end stands still
            area, around = math.pi * distance**2 / 4.0 / ratio, math.pi / 2.0 * distance * (1.0 + 1.0 / ratio)
        back = rate / (1.0 + e) ** 2 / ratio**2  # (1 - e) / (1 + e), since 1 - e2 is the square of width to length
        return {
            "length_to_width": ratio, "eccentricity": e, "backing_spread_rate_m_min": back,
            "flanking_spread_rate_m_min": rate / (1.0 + e) / ratio, "ellipse_length_m": length,
            "ellipse_max_width_m": width, "area_ha": area / HECTARE, "perimeter_m": around,
            "heading_to_backing_ratio": ((1.0 + e) * ratio) ** 2,
        }  # fmt: skip

    agree(((out, hand(row)) for out, row in zip(tabulate("fire_size", rows), rows, strict=True)), rel=6e-4)


# --- what surrounds a fire ----------------------------------------------------------------------------------


def test_foliage_is_scorched_as_high_as_van_wagner_says(tabulate: Tabulate) -> None:
    rng = luck(5)
    rows: list[Row] = [
        {
            "fireline_intensity_kw_m": float(rng.choice([0.0, 1e-3, rng.uniform(0.0, 50.0), rng.uniform(0.0, 1e5)])),
            "midflame_wind_m_s": float(rng.choice([0.0, rng.uniform(0.0, 3.0), rng.uniform(0.0, 30.0)])),
            "air_temperature_c": float(rng.choice([-40.0, 0.0, 59.9, rng.uniform(-40.0, 59.0)])),
        }
        for _ in range(500)
    ]

    def hand(row: Row) -> dict[str, float]:
        intensity, wind = float(row["fireline_intensity_kw_m"]) / BTU_FT_S, float(row["midflame_wind_m_s"]) / MI_H
        to_lethal = 1.8 * (60.0 - float(row["air_temperature_c"]))
        if intensity == 0.0:
            return {"scorch_height_m": 0.0}
        # 63 / (140 - T) I^(7/6) / (I + U^3)^(1/2), by logarithms.
        log = math.log(63.0 / to_lethal) + 7.0 / 6.0 * math.log(intensity) - 0.5 * math.log(intensity + wind**3)
        return {"scorch_height_m": math.exp(log) * FOOT}

    agree((out, hand(row)) for out, row in zip(tabulate("scorch_height", rows), rows, strict=True))


def test_embers_light_fuel_as_often_as_schroeder_says(tabulate: Tabulate) -> None:
    rng = luck(6)
    rows: list[Row] = [
        {
            "moisture_1h_frac": float(rng.choice([0.0, 0.01, rng.uniform(0.0, 0.3), rng.uniform(0.0, 2.0)])),
            "air_temperature_c": float(rng.choice([-40.0, 0.0, rng.uniform(-20.0, 50.0), 60.0])),
            "shade_frac": float(rng.choice([0.0, 1.0, rng.uniform(0.0, 1.0)])),
        }
        for _ in range(500)
    ]

    def hand(row: Row) -> dict[str, float]:
        moisture, shade = float(row["moisture_1h_frac"]), float(row["shade_frac"])
        fuel_f = float(row["air_temperature_c"]) * 9.0 / 5.0 + 32.0 + 25.0 * (1.0 - shade) + 5.0 * shade
        fuel = (fuel_f - 32.0) * 5.0 / 9.0
        # Heat to warm the wood, to warm its water, to part it from the wood, and to boil it off. [cal/g]
        wood = 144.51 - fuel * (0.266 + 0.00058 * fuel)
        water = moisture * (640.0 - fuel) - 18.54 * math.expm1(-15.1 * moisture)
        left = max(400.0 - wood - water, 0.0) / 10.0
        return {
            "fuel_temperature_c": fuel,
            "probability_of_ignition_frac": min(4.8e-5 * left**4.3 / 50.0, 1.0),
        }

    agree((out, hand(row)) for out, row in zip(tabulate("ignition_probability", rows), rows, strict=True))


def test_safety_zones_hold_everyone_beyond_four_flame_heights(tabulate: Tabulate) -> None:
    rng = luck(7)
    rows: list[Row] = [
        {
            "flame_height_m": float(rng.choice([0.0, rng.uniform(0.0, 60.0)])),
            "personnel": int(rng.integers(0, 200)), "equipment": int(rng.choice([0, rng.integers(0, 40)])),
            "area_per_person_m2": float(rng.choice([0.0, rng.uniform(0.0, 30.0)])),
            "area_per_equipment_m2": float(rng.choice([0.0, rng.uniform(0.0, 200.0)])),
        }
        for _ in range(300)
    ]  # fmt: skip
    for out, row in zip(tabulate("safety_zone", rows), rows, strict=True):
        separation, radius, area = (
            float(out[name]) for name in ("separation_distance_m", "safety_zone_radius_m", "safety_zone_area_m2")
        )
        filled = float(row["personnel"]) * float(row["area_per_person_m2"])
        filled += float(row["equipment"]) * float(row["area_per_equipment_m2"])
        assert separation == pytest.approx(4.0 * float(row["flame_height_m"]), rel=1e-9)
        assert math.pi * (radius - separation) ** 2 == pytest.approx(filled, rel=1e-6, abs=1e-6)
        assert area == pytest.approx(math.pi * radius * radius, rel=1e-8)


def test_wind_reaches_the_flames_as_the_profiles_say(tabulate: Tabulate) -> None:
    rng = luck(8)
    rows: list[Row] = [
        {
            "canopy_cover_frac": float(rng.choice([0.0, 1.0, rng.uniform(0.0, 0.4), rng.uniform(0.0, 1.0)])),
            "canopy_height_m": float(rng.choice([0.0, 1.0, 1.85, rng.uniform(0.0, 4.0), rng.uniform(0.0, 80.0)])),
            "crown_ratio_frac": float(rng.choice([0.0, 1.0, rng.uniform(0.0, 1.0)])),
            "fuel_bed_depth_m": float(rng.choice([0.0, 0.006, rng.uniform(0.0, 0.5), rng.uniform(0.0, 8.0)])),
        }
        for _ in range(500)
    ]

    def factor(row: Row, fill: float) -> tuple[float, str]:
        tall, deep = float(row["canopy_height_m"]) / FOOT, float(row["fuel_bed_depth_m"]) / FOOT
        if fill >= 0.05 and tall >= 6.0:
            return 0.555 / math.sqrt(fill * tall) / math.log((20.0 + 0.36 * tall) / (0.13 * tall)), "sheltered"
        return min(1.83 / math.log(2.7692307692307692 + 153.84615384615384 / deep), 1.0) if deep else 1.0, "unsheltered"

    for out, row in zip(tabulate("wind_adjustment", rows), rows, strict=True):
        cover = float(row["canopy_cover_frac"])
        for name, fill in (("with", float(row["crown_ratio_frac"]) * cover / 3.0), ("without", cover * math.pi / 12.0)):
            expected, shelter = factor(row, fill)
            assert out[f"shelter_{name}_crown_ratio"] == shelter
            assert float(out[f"waf_{name}_crown_ratio"]) == pytest.approx(expected, rel=1e-6), row


# --- crowns -------------------------------------------------------------------------------------------------


def test_crowns_run_as_cruz_says(tabulate: Tabulate) -> None:
    rng = luck(9)
    rows: list[Row] = []
    for _ in range(500):
        height = float(rng.choice([1.0, rng.uniform(0.5, 50.0)]))
        rows.append(
            {
                "wind_10m_m_s": float(rng.choice([0.0, 0.1, rng.uniform(0.0, 8.0), rng.uniform(0.0, 45.0)])),
                "canopy_bulk_density_kg_m3": float(rng.choice([0.001, rng.uniform(0.01, 0.5), rng.uniform(0.01, 3.0)])),
                "moisture_1h_frac": float(rng.choice([0.0, rng.uniform(0.01, 0.15), rng.uniform(0.0, 1.0)])),
                "canopy_height_m": height,
                "canopy_base_height_m": float(rng.choice([0.0, 0.05, rng.uniform(0.0, 0.9)])) * height,
                "foliar_moisture_frac": float(rng.choice([0.0, 0.2, rng.uniform(0.0, 3.0)])),
                "surface_fireline_intensity_kw_m": float(
                    rng.choice([0.0, rng.uniform(0.0, 800.0), rng.uniform(0.0, 4e4)])
                ),
            }
        )
    kinds = set()
    for out, row in zip(tabulate("crown_cruz", rows), rows, strict=True):
        wind, density, wet, top, base, foliar, intensity = (float(value) for value in row.values())
        # 11.02 U^0.9 CBD^0.19 exp(-0.17 M) by logarithms: U in km/h, M in percent, m/min.
        active = 0.0
        if wind > 0.0:
            log = math.log(11.02) + 0.9 * math.log(3.6 * wind) + 0.19 * math.log(density) - 17.0 * wet
            active = math.exp(log)
        # Three kilograms of crowns a square metre and minute carry an active fire.
        carried = active * density
        rate = active if carried > 3.0 else active * math.exp(-carried / 3.0)
        # Van Wagner 1977: crowns light when I^(2/3) lifts the heat of ignition to their base.
        lights = intensity > 0.0 and intensity ** (2.0 / 3.0) >= 0.01 * base * (460.0 + 2600.0 * foliar)
        kinds.add((out["crown_initiates"], out["crown_type_if_initiated"]))
        assert out["crown_initiates"] == ("yes" if lights else "no"), row
        assert out["crown_type_if_initiated"] == ("active" if carried > 3.0 else "passive"), row
        expected = {
            "crown_spread_rate_m_min": rate,
            "critical_spread_rate_m_min": 3.0 / density,
            "crown_fireline_intensity_kw_m": rate / 60.0 * density * (top - base) * 18608.0,
            "crown_length_to_width": 1.0 + wind / 1.15 / MI_H / 8.0,
        }
        agree([(out, expected)], rel=1e-5)
    assert len(kinds) == 4

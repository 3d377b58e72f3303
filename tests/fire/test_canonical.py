"""Published cases: ELMFIRE's verification ellipse and crown fire, the Behave library's own test values."""

from __future__ import annotations

import json
from math import cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firesim.fire.attack import Crew, ReportedFire, initial_attack
from firesim.fire.crown import cruz_rate_m_s
from firesim.fire.ellipse import crown_length_to_width, length_to_width
from firesim.fire.front import Front
from firesim.fire.moisture import Moisture
from firesim.fire.safety import safety_zone, scorch_height_m
from firesim.fire.surface import surface_spread
from firesim.fire.tiles import Spread
from firesim.fire.wind import wind_adjustment_factor

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "reference" / "canonical_cases.json").read_text(encoding="utf-8")
)
ELLIPSE, CROWN = CASES["spread_cases"]
FT_M, MI_H_M_S, CHAIN_M, ACRE_M2 = 0.3048, 0.44704, 20.1168, 4046.8564224
MOISTURE = Moisture(0.06, 0.07, 0.08, 0.60, 0.90)


def test_the_head_of_the_verification_ellipse_is_the_laws_own() -> None:
    expected, given = ELLIPSE["expected"], ELLIPSE["inputs"]
    depth_m = 1.0 * FT_M  # GR2
    midflame = float(wind_adjustment_factor(0.0, 0.0, depth_m)) * given["wind_20ft_mph"]
    assert midflame == pytest.approx(expected["midflame_wind_mph"], abs=0.01)
    moisture = Moisture(0.03, 0.03, 0.03, given["moisture_live_herb"], 0.60)
    head = surface_spread(102, moisture, expected["midflame_wind_mph"] * MI_H_M_S, 0.0, 0.0)
    assert float(head.rate_of_spread_m_s) * 3600.0 == pytest.approx(expected["spread_rate_m_h"], rel=0.005)
    # ELMFIRE's printed ratio uses the coefficients for m/s with mph; with those for mph it is 1.380, as here.
    assert float(length_to_width(expected["midflame_wind_mph"] * MI_H_M_S)) == pytest.approx(1.380, abs=0.001)


@pytest.mark.parametrize("wind_from_deg", [270.0, 240.0])
@pytest.mark.parametrize(
    ("ratio", "perimeters"),
    [(2.236, ELLIPSE["expected"]["perimeters"]), (1.380, ELLIPSE["perimeters_with_ratio_1_380"])],
)
def test_the_verification_ellipse_agrees_hour_by_hour_to_half_a_percent(
    ratio: float, perimeters: list[dict[str, float]], wind_from_deg: float
) -> None:
    rate = ELLIPSE["expected"]["spread_rate_m_h"] / 3600.0
    toward = wind_from_deg - 180.0
    row, column = (125.5, 45.5) if wind_from_deg == 270.0 else (200.5, 60.5)
    front = Front((270, 250), 30.0)
    front.set_spread(0.0, Spread(rate, toward, sqrt(1.0 - ratio**-2)))
    front.ignite_point(column, row, 0.0)
    for one in perimeters:
        at_s = one["hours"] * 3600.0
        front.advance(at_s)
        assert front.burnt_cells(at_s) * 0.09 == pytest.approx(one["area_ha"], rel=0.005)
        assert front.farthest_cells(column, row, at_s) * 30.0 == pytest.approx(one["head_m"], rel=0.005, abs=3.0)
    arrival = front.arrival_time_s
    rows, columns = np.mgrid[:270, :250]
    x, y = 30.0 * (columns + 0.5 - column), 30.0 * (row - rows - 0.5)
    across = np.abs(x * cos(radians(toward)) - y * sin(radians(toward)))[np.isfinite(arrival)]
    assert across.max() == pytest.approx(perimeters[-1]["half_width_m"], abs=30.0)


def test_the_verification_crown_fire_is_cruz_and_only_its_length_to_width_differs() -> None:
    given, expected = CROWN["inputs"], CROWN["expected"]
    rate, is_active = cruz_rate_m_s(
        given["wind_10m_km_h"] / 3.6, given["canopy_bulk_density_kg_m3"], given["moisture_1h"]
    )
    assert bool(is_active)
    assert float(rate) * 60.0 == pytest.approx(expected["crown_spread_rate_m_min"], rel=2e-3)
    # ELMFIRE puts the open wind into its ellipse for surface fires and reaches that one's cap of 8; Rothermel's
    # 1991 law for crown fires, which firesim follows, says 2.5.
    assert float(crown_length_to_width(given["wind_20ft_mph"] * MI_H_M_S)) == pytest.approx(2.5)
    assert expected["length_to_width"] == 8.0


@pytest.mark.parametrize(
    ("index", "fuel", "cover", "slope_deg", "wind_from_deg", "aspect_deg"),
    [
        (0, 124, 0.5, np.degrees(np.arctan(0.3)), 0.0, 0.0),
        (1, 124, 0.5, 30.0, 45.0, 95.0),
        (2, 124, 0.5, np.degrees(np.arctan(0.3)), 45.0, 215.0),
        (3, 4, 0.4, 30.0, 90.0, 0.0),
    ],
)
def test_behaves_own_test_values_of_spread_come_out(
    index: int, fuel: int, cover: float, slope_deg: float, wind_from_deg: float, aspect_deg: float
) -> None:
    from firesim.fire.fuels import standard_fuels

    expected = CASES["behave_unit_values"][index]["expected"]
    depth_m = standard_fuels()[fuel].depth_m
    factor = float(wind_adjustment_factor(cover, 30.0 * FT_M, depth_m, 0.5))
    # Blowing toward from + 180; upslope is aspect + 180.
    head = surface_spread(fuel, MOISTURE, factor * 5.0 * MI_H_M_S, wind_from_deg - aspect_deg, slope_deg, "none")
    assert float(head.rate_of_spread_m_s) * 3600.0 / CHAIN_M == pytest.approx(expected["spread_rate_ch_h"], rel=1e-3)


def test_behaves_own_test_values_of_scorch_height_come_out() -> None:
    for index, intensity, wind_m_s, air_f in ((4, 50.0, 5.0 * MI_H_M_S, 80.0), (5, 55.0, 300.0 * FT_M / 60.0, 70.0)):
        height = scorch_height_m(intensity * 3.461469, wind_m_s, (air_f - 32.0) / 1.8)
        expected = CASES["behave_unit_values"][index]["expected"]["scorch_height_ft"]
        assert float(height) / FT_M == pytest.approx(expected, rel=1e-3)


def test_behaves_own_test_values_of_the_safety_zone_and_of_containment_come_out() -> None:
    zone = CASES["behave_unit_values"][6]["expected"]
    separation, radius, area = safety_zone(5.0 * FT_M, 6, 1, 50.0 * FT_M**2, 300.0 * FT_M**2)
    assert float(separation) / FT_M == pytest.approx(zone["separation_ft"])
    assert float(radius) / FT_M == pytest.approx(zone["radius_ft"], rel=1e-5)
    assert float(area) / ACRE_M2 == pytest.approx(zone["area_acres"], rel=1e-5)
    held = CASES["behave_unit_values"][7]["expected"]
    chain_h = CHAIN_M / 3600.0
    attack = initial_attack(ReportedFire(ACRE_M2, 5.0 * chain_h, 3.0), [Crew(7200.0, 28_800.0, 20.0 * chain_h)])
    assert attack.status == held["status"]
    assert attack.line_m is not None
    assert attack.area_m2 is not None
    assert attack.time_s / 60.0 == pytest.approx(held["time_min"], abs=2.0)
    assert attack.line_m / CHAIN_M == pytest.approx(held["line_ch"], rel=0.02)
    assert attack.area_m2 / ACRE_M2 == pytest.approx(held["area_acres"], rel=0.02)

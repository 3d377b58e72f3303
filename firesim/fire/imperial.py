"""Exact factors between SI and the units in which the laws of fire were published.

Rothermel's and his successors' equations keep their feet, pounds and British thermal units inside the
function that cites them; everything enters and leaves in SI through these factors.
"""

from __future__ import annotations

FT_M = 0.3048  # international foot [m]
MILE_M = 5280.0 * FT_M
LB_KG = 0.45359237  # avoirdupois pound [kg]
BTU_KJ = 1.05505585262  # International Table British thermal unit [kJ]

FT_MIN_M_S = FT_M / 60.0  # 1 ft/min in m/s
MI_H_M_S = MILE_M / 3600.0  # 1 mi/h in m/s
LB_FT2_KG_M2 = LB_KG / FT_M**2  # 1 lb/ft2 in kg/m2
LB_FT3_KG_M3 = LB_KG / FT_M**3  # 1 lb/ft3 in kg/m3
TONS_ACRE_KG_M2 = LB_FT2_KG_M2 * 2000.0 / 43560.0  # 1 short ton/acre in kg/m2
BTU_LB_KJ_KG = BTU_KJ / LB_KG  # 1 Btu/lb in kJ/kg
BTU_FT_S_KW_M = BTU_KJ / FT_M  # 1 Btu/ft/s in kW/m
BTU_FT2_KJ_M2 = BTU_KJ / FT_M**2  # 1 Btu/ft2 in kJ/m2
BTU_FT2_MIN_KW_M2 = BTU_FT2_KJ_M2 / 60.0  # 1 Btu/ft2/min in kW/m2
CHAIN_M = 66.0 * FT_M  # surveyor's chain [m]
ACRE_M2 = 43560.0 * FT_M**2


def celsius_from_fahrenheit(temperature_f: float) -> float:
    """Degrees Celsius."""
    return (temperature_f - 32.0) / 1.8

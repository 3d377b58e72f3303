"""The rows of weather as the fire is told them: when, which wind, how wet the fuel."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from firesim.fire.drying import TIME_LAGS_H, equilibrium_moisture
from firesim.fire.landscape import FireWeather
from firesim.fire.moisture import Moisture
from firesim.spread.case import DEAD, LIVE_HERB, LIVE_WOODY, WeatherFields

# Fuel that dries under a row that only tells the air is told to the fire this often: 1-h fuel goes a fifth of its way.
DRYING_STEP_S = 900.0

Dead = tuple[float, float, float]


def told_weather(rows: Sequence[WeatherFields], until_s: float) -> list[tuple[float, FireWeather]]:
    """What the fire is told and when, up to a time. [s]

    Where a row tells the air, dead fuel follows its equilibrium with its time lag (`fire/drying.py`), from the
    moistures before it, or in equilibrium at the case's start.
    """
    told: list[tuple[float, FireWeather]] = []
    dead: Dead | None = None
    for number, row in enumerate(rows):
        from_s = row.at_min * 60.0
        to_s = min(rows[number + 1].at_min * 60.0 if number + 1 < len(rows) else until_s, until_s)
        if from_s > until_s or (from_s == until_s and told):
            break
        if not row.tells_the_air:
            one, ten, hundred = (float(getattr(row, name)) for name in DEAD)
            dead = (one, ten, hundred)
            told.append((from_s, _weather(row, dead)))
            continue
        toward = float(equilibrium_moisture(row.temperature_c or 0.0, row.relative_humidity_pct or 0.0))
        dead = dead or (toward, toward, toward)
        at_s = from_s
        while True:
            step_s = min(DRYING_STEP_S, max(to_s - at_s, 0.0))
            told.append((at_s, _weather(row, _mean_over(dead, toward, step_s))))
            dead = _after(dead, toward, step_s)
            at_s += step_s
            if at_s >= to_s:
                break
            if max(abs(toward - moisture) for moisture in dead) < 1e-4:
                told.append((at_s, _weather(row, dead)))
                break
    return told


def _after(dead: Dead, toward: float, step_s: float) -> Dead:
    """Moistures after a step under one equilibrium: dM/dt = (E - M) / lag, solved exactly."""
    one, ten, hundred = (
        toward + (now - toward) * exp(-step_s / 3600.0 / lag) for now, lag in zip(dead, TIME_LAGS_H, strict=True)
    )
    return one, ten, hundred


def _mean_over(dead: Dead, toward: float, step_s: float) -> Dead:
    """Mean of begin and end of a step: a step of a quarter of an hour is nearly straight."""
    one, ten, hundred = (0.5 * (a + b) for a, b in zip(dead, _after(dead, toward, step_s), strict=True))
    return one, ten, hundred


def _weather(row: WeatherFields, dead: Dead) -> FireWeather:
    herb = LIVE_HERB if row.moisture_live_herb is None else row.moisture_live_herb
    woody = LIVE_WOODY if row.moisture_live_woody is None else row.moisture_live_woody
    return FireWeather(row.wind_speed_10m_m_s, row.wind_from_deg, Moisture(*dead, herb, woody))

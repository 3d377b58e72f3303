"""The weather that the fire really meets: a day's hours, turned as the scenario says, with hidden error and gusts.

An hour's row holds until the next hour (a step, not a ramp): the bulletin that the centre gets says the same,
so with the discrepancy at zero truth and bulletin are equal at every moment. The day repeats after 24 hours.
Fuel moisture is the scenario's, a published scenario's, or what the day's air makes of it, hour by hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from firesim.fire.moisture import Moisture
from firesim.inputs.problems import Problems, nearest
from firesim.inputs.tables import Table, read_table
from firesim.parameters import Parameters, Positive
from firesim.streams import Luck
from firesim.world.discrepancy import DiscrepancyParameters
from firesim.world.fuel_moisture import MoistureParameters

HOUR_S = 3600.0
_DRIEST_AIR_PCT = 1.0
GUST_STEP_S = 600.0  # the wind that drives spread is a ten-minute mean, so it changes every ten minutes
_TICK_H = 1e-6  # 4 ms: a time rounded to milliseconds still falls into the hour that it begins

_COLUMNS = (
    "scenario",
    "hour_local",
    "temperature_c",
    "relative_humidity_pct",
    "wind_speed_10m_m_s",
    "gust_10m_m_s",
    "wind_from_deg",
)


class WeatherParameters(Parameters):
    """The scenario's `weather:` block. `table` is relative to the scenario file."""

    table: str
    day: str
    turn_deg: float = Field(
        default=0.0, ge=-180.0, le=180.0, description="added to each hour's direction, clockwise; a study factor"
    )
    wind_speed_factor: Positive = Field(default=1.0, description="multiplies wind and gusts; a study factor")
    moisture: MoistureParameters = Field(
        default=MoistureParameters(), description="fuel moisture; nothing: from the day's temperature and humidity"
    )


@dataclass(frozen=True)
class WeatherHour:
    """One row: the weather from `hour_local` o'clock until the next hour."""

    hour_local: int
    temperature_c: float
    relative_humidity_pct: float
    wind_speed_10m_m_s: float
    gust_10m_m_s: float
    wind_from_deg: float


@dataclass(frozen=True)
class WeatherNow:
    """The weather at one moment, the same over the whole map."""

    wind_speed_10m_m_s: float
    gust_10m_m_s: float
    wind_from_deg: float
    temperature_c: float
    relative_humidity_pct: float
    moisture: Moisture


@dataclass(frozen=True)
class WeatherDay:
    """The 24 hours of a day as the scenario means them, and its fuel moisture: each class a number or [hour]."""

    name: str
    hours: tuple[WeatherHour, ...]
    moisture: Moisture

    def hour_at(self, now_s: float, start_hour: float) -> WeatherHour:
        """The row that holds `now_s` after a start at `start_hour` local time (12.5 is half past twelve)."""
        return self.hours[self.hour_number(now_s, start_hour)]

    def moisture_at(self, now_s: float, start_hour: float) -> Moisture:
        """The fuel moisture that holds `now_s` after the start: that of its hour. [kg/kg]"""
        hour = self.hour_number(now_s, start_hour)
        return Moisture(*(float(np.asarray(v).flat[hour % np.size(v)]) for v in self.moisture.as_tuple()))

    def hour_number(self, now_s: float, start_hour: float) -> int:
        """Which of the hours holds `now_s` after the start."""
        return floor(start_hour + now_s / HOUR_S + _TICK_H) % len(self.hours)

    def hour_changes(self, start_hour: float, until_s: float) -> list[float]:
        """Seconds after the start at which a new hour's row begins, before `until_s`; 0 not among them."""
        first_s = (floor(start_hour + _TICK_H) + 1 - start_hour) * HOUR_S
        count = max(0, int(np.ceil((until_s - first_s) / HOUR_S)))
        return [first_s + i * HOUR_S for i in range(count)]


def read_weather_day(parameters: WeatherParameters, folder: Path) -> WeatherDay:
    """The scenario's day from its table, turned and scaled; raises BadInput with all that is wrong."""
    problems = Problems("weather")
    table = read_table("table", folder / parameters.table, _COLUMNS, problems)
    hours = None if table is None else _hours_of_day(table, parameters)
    problems.raise_if_any()
    assert hours is not None
    air = [hour.temperature_c for hour in hours], [hour.relative_humidity_pct for hour in hours]
    return WeatherDay(parameters.day, hours, parameters.moisture.of_day(*air))


def _hours_of_day(table: Table, parameters: WeatherParameters) -> tuple[WeatherHour, ...] | None:
    names = table.texts("scenario")
    hour = table.numbers("hour_local", 0, 23, whole=True)
    temperature = table.numbers("temperature_c", -40.0, 60.0)
    humidity = table.numbers("relative_humidity_pct", 0.0, 100.0)
    speed = table.numbers("wind_speed_10m_m_s", 0.0, 75.0)
    gust = table.numbers("gust_10m_m_s", 0.0, 110.0)
    direction = table.numbers("wind_from_deg")
    for row in np.flatnonzero((direction < 0.0) | (direction >= 360.0)):
        message = "must be at least 0 and below 360 (where the wind comes from, clockwise from north)."
        remedy = "A wind from the north is 0, from the north-east 45."
        table.note(int(row), "wind_from_deg", float(direction[row]), message, remedy)
    for row in np.flatnonzero(humidity <= _DRIEST_AIR_PCT):
        message = "relative_humidity_pct seems to be a fraction: no air on Earth is so dry."
        table.note(int(row), "relative_humidity_pct", float(humidity[row]), message, "Write 42 % as 42.")
    for row in np.flatnonzero(gust < speed):
        remedy = "Correct whichever is wrong; a gust is the greatest of short winds within the mean."
        table.note(int(row), "gust_10m_m_s", float(gust[row]), "A gust is below the mean wind of its hour.", remedy)
    rows = _rows_by_hour(table, names, hour, parameters.day)
    if rows is None or len(table.problems):
        return None
    factor = parameters.wind_speed_factor
    return tuple(
        WeatherHour(
            clock,
            float(temperature[row]),
            float(humidity[row]),
            float(speed[row]) * factor,
            float(gust[row]) * factor,
            float(direction[row] + parameters.turn_deg) % 360.0,
        )
        for clock, row in enumerate(rows)
    )


def _rows_by_hour(table: Table, names: list[str], hour: NDArray[np.float64], day: str) -> list[int] | None:
    """The table's row for each hour of the day 0 to 23; None with the problems noted."""
    if day not in names:
        remedy = nearest(day, dict.fromkeys(names))
        table.problems.add("day", day, f"The weather table {table.file} has no such day.", remedy)
        return None
    found: dict[int, int] = {}
    for row, name in enumerate(names):
        if name == day and not np.isnan(hour[row]):
            clock = int(hour[row])
            if clock in found:
                message = f"Hour {clock} of day {day} is already in line {table.lines[found[clock]]}."
                table.note(row, "hour_local", clock, message, "Keep one row an hour.")
            found.setdefault(clock, row)
    missing = [clock for clock in range(24) if clock not in found]
    if missing:
        hours = ", ".join(str(clock) for clock in missing)
        message = f"Day {day} lacks the hour{'s' * (len(missing) > 1)} {hours}."
        table.problems.add("table", day, message, "Add a row for each hour from 0 to 23.", table.file)
        return None
    return [found[clock] for clock in range(24)]


class TrueWeather:
    """What blows over the fire: the day, a hidden turn of the wind, and a hidden series of ten-minute winds.

    Parameters
    ----------
    day
        The scenario's hours, as the bulletin has them.
    start_hour
        Local time of the scenario's start in hours after midnight.
    discrepancy, luck
        Of them `wind_bias_sd_deg`, `gust_sd` and `gust_correlation_s`; zeros make truth and bulletin equal.
    until_s
        How far the gust series reaches; beyond it its last value holds. [s]

    Notes
    -----
    Each ten minutes the hour's wind and gust are multiplied by exp(x), x a first-order autoregressive series
    of standard deviation `gust_sd`, so the median factor is 1. Nothing that happens in the run changes it.
    """

    def __init__(
        self,
        day: WeatherDay,
        start_hour: float,
        discrepancy: DiscrepancyParameters,
        luck: Luck,
        until_s: float = 86_400.0,
    ) -> None:
        self.day = day
        self.start_hour = start_hour
        self.wind_bias_deg = discrepancy.wind_bias_sd_deg * luck.normal("wind bias", "wind")
        self.has_gusts = discrepancy.gust_sd > 0.0
        steps = int(np.ceil(until_s / GUST_STEP_S)) + 1
        self._known: dict[tuple[int, int], WeatherNow] = {}  # by step of the gusts and hour of the day
        self._wind_factor = _gust_factors(steps, discrepancy, luck) if self.has_gusts else np.ones(1)

    def at(self, now_s: float) -> WeatherNow:
        """The weather at a moment, seconds from the scenario's start."""
        step = min(int((now_s + 1e-6) // GUST_STEP_S), len(self._wind_factor) - 1)
        held = (step, self.day.hour_number(now_s, self.start_hour))
        if held not in self._known:
            self._known[held] = self._blowing(now_s, float(self._wind_factor[step]))
        return self._known[held]

    def _blowing(self, now_s: float, factor: float) -> WeatherNow:
        hour = self.day.hour_at(now_s, self.start_hour)
        return WeatherNow(
            hour.wind_speed_10m_m_s * factor,
            hour.gust_10m_m_s * factor,
            (hour.wind_from_deg + self.wind_bias_deg) % 360.0,
            hour.temperature_c,
            hour.relative_humidity_pct,
            self.day.moisture_at(now_s, self.start_hour),
        )

    def change_times(self, until_s: float) -> list[float]:
        """When the fire must be told of another wind, 0 not among them, before `until_s`, in order. [s]"""
        hours = self.day.hour_changes(self.start_hour, until_s)
        steps = [i * GUST_STEP_S for i in range(1, int(np.ceil(until_s / GUST_STEP_S)))] if self.has_gusts else []
        rounded = {round(time_s, 3) for time_s in hours + steps}
        return sorted(time_s for time_s in rounded if time_s < until_s)

    def bulletin(self, horizon_s: float) -> list[tuple[float, WeatherNow]]:
        """What the forecasters say: (from_s, weather) of each hour, without any of the hidden error."""
        rows = []
        for from_s in [0.0, *self.day.hour_changes(self.start_hour, horizon_s)]:
            hour = self.day.hour_at(from_s, self.start_hour)
            wind = (hour.wind_speed_10m_m_s, hour.gust_10m_m_s, hour.wind_from_deg)
            moisture = self.day.moisture_at(from_s, self.start_hour)
            rows.append((from_s, WeatherNow(*wind, hour.temperature_c, hour.relative_humidity_pct, moisture)))
        return rows


def _gust_factors(steps: int, discrepancy: DiscrepancyParameters, luck: Luck) -> NDArray[np.float64]:
    """Factors on the hour's wind, one each ten minutes, stationary from the first on. [steps]"""
    shocks = luck.normal("gusts", np.zeros(steps, dtype=np.int64), np.arange(steps))
    memory = float(np.exp(-GUST_STEP_S / discrepancy.gust_correlation_s))
    series = np.empty(steps)
    series[0] = shocks[0]
    for i in range(1, steps):
        series[i] = memory * series[i - 1] + np.sqrt(1.0 - memory**2) * shocks[i]
    return np.exp(discrepancy.gust_sd * series)

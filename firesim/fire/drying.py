"""How the weather wets and dries dead fuel.

Two ways. The equilibrium model with time lags runs at any hour from temperature and humidity alone and is the
default of a scenario. The table tool of fire managers (Rothermel 1983, INT-143) knows sun, slope and shade, but only
from 8 in the morning to sunset, in steps of 1 %.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.moisture import Moisture

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Hours in which a fuel closes 63 % of its distance from equilibrium: what the size classes are named for.
TIME_LAGS_H = (1.0, 10.0, 100.0)

DRY_BULB_CLASSES_F = ("10-29", "30-49", "50-69", "70-89", "90-109", ">109")
HUMIDITY_CLASS_MIDDLES_PCT = (*range(2, 100, 5), 100)
MONTHS = ("may_jun_jul", "feb_mar_apr_aug_sep_oct", "nov_dec_jan")
SHADINGS = ("exposed", "shaded")  # shaded: half or more
ASPECTS = ("N", "E", "S", "W")
SLOPES = ("0-30pct", "31pct+")
TIMES_OF_DAY = ("0800-0959", "1000-1159", "1200-1359", "1400-1559", "1600-1759", "1800-sunset")
LATEST_TABLE_HOUR = 20.0  # solar time; the sun sets later only far north
ELEVATIONS = ("below_305_610m", "level_within_305m", "above_305_610m")  # the fire's place against the station's


def equilibrium_moisture(temperature_c: ArrayLike, relative_humidity_pct: ArrayLike) -> Floats:
    """Moisture that fine dead fuel would reach if this air stayed. [kg/kg], any shapes that broadcast.

    Simard 1968 (Canadian Forestry Branch FF-X-14), fitted to wood, in F and %; humidity 0 to 100.
    """
    T = np.asarray(temperature_c, dtype=np.float64) * 1.8 + 32.0
    H = np.asarray(relative_humidity_pct, dtype=np.float64)
    dry = 0.03229 + 0.281073 * H - 0.000578 * H * T
    middle = 2.22749 + 0.160107 * H - 0.014784 * T
    damp = 21.0606 + 0.005565 * H * H - 0.00035 * H * T - 0.483199 * H
    percent = np.where(H < 10.0, dry, np.where(H < 50.0, middle, damp))
    return np.maximum(percent, 0.0) / 100.0


def lagged_moisture(equilibrium: Floats, step_h: float, time_lag_h: float, start: float | None = None) -> Floats:
    """Moisture of a fuel that follows the equilibrium with a lag. [kg/kg] at the times of `equilibrium` [t].

    dM/dt = (E - M) / lag (Byram 1963; Fosberg 1971), E in steps of `step_h`, each holding from its time on, solved
    exactly. Without `start` the series is taken as one day that keeps repeating.
    """
    keeps = float(np.exp(-step_h / time_lag_h))
    if start is None:
        # Over one day M(end) = keeps^n M(start) + rest: the day that repeats starts where it ends.
        weights = keeps ** np.arange(equilibrium.size - 1, -1, -1) * (1.0 - keeps)
        start = float(weights @ equilibrium) / (1.0 - keeps**equilibrium.size)
    moisture = np.empty(equilibrium.size)
    now = start
    for n, toward in enumerate(equilibrium):
        moisture[n] = now
        now = toward + (now - toward) * keeps
    return moisture


def dead_moisture_of_day(
    temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    step_h: float = 1.0,
    start: tuple[float, float, float] | None = None,
) -> tuple[Floats, Floats, Floats]:
    """1-h, 10-h and 100-h moisture through a day from its weather alone. [kg/kg], each [t].

    temperature_c, relative_humidity_pct: [t], every `step_h` hours. `start` gives the three at the first time;
    without it the day is one of many alike, which for 100-h fuel is an assumption.
    """
    equilibrium = np.atleast_1d(equilibrium_moisture(temperature_c, relative_humidity_pct))
    starts = start or (None, None, None)
    one, ten, hundred = (
        lagged_moisture(equilibrium, step_h, lag, at) for lag, at in zip(TIME_LAGS_H, starts, strict=True)
    )
    return one, ten, hundred


def moisture_of_day(
    temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    live_herb: float,
    live_woody: float,
    step_h: float = 1.0,
    start: tuple[float, float, float] | None = None,
) -> Moisture:
    """`Moisture` through a day, its dead classes [t] from the weather, its live ones as given. [kg/kg]"""
    one, ten, hundred = dead_moisture_of_day(temperature_c, relative_humidity_pct, step_h, start)
    return Moisture(one, ten, hundred, live_herb, live_woody)


@lru_cache(maxsize=1)
def _reference_pct() -> Integers:
    """[dry bulb class, humidity class]"""
    text = files("firesim.fire").joinpath("fine_dead_reference.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    return np.array([[int(value) for value in row[1:]] for row in rows], dtype=np.int64)


@lru_cache(maxsize=1)
def _correction_pct() -> Integers:
    """[months, shading, aspect, slope, time of day, elevation]"""
    text = files("firesim.fire").joinpath("fine_dead_correction.csv").read_text(encoding="utf-8")
    shape = (len(MONTHS), len(SHADINGS), len(ASPECTS), len(SLOPES), len(TIMES_OF_DAY), len(ELEVATIONS))
    table = np.empty(shape, dtype=np.int64)
    for row in csv.DictReader(text.splitlines()):
        place = (
            MONTHS.index(row["months"]),
            SHADINGS.index(row["shading"]),
            ASPECTS.index(row["aspect"]),
            SLOPES.index(row["slope_class"]),
            TIMES_OF_DAY.index(row["time_of_day"]),
        )
        table[place] = [int(row[elevation]) for elevation in ELEVATIONS]
    return table


def fine_dead_moisture_by_class(
    dry_bulb: ArrayLike,
    humidity: ArrayLike,
    months: ArrayLike,
    shading: ArrayLike,
    aspect: ArrayLike,
    slope: ArrayLike,
    time_of_day: ArrayLike,
    elevation: ArrayLike,
) -> tuple[Integers, Integers]:
    """Reference moisture and its correction, each in whole percent; their sum is the fine dead moisture.

    Every argument is an index into this module's tuple of classes. Rothermel 1983, tables of pages 13-20.
    """
    reference = _reference_pct()[np.asarray(dry_bulb), np.asarray(humidity)]
    correction = _correction_pct()[
        np.asarray(months),
        np.asarray(shading),
        np.asarray(aspect),
        np.asarray(slope),
        np.asarray(time_of_day),
        np.asarray(elevation),
    ]
    return np.asarray(reference), np.asarray(correction)


def sunset_solar_h(latitude_deg: ArrayLike, day_of_year: ArrayLike) -> Floats:
    """Solar hour of sunset over a level horizon; 18 at the equinoxes. [h], any shapes that broadcast.

    cos w = -tan(latitude) tan(declination), declination 23.45 sin(360 (284 + day) / 365) (Cooper 1969, Solar Energy
    12:333-346), without refraction: within some minutes. 24 where the sun does not set, 12 where it does not rise.
    """
    declination = np.deg2rad(23.45) * np.sin(2.0 * np.pi * (284.0 + np.asarray(day_of_year, dtype=np.float64)) / 365.0)
    cosine = -np.tan(np.deg2rad(np.asarray(latitude_deg, dtype=np.float64))) * np.tan(declination)
    return np.asarray(12.0 + np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))) / 15.0)


def fine_dead_moisture(
    temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    month: int,
    hour: float,
    aspect_deg: ArrayLike,
    slope_deg: ArrayLike,
    shade: ArrayLike,
    above_station_m: ArrayLike = 0.0,
    sunset_h: float = LATEST_TABLE_HOUR,
) -> Floats:
    """Fine dead moisture by the table tool. [kg/kg], any shapes that broadcast.

    Parameters
    ----------
    temperature_c, relative_humidity_pct : array
        At the weather station; at least -12.2 C (10 F), 0 to 100 %.
    month : int
        1 to 12.
    hour : float
        Local solar hour, 8 to sunset.
    aspect_deg : array
        Where the slope faces, clockwise from north. [deg]
    slope_deg, shade : array
        [deg]; share of the sky covered by cloud and canopy [0-1].
    above_station_m : array
        Height of the place above the station, -610 to 610. [m]
    sunset_h : float
        Solar hour of the day's sunset (`sunset_solar_h`); the table's hours end there, at 20 at the latest.

    Outside these ranges the table says nothing: ValueError.
    """
    temperature_f = np.asarray(temperature_c, dtype=np.float64) * 1.8 + 32.0
    humidity = np.asarray(relative_humidity_pct, dtype=np.float64)
    above = np.asarray(above_station_m, dtype=np.float64)
    if not 8.0 <= hour <= min(sunset_h, LATEST_TABLE_HOUR):
        raise ValueError(f"the table of fine dead moisture holds from 8 to sunset, not at {hour} h")
    if temperature_f.size and temperature_f.min() < 10.0:
        raise ValueError("the table of fine dead moisture begins at 10 F (-12.2 C)")
    if humidity.size and not (humidity.min() >= 0.0 and humidity.max() <= 100.0):
        raise ValueError("a relative humidity must be between 0 and 100 %")
    if above.size and np.abs(above).max() > 610.0:
        raise ValueError("the table of fine dead moisture holds within 610 m of the station's height")
    season = next(n for n, members in enumerate(((5, 6, 7), (2, 3, 4, 8, 9, 10), (11, 12, 1))) if month in members)
    slope_pct = 100.0 * np.tan(np.deg2rad(np.asarray(slope_deg, dtype=np.float64)))
    reference, correction = fine_dead_moisture_by_class(
        dry_bulb=np.clip((temperature_f - 10.0) // 20.0, 0, 5).astype(np.int64),
        humidity=(humidity // 5.0).astype(np.int64),
        months=season,
        shading=(np.asarray(shade, dtype=np.float64) >= 0.5).astype(np.int64),
        aspect=((np.asarray(aspect_deg, dtype=np.float64) + 45.0) % 360.0 // 90.0).astype(np.int64),
        slope=(slope_pct > 30.0).astype(np.int64),
        time_of_day=min(int((hour - 8.0) // 2.0), 5),
        elevation=np.where(above < -305.0, 0, np.where(above > 305.0, 2, 1)),
    )
    return (reference + correction) / 100.0

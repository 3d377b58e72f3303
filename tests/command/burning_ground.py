"""Pieces of ground as the centre knows them, fires that burn on them, and from where fire comes to a place in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.command.ground import Ground
from firesim.command.triggers import TriggerGround
from firesim.fire.spread import SpreadingFire
from firesim.link.briefings import MapInfo, MapRaster, WeatherRow
from firesim.place.grid import Grid

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


def weather_row(from_s: float, wind_10m_m_s: float, wind_from_deg: float, moisture: Sequence[float]) -> WeatherRow:
    """A row of the bulletin; moisture is of dead fuel of 1, 10 and 100 hours and of live herbs and wood. [kg/kg]"""
    one_h, ten_h, hundred_h, herb, woody = moisture
    return WeatherRow(
        from_s=from_s, wind_speed_10m_m_s=wind_10m_m_s, gust_10m_m_s=wind_10m_m_s, wind_from_deg=wind_from_deg,
        temperature_c=30.0, relative_humidity_pct=30.0, moisture_1h=one_h, moisture_10h=ten_h,
        moisture_100h=hundred_h, moisture_live_herb=herb, moisture_live_woody=woody,
    )  # fmt: skip


def ground_of(
    small: Any, cell_m: float, fuel_model: NDArray[np.integer], height_m: ArrayLike, bulletin: list[WeatherRow]
) -> Ground:
    """Ground of square cells as the centre knows it; heights are in whole steps of 1/30,000 of the highest. [y, x]"""
    grid = Grid(*fuel_model.shape, cell_m, 447000.0, 4332000.0, "EPSG:2100")
    heights_m = np.broadcast_to(height_m, fuel_model.shape)
    elevation = MapRaster.pack(heights_m, max(float(heights_m.max()), 1.0) / 30000.0)
    land = MapInfo(grid=grid, elevation=elevation, fuel_model=MapRaster.pack(fuel_model))
    return Ground(small.briefing(map=land, bulletin=bulletin), 1, 0.0)


def burnt_by(ground: Ground, column: float, row: float, until_s: float, rate_multiplier: float = 1.0) -> Floats:
    """Arrival of a fire that is steady from the start, lit at a point in cells from the north-west corner. [y, x, s]"""
    fire = SpreadingFire(ground.landscape, acceleration_per_min=None)
    for told in ground.briefing.bulletin:
        if told.from_s < until_s:
            fire.set_law(told.from_s, ground.spread_at(told.from_s, rate_multiplier=rate_multiplier))
        if told is ground.briefing.bulletin[0]:
            fire.ignite_point(column, row, told.from_s)
    fire.advance(until_s)
    return fire.arrival_time_s


def buffer_around(ground: Ground, box: tuple[slice, slice], needed_s: float) -> Mask:
    """From where fire comes to a box of cells within the time that it needs. [y, x]"""
    cells = np.arange(ground.coarse.rows * ground.coarse.columns).reshape(ground.coarse.shape)[box].ravel()
    return TriggerGround(ground, 0.0).spare_s([(cells, needed_s)]) < 0.0


def alike(one: Mask, other: Mask) -> float:
    """Cells in both over cells in either (Jaccard)."""
    return float((one & other).sum() / (one | other).sum())

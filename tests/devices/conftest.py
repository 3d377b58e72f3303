"""A small world to look at: a fire that can be put anywhere, a wind that can be set, ground with or without a ridge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from firesim.place.grid import Grid
from firesim.place.shapes import rings_of

GRID = Grid(200, 200, 30.0, 0.0, 0.0)


@dataclass
class FakeFire:
    """A fire of given cells, burning from its ignition on; growing is up to the test."""

    x_m: float = 3000.0
    y_m: float = 3000.0
    ignited_s: float = 0.0
    heat_mw: float = 50.0
    reach_m: float = 45.0
    grid: Grid = GRID
    flame_m: float = 10.0
    arrival_time_s: Any = field(init=False)

    def __post_init__(self) -> None:
        x_m, y_m = np.meshgrid(self.grid.x_centres_m, self.grid.y_centres_m)
        burns = np.hypot(x_m - self.x_m, y_m - self.y_m) <= self.reach_m
        self.arrival_time_s = np.where(burns, self.ignited_s, np.inf)
        self.fireline_intensity_kw_m = np.where(burns, 1000.0, 0.0)
        self.flame_length_m = np.where(burns, self.flame_m, 0.0)

    @property
    def ignition_xy_m(self) -> tuple[float, float]:
        return (self.x_m, self.y_m)

    @property
    def burnt_window(self) -> tuple[slice, slice]:
        return slice(0, self.grid.rows), slice(0, self.grid.columns)

    def advance(self, now_s: float) -> None:
        self.advanced_s = now_s

    def heat_release_mw(self, now_s: float) -> float:
        return self.heat_mw if now_s > self.ignited_s else 0.0

    def area_m2(self, now_s: float) -> float:
        return 900.0 * float((self.arrival_time_s <= now_s).sum())

    def flaming_cells(self, now_s: float) -> Any:
        return np.flatnonzero(self.arrival_time_s.ravel() <= now_s) if now_s >= self.ignited_s else np.empty(0, int)

    def head_xy_m(self, now_s: float) -> tuple[float, float]:
        return self.ignition_xy_m

    def rings(self, now_s: float) -> list[list[tuple[float, float]]]:
        return rings_of(self.arrival_time_s, now_s, self.grid)


@dataclass
class FakeWeather:
    """One wind for ever, unless a test gives a function of time for the gusts."""

    wind_speed_10m_m_s: float = 5.0
    wind_from_deg: float = 0.0
    gust_10m_m_s: float = 7.0
    start_hour: float = 12.0
    gusts: Callable[[float], float] | None = None

    def at(self, now_s: float) -> Any:
        gust_m_s = self.gust_10m_m_s if self.gusts is None else self.gusts(now_s)
        return SimpleNamespace(
            wind_speed_10m_m_s=self.wind_speed_10m_m_s, wind_from_deg=self.wind_from_deg, gust_10m_m_s=gust_m_s
        )


@pytest.fixture
def grid() -> Grid:
    return GRID


@pytest.fixture
def make_fire() -> type[FakeFire]:
    return FakeFire


@pytest.fixture
def make_weather() -> type[FakeWeather]:
    return FakeWeather


@pytest.fixture
def flat() -> Any:
    return SimpleNamespace(elevation_m=np.zeros(GRID.shape, dtype=np.float32))


@pytest.fixture
def ridge() -> Any:
    """A wall of 1,500 m along x = 1,500 m, between the west of the map and a fire in its middle."""
    elevation_m = np.zeros(GRID.shape, dtype=np.float32)
    elevation_m[:, 49:52] = 1500.0
    return SimpleNamespace(elevation_m=elevation_m)

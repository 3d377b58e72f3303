"""A plain of one fuel, a steady day and a straight road: the world at its simplest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from firesim.fire.moisture import Moisture
from firesim.place.grid import Grid
from firesim.place.landcover import LandCover
from firesim.place.settlement import Zone
from firesim.place.terrain import terrain_of
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.discrepancy import DiscrepancyParameters
from firesim.world.fire import TrueFire
from firesim.world.ground import FireGround, HiddenGround, Ignition
from firesim.world.weather import TrueWeather, WeatherDay, WeatherHour

GR2, SH5, NB8 = 102, 145, 98
DRY = Moisture(0.05, 0.06, 0.07, 0.60, 0.80)


def plain(fuel: int = SH5, size: int = 121, zones: tuple[Zone, ...] = (), cell_size_m: float = 30.0) -> FireGround:
    """Level ground of one fuel without trees, all land."""
    grid = Grid(size, size, cell_size_m, 0.0, 0.0)
    none = np.zeros(grid.shape, np.float32)
    cover = LandCover(
        corine=np.full(grid.shape, 323, np.int16),
        fuel_model=np.full(grid.shape, fuel, np.int16),
        canopy_cover=none,
        canopy_height_m=none,
        canopy_base_height_m=none,
        canopy_bulk_density_kg_m3=none,
        is_built=np.zeros(grid.shape, bool),
        is_land=np.ones(grid.shape, bool),
    )
    return FireGround(grid, terrain_of(np.zeros(grid.shape), cell_size_m), cover, zones)


def steady_day(wind_m_s: float = 5.0, from_deg: float = 270.0, moisture: Moisture = DRY) -> WeatherDay:
    """24 equal hours."""
    hours = tuple(WeatherHour(h, 28.0, 40.0, wind_m_s, 1.4 * wind_m_s, from_deg) for h in range(24))
    return WeatherDay("steady", hours, moisture)


@pytest.fixture
def make_fire() -> Callable[..., TrueFire]:
    def make(
        ground: FireGround | None = None,
        day: WeatherDay | None = None,
        discrepancy: DiscrepancyParameters | None = None,
        at_s: float = 0.0,
        seed: int = 1,
        acceleration_per_min: float | None = 0.115,
        xy_m: tuple[float, float] | None = None,
        journal: Journal | None = None,
    ) -> TrueFire:
        ground = ground or plain()
        none = DiscrepancyParameters.none()
        discrepancy, luck = discrepancy or none, Luck(seed)
        x_m, y_m = xy_m or (ground.grid.x_east_m / 4.0, ground.grid.y_north_m / 2.0)
        ignition = Ignition(x_m, y_m, at_s)
        hidden = HiddenGround.draw(ground, ignition, discrepancy, luck)
        weather = TrueWeather(day or steady_day(), 12.0, discrepancy, luck)
        events = Journal() if journal is None else journal
        return TrueFire(ground, hidden, weather, ignition, events, acceleration_per_min)

    return make


@pytest.fixture
def make_plain() -> Callable[..., FireGround]:
    return plain


@pytest.fixture
def make_day() -> Callable[..., WeatherDay]:
    return steady_day

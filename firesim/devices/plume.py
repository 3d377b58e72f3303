"""What of a fire shows from afar: by day its smoke above the ridges, by night its flames.

Cameras, lookouts and people in the street all look at the same column of smoke; they differ in what they
make of it. The column leans with the wind: its foot may hide behind a ridge while its top shows a kilometre
downwind, and then everybody points to the wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from firesim.compiled import kernel
from firesim.parameters import Parameters
from firesim.physics.sight import hidden_m, tallest_around
from firesim.physics.smoke import (
    EXTINCTION_M2_G,
    LIGHTEST_WIND_M_S,
    TOP_OVER_AXIS,
    distance_of_final_rise_m,
    drift_toward_deg,
    plume_rise_m,
    smoke_emission_g_s,
)
from firesim.place.grid import Grid, east_north

if TYPE_CHECKING:
    from firesim.place.terrain import Terrain
    from firesim.world.fire import TrueFire
    from firesim.world.weather import TrueWeather

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

HOUR_S = 3600.0
_FLAME_LOOK_S = 300.0
# The column is that of the last full ten seconds, the step at which the world's parts look at one another: smoke
# needs as long to rise a hundred metres, and everybody who looks in between sees the same.
_RENEWED_S = 10.0
# Where along the drift the column is looked at, as shares of the way to its final rise: close together near
# the fire, where it is low and a ridge cuts off most. The first share is the foot of the column.
_SHARES = np.array([0.01, 0.04, 0.1, 0.25, 0.5, 1.0])


class SightParameters(Parameters):
    """When it is light. Defaults: sunrise and sunset on 15 August at 39.2 N 23.5 E, summer time, computed."""

    sunrise_hour: float = Field(default=6.7, ge=0.0, le=24.0)
    sunset_hour: float = Field(default=20.4, ge=0.0, le=24.0)

    def is_day(self, hour: float) -> bool:
        """Whether it is light at a local hour."""
        return self.sunrise_hour <= hour % 24.0 < self.sunset_hour


@dataclass(frozen=True)
class InSight:
    """What each of several viewpoints sees of the fire. Arrays [viewpoint]; angle 0: nothing.

    Thin smoke counts as smaller, by its contrast: a degree of smoke that half the light passes is half a degree.
    """

    angle_deg: Floats  # height of the best-seen part of the column as an angle, times its contrast
    distance_m: Floats  # to that part
    foot_x_m: Floats  # where the lowest visible smoke stands
    foot_y_m: Floats
    width_deg: Floats  # from the lowest visible part to the farthest drifted, across the view

    @classmethod
    def nothing(cls, viewpoints: int) -> InSight:
        zero = np.zeros(viewpoints)
        return cls(zero, np.full(viewpoints, np.inf), zero, zero, zero)


@dataclass(frozen=True)
class _Column:
    """The visible body at one moment, cut into pieces along its drift. Arrays [piece]."""

    x_m: Floats
    y_m: Floats
    across: Floats  # fractional column and row of the grid
    row: Floats
    bottom_m: Floats  # above the ground below each piece
    top_m: Floats
    contrast: Floats  # 0 clear air, 1 smoke that nothing shows through


class Plume:
    """The fire as it shows from afar, to whoever looks: it brings the fire itself up to the moment that is seen.

    Parameters
    ----------
    fire, weather
        What really burns, and the wind that leans the smoke.
    terrain, grid
        Who sees what over the ridges.
    parameters
        When it is light.
    """

    def __init__(
        self,
        fire: TrueFire,
        weather: TrueWeather,
        terrain: Terrain,
        grid: Grid,
        parameters: SightParameters | None = None,
    ) -> None:
        self._fire = fire
        self._weather = weather
        self._elevation_m = np.ascontiguousarray(terrain.elevation_m, dtype=np.float32)
        self._tallest_m = tallest_around(self._elevation_m)
        self._grid = grid
        self._parameters = parameters or SightParameters()
        self._cut_s = -np.inf
        self._seen: _Column | None = None
        self._flame = (-np.inf, 0.0)

    def hour(self, now_s: float) -> float:
        """Local time of day. [h]"""
        return (self._weather.start_hour + now_s / HOUR_S) % 24.0

    def is_day(self, now_s: float) -> bool:
        return self._parameters.is_day(self.hour(now_s))

    def seen_from(self, x_m: ArrayLike, y_m: ArrayLike, height_m: ArrayLike, now_s: float) -> InSight:
        """What each viewpoint sees now.

        Easting and northing, and the height of the eye above the ground or one for all. [viewpoint] m
        """
        eyes = np.empty((3, np.size(x_m)))
        eyes[0], eyes[1], eyes[2] = x_m, y_m, height_m
        column = self._column_at(now_s)
        if column is None or eyes.size == 0:
            return InSight.nothing(eyes.shape[1])
        row, across = self._grid.position_at(eyes[0], eyes[1])
        ground = (self._elevation_m, self._tallest_m, self._grid.cell_size_m)
        return InSight(*_look(*ground, eyes, across, row, *vars(column).values()))

    def _column_at(self, now_s: float) -> _Column | None:
        """The visible body now, cut once for all who look within the same `_RENEWED_S`; None: nothing shows."""
        moment_s = now_s // _RENEWED_S * _RENEWED_S
        if moment_s != self._cut_s:
            self._fire.advance(moment_s)
            self._cut_s = moment_s
            self._seen = self._cut_column(moment_s)
        return self._seen

    def _cut_column(self, now_s: float) -> _Column | None:
        heat_mw = self._fire.heat_release_mw(now_s) if now_s > self._fire.ignited_s else 0.0
        if heat_mw <= 0.0:
            return None
        x_m, y_m = self._middle_of_heat(now_s)
        if not self.is_day(now_s):
            # Smoke does not show in the dark; what does is the flame itself, where nothing stands before it.
            flame_m = np.array([self._flame_length_m(now_s)])
            here_x_m, here_y_m = np.array([x_m]), np.array([y_m])
            row, across = self._grid.position_at(here_x_m, here_y_m)
            return _Column(here_x_m, here_y_m, across, row, np.zeros(1), flame_m, np.ones(1))
        weather = self._weather.at(now_s)
        wind_m_s = max(weather.wind_speed_10m_m_s, LIGHTEST_WIND_M_S)
        age_s = now_s - self._fire.ignited_s
        reach_m = min(float(distance_of_final_rise_m(heat_mw)), wind_m_s * age_s)
        drift_m = reach_m * _SHARES
        axis_m = plume_rise_m(heat_mw, wind_m_s, drift_m)
        east, north = east_north(drift_toward_deg(weather.wind_from_deg))
        # The first place is that of the fire itself: smoke keeps its height above the sea, so over falling ground
        # it is higher above that ground.
        away_m = np.append(0.0, drift_m)
        at_x_m, at_y_m = x_m + away_m * east, y_m + away_m * north
        row, across = self._grid.position_at(at_x_m, at_y_m)
        ground_m = self._ground_m(row, across)
        lift_m = ground_m[0] - ground_m[1:]
        top_m = TOP_OVER_AXIS * axis_m + lift_m
        bottom_m = (2.0 - TOP_OVER_AXIS) * axis_m + lift_m
        contrast = _contrast(float(smoke_emission_g_s(heat_mw)), wind_m_s, top_m - bottom_m)
        return _Column(at_x_m[1:], at_y_m[1:], across[1:], row[1:], bottom_m, top_m, contrast)

    def _middle_of_heat(self, now_s: float) -> tuple[float, float]:
        """Where most of the smoke rises: the middle of the burning cells. [m]

        They are those that the front has just reached, so there are more of them where it runs faster: the
        plain mean is weighted by heat.
        """
        cells = self._fire.flaming_cells(now_s)
        if len(cells) <= 1:
            return self._fire.ignition_xy_m
        x_m, y_m = self._grid.centre_of(*np.divmod(cells, self._grid.columns))
        return float(np.mean(x_m)), float(np.mean(y_m))

    def _flame_length_m(self, now_s: float) -> float:
        """Longest flame of what burns, looked up anew every few minutes since the whole map has to be asked. [m]"""
        if now_s - self._flame[0] >= _FLAME_LOOK_S:
            cells = self._fire.flaming_cells(now_s)
            self._flame = (now_s, float(np.max(np.ravel(self._fire.flame_length_m)[cells], initial=0.0)))
        return self._flame[1]

    def _ground_m(self, row: Floats, column: Floats) -> Floats:
        """Height of the cells that hold fractional positions, the nearest of the grid for those off it. [m]"""
        last_row, last_column = self._elevation_m.shape[0] - 1, self._elevation_m.shape[1] - 1
        here = np.clip(row, 0, last_row).astype(np.int64), np.clip(column, 0, last_column).astype(np.int64)
        return self._elevation_m[here].astype(np.float64)


@kernel
def _look(
    elevation_m: Singles, tallest_m: Singles, cell_size_m: float, eyes: Floats, across: Floats, row: Floats,
    to_x_m: Floats, to_y_m: Floats, to_across: Floats, to_row: Floats, bottom_m: Floats, top_m: Floats,
    contrast: Floats,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:  # fmt: skip
    """The fields of `InSight` for viewpoints and a column of smoke.

    `eyes` holds easting, northing and height above the ground [3, viewpoint]; the next two their place on the
    grid [viewpoint]; the rest the fields of `_Column` [piece].
    """
    viewpoints = eyes.shape[1]
    angle_deg, distance_m = np.zeros(viewpoints), np.full(viewpoints, np.inf)
    foot_x_m, foot_y_m = np.full(viewpoints, to_x_m[0]), np.full(viewpoints, to_y_m[0])
    width_deg = np.zeros(viewpoints)
    for i in range(viewpoints):
        foot_deg = np.nan
        for k in range(to_x_m.size):
            hidden = hidden_m(
                elevation_m, tallest_m, cell_size_m, across[i], row[i], eyes[2, i], to_across[k], to_row[k],
                bottom_m[k], top_m[k],
            )  # fmt: skip
            shows_m = top_m[k] - hidden
            if shows_m <= 0.0:
                continue
            east_m, north_m = to_x_m[k] - eyes[0, i], to_y_m[k] - eyes[1, i]
            away_m = max(np.hypot(east_m, north_m), 1.0)
            angle = np.degrees(np.arctan2(shows_m, away_m)) * contrast[k]
            if angle > angle_deg[i]:
                angle_deg[i], distance_m[i] = angle, away_m
            toward_deg = np.degrees(np.arctan2(east_m, north_m))
            if np.isnan(foot_deg):
                foot_deg = toward_deg
                foot_x_m[i], foot_y_m[i] = to_x_m[k], to_y_m[k]
            width_deg[i] = abs((toward_deg - foot_deg + 180.0) % 360.0 - 180.0)
    return angle_deg, distance_m, foot_x_m, foot_y_m, width_deg


def _contrast(emission_g_s: float, wind_m_s: float, thickness_m: Floats) -> Floats:
    """How much less light comes through each piece of the column than past it. [piece], 0 to 1

    The smoke fills a round cross-section of that thickness, so a ray through its middle meets the optical
    depth extinction x emission / (wind x pi / 4 x thickness); contrast is 1 - exp(-depth). Smoke drawn out by
    the wind fades as it widens.
    """
    area_m2_s = wind_m_s * np.pi / 4.0 * np.maximum(thickness_m, 0.1)
    return -np.expm1(-EXTINCTION_M2_G * emission_g_s / area_m2_s)

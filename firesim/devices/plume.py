"""What of a fire shows from afar: by day its smoke above the ridges, by night its flames.

Cameras, lookouts and people in the street all look at the same column of smoke; they differ in what they
make of it. The column leans with the wind: its foot may hide behind a ridge while its top shows a kilometre
downwind, and then everybody points to the wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, floor, pi
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
from firesim.place.grid import Grid, heading, position_on

if TYPE_CHECKING:
    from firesim.place.terrain import Terrain
    from firesim.world.fire import TrueFire
    from firesim.world.weather import TrueWeather

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

HOUR_S = 3600.0
# The column is that of the last full ten seconds, the step at which the world's parts look at one another: smoke
# needs as long to rise a hundred metres, and everybody who looks in between sees the same.
_RENEWED_S = 10.0
# Where along the drift the column is looked at, as shares of the way to its final rise: close together near
# the fire, where it is low and a ridge cuts off most. The first share is the foot of the column.
_SHARES = (0.01, 0.04, 0.1, 0.25, 0.5, 1.0)
_ROUNDED_UP = 1.0 + 1e-9  # by far more than rounding


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
        self._seen: Floats | None = None

    def hour(self, now_s: float) -> float:
        """Local time of day. [h]"""
        return (self._weather.start_hour + now_s / HOUR_S) % 24.0

    def is_day(self, now_s: float) -> bool:
        return self._parameters.is_day(self.hour(now_s))

    def seen_from(self, x_m: ArrayLike, y_m: ArrayLike, height_m: ArrayLike, now_s: float) -> InSight:
        """What each viewpoint sees now.

        Easting and northing, and the height of the eye above the ground or one for all. [viewpoint] m
        """
        return self.seen_by(self.eyes_at(x_m, y_m, height_m), now_s)

    def eyes_at(self, x_m: ArrayLike, y_m: ArrayLike, height_m: ArrayLike) -> Floats:
        """The same viewpoints as `seen_by` takes them, for who looks from them again and again. [5, viewpoint]

        Easting, northing, height above the ground [m], fractional column and row of the grid.
        """
        eyes = np.empty((5, np.size(x_m)))
        eyes[0], eyes[1], eyes[2] = x_m, y_m, height_m
        eyes[4], eyes[3] = self._grid.position_at(eyes[0], eyes[1])
        return eyes

    def seen_by(self, eyes: Floats, now_s: float) -> InSight:
        """What each viewpoint of `eyes_at` sees now."""
        viewpoints = eyes.shape[1]
        column = self._column_at(now_s) if viewpoints else None
        if column is None:
            return InSight.nothing(viewpoints)
        return InSight(*_look(self._elevation_m, self._tallest_m, self._grid.cell_size_m, eyes, column))

    def angle_seen_by(self, eyes: Floats, now_s: float) -> Floats:
        """`InSight.angle_deg` alone of each viewpoint of `eyes_at`, which is quicker for many. [viewpoint]"""
        viewpoints = eyes.shape[1]
        column = self._column_at(now_s) if viewpoints else None
        if column is None:
            return np.zeros(viewpoints)
        return _angles(self._elevation_m, self._tallest_m, self._grid.cell_size_m, eyes, column)

    def _column_at(self, now_s: float) -> Floats | None:
        """The visible body now, cut once for all who look within the same `_RENEWED_S`; None: nothing shows.

        Pieces along its drift: easting, northing, fractional column and row of the grid, bottom and top above the
        ground below [m], contrast: 0 clear air, 1 smoke that nothing shows through. [7, piece]
        """
        moment_s = now_s // _RENEWED_S * _RENEWED_S
        if moment_s != self._cut_s:
            self._fire.advance(moment_s)
            self._cut_s = moment_s
            self._seen = self._cut_column(moment_s)
        return self._seen

    def _cut_column(self, now_s: float) -> Floats | None:
        heat_mw = self._fire.heat_release_mw(now_s) if now_s > self._fire.ignited_s else 0.0
        if heat_mw <= 0.0:
            return None
        x_m, y_m = self._middle_of_heat(now_s)
        if not self.is_day(now_s):
            # Smoke does not show in the dark; what does is the flame itself, where nothing stands before it.
            row, across = self._grid.position_of(x_m, y_m)
            return np.array([[x_m], [y_m], [across], [row], [0.0], [self._flame_length_m(now_s)], [1.0]])
        weather = self._weather.at(now_s)
        wind_m_s = max(weather.wind_speed_10m_m_s, LIGHTEST_WIND_M_S)
        age_s = now_s - self._fire.ignited_s
        reach_m = min(distance_of_final_rise_m(heat_mw), wind_m_s * age_s)
        east, north = heading(float(drift_toward_deg(weather.wind_from_deg)))
        emission_g_s = float(smoke_emission_g_s(heat_mw))
        corner = (self._grid.x_west_m, self._grid.y_north_m, self._grid.cell_size_m)
        return _leaning(self._elevation_m, corner, (x_m, y_m), (east, north), reach_m, heat_mw, wind_m_s, emission_g_s)

    def _middle_of_heat(self, now_s: float) -> tuple[float, float]:
        """Where most of the smoke rises: the middle of the burning cells. [m]

        They are those that the front has just reached, so there are more of them where it runs faster: the
        plain mean is weighted by heat.
        """
        cells = self._fire.flaming_cells(now_s)
        if len(cells) <= 1:
            return self._fire.ignition_xy_m
        row, column = self._grid.place_of(cells)
        x_m, y_m = self._grid.x_centres_m.take(column), self._grid.y_centres_m.take(row)
        return float(x_m.sum()) / len(cells), float(y_m.sum()) / len(cells)  # a mean, at half of its cost

    def _flame_length_m(self, now_s: float) -> float:
        """Longest flame of what burns. [m]"""
        cells = self._fire.flaming_cells(now_s)
        return float(np.max(np.ravel(self._fire.flame_length_m)[cells], initial=0.0))


@kernel
def _cell_m(elevation_m: Singles, row: float, column: float) -> float:
    """Height of the cell at a fractional position, the nearest of the grid for one off it. [m]"""
    rows, columns = elevation_m.shape
    return float(elevation_m[min(max(floor(row), 0), rows - 1), min(max(floor(column), 0), columns - 1)])


@kernel
def _leaning(
    elevation_m: Singles, corner: tuple[float, float, float], foot_m: tuple[float, float],
    toward: tuple[float, float], reach_m: float, heat_mw: float, wind_m_s: float, emission_g_s: float,
) -> Floats:  # fmt: skip
    """The column of smoke in pieces, as `Plume._column_at` tells, from over the fire to where its rise ends.

    corner: western and northern edge of the grid and size of its cells; toward: unit vector of the drift.
    """
    column = np.empty((7, len(_SHARES)))
    ground_m = _cell_m(elevation_m, *position_on(*corner, *foot_m))
    for k in range(len(_SHARES)):
        away_m = reach_m * _SHARES[k]
        axis_m = plume_rise_m(heat_mw, wind_m_s, away_m)
        x_m, y_m = foot_m[0] + away_m * toward[0], foot_m[1] + away_m * toward[1]
        row, across = position_on(*corner, x_m, y_m)
        # Smoke keeps its height above the sea, so over falling ground it is higher above that ground.
        lift_m = ground_m - _cell_m(elevation_m, row, across)
        top_m = TOP_OVER_AXIS * axis_m + lift_m
        bottom_m = (2.0 - TOP_OVER_AXIS) * axis_m + lift_m
        contrast = _contrast(emission_g_s, wind_m_s, top_m - bottom_m)
        column[0, k], column[1, k], column[2, k], column[3, k] = x_m, y_m, across, row
        column[4, k], column[5, k], column[6, k] = bottom_m, top_m, contrast
    return column


@kernel
def _shown_m(
    elevation_m: Singles, tallest_m: Singles, cell_size_m: float, eyes: Floats, i: int, column: Floats, k: int
) -> float:
    """How much of piece k of the column viewpoint i sees above the terrain; not above 0: nothing. [m]"""
    shows_m: float = column[5, k] - hidden_m(
        elevation_m, tallest_m, cell_size_m, eyes[3, i], eyes[4, i], eyes[2, i], column[2, k], column[3, k],
        column[4, k], column[5, k],
    )  # fmt: skip
    return shows_m


@kernel
def _away_m(eyes: Floats, i: int, column: Floats, k: int) -> float:
    """From viewpoint i to piece k of the column. [m]"""
    away_m: float = np.hypot(column[0, k] - eyes[0, i], column[1, k] - eyes[1, i])
    return max(away_m, 1.0)


@kernel
def _look(elevation_m: Singles, tallest_m: Singles, cell_size_m: float, eyes: Floats, column: Floats) -> Floats:
    """The fields of `InSight` [5, viewpoint] for viewpoints of `Plume.eyes_at` and a column of smoke in pieces."""
    seen = np.zeros((5, eyes.shape[1]))
    angle_deg, distance_m, foot_x_m, foot_y_m, width_deg = seen[0], seen[1], seen[2], seen[3], seen[4]
    distance_m[:], foot_x_m[:], foot_y_m[:] = np.inf, column[0, 0], column[1, 0]
    for i in range(eyes.shape[1]):
        foot_deg = np.nan
        for k in range(column.shape[1]):
            shows_m = _shown_m(elevation_m, tallest_m, cell_size_m, eyes, i, column, k)
            if shows_m <= 0.0:
                continue
            away_m = _away_m(eyes, i, column, k)
            angle = np.degrees(np.arctan2(shows_m, away_m)) * column[6, k]
            if angle > angle_deg[i]:
                angle_deg[i], distance_m[i] = angle, away_m
            toward_deg = np.degrees(np.arctan2(column[0, k] - eyes[0, i], column[1, k] - eyes[1, i]))
            if np.isnan(foot_deg):
                foot_deg = toward_deg
                foot_x_m[i], foot_y_m[i] = column[0, k], column[1, k]
            width_deg[i] = abs((toward_deg - foot_deg + 180.0) % 360.0 - 180.0)
    return seen


@kernel
def _angles(elevation_m: Singles, tallest_m: Singles, cell_size_m: float, eyes: Floats, column: Floats) -> Floats:
    """The first of these fields alone: only pieces that could show higher than the best so far are looked for."""
    angle_deg, pieces = np.zeros(eyes.shape[1]), column.shape[1]
    away_m, most_deg = np.empty(pieces), np.empty(pieces)
    for i in range(eyes.shape[1]):
        for k in range(pieces):
            away_m[k] = _away_m(eyes, i, column, k)
            most_m = column[5, k] - max(column[4, k], 0.0)  # with nothing before it
            most_deg[k] = _ROUNDED_UP * np.degrees(np.arctan2(most_m, away_m[k])) * column[6, k]
        while most_deg.max() > angle_deg[i]:
            best = int(most_deg.argmax())
            most_deg[best] = 0.0
            shows_m = _shown_m(elevation_m, tallest_m, cell_size_m, eyes, i, column, best)
            if shows_m > 0.0:
                angle_deg[i] = max(angle_deg[i], np.degrees(np.arctan2(shows_m, away_m[best])) * column[6, best])
    return angle_deg


@kernel
def _contrast(emission_g_s: float, wind_m_s: float, thickness_m: float) -> float:
    """How much less light comes through a piece of the column than past it: 0 to 1.

    The smoke fills a round cross-section of that thickness, so a ray through its middle meets the optical
    depth extinction x emission / (wind x pi / 4 x thickness); contrast is 1 - exp(-depth). Smoke drawn out by
    the wind fades as it widens.
    """
    area_m2_s = wind_m_s * pi / 4.0 * max(thickness_m, 0.1)
    return -expm1(-EXTINCTION_M2_G * emission_g_s / area_m2_s)

"""The true smoke near the ground: how thick it is where people breathe and drive.

The law is `physics/smoke.py`: Gaussian plumes from what burns now, drifting with the true wind. Taken together
right within a factor of three: no valley winds, no eddies behind ridges, no smoke of what only smoulders after
the flames, none that was there before. A fire whose front stands still gives off none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from firesim.compiled import kernel
from firesim.parameters import NotNegative, Parameters, Positive
from firesim.physics.smoke import (
    GroundSmoke,
    SmokeWind,
    drift_toward_deg,
    extinction_per_m,
    optical_density_per_m,
)
from firesim.place.grid import Grid, heading
from firesim.world.patches import patches_of

if TYPE_CHECKING:
    from firesim.world.fire import TrueFire
    from firesim.world.weather import TrueWeather

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Sources = tuple[Floats, Floats, Floats, float]


class SmokeParameters(Parameters):
    """How thick the smoke near the ground is, and how closely it is followed."""

    thickness_factor: NotNegative = Field(
        default=1.0, description="multiplies the smoke, right within a factor of three; 0: clear air. A study factor"
    )
    # The plumes are means over some ten minutes, and the wind that carries them changes as often.
    renewed_every_s: Positive = Field(
        default=120.0, description="how often the smoke is worked out anew [s]; numerical"
    )
    # Eyes water and strangers lose their way from an extinction of 0.1 to 0.3 per m on (Jin 1976, quoted at second
    # hand), an optical density of 0.04 to 0.13: within it lies what tenability limits for unfamiliar people use,
    # 0.08 to 0.1 per m, 10 m of sight (recalled).
    harmful_from_per_m: Positive = Field(
        default=0.1, description="optical density from which smoke counts as exposure [1/m]; judgement"
    )
    # Carbon monoxide comes with the particles, 89 to 12.7 g per kg of fuel (Akagi et al. 2011, recalled): at 0.1 per m
    # 313 ppm. ISO 13571 counts 35,000 ppm min as the dose that disables, and 0.3 of it as the limit for a crowd
    # (recalled): 33 min.
    dose_s: NotNegative = Field(
        default=2000.0, description="so long in such smoke makes a party exposed [s]; computed from recalled figures"
    )
    height_m: Positive = Field(default=1.5, description="of eyes and noses above the ground [m]; judgement")
    most_sources: int = Field(
        default=48, ge=1, description="burning cells are gathered into so many patches at most; numerical"
    )


SQUARE_M = 120.0  # as far as patches of burning cells are gathered; numerical


class Smoke:
    """Smoke as of the last `advance`: clear air before the ignition and wherever the wind comes from.

    Parameters
    ----------
    fire, weather, grid
        What really burns, the true wind, and the map.

    Attributes
    ----------
    renewed_s : float
        When it was last worked out. [s]; -inf: never
    """

    def __init__(
        self, fire: TrueFire, weather: TrueWeather, grid: Grid, parameters: SmokeParameters | None = None
    ) -> None:
        self._fire, self._weather, self._grid = fire, weather, grid
        self.parameters = parameters or SmokeParameters()
        self.renewed_s = -np.inf
        self._air: GroundSmoke | None = None  # None: clear
        self._square_of, self._square_xy_m = _squares(grid)
        self._is_harmful: NDArray[np.int8] = np.empty(0, np.int8)  # [square] 1 or 0; -1: not looked at yet

    def advance(self, now_s: float) -> bool:
        """Let the smoke be that of `now_s`, to which the fire has been advanced; whether it was worked out anew."""
        if now_s - self.renewed_s < self.parameters.renewed_every_s:
            return False
        self.renewed_s = now_s
        fire = self._fire
        burns = fire.has_ignited and now_s > fire.ignited_s and self.parameters.thickness_factor > 0.0
        heat_mw = fire.heat_release_mw(now_s) if burns else 0.0
        self._air = self._smoky_air(now_s, heat_mw) if heat_mw > 0.0 else None
        self._is_harmful = np.full(self._square_xy_m.shape[1], -1, dtype=np.int8)
        return True

    def _smoky_air(self, now_s: float, heat_mw: float) -> GroundSmoke:
        weather = self._weather.at(now_s)
        wind = SmokeWind(weather.wind_speed_10m_m_s, *heading(drift_toward_deg(weather.wind_from_deg)))
        at_x_m, at_y_m, share, width_m = sources_of(self._fire, self._grid, now_s, self.parameters.most_sources)
        return GroundSmoke.of(at_x_m, at_y_m, heat_mw * share, wind, self.parameters.height_m, width_m)

    @property
    def is_any(self) -> bool:
        """Whether anything smokes."""
        return self._air is not None

    def optical_density_per_m(self, x_m: ArrayLike, y_m: ArrayLike) -> Floats:
        """How thick the smoke is: light falls as 10^(-D d). [1/m], shape of `x_m`

        `x_m`, `y_m` are eastings and northings of one shape, on or off the grid. [m] In the open: the wind at
        10 m carries it. 0 in clear air.
        """
        if self._air is None:
            return np.zeros(np.broadcast(x_m, y_m).shape)
        smoke_g_m3 = self._air.at_g_m3(x_m, y_m)
        return optical_density_per_m(extinction_per_m(self.parameters.thickness_factor * smoke_g_m3))

    def is_harmful_at(self, cell: int) -> bool:
        """The same as `is_harmful` of one cell, without arrays once its square has been looked at."""
        if not self.is_any or cell < 0:
            return False
        known = int(self._is_harmful[self._square_of[cell]])
        return known > 0 if known >= 0 else bool(self.is_harmful(np.array([cell]))[0])

    def is_harmful(self, cells: Integers) -> NDArray[np.bool_]:
        """Whether smoke at `harmful_from_per_m` or thicker lies about these cells (flat; -1: off the grid, clear). [n]

        It is that of the middle of the square of 120 m that holds the cell. Houses keep nothing out.
        """
        if not self.is_any:
            return np.zeros(len(cells), np.bool_)
        fresh = _not_looked_at(cells, self._square_of, self._is_harmful)
        if len(fresh):
            x_m, y_m = self._square_xy_m[:, fresh]
            self._is_harmful[fresh] = self.optical_density_per_m(x_m, y_m) >= self.parameters.harmful_from_per_m
        return _are_harmful(cells, self._square_of, self._is_harmful)


@kernel
def _not_looked_at(cells: Integers, square_of: NDArray[np.int32], is_harmful: NDArray[np.int8]) -> Integers:
    """The squares around some cells (flat; -1: none) that have not been looked at, each once: they count as clear."""
    fresh = np.empty(min(cells.size, is_harmful.size), np.int64)
    n = 0
    for k in range(cells.size):
        if cells[k] >= 0 and is_harmful[square_of[cells[k]]] < 0:
            fresh[n] = square_of[cells[k]]
            is_harmful[fresh[n]] = 0
            n += 1
    return fresh[:n].copy()


@kernel
def _are_harmful(cells: Integers, square_of: NDArray[np.int32], is_harmful: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Whether the smoke is harmful in the squares around some cells (flat; -1: none). [n]"""
    are = np.zeros(cells.size, np.bool_)
    for k in range(cells.size):
        are[k] = cells[k] >= 0 and is_harmful[square_of[cells[k]]] > 0
    return are


@lru_cache(maxsize=4)  # maps that one process may work on by turns
def _squares(grid: Grid) -> tuple[NDArray[np.int32], Floats]:
    """The square of `SQUARE_M` that holds each flat cell [cells], and the middles of the squares [2, squares], m.

    Kept for the runs that follow, so read only.
    """
    size = max(round(SQUARE_M / grid.cell_size_m), 1)
    row, column = np.divmod(np.arange(grid.rows * grid.columns), grid.columns)
    columns = -(-grid.columns // size)
    square = np.arange(-(-grid.rows // size) * columns)
    middle = (size - 1) / 2.0
    x_m, y_m = grid.centre_of(square // columns * size + middle, square % columns * size + middle)
    square_of, middle_m = (row // size * columns + column // size).astype(np.int32), np.stack([x_m, y_m])
    square_of.flags.writeable = middle_m.flags.writeable = False
    return square_of, middle_m


def sources_of(fire: TrueFire, grid: Grid, now_s: float, most: int) -> Sources:
    """Where it smokes: easting, northing and share of the heat of each burning patch, and a patch's width. [m]

    Burning cells are gathered into squares of 1, 2, 4 ... cells until there are `most` of them at most. A fire
    too small for the grid smokes from its ignition, as wide as it is.
    """
    cells = fire.flaming_cells(now_s)
    if len(cells) <= 1:
        lone_x_m, lone_y_m = fire.ignition_xy_m if len(cells) == 0 else _lone_fire_m(fire, grid, cells)
        width_m = min(grid.cell_size_m, float(np.sqrt(max(fire.area_m2(now_s), 1.0))))
        return np.array([lone_x_m]), np.array([lone_y_m]), np.ones(1), width_m
    row, column = grid.place_of(np.asarray(cells, dtype=np.int64))
    at_x_m, at_y_m = grid.x_centres_m[column], grid.y_centres_m[row]
    x_m, y_m, share, cells_wide = patches_of(row, column, at_x_m, at_y_m, most)
    return x_m, y_m, share, cells_wide * grid.cell_size_m


def _lone_fire_m(fire: TrueFire, grid: Grid, cells: NDArray[Any]) -> tuple[float, float]:
    """Where a fire of one cell smokes: at its ignition if that is the cell, else in the cell's middle. [m]"""
    row, column = np.divmod(int(cells[0]), grid.columns)
    start = grid.cell_at(*fire.ignition_xy_m)
    if (int(start[0]), int(start[1])) == (row, column):
        return fire.ignition_xy_m
    x_m, y_m = grid.centre_of(row, column)
    return float(x_m), float(y_m)

"""The ground a fire burns on and the weather it burns in; how it spreads in each cell.

Rates are along the ground: the ellipse lies in the plane of the slope, its head at the angle from upslope that the
law gives. Directions on the map are clockwise from north.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.fuelbed import FuelBed, fuel_bed
from firesim.fire.fuels import FuelCatalogue, standard_fuels
from firesim.fire.moisture import Moisture
from firesim.fire.surface import SurfaceSpread, flame_length_m, head_fire, surface_spread
from firesim.fire.tiles import Spread
from firesim.fire.wind import wind_20ft_m_s, wind_adjustment_factor

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Landscape:
    """Fuel, slope and canopy of each cell. Arrays [y, x]; read only once given.

    fuel_model: numbers of `fire/fuels.py`. slope_deg: 0 to below 90. aspect_deg: toward where the slope faces
    downhill, clockwise from north; any value where level. canopy_*: None where there are no trees; cover 0-1,
    heights in m. rows_per_step_north: -1 where row 0 is the north edge.
    """

    cell_size_m: float
    fuel_model: NDArray[np.integer]
    slope_deg: NDArray[np.floating]
    aspect_deg: NDArray[np.floating]
    canopy_cover: NDArray[np.floating] | None = None
    canopy_height_m: NDArray[np.floating] | None = None
    canopy_base_height_m: NDArray[np.floating] | None = None
    rows_per_step_north: int = -1
    fuels: FuelCatalogue | None = None

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.fuel_model.shape
        return rows, columns

    @cached_property
    def catalogue(self) -> FuelCatalogue:
        return self.fuels or standard_fuels()

    @cached_property
    def bed_of_cell(self) -> NDArray[np.int16]:
        """Row of the fuel catalogue of each cell."""
        return self.catalogue.row_of(self.fuel_model).astype(np.int16)

    @cached_property
    def is_burnable(self) -> NDArray[np.bool_]:
        return self.catalogue.is_burnable[self.bed_of_cell]

    @cached_property
    def is_level(self) -> bool:
        return not np.any(self.slope_deg)

    @cached_property
    def rise(self) -> tuple[Singles, Singles] | None:
        """Rise per metre along a step of one column and of one row; None where all is level."""
        if self.is_level:
            return None
        steepness = np.tan(np.radians(np.asarray(self.slope_deg, dtype=np.float64)))
        upslope = np.radians(np.asarray(self.aspect_deg, dtype=np.float64) + 180.0)
        rise_x = steepness * np.sin(upslope)
        rise_y = self.rows_per_step_north * steepness * np.cos(upslope)
        return rise_x.astype(np.float32), rise_y.astype(np.float32)

    @cached_property
    def adjustment_of_bed(self) -> Floats:
        """Midflame wind over 20-ft wind in the open, by row of the fuel catalogue."""
        return wind_adjustment_factor(0.0, 0.0, self.catalogue.depth_m)

    @cached_property
    def adjustment(self) -> Singles | None:
        """Midflame wind over 20-ft wind of each cell; None without canopy, where the fuel alone decides."""
        if self.canopy_cover is None or self.canopy_height_m is None:
            return None
        height = np.asarray(self.canopy_height_m, dtype=np.float64)
        ratio = None
        if self.canopy_base_height_m is not None:
            crown = np.clip(height - self.canopy_base_height_m, 0.0, None)
            ratio = np.divide(crown, height, out=np.zeros(self.shape), where=height > 0.0)
        depth = self.catalogue.depth_m[self.bed_of_cell]
        return wind_adjustment_factor(self.canopy_cover, height, depth, ratio).astype(np.float32)


@dataclass(frozen=True)
class FireWeather:
    """Wind and fuel moisture of the whole landscape at one time; moistures may be arrays [y, x]."""

    wind_speed_10m_m_s: float
    wind_from_deg: float
    moisture: Moisture


@dataclass(frozen=True)
class SpreadField:
    """The head of a fire in each cell. Arrays [y, x]; 0 where nothing spreads.

    head_rate_m_s along the ground; toward_deg on the map, clockwise from north; eccentricity in the plane of the
    ground; fireline_intensity_kw_m and flame_length_m of the head; heat_per_area_kj_m2 of the flaming front.
    """

    head_rate_m_s: Floats
    toward_deg: Floats
    eccentricity: Floats
    fireline_intensity_kw_m: Floats
    flame_length_m: Floats
    heat_per_area_kj_m2: Floats


@dataclass(frozen=True, eq=False)
class LandscapeSpread:
    """Spread of one weather over a landscape, worked out for any part of it when asked.

    rate_multiplier: factor of the rates, a number or an array [y, x]; intensity grows with it.
    """

    landscape: Landscape
    weather: FireWeather
    rate_multiplier: ArrayLike = 1.0
    wind_limit: str = "andrews2013"

    @cached_property
    def _beds(self) -> FuelBed:
        numbers = [model.number for model in self.landscape.catalogue.models]
        return fuel_bed(numbers, self.weather.moisture, self.landscape.catalogue)

    @cached_property
    def _wind_20ft_m_s(self) -> float:
        return float(wind_20ft_m_s(self.weather.wind_speed_10m_m_s))

    @cached_property
    def _of_bed(self) -> SurfaceSpread:
        """Heads over each fuel on level ground in the open: exact for all its cells."""
        wind = self._wind_20ft_m_s * self.landscape.adjustment_of_bed
        count = len(self.landscape.catalogue.models)
        return head_fire(self._beds, np.arange(count), wind, self.weather.wind_from_deg + 180.0, 0.0, self.wind_limit)

    def over(self, rows: slice, columns: slice) -> Spread:
        """The heads in a part of the grid."""
        land, here = self.landscape, (rows, columns)
        multiplier = self.rate_multiplier
        factor = np.asarray(multiplier if np.ndim(multiplier) == 0 else np.asarray(multiplier)[here])
        if land.is_level and land.adjustment is None and self.weather.moisture.is_uniform:
            heads, bed = self._of_bed, land.bed_of_cell[here]
            return Spread(
                heads.rate_of_spread_m_s[bed] * factor,
                heads.direction_from_upslope_deg[bed],
                heads.eccentricity[bed],
                heads.heat_per_unit_area_kj_m2[bed],
            )
        heads = self._heads(here)
        slope, aspect = np.asarray(land.slope_deg[here], np.float64), np.asarray(land.aspect_deg[here], np.float64)
        from_upslope = np.radians(heads.direction_from_upslope_deg)
        # The head's direction is an angle in the plane of the slope; seen from above, the way up is foreshortened.
        on_map = np.degrees(np.arctan2(np.sin(from_upslope), np.cos(from_upslope) * np.cos(np.radians(slope))))
        toward = (aspect + 180.0 + on_map) % 360.0
        return Spread(heads.rate_of_spread_m_s * factor, toward, heads.eccentricity, heads.heat_per_unit_area_kj_m2)

    def _heads(self, here: tuple[slice, slice]) -> SurfaceSpread:
        land, moisture = self.landscape, self.weather.moisture
        bed = land.bed_of_cell[here]
        adjustment = land.adjustment_of_bed[bed] if land.adjustment is None else land.adjustment[here]
        wind = self._wind_20ft_m_s * adjustment.astype(np.float64)
        # Upslope is aspect + 180, and the wind blows toward its "from" + 180.
        toward = self.weather.wind_from_deg - np.asarray(land.aspect_deg[here], np.float64)
        if moisture.is_uniform:
            return head_fire(self._beds, bed, wind, toward, land.slope_deg[here], self.wind_limit)
        wet = [value if np.ndim(value) == 0 else np.asarray(value)[here] for value in moisture.as_tuple()]
        return surface_spread(
            land.fuel_model[here],
            Moisture(*wet),
            wind,
            toward,
            land.slope_deg[here],
            self.wind_limit,
            fuels=land.catalogue,
        )


def spread_field(landscape: Landscape, weather: FireWeather, rate_multiplier: ArrayLike = 1.0) -> SpreadField:
    """Rate, direction, shape and heat of a fire's head in every cell. [y, x]

    Laws are worked out once for each fuel where that is exact (level ground in the open), else once a cell.
    """
    spread = LandscapeSpread(landscape, weather, rate_multiplier).over(slice(None), slice(None))
    rate, toward, eccentricity, heat = (
        np.asarray(part, dtype=np.float64)
        for part in (spread.head_rate_m_s, spread.toward_deg, spread.eccentricity, spread.heat_per_area_kj_m2)
    )
    intensity = rate * heat
    return SpreadField(rate, toward, eccentricity, intensity, flame_length_m(intensity), heat)

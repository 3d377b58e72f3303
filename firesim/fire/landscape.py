"""The ground a fire burns on and the weather it burns in; how it spreads in each cell.

Rates are along the ground: the ellipse lies in the plane of the slope, its head at the angle from upslope that the
law gives. Directions on the map are clockwise from north.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire import ellipse
from firesim.fire.crown import (
    FIRE_TYPES,
    Canopy,
    CrownFire,
    SurfaceHead,
    closed_canopy_acceleration_per_min,
    crown_fire,
)
from firesim.fire.fuelbed import FuelBed, fuel_bed
from firesim.fire.fuels import FuelCatalogue, standard_fuels
from firesim.fire.moisture import Moisture
from firesim.fire.surface import LEAST_LIMITING_WIND_M_S, SurfaceSpread, flame_length_m, head_fire, surface_spread
from firesim.fire.tiles import Spread, SpreadOfKinds, SpreadSource, steps_toward
from firesim.fire.wind import wind_20ft_m_s, wind_adjustment_factor

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

STRIP_ROWS = 256  # what is worked out in double precision is, strip by strip, so that scratch arrays stay small

TORCHING, CROWNING = FIRE_TYPES.index("torching"), FIRE_TYPES.index("crowning")


def strips(rows: int) -> Iterator[slice]:
    """The rows of a grid in strips."""
    for top in range(0, rows, STRIP_ROWS):
        yield slice(top, min(top + STRIP_ROWS, rows))


@dataclass(frozen=True, eq=False)
class Landscape:
    """Fuel, slope and canopy of each cell. Arrays [y, x]; read only once given.

    fuel_model: numbers of `fire/fuels.py`. slope_deg: 0 to below 90. aspect_deg: toward where the slope faces
    downhill, clockwise from north; any value where level. canopy_*: None where there are no trees; cover 0-1,
    heights in m, bulk density in kg/m3. rows_per_step_north: -1 where row 0 is the north edge.
    crown_model: a name of `fire/crown.py` ("cruz2005", "rothermel1991") or None: crowns do not burn.
    wind_limit: a name of `fire/surface.py`, WIND_LIMITS.
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
    canopy_bulk_density_kg_m3: NDArray[np.floating] | None = None
    foliar_moisture: float = 1.0  # [kg/kg]
    crown_model: str | None = None
    wind_limit: str = "andrews2013"

    def __post_init__(self) -> None:
        if self.crown_model is None:
            return
        canopy = (self.canopy_height_m, self.canopy_base_height_m, self.canopy_bulk_density_kg_m3)
        if self.canopy_cover is None or any(layer is None for layer in canopy):
            raise ValueError("crown fire needs the canopy's cover, height, base height and bulk density")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.fuel_model.shape
        return rows, columns

    @cached_property
    def catalogue(self) -> FuelCatalogue:
        """The fuel models that its numbers mean."""
        return self.fuels or standard_fuels()

    @cached_property
    def bed_of_cell(self) -> NDArray[np.int16]:
        """Row of the fuel catalogue of each cell; one number seen from everywhere where one fuel was broadcast."""
        if not self._is_one_fuel:
            beds = np.empty(self.shape, np.int16)
            for rows in strips(self.shape[0]):
                beds[rows] = self.catalogue.row_of(self.fuel_model[rows])
            return beds
        return np.broadcast_to(self.catalogue.row_of(self.fuel_model[0, 0]).astype(np.int16), self.shape)

    @property
    def _is_one_fuel(self) -> bool:
        return self.fuel_model.size > 0 and not any(self.fuel_model.strides)

    @cached_property
    def is_burnable(self) -> NDArray[np.bool_]:
        if not self._is_one_fuel:
            return self.catalogue.is_burnable[self.bed_of_cell]
        return np.broadcast_to(self.catalogue.is_burnable[self.bed_of_cell[0, 0]], self.shape)

    @cached_property
    def is_level(self) -> bool:
        """Whether no cell has a slope."""
        return not np.any(self.slope_deg)

    def rise(self, rows: slice, columns: slice) -> tuple[Singles, Singles]:
        """Rise per metre along a step of one column and of one row, in a part of the grid; kept for the next fire."""
        part = (rows.start, rows.stop, columns.start, columns.stop)
        if part not in self._rises:
            steepness = np.tan(np.radians(np.asarray(self.slope_deg[rows, columns], dtype=np.float64)))
            upslope = np.radians(np.asarray(self.aspect_deg[rows, columns], dtype=np.float64) + 180.0)
            along_columns = steepness * np.sin(upslope)
            along_rows = self.rows_per_step_north * steepness * np.cos(upslope)
            self._rises[part] = (along_columns.astype(np.float32), along_rows.astype(np.float32))
        return self._rises[part]

    @cached_property
    def _rises(self) -> dict[tuple[int | None, ...], tuple[Singles, Singles]]:
        return {}

    @cached_property
    def adjustment_of_bed(self) -> Floats:
        """Midflame wind over 20-ft wind in the open, by row of the fuel catalogue."""
        return wind_adjustment_factor(0.0, 0.0, self.catalogue.depth_m)

    @property
    def has_canopy(self) -> bool:
        """Whether trees may shelter the flames; without any the fuel alone decides how much wind they feel."""
        return self.canopy_cover is not None and self.canopy_height_m is not None

    def adjustment(self, rows: slice, columns: slice) -> Singles:
        """Midflame wind over 20-ft wind, in a part of the grid that has canopy; kept for the next weather."""
        part = (rows.start, rows.stop, columns.start, columns.stop)
        if part not in self._adjustments:
            assert self.canopy_cover is not None
            assert self.canopy_height_m is not None
            here = (rows, columns)
            height, ratio = np.asarray(self.canopy_height_m[here], dtype=np.float64), None
            if self.canopy_base_height_m is not None:
                crown = np.clip(height - self.canopy_base_height_m[here], 0.0, None)
                ratio = np.divide(crown, height, out=np.zeros(height.shape), where=height > 0.0)
            depth = self.catalogue.depth_m[self.bed_of_cell[here]]
            factor = wind_adjustment_factor(self.canopy_cover[here], height, depth, ratio)
            self._adjustments[part] = factor.astype(np.float32)
        return self._adjustments[part]

    @cached_property
    def _adjustments(self) -> dict[tuple[int | None, ...], Singles]:
        return {}


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
    is_kept: remember every part, at 48 bytes a cell, for several fires under one weather. They get the same arrays
    and may not alter them.
    """

    landscape: Landscape
    weather: FireWeather
    rate_multiplier: ArrayLike = 1.0
    is_kept: bool = False

    def is_as(self, other: LandscapeSpread) -> bool:
        """Whether the other is surely the same spread; arrays are the same only where they are one."""
        return self.landscape is other.landscape and all(map(_are_one, self._told, other._told))

    @property
    def _told(self) -> tuple[ArrayLike, ...]:
        weather = self.weather
        wind = (weather.wind_speed_10m_m_s, weather.wind_from_deg)
        return (*wind, *weather.moisture.as_tuple(), self.rate_multiplier)

    @cached_property
    def _beds(self) -> FuelBed:
        one_set = Moisture(*(float(np.asarray(value).item()) for value in self.weather.moisture.as_tuple()))
        return _beds_of_all(self.landscape.catalogue, one_set)

    @cached_property
    def _wind_20ft_m_s(self) -> float:
        return float(wind_20ft_m_s(self.weather.wind_speed_10m_m_s))

    @cached_property
    def _is_of_bed(self) -> bool:
        """Whether the fuel alone decides."""
        land = self.landscape
        return land.is_level and not land.has_canopy and self.weather.moisture.is_uniform

    @cached_property
    def _of_bed(self) -> SurfaceSpread:
        """Heads over each fuel on level ground in the open: exact for all its cells."""
        wind = self._wind_20ft_m_s * self.landscape.adjustment_of_bed
        count, limit = len(self.landscape.catalogue.models), self.landscape.wind_limit
        return head_fire(self._beds, np.arange(count), wind, self.weather.wind_from_deg + 180.0, 0.0, limit)

    @cached_property
    def _known(self) -> dict[tuple[int | None, ...], Spread]:
        return {}

    def prepare(self) -> None:
        """Work out now what is the same for all cells of one fuel, if the fuel alone decides."""
        if self._is_of_bed:
            self._of_bed  # noqa: B018  (kept once asked for)

    @property
    def source(self) -> SpreadOfKinds | SpreadSource:
        """As a front takes it: by fuel where that alone decides, else part by part."""
        if not self._is_of_bed or np.ndim(self.rate_multiplier) > 0:
            return self.over
        heads, factor = self._of_bed, np.float64(self.rate_multiplier)  # type: ignore[arg-type]
        by_bed = Spread(
            heads.rate_of_spread_m_s * factor,
            heads.direction_from_upslope_deg,
            heads.eccentricity,
            heads.heat_per_unit_area_kj_m2,
        )
        bed = self.landscape.bed_of_cell
        return SpreadOfKinds(bed if any(bed.strides) else bed[:1, :1].copy(), by_bed)

    def over(self, rows: slice, columns: slice) -> Spread:
        """The heads in a part of the grid; numbers where one fuel alone decides."""
        if not self.is_kept:
            return self._worked_out(rows, columns)
        part = (rows.start, rows.stop, columns.start, columns.stop)
        if part not in self._known:
            spread, north = self._worked_out(rows, columns), self.landscape.rows_per_step_north
            toward_deg = np.ascontiguousarray(spread.toward_deg, dtype=np.float64)
            step = steps_toward(toward_deg, north) if toward_deg.ndim == 2 else None
            self._known[part] = replace(spread, step=step)
        return self._known[part]

    def _worked_out(self, rows: slice, columns: slice) -> Spread:
        land, here = self.landscape, (rows, columns)
        multiplier = self.rate_multiplier
        factor = np.asarray(multiplier if np.ndim(multiplier) == 0 else np.asarray(multiplier)[here])
        if self._is_of_bed:
            heads, bed = self._of_bed, land.bed_of_cell[here]
            if bed.size and bed.min() == bed.max():
                bed = bed[0, 0]
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
        if land.crown_model is None:
            return Spread(heads.rate_of_spread_m_s * factor, toward, heads.eccentricity, heads.heat_per_unit_area_kj_m2)
        fire = self._crowns(here, heads)
        rate = fire.rate_of_spread_m_s
        # A crown fire is as narrow as its own law says; crowns that only torch leave the surface fire its shape.
        ratio = np.minimum(fire.length_to_width, ellipse.MOST_LENGTH_TO_WIDTH)
        eccentricity = np.where(fire.fire_type == CROWNING, ellipse.eccentricity(ratio), heads.eccentricity)
        heat = np.divide(fire.fireline_intensity_kw_m, rate, out=np.zeros_like(rate), where=rate > 0.0)
        return Spread(rate * factor, toward, eccentricity, heat)

    def is_wind_limited(self, rows: slice, columns: slice) -> NDArray[np.bool_]:
        """Where the surface head would outrun its effective wind and is held at it, in a part of the grid."""
        heads = self._heads((rows, columns))
        most = np.maximum(heads.effective_wind_m_s, LEAST_LIMITING_WIND_M_S)
        return np.asarray((self.landscape.wind_limit == "andrews2013") & (heads.rate_of_spread_m_s >= most))

    def burns_crowns(self, rows: slice, columns: slice) -> NDArray[np.bool_]:
        """Where a head fire under this weather torches or crowns, in a part of the grid."""
        here = (rows, columns)
        if self.landscape.crown_model is None:
            return np.zeros(self.landscape.fuel_model[here].shape, np.bool_)
        return self._crowns(here, self._heads(here)).fire_type >= TORCHING

    def acceleration_per_min(self, row: int, column: int, open_per_min: float) -> float:
        """How fast a fire lit in this cell builds up: as in the open, slower where a part of the crowns burns. [1/min]

        open_per_min is that of open fuels; the canopy takes the same share of it as of the published 0.115.
        """
        if self.landscape.crown_model is None:
            return open_per_min
        here = (slice(row, row + 1), slice(column, column + 1))
        burned = self._crowns(here, self._heads(here)).crown_fraction_burned.item()
        return open_per_min * float(
            closed_canopy_acceleration_per_min(burned) / closed_canopy_acceleration_per_min(0.0)
        )

    def _crowns(self, here: tuple[slice, slice], heads: SurfaceSpread) -> CrownFire:
        """What burns once the crowns above these surface heads are looked at. The head keeps its direction."""
        land = self.landscape
        assert land.crown_model is not None
        layers = (land.canopy_cover, land.canopy_height_m, land.canopy_base_height_m, land.canopy_bulk_density_kg_m3)
        cover, height, base, density = (np.asarray(layer)[here] for layer in layers)
        canopy = Canopy(cover, height, base, density, land.foliar_moisture)
        surface = SurfaceHead(heads.rate_of_spread_m_s, heads.fireline_intensity_kw_m, heads.heat_per_unit_area_kj_m2)
        return crown_fire(surface, canopy, self._moisture(here), self._wind_20ft_m_s, land.crown_model)

    def _moisture(self, here: tuple[slice, slice]) -> Moisture:
        values = self.weather.moisture.as_tuple()
        return Moisture(*(value if np.ndim(value) == 0 else np.asarray(value)[here] for value in values))

    def _heads(self, here: tuple[slice, slice]) -> SurfaceSpread:
        land, moisture = self.landscape, self.weather.moisture
        bed = land.bed_of_cell[here]
        adjustment = land.adjustment(*here) if land.has_canopy else land.adjustment_of_bed[bed]
        wind = self._wind_20ft_m_s * adjustment.astype(np.float64)
        # Upslope is aspect + 180, and the wind blows toward its "from" + 180.
        toward = self.weather.wind_from_deg - np.asarray(land.aspect_deg[here], np.float64)
        if moisture.is_uniform:
            return head_fire(self._beds, bed, wind, toward, land.slope_deg[here], land.wind_limit)
        return surface_spread(
            land.fuel_model[here],
            self._moisture(here),
            wind,
            toward,
            land.slope_deg[here],
            land.wind_limit,
            fuels=land.catalogue,
        )


@lru_cache(maxsize=8)
def _beds_of_all(catalogue: FuelCatalogue, moisture: Moisture) -> FuelBed:
    """Beds of every fuel model under one set of moistures: the wind turns more often than the fuel dries."""
    return fuel_bed([model.number for model in catalogue.models], moisture, catalogue)


def _are_one(one: ArrayLike, other: ArrayLike) -> bool:
    """Whether two values are one array, or equal numbers."""
    return one is other or (np.ndim(one) == np.ndim(other) == 0 and bool(one == other))


def spread_field(landscape: Landscape, weather: FireWeather, rate_multiplier: ArrayLike = 1.0) -> SpreadField:
    """Rate, direction, shape and heat of a fire's head in every cell. [y, x]

    Laws are worked out once for each fuel where that is exact (level ground in the open), else once a cell.
    """
    spread = LandscapeSpread(landscape, weather, rate_multiplier).over(slice(None), slice(None))
    rate, toward, eccentricity, heat = (
        np.array(np.broadcast_to(part, landscape.shape), dtype=np.float64)
        for part in (spread.head_rate_m_s, spread.toward_deg, spread.eccentricity, spread.heat_per_area_kj_m2)
    )
    intensity = rate * heat
    return SpreadField(rate, toward, eccentricity, intensity, flame_length_m(intensity), heat)

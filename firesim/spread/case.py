"""What a researcher may write in a case of fire alone: the fields of `CASE.yaml`. Paths are relative to the file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from firesim.fire.acceleration import OPEN_FUEL_PER_MIN
from firesim.fire.containment import EVAPORATION_MM_H
from firesim.parameters import Compass, Fraction, NotNegative, Parameters, Positive, ZonedMoment
from firesim.place.fuel_codes import NewFuels

Count = Annotated[int, Field(ge=1)]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]
Latitude = Annotated[float, Field(ge=-90.0, le=90.0)]
Metres = Annotated[float, Field(ge=-1e9, le=1e9)]
XY = tuple[Metres, Metres]
Layer = float | str  # a number for the whole grid, or a raster
LiveMoisture = Annotated[float, Field(ge=0.0, le=3.0)]  # leaves in spring; more is a percentage

MOISTURES = ("moisture_1h", "moisture_10h", "moisture_100h", "moisture_live_herb", "moisture_live_woody")
DEAD, LIVE = MOISTURES[:3], MOISTURES[3:]

# Live moistures of weather that tells only the air: Scott & Burgan's 2005 (RMRS-GTR-153) L2, herbs two thirds cured.
LIVE_HERB, LIVE_WOODY = 0.60, 0.90

LONGEST_H = 2000.0  # twelve weeks: beyond, a slip of unit (seconds) is likelier than a fire. Judgement


class LandscapeFields(Parameters):
    """The ground: each layer a number or a raster (GeoTIFF or ESRI ASCII), on one grid."""

    size: tuple[Count, Count] | None = Field(default=None, description="[rows, columns]; from the rasters if any")
    cell_size_m: Positive | None = Field(default=None, description="side of a cell [m]; from the rasters if any")
    fuel_model: int | str = Field(description="a fuel model's code (SH5) or number (145), or a raster of numbers")
    fuel_models: NewFuels = Field(default_factory=dict, description="the case's own fuel models, by their codes")
    elevation_m: Layer = Field(default=0.0, description="height of the ground, a number or a raster [m]")
    canopy_cover: Layer | None = Field(default=None, description="share of the ground under crowns [0-1]")
    canopy_height_m: Layer | None = Field(default=None, description="top of the canopy above ground [m]")
    canopy_base_height_m: Layer | None = Field(default=None, description="base of the crowns above ground [m]")
    canopy_bulk_density_kg_m3: Layer | None = Field(default=None, description="canopy fuel per volume [kg/m3]")
    foliar_moisture: LiveMoisture = Field(default=1.0, description="of the needles that a crown fire takes [kg/kg]")

    @model_validator(mode="after")
    def _trees_have_cover_and_height(self) -> LandscapeFields:
        canopy = (self.canopy_cover, self.canopy_height_m, self.canopy_base_height_m, self.canopy_bulk_density_kg_m3)
        if any(layer is not None for layer in canopy) and (self.canopy_cover is None or self.canopy_height_m is None):
            raise ValueError("a canopy needs canopy_cover and canopy_height_m: both shelter from the wind")
        return self


class WeatherFields(Parameters):
    """A row of weather, which holds until the next: five moistures, or temperature and humidity of the air."""

    at_min: NotNegative = Field(description="from when on, after the case's start [min]; the first row's is 0")
    wind_speed_10m_m_s: float = Field(ge=0.0, le=75.0, description="10 m above open ground [m/s]")
    wind_from_deg: Compass = Field(description="where the wind comes from, clockwise from north, 0 to below 360")
    moisture_1h: Fraction | None = None
    moisture_10h: Fraction | None = None
    moisture_100h: Fraction | None = None
    moisture_live_herb: LiveMoisture | None = None
    moisture_live_woody: LiveMoisture | None = None
    temperature_c: float | None = Field(default=None, ge=-40.0, le=60.0, description="of the air [degrees C]")
    relative_humidity_pct: float | None = Field(
        default=None, ge=1.0, le=100.0, description="of the air [%], not a fraction"
    )

    @model_validator(mode="after")
    def _says_how_wet_the_fuel_is(self) -> WeatherFields:
        air = (self.temperature_c, self.relative_humidity_pct)
        dead = [name for name in DEAD if getattr(self, name) is not None]
        if any(value is not None for value in air):
            if dead:
                raise ValueError(f"gives {dead[0]} and the air's state too: one of them would go unused")
            if None in air:
                raise ValueError("needs temperature_c and relative_humidity_pct together")
            return self
        missing = [name for name in MOISTURES if getattr(self, name) is None]
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}; all five, or temperature_c and relative_humidity_pct")
        return self

    @property
    def tells_the_air(self) -> bool:
        """Whether moisture is to be worked out from temperature and humidity."""
        return self.temperature_c is not None


class IgnitionFields(Parameters):
    """Where and when fire starts, once: a cell, a point, or the points, lines and polygons of a GeoJSON file."""

    cell: tuple[int, int] | None = Field(default=None, description="[row, column], row 0 the north edge")
    lon_lat: tuple[Longitude, Latitude] | None = Field(default=None, description="[longitude, latitude], WGS84")
    xy_m: XY | None = Field(default=None, description="[x, y] of the map; of a plain, from its lower-left corner [m]")
    geojson: str | None = Field(default=None, description="a GeoJSON file of points, lines or polygons")
    at_min: NotNegative = Field(default=0.0, description="after the case's start [min]")

    @model_validator(mode="after")
    def _one_place(self) -> IgnitionFields:
        if sum(place is not None for place in (self.cell, self.lon_lat, self.xy_m, self.geojson)) != 1:
            raise ValueError("name the place once, as cell, lon_lat, xy_m or geojson")
        return self


class BarrierFields(Parameters):
    """A line that fire does not cross from a time on: a fireline, a road, thinner than a cell."""

    xy_m: tuple[XY, ...] = Field(min_length=2, description="the line's points [m of the map]")
    at_min: NotNegative = Field(default=0.0, description="from when on [min]")


class DropFields(Parameters):
    """Water on an area at a time; it slows the fire, and dries."""

    polygon_xy_m: tuple[XY, ...] = Field(min_length=3, description="the area's outline [m of the map]")
    litres_m2: Positive = Field(description="water on the fuel [litres/m2]")
    at_min: NotNegative = Field(default=0.0, description="when it falls [min]")
    evaporation_mm_h: NotNegative = Field(
        default=EVAPORATION_MM_H, description="how fast it dries [mm/h]; 0 for a retardant that stays"
    )


class SpreadCase(Parameters):
    """Everything a case may say."""

    described_in: ClassVar[str] = "docs/spread.md"

    landscape: LandscapeFields
    weather: tuple[WeatherFields, ...] = Field(description="rows in time; the last holds to the end")
    ignition: IgnitionFields
    duration_h: Positive = Field(le=LONGEST_H, description="from the case's start to the end [h]")
    start: ZonedMoment | None = Field(default=None, description="date, time and zone: 2025-08-06T12:00+03:00")
    acceleration: bool = Field(default=True, description="on: a fire from a point speeds up as it grows; off")
    acceleration_per_min: Positive = Field(
        default=OPEN_FUEL_PER_MIN, description="how fast it builds up, Canadian FBP system, open fuels [1/min]"
    )
    wind_limit: Literal["andrews2013", "rothermel", "none"] = Field(
        default="andrews2013", description="how far wind can drive the fire, as fire.wind_limit of a scenario"
    )
    barriers: str | tuple[BarrierFields | str, ...] = Field(default=(), description="lines, or GeoJSON files of lines")
    drops: str | tuple[DropFields | str, ...] = Field(default=(), description="drops, or GeoJSON files of polygons")
    crown: bool = Field(default=False, description="on: crowns burn where the canopy lets them; off")
    solver: Literal["exact", "fast"] = Field(default="exact", description="fast: a quarter quicker, its errors printed")

    @field_validator("weather")
    @classmethod
    def _has_rows(cls, rows: tuple[WeatherFields, ...]) -> tuple[WeatherFields, ...]:
        # Not a min_length: pydantic would call a tuple whose only row is wrong too short besides.
        if not rows:
            raise ValueError("must hold at least 1 row")
        return rows

    @property
    def duration_s(self) -> float:
        """How long the fire burns at most. [s]"""
        return self.duration_h * 3600.0

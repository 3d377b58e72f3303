"""One place from its files, or everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from firesim.inputs.problems import Problems
from firesim.parameters import NotNegative, Parameters, Positive
from firesim.place.fuel_codes import NewFuels, OwnFuel
from firesim.place.geojson import read_features
from firesim.place.grid import Grid
from firesim.place.landcover import (
    Crosswalk,
    LandCover,
    landcover_from_polygons,
    landcover_from_raster,
    read_fuels,
    rings_on_map,
)
from firesim.place.landings import Landing, read_landings
from firesim.place.rasters import is_raster
from firesim.place.refuges import RefugeParameters, SeparationLaw, find_refuges
from firesim.place.road_files import RoadParameters, read_roads
from firesim.place.roads import Roads
from firesim.place.sea import SECTORS, SeaChart
from firesim.place.settlement import NamedPlace, Refuge, Settlement
from firesim.place.settlement_files import read_facilities, read_names, read_people, read_refuges, read_zones
from firesim.place.terrain import Terrain, read_spot_heights, terrain_from_raster, terrain_from_spot_heights
from firesim.place.zoning import zones_of

if TYPE_CHECKING:
    from shapely import Polygon

LEAST_HEIGHTS = 4  # fewer points, with the coast, leave no surface to speak of


class PlaceParameters(Parameters):
    """Which files make up the place. Paths are relative to the scenario file."""

    crs: str | None = Field(default=None, description="projected map such as EPSG:2100; none: files are in metres")
    cell_size_m: Positive = Field(default=30.0, description="side of a cell [m]")
    extent: tuple[float, float, float, float] = Field(description="west, south, east, north in metres of the map")
    coastline: str | None = Field(default=None, description="GeoJSON polygons of the land; none: all is land")
    elevation: str = Field(description="spot heights (.csv: lon, lat, elevation_m) or a raster (.tif, .asc)")
    landcover: str = Field(description="GeoJSON polygons with the property clc, or a raster of CORINE codes")
    landcover_fuels: str = Field(description="table from CORINE code to fuel, canopy and buildings")
    fuel_crosswalk: Crosswalk = Field(default="default", description="which fuel column of that table holds")
    fuel_models: NewFuels = Field(default_factory=dict, description="the scenario's own fuel models, by their codes")
    roads_nodes: str = Field(description="GeoJSON points, where stretches of road meet")
    roads_edges: str = Field(description="GeoJSON lines, stretches of road")
    road_rules: RoadParameters = Field(default_factory=RoadParameters, description="what a lane carries, by class")
    people: str = Field(description="table of people by zone and hour")
    zones: str = Field(description="table of zones: node, access, what they are made of")
    refuges: str | None = Field(default=None, description="table that names and places refuges; none: all computed")
    refuge_rules: RefugeParameters = Field(default_factory=RefugeParameters, description="what makes ground a refuge")
    facilities: str = Field(description="table of stations, ports, masts")
    beaches: str | None = Field(default=None, description="table of beaches: name, lon, lat")
    settlements: str | None = Field(default=None, description="table of settlements, for names on maps")
    bus_stops: str | None = Field(default=None, description="table of bus stops, for names on maps")
    landings: str | None = Field(default=None, description="table of jetties and beaches at which boats land")
    sea_beyond_km: tuple[NotNegative, ...] = Field(
        default=(100.0,) * SECTORS, min_length=SECTORS, max_length=SECTORS,
        description="open water beyond the map to the north, north-east, ..., north-west: what waves come over [km]",
    )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """The map that everyone could know.

    `coast` is the land as shapely polygons in metres of the map (empty: all is land); `sources` names the
    file behind each field, as an absolute path; `own_fuels` are the scenario's own fuel models by their codes.
    `landings` are those of the table, `chart` the sea for boats; none without a table.
    """

    grid: Grid
    terrain: Terrain
    landcover: LandCover
    roads: Roads
    settlement: Settlement
    coast: list[Polygon]
    sources: dict[str, str]
    own_fuels: Mapping[str, OwnFuel] = field(default_factory=dict)
    landings: Sequence[Landing] = ()
    chart: SeaChart | None = None

    def parts(self) -> PlaceParts:
        """The place as its parts, none of them missing."""
        return PlaceParts(**{part.name: getattr(self, part.name) for part in fields(self)})


@dataclass(frozen=True)
class PlaceParts:
    """What could be read of a place, None where something is wrong: enough to check what stands on it."""

    grid: Grid | None = None
    terrain: Terrain | None = None
    landcover: LandCover | None = None
    roads: Roads | None = None
    settlement: Settlement | None = None
    coast: Sequence[Polygon] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    own_fuels: Mapping[str, OwnFuel] = field(default_factory=dict)
    landings: Sequence[Landing] = ()
    chart: SeaChart | None = None

    def whole(self) -> Place:
        """The place; to be asked for only when nothing was found wrong."""
        grid, terrain, landcover, roads = self.grid, self.terrain, self.landcover, self.roads
        if grid is None or terrain is None or landcover is None or roads is None or self.settlement is None:
            raise AssertionError("a part of the place is missing although nothing was found wrong")
        return Place(
            grid, terrain, landcover, roads, self.settlement, list(self.coast), dict(self.sources), self.own_fuels,
            self.landings, self.chart,
        )  # fmt: skip


def load_place(parameters: PlaceParameters, folder: Path, law: SeparationLaw | None = None) -> Place:
    """Read a place from its files.

    Parameters
    ----------
    parameters : PlaceParameters
        Which files, on which grid.
    folder : Path
        What the paths are relative to: the folder of the scenario file.
    law : SeparationLaw, optional
        How far from fuel a refuge has to lie; without it refuges are what their table names.

    Raises
    ------
    BadInput
        All that is wrong in all files, each with file, line, value and remedy.
    """
    problems = Problems("place")
    parts = read_place(parameters, folder, problems, law)
    problems.raise_if_any()
    return parts.whole()


def read_place(
    parameters: PlaceParameters, folder: Path, problems: Problems, law: SeparationLaw | None = None
) -> PlaceParts:
    """Read what can be read of a place; all that is wrong is noted. `law` as for `load_place`."""
    grid = grid_of(parameters, problems)
    if len(problems):
        return PlaceParts()  # nothing can be placed without a grid
    sources = {
        name: str((folder / value).resolve()) for name, value in parameters if name in FILE_FIELDS and value is not None
    }
    paths = {name: folder / getattr(parameters, name) for name in sources}
    coast = _read_coast(paths.get("coastline"), grid, problems)
    landcover = _read_landcover(parameters, paths, grid, coast, problems)
    terrain = _read_terrain(paths["elevation"], grid, coast, landcover, problems)
    roads = read_roads(paths["roads_nodes"], paths["roads_edges"], grid, parameters.road_rules, problems)
    names = _read_names(paths, grid, problems)
    every = [place for group in names.values() for place in group]
    map_ = PlaceParts(grid, terrain, landcover, roads, None, coast)
    refuges = _read_refuges(parameters, paths.get("refuges"), map_, every, problems, law)
    settlement = _read_settlement(paths, grid, terrain, landcover, roads, refuges, names, problems)
    chart = None
    if "landings" in paths and landcover is not None:
        chart = SeaChart(~landcover.is_land, grid, tuple(1000.0 * km for km in parameters.sea_beyond_km))
    landings = _read_landings(paths, grid, roads, settlement, chart, problems)
    return PlaceParts(
        grid, terrain, landcover, roads, settlement, coast, sources, parameters.fuel_models, landings, chart
    )


# The fields of `PlaceParameters` that name files.
FILE_FIELDS = (
    "coastline", "elevation", "landcover", "landcover_fuels", "roads_nodes", "roads_edges", "people", "zones",
    "refuges", "facilities", "beaches", "settlements", "bus_stops", "landings",
)  # fmt: skip


def grid_of(parameters: PlaceParameters, problems: Problems) -> Grid:
    """The grid that an extent and a cell size make; problems noted when they do not fit."""
    west, south, east, north = parameters.extent
    size_m = parameters.cell_size_m
    columns, rows = (east - west) / size_m, (north - south) / size_m
    if columns < 1.0 or rows < 1.0:
        message = "East must lie east of west, and north of south, by at least a cell."
        problems.add("extent", list(parameters.extent), message, "The order is west, south, east, north in metres.")
    elif abs(columns - round(columns)) > 1e-6 or abs(rows - round(rows)) > 1e-6:
        fitting = [west, south, west + round(columns) * size_m, south + round(rows) * size_m]
        message = f"The extent must be a whole number of cells of {size_m:g} m."
        problems.add("extent", list(parameters.extent), message, f"The nearest that fits is {fitting}.")
    _check_crs(parameters.crs, problems)
    return Grid(max(round(rows), 1), max(round(columns), 1), size_m, west, south, parameters.crs)


def _check_crs(crs: str | None, problems: Problems) -> None:
    if crs is None:
        return
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        problems.add("crs", crs, "There is no such coordinate reference system.", "Use a code such as EPSG:2100.")
        return
    if not known.is_projected or any(axis.unit_name != "metre" for axis in known.axis_info):
        message = f"{known.name} is not a projected map in metres."
        problems.add("crs", crs, message, "Use the national grid, or the UTM zone (EPSG:326NN north, 327NN south).")


def _read_coast(path: Path | None, grid: Grid, problems: Problems) -> list[Polygon]:
    from shapely import Polygon, box
    from shapely.validation import explain_validity

    if path is None:
        return [box(*grid.bounds_m)]
    coast = []
    for feature in read_features("coastline", path, ("Polygon", "MultiPolygon"), problems):
        for shape in [feature.coordinates] if feature.kind == "Polygon" else feature.coordinates:
            rings = rings_on_map([shape], grid)
            polygon = Polygon(rings[0], rings[1:])
            if not polygon.is_valid:
                where, why = f"coastline.features[{feature.number}]", explain_validity(polygon)
                problems.add(where, why, "The polygon crosses itself.", "Redraw it.", str(path))
            coast.append(polygon)
    return coast


def _read_landcover(
    parameters: PlaceParameters, paths: dict[str, Path], grid: Grid, coast: list[Polygon], problems: Problems
) -> LandCover | None:
    fuels = read_fuels(paths["landcover_fuels"], parameters.fuel_crosswalk, problems, own=parameters.fuel_models)
    if fuels is None:
        return None
    if is_raster(parameters.landcover):
        landcover = landcover_from_raster(grid, paths["landcover"], fuels, problems)
    elif not coast:
        return None  # already noted: there is no land to cover
    else:
        landcover = landcover_from_polygons(grid, coast, paths["landcover"], fuels, problems)
    if landcover is not None and not landcover.is_dry.any():
        message = "No cell of the grid is dry land."
        problems.add("landcover", parameters.landcover, message, "Check place.extent and place.crs against the files.")
        return None
    return landcover


def _read_terrain(
    path: Path, grid: Grid, coast: list[Polygon], landcover: LandCover | None, problems: Problems
) -> Terrain | None:
    is_land = np.zeros(grid.shape, dtype=bool) if landcover is None else landcover.is_land
    if is_raster(path.name):
        return terrain_from_raster(grid, path, is_land, problems)
    before = len(problems)
    spots = read_spot_heights(path, grid, problems)
    if spots is None or len(problems) > before or landcover is None:
        return None
    if len(spots) < LEAST_HEIGHTS:
        message = f"A surface needs at least {LEAST_HEIGHTS} spot heights."
        problems.add("elevation", len(spots), message, "Add spot heights, or give a raster.", str(path))
        return None
    return terrain_from_spot_heights(grid, coast, spots, is_land)


def _read_landings(
    paths: dict[str, Path], grid: Grid, roads: Roads | None, settlement: Settlement | None, chart: SeaChart | None,
    problems: Problems,
) -> list[Landing]:  # fmt: skip
    if "landings" not in paths:
        return []
    zones, refuges = (None, []) if settlement is None else (settlement.zones, settlement.refuges)
    return read_landings(paths["landings"], grid, roads, zones, refuges, chart, problems)


def _read_names(paths: dict[str, Path], grid: Grid, problems: Problems) -> dict[str, list[NamedPlace]]:
    """Named places by their kind."""
    return {
        kind: read_names(paths[field], grid, kind, field, problems)
        for field, kind in (("settlements", "settlement"), ("bus_stops", "bus_stop"), ("beaches", "beach"))
        if field in paths
    }


def _read_refuges(
    parameters: PlaceParameters, path: Path | None, map_: PlaceParts, names: Sequence[NamedPlace], problems: Problems,
    law: SeparationLaw | None,
) -> list[Refuge]:  # fmt: skip
    """The refuges by the place's rule: worked out from the map, or as their table names them."""
    rules, grid, roads = parameters.refuge_rules, map_.grid, map_.roads
    is_computed = rules.rule == "computed" and law is not None
    if path is None and not is_computed:
        message = "Refuges are to be as their table names them, and there is no table."
        problems.add("refuges", None, message, "Name the table, or write refuge_rules: {rule: computed}.")
    if grid is None or roads is None:
        return []
    rows, overrides = ([], []) if path is None else read_refuges(path, grid, roads, problems)
    if not is_computed or law is None or map_.terrain is None or map_.landcover is None:
        return rows
    return find_refuges(
        map_.landcover, map_.terrain, grid, map_.coast, roads, rows, overrides, names, law, rules
    )  # fmt: skip


def _read_settlement(
    paths: dict[str, Path], grid: Grid, terrain: Terrain | None, landcover: LandCover | None, roads: Roads | None,
    refuges: list[Refuge], names: dict[str, list[NamedPlace]], problems: Problems,
) -> Settlement | None:  # fmt: skip
    people = read_people(paths["people"], grid, problems)
    facilities = []
    if landcover is not None:
        elevation_m = np.zeros(grid.shape, np.float32) if terrain is None else terrain.elevation_m
        facilities = read_facilities(paths["facilities"], grid, elevation_m, landcover, problems)
    if roads is None:
        return None
    plans = []
    if people is not None:
        plans = read_zones(paths["zones"], people, names.get("beach", []), refuges, roads, problems)
    if landcover is None or people is None:
        return None
    if len(plans) != len(people.names):
        return None  # already noted: a zone without a row
    zones, cells = zones_of(grid, landcover, people, plans)
    return Settlement(
        grid, zones, refuges, facilities, [place for group in names.values() for place in group], people.residents,
        people.guests, people.hours, people.people, cells,
    )  # fmt: skip

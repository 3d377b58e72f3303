"""The ground as the centre was told of it: map, roads, zones, refuges, bulletin.

Built once from the briefing and never changed. What the fire and people do to it is the picture's matter. So all
centres that are told the same, run after run, share one (`ground_of`).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from math import hypot
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from firesim.command.busline import BusLine
from firesim.command.seamap import SeaMap
from firesim.link.briefings import Briefing, LandingInfo, MapRaster, WeatherRow
from firesim.physics.search import quickest_to
from firesim.place.grid import Grid, direction_deg
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge, Zone
from firesim.place.shapes import rasterise

if TYPE_CHECKING:
    from firesim.fire.spread import FireWeather, Landscape, LandscapeSpread

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_NON_BURNABLE = (91, 99)  # fuel model numbers NB1 to NB9, Scott & Burgan 2005
_WATER = 98  # NB8
# Briefings, one a strategy. A ground takes some 13 MB once a fire has run over it, and more with each replicate whose
# fire goes elsewhere: 48 bytes a coarse cell, member and row of the bulletin at most, on Skiathos 9 MB a row.
_MOST_KEPT = 4


class Ground:
    """Arrays over the briefed map, its zones and its roads.

    Parameters
    ----------
    briefing
        Message 0.
    cell_factor
        Map cells along the side of a cell of the centre's own, coarser grid.
    buffer_m
        Fire this near to a zone or refuge has reached it. [m]

    Attributes
    ----------
    grid, coarse : the map's grid and the centre's own
    roads : believed roads as briefed
    zone_node, refuge_node : node index of each zone and refuge; -1 where no road leads there, or nobody is safe there
    zone_cells, refuge_cells : flat cells of `coarse` within the buffer, one array each
    """

    def __init__(self, briefing: Briefing, cell_factor: int, buffer_m: float) -> None:
        self.briefing = briefing
        self.grid = briefing.map.grid
        factor = min(cell_factor, self.grid.rows, self.grid.columns)
        self.factor = factor
        self.coarse: Grid = self.grid.coarser(factor)
        self.roads = Roads(briefing.nodes, briefing.edges)
        self.zones = list(briefing.zones)
        self.refuges = list(briefing.refuges)
        self.zone_index = {zone.zone: index for index, zone in enumerate(self.zones)}
        self.refuge_index = {refuge.refuge: index for index, refuge in enumerate(self.refuges)}
        self.zone_node = self._nodes([zone.node for zone in self.zones])
        # No plan sends anybody to a last resort: people know the way there by themselves.
        self.refuge_node = self._nodes([None if one.is_last_resort else one.node for one in self.refuges])
        self.buffer_m = buffer_m
        self._spreads: dict[tuple[float, float, float], LandscapeSpread] = {}

    def _nodes(self, names: list[str | None]) -> Integers:
        known = self.roads.node_index
        return np.array([-1 if name is None else known.get(name, -1) for name in names], dtype=np.int64)

    # --- the map on the centre's own grid ----------------------------------------------------------------

    def sampled(self, raster: NDArray[np.float64]) -> NDArray[np.float64]:
        """The map's value at the middle of each coarse cell. [y, x]"""
        rows, columns = self.coarse.shape
        middle = self.factor // 2
        return raster[middle :: self.factor, middle :: self.factor][:rows, :columns]

    @cached_property
    def fuel_model(self) -> NDArray[np.int16]:
        """Fuel model number of each coarse cell. [y, x]"""
        return np.ascontiguousarray(self.sampled(self.briefing.map.fuel_model.unpack())).astype(np.int16)

    @cached_property
    def is_burnable(self) -> NDArray[np.bool_]:
        """Where the map shows fuel. [y, x]"""
        lowest, highest = _NON_BURNABLE
        return (self.fuel_model > 0) & ((self.fuel_model < lowest) | (self.fuel_model > highest))

    @cached_property
    def landscape(self) -> Landscape:
        """The map as the laws of fire read it, on the coarse grid; slopes are taken on the fine one."""
        from firesim.fire.fuels import standard_fuels
        from firesim.fire.spread import Landscape
        from firesim.place.terrain import facing, rise_of

        rises = rise_of(self.briefing.map.elevation.unpack(), self.grid.cell_size_m)
        slope_deg, aspect_deg = facing(*(np.ascontiguousarray(self.sampled(rise)) for rise in rises))
        return Landscape(
            self.coarse.cell_size_m,
            self.fuel_model,
            slope_deg.astype(np.float32),
            aspect_deg.astype(np.float32),
            self._canopy(self.briefing.map.canopy_cover),
            self._canopy(self.briefing.map.canopy_height),
            self._canopy(self.briefing.map.canopy_base_height),
            fuels=standard_fuels().with_models(self.briefing.map.own_fuels),
            wind_limit=self.briefing.map.wind_limit,
        )

    def _canopy(self, raster: MapRaster | None) -> NDArray[np.float32] | None:
        return None if raster is None else np.ascontiguousarray(self.sampled(raster.unpack()), dtype=np.float32)

    @cached_property
    def shore_m(self) -> Floats:
        """Straight distance of each zone to the sea: water that goes on beyond the map. inf: none. [zone, m]"""
        from scipy.ndimage import distance_transform_edt, label

        waters, _ = label(self.fuel_model == _WATER)
        rim = np.unique(np.concatenate([waters[0], waters[-1], waters[:, 0], waters[:, -1]]))
        sea = np.isin(waters, rim[rim > 0])
        if not sea.any():
            return np.full(len(self.zones), np.inf)
        away_m = distance_transform_edt(~sea) * self.coarse.cell_size_m
        row, column = self.coarse.cell_at(np.array([z.x_m for z in self.zones]), np.array([z.y_m for z in self.zones]))
        on_map = np.clip(row, 0, self.coarse.rows - 1), np.clip(column, 0, self.coarse.columns - 1)
        return np.asarray(away_m[on_map], dtype=np.float64)

    @cached_property
    def shore_names(self) -> list[tuple[str, str]]:
        """The place at the water nearest to each zone that has a name, English and Greek; empty: none is known. [zone]

        Beaches on which people are, beaches that are refuges, and landings.
        """
        known: list[Zone | Refuge | LandingInfo] = [
            *(zone for zone in self.zones if zone.kind == "beach"),
            *(refuge for refuge in self.refuges if refuge.kind == "beach"),
            *(self.briefing.sea.landings if self.briefing.sea is not None else ()),
        ]
        if not known:
            return [("", "")] * len(self.zones)
        nearest = (min(known, key=lambda one: hypot(one.x_m - zone.x_m, one.y_m - zone.y_m)) for zone in self.zones)
        return [(one.name, one.name_el) for one in nearest]

    @cached_property
    def zone_cells(self) -> list[Integers]:
        """Coarse cells within the buffer of each zone's polygon, or of its point where it has none."""
        return [self._cells_near(zone.x_m, zone.y_m, zone.polygon_xy_m) for zone in self.zones]

    @cached_property
    def refuge_cells(self) -> list[Integers]:
        """Coarse cells within the buffer of each refuge."""
        return [self._cells_near(refuge.x_m, refuge.y_m, []) for refuge in self.refuges]

    def _cells_near(self, x_m: float, y_m: float, rings: list[list[tuple[float, float]]]) -> Integers:
        from scipy.ndimage import distance_transform_edt

        inside = np.asarray(rasterise(rings, self.coarse)) if rings else np.zeros(self.coarse.shape, dtype=bool)
        row, column = self.coarse.cell_at(x_m, y_m)
        if self.coarse.holds(row, column):
            inside[int(row), int(column)] = True  # a place smaller than a cell is still somewhere
        if not inside.any():
            return np.empty(0, dtype=np.int64)
        # Farther from it than the buffer there is nothing to look at.
        reach = int(self.buffer_m / self.coarse.cell_size_m) + 1
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        top, left = max(int(rows[0]) - reach, 0), max(int(columns[0]) - reach, 0)
        around = inside[top : rows[-1] + reach + 1, left : columns[-1] + reach + 1]
        away_m = distance_transform_edt(~around) * self.coarse.cell_size_m
        near_rows, near_columns = np.nonzero(away_m <= self.buffer_m)
        return (near_rows + top) * self.coarse.columns + near_columns + left

    @cached_property
    def landing_names(self) -> dict[str, tuple[str, str]]:
        """English and Greek name of each landing that the briefing tells of; none where it tells of no boats."""
        sea = self.briefing.sea
        return {} if sea is None else {one.landing: (one.name, one.name_el) for one in sea.landings}

    @cached_property
    def sea(self) -> SeaMap | None:
        """Landings and boats; None: there are no boats to call."""
        return None if self.briefing.sea is None else SeaMap(self.briefing.sea)

    @cached_property
    def line(self) -> BusLine | None:
        """Bus stops and buses; None: there are no buses to call."""
        return None if self.briefing.line is None else BusLine(self.briefing.line)

    @cached_property
    def stop_names(self) -> dict[str, tuple[str, str]]:
        """English and Greek name of each bus stop that the briefing tells of; none where it tells of no buses."""
        return {} if self.line is None else self.line.names

    @cached_property
    def edge_cells(self) -> tuple[Integers, Integers]:
        """Which directed road edge crosses which coarse cell: edge index, flat cell."""
        return self.roads.cells(self.coarse)

    @cached_property
    def edges_between(self) -> dict[tuple[int, int], list[int]]:
        """Every directed road edge from one node to another, by their indices; the lowest first."""
        edges: dict[tuple[int, int], list[int]] = {}
        for edge, ends in enumerate(zip(self.roads.tail.tolist(), self.roads.head.tolist(), strict=True)):
            edges.setdefault(ends, []).append(edge)
        return edges

    @cached_property
    def has_road(self) -> NDArray[np.bool_]:
        """Zones from which the briefed roads lead to some refuge. [zone]"""
        roads, targets = self.roads, np.unique(self.refuge_node[self.refuge_node >= 0])
        travel_s = np.where(roads.is_public, 1.0, np.inf)
        time_s, _, _ = quickest_to(roads.tail, roads.head, travel_s, roads.is_public, targets, len(roads.node_ids))
        return np.asarray((self.zone_node >= 0) & np.isfinite(time_s[self.zone_node]))

    @cached_property
    def drivable_nodes(self) -> Integers:
        """The nodes from which a vehicle can drive away, in order."""
        return np.unique(self.roads.tail[self.roads.is_drivable])

    @cached_property
    def road_nodes_xy_m(self) -> Floats:
        """Easting and northing of every node of the roads. [node, 2]"""
        return np.column_stack([self.roads.x_m, self.roads.y_m])

    @cached_property
    def road_bends(self) -> tuple[Floats, Integers]:
        """Every bend of every directed road edge: easting and northing [bend, 2], m; and which edge. [bend]"""
        paths = [np.array(path, dtype=np.float64).reshape(-1, 2) for path in self.roads.paths_xy_m]
        return np.concatenate([*paths, np.empty((0, 2))]), np.repeat(np.arange(len(paths)), [len(p) for p in paths])

    # --- the clock and the bulletin ----------------------------------------------------------------------

    def clock(self, time_s: float) -> str:
        """The time of day, hours and minutes, as an alert would say it."""
        at = self.when(time_s)
        return f"{at.hour:02}:{at.minute:02}"

    def when(self, time_s: float) -> datetime:
        """Date and time with its zone."""
        return self._start + timedelta(seconds=time_s)

    @cached_property
    def _start(self) -> datetime:
        return datetime.fromisoformat(self.briefing.start_iso)

    def bulletin_at(self, time_s: float) -> WeatherRow:
        """The row of the bulletin, told in order, that holds at a time; before the first row, the first."""
        return self.briefing.bulletin[max(bisect_right(self._bulletin_from_s, time_s) - 1, 0)]

    @cached_property
    def _bulletin_from_s(self) -> list[float]:
        return [row.from_s for row in self.briefing.bulletin]

    def weather_at(self, time_s: float, turned_deg: float = 0.0) -> FireWeather:
        """The bulletin as the laws of fire read it, its wind turned clockwise by some degrees."""
        from firesim.fire.moisture import Moisture
        from firesim.fire.spread import FireWeather

        row = self.bulletin_at(time_s)
        moisture = Moisture(
            row.moisture_1h, row.moisture_10h, row.moisture_100h, row.moisture_live_herb, row.moisture_live_woody
        )
        return FireWeather(row.wind_speed_10m_m_s, (row.wind_from_deg + turned_deg) % 360.0, moisture)

    def spread_at(self, time_s: float, turned_deg: float = 0.0, rate_multiplier: float = 1.0) -> LandscapeSpread:
        """How fire spreads under the bulletin of a time; the same for who asks again, so forecasts share it."""
        from firesim.fire.spread import LandscapeSpread

        key = (self.bulletin_at(time_s).from_s, turned_deg, rate_multiplier)
        if key not in self._spreads:
            weather = self.weather_at(time_s, turned_deg)
            self._spreads[key] = LandscapeSpread(self.landscape, weather, rate_multiplier, is_kept=True)
        return self._spreads[key]

    def weather_changes_s(self, after_s: float, until_s: float) -> list[float]:
        """When a new row of the bulletin begins, within a span of time."""
        return [row.from_s for row in self.briefing.bulletin if after_s < row.from_s < until_s]

    def downwind(self, x_m: float, y_m: float, to_x_m: Floats, to_y_m: Floats, time_s: float) -> tuple[Floats, Floats]:
        """Distance of points from a place, and how far off the downwind direction they lie. [m], [degrees, 0-180]"""
        east, north = np.asarray(to_x_m) - x_m, np.asarray(to_y_m) - y_m
        toward_deg = (self.bulletin_at(time_s).wind_from_deg + 180.0) % 360.0
        off_deg = np.abs((direction_deg(east, north) - toward_deg + 180.0) % 360.0 - 180.0)
        return np.hypot(east, north), off_deg


def ground_of(briefing: Briefing, cell_factor: int, buffer_m: float) -> Ground:
    """The ground that a briefing tells of, arguments as of `Ground`: the same for all that say the same to the byte."""
    return _ground_of(msgspec.msgpack.encode(briefing), cell_factor, buffer_m)


@lru_cache(maxsize=_MOST_KEPT)
def _ground_of(briefing: bytes, cell_factor: int, buffer_m: float) -> Ground:
    return Ground(msgspec.msgpack.decode(briefing, type=Briefing), cell_factor, buffer_m)

"""Message 0: what the centre, and whoever may decide on evacuation, know before anything happens.

Times are seconds from the scenario's start, positions metres of the scenario's map.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from firesim.fire.fuels import FuelModel
from firesim.link.body import Body
from firesim.place.grid import Grid
from firesim.place.roads import RoadEdge, RoadNode
from firesim.place.settlement import Refuge, Zone


class MapRaster(msgspec.Struct, frozen=True):
    """A grid of whole numbers, north row first, compressed."""

    rows: int
    columns: int
    unit: float  # value = whole number * unit
    packed: bytes

    @classmethod
    def pack(cls, values: NDArray[Any], unit: float = 1.0) -> MapRaster:
        whole = np.rint(np.asarray(values, dtype=np.float64) / unit).astype("<i2")
        return cls(whole.shape[0], whole.shape[1], unit, zlib.compress(whole.tobytes(), 6))

    def unpack(self) -> NDArray[np.float64]:
        whole = np.frombuffer(zlib.decompress(self.packed), dtype="<i2")
        return whole.reshape(self.rows, self.columns) * self.unit


class MapInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The map that everyone could buy: its grid, heights and fuels."""

    grid: Grid
    elevation: MapRaster  # [m]
    fuel_model: MapRaster  # fuel model number of `fire/fuels.py`
    canopy_cover: MapRaster | None = None  # fraction; None: the map shows no trees
    canopy_height: MapRaster | None = None  # [m]
    canopy_base_height: MapRaster | None = None  # [m]
    own_fuels: list[FuelModel] = []  # what the scenario's own fuel models are made of
    wind_limit: str = "andrews2013"  # the law that everybody works with, a name of `fire/surface.py`


class MastInfo(msgspec.Struct, frozen=True, kw_only=True):
    mast: str
    x_m: float
    y_m: float
    height_m: float


class SensorInfo(msgspec.Struct, frozen=True, kw_only=True):
    sensor: str
    kind: str  # gas, camera or drone
    x_m: float
    y_m: float
    height_m: float


class UnitInfo(msgspec.Struct, frozen=True, kw_only=True):
    unit: str
    kind: str  # engine, tanker, light or ambulance
    node: str
    x_m: float
    y_m: float
    tank_litres: float
    crew: int
    is_on_shift: bool = True  # False: its crew has to be recalled from home


class LandingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Where boats land, as the pilot book has it."""

    landing: str
    name: str
    name_el: str
    kind: str  # jetty or beach
    x_m: float
    y_m: float
    node: str | None  # of the roads; None: only the sea leads there
    people_min: float  # how many board a minute, of all boats there together
    is_port: bool  # people are put ashore here, out of the fire's reach
    zone: str  # whose people, having no road, wait here
    fetch_m: list[float]  # open water by direction, as `physics/waves.py` asks for it


class BoatInfo(msgspec.Struct, frozen=True, kw_only=True):
    boat: str
    kind: str
    berth: str  # the landing at which it lies
    seats: int
    speed_m_s: float
    notice_s: float  # usual time from a call to being under way
    wave_limit_m: float
    needs_jetty: bool


class SeaWayInfo(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is by water from a berth or a port to a landing; the same back."""

    start: str
    end: str
    length_m: float


class SeaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of going by sea: landings, boats, ways, and the waves in which no boat lands."""

    landings: list[LandingInfo]
    boats: list[BoatInfo]
    ways: list[SeaWayInfo]
    beach_wave_limit_m: float
    jetty_wave_limit_m: float


class StopInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A bus stop, as the timetable has it."""

    stop: str
    name: str
    name_el: str
    node: str  # of the roads


class BusInfo(msgspec.Struct, frozen=True, kw_only=True):
    bus: str
    node: str  # of the roads, where it stands before it is called
    seats: int
    notice_s: float  # usual time from a call to being free to drive


class LineInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of going by bus: stops, buses, and how long a person takes through the door. [s]"""

    stops: list[StopInfo]
    buses: list[BusInfo]
    boarding_s: float
    alighting_s: float


class MedicalInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A facility that takes patients."""

    facility: str
    name: str
    node: str  # of the roads
    x_m: float
    y_m: float


class AmbulanceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of fetching people by ambulance: how many it takes, usual times [s], and where else but refuges."""

    seats: int
    stretcher_load_s: float
    helped_load_s: float
    access_m_s: float  # from the road to the door
    turnout_s: float
    recall_s: float  # of a crew off shift
    medical: list[MedicalInfo]


class WeatherRow(msgspec.Struct, frozen=True, kw_only=True):
    """The weather bulletin for the time from `from_s` to the next row. Moistures are kg/kg."""

    from_s: float
    wind_speed_10m_m_s: float
    gust_10m_m_s: float
    wind_from_deg: float
    temperature_c: float
    relative_humidity_pct: float
    moisture_1h: float
    moisture_10h: float
    moisture_100h: float
    moisture_live_herb: float
    moisture_live_woody: float


class Briefing(Body, frozen=True, tag=True, kw_only=True):
    """Message 0: what the centre knows beforehand. It may be wrong."""

    map: MapInfo
    nodes: list[RoadNode]
    edges: list[RoadEdge]
    zones: list[Zone]
    refuges: list[Refuge]
    masts: list[MastInfo]
    sensors: list[SensorInfo]
    units: list[UnitInfo]
    bulletin: list[WeatherRow]
    channels: list[str]
    policy: str
    parameters: dict[str, float | int | str | bool]
    start_iso: str  # the scenario's start with its zone, to put clock times into alerts
    horizon_s: float
    sea: SeaInfo | None = None  # None: no boats
    line: LineInfo | None = None  # None: no buses
    ambulances: AmbulanceInfo | None = None  # None: they fetch nobody


class AuthorityBriefing(Body, frozen=True, tag=True, kw_only=True):
    """Message 0 to whoever may decide on evacuation."""

    delay_s: float
    refuses: bool = False

"""A small place for the centre's tests: a strip of shrub above a coast road that leads from the west to a town."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from firesim.link.body import Body
from firesim.link.briefings import Briefing, MapInfo, MapRaster, MastInfo, SensorInfo, UnitInfo, WeatherRow
from firesim.link.messages import CameraReport, Envelope, FireMapReport, encode
from firesim.place.grid import Grid, direction_deg
from firesim.place.roads import RoadEdge, RoadNode
from firesim.place.settlement import Refuge, Zone

GRID = Grid(rows=120, columns=200, cell_size_m=30.0, x_west_m=447000.0, y_south_m=4332000.0, crs="EPSG:2100")
SHRUB, SEA = 145, 98
FIRE_XY_M = (450000.0, 4334600.0)  # north of the middle of the road, the wind blowing toward the road

# The coast road, 600 m from the south edge: node, easting, name.
COAST_Y_M = 4332600.0
COAST = [("W", 447600.0, "West bay"), ("M", 450000.0, "Middle"), ("E", 452400.0, "Town")]


def square(x_m: float, y_m: float, half_m: float) -> list[tuple[float, float]]:
    """A closed counterclockwise ring."""
    return [
        (x_m - half_m, y_m - half_m), (x_m + half_m, y_m - half_m),
        (x_m + half_m, y_m + half_m), (x_m - half_m, y_m + half_m), (x_m - half_m, y_m - half_m),
    ]  # fmt: skip


def road(u: RoadNode, v: RoadNode, name: str, speed_m_s: float = 12.0) -> list[RoadEdge]:
    """Both directions of a straight stretch."""
    length_m = float(np.hypot(u.x_m - v.x_m, u.y_m - v.y_m))
    ends = [(u, v), (v, u)]
    return [
        RoadEdge(
            u=a.node, v=b.node, edge=name, length_m=length_m, free_flow_speed_m_s=speed_m_s, capacity_veh_s=0.36,
            lanes=1.0, jam_density_veh_m=0.06, shared_lane=False, road_class="main", surface="asphalt",
            path_xy_m=[(a.x_m, a.y_m), (b.x_m, b.y_m)],
        )
        for a, b in ends
    ]  # fmt: skip


def fuel_map() -> np.ndarray:
    """Shrub above the sea: the southernmost 500 m are water."""
    fuel = np.full(GRID.shape, SHRUB)
    fuel[GRID.y_centres_m < COAST_Y_M - 100.0, :] = SEA
    return fuel


def briefing(policy: str = "Pilot", wind_m_s: float = 8.0, **changes: object) -> Briefing:
    """What the centre of the small place knows beforehand; `parameters` and the rest may be replaced."""
    nodes = [RoadNode(name, x_m, COAST_Y_M, text) for name, x_m, text in COAST]
    west, middle, town = nodes
    bulletin = WeatherRow(
        from_s=0.0, wind_speed_10m_m_s=wind_m_s, gust_10m_m_s=1.4 * wind_m_s, wind_from_deg=0.0, temperature_c=30.0,
        relative_humidity_pct=30.0, moisture_1h=0.05, moisture_10h=0.06, moisture_100h=0.07, moisture_live_herb=0.6,
        moisture_live_woody=0.8,
    )  # fmt: skip
    level = np.zeros(GRID.shape)
    facts: dict[str, object] = {
        "map": MapInfo(grid=GRID, elevation=MapRaster.pack(level), fuel_model=MapRaster.pack(fuel_map())),
        "nodes": nodes,
        "edges": [*road(west, middle, "coast west"), *road(middle, town, "coast east")],
        "zones": [
            Zone("west", "West bay", "settlement", west.x_m, west.y_m, "W", 600,
                 [square(west.x_m, west.y_m, 150.0)], "Δυτικός όρμος"),
            Zone("middle", "Middle", "settlement", middle.x_m, middle.y_m, "M", 300,
                 [square(middle.x_m, middle.y_m, 150.0)], "Μέση"),
            Zone("cove", "Boat cove", "beach", 447100.0, 4334000.0, None, 40,
                 [square(447100.0, 4334000.0, 60.0)], "Όρμος"),
        ],
        "refuges": [Refuge("town", "Town", "town", town.x_m, town.y_m, "E", 20000, "Χώρα")],
        "masts": [MastInfo(mast="mast", x_m=451000.0, y_m=4333000.0, height_m=30.0)],
        "sensors": [
            SensorInfo(sensor="cam-east", kind="camera", x_m=452800.0, y_m=4333000.0, height_m=20.0),
            SensorInfo(sensor="cam-west", kind="camera", x_m=447200.0, y_m=4333000.0, height_m=20.0),
            SensorInfo(sensor="gas-1", kind="gas", x_m=450050.0, y_m=4334500.0, height_m=3.0),
            SensorInfo(sensor="drone-1", kind="drone", x_m=452000.0, y_m=4332700.0, height_m=0.0),
        ],
        "units": [
            UnitInfo(unit=unit, kind=kind, node="E", x_m=town.x_m, y_m=town.y_m, tank_litres=litres, crew=3)
            for unit, kind, litres in (
                ("engine-1", "engine", 2500.0), ("engine-2", "engine", 2500.0), ("engine-3", "engine", 2500.0),
                ("ambulance-1", "ambulance", 0.0),
            )
        ],
        "bulletin": [bulletin],
        "channels": ["app", "cell_broadcast", "knock"],
        "policy": policy,
        "parameters": {},
        "start_iso": "2025-08-12T12:00:00+03:00",
        "horizon_s": 14400.0,
    }  # fmt: skip
    return Briefing(**{**facts, **changes})


Deliveries = list[tuple[float, bytes]]


class Wire:
    """Writes messages down as bytes, with the ids that the link would give them."""

    def __init__(self) -> None:
        self.deliveries: Deliveries = []
        self._sent: dict[str, int] = {}

    def say(self, at_s: float, body: Body, source: str = "somebody", destination: str = "centre") -> str:
        number = self._sent.get(source, 0)
        self._sent[source] = number + 1
        message_id = f"{source}>{destination}#{number}"
        letter = Envelope(message_id=message_id, source=source, destination=destination, sent_s=at_s, body=body)  # type: ignore[arg-type]
        self.deliveries.append((at_s, encode(letter)))
        return message_id


@pytest.fixture
def wire() -> Wire:
    return Wire()


def bearing(camera: str, place: tuple[float, float] = FIRE_XY_M) -> float:
    """The true bearing from a camera of the small place. [degrees]"""
    site = next(sensor for sensor in briefing().sensors if sensor.sensor == camera)
    return float(direction_deg(place[0] - site.x_m, place[1] - site.y_m))


def camera_report(
    camera: str, seen_s: float, place: tuple[float, float] = FIRE_XY_M, off_deg: float = 0.0
) -> CameraReport:
    """What a camera marks of a fire at a place."""
    return CameraReport(
        sensor=camera,
        seen_s=seen_s,
        bearing_deg=(bearing(camera, place) + off_deg) % 360.0,
        bearing_sd_deg=1.0,
        confidence=0.8,
    )


def tell_of_a_fire(wire: Wire, policy: str = "Pilot", **changes: object) -> None:
    """The briefing, two cameras that agree, and a drone that draws the fire."""
    wire.say(0.0, briefing(policy, **changes), "scenario")
    wire.say(300.0, camera_report("cam-east", 298.0), "cam-east")
    wire.say(340.0, camera_report("cam-west", 338.0), "cam-west")
    outline = [square(FIRE_XY_M[0], FIRE_XY_M[1] - 100.0, 200.0)]
    drawn = FireMapReport(
        observer="drone-1", seen_s=880.0, place_xy_m=FIRE_XY_M, outline_xy_m=outline, outline_sd_m=20.0
    )
    wire.say(900.0, drawn, "drone-1")


@pytest.fixture(scope="session")
def small() -> SimpleNamespace:
    """The small place: its briefing, its names, and ways to speak of it."""
    return SimpleNamespace(
        briefing=briefing, bearing=bearing, camera_report=camera_report, tell_of_a_fire=tell_of_a_fire,
        square=square, road=road, Wire=Wire, GRID=GRID, FIRE_XY_M=FIRE_XY_M, COAST_Y_M=COAST_Y_M,
    )  # fmt: skip

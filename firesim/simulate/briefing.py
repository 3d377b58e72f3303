"""Message 0: what the centre and the authority know before anything happens."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from firesim.link.briefings import (
    AmbulanceInfo,
    AuthorityBriefing,
    BoatInfo,
    Briefing,
    BusInfo,
    LandingInfo,
    LineInfo,
    MapInfo,
    MapRaster,
    MastInfo,
    MedicalInfo,
    SeaInfo,
    SeaWayInfo,
    SensorInfo,
    StopInfo,
    UnitInfo,
    WeatherRow,
)
from firesim.link.masts import Mast
from firesim.place.load import Place
from firesim.place.roads import Roads
from firesim.place.stops import BusStop
from firesim.scenario import Scenario, Strategy
from firesim.streams import Luck
from firesim.world.busfleet import BusSpec
from firesim.world.fleet import BoatSpec
from firesim.world.ground import fuel_models
from firesim.world.havens import MEDICAL
from firesim.world.units import UnitSpec
from firesim.world.weather import TrueWeather, WeatherNow

HEIGHT_UNIT_M = 0.1  # heights travel to the decimetre: a map has them no better
COVER_UNIT = 0.01


def centre_briefing(
    scenario: Scenario,
    strategy: Strategy,
    weather: TrueWeather,
    masts: Sequence[Mast],
    sensors: Sequence[SensorInfo],
    units: Sequence[UnitSpec],
    boats: Sequence[BoatSpec] = (),
    stops: Sequence[BusStop] = (),
    buses: Sequence[BusSpec] = (),
) -> Briefing:
    """What the centre knows beforehand: the map, who is where, the bulletin, its policy. No truth is in it."""
    place = scenario.place
    parameters = scenario.fields.command.model_dump(exclude_unset=True) | strategy.parameters
    return Briefing(
        map=_map(place, scenario.fields.fire.wind_limit),
        nodes=list(place.roads.nodes),
        edges=list(place.roads.edges),
        zones=place.settlement.zones_at(scenario.start_hour),
        refuges=list(place.settlement.refuges),
        masts=[MastInfo(mast=mast.mast, x_m=mast.x_m, y_m=mast.y_m, height_m=mast.height_m) for mast in masts],
        sensors=list(sensors),
        units=[_unit(unit, place.roads) for unit in units],
        bulletin=[_row(from_s, now) for from_s, now in weather.bulletin(scenario.horizon_s)],
        channels=list(strategy.channels),
        policy=strategy.policy,
        parameters=parameters,
        start_iso=scenario.fields.start.isoformat(),
        horizon_s=scenario.horizon_s,
        sea=_sea(scenario, boats) if boats else None,
        line=_line(scenario, stops, buses) if buses else None,
        ambulances=_ambulances(scenario, units),
    )


def authority_briefing(scenario: Scenario, luck: Luck) -> AuthorityBriefing:
    """How long the authority will take in this replicate, and whether it refuses: the same in every strategy."""
    authority = scenario.fields.authority
    span_min = authority.delay_most_min - authority.delay_least_min
    delay_min = authority.delay_least_min + span_min * luck.uniform("authority delay", "authority")
    refuses = luck.uniform("authority refuses", "authority") < authority.refusal_probability
    return AuthorityBriefing(delay_s=60.0 * delay_min, refuses=refuses)


_packed: list[tuple[weakref.ref[Place], MapInfo]] = []  # of the newest place only: its runs are briefed with one map


def _map(place: Place, wind_limit: str) -> MapInfo:
    """The map as it is briefed; to pack it takes as long as all else of a briefing, so that is done once a place."""
    if not _packed or _packed[0][0]() is not place:
        _packed[:] = [(weakref.ref(place), _packed_map(place))]
    return msgspec.structs.replace(_packed[0][1], wind_limit=wind_limit)


def _packed_map(place: Place) -> MapInfo:
    cover = place.landcover
    return MapInfo(
        grid=place.grid,
        elevation=MapRaster.pack(np.asarray(place.terrain.elevation_m), HEIGHT_UNIT_M),
        fuel_model=MapRaster.pack(cover.fuel_model),
        canopy_cover=MapRaster.pack(cover.canopy_cover, COVER_UNIT),
        canopy_height=MapRaster.pack(cover.canopy_height_m, HEIGHT_UNIT_M),
        canopy_base_height=MapRaster.pack(cover.canopy_base_height_m, HEIGHT_UNIT_M),
        own_fuels=fuel_models(place.own_fuels),
    )


def _unit(unit: UnitSpec, roads: Roads) -> UnitInfo:
    node = roads.node_ids[int(roads.nearest_node(unit.x_m, unit.y_m))]
    return UnitInfo(
        unit=unit.unit, kind=unit.kind, node=node, x_m=unit.x_m, y_m=unit.y_m,
        tank_litres=unit.tank_litres, crew=unit.crew, is_on_shift=unit.is_on_shift,
    )  # fmt: skip


def _sea(scenario: Scenario, boats: Sequence[BoatSpec]) -> SeaInfo:
    """Landings, boats and the ways between them: what stands in pilot books and on charts."""
    place, parameters = scenario.place, scenario.fields.boats
    chart, landings = place.chart, place.landings
    assert chart is not None
    fetch_m = chart.fetch_m(np.array([(one.x_m, one.y_m) for one in landings]))
    starts = [one for one in landings if one.is_port or one.landing in {boat.berth for boat in boats}]
    ways = []
    for start in starts:
        for end in landings:
            way = chart.way((start.x_m, start.y_m), (end.x_m, end.y_m))
            if way is not None:
                ways.append(SeaWayInfo(start=start.landing, end=end.landing, length_m=way.length_m))
    return SeaInfo(
        landings=[
            LandingInfo(
                landing=one.landing, name=one.name, name_el=one.name_el, kind=one.kind, x_m=one.x_m, y_m=one.y_m,
                node=one.node, people_min=one.people_min * parameters.loading_factor, is_port=one.is_port,
                zone=one.zone, fetch_m=fetch_m[k].tolist(),
            )
            for k, one in enumerate(landings)
        ],
        boats=[
            BoatInfo(
                boat=boat.boat, kind=boat.kind, berth=boat.berth, seats=boat.seats, speed_m_s=boat.speed_m_s,
                notice_s=sum(boat.notice_s) / 2.0, wave_limit_m=boat.wave_limit_m, needs_jetty=boat.needs_jetty,
            )
            for boat in boats
        ],
        ways=ways,
        beach_wave_limit_m=parameters.beach_wave_limit_m,
        jetty_wave_limit_m=parameters.jetty_wave_limit_m,
    )  # fmt: skip


def _line(scenario: Scenario, stops: Sequence[BusStop], buses: Sequence[BusSpec]) -> LineInfo:
    """Stops and buses: what stands in the timetable and in the operator's papers."""
    parameters = scenario.fields.buses
    return LineInfo(
        stops=[StopInfo(stop=one.stop, name=one.name, name_el=one.name_el, node=one.node) for one in stops],
        buses=[BusInfo(bus=bus.bus, node=bus.node, seats=bus.seats, notice_s=sum(bus.notice_s) / 2.0) for bus in buses],
        boarding_s=parameters.boarding_s,
        alighting_s=parameters.alighting_s,
    )


def _ambulances(scenario: Scenario, units: Sequence[UnitSpec]) -> AmbulanceInfo | None:
    """What the ambulance service knows of itself; None where it fetches nobody."""
    p, place = scenario.fields.responders, scenario.place
    if not p.ambulances_fetch or not any(unit.kind == "ambulance" for unit in units):
        return None
    medical = [
        MedicalInfo(
            facility=one.facility, name=one.name, x_m=one.x_m, y_m=one.y_m,
            node=place.roads.node_ids[int(place.roads.nearest_node(one.x_m, one.y_m))],
        )
        for one in place.settlement.facilities if one.kind == MEDICAL
    ]  # fmt: skip
    return AmbulanceInfo(
        seats=p.ambulance_seats, stretcher_load_s=p.stretcher_load_s, helped_load_s=p.helped_load_s,
        access_m_s=scenario.fields.people.access_speed_m_s,
        turnout_s=p.ambulance_turnout_s, recall_s=(p.recall_least_s + p.recall_most_s) / 2.0, medical=medical,
    )  # fmt: skip


def _one(value: ArrayLike) -> float:
    """The one value of a moisture that holds for the whole map."""
    return float(np.asarray(value, dtype=np.float64))


def _row(from_s: float, now: WeatherNow) -> WeatherRow:
    moisture = now.moisture
    return WeatherRow(
        from_s=from_s,
        wind_speed_10m_m_s=now.wind_speed_10m_m_s,
        gust_10m_m_s=now.gust_10m_m_s,
        wind_from_deg=now.wind_from_deg,
        temperature_c=now.temperature_c,
        relative_humidity_pct=now.relative_humidity_pct,
        moisture_1h=_one(moisture.one_h),
        moisture_10h=_one(moisture.ten_h),
        moisture_100h=_one(moisture.hundred_h),
        moisture_live_herb=_one(moisture.live_herb),
        moisture_live_woody=_one(moisture.live_woody),
    )

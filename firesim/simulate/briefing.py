"""Message 0: what the centre and the authority know before anything happens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from firesim.link.masts import Mast
from firesim.link.messages import (
    AuthorityBriefing,
    Briefing,
    MapInfo,
    MapRaster,
    MastInfo,
    SensorInfo,
    UnitInfo,
    WeatherRow,
)
from firesim.place.load import Place
from firesim.place.roads import Roads
from firesim.scenario import Scenario, Strategy
from firesim.streams import Luck
from firesim.world.ground import fuel_models
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
    )


def authority_briefing(scenario: Scenario, luck: Luck) -> AuthorityBriefing:
    """How long the authority will take in this replicate, and whether it refuses: the same in every strategy."""
    authority = scenario.fields.authority
    span_min = authority.delay_most_min - authority.delay_least_min
    delay_min = authority.delay_least_min + span_min * luck.uniform("authority delay", "authority")
    refuses = luck.uniform("authority refuses", "authority") < authority.refusal_probability
    return AuthorityBriefing(delay_s=60.0 * delay_min, refuses=refuses)


def _map(place: Place, wind_limit: str) -> MapInfo:
    cover = place.landcover
    return MapInfo(
        grid=place.grid,
        elevation=MapRaster.pack(np.asarray(place.terrain.elevation_m), HEIGHT_UNIT_M),
        fuel_model=MapRaster.pack(cover.fuel_model),
        canopy_cover=MapRaster.pack(cover.canopy_cover, COVER_UNIT),
        canopy_height=MapRaster.pack(cover.canopy_height_m, HEIGHT_UNIT_M),
        canopy_base_height=MapRaster.pack(cover.canopy_base_height_m, HEIGHT_UNIT_M),
        own_fuels=fuel_models(place.own_fuels),
        wind_limit=wind_limit,
    )


def _unit(unit: UnitSpec, roads: Roads) -> UnitInfo:
    node = roads.node_ids[int(roads.nearest_node(unit.x_m, unit.y_m))]
    return UnitInfo(
        unit=unit.unit, kind=unit.kind, node=node, x_m=unit.x_m, y_m=unit.y_m,
        tank_litres=unit.tank_litres, crew=unit.crew, is_on_shift=unit.is_on_shift,
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

"""A scenario in words, as one would tell a colleague."""

from __future__ import annotations

import numpy as np

from firesim.place.load import Place
from firesim.place.stops import stops_of
from firesim.scenario.load import Scenario
from firesim.scenario.model import Strategy
from firesim.scenario.refuge_words import refuge_words
from firesim.streams import Luck
from firesim.world.busfleet import read_buses
from firesim.world.fleet import read_boats
from firesim.world.weather import TrueWeather, WeatherNow, read_weather_day


def in_words(scenario: Scenario) -> str:
    """What the scenario says, as one would tell a colleague."""
    place, fields = scenario.place, scenario.fields
    zones = place.settlement.zones_at(scenario.start_hour)
    weather = TrueWeather(
        read_weather_day(fields.weather, scenario.folder),
        scenario.start_hour,
        fields.discrepancy.none(),
        Luck(0),
        scenario.horizon_s,
    )
    lines = [
        f"{scenario.name}: sound.",
        _start_words(scenario),
        _map_words(place, fields.place.fuel_crosswalk),
        f"People: {sum(zone.people_expected for zone in zones):,} in {len(zones)} zones.",
        *_zone_words(scenario),
        *refuge_words(scenario),
        *_boat_words(scenario),
        *_bus_words(scenario),
        "Weather bulletin:",
        *(_bulletin_words(from_s, now) for from_s, now in weather.bulletin(scenario.horizon_s)),
        "Strategies:",
        *(_strategy_words(name, strategy) for name, strategy in scenario.strategies.items()),
    ]
    return "\n".join(lines)


def _start_words(scenario: Scenario) -> str:
    start = scenario.fields.start.isoformat(timespec="minutes")
    after = f"{scenario.fields.ignition.at_min:g} min after the start at {_place_words(scenario)}"
    return f"Starts {start}, runs {scenario.fields.horizon_h:g} h; ignition {after}."


def _map_words(place: Place, crosswalk: str) -> str:
    grid, roads = place.grid, place.roads
    land_km2 = place.landcover.is_land.sum() * grid.cell_area_m2 / 1e6
    # A stretch of two directions counts once.
    road_km = roads.length_m[(roads.opposite < 0) | (roads.tail < roads.head)].sum() / 1000.0
    return (
        f"Map: {grid.columns} x {grid.rows} cells of {grid.cell_size_m:g} m, {grid.crs or 'a plain'}; land "
        f"{land_km2:.1f} km2, highest {float(place.terrain.elevation_m.max()):.0f} m; fuel crosswalk: {crosswalk}.\n"
        f"Roads: {len(roads.nodes)} nodes, {len(set(roads.edge_names))} stretches, {road_km:.0f} km."
    )


def _bulletin_words(from_s: float, now: WeatherNow) -> str:
    return (
        f"  from {from_s / 60:.0f} min: {now.wind_speed_10m_m_s:.1f} m/s (gusts {now.gust_10m_m_s:.1f}) from "
        f"{now.wind_from_deg:.0f} degrees, {now.temperature_c:.0f} C, {now.relative_humidity_pct:.0f} %, "
        f"fine dead fuel {100.0 * np.asarray(now.moisture.one_h).item():.1f} %"
    )


def _strategy_words(name: str, strategy: Strategy) -> str:
    devices, channels = ", ".join(strategy.devices) or "none", ", ".join(strategy.channels) or "none"
    return f"  {name}: policy {strategy.policy}; devices {devices}; channels {channels}"


def _place_words(scenario: Scenario) -> str:
    x_m, y_m = scenario.ignition_xy_m
    row, column = (int(index) for index in scenario.place.grid.cell_at(x_m, y_m))
    cover = scenario.place.landcover
    longitude, latitude = scenario.place.grid.to_lon_lat(x_m, y_m)
    return (
        f"({x_m:.0f}, {y_m:.0f}) m, {float(longitude):.4f} E {float(latitude):.4f} N, land cover "
        f"{cover.corine[row, column]}, fuel model {cover.fuel_model[row, column]}"
    )


def _boat_words(scenario: Scenario) -> list[str]:
    boats, place = scenario.fields.boats, scenario.place
    if not boats.sails:
        return []
    fleet = read_boats(boats, scenario.folder, place.landings)
    seats, ports = sum(boat.seats for boat in fleet), sum(one.is_port for one in place.landings)
    return [f"Boats: {len(fleet)} with {seats:,} seats; {len(place.landings)} landings, {ports} of them ports."]


def _bus_words(scenario: Scenario) -> list[str]:
    buses = scenario.fields.buses
    if not buses.runs:
        return []
    stops = stops_of(scenario.place)
    fleet = read_buses(buses, scenario.folder, stops)
    return [f"Buses: {len(fleet)} with {sum(bus.seats for bus in fleet):,} seats; {len(stops)} stops."]


def _zone_words(scenario: Scenario) -> list[str]:
    """Zones whose people no road takes to a refuge."""
    sail = "" if scenario.fields.boats.sails else "; no boats sail, its people wait"
    how = {"boat": f"by boat alone{sail}", "shelter": "no road: its people shelter"}
    zones = [zone for zone in scenario.place.settlement.zones if zone.node is None]
    return [f"  Zone {zone.zone}: {how[zone.access]}." for zone in zones]

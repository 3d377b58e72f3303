"""The true half of a run: weather, fire, roads, people, units, built from the scenario and one luck."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import simpy

from firesim.link.masts import Mast
from firesim.link.network import Network, read_masts
from firesim.place.load import Place
from firesim.place.stops import BusStop, stops_of
from firesim.record import Journal
from firesim.scenario import Scenario
from firesim.streams import Luck
from firesim.world.busfleet import BusSpec, read_buses
from firesim.world.fire import TrueFire
from firesim.world.fleet import BoatSpec, read_boats
from firesim.world.ground import FireGround, HiddenGround, Ignition
from firesim.world.people import People
from firesim.world.power import MastPower
from firesim.world.smoke import Smoke
from firesim.world.traffic import Traffic
from firesim.world.units import UnitSpec, read_units
from firesim.world.weather import TrueWeather, read_weather_day


@dataclass(frozen=True)
class Truth:
    """What is really happening, and the journal of it. No part of it is ever handed to command."""

    env: simpy.Environment
    journal: Journal
    luck: Luck
    place: Place
    weather: TrueWeather
    fire: TrueFire
    smoke: Smoke
    people: People
    traffic: Traffic
    masts: list[Mast]
    mast_power: MastPower
    network: Network
    unit_specs: list[UnitSpec]
    boat_specs: list[BoatSpec]  # empty where none sail
    stops: list[BusStop]  # empty where no buses run
    bus_specs: list[BusSpec]
    start_event: int  # the scenario's own first event: cause of what nothing in the run has caused


def true_fire(scenario: Scenario, luck: Luck, journal: Journal) -> tuple[TrueWeather, TrueFire]:
    """The weather and the fire of one replicate, before ignition."""
    fields = scenario.fields
    day = read_weather_day(fields.weather, scenario.folder)
    weather = TrueWeather(day, scenario.start_hour, fields.discrepancy, luck, scenario.horizon_s)
    ground = FireGround.of(scenario.place)
    ignition = Ignition(*scenario.ignition_xy_m, scenario.ignited_s)
    hidden = HiddenGround.draw(ground, ignition, fields.discrepancy, luck)
    law = fields.fire
    fire = TrueFire(ground, hidden, weather, ignition, journal, law.acceleration_per_min, law.wind_limit)
    return weather, fire


def build_truth(scenario: Scenario, luck: Luck) -> Truth:
    """Everything true at the scenario's start. The strategy has no say in any of it."""
    fields, place = scenario.fields, scenario.place
    folder = Path(scenario.folder)
    journal, env = Journal(), simpy.Environment()
    start_event = journal.add(0.0, "scenario", "scenario_started", None, scenario.name)
    weather, fire = true_fire(scenario, luck, journal)
    boats = read_boats(fields.boats, folder, place.landings) if fields.boats.sail else []
    landings = place.landings if boats else ()
    stops = stops_of(place) if fields.buses.runs else []
    buses = read_buses(fields.buses, folder, stops) if fields.buses.runs else []
    people = People.build(place, fields.people, luck, scenario.start_hour, journal, landings, stops)
    refuges, names = place.settlement.refuges, people.parties.household_id
    traffic = Traffic(
        place.roads, refuges, fields.traffic, journal, place.grid, names, luck=luck, landings=landings, stops=stops
    )
    smoke = people.air = Smoke(fire, weather, place.grid, fields.smoke)
    masts = read_masts(folder / fields.link.masts, place.grid)
    network = Network(masts, place.grid, place.terrain, fields.link, luck)
    power = MastPower([m.mast for m in masts], [m.x_m for m in masts], [m.y_m for m in masts], fire, journal)
    units = read_units(fields.responders, folder, place.settlement.facilities)
    return Truth(
        env,
        journal,
        luck,
        place,
        weather,
        fire,
        smoke,
        people,
        traffic,
        masts,
        power,
        network,
        units,
        boats,
        stops,
        buses,
        start_event,
    )

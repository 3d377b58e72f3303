"""Whether the parts of a scenario are sound and fit one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from firesim.command.parameters import CommandParameters
from firesim.command.strategies import policy_named
from firesim.devices.sites import SensorSite, read_sites
from firesim.inputs.fields import Readable, problems_of
from firesim.inputs.problems import BadInput, Problem
from firesim.inputs.text import FieldsText, Way
from firesim.link.masts import Mast, read_masts
from firesim.place.grid import Grid
from firesim.place.load import PlaceParts
from firesim.place.stops import stops_of
from firesim.scenario.beside import look_beside
from firesim.scenario.model import Ignition, Strategy, hour_of
from firesim.world.busfleet import BusParameters, BusSpec, read_buses
from firesim.world.fleet import BoatParameters, BoatSpec, read_boats
from firesim.world.ground import burnable_cells, why_no_ignition
from firesim.world.units import UnitSpec, read_units
from firesim.world.weather import read_weather_day

# Stands in for a grid that cannot be made, so that the tables of masts and sensors are read all the same.
_EARTH = Grid(180, 360, 1.0, -180.0, -90.0)
_SPEAKERS = ("scenario", "centre", "authority")  # names on the network that no mast, sensor or unit may take


def problems_of_parts(readable: Readable, place: PlaceParts, text: FieldsText, folder: Path) -> list[Problem]:
    """What is wrong with the files beside the place's, and between the parts."""
    problems: list[Problem] = []
    if "weather" in readable:
        _read(problems, lambda: read_weather_day(readable["weather"], folder))
    grid = place.grid or _EARTH
    masts: list[Mast] = []
    sites: list[SensorSite] = []
    if "link" in readable:
        masts = _read(problems, lambda: read_masts(folder / readable["link"].masts, grid)) or []
    if "devices" in readable:
        sites = _read(problems, lambda: read_sites(folder / readable["devices"].sites, grid)) or []
    units = _units(readable, place, folder, problems)
    boats = _boats(readable.get("boats", BoatParameters()), place, folder, problems)
    buses = _buses(readable.get("buses", BusParameters()), place, folder, problems)
    problems += _names(masts, sites, units, boats, buses)
    if place.settlement is not None and "start" in readable and "horizon_h" in readable:
        start_hour, settlement = hour_of(readable["start"]), place.settlement
        hours = start_hour + np.arange(0.0, readable["horizon_h"] + 1.0)
        _read(problems, lambda: [settlement.present(float(hour)) for hour in hours])
    if "ignition" in readable and place.grid is not None:
        problems += _ignition(readable["ignition"], place, place.grid, text)
    if "devices" in readable:
        problems += _sirens(readable, place, sites, text)
    for name, strategy in readable.get("strategies", {}).items():
        problems += _strategy(name, strategy, readable.get("command", CommandParameters()), folder, text)
    return [text.located(problem) for problem in problems]


def _read(problems: list[Problem], read: Callable[[], Any]) -> Any:
    """What a reader returns; None with its problems noted."""
    try:
        return read()
    except BadInput as found:
        problems.extend(found)
        return None


def _units(readable: Readable, place: PlaceParts, folder: Path, problems: list[Problem]) -> list[UnitSpec]:
    if "responders" not in readable:
        return []
    facilities = place.settlement.facilities if place.settlement else []
    found: list[Problem] = []
    units = _read(found, lambda: read_units(readable["responders"], folder, facilities)) or []
    # Where the facilities are wrong nothing is known of them, so nothing is said of where units stand.
    problems += [p for p in found if facilities or p.field != "responders.table.facility"]
    return units


def _boats(boats: BoatParameters, place: PlaceParts, folder: Path, problems: list[Problem]) -> list[BoatSpec]:
    """The boats, read whether they sail or not: what is wrong in a table is wrong on every day."""
    if boats.table is None:
        return []
    if "landings" not in place.sources and place.grid is not None:
        message = "Boats need places to land at, and the place names no table of landings."
        problems.append(Problem("boats.table", boats.table, message, "Name one in place.landings."))
        return []
    found: list[Problem] = []
    specs = _read(found, lambda: read_boats(boats, folder, place.landings)) or []
    # Where the landings are wrong nothing is known of them, so nothing is said of berths.
    problems += [p for p in found if place.landings or p.field != "boats.table.berth"]
    return specs


def _buses(buses: BusParameters, place: PlaceParts, folder: Path, problems: list[Problem]) -> list[BusSpec]:
    """The buses and their stops, read whether they run or not: what is wrong in a table is wrong on every day."""
    if buses.table is None:
        return []
    if "bus_stops" not in place.sources and place.grid is not None:
        message = "Buses need stops to fetch people at, and the place names no table of stops."
        problems.append(Problem("buses.table", buses.table, message, "Name one in place.bus_stops."))
        return []
    stops = _read(problems, lambda: stops_of(place)) or []
    found: list[Problem] = []
    specs = _read(found, lambda: read_buses(buses, folder, stops)) or []
    # Where the stops are wrong nothing is known of them, so nothing is said of where buses stand.
    problems += [p for p in found if stops or p.field != "buses.table.stop"]
    return specs


def _names(
    masts: Sequence[Mast], sites: Sequence[SensorSite], units: Sequence[UnitSpec], boats: Sequence[BoatSpec],
    buses: Sequence[BusSpec],
) -> Iterator[Problem]:  # fmt: skip
    """Two that speak on the network under one name."""
    taken = dict.fromkeys(_SPEAKERS, "the centre's own network")
    for field, names in (
        ("link.masts", [mast.mast for mast in masts]),
        ("devices.sites", [site.sensor for site in sites]),
        ("responders.table", [unit.unit for unit in units]),
        ("boats.table", [boat.boat for boat in boats]),
        ("buses.table", [bus.bus for bus in buses]),
    ):
        for name in names:
            if name in taken:
                message = f"The name is already used in {taken[name]}."
                yield Problem(
                    field,
                    name,
                    message,
                    "Masts, sensors, units, boats and buses share one network: rename one of them.",
                )
        taken |= dict.fromkeys(names, field)


def _sirens(readable: Readable, place: PlaceParts, sites: Sequence[SensorSite], text: FieldsText) -> Iterator[Problem]:
    """Sirens on facilities that do not exist, and strategies that sound sirens where there are none."""
    roofs, way = readable["devices"].sirens.facilities, ("devices", "sirens", "facilities")
    known = [facility.facility for facility in place.settlement.facilities] if place.settlement else []
    for name in roofs:
        if known and name not in known:  # where the facilities are wrong nothing is known of them
            remedy = f"Use one of {', '.join(known)}."
            yield text.problem(way, "No facility of that id has a roof for a siren.", remedy, name)
    if roofs or any(site.kind == "siren" for site in sites):
        return
    for name, strategy in readable.get("strategies", {}).items():
        if "siren" in strategy.channels:
            remedy = "Add rows of kind siren to the table of sites, or name facilities in devices.sirens.facilities."
            yield text.problem(("strategies", name, "channels"), "There is no siren to sound.", remedy, "siren")


def _ignition(ignition: Ignition, place: PlaceParts, grid: Grid, text: FieldsText) -> list[Problem]:
    x_m, y_m = ignition.place_on(grid)
    reason = why_no_ignition(grid, place.landcover, x_m, y_m)
    if not reason:
        return []
    way: Way = ("ignition", "lon_lat" if ignition.lon_lat is not None else "xy_m")
    nearest = _nearest_burnable(ignition, place, grid, (x_m, y_m))
    remedy = f"Move it to a cell whose fuel burns{f'; the nearest is at {nearest}' if nearest else ''}."
    where = list(ignition.lon_lat or ignition.xy_m or ())
    return [text.problem(way, f"No fire can start there: {reason}.", remedy, where)]


def _nearest_burnable(ignition: Ignition, place: PlaceParts, grid: Grid, xy_m: tuple[float, float]) -> str:
    """The nearest cell that burns, as the ignition is written; empty when there is none."""
    rows, columns = np.nonzero(burnable_cells(place.landcover)) if place.landcover else ((), ())
    if len(rows) == 0:
        return ""
    x_m, y_m = grid.centre_of(rows, columns)
    nearest = int(np.argmin((x_m - xy_m[0]) ** 2 + (y_m - xy_m[1]) ** 2))
    if ignition.lon_lat is None:
        return f"[{x_m[nearest]:.0f}, {y_m[nearest]:.0f}]"
    longitude, latitude = grid.to_lon_lat(x_m[nearest], y_m[nearest])
    return f"[{float(longitude):.5f}, {float(latitude):.5f}]"


def _strategy(
    name: str, strategy: Strategy, command: CommandParameters, folder: Path, text: FieldsText
) -> list[Problem]:
    """A policy that does not exist, and parameters that it does not know."""
    way: Way = ("strategies", name)
    look_beside(folder, strategy.policy)
    try:
        policy = policy_named(strategy.policy)
    except Exception as error:  # a module of the user's own may fail in any way
        remedy = "Use Today, Pilot or NoAlert, or module:Class of your own, its module.py beside the scenario."
        return [text.problem((*way, "policy"), f"{error}.", remedy, strategy.policy)]
    parameters = getattr(policy, "Parameters", CommandParameters)
    try:
        parameters.model_validate(command.model_dump() | strategy.parameters)
    except ValidationError as error:
        return problems_of(error, text, parameters, (*way, "parameters"))
    return []

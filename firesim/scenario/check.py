"""What a scenario means: whether its parts fit one another, and the whole of it in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from firesim.command.strategies import policy_named
from firesim.devices.sites import read_sites
from firesim.link.network import read_masts
from firesim.place.load import Place
from firesim.scenario.load import Scenario
from firesim.scenario.model import ScenarioFields
from firesim.scenario.text import Path_, Problem, ScenarioText
from firesim.world.ground import FireGround
from firesim.world.units import read_units
from firesim.world.weather import TrueWeather, read_weather_day

TABLE_WAYS: dict[str, Path_] = {
    "weather": ("weather", "table"),
    "responders": ("responders", "table"),
    "devices": ("devices", "sites"),
    "link": ("link", "masts"),
}


def problems_of_parts(
    fields: ScenarioFields, place: Place | None, text: ScenarioText, folder: Path
) -> list[Problem]:
    """What is wrong with the files of the weather, the units, the sensors and the masts."""
    problems = _found("weather", text, lambda: read_weather_day(fields.weather, folder))
    if place is None:
        return problems
    facilities, grid = place.settlement.facilities, place.grid
    problems += _found("responders", text, lambda: read_units(fields.responders, folder, facilities))
    problems += _found("devices", text, lambda: read_sites(folder / fields.devices.sites, grid))
    problems += _found("link", text, lambda: read_masts(folder / fields.link.masts, grid))
    return problems


def _found(block: str, text: ScenarioText, read: Callable[[], Any]) -> list[Problem]:
    """The problems that a reader of one part's file raises, in the scenario's own form."""
    try:
        read()
    except ValueError as errors:
        if not isinstance(errors, Iterable):
            raise
        return [_problem(block, error, text) for error in errors]
    return []


def _problem(block: str, error: Any, text: ScenarioText) -> Problem:
    file = error.file or str(text.path)
    line = error.line if error.file else text.line_of((block, *error.field.split(".")))
    return Problem(file, line, f"{block}.{error.field}", error.value, error.message, error.remedy)


def problems_of_the_whole(scenario: Scenario, text: ScenarioText) -> list[Problem]:
    """What is wrong between the parts: an ignition in the sea, a policy that does not exist."""
    return _ignition(scenario, text) + _strategies(scenario, text)


def _ignition(scenario: Scenario, text: ScenarioText) -> list[Problem]:
    x_m, y_m = scenario.ignition_xy_m
    reason = FireGround.of(scenario.place).cannot_ignite(x_m, y_m)
    if not reason:
        return []
    ignition = scenario.fields.ignition
    way: Path_ = ("ignition", "lon_lat" if ignition.lon_lat is not None else "xy_m")
    where = list(ignition.lon_lat or ignition.xy_m or ())
    remedy = "Move it to a cell whose fuel burns"
    nearest = _nearest_burnable(scenario, x_m, y_m)
    remedy += f"; the nearest is at {nearest}." if nearest else "."
    return [Problem(str(text.path), text.line_of(way), ".".join(map(str, way)), where, f"no fire can start there: {reason}.", remedy)]


def _nearest_burnable(scenario: Scenario, x_m: float, y_m: float) -> str:
    grid, burnable = scenario.place.grid, FireGround.of(scenario.place).is_burnable
    rows, columns = np.nonzero(burnable)
    if len(rows) == 0:
        return ""
    centre_x, centre_y = grid.centre_of(rows, columns)
    nearest = int(np.argmin((centre_x - x_m) ** 2 + (centre_y - y_m) ** 2))
    if scenario.fields.ignition.lon_lat is None:
        return f"[{centre_x[nearest]:.0f}, {centre_y[nearest]:.0f}]"
    longitude, latitude = grid.to_lon_lat(centre_x[nearest], centre_y[nearest])
    return f"[{float(longitude):.5f}, {float(latitude):.5f}]"


def _strategies(scenario: Scenario, text: ScenarioText) -> list[Problem]:
    problems = []
    for name, strategy in scenario.strategies.items():
        way: Path_ = ("strategies", name, "policy")
        try:
            policy = policy_named(strategy.policy)
        except (ValueError, ImportError, AttributeError) as error:
            problems.append(
                text.problem(way, f"{error}.", "Use Today, Pilot or NoAlert, or module:Class of your own.")
            )
            continue
        try:
            policy.Parameters.model_validate(scenario.fields.command.model_dump() | strategy.parameters)
        except ValidationError as error:
            for item in error.errors():
                below: Path_ = ("strategies", name, "parameters", *item["loc"])
                problems.append(text.problem(below, f"{item['msg']}.", "See CommandParameters in `firesim schema`."))
    return problems


def in_words(scenario: Scenario) -> str:
    """What the scenario says, as one would tell a colleague."""
    place, fields = scenario.place, scenario.fields
    zones = place.settlement.zones_at(scenario.start_hour)
    weather = TrueWeather(
        read_weather_day(fields.weather, scenario.folder),
        scenario.start_hour,
        fields.discrepancy.none(),
        _no_luck(),
        scenario.horizon_s,
    )
    lines = [
        f"{scenario.name}: sound.",
        f"Starts {fields.start.isoformat(timespec='minutes')}, runs {fields.horizon_h:g} h; ignition "
        f"{fields.ignition.at_min:g} min after the start at {_place_words(scenario)}.",
        f"Map: {place.grid.columns} x {place.grid.rows} cells of {place.grid.cell_size_m:g} m, {place.grid.crs or 'a plain'}; "
        f"land {place.landcover.is_land.sum() * place.grid.cell_area_m2 / 1e6:.1f} km2, highest "
        f"{float(place.terrain.elevation_m.max()):.0f} m; fuel crosswalk: {fields.place.fuel_crosswalk}.",
        f"Roads: {len(place.roads.nodes)} nodes, {len(set(place.roads.edge_names))} stretches, "
        f"{place.roads.length_m[place.roads.tail < place.roads.head].sum() / 1000:.0f} km.",
        f"People: {sum(zone.people_expected for zone in zones):,} in {len(zones)} zones; "
        f"{len(place.settlement.refuges)} refuges with room for "
        f"{sum(refuge.capacity_people for refuge in place.settlement.refuges):,}.",
        *_zone_words(scenario),
        "Weather bulletin:",
        *(
            f"  from {from_s / 60:.0f} min: {now.wind_speed_10m_m_s:.1f} m/s (gusts {now.gust_10m_m_s:.1f}) from "
            f"{now.wind_from_deg:.0f} degrees, {now.temperature_c:.0f} C, {now.relative_humidity_pct:.0f} %"
            for from_s, now in weather.bulletin(scenario.horizon_s)
        ),
        "Strategies:",
        *(
            f"  {name}: policy {strategy.policy}; devices {', '.join(strategy.devices) or 'none'}; channels "
            f"{', '.join(strategy.channels) or 'none'}"
            for name, strategy in scenario.strategies.items()
        ),
    ]
    return "\n".join(lines)


def _no_luck() -> Any:
    from firesim.streams import Luck

    return Luck(0)


def _place_words(scenario: Scenario) -> str:
    x_m, y_m = scenario.ignition_xy_m
    row, column = (int(index) for index in scenario.place.grid.cell_at(x_m, y_m))
    cover = scenario.place.landcover
    longitude, latitude = scenario.place.grid.to_lon_lat(x_m, y_m)
    return (
        f"({x_m:.0f}, {y_m:.0f}) m, {float(longitude):.4f} E {float(latitude):.4f} N, land cover "
        f"{cover.corine[row, column]}, fuel model {cover.fuel_model[row, column]}"
    )


def _zone_words(scenario: Scenario) -> list[str]:
    """Zones whose people no road takes to a refuge."""
    place = scenario.place
    words = []
    for zone in place.settlement.zones:
        if zone.node is None:
            how = "by boat alone; boats are not modelled, its people wait" if zone.access == "boat" else "no road: shelter"
            words.append(f"  Zone {zone.zone}: {how}.")
    return words

"""Fuel models of a scenario's own, and the Mediterranean ones: from the file to the true fire and to the forecast."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from firesim.command.ground import Ground
from firesim.fire.spread import FireWeather, spread_field
from firesim.link.messages import Envelope, decode, encode
from firesim.record import Journal
from firesim.scenario import load_scenario
from firesim.simulate.briefing import centre_briefing
from firesim.simulate.truth import true_fire
from firesim.streams import Luck
from firesim.world.weather import TrueWeather, read_weather_day

HEATH = (
    "HEATH: {name: heath, load_1h_kg_m2: 0.9, sav_1h_1_m: 5500, load_woody_kg_m2: 0.6, sav_woody_1_m: 5000, "
    "depth_m: 0.8, dead_extinction_moisture_frac: 0.3}"
)


def with_heath(copy: Any, fuel: str = HEATH) -> Any:
    """The shipped scenario whose regrowth is heath and whose maquis is a Portuguese shrub."""
    copy.edit("  fuel_crosswalk: default", f"  fuel_models:\n    {fuel}\n  fuel_crosswalk: default")
    copy.edit("transitional woodland-shrub,SH5", "transitional woodland-shrub,HEATH", "landcover_fuels.csv")
    return copy.edit("(maquis),SH7", "(maquis),V-MAb", "landcover_fuels.csv")


def test_own_and_mediterranean_fuels_burn_alike_in_truth_and_in_the_forecast(copy: Any) -> None:
    scenario = load_scenario(with_heath(copy).file)
    cover = scenario.place.landcover
    regrowth, maquis = cover.corine == 324, cover.corine == 323
    assert (cover.fuel_model[regrowth] == 901).all()
    assert (cover.fuel_model[maquis] == 305).all()

    changes = {"discrepancy": scenario.fields.discrepancy.none().model_dump()}
    _, fire = true_fire(scenario.with_changes(**changes), Luck(1), Journal())
    day = read_weather_day(scenario.fields.weather, scenario.folder)
    none = scenario.fields.discrepancy.none()
    weather = TrueWeather(day, scenario.start_hour, none, Luck(1), scenario.horizon_s)
    briefing = centre_briefing(scenario, scenario.strategies["pilot"], weather, [], [], [])
    envelope = Envelope(message_id="0", source="scenario", destination="centre", sent_s=0.0, body=briefing)
    body = decode(encode(envelope)).body
    assert body == briefing
    believed = Ground(body, cell_factor=1, buffer_m=100.0).landscape
    assert believed.catalogue == fire.ground.fuels
    assert [model.code for model in body.map.own_fuels] == ["HEATH"]

    now = weather.at(0.0)
    meltemi = FireWeather(now.wind_speed_10m_m_s, now.wind_from_deg, now.moisture)
    truth = spread_field(fire.landscape, meltemi).head_rate_m_s
    belief = spread_field(believed, meltemi).head_rate_m_s
    assert truth[regrowth].min() > 0.0
    # Heights travel to the decimetre: slopes, and rates with them, agree to a few percent.
    assert np.median(np.abs(belief[regrowth] / truth[regrowth] - 1.0)) < 0.01
    assert np.median(np.abs(belief[maquis] / truth[maquis] - 1.0)) < 0.01


@pytest.mark.parametrize(
    ("fuel", "field", "value", "words"),
    [
        (HEATH.replace("depth_m: 0.8", "depth_m: -0.8"), "HEATH.depth_m", -0.8, "must be above 0"),
        (HEATH.replace("depth_m: 0.8", "depth: 0.8"), "HEATH.depth", 0.8, "`depth_m`"),
        (HEATH.replace("_frac: 0.3", "_frac: 30"), "HEATH.dead_extinction_moisture_frac", 30, "write 30 % as 0.3"),
        (HEATH.replace("sav_1h_1_m: 5500, ", ""), "HEATH", None, "has load_1h_kg_m2 but no sav_1h_1_m"),
        (HEATH.replace("HEATH", "SH5"), "", None, "SH5 is the code of a shipped fuel model"),
    ],
)
def test_a_wrong_fuel_model_is_told_with_its_line(copy: Any, fuel: str, field: str, value: Any, words: str) -> None:
    copy.edit("  fuel_crosswalk: default", f"  fuel_models:\n    {fuel}\n  fuel_crosswalk: default")
    problems = {problem.field: problem for problem in copy.faults_of_fields()}
    problem = problems[f"place.fuel_models{'.' * bool(field)}{field}"]
    assert problem.line is not None
    assert copy.line_of("fuel_models:") <= problem.line <= copy.line_of("fuel_models:") + 1
    assert value is None or problem.value == value
    assert words in f"{problem.message} {problem.remedy}"


def test_a_code_that_nobody_describes_is_told_with_what_to_do(copy: Any) -> None:
    copy.edit("transitional woodland-shrub,SH5", "transitional woodland-shrub,HEATH", "landcover_fuels.csv")
    (problem,) = copy.faults()
    assert (problem.field, problem.value) == ("place.landcover_fuels.fuel_default", "HEATH")
    assert problem.line == copy.line_of("woodland-shrub", "landcover_fuels.csv")
    assert "place.fuel_models" in problem.remedy


def test_the_scenarios_wind_limit_holds_in_truth_and_in_the_forecast(copy: Any) -> None:
    copy.edit("link: {masts", "fire: {wind_limit: none}\nlink: {masts")
    scenario = load_scenario(copy.file)
    weather, fire = true_fire(scenario, Luck(1), Journal())
    briefing = centre_briefing(scenario, scenario.strategies["pilot"], weather, [], [], [])
    assert fire.landscape.wind_limit == briefing.map.wind_limit == "none"
    assert Ground(briefing, cell_factor=4, buffer_m=100.0).landscape.wind_limit == "none"

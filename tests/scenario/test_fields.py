"""A wrong field is told with its line, its full name, what was written, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

PILOT_DEVICES = "gas, cameras, drone]"

FAULTS = [
    ("turn_deg: -15", "turn: -15", "weather.turn", -15, "`turn_deg`"),
    ("horizon_h: 4", "horizon_hours: 4", "horizon_hours", 4, "`horizon_h`"),
    ("at_min: 0}", "at_mins: 0}", "ignition.at_mins", 0, "`at_min`"),
    ("one_h: 0.05", "one_hr: 0.05", "weather.moisture.one_hr", 0.05, "`one_h`"),
    ("one_h: 0.05", "one_h: 5", "weather.moisture.one_h", 5, "write 6 % as 0.06"),
    ("one_h: 0.05", "one_h: 2", "weather.moisture.one_h", 2, "write 6 % as 0.06"),
    ("live_herb: 0.60", "live_herb: 60", "weather.moisture.live_herb", 60, "write 6 % as 0.06"),
    ("one_h: 0.05", "one_h: dry", "weather.moisture.one_h", "dry", "must be a number"),
    ("turn_deg: -15", "turn_deg: 400", "weather.turn_deg", 400, "at most 180"),
    ("cell_size_m: 30", "cell_size_m: -30", "place.cell_size_m", -30, "above 0"),
    ("cell_size_m: 30", "cell_size_m: .inf", "place.cell_size_m", float("inf"), "finite"),
    ("horizon_h: 4", "horizon_h: 400", "horizon_h", 400, "at most 48"),
    ("horizon_h: 4", "horizon_h: four", "horizon_h", "four", "must be a number"),
    ("2025-08-06T12:00+03:00", "2025-08-06T12:00", "start", "2025-08-06T12:00", "no time zone"),
    ("2025-08-06T12:00+03:00", "2025-08-06", "start", "2025-08-06", "no time zone"),
    ("2025-08-06T12:00+03:00", "midday", "start", "midday", "2025-08-06T12:00+03:00"),
    ("fuel_crosswalk: default", "fuel_crosswalk: alternate", "place.fuel_crosswalk", "alternate", "`alternative`"),
    ("[23.436, 39.1668]", "[39.1668, 123.436]", "ignition.lon_lat[1]", 123.436, "at most 90"),
    ("[23.436, 39.1668]", "[23.436]", "ignition.lon_lat[1]", None, "missing"),
    ("[23.436, 39.1668], at_min: 0}", "[23.436, 39.1668], xy_m: [1, 2]}", "ignition.xy_m", [1, 2], "Keep one"),
    ("at_min: 0}", "at_min: -5}", "ignition.at_min", -5, "at least 0"),
    (PILOT_DEVICES, "gas, camera, drone]", "strategies.pilot.devices[3]", "camera", "`cameras`"),
    (PILOT_DEVICES, "gas, gas, drone]", "strategies.pilot.devices", None, "twice"),
    ("[app, cell_broadcast", "[bells, cell_broadcast", "strategies.pilot.channels[0]", "bells", "app, cell_broadcast"),
    ("fire_watch], policy: NoAlert}", "fire_watch]}", "strategies.no-alert.policy", None, "missing"),
    ("name: skiathos", "name: my island", "name", "my island", "pattern"),
    ("people: people_peak_authored.csv", "", "place.people", None, "missing"),
    ("link: {masts: masts.csv}", "people: {app_fraction: 10}\nlink: {masts: masts.csv}", "people.app_fraction", 10,
     "write 10 % as 0.1"),
    ("link: {masts: masts.csv}", "link: masts.csv", "link", "masts.csv", "block of fields"),
    ("link: {masts: masts.csv}", "link: {}\nauthority: {delay_least_min: 40}", "authority.delay_most_min", None,
     "at least"),
    ("link: {masts: masts.csv}", "link: {lora: {retries: 1.5}}", "link.lora.retries", 1.5, "whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "value", "words"), FAULTS)
def test_a_wrong_field_is_told_with_line_name_value_and_remedy(
    copy: Any, old: str, new: str, field: str, value: Any, words: str
) -> None:
    copy.edit(old, new)
    (problem,) = copy.faults_of_fields()
    assert problem.field == field
    assert problem.value == value or (value is None and isinstance(problem.value, list | None))
    assert words in f"{problem.message} {problem.remedy}"
    if new:
        written = new.splitlines()[-1] if field.startswith("authority") else new.splitlines()[0]
        assert problem.line == copy.line_of(written)


def test_ignition_beyond_the_horizon_is_told(copy: Any) -> None:
    (problem,) = copy.edit("at_min: 0}", "at_min: 240}").faults_of_fields()
    assert "beyond horizon_h" in problem.message
    assert (problem.field, problem.value, problem.remedy) == (
        "ignition.at_min",
        240,
        "Write less than 240, or lengthen horizon_h.",
    )
    assert problem.line == copy.line_of("at_min: 240}")


def test_a_value_of_no_fitting_kind_is_told_once_and_not_once_a_kind(copy: Any) -> None:
    copy.edit("policy: NoAlert}", "policy: NoAlert, parameters: {gas_ratio: [1, 2]}}")
    (problem,) = copy.faults_of_fields()
    assert problem.field == "strategies.no-alert.parameters.gas_ratio"
    assert "a number" in problem.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: [unclosed\nstart: 1\n", 2, "not YAML"),
        ("name: a\nname: b\n", 2, "not YAML"),
        ("- a\n- b\n", 1, "no fields"),
        ("", 1, "no fields"),
        ("name: \x01\n", None, "not YAML"),
    ],
)
def test_what_is_no_scenario_file_is_told(copy: Any, text: str, line: int | None, words: str) -> None:
    copy.file.write_text(text, encoding="utf-8")
    (problem,) = copy.faults()
    assert problem.line == line
    assert words in problem.message


def test_keys_merged_from_an_anchor_are_read_and_told_at_their_block(copy: Any) -> None:
    copy.edit("weather:\n", "weather:\n  <<: {turns_deg: 5}\n")
    (problem,) = copy.faults_of_fields()
    assert problem.field == "weather.turns_deg"
    assert problem.line == copy.line_of("weather:")

"""The day is read as it is meant, every error is named at once, and nothing in the run changes the wind."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.fire.moisture import Moisture
from firesim.inputs.problems import BadInput
from firesim.streams import Luck
from firesim.world.discrepancy import DiscrepancyParameters
from firesim.world.fuel_moisture import MoistureParameters
from firesim.world.weather import (
    TrueWeather,
    WeatherDay,
    WeatherHour,
    WeatherParameters,
    read_weather_day,
)

HEADER = "scenario,hour_local,temperature_c,relative_humidity_pct,wind_speed_10m_m_s,gust_10m_m_s,wind_from_deg\n"
NONE = DiscrepancyParameters.none()


def rows(changed: dict[int, str] | None = None, day: str = "windy") -> list[str]:
    lines = [f"{day},{hour},28,40,{hour + 1},{hour + 9},{10 * hour}" for hour in range(24)]
    for hour, text in (changed or {}).items():
        lines[hour] = text
    return lines


def read(tmp_path: Path, lines: list[str], **fields: object) -> WeatherDay:
    (tmp_path / "days.csv").write_text(HEADER + "\n".join(lines) + "\n")
    return read_weather_day(WeatherParameters(table="days.csv", day="windy", **fields), tmp_path)


def errors_of(tmp_path: Path, lines: list[str], **fields: object) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, lines, **fields)
    for error in caught.value:
        assert error.message
        assert error.remedy
    return [str(error) for error in caught.value]


def test_the_day_is_turned_and_scaled_as_the_scenario_says(tmp_path):
    day = read(tmp_path, rows(), turn_deg=-15.0, wind_speed_factor=1.2)
    assert day.hours[12].wind_from_deg == pytest.approx(105.0)
    assert day.hours[0].wind_from_deg == pytest.approx(345.0)
    assert day.hours[12].wind_speed_10m_m_s == pytest.approx(13 * 1.2)
    assert day.hours[12].gust_10m_m_s == pytest.approx(21 * 1.2)


def test_the_meltemi_at_noon_blows_at_ten_metres_a_second_from_the_north():
    folder = Path(__file__).parents[2] / "scenarios" / "skiathos"
    parameters = WeatherParameters(table="weather_days_authored.csv", day="meltemi", turn_deg=-15.0)
    now = TrueWeather(read_weather_day(parameters, folder), 12.0, NONE, Luck(1)).at(0.0)
    assert now.wind_speed_10m_m_s == pytest.approx(10.0, abs=0.5)
    assert now.wind_from_deg == pytest.approx(10.0, abs=2.0)


def test_all_errors_of_a_table_are_told_at_once_with_line_and_value(tmp_path):
    lines = rows({3: "windy,3,28,140,4,9,30", 5: "windy,5,28,40,-2,9,50", 7: "windy,7,28,40,8,17,360"})
    said = errors_of(tmp_path, lines)
    assert any("days.csv:5" in text and "relative_humidity_pct = 140" in text for text in said)
    assert any("days.csv:7" in text and "wind_speed_10m_m_s = -2" in text for text in said)
    assert any("days.csv:9" in text and "wind_from_deg = 360" in text for text in said)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "empty"),
        (rows()[:-2], "lacks the hours 22, 23"),
        (rows(day="calm"), "no such day"),
        ([*rows(), "windy,3,28,40,4,9,30"], "already in line"),
        (rows({4: "windy,4,28,40,x,9,30"}), "must be a number"),
        (rows({4: "windy,4,28,40,8,6,30"}), "gust is below"),
        ([line.replace(",40,", ",0.4,") for line in rows()], "seems to be a fraction"),
    ],
)
def test_a_wrong_table_is_named(tmp_path, lines, words):
    assert any(words in text for text in errors_of(tmp_path, lines))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_weather_day(WeatherParameters(table="nowhere.csv", day="windy"), tmp_path)


def test_moisture_in_percent_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"write 6 % as 0\.06"):
        MoistureParameters(one_h=6.0)
    with pytest.raises(ValueError, match="negative"):
        MoistureParameters(one_h=-0.01)


def day_of(hours: int = 24) -> WeatherDay:
    made = tuple(WeatherHour(h, 20.0 + h, 40.0, 1.0 + h, 2.0 + h, 5.0 * h) for h in range(hours))
    return WeatherDay("test", made, Moisture(0.05, 0.06, 0.07, 0.6, 0.8))


def test_an_hour_holds_until_the_next_and_the_day_repeats():
    weather = TrueWeather(day_of(), 12.5, NONE, Luck(1))
    assert weather.at(0.0).wind_speed_10m_m_s == 13.0
    assert weather.at(1799.0).wind_speed_10m_m_s == 13.0
    assert weather.at(1800.0).wind_speed_10m_m_s == 14.0
    assert weather.at(12.0 * 3600.0).wind_speed_10m_m_s == 1.0
    assert weather.change_times(4 * 3600.0) == [1800.0, 5400.0, 9000.0, 12600.0]


@given(start_hour=st.floats(0.0, 23.99), until_h=st.floats(0.1, 12.0))
def test_between_change_times_the_weather_never_changes(start_hour, until_h):
    weather = TrueWeather(day_of(), start_hour, DiscrepancyParameters(), Luck(4))
    until_s = until_h * 3600.0
    edges = [0.0, *weather.change_times(until_s), until_s]
    assert edges == sorted(set(edges))
    for begin, end in pairwise(edges):
        if end - begin < 0.1:
            continue
        inside = [weather.at(begin + part * (end - begin - 0.01)) for part in (0.0, 0.5, 1.0)]
        assert inside[0] == inside[1] == inside[2]


def test_without_discrepancy_truth_and_bulletin_agree_at_every_moment():
    weather = TrueWeather(day_of(), 12.25, NONE, Luck(1))
    for from_s, row in weather.bulletin(6 * 3600.0):
        assert weather.at(from_s) == row


def test_the_bulletin_carries_none_of_the_hidden_error():
    hidden = TrueWeather(day_of(), 12.25, DiscrepancyParameters(), Luck(1))
    plain = TrueWeather(day_of(), 12.25, NONE, Luck(1))
    assert hidden.bulletin(3600.0) == plain.bulletin(3600.0)
    assert hidden.at(0.0) != plain.at(0.0)


def test_the_hidden_wind_has_the_stated_bias_and_gusts():
    parameters = DiscrepancyParameters()
    many = [TrueWeather(day_of(), 12.0, parameters, Luck(1, replicate)) for replicate in range(300)]
    biases = np.array([weather.wind_bias_deg for weather in many])
    # 300 draws: the standard error of a deviation is 4 %.
    assert biases.std() == pytest.approx(10.0, rel=0.15)
    assert biases.mean() == pytest.approx(0.0, abs=2.0)
    logs = np.log([[weather.at(s).wind_speed_10m_m_s / 13.0 for s in (0.0, 600.0, 3000.0)] for weather in many])
    assert logs.std() == pytest.approx(0.10, rel=0.12)
    assert np.corrcoef(logs[:, 0], logs[:, 1])[0, 1] == pytest.approx(np.exp(-600.0 / 1800.0), abs=0.12)


def test_each_part_of_the_hidden_weather_has_its_own_luck():
    without_gusts = DiscrepancyParameters(gust_sd=0.0)
    with_gusts = DiscrepancyParameters(gust_sd=0.2, spread_multiplier_sd=0.0)
    first = TrueWeather(day_of(), 12.0, without_gusts, Luck(9))
    second = TrueWeather(day_of(), 12.0, with_gusts, Luck(9))
    assert first.wind_bias_deg == second.wind_bias_deg


def test_a_longer_run_changes_no_earlier_gust():
    short = TrueWeather(day_of(), 12.0, DiscrepancyParameters(), Luck(2), until_s=3600.0)
    long = TrueWeather(day_of(), 12.0, DiscrepancyParameters(), Luck(2), until_s=36_000.0)
    assert all(short.at(s) == long.at(s) for s in range(0, 3600, 60))


def hours_of_meltemi() -> tuple[WeatherHour, ...]:
    """Cool damp nights, warm dry afternoons."""
    warmth = [0.5 - 0.5 * np.cos(2.0 * np.pi * (hour - 3) / 24.0) for hour in range(24)]
    return tuple(WeatherHour(h, 22.0 + 7.0 * w, 65.0 - 27.0 * w, 8.0, 11.0, 20.0) for h, w in enumerate(warmth))


def drying_day(**moisture: float | str) -> WeatherDay:
    hours = hours_of_meltemi()
    air = [h.temperature_c for h in hours], [h.relative_humidity_pct for h in hours]
    return WeatherDay("drying", hours, MoistureParameters(**moisture).of_day(*air))


def test_a_weather_day_alone_makes_fuel_moisture_hour_by_hour_the_same_in_truth_and_bulletin():
    weather = TrueWeather(drying_day(), 6.0, NONE, Luck(1))
    bulletin = weather.bulletin(14 * 3600.0)
    fine = [float(row.moisture.one_h) for _, row in bulletin]
    assert all(weather.at(from_s + 100.0).moisture == row.moisture for from_s, row in bulletin)
    assert fine[0] > fine[9] + 0.02  # at six in the morning against three in the afternoon
    assert fine.index(min(fine)) == 10  # an hour behind the driest air
    # A lag of tau h leaves 1 / sqrt(1 + (2 pi tau / 24)^2) of a daily swing: 97, 36 and 4 %.
    swings = [float(np.ptp(series)) for series in weather.day.moisture.as_tuple()[:3]]
    assert swings[1] / swings[0] == pytest.approx(0.36 / 0.97, rel=0.05)
    assert swings[2] / swings[0] == pytest.approx(0.038 / 0.97, rel=0.1)
    assert all(row.moisture.as_tuple()[3:] == (0.60, 0.80) for _, row in bulletin)


def test_a_published_scenario_holds_all_day_and_own_values_class_by_class():
    weather = TrueWeather(drying_day(published="D2L1"), 6.0, NONE, Luck(1))
    assert {weather.at(h * 3600.0).moisture for h in range(24)} == {Moisture(0.06, 0.07, 0.08, 0.30, 0.60)}
    mixed, air = drying_day(one_h=0.04, live_herb=0.9), drying_day()
    for hour in (0.0, 5.0, 15.0):
        own, of_air = mixed.moisture_at(hour * 3600.0, 0.0), air.moisture_at(hour * 3600.0, 0.0)
        assert own == Moisture(0.04, of_air.ten_h, of_air.hundred_h, 0.9, of_air.live_woody)


def test_an_unknown_published_scenario_or_two_sources_at_once_are_refused():
    with pytest.raises(ValueError, match="must be a published moisture scenario: D1L1, D1L2"):
        MoistureParameters(published="D1L9")
    with pytest.raises(ValueError, match="keep one"):
        MoistureParameters(published="D1L1", one_h=0.05)

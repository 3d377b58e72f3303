"""Gas nodes and the all-seeing sensor."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.devices.sensors import AllSeeing, GasNodes, GasParameters
from firesim.devices.sites import SensorSite
from firesim.link.messages import FireMapReport, RoadReport
from firesim.streams import Luck

SURE = GasParameters(working_fraction=1.0, false_alarms_per_day=0.0)


def node(name: str, x_m: float, y_m: float) -> SensorSite:
    return SensorSite(name, "gas", x_m, y_m, 3.0)


def alarms(nodes: GasNodes, until_s: float) -> list[tuple[float, str]]:
    times = np.arange(0.0, until_s + 1e-9, nodes.cadence_s)
    return [(float(now_s), seen.source) for now_s in times for seen in nodes.observe(float(now_s))]


@pytest.fixture
def small_fire(make_fire: Any) -> Any:
    return make_fire(x_m=3015.0, y_m=3015.0, heat_mw=3.0, reach_m=10.0)


def test_a_node_downwind_smells_a_small_fire_and_a_node_upwind_smells_nothing(
    small_fire: Any, make_weather: Any, grid: Any
) -> None:
    sites = [node("downwind", 3015.0, 2935.0), node("upwind", 3015.0, 3095.0)]
    nodes = GasNodes(sites, small_fire, make_weather(wind_from_deg=0.0), grid, SURE, Luck(1))
    assert {name for _, name in alarms(nodes, 3600.0)} == {"downwind"}


@settings(max_examples=30, deadline=None)
@given(wind_from_deg=st.floats(0.0, 359.9), off_deg=st.floats(-80.0, 80.0), away_m=st.floats(20.0, 500.0))
def test_no_wind_carries_smoke_to_a_node_on_its_upwind_side(
    wind_from_deg: float, off_deg: float, away_m: float
) -> None:
    from firesim.place.grid import Grid, east_north

    grid = Grid(200, 200, 30.0, 0.0, 0.0)
    cell = np.full(grid.shape, np.inf)
    cell[99, 100] = 0.0
    fire = SimpleNamespace(
        ignited_s=0.0, ignition_xy_m=(3015.0, 3015.0), arrival_time_s=cell, heat_release_mw=lambda now_s: 5.0,
        area_m2=lambda now_s: 900.0, flaming_cells=lambda now_s: np.array([99 * 200 + 100]),
    )  # fmt: skip
    weather = SimpleNamespace(at=lambda now_s: SimpleNamespace(wind_speed_10m_m_s=5.0, wind_from_deg=wind_from_deg))
    east, north = east_north(wind_from_deg + off_deg)
    upwind = node("n", 3015.0 + away_m * float(east), 3015.0 + away_m * float(north))
    if np.ravel(cell)[int(grid.cell_at(upwind.x_m, upwind.y_m)[0]) * 200 + int(grid.cell_at(upwind.x_m, 0)[1])] == 0.0:
        return  # the node stands in the burning cell itself: its heat, not its smoke
    assert not GasNodes([upwind], fire, weather, grid, SURE, Luck(1)).detectable(60.0)


def test_the_alarm_comes_two_to_three_minutes_after_the_smoke(small_fire: Any, make_weather: Any, grid: Any) -> None:
    exact = SURE.model_copy(update={"cadence_s": 3.0})
    firsts = []
    for seed in range(25):
        nodes = GasNodes([node("n", 3015.0, 2935.0)], small_fire, make_weather(), grid, exact, Luck(seed))
        firsts.append(alarms(nodes, 200.0)[0][0])
    assert 120.0 <= min(firsts) < 135.0
    assert 165.0 < max(firsts) <= 186.0


def test_a_node_is_blind_for_a_quarter_of_an_hour_after_an_alarm(small_fire: Any, make_weather: Any, grid: Any) -> None:
    nodes = GasNodes([node("n", 3015.0, 2935.0)], small_fire, make_weather(), grid, SURE, Luck(3))
    times = [now_s for now_s, _ in alarms(nodes, 3600.0)]
    assert len(times) == 4  # and no fifth within the hour
    assert np.diff(times).min() == pytest.approx(900.0, abs=SURE.cadence_s)


@pytest.mark.parametrize("blind_s", [0.0, 100.0, 900.0])
@pytest.mark.parametrize("seed", range(6))
def test_a_node_alarms_as_if_it_had_smelt_all_the_while_that_it_was_blind(
    seed: int, blind_s: float, make_fire: Any, make_weather: Any, grid: Any
) -> None:
    smokes = np.repeat(np.random.default_rng(seed).random(80) < 0.7, 6)  # in spells of three minutes
    times = np.arange(len(smokes)) * SURE.cadence_s
    fire = make_fire(x_m=3015.0, y_m=3015.0, reach_m=10.0)
    fire.heat_release_mw = lambda now_s: 3.0 * smokes[int(now_s // SURE.cadence_s)]
    parameters = SURE.model_copy(update={"blind_s": blind_s})
    nodes = GasNodes([node("n", 3015.0, 2935.0)], fire, make_weather(), grid, parameters, Luck(seed))
    expected, since_s, blind_until_s, scan_s = [], np.inf, -np.inf, float(nodes._scan_s[0])
    for now_s, smells in zip(times.tolist(), (smokes & (times > 0.0)).tolist(), strict=True):
        since_s = min(since_s, now_s) if smells else np.inf
        if now_s >= blind_until_s and now_s - since_s >= scan_s:
            expected.append((now_s, "n"))
            blind_until_s, scan_s = now_s + blind_s, 120.0 + 60.0 * Luck(seed).uniform("gas scan", "n", len(expected))
    assert expected
    assert alarms(nodes, float(times[-1])) == expected


def test_before_the_ignition_nothing_is_smelt(make_fire: Any, make_weather: Any, grid: Any) -> None:
    late = make_fire(x_m=3015.0, y_m=3015.0, ignited_s=1800.0, heat_mw=3.0, reach_m=10.0)
    nodes = GasNodes([node("n", 3015.0, 2935.0)], late, make_weather(), grid, SURE, Luck(3))
    assert not nodes.detectable(1700.0)
    assert min(now_s for now_s, _ in alarms(nodes, 3600.0)) > 1800.0


def test_a_node_in_the_flames_alarms_once_and_is_gone(make_fire: Any, make_weather: Any, grid: Any) -> None:
    nodes = GasNodes([node("n", 3000.0, 3000.0)], make_fire(ignited_s=100.0), make_weather(), grid, SURE, Luck(3))
    assert [now_s for now_s, _ in alarms(nodes, 7200.0)] == [120.0]


def test_broken_nodes_stay_silent(small_fire: Any, make_weather: Any, grid: Any) -> None:
    broken = SURE.model_copy(update={"working_fraction": 0.0})
    nodes = GasNodes([node("n", 3015.0, 2935.0)], small_fire, make_weather(), grid, broken, Luck(3))
    assert alarms(nodes, 3600.0) == []


def test_false_alarms_come_at_the_stated_rate_and_are_known_to_be_false(
    make_fire: Any, make_weather: Any, grid: Any
) -> None:
    cold = make_fire(ignited_s=1e9)
    often = GasParameters(working_fraction=1.0, false_alarms_per_day=2.0, blind_s=0.0)
    sites = [node(f"n{i}", 30.0 * i, 3000.0) for i in range(100)]
    seen = []
    for seed in range(10):
        nodes = GasNodes(sites, cold, make_weather(), grid, often, Luck(seed))
        seen += [found for now_s in np.arange(0.0, 14_400.0, 30.0) for found in nodes.observe(float(now_s))]
    expected = 10 * 100 * 2.0 / 6.0
    assert abs(len(seen) - expected) < 4.0 * expected**0.5
    assert not any(found.is_true for found in seen)


def test_one_more_node_changes_no_other_nodes_luck(small_fire: Any, make_weather: Any, grid: Any) -> None:
    some = [node("a", 3015.0, 2935.0), node("b", 3030.0, 2950.0)]
    rest = GasParameters(false_alarms_per_day=5.0)
    few = GasNodes(some, small_fire, make_weather(), grid, rest, Luck(5))
    more = GasNodes([node("c", 2000.0, 2000.0), *some], small_fire, make_weather(), grid, rest, Luck(5))
    assert alarms(few, 7200.0) == [alarm for alarm in alarms(more, 7200.0) if alarm[1] != "c"]


def test_a_large_fire_gathered_into_patches_smells_alike(make_fire: Any, make_weather: Any, grid: Any) -> None:
    sites = [node("n", 3000.0, 1500.0)]
    indices = []
    for most in (64, 10_000):
        import firesim.devices.sensors as module

        before, module._MOST_SOURCES = module._MOST_SOURCES, most
        nodes = GasNodes(sites, make_fire(reach_m=400.0), make_weather(), grid, SURE, Luck(1))
        indices.append(float(nodes._smell(np.arange(1), 60.0)[0]))
        module._MOST_SOURCES = before
    assert indices[0] == pytest.approx(indices[1], rel=0.15)


def test_the_all_seeing_sensor_reports_the_true_outline_from_the_ignition_on(make_fire: Any) -> None:
    fire = make_fire(ignited_s=100.0)
    all_seeing = AllSeeing(fire)
    assert all_seeing.first_look_s == 100.0
    assert all_seeing.observe(99.0) == []
    body = all_seeing.observe(100.0)[0].body
    assert isinstance(body, FireMapReport)
    assert body.outline_xy_m == fire.rings(100.0)
    assert body.outline_sd_m == 0.0


def test_the_all_seeing_sensor_tells_of_each_cut_road_once_and_when_it_opens(make_fire: Any) -> None:
    is_open = np.array([True, True])
    roads = SimpleNamespace(edges=[SimpleNamespace(u="a", v="b"), SimpleNamespace(u="b", v="a")])
    all_seeing = AllSeeing(make_fire(), roads, lambda: is_open)
    told = []
    for now_s, state in [(0.0, True), (60.0, False), (120.0, False), (180.0, True)]:
        is_open[0] = state
        told += [
            (now_s, seen.body.u, seen.body.is_open)
            for seen in all_seeing.observe(now_s)
            if isinstance(seen.body, RoadReport)
        ]
    assert told == [(60.0, "a", False), (180.0, "a", True)]

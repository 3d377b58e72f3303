"""Wildfire spread and trigger buffers, the two subjects of Ronchi et al. 2023 beside evacuation: five cases.

The five in the repository of the authors' platform (`bran-jnw/wuinity`, commit a04d342, `Farsite/Test_cases`), with
perimeters of FARSITE: "Control", "Varying Wind", "Varying Fuel", "Valley", "Windy Fuel Quadrant Valley". Its trigger
model k-PERIL has five inputs on as many cells. `tests/data/reference/farsite_cases.csv` tells how far those fires had
come. The ground is a square of 1,500 m, in cells of 30 m there and of 5 m here.

What can be read there: level, but for a valley from north to south whose western side rises by 25 and eastern side by
10 degrees; calm, or 10 mi/h at 20 ft from due north; one fuel, or one for each quadrant; rates times 0.25 for fuel
model 2 or times 0.1 for all; live fuel at 50 (herbs) and 100 % (wood), dead fuel at 3 to 7 % to begin with. What
cannot, and is read off the perimeters: which fuels (how wind and slope drive the one is model 2's alone among
Anderson's thirteen; rates in the quadrants are those of 1, 3, 6 and 10), how wide the valley's floor is (two of their
cells), and how dry dead fuel was later, which FARSITE works out from the weather. So one front gives that of every two
hours: Control's for the three cases of one fuel, the westward one of Varying Fuel for the two of four as long as it
burns. Of these two fronts the shape alone is a test; all others are compared. FARSITE's perimeters have ten to seventy
corners: ten hold 6.5 % less than the curve; on other ground or fuel they come a step late.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq

from firesim.command.ground import Ground
from firesim.fire.moisture import Moisture
from firesim.fire.surface import surface_spread
from firesim.fire.wind import wind_10m_m_s
from tests.command.burning_ground import buffer_around, burnt_by, ground_of, weather_row

CELL_M, SIDE_M, MIDDLE_M = 5.0, 1500.0, 750.0
CELLS = round(SIDE_M / CELL_M)
EASTING_M = CELL_M * (np.arange(CELLS) + 0.5)[None, :]
NORTHING_M = (SIDE_M - CELL_M * (np.arange(CELLS) + 0.5))[:, None]
FLOOR_M = (720.0, 780.0)
PERIOD_H, HOUR_S = 2, 3600.0
NORTHERLY_M_S = float(wind_10m_m_s(10.0 * 0.44704))
FM2_FACTOR, ALL_FACTOR = 0.25, 0.1
RING_M = 1.0  # FARSITE's fire begins as a ring of this radius
LIVE = (0.5, 1.0)  # herbs of model 2 and wood of model 10, as in `Valley/test_moistures.fms`
SHORT_GRASS, GRASS_UNDER_TREES, TALL_GRASS, BRUSH, TIMBER = 1, 2, 3, 6, 10

ONE_FUEL = np.full((CELLS, CELLS), GRASS_UNDER_TREES)
FOUR_FUELS = np.where(
    NORTHING_M < MIDDLE_M,
    np.where(EASTING_M < MIDDLE_M, TALL_GRASS, BRUSH),
    np.where(EASTING_M < MIDDLE_M, TIMBER, SHORT_GRASS),
)
LEVEL = np.zeros((1, 1))
VALLEY = np.tan(np.radians(25.0)) * np.maximum(FLOOR_M[0] - EASTING_M, 0.0) + np.tan(np.radians(10.0)) * np.maximum(
    EASTING_M - FLOOR_M[1], 0.0
)


@cache
def farsite(case: str) -> dict[int, dict[str, float]]:
    """How far FARSITE's fire had come, by hours since it was lit: metres from the ignition by direction, hectares."""
    text = (Path(__file__).parents[1] / "data" / "reference" / "farsite_cases.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["case"] == case]
    far = [name for name in rows[0] if name.endswith(("_m", "_ha"))]
    return {int(row["hours"]): {name: float(row[name]) for name in far if row[name]} for row in rows}


def calm_rate_m_min(fuel: int, dead_moisture: float) -> float:
    moisture = Moisture(dead_moisture, dead_moisture, dead_moisture, *LIVE)
    return 60.0 * float(surface_spread(fuel, moisture, 0.0, 0.0, 0.0).rate_of_spread_m_s)


@cache
def dead_moistures(case: str, direction: str, fuel: int, factor: float) -> list[float]:
    """Of each period: the moisture at which a fuel burns outward on level ground in calm air as fast as one front."""
    reach_m = [RING_M, *(row[direction] for row in farsite(case).values())]
    rates_m_min = np.diff(reach_m) / (60.0 * PERIOD_H)

    def excess_m_min(dead: float, rate_m_min: float) -> float:
        return factor * calm_rate_m_min(fuel, dead) - rate_m_min

    return [brentq(excess_m_min, 0.03, 0.11, args=(rate_m_min,)) for rate_m_min in rates_m_min]


@dataclass(frozen=True)
class Case:
    name: str
    fuel: NDArray[np.integer]
    height_m: NDArray[np.float64]
    wind_m_s: float
    ignition_m: tuple[float, float]  # east and north of the south-western corner
    factor: float

    @property
    def moistures(self) -> list[float]:
        one_fuel = dead_moistures("control", "north_m", GRASS_UNDER_TREES, FM2_FACTOR)
        if self.fuel is ONE_FUEL:
            return one_fuel
        four_fuels = dead_moistures("varying_fuel", "west_m", TALL_GRASS, 1.0)
        return four_fuels + one_fuel[len(four_fuels) :]

    def ground(self, small: Any, moistures: list[float]) -> Ground:
        """The ground under a bulletin whose rows hold for two hours each."""
        rows = [
            weather_row(k * PERIOD_H * HOUR_S, self.wind_m_s, 0.0, (dead, dead, dead, *LIVE))
            for k, dead in enumerate(moistures)
        ]
        return ground_of(small, CELL_M, self.fuel, self.height_m, rows)

    def burnt(self, small: Any, hours: int) -> NDArray[np.float64]:
        east_m, north_m = self.ignition_m
        ground = self.ground(small, self.moistures[: hours // PERIOD_H])
        return burnt_by(ground, east_m / CELL_M, (SIDE_M - north_m) / CELL_M, hours * HOUR_S, self.factor)


CONTROL = Case("control", ONE_FUEL, LEVEL, 0.0, (736.2, 743.6), FM2_FACTOR)
VARYING_WIND = Case("varying_wind", ONE_FUEL, LEVEL, NORTHERLY_M_S, (734.0, 1176.1), FM2_FACTOR)
VARYING_FUEL = Case("varying_fuel", FOUR_FUELS, LEVEL, 0.0, (744.7, 747.9), 1.0)
VALLEY_CASE = Case("valley", ONE_FUEL, VALLEY, 0.0, (746.8, 762.8), FM2_FACTOR)
WINDY_FUEL_QUADRANT_VALLEY = Case(
    "windy_fuel_quadrant_valley", FOUR_FUELS, VALLEY, NORTHERLY_M_S, (746.8, 743.6), ALL_FACTOR
)


def reach(case: Case, arrival_s: NDArray[np.float64], hours: int) -> dict[str, float]:
    """How far a fire has come from where it was lit, in metres by direction, and its hectares."""
    burns = arrival_s <= hours * HOUR_S
    rows, columns = np.nonzero(burns)
    east_m, north_m = case.ignition_m
    return {
        "north_m": SIDE_M - rows.min() * CELL_M - north_m,
        "south_m": north_m - (SIDE_M - (rows.max() + 1) * CELL_M),
        "west_m": east_m - columns.min() * CELL_M,
        "east_m": (columns.max() + 1) * CELL_M - east_m,
        "southeast_m": np.diagonal(burns)[CELLS // 2 :].sum() * CELL_M * np.sqrt(2.0),
        "northwest_m": np.diagonal(burns)[: CELLS // 2].sum() * CELL_M * np.sqrt(2.0),
        "area_ha": burns.sum() * CELL_M**2 / 1e4,
    }


def gained(case: Case, direction: str, from_h: int, until_h: int) -> float:
    """How far FARSITE's fire went on in a direction. [m]"""
    came_m = farsite(case.name)
    return came_m[until_h][direction] - came_m[from_h][direction]


def held_around(
    small: Any, case: Case, east_m: float, north_m: float, period: int, needed_h: float
) -> dict[str, float]:
    """How far the buffer of a square of 10 m reaches beyond it under the moisture of one period, by direction. [m]"""
    row, column = round((SIDE_M - north_m) / CELL_M), round(east_m / CELL_M)
    held = buffer_around(
        case.ground(small, case.moistures[period : period + 1]),
        (slice(row - 1, row + 1), slice(column - 1, column + 1)),
        needed_h * HOUR_S,
    )
    rows, columns = np.nonzero(held)
    cells = {
        "north_m": row - 1 - rows.min(), "south_m": rows.max() - row,
        "west_m": column - 1 - columns.min(), "east_m": columns.max() - column,
    }  # fmt: skip
    return {name: CELL_M * count for name, count in cells.items()}


def test_control_burns_a_circle(small):
    arrival_s = CONTROL.burnt(small, 14)
    for hours, came in farsite("control").items():
        here = reach(CONTROL, arrival_s, hours)
        outward_m = [here[name] for name in ("north_m", "south_m", "west_m", "east_m")]
        assert outward_m == pytest.approx([came["north_m"]] * 4, abs=CELL_M)
        if 4 <= hours <= 8:  # FARSITE's ring has ten corners until then
            ten_corners = 5.0 / np.pi * np.sin(np.pi / 5.0)
            assert here["area_ha"] * ten_corners == pytest.approx(came["area_ha"], rel=0.04)


def test_varying_wind_runs_and_backs_and_widens_as_farsites_fire_does(small):
    arrival_s = VARYING_WIND.burnt(small, 8)
    for hours in (4, 6, 8):
        here, came = reach(VARYING_WIND, arrival_s, hours), farsite("varying_wind")[hours]
        for name in ("north_m", "south_m", "west_m", "east_m"):
            assert here[name] == pytest.approx(came[name], rel=0.01, abs=CELL_M), (hours, name)
        assert 1.0 < here["area_ha"] / came["area_ha"] < 1.03


def test_varying_fuel_burns_each_quadrant_at_the_rate_of_its_own_fuel(small):
    arrival_s = VARYING_FUEL.burnt(small, 8)
    at_4_h, at_8_h = (reach(VARYING_FUEL, arrival_s, hours) for hours in (4, 8))
    for name, within in (("south_m", 0.03), ("north_m", 0.08), ("east_m", 0.08)):
        assert at_8_h[name] - at_4_h[name] == pytest.approx(gained(VARYING_FUEL, name, 4, 8), rel=within), name
    for hours in (4, 6, 8):
        here, came = reach(VARYING_FUEL, arrival_s, hours), farsite("varying_fuel")[hours]
        for name in ("southeast_m", "northwest_m"):  # brush and timber
            assert here[name] == pytest.approx(came[name], rel=0.1), (hours, name)


def test_valley_is_climbed_faster_on_its_steeper_side(small):
    arrival_s = VALLEY_CASE.burnt(small, 12)
    at_4_h, at_12_h = (reach(VALLEY_CASE, arrival_s, hours) for hours in (4, 12))
    for name, within in (("west_m", 0.02), ("east_m", 0.08), ("north_m", 0.05), ("south_m", 0.05)):
        assert at_12_h[name] - at_4_h[name] == pytest.approx(gained(VALLEY_CASE, name, 4, 12), rel=within), name
    assert at_12_h["north_m"] == pytest.approx(at_12_h["south_m"], abs=CELL_M)


def test_windy_fuel_quadrant_valley_joins_wind_slope_and_fuels(small):
    case = WINDY_FUEL_QUADRANT_VALLEY
    arrival_s = case.burnt(small, 14)
    for hours in (2, 4, 6):
        here, came = reach(case, arrival_s, hours), farsite(case.name)[hours]
        for name in {"south_m", "west_m", "east_m"} & set(came):
            assert here[name] == pytest.approx(came[name], rel=0.055), (hours, name)
    at_10_h, at_14_h = (reach(case, arrival_s, hours) for hours in (10, 14))
    assert at_14_h["north_m"] - at_10_h["north_m"] == pytest.approx(gained(case, "north_m", 10, 14), rel=0.05)


def test_where_fires_differ_by_more_they_do_so_by_as_much_as_the_page_tells(small):
    """Figures of `docs/evacuation.md`; over FARSITE's."""
    fuel, valley = VARYING_FUEL.burnt(small, 4), VALLEY_CASE.burnt(small, 12)
    at_2_h, at_4_h = (reach(VARYING_FUEL, fuel, hours) for hours in (2, 4))
    for name in ("north_m", "east_m"):  # short grass
        assert at_2_h[name] / farsite("varying_fuel")[2][name] == pytest.approx(1.21, abs=0.01)
        assert (at_4_h[name] - at_2_h[name]) / gained(VARYING_FUEL, name, 2, 4) == pytest.approx(0.75, abs=0.01)
    for hours, least, most in ((4, 1.15, 1.52), (12, 1.06, 1.11)):
        here, came = reach(VALLEY_CASE, valley, hours), farsite("valley")[hours]
        ahead = [here[name] / came[name] for name in ("west_m", "east_m", "north_m", "south_m")]
        assert (min(ahead), max(ahead)) == pytest.approx((least, most), abs=0.01)
    case = WINDY_FUEL_QUADRANT_VALLEY
    all_at_once = case.burnt(small, 14)
    against_m = [reach(case, all_at_once, hours)["north_m"] for hours in (2, 4, 6)]
    assert against_m[0] == pytest.approx(31.0, abs=0.5)
    came_m = [farsite(case.name)[hours]["north_m"] for hours in (2, 4, 6)]
    assert np.divide(against_m, came_m) == pytest.approx([3.3, 2.9, 2.4], abs=0.05)
    east_m = [reach(case, all_at_once, hours)["east_m"] for hours in (10, 14)]
    assert (east_m[1] - east_m[0]) / gained(case, "east_m", 10, 14) == pytest.approx(1.25, abs=0.01)


def test_trigger_buffer_of_control_is_a_circle_of_the_fires_own_radius(small):
    ten_times_m = 10.0 * gained(CONTROL, "north_m", 4, 6)
    held_m = held_around(small, CONTROL, 750.0, 750.0, 2, 10.0 * PERIOD_H * FM2_FACTOR)
    assert list(held_m.values()) == pytest.approx([ten_times_m] * 4, abs=CELL_M)


def test_trigger_buffer_of_varying_wind_lies_upwind(small):
    held_m = held_around(small, VARYING_WIND, 750.0, 750.0, 2, PERIOD_H * FM2_FACTOR)
    runs = {"north_m": "south_m", "south_m": "north_m", "west_m": "east_m", "east_m": "west_m"}
    for name, running in runs.items():
        assert held_m[name] == pytest.approx(gained(VARYING_WIND, running, 4, 6), abs=CELL_M), name


@pytest.mark.parametrize("period", [2, 3])
def test_trigger_buffer_of_varying_fuel_reaches_as_far_as_fire_runs_in_its_two_grasses(small, period):
    held_m = held_around(small, VARYING_FUEL, 750.0, 750.0, period, PERIOD_H)
    for name in held_m:
        runs_m = gained(VARYING_FUEL, name, PERIOD_H * period, PERIOD_H * (period + 1))
        assert held_m[name] == pytest.approx(runs_m, rel=0.14), name


@pytest.mark.parametrize("period", [2, 3, 4, 5])
def test_trigger_buffer_of_valley_lies_downhill(small, period):
    hours, needed_h = (PERIOD_H * period, PERIOD_H * (period + 1)), 4.0 * PERIOD_H * FM2_FACTOR
    high_in_the_west = held_around(small, VALLEY_CASE, 100.0, 750.0, period, needed_h)
    high_in_the_east = held_around(small, VALLEY_CASE, 1200.0, 750.0, period, needed_h)
    assert high_in_the_west["east_m"] == pytest.approx(4.0 * gained(VALLEY_CASE, "west_m", *hours), rel=0.06)
    assert high_in_the_east["west_m"] == pytest.approx(4.0 * gained(VALLEY_CASE, "east_m", *hours), rel=0.11)
    assert high_in_the_west["west_m"] < 0.3 * high_in_the_west["east_m"]


def test_trigger_buffer_of_windy_fuel_quadrant_valley_lies_upwind_and_downhill(small):
    case = WINDY_FUEL_QUADRANT_VALLEY
    held_m = held_around(small, case, 300.0, 250.0, 1, PERIOD_H * ALL_FACTOR)
    assert held_m["north_m"] == pytest.approx(gained(case, "south_m", 2, 4), rel=0.05)
    assert held_m["east_m"] == pytest.approx(gained(case, "west_m", 2, 4), rel=0.05)

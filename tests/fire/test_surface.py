"""Rothermel's surface fire: exact cases, laws, another program."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.fire.fuels import standard_fuels
from firesim.fire.moisture import Moisture
from firesim.fire.surface import (
    LEAST_LIMITING_WIND_M_S,
    fireline_intensity_of_flame_kw_m,
    flame_length_m,
    surface_spread,
)

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
DRY = Moisture(0.06, 0.07, 0.08, 0.60, 0.90)
BURNABLE = [model.number for model in standard_fuels().models if model.is_burnable]

unhurried = settings(deadline=None)  # the first example may compile

fuels = st.sampled_from(BURNABLE)
winds = st.floats(0.0, 15.0)
slopes = st.floats(0.0, 45.0)
angles = st.floats(0.0, 360.0)
dead = st.floats(0.02, 0.30)
live = st.floats(0.30, 2.00)


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress((REFERENCE / name).read_bytes()).decode())))


def test_grass_in_a_ten_mile_wind_runs_as_in_the_published_case() -> None:
    # ELMFIRE verification case 01, head rate from BehavePlus 6: GR2, 3 % dead, 30 % live, 3.62 mi/h midflame.
    moisture = Moisture(0.03, 0.03, 0.03, 0.30, 0.30)
    head = surface_spread(102, moisture, 3.62 * 0.44704, 0.0, 0.0, "none")
    assert float(head.rate_of_spread_m_s) * 3600.0 == pytest.approx(844.0, rel=0.003)


def test_every_row_of_behaveplus_5_agrees_within_its_printed_rounding() -> None:
    rows = rows_of("behaveplus5_surface.csv.gz")
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "code"}
    moisture = Moisture(
        *(columns[f"moisture_{name}_frac"] for name in ("1h", "10h", "100h", "live_herb", "live_woody"))
    )
    slope_deg = np.rad2deg(np.arctan(columns["slope_pct"] / 100.0))
    wind = columns["midflame_wind_mph"] * 0.44704
    head = surface_spread(columns["fuel_model_number"].astype(int), moisture, wind, 0.0, slope_deg, "rothermel")
    printed = {
        "spread_rate_ch_h": (head.rate_of_spread_m_s * 3600.0 / 20.1168, 0.05),
        "fireline_intensity_btu_ft_s": (head.fireline_intensity_kw_m / 3.461469, 0.5),
        "flame_length_ft": (head.flame_length_m / 0.3048, 0.05),
        "reaction_intensity_btu_ft2_min": (head.reaction_intensity_kw_m2 / 0.18927512, 0.5),
        "residence_time_min": (head.bed.residence_time_s / 60.0, 0.005),
    }
    for name, (ours, half_digit) in printed.items():
        assert np.abs(ours - columns[name]).max() <= half_digit * 1.0001, name
    live = head.bed.live_extinction_moisture > 0.0  # without live fuel that program prints the dead one
    ours = 100.0 * head.bed.live_extinction_moisture[live]
    assert np.abs(ours - columns["live_extinction_moisture_pct"][live]).max() <= 0.5


def test_every_row_of_behaveplus_6_for_portugal_agrees_within_its_printed_rounding() -> None:
    rows = rows_of("behaveplus6_portuguese.csv.gz")
    number = [standard_fuels().number_of(row["code"]) for row in rows]
    read = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "code"}
    dry, green = read["moisture_dead_all_frac"], read["moisture_live_all_frac"]
    moisture = Moisture(dry, dry, dry, green, green)
    head = surface_spread(number, moisture, read["midflame_wind_m_s"], 0.0, read["slope_deg"], "rothermel")
    # That program reads kJ/kg by the mean British thermal unit (1055.87 J) and writes kW/m by the table one.
    as_read = head.fireline_intensity_kw_m * 1055.05585262 / 1055.87
    assert np.abs(as_read - read["fireline_intensity_kw_m"]).max() <= 0.5


@unhurried
@given(fuels, dead, live, winds, winds, slopes)
def test_fire_runs_faster_in_stronger_wind_up_the_slope(
    fuel: int, one_h: float, green: float, wind: float, more: float, slope: float
) -> None:
    moisture = Moisture(one_h, one_h, one_h, green, green)
    head = surface_spread(fuel, moisture, [wind, wind + more], 0.0, slope, "none")
    assert head.rate_of_spread_m_s[1] >= head.rate_of_spread_m_s[0] * (1.0 - 1e-12)
    for limit in ("rothermel", "andrews2013"):
        limited = surface_spread(fuel, moisture, [wind, wind + more], 0.0, slope, limit)
        assert limited.rate_of_spread_m_s[1] >= limited.rate_of_spread_m_s[0] * (1.0 - 1e-12)
        assert (limited.rate_of_spread_m_s <= head.rate_of_spread_m_s * (1.0 + 1e-12)).all()


@unhurried
@given(fuels, dead, st.floats(0.0, 0.2), live, winds, slopes)
def test_wetter_dead_fuel_burns_slower(
    fuel: int, one_h: float, wetter: float, green: float, wind: float, slope: float
) -> None:
    one = np.array([one_h, one_h + wetter])
    head = surface_spread(fuel, Moisture(one, one, one, green, green), wind, 0.0, slope, "none")
    assert head.rate_of_spread_m_s[1] <= head.rate_of_spread_m_s[0] * (1.0 + 1e-9)


@unhurried
@given(fuels, live, winds, slopes, angles)
def test_nothing_spreads_once_dead_and_live_fuel_are_at_extinction(
    fuel: int, green: float, wind: float, slope: float, angle: float
) -> None:
    extinction = standard_fuels()[fuel].dead_extinction_moisture * (1.0 + 1e-12)
    moisture = Moisture(extinction, extinction, extinction, green + extinction, green + extinction)
    head = surface_spread(fuel, moisture, wind, angle, slope)
    assert head.rate_of_spread_m_s == 0.0
    assert head.fireline_intensity_kw_m == 0.0
    assert head.flame_length_m == 0.0
    assert head.length_to_width == 1.0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_cell_burns_the_same_in_any_shape_and_any_order_of_cells(seed: int) -> None:
    rng = np.random.Generator(np.random.Philox(seed))
    n = 24
    fuel = rng.choice([*BURNABLE, 91, 98], n)
    one, green = rng.uniform(0.02, 0.3, n), rng.uniform(0.3, 1.5, n)
    wind, toward, slope = rng.uniform(0, 12, n), rng.uniform(0, 360, n), rng.uniform(0, 45, n)

    def spread(order: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        pick = [np.asarray(v)[order].reshape(shape) for v in (fuel, one, green, wind, toward, slope)]
        moisture = Moisture(pick[1], 0.07, 0.08, pick[2], 0.9)
        head = surface_spread(pick[0], moisture, pick[3], pick[4], pick[5])
        return np.stack([head.rate_of_spread_m_s, head.direction_from_upslope_deg, head.fireline_intensity_kw_m])

    forward = np.arange(n)
    shuffled = rng.permutation(n)
    flat = spread(forward, (n,))
    assert np.array_equal(flat.reshape(3, 4, 6), spread(forward, (4, 6)))
    assert np.array_equal(flat[:, shuffled], spread(shuffled, (n,)))
    one_by_one = [spread(np.array([k]), ()) for k in range(n)]
    assert np.array_equal(flat, np.stack(one_by_one, axis=-1))


@unhurried
@given(fuels, winds, st.floats(0.5, 45.0), angles)
def test_mirroring_wind_about_the_slope_mirrors_the_direction_and_nothing_else(
    fuel: int, wind: float, slope: float, angle: float
) -> None:
    head = surface_spread(fuel, DRY, wind, [angle, -angle], slope, "none")
    assert head.rate_of_spread_m_s[0] == pytest.approx(head.rate_of_spread_m_s[1], rel=1e-9)
    sum_of_angles = head.direction_from_upslope_deg.sum() % 360.0
    assert min(sum_of_angles, 360.0 - sum_of_angles) < 1e-6


@unhurried
@given(fuels, st.floats(0.1, 12.0), angles, angles)
def test_on_level_ground_turning_the_wind_turns_only_the_direction(
    fuel: int, wind: float, angle: float, turn: float
) -> None:
    head = surface_spread(fuel, DRY, wind, [angle, angle + turn], 0.0)
    assert head.rate_of_spread_m_s[0] == pytest.approx(head.rate_of_spread_m_s[1], rel=1e-9)
    off = (head.direction_from_upslope_deg[1] - head.direction_from_upslope_deg[0] - turn) % 360.0
    assert min(off, 360.0 - off) < 1e-6


def test_cross_slope_wind_and_slope_add_as_vectors() -> None:
    alone = surface_spread(145, DRY, [4.0, 0.0], 90.0, [0.0, 25.0], "none")
    base = float(alone.bed.no_wind_rate_m_s[0])
    by_wind, by_slope = alone.rate_of_spread_m_s / base - 1.0
    both = surface_spread(145, DRY, 4.0, 90.0, 25.0, "none")
    assert float(both.rate_of_spread_m_s) == pytest.approx(base * (1.0 + np.hypot(by_wind, by_slope)), rel=1e-12)
    assert float(both.direction_from_upslope_deg) == pytest.approx(np.rad2deg(np.arctan2(by_wind, by_slope)))


@unhurried
@given(fuels, dead, winds, slopes, angles)
def test_by_default_no_head_outruns_the_effective_wind(
    fuel: int, one_h: float, wind: float, slope: float, angle: float
) -> None:
    moisture = Moisture(one_h, one_h, one_h, 0.4, 0.7)
    head = surface_spread(fuel, moisture, wind, angle, slope)
    free = surface_spread(fuel, moisture, wind, angle, slope, "none")
    bound = max(float(head.effective_wind_m_s), LEAST_LIMITING_WIND_M_S)
    assert head.rate_of_spread_m_s <= bound
    assert head.rate_of_spread_m_s == pytest.approx(min(float(free.rate_of_spread_m_s), bound))
    assert head.effective_wind_m_s == free.effective_wind_m_s


def test_dry_short_grass_in_a_gale_is_held_to_the_wind() -> None:
    dry = Moisture(0.02, 0.02, 0.02, 0.30, 0.60)
    free = surface_spread(1, dry, 12.0, 0.0, 0.0, "none")
    held = surface_spread(1, dry, 12.0, 0.0, 0.0)
    assert free.rate_of_spread_m_s > 12.0
    assert float(held.rate_of_spread_m_s) == pytest.approx(12.0)


def test_the_head_is_the_fastest_and_the_back_the_slowest_way_out() -> None:
    head = surface_spread(102, DRY, 5.0, 60.0, 20.0)
    ways = head.rate_toward_m_s(np.arange(0.0, 360.0, 0.25))
    assert ways.max() == pytest.approx(float(head.rate_of_spread_m_s), rel=1e-5)
    assert ways.min() == pytest.approx(float(head.backing_rate_m_s), rel=1e-5)
    assert head.backing_rate_m_s < head.flanking_rate_m_s < head.rate_of_spread_m_s


@unhurried
@given(st.floats(0.0, 1e5))
def test_flame_length_and_intensity_are_inverses(intensity: float) -> None:
    assert fireline_intensity_of_flame_kw_m(flame_length_m(intensity)) == pytest.approx(intensity, rel=1e-9)


def test_a_metre_and_a_half_of_flame_has_500_kw_m() -> None:
    # Byram's law in metric form, 0.0775 I^0.46: 1.35 m at 500 kW/m.
    assert float(flame_length_m(500.0)) == pytest.approx(0.0775 * 500.0**0.46, rel=2e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((14, DRY, 1.0, 0.0, 0.0), "unknown fuel model number 14"),
        ((101, Moisture(-0.01, 0.1, 0.1, 0.5, 0.5), 1.0, 0.0, 0.0), "moisture is negative"),
        ((101, DRY, -1.0, 0.0, 0.0), "midflame wind is negative"),
        ((101, DRY, float("nan"), 0.0, 0.0), "not a number"),
        ((101, DRY, 1.0, 0.0, 90.0), "below 90"),
        ((101, DRY, 1.0, 0.0, 0.0, "byram"), "unknown wind limit"),
    ],
)
def test_what_no_law_covers_is_refused(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        surface_spread(*arguments)  # type: ignore[arg-type]


def test_pyrothermel_agrees_where_it_is_installed() -> None:
    pyrothermel = pytest.importorskip("pyrothermel")
    rng = np.random.Generator(np.random.Philox(7))
    # Its model 7 has another live surface-to-volume ratio (fire/SOURCES.md), and its metric units take the heat of
    # combustion for 2.3 times what it is.
    numbers = [number for number in BURNABLE if number < 300 and number != 7]
    for number in rng.choice(numbers, 60):
        one, ten, hundred = rng.uniform(0.01, 0.25, 3)
        herb, woody = rng.uniform(0.0, 3.0), rng.uniform(0.3, 3.0)
        wind, slope = rng.choice([0.0, rng.uniform(0.0, 20.0)]), rng.uniform(0.0, 60.0)
        toward = float(rng.choice([0.0, 30.0, 90.0, 150.0, 180.0]))
        run = pyrothermel.PyrothermelRun(
            pyrothermel.FuelModel.from_existing(int(number), units_preset="us_standard"),
            pyrothermel.MoistureScenario(one, ten, hundred, herb, woody),
            wind_speed=wind / 0.44704,
            units_preset="us_standard",
            wind_direction=(toward + 180.0) % 360.0,  # from; the slope below faces south, so upslope is north
            slope=slope,
            aspect=180.0,
        )
        theirs = run.run_surface_fire_in_direction_of_max_spread()
        ours = surface_spread(int(number), Moisture(one, ten, hundred, herb, woody), wind, toward, slope, "rothermel")
        chains_h, flames_ft = float(ours.rate_of_spread_m_s) * 3600.0 / 20.1168, float(ours.flame_length_m) / 0.3048
        assert chains_h == pytest.approx(theirs["spread_rate"], rel=1e-3, abs=1e-9)
        assert flames_ft == pytest.approx(theirs["flame_length"], rel=1e-3, abs=1e-9)


def test_a_single_cell_gives_single_numbers() -> None:
    head = surface_spread(101, Moisture(0.06, 0.07, 0.08, 0.6, 0.9), 2.0, 30.0, 10.0)
    told = [head.rate_of_spread_m_s, head.heat_per_unit_area_kj_m2, head.bed.residence_time_s, head.backing_rate_m_s]
    told += [head.rate_toward_m_s(40.0), head.fireline_intensity_at_rate_kw_m(0.1), head.reaction_intensity_kw_m2]
    assert [value.shape for value in told] == [()] * len(told)


def test_mediterranean_models_agree_with_pyrothermel_where_it_is_installed() -> None:
    """Told to it as models of one's own, in its own units; their heats of dead and live fuel differ."""
    pyrothermel = pytest.importorskip("pyrothermel")
    core, units, modes = pyrothermel.behave_core, pyrothermel.units, pyrothermel.modes
    rng = np.random.Generator(np.random.Philox(9))
    share, per_minute = units.FractionUnits.Fraction, units.SpeedUnits.MetersPerMinute
    for model in standard_fuels().models:
        if model.number < 300:
            continue
        fuels = core.FuelModels()
        fuels.setCustomFuelModel(
            250, model.code, model.name, model.depth_m / 0.3048, units.LengthUnits.Feet,
            model.dead_extinction_moisture, share, model.heat_dead_kj_kg / 2.326, model.heat_live_kj_kg / 2.326,
            units.HeatOfCombustionUnits.BtusPerPound, *(load / 4.882427636 for load in model.load_kg_m2),
            units.LoadingUnits.PoundsPerSquareFoot, *(model.sav_1_m[n] * 0.3048 for n in (0, 3, 4)),
            units.SurfaceAreaToVolumeUnits.SquareFeetOverCubicFeet, model.is_dynamic,
        )  # fmt: skip
        run = core.BehaveRun(fuels, core.SpeciesMasterTable()).surface
        for _ in range(20):
            values = [*rng.uniform(0.01, 0.5, 3), *rng.uniform(0.0, 3.0, 2)]
            wind, slope = rng.choice([0.0, rng.uniform(0.0, 20.0)]), rng.choice([0.0, rng.uniform(0.0, 70.0)])
            toward = 15.0 * rng.integers(0, 24)
            run.updateSurfaceInputs(
                250, *values, share, wind * 60.0, per_minute, modes.WindHeightInputMode.DirectMidflame, toward,
                modes.WindAndSpreadOrientationMode.RelativeToUpslope, slope, units.SlopeUnits.Degrees, 0.0, 0.0, share,
                0.0, units.LengthUnits.Feet, 0.0, share,
            )  # fmt: skip
            run.doSurfaceRunInDirectionOfMaxSpread()
            ours = surface_spread(model.number, Moisture(*values), wind, toward, slope, "rothermel")
            theirs = run.getSpreadRate(per_minute)
            assert float(ours.rate_of_spread_m_s) * 60.0 == pytest.approx(theirs, rel=1e-4, abs=1e-9), model.code

"""The true fire: the forecast's law where nothing is hidden, and the same luck in every strategy."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.fire.moisture import Moisture
from firesim.fire.spread import FireWeather, Landscape, SpreadingFire
from firesim.place.settlement import Zone
from firesim.record import Journal
from firesim.world.discrepancy import DiscrepancyParameters
from firesim.world.power import MastPower


def test_a_fire_from_a_point_is_slower_in_its_first_minutes_than_the_steady_law(make_fire):
    grown, steady = make_fire(), make_fire(acceleration_per_min=None)
    for fire in (grown, steady):
        fire.advance(900.0)
    head_share = {}
    for minutes in (5, 15):
        x_m, _ = grown.head_xy_m(60.0 * minutes)
        x_steady_m, _ = steady.head_xy_m(60.0 * minutes)
        start_m = grown.ignition_xy_m[0]
        head_share[minutes] = (x_m - start_m) / (x_steady_m - start_m)
    # Canadian FBP system, eq. 72: 24 % at 5 min, 52 % at 15; cells of 30 m blur the first of them.
    assert 0.15 < head_share[5] < 0.35
    assert head_share[15] == pytest.approx(0.52, abs=0.05)


def test_with_nothing_hidden_the_truth_is_the_forecasts_law(make_fire, make_plain, make_day):
    ground, day = make_plain(), make_day()
    truth = make_fire(ground, day)
    truth.advance(1800.0)
    cover = ground.landcover
    landscape = Landscape(
        ground.grid.cell_size_m,
        cover.fuel_model,
        ground.terrain.slope_deg,
        ground.terrain.aspect_deg,
        cover.canopy_cover,
        cover.canopy_height_m,
        cover.canopy_base_height_m,
    )
    forecast = SpreadingFire(landscape)
    forecast.set_weather(0.0, FireWeather(5.0, 270.0, day.moisture))
    size_m = ground.grid.cell_size_m
    forecast.ignite_point(truth.ignition.x_m / size_m, (ground.grid.y_north_m - truth.ignition.y_m) / size_m, 0.0)
    forecast.advance(1800.0)
    assert np.allclose(truth.arrival_time_s, forecast.arrival_time_s, rtol=0.0, atol=1e-6)
    assert np.isfinite(truth.arrival_time_s).sum() > 100
    assert np.allclose(truth.fireline_intensity_kw_m, forecast.fireline_intensity_kw_m, rtol=1e-5)


def test_how_often_it_is_looked_at_does_not_change_the_fire(make_fire):
    often, once = (make_fire(discrepancy=DiscrepancyParameters()) for _ in range(2))
    for now_s in range(0, 3601, 50):
        often.advance(float(now_s))
        often.rings(float(now_s)), often.heat_release_mw(float(now_s))
    once.advance(3600.0)
    # Rounding alone may differ: a microsecond in an hour.
    assert np.allclose(often.arrival_time_s, once.arrival_time_s, rtol=0.0, atol=1e-6)
    assert np.allclose(often.fireline_intensity_kw_m, once.fireline_intensity_kw_m, rtol=1e-5)


def test_the_hidden_discrepancy_changes_the_fire(make_fire):
    hidden, plain = make_fire(discrepancy=DiscrepancyParameters()), make_fire()
    for fire in (hidden, plain):
        fire.advance(1800.0)
    assert hidden.area_m2(1800.0) != pytest.approx(plain.area_m2(1800.0), rel=0.01)


def test_the_twin_without_response_shares_every_stroke_of_luck(make_fire):
    fire = make_fire(discrepancy=DiscrepancyParameters())
    fire.advance(2400.0)
    assert np.array_equal(fire.free_burning(2400.0).arrival_time_s, fire.arrival_time_s)


def test_the_twin_knows_nothing_of_what_responders_did(make_fire):
    fire, untouched = make_fire(), make_fire()
    fire.advance(600.0)
    line = np.zeros(fire.grid.shape, bool)
    line[:, fire.grid.columns // 2 :] = True
    fire.block(line, 600.0)
    fire.advance(5400.0)
    untouched.advance(5400.0)
    assert not (fire.arrival_time_s[line] <= 5400.0).any()
    assert np.array_equal(fire.free_burning(5400.0).arrival_time_s, untouched.arrival_time_s)


def test_area_grows_without_a_jump_and_never_shrinks(make_fire):
    fire = make_fire()
    areas = []
    for now_s in range(0, 2401, 20):
        fire.advance(float(now_s))
        areas.append(fire.area_m2(float(now_s)))
    growth = np.diff(areas)
    assert areas[0] == 0.0
    assert (growth > -1.0).all()
    # Growth speeds up steadily; a jump would be several times its neighbours.
    assert (growth[5:] < 3.0 * growth[4:-1] + 500.0).all()


def test_heat_release_is_fireline_intensity_summed_along_the_perimeter(make_fire, make_plain, make_day):
    # In still air the outline is a circle and the intensity is the same all along it.
    fire = make_fire(make_plain(), make_day(0.0), acceleration_per_min=None, xy_m=(1815.0, 1815.0))
    fire.advance(6.0 * 3600.0)
    now_s = fire.now_s
    intensity = float(np.median(fire.fireline_intensity_kw_m.ravel()[fire.flaming_cells(now_s, 3600.0)]))
    around_m = 2.0 * np.sqrt(np.pi * fire.area_m2(now_s))
    assert fire.heat_release_mw(now_s) == pytest.approx(intensity * around_m / 1000.0, rel=0.1)


def test_before_ignition_there_is_nothing_to_see(make_fire):
    fire = make_fire(at_s=600.0)
    fire.advance(599.0)
    assert fire.ignition_event is None
    assert fire.area_m2(599.0) == 0.0
    assert fire.rings(599.0) == []
    assert fire.heat_release_mw(599.0) == 0.0
    assert len(fire.flaming_cells(599.0)) == 0
    fire.advance(700.0)
    assert fire.ignition_event is not None
    assert fire.area_m2(700.0) > 0.0
    assert len(fire.rings(700.0)) == 1
    assert fire.heat_release_mw(700.0) > 0.0
    assert len(fire.flaming_cells(700.0)) == 1


def test_flaming_cells_are_those_of_the_whole_map_that_burnt_in_the_span(make_fire):
    fire = make_fire(discrepancy=DiscrepancyParameters())
    for now_s in np.arange(400.0, 3601.0, 100.0):
        fire.advance(now_s)
        fire.flaming_cells(now_s, 60.0)
        for before_s, span_s in ((0.0, 60.0), (0.0, 900.0), (300.0, 180.0), (0.0, np.inf)):
            arrival_s, until_s = fire.arrival_time_s.ravel(), now_s - before_s
            burnt = np.flatnonzero((until_s - span_s < arrival_s) & (arrival_s <= until_s))
            if len(burnt):  # else a small fire shows in its ignition
                assert fire.flaming_cells(until_s, span_s).tolist() == burnt.tolist()
    assert len(burnt) > 100


def test_the_outline_encloses_the_burnt_area(make_fire):
    from firesim.place.shapes import ring_area_m2

    fire = make_fire()
    for now_s in (200.0, 1200.0, 2400.0):
        fire.advance(now_s)
        enclosed = sum(ring_area_m2(ring) for ring in fire.rings(now_s))
        assert abs(enclosed) == pytest.approx(fire.area_m2(now_s), rel=0.1)


def test_a_zone_is_reached_once_and_because_of_the_ignition(make_fire, make_plain):
    square = [(2000.0, 1500.0), (2400.0, 1500.0), (2400.0, 2100.0), (2000.0, 2100.0), (2000.0, 1500.0)]
    zone = Zone("east", "East", "settlement", 2200.0, 1800.0, None, 10, [square])
    journal = Journal()
    fire = make_fire(make_plain(zones=(zone,)), journal=journal)
    for now_s in range(0, 6001, 100):
        fire.advance(float(now_s))
    table = journal.table()
    reached = table[table["kind"] == "fire_reached_zone"]
    assert reached["detail"].tolist() == ["east"]
    assert reached["cause_id"].tolist() == [fire.ignition_event]
    assert reached["time_s"].iloc[0] == pytest.approx(fire.arrival_time_s[50:70, 67:80].min(), abs=60.0)


def test_a_second_fire_on_the_same_ground_reaches_its_zones_as_the_first_did(make_fire, make_plain):
    square = [(2000.0, 1600.0), (2400.0, 1600.0), (2400.0, 2000.0), (2000.0, 2000.0), (2000.0, 1600.0)]
    zone = Zone("east", "East", "settlement", 2200.0, 1800.0, None, 10, [square])
    ground, told = make_plain(zones=(zone,)), []
    for _ in range(2):
        journal = Journal()
        make_fire(ground, journal=journal).advance(7200.0)
        table = journal.table()
        told.append(table[table["kind"] == "fire_reached_zone"][["time_s", "detail"]].values.tolist())
    assert len(told[0]) == 1
    assert told[1] == told[0]


def test_fuel_too_wet_to_burn_is_said_aloud(make_fire, make_day):
    wet = Moisture(0.60, 0.60, 0.60, 3.0, 3.0)
    fire = make_fire(day=make_day(moisture=wet))
    fire.advance(3600.0)
    assert fire.area_m2(3600.0) == pytest.approx(0.0, abs=900.0)
    assert any("never spread" in said for said in fire.warnings())


def test_a_fire_held_all_round_is_out_because_of_who_held_it(make_fire):
    journal = Journal()
    fire = make_fire(journal=journal)
    fire.advance(1500.0)
    because = journal.add(1500.0, "engine-1", "water_on", fire.ignition_event)
    fire.block(~(fire.arrival_time_s <= 1500.0), 1500.0)
    fire.note_held(because)
    fire.advance(1600.0)
    assert fire.is_out
    table = journal.table()
    assert table[table["kind"] == "fire_out"]["cause_id"].tolist() == [because]


@pytest.mark.parametrize("where", ["off the grid", "in the sea", "does not burn"])
def test_no_fire_starts_where_nothing_burns(make_fire, make_plain, where):
    ground = make_plain()
    ground.landcover.fuel_model[0, 0] = 91
    ground.landcover.is_land[0, 1] = False
    place = {"off the grid": (-10.0, 10.0), "in the sea": (45.0, 3615.0), "does not burn": (15.0, 3615.0)}[where]
    with pytest.raises(ValueError, match=where):
        make_fire(ground, xy_m=place)


def test_a_mast_goes_dark_when_the_fire_reaches_it_and_not_before(make_fire):
    journal = Journal()
    fire = make_fire(journal=journal)
    near, far = fire.ignition_xy_m[0] + 400.0, fire.ignition_xy_m[0] - 800.0
    power = MastPower(["near", "far", "away"], [near, far, 1e6], [fire.ignition_xy_m[1]] * 3, fire, journal)
    gone = []
    for now_s in range(0, 3001, 60):
        fire.advance(float(now_s))
        gone += power.gone_dark(float(now_s))
    assert [mast for mast, _, _ in gone] == ["near"]
    row, column = fire.grid.cell_at(near, fire.ignition_xy_m[1])
    assert gone[0][1] == fire.arrival_time_s[row, column]
    assert journal.chain(gone[0][2])[-1] == fire.ignition_event

"""Where the smoke near the ground is, and how thick."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.physics.smoke import SmokeWind, extinction_per_m, ground_smoke_g_m3, optical_density_per_m
from firesim.world.smoke import Smoke, SmokeParameters, sources_of


def smoke_of(fire, **parameters):
    return Smoke(fire, fire.weather, fire.grid, SmokeParameters(**parameters))


def around(fire, away_m=400.0):
    """Points west, east, south and north of the ignition."""
    x_m, y_m = fire.ignition_xy_m
    return x_m + np.array([-away_m, away_m, 0.0, 0.0]), y_m + np.array([0.0, 0.0, -away_m, away_m])


def test_the_air_is_clear_before_the_ignition(make_fire):
    fire = make_fire(at_s=600.0)
    smoke = smoke_of(fire)
    fire.advance(540.0)
    assert smoke.advance(540.0)
    assert not smoke.is_any
    assert smoke.optical_density_per_m(*around(fire)).tolist() == [0.0] * 4


def test_smoke_lies_where_the_wind_goes_and_on_the_other_side_when_it_is_turned(make_fire, make_day):
    middle = (1815.0, 1815.0)  # of a plain of 121 cells of 30 m: half a turn leaves everything in its place
    from_west, from_east = (make_fire(day=make_day(5.0, from_deg), xy_m=middle) for from_deg in (270.0, 90.0))
    found = []
    for fire in (from_west, from_east):
        smoke = smoke_of(fire)
        fire.advance(300.0)
        smoke.advance(300.0)
        found.append(smoke.optical_density_per_m(*around(fire)))
    assert found[0][1] > 0.001  # blown east
    assert found[0][0] == 0.0  # none upwind
    assert found[1][[1, 0, 3, 2]] == pytest.approx(found[0], rel=1e-6)


def test_a_fire_that_is_out_smokes_no_more(make_fire):
    fire = make_fire()
    smoke = smoke_of(fire)
    fire.advance(600.0)
    smoke.advance(600.0)
    assert smoke.optical_density_per_m(*around(fire))[1] > 0.0
    fire.block(np.ones(fire.grid.shape, bool), 600.0)
    fire.advance(1200.0)
    smoke.advance(1200.0)
    assert fire.is_out
    assert smoke.optical_density_per_m(*around(fire)).tolist() == [0.0] * 4


def test_smoke_is_worked_out_no_more_often_than_asked_for(make_fire):
    fire = make_fire()
    smoke = smoke_of(fire, renewed_every_s=60.0)
    fire.advance(300.0)
    renewed = []
    for now_s in np.arange(300.0, 431.0, 10.0):
        fire.advance(now_s)
        if smoke.advance(now_s):
            renewed.append(now_s)
    assert renewed == [300.0, 360.0, 420.0]


def test_a_fire_that_is_smaller_than_a_cell_smokes_from_its_ignition(make_fire):
    fire = make_fire()
    fire.advance(60.0)
    assert fire.is_small
    x_m, y_m, share, width_m = sources_of(fire, fire.grid, 60.0, most=8)
    assert (x_m[0], y_m[0]) == fire.ignition_xy_m
    assert share.tolist() == [1.0]
    assert width_m == pytest.approx(np.sqrt(max(fire.area_m2(60.0), 1.0)))


def test_gathering_burning_cells_into_patches_changes_the_smoke_little(make_fire, make_day):
    # Fifty minutes of fire flame in 160 cells. Compared is where smoke slows cars (from 0.01 per m on) and neither
    # radiation nor heat is what counts: more than 120 m from flames.
    fire = make_fire(day=make_day(8.0, 270.0))
    now_s = 3000.0
    fire.advance(now_s)
    smoke = smoke_of(fire)
    smoke.advance(now_s)
    cells = fire.flaming_cells(now_s)
    cell_x_m, cell_y_m = fire.grid.centre_of(*np.divmod(cells, fire.grid.columns))
    assert len(cells) > 3 * smoke.parameters.most_sources
    x_m, y_m = (a.ravel() for a in np.meshgrid(np.arange(15.0, 3600.0, 60.0), np.arange(15.0, 3600.0, 60.0)))
    heat_mw = np.full(len(cells), fire.heat_release_mw(now_s) / len(cells))
    wind = SmokeWind(fire.weather.at(now_s).wind_speed_10m_m_s, 1.0, 0.0)
    exact_g_m3 = ground_smoke_g_m3(x_m, y_m, cell_x_m, cell_y_m, heat_mw, wind, 1.5, 30.0)
    exact_per_m = optical_density_per_m(extinction_per_m(exact_g_m3))
    gathered_per_m = smoke.optical_density_per_m(x_m, y_m)
    from_flames_m = np.hypot(x_m[:, None] - cell_x_m, y_m[:, None] - cell_y_m).min(axis=1)
    compared = (exact_per_m > 0.01) & (from_flames_m > 120.0)
    ratio = gathered_per_m[compared] / exact_per_m[compared]
    assert compared.sum() > 100
    assert np.percentile(np.abs(ratio - 1.0), 90) < 0.15
    assert np.abs(ratio - 1.0).max() < 0.5  # the law itself is right within a factor of three


def test_smoke_is_harmful_only_where_it_is_thick_and_a_factor_makes_it_thicker_or_nothing(make_fire):
    fire = make_fire()
    fire.advance(600.0)
    x_m, y_m = fire.ignition_xy_m
    along_x_m = x_m + np.arange(-780.0, 1200.0, 60.0)
    row, column = fire.grid.cell_at(along_x_m, np.full(len(along_x_m), y_m))
    cells = row * fire.grid.columns + column
    reach: list[int] = []
    for factor in (0.0, 1.0, 30.0):
        smoke = smoke_of(fire, thickness_factor=factor, harmful_from_per_m=0.01)
        smoke.advance(600.0)
        harmful = smoke.is_harmful(cells)
        assert not harmful[along_x_m < x_m - 300.0].any()  # upwind
        reach.append(int(harmful.sum()))
        assert (smoke.is_harmful(cells) == harmful).all()  # as kept from the first call
    assert reach[0] == 0
    assert 0 < reach[1] < reach[2]


def test_what_one_breathes_does_not_depend_on_who_else_is_asked_about(make_fire):
    fire = make_fire()
    fire.advance(900.0)
    row, column = fire.grid.cell_at(*fire.ignition_xy_m)
    rows, columns = np.meshgrid(row + np.arange(-4, 5), column + np.arange(0, 20))
    cells = (rows * fire.grid.columns + columns).ravel()
    together, alone, one_by_one = (smoke_of(fire, harmful_from_per_m=0.01) for _ in range(3))
    for smoke in (together, alone, one_by_one):
        smoke.advance(900.0)
    of_all = together.is_harmful(cells)
    assert of_all.any()
    assert not of_all.all()
    assert [bool(alone.is_harmful(cells[k : k + 1])[0]) for k in range(len(cells))] == of_all.tolist()
    assert not together.is_harmful(np.array([-1])).any()
    assert [one_by_one.is_harmful_at(cell) for cell in cells.tolist()] == of_all.tolist()
    assert [one_by_one.is_harmful_at(cell) for cell in cells.tolist()] == of_all.tolist()  # as kept
    assert not one_by_one.is_harmful_at(-1)

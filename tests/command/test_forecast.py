"""The forecast varies what the centre does not know, and goes where the bulletin's wind blows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command.dispatcher import Dispatcher, Milestone, replay, step
from firesim.command.forecast import belief_of, forecast, on_the_map, quantile
from firesim.command.members import ensemble
from firesim.command.parameters import CommandParameters, ForecastParameters


@pytest.fixture(scope="module")
def told(small):
    """A picture with one located fire, and a forecast from it."""
    wire = small.Wire()
    wire.say(0.0, small.briefing(), "scenario")
    wire.say(300.0, small.camera_report("cam-east", 298.0), "cam-east")
    wire.say(340.0, small.camera_report("cam-west", 338.0), "cam-west")
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(dispatcher, at_s, payload)
    step(dispatcher, 346.0)
    picture = dispatcher.picture
    return picture, forecast(picture.ground, picture.fires(), 400.0, CommandParameters())


@pytest.mark.parametrize("members", [1, 5, 7, 9, 32])
def test_every_unknown_takes_each_equal_slice_exactly_once(members):
    from scipy.special import ndtr

    design = ensemble(ForecastParameters(ensemble_members=members))
    columns = {
        "rate": [float(ndtr(np.log(m.rate_multiplier) / 0.35)) for m in design],
        "wind": [float(ndtr(m.wind_turned_deg / 10.0)) for m in design],
        "east": [float(ndtr(m.east_step)) for m in design],
        "north": [float(ndtr(m.north_step)) for m in design],
        "lag": [m.lag for m in design],
    }
    for name, shares in columns.items():
        slices = sorted(np.floor(np.array(shares) * members).astype(int).tolist())
        assert slices == list(range(members)), name


def test_the_unknowns_of_the_default_ensemble_do_not_move_together():
    design = ensemble(ForecastParameters())
    table = np.array([[np.log(m.rate_multiplier), m.wind_turned_deg, m.east_step, m.north_step, m.lag] for m in design])
    between = np.corrcoef(table.T) - np.eye(5)
    assert np.abs(between).max() < 0.75


def test_a_faster_member_burns_more(told):
    _, forecasted = told
    burnt = np.isfinite(forecasted.arrival_s).sum(axis=(1, 2))
    assert burnt[-1] > burnt[0]


def test_the_members_begin_at_places_as_far_apart_as_the_place_is_uncertain(told):
    picture, forecasted = told
    starts = []
    for arrival_s in forecasted.arrival_s:
        row, column = np.unravel_index(int(np.argmin(arrival_s)), arrival_s.shape)
        starts.append(picture.ground.coarse.centre_of(row, column))
    between_m = np.std(np.array(starts, dtype=float), axis=0, ddof=1)
    sd_m = picture.fires()[0].sd_m
    assert 0.3 * sd_m < between_m.max() < 2.0 * sd_m


def test_fire_goes_with_the_wind_of_the_bulletin(told, small):
    picture, forecasted = told
    grid = picture.ground.coarse
    rows, columns = np.nonzero(forecasted.median_arrival_s <= 400.0 + 1200.0)
    x_m, y_m = grid.centre_of(rows, columns)
    assert len(rows) > 5
    # The wind blows from north: the burnt ground lies south of where the fire began, and about as far west as east.
    assert y_m.mean() < small.FIRE_XY_M[1] - 200.0
    assert abs(x_m.mean() - small.FIRE_XY_M[0]) < 200.0


def test_the_middle_is_reached_first_and_the_road_there_closes(told):
    picture, forecasted = told
    ground = picture.ground
    west, middle = ground.zone_index["west"], ground.zone_index["middle"]
    assert forecasted.zone_reached_early_s[middle] < forecasted.zone_reached_early_s[west]
    assert np.isfinite(forecasted.edge_closes_early_s).all()
    early, late = forecasted.edge_closes_early_s, quantile(forecasted.edge_closes_s, 0.85)
    assert (early <= late).all()
    assert (early < late).any()


def test_the_same_picture_gives_the_same_forecast_to_the_bit(told):
    picture, forecasted = told
    again = forecast(picture.ground, picture.fires(), 400.0, CommandParameters())
    np.testing.assert_array_equal(again.arrival_s, forecasted.arrival_s)


def test_nothing_burns_before_the_fire_was_first_seen_less_the_longest_lag(told):
    _, forecasted = told
    assert forecasted.arrival_s.min() >= 298.0 - 600.0


def test_a_drawn_outline_has_burnt_when_it_was_seen(small):
    wire = small.Wire()
    small.tell_of_a_fire(wire)
    beliefs = [
        o.belief for _, o in replay(wire.deliveries, 1000.0) if isinstance(o, Milestone) and o.kind == "forecast"
    ]
    newest = beliefs[-1]
    row, column = small.GRID.cell_at(small.FIRE_XY_M[0], small.FIRE_XY_M[1] - 100.0)
    assert newest.arrival_time_s[row, column] == pytest.approx(880.0, abs=1.0)
    assert newest.seen_s == 880.0
    assert newest.believed_at_s == 960.0


def test_a_belief_without_a_forecast_shows_only_what_was_drawn(small):
    wire = small.Wire()
    small.tell_of_a_fire(wire, "Today")
    beliefs = [o.belief for _, o in replay(wire.deliveries, 3000.0) if isinstance(o, Milestone) and o.kind == "plan"]
    assert not any(belief.is_forecast for belief in beliefs)
    shown = np.isfinite(beliefs[-1].arrival_time_s).sum() * small.GRID.cell_area_m2
    assert shown == pytest.approx(400.0 * 400.0, rel=0.05)


def test_early_middle_and_late_belief_follow_one_another(told):
    picture, forecasted = told
    belief = belief_of(picture.ground, picture.fires()[0], forecasted, 400.0)
    assert belief.arrival_time_s.shape == picture.ground.grid.shape
    assert belief.arrival_time_s.dtype == np.float32
    inside = np.isfinite(belief.late_arrival_time_s)
    assert inside.sum() > 100
    # Interpolated beside cells that never burn, quantiles may cross by less than a cell's crossing.
    assert (belief.early_arrival_time_s[inside] <= belief.arrival_time_s[inside] + 60.0).mean() > 0.98


def test_a_quantile_of_members_takes_never_in_its_stride():
    members = np.array([[1.0, np.inf], [2.0, 5.0], [3.0, np.inf], [4.0, np.inf]])
    assert quantile(members, 0.5).tolist() == [2.0, np.inf]
    assert quantile(members, 0.25).tolist() == [1.0, 5.0]
    assert quantile(members, 1.0).tolist() == [4.0, np.inf]


@settings(max_examples=20, deadline=None)
@given(slope=st.floats(-5.0, 5.0), level=st.floats(0.0, 1e4))
def test_a_plane_on_the_coarse_grid_is_that_plane_on_the_map(told, slope, level):
    picture, _ = told
    ground = picture.ground
    coarse = level + slope * np.arange(ground.coarse.columns)[None, :] * np.ones((ground.coarse.rows, 1))
    fine = on_the_map(ground, coarse)
    column = np.arange(ground.grid.columns)
    inner = (column >= 2) & (column < ground.coarse.columns * ground.factor - 2)
    expected = level + slope * ((column + 0.5) / ground.factor - 0.5)
    np.testing.assert_allclose(fine[10, inner], expected[inner], rtol=1e-4, atol=1e-2)


def test_what_never_burns_on_the_coarse_grid_never_burns_on_the_map(told):
    ground = told[0].ground
    coarse = np.full(ground.coarse.shape, np.inf)
    coarse[5, 7] = 60.0
    fine = on_the_map(ground, coarse)
    assert np.isfinite(fine).sum() == ground.factor**2
    np.testing.assert_allclose(fine[np.isfinite(fine)], 60.0, rtol=1e-6)

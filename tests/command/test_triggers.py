"""A zone has to be left before its road closes, and told to leave before that; the ground shows from where."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from firesim.command.forecast import Forecast
from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.triggers import TriggerGround, deadlines, node_deadlines, stretches, trigger_boundary, triggers
from firesim.command.ways import public_network, unit_network
from firesim.fire.spread import SpreadingFire
from firesim.place.shapes import rasterise

P = CommandParameters()
NOW_S = 600.0
DRIVE_S = 2400.0 / 12.0 * P.travel_time_factor  # each of the two stretches of the coast road


def a_forecast(ground, closes_s, zone_reached_s=None, refuge_reached_s=None) -> Forecast:
    """A forecast of as many members as `closes_s` has rows; nothing burns on its map."""
    closes_s = np.atleast_2d(np.asarray(closes_s, dtype=float))
    members = len(closes_s)

    def filled(values, count):
        return np.broadcast_to(np.inf if values is None else np.asarray(values, dtype=float), (members, count)).copy()

    nothing = np.full((members, *ground.coarse.shape), np.inf, dtype=np.float32)
    return Forecast(
        made_s=NOW_S, seen_s=NOW_S, until_s=14400.0, from_outline=True, early=0.15, arrival_s=nothing,
        edge_closes_s=closes_s, zone_reached_s=filled(zone_reached_s, len(ground.zones)),
        refuge_reached_s=filled(refuge_reached_s, len(ground.refuges)), intensity_kw_m=nothing[0],
    )  # fmt: skip


@pytest.fixture
def picture(small):
    return Picture(Ground(small.briefing(), 3, 120.0), P)


def closing(picture, **by_name):
    """Closing time of every edge by the name of its stretch; inf unless named."""
    return [by_name.get(name.replace(" ", "_"), np.inf) for name in picture.ground.roads.edge_names]


def test_too_late_for_a_zone_is_the_earlier_of_fire_and_cut(picture):
    forecasted = a_forecast(picture.ground, [closing(picture, coast_east=5000.0)] * 3, [2000.0, np.inf, 7000.0])
    too_late_s = deadlines(picture, forecasted)
    assert too_late_s.shape == (3, 3)
    np.testing.assert_allclose(too_late_s[0], [2000.0, 5000.0 - 600.0 - 300.0, 7000.0])


def test_a_zone_whose_roads_are_all_reported_cut_has_no_time_left(picture):
    picture.is_open[:] = False
    too_late_s = deadlines(picture, a_forecast(picture.ground, closing(picture)))
    assert too_late_s[0].tolist() == [-np.inf, -np.inf, np.inf]  # the cove never had a road


def test_the_latest_departure_of_every_node_counts_backwards_from_the_refuge(picture):
    closes_s = [closing(picture, coast_east=close_s) for close_s in (4000.0, 5000.0, np.inf)]
    leave_by_s = node_deadlines(picture, a_forecast(picture.ground, closes_s))
    by_node = dict(zip(picture.ground.roads.node_ids, leave_by_s.T.tolist(), strict=True))
    through_s = [close_s - P.route_margin_s - DRIVE_S for close_s in (4000.0, 5000.0, np.inf)]
    assert by_node["E"] == [np.inf] * 3
    assert by_node["M"] == pytest.approx(through_s)
    assert by_node["W"] == pytest.approx([at_s - DRIVE_S for at_s in through_s])


def test_a_member_whose_fire_reaches_the_only_refuge_leaves_no_way(picture):
    forecasted = a_forecast(picture.ground, [closing(picture)] * 2, refuge_reached_s=[[9000.0], [np.inf]])
    leave_by_s = node_deadlines(picture, forecasted)
    assert np.isneginf(leave_by_s[0]).all()
    assert np.isposinf(leave_by_s[1]).all()


def test_what_is_known_of_the_ways_out_changes_with_the_roads_and_with_the_forecast(picture):
    first, second = (a_forecast(picture.ground, closing(picture, coast_east=at_s)) for at_s in (4000.0, 5000.0))
    middle = picture.ground.roads.node_index["M"]
    before = [node_deadlines(picture, one)[0, middle] for one in (first, second, first)]
    assert before == pytest.approx([at_s - P.route_margin_s - DRIVE_S for at_s in (4000.0, 5000.0, 4000.0)])
    by_road = [public_network(picture, one).along(["M", "E"]).leave_by_s for one in (first, second, second, first)]
    assert by_road == pytest.approx([before[n] for n in (0, 1, 1, 2)])
    picture.is_open[np.array(picture.ground.roads.edge_names) == "coast east"] = False
    assert node_deadlines(picture, first)[0, middle] == -np.inf
    assert public_network(picture, first).along(["M", "E"]) is None
    assert unit_network(picture, first).along(["M", "E"]) is None
    picture.is_open[:] = True
    assert node_deadlines(picture, first)[0, middle] == before[0]
    assert public_network(picture, first).along(["M", "E"]).leave_by_s == pytest.approx(before[0])


def test_the_trigger_has_a_band_from_the_members_and_lies_before_the_departure(picture):
    closes_s = [
        closing(picture, coast_east=close_s) for close_s in (6000.0, 4000.0, 5000.0, 9000.0, 7000.0, 8000.0, 4500.0)
    ]
    west, middle, cove = triggers(picture, a_forecast(picture.ground, closes_s), NOW_S)
    # Order statistics of seven: early is the second, the middle the fourth, late the sixth.
    expected = [close_s - P.route_margin_s - 2 * DRIVE_S for close_s in (4500.0, 6000.0, 8000.0)]
    assert west.leave_by_s == pytest.approx(expected)
    assert west.tell_by_s == pytest.approx([at_s - P.mobilise_s for at_s in expected])
    assert middle.leave_by_s == pytest.approx([at_s + DRIVE_S for at_s in expected])
    assert (west.limited_by, cove.limited_by) == ("road", "")
    assert (west.zone, west.people, west.made_s) == ("west", 600, NOW_S)
    assert np.isposinf(cove.leave_by_s).all()
    (late, *_) = triggers(picture, a_forecast(picture.ground, closes_s), 4000.0)
    assert late.too_late_share == pytest.approx(3 / 7)  # closed to them since 2,800, 3,300 and 3,800 s


def test_fire_at_the_door_sets_the_trigger_a_margin_before_it_comes(picture):
    forecasted = a_forecast(picture.ground, [closing(picture, coast_east=9000.0)] * 2, [3000.0, np.inf, np.inf])
    west = triggers(picture, forecasted, NOW_S)[0]
    assert west.leave_by_s == (2400.0, 2400.0, 2400.0)
    assert west.limited_by == "fire"
    picture.is_open[:] = False
    cut = triggers(picture, forecasted, NOW_S)[0]
    assert (cut.leave_by_s[0], cut.limited_by, cut.too_late_share) == (-np.inf, "road", 1.0)


# --- the boundary -------------------------------------------------------------------------------------------


def fire_from(ground, cell, until_s, lit_s=0.0):
    """Arrival of a steady fire lit at a cell, hour by hour of the bulletin: the forecast's own laws. [y, x]"""
    fire = SpreadingFire(ground.landscape, acceleration_per_min=None)
    fire.set_law(lit_s, ground.spread_at(lit_s))
    lit = np.zeros(ground.coarse.shape, dtype=bool)
    lit.ravel()[cell] = True
    fire.ignite_cells(lit, lit_s)
    for change_s in ground.weather_changes_s(lit_s, until_s):
        fire.advance(change_s)
        fire.set_law(change_s, ground.spread_at(change_s))
    fire.advance(until_s)
    return fire.arrival_time_s.ravel()


@pytest.mark.parametrize("hills", [False, True])
def test_the_ground_read_backwards_tells_what_a_fire_from_there_would_do(small, hills):
    """Fires lit at some cells come to the zone as much later than needed as the backward field says, within a cell."""
    from firesim.link.briefings import MapInfo, MapRaster

    briefing = small.briefing(wind_m_s=6.0)
    if hills:
        x_m, y_m = np.meshgrid(small.GRID.x_centres_m - 447000.0, small.GRID.y_centres_m - 4332000.0)
        height_m = 100.0 + 60.0 * np.sin(x_m / 400.0) * np.cos(y_m / 500.0)
        facts = {f: getattr(briefing.map, f) for f in briefing.map.__struct_fields__}
        facts["elevation"] = MapRaster.pack(height_m, 0.1)
        briefing = small.briefing(wind_m_s=6.0, map=MapInfo(**facts))
    ground = Ground(briefing, 3, 120.0)
    needed_s = 3000.0
    spare_s = TriggerGround(ground, 0.0).spare_s([(ground.zone_cells[1], needed_s)])
    inside = np.flatnonzero((spare_s < 0.0) & ground.is_burnable)
    checked = 0
    for cell in inside[:: max(len(inside) // 12, 1)].tolist():
        came_s = fire_from(ground, cell, 2.0 * needed_s)[ground.zone_cells[1]].min()
        expected_s = spare_s.ravel()[cell] + needed_s
        # A fire lit as a whole cell has half a cell's start on one that counts from centre to centre.
        assert came_s == pytest.approx(expected_s, rel=0.15, abs=120.0)
        checked += 1
    assert checked >= 10
    beyond = np.flatnonzero(np.isinf(spare_s.ravel()) & ground.is_burnable.ravel())
    for cell in beyond[:: len(beyond) // 8].tolist():
        assert fire_from(ground, cell, needed_s)[ground.zone_cells[1]].min() >= 0.85 * needed_s


def turning(small, *changes):
    """A briefing whose bulletin turns: (from when [s], wind from [degrees])."""
    (row,) = small.briefing(wind_m_s=6.0).bulletin
    return small.briefing(bulletin=[structs.replace(row, from_s=at_s, wind_from_deg=deg) for at_s, deg in changes])


@pytest.mark.parametrize("at_s", [0.0, 900.0, 5000.0])
def test_the_boundary_knows_how_the_wind_turns_meanwhile(small, at_s):
    """The wind turns from north to west a quarter of an hour on: fires lit at the boundary then do as it says."""
    ground = Ground(turning(small, (0.0, 0.0), (1800.0, 270.0), (3600.0, 300.0)), 3, 120.0)
    needed_s = 3000.0
    spare_s = TriggerGround(ground, 0.0).at(at_s).spare_s([(ground.zone_cells[1], needed_s)])
    inside = np.flatnonzero((spare_s < -150.0) & ground.is_burnable)
    beyond = np.flatnonzero(np.isinf(spare_s.ravel()) & ground.is_burnable.ravel())
    for cell in inside[:: max(len(inside) // 10, 1)].tolist():
        assert fire_from(ground, cell, at_s + needed_s, at_s)[ground.zone_cells[1]].min() <= at_s + needed_s
    for cell in beyond[:: len(beyond) // 10].tolist():
        # A fire lit as a whole cell has half a cell's start, a quarter of an hour in still air.
        assert fire_from(ground, cell, at_s + 0.85 * needed_s, at_s)[ground.zone_cells[1]].min() == np.inf


def test_with_the_wind_of_one_hour_the_boundary_is_another(small):
    turns = Ground(turning(small, (0.0, 0.0), (900.0, 270.0)), 3, 120.0)
    steady = Ground(turning(small, (0.0, 0.0)), 3, 120.0)
    later = Ground(turning(small, (0.0, 0.0), (9000.0, 270.0)), 3, 120.0)
    needed = [(turns.zone_cells[1], 3000.0)]
    now, fixed, same = (TriggerGround(ground, 0.0).spare_s(needed) < 0.0 for ground in (turns, steady, later))
    assert (fixed == same).all()  # what comes after people are through does not count
    west, north = now & ~fixed, fixed & ~now
    x_m = turns.coarse.x_centres_m
    assert west.sum() > 20
    assert north.sum() > 20
    assert x_m[np.nonzero(west)[1]].mean() < x_m[np.nonzero(north)[1]].mean() - 300.0


def test_the_boundary_lies_upwind_and_grows_with_the_time_that_people_need(small):
    ground = Ground(small.briefing(), 3, 120.0)  # wind from the north
    on = TriggerGround(ground, 0.0)
    quick = rasterise(
        trigger_boundary(on, "middle", ["M", "E"], P.model_copy(update={"mobilise_s": 600.0})), ground.coarse
    )
    slow = rasterise(trigger_boundary(on, "middle", ["M", "E"], P), ground.coarse)
    assert quick.sum() > 0
    assert slow.sum() > quick.sum()
    assert not (quick & ~slow).any()
    rows, _ = np.nonzero(slow)
    north_m = ground.coarse.y_centres_m[rows] - small.COAST_Y_M
    assert north_m.max() > 3 * -north_m.min()


def test_a_longer_way_out_has_more_ground_to_fear_than_the_zone_alone(small):
    ground = Ground(small.briefing(), 3, 120.0)
    on = TriggerGround(ground, 0.0)
    alone = rasterise(trigger_boundary(on, "west", [], P), ground.coarse)
    by_road = rasterise(trigger_boundary(on, "west", ["W", "M", "E"], P), ground.coarse)
    assert not (alone & ~by_road).any()
    assert by_road.sum() > 2 * alone.sum()
    east_of_zone = ground.coarse.x_centres_m[np.nonzero(by_road)[1]] > 451000.0
    assert east_of_zone.any()  # the far end of the road is part of it


def test_a_route_is_timed_stretch_by_stretch(small):
    ground = Ground(small.briefing(), 3, 120.0)
    assert [travel_s for _, travel_s in stretches(ground, ["W", "M", "E"])] == pytest.approx([200.0, 200.0])
    with pytest.raises(KeyError):
        stretches(ground, ["W", "E"])

"""What is kept of a fire is what would be worked out anew."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from firesim.command.ground import Ground
from firesim.command.incident import Drawing, Incident, PlacePrior
from firesim.command.parameters import CommandParameters
from firesim.link.messages import FireMapReport
from firesim.place.shapes import rasterise

P = CommandParameters()


@pytest.fixture
def ground(small) -> Ground:
    return Ground(small.briefing(), P.forecast_cell_factor, P.zone_buffer_m)


def test_the_belief_in_a_confirmed_fire_follows_all_that_is_said(small, ground):
    prior = PlacePrior(ground, P)
    fire, other = (Incident(name, prior, P, 300.0) for name in ("fire 1", "fire 2"))
    fire.add("camera", 20.0, 300.0)
    other.add("somebody else", 8.0, 320.0)
    fire.stage = "confirmed"
    report = FireMapReport(
        observer="drone", seen_s=400.0, place_xy_m=small.FIRE_XY_M,
        outline_xy_m=[small.square(*small.FIRE_XY_M, 200.0)], outline_sd_m=20.0,
    )  # fmt: skip
    before = fire.probability(310.0)
    for said in [
        lambda: fire.add("camera", 20.0, 330.0),
        lambda: fire.add("caller", 8.0, 340.0),
        lambda: fire.search("engine", -3.0, 350.0),
        lambda: fire.take_over(other),
        lambda: fire.unsearch("engine"),
        lambda: fire.draw(report),
        lambda: fire.lose_sight(500.0),
    ]:
        said()
        kept, afresh = fire.probability(510.0), deepcopy(fire)
        afresh._held = None
        assert kept == afresh.probability(510.0)
        assert kept != before
        assert fire.probability(1e6) == kept  # only a look wears it down
        before = kept


def test_what_is_only_said_again_leaves_the_belief_in_a_confirmed_fire_as_it_is(ground):
    fire = Incident("fire 1", PlacePrior(ground, P), P, 300.0)
    fire.stage = "confirmed"
    said = [("camera", 20.0), ("camera", 20.0), ("camera", 20.0), ("camera", 8.0), ("caller", 8.0), ("camera", 90.0)]
    beliefs = []
    for at_s, (source, ratio) in enumerate(said, 300):
        fire.add(source, ratio, float(at_s))
        beliefs.append(fire.probability(float(at_s)))
        afresh = deepcopy(fire)
        afresh._held = None
        assert beliefs[-1] == afresh.probability(float(at_s))
    assert beliefs[1] == beliefs[2] == beliefs[3]  # insisting counts once
    assert beliefs[0] < beliefs[1] < beliefs[4] < beliefs[5]


def test_a_fire_that_is_drawn_again_or_whose_finder_never_missed_it_is_believed_as_before(small, ground):
    fire = Incident("fire 1", PlacePrior(ground, P), P, 300.0)
    fire.add("camera", 20.0, 300.0)
    fire.search("drone", -3.0, 310.0)
    fire.stage = "confirmed"
    beliefs = []
    for at_s, observer in enumerate(("engine", "engine", "drone", "drone"), 400):
        fire.unsearch(observer)
        fire.draw(
            FireMapReport(
                observer=observer, seen_s=float(at_s), place_xy_m=small.FIRE_XY_M,
                outline_xy_m=[small.square(*small.FIRE_XY_M, float(at_s))], outline_sd_m=20.0,
            )
        )  # fmt: skip
        beliefs.append(fire.probability(float(at_s)))
        afresh = deepcopy(fire)
        afresh._held = None
        assert beliefs[-1] == afresh.probability(float(at_s))
    assert beliefs[0] == beliefs[1] < beliefs[2] == beliefs[3]  # the drone had looked in vain, and now has seen it


def test_a_drawing_tells_its_cells_and_the_roads_beside_it_of_each_map_and_distance(small, ground):
    drawing = Drawing([small.square(*small.FIRE_XY_M, 400.0)], 400.0, True)
    for _ in range(2):
        for grid in (ground.coarse, ground.grid):
            np.testing.assert_array_equal(drawing.cells(grid), rasterise(drawing.rings, grid))
        for within_m in (100.0, 1500.0, 5000.0):
            apart = ground.road_nodes_xy_m[:, None] - drawing.corners[None]
            expected = np.hypot(apart[..., 0], apart[..., 1]).min(axis=1) <= within_m
            np.testing.assert_array_equal(drawing.nodes_within(ground, within_m), expected)
            apart = ground.road_bends[0][:, None] - drawing.corners[None]
            expected = np.hypot(apart[..., 0], apart[..., 1]).min(axis=1) <= within_m
            np.testing.assert_array_equal(drawing.bends_within(ground, within_m), expected)

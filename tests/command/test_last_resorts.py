"""The centre knows which refuges are last resorts, and sends nobody there."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.command import paper, routes
from firesim.command.ground import Ground
from firesim.command.picture import Picture
from firesim.command.triggers import deadlines
from firesim.place.settlement import Refuge
from tests.command.test_routes import NOW_S, P, a_forecast, closing


@pytest.fixture
def seen(small):
    """The small map with a beach, a refuge or a last resort, at the door of the western zone."""

    def picture(is_last_resort):
        beach = Refuge("beach", "Beach", "beach", 447600.0, 4332600.0, "W", 5000, is_last_resort=is_last_resort)
        ground = Ground(small.briefing(refuges=[*small.briefing().refuges, beach]), 3, 120.0)
        return Picture(ground, P)

    return picture


@pytest.mark.parametrize(("is_last_resort", "refuge"), [(False, "beach"), (True, "town")])
def test_a_plan_sends_to_a_refuge_and_past_a_last_resort(seen, is_last_resort, refuge):
    picture = seen(is_last_resort)
    assert routes.advise(picture, a_forecast(picture.ground, None), [0], NOW_S)[0].refuge == refuge


def test_who_can_reach_a_last_resort_alone_is_cut_off(seen):
    for is_last_resort, refuge, is_in_time in ((False, "beach", True), (True, "", False)):
        picture = seen(is_last_resort)
        known = a_forecast(picture.ground, closing(picture, coast_east=NOW_S + 60.0), zone_reached_s=[9500.0] * 3)
        told = routes.advise(picture, known, [0], NOW_S)[0]
        assert told.refuge == refuge
        assert ("cut off" in told.why) == is_last_resort
        assert (deadlines(picture, known)[:, 0] > NOW_S).all() == is_in_time


def test_the_plan_on_paper_names_no_last_resort(seen):
    for is_last_resort, refuge in ((False, "beach"), (True, "")):
        picture = seen(is_last_resort)
        burning = np.array([name == "coast east" for name in picture.ground.roads.edge_names])
        assert paper.advise_on_paper(picture, [0], burning, NOW_S)[0].refuge == refuge

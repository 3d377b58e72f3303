"""What a centre keeps of its last forecast changes nothing in the next."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.command.forecast import Forecast, Forecaster, forecast
from firesim.command.ground import Ground
from firesim.command.incident import Incident
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.messages import FireMapReport

P = CommandParameters()


@pytest.fixture
def fire(small) -> tuple[Ground, Incident]:
    """A fire first seen at 300 s, placed by two cameras; the wind turns in between."""
    briefing = small.briefing()
    ground = Ground(briefing, P.forecast_cell_factor, P.zone_buffer_m)
    picture = Picture(ground, P)
    for camera in ("cam-east", "cam-west"):
        picture._hear_sighting(small.camera_report(camera, 300.0), "message-1", 310.0)
    return ground, picture.incidents[0]


def drawn(small, observer: str, seen_s: float, north_m: float, is_whole: bool = False) -> FireMapReport:
    x_m, y_m = small.FIRE_XY_M
    corners = [(x_m - 200.0, y_m - 400.0), (x_m + 200.0, y_m - 400.0), (x_m + 200.0, y_m + north_m), (x_m, y_m)]
    return FireMapReport(
        observer=observer, seen_s=seen_s, place_xy_m=small.FIRE_XY_M, outline_xy_m=[corners], outline_sd_m=20.0,
        is_whole=is_whole,
    )  # fmt: skip


def assert_alike(one: Forecast, other: Forecast) -> None:
    for name in ("arrival_s", "edge_closes_s", "zone_reached_s", "refuge_reached_s", "intensity_kw_m"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_each_forecast_is_to_the_bit_the_one_made_from_the_beginning(small, fire):
    ground, incident = fire
    centre = Forecaster(ground, P)

    def assert_next_is_as_afresh(now_s: float) -> None:
        assert_alike(centre.forecast([incident], now_s), forecast(ground, [incident], now_s, P))

    assert_next_is_as_afresh(400.0)
    assert_next_is_as_afresh(1000.0)  # nothing is new but the hour
    for now_s, observer, seen_s in [
        (1300.0, "engine-1", 1200.0),
        (2000.0, "engine-2", 1900.0),
        (2600.0, "engine-3", 1100.0),  # heard late: seen before all others
        (3000.0, "engine-1", 2900.0),  # the second drawing is gone, the third stays
        (4000.0, "engine-2", 3900.0),
    ]:
        incident.outline_seen_s = -np.inf  # a late drawing is taken too
        assert incident.draw(drawn(small, observer, seen_s, north_m=seen_s / 10.0))
        assert_next_is_as_afresh(now_s)
    incident.first_seen_s -= 30.0  # an older sighting comes in: all begins sooner
    assert_next_is_as_afresh(4100.0)
    incident.draw(drawn(small, "drone", 4300.0, north_m=500.0, is_whole=True))
    assert_next_is_as_afresh(4400.0)
    assert_next_is_as_afresh(5000.0)


def test_what_is_still_true_of_a_member_is_not_worked_out_again(small, fire, monkeypatch):
    from firesim.fire.spread import SpreadingFire

    ground, incident = fire
    centre = Forecaster(ground, P)
    centre.forecast([incident], 400.0)
    lit = []
    light = SpreadingFire.ignite_point
    monkeypatch.setattr(SpreadingFire, "ignite_point", lambda *told: (lit.append(told), light(*told)))
    incident.draw(drawn(small, "engine-1", 1200.0, north_m=100.0))
    centre.forecast([incident], 1300.0)
    incident.draw(drawn(small, "engine-1", 2200.0, north_m=300.0))
    centre.forecast([incident], 2300.0)
    assert not lit
    incident.first_seen_s -= 30.0
    centre.forecast([incident], 2300.0)
    assert len(lit) == P.ensemble_members

"""What is believed of a fire, and where."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firesim.command.ground import Ground
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.link.body import Body
from firesim.link.messages import (
    CallReport,
    CameraReport,
    Envelope,
    FireMapReport,
    GasReport,
    MastStatus,
    RoadReport,
    UnitStatus,
)


@pytest.fixture(scope="module")
def ground(small):
    return Ground(small.briefing(), 3, 120.0)


@pytest.fixture
def picture(ground):
    return Picture(ground, CommandParameters())


def hear(picture, body: Body, now_s: float, source: str = "somebody"):
    letter = Envelope(message_id=f"{source}@{now_s}", source=source, destination="centre", sent_s=now_s, body=body)  # type: ignore[arg-type]
    return picture.hear(letter, now_s)


def call(x_m: float, y_m: float, sd_m: float, caller: str, from_x_m: float = 449000.0) -> CallReport:
    return CallReport(
        caller=caller, seen_s=300.0, from_xy_m=(from_x_m, 4332600.0), place_xy_m=(x_m, y_m), place_sd_m=sd_m
    )


@settings(max_examples=40, deadline=None)
@given(
    x_m=st.floats(448500.0, 451500.0), y_m=st.floats(4333600.0, 4335300.0),
    east_off=st.floats(-2.0, 2.0), west_off=st.floats(-2.0, 2.0),
)  # fmt: skip
def test_two_bearings_locate_a_fire_within_the_stated_error(ground, small, x_m, y_m, east_off, west_off):
    """Bearings up to two standard deviations off: the place is off by no more than three of the stated ones."""
    picture = Picture(ground, CommandParameters())
    hear(picture, small.camera_report("cam-east", 300.0, (x_m, y_m), east_off), 300.0, "cam-east")
    hear(picture, small.camera_report("cam-west", 310.0, (x_m, y_m), west_off), 310.0, "cam-west")
    (incident,) = picture.incidents
    found_x_m, found_y_m, sd_m = incident.place
    assert 20.0 < sd_m < 500.0
    assert np.hypot(found_x_m - x_m, found_y_m - y_m) <= 3.0 * sd_m + ground.coarse.cell_size_m


def test_one_bearing_alone_locates_nothing(picture, small):
    hear(picture, small.camera_report("cam-east", 300.0), 300.0, "cam-east")
    assert picture.incidents[0].sd_m > 500.0


def test_more_calls_make_the_place_surer(picture):
    errors = []
    for k, (x_m, y_m) in enumerate([(450100.0, 4334500.0), (449900.0, 4334700.0), (450050.0, 4334650.0)]):
        hear(picture, call(x_m, y_m, 400.0, f"caller-{k}", 448000.0 + 900.0 * k), 300.0, f"caller-{k}")
        errors.append(picture.incidents[0].sd_m)
    assert len(picture.incidents) == 1
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] == pytest.approx(400.0 / np.sqrt(3.0), rel=0.25)


def test_independent_sources_add_up_and_neighbours_on_one_spot_count_little(ground):
    apart, together = Picture(ground, CommandParameters()), Picture(ground, CommandParameters())
    for k in range(3):
        hear(apart, call(450000.0, 4334600.0, 300.0, f"c{k}", 448000.0 + 900.0 * k), 300.0)
        hear(together, call(450000.0, 4334600.0, 300.0, f"c{k}"), 300.0)
    # Prior odds 1/19; three independent calls at 8: 8**3 / 19, p = 0.964; one spot that insists: 8 * 4 / 19, p = 0.627.
    assert apart.incidents[0].probability(300.0) == pytest.approx(512.0 / 531.0, abs=1e-6)
    assert together.incidents[0].probability(300.0) == pytest.approx(32.0 / 51.0, abs=1e-6)


def test_reports_of_places_far_apart_are_two_fires(picture):
    hear(picture, call(448000.0, 4334600.0, 150.0, "a"), 300.0)
    hear(picture, call(452000.0, 4334600.0, 150.0, "b"), 300.0)
    assert [incident.name for incident in picture.incidents] == ["fire 1", "fire 2"]


def test_one_stray_bearing_does_not_drag_the_place_away(picture, small):
    hear(picture, GasReport(sensor="gas-1", seen_s=290.0, smoke_index=1.2), 290.0, "gas-1")
    hear(picture, small.camera_report("cam-east", 300.0), 300.0, "cam-east")
    hear(picture, small.camera_report("cam-west", 310.0), 310.0, "cam-west")
    (incident,) = picture.incidents
    before = incident.place
    stray = CameraReport(sensor="cam-west", seen_s=320.0, bearing_deg=90.0, bearing_sd_deg=1.0, confidence=0.8)
    incident.narrow(picture.prior.log_likelihood(stray))
    after = incident.place
    assert np.hypot(after[0] - before[0], after[1] - before[1]) < 150.0


@given(age_s=st.floats(0.0, 7200.0))
def test_silence_lets_belief_fall_back_and_never_below_the_prior(ground, age_s):
    picture = Picture(ground, CommandParameters())
    hear(picture, GasReport(sensor="gas-1", seen_s=0.0, smoke_index=1.2), 0.0, "gas-1")
    (incident,) = picture.incidents
    assert 0.05 - 1e-9 <= incident.probability(age_s) <= incident.probability(0.0)
    # Half-life 10 min: log-odds above the prior are halved.
    ahead = [
        np.log(p / (1 - p)) - np.log(0.05 / 0.95) for p in (incident.probability(0.0), incident.probability(600.0))
    ]
    assert ahead[1] == pytest.approx(ahead[0] / 2.0)


def drawn_fire(small, is_whole: bool) -> FireMapReport:
    return FireMapReport(
        observer="d",
        seen_s=300.0,
        place_xy_m=small.FIRE_XY_M,
        outline_xy_m=[small.square(450000.0, 4334600.0, 60.0)],
        outline_sd_m=20.0,
        is_whole=is_whole,
    )


def in_vain(observer: str, x_m: float, seen_s: float) -> FireMapReport:
    return FireMapReport(
        observer=observer, seen_s=seen_s, place_xy_m=(x_m, 4334600.0), outline_xy_m=[], outline_sd_m=30.0
    )


def test_a_drawn_fire_does_not_die_out_by_silence_but_by_a_look_at_all_of_it(picture, small):
    hear(picture, drawn_fire(small, is_whole=True), 300.0, "d")
    (incident,) = picture.incidents
    assert incident.probability(20000.0) > 0.9
    hear(picture, in_vain("u", 451000.0, 360.0), 360.0, "u")  # a kilometre away: no sign that it is out
    assert incident.has_outline
    hear(picture, in_vain("u", 450050.0, 360.0), 365.0, "u")
    assert not incident.has_outline
    assert incident.probability(365.0) > 0.5  # one look may be wrong
    for observer in ("v", "w"):
        hear(picture, in_vain(observer, 450050.0, 366.0), 370.0, observer)
    assert incident.probability(370.0) < 0.1


@pytest.mark.parametrize(("is_whole", "looked_s"), [(False, 360.0), (True, 3600.0)])
def test_looks_around_what_was_drawn_do_not_end_a_fire_that_may_burn_beyond(picture, small, is_whole, looked_s):
    """Of a part the rest was never seen; the whole may have run on since it was drawn an hour ago."""
    hear(picture, drawn_fire(small, is_whole), 300.0, "d")
    (incident,) = picture.incidents
    for n in range(5):
        hear(picture, in_vain(f"crew-{n}", 450050.0, looked_s), looked_s + n, f"m{n}")
    assert incident.has_outline
    assert incident.probability(looked_s + 10.0) > 0.9


def test_a_confirmed_fire_is_not_forgotten_because_callers_have_said_all_they_had_to_say(picture):
    for k in range(4):
        hear(picture, call(450000.0, 4334600.0, 300.0, f"c{k}", 448000.0 + 900.0 * k), 300.0)
    (incident,) = picture.incidents
    before = incident.probability(300.0)
    incident.stage = "confirmed"
    assert incident.probability(20000.0) == before
    assert picture.forget(20000.0) == []


def test_hovering_over_one_place_is_one_look_not_many(ground, small):
    beliefs = []
    for looks in (1, 10):
        picture = Picture(ground, CommandParameters())
        hear(picture, GasReport(sensor="gas-1", seen_s=0.0, smoke_index=1.2), 0.0, "gas-1")
        for k in range(looks):
            body = FireMapReport(
                observer="d", seen_s=10.0 + k, place_xy_m=(450050.0, 4334500.0), outline_xy_m=[], outline_sd_m=20.0
            )
            hear(picture, body, 20.0, "d")
        beliefs.append(picture.incidents[0].probability(20.0))
    assert beliefs[0] == pytest.approx(beliefs[1])


def test_where_one_has_looked_in_vain_the_fire_is_less_likely(picture):
    hear(picture, call(450000.0, 4334600.0, 600.0, "a"), 300.0)
    (incident,) = picture.incidents
    before = incident.chance_within((450000.0, 4334600.0), 300.0)
    body = FireMapReport(
        observer="d", seen_s=500.0, place_xy_m=(450000.0, 4334600.0), outline_xy_m=[], outline_sd_m=20.0
    )
    hear(picture, body, 500.0, "d")
    after = incident.chance_within((450000.0, 4334600.0), 300.0)
    # Bayes: p * miss / (1 - p + p * miss) with a miss of 5 %.
    assert after == pytest.approx(before * 0.05 / (1.0 - before + before * 0.05), rel=1e-6)


def test_outlines_of_several_observers_are_laid_together(picture, small):
    for observer, x_m, seen_s in (("a", 450000.0, 300.0), ("b", 450300.0, 310.0)):
        body = FireMapReport(
            observer=observer, seen_s=seen_s, place_xy_m=(x_m, 4334600.0),
            outline_xy_m=[small.square(x_m, 4334600.0, 150.0)], outline_sd_m=20.0,
        )  # fmt: skip
        hear(picture, body, seen_s, observer)
    (incident,) = picture.incidents
    assert incident.drawn_cells(small.GRID).sum() * small.GRID.cell_area_m2 == pytest.approx(600.0 * 300.0, rel=0.05)


def test_a_report_of_the_grown_fire_is_no_second_fire(picture, small):
    outline = [small.square(450000.0, 4334600.0, 200.0)]
    drawn = FireMapReport(
        observer="d", seen_s=300.0, place_xy_m=small.FIRE_XY_M, outline_xy_m=outline, outline_sd_m=20.0
    )
    hear(picture, drawn, 300.0, "d")
    picture.incidents[0].stage = "confirmed"
    # An hour on, a tenth of 8 m/s: within 2.9 km; smoke is seen 1.5 km downwind of where the fire was drawn.
    hear(picture, call(450000.0, 4333100.0, 150.0, "late"), 3900.0)
    assert len(picture.incidents) == 1


def test_a_road_reported_cut_is_cut_both_ways_until_a_newer_report(picture):
    roads = picture.ground.roads
    hear(picture, RoadReport(observer="a", seen_s=100.0, u="W", v="M", is_open=False), 110.0)
    assert sorted(np.array(roads.edge_names)[~picture.is_open]) == ["coast west", "coast west"]
    assert hear(picture, RoadReport(observer="b", seen_s=90.0, u="M", v="W", is_open=True), 120.0).what == ""
    assert not picture.is_open.all()
    hear(picture, RoadReport(observer="b", seen_s=130.0, u="M", v="W", is_open=True), 140.0)
    assert picture.is_open.all()


def test_late_news_of_a_unit_does_not_overwrite_newer(picture):
    for seen_s, state in ((200.0, "on_scene"), (100.0, "rolling")):
        body = UnitStatus(unit="engine-1", seen_s=seen_s, state=state, x_m=450000.0, y_m=4332600.0, water_litres=1.0)
        hear(picture, body, 210.0)
    assert picture.units["engine-1"].state == "on_scene"


def test_a_dark_mast_is_remembered_until_it_is_back(picture):
    hear(picture, MastStatus(mast="mast", seen_s=50.0, is_dark=True), 60.0)
    assert picture.dark_masts == {"mast": 50.0}
    hear(picture, MastStatus(mast="mast", seen_s=80.0, is_dark=False), 90.0)
    assert picture.dark_masts == {}


@settings(max_examples=30, deadline=None)
@given(x_m=st.floats(400000.0, 500000.0), y_m=st.floats(4300000.0, 4400000.0), sd_m=st.floats(1.0, 5000.0))
def test_a_place_anywhere_even_off_the_map_leaves_belief_a_probability(ground, x_m, y_m, sd_m):
    picture = Picture(ground, CommandParameters())
    hear(picture, call(x_m, y_m, sd_m, "a"), 300.0)
    assume(picture.incidents)
    weights = picture.incidents[0].weights()
    assert weights.sum() == pytest.approx(1.0)
    assert np.isfinite(picture.incidents[0].place).all()

"""The smoke that shows, and the cameras that look for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from firesim.devices.cameras import Camera, CameraParameters
from firesim.devices.plume import InSight, Plume
from firesim.devices.sites import SensorSite
from firesim.link.messages import CameraReport
from firesim.physics.smoke import plume_top_m
from firesim.streams import Luck

WEST = SensorSite("west", "camera", 300.0, 3000.0, 20.0)
HONEST = CameraParameters(false_alarms_per_day=0.0)


def reports(camera: Camera, until_s: float) -> list[CameraReport]:
    found = [seen for now_s in np.arange(0.0, until_s, 30.0) for seen in camera.observe(float(now_s))]
    return [seen.body for seen in found if isinstance(seen.body, CameraReport)]


def test_a_clear_plume_is_reported_with_its_bearing(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    camera = Camera(WEST, Plume(make_fire(), make_weather(), flat, grid), HONEST, Luck(1))
    found = reports(camera, 7200.0)
    assert len(found) > 20
    errors = [report.bearing_deg - 90.0 for report in found]
    assert abs(float(np.mean(errors))) < 1.0
    assert 0.5 < float(np.std(errors)) < 1.6


def test_a_fire_behind_a_ridge_is_seen_by_no_camera(
    make_fire: Any, make_weather: Any, flat: Any, ridge: Any, grid: Any
) -> None:
    hidden, open_to_view = (
        Camera(WEST, Plume(make_fire(), make_weather(), ground, grid), HONEST, Luck(1)) for ground in (ridge, flat)
    )
    assert reports(hidden, 3600.0) == []
    assert not hidden.detectable(600.0)
    assert open_to_view.detectable(600.0)


def test_smoke_rises_over_a_low_ridge_and_then_shows(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    flat.elevation_m[:, 49:52] = 60.0
    weather = make_weather()
    large, small = (
        Plume(make_fire(heat_mw=heat_mw), weather, flat, grid).seen_from(300.0, 3000.0, 2.0, 1800.0)
        for heat_mw in (300.0, 0.5)
    )
    assert large.angle_deg[0] > 0.0
    assert small.angle_deg[0] == 0.0


def test_thin_smoke_counts_as_smaller_than_its_outline(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    counted = []
    for heat_mw in (2.0, 2000.0):
        view = Plume(make_fire(heat_mw=heat_mw), make_weather(wind_from_deg=270.0), flat, grid).seen_from(
            300.0, 3000.0, 2.0, 3600.0
        )
        # Smoke drifts straight away from the viewpoint, so its outline is lower from there than its top over the fire.
        outline_deg = np.degrees(np.arctan2(plume_top_m(heat_mw, 5.0), 2700.0))
        counted.append(float(view.angle_deg[0]) / float(outline_deg))
    assert counted[0] < 0.25
    assert 0.3 < counted[1] <= 1.0  # a long way off it has fallen behind the top


def test_nothing_shows_before_the_ignition(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    plume = Plume(make_fire(ignited_s=600.0), make_weather(), flat, grid)
    assert plume.seen_from(300.0, 3000.0, 20.0, 600.0).angle_deg[0] == 0.0
    assert plume.seen_from(300.0, 3000.0, 20.0, 700.0).angle_deg[0] > 0.0


def test_smoke_shows_by_day_and_flames_by_night(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    by_day, by_night = (
        Plume(make_fire(), make_weather(start_hour=hour), flat, grid).seen_from(300.0, 3000.0, 20.0, 1800.0)
        for hour in (12.0, 23.0)
    )
    flame_deg = np.degrees(np.arctan2(10.0, 2700.0))
    assert by_night.angle_deg[0] == pytest.approx(flame_deg, rel=0.02)
    assert by_day.angle_deg[0] > 3.0 * flame_deg


@pytest.mark.parametrize(("name", "near", "far"), [("heat_mw", 200.0, 10.0), ("x_m", 1500.0, 5500.0)])
def test_more_smoke_and_nearer_smoke_are_marked_more_often(
    name: str, near: float, far: float, make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    chances = []
    for value in (near, far):
        plume = Plume(make_fire(**{name: value}), make_weather(), flat, grid)
        camera = Camera(WEST, plume, HONEST, Luck(1))
        chances.append(camera.frame_probability(plume.seen_from(WEST.x_m, WEST.y_m, WEST.height_m, 1800.0)))
    assert HONEST.best_probability >= chances[0] > chances[1] > 0.0


def test_half_of_the_best_chance_is_at_the_stated_size(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    clear = CameraParameters(visibility_m=1e9)
    camera = Camera(WEST, Plume(make_fire(), make_weather(), flat, grid), clear, Luck(1))
    one = np.ones(1)
    size_deg = clear.half_detected_pixels * clear.pixel_deg
    view = InSight(size_deg * one, 1000.0 * one, one, one, one)
    assert camera.frame_probability(view) == pytest.approx(0.5 * clear.best_probability, rel=1e-4)
    assert camera.frame_probability(InSight(size_deg * one, 36_000.0 * one, one, one, one)) == 0.0


def test_drifted_smoke_over_a_hidden_foot_is_marked_with_less_certainty(
    make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    # The wind is from the north, so smoke drifts south, across the view of a camera in the west.
    view = Plume(make_fire(heat_mw=300.0), make_weather(), flat, grid).seen_from(300.0, 3000.0, 20.0, 1800.0)
    assert view.width_deg[0] > 5.0
    camera = Camera(WEST, Plume(make_fire(heat_mw=300.0), make_weather(), flat, grid), HONEST, Luck(1))
    assert reports(camera, 3600.0)[0].bearing_sd_deg > HONEST.bearing_sd_deg


def test_many_who_look_for_the_height_of_smoke_alone_see_the_same(make_fire: Any, make_weather: Any, grid: Any) -> None:
    # Hills hide the lower part of the column from some, all of it from others.
    rng = np.random.default_rng(4)
    hills_m = np.kron(rng.uniform(0.0, 250.0, (20, 20)), np.ones((10, 10))).astype(np.float32)
    x_m, y_m = rng.uniform(0.0, 6000.0, (2, 300))
    shares_in_sight = []
    for heat_mw, wind_m_s in ((50.0, 5.0), (300.0, 2.0)):
        weather = make_weather(wind_speed_10m_m_s=wind_m_s, wind_from_deg=70.0)
        plume = Plume(make_fire(heat_mw=heat_mw), weather, SimpleNamespace(elevation_m=hills_m), grid)
        eyes = plume.eyes_at(x_m, y_m, 2.0)
        angle_deg = plume.seen_by(eyes, 1800.0).angle_deg
        assert plume.angle_seen_by(eyes, 1800.0).tolist() == angle_deg.tolist()
        shares_in_sight.append((angle_deg > 0.0).mean())
    assert 0.05 < min(shares_in_sight) < max(shares_in_sight) < 0.95


def test_false_alarms_come_at_the_stated_rate_and_are_known_to_be_false(
    make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    often = CameraParameters(false_alarms_per_day=24.0, repeat_s=0.0)
    plume = Plume(make_fire(ignited_s=1e9), make_weather(), flat, grid)
    seen = []
    for seed in range(60):
        camera = Camera(WEST, plume, often, Luck(seed))
        seen += [found for now_s in np.arange(0.0, 14_400.0, 30.0) for found in camera.observe(float(now_s))]
    expected = 60 * 24.0 / 6.0
    assert abs(len(seen) - expected) < 4.0 * expected**0.5
    assert not any(found.is_true for found in seen)


def test_scores_tell_smoke_from_what_is_not(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    both = CameraParameters(false_alarms_per_day=500.0, repeat_s=0.0)
    camera = Camera(WEST, Plume(make_fire(), make_weather(), flat, grid), both, Luck(1))
    scores: dict[bool, list[float]] = {True: [], False: []}
    for now_s in np.arange(0.0, 36_000.0, 30.0):
        for seen in camera.observe(float(now_s)):
            assert isinstance(seen.body, CameraReport)
            scores[seen.is_true].append(seen.body.confidence)
    assert float(np.mean(scores[True])) == pytest.approx(2.0 / 3.0, abs=0.05)
    assert float(np.mean(scores[False])) == pytest.approx(1.0 / 3.0, abs=0.06)


def test_the_same_smoke_is_not_reported_in_every_frame(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    camera = Camera(WEST, Plume(make_fire(), make_weather(), flat, grid), HONEST, Luck(1))
    times = [report.seen_s for report in reports(camera, 3600.0)]
    assert np.diff(times).min() >= HONEST.repeat_s


def test_a_column_whose_foot_comes_and_goes_behind_a_ridge_is_one_smoke() -> None:
    one = np.ones(1)
    feet_x_m = iter(np.tile([3300.0, 300.0], 1000))  # due east of the camera and due north, by turns

    def seen_by(eyes: Any, now_s: float) -> InSight:
        return InSight(5.0 * one, 3000.0 * one, next(feet_x_m) * one, 6000.0 * one, one)

    plume = SimpleNamespace(eyes_at=lambda *_: np.zeros((5, 1)), seen_by=seen_by)
    found = reports(Camera(WEST, plume, HONEST, Luck(1)), 36_000.0)
    assert np.diff([report.seen_s for report in found]).min() >= HONEST.repeat_s
    assert np.ptp([report.bearing_deg for report in found]) > 2.0 * HONEST.same_smoke_deg  # what it marks does differ


def test_no_two_cameras_and_no_two_runs_take_their_frames_in_step(
    make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    plume = Plume(make_fire(), make_weather(), flat, grid)
    sites = [SensorSite(f"camera-{k}", "camera", 300.0, 3000.0, 20.0) for k in range(6)]
    firsts = [Camera(site, plume, HONEST, Luck(seed)).first_look_s for site in sites for seed in range(20)]
    assert len(set(firsts)) == 120
    assert min(firsts) >= 0.0
    assert max(firsts) < HONEST.cadence_s
    assert float(np.mean(firsts)) == pytest.approx(15.0, abs=4.0 * 30.0 / 12.0**0.5 / 120.0**0.5)


def test_a_frames_luck_hangs_on_its_number_alone(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    single = HONEST.model_copy(update={"repeat_s": 0.0})
    one, other = (Camera(WEST, Plume(make_fire(), make_weather(), flat, grid), single, Luck(9)) for _ in range(2))
    for now_s in np.arange(0.0, 900.0, 30.0):
        one.observe(float(now_s))
    assert one.observe(900.0) == other.observe(900.0)

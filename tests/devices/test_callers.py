"""The public and the fire watch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from firesim.devices.callers import CallerParameters, Callers
from firesim.devices.lookouts import FireWatch, FireWatchParameters
from firesim.devices.plume import Plume
from firesim.devices.sites import SensorSite
from firesim.link.messages import CallReport
from firesim.link.ports import Observation
from firesim.place.settlement import Zone
from firesim.streams import Luck

HONEST = CallerParameters(mistaken_per_day=0.0)


def zone(name: str, x_m: float, y_m: float) -> Zone:
    ring = [
        (x_m - 90, y_m - 90),
        (x_m + 90, y_m - 90),
        (x_m + 90, y_m + 90),
        (x_m - 90, y_m + 90),
        (x_m - 90, y_m - 90),
    ]
    return Zone(name, name, "settlement", x_m, y_m, None, 1000, [ring])


WEST, EAST = zone("west", 600.0, 3000.0), zone("east", 5400.0, 3000.0)


def crowd(*people: float) -> Any:
    return lambda hour: np.array(people, dtype=float)


def calls(callers: Any, until_s: float) -> list[tuple[float, Observation]]:
    return [(float(now_s), seen) for now_s in np.arange(0.0, until_s, 15.0) for seen in callers.observe(float(now_s))]


@pytest.fixture
def look(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> Plume:
    return Plume(make_fire(), make_weather(), flat, grid)


def test_a_fire_seen_by_nobody_is_reported_by_nobody(make_fire: Any, make_weather: Any, ridge: Any, grid: Any) -> None:
    hidden = Plume(make_fire(), make_weather(), ridge, grid)
    callers = Callers([WEST], crowd(5000.0), hidden, HONEST, Luck(1))
    assert calls(callers, 14_400.0) == []
    assert not callers.detectable(7200.0)


def test_nobody_calls_from_an_empty_zone(look: Plume) -> None:
    callers = Callers([WEST, EAST], crowd(0.0, 3000.0), look, HONEST, Luck(1))
    assert {seen.source for _, seen in calls(callers, 14_400.0)} == {"callers:east"}


def test_nobody_calls_before_the_fire(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> None:
    late = Plume(make_fire(ignited_s=3600.0), make_weather(), flat, grid)
    callers = Callers([WEST], crowd(5000.0), late, HONEST, Luck(1))
    assert min(now_s for now_s, _ in calls(callers, 14_400.0)) > 3600.0


def test_the_reference_crowd_with_a_great_plume_in_sight_calls_after_eight_minutes_on_average(look: Plume) -> None:
    firsts = []
    at_once = HONEST.model_copy(update={"handling_s": 0.0, "half_noticed_deg": 1e-6})
    for seed in range(400):
        callers = Callers([WEST], crowd(3000.0), look, at_once, Luck(seed))
        firsts.append(next(float(now_s) for now_s in np.arange(0.0, 14_400.0, 15.0) if callers.observe(float(now_s))))
    # The hazard builds up over the first minute (30 s), and calls come through at the next step (8 s late); the
    # standard error is 480 s / 20.
    assert float(np.mean(firsts)) == pytest.approx(480.0 + 38.0, abs=4 * 24.0)


def test_the_hazard_grows_with_people_and_smoke_and_falls_at_night(
    make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    def hazard(people: float = 1000.0, heat_mw: float = 20.0, hour: float = 12.0) -> float:
        plume = Plume(make_fire(heat_mw=heat_mw), make_weather(start_hour=hour), flat, grid)
        return float(Callers([WEST], crowd(people), plume, HONEST, Luck(1)).hazard_per_s(600.0)[0])

    assert hazard(people=2000.0) == pytest.approx(2.0 * hazard())
    assert hazard(heat_mw=200.0) > hazard() > hazard(hour=3.0) > 0.0


def test_one_more_zone_changes_no_other_zones_calls(look: Plume) -> None:
    few = Callers([WEST], crowd(3000.0), look, HONEST, Luck(4))
    more = Callers([EAST, WEST], crowd(3000.0, 3000.0), look, HONEST, Luck(4))
    assert calls(few, 7200.0) == [call for call in calls(more, 7200.0) if call[1].source == "callers:west"]


def test_the_guessed_place_errs_by_as_much_as_it_says_and_more_from_afar(
    make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    look = Plume(make_fire(heat_mw=300.0), make_weather(), flat, grid)
    errors: dict[float, list[float]] = {}
    for x_m in (600.0, 2400.0):
        for seed in range(80):
            callers = Callers([zone("z", x_m, 3000.0)], crowd(20_000.0), look, HONEST, Luck(seed))
            for _, seen in calls(callers, 900.0):
                assert isinstance(seen.body, CallReport)
                error_m = np.hypot(seen.body.place_xy_m[0] - 3000.0, seen.body.place_xy_m[1] - 3000.0)
                errors.setdefault(x_m, []).append(float(error_m) / seen.body.place_sd_m)
                eye_to_foot_m = float(np.hypot(3000.0 - seen.body.from_xy_m[0], 3000.0 - seen.body.from_xy_m[1]))
                # The visible foot stands at most a few metres downwind of the fire.
                assert seen.body.place_sd_m == pytest.approx(max(0.25 * eye_to_foot_m, 150.0), rel=0.02)
    for scaled in errors.values():
        assert float(np.mean(np.square(scaled))) == pytest.approx(2.0, rel=0.25)


def test_a_zone_falls_silent_after_its_last_call(look: Plume) -> None:
    callers = Callers([WEST], crowd(50_000.0), look, HONEST, Luck(1))
    assert len(calls(callers, 14_400.0)) == HONEST.calls_per_zone


def test_mistaken_calls_come_at_the_stated_rate_and_are_known_to_be_false(
    make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    cold = Plume(make_fire(ignited_s=1e9), make_weather(), flat, grid)
    often = CallerParameters(mistaken_per_day=12.0)
    seen = [
        found
        for seed in range(60)
        for _, found in calls(Callers([WEST, EAST], crowd(100.0, 100.0), cold, often, Luck(seed)), 14_400.0)
    ]
    expected = 60 * 12.0 / 6.0
    assert abs(len(seen) - expected) < 4.0 * expected**0.5
    assert not any(found.is_true for found in seen)


def shape_of(body: CallReport) -> tuple[Any, ...]:
    """What can be seen of a call besides its place: its fields, its name without the number, its clock, its eye."""
    assert body.caller.rsplit("-", 1)[1].isdigit()
    return (body.__struct_fields__, body.caller.rsplit("-", 1)[0], body.seen_s % 60.0, body.from_xy_m)


def test_nothing_that_travels_tells_a_mistaken_call_from_a_true_one(look: Plume) -> None:
    both = CallerParameters(mistaken_per_day=200.0, calls_per_zone=40)
    shapes: dict[bool, set[tuple[Any, ...]]] = {True: set(), False: set()}
    for seed in range(20):
        callers = Callers([WEST], crowd(9000.0), look, both, Luck(seed))
        seen = [found for _, found in calls(callers, 7200.0)]
        assert [found.body.caller for found in seen] == [f"west-call-{k}" for k in range(len(seen))]  # type: ignore[union-attr]
        for found in seen:
            assert isinstance(found.body, CallReport)
            shapes[found.is_true].add(shape_of(found.body))
    assert len(shapes[False]) == 3  # from every vantage of the zone
    assert shapes[True] <= shapes[False]


@pytest.mark.parametrize("steps", [{"cadence_s": 5.0}, {"cadence_s": 30.0}, {"look_s": 15.0}])
def test_numerical_steps_change_no_mistaken_call(
    steps: dict[str, float], make_fire: Any, make_weather: Any, flat: Any, grid: Any
) -> None:
    cold = Plume(make_fire(ignited_s=1e9), make_weather(), flat, grid)
    often = CallerParameters(mistaken_per_day=100.0)

    def places(parameters: CallerParameters) -> list[tuple[str, Any]]:
        callers = Callers([WEST, EAST], crowd(100.0, 100.0), cold, parameters, Luck(3))
        until_s = np.arange(0.0, 14_401.0, parameters.cadence_s)
        found = [seen.body for now_s in until_s for seen in callers.observe(float(now_s))]
        return [(body.caller, body.place_xy_m) for body in found if isinstance(body, CallReport)]

    expected, got = places(often), places(often.model_copy(update=steps))
    assert len(expected) > 5
    assert abs(len(got) - len(expected)) <= 1  # the last may still be on the line
    assert all(a == b for a, b in zip(expected, got, strict=False))


def test_attention_must_cover_the_day() -> None:
    with pytest.raises(ValidationError, match="hour 0 to hour 24"):
        CallerParameters(attention_by_hour=[(0.0, 1.0), (12.0, 1.0)])


POST = SensorSite("post", "lookout", 600.0, 3000.0, 2.0)


def test_a_lookout_with_a_great_plume_in_sight_telephones_within_two_rounds(look: Plume) -> None:
    watch = FireWatch([POST], look, FireWatchParameters(false_reports_per_day=0.0), Luck(1))
    found = calls(watch, 1800.0)
    assert found[0][0] <= 2 * 300.0 + 60.0
    body = found[0][1].body
    assert isinstance(body, CallReport)
    off_m = np.hypot(body.place_xy_m[0] - 3000.0, body.place_xy_m[1] - 3000.0)
    assert off_m < 3.0 * 2.0**0.5 * body.place_sd_m


def test_posts_look_round_each_from_a_moment_of_its_own_in_every_run(look: Plume) -> None:
    honest = FireWatchParameters(false_reports_per_day=0.0)
    posts = [SensorSite(f"post-{k}", "lookout", 600.0, 2400.0 + 60.0 * k, 2.0) for k in range(8)]
    firsts: dict[str, list[float]] = {}
    for seed in range(10):
        for _, seen in calls(FireWatch(posts, look, honest, Luck(seed)), 3600.0):
            assert isinstance(seen.body, CallReport)
            firsts.setdefault(seen.source, []).append(seen.body.seen_s % honest.cadence_s)
    moments = np.concatenate([np.unique(seconds) for seconds in firsts.values()])
    assert len(np.unique(moments)) >= 12  # of the 20 that steps of 15 s leave of 300 s
    assert float(moments.mean()) == pytest.approx(150.0, abs=40.0)
    alone = calls(FireWatch(posts[3:4], look, honest, Luck(4)), 3600.0)
    among = [call for call in calls(FireWatch(posts, look, honest, Luck(4)), 3600.0) if call[1].source == "post-3"]
    assert alone == among
    assert set(np.diff([now_s for now_s, _ in alone])) <= {300.0, 600.0, 900.0}


@pytest.mark.parametrize("off", [{"is_risk_day": False}, {"from_hour": 20.0}, {"reach_m": 1000.0}])
def test_nobody_watches_off_duty_or_beyond_their_reach(look: Plume, off: dict[str, Any]) -> None:
    watch = FireWatch([POST], look, FireWatchParameters(false_reports_per_day=0.0, **off), Luck(1))
    assert calls(watch, 7200.0) == []
    assert not watch.detectable(3600.0)


def test_a_ridge_hides_a_fire_from_a_lookout(make_fire: Any, make_weather: Any, ridge: Any, grid: Any) -> None:
    hidden = Plume(make_fire(), make_weather(), ridge, grid)
    watch = FireWatch([POST], hidden, FireWatchParameters(false_reports_per_day=0.0), Luck(1))
    assert calls(watch, 7200.0) == []

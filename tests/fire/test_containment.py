"""What crews hold, and the race of a line around a growing fire."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firesim.fire import containment
from firesim.fire.attack import STATUSES, Crew, ReportedFire, initial_attack, initial_attacks
from firesim.fire.fuels import standard_fuels
from firesim.fire.surface import flame_length_m

CHAIN_M = 20.1168
ACRE_M2 = 4046.8564224
unhurried = settings(deadline=None)


def test_the_limits_are_flames_of_four_eight_and_eleven_feet() -> None:
    limits = [
        containment.HAND_TOOLS_HOLD_KW_M,
        containment.HOSES_AND_MACHINES_HOLD_KW_M,
        containment.NOTHING_HOLDS_HEAD_KW_M,
    ]
    assert limits == pytest.approx([346.1, 1730.7, 3461.5], abs=0.1)
    assert flame_length_m(limits) / 0.3048 == pytest.approx([4.0, 8.0, 11.0], abs=0.3)
    assert containment.interpretation([0.0, 345.0, 347.0, 1731.0, 3462.0]).tolist() == [0, 0, 1, 2, 3]


def test_hoses_hold_what_hand_tools_cannot() -> None:
    assert containment.can_hold([300.0, 1000.0, 2000.0], with_hoses=False).tolist() == [True, False, False]
    assert containment.can_hold([300.0, 1000.0, 2000.0]).tolist() == [True, True, False]


def test_every_shipped_fuel_has_its_kind() -> None:
    kinds = {model.code: containment.fuel_group(model.number) for model in standard_fuels().models}
    assert set(kinds.values()) <= set(containment.ENGINE_LINE_CHAINS_H)
    assert kinds["SH5"] == "tall_shrub"
    assert kinds["GR2"] == "grass"
    assert kinds["TU5"] == "understory"


def test_three_people_with_an_engine_build_483_m_an_hour_in_short_grass() -> None:
    assert containment.line_production_m_s(1, 3) * 3600.0 == pytest.approx(24.0 * CHAIN_M)


@given(st.sampled_from([1, 2, 4, 8, 10, 13, 145]), st.integers(1, 8), st.floats(0.0, 60.0))
def test_more_people_build_more_line_and_slopes_shorten_it_on_the_map(fuel: int, crew: int, slope: float) -> None:
    level = containment.line_production_m_s(fuel, crew)
    assert containment.line_production_m_s(fuel, crew + 1) >= level > 0.0
    assert containment.line_production_m_s(fuel, crew, slope) == pytest.approx(level * np.cos(np.deg2rad(slope)))
    assert containment.line_production_m_s(fuel, 0) == 0.0


def test_taller_flames_need_more_water() -> None:
    water = containment.water_per_metre_litres(145, [0.0, 1.0, 2.0, 4.0])
    assert (np.diff(water) >= 0.0).all()
    assert water[0] == pytest.approx(2.0 * 2.44)
    assert water[2] == pytest.approx(3.0 * 2.44)


def test_the_published_attack_is_met() -> None:
    # Behave's own test: 1 acre, 5 ch/h, 3 to 1, head attack, one resource of 20 ch/h after 2 h for 8 h.
    fire = ReportedFire(ACRE_M2, 5.0 * CHAIN_M / 3600.0, 3.0)
    end = initial_attack(fire, [Crew(7200.0, 28800.0, 20.0 * CHAIN_M / 3600.0)])
    assert end.status == "contained"
    assert end.time_s / 60.0 == pytest.approx(238.75)
    assert end.line_m is not None
    assert end.area_m2 is not None
    assert end.line_m / CHAIN_M == pytest.approx(39.539849615, rel=1e-6)
    assert end.area_m2 / ACRE_M2 == pytest.approx(9.42749714, rel=1e-6)


def test_a_crew_far_faster_than_the_fire_needs_the_perimeter_over_its_rate() -> None:
    fire = ReportedFire(10_000.0, 1e-4, 1.0)  # a circle of one hectare that hardly grows: 354.5 m around
    end = initial_attack(fire, [Crew(0.0, 7200.0, 0.5)], "rear")
    assert end.status == "contained"
    assert end.time_s == pytest.approx(2.0 * np.sqrt(np.pi * 10_000.0) / 0.5, rel=0.02)
    assert end.line_m == pytest.approx(354.5, rel=0.01)
    assert end.area_m2 == pytest.approx(10_000.0, rel=0.02)


def test_crews_too_slow_for_the_fire_are_exhausted_or_see_it_grow_too_large() -> None:
    slow = [Crew(600.0, 3600.0, 0.01)]
    assert initial_attack(ReportedFire(5000.0, 0.05, 2.0), slow).status == "exhausted"
    end = initial_attack(ReportedFire(5000.0, 1.0, 2.0), [Crew(600.0, 36000.0, 0.01)])
    assert end.status == "size_limit_exceeded"
    assert end.line_m is None
    late = [Crew(6000.0, 1e6, 0.01)]
    assert initial_attack(ReportedFire(5000.0, 0.01, 2.0), late).status == "time_limit_exceeded"


MIN_S = 60.0


@pytest.mark.parametrize(
    ("arrival_min", "duration_min", "status", "time_min"),
    [
        (10, 16_000, "attacked", 1010),  # a thousand minutes of work, and nothing decided
        (78, 16_000, "attacked", 1078),
        (79, 16_000, "attacked", 1079),
        (80, 16_000, "time_limit_exceeded", 1080),  # the eighteen hours end first
        (500, 579, "exhausted", 1079),
        (500, 580, "time_limit_exceeded", 1080),  # who leaves in the last minute has not left in time
        (10, 1000, "exhausted", 1010),
        (10, 1001, "attacked", 1010),
        (1200, 600, "time_limit_exceeded", 1080),  # comes when all is over
        (1200, 0, "time_limit_exceeded", 1080),
        (60, 0, "exhausted", 60),
    ],
)
def test_slow_attacks_end_at_their_limits_of_work_and_of_time(
    arrival_min: float, duration_min: float, status: str, time_min: float
) -> None:
    slow = [Crew(arrival_min * MIN_S, duration_min * MIN_S, 0.001)]
    end = initial_attack(ReportedFire(5000.0, 0.002, 2.0), slow)
    assert (end.status, end.time_s / MIN_S) == (status, time_min)
    assert end.line_m is end.area_m2 is None


def test_a_line_that_closes_in_the_last_minute_closes_too_late() -> None:
    # A circle that hardly grows, walked around at a steady pace: 1 ha is 354.5 m around.
    fire, around_m = ReportedFire(10_000.0, 1e-6, 1.0), 2.0 * np.sqrt(np.pi * 10_000.0)
    in_time, too_late = (
        initial_attack(fire, [Crew(500.0 * MIN_S, 1e6, around_m / (minutes * MIN_S))]) for minutes in (577.0, 579.5)
    )
    assert (in_time.status, too_late.status) == ("contained", "time_limit_exceeded")
    assert in_time.time_s / MIN_S == pytest.approx(1077.0, abs=1.5)
    assert too_late.time_s / MIN_S == 1080.0


def test_crews_that_come_later_count_from_the_minute_they_come() -> None:
    fire = ReportedFire(10_000.0, 1e-6, 1.0)
    around_m = 2.0 * np.sqrt(np.pi * 10_000.0)
    # Half of the line by the first alone in an hour, the rest by both in half of one.
    crews = [Crew(0.0, 1e6, 0.5 * around_m / 3600.0), Crew(3600.0, 1e6, 0.5 * around_m / 3600.0)]
    end = initial_attack(fire, crews, "rear")
    assert end.time_s == pytest.approx(5400.0, abs=45.0)
    # The order in which they are named is nobody's.
    assert initial_attack(fire, crews[::-1], "rear") == end


def walked(fire: ReportedFire, line_m_s: float, tactic: str, arrival_s: float, until_s: float) -> tuple[float, float]:
    """When the line closes and how long it is, from the geometry alone.

    The end P(u, h) of one flank's line lies on the edge of an ellipse whose head is h from the ignition; it moves at
    the crew's speed: |P_h dh/dt + P_u du/dt| = line / 2. A quadratic in du/dt, stepped finely by the midpoint rule.
    """
    e = np.sqrt(1.0 - fire.length_to_width**-2.0)
    speed, rate = 0.5 * line_m_s, fire.head_rate_m_s
    h = (1.0 + e) * np.sqrt(fire.area_m2 * fire.length_to_width / np.pi) + rate * arrival_s
    u, forward = (0.0, 1.0) if tactic == "head" else (np.pi, -1.0)

    def turn(u: float, h: float) -> tuple[float, float]:
        along_h = np.array([(np.cos(u) + e), np.sqrt(1.0 - e * e) * np.sin(u)]) / (1.0 + e)
        along_u = h * np.array([-np.sin(u), np.sqrt(1.0 - e * e) * np.cos(u)]) / (1.0 + e)
        a, b = along_u @ along_u, rate * (along_h @ along_u)
        c = rate * rate * (along_h @ along_h) - speed * speed
        root = (-b + forward * np.sqrt(max(b * b - a * c, 0.0))) / a
        return float(root), float(np.hypot(*(along_h * rate + along_u * root)))

    step_s = (until_s - arrival_s) / 3000.0
    line, now_s = 0.0, arrival_s
    while (u - np.pi) * forward < 0.0 if tactic == "head" else u > 0.0:
        half = turn(u, h)[0]
        w, v = turn(u + 0.5 * step_s * half, h + 0.5 * step_s * rate)
        u, h, now_s, line = u + step_s * w, h + step_s * rate, now_s + step_s, line + 2.0 * step_s * v
        if now_s > 1.5 * until_s:
            return np.inf, np.inf
    return now_s, line


@settings(deadline=None, max_examples=25)
@given(
    st.floats(100.0, 100_000.0), st.floats(1e-4, 0.3), st.floats(1.0, 7.0), st.sampled_from(["head", "rear"]),
    st.floats(2.5, 30.0), st.floats(0.0, 18_000.0),
)  # fmt: skip
def test_the_line_walks_as_the_geometry_of_a_growing_ellipse_says(
    area: float, rate: float, ratio: float, tactic: str, stronger: float, arrival: float
) -> None:
    fire = ReportedFire(area, rate, ratio)
    line = stronger * 2.0 * rate  # each flank faster than the head: nobody is carried along
    end = initial_attack(fire, [Crew(arrival, 1e7, line)], tactic)
    assume(end.status == "contained")
    assert end.line_m is not None
    time_s, line_m = walked(fire, line, tactic, arrival, end.time_s)
    assert end.time_s - arrival == pytest.approx(time_s - arrival, rel=0.01)
    assert end.line_m == pytest.approx(line_m, rel=0.01)
    assert end.line_m == pytest.approx(line * (end.time_s - arrival), rel=0.01)  # all of what the crew could build


@unhurried
@given(
    st.floats(500.0, 40_000.0), st.floats(0.003, 0.15), st.floats(1.1, 4.0), st.sampled_from(["head", "rear"]),
    st.floats(0.2, 1.5), st.floats(1.2, 3.0),
)  # fmt: skip
def test_a_stronger_crew_never_ends_later_or_larger(
    area: float, rate: float, ratio: float, tactic: str, line: float, stronger: float
) -> None:
    fire = ReportedFire(area, rate, ratio)
    once = initial_attack(fire, [Crew(1200.0, 14400.0, line)], tactic)
    again = initial_attack(fire, [Crew(1200.0, 14400.0, line * stronger)], tactic)
    if once.status == "contained":
        assert again.status == "contained"
        assert again.time_s <= once.time_s + 60.0
        assert again.area_m2 is not None
        assert once.area_m2 is not None
        assert again.area_m2 <= once.area_m2 * 1.02


@unhurried
@given(st.floats(500.0, 40_000.0), st.floats(0.003, 0.1), st.floats(1.1, 4.0), st.sampled_from(["head", "rear"]))
def test_a_line_holds_at_least_the_fire_as_it_was_when_crews_came(
    area: float, rate: float, ratio: float, tactic: str
) -> None:
    end = initial_attack(ReportedFire(area, rate, ratio), [Crew(600.0, 36000.0, 1.0)], tactic)
    if end.status == "contained":
        assert end.area_m2 is not None
        assert end.area_m2 >= area * 0.99
        assert end.line_m is not None
        assert end.line_m >= 2.0 * np.sqrt(np.pi * end.area_m2) * 0.99  # no curve encloses more than a circle


def test_an_attack_needs_crews_and_a_known_tactic() -> None:
    with pytest.raises(ValueError, match="at least one crew"):
        initial_attack(ReportedFire(1000.0, 0.1, 2.0), [])
    with pytest.raises(ValueError, match="head or rear"):
        initial_attack(ReportedFire(1000.0, 0.1, 2.0), [Crew(0.0, 1.0, 1.0)], "flank")


def test_many_fires_at_once_end_as_each_alone() -> None:
    crews = [Crew(600.0, 7200.0, 0.3), Crew(1800.0, 7200.0, 0.2)]
    area, rate, ratio = np.array([[2000.0], [40000.0]]), np.array([0.005, 0.03, 0.3]), 2.0
    many = initial_attacks(area, rate, ratio, crews, "rear", 10.0)
    assert many.status.shape == many.line_m.shape == (2, 3)
    assert set(many.status.ravel().tolist()) >= {STATUSES.index("contained"), STATUSES.index("exhausted")}
    for i, j in np.ndindex(2, 3):
        alone = initial_attack(ReportedFire(float(area[i, 0]), float(rate[j]), ratio), crews, "rear", 10.0)
        assert (STATUSES[many.status[i, j]], many.time_s[i, j]) == (alone.status, alone.time_s)
        assert np.isnan(many.area_m2[i, j]) if alone.area_m2 is None else many.area_m2[i, j] == alone.area_m2
    assert initial_attacks(2000.0, 0.005, 2.0, crews).time_s.shape == ()

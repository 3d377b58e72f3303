"""How long people take from a warning to leaving: a sum of times, or a published curve."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.streams import Luck
from firesim.world.response_curves import CURVES, time_to_leave_s
from tests.world.village import VILLAGE, Day, make_place


@pytest.mark.parametrize("curve", CURVES)
def test_a_published_curve_passes_through_its_published_points(curve):
    at_s, left = zip(*CURVES[curve], strict=True)
    assert time_to_leave_s(left, curve) == pytest.approx(at_s)
    assert time_to_leave_s(0.0, curve) == 0.0
    luck = Luck(1).uniform("curve", np.arange(1000))
    assert (np.diff(time_to_leave_s(np.sort(luck), curve)) > 0.0).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("curve", ["drill", "reported"])
def test_those_who_leave_by_a_published_curve_are_gone_when_it_says(curve, seed):
    # Those who leave alone: who rides leaves with the driver, who waits for a lift leaves later.
    day = Day(
        make_place(residents=4000, guests=4000), seed=seed, order_heeded=1.0, response_curve=curve,
        lift_offered_fraction=0.0, resident_help_fraction=0.0, guest_help_fraction=0.0, neighbour_rate_per_min=0.0,
    )  # fmt: skip
    day.alert(at_s=5.0)
    people = day.run(6400.0)
    leaves = (people.parties.zone_index == VILLAGE) & ~people.parties.members.refuses
    took_s = people.departed_s[leaves] - people.warned_s[leaves]
    assert len(took_s) > 2500
    for at_s, share in CURVES[curve]:
        # Four standard deviations of a share among so many.
        margin = 4.0 * np.sqrt(max(share * (1.0 - share), 1e-6) / len(took_s))
        assert (took_s <= at_s + 1e-6).mean() == pytest.approx(share, abs=margin)
    assert (people.decided_s[leaves] > people.warned_s[leaves]).all()
    assert (people.decided_s[leaves] <= people.departed_s[leaves]).all()


def test_the_sum_of_times_is_hearing_deciding_preparing_and_gathering():
    exact = {
        "order_heeded": 1.0, "decision_median_min": 4.0, "decision_log_sd": 0.0, "preparation_spread": 0.0,
        "lift_offered_fraction": 0.0, "resident_help_fraction": 0.0, "guest_help_fraction": 0.0,
        "resident_apart_fraction": 0.5, "guest_apart_fraction": 0.0, "gathering_min": 15.0,
    }  # fmt: skip
    day = Day(make_place(residents=2000, guests=500), **exact)
    day.alert(at_s=100.0)
    people = day.run(7200.0)
    p = people.parties
    leaves = (p.zone_index == VILLAGE) & ~p.members.refuses
    took_min = np.round((people.departed_s[leaves] - people.warned_s[leaves]) / 60.0, 6)
    for kind, preparation_min in ((0, 10.0), (1, 10.0), (3, 15.0)):
        of_kind = p.kind[leaves] == kind
        expected = {4.0 + preparation_min} | ({4.0 + preparation_min + 15.0} if kind == 0 else set())
        assert set(took_min[of_kind]) == expected
    gathers = took_min[p.kind[leaves] == 0] > 20.0
    alone = p.people[leaves][p.kind[leaves] == 0] == 1
    assert not gathers[alone].any()
    assert gathers[~alone].mean() == pytest.approx(0.5, abs=0.08)


def test_nobody_fetches_anybody_when_it_gets_hot_nor_where_all_are_asleep_at_home():
    day = Day(make_place(residents=2000), hour=3.0, resident_apart_fraction=1.0)
    assert (day.people._decisions.gathering_s == 0.0).all()
    assert (Day(make_place(residents=2000), resident_apart_fraction=1.0).people._decisions.gathering_s > 0.0).any()

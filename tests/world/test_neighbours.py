"""How word spreads within a zone."""

from __future__ import annotations

import numpy as np
import pytest

from firesim.streams import Luck
from firesim.world.known import N_LEVELS, NOTHING, SEEN, WARNING
from firesim.world.neighbours import Contagion, tellers_of
from tests.world.village import VILLAGE, Day, FakeFire, make_place

MINUTE_S = 60.0


def spread(n: int, first: int, rate_per_min: float, step_s: float, minutes: int, seed: int = 1) -> np.ndarray:
    """The share that knows after each minute, when the first `first` of `n` know at the start."""
    threshold = -np.log(Luck(seed).uniform("told", np.arange(n)))
    contagion, knows = Contagion(np.zeros(n, np.int64), threshold, 1), np.arange(n) < first
    share = []
    for k in range(round(minutes * MINUTE_S / step_s)):
        told, after_s = contagion.spread(np.array([knows.sum()]), rate_per_min / MINUTE_S, step_s)
        assert ((after_s > 0.0) & (after_s <= step_s)).all()
        knows[told] = True
        if (k + 1) * step_s % MINUTE_S == 0.0:
            share.append(knows.mean())
    return np.array(share)


def logistic(start: float, rate_per_min: float, minutes: int) -> np.ndarray:
    grown = start * np.exp(rate_per_min * np.arange(1, minutes + 1))
    return grown / (1.0 - start + grown)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("step_s", [10.0, 60.0])
def test_word_follows_the_logistic_curve_within_sampling_error(step_s, seed):
    # 1,000 know at first. How many they tell early is luck: a growing line that starts from k has a relative
    # standard deviation of 1 / sqrt(k), 3 % here, which is 3 % of a time constant and 0.008 of the share where the
    # curve is steepest. Four of these.
    found = spread(100_000, 1000, 0.1, step_s, 100, seed)
    assert found == pytest.approx(logistic(0.01, 0.1, 100), abs=0.032)
    assert found[-1] > 0.99


def test_the_length_of_the_step_changes_the_curve_by_less_than_luck_does():
    fine, coarse = (spread(10_000, 100, 0.1, step_s, 100) for step_s in (10.0, 60.0))
    assert fine == pytest.approx(coarse, abs=0.005)  # the same luck, so only the step differs


def test_nobody_is_told_where_nobody_knows():
    assert spread(1000, 0, 0.5, 60.0, 30).max() == 0.0


def test_neighbours_warn_those_whom_no_channel_reached():
    day = Day(make_place(residents=2000, guests=2000), neighbour_reach_fraction=1.0)
    village = day.people.parties.zone_index == VILLAGE
    first = np.flatnonzero(village)[::20]
    day.alert(to=first)
    people = day.run(3600.0)
    told = np.isfinite(people.warned_s) & (np.array(people.columns()["warned_by"]) == "neighbour")
    assert 0.5 < told[village].mean() < 0.97  # a twentieth at first, six time constants: 95 %
    assert not told[~village].any()
    order = day.of_kind("warned").set_index("actor")
    ids = people.parties.household_id
    events = day.journal.table()
    for party in np.flatnonzero(told)[::37].tolist():
        event = order.loc[ids[party]]
        assert event["detail"] == "order by neighbour"
        teller = events.loc[event["cause_id"]]
        assert teller["kind"] == "warned"
        assert teller["time_s"] < event["time_s"]
        assert teller["actor"].split("-")[0] == "village"
        assert day.journal.chain(event["event_id"])[-1] == day.ignition


@pytest.mark.parametrize("share", [0.002, 0.1, 1.0])
def test_who_tells_is_of_the_same_zone_knows_that_news_and_may_be_any_of_those(share):
    rng, n, n_zones = np.random.default_rng(1), 4000, 3
    zone, level = rng.integers(0, n_zones, n), np.where(rng.random(n) < share, WARNING, NOTHING)
    level[rng.random(n) < 0.1] = SEEN  # they have seen the fire, which is other news
    by_zone = np.argsort(zone, kind="stable")
    first = np.searchsorted(zone[by_zone], np.arange(n_zones + 1))
    told, luck = np.arange(n), rng.random(n)
    tellers = tellers_of(by_zone, first, zone, level, WARNING, N_LEVELS, told, luck)
    for k in range(n_zones):
        who_know = np.flatnonzero((zone == k) & (level == WARNING))
        here = zone == k
        assert (tellers[here] == who_know[(luck[here] * len(who_know)).astype(int)]).all()
    some = np.flatnonzero(zone == 1)[::7]  # whoever else is told
    assert (tellers_of(by_zone, first, zone, level, WARNING, N_LEVELS, some, luck[some]) == tellers[some]).all()


def test_neighbours_pass_on_where_to_go():
    day = Day(make_place(residents=1000), order_heeded=1.0, neighbour_rate_per_min=1.0, longest_walk_m=1e5)
    day.alert(refuge="beach-refuge", route=("V", "B"), to=np.flatnonzero(day.people.parties.zone_index == VILLAGE)[:20])
    people = day.run(3600.0)
    told = np.array(people.columns()["warned_by"]) == "neighbour"
    trips = people.trip[told & (people.trip >= 0)]
    assert len(trips) > 100
    assert set(day.traffic.refuge_of(trips)) == {1}


def test_without_an_alert_neighbours_tell_only_of_what_somebody_saw():
    burning = {(600.0 + 30.0 * k, 3000.0): 300.0 for k in range(4)}  # 2,400 m off: smoke alone
    day = Day(make_place(residents=2000, guests=2000), FakeFire(burning), neighbour_rate_per_min=0.3)
    people = day.run(7200.0)
    assert np.isinf(people.warned_s).all()
    assert len(day.of_kind("warned")) == 0
    told = day.of_kind("told_of_fire")
    assert len(told) > 300
    events = day.journal.table()
    kinds = set(events.loc[told["cause_id"], "kind"])
    assert kinds == {"saw", "told_of_fire"}
    chain = day.journal.chain(int(told["event_id"].iloc[-1]))
    assert [day.journal.kind_of(event) for event in chain[-2:]] == ["saw", "ignition"]


def test_without_a_rate_nobody_tells_anybody():
    day = Day(make_place(residents=1000), neighbour_rate_per_min=0.0)
    day.alert(to=[0, 1, 2])
    assert np.isfinite(day.run(3600.0).warned_s).sum() == 3


def test_after_an_all_clear_nothing_is_passed_on():
    day = Day(make_place(residents=2000), neighbour_rate_per_min=0.05)
    village = np.flatnonzero(day.people.parties.zone_index == VILLAGE)
    day.alert(to=village[:50])
    day.run(600.0)
    day.alert(at_s=600.0, level="all-clear", to=village[:50])
    day.run(720.0)
    before = len(day.of_kind("warned"))
    day.run(3600.0)
    assert len(day.of_kind("warned")) == before > 50


def test_one_more_household_changes_nobody_of_another_zone_and_when_others_are_told_only_a_little():
    told = {}
    for residents in (1200, 1202):
        day = Day(make_place(residents=residents, on_beach=600), lift_offered_fraction=0.0)
        ids = day.people.parties.household_id
        of = {name: k for k, name in enumerate(ids)}
        first = [of[f"village-g{k:04d}"] for k in range(10)] + [of[f"beach-v{k:04d}"] for k in range(10)]
        day.alert(zones=("village", "beach"), to=first)
        people = day.run(3600.0)
        told[residents] = dict(zip(ids, people.warned_s.tolist(), strict=True))
    few, many = told[1200], told[1202]
    beach = [name for name in few if name.startswith("beach")]
    assert [few[name] for name in beach] == [many[name] for name in beach]
    both = [n for n in few if n.startswith("village") and np.isfinite(few[n]) and np.isfinite(many.get(n, np.inf))]
    assert len(both) > 200
    shift_s = np.abs(np.array([few[name] - many[name] for name in both]))
    assert np.median(shift_s) < 60.0  # of an hour in which most of them are told

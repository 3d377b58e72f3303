"""Whom an alert reaches, and when."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.devices.phones import AppPush, CellBroadcast, Knock, Listeners, PhoneParameters
from firesim.link.messages import AT_ONCE, Alert, ZoneAdvice
from firesim.link.ports import Alerter, Reach
from firesim.streams import Luck

ZONES = ["west", "east", "beach"]


def parties(n: int = 3000, seed: int = 1) -> Listeners:
    """Parties of all kinds, spread over three zones and, by their number, over the masts of `TwoMasts`."""
    draw = np.random.default_rng(seed)
    return Listeners(
        household_id=[f"h-{i:05d}" for i in range(n)],
        zone_index=np.arange(n) % 3,
        x_m=np.arange(n, dtype=float),
        y_m=np.zeros(n),
        is_guest=draw.random(n) < 0.5,
        has_phone=draw.random(n) < 0.9,
        has_app=draw.random(n) < 0.3,
        zones=ZONES,
        is_beach=[False, False, True],
    )


class Nights:
    """Everybody is asleep, or nobody; waking takes a minute."""

    def __init__(self, n: int, asleep: bool) -> None:
        self._asleep = np.full(n, asleep)
        self.waking_s = np.full(n, 60.0)

    def is_asleep(self, now_s: Any) -> Any:
        return self._asleep


class TwoMasts:
    """Serves the lower half from mast 0, the upper half from mast 1, and the last ten from none."""

    def __init__(self, n: int) -> None:
        self.n = n

    def serving_mast(self, x_m: Any, y_m: Any, now_s: float) -> Any:
        return np.where(x_m >= self.n - 10, -1, np.where(x_m < self.n / 2, 0, 1))

    def dark_masts(self, now_s: float) -> Any:
        return np.zeros(2, dtype=bool)


class SecondDarkens(TwoMasts):
    """The same until 1000 s; then mast 1 is dark, and mast 0 serves all who were under either."""

    def serving_mast(self, x_m: Any, y_m: Any, now_s: float) -> Any:
        serving = super().serving_mast(x_m, y_m, now_s)
        return serving if now_s < 1000.0 else np.minimum(serving, 0)

    def dark_masts(self, now_s: float) -> Any:
        return np.array([False, now_s >= 1000.0])


def alert(channel: str, *zones: str, level: str = "order", deadlines: tuple[float, ...] = ()) -> Alert:
    advice = [
        ZoneAdvice(zone=zone, refuge="port", route=[], deadline_s=deadlines[i] if deadlines else inf, why="")
        for i, zone in enumerate(zones)
    ]
    return Alert(order="o", channel=channel, level=level, advice=advice, text_el="", text_en="", authorised_by="mayor")


def over_masts(kind: Any, listeners: Listeners, asleep: bool = False, luck: Luck | None = None, **changes: Any) -> Any:
    n = len(listeners.household_id)
    nights = Nights(n, asleep)
    return kind(listeners, TwoMasts(n), ["m0", "m1"], nights, PhoneParameters(**changes), luck or Luck(1))


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
def test_an_alert_reaches_nobody_before_its_delivery(kind: Any) -> None:
    reach = over_masts(kind, parties()).reach(alert(kind.channel, *ZONES), "m0", 500.0)
    assert len(reach.parties) == len(reach.at_s) > 100
    assert min(reach.at_s) > 500.0


def test_the_app_reaches_only_app_users_in_the_advised_zones_under_the_mast() -> None:
    listeners = parties()
    reached = np.array(over_masts(AppPush, listeners).reach(alert("app", "west"), "m0", 0.0).parties)
    assert listeners.has_app[reached].all()
    assert (listeners.zone_index[reached] == 0).all()
    assert (reached < 1500).all()
    share = len(reached) / (listeners.has_app & (listeners.zone_index == 0))[:1500].sum()
    assert share == pytest.approx(0.9, abs=0.1)


def test_a_cell_broadcast_reaches_every_zone_under_the_mast_and_nobody_else() -> None:
    listeners = parties()
    reached = np.array(over_masts(CellBroadcast, listeners).reach(alert("cell_broadcast", "west"), "m1", 0.0).parties)
    assert listeners.has_phone[reached].all()
    assert set(listeners.zone_index[reached]) == {0, 1, 2}
    assert (reached >= 1500).all()
    assert (reached < 2990).all()
    assert len(reached) / listeners.has_phone[1500:2990].sum() == pytest.approx(0.78, abs=0.04)


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
def test_once_a_mast_is_dark_another_reaches_those_who_were_under_it(kind: Any) -> None:
    listeners = parties()
    n = len(listeners.household_id)
    channel = kind(listeners, SecondDarkens(n), ["m0", "m1"], Nights(n, False), PhoneParameters(), Luck(1))
    told = alert(kind.channel, *ZONES)
    before = [list(channel.reach(told, mast, 500.0).parties) for mast in ("m0", "m1")]
    after = [list(channel.reach(told, mast, 1500.0).parties) for mast in ("m0", "m1")]
    assert min(map(len, before)) > 100
    assert after == [before[0] + before[1], []]


def test_nine_of_ten_broadcasts_are_there_within_two_minutes() -> None:
    reach = over_masts(CellBroadcast, parties(20_000)).reach(alert("cell_broadcast", "west"), "m0", 100.0)
    assert float(np.mean(np.array(reach.at_s) <= 220.0)) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
def test_sleepers_hear_less(kind: Any) -> None:
    listeners = parties()
    by_day, by_night = (
        set(over_masts(kind, listeners, asleep).reach(alert(kind.channel, *ZONES), "m0", 0.0).parties)
        for asleep in (False, True)
    )
    assert by_night < by_day
    assert len(by_night) < 0.8 * len(by_day)


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
def test_who_is_woken_hears_later_by_the_time_of_waking(kind: Any) -> None:
    listeners = parties()
    awake, asleep = (
        over_masts(kind, listeners, is_asleep, app_wakes_fraction=1.0, broadcast_wakes_fraction=1.0).reach(
            alert(kind.channel, *ZONES), "m0", 0.0
        )
        for is_asleep in (False, True)
    )
    assert np.array_equal(awake.parties, asleep.parties)
    assert np.subtract(asleep.at_s, awake.at_s) == pytest.approx(60.0)


def test_a_knock_wakes_everybody_and_takes_as_long_as_waking() -> None:
    listeners = parties()
    n = len(listeners.household_id)
    awake, asleep = (
        Knock(listeners, PhoneParameters(), Luck(1), Nights(n, is_asleep)).reach(alert("knock", "west"), "", 0.0)
        for is_asleep in (False, True)
    )
    assert np.array_equal(awake.parties, asleep.parties)
    assert np.subtract(asleep.at_s, awake.at_s) == pytest.approx(60.0)


def readers(listeners: Listeners) -> Listeners:
    """A third read Greek alone, a third English alone, a third neither."""
    n = len(listeners.household_id)
    return replace(listeners, reads_greek=np.arange(n) // 3 % 3 == 0, reads_english=np.arange(n) // 3 % 3 == 1)


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
@pytest.mark.parametrize(("greek", "english"), [(True, False), (False, True), (True, True), (False, False)])
def test_a_text_warns_only_those_who_read_it(kind: Any, greek: bool, english: bool) -> None:
    listeners = readers(parties())
    said = msgspec.structs.replace(alert(kind.channel, *ZONES), text_el="ΦΩΤΙΑ" * greek, text_en="FIRE" * english)
    reached = np.array(over_masts(kind, listeners).reach(said, "m0", 0.0).parties, dtype=np.int64)
    assert listeners.reads_greek is not None
    assert listeners.reads_english is not None
    assert listeners.reads_greek[reached].any() == greek
    assert listeners.reads_english[reached].any() == english
    assert (listeners.reads_greek | listeners.reads_english)[reached].all()


def test_a_knock_is_understood_in_any_language() -> None:
    listeners = readers(parties())
    _, reach = by_knock(listeners, "west")
    assert len(reach.parties) == 1000


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
def test_a_telephone_that_is_not_reached_once_is_not_reached_by_the_next_alert(kind: Any) -> None:
    phones = over_masts(kind, parties())
    first, second = (
        phones.reach(alert(kind.channel, *ZONES, level=level), "m0", 0.0) for level in ("warning", "order")
    )
    assert np.array_equal(first.parties, second.parties)
    assert not np.array_equal(first.at_s, second.at_s)


@pytest.mark.parametrize("kind", [AppPush, CellBroadcast])
@settings(max_examples=20, deadline=None)
@given(n=st.integers(20, 200), seed=st.integers(0, 50))
def test_one_more_party_changes_no_other_partys_reach(kind: Any, n: int, seed: int) -> None:
    def reached(skip_first: bool) -> dict[str, float]:
        everybody = parties(n, seed)
        keep = np.arange(n) >= skip_first
        some = Listeners(
            [name for name, wanted in zip(everybody.household_id, keep, strict=True) if wanted],
            *(
                getattr(everybody, name)[keep]
                for name in ("zone_index", "x_m", "y_m", "is_guest", "has_phone", "has_app")
            ),
            zones=ZONES,
            is_beach=everybody.is_beach,
        )
        phones = kind(
            some, TwoMasts(n), ["m0", "m1"], Nights(len(some.household_id), False), PhoneParameters(), Luck(seed)
        )
        reach = phones.reach(alert(kind.channel, *ZONES), "m0", 0.0)
        return {some.household_id[i]: at_s for i, at_s in zip(reach.parties, reach.at_s, strict=True)}

    with_first = reached(False)
    with_first.pop("h-00000", None)
    assert reached(True) == with_first


def by_knock(listeners: Listeners, *zones: str, at_s: float = 0.0, **changes: Any) -> tuple[Knock, Reach]:
    knock = Knock(listeners, PhoneParameters(**changes), Luck(1))
    return knock, knock.reach(alert("knock", *zones), "", at_s)


def test_knocking_reaches_everybody_of_the_zone_and_nobody_else_in_time() -> None:
    listeners = parties()
    _, reach = by_knock(listeners, "west", at_s=100.0)
    assert list(reach.parties) == np.flatnonzero(listeners.zone_index == 0).tolist()
    assert min(reach.at_s) > 100.0 + 300.0


def test_no_team_knocks_faster_than_it_can() -> None:
    listeners = parties()
    knock, reach = by_knock(listeners, "west", "east", hotel_parties_per_min=1e9)
    within = knock.reach(alert("knock", "east"), "", float(np.median(reach.at_s)))
    after = knock.reach(alert("knock", "east"), "", max(within.at_s))
    rounds = [dict(zip(r.parties, r.at_s, strict=True)) for r in (reach, within, after)]
    visits = {(i, s) for one in rounds for i, s in one.items() if not listeners.is_guest[i]}
    assert len(visits) > sum(not listeners.is_guest[i] for i in reach.parties)  # some are gone to again
    assert np.diff(np.sort([s for _, s in visits])).min() == pytest.approx(60.0 / 4.0)


@pytest.mark.parametrize("rooms", [False, True])
def test_at_doors_still_to_come_the_newest_is_said_and_the_others_are_gone_to_once_more(rooms: bool) -> None:
    listeners = parties()
    knock, first = by_knock(listeners, "west", "east")
    mine = {i: s for i, s in zip(first.parties, first.at_s, strict=True) if listeners.is_guest[i] == rooms}
    at_s = {i: s for i, s in mine.items() if listeners.zone_index[i] == 1}
    half_s = float(np.median(list(at_s.values())))
    second = knock.reach(alert("knock", "east"), "", half_s)
    newly = {i: s for i, s in zip(second.parties, second.at_s, strict=True) if listeners.is_guest[i] == rooms}
    assert set(newly) == set(at_s)
    assert all((newly[i] == s) == (s > half_s) for i, s in at_s.items())
    assert min(newly[i] for i, s in at_s.items() if s <= half_s) > max((at_s if rooms else mine).values())


@pytest.mark.parametrize("first_s", [3000.0, AT_ONCE])
def test_the_nearest_deadline_is_knocked_first(first_s: float) -> None:
    listeners = parties()
    knock = Knock(listeners, PhoneParameters(), Luck(1))
    reach = knock.reach(alert("knock", "west", "east", deadlines=(9000.0, first_s)), "", 0.0)
    at_s = {ZONES[listeners.zone_index[i]]: [] for i in reach.parties}
    for i, s in zip(reach.parties, reach.at_s, strict=True):
        if not listeners.is_guest[i]:
            at_s[ZONES[listeners.zone_index[i]]].append(s)
    assert max(at_s["east"]) < min(at_s["west"])


def test_a_loudhailer_empties_a_beach_sooner_than_doors_a_village() -> None:
    listeners = parties()
    duration_s = [max(by_knock(listeners, zone, hotel_parties_per_min=1e9)[1].at_s) for zone in ("beach", "west")]
    assert duration_s[0] < 0.5 * duration_s[1]


def test_without_teams_only_hotels_knock() -> None:
    listeners = parties()
    _, reach = by_knock(listeners, "west", knock_teams=0)
    assert listeners.is_guest[reach.parties].all()


def test_all_three_are_alerters() -> None:
    listeners = parties(30)
    channels = [over_masts(AppPush, listeners), over_masts(CellBroadcast, listeners), by_knock(listeners)[0]]
    assert all(isinstance(channel, Alerter) for channel in channels)
    assert [channel.channel for channel in channels] == ["app", "cell_broadcast", "knock"]

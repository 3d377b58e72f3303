"""Who hears a siren."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

from firesim.devices.phones import Listeners
from firesim.devices.sirens import Siren, SirenParameters, chance_to_hear, siren_sites
from firesim.devices.sites import SensorSite, Site
from firesim.link.messages import Alert, ZoneAdvice
from firesim.link.ports import Alerter
from firesim.place.settlement import Facility
from firesim.streams import Luck

ALL = {"understood_fraction": 1.0}


class Nights:
    def __init__(self, n: int, asleep: bool) -> None:
        self._asleep, self.waking_s = np.full(n, asleep), np.full(n, 60.0)

    def is_asleep(self, now_s: Any) -> Any:
        return self._asleep


def along_a_line(n: int = 20_000, is_beach: bool = True) -> Listeners:
    """Parties at every distance up to 4 km from the siren at 0, in two zones that mix."""
    none = np.zeros(n, np.bool_)
    return Listeners(
        [f"h-{i:05d}" for i in range(n)], np.arange(n) % 2, np.linspace(0.0, 4000.0, n), np.zeros(n), none, none, none,
        ["west", "east"], [is_beach, is_beach],
    )  # fmt: skip


def siren(listeners: Listeners, asleep: bool = False, **changes: Any) -> Siren:
    sites = [Site("siren-1", 0.0, 0.0, 8.0, "wired")]
    nights = Nights(len(listeners.household_id), asleep)
    return Siren(listeners, sites, nights, SirenParameters(**changes), Luck(1))


def alert(*zones: str, level: str = "order") -> Alert:
    advice = [ZoneAdvice(zone=zone, refuge="port", route=[], deadline_s=inf, why="") for zone in zones]
    return Alert(order="o", channel="siren", level=level, advice=advice, text_el="", text_en="", authorised_by="m")


def heard_at(listeners: Listeners, device: Siren, *zones: str) -> np.ndarray:
    """Distances of those who hear it. [m]"""
    return listeners.x_m[device.reach(alert(*(zones or ("west",))), "siren-1", 100.0).parties]


def test_half_of_those_outdoors_hear_it_at_its_reach_and_few_at_twice_that() -> None:
    listeners = along_a_line()
    at_m = heard_at(listeners, siren(listeners, **ALL))
    for low, high, share in ((0.0, 300.0, 1.0), (940.0, 980.0, 0.5), (1900.0, 1940.0, 1.0 / 17.0)):
        there = (listeners.x_m >= low) & (listeners.x_m < high)
        heard = ((at_m >= low) & (at_m < high)).sum() / there.sum()
        assert heard == pytest.approx(share, abs=0.14)  # some 200 parties: four standard deviations
    assert chance_to_hear(np.array([0.0, 960.0, 1920.0]), 960.0).tolist() == pytest.approx([1.0, 0.5, 1.0 / 17.0])


def test_indoors_and_asleep_it_carries_a_quarter_as_far() -> None:
    outdoors, indoors = along_a_line(), along_a_line(is_beach=False)
    far = heard_at(outdoors, siren(outdoors, **ALL)).mean()
    near = heard_at(indoors, siren(indoors, indoors_fraction=1.0, **ALL)).mean()
    asleep = heard_at(outdoors, siren(outdoors, asleep=True, wakes_fraction=1.0, **ALL)).mean()
    assert near == asleep
    assert near == pytest.approx(far / 4.0, rel=0.1)


def test_it_is_heard_in_every_zone_in_reach() -> None:
    listeners = along_a_line()
    reached = siren(listeners).reach(alert("west"), "siren-1", 0.0).parties
    assert set(listeners.zone_index[reached]) == {0, 1}


def test_it_stays_silent_for_an_all_clear_and_where_nobody_of_the_zone_is_near() -> None:
    listeners = along_a_line()
    assert len(siren(listeners).reach(alert("west", level="all-clear"), "siren-1", 0.0).parties) == 0
    assert len(siren(listeners).reach(alert("nowhere"), "siren-1", 0.0).parties) == 0


def test_some_take_it_for_a_test_and_sleepers_wake_to_it_in_part() -> None:
    listeners = along_a_line()
    all_of_them = len(siren(listeners, **ALL).reach(alert("west"), "siren-1", 0.0).parties)
    understood = len(siren(listeners).reach(alert("west"), "siren-1", 0.0).parties)
    assert understood / all_of_them == pytest.approx(0.5, abs=0.04)
    asleep = siren(listeners, asleep=True, wakes_fraction=1.0, **ALL).reach(alert("west"), "siren-1", 0.0)
    woken = siren(listeners, asleep=True, **ALL).reach(alert("west"), "siren-1", 0.0)
    assert len(woken.parties) / len(asleep.parties) == pytest.approx(0.5, abs=0.07)
    assert min(woken.at_s) > 30.0 + 60.0


def test_one_more_party_changes_nobody_elses_hearing() -> None:
    few, many = along_a_line(500), along_a_line(500)
    many = Listeners(
        [*many.household_id, "more"], *(np.append(a, a[-1:]) for a in (many.zone_index, many.x_m, many.y_m)),
        *(np.append(a, False) for a in (many.is_guest, many.has_phone, many.has_app)), many.zones, many.is_beach,
    )  # fmt: skip
    a, b = (siren(one).reach(alert("west"), "siren-1", 0.0) for one in (few, many))
    assert dict(zip(a.parties, a.at_s, strict=True)).items() <= dict(zip(b.parties, b.at_s, strict=True)).items()


def test_sirens_stand_in_the_table_and_on_facilities() -> None:
    rows = [SensorSite("hill", "siren", 10.0, 20.0, 12.0)]
    roofs = [Facility("fire_station", "fire", "Fire", 1.0, 2.0, 30.0), Facility("port", "port", "Port", 5.0, 6.0, 1.0)]
    sites = siren_sites(rows, roofs, SirenParameters(facilities=("fire_station",)))
    assert [(site.name, site.x_m, site.y_m) for site in sites] == [
        ("hill", 10.0, 20.0),
        ("siren-fire_station", 1.0, 2.0),
    ]


def test_it_is_an_alerter() -> None:
    assert isinstance(siren(along_a_line(10)), Alerter)

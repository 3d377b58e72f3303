"""What is happening is said in words that fit a broadcast, and only what the centre believes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from firesim.command.alerts import ENGLISH_LIMIT, GREEK_LIMIT
from firesim.command.dispatcher import Dispatcher, step
from firesim.command.happening import what_happens
from firesim.command.letters import gsm7_length, ucs2_length
from firesim.command.strategies import policy_named
from firesim.link.messages import FireMapReport, ZoneAdvice, decode

NOW_S = 1200.0


def advice(*zones):
    return [ZoneAdvice(zone=zone, refuge="town", route=[], deadline_s=np.inf, why="") for zone in zones]


def believing(small, wire, policy="Pilot", **changes):
    """The picture of a centre that was told of a fire which a drone has drawn all round, at 20 minutes."""
    small.tell_of_a_fire(wire, policy, **changes)
    _, last = wire.deliveries.pop()
    wire.say(900.0, structs.replace(decode(last).body, is_whole=True), "drone-1")
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(dispatcher, at_s, payload)
    step(dispatcher, NOW_S)
    assert policy_named(policy).forecasts == (dispatcher.picture.forecast is not None)
    return dispatcher.picture


def test_it_says_where_it_burns_what_the_wind_does_and_when_the_fire_may_come(small, wire):
    picture = believing(small, wire)
    greek, english = what_happens(picture, "order", advice("middle", "west"), NOW_S)
    # A square of 400 m drawn at 880 s, 1.9 km north of the middle of the road; wind of 8 m/s.
    assert english.startswith("A wildfire burns 2 km north of Middle, some 16 hectares as seen at 12:14.")
    assert greek.startswith("Πυρκαγιά σε εξέλιξη 2 χλμ. βόρεια από: Μέση, περίπου 16 εκτάρια στις 12:14.")
    assert "Wind from the north, 5 Beaufort. It is forecast to move toward the south." in english
    assert "Άνεμος από βόρεια, 5 μποφόρ. Αναμένεται να κινηθεί νότια." in greek
    early_s = picture.forecast.zone_reached_early_s[1]
    assert f"It may come to Middle from {picture.ground.clock(early_s)} on." in english
    assert f"Μπορεί να φτάσει σε: Μέση από τις {picture.ground.clock(early_s)}." in greek
    (_, later) = what_happens(picture, "order", advice("middle"), early_s + 60.0)
    assert "It may have come to Middle already." in later


def test_places_that_no_fire_is_forecast_for_are_told_so(small, wire):
    picture = believing(small, wire)
    assert np.isinf(picture.forecast.zone_reached_early_s[2])
    greek, english = what_happens(picture, "order", advice("cove"), NOW_S)
    until = picture.ground.clock(picture.forecast.until_s)
    assert f"It is not forecast to come to these places before {until}; roads may be cut." in english
    assert f"Στις περιοχές αυτές δεν αναμένεται έως τις {until}." in greek
    assert f"to the other places before {until}" in what_happens(picture, "order", advice("cove", "middle"), NOW_S)[1]


def test_nobody_is_told_that_the_others_are_spared_while_some_of_them_go_unnamed(small, wire, monkeypatch):
    picture = believing(small, wire)
    monkeypatch.setattr("firesim.command.happening._MOST_NAMED", 0)  # so Middle, to be reached, is one of the others
    for zones in (("middle", "cove"), ("cove",)):
        english = what_happens(picture, "order", advice(*zones), NOW_S)[1]
        assert ("It is not forecast to come to" in english) == ("middle" not in zones)


def test_without_a_forecast_nothing_is_foretold(small, wire):
    greek, english = what_happens(believing(small, wire, "Today"), "order", advice("west"), NOW_S)
    assert "forecast" not in english
    assert "Αναμένεται" not in greek
    assert "A wildfire burns" in english


def seen_in_part(small, wire, policy):
    """A crew has drawn the flank that it sees, 1 hectare of a fire of which nobody knows how large it is."""
    small.tell_of_a_fire(wire, policy)
    _, last = wire.deliveries.pop()  # nobody draws it all round
    drawn = decode(last).body
    flank = [small.square(small.FIRE_XY_M[0], small.FIRE_XY_M[1] - 100.0, 50.0)]
    wire.say(900.0, structs.replace(drawn, observer="engine-1", outline_xy_m=flank, is_whole=False), "engine-1")
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(dispatcher, at_s, payload)
    step(dispatcher, NOW_S)
    return dispatcher.picture


def test_what_a_crew_sees_of_a_fire_is_not_told_as_its_size(small, wire):
    greek, english = what_happens(seen_in_part(small, wire, "Today"), "order", advice("west"), NOW_S)
    assert english.startswith(
        "A wildfire burns 2 km north of Middle, seen in part at 12:14. How large it is is not known."
    )
    assert "όπως φάνηκε εν μέρει στις 12:14. Η έκτασή της δεν είναι γνωστή." in greek
    assert "hectares" not in english
    assert "εκτάρια" not in greek


def test_of_a_fire_seen_in_part_a_centre_with_a_forecast_tells_the_middle_of_that(small, wire):
    picture = seen_in_part(small, wire, "Pilot")
    greek, english = what_happens(picture, "order", advice("west"), NOW_S)
    covered_ha = np.count_nonzero(picture.forecast.median_arrival_s <= NOW_S) * (3 * 30.0) ** 2 / 1e4
    (told_ha,) = re.findall(r"By the forecast it covers some (\d+) hectares now\.", english)
    assert float(told_ha) == pytest.approx(covered_ha, rel=0.05, abs=0.5)
    assert covered_ha > 2.0  # not the one hectare that was drawn
    assert f"Κατά την πρόβλεψη καλύπτει τώρα περίπου {told_ha} εκτάρια." in greek


def test_a_part_seen_later_makes_the_size_of_an_older_outline_no_news(small, wire):
    picture = believing(small, wire, "Today")
    assert "some 16 hectares as seen at 12:14" in what_happens(picture, "order", advice("west"), NOW_S)[1]
    flank = [small.square(small.FIRE_XY_M[0] + 600.0, small.FIRE_XY_M[1] - 100.0, 50.0)]
    drawn = FireMapReport(
        observer="engine-1", seen_s=1100.0, place_xy_m=small.FIRE_XY_M, outline_xy_m=flank, outline_sd_m=20.0,
        is_whole=False,
    )  # fmt: skip
    picture.fires()[0].draw(drawn)
    assert "hectares" not in what_happens(picture, "order", advice("west"), NOW_S)[1]


def test_before_anybody_has_drawn_it_a_fire_is_only_reported(small, wire):
    small.tell_of_a_fire(wire)
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries[:-1]:
        step(dispatcher, at_s, payload)
    greek, english = what_happens(dispatcher.picture, "order", advice("west"), 400.0)
    assert english.startswith("A fire is reported")
    assert greek.startswith("Αναφορές για πυρκαγιά")
    assert "hectares" not in english


def test_the_all_clear_says_that_it_is_over(small, wire):
    greek, english = what_happens(believing(small, wire), "all-clear", advice("west"), NOW_S)
    assert english == "No fire is believed to burn there any more."
    assert greek == "Δεν υπάρχει πλέον ένδειξη πυρκαγιάς στην περιοχή."


def test_a_centre_that_knows_of_no_fire_says_nothing(small, wire):
    dispatcher = Dispatcher()
    wire.say(0.0, small.briefing(), "scenario")
    step(dispatcher, *wire.deliveries[0])
    assert what_happens(dispatcher.picture, "order", advice("west"), NOW_S) == ("", "")


@pytest.mark.parametrize(
    ("north_m", "east_m", "words"), [(0.0, 3000.0, "3 km east of"), (0.0, 300.0, "near"), (-9e3, 0.0, "9 km south of")]
)
def test_the_place_is_told_from_the_zone_that_is_nearest(small, wire, north_m, east_m, words):
    x_m, y_m = small.briefing().zones[1].x_m + east_m, small.briefing().zones[1].y_m + north_m
    zones = [replace(small.briefing().zones[1], zone="only", name="Only", name_el="Μόνη")]
    wire.say(0.0, small.briefing(zones=zones), "scenario")
    drawn = FireMapReport(
        observer="crew", seen_s=100.0, place_xy_m=(x_m, y_m), outline_xy_m=[small.square(x_m, y_m, 100.0)],
        outline_sd_m=20.0,
    )  # fmt: skip
    wire.say(120.0, drawn, "crew")
    dispatcher = Dispatcher()
    for at_s, payload in wire.deliveries:
        step(dispatcher, at_s, payload)
    assert f"{words} Only" in what_happens(dispatcher.picture, "order", advice("only"), 130.0)[1]


@settings(max_examples=30, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=120), min_size=1, max_size=12))
def test_whatever_places_are_called_it_fits_a_broadcast(small, names):
    zones = [replace(small.briefing().zones[1], zone=f"z{k}", name=n, name_el=n) for k, n in enumerate(names)]
    picture = believing(small, small.Wire(), "Today", zones=zones)
    greek, english = what_happens(picture, "order", advice(*(zone.zone for zone in zones)), NOW_S)
    assert ucs2_length(greek) <= GREEK_LIMIT
    assert gsm7_length(english) <= ENGLISH_LIMIT

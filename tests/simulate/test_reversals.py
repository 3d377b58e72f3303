"""A run says how often people were told the opposite, and that its forecast was never set right."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from firesim.link.messages import IN_PLACE, TO_THE_SHORE, Alert, FireMapReport, ZoneAdvice, decode
from firesim.simulate.outlines import outline_warnings
from firesim.simulate.reversals import reversal_warnings

GROUND = SimpleNamespace(
    zone_index={"west": 0, "east": 1}, zones=[SimpleNamespace(name="West bay"), SimpleNamespace(name="East bay")]
)


def advice_to(zone, refuge, stop=""):
    return ZoneAdvice(zone=zone, refuge=refuge, route=[], deadline_s=np.inf, why="", stop=stop)


def alerts(time_s, *advice):
    """One alert to the public, on two channels at once."""
    bodies = [
        Alert(order="", channel=channel, level="order", advice=list(advice), text_el="", text_en="", authorised_by="")
        for channel in ("cell_broadcast", "app")
    ]
    return [SimpleNamespace(order=SimpleNamespace(body=body), time_s=time_s) for body in bodies]


def told(*rows):
    """Alerts to one zone each: when, zone, refuge, bus stop."""
    return [alert for time_s, *words in rows for alert in alerts(time_s, advice_to(*words))]


def test_orders_that_reverse_what_a_zone_was_just_told_are_counted_with_the_zone_told_so_most_often():
    issued = told(
        (0.0, "west", "town", ""), (70.0, "west", IN_PLACE, ""), (600.0, "west", TO_THE_SHORE, ""),
        (0.0, "east", "town", ""), (300.0, "east", IN_PLACE, ""),
    )  # fmt: skip
    (said,) = reversal_warnings(issued, GROUND)
    assert said == (
        "3 times a zone was told otherwise (leave by road, go to the shore, stay inside) less than 15 min after it was "
        "told: most often West bay (2)"
    )


def test_one_alert_that_reverses_two_zones_and_takes_their_stops_counts_zones_and_calls_them_so():
    issued = [
        *alerts(0.0, *(advice_to(zone, "town", "stop-1") for zone in GROUND.zone_index)),
        *alerts(60.0, *(advice_to(zone, IN_PLACE) for zone in GROUND.zone_index)),
    ]
    said = reversal_warnings(issued, GROUND)
    assert [one.split(" (")[0] for one in said] == [
        "2 times a zone was told otherwise",
        "2 times the bus stop of a zone was taken back or another named: most often East bay",
    ]


def test_another_refuge_is_no_reversal_nor_is_what_comes_after_a_quarter_of_an_hour():
    issued = told((0.0, "west", "town", ""), (60.0, "west", "port", ""), (1000.0, "west", IN_PLACE, ""))
    assert reversal_warnings(issued, GROUND) == []


def test_bus_stops_that_are_taken_back_are_counted():
    issued = told((0.0, "west", "town", "stop-1"), (60.0, "west", "town", ""), (2000.0, "west", "town", "stop-1"))
    assert reversal_warnings(issued, GROUND) == [
        "once the bus stop of a zone was taken back or another named: West bay"
    ]


def drawn(at_s: float, is_whole: bool) -> tuple[float, FireMapReport]:
    ring = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]
    body = FireMapReport(
        observer="engine-1", seen_s=at_s, place_xy_m=(0.0, 0.0), outline_xy_m=[ring], outline_sd_m=20.0,
        is_whole=is_whole,
    )  # fmt: skip
    return at_s, body


@pytest.mark.parametrize(
    ("heard", "forecasts_s", "is_said"),
    [
        ([drawn(1000.0, False), drawn(2000.0, False)], [600.0, 1800.0], True),
        ([drawn(500.0, True), drawn(2000.0, False)], [600.0, 1800.0], True),  # whole, but in the first minutes only
        ([drawn(1000.0, False), drawn(2000.0, True)], [600.0, 1800.0], False),
        ([drawn(1000.0, False)], [], False),  # a plan on paper has no forecast to set right
    ],
)
def test_a_forecast_that_no_outline_all_round_ever_set_right_is_said_to_be_one(heard, forecasts_s, is_said):
    said = outline_warnings(heard, forecasts_s, 0.0)
    assert bool(said) == is_said
    if is_said:
        assert said[0].startswith("the forecast was never set right by an outline all round: after the first 15 min ")
        assert said[0].endswith("(forecasts made since: 1)")


@pytest.mark.parametrize(
    ("heard_s", "words"),
    [
        ([], "no outline came in"),
        ([1000.0], "1 outline came in, of a part of the fire"),
        ([1000.0, 2000.0], "2 outlines came in, all of parts of the fire"),
    ],
)
def test_of_the_fire_that_came_in_no_outline_at_all_nothing_is_said_of_its_parts(heard_s, words):
    (said,) = outline_warnings([drawn(at_s, False) for at_s in heard_s], [1800.0], 0.0)
    assert f"after the first 15 min {words} (" in said


def test_a_run_against_a_forecast_says_it_aloud_and_a_plan_on_paper_has_none_to_set_right(pilot_run, today_run):
    messages = pilot_run.tables["messages"].to_pandas().query("kind == 'FireMapReport' and delivered_s > 0")
    late = messages[messages["delivered_s"] > pilot_run.scenario.ignited_s + 900.0]
    is_set_right = any(decode(payload).body.is_whole for payload in late["payload"])
    assert is_set_right != any("never set right by an outline all round" in one for one in pilot_run.warnings)
    assert not any("never set right" in one for one in today_run.warnings)

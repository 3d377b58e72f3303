"""What an alert says is what people hear."""

from __future__ import annotations

import numpy as np

from firesim.link.messages import IN_PLACE, TO_THE_SHORE, Alert, ZoneAdvice
from firesim.link.ports import Reach
from firesim.simulate import simulate
from firesim.simulate.edge import tell
from firesim.world.hearing import STAY_INSIDE


class Ears:
    """Stands for the people, and writes down what they hear."""

    def hear(self, parties, at_s, channel, level, cause_ids, advice, names_zones, stops, issued_s):
        self.heard, self.stops, self.issued_s = (level, dict(advice)), dict(stops), issued_s


def heard(refuge, route=(), level="order"):
    advice = [ZoneAdvice(zone="west", refuge=refuge, route=list(route), deadline_s=np.inf, why="")]
    alert = Alert(order="", channel="app", level=level, advice=advice, text_el="", text_en="", authorised_by="")
    ears = Ears()
    tell(ears, alert, Reach([0], [1.0]), 0, 0.0)  # type: ignore[arg-type]
    return ears.heard


def test_an_order_to_stay_inside_is_heard_as_one():
    assert heard(IN_PLACE) == ("order", {"west": (STAY_INSIDE, ())})


def test_other_orders_are_heard_as_they_are_said():
    assert heard("town", ("W", "E")) == ("order", {"west": ("town", ("W", "E"))})
    assert heard(TO_THE_SHORE) == ("order", {"west": ("", ())})
    assert heard("town", level="all-clear") == ("all-clear", {"west": ("town", ())})


def test_the_stop_that_an_alert_names_is_heard_with_it():
    one = ZoneAdvice(zone="west", refuge="town", route=[], deadline_s=np.inf, why="", stop="12")
    alert = Alert(order="", channel="app", level="order", advice=[one], text_el="", text_en="", authorised_by="")
    ears = Ears()
    tell(ears, alert, Reach([0], [1.0]), 0, 540.0)  # type: ignore[arg-type]
    assert ears.stops == {"west": "12"}
    assert ears.issued_s == 540.0


def test_a_siren_is_heard_without_saying_whom_it_means(short_scenario):
    changed = short_scenario.with_changes(
        devices={"sirens": {"facilities": ["port", "airport_fire"]}},
        strategies={"today": {"channels": ["siren"]}},
        people={"neighbour_rate_per_min": 0.0},
    )
    run = simulate(changed, "today", seed=1)
    events = run.tables["events"].to_pandas()
    delivered = events[(events["kind"] == "alert_delivered")]
    assert set(delivered["actor"]) <= {"siren-port", "siren-airport_fire"}
    assert len(delivered) >= 2
    people = run.tables["people"].to_pandas()
    assert set(people["warned_by"]) <= {"", "siren"}
    warned = events[events["kind"] == "warned"]
    assert set(warned["detail"]) <= {"warning by siren"}
    assert set(warned["cause_id"]) <= set(delivered["event_id"])

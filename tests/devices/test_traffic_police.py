"""The police at the ends of a road: there after their time, once, and by their newest order."""

from __future__ import annotations

import simpy

from firesim.devices.traffic_police import TrafficPolice, TrafficPoliceParameters
from firesim.link.messages import TRAFFIC_POLICE, ContraflowOrder

NEAR, FAR = ("A", "B"), ("B", "C")


class Day:
    def __init__(self):
        self.env, self.said, self.stood = simpy.Environment(), [], []
        say = lambda source, to, body, cause: self.said.append((self.env.now, source, to, body.order, cause))  # noqa: E731
        set_lanes = lambda stretches, cause: self.stood.append((self.env.now, list(stretches), cause))  # noqa: E731
        self.police = TrafficPolice(self.env, TrafficPoliceParameters(mobilise_s=900.0), say, set_lanes)

    def tell(self, at_s, order_id, *stretches):
        if at_s > self.env.now:
            self.env.run(at_s)
        body = ContraflowOrder(order=order_id, stretches=list(stretches), why="")
        self.police.receive(body, at_s, int(at_s))


def test_they_confirm_at_once_and_stand_there_after_their_time():
    day = Day()
    day.tell(100.0, "order-1", NEAR)
    day.env.run(5000.0)
    assert day.said == [(100.0, TRAFFIC_POLICE, "centre", "order-1", 100)]
    assert day.stood == [(1000.0, [NEAR], 100)]


def test_an_order_said_again_is_confirmed_again_and_changes_nothing():
    day = Day()
    day.tell(100.0, "order-1", NEAR)
    day.tell(300.0, "order-1", NEAR)
    day.env.run(5000.0)
    assert [said[0] for said in day.said] == [100.0, 300.0]
    assert len(day.stood) == 1


def test_a_road_that_is_no_longer_named_is_opened_at_once():
    day = Day()
    day.tell(100.0, "order-1", NEAR, FAR)
    day.tell(2000.0, "order-2", FAR)
    day.env.run(5000.0)
    assert day.stood == [(1000.0, [NEAR, FAR], 100), (2000.0, [FAR], 2000)]


def test_who_is_called_off_on_the_way_never_stands_there():
    day = Day()
    day.tell(100.0, "order-1", NEAR)
    day.tell(500.0, "order-2")
    day.env.run(5000.0)
    assert day.stood == []

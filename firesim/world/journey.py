"""A drive, stretch by stretch, through the traffic as it is and up to the fire where it bars the road."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import simpy

from firesim.world.driving import Standing, Stretch, Ways

LOOK_S = 20.0  # a driver looks at traffic and road this often. Judgement

Steps = Generator[simpy.Event, object, "Journey"]
Arriving = Generator[simpy.Event, object, bool]
AtClosure = Callable[[int, Sequence[int]], Generator[simpy.Event, object, None]]  # stretch, nodes that it makes for


class Driver(Protocol):
    """Who can be driven: a vehicle with its driver.

    `closed`: stretches that it has found closed, and when [s]; `driven_m`: how far it has driven so far;
    `entering`: the edge that it has just driven onto, before `standing` says so, -1: none.
    """

    standing: Standing
    entering: int
    closed: dict[int, float]
    driven_m: float

    @property
    def ways(self) -> Ways: ...
    @property
    def was_called(self) -> bool: ...
    def begin(self, leg: str) -> None: ...
    def pause(self, seconds: float) -> simpy.Event: ...


class End(Enum):
    """How a drive ended."""

    ARRIVED = "arrived"
    CALLED = "called"  # new orders came; the vehicle stands where they met it
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Journey:
    """How a drive ended, and at which stretch it was blocked (-1: it was not)."""

    end: End
    edge: int = -1


def drive(env: simpy.Environment, crew: Driver, way: list[Stretch], may_stop_short: bool, leg: str = "drive") -> Steps:
    """Drive along `way`; a process that takes the time it takes.

    `may_stop_short`: on the last stretch, stopping before the fire counts as having arrived (crews who go to
    the fire). Elsewhere a closed stretch is not entered, and a crew that meets fire on the stretch it is on
    stops before it.
    """
    ways = crew.ways
    crew.begin(leg)
    for index, stretch in enumerate(way):
        may_stop = may_stop_short and index == len(way) - 1
        entering = stretch.from_m == 0.0
        limit_m = ways.open_metres(stretch.edge) if entering else float("inf")
        if limit_m < stretch.to_m and not (may_stop and limit_m > 0.0):
            return Journey(End.BLOCKED, stretch.edge)
        end = yield from _along(env, crew, stretch, may_stop)
        if end is not End.ARRIVED:
            return Journey(end, stretch.edge if end is End.BLOCKED else -1)
        crew.closed.pop(stretch.edge, None)
    return Journey(End.ARRIVED)


def drive_to(
    env: simpy.Environment, crew: Driver, nodes: Sequence[int], route: Sequence[str], leg: str, at_closure: AtClosure
) -> Arriving:
    """Drive to one of some nodes by a given road, or by the driver's own when that is closed; True: there.

    `at_closure`: what the driver does before a stretch that it cannot enter. False: called elsewhere, or no way is
    left that this driver knows of.
    """
    ways = crew.ways
    way = ways.ordered_way(crew.standing, route) if route else None
    if way is not None and way and int(ways.roads.head[way[-1].edge]) not in nodes:
        way = None
    if not way:
        way = ways.own_way(crew.standing, nodes, crew.closed)
    while way is not None:
        journey = yield from drive(env, crew, way, may_stop_short=False, leg=leg)
        if journey.end is not End.BLOCKED:
            return journey.end is End.ARRIVED
        yield from at_closure(journey.edge, nodes)
        if crew.was_called:
            return False
        way = ways.own_way(crew.standing, nodes, crew.closed)
    return False


def _along(
    env: simpy.Environment, crew: Driver, stretch: Stretch, may_stop: bool
) -> Generator[simpy.Event, object, End]:
    """Drive along one stretch."""
    ways, edge, metres = crew.ways, stretch.edge, stretch.from_m
    head = int(ways.roads.head[edge])
    crew.entering = edge
    while metres < stretch.to_m - 1e-6:
        goal_m = stretch.to_m
        if ways.traffic.is_closed(edge):
            goal_m = min(goal_m, ways.metres_before_fire(edge, metres))
        speed_m_s = ways.speed_m_s(edge)
        if metres >= goal_m or speed_m_s <= 0.0:
            return End.ARRIVED if may_stop and speed_m_s > 0.0 else End.BLOCKED
        began_s = env.now
        yield crew.pause(min((goal_m - metres) / speed_m_s, LOOK_S))
        # Rounding must not leave a vehicle a hair before the end for ever.
        before_m, metres = metres, min(metres + (env.now - began_s) * speed_m_s + 1e-9, goal_m)
        crew.driven_m += metres - before_m
        crew.standing = _standing(ways, edge, head, metres)
        crew.entering = -1
        if crew.was_called:
            return End.CALLED
    return End.ARRIVED


def _standing(ways: Ways, edge: int, head: int, metres: float) -> Standing:
    return Standing(head) if metres >= float(ways.roads.length_m[edge]) - 1e-6 else Standing(head, edge, metres)

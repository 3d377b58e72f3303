"""One unit in mid-mission: where it is, what it carries, what it was told, and what it writes down."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from firesim.record import Journal
from firesim.world.driving import Standing, Ways
from firesim.world.duty import Duty
from firesim.world.units import UnitOrders, UnitSpec, UnitState

Point = tuple[float, float]
OnStatus = Callable[[UnitState, float, int | None], None]


class Crew(Duty[UnitOrders]):
    """A unit's state and its log. Missions (`responders.py`) change it; nothing else does.

    Attributes
    ----------
    orders, cause, state : see `Duty`
    standing, place : where the vehicle is, on the roads and on the map [m]
    entering : the edge that it has just driven onto, before `standing` says so; -1: none
    water_litres : in its tank
    water_spent_litres, water_taken_litres : put on the fire, and filled in, since the start
    hose_m : how far its hose reaches from the vehicle as laid out now
    cell, line_m : the flat cell of the front that it works on (-1: none), and the line built along it
    is_on_scene : whether it has stood, on this mission, where its hoses reach the fire
    ready_s : when its crew, recalled and dressed, can leave its base; None before the first orders
    closed : stretches that this crew has found closed, and when [s]
    driven_m : how far it has driven since the start
    people_aboard : whom an ambulance has fetched and not let off yet
    """

    def __init__(
        self, spec: UnitSpec, node: int, env: simpy.Environment, ways: Ways, journal: Journal, on_status: OnStatus
    ) -> None:
        self.spec, self.home = spec, node
        self.ways = ways
        self.standing, self.entering = Standing(node), -1
        self.water_litres = spec.tank_litres
        self.water_spent_litres = 0.0
        self.water_taken_litres = 0.0
        self.hose_m = 0.0
        self.has_turned_out = False
        self.is_on_scene = False
        self.ready_s: float | None = None
        self.line_m = 0.0
        self.cell = -1
        self.closed: dict[int, float] = {}
        self.driven_m = 0.0
        self.people_aboard = 0
        self._on_status = on_status
        super().__init__(spec.unit, spec.kind, env, journal)  # its log begins where it stands

    @property
    def name(self) -> str:
        return self.spec.unit

    @property
    def standing(self) -> Standing:
        return self._standing

    @standing.setter
    def standing(self, standing: Standing) -> None:
        self._standing = standing
        self._place: Point | None = None  # worked out when asked for

    @property
    def place(self) -> Point:
        if self._place is None:
            self._place = self.ways.place_of(self._standing)
        return self._place

    @property
    def water_moved_litres(self) -> float:
        return self.water_spent_litres + self.water_taken_litres

    def find_closed(self, edge: int) -> None:
        """Learn that a stretch is closed, in both directions. One in contraflow is not: it will be open again."""
        if self.ways.traffic.barring_event(edge) < 0:
            self.closed |= dict.fromkeys(self.ways.both_ways(edge), float(self._env.now))

    def tell(
        self, state: str, reason: str = "", road: tuple[str, str] | None = None, household: str = "", people: int = 0
    ) -> None:
        """Change state and let the radio know.

        `household`: whom it is about, of those whom ambulances fetch; `people`: how many of them were let off.
        """
        self.state = state
        x_m, y_m = self.place
        spec = self.spec
        status = UnitState(spec.unit, spec.kind, state, x_m, y_m, self.water_litres, reason, road, household, people)
        self._on_status(status, float(self._env.now), self.cause)

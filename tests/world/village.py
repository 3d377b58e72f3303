"""A village, a beach, a town and a cove, a fire that burns where it is told, and a day in which people live there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from firesim.place.grid import Grid
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Refuge, Settlement, Zone
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.people import People, PeopleParameters
from firesim.world.traffic import Traffic, TrafficParameters

INF = np.inf
GRID = Grid(rows=120, columns=200, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)
VILLAGE, BEACH, COVE = 0, 1, 2


def make_place(residents=200, guests=300, on_beach=100, in_cove=20, beach_x_m=2400.0):
    """A village in the west, a town in the east, a beach between, and a cove without a road."""
    at = {"V": (600.0, 600.0), "B": (beach_x_m, 600.0), "T": (5400.0, 600.0)}
    nodes = [RoadNode(name, *xy) for name, xy in at.items()]
    edges = []
    for u, v in ("VB", "BT"):
        for a, b in ((u, v), (v, u)):
            path = [at[a], at[b]]
            length_m = abs(at[a][0] - at[b][0])
            edges.append(RoadEdge(a, b, u + v, length_m, 10.0, 1300 / 3600, 1.0, 0.06, False, "main", "asphalt", path))
    zones = [
        Zone("village", "Village", "settlement", *at["V"], "V", 0, []),
        Zone("beach", "Beach", "beach", *at["B"], "B", 0, []),
        Zone("cove", "Cove", "beach", 3000.0, 3000.0, None, 0, [], access="boat"),
    ]
    refuges = [
        Refuge("town", "Town", "town", *at["T"], "T", 100_000),
        Refuge("beach-refuge", "Beach", "beach", *at["B"], "B", 100_000),
    ]
    night = residents + guests + 40
    counted = np.array([[night, night], [0, on_beach], [0, in_cove]])
    cells = []
    for zone in zones:
        row, column = GRID.cell_at(zone.x_m, zone.y_m)
        cells.append(np.array([(row + dr) * GRID.columns + column + dc for dr in (-1, 0, 1) for dc in (-1, 0, 1)]))
    settlement = Settlement(
        GRID, zones, refuges, [], [], np.array([residents, 0, 0]), np.array([guests, 0, 0]), np.array([3.0, 9.0]),
        counted, cells,
    )  # fmt: skip
    return SimpleNamespace(grid=GRID, roads=Roads(nodes, edges), settlement=settlement)


class FakeFire:
    """Cells burn at the times it is told; it covers what its arrival says."""

    has_ignited = True
    cause_of_fire = 0
    ignition_xy_m = (600.0, 3000.0)

    def __init__(self, arrival_s=None):
        self._arrival_s = np.full(GRID.shape, INF)
        for (x_m, y_m), at_s in (arrival_s or {}).items():
            row, column = GRID.cell_at(x_m, y_m)
            self._arrival_s[row, column] = at_s
        self.now_s = 0.0

    @property
    def arrival_time_s(self):
        return np.where(self._arrival_s <= self.now_s, self._arrival_s, INF)

    def area_m2(self, now_s):
        return GRID.cell_area_m2 * float((self._arrival_s <= now_s).sum())

    def flaming_cells(self, now_s):
        arrival = self._arrival_s.ravel()
        return np.flatnonzero((arrival <= now_s) & (arrival > now_s - 180.0))


class Day:
    """Everything that a run of people needs, from nine in the morning, when nobody is asleep any more."""

    def __init__(self, place=None, fire=None, seed=1, hour=9.0, **parameters):
        parameters = {"sleep_spread_h": 0.0} | parameters
        self.place = place or make_place()
        self.fire = fire or FakeFire()
        self.journal = Journal()
        self.ignition = self.journal.add(0.0, "fire", "ignition", None)
        self.people = People.build(self.place, PeopleParameters(**parameters), Luck(seed), hour, self.journal)
        self.traffic = Traffic(
            self.place.roads, self.place.settlement.refuges, TrafficParameters(), self.journal, GRID,
            self.people.parties.household_id,
        )  # fmt: skip
        self.now_s = 0.0

    def alert(
        self, at_s=0.0, level="order", zones=("village",), refuge="town", route=("V", "B", "T"), by="app", to=None,
        issued_s=-INF,
    ):  # fmt: skip
        parties = np.arange(len(self.people)) if to is None else np.asarray(to)
        delivered = self.journal.add(self.now_s, by, "alert_delivered", self.ignition)
        advice = dict.fromkeys(zones, (refuge, route))
        self.people.hear(parties, at_s, by, level, delivered, advice, issued_s=issued_s)

    def run(self, until_s, step_s=10.0):
        for now_s in np.arange(self.now_s + step_s, until_s + step_s / 2, step_s):
            self.fire.now_s = self.now_s = float(now_s)
            self.traffic.meet_fire(self.fire.arrival_time_s, now_s, self.ignition)
            self.traffic.advance(now_s)
            self.people.advance(now_s, self.traffic, self.fire)
        return self.people

    def of_kind(self, kind):
        table = self.journal.table()
        return table[table["kind"] == kind]

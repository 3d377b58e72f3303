"""People at the water: told where boats come they walk there and wait, and they are safe in port, not before."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from firesim.place.grid import Grid
from firesim.place.landings import Landing
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Refuge, Settlement, Zone
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.people import FATES, People, PeopleParameters
from firesim.world.traffic import Traffic, TrafficParameters
from tests.world.test_senses import assert_who_is_at_home_is_nowhere_else

GRID = Grid(rows=120, columns=200, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)
AT = {"V": (600.0, 600.0), "B": (1800.0, 600.0), "T": (5400.0, 600.0)}
VILLAGE, COVE = 0, 1
# Nobody refuses, needs help, gets a lift or has members elsewhere: everybody told goes, by their own means.
ALL_GO = {
    "order_heeded": 1.0, "smoke_heeded": 0.0, "flame_heeded": 0.0, "lift_offered_fraction": 0.0,
    "resident_refusal_fraction": 0.0, "guest_refusal_fraction": 0.0, "resident_help_fraction": 0.0,
    "visitor_help_fraction": 0.0, "resident_apart_fraction": 0.0, "visitor_apart_fraction": 0.0,
}  # fmt: skip


def make_place(beach_room: int | None) -> SimpleNamespace:
    """A village in the west, a beach 1,200 m on, a town in the east, and a cove without a road."""
    nodes = [RoadNode(name, *xy) for name, xy in AT.items()]
    edges = []
    for u, v in ("VB", "BT"):
        for a, b in ((u, v), (v, u)):
            length_m = abs(AT[a][0] - AT[b][0])
            path = [AT[a], AT[b]]
            edges.append(RoadEdge(a, b, u + v, length_m, 10.0, 0.36, 1.0, 0.06, False, "main", "asphalt", path))
    zones = [
        Zone("village", "Village", "settlement", *AT["V"], "V", 0, []),
        Zone("cove", "Cove", "beach", 3000.0, 3000.0, None, 0, [], access="boat"),
    ]
    refuges = [Refuge("town", "Town", "town", *AT["T"], "T", 100_000)]
    if beach_room is not None:
        refuges.append(Refuge("sand", "Sand", "beach", *AT["B"], "B", beach_room))
    cells = []
    for zone in zones:
        row, column = GRID.cell_at(zone.x_m, zone.y_m)
        cells.append(np.array([int(row) * GRID.columns + int(column)]))
    counted = np.array([[200, 200], [0, 20]])
    homes, none = np.array([200, 0]), np.array([0, 0])
    hours = np.array([3.0, 9.0])
    settlement = Settlement(GRID, zones, refuges, [], [], homes, none, hours, counted, cells)
    return SimpleNamespace(grid=GRID, roads=Roads(nodes, edges), settlement=settlement)


LANDINGS = [
    Landing("sea-beach", "Beach", "", "beach", 1800.0, 500.0, "B", 10.0),
    Landing("sea-cove", "Cove", "", "beach", 3000.0, 3050.0, None, 10.0, zone="cove"),
    Landing("sea-port", "Port", "", "jetty", 5400.0, 500.0, "T", 60.0, is_port=True),
]


class Fire:
    """Burns in the cells and from the times that it is told."""

    has_ignited = True
    cause_of_fire = 0
    ignition_xy_m = (600.0, 3000.0)

    def __init__(self, arrival_s: dict[tuple[float, float], float] | None = None) -> None:
        self.arrival_s = np.full(GRID.shape, np.inf)
        for at, when_s in (arrival_s or {}).items():
            self.arrival_s[GRID.cell_at(*at)] = when_s
        self.now_s = 0.0

    @property
    def arrival_time_s(self):
        return np.where(self.arrival_s <= self.now_s, self.arrival_s, np.inf)

    def area_m2(self, now_s):
        return GRID.cell_area_m2 * float((self.arrival_s <= now_s).sum())

    def flaming_cells(self, now_s):
        arrival = self.arrival_s.ravel()
        return np.flatnonzero((arrival <= now_s) & (arrival > now_s - 180.0))


class Day:
    """Everything that a run of people needs."""

    def __init__(self, beach_room: int | None = None, fire: Fire | None = None, landings=LANDINGS, **parameters):
        self.place, self.fire, self.journal = make_place(beach_room), fire or Fire(), Journal()
        self.ignition = self.journal.add(0.0, "fire", "ignition", None)
        parameters = ALL_GO | parameters
        self.people = People.build(self.place, PeopleParameters(**parameters), Luck(1), 9.0, self.journal, landings)
        self.traffic = Traffic(
            self.place.roads, self.place.settlement.refuges, TrafficParameters(), self.journal, GRID,
            self.people.parties.household_id, landings=landings,
        )  # fmt: skip
        self.now_s = 0.0

    def order(self, **told: str) -> Day:
        delivered = self.journal.add(self.now_s, "app", "alert_delivered", self.ignition)
        who = np.arange(len(self.people))
        advice = {zone: (place, ()) for zone, place in told.items()}
        self.people.hear(who, self.now_s, "app", "order", delivered, advice)
        return self

    def run(self, until_s: float, step_s: float = 10.0) -> People:
        for now_s in np.arange(self.now_s + step_s, until_s + step_s / 2, step_s):
            self.fire.now_s = self.now_s = float(now_s)
            self.traffic.meet_fire(self.fire.arrival_time_s, now_s, self.ignition)
            self.traffic.advance(now_s)
            self.people.advance(now_s, self.traffic, self.fire)
            assert_who_is_at_home_is_nowhere_else(self.people)
        return self.people

    def of_zone(self, zone: int) -> np.ndarray:
        return np.flatnonzero(self.people.parties.zone_index == zone)

    def boat(self) -> int:
        return self.journal.add(self.now_s, "boat-1", "boat_at_landing", self.ignition)

    def fates(self, who: np.ndarray) -> set[str]:
        return {FATES[fate] for fate in self.people.fate[who]}


def test_people_told_of_a_landing_walk_there_and_wait_and_are_not_safe():
    day = Day().order(village="sea-beach")
    people = day.run(3 * 3600.0)
    village = day.of_zone(VILLAGE)
    assert day.fates(village) == {"sheltering"}
    assert np.isinf(people.safe_s[village]).all()
    assert (people.shore.place_of[village] == 0).all()
    walked_s = people.shore.since_s[village] - people.departed_s[village]
    on_road_s = 1200.0 / people.parties.walking_speed_m_s[village]
    to_road_s = people.parties.walk_m[village] / people.parties.walking_speed_m_s[village]
    # Who is at the road within a step of leaving joins it at the step's end.
    assert walked_s == pytest.approx(on_road_s + to_road_s, abs=10.0)


def test_the_landing_at_a_beach_refuge_shelters_as_many_as_it_has_room_for():
    day = Day(beach_room=50).order(village="sea-beach")
    people = day.run(3 * 3600.0)
    village = day.of_zone(VILLAGE)
    safe = np.isfinite(people.safe_s[village])
    assert 45 < people.parties.people[village][safe].sum() <= 50
    assert people.shore.waits[village].all()  # those on the refuge's sand would go aboard like the others
    assert day.traffic.room[1] == 50 - people.parties.people[village][safe].sum()


def test_nobody_makes_for_a_landing_without_being_told():
    day = Day().order(village="")
    people = day.run(3 * 3600.0)
    village = day.of_zone(VILLAGE)
    assert (people.shore.place_of[village] == -1).all()
    assert day.fates(village) == {"safe"}  # by foot to the town, which is near enough


def test_people_without_a_road_wait_at_their_landing_from_the_moment_they_decide():
    day = Day().order(cove="")
    people = day.run(3600.0)
    cove = day.of_zone(COVE)
    assert (people.shore.place_of[cove] == 1).all()
    assert people.shore.since_s[cove].tolist() == people.decided_s[cove].tolist()
    assert day.fates(cove) == {"sheltering"}


def test_where_no_boats_sail_nobody_waits_for_them():
    day = Day(landings=()).order(cove="")
    people = day.run(3600.0)
    assert (people.shore.place_of == -1).all()
    assert day.fates(day.of_zone(COVE)) == {"sheltering"}
    assert any("no boats sail" in said for said in people.warnings())


def test_aboard_people_travel_and_ashore_they_are_safe_and_their_causes_lead_back():
    day = Day().order(cove="")
    people = day.run(3600.0)
    cove, at_s = day.of_zone(COVE), np.full(len(day.of_zone(COVE)), 3600.0)
    people.board(cove, at_s, day.boat(), "boat-1")
    assert day.fates(cove) == {"travelling"}
    assert people.departed_s[cove].tolist() == at_s.tolist()
    people.land(cove, at_s + 600.0, "sea-port")
    assert day.fates(cove) == {"safe"}
    assert people.safe_s[cove].tolist() == (at_s + 600.0).tolist()
    kinds = [day.journal.kind_of(one) for one in day.journal.chain(int(people.cause_id[cove[0]]))]
    assert kinds == ["safe", "boarded", "boat_at_landing", "ignition"]


def test_who_is_taken_off_a_standing_refuge_stays_safe_and_is_not_caught_in_it_later():
    burning = Fire({AT["B"]: 9000.0})
    day = Day(beach_room=1000, fire=burning).order(village="sea-beach")
    people = day.run(8000.0)
    taken, left = np.split(day.of_zone(VILLAGE), [10])
    before_s = people.safe_s[taken].copy()
    people.board(taken, np.full(10, 8000.0), day.boat(), "boat-1")
    people.land(taken, np.full(10, 8900.0), "sea-port")
    day.run(9500.0)
    assert people.safe_s[taken].tolist() == before_s.tolist()
    assert day.fates(taken) == {"safe"}
    assert day.fates(left) == {"exposed"}  # the fire found them in the refuge
    assert people.shore.waits[left].all()
    people.board(left, np.full(len(left), 9500.0), day.boat(), "boat-2")
    people.land(left, np.full(len(left), 9900.0), "sea-port")
    assert day.fates(left) == {"safe"}


def test_who_waits_at_the_water_feels_the_heat_there_and_who_is_aboard_does_not():
    burning = Fire({(1800.0, 560.0): 8000.0, (1770.0, 560.0): 8120.0, (1830.0, 560.0): 8240.0})
    day = Day(fire=burning).order(village="sea-beach")
    people = day.run(7900.0)
    village = day.of_zone(VILLAGE)
    people.board(village[:5], np.full(5, 7900.0), day.boat(), "boat-1")
    day.run(8600.0)
    assert (people.exposed_s[village[:5]] == 0.0).all()
    assert (people.exposed_s[village[5:]] > 60.0).all()
    assert people.exposure.columns()["exposed_at"][village[-1]] == "sea"

"""Buses take the time that roads and doors take, lose nobody, and never drive onto a road that is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import simpy

from firesim.place.grid import Grid
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Refuge, Settlement, Zone
from firesim.place.stops import BusStop
from firesim.record import Journal, table_of
from firesim.streams import Luck
from firesim.world.buses import Buses, BusParameters, BusScene
from firesim.world.busfleet import BusSpec, BusState
from firesim.world.people import FATES, People, PeopleParameters
from firesim.world.traffic import Traffic, TrafficParameters
from tests.world.test_senses import assert_who_is_at_home_is_nowhere_else

INF = np.inf
GRID = Grid(rows=120, columns=300, cell_size_m=30.0, x_west_m=0.0, y_south_m=0.0)
# A village in the far west, its stop 600 m on, a town 6 km further east; a loop road north of the last stretch.
AT = {"V": (600.0, 600.0), "S": (1200.0, 600.0), "M": (4200.0, 600.0), "N": (4200.0, 2400.0), "T": (7200.0, 600.0)}
STOP = BusStop("stop-1", "1", "Village stop", "", *AT["S"], "S")
SPEED_M_S = 10.0
ALL_GO = {
    "order_heeded": 1.0, "smoke_heeded": 0.0, "flame_heeded": 0.0, "lift_offered_fraction": 0.0,
    "resident_refusal_fraction": 0.0, "resident_help_fraction": 0.0, "resident_apart_fraction": 0.0,
    "vehicles_per_resident": 0.0, "neighbour_rate_per_min": 0.0,
}  # fmt: skip


def make_roads(with_loop: bool) -> Roads:
    nodes = [RoadNode(name, *xy) for name, xy in AT.items()]
    pairs = ["VS", "SM", "MT"] + (["MN", "NT"] if with_loop else [])
    edges = []
    for u, v in pairs:
        for a, b in ((u, v), (v, u)):
            length_m = float(np.hypot(AT[a][0] - AT[b][0], AT[a][1] - AT[b][1]))
            path = [AT[a], AT[b]]
            edges.append(RoadEdge(a, b, u + v, length_m, SPEED_M_S, 0.36, 1.0, 0.06, False, "main", "asphalt", path))
    return Roads(nodes, edges)


class Fire:
    """Burns in the cells and from the times that it is told."""

    has_ignited, cause_of_fire, ignition_xy_m, grid = True, 0, (600.0, 3000.0), GRID

    def __init__(self, arrival_s: dict[tuple[float, float], float]) -> None:
        self._arrival_s = np.full(GRID.shape, INF)
        for at, when_s in arrival_s.items():
            self._arrival_s[GRID.cell_at(*at)] = when_s
        self.now_s = 0.0

    def advance(self, now_s):
        self.now_s = max(self.now_s, now_s)

    @property
    def arrival_time_s(self):
        return np.where(self._arrival_s <= self.now_s, self._arrival_s, INF)

    def area_m2(self, now_s):
        return GRID.cell_area_m2 * float((self._arrival_s <= now_s).sum())

    def flaming_cells(self, now_s):
        arrival = self._arrival_s.ravel()
        return np.flatnonzero((arrival <= now_s) & (arrival > now_s - 600.0))


def stepped(world: Any, until_s: float) -> People:
    """Let fire, roads and people look at one another step by step, and a world at what must hold; its people."""

    def steps():  # type: ignore[no-untyped-def]
        while True:
            now_s = float(world.env.now)
            world.fire.advance(now_s)
            world.traffic.meet_fire(world.fire.arrival_time_s, now_s, 0)
            world.traffic.advance(now_s)
            world.people.advance(now_s, world.traffic, world.fire)
            world.check(now_s)
            yield world.env.timeout(10.0)

    world.env.process(steps())
    world.env.run(until=until_s)
    world.people.finish(world.traffic)
    people: People = world.people
    return people


@dataclass
class World:
    """A village of parties without a vehicle, its people, its roads, its buses."""

    env: simpy.Environment
    journal: Journal
    people: People
    traffic: Traffic
    fire: Fire
    buses: Buses
    parameters: BusParameters
    said: list[tuple[float, BusState]] = field(default_factory=list)
    entered: list[tuple[float, str, int]] = field(default_factory=list)

    def alert(self, at_s: float = 0.0, stop: str = "stop-1", refuge: str = "town") -> None:
        delivered = self.journal.add(at_s, "app", "alert_delivered", 0)
        everybody = np.arange(len(self.people))
        told = {"village": (refuge, ["V", "S", "M", "T"])}
        self.people.hear(everybody, at_s, "app", "order", delivered, told, stops={"village": stop} if stop else None)

    def call(self, bus: str = "bus-1", task: str = "lift", at_s: float = 0.0, leave_by_s: float = INF) -> None:
        def told():  # type: ignore[no-untyped-def]
            yield self.env.timeout(at_s - self.env.now)
            cause = self.journal.add(at_s, bus, "message_delivered", 0)
            self.buses.order(bus, task, "stop-1", "town", ["T", "M", "S"], ["S", "M", "T"], leave_by_s, cause, "o-1")

        self.env.process(told())

    def run(self, until_s: float) -> People:
        return stepped(self, until_s)

    def check(self, now_s: float) -> None:
        """What holds at every moment."""
        assert_who_is_at_home_is_nowhere_else(self.people)
        stops, people = self.people.by_bus.stops, self.people.parties.people
        aboard = sum(bus.people_aboard for bus in self.buses.buses.values())
        assert aboard == people[stops.is_aboard].sum()
        assert all(bus.people_aboard <= bus.seats for bus in self.buses.buses.values())
        for bus in self.buses.buses.values():
            if bus.standing.edge >= 0:
                self.entered.append((now_s, bus.name, bus.standing.edge))

    def of_kind(self, kind: str):  # type: ignore[no-untyped-def]
        table = self.journal.table()
        return table[table["kind"] == kind]

    def states(self, name: str = "bus-1") -> list[str]:
        return [state.state for _, state in self.said if state.bus == name]

    def fates(self) -> dict[str, int]:
        fate, people = self.people.fate, self.people.parties.people
        return {FATES[k]: int(people[fate == k].sum()) for k in range(len(FATES)) if (fate == k).any()}


@pytest.fixture
def make_world() -> Callable[..., World]:
    def make(
        residents: int = 100, seats: int = 50, fleet: int = 1,
        arrival_s: dict[tuple[float, float], float] | None = None, with_loop: bool = False, room: int = 100_000,
        seed: int = 1, sizes: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 0.0),
        beach: bool = False, **parameters: object,
    ) -> World:  # fmt: skip
        env, journal = simpy.Environment(), Journal()
        fire = Fire(arrival_s or {})
        journal.add(0.0, "fire", "ignition", None)
        roads = make_roads(with_loop)
        zone = Zone("village", "Village", "settlement", *AT["V"], "V", residents, [])
        refuges = [Refuge("town", "Town", "town", *AT["T"], "T", room)]
        if beach:
            refuges.append(Refuge("other", "Other", "town", *AT["M"], "M", 100_000))
        row, column = GRID.cell_at(*AT["V"])
        counted = np.array([[residents, residents]])
        settlement = Settlement(
            GRID, [zone], refuges, [], [], np.array([residents]), np.array([0]), np.array([3.0, 9.0]), counted,
            [np.array([int(row) * GRID.columns + int(column)])],
        )  # fmt: skip
        place = SimpleNamespace(grid=GRID, roads=roads, settlement=settlement)
        walks = {"walk_slow_m_s": 1.0, "walk_fast_m_s": 1.0, "sleep_spread_h": 0.0, "resident_sizes": sizes}
        people_parameters = PeopleParameters(**{**ALL_GO, **walks})  # type: ignore[arg-type]
        people = People.build(place, people_parameters, Luck(seed), 9.0, journal, (), [STOP])  # type: ignore[arg-type]
        traffic = Traffic(roads, refuges, TrafficParameters(), journal, GRID, people.parties.household_id, stops=[STOP])
        said: list[tuple[float, BusState]] = []

        def on_status(state: BusState, now_s: float, cause_id: int | None) -> None:
            assert cause_id is not None
            assert journal.time_of(cause_id) <= now_s
            said.append((now_s, state))

        specs = [BusSpec(f"bus-{k + 1}", "stop-9", "T", *AT["T"], seats, (600.0, 600.0)) for k in range(fleet)]
        scene = BusScene(env, roads, traffic, fire, people.by_bus, journal)  # type: ignore[arg-type]
        bus_parameters = BusParameters(**parameters)  # type: ignore[arg-type]
        buses = Buses(scene, specs, bus_parameters, Luck(seed), on_status)
        return World(env, journal, people, traffic, fire, buses, bus_parameters, said)

    return make


# --- on paper --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "loads"), [(50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_a_bus_of_fifty_takes_fifty_and_not_fifty_one(make_world, n, loads):
    world = make_world(n)
    world.alert()
    world.call(at_s=6000.0)  # when all have come to the stop
    people = world.run(14_400.0)
    assert [voyage.people for voyage in world.buses.voyages] == loads
    assert np.isfinite(people.safe_s).all()
    assert world.fates() == {"safe": n}


def test_a_drive_takes_notice_way_doors_and_way(make_world):
    world = make_world(50, boarding_s=4.0, alighting_s=2.0)
    world.alert()
    world.call(at_s=6000.0)
    people = world.run(14_400.0)
    way_s = (AT["T"][0] - AT["S"][0]) / SPEED_M_S
    clear_s = 6000.0 + 600.0 + 2 * way_s + 50 * (4.0 + 2.0)
    assert people.safe_s.max() == pytest.approx(clear_s, abs=2.0)
    (voyage,) = world.buses.voyages
    assert voyage.distance_m == pytest.approx(AT["T"][0] - AT["S"][0], abs=1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parties_are_not_split_and_board_in_the_order_in_which_they_came(make_world, seed):
    world = make_world(100, seats=16, fleet=2, seed=seed, sizes=(0.2, 0.3, 0.3, 0.2, 0.0))
    world.alert()
    for bus in ("bus-1", "bus-2"):
        world.call(bus)
    people = world.run(14_400.0)
    stops, sizes = world.people.by_bus.stops, people.parties.people
    assert world.fates() == {"safe": 100}
    in_turn = np.lexsort((np.arange(len(people)), stops.since_s))
    assert (np.diff(stops.boarded_s[in_turn]) >= -1e-9).all()
    assert sum(voyage.people for voyage in world.buses.voyages) == sizes.sum() == 100
    assert all(voyage.people <= 16 for voyage in world.buses.voyages)


def test_two_buses_at_one_stop_load_one_after_the_other_and_nobody_rides_twice(make_world):
    world = make_world(60, seats=50, fleet=2)
    world.alert()
    for bus in ("bus-1", "bus-2"):
        world.call(bus, at_s=6000.0)
    world.run(14_400.0)
    boarded = np.sort(world.people.by_bus.stops.boarded_s)
    assert np.diff(boarded).min() >= 4.0 - 1e-6
    assert [voyage.people for voyage in world.buses.voyages] == [50, 10]


# --- causes ------------------------------------------------------------------------------------------------------


def test_nobody_is_aboard_before_the_bus_came_and_nobody_rides_without_an_order(make_world):
    world = make_world(40)
    world.alert()
    people = world.run(9000.0)
    assert not np.isfinite(world.people.by_bus.stops.boarded_s).any()
    assert len(world.of_kind("got_on")) == 0
    later = make_world(40)
    later.alert()
    later.call(at_s=4000.0)
    people = later.run(9000.0)
    stops = later.people.by_bus.stops
    there_s = 4000.0 + 600.0 + (AT["T"][0] - AT["S"][0]) / SPEED_M_S
    assert stops.boarded_s.min() >= there_s
    assert (stops.boarded_s > stops.since_s).all()
    assert (people.departed_s < stops.since_s).all()


def test_from_safety_one_walks_back_over_the_bus_to_its_order_and_the_ignition(make_world):
    world = make_world(30)
    world.alert()
    world.call()
    world.run(9000.0)
    kinds = [world.journal.kind_of(one) for one in world.journal.chain(int(world.people.cause_id[0]))]
    assert kinds == ["safe", "got_on", "bus_at_stop", "bus_under_way", "message_delivered", "ignition"]


def test_the_same_luck_gives_the_same_day(make_world):
    tables = []
    for _ in range(2):
        world = make_world(70, fleet=2, sizes=(0.3, 0.3, 0.4, 0.0, 0.0))
        world.alert()
        world.call()
        world.call("bus-2", at_s=500.0)
        world.run(9000.0)
        tables.append(world.journal.table())
    assert tables[0].equals(tables[1])


def test_legs_of_a_bus_follow_one_another_and_make_tables(make_world):
    world = make_world(60)
    world.alert()
    world.call(at_s=6000.0)
    world.run(12_000.0)
    legs = table_of("units", world.buses.columns(12_000.0)).to_pylist()
    assert {leg["kind"] for leg in legs} == {"bus"}
    assert all(a["end_s"] == b["start_s"] for a, b in pairwise(legs))
    assert [leg["leg"] for leg in legs][:5] == ["available", "recall", "drive", "load", "carry"]
    trips = table_of("vehicles", world.buses.voyage_columns()).to_pylist()
    assert [(trip["mode"], trip["from_node"], trip["refuge"]) for trip in trips] == [("bus", "S", "town")] * 2


# --- closed roads ------------------------------------------------------------------------------------------------


MIDDLE_OF_MT = (5700.0, 600.0)


def test_a_bus_never_enters_a_closed_stretch(make_world):
    world = make_world(100, with_loop=True, arrival_s={MIDDLE_OF_MT: 7500.0})
    world.alert()
    world.call(at_s=6000.0)
    world.run(14_400.0)
    closed_s = {e: world.journal.time_of(int(k)) for e, k in enumerate(world.traffic.closing_events) if k >= 0}
    assert closed_s
    came: dict[tuple[str, int], float] = {}
    for now_s, bus, edge in world.entered:
        if edge in closed_s and now_s > closed_s[edge] + 10.0:
            assert came.get((bus, edge), INF) <= closed_s[edge]  # it was on it before
        came.setdefault((bus, edge), now_s)
    assert len(world.of_kind("bus_blocked"))
    assert world.fates() == {"safe": 100}  # by the loop


def test_a_bus_whose_road_is_cut_lets_people_out_who_walk_to_what_can_be_reached(make_world):
    world = make_world(40, arrival_s={MIDDLE_OF_MT: 6500.0}, beach=True, wait_limit_s=20_000.0)
    world.alert()
    world.call(at_s=5000.0)
    people = world.run(14_400.0)
    assert world.fates() == {"safe": 40}
    assert "blocked" in world.states()
    assert (people.safe_s > 6500.0).all()


def test_who_sits_in_a_bus_that_can_go_nowhere_is_trapped_and_counted_once(make_world):
    world = make_world(40, arrival_s={MIDDLE_OF_MT: 6500.0})
    world.alert()
    world.call(at_s=5000.0)
    people = world.run(14_400.0)
    assert world.fates() == {"trapped": 40}
    assert (people.trapped_s >= 6500.0 - 10.0).all()
    assert world.buses.voyages[0].status == "stranded"
    assert any("could go no further" in said for said in world.buses.warnings())


def test_a_bus_does_not_set_out_for_a_stop_that_it_has_to_have_left_by_then(make_world):
    world = make_world(40)
    world.alert()
    world.call(leave_by_s=1000.0)  # ten minutes' notice, ten minutes on the road
    world.run(6000.0)
    assert world.states() == ["too_late"]
    assert not world.buses.voyages


def test_a_bus_leaves_in_time_with_those_aboard_and_those_left_walk_on(make_world):
    world = make_world(100)
    world.alert()
    leave_by_s = 6000.0 + 600.0 + 600.0 + 30 * 4.0
    world.call(at_s=6000.0, leave_by_s=leave_by_s)
    people = world.run(20_000.0)
    (voyage,) = world.buses.voyages
    assert voyage.departed_s <= leave_by_s + 60.0
    assert 10 <= voyage.people < 50
    walked = world.of_kind("gave_up_bus")
    # 6 km to the town: further than people set out for. Nobody walks, nobody is lost from the count.
    assert len(walked) == 0
    assert people.parties.people[world.people.by_bus.stops.waits].sum() == 100 - voyage.people


def test_in_heat_at_the_stop_nobody_waits_and_no_bus_stays(make_world):
    beside_stop = (1200.0, 660.0)
    world = make_world(60, arrival_s={beside_stop: 5000.0}, beach=True, wait_limit_s=20_000.0)
    world.alert()
    world.call(at_s=4500.0)
    people = world.run(14_400.0)
    gave_up = world.of_kind("gave_up_bus")
    assert len(gave_up) == 60
    assert world.fates() == {"safe": 60}
    was_there = world.people.by_bus.stops.since_s < 4990.0
    assert was_there.sum() > 40
    assert (people.exposed_s[was_there] > 0.0).all()
    assert not world.buses.voyages
    chain = [world.journal.kind_of(one) for one in world.journal.chain(int(gave_up.iloc[0]["event_id"]))]
    assert chain[-1] == "ignition"


# --- who waits -----------------------------------------------------------------------------------------------------


def test_who_has_waited_too_long_walks_on_where_a_refuge_is_near(make_world):
    world = make_world(30, beach=True, wait_limit_s=1800.0)
    world.alert()
    people = world.run(14_400.0)
    stops = world.people.by_bus.stops
    gave_up = world.of_kind("gave_up_bus")
    assert len(gave_up) == 30
    waited_s = np.sort(gave_up["time_s"].to_numpy()) - np.sort(stops.since_s)
    assert ((waited_s >= 1800.0) & (waited_s <= 1870.0)).all()
    assert world.fates() == {"safe": 30}
    assert np.isfinite(people.safe_s).all()


def test_who_is_told_that_no_bus_comes_walks_on(make_world):
    world = make_world(30, beach=True)
    world.alert()
    world.env.process(_later(world, 5000.0))
    world.run(14_400.0)
    gave_up = world.of_kind("gave_up_bus")
    assert len(gave_up) == 30
    assert gave_up["time_s"].max() <= 5000.0 + 61.0
    assert world.fates() == {"safe": 30}


def _later(world: World, at_s: float):  # type: ignore[no-untyped-def]
    yield world.env.timeout(at_s - 1.0)
    world.alert(at_s, stop="")


def test_who_found_everything_too_far_on_foot_sets_out_when_told_of_a_bus(make_world):
    world = make_world(30)
    world.alert(stop="")  # the town is 6.6 km away: nobody can walk there
    world.env.process(_told_of_bus(world, 5000.0))
    world.call(at_s=4000.0)
    people = world.run(14_400.0)
    assert world.fates() == {"safe": 30}
    assert (people.departed_s >= 5000.0).all()


def _told_of_bus(world: World, at_s: float):  # type: ignore[no-untyped-def]
    yield world.env.timeout(at_s - 1.0)
    assert world.fates() == {"sheltering": 30}
    world.alert(at_s)


def test_in_a_bus_in_the_heat_people_are_as_exposed_as_others(make_world):
    beside_road = {(1800.0 + 30.0 * k, 660.0): 6100.0 for k in range(80)}  # passed in four minutes
    world = make_world(40, arrival_s=beside_road)
    world.alert()
    world.call(at_s=4500.0)
    people = world.run(14_400.0)
    assert world.fates() == {"safe": 40}
    table = people.columns()
    assert np.asarray(table["exposed_road_s"]).max() > 0.0


def test_a_full_refuge_sends_the_bus_to_another(make_world):
    world = make_world(40, room=20, beach=True, wait_limit_s=20_000.0)
    world.alert()
    world.call(at_s=4500.0)
    people = world.run(14_400.0)
    assert [voyage.end for voyage in world.buses.voyages] == ["other"]
    assert np.isfinite(people.safe_s).all()
    assert int(world.traffic.room[0]) == 20


def test_a_refuge_that_a_bus_has_filled_is_full(make_world):
    world = make_world(40, room=40, beach=True, wait_limit_s=20_000.0)
    world.alert()
    world.call(at_s=4500.0)
    world.run(14_400.0)
    assert [voyage.end for voyage in world.buses.voyages] == ["town"]
    assert int(world.traffic.room[0]) == 0
    assert len(world.of_kind("refuge_full")) == 1

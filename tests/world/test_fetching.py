"""Ambulances fetch those they are sent for, take the time that roads and doors take, and lose nobody on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Facility, Refuge, Settlement, Zone
from firesim.record import Journal, table_of
from firesim.streams import Luck
from firesim.world.fetching import FetchOrders, FetchScene
from firesim.world.havens import Havens
from firesim.world.households import FETCHED, LIFT, MODES
from firesim.world.people import FATES, People, PeopleParameters
from firesim.world.responders import Responders, Scene
from firesim.world.traffic import Traffic, TrafficParameters
from firesim.world.units import ResponderParameters, UnitSpec, UnitState
from tests.world.test_buses import GRID, Fire, stepped

INF = np.inf
# A village in the west, a town 6.6 km further east, a junction between and a loop road north of the last stretch.
AT = {"V": (600.0, 600.0), "M": (4200.0, 600.0), "N": (4200.0, 2400.0), "T": (7200.0, 600.0)}
MIDDLE_OF_MT = (5700.0, 600.0)
WAY_S = (AT["T"][0] - AT["V"][0]) / 10.0  # at 10 m/s
TURNOUT_S, LOAD_S, UNLOAD_S = 60.0, 240.0, 300.0
HELPLESS = {
    "order_heeded": 1.0, "smoke_heeded": 0.0, "flame_heeded": 0.0, "lift_offered_fraction": 0.0,
    "resident_refusal_fraction": 0.0, "resident_help_fraction": 1.0, "ambulance_fraction": 0.0,
    "resident_apart_fraction": 0.0, "neighbour_rate_per_min": 0.0, "sleep_spread_h": 0.0,
    "resident_sizes": (1.0, 0.0, 0.0, 0.0, 0.0),
}  # fmt: skip


def make_roads(with_loop: bool) -> Roads:
    edges = []
    for u, v in ["VM", "MT"] + (["MN", "NT"] if with_loop else []):
        for a, b in ((u, v), (v, u)):
            length_m = float(np.hypot(AT[a][0] - AT[b][0], AT[a][1] - AT[b][1]))
            path = [AT[a], AT[b]]
            edges.append(RoadEdge(a, b, u + v, length_m, 10.0, 0.36, 1.0, 0.06, False, "main", "asphalt", path))
    return Roads([RoadNode(name, *xy) for name, xy in AT.items()], edges)


class ThreateningNobody(Fire):
    """A fire whose front vehicles need not fear: nothing of it threatens them but heat."""

    is_out, is_small = True, False

    def __init__(self, arrival_s: dict[tuple[float, float], float]) -> None:
        super().__init__(arrival_s)
        self.fireline_intensity_kw_m = np.zeros(GRID.shape)

    def area_m2(self, now_s):
        return 1e6 if (self._arrival_s <= now_s).any() else 0.0


@dataclass
class World:
    """A village of people who cannot leave by themselves, and ambulances in the town."""

    env: simpy.Environment
    journal: Journal
    people: People
    traffic: Traffic
    fire: ThreateningNobody
    responders: Responders
    said: list[tuple[float, UnitState]] = field(default_factory=list)
    entered: list[tuple[float, int]] = field(default_factory=list)

    def alert(self) -> None:
        delivered = self.journal.add(0.0, "app", "alert_delivered", 0)
        everybody = np.arange(len(self.people))
        self.people.hear(everybody, 0.0, "app", "order", delivered, {"village": ("town", ["V", "M", "T"])})

    def fetch(self, party: int, at_s: float, unit: str = "ambulance-1", haven: str = "town", by: str = "") -> None:
        household = self.people.parties.household_id[party]

        def told():  # type: ignore[no-untyped-def]
            yield self.env.timeout(at_s - self.env.now)
            cause = self.journal.add(at_s, unit, "message_delivered", 0)
            route, way = tuple(by or "TMV"), tuple(by[::-1] or "VMT")
            self.responders.fetch(unit, FetchOrders("fetch", AT["V"], route, "o-1", cause, household, haven, way))

        self.env.process(told())

    def run(self, until_s: float) -> People:
        return stepped(self, until_s)

    def check(self, now_s: float) -> None:
        """What holds at every moment."""
        patients, people = self.people.by_ambulance.patients, self.people.parties.people
        crews = self.responders.crews.values()
        assert sum(crew.people_aboard for crew in crews) == people[patients.is_aboard].sum()
        assert all(crew.people_aboard <= self.responders._parameters.ambulance_seats for crew in crews)
        assert not (patients.is_aboard & (self.people._standing.rides_with >= 0)).any()
        self.check_whereabouts()
        self.entered += [(now_s, crew.standing.edge) for crew in crews if crew.standing.edge >= 0]

    def check_whereabouts(self) -> None:
        """Each party is in one place: still there, on the road or brought by it, in an ambulance, or let off by one."""
        standing, patients = self.people._standing, self.people.by_ambulance.patients
        has_left, is_out = np.isfinite(standing.departed_s), np.isfinite(patients.let_off_s)
        by_road = (standing.trip >= 0) | (standing.rides_with >= 0)
        assert ((~has_left).astype(int) + by_road + patients.is_aboard + is_out == 1).all()
        in_vehicles = sorted(self.responders.fetching._party.values()) if self.responders.fetching else []
        assert in_vehicles == np.flatnonzero(patients.is_aboard).tolist()
        assert not (np.isfinite(standing.safe_s) & ~(by_road | is_out)).any()

    def kinds(self) -> list[str]:
        return [str(kind) for kind in self.journal.table()["kind"]]

    def states(self, unit: str = "ambulance-1") -> list[str]:
        return [state.state for _, state in self.said if state.unit == unit]

    def fates(self) -> dict[str, int]:
        fate, people = self.people.fate, self.people.parties.people
        return {FATES[k]: int(people[fate == k].sum()) for k in range(len(FATES)) if (fate == k).any()}


def build(
    residents: int = 1, fleet: int = 1, arrival_s: dict[tuple[float, float], float] | None = None,
    with_loop: bool = False, seats: int = 4, seed: int = 1, medical_at: str = "", refuge: bool = True,
    fetches: bool = True, **people: object,
) -> World:  # fmt: skip
    env, journal = simpy.Environment(), Journal()
    fire = ThreateningNobody(arrival_s or {})
    journal.add(0.0, "fire", "ignition", None)
    roads = make_roads(with_loop)
    zone = Zone("village", "Village", "settlement", *AT["V"], "V", residents, [])
    refuges = [Refuge("town", "Town", "town", *AT["T"], "T", 100_000 if refuge else 0)]
    row, column = GRID.cell_at(*AT["V"])
    facilities = [Facility("clinic", "medical", "Clinic", *AT[medical_at], 0.0)] if medical_at else []
    settlement = Settlement(
        GRID, [zone], refuges, facilities, [], np.array([residents]), np.array([0]), np.array([3.0, 9.0]),
        np.array([[residents, residents]]), [np.array([int(row) * GRID.columns + int(column)])],
    )  # fmt: skip
    place = SimpleNamespace(grid=GRID, roads=roads, settlement=settlement)
    there = People.build(place, PeopleParameters(**{**HELPLESS, **people}), Luck(seed), 9.0, journal)  # type: ignore[arg-type]
    traffic = Traffic(roads, refuges, TrafficParameters(), journal, GRID, there.parties.household_id)
    said: list[tuple[float, UnitState]] = []

    def on_status(state: UnitState, now_s: float, cause_id: int | None) -> None:
        assert cause_id is not None
        assert journal.time_of(cause_id) <= now_s
        said.append((now_s, state))

    specs = [UnitSpec(f"ambulance-{k + 1}", "ambulance", "clinic", *AT["T"], 0.0, 2) for k in range(fleet)]
    havens = Havens(traffic, facilities, roads, GRID, there.by_ambulance.is_hot)
    scene = FetchScene(there.by_ambulance, havens, lambda: 0, journal) if fetches else None
    parameters = ResponderParameters(ambulance_seats=seats)
    responders = Responders(
        Scene(env, roads, traffic, fire, facilities, journal, scene), specs, parameters, Luck(seed), on_status,
    )  # type: ignore[arg-type]  # fmt: skip
    return World(env, journal, there, traffic, fire, responders, said)


@pytest.fixture
def make_world() -> Callable[..., World]:
    return build


# --- on paper --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("need", "load_s"), [(0.0, LOAD_S), (1.0, 600.0)])
def test_who_is_fetched_is_safe_after_the_way_there_the_door_and_the_way_back(make_world, need, load_s):
    world = make_world(ambulance_fraction=need)
    world.alert()
    world.fetch(0, at_s=6000.0)
    people = world.run(12_000.0)
    access_s = 2.0 * float(people.parties.walk_m[0]) / people.parameters.access_speed_m_s
    aboard_s = 6000.0 + TURNOUT_S + WAY_S + access_s + load_s
    assert people.by_ambulance.patients.taken_s[0] == pytest.approx(aboard_s, abs=1.0)
    assert people.safe_s[0] == pytest.approx(aboard_s + WAY_S + UNLOAD_S, abs=1.0)
    assert people.departed_s[0] == people.by_ambulance.patients.taken_s[0]
    assert MODES[people.left_by[0]] == "ambulance"
    assert world.fates() == {"safe": 1}
    (voyage,) = world.responders.fetching.voyages
    assert (voyage.people, voyage.end, voyage.status) == (1, "town", "arrived")
    assert voyage.distance_m == pytest.approx(AT["T"][0] - AT["V"][0], abs=1.0)


def test_nobody_is_fetched_without_an_order(make_world):
    world = make_world(5, fleet=2)
    world.alert()
    world.run(12_000.0)
    assert world.fates() == {"sheltering": 5}
    assert world.people.warnings() == ["5 people would leave but cannot by themselves, and nobody has taken them"]
    assert "picked_up" not in world.kinds()


@pytest.mark.parametrize(("seats", "fate"), [(2, "sheltering"), (3, "safe"), (4, "safe")])
def test_a_party_is_taken_whole_or_not_at_all(make_world, seats, fate):
    world = make_world(3, seats=seats, resident_sizes=(0.0, 0.0, 1.0, 0.0, 0.0))
    world.alert()
    world.fetch(0, at_s=6000.0)
    world.run(12_000.0)
    assert world.fates() == {fate: 3}
    assert ("cannot_reach" in world.states()) == (fate != "safe")


def test_one_ambulance_fetches_one_party_after_another_and_is_heard_to_be_free_between(make_world):
    world = make_world(2)
    world.alert()
    world.fetch(0, at_s=6000.0)
    world.fetch(1, at_s=9000.0)
    people = world.run(14_000.0)
    assert world.fates() == {"safe": 2}
    assert world.states() == ["rolling", "loading", "laden", "let_off"] * 2
    assert people.by_ambulance.patients.taken_s[1] > people.safe_s[0]


def test_with_people_aboard_a_crew_hears_no_other_orders(make_world):
    world = make_world(2)
    world.alert()
    world.fetch(0, at_s=6000.0)
    aboard_s = 6000.0 + TURNOUT_S + WAY_S + LOAD_S + 120.0
    world.fetch(1, at_s=aboard_s)
    people = world.run(16_000.0)
    assert world.fates() == {"safe": 2}
    assert people.by_ambulance.patients.taken_s[1] > people.safe_s[0] > aboard_s
    assert world.states() == ["rolling", "loading", "laden", "let_off"] * 2  # that it is free is told all the same


def test_who_hears_other_advice_in_an_ambulance_goes_where_it_goes(make_world):
    world = make_world(2, with_loop=True)
    world.alert()
    world.fetch(0, at_s=6000.0)
    aboard_s = 6000.0 + TURNOUT_S + WAY_S + LOAD_S + 120.0
    told = {"village": ("town", ["V", "M", "N", "T"])}
    world.people.hear(np.arange(2), aboard_s, "app", "order", 0, told)
    people = world.run(12_000.0)
    assert np.isfinite(people.by_ambulance.patients.taken_s).tolist() == [True, False]
    assert people.safe_s[0] > aboard_s > people.by_ambulance.patients.taken_s[0]
    assert "redirected" not in world.kinds()


def test_without_the_switch_an_ambulance_cannot_be_sent_to_fetch(make_world):
    world = make_world(fetches=False)
    world.alert()
    world.fetch(0, at_s=6000.0)
    with pytest.raises(ValueError, match="none fetches here"):
        world.run(7000.0)


# --- whoever comes first -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whoever_comes_first_takes_them_and_nobody_is_taken_twice(make_world, seed):
    world = make_world(
        120, fleet=12, seed=seed, resident_help_fraction=0.2, lift_offered_fraction=1.0, lift_asks=20,
        resident_preparation_min=30.0, preparation_spread=0.6,
    )  # fmt: skip
    world.alert()
    helped = np.flatnonzero(world.people.parties.members.needs > 0)
    for k, party in enumerate(helped.tolist()):
        world.fetch(party, at_s=1200.0 + 1500.0 * (k // 12), unit=f"ambulance-{1 + k % 12}")
    people = world.run(14_400.0)
    patients, left_by = people.by_ambulance.patients, people.left_by
    assert np.array_equal(np.isfinite(patients.taken_s), left_by == FETCHED)
    assert (left_by[helped] == FETCHED).any()
    assert (left_by[helped] == LIFT).any()
    assert not (np.isfinite(patients.taken_s) & (people._standing.rides_with >= 0)).any()
    assert "nobody_there" in [state.state for _, state in world.said]
    world.check_whereabouts()


def test_a_party_in_an_ambulance_cannot_be_taken_by_another(make_world):
    world = make_world(fleet=2)
    world.alert()
    for unit in ("ambulance-1", "ambulance-2"):
        world.fetch(0, at_s=6000.0, unit=unit)
    people = world.run(12_000.0)
    took, other = people.by_ambulance.patients.unit[0], {"ambulance-1", "ambulance-2"}
    (left,) = other - {took}
    assert "nobody_there" in world.states(left)
    assert len(world.responders.fetching.voyages) == 1
    with pytest.raises(RuntimeError, match="had it"):
        people.by_ambulance.patients.take(0, 12_000.0, left, lambda: AT["V"])


def test_who_was_promised_a_lift_calls_nobody_before_the_driver_has_had_its_time(make_world):
    """Drivers here never make up their minds; who has no driver is stuck at once, the others after the wait."""
    world = make_world(
        60, resident_help_fraction=0.3, lift_offered_fraction=0.5, lift_asks=1, resident_preparation_min=1.0,
    )  # fmt: skip
    delivered = world.journal.add(0.0, "app", "alert_delivered", 0)
    parties = world.people.parties
    helped = np.flatnonzero(parties.members.needs > 0)
    world.people.hear(helped, 0.0, "app", "order", delivered, {"village": ("town", ["V", "M", "T"])})
    world.run(3600.0)
    ask = world.people.by_ambulance
    at_once = {one.party for one in ask.stuck(3600.0, 600.0)}
    later = {one.party for one in ask.stuck(4200.0, 600.0)}
    assert at_once == set(helped[parties.driver[helped] < 0].tolist())
    assert later == set(helped.tolist())
    assert at_once < later


# --- roads and flames --------------------------------------------------------------------------------------------


def test_before_a_cut_road_it_turns_and_takes_another_way(make_world):
    world = make_world(with_loop=True, arrival_s={MIDDLE_OF_MT: 5000.0})
    world.alert()
    world.fetch(0, at_s=6000.0)
    world.run(14_400.0)
    assert "unit_blocked" in world.kinds()
    assert world.fates() == {"safe": 1}
    closed = {e for e, k in enumerate(world.traffic.closing_events) if k >= 0}
    assert closed
    assert not [edge for at_s, edge in world.entered if edge in closed]


def test_who_sits_in_an_ambulance_that_can_go_nowhere_is_trapped_and_counted_once(make_world):
    at_s = 6000.0 + TURNOUT_S + WAY_S + LOAD_S
    world = make_world(arrival_s={MIDDLE_OF_MT: at_s})
    world.alert()
    world.fetch(0, at_s=6000.0)
    people = world.run(14_400.0)
    assert world.fates() == {"trapped": 1}
    assert at_s <= people.trapped_s[0] < 14_400.0
    assert world.responders.fetching.voyages[0].status == "stranded"
    assert world.kinds().count("trapped") == 1


def test_nobody_is_fetched_out_of_the_heat_of_flames_and_who_was_reached_first_is_exposed_as_at_home(make_world):
    world = make_world(arrival_s={(AT["V"][0], AT["V"][1] + 30.0): 6500.0})
    world.alert()
    world.fetch(0, at_s=6000.0)
    people = world.run(12_000.0)
    assert people.exposed_s[0] > 0.0
    assert people.fate[0] == FATES.index("exposed")
    assert "picked_up" not in world.kinds()
    assert not {"laden"} & set(world.states())


def test_heat_in_an_ambulance_is_felt_where_that_is(make_world):
    """Flames beside the road half way, none near home: a party feels them as it passes."""
    beside = (AT["M"][0] - 600.0, AT["M"][1] + 300.0)
    passes_s = 6000.0 + TURNOUT_S + WAY_S + LOAD_S + 300.0
    exposed = []
    for arrival_s in ({}, {beside: passes_s - 120.0}):
        world = make_world(arrival_s=arrival_s, heat_within_m=900.0)
        world.alert()
        world.fetch(0, at_s=6000.0)
        exposed.append(float(world.run(12_000.0).exposed_s[0]))
    assert exposed[0] == 0.0
    assert exposed[1] > 0.0


def test_who_was_let_off_at_a_clinic_that_burns_is_not_safe_any_more(make_world):
    for burns_s, fate in ((INF, "safe"), (10_000.0, "exposed")):
        arrival_s = {} if np.isinf(burns_s) else {AT["M"]: burns_s}
        world = make_world(arrival_s=arrival_s, medical_at="M")
        world.alert()
        world.fetch(0, at_s=6000.0, haven="clinic")
        people = world.run(12_000.0)
        assert world.fates() == {fate: 1}
        assert np.isfinite(people.safe_s[0]) == (fate == "safe")
        assert (people.by_ambulance.patients.let_off_s < 10_000.0).all()


# --- causes and tables ---------------------------------------------------------------------------------------------


def test_from_safety_one_walks_back_over_the_ambulance_to_its_order_and_the_ignition(make_world):
    world = make_world()
    world.alert()
    world.fetch(0, at_s=6000.0)
    world.run(12_000.0)
    kinds = [world.journal.kind_of(one) for one in world.journal.chain(int(world.people.cause_id[0]))]
    assert kinds == [
        "safe", "ambulance_at_haven", "picked_up", "ambulance_at_door", "ambulance_under_way", "message_delivered",
        "ignition",
    ]  # fmt: skip


def test_an_errand_makes_rows_of_the_tables(make_world):
    world = make_world(2)
    world.alert()
    world.fetch(0, at_s=6000.0)
    world.run(12_000.0)
    legs = table_of("units", world.responders.columns(12_000.0)).to_pylist()
    names = [leg["leg"] for leg in legs]
    assert names == ["available", "turnout", "drive", "load", "carry", "unload", "stage"]
    assert all(a["end_s"] == b["start_s"] for a, b in pairwise(legs))
    (trip,) = table_of("vehicles", world.responders.fetching.voyage_columns()).to_pylist()
    assert (trip["mode"], trip["from_node"], trip["refuge"], trip["people"]) == ("ambulance", "V", "town", 1)


@settings(max_examples=25)
@given(
    seed=st.integers(1, 10_000), seats=st.integers(1, 6), fleet=st.integers(1, 3),
    cut_s=st.one_of(st.none(), st.floats(4000.0, 12_000.0)), with_loop=st.booleans(),
)  # fmt: skip
def test_whatever_burns_and_whoever_is_sent_people_are_conserved(seed, seats, fleet, cut_s, with_loop):
    arrival_s = {} if cut_s is None else {MIDDLE_OF_MT: cut_s}
    world = build(
        14, fleet, arrival_s, with_loop, seats, seed, resident_sizes=(0.3, 0.2, 0.2, 0.2, 0.1),
        lift_offered_fraction=0.5, resident_help_fraction=0.7,
    )  # fmt: skip
    world.alert()
    for k in range(len(world.people)):
        world.fetch(k, at_s=3000.0 + 600.0 * k, unit=f"ambulance-{1 + k % fleet}")
    people = world.run(14_400.0)
    world.check_whereabouts()
    patients, sizes = people.by_ambulance.patients, people.parties.people
    fetched = np.isfinite(patients.taken_s)
    assert (sizes[fetched] <= seats).all()
    # Who has arrived is out, or gets out just now.
    arrived = sum(voyage.people for voyage in world.responders.fetching.voyages if voyage.status == "arrived")
    getting_out = sum(crew.people_aboard for crew in world.responders.crews.values() if crew.leg == "unload")
    assert arrived == sizes[np.isfinite(patients.let_off_s)].sum() + getting_out

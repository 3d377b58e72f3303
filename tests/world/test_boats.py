"""Boats take the time that water and gangways take, lose nobody, and do not land where they cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import simpy

from firesim.place.grid import Grid
from firesim.place.landings import Landing
from firesim.place.sea import SeaChart
from firesim.record import Journal, table_of
from firesim.streams import Luck
from firesim.world.boats import Boats, SeaScene
from firesim.world.fleet import KNOT_M_S, BoatParameters, BoatSpec, BoatState
from firesim.world.shore import Shore

GRID = Grid(120, 200, 30.0, 0.0, 0.0)  # the northern half is land
COVE = Landing("cove", "Cove", "", "beach", 600.0, 1740.0, "C", 10.0, zone="cove")
JETTY = Landing("jetty", "Jetty", "", "jetty", 2400.0, 1740.0, "J", 30.0)
PORT = Landing("port", "Port", "", "jetty", 5400.0, 1740.0, "P", 60.0, is_port=True)
SPEED_M_S = 5.0


def boat(name: str = "boat-1", **fields: object) -> BoatSpec:
    values: dict[str, object] = {
        "seats": 20, "speed_m_s": SPEED_M_S, "notice_s": (600.0, 600.0), "wave_limit_m": 1.2, "needs_jetty": False,
    }  # fmt: skip
    return BoatSpec(name, "excursion boat", "port", PORT.x_m, PORT.y_m, **{**values, **fields})  # type: ignore[arg-type]


class People:
    """People as boats meet them: parties that wait, and heat where a test wants it."""

    def __init__(self, sizes: list[int], journal: Journal) -> None:
        self.shore = Shore([COVE, JETTY, PORT], np.array(sizes, dtype=np.int64), GRID)
        self.journal = journal
        self.hot: set[int] = set()

    def board(self, who, at_s, because, boat):
        assert self.journal.kind_of(because).startswith("boat_")
        self.shore.board(who, at_s, np.zeros(len(who), np.int64))

    def land(self, who, at_s, port):
        assert np.isfinite(self.shore.boarded_s[who]).all()
        self.shore.land(who, at_s)

    def feels_heat(self, cell):
        return cell in self.hot


@dataclass
class World:
    env: simpy.Environment
    boats: Boats
    people: People
    journal: Journal
    chart: SeaChart
    wind: SimpleNamespace
    said: list[tuple[float, BoatState]] = field(default_factory=list)

    @property
    def shore(self) -> Shore:
        return self.people.shore

    def wait(self, n: int, landing: int = 0, at_s: float = 0.0) -> None:
        self.shore.wait(np.arange(n), np.full(n, landing), at_s)

    def call(
        self, name: str = "boat-1", task: str = "lift", landing: str = "cove", at_s: float = 0.0, port: str = "port"
    ) -> None:
        def told():  # type: ignore[no-untyped-def]
            yield self.env.timeout(at_s - self.env.now)
            cause = self.journal.add(at_s, name, "message_delivered", None)
            self.boats.order(name, task, landing, port, cause, "order-1")

        self.env.process(told())

    def sail_s(self, landing: Landing) -> float:
        way = self.chart.way((PORT.x_m, PORT.y_m), (landing.x_m, landing.y_m))
        assert way is not None
        return way.length_m / SPEED_M_S

    def states(self, name: str = "boat-1") -> list[str]:
        return [state.state for _, state in self.said if state.boat == name]


@pytest.fixture
def make_world() -> Callable[..., World]:
    def make(
        sizes: list[int], specs: list[BoatSpec] | None = None, wind_m_s: float = 0.0, from_deg: float = 0.0,
        visibility: Callable[[float, float], float] = lambda x_m, y_m: np.inf, seed: int = 1, **parameters: object,
    ) -> World:  # fmt: skip
        env, journal = simpy.Environment(), Journal()
        is_sea = np.zeros(GRID.shape, bool)
        is_sea[60:, :] = True
        chart = SeaChart(is_sea, GRID, (0.0, 0.0, 0.0, 0.0, 100_000.0, 0.0, 0.0, 0.0))
        people = People(sizes, journal)
        fire = journal.add(0.0, "fire", "ignition", None)
        wind = SimpleNamespace(wind_speed_10m_m_s=wind_m_s, wind_from_deg=from_deg)
        said: list[tuple[float, BoatState]] = []

        def on_status(state: BoatState, now_s: float, cause_id: int | None) -> None:
            assert cause_id is not None
            assert journal.time_of(cause_id) <= now_s
            said.append((now_s, state))

        scene = SeaScene(env, chart, people, lambda now_s: wind, visibility, lambda: fire, journal)
        boats = Boats(scene, specs or [boat()], BoatParameters(**parameters), Luck(seed), on_status)  # type: ignore[arg-type]
        return World(env, boats, people, journal, chart, wind, said)

    return make


# --- on paper --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "rounds"), [(1, 1), (19, 1), (20, 1), (21, 2), (40, 2), (55, 3)])
def test_people_on_a_shore_are_clear_after_people_over_seats_round_trips(make_world, n, rounds):
    world = make_world([1] * n, turn_round_s=120.0, linger_s=0.0)
    world.wait(n)
    world.call()
    world.env.run(30_000.0)
    sail_s, last = world.sail_s(COVE), n - 20 * (rounds - 1)
    load_s, unload_s = 60.0 / 10.0, 60.0 / 60.0  # a person over the gangway of the cove, and of the port
    full_s = 2 * sail_s + 20 * (load_s + unload_s) + 120.0
    # The last load casts off at once when full, else when the skipper next looks and sees nobody: at the moment of
    # the last boarding, since it does not linger.
    clear_s = 600.0 + (rounds - 1) * full_s + 2 * sail_s + last * (load_s + unload_s)
    assert len(world.boats.voyages) == rounds
    assert world.shore.landed_s.max() == pytest.approx(clear_s, abs=1.0)
    assert np.isfinite(world.shore.landed_s).all()


def test_two_boats_at_one_beach_load_together_no_faster_than_the_beach_allows(make_world):
    world = make_world([1] * 40, [boat(), boat("boat-2")], linger_s=0.0)
    world.wait(40)
    for name in ("boat-1", "boat-2"):
        world.call(name)
    world.env.run(30_000.0)
    boarded = np.sort(world.shore.boarded_s)
    assert np.diff(boarded) == pytest.approx(np.full(39, 6.0), abs=1e-6)
    assert [v.people for v in world.boats.voyages] == [20, 20]


def test_a_jetty_loads_as_much_faster_as_it_is_said_to(make_world):
    spans = []
    for index, landing in enumerate((COVE, JETTY)):
        world = make_world([1] * 20)
        world.wait(20, index)
        world.call(landing=landing.landing)
        world.env.run(10_000.0)
        spans.append(np.ptp(world.shore.boarded_s))
    assert spans[0] == pytest.approx(3.0 * spans[1])


def test_speed_and_notice_set_when_a_boat_is_there(make_world):
    for speed_m_s, notice_s in ((5.0, 600.0), (10.0, 0.0)):
        world = make_world([1], [boat(speed_m_s=speed_m_s, notice_s=(notice_s, notice_s))])
        world.call(at_s=100.0)
        world.env.run(10_000.0)
        there = [now_s for now_s, state in world.said if state.state == "nobody_there"]
        assert there[0] == pytest.approx(100.0 + notice_s + world.sail_s(COVE) * 5.0 / speed_m_s)


def test_a_knot_is_a_nautical_mile_an_hour():
    assert pytest.approx(1852.0) == 3600.0 * KNOT_M_S


# --- nobody is lost, nobody is early --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_everybody_is_on_the_shore_afloat_or_ashore_and_no_boat_is_overfull(make_world, seed):
    rng = np.random.Generator(np.random.Philox(key=seed))
    sizes = rng.integers(1, 6, 60).tolist()
    specs = [boat(f"boat-{k}", seats=int(rng.integers(5, 30))) for k in range(3)]
    world = make_world(sizes, specs)
    world.shore.wait(np.arange(60), rng.integers(0, 2, 60), rng.uniform(0.0, 3000.0, 60))
    for k in range(3):
        world.call(f"boat-{k}", landing=("cove", "jetty")[k % 2], at_s=100.0 * k)
    world.call("boat-0", "return", at_s=3000.0)
    world.call("boat-1", landing="cove", at_s=3500.0)
    total = sum(sizes)
    for until_s in (1500.0, 3100.0, 4000.0, 20_000.0):
        world.env.run(until_s)
        afloat = np.array(sizes)[world.shore.is_aboard].sum()
        ashore = np.array(sizes)[np.isfinite(world.shore.landed_s)].sum()
        waiting = np.array(sizes)[world.shore.waits].sum()
        assert waiting + afloat + ashore == total
        assert sum(one.people_aboard for one in world.boats.boats.values()) == afloat
        assert all(one.people_aboard <= one.spec.seats for one in world.boats.boats.values())
        assert sum(v.people for v in world.boats.voyages if np.isfinite(v.arrived_s)) >= ashore
    assert sum(one.landed for one in world.boats.boats.values()) == ashore
    landed = np.isfinite(world.shore.landed_s)
    assert (world.shore.since_s[landed] <= world.shore.boarded_s[landed]).all()
    assert (world.shore.boarded_s[landed] < world.shore.landed_s[landed]).all()


def test_without_an_order_nobody_is_taken_off_and_after_one_not_before_the_boat_has_sailed(make_world):
    world = make_world([2] * 5)
    world.wait(5)
    world.env.run(7200.0)
    assert np.isinf(world.shore.boarded_s).all()
    world.call(at_s=7300.0)
    world.env.run(20_000.0)
    assert world.shore.boarded_s.min() >= 7300.0 + 600.0 + world.sail_s(COVE)
    assert world.shore.landed_s.min() >= 7300.0 + 600.0 + 2 * world.sail_s(COVE)


def test_what_boats_did_goes_back_to_the_order(make_world):
    world = make_world([2] * 5)
    world.wait(5)
    world.call()
    world.env.run(20_000.0)
    event = world.journal.first("boat_unloaded")
    kinds = [world.journal.kind_of(one) for one in world.journal.chain(event)]
    assert kinds == ["boat_unloaded", "boat_left", "boat_at_landing", "boat_under_way", "message_delivered"]


def test_a_party_of_five_waits_for_the_next_boat_rather_than_part(make_world):
    world = make_world([3, 5, 1], [boat(seats=6)], linger_s=0.0)
    world.wait(3)
    world.call()
    world.env.run(20_000.0)
    assert [v.people for v in world.boats.voyages] == [3, 6]  # the single person does not pass the five
    assert world.shore.boarded_s[1] < world.shore.boarded_s[2]


def test_a_boat_with_people_aboard_brings_them_in_before_it_turns_to_new_orders(make_world):
    world = make_world([1] * 10)
    world.wait(10)
    world.call()
    aboard_s = 600.0 + world.sail_s(COVE) + 30.0
    world.call(task="return", at_s=aboard_s)
    world.env.run(20_000.0)
    landed = np.isfinite(world.shore.landed_s)
    assert landed.sum() == 5  # those who were aboard by then, one every six seconds
    assert world.states()[-1] == "available"


def test_a_boat_that_made_ready_sails_at_once(make_world):
    world = make_world([1])
    world.call(task="stand_by", landing="port")
    world.call(at_s=900.0)
    world.env.run(5000.0)
    assert world.states()[:2] == ["ready", "under_way"]
    assert [now_s for now_s, state in world.said][:2] == [600.0, 900.0]


# --- sea, smoke and heat ------------------------------------------------------------------------


def test_in_a_rough_sea_nobody_is_landed_and_in_the_lee_everybody_is(make_world):
    done = {}
    for from_deg in (0.0, 180.0):  # off the land, and onto it over 100 km of open sea
        world = make_world([1] * 10, [boat(wave_limit_m=3.0)], wind_m_s=10.0, from_deg=from_deg)
        world.wait(10)
        world.call()
        world.env.run(20_000.0)
        done[from_deg] = int(np.isfinite(world.shore.landed_s).sum())
        if from_deg == 180.0:
            assert "cannot_land" in world.states()
            assert world.boats.wave_height_m(0) > 1.0
            assert any("sea" in said for said in world.boats.warnings())
    assert done == {0.0: 10, 180.0: 0}


def test_waves_slow_a_boat_and_beyond_its_limit_it_does_not_set_out(make_world):
    arrivals = []
    for wind_m_s in (0.0, 4.0, 6.0, 15.0):
        world = make_world([1], wind_m_s=wind_m_s, from_deg=180.0)
        world.call()
        world.env.run(5000.0)
        arrivals.append(next((now_s for now_s, s in world.said if s.state in ("nobody_there", "cannot_land")), np.inf))
    assert arrivals[0] < arrivals[1] < arrivals[2] < np.inf
    assert arrivals[2] <= 600.0 + 2.0 * (arrivals[0] - 600.0)  # half speed at the worst
    assert np.isinf(arrivals[3])
    assert world.states() == ["weather_bound"]


def test_boats_of_unlike_speed_on_one_way_in_one_wind_arrive_as_each_would_alone(make_world):
    boats = [boat("slow"), boat("fast", speed_m_s=2.0 * SPEED_M_S), boat("sturdy", wave_limit_m=4.0)]
    arrived: dict[str, list[float]] = {}
    for specs in (boats, *([one] for one in boats)):
        world = make_world([], specs, wind_m_s=6.0, from_deg=180.0)  # too rough to land: none is in another's way
        for one in specs:
            world.call(one.boat)
        world.env.run(5000.0)
        for one in specs:
            came_s = [now_s for now_s, s in world.said if (s.boat, s.state) == (one.boat, "cannot_land")]
            arrived.setdefault(one.boat, []).append(min(came_s))
    assert all(together_s == alone_s for together_s, alone_s in arrived.values())
    assert len({together_s for together_s, _ in arrived.values()}) == len(boats)


def test_a_boat_lies_off_in_smoke_and_lands_when_it_clears(make_world):
    seen = {"m": 50.0}
    world = make_world([1] * 5, visibility=lambda x_m, y_m: seen["m"])
    world.wait(5)
    world.call()
    world.env.run(4000.0)
    assert world.states()[-1] == "cannot_land"
    assert np.isinf(world.shore.boarded_s).all()
    seen["m"] = 5000.0
    world.env.run(10_000.0)
    assert world.shore.boarded_s.min() == pytest.approx(4000.0, abs=70.0)
    event = world.journal.first("boat_cannot_land")
    assert world.journal.detail_of(event) == "cove: smoke"


def test_heat_drives_a_boat_off_with_those_who_are_aboard(make_world):
    world = make_world([1] * 40, [boat(seats=40)])
    world.wait(40)
    world.call()
    world.env.run(600.0 + world.sail_s(COVE) + 61.0)
    world.people.hot.add(int(world.shore.cell[0]))
    world.env.run(20_000.0)
    boarded = int(np.isfinite(world.shore.boarded_s).sum())
    assert boarded == 20  # ten a minute, and the skipper looks up once a minute
    assert int(np.isfinite(world.shore.landed_s).sum()) == boarded
    assert world.states()[-1] == "cannot_land"  # it came back, and lies off


def test_a_boat_of_deep_draught_keeps_off_a_beach(make_world):
    world = make_world([1] * 5, [boat(needs_jetty=True)])
    world.wait(5)
    world.call()
    world.env.run(5000.0)
    assert np.isinf(world.shore.boarded_s).all()
    assert next(s.reason for _, s in world.said if s.state == "cannot_land") == "draught"


# --- luck and the record -------------------------------------------------------------------------


def test_one_more_boat_changes_no_other_boats_luck(make_world):
    def under_way(specs):
        world = make_world([1], specs)
        for spec in specs:
            world.call(spec.boat, "stand_by", "port")
        world.env.run(8000.0)
        return {state.boat: now_s for now_s, state in world.said if state.state == "ready"}

    few = [boat(f"boat-{k}", notice_s=(600.0, 3600.0)) for k in (1, 2)]
    one, more = under_way(few), under_way([boat("boat-0", notice_s=(600.0, 3600.0)), *few])
    assert {name: more[name] for name in one} == one
    assert len(set(more.values())) == 3
    assert all(600.0 <= ready_s <= 3600.0 for ready_s in more.values())


def test_voyages_and_legs_are_written_in_the_tables_of_a_run(make_world):
    world = make_world([1] * 30, linger_s=0.0)
    world.wait(30)
    world.call()
    world.env.run(2500.0)
    trips = table_of("vehicles", world.boats.voyage_columns()).to_pylist()
    assert [trip["mode"] for trip in trips] == ["boat"] * len(trips)
    assert trips[0]["from_node"] == "cove"
    assert trips[0]["refuge"] == "port"
    assert trips[0]["distance_m"] == pytest.approx(world.sail_s(COVE) * SPEED_M_S, abs=200.0)
    legs = table_of("units", world.boats.columns(2500.0)).to_pylist()
    assert {leg["kind"] for leg in legs} == {"boat"}
    assert [leg["leg"] for leg in legs][:4] == ["recall", "sail", "load", "carry"]
    for before, after in pairwise(legs):
        assert after["start_s"] >= before["end_s"]


def test_a_task_that_no_boat_knows_is_refused(make_world):
    with pytest.raises(ValueError, match="attack"):
        make_world([1]).boats.order("boat-1", "attack", "cove", "port", 0)

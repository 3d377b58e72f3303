"""Units take the time that roads and water take, hold what water can hold, and leave what it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import simpy

from firesim.inputs.problems import BadInput
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Facility
from firesim.record import Journal, table_of
from firesim.streams import Luck
from firesim.world.engagement import RETREAT_M
from firesim.world.fire import TrueFire
from firesim.world.responders import Responders, Scene
from firesim.world.units import ResponderParameters, UnitSpec, UnitState, read_units

SPEED_M_S = 10.0


def road(u: str, v: str, xy: dict[str, tuple[float, float]], name: str) -> RoadEdge:
    length_m = float(np.hypot(xy[u][0] - xy[v][0], xy[u][1] - xy[v][1]))
    return RoadEdge(u, v, name, length_m, SPEED_M_S, 0.36, 1.0, 0.06, False, "main", "asphalt", [xy[u], xy[v]])


def roads_of(xy: dict[str, tuple[float, float]], links: list[tuple[str, str]]) -> Roads:
    nodes = [RoadNode(name, *place) for name, place in xy.items()]
    edges = [road(a, b, xy, f"E{i}") for i, (u, v) in enumerate(links) for a, b in ((u, v), (v, u))]
    return Roads(nodes, edges)


@dataclass
class Traffic:
    """Roads with whatever delay and closure a test wants."""

    roads: Roads
    fire: TrueFire
    delay_s: dict[int, float] = field(default_factory=dict)
    closes_s: dict[int, float] = field(default_factory=dict)
    clock: Callable[[], float] = lambda: 0.0
    barred: list[int] = field(default_factory=list)

    def travel_time_s(self, edge: int) -> float:
        return float(self.roads.length_m[edge] / self.roads.speed_m_s[edge]) + self.delay_s.get(edge, 0.0)

    def passing_time_s(self, edge: int) -> float:
        return float(self.roads.length_m[edge] / self.roads.speed_m_s[edge])

    def barring_event(self, edge: int) -> int:
        return 0 if edge in self.barred else -1

    def is_closed(self, edge: int) -> bool:
        return self.clock() >= self.closes_s.get(edge, np.inf)

    @property
    def closing_events(self) -> np.ndarray:
        return np.full(len(self.roads.edges), -1)


@dataclass
class World:
    env: simpy.Environment
    responders: Responders
    traffic: Traffic
    fire: TrueFire
    journal: Journal
    states: list[tuple[float, UnitState]]

    def legs(self, until_s: float) -> list[dict[str, object]]:
        columns = self.responders.columns(until_s)
        table_of("units", columns)
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def said(self, unit: str) -> list[str]:
        return [state.state for _, state in self.states if state.unit == unit]

    def times(self, kind: str) -> list[float]:
        table = self.journal.table()
        return table[table["kind"] == kind]["time_s"].tolist()


# The station lies 3 km west of a junction beside the fire's path; a detour runs further south.
XY = {
    "station": (0.0, 1200.0),
    "mid": (600.0, 1200.0),
    "near": (900.0, 1500.0),
    "south": (600.0, 300.0),
    "far": (3500.0, 300.0),
}
LINKS = [("station", "mid"), ("mid", "near"), ("mid", "south"), ("south", "near"), ("south", "far")]
STATION = Facility("fire_station", "fire", "Fire station", 0.0, 1200.0, 0.0)
PORT = Facility("port", "port", "Port", 650.0, 300.0, 0.0)


def engine(name: str = "engine-1", **fields: object) -> UnitSpec:
    values = {"kind": "engine", "tank_litres": 2500.0, "crew": 3} | fields
    return UnitSpec(name, facility="fire_station", x_m=0.0, y_m=1200.0, **values)  # type: ignore[arg-type]


@pytest.fixture
def make_world(make_fire, make_plain, make_day) -> Callable[..., World]:
    def make(
        specs: list[UnitSpec] | None = None,
        wind_m_s: float = 0.5,
        from_deg: float = 270.0,
        fuel: int = 102,
        facilities: tuple[Facility, ...] = (STATION, PORT),
        seed: int = 1,
        **parameters: object,
    ) -> World:
        env, journal = simpy.Environment(), Journal()
        fire = make_fire(make_plain(fuel), make_day(wind_m_s, from_deg), journal=journal, xy_m=(900.0, 1650.0))
        roads = roads_of(XY, LINKS)
        traffic = Traffic(roads, fire, clock=lambda: float(env.now))
        states: list[tuple[float, UnitState]] = []

        def on_status(state: UnitState, now_s: float, cause_id: int | None) -> None:
            assert cause_id is not None
            assert journal.time_of(cause_id) <= now_s
            states.append((now_s, state))

        scene = Scene(env, roads, traffic, fire, facilities, journal)
        responders = Responders(scene, specs or [engine()], ResponderParameters(**parameters), Luck(seed), on_status)
        fire.advance(0.0)
        return World(env, responders, traffic, fire, journal, states)

    return make


def send(
    world: World, unit: str = "engine-1", task: str = "attack", at_s: float = 0.0, route: tuple[str, ...] = ()
) -> None:
    def call():  # type: ignore[no-untyped-def]
        yield world.env.timeout(at_s - world.env.now)
        world.fire.advance(at_s)
        cause = world.journal.add(at_s, unit, "message_delivered", None)
        world.responders.order(unit, task, world.fire.ignition_xy_m, route, cause, "order-1")

    world.env.process(call())


def run(world: World, until_s: float) -> None:
    world.env.run(until_s)
    world.fire.advance(until_s)


# --- the way there ---------------------------------------------------------------------------------------------


def test_an_engine_arrives_after_turnout_plus_distance_over_speed(make_world):
    world = make_world()
    send(world, route=("station", "mid", "near"))
    run(world, 600.0)
    distance_m = 600.0 + np.hypot(300.0, 300.0)
    assert world.times("unit_rolling") == [80.0]
    assert world.times("unit_on_scene") == [pytest.approx(80.0 + distance_m / SPEED_M_S, abs=0.1)]


def test_an_engine_drives_past_a_queue_where_the_others_make_way(make_world):
    world = make_world()
    world.traffic.delay_s[0] = 240.0
    send(world, route=("station", "mid", "near"))
    run(world, 900.0)
    distance_m = 600.0 + np.hypot(300.0, 300.0)
    assert world.times("unit_on_scene") == [pytest.approx(80.0 + distance_m / SPEED_M_S, abs=0.1)]


def test_an_engine_before_both_lanes_full_of_those_who_leave_goes_round(make_world):
    world = make_world()
    world.traffic.barred = [2]  # mid to near
    send(world, route=("station", "mid", "near"))
    run(world, 1500.0)
    detour_m = 600.0 + 900.0 + np.hypot(300.0, 1200.0)
    assert world.times("unit_on_scene") == [pytest.approx(80.0 + detour_m / SPEED_M_S, abs=0.1)]
    assert not [state for _, state in world.states if state.road]  # that is no closed road to tell of


def test_an_engine_that_has_no_other_way_waits_until_the_lane_is_given_back(make_world):
    world = make_world()
    world.traffic.barred = [0]  # station to mid
    send(world, route=("station", "mid", "near"))

    def give_back():
        yield world.env.timeout(1000.0)
        world.traffic.barred = []

    world.env.process(give_back())
    run(world, 2500.0)
    assert "blocked" in world.said("engine-1")
    distance_m = 600.0 + np.hypot(300.0, 300.0)
    patience_s = 120.0
    gone_s = world.times("unit_on_scene")[0] - distance_m / SPEED_M_S
    assert 1000.0 <= gone_s <= 1000.0 + patience_s


def test_an_engine_without_blue_light_is_as_slow_as_the_queue(make_world):
    world = make_world(passes_queues=False)
    world.traffic.delay_s[0] = 240.0
    send(world, route=("station", "mid", "near"))
    run(world, 900.0)
    distance_m = 600.0 + np.hypot(300.0, 300.0)
    assert world.times("unit_on_scene") == [pytest.approx(80.0 + 240.0 + distance_m / SPEED_M_S, abs=0.1)]


def test_a_crew_off_shift_is_recalled_and_comes_late_by_its_own_luck(make_world):
    late = []
    for seed in range(12):
        world = make_world([engine(is_on_shift=False), engine("engine-2", is_on_shift=False)], seed=seed)
        for name in ("engine-1", "engine-2"):
            send(world, name, task="stage", route=("station", "mid"))
        run(world, 3000.0)
        late += world.times("unit_rolling")
    assert len(set(late)) == len(late) == 24
    assert min(late) >= 900.0 + 80.0
    assert max(late) <= 2400.0 + 80.0
    assert np.mean(late) == pytest.approx(1650.0 + 80.0, abs=300.0)


def test_a_closed_road_stops_a_unit_which_says_so_and_finds_its_own_way(make_world):
    world = make_world()
    world.traffic.closes_s = {2: 0.0, 3: 0.0}
    send(world, route=("station", "mid", "near"))
    run(world, 1500.0)
    blocked = [state for _, state in world.states if state.state == "blocked"]
    assert blocked[0].road == ("mid", "near")
    detour_m = 600.0 + 900.0 + np.hypot(300.0, 1200.0)
    assert world.times("unit_on_scene") == [pytest.approx(80.0 + 120.0 + detour_m / SPEED_M_S, abs=0.1)]


def test_a_road_that_closes_under_way_is_not_entered(make_world):
    world = make_world()
    world.traffic.closes_s = {2: 100.0, 3: 100.0}
    send(world, route=("station", "mid", "near"))
    run(world, 300.0)
    assert world.times("unit_blocked") == [pytest.approx(140.0, abs=0.1)]


def test_a_unit_with_no_way_left_waits_for_orders(make_world):
    world = make_world()
    world.traffic.closes_s = dict.fromkeys((0, 1), 0.0)
    send(world, task="stage", route=("station", "mid"))
    run(world, 3600.0)
    assert world.times("unit_on_scene") == []
    assert world.said("engine-1")[-1] == "blocked"


def test_new_orders_turn_a_unit_round_where_they_meet_it(make_world):
    world = make_world()
    send(world, route=("station", "mid", "near"))
    send(world, task="return", at_s=120.0)
    run(world, 400.0)
    # Forty seconds out, so forty seconds back.
    back = [now_s for now_s, state in world.states if state.state == "available"]
    assert back == [pytest.approx(160.0, abs=0.5)]


def test_an_ambulance_turns_out_in_a_minute_and_stands_by(make_world):
    world = make_world([engine("ambulance-1", kind="ambulance", tank_litres=0.0, crew=2)])
    send(world, "ambulance-1", "stage", route=("station", "mid"))
    run(world, 3600.0)
    assert world.times("unit_rolling") == [60.0]
    assert [leg["leg"] for leg in world.legs(3600.0)][-1] == "stage"
    assert world.times("water_on") == []


# --- water on the front ----------------------------------------------------------------------------------------


def test_a_small_slow_fire_is_held_and_goes_out(make_world):
    world = make_world()
    send(world, route=("station", "mid", "near"))
    run(world, 7200.0)
    free = world.fire.free_burning(7200.0)
    assert world.fire.is_out
    assert world.fire.area_m2(7200.0) < 0.5 * free.area_m2(7200.0)
    out = world.journal.first("fire_out")
    assert "engine-1" in {world.journal.actor_of(event) for event in world.journal.chain(out)}


def test_without_water_there_is_no_effect(make_world):
    world = make_world([engine(tank_litres=0.0)], facilities=())
    send(world, route=("station", "mid", "near"))
    run(world, 3600.0)
    free = world.fire.free_burning(3600.0)
    # How often a fire is looked at may move the last digits.
    assert np.allclose(world.fire.arrival_time_s, free.arrival_time_s, rtol=0.0, atol=1e-6)
    assert world.times("water_on") == []


def test_a_front_beyond_the_limit_is_not_held_and_the_crew_withdraws(make_world):
    world = make_world(wind_m_s=10.0, from_deg=0.0, fuel=145)
    send(world, at_s=60.0, route=("station", "mid", "near"))
    run(world, 5400.0)
    head = world.fire.fireline_intensity_kw_m.max()
    assert head > 1730.0
    held = world.responders.suppression.held
    free = world.fire.free_burning(5400.0)
    # What was held is only where the free fire would have come as a flank or a back.
    assert (free.fireline_intensity_kw_m[held] < head).all()
    assert not world.fire.is_out
    assert world.times("overrun")
    assert world.times("unit_withdrawn")
    assert any("had to withdraw" in said for said in world.responders.warnings())


def test_a_crew_that_withdraws_ends_up_far_from_the_fire(make_world):
    world = make_world(wind_m_s=10.0, from_deg=0.0, fuel=145)
    send(world, at_s=60.0, route=("station", "mid", "near"))
    run(world, 3600.0)
    legs = [leg for leg in world.legs(3600.0) if leg["leg"] == "withdraw"]
    rows, columns = np.nonzero(world.fire.arrival_time_s <= legs[0]["end_s"])
    x_m, y_m = world.fire.grid.centre_of(rows, columns)
    away_m = np.hypot(x_m - legs[0]["to_x_m"], y_m - legs[0]["to_y_m"]).min()
    assert away_m > 300.0


@pytest.mark.parametrize("safety_distance_m", [100.0, 900.0])
def test_danger_is_the_same_to_a_crew_that_has_looked_at_the_front_already(make_world, safety_distance_m):
    world = make_world(wind_m_s=10.0, from_deg=0.0, fuel=145, safety_distance_m=safety_distance_m)
    engagement, said = world.responders._engagement, []
    crew = engagement.crews["engine-1"]
    send(world, at_s=60.0, route=("station", "mid", "near"))
    for now_s in np.arange(300.0, 3600.0, 60.0):
        run(world, float(now_s))
        world.fire.advance(float(now_s))
        seen = engagement._front_before(crew, engagement.parameters.farthest_hose_m)
        said.append(engagement.danger_to(crew))
        assert engagement.danger_to(crew, seen) == said[-1]
    assert None in said
    assert any(said)


def test_safe_nodes_are_those_at_least_the_retreat_from_anything_burnt(make_world):
    world = make_world(wind_m_s=10.0, from_deg=0.0, fuel=145)
    engagement = world.responders._engagement
    sizes = set()
    for now_s in np.arange(0.0, 3600.0, 300.0):
        world.fire.advance(now_s)
        roads, burnt = engagement.ways.roads, np.nonzero(world.fire.arrival_time_s <= now_s)
        x_m, y_m = world.fire.grid.centre_of(*burnt)
        away_m = np.hypot(np.subtract.outer(roads.x_m, x_m), np.subtract.outer(roads.y_m, y_m))
        is_safe = away_m.min(axis=1, initial=np.inf) >= RETREAT_M
        assert engagement._safe_nodes() == np.flatnonzero(is_safe).tolist()
        sizes.add(int(is_safe.sum()))
    assert len(sizes) > 1


def test_a_tanker_that_protects_uses_its_water_as_an_engine_does(make_world):
    world = make_world([engine("tanker-1", kind="tanker", tank_litres=8000.0)])
    send(world, "tanker-1", "protect", route=("station", "mid", "near"))
    run(world, 3600.0)
    assert sum(leg["water_litres"] for leg in world.legs(3600.0) if leg["leg"] == "water") > 0.0


@pytest.mark.parametrize(("kind", "task"), [("tanker", "attack"), ("tanker", "protect"), ("ambulance", "stage")])
def test_whoever_stands_where_a_front_beyond_hoses_comes_leaves_a_trace(make_world, kind, task):
    world = make_world([engine("unit-1", kind=kind, tank_litres=8000.0)], wind_m_s=10.0, from_deg=0.0, fuel=145)
    send(world, "unit-1", task, at_s=60.0, route=("station", "mid", "near"))
    run(world, 5400.0)
    assert {"withdraw", "overrun"} & {leg["leg"] for leg in world.legs(5400.0)}
    assert world.times("unit_withdrawn") or world.times("unit_overrun")


def test_a_unit_with_no_way_out_is_overrun_where_it_stands_and_does_no_more(make_world):
    world = make_world([engine("ambulance-1", kind="ambulance")], wind_m_s=10.0, from_deg=0.0, fuel=145)
    send(world, "ambulance-1", "stage", at_s=60.0, route=("station", "mid", "near"))
    world.traffic.closes_s = dict.fromkeys(range(2 * len(LINKS)), 225.0)
    send(world, "ambulance-1", "return", at_s=4500.0)
    run(world, 5400.0)
    assert len(world.times("unit_overrun")) == 1
    assert len(world.times("unit_withdrawn")) == 1
    last = world.legs(5400.0)[-1]
    assert (last["leg"], last["end_s"]) == ("overrun", 5400.0)
    row, column = world.fire.grid.cell_at(last["to_x_m"], last["to_y_m"])
    assert world.fire.arrival_time_s[row, column] <= last["start_s"] <= world.fire.arrival_time_s[row, column] + 60.0
    assert world.said("ambulance-1")[-1] == "lost"
    assert any("burnt over" in said for said in world.responders.warnings())


def test_a_mild_front_drives_nobody_away(make_world):
    world = make_world([engine("ambulance-1", kind="ambulance")])
    send(world, "ambulance-1", "stage", at_s=60.0, route=("station", "mid", "near"))
    run(world, 7200.0)
    assert world.fire.fireline_intensity_kw_m.max() < 1730.0
    assert not {"withdraw", "overrun"} & {leg["leg"] for leg in world.legs(7200.0)}


@pytest.mark.parametrize("tank_litres", [300.0, 2500.0])
@pytest.mark.parametrize("wind_m_s", [0.5, 4.0])
def test_water_spent_never_exceeds_tanks_plus_refills(make_world, tank_litres, wind_m_s):
    specs = [engine(tank_litres=tank_litres), engine("engine-2", tank_litres=tank_litres)]
    world = make_world(specs, wind_m_s=wind_m_s)
    for unit in ("engine-1", "engine-2"):
        send(world, unit, at_s=300.0, route=("station", "mid", "near"))
    run(world, 7200.0)
    legs = world.legs(7200.0)
    spent = sum(leg["water_litres"] for leg in legs if leg["leg"] == "water")
    taken = sum(leg["water_litres"] for leg in legs if leg["leg"] == "refill")
    left = sum(crew.water_litres for crew in world.responders.crews.values())
    assert spent > 0.0
    # A dribble of under a litre a tank is poured away.
    assert spent + left == pytest.approx(2 * tank_litres + taken, abs=40.0)
    assert spent <= 2 * tank_litres + taken + 1e-6


def test_an_empty_engine_drives_for_water_and_comes_back(make_world):
    world = make_world([engine(tank_litres=200.0)], wind_m_s=3.0)
    send(world, at_s=900.0, route=("station", "mid", "near"))
    run(world, 7200.0)
    kinds = [leg["leg"] for leg in world.legs(7200.0)]
    assert kinds.index("water") < kinds.index("refill") < len(kinds) - 1 - kinds[::-1].index("water")
    assert len(world.times("unit_refilling")) >= 1


def test_a_tanker_beside_an_engine_saves_it_the_way(make_world):
    def refill_s(specs: list[UnitSpec]) -> float:
        world = make_world(specs, wind_m_s=3.0)
        for spec in specs:
            send(world, spec.unit, at_s=600.0, route=("station", "mid", "near"))
        run(world, 7200.0)
        legs = [leg for leg in world.legs(7200.0) if leg["leg"] == "refill" and leg["unit"] == "engine-1"]
        return float(np.mean([leg["end_s"] - leg["start_s"] for leg in legs]))

    small = engine(tank_litres=200.0)
    assert refill_s([small, engine("tanker-1", kind="tanker", tank_litres=8000.0)]) < 0.3 * refill_s([small])


def test_a_place_beyond_the_hoses_is_said_to_be_out_of_reach(make_world):
    world = make_world(farthest_hose_m=400.0)
    send(world, route=("station", "mid", "south"))
    world.traffic.closes_s = dict.fromkeys((2, 3, 6, 7), 0.0)
    run(world, 1200.0)
    assert world.times("unit_cannot_reach")
    (told,) = [state for _, state in world.states if "cannot reach" in state.reason]
    assert told.state == "out_of_reach"
    assert world.times("water_on") == []


# --- the record ------------------------------------------------------------------------------------------------


def test_every_event_of_a_unit_goes_back_to_its_orders(make_world):
    world = make_world(wind_m_s=4.0)
    send(world, at_s=300.0, route=("station", "mid", "near"))
    run(world, 5400.0)
    orders = world.journal.first("message_delivered")
    events = [event for event in range(len(world.journal)) if world.journal.actor_of(event) == "engine-1"]
    assert len(events) > 3
    assert all(world.journal.chain(event)[-1] == orders for event in events)


def test_legs_of_a_unit_follow_one_another_without_gap_or_leap(make_world):
    world = make_world(wind_m_s=4.0)
    send(world, at_s=300.0, route=("station", "mid", "near"))
    run(world, 5400.0)
    legs = world.legs(5400.0)
    assert legs[0]["start_s"] == 0.0
    assert legs[-1]["end_s"] == 5400.0
    for before, after in pairwise(legs):
        assert before["end_s"] == after["start_s"]
        assert (before["to_x_m"], before["to_y_m"]) == pytest.approx((after["from_x_m"], after["from_y_m"]))


@pytest.mark.parametrize("at_s", [100.1, 612.3457, 1234.567891])
def test_who_is_on_shift_is_not_recalled_from_home(make_world, at_s):
    specs = [engine(f"ambulance-{k}", kind="ambulance") for k in range(3)]
    world = make_world(specs)
    for k, spec in enumerate(specs):
        send(world, spec.unit, "stage", at_s=at_s + k / 7.0, route=("station", "mid"))
    run(world, 1800.0)
    legs = world.legs(1800.0)
    assert "recall" not in {leg["leg"] for leg in legs}
    assert all(leg["end_s"] - leg["start_s"] > 1e-6 for leg in legs)


def test_the_same_run_twice_gives_the_same_legs(make_world):
    def once() -> list[dict[str, object]]:
        world = make_world([engine(), engine("engine-2", is_on_shift=False)], wind_m_s=4.0)
        for unit in ("engine-1", "engine-2"):
            send(world, unit, at_s=120.0, route=("station", "mid", "near"))
        run(world, 5400.0)
        return world.legs(5400.0)

    assert once() == once()


def test_what_responders_do_changes_no_weather(make_world):
    sent, idle = make_world(), make_world()
    send(sent, route=("station", "mid", "near"))
    for world in (sent, idle):
        run(world, 3600.0)
    assert [sent.fire.weather.at(s) for s in range(0, 3600, 300)] == [
        idle.fire.weather.at(s) for s in range(0, 3600, 300)
    ]


# --- the table of units ----------------------------------------------------------------------------------------


def test_the_units_of_skiathos_are_the_whole_roster_of_fifteen():
    folder = Path(__file__).parents[2] / "scenarios" / "skiathos"
    homes = [STATION, Facility("health_centre", "medical", "Health Centre", 0.0, 0.0, 0.0)]
    units = read_units(ResponderParameters(), folder, homes)
    fighters = [unit for unit in units if unit.kind != "ambulance"]
    assert sum(unit.crew for unit in fighters) == 15
    assert 4 <= sum(unit.crew for unit in fighters if unit.is_on_shift) <= 6
    assert [unit.kind for unit in units].count("engine") == 4
    assert [unit.kind for unit in units].count("ambulance") == 2


def test_all_errors_of_the_table_of_units_are_told_at_once(tmp_path):
    (tmp_path / "units.csv").write_text(
        "unit,kind,facility,tank_litres,crew,on_shift\n"
        "a,engine,fire_station,-5,3,yes\na,boat,fire_station,0,2,yes\nb,engine,moon,100,0,perhaps\n"
    )
    with pytest.raises(BadInput) as caught:
        read_units(ResponderParameters(), tmp_path, [STATION])
    said = "\n".join(str(error) for error in caught.value)
    for words in ("tank_litres = -5", "already used", "kind = 'boat'", "facility = 'moon'", "crew = 0", "'perhaps'"):
        assert words in said

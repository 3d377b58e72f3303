"""How long a town takes to evacuate on the computer, and on its roads: 5,000 and 20,000 vehicles.

Run with `python benchmarks/traffic.py`. The town: 400 nodes, 1,000 one-lane directed edges of 200 m at 30 and 50
km/h, three exits in corners, Rayleigh departures with a mean of 35 minutes. Goals: 0.5 s and 100 MB for 5,000
vehicles, 3 s for 20,000 with gridlock counted. UXsim runs the same town where it is installed.
"""

from __future__ import annotations

import resource
import sys
from time import perf_counter
from typing import Literal

import numpy as np

from firesim.place.grid import Grid
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import Refuge
from firesim.record import Journal
from firesim.world.traffic import Departures, Traffic, TrafficParameters

SIDE, N_EDGES, BLOCK_M = 20, 1000, 200.0
MEAN_DEPARTURE_S = 35 * 60.0
CAPACITY_VEH_S = 1300 / 3600  # a lane of a two-lane road
JAM_VEH_M = 0.2 / 1.5  # UXsim's default is 0.2 a metre; streets with crossings and driveways hold less: judgement
EXITS = ((0, 0), (0, SIDE - 1), (SIDE - 1, SIDE - 1))
HORIZON_S = 12 * 3600.0
Rule = Literal["push", "none"]


def town() -> Roads:
    """A street grid thinned out at random to 1,000 directed edges; every node stays joined."""
    rng = np.random.Generator(np.random.Philox(7))
    places = {f"{r},{c}": (BLOCK_M * c, BLOCK_M * r) for r in range(SIDE) for c in range(SIDE)}
    across = [(f"{r},{c}", f"{r},{c + 1}") for r in range(SIDE) for c in range(SIDE - 1)]
    along = [(f"{r},{c}", f"{r + 1},{c}") for r in range(SIDE - 1) for c in range(SIDE)]
    streets = [(across + along)[k] for k in rng.permutation(len(across) + len(along))]
    root = {node: node for node in places}

    def find(node: str) -> str:
        while root[node] != node:
            node = root[node]
        return node

    tree: list[tuple[str, str]] = []
    rest: list[tuple[str, str]] = []
    for u, v in streets:
        joined = find(u) == find(v)
        (rest if joined else tree).append((u, v))
        if not joined:
            root[find(u)] = find(v)
    kept = tree + rest[: N_EDGES // 2 - len(tree)]
    speed = rng.choice([30 / 3.6, 50 / 3.6], len(kept))
    edges = []
    for (u, v), metres_a_second in zip(kept, speed.tolist(), strict=True):
        for a, b in ((u, v), (v, u)):
            carries = (BLOCK_M, metres_a_second, CAPACITY_VEH_S, 1.0, JAM_VEH_M, False)
            edges.append(RoadEdge(a, b, f"{u}-{v}", *carries, "town", "asphalt", [places[a], places[b]]))
    return Roads([RoadNode(node, *xy) for node, xy in places.items()], edges)


def evacuate(roads: Roads, vehicles: int, step_s: float, rule: Rule) -> dict[str, float]:
    """One evacuation to the nearest exit."""
    rng = np.random.Generator(np.random.Philox(1))
    node = rng.integers(0, len(roads.node_ids), vehicles)
    at_s = rng.rayleigh(MEAN_DEPARTURE_S / np.sqrt(np.pi / 2), vehicles)
    refuges = [Refuge(f"exit {r},{c}", "", "town", BLOCK_M * c, BLOCK_M * r, f"{r},{c}", 10**9) for r, c in EXITS]
    journal = Journal()
    event = journal.add(0.0, "all", "order", None)
    grid = Grid(150, 150, 30.0, -100.0, -100.0)
    begin = perf_counter()
    traffic = Traffic(roads, refuges, TrafficParameters(step_s=step_s, gridlock=rule), journal, grid)
    none, ones = np.full(vehicles, -1), np.ones(vehicles, dtype=np.int64)
    traffic.enter(Departures(np.arange(vehicles), ones, node, none, none, np.zeros(vehicles), at_s, none * 0 + event))
    now_s = 0.0
    while now_s < HORIZON_S and (now_s == 0.0 or (traffic.status == 0).any()):
        now_s += step_s
        traffic.advance(now_s)
    seconds = perf_counter() - begin
    arrived_s = np.sort(traffic.vehicle_columns()["arrived_s"]) / 60.0
    return {
        "seconds": seconds,
        "90 % clear [min]": arrived_s[int(0.9 * vehicles) - 1],
        "last [min]": arrived_s[-1],
        "rings": traffic.gridlock_count,
        "forced": traffic.forced_moves,
    }


def uxsim_seconds(roads: Roads, vehicles: int) -> float | None:
    """The same town in UXsim, to the nearest exits. [s]"""
    try:
        import uxsim
    except ImportError:
        return None
    world = uxsim.World(name="", deltan=1, tmax=HORIZON_S, print_mode=0, save_mode=0, random_seed=1)
    for k, name in enumerate(roads.node_ids):
        world.addNode(name, roads.x_m[k], roads.y_m[k])
    for k, edge in enumerate(roads.edges):
        world.addLink(str(k), edge.u, edge.v, edge.length_m, edge.free_flow_speed_m_s, jam_density=JAM_VEH_M)
    rng = np.random.Generator(np.random.Philox(1))
    node = rng.integers(0, len(roads.node_ids), vehicles)
    at_s = rng.rayleigh(MEAN_DEPARTURE_S / np.sqrt(np.pi / 2), vehicles)
    nearest = [
        min(EXITS, key=lambda exit_: abs(exit_[0] - n // SIDE) + abs(exit_[1] - n % SIDE)) for n in node.tolist()
    ]
    for n, when_s, (r, c) in zip(node.tolist(), at_s.tolist(), nearest, strict=True):
        if roads.node_ids[n] != f"{r},{c}":
            world.addVehicle(roads.node_ids[n], f"{r},{c}", when_s)
    begin = perf_counter()
    world.exec_simulation()
    return perf_counter() - begin


def main() -> None:
    roads = town()
    evacuate(roads, 100, 10.0, "push")  # compiles
    cases: list[tuple[int, Rule]] = [(5_000, "push"), (20_000, "push"), (20_000, "none")]
    for vehicles, rule in cases:
        for step_s in (5.0, 10.0, 20.0):
            told = evacuate(roads, vehicles, step_s, rule)
            numbers = "  ".join(f"{name} {value:8.2f}" for name, value in told.items())
            sys.stdout.write(f"{vehicles:6d} vehicles, step {step_s:4.0f} s, {rule:4s}  {numbers}\n")
        peer = uxsim_seconds(roads, vehicles) if rule == "push" else None
        sys.stdout.write("" if peer is None else f"{vehicles:6d} vehicles, UXsim  seconds {peer:8.2f}\n")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"peak memory of it all, Python and numba included: {peak_mb:.0f} MB\n")


if __name__ == "__main__":
    main()

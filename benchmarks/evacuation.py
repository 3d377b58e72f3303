"""`firesim evacuate` on the reference town, as a user runs it; and its optimum beside the exact one.

Run with `python benchmarks/evacuation.py [--quick]`. The town of `benchmarks/traffic.py`: 400 nodes, 1,000 one-lane
directed edges, three exits in corners, Rayleigh departures with a mean of 35 minutes. Processor time and memory are
those of `summary.json` (the run alone, compilation and files excluded; memory of the whole process, and what of it is
more than with 50 vehicles: the evacuation's own). Goals: 5,000 vehicles 0.5 s and 100 MB, 20,000 3 s, gridlock counted;
90 % and all clear in the span of credible models, 74-140 and 115-169 minutes, to the nearest exit; the plan of
`capacity` 1 s and 5 s; on 400 nodes x 60 steps within 2 % of the network simplex in 0.5 s. UXsim runs the same town, to
the nearest exits and to any, where it is installed; its cars find their way round queues, so `fastest` is their like.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from traffic import EXITS, JAM_VEH_M, MEAN_DEPARTURE_S, SIDE, town

from firesim.evacuation import Evacuation, LookAgain, Options, load_evacuation
from firesim.evacuation.solve import clearance_s, run_once
from firesim.physics.flow_over_time import earliest_arrival_plan
from firesim.place.roads import Roads

ASSIGNMENTS = ("nearest", "fastest", "safest", "capacity")
STEPS, STEP_S = 60, 60.0  # of the comparison with the network simplex


def demand(vehicles: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes, and departures in seconds."""
    rng = np.random.Generator(np.random.Philox(1))
    node = rng.integers(0, SIDE * SIDE, vehicles)
    return node, rng.rayleigh(MEAN_DEPARTURE_S / np.sqrt(np.pi / 2), vehicles)


def name_of(node: str) -> str:
    return node.replace(",", "_")


def write_town(roads: Roads, folder: Path) -> Path:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for k, node in enumerate(roads.node_ids):
        graph.add_node(name_of(node), x=float(roads.x_m[k]), y=float(roads.y_m[k]))
    for edge in roads.edges:
        about = {"length_m": edge.length_m, "free_flow_speed_m_s": float(edge.free_flow_speed_m_s), "lanes": 1}
        graph.add_edge(name_of(edge.u), name_of(edge.v), **about)
    nx.write_graphml(graph, folder / "town.graphml")
    return folder / "town.graphml"


def write_demand(roads: Roads, vehicles: int, folder: Path) -> Path:
    path = folder / f"demand{vehicles}.csv"
    rows = (f"{name_of(roads.node_ids[k])},{at_s:.3f}" for k, at_s in zip(*demand(vehicles), strict=True))
    path.write_text("\n".join(["node,departure_s", *rows]) + "\n", encoding="utf-8")
    return path


def ran(network: Path, demand_path: Path, assignment: str, folder: Path, rule: str = "push") -> dict[str, float]:
    words = [sys.executable, "-m", "firesim", "evacuate", str(network), str(demand_path), "--assignment", assignment]
    words += ["--exits", ",".join(f"{r}_{c}" for r, c in EXITS), "--gridlock", rule, "--out", str(folder), "--force"]
    subprocess.run(words, check=True, capture_output=True)
    facts: dict[str, float] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return facts


def minutes(seconds: float | None) -> str:
    return "   never" if seconds is None else f"{seconds / 60.0:8.1f}"


def measure(network: Path, demand_path: Path, vehicles: int, folder: Path, bare_mb: float) -> None:
    for assignment in ASSIGNMENTS:
        facts = ran(network, demand_path, assignment, folder)
        by_step = facts["clearance_90_by_step_s"]
        own_mb = facts["peak_rss_mb"] - bare_mb
        told = " ".join(f"{step} s{minutes(clear_s)}" for step, clear_s in by_step.items())  # type: ignore[attr-defined]
        print(
            f"{vehicles:6d} {assignment:9s} plan {facts['plan_cpu_s']:6.2f} s  traffic {facts['traffic_cpu_s']:6.2f} s"
            f"  {facts['peak_rss_mb']:4.0f} MB, own {own_mb:3.0f}  90 %{minutes(facts['clearance_90_s'])}"
            f"  all{minutes(facts['clearance_100_s'])}  bound{minutes(facts['capacity_bound_s'])} min"
            f"  forced {facts['forced_moves']:3.0f}  stranded {facts['stranded']:.0f}  90 % by step: {told}",
            flush=True,
        )


def case_of(network: Path, demand_path: Path) -> Evacuation:
    return load_evacuation(network, demand_path, ",".join(f"{r}_{c}" for r, c in EXITS))


def measure_second_looks(network: Path, demand_path: Path, vehicles: int) -> None:
    """What it would change if drivers looked at all queues again on their way, as EES has them do."""
    driven, plan_cpu_s = run_once(case_of(network, demand_path), Options("fastest", again=LookAgain()), 10.0)
    told = "  ".join(f"{name}{minutes(clearance_s(driven, share))}" for name, share in (("90 %", 0.9), ("all", 1.0)))
    print(
        f"{vehicles:6d} fastest, looking again: plan {plan_cpu_s:.2f} s  traffic {driven.traffic_cpu_s:.2f} s"
        f"  {told} min  forced {driven.forced_moves}",
        flush=True,
    )


# --- the exact optimum -----------------------------------------------------------------------------------------------


def measure_optimum(roads: Roads, vehicles: int) -> None:
    """The sum of arrival steps, ours and by networkx' network simplex, all leaving at 0."""
    steps, rate, exits, node = optimum_job(roads, vehicles)
    never = np.full(len(steps), -1)
    job = (roads.tail, roads.head, steps, rate, never, exits, node, np.zeros(vehicles, np.int64), len(roads.node_ids))
    earliest_arrival_plan(*job)  # compiles
    began = process_time()
    plan = earliest_arrival_plan(*job)
    ours_s = process_time() - began
    arrives = plan.arrives_step[~np.isin(node, exits)]
    print(f"{vehicles} vehicles, {STEPS} steps: ours {ours_s:.2f} s, the last out at step {arrives.max()}", flush=True)
    began = process_time()
    left, cost = simplex(roads, steps, rate, exits, node)
    print(
        f"  sum of arrival steps {arrives.sum()}, network simplex {cost} ({left} left behind) in "
        f"{process_time() - began:.1f} s: {100.0 * (arrives.sum() / cost - 1.0):+.3f} %",
        flush=True,
    )


def optimum_job(roads: Roads, vehicles: int) -> tuple[np.ndarray, np.ndarray, list[int], np.ndarray]:
    """Steps along each edge, vehicles a step that may enter it, exits, and where the vehicles start."""
    steps = np.maximum(np.rint(roads.length_m / roads.speed_m_s / STEP_S), 1).astype(np.int64)
    exits = [roads.node_index[f"{r},{c}"] for r, c in EXITS]
    return steps, roads.capacity_veh_s * STEP_S, exits, demand(vehicles)[0]


def simplex(roads: Roads, steps: np.ndarray, rate: np.ndarray, exits: list[int], node: np.ndarray) -> tuple[int, int]:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    rooms = np.diff(np.ceil(rate[:, None] * np.arange(STEPS + 1) - 1e-9), axis=1).astype(int)
    for edge, (u, v, k) in enumerate(zip(roads.tail.tolist(), roads.head.tolist(), steps.tolist(), strict=True)):
        for step in range(0 if u not in exits else STEPS, STEPS - k + 1):
            graph.add_edge((u, step), (v, step + k), capacity=int(rooms[edge, min(step, STEPS - 1)]), weight=0)
    for place in range(len(roads.node_ids)):
        for step in range(STEPS + 1):
            if place in exits:
                graph.add_edge((place, step), "out", weight=step)
            elif step < STEPS:
                graph.add_edge((place, step), (place, step + 1), weight=0)
    starts, counts = np.unique(node[~np.isin(node, exits)], return_counts=True)
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        graph.add_edge("in", (start, 0), capacity=count, weight=0)
    graph.add_edge("in", "out", weight=100 * STEPS)
    graph.nodes["in"]["demand"], graph.nodes["out"]["demand"] = -int(counts.sum()), int(counts.sum())
    cost, flow = nx.network_simplex(graph)
    left = flow["in"]["out"]
    return left, cost - 100 * STEPS * left


# --- a peer ----------------------------------------------------------------------------------------------------------


def measure_uxsim(roads: Roads, vehicles: int, to_nearest: bool) -> None:
    """The same town in UXsim's C++ engine: everybody to the exit nearest in blocks, or to any exit."""
    try:
        import uxsim
    except ImportError:
        print("UXsim is not installed (extra `oracles`)")
        return
    world = uxsim.World(name="", deltan=1, tmax=12 * 3600, print_mode=0, save_mode=0, random_seed=1, cpp=True)
    for k, name in enumerate(roads.node_ids):
        world.addNode(name, roads.x_m[k], roads.y_m[k])
    world.addNode("out", -1000.0, -1000.0)
    for k, edge in enumerate(roads.edges):
        world.addLink(
            str(k), edge.u, edge.v, edge.length_m, edge.free_flow_speed_m_s, jam_density=JAM_VEH_M,
            capacity_out=edge.capacity_veh_s,
        )  # fmt: skip
    if not to_nearest:
        for r, c in EXITS:
            world.addLink(f"out{r},{c}", f"{r},{c}", "out", 10.0, 20.0, number_of_lanes=9)
    node, at_s = demand(vehicles)
    cars = 0
    for n, when_s in zip(node.tolist(), at_s.tolist(), strict=True):
        row, column = n // SIDE, n % SIDE
        to = "{},{}".format(*min(EXITS, key=lambda e: abs(e[0] - row) + abs(e[1] - column))) if to_nearest else "out"
        if roads.node_ids[n] != to:
            world.addVehicle(roads.node_ids[n], to, when_s)
            cars += 1
    began, cpu = perf_counter(), process_time()
    world.exec_simulation()
    out_s = np.sort([car.arrival_time for car in world.VEHICLES.values() if car.state == "end"])
    clear = [minutes(float(out_s[int(share * cars) - 1]) if len(out_s) >= share * cars else None) for share in (0.9, 1)]
    print(
        f"{vehicles:6d} UXsim {'nearest' if to_nearest else 'any exit'}: {process_time() - cpu:.2f} s of CPU, "
        f"{perf_counter() - began:.2f} s; 90 %{clear[0]}  all{clear[1]} min  {len(out_s)} of {cars} out",
        flush=True,
    )


def main() -> None:
    roads, is_quick = town(), "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network = write_town(roads, folder)
        few = write_demand(roads, 50, folder)
        ran(network, few, "nearest", folder / "out")  # so that no kernel is compiled later
        bare_mb = ran(network, few, "nearest", folder / "out")["peak_rss_mb"]
        print(f"    50 nearest: {bare_mb:.0f} MB, which is Python, numpy, the kernels and the command line", flush=True)
        run_once(case_of(network, few), Options("fastest", again=LookAgain()), 10.0)
        for vehicles in (5_000,) if is_quick else (5_000, 20_000):
            many = write_demand(roads, vehicles, folder)
            measure(network, many, vehicles, folder / "out", bare_mb)
            measure_second_looks(network, many, vehicles)
    measure_optimum(roads, 500 if is_quick else 5_000)
    measure_uxsim(roads, 5_000, to_nearest=True)
    measure_uxsim(roads, 5_000, to_nearest=False)
    if not is_quick:
        measure_uxsim(roads, 20_000, to_nearest=True)


if __name__ == "__main__":
    main()

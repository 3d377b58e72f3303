"""How long one search for a way takes at 1,000 and 10,000 nodes, beside networkx where it has an answer.

Run with `python benchmarks/routing.py`. Goals for earliest arrival with closing times: 1 ms and 30 ms. networkx has no
time-dependent search, so its plain Dijkstra on the same graph stands beside ours for the quickest ways.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

import networkx as nx
import numpy as np

from firesim.physics.search import earliest_arrival, latest_departure, quickest_to


def fastest_ms(job: Callable[[], object], times: int = 20) -> float:
    best = np.inf
    for _ in range(times):
        start = perf_counter()
        job()
        best = min(best, perf_counter() - start)
    return float(best) * 1000.0


def network(n_nodes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A street grid of about `n_nodes` with random times, a third of its streets closing some time."""
    rng = np.random.Generator(np.random.Philox(3))
    side = int(np.sqrt(n_nodes))
    number = np.arange(side * side).reshape(side, side)
    pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
    one = np.concatenate([a.ravel() for a, _ in pairs]), np.concatenate([b.ravel() for _, b in pairs])
    tail, head = np.concatenate([one[0], one[1]]), np.concatenate([one[1], one[0]])
    travel_s = rng.uniform(10.0, 60.0, tail.size)
    closes_s = np.where(rng.uniform(size=tail.size) < 0.33, rng.uniform(0.0, 3600.0, tail.size), np.inf)
    return tail, head, travel_s, closes_s


def show(nodes: int, what: str, milliseconds: float) -> None:
    sys.stdout.write(f"{nodes:6d} nodes  {what:26s} {milliseconds:8.3f} ms\n")


def measure(n: int) -> None:
    tail, head, travel_s, closes_s = network(n)
    nodes = int(tail.max()) + 1
    targets, is_open = np.array([0, nodes - 1]), np.ones(tail.size, dtype=bool)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_weighted_edges_from(zip(head.tolist(), tail.tolist(), travel_s.tolist(), strict=True))
    jobs: dict[str, Callable[[], object]] = {
        "earliest arrival": lambda: earliest_arrival(tail, head, travel_s, closes_s, 0, 0.0, nodes, 60.0),
        "latest departure": lambda: latest_departure(tail, head, travel_s, closes_s, targets, nodes, 60.0),
        "quickest way to two exits": lambda: quickest_to(tail, head, travel_s, is_open, targets, nodes),
        "networkx, the same ways": lambda: nx.multi_source_dijkstra_path_length(graph, set(targets.tolist())),
    }
    for name, job in jobs.items():
        job()  # compiles
        show(nodes, name, fastest_ms(job))


def main() -> None:
    for n in (1_024, 10_000):
        measure(n)


if __name__ == "__main__":
    main()

"""From a flow over time to a way for each vehicle."""

from __future__ import annotations

import numpy as np

from firesim.compiled import kernel
from firesim.physics.flow_search import NOBODY, Arcs, Claims, Integers, Shorts, Supply


@kernel
def follow_flow(
    arcs: Arcs, flow: Shorts, is_exit: Claims, supply: Supply
) -> tuple[Integers, Integers, Integers, Integers]:
    """Follow the flow through time, first come first served at each node. Uses `flow` up.

    Returns, by the planner's order of vehicles: first step on a road, step of arrival, number of roads; and the
    moves (vehicle, road) in order of time.
    """
    n, n_nodes, n_edges, n_steps = supply.step.size, is_exit.size, flow.shape[0], flow.shape[1]
    leaves, arrives, count = np.full(n, NOBODY, np.int64), np.full(n, NOBODY, np.int64), np.zeros(n, np.int64)
    moves = np.empty((_total(flow), 2), np.int64)
    n_moves = 0
    behind = np.full(n, NOBODY, np.int64)  # in the queue of a node, or among those who arrive in one step
    first, last = np.full(n_nodes, NOBODY, np.int64), np.full(n_nodes, NOBODY, np.int64)
    coming = np.full(n_steps + 1, NOBODY, np.int64)
    going_to = np.empty(n, np.int64)
    next_ready = supply.start[:-1].copy()
    for step in range(n_steps):
        for node in range(n_nodes):
            end = supply.start[node] + supply.taken[node]
            while next_ready[node] < end and supply.step[next_ready[node]] <= step:
                _queue(first, last, behind, node, next_ready[node])
                next_ready[node] += 1
        who = coming[step]
        while who != NOBODY:
            after = behind[who]
            behind[who] = NOBODY
            if is_exit[going_to[who]]:
                arrives[who] = step
            else:
                _queue(first, last, behind, going_to[who], who)
            who = after
        has_moved = True
        while has_moved:  # roads crossed within a step hand on to one another
            has_moved = False
            for edge in range(n_edges):
                node, to = arcs.tail[edge], arcs.head[edge]
                while flow[edge, step] > 0 and first[node] != NOBODY:
                    who = first[node]
                    first[node] = behind[who]
                    behind[who] = NOBODY
                    flow[edge, step] -= 1
                    leaves[who] = step if leaves[who] == NOBODY else leaves[who]
                    moves[n_moves, 0], moves[n_moves, 1] = who, edge
                    n_moves += 1
                    count[who] += 1
                    there = step + arcs.steps[edge]
                    if there > step and there <= n_steps:
                        going_to[who] = to
                        behind[who] = coming[there]
                        coming[there] = who
                    elif is_exit[to]:
                        arrives[who] = step
                    else:
                        _queue(first, last, behind, to, who)
                        has_moved = True
    return leaves, arrives, count, moves[:n_moves]


@kernel
def _total(flow: Shorts) -> int:
    total = 0
    for edge in range(flow.shape[0]):
        for step in range(flow.shape[1]):
            total += flow[edge, step]
    return total


@kernel
def _queue(first: Integers, last: Integers, behind: Integers, node: int, who: int) -> None:
    if first[node] == NOBODY:
        first[node] = who
    else:
        behind[last[node]] = who
    last[node] = who
    behind[who] = NOBODY

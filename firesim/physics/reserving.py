"""Room on roads, by edge and time step, that convoys take one after another.

The kernel of capacity-constrained route planning (Lu, George & Shekhar 2005, recalled): a convoy's vehicles leave in
each step as many as there is room for on every edge of their way at the step in which they come there. A way never
uses an edge twice, so a convoy does not stand in its own way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Passages(NamedTuple):
    """Ways that convoys may take, one a row; rows are filled up to the longest.

    Attributes
    ----------
    edges, begins : int64 [ways, most edges]
        The edges of each way, and the step in which the vehicles of the first departure step enter each.
    length, steps : int64 [ways]
        How many edges a way has; in how many steps, from the first on, vehicles may leave by it.
    arrives_s : float64 [ways]
        When the vehicles of the first departure step arrive. [s]
    goal : int64 [ways]
        Which place a way leads to.
    """

    edges: Integers
    begins: Integers
    length: Integers
    steps: Integers
    arrives_s: Floats
    goal: Integers


@kernel
def take_room(left: Floats, passages: Passages, way: int, vehicles: float) -> Floats:
    """Let a convoy leave by a way: vehicles by departure step. Takes the room from `left` [edge, step, vehicles]."""
    flow = np.zeros(passages.steps[way])
    waiting = vehicles
    for step in range(flow.size):
        if waiting <= 0.0:
            break
        most = waiting
        for k in range(passages.length[way]):
            most = min(most, left[passages.edges[way, k], passages.begins[way, k] + step])
        if most > 0.0:
            for k in range(passages.length[way]):
                left[passages.edges[way, k], passages.begins[way, k] + step] -= most
            flow[step] = most
            waiting -= most
    return flow


@kernel
def cost_of_all(
    left: Floats,
    passages: Passages,
    ways: Integers,
    vehicles: Floats,
    people: Integers,
    places: Integers,
    step_s: float,
    unfit_s: float,
) -> tuple[float, float]:
    """What it comes to if convoys take these ways in this order. `left` and `places` are used up.

    Parameters
    ----------
    left : [edges, steps]
        Vehicles that each edge can still take in each step.
    passages
        All ways that there are.
    ways, vehicles, people : [convoys]
        Which way each takes, as how many vehicles, for how many people.
    places : int64 [goals]
        People who still find a place at each goal.
    step_s, unfit_s : float
        Length of a step; when those arrive, for the sum, whom no step has room for. [s]

    Returns
    -------
    without, cost : float
        People without a place; sum of arrival times [vehicle s].
    """
    without, cost = 0.0, 0.0
    for convoy in range(ways.size):
        way = ways[convoy]
        flow = take_room(left, passages, way, vehicles[convoy])
        waiting = vehicles[convoy]
        for step in range(flow.size):
            cost += flow[step] * (passages.arrives_s[way] + step * step_s)
            waiting -= flow[step]
        cost += max(waiting, 0.0) * unfit_s
        goal = passages.goal[way]
        without += max(people[convoy] - max(places[goal], 0), 0)
        places[goal] -= people[convoy]
    return without, cost

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
        without, cost = _add(
            left, passages, ways[convoy], vehicles[convoy], people[convoy], places, step_s, unfit_s, without, cost
        )
    return without, cost


@kernel
def _add(
    left: Floats, passages: Passages, way: int, vehicles: float, people: int, places: Integers,
    step_s: float, unfit_s: float, without: float, cost: float,
) -> tuple[float, float]:  # fmt: skip
    """What it comes to with one convoy more; see `cost_of_all`."""
    flow = take_room(left, passages, way, vehicles)
    waiting = vehicles
    for step in range(flow.size):
        cost += flow[step] * (passages.arrives_s[way] + step * step_s)
        waiting -= flow[step]
    cost += max(waiting, 0.0) * unfit_s
    goal = passages.goal[way]
    without += max(people - max(places[goal], 0), 0)
    places[goal] -= people
    return without, cost


@kernel
def choose_in_order(
    left: Floats, passages: Passages, first_row: Integers, end_row: Integers, order: Integers,
    vehicles: Floats, people: Integers, places: Integers, step_s: float, unfit_s: float,
) -> Integers:  # fmt: skip
    """Ways as convoys choose them one after another, each the best beside those before it.

    Convoy k may take the rows `first_row[k]` to `end_row[k]` of `passages`; they choose in `order`. Of equals the first
    row. The rest as in `cost_of_all`; nothing is used up. [convoys]
    """
    chosen = np.full(first_row.size, -1, np.int64)
    now_left, now_places, without, cost = left.copy(), places.copy(), 0.0, 0.0
    for k in order:
        best = (np.inf, np.inf)
        for row in range(first_row[k], end_row[k]):
            trial = _add(
                now_left.copy(),
                passages,
                row,
                vehicles[k],
                people[k],
                now_places.copy(),
                step_s,
                unfit_s,
                without,
                cost,
            )
            is_first = row == first_row[k]
            if is_first or trial[0] < best[0] or (trial[0] == best[0] and trial[1] < best[1]):
                chosen[k], best = row, trial
        without, cost = _add(
            now_left, passages, chosen[k], vehicles[k], people[k], now_places, step_s, unfit_s, without, cost
        )
    return chosen


@kernel
def exchange(
    left: Floats, passages: Passages, first_row: Integers, end_row: Integers, taken: Integers,
    vehicles: Floats, people: Integers, places: Integers, step_s: float, unfit_s: float, most_sweeps: int,
) -> tuple[Integers, float, float]:  # fmt: skip
    """Exchange the way of one convoy at a time as long as that makes the whole better.

    Begins with the rows `taken`; `most_sweeps` times over all convoys at most. What those before a convoy take is
    worked out once for all its rows. The rest as in `choose_in_order`; `taken` is left as it is.

    Returns
    -------
    taken, without, cost
        The rows in the end, and what they come to.
    """
    taken = taken.copy()
    best_without, best_cost = cost_of_all(
        left.copy(), passages, taken, vehicles, people, places.copy(), step_s, unfit_s
    )  # fmt: skip
    for _ in range(most_sweeps):
        is_better = False
        before_left, before_places, before_without, before_cost = left.copy(), places.copy(), 0.0, 0.0
        for k in range(taken.size):
            for row in range(first_row[k], end_row[k]):
                if row == taken[k]:
                    continue
                trial_left, trial_places = before_left.copy(), before_places.copy()
                without, cost = _add(
                    trial_left, passages, row, vehicles[k], people[k], trial_places, step_s, unfit_s,
                    before_without, before_cost,
                )  # fmt: skip
                for other in range(k + 1, taken.size):
                    # What it comes to only grows: beyond the best it need not be followed to its end.
                    if without > best_without or (without == best_without and cost >= best_cost):
                        break
                    without, cost = _add(
                        trial_left, passages, taken[other], vehicles[other], people[other], trial_places, step_s,
                        unfit_s, without, cost,
                    )  # fmt: skip
                if without < best_without or (without == best_without and cost < best_cost):
                    taken[k], best_without, best_cost, is_better = row, without, cost, True
            before_without, before_cost = _add(
                before_left, passages, taken[k], vehicles[k], people[k], before_places, step_s, unfit_s,
                before_without, before_cost,
            )  # fmt: skip
        if not is_better:
            break
    return taken, best_without, best_cost

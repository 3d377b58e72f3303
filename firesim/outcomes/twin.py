"""The no-response twin: what the same fire does to each place when nobody warns, drives or puts water on it.

It fixes, before any strategy acts, who is at risk: those whose place the free-burning fire reaches, or cuts
off from every refuge with room, within the horizon. Shares, medians and margins are taken over them, so a
strategy cannot look better by choosing whom to count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.search import latest_departure
from firesim.place.grid import Grid
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge
from firesim.world.refuges import RefugeWatch

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class PartiesInPlace:
    """Where the parties are before anything happens: arrays of one length."""

    people: Integers
    x_m: Floats
    y_m: Floats
    node: Integers  # where they join the roads; -1: no road leads there
    walk_to_node_s: Floats
    drives: NDArray[np.bool_]  # by vehicle; the others walk
    walking_speed_m_s: float  # one for all: the slow end would cut more people off


@dataclass(frozen=True)
class Twin:
    """Each party's fate in the twin, and its fire. [parties], seconds from the scenario's start, inf: never."""

    place_reached_s: Floats
    cut_off_s: Floats  # the last moment at which they could leave and still get to a refuge with room
    horizon_s: float
    arrival_time_s: Floats  # of the free-burning fire [y, x]

    @property
    def deadline_s(self) -> Floats:
        """Place reached or cut off, whichever comes first."""
        return np.minimum(self.place_reached_s, self.cut_off_s)

    @property
    def at_risk(self) -> NDArray[np.bool_]:
        """Reached or cut off within the horizon."""
        return self.deadline_s <= self.horizon_s


def closing_times_s(closed_from_s: Floats, roads: Roads, grid: Grid) -> Floats:
    """When each directed edge first runs through a cell that is closed. [edges], inf: never.

    `closed_from_s` [y, x] is when a road in each cell closes: when the fire comes to it, or to near it.
    """
    edge_of, cell = roads.cells(grid)
    closes_s = np.full(len(roads.edges), np.inf)
    np.minimum.at(closes_s, edge_of, closed_from_s.ravel()[cell])
    return closes_s


def no_response_twin(
    arrival_time_s: Floats,
    grid: Grid,
    roads: Roads,
    refuges: Sequence[Refuge],
    parties: PartiesInPlace,
    ignited_s: float,
    horizon_s: float,
    road_closed_from_s: Floats | None = None,
    flame_length_m: NDArray[np.floating] | None = None,
    smoke_s: Floats | None = None,
) -> Twin:
    """Who is reached and who is cut off by a free-burning fire.

    Parameters
    ----------
    arrival_time_s : [y, x]
        Of the free-burning fire to the horizon. [s], inf: never
    refuges
        One that flames or smoke take is one only until then, by the rule of the run (`RefugeWatch`); last resorts
        are none.
    parties
        As they are at the start.
    ignited_s
        Nobody is cut off before there is a fire: who could not have got away even then is cut off at ignition. [s]
    road_closed_from_s : [y, x], optional
        When a road in each cell closes; without it when the fire arrives there. [s]
    flame_length_m : [y, x], optional
        As that fire's front reached each cell; without it refuges are lost when their own cell burns. [m]
    smoke_s : [refuges], optional
        When its smoke took each. [s], inf: never

    Notes
    -----
    Cut off is worked out with free-flow speeds and no queues, so it is the last moment for a party alone on
    the road. Refuges fill from the nearest party outward, nobody beyond their capacity: whoever
    finds no room at one is cut off when the next one cannot be reached any more. Whom the fire leaves alone takes
    no room: neither is their place reached, nor does any of their ways close. Waiting for those who set
    out late is not modelled, so the number cut off is a lower bound.
    """
    row, column = grid.cell_at(parties.x_m, parties.y_m)
    inside = grid.holds(row, column)
    place_reached_s = np.full(len(parties.people), np.inf)
    place_reached_s[inside] = arrival_time_s[row[inside], column[inside]]

    watch = RefugeWatch(refuges, grid)
    watch.meet_flames(arrival_time_s, flame_length_m, horizon_s)
    lost_s = watch.flames_s if smoke_s is None else np.minimum(watch.flames_s, smoke_s)
    safe_ones = [index for index, refuge in enumerate(refuges) if not refuge.is_last_resort]
    refuges, lost_s = [refuges[index] for index in safe_ones], lost_s[safe_ones]

    closed_from_s = arrival_time_s if road_closed_from_s is None else road_closed_from_s
    closes_s = closing_times_s(closed_from_s, roads, grid)
    leave_by_s = np.full((len(refuges), len(parties.people)), -np.inf)
    for index, refuge in enumerate(refuges):
        leave_by_s[index] = _leave_by_s(refuge, float(lost_s[index]), roads, closes_s, parties)
    # Whom nothing is closed to and nothing reaches needs no room elsewhere. That holds, too, for a party that no road
    # takes anywhere: it waits on the shore, and only its place can be reached.
    is_left_alone = np.isinf(leave_by_s).all(axis=0) & np.isinf(place_reached_s)
    has_no_way = np.isneginf(leave_by_s).all(axis=0)
    cut_off_s = _with_room(leave_by_s, refuges, roads, parties, ~is_left_alone)
    cut_off_s[is_left_alone | has_no_way] = np.inf
    cut_off_s = np.maximum(cut_off_s, ignited_s)
    return Twin(place_reached_s, cut_off_s, horizon_s, arrival_time_s)


def _leave_by_s(refuge: Refuge, lost_s: float, roads: Roads, closes_s: Floats, parties: PartiesInPlace) -> Floats:
    """The last moment at which each party could leave for this refuge; -inf: there is no way. [parties]"""
    target = np.array([roads.node_index[refuge.node]])
    leave_by_s = np.full(len(parties.people), -np.inf)
    on_road = parties.node >= 0
    driving = np.where(roads.is_public, roads.length_m / np.maximum(roads.speed_m_s, 1e-9), np.inf)
    usable_s = np.minimum(closes_s, lost_s)
    by_car, _ = latest_departure(roads.tail, roads.head, driving, usable_s, target, len(roads.nodes))
    drivers = on_road & parties.drives
    leave_by_s[drivers] = by_car[parties.node[drivers]] - parties.walk_to_node_s[drivers]
    walking = roads.length_m / parties.walking_speed_m_s
    on_foot, _ = latest_departure(roads.tail, roads.head, walking, usable_s, target, len(roads.nodes))
    walkers = on_road & ~parties.drives
    leave_by_s[walkers] = on_foot[parties.node[walkers]] - parties.walk_to_node_s[walkers]
    return leave_by_s


def _with_room(
    leave_by_s: Floats,
    refuges: Sequence[Refuge],
    roads: Roads,
    parties: PartiesInPlace,
    needs_room: NDArray[np.bool_],
) -> Floats:
    """The last moment to leave for a refuge that has room for them; -inf: none has, or none is needed. [parties]

    Those who need room are given it at the refuge that stays open longest for them, nearest party first.
    """
    if not refuges:
        return np.full(len(parties.people), -np.inf)
    refuge_x = np.array([roads.x_m[roads.node_index[refuge.node]] for refuge in refuges])
    refuge_y = np.array([roads.y_m[roads.node_index[refuge.node]] for refuge in refuges])
    distance_m = np.hypot(refuge_x[:, None] - parties.x_m, refuge_y[:, None] - parties.y_m)
    # Most lasting refuge first, then the nearest: one pass over (refuge, party) pairs in that order.
    pairs = np.flatnonzero(np.ravel((leave_by_s > -np.inf) & needs_room))
    pairs = pairs[np.lexsort((np.ravel(distance_m)[pairs], -np.ravel(leave_by_s)[pairs]))]
    room = np.array([refuge.capacity_people for refuge in refuges], dtype=np.int64)
    return _placed(pairs, leave_by_s, room, parties.people)


@kernel
def _placed(pairs: Integers, leave_by_s: Floats, room: Integers, people: Integers) -> Floats:
    """When each party must leave for the first refuge in the order of the pairs that has room for it. [parties], s

    `pairs` are flat indices into [refuge, party]; `room` is used up. -inf: none has room.
    """
    best_s = np.full(people.size, -np.inf)
    for pair in pairs:
        refuge, party = pair // people.size, pair % people.size
        if best_s[party] == -np.inf and room[refuge] >= people[party]:
            room[refuge] -= people[party]
            best_s[party] = leave_by_s[refuge, party]
    return best_s

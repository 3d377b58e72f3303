"""The traffic of an evacuation, from the first departure until nobody can still move.

The moves are those of `physics/traffic.py`, the same kernel that moves people in a whole run. Nothing moves in steps;
every `step_s` the queues are looked at by who chooses by them. A ring of roads that block one another is opened at the
moment at which it has stood for long enough.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from time import process_time

import numpy as np
from numpy.typing import NDArray

from firesim.evacuation.case import Evacuation, Gridlock
from firesim.evacuation.choices import NONE_KNOWN, NOT_YET, NOWHERE, Assigned, Guide, Known, Way
from firesim.evacuation.second_looks import LookAgain, SecondLooks
from firesim.physics import gridlock, guidance
from firesim.physics import traffic as moves
from firesim.physics.queues import (
    ARRIVED,
    NOBODY,
    REMOVED,
    STRANDED,
    TRAVELLING,
    Network,
    Travellers,
    Ways,
    add_events,
    new_events,
    new_queues,
    take_first,
    wake_all_in_line,
)

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

TURN_S = 60.0  # one side of a one-lane track yields after this if the other waits; judgement
AS_PLANNED, AT_ONCE = "as planned", "as planned, leaving at once"  # what `capacity` was driven by
PATIENCE_S = 60.0  # how long a ring of blocked roads stands before the rule is applied to it; judgement
_LOG_ROOM = 1 << 15
_ROOM_FOR_ALL = 1 << 60


@dataclass
class Driven:
    """What came of an evacuation. Arrays over [vehicles], times in s, inf: never.

    Attributes
    ----------
    status : ARRIVED, STRANDED or REMOVED of `physics/queues.py`
    departed_s : when it entered its first road
    done_s : when it arrived, was stranded at a closed road, or was removed; inf: it stands to the end
    exit : index of the exit that it made for, or a negative number
    log : [moves, 3] road, vehicle and when it entered, in order of time
    aside : [n, 3] road, vehicle and when it pulled aside at the end of it, before a track with cars on it
    forced_moves, rings : how often a car squeezed through or pulled aside; how many rings were found
    search_cpu_s, traffic_cpu_s : processor time of finding ways on the road, and of everything else
    end_s : when the last thing happened
    ways : whose ways were driven: an assignment, or of `capacity` its plan, with its waits at home or without
    """

    status: Integers
    departed_s: Floats
    done_s: Floats
    exit: Integers
    log: Floats
    aside: Floats
    forced_moves: int = 0
    rings: int = 0
    search_cpu_s: float = 0.0
    traffic_cpu_s: float = 0.0
    end_s: float = 0.0
    ways: str = ""


def drive(
    case: Evacuation, guide: Guide, assigned: Assigned, step_s: float, rule: Gridlock, keeps_log: bool = True,
    again: LookAgain | None = None,
) -> Driven:  # fmt: skip
    """Let everybody drive until nobody can still move. Without `keeps_log`, `departed_s` and `log` stay empty.

    `again`: drivers of `fastest` look at the queues again on their way.
    """
    began = process_time()
    traffic = _Traffic(case, guide, assigned, rule, _LOG_ROOM if keeps_log else 0)
    if again is not None and guide.assignment == "fastest":
        traffic.second_looks = SecondLooks(again, len(case.node))
    traffic.run(step_s)
    driven = traffic.driven()
    driven.traffic_cpu_s = process_time() - began - driven.search_cpu_s
    return driven


@dataclass
class _Counts:
    forced_moves: int = 0
    rings: int = 0
    search_cpu_s: float = 0.0
    chunks: list[Floats] = field(default_factory=list)
    aside: list[tuple[int, int, float]] = field(default_factory=list)


class _Traffic:
    def __init__(self, case: Evacuation, guide: Guide, assigned: Assigned, rule: Gridlock, log_room: int) -> None:
        self.case, self.guide, self.rule = case, guide, rule
        roads, n = case.network, len(case.node)
        self.n_edges, self.n_nodes = roads.n_edges, roads.n_nodes
        self.network = _network_of(case)
        self.queues = new_queues(self.n_edges + self.n_nodes, log_room)
        self.travellers = _travellers(case, assigned)
        self.ways = _ways(case, assigned)
        self.n_route_edges = np.array([len(assigned.edges)], np.int64)
        self.events = new_events(self.n_edges + self.n_nodes + n + 1)
        self.counts = _Counts()
        self.known: dict[int, Known] = {}
        self.second_looks: SecondLooks | None = None
        self.now_s = self.last_s = 0.0
        self.locked: list[int] = []
        leaves = np.flatnonzero(assigned.exit != NOWHERE)
        self.travellers.status[assigned.exit == NOWHERE] = STRANDED
        self.travellers.done_s[assigned.exit == NOWHERE] = case.departure_s[assigned.exit == NOWHERE]
        add_events(self.events, self.travellers.ready_s[leaves], self.network.head.size + leaves)
        times = np.unique(case.closes_s[np.isfinite(case.closes_s)])
        self.closings: list[tuple[float, Integers]] = [(t, np.flatnonzero(case.closes_s == t)) for t in times.tolist()]
        self.outlook = _outlook(case)

    # --- time -------------------------------------------------------------------------------------------------------

    def run(self, step_s: float) -> None:
        """Let everybody drive, in steps, until nobody can move any more. [s]"""
        looks = self.guide.assignment == "fastest"
        step = 0
        while self._goes_on():
            if looks:
                self._look()
            until_s = (step + 1) * step_s
            while self.closings and self.closings[0][0] <= until_s:
                at_s, edges = self.closings.pop(0)
                self._pass(at_s)
                self._close(edges, at_s)
            self._pass(until_s)
            step = self._next_step(step + 1, step_s)
        # Where everything stands for good, nobody waits until a ring has stood for long.
        self._count(self._rings(self.now_s, 0.0))

    def _goes_on(self) -> bool:
        if self.events.size[0] > 0:
            return True
        if not (self.travellers.status == TRAVELLING).any():
            return False
        return bool(self.closings) or (self.rule != "none" and bool(self._rings(self.now_s, 0.0)))

    def _next_step(self, step: int, step_s: float) -> int:
        """The step in which something happens next: this one, or a later one when the roads are empty or stand."""
        soonest_s = float(self.events.keys[0]) if self.events.size[0] > 0 else np.inf
        if self.closings:
            soonest_s = min(soonest_s, self.closings[0][0])
        if soonest_s < (step + 1) * step_s or (self.rule != "none" and self._rings(self.now_s, 0.0)):
            return step  # a ring is waited for, step by step
        return step if np.isinf(soonest_s) else int(soonest_s // step_s)

    def _pass(self, until_s: float) -> None:
        """Let time pass; no ring stands longer than people have patience, however coarse the steps."""
        while self.now_s < until_s:
            opens_s = self._resolve_gridlock(self.now_s)
            soonest_s = float(self.events.keys[0]) if self.events.size[0] > 0 else np.inf  # no ring forms before
            self._advance(min(until_s, opens_s, max(self.now_s, soonest_s) + PATIENCE_S))

    def _advance(self, until_s: float) -> None:
        while True:
            reason, who, now_s = guidance.advance_looking(
                self.network, self.queues, self.travellers, self.ways, self.events, until_s, TURN_S, self.outlook,
                self.n_route_edges,
            )  # fmt: skip
            if reason == moves.DONE:
                break
            if reason == moves.LOG_FULL:
                self._take_log()
            elif reason == guidance.ROUTES_FULL:
                self._make_room_for_routes()
            else:
                self._answer(int(who), float(now_s))
        self.now_s = until_s

    def _close(self, edges: Integers, now_s: float) -> None:
        self.queues.is_closed[edges] = True
        for edge in edges.tolist():
            wake_all_in_line(self.queues, self.events, edge, now_s)

    # --- ways -------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        began = process_time()
        crossing_s, leaving_s = guidance.crossing_and_leaving_s(
            self.network, self.queues, self.n_edges, self.now_s, PATIENCE_S
        )
        to_exit_s, next_edge, exit_of = self.guide.look(crossing_s)
        self.outlook = self.outlook._replace(
            to_exit_s=to_exit_s, next_edge=next_edge, exit_of=exit_of, leaving_s=leaving_s
        )
        if self.second_looks is not None:
            self._turn_off(self.second_looks)
        self.counts.search_cpu_s += process_time() - began

    def _turn_off(self, looks: SecondLooks) -> None:
        """Those who look again take the best way past the roads that each knows to be closed."""
        by_known: dict[Known, list[int]] = defaultdict(list)
        for who in looks.who_acts(self.travellers, self.now_s).tolist():
            by_known[self.known.get(who, NONE_KNOWN)].append(who)
        for known, drivers in by_known.items():
            left = np.array(drivers, np.int64)
            while left.size:
                done = guidance.turn_off(
                    self.network, self.queues, self.travellers, self.ways, self.events, left, self.guide.picture_s,
                    *self.guide.picture(known), looks.how.tolerance, self.n_route_edges, self.now_s,
                )  # fmt: skip
                left = left[done:]
                if left.size:
                    self._make_room_for_routes()

    def _answer(self, who: int, now_s: float) -> None:
        """A driver stands before a closed road, and takes the best way left or gives up."""
        began = process_time()
        node = int(self.network.head[self.travellers.edge[who]])
        seen = self.case.network.tail == node
        closed = np.flatnonzero(seen & self.queues.is_closed[: self.n_edges]).tolist()
        self.known[who] = self.known.get(who, NONE_KNOWN) | frozenset(closed)
        way = self.guide.way_left(node, self.known[who], now_s, int(self.travellers.row[who]))
        self.counts.search_cpu_s += process_time() - began
        if way is None or self.queues.is_closed[way[1][0]]:  # the road before which it stands: it would ask for ever
            self._take_off(who, STRANDED, now_s)
        else:
            self._set_way(who, way)

    def _set_way(self, who: int, way: Way) -> None:
        while self.n_route_edges[0] + len(way[1]) > len(self.ways.route_edges):
            self._make_room_for_routes()
        start = int(self.n_route_edges[0])
        end = start + len(way[1])
        self.ways.route_edges[start:end] = way[1]
        self.n_route_edges[0] = end
        t = self.travellers
        t.row[who], t.route_at[who], t.route_end[who] = way[0], start, end

    def _make_room_for_routes(self) -> None:
        more = np.empty(len(self.ways.route_edges) + self.n_nodes, np.int64)
        self.ways = self.ways._replace(route_edges=np.concatenate([self.ways.route_edges, more]))

    # --- gridlock ---------------------------------------------------------------------------------------------------

    def _rings(self, now_s: float, patience_s: float) -> list[int]:
        found: list[int] = gridlock.gridlocks(self.network, self.queues, now_s, patience_s).tolist()
        return found

    def _resolve_gridlock(self, now_s: float) -> float:
        """Apply the rule to rings that have stood for long enough; when the next of those that stand now will have."""
        found, since_s = gridlock.standing_rings(self.network, self.queues)
        if not len(found):
            self._count([])
            return np.inf
        has_stood = since_s + PATIENCE_S <= now_s
        rings = found[has_stood].tolist()
        self._count(rings)
        for edge in rings:
            if self.rule == "push":
                if self.queues.n_logged[0] == len(self.queues.log):
                    self._take_log()
                who = gridlock.force(self.network, self.queues, self.travellers, self.events, edge, now_s)
                self.counts.forced_moves += who != NOBODY
                if who != NOBODY and self.travellers.edge[who] >= self.n_edges:
                    self.counts.aside.append((edge, who, now_s))
            elif self.rule == "remove":
                self._take_off(int(self.queues.first[edge]), REMOVED, now_s)
        return float(since_s[~has_stood].min(initial=np.inf)) + PATIENCE_S

    def _count(self, rings: list[int]) -> None:
        self.counts.rings += len([edge for edge in rings if edge not in self.locked])
        self.locked = rings if self.rule == "none" else []

    def _take_off(self, who: int, status: int, now_s: float) -> None:
        take_first(self.network, self.queues, self.travellers, self.events, int(self.travellers.edge[who]), now_s)
        self.travellers.status[who], self.travellers.done_s[who] = status, now_s

    # --- what came of it --------------------------------------------------------------------------------------------

    def _take_log(self) -> None:
        self.counts.chunks.append(self.queues.log[: self.queues.n_logged[0]].copy())
        self.queues.n_logged[0] = 0

    def driven(self) -> Driven:
        """What came of each vehicle."""
        self._take_log()
        t, log = self.travellers, np.concatenate(self.counts.chunks)
        departed_s = np.full(len(t.status), np.inf)
        np.minimum.at(departed_s, log[:, 1].astype(np.int64), log[:, 2])
        stays = t.status == ARRIVED
        departed_s[stays] = np.minimum(departed_s[stays], t.done_s[stays])  # who starts at an exit
        t.status[t.status == TRAVELLING] = STRANDED
        finite = t.done_s[np.isfinite(t.done_s)]
        return Driven(
            t.status, departed_s, t.done_s, t.row.copy(), log, np.array(self.counts.aside, np.float64).reshape(-1, 3),
            self.counts.forced_moves, self.counts.rings, self.counts.search_cpu_s, 0.0,
            float(finite.max()) if finite.size else 0.0,
        )  # fmt: skip


def _network_of(case: Evacuation) -> Network:
    roads, n_nodes = case.network, case.network.n_nodes
    none = np.full(n_nodes, -1, np.int64)
    return Network(
        head=np.concatenate([roads.head, np.arange(n_nodes)]),
        length_m=np.concatenate([roads.length_m, np.zeros(n_nodes)]),
        free_s=np.concatenate([roads.free_s, np.zeros(n_nodes)]),
        headway_s=np.concatenate([1.0 / roads.capacity_veh_s, np.zeros(n_nodes)]),
        storage=np.concatenate([roads.storage, np.full(n_nodes, _ROOM_FOR_ALL)]),
        opposite=np.concatenate([roads.opposite, none]),
        is_shared=np.concatenate([roads.is_shared, np.zeros(n_nodes, np.bool_)]),
    )


def _outlook(case: Evacuation) -> guidance.Outlook:
    """Nothing has been seen yet."""
    roads = case.network
    out = np.argsort(roads.tail, kind="stable").astype(np.int64)
    return guidance.Outlook(
        to_exit_s=np.full(roads.n_nodes, np.inf), next_edge=np.full(roads.n_nodes, NOBODY, np.int64),
        exit_of=np.full(roads.n_nodes, NOBODY, np.int64), leaving_s=np.zeros(roads.n_edges + roads.n_nodes),
        out_start=np.searchsorted(roads.tail[out], np.arange(roads.n_nodes + 1)).astype(np.int64), out=out,
    )  # fmt: skip


def _travellers(case: Evacuation, assigned: Assigned) -> Travellers:
    n = len(case.node)
    starts_s = assigned.starts_s.astype(np.float64)
    row = np.where(assigned.exit == NOT_YET, len(case.exits), assigned.exit)
    return Travellers(
        edge=case.network.n_edges + case.node, behind=np.full(n, NOBODY, np.int64), entered_s=starts_s.copy(),
        ready_s=starts_s.copy(), speed_m_s=np.zeros(n), braves=np.zeros(n, np.bool_), row=row.astype(np.int64),
        route_at=assigned.start.copy(), route_end=assigned.end.copy(), people=np.ones(n, np.int64),
        distance_m=np.zeros(n), status=np.full(n, TRAVELLING, np.int64), done_s=np.full(n, np.inf),
    )  # fmt: skip


def _ways(case: Evacuation, assigned: Assigned) -> Ways:
    """A row an exit, and one of who has not chosen yet; all ways are the vehicles' own."""
    rows = len(case.exits) + 1
    return Ways(
        next_edge=np.full((rows, case.network.n_nodes), NOBODY, np.int64), refuge=np.arange(rows),
        node=np.append(case.exits, NOBODY), room=np.full(rows, _ROOM_FOR_ALL, np.int64),
        route_edges=np.concatenate([assigned.edges, np.empty(4 * case.network.n_nodes, np.int64)]),
    )  # fmt: skip

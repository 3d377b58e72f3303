"""The true traffic: who is on which road, which roads are cut, and who comes through.

The moves are those of `physics/traffic.py`. Here drivers and walkers get a way, learn of a cut road or a full
refuge when they stand before it (or are told), and take the best way left among the roads not known to be cut.
Whoever knows of no way left is stranded at that node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from firesim.parameters import NotNegative, Parameters, Positive
from firesim.physics import traffic as moves
from firesim.physics.queues import ARRIVED, CAUGHT, REMOVED, STRANDED, TRAVELLING, Ways, wake_all_in_line
from firesim.place.grid import Grid
from firesim.place.landings import Landing, targets_on_foot
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge
from firesim.record import Journal
from firesim.world.cutoff import CutOff
from firesim.world.flow import Flow
from firesim.world.roadside import Ring, Roadside
from firesim.world.wayfinding import NOWHERE, Knowledge, Wayfinder

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

STATUS_WORDS = ("travelling", "arrived", "stranded", "caught", "removed")


class TrafficParameters(Parameters):
    """How the roads are used. What each road carries stands with the roads (`place.road_rules`)."""

    step_s: Positive = Field(default=10.0, description="how often traffic, people and fire look at one another [s]")
    gridlock: Literal["none", "push", "remove"] = Field(
        default="push", description="what happens to roads that block one another in a ring"
    )
    # MATSim's `stuckTime` lets a car squeeze in after 10 s of being stuck (recalled); drivers who back up and
    # wave one another through take longer: judgement.
    gridlock_patience_s: NotNegative = Field(default=60.0, description="how long a ring stands before that [s]")
    shared_lane_turn_s: Positive = Field(
        default=60.0, description="one side of a one-lane track yields after this if the other waits; judgement [s]"
    )
    # Safety zones lie 8 vegetation heights, 120 m from 15 m pines, from the flames (NWCG) [quoted].
    caught_within_m: NotNegative = Field(default=120.0, description="from where the fire cuts their road [m]")


@dataclass(frozen=True)
class Departures:
    """Parties that set out on the roads. Arrays of one length.

    `refuge` -1: the nearest usual one; `route` -1: no advice, else a number from `Traffic.add_route`;
    `speed_m_s` of a walker, 0 in a car; `at_s` when they join the road at `node`, not in the past; `cause_id` is
    the event of their departure.
    """

    party: Integers
    people: Integers
    node: Integers
    refuge: Integers
    route: Integers
    speed_m_s: Floats
    at_s: Floats
    cause_id: Integers


@dataclass(frozen=True)
class Changes:
    """Trips that ended: arrays of one length. `status` is one of ARRIVED, STRANDED, CAUGHT, REMOVED."""

    trip: Integers
    party: Integers
    status: Integers
    at_s: Floats
    cause_id: Integers


class Traffic:
    """Everybody on the roads of one run.

    Parameters
    ----------
    roads, refuges, parameters, journal
        Journal receives `road_closed`, `turned_back`, `refuge_full`, `refuge_reached` and `gridlock`.
    grid
        Of the fire that closes roads.
    names : sequence of str
        Who each party is, by its number, for the journal; without it their numbers.
    usual : sequence of str
        Kinds of refuge that people make for who were told of none.
    landings : sequence of Landing
        Where boats come. Those with a road node stand behind the refuges in `refuges`: nobody goes there without
        being told, there is always room, and who gets there is not safe by that.

    Attributes
    ----------
    flow : the state of every trip
    gridlock_count, forced_moves : counted since the start
    now_s : how far it has been advanced [s]
    party, from_node, departed_s, cause_id : [trips]
        `cause_id` is the event of the trip's last change.
    lost_event : dict
        The `refuge_reached` event of each refuge (by index) that the fire has come to: it keeps nobody safe.
    refuge_cell : [refuges] flat cell of the fire's grid in which each lies, -1: off it
    cut_off : which nodes are cut off from every refuge with room
    """

    def __init__(
        self,
        roads: Roads,
        refuges: Sequence[Refuge],
        parameters: TrafficParameters,
        journal: Journal,
        grid: Grid,
        names: Sequence[str] = (),
        usual: Sequence[str] = ("town", "port"),
        landings: Sequence[Landing] = (),
    ) -> None:
        on_shore = targets_on_foot(landings)
        self.roads, self.refuges, self.parameters = roads, [*refuges, *on_shore], parameters
        self.n_refuges = len(refuges)
        self.n_edges = len(roads.edges)
        self._journal, self._names = journal, names
        self._finder = Wayfinder(roads, self.refuges, len(on_shore))
        self._roadside = Roadside(roads, grid)
        self._usual = [k for k, refuge in enumerate(refuges) if refuge.kind in usual] or list(range(len(refuges)))
        self._drive_s = np.where(roads.is_drivable, roads.length_m / np.maximum(roads.speed_m_s, 1e-9), np.inf)
        self.flow = Flow(roads, self._finder.drive_s)
        self._room: Integers = np.array([refuge.capacity_people for refuge in self.refuges], dtype=np.int64)
        self._route_edges: Integers = np.empty(0, np.int64)
        self._routes: list[tuple[int, list[int]]] = []  # where each starts in _route_edges, and its nodes
        self._edges_at: dict[int, list[int]] = {}
        for edge, tail in enumerate(roads.tail.tolist()):
            self._edges_at.setdefault(tail, []).append(edge)
        self._told = Knowledge()  # what everybody knows
        self._closing_event = np.full(self.n_edges, -1, dtype=np.int64)
        self._full_event: dict[int, int] = {}
        self.lost_event: dict[int, int] = {}
        row, column = grid.cell_at(np.array([r.x_m for r in refuges]), np.array([r.y_m for r in refuges]))
        self.refuge_cell: Integers = np.where(grid.holds(row, column), row * grid.columns + column, -1)
        self.cut_off = CutOff(self._finder, np.flatnonzero(self._room < 1).tolist())
        self._locked: list[int] = []
        self._is_reported = np.zeros(0, np.bool_)
        self.party, self.from_node, self.cause_id = (np.empty(0, np.int64) for _ in range(3))
        self.departed_s = np.empty(0)
        self.gridlock_count = self.forced_moves = 0
        self.now_s = 0.0

    # --- setting out -----------------------------------------------------------------------------------------

    def add_route(self, nodes: Sequence[str]) -> int:
        """Note advice to follow these nodes; returns its number. Stops where no road joins two of them."""
        known = [self.roads.node_index[node] for node in nodes if node in self.roads.node_index]
        edges: list[int] = []
        for tail, head in pairwise(known):
            between = [edge for edge in self._edges_at.get(tail, []) if self.roads.head[edge] == head]
            if not between:
                break
            edges.append(min(between, key=lambda edge: (self._finder.drive_s[edge], self.roads.length_m[edge], edge)))
        self._routes.append((len(self._route_edges), known[: len(edges) + 1]))
        self._route_edges = np.concatenate([self._route_edges, np.array(edges, dtype=np.int64)])
        return len(self._routes) - 1

    def enter(self, who: Departures) -> Integers:
        """Parties set out; returns their trips. They know what everybody knows by now."""
        trips, t = self.flow.add(len(who.party)), self.flow.travellers
        starts_s = np.maximum(who.at_s, self.now_s)
        t.people[trips], t.speed_m_s[trips] = who.people, who.speed_m_s
        t.edge[trips], t.entered_s[trips], t.ready_s[trips] = self.n_edges + who.node, starts_s, starts_s
        self.party = np.concatenate([self.party, who.party])
        self.from_node = np.concatenate([self.from_node, who.node])
        self.cause_id = np.concatenate([self.cause_id, who.cause_id])
        self.departed_s = np.concatenate([self.departed_s, starts_s])
        self._is_reported = np.concatenate([self._is_reported, np.zeros(len(trips), np.bool_)])
        for trip, node, refuge, route in zip(
            trips.tolist(), who.node.tolist(), who.refuge.tolist(), who.route.tolist(), strict=True
        ):
            self._send(trip, node, refuge, route)
        self.flow.set_out(trips[t.status[trips] == TRAVELLING])
        return trips

    def redirect(self, trips: ArrayLike, refuge: ArrayLike, route: ArrayLike, cause_id: ArrayLike = -1) -> None:
        """Travellers are told to go elsewhere, by a route if they stand on it; they turn at their next node.

        `cause_id`: the event of their being told; -1: none of its own. Who knows that a refuge is full does not
        go there.
        """
        for trip, to, by, cause in np.broadcast(trips, refuge, route, cause_id):
            if self.flow.travellers.status[trip] == TRAVELLING and to != NOWHERE:
                known = self._finder.knowledge(int(self.flow.travellers.row[trip]))
                if to not in known.full:
                    self._set_way(int(trip), self.flow.node_of(trip), int(to), int(by), known)
                    self.cause_id[trip] = self.cause_id[trip] if cause == NOWHERE else cause

    def nearest_of_any_kind(self, trip: int) -> int:
        """The refuge that a traveller reaches soonest from its next node, as far as it knows; -1: none."""
        known = self._finder.knowledge(int(self.flow.travellers.row[trip]))
        return self._finder.nearest(self.flow.drives(trip), self.flow.node_of(trip), known)

    def way_left_on_foot_m(self, trip: int, refuge: int) -> float:
        """Length of the shortest way from a traveller's next node to a refuge, as far as it knows. [m]"""
        known = self._finder.knowledge(int(self.flow.travellers.row[trip]))
        return self._finder.cost_from(False, refuge, known, self.flow.node_of(trip))

    def _send(self, trip: int, node: int, refuge: int, route: int) -> None:
        drives = self.flow.drives(trip)
        if refuge == NOWHERE:
            refuge = self._finder.nearest(drives, node, self._told, self._usual if drives else None)
        if refuge == NOWHERE:
            refuge = self._finder.nearest(drives, node, self._told)
        if refuge == NOWHERE:
            self.flow.travellers.row[trip] = self._finder.row(drives, 0, self._told)
            self.flow.mark(trip, STRANDED, float(self.flow.travellers.ready_s[trip]))
        else:
            self._set_way(trip, node, refuge, route, self._told)

    def _set_way(self, trip: int, node: int, refuge: int, route: int, knowledge: Knowledge) -> None:
        t, drives = self.flow.travellers, self.flow.drives(trip)
        t.row[trip] = self._finder.row(drives, refuge, knowledge)
        t.route_at[trip] = t.route_end[trip] = 0
        if route == NOWHERE:
            return
        start, nodes = self._routes[route]
        edges = self._route_edges[start : start + len(nodes) - 1]
        if node in nodes and not (drives and np.isinf(self._finder.drive_s[edges]).any()):
            t.route_at[trip], t.route_end[trip] = start + nodes.index(node), start + len(nodes) - 1

    # --- roads and time --------------------------------------------------------------------------------------

    def meet_fire(
        self, arrival_time_s: Floats, now_s: float, cause_id: int, outline: Sequence[Ring] | None = None
    ) -> Integers:
        """Close the roads and lose the refuges that the fire has come to since the last call.

        Parameters
        ----------
        arrival_time_s : [y, x]
            Of the true fire. [s]
        now_s : float
            Everybody is moved until then first if anything is cut. [s]
        cause_id : int
            The fire's event.
        outline : rings of points [m], optional
            Of the fire while it is one small ellipse, whose cell would say too much; see `Roadside.newly_cut`.

        Returns
        -------
        [n] the edges closed

        Notes
        -----
        A refuge is lost when the fire reaches its own cell, the rule of the no-response twin. From then on it
        takes nobody: who comes there turns away as from a full one.
        """
        edges, cut_fraction = self._roadside.newly_cut(arrival_time_s, now_s, outline)
        if len(edges):
            self.close_edges(edges, now_s, cause_id, cut_fraction)
        reached = (self.refuge_cell >= 0) & (arrival_time_s.ravel()[self.refuge_cell] <= now_s)
        for refuge in np.flatnonzero(reached).tolist():
            if refuge not in self.lost_event:
                self.advance(now_s)
                self._room[refuge] = 0
                event = self._journal.add(now_s, self.refuges[refuge].refuge, "refuge_reached", cause_id)
                self.lost_event[refuge] = event
                self.cut_off.note(event, now_s, full=[refuge])
        return edges

    def close_edges(self, edges: ArrayLike, now_s: float, cause_id: int, cut_fraction: ArrayLike | None = None) -> None:
        """The fire stands on these directed edges: nobody enters them any more.

        Parameters
        ----------
        edges : [n]
            Edge indices; those already closed stay as they are.
        now_s : float
            Everybody is moved until then first. [s]
        cause_id : int
            Event of the fire that closes them.
        cut_fraction : [n], optional
            Where along each the fire stands, 0 at the tail to 1 at the head; the middle without it.

        Notes
        -----
        Of those on the road, whoever is within `caught_within_m` of the cut is caught; who is past it drives
        on; who is before it turns and is back at the tail node after the time it took to get there. A car's
        place is where it would be at free flow, or its place in the queue if that is further back.
        """
        self.advance(now_s)
        edges = np.atleast_1d(np.asarray(edges, dtype=np.int64))
        fractions = np.broadcast_to(0.5 if cut_fraction is None else np.asarray(cut_fraction, dtype=float), edges.shape)
        is_closed = self.flow.queues.is_closed
        closing = [(int(e), float(f)) for e, f in zip(edges, fractions, strict=True) if not is_closed[e]]
        for edge, _ in closing:
            is_closed[edge] = True
            other = int(self.roads.opposite[edge])
            event = int(self._closing_event[other]) if other >= 0 else -1
            if event < 0:
                event = self._journal.add(now_s, self.roads.edge_names[edge], "road_closed", cause_id)
            self._closing_event[edge] = event
            self.cut_off.note(event, now_s, cut=[edge])
        for edge, fraction in closing:
            wake_all_in_line(self.flow.queues, self.flow.events, edge, now_s)
            self._clear(edge, fraction, now_s)

    def tell_of_cut(self, edges: Iterable[int]) -> None:
        """Everybody, on the road and later, knows that these edges are cut."""
        cut = [int(edge) for edge in edges]
        self._told = self._told.with_also(cut=cut)
        rows = self.flow.travellers.row[: self.flow.n]
        for row in np.unique(rows).tolist():
            known = self._finder.knowledge(row).with_also(cut=cut)
            rows[rows == row] = self._finder.row_knowing(row, known)

    def advance(self, until_s: float) -> None:
        """Let everybody move until `until_s`; standing still changes nothing."""
        if until_s < self.now_s:
            raise ValueError(f"traffic stands at {self.now_s} s and cannot go back to {until_s} s")
        while True:
            question, trip, now_s = self.flow.advance(self._ways(), until_s, self.parameters.shared_lane_turn_s)
            if question == moves.DONE:
                break
            self._answer(question, trip, now_s)
        self.now_s = until_s
        self._note_full()
        self._resolve_gridlock(until_s)

    def changes(self) -> Changes:
        """The trips that have ended since the last call, in order of trips."""
        t = self.flow.travellers
        trips = np.flatnonzero((self.status != TRAVELLING) & ~self._is_reported)
        self._is_reported[trips] = True
        return Changes(trips, self.party[trips], t.status[trips], t.done_s[trips], self.cause_id[trips])

    # --- what can be seen of it --------------------------------------------------------------------------------

    def is_closed(self, edge: int) -> bool:
        """Whether the fire has closed this edge."""
        return bool(self.flow.queues.is_closed[edge])

    @property
    def closing_events(self) -> Integers:
        """The `road_closed` event of each edge, -1 while open. [edges]"""
        return self._closing_event

    @property
    def room(self) -> Integers:
        """People who still find room in each refuge. [refuges]"""
        return self._room

    @property
    def cars_on(self) -> Integers:
        """Cars on each edge now. [edges]"""
        return self.flow.queues.cars[: self.n_edges]

    @property
    def status(self) -> Integers:
        """TRAVELLING, ARRIVED, STRANDED, CAUGHT or REMOVED. [trips]"""
        return self.flow.travellers.status[: self.flow.n]

    def refuge_of(self, trips: Integers) -> Integers:
        """The refuge that travellers are making for, or reached. [trips]"""
        refuges: Integers = self._finder.refuge[self.flow.travellers.row[trips]]
        return refuges

    def shelter_beside(self, trip: int) -> int:
        """The beach refuge at the landing that somebody has come to, if it stands and has room: they take it; -1: none.

        Their places are taken from its room, as those of whoever was sent there.
        """
        t, place = self.flow.travellers, self.refuges[int(self.refuge_of(np.array([trip]))[0])]
        for k, refuge in enumerate(self.refuges[: self.n_refuges]):
            fits = refuge.kind == "beach" and refuge.node == place.node and self._room[k] >= t.people[trip]
            if fits and k not in self._full_event and k not in self.lost_event:
                self._room[k] -= t.people[trip]
                if self._room[k] < 1:
                    self._refuge_is_full(k, trip, float(t.done_s[trip]))
                return k
        return NOWHERE

    def travel_time_s(self, edge: int) -> float:
        """How long somebody who enters the edge now needs to its far end; inf: closed, or a footpath. [s]

        Free flow, or until all cars ahead have left one headway apart; cars of the other side must first clear
        a shared lane. Waiting for room on the next road is not foreseen.
        """
        if self.is_closed(edge) or not self.roads.is_drivable[edge]:
            return float("inf")
        q, own_s = self.flow.queues, float(self._drive_s[edge])
        ahead_s = max(q.next_out_s[edge] - self.now_s, 0.0) + q.cars[edge] * self.flow.network.headway_s[edge]
        other = int(self.roads.opposite[edge])
        if self.roads.shared_lane[edge] and other >= 0 and q.cars[other] > 0:
            own_s += float(self._drive_s[other])
        return max(own_s, float(ahead_s))

    def way_on_foot_m(self, node: int, refuge: int) -> float:
        """Length of the shortest way from a node to a refuge as everybody knows the roads; inf: none. [m]"""
        return self._finder.cost_from(False, refuge, self._told, node)

    def nearest_on_foot(self, node: int) -> int:
        """The refuge nearest to a node on foot as everybody knows the roads; -1: none."""
        return self._finder.nearest(False, node, self._told)

    def cut_off_by(self, node: int) -> int:
        """The event after which no refuge with room was left to a node, even on foot; -1: it is not cut off.

        A refuge that has turned somebody away has no room, nor has one that the fire has come to.
        """
        return int(self.cut_off.by_event[node])

    def position_m(self, trips: Integers) -> tuple[Floats, Floats]:
        """Easting and northing of travellers now, or where they stopped. [m]

        Cars in a queue are put at its head: where it is long they are in truth further back.
        """
        return self._roadside.position_m(self.flow.travellers.edge[trips], self.flow.moved(trips, self.now_s))

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the traffic, in words."""
        said = []
        if self.gridlock_count:
            done = {"push": "a car squeezed through", "remove": "a car was taken off", "none": "nobody moved"}
            said.append(f"gridlock {self.gridlock_count} times: {done[self.parameters.gridlock]} each time")
        said += [f"refuge {self.refuges[index].refuge} was full" for index in self._full_event]
        for index, event in self.lost_event.items():
            minutes = self._journal.time_of(event) / 60.0
            said.append(f"the fire came to refuge {self.refuges[index].refuge} at {minutes:.0f} min: it is lost")
        return said

    def vehicle_columns(self) -> dict[str, list[str] | Integers | Floats]:
        """The trips as columns; ids and zones of the parties are the caller's to add by `party`."""
        n, t = self.flow.n, self.flow.travellers
        return {
            "party": self.party,
            "people": t.people[:n],
            "from_node": [self.roads.node_ids[node] for node in self.from_node],
            "refuge": [self.refuges[k].refuge for k in self.refuge_of(np.arange(n))],
            "departed_s": self.departed_s,
            "arrived_s": np.where(self.status == ARRIVED, t.done_s[:n], np.inf),
            "distance_m": t.distance_m[:n],
            "status": [STATUS_WORDS[status] for status in self.status],
            "cause_id": self.cause_id,
        }

    # --- questions on the way ------------------------------------------------------------------------------------

    def _ways(self) -> Ways:
        finder = self._finder
        return Ways(finder.next_edge, finder.refuge, finder.node, self._room, self._route_edges)

    def _answer(self, question: int, trip: int, now_s: float) -> None:
        node, row = self.flow.node_of(trip), int(self.flow.travellers.row[trip])
        known = self._finder.knowledge(row)
        if question == moves.FULL:
            full = int(self._finder.refuge[row])
            known = known.with_also(full=[full])
            is_lost = full in self.lost_event
            event = self.lost_event[full] if is_lost else self._refuge_is_full(full, trip, now_s)
            self._note_turn(trip, now_s, event, f"{self.refuges[full].refuge} {'burns' if is_lost else 'is full'}")
        elif question == moves.CUT:
            seen = [edge for edge in self._edges_at[node] if self.is_closed(edge)]
            known = known.with_also(cut=self._both_ways(seen))
            last = max(int(self._closing_event[edge]) for edge in seen)
            self._note_turn(trip, now_s, last, "the road is cut")
        refuge = self._finder.nearest(self.flow.drives(trip), node, known)
        if refuge == NOWHERE:
            self.flow.end(trip, STRANDED, now_s)
        else:
            self._set_way(trip, node, refuge, NOWHERE, known)

    def _both_ways(self, edges: list[int]) -> list[int]:
        others = [int(self.roads.opposite[edge]) for edge in edges]
        return edges + [edge for edge in others if edge >= 0]

    def _note_turn(self, trip: int, now_s: float, cause_id: int, detail: str) -> None:
        # Of what happened on the road and what set them going, the later one is that without which they would
        # not be turning here.
        party = int(self.party[trip])
        name = self._names[party] if party < len(self._names) else str(party)
        cause = max(cause_id, int(self.cause_id[trip]))
        self.cause_id[trip] = self._journal.add(now_s, name, "turned_back", cause, detail)

    def _refuge_is_full(self, refuge: int, trip: int, now_s: float) -> int:
        if refuge not in self._full_event:
            name = self.refuges[refuge].refuge
            event = self._journal.add(now_s, name, "refuge_full", int(self.cause_id[trip]))
            self._full_event[refuge] = event
            self.cut_off.note(event, now_s, full=[refuge])
        return self._full_event[refuge]

    def _note_full(self) -> None:
        """Refuges that somebody has taken the last place of, though nobody was turned away yet."""
        for refuge in np.flatnonzero(self._room < 1).tolist():
            if refuge in self._full_event or refuge in self.lost_event or self.refuges[refuge].capacity_people < 1:
                continue
            inside = np.flatnonzero(self.status == ARRIVED)
            inside = inside[self.refuge_of(inside) == refuge]
            last = int(inside[np.argmax(self.flow.travellers.done_s[inside])])
            self._refuge_is_full(refuge, last, float(self.flow.travellers.done_s[last]))

    # --- closing and gridlock ------------------------------------------------------------------------------------

    def _clear(self, edge: int, cut_fraction: float, now_s: float) -> None:
        """Sort those on a road that closes into past the cut, caught and turned back."""
        length_m, within_m = float(self.roads.length_m[edge]), self.parameters.caught_within_m
        there = self.flow.who_is_where(edge, cut_fraction, length_m, within_m, now_s)
        if not there.caught and not there.before:
            return
        self.flow.keep_only(edge, there.past, now_s)
        for trip in there.caught:
            self.flow.mark(trip, CAUGHT, now_s)
            self.cause_id[trip] = max(int(self._closing_event[edge]), int(self.cause_id[trip]))
        for trip, gone_m in there.before:
            self._turn_back(trip, gone_m, edge, now_s)

    def _turn_back(self, trip: int, gone_m: float, edge: int, now_s: float) -> None:
        tail = int(self.roads.tail[edge])
        self._note_turn(trip, now_s, int(self._closing_event[edge]), "the road is cut ahead")
        known = self._finder.knowledge(int(self.flow.travellers.row[trip])).with_also(cut=self._both_ways([edge]))
        self.flow.return_to_tail(trip, tail, gone_m, now_s)
        refuge = self._finder.nearest(self.flow.drives(trip), tail, known)
        if refuge == NOWHERE:
            self.flow.mark(trip, STRANDED, now_s)
        else:
            self._set_way(trip, tail, refuge, NOWHERE, known)
            self.flow.set_out(np.array([trip]))

    def _resolve_gridlock(self, now_s: float) -> None:
        rings = self.flow.rings(now_s, self.parameters.gridlock_patience_s)
        for edge in rings:
            if edge in self._locked:
                continue
            trip, rule = int(self.flow.queues.first[edge]), self.parameters.gridlock
            self.gridlock_count += 1
            place = self.roads.edge_names[edge] if edge < self.n_edges else self.roads.node_ids[edge - self.n_edges]
            self._journal.add(now_s, place, "gridlock", int(self.cause_id[trip]), rule)
            if rule == "push":
                self.flow.force(edge, now_s)
                self.forced_moves += 1
            elif rule == "remove":
                self.flow.end(trip, REMOVED, now_s)
        self._locked = rings if self.parameters.gridlock == "none" else []

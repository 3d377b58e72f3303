"""The true traffic: who is on which road, which roads are cut, and who comes through.

The moves are those of `physics/traffic.py`. Here drivers and walkers get a way, learn of a cut road or a full
refuge when they stand before it (or are told, or meet those who come back), and take the best way left among the
roads not known to be cut. Whoever knows of no way left is stranded at that node. Smoke slows them, and some turn
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.physics import traffic as moves
from firesim.physics.queues import ARRIVED, STRANDED, TRAVELLING
from firesim.place.grid import Grid
from firesim.place.landings import Landing, targets_on_foot
from firesim.place.roads import Roads
from firesim.place.settlement import Refuge
from firesim.place.stops import BusStop, targets_of
from firesim.record import Journal
from firesim.streams import Luck
from firesim.world.background import background_traffic
from firesim.world.closing import Closing, Flames, Heated, new_among
from firesim.world.contraflow import Contraflow
from firesim.world.cutoff import CutOff
from firesim.world.flow import Flow
from firesim.world.gridlocks import Gridlocks
from firesim.world.refuges import RefugeWatch, SmokeNearGround
from firesim.world.roadside import Ring, Roadside
from firesim.world.smoky_roads import Smoky, SmokyRoads
from firesim.world.steering import Steering
from firesim.world.traffic_parameters import TrafficParameters
from firesim.world.trips import BACKGROUND, STATUS_WORDS, Changes, Departures, Trips
from firesim.world.turning_cars import TurningCars
from firesim.world.wayfinding import NOWHERE, Wayfinder

__all__ = ["Changes", "Departures", "Flames", "Traffic", "TrafficParameters"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Traffic:
    """Everybody on the roads of one run.

    Parameters
    ----------
    roads, refuges, parameters, journal
        Journal receives `road_closed`, `fire_on_road`, `road_smoky`, `turned_back`, `heard_of_cut`, `refuge_full`,
        `refuge_reached` (by flames), `refuge_smoked`, `gridlock` and `background_traffic`.
    grid
        Of the fire that closes roads.
    names : sequence of str
        Who each party is, by its number, for the journal; without it their numbers.
    usual : sequence of str
        Kinds of refuge that people make for who were told of none.
    luck
        Who turns before smoke, who heeds turning cars, and the background traffic.
    landings : sequence of Landing
        Where boats come. Those with a road node stand behind the refuges in `refuges`: nobody goes there without
        being told, there is always room, and who gets there is not safe by that.
    stops : sequence of BusStop
        Where buses come; behind the landings, and like them.

    Attributes
    ----------
    flow : the state of every trip
    now_s : how far it has been advanced [s]
    trips : who makes each trip; `cause_id` is the event of its last change
    lost_event : dict
        The event of the loss of each refuge (by index) that flames or smoke took: it keeps nobody safe.
    refuge_cell : [refuges, landings, stops] flat cell of the fire's grid in which each lies, -1: off it
    cut_off : which nodes are cut off from every refuge with room; a last resort is none
    watch : what flames and smoke do to the refuges' ground
    contraflow : roads on which both lanes lead one way
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
        luck: Luck | None = None,
        landings: Sequence[Landing] = (),
        stops: Sequence[BusStop] = (),
    ) -> None:
        by_advice = [*targets_on_foot(landings), *targets_of(stops)]
        self.roads, self.refuges, self.parameters = roads, [*refuges, *by_advice], parameters
        self.n_refuges = len(refuges)
        self.n_edges = len(roads.edges)
        self._journal, self._luck = journal, luck or Luck(0)
        self._finder = Wayfinder(roads, self.refuges, len(by_advice))
        self._roadside = Roadside(roads, grid)
        self._drive_s = np.where(roads.is_drivable, roads.length_m / np.maximum(roads.speed_m_s, 1e-9), np.inf)
        self.flow = Flow(roads, self._finder.drive_s)
        self.trips = Trips(self.flow, journal, names)
        self._steering = Steering(roads, refuges, self.flow, self._finder, usual)
        self._room: Integers = np.array([refuge.capacity_people for refuge in self.refuges], dtype=np.int64)
        self._full_event: dict[int, int] = {}
        self.lost_event: dict[int, int] = {}
        self.watch = RefugeWatch(refuges, grid)
        row, column = grid.cell_at(np.array([r.x_m for r in self.refuges]), np.array([r.y_m for r in self.refuges]))
        self.refuge_cell: Integers = np.where(grid.holds(row, column), row * grid.columns + column, -1)
        self.cut_off = CutOff(self._finder, np.flatnonzero(self._room < 1).tolist())
        within_m = parameters.caught_within_m
        self._closing = Closing(roads, self.flow, self.trips, self._steering, self.cut_off, journal, within_m)
        self._heated = Heated(grid, parameters.separation_flame_heights)
        self._has_flamed = np.zeros(grid.rows * grid.columns, np.bool_)  # flat cells, as far as `meet_fire` was told
        self._smoky = SmokyRoads(roads, self.flow, self._finder.drive_s, journal, parameters.smoky_from_per_m)
        heeded = parameters.turning_cars_heeded
        self._turning = TurningCars(roads, self.flow, self.trips, self._steering, self._finder, self._luck, heeded)
        self.contraflow = Contraflow(
            roads, self.flow, self.trips, self._steering, self._finder, journal, parameters.contraflow_gain,
            self.closing_events,
        )  # fmt: skip
        rule, patience_s = parameters.gridlock, parameters.gridlock_patience_s
        self._gridlocks = Gridlocks(roads, self.flow, self.trips, journal, rule, patience_s)
        self.now_s = 0.0
        if parameters.background_veh_h > 0.0:
            self._enter_background()

    # --- setting out -----------------------------------------------------------------------------------------

    def add_route(self, nodes: Sequence[str]) -> int:
        """Note advice to follow these nodes; returns its number. Stops where no road joins two of them."""
        return self._steering.add_route(nodes)

    def enter(self, who: Departures) -> Integers:
        """Parties set out; returns their trips. They know what everybody knows by now."""
        trips = self.trips.add(who, np.maximum(who.at_s, self.now_s))
        for trip, node, refuge, route in zip(
            trips.tolist(), who.node.tolist(), who.refuge.tolist(), who.route.tolist(), strict=True
        ):
            self._steering.send(trip, node, refuge, route)
        self.flow.set_out(trips[self.status[trips] == TRAVELLING])
        return trips

    def _enter_background(self) -> None:
        p, targets = self.parameters, self._steering.usual
        event = self._journal.add(
            0.0, "traffic", "background_traffic", None, f"{p.background_veh_h:g} vehicles an hour"
        )
        self.enter(background_traffic(self.roads, targets, p.background_veh_h, p.background_for_h, self._luck, event))

    def redirect(self, trips: ArrayLike, refuge: ArrayLike, route: ArrayLike, cause_id: ArrayLike = -1) -> None:
        """Travellers are told to go elsewhere, by a route if they stand on it; they turn at their next node.

        `cause_id`: the event of their being told; -1: none of its own. Who knows that a refuge is full does not
        go there.
        """
        for trip, to, by, cause in np.broadcast(trips, refuge, route, cause_id):
            if self.flow.travellers.status[trip] == TRAVELLING and to != NOWHERE:
                known = self._steering.knowledge_of(int(trip))
                if to not in known.full:
                    self._steering.set_way(int(trip), self.flow.node_of(trip), int(to), int(by), known)
                    self.flow.let_think(int(trip), self.now_s)
                    self.contraflow.wake(int(trip), self.now_s)
                    self.cause_id[trip] = self.cause_id[trip] if cause == NOWHERE else cause

    def nearest_of_any_kind(self, trip: int) -> int:
        """The refuge that a traveller reaches soonest from its next node, as far as it knows; -1: none."""
        known = self._steering.knowledge_of(trip)
        return self._finder.nearest(self.flow.drives(trip), self.flow.node_of(trip), known)

    def way_left_on_foot_m(self, trip: int, refuge: int) -> float:
        """Length of the shortest way from a traveller's next node to a refuge, as far as it knows. [m]"""
        known = self._steering.knowledge_of(trip)
        return self._finder.cost_from(False, refuge, known, self.flow.node_of(trip))

    # --- roads and time --------------------------------------------------------------------------------------

    def meet_fire(
        self,
        arrival_time_s: Floats,
        now_s: float,
        cause_id: int,
        outline: Sequence[Ring] | None = None,
        flames: Flames | None = None,
        flame_length_m: NDArray[np.floating] | None = None,
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
        flames : Flames, optional
            What flames now, every cell at one call at least: flames that stand too near a road close it before the
            fire is on it (`fire.safety.radiation_from_s`). Left out while the fire is small.
        flame_length_m : [y, x], optional
            As the front reached each cell, also while the fire is small: refuges are lost from afar by it. [m]

        Returns
        -------
        [n] the edges closed

        Notes
        -----
        A refuge is lost by the rule of `RefugeWatch`, which is that of the no-response twin. From then on it takes
        nobody: who comes there turns away as from a full one.
        """
        flames = None if flames is None else self._new_among(flames)
        flaming_cells = None if flames is None else flames.cells
        edges, cut_fraction = self._roadside.newly_cut(arrival_time_s, now_s, outline, flaming_cells)
        if len(edges):
            self.close_edges(edges, now_s, cause_id, cut_fraction)
        if flames is not None and self._heated.meet(flames, now_s):
            near, at_fraction = self._roadside.newly_heated(self._heated.since_s, now_s)
            if len(near):
                self.advance(now_s)
                edges = np.concatenate([edges, self._closing.heat(near, now_s, cause_id, at_fraction)])
        self.watch.meet_flames(arrival_time_s, flame_length_m, now_s, flaming_cells)
        self._lose_refuges(now_s, cause_id)
        return edges

    def _new_among(self, flames: Flames) -> Flames:
        """What flames now and was not seen to flame before: roads and refuges are asked about each cell once."""
        return Flames(new_among(flames.cells, self._has_flamed), flames.length_m)

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
        self._closing.burn(np.atleast_1d(np.asarray(edges, dtype=np.int64)), now_s, cause_id, cut_fraction)

    def meet_smoke(self, smoke: Smoky, now_s: float, cause_id: int) -> None:
        """From now on the roads lie in this smoke, by the fire's event; see `SmokyRoads.meet`."""
        self.advance(now_s)
        self._smoky.meet(smoke, now_s, cause_id)

    def smoke_out(self, smoke: SmokeNearGround, now_s: float, cause_id: int) -> None:
        """Lose the refuges in which this smoke, of the fire's event, has been harmful for long; see `RefugeWatch`."""
        self.watch.meet_smoke(smoke, now_s)
        self._lose_refuges(now_s, cause_id)

    def _lose_refuges(self, now_s: float, cause_id: int) -> None:
        for refuge, is_smoke in self.watch.newly_lost(now_s):
            self.advance(now_s)
            self._room[refuge] = 0
            kind = "refuge_smoked" if is_smoke else "refuge_reached"
            event = self._journal.add(now_s, self.refuges[refuge].refuge, kind, cause_id)
            self.lost_event[refuge] = event
            self.cut_off.note(event, now_s, full=[refuge])

    def tell_of_cut(self, edges: Iterable[int]) -> None:
        """Everybody, on the road and later, knows that these edges are cut."""
        self._steering.tell_of_cut(edges)

    def way_along(self, nodes: Sequence[str]) -> list[int]:
        """The edges along these nodes; empty where no road joins two of them."""
        return self._steering.edges_along([self.roads.node_index[node] for node in nodes])

    def order_contraflow(self, edges: Iterable[int], now_s: float, cause_id: int) -> None:
        """Both lanes are to lead along these edges and no others from now on, by this event; see `Contraflow`."""
        self.advance(now_s)
        self.contraflow.order(edges, now_s, cause_id)

    def advance(self, until_s: float) -> None:
        """Let everybody move until `until_s`; standing still changes nothing."""
        if until_s < self.now_s:
            raise ValueError(f"traffic stands at {self.now_s} s and cannot go back to {until_s} s")
        while True:
            ways = self._steering.ways(self._room)
            question, trip, now_s = self.flow.advance(ways, until_s, self.parameters.shared_lane_turn_s)
            if question == moves.DONE:
                break
            self._answer(question, trip, now_s)
        self.now_s = until_s
        self._turning.meet(until_s)
        self._note_full()
        self._gridlocks.resolve(until_s)
        self.contraflow.advance(until_s)

    def changes(self) -> Changes:
        """The trips that have ended since the last call, in order of trips."""
        return self.trips.changes()

    # --- what can be seen of it --------------------------------------------------------------------------------

    def is_closed(self, edge: int) -> bool:
        """Whether flames have come onto this edge: closed to crews too, whom flames beside it do not stop."""
        return bool(self._closing.burns[edge])

    @property
    def closing_events(self) -> Integers:
        """The `road_closed` event of each edge that nobody enters but crews, -1 while open. [edges]"""
        return self._closing.event

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
        return self.trips.status

    @property
    def party(self) -> Integers:
        """Who makes each trip. [trips]"""
        return self.trips.party

    @property
    def cause_id(self) -> Integers:
        """The event of each trip's last change. [trips]"""
        return self.trips.cause_id

    @property
    def gridlock_count(self) -> int:
        """Rings of roads that blocked one another, since the start."""
        return self._gridlocks.count

    @property
    def forced_moves(self) -> int:
        """Cars that squeezed through them or pulled aside, since the start."""
        return self._gridlocks.forced_moves

    @property
    def safe_ones(self) -> tuple[int, ...]:
        """The refuges, by index, that are no last resorts."""
        return self._finder.safe_ones

    @property
    def refuge_nodes(self) -> Integers:
        """The node of each refuge. [refuges]"""
        return self._finder.refuge_nodes

    def refuge_of(self, trips: Integers) -> Integers:
        """The refuge that travellers are making for, or reached. [trips]"""
        refuges: Integers = self._finder.refuge[self.flow.travellers.row[trips]]
        return refuges

    def is_lost_to_smoke(self, refuge: int) -> bool:
        """Whether it was smoke that took a lost refuge, and not flames."""
        return self._journal.kind_of(self.lost_event[refuge]) == "refuge_smoked"

    def shelter_beside(self, trip: int) -> int:
        """The beach refuge at the landing that somebody has come to, if it stands and has room: they take it; -1: none.

        Their places are taken from its room, as those of whoever was sent there.
        """
        t, place = self.flow.travellers, self.refuges[int(self.refuge_of(np.array([trip]))[0])]
        for k in self.safe_ones:
            refuge = self.refuges[k]
            fits = refuge.kind == "beach" and refuge.node == place.node and self._room[k] >= t.people[trip]
            if fits and k not in self._full_event and k not in self.lost_event:
                self._room[k] -= t.people[trip]
                if self._room[k] < 1:
                    self._refuge_is_full(k, float(t.done_s[trip]), int(self.cause_id[trip]))
                return k
        return NOWHERE

    def take_places(self, refuge: int, people: int, at_s: float, cause_id: int) -> None:
        """People whom a bus lets off in a refuge, by this event, take their places there."""
        self._room[refuge] -= people
        if self._room[refuge] < 1:
            self._refuge_is_full(refuge, at_s, cause_id)

    def barring_event(self, edge: int) -> int:
        """The event by which no vehicle may enter an edge since both lanes lead the other way; -1: it may."""
        return self.contraflow.barring_event(edge)

    @property
    def barred(self) -> list[int]:
        """All edges that no vehicle may enter for that reason."""
        return self.contraflow.barred

    def passing_time_s(self, edge: int) -> float:
        """How long somebody with blue light needs who enters the edge now; inf: closed, or a footpath. [s]

        On a road of two lanes all others make way; on a one-lane track it follows like anybody.
        """
        if self.is_closed(edge) or not self.roads.is_drivable[edge]:
            return float("inf")
        if self.roads.shared_lane[edge]:
            return self.travel_time_s(edge)
        return float(self._drive_s[edge] / self._smoky.speed_factor[edge])

    def travel_time_s(self, edge: int) -> float:
        """How long somebody who enters the edge now needs to its far end; inf: closed, or a footpath. [s]

        Free flow in the smoke there is, or until all cars ahead have left one headway apart; cars of the other side
        must first clear a shared lane. Waiting for room on the next road is not foreseen.
        """
        if self.is_closed(edge) or not self.roads.is_drivable[edge]:
            return float("inf")
        q, own_s = self.flow.queues, float(self._drive_s[edge] / self._smoky.speed_factor[edge])
        ahead_s = max(q.next_out_s[edge] - self.now_s, 0.0) + q.cars[edge] * self.flow.network.headway_s[edge]
        other = int(self.roads.opposite[edge])
        if self.roads.shared_lane[edge] and other >= 0 and q.cars[other] > 0:
            own_s += float(self._drive_s[other] / self._smoky.speed_factor[other])
        return max(own_s, float(ahead_s))

    def way_on_foot_m(self, node: int, refuge: int, cut: Iterable[int] = ()) -> float:
        """Length of the shortest way from a node to a refuge as everybody knows the roads; inf: none. [m]

        `cut`: edges that those who ask have found closed besides.
        """
        return self._finder.cost_from(False, refuge, self._steering.told.with_also(cut=cut), node)

    def nearest_on_foot(self, node: int, cut: Iterable[int] = ()) -> int:
        """The refuge nearest to a node on foot as everybody knows the roads, but for those `cut`; -1: none."""
        return self._finder.nearest(False, node, self._steering.told.with_also(cut=cut))

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

    def cell_of(self, trips: Integers) -> Integers:
        """The cell of the fire's grid (flat, -1: off it) in which travellers are now, or stopped. [trips]"""
        return self._roadside.cell_of(self.flow.travellers.edge[trips], self.flow.moved(trips, self.now_s))

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of the traffic, in words."""
        said = self._smoky.warnings() + self._gridlocks.warnings() + self.contraflow.warnings()
        if not self.safe_ones:
            said.append("no ground of this map is a refuge: nobody is safe anywhere, and nobody counts as cut off")
        said += [f"{self._what(index)} was full" for index in self._full_event]
        for index, event in self.lost_event.items():
            minutes = self._journal.time_of(event) / 60.0
            by = "smoke lay dense over" if self._journal.kind_of(event) == "refuge_smoked" else "the fire came to"
            said.append(f"{by} {self._what(index)} at {minutes:.0f} min: it is lost")
        return said

    def vehicle_columns(self) -> dict[str, list[str] | Integers | Floats]:
        """The trips as columns; ids and zones of the parties are the caller's to add by `party`."""
        n, t = self.flow.n, self.flow.travellers
        return {
            "party": self.party,
            "people": t.people[:n],
            "from_node": [self.roads.node_ids[node] for node in self.trips.from_node],
            "refuge": [self.refuges[k].refuge for k in self.refuge_of(np.arange(n))],
            "departed_s": self.trips.departed_s,
            "arrived_s": np.where(self.status == ARRIVED, t.done_s[:n], np.inf),
            "distance_m": t.distance_m[:n],
            "status": [STATUS_WORDS[status] for status in self.status],
            "cause_id": self.cause_id,
        }

    def _what(self, refuge: int) -> str:
        one = self.refuges[refuge]
        return f"{'last resort' if one.is_last_resort else 'refuge'} {one.refuge}"

    # --- questions on the way ------------------------------------------------------------------------------------

    def _answer(self, question: int, trip: int, now_s: float) -> None:
        node, known = self.flow.node_of(trip), self._steering.knowledge_of(trip)
        if question == moves.FULL:
            full = int(self.refuge_of(np.array([trip]))[0])
            known = known.with_also(full=[full])
            is_lost = full in self.lost_event
            event = self.lost_event[full] if is_lost else self._refuge_is_full(full, now_s, int(self.cause_id[trip]))
            self.trips.turn(trip, now_s, event, f"{self.refuges[full].refuge} {'is lost' if is_lost else 'is full'}")
        elif question == moves.SMOKE:
            if not self._turns_before_smoke(trip, node, now_s):
                return
            known = known.with_also(smoky=self._steering.both_ways(self._smoky_at(node)))
        elif question == moves.CUT:
            seen = [edge for edge in self._steering.edges_at(node) if self.flow.queues.is_closed[edge]]
            barred = self.contraflow.barred_at(node) if self.flow.drives(trip) else []
            known = known.with_also(cut=[*self._steering.both_ways(seen), *barred])
            if seen:  # else it has only heard of the cut, and knows of no way from here
                self.trips.turn(trip, now_s, int(self.closing_events[seen].max()), "the road is cut")
            elif barred and self._finder.nearest(True, node, known) != NOWHERE:
                self.contraflow.turn(trip, barred, now_s)
        if not self._steering.go_on(trip, node, known) and not self.contraflow.makes_wait(trip, node, known, now_s):
            self.flow.end(trip, STRANDED, now_s)

    def _smoky_at(self, node: int) -> list[int]:
        return [edge for edge in self._steering.edges_at(node) if self.flow.queues.is_thick[edge]]

    def _turns_before_smoke(self, trip: int, node: int, now_s: float) -> bool:
        """Whether a traveller turns before thick smoke; else it goes on into it, now and later."""
        share = float(self._luck.uniform("turns before smoke", self.trips.name_of(trip)))
        without = self._steering.knowledge_of(trip).with_also(smoky=self._steering.both_ways(self._smoky_at(node)))
        another = self._finder.nearest(self.flow.drives(trip), node, without)
        if share >= self.parameters.smoke_turns_back or another == NOWHERE:
            self.flow.travellers.braves[trip] = True
            return False
        self.trips.turn(trip, now_s, int(self._smoky.event[self._steering.next_edge(trip, node)]), "smoke on the road")
        return True

    def _refuge_is_full(self, refuge: int, now_s: float, cause_id: int) -> int:
        if refuge not in self._full_event:
            name = self.refuges[refuge].refuge
            event = self._journal.add(now_s, name, "refuge_full", cause_id)
            self._full_event[refuge] = event
            self.cut_off.note(event, now_s, full=[refuge])
        return self._full_event[refuge]

    def _note_full(self) -> None:
        """Refuges that somebody has taken the last place of, though nobody was turned away yet."""
        for refuge in (self._room < 1).nonzero()[0].tolist():
            if refuge in self._full_event or refuge in self.lost_event or self.refuges[refuge].capacity_people < 1:
                continue
            inside = np.flatnonzero(self.status == ARRIVED)
            inside = inside[(self.refuge_of(inside) == refuge) & (self.party[inside] != BACKGROUND)]
            last = int(inside[np.argmax(self.flow.travellers.done_s[inside])])
            self._refuge_is_full(refuge, float(self.flow.travellers.done_s[last]), int(self.cause_id[last]))

"""The road as a crew sees it: the way to a place, where to stop, and how far one can go before the fire.

A vehicle stands on a directed stretch at so many metres from its start. At a node it stands at metre 0 of no
stretch (`edge` -1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firesim.physics.search import RoadGraph, edges_from
from firesim.place.roads import Roads
from firesim.world.fire import TrueFire

Point = tuple[float, float]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STANDOFF_M = 60.0  # two cells: a vehicle stops this far before flames on the road. Judgement
_SAMPLE_M = 15.0  # half a cell


class RoadState(Protocol):
    """What the traffic on the roads tells a driver."""

    def travel_time_s(self, edge: int) -> float:
        """Seconds for the whole stretch in its present traffic."""
        ...

    def passing_time_s(self, edge: int) -> float:
        """The same for who has blue light, where others make way."""
        ...

    def is_closed(self, edge: int) -> bool:
        """Whether the stretch is cut now."""
        ...

    def barring_event(self, edge: int) -> int:
        """The event by which both lanes lead the other way, -1: they do not."""
        ...

    @property
    def barred(self) -> Sequence[int]:
        """All stretches of which that is so."""
        ...

    @property
    def closing_events(self) -> NDArray[np.int64]:
        """The `road_closed` event of each stretch, -1 while open. [edges]"""
        ...


@dataclass(frozen=True)
class Stretch:
    """A piece of a drive: along `edge` from one metre to another, forward."""

    edge: int
    from_m: float
    to_m: float


@dataclass(frozen=True)
class Standing:
    """Where a vehicle is: `node` when `edge` is -1, else `metres` along `edge`."""

    node: int
    edge: int = -1
    metres: float = 0.0


class Ways:
    """Finds ways and measures them, on the true roads, for a driver who knows of some closed stretches.

    Parameters
    ----------
    roads, traffic, fire
    speed_factor
        Blue light: speed over the class speed of the road. [-]
    passes_queues
        Blue light: on roads of two lanes the others make way.
    is_public
        Whether pedestrian streets are barred, as they are to all but emergency vehicles.
    """

    def __init__(
        self,
        roads: Roads,
        traffic: RoadState,
        fire: TrueFire,
        speed_factor: float,
        passes_queues: bool = False,
        is_public: bool = False,
    ) -> None:
        self.roads, self.traffic, self.fire, self._passes_queues = roads, traffic, fire, passes_queues
        self._is_usable = roads.is_public if is_public else roads.is_drivable
        with np.errstate(divide="ignore"):
            self.free_s: Floats = np.where(self._is_usable, roads.length_m / (roads.speed_m_s * speed_factor), np.inf)
        self._graph = RoadGraph(roads.tail, roads.head, self.free_s, len(roads.nodes))
        self._between = self._quickest_between()
        self._samples: dict[int, tuple[Floats, Floats, Floats]] = {}
        self._crossed: dict[int, tuple[Floats, Integers]] = {}

    # --- places on the road -----------------------------------------------------------------------------------

    def place_of(self, standing: Standing) -> Point:
        """Where a vehicle is on the map. [m]"""
        if standing.edge < 0:
            return (float(self.roads.x_m[standing.node]), float(self.roads.y_m[standing.node]))
        along_m, x_m, y_m = self._sampled(standing.edge)
        return (float(np.interp(standing.metres, along_m, x_m)), float(np.interp(standing.metres, along_m, y_m)))

    def _sampled(self, edge: int) -> tuple[Floats, Floats, Floats]:
        """Points along a stretch: metres from its start (scaled to its length), x, y."""
        if edge not in self._samples:
            path = np.asarray(self.roads.paths_xy_m[edge], dtype=np.float64)
            drawn_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
            count = max(int(np.ceil(drawn_m[-1] / _SAMPLE_M)), 1) + 1
            at_m = np.linspace(0.0, drawn_m[-1], count)
            x_m, y_m = np.interp(at_m, drawn_m, path[:, 0]), np.interp(at_m, drawn_m, path[:, 1])
            self._samples[edge] = (np.linspace(0.0, float(self.roads.length_m[edge]), count), x_m, y_m)
        return self._samples[edge]

    def metres_before_fire(self, edge: int, from_m: float = 0.0) -> float:
        """How far along a stretch one can drive before standing too near to burnt ground on it; inf: all along.

        Only what lies ahead of `from_m` counts.
        """
        along_m, cells = self._cells_along(edge)
        is_burnt = (self.fire.arrival_time_s.ravel()[cells] <= self.fire.now_s) & (along_m >= from_m)
        if not is_burnt.any():
            return inf
        return max(float(along_m[int(is_burnt.argmax())]) - STANDOFF_M, 0.0)

    def _cells_along(self, edge: int) -> tuple[Floats, Integers]:
        """Points along a stretch that lie on the fire's grid: metres from its start, and their flat cells."""
        if edge not in self._crossed:
            along_m, x_m, y_m = self._sampled(edge)
            grid = self.fire.grid
            row, column = grid.cell_at(x_m, y_m)
            inside = grid.holds(row, column)
            self._crossed[edge] = along_m[inside], (row * grid.columns + column)[inside]
        return self._crossed[edge]

    def open_metres(self, edge: int) -> float:
        """How far into a stretch one can drive now: all of it, up to the fire, or not at all."""
        if self.traffic.barring_event(edge) >= 0:
            return 0.0
        if not self.traffic.is_closed(edge):
            return inf
        before_m = self.metres_before_fire(edge)
        return 0.0 if before_m == inf else before_m

    def both_ways(self, edge: int) -> list[int]:
        """A stretch and the one back, if there is one."""
        back = int(self.roads.opposite[edge])
        return [edge] if back < 0 else [edge, back]

    def name_of(self, edge: int) -> tuple[str, str]:
        """The two ends of a stretch."""
        return self.roads.node_ids[self.roads.tail[edge]], self.roads.node_ids[self.roads.head[edge]]

    def speed_m_s(self, edge: int) -> float:
        """Speed on a stretch now: blue light on an empty road or past a queue, else that of the traffic."""
        seconds = float(self.free_s[edge])
        if seconds == inf:
            return 0.0
        if not self.traffic.is_closed(edge):
            timed = self.traffic.passing_time_s if self._passes_queues else self.traffic.travel_time_s
            seconds = max(seconds, float(timed(edge)))
        return float(self.roads.length_m[edge]) / seconds

    # --- ways -------------------------------------------------------------------------------------------------

    def own_way(self, standing: Standing, targets: Sequence[int], closed: Mapping[int, float]) -> list[Stretch] | None:
        """The quickest way to the nearest of some nodes by what this driver knows of; None: no way.

        Round the roads on which both lanes lead the other way, which all crews know of; up to them where there is no
        way round.
        """
        barred = self.traffic.barred
        way = self._quickest(standing, targets, [*closed, *barred])
        return self._quickest(standing, targets, list(closed)) if way is None and barred else way

    def _quickest(self, standing: Standing, targets: Sequence[int], closed: Sequence[int]) -> list[Stretch] | None:
        roads = self.roads
        is_open = self._is_usable.copy()
        is_open[closed] = False
        time_s, next_edge, _ = self._graph.quickest_to(is_open, list(targets))
        best: tuple[float, list[Stretch], int] | None = None
        for start_s, start, node in self._exits(standing):
            if start and start[0].edge in closed and start[0].from_m == 0.0:
                continue
            total_s = start_s + float(time_s[node])
            if np.isfinite(total_s) and (best is None or total_s < best[0]):
                best = (total_s, start, node)
        if best is None:
            return None
        rest = edges_from(next_edge, roads.head, best[2])
        return best[1] + [self._whole(edge) for edge in rest]

    def _exits(self, standing: Standing) -> list[tuple[float, list[Stretch], int]]:
        """The nodes that a vehicle can reach without passing another: (seconds, the drive there, node)."""
        if standing.edge < 0:
            return [(0.0, [], standing.node)]
        roads, edge = self.roads, standing.edge
        length_m = float(roads.length_m[edge])
        rate = float(self.free_s[edge]) / length_m
        back = int(roads.opposite[edge])
        exits = []
        if back >= 0 and self.traffic.barring_event(back) < 0:
            stretch = Stretch(back, length_m - standing.metres, length_m)
            exits.append((standing.metres * rate, [stretch], int(roads.tail[edge])))
        ahead = Stretch(edge, standing.metres, length_m)
        exits.append(((length_m - standing.metres) * rate, [ahead], int(roads.head[edge])))
        return exits

    def _whole(self, edge: int) -> Stretch:
        return Stretch(edge, 0.0, float(self.roads.length_m[edge]))

    def ordered_way(self, standing: Standing, route: Sequence[str]) -> list[Stretch] | None:
        """The drive along the nodes of an order; None when it does not start here or names no road."""
        nodes = [self.roads.node_index.get(name, -1) for name in route]
        starts = {node: (start, node) for _, start, node in self._exits(standing)}
        first = next((index for index, node in enumerate(nodes) if node in starts), None)
        if first is None or -1 in nodes:
            return None
        way = list(starts[nodes[first]][0])
        for tail, head in zip(nodes[first:], nodes[first + 1 :], strict=False):
            edge = self._between.get((tail, head))
            if edge is None:
                return None
            way.append(self._whole(edge))
        return way

    def _quickest_between(self) -> dict[tuple[int, int], int]:
        """The stretch that one drives from one node to the next: the quickest, the first of those equally quick."""
        tail, head, free_s = self.roads.tail.tolist(), self.roads.head.tolist(), self.free_s
        quickest: dict[tuple[int, int], int] = {}
        for edge in np.flatnonzero(self._is_usable).tolist():
            ends = tail[edge], head[edge]
            if ends not in quickest or free_s[edge] < free_s[quickest[ends]]:
                quickest[ends] = edge
        return quickest

    def stopping_short(
        self, way: list[Stretch], standing: Standing, place: Point, closed: Mapping[int, float]
    ) -> list[Stretch]:
        """The same drive, but ending where its last stretch, or one that goes on from there, comes nearest to a place.

        Never before the last stretch of the drive, nor onto a stretch known to be closed; a gain of less than a
        cell changes nothing.
        """
        end = int(self.roads.head[way[-1].edge]) if way else standing.node
        if not way and standing.edge >= 0:
            return way
        best_m = float(np.hypot(self.roads.x_m[end] - place[0], self.roads.y_m[end] - place[1]))
        best_m -= self.fire.grid.cell_size_m
        best = way
        last = [way[-1].edge] if way and way[-1].from_m == 0.0 else []
        onward = np.flatnonzero((self.roads.tail == end) & self._is_usable).tolist()
        for edge in last + [edge for edge in onward if edge not in closed]:
            along_m, x_m, y_m = self._sampled(edge)
            distance_m = np.hypot(x_m - place[0], y_m - place[1])
            nearest = int(np.argmin(distance_m))
            if distance_m[nearest] < best_m:
                best_m = float(distance_m[nearest])
                kept = way[:-1] if edge in last else way
                best = [*kept, Stretch(edge, 0.0, float(along_m[nearest]))]
        return best

    def node_near(self, x_m: float, y_m: float, reach_m: float) -> int:
        """The drivable node nearest to a place and within reach; -1: none."""
        candidates = np.unique(self.roads.tail[self._is_usable])
        distance_m = np.hypot(self.roads.x_m[candidates] - x_m, self.roads.y_m[candidates] - y_m)
        nearest = int(np.argmin(distance_m))
        return int(candidates[nearest]) if distance_m[nearest] <= reach_m else -1

"""Where along each road things are: travellers on it, and the place where the fire cuts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.place.grid import Grid
from firesim.place.roads import Roads

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Ring = Sequence[tuple[float, float]]

_OFF = -1  # the grid
_NO_EDGES: Integers = np.empty(0, np.int64)
_NO_FRACTIONS: Floats = np.empty(0)
# A cell flames for 180 s (`fire.FLAMING_S`), and its arrival may be corrected by some seconds: looks no further apart
# than this miss none.
FLAMES_SEEN_WITHIN_S = 140.0
SAMPLES_PER_CELL = 3  # a road through a cell's corner for less than a third of a cell may be missed


@dataclass
class _Watch:
    """Pairs of an edge and a cell that it crosses, with the fraction of the edge where that is; [pairs]."""

    edge: Integers
    cell: Integers
    fraction: Floats

    def forget(self, edges: Integers) -> None:
        """These edges need not be watched any more."""
        kept = ~np.isin(self.edge, edges)
        self.edge, self.cell, self.fraction = self.edge[kept], self.cell[kept], self.fraction[kept]


class Wayside:
    """Points along every directed edge, evenly spaced, at most a third of a cell apart, ends included.

    Kept for all runs of a place, so read only.

    Attributes
    ----------
    xy_m, cell : [points, 2], m; flat cell of each, -1: off the grid. Behind those of edges one of each node.
    counts, starts : [edges + nodes] how many points are of each, and the first. A node's driveway (edge number
        n_edges + node) is the node itself.
    edge_of, fraction : [points of edges] whose they are, and where along it
    crosses_edge, crosses_cell, crosses_at : [pairs] of an edge and a cell that it crosses, and the fraction of the
        edge where that is
    crossings_in : by flat cell, its pairs
    by_x, x_in_order_m : points of edges by their easting, and that
    """

    def __init__(self, roads: Roads, grid: Grid) -> None:
        n_edges = len(roads.edges)
        points = [_along(np.asarray(path, dtype=float), grid.cell_size_m) for path in roads.paths_xy_m]
        counts = np.array([len(p) for p in points], dtype=np.int64)
        first: Integers = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        nodes, n = np.column_stack([roads.x_m, roads.y_m]), int(first[-1])
        self.xy_m: Floats = np.concatenate([*points, nodes])
        self.counts: Integers = np.concatenate([counts, np.ones(len(nodes), np.int64)])
        self.starts: Integers = np.concatenate([first[:-1], n + np.arange(len(nodes))])
        row, column = grid.cell_at(self.xy_m[:, 0], self.xy_m[:, 1])
        self.cell: Integers = np.where(grid.holds(row, column), row * grid.columns + column, _OFF)
        self.edge_of: Integers = np.repeat(np.arange(n_edges), counts)
        self.fraction: Floats = (np.arange(n) - first[self.edge_of]) / np.maximum(counts - 1, 1)[self.edge_of]
        self._cross(grid.rows * grid.columns)
        self.by_x: Integers = np.argsort(self.xy_m[:n, 0], kind="stable")
        self.x_in_order_m: Floats = self.xy_m[self.by_x, 0]
        for kept in vars(self).values():
            if isinstance(kept, np.ndarray):
                kept.flags.writeable = False

    def _cross(self, size: int) -> None:
        """Note each pair of edge and cell that it crosses, with the fraction of the edge where that is."""
        cell = self.cell[: len(self.edge_of)]
        inside = cell != _OFF
        pair, which = np.unique((self.edge_of * size + cell)[inside], return_inverse=True)
        self.crosses_edge: Integers = pair // size
        self.crosses_cell: Integers = pair % size
        middle = np.bincount(which, weights=self.fraction[inside]) / np.maximum(np.bincount(which), 1)
        self.crosses_at: Floats = middle
        self.crossings_in: dict[int, list[int]] = {}
        for crossing, at in enumerate(self.crosses_cell.tolist()):
            self.crossings_in.setdefault(at, []).append(crossing)


_wayside = lru_cache(maxsize=4)(Wayside)  # maps that one process may work on by turns


class Roadside:
    """Where along the roads things are in one run, and what of them the fire has cut."""

    def __init__(self, roads: Roads, grid: Grid) -> None:
        self._points = points = _wayside(roads, grid)
        self._within_m = grid.cell_size_m / 2.0
        self._is_cut = np.zeros(len(roads.edges), np.bool_)
        self._to_heat = _Watch(points.crosses_edge, points.crosses_cell, points.crosses_at)
        self._is_ahead = np.zeros(grid.rows * grid.columns, np.bool_)  # flat: crossed, and has not flamed so far
        self._is_ahead[points.crosses_cell] = True
        self._kept_up_s = -inf  # until when what burns has been looked at as it came

    def position_m(self, edge: ArrayLike, fraction: ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing at a fraction (0 to 1) of an edge, to the nearest point. [m]"""
        xy_m = self._points.xy_m[self._nearest(edge, fraction)]
        return xy_m[..., 0], xy_m[..., 1]

    def cell_of(self, edge: ArrayLike, fraction: ArrayLike) -> Integers:
        """The flat cell in which that point lies, -1: off the grid."""
        return self._points.cell[self._nearest(edge, fraction)]

    def _nearest(self, edge: ArrayLike, fraction: ArrayLike) -> Integers:
        edge = np.asarray(edge, dtype=np.int64)
        place = np.rint(np.asarray(fraction) * (self._points.counts[edge] - 1)).astype(np.int64)
        point: Integers = self._points.starts[edge] + place
        return point

    def newly_cut(
        self,
        arrival_time_s: Floats,
        now_s: float,
        outline: Sequence[Ring] | None = None,
        flaming_cells: Integers | None = None,
    ) -> tuple[Integers, Floats]:
        """The edges on which the fire stands now and did not at the last call.

        Parameters
        ----------
        arrival_time_s : [y, x]
            Of the fire. [s]
        now_s : float
            Later arrivals do not count. [s]
        outline : rings of points [m], optional
            Of a fire that is still too small for cells to show: its cell burns from the ignition on, wherever
            in it the road is. Then a road is cut where it comes within half a cell of the fire itself.
        flaming_cells : [n], optional
            What flames now, flat, each cell at one call at least: saves looking where nothing new does.

        Returns
        -------
        edges, cut_fraction : [n]
            Edge indices, rising; where along each the fire stands (the middle of the burnt points), 0 at its
            tail and 1 at its head.
        """
        if outline is None:
            edge, fraction = self._burning(self._may_burn(flaming_cells, now_s), arrival_time_s, now_s)
        else:
            self._kept_up_s = -inf  # the cells that burn meanwhile are not looked at
            near = self._near(outline)
            edge, fraction = self._points.edge_of[near], self._points.fraction[near]
        edges, cut_fraction = _middles(edge, fraction)
        self._is_cut[edges] = True
        return edges, cut_fraction

    def _may_burn(self, flaming_cells: Integers | None, now_s: float) -> Integers:
        """Crossings of edge and cell to which flames may have come since the last call; all if there is no telling."""
        has_kept_up = now_s - self._kept_up_s <= FLAMES_SEEN_WITHIN_S
        self._kept_up_s = now_s
        if flaming_cells is None or not has_kept_up:
            return np.arange(len(self._points.crosses_cell))
        fresh = flaming_cells[self._is_ahead[flaming_cells]]
        if len(fresh) == 0:
            return _NO_EDGES
        self._is_ahead[fresh] = False
        crossings_in = self._points.crossings_in
        return np.array(sorted(one for cell in fresh.tolist() for one in crossings_in[cell]), dtype=np.int64)

    def _burning(self, crossings: Integers, arrival_time_s: Floats, now_s: float) -> tuple[Integers, Floats]:
        """Edge and fraction of those of these crossings that burn by now, but for edges that are cut already."""
        if len(crossings) == 0:
            return _NO_EDGES, _NO_FRACTIONS
        edge, cell = self._points.crosses_edge[crossings], self._points.crosses_cell[crossings]
        burns = (arrival_time_s.ravel()[cell] <= now_s) & ~self._is_cut[edge]
        return edge[burns], self._points.crosses_at[crossings[burns]]

    def newly_heated(self, heated_s: Floats, now_s: float) -> tuple[Integers, Floats]:
        """The edges that flames have come too near to now and had not at the last call, and where; as `newly_cut`.

        `heated_s` [y, x] is when they first do in each cell. [s]
        """
        hot = np.flatnonzero(heated_s.ravel()[self._to_heat.cell] <= now_s)
        edges, at_fraction = _middles(self._to_heat.edge[hot], self._to_heat.fraction[hot])
        if len(edges):
            self._to_heat.forget(edges)
        return edges, at_fraction

    def _near(self, outline: Sequence[Ring]) -> Integers:
        """Points of roads that are not cut so far within half a cell of a small fire, or in it, as indices."""
        near, points = [_NO_EDGES], self._points
        for ring in outline:
            corners = np.asarray(ring, dtype=float)
            (west, south), (east, north) = corners.min(axis=0) - self._within_m, corners.max(axis=0) + self._within_m
            first = points.x_in_order_m.searchsorted(west, side="left")
            last = points.x_in_order_m.searchsorted(east, side="right")
            strip = points.by_x[first:last]
            y_m = points.xy_m[strip, 1]
            around = strip[(y_m >= south) & (y_m <= north) & ~self._is_cut[points.edge_of[strip]]]
            if len(around):
                near.append(around[_is_near_ring(points.xy_m[around], corners, self._within_m)])
        return np.unique(np.concatenate(near))


def _middles(edge: Integers, fraction: Floats) -> tuple[Integers, Floats]:
    """The edges among some points on roads, rising, and the middle of each one's points."""
    if len(edge) == 0:
        return _NO_EDGES, _NO_FRACTIONS
    edges, which = np.unique(edge, return_inverse=True)
    return edges, np.bincount(which, weights=fraction) / np.bincount(which)


def _is_near_ring(points: Floats, ring: Floats, within_m: float) -> NDArray[np.bool_]:
    """Whether points [n, 2] lie in a closed ring [corners, 2] or within a distance of it. [n]"""
    start, step = ring[:-1], np.diff(ring, axis=0)
    from_start = points[:, None, :] - start
    along = (from_start * step).sum(axis=2) / np.maximum((step**2).sum(axis=1), 1e-12)
    gap = from_start - np.clip(along, 0.0, 1.0)[..., None] * step
    is_near = np.hypot(gap[..., 0], gap[..., 1]).min(axis=1) <= within_m
    end = ring[1:]
    crosses = (start[:, 1] > points[:, None, 1]) != (end[:, 1] > points[:, None, 1])
    at_x = start[:, 0] + from_start[..., 1] * step[:, 0] / np.where(step[:, 1] == 0.0, 1.0, step[:, 1])
    is_in = (crosses & (points[:, None, 0] < at_x)).sum(axis=1) % 2 == 1
    return np.asarray(is_near | is_in)


def _along(path_xy_m: Floats, cell_size_m: float) -> Floats:
    """Evenly spaced points along a path, ends included. [points, 2]"""
    steps_m = np.hypot(*np.diff(path_xy_m, axis=0).T)
    so_far_m = np.concatenate([[0.0], np.cumsum(steps_m)])
    n = int(np.ceil(so_far_m[-1] * SAMPLES_PER_CELL / cell_size_m)) + 1
    at_m = np.linspace(0.0, so_far_m[-1], max(n, 2))
    return np.column_stack([np.interp(at_m, so_far_m, path_xy_m[:, axis]) for axis in (0, 1)])

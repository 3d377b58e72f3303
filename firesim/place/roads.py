"""The road network: nodes, both directions of each stretch, and which cells they cross.

The networkx graph is the graph of record; flat arrays over directed edges carry the same network to the
kernels. `index` of an edge is its place in those arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.place.grid import Grid

if TYPE_CHECKING:
    import networkx as nx
    from scipy.spatial import cKDTree

Point = tuple[float, float]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SAMPLES_PER_CELL = 3  # a road through a cell's corner for less than a third of a cell may be missed


@dataclass(frozen=True)
class RoadNode:
    """A place where stretches of road meet or end."""

    node: str
    x_m: float
    y_m: float
    name: str = ""


@dataclass(frozen=True)
class RoadEdge:
    """One direction of a stretch of road, from `u` to `v`.

    Both directions share the name `edge`. Capacity and jam density are of this direction, all its lanes
    together; a single lane shared by both directions counts as half a lane each way.
    """

    u: str
    v: str
    edge: str
    length_m: float
    free_flow_speed_m_s: float  # 0: a footpath
    capacity_veh_s: float
    lanes: float  # of this direction
    jam_density_veh_m: float
    shared_lane: bool
    road_class: str
    surface: str
    path_xy_m: list[Point]  # from u to v


class Roads:
    """A directed road network.

    Parameters
    ----------
    nodes, edges
        As read from files by the world, or from the briefing by the centre. An edge that names an unknown
        node, and a second edge of one name in one direction, raise ValueError.

    Attributes
    ----------
    node_ids, node_index : names of the nodes in order, and the way back
    x_m, y_m : [nodes]
    tail, head : [edges] node index where each directed edge starts and ends
    length_m, speed_m_s, capacity_veh_s, lanes, jam_density_veh_m : [edges]
    shared_lane, is_drivable : [edges] bool; a footpath is not drivable
    is_public : [edges] bool; drivable and not a pedestrian street, where only emergency vehicles go
    opposite : [edges] index of the same stretch the other way, -1 on a one-way street
    edge_names, paths_xy_m : [edges]
    """

    def __init__(self, nodes: Sequence[RoadNode], edges: Sequence[RoadEdge]) -> None:
        self.nodes = tuple(nodes)
        self.edges = tuple(edges)
        self.node_ids = [node.node for node in nodes]
        self.node_index = {name: index for index, name in enumerate(self.node_ids)}
        self.x_m: Floats = np.array([node.x_m for node in nodes], dtype=np.float64)
        self.y_m: Floats = np.array([node.y_m for node in nodes], dtype=np.float64)
        by_ends = {(edge.u, edge.v, edge.edge): index for index, edge in enumerate(edges)}
        if len(by_ends) != len(edges) or len(self.node_index) != len(nodes):
            raise ValueError("a road network names a node, or one direction of a stretch, twice")
        unknown = [edge.edge for edge in edges if edge.u not in self.node_index or edge.v not in self.node_index]
        if unknown:
            raise ValueError(f"stretches of road end at nodes that do not exist: {', '.join(unknown)}")
        self.tail: Integers = np.array([self.node_index[edge.u] for edge in edges], dtype=np.int64)
        self.head: Integers = np.array([self.node_index[edge.v] for edge in edges], dtype=np.int64)
        self.opposite: Integers = np.array([by_ends.get((e.v, e.u, e.edge), -1) for e in edges], dtype=np.int64)
        self.length_m = self._column("length_m")
        self.speed_m_s = self._column("free_flow_speed_m_s")
        self.capacity_veh_s = self._column("capacity_veh_s")
        self.lanes = self._column("lanes")
        self.jam_density_veh_m = self._column("jam_density_veh_m")
        self.shared_lane: NDArray[np.bool_] = np.array([edge.shared_lane for edge in edges], dtype=bool)
        self.is_drivable: NDArray[np.bool_] = self.speed_m_s > 0.0
        pedestrian = np.array([edge.road_class == "pedestrian" for edge in edges], dtype=bool)
        self.is_public: NDArray[np.bool_] = self.is_drivable & ~pedestrian
        self.edge_names = [edge.edge for edge in edges]
        self.paths_xy_m = [edge.path_xy_m for edge in edges]

    def _column(self, name: str) -> Floats:
        return np.array([getattr(edge, name) for edge in self.edges], dtype=np.float64)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph of record. Keys are edge names; edges carry the fields of `RoadEdge` and their `index`."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(node.node, x_m=node.x_m, y_m=node.y_m, name=node.name)
        for index, edge in enumerate(self.edges):
            attributes: dict[str, Any] = asdict(edge) | {"index": index}
            graph.add_edge(edge.u, edge.v, key=edge.edge, **attributes)
        return graph

    def cells(self, grid: Grid) -> tuple[Integers, Integers]:
        """The cells that each directed edge crosses: worked out once for a grid, not to be altered.

        Returns
        -------
        edge_of, flat_cell : int64 [pairs]
            Edge index and flat cell index (row * columns + column), each pair once, sorted by edge, then
            cell. Parts of a road beyond the grid have no cell.

        Notes
        -----
        Each piece of a path is sampled at most every third of a cell.
        """
        if grid not in self._cells:
            self._cells[grid] = self._crossed(grid)
        return self._cells[grid]

    @cached_property
    def _cells(self) -> dict[Grid, tuple[Integers, Integers]]:
        return {}

    def _crossed(self, grid: Grid) -> tuple[Integers, Integers]:
        counts = np.array([len(path) for path in self.paths_xy_m], dtype=np.int64)
        if counts.sum() == 0:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        points = np.concatenate([np.asarray(path, dtype=np.float64).reshape(-1, 2) for path in self.paths_xy_m])
        edge_of_point = np.repeat(np.arange(len(counts)), counts)
        first = np.flatnonzero(edge_of_point[:-1] == edge_of_point[1:])
        step = points[first + 1] - points[first]
        pieces = np.ceil(np.hypot(step[:, 0], step[:, 1]) * SAMPLES_PER_CELL / grid.cell_size_m).astype(np.int64) + 1
        piece = np.repeat(np.arange(len(first)), pieces + 1)
        place = np.arange(len(piece)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        samples = points[first][piece] + (place / pieces[piece])[:, None] * step[piece]
        row, column = grid.cell_at(samples[:, 0], samples[:, 1])
        inside = grid.holds(row, column)
        size = grid.rows * grid.columns
        pairs = np.unique((edge_of_point[first][piece] * size + row * grid.columns + column)[inside])
        return pairs // size, pairs % size

    def points_every(self, step_m: float) -> tuple[Floats, Integers, Floats]:
        """Points about so far apart on each drivable directed edge: worked out once for a step, not to be altered.

        Easting and northing [point, 2], m; which edge; share of its length from its start, 0 to 1.
        """
        if step_m not in self._points:
            drivable = np.flatnonzero(self.is_drivable)
            along = [_points_along(self.paths_xy_m[edge], step_m) for edge in drivable]
            points = np.concatenate([np.empty((0, 3)), *along])
            edge = np.repeat(drivable, [len(part) for part in along])
            self._points[step_m] = points[:, :2], edge, points[:, 2]
        return self._points[step_m]

    @cached_property
    def _points(self) -> dict[float, tuple[Floats, Integers, Floats]]:
        return {}

    def nearest_node(self, x_m: ArrayLike, y_m: ArrayLike, drivable: bool = True) -> Integers:
        """Index of the node nearest to each point in a straight line.

        With `drivable`, only nodes from which the public can drive away are considered.
        """
        candidates, tree = self._public_nodes if drivable else self._all_nodes
        _, nearest = tree.query(np.column_stack([np.ravel(x_m), np.ravel(y_m)]))
        found: Integers = candidates[nearest].reshape(np.shape(x_m))
        return found

    @cached_property
    def _public_nodes(self) -> tuple[Integers, cKDTree]:
        """Nodes from which the public can drive away, and a tree of where they are."""
        return self._placed(np.unique(self.tail[self.is_public]))

    @cached_property
    def _all_nodes(self) -> tuple[Integers, cKDTree]:
        return self._placed(np.arange(len(self.nodes)))

    def _placed(self, nodes: Integers) -> tuple[Integers, cKDTree]:
        from scipy.spatial import cKDTree

        if len(nodes) == 0:
            raise ValueError("the road network has no node to go to")
        return nodes, cKDTree(np.column_stack([self.x_m[nodes], self.y_m[nodes]]))


def _points_along(path_xy_m: Sequence[tuple[float, float]], step_m: float) -> Floats:
    """Points about so far apart along a path: easting, northing, share of its length. [point, 3]"""
    path = np.asarray(path_xy_m, dtype=float)
    gone_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    share = np.linspace(0.0, 1.0, max(int(gone_m[-1] // step_m) + 2, 2))
    x_m, y_m = (np.interp(share * gone_m[-1], gone_m, path[:, axis]) for axis in (0, 1))
    return np.column_stack([x_m, y_m, share])

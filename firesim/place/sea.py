"""The sea around the land: which way a boat goes round the coast, and how much open water lies to windward.

A chart of its own, coarser than the map: a cell is water when the whole of it is, so that ways keep off the shore.
Of separate waters only the largest counts; lagoons and ponds hold no boats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.place.grid import Grid, column_row

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Point = tuple[float, float]

CHART_CELL_M = 120.0  # a boat's length or two of room beside the way; a judgement
WAY_POINT_M = 300.0  # how far apart the points of a way are at most: waves are looked at there
DIRECTIONS = 36  # open water around a place is told every 10 degrees, clockwise from north
SECTORS = 8  # open water beyond the map is told for north, north-east, and so on round


def directions_deg() -> Floats:
    """The directions of a table of open water. [36] degrees clockwise from north"""
    return np.arange(DIRECTIONS, dtype=np.float64) * (360.0 / DIRECTIONS)


@dataclass(frozen=True, eq=False)
class SeaWay:
    """A way over water, the same one whenever it is asked for.

    `fetch_m` [points, 36] is the open water around each of its points.
    """

    xy_m: Floats  # [points, 2]
    along_m: Floats  # [points], from 0
    fetch_m: Floats

    @property
    def length_m(self) -> float:
        """Of the whole way. [m]"""
        return float(self.along_m[-1])

    def reversed(self) -> SeaWay:
        """The same way back."""
        return SeaWay(self.xy_m[::-1], self.along_m[-1] - self.along_m[::-1], self.fetch_m[::-1])

    def place_at(self, metres: float) -> Point:
        """Where one is after so many metres of the way."""
        x_m, y_m = (float(np.interp(metres, self.along_m, self.xy_m[:, axis])) for axis in (0, 1))
        return x_m, y_m


@dataclass
class SeaChart:
    """Water of a map, and what lies beyond its edges.

    Parameters
    ----------
    is_sea : [y, x]
        Water of the map's grid.
    grid
        Of the map.
    beyond_m : [8]
        Open water beyond the edge of the map to the north, north-east, ..., north-west. [m]

    Notes
    -----
    Ways are shortest over the chart's cells (eight neighbours), then drawn taut as far as straight lines stay on
    water. They, and the fetches along them, are worked out when first asked for and kept.
    """

    is_sea: Mask
    grid: Grid
    beyond_m: tuple[float, ...]
    _ways: dict[tuple[int, int], SeaWay | None] = field(default_factory=dict, repr=False)
    _before: dict[int, Integers] = field(default_factory=dict, repr=False)
    _fetches: dict[int, Floats] = field(default_factory=dict, repr=False)
    _near: dict[Point, tuple[int, float]] = field(default_factory=dict, repr=False)

    @cached_property
    def factor(self) -> int:
        """Cells of the map along a cell of the chart."""
        return max(1, min(round(CHART_CELL_M / self.grid.cell_size_m), *self.grid.shape))

    @cached_property
    def chart(self) -> Grid:
        """The grid of the water, coarser than that of the fire."""
        return self.grid.coarser(self.factor)

    @cached_property
    def water(self) -> Mask:
        """Cells of the chart that a boat can be in. [y, x]"""
        from scipy.ndimage import label

        rows, columns = self.chart.shape
        blocks = self.is_sea[: rows * self.factor, : columns * self.factor]
        whole = blocks.reshape(rows, self.factor, columns, self.factor).all(axis=(1, 3))
        names, count = label(whole, structure=np.ones((3, 3)))
        if count == 0:
            return np.asarray(whole)
        sizes = np.bincount(names.ravel())[1:]
        return np.asarray(names == 1 + int(np.argmax(sizes)))

    @cached_property
    def _graph(self):  # type: ignore[no-untyped-def]
        """The chart's water as a sparse graph of distances between neighbouring cells. [m]"""
        from scipy.sparse import csr_matrix

        rows, columns = self.chart.shape
        number = np.arange(rows * columns).reshape(rows, columns)
        starts, ends, metres = [], [], []
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            here = (slice(0, rows - down), slice(max(0, -right), columns - max(0, right)))
            there = (slice(down, rows), slice(max(0, right), columns - max(0, -right)))
            both = self.water[here] & self.water[there]
            starts.append(number[here][both])
            ends.append(number[there][both])
            metres.append(np.full(int(both.sum()), np.hypot(down, right) * self.chart.cell_size_m))
        n = rows * columns
        ahead = csr_matrix((np.concatenate(metres), (np.concatenate(starts), np.concatenate(ends))), shape=(n, n))
        return ahead + ahead.T

    def water_near(self, x_m: float, y_m: float) -> tuple[int, float]:
        """The cell of water nearest to a place (flat, -1: there is none) and how far its middle is. [m]"""
        cells = self._water_cells
        if len(cells) == 0:
            return -1, np.inf
        if (x_m, y_m) not in self._near:
            row, column = self.chart.cell_holding(x_m, y_m)
            rows, columns = self.chart.shape
            if 0 <= row < rows and 0 <= column < columns and self.water[row, column]:
                # No other middle is nearer than that of one's own cell.
                mid_x_m, mid_y_m = self.chart.middle_of(row, column)
                own_m = float(np.hypot(mid_x_m - x_m, mid_y_m - y_m))
                self._near[x_m, y_m] = row * columns + column, own_m
                return self._near[x_m, y_m]
            apart_m = np.hypot(self._water_xy_m[:, 0] - x_m, self._water_xy_m[:, 1] - y_m)
            nearest = int(np.argmin(apart_m))
            self._near[x_m, y_m] = int(cells[nearest]), float(apart_m[nearest])
        return self._near[x_m, y_m]

    @cached_property
    def _water_cells(self) -> Integers:
        return np.flatnonzero(self.water)

    @cached_property
    def _water_xy_m(self) -> Floats:
        return self._xy_of(self._water_cells)

    def _xy_of(self, cells: Integers) -> Floats:
        columns = self.chart.columns
        return np.column_stack(self.chart.centre_of(cells // columns, cells % columns))

    # --- ways -----------------------------------------------------------------------------------------------------

    def way(self, start: Point, end: Point) -> SeaWay | None:
        """The shortest way by boat between two places at or on the water; None: no water joins them."""
        from_cell, to_cell = (self.water_near(*place)[0] for place in (start, end))
        if from_cell < 0 or to_cell < 0:
            return None
        if (from_cell, to_cell) not in self._ways:
            # Worked out once and turned round, so that it is as long back as there; from the lower cell, so that the
            # chart, which is kept from run to run, is the same whoever asked first.
            first, last = sorted((from_cell, to_cell))
            cells = self._cells_between(first, last)
            way = None if cells is None else self._way_over(self._taut(cells))
            self._ways[last, first] = None if way is None else way.reversed()
            self._ways[first, last] = way
        return self._ways[from_cell, to_cell]

    def _cells_between(self, start: int, end: int) -> list[int] | None:
        from scipy.sparse.csgraph import dijkstra

        if end not in self._before:
            _, before = dijkstra(self._graph, indices=end, return_predecessors=True)
            self._before[end] = before.astype(np.int64)
        before = self._before[end]
        cells = [start]
        while cells[-1] != end:
            cells.append(int(before[cells[-1]]))
            if cells[-1] < 0:
                return None
        return cells

    def _taut(self, cells: list[int]) -> Integers:
        """Leave out every cell that a straight line over water passes by."""
        return _taut(self.water, np.array(cells, dtype=np.int64))

    def _way_over(self, corners: Integers) -> SeaWay:
        xy_m = self._xy_of(corners)
        turns_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy_m, axis=0).T))])
        along_m = np.linspace(0.0, turns_m[-1], max(ceil(turns_m[-1] / WAY_POINT_M), 1) + 1)
        points = np.column_stack([np.interp(along_m, turns_m, xy_m[:, axis]) for axis in (0, 1)])
        fetch_m = self.fetch_m(points)
        # Waves that come through a gap spread out behind it: each point has the mean of itself and its neighbours.
        beside = np.concatenate([fetch_m[:1], fetch_m, fetch_m[-1:]])
        return SeaWay(points, along_m, (beside[:-2] + beside[1:-1] + beside[2:]) / 3.0)

    # --- open water -----------------------------------------------------------------------------------------------

    def fetch_m(self, xy_m: Floats) -> Floats:
        """Open water around each point, from its cell of water on, by direction. [points, 36] m

        A ray ends at the first cell of the map that is land; one that leaves the map goes on as far as
        `beyond_m` says of its sector, between two sectors in proportion.
        """
        cells = np.array([self.water_near(x_m, y_m)[0] for x_m, y_m in xy_m], dtype=np.int64)
        new = np.array(sorted({int(cell) for cell in cells if cell >= 0 and int(cell) not in self._fetches}), np.int64)
        if len(new):
            self._fetches.update(zip(new.tolist(), self._rays_m(self._xy_of(new)), strict=True))
        none = np.zeros(DIRECTIONS)
        return np.array([self._fetches.get(int(cell), none) for cell in cells])

    def _rays_m(self, xy_m: Floats) -> Floats:
        cell_size_m = self.grid.cell_size_m
        step_m = 3.0 * cell_size_m
        right, down = column_row(directions_deg())
        east_m, south_m = xy_m[:, 0] - self.grid.x_west_m, self.grid.y_north_m - xy_m[:, 1]
        return _rays(self.is_sea, cell_size_m, east_m, south_m, right * step_m, down * step_m, step_m, self._beyond_m())

    def _beyond_m(self) -> Floats:
        """Open water beyond the edge of the map by direction. [36] m"""
        sectors = np.arange(SECTORS + 1, dtype=np.float64) * (360.0 / SECTORS)
        around = np.array([*self.beyond_m, self.beyond_m[0]])
        return np.asarray(np.interp(directions_deg(), sectors, around))


@kernel
def _rays(
    is_sea: Mask,
    cell_size_m: float,
    east_m: Floats,
    south_m: Floats,
    step_east_m: Floats,
    step_south_m: Floats,
    step_m: float,
    beyond_m: Floats,
) -> Floats:
    """`SeaChart.fetch_m` of points so far from the north-west corner of the map, looked at every `step_m`. [points, 36]

    step_east_m, step_south_m, beyond_m: by direction.
    """
    rows, columns = is_sea.shape
    fetch_m = np.zeros((east_m.size, step_east_m.size))
    for point in range(east_m.size):
        for k in range(step_east_m.size):
            x_m, y_m, open_m = east_m[point], south_m[point], 0.0
            while True:
                x_m += step_east_m[k]
                y_m += step_south_m[k]
                i, j = int(y_m // cell_size_m), int(x_m // cell_size_m)
                if i < 0 or i >= rows or j < 0 or j >= columns:
                    open_m += beyond_m[k]
                    break
                if not is_sea[i, j]:
                    break
                open_m += step_m
            fetch_m[point, k] = open_m
    return fetch_m


@kernel
def _taut(water: Mask, cells: Integers) -> Integers:
    """Of cells (flat) in order those at which a line over water has to bend, from each the farthest in sight."""
    kept = np.empty(cells.size, np.int64)
    kept[0] = cells[0]
    n, last = 1, 0
    while last < cells.size - 1:
        ahead = cells.size - 1
        while ahead > last + 1 and not _is_clear(water, cells[last], cells[ahead]):
            ahead -= 1
        kept[n] = cells[ahead]
        n, last = n + 1, ahead
    return kept[:n].copy()


@kernel
def _is_clear(water: Mask, start: int, end: int) -> bool:
    """Whether a straight line between the middles of two cells stays on water, looked at every half cell."""
    columns = water.shape[1]
    row_a, column_a, row_b, column_b = start // columns, start % columns, end // columns, end % columns
    pieces = 2 * max(abs(row_b - row_a), abs(column_b - column_a))
    for k in range(pieces + 1):
        share = k / pieces if pieces > 0 else 0.0
        row = int(np.rint(row_a + (row_b - row_a) * share))
        column = int(np.rint(column_a + (column_b - column_a) * share))
        if not water[row, column]:
            return False
    return True

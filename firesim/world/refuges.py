"""When a refuge is one no longer: flames too near to most of its ground, or dense smoke over it for long.

The same rule holds in the run and in its no-response twin. Only refuges lose: who waits at a last resort was never
counted safe, though a last resort, too, takes nobody any more once it is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.place.grid import Grid
from firesim.place.settlement import Refuge
from firesim.world.smoke import SmokeParameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

POINTS = 40  # of each refuge that are watched: of a square, a sixth of its side from one another
# Most of the ground, not its edge: a garden that burns beside a town's outermost street takes no town. Judgement.
LOST_SHARE = 0.5
HIGHEST_FLAME_M = 30.0  # flames of surface fires are lower; beyond it nothing is looked for
SMOKE_EVERY_S = 300.0  # how often it is looked at; the half-hour of the dose is told to a sixth
_AT_ONCE = 1000  # cells worked on together, for the sake of memory


class SmokeNearGround(Protocol):
    """How thick the true smoke is, and how much of it is too much; see `world/smoke.py`."""

    @property
    def parameters(self) -> SmokeParameters: ...
    def optical_density_per_m(self, x_m: ArrayLike, y_m: ArrayLike) -> Floats: ...


class RefugeWatch:
    """Watches the ground of refuges.

    A point of it is lost when flames, `distance_per_flame` times their length or nearer, have stood before it, or in
    its own cell; a refuge when more than half of its points are. One without an outline is one point. Distances are
    to the middle of the cell that burns: right to half a cell.

    Attributes
    ----------
    flames_s, smoke_s : [refuges]
        When flames or smoke took each, `inf`: not so far. [s]
    """

    def __init__(self, refuges: Sequence[Refuge], grid: Grid) -> None:
        ground = [refuge.points(POINTS) for refuge in refuges]
        self._grid = grid
        self._xy_m: Floats = np.concatenate([*ground, np.empty((0, 2))])
        self._first: Integers = np.cumsum([0, *map(len, ground)])
        self._per_flame: Floats = np.array([refuge.distance_per_flame for refuge in refuges], dtype=float)
        row, column = grid.cell_at(self._xy_m[:, 0], self._xy_m[:, 1])
        self._cell: Integers = np.where(grid.holds(row, column), row * grid.columns + column, -1)
        boxes = [[*points.min(axis=0), *points.max(axis=0)] for points in ground]
        self._box_m: Floats = np.array(boxes, dtype=float).reshape(-1, 4)  # west, south, east, north of each ground
        self._matters_from_m = self._flames_that_matter()
        self._within_reach = np.isfinite(self._matters_from_m).nonzero()[0]
        self._has_news = False
        self._lost_s: Floats = np.full(len(self._xy_m), np.inf)
        self._places_xy_m: Floats = np.array([(r.x_m, r.y_m) for r in refuges], dtype=float).reshape(-1, 2)
        self.flames_s: Floats = np.full(len(refuges), np.inf)
        self.smoke_s: Floats = np.full(len(refuges), np.inf)
        self._in_smoke_s: Floats = np.zeros(len(refuges))
        self._breathed_s = -np.inf
        self._reported = np.zeros(len(refuges), np.bool_)

    def _flames_that_matter(self) -> Floats:
        """How long flames in each cell must be to matter to some refuge; `inf`: none do, or they have been met. [cells]

        To the box around its ground: a bound, never longer than what takes a point of it. [m]
        """
        grid = self._grid
        from_m = np.full(grid.shape, np.inf)
        # The middle of the cell that holds a point may lie a cell off it.
        within_m = self._per_flame * HIGHEST_FLAME_M + grid.cell_size_m
        for per_flame, reach_m, (west, south, east, north) in zip(self._per_flame, within_m, self._box_m, strict=True):
            (top, bottom), (left, right) = grid.cell_at(
                [west - reach_m, east + reach_m], [north + reach_m, south - reach_m]
            )
            rows, columns = slice(max(top, 0), max(bottom + 1, 0)), slice(max(left, 0), max(right + 1, 0))
            x_m, y_m = grid.x_centres_m[columns], grid.y_centres_m[rows, None]
            gap_m = np.maximum(np.maximum(west - x_m, x_m - east), np.maximum(south - y_m, y_m - north))
            beyond_m = gap_m - 1.001 * grid.cell_size_m
            far_m = beyond_m / per_flame if per_flame > 0.0 else np.inf
            from_m[rows, columns] = np.minimum(from_m[rows, columns], np.where(beyond_m <= 0.0, 0.0, far_m))
        return from_m.ravel()

    def _boxes_within_reach(self, flames_m: float) -> tuple[Floats, Floats, Floats, Floats]:
        """West, south, east and north of where flames so long, or shorter, may matter to each refuge. [refuges] m"""
        reach_m = self._per_flame * min(flames_m, HIGHEST_FLAME_M) + self._grid.cell_size_m
        west, south, east, north = self._box_m.T
        return west - reach_m, south - reach_m, east + reach_m, north + reach_m

    def meet_flames(
        self,
        arrival_time_s: Floats,
        flame_length_m: NDArray[np.floating] | None,
        now_s: float,
        flaming_cells: Integers | None = None,
    ) -> None:
        """Take note of what has come to burn since the last call.

        `arrival_time_s` [s] and `flame_length_m` [m] as the front reached each cell, [y, x]; no lengths: only flames
        in its own cell take a point. `flaming_cells`: what flames now, each cell at one call at least, saves
        looking through all that has burnt.
        """
        if flaming_cells is None:
            cells = self._within_reach[arrival_time_s.ravel()[self._within_reach] <= now_s]
        else:
            cells = flaming_cells
        if len(cells) == 0:
            return
        matters_from_m = self._matters_from_m[cells]
        flames_m = np.zeros(len(cells)) if flame_length_m is None else flame_length_m.ravel()[cells].astype(float)
        self._matters_from_m[cells] = np.inf
        matter = (np.minimum(flames_m, HIGHEST_FLAME_M) >= matters_from_m).nonzero()[0]
        for start in range(0, len(matter), _AT_ONCE):
            those = matter[start : start + _AT_ONCE]
            self._burn(cells[those], arrival_time_s.ravel()[cells[those]], flames_m[those])

    def _burn(self, cells: Integers, came_s: Floats, flames_m: Floats) -> None:
        x_m, y_m = self._grid.centre_of(cells // self._grid.columns, cells % self._grid.columns)
        west, south, east, north = self._boxes_within_reach(float(flames_m.max()))
        near = (x_m.max() >= west) & (x_m.min() <= east) & (y_m.max() >= south) & (y_m.min() <= north)
        for refuge in near.nonzero()[0].tolist():
            points = slice(self._first[refuge], self._first[refuge + 1])
            apart_m = np.hypot(self._xy_m[points, :1] - x_m, self._xy_m[points, 1:] - y_m)
            needed_m = self._per_flame[refuge] * np.minimum(flames_m, HIGHEST_FLAME_M)
            is_lost = (apart_m <= needed_m) & (needed_m > 0.0) | (self._cell[points, None] == cells)
            lost_s = self._lost_s[points]  # a view
            np.minimum(lost_s, np.where(is_lost, came_s, np.inf).min(axis=1), out=lost_s)
            needed = int(LOST_SHARE * len(lost_s)) + 1
            self.flames_s[refuge] = np.partition(lost_s, needed - 1)[needed - 1]
            self._has_news = True

    def meet_smoke(self, smoke: SmokeNearGround, now_s: float) -> None:
        """Take note of the smoke over each refuge, every five minutes; it is taken to have held for them.

        It takes a refuge when it has been harmful for as long as makes a party exposed (`smoke.parameters`).
        """
        since_s = now_s - self._breathed_s
        if since_s < SMOKE_EVERY_S:
            return
        self._breathed_s = now_s
        if not len(self._places_xy_m) or not np.isfinite(since_s):
            return
        dense = smoke.optical_density_per_m(*self._places_xy_m.T) >= smoke.parameters.harmful_from_per_m
        self._in_smoke_s[dense] += since_s
        long = dense & (self._in_smoke_s >= smoke.parameters.dose_s) & np.isinf(self.smoke_s)
        self._has_news |= bool(long.any())
        self.smoke_s[long] = now_s

    @property
    def lost_s(self) -> Floats:
        """When each refuge was lost, by flames or smoke; `inf`: not so far. [refuges], s"""
        return np.minimum(self.flames_s, self.smoke_s)

    def newly_lost(self, now_s: float) -> list[tuple[int, bool]]:
        """Refuges lost since the last call, each with whether smoke took it, in their order."""
        if not self._has_news:
            return []
        fresh = np.flatnonzero((self.lost_s <= now_s) & ~self._reported)
        self._reported[fresh] = True
        self._has_news = False
        return [(int(refuge), bool(self.smoke_s[refuge] < self.flames_s[refuge])) for refuge in fresh]

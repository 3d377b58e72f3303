"""Water on the front: which parts of it a crew can reach and hold, and how much line its water makes.

The law (who can hold what, line and water per metre) is `fire/containment.py`; here it meets cells. A crew
attacks directly: it stands before a cell of the front, a jet of 15 to 20 m reaches either side of a 30 m cell, so
the fire does not enter while it plays there; the cell is held for good once a cell's length of line is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.fire.containment import line_production_m_s, water_per_metre_litres
from firesim.fire.edge import edge_cells
from firesim.world.fire import TrueFire

Point = tuple[float, float]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Cells = tuple[NDArray[np.int64], NDArray[np.int64]]  # rows and columns

# A side of the front that took a neighbouring cell longer ago than this no longer threatens anyone. Judgement:
# a flank at 1 cm/s needs 50 minutes for a cell of 30 m.
ACTIVE_S = 3600.0
_RING_CELLS = 2  # fire crosses to the eight cells around a cell and no further, so two hold it safely


@dataclass(frozen=True)
class Front:
    """Unburnt cells beside burnt ones within reach of a place, nearest first. Arrays [n].

    `intensity_kw_m` and `flame_length_m` are of the burnt side of the front beside each cell (mean).
    """

    flat_cell: NDArray[np.int64]
    x_m: Floats
    y_m: Floats
    distance_m: Floats
    intensity_kw_m: Floats
    flame_length_m: Floats

    def __len__(self) -> int:
        return len(self.flat_cell)

    def count_within(self, reach_m: float) -> int:
        """How many of them are within reach of the place."""
        return int(self.distance_m.searchsorted(reach_m, side="right"))

    def within(self, reach_m: float) -> Front:
        """The part of it within reach of the place."""
        n = self.count_within(reach_m)
        if n == len(self):
            return self
        return Front(
            self.flat_cell[:n], self.x_m[:n], self.y_m[:n],
            self.distance_m[:n], self.intensity_kw_m[:n], self.flame_length_m[:n],
        )  # fmt: skip


class Suppression:
    """What crews have done to a fire.

    Parameters
    ----------
    fire
        The true fire.
    water_factor
        Water used over the water that the strip needs. [-]

    Attributes
    ----------
    held : bool [y, x], cells that crews hold
    """

    def __init__(self, fire: TrueFire, water_factor: float) -> None:
        self.fire = fire
        self.held: NDArray[np.bool_] = np.zeros(fire.grid.shape, dtype=bool)
        self._water_factor = water_factor
        self._claimed: dict[str, int] = {}
        self._guarded: dict[str, int] = {}  # cells that a crew's hose plays on, by unit
        self._near: dict[Point, tuple[float, Front]] = {}  # of the moment, by place: the farthest reach asked for
        self._near_s = -inf
        self._ring_line_m = 0.0  # line around a fire that is still a small ellipse, all crews together

    def front_near(self, x_m: float, y_m: float, reach_m: float) -> Front:
        """The active front within `reach_m` of a place, as it is now."""
        if self._near_s != self.fire.now_s:
            self._near, self._near_s = {}, self.fire.now_s
        known_m, front = self._near.get((x_m, y_m), (-inf, _NO_FRONT))
        if known_m < reach_m:
            front = self._front_near(x_m, y_m, reach_m)
            self._near[x_m, y_m] = (reach_m, front)
        return front if known_m <= reach_m else front.within(reach_m)

    def _front_near(self, x_m: float, y_m: float, reach_m: float) -> Front:
        fire, grid = self.fire, self.fire.grid
        row, column = grid.cell_holding(x_m, y_m)
        span = ceil(reach_m / grid.cell_size_m) + 1  # the cells around the farthest, which tell whether it is the edge
        burnt_rows, burnt_columns = fire.burnt_window
        # Nothing beyond the cells around those that have burnt can be the edge.
        window = (
            max(row - span, burnt_rows.start - 1, 0),
            min(row + span + 1, burnt_rows.stop + 1, grid.rows),
            max(column - span, burnt_columns.start - 1, 0),
            min(column + span + 1, burnt_columns.stop + 1, grid.columns),
        )
        if window[0] >= window[1] or window[2] >= window[3]:
            return _NO_FRONT
        return Front(
            *_front_in(
                fire.arrival_time_s, fire.can_burn, self.held, fire.fireline_intensity_kw_m, fire.flame_length_m,
                grid.x_centres_m, grid.y_centres_m, window, fire.now_s - ACTIVE_S, fire.now_s, x_m, y_m, reach_m,
            )
        )  # fmt: skip

    def choose(self, unit: str, front: Front, limit_kw_m: float) -> int:
        """Index of the nearest part of the front that hoses can hold and no other crew works on; -1: none.

        A crew stays with the cell that it has begun as long as the fire lets it.
        """
        taken = {cell for other, cell in self._claimed.items() if other != unit}
        can_hold = (front.intensity_kw_m < limit_kw_m).nonzero()[0]
        cells: list[int] = front.flat_cell[can_hold].tolist()
        begun = self._claimed.get(unit)
        target = begun if begun in cells else next((cell for cell in cells if cell not in taken), None)
        if target is None:
            self.release(unit)
            return -1
        self._claimed[unit] = target
        return int(can_hold[cells.index(target)])

    def _around_young_fire(self) -> NDArray[np.bool_]:
        """The cell of the ignition, whose spread drives the ellipse, and unburnt cells around the outline. [y, x]"""
        fire, grid = self.fire, self.fire.grid
        outline = np.vstack([np.asarray(ring) for ring in fire.rings(fire.now_s)])
        rows, columns = grid.cell_at(outline[:, 0], outline[:, 1])
        window = np.s_[
            max(int(rows.min()) - _RING_CELLS, 0) : int(rows.max()) + _RING_CELLS + 1,
            max(int(columns.min()) - _RING_CELLS, 0) : int(columns.max()) + _RING_CELLS + 1,
        ]
        mask = np.zeros(grid.shape, dtype=bool)
        mask[window] = ~(fire.arrival_time_s[window] <= fire.now_s)
        mask.ravel()[fire.ignition_cell] = True
        return mask

    def stand_before(self, unit: str, flat_cell: int) -> None:
        """A crew begins a cell: while its hose plays there the fire does not enter."""
        self._let_go(unit)
        self._guarded[unit] = flat_cell
        self.fire.block(self._only(flat_cell), self.fire.now_s)

    def release(self, unit: str) -> None:
        """The crew leaves the cell that it works on; unless its line stands, the fire may enter again."""
        self._claimed.pop(unit, None)
        self._let_go(unit)

    def _let_go(self, unit: str) -> None:
        if unit in self._guarded:
            self.fire.unblock(self._only(self._guarded.pop(unit)), self.fire.now_s)

    def _only(self, flat_cell: int) -> Cells:
        row, column = divmod(flat_cell, self.fire.grid.columns)
        return np.array([row]), np.array([column])

    def line_for(self, flat_cell: int, crew: int, flame_length_m: float) -> tuple[float, float]:
        """Line built per second and water used per metre of it in a cell. [m/s], [l/m]"""
        fire = self.fire
        fuel = int(fire.hidden.fuel_model.ravel()[flat_cell])
        slope_deg = float(fire.ground.terrain.slope_deg.ravel()[flat_cell])
        litres_m = float(water_per_metre_litres(fuel, flame_length_m)) * self._water_factor
        return line_production_m_s(fuel, crew, slope_deg), litres_m

    def hold(self, unit: str, because: int) -> None:
        """The line along the cell that a crew worked on stands: the fire does not take it any more."""
        cell = self._guarded.pop(unit)
        self._claimed.pop(unit, None)
        self.held.ravel()[cell] = True
        self._near.clear()
        self.fire.note_held(because)

    def add_to_ring(self, metres: float, perimeter_m: float, because: int) -> bool:
        """Line along a fire that is still one small ellipse; True once it goes all the way round.

        It then grows no more. Line built before the fire outgrew the ellipse is lost: it lies within the first
        few cells.
        """
        self._ring_line_m += metres
        if self._ring_line_m < perimeter_m:
            return False
        mask = self._around_young_fire()
        self.held |= mask
        self._near.clear()
        self.fire.block(mask, self.fire.now_s)
        self.fire.note_held(because)
        return True


_NONE = np.empty(0)
_NO_FRONT = Front(np.empty(0, np.int64), _NONE, _NONE, _NONE, _NONE, _NONE)


@kernel
def _front_in(
    arrival_s: Floats, can_burn: Mask, is_held: Mask, intensity_kw_m: Singles, flame_m: Singles, x_centres_m: Floats,
    y_centres_m: Floats, window: tuple[int, int, int, int], after_s: float, now_s: float, x_m: float, y_m: float,
    reach_m: float,
) -> tuple[Integers, Floats, Floats, Floats, Floats, Floats]:  # fmt: skip
    """The edge of the fire in a window (see `edge_cells`) within reach of a place, nearest first, as in `Front`."""
    rows, columns, kw_m, metres = edge_cells(
        arrival_s, can_burn, is_held, intensity_kw_m, flame_m, window, after_s, now_s
    )
    away_m = np.hypot(x_centres_m[columns] - x_m, y_centres_m[rows] - y_m)
    near = np.flatnonzero(away_m <= reach_m)
    near = near[np.argsort(away_m[near], kind="mergesort")]  # of equals the first stays first
    rows, columns = rows[near], columns[near]
    flat = rows * arrival_s.shape[1] + columns
    return flat, x_centres_m[columns], y_centres_m[rows], away_m[near], kw_m[near], metres[near]

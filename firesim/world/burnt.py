"""What the fire leaves behind on the map: when and how hot it came to each cell, and which zones it has reached."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.fire.spread import SpreadingFire
from firesim.fire.surface import flame_length_m
from firesim.place.grid import Grid
from firesim.place.settlement import Zone
from firesim.place.shapes import rasterise

# In strong wind a better way into a cell may be found when the front is already past it: arrivals of the last
# minutes are corrected by some seconds (`fire/front.py`; 14 s is the most that was seen).
CORRECTED_S = 300.0


class Burnt:
    """Fields of a fire, kept up to date at the cost of what has burnt since they were last asked for.

    Attributes
    ----------
    arrival_time_s : float64 [y, x], `inf` where it has not burnt
    fireline_intensity_kw_m, flame_length_m : float32 [y, x], as the front arrived; 0 where it has not burnt
        All read only: they go on changing with the fire.
    window : rows and columns outside of which nothing has burnt
    """

    def __init__(self, front: SpreadingFire, shape: tuple[int, int]) -> None:
        self._front = front
        self._until_s = -inf
        self.window = (slice(0, 0), slice(0, 0))
        self.arrival_time_s: NDArray[np.float64] = np.full(shape, inf)
        self.fireline_intensity_kw_m: NDArray[np.float32] = np.zeros(shape, np.float32)
        self.flame_length_m: NDArray[np.float32] = np.zeros(shape, np.float32)

    def until(self, now_s: float) -> Burnt:
        """Itself, with all that has burnt by now; `now_s` is where the front stands."""
        if self._until_s != now_s:
            rows, columns, arrival_s, intensity = self._front.burnt_since(self._until_s - CORRECTED_S)
            self._write(self.arrival_time_s, rows, columns, arrival_s)
            self._write(self.fireline_intensity_kw_m, rows, columns, intensity)
            self._write(self.flame_length_m, rows, columns, flame_length_m(intensity))
            if rows.size:
                self.window = (_with(self.window[0], rows), _with(self.window[1], columns))
            self._until_s = now_s
        return self

    def _write(
        self,
        field: NDArray[np.floating],
        rows: NDArray[np.integer],
        columns: NDArray[np.integer],
        values: NDArray[np.float64],
    ) -> None:
        field.flags.writeable = True
        field[rows, columns] = values
        field.flags.writeable = False


def _with(span: slice, indices: NDArray[np.integer]) -> slice:
    """The span, grown to hold these indices."""
    first, last = int(indices.min()), int(indices.max()) + 1
    return slice(first, last) if span.stop == 0 else slice(min(span.start, first), max(span.stop, last))


class ZoneWatch:
    """Says of each zone, once, that the fire has reached it: the first of its cells burns."""

    def __init__(self, zones: Sequence[Zone], grid: Grid) -> None:
        cells = ((zone.zone, np.flatnonzero(rasterise(zone.polygon_xy_m, grid))) for zone in zones)
        self._cells = {zone: flat for zone, flat in cells if len(flat)}
        self._all_cells = np.concatenate([*self._cells.values(), np.empty(0, np.int64)])

    def reached(self, arrival_time_s: NDArray[np.float64], now_s: float) -> list[tuple[str, float]]:
        """Zones reached since the last call, with the time [s], in order of time."""
        arrival = np.ravel(arrival_time_s)
        if not (arrival[self._all_cells] <= now_s).any():
            return []
        firsts = [(zone, float(arrival[cells].min())) for zone, cells in self._cells.items()]
        new = sorted((pair for pair in firsts if pair[1] <= now_s), key=lambda pair: (pair[1], pair[0]))
        for zone, _ in new:
            del self._cells[zone]
        self._all_cells = np.concatenate([*self._cells.values(), np.empty(0, np.int64)])
        return new

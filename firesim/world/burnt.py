"""What the fire leaves behind on the map: when and how hot it came to each cell, and which zones it has reached."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.fire.coverage import nothing_told
from firesim.fire.spread import SpreadingFire
from firesim.fire.surface import flame_length_of

# In strong wind a better way into a cell may be found when the front is already past it: arrivals of the last
# minutes are corrected by some seconds (`fire/front.py`; 35 s is the most that was seen).
CORRECTED_S = 300.0
_STRIP_BITS = 4  # cells of a row are looked through by strips of 16: most of them hold nothing that burnt lately


class Burnt:
    """Fields of a fire, kept up to date at the cost of what has burnt since they were last asked for.

    watched: bool [y, x] cells of which `has_come_to_watched` tells, not copied.

    Attributes
    ----------
    arrival_time_s : float64 [y, x], `inf` where it has not burnt
    fireline_intensity_kw_m, flame_length_m : float32 [y, x], as the front arrived; 0 where it has not burnt
        All read only: they go on changing with the fire.
    window : rows and columns outside of which nothing has burnt
    """

    def __init__(self, front: SpreadingFire, shape: tuple[int, int], watched: NDArray[np.bool_]) -> None:
        self._front = front
        self._watched, self._is_news = watched, False
        self._until_s = -inf
        self._told = nothing_told(shape)
        self.window = (slice(0, 0), slice(0, 0))
        self._fields = (np.full(shape, inf), np.zeros(shape, np.float32), np.zeros(shape, np.float32))
        self.arrival_time_s, self.fireline_intensity_kw_m, self.flame_length_m = map(_read_only, self._fields)
        # [row, strip] by when all of a strip that has burnt had burnt; later than that where an arrival was corrected
        self._latest_s = np.full((shape[0], (shape[1] >> _STRIP_BITS) + 1), -inf)

    def until(self, now_s: float) -> Burnt:
        """Itself, with all that has burnt by now; `now_s` is where the front stands."""
        if self._until_s != now_s:
            rows, columns, arrival_s, intensity = self._front.burnt_since(self._until_s - CORRECTED_S, self._told)
            if rows.size:
                *span, is_news = _write(
                    *self._fields, self._latest_s, self._watched, rows, columns, arrival_s, intensity
                )
                self.window = (_with(self.window[0], *span[:2]), _with(self.window[1], *span[2:]))
                self._is_news = self._is_news or is_news
            self._until_s = now_s
        return self

    def has_come_to_watched(self) -> bool:
        """Whether fire has come to a watched cell since this was last asked."""
        is_news, self._is_news = self._is_news, False
        return is_news

    def between(self, after_s: float, until_s: float) -> NDArray[np.int64]:
        """Flat indices of the cells that are known to have burnt after one time and by another, row by row."""
        rows, columns = self.window
        window = rows.start, rows.stop, columns.start, columns.stop
        return _between(self._fields[0], self._latest_s, *window, after_s, until_s)


def _read_only(field: NDArray[Any]) -> NDArray[Any]:
    seen = field.view()
    seen.flags.writeable = False
    return seen


@kernel
def _write(
    arrival_time_s: NDArray[np.float64],
    intensity_kw_m: NDArray[np.float32],
    flame_length_m: NDArray[np.float32],
    latest_s: NDArray[np.float64],
    watched: NDArray[np.bool_],
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    arrived_s: NDArray[np.float64],
    intense_kw_m: NDArray[np.float64],
) -> tuple[int, int, int, int, bool]:
    """Write what is known of some cells into fields; first and last of their rows, first and last of their columns.

    And whether any of them is watched.
    """
    top, bottom, left, right, is_any_watched = rows[0], rows[0], columns[0], columns[0], False
    for n in range(rows.size):
        i, j = rows[n], columns[n]
        arrival_time_s[i, j], intensity_kw_m[i, j] = arrived_s[n], intense_kw_m[n]
        flame_length_m[i, j] = flame_length_of(intense_kw_m[n])
        latest_s[i, j >> _STRIP_BITS] = max(latest_s[i, j >> _STRIP_BITS], arrived_s[n])
        top, bottom, left, right = min(top, i), max(bottom, i), min(left, j), max(right, j)
        is_any_watched |= watched[i, j]
    return top, bottom, left, right, is_any_watched


@kernel
def _between(
    arrival_time_s: NDArray[np.float64], latest_s: NDArray[np.float64], top: int, bottom: int, left: int, right: int,
    after_s: float, until_s: float,
) -> NDArray[np.int64]:  # fmt: skip
    """`Burnt.between` within some rows and columns, the last ones not counted; nothing has burnt outside of them."""
    first, last = left >> _STRIP_BITS, (right - 1) >> _STRIP_BITS
    n_strips = 0
    for i in range(top, bottom):
        for strip in range(first, last + 1):
            n_strips += latest_s[i, strip] > after_s
    found = np.empty(n_strips << _STRIP_BITS, np.int64)
    n = 0
    for i in range(top, bottom):
        for strip in range(first, last + 1):
            if latest_s[i, strip] <= after_s:
                continue
            begin = strip << _STRIP_BITS
            for j in range(begin, min(begin + (1 << _STRIP_BITS), arrival_time_s.shape[1])):
                if after_s < arrival_time_s[i, j] <= until_s:
                    found[n] = i * arrival_time_s.shape[1] + j
                    n += 1
    return found[:n].copy()


def _with(span: slice, first: int, last: int) -> slice:
    """The span, grown to hold the indices from one to another."""
    if span.start <= first and last < span.stop:
        return span
    return slice(first, last + 1) if span.stop == 0 else slice(min(span.start, first), max(span.stop, last + 1))


class ZoneWatch:
    """Says of each zone, once, that the fire has reached it: the first of its cells burns.

    zone_cells: the flat cells of each zone, one at least.
    is_ahead: bool [y, x], in a zone that has not been reached.
    """

    def __init__(self, zone_cells: Mapping[str, NDArray[np.int64]], shape: tuple[int, int]) -> None:
        self._cells = dict(zone_cells)
        self.is_ahead = np.zeros(shape, np.bool_)
        self._mark_ahead()

    def _mark_ahead(self) -> None:
        self.is_ahead[...] = False
        for flat in self._cells.values():
            self.is_ahead.ravel()[flat] = True

    def reached(self, arrival_time_s: NDArray[np.float64], now_s: float) -> list[tuple[str, float]]:
        """Zones reached since the last call, with the time [s], in order of time. [y, x]"""
        arrival = np.ravel(arrival_time_s)
        firsts = [(zone, float(arrival[cells].min())) for zone, cells in self._cells.items()]
        new = sorted((pair for pair in firsts if pair[1] <= now_s), key=lambda pair: (pair[1], pair[0]))
        for zone, _ in new:
            del self._cells[zone]
        self._mark_ahead()
        return new

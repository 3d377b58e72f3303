"""Spread as the laws tell it, turned into the form that the front works with when the front comes near.

The grid is cut into squares of 16 x 16 cells. A change of weather only makes the squares outdated: each is asked for
again when fire comes to it, so that new weather costs by the length of the front and not by the grid. Where the kind
of a cell alone decides (its fuel, on level ground in the open) the compiled loop looks the spread up by itself; else
four squares are asked for in one, since a call costs as much as some hundred cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from math import cos, inf, nan, radians, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel, kernel_in_place, kernel_part
from firesim.fire.cells import BARE, BLOCKED, TILE_BITS, Cells, Floats, Indices, Singles, place_of

# Fire whose head would need longer than this to cross a cell stands still. [s]  Three years: beyond any run, and
# far inside the range of single precision.
LONGEST_CROSSING_S = 1e8

# An ellipse thinner than this (22 times as long as wide) stands still at its back in single precision.
MOST_ECCENTRICITY = 0.999

BLOCK_BITS = 1  # spread that the kind does not decide is asked for in blocks of 2 x 2 squares
IN_TILE = (1 << TILE_BITS) - 1  # the bits of a row or column that say where in its square a cell is


@dataclass(frozen=True)
class Spread:
    """How fire spreads in some cells. Floats, or arrays of the cells' shape.

    head_rate_m_s along the ground; 0 or NaN: nothing spreads. toward_deg: where the head goes on the map,
    clockwise from north. eccentricity of the ellipse in the plane of the ground, 0 to below 1.
    heat_per_area_kj_m2: what burns off behind the front; only carried along, for `fireline_intensity_kw_m`.
    step: `steps_toward` of these directions, where it is kept for several fronts; None: not worked out yet.
    """

    head_rate_m_s: ArrayLike
    toward_deg: ArrayLike
    eccentricity: ArrayLike
    heat_per_area_kj_m2: ArrayLike = 0.0
    step: tuple[Floats, Floats] | None = None

    def within(self, rows: slice, columns: slice) -> Spread:
        """The same for a part of the grid."""
        parts = (self.head_rate_m_s, self.toward_deg, self.eccentricity, self.heat_per_area_kj_m2)
        rate, toward, shape, heat = (part if np.ndim(part) == 0 else np.asarray(part)[rows, columns] for part in parts)
        return Spread(rate, toward, shape, heat)


# Of a grid where the kind of a cell does not decide.
NO_KIND, NO_TABLE = np.zeros((0, 0), np.int16), np.zeros((4, 0))

# Spread of a part of the grid, asked for when the front comes near: (rows, columns) -> Spread of that shape.
SpreadSource = Callable[[slice, slice], Spread]

# Rise of the ground per metre along a step of one column and of one row, asked for in the same way. [-]
RiseSource = Callable[[slice, slice], tuple[Singles, Singles]]


@dataclass(frozen=True)
class SpreadOfKinds:
    """How fire spreads where the kind of a cell alone decides.

    kind: [y, x] a row of `spread`, whose parts have one dimension; all cells of one kind: an array of 1 x 1.
    """

    kind: NDArray[np.int16]
    spread: Spread

    def table(self) -> Floats:
        """Head rate [m/s], direction of the head [deg], eccentricity [-] and heat [kJ/m2], by kind. [4, kind]"""
        rate = np.atleast_1d(np.asarray(self.spread.head_rate_m_s, dtype=np.float64))
        table = np.empty((4, rate.size))
        table[0], table[1], table[2] = rate, self.spread.toward_deg, self.spread.eccentricity
        table[3] = self.spread.heat_per_area_kj_m2
        return table


class Tiles(NamedTuple):
    """What compiled loops know of the squares: the spread in each, and how to look it up where the kind decides.

    age_of: [square] age of the spread written there; heat, slowed, slowing: see `SpreadTiles`; kind: empty where the
    kind does not decide; table: of `SpreadOfKinds`.
    """

    age_of: Indices
    heat: Singles
    slowed: Indices
    slowing: Singles
    kind: NDArray[np.int16]
    table: Floats


@kernel_part
def _slowing_at(tiles: Tiles, tile: int, row: int, column: int) -> float:
    """Factor on the rate of a cell of this square; row and column count the rim around the grid."""
    at = tiles.slowed[tile]
    if at < 0:
        return 1.0
    return float(tiles.slowing[at, (row & IN_TILE) << TILE_BITS | column & IN_TILE])


@kernel_part
def _write_cell(
    cells: Cells,
    tiles: Tiles,
    c: int,
    cell_size_m: float,
    rate: float,
    e: float,
    step_x: float,
    step_y: float,
    burns: float,
) -> None:
    """Slowness and drift of one cell; (step_x, step_y) the unit vector of the head on the map."""
    if cells.mark[c] & (BARE | BLOCKED) or not rate * LONGEST_CROSSING_S > cell_size_m:
        cells.slowness[c] = inf
        return
    e = min(e, MOST_ECCENTRICITY)
    zx, zy = 0.0, 0.0
    if cells.rise_x.size > 1:
        zx, zy = cells.rise_x[c], cells.rise_y[c]
    rise = zx * step_x + zy * step_y
    part = e / sqrt(1.0 + rise * rise)
    cells.slowness[c] = cell_size_m / (rate * (1.0 - e))
    cells.drift_x[c] = part * (step_x + zx * rise)
    cells.drift_y[c] = part * (step_y + zy * rise)
    tiles.heat[c] = burns


@kernel
def steps_toward(toward_deg: Floats, rows_per_step_north: int) -> tuple[Floats, Floats]:
    """Unit vectors on the map toward directions clockwise from north, along columns and along rows. [y, x]"""
    along_columns, along_rows = np.empty_like(toward_deg), np.empty_like(toward_deg)
    last, x, y = nan, 0.0, 0.0
    for i in range(toward_deg.shape[0]):
        for j in range(toward_deg.shape[1]):
            if toward_deg[i, j] != last:  # one in many cells where the ground is level
                last = toward_deg[i, j]
                x, y = sin(radians(last)), rows_per_step_north * cos(radians(last))
            along_columns[i, j], along_rows[i, j] = x, y
    return along_columns, along_rows


_TILES = len(Cells._fields)  # where tiles begin among the parts of `write_spread`


@kernel_in_place
def write_spread(
    now_s: float,
    stride: int,
    row: int,
    column: int,
    cell_size_m: float,
    head_rate: Floats,
    step_x: Floats,
    step_y: Floats,
    eccentric: Floats,
    burns: Floats,
    *parts: Any,
) -> None:
    """Slowness and drift of the unburnt cells of a square whose north-west cell is at (row, column) of the grid.

    head_rate [m/s], step_x, step_y of `steps_toward` the head, eccentric [-], burns [kJ/m2]: arrays of the square.
    parts: of cells and tiles, one after the other (`compiled.py`).
    """
    cells, tiles = Cells(*parts[:_TILES]), Tiles(*parts[_TILES:])
    across = ((stride - 1) >> TILE_BITS) + 1
    for i in range(head_rate.shape[0]):
        for j in range(head_rate.shape[1]):
            r, q = row + i + 1, column + j + 1
            c = r * stride + q
            if cells.arrival_s[c] <= now_s:
                continue
            rate = head_rate[i, j] * _slowing_at(tiles, (r >> TILE_BITS) * across + (q >> TILE_BITS), r, q)
            _write_cell(cells, tiles, c, cell_size_m, rate, eccentric[i, j], step_x[i, j], step_y[i, j], burns[i, j])


@kernel_in_place
def write_kinds(
    cells: Cells, tiles: Tiles, tile: int, age: int, now_s: float, stride: int, cell_size_m: float, north: int
) -> None:
    """The same of a square where the kind of a cell decides; north: rows per step north."""
    across = ((stride - 1) >> TILE_BITS) + 1
    rows, columns = cells.mark.size // stride - 2, stride - 2
    top, left = (tile // across) << TILE_BITS, (tile % across) << TILE_BITS
    arrival_s, mark, slowness, heat = cells.arrival_s, cells.mark, cells.slowness, tiles.heat
    drift_x, drift_y = cells.drift_x, cells.drift_y
    is_one, is_level = tiles.kind.size == 1, cells.rise_x.size == 1
    last, step_x, step_y = -1, 0.0, 0.0
    # Spread of the last cell written, which holds for the next of its kind and wetness on level ground.
    is_known, slowed = False, 1.0
    w, fx, fy, burns = slowness[0], drift_x[0], drift_y[0], heat[0]
    # Cells of the grid have rows and columns from 1 on; the rim of one cell around it is 0.
    for r in range(max(top, 1), min(top + (1 << TILE_BITS), rows + 1)):
        for q in range(max(left, 1), min(left + (1 << TILE_BITS), columns + 1)):
            c = r * stride + q
            if arrival_s[c] <= now_s:
                continue
            kind = tiles.kind[0, 0] if is_one else tiles.kind[r - 1, q - 1]
            if kind != last:
                last, toward, is_known = kind, radians(tiles.table[1, kind]), False
                step_x, step_y = sin(toward), north * cos(toward)
            slowing = _slowing_at(tiles, tile, r, q)
            if slowing != slowed:
                is_known = False
            if is_known and not mark[c] & (BARE | BLOCKED):
                slowness[c], drift_x[c], drift_y[c], heat[c] = w, fx, fy, burns
                continue
            _write_cell(
                cells, tiles, c, cell_size_m, tiles.table[0, kind] * slowing, tiles.table[2, kind], step_x, step_y,
                tiles.table[3, kind],
            )  # fmt: skip
            if is_level and not mark[c] & (BARE | BLOCKED):
                w, fx, fy, burns = slowness[c], drift_x[c], drift_y[c], heat[c]
                is_known, slowed = True, slowing
    tiles.age_of[tile] = age


@kernel_in_place
def write_outdated_kinds(
    cells: Cells, tiles: Tiles, which: Indices, age: int, now_s: float, stride: int, cell_size_m: float, north: int
) -> None:
    """The same of all squares of some cells that are of an earlier age."""
    across = ((stride - 1) >> TILE_BITS) + 1
    for c in which:
        row, column = place_of(c, stride)
        tile = (row >> TILE_BITS) * across + (column >> TILE_BITS)
        if tiles.age_of[tile] != age:
            write_kinds(cells, tiles, tile, age, now_s, stride, cell_size_m, north)


@kernel
def _outdated(which: Indices, age_of: Indices, age: int, stride: int) -> NDArray[np.int64]:
    """The squares of some cells that are of an earlier age, in order."""
    across = ((stride - 1) >> TILE_BITS) + 1
    is_asked = np.zeros(age_of.size, np.bool_)
    for c in which:
        row, column = place_of(c, stride)
        is_asked[(row >> TILE_BITS) * across + (column >> TILE_BITS)] = True
    return np.flatnonzero(is_asked & (age_of != age))


@kernel_in_place
def window_of(age_of: Indices, stride: int, cells: int) -> tuple[int, int, int, int]:
    """`SpreadTiles.window` of a grid of so many cells, rim included, by the ages of its squares."""
    across, rows, columns = ((stride - 1) >> TILE_BITS) + 1, cells // stride - 2, stride - 2
    top, bottom, left, right = age_of.size, 0, across, 0
    for tile in range(age_of.size):
        if age_of[tile] >= 0:
            row, column = tile // across, tile % across
            top, bottom = min(top, row), max(bottom, row + 1)
            left, right = min(left, column), max(right, column + 1)
    if bottom == 0:
        return 0, 0, 0, 0
    # The squares count the rim of one cell around the grid.
    return (
        max((top << TILE_BITS) - 1, 0),
        min((bottom << TILE_BITS) - 1, rows),
        max((left << TILE_BITS) - 1, 0),
        min((right << TILE_BITS) - 1, columns),
    )


class SpreadTiles:
    """The squares of a grid and whether the spread in their cells is the one that holds.

    age: how often the spread has changed; age_of: of the spread written in each square, 0 where that is to be
    written anew, -1 where none ever was.
    heat: of `Spread`, by cell.
    slowing: factors on the rates by cell in the squares where some differ from 1 [such a square, cell of it];
    slowed: [square] its row of `slowing`, -1: none.
    rise: where the rise of the ground is looked up when the front first comes near; None: all of it is known.
    """

    def __init__(
        self, shape: tuple[int, int], cell_size_m: float, rows_per_step_north: int, rise: RiseSource | None = None
    ) -> None:
        self.shape = shape
        self.cell_size_m = cell_size_m
        self.rows_per_step_north = rows_per_step_north
        self.stride = shape[1] + 2
        self.age = 1
        self.heat = np.zeros((shape[0] + 2) * self.stride, np.float32)
        self._across = ((self.stride - 1) >> TILE_BITS) + 1
        self.age_of = np.full(self._across * (((shape[0] + 1) >> TILE_BITS) + 1), -1, np.int32)
        self.slowed, self.slowing = np.full(self.age_of.size, -1, np.int32), _unslowed(0)
        self.kind, self.table = NO_KIND, NO_TABLE
        self._source: SpreadSource = Spread(0.0, 0.0, 0.0).within
        self._rise = rise

    def copy(self) -> SpreadTiles:
        """Equal tiles that share only the source."""
        twin = copy(self)
        (twin.heat,) = self.copied([self.heat], 0.0)
        twin.slowed, twin.slowing, twin.age_of = self.slowed.copy(), self.slowing.copy(), self.age_of.copy()
        return twin

    def copied(self, known: Sequence[NDArray[Any]], elsewhere: float) -> list[NDArray[Any]]:
        """Copies of what is known by cell and is `elsewhere` wherever fire has not come: that is not read."""
        top, bottom, left, right = self.window()
        here = np.s_[top + 1 : bottom + 1, left + 1 : right + 1]  # by_cell has a rim of one cell around the grid
        twins = [np.full(by_cell.size, elsewhere, by_cell.dtype) for by_cell in known]
        for twin, by_cell in zip(twins, known, strict=True):
            twin.reshape(-1, self.stride)[here] = by_cell.reshape(-1, self.stride)[here]
        return twins

    def change(self, spread: Spread | SpreadOfKinds | SpreadSource) -> None:
        """From now on this spread holds."""
        decides = self._rise is None
        if decides and isinstance(spread, Spread) and all(np.ndim(part) == 0 for part in vars(spread).values()):
            spread = SpreadOfKinds(np.zeros((1, 1), np.int16), spread)
        self.kind, self.table = NO_KIND, NO_TABLE
        if isinstance(spread, SpreadOfKinds) and not decides:
            raise ValueError("on a slope the kind of a cell does not decide: give the spread of each cell")
        if isinstance(spread, SpreadOfKinds):
            self.kind, self.table = np.ascontiguousarray(spread.kind, dtype=np.int16), spread.table()
        else:
            self._source = spread.within if isinstance(spread, Spread) else spread
        self.age += 1

    def parts(self) -> Tiles:
        """As compiled loops take them."""
        return Tiles(self.age_of, self.heat, self.slowed, self.slowing, self.kind, self.table)

    def slow(self, cells: NDArray[np.integer], factor: float) -> None:
        """From now on multiply the rate in these cells, each told once; they are outdated."""
        row, column = np.divmod(cells, self.stride)
        squares = (row >> TILE_BITS) * self._across + (column >> TILE_BITS)
        new = np.unique(squares[self.slowed[squares] < 0])
        self.slowed[new] = self.slowing.shape[0] + np.arange(new.size)
        self.slowing = np.concatenate([self.slowing, _unslowed(new.size)])
        within = (row & IN_TILE) << TILE_BITS | column & IN_TILE
        self.slowing[self.slowed[squares], within] *= np.float32(factor)
        self.outdate(cells)

    def outdate(self, cells: NDArray[np.integer]) -> None:
        """Have the spread of these cells written anew when it is next asked for."""
        tiles = np.unique(self._of(cells))
        self.age_of[tiles] = np.minimum(self.age_of[tiles], 0)

    def window(self) -> tuple[int, int, int, int]:
        """First and past-the-last row, first and past-the-last column, outside of which fire has not come anywhere."""
        return window_of(self.age_of, self.stride, self.heat.size)

    def evaluate(self, cells: Cells, which: Indices, now_s: float) -> None:
        """Bring the squares of these cells up to date, where they have not burnt by now_s."""
        if self.kind.size:
            size_m, north = self.cell_size_m, self.rows_per_step_north
            return write_outdated_kinds(cells, self.parts(), which, self.age, now_s, self.stride, size_m, north)
        for tile in _outdated(which, self.age_of, self.age, self.stride).tolist():
            if self.age_of[tile] != self.age:  # not of the block of an earlier one
                self.evaluate_tile(cells, tile, now_s)
        return None

    def evaluate_tile(self, cells: Cells, tile: int, now_s: float) -> None:
        """Bring the block of one square up to date, where it has not burnt by now_s. The kind does not decide."""
        down, right = (part >> BLOCK_BITS << BLOCK_BITS for part in divmod(tile, self._across))
        row, column, size = down << TILE_BITS, right << TILE_BITS, 1 << TILE_BITS + BLOCK_BITS
        rows = slice(max(row - 1, 0), min(row - 1 + size, self.shape[0]))
        columns = slice(max(column - 1, 0), min(column - 1 + size, self.shape[1]))
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        if min(shape) > 0:
            if self._rise is not None and self.age_of[tile] < 0:
                self._write_rise(cells, rows, columns)
            spread = self._source(rows, columns)
            step = spread.step or steps_toward(_filled(spread.toward_deg, shape), self.rows_per_step_north)
            parts = (spread.head_rate_m_s, *step, spread.eccentricity, spread.heat_per_area_kj_m2)
            write_spread(
                now_s,
                self.stride,
                rows.start,
                columns.start,
                self.cell_size_m,
                *(_filled(part, shape) for part in parts),
                *cells,
                *self.parts(),
            )
        squares = self.age_of.reshape(-1, self._across)
        squares[down : down + (1 << BLOCK_BITS), right : right + (1 << BLOCK_BITS)] = self.age

    def _write_rise(self, cells: Cells, rows: slice, columns: slice) -> None:
        assert self._rise is not None
        framed = (slice(rows.start + 1, rows.stop + 1), slice(columns.start + 1, columns.stop + 1))
        for known, part in zip((cells.rise_x, cells.rise_y), self._rise(rows, columns), strict=True):
            known.reshape(-1, self.stride)[framed] = part

    def _of(self, cells: NDArray[np.integer]) -> NDArray[np.integer]:
        row, column = np.divmod(cells, self.stride)
        return np.asarray((row >> TILE_BITS) * self._across + (column >> TILE_BITS))


def _unslowed(squares: int) -> Singles:
    """Factors of some squares where nothing is slowed yet."""
    return np.ones((squares, 1 << 2 * TILE_BITS), np.float32)


def _filled(part: ArrayLike, shape: tuple[int, int]) -> Floats:
    """A number or an array of this shape as such an array."""
    array = np.ascontiguousarray(part, dtype=np.float64)
    return array if array.shape == shape else np.full(shape, array)

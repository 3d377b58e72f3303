"""A line thinner than a cell parts the ground: whatever its numbers round to, there is no way across it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.fire.barrier import around, shut_ways
from firesim.fire.cells import RING_X, RING_Y

SHAPE = (40, 50)

Line = list[tuple[float, float]]


def reached_from(row: int, column: int, line: Line) -> np.ndarray:
    """Cells that hang together with one by ways that the line leaves open. [y, x]"""
    shut = np.zeros(SHAPE, np.uint8)
    for start, end in pairwise(line):
        shut_ways(start, end, SHAPE, shut)
    reached, waiting = np.zeros(SHAPE, np.bool_), [(row, column)]
    while waiting:
        r, c = waiting.pop()
        if not (0 <= r < SHAPE[0] and 0 <= c < SHAPE[1]) or reached[r, c]:
            continue
        reached[r, c] = True
        waiting += [(r + int(RING_Y[k]), c + int(RING_X[k])) for k in range(8) if not shut[r, c] >> k & 1]
    return reached


def sides(line: Line) -> np.ndarray:
    """Distance of cell centres to the right of the line through its ends. [y, x] cells"""
    (x0, y0), (x1, y1) = line[0], line[-1]
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    return ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / np.hypot(x1 - x0, y1 - y0)


def leaks(line: Line) -> int:
    """Cells beyond the line that hang together with one before it."""
    off = sides(line)
    here = np.argwhere(off < -1e-3)
    there = off > 1e-3
    return int((reached_from(*here[0], line) & there).sum()) if len(here) and there.any() else 0


def in_pieces(line: Line, pieces: int) -> Line:
    (x0, y0), (x1, y1) = line[0], line[-1]
    return [(x0 + s * (x1 - x0), y0 + s * (y1 - y0)) for s in np.linspace(0.0, 1.0, pieces + 1)]


@settings(max_examples=60, deadline=None)
@given(
    through=st.tuples(st.floats(5.0, 45.0), st.floats(5.0, 35.0)),
    turn=st.floats(0.0, np.pi),
    beyond=st.floats(80.0, 1e4),
    pieces=st.integers(1, 34),
)
def test_no_line_across_the_map_leaks(through: tuple[float, float], turn: float, beyond: float, pieces: int) -> None:
    along = np.cos(turn) * beyond, np.sin(turn) * beyond
    line = [(through[0] - along[0], through[1] - along[1]), (through[0] + along[0], through[1] + along[1])]
    assert leaks(in_pieces(line, pieces)) == 0


@pytest.mark.parametrize("size_m", [7.3, 10.0, 25.0, 30.0])
@pytest.mark.parametrize("overshoot_m", [0.0, 10.0, 37.0, 50.0])
@pytest.mark.parametrize("pieces", [1, 7, 34])
@pytest.mark.parametrize("through", ["centres", "corners"])
def test_a_line_at_45_degrees_through_centres_does_not_leak(
    size_m: float, overshoot_m: float, pieces: int, through: str
) -> None:
    off_m = 0.5 * size_m if through == "centres" else 0.0
    ends_m = (off_m - overshoot_m - size_m, 60 * size_m + off_m + overshoot_m)
    line = [(ends_m[0] / size_m, ends_m[0] / size_m), (ends_m[1] / size_m, ends_m[1] / size_m)]
    assert leaks(in_pieces(line, pieces)) == 0


def test_what_lies_beyond_the_end_of_a_line_stays_open() -> None:
    line = [(-5.0, 20.2), (24.9, 20.2)]
    reached = reached_from(0, 0, line)
    assert reached.all()  # round its end
    shut = np.zeros(SHAPE, np.uint8)
    shut_ways(*line, SHAPE, shut)
    rows, columns = np.nonzero(shut)
    assert set(rows.tolist()) == {19, 20}
    assert columns.max() == 25  # the slanting ways to and from the last column that it cuts


def test_a_line_off_the_map_shuts_nothing() -> None:
    shut = np.zeros(SHAPE, np.uint8)
    for line in ([(-9.0, -9.0), (-3.0, 80.0)], [(-50.0, 3.0), (20.0, -40.0)], [(60.0, 0.0), (1e9, 1e9)]):
        shut_ways(line[0], line[1], SHAPE, shut)
    assert not shut.any()


@given(st.lists(st.tuples(st.floats(-20.0, 70.0), st.floats(-20.0, 60.0)), max_size=4))
@settings(deadline=None)
def test_a_line_shuts_no_way_beyond_its_surroundings(line: Line) -> None:
    shut = np.zeros(SHAPE, np.uint8)
    for start, end in pairwise(line):
        shut_ways(start, end, SHAPE, shut)
    shut[around(line, SHAPE)] = 0
    assert not shut.any()

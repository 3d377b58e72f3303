"""The masts: what is known of each, and how their table is read.

The table is CSV with a row a mast and the columns of `COLUMNS`; further columns are refused. Wrong rows are
all told at once, with file and line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firesim.inputs.problems import BadInput, Problems
from firesim.inputs.tables import read_table
from firesim.place.grid import Grid
from firesim.place.positions import positions

COLUMNS = ("mast", "name", "lon", "lat", "height_m", "eirp_dbm", "basis")
LOWEST_M, TALLEST_M = 2.0, 200.0
WEAKEST_DBM, STRONGEST_DBM = -20.0, 60.0
_EIRP = "dBm of the reference signal, antenna gain included"


@dataclass(frozen=True)
class Mast:
    """A radio mast: where its antenna is and how strong its 5G reference signal leaves it.

    `height_m` is above the ground. `eirp_dbm` is that of one resource element (what a telephone measures as
    RSRP before the path): carrier power plus antenna gain less 10 log10 of the number of subcarriers.
    """

    mast: str
    x_m: float
    y_m: float
    height_m: float
    eirp_dbm: float
    name: str = ""
    basis: str = ""


def read_masts(path: Path, grid: Grid) -> list[Mast]:
    """The masts of a table, placed on the map of `grid`, in the order of the table.

    Raises BadInput with all that is wrong: a missing file or column, an unknown column, an empty name, a name
    used twice, a value that is no number or out of range, a mast off the map. An empty table is allowed: a
    place without any radio.
    """
    problems = Problems("link")
    table = read_table("masts", path, COLUMNS, problems, others=False, may_be_empty=True)
    if table is None:
        raise BadInput(problems)
    masts = table.texts("mast", unique=True)
    x_m, y_m = positions(table, grid)
    height_m = table.numbers("height_m", LOWEST_M, TALLEST_M, meaning="metres of the antenna above the ground")
    eirp_dbm = table.numbers("eirp_dbm", WEAKEST_DBM, STRONGEST_DBM, meaning=_EIRP)
    names, bases = table.texts("name", blank=True), table.texts("basis", blank=True)
    problems.raise_if_any()
    columns = (masts, x_m.tolist(), y_m.tolist(), height_m.tolist(), eirp_dbm.tolist(), names, bases)
    return [Mast(*values) for values in zip(*columns, strict=True)]

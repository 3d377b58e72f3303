"""Who has called for help, who is in an ambulance, and where that is: arrays over parties."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from firesim.place.grid import Grid

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]
PlaceOf = Callable[[], tuple[float, float]]  # where a vehicle is now [m of the map]

_NOWHERE = -1


class Patients:
    """Parties that an ambulance fetches, with all who belong to them.

    Parameters
    ----------
    n
        How many parties there are.
    grid
        Of the fire, for the heat at a place.

    Attributes
    ----------
    called_s : [parties] when each first telephoned for help, `inf`: never [s]
    taken_s, let_off_s : [parties] taken aboard, let off; `inf` until then [s]
    is_aboard : [parties] whether each sits in an ambulance now
    unit : [parties] the ambulance that took each, empty: none
    """

    def __init__(self, n: int, grid: Grid) -> None:
        self._grid = grid
        self.called_s, self.taken_s, self.let_off_s = (np.full(n, np.inf) for _ in range(3))
        self.is_aboard: Claims = np.zeros(n, np.bool_)
        self.unit = [""] * n
        self._vehicle: dict[int, PlaceOf] = {}  # of those aboard

    @property
    def aboard(self) -> list[int]:
        """The parties that sit in ambulances now, in the order in which they were taken."""
        return list(self._vehicle)

    def take(self, party: int, at_s: float, unit: str, place_of: PlaceOf) -> None:
        """A party is aboard; raises RuntimeError for one that is or was."""
        if self.unit[party]:
            raise RuntimeError(f"party {party} is taken by {unit} at {at_s} s, but {self.unit[party]} had it")
        self.taken_s[party], self.unit[party], self.is_aboard[party] = at_s, unit, True
        self._vehicle[party] = place_of

    def let_off(self, party: int, at_s: float) -> None:
        """A party has been let off."""
        self.let_off_s[party], self.is_aboard[party] = at_s, False
        del self._vehicle[party]

    def cell_of(self, x_m: float, y_m: float) -> int:
        """Flat cell of a place, -1: off the grid."""
        row, column = (int(index) for index in self._grid.cell_at(x_m, y_m))
        return row * self._grid.columns + column if self._grid.holds(row, column) else _NOWHERE

    def cells_of(self, who: Integers, cells: Integers) -> Integers:
        """The cells of these, but for those in an ambulance, who are where it is. [n]"""
        cells = cells.copy() if self._vehicle else cells
        for party, place_of in self._vehicle.items():
            cells[who == party] = self.cell_of(*place_of())
        return cells

    def columns(self) -> dict[str, list[str] | Floats]:
        """Columns of `people.parquet`."""
        return {
            "called_for_help_s": self.called_s,
            "fetched_by": list(self.unit),
            "picked_up_s": self.taken_s,
            "let_off_s": self.let_off_s,
        }

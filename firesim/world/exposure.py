"""How long each party has been in the heat or in thick smoke, and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

PLACES = ("home", "road", "beach", "sea")
AT_HOME, ON_ROAD, ON_BEACH, AT_SEA = range(4)


class Exposure:
    """Time in heat or smoke, party by party.

    Attributes
    ----------
    by_place_s : [parties, places]
        Seconds within the heat of flames, or in smoke too thick, or both; places as in `PLACES`. A refuge that burns
        counts as `beach` if it is one, else as `home`.
    heat_s, smoke_s : [parties]
        Of those, in the heat and in the smoke; who is in both at once counts in both. [s]
    """

    def __init__(self, n_parties: int) -> None:
        self.by_place_s: Floats = np.zeros((n_parties, len(PLACES)))
        self.heat_s, self.smoke_s = np.zeros(n_parties), np.zeros(n_parties)

    def add(
        self,
        who: Integers,
        place: Integers | int,
        span_s: float,
        in_heat: Claims | bool = True,
        in_smoke: Claims | bool = False,
    ) -> None:
        """These parties (each once) spend `span_s` more in the heat or in smoke, each at its place."""
        self.by_place_s[who, place] += span_s
        self.heat_s[who] += np.where(in_heat, span_s, 0.0)
        self.smoke_s[who] += np.where(in_smoke, span_s, 0.0)

    @property
    def total_s(self) -> Floats:
        """Wherever it was. [parties]"""
        total: Floats = self.by_place_s.sum(axis=1)
        return total

    def columns(self) -> dict[str, list[str] | Floats]:
        """Columns of `people.parquet`; `exposed_at` is where most of it was, empty for none."""
        most = np.array(PLACES)[self.by_place_s.argmax(axis=1)]
        return {
            "exposed_s": self.total_s,
            "exposed_at": np.where(self.total_s > 0.0, most, "").tolist(),
            **{f"exposed_{place}_s": self.by_place_s[:, k] for k, place in enumerate(PLACES)},
            "exposed_heat_s": self.heat_s,
            "exposed_smoke_s": self.smoke_s,
        }

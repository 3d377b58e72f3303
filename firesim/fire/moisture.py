"""How wet the fuel is.

`Moisture` is what every law of fire takes; it comes from the scenario, from a published scenario by name, or
from the weather (`fire/drying.py`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moisture:
    """Water over dry matter of each fuel class. [kg/kg], floats or arrays that broadcast to the cells.

    Dead fuel by the hours it takes to dry (1, 10, 100), live herbaceous and live woody.
    """

    one_h: ArrayLike
    ten_h: ArrayLike
    hundred_h: ArrayLike
    live_herb: ArrayLike
    live_woody: ArrayLike

    def as_tuple(self) -> tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike, ArrayLike]:
        """1 h, 10 h, 100 h, live herbaceous, live woody. [kg/kg]"""
        return (self.one_h, self.ten_h, self.hundred_h, self.live_herb, self.live_woody)

    @property
    def is_uniform(self) -> bool:
        """Whether one set of values holds for all cells."""
        return all(isinstance(value, float) or np.ndim(value) == 0 for value in self.as_tuple())


@lru_cache(maxsize=1)
def published_scenarios() -> dict[str, Moisture]:
    """Moistures by the name of their scenario, "D2L2" -> 6, 7, 8 % dead, 60 and 90 % live.

    Scott & Burgan 2005 (RMRS-GTR-153), D dead 1 very low to 4 high, L live 1 cured to 4 green, and those that
    Palaiologou et al. 2020 used for Greek conifer stands in summer (GR_...).
    """
    text = files("firesim.fire").joinpath("moisture_scenarios.csv").read_text(encoding="utf-8")
    columns = ("1h", "10h", "100h", "live_herb", "live_woody")
    return {
        row["scenario"]: Moisture(*(float(row[f"moisture_{name}_frac"]) for name in columns))
        for row in csv.DictReader(text.splitlines())
    }


def cured_fraction(live_herb_moisture: ArrayLike, law: str = "behave") -> Floats:
    """Share of the live herbaceous load of a dynamic fuel model that has cured and burns as dead. [0-1]

    All at and below 30 % moisture, none at and above 120 %; between them
    "behave": 1.333 - 1.11 M (Scott & Burgan 2005 as the Behave library rounds it; a step of 0.1 % at 120 %);
    "linear": (1.20 - M) / 0.90 (Scott & Burgan 2005, as written).
    """
    moisture = np.asarray(live_herb_moisture, dtype=np.float64)
    if law == "behave":
        between = 1.333 - 1.11 * moisture
    elif law == "linear":
        between = (1.20 - moisture) / 0.90
    else:
        raise ValueError(f"unknown law of curing {law!r}: behave or linear")
    return np.where(moisture < 0.30, 1.0, np.where(moisture > 1.20, 0.0, np.clip(between, 0.0, 1.0)))

"""Columns of the tables of a run as arrays, and what every measure asks of them. NaN: never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Claims = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]  # of one length
Table: TypeAlias = pd.DataFrame | pa.Table


class Arrays(dict[str, NDArray[Any]]):
    """The columns of a table as arrays, each made once it is asked for: most columns of words never are."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = self._table[name].to_numpy()
        self[name] = array
        return array


class OfThoseAtRisk(dict[str, NDArray[Any]]):
    """The columns of those at risk alone, each made once it is asked for."""

    def __init__(self, people: Columns) -> None:
        super().__init__()
        self._people, self._which = people, people["at_risk"].nonzero()[0]

    def __missing__(self, name: str) -> NDArray[Any]:
        self[name] = self._people[name][self._which]
        return self[name]


def came(time_s: Floats) -> Claims:
    """Which of some times ever came. [n]"""
    ever: Claims = ~np.isnan(time_s)
    return ever


def or_else(time_s: Floats, instead_s: float) -> Floats:
    """Times, another in place of those that never came. [n]"""
    return np.where(np.isnan(time_s), instead_s, time_s)

"""What burns: the fuel models, as a fire behaviour researcher knows them.

Numbers 1-13 are Anderson's (1982, INT-GTR-122), 101-204 Scott & Burgan's (2005, RMRS-GTR-153), 91-99 do not
burn. 301-318 are Fernandes' models for Portugal and 331-334 the conifer models of Palaiologou et al. (2020,
Forests 11:789) for Greece; these two ranges of numbers are firesim's own, the codes are their authors'.
A scenario adds models of its own with `FuelCatalogue.with_models`. Sources of the tables: fire/SOURCES.md.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.imperial import BTU_LB_KJ_KG, FT_M, TONS_ACRE_KG_M2

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NOT_BURNABLE = (91, 92, 93, 98, 99)
CLASSES = ("1h", "10h", "100h", "herb", "woody")  # three dead size classes, two live ones


@dataclass(frozen=True)
class FuelModel:
    """One fuel bed. Tuples are over the classes 1-h, 10-h, 100-h dead, live herbaceous, live woody.

    `is_dynamic`: live herbaceous load cures into a dead class as it dries (Scott & Burgan 2005).
    A surface-to-volume ratio of 0 says that the class has no load. A model without any load does not burn.
    """

    number: int
    code: str
    name: str
    is_dynamic: bool
    load_kg_m2: tuple[float, float, float, float, float]
    sav_1_m: tuple[float, float, float, float, float]
    depth_m: float
    dead_extinction_moisture: float
    heat_dead_kj_kg: float
    heat_live_kj_kg: float

    def __post_init__(self) -> None:
        if not self.is_burnable:
            return
        problem = self._problem()
        if problem:
            raise ValueError(f"fuel model {self.number} {self.code!r}: {problem}")

    @property
    def is_burnable(self) -> bool:
        return any(load > 0.0 for load in self.load_kg_m2)

    def _problem(self) -> str | None:
        if len(self.load_kg_m2) != len(CLASSES) or len(self.sav_1_m) != len(CLASSES):
            return f"loads and surface-to-volume ratios are given for {', '.join(CLASSES)}"
        for name, load, sav in zip(CLASSES, self.load_kg_m2, self.sav_1_m, strict=True):
            if load < 0.0:
                return f"the {name} load is {load} kg/m2, must not be negative"
            if load > 0.0 and not sav > 0.0:
                return f"the {name} class has load, so its surface-to-volume ratio must be above 0 1/m"
        if not self.depth_m > 0.0:
            return f"the bed's depth is {self.depth_m} m, must be above 0"
        if not 0.0 < self.dead_extinction_moisture <= 1.0:
            return f"the dead moisture of extinction is {self.dead_extinction_moisture}, must be above 0, at most 1"
        if not (self.heat_dead_kj_kg > 0.0 and self.heat_live_kj_kg > 0.0):
            return "the heat contents must be above 0 kJ/kg"
        return None


@dataclass(frozen=True)
class FuelCatalogue:
    """A set of fuel models, looked up by number or by code; its arrays are rows in the order of `models`."""

    models: tuple[FuelModel, ...]

    def __post_init__(self) -> None:
        for what in ("number", "code"):
            names = [getattr(model, what) for model in self.models]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"fuel models share the {what} {twice[0]!r}")

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.models)

    def with_models(self, models: Iterable[FuelModel]) -> FuelCatalogue:
        """This catalogue and more models; a number or code that is taken already is refused."""
        return FuelCatalogue((*self.models, *models))

    def number_of(self, code: str) -> int:
        """The number of a model by its code, "SH5" -> 145."""
        for model in self.models:
            if model.code == code:
                return model.number
        raise ValueError(f"no fuel model has the code {code!r}")

    def __getitem__(self, number: int) -> FuelModel:
        return self.models[int(self.row_of(number))]

    def row_of(self, number: ArrayLike) -> Integers:
        """The row of each number in the catalogue's arrays. Any shape. An unknown number is a ValueError."""
        numbers = np.asarray(number)
        if numbers.dtype.kind not in "iu":
            numbers = numbers.astype(np.float64)
            if not np.array_equal(numbers, np.floor(numbers)):
                raise ValueError("a fuel model number is a whole number")
            numbers = numbers.astype(np.int64)
        if numbers.size and (numbers.min() < 0 or numbers.max() >= len(self._row_of_number)):
            raise ValueError(self._unknown(numbers))
        rows: Integers = self._row_of_number[numbers]
        if rows.size and rows.min() < 0:
            raise ValueError(self._unknown(numbers))
        return rows

    def is_known(self, number: int) -> bool:
        """Whether a number is that of a fuel model here."""
        return 0 <= number < len(self._row_of_number) and self._row_of_number[number] >= 0

    def _unknown(self, numbers: NDArray[np.integer]) -> str:
        unknown = [int(n) for n in np.unique(numbers) if not self.is_known(int(n))]
        return f"unknown fuel model number {unknown[0]}" + (f" (and {len(unknown) - 1} more)" if unknown[1:] else "")

    @cached_property
    def _row_of_number(self) -> Integers:
        rows = np.full(max(model.number for model in self.models) + 1, -1, dtype=np.int64)
        for row, model in enumerate(self.models):
            rows[model.number] = row
        return rows

    @cached_property
    def load_kg_m2(self) -> Floats:
        """[model, class]"""
        return np.array([model.load_kg_m2 for model in self.models], dtype=np.float64)

    @cached_property
    def sav_1_m(self) -> Floats:
        """[model, class]"""
        return np.array([model.sav_1_m for model in self.models], dtype=np.float64)

    @cached_property
    def depth_m(self) -> Floats:
        """Of the fuel bed. [models], m"""
        return np.array([model.depth_m for model in self.models], dtype=np.float64)

    @cached_property
    def dead_extinction_moisture(self) -> Floats:
        """Moisture at which dead fuel no longer carries fire. [models], kg/kg"""
        return np.array([model.dead_extinction_moisture for model in self.models], dtype=np.float64)

    @cached_property
    def heat_dead_kj_kg(self) -> Floats:
        """Heat content of dead fuel. [models], kJ/kg"""
        return np.array([model.heat_dead_kj_kg for model in self.models], dtype=np.float64)

    @cached_property
    def heat_live_kj_kg(self) -> Floats:
        """Heat content of live fuel. [models], kJ/kg"""
        return np.array([model.heat_live_kj_kg for model in self.models], dtype=np.float64)

    @cached_property
    def is_dynamic(self) -> NDArray[np.bool_]:
        """Whether live grass cures into dead fuel. [models]"""
        return np.array([model.is_dynamic for model in self.models], dtype=np.bool_)

    @cached_property
    def is_burnable(self) -> NDArray[np.bool_]:
        return np.array([model.is_burnable for model in self.models], dtype=np.bool_)


def _rows(table: str) -> list[dict[str, str]]:
    text = files("firesim.fire").joinpath(table).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _model(row: dict[str, str], load: str, sav: str, factors: tuple[float, float]) -> FuelModel:
    load_factor, sav_factor = factors
    us = load == "tons_acre"
    depth_m = float(row["depth_ft"]) * FT_M if us else float(row["depth_m"])
    heat_dead = float(row["heat_content_btu_lb"]) * BTU_LB_KJ_KG if us else float(row["heat_dead_kj_kg"])
    heat_live = heat_dead if us else float(row["heat_live_kj_kg"])
    loads = tuple(float(row[f"load_{name}_{load}"]) * load_factor for name in CLASSES)
    savs = tuple(float(row[f"sav_{name}_{sav}"]) * sav_factor for name in CLASSES)
    return FuelModel(
        number=int(row["number"]),
        code=row["code"],
        name=row["name"],
        is_dynamic=row["type"] == "dynamic",
        load_kg_m2=loads,  # type: ignore[arg-type]
        sav_1_m=savs,  # type: ignore[arg-type]
        depth_m=depth_m,
        dead_extinction_moisture=float(row["dead_extinction_moisture_frac"]),
        heat_dead_kj_kg=heat_dead,
        heat_live_kj_kg=heat_live,
    )


@lru_cache(maxsize=1)
def standard_fuels() -> FuelCatalogue:
    """Every shipped fuel model: Anderson, Scott & Burgan, the non-burnable ones, Portugal, Greece."""
    united_states = [
        _model(row, "tons_acre", "1_ft", (TONS_ACRE_KG_M2, 1.0 / FT_M)) for row in _rows("fuel_models.csv")
    ]
    mediterranean = [_model(row, "kg_m2", "1_m", (1.0, 1.0)) for row in _rows("mediterranean_fuels.csv")]
    return FuelCatalogue((*united_states, *mediterranean))

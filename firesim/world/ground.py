"""The ground that the fire meets: the map that everyone has, and what is really there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.fire.fuels import FuelCatalogue, FuelModel, standard_fuels
from firesim.place.fuel_codes import OwnFuels, fuel_number
from firesim.place.grid import Grid
from firesim.place.landcover import LandCover
from firesim.place.settlement import Zone
from firesim.place.shapes import rasterise
from firesim.place.terrain import Terrain
from firesim.streams import Luck
from firesim.world.discrepancy import DiscrepancyParameters, spread_multiplier, true_fuel_model

if TYPE_CHECKING:
    from firesim.place.load import Place

# Numbers of the non-burnable models NB1 to NB9 of Scott & Burgan 2005.
_FIRST_NON_BURNABLE, _LAST_NON_BURNABLE = 91, 99


def is_fuel(fuel_model: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Whether each fuel model burns at all. Any shape."""
    return (fuel_model < _FIRST_NON_BURNABLE) | (fuel_model > _LAST_NON_BURNABLE)


def burnable_cells(landcover: LandCover) -> NDArray[np.bool_]:
    """Cells whose mapped fuel burns. [y, x]"""
    return landcover.is_land & is_fuel(landcover.fuel_model)


def why_no_ignition(grid: Grid, landcover: LandCover | None, x_m: float, y_m: float) -> str:
    """Why no fire can start at a point; empty when one can, as far as is known when the cover is not."""
    row, column = (int(index) for index in grid.cell_at(x_m, y_m))
    if not grid.holds(row, column):
        return "it lies off the grid"
    if landcover is None:
        return ""
    if not landcover.is_land[row, column]:
        return "it lies in the sea"
    if not burnable_cells(landcover)[row, column]:
        return f"its fuel does not burn (fuel model {landcover.fuel_model[row, column]})"
    return ""


def fuel_models(own: OwnFuels) -> list[FuelModel]:
    """The scenario's own fuel models as the laws of fire take them."""
    return [
        FuelModel(
            number=fuel_number(code, own) or 0,
            code=code,
            name=fuel.name,
            is_dynamic=fuel.is_dynamic,
            load_kg_m2=fuel.load_kg_m2,
            sav_1_m=fuel.sav_1_m,
            depth_m=fuel.depth_m,
            dead_extinction_moisture=fuel.dead_extinction_moisture_frac,
            heat_dead_kj_kg=fuel.heat_dead_kj_kg,
            heat_live_kj_kg=fuel.heat_live_kj_kg,
        )
        for code, fuel in own.items()
    ]


@dataclass(frozen=True)
class Ignition:
    """Where and when the fire starts. [m of the map, s from the scenario's start]"""

    x_m: float
    y_m: float
    at_s: float


@dataclass(frozen=True)
class FireGround:
    """The ground that the fire meets: the map, its fuels, and the zones whose burning is an event."""

    grid: Grid
    terrain: Terrain
    landcover: LandCover
    zones: Sequence[Zone] = ()
    fuels: FuelCatalogue = field(default_factory=standard_fuels)

    @classmethod
    def of(cls, place: Place) -> FireGround:
        fuels = standard_fuels().with_models(fuel_models(place.own_fuels))
        return cls(place.grid, place.terrain, place.landcover, tuple(place.settlement.zones), fuels)

    @property
    def is_burnable(self) -> NDArray[np.bool_]:
        """Cells whose mapped fuel burns. [y, x]"""
        return burnable_cells(self.landcover)

    @cached_property
    def zone_cells(self) -> dict[str, NDArray[np.int64]]:
        """Flat cells of each zone that holds any. Found once for all fires on this ground, so read only."""
        cells = ((zone.zone, np.flatnonzero(rasterise(zone.polygon_xy_m, self.grid))) for zone in self.zones)
        return {zone: flat for zone, flat in cells if len(flat)}

    def cannot_ignite(self, x_m: float, y_m: float) -> str:
        """Why no fire can start at a point; empty when one can."""
        return why_no_ignition(self.grid, self.landcover, x_m, y_m)


@dataclass(frozen=True)
class HiddenGround:
    """What no map shows: the fuel that is really there and how much faster or slower it burns.

    `multiplier` is float32 [y, x], or 1.0 where switched off; `fuel_model` int16 [y, x].
    """

    multiplier: NDArray[np.float32] | float
    fuel_model: NDArray[np.int16]

    @classmethod
    def draw(
        cls, ground: FireGround, ignition: Ignition, discrepancy: DiscrepancyParameters, luck: Luck
    ) -> HiddenGround:
        """The hidden ground of a replicate. The fuel under the ignition is the map's: the scenario says it burns."""
        mapped, size_m = ground.landcover.fuel_model, ground.grid.cell_size_m
        other = ground.landcover.other_fuel_model
        fuel = true_fuel_model(mapped, ground.is_burnable, other, size_m, discrepancy, luck)
        row, column = (int(index) for index in ground.grid.cell_at(ignition.x_m, ignition.y_m))
        if ground.grid.holds(row, column) and fuel[row, column] != mapped[row, column]:
            fuel = fuel.copy()
            fuel[row, column] = mapped[row, column]
        return cls(spread_multiplier(ground.grid.shape, size_m, discrepancy, luck), fuel)

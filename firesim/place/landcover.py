"""What covers the ground, and what of it burns: CORINE codes, fuel models, canopy, buildings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.problems import Problems
from firesim.inputs.tables import Table, read_table
from firesim.place.fuel_codes import OwnFuels, fuel_number
from firesim.place.geojson import read_features
from firesim.place.grid import Grid
from firesim.place.rasters import read_raster
from firesim.place.shapes import rasterise

if TYPE_CHECKING:
    from shapely import Polygon

Floats = NDArray[np.float64]
Layer = NDArray[np.float32]
Codes = NDArray[np.int16]
Mask = NDArray[np.bool_]
Crosswalk = Literal["default", "alternative"]

SEA = 523  # CORINE: sea and ocean
SAND = 331  # CORINE: beaches, dunes, sands
LANDFILL = 132  # CORINE: dump sites
LARGEST_CODE = 999
LARGEST_UNCOVERED_FRACTION = 0.005  # of the land: slivers between hand-drawn polygons, not forgotten ones

WATER = 98  # fuel model NB8: open water

# Where the table does not say. One person on 2 m2 of paved ground (a bag at the feet, room to turn) and 4 m2 of sand;
# of a town's land 5 % are squares and yards. All three are judgements.
ROOM_IN_OPEN_M2, ROOM_IN_TOWN_M2 = 4.0, 40.0
_ROOM = "refuge_m2_per_person"

_CANOPY = {
    "canopy_cover_frac": (0.0, 1.0), "canopy_height_m": (0.0, 120.0), "canopy_base_height_m": (0.0, 120.0),
    "canopy_bulk_density_kg_m3": (0.0, 2.0),
}  # fmt: skip


@dataclass(frozen=True)
class LandCover:
    """What covers each cell. Arrays [y, x].

    `corine` is the CORINE level 3 code (523 sea); `fuel_model` the number of a fuel model (GR1 is 101, NB1 91, a
    scenario's own from 901 on). Canopy layers are 0 where there is none: cover [fraction], heights [m], bulk density
    [kg/m3]. `is_built` marks cells with buildings; `is_land` all but the sea (lagoons count as land).
    `other_fuel_model` is what the crosswalk's other column makes of the same cover, None where it has none.
    `meaning` is the table that the cells were looked up in; `drawn` are the polygons behind them (code and rings,
    outer ring first, in metres of the map; a later one lies on top), empty for a raster.
    """

    corine: Codes
    fuel_model: Codes
    canopy_cover: Layer
    canopy_height_m: Layer
    canopy_base_height_m: Layer
    canopy_bulk_density_kg_m3: Layer
    is_built: Mask
    is_land: Mask
    other_fuel_model: Codes | None = None
    meaning: FuelTable | None = None
    drawn: tuple[tuple[int, list[Floats]], ...] = ()

    @property
    def is_dry(self) -> Mask:
        """Land that one can stand on: neither sea nor lagoon."""
        dry: Mask = self.is_land & (self.fuel_model != WATER)
        return dry


@dataclass(frozen=True)
class FuelTable:
    """What each CORINE code means. Arrays over codes 0 to 999; `is_known` says which codes have a row.

    `room_m2` is the ground of this cover that one waiting person takes up, `inf` where nobody can wait. [m2]
    """

    is_known: Mask
    fuel_model: Codes
    canopy: dict[str, Layer]
    is_built: Mask
    room_m2: Floats
    other_fuel_model: Codes | None = None

    @property
    def is_dry(self) -> Mask:
        """Which codes one can stand on: neither sea nor lagoon."""
        dry: Mask = self.is_known & (self.fuel_model != WATER)
        return dry

    def land_cover(self, corine: NDArray[Any], is_land: Mask) -> LandCover:
        """Look every cell up. All codes must be known."""
        codes = np.where(is_land, corine, SEA).astype(np.int16)
        cover, height_m, base_m, density = (self.canopy[name][codes] for name in _CANOPY)
        is_built = self.is_built[codes] & is_land
        other = None if self.other_fuel_model is None else self.other_fuel_model[codes]
        return LandCover(
            codes, self.fuel_model[codes], cover, height_m, base_m, density, is_built, is_land, other, meaning=self
        )


def read_fuels(
    path: Path,
    crosswalk: Crosswalk,
    problems: Problems,
    field: str = "landcover_fuels",
    own: OwnFuels | None = None,
) -> FuelTable | None:
    """Read the table from CORINE code to fuel, canopy and buildings.

    `crosswalk` picks the column `fuel_default` or `fuel_alternative`: which fuel a code carries is a
    judgement that decides much, so there are two. The other one, where the table has it, is kept beside it.
    `own` are the scenario's own fuel models, which the table may name like any other. The column
    `refuge_m2_per_person` may be missing: then 40 m2 of built land and 4 m2 of any other that does not burn.
    """
    fuel_column = f"fuel_{crosswalk}"
    other_column = "fuel_alternative" if crosswalk == "default" else "fuel_default"
    columns = ("corine_code", fuel_column, "buildings", *_CANOPY)
    table = read_table(field, path, columns, problems, optional=(other_column, _ROOM))
    if table is None:
        return None
    before = len(problems)
    table.texts("corine_code", unique=True)
    codes = table.numbers("corine_code", 1, LARGEST_CODE, whole=True)
    fuels = [_fuel_of(table, row, fuel_column, own) for row in range(len(table))]
    others = None
    if other_column in table.header:
        others = [_fuel_of(table, row, other_column, own) for row in range(len(table))]
    canopy = {name: table.numbers(name, *limits, blank=0.0) for name, limits in _CANOPY.items()}
    built = [word == "yes" for word in table.words("buildings", ("yes", "no"), blank=True)]
    room_m2 = np.where(built, ROOM_IN_TOWN_M2, ROOM_IN_OPEN_M2)
    if _ROOM in table.header:
        room_m2 = table.numbers(_ROOM, 0.5, blank=np.inf)
    if SEA not in codes:
        problems.add(f"{field}.corine_code", SEA, "The sea has no row.", "Add a row 523 with fuel NB8.", str(path))
    for row in np.flatnonzero(canopy["canopy_base_height_m"] > canopy["canopy_height_m"]):
        value = float(canopy["canopy_base_height_m"][row])
        table.note(int(row), "canopy_base_height_m", value, "The canopy's base is above its top.", "Exchange them.")
    if len(problems) > before:
        return None
    found = _by_code(codes.astype(np.int64), fuels, canopy, built, room_m2)
    if others is None:
        return found
    other = np.zeros_like(found.fuel_model)
    other[codes.astype(np.int64)] = others
    return replace(found, other_fuel_model=other)


def _by_code(
    codes: NDArray[np.int64], fuels: Sequence[int], canopy: dict[str, Floats], built: Sequence[bool], room_m2: Floats
) -> FuelTable:
    size = LARGEST_CODE + 1
    is_known, is_built, fuel_model = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size, np.int16)
    is_known[codes], is_built[codes], fuel_model[codes] = True, built, fuels
    room = np.full(size, np.inf)
    room[codes] = room_m2
    layers = {name: np.zeros(size, np.float32) for name in canopy}
    for name, values in canopy.items():
        layers[name][codes] = values
    return FuelTable(is_known, fuel_model, layers, is_built, room)


def _fuel_of(table: Table, row: int, column: str, own: OwnFuels | None) -> int:
    code = table.rows[row][column].strip()
    number = fuel_number(code, own)
    if number is None:
        remedy = (
            "Use a code of Scott & Burgan 2005 such as GR2, SH5, TU5 or NB1, FM1 to FM13, a Mediterranean one such as "
            "V-MAb or GR-FM01, or describe the model under place.fuel_models."
        )
        table.note(row, column, code, "There is no such fuel model.", remedy)
    return number or 0


def landcover_from_polygons(
    grid: Grid, coast: Sequence[Polygon], path: Path, fuels: FuelTable, problems: Problems, field: str = "landcover"
) -> LandCover | None:
    """Land cover from GeoJSON polygons with a CORINE code in the property `clc`, inside the coast.

    A cell is land when its centre lies inside the coast, and has the code of the last polygon that holds its
    centre. Slivers of land that no polygon holds take the code of the nearest cell that has one; more than
    0.5 % of the land without cover is a problem.
    """
    before = len(problems)
    corine = np.full(grid.shape, SEA, dtype=np.int16)
    drawn: list[tuple[int, list[Floats]]] = []
    for feature in read_features(field, path, ("Polygon", "MultiPolygon"), problems):
        code = _code_of(feature.properties.get("clc"), fuels)
        if code is None:
            value = feature.properties.get("clc")
            where = f"{field}.features[{feature.number}].clc"
            message = "The property clc must be a CORINE code that landcover_fuels has a row for."
            problems.add(where, value, message, "Correct the code, or add its row to that table.", str(path))
            continue
        shapes = [feature.coordinates] if feature.kind == "Polygon" else feature.coordinates
        parts = [rings_on_map([shape], grid) for shape in shapes]
        corine[rasterise([ring for rings in parts for ring in rings], grid)] = code
        drawn += [(code, rings) for rings in parts]
    if len(problems) > before:
        return None
    is_land = rasterise([np.asarray(r.coords) for c in coast for r in (c.exterior, *c.interiors)], grid)
    bare = is_land & (corine == SEA)
    if bare.sum() > LARGEST_UNCOVERED_FRACTION * is_land.sum():
        message = f"{int(bare.sum())} of {int(is_land.sum())} land cells lie in no polygon."
        problems.add(field, int(bare.sum()), message, "Draw polygons that cover all land inside the coast.", str(path))
        return None
    return replace(fuels.land_cover(_filled(corine, bare, is_land), is_land), drawn=tuple(drawn))


def _is_known(code: float, fuels: FuelTable) -> bool:
    return 0 <= code <= LARGEST_CODE and float(code).is_integer() and bool(fuels.is_known[int(code)])


def _code_of(value: Any, fuels: FuelTable) -> int | None:
    text = str(value)
    if not text.isdecimal() or int(text) == SEA or not _is_known(int(text), fuels):
        return None
    return int(text)


def rings_on_map(shapes: Any, grid: Grid) -> list[Floats]:
    """Rings of GeoJSON polygons (nested longitude-latitude lists) in metres of the map."""
    rings = [np.array([point[:2] for point in ring], dtype=np.float64) for shape in shapes for ring in shape]
    points = np.vstack(rings)
    places = np.column_stack(grid.from_lon_lat(points[:, 0], points[:, 1]))
    return np.split(places, np.cumsum([len(ring) for ring in rings])[:-1])


def _filled(corine: Codes, bare: Mask, is_land: Mask) -> Codes:
    """Bare land with the code of the nearest covered land."""
    if not bare.any():
        return corine
    from scipy.spatial import cKDTree

    covered = np.argwhere(is_land & ~bare)
    _, nearest = cKDTree(covered).query(np.argwhere(bare))
    filled = corine.copy()
    filled[bare] = corine[tuple(covered[nearest].T)]
    return filled


def landcover_from_raster(
    grid: Grid, path: Path, fuels: FuelTable, problems: Problems, field: str = "landcover"
) -> LandCover | None:
    """Land cover from a user's raster of CORINE codes on the same grid; its code 523 is the sea."""
    values = read_raster(field, path, grid, problems)
    if values is None:
        return None
    missing = ~np.isfinite(values)
    if missing.any():
        row, column = (int(index[0]) for index in np.nonzero(missing))
        message = f"{int(missing.sum())} cells have no data, the first in row {row}, column {column}."
        problems.add(field, "nodata", message, "Give every cell a CORINE code; the sea is 523.", str(path))
        return None
    unknown = [code for code in np.unique(values).tolist() if not _is_known(code, fuels)]
    if unknown:
        message = "landcover_fuels has no row for these codes."
        problems.add(field, unknown[:10], message, "Add their rows, or recode the raster to CORINE level 3.", str(path))
        return None
    return fuels.land_cover(values, values != SEA)

"""How near is too near: scorched crowns, safety zones, safe separation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel
from firesim.fire.imperial import BTU_FT_S_KW_M, FT_M, MI_H_M_S

Floats = NDArray[np.float64]

LETHAL_FOLIAGE_F = 140.0  # 60 C kills foliage

SEPARATION_PER_FLAME_HEIGHT = 4.0  # Butler & Cohen 1998, Int. J. Wildland Fire 8:73-77
SEPARATION_PER_VEGETATION_HEIGHT = 8.0  # Butler 2014 and NWCG's guide for safety zones: 8 x height x class factor

# NWCG's slope-wind factor, by burning condition, slope class and wind class.
BURNING_CONDITIONS = ("low", "moderate", "extreme")
SLOPE_CLASSES = ("flat", "moderate", "steep")
WIND_CLASSES = ("light", "moderate", "high")
_FACTORS = np.array(
    [
        [[1.0, 1.5, 3.0], [1.0, 3.0, 4.0], [2.0, 4.0, 6.0]],
        [[1.0, 2.0, 3.0], [1.0, 4.0, 5.0], [2.0, 5.0, 7.0]],
        [[1.0, 2.5, 4.0], [2.0, 5.0, 5.0], [3.0, 5.0, 10.0]],
    ]
)
FLAT_TO_SLOPE, STEEP_FROM_SLOPE = 0.075, 0.40  # rise over run between the slope classes
LIGHT_TO_M_S, HIGH_FROM_M_S = 10.0 * MI_H_M_S, 20.0 * MI_H_M_S  # between the wind classes
CONCERNS = ("low", "moderate", "extreme")
_CONCERN_BY_SLOPE_AND_WIND = np.array([[0, 0, 1], [0, 1, 2], [0, 1, 2]])


def scorch_height_m(
    fireline_intensity_kw_m: ArrayLike, midflame_wind_m_s: ArrayLike, air_temperature_c: ArrayLike
) -> Floats:
    """Height to which a surface fire kills foliage. [m], any shapes that broadcast.

    Van Wagner 1973: 63 / (140 - T[F]) I^(7/6) / sqrt(I + U^3), I in Btu/ft/s, U in mi/h, result in ft. Without
    fire 0; in air of 60 C and more everything dies: inf.
    """
    intensity = np.asarray(fireline_intensity_kw_m, dtype=np.float64) / BTU_FT_S_KW_M
    wind = np.asarray(midflame_wind_m_s, dtype=np.float64) / MI_H_M_S
    to_lethal_f = LETHAL_FOLIAGE_F - (np.asarray(air_temperature_c, dtype=np.float64) * 1.8 + 32.0)
    burns = intensity > 0.0
    heat = intensity ** (7.0 / 6.0) / np.sqrt(np.where(burns, intensity + wind**3, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        height_ft = np.where(to_lethal_f > 0.0, 63.0 / to_lethal_f * heat, np.inf)
    return np.where(burns, height_ft, 0.0) * FT_M


def safety_zone(
    flame_height_m: ArrayLike,
    people: ArrayLike,
    vehicles: ArrayLike,
    area_per_person_m2: ArrayLike,
    area_per_vehicle_m2: ArrayLike,
) -> tuple[Floats, Floats, Floats]:
    """Separation from flames [m], radius [m] and area [m2] of a round safety zone without wind or slope.

    The circle that people and vehicles fill, widened by four flame heights of radiant heat (Butler & Cohen 1998).
    """
    separation = SEPARATION_PER_FLAME_HEIGHT * np.asarray(flame_height_m, dtype=np.float64)
    counts = (np.asarray(value, dtype=np.float64) for value in (people, vehicles))
    areas = (np.asarray(value, dtype=np.float64) for value in (area_per_person_m2, area_per_vehicle_m2))
    filled = sum(count * area for count, area in zip(counts, areas, strict=True))
    radius = separation + np.sqrt(filled / np.pi)
    return np.broadcast_to(separation, radius.shape), np.asarray(radius), np.asarray(np.pi * radius * radius)


def _index(names: tuple[str, ...], values: ArrayLike, what: str) -> NDArray[np.int64]:
    asked = np.asarray(values)
    unknown = sorted(set(asked.ravel().tolist()) - set(names))
    if unknown:
        raise ValueError(f"unknown {what} {unknown[0]!r}: one of {', '.join(names)}")
    return np.asarray(np.vectorize(names.index, otypes=[np.int64])(asked), dtype=np.int64)


def slope_class_of(slope_deg: ArrayLike) -> NDArray[np.str_]:
    """The slope class of ground at an angle from level [degrees]: flat to 7.5 %, moderate to 40 %, steep above."""
    slope = np.tan(np.radians(np.asarray(slope_deg, dtype=np.float64)))
    names: NDArray[np.str_] = np.array(SLOPE_CLASSES)[(slope > FLAT_TO_SLOPE).astype(int) + (slope > STEEP_FROM_SLOPE)]
    return names


def wind_class_of(wind_speed_20ft_m_s: ArrayLike) -> NDArray[np.str_]:
    """The wind class of a mean wind [m/s]: light to 10 mi/h, moderate to 20, high above.

    The guide does not say at which height; that of American fire weather, 20 ft, is taken.
    """
    wind = np.asarray(wind_speed_20ft_m_s, dtype=np.float64)
    names: NDArray[np.str_] = np.array(WIND_CLASSES)[(wind > LIGHT_TO_M_S).astype(int) + (wind > HIGH_FROM_M_S)]
    return names


def slope_wind_factor(burning_condition: ArrayLike, slope_class: ArrayLike, wind_class: ArrayLike) -> Floats:
    """How much further heat reaches with wind and slope than on flat ground in light wind. [-]

    NWCG's table (see `safe_separation`). Any shapes that broadcast.
    """
    burning = _index(BURNING_CONDITIONS, burning_condition, "burning condition")
    slope = _index(SLOPE_CLASSES, slope_class, "slope class")
    return _FACTORS[burning, slope, _index(WIND_CLASSES, wind_class, "wind class")]


def safe_separation(
    burning_condition: ArrayLike, slope_class: ArrayLike, wind_class: ArrayLike, vegetation_height_m: ArrayLike
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Safe separation distance [m], area of a round zone of that radius [m2], and concern (index into CONCERNS).

    8 x vegetation height x factor, with the heat that wind and slope carry by convection (NWCG safety zone guide;
    Butler 2014; Campbell et al. 2017). Classes: BURNING_CONDITIONS; SLOPE_CLASSES flat to 7.5 %, moderate to 40 %,
    steep above 40 %; WIND_CLASSES light to 10 mi/h, moderate to 20, high above.
    """
    burning = _index(BURNING_CONDITIONS, burning_condition, "burning condition")
    slope = _index(SLOPE_CLASSES, slope_class, "slope class")
    wind = _index(WIND_CLASSES, wind_class, "wind class")
    height = np.asarray(vegetation_height_m, dtype=np.float64)
    distance = SEPARATION_PER_VEGETATION_HEIGHT * height * slope_wind_factor(burning_condition, slope_class, wind_class)
    # In light wind only a steep slope under extreme burning raises the concern.
    steep_and_extreme = (burning == 2) & (slope == 2) & (wind == 0)
    concern = np.where(steep_and_extreme, 1, _CONCERN_BY_SLOPE_AND_WIND[slope, wind])
    concern = np.broadcast_to(concern, distance.shape)
    return np.asarray(distance), np.asarray(np.pi * distance * distance), concern


def radiation_from_s(
    arrival_time_s: Floats, flame_length_m: NDArray[np.float32], cell_size_m: float, flame_heights: float
) -> Floats:
    """When flames first stand so near to each cell that their radiation keeps people away. [s], [y, x]; inf: never.

    Parameters
    ----------
    arrival_time_s, flame_length_m : [y, x]
        Of the front in each cell; inf and 0 where it never comes. [s, m]
    cell_size_m : float
        [m]
    flame_heights : float
        The separation that flames demand, in flame heights: `SEPARATION_PER_FLAME_HEIGHT`; 0: the cell itself only.

    Notes
    -----
    Distances are between centres of cells, so right to half a cell either way. Flames are taken as upright, as high
    as they are long: the far end for flames that lean away.
    """
    heated_s = np.full(arrival_time_s.shape, np.inf)
    cells = np.flatnonzero(np.isfinite(arrival_time_s))
    heat(heated_s, cells, arrival_time_s.ravel()[cells], reach_cells(flame_length_m, cells, cell_size_m, flame_heights))
    return heated_s


@kernel
def reach_cells(
    flame_length_m: NDArray[np.float32], cells: NDArray[np.int64], cell_size_m: float, flame_heights: float
) -> Floats:
    """The separation that the flames of some cells (flat indices) demand, in cells. [n]"""
    reach: Floats = flame_heights * flame_length_m.ravel()[cells].astype(np.float64) / cell_size_m
    return reach


@kernel
def heat(heated_s: Floats, cells: NDArray[np.int64], at_s: Floats, reach: Floats) -> None:
    """Note in `heated_s` [y, x] that flames stand in `cells` (flat) from `at_s` on, each so many cells too near."""
    rows, columns = heated_s.shape
    for k in range(cells.size):
        row, column = cells[k] // columns, cells[k] % columns
        far = int(reach[k])
        for there_row in range(max(row - far, 0), min(row + far, rows - 1) + 1):
            for there_column in range(max(column - far, 0), min(column + far, columns - 1) + 1):
                if (there_row - row) ** 2 + (there_column - column) ** 2 <= reach[k] ** 2:
                    heated_s[there_row, there_column] = min(heated_s[there_row, there_column], at_s[k])

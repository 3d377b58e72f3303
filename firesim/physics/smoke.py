"""How high smoke rises, where it drifts, and how thick it is near the ground.

Plume rise after Briggs (1969, 1975; in the form of the US EPA's ISC3 user guide), made for chimneys and used
here for fires of up to some hundred megawatts in a steady wind. Spread of the plume after the rural curves
for neutral air (Pasquill-Gifford class D, Briggs 1973), right for wind above some 5 m/s or an overcast sky; on
a calm sunny afternoon smoke rises and spreads more. Open, fairly level ground and distances from some tens of
metres to 10 km; no canopy, no valley winds, no eddies behind ridges. Taken together a factor of three either
way is what such laws are good for.

Directions across the wind are measured with a unit vector (east, north) that the caller takes from
`place.grid.east_north(drift_toward_deg(...))`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cbrt, inf, pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]

# --- constants, with their sources -------------------------------------------------------------------------

CONVECTIVE_FRACTION = 0.55  # of the heat released, carried up by the air: McCarter & Broido 1965, recalled
HEAT_YIELD_MJ_KG = 18.6  # 8,000 Btu/lb, Rothermel 1972
BUOYANCY_FLUX_PER_MW = 9.80665 / (pi * 1_005.0 * 1.2 * 293.0) * 1e6  # g / (pi cp rho T) [m4 s-3 MW-1], 20 degrees C
TOP_OVER_AXIS = 1.5  # a plume's radius is half its rise: Briggs 1975, recalled
MIXING_HEIGHT_M = 1_500.0  # lid of a fair summer day; a judgement
LIGHTEST_WIND_M_S = 1.0  # the laws diverge in calm air; lighter winds count as this

PARTICLES_G_KG = 12.7  # fine particles per kg of fuel, temperate forest: Akagi et al. 2011 table 1, recalled
LOW_SHARE = 0.2  # of the smoke that smoulders out too cool to rise; a judgement, 0.1 to 0.4 in use
EXTINCTION_M2_G = 4.5  # mass extinction of fresh wood smoke in green light: Reid et al. 2005, 3.6 to 5, recalled
WIDENING = 0.08  # half-width across the wind of a young plume, per metre downwind: rural class D, Briggs 1973
DEEPEST_SPREAD = 3.5  # rise over this adds to the plume's spread: Pasquill 1976, recalled
FARTHEST_OFF_AXIS = 6.0  # half-widths; numerical
_SURELY_OFF_2 = 1.001 * FARTHEST_OFF_AXIS**2  # its square, and far more than rounding

# A sensor's alarm level is not published as a concentration. It is put where the documented reach lies: a
# smouldering fire within 80 to 100 m (Dryad documentation). What smoulders there, and in which wind under
# the trees, is a judgement: a heap of litter that loses 10 g of fuel a second, 1 m/s.
REFERENCE_FUEL_G_S = 10.0
REFERENCE_WIND_M_S = 1.0
REFERENCE_REACH_M = 90.0

# --- how high ------------------------------------------------------------------------------------------------


@kernel
def buoyancy_flux_m4_s3(heat_release_mw: float) -> float:
    """Briggs' buoyancy flux of a fire: F = g Q_convective / (pi cp rho T). [m4 s-3]

    `heat_release_mw` is the whole heat release; the share that only radiates is taken off here.
    """
    return BUOYANCY_FLUX_PER_MW * CONVECTIVE_FRACTION * max(heat_release_mw, 0.0)


@kernel
def distance_of_final_rise_m(heat_release_mw: float) -> float:
    """How far downwind the plume stops rising: 49 F^(5/8), or 119 F^(2/5) from F = 55 on. [m]"""
    flux = buoyancy_flux_m4_s3(heat_release_mw)
    distance_m: float = 49.0 * flux**0.625 if flux < 55.0 else 119.0 * flux**0.4
    return distance_m


@kernel
def plume_rise_m(heat_release_mw: float, wind_speed_m_s: float, downwind_m: float = inf) -> float:
    """Height of the plume's axis above the fire, a distance downwind. [m]

    Parameters
    ----------
    heat_release_mw : float
        Heat released by the whole fire. [MW]
    wind_speed_m_s : float
        Over the height of the plume; the wind at 10 m will do. Below 1 m/s it counts as 1. [m/s]
    downwind_m : float
        From the fire; inf: where the rise has ended. [m]

    Notes
    -----
    Rise 1.6 F^(1/3) x^(2/3) / u until x is `distance_of_final_rise_m` (Briggs 1969): neutral air, bent-over
    plume. 0 without heat or at x = 0; never above the lid of `MIXING_HEIGHT_M`. A number each: of a fire there is
    one heat and one wind at a time, and arrays of one cost ten times as much. May be called in compiled loops.
    """
    reach_m = min(max(downwind_m, 0.0), distance_of_final_rise_m(heat_release_mw))
    root = np.cbrt(reach_m)
    rise_m: float = (
        1.6 * np.cbrt(buoyancy_flux_m4_s3(heat_release_mw)) * (root * root) / max(wind_speed_m_s, LIGHTEST_WIND_M_S)
    )
    return min(rise_m, MIXING_HEIGHT_M)


def plume_top_m(heat_release_mw: float, wind_speed_m_s: float, age_s: float = inf) -> float:
    """Highest smoke above the fire's own ground, so long after it began to smoke at this rate. [m]

    The oldest smoke has drifted wind times age; the top lies half as high again as the axis there. 0 for a
    fire without heat or age.
    """
    drifted_m = max(wind_speed_m_s, LIGHTEST_WIND_M_S) * max(age_s, 0.0)
    return min(TOP_OVER_AXIS * plume_rise_m(heat_release_mw, wind_speed_m_s, drifted_m), MIXING_HEIGHT_M)


def drift_toward_deg(wind_from_deg: float) -> float:
    """Where smoke goes: straight away from where the wind comes from, in [0, 360). [degrees from north]"""
    return (wind_from_deg + 180.0) % 360.0


# --- how thick -----------------------------------------------------------------------------------------------


def smoke_emission_g_s(heat_release_mw: ArrayLike) -> Floats:
    """Fine particles given off: fuel consumed (heat / heat yield) times the emission factor. [g/s]"""
    fuel_kg_s = np.asarray(heat_release_mw, dtype=np.float64) / HEAT_YIELD_MJ_KG
    return PARTICLES_G_KG * fuel_kg_s


@kernel
def _spread_m(downwind_m: float) -> tuple[float, float]:
    """Half-widths of the plume across and up, rural class D (Briggs 1973). [m]"""
    across_m = WIDENING * downwind_m / np.sqrt(1.0 + 0.0001 * downwind_m)
    up_m = 0.06 * downwind_m / np.sqrt(1.0 + 0.0015 * downwind_m)
    return across_m, up_m


@kernel
def _gaussian_s_m3(
    spread_m: tuple[float, float], crosswind_m: float, height_m: float, axis_m: float, wind_m_s: float
) -> float:
    """Concentration per unit of emission, reflected at the ground. [s m-3]

    `spread_m` across and up without what the rise adds. 0 farther off the axis than six half-widths, where it is
    below a ten-millionth of that on the axis.
    """
    extra_2 = (axis_m / DEEPEST_SPREAD) ** 2
    across_2, up_2 = spread_m[0] ** 2 + extra_2, spread_m[1] ** 2 + extra_2
    off_2 = crosswind_m**2 / across_2
    if off_2 > FARTHEST_OFF_AXIS**2:
        return 0.0
    below = np.exp(-0.5 * (off_2 + (height_m - axis_m) ** 2 / up_2))
    mirrored = np.exp(-0.5 * (off_2 + (height_m + axis_m) ** 2 / up_2)) if axis_m > 0.0 else below
    diluted_s_m3: float = (below + mirrored) / (2.0 * np.pi * wind_m_s * np.sqrt(across_2 * up_2))
    return diluted_s_m3


@kernel
def _sum_of_plumes(
    x_m: Floats, y_m: Floats, source_x_m: Floats, source_y_m: Floats, low_g_s: Floats, high_g_s: Floats,
    axis_at_1_m: float, final_m: float, wind: tuple[float, float, float], height_m: float, width_m: float,
) -> Floats:  # fmt: skip
    speed_m_s, east, north = wind
    own_2 = (width_m / 4.3) ** 2
    smoke_g_m3 = np.zeros(x_m.size, dtype=np.float64)
    # Along the wind the place of the source that all others lie downwind of, across it those of the outermost two.
    first_m, least_m, most_m = inf, inf, -inf
    for j in range(source_x_m.size):
        first_m = min(first_m, source_x_m[j] * east + source_y_m[j] * north)
        aside_m = source_x_m[j] * north - source_y_m[j] * east
        least_m, most_m = min(least_m, aside_m), max(most_m, aside_m)
    for i in range(x_m.size):
        farthest_m = x_m[i] * east + y_m[i] * north - first_m + 1.0  # a metre is far more than rounding
        if farthest_m <= 0.0:
            continue
        farthest_m = max(farthest_m, width_m / 2.0)
        highest_m = min(axis_at_1_m * np.cbrt(farthest_m) ** 2, final_m)
        widest_2 = own_2 + (highest_m / DEEPEST_SPREAD) ** 2
        # Farther off than the widest that both plumes can be here there is none of either: most places are, of all.
        aside_m = x_m[i] * north - y_m[i] * east
        off_m = max(least_m - aside_m, aside_m - most_m) - 1.0
        if off_m > 0.0 and off_m**2 > _SURELY_OFF_2 * ((WIDENING * farthest_m) ** 2 + widest_2):
            continue
        for j in range(source_x_m.size):
            dx_m, dy_m = x_m[i] - source_x_m[j], y_m[i] - source_y_m[j]
            downwind_m = dx_m * east + dy_m * north
            if downwind_m <= 0.0:
                continue
            crosswind_m = dx_m * north - dy_m * east
            # Within a source's own width the plume formula has no meaning: the air there is that of its edge.
            downwind_m = max(downwind_m, width_m / 2.0, 1.0)
            # The same for one source.
            if crosswind_m**2 > _SURELY_OFF_2 * ((WIDENING * downwind_m) ** 2 + widest_2):
                continue
            across_m, up_m = _spread_m(downwind_m)
            across_m = np.sqrt(across_m**2 + (width_m / 4.3) ** 2)  # a source of this width: Turner 1970, recalled
            axis_m = min(axis_at_1_m * np.cbrt(downwind_m) ** 2, final_m)
            smoke_g_m3[i] += low_g_s[j] * _gaussian_s_m3((across_m, up_m), crosswind_m, height_m, 0.0, speed_m_s)
            smoke_g_m3[i] += high_g_s[j] * _gaussian_s_m3((across_m, up_m), crosswind_m, height_m, axis_m, speed_m_s)
    return smoke_g_m3


@dataclass(frozen=True)
class SmokeWind:
    """The wind that carries the smoke: speed [m/s] and the unit vector (east, north) it blows toward."""

    speed_m_s: float
    toward_east: float
    toward_north: float


@dataclass(frozen=True)
class GroundSmoke:
    """The smoke of all that burns at one moment, for who asks of it place by place. Arrays [source].

    Made by `of`, whose arguments are those of `ground_smoke_g_m3`; the rest is what the sum over plumes takes.
    """

    x_m: Floats
    y_m: Floats
    low_g_s: Floats  # given off too cool to rise
    high_g_s: Floats
    axis_at_1_m: float  # height of the rising part's axis a metre downwind
    final_m: float  # and where its rise has ended
    wind: tuple[float, float, float]
    height_m: float
    width_m: float

    @classmethod
    def of(
        cls,
        source_x_m: ArrayLike,
        source_y_m: ArrayLike,
        source_heat_mw: ArrayLike,
        wind: SmokeWind,
        height_m: float = 3.0,
        source_width_m: float = 10.0,
        low_share: float = LOW_SHARE,
    ) -> GroundSmoke:
        """Of these sources, see `ground_smoke_g_m3`."""
        heat_mw = np.atleast_1d(np.asarray(source_heat_mw, dtype=np.float64))
        emission_g_s, total_mw = smoke_emission_g_s(heat_mw), float(heat_mw.sum())
        speed_m_s = max(wind.speed_m_s, LIGHTEST_WIND_M_S)
        return cls(
            np.atleast_1d(np.asarray(source_x_m, dtype=np.float64)),
            np.atleast_1d(np.asarray(source_y_m, dtype=np.float64)),
            low_share * emission_g_s,
            (1.0 - low_share) * emission_g_s,
            1.6 * cbrt(buoyancy_flux_m4_s3(total_mw)) / speed_m_s,
            plume_rise_m(total_mw, speed_m_s),
            (speed_m_s, float(wind.toward_east), float(wind.toward_north)),
            float(height_m),
            float(source_width_m),
        )

    def at_g_m3(self, x_m: ArrayLike, y_m: ArrayLike) -> Floats:
        """In the air at places, arrays of one shape: easting, northing. [m] The result has their shape. [g/m3]"""
        x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
        if x.shape != y.shape:
            x, y = np.broadcast_arrays(x, y)
        smoke = _sum_of_plumes(
            x.flatten(), y.flatten(), self.x_m, self.y_m, self.low_g_s, self.high_g_s,
            self.axis_at_1_m, self.final_m, self.wind, self.height_m, self.width_m,
        )  # fmt: skip
        return smoke.reshape(x.shape)


def ground_smoke_g_m3(
    x_m: ArrayLike,
    y_m: ArrayLike,
    source_x_m: ArrayLike,
    source_y_m: ArrayLike,
    source_heat_mw: ArrayLike,
    wind: SmokeWind,
    height_m: float = 3.0,
    source_width_m: float = 10.0,
    low_share: float = LOW_SHARE,
) -> Floats:
    """Smoke in the air at places near the ground, from everything that burns. [g of fine particles per m3]

    Parameters
    ----------
    x_m, y_m : arrays of one shape
        Where one breathes: easting, northing. [m]
    source_x_m, source_y_m, source_heat_mw : arrays [source]
        Burning patches and their heat release. [m, m, MW]
    wind : SmokeWind
        At the height of the smoke; under trees that is the wind under trees.
    height_m : float
        Of the nose or sensor above the ground; 3 m is a node on a trunk. [m]
    source_width_m : float
        Width of each patch across the wind (a cell of the grid, or less for a young fire). [m]
    low_share : float
        Share of the smoke that stays low; the rest rises with the heat of all sources together. [-]

    Returns
    -------
    ndarray, shape of x_m
        0 upwind of every source; finite everywhere; proportional to heat when low_share is 1.

    Notes
    -----
    Sum of Gaussian plumes, averages over some ten minutes. Cost: places times sources.
    """
    sources = (source_x_m, source_y_m, source_heat_mw)
    return GroundSmoke.of(*sources, wind, height_m, source_width_m, low_share).at_g_m3(x_m, y_m)


REFERENCE_HEAT_MW = REFERENCE_FUEL_G_S / 1_000.0 * HEAT_YIELD_MJ_KG


@lru_cache
def alarm_level_g_m3(reach_m: float = REFERENCE_REACH_M) -> float:
    """Smoke at which a gas node is sure, so that the reference fire is noticed up to `reach_m` downwind. [g/m3]

    The documented reach is 80 to 100 m; the default puts the level at 90 m, about 1 mg/m3.
    """
    wind = SmokeWind(REFERENCE_WIND_M_S, 1.0, 0.0)
    level = ground_smoke_g_m3(reach_m, 0.0, 0.0, 0.0, REFERENCE_HEAT_MW, wind, source_width_m=0.0, low_share=1.0)
    return float(level)


def smoke_index(smoke_g_m3: ArrayLike, reach_m: float = REFERENCE_REACH_M) -> Floats:
    """Smoke relative to a gas node's alarm level; 1 is the level. [-]"""
    return np.asarray(smoke_g_m3, dtype=np.float64) / alarm_level_g_m3(reach_m)


# --- how far one sees in it ------------------------------------------------------------------------------------


def extinction_per_m(smoke_g_m3: ArrayLike) -> Floats:
    """Extinction coefficient K of smoky air, natural logarithm: light falls as exp(-K d). [1/m]"""
    return EXTINCTION_M2_G * np.asarray(smoke_g_m3, dtype=np.float64)


def optical_density_per_m(extinction: ArrayLike) -> Floats:
    """Optical density D, decimal logarithm: light falls as 10^(-D d), so D = K / ln 10. [1/m]

    The driving-speed law of Intini et al. (2022) is published in optical density; its code was later fed with
    the extinction coefficient. Give it what this returns.
    """
    density: Floats = np.asarray(extinction, dtype=np.float64) / np.log(10.0)
    return density


def visibility_m(extinction: ArrayLike, lit: bool = False) -> Floats:
    """How far one sees: V = 3 / K for things that reflect light, 8 / K for lit signs (Jin, recalled). [m]

    inf in clean air.
    """
    k = np.asarray(extinction, dtype=np.float64)
    with np.errstate(divide="ignore"):
        seen_m: Floats = (8.0 if lit else 3.0) / k
    return seen_m

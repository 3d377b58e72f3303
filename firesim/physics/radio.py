"""How much of a radio signal is left: path loss of 3GPP TR 38.901, table 7.4.1-1.

Two laws with the same arguments and the same return, so that a study can swap them by name: `uma_path_loss_db`
(urban macro cell, the default) and `rma_path_loss_db` (rural macro cell). Each wants to know whether there is
a line of sight; over real terrain `sight.line_of_sight` says so, and `uma_line_of_sight_probability` is for
places without an elevation model.

Neither knows a hill between mast and user except as "no line of sight", which means clutter near the user:
deep in the shadow of a ridge the true loss is greater (knife-edge diffraction is not computed), and woods add
a loss that is not in them either. Frequencies 0.5 to 100 GHz (UMa) or to 30 GHz (RMa); below 0.5 GHz both are
extrapolations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.compiled import kernel

Floats = NDArray[np.float64]

SPEED_OF_LIGHT_M_S = 3.0e8  # the value that TR 38.901 itself prescribes
SHADOWING_SD_LOS_DB = 4.0  # UMa, table 7.4.1-1
SHADOWING_SD_NLOS_DB = 6.0
EFFECTIVE_ENVIRONMENT_HEIGHT_M = 1.0  # UMa note 1, for users below 13 m
LOWEST_USER_M, HIGHEST_USER_M = 1.5, 22.5  # where the user-height terms were fitted
SHORTEST_M = 10.0  # shorter distances are taken as this one
STREET_WIDTH_M, BUILDING_HEIGHT_M = 20.0, 5.0  # RMa defaults of the table


@kernel
def _uma_db(
    distance_m: float, frequency_ghz: float, in_sight: bool, mast_m: float, user_m: float, above_m: float
) -> float:
    """`uma_path_loss_db` of one path; distance and user within the range of the fit."""
    space_m, carrier_db = np.hypot(distance_m, above_m), 20.0 * np.log10(frequency_ghz)
    over_environment_m2 = (mast_m - EFFECTIVE_ENVIRONMENT_HEIGHT_M) * (user_m - EFFECTIVE_ENVIRONMENT_HEIGHT_M)
    break_m = 4.0 * over_environment_m2 * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_S
    if distance_m <= break_m:
        seen_db = 28.0 + 22.0 * np.log10(space_m) + carrier_db
    else:
        seen_db = 28.0 + 40.0 * np.log10(space_m) + carrier_db - 9.0 * np.log10(break_m**2 + (mast_m - user_m) ** 2)
    hidden_db = 13.54 + 39.08 * np.log10(space_m) + carrier_db - 0.6 * (user_m - 1.5)
    loss_db: float = seen_db if in_sight else max(seen_db, hidden_db)
    return loss_db


@kernel
def _rma_near_db(space_m: float, frequency_ghz: float) -> float:
    """The rural law inside its break point. [dB]"""
    h = BUILDING_HEIGHT_M
    loss_db: float = (
        20.0 * np.log10(40.0 * np.pi * space_m * frequency_ghz / 3.0)
        + min(0.03 * h**1.72, 10.0) * np.log10(space_m)
        - min(0.044 * h**1.72, 14.77)
        + 0.002 * np.log10(h) * space_m
    )
    return loss_db


@kernel
def _rma_db(
    distance_m: float, frequency_ghz: float, in_sight: bool, mast_m: float, user_m: float, above_m: float
) -> float:
    """`rma_path_loss_db` of one path; distance and user within the range of the fit."""
    space_m = np.hypot(distance_m, above_m)
    break_m = 2.0 * np.pi * mast_m * user_m * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_S
    if distance_m <= break_m:
        seen_db = _rma_near_db(space_m, frequency_ghz)
    else:
        seen_db = _rma_near_db(break_m, frequency_ghz) + 40.0 * np.log10(space_m / break_m)
    log_mast = np.log10(mast_m)
    hidden_db = (
        161.04
        - 7.1 * np.log10(STREET_WIDTH_M)
        + 7.5 * np.log10(BUILDING_HEIGHT_M)
        - (24.37 - 3.7 * (BUILDING_HEIGHT_M / mast_m) ** 2) * log_mast
        + (43.42 - 3.1 * log_mast) * (np.log10(space_m) - 3.0)
        + 20.0 * np.log10(frequency_ghz)
        - (3.2 * np.log10(11.75 * user_m) ** 2 - 4.97)
    )
    return seen_db if in_sight else max(seen_db, hidden_db)


@kernel
def path_loss_db(
    is_rural: bool, distance_m: float, frequency_ghz: float, in_sight: bool, mast_height_m: float,
    user_height_m: float, height_difference_m: float,
) -> float:  # fmt: skip
    """One of the two laws for one mast and one user, for compiled loops; arguments as in `uma_path_loss_db`. [dB]"""
    flat_m = max(distance_m, SHORTEST_M)
    user_m = min(max(user_height_m, LOWEST_USER_M), HIGHEST_USER_M)
    if is_rural:
        return _rma_db(flat_m, frequency_ghz, in_sight, mast_height_m, user_m, height_difference_m)
    return _uma_db(flat_m, frequency_ghz, in_sight, mast_height_m, user_m, height_difference_m)


def uma_path_loss_db(
    distance_m: ArrayLike,
    frequency_ghz: float,
    is_line_of_sight: ArrayLike,
    mast_height_m: ArrayLike = 25.0,
    user_height_m: ArrayLike = 1.5,
    height_difference_m: ArrayLike | None = None,
) -> Floats:
    """Path loss of an urban macro cell, median over shadowing. [dB]

    Parameters
    ----------
    distance_m : array
        On the map, mast to user; 10 m to 5 km, beyond which the formula is carried on. [m]
    frequency_ghz : float
        Carrier. [GHz]
    is_line_of_sight : array of bool
        Whether nothing stands between.
    mast_height_m, user_height_m : arrays
        Antennas above their own ground; users from 1.5 to 22.5 m, others are taken as the nearest. [m]
    height_difference_m : array, optional
        Mast antenna above user antenna where the ground is not level; only the distance in space feels it. [m]

    Notes
    -----
    LOS: PL1 = 28 + 22 log10 d3D + 20 log10 fc up to the break point dBP = 4 (hBS - 1)(hUT - 1) fc / c, then
    PL2 = 28 + 40 log10 d3D + 20 log10 fc - 9 log10(dBP^2 + (hBS - hUT)^2). NLOS: the greater of that and
    13.54 + 39.08 log10 d3D + 20 log10 fc - 0.6 (hUT - 1.5). From a mast on a ridge the true break point lies
    farther out than from its own height alone, so the LOS loss is on the safe side there.
    """
    return _of_each(
        False, distance_m, frequency_ghz, is_line_of_sight, mast_height_m, user_height_m, height_difference_m
    )


def rma_path_loss_db(
    distance_m: ArrayLike,
    frequency_ghz: float,
    is_line_of_sight: ArrayLike,
    mast_height_m: ArrayLike = 35.0,
    user_height_m: ArrayLike = 1.5,
    height_difference_m: ArrayLike | None = None,
) -> Floats:
    """Path loss of a rural macro cell, median over shadowing. [dB]

    Arguments as in `uma_path_loss_db`; 10 m to 10 km in sight, to 5 km out of sight. Streets 20 m wide,
    buildings 5 m high, the table's own defaults.

    Notes
    -----
    LOS: PL1(d) = 20 log10(40 pi d fc / 3) + min(0.03 h^1.72, 10) log10 d - min(0.044 h^1.72, 14.77)
    + 0.002 log10(h) d, and beyond dBP = 2 pi hBS hUT fc / c, PL1(dBP) + 40 log10(d / dBP). NLOS: the
    greater of that and 161.04 - 7.1 log10 W + 7.5 log10 h - (24.37 - 3.7 (h / hBS)^2) log10 hBS
    + (43.42 - 3.1 log10 hBS)(log10 d - 3) + 20 log10 fc - (3.2 (log10 11.75 hUT)^2 - 4.97).
    """
    return _of_each(
        True, distance_m, frequency_ghz, is_line_of_sight, mast_height_m, user_height_m, height_difference_m
    )


def _of_each(
    is_rural: bool,
    distance_m: ArrayLike,
    frequency_ghz: float,
    is_line_of_sight: ArrayLike,
    mast_height_m: ArrayLike,
    user_height_m: ArrayLike,
    height_difference_m: ArrayLike | None,
) -> Floats:
    """One of the two laws for arrays that broadcast together. [dB]"""
    if height_difference_m is None:
        height_difference_m = np.asarray(mast_height_m) - np.clip(user_height_m, LOWEST_USER_M, HIGHEST_USER_M)
    lengths_m = (distance_m, mast_height_m, user_height_m, height_difference_m)
    *lengths, in_sight = np.broadcast_arrays(*lengths_m, np.asarray(is_line_of_sight, dtype=bool))
    flat = [np.asarray(length, dtype=np.float64).flatten() for length in lengths]
    return _path_losses_db(is_rural, float(frequency_ghz), in_sight.flatten(), *flat).reshape(in_sight.shape)


@kernel
def _path_losses_db(
    is_rural: bool, frequency_ghz: float, in_sight: NDArray[np.bool_],
    distance_m: Floats, mast_height_m: Floats, user_height_m: Floats, height_difference_m: Floats,
) -> Floats:  # fmt: skip
    loss_db = np.empty(distance_m.size)
    for k in range(distance_m.size):
        loss_db[k] = path_loss_db(
            is_rural, distance_m[k], frequency_ghz, in_sight[k], mast_height_m[k], user_height_m[k],
            height_difference_m[k],
        )  # fmt: skip
    return loss_db


def uma_line_of_sight_probability(distance_m: ArrayLike) -> Floats:
    """Chance of a line of sight in an urban macro cell, for users below 13 m. [-]

    TR 38.901 table 7.4.2-1: min(18/d, 1)(1 - exp(-d/63)) + exp(-d/63). Only where no elevation model is at
    hand: 1 up to 18 m, tends to 0.
    """
    d = np.maximum(np.asarray(distance_m, dtype=np.float64), 1e-9)
    fading = np.exp(-d / 63.0)
    chance: Floats = np.minimum(18.0 / d, 1.0) * (1.0 - fading) + fading
    return chance


def received_power_dbm(eirp_dbm: ArrayLike, path_loss_db: ArrayLike, shadowing_db: ArrayLike = 0.0) -> Floats:
    """Power at a receiver without gain of its own. [dBm]

    `eirp_dbm` is what leaves the sender in the receiver's direction (power plus antenna gain); `shadowing_db`
    is how much better than the median this place happens to be.
    """
    power_dbm: Floats = np.asarray(eirp_dbm, dtype=np.float64) - np.asarray(path_loss_db) + np.asarray(shadowing_db)
    return power_dbm

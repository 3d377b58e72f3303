"""Wind waves near a coast: how high they get over the water that the wind has before it reaches a place.

Deep water, and a wind that has blown long enough: over 100 km at 10 m/s that takes some nine hours, over 5 km
less than an hour, so waves from afar come out too high where the wind has only just risen. Swell from elsewhere,
refraction and breaking on the beach are absent.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

G_M_S2 = 9.81
HALF_ANGLE_DEG = 42.0  # CERC's fan: radials up to 42 degrees either side of the wind


def effective_fetch_m(fetch_m: ArrayLike, wind_from_deg: float) -> Floats:
    """The length of open water that counts for a wind, over a fan of directions around where it comes from.

    Parameters
    ----------
    fetch_m : [..., directions]
        Open water from the place in evenly spaced directions, from north on clockwise; every 10 degrees or closer. [m]
    wind_from_deg : float
        Clockwise from north. [degrees]

    Returns
    -------
    [...] metres; 0 in the full lee of a coast

    Notes
    -----
    F = sum F_i cos^2(a_i) / sum cos(a_i) over the radials within 42 degrees of the wind (Saville 1954; U.S. Army
    Coastal Engineering Research Center, Shore Protection Manual 1977, section 3.43; recalled). What comes round a
    headland at an angle counts for less. Water of one length all round comes out at 0.91 of it.
    """
    fetches = np.asarray(fetch_m, dtype=np.float64)
    squares, total = _fan(fetches.shape[-1], float(wind_from_deg))
    return np.asarray(fetches @ squares / total)


@lru_cache(maxsize=256)
def _fan(directions: int, wind_from_deg: float) -> tuple[Floats, np.float64]:
    """cos^2 of each direction's angle off the wind, 0 beyond the fan, [directions]; and the sum of the cosines.

    A wind is asked about at every point of a way.
    """
    toward_deg = np.arange(directions, dtype=np.float64) * (360.0 / directions)
    off_deg = (toward_deg - wind_from_deg + 180.0) % 360.0 - 180.0
    share = np.where(np.abs(off_deg) <= HALF_ANGLE_DEG, np.cos(np.radians(off_deg)), 0.0)
    return share**2, share.sum()


def wave_height_m(wind_m_s: ArrayLike, fetch_m: ArrayLike) -> Floats:
    """Significant height of the waves that a steady wind raises over a fetch of deep water. [m]

    Parameters
    ----------
    wind_m_s : any shape
        At 10 m above the sea, mean of ten minutes. [m/s]
    fetch_m : broadcasts with it
        Effective fetch. [m]

    Notes
    -----
    Sverdrup, Munk and Bretschneider in the form of the Shore Protection Manual (1977):
    g H / U^2 = 0.283 tanh(0.0125 (g F / U^2)^0.42). It tends to 0.283 U^2 / g for boundless water and to 0 with
    the wind or the fetch.
    """
    wind = np.asarray(wind_m_s, dtype=np.float64)
    squared = np.maximum(wind, 1e-6) ** 2
    reach = G_M_S2 * np.asarray(fetch_m, dtype=np.float64) / squared
    return np.asarray(0.283 * squared / G_M_S2 * np.tanh(0.0125 * reach**0.42))

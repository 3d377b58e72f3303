"""Published curves of how long people take from a warning to leaving, to be used instead of a sum of times."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]

# Seconds since the warning, and the share of those who leave that has left by then. All three are of the example
# files of WUI-NITY [quoted]; what they are is as much a part of them as the numbers.
CURVES: dict[str, Points] = {
    # An evacuation drill at Roxborough Park: announced, by day, nobody in danger.
    "drill": ((300.0, 0.037), (1080.0, 0.67), (1860.0, 0.76), (1980.0, 0.85), (6300.0, 1.0)),
    # What people reported afterwards, in a survey: memory rounds times, mostly down.
    "reported": ((900.0, 0.79), (1800.0, 0.91), (2700.0, 0.93), (3600.0, 0.97), (5400.0, 1.0)),
    # A slow preset: an assumption for a case with hours of time, observed nowhere.
    "slow": ((5000.0, 0.037), (10000.0, 0.67), (15000.0, 0.76), (25000.0, 0.85), (36000.0, 1.0)),
}


def time_to_leave_s(luck: ArrayLike, curve: str) -> Floats:
    """From the warning to leaving, by one of the published curves. [s]

    Parameters
    ----------
    luck : any shape
        Uniform in (0, 1).
    curve : str
        A key of `CURVES`; KeyError for another.

    Notes
    -----
    Straight between the published points, and from nobody at the moment of the warning to the first of them.
    """
    at_s, left = np.array([(0.0, 0.0), *CURVES[curve]]).T
    return np.asarray(np.interp(np.asarray(luck, dtype=np.float64), left, at_s))

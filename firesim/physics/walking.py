"""How fast people walk out of danger."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# WUI-NITY's default for evacuees on foot [quoted]; unimpeded adults walk at 0.8-1.7 m/s (IES) [quoted].
SLOW_M_S, FAST_M_S = 0.7, 1.0


def party_walking_speed_m_s(
    luck: ArrayLike, people: ArrayLike, slow_m_s: float = SLOW_M_S, fast_m_s: float = FAST_M_S
) -> NDArray[np.float64]:
    """The speed of a party on foot: that of its slowest member. [m/s]

    Parameters
    ----------
    luck : any shape
        Uniform in (0, 1), one a party.
    people : same shape
        Members, at least 1.
    slow_m_s, fast_m_s : float
        Bounds of a single walker's speed. [m/s]

    Notes
    -----
    Walkers' speeds are taken as uniform between the bounds and independent, so the least of n has the
    distribution function 1 - (1 - s)^n on the unit interval, inverted here: large parties walk slowly. Level
    ground; slope and smoke are absent, and burdens are `burdened_speed_m_s`'s.
    """
    share = 1.0 - (1.0 - np.asarray(luck, dtype=np.float64)) ** (1.0 / np.asarray(people, dtype=np.float64))
    return np.asarray(slow_m_s + (fast_m_s - slow_m_s) * share)


def burdened_speed_m_s(
    speed_m_s: ArrayLike,
    has_luggage: ArrayLike,
    has_children: ArrayLike,
    luggage_factor: float = 0.9,
    children_factor: float = 0.8,
) -> NDArray[np.float64]:
    """The speed of a party that carries luggage or walks with small children. [m/s]

    Parameters
    ----------
    speed_m_s, has_luggage, has_children : one shape
        Without either [m/s]; whether it has them.
    luggage_factor, children_factor : float
        What is left of the speed with each; both multiply. Judgements: over some metres of level ground luggage
        slowed nobody (Shi et al. 2020, abstract), over kilometres of dirt track it will.
    """
    with_luggage = np.where(has_luggage, luggage_factor, 1.0)
    return np.asarray(np.asarray(speed_m_s) * with_luggage * np.where(has_children, children_factor, 1.0))

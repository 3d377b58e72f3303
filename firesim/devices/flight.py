"""Flying in wind: how fast one comes on over the ground, and where to."""

from __future__ import annotations

from math import sqrt

from firesim.physics.smoke import drift_toward_deg
from firesim.place.grid import heading

Point = tuple[float, float]

SLOWEST_M_S = 0.5  # against a wind as fast as itself a drone would never arrive; it creeps instead


def distance_m(one: Point, other: Point) -> float:
    """Between two points on the map. [m]"""
    return sqrt((other[0] - one[0]) ** 2 + (other[1] - one[1]) ** 2)


def ground_speed_m_s(here: Point, goal: Point, cruise_m_s: float, wind_m_s: float, wind_from_deg: float) -> float:
    """Over the ground along the straight line from `here` to `goal`, heading into the wind as far as that takes. [m/s]

    The wind triangle: sqrt(cruise^2 - across^2) + along, never below `SLOWEST_M_S`. `cruise_m_s` is through
    the air.
    """
    way_m = max(distance_m(here, goal), 1e-9)
    toward_east, toward_north = (goal[0] - here[0]) / way_m, (goal[1] - here[1]) / way_m
    east, north = heading(drift_toward_deg(wind_from_deg))
    along_m_s = wind_m_s * (east * toward_east + north * toward_north)
    across_m_s = wind_m_s * (east * toward_north - north * toward_east)
    return max(sqrt(max(cruise_m_s**2 - across_m_s**2, 0.0)) + along_m_s, SLOWEST_M_S)


def step_toward(here: Point, goal: Point, step_m: float) -> Point:
    """Where one is after a step of so many metres toward `goal`, which is not overshot. [m]"""
    way_m = distance_m(here, goal)
    if step_m >= way_m:
        return goal
    share = step_m / way_m
    return (here[0] + share * (goal[0] - here[0]), here[1] + share * (goal[1] - here[1]))


def beside(flame: Point, here: Point, standoff_m: float) -> Point:
    """The point at a distance from a flame, on one's own side of it; where one is, if that is nearer. [m]"""
    away_m = distance_m(flame, here)
    return here if away_m <= standoff_m else step_toward(flame, here, standoff_m)

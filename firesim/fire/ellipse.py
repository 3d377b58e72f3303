"""The shape of a fire from a point under steady wind: an ellipse with the ignition in its rear focus.

Two ways of measuring occur. A *fire ellipse* has semi-axes and a focus; here it is described by its head rate
and its length to width ratio. `wind_m_s` of the surface law is the effective midflame wind, of the crown law the
wind at 20 ft.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.imperial import MI_H_M_S

Floats = NDArray[np.float64]

MOST_LENGTH_TO_WIDTH = 8.0  # Behave's cap for the surface ellipse: Anderson's data end near it


def length_to_width(effective_wind_m_s: ArrayLike) -> Floats:
    """Length over width of a surface fire from its effective midflame wind. [-], any shape.

    0.936 exp(0.1147 U) + 0.461 exp(-0.0692 U) - 0.397, U in mi/h, at most 8 (Anderson 1983, INT-305, double
    ellipse, as made continuous at U = 0 by Finney 1998, FARSITE). 1 in calm air.
    """
    wind_mi_h = np.asarray(effective_wind_m_s, dtype=np.float64) / MI_H_M_S
    # Beyond the cap's wind the exponent would only overflow.
    wind_mi_h = np.minimum(wind_mi_h, 30.0)
    ratio = 0.936 * np.exp(0.1147 * wind_mi_h) + 0.461 * np.exp(-0.0692 * wind_mi_h) - 0.397
    return np.clip(ratio, 1.0, MOST_LENGTH_TO_WIDTH)


def crown_length_to_width(wind_speed_20ft_m_s: ArrayLike) -> Floats:
    """Length over width of a crown fire: 1 + 0.125 U, U the 20-ft wind in mi/h (Rothermel 1991, INT-438, eq. 9)."""
    return 1.0 + 0.125 * np.asarray(wind_speed_20ft_m_s, dtype=np.float64) / MI_H_M_S


def eccentricity(length_to_width_ratio: ArrayLike) -> Floats:
    """Eccentricity sqrt(L^2 - 1) / L of an ellipse of length to width L >= 1. [0 to below 1], any shape."""
    ratio = np.asarray(length_to_width_ratio, dtype=np.float64)
    return np.asarray(np.sqrt(np.maximum(ratio * ratio - 1.0, 0.0)) / ratio)


def backing_rate(head_rate: ArrayLike, eccentricity_: ArrayLike) -> Floats:
    """Rate against the wind, R (1 - e) / (1 + e). Unit of the head rate."""
    e = np.asarray(eccentricity_, dtype=np.float64)
    return np.asarray(head_rate, dtype=np.float64) * (1.0 - e) / (1.0 + e)


def flanking_rate(head_rate: ArrayLike, eccentricity_: ArrayLike) -> Floats:
    """Half the growth of the ellipse's width, R sqrt((1 - e) / (1 + e)). Unit of the head rate."""
    e = np.asarray(eccentricity_, dtype=np.float64)
    # Half of length over ratio: (R + R (1-e)/(1+e)) / 2 x sqrt(1 - e^2) = R sqrt((1-e)/(1+e)).
    return np.asarray(head_rate, dtype=np.float64) * np.sqrt((1.0 - e) / (1.0 + e))


def rate_toward(head_rate: ArrayLike, eccentricity_: ArrayLike, from_head_deg: ArrayLike) -> Floats:
    """Rate from the ignition point along a ray, R (1 - e) / (1 - e cos b), b the angle from the head's direction."""
    e = np.asarray(eccentricity_, dtype=np.float64)
    cosine = np.cos(np.deg2rad(np.asarray(from_head_deg, dtype=np.float64)))
    return np.asarray(head_rate, dtype=np.float64) * (1.0 - e) / (1.0 - e * cosine)


def normal_rate(head_rate: ArrayLike, eccentricity_: ArrayLike, normal_from_head_deg: ArrayLike) -> Floats:
    """Speed of the front along its own normal, where the normal makes this angle with the head's direction.

    The ellipse grows about its moving centre: with c the centre's speed and a, b the growth of its semi-axes,
    v = c cos n + sqrt(a^2 cos^2 n + b^2 sin^2 n). R ahead, the backing rate behind. Catchpole et al. 1982.
    """
    rate = np.asarray(head_rate, dtype=np.float64)
    e = np.asarray(eccentricity_, dtype=np.float64)
    angle = np.deg2rad(np.asarray(normal_from_head_deg, dtype=np.float64))
    half_length = rate / (1.0 + e)
    half_width = half_length * np.sqrt(1.0 - e * e)
    along, across = half_length * np.cos(angle), half_width * np.sin(angle)
    return half_length * e * np.cos(angle) + np.hypot(along, across)


def area_m2(head_distance_m: ArrayLike, length_to_width_ratio: ArrayLike) -> Floats:
    """Area of the whole ellipse, its back included, once the head is this far from the ignition. [m2]"""
    half_length, half_width = semi_axes_m(head_distance_m, length_to_width_ratio)
    return np.pi * half_length * half_width


def perimeter_m(head_distance_m: ArrayLike, length_to_width_ratio: ArrayLike) -> Floats:
    """Outline of the whole ellipse. [m]  Ramanujan's first formula (1914): within 0.01 % up to 8 to 1."""
    a, b = semi_axes_m(head_distance_m, length_to_width_ratio)
    return np.asarray(np.pi * (3.0 * (a + b) - np.sqrt((3.0 * a + b) * (a + 3.0 * b))))


def semi_axes_m(head_distance_m: ArrayLike, length_to_width_ratio: ArrayLike) -> tuple[Floats, Floats]:
    """Half length and half width of the ellipse, back included. [m]"""
    ratio = np.asarray(length_to_width_ratio, dtype=np.float64)
    half_length = np.asarray(head_distance_m, dtype=np.float64) / (1.0 + eccentricity(ratio))
    return half_length, half_length / ratio

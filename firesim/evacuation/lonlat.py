"""From the coordinates of a network to longitude and latitude."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WGS84 = "EPSG:4326"


class ToLonLat:
    """Turns points of one CRS into longitude and latitude. pyproj is imported only where a network has a CRS."""

    def __init__(self, crs: str) -> None:
        from pyproj import Transformer

        self._turn = Transformer.from_crs(crs, WGS84, always_xy=True)

    def __call__(self, points: Sequence[tuple[float, float]]) -> Floats:
        """[points, 2] degrees; inf or NaN for what lies outside the CRS."""
        lon, lat = self._turn.transform(*np.array(points, dtype=np.float64).reshape(-1, 2).T)
        return np.column_stack([lon, lat])


def is_known_crs(text: str) -> bool:
    """Whether pyproj knows this CRS."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_user_input(text)
    except CRSError:
        return False
    return True

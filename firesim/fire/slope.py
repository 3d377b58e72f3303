"""One plane of ground and its map: distances along the ground against distances on the map."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SlopePlane:
    """A plane that rises by rise_x and rise_y per unit of map along x and y. [-]

    Ground axes: the first straight up the slope (along x where level), the second level, to its right-hand side in
    map axes turned like x to y.
    """

    rise_x: float = 0.0
    rise_y: float = 0.0

    @property
    def _stretch(self) -> float:
        return sqrt(1.0 + self.rise_x**2 + self.rise_y**2)

    @property
    def foreshortening(self) -> float:
        """Map area over ground area, the cosine of the slope."""
        return 1.0 / self._stretch

    @property
    def _upslope(self) -> tuple[float, float]:
        steepness = hypot(self.rise_x, self.rise_y)
        return (self.rise_x / steepness, self.rise_y / steepness) if steepness > 0.0 else (1.0, 0.0)

    def to_ground(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Ground components of map displacements, in their unit."""
        ux, uy = self._upslope
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        return (x * ux + y * uy) * self._stretch, y * ux - x * uy

    def to_map(self, up: ArrayLike, across: ArrayLike) -> tuple[Floats, Floats]:
        """Map displacements of ground components."""
        ux, uy = self._upslope
        up = np.asarray(up, dtype=np.float64) * self.foreshortening
        across = np.asarray(across, dtype=np.float64)
        return up * ux - across * uy, up * uy + across * ux

    def gradient_on_map(self, up: ArrayLike, across: ArrayLike) -> tuple[Floats, Floats]:
        """Change per unit of map of what changes by these per unit of ground."""
        ux, uy = self._upslope
        up = np.asarray(up, dtype=np.float64) * self._stretch
        across = np.asarray(across, dtype=np.float64)
        return up * ux - across * uy, up * uy + across * ux

    def unit_on_ground(self, x: float, y: float) -> tuple[float, float]:
        """Ground unit vector over a map direction."""
        up, across = self.to_ground(x, y)
        length = hypot(float(up), float(across))
        return float(up) / length, float(across) / length

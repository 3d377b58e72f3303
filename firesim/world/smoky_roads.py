"""What the smoke does to the roads: slower the thicker it is, and shunned by some where it is thick."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.physics.smoke_on_roads import speed_factor_in_smoke, walking_factor_in_smoke
from firesim.place.roads import Roads
from firesim.record import Journal
from firesim.world.flow import Flow

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

PIECE_M = 120.0  # a road is looked at every so many metres at least: as fine as patches of burning cells. Numerical


class Smoky(Protocol):
    """Smoke near the ground at this moment; see `world/smoke.py`."""

    @property
    def is_any(self) -> bool: ...
    def optical_density_per_m(self, x_m: ArrayLike, y_m: ArrayLike) -> Floats: ...


class SmokyRoads:
    """The smoke on every road, and what it does to those who drive and walk there.

    Parameters
    ----------
    from_per_m : float
        A road with denser smoke than this anywhere on it is smoky: told once, and some turn back before it. [1/m]

    Attributes
    ----------
    speed_factor : [edges]
        Share of their speed in clear air at which cars drive through now.
    event : [edges]
        The `road_smoky` event of each edge, -1: never smoky; one for both directions of a stretch.
    """

    def __init__(self, roads: Roads, flow: Flow, clear_s: Floats, journal: Journal, from_per_m: float) -> None:
        self._roads, self._flow, self._journal, self._from_per_m = roads, flow, journal, from_per_m
        self._clear_s = clear_s
        # Both directions of a stretch lie in the same smoke: it is looked up once.
        opposite = roads.opposite
        self._one_way: Integers = np.flatnonzero((opposite < 0) | (np.arange(len(opposite)) < opposite))
        stretch = np.empty(len(opposite), np.int64)
        stretch[self._one_way] = np.arange(len(self._one_way))
        other = opposite[self._one_way]
        stretch[other[other >= 0]] = np.flatnonzero(other >= 0)
        self._stretch: Integers = stretch
        pieces = [_middles_of_pieces(np.asarray(roads.paths_xy_m[edge], dtype=float)) for edge in self._one_way]
        self._xy_m: Floats = np.concatenate(pieces) if pieces else np.empty((0, 2))
        self._counts: Integers = np.array([len(piece) for piece in pieces], dtype=np.int64)
        self._first: Integers = np.concatenate([[0], np.cumsum(self._counts)])[:-1].astype(np.int64)
        self.speed_factor: Floats = np.ones(len(opposite))
        self.event: Integers = np.full(len(opposite), -1, dtype=np.int64)

    def meet(self, smoke: Smoky, now_s: float, cause_id: int) -> None:
        """From now on people drive and walk in this smoke; everybody has been moved until now.

        Crossing a stretch takes the sum of its pieces' lengths over the speed in each. Cars on their way are slowed
        for what is left of it, walkers from the next road on. Capacity stays: people keep their distance in smoke
        (Rohaert et al. 2025).
        """
        if not smoke.is_any and (self.speed_factor == 1.0).all():
            return
        density = smoke.optical_density_per_m(self._xy_m[:, 0], self._xy_m[:, 1])
        by_car = self._mean_factor(speed_factor_in_smoke(density))
        on_foot = self._mean_factor(walking_factor_in_smoke(density))
        changed = np.flatnonzero(by_car != self.speed_factor)
        self.speed_factor = by_car
        self._flow.slow(changed, self._clear_s[changed] / by_car[changed], now_s)
        self._flow.queues.foot_factor[: len(on_foot)] = on_foot
        self._note_thick(np.maximum.reduceat(density, self._first)[self._stretch] > self._from_per_m, now_s, cause_id)

    def _mean_factor(self, factor: Floats) -> Floats:
        """Speed over a whole road of pieces of equal length, each with its factor. [edges]"""
        mean: Floats = self._counts / np.add.reduceat(1.0 / factor, self._first)
        return mean[self._stretch]

    def _note_thick(self, is_thick: NDArray[np.bool_], now_s: float, cause_id: int) -> None:
        queues, n_edges = self._flow.queues, len(is_thick)
        newly = np.flatnonzero(is_thick & ~queues.is_thick[:n_edges])
        queues.is_thick[:n_edges] = is_thick
        for edge in newly.tolist():
            if self.event[edge] < 0:
                both = [edge] if self._roads.opposite[edge] < 0 else [edge, int(self._roads.opposite[edge])]
                self.event[both] = self._journal.add(now_s, self._roads.edge_names[edge], "road_smoky", cause_id)
            self._flow.let_line_think(edge, now_s)

    def warnings(self) -> list[str]:
        """How many roads lay in thick smoke, in words."""
        names = {self._roads.edge_names[edge] for edge in np.flatnonzero(self.event >= 0).tolist()}
        stretches = len(np.unique(self.event[self.event >= 0]))
        if not names:
            return []
        slow = 100.0 * float(speed_factor_in_smoke(self._from_per_m))
        roads = "road lay" if stretches == 1 else "roads lay"
        return [f"{stretches} {roads} in smoke at some time: cars below {slow:.0f} % of their speed there"]


def _middles_of_pieces(path_xy_m: Floats) -> Floats:
    """Middles of equal pieces of a path, at most `PIECE_M` long. [pieces, 2]"""
    so_far_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path_xy_m, axis=0).T))])
    n = max(int(np.ceil(so_far_m[-1] / PIECE_M)), 1)
    at_m = (np.arange(n) + 0.5) / n * so_far_m[-1]
    return np.column_stack([np.interp(at_m, so_far_m, path_xy_m[:, axis]) for axis in (0, 1)])

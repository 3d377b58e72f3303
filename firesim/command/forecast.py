"""Where the fire will be: a small ensemble over what the centre does not know.

The centre does not know how fast this ground burns, which way exactly the wind blows, where precisely the
fire began and when. Each member takes one value of each; the values are spread evenly over their
distributions by a fixed design, so that the same picture always gives the same forecast. The laws are those
of the true fire; the state is not. Suppression is not forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.ground import Ground
from firesim.command.incident import Incident
from firesim.command.members import MemberFire, ensemble, kindlings
from firesim.command.orders import Belief
from firesim.command.parameters import ForecastParameters
from firesim.compiled import kernel_in_place

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]
_Between = tuple[Integers, Integers, Singles]

_ONE, _NONE = np.float32(1.0), np.float32(0.0)


@dataclass(frozen=True)
class Forecast:
    """What the ensemble says, from the fastest member to the slowest.

    Attributes
    ----------
    made_s, seen_s : float
        When it was made, and when the newest report in it was seen. [s]
    from_outline : bool
        Whether it starts from an outline rather than from a suspected place.
    arrival_s : [member, y, x] float32
        Arrival on the centre's grid. [s], inf: not within the forecast
    edge_closes_s, zone_reached_s, refuge_reached_s : [member, edge | zone | refuge]
        When fire first touches a road, or comes within the buffer of a place. [s]
    intensity_kw_m : [y, x] float32
        Fireline intensity at arrival in the middle member. [kW/m]
    """

    made_s: float
    seen_s: float
    until_s: float
    from_outline: bool
    early: float
    arrival_s: NDArray[np.float32]
    edge_closes_s: Floats
    zone_reached_s: Floats
    refuge_reached_s: Floats
    intensity_kw_m: NDArray[np.float32]

    @cached_property
    def edge_closes_early_s(self) -> Floats:
        """Early quantile of the closing time of each directed edge. [edge]"""
        return quantile(self.edge_closes_s, self.early)

    @cached_property
    def zone_reached_early_s(self) -> Floats:
        """Early quantile of when each zone is reached. [zone]"""
        return quantile(self.zone_reached_s, self.early)

    @cached_property
    def refuge_reached_early_s(self) -> Floats:
        """Early quantile of when each refuge is reached. [refuge]"""
        return quantile(self.refuge_reached_s, self.early)

    @cached_property
    def median_arrival_s(self) -> NDArray[np.float32]:
        """The middle member's arrival, cell by cell. [y, x]"""
        return self.band_s[1].astype(np.float32)

    @cached_property
    def band_s(self) -> tuple[Floats, Floats, Floats]:
        """Arrival early, in the middle and late, cell by cell. [y, x]"""
        is_reached = np.isfinite(self.arrival_s).any(axis=0)  # by the fastest: most cells by none
        in_order = np.sort(self.arrival_s[:, is_reached], axis=0)
        early, middle, late = (np.full(is_reached.shape, inf) for _ in range(3))
        for field_s, share in ((early, self.early), (middle, 0.5), (late, 1.0 - self.early)):
            field_s[is_reached] = in_order[_rank(len(in_order), share)]
        return early, middle, late

    def band_on_map(self, ground: Ground) -> list[NDArray[np.float32]]:
        """The same on the grid of the map that it was made on. [y, x]"""
        if not self._band_on_map:
            self._band_on_map.extend(on_the_map(ground, field_s) for field_s in self.band_s)
        return self._band_on_map

    @cached_property
    def _band_on_map(self) -> list[NDArray[np.float32]]:
        return []

    def misses(self, drawn: NDArray[np.bool_], seen_s: float, is_whole: bool) -> float:
        """How badly a drawing disagrees with this forecast. [0, 1]

        A whole one: cells in one and not the other, over either. A part: the share of it that was not expected.
        """
        expected = self.median_arrival_s <= seen_s
        wrong, of = (expected ^ drawn, expected | drawn) if is_whole else (drawn & ~expected, drawn)
        return np.count_nonzero(wrong) / np.count_nonzero(of) if of.any() else 0.0


def quantile(members: NDArray[np.floating], share: float) -> Floats:
    """The value that at least `share` of the members do not exceed; over axis 0. Takes inf in its stride.

    The smallest order statistic that is not below the share: no interpolation, for inf has no middle.
    """
    rank = _rank(len(members), share)
    return np.asarray(np.partition(members, rank, axis=0)[rank], dtype=np.float64)


def _rank(members: int, share: float) -> int:
    return max(int(np.ceil(share * members)) - 1, 0)


class Forecaster:
    """The forecasts of one centre. What they share is kept (`members.py`): each is as if made from the beginning."""

    def __init__(self, ground: Ground, parameters: ForecastParameters) -> None:
        self._ground, self._parameters = ground, parameters
        self._members = [MemberFire(ground, member, parameters) for member in ensemble(parameters)]

    def forecast(self, fires: Sequence[Incident], now_s: float) -> Forecast:
        """Let the believed fires run on the briefed map under the bulletin.

        A fire drawn all round starts from that, when it was seen; one without such a drawing (or with one too small
        for the centre's grid) starts as a point, before the first sighting by the stated lag; see `kindlings`.
        """
        ground, parameters = self._ground, self._parameters
        until_s = min(now_s + parameters.forecast_ahead_s, max(ground.briefing.horizon_s, now_s))
        starts = kindlings(ground, fires)
        n_members, intensity_kw_m = len(self._members), np.zeros(ground.coarse.shape, np.float32)
        arrival_s = np.empty((n_members, *ground.coarse.shape), np.float32)
        for n, member in enumerate(self._members):
            fire = member.run(starts, now_s, until_s)
            arrival_s[n] = fire.arrival_time_s
            if n == n_members // 2:
                intensity_kw_m[...] = fire.fireline_intensity_kw_m
            del fire  # the next takes over its memory, which to ask for anew takes longer than to fill
        flat = arrival_s.reshape(n_members, -1)
        return Forecast(
            made_s=now_s,
            seen_s=max((fire.last_seen_s for fire in fires), default=now_s),
            until_s=until_s,
            from_outline=any(fire.has_outline for fire in fires),
            early=parameters.early_quantile,
            arrival_s=arrival_s,
            edge_closes_s=_first_per_edge(ground, flat),
            zone_reached_s=_first_per_place(ground.zone_cells, flat),
            refuge_reached_s=_first_per_place(ground.refuge_cells, flat),
            intensity_kw_m=intensity_kw_m,
        )


def forecast(ground: Ground, fires: Sequence[Incident], now_s: float, parameters: ForecastParameters) -> Forecast:
    """One forecast by itself; see `Forecaster.forecast`."""
    return Forecaster(ground, parameters).forecast(fires, now_s)


def outline_cells(ground: Ground, incident: Incident) -> NDArray[np.bool_]:
    """Coarse cells inside what has been drawn that burn on the map. [y, x]"""
    return np.asarray(incident.drawn_cells(ground.coarse) & ground.is_burnable)


def _first_per_edge(ground: Ground, arrival_s: NDArray[np.float32]) -> Floats:
    """When fire first touches each directed edge. [member, edge]"""
    edge_of, flat_cell = ground.edge_cells
    closes_s = np.full((len(arrival_s), len(ground.roads.tail)), inf)
    for member, arrivals in enumerate(arrival_s):
        np.minimum.at(closes_s[member], edge_of, arrivals[flat_cell].astype(np.float64))
    return closes_s


def _first_per_place(cells: Sequence[NDArray[np.int64]], arrival_s: NDArray[np.float32]) -> Floats:
    """When fire first comes to each place. [member, place]"""
    first_s = np.full((len(arrival_s), len(cells)), inf)
    for place, inside in enumerate(cells):
        if len(inside):
            first_s[:, place] = arrival_s[:, inside].min(axis=1)
    return first_s


# --- what is kept of it ----------------------------------------------------------------------------------


def belief_of(ground: Ground, incident: Incident, forecasted: Forecast | None, now_s: float) -> Belief:
    """The fire as believed now, on the grid of the map."""
    x_m, y_m = incident.centre_xy_m
    if forecasted is None:
        drawn = np.where(incident.drawn_cells(ground.grid), np.float32(incident.outline_seen_s), np.float32(inf))
        quantiles = [drawn.astype(np.float32)] * 3
    else:
        quantiles = forecasted.band_on_map(ground)
    return Belief(
        believed_at_s=now_s,
        seen_s=incident.last_seen_s,
        probability=incident.probability(now_s),
        place_xy_m=(x_m, y_m),
        place_sd_m=incident.sd_m,
        arrival_time_s=quantiles[1],
        early_arrival_time_s=quantiles[0],
        late_arrival_time_s=quantiles[2],
        is_forecast=forecasted is not None,
    )


def on_the_map(ground: Ground, coarse: NDArray[np.floating]) -> NDArray[np.float32]:
    """A field of the centre's grid on the finer grid of the map. [y, x] float32

    Each map cell takes the mean of the four coarse cells around it by distance, of those that are finite; it
    is inf where the coarse cell that holds it is.
    """
    rows, columns = ground.grid.shape
    is_finite = np.isfinite(coarse)
    on_map = np.full((rows, columns), np.inf, dtype=np.float32)
    # Outside the rows and columns that hold something finite there is nothing to blend.
    r, row = _around(is_finite.any(axis=1), rows, ground.factor)
    c, column = _around(is_finite.any(axis=0), columns, ground.factor)
    down, across = _between(r, coarse.shape[0], ground.factor), _between(c, coarse.shape[1], ground.factor)
    _blend(coarse.astype(np.float32), (row, column), down, across, on_map[r.start : r.stop, c.start : c.stop])
    return on_map


def _around(is_finite: NDArray[np.bool_], fine: int, factor: int) -> tuple[range, NDArray[np.int64]]:
    """The fine cells along one axis from the first to the last whose coarse cell holds something, and those cells."""
    coarse_of = np.minimum(np.arange(fine) // factor, len(is_finite) - 1)
    held = np.flatnonzero(is_finite[coarse_of])
    span = range(held[0], held[-1] + 1) if held.size else range(0)
    return span, coarse_of[span.start : span.stop]


def _between(fine: range, coarse: int, factor: int) -> _Between:
    """The two coarse cells on either side of some fine cells along one axis, and the share of the second."""
    at = np.clip((np.arange(fine.start, fine.stop) + 0.5) / factor - 0.5, 0.0, coarse - 1.0)
    low = np.floor(at).astype(np.int64)
    return low, np.minimum(low + 1, coarse - 1), (at - low).astype(np.float32)


@kernel_in_place
def _blend(
    coarse: Singles, holds: tuple[Integers, Integers], down: _Between, across: _Between, on_map: Singles
) -> None:
    """Write the mean of `on_the_map` into a block of the map, in single precision throughout.

    Of its rows and columns: the coarse ones that hold them, and those on either side as `_between` has them.
    """
    for i in range(on_map.shape[0]):
        for j in range(on_map.shape[1]):
            if np.isfinite(coarse[holds[0][i], holds[1][j]]):
                left, left_weight = _blend_down(coarse, across[0][j], down[0][i], down[1][i], down[2][i])
                right, right_weight = _blend_down(coarse, across[1][j], down[0][i], down[1][i], down[2][i])
                share = across[2][j]
                weight = left_weight * (_ONE - share) + right_weight * share
                on_map[i, j] = (left * (_ONE - share) + right * share) / weight


@kernel_in_place
def _blend_down(
    coarse: Singles, column: int, upper: int, lower: int, share: np.float32
) -> tuple[np.float32, np.float32]:
    """Linear interpolation in a column, 0 for what is not finite; and so much of the weight as is of what is finite."""
    above, below = coarse[upper, column], coarse[lower, column]
    is_above, is_below = np.float32(np.isfinite(above)), np.float32(np.isfinite(below))
    weight = is_above * (_ONE - share) + is_below * share
    above, below = above if is_above else _NONE, below if is_below else _NONE
    return above * (_ONE - share) + below * share, weight

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
from math import exp, inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.ground import Ground
from firesim.command.incident import Incident
from firesim.command.orders import Belief
from firesim.command.parameters import ForecastParameters

Floats = NDArray[np.float64]
Point = tuple[float, float]

_LEAST_CELLS = 4  # an outline of fewer coarse cells is still a point to the forecast


@dataclass(frozen=True)
class Member:
    """What one member of the ensemble takes for true. Steps are standard normal, `lag` is uniform in (0, 1)."""

    rate_multiplier: float
    wind_turned_deg: float
    east_step: float
    north_step: float
    lag: float


def ensemble(parameters: ForecastParameters) -> list[Member]:
    """The members: an even, fixed spread over all five unknowns at once.

    Each unknown takes the middle of each of n equally likely slices exactly once (McKay, Beckman & Conover
    1979, Latin hypercube); which slice meets which is set by the additive recurrence of the generalised golden
    ratio (Roberts 2018) instead of by luck. The first member has the slowest rate, the last the fastest.
    """
    from scipy.special import ndtri

    n = parameters.ensemble_members
    ratio = 1.0
    for _ in range(30):
        ratio = (1.0 + ratio) ** (1.0 / 5.0)  # root of x**5 = x + 1, four dimensions beside the rate
    points = (0.5 + np.arange(1, n + 1)[:, None] * ratio ** -np.arange(1.0, 5.0)[None, :]) % 1.0
    slices = (np.argsort(np.argsort(points, axis=0), axis=0) + 0.5) / n
    rate = ndtri((np.arange(n) + 0.5) / n)
    return [
        Member(
            exp(parameters.rate_sd * float(rate[i])),
            parameters.wind_direction_sd_deg * float(ndtri(slices[i, 0])),
            float(ndtri(slices[i, 1])),
            float(ndtri(slices[i, 2])),
            float(slices[i, 3]),
        )
        for i in range(n)
    ]


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
        in_order = np.sort(self.arrival_s, axis=0)
        early, middle, late = (
            np.asarray(in_order[_rank(len(in_order), share)], dtype=np.float64)
            for share in (self.early, 0.5, 1.0 - self.early)
        )
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
        return float(wrong.sum() / of.sum()) if of.any() else 0.0


def quantile(members: NDArray[np.floating], share: float) -> Floats:
    """The value that at least `share` of the members do not exceed; over axis 0. Takes inf in its stride.

    The smallest order statistic that is not below the share: no interpolation, for inf has no middle.
    """
    rank = _rank(len(members), share)
    return np.asarray(np.partition(members, rank, axis=0)[rank], dtype=np.float64)


def _rank(members: int, share: float) -> int:
    return max(int(np.ceil(share * members)) - 1, 0)


def forecast(ground: Ground, fires: Sequence[Incident], now_s: float, parameters: ForecastParameters) -> Forecast:
    """Let the believed fires run on the briefed map under the bulletin.

    A fire drawn all round starts from that, when it was seen; one without such a drawing (or with one too small
    for the centre's grid) starts as a point, before the first sighting by the stated lag; see `kindlings`.
    """
    until_s = min(now_s + parameters.forecast_ahead_s, max(ground.briefing.horizon_s, now_s))
    members = ensemble(parameters)
    arrivals, intensities = [], []
    starts = kindlings(ground, fires)
    for member in members:
        arrival_s, intensity_kw_m = _run(ground, starts, member, until_s, parameters)
        arrivals.append(arrival_s)
        intensities.append(intensity_kw_m)
    arrival_s = np.stack(arrivals)
    flat = arrival_s.reshape(len(members), -1)
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
        intensity_kw_m=intensities[len(members) // 2],
    )


@dataclass(frozen=True)
class Kindling:
    """Something that starts burning in a member: cells at a time, or a point when the member has it begin."""

    incident: Incident
    at_s: float = inf  # inf: before the first sighting, by the member's lag
    cells: NDArray[np.bool_] | None = None

    def start_s(self, member: Member, parameters: ForecastParameters) -> float:
        if self.cells is not None:
            return self.at_s
        return self.incident.first_seen_s - 2.0 * parameters.detection_lag_s * member.lag


def kindlings(ground: Ground, fires: Sequence[Incident]) -> list[Kindling]:
    """What the centre knows to have burnt, and from when.

    A drawing that closes all round the fire is taken for the fire. Without one the fire begins as a point, and
    what has been drawn of it in parts is added at the time when each was seen: a crew at one flank does not
    say that nothing burns elsewhere.
    """
    result = []
    for fire in fires:
        whole, base_s = fire.last_whole, -inf
        cells = None if whole is None else whole.cells(ground.coarse) & ground.is_burnable
        if whole is not None and cells is not None and cells.sum() >= _LEAST_CELLS:
            base_s = whole.seen_s
            result.append(Kindling(fire, base_s, cells))
        else:
            result.append(Kindling(fire))
        for drawing in fire.outlines.values():
            cells = drawing.cells(ground.coarse) & ground.is_burnable
            if not drawing.is_whole and drawing.seen_s > base_s and cells.any():
                result.append(Kindling(fire, drawing.seen_s, cells))
    return result


def _run(
    ground: Ground, starts: Sequence[Kindling], member: Member, until_s: float, parameters: ForecastParameters
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One member: arrival [s] and intensity at arrival [kW/m]. [y, x]"""
    from firesim.fire.spread import SpreadingFire

    fire = SpreadingFire(ground.landscape)
    times = [start.start_s(member, parameters) for start in starts]
    begins_s = min(times, default=until_s)
    fire.set_law(begins_s, ground.spread_at(begins_s, member.wind_turned_deg, member.rate_multiplier))
    # What began at different times is kindled in its order, the weather changing in between.
    changes = [(time_s, -1) for time_s in ground.weather_changes_s(begins_s, until_s)]
    for time_s, k in sorted([*zip(times, range(len(starts)), strict=True), *changes]):
        fire.advance(time_s)
        if k < 0:
            fire.set_law(time_s, ground.spread_at(time_s, member.wind_turned_deg, member.rate_multiplier))
            continue
        cells = starts[k].cells
        if cells is not None:
            fire.ignite_cells(cells, time_s, joins=True)
            continue
        point = _point_of_start(ground, starts[k].incident, member)
        if point is not None:
            fire.ignite_point(*point, time_s)
    fire.advance(until_s)
    return fire.arrival_time_s.astype(np.float32), np.asarray(fire.fireline_intensity_kw_m, dtype=np.float32)


def outline_cells(ground: Ground, incident: Incident) -> NDArray[np.bool_]:
    """Coarse cells inside what has been drawn that burn on the map. [y, x]"""
    return np.asarray(incident.drawn_cells(ground.coarse) & ground.is_burnable)


def _point_of_start(ground: Ground, incident: Incident, member: Member) -> Point | None:
    """Fractional column and row of where a member lets the fire begin: the nearest ground that burns, if any."""
    is_drawn = incident.last_whole is not None  # too small for the grid, but known all round
    x_m, y_m = incident.centre_xy_m if is_drawn else incident.place_at(member.east_step, member.north_step)
    grid = ground.coarse
    column = (x_m - grid.x_west_m) / grid.cell_size_m
    row = (grid.y_north_m - y_m) / grid.cell_size_m
    r, c = int(np.floor(row)), int(np.floor(column))
    if 0 <= r < grid.rows and 0 <= c < grid.columns and ground.is_burnable[r, c]:
        return column, row
    rows, columns = np.nonzero(ground.is_burnable)
    if len(rows) == 0:
        return None
    nearest = int(np.argmin((rows + 0.5 - row) ** 2 + (columns + 0.5 - column) ** 2))
    return columns[nearest] + 0.5, rows[nearest] + 0.5


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
    low_r, high_r, share_r = _between(rows, coarse.shape[0], ground.factor)
    low_c, high_c, share_c = _between(columns, coarse.shape[1], ground.factor)
    is_finite = np.isfinite(coarse)
    row = np.minimum(np.arange(rows) // ground.factor, coarse.shape[0] - 1)
    column = np.minimum(np.arange(columns) // ground.factor, coarse.shape[1] - 1)
    on_map = np.full((rows, columns), np.inf, dtype=np.float32)
    # Outside the rows and columns that hold something finite there is nothing to blend.
    r, c = np.flatnonzero(is_finite.any(axis=1)[row]), np.flatnonzero(is_finite.any(axis=0)[column])
    value = np.where(is_finite, coarse, 0.0).astype(np.float32)
    total, weight = (_blend(part, low_r[r], high_r[r], share_r[r]) for part in (value, is_finite))
    total, weight = (_blend(part.T, low_c[c], high_c[c], share_c[c]).T for part in (total, weight))
    holds = is_finite[np.ix_(row[r], column[c])]
    on_map[np.ix_(r, c)] = np.where(holds, total / np.where(holds, weight, 1.0), np.inf)
    return on_map


def _between(fine: int, coarse: int, factor: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """The two coarse cells on either side of each fine cell along one axis, and the share of the second."""
    at = np.clip((np.arange(fine) + 0.5) / factor - 0.5, 0.0, coarse - 1.0)
    low = np.floor(at).astype(np.int64)
    return low, np.minimum(low + 1, coarse - 1), (at - low).astype(np.float32)


def _blend(
    values: NDArray[np.generic], low: NDArray[np.int64], high: NDArray[np.int64], share: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Linear interpolation along the first axis."""
    single = values.astype(np.float32)
    return np.asarray(single[low] * (1.0 - share[:, None]) + single[high] * share[:, None], dtype=np.float32)

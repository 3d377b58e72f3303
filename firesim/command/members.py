"""The fires of a forecast's members: what each takes for true, where it begins, and how far it is known already.

From one forecast to the next most of what the centre knows of a fire stays: where it began, and what was drawn of it
first. What a member has worked out up to the first drawing that is new, or gone, is then still true, and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.command.ground import Ground
from firesim.command.incident import Incident
from firesim.command.parameters import ForecastParameters

if TYPE_CHECKING:
    from firesim.fire.spread import SpreadingFire

Mask = NDArray[np.bool_]
Point = tuple[float, float]

_LEAST_CELLS = 4  # an outline of fewer coarse cells is still a point to the forecast
# The earliest and the latest, for old drawings last longest: nearly as many as there are drawings at a time. A stage
# takes some 40 bytes a cell.
_MOST_STAGES = 8


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


# --- where a fire begins ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kindling:
    """Something that starts burning in a member: cells at a time, or a point when the member has it begin."""

    incident: Incident
    at_s: float = inf  # inf: before the first sighting, by the member's lag
    cells: Mask | None = None


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
    return float(columns[nearest] + 0.5), float(rows[nearest] + 0.5)


# --- how it burns ----------------------------------------------------------------------------------------------


class _Event(NamedTuple):
    """What happens to a member's fire at a time: a point or cells are lit; neither: what the bulletin says holds.

    point: column and row. cells: the bytes of a mask [y, x], which can be compared; empty: none.
    """

    at_s: float
    point: Point | None = None
    cells: bytes = b""


class _Stage(NamedTuple):
    """A fire after some events, paused at or before the next."""

    events: list[_Event]
    fire: SpreadingFire

    def leads_to(self, known: list[_Event], now_s: float) -> bool:
        """Whether a fire to which all this has happened by now has passed through this stage."""
        n = len(self.events)
        next_s = known[n].at_s if n < len(known) else now_s
        return self.events == known[:n] and self.fire.now_s <= next_s


class MemberFire:
    """The fire of one member, run for each forecast from the last stage of the one before that still holds.

    To cut a run into calls of `advance` changes nothing in it (`fire/front.py`): the fire is to the bit the one that is
    run from its beginning.
    """

    def __init__(self, ground: Ground, member: Member, parameters: ForecastParameters) -> None:
        self._ground, self._member, self._parameters = ground, member, parameters
        self._stages: list[_Stage] = []  # those of the last run, the earliest first

    def run(self, starts: Sequence[Kindling], now_s: float, until_s: float) -> SpreadingFire:
        """The fire as it will be at a time, lit at these places by now, under the bulletin."""
        from firesim.fire.spread import SpreadingFire

        events = self._events(starts, until_s)
        known = [event for event in events if event.at_s <= now_s]
        self._stages = [stage for stage in self._stages if stage.leads_to(known, now_s)]
        n_done = len(self._stages[-1].events) if self._stages else 0
        fire = self._stages[-1].fire.copy() if self._stages else SpreadingFire(self._ground.landscape)
        # The ways of two forecasts part where a drawing is new, or gone because there is a newer one.
        parting = [n for n in range(n_done + 1, len(known)) if known[n].cells]
        earliest = [] if self._stages else parting[:1]
        kept = [*earliest, *parting[len(earliest) :][1 - _MOST_STAGES :]]
        for n, event in enumerate(known[n_done:], n_done):
            fire.advance(event.at_s)
            if n in kept:
                self._stages.append(_Stage(known[:n], fire.copy()))
            self._let_happen(fire, event)
        if not self._stages:
            fire.advance(now_s)
            self._stages.append(_Stage(known, fire.copy()))  # the first drawing is still to come
        del self._stages[1 : 1 - _MOST_STAGES]
        for event in events[len(known) :]:
            self._let_happen(fire, event)
        fire.advance(until_s)
        return fire

    def _events(self, starts: Sequence[Kindling], until_s: float) -> list[_Event]:
        """What happens to the fire, in its order: what began at different times, the weather changing in between."""
        times = [self._start_s(start) for start in starts]
        begins_s = min(times, default=until_s)
        changes = [(time_s, -1) for time_s in self._ground.weather_changes_s(begins_s, until_s)]
        events = [_Event(begins_s)]
        for time_s, k in sorted([*zip(times, range(len(starts)), strict=True), *changes]):
            if k < 0:
                events.append(_Event(time_s))
            elif (cells := starts[k].cells) is not None:
                events.append(_Event(time_s, cells=cells.tobytes()))
            elif (point := _point_of_start(self._ground, starts[k].incident, self._member)) is not None:
                events.append(_Event(time_s, point))
        return events

    def _start_s(self, start: Kindling) -> float:
        if start.cells is not None:
            return start.at_s
        return start.incident.first_seen_s - 2.0 * self._parameters.detection_lag_s * self._member.lag

    def _let_happen(self, fire: SpreadingFire, event: _Event) -> None:
        member, at_s = self._member, event.at_s
        fire.advance(at_s)
        if event.point is not None:
            fire.ignite_point(*event.point, at_s)
        elif event.cells:
            cells = np.frombuffer(event.cells, np.bool_).reshape(self._ground.coarse.shape)
            fire.ignite_cells(cells, at_s, joins=True)
        else:
            fire.set_law(at_s, self._ground.spread_at(at_s, member.wind_turned_deg, member.rate_multiplier))

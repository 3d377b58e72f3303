"""The true fire: the shared law of spread under the weather, ground and luck that nobody else knows.

It starts at one point, grows, is told of each change of wind, and can be cut or wetted by responders. What it
does to the world is read off it: where it burns, how hot, how large. Surface fire only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.fire.front import Where
from firesim.fire.fuelbed import fuel_bed
from firesim.fire.moisture import Moisture
from firesim.fire.spread import FireWeather, Landscape, LandscapeSpread, SpreadingFire
from firesim.place.shapes import rings_of
from firesim.record import Journal
from firesim.world.burnt import Burnt, ZoneWatch
from firesim.world.ground import FireGround, HiddenGround, Ignition, is_fuel
from firesim.world.weather import TrueWeather

Point = tuple[float, float]
Floats = NDArray[np.float64]

# A cell of shrub or pine litter flames for minutes after the front has passed; the front itself for 384 / SAV
# minutes (Anderson 1969), some 15 to 30 s. Judgement between the two, for what a thermal camera or a road meets.
FLAMING_S = 180.0
GROWTH_STEP_S = 60.0  # growth of the area is read over the last minute


@dataclass(frozen=True, eq=False)
class TrueSpread:
    """How fire really spreads over the true ground, worked out once for all fires on it.

    multiplier: of the rates, which no message carries; a number or [y, x].
    """

    landscape: Landscape
    multiplier: ArrayLike
    _known: dict[tuple[float, ...], LandscapeSpread] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, ground: FireGround, hidden: HiddenGround, wind_limit: str) -> TrueSpread:
        """Of the map with what is hidden on it."""
        cover, terrain = ground.landcover, ground.terrain
        landscape = Landscape(
            ground.grid.cell_size_m,
            hidden.fuel_model,
            terrain.slope_deg,
            terrain.aspect_deg,
            cover.canopy_cover,
            cover.canopy_height_m,
            cover.canopy_base_height_m,
            fuels=ground.fuels,
            wind_limit=wind_limit,
        )
        return cls(landscape, hidden.multiplier)

    def under(self, weather: FireWeather) -> LandscapeSpread:
        """Under a weather that is the same over the whole map; the same for who asks again.

        Crews change a few cells at a time, and each time what was worked out around them is asked for again; and the
        free-burning twin meets the same weather.
        """
        moisture = (float(np.asarray(part)) for part in weather.moisture.as_tuple())
        told = (weather.wind_speed_10m_m_s, weather.wind_from_deg, *moisture)
        if told not in self._known:
            self._known[told] = LandscapeSpread(self.landscape, weather, self.multiplier, is_kept=True)
        return self._known[told]


class TrueFire:
    """One fire, from before its ignition on.

    Parameters
    ----------
    ground, hidden
        The map, and what is really there.
    weather, ignition
        What blows, where and when it starts. An ignition where nothing burns raises ValueError.
    journal
        Receives `ignition`, `wind_changed` (new hours only), `fire_reached_zone`, `fire_out`.
    acceleration_per_min
        Growth from a point: 0.115 per minute in open fuels (Canadian FBP system, eq. 70, 72); None: steady
        from the start.
    wind_limit
        How far wind can drive the fire: a name of `fire/surface.py`, WIND_LIMITS.
    spread
        That of another fire on the same ground, with what has been worked out for it; None: its own.

    Attributes
    ----------
    ignition_event, out_event : `event_id`s, None before they have happened
    landscape : the true ground as the laws of fire read it
    can_burn : bool [y, x], cells whose true fuel burns
    ignition_cell : flat index of the cell in which it starts
    """

    def __init__(
        self,
        ground: FireGround,
        hidden: HiddenGround,
        weather: TrueWeather,
        ignition: Ignition,
        journal: Journal,
        acceleration_per_min: float | None = 0.115,
        wind_limit: str = "andrews2013",
        spread: TrueSpread | None = None,
    ) -> None:
        reason = ground.cannot_ignite(ignition.x_m, ignition.y_m)
        if reason:
            raise ValueError(f"no fire can start at ({ignition.x_m:.0f}, {ignition.y_m:.0f}): {reason}")
        self.ground, self.hidden, self.weather, self.ignition = ground, hidden, weather, ignition
        self.grid = ground.grid
        self._journal = journal
        self._acceleration_per_min = acceleration_per_min
        row, column = self.grid.cell_holding(ignition.x_m, ignition.y_m)
        self.ignition_cell = row * self.grid.columns + column
        self._spread = TrueSpread.of(ground, hidden, wind_limit) if spread is None else spread
        self.landscape = self._spread.landscape
        self.can_burn: NDArray[np.bool_] = ground.landcover.is_land & is_fuel(hidden.fuel_model)
        self._front = SpreadingFire(self.landscape, acceleration_per_min=acceleration_per_min)
        self._zones = ZoneWatch(ground.zone_cells, self.grid.shape)
        self._now_s = -inf
        self.ignition_event: int | None = None
        self.out_event: int | None = None
        self._held_event: int | None = None
        self._fuel_numbers, self._fuel_of_cell = _fuels_of(hidden.fuel_model)
        self._heat_kj_m2 = self._heat_of_cells(weather.at(0.0).moisture)
        self._burnt = Burnt(self._front, self.grid.shape, watched=self._zones.is_ahead)
        self._rings: tuple[float, list[list[Point]]] = (-inf, [])
        self._flaming: dict[tuple[float, float], NDArray[np.int64]] = {}  # of this moment, by what was asked
        self._heat_mw: dict[float, float] = {}
        self._is_out: bool | None = None  # None: not worked out yet
        self._changes: list[float] = []
        self._changes_until_s = 0.0

    # --- what simulate and responders do to it ---------------------------------------------------------------

    def advance(self, now_s: float) -> None:
        """Let it burn until `now_s`; going back in time, or standing still, changes nothing."""
        if now_s <= self._now_s:
            return
        if self._now_s == -inf:
            self._meet_weather(0.0)
            self._now_s = 0.0
        for time_s in self._changes_between(self._now_s, now_s):
            self._burn_until(time_s)
            self._meet_weather(time_s)
        self._burn_until(now_s)
        if self.ignition_event is not None and self._burnt.until(now_s).has_come_to_watched():
            for zone, first_s in self._zones.reached(self.arrival_time_s, now_s):
                self._journal.add(first_s, "fire", "fire_reached_zone", self.ignition_event, zone)
        self._note_out()

    def block(self, where: Where, now_s: float) -> None:
        """These cells never burn from now on, unless they have burnt already: a mask [y, x], or rows and columns."""
        self._forget_moment()
        self._front.block(where, now_s)

    def _forget_moment(self) -> None:
        """What was worked out of this moment does not hold any more."""
        self._flaming.clear()
        self._heat_mw.clear()
        self._is_out = None

    def note_held(self, because: int) -> None:
        """Part of the front is held, by this event of a crew: it causes the end of the fire if it was the last."""
        self._held_event = because

    def unblock(self, where: Where, now_s: float) -> None:
        """Cells that were held burn again."""
        self._forget_moment()
        self._front.unblock(where, now_s)

    def slow(self, mask: NDArray[np.bool_], factor: float, now_s: float) -> None:
        """Multiply the rate of spread in these cells (wetting)."""
        self._forget_moment()
        self._front.slow(mask, factor, now_s)

    def free_burning(self, until_s: float) -> TrueFire:
        """The same truth without any response: same ground, weather and luck, from before ignition to `until_s`.

        Its events go to a journal of its own. This fire itself is not touched.
        """
        ground, hidden, acceleration = self.ground, self.hidden, self._acceleration_per_min
        limit = self.landscape.wind_limit
        twin = TrueFire(ground, hidden, self.weather, self.ignition, Journal(), acceleration, limit, self._spread)
        twin.advance(until_s)
        return twin

    # --- what can be seen of it --------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """How far it has been advanced. [s]"""
        return self._now_s

    @property
    def ignited_s(self) -> float:
        return self.ignition.at_s

    @property
    def ignition_xy_m(self) -> Point:
        return (self.ignition.x_m, self.ignition.y_m)

    @property
    def has_ignited(self) -> bool:
        return self.ignition_event is not None

    @property
    def arrival_time_s(self) -> Floats:
        """When the front reached each cell, `inf` where it has not. [y, x], read only; goes on with the fire."""
        return self._burnt.until(self._now_s).arrival_time_s

    @property
    def fireline_intensity_kw_m(self) -> NDArray[np.float32]:
        """Byram intensity of the front as it reached each cell, 0 where it has not. [y, x], read only."""
        return self._burnt.until(self._now_s).fireline_intensity_kw_m

    @property
    def flame_length_m(self) -> NDArray[np.float32]:
        """Flame length as the front reached each cell, 0 where it has not. [y, x], read only."""
        return self._burnt.until(self._now_s).flame_length_m

    @property
    def burnt_window(self) -> tuple[slice, slice]:
        """Rows and columns outside of which nothing has burnt; both empty while nothing has."""
        return self._burnt.until(self._now_s).window

    @property
    def is_out(self) -> bool:
        """Whether it has burnt and can spread no further."""
        if self._is_out is None:
            self._is_out = self.has_ignited and self._front.is_out
        return self._is_out

    @property
    def cause_of_fire(self) -> int:
        """The event that everything the fire does descends from."""
        if self.ignition_event is None:
            raise RuntimeError("the fire has not been ignited yet")
        return self.ignition_event

    @property
    def is_small(self) -> bool:
        """Whether it is still one ellipse around its point of origin, smaller than cells can show."""
        return self.has_ignited and self._front.is_ellipse(self._now_s)

    def head_intensity_kw_m(self, now_s: float) -> float:
        """Byram intensity of the head of a small fire, from how far it went in the last minute. [kW/m]"""
        span_s = min(GROWTH_STEP_S, now_s - self.ignited_s)
        if not self.has_ignited or span_s <= 0.0:
            return 0.0
        gone_m = float(self._front.head_distance_m(now_s)) - float(self._front.head_distance_m(now_s - span_s))
        return float(self._heat_kj_m2.ravel()[self.ignition_cell]) * gone_m / span_s

    def area_m2(self, now_s: float) -> float:
        """Burnt area, continuous in time; 0 before ignition. [m2]"""
        return float(self._front.area_m2(now_s)) if self.has_ignited and now_s > self.ignited_s else 0.0

    def rings(self, now_s: float) -> list[list[Point]]:
        """Outline at a time not after the last advance: an ellipse while small, contours of arrival later."""
        if not self.has_ignited or now_s <= self.ignited_s:
            return []
        if self._rings[0] != now_s:
            self._rings = (now_s, self._outline(now_s))
        return self._rings[1]

    def _outline(self, now_s: float) -> list[list[Point]]:
        ellipse = self._front.ellipse_outline(now_s)
        if ellipse is None:
            window = self.burnt_window
            return rings_of(self.arrival_time_s[window], now_s, self.grid, (window[0].start, window[1].start))
        # Fractional columns and rows count from the corner, `centre_of` from the centre of a cell.
        x_m, y_m = self.grid.centre_of(np.asarray(ellipse[1]) - 0.5, np.asarray(ellipse[0]) - 0.5)
        ring = list(zip(x_m.tolist(), y_m.tolist(), strict=True))
        return [ring if ring[0] == ring[-1] else [*ring, ring[0]]]

    def perimeter_m(self, now_s: float) -> float:
        """Length of the outline, inner edges included. [m]"""
        return float(sum(np.hypot(*np.diff(np.asarray(ring), axis=0).T).sum() for ring in self.rings(now_s)))

    def flaming_cells(self, now_s: float, flaming_s: float = FLAMING_S) -> NDArray[np.int64]:
        """Flat indices (row * columns + column) of cells that the front reached in the last `flaming_s`. Read only."""
        asked = (now_s, flaming_s)
        if asked not in self._flaming:
            self._flaming[asked] = self._cells_flaming(now_s, flaming_s)
        return self._flaming[asked]

    def _cells_flaming(self, now_s: float, flaming_s: float) -> NDArray[np.int64]:
        if not self.has_ignited or now_s < self.ignited_s:
            return np.empty(0, np.int64)
        flaming = self._burnt.until(self._now_s).between(now_s - flaming_s, now_s)
        if len(flaming) == 0 and not self._front.is_out and self._front.is_ellipse(now_s):
            flaming = np.array([self.ignition_cell])
        return flaming

    def heat_release_mw(self, now_s: float) -> float:
        """Heat that the spreading front sets free. [MW]

        Growth of the burnt area over the last minute times the heat per unit area of what is burning. It is
        Byram's (1959) fireline intensity H w r summed along the perimeter, since the normal rates r along it
        sum to the growth of the area. Heat per unit area as Rothermel's model gives it (reaction intensity x
        residence time, Anderson 1969): flaming combustion alone, no smouldering, so low for logs and duff.
        """
        if now_s not in self._heat_mw:
            self._heat_mw[now_s] = self._heat_released_mw(now_s)
        return self._heat_mw[now_s]

    def _heat_released_mw(self, now_s: float) -> float:
        before_s = now_s - GROWTH_STEP_S
        is_known = self.has_ignited and before_s > self.ignited_s
        growth_m2 = float(self._front.growth_m2(before_s, now_s)) if is_known else self.area_m2(now_s)
        span_s = min(GROWTH_STEP_S, now_s - self.ignited_s)
        flaming = self.flaming_cells(now_s)
        if growth_m2 <= 0.0 or span_s <= 0.0 or len(flaming) == 0:
            return 0.0
        heat_kj_m2 = float(self._heat_kj_m2.ravel()[flaming].sum()) / len(flaming)
        return heat_kj_m2 * growth_m2 / span_s / 1000.0

    def head_xy_m(self, now_s: float) -> Point:
        """The burning point of the outline that is farthest from the ignition; the ignition while too small."""
        points = [np.asarray(ring) for ring in self.rings(now_s)]
        if not points:
            return self.ignition_xy_m
        every = np.vstack(points)
        farthest = int(np.argmax(np.hypot(*(every - np.array(self.ignition_xy_m)).T)))
        return (float(every[farthest, 0]), float(every[farthest, 1]))

    def warnings(self) -> list[str]:
        """What a reader of the run must be told of this fire, in words."""
        said = ["surface fire only: crowning and embers are absent"]
        if not self.has_ignited:
            said.append("the fire had not started when the run ended")
        elif self.area_m2(self._now_s) <= 0.0 and self._now_s > self.ignited_s:
            said.append("the fire never spread: its fuel is too wet, or nothing around it burns")
        elif self.out_event is not None:
            minutes = (self._journal.time_of(self.out_event) - self.ignited_s) / 60.0
            said.append(f"the fire was out {minutes:.0f} min after ignition")
        burnt = self.arrival_time_s <= self._now_s
        if burnt[[0, -1], :].any() or burnt[:, [0, -1]].any():
            said.append("the fire reached the edge of the grid: what it would have done beyond is missing")
        return said

    # --- how it burns -----------------------------------------------------------------------------------------

    def _changes_between(self, after_s: float, until_s: float) -> list[float]:
        if until_s > self._changes_until_s:
            self._changes_until_s = max(until_s, self._changes_until_s + 4 * 3600.0)
            self._changes = self.weather.change_times(self._changes_until_s)
        return [time_s for time_s in self._changes if after_s < time_s <= until_s]

    def _burn_until(self, until_s: float) -> None:
        if not self.has_ignited and until_s >= self.ignited_s:
            self._ignite()
        self._front.advance(until_s)
        self._now_s = until_s
        self._forget_moment()

    def _ignite(self) -> None:
        size_m = self.grid.cell_size_m
        column = (self.ignition.x_m - self.grid.x_west_m) / size_m
        row = (self.grid.y_north_m - self.ignition.y_m) / size_m
        self._front.ignite_point(column, row, self.ignited_s)
        detail = f"at {self.ignition.x_m:.0f} {self.ignition.y_m:.0f}"
        self.ignition_event = self._journal.add(self.ignited_s, "fire", "ignition", None, detail)

    def _meet_weather(self, time_s: float) -> None:
        now = self.weather.at(time_s)
        weather = FireWeather(now.wind_speed_10m_m_s, now.wind_from_deg, now.moisture)
        self._front.set_law(time_s, self._spread.under(weather))
        before = self.weather.at(time_s - 1.0) if time_s > 0.0 else now
        if now.moisture != before.moisture:
            self._heat_kj_m2 = self._heat_of_cells(now.moisture)
        if now.temperature_c != before.temperature_c or now.wind_from_deg != before.wind_from_deg:
            detail = f"{now.wind_speed_10m_m_s:.1f} m/s from {now.wind_from_deg:.0f} deg"
            self._journal.add(time_s, "weather", "wind_changed", None, detail)

    def _heat_of_cells(self, moisture: Moisture) -> NDArray[np.float32]:
        """Heat per unit area of each cell's fuel at this moisture. [kJ/m2], [y, x]"""
        heat = fuel_bed(self._fuel_numbers, moisture, self.ground.fuels).heat_per_unit_area_kj_m2
        return np.asarray(heat, dtype=np.float32)[self._fuel_of_cell].reshape(self.grid.shape)

    def _note_out(self) -> None:
        if self.out_event is None and self.ignition_event is not None and self.is_out:
            cause = self.ignition_event if self._held_event is None else self._held_event
            self.out_event = self._journal.add(self._now_s, "fire", "fire_out", cause)


def _fuels_of(fuel_model: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of the fuels on a map, in order, and which of them each cell has, without sorting the map. [y, x]"""
    lowest = int(fuel_model.min())
    above = fuel_model.astype(np.int64) - lowest
    is_there = np.bincount(above.ravel()) > 0
    return np.flatnonzero(is_there) + lowest, (np.cumsum(is_there) - 1)[above]

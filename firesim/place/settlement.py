"""Where people are and where they can go: zones, refuges, facilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.problems import BadInput, Problem
from firesim.place.grid import Grid
from firesim.place.open_ground import points_in, polygon_of
from firesim.streams import Luck

Point = tuple[float, float]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HOURS_PER_DAY = 24.0
LONGEST_GAP_H = 6.0  # counts further apart than a quarter of a day say nothing about the hours between


@dataclass(frozen=True)
class Zone:
    """A settlement or a group of beaches that is warned, and leaves, as one.

    `polygon_xy_m` is a list of closed rings in metres of the map, outer rings counterclockwise, holes
    clockwise. `node` is the road node at which its people join the roads; None where no road leads there.
    """

    zone: str
    name: str
    kind: str  # settlement or beach
    x_m: float
    y_m: float
    node: str | None
    people_expected: int
    polygon_xy_m: list[list[Point]]
    name_el: str = ""
    access: str = "road"  # road; boat: by sea alone; shelter: people stay where they are


@dataclass(frozen=True)
class Refuge:
    """A place where people may wait, and how many it holds.

    A last resort lies nearer to fuel than that fuel demands: people go there, and boats may come, but nobody is safe
    there. The rest is what `place/refuges.py` worked out; a refuge that is named alone has none of it.
    """

    refuge: str
    name: str
    kind: str  # town, port, airport, beach or field
    x_m: float
    y_m: float
    node: str
    capacity_people: int
    name_el: str = ""
    is_last_resort: bool = False
    basis: str = "named"  # named: the table's word alone; computed; override: the table's word over what was computed
    needed_m: float = 0.0  # distance that the nearest fuel demands of its best point [m]
    had_m: float = inf  # distance of its best point from that fuel [m]; inf: none is near enough to matter
    width_m: float = 0.0  # of the widest circle on it [m]
    area_m2: float = 0.0
    outline_xy_m: list[list[Point]] = field(default_factory=list)  # closed rings, holes clockwise
    distance_per_flame: float = 0.0  # what flames need, in flame lengths; 0: it is lost when its own cell burns

    def points(self, about: int) -> Floats:
        """Some `about` points spread evenly over its ground, or its one point: worked out once, read only. [n, 2] m"""
        if about not in self._points:
            ground = polygon_of(self.outline_xy_m) if self.outline_xy_m else None
            points = np.array([[self.x_m, self.y_m]]) if ground is None else points_in(ground, about)
            points.flags.writeable = False
            self._points[about] = points
        return self._points[about]

    @cached_property
    def _points(self) -> dict[int, Floats]:
        return {}


@dataclass(frozen=True)
class Facility:
    """A building or a post that somebody works from: fire station, port, mast, landfill."""

    facility: str
    kind: str
    name: str
    x_m: float
    y_m: float
    height_m: float  # of the ground there, above the sea [m]


@dataclass(frozen=True)
class NamedPlace:
    """A name that people use for a place: for maps, and to say where something is."""

    name: str
    kind: str  # settlement, bus_stop or beach
    x_m: float
    y_m: float
    name_el: str = ""


@dataclass(frozen=True)
class Settlement:
    """Zones and their people through the day, refuges, facilities, names.

    Attributes
    ----------
    residents, guests : int64 [zones]
        People who live in the zone, and who have a bed there for the night.
    hours : float64 [hours], rising
        Hours of the local day at which people were counted. [h]
    people : int64 [zones, hours]
        People in the zone at that hour.
    cells : per zone, int64 [cells]
        Flat indices (row * columns + column) of the grid's dry cells that make up the zone.
    """

    grid: Grid
    zones: list[Zone]
    refuges: list[Refuge]
    facilities: list[Facility]
    names: list[NamedPlace]
    residents: Integers
    guests: Integers
    hours: Floats
    people: Integers
    cells: list[Integers]

    def zone_index(self, zone: str) -> int:
        """Place of a zone in all arrays over zones; KeyError for an unknown one."""
        for index, candidate in enumerate(self.zones):
            if candidate.zone == zone:
                return index
        raise KeyError(zone)

    def facility(self, facility: str) -> Facility:
        """The facility of that id; KeyError for an unknown one."""
        for candidate in self.facilities:
            if candidate.facility == facility:
                return candidate
        raise KeyError(facility)

    def present(self, hour: float) -> Integers:
        """People in each zone at an hour of the local day. [zones]

        At an hour of the table exactly its numbers; between two hours linear, rounded to whole people; the
        day closes on itself, so 23 h lies between 21 h and 3 h. Hours more than six hours apart are not
        bridged: that is BadInput.
        """
        hour = hour % HOURS_PER_DAY
        after = int(np.searchsorted(self.hours, hour, side="left")) % len(self.hours)
        if self.hours[after] == hour:
            return self.people[:, after].copy()
        before = after - 1  # -1 is the last hour of the day before
        gap_h = float(self.hours[after] - self.hours[before]) % HOURS_PER_DAY or HOURS_PER_DAY
        if gap_h > LONGEST_GAP_H:
            known = ", ".join(f"h{number:02g}" for number in self.hours)
            message = f"The people table counts at {known}: {gap_h:g} h lie between the hours around this one."
            remedy = f"Add a column h{int(hour):02d} to the table."
            raise BadInput([Problem("place.people", f"h{hour:05.2f}", message, remedy)])
        share = (hour - float(self.hours[before])) % HOURS_PER_DAY / gap_h
        between = (1.0 - share) * self.people[:, before] + share * self.people[:, after]
        return np.rint(between).astype(np.int64)

    def zones_at(self, hour: float) -> list[Zone]:
        """The zones with the number of people expected in them at an hour of the local day."""
        return [replace(z, people_expected=int(n)) for z, n in zip(self.zones, self.present(hour), strict=True)]

    def locations(
        self, zone_index: int, n: int, luck: Luck, ids: NDArray[np.integer] | Sequence[int]
    ) -> tuple[Floats, Floats]:
        """Where in a zone each of `n` parties is: easting and northing. [n] m

        `ids` are the parties' own numbers, one each: a party's place hangs on its id alone, so one more party
        moves no other. Every place lies in a dry cell of the zone; any point of the zone is as likely.
        """
        party = np.asarray(ids, dtype=np.int64)
        if party.shape != (n,):
            raise ValueError(f"{n} parties need {n} ids, not {party.shape}")
        if n == 0:
            return np.empty(0), np.empty(0)
        cells = self.cells[zone_index]
        drawn = (luck.uniform("location", party, 0) * len(cells)).astype(np.int64)
        cell = cells[np.minimum(drawn, len(cells) - 1)]
        column = cell % self.grid.columns + luck.uniform("location", party, 1)
        row = cell // self.grid.columns + luck.uniform("location", party, 2)
        x_m = self.grid.x_west_m + column * self.grid.cell_size_m
        y_m = self.grid.y_north_m - row * self.grid.cell_size_m
        return x_m, y_m

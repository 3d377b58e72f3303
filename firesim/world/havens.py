"""Where people who are fetched are brought: refuges that stand and have room, and medical facilities.

A medical facility takes patients until the heat of flames is felt there; what happens in it is not modelled, nor how
many it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from firesim.place.grid import Grid
from firesim.place.roads import Roads
from firesim.place.settlement import Facility, Refuge
from firesim.world.driving import Standing

Integers = NDArray[np.int64]
Claims = NDArray[np.bool_]

MEDICAL = "medical"  # the kind of facility
NO_REFUGE = -1


class RefugeState(Protocol):
    """What the traffic knows of refuges."""

    @property
    def refuges(self) -> Sequence[Refuge]: ...
    @property
    def refuge_nodes(self) -> Integers: ...
    @property
    def refuge_cell(self) -> Integers: ...
    @property
    def safe_ones(self) -> Sequence[int]: ...
    @property
    def lost_event(self) -> Mapping[int, int]: ...
    @property
    def room(self) -> Integers: ...
    def take_places(self, refuge: int, people: int, at_s: float, cause_id: int) -> None: ...


@dataclass(frozen=True)
class Haven:
    """One place where people are let off: a refuge (by its number in the traffic), or a facility (-1)."""

    name: str
    node: int
    refuge: int
    cell: int  # flat, of the fire's grid; -1: off it


class Havens:
    """The places where people can be let off, as drivers hear of them from one another.

    Attributes
    ----------
    medical : facilities of that kind
    lost : names of those of them in which the heat of flames has been felt
    """

    def __init__(
        self,
        state: RefugeState,
        facilities: Sequence[Facility] = (),
        roads: Roads | None = None,
        grid: Grid | None = None,
        is_hot: Callable[[int], bool] | None = None,
    ) -> None:
        self._state, self._is_hot = state, is_hot
        self.lost: set[str] = set()
        self.medical: list[Haven] = []
        if roads is not None and grid is not None:
            for one in (one for one in facilities if one.kind == MEDICAL):
                row, column = (int(index) for index in grid.cell_at(one.x_m, one.y_m))
                cell = row * grid.columns + column if grid.holds(row, column) else -1
                self.medical.append(Haven(one.facility, int(roads.nearest_node(one.x_m, one.y_m)), NO_REFUGE, cell))

    def of_refuge(self, refuge: int) -> Haven:
        """A refuge by its number in the traffic."""
        state = self._state
        return Haven(
            state.refuges[refuge].refuge, int(state.refuge_nodes[refuge]), refuge, int(state.refuge_cell[refuge])
        )

    def named(self, name: str) -> Haven | None:
        """The haven of that name, refuge or facility; None: there is none."""
        known = {self._state.refuges[k].refuge: k for k in self._state.safe_ones}
        if name in known:
            return self.of_refuge(known[name])
        return next((one for one in self.medical if one.name == name), None)

    def stands(self, haven: Haven) -> bool:
        """Whether neither flames nor smoke have taken it."""
        if haven.refuge == NO_REFUGE:
            return haven.name not in self.lost
        return haven.refuge not in self._state.lost_event

    def takes(self, haven: Haven, people: int) -> bool:
        """Whether it stands and has room for so many."""
        has_room = haven.refuge == NO_REFUGE or int(self._state.room[haven.refuge]) >= people
        return has_room and self.stands(haven)

    def that_take(self, people: int) -> list[Haven]:
        """All that do, refuges first."""
        every = [*(self.of_refuge(k) for k in self._state.safe_ones), *self.medical]
        return [one for one in every if self.takes(one, people)]

    def admit(self, haven: Haven, people: int, at_s: float, event: int) -> None:
        """So many take their places there, by this event."""
        if haven.refuge != NO_REFUGE:
            self._state.take_places(haven.refuge, people, at_s, event)

    def newly_lost(self) -> list[Haven]:
        """The facilities in which the heat of flames is felt for the first time."""
        is_hot = self._is_hot
        new = [one for one in self.medical if is_hot is not None and is_hot(one.cell) and one.name not in self.lost]
        self.lost |= {one.name for one in new}
        return new


class Vehicle(Protocol):
    """Who brings people in."""

    standing: Standing

    @property
    def was_called(self) -> bool: ...


Go = Callable[[Sequence[int], Sequence[str]], Generator[simpy.Event, object, bool]]  # to one of some nodes, by a road


def bring_in(
    vehicle: Vehicle, havens: Havens, people: int, first: Haven | None, way: Sequence[str], go: Go
) -> Generator[simpy.Event, object, Haven | None]:
    """Drive to the haven of the orders or, where that cannot be, to the nearest that takes all; None: to none."""
    if first is not None and havens.takes(first, people):
        is_there = yield from go([first.node], way)
        if vehicle.was_called:
            return None
        if is_there and havens.takes(first, people):
            return first
    while takers := havens.that_take(people):
        is_there = yield from go([one.node for one in takers], ())
        at = next((one for one in takers if one.node == vehicle.standing.node), None)
        if not is_there or vehicle.was_called or at is None:
            return None
        if havens.takes(at, people):
            return at
    return None

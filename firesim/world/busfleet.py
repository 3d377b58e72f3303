"""The buses: what each is, where it stands, and what may be set about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from firesim.inputs.problems import Problems
from firesim.inputs.tables import Table, read_table
from firesim.parameters import NotNegative, Parameters, Positive
from firesim.place.stops import BusStop
from firesim.world.notice import NOTICE_COLUMNS, notices_s

BUS_TASKS = ("stand_by", "lift", "return")


@dataclass(frozen=True)
class BusSpec:
    """One bus and its driver, as it stands at a stop when the scenario starts.

    `notice_s` is the least and the most time from being called to being free to drive where it is sent.
    """

    bus: str
    stop: str
    node: str  # of the roads
    x_m: float
    y_m: float
    seats: int
    notice_s: tuple[float, float]


@dataclass(frozen=True)
class BusState:
    """What a bus driver could tell over the radio."""

    bus: str
    state: str  # ready, under_way, loading, nobody_there, cannot_stop, laden, landed, too_late, blocked, available
    x_m: float
    y_m: float
    aboard: int
    landed: int  # people let off in refuges so far
    waiting: int  # people seen to wait at the stop, -1: it is not there
    reason: str = ""
    road: tuple[str, str] | None = None  # the stretch (from node, to node) found closed, when that is the reason


class BusParameters(Parameters):
    """The scenario's `buses:` block. What has no source is a judgement and a study factor."""

    table: str | None = Field(default=None, description="the buses, relative to the scenario file; none: no buses")
    run: bool = Field(default=True, description="false: as if there were no buses; a study factor")
    speed_factor: Positive = Field(default=1.0, description="speed over the road's class speed: as cars; judgement")
    # Levinson 1983, as quoted by Jaiswal et al. 2008: 5.0 s and 2.75 s a passenger, on or off, on American city buses.
    # One queue in China took 1.7 s each (Chen et al. 2020, abstract). Bags and children make it slower: judgement.
    boarding_s: Positive = Field(default=4.0, description="a person through the door, nobody pays [s]; see code")
    alighting_s: Positive = Field(default=2.75, description="the same at the refuge [s]; see code")
    linger_s: NotNegative = Field(
        default=300.0, description="with room left and nobody waiting, it stays so long for others; judgement"
    )
    turn_round_s: NotNegative = Field(default=60.0, description="at the refuge, from the last off to away; judgement")
    look_s: Positive = Field(default=60.0, description="how often a driver looks at the stop, smoke, fire and people")
    patience_s: NotNegative = Field(
        default=60.0, description="before a closed road, until it looks for another way; judgement"
    )
    wait_limit_s: Positive = Field(
        default=3600.0, description="people walk on who have waited so long, if they can reach a refuge; judgement"
    )
    antenna_m: Positive = Field(default=3.0, description="of the bus's radio above the ground; judgement")

    @property
    def runs(self) -> bool:
        """Whether there are buses at all in this scenario."""
        return self.run and self.table is not None


_COLUMNS = ("bus", "stop", "seats", *NOTICE_COLUMNS)


def read_buses(parameters: BusParameters, folder: Path, stops: Sequence[BusStop]) -> list[BusSpec]:
    """The buses of the scenario at their stops; raises BadInput with all that is wrong. None without a table."""
    problems = Problems("buses")
    if parameters.table is None:
        return []
    table = read_table("table", folder / parameters.table, _COLUMNS, problems)
    specs = [] if table is None else _specs(table, {one.number: one for one in stops})
    problems.raise_if_any()
    return specs


def _specs(table: Table, stops: dict[str, BusStop]) -> list[BusSpec]:
    buses, at = table.texts("bus", unique=True), table.words("stop", tuple(stops))
    seats = table.numbers("seats", 1, 300, whole=True, meaning="people it may take")
    notice_s = notices_s(table)
    if len(table.problems):
        return []
    return [
        BusSpec(
            bus, stops[stop].stop, stops[stop].node, stops[stop].x_m, stops[stop].y_m, int(seats[row]),
            notice_s[row],
        )
        for row, (bus, stop) in enumerate(zip(buses, at, strict=True))
    ]  # fmt: skip

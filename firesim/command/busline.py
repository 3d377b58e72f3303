"""Going by bus as the centre was told of it: stops and buses."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from firesim.command.carriers import Carrier
from firesim.link.briefings import BusInfo, LineInfo, StopInfo


@dataclass
class Coach(Carrier):
    """A bus as believed; see `Carrier`.

    By its orders: `leave_by_s` is when it has to have left its stop [s], `route` the nodes of its road to the stop, and
    `way` those from there to the refuge.
    """

    info: BusInfo
    stop: str = ""
    refuge: str = ""
    leave_by_s: float = inf
    route: tuple[str, ...] = ()
    way: tuple[str, ...] = ()
    place_xy_m: tuple[float, float] | None = None  # where it was heard of last

    @property
    def name(self) -> str:
        return self.info.bus

    @property
    def is_out(self) -> bool:
        """Whether its driver has been called and not let go again."""
        return self.state not in ("", "available")

    @property
    def is_held(self) -> bool:
        """Whether it has told of a closed road with people in it: it hears no orders until they are out.

        Whatever it was told since; it may have found another way, and says so where it lets them off.
        """
        return self.state == "blocked" and self.aboard > 0

    @property
    def serves(self) -> bool:
        """Whether it fetches people at its stop, as far as is known."""
        return self.is_busy and not self.is_held and not self.has_said("too_late", "blocked", "cannot_stop")


class BusLine:
    """The stops and what is known of loading, as briefed."""

    def __init__(self, info: LineInfo) -> None:
        self.info = info
        self.stops: dict[str, StopInfo] = {one.stop: one for one in info.stops}
        self.names: dict[str, tuple[str, str]] = {one.stop: (one.name, one.name_el) for one in info.stops}

    def load_s(self, people: float) -> float:
        """How long so many people take to get on. [s]"""
        return people * self.info.boarding_s

    def round_s(self, bus: BusInfo, drive_s: float) -> float:
        """How long a bus takes from stop to refuge, off, and back to the stop with a full load on. [s]"""
        return 2.0 * drive_s + bus.seats * (self.info.boarding_s + self.info.alighting_s)

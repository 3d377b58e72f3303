"""People who cannot leave by themselves telephone for help: the one way in which the centre learns of them.

A call goes over the network of masts from where they are. If it is lost, or nobody comes, they call again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, Protocol

import simpy
from pydantic import Field

from firesim.devices.sites import Site
from firesim.link.body import Body
from firesim.link.messages import HelpCall
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.streams import Luck

if TYPE_CHECKING:
    from firesim.world.by_ambulance import InNeed

Say = Callable[[str, str, Body, int | None], None]  # source, destination, what, caused by which event
MINUTE_S = 60.0


class HelpCallParameters(Parameters):
    """Who telephones for help, and when. No figures were found: all are judgements."""

    reach_fraction: Fraction = Field(
        default=0.9, description="of those who have a telephone can use it and know whom to call; [J]"
    )
    delay_s: NotNegative = Field(
        default=180.0, description="mean, from finding that they cannot leave to dialling [s]; [J]"
    )
    handling_s: NotNegative = Field(default=90.0, description="112 asking and passing on, as of `callers` [s]; [J]")
    again_min: Positive = Field(default=15.0, description="who still waits calls again after so long [min]; [J]")
    times: int = Field(default=4, ge=0, le=20, description="calls of one party at most; [J]")
    cadence_s: Positive = Field(default=15.0, description="step at which calls come through [s]; numerical")
    height_m: Positive = Field(default=1.5, description="of a telephone above the ground [m]")


class Helpless(Protocol):
    """Those who need to be fetched; see `world/by_ambulance.py`."""

    def stuck(self, now_s: float, lift_wait_s: float) -> list[InNeed]: ...
    def call(self, party: int, at_s: float) -> int: ...


@dataclass(frozen=True)
class _Ringing:
    """A call that is being handled: when it is passed on, from whom, what is said, and the event of dialling."""

    due_s: float
    body: HelpCall
    event: int


class HelpCalls:
    """The telephones of all who need to be fetched.

    Parameters
    ----------
    people
        Who is stuck, and a place to note that they call.
    zones
        Names, by index.
    lift_wait_s
        Who was promised a lift waits so long for the driver before it calls. [s]
    say
        Speaks to the centre: (source, destination, body, cause).
    register
        Puts a telephone on the network, once it is used.

    Notes
    -----
    Whether a party can telephone, and each of its delays, are drawn by its own name: one more party changes no
    other's calls. What they say of themselves is true.
    """

    def __init__(
        self, people: Helpless, zones: Sequence[str], parameters: HelpCallParameters, lift_wait_s: float, luck: Luck,
        say: Say, register: Callable[[Site], None],
    ) -> None:  # fmt: skip
        self._people, self._zones, self._parameters = people, zones, parameters
        self._lift_wait_s, self._luck, self._say, self._register = lift_wait_s, luck, say, register
        self._dials_s: dict[str, float] = {}  # when each of those asked for so far dials next; inf: never
        self._calls: dict[str, int] = {}
        self._ringing: list[_Ringing] = []

    def story(self, env: simpy.Environment) -> Generator[simpy.Event, object, None]:
        """Look every `cadence_s` who is stuck, and let the telephones do their work."""
        while True:
            self.look(float(env.now))
            yield env.timeout(self._parameters.cadence_s)

    def look(self, now_s: float) -> None:
        """Those whose time has come dial, and what has been handled is passed on to the centre."""
        for one in self._people.stuck(now_s, self._lift_wait_s):
            dials_s = self._dials_s.get(one.household)
            if dials_s is None:
                dials_s = self._dials_s[one.household] = self._first_dials_s(one, now_s)
            if dials_s <= now_s:
                self._dial(one, now_s)
        for call in [call for call in self._ringing if call.due_s <= now_s]:
            self._ringing.remove(call)
            self._say(call.body.household, "centre", call.body, call.event)

    def _first_dials_s(self, one: InNeed, now_s: float) -> float:
        """When somebody dials who finds now that they cannot leave; inf: they have no telephone, or no use for it."""
        p, name = self._parameters, one.household
        if not one.has_phone or self._luck.uniform("help call", name) >= p.reach_fraction or p.times == 0:
            return inf
        return now_s - log(self._luck.uniform("help call delay", name)) * p.delay_s

    def _dial(self, one: InNeed, now_s: float) -> None:
        p = self._parameters
        if one.household not in self._calls:
            self._register(Site(one.household, one.x_m, one.y_m, p.height_m, "5g"))
        calls = self._calls[one.household] = self._calls.get(one.household, 0) + 1
        self._dials_s[one.household] = now_s + MINUTE_S * p.again_min if calls < p.times else inf
        body = HelpCall(
            household=one.household, seen_s=now_s, zone=self._zones[one.zone], place_xy_m=(one.x_m, one.y_m),
            people=one.people, need=one.need,
        )  # fmt: skip
        event = self._people.call(one.party, now_s)
        self._ringing.append(_Ringing(now_s + p.handling_s, body, event))

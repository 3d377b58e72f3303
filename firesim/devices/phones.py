"""How an alert becomes people who have heard it: by app, by cell broadcast, by a knock on the door.

An alert reaches nobody before it is delivered, and never anybody whom its channel cannot reach or who reads
none of its texts. Whom it reaches is luck keyed by the party, so that one more party changes no other's, and a
telephone that lies in the car lies there for every alert of the day. Sleepers have to wake first, if they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from firesim.link.messages import Alert
from firesim.link.ports import Reach
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.streams import Luck, key_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

MINUTE_S = 60.0


class PhoneParameters(Parameters):
    """Reach and delay of each channel. Marks: [Q] quoted, [J] judgement."""

    app_delivered_fraction: Fraction = Field(default=0.9, description="of app users in coverage, sound on; [J]")
    app_latency_s: Positive = Field(default=5.0, description="mean, through the maker's push service [s]; [J]")
    app_noticed_s: Positive = Field(default=120.0, description="mean until somebody looks at a push [s]; [J]")
    app_wakes_fraction: Fraction = Field(default=0.3, description="of sleepers; [J]")
    broadcast_reach_fraction: Fraction = Field(
        default=0.78, description="of parties in coverage: middle of 70-85 %, EU-Alert [Q]; 90 % in the US test [Q]"
    )
    broadcast_90_s: Positive = Field(default=120.0, description="90 % of those have it: most in 2 min, FCC [Q] [s]")
    broadcast_wakes_fraction: Fraction = Field(default=0.7, description="of sleepers: its tone is loud; [J]")
    knock_mobilise_s: NotNegative = Field(default=600.0, description="alert to the first door, police [s]; [J]")
    knock_reach_fraction: Fraction = Field(default=1.0, description="of those at home open the door; [J]")
    knock_teams: int = Field(default=4, ge=0, description="on the whole island; [J]")
    knock_parties_per_min: Positive = Field(default=1.0, description="of one team, from door to door; [J]")
    beach_parties_per_min: Positive = Field(default=10.0, description="of one team with a loudhailer on a beach; [J]")
    hotel_mobilise_s: NotNegative = Field(default=300.0, description="alert to the first room, hotel staff [s]; [J]")
    hotel_parties_per_min: Positive = Field(default=5.0, description="in each zone, all its hotels together; [J]")


@dataclass(frozen=True)
class Listeners:
    """The parties that may hear, and what they could hear it on. Arrays [party].

    Without `reads_greek` and `reads_english` everybody understands every text.
    """

    household_id: Sequence[str]
    zone_index: Integers
    x_m: Floats
    y_m: Floats
    is_guest: Mask  # sleeps in a hotel or a room, so its staff may knock
    has_phone: Mask
    has_app: Mask
    zones: Sequence[str]  # names of the zones
    is_beach: Sequence[bool]  # [zone]
    reads_greek: Mask | None = None
    reads_english: Mask | None = None
    entity: Integers | None = None  # `key_of` each name, where that is known already

    @cached_property
    def key(self) -> NDArray[np.integer]:
        """Whose luck it is. [party]"""
        if self.entity is not None:
            return self.entity
        return np.array([key_of(name) for name in self.household_id], dtype=np.uint64)

    def in_zones(self, names: Sequence[str]) -> Mask:
        """Parties in any of the zones. [party]"""
        wanted = set(names)
        return np.array([zone in wanted for zone in self.zones], dtype=bool)[self.zone_index]

    def understand(self, alert: Alert) -> Mask:
        """Parties that understand one of the alert's texts. [party]"""
        if self.reads_greek is None or self.reads_english is None:
            return np.ones(len(self.zone_index), np.bool_)
        return (self.reads_greek & bool(alert.text_el)) | (self.reads_english & bool(alert.text_en))


class Sleepers(Protocol):
    """What is known of who sleeps; see `world/sleeping.py`."""

    @property
    def waking_s(self) -> Floats: ...
    def is_asleep(self, now_s: float | Floats) -> Mask: ...


class MastCoverage(Protocol):
    """What the network tells of who is served by which mast."""

    def serving_mast(self, x_m: Floats, y_m: Floats, now_s: float) -> Integers:
        """Index of the mast that serves each point, -1: none. Another only once other masts are dark."""
        ...

    def dark_masts(self, now_s: float) -> Mask:
        """Which masts are dark. [mast]"""
        ...


class _OverMasts:
    """What app and cell broadcast share: a telephone, a mast that serves it, and a person who is awake or not.

    Parameters
    ----------
    listeners
        Everybody who might hear.
    coverage, masts
        Which mast serves whom, and the masts' names in its order.
    sleep
        Who is asleep when, and how long they take to wake.
    """

    channel = ""

    def __init__(
        self,
        listeners: Listeners,
        coverage: MastCoverage,
        masts: Sequence[str],
        sleep: Sleepers,
        parameters: PhoneParameters,
        luck: Luck,
    ) -> None:
        self._listeners, self._coverage, self._sleep = listeners, coverage, sleep
        self._mast_index = {mast: index for index, mast in enumerate(masts)}
        self._parameters, self._luck = parameters, luck
        self._drawn: dict[str, Floats] = {}
        self._serving: tuple[bytes, Integers] = (b"", np.empty(0, np.int64))  # while these masts are dark

    def _served(self, mast: str, now_s: float) -> Integers:
        """Parties served by a mast now; by any, when none is named. Indices in order."""
        dark = self._coverage.dark_masts(now_s).tobytes()
        if self._serving[0] != dark:
            self._serving = (dark, self._coverage.serving_mast(self._listeners.x_m, self._listeners.y_m, now_s))
        serving = self._serving[1]
        return np.flatnonzero(serving == self._mast_index[mast] if mast else serving >= 0)

    def _hears(self, who: Integers, alert: Alert, reach_fraction: float, wakes_fraction: float, asleep: Mask) -> Mask:
        """Whether the telephones of parties get it and somebody hears and understands it, by their luck. [who]"""
        hears = (self._luck_of("reach")[who] < reach_fraction) & self._listeners.understand(alert)[who]
        return hears & (~asleep | (self._luck_of("wakes")[who] < wakes_fraction))

    def _after_s(self, who: Integers, what: str, level: str, mean_s: float) -> Floats:
        """An exponential delay of parties, drawn anew for each level of alert. [who]"""
        return -mean_s * np.log(self._luck_of(f"{what} {level}")[who])

    def _waking_s(self, who: Integers, asleep: Mask) -> Floats:
        return np.where(asleep, self._sleep.waking_s[who], 0.0)

    def _luck_of(self, what: str) -> Floats:
        """One number of each party, the same under every mast. [party]"""
        if what not in self._drawn:
            self._drawn[what] = self._luck.uniform(f"{self.channel} {what}", self._listeners.key)
        return self._drawn[what]


class AppPush(_OverMasts):
    """A push notification: to those in the advised zones who have the app.

    Its route is the zone's, from the zone's node to its refuge, the same for all its parties and by every channel
    that names zones; a party that stands off it drives by the quickest way it knows to that refuge.
    """

    channel = "app"

    def reach(self, alert: Alert, mast: str, delivered_s: float) -> Reach:
        """Parties with the app under the mast, and when they have looked at it."""
        p, listeners, who = self._parameters, self._listeners, self._served(mast, delivered_s)
        who = who[(listeners.has_app & listeners.in_zones([advice.zone for advice in alert.advice]))[who]]
        asleep = self._sleep.is_asleep(delivered_s)[who]
        hears = self._hears(who, alert, p.app_delivered_fraction, p.app_wakes_fraction, asleep)
        delay_s = self._after_s(who, "latency", alert.level, p.app_latency_s) + self._waking_s(who, asleep)
        delay_s += self._after_s(who, "noticed", alert.level, p.app_noticed_s)
        return Reach(who[hears], (delivered_s + delay_s)[hears])


class CellBroadcast(_OverMasts):
    """112 to every telephone under a mast, whether its zone is meant or not: a mast knows no zones."""

    channel = "cell_broadcast"

    def reach(self, alert: Alert, mast: str, delivered_s: float) -> Reach:
        """Parties with a telephone under the mast, those of other zones included, and when it sounds."""
        p, who = self._parameters, self._served(mast, delivered_s)
        who = who[self._listeners.has_phone[who]]
        asleep = self._sleep.is_asleep(delivered_s)[who]
        hears = self._hears(who, alert, p.broadcast_reach_fraction, p.broadcast_wakes_fraction, asleep)
        latency_s = self._after_s(who, "latency", alert.level, p.broadcast_90_s / log(10.0))
        at_s = delivered_s + (latency_s + self._waking_s(who, asleep))
        return Reach(who[hears], at_s[hears])


class Knock:
    """Police, coast guard and hotel staff, from door to door in the advised zones; they reach everybody, in time.

    They speak, and show: language does not matter, and sleepers are woken.

    Police teams work through the zones of all alerts as one queue, in the order of the alerts and within one
    in the order of its deadlines; on a beach a loudhailer reaches more. Hotels begin at once, each zone for
    itself, with the guests. In which order doors are knocked at is luck; a party knocked at earlier delays the
    later ones, since there are only so many teams. Some will be gone when their door is reached: the teams do
    not know. A new alert for a zone is what is said from then on at its doors that were still to come; those where
    something else was said before are gone to once more, after all others.
    """

    channel = "knock"

    def __init__(
        self, listeners: Listeners, parameters: PhoneParameters, luck: Luck, sleep: Sleepers | None = None
    ) -> None:
        self._listeners, self._parameters, self._sleep = listeners, parameters, sleep
        self._opens = luck.uniform("knock reach", listeners.key) < parameters.knock_reach_fraction
        self._order = luck.uniform("knock order", listeners.key)
        self._police_free_s = -np.inf
        self._hotel_free_s = np.full(len(listeners.zones), -np.inf)
        self._visit_s = np.full(len(listeners.zone_index), -np.inf)  # when they come, or came last

    def reach(self, alert: Alert, mast: str, delivered_s: float) -> Reach:
        """Every party of the advised zones, and when somebody knocks. `mast` does not matter."""
        p, listeners = self._parameters, self._listeners
        at_s = np.full(len(listeners.zone_index), np.inf)
        police_s = max(delivered_s + p.knock_mobilise_s, self._police_free_s)
        for advice in sorted(alert.advice, key=lambda advice: advice.deadline_s):
            if advice.zone not in listeners.zones:
                continue
            zone = listeners.zones.index(advice.zone)
            in_zone = listeners.zone_index == zone
            is_to_come = in_zone & (self._visit_s > delivered_s)
            at_s[is_to_come] = self._visit_s[is_to_come]
            in_zone &= ~is_to_come
            if p.knock_teams > 0:
                per_min = p.beach_parties_per_min if listeners.is_beach[zone] else p.knock_parties_per_min
                doors = self._in_order(in_zone & ~listeners.is_guest)
                at_s[doors] = police_s + (np.arange(len(doors)) + 1) * MINUTE_S / (per_min * p.knock_teams)
                police_s = float(at_s[doors].max(initial=police_s))
            rooms = self._in_order(in_zone & listeners.is_guest)
            start_s = max(delivered_s + p.hotel_mobilise_s, float(self._hotel_free_s[zone]))
            at_s[rooms] = start_s + (np.arange(len(rooms)) + 1) * MINUTE_S / p.hotel_parties_per_min
            self._hotel_free_s[zone] = float(at_s[rooms].max(initial=start_s))
        self._police_free_s = police_s
        self._visit_s = np.where(np.isfinite(at_s), at_s, self._visit_s)
        return _reach(np.isfinite(at_s) & self._opens, self._once_awake_s(at_s))

    def _once_awake_s(self, at_s: Floats) -> Floats:
        """When those who are knocked at are awake: at once if they are not asleep then. [party]"""
        if self._sleep is None:
            return at_s
        asleep = self._sleep.is_asleep(np.where(np.isfinite(at_s), at_s, 0.0))
        return np.where(asleep, at_s + self._sleep.waking_s, at_s)

    def _in_order(self, wanted: Mask) -> Integers:
        """Indices of the wanted parties in the order in which they are visited."""
        indices = np.flatnonzero(wanted)
        return indices[np.argsort(self._order[indices], kind="stable")]


def _reach(is_reached: Mask, at_s: Floats) -> Reach:
    """The parties that are reached, in their own order, with their times."""
    parties = np.flatnonzero(is_reached)
    return Reach(parties, at_s[parties])

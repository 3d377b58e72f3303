"""The network of masts: carries bytes over lines and radio, late or never.

Whoever is on it is registered under a name, with a place and a kind: `wired` (centre, authority, a telephone
line), `5g`, `lora` or `tetra`. A radio needs a mast that covers it; of those that stand, the strongest serves.
A message goes from its source over the source's mast, the core of the network and the destination's mast.
Each mast is on the network itself under its own name, for what is said to all who are under it.

A mast that goes dark (the fire takes it, its power or its fibre) carries nothing from then on: its users are
served by another that covers them, or by none. Masts do not depend on one another, and there is no battery.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firesim.link.channel import bits_on_the_air, transmission_s
from firesim.link.coverage import Coverage
from firesim.link.masts import Mast
from firesim.link.masts import read_masts as read_masts
from firesim.link.parameters import LinkKind
from firesim.link.parameters import LinkParameters as LinkParameters
from firesim.link.ports import Delivery
from firesim.place.grid import Grid
from firesim.place.terrain import Terrain
from firesim.streams import Luck

Kind = Literal["wired", "5g", "lora", "tetra"]
NOBODY = -1  # the index of no mast


class Endpoint(NamedTuple):
    """Somebody on the network."""

    name: str
    x_m: float
    y_m: float
    height_m: float
    kind: Kind
    stream_bit_s: float
    is_mast: int = NOBODY  # which mast this is, if it is one


class _Hop(NamedTuple):
    """One end of a message's way: the line or radio it uses there, and over which mast."""

    kind: Kind
    mast: int


@dataclass(frozen=True)
class _Way:
    """What the kinds of link at both ends of a message's way are together."""

    kinds: tuple[LinkKind, LinkKind]
    attempts: int
    passes: float  # chance of each
    retry_wait_s: float

    @classmethod
    def over(cls, kinds: tuple[LinkKind, LinkKind], extra_loss_fraction: float) -> _Way:
        passes = 1.0 - extra_loss_fraction
        for kind in kinds:
            passes *= 1.0 - kind.loss_fraction
        attempts = 1 + max(kind.retries for kind in kinds)
        return cls(kinds, attempts, passes, max(kind.retry_wait_s for kind in kinds))


class Network:
    """Implements `ports.Channel`. Calls come in the order of time, as the simulation makes them."""

    def __init__(
        self, masts: Sequence[Mast], grid: Grid, terrain: Terrain, parameters: LinkParameters, luck: Luck
    ) -> None:
        self.masts = list(masts)
        self.parameters = parameters
        for mast in self.masts:
            if not bool(grid.holds(*grid.cell_at(mast.x_m, mast.y_m))):
                raise ValueError(f"mast {mast.mast} stands off the map")
        self._luck = luck
        self._coverage = Coverage(self.masts, grid, terrain.elevation_m, parameters, luck)
        self._index = {mast.mast: i for i, mast in enumerate(self.masts)}
        self._dark_since_s = [inf] * len(self.masts)
        self._dark_from_s: list[float] = []  # the same of those that go dark, in order
        self._busy_until_s: dict[_Hop, float] = {}
        self._endpoints = {
            mast.mast: Endpoint(mast.mast, mast.x_m, mast.y_m, mast.height_m, "wired", 0.0, i)
            for i, mast in enumerate(self.masts)
        }
        self._video: list[str] = []  # who sends it
        # Of each hop, by how many masts are dark; forgotten when who sends it moves, or a mast goes dark. [bit/s]
        self._known_video: dict[tuple[_Hop, int], float] = {}
        # Of the places from which somebody has spoken: most move more than they say, and come to the same places.
        self._covering: dict[tuple[Kind, float, float, float], list[int]] = {}
        self._radios = parameters.radios()
        self._kinds: dict[str, LinkKind] = {"wired": parameters.wired, **self._radios}
        self._ways = {
            (one, other): _Way.over((self._kinds[one], self._kinds[other]), parameters.extra_loss_fraction)
            for one in self._kinds
            for other in self._kinds
        }

    # --- who is on it -------------------------------------------------------------------------------------

    def register(
        self, name: str, x_m: float, y_m: float, height_m: float, kind: Kind, stream_bit_s: float = 0.0
    ) -> None:
        """Put somebody on the network.

        `height_m` is the antenna's above the ground; `stream_bit_s` is video that it sends without pause over
        the mast that serves it, which leaves less of that mast to messages. Raises ValueError for a name
        already in use or an unknown kind.
        """
        if name in self._endpoints:
            raise ValueError(f"{name} is already on the network")
        if kind not in self._kinds:
            raise ValueError(f"{kind} is no kind of link: use wired, 5g, lora or tetra")
        self._endpoints[name] = Endpoint(name, x_m, y_m, height_m, kind, stream_bit_s)
        if stream_bit_s > 0.0:
            self._video.append(name)
            self._known_video.clear()

    def move(self, name: str, x_m: float, y_m: float, height_m: float | None = None) -> None:
        """Somebody is somewhere else now."""
        old = self._endpoint(name)
        height_m = old.height_m if height_m is None else height_m
        self._endpoints[name] = old._replace(x_m=x_m, y_m=y_m, height_m=height_m)
        if old.stream_bit_s > 0.0:
            self._known_video.clear()

    def _endpoint(self, name: str) -> Endpoint:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise ValueError(f"{name} is not on the network")
        return endpoint

    # --- masts and coverage -------------------------------------------------------------------------------

    def darken(self, mast: str, now_s: float) -> None:
        """The mast carries nothing from now on. Raises ValueError for a name that is no mast."""
        if mast not in self._index:
            raise ValueError(f"{mast} is no mast; the masts are {', '.join(self._index) or 'none'}")
        i = self._index[mast]
        self._dark_since_s[i] = min(self._dark_since_s[i], now_s)
        self._dark_from_s = sorted(since_s for since_s in self._dark_since_s if since_s < inf)
        self._known_video.clear()

    def dark_masts(self, now_s: float = inf) -> NDArray[np.bool_]:
        """Which masts are dark at a time (by default: of what is known, at the end). [mast]"""
        since_s = np.array(self._dark_since_s, dtype=np.float64)
        return (since_s <= now_s) & (since_s < inf)

    def coverage(self, x_m: ArrayLike, y_m: ArrayLike, kind: Kind = "5g") -> NDArray[np.bool_]:
        """Which masts a hand-held at each point could use, dark or not. [mast, point]"""
        threshold_dbm = self._radios[kind].threshold_dbm
        return self._coverage.at_cells_dbm(kind, x_m, y_m) >= threshold_dbm

    def serving_mast(self, x_m: ArrayLike, y_m: ArrayLike, now_s: float = inf, kind: Kind = "5g") -> NDArray[np.int64]:
        """Index of the mast that serves a hand-held at each point, the strongest that covers and is not dark; -1: none.

        Points off the map have none. Between masts equally strong the first serves.
        """
        return self._coverage.strongest(kind, x_m, y_m, self.dark_masts(now_s), self._radios[kind].threshold_dbm)

    def _mast_of(self, endpoint: Endpoint, now_s: float) -> tuple[int, Delivery | None]:
        """The mast that serves somebody, or what becomes of a message for want of one."""
        if endpoint.is_mast != NOBODY:
            if self._dark_since_s[endpoint.is_mast] <= now_s:
                return NOBODY, Delivery(inf, "mast dark", endpoint.name)
            return NOBODY, None
        if endpoint.kind == "wired":
            return NOBODY, None
        place = (endpoint.kind, endpoint.x_m, endpoint.y_m, endpoint.height_m)
        covering = self._covering.get(place)
        if covering is None:
            covering = self._covering[place] = self._masts_covering(endpoint)
        for i in covering:
            if self._dark_since_s[i] > now_s:
                return i, None
        if covering:
            return NOBODY, Delivery(inf, "mast dark", self.masts[covering[0]].mast)
        return NOBODY, Delivery(inf, "no coverage")

    def _masts_covering(self, endpoint: Endpoint) -> list[int]:
        """The masts that a radio could use where it is, dark or not, the strongest first."""
        power_dbm = self._coverage.at_point_dbm(endpoint.kind, endpoint.x_m, endpoint.y_m, endpoint.height_m)
        covering = np.flatnonzero(power_dbm >= self._radios[endpoint.kind].threshold_dbm)
        strongest_first: list[int] = covering[np.argsort(-power_dbm[covering], kind="stable")].tolist()
        return strongest_first

    # --- messages -----------------------------------------------------------------------------------------

    def carry(self, payload: bytes, message_id: str, source: str, destination: str, sent_s: float) -> Delivery:
        """What becomes of a message sent now.

        Lost because `no coverage`, `mast dark` (with the mast's name as the cause) or `radio loss` (every
        attempt failed). Else delivered after the failed attempts, the queues and transmission at each end, and
        the latency of each end. Whether an attempt fails hangs on `message_id` and its number alone; when it
        arrives hangs besides on what else the masts have to carry.
        """
        hops = []
        for endpoint in (self._endpoint(source), self._endpoint(destination)):
            mast, lost = self._mast_of(endpoint, sent_s)
            if lost is not None:
                return lost
            hops.append(_Hop(endpoint.kind, mast))
        way = self._ways[hops[0].kind, hops[1].kind]
        made = self._attempts_made(message_id, way)
        arrives_s = sent_s
        for hop, kind in zip(hops, way.kinds, strict=True):
            bits = bits_on_the_air(payload, kind.overhead_bytes) * min(made, way.attempts)
            arrives_s = self._through_queue(hop, kind, bits, arrives_s, sent_s)
        if made > way.attempts:
            return Delivery(inf, "radio loss")
        arrives_s += way.retry_wait_s * (made - 1)
        return Delivery(arrives_s + self._latency_s(message_id, way))

    def _attempts_made(self, message_id: str, way: _Way) -> int:
        """How many attempts the message takes; one more than it may when all of them fail."""
        for attempt in range(way.attempts):
            if self._luck.uniform("link", message_id, attempt) < way.passes:
                return attempt + 1
        return way.attempts + 1

    def _latency_s(self, message_id: str, way: _Way) -> float:
        latency_s = 0.0
        for kind, draw in zip(way.kinds, self._luck.uniform_pair("link latency", message_id), strict=True):
            latency_s += kind.latency_min_s + draw * (kind.latency_max_s - kind.latency_min_s)
        return self.parameters.latency_factor * latency_s

    def _through_queue(self, hop: _Hop, kind: LinkKind, bits: int, ready_s: float, sent_s: float) -> float:
        """When the message has been sent at one end, after what the mast had to send before it. [s]

        The mast's backlog grows by the message's own time on the air only, so that one message which is late
        for another reason holds up no other.
        """
        if hop.mast == NOBODY:  # each line is its own: nobody waits for another
            return ready_s + transmission_s(bits, kind.rate_bit_s)
        left_bit_s = kind.rate_bit_s - self._video_bit_s(hop, sent_s)
        on_air_s = transmission_s(bits, max(left_bit_s, self.parameters.least_share * kind.rate_bit_s))
        busy_until_s = max(sent_s, self._busy_until_s.get(hop, sent_s))
        self._busy_until_s[hop] = busy_until_s + on_air_s
        return max(ready_s, busy_until_s) + on_air_s

    def _video_bit_s(self, hop: _Hop, now_s: float) -> float:
        """Video that the mast carries of this kind. [bit/s]"""
        known = (hop, bisect_right(self._dark_from_s, now_s))
        if known not in self._known_video:
            senders = (self._endpoints[name] for name in self._video)
            self._known_video[known] = sum(
                endpoint.stream_bit_s
                for endpoint in senders
                if endpoint.kind == hop.kind and self._mast_of(endpoint, now_s)[0] == hop.mast
            )
        return self._known_video[known]

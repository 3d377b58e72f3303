"""Going by sea as the centre was told of it: landings, boats, distances, and waves by the bulletin.

Waves are reckoned as in the world (`physics/waves.py`), but from the bulletin's wind: gusts and a hidden turn of the
wind are not in it, so a landing taken for usable may be too rough, and the skipper says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.carriers import Carrier
from firesim.link.briefings import BoatInfo, LandingInfo, SeaInfo
from firesim.physics.waves import effective_fetch_m, wave_height_m

Floats = NDArray[np.float64]

ROUGH_FOR_S = 1800.0  # a skipper's word on a landing is believed so long; judgement


@dataclass
class Vessel(Carrier):
    """A boat as believed; see `Carrier`."""

    info: BoatInfo
    landing: str = ""
    port: str = ""
    bound_s: float = -inf  # when it said that the sea on its way was too rough for it
    refused: dict[str, tuple[float, str]] = field(
        default_factory=dict
    )  # landing -> when it told it could not land, why

    @property
    def name(self) -> str:
        return self.info.boat

    @property
    def is_kept_off(self) -> bool:
        """Whether it lies off its landing and has said what keeps it from it."""
        return self.is_busy and self.has_said("cannot_land")

    @property
    def is_bound(self) -> bool:
        """Whether it has said that the sea on its way is too rough for it."""
        return self.has_said("weather_bound")


class SeaMap:
    """The sea as briefed."""

    def __init__(self, info: SeaInfo) -> None:
        self.info = info
        self.landings: dict[str, LandingInfo] = {one.landing: one for one in info.landings}
        self._way_m = {(way.start, way.end): way.length_m for way in info.ways}
        self._port_for: dict[str, str] = {}
        self._waves_m: dict[tuple[str, float, float], float] = {}

    @cached_property
    def ports(self) -> list[LandingInfo]:
        return [one for one in self.landings.values() if one.is_port]

    def way_m(self, one: str, other: str) -> float:
        """How far it is by water between a berth or port and a landing; inf: not told. [m]"""
        return self._way_m.get((one, other), self._way_m.get((other, one), inf))

    def wave_height_m(self, landing: str, wind_m_s: float, wind_from_deg: float) -> float:
        """The waves that a wind raises before a landing. [m]"""
        key = (landing, wind_m_s, wind_from_deg)
        if key not in self._waves_m:
            fetch_m = effective_fetch_m(self.landings[landing].fetch_m, wind_from_deg)
            self._waves_m[key] = float(wave_height_m(wind_m_s, fetch_m))
        return self._waves_m[key]

    def wave_limit_m(self, landing: str) -> float:
        """The waves up to which any boat lands there. [m]"""
        is_jetty = self.landings[landing].kind == "jetty"
        return self.info.jetty_wave_limit_m if is_jetty else self.info.beach_wave_limit_m

    def can_use(self, boat: BoatInfo, landing: str, waves_m: float) -> bool:
        """Whether a boat can land somewhere in such waves. The way there is not looked at."""
        if boat.needs_jetty and self.landings[landing].kind != "jetty":
            return False
        return waves_m <= min(self.wave_limit_m(landing), boat.wave_limit_m)

    @cached_property
    def limit_m(self) -> dict[str, float]:
        """The waves up to which some boat of the fleet can land, by landing; -inf: none ever can. [m]"""
        return {
            name: max(
                (min(self.wave_limit_m(name), boat.wave_limit_m) for boat in self.info.boats
                 if one.kind == "jetty" or not boat.needs_jetty),
                default=-inf,
            )
            for name, one in self.landings.items()
        }  # fmt: skip

    def port_for(self, landing: str) -> str:
        """The port nearest to a landing by water."""
        if landing not in self._port_for:
            nearest = min(self.ports, key=lambda port: (self.way_m(port.landing, landing), port.landing))
            self._port_for[landing] = nearest.landing
        return self._port_for[landing]

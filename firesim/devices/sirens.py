"""Sirens: heard near and far, by everybody in reach, whatever their zone or language; they say only that something is.

How far one carries: sound falls by 10 dB with each doubling of the distance, and 70 dB count as the end of its range
outdoors (FEMA CPG 1-17, 1980, as told by a maker). From 120 dB at 100 ft (30 m) that is five doublings, 960 m; walls
that take 20 dB (judgement) leave three, 240 m.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from firesim.devices.phones import Listeners, Sleepers
from firesim.devices.sites import SensorSite, Site
from firesim.link.messages import Alert
from firesim.link.ports import Reach
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.place.settlement import Facility
from firesim.streams import Luck

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class SirenParameters(Parameters):
    """Where sirens stand besides the rows `siren` of the table of sites, and whom they reach. Marks: [J] judgement."""

    facilities: tuple[str, ...] = Field(default=(), description="facilities with a siren on the roof, by their id")
    reach_outdoors_m: Positive = Field(default=960.0, description="half of those outdoors hear it there; see above")
    reach_indoors_m: Positive = Field(default=240.0, description="half of those indoors hear it there; see above")
    steepness: Positive = Field(default=4.0, description="how sharply hearing ends at that distance; [J]")
    indoors_fraction: Fraction = Field(default=0.5, description="of those in settlements by day; asleep all are; [J]")
    understood_fraction: Fraction = Field(default=0.5, description="take it for a warning and not a test; [J]")
    wakes_fraction: Fraction = Field(default=0.5, description="of sleepers who would hear it; [J]")
    sounds_after_s: NotNegative = Field(default=30.0, description="from the order to the sound [s]; [J]")
    noticed_s: Positive = Field(default=60.0, description="mean until somebody has made it out [s]; [J]")
    sounds_within_m: NotNegative = Field(default=1000.0, description="of somebody in the advised zones; [J]")


class Siren:
    """All sirens of a scenario; each sounds by itself once its order has come to it.

    A siren stays silent when nobody of the advised zones is near, and for an all-clear. Whether a party is indoors,
    hears and understands it is luck of the party's own.
    """

    channel = "siren"

    def __init__(
        self, listeners: Listeners, sites: Sequence[Site], sleep: Sleepers, parameters: SirenParameters, luck: Luck
    ) -> None:
        self._listeners, self._sleep, self._parameters = listeners, sleep, parameters
        self._sites = {site.name: site for site in sites}
        drawn = {
            what: luck.uniform(f"siren {what}", listeners.key)
            for what in ("hears", "indoors", "understood", "wakes", "noticed")
        }
        on_beach = np.asarray(listeners.is_beach, dtype=bool)[listeners.zone_index]
        self._is_indoors: Mask = (drawn["indoors"] < parameters.indoors_fraction) & ~on_beach
        self._understands: Mask = drawn["understood"] < parameters.understood_fraction
        self._wakes: Mask = drawn["wakes"] < parameters.wakes_fraction
        self._hears, self._noticed_s = drawn["hears"], -parameters.noticed_s * np.log(drawn["noticed"])

    def reach(self, alert: Alert, mast: str, delivered_s: float) -> Reach:
        """Whom the siren of that name reaches, and when they have made it out."""
        p, listeners, site = self._parameters, self._listeners, self._sites[mast]
        away_m = np.hypot(listeners.x_m - site.x_m, listeners.y_m - site.y_m)
        meant = listeners.in_zones([advice.zone for advice in alert.advice])
        if alert.level == "all-clear" or not (away_m[meant] <= p.sounds_within_m).any():
            return Reach([], [])
        at_s = delivered_s + p.sounds_after_s
        asleep = self._sleep.is_asleep(at_s)
        reach_m = np.where(self._is_indoors | asleep, p.reach_indoors_m, p.reach_outdoors_m)
        hears = self._hears < chance_to_hear(away_m, reach_m, p.steepness)
        who = np.flatnonzero(hears & self._understands & (~asleep | self._wakes))
        waking_s = np.where(asleep, self._sleep.waking_s, 0.0)
        return Reach(who, (at_s + self._noticed_s + waking_s)[who])


def chance_to_hear(distance_m: Floats, reach_m: Floats | float, steepness: float = 4.0) -> Floats:
    """Chance that somebody hears a siren.

    Parameters
    ----------
    distance_m, reach_m : one shape
        From the siren; where half of all hear it. [m]
    steepness : float
        With 4 a sixteenth part of those at twice the reach still hears it.

    Notes
    -----
    Logistic in the logarithm of distance: p = 1 / (1 + (d / r)^k); 1 at the siren. A judgement: wind and hills,
    which carry or shadow sound, are absent.
    """
    return 1.0 / (1.0 + (distance_m / reach_m) ** steepness)


def siren_sites(rows: Sequence[SensorSite], facilities: Sequence[Facility], parameters: SirenParameters) -> list[Site]:
    """Where sirens stand, as the network knows them: rows of the table first, then those on facilities.

    Raises KeyError for a facility that does not exist.
    """
    known = {facility.facility: facility for facility in facilities}
    roofs = [known[name] for name in parameters.facilities]
    sites = [Site(row.sensor, row.x_m, row.y_m, row.height_m, "wired") for row in rows]
    return sites + [Site(f"siren-{roof.facility}", roof.x_m, roof.y_m, _ROOF_M, "wired") for roof in roofs]


_ROOF_M = 8.0  # above the ground; nothing hangs on it: the order comes by wire

"""What the radios of boats and buses have in common: one set each on the network, which goes where it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firesim.devices.sites import Site
from firesim.link.body import Body
from firesim.link.messages import Ack

Say = Callable[[str, str, Body, int | None], None]  # source, destination, what, caused by which event
Moved = Callable[[str, float, float], None]  # who, easting, northing


class CarrierRadios:
    """The radios of all boats, or of all buses.

    Parameters
    ----------
    places
        Where each is when the scenario starts, by its name. [m of the map]
    antenna_m
        Above water or ground. [m]
    say
        Speaks to the centre: (source, destination, body, cause).
    moved
        Told of every new place, so that the network knows which mast hears it.
    """

    def __init__(
        self, places: Mapping[str, tuple[float, float]], antenna_m: float, say: Say, moved: Moved | None
    ) -> None:
        self._start, self._antenna_m, self._say, self._moved = dict(places), antenna_m, say, moved
        self._at = dict(places)

    @property
    def sites(self) -> list[Site]:
        return [Site(name, x_m, y_m, self._antenna_m, "tetra") for name, (x_m, y_m) in self._start.items()]

    def _report(self, name: str, x_m: float, y_m: float, status: Body, cause_id: int | None) -> None:
        """Speak from where one is now."""
        if self._moved is not None and self._at[name] != (x_m, y_m):
            self._moved(name, x_m, y_m)
        self._at[name] = (x_m, y_m)
        self._say(name, "centre", status, cause_id)

    def _confirm(self, name: str, order: str, now_s: float, cause_id: int) -> None:
        self._say(name, "centre", Ack(order=order, by=name, at_s=now_s), cause_id)

"""The radios of the boats: what skippers hear from the centre, and what they tell it.

Marine radio and telephones along the coast are taken as one set per boat on the network of masts, as crews on land
have: without coverage, or under a dark mast, a boat hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firesim.devices.sites import Site
from firesim.link.messages import Ack, BoatOrder, BoatStatus, Body

if TYPE_CHECKING:
    from firesim.world.fleet import BoatSpec, BoatState

Say = Callable[[str, str, Body, int | None], None]  # source, destination, what, caused by which event
Moved = Callable[[str, float, float], None]  # who, easting, northing
SteerBy = Callable[[BoatOrder, int], None]  # hands an order to the skipper; with the event of its delivery


class BoatRadios:
    """The radios of all boats.

    Parameters
    ----------
    boats
        Where they lie when the scenario starts.
    steer
        Hands a delivered order to the skipper: (order, event of its delivery).
    antenna_m
        Above the water. [m]
    say
        Speaks to the centre: (source, destination, body, cause).
    moved
        Told of every new place of a boat, so that the network knows which mast hears it.
    """

    def __init__(
        self, boats: Sequence[BoatSpec], steer: SteerBy, antenna_m: float, say: Say, moved: Moved | None = None
    ) -> None:
        self._boats, self._steer, self._antenna_m, self._say, self._moved = list(boats), steer, antenna_m, say, moved
        self._at = {boat.boat: (boat.x_m, boat.y_m) for boat in boats}

    @property
    def sites(self) -> list[Site]:
        return [Site(boat.boat, boat.x_m, boat.y_m, self._antenna_m, "tetra") for boat in self._boats]

    def on_status(self, state: BoatState, now_s: float, cause_id: int | None) -> None:
        """The boat's state or place has changed, and its skipper says so."""
        if self._moved is not None and self._at[state.boat] != (state.x_m, state.y_m):
            self._moved(state.boat, state.x_m, state.y_m)
        self._at[state.boat] = (state.x_m, state.y_m)
        status = BoatStatus(
            boat=state.boat,
            seen_s=now_s,
            state=state.state,
            x_m=state.x_m,
            y_m=state.y_m,
            aboard=state.aboard,
            landed=state.landed,
            waiting=state.waiting,
            reason=state.reason,
        )
        self._say(state.boat, "centre", status, cause_id)

    def receive(self, order: BoatOrder, now_s: float, cause_id: int) -> None:
        """An order has been delivered to a boat: its skipper confirms, and obeys."""
        self._say(order.boat, "centre", Ack(order=order.order, by=order.boat, at_s=now_s), cause_id)
        self._steer(order, cause_id)

"""The radios of the boats: what skippers hear from the centre, and what they tell it.

Marine radio and telephones along the coast are taken as one set per boat on the network of masts, as crews on land
have: without coverage, or under a dark mast, a boat hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firesim.devices.carrier_radios import CarrierRadios, Moved, Say
from firesim.link.messages import BoatOrder, BoatStatus

if TYPE_CHECKING:
    from firesim.world.fleet import BoatSpec, BoatState

SteerBy = Callable[[BoatOrder, int], None]  # hands an order to the skipper; with the event of its delivery


class BoatRadios(CarrierRadios):
    """The radios of all boats.

    Parameters
    ----------
    boats
        Where they lie when the scenario starts.
    steer
        Hands a delivered order to the skipper: (order, event of its delivery).
    antenna_m, say, moved
        See `CarrierRadios`.
    """

    def __init__(
        self, boats: Sequence[BoatSpec], steer: SteerBy, antenna_m: float, say: Say, moved: Moved | None = None
    ) -> None:
        super().__init__({boat.boat: (boat.x_m, boat.y_m) for boat in boats}, antenna_m, say, moved)
        self._steer = steer

    def on_status(self, state: BoatState, now_s: float, cause_id: int | None) -> None:
        """The boat's state or place has changed, and its skipper says so."""
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
        self._report(state.boat, state.x_m, state.y_m, status, cause_id)

    def receive(self, order: BoatOrder, now_s: float, cause_id: int) -> None:
        """An order has been delivered to a boat: its skipper confirms, and obeys."""
        self._confirm(order.boat, order.order, now_s, cause_id)
        self._steer(order, cause_id)

"""The radios of the buses: what drivers hear from the centre, and what they tell it.

One set per bus on the network of masts, as crews have: without coverage, or under a dark mast, a bus hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firesim.devices.carrier_radios import CarrierRadios, Moved, Say
from firesim.link.messages import BusOrder, BusStatus, RoadReport

if TYPE_CHECKING:
    from firesim.world.busfleet import BusSpec, BusState

DriveBy = Callable[[BusOrder, int], None]  # hands an order to the driver; with the event of its delivery


class BusRadios(CarrierRadios):
    """The radios of all buses.

    Parameters
    ----------
    buses
        Where they stand when the scenario starts.
    drive
        Hands a delivered order to the driver: (order, event of its delivery).
    antenna_m, say, moved
        See `CarrierRadios`.
    """

    def __init__(
        self, buses: Sequence[BusSpec], drive: DriveBy, antenna_m: float, say: Say, moved: Moved | None = None
    ) -> None:
        super().__init__({bus.bus: (bus.x_m, bus.y_m) for bus in buses}, antenna_m, say, moved)
        self._drive = drive

    def on_status(self, state: BusState, now_s: float, cause_id: int | None) -> None:
        """The bus's state or place has changed, and its driver says so; at once of a road found closed too."""
        status = BusStatus(
            bus=state.bus,
            seen_s=now_s,
            state=state.state,
            x_m=state.x_m,
            y_m=state.y_m,
            aboard=state.aboard,
            landed=state.landed,
            waiting=state.waiting,
            reason=state.reason,
        )
        self._report(state.bus, state.x_m, state.y_m, status, cause_id)
        if state.road is not None:
            u, v = state.road
            report = RoadReport(observer=state.bus, seen_s=now_s, u=u, v=v, is_open=False)
            self._say(state.bus, "centre", report, cause_id)

    def receive(self, order: BusOrder, now_s: float, cause_id: int) -> None:
        """An order has been delivered to a bus: its driver confirms, and obeys."""
        self._confirm(order.bus, order.order, now_s, cause_id)
        self._drive(order, cause_id)

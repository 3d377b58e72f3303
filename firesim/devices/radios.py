"""The radios in the vehicles: what crews hear from the centre, and what they tell it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from firesim.devices.plume import Plume
from firesim.devices.sites import Site
from firesim.devices.sketch import FireSketch, drawn, middle_of
from firesim.link.body import Body
from firesim.link.briefings import SensorInfo
from firesim.link.messages import (
    Ack,
    CallReport,
    FetchOrder,
    FetchReport,
    FireMapReport,
    RoadReport,
    UnitOrder,
    UnitPlace,
    UnitStatus,
)
from firesim.link.ports import Observation
from firesim.parameters import NotNegative, Parameters, Positive
from firesim.place.grid import Grid
from firesim.streams import Luck

if TYPE_CHECKING:
    from firesim.place.terrain import Terrain
    from firesim.world.fire import TrueFire
    from firesim.world.units import UnitSpec, UnitState

Say = Callable[[str, str, Body, int | None], None]  # source, destination, what, caused by which event
Moved = Callable[[str, float, float], None]  # who, easting, northing
PlaceOf = Callable[[str], tuple[float, float]]  # where a vehicle is now: easting, northing
ObeyOrder = Callable[[UnitOrder | FetchOrder, int | None], None]  # to the crew, with the event of its delivery

AT_WORK = ("on_scene", "out_of_reach", "working", "let_off")  # the last: an ambulance that stands by again


class RadioParameters(Parameters):
    """What a crew makes out and how often it tells. Marks: [R] recalled, [J] judgement."""

    antenna_m: Positive = Field(default=2.5, description="on the roof of a vehicle, above the ground [m]; [J]")
    eye_m: Positive = Field(default=2.0, description="of a firefighter above the ground [m]; [J]")
    report_s: Positive = Field(
        default=120.0, description="on the scene from report to report, under way from place to place [s]; [J]"
    )
    sight_m: Positive = Field(default=400.0, description="flames made out from the ground through trees [m]; [J]")
    outline_sd_m: NotNegative = Field(default=30.0, description="error of an edge drawn from the ground [m]; [J]")
    least_smoke_deg: Positive = Field(default=0.5, description="height of smoke that a crew heads for; [J] [degrees]")
    place_error: Positive = Field(default=0.2, description="sd of its guessed place over the distance; [J]")


class Radios:
    """The radios of all units.

    Parameters
    ----------
    units
        The vehicles, where they stand when the scenario starts.
    obey
        Hands a delivered order to the crew: (order, event of its delivery).
    fire, terrain, grid, plume
        What there is to see around a crew, near and far.
    say
        Speaks to the centre: (source, destination, body, cause).
    place_of
        Where a vehicle is now, for the receiver that shows it to the centre while it is under way. None: it has none.
    moved
        Told of every new place of a vehicle, so that the network knows which mast hears it.

    Notes
    -----
    A crew tells every change of its state, and at once of a road found cut. Under way the radio itself shows its
    place every `report_s` (location messages are part of TETRA, ETSI TS 100 392-18). On the scene the crew draws
    what it sees of the fire, every `report_s`; if it sees only smoke it says where that seems to rise; if nothing,
    that nothing burns around it.
    """

    def __init__(
        self,
        units: Sequence[UnitSpec],
        obey: ObeyOrder,
        fire: TrueFire,
        terrain: Terrain,
        grid: Grid,
        plume: Plume,
        parameters: RadioParameters,
        luck: Luck,
        say: Say,
        moved: Moved | None = None,
        place_of: PlaceOf | None = None,
    ) -> None:
        self.name = "radios"
        self.cadence_s = parameters.report_s
        self.infos: list[SensorInfo] = []
        self._units, self._obey, self._plume = list(units), obey, plume
        self._parameters, self._luck, self._say, self._moved = parameters, luck, say, moved
        self._place_of = place_of
        self._causes: dict[str, int | None] = {}
        self._sketches = {unit.unit: FireSketch(fire, terrain, grid) for unit in units}
        self._states: dict[str, UnitState] = {}

    @property
    def sites(self) -> list[Site]:
        return [Site(unit.unit, unit.x_m, unit.y_m, self._parameters.antenna_m, "tetra") for unit in self._units]

    def on_status(self, state: UnitState, now_s: float, cause_id: int | None) -> None:
        """The crew's state has changed, and it says so."""
        self._states[state.unit], self._causes[state.unit] = state, cause_id
        if self._moved is not None:
            self._moved(state.unit, state.x_m, state.y_m)
        status: Body = UnitStatus(
            unit=state.unit,
            seen_s=now_s,
            state=state.state,
            x_m=state.x_m,
            y_m=state.y_m,
            water_litres=state.water_litres,
            reason=state.reason,
        )
        if state.household:
            status = FetchReport(
                unit=state.unit, seen_s=now_s, household=state.household, state=state.state, x_m=state.x_m,
                y_m=state.y_m, reason=state.reason, people=state.people,
            )  # fmt: skip
        self._say(state.unit, "centre", status, cause_id)
        if state.road is not None:
            u, v = state.road
            report = RoadReport(observer=state.unit, seen_s=now_s, u=u, v=v, is_open=False)
            self._say(state.unit, "centre", report, cause_id)

    def receive(self, order: UnitOrder | FetchOrder, now_s: float, cause_id: int | None) -> None:
        """An order has been delivered to a vehicle: its crew confirms, and obeys."""
        self._say(order.unit, "centre", Ack(order=order.order, by=order.unit, at_s=now_s), cause_id)
        self._obey(order, cause_id)

    def observe(self, now_s: float) -> list[Observation]:
        """What the crews on the scene see, in the order of the units; those under way show their place."""
        reports = []
        for unit in self._units:
            state = self._states.get(unit.unit)
            if state is not None and state.state in AT_WORK:
                reports.append(Observation(unit.unit, self._sight_of(state, now_s)))
            elif state is not None and state.state in ("rolling", "laden"):
                self._show_place(unit.unit, now_s)
        return reports

    def _show_place(self, unit: str, now_s: float) -> None:
        if self._place_of is None:
            return
        x_m, y_m = self._place_of(unit)
        if self._moved is not None:
            self._moved(unit, x_m, y_m)
        self._say(unit, "centre", UnitPlace(unit=unit, seen_s=now_s, x_m=x_m, y_m=y_m), self._causes[unit])

    def detectable(self, now_s: float) -> bool:
        """Whether any crew on the scene has flames or smoke in sight."""
        at_work = [state for state in self._states.values() if state.state in AT_WORK]
        p = self._parameters
        return any(
            self._sketches[state.unit].nearest_flame(state.x_m, state.y_m, p.eye_m, p.sight_m, now_s) is not None
            or self._plume.seen_from(state.x_m, state.y_m, p.eye_m, now_s).angle_deg[0] >= p.least_smoke_deg
            for state in at_work
        )

    def _sight_of(self, state: UnitState, now_s: float) -> Body:
        """The edge of the fire, else the smoke, else that there is nothing."""
        p = self._parameters
        here = (state.x_m, state.y_m)
        report = int(now_s // p.report_s)
        east, north = (self._luck.normal(f"crew sight {axis}", state.unit, report) for axis in "xy")
        sketch = self._sketches[state.unit]
        if sketch.look(*here, p.eye_m, p.sight_m, now_s):
            rings = drawn(sketch.outline(now_s), p.outline_sd_m * east, p.outline_sd_m * north)
            return FireMapReport(
                observer=state.unit,
                seen_s=now_s,
                place_xy_m=middle_of(rings),
                outline_xy_m=rings,
                outline_sd_m=p.outline_sd_m,
                is_whole=sketch.is_whole(now_s),
            )
        view = self._plume.seen_from(*here, p.eye_m, now_s)
        if view.angle_deg[0] >= p.least_smoke_deg:
            foot = (float(view.foot_x_m[0]), float(view.foot_y_m[0]))
            sd_m = max(p.outline_sd_m, p.place_error * float(np.hypot(foot[0] - here[0], foot[1] - here[1])))
            place = (foot[0] + sd_m * east, foot[1] + sd_m * north)
            return CallReport(caller=state.unit, seen_s=now_s, from_xy_m=here, place_xy_m=place, place_sd_m=sd_m)
        return FireMapReport(
            observer=state.unit,
            seen_s=now_s,
            place_xy_m=here,
            outline_xy_m=[],
            outline_sd_m=p.outline_sd_m,
            searched_radius_m=p.sight_m,
        )

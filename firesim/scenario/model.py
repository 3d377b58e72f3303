"""What a researcher may write in a scenario: the parts' own parameters, composed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from firesim.command.parameters import CommandParameters
from firesim.devices.parameters import DeviceParameters
from firesim.inputs.problems import Contradiction
from firesim.link.network import LinkParameters
from firesim.parameters import Fraction, NotNegative, Parameters, Positive, ZonedMoment
from firesim.place.grid import Grid
from firesim.place.load import PlaceParameters
from firesim.world.busfleet import BusParameters
from firesim.world.discrepancy import DiscrepancyParameters
from firesim.world.fleet import BoatParameters
from firesim.world.people import PeopleParameters
from firesim.world.responders import ResponderParameters
from firesim.world.smoke import SmokeParameters
from firesim.world.traffic import TrafficParameters
from firesim.world.weather import WeatherParameters

Device = Literal["gas", "cameras", "drone", "callers", "fire_watch", "all_seeing"]
AlertChannel = Literal["app", "cell_broadcast", "knock", "siren"]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]
Latitude = Annotated[float, Field(ge=-90.0, le=90.0)]


def hour_of(moment: datetime) -> float:
    """The hour of the day, 12.5 for 12:30."""
    return moment.hour + moment.minute / 60.0 + moment.second / 3600.0


class Ignition(Parameters):
    """Where and when the fire starts: either `lon_lat` in degrees or `xy_m` in metres of the map."""

    lon_lat: tuple[Longitude, Latitude] | None = None
    xy_m: tuple[float, float] | None = None
    at_min: NotNegative = Field(default=0.0, description="after the scenario's start [min]")

    @model_validator(mode="after")
    def _one_place(self) -> Ignition:
        if (self.lon_lat is None) == (self.xy_m is None):
            message = "name the place once, as `lon_lat: [longitude, latitude]` or as `xy_m: [x, y]`"
            remedy = "Keep one of the two." if self.xy_m is not None else "Write one of the two."
            raise Contradiction(message, "" if self.xy_m is None else "xy_m", remedy)
        return self

    def place_on(self, grid: Grid) -> tuple[float, float]:
        """The place in metres of the map."""
        if self.xy_m is not None:
            return self.xy_m
        assert self.lon_lat is not None
        x_m, y_m = grid.from_lon_lat(*self.lon_lat)
        return float(x_m), float(y_m)


class TrueFireParameters(Parameters):
    """Study factors of the fire itself."""

    acceleration_per_min: Positive | None = Field(
        default=0.115, description="build-up from a point, Canadian FBP system, open fuels [1/min]; null: none"
    )
    wind_limit: Literal["andrews2013", "rothermel", "none"] = Field(
        default="andrews2013",
        description="how far wind can drive the fire, in truth and forecast: no faster than the effective wind "
        "(Andrews, Cruz & Rothermel 2013), Rothermel's 1972 limit, or none",
    )


class AuthorityParameters(Parameters):
    """Who may decide on evacuation, the same chain in every strategy.

    In Greece the mayor decides (Law 4662/2020 art. 29); delay and refusal, 5-30 min, are a judgement. The
    delay of each replicate is drawn evenly between the two bounds.
    """

    delay_least_min: NotNegative = 5.0
    delay_most_min: NotNegative = 30.0
    refusal_probability: Fraction = Field(default=0.0, description="a judgement; no figure was found")

    @model_validator(mode="after")
    def _in_order(self) -> AuthorityParameters:
        if self.delay_most_min < self.delay_least_min:
            message = f"must be at least delay_least_min, which is {self.delay_least_min:g}"
            raise Contradiction(message, "delay_most_min", "Exchange the two, or lower delay_least_min.")
        return self


class Strategy(Parameters):
    """A named bundle: which devices and channels exist, and which policy decides."""

    devices: tuple[Device, ...] = ()
    channels: tuple[AlertChannel, ...] = ()
    policy: str = Field(min_length=1, description="a shipped policy's name, or module:Class")
    parameters: dict[str, float | int | str | bool] = Field(
        default_factory=dict, description="what this strategy sets about command; see CommandParameters"
    )

    @field_validator("devices", "channels")
    @classmethod
    def _once_each(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) != len(names):
            raise ValueError("a name stands twice")
        return names


class ScenarioFields(Parameters):
    """Everything a scenario file may say. Paths are relative to the file."""

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    start: ZonedMoment = Field(description="date, time and zone: 2025-08-06T12:00+03:00")
    horizon_h: Positive = Field(default=4.0, le=48.0)
    place: PlaceParameters
    weather: WeatherParameters
    ignition: Ignition
    fire: TrueFireParameters = TrueFireParameters()
    discrepancy: DiscrepancyParameters = DiscrepancyParameters()
    people: PeopleParameters = PeopleParameters()
    smoke: SmokeParameters = SmokeParameters()
    traffic: TrafficParameters = TrafficParameters()
    devices: DeviceParameters
    link: LinkParameters
    responders: ResponderParameters
    boats: BoatParameters = BoatParameters()
    buses: BusParameters = BusParameters()
    authority: AuthorityParameters = AuthorityParameters()
    command: CommandParameters = CommandParameters()
    strategies: dict[str, Strategy] = Field(min_length=1)

    @model_validator(mode="after")
    def _ignites_within_the_horizon(self) -> ScenarioFields:
        if self.ignition.at_min * 60.0 >= self.horizon_h * 3600.0:
            message = f"lies beyond horizon_h = {self.horizon_h:g}: nothing would happen"
            remedy = f"Write less than {60.0 * self.horizon_h:g}, or lengthen horizon_h."
            raise Contradiction(message, "ignition.at_min", remedy)
        return self

"""What a researcher may set about devices: the scenario's `devices:` block."""

from __future__ import annotations

from pydantic import Field

from firesim.devices.callers import CallerParameters
from firesim.devices.cameras import CameraParameters
from firesim.devices.drones import DroneParameters
from firesim.devices.help_calls import HelpCallParameters
from firesim.devices.lookouts import FireWatchParameters
from firesim.devices.phones import PhoneParameters
from firesim.devices.plume import SightParameters
from firesim.devices.radios import RadioParameters
from firesim.devices.sensors import GasParameters
from firesim.devices.sirens import SirenParameters
from firesim.devices.traffic_police import TrafficPoliceParameters
from firesim.parameters import Parameters


class DeviceParameters(Parameters):
    """Where devices stand and what each kind can do. Which of them exist is the strategy's to say."""

    sites: str = Field(default="sensors.csv", description="table of sites, relative to the scenario file")
    sight: SightParameters = SightParameters()
    gas: GasParameters = GasParameters()
    cameras: CameraParameters = CameraParameters()
    callers: CallerParameters = CallerParameters()
    help_calls: HelpCallParameters = HelpCallParameters()
    fire_watch: FireWatchParameters = FireWatchParameters()
    drone: DroneParameters = DroneParameters()
    phones: PhoneParameters = PhoneParameters()
    sirens: SirenParameters = SirenParameters()
    radios: RadioParameters = RadioParameters()
    traffic_police: TrafficPoliceParameters = TrafficPoliceParameters()

"""How far from fuel people have to stand on the scenario's day: what the map's refuges are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firesim.fire.fuels import FuelCatalogue, standard_fuels
from firesim.fire.safety import (
    SEPARATION_PER_FLAME_HEIGHT,
    SEPARATION_PER_VEGETATION_HEIGHT,
    slope_class_of,
    slope_wind_factor,
    wind_class_of,
)
from firesim.fire.wind import wind_20ft_m_s
from firesim.inputs.problems import BadInput
from firesim.place.load import PlaceParameters
from firesim.world.ground import fuel_models
from firesim.world.weather import WeatherParameters, read_weather_day


@dataclass(frozen=True)
class Separation:
    """Safe separation under one burning condition and one class of wind; see `fire/safety.py`."""

    burning_condition: str
    wind_class: str
    fuels: FuelCatalogue

    def vegetation_height_m(self, fuel_model: int, canopy_height_m: float) -> float:
        """Height of what burns: the trees, or the fuel bed where it is deeper; 0 where nothing burns. [m]

        The depth of a fuel bed is some 70 % of the height of grass or shrub (Scott & Burgan 2005 measure it so), so
        in open fuels the height is on the low side.
        """
        if not self.fuels.is_known(fuel_model):
            return 0.0
        model = self.fuels[fuel_model]
        return max(model.depth_m, canopy_height_m) if model.is_burnable else 0.0

    def per_vegetation_height(self, slope_deg: float) -> float:
        """Distance that fuel demands, in heights of its vegetation: 8 x slope-wind factor."""
        return SEPARATION_PER_VEGETATION_HEIGHT * self._factor(slope_deg)

    def per_flame_length(self, slope_deg: float) -> float:
        """Distance that flames demand, in their lengths: 4 x slope-wind factor, the same law with known flames.

        The law's 8 heights of vegetation are 4 flame heights where flames are twice as high as what burns (Butler
        2014). A leaning flame is longer than it is high, so its length stays on the safe side.
        """
        return SEPARATION_PER_FLAME_HEIGHT * self._factor(slope_deg)

    def _factor(self, slope_deg: float) -> float:
        return float(slope_wind_factor(self.burning_condition, str(slope_class_of(slope_deg)), self.wind_class))


def separation_of(place: PlaceParameters, weather: WeatherParameters, folder: Path) -> Separation | None:
    """The law that holds for a place on a day; None when the day cannot be read, which is told elsewhere.

    `wind_class: day` is the class of the strongest hourly mean of the whole day, whenever the scenario starts: refuges
    are chosen for the day, not for the hour.
    """
    rules = place.refuge_rules
    wind_class: str = rules.wind_class
    if wind_class == "day":
        try:
            day = read_weather_day(weather, folder)
        except BadInput:
            return None
        wind_class = str(wind_class_of(wind_20ft_m_s(max(hour.wind_speed_10m_m_s for hour in day.hours))))
    fuels = standard_fuels().with_models(fuel_models(place.fuel_models))
    return Separation(rules.burning_condition, wind_class, fuels)

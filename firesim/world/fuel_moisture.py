"""How wet the fuel is in a scenario: its own values, a published scenario's, or what the day's air makes of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, ValidationInfo, field_validator, model_validator

from firesim.fire.drying import moisture_of_day
from firesim.fire.moisture import Moisture, published_scenarios
from firesim.parameters import Parameters

_WETTEST_LIVE = 3.0  # kg/kg: living leaves in spring; more is a percentage
_WETTEST_DEAD = 1.0  # kg/kg: soaked wood; above 0.4 no standard fuel model carries fire
DEFAULT_LIVE_HERB, DEFAULT_LIVE_WOODY = 0.60, 0.80  # kg/kg, of `MoistureParameters`


class MoistureParameters(Parameters):
    """Fuel moisture, water over dry matter [kg/kg]; nothing written: the weather day says it, hour by hour.

    Either all of a `published` scenario, or class by class: the value written here; else, of dead fuel, what the
    day's temperature and humidity make of it (`fire/drying.py`: Simard 1968, followed with a lag of 1, 10 and
    100 h through a day that repeats), and of live fuel 60 % and 80 %, the low live moistures of dry August
    (between L1 and L2 of Scott & Burgan 2005; a judgement). Values written hold for the whole run. What the air
    makes is the moisture of fuel in the shade: in the sun it is a few percent drier.
    """

    published: str | None = Field(
        default=None, description="a published scenario: D1L1 to D4L4 of Scott & Burgan 2005, GR_M2, ..."
    )
    one_h: float | None = None
    ten_h: float | None = None
    hundred_h: float | None = None
    live_herb: float | None = None
    live_woody: float | None = None

    @field_validator("published")
    @classmethod
    def _is_published(cls, name: str | None) -> str | None:
        if name is not None and name not in published_scenarios():
            raise ValueError(f"must be a published moisture scenario: {', '.join(published_scenarios())}")
        return name

    @field_validator("one_h", "ten_h", "hundred_h", "live_herb", "live_woody")
    @classmethod
    def _is_a_ratio(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None:
            return None
        wettest = _WETTEST_LIVE if str(info.field_name).startswith("live") else _WETTEST_DEAD
        if value < 0.0:
            raise ValueError("moisture must not be negative; write 6 % as 0.06")
        if value > wettest:
            raise ValueError(f"is in kg of water per kg of dry fuel, here at most {wettest:g}; write 6 % as 0.06")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> MoistureParameters:
        if self.published is not None and any(value is not None for value in self._written):
            raise ValueError("has a published scenario and values beside it; keep one, or set the other to null")
        return self

    @property
    def _written(self) -> tuple[float | None, ...]:
        return self.one_h, self.ten_h, self.hundred_h, self.live_herb, self.live_woody

    def of_day(self, temperature_c: ArrayLike, relative_humidity_pct: ArrayLike) -> Moisture:
        """Moisture through the day of these hours; each class one value, or [hour] where the air decides."""
        if self.published is not None:
            return published_scenarios()[self.published]
        air = moisture_of_day(temperature_c, relative_humidity_pct, DEFAULT_LIVE_HERB, DEFAULT_LIVE_WOODY)
        pairs = zip(self._written, air.as_tuple(), strict=True)
        return Moisture(*(_mid_hour(of_air) if written is None else written for written, of_air in pairs))


def _mid_hour(at_the_hour: ArrayLike) -> ArrayLike:
    """What holds all through an hour of a day that repeats: the mean of its beginning and its end."""
    return at_the_hour if np.ndim(at_the_hour) == 0 else 0.5 * (np.asarray(at_the_hour) + np.roll(at_the_hour, -1))

"""The base of every part's own small parameter model.

Each part of firesim declares what a researcher may set about it as a `Parameters` subclass beside its code;
`scenario.py` composes them into the scenario file. Frozen, and an unknown field is an error: a default is
never put in place of something the user wrote.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator


class Parameters(BaseModel):
    """A frozen set of named values; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_value_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Python would take true for 1."""
        kind = str(cls.model_fields[str(info.field_name)].annotation)
        if ("float" in kind or "int" in kind) and "bool" not in kind:
            values = value if isinstance(value, list | tuple) else (value,)
            if any(isinstance(one, bool) for one in values):
                raise ValueError("must be a number, not true or false")
        return value


Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Compass = Annotated[float, Field(ge=0.0, lt=360.0, description="degrees clockwise from north, 0 to below 360")]


def _with_a_zone(value: Any) -> Any:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a date and time with zone, such as 2025-08-06T12:00+03:00") from None
        if moment.tzinfo is None:
            raise ValueError("names no time zone; Greek summer time is +03:00")
    return value


ZonedMoment = Annotated[AwareDatetime, BeforeValidator(_with_a_zone)]

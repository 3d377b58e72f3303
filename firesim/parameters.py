"""The base of every part's own small parameter model.

Each part of firesim declares what a researcher may set about it as a `Parameters` subclass beside its code;
`scenario.py` composes them into the scenario file. Frozen, and an unknown field is an error: a default is
never put in place of something the user wrote.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Parameters(BaseModel):
    """A frozen set of named values; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Compass = Annotated[float, Field(ge=0.0, lt=360.0, description="degrees clockwise from north, 0 to below 360")]

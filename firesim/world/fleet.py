"""The boats: what each is, where it lies, and what may be set about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from firesim.inputs.problems import Problems
from firesim.inputs.tables import Table, read_table
from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.place.landings import Landing
from firesim.world.notice import NOTICE_COLUMNS, notices_s

KNOT_M_S = 1852.0 / 3600.0  # the international nautical mile an hour
TASKS = ("stand_by", "lift", "return")


@dataclass(frozen=True)
class BoatSpec:
    """One boat and its crew, as it lies at a landing when the scenario starts.

    `notice_s` is the least and the most time from being called to being under way. `wave_limit_m`: it does not set
    out into higher waves than these. `needs_jetty`: its draught keeps it off beaches.
    """

    boat: str
    kind: str  # as people call it: excursion boat, water taxi
    berth: str  # a landing
    x_m: float
    y_m: float
    seats: int
    speed_m_s: float
    notice_s: tuple[float, float]
    wave_limit_m: float
    needs_jetty: bool


@dataclass(frozen=True)
class BoatState:
    """What a boat could tell of itself over the radio."""

    boat: str
    state: str  # ready, weather_bound, under_way, loading, cannot_land, nobody_there, laden, landed, available
    x_m: float
    y_m: float
    aboard: int
    landed: int  # people put ashore in port so far
    waiting: int  # people seen to wait at the landing, -1: it is not there
    reason: str = ""


class BoatParameters(Parameters):
    """The scenario's `boats:` block. What has no source is a judgement and a study factor."""

    table: str | None = Field(default=None, description="the boats, relative to the scenario file; none: no boats")
    sail: bool = Field(default=True, description="false: as if there were no boats; a study factor")
    # A small craft's bow on open sand, or its side on a jetty: no published limit for taking crowds off was found.
    # Sheltered waters for passenger craft end at 0.5 m of significant height (Australian NSCV part B, quoted).
    beach_wave_limit_m: Positive = Field(default=0.5, description="no boat lands on a beach in higher waves; see code")
    jetty_wave_limit_m: Positive = Field(default=1.0, description="nor at a jetty; judgement")
    slowest_factor: Fraction = Field(
        default=0.5, description="speed in waves of a boat's limit over that in calm, in proportion between; judgement"
    )
    least_visibility_m: NotNegative = Field(
        default=200.0, description="smoke thicker than this: no landing; judgement, four lengths of a large boat"
    )
    loading_factor: Positive = Field(default=1.0, description="multiplies every landing's people a minute; a factor")
    linger_s: NotNegative = Field(
        default=300.0, description="with room left and nobody waiting, it stays so long for others; judgement"
    )
    turn_round_s: NotNegative = Field(default=120.0, description="in port, from the last ashore to away; judgement")
    look_s: Positive = Field(default=60.0, description="how often a skipper looks at sea, smoke, fire and people")
    antenna_m: Positive = Field(default=3.0, description="of the boat's radio above the water; judgement")

    @property
    def sails(self) -> bool:
        """Whether there are boats at all in this scenario."""
        return self.sail and self.table is not None


_COLUMNS = ("boat", "kind", "berth", "seats", "speed_kn", *NOTICE_COLUMNS, "wave_limit_m", "lands_at")


def read_boats(parameters: BoatParameters, folder: Path, landings: Sequence[Landing]) -> list[BoatSpec]:
    """The boats of the scenario at their berths; raises BadInput with all that is wrong. None without a table."""
    problems = Problems("boats")
    if parameters.table is None:
        return []
    table = read_table("table", folder / parameters.table, _COLUMNS, problems)
    specs = [] if table is None else _specs(table, {one.landing: one for one in landings})
    problems.raise_if_any()
    return specs


def _specs(table: Table, landings: dict[str, Landing]) -> list[BoatSpec]:
    boats, kinds = table.texts("boat", unique=True), table.texts("kind")
    berths = table.words("berth", tuple(landings))
    seats = table.numbers("seats", 1, 5000, whole=True, meaning="people it may take")
    knots = table.numbers("speed_kn", 0.5, 60.0, meaning="knots")
    notice_s = notices_s(table)
    limits = table.numbers("wave_limit_m", 0.05, 20.0, meaning="significant height in metres")
    lands_at = table.words("lands_at", ("any", "jetty"))
    if len(table.problems):
        return []
    return [
        BoatSpec(
            boat, kind, berth, landings[berth].x_m, landings[berth].y_m, int(seats[row]), float(knots[row]) * KNOT_M_S,
            notice_s[row], float(limits[row]), where == "jetty",
        )
        for row, (boat, kind, berth, where) in enumerate(zip(boats, kinds, berths, lands_at, strict=True))
    ]  # fmt: skip

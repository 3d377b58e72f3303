"""What a reader of a run must be told of the people, in words."""

from __future__ import annotations

import numpy as np

from firesim.world.households import SHORE, Parties
from firesim.world.shore import Shore
from firesim.world.standing import FOR_BUS, FOR_HELP, FOR_NOTHING, NONE, SAFE, SHELTERING, Standing
from firesim.world.wading import Wading


def warnings_of(
    parties: Parties, standing: Standing, shore: Shore, wading: Wading, longest_walk_m: float, n_refuges: int
) -> list[str]:
    """One sentence for each thing that the figures of a run must not be read without."""

    def people(those: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
        return int(parties.people[those].sum())

    shelter = standing.state == SHELTERING
    at_last_resort = (standing.waits_at != NONE) & (standing.waits_at < n_refuges)
    far_km = longest_walk_m / 1000.0
    said = [
        (people(parties.mode == SHORE) if not shore.landings else 0,
         "people of zones without a road can leave by boat alone: no boats sail here"),
        (people(shelter & (standing.waits == FOR_NOTHING)), f"people on foot stayed: no refuge within {far_km:g} km"),
        (people(shelter & at_last_resort),
         "people wait at last resorts, too near to fuel to be safe: they count as sheltering"),
        (people(shelter & (standing.waits == FOR_BUS)), "people still wait at bus stops"),
        (people(shelter & (standing.waits == FOR_HELP)),
         "people would leave but cannot by themselves, and nobody has taken them"),
        (people(np.isfinite(wading.entered_s)), "people went into the sea from heat or smoke"),
        (people(np.isfinite(standing.trapped_s) & (standing.state != SAFE)),
         "people are trapped: caught, or no open way to a refuge with room"),
        (people((standing.lost_cell != NONE) & (standing.state != SAFE)),
         "people were in a refuge when it was lost to fire or smoke: they are not safe"),
    ]  # fmt: skip
    return [f"{count} {words}" for count, words in said if count]

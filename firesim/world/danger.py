"""The fire comes to where units stand: who is warned, and who is burnt over.

Crews at work look at the front themselves; those who stage, wait at a closed road, set up or fill their tanks
are watched over here, so that no unit can be passed by the fire without a trace. Vehicles under way look to the
road (`journey.py`); crews dressing at their base, and empty vehicles there, do not flee.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

import simpy

from firesim.world.crew import Crew
from firesim.world.engagement import WATCH_STEP_S, Engagement

Point = tuple[float, float]

_STANDING = ("stage", "setup", "hose", "water", "watch", "refill", "blocked", "withdraw", "load")


def watch_over(engagement: Engagement, stories: Mapping[str, simpy.Process]) -> Generator[simpy.Event, object, None]:
    """Once a minute: end the story of a unit that the fire went over, warn the others that it comes near.

    `stories` are the processes of the units by name; that of a unit burnt over is interrupted.
    """
    env, fire = engagement.env, engagement.fire
    stood: dict[str, Point] = {}
    looked_s = float(env.now)
    while True:
        yield env.timeout(WATCH_STEP_S)
        now_s = float(env.now)
        fire.advance(now_s)
        for unit, crew in engagement.crews.items():
            if not stories[unit].is_alive:
                continue
            if stood.get(unit) == crew.place and went_over(engagement, crew, looked_s):
                stories[unit].interrupt("overrun")
            elif crew.leg in _STANDING and engagement.danger_to(crew) is not None:
                crew.warn()
            stood[unit] = crew.place
        looked_s = now_s


def went_over(engagement: Engagement, crew: Crew, since_s: float) -> bool:
    """Whether a front that hoses do not hold has entered the cell of a vehicle since a time."""
    fire = engagement.fire
    row, column = fire.grid.cell_holding(*crew.place)
    rows, columns = fire.grid.shape
    if not (0 <= row < rows and 0 <= column < columns):
        return False
    if not since_s < fire.arrival_time_s[row, column] <= fire.now_s:
        return False
    return bool(fire.fireline_intensity_kw_m[row, column] >= engagement.parameters.hold_limit_kw_m)

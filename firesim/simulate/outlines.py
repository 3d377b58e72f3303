"""Whether a centre that forecasts was ever shown the fire all round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from firesim.link.body import Body
from firesim.link.messages import FireMapReport

FIRST_S = 900.0  # later than this after the ignition an outline all round sets right what began as a guess; judgement


def outline_warnings(heard: Iterable[tuple[float, Body]], forecasts_s: Sequence[float], ignited_s: float) -> list[str]:
    """One line if forecasts were made and no outline that closes all round the fire came in after the first minutes.

    `heard`: what was delivered to the centre, and when [s]; `forecasts_s`: when forecasts were made. [s]
    """
    from_s = ignited_s + FIRST_S
    late = [at_s for at_s in forecasts_s if at_s > from_s]
    drawn = [
        body for at_s, body in heard if isinstance(body, FireMapReport) and at_s > from_s and any(body.outline_xy_m)
    ]
    if not late or any(body.is_whole for body in drawn):
        return []
    said = (
        f"the forecast was never set right by an outline all round: after the first {FIRST_S / 60:.0f} min "
        f"{_came_in(len(drawn))} (forecasts made since: {len(late)})"
    )
    return [said]


def _came_in(outlines: int) -> str:
    if not outlines:
        return "no outline came in"
    return (
        "1 outline came in, of a part of the fire"
        if outlines == 1
        else f"{outlines} outlines came in, all of parts of the fire"
    )

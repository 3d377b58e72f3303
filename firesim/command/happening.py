"""What is happening, in words: where it burns, what the wind does, whom the fire is forecast to reach and when.

The sentences that stand beside an instruction in an alert, as the centre believes them when it goes out. In Greek and
English, as many as fit a broadcast; the first is the one that matters most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from firesim.command.alerts import ENGLISH_LIMIT, GREEK_LIMIT
from firesim.command.ground import Ground
from firesim.command.incident import Incident
from firesim.command.letters import gsm7_length, plain_latin, speakable, ucs2_length
from firesim.command.picture import Picture
from firesim.link.messages import ZoneAdvice
from firesim.place.grid import Grid, direction_deg
from firesim.place.settlement import Zone

_ENGLISH = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_GREEK = ("βόρεια", "βορειοανατολικά", "ανατολικά", "νοτιοανατολικά", "νότια", "νοτιοδυτικά", "δυτικά", "βορειοδυτικά")
_NEAR_M = 1000.0  # nearer than this a place is simply named
_AHEAD_S = 3600.0  # the way that the fire takes in the next hour is where it is said to move
_LEAST_MOVE_M = 100.0  # less is no direction
_MOST_NAMED = 4  # places whose times are told; more is a list that nobody listens to
_BEAUFORT_M_S = 0.836  # wind = 0.836 B^1.5 (the usual formula of the scale, recalled)
_SQUARE_M_PER_HA = 1e4


@dataclass(frozen=True)
class Said:
    """One sentence in both languages."""

    greek: str
    english: str


def what_happens(picture: Picture, level: str, advice: Sequence[ZoneAdvice], now_s: float) -> tuple[str, str]:
    """The situation in Greek and in English; neither is longer than a broadcast. Empty where no fire is known."""
    fire = picture.fire(now_s)
    if level == "all-clear":
        said = [
            Said("Δεν υπάρχει πλέον ένδειξη πυρκαγιάς στην περιοχή.", "No fire is believed to burn there any more.")
        ]
    elif fire is None:
        return "", ""
    else:
        zones = [picture.ground.zones[picture.ground.zone_index[one.zone]] for one in advice]
        said = [_where(picture, fire, now_s), _wind(picture, now_s), *_forecast(picture, zones, now_s)]
    return _joined([one.greek for one in said], GREEK_LIMIT, False), _joined(
        [plain_latin(one.english) for one in said], ENGLISH_LIMIT, True
    )


def _joined(sentences: Sequence[str], limit: int, is_gsm7: bool) -> str:
    """As many sentences as fit."""
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if (gsm7_length(longer) if is_gsm7 else ucs2_length(longer)) > limit:
            break
        text = longer
    return text


def _where(picture: Picture, fire: Incident, now_s: float) -> Said:
    """Where it burns, and how large it is as far as anybody can say.

    What a crew draws is what it sees from where it stands, a part of unknown size: hectares are told only of an outline
    that closes all round, if nothing newer has been seen, else from the forecast, and else not at all.
    """
    ground = picture.ground
    greek_place, place = _place(ground, fire)
    clock = ground.clock(fire.outline_seen_s if fire.has_outline else fire.last_seen_s)
    if not fire.has_outline:
        return Said(
            f"Αναφορές για πυρκαγιά {greek_place} (ώρα {clock}).", f"A fire is reported {place}, last at {clock}."
        )
    burns = Said(f"Πυρκαγιά σε εξέλιξη {greek_place}", f"A wildfire burns {place}")
    whole = fire.last_whole
    if whole is not None and whole.seen_s >= fire.outline_seen_s:
        hectares = _hectares(whole.cells(ground.grid), ground.grid)
        return Said(
            f"{burns.greek}, περίπου {hectares:.0f} εκτάρια στις {clock}.",
            f"{burns.english}, some {hectares:.0f} hectares as seen at {clock}.",
        )
    if picture.forecast is not None and len(picture.fires()) == 1:  # the forecast does not tell fires apart
        burnt = picture.forecast.median_arrival_s <= now_s
        hectares = float(f"{_hectares(burnt, ground.coarse):.2g}")  # no more digits than a forecast has
        return Said(
            f"{burns.greek}, όπως φάνηκε εν μέρει στις {clock}. Κατά την πρόβλεψη καλύπτει τώρα περίπου "
            f"{hectares:.0f} εκτάρια.",
            f"{burns.english}, seen in part at {clock}. By the forecast it covers some {hectares:.0f} hectares now.",
        )
    return Said(
        f"{burns.greek}, όπως φάνηκε εν μέρει στις {clock}. Η έκτασή της δεν είναι γνωστή.",
        f"{burns.english}, seen in part at {clock}. How large it is is not known.",
    )


def _hectares(cells: NDArray[np.bool_], grid: Grid) -> float:
    """The area of some cells; at least one. [ha]"""
    return max(np.count_nonzero(cells) * grid.cell_area_m2 / _SQUARE_M_PER_HA, 1.0)


def _place(ground: Ground, fire: Incident) -> tuple[str, str]:
    """Where a fire is, told from the nearest zone, in Greek and in English."""
    x_m, y_m = fire.centre_xy_m
    nearest = min(ground.zones, key=lambda zone: (zone.x_m - x_m) ** 2 + (zone.y_m - y_m) ** 2)
    away_m = float(np.hypot(nearest.x_m - x_m, nearest.y_m - y_m))
    greek_name, name = _names(nearest)
    if away_m < _NEAR_M:
        return f"κοντά σε: {greek_name}", f"near {name}"
    k = _compass(x_m - nearest.x_m, y_m - nearest.y_m)
    km = f"{away_m / 1000.0:.0f}"
    return f"{km} χλμ. {_GREEK[k]} από: {greek_name}", f"{km} km {_ENGLISH[k]} of {name}"


def _wind(picture: Picture, now_s: float) -> Said:
    row = picture.ground.bulletin_at(now_s)
    beaufort = round((row.wind_speed_10m_m_s / _BEAUFORT_M_S) ** (2.0 / 3.0))
    k = round(row.wind_from_deg / 45.0) % 8
    return Said(f"Άνεμος από {_GREEK[k]}, {beaufort} μποφόρ.", f"Wind from the {_ENGLISH[k]}, {beaufort} Beaufort.")


def _forecast(picture: Picture, zones: Sequence[Zone], now_s: float) -> list[Said]:
    """Where the fire is forecast to move, and when it may come to the places that are spoken to."""
    known, ground = picture.forecast, picture.ground
    if known is None:
        return []
    said = []
    toward = _moves_toward(picture, now_s)
    if toward is not None:
        said.append(
            Said(f"Αναμένεται να κινηθεί {_GREEK[toward]}.", f"It is forecast to move toward the {_ENGLISH[toward]}.")
        )
    at_s = {zone.zone: float(known.zone_reached_early_s[ground.zone_index[zone.zone]]) for zone in zones}
    reached = sorted((zone for zone in zones if isfinite(at_s[zone.zone])), key=lambda zone: at_s[zone.zone])
    for zone in reached[:_MOST_NAMED]:
        greek_name, name = _names(zone)
        if at_s[zone.zone] <= now_s:
            said.append(Said(f"Μπορεί να βρίσκεται ήδη σε: {greek_name}.", f"It may have come to {name} already."))
        else:
            clock = ground.clock(at_s[zone.zone])
            said.append(
                Said(f"Μπορεί να φτάσει σε: {greek_name} από τις {clock}.", f"It may come to {name} from {clock} on.")
            )
    # Of the others nothing is said once some that are to be reached go unnamed.
    if len(reached) < len(zones) and len(reached) <= _MOST_NAMED:
        until = ground.clock(known.until_s)
        if reached:
            said.append(
                Said(
                    f"Στις άλλες περιοχές δεν αναμένεται έως τις {until}.",
                    f"It is not forecast to come to the other places before {until}.",
                )
            )
        else:
            said.append(
                Said(
                    f"Στις περιοχές αυτές δεν αναμένεται έως τις {until}.",
                    f"It is not forecast to come to these places before {until}; roads may be cut.",
                )
            )
    return said


def _moves_toward(picture: Picture, now_s: float) -> int | None:
    """The compass point toward which the middle of the ground burnt in the next hour lies. 0-7, north first"""
    assert picture.forecast is not None
    arrival_s = picture.forecast.median_arrival_s
    before, after = arrival_s <= now_s, (arrival_s > now_s) & (arrival_s <= now_s + _AHEAD_S)
    if not before.any() or not after.any():
        return None
    middles = []
    for mask in (before, after):
        rows, columns = np.nonzero(mask)
        x_m, y_m = picture.ground.coarse.centre_of(rows, columns)
        middles.append((float(np.mean(x_m)), float(np.mean(y_m))))
    east_m, north_m = middles[1][0] - middles[0][0], middles[1][1] - middles[0][1]
    return _compass(east_m, north_m) if np.hypot(east_m, north_m) >= _LEAST_MOVE_M else None


def _compass(east_m: float, north_m: float) -> int:
    """Which of the eight points of the compass a direction is nearest to. 0-7, north first"""
    return round(float(direction_deg(east_m, north_m)) / 45.0) % 8


def _names(zone: Zone) -> tuple[str, str]:
    return speakable(zone.name_el or zone.name), plain_latin(zone.name)

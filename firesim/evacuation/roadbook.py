"""What an edge of a GraphML network says of its road, in firesim's own attributes or in OSMnx's.

Own: `length_m`, `free_flow_speed_m_s`, `lanes` (of this direction), `shared_lane`, `capacity_veh_h`. OSMnx: `length`
in metres, `maxspeed` as OpenStreetMap writes it (km/h, or with `mph`), `speed_kph`, `lanes` of both directions
together unless `oneway`, `highway`; of several values in a list the least counts, as the narrowest and slowest part
of a road decides what it carries.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from math import isfinite

from firesim.evacuation.graphml import Attribute, Element
from firesim.inputs.problems import Problems
from firesim.inputs.tables import number_of

KM_H, MILES_H = 1.0 / 3.6, 0.44704
LANE_VEH_H = 1300.0  # one lane of a two-lane rural road; see docs/evacuation.md
ONEWAY, BOTH_WAYS = ("true", "yes", "1", "-1"), ("false", "no", "0", "")
OWN = ("length_m", "free_flow_speed_m_s", "lanes", "shared_lane", "capacity_veh_h")
OSM = ("length", "maxspeed", "speed_kph", "lanes", "oneway", "highway", "geometry")

# km/h where a road of OpenStreetMap tells no speed. 50 within and 90 outside towns is the Greek law (Traffic Code
# art. 20, recalled); what of it can be driven on lesser roads is a judgement.
USUAL_KM_H = {
    "motorway": 120.0, "motorway_link": 60.0, "trunk": 90.0, "trunk_link": 50.0, "primary": 80.0,
    "primary_link": 50.0, "secondary": 70.0, "secondary_link": 50.0, "tertiary": 50.0, "tertiary_link": 40.0,
    "unclassified": 40.0, "residential": 30.0, "living_street": 20.0, "service": 20.0, "track": 20.0, "road": 30.0,
}  # fmt: skip
WALK_KM_H = 5.0  # `maxspeed=walk`

# Beyond these a number has another unit than the field, or is a slip of the pen. Judgement.
SPEED_M_S = 0.1, 70.0
LIMITS = {
    "length_m": (0.001, 1e6), "length": (0.001, 1e6), "free_flow_speed_m_s": SPEED_M_S, "lanes": (0.1, 1e4),
    "capacity_veh_h": (0.1, 1e7),
}  # fmt: skip


@dataclass(frozen=True)
class Road:
    """One direction of a road."""

    length_m: float
    speed_m_s: float
    lanes: float
    capacity_veh_s: float
    is_shared: bool


class RoadBook:
    """Reads edges one by one and notes what is wrong with them, and what had to be taken as usual.

    Attributes
    ----------
    taken_as_usual : how often something that OpenStreetMap does not tell was filled in, by what it was
    unread_speeds : how often a speed is told in words that are none, by these words; the usual one was taken
    """

    def __init__(self, file: str, is_osm: bool, problems: Problems) -> None:
        self.is_osm = is_osm
        self.taken_as_usual: Counter[str] = Counter()
        self.unread_speeds: Counter[str] = Counter()
        self._file, self._problems = file, problems

    def road(self, edge: Element) -> Road | None:
        """The road of an edge, or None with everything that is wrong with it noted."""
        before = len(self._problems)
        length_m = self._number(edge, "length" if self.is_osm else "length_m", "its length [m]")
        speed_m_s = (
            self._osm_speed_m_s(edge) if self.is_osm else self._number(edge, "free_flow_speed_m_s", "its speed [m/s]")
        )
        lanes, is_shared = self._osm_lanes(edge) if self.is_osm else self._own_lanes(edge)
        capacity_veh_h = LANE_VEH_H * lanes
        if "capacity_veh_h" in edge.attributes:
            capacity_veh_h = self._number(edge, "capacity_veh_h", "vehicles an hour of this direction")
        if len(self._problems) > before:
            return None
        return Road(length_m, speed_m_s, lanes, capacity_veh_h / 3600.0, is_shared)

    def note(self, edge: Element, name: str, message: str, remedy: str) -> None:
        """Note what is wrong with an attribute of an edge, or with its being missing."""
        known = edge.attributes.get(name)
        line = edge.line if known is None else known.line
        value = None if known is None else known.text
        self._problems.add(f"{edge.field}.{name}", value, message, remedy, self._file, line)

    def _number(self, edge: Element, name: str, meaning: str) -> float:
        """An attribute that must be there and above 0; 1 where it is not so."""
        known = edge.attributes.get(name)
        if known is None:
            self.note(edge, name, "is missing.", f"Give the edge {name}: {meaning}.")
            return 1.0
        value = _number_of(known.text)
        if value is None:
            self.note(edge, name, "must be a number.", f"Write {meaning} in digits.")
            return 1.0
        if value <= 0.0:
            self.note(edge, name, "must be above 0.", f"Correct {meaning}, or leave the edge out if there is no road.")
            return 1.0
        least, most = LIMITS[name]
        if not least <= value <= most:
            self.note(edge, name, f"must lie between {least:g} and {most:,.0f}.", f"Correct {meaning}, or its unit.")
            return 1.0
        return value

    def _own_lanes(self, edge: Element) -> tuple[float, bool]:
        lanes = self._number(edge, "lanes", "the lanes of this direction")
        shared = edge.attributes.get("shared_lane", Attribute("false", edge.line)).text.lower()
        if shared not in ("true", "false", "1", "0"):
            self.note(edge, "shared_lane", "must be true or false.", "A track used both ways says true on both edges.")
        return lanes, shared in ("true", "1")

    def _osm_lanes(self, edge: Element) -> tuple[float, bool]:
        """Lanes of this direction, and whether one lane serves both."""
        is_oneway = self._is_oneway(edge)
        if "lanes" not in edge.attributes:
            self.taken_as_usual["lanes"] += 1
            return 1.0, False
        values = [_number_of(text) for text in _several(edge.attributes["lanes"].text)]
        numbers = [value for value in values if value is not None]
        if not numbers or len(numbers) < len(values) or min(numbers) <= 0.0:
            self.note(edge, "lanes", "must be a number above 0, or a list of such.", "Correct it, or leave it out.")
            return 1.0, False
        both = min(numbers)
        if is_oneway:
            return both, False
        # One lane for two directions is how OpenStreetMap tells a track where two cars cannot pass.
        return (1.0, True) if both == 1.0 else (max(both / 2.0, 1.0), False)

    def _is_oneway(self, edge: Element) -> bool:
        """Whether nothing comes the other way; of several values all must say so, as fewer lanes are left otherwise."""
        told = [text.lower() for text in _several(edge.attributes.get("oneway", Attribute("False", 0)).text)]
        if not set(told) <= {*ONEWAY, *BOTH_WAYS}:
            self.note(edge, "oneway", "must be True or False.", "Write what OSMnx writes, or leave it out.")
        return all(text in ONEWAY for text in told)

    def _osm_speed_m_s(self, edge: Element) -> float:
        unread = ""
        for name in ("maxspeed", "speed_kph"):
            known = edge.attributes.get(name)
            if known is None:
                continue
            told = [_osm_speed(text) for text in _several(known.text)]
            numbers = [speed for speed in told if speed is not None]
            if any(speed <= 0.0 for speed in numbers):
                self.note(edge, name, "must be above 0.", "Correct the speed, or leave the edge out.")
                return 1.0
            if numbers and not SPEED_M_S[0] <= min(numbers) <= SPEED_M_S[1]:
                message = f"must lie between {SPEED_M_S[0] / KM_H:.2g} and {SPEED_M_S[1] / KM_H:.0f} km/h."
                self.note(edge, name, message, "Correct the speed or its unit.")
                return 1.0
            if numbers:
                return min(numbers)
            unread = unread or ", ".join(text for text in _several(known.text) if not _tells_no_speed(text))
        if unread:
            self.unread_speeds[unread] += 1
        else:
            self.taken_as_usual["maxspeed"] += 1
        highway = edge.attributes.get("highway")
        usual = [USUAL_KM_H[kind] for kind in _several(highway.text) if kind in USUAL_KM_H] if highway else []
        if not usual:
            message = "tells no speed, and `highway` names no class of road whose usual speed is known."
            self.note(edge, "maxspeed", message, "Give the edge maxspeed or speed_kph in km/h.")
            return 1.0
        return min(usual) * KM_H


def _number_of(text: str) -> float | None:
    value = number_of(text.strip())
    return value if value is not None and isfinite(value) else None


def _several(text: str) -> list[str]:
    """The values of an attribute that OSMnx may have written as a list."""
    if text.startswith("["):
        try:
            return [str(value).strip() for value in ast.literal_eval(text)]
        except (SyntaxError, ValueError, TypeError):
            return [text]
    return [part.strip() for part in re.split(r"[;|]", text)]


def _osm_speed(text: str) -> float | None:
    """A speed of OpenStreetMap [m/s]; None for words."""
    found = re.fullmatch(r"(-?[0-9]+(?:\.[0-9]+)?)\s*(mph|km/h|kmh|kph|knots)?", text.strip().lower())
    if found:
        unit = {"mph": MILES_H, "knots": 0.514444}.get(found.group(2) or "", KM_H)
        return float(found.group(1)) * unit
    return WALK_KM_H * KM_H if text.strip().lower() == "walk" else None


def _tells_no_speed(text: str) -> bool:
    """Whether these are OpenStreetMap's words for a limit without a number: `none`, `signals`, `GR:urban`."""
    return text.strip().lower() in ("", "none", "signals", "variable") or bool(
        re.fullmatch(r"[A-Z]{2}:\S+", text.strip())
    )

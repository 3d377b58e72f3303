"""What people are told: short texts in Greek and English that fit a broadcast, and routes as GeoJSON and GPX.

Everything here is a draft. firesim has no way to send anything to anybody. `cap.py` makes documents of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from math import inf, isfinite
from typing import Any
from xml.etree import ElementTree as ET

from firesim.command.ground import Ground
from firesim.command.letters import gsm7_length, plain_latin, speakable, ucs2_length
from firesim.link.messages import AT_ONCE, IN_PLACE, TO_THE_SHORE, ZoneAdvice

# Cell broadcast, 15 pages: 93 GSM-7 characters each, or 40 of UCS-2 (3GPP TS 23.041; computed). What is broadcast
# is what to do; what happens is held to the same limit by itself and stands beside it in documents (`happening.py`).
ENGLISH_LIMIT = 1395
GREEK_LIMIT = 600

GPX_NAMESPACE = "http://www.topografix.com/GPX/1/1"


@dataclass(frozen=True)
class Draft:
    """One text in two languages, and the zones that it speaks to."""

    advice: tuple[ZoneAdvice, ...]
    text_el: str
    text_en: str


def drafts(ground: Ground, level: str, advice: Sequence[ZoneAdvice]) -> list[Draft]:
    """Texts that fit a broadcast, split where the places are too many for one; orders to leave, one a place to go.

    Zones without a deadline are not told that of others, nor those whose deadline has passed: they leave at once.

    A single zone whose names alone pass the limit raises ValueError.
    """
    groups: dict[tuple[str | float, ...], list[ZoneAdvice]] = {}
    for one in advice:
        shore = _shore_of(ground, one)[0] if one.refuge == TO_THE_SHORE and not one.landing else ""
        by_when = 0.0 if isfinite(one.deadline_s) else one.deadline_s
        goes_to = (one.refuge, one.landing, shore, one.stop, by_when)
        groups.setdefault(goes_to if level == "order" else (), []).append(one)
    result: list[Draft] = []
    for group in groups.values():
        result += _fitting(ground, level, tuple(group))
    return result


def _fitting(ground: Ground, level: str, advice: tuple[ZoneAdvice, ...]) -> list[Draft]:
    draft = Draft(advice, _text_el(ground, level, advice), _text_en(ground, level, advice))
    greek, english = ucs2_length(draft.text_el), gsm7_length(draft.text_en)
    if greek <= GREEK_LIMIT and english <= ENGLISH_LIMIT:
        return [draft]
    if len(advice) == 1:
        raise ValueError(f"the alert to zone {advice[0].zone} is longer than a broadcast: {greek} and {english}")
    half = len(advice) // 2
    return _fitting(ground, level, advice[:half]) + _fitting(ground, level, advice[half:])


def _text_en(ground: Ground, level: str, advice: tuple[ZoneAdvice, ...]) -> str:
    places = ", ".join(plain_latin(ground.zones[ground.zone_index[one.zone]].name) for one in advice)
    if level == "all-clear":
        return f"WILDFIRE: all clear for {places}. Follow the instructions of the authorities."
    if level == "warning":
        return f"WILDFIRE near {places}. Be ready to leave at short notice. Follow the instructions of the authorities."
    where = advice[0].refuge
    if where == IN_PLACE:
        return (
            f"WILDFIRE. If you are in {places}: do not drive, the roads are not safe. Stay where you are, inside, with "
            "doors and windows shut. Follow the instructions of the authorities."
        )
    landing = ground.landing_names.get(advice[0].landing)
    if where not in ground.refuge_index and landing is not None:
        return (
            f"WILDFIRE. If you are in {places}: do not drive, the road is not safe. Go on foot now to "
            f"{plain_latin(landing[0])}, away from trees, and wait at the water's edge. Boats have been called there. "
            "Follow the instructions of the authorities."
        )
    if where not in ground.refuge_index:
        shore, _ = _shore_of(ground, advice[0])
        at = f" at {plain_latin(shore)}" if shore else ""
        return (
            f"WILDFIRE. If you are in {places}: do not drive, the road is not safe. Go to the shore{at} now, away from "
            "trees, and stay at the water's edge. Follow the instructions of the authorities."
        )
    refuge = plain_latin(ground.refuges[ground.refuge_index[where]].name)
    when = "at once" if _is_late(advice) else "now"
    stop = ground.stop_names.get(advice[0].stop)
    bus = "" if stop is None else f"Without a car go to bus stop {plain_latin(stop[0])}: buses take you to {refuge}. "
    return (
        f"WILDFIRE. If you are in {places}, leave {when} toward {refuge}"
        f"{_before(ground, advice, ' before ')}. "
        f"{bus}If the road is cut, go to the nearest shore. Follow the instructions of the authorities."
    )


def _text_el(ground: Ground, level: str, advice: tuple[ZoneAdvice, ...]) -> str:
    zones = [ground.zones[ground.zone_index[one.zone]] for one in advice]
    places = ", ".join(speakable(zone.name_el or zone.name) for zone in zones)
    if level == "all-clear":
        return f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ: λήξη συναγερμού για {places}. Ακολουθείτε τις οδηγίες των Αρχών."
    if level == "warning":
        return (
            f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ κοντά σε: {places}. Να είστε σε ετοιμότητα να απομακρυνθείτε. "
            "Ακολουθείτε τις οδηγίες των Αρχών."
        )
    where = advice[0].refuge
    if where == IN_PLACE:
        return (
            f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ. Αν βρίσκεστε σε: {places}, μην οδηγήσετε, οι δρόμοι δεν είναι ασφαλείς. Μείνετε "
            "εκεί που είστε, σε εσωτερικό χώρο, με κλειστές πόρτες και παράθυρα. Ακολουθείτε τις οδηγίες των Αρχών."
        )
    landing = ground.landing_names.get(advice[0].landing)
    if where not in ground.refuge_index and landing is not None:
        return (
            f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ. Αν βρίσκεστε σε: {places}, μην οδηγήσετε, ο δρόμος δεν είναι ασφαλής. Πηγαίνετε τώρα "
            f"με τα πόδια προς: {speakable(landing[1] or landing[0])}, μακριά από δέντρα, και περιμένετε δίπλα στο "
            "νερό. Έχουν κληθεί εκεί σκάφη. Ακολουθείτε τις οδηγίες των Αρχών."
        )
    if where not in ground.refuge_index:
        shore, shore_el = _shore_of(ground, advice[0])
        at = f" ({speakable(shore_el or shore)})" if shore else ""
        return (
            f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ. Αν βρίσκεστε σε: {places}, μην οδηγήσετε, ο δρόμος δεν είναι ασφαλής. Πηγαίνετε τώρα "
            f"στην ακτή{at}, μακριά από δέντρα, και μείνετε δίπλα στο νερό. Ακολουθείτε τις οδηγίες των Αρχών."
        )
    refuge = ground.refuges[ground.refuge_index[where]]
    to = speakable(refuge.name_el or refuge.name)
    when = "αμέσως" if _is_late(advice) else "τώρα"
    stop = ground.stop_names.get(advice[0].stop)
    bus = ""
    if stop is not None:
        bus = f"Χωρίς αυτοκίνητο πηγαίνετε στη στάση: {speakable(stop[1] or stop[0])}. Λεωφορεία σας πάνε προς {to}. "
    return (
        f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ. Αν βρίσκεστε σε: {places}, απομακρυνθείτε {when} προς {to}"
        f"{_before(ground, advice, ' πριν τις ')}. "
        f"{bus}Αν ο δρόμος έχει κοπεί, πηγαίνετε στην πλησιέστερη ακτή. Ακολουθείτε τις οδηγίες των Αρχών."
    )


def _shore_of(ground: Ground, advice: ZoneAdvice) -> tuple[str, str]:
    return ground.shore_names[ground.zone_index[advice.zone]]


def _is_late(advice: Sequence[ZoneAdvice]) -> bool:
    """Whether the time to leave has passed; zones of one text are alike in that."""
    return any(one.deadline_s == AT_ONCE for one in advice)


def _before(ground: Ground, advice: Sequence[ZoneAdvice], words: str) -> str:
    deadline_s = min(one.deadline_s for one in advice)
    return f"{words}{ground.clock(deadline_s)}" if isfinite(deadline_s) else ""


# --- routes ----------------------------------------------------------------------------------------------


def route_points(ground: Ground, route: Sequence[str]) -> list[tuple[float, float]]:
    """Longitude and latitude along a route of node names, every bend of the road included. [degrees]

    Raises KeyError for a node or a stretch that the briefed roads do not have.
    """
    points: list[tuple[float, float]] = []
    for u, v in pairwise(route):
        stretches = ground.roads.graph[u][v]
        quickest = min(stretches.values(), key=lambda e: e["length_m"] / max(e["free_flow_speed_m_s"], 1e-6))
        points += quickest["path_xy_m"] if not points else quickest["path_xy_m"][1:]
    if not points and route:
        node = ground.roads.graph.nodes[route[0]]
        points = [(node["x_m"], node["y_m"])]
    longitude, latitude = ground.grid.to_lon_lat([x for x, _ in points], [y for _, y in points])
    return [(float(lon), float(lat)) for lon, lat in zip(longitude, latitude, strict=True)]


def route_feature(ground: Ground, route: Sequence[str], properties: dict[str, Any]) -> dict[str, Any]:
    """A route as a GeoJSON feature (RFC 7946): a LineString of longitude and latitude, 0.1 m fine."""
    coordinates = [[round(lon, 6), round(lat, 6)] for lon, lat in route_points(ground, route)]
    geometry = {"type": "LineString", "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def gpx(ground: Ground, route: Sequence[str], name: str, description: str = "", issued_s: float | None = None) -> str:
    """A route as GPX 1.1, for a phone or a navigation device; with the time of issue, if told, in its metadata."""
    root = ET.Element("gpx", {"xmlns": GPX_NAMESPACE, "version": "1.1", "creator": "firesim"})
    if issued_s is not None:
        issued = ground.when(round(issued_s)).astimezone(UTC)
        ET.SubElement(ET.SubElement(root, "metadata"), "time").text = f"{issued:%Y-%m-%dT%H:%M:%SZ}"
    line = ET.SubElement(root, "rte")
    ET.SubElement(line, "name").text = speakable(name)
    if description:
        ET.SubElement(line, "desc").text = speakable(description)
    for longitude, latitude in route_points(ground, route):
        ET.SubElement(line, "rtept", {"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"})
    return document(root)


def way_out(
    ground: Ground, advice: ZoneAdvice, level: str, issued_s: float, since_s: float = inf, withdrawn_s: float = inf
) -> str:
    """The route that a zone is advised to take as GPX, which calls both ends by their names.

    It tells when its words were issued and, if earlier, since when the zone was told of this road. One that was
    withdrawn says so first of all, in its name too. [s]
    """
    zone = ground.zones[ground.zone_index[advice.zone]].name
    known = ground.refuge_index.get(advice.refuge)
    refuge = advice.refuge if known is None else ground.refuges[known].name
    name, since = f"{zone} to {refuge}", f"{level} of {_second(ground, issued_s)}"
    if since_s < issued_s:
        since = f"{since}, by this road since {_second(ground, since_s)}"
    if isfinite(withdrawn_s):
        name = f"WITHDRAWN {name}"
        since = f"WITHDRAWN at {_second(ground, withdrawn_s)}, do not use: {since}"
    return gpx(ground, advice.route, name, f"{since}. From {zone} to {advice.why}", issued_s)


def _second(ground: Ground, time_s: float) -> str:
    return f"{ground.when(round(time_s)):%H:%M:%S}"


def document(root: ET.Element) -> str:
    """An XML document, indented. The declaration is ours: the library's own names the locale's encoding."""
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'

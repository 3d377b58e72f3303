"""What people are told: short texts in Greek and English, CAP 1.2 drafts, and routes as GPX.

Everything here is a draft. firesim has no way to send anything to anybody, and the CAP status says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite
from xml.etree import ElementTree as ET

from firesim.command.ground import Ground
from firesim.link.messages import Alert, ZoneAdvice
from firesim.place.settlement import Zone

# Cell broadcast, 15 pages: 93 GSM-7 characters each, or 40 of UCS-2 (3GPP TS 23.041; computed).
ENGLISH_LIMIT = 1395
GREEK_LIMIT = 600

CAP_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
GPX_NAMESPACE = "http://www.topografix.com/GPX/1/1"


@dataclass(frozen=True)
class Draft:
    """One text in two languages, and the zones that it speaks to."""

    advice: tuple[ZoneAdvice, ...]
    text_el: str
    text_en: str


def drafts(ground: Ground, level: str, advice: Sequence[ZoneAdvice]) -> list[Draft]:
    """Texts that fit a broadcast, split where the places are too many for one; orders to leave, one a refuge.

    Zones without a deadline are not told that of others: theirs may have passed.

    A single zone whose names alone pass the limit raises ValueError.
    """
    groups: dict[tuple[str, bool], list[ZoneAdvice]] = {}
    for one in advice:
        key = (one.refuge, isfinite(one.deadline_s)) if level == "order" else ("", False)
        groups.setdefault(key, []).append(one)
    result: list[Draft] = []
    for group in groups.values():
        result += _fitting(ground, level, tuple(group))
    return result


def _fitting(ground: Ground, level: str, advice: tuple[ZoneAdvice, ...]) -> list[Draft]:
    draft = Draft(advice, _text_el(ground, level, advice), _text_en(ground, level, advice))
    if len(draft.text_el) <= GREEK_LIMIT and len(draft.text_en) <= ENGLISH_LIMIT:
        return [draft]
    if len(advice) == 1:
        raise ValueError(f"the alert to zone {advice[0].zone} is longer than a broadcast: {len(draft.text_el)}")
    half = len(advice) // 2
    return _fitting(ground, level, advice[:half]) + _fitting(ground, level, advice[half:])


def _text_en(ground: Ground, level: str, advice: tuple[ZoneAdvice, ...]) -> str:
    places = ", ".join(plain_latin(ground.zones[ground.zone_index[one.zone]].name) for one in advice)
    if level == "all-clear":
        return f"WILDFIRE: all clear for {places}. Follow the instructions of the authorities."
    if level == "warning":
        return f"WILDFIRE near {places}. Be ready to leave at short notice. Follow the instructions of the authorities."
    where = advice[0].refuge
    if where not in ground.refuge_index:
        return (
            f"WILDFIRE. If you are in {places}: do not drive, the road is not safe. Go to the shore now, away from "
            "trees, and stay at the water's edge. Follow the instructions of the authorities."
        )
    refuge = plain_latin(ground.refuges[ground.refuge_index[where]].name)
    return (
        f"WILDFIRE. If you are in {places}, leave now toward {refuge}{_before(ground, advice, ' before ')}. "
        "If the road is cut, go to the nearest shore. Follow the instructions of the authorities."
    )


def _text_el(ground: Ground, level: str, advice: tuple[ZoneAdvice, ...]) -> str:
    zones = [ground.zones[ground.zone_index[one.zone]] for one in advice]
    places = ", ".join(zone.name_el or zone.name for zone in zones)
    if level == "all-clear":
        return f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ: λήξη συναγερμού για {places}. Ακολουθείτε τις οδηγίες των Αρχών."
    if level == "warning":
        return (
            f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ κοντά σε: {places}. Να είστε σε ετοιμότητα να απομακρυνθείτε. "
            "Ακολουθείτε τις οδηγίες των Αρχών."
        )
    where = advice[0].refuge
    if where not in ground.refuge_index:
        return (
            f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ. Αν βρίσκεστε σε: {places}, μην οδηγήσετε, ο δρόμος δεν είναι ασφαλής. Πηγαίνετε τώρα "
            "στην ακτή, μακριά από δέντρα, και μείνετε δίπλα στο νερό. Ακολουθείτε τις οδηγίες των Αρχών."
        )
    refuge = ground.refuges[ground.refuge_index[where]]
    return (
        f"ΔΑΣΙΚΗ ΠΥΡΚΑΓΙΑ. Αν βρίσκεστε σε: {places}, απομακρυνθείτε τώρα προς {refuge.name_el or refuge.name}"
        f"{_before(ground, advice, ' πριν τις ')}. "
        "Αν ο δρόμος έχει κοπεί, πηγαίνετε στην πλησιέστερη ακτή. Ακολουθείτε τις οδηγίες των Αρχών."
    )


def _before(ground: Ground, advice: Sequence[ZoneAdvice], words: str) -> str:
    deadline_s = min(one.deadline_s for one in advice)
    return f"{words}{ground.clock(deadline_s)}" if isfinite(deadline_s) else ""


def plain_latin(text: str) -> str:
    """Text in the letters that a GSM-7 message surely carries: accents off, anything else a question mark."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or "?"


# --- CAP 1.2 ---------------------------------------------------------------------------------------------

# responseType, urgency, severity, certainty of OASIS CAP 1.2 section 3.2.2, by our level.
_CAP_TERMS = {
    "order": ("Evacuate", "Immediate", "Extreme", "Observed"),
    "shore": ("Shelter", "Immediate", "Extreme", "Observed"),
    "warning": ("Prepare", "Expected", "Severe", "Likely"),
    "all-clear": ("AllClear", "Past", "Minor", "Observed"),
}
_HEADLINES = {
    "order": ("Απομάκρυνση λόγω δασικής πυρκαγιάς", "Evacuation because of a wildfire"),
    "shore": ("Καταφύγετε στην ακτή", "Take shelter at the shore"),
    "warning": ("Ετοιμότητα λόγω δασικής πυρκαγιάς", "Be ready: wildfire"),
    "all-clear": ("Λήξη συναγερμού", "All clear"),
}
_EXPIRES_AFTER = timedelta(hours=6)  # judgement: longer than any scenario's fire stays in one place


def cap_xml(alert: Alert, ground: Ground, sent_s: float, sender: str = "firesim@example.invalid") -> str:
    """An alert as a CAP 1.2 document: status Draft, one info block in Greek and one in English.

    Areas are the polygons of the zones in WGS84, `latitude,longitude` pairs as the standard has them, each
    ring closed. A zone without a polygon is described in words alone.
    """
    sent = ground.when(sent_s)
    root = ET.Element("alert", {"xmlns": CAP_NAMESPACE})
    for name, text in (
        ("identifier", f"firesim-{alert.order}-{alert.channel}".replace(" ", "-")),
        ("sender", sender),
        ("sent", _cap_time(sent)),
        ("status", "Draft"),
        ("msgType", "Alert"),
        ("source", "firesim, a simulation"),
        ("scope", "Public"),
        ("note", "Draft made by a simulator; never to be sent"),
    ):
        ET.SubElement(root, name).text = text
    for language in ("el-GR", "en-GB"):
        root.append(_info(alert, ground, sent, language))
    return _document(root)


def _info(alert: Alert, ground: Ground, sent: datetime, language: str) -> ET.Element:
    is_greek = language.startswith("el")
    to_shore = alert.level == "order" and all(one.refuge not in ground.refuge_index for one in alert.advice)
    terms = "shore" if to_shore else alert.level
    response, urgency, severity, certainty = _CAP_TERMS[terms]
    text = alert.text_el if is_greek else alert.text_en
    info = ET.Element("info")
    for name, value in (
        ("language", language),
        ("category", "Fire"),
        ("event", "Δασική πυρκαγιά" if is_greek else "Wildfire"),
        ("responseType", response),
        ("urgency", urgency),
        ("severity", severity),
        ("certainty", certainty),
        ("effective", _cap_time(sent)),
        ("expires", _cap_time(sent + _EXPIRES_AFTER)),
        ("senderName", "firesim"),
        ("headline", _HEADLINES[terms][0 if is_greek else 1]),
        ("description", text),
        ("instruction", text),
    ):
        ET.SubElement(info, name).text = value
    for one in alert.advice:
        info.append(_area(ground.zones[ground.zone_index[one.zone]], ground, is_greek))
    return info


def _area(zone: Zone, ground: Ground, is_greek: bool) -> ET.Element:
    area = ET.Element("area")
    ET.SubElement(area, "areaDesc").text = (zone.name_el or zone.name) if is_greek else zone.name
    for ring in zone.polygon_xy_m:
        if _signed_area(ring) <= 0.0:
            continue  # a hole: CAP has none, and warning a little more than the zone is the safe side
        closed = list(ring) if ring[0] == ring[-1] else [*ring, ring[0]]
        longitude, latitude = ground.grid.to_lon_lat([x for x, _ in closed], [y for _, y in closed])
        pairs = [f"{lat:.6f},{lon:.6f}" for lat, lon in zip(latitude, longitude, strict=True)]
        ET.SubElement(area, "polygon").text = " ".join(pairs)
    return area


def _signed_area(ring: Sequence[tuple[float, float]]) -> float:
    """Twice the area inside a ring: above zero counterclockwise. [m2]"""
    ends = [*ring[1:], ring[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ends, strict=True))


def _document(root: ET.Element) -> str:
    # The declaration is written by hand: the library's own names the locale's encoding, not the file's.
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _cap_time(moment: datetime) -> str:
    """Date and time as CAP wants it: seconds, and the zone as +hh:mm (never Z)."""
    return moment.replace(microsecond=0).isoformat()


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


def gpx(ground: Ground, route: Sequence[str], name: str, description: str = "") -> str:
    """A route as GPX 1.1, for a phone or a navigation device."""
    root = ET.Element("gpx", {"xmlns": GPX_NAMESPACE, "version": "1.1", "creator": "firesim"})
    line = ET.SubElement(root, "rte")
    ET.SubElement(line, "name").text = name
    if description:
        ET.SubElement(line, "desc").text = description
    for longitude, latitude in route_points(ground, route):
        ET.SubElement(line, "rtept", {"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"})
    return _document(root)

"""Alerts as documents of the Common Alerting Protocol, OASIS CAP 1.2 (2010). Drafts: nothing here can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

from firesim.command.alerts import document
from firesim.command.ground import Ground
from firesim.command.letters import speakable
from firesim.link.messages import IN_PLACE, Alert
from firesim.place.settlement import Zone

CAP_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "firesim@example.invalid"

# responseType, urgency, severity, certainty of CAP 1.2 section 3.2.2, by what people are told to do.
_TERMS = {
    "order": ("Evacuate", "Immediate", "Extreme", "Observed"),
    "shore": ("Shelter", "Immediate", "Extreme", "Observed"),
    "stay": ("Shelter", "Immediate", "Severe", "Observed"),
    "warning": ("Prepare", "Expected", "Severe", "Likely"),
    "all-clear": ("AllClear", "Past", "Minor", "Observed"),
}
_HEADLINES = {
    "order": ("Απομάκρυνση λόγω δασικής πυρκαγιάς", "Evacuation because of a wildfire"),
    "shore": ("Καταφύγετε στην ακτή", "Take shelter at the shore"),
    "stay": ("Μείνετε σε εσωτερικό χώρο", "Stay inside"),
    "warning": ("Ετοιμότητα λόγω δασικής πυρκαγιάς", "Be ready: wildfire"),
    "all-clear": ("Λήξη συναγερμού", "All clear"),
}
_EXPIRES_AFTER = timedelta(hours=6)  # judgement: longer than any scenario's fire stays in one place


def cap_xml(
    alert: Alert, ground: Ground, sent_s: float, sender: str = SENDER, earlier: Sequence[tuple[Alert, float]] = ()
) -> str:
    """An alert as a CAP 1.2 document: status Draft, one info block in Greek and one in English.

    Parameters
    ----------
    alert
        What is said, to whom.
    ground
        The briefed map; `start` and its zone give the times of day.
    sent_s : float
        When it is drafted. [s]
    sender
        Names the originator; without spaces, commas, `<` and `&`.
    earlier
        Alerts that this one replaces, and when each was drafted: the document is then an Update of them, an
        all-clear too (a Cancel would say that they were wrong).

    Returns
    -------
    str
        Areas are the polygons of the zones in WGS84, `latitude,longitude` pairs as the standard has them, each
        ring closed; a zone without a polygon, or on a plain without a place on Earth, is described in words alone.

    Raises ValueError for a sender that the standard does not allow.
    """
    if not sender or set(sender) & set(" ,<&"):
        raise ValueError(f"a CAP sender is without spaces, commas, < and &, not {sender!r}")
    sent = ground.when(sent_s)
    elements = [
        ("identifier", _identifier(alert)),
        ("sender", sender),
        ("sent", cap_time(sent)),
        ("status", "Draft"),
        ("msgType", "Update" if earlier else "Alert"),
        ("source", "firesim, a simulation"),
        ("scope", "Public"),
        ("note", "Draft made by a simulator; never to be sent"),
    ]
    if earlier:
        named = [f"{sender},{_identifier(one)},{cap_time(ground.when(at_s))}" for one, at_s in earlier]
        elements.append(("references", " ".join(named)))
    root = ET.Element("alert", {"xmlns": CAP_NAMESPACE})
    for name, text in elements:
        ET.SubElement(root, name).text = text
    for language in ("el-GR", "en-GB"):
        root.append(_info(alert, ground, sent, language))
    return document(root)


def replaced(alert: Alert, before: Sequence[tuple[Alert, float]], sent_s: float) -> list[tuple[Alert, float]]:
    """Which earlier alerts a new one replaces: for each of its zones the last on its channel, if still in force."""
    zones = {one.zone for one in alert.advice}
    result: list[tuple[Alert, float]] = []
    for old, at_s in reversed(before):
        meant = {one.zone for one in old.advice} & zones
        if old.channel == alert.channel and meant and sent_s - at_s < _EXPIRES_AFTER.total_seconds():
            result.append((old, at_s))
            zones -= meant
    return result[::-1]


def _identifier(alert: Alert) -> str:
    name = f"firesim-{alert.order}-{alert.channel}"
    return "".join("-" if letter in " ,<&" else letter for letter in name)


def _told_to(alert: Alert, ground: Ground) -> str:
    """What people are told to do: a row of the tables above."""
    if alert.level != "order" or any(one.refuge in ground.refuge_index for one in alert.advice):
        return alert.level
    return "stay" if all(one.refuge == IN_PLACE for one in alert.advice) else "shore"


def _info(alert: Alert, ground: Ground, sent: datetime, language: str) -> ET.Element:
    is_greek = language.startswith("el")
    told_to = _told_to(alert, ground)
    response, urgency, severity, certainty = _TERMS[told_to]
    headline = _HEADLINES[told_to][0 if is_greek else 1]
    happens, instruction = (alert.happens_el, alert.text_el) if is_greek else (alert.happens_en, alert.text_en)
    info = ET.Element("info")
    for name, value in (
        ("language", language),
        ("category", "Fire"),
        ("event", "Δασική πυρκαγιά" if is_greek else "Wildfire"),
        ("responseType", response),
        ("urgency", urgency),
        ("severity", severity),
        ("certainty", certainty),
        ("effective", cap_time(sent)),
        ("expires", cap_time(sent + _EXPIRES_AFTER)),
        ("senderName", "firesim"),
        ("headline", headline),
        ("description", happens.strip() or headline),
        ("instruction", instruction),
    ):
        ET.SubElement(info, name).text = value
    for one in alert.advice:
        info.append(_area(ground.zones[ground.zone_index[one.zone]], ground, is_greek))
    return info


def _area(zone: Zone, ground: Ground, is_greek: bool) -> ET.Element:
    area = ET.Element("area")
    name = speakable((zone.name_el or zone.name) if is_greek else zone.name)
    ET.SubElement(area, "areaDesc").text = name if name.strip() else zone.zone
    for ring in zone.polygon_xy_m if ground.grid.crs else []:
        if len(ring) < 3 or _signed_area(ring) <= 0.0:
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


def cap_time(moment: datetime) -> str:
    """Date and time as CAP wants it: whole seconds and the zone as +hh:mm; never Z, and universal time as -00:00."""
    text = moment.replace(microsecond=0).isoformat()
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text

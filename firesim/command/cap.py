"""Alerts as documents of the Common Alerting Protocol, OASIS CAP 1.2 (2010). Drafts: nothing here can be sent.

One document speaks to one zone on one channel. An Update takes all of what it refers to out of force (section 3.2.1),
so one to some of the zones of an earlier document would leave the others without an alert.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec

from firesim.command.alerts import document, drafts
from firesim.command.ground import Ground
from firesim.command.letters import speakable
from firesim.link.messages import IN_PLACE, Alert, ZoneAdvice
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


def documents(issued: Iterable[tuple[Alert, float]], ground: Ground, series: str = "") -> dict[str, str]:
    """Alerts and when each went out [s] as CAP 1.2 by name: `ORDER-CHANNEL-ZONE.xml`; `series`: see `cap_xml`.

    At any time the document in force for a zone on a channel is the last one made for them, and no other.
    """
    result: dict[str, str] = {}
    last: dict[tuple[str, str], tuple[Alert, float]] = {}
    for alert, sent_s in issued:
        for one in alert.advice:
            said = to_one_zone(alert, one, ground)
            before = last.get((alert.channel, one.zone))
            earlier = [before] if before is not None and sent_s - before[1] < _EXPIRES_AFTER.total_seconds() else []
            name = f"{alert.order}-{alert.channel}-{one.zone}.xml"
            result[name] = cap_xml(said, ground, sent_s, earlier=earlier, series=series)
            last[alert.channel, one.zone] = said, sent_s
    return result


def to_one_zone(alert: Alert, advice: ZoneAdvice, ground: Ground) -> Alert:
    """What an alert says to one of its zones, in words to it alone; the time to leave by is that told to them all."""
    if len(alert.advice) == 1:
        return alert
    by_s = min(one.deadline_s for one in alert.advice)
    (draft,) = drafts(ground, alert.level, [msgspec.structs.replace(advice, deadline_s=by_s)])
    return msgspec.structs.replace(alert, advice=[advice], text_el=draft.text_el, text_en=draft.text_en)


def cap_xml(
    alert: Alert,
    ground: Ground,
    sent_s: float,
    sender: str = SENDER,
    earlier: Sequence[tuple[Alert, float]] = (),
    series: str = "",
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
        Alerts that this one replaces as a whole, and when each was drafted: the document is then an Update of them,
        an all-clear too (a Cancel would say that they were wrong).
    series
        What the alerts of one run have in common and share with no other run's: a part of the identifiers, which
        have to be unique for the sender.

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
        ("identifier", _identifier(alert, series)),
        ("sender", sender),
        ("sent", cap_time(sent)),
        ("status", "Draft"),
        ("msgType", "Update" if earlier else "Alert"),
        ("source", "firesim, a simulation"),
        ("scope", "Public"),
        ("note", "Draft made by a simulator; never to be sent"),
    ]
    if earlier:
        named = [f"{sender},{_identifier(one, series)},{cap_time(ground.when(at_s))}" for one, at_s in earlier]
        elements.append(("references", " ".join(named)))
    root = ET.Element("alert", {"xmlns": CAP_NAMESPACE})
    for name, text in elements:
        ET.SubElement(root, name).text = text
    for language in ("el-GR", "en-GB"):
        root.append(_info(alert, ground, sent, language))
    return document(root)


def _identifier(alert: Alert, series: str) -> str:
    zones = [one.zone for one in alert.advice]
    name = "-".join(["firesim", *([series] if series else []), alert.order, alert.channel, *zones])
    return re.sub(r"[\s,<&]", "-", name)


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

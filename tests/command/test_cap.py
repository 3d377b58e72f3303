"""Alerts are CAP 1.2 documents: the rules of the OASIS standard, element by element, and always drafts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest

from firesim.command.alerts import drafts
from firesim.command.cap import SENDER, cap_time, cap_xml, replaced
from firesim.command.ground import Ground
from firesim.link.briefings import MapInfo
from firesim.link.messages import IN_PLACE, Alert, ZoneAdvice

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"

# OASIS CAP 1.2 section 3.2 and its schema: elements in order; "1" exactly once, "?" at most once, "*" any number.
ALERT = {
    "identifier": "1", "sender": "1", "sent": "1", "status": "1", "msgType": "1", "source": "?", "scope": "1",
    "restriction": "?", "addresses": "?", "code": "*", "note": "?", "references": "?", "incidents": "?", "info": "*",
}  # fmt: skip
INFO = {
    "language": "?", "category": "+", "event": "1", "responseType": "*", "urgency": "1", "severity": "1",
    "certainty": "1", "audience": "?", "eventCode": "*", "effective": "?", "onset": "?", "expires": "?",
    "senderName": "?", "headline": "?", "description": "?", "instruction": "?", "web": "?", "contact": "?",
    "parameter": "*", "resource": "*", "area": "*",
}  # fmt: skip
AREA = {"areaDesc": "1", "polygon": "*", "circle": "*", "geocode": "*", "altitude": "?", "ceiling": "?"}
TIMES = {"1": (1, 1), "?": (0, 1), "*": (0, 10**6), "+": (1, 10**6)}
ENUMERATIONS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
    },
    "responseType": {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}  # fmt: skip
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")  # the schema's own pattern
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")  # RFC 3066
NAME = re.compile(r"[^\s,<&]+")  # of identifier and sender: no spaces, commas or restricted characters
CIRCLE = re.compile(r"-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?")  # "latitude,longitude radius", km
PAIRS = ("eventCode", "parameter", "geocode")  # each of one valueName and one value
RESOURCE = {"resourceDesc": "1", "mimeType": "1", "size": "?", "uri": "?", "derefUri": "?", "digest": "?"}
LONGEST_HEADLINE = 160  # "as short as possible ... 160 characters may be a useful target limit"


def broken_rules(text: str) -> list[str]:
    """Every rule of the standard that a document breaks, in words."""
    root = ET.fromstring(text.encode())
    if root.tag != f"{CAP}alert":
        return ["the root is no alert of CAP 1.2"]
    said = _structure(root, ALERT, "alert")
    for info in root.iter(f"{CAP}info"):
        said += _structure(info, INFO, "info")
    for area in root.iter(f"{CAP}area"):
        said += _structure(area, AREA, "area")
    for name in PAIRS:
        for pair in root.iter(f"{CAP}{name}"):
            said += _structure(pair, {"valueName": "1", "value": "1"}, name)
    for resource in root.iter(f"{CAP}resource"):
        said += _structure(resource, RESOURCE, "resource")
    for info in root.iter(f"{CAP}info"):
        said += _times_and_words(info, root.findtext(f"{CAP}sent") or "")
    for element in root.iter():
        name, value = element.tag.removeprefix(CAP), (element.text or "").strip()
        if len(element) == 0 and not value:
            said.append(f"{name} is empty")
        if name in ENUMERATIONS and value not in ENUMERATIONS[name]:
            said.append(f"{name} is {value}")
        if name in ("sent", "effective", "onset", "expires") and not DATE_TIME.fullmatch(value):
            said.append(f"{name} is {value}")
        if name in ("sent", "effective", "onset", "expires") and value.endswith("+00:00"):
            said.append(f"{name} writes universal time as +00:00")
        if name in ("identifier", "sender") and not NAME.fullmatch(value):
            said.append(f"{name} is {value}")
        if name == "language" and not LANGUAGE.fullmatch(value):
            said.append(f"language is {value}")
        if name == "circle" and not CIRCLE.fullmatch(value):
            said.append(f"circle is {value}")
        if name == "polygon":
            said += _polygon(value)
        if name == "references":
            said += [f"references {one}" for one in value.split() if not _is_reference(one)]
    message_type, references = root.findtext(f"{CAP}msgType"), root.findtext(f"{CAP}references")
    if message_type in ("Update", "Cancel", "Ack", "Error") and not references:
        said.append(f"{message_type} without references")
    if root.findtext(f"{CAP}scope") == "Restricted" and not root.findtext(f"{CAP}restriction"):
        said.append("Restricted without restriction")
    if root.findtext(f"{CAP}scope") == "Private" and not root.findtext(f"{CAP}addresses"):
        said.append("Private without addresses")
    return said


def _times_and_words(info, sent):
    """Of one info block: what has to come after what, and what has to differ."""
    said = []
    effective, onset, expires = (info.findtext(f"{CAP}{name}") or "" for name in ("effective", "onset", "expires"))
    if all(DATE_TIME.fullmatch(time) for time in (sent, expires)) and expires:
        if datetime.fromisoformat(expires) <= datetime.fromisoformat(sent):
            said.append("info expires before it is sent")
        takes_effect = datetime.fromisoformat(effective if DATE_TIME.fullmatch(effective) else sent)
        if datetime.fromisoformat(expires) <= takes_effect:
            said.append("info expires before it takes effect")
    if onset and not DATE_TIME.fullmatch(onset):
        said.append(f"onset is {onset}")
    if len(info.findtext(f"{CAP}headline") or "") > LONGEST_HEADLINE:
        said.append("headline is long")
    # Section 3.2.2: the description is of the hazard, the instruction of what to do.
    if (info.findtext(f"{CAP}description") or "") == (info.findtext(f"{CAP}instruction") or ""):
        said.append("description and instruction are the same")
    return said


def _structure(element, schema, name):
    tags = [child.tag.removeprefix(CAP) for child in element]
    said = [f"{name} has an element {tag}" for tag in tags if tag not in schema]
    known = [list(schema).index(tag) for tag in tags if tag in schema]
    if known != sorted(known):
        said.append(f"{name} has its elements out of order")
    for tag, how_often in schema.items():
        least, most = TIMES[how_often]
        if not least <= tags.count(tag) <= most:
            said.append(f"{name} has {tags.count(tag)} {tag}")
    return said


def _polygon(value):
    pairs = value.split()
    if len(pairs) < 4 or pairs[0] != pairs[-1]:
        return ["polygon is not closed, or of fewer than four points"]
    wrong = [pair for pair in pairs if not re.fullmatch(r"-?\d+(\.\d+)?,-?\d+(\.\d+)?", pair)]
    numbers = [tuple(map(float, pair.split(","))) for pair in pairs if pair not in wrong]
    wrong += [pair for pair in numbers if not (-90.0 <= pair[0] <= 90.0 and -180.0 <= pair[1] <= 180.0)]
    return [f"polygon has a point {pair}" for pair in wrong]


def _is_reference(one):
    parts = one.split(",")
    return len(parts) == 3 and all(NAME.fullmatch(part) for part in parts[:2]) and bool(DATE_TIME.fullmatch(parts[2]))


@pytest.fixture(scope="module")
def ground(small):
    return Ground(small.briefing(), 3, 120.0)


def advice(zone, refuge="town", route=("W", "M", "E"), deadline_s=5400.0):
    return ZoneAdvice(zone=zone, refuge=refuge, route=list(route), deadline_s=deadline_s, why="")


def an_alert(ground, level, *told, order="order-3", channel="app"):
    (draft,) = drafts(ground, level, told)
    return Alert(
        order=order, channel=channel, level=level, advice=list(told), text_el=draft.text_el, text_en=draft.text_en,
        authorised_by="authority",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "refuge", "response"),
    [
        ("order", "town", "Evacuate"),
        ("order", "", "Shelter"),
        ("order", IN_PLACE, "Shelter"),
        ("warning", "town", "Prepare"),
        ("all-clear", "town", "AllClear"),
    ],
)
def test_every_alert_keeps_the_rules_of_the_standard_and_is_a_draft_in_two_languages(ground, level, refuge, response):
    text = cap_xml(an_alert(ground, level, advice("west", refuge), advice("middle", refuge)), ground, 600.0)
    assert broken_rules(text) == []
    root = ET.fromstring(text.encode())
    assert root.findtext(f"{CAP}status") == "Draft"
    assert root.findtext(f"{CAP}sent") == "2025-08-12T12:10:00+03:00"
    infos = root.findall(f"{CAP}info")
    assert [info.findtext(f"{CAP}language") for info in infos] == ["el-GR", "en-GB"]
    for info, places in zip(infos, (["Δυτικός όρμος", "Μέση"], ["West bay", "Middle"]), strict=True):
        assert info.findtext(f"{CAP}responseType") == response
        assert [area.findtext(f"{CAP}areaDesc") for area in info.findall(f"{CAP}area")] == places
        assert all(place in (info.findtext(f"{CAP}instruction") or "") for place in places)


@pytest.mark.parametrize(
    ("pattern", "by", "rule"),
    [
        ("<status>Draft</status>", "", "alert has 0 status"),
        ("<status>Draft<", "<status>Real<", "status is Real"),
        ("<urgency>Immediate<", "<urgency>now<", "urgency is now"),
        (r"<event>Wildfire</event>", "<event> </event>", "event is empty"),
        (r"<sent>.*?</sent>", "<sent>2025-08-12T12:10:00Z</sent>", "sent is 2025-08-12T12:10:00Z"),
        (r"<sent>.*?</sent>", "<sent>2025-08-12T12:10:00+00:00</sent>", "sent writes universal time as +00:00"),
        (r"<sender>.*?</sender>", "<sender>a b</sender>", "sender is a b"),
        (r"<msgType>Alert<", "<msgType>Update<", "Update without references"),
        (r"<language>en-GB<", "<language>in English<", "language is in English"),
        (r"<polygon>\S+ ", "<polygon>", "polygon is not closed, or of fewer than four points"),
        (
            r"<polygon>(\S+) .*?</polygon>",
            r"<polygon>\1 91.0,0 1.0,2.0 \1</polygon>",
            r"polygon has a point (91.0, 0.0)",
        ),
        (r"<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>", "alert has 2 scope"),
        (r"<note>", "<remark>x</remark><note>", "alert has an element remark"),
        (r"(<category>.*?</category>)\s*(<event>.*?</event>)", r"\2\1", "info has its elements out of order"),
        (r"<areaDesc>Middle</areaDesc>", "", "area has 0 areaDesc"),
        (r"<expires>.*?</expires>", "<expires>2025-08-12T12:10:00+03:00</expires>", "info expires before it is sent"),
        (r"<scope>Public<", "<scope>Private<", "Private without addresses"),
        (r"<headline>", "<headline>" + 160 * "x", "headline is long"),
        (
            r"<description>.*?</description>(\s*)<instruction>(.*?)</instruction>",
            r"<description>\2</description>\1<instruction>\2</instruction>",
            "description and instruction are the same",
        ),
        (r"(<areaDesc>Middle</areaDesc>.*?)</area>", r"\1<circle>39.1,23.4</circle></area>", "circle is 39.1,23.4"),
        (
            r"(<areaDesc>Middle</areaDesc>.*?)</area>",
            r"\1<geocode><value>x</value></geocode></area>",
            "geocode has 0 valueName",
        ),
        (
            r"(<areaDesc>Middle</areaDesc>.*?)</area>",
            r"\1<polygon>39,23 39,24 39,23</polygon></area>",
            "polygon is not closed, or of fewer than four points",
        ),
    ],
)
def test_the_rules_notice_a_document_that_breaks_one(ground, pattern, by, rule):
    text = cap_xml(an_alert(ground, "order", advice("west"), advice("middle")), ground, 600.0)
    broken, count = re.subn(pattern, by, text, count=1, flags=re.DOTALL)
    assert count == 1
    assert rule in broken_rules(broken)


def test_the_description_tells_what_happens_and_the_instruction_what_to_do(ground):
    alert = msgspec.structs.replace(
        an_alert(ground, "order", advice("west")),
        happens_el="Πυρκαγιά κοντά σε: Μέση.",
        happens_en="A fire near Middle.",
    )
    root = ET.fromstring(cap_xml(alert, ground, 600.0).encode())
    for info, happens, text in zip(
        root.findall(f"{CAP}info"), (alert.happens_el, alert.happens_en), (alert.text_el, alert.text_en), strict=True
    ):
        assert info.findtext(f"{CAP}description") == happens
        assert info.findtext(f"{CAP}instruction") == text


def test_polygons_are_closed_and_lie_on_skiathos_latitude_first(ground):
    root = ET.fromstring(cap_xml(an_alert(ground, "order", advice("west")), ground, 0.0).encode())
    polygons = [element.text for element in root.iter(f"{CAP}polygon")]
    assert len(polygons) == 2  # one in each language
    for polygon in polygons:
        pairs = [tuple(float(part) for part in pair.split(",")) for pair in polygon.split()]
        assert pairs[0] == pairs[-1]
        assert all(39.0 < latitude < 39.3 and 23.3 < longitude < 23.6 for latitude, longitude in pairs)


def test_names_from_a_map_cannot_break_a_document(small):
    names = ['<West> & "bay"', "two\nlines\x07", " ", "\u200b"]
    zones = [replace(small.briefing().zones[0], zone=f"z {k}", name=name, name_el=name) for k, name in enumerate(names)]
    ground = Ground(small.briefing(zones=zones), 3, 120.0)
    for zone in zones:
        assert broken_rules(cap_xml(an_alert(ground, "order", advice(zone.zone)), ground, 0.0)) == []
    with pytest.raises(ValueError, match="without spaces"):
        cap_xml(an_alert(ground, "order", advice(zones[0].zone)), ground, 0.0, sender="civil protection")


def test_a_zone_without_an_outline_or_a_map_without_a_place_on_earth_is_described_in_words(small):
    zone = replace(small.briefing().zones[0], polygon_xy_m=[])
    nowhere = {name: getattr(small.briefing().map, name) for name in MapInfo.__struct_fields__}
    nowhere["grid"] = replace(small.GRID, crs=None)
    for changes in ({"zones": [zone]}, {"map": MapInfo(**nowhere)}):
        ground = Ground(small.briefing(**changes), 3, 120.0)
        text = cap_xml(an_alert(ground, "order", advice("west")), ground, 0.0)
        assert broken_rules(text) == []
        assert "<polygon>" not in text
        assert "<areaDesc>West bay</areaDesc>" in text


def test_new_advice_is_an_update_that_names_what_it_replaces(ground):
    first = an_alert(ground, "order", advice("west"), advice("middle"), order="order-3")
    other_channel = an_alert(ground, "order", advice("west"), order="order-4", channel="knock")
    for_the_cove = an_alert(ground, "warning", advice("cove"), order="order-5")
    middle_again = an_alert(ground, "order", advice("middle"), order="order-6")
    before = [(first, 600.0), (other_channel, 600.0), (for_the_cove, 700.0), (middle_again, 900.0)]
    now = an_alert(ground, "all-clear", advice("west"), advice("middle"), order="order-9")
    earlier = replaced(now, before, 3000.0)
    assert earlier == [(first, 600.0), (middle_again, 900.0)]
    root = ET.fromstring(cap_xml(now, ground, 3000.0, earlier=earlier).encode())
    assert broken_rules(cap_xml(now, ground, 3000.0, earlier=earlier)) == []
    assert root.findtext(f"{CAP}msgType") == "Update"
    assert root.findtext(f"{CAP}references") == (
        f"{SENDER},firesim-order-3-app,2025-08-12T12:10:00+03:00 {SENDER},firesim-order-6-app,2025-08-12T12:15:00+03:00"
    )
    only_middle = an_alert(ground, "order", advice("middle"), order="order-10")
    assert replaced(only_middle, before, 3000.0) == [(middle_again, 900.0)]
    assert replaced(only_middle, before, 900.0 + 6.5 * 3600.0) == []  # expired


@pytest.mark.parametrize(
    ("zone", "text"), [("+03:00", "+03:00"), ("+00:00", "-00:00"), ("Z", "-00:00"), ("-09:30", "-09:30")]
)
def test_universal_time_is_written_as_the_standard_wants_it(zone, text):
    moment = datetime.fromisoformat(f"2025-08-12T12:00:00{zone}") + timedelta(seconds=0.75)
    assert cap_time(moment) == f"2025-08-12T12:00:00{text}"


def test_an_alert_read_from_its_bytes_gives_the_same_document(ground):
    alert = an_alert(ground, "order", advice("west"))
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(alert), type=Alert)
    assert cap_xml(again, ground, 60.0) == cap_xml(alert, ground, 60.0)

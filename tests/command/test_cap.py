"""Alerts are CAP 1.2 documents: the rules of the OASIS standard, element by element, and always drafts."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command.alerts import drafts
from firesim.command.cap import SENDER, cap_time, cap_xml, documents, to_one_zone
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


def in_force(texts, at):
    """What the standard says is in force, of documents in order: none that a later one refers to, none expired."""
    known = {}
    for text in texts:
        root = ET.fromstring(text.encode())
        sent = datetime.fromisoformat(root.findtext(f"{CAP}sent"))
        for one in (root.findtext(f"{CAP}references") or "").split():
            del known[one]  # only what is in force is replaced
        name = ",".join(root.findtext(f"{CAP}{part}") for part in ("sender", "identifier", "sent"))
        assert name not in known
        known[name] = root
        for old, other in list(known.items()):
            if datetime.fromisoformat(other.findtext(f"{CAP}info/{CAP}expires")) <= sent:
                del known[old]
    return [one for one in known.values() if datetime.fromisoformat(one.findtext(f"{CAP}info/{CAP}expires")) > at]


def said_to(roots, place):
    """The English instructions of documents whose areas have a place."""
    return [
        info.findtext(f"{CAP}instruction")
        for root in roots
        for info in root.findall(f"{CAP}info")
        if info.findtext(f"{CAP}language") == "en-GB"
        and place in [area.findtext(f"{CAP}areaDesc") for area in info.findall(f"{CAP}area")]
    ]


def test_new_advice_to_one_zone_leaves_what_was_said_to_the_others_in_force(ground):
    """Three zones are told to leave, then one of them to stay: the other two still have their order."""
    first = an_alert(ground, "order", advice("west"), advice("middle"), advice("cove"), order="order-82")
    then = an_alert(ground, "order", advice("west", IN_PLACE, ()), order="order-110")
    texts = documents([(first, 600.0), (then, 3000.0)], ground)
    assert list(texts) == [
        "order-82-app-west.xml", "order-82-app-middle.xml", "order-82-app-cove.xml", "order-110-app-west.xml",
    ]  # fmt: skip
    assert all(broken_rules(text) == [] for text in texts.values())
    held = in_force(texts.values(), ground.when(3000.0))
    for place, words in (
        ("West bay", "Stay where you are"),
        ("Middle", "leave now toward"),
        ("Boat cove", "leave now"),
    ):
        (instruction,) = said_to(held, place)
        assert f"If you are in {place}" in instruction
        assert words in instruction
    update = ET.fromstring(texts["order-110-app-west.xml"].encode())
    assert update.findtext(f"{CAP}msgType") == "Update"
    named = f"{SENDER},firesim-order-82-app-west,2025-08-12T12:10:00+03:00"
    assert update.findtext(f"{CAP}references") == named


PLACES = {"west": "West bay", "middle": "Middle", "cove": "Boat cove"}
tellings = st.lists(
    st.tuples(
        st.sampled_from(["warning", "order", "all-clear"]),
        st.sampled_from(["town", IN_PLACE, ""]),
        st.lists(st.sampled_from(list(PLACES)), min_size=1, unique=True),
        st.sets(st.sampled_from(["app", "knock"]), min_size=1),
        st.integers(0, 8 * 3600),  # documents know whole seconds
    ),
    max_size=10,
)


@settings(max_examples=60)
@given(tellings)
def test_in_force_for_each_zone_is_what_it_was_told_last_whatever_it_and_others_were_told_before(small, drawn):
    """By the rules of the standard, channel by channel; six hours after the last there is nothing."""
    ground, issued, last, now_s = Ground(small.briefing(), 3, 120.0), [], {}, 0.0
    for k, (level, refuge, zones, channels, wait_s) in enumerate(drawn):
        now_s += wait_s
        for channel in sorted(channels):
            told = [advice(zone, refuge, deadline_s=math.inf) for zone in zones]
            issued.append((an_alert(ground, level, *told, order=f"order-{k}", channel=channel), now_s))
            for one in told:
                (draft,) = drafts(ground, level, [one])
                last[channel, one.zone] = draft.text_en, now_s
        texts = documents(issued, ground)
        assert len({ET.fromstring(text.encode()).findtext(f"{CAP}identifier") for text in texts.values()}) == len(texts)
        for channel in ("app", "knock"):
            of_channel = [text for name, text in texts.items() if f"-{channel}-" in name]
            held = in_force(of_channel, ground.when(now_s))
            for zone, place in PLACES.items():
                text, told_s = last.get((channel, zone), ("", -math.inf))
                assert said_to(held, place) == ([text] if now_s - told_s < 6.0 * 3600.0 else [])


def test_what_was_said_to_several_zones_says_to_each_the_time_that_was_told_to_all(ground):
    alert = an_alert(ground, "order", advice("west", deadline_s=5400.0), advice("middle", deadline_s=3600.0))
    for one in alert.advice:
        said = to_one_zone(alert, one, ground)
        assert said.advice == [one]
        assert "before 13:00" in said.text_en
    assert to_one_zone(said, said.advice[0], ground) is said


def test_identifiers_of_two_runs_differ_and_are_without_what_the_standard_forbids(ground):
    alert = an_alert(ground, "order", advice("west"))
    names = {
        ET.fromstring(cap_xml(alert, ground, 0.0, series=series).encode()).findtext(f"{CAP}identifier")
        for series in ("skiathos-pilot-s1-r0", "skiathos-pilot-s1-r1", "a, b\t<c>&")
    }
    assert len(names) == 3
    assert "firesim-skiathos-pilot-s1-r0-order-3-app-west" in names
    assert broken_rules(cap_xml(alert, ground, 0.0, series="a, b\t<c>&")) == []


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

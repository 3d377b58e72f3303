"""What people are told fits a broadcast, names both places, and is only ever a draft."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command.alerts import ENGLISH_LIMIT, GREEK_LIMIT, drafts, gpx, plain_latin, route_points
from firesim.command.cap import cap_xml
from firesim.command.ground import Ground
from firesim.link.messages import Alert, ZoneAdvice
from firesim.place.settlement import Zone

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"

# OASIS CAP 1.2 section 3.2: elements of alert and info in the order of the schema; * required.
ALERT_ORDER = ["identifier", "sender", "sent", "status", "msgType", "source", "scope", "note", "info"]
INFO_ORDER = [
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "effective", "expires",
    "senderName", "headline", "description", "instruction", "area",
]  # fmt: skip
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


@pytest.fixture(scope="module")
def ground(small):
    return Ground(small.briefing(), 3, 120.0)


def advice(zone, refuge="town", route=("W", "M", "E"), deadline_s=5400.0):
    return ZoneAdvice(zone=zone, refuge=refuge, route=list(route), deadline_s=deadline_s, why="")


def an_alert(ground, level, *told):
    (draft,) = drafts(ground, level, told)
    return Alert(
        order="order-3", channel="app", level=level, advice=list(told), text_el=draft.text_el, text_en=draft.text_en,
        authorised_by="authority",
    )  # fmt: skip


def test_a_zone_whose_time_has_passed_is_not_given_the_deadline_of_another(ground):
    told = [advice("west", deadline_s=float("inf")), advice("middle", deadline_s=3600.0)]
    late, in_time = drafts(ground, "order", told)
    assert "before" not in late.text_en
    assert "West bay" in late.text_en
    assert "before 13:00" in in_time.text_en


def test_an_order_names_the_place_to_leave_the_place_to_go_and_by_when(ground):
    (draft,) = drafts(ground, "order", [advice("west"), advice("middle", route=("M", "E"), deadline_s=3600.0)])
    for word in ("West bay", "Middle", "leave now toward Town", "before 13:00"):
        assert word in draft.text_en
    for word in ("Δυτικός όρμος", "Μέση", "απομακρυνθείτε τώρα προς Χώρα", "πριν τις 13:00"):
        assert word in draft.text_el


def test_those_who_cannot_drive_are_told_not_to(ground):
    (draft,) = drafts(ground, "order", [advice("west", "", ())])
    assert "do not drive" in draft.text_en
    assert "shore" in draft.text_en
    assert "ακτή" in draft.text_el


def test_zones_with_different_refuges_get_different_texts(ground):
    result = drafts(ground, "order", [advice("west"), advice("middle", "", ())])
    assert [tuple(one.zone for one in draft.advice) for draft in result] == [("west",), ("middle",)]


@settings(max_examples=30, deadline=None)
@given(names=st.lists(st.text("αβγδεζηθικλμν ABCé", min_size=3, max_size=60), min_size=1, max_size=24))
def test_every_text_fits_a_broadcast_and_no_zone_is_left_out(small, names):
    zones = [Zone(f"z{k}", name, "settlement", 0.0, 0.0, "W", 1, [], name) for k, name in enumerate(names)]
    ground = Ground(small.briefing(zones=zones), 3, 120.0)
    for level in ("order", "warning", "all-clear"):
        result = drafts(ground, level, [advice(zone.zone) for zone in zones])
        assert all(len(draft.text_el) <= GREEK_LIMIT and len(draft.text_en) <= ENGLISH_LIMIT for draft in result)
        assert [one.zone for draft in result for one in draft.advice] == [zone.zone for zone in zones]
        assert all(draft.text_en.isascii() for draft in result)


def test_a_name_too_long_for_any_broadcast_is_a_fault(small):
    zone = Zone("z", "x" * 700, "settlement", 0.0, 0.0, "W", 1, [])
    with pytest.raises(ValueError, match="longer than a broadcast"):
        drafts(Ground(small.briefing(zones=[zone]), 3, 120.0), "order", [advice("z")])


@pytest.mark.parametrize(
    ("level", "refuge", "response"),
    [
        ("order", "town", "Evacuate"),
        ("order", "", "Shelter"),
        ("warning", "town", "Prepare"),
        ("all-clear", "town", "AllClear"),
    ],
)
def test_cap_is_a_valid_draft_in_two_languages(ground, level, refuge, response):
    text = cap_xml(an_alert(ground, level, advice("west", refuge), advice("middle", refuge)), ground, 600.0)
    root = ET.fromstring(text.encode())
    assert root.tag == f"{CAP}alert"
    names = [child.tag.removeprefix(CAP) for child in root]
    assert names == [*ALERT_ORDER, "info"]
    for name in ("identifier", "sender", "sent", "status", "msgType", "scope"):
        assert (root.findtext(f"{CAP}{name}") or "").strip()
    assert root.findtext(f"{CAP}status") == "Draft"
    assert root.findtext(f"{CAP}sent") == "2025-08-12T12:10:00+03:00"
    assert not set(root.findtext(f"{CAP}identifier") or " ") & set(" ,<&")
    infos = root.findall(f"{CAP}info")
    assert [info.findtext(f"{CAP}language") for info in infos] == ["el-GR", "en-GB"]
    for info in infos:
        tags = [child.tag.removeprefix(CAP) for child in info]
        assert tags == [*INFO_ORDER, "area"]
        assert info.findtext(f"{CAP}responseType") == response
        for area in info.findall(f"{CAP}area"):
            assert area.findtext(f"{CAP}areaDesc")
    for element in root.iter():
        name = element.tag.removeprefix(CAP)
        if name in ENUMERATIONS:
            assert element.text in ENUMERATIONS[name], name


def test_cap_polygons_are_closed_and_lie_on_skiathos(ground):
    root = ET.fromstring(cap_xml(an_alert(ground, "order", advice("west")), ground, 0.0).encode())
    polygons = [element.text for element in root.iter(f"{CAP}polygon")]
    assert len(polygons) == 2  # one in each language
    for polygon in polygons:
        pairs = [tuple(float(part) for part in pair.split(",")) for pair in polygon.split()]
        assert len(pairs) >= 4
        assert pairs[0] == pairs[-1]
        assert all(39.0 < latitude < 39.3 and 23.3 < longitude < 23.6 for latitude, longitude in pairs)


def test_a_route_as_gpx_follows_the_road(ground):
    root = ET.fromstring(gpx(ground, ["W", "M", "E"], "West bay to Town").encode())
    points = [(float(p.get("lat")), float(p.get("lon"))) for p in root.iter("{http://www.topografix.com/GPX/1/1}rtept")]
    assert len(points) == 3
    longitudes = [longitude for _, longitude in points]
    assert longitudes == sorted(longitudes)
    assert len(route_points(ground, ["W"])) == 1
    with pytest.raises(KeyError):
        route_points(ground, ["W", "E"])


def test_letters_beyond_the_broadcast_alphabet_lose_their_accents():
    assert plain_latin("Café Élan") == "Cafe Elan"

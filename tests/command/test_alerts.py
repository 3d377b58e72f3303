"""What people are told fits a broadcast, names both places, and is only ever a draft."""

from __future__ import annotations

import json
from math import inf
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firesim.command.alerts import (
    drafts,
    gpx,
    route_feature,
    route_points,
    way_out,
)
from firesim.command.ground import Ground
from firesim.command.letters import ucs2_length
from firesim.link.messages import AT_ONCE, IN_PLACE, ZoneAdvice
from firesim.place.settlement import Refuge, Zone


@pytest.fixture(scope="module")
def ground(small):
    return Ground(small.briefing(), 3, 120.0)


def advice(zone, refuge="town", route=("W", "M", "E"), deadline_s=5400.0):
    return ZoneAdvice(zone=zone, refuge=refuge, route=list(route), deadline_s=deadline_s, why="")


def test_a_zone_whose_time_has_passed_is_not_given_the_deadline_of_another(ground):
    told = [advice("west", deadline_s=AT_ONCE), advice("middle", deadline_s=3600.0), advice("cove", deadline_s=inf)]
    late, in_time, without = drafts(ground, "order", told)
    assert "If you are in West bay, leave at once toward Town. " in late.text_en
    assert "απομακρυνθείτε αμέσως προς Χώρα." in late.text_el
    assert "leave now toward Town before 13:00" in in_time.text_en
    assert "leave now toward Town. " in without.text_en


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


# 3GPP TS 23.038: letters of the GSM-7 alphabet that are ASCII too, others of it, and those of its extension table.
GSM7_ONE = set("@$_ !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n\r")
GSM7_ONE |= set("£¥§¤¿¡ÄÅÆÇÉÑØÖÜßàäåæèéìñòöøùü")
GSM7_TWO = set("^{}\\[~]|€")


def pages(size, on_a_page):
    """Pages of a broadcast: 93 GSM-7 characters each, or 80 bytes of UCS-2 (3GPP TS 23.041); at most 15."""
    return -(-size // on_a_page)


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.text("αβγδεζηθικλμνΨου ABCéßŁ€[]{}^~|`🔥", min_size=3, max_size=60), min_size=1, max_size=24))
def test_every_text_fits_a_broadcast_and_no_zone_is_left_out(small, names):
    zones = [Zone(f"z{k}", name, "settlement", 0.0, 0.0, "W", 1, [], name) for k, name in enumerate(names)]
    ground = Ground(small.briefing(zones=zones), 3, 120.0)
    for level in ("order", "warning", "all-clear"):
        result = drafts(ground, level, [advice(zone.zone) for zone in zones])
        for draft in result:
            assert pages(len(draft.text_el.encode("utf-16-be")), 80) <= 15
            assert pages(sum(1 + (letter in GSM7_TWO) for letter in draft.text_en), 93) <= 15
            assert set(draft.text_en) <= GSM7_ONE | GSM7_TWO
        assert [one.zone for draft in result for one in draft.advice] == [zone.zone for zone in zones]


def test_a_place_whose_name_is_told_in_greek_alone_is_named_in_english_too(small):
    zone = Zone("z", "Τρούλος Κάτω", "settlement", 0.0, 0.0, "W", 1, [])
    jetty = Refuge("town", "Παλιό Λιμάνι", "harbour", 0.0, 0.0, "E", 500)
    ground = Ground(small.briefing(zones=[zone], refuges=[jetty]), 3, 120.0)
    (draft,) = drafts(ground, "order", [advice("z")])
    assert "If you are in Troulos Kato, leave now toward Palio Limani" in draft.text_en
    assert "Τρούλος Κάτω" in draft.text_el


def test_a_name_too_long_for_any_broadcast_is_a_fault(small):
    zone = Zone("z", "x" * 700, "settlement", 0.0, 0.0, "W", 1, [])
    with pytest.raises(ValueError, match="longer than a broadcast"):
        drafts(Ground(small.briefing(zones=[zone]), 3, 120.0), "order", [advice("z")])


def test_a_route_as_gpx_follows_the_road(ground):
    root = ET.fromstring(gpx(ground, ["W", "M", "E"], "West bay to Town").encode())
    points = [(float(p.get("lat")), float(p.get("lon"))) for p in root.iter("{http://www.topografix.com/GPX/1/1}rtept")]
    assert len(points) == 3
    longitudes = [longitude for _, longitude in points]
    assert longitudes == sorted(longitudes)
    assert len(route_points(ground, ["W"])) == 1
    with pytest.raises(KeyError):
        route_points(ground, ["W", "E"])


def test_the_route_of_a_zone_calls_the_place_to_leave_and_the_place_to_go_by_their_names(ground):
    metadata, route = ET.fromstring(way_out(ground, advice("west", "town", ["W", "M", "E"]), "order", 600.0).encode())
    assert route[0].text == "West bay to Town"
    assert route[1].text.startswith("order of 12:10:00. From West bay to ")
    assert metadata[0].text == "2025-08-12T09:10:00Z"  # GPX has universal time
    away = ET.fromstring(way_out(ground, advice("west", "elsewhere", ["W", "M"]), "order", 600.0).encode())[1]
    assert away[0].text == "West bay to elsewhere"


def test_a_route_told_before_says_since_when_and_only_one_that_was_withdrawn_says_not_to_use_it(ground):
    words = (ground, advice("west", "town", ["W", "M", "E"]), "order", 600.0)
    stands, gone = (ET.fromstring(way_out(*words, 300.0, by_s).encode())[1] for by_s in (inf, 900.0))
    assert stands[0].text == "West bay to Town"
    assert stands[1].text.startswith("order of 12:10:00, by this road since 12:05:00. From West bay to ")
    assert gone[0].text == "WITHDRAWN West bay to Town"
    assert gone[1].text.startswith("WITHDRAWN at 12:15:00, do not use: order of 12:10:00, by this road since 12:05:00.")


def test_a_route_as_geojson_is_a_line_in_longitude_and_latitude(ground):
    shape = json.loads(json.dumps(route_feature(ground, ["W", "M", "E"], {"zone": "west"})))
    assert (shape["type"], shape["geometry"]["type"]) == ("Feature", "LineString")
    assert shape["properties"] == {"zone": "west"}
    longitude, latitude = zip(*shape["geometry"]["coordinates"], strict=True)
    assert len(longitude) == 3
    assert all(23.3 < lon < 23.6 for lon in longitude)
    assert all(39.0 < lat < 39.3 for lat in latitude)


def test_gpx_has_its_elements_in_the_order_of_the_schema_and_survives_any_reason(ground):
    text = gpx(ground, ["W", "M"], 'West "bay" & <more>', "cut\x0boff; δρόμος")
    (route,) = ET.fromstring(text.encode())
    assert [element.tag.split("}")[1] for element in route] == ["name", "desc", "rtept", "rtept"]
    assert route[0].text == 'West "bay" & <more>'
    assert route[1].text == "cut off; δρόμος"


def test_those_for_whom_leaving_is_worse_are_told_to_stay_inside(ground):
    (draft,) = drafts(ground, "order", [advice("west", IN_PLACE, ())])
    assert "Stay where you are, inside" in draft.text_en
    assert "West bay" in draft.text_en
    assert "Μείνετε εκεί που είστε" in draft.text_el
    for word in ("shore", "leave now", "ακτή"):
        assert word not in draft.text_en + draft.text_el
    staying, walking = drafts(ground, "order", [advice("west", IN_PLACE, ()), advice("middle", "", ())])
    assert [one.zone for one in staying.advice] == ["west"]
    assert "shore" in walking.text_en


def test_every_order_names_the_place_to_leave_and_the_place_to_go(ground):
    for refuge, to_en, to_el in (("town", "Town", "Χώρα"), ("", "shore", "ακτή")):
        (draft,) = drafts(ground, "order", [advice("middle", refuge)])
        assert "Middle" in draft.text_en
        assert to_en in draft.text_en
        assert "Μέση" in draft.text_el
        assert to_el in draft.text_el


def test_those_who_go_to_a_landing_are_told_its_name_and_that_boats_are_called_there(small):
    """As soon as a briefing tells of landings, the texts name them."""
    ground = Ground(small.briefing(), 3, 120.0)
    ground.landing_names = {"jetty": ("West jetty", "Δυτική προβλήτα"), "cove": ("Cove", "")}
    at_jetty = msgspec.structs.replace(advice("west", "", ()), landing="jetty")
    at_cove = msgspec.structs.replace(advice("cove", "", ()), landing="cove")
    anywhere = advice("middle", "", ())
    jetty, cove, shore = drafts(ground, "order", [at_jetty, at_cove, anywhere])
    for words in ("West bay", "do not drive", "Go on foot now to West jetty", "Boats have been called there"):
        assert words in jetty.text_en
    for words in ("Δυτικός όρμος", "μην οδηγήσετε", "προς: Δυτική προβλήτα", "Έχουν κληθεί εκεί σκάφη"):
        assert words in jetty.text_el
    assert "προς: Cove" in cove.text_el  # a place without a Greek name keeps its own
    assert "jetty" not in shore.text_en
    assert "oats" not in shore.text_en
    assert all(ucs2_length(one.text_el) <= 600 for one in (jetty, cove, shore))


def test_a_landing_that_the_map_does_not_know_is_not_spoken_of(ground):
    (draft,) = drafts(ground, "order", [msgspec.structs.replace(advice("west", "", ()), landing="nowhere")])
    assert "Go to the shore at Boat cove now" in draft.text_en
    assert "nowhere" not in draft.text_en


def test_those_who_go_to_the_shore_are_told_which_the_nearest_one_that_has_a_name(small):
    sand = Refuge("sand", "Long sand", "beach", 450000.0, 4332600.0, "M", 500, "Άμμος")
    ground = Ground(small.briefing(refuges=[*small.briefing().refuges, sand]), 3, 120.0)
    west, middle = drafts(ground, "order", [advice("west", "", ()), advice("middle", "", ())])
    assert "Go to the shore at Boat cove now" in west.text_en
    assert "στην ακτή (Όρμος)" in west.text_el
    assert "Go to the shore at Long sand now" in middle.text_en
    assert "στην ακτή (Άμμος)" in middle.text_el


def test_where_no_shore_has_a_name_people_are_sent_to_whichever_it_is(small):
    inland = [zone for zone in small.briefing().zones if zone.kind != "beach"]
    ground = Ground(small.briefing(zones=inland), 3, 120.0)
    (draft,) = drafts(ground, "order", [advice("west", "", ())])
    assert "Go to the shore now" in draft.text_en
    assert "στην ακτή, μακριά" in draft.text_el

"""The alerts of a whole run: documents that keep the standard, in two stages, that say what happens and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from firesim.command.alerts import ENGLISH_LIMIT, GREEK_LIMIT
from firesim.command.cap import cap_time, to_one_zone
from firesim.command.letters import gsm7_length, ucs2_length
from firesim.simulate import Run
from firesim.simulate.advised import ground_of
from firesim.simulate.folder import alert_documents
from tests.command.test_cap import CAP, broken_rules, in_force, said_to

MARKUP = re.compile(r"<[^>]*>|&[a-z]+;|[*_#]{2}")


@pytest.fixture(params=["pilot_run", "today_run"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    return request.getfixturevalue(request.param)


def test_every_document_keeps_the_rules_and_refers_only_to_earlier_ones(run):
    documents = alert_documents(run)
    assert documents
    known: dict[str, str] = {}
    for text in documents.values():
        assert broken_rules(text) == []
        root = ET.fromstring(text.encode())
        assert root.findtext(f"{CAP}status") == "Draft"
        for one in (root.findtext(f"{CAP}references") or "").split():
            _, identifier, sent = one.split(",")
            assert known[identifier] == sent
        identifier = root.findtext(f"{CAP}identifier") or ""
        assert identifier not in known
        known[identifier] = root.findtext(f"{CAP}sent") or ""


def test_by_the_standard_each_zone_has_its_last_advice_in_force_and_no_other(run):
    """On each channel, at the end of the run and half way."""
    alerts = run.clockwork.centre.alerts()
    ground = ground_of(run)
    half = alerts[len(alerts) // 2][0].time_s
    for until_s in (half, run.scenario.horizon_s):
        last = {
            (alert.channel, one.zone): (issued.order.order_id, alert, one)
            for issued, alert in alerts for one in alert.advice if issued.time_s <= until_s
        }  # fmt: skip
        for channel in {channel for channel, _ in last}:
            documents = [text for name, text in alert_documents(run).items() if f"-{channel}-" in name]
            until = cap_time(ground.when(until_s))
            of_channel = [text for text in documents if ET.fromstring(text.encode()).findtext(f"{CAP}sent") <= until]
            held = in_force(of_channel, ground.when(until_s))
            told = {zone: said for (by, zone), said in last.items() if by == channel}
            assert len(held) == len(told)
            for zone, (order, alert, one) in told.items():
                place = ground.zones[ground.zone_index[zone]].name
                assert said_to(held, place) == [to_one_zone(alert, one, ground).text_en]
                assert any(f"-{order}-{channel}-{zone}" in root.findtext(f"{CAP}identifier") for root in held)


def test_texts_are_plain_fit_a_broadcast_and_tell_what_happens_beside_what_to_do(run):
    for text in alert_documents(run).values():
        for info in ET.fromstring(text.encode()).iter(f"{CAP}info"):
            happens, instruction = (info.findtext(f"{CAP}{name}") or "" for name in ("description", "instruction"))
            assert happens
            assert not MARKUP.search(happens + instruction)
            if info.findtext(f"{CAP}language") == "en-GB":
                assert re.search("wildfire|fire", happens)
                assert max(gsm7_length(happens), gsm7_length(instruction)) <= ENGLISH_LIMIT
            else:
                assert "υρκαγιά" in happens
                assert max(ucs2_length(happens), ucs2_length(instruction)) <= GREEK_LIMIT

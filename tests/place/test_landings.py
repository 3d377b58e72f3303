"""Landings lie by the water and by their road, and what is wrong with their table is told row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firesim.place.load import PlaceParameters, load_place
from tests.place.conftest import FILES, SKIATHOS

HEAD = "landing,name,name_el,kind,lon,lat,node,people_min,port,zone\n"
PORT = "port,Port,Λιμάνι,jetty,23.4905,39.1620,OLDPORT,40,yes,\n"


def test_the_shipped_landings_serve_every_beach_and_their_ports_lie_in_the_town():
    place = load_place(PlaceParameters(**FILES, landings="landings.csv"), SKIATHOS)
    by_id = {one.landing: one for one in place.landings}
    assert len(by_id) == 25
    assert {one.landing for one in place.landings if one.is_port} == {"sea-new-port", "sea-old-port"}
    assert [one.landing for one in place.landings if one.node is None] == ["sea-lalaria"]
    of_boats = {one.zone for one in place.landings} - {""}
    assert of_boats == {zone.zone for zone in place.settlement.zones if zone.access == "boat"}
    assert by_id["sea-koukounaries"].people_min > by_id["sea-banana"].people_min  # a jetty is quicker than sand


@pytest.fixture
def landing_faults(copy: Path, faults: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    def load(rows: str) -> dict[str, Any]:
        (copy / "landings.csv").write_text(HEAD + PORT + rows, encoding="utf-8")
        found = faults(landings="landings.csv")
        assert all(problem.file == str(copy / "landings.csv") for problem in found)
        return {problem.field.removeprefix("place.landings."): problem for problem in found}

    return load


def test_every_bad_cell_is_told_with_its_line(landing_faults):
    found = landing_faults(
        "inland,Inland,,beach,23.46,39.18,,8,no,\n"
        "far,Far,,beach,23.4201,39.1396,OLDPORT,8,no,\n"
        "lost,Lost,,beach,23.4201,39.1396,NOWHERE,8,no,troulos-beach\n"
    )
    assert set(found) == {"lon, lat", "node", "zone"}
    assert found["lon, lat"].line == 3
    assert "water" in found["lon, lat"].message
    assert found["zone"].line == 5
    assert "has a road" in found["zone"].message


def test_words_and_numbers_out_of_range_are_told(landing_faults):
    found = landing_faults("port,Port,,pier,23.4905,39.1620,OLDPORT,0,maybe,\n")
    assert set(found) == {"landing", "kind", "people_min", "port"}
    assert found["people_min"].value == 0.0


def test_an_id_that_a_refuge_has_is_refused(landing_faults):
    found = landing_faults("town-port,Port,,jetty,23.4905,39.1620,OLDPORT,40,yes,\n")
    assert set(found) == {"landing"}
    assert "refuge" in found["landing"].message


def test_without_a_port_nobody_can_be_put_ashore(copy, faults):
    (copy / "landings.csv").write_text(HEAD + PORT.replace("yes", "no"), encoding="utf-8")
    (problem,) = faults(landings="landings.csv")
    assert problem.field == "place.landings.port"

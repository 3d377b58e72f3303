"""What is wrong with the boats is told with the rest, row by row, whether they sail or not."""

from __future__ import annotations

from typing import Any

import pytest

from firesim.place.load import PlaceParameters, load_place
from firesim.world.fleet import KNOT_M_S, BoatParameters, read_boats
from tests.scenario.conftest import SKIATHOS


def by_field(problems: Any) -> dict[str, Any]:
    return {problem.field: problem for problem in problems}


@pytest.mark.parametrize("sail", ["true", "false"])
def test_bad_rows_are_told_with_their_line(copy: Any, sail: str) -> None:
    copy.edit("sail: true", f"sail: {sail}")
    copy.edit("excursion-2,excursion boat,sea-old-port,50,9,20,60", "excursion-1,excursion boat,pier,0,90,70,60",
              "boats.csv")  # fmt: skip
    copy.edit("1.2,any", "1.2,anywhere", "boats.csv")
    found = by_field(copy.faults())
    assert set(found) == {f"boats.table.{name}" for name in (
        "boat", "berth", "seats", "speed_kn", "notice_least_min", "lands_at",
    )}  # fmt: skip
    assert found["boats.table.berth"].line == 3
    assert found["boats.table.seats"].value == 0.0
    assert found["boats.table.lands_at"].line == 2


def test_boats_without_landings_are_refused(copy: Any) -> None:
    copy.edit("  landings: landings.csv\n", "")
    (problem,) = copy.faults()
    assert problem.field == "boats.table"
    assert "place.landings" in problem.remedy


def test_a_boat_may_not_be_called_as_a_mast_is(copy: Any) -> None:
    copy.edit("excursion-3,", "mast_town,", "boats.csv")
    (problem,) = copy.faults()
    assert problem.field == "boats.table"
    assert "link.masts" in problem.message


def test_fetch_beyond_the_map_is_told_for_eight_directions(copy: Any) -> None:
    copy.edit("[80, 150, 8, 60, 15, 15, 5, 30]", "[80, 150, 8]")
    (problem,) = copy.faults_of_fields()
    assert problem.field == "place.sea_beyond_km"


def test_the_fleet_is_read_in_metres_and_seconds() -> None:
    from tests.place.conftest import FILES

    place = load_place(PlaceParameters(**FILES, landings="landings.csv"), SKIATHOS)
    fleet = read_boats(BoatParameters(table="boats.csv"), SKIATHOS, place.landings)
    assert sum(boat.seats for boat in fleet) == 20 * 50 + 10 * 10 + 20  # fleet_authored.csv
    assert fleet[0].speed_m_s == pytest.approx(9.0 * KNOT_M_S)
    assert fleet[0].notice_s == (1200.0, 3600.0)
    assert read_boats(BoatParameters(), SKIATHOS, place.landings) == []

"""What is wrong with the buses is told with the rest, row by row, whether they run or not."""

from __future__ import annotations

from typing import Any

import pytest

from firesim.place.load import PlaceParameters, load_place
from firesim.place.stops import STOP_TO_NODE_M, stops_of
from firesim.world.busfleet import BusParameters, read_buses
from tests.scenario.conftest import SKIATHOS


def by_field(problems: Any) -> dict[str, Any]:
    return {problem.field: problem for problem in problems}


@pytest.mark.parametrize("run", ["true", "false"])
def test_bad_rows_are_told_with_their_line(copy: Any, run: str) -> None:
    copy.edit("run: true", f"run: {run}")
    copy.edit("bus-2,0,50,5,15", "bus-1,99,0,20,15", "buses.csv")
    found = by_field(copy.faults())
    assert set(found) == {f"buses.table.{name}" for name in ("bus", "stop", "seats", "notice_least_min")}
    assert found["buses.table.stop"].line == 3
    assert found["buses.table.seats"].value == 0.0
    assert "Exchange" in found["buses.table.notice_least_min"].remedy


def test_buses_without_stops_are_refused(copy: Any) -> None:
    copy.edit("  bus_stops: bus_stops.csv\n", "")
    (problem,) = copy.faults()
    assert problem.field == "buses.table"
    assert "place.bus_stops" in problem.remedy


def test_a_stop_far_from_any_road_is_told(copy: Any) -> None:
    copy.edit("39.169134,23.492047", "39.171000,23.492047", "bus_stops.csv")
    (problem,) = copy.faults()
    assert problem.field == "place.bus_stops.stop"
    assert (problem.value, problem.line) == ("1", 3)
    assert "m from the stop" in problem.message


def test_what_is_wrong_with_a_stop_is_told_once(copy: Any) -> None:
    copy.edit("39.169134,23.492047", "9.169134,23.492047", "bus_stops.csv")
    assert [(problem.field, problem.line) for problem in copy.faults()] == [("place.bus_stops.lon, lat", 3)]


def test_a_table_of_stops_that_is_missing_is_told_once(copy: Any) -> None:
    (copy.folder / "bus_stops.csv").unlink()
    (problem,) = copy.faults()
    assert problem.field == "place.bus_stops"


def test_a_bus_may_not_be_called_as_a_boat_is(copy: Any) -> None:
    copy.edit("bus-3,", "excursion-3,", "buses.csv")
    (problem,) = copy.faults()
    assert problem.field == "buses.table"
    assert "boats.table" in problem.message


def test_an_unknown_field_of_the_buses_is_told(copy: Any) -> None:
    copy.edit("run: true}", "run: true, boarding_s: 0}")
    (problem,) = copy.faults_of_fields()
    assert problem.field == "buses.boarding_s"


def test_the_buses_stand_at_their_stops_and_each_stop_at_its_road_node() -> None:
    from tests.place.conftest import FILES

    place = load_place(PlaceParameters(**FILES), SKIATHOS)
    stops = stops_of(place)
    assert [stop.node for stop in stops] == [f"S{k}" for k in range(27)]
    assert all(stop.name_el for stop in stops)
    fleet = read_buses(BusParameters(table="buses.csv"), SKIATHOS, stops)
    assert sum(bus.seats for bus in fleet) == 6 * 50  # fleet_authored.csv
    assert fleet[0].notice_s == (300.0, 900.0)
    for bus in fleet:
        node = place.roads.node_index[bus.node]
        apart_m = abs(place.roads.x_m[node] - bus.x_m) + abs(place.roads.y_m[node] - bus.y_m)
        assert apart_m <= STOP_TO_NODE_M

"""Standing in the sea: who goes in, for how long, and how it is counted."""

from __future__ import annotations

import numpy as np

from firesim.world.exposure import AT_SEA, ON_BEACH
from firesim.world.people import FATES
from firesim.world.smoke import SmokeParameters
from firesim.world.standing import FOR_BOAT
from tests.world.village import BEACH, COVE, GRID, VILLAGE, Day, FakeFire

CALM = {"flame_heeded": 0.0, "smoke_heeded": 0.0}
ON_THE_BEACH = (2400.0, 600.0)  # the cell in its middle; all of it lies within 120 m


def test_those_on_a_beach_go_into_the_water_from_heat_and_come_out_ten_minutes_later():
    day = Day(fire=FakeFire({ON_THE_BEACH: 600.0}), **CALM)
    people = day.run(600.0)
    beach = people.parties.zone_index == BEACH
    people = day.run(3600.0)
    went_in = np.isfinite(people.columns()["entered_sea_s"])
    assert (went_in == beach).all()
    # The cell flames from 600 s to 780 s: a minute on the sand until they are in, and in until ten minutes after the
    # last look at which it was hot, that of 720 s.
    assert set(people.exposure.by_place_s[beach, ON_BEACH]) == {60.0}
    assert set(people.exposure.by_place_s[beach, AT_SEA]) == {1320.0 - 600.0}
    assert (people.exposure.by_place_s[~beach] == 0.0).all()
    assert {FATES[fate] for fate in people.fate[beach]} == {"exposed"}
    assert set(people.waits[beach]) == {FOR_BOAT}
    entered, left = day.of_kind("entered_sea"), day.of_kind("left_sea")
    assert len(entered) == len(left) == beach.sum()
    assert set(entered["cause_id"]) == {day.ignition}
    assert set(left["cause_id"]) == set(entered["event_id"])
    assert any("went into the sea" in said for said in people.warnings())


def test_those_of_a_zone_without_a_road_go_into_the_water_too():
    day = Day(fire=FakeFire({(3000.0, 3000.0): 600.0}), **CALM)
    people = day.run(3600.0)
    cove = people.parties.zone_index == COVE
    assert (np.isfinite(people.columns()["entered_sea_s"]) == cove).all()
    assert (people.exposure.by_place_s[cove, AT_SEA] > 0.0).all()


def test_nobody_in_a_settlement_stands_in_the_sea():
    day = Day(fire=FakeFire({(600.0, 600.0): 600.0}), heat_heeded=0.0, **CALM)
    people = day.run(1800.0)
    assert (people.exposed_s[people.parties.zone_index == VILLAGE] > 0.0).any()
    assert np.isinf(people.columns()["entered_sea_s"]).all()


def test_who_is_in_the_water_does_not_leave_by_road():
    day = Day(fire=FakeFire({ON_THE_BEACH: 300.0}), order_heeded=1.0, visitor_preparation_min=20.0)
    day.alert(zones=("beach",))
    people = day.run(2 * 3600.0)
    beach = people.parties.zone_index == BEACH
    assert np.isinf(people.departed_s[beach]).all()
    assert (people.trip[beach] == -1).all()


class Air:
    """Smoke as thick as asked for in the west of `x_m`, none in the east."""

    parameters = SmokeParameters()

    def __init__(self, density_per_m, x_m=4000.0):
        self._is_thick, self._x_m = density_per_m >= self.parameters.harmful_from_per_m, x_m

    def is_harmful(self, cells):
        x_m, _ = GRID.centre_of(*np.divmod(cells, GRID.columns))
        return (x_m < self._x_m) & self._is_thick


def test_smoke_too_thick_to_breathe_drives_people_into_the_water():
    went_in = {}
    for density_per_m in (0.05, 0.3):
        day = Day(fire=FakeFire({(3000.0, 1500.0): 300.0}), **CALM)
        day.people.air = Air(density_per_m)
        people = day.run(900.0)
        went_in[density_per_m] = np.isfinite(people.columns()["entered_sea_s"])
    assert not went_in[0.05].any()
    assert went_in[0.3][people.parties.zone_index == BEACH].all()
    assert not went_in[0.3][people.parties.zone_index == VILLAGE].any()


def test_heat_again_drives_them_in_again():
    day = Day(fire=FakeFire({ON_THE_BEACH: 300.0, (2430.0, 630.0): 2400.0}), **CALM)
    people = day.run(2000.0)
    first = people.columns()["entered_sea_s"].copy()
    people = day.run(4000.0)
    beach = people.parties.zone_index == BEACH
    assert len(day.of_kind("entered_sea")) == 2 * beach.sum()
    assert (people.columns()["entered_sea_s"] == first).all()  # the first time stands

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firesim.inputs.problems import BadInput
from firesim.place.load import Place
from firesim.place.settlement import Refuge, Zone
from firesim.place.shapes import rasterise
from firesim.place.zoning import AROUND_M
from firesim.streams import Luck


def table_of(skiathos: Place, field: str) -> list[dict[str, str]]:
    with Path(skiathos.sources[field]).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_people_at_a_counted_hour_are_those_of_the_table(skiathos: Place) -> None:
    rows = table_of(skiathos, "people")
    for hour in (3, 9, 12, 15, 18, 21):
        assert skiathos.settlement.present(hour).tolist() == [int(row[f"h{hour:02d}"]) for row in rows]
    assert skiathos.settlement.present(12).sum() == sum(int(row["h12"]) for row in rows) == 24_025


@given(hour=st.floats(0.0, 24.0))
def test_people_between_two_hours_lie_between_their_counts(skiathos: Place, hour: float) -> None:
    settlement = skiathos.settlement
    known = [*settlement.hours, settlement.hours[0] + 24.0]
    after = next(index for index, value in enumerate(known) if value >= hour)
    either = settlement.people[:, [after - 1, after % len(settlement.hours)]]
    assert (settlement.present(hour) >= either.min(axis=1)).all()
    assert (settlement.present(hour) <= either.max(axis=1)).all()


def test_midnight_is_the_same_from_both_sides(skiathos: Place) -> None:
    assert skiathos.settlement.present(0.0).tolist() == skiathos.settlement.present(24.0).tolist()


def test_an_hour_far_from_any_count_is_refused(skiathos: Place) -> None:
    settlement = skiathos.settlement
    noon = replace(settlement, hours=settlement.hours[2:4], people=settlement.people[:, 2:4])
    assert noon.present(13.0).sum() > 0
    with pytest.raises(BadInput, match="20"):
        noon.present(20.0)


def test_zones_expect_the_people_of_the_hour(skiathos: Place) -> None:
    evening = skiathos.settlement.zones_at(21.0)
    assert [zone.people_expected for zone in evening] == skiathos.settlement.present(21.0).tolist()
    assert [zone.people_expected for zone in skiathos.settlement.zones] == skiathos.settlement.present(12.0).tolist()


def test_no_zone_is_empty_of_dry_land_and_each_is_its_polygon(skiathos: Place) -> None:
    dry = skiathos.landcover.is_dry.ravel()
    for zone, cells in zip(skiathos.settlement.zones, skiathos.settlement.cells, strict=True):
        assert len(cells) > 0
        assert dry[cells].all()
        inside = rasterise(zone.polygon_xy_m, skiathos.grid)
        assert np.array_equal(np.flatnonzero(inside), cells)
        row, column = skiathos.grid.cell_at(zone.x_m, zone.y_m)
        assert inside[row, column], zone.zone


def test_zones_cover_their_beaches(skiathos: Place) -> None:
    beaches = {place.name: place for place in skiathos.settlement.names if place.kind == "beach"}
    covered = set()
    for row in table_of(skiathos, "zones"):
        cells = skiathos.settlement.cells[skiathos.settlement.zone_index(row["zone"])]
        x_m, y_m = skiathos.grid.centre_of(*np.divmod(cells, skiathos.grid.columns))
        for name in filter(None, row["around"].split(";")):
            if name in beaches:
                apart_m = np.hypot(x_m - beaches[name].x_m, y_m - beaches[name].y_m)
                assert apart_m.min() < 60.0, name
                assert (apart_m < AROUND_M).sum() > 15, name
                covered.add(name)
    assert covered == set(beaches)


def test_every_built_cell_belongs_to_exactly_one_settlement(skiathos: Place) -> None:
    settlement = skiathos.settlement
    count = np.zeros(skiathos.grid.rows * skiathos.grid.columns, dtype=int)
    for zone, cells in zip(settlement.zones, settlement.cells, strict=True):
        if zone.kind == "settlement":
            count[cells] += 1
    built = skiathos.landcover.is_built.ravel()
    assert (count[built] >= 1).all()
    assert (count[built] == 1).mean() > 0.99


def test_only_lalaria_hangs_on_boats(skiathos: Place) -> None:
    assert [zone.zone for zone in skiathos.settlement.zones if zone.node is None] == ["lalaria"]
    assert skiathos.settlement.zones[skiathos.settlement.zone_index("lalaria")].access == "boat"


def test_refuges_hold_more_people_than_the_island_has_and_cars_reach_them(skiathos: Place) -> None:
    settlement, roads = skiathos.settlement, skiathos.roads
    assert sum(refuge.capacity_people for refuge in settlement.refuges) > settlement.present(12).sum()
    reached = {roads.node_ids[index] for index in roads.head[roads.is_public]}
    for refuge in settlement.refuges:
        assert refuge.node in reached
        row, column = skiathos.grid.cell_at(refuge.x_m, refuge.y_m)
        assert skiathos.landcover.is_dry[row, column], refuge.refuge


def test_facilities_stand_at_the_height_of_their_ground(skiathos: Place) -> None:
    mast = skiathos.settlement.facility("mast_north")
    assert mast.kind == "telecom"
    assert 330.0 < mast.height_m < 400.0
    assert skiathos.settlement.facility("port").height_m < 15.0
    with pytest.raises(KeyError):
        skiathos.settlement.facility("casino")


@pytest.mark.parametrize("zone", range(24))
def test_parties_stand_on_dry_land_of_their_own_zone(skiathos: Place, zone: int) -> None:
    x_m, y_m = skiathos.settlement.locations(zone, 300, Luck(1), np.arange(300))
    row, column = skiathos.grid.cell_at(x_m, y_m)
    flat = row * skiathos.grid.columns + column
    assert np.isin(flat, skiathos.settlement.cells[zone]).all()
    assert len(np.unique(flat)) > 30


def test_parties_spread_evenly_over_their_zone(skiathos: Place) -> None:
    cells = skiathos.settlement.cells[0]
    x_m, y_m = skiathos.settlement.locations(0, 20_000, Luck(1), np.arange(20_000))
    centre_x_m, centre_y_m = skiathos.grid.centre_of(*np.divmod(cells, skiathos.grid.columns))
    # Standard errors are about 4 m: the zone is some 1.5 km long.
    assert x_m.mean() == pytest.approx(centre_x_m.mean(), abs=20.0)
    assert y_m.mean() == pytest.approx(centre_y_m.mean(), abs=20.0)
    assert x_m.std() == pytest.approx(centre_x_m.std(), rel=0.03)


def test_one_more_party_moves_no_other(skiathos: Place) -> None:
    settlement, luck = skiathos.settlement, Luck(7, 3)
    few = settlement.locations(2, 10, luck, np.arange(10))
    more = settlement.locations(2, 12, luck, np.array([99, *range(10), 98]))
    assert np.array_equal(np.array(few), np.array(more)[:, 1:11])
    other = settlement.locations(2, 10, Luck(8, 3), np.arange(10))
    assert not np.array_equal(np.array(few), np.array(other))


def test_no_party_is_nowhere(skiathos: Place) -> None:
    x_m, y_m = skiathos.settlement.locations(2, 0, Luck(1), np.empty(0, dtype=np.int64))
    assert len(x_m) == len(y_m) == 0
    with pytest.raises(ValueError, match="2 parties need 2 ids"):
        skiathos.settlement.locations(2, 2, Luck(1), [1])


def test_zones_and_refuges_survive_the_way_through_bytes(skiathos: Place) -> None:
    import msgspec

    zones, refuges = skiathos.settlement.zones, skiathos.settlement.refuges
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(zones), type=list[Zone]) == zones
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(refuges), type=list[Refuge]) == refuges

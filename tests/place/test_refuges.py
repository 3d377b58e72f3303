"""Refuges are worked out from the ground: nothing that burns may stand nearer than it demands."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from firesim.inputs.problems import Problems
from firesim.place.grid import Grid
from firesim.place.landcover import landcover_from_polygons, landcover_from_raster, read_fuels
from firesim.place.load import PlaceParameters, load_place
from firesim.place.refuges import RefugeParameters, find_refuges
from firesim.place.roads import RoadEdge, RoadNode, Roads
from firesim.place.settlement import NamedPlace, Refuge
from firesim.place.terrain import terrain_of

FOREST, SAND, TOWN, ROCK, SEA = 312, 331, 111, 332, 523
X_M, Y_M = 450_000.0, 4_335_000.0  # the corner of the map: polygons are read in longitude and latitude
GRID = Grid(rows=100, columns=100, cell_size_m=30.0, x_west_m=X_M, y_south_m=Y_M, crs="EPSG:2100")
SIDE_M = 3000.0
FUELS_CSV = """corine_code,buildings,refuge_m2_per_person,fuel_default,canopy_cover_frac,canopy_height_m,\
canopy_base_height_m,canopy_bulk_density_kg_m3
312,no,,TU5,0.6,{trees_m},1,0.1
331,no,4,NB9,,,,
111,yes,40,NB1,,,,
332,no,,NB9,,,,
523,no,,NB8,,,,
"""


class EightHeights:
    """Flat ground in light wind: eight heights of the vegetation, four flames."""

    def __init__(self, per_height=8.0):
        self._per_height = per_height

    def vegetation_height_m(self, fuel_model, canopy_height_m):
        return 0.0 if 90 < fuel_model < 100 else max(canopy_height_m, 0.3)

    def per_vegetation_height(self, slope_deg):
        return self._per_height

    def per_flame_length(self, slope_deg):
        return self._per_height / 2.0


def square(west_m, south_m, side_m, height_m=None):
    north_m = south_m + (side_m if height_m is None else height_m)
    return [[west_m, south_m], [west_m + side_m, south_m], [west_m + side_m, north_m], [west_m, north_m],
            [west_m, south_m]]  # fmt: skip


WORLD = square(0.0, 0.0, SIDE_M)


def around(hole):
    """Forest everywhere but in a ring."""
    return [WORLD, hole]


def roads_at(*places):
    nodes = [RoadNode(f"n{k}", *xy) for k, xy in enumerate([*places, (X_M, Y_M)])]
    edges = []
    for k, node in enumerate(nodes[:-1]):
        for u, v in ((node, nodes[-1]), (nodes[-1], node)):
            path = [(u.x_m, u.y_m), (v.x_m, v.y_m)]
            edges.append(RoadEdge(u.node, v.node, f"e{k}", 100.0, 10.0, 0.3, 1.0, 0.1, False, "main", "asphalt", path))
    return Roads(nodes, edges)


@pytest.fixture
def found(tmp_path: Path):
    """What is found on a map of polygons (code, rings), with trees of a height, in the order of the table's rows."""

    def look(polygons, trees_m=10.0, rows=(), overrides=(), turned=False, raster=None, per_height=8.0, **rules):
        fuels_path, cover_path = tmp_path / "fuels.csv", tmp_path / "cover.geojson"
        fuels_path.write_text(FUELS_CSV.format(trees_m=trees_m))
        problems = Problems("place")
        fuels = read_fuels(fuels_path, "default", problems)
        coast, land = [], WORLD
        import shapely

        if raster is not None:
            cover = landcover_from_raster(GRID, raster, fuels, problems)
        else:
            features = []
            for code, rings in polygons:
                on_map = [np.array([[SIDE_M - y, x] if turned else [x, y] for x, y in ring]) for ring in rings]
                if code == "land":
                    land = on_map[0]
                    continue
                lon_lat = [np.column_stack(GRID.to_lon_lat(X_M + r[:, 0], Y_M + r[:, 1])).tolist() for r in on_map]
                geometry = {"type": "Polygon", "coordinates": lon_lat}
                features.append({"type": "Feature", "properties": {"clc": code}, "geometry": geometry})
            cover_path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
            coast = [shapely.Polygon(np.array(land) + np.array([X_M, Y_M]))]
            cover = landcover_from_polygons(GRID, coast, cover_path, fuels, problems)
        problems.raise_if_any()
        terrain = terrain_of(np.zeros(GRID.shape), GRID.cell_size_m)
        names = [NamedPlace("Here", "settlement", X_M + 1500.0, Y_M + 1500.0)]
        roads = roads_at((X_M + 1500.0, Y_M + 1500.0), *[(row.x_m, row.y_m) for row in rows])
        law, parameters = EightHeights(per_height), RefugeParameters(**rules)
        return find_refuges(cover, terrain, GRID, coast, roads, rows, overrides, names, law, parameters)

    return look


def row(name, x_m, y_m, kind="beach", room=5000):
    return Refuge(name, name.capitalize(), kind, X_M + x_m, Y_M + y_m, "n0", room)


CLEARING = square(1300.0, 1300.0, 400.0)


def test_a_clearing_holds_who_finds_room_beyond_eight_tree_heights(found):
    (clearing,) = found([(FOREST, around(CLEARING)), (SAND, [CLEARING])])
    # 400 m less 80 m on either side: 240 m by 240 m at 4 m2 a person.
    assert clearing.capacity_people == 240 * 240 // 4
    assert clearing.area_m2 == pytest.approx(240.0**2, rel=1e-6)
    assert clearing.width_m == pytest.approx(240.0, rel=0.01)
    assert (clearing.needed_m, clearing.is_last_resort, clearing.basis) == (80.0, False, "computed")
    assert clearing.had_m == pytest.approx(200.0, abs=1.0)  # half the clearing's side
    assert (clearing.name, clearing.node, clearing.kind) == ("Here", "n0", "beach")


@pytest.mark.parametrize(("trees_m", "side_m"), [(2.0, 368.0), (5.0, 320.0), (10.0, 240.0), (20.0, 80.0)])
def test_the_taller_the_trees_the_fewer_find_room(found, trees_m, side_m):
    (clearing,) = found([(FOREST, around(CLEARING)), (SAND, [CLEARING])], trees_m=trees_m)
    assert clearing.capacity_people == int(side_m**2 / 4.0)


def test_wind_and_slope_take_room_by_the_same_law(found):
    polygons = [(FOREST, around(CLEARING)), (SAND, [CLEARING])]
    assert found(polygons, per_height=16.0)[0].capacity_people == 80 * 80 // 4
    assert found(polygons, per_height=20.0)[0].is_last_resort  # 200 m from either side: nothing is left


# Sand 60 m deep between the sea in the south and the forest in the north.
STRIP = square(0.0, 0.0, SIDE_M, 60.0)
BEACH = [(FOREST, [square(0.0, 60.0, SIDE_M, SIDE_M - 60.0)]), (SAND, [STRIP])]


def test_a_beach_narrower_than_the_distance_is_no_refuge(found):
    beach = row("beach", 1500.0, 30.0)
    (narrow,) = found(BEACH, rows=[beach])
    assert narrow.is_last_resort
    assert narrow.needed_m == 80.0
    assert narrow.had_m == pytest.approx(60.0, abs=1.0)
    assert narrow.width_m == pytest.approx(60.0, rel=0.03)
    assert narrow.capacity_people == pytest.approx(
        SIDE_M * 60.0 / 4.0, abs=3
    )  # so many find room to stand, none of them safe
    (wide,) = found(BEACH, trees_m=5.0, rows=[beach])  # 40 m are asked for: 20 m at the water's edge are left
    assert not wide.is_last_resort
    assert wide.capacity_people == pytest.approx(SIDE_M * 20.0 / 4.0, abs=3)  # the shift between datums takes 2 mm


def test_the_sea_is_no_fuel_and_no_ground(found):
    # Half the map is sea: the sand at its shore ends there.
    shore = ("land", [square(0.0, 0.0, SIDE_M, 1400.0)])
    polygons = [shore, (FOREST, [square(0.0, 0.0, SIDE_M, 1200.0)]), (SAND, [square(0.0, 1200.0, SIDE_M, 400.0)])]
    (beach,) = found(polygons)
    assert beach.capacity_people == pytest.approx(SIDE_M * 120.0 / 4.0, abs=3)


def test_turning_the_map_by_a_right_angle_changes_nothing(found):
    bent = [[1000.0, 1000.0], [2000.0, 1100.0], [1900.0, 1700.0], [1400.0, 1500.0], [1000.0, 1000.0]]
    polygons = [(FOREST, around(bent)), (SAND, [bent])]
    (one,), (turned,) = found(polygons), found(polygons, turned=True)
    assert turned.capacity_people == pytest.approx(one.capacity_people, abs=1)
    assert turned.area_m2 == pytest.approx(one.area_m2, rel=1e-6)
    assert turned.had_m == pytest.approx(one.had_m, abs=1e-6)
    assert turned.width_m == pytest.approx(one.width_m, rel=1e-6)


def test_ground_of_two_names_is_shared_by_what_is_nearer(found):
    rows = [row("west", 1400.0, 1500.0, "town"), row("east", 1600.0, 1500.0, "town")]
    west, east = found([(FOREST, around(CLEARING)), (SAND, [CLEARING])], rows=rows)
    assert [west.capacity_people, east.capacity_people] == pytest.approx([240 * 120 // 4] * 2, abs=1)
    assert (west.name, east.name) == ("West", "East")
    assert west.width_m == pytest.approx(120.0, rel=0.01)


def test_two_clearings_are_two_refuges(found):
    left, right = square(500.0, 1300.0, 400.0), square(1700.0, 1300.0, 300.0)
    refuges = found([(FOREST, [WORLD]), (SAND, [left]), (SAND, [right])], rows=[row("left", 700.0, 1500.0)])
    assert [one.capacity_people for one in refuges] == [240 * 240 // 4, 140 * 140 // 4]
    assert [one.name for one in refuges] == ["Left", "Here"]
    assert len({one.refuge for one in refuges}) == 2


def test_a_later_polygon_lies_on_an_earlier_one(found):
    (clearing,) = found([(FOREST, [WORLD]), (SAND, [CLEARING])])
    assert clearing.capacity_people == 240 * 240 // 4


def test_ground_on_which_nobody_waits_is_neither_fuel_nor_refuge(found):
    # Bare rock between the trees and the sand widens the distance and takes nobody.
    rim = square(1200.0, 1200.0, 600.0)
    refuges = found([(FOREST, around(rim)), (ROCK, [rim, CLEARING]), (SAND, [CLEARING])])
    assert [one.capacity_people for one in refuges] == [400 * 400 // 4]


def test_a_dense_town_holds_people_on_its_squares_alone(found):
    (town,) = found([(FOREST, around(CLEARING)), (TOWN, [CLEARING])])
    assert (town.kind, town.capacity_people) == ("town", 240 * 240 // 40)


def test_ground_that_holds_too_few_is_no_refuge(found):
    polygons = [(FOREST, around(CLEARING)), (SAND, [CLEARING])]
    assert not found(polygons, least_people=14_400)[0].is_last_resort
    assert found(polygons, least_people=14_401)[0].is_last_resort
    assert found(polygons, least_width_m=400.0)[0].is_last_resort


def test_the_tables_word_stands_where_it_says_override(found):
    rows = [row("narrow", 1500.0, 30.0, room=700), row("nothing", 1500.0, 2000.0, room=123)]
    polygons = BEACH
    narrow, nothing = found(polygons, rows=rows)
    assert nothing.is_last_resort
    assert (nothing.basis, nothing.capacity_people) == ("unmapped", 123)
    assert narrow.basis == "computed"
    narrow, nothing = found(polygons, rows=rows, overrides=["narrow", "nothing"])
    assert [(one.is_last_resort, one.basis, one.capacity_people) for one in (narrow, nothing)] == [
        (False, "override", 700),
        (False, "override", 123),
    ]
    assert narrow.needed_m == 80.0  # what the ground is stays told


def test_a_raster_of_ones_own_gives_the_clearing_to_half_a_cell(found, tmp_path):
    cells = np.full(GRID.shape, FOREST, dtype=int)
    cells[40:60, 40:60] = SAND  # 600 m by 600 m
    path = tmp_path / "cover.asc"
    header = f"ncols 100\nnrows 100\nxllcorner {X_M}\nyllcorner {Y_M}\ncellsize {GRID.cell_size_m}\n"
    path.write_text(header + "\n".join(" ".join(map(str, line)) for line in cells) + "\n")
    (clearing,) = found(None, raster=path)
    assert clearing.capacity_people == 440 * 440 // 4
    assert clearing.needed_m == 80.0


# --- the shipped place ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def island():
    from firesim.scenario import load_scenario

    return load_scenario("skiathos").place


def test_on_skiathos_no_refuge_has_fuel_nearer_than_it_demands(island):
    cover, grid = island.landcover, island.grid
    forest = np.argwhere(cover.canopy_height_m > 0.0)
    x_m, y_m = grid.centre_of(forest[:, 0], forest[:, 1])
    checked = 0
    for refuge in island.settlement.refuges:
        if refuge.is_last_resort:
            continue
        checked += 1
        corners = np.array([point for ring in refuge.outline_xy_m for point in ring])
        apart_m = np.hypot(corners[:, :1] - x_m, corners[:, 1:] - y_m)
        # 16 flame lengths are 32 heights of trees of 10 m; a cell's middle may lie in a polygon's corner.
        assert apart_m.min() >= 2.0 * refuge.distance_per_flame * 10.0 - 0.12e-2 * 400.0
    assert checked >= 3


def test_on_skiathos_the_beaches_under_the_pines_are_last_resorts(island):
    by_name = {refuge.refuge: refuge for refuge in island.settlement.refuges}
    for beach in ("koukounaries-beach", "banana-beach", "agia-eleni-beach", "mandraki-beach", "troulos-beach"):
        assert by_name[beach].is_last_resort, beach
        assert by_name[beach].had_m < by_name[beach].needed_m
    assert not by_name["town-centre"].is_last_resort


def test_with_the_rule_named_everything_is_as_the_table_has_it(files, island):
    folder = Path(island.sources["refuges"]).parent
    named = load_place(PlaceParameters(**files | {"refuge_rules": {"rule": "named"}}), folder, SimpleNamespace())
    with Path(island.sources["refuges"]).open(encoding="utf-8") as table:
        authored = {line["refuge"]: int(line["capacity_people"]) for line in csv.DictReader(table)}
    assert {one.refuge: one.capacity_people for one in named.settlement.refuges} == authored
    assert not any(one.is_last_resort for one in named.settlement.refuges)


def test_without_a_table_refuges_are_found_and_called_after_places(island):
    from firesim.scenario import load_scenario

    alone = load_scenario("skiathos").with_changes(place={"refuges": None}).place.settlement.refuges
    told = [one for one in island.settlement.refuges if not one.is_last_resort]
    safe = [one for one in alone if not one.is_last_resort]
    assert sum(one.capacity_people for one in safe) == pytest.approx(sum(o.capacity_people for o in told), rel=0.05)
    assert all(one.name and one.node in island.roads.node_index for one in alone)
    assert any(one.is_last_resort and one.kind == "beach" for one in alone)

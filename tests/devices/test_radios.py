"""What crews hear and tell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from firesim.devices.plume import Plume
from firesim.devices.radios import RadioParameters, Radios
from firesim.devices.sketch import FireSketch, drawn, middle_of
from firesim.link.messages import Ack, CallReport, FireMapReport, RoadReport, UnitOrder, UnitPlace, UnitStatus
from firesim.streams import Luck
from firesim.world.units import UnitSpec, UnitState

ENGINE = UnitSpec("engine-1", "engine", "fire_station", 600.0, 3000.0, 2500.0, 3)


@pytest.fixture
def crew(make_fire: Any, make_weather: Any, flat: Any, grid: Any) -> Any:
    def make(**burning: Any) -> Any:
        fire = make_fire(**burning)
        said: list[Any] = []
        obeyed: list[Any] = []
        moved: list[Any] = []
        radios = Radios(
            [ENGINE], lambda *order: obeyed.append(order), fire, flat, grid, Plume(fire, make_weather(), flat, grid),
            RadioParameters(), Luck(1), lambda *words: said.append(words), lambda *place: moved.append(place),
            lambda unit: (1700.0, 3000.0),
        )  # fmt: skip
        return SimpleNamespace(radios=radios, said=said, obeyed=obeyed, moved=moved)

    return make


def state(x_m: float, name: str = "on_scene", road: tuple[str, str] | None = None) -> UnitState:
    return UnitState("engine-1", "engine", name, x_m, 3000.0, 2500.0, "", road)


def test_an_order_is_confirmed_and_obeyed_on_delivery_and_not_before(crew: Any) -> None:
    here = crew()
    assert (here.said, here.obeyed) == ([], [])
    order = UnitOrder(order="o1", unit="engine-1", task="attack", place_xy_m=(0.0, 0.0), route=["a", "b"], why="")
    here.radios.receive(order, 300.0, 7)
    assert here.obeyed == [(order, 7)]
    assert here.said == [("engine-1", "centre", Ack(order="o1", by="engine-1", at_s=300.0), 7)]


def test_a_change_of_state_is_told_with_its_place_and_cause(crew: Any) -> None:
    here = crew()
    here.radios.on_status(state(1500.0, "rolling"), 60.0, 3)
    (source, destination, body, cause), *rest = here.said
    assert (source, destination, cause, rest) == ("engine-1", "centre", 3, [])
    assert isinstance(body, UnitStatus)
    assert (body.state, body.x_m, body.seen_s) == ("rolling", 1500.0, 60.0)
    assert here.moved == [("engine-1", 1500.0, 3000.0)]


def test_a_cut_road_is_told_by_the_crew_that_met_it(crew: Any) -> None:
    here = crew()
    here.radios.on_status(state(1500.0, "blocked", ("N1", "N2")), 60.0, 3)
    report = here.said[-1][2]
    assert isinstance(report, RoadReport)
    assert (report.u, report.v, report.is_open) == ("N1", "N2", False)


def test_a_crew_that_drives_draws_no_maps(crew: Any) -> None:
    here = crew()
    here.radios.on_status(state(2800.0, "rolling"), 60.0, 3)
    assert here.radios.observe(120.0) == []
    assert not here.radios.detectable(120.0)


def test_a_vehicle_under_way_shows_its_place_and_one_that_stands_does_not(crew: Any) -> None:
    here = crew()
    here.radios.on_status(state(1500.0, "rolling"), 60.0, 3)
    here.radios.observe(120.0)
    assert here.said[-1] == ("engine-1", "centre", UnitPlace(unit="engine-1", seen_s=120.0, x_m=1700.0, y_m=3000.0), 3)
    assert here.moved[-1] == ("engine-1", 1700.0, 3000.0)
    here.radios.on_status(state(1800.0, "blocked"), 180.0, 4)
    here.radios.observe(240.0)
    assert isinstance(here.said[-1][2], UnitStatus)


def test_a_crew_beside_the_fire_draws_its_edge_with_the_error_it_states(crew: Any) -> None:
    here = crew()
    here.radios.on_status(state(2800.0), 60.0, 3)
    shifts = []
    for now_s in np.arange(120.0, 120.0 * 200, 120.0):
        (seen,) = here.radios.observe(float(now_s))
        assert isinstance(seen.body, FireMapReport)
        shifts.append(np.subtract(seen.body.place_xy_m, (3000.0, 3000.0)))
    assert float(np.std(shifts)) == pytest.approx(30.0, rel=0.2)
    assert here.radios.detectable(120.0)


def test_a_crew_that_sees_only_smoke_says_where_it_seems_to_rise(crew: Any) -> None:
    here = crew(heat_mw=100.0)
    here.radios.on_status(state(1800.0), 60.0, 3)
    (seen,) = here.radios.observe(1800.0)
    assert isinstance(seen.body, CallReport)
    assert abs(seen.body.place_xy_m[0] - 3000.0) < 4.0 * seen.body.place_sd_m


def test_a_crew_that_sees_nothing_says_that_nothing_burns_around_it(crew: Any) -> None:
    here = crew(ignited_s=1e9)
    here.radios.on_status(state(1800.0), 60.0, 3)
    (seen,) = here.radios.observe(1800.0)
    assert isinstance(seen.body, FireMapReport)
    assert seen.body.outline_xy_m == []
    assert seen.body.place_xy_m == (1800.0, 3000.0)


def test_who_sees_a_part_of_the_fire_draws_a_part_of_it(make_fire: Any, flat: Any, grid: Any) -> None:
    fire = make_fire(reach_m=900.0)
    sketch = FireSketch(fire, flat, grid)
    assert sketch.outline(60.0) == []
    assert sketch.look(1900.0, 3000.0, 2.0, 400.0, 60.0)
    part_x_m = [x for ring in sketch.outline(60.0) for x, _ in ring]
    assert min(part_x_m) == pytest.approx(2100.0, abs=30.0)
    assert max(part_x_m) == pytest.approx(2300.0, abs=30.0)
    assert sketch.look(3000.0, 3000.0, 100.0, 2000.0, 60.0)
    assert sketch.outline(60.0) == fire.rings(60.0)


def test_what_has_burnt_stays_on_the_map_though_the_observer_has_moved_on(make_fire: Any, flat: Any, grid: Any) -> None:
    sketch = FireSketch(make_fire(reach_m=900.0), flat, grid)
    sketch.look(1900.0, 3000.0, 2.0, 400.0, 60.0)
    before = sketch.outline(60.0)
    assert not sketch.look(100.0, 100.0, 2.0, 400.0, 120.0)
    assert sketch.outline(120.0) == before


def test_a_drawn_ring_is_closed_short_and_shifted() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 1001)
    ring = list(zip(np.cos(angle).tolist(), np.sin(angle).tolist(), strict=True))
    ring[-1] = ring[0]
    (thin,) = drawn([ring], 10.0, -5.0)
    assert thin[0] == thin[-1]
    assert len(thin) <= 202
    assert middle_of([thin]) == pytest.approx((10.0, -5.0), abs=0.02)

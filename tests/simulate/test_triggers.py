"""The run folder tells when each zone had to be left, from where fire forces it to, and which zones were cut off."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import numpy as np
import pytest
from shapely.geometry import Point, Polygon

from firesim.link.messages import IN_PLACE, Alert, Recommendation, ZoneAdvice
from firesim.simulate import simulate
from firesim.simulate.triggers import COLUMNS, cut_off_warnings, first_orders, trigger_boundaries, triggers_table
from tests.runs import short_skiathos


def test_the_table_has_a_row_a_plan_and_zone_whose_band_is_in_order(pilot_run):
    rows = list(csv.DictReader(io.StringIO(triggers_table(pilot_run))))
    plans = pilot_run.tables["events"].to_pandas().query("actor == 'centre' and kind == 'plan'")
    zones = [zone.zone for zone in pilot_run.scenario.place.settlement.zones]
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(plans) * len(zones)
    assert sorted({float(row["made_s"]) for row in rows}) == pytest.approx(sorted(plans["time_s"]), abs=1e-3)
    told = [row for row in rows if row["limited_by"]]
    assert told
    for row in told:
        band = [float(row[f"leave_by_{name}_s"] or np.inf) for name in ("early", "middle", "late")]
        tell = [float(row[f"tell_by_{name}_s"] or np.inf) for name in ("early", "middle", "late")]
        assert band == sorted(band)
        assert [a - b for a, b in zip(band, tell, strict=True) if np.isfinite(a)] == pytest.approx(
            [1800.0] * int(np.isfinite(band).sum()), abs=0.01
        )


def test_a_plan_on_paper_has_no_triggers(today_run):
    assert triggers_table(today_run).count("\n") == 1
    assert not today_run.clockwork.centre.triggers


def test_each_zone_first_told_to_leave_has_a_boundary_with_the_zone_in_or_beside_it(pilot_run):
    shapes = trigger_boundaries(pilot_run)
    first = {one.zone: at_s for at_s, one in first_orders(pilot_run)}
    assert first
    assert {shape["properties"]["zone"] for shape in shapes} == set(first)
    grid = pilot_run.scenario.place.grid
    for zone in pilot_run.scenario.place.settlement.zones:
        mine = [one for one in shapes if one["properties"]["zone"] == zone.zone]
        for shape in mine:
            assert shape["properties"]["kind"] == "trigger"
            assert shape["properties"]["time_s"] == first[zone.zone]
            assert shape["geometry"]["coordinates"][0][0] == shape["geometry"]["coordinates"][0][-1]
        if mine:
            here = Point([float(value) for value in grid.to_lon_lat(zone.x_m, zone.y_m)])
            # Within a kilometre: half an hour and ten minutes are needed before fire comes that near.
            assert min(Polygon(one["geometry"]["coordinates"][0]).distance(here) for one in mine) < 0.01


def issued(time_s, body):
    return SimpleNamespace(time_s=time_s, order=SimpleNamespace(body=body))


def told(level, *advice):
    named = [ZoneAdvice(zone=zone, refuge=refuge, route=[], deadline_s=np.inf, why="") for zone, refuge in advice]
    return Recommendation(order="", level=level, advice=named, why="")


def test_the_run_says_which_zones_were_cut_off_and_when(pilot_run):
    ground = pilot_run.clockwork.centre.machine.picture.ground
    said = told("order", ("troulos", ""), ("kolios", "town-centre"), ("lalaria", ""))  # lalaria never had a road
    stay = told("order", ("troulos", IN_PLACE), ("kolios", IN_PLACE)).advice
    again = Alert(order="", channel="app", level="order", advice=stay, text_el="", text_en="", authorised_by="")
    warning = told("warning", ("vasilias", ""))
    lines = cut_off_warnings([issued(600.0, said), issued(660.0, warning), issued(3000.0, again)], ground)  # type: ignore[list-item]
    assert lines == [
        "2 zones were cut off, as the centre saw it: troulos at 10 min, to the shore; kolios at 50 min, stays"
    ]
    assert cut_off_warnings([issued(660.0, warning)], ground) == []  # type: ignore[list-item]
    now_cut = [one for one in pilot_run.warnings if "cut off, as the centre saw it" in one]
    assert now_cut == cut_off_warnings(pilot_run.clockwork.centre.issued, ground)


def test_a_whole_run_by_capacity_gives_zones_their_share_of_the_roads():
    run = simulate(short_skiathos().with_changes(command={"assignment": "capacity"}), "pilot", seed=1)
    assert any("its share of the roads" in one.why for _, one in first_orders(run))

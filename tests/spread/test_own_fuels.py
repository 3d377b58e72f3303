"""Fuel models of a case's own: burnt as described, wherever they lie, and told when they cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from firesim.fire.fuels import standard_fuels

HEATH = {
    "load_1h_kg_m2": 0.9, "sav_1h_1_m": 5500, "load_woody_kg_m2": 0.6, "sav_woody_1_m": 5000,
    "depth_m": 0.8, "dead_extinction_moisture_frac": 0.3,
}  # fmt: skip


def in_own_words(number: int) -> dict[str, Any]:
    """A shipped model as one would write it."""
    model = standard_fuels()[number]
    classes = ("1h", "10h", "100h", "herb", "woody")
    loads = {f"load_{name}_kg_m2": load for name, load in zip(classes, model.load_kg_m2, strict=True)}
    savs = {f"sav_{name}_1_m": sav for name, sav in zip(classes, model.sav_1_m, strict=True)}
    return {
        **loads, **savs, "is_dynamic": model.is_dynamic, "depth_m": model.depth_m,
        "dead_extinction_moisture_frac": model.dead_extinction_moisture,
        "heat_dead_kj_kg": model.heat_dead_kj_kg, "heat_live_kj_kg": model.heat_live_kj_kg,
    }  # fmt: skip


@pytest.mark.parametrize("code", ["SH5", "GR6", "V-MAb"])
def test_a_shipped_model_in_ones_own_words_burns_as_the_shipped_one(cases: Any, code: str) -> None:
    number = next(model.number for model in standard_fuels().models if model.code == code)
    _, shipped = cases.solved(landscape__fuel_model=code)
    _, own = cases.solved(landscape__fuel_model="MINE", landscape__fuel_models={"MINE": in_own_words(number)})
    assert np.array_equal(shipped.fields.arrival_time_s, own.fields.arrival_time_s, equal_nan=True)
    assert np.array_equal(shipped.fields.flame_length_m, own.fields.flame_length_m, equal_nan=True)
    assert shipped.head.rate_m_s > 0.0


def test_own_models_lie_in_a_raster_by_their_order_among_shipped_ones(cases: Any) -> None:
    # West to east: heath, bare ground, heath again as the second model; fire stops at the gap.
    fuel = np.full((60, 80), 901, np.int16)
    fuel[:, 40:43], fuel[:, 43:] = 99, 902
    models = {"HEATH": HEATH, "DEEP": HEATH | {"depth_m": 1.2}}
    case, solved = cases.solved(
        landscape={"fuel_model": cases.raster("fuel.tif", fuel), "fuel_models": models}, duration_h=3
    )
    burnt = np.isfinite(solved.fields.arrival_time_s)
    assert burnt[:, :40].mean() > 0.3
    assert not burnt[:, 40:].any()
    land = case.ground.landscape
    assert land.is_burnable[:, 43:].all()
    assert set(land.catalogue.depth_m[np.unique(land.bed_of_cell[:, 43:])].tolist()) == {1.2}


@pytest.mark.parametrize(
    ("models", "field", "value", "words"),
    [
        ({"HEATH": HEATH | {"depth_m": -0.8}}, "HEATH.depth_m", -0.8, "must be above 0"),
        ({"HEATH": HEATH | {"depth": 0.8}}, "HEATH.depth", 0.8, "`depth_m`"),
        ({"HEATH": HEATH | {"dead_extinction_moisture_frac": 30}}, "HEATH.dead_extinction_moisture_frac", 30, "0.3"),
        ({"HEATH": HEATH | {"sav_1h_1_m": 0}}, "HEATH", None, "has load_1h_kg_m2 but no sav_1h_1_m"),
        ({"HEATH": {"depth_m": 1, "dead_extinction_moisture_frac": 0.3}}, "HEATH", None, "has no load in any class"),
        ({"SH5": HEATH}, "", None, "SH5 is the code of a shipped fuel model"),
    ],
)
def test_a_wrong_fuel_model_is_told_as_in_a_scenario(
    cases: Any, models: dict[str, Any], field: str, value: Any, words: str
) -> None:
    found = cases.faults(landscape__fuel_models=models)
    problem = found[f"landscape.fuel_models{'.' * bool(field)}{field}"]
    assert value is None or problem.value == value
    assert words in f"{problem.message} {problem.remedy}"


def test_a_code_or_number_that_nobody_describes_is_told_with_where_to_do_so(cases: Any) -> None:
    found = cases.faults(landscape__fuel_model="HEAHT", landscape__fuel_models={"HEATH": HEATH})
    assert "HEATH" in found["landscape.fuel_model"].remedy
    assert "landscape.fuel_models" in cases.faults(landscape__fuel_model=901)["landscape.fuel_model"].remedy
    beyond = cases.raster("fuel.tif", np.full((60, 80), 902, np.int16))
    found = cases.faults(landscape={"fuel_model": beyond, "fuel_models": {"HEATH": HEATH}})
    assert found["landscape.fuel_model"].value == [902.0]
    assert "landscape.fuel_models" in found["landscape.fuel_model"].remedy

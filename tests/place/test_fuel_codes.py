"""The codes by which a map names its fuels are those of the fuel models themselves."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from firesim.fire.fuels import standard_fuels
from firesim.place.fuel_codes import OwnFuel, fuel_number
from firesim.world.ground import fuel_models

HEATH = OwnFuel(
    load_1h_kg_m2=0.6, load_woody_kg_m2=0.9, sav_1h_1_m=5500, sav_woody_1_m=5000, depth_m=0.8,
    dead_extinction_moisture_frac=0.3,
)  # fmt: skip


def test_every_shipped_model_is_known_by_its_code_and_no_other_code_is() -> None:
    assert {m.code: fuel_number(m.code) for m in standard_fuels().models} == {
        m.code: m.number for m in standard_fuels().models
    }
    for wrong in ("V-XX", "GR-FM05", "v-hb", "MY1"):
        assert fuel_number(wrong) is None


def test_own_models_are_numbered_from_901_in_their_order() -> None:
    own = {"HEATH": HEATH, "HEATH-2": HEATH}
    assert [fuel_number(code, own) for code in ("HEATH", "HEATH-2", "SH5")] == [901, 902, 145]


def test_an_own_model_is_what_the_laws_of_fire_take() -> None:
    (model,) = fuel_models({"HEATH": HEATH})
    assert (model.number, model.code, model.depth_m, model.dead_extinction_moisture) == (901, "HEATH", 0.8, 0.3)
    assert model.load_kg_m2 == (0.6, 0.0, 0.0, 0.0, 0.9)
    assert model.sav_1_m == (5500.0, 357.612, 98.4252, 0.0, 5000.0)
    assert model.heat_dead_kj_kg == model.heat_live_kj_kg == 18608.0
    assert standard_fuels().with_models([model])[901] is model


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"load_1h_kg_m2": 0, "load_woody_kg_m2": 0}, "no load in any class"),
        ({"sav_woody_1_m": 0}, "has load_woody_kg_m2 but no sav_woody_1_m"),
        ({"depth_m": 0}, "greater than 0"),
        ({"dead_extinction_moisture_frac": 30}, "less than or equal to 1"),
        ({"load_herb_kg_m2": -1}, "greater than or equal to 0"),
    ],
)
def test_an_own_model_that_cannot_be_is_refused(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        OwnFuel(**(HEATH.model_dump() | changes))

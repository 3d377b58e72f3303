"""The fuel models and how they are looked up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from firesim.fire.fuels import NOT_BURNABLE, FuelModel, standard_fuels
from firesim.fire.moisture import Moisture
from firesim.fire.surface import surface_spread

DRY = Moisture(0.06, 0.07, 0.08, 0.60, 0.90)


def heath(number: int = 901, code: str = "heath", **changes: object) -> FuelModel:
    model = FuelModel(
        number=number,
        code=code,
        name="a heath of one's own",
        is_dynamic=False,
        load_kg_m2=(0.5, 0.1, 0.0, 0.0, 0.7),
        sav_1_m=(5000.0, 358.0, 98.0, 0.0, 4500.0),
        depth_m=0.6,
        dead_extinction_moisture=0.3,
        heat_dead_kj_kg=20000.0,
        heat_live_kj_kg=20000.0,
    )
    return replace(model, **changes)  # type: ignore[arg-type]


def test_the_catalogue_holds_13_40_18_and_4_models_and_5_that_do_not_burn() -> None:
    numbers = np.array([model.number for model in standard_fuels().models])
    burns = standard_fuels().is_burnable
    assert np.count_nonzero(burns & (numbers <= 13)) == 13
    assert np.count_nonzero(burns & (numbers >= 101) & (numbers <= 204)) == 40
    assert np.count_nonzero(burns & (numbers >= 301) & (numbers <= 318)) == 18
    assert np.count_nonzero(burns & (numbers >= 331)) == 4
    assert tuple(numbers[~burns]) == NOT_BURNABLE


def test_short_grass_is_as_albini_gave_it() -> None:
    grass = standard_fuels()[1]
    assert grass.load_kg_m2[0] == pytest.approx(0.034 * 4.88242763638305, rel=1e-7)  # 0.034 lb/ft2
    assert grass.sav_1_m[0] == pytest.approx(3500 / 0.3048)
    assert grass.depth_m == pytest.approx(0.3048)
    assert grass.heat_dead_kj_kg == pytest.approx(18608, rel=1e-6)
    assert not grass.is_dynamic


def test_southern_rough_has_the_published_live_ratio() -> None:
    assert standard_fuels()[7].sav_1_m[4] == pytest.approx(1550 / 0.3048)


def test_codes_and_numbers_lead_to_the_same_model() -> None:
    for model in standard_fuels().models:
        assert standard_fuels().number_of(model.code) == model.number
        assert standard_fuels()[model.number] is model


def test_unknown_numbers_and_codes_are_named() -> None:
    with pytest.raises(ValueError, match="unknown fuel model number 14 \\(and 1 more\\)"):
        standard_fuels().row_of([1, 14, 101, 9999])
    with pytest.raises(ValueError, match="unknown fuel model number -1"):
        standard_fuels().row_of(-1)
    with pytest.raises(ValueError, match="whole number"):
        standard_fuels().row_of(1.5)
    with pytest.raises(ValueError, match="'SH99'"):
        standard_fuels().number_of("SH99")


def test_a_scenarios_own_model_burns_beside_the_shipped_ones() -> None:
    fuels = standard_fuels().with_models([heath()])
    head = surface_spread([145, fuels.number_of("heath")], DRY, 4.0, 0.0, 10.0, fuels=fuels)
    assert (head.rate_of_spread_m_s > 0.0).all()
    assert head.rate_of_spread_m_s[0] == surface_spread(145, DRY, 4.0, 0.0, 10.0).rate_of_spread_m_s


def test_a_model_equal_to_a_shipped_one_burns_as_that_one() -> None:
    twin = replace(standard_fuels()[102], number=902, code="twin")
    fuels = standard_fuels().with_models([twin])
    head = surface_spread([102, 902], DRY, 4.0, 0.0, 10.0, fuels=fuels)
    assert head.rate_of_spread_m_s[0] == head.rate_of_spread_m_s[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"load_kg_m2": (0.5, -0.1, 0.0, 0.0, 0.7)}, "10h load"),
        ({"sav_1_m": (0.0, 358.0, 98.0, 0.0, 4500.0)}, "1h class has load"),
        ({"depth_m": 0.0}, "depth"),
        ({"dead_extinction_moisture": 1.5}, "extinction"),
        ({"heat_live_kj_kg": 0.0}, "heat contents"),
    ],
)
def test_a_model_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        heath(**changes)


def test_a_taken_number_or_code_is_refused() -> None:
    with pytest.raises(ValueError, match="share the number 145"):
        standard_fuels().with_models([heath(number=145)])
    with pytest.raises(ValueError, match="share the code 'SH5'"):
        standard_fuels().with_models([heath(code="SH5")])

"""The shipped scenario, its variants, its words, and the schema of what a scenario may say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from firesim.inputs.problems import BadInput
from firesim.inputs.text import read_fields_text
from firesim.scenario import Scenario, ScenarioFields, find_scenario, load_scenario, shipped_scenarios
from firesim.scenario.refuge_words import refuge_words
from firesim.scenario.words import in_words


@pytest.fixture(scope="module")
def skiathos() -> Scenario:
    return load_scenario("skiathos")


def test_the_shipped_scenario_is_found_by_name_and_by_path(skiathos: Scenario) -> None:
    assert find_scenario("skiathos") == shipped_scenarios()["skiathos"]
    assert load_scenario(find_scenario("skiathos")).fingerprint == skiathos.fingerprint


def test_the_shipped_scenario_is_the_meltemi_day_at_noon(skiathos: Scenario) -> None:
    assert skiathos.start_hour == 12.0
    assert skiathos.horizon_s == 4 * 3600.0
    assert list(skiathos.strategies) == ["today", "pilot", "no-alert", "perfect-knowledge"]
    words = in_words(skiathos)
    for said in ("10.0 m/s", "from 9 degrees", "24,025 in 24 zones", "Zone lalaria: by boat alone", "fuel model 104"):
        assert said in words
    told_of_refuges = len(refuge_words(skiathos))
    assert told_of_refuges == 3 + len(skiathos.place.settlement.refuges) + 1  # two headings, two heads of columns
    assert len(words.splitlines()) - told_of_refuges < 30


def test_a_change_of_one_field_leaves_the_others_and_the_file(skiathos: Scenario) -> None:
    dry = skiathos.with_changes(weather={"moisture": {"one_h": 0.03}})
    assert dry.fields.weather.moisture.one_h == 0.03
    assert dry.fields.weather.moisture.ten_h == skiathos.fields.weather.moisture.ten_h == 0.06
    assert dry.place is skiathos.place
    assert dry.fingerprint != skiathos.fingerprint


def test_a_change_that_is_not_sound_is_refused(skiathos: Scenario) -> None:
    with pytest.raises(BadInput, match=r"horizon_h = -1"):
        skiathos.with_changes(horizon_h=-1)


def test_another_crosswalk_is_another_place(skiathos: Scenario) -> None:
    other = skiathos.with_changes(place={"fuel_crosswalk": "alternative"})
    assert (other.place.landcover.fuel_model != skiathos.place.landcover.fuel_model).any()
    assert (other.place.landcover.corine == skiathos.place.landcover.corine).all()


def test_a_scenario_of_the_same_content_in_another_folder_is_the_same(skiathos: Scenario, copy: Any) -> None:
    assert load_scenario(copy.file).fingerprint == skiathos.fingerprint
    copy.edit("23.46844,39.19060,427", "23.46844,39.19060,428", "spot_heights.csv")
    assert load_scenario(copy.file).fingerprint != skiathos.fingerprint


# --- the JSON Schema ----------------------------------------------------------------------------------------


def complaints(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str = "") -> list[str]:
    """What a JSON Schema has against a value: the keywords that ours uses, and an error for any other."""
    known = {
        "$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "description", "enum",
        "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems", "maximum", "minItems", "minLength",
        "minProperties", "minimum", "pattern", "prefixItems", "properties", "required", "title", "type",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    found: list[str] = []
    if "$ref" in schema:
        found += complaints(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)
    if "anyOf" in schema and all(complaints(value, choice, root, where) for choice in schema["anyOf"]):
        found.append(f"{where}: none of the choices")
    kinds: dict[str, Any] = {
        "object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool,
        "null": type(None),
    }  # fmt: skip
    if "type" in schema:
        is_bool = isinstance(value, bool) and schema["type"] != "boolean"
        if is_bool or not isinstance(value, kinds[schema["type"]]):
            return [*found, f"{where}: not {schema['type']}"]
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        found += [f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            below = properties.get(name, others)
            if below is False:
                found.append(f"{where}.{name}: unknown")
            elif isinstance(below, dict):
                found += complaints(item, below, root, f"{where}.{name}")
    if isinstance(value, list):
        items = schema.get("prefixItems", [schema.get("items", {})] * len(value))
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            found.append(f"{where}: wrong length")
        for index, (item, below) in enumerate(zip(value, items, strict=False)):
            found += complaints(item, below, root, f"{where}[{index}]")
    if isinstance(value, int | float):
        bounds = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        least, most, above, below_ = (schema.get(name) for name in bounds)
        if (least is not None and value < least) or (most is not None and value > most):
            found.append(f"{where}: out of range")
        if (above is not None and value <= above) or (below_ is not None and value >= below_):
            found.append(f"{where}: out of range")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: not one of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{where}: pattern")
    return found


def test_the_schema_accepts_every_shipped_scenario_and_refuses_what_the_reader_refuses(copy: Any) -> None:
    schema = json.loads(json.dumps(ScenarioFields.model_json_schema()))
    for path in shipped_scenarios().values():
        content = read_fields_text(path).content
        assert complaints(content, schema, schema) == []
        for spoilt in (
            {"horizon_hours": 4}, {"horizon_h": 400}, {"weather": {}}, {"strategies": {"a": {"policy": 5}}},
            {"strategies": {"a": {"policy": "Pilot", "devices": ["camera"]}}}, {"people": {"app_fraction": 10}},
        ):  # fmt: skip
            assert complaints({**content, **spoilt}, schema, schema), spoilt


def test_the_schema_agrees_with_the_published_validator_where_that_is_installed() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = ScenarioFields.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(dict(read_fields_text(find_scenario("skiathos")).content), schema)


def test_every_file_of_the_shipped_scenario_is_named_by_it_or_by_its_sources() -> None:
    folder = find_scenario("skiathos").parent
    text = (folder / "skiathos.yaml").read_text(encoding="utf-8") + (folder / "SOURCES.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(Path(folder).iterdir()) if path.name not in text and path.suffix != ".md"] in (
        [], ["skiathos.yaml"]
    )  # fmt: skip

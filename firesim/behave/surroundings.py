"""Tables of what surrounds a fire: dead fuel moisture, ignition, containment, safety."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firesim.behave.sheet import Column, Columns, Table, number, whole, word
from firesim.behave.surfaces import HA_M2, MIN_S, fraction, not_negative, positive
from firesim.fire import drying, safety
from firesim.fire.attack import TACTICS, Crew, ReportedFire, initial_attack
from firesim.fire.ignition import fuel_temperature_c, ignition_probability

Floats = NDArray[np.float64]

_CREWS = "resources_arrival_min/duration_min/production_m_min"


def _places(names: tuple[Any, ...], values: NDArray[Any]) -> NDArray[np.int64]:
    return np.array([names.index(value) for value in values.tolist()], dtype=np.int64)


def _fine_dead_moisture(columns: Columns) -> dict[str, Floats]:
    reference, correction = drying.fine_dead_moisture_by_class(
        dry_bulb=_places(drying.DRY_BULB_CLASSES_F, columns["dry_bulb_class_degF"]),
        humidity=_places(drying.HUMIDITY_CLASS_MIDDLES_PCT, columns["relative_humidity_pct_class_middle"]),
        months=_places(drying.MONTHS, columns["months"]),
        shading=_places(drying.SHADINGS, columns["shading"]),
        aspect=_places(drying.ASPECTS, columns["aspect"]),
        slope=_places(drying.SLOPES, columns["slope_class"]),
        time_of_day=_places(drying.TIMES_OF_DAY, columns["time_of_day"]),
        elevation=_places(drying.ELEVATIONS, columns["elevation_of_site_vs_observation"]),
    )
    return {
        "reference_moisture_frac": reference / 100.0,
        "correction_moisture_frac": correction / 100.0,
        "fine_dead_moisture_frac": (reference + correction) / 100.0,
    }


def _humidity_middle(text: str) -> int:
    value = whole(0)(text)
    if value not in drying.HUMIDITY_CLASS_MIDDLES_PCT:
        raise ValueError("must be the middle of a humidity class: 2, 7, 12, ... 97, or 100")
    return int(value)


def _ignition_probability(columns: Columns) -> dict[str, Floats]:
    temperature = fuel_temperature_c(columns["air_temperature_c"], columns["shade_frac"])
    return {
        "fuel_temperature_c": temperature,
        "probability_of_ignition_frac": ignition_probability(temperature, columns["moisture_1h_frac"]),
    }


def _crews(text: str) -> list[Crew]:
    expected = "must be arrival/duration/rate;... in minutes and m/min, none negative"
    crews = []
    for part in text.split(";"):
        cells = part.split("/")
        if len(cells) != 3:
            raise ValueError(expected)
        try:
            arrival, duration, rate = (not_negative(cell) for cell in cells)
        except ValueError:
            raise ValueError(expected) from None
        crews.append(Crew(arrival * MIN_S, duration * MIN_S, rate / MIN_S))
    return crews


def _as_many_crews(row: Mapping[str, Any]) -> tuple[str, str] | None:
    if len(row[_CREWS]) == row["n_resources"]:
        return None
    return "n_resources", f"The row lists {len(row[_CREWS])} resources."


def _contain(columns: Columns) -> dict[str, NDArray[Any]]:
    names = ("size_at_report_ha", "spread_rate_m_min", "length_to_width", "tactic", "attack_distance_m", _CREWS)
    ends = []
    for size_ha, rate, ratio, tactic, offset_m, crews in zip(*(columns[name] for name in names), strict=True):
        fire = ReportedFire(float(size_ha) * HA_M2, float(rate) / MIN_S, float(ratio))
        end = initial_attack(fire, crews, tactic, float(offset_m))
        area_ha = np.nan if end.area_m2 is None else end.area_m2 / HA_M2
        if end.last_gap_m is not None and tactic == "head":
            # The Behave library sets the last point of an offset line two offsets too far back, which adds a sliver.
            area_ha += 2.0 * float(offset_m) * end.last_gap_m / HA_M2
        ends.append((end.status, end.time_s / MIN_S, np.nan if end.line_m is None else end.line_m, area_ha))
    status, time_min, line_m, area = (list(column) for column in zip(*ends, strict=True)) if ends else ([],) * 4
    return {
        "status": np.array(status, dtype=object),
        "time_since_report_min": np.array(time_min, dtype=np.float64),
        "final_line_length_m": np.array(line_m, dtype=np.float64),
        "perimeter_at_containment_m": np.array(line_m, dtype=np.float64),
        "final_fire_size_ha": np.array(area, dtype=np.float64),
        "final_contained_area_ha": np.array(area, dtype=np.float64),
    }


def _safety_zone(columns: Columns) -> dict[str, Floats]:
    separation, radius, area = safety.safety_zone(
        columns["flame_height_m"],
        columns["personnel"],
        columns["equipment"],
        columns["area_per_person_m2"],
        columns["area_per_equipment_m2"],
    )
    return {"separation_distance_m": separation, "safety_zone_radius_m": radius, "safety_zone_area_m2": area}


def _safe_separation(columns: Columns) -> dict[str, NDArray[Any]]:
    distance, area, concern = safety.safe_separation(
        columns["burning_condition"], columns["slope_class"], columns["wind_class"], columns["vegetation_height_m"]
    )
    return {
        "safe_separation_distance_m": distance,
        "safety_zone_area_ha": area / HA_M2,
        "safety_concern": np.array(safety.CONCERNS)[concern],
    }


def _scorch_height(columns: Columns) -> dict[str, Floats]:
    names = ("fireline_intensity_kw_m", "midflame_wind_m_s", "air_temperature_c")
    return {"scorch_height_m": safety.scorch_height_m(*(columns[name] for name in names))}


SURROUNDINGS = (
    Table(
        "fine_dead_moisture",
        (
            Column("aspect", word(drying.ASPECTS), object),
            Column("dry_bulb_class_degF", word(drying.DRY_BULB_CLASSES_F), object),
            Column("elevation_of_site_vs_observation", word(drying.ELEVATIONS), object),
            Column("months", word(drying.MONTHS), object),
            Column("relative_humidity_pct_class_middle", _humidity_middle, np.int64),
            Column("shading", word(drying.SHADINGS), object),
            Column("slope_class", word(drying.SLOPES), object),
            Column("time_of_day", word(drying.TIMES_OF_DAY), object),
        ),
        ("reference_moisture_frac", "correction_moisture_frac", "fine_dead_moisture_frac"),
        _fine_dead_moisture,
    ),
    Table(
        "ignition_probability",
        (
            Column("moisture_1h_frac", not_negative),
            Column("air_temperature_c", number(least=-90.0, greatest=90.0)),
            Column("shade_frac", fraction),
        ),
        ("fuel_temperature_c", "probability_of_ignition_frac"),
        _ignition_probability,
    ),
    Table(
        "contain",
        (
            Column("size_at_report_ha", positive),
            Column("spread_rate_m_min", positive),
            Column("length_to_width", number(least=1.0)),
            Column("tactic", word(TACTICS), object),
            Column("attack_distance_m", not_negative),
            Column("n_resources", whole(1), np.int64),
            Column(_CREWS, _crews, object),
        ),
        (
            "status",
            "time_since_report_min",
            "final_line_length_m",
            "perimeter_at_containment_m",
            "final_fire_size_ha",
            "final_contained_area_ha",
        ),
        _contain,
        (_as_many_crews,),
    ),
    Table(
        "safety_zone",
        (
            Column("flame_height_m", not_negative),
            Column("personnel", not_negative),
            Column("equipment", not_negative),
            Column("area_per_person_m2", not_negative),
            Column("area_per_equipment_m2", not_negative),
        ),
        ("separation_distance_m", "safety_zone_radius_m", "safety_zone_area_m2"),
        _safety_zone,
    ),
    Table(
        "safe_separation",
        (
            Column("burning_condition", word(safety.BURNING_CONDITIONS), object),
            Column("slope_class", word(safety.SLOPE_CLASSES), object),
            Column("wind_class", word(safety.WIND_CLASSES), object),
            Column("vegetation_height_m", not_negative),
        ),
        ("safe_separation_distance_m", "safety_zone_area_ha", "safety_concern"),
        _safe_separation,
    ),
    Table(
        "scorch_height",
        (
            Column("fireline_intensity_kw_m", not_negative),
            Column("midflame_wind_m_s", not_negative),
            Column("air_temperature_c", number(least=-90.0, greatest=90.0)),
        ),
        ("scorch_height_m",),
        _scorch_height,
    ),
)

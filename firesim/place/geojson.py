"""Reading the GeoJSON files of a place, and saying exactly what is wrong in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firesim.inputs.files import read_text
from firesim.inputs.problems import Problems


@dataclass(frozen=True)
class Feature:
    """One GeoJSON feature: its place in the file, its properties, and its coordinates as they are written."""

    number: int  # 0, 1, 2... in the file
    kind: str  # Point, LineString, Polygon or MultiPolygon
    coordinates: Any
    properties: dict[str, Any]


def read_features(field: str, path: Path, kinds: Sequence[str], problems: Problems) -> list[Feature]:
    """Read a GeoJSON FeatureCollection in WGS84 whose features are all of these geometry types."""
    text = read_text(field, path, problems)
    if text is None:
        return []
    file = str(path)
    try:
        collection = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"The file is not JSON: {error.msg}."
        problems.add(field, file, message, "Export it again as GeoJSON.", file, error.lineno)
        return []
    entries = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(entries, list) or not entries:
        remedy = "Export a FeatureCollection with at least one feature."
        problems.add(field, file, "The file holds no GeoJSON features.", remedy, file)
        return []
    features = []
    for number, entry in enumerate(entries):
        geometry = (entry.get("geometry") if isinstance(entry, dict) else None) or {}
        if geometry.get("type") not in kinds or not _is_drawn(geometry["type"], geometry.get("coordinates")):
            message = f"Geometry must be {' or '.join(kinds)} in longitude and latitude."
            problems.add(f"{field}.features[{number}]", geometry.get("type"), message, "Redraw or drop it.", file)
            continue
        features.append(Feature(number, geometry["type"], geometry["coordinates"], entry.get("properties") or {}))
    return features


_DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}
_LEAST_POINTS = {0: 1, 1: 2, 2: 4, 3: 4}  # a line has two points, a closed ring four


def _is_drawn(kind: str, coordinates: Any) -> bool:
    """Whether coordinates are nested as the geometry type asks, of pairs within longitude and latitude."""
    depth = _DEPTH[kind]
    return _is_nested(coordinates, depth, _LEAST_POINTS[depth])


def _is_nested(coordinates: Any, depth: int, least: int) -> bool:
    if not isinstance(coordinates, list) or not coordinates:
        return False
    if depth > 0:
        enough = depth > 1 or len(coordinates) >= least
        return enough and all(_is_nested(part, depth - 1, least) for part in coordinates)
    if len(coordinates) < 2 or not all(isinstance(value, (int, float)) for value in coordinates):
        return False
    return bool(abs(coordinates[0]) <= 180.0 and abs(coordinates[1]) <= 90.0)

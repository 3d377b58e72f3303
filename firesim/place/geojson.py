"""GeoJSON in and out: reading files and saying exactly what is wrong in them; features of what lies on a map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from firesim.inputs.files import read_text
from firesim.inputs.problems import Problems
from firesim.place.grid import Grid

Point = tuple[float, float]

DECIMALS = 6  # of a degree: 0.1 m


@dataclass(frozen=True)
class Feature:
    """One GeoJSON feature: its place in the file, its properties, and its coordinates as they are written."""

    number: int  # 0, 1, 2... in the file
    kind: str  # Point, LineString, Polygon or one of their Multi kinds
    coordinates: Any
    properties: dict[str, Any]

    @property
    def parts(self) -> list[Any]:
        """The coordinates of each point, line or polygon."""
        return list(self.coordinates) if self.kind.startswith("Multi") else [self.coordinates]


def read_features(
    field: str, path: Path, kinds: Sequence[str], problems: Problems, *, in_metres: bool = False
) -> list[Feature]:
    """Read a GeoJSON FeatureCollection in WGS84 whose features are all of these geometry types.

    `in_metres`: coordinates are metres of a plain instead of longitude and latitude.
    """
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
        if geometry.get("type") not in kinds or not _is_drawn(geometry["type"], geometry.get("coordinates"), in_metres):
            how = "metres of the plain" if in_metres else "longitude and latitude"
            message = f"Geometry must be {' or '.join(kinds)} in {how}."
            problems.add(f"{field}.features[{number}]", geometry.get("type"), message, "Redraw or drop it.", file)
            continue
        features.append(Feature(number, geometry["type"], geometry["coordinates"], entry.get("properties") or {}))
    return features


_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_LEAST_POINTS = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}  # a closed ring has four


def _is_drawn(kind: str, coordinates: Any, in_metres: bool) -> bool:
    """Whether coordinates are nested as the geometry type asks, of pairs of numbers that can be where they say."""
    return _is_nested(coordinates, _DEPTH[kind], _LEAST_POINTS.get(kind, 1), in_metres)


def _is_nested(coordinates: Any, depth: int, least: int, in_metres: bool) -> bool:
    if not isinstance(coordinates, list) or not coordinates:
        return False
    if depth > 0:
        enough = depth > 1 or len(coordinates) >= least
        return enough and all(_is_nested(part, depth - 1, least, in_metres) for part in coordinates)
    if len(coordinates) < 2 or not all(isinstance(value, (int, float)) for value in coordinates):
        return False
    x, y = coordinates[:2]
    return isfinite(x) and isfinite(y) and (in_metres or (abs(x) <= 180.0 and abs(y) <= 90.0))


def lon_lat(grid: Grid, points: Sequence[Point]) -> list[list[float]]:
    """Points of the map as [longitude, latitude]; of a plain without a CRS, as metres."""
    longitude, latitude = grid.to_lon_lat([x for x, _ in points], [y for _, y in points])
    degrees = zip(longitude, latitude, strict=True)
    return [[round(float(lon), DECIMALS), round(float(lat), DECIMALS)] for lon, lat in degrees]


def feature(grid: Grid, kind: str, parts: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature given in metres of the map: Point, LineString (points), Polygon (rings) or MultiPolygon."""
    if kind == "Point":
        coordinates: Any = lon_lat(grid, [parts])[0]
    elif kind == "LineString":
        coordinates = lon_lat(grid, parts)
    elif kind == "Polygon":
        coordinates = [lon_lat(grid, ring) for ring in parts]
    else:
        coordinates = [[lon_lat(grid, ring) for ring in polygon] for polygon in parts]
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}

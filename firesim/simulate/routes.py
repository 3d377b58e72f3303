"""Routes of a run as shapes and as files for phones; what was withdrawn says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from firesim.command.alerts import route_feature, way_out
from firesim.command.evacuation import ALL_CLEAR
from firesim.command.ground import Ground
from firesim.link.messages import AT_ONCE, ContraflowOrder, FetchOrder, UnitOrder
from firesim.place.geojson import feature
from firesim.simulate.advised import Way, advised, ground_of, ways

if TYPE_CHECKING:
    from firesim.simulate.machines import IssuedOrder
    from firesim.simulate.result import Run


def route_features(run: Run) -> list[dict[str, Any]]:
    """`routes.geojson`: what zones were advised, unit routes and contraflow as ordered, in longitude and latitude.

    `time_s`: when it was first told; `withdrawn_s`: when its zone was told another way, or its unit another order,
    null: it stood at the end. Words about a way are those told last, at `last_told_s`. A zone that was given no road is
    a point.
    """
    ground = ground_of(run)
    features = [_way_feature(ground, way) for way in ways(advised(run))]
    return features + _unit_features(run, ground) + _contraflow_features(run, ground)


def route_files(run: Run) -> dict[str, str]:
    """GPX by path: `routes/ZONE.gpx` what stood at the end, `routes/withdrawn/ZONE-ORDER.gpx` what did not.

    None on a map without a CRS.
    """
    ground, files = ground_of(run), {}
    for way in ways(advised(run)) if ground.grid.crs else ():
        first, last = way.first, way.last
        if last.has_road:
            name = last.advice.zone
            path = f"{name}.gpx" if way.is_in_force else f"withdrawn/{name}-{first.issued.order.order_id}.gpx"
            since_s, issued_s = first.issued.time_s, last.issued.time_s
            files[f"routes/{path}"] = way_out(ground, last.advice, last.level, issued_s, since_s, way.withdrawn_s)
    return files


def _way_feature(ground: Ground, way: Way) -> dict[str, Any]:
    told, one = way.last, way.last.advice
    kind = "all-clear" if told.level == ALL_CLEAR else "evacuation" if told.has_road else "shelter"
    properties = {
        **_properties(kind, way.first.issued, way.withdrawn_s), "last_order_id": told.issued.order.order_id,
        "last_told_s": told.issued.time_s, "zone": one.zone, "refuge": one.refuge,
        "level": told.level, "why": one.why, "landing": one.landing, "stop": one.stop,
        "deadline_s": _or_null(one.deadline_s), "at_once": one.deadline_s == AT_ONCE,
    }  # fmt: skip
    if told.has_road:
        return route_feature(ground, one.route, properties)
    zone = ground.zones[ground.zone_index[one.zone]]
    return feature(ground.grid, "Point", (zone.x_m, zone.y_m), properties)


def _unit_features(run: Run, ground: Ground) -> list[dict[str, Any]]:
    orders = _once(one for one in run.clockwork.centre.issued if isinstance(one.order.body, UnitOrder | FetchOrder))
    result = []
    for issued, withdrawn_s in zip(orders, _until(orders), strict=True):
        body = issued.order.body
        if isinstance(body, UnitOrder | FetchOrder) and len(body.route) >= 2:
            about = {"unit": body.unit, "task": body.task, "why": body.why}
            result.append(route_feature(ground, body.route, _properties("unit", issued, withdrawn_s) | about))
    return result


def _contraflow_features(run: Run, ground: Ground) -> list[dict[str, Any]]:
    orders = _once(one for one in run.clockwork.centre.issued if isinstance(one.order.body, ContraflowOrder))
    result = []
    for issued, withdrawn_s in zip(orders, _until(orders), strict=True):
        body = issued.order.body
        for stretch in body.stretches if isinstance(body, ContraflowOrder) else ():
            result.append(route_feature(ground, stretch, _properties("contraflow", issued, withdrawn_s)))
    return result


def _once(issued: Iterable[IssuedOrder]) -> list[IssuedOrder]:
    """Each order as it was first issued: one that is said again is the same order."""
    first: dict[str, IssuedOrder] = {}
    for one in issued:
        first.setdefault(one.order.order_id, one)
    return list(first.values())


def _until(orders: Sequence[IssuedOrder]) -> list[float | None]:
    """When whoever is meant was given another of these orders; None: never. [s]"""
    result: list[float | None] = []
    next_s: dict[str, float] = {}
    for one in reversed(orders):
        result.append(next_s.get(one.order.destination))
        next_s[one.order.destination] = one.time_s
    return result[::-1]


def _properties(kind: str, issued: IssuedOrder, withdrawn_s: float | None) -> dict[str, Any]:
    return {
        "kind": kind, "order_id": issued.order.order_id, "time_s": issued.time_s, "withdrawn_s": _or_null(withdrawn_s),
    }  # fmt: skip


def _or_null(time_s: float | None) -> float | None:
    return time_s if time_s is not None and isfinite(time_s) else None

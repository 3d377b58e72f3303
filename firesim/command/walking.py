"""How long the way on foot is to where people are fetched, by roads that the centre believes stay open."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from firesim.command.picture import Picture
from firesim.command.ways import closing_times
from firesim.physics.search import RoadGraph
from firesim.place.shapes import are_within

Floats = NDArray[np.float64]

WALKS_M_S = 0.7  # of the slowest of a party: what the slowest of WUI-NITY's walkers do [quoted]


def walks_s(picture: Picture, node: int, now_s: float) -> Floats:
    """How long it takes on foot from a node to every other by roads that stay open until one is through. [node] s

    People set out `mobilise_s` from now, and leave every stretch `route_margin_s` before its early closing time as
    forecast. Without a forecast the stretches near the believed fire are not walked at all.
    """
    p, closes_s = picture.parameters, believed_closings_s(picture)
    start_s = now_s + p.mobilise_s
    arrive_s, _ = _paths(picture).earliest_arrival(closes_s, node, start_s, p.route_margin_s)
    return np.asarray(arrive_s - start_s)


def _paths(picture: Picture) -> RoadGraph:
    """The roads for who walks, as if none closed; kept until another is believed open or shut."""
    is_open, roads = picture.is_open.tobytes(), picture.ground.roads
    if picture.paths is None or picture.paths[0] != is_open:
        travel_s = np.where(picture.is_open, roads.length_m / WALKS_M_S, inf)
        picture.paths = is_open, RoadGraph(roads.tail, roads.head, travel_s, len(roads.node_ids))
    return picture.paths[1]


def believed_closings_s(picture: Picture) -> Floats:
    """When each stretch closes at the earliest as forecast; without a forecast those near the believed fire now. [s]"""
    if picture.forecast is None:
        return np.where(_near_a_fire(picture), -inf, inf)
    return closing_times(picture, picture.forecast)


def _near_a_fire(picture: Picture) -> NDArray[np.bool_]:
    """Directed edges with an end within `paper_radius_m` of a believed fire. [edge]"""
    ground, within_m = picture.ground, picture.parameters.paper_radius_m
    near = np.zeros(len(ground.roads.node_ids), dtype=np.bool_)
    for fire in picture.fires():
        if fire.has_outline:
            for drawing in fire.outlines.values():
                near |= drawing.nodes_within(ground, within_m)
        else:
            near |= are_within(ground.road_nodes_xy_m, np.array([fire.centre_xy_m]), within_m)
    return np.asarray(near[ground.roads.tail] | near[ground.roads.head])

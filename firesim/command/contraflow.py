"""On which roads both lanes should lead out, and when the police are told so.

Contraflow is planned on the ways of the zones that are to leave: on roads of two lanes, where nobody is told to drive
against it: no other zone, no bus between its stop and the refuge, and no unit, whose way in stays open as long as it
has its task. It is ordered when the authority has agreed that the zone leaves, ended when nobody is told to leave by
that road any more, and in between nobody is sent against it (`ways.Network`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from firesim.command.orders import Order
from firesim.command.picture import Lanes, Picture
from firesim.link.messages import TRAFFIC_POLICE, ContraflowOrder, ZoneAdvice
from firesim.place.roads import Roads

Edges = frozenset[int]
NOWHERE: Edges = frozenset()
_SAID = "both lanes lead out on"


def order(picture: Picture, now_s: float) -> list[Order]:
    """What the police at the roads are told, if it is anything new; the order without id and cause."""
    if not picture.parameters.contraflow:
        return []
    edges = planned(picture, ("authorised",))
    if edges == picture.lanes.edges:
        return []
    roads = picture.ground.roads
    stretches = [(roads.node_ids[roads.tail[edge]], roads.node_ids[roads.head[edge]]) for edge in sorted(edges)]
    why = f"{_SAID} {_km(roads, edges):.1f} km" if edges else "nobody is told to leave by them any more"
    body = ContraflowOrder(order="", stretches=stretches, why=why)
    agreed = [told.authorised_by for told in picture.advised.values() if told.answer == "authorised"]
    return [Order("contraflow", TRAFFIC_POLICE, body, why, authorised_by=agreed[0] if edges else "")]


def noted(picture: Picture, body: ContraflowOrder, order_id: str, now_s: float) -> None:
    """The police have been told."""
    roads, edges = picture.ground.roads, set[int]()
    for u, v in body.stretches:
        joins = (roads.tail == roads.node_index[u]) & (roads.head == roads.node_index[v])
        edges.add(int(np.flatnonzero(joins)[0]))
    picture.lanes = Lanes(frozenset(edges), order_id, now_s)


# --- where it can be ---------------------------------------------------------------------------------------------


def planned(picture: Picture, answers: Sequence[str] = ("asked", "authorised")) -> Edges:
    """The edges along which both lanes are to lead by what the zones have been told, or are asked to be told.

    `answers`: of the authority, on orders to leave that count.
    """
    if not picture.parameters.contraflow:
        return NOWHERE
    out: list[list[int]] = []
    others: list[list[int]] = []
    for told in picture.advised.values():
        edges = edges_along(picture.ground.roads, told.advice.route)
        leaves = told.level == "order" and told.answer in answers
        (out if leaves else others).append(edges)
    return possible(picture, out, others)


def possible(picture: Picture, out: Iterable[Sequence[int]], others: Iterable[Sequence[int]] = ()) -> Edges:
    """The edges of the ways `out` that both lanes can lead along; `others` are ways that people go besides.

    Where people or units are told to go both ways on one road, it stays as it is.
    """
    roads = picture.ground.roads
    wanted = {edge for way in out for edge in way}
    taken = wanted | {edge for way in others for edge in way} | _taken_by_units(picture) | _taken_by_buses(picture)
    suits = _two_lanes(picture.ground.roads)
    return frozenset(edge for edge in wanted if suits[edge] and int(roads.opposite[edge]) not in taken)


def _taken_by_units(picture: Picture) -> set[int]:
    """The edges of the roads by which units were sent to what they are about.

    Also once they are there, since they come back that way for water and others may follow, unless the strategy says
    otherwise.
    """
    gone_in = ("on_scene", "working", "out_of_reach") if picture.parameters.contraflow_behind_units else ()
    crews = [crew for crew in picture.units.values() if crew.task and not crew.is_free and not crew.is_lost]
    crews = [crew for crew in crews if crew.state not in gone_in or crew.heard_s <= crew.ordered_s]
    return {edge for crew in crews for edge in edges_along(picture.ground.roads, crew.route)}


def _taken_by_buses(picture: Picture) -> set[int]:
    """The edges that buses drive along: to their stop, and to and fro between it and the refuge."""
    roads = picture.ground.roads
    out = [coach for coach in picture.coaches.values() if coach.is_busy]
    ways = [way for coach in out for way in (coach.route, coach.way, coach.way[::-1])]
    return {edge for way in ways for edge in edges_along(roads, way)}


def _two_lanes(roads: Roads) -> NDArray[np.bool_]:
    """Roads with a lane each way, and no second road between the same two nodes. [edge]"""
    ends = roads.tail * len(roads.node_ids) + roads.head
    _, which, count = np.unique(ends, return_inverse=True, return_counts=True)
    suits = (roads.opposite >= 0) & ~roads.shared_lane & roads.is_public & (count[which] == 1)
    return np.asarray(suits & suits[roads.opposite])


def edges_along(roads: Roads, nodes: Sequence[str]) -> list[int]:
    """Every edge that joins two nodes of a way in its direction, parallel ones too."""
    edges: list[int] = []
    for u, v in pairwise(nodes):
        joins = (roads.tail == roads.node_index[u]) & (roads.head == roads.node_index[v])
        edges += np.flatnonzero(joins).tolist()
    return edges


# --- in words --------------------------------------------------------------------------------------------------


def mentioned(picture: Picture, advice: Mapping[int, ZoneAdvice], levels: Mapping[int, str]) -> dict[int, ZoneAdvice]:
    """The same advice; for zones that are to leave it also says on how much of their way both lanes will lead out."""
    if not picture.parameters.contraflow:
        return dict(advice)
    roads = picture.ground.roads
    ways = {zone: edges_along(roads, one.route) for zone, one in advice.items()}
    leaves = {zone: levels.get(zone) == "order" for zone in ways}
    out = [way for zone, way in ways.items() if leaves[zone]]
    lanes = possible(picture, out, [way for zone, way in ways.items() if not leaves[zone]])
    return {zone: with_lanes(picture, one, lanes if leaves[zone] else NOWHERE) for zone, one in advice.items()}


def with_lanes(picture: Picture, advice: ZoneAdvice, lanes: Edges) -> ZoneAdvice:
    """The same advice, in whose reason these lanes stand before all else, and no others."""
    roads = picture.ground.roads
    on_it = [edge for edge in edges_along(roads, advice.route) if edge in lanes]
    why = advice.why.partition("; ")[2] if advice.why.startswith(_SAID) else advice.why
    said = f"{_SAID} {_km(roads, on_it):.1f} km; " if on_it else ""
    return replace(advice, why=said + why)


def _km(roads: Roads, edges: Iterable[int]) -> float:
    return float(roads.length_m[list(edges)].sum()) / 1000.0

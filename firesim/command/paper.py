"""The plan on paper: the usual refuge by the usual road, in the hands of people who know the island.

It knows of no forecast. The one thing that it avoids is a road that leads through the fire, or is reported cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from firesim.command.picture import Picture
from firesim.command.staying import to_the_shore
from firesim.command.ways import Network, Way, public_network
from firesim.link.messages import ZoneAdvice
from firesim.physics.search import edges_from


def advise_on_paper(
    picture: Picture, zones: Sequence[int], in_danger: NDArray[np.bool_], now_s: float
) -> dict[int, ZoneAdvice]:
    """The usual refuge by the usual road: the town, else the nearest big beach where that road is in danger.

    `in_danger` [edge] marks roads that lead through the fire or are reported cut: the only ones that the plan
    on paper avoids. Keys are zone indices.
    """
    ground = picture.ground
    network = public_network(picture, None)
    usual = [_Usual(picture, network, kinds, in_danger) for kinds in (("town", "port"), ("beach", "field", "airport"))]
    result = {}
    for zone in zones:
        node = int(ground.zone_node[zone])
        advice = None if node >= 0 else to_the_shore(picture, zone, "no road leads there")
        for refuges in usual:
            advice = advice or refuges.advice(zone)
        result[zone] = advice or to_the_shore(picture, zone, "cut off: every known road leads through the fire")
    return result


def usual_ways(picture: Picture) -> list[Way | None]:
    """The way that each zone's people take to the town on any day; None where there is none. [zone]"""
    ground = picture.ground
    targets = _of_kind(picture, ("town", "port")) or _of_kind(picture, ())
    if not targets:
        return [None] * len(ground.zones)
    network = public_network(picture, None)
    time_s, next_edge = network.quickest([int(ground.refuge_node[k]) for k in targets])
    return [
        network.way(edges_from(next_edge, ground.roads.head, node), node)
        if node >= 0 and isfinite(float(time_s[node]))
        else None
        for node in ground.zone_node.tolist()
    ]


def _of_kind(picture: Picture, kinds: tuple[str, ...]) -> list[int]:
    """Refuges of some kinds (of any, if none are named) that a road leads to."""
    ground = picture.ground
    return [
        k for k, refuge in enumerate(ground.refuges)
        if ground.refuge_node[k] >= 0 and (not kinds or refuge.kind in kinds)
    ]  # fmt: skip


class _Usual:
    """The usual refuges of some kinds, by roads that are not in danger."""

    def __init__(
        self, picture: Picture, network: Network, kinds: tuple[str, ...], in_danger: NDArray[np.bool_]
    ) -> None:
        self._ground, self._network = picture.ground, network
        self._refuges = _of_kind(picture, kinds)
        nodes = [int(picture.ground.refuge_node[k]) for k in self._refuges]
        self._time_s, self._next_edge = network.quickest(nodes, in_danger)

    def advice(self, zone: int) -> ZoneAdvice | None:
        """The nearest of them for a zone; None where no way leads to any."""
        ground = self._ground
        node = int(ground.zone_node[zone])
        if not isfinite(float(self._time_s[node])):
            return None
        way = self._network.way(edges_from(self._next_edge, ground.roads.head, node), node)
        at = ground.roads.node_index[way.nodes[-1]]
        refuge = ground.refuges[next(k for k in self._refuges if ground.refuge_node[k] == at)]
        return ZoneAdvice(
            zone=ground.zones[zone].zone,
            refuge=refuge.refuge,
            route=list(way.nodes),
            deadline_s=inf,
            why=f"{refuge.name}: the usual refuge, {way.travel_s / 60:.0f} min by the usual road",
        )

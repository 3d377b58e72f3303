"""When each place has to be left, and how near the fire may come before that.

Backwards from the refuges over the times at which each member of the forecast closes the roads: the latest safe
departure from every node, hence from every zone, with a band from the members. Forwards from the ground: from
where would fire come to a zone or its way out within the time that its people need? The outline of that ground is
the trigger boundary (Cova, Dennison, Kim & Moritz 2005, Transactions in GIS 9: 603-617; WUIVAC, Dennison, Cova &
Moritz 2007; both recalled): a front that crosses it forces the zone to leave, whichever fire it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.command.forecast import Forecast, quantile
from firesim.command.ground import Ground
from firesim.command.orders import Trigger
from firesim.command.parameters import CommandParameters
from firesim.command.picture import Picture
from firesim.command.ways import open_roads
from firesim.place.shapes import Ring, rings_of

if TYPE_CHECKING:
    from firesim.fire.landscape import Landscape, LandscapeSpread

Floats = NDArray[np.float64]


def deadlines(picture: Picture, forecasted: Forecast) -> Floats:
    """When it is too late to leave each zone, member by member. [member, zone, s]

    The earlier of: fire reaches the zone; the last safe departure to any refuge that this member's fire does
    not reach. A zone to which no road was ever known depends on the first alone; one whose known roads are
    all believed cut has no time left (-inf).
    """
    return np.minimum(forecasted.zone_reached_s, _by_road(picture, node_deadlines(picture, forecasted)))


def node_deadlines(picture: Picture, forecasted: Forecast) -> Floats:
    """The latest safe departure by road from every node, member by member. [member, node, s]

    To the best of the refuges that this member's fire does not reach; `inf` where a way never closes, -inf where
    there is none.
    """
    return open_roads(picture, is_public=True).leave_by_of_members(forecasted)


def _by_road(picture: Picture, node_leave_by_s: Floats) -> Floats:
    """The latest safe departure by road from each zone; inf where no road was ever known. [member, zone, s]"""
    return np.where(picture.ground.has_road, node_leave_by_s[:, picture.ground.zone_node], inf)


# --- the trigger of each zone -------------------------------------------------------------------------------


def triggers(picture: Picture, forecasted: Forecast, now_s: float) -> tuple[Trigger, ...]:
    """How late each zone may be left and told to leave, with a band from the members; in the order of the zones.

    A zone has to be left a margin before fire reaches it, and in time for its road. It has to be told earlier by
    the time that people need to set out (`mobilise_s`). Early, middle and late are order statistics of the
    members: early is the `early_quantile`, late as far from the other end.
    """
    ground, p = picture.ground, picture.parameters
    by_road_s = _by_road(picture, node_deadlines(picture, forecasted))
    by_fire_s = forecasted.zone_reached_s - p.route_margin_s
    leave_by_s = np.minimum(by_fire_s, by_road_s)
    early = forecasted.early
    bands = np.array([quantile(leave_by_s, share) for share in (early, 0.5, 1.0 - early)])
    by_road_early_s, by_fire_early_s = quantile(by_road_s, early), quantile(by_fire_s, early)
    too_late = (leave_by_s < now_s).mean(axis=0)
    result = []
    for k, zone in enumerate(ground.zones):
        limit = "road" if by_road_early_s[k] < by_fire_early_s[k] else "fire"
        if not np.isfinite(bands[:, k]).any() and bands[0, k] > 0.0:
            limit = ""
        result.append(
            Trigger(
                made_s=now_s, zone=zone.zone, people=zone.people_expected, leave_by_s=tuple(bands[:, k].tolist()),
                mobilise_s=p.mobilise_s, limited_by=limit, too_late_share=float(too_late[k]),
            )
        )  # fmt: skip
    return tuple(result)


# --- the trigger boundary -----------------------------------------------------------------------------------


class _Turned:
    """The map with its slopes, and the bulletin with its winds, turned round."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._laws: dict[float, LandscapeSpread] = {}

    @cached_property
    def landscape(self) -> Landscape:
        land = self.ground.landscape
        return replace(land, aspect_deg=(np.asarray(land.aspect_deg) + 180.0) % 360.0)

    def law(self, from_s: float) -> LandscapeSpread:
        """How fire spreads backwards under the row of the bulletin that begins at a time."""
        from firesim.fire.landscape import LandscapeSpread

        if from_s not in self._laws:
            weather = self.ground.weather_at(from_s, 180.0)
            self._laws[from_s] = LandscapeSpread(self.landscape, weather, is_kept=True)
        return self._laws[from_s]


class TriggerGround:
    """From where fire comes within a given time: the fire's ground, read backwards.

    A way of the fire from a to b takes as long as a way from b to a over a ground on which every ellipse points the
    other way: slopes and wind turned round. One solve from the places to be kept free gives the time from everywhere.
    The clock runs backwards too: the bulletin of the hour in which the fire would come there holds first, that of
    `at_s` last. Steady fire: no acceleration.

    Parameters
    ----------
    ground
        The centre's map and bulletin.
    at_s : float
        When the fire would have to be at the boundary. [s]
    """

    def __init__(self, ground: Ground, at_s: float, turned: _Turned | None = None) -> None:
        self.ground, self.at_s, self._turned = ground, at_s, turned or _Turned(ground)

    def at(self, at_s: float) -> TriggerGround:
        """The same for another moment; what has been worked out of the ground is shared."""
        return TriggerGround(self.ground, at_s, self._turned)

    def _hours(self, longest_s: float) -> list[tuple[float, float]]:
        """Since when, on the clock that runs backwards from `at_s + longest_s`, each row of the bulletin holds. [s]"""
        end_s = self.at_s + longest_s
        rows = [row.from_s for row in self.ground.briefing.bulletin if self.at_s < row.from_s < end_s]
        # A row holds until the next begins: backwards it begins where that one ends.
        begins = [self.ground.bulletin_at(self.at_s).from_s, *rows]
        return [(end_s - until_s, from_s) for from_s, until_s in zip(begins, [*rows, end_s], strict=True)][::-1]

    def spare_s(self, needed: Sequence[tuple[NDArray[np.integer], float]]) -> Floats:
        """How long a front at each cell leaves until it is too late, over the places and the time that each needs.

        Parameters
        ----------
        needed
            Flat cells of the centre's own grid, and for how long fire must not come there. [s]

        Returns
        -------
        [y, x], s
            Least over all places of the fire's time from here to there, less what that place needs. Below 0: a
            fire here comes too soon; `inf`: it comes too soon from here to none of them.
        """
        from firesim.fire.spread import SpreadingFire

        fire = SpreadingFire(self._turned.landscape, acceleration_per_min=None)
        longest_s = max((need_s for _, need_s in needed), default=0.0)
        laws = [(since_s, 0, from_s) for since_s, from_s in self._hours(longest_s)]
        lightings = [(longest_s - need_s, 1, need_s) for need_s in {need_s for _, need_s in needed}]
        for at_s, is_lighting, value in sorted([*laws, *lightings]):
            if at_s > 0.0:
                fire.advance(at_s)
            if not is_lighting:
                fire.set_law(at_s, self._turned.law(value))
                continue
            lit = np.zeros(self.ground.coarse.shape, dtype=bool)
            for cells, cells_need_s in needed:
                if cells_need_s == value:
                    lit.ravel()[cells] = True
            if (lit & self.ground.is_burnable).any():
                fire.ignite_cells(lit & self.ground.is_burnable, at_s)
        fire.advance(longest_s)
        return np.asarray(fire.arrival_time_s - longest_s, dtype=np.float64)


def trigger_boundary(on: TriggerGround, zone: str, route: Sequence[str], parameters: CommandParameters) -> list[Ring]:
    """Outline of the ground from which fire forces a zone to leave, now, by its route. Closed rings in metres.

    Whoever is told now sets out after `mobilise_s`; every stretch of the route has to stay free until it has been
    left, and the zone until it is, both with the margin. Without a route the zone alone counts. A fire inside the
    rings comes too soon for some of that; empty where no fire could.
    """
    ground, p = on.ground, parameters
    needed = [(ground.zone_cells[ground.zone_index[zone]], p.mobilise_s + p.route_margin_s)]
    edge_of, flat_cell = ground.edge_cells
    at_s = p.mobilise_s + p.route_margin_s
    for edges, travel_s in stretches(ground, route):
        at_s += travel_s * p.travel_time_factor
        needed.append((flat_cell[np.isin(edge_of, edges)], at_s))
    return rings_of(on.spare_s(needed), 0.0, ground.coarse)


def stretches(ground: Ground, route: Sequence[str]) -> list[tuple[list[int], float]]:
    """Each stretch of a route of node names: the quickest of its parallel edges, and its free-flow time [s].

    Raises KeyError for a stretch that the briefed roads do not have.
    """
    result = []
    for u, v in pairwise(route):
        joins = [edge["index"] for edge in ground.roads.graph[u][v].values()]
        travel_s = ground.roads.length_m[joins] / np.maximum(ground.roads.speed_m_s[joins], 1e-6)
        quickest = int(np.argmin(travel_s))
        result.append(([joins[quickest]], float(travel_s[quickest])))
    return result

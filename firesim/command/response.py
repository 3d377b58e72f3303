"""Which unit goes where: look first, then fight the fire, protect zones, stage ambulances.

The same rules serve every strategy; what differs is what is known. With a forecast, roads are left before
they close and the place of attack is chosen from the fire's expected shape; without one, units drive by the
quickest open road to the place that was reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite

import numpy as np

from firesim.command.crews import Crew
from firesim.command.forecast import Forecast
from firesim.command.incident import Incident
from firesim.command.orders import Order
from firesim.command.picture import Picture
from firesim.command.ways import Network, Way, unit_network
from firesim.link.messages import UnitOrder
from firesim.physics.search import edges_to
from firesim.place.grid import heading

Point = tuple[float, float]

FIRE_UNITS = ("engine", "tanker", "light")
AMBULANCE = "ambulance"

_BUSY_THERE = ("on_scene", "working", "refilling")
_SET_UP_AHEAD_S = 900.0  # the attack is planned for where the fire will be when the crew has set up; judgement


@dataclass(frozen=True)
class Task:
    """What a unit should do, where, and why."""

    task: str  # verify, attack, protect or stage
    place_xy_m: Point
    why: str


def verify_orders(picture: Picture, now_s: float) -> list[Order]:
    """One fire unit, the quickest of those on shift, to every acknowledged suspicion that nobody looks at yet."""
    network = unit_network(picture, picture.forecast)
    orders: list[Order] = []
    sent: set[str] = set()
    for incident in picture.incidents:
        if not incident.reached("acknowledged") or incident.has_outline or _is_looked_at(picture, incident):
            continue
        place = incident.centre_xy_m
        ways = [(network_way(picture, network, crew, place, now_s), crew) for crew in picture.units.values()
                if crew.kind in FIRE_UNITS and crew.is_free and not crew.is_lost and crew.name not in sent]  # fmt: skip
        found = [(way, crew) for way, crew in ways if way is not None]
        if not found:
            continue
        way, crew = min(found, key=lambda one: (not one[1].is_on_shift, one[0].travel_s, one[1].name))
        sent.add(crew.name)
        why = f"nearest free unit, {way.travel_s / 60:.0f} min to the reported place"
        orders.append(_order(crew, Task("verify", place, why), way))
    return orders


def _is_looked_at(picture: Picture, incident: Incident) -> bool:
    return any(
        crew.task in ("verify", "attack")
        and not crew.is_free
        and not (crew.is_stuck or crew.is_lost)
        and crew.target_xy_m is not None
        and _apart(crew.target_xy_m, incident.centre_xy_m) <= max(incident.sd_m, picture.parameters.target_moved_m)
        for crew in picture.units.values()
        if crew.kind in FIRE_UNITS
    )


def assign(
    picture: Picture, fire: Incident, zones: Sequence[int], now_s: float, receiving: Sequence[int] = ()
) -> list[Order]:
    """Tasks for all units once a fire has been located.

    `zones` are those to be protected, the most urgent first. The stated share of fire units goes to the fire,
    those on shift and then those nearest to it; the others one to a zone; all go to the fire when no zone is
    threatened. Ambulances stage where people are sent: at the first of the refuges `receiving`; where nobody is
    sent anywhere, at the town; those that fetch people go on. A unit gets an order only when its task changes.
    """
    network = unit_network(picture, picture.forecast)
    crews = [crew for crew in picture.units.values() if crew.kind in FIRE_UNITS and not crew.is_lost]
    place, side = place_of_attack(picture, fire, now_s)
    away_s = {crew.name: _travel_s(network_way(picture, network, crew, place, now_s)) for crew in crews}
    # Those who are at it stay at it: a unit on scene is never swapped for one that is nearer on paper.
    crews.sort(
        key=lambda crew: (crew.task not in ("attack", "verify"), not crew.is_on_shift, away_s[crew.name], crew.name)
    )
    n_attack = ceil(picture.parameters.attack_share * len(crews)) if zones else len(crews)
    orders: list[Order] = []
    for crew in crews[:n_attack]:
        if not _is_on_its_way_to_the_fire(picture, network, crew, fire, now_s):
            orders += _retask(picture, network, crew, _attack_task(picture, fire, crew, place, side, now_s), now_s)
    for crew, task in _protect_tasks(picture, crews[n_attack:], zones):
        orders += _retask(picture, network, crew, task, now_s)
    for crew in picture.units.values():
        if crew.kind == AMBULANCE and not crew.is_lost and not crew.household:
            orders += _retask(picture, network, crew, _stage_task(picture, receiving), now_s)
    return orders


def _is_on_its_way_to_the_fire(picture: Picture, network: Network, crew: Crew, fire: Incident, now_s: float) -> bool:
    """Whether a crew is driving to some part of the fire by roads that stay open: it is not turned to another part.

    Where exactly to begin is seen when it arrives; turned at every forecast it would never arrive.
    """
    if crew.task != "attack" or crew.state != "rolling" or crew.target_xy_m is None:
        return False
    parts = None if picture.forecast is None else _burning(picture, fire, picture.forecast, now_s)
    x_m, y_m = ([place] for place in fire.centre_xy_m) if parts is None else parts[:2]
    away_m = float(np.hypot(np.asarray(x_m) - crew.target_xy_m[0], np.asarray(y_m) - crew.target_xy_m[1]).min())
    return away_m <= picture.parameters.target_moved_m and _still_passable(network, crew, now_s)


def _attack_task(picture: Picture, fire: Incident, crew: Crew, place: Point, side: str, now_s: float) -> Task:
    if crew.state == "withdrawn" and crew.heard_s > crew.ordered_s:
        place, side = _heel(picture, fire, now_s), "heel"
    return Task("attack", place, f"attack at the {side} of the fire")


def _protect_tasks(picture: Picture, crews: Sequence[Crew], zones: Sequence[int]) -> list[tuple[Crew, Task]]:
    """One zone to each crew, the most urgent first; a crew keeps the zone it already protects."""
    places = {(z.x_m, z.y_m): z.name for z in (picture.ground.zones[k] for k in zones)}
    kept = {crew.name: crew.target_xy_m for crew in crews if crew.task == "protect" and crew.target_xy_m in places}
    open_places = [place for place in places if place not in kept.values()] or list(places)
    result, given = [], 0
    for crew in crews:
        place = kept.get(crew.name)
        if place is None:
            place = open_places[given % len(open_places)]
            given += 1
        result.append((crew, Task("protect", place, f"protect {places[place]}")))
    return result


def _stage_task(picture: Picture, receiving: Sequence[int]) -> Task | None:
    """Where an ambulance waits; None where there is no refuge at all."""
    ground = picture.ground
    towns = [k for k, refuge in enumerate(ground.refuges) if refuge.kind == "town"]
    places = [ground.refuges[k] for k in [*receiving, *towns, *range(len(ground.refuges))]]
    if not places:
        return None
    return Task("stage", (places[0].x_m, places[0].y_m), f"stage at {places[0].name}")


def stand_by(picture: Picture, crew: Crew, why: str, now_s: float) -> Order:
    """Called off, an ambulance stages where it would without its errand; where it stands, if no way leads there."""
    task = _stage_task(picture, ())
    way = None
    if task is not None:
        way = network_way(picture, unit_network(picture, picture.forecast), crew, task.place_xy_m, now_s)
    if task is None or way is None:
        task, way = Task("stage", (crew.x_m, crew.y_m), "stay there"), Way((), (), 0.0, inf)
    return _order(crew, replace(task, why=f"{why}: {task.why}"), way)


def _retask(picture: Picture, network: Network, crew: Crew, task: Task | None, now_s: float) -> list[Order]:
    """An order, if this task is another than the one that the unit is about."""
    if task is None:
        return []
    if crew.task == task.task and not crew.is_free and not crew.is_stuck:
        if crew.state in _BUSY_THERE and crew.heard_s > crew.ordered_s:
            return []
        moved_m = inf if crew.target_xy_m is None else _apart(crew.target_xy_m, task.place_xy_m)
        if moved_m <= picture.parameters.target_moved_m and _still_passable(network, crew, now_s):
            return []
    way = network_way(picture, network, crew, task.place_xy_m, now_s)
    if way is None or _is_what_it_could_not_do(picture, crew, task, way):
        return []
    return [_order(crew, task, way)]


def _is_what_it_could_not_do(picture: Picture, crew: Crew, task: Task, way: Way) -> bool:
    """Whether this is the order on which a crew has said that a road is closed: said again it is no news."""
    if crew.state != "blocked" or not crew.cut_at or crew.target_xy_m is None:
        return False
    is_same_place = _apart(crew.target_xy_m, task.place_xy_m) <= picture.parameters.target_moved_m
    return crew.task == task.task and crew.route == way.nodes and is_same_place


def _still_passable(network: Network, crew: Crew, now_s: float) -> bool:
    """Whether the rest of a unit's road is still believed open, from the node of it that is nearest to the unit."""
    if len(crew.route) < 2:
        return True
    roads = network.roads
    at = [roads.node_index[node] for node in crew.route]
    nearest = int(np.argmin(np.hypot(roads.x_m[at] - crew.x_m, roads.y_m[at] - crew.y_m)))
    rest = network.along(crew.route[nearest:])
    return rest is not None and rest.leave_by_s >= now_s


def network_way(picture: Picture, network: Network, crew: Crew, place: Point, now_s: float) -> Way | None:
    """The quickest safe way to the node from which a place can best be reached; None if the unit is shut in.

    That node is the one nearest to the place of all that can be reached before their roads close. A unit is
    taken to stand at the drivable node nearest to where it was last heard of; one that has told of a closed road
    at the end on its own side, however near the other is.
    """
    roads = network.roads
    if crew.is_shut_in:
        return None
    start = roads.node_index[crew.cut_at[0]] if crew.cut_at else picture.road_node_near(crew.x_m, crew.y_m)
    arrive_s, via_edge = network.reach(start, now_s)
    away_m = np.hypot(roads.x_m - place[0], roads.y_m - place[1])
    away_m[~np.isfinite(arrive_s)] = inf
    target = int(np.argmin(away_m))
    if not isfinite(float(away_m[target])):
        return None
    return network.way(edges_to(via_edge, roads.tail, target), start)


# --- where to attack -------------------------------------------------------------------------------------


def place_of_attack(picture: Picture, fire: Incident, now_s: float) -> tuple[Point, str]:
    """Where to meet the fire, and which part of it that is: head or flank with a forecast, else the place told of.

    The head where its forecast intensity lets a crew stand before it, else the flank from the heel on: there
    the part that lies nearest to a road, since a crew works where its hoses reach.
    """
    forecasted = picture.forecast
    if forecasted is None:
        return fire.centre_xy_m, "place reported"
    burning = _burning(picture, fire, forecasted, now_s)
    if burning is None:
        return fire.centre_xy_m, "place reported"
    x_m, y_m, along_m, intensity_kw_m = burning
    head = int(np.argmax(along_m))
    foremost = along_m >= along_m[head] - picture.ground.coarse.cell_size_m
    if float(intensity_kw_m[foremost].max()) <= picture.parameters.head_attack_limit_kw_m:
        return (float(x_m[head]), float(y_m[head])), "head"
    # From the heel to half way: of all that burns there, what lies nearest to a road.
    rear = np.flatnonzero(along_m <= (along_m.min() + along_m[head]) / 2.0)
    roads, drivable = picture.ground.roads, picture.ground.drivable_nodes
    to_road_m = np.hypot(x_m[rear, None] - roads.x_m[drivable], y_m[rear, None] - roads.y_m[drivable]).min(axis=1)
    flank = int(rear[np.argmin(to_road_m)])
    return (float(x_m[flank]), float(y_m[flank])), "flank"


def _heel(picture: Picture, fire: Incident, now_s: float) -> Point:
    burning = None if picture.forecast is None else _burning(picture, fire, picture.forecast, now_s)
    if burning is None:
        return fire.centre_xy_m
    x_m, y_m, along_m, _ = burning
    heel = int(np.argmin(along_m))
    return float(x_m[heel]), float(y_m[heel])


def _burning(
    picture: Picture, fire: Incident, forecasted: Forecast, now_s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Cells expected to have burnt when a crew has set up: place, distance downwind of the fire, intensity."""
    ground = picture.ground
    at_s = now_s + _SET_UP_AHEAD_S
    rows, columns = ground.coarse.place_of(np.flatnonzero(forecasted.median_arrival_s <= at_s))
    if len(rows) == 0:
        return None
    x_m, y_m = ground.coarse.x_centres_m[columns], ground.coarse.y_centres_m[rows]
    east, north = heading(ground.bulletin_at(at_s).wind_from_deg + 180.0)
    centre = fire.centre_xy_m
    along_m = (x_m - centre[0]) * east + (y_m - centre[1]) * north
    return x_m, y_m, along_m, forecasted.intensity_kw_m[rows, columns]


def _order(crew: Crew, task: Task, way: Way) -> Order:
    body = UnitOrder(
        order="", unit=crew.name, task=task.task, place_xy_m=task.place_xy_m, route=list(way.nodes), why=task.why
    )
    return Order("unit", crew.name, body, task.why, route=way.nodes, deadline_s=way.leave_by_s)


def _travel_s(way: Way | None) -> float:
    return inf if way is None else way.travel_s


def _apart(a: Point, b: Point) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))

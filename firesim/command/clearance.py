"""How long it will take until those who were told to leave are out: the centre's own estimate, with queues.

The same queues as in the true traffic (`physics/traffic.py`), on the roads that the centre believes open and with the
numbers of people that it expects: of those told to leave, 40, 70 or 100 % do. What it does not know it leaves out:
walkers, responders, turning back, refuges that fill up, and roads that close under way. Against the forecast's
closing times it says how late the last are, as a margin.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from firesim.command import contraflow, ways
from firesim.command.orders import Clearance
from firesim.command.picture import Picture
from firesim.physics.clearing import run_until_clear
from firesim.physics.queues import (
    ARRIVED,
    NOBODY,
    TRAVELLING,
    Network,
    Queues,
    Travellers,
    Ways,
    add_events,
    new_events,
    new_queues,
)
from firesim.physics.search import edges_from
from firesim.place.roads import Roads

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COMPLIANCES = (0.4, 0.7, 1.0)
# Of those who were not told to leave, where a road leads to a refuge from (NUREG/CR-7002 rev. 1; recalled).
SHADOW_SHARE = 0.2
# Above this several vehicles drive as one, which takes as long at a bottleneck; on one-lane tracks with oncoming cars
# turns differ. Skiathos, first plan (1,226 vehicles, three as one): half are out 8 % sooner than if each drives for
# itself, nine tenths 4 %, the last 2 %; no zone's last more than 5 %; margins are the same to 0.1 min. Whole island at
# once (5,356, eleven as one): half within 12 %, nine tenths and the last within 0.2 % (benchmarks/plan.py).
MOST_TRAVELLERS = 500
_TURN_S = _PATIENCE_S = 60.0  # as in the true traffic; judgement
_GIVE_UP_S = 48.0 * 3600.0  # after the first was told: only a road that nobody gets off takes so long
_ROOM_FOR_ALL = 1 << 60


@dataclass(frozen=True)
class Convoy:
    """The vehicles of one zone: between which nodes by which edges, when they are told [s], how many if all go."""

    zone: int
    from_node: int
    to_node: int
    edges: tuple[int, ...]  # none where the zone lies at its refuge
    told_s: float
    vehicles: float
    is_told: bool  # False: who leaves without having been told


@dataclass(frozen=True)
class Drive:
    """What came of a drive: arrays over [travellers], and over every entry onto a road, one traveller after another.

    A traveller stands for `of_each` vehicles; `vehicles` [convoys] are those that set out.
    """

    of_each: int
    vehicles: tuple[int, ...]

    convoy: Integers
    done_s: Floats  # inf: never
    who: Integers  # [entries]
    edge: Integers  # [entries]
    left_s: Floats  # [entries]


class ClearanceEstimate:
    """The estimates of one centre.

    The drives are kept: while nobody's way changes and nobody waits for the authority, only margins are new.
    """

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._drives: list[tuple[float, Drive]] = []

    def of(self, picture: Picture, now_s: float) -> tuple[Clearance, ...]:
        """For each compliance all who were told to leave by road, then zone by zone. Empty where nobody was."""
        convoys = convoys_of(picture, now_s)
        if not any(convoy.is_told for convoy in convoys):
            return ()
        key = (tuple(convoys), picture.is_open.tobytes(), contraflow.planned(picture))
        if key != self._of:
            self._of = key
            self._drives = [(share, drive(picture, convoys, share)) for share in COMPLIANCES]
        closes_s = ways.closing_times(picture, picture.forecast)
        return tuple(
            one for share, driven in self._drives for one in _cleared(picture, closes_s, convoys, driven, share, now_s)
        )


def in_words(estimates: Sequence[Clearance], clock: Callable[[float], str]) -> str:
    """When all zones are clear, by compliance, in one line."""
    said = []
    for one in estimates:
        if not one.zone:
            most, last = (clock(at_s) if isfinite(at_s) else "never" for at_s in one.clear_s[1:])
            said.append(f"{one.compliance:.0%} leave ({one.vehicles} vehicles): 90 % by {most}, all by {last}")
    return "; ".join(said)


# --- who drives ------------------------------------------------------------------------------------------------


def convoys_of(picture: Picture, now_s: float) -> list[Convoy]:
    """Who is on the road by what the centre has said: the zones told to leave, and a share of the others.

    Zones for which the authority was asked and has not answered count as told now.

    A zone whose way is believed shut by now is left out: what it is told changes with the plan. Of the zones that
    were told nothing, or to be ready, those leave for the town that do not live at a refuge. Who was told to stay or
    to go to the shore is taken not to drive.
    """
    ground, p = picture.ground, picture.parameters
    network = ways.public_network(picture, None)
    told: list[Convoy] = []
    others: list[int] = []
    for zone, place in enumerate(ground.zones):
        vehicles = place.people_expected * p.vehicles_per_person
        advised = picture.advised.get(place.zone)
        if advised is None or advised.level != "order" or advised.answer == "refused":
            others.append(zone)
        elif advised.advice.refuge in ground.refuge_index:
            way = network.along(advised.advice.route)
            if way is not None:
                start, end = (ground.roads.node_index[node] for node in (way.nodes[0], way.nodes[-1]))
                told.append(Convoy(zone, start, end, way.edges, advised.told_s(now_s), vehicles, True))
    if not told:
        return []
    return told + _shadow(picture, network, others, min(convoy.told_s for convoy in told))


def _shadow(picture: Picture, network: ways.Network, zones: Sequence[int], at_s: float) -> list[Convoy]:
    ground, p = picture.ground, picture.parameters
    usual = [k for k, refuge in enumerate(ground.refuges) if refuge.kind in ("town", "port")]
    targets = [int(ground.refuge_node[k]) for k in usual or range(len(ground.refuges)) if ground.refuge_node[k] >= 0]
    time_s, next_edge = network.quickest(targets)
    result = []
    for zone in zones:
        node = int(ground.zone_node[zone])
        if node >= 0 and 0.0 < time_s[node] < inf:
            edges = tuple(edges_from(next_edge, ground.roads.head, node))
            vehicles = SHADOW_SHARE * ground.zones[zone].people_expected * p.vehicles_per_person
            result.append(Convoy(zone, node, int(ground.roads.head[edges[-1]]), edges, at_s, vehicles, False))
    return result


def departures_s(count: int, mean_s: float, of_each: int = 1) -> Floats:
    """When the vehicles of one zone set out after its people are told: spread evenly over a Rayleigh curve. [s]

    Rayleigh departures are usual where none were observed (Tweedie et al. 1986, recalled); here they stand for the sum
    of notification, decision and preparation. The k-th of n leaves at the quantile (k - 1/2) / n: no luck is in it.
    Where several drive as one, they leave with the middle one of them, and the last of all when it would by itself.
    [count / of_each, rounded; at least one]
    """
    n = max(round(count / of_each), 1) if count else 0
    share = (np.arange(n) + 0.5) / max(n, 1)
    share[n - 1 :] = (count - 0.5) / max(count, 1)
    return np.asarray(mean_s / sqrt(pi / 2.0) * np.sqrt(-2.0 * np.log1p(-share)))


# --- the drive -------------------------------------------------------------------------------------------------


def drive(picture: Picture, convoys: Sequence[Convoy], compliance: float, most: int = MOST_TRAVELLERS) -> Drive:
    """Let everybody drive on empty roads: of those told the share `compliance`, of the others all.

    `most`: travellers at full compliance, about; more vehicles than that drive several as one.
    """
    roads, mean_s = picture.ground.roads, picture.parameters.mobilise_s
    of_each = max(ceil(sum(one.vehicles for one in convoys) / most), 1)
    counts = [round(one.vehicles * (compliance if one.is_told else 1.0)) for one in convoys]
    starts = [one.told_s + departures_s(n, mean_s, of_each) for one, n in zip(convoys, counts, strict=True)]
    convoy = np.repeat(np.arange(len(convoys)), [len(part) for part in starts])
    starts_s = np.concatenate([np.empty(0), *starts])
    used = {edge for one in convoys for edge in one.edges}
    lanes = {edge for edge in contraflow.planned(picture) if int(roads.opposite[edge]) not in used}
    network = _network(roads, of_each, ways.both_lanes(picture, lanes), lanes)
    travellers, ways_taken = _travellers(roads, convoys, convoy, starts_s)
    entries = sum(len(part) * len(one.edges) for one, part in zip(convoys, starts, strict=True))
    queues = new_queues(len(network.head), entries + 1)
    events = new_events(len(network.head) + len(convoy) + 1)
    add_events(events, starts_s, len(network.head) + np.arange(len(convoy)))
    if len(convoy):
        first_s = float(starts_s.min())
        run_until_clear(
            network, queues, travellers, ways_taken, events, first_s, first_s + _GIVE_UP_S, _TURN_S, _PATIENCE_S
        )
    done_s = np.where(travellers.status == ARRIVED, travellers.done_s, inf)
    return Drive(of_each, tuple(counts), convoy, done_s, *_entries(queues, done_s))


def _entries(queues: Queues, done_s: Floats) -> tuple[Integers, Integers, Floats]:
    """Every entry onto a road, vehicle by vehicle in order of time: who, which road, and when it was left."""
    log = queues.log[: queues.n_logged[0]]
    who = log[:, 1].astype(np.int64)
    order = np.argsort(who, kind="stable")  # the log is in order of time
    who, edge, entered_s = who[order], log[order, 0].astype(np.int64), log[order, 2]
    is_last = np.append(who[1:] != who[:-1], True)[: len(who)]
    left_s = np.where(is_last, done_s[who], np.append(entered_s[1:], inf)[: len(who)])
    return who, edge, left_s


def _network(roads: Roads, of_each: int, capacity_veh_s: Floats, lanes: Collection[int] = ()) -> Network:
    """The roads as the queues have them, for travellers of so many vehicles; the driveways of the nodes follow.

    Room is rounded up to whole travellers. Where it is room that limits the flow (short, slow tracks), crossing takes
    as much longer, so that the flow is the same; a one-lane track is held until the last vehicle has come after the
    first. Along `lanes`, where both lead one way, as many find room as in both directions.
    """
    n_nodes = len(roads.node_ids)
    nodes, nothing = np.arange(n_nodes), np.zeros(n_nodes)
    drive_s = roads.length_m / np.maximum(roads.speed_m_s, 1e-9)
    holds = np.maximum(np.floor(roads.length_m * roads.jam_density_veh_m + 1e-9), 1.0)
    along = np.array(sorted(lanes), dtype=np.int64)
    holds[along] += holds[roads.opposite[along]]
    storage = np.ceil(holds / of_each).astype(np.int64)
    is_by_room = holds < capacity_veh_s * drive_s
    drive_s = np.where(is_by_room, drive_s * storage * of_each / holds, drive_s)
    flow_veh_s = np.maximum(capacity_veh_s, 1e-9)
    with_tail_s = np.minimum(drive_s + (of_each - 1) / flow_veh_s, storage * of_each / flow_veh_s)
    drive_s = np.where(roads.shared_lane, np.maximum(drive_s, with_tail_s), drive_s)
    free_s = np.where(roads.is_public, drive_s, inf)
    return Network(
        head=np.concatenate([roads.head, nodes]),
        length_m=np.concatenate([roads.length_m, nothing]),
        free_s=np.concatenate([free_s, nothing]),
        headway_s=np.concatenate([of_each / flow_veh_s, nothing]),
        storage=np.concatenate([storage, np.full(n_nodes, _ROOM_FOR_ALL)]),
        opposite=np.concatenate([roads.opposite, np.full(n_nodes, NOBODY)]),
        is_shared=np.concatenate([roads.shared_lane, np.zeros(n_nodes, np.bool_)]),
    )


def _travellers(roads: Roads, convoys: Sequence[Convoy], convoy: Integers, starts_s: Floats) -> tuple[Travellers, Ways]:
    """Everybody before the start, each with the way of its convoy; a row of ways a convoy."""
    n, rows = len(convoy), len(convoys)
    lengths = np.array([len(one.edges) for one in convoys], dtype=np.int64)
    ends = np.cumsum(lengths)
    from_node = np.array([one.from_node for one in convoys], dtype=np.int64)
    travellers = Travellers(
        edge=len(roads.edges) + from_node[convoy], behind=np.full(n, NOBODY, np.int64), entered_s=starts_s.copy(),
        ready_s=starts_s.copy(), speed_m_s=np.zeros(n), braves=np.zeros(n, np.bool_), row=convoy.copy(),
        route_at=(ends - lengths)[convoy], route_end=ends[convoy], people=np.ones(n, np.int64), distance_m=np.zeros(n),
        status=np.full(n, TRAVELLING, np.int64), done_s=np.full(n, inf),
    )  # fmt: skip
    ways_taken = Ways(
        next_edge=np.full((rows, len(roads.node_ids)), NOBODY, np.int64), refuge=np.arange(rows),
        node=np.array([one.to_node for one in convoys], dtype=np.int64),
        room=np.full(rows, _ROOM_FOR_ALL, np.int64),
        route_edges=np.array([edge for one in convoys for edge in one.edges], dtype=np.int64),
    )  # fmt: skip
    return travellers, ways_taken


# --- what it means ---------------------------------------------------------------------------------------------


def _cleared(
    picture: Picture, closes_s: Floats, convoys: Sequence[Convoy], driven: Drive, compliance: float, now_s: float
) -> list[Clearance]:
    """The row of all who were told to leave, then one a zone in the order of their trigger, as they were told."""
    margin_s = np.full(len(driven.convoy), inf)
    np.minimum.at(margin_s, driven.who, closes_s[driven.edge] - driven.left_s)
    is_told = np.array([one.is_told for one in convoys], dtype=np.bool_)
    told = is_told.nonzero()[0].tolist()
    whose = [("", told), *((picture.ground.zones[convoys[k].zone].zone, [k]) for k in told)]
    shadow = sum(n for one, n in zip(convoys, driven.vehicles, strict=True) if not one.is_told)
    result = []
    for zone, which in whose:
        mine = driven.convoy == which[0] if zone else is_told[driven.convoy]
        vehicles = sum(driven.vehicles[k] for k in which)
        result.append(
            Clearance(
                now_s, compliance, zone, vehicles, 0 if zone else shadow, _ranked(driven.done_s[mine], now_s),
                float(margin_s[mine].min(initial=inf)), float((margin_s[mine] < 0.0).mean()) if mine.any() else 0.0,
            )
        )  # fmt: skip
    return result


def _ranked(done_s: Floats, now_s: float) -> tuple[float, float, float]:
    """When half, nine tenths and all have arrived; at once where nobody drives. [s]"""
    ranked = np.sort(done_s) if len(done_s) else np.array([now_s])
    half, most, last = (float(ranked[ceil(share * len(ranked) - 1e-9) - 1]) for share in (0.5, 0.9, 1.0))
    return half, most, last

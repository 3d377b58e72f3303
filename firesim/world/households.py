"""Parties of people, made from the counts of a place: who is together, where, with which vehicle and phone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firesim.inputs.problems import BadInput
from firesim.physics.walking import burdened_speed_m_s, party_walking_speed_m_s
from firesim.streams import Luck, key_of
from firesim.world.lifts import match_lifts
from firesim.world.members import AMBULANCE, NO_HELP, Members, draw_members
from firesim.world.people_parameters import PeopleParameters

if TYPE_CHECKING:
    from firesim.place.load import Place

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

KINDS = ("resident", "guest", "visitor", "staff")
RESIDENT, GUEST, VISITOR, STAFF = range(4)
# How a party would leave. Nobody is given a bus, a boat or an ambulance here: whoever sends them says so.
MODES = ("car", "two_wheeler", "foot", "shore", "lift", "bus", "boat", "stay", "ambulance")
CAR, TWO_WHEELER, FOOT, SHORE, LIFT, BUS, BOAT, STAY, FETCHED = range(9)

_NIGHT_H = 3.0  # everybody is in bed, so who is not a resident or a guest is staff


@dataclass(frozen=True)
class Parties:
    """Every party of a run: arrays over [parties]. `node` is where they join the roads, -1 on the shore.

    A `household_id` is the zone, the first letter of the kind, and a number; all its luck hangs on it (`entity`).
    `seats` are those of their own vehicle, 0 without one, whether or not anybody can drive it; `driver` is the
    party with which they would go, -1: with none.
    """

    household_id: list[str]
    entity: Integers
    zone_index: Integers
    kind: Integers  # index into KINDS
    mode: Integers  # index into MODES
    people: Integers
    x_m: Floats
    y_m: Floats
    node: Integers
    walk_m: Floats  # straight to the node
    walking_speed_m_s: Floats
    has_app: Claims
    has_phone: Claims
    members: Members
    seats: Integers
    driver: Integers

    def __len__(self) -> int:
        return len(self.household_id)

    @property
    def drives(self) -> Claims:
        """Whether they would leave in a vehicle of their own. [parties]"""
        return np.isin(self.mode, (CAR, TWO_WHEELER))


def people_by_kind(place: Place, hour: float) -> Integers:
    """How many residents, guests, visitors and staff are in each zone at an hour. [zones, kinds]

    On beaches all are visitors. In a settlement those present divide as those who spend the night there do:
    residents and guests as counted, the rest of the night's people staff.
    """
    settlement = place.settlement
    present = settlement.present(hour)
    try:
        night = settlement.present(_NIGHT_H)
    except BadInput:  # the table says nothing about the night: no staff
        night = settlement.residents + settlement.guests
    counts = np.zeros((len(settlement.zones), len(KINDS)), dtype=np.int64)
    for index, zone in enumerate(settlement.zones):
        residents, guests = int(settlement.residents[index]), int(settlement.guests[index])
        staff = max(0, int(night[index]) - residents - guests)
        if zone.kind == "beach" or residents + guests + staff == 0:
            counts[index, VISITOR] = present[index]
        else:
            counts[index] = _shared_out(int(present[index]), [residents, guests, 0, staff])
    return counts


def make_parties(place: Place, parameters: PeopleParameters, luck: Luck, hour: float) -> Parties:
    """Everybody who is there at an hour of the local day, in parties; as many people as the place counts."""
    counts = people_by_kind(place, hour)
    ids, entities = list[str](), list[Integers]()
    columns: list[tuple[Integers, int, int]] = []  # sizes, zone, kind
    for zone_index, zone in enumerate(place.settlement.zones):
        for kind in range(len(KINDS)):
            sizes, names, entity_of = _sizes(zone.zone, kind, int(counts[zone_index, kind]), parameters, luck)
            ids += names
            entities.append(entity_of)
            columns.append((sizes, zone_index, kind))
    people = np.concatenate([sizes for sizes, _, _ in columns]) if columns else np.empty(0, np.int64)
    lengths = [len(sizes) for sizes, _, _ in columns]
    zone_index_of = np.repeat(np.array([z for _, z, _ in columns], dtype=np.int64), lengths)
    kind_of = np.repeat(np.array([k for _, _, k in columns], dtype=np.int64), lengths)
    entity = np.concatenate(entities) if entities else np.empty(0, np.int64)
    x_m, y_m, node, walk_m = _places(place, zone_index_of, entity, luck)
    members = draw_members(kind_of, people, entity, parameters, luck)
    mode, seats, driver = _ways_to_leave(kind_of, people, node, entity, zone_index_of, members, parameters, luck)
    has_app = luck.uniform("app", entity) < parameters.app_fraction
    return Parties(
        household_id=ids,
        entity=entity,
        zone_index=zone_index_of,
        kind=kind_of,
        mode=mode,
        people=people,
        x_m=x_m,
        y_m=y_m,
        node=node,
        walk_m=walk_m,
        walking_speed_m_s=burdened_speed_m_s(
            party_walking_speed_m_s(
                luck.uniform("walking speed", entity), people, parameters.walk_slow_m_s, parameters.walk_fast_m_s
            ),
            members.has_luggage,
            members.has_children,
            parameters.luggage_speed_factor,
            parameters.children_speed_factor,
        ),
        has_app=has_app,
        has_phone=has_app | (luck.uniform("phone", entity) < parameters.phone_fraction),
        members=members,
        seats=seats,
        driver=driver,
    )


def _shared_out(total: int, weights: list[int]) -> Integers:
    """Whole numbers that add up to `total`, as near to the weights as they can be (largest remainders)."""
    exact = np.array(weights, dtype=float) * total / sum(weights)
    whole = np.floor(exact).astype(np.int64)
    most_left = np.argsort(-(exact - whole), kind="stable")
    whole[most_left[: total - int(whole.sum())]] += 1
    return whole


def _sizes(
    zone: str, kind: int, count: int, parameters: PeopleParameters, luck: Luck
) -> tuple[Integers, list[str], Integers]:
    """Sizes, names and entities of the parties that `count` people make; the last is as large as people are left."""
    if count == 0:
        return np.empty(0, np.int64), [], np.empty(0, np.int64)
    if kind == STAFF:  # people who work there, each for themselves
        return np.ones(count, dtype=np.int64), *_called(zone, kind, 0, count)
    shares = parameters.resident_sizes if kind == RESIDENT else parameters.guest_sizes
    drawn, names, entity = np.empty(0, np.int64), list[str](), np.empty(0, np.int64)
    while drawn.sum() < count:
        more, who = _called(zone, kind, len(names), len(names) + count // 2 + 1)
        sizes = 1 + np.searchsorted(np.cumsum(shares), luck.uniform("party size", who), side="right")
        drawn, names = np.concatenate([drawn, np.minimum(sizes, len(shares))]), names + more
        entity = np.concatenate([entity, who])
    n = int(np.searchsorted(np.cumsum(drawn), count)) + 1
    drawn = drawn[:n].copy()
    drawn[-1] -= int(drawn.sum()) - count
    return drawn, names[:n], entity[:n]


@lru_cache(maxsize=1024)
def _called(zone: str, kind: int, first: int, end: int) -> tuple[list[str], Integers]:
    """Names and entities of the parties of a kind with these numbers, the same in all runs. Read only."""
    names = [f"{zone}-{KINDS[kind][0]}{number:04d}" for number in range(first, end)]
    return names, np.array([key_of(name) for name in names], dtype=np.uint64).view(np.int64)


def _places(
    place: Place, zone_index: Integers, entity: Integers, luck: Luck
) -> tuple[Floats, Floats, Integers, Floats]:
    """Where each party is, the node at which it joins the roads (-1: none) and how far that is. [m]"""
    x_m, y_m = np.empty(len(entity)), np.empty(len(entity))
    node = np.full(len(entity), -1, dtype=np.int64)
    walk_m = np.zeros(len(entity))
    for index, zone in enumerate(place.settlement.zones):
        here = np.flatnonzero(zone_index == index)
        x_m[here], y_m[here] = place.settlement.locations(index, len(here), luck, entity[here])
        if zone.node is not None and len(here):
            node[here] = place.roads.nearest_node(x_m[here], y_m[here])
            walk_m[here] = np.hypot(place.roads.x_m[node[here]] - x_m[here], place.roads.y_m[node[here]] - y_m[here])
    return x_m, y_m, node, walk_m


def _ways_to_leave(
    kind: Integers,
    people: Integers,
    node: Integers,
    entity: Integers,
    zone_index: Integers,
    members: Members,
    parameters: PeopleParameters,
    luck: Luck,
) -> tuple[Integers, Integers, Integers]:
    """How each party would leave, the seats of its own vehicle, and whose lift it would take (-1: nobody's).

    Who refuses stays. Who needs help takes a lift or waits for one; of the others without a vehicle, those who
    find a driver take a lift and the rest walk.
    """
    mode = _own_vehicles(kind, people, entity, parameters, luck)
    seats = np.array([parameters.seats_per_car, parameters.seats_per_two_wheeler, 0])[mode]
    helped, on_road = members.needs != NO_HELP, node >= 0
    able = on_road & ~members.refuses & (members.needs != AMBULANCE)
    offers = luck.uniform("lift offered", entity) < parameters.lift_offered_fraction
    driver = match_lifts(
        zone_index,
        people,
        np.where(able & ~helped & offers & (seats > 0), seats - people, 0),
        able & (helped | (seats == 0)),
        helped,
        luck.uniform("lift", entity),
        parameters.lift_asks,
    )
    mode = np.where((driver >= 0) | helped, LIFT, mode)
    mode = np.where(members.refuses, STAY, mode)
    return np.where(on_road, mode, SHORE).astype(np.int64), seats, driver


def _own_vehicles(
    kind: Integers, people: Integers, entity: Integers, parameters: PeopleParameters, luck: Luck
) -> Integers:
    """CAR, TWO_WHEELER or FOOT. One vehicle a party; the more people, the likelier that one has a vehicle."""
    rates = np.array([
        parameters.vehicles_per_resident,
        parameters.vehicles_per_guest,
        parameters.vehicles_per_visitor,
        parameters.vehicles_per_staff,
    ])  # fmt: skip
    vehicles = rates[kind] * people
    with_car = vehicles * parameters.car_share
    fits = people <= parameters.seats_per_two_wheeler
    with_two_wheeler = np.where(fits, vehicles * (1.0 - parameters.car_share), 0.0)
    drawn = luck.uniform("vehicle", entity)
    return np.where(drawn < with_car, CAR, np.where(drawn < with_car + with_two_wheeler, TWO_WHEELER, FOOT))

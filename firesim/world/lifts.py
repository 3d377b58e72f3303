"""Who takes whom along: parties without a vehicle, and drivers of their zone with free seats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]

_NOBODY = -1


def match_lifts(
    zone_index: Integers,
    people: Integers,
    free_seats: Integers,
    seeks: Claims,
    comes_first: Claims,
    number: Floats,
    asks: int,
) -> Integers:
    """The driver with whom each party would go.

    Parameters
    ----------
    zone_index, people : [parties]
        Only parties of one zone ride together.
    free_seats : [parties]
        Seats that a driver offers besides its own people's; 0 or less: none.
    seeks, comes_first : [parties]
        Who looks for a lift; whom drivers take before others (those who cannot leave by themselves).
    number : [parties]
        Each party's own luck, uniform in (0, 1). It stands for who knows whom.
    asks : int
        Each asks so many drivers at most, those with the nearest numbers on a ring, nearest first.

    Returns
    -------
    [parties] index of the driver, -1: none

    Notes
    -----
    Asked in rounds: each driver takes those who ask in the same round while seats are left, whoever comes first
    first, then the nearest number. A party is taken whole. One more party changes the lifts only of those who ask
    the same drivers, and of those who are turned away because of it.
    """
    driver = np.full(len(people), _NOBODY, dtype=np.int64)
    left = np.maximum(free_seats, 0)
    asked = _whom_they_ask(zone_index, np.flatnonzero(left > 0), np.flatnonzero(seeks), number, asks)
    for who, whom in asked:
        waiting = np.flatnonzero((driver[who] == _NOBODY) & (whom != _NOBODY))
        party, at = who[waiting], whom[waiting]
        order = np.lexsort((party, _apart(number[party], number[at]), ~comes_first[party], at))
        _seat(party[order], at[order], people, left, driver)
    return driver


def _whom_they_ask(
    zone_index: Integers, drivers: Integers, seekers: Integers, number: Floats, asks: int
) -> list[tuple[Integers, Integers]]:
    """For each round, the seekers and the drivers whom they ask in it, -1: nobody is left to ask."""
    drivers = drivers[np.argsort(number[drivers], kind="stable")]
    rounds: list[tuple[list[Integers], list[Integers]]] = [([], []) for _ in range(asks)]
    for zone in np.unique(zone_index[seekers]):
        offers, who = drivers[zone_index[drivers] == zone], seekers[zone_index[seekers] == zone]
        if len(offers) == 0:
            continue
        # On a ring the nearest k are among the k before and the k after.
        at = np.searchsorted(number[offers], number[who])
        near = offers[(at[:, None] + np.arange(-asks, asks)) % len(offers)]
        nearest = np.argsort(_apart(number[near], number[who][:, None]), axis=1, kind="stable")
        near = np.take_along_axis(near, nearest, axis=1)
        if len(offers) < 2 * asks:  # the ring is shorter than that: each is asked once
            near = _without_repeats(near)
        for turn in range(min(asks, near.shape[1])):
            rounds[turn][0].append(who)
            rounds[turn][1].append(near[:, turn])
    none = np.empty(0, np.int64)
    return [(np.concatenate([none, *who]), np.concatenate([none, *whom])) for who, whom in rounds]


def _without_repeats(rows: Integers) -> Integers:
    """Each row with every number once, in the order of its first mention, -1 behind. [rows, columns]"""
    found = np.full(rows.shape, _NOBODY, dtype=np.int64)
    for row, numbers in enumerate(rows.tolist()):
        once = list(dict.fromkeys(numbers))
        found[row, : len(once)] = once
    return found


def _apart(a: Floats, b: Floats) -> Floats:
    """Distance of numbers on a ring of length 1."""
    straight = np.abs(a - b)
    return np.minimum(straight, 1.0 - straight)


def _seat(party: Integers, at: Integers, people: Integers, left: Integers, driver: Integers) -> None:
    """Let parties, in the order given, into the vehicles they stand at; fills `left` and `driver`."""
    turn = np.arange(len(at)) - np.searchsorted(at, at)  # how many stand at the same vehicle before them
    for k in range(int(turn.max(initial=-1)) + 1):
        now = turn == k
        who, whom = party[now], at[now]
        fits = people[who] <= left[whom]
        driver[who[fits]] = whom[fits]
        left[whom[fits]] -= people[who[fits]]

"""The search behind `flow_over_time`: back from the exits through the residual network over time, in kernels.

Arrays in, changed in place. A node's times from which the exit can be reached are all those up to one latest time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel
from firesim.physics.heap import drop_top, push

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]
Shorts = NDArray[np.int16]
Words = NDArray[np.uint64]

NOBODY = -1
WORD = 64
NEVER = np.iinfo(np.int64).max
# Why the kernel comes back.
ALL_PLANNED, NEEDS_STEPS, NEEDS_RECORDS = 0, 1, 2


class Supply(NamedTuple):
    """Vehicles that want to leave, sorted by node, then step."""

    start: Integers  # [node + 1] those of a node
    step: Integers  # [vehicles] when each may leave
    taken: Integers  # [node] how many of a node's have a way; changed in place


class Arcs(NamedTuple):
    """Roads of the planner. Arrays over [edge], and lists of the roads into and out of each node."""

    tail: Integers
    head: Integers
    steps: Integers  # to cross, 0 or more
    out_start: Integers
    out: Integers
    in_start: Integers
    into: Integers


class Timetable(NamedTuple):
    """Who enters and who waits, step by step; all changed in place."""

    flow: Shorts  # [edge, step] vehicles that enter
    room: Shorts  # [edge, step] that still may
    has_room: Words  # [edge, step / 64] bits
    is_used: Words
    waiting: NDArray[np.int32]  # [node, step] who wait from this step to the next
    is_waited: Words  # [node, step / 64] bits


class Search(NamedTuple):
    """What the search knows; changed in place."""

    latest: Integers  # [node] the latest step from which the exit is reached in time, -1: none
    dead: Integers  # [node] the same of the last search that met nobody
    current: Integers  # [node] its record in this search, -1: none
    node: Integers  # [record]
    until: Integers  # [record] latest step
    at: Integers  # [record] step at which the arc is taken
    arc: Integers
    is_forward: Claims
    parent: Integers
    keys: Floats
    ties: Floats
    labels: Integers


# --- bits --------------------------------------------------------------------------------------------------


@kernel
def _last_bit(bits: Words, upto: int) -> int:
    """The highest bit set at or below `upto`, -1: none."""
    if upto < 0:
        return -1
    word = min(upto >> 6, bits.size - 1)
    shift = 63 - (upto & 63) if word == upto >> 6 else 0
    held = (bits[word] << np.uint64(shift)) >> np.uint64(shift)
    while held == np.uint64(0):
        word -= 1
        if word < 0:
            return -1
        held = bits[word]
    high = 0
    for width in (32, 16, 8, 4, 2, 1):
        if held >> np.uint64(width) != np.uint64(0):
            held >>= np.uint64(width)
            high += width
    return int(word * 64 + high)


@kernel
def _set_bit(bits: Words, k: int, value: bool) -> None:
    one = np.uint64(1) << np.uint64(k & 63)
    if value:
        bits[k >> 6] |= one
    else:
        bits[k >> 6] &= ~one


@kernel
def _is_set(bits: Words, k: int) -> bool:
    return bool((bits[k >> 6] >> np.uint64(k & 63)) & np.uint64(1) != np.uint64(0))


@kernel
def fill_room(table: Timetable, rates: Floats, closes: Integers, first: int) -> None:
    """Write how many may enter each road in each step from `first` on: up to the end of step k ceil((k + 1) rate)."""
    most = np.iinfo(np.int16).max
    for edge in range(table.room.shape[0]):
        for step in range(first, min(table.room.shape[1], closes[edge])):
            # The small number keeps a whole number of vehicles a step from being rounded up by the last bit.
            passed = np.ceil(rates[edge] * (step + 1) - 1e-9) - np.ceil(rates[edge] * step - 1e-9)
            table.room[edge, step] = min(int(passed), most)
            if passed > 0.0:
                _set_bit(table.has_room[edge], step, True)


# --- the search ----------------------------------------------------------------------------------------------


@kernel
def has_lasting_way(arcs: Arcs, closes: Integers, rates: Floats, is_exit: Claims) -> Claims:
    """Nodes from which a way to an exit exists that never closes."""
    has_way, todo, n = is_exit.copy(), np.empty(is_exit.size, np.int64), 0
    for node in range(is_exit.size):
        if is_exit[node]:
            todo[n] = node
            n += 1
    while n > 0:
        n -= 1
        node = todo[n]
        for k in range(arcs.in_start[node], arcs.in_start[node + 1]):
            edge = arcs.into[k]
            before = arcs.tail[edge]
            if closes[edge] == NEVER and rates[edge] > 0.0 and not has_way[before]:
                has_way[before] = True
                todo[n] = before
                n += 1
    return has_way


@kernel
def _record(
    search: Search, table: Timetable, n: int, node: int, at: int, arc: int, is_forward: bool, parent: int
) -> None:
    """Note that from `node` at step `at`, and while somebody waits there beyond, the exit can be reached."""
    until = at
    if arc != NOBODY:
        last = table.waiting.shape[1] - 1
        while until < last and _is_set(table.is_waited[node], until):
            until += 1  # who waits here can be sent instead
    search.node[n], search.at[n], search.until[n] = node, at, until
    search.arc[n], search.is_forward[n], search.parent[n] = arc, is_forward, parent
    search.latest[node], search.current[node] = until, n


@kernel
def _meets(search: Search, supply: Supply, node: int) -> bool:
    next_one = supply.start[node] + supply.taken[node]
    return bool(next_one < supply.start[node + 1] and supply.step[next_one] <= search.latest[node])


@kernel
def _look(arcs: Arcs, table: Timetable, search: Search, supply: Supply, is_exit: Claims, step: int) -> tuple[int, int]:
    """Search back from the exits at `step`; returns the node where somebody is met, -1: nobody, and the records used.

    -2: there is no room for more records.
    """
    n, size, room = 0, 0, search.node.size - arcs.tail.size - 2
    for node in range(is_exit.size):
        if is_exit[node]:
            _record(search, table, n, node, step, NOBODY, True, NOBODY)
            size = push(search.keys, search.ties, search.labels, size, -float(step), 0.0, n)
            n += 1
    while size > 0:
        here = search.labels[0]
        size = drop_top(search.keys, search.ties, search.labels, size)
        node, until = search.node[here], search.until[here]
        if search.current[node] != here:
            continue
        if n >= room:
            return -2, n
        for k in range(arcs.in_start[node], arcs.in_start[node + 1]):
            edge = arcs.into[k]
            before = arcs.tail[edge]
            at = until - arcs.steps[edge]
            if at <= search.latest[before]:
                continue
            at = _last_bit(table.has_room[edge], at)
            if at > search.latest[before]:
                _record(search, table, n, before, at, edge, True, here)
                size = push(search.keys, search.ties, search.labels, size, -float(search.until[n]), 0.0, n)
                n += 1
                if _meets(search, supply, before):
                    return before, n
        for k in range(arcs.out_start[node], arcs.out_start[node + 1]):
            edge = arcs.out[k]
            after = arcs.head[edge]
            if is_exit[after] or until + arcs.steps[edge] <= search.latest[after]:
                continue
            at = _last_bit(table.is_used[edge], until)
            if at >= 0 and at + arcs.steps[edge] > search.latest[after]:
                _record(search, table, n, after, at + arcs.steps[edge], edge, False, here)
                size = push(search.keys, search.ties, search.labels, size, -float(search.until[n]), 0.0, n)
                n += 1
                if _meets(search, supply, after):
                    return after, n
    return -1, n


@kernel
def _wait(table: Timetable, node: int, come: int, go: int) -> None:
    """One more waits at a node from `come` to `go`; one fewer if that is the other way round."""
    for step in range(come, go):
        table.waiting[node, step] += 1
        _set_bit(table.is_waited[node], step, True)
    for step in range(go, come):
        table.waiting[node, step] -= 1
        if table.waiting[node, step] == 0:
            _set_bit(table.is_waited[node], step, False)


@kernel
def _send(arcs: Arcs, table: Timetable, search: Search, supply: Supply, origin: int) -> None:
    """Send the next vehicle of a node along the way that was found."""
    now = supply.step[supply.start[origin] + supply.taken[origin]]
    supply.taken[origin] += 1
    here = search.current[origin]
    while search.parent[here] != NOBODY:
        node, at, edge = search.node[here], search.at[here], search.arc[here]
        _wait(table, node, now, at)
        if search.is_forward[here]:
            change, entered, now = 1, at, at + arcs.steps[edge]
        else:
            change, entered, now = -1, at - arcs.steps[edge], at - arcs.steps[edge]
        table.flow[edge, entered] += change
        table.room[edge, entered] -= change
        _set_bit(table.has_room[edge], entered, table.room[edge, entered] > 0)
        _set_bit(table.is_used[edge], entered, table.flow[edge, entered] > 0)
        here = search.parent[here]


@kernel
def plan_ways(
    arcs: Arcs, table: Timetable, search: Search, supply: Supply, is_exit: Claims, lasting: Claims,
    settled: int, step: int,
) -> tuple[int, int]:  # fmt: skip
    """Send vehicles, exit step by exit step, from `step` on; returns why it stops, and at which step.

    Those without a lasting way are given up once every node with one can be left after `settled`, the last
    closing and the longest road beyond it: nothing later can change what is possible before.
    """
    left, left_lasting = 0, 0
    for node in range(is_exit.size):
        still = supply.start[node + 1] - supply.start[node] - supply.taken[node]
        left += still
        left_lasting += still if lasting[node] else 0
    while left > 0:
        if step >= table.flow.shape[1]:
            return NEEDS_STEPS, step
        met, n = _look(arcs, table, search, supply, is_exit, step)
        if met >= 0:
            _send(arcs, table, search, supply, met)
            left -= 1
            left_lasting -= 1 if lasting[met] else 0
        for k in range(n):
            node = search.node[k]
            search.current[node] = NOBODY
            if met == -1:
                search.dead[node] = search.latest[node]
            else:
                search.latest[node] = search.dead[node]
        if met == -2:
            return NEEDS_RECORDS, step
        if met == -1:
            if left_lasting == 0 and _is_settled(search, lasting, settled):
                break
            step += 1
    return ALL_PLANNED, step


@kernel
def _is_settled(search: Search, lasting: Claims, settled: int) -> bool:
    return bool(np.all(search.dead[lasting] > settled))

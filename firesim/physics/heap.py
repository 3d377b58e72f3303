"""A binary heap on three flat arrays, for kernels that take the earliest thing next.

Entry i is (`keys[i]`, `ties[i]`, `labels[i]`): two floats and an integer, compared in that order, so equal keys
come out in an order that depends on nothing but the entries. The caller owns the arrays, keeps the number of
entries, and sees to it that there is room; the least entry is at 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firesim.compiled import kernel_in_place

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@kernel_in_place
def _comes_before(keys: Floats, ties: Floats, labels: Integers, i: int, j: int) -> bool:
    if keys[i] != keys[j]:
        return bool(keys[i] < keys[j])
    if ties[i] != ties[j]:
        return bool(ties[i] < ties[j])
    return bool(labels[i] < labels[j])


@kernel_in_place
def _swap(keys: Floats, ties: Floats, labels: Integers, i: int, j: int) -> None:
    keys[i], keys[j] = keys[j], keys[i]
    ties[i], ties[j] = ties[j], ties[i]
    labels[i], labels[j] = labels[j], labels[i]


@kernel_in_place
def push(keys: Floats, ties: Floats, labels: Integers, size: int, key: float, tie: float, label: int) -> int:
    """Put one entry on a heap of `size` entries; returns the new size."""
    keys[size], ties[size], labels[size] = key, tie, label
    child = size
    while child > 0:
        parent = (child - 1) // 2
        if not _comes_before(keys, ties, labels, child, parent):
            break
        _swap(keys, ties, labels, child, parent)
        child = parent
    return size + 1


@kernel_in_place
def _sink(keys: Floats, ties: Floats, labels: Integers, size: int, parent: int) -> None:
    while True:
        child = 2 * parent + 1
        if child >= size:
            return
        if child + 1 < size and _comes_before(keys, ties, labels, child + 1, child):
            child += 1
        if not _comes_before(keys, ties, labels, child, parent):
            return
        _swap(keys, ties, labels, child, parent)
        parent = child


@kernel_in_place
def drop_top(keys: Floats, ties: Floats, labels: Integers, size: int) -> int:
    """Take the least entry off a heap of `size` entries; returns the new size."""
    size -= 1
    _swap(keys, ties, labels, 0, size)
    _sink(keys, ties, labels, size, 0)
    return size


@kernel_in_place
def restore(keys: Floats, ties: Floats, labels: Integers, size: int) -> None:
    """Make a heap again of `size` entries whose keys were changed in place."""
    for parent in range(size // 2 - 1, -1, -1):
        _sink(keys, ties, labels, size, parent)

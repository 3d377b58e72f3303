"""What machine code must know of its arguments beforehand: the kind of each array and number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

Kinds = tuple[str, ...]  # of all arguments, parts of tuples one by one
_C_ORDER, _F_ORDER, _WRITEABLE = 0x1, 0x2, 0x400  # bits of `array.flags.num`


def parts_of(values: tuple[Any, ...]) -> Iterator[Any]:
    """The values, with those in tuples one by one."""
    for value in values:
        if isinstance(value, tuple):
            yield from parts_of(value)
        else:
            yield value


def kinds_of(parts: list[Any]) -> Kinds:
    """The kind of each part: other kinds need other code."""
    return tuple(
        [
            _array_kind(part.dtype, part.ndim, part.flags.num) if isinstance(part, np.ndarray) else _number_kind(part)
            for part in parts
        ]
    )


@cache  # there are few, and they are asked for at every step
def _array_kind(dtype: np.dtype[Any], ndim: int, flags: int) -> str:
    order = "C" if flags & _C_ORDER else "F" if flags & _F_ORDER else "A"
    return f"{dtype.str} {ndim}d {order} {'to write' if flags & _WRITEABLE else 'to read'}"


def _number_kind(number: Any) -> str:
    if isinstance(number, bool | np.bool_):
        return "bool"
    if isinstance(number, int | np.int64):
        return "int"
    return "float" if isinstance(number, float) else type(number).__name__

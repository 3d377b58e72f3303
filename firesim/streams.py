"""Named luck: every drawn number is a function of who draws it, why, and how often before.

A stream is keyed by (seed, replicate, purpose); a draw in it by (entity, ordinal). Nothing is drawn
"next": the same key always gives the same number, whatever else was drawn, in whatever order, by however
many workers. Two strategies therefore share every stroke of luck that they do not themselves change, and
one more household changes no other household's.

The generator is Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3"), the counter-based generator that numpy ships; here it is compiled and
evaluated for one counter or an array of them, because a numpy Generator per household would cost more than the
simulation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from firesim.compiled import kernel

Word = np.uint64
Key = tuple[np.uint64, np.uint64]
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

# Constants of Philox4x64-10, Salmon et al. 2011, table 2 and section 3.3.
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)
_DRAWN_TOGETHER = 64  # by who draws in turn: a call costs as much as some hundred numbers
_UNUSED_BITS = np.uint64(12)  # 52 bits and a half are exact in a double; with 53 the largest would round to 1
_MASK = 2**64 - 1


def key_of(text: str) -> int:
    """A 64-bit key for a name; the same on every machine, unlike Python's own `hash`."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@kernel
def _high_product(a: Word, b: Word) -> Word:
    """Upper 64 bits of the 128-bit product of two words."""
    a_low, a_high = a & _LOW_HALF, a >> _HALF_WORD
    b_low, b_high = b & _LOW_HALF, b >> _HALF_WORD
    middle = a_high * b_low + (a_low * b_low >> _HALF_WORD)
    other = a_low * b_high + (middle & _LOW_HALF)
    return a_high * b_high + (middle >> _HALF_WORD) + (other >> _HALF_WORD)


@kernel
def philox(counter: tuple[Word, Word, Word, Word], key: Key) -> tuple[Word, Word, Word, Word]:
    """Four random words for one counter: Salmon et al. 2011, section 3.3. For compiled code: words wrap around."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        high_0, low_0 = _high_product(_MULTIPLIER_0, c0), _MULTIPLIER_0 * c0
        high_2, low_2 = _high_product(_MULTIPLIER_1, c2), _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = high_2 ^ c1 ^ k0, low_2, high_0 ^ c3 ^ k1, low_0
        k0, k1 = k0 + _WEYL_0, k1 + _WEYL_1
    return c0, c1, c2, c3


@kernel
def first_word(ordinal: Word, entity: Word, key: Key) -> Word:
    """The first word of one counter."""
    zero = np.uint64(0)
    return philox((ordinal, entity, zero, zero), key)[0]


@kernel
def between_0_and_1(word: Word) -> float:
    """A word as a number of the open interval (0, 1), evenly spread."""
    return (np.float64(word >> _UNUSED_BITS) + 0.5) * 2.0**-52


@kernel
def _uniform(ordinal: int, entity: int, key_0: int, key_1: int) -> float:
    """The number of one counter. All words as Python's signed integers, which a kernel takes quickest."""
    key = (np.uint64(key_0), np.uint64(key_1))
    return between_0_and_1(first_word(np.uint64(ordinal), np.uint64(entity), key))


@kernel
def _uniform_pair(entity: int, key_0: int, key_1: int) -> tuple[float, float]:
    """The numbers of an entity's first two counters."""
    return _uniform(0, entity, key_0, key_1), _uniform(1, entity, key_0, key_1)


@kernel
def _uniforms(ordinals: Words, entities: Words, key_0: int, key_1: int) -> Floats:
    """The number of each counter; one ordinal stands for all. [n]"""
    key = (np.uint64(key_0), np.uint64(key_1))
    numbers = np.empty(entities.size)
    for n in range(entities.size):
        ordinal = ordinals[n] if ordinals.size > 1 else ordinals[0]
        numbers[n] = between_0_and_1(first_word(ordinal, entities[n], key))
    return numbers


def _signed(word: int) -> int:
    """The integer from -2**63 to 2**63 - 1 that has the same lower 64 bits."""
    return ((word + 2**63) & _MASK) - 2**63


@lru_cache(maxsize=4096)
def _signed_key(name: str) -> int:
    return _signed(key_of(name))


@lru_cache(maxsize=4096)
def _stream_key(seed: int, replicate: int, purpose: str) -> tuple[int, int]:
    return _signed_key(f"{seed}/{replicate}"), _signed_key(purpose)


_ONE = (int, str)  # what the name of one who draws alone may be


def _who(entity: int | str) -> int:
    return _signed_key(entity) if isinstance(entity, str) else _signed(entity)


def _as_words(value: int | str | NDArray[np.integer]) -> Words:
    if isinstance(value, str):
        value = key_of(value)
    if isinstance(value, int):
        return np.array([value & _MASK], dtype=np.uint64)
    return np.atleast_1d(np.asarray(value).astype(np.uint64))


@dataclass(frozen=True)
class Luck:
    """All the luck of one replicate.

    `entity` is who draws: an integer, a name, or an array of integers; `ordinal` counts the draws of that
    entity for that purpose. Arrays of entities and ordinals broadcast against each other.
    """

    seed: int
    replicate: int = 0

    @overload
    def uniform(self, purpose: str, entity: int | str, ordinal: int = 0) -> float: ...
    @overload
    def uniform(self, purpose: str, entity: NDArray[np.integer], ordinal: int | NDArray[np.integer] = 0) -> Floats: ...
    def uniform(self, purpose, entity, ordinal=0):  # type: ignore[no-untyped-def]
        """Uniform in the open interval (0, 1): safe under `log` and the normal quantile."""
        key = _stream_key(self.seed, self.replicate, purpose)
        if isinstance(entity, _ONE) and isinstance(ordinal, int):
            return _uniform(_signed(ordinal), _who(entity), *key)
        entities, ordinals = _as_words(entity), _as_words(ordinal)
        if ordinals.shape != entities.shape and (ordinals.size != 1 or ordinals.ndim > entities.ndim):
            entities, ordinals = (part.copy() for part in np.broadcast_arrays(entities, ordinals))
        return _uniforms(ordinals.ravel(), entities.ravel(), *key).reshape(entities.shape)

    def uniform_pair(self, purpose: str, entity: int | str) -> tuple[float, float]:
        """`uniform` of the ordinals 0 and 1, at the cost of one."""
        return _uniform_pair(_who(entity), *_stream_key(self.seed, self.replicate, purpose))

    @overload
    def normal(self, purpose: str, entity: int | str, ordinal: int = 0) -> float: ...
    @overload
    def normal(self, purpose: str, entity: NDArray[np.integer], ordinal: int | NDArray[np.integer] = 0) -> Floats: ...
    def normal(self, purpose, entity, ordinal=0):  # type: ignore[no-untyped-def]
        """Standard normal, by the quantile of `uniform`: one number in, one number out."""
        quantile = ndtri(self.uniform(purpose, entity, ordinal))
        return quantile if isinstance(quantile, np.ndarray) else float(quantile)

    def generator(self, purpose: str, entity: int | str = 0, ordinal: int = 0) -> np.random.Generator:
        """A numpy Generator of its own, for whole fields of numbers (a spread multiplier on the grid)."""
        key = [key_of(f"{self.seed}/{self.replicate}"), key_of(f"{purpose}/{entity}/{ordinal}")]
        return np.random.Generator(np.random.Philox(key=np.array(key, dtype=np.uint64)))


@dataclass
class InTurn:
    """The draws of one entity for one purpose, for who asks for them in the order of their ordinals.

    draw: `uniform` or `normal` of a `Luck`, which gives the same numbers one by one; here many are drawn at once.
    """

    draw: Callable[[str, NDArray[np.integer], NDArray[np.integer]], Floats]
    purpose: str
    entity: str
    _block: int = field(default=-1, init=False)
    _numbers: list[float] = field(default_factory=list, init=False, repr=False)

    def __call__(self, ordinal: int) -> float:
        """The draw of this ordinal, from 0 on."""
        block, place = divmod(ordinal, _DRAWN_TOGETHER)
        if block != self._block:
            entity = np.array([key_of(self.entity)], dtype=np.uint64)
            ordinals = np.arange(block * _DRAWN_TOGETHER, (block + 1) * _DRAWN_TOGETHER)
            self._block, self._numbers = block, self.draw(self.purpose, entity, ordinals).tolist()
        return self._numbers[place]

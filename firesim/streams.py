"""Named luck: every drawn number is a function of who draws it, why, and how often before.

A stream is keyed by (seed, replicate, purpose); a draw in it by (entity, ordinal). Nothing is drawn
"next": the same key always gives the same number, whatever else was drawn, in whatever order, by however
many workers. Two strategies therefore share every stroke of luck that they do not themselves change, and
one more household changes no other household's.

The generator is Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3"), the counter-based generator that numpy ships; here it is evaluated for an array of counters at
once, because a numpy Generator per household would cost more than the simulation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

# Constants of Philox4x64-10, Salmon et al. 2011, table 2 and section 3.3.
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)
_UNUSED_BITS = np.uint64(12)  # 52 bits and a half are exact in a double; with 53 the largest would round to 1
_MASK = 2**64 - 1
_FEW = 16  # up to so many numbers are drawn quicker one by one than as an array


def key_of(text: str) -> int:
    """A 64-bit key for a name; the same on every machine, unlike Python's own `hash`."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _high_product(a: Words, b: Words) -> Words:
    """Upper 64 bits of the 128-bit product."""
    a_low, a_high = a & _LOW_HALF, a >> _HALF_WORD
    b_low, b_high = b & _LOW_HALF, b >> _HALF_WORD
    middle = a_high * b_low + (a_low * b_low >> _HALF_WORD)
    other = a_low * b_high + (middle & _LOW_HALF)
    high: Words = a_high * b_high + (middle >> _HALF_WORD) + (other >> _HALF_WORD)
    return high


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, ...]:
    """Four random words for each counter. Arrays of one shape, uint64."""
    # Words 0 and 2 are multiplied in a round, 1 and 3 are mixed in: two at a time is half the work of one by one.
    column = (2,) + (1,) * counter[0].ndim
    multipliers, keys = np.array(_MULTIPLIERS, np.uint64).reshape(column), np.array(key, np.uint64).reshape(column)
    weyl = np.array(_WEYL, np.uint64).reshape(column)
    even, odd = np.stack(counter[0::2]), np.stack(counter[1::2])
    for _ in range(_ROUNDS):
        high, low = _high_product(multipliers, even), multipliers * even
        even, odd = high[::-1] ^ odd ^ keys, low[::-1]
        keys = keys + weyl
    return even[0], odd[0], even[1], odd[1]


def philox_word(ordinal: int, entity: int, key: tuple[int, int]) -> int:
    """The first word of one counter, in plain whole numbers: thirty times quicker than an array of one."""
    m0, m1 = _MULTIPLIERS
    c0, c1, c2, c3 = ordinal, entity, 0, 0
    k0, k1 = key
    for _ in range(_ROUNDS):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = (p1 >> 64) ^ c1 ^ k0, p1 & _MASK, (p0 >> 64) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + _WEYL[0]) & _MASK, (k1 + _WEYL[1]) & _MASK
    return c0


@lru_cache(maxsize=4096)
def _stream_key(seed: int, replicate: int, purpose: str) -> tuple[int, int]:
    return key_of(f"{seed}/{replicate}"), key_of(purpose)


@dataclass(frozen=True)
class Luck:
    """All the luck of one replicate.

    `entity` is who draws: an integer, a name, or an array of integers; `ordinal` counts the draws of that
    entity for that purpose. Arrays of entities and ordinals broadcast against each other.
    """

    seed: int
    replicate: int = 0

    def _words(self, purpose: str, entity: object, ordinal: object) -> Words:
        def as_words(value: object) -> Words:
            if isinstance(value, str):
                value = key_of(value)
            if isinstance(value, int):
                return np.array(value % 2**64, dtype=np.uint64)
            return np.asarray(value).astype(np.uint64)

        who, times = np.broadcast_arrays(as_words(entity), as_words(ordinal))
        who, times = np.atleast_1d(who), np.atleast_1d(times)
        key = _stream_key(self.seed, self.replicate, purpose)
        if who.size <= _FEW:
            words = [philox_word(t, w, key) for t, w in zip(times.ravel().tolist(), who.ravel().tolist(), strict=True)]
            return np.array(words, dtype=np.uint64).reshape(who.shape)
        zero = np.zeros_like(who)
        return philox((times, who, zero, zero), key)[0]

    @overload
    def uniform(self, purpose: str, entity: int | str, ordinal: int = 0) -> float: ...
    @overload
    def uniform(self, purpose: str, entity: NDArray[np.integer], ordinal: int | NDArray[np.integer] = 0) -> Floats: ...
    def uniform(self, purpose, entity, ordinal=0):  # type: ignore[no-untyped-def]
        """Uniform in the open interval (0, 1): safe under `log` and the normal quantile."""
        if isinstance(entity, int | str) and isinstance(ordinal, int):
            who = key_of(entity) if isinstance(entity, str) else entity & _MASK
            word = philox_word(ordinal & _MASK, who, _stream_key(self.seed, self.replicate, purpose))
            return ((word >> 12) + 0.5) * 2.0**-52
        words = self._words(purpose, entity, ordinal)
        return ((words >> _UNUSED_BITS).astype(np.float64) + 0.5) * 2.0**-52

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

"""Who the members of each party are: what they read, what they carry, who slows them, who cannot or will not leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firesim.streams import Luck
from firesim.world.people_parameters import PeopleParameters

Integers = NDArray[np.int64]
Claims = NDArray[np.bool_]

LANGUAGES = ("greek", "english", "other")
GREEK, ENGLISH, OTHER = range(3)
NEEDS = ("none", "help", "ambulance")  # help: somebody who takes them along will do
NO_HELP, HELP, AMBULANCE = range(3)

_MANY = 3  # parties from this size on may have small children


@dataclass(frozen=True)
class Members:
    """The members of each party: arrays over [parties].

    `language` is the one they understand best, an index into LANGUAGES; they read Greek if it is that, English if
    `reads_english`, and may read neither. `needs` is an index into NEEDS.
    """

    language: Integers
    reads_english: Claims
    has_luggage: Claims
    has_children: Claims
    needs: Integers
    refuses: Claims

    @property
    def reads_greek(self) -> Claims:
        """Whether they understand a Greek text. [parties]"""
        reads: Claims = self.language == GREEK
        return reads


def draw_members(
    kind: Integers, people: Integers, entity: Integers, parameters: PeopleParameters, luck: Luck
) -> Members:
    """The members of parties of these kinds (resident, guest, visitor, staff) and sizes. [parties]

    Each trait is drawn by itself: that the old need more help, and have fewer children with them, is not in it.
    """
    p = parameters
    shares = np.array([p.resident_languages, p.guest_languages, p.visitor_languages, p.staff_languages])
    reached = luck.uniform("language", entity)[:, None] >= np.cumsum(shares, axis=1)[kind, :2]
    language = reached.sum(axis=1)
    reads_english = (language == ENGLISH) | (
        (language == GREEK) & (luck.uniform("reads english", entity) < p.greeks_read_english_fraction)
    )
    luggage = np.array([0.0, p.guest_luggage_fraction, 0.0, 0.0])[kind]
    children = np.where(people >= _MANY, p.small_children_fraction, 0.0)
    helped = np.array([p.resident_help_fraction, p.guest_help_fraction, p.visitor_help_fraction, 0.0])[kind]
    needs = np.where(luck.uniform("needs ambulance", entity) < p.ambulance_fraction, AMBULANCE, HELP)
    refusal = np.array([p.resident_refusal_fraction, *(p.guest_refusal_fraction,) * 3])[kind]
    return Members(
        language=language.astype(np.int64),
        reads_english=reads_english,
        has_luggage=luck.uniform("luggage", entity) < luggage,
        has_children=luck.uniform("small children", entity) < children,
        needs=np.where(luck.uniform("needs help", entity) < helped, needs, NO_HELP),
        # The far end of the scale on which `Decisions` measures every reason.
        refuses=luck.uniform("willingness", entity) >= 1.0 - refusal,
    )

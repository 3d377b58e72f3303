"""What everything that can be said across the link is made of."""

from __future__ import annotations

import msgspec

Point = tuple[float, float]


class Body(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything that can be said; its class name travels as the tag."""

"""The simplest channels, and what it costs to send a payload.

Each offers the one method of `ports.Channel`, so that a study can put a perfect or a broken wire in the place
of the network and see what the network itself is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from firesim.link.ports import Delivery
from firesim.streams import Luck

# Headers of IP, TCP, TLS and MQTT around a small message, together: 20 + 20 + 29 + about 30 bytes; a judgement.
OVERHEAD_BYTES = 100


def bits_on_the_air(payload: bytes, overhead_bytes: int = OVERHEAD_BYTES) -> int:
    """What a payload costs to send: its own bits and those of the headers around it."""
    return 8 * (len(payload) + overhead_bytes)


def transmission_s(bits: float, rate_bit_s: float) -> float:
    """How long a sender is busy with so many bits. [s]  `rate_bit_s` is above zero."""
    return bits / rate_bit_s


@dataclass(frozen=True)
class PerfectWire:
    """Everything arrives, after the same time. With 0 s this is a world without a network. [s]"""

    latency_s: float = 0.0

    def carry(self, payload: bytes, message_id: str, source: str, destination: str, sent_s: float) -> Delivery:
        return Delivery(sent_s + self.latency_s)


@dataclass(frozen=True)
class CutWire:
    """Nothing arrives."""

    because: str = "no coverage"

    def carry(self, payload: bytes, message_id: str, source: str, destination: str, sent_s: float) -> Delivery:
        return Delivery(inf, self.because)


@dataclass(frozen=True)
class LossyWire:
    """Each message arrives with the same chance, after the same time; nothing is tried twice."""

    luck: Luck
    loss_fraction: float
    latency_s: float = 0.0

    def carry(self, payload: bytes, message_id: str, source: str, destination: str, sent_s: float) -> Delivery:
        if self.luck.uniform("link", message_id) < self.loss_fraction:
            return Delivery(inf, "radio loss")
        return Delivery(sent_s + self.latency_s)

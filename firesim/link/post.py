"""The post: takes a message in, hands the same bytes out at the other end, late or never.

Sending, delivery and loss are events of the journal; each message is a row of `messages.parquet`. Nobody
gets a payload in any other way, so nobody can act on a message before it is delivered.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite

import pyarrow as pa
import simpy

from firesim.link.body import Body
from firesim.link.messages import Envelope, encode
from firesim.link.ports import Channel, Delivery
from firesim.record import Journal, table_of

Receiver = Callable[[float, bytes, int], None]  # now_s, payload, event_id of the delivery


@dataclass
class _Letter:
    """One message: what the table tells of it."""

    message_id: str
    kind: str
    source: str
    destination: str
    sent_s: float
    payload: bytes
    cause_id: int
    delivered_s: float = inf
    lost_because: str = ""
    sent_event: int = -1
    delivered_event: int = -1


class Post:
    """Sends bodies between named places over a channel, on the simulation's clock.

    Deliveries of one instant are handed over in the order of sending, so a recorded run can be replayed.
    """

    def __init__(self, env: simpy.Environment, channel: Channel, journal: Journal) -> None:
        self._env = env
        self._channel = channel
        self._journal = journal
        self._letters: list[_Letter] = []
        self._by_id: dict[str, _Letter] = {}
        self._attempts: dict[tuple[str, str], int] = defaultdict(int)
        self._due: list[tuple[float, int]] = []  # (delivered_s, index of the letter)
        self._receivers: dict[str, Receiver] = {}
        self._loss_events: dict[str, int] = {}

    def receive_at(self, place: str, receiver: Receiver) -> None:
        """From now on, hand what is addressed to `place` to `receiver`."""
        self._receivers[place] = receiver

    def blame(self, name: str, event_id: int) -> None:
        """Losses that the channel puts down to `name` (a dark mast) are caused by this event."""
        self._loss_events[name] = event_id

    def send(self, source: str, destination: str, body: Body, cause_id: int, by_hand: bool = False) -> str:
        """Send a body now; returns the message id. What becomes of it is the channel's matter.

        `by_hand`: it is there at once, as a briefing before the clock starts is.
        """
        now_s = self._env.now
        attempt = self._attempts[(source, destination)]
        self._attempts[(source, destination)] += 1
        message_id = f"{source}>{destination}#{attempt}"
        payload = encode(
            Envelope(message_id=message_id, source=source, destination=destination, sent_s=now_s, body=body)  # type: ignore[arg-type]
        )
        letter = _Letter(message_id, type(body).__name__, source, destination, now_s, payload, cause_id)
        letter.sent_event = self._journal.add(now_s, source, "message_sent", cause_id, message_id)
        self._letters.append(letter)
        self._by_id[message_id] = letter

        carry = self._channel.carry
        delivery = Delivery(now_s) if by_hand else carry(payload, message_id, source, destination, now_s)
        if delivery.delivered_s < now_s:
            raise RuntimeError(f"message {message_id} would arrive at {delivery.delivered_s} s, sent at {now_s} s")
        if not delivery.arrives:
            letter.lost_because = delivery.lost_because
            cause = self._loss_events.get(delivery.lost_cause, letter.sent_event)
            self._journal.add(now_s, destination, "message_lost", cause, f"{message_id}: {delivery.lost_because}")
            return message_id
        heapq.heappush(self._due, (delivery.delivered_s, len(self._letters) - 1))
        waiting = self._env.timeout(delivery.delivered_s - now_s)
        waiting.callbacks.append(lambda _: self.hand_over())
        return message_id

    def hand_over(self) -> None:
        """Hand over everything that is due by now."""
        while self._due and self._due[0][0] <= self._env.now + 1e-9:
            delivered_s, index = heapq.heappop(self._due)
            letter = self._letters[index]
            letter.delivered_s = delivered_s
            letter.delivered_event = self._journal.add(
                delivered_s, letter.destination, "message_delivered", letter.sent_event, letter.message_id
            )
            receiver = self._receivers.get(letter.destination)
            if receiver is not None:
                receiver(delivered_s, letter.payload, letter.delivered_event)

    def delivered_event(self, message_id: str) -> int:
        """The event of a message's delivery; raises KeyError for a message that has not been delivered."""
        letter = self._by_id[message_id]
        if letter.delivered_event < 0:
            raise KeyError(f"{message_id} has not been delivered")
        return letter.delivered_event

    def sent_event(self, message_id: str) -> int:
        """The event of a message's sending."""
        return self._by_id[message_id].sent_event

    def delivered(self, kind: str, destination: str) -> Iterator[tuple[float, bytes]]:
        """When messages of a kind came to somebody [s], and what they said, in the order of sending."""
        for letter in self._letters:
            if letter.kind == kind and letter.destination == destination and isfinite(letter.delivered_s):
                yield letter.delivered_s, letter.payload

    def table(self) -> pa.Table:
        """`messages.parquet`: a row a message, in the order of sending."""
        columns: Mapping[str, list[object]] = {
            "message_id": [letter.message_id for letter in self._letters],
            "kind": [letter.kind for letter in self._letters],
            "source": [letter.source for letter in self._letters],
            "destination": [letter.destination for letter in self._letters],
            "sent_s": [letter.sent_s for letter in self._letters],
            "delivered_s": [letter.delivered_s for letter in self._letters],
            "size_bytes": [len(letter.payload) for letter in self._letters],
            "lost_because": [letter.lost_because for letter in self._letters],
            "cause_id": [letter.cause_id for letter in self._letters],
            "payload": [letter.payload for letter in self._letters],
        }
        return table_of("messages", columns)

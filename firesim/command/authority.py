"""Who may decide: the authority at the other end of a line.

In Greece organised removal is decided by the mayor, or the regional governor where several municipalities are
threatened; the fire service recommends and Civil Protection sends 112 (Law 4662/2020 art. 29; circular
3752/2018). Delay and refusal are a judgement, 5 to 30 minutes, and the same in every strategy: only what
reaches the authority, and when, differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from firesim.command.orders import Milestone, Order
from firesim.link.briefings import AuthorityBriefing
from firesim.link.messages import Decision, Recommendation, decode


@dataclass(frozen=True)
class _Pending:
    due_s: float
    message_id: str
    source: str
    recommendation: Recommendation


class Authority:
    """A state machine: recommendations in, decisions out after a delay.

    `handle` takes delivered bytes, or None for a wake-up at `next_wake_s`; message 0 is its briefing. A
    recommendation that arrives before any briefing raises RuntimeError.
    """

    def __init__(self) -> None:
        self._briefing: AuthorityBriefing | None = None
        self._pending: list[_Pending] = []

    @property
    def next_wake_s(self) -> float:
        """When the next decision falls; inf: nothing is asked."""
        return min((pending.due_s for pending in self._pending), default=inf)

    def handle(self, now_s: float, payload: bytes | None) -> list[Order | Milestone]:
        """Take one message, or wake up; returns the decisions that are due by now."""
        if payload is not None:
            self._hear(now_s, payload)
            return []
        due = [pending for pending in self._pending if pending.due_s <= now_s]
        self._pending = [pending for pending in self._pending if pending.due_s > now_s]
        return [self._decide(pending, now_s) for pending in due]

    def _hear(self, now_s: float, payload: bytes) -> None:
        envelope = decode(payload)
        if isinstance(envelope.body, AuthorityBriefing):
            self._briefing = envelope.body
        elif isinstance(envelope.body, Recommendation):
            if self._briefing is None:
                raise RuntimeError("the authority was asked before it was briefed")
            due_s = now_s + self._briefing.delay_s
            self._pending.append(_Pending(due_s, envelope.message_id, envelope.source, envelope.body))

    def _decide(self, pending: _Pending, now_s: float) -> Order:
        assert self._briefing is not None
        approved = not self._briefing.refuses
        reason = "as recommended" if approved else "refused"
        asked = pending.recommendation.order
        body = Decision(order=asked, decided_s=now_s, approved=approved, reason=reason)
        name = f"decision on {asked}"
        return Order("decision", pending.source, body, reason, name, pending.message_id, authorised_by="authority")

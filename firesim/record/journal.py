"""The journal of a run: decisions and changes of state, each with the one event that caused it."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

_SEVERAL = (list, tuple, np.ndarray)  # as which values of several events may be given
NO_CAUSE = -1  # stored in place of the cause of what the scenario itself starts


class BrokenCause(ValueError):  # noqa: N818 (a state of the journal, not of the input)
    """An event names a cause that does not exist, or that comes after it."""


class Journal:
    """Events in the order in which they became known to the simulation.

    An `event_id` is the event's place in that order. A cause is the last event without which this one would
    not have happened, so it has a smaller id and is not later in time; both are checked when it is written.
    """

    def __init__(self) -> None:
        self._time_s = array("d")
        self._actor: list[str] = []
        self._kind: list[str] = []
        self._cause_id = array("q")
        self._detail: list[str] = []
        self._of_kind: defaultdict[str, list[int]] = defaultdict(list)  # ids as written

    def __len__(self) -> int:
        return len(self._time_s)

    def add(self, time_s: float, actor: str, kind: str, cause_id: int | None, detail: str = "") -> int:
        """Write one event; returns its `event_id`. `cause_id` None only for what the scenario starts."""
        cause = _cause_of(cause_id)
        event_id = len(self._time_s)
        if cause >= event_id:
            raise BrokenCause(f"{kind} of {actor} at {time_s:.1f} s names event {cause}, which has not happened")
        if cause >= 0 and self._time_s[cause] > time_s + 1e-6:
            raise BrokenCause(
                f"{kind} of {actor} at {time_s:.1f} s names event {cause} ({self._kind[cause]}), "
                f"which happens later, at {self._time_s[cause]:.1f} s"
            )
        self._time_s.append(time_s)
        self._actor.append(actor)
        self._kind.append(kind)
        self._cause_id.append(cause)
        self._detail.append(detail)
        self._of_kind[kind].append(event_id)
        return event_id

    def add_many(
        self,
        time_s: NDArray[np.floating] | Sequence[float] | float,
        actor: str | Sequence[str],
        kind: str,
        cause_id: NDArray[np.integer] | Sequence[int] | int | None,
        detail: str | Sequence[str] = "",
    ) -> NDArray[np.int64]:
        """Write events of one kind, in the order given. Scalars stand for all; returns the ids. [n]"""
        lengths = [len(values) for values in (time_s, actor, cause_id, detail) if isinstance(values, _SEVERAL)]
        n = lengths[0] if lengths else 1
        if lengths.count(n) < len(lengths):
            told = " and ".join(map(str, sorted(set(lengths))))
            raise ValueError(f"{kind}: lists of {told} values for one event each")
        first = len(self._time_s)
        when_s = _each(time_s, n, float)
        cause = _each(cause_id, n, _cause_of)
        actors, details = _each(actor, n), _each(detail, n)
        if self._have_happened(cause, when_s):
            self._time_s.fromlist(when_s)
            self._actor += actors
            self._kind += [kind] * n
            self._cause_id.fromlist(cause)
            self._detail += details
            self._of_kind[kind] += range(first, first + n)
        else:  # one of them causes another, or has no such cause, which is told of the first
            for one in zip(when_s, actors, [kind] * n, cause, details, strict=True):
                self.add(*one)
        return np.arange(first, first + n, dtype=np.int64)

    def _have_happened(self, cause: Sequence[int], by_s: Sequence[float]) -> bool:
        """Whether all these causes, but for `NO_CAUSE`, are written and not later than these times. [n]"""
        known_s = self._time_s
        n = len(known_s)
        for one, when_s in zip(cause, by_s, strict=True):
            if one >= 0 and (one >= n or known_s[one] > when_s + 1e-6):
                return False
        return True

    def first(self, kind: str) -> int | None:
        """The `event_id` of the earliest event of a kind (the first written among equals); None: never."""
        return min(self._of_kind.get(kind, ()), key=self._time_s.__getitem__, default=None)

    def of_kind(self, kind: str) -> list[int]:
        """The ids of all events of a kind, by time, then by id."""
        return sorted(self._of_kind.get(kind, ()), key=self._time_s.__getitem__)

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""
        return len(self._of_kind.get(kind, ()))

    def first_by_actor(self, kind: str) -> dict[str, int]:
        """Of each actor, the first event written of a kind."""
        return {self._actor[event_id]: event_id for event_id in reversed(self._of_kind.get(kind, ()))}

    def detail_of(self, event_id: int) -> str:
        """What was said about it."""
        return self._detail[event_id]

    def time_of(self, event_id: int) -> float:
        """When an event happened. [s]"""
        return self._time_s[event_id]

    def kind_of(self, event_id: int) -> str:
        """What an event was."""
        return self._kind[event_id]

    def actor_of(self, event_id: int) -> str:
        """Who or what did it."""
        return self._actor[event_id]

    def descends_from(self, root: int | None) -> NDArray[np.bool_]:
        """Which events have `root` in their chain of causes (itself included). [n]"""
        return self._come_of([] if root is None else [root])

    def follows(self, kind: str) -> NDArray[np.bool_]:
        """Which events have one of a kind in their chain of causes (itself included). [n]"""
        return self._come_of(self._of_kind.get(kind, []))

    def _come_of(self, event_ids: list[int]) -> NDArray[np.bool_]:
        """Which events have one of these in their chain of causes (itself included). [n]"""
        come: NDArray[np.bool_] = np.zeros(len(self), np.bool_)
        come[event_ids] = True
        # Of each event the one 1, 2, 4 ... causes back, or where its chain begins: each step covers twice as many.
        back = np.array(self._cause_id)
        begins = back == NO_CAUSE
        back[begins] = begins.nonzero()[0]
        while not begins[back].all():
            come |= come[back]
            back = back[back]
        come |= come[back]
        return come

    def chain(self, event_id: int) -> list[int]:
        """The event, its cause, the cause of that, and so on to what the scenario started."""
        ids = [event_id]
        while self._cause_id[ids[-1]] != NO_CAUSE:
            ids.append(self._cause_id[ids[-1]])
        return ids

    def columns(self) -> dict[str, Any]:
        """The columns of `events.parquet`, by `event_id`, read only; masked: the scenario itself is the cause."""
        cause = np.array(self._cause_id)
        return {
            "event_id": np.arange(len(self), dtype=np.int64),
            "time_s": np.array(self._time_s),
            "actor": self._actor,
            "kind": self._kind,
            "cause_id": np.ma.array(cause, mask=cause == NO_CAUSE),
            "detail": self._detail,
        }

    def table(self) -> pd.DataFrame:
        """`event_id, time_s, actor, kind, cause_id, detail`, a row an event, by `event_id`."""
        import pandas as pd

        types: dict[str, Any] = {"event_id": np.int64, "time_s": np.float64, "cause_id": "Int64"}
        columns = self.columns().items()
        return pd.DataFrame({name: pd.array(values, dtype=types.get(name, object)) for name, values in columns})


def _cause_of(cause_id: int | None) -> int:
    """A cause as it is stored."""
    return NO_CAUSE if cause_id is None else int(cause_id)


def _each(values: Any, n: int, as_stored: Callable[[Any], Any] | None = None) -> list[Any]:
    """One of n values for each, as Python's own numbers; a single one stands for all."""
    if isinstance(values, np.ndarray):
        listed: list[Any] = values.tolist()
        return listed
    if isinstance(values, (list, tuple)):
        return list(values) if as_stored is None else [as_stored(one) for one in values]
    return [values if as_stored is None else as_stored(values)] * n

"""What is wrong with a place's files: where, which value, why, and what to do about it.

Nothing is silently repaired. A reader notes every problem that it meets and goes on where it can, so that a
researcher hears of all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class PlaceError(Exception):
    """One thing that is wrong.

    `field` is the dotted path below the scenario's `place:` block; `file` and `line` say where the value
    stands when it is not in the scenario itself; `remedy` says what to do.
    """

    def __init__(
        self, field: str, value: Any, message: str, remedy: str, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(field, value, message, remedy, file, line)
        self.field = field
        self.value = value
        self.message = message
        self.remedy = remedy
        self.file = file
        self.line = line

    def __str__(self) -> str:
        where = "" if self.file is None else self.file + ("" if self.line is None else f":{self.line}") + "  "
        return f"{where}place.{self.field} = {self.value!r}\n  {self.message}\n  {self.remedy}"


class PlaceErrors(Exception):  # noqa: N818  (many errors, and so named)
    """Everything that is wrong with a place, in the order in which it was met. Iterates like a list."""

    def __init__(self, errors: Iterable[PlaceError]) -> None:
        self.errors = list(errors)
        super().__init__(self.errors)

    def __iter__(self) -> Iterator[PlaceError]:
        return iter(self.errors)

    def __len__(self) -> int:
        return len(self.errors)

    def __getitem__(self, index: int) -> PlaceError:
        return self.errors[index]

    def __str__(self) -> str:
        return "\n\n".join(str(error) for error in self.errors)


class Problems:
    """Collects problems while files are read; raises them together at the end."""

    def __init__(self) -> None:
        self.errors: list[PlaceError] = []

    def __len__(self) -> int:
        return len(self.errors)

    def add(
        self, field: str, value: Any, message: str, remedy: str, file: str | None = None, line: int | None = None
    ) -> None:
        self.errors.append(PlaceError(field, value, message, remedy, file, line))

    def raise_if_any(self) -> None:
        if self.errors:
            raise PlaceErrors(self.errors)

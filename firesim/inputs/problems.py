"""What is wrong with the user's input: where, which value, why, and what to do about it.

Nothing is silently repaired. A reader notes every problem that it meets and goes on where it can, so that a
researcher hears of all of them at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MOST_ALIKE = 8  # a column in the wrong unit would otherwise be told row by row; the exception holds them all
LONGEST_VALUE = 100


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input.

    `field` is the full dotted path of the scenario (`weather.table.wind_from_deg` is a column of the table
    that `weather.table` names), or an option of the command line. `file` and `line` say where the value
    stands; `file` is None while that is the scenario itself and nobody has yet said where in it.
    """

    field: str
    value: Any
    message: str
    remedy: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = "" if self.file is None else self.file + ("" if self.line is None else f":{self.line}") + "  "
        what = self.field if self.value is None else f"{self.field} = {_shown(self.value)}"
        return f"{where}{what}\n  {self.message}\n  {self.remedy}"


class BadInput(ValueError):  # noqa: N818 (many errors at once)
    """Everything that is wrong with the user's input, at once. Iterates over its `Problem`s.

    The text tells the first few problems of one kind in one column, and how many more there are.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)

    def __len__(self) -> int:
        return len(self.problems)

    def __getitem__(self, index: int) -> Problem:
        return self.problems[index]

    def __str__(self) -> str:
        alike = Counter(map(_kind, self.problems))
        told: Counter[tuple[Any, ...]] = Counter()
        texts = []
        for problem in self.problems:
            kind = _kind(problem)
            told[kind] += 1
            if told[kind] <= MOST_ALIKE:
                texts.append(str(problem))
            elif told[kind] == MOST_ALIKE + 1:
                where = "" if problem.file is None else f"{problem.file}  "
                texts.append(f"{where}{kind[1]}\n  has {alike[kind] - MOST_ALIKE} more of this kind.")
        return "\n\n".join(texts)


class Contradiction(ValueError):  # noqa: N818 (what it tells of, as BadInput is)
    """Fields of one block that contradict one another: told at the one to change, with what to write there.

    field: its dotted path below the block.
    """

    def __init__(self, message: str, field: str, remedy: str) -> None:
        super().__init__(message)
        self.field, self.remedy = field, remedy


class Problems:
    """Collects problems while files are read; raises them together at the end.

    `block` is the scenario's block whose fields the readers name ("place" for `elevation`), or empty.
    """

    def __init__(self, block: str = "") -> None:
        self.block = block
        self.found: list[Problem] = []

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def add(
        self, field: str, value: Any, message: str, remedy: str, file: str | None = None, line: int | None = None
    ) -> None:
        """Note a problem with a field below the block."""
        self.found.append(Problem(below(self.block, field), value, message, remedy, file, line))

    def raise_if_any(self) -> None:
        """Raise BadInput with all that was noted."""
        if self.found:
            raise BadInput(self.found)


def below(field: str, name: str) -> str:
    """The dotted path of a name below a field; either may be empty."""
    return ".".join(part for part in (field, name) if part)


def alike(word: str, known: Iterable[str], least: float = 0.6) -> str:
    """The known word that is most like this one, empty if none is; `least`: how like, 0 to 1 (difflib's ratio)."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=least)), "")


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy for a word that is not known: the one that was probably meant, or all that would do."""
    words = list(known)
    meant = alike(word, words)
    if meant:
        return f"Did you mean `{meant}`?"
    return f"Use one of: {', '.join(words)}." if words else "Remove it: there is none."


def _kind(problem: Problem) -> tuple[Any, ...]:
    """What problems that are alike share. Without a line the field and the message may name the one it is of many."""
    if problem.line is not None:
        return problem.file, problem.field, problem.message
    return problem.file, _unnumbered(problem.field), _unnumbered(problem.remedy)


def _unnumbered(text: str) -> str:
    """A text whose numbers are all alike: `features[7]` and `features[8]` are `features[#]`."""
    return re.sub(r"\d+", "#", text)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    if len(text) <= LONGEST_VALUE:
        return text
    half = (LONGEST_VALUE - 3) // 2
    return f"{text[:half]}...{text[-half:]}"  # of a path the end says more, of a list the beginning

"""Where compiled kernels come from and where their machine code is kept.

numba's disk cache notices a change in a kernel's own file but not in a kernel that it calls from another
file. So the cache directory is named by a hash of all the sources that hold kernels: any change starts a
fresh cache, and an old one is never wrongly used.

A module with kernels writes `from firesim.compiled import kernel` and decorates with `@kernel`, or with
`@kernel_in_place` where a kernel works on the arrays it is given and makes none of its own. No
`fastmath` and no `parallel`: both would let the same seed give other numbers on another machine or count
of workers.

To hand a kernel a tuple takes three times as long as its parts. One that is called at every step, with tuples of
dozens of arrays, takes `*parts`, all of them one after the other, and puts them together again.

Before the first of them is made, kernels can be given another source: `firesim/ahead` takes them from a library.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
Maker = Callable[..., Any]  # makes a kernel of a function, with options of numba

_PACKAGE = Path(__file__).parent


def sources() -> list[Path]:
    """Every file of firesim's own code."""
    return sorted(_PACKAGE.rglob("*.py"))


def cache_folder(kind: str, of: Iterable[Path]) -> Path:
    """The user's folder for what is compiled from these sources."""
    digest = hashlib.blake2b(digest_size=8)
    for path in of:
        digest.update(path.read_bytes())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home.absolute() / "firesim" / f"{kind}-{digest.hexdigest()}"


def by_numba(function: F, **options: Any) -> F:
    """Compile `function` in this process when it is first called; its machine code is kept on disk between runs."""
    if "NUMBA_CACHE_DIR" not in os.environ:
        with_kernels = [path for path in sources() if b"@kernel" in path.read_bytes()]
        os.environ["NUMBA_CACHE_DIR"] = str(cache_folder("kernels", with_kernels))

    import numba  # 130 MB with the compiler behind it: not before it is needed

    numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]  # type: ignore[attr-defined]
    compiled: F = numba.njit(cache=True, error_model="numpy", **options)(function)
    return compiled


class _Source:
    """Where kernels come from: from numba, unless they were to come from elsewhere before the first was made."""

    def __init__(self) -> None:
        self.make: Maker = by_numba
        self.has_made = False

    def __call__(self, function: F, **options: Any) -> F:
        self.has_made = True
        made: F = self.make(function, **options)
        return made


_kernels = _Source()


def are_made() -> bool:
    """Whether kernels have been made in this process, so that it is too late for another source."""
    return _kernels.has_made


def make_by(maker: Maker) -> None:
    """Have all kernels made by `maker(function, **options)`, and numba left alone.

    Raises RuntimeError where a module with kernels has been imported already: two sources cannot be mixed.
    """
    if _kernels.has_made:
        raise RuntimeError("kernels have been made in this process already")
    _kernels.make = maker


def kernel(function: F) -> F:
    """Compile `function` to machine code, kept on disk between runs."""
    return _kernels(function)


_UNCOUNTED: dict[str, Any] = {"_nrt": False}  # not among numba's typed options


def kernel_in_place(function: F) -> F:
    """Compile a kernel that only reads and writes the arrays it is given: it makes none and returns none.

    Without counting references, which numba otherwise does with atomic steps at every use of an array out of a tuple:
    in the loop of the front that was four fifths of its time. A kernel that makes an array fails to compile so.
    (numba's own sorting is compiled in this way, `numba/misc/mergesort.py`.)
    """
    return _kernels(function, **_UNCOUNTED)


def kernel_part(function: F) -> F:
    """Compile `function` into each kernel that calls it, for the innermost steps.

    A call between kernels hands over every array of a tuple and counts its references: for a step of 50 ns on a dozen
    arrays that is as long as the step (the front was a third slower with calls).
    """
    return _kernels(function, inline="always")

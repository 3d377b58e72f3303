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
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent


def _kernel_sources() -> list[Path]:
    return sorted(path for path in _PACKAGE.rglob("*.py") if b"@kernel" in path.read_bytes())


def _cache_folder() -> Path:
    digest = hashlib.blake2b(digest_size=8)
    for path in _kernel_sources():
        digest.update(path.read_bytes())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "firesim" / f"kernels-{digest.hexdigest()}"


os.environ.setdefault("NUMBA_CACHE_DIR", str(_cache_folder()))

import numba  # noqa: E402  (reads its settings from the environment when it is imported)

numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]  # type: ignore[attr-defined]


def kernel(function: F) -> F:
    """Compile `function` to machine code, kept on disk between runs."""
    return numba.njit(cache=True, error_model="numpy")(function)  # type: ignore[return-value]


_UNCOUNTED: dict[str, Any] = {"_nrt": False}  # not among numba's typed options


def kernel_in_place(function: F) -> F:
    """Compile a kernel that only reads and writes the arrays it is given: it makes none and returns none.

    Without counting references, which numba otherwise does with atomic steps at every use of an array out of a tuple:
    in the loop of the front that was four fifths of its time. A kernel that makes an array fails to compile so.
    (numba's own sorting is compiled in this way, `numba/misc/mergesort.py`.)
    """
    compiled: F = numba.njit(cache=True, error_model="numpy", **_UNCOUNTED)(function)
    return compiled


def kernel_part(function: F) -> F:
    """Compile `function` into each kernel that calls it, for the innermost steps.

    A call between kernels hands over every array of a tuple and counts its references: for a step of 50 ns on a dozen
    arrays that is as long as the step (the front was a third slower with calls).
    """
    return numba.njit(cache=True, error_model="numpy", inline="always")(function)  # type: ignore[return-value]

"""Compile the kernels of a job into a library: `python -m firesim.ahead.build MODULE:FUNCTION FOLDER`.

The job is run with kernels that note with what they are called from Python; those calls are what the library must know,
kernels that call one another aside. `numba.pycc` exports functions of arrays and numbers, none of named tuples, so each
call has an entry of its own that takes the parts of its tuples one by one and puts them together again.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numba import typeof
from numba.core import types
from numba.extending import typeof_impl

from firesim import compiled
from firesim.ahead import CALLS, LIBRARY, name_of
from firesim.ahead.kinds import Kinds, kinds_of, parts_of


class Noted:
    """A compiled kernel that notes with what kinds of arguments Python calls it.

    `calls`: by kinds of the parts, numba's types of the arguments and of what is returned.
    """

    def __init__(self, dispatcher: Any) -> None:
        self.dispatcher = dispatcher
        self.calls: dict[Kinds, tuple[list[Any], Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        told = [typeof(argument) for argument in arguments]
        returned = self.dispatcher(*arguments)
        self.calls.setdefault(kinds_of(list(parts_of(arguments))), (told, typeof(returned)))
        return returned

    def __getattr__(self, name: str) -> Any:
        """What numba asks of a kernel that it compiles into another."""
        return getattr(self.dispatcher, name)


@typeof_impl.register(Noted)
def _(noted: Noted, _: Any) -> Any:
    """To numba it is the kernel itself, where another kernel calls it."""
    return types.Dispatcher(noted.dispatcher)


@dataclass
class Kernels:
    """All kernels that the job's modules define, by name."""

    noted: dict[str, Noted] = field(default_factory=dict)

    def make(self, function: Callable[..., Any], **options: Any) -> Noted:
        """Compile a kernel, as `firesim/compiled.py` would."""
        noted = self.noted[name_of(function)] = Noted(compiled.by_numba(function, **options))
        return noted


def build(job: str, folder: Path) -> None:
    """Run a job, and compile what it called into a library in `folder`."""
    kernels = Kernels()
    compiled.make_by(kernels.make)
    module, function = job.split(":")
    getattr(importlib.import_module(module), function)()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pycc is to be replaced one day
        from numba.pycc.cc import CC
    library = CC(LIBRARY, source_module=sys.modules[__name__])
    library.output_dir = str(folder)
    calls: dict[str, list[tuple[Kinds, str]]] = {}
    for name, noted in kernels.noted.items():
        for kinds, (arguments, returned) in noted.calls.items():
            entry = f"entry_{sum(map(len, calls.values()))}"
            library.export(entry, returned(*_parts(arguments)))(_entry(noted.dispatcher, arguments))
            calls.setdefault(name, []).append((kinds, entry))
    library.compile()
    (folder / CALLS).write_text(json.dumps(calls, indent=1), encoding="utf-8")


def _is_tuple(argument: Any) -> bool:
    return isinstance(argument, types.BaseNamedTuple)


def _parts(arguments: list[Any]) -> list[Any]:
    """The types of the parts of arguments."""
    parts: list[Any] = []
    for argument in arguments:
        parts += _parts(argument.types) if _is_tuple(argument) else [argument]
    return parts


def _entry(dispatcher: Any, arguments: list[Any]) -> Callable[..., Any]:
    """A function that takes the parts of the arguments and calls the kernel with the arguments."""
    names = [f"part_{n}" for n in range(len(_parts(arguments)))]
    known = {"kernel": dispatcher}
    whole = ", ".join(_put_together(arguments, iter(names), known))
    exec(f"def entry({', '.join(names)}):\n    return kernel({whole})\n", known)
    return known["entry"]  # type: ignore[no-any-return]


def _put_together(arguments: list[Any], names: Iterator[str], known: dict[str, Any]) -> Iterator[str]:
    """Python for each argument: the name of a part, or a named tuple of several; `known` gets the tuples' classes."""
    for argument in arguments:
        if _is_tuple(argument):
            class_ = argument.instance_class
            known[class_.__name__] = class_
            yield f"{class_.__name__}({', '.join(_put_together(argument.types, names, known))})"
        else:
            yield next(names)


if __name__ == "__main__":
    build(sys.argv[1], Path(sys.argv[2]))

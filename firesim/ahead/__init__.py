"""Kernels compiled ahead of time, for a job that is to run in little memory.

numba and the compiler behind it take some 130 MB of a process, whatever it does. A job with few kernels can have them
compiled by a process of their own, once, into a library that needs neither: the same code, the same results.

    if not is_compiled(job):
        compile_library(job)                # half a minute, once for a version of firesim
    use_library(job)                        # before anything with kernels is imported; the process does this job alone

A job is written `module:function`: a function that runs every kernel of the job with arguments as they come in it. The
library is linked with numba's own few helpers in C, so compiling it needs a C compiler. Where there is none kernels are
compiled in the process as ever, and who called says so (`CannotCompile`).
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from firesim import compiled
from firesim.ahead.kinds import Kinds, kinds_of, parts_of

LIBRARY, CALLS = "firesim_kernels", "calls.json"  # the files of a library: its module, and how it is called
_SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))  # of the module's file: names Python and the machine
_OTHERWISE = ("NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK", "NUMBA_DEBUGINFO")  # who sets these wants numba itself


class CannotCompile(Exception):  # noqa: N818 (says what is wrong, as its siblings do)
    """Why there is no library."""


def is_wanted() -> bool:
    """Whether a library can be used here: no kernel has been made yet, and numba was not told to work otherwise."""
    return not compiled.are_made() and not any(os.environ.get(name, "0") not in ("", "0") for name in _OTHERWISE)


def is_compiled(job: str) -> bool:
    """Whether the library of a job is there, for this version of firesim, Python, numba and numpy."""
    return _is_whole(_folder(job))


def compile_library(job: str) -> None:
    """Compile the kernels of a job in a process of its own, or wait for who does it. Raises CannotCompile."""
    check_tools()
    folder = _folder(job)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / "ahead.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
            if not _is_whole(folder):
                _compile(job, folder)
    except OSError as found:
        raise CannotCompile(f"kernels cannot be kept in {folder.parent} ({found.strerror})") from found


def _is_whole(folder: Path) -> bool:
    try:
        return all((folder / name).exists() for name in (LIBRARY + _SUFFIX, CALLS))
    except OSError:  # it may not be looked into
        return False


def _compile(job: str, folder: Path) -> None:
    failed = folder.with_name(f"{folder.name}.failed")  # says why, so that it is not tried at every run
    if failed.exists():
        raise CannotCompile(f"{failed.read_text(encoding='utf-8')} (to try again, remove {failed})")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="ahead-") as partial:
        made = Path(partial) / "made"
        made.mkdir()
        words = [sys.executable, "-m", "firesim.ahead.build", job, str(made)]
        # It finds packages where this process does, and nothing by chance in the folder in which the user is.
        path = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
        environment = os.environ | {"PYTHONPATH": path}
        done = subprocess.run(words, cwd=partial, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not _is_whole(made):
            last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
            why = f"kernels could not be compiled ahead of time: {last}"
            failed.write_text(why, encoding="utf-8")
            raise CannotCompile(why)
        shutil.rmtree(folder, ignore_errors=True)  # what is left of one
        made.rename(folder)


def use_library(job: str) -> None:
    """Take all kernels that are imported from now on from the library of a job.

    Raises CannotCompile where the library cannot be loaded, and numba goes on making them.
    """
    folder = _folder(job)
    spec = importlib.util.spec_from_file_location(LIBRARY, folder / (LIBRARY + _SUFFIX))
    assert spec is not None
    assert spec.loader is not None
    try:
        library = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(library)
    except ImportError as found:
        raise CannotCompile(f"kernels compiled ahead of time cannot be loaded ({found}); remove {folder}") from found
    calls: dict[str, list[tuple[list[str], str]]] = json.loads((folder / CALLS).read_text(encoding="utf-8"))

    def from_library(function: Callable[..., Any], **_: Any) -> Callable[..., Any]:
        name = name_of(function)
        return _kernel(name, job, {tuple(kind): getattr(library, entry) for kind, entry in calls.get(name, [])})

    compiled.make_by(from_library)


def _kernel(name: str, job: str, entries: dict[Kinds, Callable[..., Any]]) -> Callable[..., Any]:
    """A kernel of a library, called as numba's would be: what it is given decides which entry takes it."""

    def call(*arguments: Any) -> Any:
        parts = list(parts_of(arguments))
        entry = entries.get(kinds_of(parts))
        if entry is None:
            given = ", ".join(kinds_of(parts))
            raise TypeError(f"{name} was not compiled ahead of time for ({given}): this process can do {job} alone")
        return entry(*parts)

    return call


def name_of(function: Callable[..., Any]) -> str:
    """How a kernel is named in a library."""
    return f"{function.__module__}.{function.__name__}"


def _folder(job: str) -> Path:
    module, function = job.split(":")
    made_with = f"numba{version('numba')}-numpy{version('numpy')}{_SUFFIX.removesuffix('.so')}"
    library = compiled.cache_folder(f"{module.split('.')[-1]}-{function}", compiled.sources())
    return library.with_name(f"{library.name}-{made_with}")


def check_tools() -> None:
    """What `numba.pycc` needs besides Python packages."""
    missing = []
    for package, setting in (("gcc", "CC"), ("g++", "CXX")):
        command = (os.environ.get(setting) or sysconfig.get_config_var(setting) or package).split()
        if shutil.which(command[0]) is None:
            missing.append(package)
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
        missing.append(f"python{sys.version_info.major}.{sys.version_info.minor}-dev")
    if missing:
        packages = ", ".join(missing)
        raise CannotCompile(f"kernels cannot be compiled ahead of time without the Debian packages {packages}")

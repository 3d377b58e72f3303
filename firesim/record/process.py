"""What a folder tells of the process that wrote it: versions, and memory."""

from __future__ import annotations

import platform
import resource
from importlib.metadata import version
from pathlib import Path

import firesim


def versions(*packages: str) -> dict[str, str]:
    """Versions of firesim, Python and these packages, which need not be imported for it."""
    return {
        "firesim": firesim.__version__,
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def peak_rss_mb() -> float:
    """The most memory that this process has held. [10^6 bytes]

    Linux' `ru_maxrss` starts at what the process that started this one held: a small one started from a large one would
    tell the large one's. So it is asked only where `/proc` does not say it.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6

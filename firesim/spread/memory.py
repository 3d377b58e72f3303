"""Whether a run fits in memory, asked before anything of its size is made."""

from __future__ import annotations

import resource
from pathlib import Path

# The greatest memory of a whole run grows by 50 B a cell on a plain (benchmarks/spread_command.py); rasters of the
# ground and four of the canopy take 26 B more, and are read one by one in double precision.
BYTES_A_CELL = 110

# Of points lit with acceleration each is a fire of its own, with a front (34 B, benchmarks/front.py) and its arrivals.
BYTES_A_CELL_AND_FIRE = 60


def needed_bytes(rows: int, columns: int, fires: int = 1) -> int:
    """Memory that a run of so many fires on a grid of this size takes at most. [B]"""
    return (BYTES_A_CELL + BYTES_A_CELL_AND_FIRE * (fires - 1)) * rows * columns


def available_bytes() -> int:
    """Memory that this process may still take: what is free, under its own and its container's limits. [B]"""
    limits = [_free_bytes(), _left_in_container_bytes()]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    return max(min(limits), 0)


def _free_bytes() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 1 << 62


def _left_in_container_bytes() -> int:
    for most, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            limit = Path(most).read_text(encoding="ascii").strip()
            if limit != "max":
                return int(limit) - int(Path(used).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return 1 << 62

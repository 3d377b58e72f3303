"""How fast this machine is, by a job whose time on the machine of the goals is known: networkx' network simplex.

Run with `python benchmarks/pace.py`. The goals of the benchmarks were measured beside the peers on one machine, on
which the exact optimum of the reference town (400 nodes x 60 steps, 5,000 vehicles; `benchmarks/evacuation.py`) took
networkx 6.6 s. It is plain Python on objects spread over memory, as most of a run of a scenario is. A time divided by
the pace is what it would be there if all were slower by one factor: a figure to compare by, not a measured one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parent))
from evacuation import optimum_job, simplex
from traffic import town

SIMPLEX_THERE_S = 6.6
VEHICLES = 5000


def pace() -> tuple[float, float]:
    """CPU seconds of the network simplex here, and that over the same on the machine of the goals."""
    roads = town()
    job = optimum_job(roads, VEHICLES)
    began_s = process_time()
    simplex(roads, *job)
    here_s = process_time() - began_s
    return here_s, here_s / SIMPLEX_THERE_S


if __name__ == "__main__":
    took_s, factor = pace()
    print(f"network simplex {took_s:.1f} s here, {SIMPLEX_THERE_S} s where the goals were measured: pace {factor:.2f}")

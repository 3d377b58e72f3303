"""How long coverage and messages take on a map as large as Skiathos.

Run with `python benchmarks/link.py`. The limits are those that a run of four hours leaves to the network:
0.3 s for the coverage of everybody, 0.1 ms a message.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from firesim.link.network import LinkParameters, Network, read_masts
from firesim.place.grid import Grid
from firesim.place.terrain import Terrain
from firesim.streams import Luck

GRID = Grid(rows=459, columns=531, cell_size_m=30.0, x_west_m=444_750.0, y_south_m=4_328_010.0, crs="EPSG:2100")
MASTS = Path(__file__).parents[1] / "scenarios" / "skiathos" / "masts.csv"


def island() -> Terrain:
    """An island of smooth ridges about as large and as high as Skiathos."""
    y, x = np.mgrid[0:459, 0:531]
    dome = 430.0 * (1.0 - ((x - 265) / 200.0) ** 2 - ((y - 230) / 110.0) ** 2)
    elevation_m = np.maximum(dome * (0.7 + 0.3 * np.sin(x / 14.0) * np.sin(y / 11.0)), 0.0).astype(np.float32)
    return Terrain(elevation_m, np.zeros_like(elevation_m), np.zeros_like(elevation_m))


def main() -> None:
    terrain = island()
    row, column = np.nonzero(terrain.elevation_m > 0.0)
    x_m, y_m = GRID.centre_of(row, column)
    masts = read_masts(MASTS, GRID)
    Network(masts, GRID, terrain, LinkParameters(), Luck(1)).serving_mast(x_m[:2], y_m[:2])  # compiles
    network = Network(masts, GRID, terrain, LinkParameters(), Luck(1))
    rng = np.random.Generator(np.random.Philox(1))
    parties = rng.integers(0, row.size, 10_000)
    times: dict[str, float] = {}
    for what, at in (("10,000 parties, first", parties), ("10,000 parties, again", parties), ("all land", slice(None))):
        begin = perf_counter()
        network.serving_mast(x_m[at], y_m[at])
        times[what] = perf_counter() - begin
    network.register("centre", 455_500.0, 4_335_000.0, 5.0, "wired")
    network.register("camera", float(x_m[0]), float(y_m[0]), 10.0, "5g", stream_bit_s=2e6)
    begin = perf_counter()
    for i in range(1_000):
        network.carry(b"x" * 300, f"centre>mast_town#{i}", "centre", "mast_town", float(i))
    times["1,000 messages"] = perf_counter() - begin
    for what, seconds in times.items():
        sys.stdout.write(f"{what:24s} {seconds:8.4f} s\n")


if __name__ == "__main__":
    main()

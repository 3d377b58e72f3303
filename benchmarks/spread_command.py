"""`firesim spread` as a user runs it: burnt cells per CPU second and memory, from 400 x 400 to 2000 x 2000 cells.

Run with `python benchmarks/spread_command.py [--quick]`. The plain job on level ground with the exact and the fast
solver, and the hills from rasters. Rates are of `solve_cpu_s` (fire behaviour and all four fields included; compilation
and files not), memory the greatest of the whole process. Its growth from 400 to 2000 is told with and without input and
the four output rasters (16 B a cell). Goals: 0.5 M cells/s, 1 M fast, hills 0.3 M, 40 B a cell.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HEAD_M_S, CELL_M = 0.34352, 30.0
MOISTURES = {
    "moisture_1h": 0.06, "moisture_10h": 0.07, "moisture_100h": 0.08,
    "moisture_live_herb": 0.60, "moisture_live_woody": 0.90,
}  # fmt: skip
OUTPUT_BYTES = 16.0


def plain(size: int, solver: str) -> dict[str, object]:
    return {
        "landscape": {"size": [size, size], "cell_size_m": CELL_M, "fuel_model": "SH5", "elevation_m": 0},
        "weather": [{"at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, **MOISTURES}],
        "ignition": {"cell": [size // 2, size // 10]},
        "duration_h": 0.8 * size * CELL_M / HEAD_M_S / 3600.0,
        "acceleration": "off",
        "solver": solver,
    }


def hills(size: int, folder: Path) -> dict[str, object]:
    """The hills of benchmarks/front.py as rasters."""
    import rasterio
    from rasterio.transform import Affine

    x = (np.arange(size) + 0.5)[None, :] * CELL_M
    y = (size - np.arange(size) - 0.5)[:, None] * CELL_M
    height = 200 + 150 * np.sin(2 * np.pi * x / 3000) * np.cos(2 * np.pi * y / 3900)
    k = (7 * (x // 750).astype(np.int64) + 13 * (y // 750).astype(np.int64)) % 10
    fuel = np.choose(k, [145] * 5 + [102] * 2 + [122] * 2 + [165]).astype(np.int16)
    fuel[(k == 9) & (x % 750 >= 630)] = 91
    for name, values in (("dem.tif", height.astype(np.float32)), ("fuel.tif", fuel)):
        with rasterio.open(
            folder / name, "w", driver="GTiff", height=size, width=size, count=1, dtype=values.dtype.name,
            crs="EPSG:2100", transform=Affine(CELL_M, 0, 0, 0, -CELL_M, size * CELL_M),
        ) as raster:  # fmt: skip
            raster.write(values, 1)
    return plain(size, "exact") | {
        "landscape": {"fuel_model": "fuel.tif", "elevation_m": "dem.tif"},
        "ignition": {"cell": [size - 1 - size // 2, size // 10]},
        "duration_h": 55_886.0 * size / 1000.0 / 3600.0,
    }


def ran(case: dict[str, object], folder: Path) -> dict[str, float]:
    path = folder / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    command = [sys.executable, "-m", "firesim", "spread", str(path), "--out", str(folder / "out"), "--force"]
    subprocess.run(command, check=True, capture_output=True)
    facts: dict[str, float] = json.loads((folder / "out" / "spread.json").read_text(encoding="utf-8"))
    return facts


def line(what: str, size: int, facts: dict[str, float]) -> None:
    cells, cpu_s = facts["burned_cells"], facts["solve_cpu_s"]
    print(
        f"{what:14s} {size:5d}  {cells:8.0f} cells {cpu_s:6.2f} s {cells / cpu_s / 1e6:6.2f} M/s"
        f"   {facts['peak_rss_mb']:6.0f} MB",
        flush=True,
    )


def main() -> None:
    sizes = (400,) if "--quick" in sys.argv else (400, 1000, 2000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ran(plain(60, "exact"), folder)  # so that no kernel is compiled later
        for solver in ("exact", "fast"):
            memory = {}
            for size in sizes:
                facts = ran(plain(size, solver), folder)
                line(f"plain, {solver}", size, facts)
                memory[size] = facts["peak_rss_mb"] * 1e6
            if len(sizes) > 1:
                grown = (memory[2000] - memory[400]) / (2000**2 - 400**2)
                print(f"memory from 400 to 2000: {grown:.0f} B a cell, {grown - OUTPUT_BYTES:.0f} B beyond the outputs")
        for size in sizes[-2:-1] or sizes:
            line("hills, rasters", size, ran(hills(size, folder), folder))


if __name__ == "__main__":
    main()

"""`firesim spread` as a user runs it: burnt cells per CPU second and memory, from 400 x 400 to 2000 x 2000 cells.

Run with `python benchmarks/spread_command.py [--quick]`. The plain job on level ground with the exact and the fast
solver; the same with hourly weather, a barrier and a drop in mid-run, beside itself undisturbed; the hills from
rasters; crown fire under trees. Rates are of `solve_cpu_s` (fire behaviour and all four fields included; compilation
and files not), memory the greatest of the whole process. Its growth from 400 to 2000 is told with and without the four
output rasters (16 B a cell) and the input rasters (fuel and elevation, 6 B a cell; a plain has none). Goals: 0.5 M
cells/s, 1 M fast, 80 % of it with changes, hills 0.3 M, 40 B a cell on the plain job.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

HEAD_M_S, CELL_M = 0.34352, 30.0
MOISTURES = {
    "moisture_1h": 0.06, "moisture_10h": 0.07, "moisture_100h": 0.08,
    "moisture_live_herb": 0.60, "moisture_live_woody": 0.90,
}  # fmt: skip
OUTPUT_BYTES, RASTER_BYTES = 16.0, 6.0
REPEATS, PAIRS = 3, 15


def plain(size: int, solver: str) -> dict[str, object]:
    return {
        "landscape": {"size": [size, size], "cell_size_m": CELL_M, "fuel_model": "SH5", "elevation_m": 0},
        "weather": [{"at_min": 0, "wind_speed_10m_m_s": 5, "wind_from_deg": 270, **MOISTURES}],
        "ignition": {"cell": [size // 2, size // 10]},
        "duration_h": 0.8 * size * CELL_M / HEAD_M_S / 3600.0,
        "acceleration": "off",
        "solver": solver,
    }


def changing(size: int, turned_deg: float) -> dict[str, object]:
    """The plain job with hourly weather, a barrier and a drop in mid-run; the wind turns by so much, and back."""
    job = plain(size, "exact")
    hours = float(job["duration_h"])  # type: ignore[arg-type]
    width_m = size * CELL_M
    weather = [
        {"at_min": 60 * hour, "wind_speed_10m_m_s": 5, "wind_from_deg": 270 + turned_deg * (hour % 2), **MOISTURES}
        for hour in range(int(hours) + 1)
    ]
    line = {"xy_m": [[0.5 * width_m, 0.5 * width_m], [0.5 * width_m, 0.7 * width_m]], "at_min": 24.0 * hours}
    west, east, south, north = 0.60 * width_m, 0.62 * width_m, 0.40 * width_m, 0.50 * width_m
    drop = {
        "polygon_xy_m": [[west, south], [east, south], [east, north], [west, north]],
        "litres_m2": 2, "at_min": 30.0 * hours,
    }  # fmt: skip
    return job | {"weather": weather, "barriers": [line], "drops": [drop]}


def crowns(size: int) -> dict[str, object]:
    """Crown fire: the plain job under trees in 10 m/s."""
    trees = {
        "canopy_cover": 0.7, "canopy_height_m": 15, "canopy_base_height_m": 2, "canopy_bulk_density_kg_m3": 0.2,
    }  # fmt: skip
    job = plain(size, "exact")
    land: dict[str, object] = job["landscape"]  # type: ignore[assignment]
    weather = [{"at_min": 0, "wind_speed_10m_m_s": 10, "wind_from_deg": 270, **MOISTURES}]
    return job | {"landscape": land | trees, "weather": weather, "duration_h": size * CELL_M / 5000.0, "crown": "on"}


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


def grown(what: str, memory: dict[int, float], input_bytes: float) -> None:
    """Growth of the greatest memory from 400 to 2000; the least of some runs of each, whose pages are not all alike."""
    a_cell = (memory[2000] - memory[400]) / (2000**2 - 400**2)
    print(
        f"memory of {what} from 400 to 2000: {a_cell:.0f} B a cell, {a_cell - OUTPUT_BYTES - input_bytes:.0f} B beyond"
        " the outputs" + (" and the input rasters" if input_bytes else "")
    )


def with_changes(size: int, folder: Path) -> None:
    """Each in turn, some times: the best of each, and the median of its rate beside the undisturbed one of its turn."""
    jobs = {
        "undisturbed": plain(size, "exact"), "same, hourly": changing(size, 0.0), "turning, hourly": changing(size, 5.0)
    }  # fmt: skip
    turns = [{how: ran(job, folder) for how, job in jobs.items()} for _ in range(PAIRS)]
    for how in jobs:
        line(how, size, min((turn[how] for turn in turns), key=lambda facts: facts["solve_cpu_s"]))
        shares = [rate_of(turn[how]) / rate_of(turn["undisturbed"]) for turn in turns]
        print(f"               {100.0 * median(shares):.0f} % of the undisturbed rate, in the median of {PAIRS} pairs")


def rate_of(facts: dict[str, float]) -> float:
    """Burnt cells per CPU second."""
    return facts["burned_cells"] / facts["solve_cpu_s"]


def main() -> None:
    sizes = (400,) if "--quick" in sys.argv else (400, 1000, 2000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ran(plain(60, "exact"), folder)  # so that no kernel is compiled later
        for solver in ("exact", "fast"):
            memory = {}
            for size in sizes:
                runs = [ran(plain(size, solver), folder) for _ in range(REPEATS)]
                line(f"plain, {solver}", size, min(runs, key=lambda facts: facts["solve_cpu_s"]))
                memory[size] = min(facts["peak_rss_mb"] for facts in runs) * 1e6
            if len(sizes) > 1:
                grown("the plain job", memory, 0.0)
        with_changes(sizes[-2:][0], folder)
        memory = {}
        for size in sizes:
            runs = [ran(hills(size, folder), folder) for _ in range(REPEATS)]
            line("hills, rasters", size, min(runs, key=lambda facts: facts["solve_cpu_s"]))
            memory[size] = min(facts["peak_rss_mb"] for facts in runs) * 1e6
        if len(sizes) > 1:
            grown("the hills", memory, RASTER_BYTES)
        line("crowns", sizes[-2:][0], ran(crowns(sizes[-2:][0]), folder))


if __name__ == "__main__":
    main()

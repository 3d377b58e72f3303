"""The hills job with firesim and with pyretechnics in one run: burnt cells per CPU second, and how far they agree.

Run with `FIRESIM_PYRETECHNICS=/path/to/python python benchmarks/hills_beside_pyretechnics.py [--quick]`, the path being
an interpreter of an environment of its own that holds pyretechnics (`python -m venv peers; peers/bin/pip install
pyretechnics==2026.10.20`; it pins an old numpy and compiles for some minutes). Without it firesim runs alone, and the
output says so. Fire behaviour is included in both; reading, compilation and the shape of the ground are not. Each
program runs in turn, three times; the best counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

CELL_M, REPEATS = 30.0, 3
MOISTURE = {
    "fuel_moisture_dead_1hr": 0.06, "fuel_moisture_dead_10hr": 0.07, "fuel_moisture_dead_100hr": 0.08,
    "fuel_moisture_live_herbaceous": 0.60, "fuel_moisture_live_woody": 0.90,
}  # fmt: skip


def with_pyretechnics(folder: Path, size: int, until_s: float) -> None:
    """In the other interpreter: run the job on the arrays of a folder; writes arrival and says the CPU seconds."""
    from pyretechnics.eulerian_level_set import SpreadState, spread_fire_with_phi_field  # type: ignore[import-not-found]
    from pyretechnics.space_time_cube import SpaceTimeCube  # type: ignore[import-not-found]

    # Its rows go from south to north.
    ground = {name: np.ascontiguousarray(values[::-1]) for name, values in np.load(folder / "ground.npz").items()}
    minutes = until_s / 60.0
    bands = int(minutes // 60.0) + 1
    shape = (bands, size, size)
    numbers = {
        "canopy_cover": 0.0, "canopy_height": 0.0, "canopy_base_height": 0.0, "canopy_bulk_density": 0.0,
        "wind_speed_10m": 18.0, "upwind_direction": 270.0, "foliar_moisture": 1.0, **MOISTURE,
    }  # fmt: skip
    cubes = {name: SpaceTimeCube(shape, values) for name, values in {**ground, **numbers}.items()}
    state = SpreadState(shape).ignite_cell((size // 2, size // 10))
    began = process_time()
    state = spread_fire_with_phi_field(cubes, state, (60.0, CELL_M, CELL_M), 0.0, minutes)["spread_state"]
    cpu_s = process_time() - began
    arrival = np.asarray(state.get_full_matrices()["time_of_arrival"], dtype=np.float64)[::-1]
    np.save(folder / "arrival.npy", np.where(arrival >= 0.0, arrival * 60.0, np.inf))
    print(json.dumps(cpu_s))


def with_firesim(land: Any, size: int, until_s: float) -> tuple[float, Any]:
    """CPU seconds, and arrival [y, x]."""
    from front import plain_weather

    from firesim.fire.spread import SpreadingFire

    began = process_time()
    fire = SpreadingFire(land, acceleration_per_min=None)
    fire.set_weather(0.0, plain_weather())
    fire.ignite_point(0.1 * size + 0.5, 0.5 * size - 0.5, 0.0)
    fire.advance(until_s)
    return process_time() - began, fire.arrival_time_s


def told(name: str, cells: int, cpu_s: float) -> None:
    print(f"{name:13s} {cells:8d} cells {cpu_s:7.2f} s {cells / cpu_s / 1e6:7.3f} M/s", flush=True)


def beside(size: int, until_s: float, other: str | None) -> None:
    from front import compile_all, hills_land

    compile_all()
    land = hills_land(size)
    _ = land.rise, land.bed_of_cell
    ours, theirs, arrival, their_arrival = [], [], None, None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        slope, aspect = np.tan(np.radians(land.slope_deg)), land.aspect_deg
        # A level cell has no aspect; any will do.
        np.savez(
            folder / "ground.npz",
            slope=slope.astype(np.float32),
            aspect=aspect.astype(np.float32),
            fuel_model=land.fuel_model.astype(np.float32),
        )  # fmt: skip
        command = [str(other), __file__, "--job", str(folder), str(size), str(until_s)]
        for _ in range(REPEATS):
            cpu_s, arrival = with_firesim(land, size, until_s)
            ours.append(cpu_s)
            if other:
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                theirs.append(float(json.loads(said.splitlines()[-1])))
                their_arrival = np.load(folder / "arrival.npy")
    assert arrival is not None
    burnt = np.isfinite(arrival)
    print(f"hills, {size} x {size}, {until_s:.0f} s")
    told("firesim", int(burnt.sum()), min(ours))
    if their_arrival is None:
        print("pyretechnics  not run: FIRESIM_PYRETECHNICS names no interpreter that has it")
        return
    other_burnt = np.isfinite(their_arrival)
    told("pyretechnics", int(other_burnt.sum()), min(theirs))
    ratio = (burnt.sum() / min(ours)) / (other_burnt.sum() / min(theirs))
    both = burnt & other_burnt & (arrival > 600.0)
    later = 100.0 * (np.median(their_arrival[both] / arrival[both]) - 1.0)
    overlap = (burnt & other_burnt).sum() / (burnt | other_burnt).sum()
    print(
        f"firesim is {ratio:.1f} times as quick; overlap {overlap:.3f}; "
        f"pyretechnics arrives {later:+.1f} % later (median)"
    )


def main() -> None:
    if "--job" in sys.argv:
        folder, size, until_s = sys.argv[2:]
        return with_pyretechnics(Path(folder), int(size), float(until_s))
    size = 400 if "--quick" in sys.argv else 1000
    return beside(size, 55_886.0 * size / 1000.0, os.environ.get("FIRESIM_PYRETECHNICS"))


if __name__ == "__main__":
    main()

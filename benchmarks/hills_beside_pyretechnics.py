"""The hills job with firesim and with pyretechnics in one run: burnt cells per CPU second, and how far they agree.

Run with `FIRESIM_PYRETECHNICS=/path/to/python python benchmarks/hills_beside_pyretechnics.py [--quick | --finer]`,
the path being an interpreter of an environment of its own that holds pyretechnics (`python -m venv peers;
peers/bin/pip install pyretechnics==2026.10.20`; it pins an old numpy and compiles for some minutes). Without it firesim
runs alone, and the output says so. Fire behaviour is included in both; reading, compilation and the shape of the ground
are not. Each program runs in turn, three times; the best counts. `--finer`: half the map instead, with cells of 30, 15
and 7.5 m in both programs, and how far each agrees with each: what their cells and what their laws differ by.
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


def with_pyretechnics(folder: Path, size: int, finer: int, until_s: float) -> None:
    """In the other interpreter: run the job on the arrays of a folder; writes arrival and says the CPU seconds."""
    from pyretechnics.eulerian_level_set import SpreadState, spread_fire_with_phi_field  # type: ignore[import-not-found]
    from pyretechnics.space_time_cube import SpaceTimeCube  # type: ignore[import-not-found]

    # Its rows go from south to north.
    ground = {name: np.ascontiguousarray(values[::-1]) for name, values in np.load(folder / "ground.npz").items()}
    minutes = until_s / 60.0
    bands = int(minutes // 60.0) + 1
    shape = (bands, size * finer, size * finer)
    numbers = {
        "canopy_cover": 0.0, "canopy_height": 0.0, "canopy_base_height": 0.0, "canopy_bulk_density": 0.0,
        "wind_speed_10m": 18.0, "upwind_direction": 270.0, "foliar_moisture": 1.0, **MOISTURE,
    }  # fmt: skip
    cubes = {name: SpaceTimeCube(shape, values) for name, values in {**ground, **numbers}.items()}
    state = SpreadState(shape).ignite_cell(((size // 2) * finer + finer // 2, (size // 10) * finer + finer // 2))
    cell_m = CELL_M / finer
    began = process_time()
    state = spread_fire_with_phi_field(cubes, state, (60.0, cell_m, cell_m), 0.0, minutes)["spread_state"]
    cpu_s = process_time() - began
    arrival = np.asarray(state.get_full_matrices()["time_of_arrival"], dtype=np.float64)[::-1]
    np.save(folder / "arrival.npy", np.where(arrival >= 0.0, arrival * 60.0, np.inf))
    print(json.dumps(cpu_s))


def with_firesim(land: Any, size: int, finer: int, until_s: float) -> tuple[float, Any]:
    """CPU seconds, and arrival [y, x]."""
    from front import plain_weather

    from firesim.fire.spread import SpreadingFire

    began = process_time()
    fire = SpreadingFire(land, acceleration_per_min=None)
    fire.set_weather(0.0, plain_weather())
    fire.ignite_point((0.1 * size + 0.5) * finer, (0.5 * size - 0.5) * finer, 0.0)
    fire.advance(until_s)
    return process_time() - began, fire.arrival_time_s


def give_ground(land: Any, folder: Path) -> None:
    """The landscape as the other program reads it. A level cell has no aspect; any will do."""
    slope, aspect, fuel = np.tan(np.radians(land.slope_deg)), land.aspect_deg, land.fuel_model
    parts = {"slope": slope, "aspect": aspect, "fuel_model": fuel}
    np.savez(folder / "ground.npz", **{name: values.astype(np.float32) for name, values in parts.items()})


def finer_and_finer(size: int, until_s: float, other: str) -> None:
    """Both programs on cells of 30, 15 and 7.5 m: areas, and the overlap of each with each."""
    from front import compile_all, hills_land

    compile_all()
    burnt: dict[str, Any] = {}
    for finer in (1, 2, 4):
        land = hills_land(size, finer)
        _, arrival = with_firesim(land, size, finer, until_s)
        burnt[f"firesim, {CELL_M / finer:g} m"] = np.isfinite(arrival)
    for finer in (1, 2, 4):
        with tempfile.TemporaryDirectory() as name:
            give_ground(hills_land(size, finer), Path(name))
            command = [other, __file__, "--job", name, str(size), str(finer), str(until_s)]
            subprocess.run(command, check=True, capture_output=True, text=True)
            burnt[f"pyretechnics, {CELL_M / finer:g} m"] = np.isfinite(np.load(Path(name) / "arrival.npy"))
    fine = {how: np.kron(cells, np.ones((4 * size // len(cells),) * 2, np.bool_)) for how, cells in burnt.items()}
    print(f"hills, {size} x {size} cells of 30 m, {until_s:.0f} s: area [ha], overlap with each in this order")
    for how, cells in fine.items():
        overlaps = "  ".join(f"{(cells & theirs).sum() / (cells | theirs).sum():.3f}" for theirs in fine.values())
        print(f"{how:20s} {cells.sum() * (CELL_M / 4) ** 2 / 1e4:7.0f}   {overlaps}")


def told(name: str, cells: int, cpu_s: float) -> None:
    print(f"{name:13s} {cells:8d} cells {cpu_s:7.2f} s {cells / cpu_s / 1e6:7.3f} M/s", flush=True)


def beside(size: int, until_s: float, other: str | None) -> None:
    from front import compile_all, hills_land

    compile_all()
    land = hills_land(size)
    _ = land.bed_of_cell
    ours, theirs, arrival, their_arrival = [], [], None, None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        give_ground(land, folder)
        command = [str(other), __file__, "--job", str(folder), str(size), "1", str(until_s)]
        for _ in range(REPEATS):
            cpu_s, arrival = with_firesim(land, size, 1, until_s)
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
        folder, size, finer, until_s = sys.argv[2:]
        return with_pyretechnics(Path(folder), int(size), int(finer), float(until_s))
    other = os.environ.get("FIRESIM_PYRETECHNICS")
    if "--finer" in sys.argv:
        if not other:
            sys.exit("FIRESIM_PYRETECHNICS names no interpreter that has pyretechnics")
        return finer_and_finer(500, 55_886.0 * 500 / 1000.0, other)
    cells = 400 if "--quick" in sys.argv else 1000
    return beside(cells, 55_886.0 * cells / 1000.0, other)


if __name__ == "__main__":
    main()

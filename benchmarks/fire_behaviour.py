"""How long the head of a surface fire takes to work out, a cell: firesim beside pyrothermel, in one run.

Run with `python benchmarks/fire_behaviour.py`. The goal is 0.4 us a cell on one core, in bulk, for what the front
needs: rate, direction, eccentricity, intensity; also where every cell has a moisture of its own. pyrothermel (the
Behave library behind Python) is measured where it is installed, as a loop over cells: it has no other way.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from firesim.fire.moisture import Moisture
from firesim.fire.surface import surface_spread

CELLS = 1_000_000
ORACLE_CELLS = 2_000
GOAL_US = 0.4
FUELS = (101, 102, 122, 141, 145, 165, 183, 4, 10, 91)


def fastest_s(job: Callable[[], object], times: int = 5) -> float:
    best = np.inf
    for _ in range(times):
        start = perf_counter()
        job()
        best = min(best, perf_counter() - start)
    return float(best)


def pyrothermel_us(fuel: np.ndarray, wind: np.ndarray, slope: np.ndarray, toward: np.ndarray) -> float | None:
    """Its loop over cells, inputs set and run. [us a cell]"""
    try:
        import pyrothermel
    except ImportError:
        return None
    models = {int(n): pyrothermel.FuelModel.from_existing(int(n), units_preset="us_standard") for n in set(fuel)}
    moisture = pyrothermel.MoistureScenario(0.06, 0.07, 0.08, 0.6, 0.9)
    run = pyrothermel.PyrothermelRun(models[int(fuel[0])], moisture, 5.0, units_preset="us_standard")

    def job() -> None:
        for n, miles, steep, angle in zip(fuel, wind / 0.44704, slope, toward, strict=True):
            run.update_inputs(
                fuel_model=models[int(n)], wind_speed=miles, wind_direction=(angle + 180.0) % 360.0, slope=steep
            )
            run.run_surface_fire_in_direction_of_max_spread()

    return fastest_s(job, 3) / fuel.size * 1e6


def main() -> None:
    rng = np.random.Generator(np.random.Philox(1))
    fuel = rng.choice(FUELS, CELLS)
    wind, toward, slope = rng.uniform(0, 10, CELLS), rng.uniform(0, 360, CELLS), rng.uniform(0, 40, CELLS)
    uniform = Moisture(0.06, 0.07, 0.08, 0.6, 0.9)
    varied = Moisture(rng.uniform(0.03, 0.12, CELLS), 0.07, 0.08, rng.uniform(0.3, 1.2, CELLS), 0.9)
    surface_spread(fuel[:2], uniform, wind[:2], toward[:2], slope[:2])  # compiles
    jobs = {
        "wind, slope and fuel of each cell, one moisture": lambda: surface_spread(fuel, uniform, wind, toward, slope),
        "the same in one wind": lambda: surface_spread(fuel, uniform, 5.0, 30.0, slope),
        "the same with moistures of each cell": lambda: surface_spread(fuel, varied, wind, toward, slope),
    }
    times = {name: fastest_s(job) / CELLS * 1e6 for name, job in jobs.items()}
    burns = fuel[:ORACLE_CELLS] != 91
    pick = [values[:ORACLE_CELLS][burns] for values in (fuel, wind, slope, toward)]
    oracle = pyrothermel_us(*pick)
    for name, time_us in times.items():
        verdict = "within" if time_us <= GOAL_US else "above"
        ratio = "" if oracle is None else f", 1/{oracle / time_us:.0f} of pyrothermel"
        print(f"{time_us:8.3f} us a cell, {verdict} the goal of {GOAL_US}: {name}{ratio}")
    print("pyrothermel is not installed" if oracle is None else f"{oracle:8.3f} us a cell: pyrothermel, its own loop")


if __name__ == "__main__":
    main()
